/* What check says. All foreign text goes through an escape.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_print.h"

#include <inttypes.h>
#include <string.h>

#include "certmuster/text.h"

#define SCHEMA_VERSION 1

static void put_terminal(struct cm_buf *out, const char *text)
{
    cm_text_terminal(out, text, strlen(text));
}

/* "certificate 2, Some CA", "Some CA", or "-". */
static void put_certificate(struct cm_buf *out, const struct cm_finding *f)
{
    if (f->position >= 0) {
        (void)cm_buf_printf(out, "certificate %d", f->position + 1);
    }
    if (f->cert != NULL && f->cert->parsed) {
        (void)cm_buf_puts(out, f->position >= 0 ? ", " : "");
        put_terminal(out, f->cert->subject_cn[0] != '\0'
                              ? f->cert->subject_cn
                              : f->cert->subject_text);
    } else if (f->position < 0) {
        (void)cm_buf_putc(out, '-');
    }
}

void cm_check_text(struct cm_buf *out, const struct cm_check *check)
{
    for (size_t i = 0; i < check->judgement.num_findings; i++) {
        const struct cm_finding *f = &check->judgement.findings[i];

        (void)cm_buf_printf(out, "%s\t%s\t", cm_cause_info(f->cause)->id,
                            cm_severity_id(f->severity));
        put_certificate(out, f);
        (void)cm_buf_putc(out, '\t');
        put_terminal(out, f->proof);
        if (f->rule[0] != '\0') {
            (void)cm_buf_printf(out, " [%s]", f->rule);
        }
        (void)cm_buf_putc(out, '\n');
    }
}

static bool seen_before(const struct cm_judgement *j, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (j->findings[i].cause == j->findings[at].cause) {
            return true;
        }
    }
    return false;
}

void cm_check_summary(struct cm_buf *out, const struct cm_check *check)
{
    const struct cm_judgement *j = &check->judgement;
    const char *before = "not trusted: ";

    if (j->verdict == CM_VERDICT_TRUSTED) {
        (void)cm_buf_puts(out, "trusted\n");
        return;
    }
    for (size_t i = 0; i < j->num_findings; i++) {
        if (j->findings[i].blocks && !seen_before(j, i)) {
            (void)cm_buf_printf(out, "%s%s", before,
                                cm_cause_info(j->findings[i].cause)->id);
            before = i == 0 ? ", and also " : ", ";
        }
    }
    (void)cm_buf_putc(out, '\n');
}

/* The comma before all but the first item of what was opened last. */
static void put_item(struct cm_buf *out)
{
    uint8_t last = out->len > 0 ? out->data[out->len - 1] : (uint8_t)'{';

    (void)cm_buf_puts(out,
                      last == (uint8_t)'{' || last == (uint8_t)'[' ? "" : ",");
}

static void put_key(struct cm_buf *out, const char *key)
{
    put_item(out);
    (void)cm_buf_printf(out, "\"%s\":", key);
}

/* NULL gives null. */
static void put_text(struct cm_buf *out, const char *key, const char *text)
{
    put_key(out, key);
    if (text == NULL) {
        (void)cm_buf_puts(out, "null");
    } else {
        cm_text_json(out, text, strlen(text));
    }
}

static void put_time(struct cm_buf *out, const char *key, int64_t unix_s)
{
    char text[CM_TIME_TEXT_SIZE];

    put_text(out, key, unix_s == 0 ? NULL : cm_time_rfc3339(unix_s, text));
}

static void put_hash(struct cm_buf *out, const struct cm_cert *cert)
{
    (void)cm_buf_putc(out, '"');
    (void)cm_buf_hex(out, cert->sha256, CM_SHA256_LEN);
    (void)cm_buf_putc(out, '"');
}

static void put_certs(struct cm_buf *out, const char *key,
                      struct cm_cert *const *certs, size_t num)
{
    put_key(out, key);
    (void)cm_buf_putc(out, '[');
    for (size_t i = 0; i < num; i++) {
        put_item(out);
        put_hash(out, certs[i]);
    }
    (void)cm_buf_putc(out, ']');
}

