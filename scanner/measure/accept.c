/* Which of the judge's findings a client minds, and which of them it names.
 *
 * Clients stop at the first thing they dislike, each in an order of its own, so
 * that the same chain is "expired" to one and "wrong name" to the next.
 * SPDX-License-Identifier: Apache-2.0 */
#include "measure/accept.h"

#include <string.h>

#include "pki/pki.h"

#define SECONDS_PER_DAY 86400

/* What findings are about; a client's order is one of these. */
enum class {
    AUTHORITY,
    FORM,
    STRENGTH,
    DATE,
    NAME,
    TIMESTAMPS, /* and what else only some clients look for */
    CLASS_COUNT
};

static const enum class orders[CM_FAMILY_COUNT][CLASS_COUNT] = {
    [CM_FAMILY_DOTNET_FRAMEWORK] = {AUTHORITY, FORM, STRENGTH, DATE, NAME,
                                    TIMESTAMPS},
    [CM_FAMILY_DOTNET] = {AUTHORITY, FORM, STRENGTH, DATE, NAME, TIMESTAMPS},
    [CM_FAMILY_SCHANNEL] = {AUTHORITY, FORM, STRENGTH, DATE, NAME, TIMESTAMPS},
    [CM_FAMILY_OPENSSL] = {AUTHORITY, FORM, STRENGTH, NAME, DATE, TIMESTAMPS},
    [CM_FAMILY_CURL] = {AUTHORITY, FORM, STRENGTH, DATE, NAME, TIMESTAMPS},
    [CM_FAMILY_JAVA] = {AUTHORITY, DATE, FORM, STRENGTH, NAME, TIMESTAMPS},
    [CM_FAMILY_GO] = {DATE, NAME, AUTHORITY, STRENGTH, FORM, TIMESTAMPS},
    [CM_FAMILY_PYTHON] = {AUTHORITY, FORM, STRENGTH, NAME, DATE, TIMESTAMPS},
    [CM_FAMILY_NODE] = {DATE, STRENGTH, FORM, AUTHORITY, NAME, TIMESTAMPS},
    [CM_FAMILY_CHROME] = {FORM, AUTHORITY, NAME, TIMESTAMPS, STRENGTH, DATE},
    [CM_FAMILY_FIREFOX] = {FORM, AUTHORITY, STRENGTH, NAME, DATE, TIMESTAMPS},
    [CM_FAMILY_ANDROID] = {AUTHORITY, DATE, FORM, STRENGTH, NAME, TIMESTAMPS},
    [CM_FAMILY_APPLE] = {AUTHORITY, NAME, DATE, FORM, STRENGTH, TIMESTAMPS},
};

/* --- who minds what --- */

typedef bool minds_fn(const struct cm_accept_case *c,
                      const struct cm_finding *f);

static bool always(const struct cm_accept_case *c, const struct cm_finding *f)
{
    (void)c;
    return f->blocks;
}

static bool is_public(const struct cm_accept_case *c)
{
    const struct cm_cert *leaf = c->shown.chain[0];

    return leaf->public_policy || leaf->num_scts > 0;
}

static bool weak_signature(const struct cm_accept_case *c,
                           const struct cm_finding *f)
{
    enum cm_sha1 sha1 = c->profile->sha1;

    if (f->cert == NULL || f->cert->sig_hash != CM_HASH_SHA1) {
        return f->blocks; /* MD5 and MD2: nobody takes them any more */
    }
    return f->blocks && (sha1 == CM_SHA1_REFUSED ||
                         (sha1 == CM_SHA1_PRIVATE && is_public(c)));
}

static bool small_key(const struct cm_accept_case *c,
                      const struct cm_finding *f)
{
    if (f->cert == NULL || (f->cert->key_alg != CM_KEY_RSA &&
                            f->cert->key_alg != CM_KEY_RSA_PSS)) {
        return f->blocks;
    }
    return f->cert->key_bits < c->profile->min_rsa_bits;
}

static bool common_name(const struct cm_accept_case *c,
                        const struct cm_finding *f)
{
    return f->blocks && !c->profile->common_name;
}

static bool key_usage(const struct cm_accept_case *c,
                      const struct cm_finding *f)
{
    (void)f;
    return c->profile->key_usage;
}

