/* Whether the presented chain is tidy: nothing here breaks a careful client.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "judge/rules.h"
#include "pki/pki.h"

#define MAX_LISTED 4U           /* certificates named in one proof */
#define MAX_CERTS 10U           /* Java: jdk.tls.maxCertificateChainLength */
#define MAX_BYTES 16384U        /* one TLS record */
#define MAX_RELATION_CHECKS 200 /* signatures checked for chain_unrelated */

/* A set of positions in the presented chain. */
struct marks {
    bool at[CM_MAX_CHAIN];
    size_t num;
};

static size_t chain_length(const struct cm_case *c)
{
    size_t num = c->probe->num_chain;

    return num < CM_MAX_CHAIN ? num : CM_MAX_CHAIN;
}

static void mark(struct marks *marks, size_t position)
{
    if (!marks->at[position]) {
        marks->at[position] = true;
        marks->num++;
    }
}

/* "certificate 2 "X" (SHA-256 ...), certificate 4 ... and 3 more". */
static void list_marked(const struct cm_case *c, const struct marks *marks,
                        struct cm_buf *out)
{
    unsigned num = 0;

    for (size_t i = 0; i < chain_length(c); i++) {
        const struct cm_cert *cert = c->probe->chain[i];
        char name[CM_LABEL_SIZE];

        if (!marks->at[i] || num++ >= MAX_LISTED) {
            continue;
        }
        (void)cm_buf_printf(out, "%scertificate %zu of %zu, %s%s",
                            num > 1 ? "; " : "", i + 1, c->probe->num_chain,
                            cm_finding_cert_name(cert, name),
                            cert->parsed ? "" : ", which cannot be read");
    }
    if (num > MAX_LISTED) {
        (void)cm_buf_printf(out, "; and %u more", num - MAX_LISTED);
    }
}

static void report(struct cm_case *c, enum cm_cause cause, const char *what,
                   const struct marks *marks)
{
    struct cm_finding *f;
    struct cm_buf list;

    if (marks->num == 0) {
        return;
    }
    cm_buf_init(&list, 8192);
    list_marked(c, marks, &list);
    f = cm_finding_add(c, cause, "RFC 8446 section 4.4.2", "%s: %s", what,
                       cm_finding_text(c, &list));
    cm_buf_cleanup(&list);
    for (size_t i = 0; f != NULL && i < chain_length(c); i++) {
        if (marks->at[i]) {
            cm_finding_about(c, f, c->probe->chain[i]);
            f->position = (int)i; /* of two equal ones the later */
            break;
        }
    }
}

static void find_duplicates(const struct cm_case *c, struct marks *out)
{
    for (size_t i = 1; i < chain_length(c); i++) {
        if (cm_finding_position(c, c->probe->chain[i]) < (int)i) {
            mark(out, i);
        }
    }
}

/* The anchor itself, or another certificate of its key: clients have it. */
static bool is_known_root(const struct cm_case *c, const struct cm_cert *cert)
{
    struct cm_cert *const *certs = NULL;
    size_t num;

    if (!cert->parsed || !cm_self_signed(c->trust->memo, cert)) {
        return false;
    }
    num = cm_certset_by_subject(c->trust->anchors, cert->subject_norm, &certs);
    for (size_t i = 0; i < num; i++) {
        if (cm_span_equal(certs[i]->spki, cert->spki)) {
            return true;
        }
    }
    return false;
}

static void find_roots(const struct cm_case *c, const struct marks *duplicates,
                       struct marks *out)
{
    for (size_t i = 1; i < chain_length(c); i++) {
        if (!duplicates->at[i] && is_known_root(c, c->probe->chain[i])) {
            mark(out, i);
        }
    }
}

static bool is_same_name_as_path(const struct cm_case *c,
                                 const struct cm_cert *cert)
{
    for (size_t i = 1; i < c->path.num; i++) {
        if (cm_span_equal(c->path.steps[i].cert->spki, cert->spki)) {
            return true;
        }
    }
    return false;
}

/* Did `cert` issue one of the related ones? Cross-signs on another path than
 * the one judged are related too. */
static bool issued_related(const struct cm_case *c, const struct cm_cert *cert,
                           const struct marks *related, unsigned *checks)
{
    for (size_t i = 0; i < chain_length(c); i++) {
        const struct cm_cert *child = c->probe->chain[i];

        if (!related->at[i] || !child->parsed ||
            !cm_span_equal(child->issuer_norm, cert->subject_norm) ||
            *checks >= MAX_RELATION_CHECKS) {
            continue;
        }
        (*checks)++;
        if (cm_sig_check(c->trust->memo, child, cert) == CM_SIG_GOOD) {
            return true;
        }
    }
    return false;
}

/* Grows the set of related certificates until nothing is added. False: too
 * many to say. */
static bool find_related(const struct cm_case *c, struct marks *related)
{
    unsigned checks = 0;
    bool grown = true;

    mark(related, 0);
    while (grown && checks < MAX_RELATION_CHECKS) {
        grown = false;
        for (size_t i = 1; i < chain_length(c); i++) {
            const struct cm_cert *cert = c->probe->chain[i];

            if (!related->at[i] && cert->parsed &&
                (is_same_name_as_path(c, cert) ||
                 issued_related(c, cert, related, &checks))) {
                mark(related, i);
                grown = true;
            }
        }
    }
    return checks < MAX_RELATION_CHECKS;
}

