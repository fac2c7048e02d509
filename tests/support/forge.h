/* Makes certificates for tests: sound ones by default, broken as asked. Written
 * byte by byte, so that it can make what no TLS library would.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_FORGE_H
#define CERTMUSTER_TESTS_FORGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/buf.h"
#include "certmuster/cert.h"

enum forge_key_kind {
    FORGE_P256, /* the default: fast */
    FORGE_P384,
    FORGE_P521,
    FORGE_P224,
    FORGE_RSA_512,
    FORGE_RSA_1024,
    FORGE_RSA_2048,
    FORGE_ED25519,
};

struct forge_key; /* opaque */
/* `id` makes different keys of a kind: the same kind and id give the same key
 * within one process. Never freed by the caller. */
struct forge_key *forge_key(enum forge_key_kind kind, unsigned id);
/* PKCS#8 PEM, borrowed, for servers under test. */
const char *forge_key_pem(struct forge_key *key);
void forge_cleanup(void); /* frees all keys, for leak checkers */

#define FORGE_NOW INT64_C(1800000000) /* 2027-01-15: the tests' present */
#define FORGE_DAY INT64_C(86400)
#define FORGE_CRL_URL "http://crl.example/ca.crl"

/* What a certificate says its key is. All but the first and FORGE_SPKI_RSA_PSS
 * hold a key that nobody has. */
enum forge_spki {
    FORGE_SPKI_KEY,      /* what `key` is */
    FORGE_SPKI_RSA_PSS,  /* `key`, of RSA, under the OID id-RSASSA-PSS */
    FORGE_SPKI_EXPLICIT, /* `key`, of P-256, with its curve written out */
    FORGE_SPKI_ED448,
    FORGE_SPKI_SECP256K1,
    FORGE_SPKI_BRAINPOOL, /* brainpoolP256r1 */
    FORGE_SPKI_SM2,
    FORGE_SPKI_OFF_CURVE, /* P-256, but no point of it */
    FORGE_SPKI_DSA,       /* of 2048 bits */
    FORGE_SPKI_RSA,       /* of rsa_bits, with rsa_e */
    FORGE_SPKI_ML_DSA,
    FORGE_SPKI_UNKNOWN, /* an OID that nobody knows */
};

/* An extension of any content. */
struct forge_ext {
    const char *oid; /* dotted */
    bool critical;
    const char *hex; /* the value, inside the OCTET STRING */
};

/* Zero fields mean the sound default in brackets. */
struct forge_spec {
    const char *subject;       /* CN, UTF-8 ["Test"]; "" : empty Name */
    const char *subject_o;     /* O [none] */
    const char *subject_email; /* emailAddress [none] */
    const char *subject_hex;   /* the whole Name as DER, instead */
    const char *issuer; /* CN of the issuer [issuer_cert's subject, or own] */
    const struct cm_cert *issuer_cert; /* [NULL: self-issued] */
    struct forge_key *key;             /* [forge_key(FORGE_P256, 0)] */
    enum forge_spki spki;              /* [key's] */
    const char *spki_hex;         /* SubjectPublicKeyInfo as DER, instead */
    unsigned rsa_bits;            /* of FORGE_SPKI_RSA: a multiple of 8 */
    const char *rsa_e;            /* its exponent, content octets ["010001"] */
    bool rsa_even;                /* its modulus is even */
    struct forge_key *issuer_key; /* [key: self-signed] */
    int64_t not_before;           /* [FORGE_NOW - 30 days] */
    int64_t not_after;            /* [FORGE_NOW + 300 days] */
    const char *validity_hex;     /* content of Validity, instead of both */
    /* Comma list of "a.example", "ip:192.0.2.1", "uri:..", "email:..",
     * "dn:O" or "dn:O/CN", "raw:8201.." (any element) [none: no SAN] */
    const char *names;
    /* Name constraints: lists as above, with "ip:192.0.2.0/24" [none]. "" is
     * a list without any; both "": an extension without anything in it. */
    const char *permitted;
    const char *excluded;
    bool ca;                   /* basicConstraints cA TRUE and keyCertSign */
    int pathlen;               /* n + 1 [0: none] */
    bool no_basic_constraints; /* on a ca: leave the extension out */
    bool no_key_usage;
    unsigned key_usage; /* CM_KU_* [by role] */
    const char *eku;    /* comma list of server,client,any,code,ocsp,sgc
                           [leaf:
                           server,client; ca: none]; "-": none */
    const char *hash;   /* "sha256" [default], "sha384", "sha512", "sha1",
                           "md5"; "pss-sha256" ...: RSASSA-PSS;
                           "pss-default-sha256": all else left to defaults;
                           "unknown": by an OID that nobody knows */
    int version;        /* [3]; 1: only the extensions that were asked for */
    const char *inner_hash; /* what the signed part says [the same] */
    const char *serial_hex; /* content octets [from a counter] */
    bool unique_ids;        /* issuerUniqueID and subjectUniqueID */
    bool no_ski;
    bool no_aki;
    const char *aki_hex;      /* another key id than the issuer's */
    bool aki_issuer;          /* the AKI names issuer and serial, too */
    bool break_signature;     /* flip a bit of it */
    bool unknown_critical;    /* an extension nobody knows, critical */
    bool duplicate_extension; /* basicConstraints twice */
    bool must_staple;
    bool scts;                   /* an embedded SCT list (not verifiable) */
    unsigned num_scts;           /* in it [2] */
    int64_t sct_unix;            /* when [not_before] */
    bool public_policy;          /* policy 2.23.140.1.2.1 */
    const char *policies;        /* comma list of dotted OIDs or "any" [none] */
    const char *policy_mappings; /* "1.2.3=1.2.4,.." [none] */
    int require_explicit;        /* requireExplicitPolicy, n + 1 [0: none] */
    int inhibit_mapping;         /* inhibitPolicyMapping, n + 1 [0: none] */
    int inhibit_any;             /* inhibitAnyPolicy, n + 1 [0: none] */
    const char *ca_issuers;      /* AIA URL */
    const char *ocsp;            /* AIA URL */
    const char *crl;             /* CDP URL [issued leaf: FORGE_CRL_URL; else
                                    none]; "-": none */
    uint32_t omit;               /* CM_EXT_BITs of extensions to leave out */
    uint32_t flip_critical; /* CM_EXT_BITs: critical when it should not be, or
                               the other way round */
    const struct forge_ext *exts; /* more extensions, after the others */
    size_t num_exts;
    unsigned trailing_bytes; /* rubbish after the certificate */
    const char *raw_hex;     /* these bytes and nothing else, instead */
};

/* The caller unrefs. Aborts the test program when it cannot be made. */
struct cm_cert *forge_cert(const struct forge_spec *spec);
/* PEM of certificates, leaf first; free() it. */
char *forge_pem(struct cm_cert *const *certs, size_t num);
/* A PKCS#7 SignedData of certificates alone, DER (".p7c"); free() it. */
uint8_t *forge_pkcs7(struct cm_cert *const *certs, size_t num, size_t *len);

#endif
