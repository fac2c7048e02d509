/* What the CA/Browser Forum's Baseline Requirements (2.2.6) ask of the form of
 * certificates, for chains that are meant for the public web.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "judge/form.h"
#include "judge/rules.h"

#define DAY INT64_C(86400)
#define SINCE_1996 INT64_C(820454400)     /* X.509 version 3 came then */
#define SINCE_2023_09 INT64_C(1694736000) /* the profiles of ballot SC-62 */
#define SINCE_2026_03 INT64_C(1773532800) /* 15 March */

#define MIN_SERIAL 8U /* octets: 64 bits from a random source */
#define MIN_RSA_BITS 2048U

#define KU_NON_REPUDIATION 0x0002U
#define KU_DATA_ENCIPHERMENT 0x0008U
#define KU_ALL_RSA                                                             \
    (CM_KU_DIGITAL_SIGNATURE | CM_KU_KEY_ENCIPHERMENT | KU_DATA_ENCIPHERMENT)
#define KU_ALL_EC (CM_KU_DIGITAL_SIGNATURE | CM_KU_KEY_AGREEMENT)

bool cm_judge_leaf_is_public(const struct cm_cert *leaf)
{
    return (leaf->public_policy || leaf->num_scts > 0) && !leaf->self_issued &&
           !leaf->adcs_template;
}

bool cm_judge_is_public(const struct cm_case *c)
{
    return cm_judge_leaf_is_public(c->leaf);
}

bool cm_judge_says_private(struct cm_case *c)
{
    return cm_judge_private_signal(c, c->leaf) != NULL ||
           cm_public_internal_name(c->leaf);
}

static bool not_version_3(const struct cm_form *form)
{
    return form->cert->version != 3;
}

static bool serial_short(const struct cm_form *form)
{
    return form->cert->serial.len < MIN_SERIAL;
}

static bool eku_missing(const struct cm_form *form)
{
    return !form->cert->has_eku;
}

static bool eku_any(const struct cm_form *form)
{
    return (form->cert->eku & CM_EKU_ANY) != 0;
}

static bool eku_critical(const struct cm_form *form)
{
    return CM_IS_CRITICAL(form->cert, CM_EXT_EKU);
}

static bool eku_on_root(const struct cm_form *form)
{
    return form->cert->has_eku;
}

static bool is_ca(const struct cm_form *form)
{
    return form->cert->is_ca;
}

static bool constraints_not_critical(const struct cm_form *form)
{
    return form->cert->has_basic_constraints &&
           !CM_IS_CRITICAL(form->cert, CM_EXT_BASIC_CONSTRAINTS);
}

static bool usage_not_critical(const struct cm_form *form)
{
    return form->cert->has_key_usage &&
           !CM_IS_CRITICAL(form->cert, CM_EXT_KEY_USAGE);
}

/* 7.1.2.7.11: by the kind of key. */
static bool usage_does_not_fit(const struct cm_form *form)
{
    const struct cm_cert *cert = form->cert;

    if (!cert->has_key_usage) {
        return false;
    }
    if (cert->key_alg == CM_KEY_EC) {
        return (cert->key_usage & ~KU_ALL_EC) != 0 ||
               (cert->key_usage & CM_KU_DIGITAL_SIGNATURE) == 0;
    }
    return cert->key_alg == CM_KEY_RSA && (cert->key_usage & ~KU_ALL_RSA) != 0;
}

static bool usage_of_ca_does_not_fit(const struct cm_form *form)
{
    unsigned allowed =
        CM_KU_DIGITAL_SIGNATURE | CM_KU_KEY_CERT_SIGN | CM_KU_CRL_SIGN;

    return form->cert->has_key_usage &&
           ((form->cert->key_usage & CM_KU_CRL_SIGN) == 0 ||
            (form->cert->key_usage & ~allowed) != 0);
}

static void say_usage(const struct cm_form *form, struct cm_buf *out)
{
    (void)cm_buf_printf(out, "bits 0x%02x, a key of the kind %s",
                        form->cert->key_usage,
                        cm_key_alg_id(form->cert->key_alg));
}

/* 6.1.5, 7.1.3.1 */
static bool key_not_allowed(const struct cm_form *form)
{
    const struct cm_cert *cert = form->cert;

    if (cert->key_alg == CM_KEY_RSA) {
        return cert->key_bits < MIN_RSA_BITS || cert->key_bits % 8 != 0;
    }
    return cert->key_alg != CM_KEY_EC || cert->explicit_curve ||
           cert->curve == NULL ||
           (strcmp(cert->curve, "P-256") != 0 &&
            strcmp(cert->curve, "P-384") != 0 &&
            strcmp(cert->curve, "P-521") != 0);
}

static void say_key(const struct cm_form *form, struct cm_buf *out)
{
    const struct cm_cert *cert = form->cert;

    (void)cm_buf_printf(out, "%s %u bits%s%s%s", cm_key_alg_id(cert->key_alg),
                        cert->key_bits, cert->curve != NULL ? ", " : "",
                        cert->curve != NULL ? cert->curve : "",
                        cert->explicit_curve ? ", its curve written out" : "");
}