static bool is_on_path(const struct cm_case *c, const struct cm_cert *cert)
{
    for (size_t i = 0; i < c->path.num; i++) {
        if (memcmp(c->path.steps[i].cert->sha256, cert->sha256,
                   CM_SHA256_LEN) == 0) {
            return true;
        }
    }
    return false;
}

/* Sorts what is on no path of the leaf's from what is on an expired one,
 * beside the path that is good as it was sent. */
static void find_surplus(const struct cm_case *c,
                         const struct marks *duplicates,
                         const struct marks *roots, struct marks *unrelated,
                         struct marks *expired)
{
    struct marks related = {.num = 0};

    if (!find_related(c, &related)) {
        return;
    }
    for (size_t i = 1; i < chain_length(c); i++) {
        const struct cm_cert *cert = c->probe->chain[i];

        if (duplicates->at[i]) {
            continue;
        }
        if (!related.at[i] && !roots->at[i]) {
            mark(unrelated, i);
        } else if (related.at[i] && c->trusted &&
                   c->at_unix > cert->not_after && !is_on_path(c, cert)) {
            mark(expired, i);
        }
    }
}

/* "X, Y": the path without the leaf. */
static void say_path(const struct cm_case *c, struct cm_buf *out)
{
    for (size_t i = 1; i < c->path.num; i++) {
        char name[CM_LABEL_SIZE];

        (void)cm_buf_printf(out, "%s%s", i > 1 ? ", " : "",
                            cm_finding_cert_name(c->path.steps[i].cert, name));
    }
}

static void expired_cross(struct cm_case *c, const struct marks *expired)
{
    struct cm_buf path;
    struct cm_buf what;

    if (expired->num == 0) {
        return;
    }
    cm_buf_init(&path, 8192);
    cm_buf_init(&what, 16384);
    say_path(c, &path);
    (void)cm_buf_printf(
        &what,
        "expired at the time judged and not needed, since the path through %s "
        "is good; clients that do not look for another path (OpenSSL before "
        "1.1.0, GnuTLS before 3.6.14) fail on it",
        cm_finding_text(c, &path));
    report(c, CM_CAUSE_CHAIN_EXPIRED_CROSS, cm_finding_text(c, &what), expired);
    cm_buf_cleanup(&what);
    cm_buf_cleanup(&path);
}

static bool is_in_order(const struct cm_path *path)
{
    int last = -1;

    for (size_t i = 0; i < path->num; i++) {
        int position = path->steps[i].position;

        if (position >= 0 && position < last) {
            return false;
        }
        last = position >= 0 ? position : last;
    }
    return true;
}

static void wrong_order(struct cm_case *c)
{
    struct cm_finding *f;
    struct cm_buf list;
    unsigned num = 0;

    if (is_in_order(&c->path)) {
        return;
    }
    cm_buf_init(&list, 1024);
    for (size_t i = 0; i < c->path.num; i++) {
        int position = c->path.steps[i].position;

        if (position >= 0) {
            (void)cm_buf_printf(&list, "%s%d", num++ > 0 ? ", " : "",
                                position + 1);
        }
    }
    f = cm_finding_add(c, CM_CAUSE_CHAIN_WRONG_ORDER, "RFC 5246 section 7.4.2",
                       "from the server's certificate up, the path goes "
                       "through the certificates sent as %s of %zu",
                       cm_finding_text(c, &list), c->probe->num_chain);
    cm_finding_about(c, f, c->leaf);
    cm_buf_cleanup(&list);
}

static void oversize(struct cm_case *c)
{
    const struct cm_probe *p = c->probe;
    size_t num =
        p->num_chain_sent > p->num_chain ? p->num_chain_sent : p->num_chain;

    if (num > MAX_CERTS || p->chain_bytes > MAX_BYTES) {
        (void)cm_finding_add(c, CM_CAUSE_CHAIN_OVERSIZE,
                             "RFC 8446 section 4.4.2",
                             "%zu certificates in a message of %u bytes; some "
                             "clients stop at %u certificates or at %u bytes",
                             num, p->chain_bytes, MAX_CERTS, MAX_BYTES);
    }
}

void cm_judge_chain(struct cm_case *c)
{
    struct marks duplicates = {.num = 0};
    struct marks roots = {.num = 0};
    struct marks unrelated = {.num = 0};
    struct marks expired = {.num = 0};

    find_duplicates(c, &duplicates);
    find_roots(c, &duplicates, &roots);
    find_surplus(c, &duplicates, &roots, &unrelated, &expired);
    oversize(c);
    expired_cross(c, &expired);
    wrong_order(c);
    report(c, CM_CAUSE_CHAIN_DUPLICATE, "sent before already", &duplicates);
    report(c, CM_CAUSE_CHAIN_UNRELATED_CERT,
           "on no path from the server's certificate", &unrelated);
    report(c, CM_CAUSE_CHAIN_UNNEEDED_ROOT,
           "a root that clients must have anyway", &roots);
}
