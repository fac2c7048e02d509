/* What is wrong with the issuing certificates of the path that was judged, and
 * with the weak links of any of its certificates.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/faults.h"

#include "judge/rules.h"
#include "pki/pki.h"

#define RULES (sizeof(rules) / sizeof(*rules))

/* Causes and what to do about the leaf, an intermediate and a root. */
static const struct fault_rule {
    unsigned fault;
    enum cm_cause cause;
    enum cm_cause of_a_root;
    enum cm_resolution of_leaf;
    enum cm_resolution of_ca;
    enum cm_resolution of_root;
    const char *rule;
} rules[] = {
#define RULE(fault, cause, root_cause, leaf, ca, root, rule)                   \
    {                                                                          \
        CM_FAULT_##fault, CM_CAUSE_##cause, CM_CAUSE_##root_cause,             \
            CM_RESOLUTION_##leaf, CM_RESOLUTION_##ca, CM_RESOLUTION_##root,    \
            rule                                                               \
    }
    RULE(REMOVED, ROOT_DISTRUSTED_OR_REMOVED, ROOT_DISTRUSTED_OR_REMOVED,
         CHANGE_CA, CHANGE_CA, CHANGE_CA, "RFC 5280 section 6.1.1 (d)"),
    RULE(TOO_NEW, CA_DISTRUST_AFTER, CA_DISTRUST_AFTER, CHANGE_CA, CHANGE_CA,
         CHANGE_CA, "RFC 5280 section 6.1.1 (d)"),
    RULE(FORM, TLS_CERT_UNPARSABLE, TLS_CERT_UNPARSABLE, REISSUE_CERTIFICATE,
         REISSUE_CA, REISSUE_CA, "RFC 5280 section 4.1.2"),
    RULE(EXTENSION, X509_INVALID_EXTENSION, X509_INVALID_EXTENSION,
         REISSUE_CERTIFICATE, REISSUE_CA, REISSUE_CA, "RFC 5280 section 4.2"),
    RULE(SIG_ALG, CHAIN_BAD_SIGNATURE, CHAIN_BAD_SIGNATURE, REISSUE_CERTIFICATE,
         REISSUE_CA, REISSUE_CA, "RFC 5280 section 4.1.1.2"),
    RULE(EXPIRED, CA_CERT_EXPIRED, ROOT_EXPIRED, RENEW_CERTIFICATE,
         INSTALL_CHAIN, CHANGE_CA, "RFC 5280 section 6.1.3 (a)(2)"),
    RULE(NOT_YET_VALID, CA_CERT_EXPIRED, ROOT_EXPIRED, RENEW_CERTIFICATE,
         INSTALL_CHAIN, CHANGE_CA, "RFC 5280 section 6.1.3 (a)(2)"),
    RULE(NOT_CA, CHAIN_CA_FLAG_MISSING, CHAIN_CA_FLAG_MISSING,
         REISSUE_CERTIFICATE, REISSUE_CA, REISSUE_CA,
         "RFC 5280 section 6.1.4 (k), (n)"),
    RULE(PATHLEN, CHAIN_PATHLEN, CHAIN_PATHLEN, REISSUE_CERTIFICATE, REISSUE_CA,
         REISSUE_CA, "RFC 5280 section 4.2.1.9"),
    RULE(DEPTH, CHAIN_TOO_DEEP, CHAIN_TOO_DEEP, TIDY_CHAIN, TIDY_CHAIN,
         TIDY_CHAIN, "RFC 5280 section 6.1"),
    RULE(NAMES, CHAIN_NAME_CONSTRAINTS, CHAIN_NAME_CONSTRAINTS,
         REISSUE_CERTIFICATE, REISSUE_CA, REISSUE_CA,
         "RFC 5280 section 4.2.1.10"),
    RULE(POLICY, CHAIN_POLICY, CHAIN_POLICY, REISSUE_CERTIFICATE, REISSUE_CA,
         REISSUE_CA, "RFC 5280 section 6.1.5 (g)"),
    RULE(KEY_ID, CHAIN_WRONG_INTERMEDIATE, CHAIN_WRONG_INTERMEDIATE,
         INSTALL_CHAIN, INSTALL_CHAIN, INSTALL_CHAIN,
         "RFC 5280 section 4.2.1.1"),
    RULE(EKU, CHAIN_EKU_CA, CHAIN_EKU_CA, REISSUE_CERTIFICATE, REISSUE_CA,
         REISSUE_CA, "RFC 5280 section 4.2.1.12"),
    RULE(CRITICAL, LEAF_UNKNOWN_CRITICAL, LEAF_UNKNOWN_CRITICAL,
         REISSUE_CERTIFICATE, REISSUE_CA, REISSUE_CA, "RFC 5280 section 4.2"),
    RULE(SIG_WEAK, SIG_WEAK, SIG_WEAK, REISSUE_CERTIFICATE, REISSUE_CA,
         REISSUE_CA, "RFC 9155"),
    RULE(KEY_SMALL, KEY_TOO_SMALL, KEY_TOO_SMALL, REISSUE_CERTIFICATE,
         REISSUE_CA, CHANGE_CA, "RFC 9325 section 4.5"),
    RULE(KEY_ALG, KEY_ALG_UNSUPPORTED, KEY_ALG_UNSUPPORTED, REISSUE_CERTIFICATE,
         REISSUE_CA, CHANGE_CA, "RFC 8446 section 4.4.2.2"),
    RULE(KEY_RARE, KEY_ALG_UNSUPPORTED, KEY_ALG_UNSUPPORTED,
         REISSUE_CERTIFICATE, REISSUE_CA, CHANGE_CA,
         "RFC 8446 section 4.4.2.2"),
#undef RULE
};