static void put_finding(struct cm_buf *out, const struct cm_finding *f)
{
    char action[CM_ACTION_KEY_SIZE];

    (void)cm_buf_putc(out, '{');
    put_text(out, "id", cm_cause_info(f->cause)->id);
    put_text(out, "severity", cm_severity_id(f->severity));
    put_text(out, "confidence", cm_confidence_id(f->confidence));
    put_key(out, "blocks");
    (void)cm_buf_puts(out, f->blocks ? "true" : "false");
    put_text(out, "proof", f->proof);
    put_text(out, "rule", f->rule);
    put_key(out, "position");
    if (f->position >= 0) {
        (void)cm_buf_printf(out, "%d", f->position);
    } else {
        (void)cm_buf_puts(out, "null");
    }
    put_text(out, "resolution", cm_resolution_info(f->resolution)->id);
    put_text(out, "action",
             cm_action_key(f->resolution, f->subject_key, action));
    put_text(out, "subject", f->subject);
    put_key(out, "fingerprint_sha256");
    if (f->cert != NULL) {
        put_hash(out, f->cert);
    } else {
        (void)cm_buf_puts(out, "null");
    }
    (void)cm_buf_putc(out, '}');
}

static void put_findings(struct cm_buf *out, const struct cm_judgement *j)
{
    put_key(out, "causes");
    (void)cm_buf_putc(out, '[');
    for (size_t i = 0; i < j->num_findings; i++) {
        if (!seen_before(j, i)) {
            put_item(out);
            (void)cm_buf_printf(out, "\"%s\"",
                                cm_cause_info(j->findings[i].cause)->id);
        }
    }
    (void)cm_buf_putc(out, ']');
    put_key(out, "findings");
    (void)cm_buf_putc(out, '[');
    for (size_t i = 0; i < j->num_findings; i++) {
        put_item(out);
        put_finding(out, &j->findings[i]);
    }
    (void)cm_buf_putc(out, ']');
    put_key(out, "remaining");
    (void)cm_buf_putc(out, '[');
    for (size_t i = 0; i < j->num_remaining; i++) {
        put_item(out);
        (void)cm_buf_printf(out, "\"%s\"", cm_cause_info(j->remaining[i])->id);
    }
    (void)cm_buf_putc(out, ']');
}

static void put_views(struct cm_buf *out, const struct cm_judgement *j)
{
    put_key(out, "views");
    (void)cm_buf_putc(out, '{');
    for (size_t i = 0; i < j->num_views; i++) {
        (void)cm_buf_puts(out, i == 0 ? "" : ",");
        cm_text_json(out, j->views[i].view, strlen(j->views[i].view));
        (void)cm_buf_printf(out, ":\"%s\"", cm_verdict_id(j->views[i].verdict));
    }
    (void)cm_buf_putc(out, '}');
}

static void put_revocation(struct cm_buf *out,
                           const struct cm_revocation_status *r)
{
    put_key(out, "revocation");
    (void)cm_buf_putc(out, '{');
    put_text(out, "result", cm_revocation_result_id(r->result));
    put_text(out, "source",
             r->source != NULL && r->source[0] != '\0' ? r->source : NULL);
    put_time(out, "this_update", r->this_update);
    put_time(out, "next_update", r->next_update);
    put_time(out, "revoked", r->revoked_unix);
    put_key(out, "reason");
    if (r->result == CM_REVOCATION_REVOKED && r->reason >= 0) {
        (void)cm_buf_printf(out, "%d", r->reason);
    } else {
        (void)cm_buf_puts(out, "null");
    }
    (void)cm_buf_putc(out, '}');
}

/* The first finding makes the verdict only when it blocks. */
static const char *primary(const struct cm_judgement *j)
{
    return j->primary >= 0 && j->verdict != CM_VERDICT_TRUSTED
               ? cm_cause_info(j->findings[j->primary].cause)->id
               : NULL;
}

void cm_check_json(struct cm_buf *out, const struct cm_check *check)
{
    const struct cm_judgement *j = &check->judgement;
    const struct cm_probe *probe = &check->ev->probes[0];

    (void)cm_buf_puts(out, "{");
    put_key(out, "schema_version");
    (void)cm_buf_printf(out, "%d", SCHEMA_VERSION);
    put_text(out, "host", check->ep.host[0] != '\0' ? check->ep.host : NULL);
    put_time(out, "at", check->at_unix);
    put_text(out, "verdict", cm_verdict_id(j->verdict));
    put_text(out, "primary", primary(j));
    put_findings(out, j);
    put_views(out, j);
    put_revocation(out, &j->revocation);
    put_certs(out, "chain", probe->chain, probe->num_chain);
    put_certs(out, "path", j->path, j->num_path);
    put_key(out, "path_valid");
    (void)cm_buf_puts(out, j->path_valid ? "true}\n" : "false}\n");
}