/* 7.1.3.2: nothing else, to the byte. */
static const struct allowed_signature {
    const char *bytes;
    size_t len;
    const char *curve; /* of the signing key */
} allowed_signatures[] = {
#define RSA_PKCS1(hash)                                                        \
    {                                                                          \
        "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01" hash "\x05\x00",    \
            15, NULL                                                           \
    }
#define RSA_PSS(hash, salt)                                                    \
    {                                                                          \
        "\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34\xa0\x0f" \
        "\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02" hash                \
        "\x05\x00\xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08" \
        "\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02" hash                \
        "\x05\x00\xa2\x03\x02\x01" salt,                                       \
            67, NULL                                                           \
    }
#define ECDSA(hash, curve)                                                     \
    {                                                                          \
        "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03" hash, 12, curve         \
    }
    RSA_PKCS1("\x0b"),       RSA_PKCS1("\x0c"),       RSA_PKCS1("\x0d"),
    RSA_PSS("\x01", "\x20"), RSA_PSS("\x02", "\x30"), RSA_PSS("\x03", "\x40"),
    ECDSA("\x02", "P-256"),  ECDSA("\x03", "P-384"),  ECDSA("\x04", "P-521"),
};

static const struct allowed_signature *find_signature(struct cm_span alg)
{
    for (size_t i = 0;
         i < sizeof(allowed_signatures) / sizeof(*allowed_signatures); i++) {
        if (alg.len == allowed_signatures[i].len &&
            memcmp(alg.data, allowed_signatures[i].bytes, alg.len) == 0) {
            return &allowed_signatures[i];
        }
    }
    return NULL;
}

static bool signature_not_allowed(const struct cm_form *form)
{
    return find_signature(form->cert->sig_alg) == NULL;
}

static bool hash_does_not_fit_key(const struct cm_form *form)
{
    const struct allowed_signature *sig = find_signature(form->cert->sig_alg);

    return sig != NULL && sig->curve != NULL && form->issuer != NULL &&
           form->issuer->curve != NULL &&
           strcmp(sig->curve, form->issuer->curve) != 0;
}

static void say_signature(const struct cm_form *form, struct cm_buf *out)
{
    (void)cm_buf_puts(out, form->cert->sig_name);
    if (form->issuer != NULL && form->issuer->curve != NULL) {
        (void)cm_buf_printf(out, " by a key on %s", form->issuer->curve);
    }
}

static bool aki_names_issuer(const struct cm_form *form)
{
    return form->cert->aki_has_issuer;
}

static bool root_aki_differs(const struct cm_form *form)
{
    return CM_HAS_EXT(form->cert, CM_EXT_AKI) &&
           !cm_span_equal(form->cert->aki, form->cert->ski);
}

static bool aia_missing(const struct cm_form *form)
{
    return !CM_HAS_EXT(form->cert, CM_EXT_AIA);
}

static bool is_short_lived(const struct cm_cert *cert)
{
    int64_t days = cert->not_before < SINCE_2026_03 ? 10 : 7;

    return cert->not_after - cert->not_before + 1 <= days * DAY;
}

static bool crl_missing(const struct cm_form *form)
{
    return !CM_HAS_EXT(form->cert, CM_EXT_CRL_POINTS);
}

static bool leaf_crl_missing(const struct cm_form *form)
{
    return crl_missing(form) && form->cert->num_ocsp_urls == 0 &&
           !is_short_lived(form->cert);
}

static bool policies_missing(const struct cm_form *form)
{
    return !CM_HAS_EXT(form->cert, CM_EXT_POLICIES);
}

static bool policy_not_reserved(const struct cm_form *form)
{
    return !form->cert->public_policy;
}

#define BR "CA/Browser Forum Baseline Requirements "
#define SOME CM_SEVERITY_SOME_CLIENTS
#define HYGIENE CM_SEVERITY_HYGIENE
#define LEAF CM_FORM_LEAF
#define ISSUER CM_FORM_ISSUER
#define ROOT CM_FORM_ROOT