static bool timestamps(const struct cm_accept_case *c,
                       const struct cm_finding *f)
{
    (void)f;
    return c->profile->needs_scts;
}

static bool staple(const struct cm_accept_case *c, const struct cm_finding *f)
{
    (void)f;
    return c->profile->needs_staple;
}

static bool revocation(const struct cm_accept_case *c,
                       const struct cm_finding *f)
{
    return f->blocks && c->profile->revocation;
}

static bool distrust(const struct cm_accept_case *c, const struct cm_finding *f)
{
    return f->blocks && c->profile->honours_distrust;
}

static bool expired_cross(const struct cm_accept_case *c,
                          const struct cm_finding *f)
{
    (void)f;
    return !c->profile->trusted_first;
}

static bool expired_root(const struct cm_accept_case *c,
                         const struct cm_finding *f)
{
    return f->blocks && c->profile->family != CM_FAMILY_ANDROID;
}

/* X509_V_FLAG_X509_STRICT looks at some rules of RFC 5280 only. */
static enum cm_occasion strict_occasion(const struct cm_finding *f)
{
    static const struct {
        const char *rule;
        enum cm_occasion occasion;
    } rules[] = {
        {"RFC 5280 section 4.2.1.1", CM_SAID_NO_AKI},
        {"RFC 5280 section 4.2.1.2", CM_SAID_NO_SKI},
        {"RFC 5280 section 4.2.1.3", CM_SAID_NO_KEY_USAGE},
        {"RFC 5280 section 4.2.1.9", CM_SAID_CONSTRAINTS_FORM},
    };

    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
        if (strcmp(f->rule, rules[i].rule) == 0) {
            return rules[i].occasion;
        }
    }
    return CM_SAID_COUNT;
}

static bool strict(const struct cm_accept_case *c, const struct cm_finding *f)
{
    return c->profile->strict && strict_occasion(f) != CM_SAID_COUNT;
}

/* --- what each cause is to a client --- */

