/* What is wrong with the issuing certificates of the path that was judged, and
 * with the weak links of any of its certificates.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "judge/rules.h"
#include "pki/pki.h"

/* One certificate and one of its faults. */
struct blame {
    struct cm_cert *cert;
    const struct cm_cert *child; /* what it issued; NULL: it is the leaf */
    struct cm_cert *twin;        /* good, same name and key; or NULL */
    bool root;                   /* an anchor, or self-signed */
    unsigned fault;
};

static const struct fault_rule {
    unsigned fault;
    enum cm_cause cause;
    enum cm_resolution of_ca;   /* what to do about a CA's certificate */
    enum cm_resolution of_root; /* and a root's */
    const char *rule;
} rules[] = {
    {CM_FAULT_EXPIRED, CM_CAUSE_CA_CERT_EXPIRED, CM_RESOLUTION_INSTALL_CHAIN,
     CM_RESOLUTION_CHANGE_CA, "RFC 5280 section 6.1.3 (a)(2)"},
    {CM_FAULT_NOT_YET_VALID, CM_CAUSE_CA_CERT_EXPIRED,
     CM_RESOLUTION_INSTALL_CHAIN, CM_RESOLUTION_CHANGE_CA,
     "RFC 5280 section 6.1.3 (a)(2)"},
    {CM_FAULT_NOT_CA, CM_CAUSE_CHAIN_CA_FLAG_MISSING, CM_RESOLUTION_REISSUE_CA,
     CM_RESOLUTION_REISSUE_CA, "RFC 5280 section 6.1.4 (k), (n)"},
    {CM_FAULT_PATHLEN, CM_CAUSE_CHAIN_PATHLEN, CM_RESOLUTION_REISSUE_CA,
     CM_RESOLUTION_REISSUE_CA, "RFC 5280 section 4.2.1.9"},
    {CM_FAULT_KEY_ID, CM_CAUSE_CHAIN_WRONG_INTERMEDIATE,
     CM_RESOLUTION_INSTALL_CHAIN, CM_RESOLUTION_INSTALL_CHAIN,
     "RFC 5280 section 4.2.1.1"},
    {CM_FAULT_EKU, CM_CAUSE_LEAF_EKU_WRONG, CM_RESOLUTION_REISSUE_CA,
     CM_RESOLUTION_REISSUE_CA, "RFC 5280 section 4.2.1.12"},
    {CM_FAULT_CRITICAL, CM_CAUSE_LEAF_UNKNOWN_CRITICAL,
     CM_RESOLUTION_REISSUE_CA, CM_RESOLUTION_REISSUE_CA,
     "RFC 5280 section 4.2"},
    {CM_FAULT_SIG_WEAK, CM_CAUSE_SIG_WEAK, CM_RESOLUTION_REISSUE_CA,
     CM_RESOLUTION_REISSUE_CA, "RFC 9155"},
    {CM_FAULT_KEY_SMALL, CM_CAUSE_KEY_TOO_SMALL, CM_RESOLUTION_REISSUE_CA,
     CM_RESOLUTION_CHANGE_CA, "RFC 9325 section 4.5"},
};

static void say_time(const struct cm_case *c, const struct cm_cert *cert,
                     struct cm_buf *out)
{
    bool expired = c->at_unix > cert->not_after;
    char day[CM_TIME_TEXT_SIZE];
    char span[CM_TIME_TEXT_SIZE];

    if (expired) {
        (void)cm_buf_printf(
            out, "expired on %s, %s before the time judged",
            cm_time_day(cert->not_after, day),
            cm_finding_duration(c->at_unix - cert->not_after, span));
    } else {
        (void)cm_buf_printf(
            out, "is valid from %s on, %s after the time judged",
            cm_time_day(cert->not_before, day),
            cm_finding_duration(cert->not_before - c->at_unix, span));
    }
}

static void say_pathlen(const struct cm_case *c, const struct cm_cert *cert,
                        struct cm_buf *out)
{
    int between = 0;

    for (size_t i = 1; i < c->path.num && c->path.steps[i].cert != cert; i++) {
        between += c->path.steps[i].cert->self_issued ? 0 : 1;
    }
    (void)cm_buf_printf(out,
                        "allows %d intermediate%s below it, and %d %s on the "
                        "path",
                        cert->pathlen, cert->pathlen == 1 ? "" : "s", between,
                        between == 1 ? "is" : "are");
}

static void say_key(const struct cm_case *c, const struct cm_cert *cert,
                    struct cm_buf *out)
{
    unsigned least = cert->key_alg == CM_KEY_EC ? c->policy->min_ec_bits
                                                : c->policy->min_rsa_bits;

    (void)cm_buf_printf(out, "has a key of %u bits (%s)", cert->key_bits,
                        cm_key_alg_id(cert->key_alg));
    if (cert->key_alg != CM_KEY_DSA) {
        (void)cm_buf_printf(out, ", less than %u", least);
    }
}

static void say(const struct cm_case *c, const struct blame *b,
                struct cm_buf *out)
{
    const struct cm_cert *cert = b->cert;