static const struct cm_public_rule rules[] = {
    {{not_version_3, LEAF, HYGIENE, BR "7.1.1", "it is not of version 3", "",
      NULL},
     false,
     0},
    {{serial_short, LEAF, HYGIENE, BR "7.1.2.7",
      "its serial number is too short to hold 64 random bits", "", NULL},
     true,
     0},
    {{is_ca, LEAF, SOME, BR "7.1.2.7.8",
      "it is the certificate of a CA, not of a server", "", NULL},
     false,
     0},
    {{constraints_not_critical, LEAF, HYGIENE, BR "7.1.2.7.6",
      "its basic constraints are not critical", "", NULL},
     true,
     0},
    {{eku_missing, LEAF, SOME, BR "7.1.2.7.6", "it has no extended key usage",
      "Apple's systems", NULL},
     false,
     0},
    {{eku_any, LEAF, HYGIENE, BR "7.1.2.7.10",
      "its extended key usage has anyExtendedKeyUsage", "", NULL},
     false,
     0},
    {{eku_critical, LEAF | ISSUER, HYGIENE, BR "7.1.2.7.6",
      "its extended key usage is critical", "", NULL},
     false,
     0},
    {{usage_not_critical, LEAF, HYGIENE, BR "7.1.2.7.6",
      "its key usage is not critical", "", NULL},
     true,
     0},
    {{usage_does_not_fit, LEAF, HYGIENE, BR "7.1.2.7.11",
      "its key usage does not fit its key", "", say_usage},
     true,
     0},
    {{key_not_allowed, CM_FORM_ANY, HYGIENE, BR "6.1.5 and 7.1.3.1",
      "its key is of a kind or size that is not allowed", "", say_key},
     false,
     0},
    {{signature_not_allowed, LEAF | ISSUER, HYGIENE, BR "7.1.3.2",
      "it is signed with an algorithm that is not allowed", "", say_signature},
     false,
     0},
    {{hash_does_not_fit_key, LEAF | ISSUER, HYGIENE, BR "7.1.3.2.2",
      "its signature's hash does not fit the signing key", "", say_signature},
     true,
     SINCE_2023_09},
    {{aki_names_issuer, LEAF | ISSUER, HYGIENE, BR "7.1.2.11.1",
      "its authority key identifier names an issuer and serial number", "",
      NULL},
     true,
     SINCE_2023_09},
    {{aia_missing, LEAF, HYGIENE, BR "7.1.2.7.6",
      "it has no authority information access", "", NULL},
     true,
     0},
    {{leaf_crl_missing, LEAF, HYGIENE, BR "7.1.2.11.2",
      "it names neither a revocation list nor an OCSP responder", "", NULL},
     true,
     0},
    {{policy_not_reserved, LEAF, HYGIENE, BR "7.1.2.7.9",
      "it has no certificate policy of the CA/Browser Forum", "", NULL},
     true,
     0},
    {{eku_missing, ISSUER, HYGIENE, BR "7.1.2.6.1",
      "it issues certificates for servers, but has no extended key usage", "",
      NULL},
     true,
     SINCE_2023_09},
    {{eku_any, ISSUER, HYGIENE, BR "7.1.2.10.6",
      "its extended key usage has anyExtendedKeyUsage", "", NULL},
     true,
     SINCE_2023_09},
    {{usage_not_critical, CM_FORM_CA, HYGIENE, BR "7.1.2.6.1",
      "its key usage is not critical", "", NULL},
     true,
     SINCE_2023_09},
    {{usage_of_ca_does_not_fit, CM_FORM_CA, HYGIENE, BR "7.1.2.10.7",
      "its key usage is not that of a CA", "", say_usage},
     true,
     SINCE_2023_09},
    {{policies_missing, ISSUER, HYGIENE, BR "7.1.2.6.1",
      "it has no certificate policies", "", NULL},
     true,
     SINCE_2023_09},
    {{crl_missing, ISSUER, HYGIENE, BR "7.1.2.11.2",
      "it names no revocation list", "", NULL},
     true,
     SINCE_2023_09},
    {{eku_on_root, ROOT, HYGIENE, BR "7.1.2.1.2",
      "it is a root with an extended key usage", "", NULL},
     false,
     SINCE_2023_09},
    {{aki_names_issuer, ROOT, HYGIENE, BR "7.1.2.1.3",
      "its authority key identifier names an issuer and serial number", "",
      NULL},
     false,
     SINCE_2023_09},
    {{root_aki_differs, ROOT, HYGIENE, BR "7.1.2.1.3",
      "its authority key identifier is not its subject key identifier", "",
      NULL},
     false,
     SINCE_2023_09},
};

/* A rule does not bind what was issued before it; but what was never issued
 * on the date it bears is not excused. */
static bool is_bound(const struct cm_cert *cert, int64_t since)
{
    return cert->not_before >= since || cert->not_before < SINCE_1996;
}

void cm_public_judge(struct cm_case *c, const struct cm_form *form,
                     const struct cm_public_rule *list, size_t num)
{
    bool is_public = cm_judge_is_public(c);

    for (size_t i = 0; i < num; i++) {
        if ((is_public || !list[i].said) &&
            is_bound(form->cert, list[i].since)) {
            (void)cm_form_judge(c, CM_CAUSE_PUBLIC_PROFILE, form,
                                &list[i].form);
        }
    }
}

void cm_judge_public_profile(struct cm_case *c)
{
    if (!cm_judge_is_public(c) &&
        (!c->policy->strict || cm_judge_says_private(c))) {
        return;
    }
    for (size_t i = 0; i < c->path.num; i++) {
        struct cm_form form = cm_form_of(c, i);

        cm_public_judge(c, &form, rules, sizeof(rules) / sizeof(*rules));
        if (i == 0) {
            cm_public_judge_names(c, &form);
        }
    }
}
