/* One certificate as facts (RFC 5280), also of certificates that TLS libraries
 * refuse. Immutable once made and shared between threads by reference.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_CERT_H
#define CERTMUSTER_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/buf.h"

#define CM_SHA256_LEN 32
#define CM_CERT_MAX_DER 65536  /* longer ones are kept as unparsed */
#define CM_CERT_MAX_NAMES 1024 /* subjectAltName entries that are kept */
#define CM_CERT_MAX_URLS 4     /* of each kind that are kept */

enum cm_key_alg {
    CM_KEY_UNKNOWN,
    CM_KEY_RSA,
    CM_KEY_RSA_PSS,
    CM_KEY_EC,
    CM_KEY_ED25519,
    CM_KEY_ED448,
    CM_KEY_DSA,
    CM_KEY_DH,
    CM_KEY_ML_DSA,
};

enum cm_hash_alg { /* of a signature */
                   CM_HASH_UNKNOWN,
                   CM_HASH_NONE, /* Ed25519 and the like bring their own */
                   CM_HASH_MD2,
                   CM_HASH_MD5,
                   CM_HASH_SHA1,
                   CM_HASH_SHA224,
                   CM_HASH_SHA256,
                   CM_HASH_SHA384,
                   CM_HASH_SHA512,
};

enum cm_name_kind {
    CM_NAME_DNS,
    CM_NAME_IP, /* value holds 4 or 16 raw octets; other lengths: malformed */
    CM_NAME_EMAIL,
    CM_NAME_URI,
    CM_NAME_OTHER,
};

struct cm_cert_name {
    enum cm_name_kind kind;
    bool malformed; /* not IA5, empty, wrong length of an address ... */
    uint8_t choice; /* which of GeneralName: 0 to 8 (RFC 5280 4.2.1.6) */
    struct cm_span value;
};

/* keyUsage bits as RFC 5280 section 4.2.1.3 numbers them: bit 0 is
 * digitalSignature. */
#define CM_KU_DIGITAL_SIGNATURE 0x0001U
#define CM_KU_KEY_ENCIPHERMENT 0x0004U
#define CM_KU_KEY_AGREEMENT 0x0010U
#define CM_KU_KEY_CERT_SIGN 0x0020U
#define CM_KU_CRL_SIGN 0x0040U

#define CM_EKU_SERVER_AUTH 0x01U /* also the two legacy SGC purposes */
#define CM_EKU_CLIENT_AUTH 0x02U
#define CM_EKU_ANY 0x04U
#define CM_EKU_OTHER 0x08U
#define CM_EKU_OCSP_SIGNING 0x10U /* besides CM_EKU_OTHER */

/* Extensions that are known here, as bits of ext_present and ext_critical. */
enum cm_ext {
    CM_EXT_AKI,
    CM_EXT_SKI,
    CM_EXT_KEY_USAGE,
    CM_EXT_SAN,
    CM_EXT_ISSUER_ALT_NAME,
    CM_EXT_BASIC_CONSTRAINTS,
    CM_EXT_NAME_CONSTRAINTS,
    CM_EXT_CRL_POINTS,
    CM_EXT_FRESHEST_CRL,
    CM_EXT_POLICIES,
    CM_EXT_POLICY_MAPPINGS,
    CM_EXT_POLICY_CONSTRAINTS,
    CM_EXT_INHIBIT_ANY_POLICY,
    CM_EXT_EKU,
    CM_EXT_AIA,
    CM_EXT_TLS_FEATURE,
    CM_EXT_SCT_LIST,
    CM_EXT_COUNT
};
#define CM_EXT_BIT(ext) (1U << (unsigned)(ext))

struct cm_cert {
    _Atomic unsigned refs; /* see cm_cert_ref */
    struct cm_span der;    /* owned with the certificate; all spans lie in it */
    uint8_t sha256[CM_SHA256_LEN];

    /* When `parsed` is false only der, sha256, parse_error and what was read
     * before the error are set. */
    bool parsed;
    const char *parse_error; /* static text, NULL when parsed */
    size_t parse_error_offset;

    int version;              /* 1, 2, 3; as written + 1 otherwise */
    struct cm_span tbs;       /* tbsCertificate with its header */
    struct cm_span serial;    /* content octets of the INTEGER */
    struct cm_span issuer;    /* Name with its header, as written */
    struct cm_span subject;   /* Name with its header, as written */
    struct cm_span spki;      /* SubjectPublicKeyInfo with its header */
    struct cm_span sig_alg;   /* AlgorithmIdentifier with its header */
    struct cm_span signature; /* BIT STRING content without unused-bits octet */
    uint8_t spki_sha256[CM_SHA256_LEN];
    /* RFC 5280 section 7.1 comparison forms (case folded, spaces collapsed):
     * equal bytes mean equal names. Owned. */
    struct cm_span issuer_norm;
    struct cm_span subject_norm;
    bool self_issued; /* subject and issuer are the same name */