    switch ((enum cm_fault)b->fault) {
    case CM_FAULT_EXPIRED:
    case CM_FAULT_NOT_YET_VALID:
        say_time(c, cert, out);
        break;
    case CM_FAULT_NOT_CA:
        (void)cm_buf_puts(out, "issued a certificate of the path, but ");
        (void)cm_buf_puts(out, cert->is_ca ? "its key usage lacks keyCertSign"
                               : cert->has_basic_constraints
                                   ? "its basic constraints say that it is no "
                                     "CA"
                                   : "it has no basic constraints that say "
                                     "that it is a CA");
        break;
    case CM_FAULT_PATHLEN:
        say_pathlen(c, cert, out);
        break;
    case CM_FAULT_KEY_ID:
        (void)cm_buf_puts(out, "has the issuing key, but names it ");
        (void)cm_buf_hex(out, cert->ski.data, cert->ski.len);
        (void)cm_buf_puts(out, " while the certificate below asks for ");
        (void)cm_buf_hex(out, b->child->aki.data, b->child->aki.len);
        (void)cm_buf_puts(out, ": many clients do not put them together");
        break;
    case CM_FAULT_EKU:
        (void)cm_buf_puts(out, "may not issue for TLS servers: its extended "
                               "key usage lacks serverAuth");
        break;
    case CM_FAULT_CRITICAL:
        (void)cm_buf_printf(out,
                            "has the critical extension %.80s, which no "
                            "client knows",
                            cert->unknown_critical);
        break;
    case CM_FAULT_SIG_WEAK:
        (void)cm_buf_printf(out, "is signed with %s", cert->sig_name);
        break;
    case CM_FAULT_KEY_SMALL:
        say_key(c, cert, out);
        break;
    }
}

static bool is_hopeless(const struct blame *b)
{
    if (b->fault == CM_FAULT_SIG_WEAK) {
        return b->cert->sig_hash != CM_HASH_SHA1;
    }
    return b->fault == CM_FAULT_KEY_SMALL && b->cert->key_alg != CM_KEY_EC &&
           b->cert->key_bits != 0 && b->cert->key_bits < 1024;
}

static void set_severity(const struct blame *b, struct cm_finding *f)
{
    if (is_hopeless(b)) {
        f->severity = CM_SEVERITY_NOW;
    } else if (b->fault == CM_FAULT_KEY_ID ||
               (b->fault == CM_FAULT_EKU && b->child != NULL)) {
        f->severity = CM_SEVERITY_SOME_CLIENTS;
    }
}

/* Who must do what: install the good twin, or have this one issued anew. */
static void set_action(struct cm_case *c, const struct fault_rule *rule,
                       const struct blame *b, struct cm_finding *f)
{
    if (b->child == NULL) { /* the leaf: as in the catalogue */
        return;
    }
    f->resolution = b->root ? rule->of_root : rule->of_ca;
    if (b->fault == CM_FAULT_KEY_ID) {
        cm_finding_for_issuer(c, f, b->child);
    } else if (b->twin != NULL) {
        f->resolution = CM_RESOLUTION_INSTALL_CHAIN;
        cm_finding_for_cert(c, f, b->twin);
    } else if (f->resolution == CM_RESOLUTION_INSTALL_CHAIN) {
        cm_finding_for_holder(c, f, b->cert);
    }
}

static void report(struct cm_case *c, const struct fault_rule *rule,
                   const struct blame *b)
{
    char name[CM_LABEL_SIZE];
    char place[CM_LABEL_SIZE];
    struct cm_finding *f;
    struct cm_buf words;

    cm_buf_init(&words, 1U << 18);
    say(c, b, &words);
    (void)cm_buf_printf(&words, "; %s", cm_finding_place(c, b->cert, place));
    if (b->twin != NULL) {
        (void)cm_buf_printf(&words,
                            "; install %s instead, which has the same name "
                            "and key",
                            cm_finding_cert_name(b->twin, name));
    }
    f = cm_finding_add(c, rule->cause, rule->rule, "%s, %s, %s",
                       cm_finding_cert_name(b->cert, name),
                       b->child == NULL ? "the server's certificate"
                       : b->root        ? "the root of the path"
                                        : "an issuer on the path",
                       cm_finding_text(c, &words));
    cm_buf_cleanup(&words);
    if (f != NULL) {
        set_severity(b, f);
        set_action(c, rule, b, f);
        cm_finding_about(c, f, b->cert);
    }
}

static void report_each(struct cm_case *c, struct blame b, unsigned faults)
{
    struct cm_cert *twin = b.twin;

    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
        bool of_place = rules[i].fault == CM_FAULT_PATHLEN ||
                        rules[i].fault == CM_FAULT_KEY_ID;

        if ((faults & rules[i].fault) != 0) {
            b.fault = rules[i].fault;
            b.twin = of_place ? NULL : twin;
            report(c, &rules[i], &b);
        }
    }
}

/* The pool may hold the same CA's certificate without this fault: a renewed
 * one, or one signed with a better hash. */
static struct cm_cert *find_twin(const struct cm_case *c,
                                 const struct cm_cert *cert)
{
    struct cm_cert *const *certs = NULL;
    size_t num = 0;

    if (c->trust->pool != NULL) {
        num = cm_certset_by_subject(c->trust->pool, cert->subject_norm, &certs);
    }
    for (size_t i = 0; i < num; i++) {
        if (cm_span_equal(certs[i]->spki, cert->spki) &&
            cm_path_own_faults(certs[i], false, c->policy, c->at_unix) == 0) {
            return certs[i];
        }
    }
    return NULL;
}

void cm_judge_path_faults(struct cm_case *c)
{
    for (size_t i = 0; i < c->path.num; i++) {
        const struct cm_step *step = &c->path.steps[i];
        struct blame b = {.cert = step->cert,
                          .root = step->anchor || step->self_signed};

        if (i > 0) {
            b.child = c->path.steps[i - 1].cert;
            b.twin =
                b.root || step->faults == 0 ? NULL : find_twin(c, step->cert);
        }
        report_each(c, b, step->faults);
    }
}

void cm_judge_replaceable(struct cm_case *c, struct cm_cert *cert,
                          unsigned faults, struct cm_cert *twin)
{
    struct blame b = {
        .cert = cert, .child = c->path.steps[0].cert, .twin = twin};

    report_each(c, b, faults);
}
