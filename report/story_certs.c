/* The certificates: as sent, as a tree from the anchor down to the leaf, and
 * whether they were revoked.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "certmuster/text.h"
#include "reader_certs.h"
#include "story.h"

#define MAX_NAMES 12
#define MAX_SHOWN 20 /* certificates of one chain */
#define MAX_DEPTH 16 /* further ones are not indented more */
#define PEM_LINE 64
#define MAX_PEM ((size_t)1 << 20)

static const char *shown_name(const struct cm_report_certificate *cert)
{
    if (cert->subject_cn != NULL && cert->subject_cn[0] != '\0') {
        return cert->subject_cn;
    }
    return cert->subject == NULL || cert->subject[0] == '\0' ? "(no subject)"
                                                             : cert->subject;
}

/* "expired 2 days ago"; nothing while it is valid. */
static void put_age(const struct cm_story *s, struct cm_buf *out,
                    const struct cm_report_certificate *cert,
                    const char *before)
{
    int64_t now = cm_report_run_facts(s->run)->judged_at;

    if (cert->not_after != CM_UNKNOWN && cert->not_after < now) {
        (void)cm_buf_printf(out, "%sEXPIRED ", before);
        cm_story_distance(s, out, cert->not_after);
    } else if (cert->not_before != CM_UNKNOWN && cert->not_before > now) {
        (void)cm_buf_printf(out, "%sNOT YET VALID, begins ", before);
        cm_story_distance(s, out, cert->not_before);
    }
}

static void put_validity(struct cm_story *s,
                         const struct cm_report_certificate *cert)
{
    struct cm_buf *out = cm_story_line(s, "  valid");
    char day[CM_TIME_TEXT_SIZE];

    if (cert->not_before == CM_UNKNOWN || cert->not_after == CM_UNKNOWN) {
        return;
    }
    (void)cm_buf_printf(out, "%s to ", cm_time_day(cert->not_before, day));
    cm_story_time(out, cert->not_after);
    if (cert->not_after >= cm_report_run_facts(s->run)->judged_at &&
        cert->not_before <= cm_report_run_facts(s->run)->judged_at) {
        (void)cm_buf_puts(out, ", ends ");
        cm_story_distance(s, out, cert->not_after);
    }
    put_age(s, out, cert, ": ");
    cm_story_end(s);
}

static void put_key(struct cm_story *s,
                    const struct cm_report_certificate *cert)
{
    struct cm_buf *out = cm_story_line(s, "  key");

    cm_story_foreign(out, cert->key_alg == NULL ? "?" : cert->key_alg);
    if (cert->key_bits != CM_UNKNOWN && cert->key_bits > 0) {
        (void)cm_buf_printf(out, " of %" PRId64 " bits", cert->key_bits);
    }
    (void)cm_buf_puts(out, "; signed with ");
    cm_story_foreign(out, cert->sig_alg == NULL ? "?" : cert->sig_alg);
    (void)cm_buf_puts(out, cert->is_ca ? "; a CA" : "");
    (void)cm_buf_puts(out, cert->self_issued ? "; self-issued" : "");
    cm_story_end(s);
}

static void put_certificate(struct cm_story *s, size_t position,
                            const struct cm_report_certificate *cert)
{
    char label[24];
    struct cm_buf *out;

    (void)snprintf(label, sizeof(label), "%zu", position);
    cm_story_fact(s, label,
                  cert->subject == NULL || *cert->subject == '\0'
                      ? "(no subject)"
                      : cert->subject);
    cm_story_fact(s, "  not read", cert->parse_error);
    if (cert->names.num > 0) {
        out = cm_story_line(s, "  names");
        cm_story_list(out, &cert->names, MAX_NAMES);
        cm_story_end(s);
    }
    cm_story_fact(s, "  issuer", cert->issuer);
    cm_story_fact(s, "  serial", cert->serial);
    put_key(s, cert);
    put_validity(s, cert);
    cm_story_fact(s, "  SHA-256", cert->fingerprint_sha256);
}

enum cm_status cm_story_certificates(struct cm_story *s, struct cm_error *err)
{
    const struct cm_report_list *chain = &s->row->chain;
    enum cm_status status = CM_OK;