/* AUTHORITY's occasion depends on what was sent: see authority(). */
static const struct row {
    enum cm_cause cause;
    enum class about;
    enum cm_occasion occasion;
    minds_fn *minds;
} rows[] = {
    {CM_CAUSE_SELF_SIGNED_LEAF, AUTHORITY, CM_SAID_SELF_SIGNED, always},
    {CM_CAUSE_CHAIN_INCOMPLETE, AUTHORITY, CM_SAID_ISSUER_MISSING, always},
    {CM_CAUSE_UNTRUSTED_PRIVATE_ROOT, AUTHORITY, CM_SAID_ISSUER_MISSING,
     always},
    {CM_CAUSE_ROOT_NOT_IN_CLIENT_STORE, AUTHORITY, CM_SAID_ISSUER_MISSING,
     always},
    {CM_CAUSE_ROOT_DISTRUSTED_OR_REMOVED, AUTHORITY, CM_SAID_ISSUER_MISSING,
     always},
    {CM_CAUSE_CA_DISTRUST_AFTER, AUTHORITY, CM_SAID_ISSUER_MISSING, distrust},
    {CM_CAUSE_ISSUER_UNKNOWN, AUTHORITY, CM_SAID_ISSUER_MISSING, always},
    {CM_CAUSE_CHAIN_WRONG_INTERMEDIATE, AUTHORITY, CM_SAID_ISSUER_MISSING,
     always},
    {CM_CAUSE_TLS_INTERCEPTION, AUTHORITY, CM_SAID_ISSUER_MISSING, always},
    {CM_CAUSE_CHAIN_BAD_SIGNATURE, FORM, CM_SAID_BAD_SIGNATURE, always},
    {CM_CAUSE_TLS_CERT_UNPARSABLE, FORM, CM_SAID_COUNT, always},
    {CM_CAUSE_X509_INVALID_EXTENSION, FORM, CM_SAID_COUNT, always},
    {CM_CAUSE_CHAIN_CA_FLAG_MISSING, FORM, CM_SAID_CA_FLAG, always},
    {CM_CAUSE_CHAIN_PATHLEN, FORM, CM_SAID_PATHLEN, always},
    {CM_CAUSE_CHAIN_NAME_CONSTRAINTS, FORM, CM_SAID_NAME_CONSTRAINTS, always},
    {CM_CAUSE_CHAIN_POLICY, FORM, CM_SAID_COUNT, always},
    {CM_CAUSE_CHAIN_EKU_CA, FORM, CM_SAID_EKU, always},
    {CM_CAUSE_LEAF_EKU_WRONG, FORM, CM_SAID_EKU, always},
    {CM_CAUSE_LEAF_KEY_USAGE, FORM, CM_SAID_KEY_USAGE, key_usage},
    {CM_CAUSE_LEAF_UNKNOWN_CRITICAL, FORM, CM_SAID_CRITICAL, always},
    {CM_CAUSE_X509_NOT_STRICT, FORM, CM_SAID_NO_AKI, strict},
    {CM_CAUSE_CHAIN_EXPIRED_CROSS, DATE, CM_SAID_CA_EXPIRED, expired_cross},
    {CM_CAUSE_SIG_WEAK, STRENGTH, CM_SAID_SHA1, weak_signature},
    {CM_CAUSE_KEY_TOO_SMALL, STRENGTH, CM_SAID_SMALL_KEY, small_key},
    {CM_CAUSE_LEAF_EXPIRED, DATE, CM_SAID_EXPIRED, always},
    {CM_CAUSE_LEAF_NOT_YET_VALID, DATE, CM_SAID_NOT_YET_VALID, always},
    {CM_CAUSE_CA_CERT_EXPIRED, DATE, CM_SAID_CA_EXPIRED, always},
    {CM_CAUSE_ROOT_EXPIRED, DATE, CM_SAID_CA_EXPIRED, expired_root},
    {CM_CAUSE_NAME_DEFAULT_CERT, NAME, CM_SAID_NAME, always},
    {CM_CAUSE_NAME_MISMATCH, NAME, CM_SAID_NAME, always},
    {CM_CAUSE_NAME_WILDCARD_SCOPE, NAME, CM_SAID_NAME, always},
    {CM_CAUSE_NAME_IP_NOT_IN_SAN, NAME, CM_SAID_NAME_IP, always},
    {CM_CAUSE_NAME_CN_ONLY, NAME, CM_SAID_NAME_NO_SAN, common_name},
    {CM_CAUSE_REVOKED, TIMESTAMPS, CM_SAID_REVOKED, revocation},
    {CM_CAUSE_SCT_MISSING, TIMESTAMPS, CM_SAID_NO_TIMESTAMPS, timestamps},
    {CM_CAUSE_MUST_STAPLE_MISSING, TIMESTAMPS, CM_SAID_NO_STAPLE, staple},
};

static const struct row *row_of(enum cm_cause cause)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (rows[i].cause == cause) {
            return &rows[i];
        }
    }
    return NULL;
}

/* --- issuers --- */

static bool was_sent(const struct cm_accept_case *c, const struct cm_cert *cert)
{
    for (size_t i = 0; i < c->shown.num; i++) {
        if (memcmp(c->shown.chain[i]->sha256, cert->sha256, CM_SHA256_LEN) ==
            0) {
            return true;
        }
    }
    return false;
}

static bool names_a_web_address(const struct cm_cert *cert)
{
    for (size_t i = 0; i < cert->num_ca_issuers; i++) {
        if (cert->ca_issuers[i].len > 7 &&
            memcmp(cert->ca_issuers[i].data, "http://", 7) == 0) {
            return true;
        }
    }
    return false;
}

/* Every issuer that is missing on the path can be fetched. */
static bool can_fetch(const struct cm_accept_case *c)
{
    const struct cm_judgement *j = c->pooled;

    for (size_t i = 0; i + 2 < j->num_path; i++) {
        if (!was_sent(c, j->path[i + 1]) && !names_a_web_address(j->path[i])) {
            return false;
        }
    }
    return true;
}

static const struct cm_judgement *judged(const struct cm_accept_case *c)
{
    bool helped = (c->profile->issuers == CM_ISSUERS_FETCHED && can_fetch(c)) ||
                  (c->profile->issuers == CM_ISSUERS_PRELOADED && is_public(c));

    return helped && c->pooled->path_valid ? c->pooled : c->alone;
}

