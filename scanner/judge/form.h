/* Rules about the form of the certificates on a path: tables, one row a rule.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_FORM_H
#define CERTMUSTER_FORM_H

#include "judge/finding.h"

/* Where a certificate stands, as bits. */
#define CM_FORM_LEAF 0x1U
#define CM_FORM_ISSUER 0x2U
#define CM_FORM_ROOT 0x4U /* self-signed, above the leaf */
#define CM_FORM_CA (CM_FORM_ISSUER | CM_FORM_ROOT)
#define CM_FORM_ANY (CM_FORM_LEAF | CM_FORM_CA)

/* One certificate of the path. */
struct cm_form {
    struct cm_cert *cert;
    const struct cm_cert *issuer; /* the next one up; NULL: none is known */
    unsigned role;
    bool self_signed; /* an anchor is by its names, others by a signature */
};

struct cm_form_rule {
    bool (*is_broken)(const struct cm_form *form);
    unsigned roles;
    enum cm_severity severity;
    const char *rule;       /* "RFC 5280 section 4.1.2.2" */
    const char *text;       /* "its serial number is zero or negative" */
    const char *refused_by; /* which clients do; "" when none is known */
    /* Adds what was seen; may be NULL. */
    void (*say)(const struct cm_form *form, struct cm_buf *out);
};

/* Index `i` of the case's path. */
struct cm_form cm_form_of(const struct cm_case *c, size_t i);
/* A finding of `cause` when the rule is broken; lent, or NULL. */
struct cm_finding *cm_form_judge(struct cm_case *c, enum cm_cause cause,
                                 const struct cm_form *form,
                                 const struct cm_form_rule *rule);

/* A rule of the CA/Browser Forum. */
struct cm_public_rule {
    struct cm_form_rule form;
    bool said;     /* binds only what says that it is public */
    int64_t since; /* binds what was issued from then on */
};

/* public_profile.c */
void cm_public_judge(struct cm_case *c, const struct cm_form *form,
                     const struct cm_public_rule *list, size_t num);
/* public_names.c */
void cm_public_judge_names(struct cm_case *c, const struct cm_form *form);
bool cm_public_internal_name(const struct cm_cert *cert);

#define CM_HAS_EXT(cert, ext) (((cert)->ext_present & CM_EXT_BIT(ext)) != 0)
#define CM_IS_CRITICAL(cert, ext)                                              \
    (((cert)->ext_critical & CM_EXT_BIT(ext)) != 0)
/* An empty RDNSequence. */
#define CM_IS_EMPTY_NAME(name) ((name).len <= 2)

#endif