    if (chain->num == 0) {
        return CM_OK;
    }
    cm_story_heading(s, "Certificates as sent");
    for (size_t i = 0; i < chain->num && i < MAX_SHOWN && status == CM_OK;
         i++) {
        const struct cm_report_certificate *cert = NULL;

        status = cm_report_certificate(s->run, chain->items[i], &cert, err);
        if (status == CM_OK && cert != NULL) {
            put_certificate(s, i, cert);
        }
    }
    if (chain->num > MAX_SHOWN) {
        (void)cm_buf_printf(cm_story_line(s, ""), "and %zu more",
                            chain->num - MAX_SHOWN);
        cm_story_end(s);
    }
    return status;
}

/* --- the tree --- */

static void put_branch(struct cm_story *s, size_t depth)
{
    (void)cm_buf_puts(&s->text, "  ");
    for (size_t i = 1; i < depth && i < MAX_DEPTH; i++) {
        (void)cm_buf_puts(&s->text, "   ");
    }
    (void)cm_buf_puts(&s->text, depth > 0 ? "└─ " : "");
}

/* What was found about this very certificate. */
static void put_causes(struct cm_story *s, struct cm_buf *out,
                       const struct cm_report_certificate *cert)
{
    for (size_t i = 0; i < s->findings.num; i++) {
        const struct cm_report_finding *finding = &s->findings.list[i];

        if (finding->fingerprint_sha256 != NULL && finding->blocks &&
            strcmp(finding->fingerprint_sha256, cert->fingerprint_sha256) ==
                0) {
            (void)cm_buf_puts(out, "; ");
            cm_story_foreign(out, finding->cause);
        }
    }
}

static void put_node(struct cm_story *s, size_t depth, bool last,
                     const struct cm_report_certificate *cert, const char *id)
{
    const struct cm_report_row *row = s->row;
    int64_t position = cm_report_row_position(row, id);
    bool anchor = last && row->path_valid == 1;
    struct cm_buf *out = cm_story_line(s, "");

    put_branch(s, depth);
    cm_story_foreign(out, shown_name(cert));
    (void)cm_buf_puts(out, "   [");
    if (anchor) {
        (void)cm_buf_puts(out, "anchor of the trust view ");
        cm_story_foreign(out, row->view == NULL ? "?" : row->view);
        (void)cm_buf_puts(out, position == CM_UNKNOWN ? "" : "; ");
    }
    if (position != CM_UNKNOWN) {
        (void)cm_buf_printf(out, "sent as %" PRId64, position);
    } else if (!anchor) {
        (void)cm_buf_puts(out, last && cert->self_issued
                                   ? "not sent, known from elsewhere"
                                   : "NOT SENT, known from elsewhere");
    }
    put_age(s, out, cert, "; ");
    put_causes(s, out, cert);
    (void)cm_buf_puts(out, "]");
    (void)cm_buf_puts(&s->text, cm_buf_cstr(out));
    (void)cm_buf_putc(&s->text, '\n');
    s->text.failed = s->text.failed || out->failed;
}

/* Nobody has the issuer of the path's last certificate. */
static void put_missing(struct cm_story *s,
                        const struct cm_report_certificate *cert)
{
    (void)cm_buf_puts(&s->text, "  ? ");
    cm_story_foreign(&s->text, cert->issuer == NULL ? "?" : cert->issuer);
    (void)cm_buf_puts(&s->text, "   [MISSING: not sent, not known]\n");
}

static bool in_path(const struct cm_report_row *row, const char *id)
{
    for (size_t i = 0; i < row->path.num; i++) {
        if (strcmp(row->path.items[i], id) == 0) {
            return true;
        }
    }
    return false;
}

static enum cm_status put_unused(struct cm_story *s, struct cm_error *err)
{
    const struct cm_report_row *row = s->row;
    enum cm_status status = CM_OK;

    for (size_t i = 0; i < row->chain.num && i < MAX_SHOWN; i++) {
        const struct cm_report_certificate *cert = NULL;

        if (in_path(row, row->chain.items[i])) {
            continue;
        }
        status = cm_report_certificate(s->run, row->chain.items[i], &cert, err);
        if (status != CM_OK) {
            return status;
        }
        (void)cm_buf_printf(&s->text, "  + ");
        cm_story_foreign(&s->text, cert == NULL ? "?" : shown_name(cert));
        (void)cm_buf_printf(&s->text,
                            "   [sent as %zu, no part of the chain]\n", i);
    }
    return status;
}