/* To a client it is all the same who the missing issuer is. */
static enum cm_occasion authority(const struct cm_accept_case *c)
{
    struct cm_cert *const *chain = c->shown.chain;
    const struct cm_cert *top = chain[c->shown.num - 1];

    if (c->shown.num == 1) {
        return CM_SAID_ISSUER_MISSING_ALONE;
    }
    return top->self_issued ? CM_SAID_ROOT_SENT : CM_SAID_ISSUER_MISSING;
}

/* --- the name --- */

static enum cm_occasion name_occasion(const struct cm_accept_case *c,
                                      enum cm_occasion by_cause)
{
    if (by_cause != CM_SAID_NAME) {
        return by_cause;
    }
    return c->shown.chain[0]->has_san ? CM_SAID_NAME : CM_SAID_NAME_NO_SAN;
}

/* --- what no finding says --- */

static long long days_of(const struct cm_cert *cert)
{
    return (long long)(cert->not_after - cert->not_before) / SECONDS_PER_DAY;
}

static bool lives_too_long(const struct cm_accept_case *c)
{
    const struct cm_profile *p = c->profile;
    long long days = days_of(c->shown.chain[0]);

    return (p->max_days != 0 && days > p->max_days) ||
           (p->max_public_days != 0 && is_public(c) &&
            days > p->max_public_days);
}

static void object(struct cm_objection *out, enum cm_cause cause,
                   enum cm_occasion occasion, const char *why)
{
    if (!out->any) {
        *out = (struct cm_objection){
            .any = true, .cause = cause, .occasion = occasion, .why = why};
    }
}

static void own_rules(struct cm_objection *out, const struct cm_accept_case *c)
{
    const struct cm_profile *p = c->profile;

    if (p->needs_eku && !c->shown.chain[0]->has_eku) {
        object(out, CM_CAUSE_LEAF_EKU_WRONG, CM_SAID_EKU,
               "the certificate does not say what it is for (extended key "
               "usage), which this client insists on");
    }
    if (lives_too_long(c)) {
        object(out, CM_CAUSE_VALIDITY_TOO_LONG, CM_SAID_TOO_LONG,
               "the certificate is valid for longer than this client accepts");
    }
    if (p->max_chain != 0 && c->shown.num > p->max_chain) {
        object(out, CM_CAUSE_CHAIN_OVERSIZE, CM_SAID_COUNT,
               "the server sends more certificates than this client reads");
    }
}

/* --- all together --- */

static void take_finding(struct cm_objection *out,
                         const struct cm_accept_case *c, const struct row *row,
                         const struct cm_finding *f)
{
    out->any = true;
    out->cause = row->cause;
    out->finding = f;
    out->occasion = row->occasion;
    if (row->about == AUTHORITY && row->occasion != CM_SAID_SELF_SIGNED) {
        out->occasion = authority(c);
    } else if (row->about == NAME) {
        out->occasion = name_occasion(c, row->occasion);
    } else if (row->cause == CM_CAUSE_X509_NOT_STRICT) {
        out->occasion = strict_occasion(f);
    }
}

static bool has_class(const struct cm_accept_case *c,
                      const struct cm_judgement *j, enum class about,
                      struct cm_objection *out)
{
    for (size_t i = 0; i < j->num_findings; i++) {
        const struct cm_finding *f = &j->findings[i];
        const struct row *row = row_of(f->cause);

        if (row != NULL && row->about == about && row->minds(c, f)) {
            if (out != NULL) {
                take_finding(out, c, row, f);
            }
            return true;
        }
    }
    return false;
}

void cm_accept(struct cm_objection *out, const struct cm_accept_case *c)
{
    const struct cm_judgement *j = judged(c);
    const enum class *order = orders[c->profile->family];

    *out = (struct cm_objection){.occasion = CM_SAID_COUNT};
    for (size_t i = 0; i < CLASS_COUNT && !out->any; i++) {
        (void)has_class(c, j, order[i], out);
    }
    own_rules(out, c);
    out->name_too = out->any && has_class(c, j, NAME, NULL) &&
                    row_of(out->cause) != NULL &&
                    row_of(out->cause)->about != NAME;
}