/* A new certificate of the same CA does not help against these. */
#define FAULTS_OF_PLACE                                                        \
    ((unsigned)CM_FAULT_PATHLEN | CM_FAULT_DEPTH | CM_FAULT_KEY_ID |           \
     CM_FAULT_NAMES | CM_FAULT_POLICY | CM_FAULT_REMOVED | CM_FAULT_TOO_NEW)

static bool is_hopeless(const struct cm_blame *b)
{
    if (b->fault == CM_FAULT_SIG_WEAK) {
        return b->cert->sig_hash != CM_HASH_SHA1;
    }
    return b->fault == CM_FAULT_KEY_SMALL && b->cert->key_alg != CM_KEY_EC &&
           b->cert->key_bits != 0 && b->cert->key_bits < 1024;
}

static void set_severity(const struct cm_blame *b, struct cm_finding *f)
{
    if (b->fault == CM_FAULT_KEY_ALG || b->fault == CM_FAULT_KEY_RARE) {
        f->severity = cm_path_key_kind(b->cert, b->child == NULL)->severity;
        f->blocks = b->fault == CM_FAULT_KEY_ALG;
    } else if (is_hopeless(b)) {
        f->severity = CM_SEVERITY_NOW;
    } else if (b->fault == CM_FAULT_KEY_ID || b->fault == CM_FAULT_FORM) {
        f->severity = CM_SEVERITY_SOME_CLIENTS;
    }
}

/* Who must do what: install the good twin, or have this one issued anew. */
static void set_action(struct cm_case *c, const struct fault_rule *rule,
                       const struct cm_blame *b, struct cm_finding *f)
{
    if (b->child == NULL) {
        f->resolution = rule->of_leaf;
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
                   const struct cm_blame *b)
{
    char name[CM_LABEL_SIZE];
    char place[CM_LABEL_SIZE];
    struct cm_finding *f;
    struct cm_buf words;

    cm_buf_init(&words, 1U << 18);
    cm_fault_words(c, b, &words);
    (void)cm_buf_printf(&words, "; %s", cm_finding_place(c, b->cert, place));
    if (b->twin != NULL) {
        (void)cm_buf_printf(&words,
                            "; install %s instead, which has the same name "
                            "and key",
                            cm_finding_cert_name(b->twin, name));
    }
    f = cm_finding_add(c, b->root ? rule->of_a_root : rule->cause, rule->rule,
                       "%s, %s, %s", cm_finding_cert_name(b->cert, name),
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

static void report_each(struct cm_case *c, struct cm_blame b, unsigned faults)
{
    struct cm_cert *twin = b.twin;

    for (size_t i = 0; faults != 0 && i < RULES; i++) {
        if ((faults & rules[i].fault) != 0) {
            b.fault = rules[i].fault;
            b.twin = (b.fault & FAULTS_OF_PLACE) != 0 ? NULL : twin;
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
            cm_path_own_faults(certs[i], CM_ROLE_ISSUER, c->policy,
                               c->at_unix) == 0) {
            return certs[i];
        }
    }
    return NULL;
}

void cm_judge_path_faults(struct cm_case *c)
{
    unsigned deep = 0; /* said once, of the first that is too far up */

    for (size_t i = 0; i < c->path.num; i++) {
        const struct cm_step *step = &c->path.steps[i];
        struct cm_blame b = {.cert = step->cert,
                             .step = i,
                             .root =
                                 i > 0 && (step->anchor || step->self_signed)};

        if (i > 0) {
            b.child = c->path.steps[i - 1].cert;
            b.twin =
                b.root || step->faults == 0 ? NULL : find_twin(c, step->cert);
        }
        report_each(c, b, step->faults & ~deep);
        deep |= step->faults & CM_FAULT_DEPTH;
    }
}

void cm_judge_replaceable(struct cm_case *c, struct cm_cert *cert,
                          unsigned faults, struct cm_cert *twin)
{
    struct cm_blame b = {
        .cert = cert, .child = c->path.steps[0].cert, .twin = twin};

    report_each(c, b, faults);
}