    int64_t not_before; /* seconds since 1970 */
    int64_t not_after;  /* inclusive (RFC 5280 section 4.1.2.5) */

    enum cm_key_alg key_alg;
    unsigned key_bits;           /* 0: unknown */
    const char *curve;           /* static, "P-256" ...; NULL unless EC */
    enum cm_key_alg sig_key_alg; /* what kind of key signed */
    enum cm_hash_alg sig_hash;
    const char *sig_name; /* static, "ecdsa-with-SHA256" ..., or "unknown" */

    bool has_basic_constraints;
    bool is_ca;  /* cA TRUE; a v1 certificate has false */
    int pathlen; /* -1: none */
    bool has_key_usage;
    unsigned key_usage; /* CM_KU_* */
    bool has_eku;
    unsigned eku;       /* CM_EKU_* */
    struct cm_span ski; /* subjectKeyIdentifier octets, empty if absent */
    struct cm_span aki; /* authorityKeyIdentifier.keyIdentifier octets */
    bool has_san;       /* the extension is there */
    struct cm_cert_name *names; /* owned */
    size_t num_names;
    size_t num_names_total; /* more than num_names when capped */
    unsigned num_scts;      /* embedded */
    bool must_staple;       /* RFC 7633 status_request */
    bool has_poison;        /* RFC 6962 pre-certificate */
    bool public_policy;     /* a CA/Browser Forum policy OID */
    bool adcs_template;     /* an AD CS template extension */
    bool has_name_constraints;
    struct cm_span name_constraints; /* extension value */
    const char *unknown_critical;    /* owned dotted OID, NULL if none */

    /* The form, for the rules about it (RFC 5280 sections 4.1 and 4.2). The
     * spans are extension values, empty when absent. */
    uint32_t ext_present;  /* CM_EXT_BIT */
    uint32_t ext_critical; /* CM_EXT_BIT; only of present ones */
    uint32_t ext_bad;      /* present, but the value is not of its ASN.1 type,
                              its size bounds included; what could be read of
                              it is there */
    const char *ext_twice; /* owned dotted OID of a repeated extension, NULL */
    bool sig_alg_differs;  /* tbsCertificate.signature and signatureAlgorithm */
    bool has_unique_ids;   /* issuerUniqueID or subjectUniqueID */
    bool explicit_curve;   /* EC parameters written out (RFC 5480 2.1.1) */
    bool odd_time;         /* a date is not in the form of RFC 5280 section
                              4.1.2.5: no seconds, an offset, a fraction */
    bool key_unusable;     /* no point of its curve, or an even modulus */
    bool rsa_exponent_bad; /* one, even, or longer than 33 bits */
    bool pathlen_without_ca; /* pathLenConstraint where cA is FALSE */
    bool aki_has_issuer; /* authorityCertIssuer or authorityCertSerialNumber */
    struct cm_span policies;
    struct cm_span policy_mappings;
    struct cm_span policy_constraints;
    struct cm_span inhibit_any_policy;
    struct cm_span sct_list; /* TLS-encoded SignedCertificateTimestampList */
    struct cm_span ca_issuers[CM_CERT_MAX_URLS]; /* AIA URLs */
    size_t num_ca_issuers;
    struct cm_span ocsp_urls[CM_CERT_MAX_URLS];
    size_t num_ocsp_urls;
    struct cm_span crl_urls[CM_CERT_MAX_URLS];
    size_t num_crl_urls;
    struct cm_span crl_points; /* extension value */

    /* UTF-8 texts, owned, never NULL once parsed ("" when absent). They hold
     * whatever the certificate says: escape before showing. */
    char *subject_text; /* RFC 4514 */
    char *issuer_text;
    char *subject_cn; /* the most specific CN */
    char *issuer_cn;
};

/* References: cm_cert_parse (pki/) makes a certificate with one. cm_cert_ref
 * adds one and returns its argument; cm_cert_unref gives one back and frees
 * with the last; it accepts NULL. Both are thread-safe. */
struct cm_cert *cm_cert_ref(struct cm_cert *cert);
void cm_cert_unref(struct cm_cert *cert);

const char *cm_key_alg_id(enum cm_key_alg alg); /* "rsa", "ec", ... */
const char *cm_hash_alg_id(enum cm_hash_alg alg);
const char *cm_ext_name(enum cm_ext ext); /* as RFC 5280 spells it */

#endif