enum cm_status cm_story_chain(struct cm_story *s, struct cm_error *err)
{
    const struct cm_report_list *path = &s->row->path;
    enum cm_status status = CM_OK;
    size_t depth = 0;

    if (path->num == 0) {
        return CM_OK;
    }
    cm_story_heading(s, "Chain, from the top");
    for (size_t i = path->num; i-- > 0 && status == CM_OK;) {
        const struct cm_report_certificate *cert = NULL;
        bool last = i + 1 == path->num;

        status = cm_report_certificate(s->run, path->items[i], &cert, err);
        if (status != CM_OK || cert == NULL) {
            continue;
        }
        if (last && !cert->self_issued && s->row->path_valid != 1) {
            put_missing(s, cert);
            depth++;
        }
        put_node(s, depth++, last, cert, path->items[i]);
    }
    return status == CM_OK ? put_unused(s, err) : status;
}

/* --- revocation --- */

void cm_story_revocation(struct cm_story *s)
{
    const struct cm_report_row *row = s->row;
    struct cm_buf *out;

    if (row->path.num == 0 && row->chain.num == 0) {
        return;
    }
    cm_story_heading(s, "Revocation of the leaf");
    out = cm_story_line(s, "result");
    cm_story_foreign(out, strcmp(row->revocation, "not_checked") == 0
                              ? "not checked"
                              : row->revocation);
    if (row->revocation_source != NULL) {
        (void)cm_buf_puts(out, ", by ");
        cm_story_foreign(out, row->revocation_source);
    }
    if (row->revocation_this_update != CM_UNKNOWN) {
        (void)cm_buf_puts(out, "; as of ");
        cm_story_time(out, row->revocation_this_update);
    }
    if (row->revocation_next_update != CM_UNKNOWN) {
        (void)cm_buf_puts(out, ", next by ");
        cm_story_time(out, row->revocation_next_update);
    }
    if (row->revoked_at != CM_UNKNOWN) {
        (void)cm_buf_puts(out, "; REVOKED on ");
        cm_story_time(out, row->revoked_at);
    }
    if (row->revocation_reason != CM_UNKNOWN) {
        (void)cm_buf_printf(out,
                            ", reason %" PRId64 " (RFC 5280 section 5.3.1)",
                            row->revocation_reason);
    }
    cm_story_end(s);
}

/* --- PEM --- */

static void put_pem(struct cm_story *s,
                    const struct cm_report_certificate *cert)
{
    struct cm_buf text;

    cm_buf_init(&text, MAX_PEM);
    (void)cm_buf_base64(&text, cert->der.data, cert->der.len);
    (void)cm_buf_puts(&s->text, "# ");
    cm_story_foreign(&s->text, shown_name(cert));
    (void)cm_buf_puts(&s->text, "\n-----BEGIN CERTIFICATE-----\n");
    for (size_t at = 0; at < text.len; at += PEM_LINE) {
        size_t len = text.len - at < PEM_LINE ? text.len - at : PEM_LINE;

        (void)cm_buf_append(&s->text, text.data + at, len);
        (void)cm_buf_putc(&s->text, '\n');
    }
    (void)cm_buf_puts(&s->text, "-----END CERTIFICATE-----\n");
    s->text.failed = s->text.failed || text.failed;
    cm_buf_cleanup(&text);
}

static enum cm_status put_pem_of(struct cm_story *s, const char *id,
                                 struct cm_error *err)
{
    const struct cm_report_certificate *cert = NULL;
    enum cm_status status = cm_report_certificate(s->run, id, &cert, err);

    if (status == CM_OK && cert != NULL) {
        put_pem(s, cert);
    }
    return status;
}

enum cm_status cm_story_pem(struct cm_story *s, struct cm_error *err)
{
    const struct cm_report_row *row = s->row;
    enum cm_status status = CM_OK;

    if (row->chain.num + row->path.num > 0) {
        cm_story_heading(s, "Certificates as PEM");
    }
    for (size_t i = 0; i < row->chain.num && status == CM_OK; i++) {
        status = put_pem_of(s, row->chain.items[i], err);
    }
    for (size_t i = 0; i < row->path.num && status == CM_OK; i++) {
        if (cm_report_row_position(row, row->path.items[i]) == CM_UNKNOWN) {
            status = put_pem_of(s, row->path.items[i], err);
        }
    }
    return status;
}
