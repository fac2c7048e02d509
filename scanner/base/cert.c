/* Sharing certificates between threads, and the words for their algorithms.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/cert.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct cm_cert *cm_cert_ref(struct cm_cert *cert)
{
    atomic_fetch_add_explicit(&cert->refs, 1, memory_order_relaxed);
    return cert;
}

static void free_text(const char *owned)
{
    struct cm_span text = {(const uint8_t *)owned, 0};

    cm_span_free(&text);
}

void cm_cert_unref(struct cm_cert *cert)
{
    /* Release what this thread did with it; whoever frees it acquires. */
    if (cert == NULL ||
        atomic_fetch_sub_explicit(&cert->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    cm_span_free(&cert->der);
    cm_span_free(&cert->issuer_norm);
    cm_span_free(&cert->subject_norm);
    free_text(cert->unknown_critical);
    free_text(cert->ext_twice);
    free(cert->names);
    free(cert->subject_text);
    free(cert->issuer_text);
    free(cert->subject_cn);
    free(cert->issuer_cn);
    free(cert);
}

const char *cm_key_alg_id(enum cm_key_alg alg)
{
    switch (alg) {
    case CM_KEY_RSA:
        return "rsa";
    case CM_KEY_RSA_PSS:
        return "rsa_pss";
    case CM_KEY_EC:
        return "ec";
    case CM_KEY_ED25519:
        return "ed25519";
    case CM_KEY_ED448:
        return "ed448";
    case CM_KEY_DSA:
        return "dsa";
    case CM_KEY_DH:
        return "dh";
    case CM_KEY_ML_DSA:
        return "ml_dsa";
    case CM_KEY_UNKNOWN:
        break;
    }
    return "unknown";
}

const char *cm_hash_alg_id(enum cm_hash_alg alg)
{
    switch (alg) {
    case CM_HASH_NONE:
        return "none";
    case CM_HASH_MD2:
        return "md2";
    case CM_HASH_MD5:
        return "md5";
    case CM_HASH_SHA1:
        return "sha1";
    case CM_HASH_SHA224:
        return "sha224";
    case CM_HASH_SHA256:
        return "sha256";
    case CM_HASH_SHA384:
        return "sha384";
    case CM_HASH_SHA512:
        return "sha512";
    case CM_HASH_UNKNOWN:
        break;
    }
    return "unknown";
}

const char *cm_ext_name(enum cm_ext ext)
{
    static const char *const names[CM_EXT_COUNT] = {
        [CM_EXT_AKI] = "authorityKeyIdentifier",
        [CM_EXT_SKI] = "subjectKeyIdentifier",
        [CM_EXT_KEY_USAGE] = "keyUsage",
        [CM_EXT_SAN] = "subjectAltName",
        [CM_EXT_ISSUER_ALT_NAME] = "issuerAltName",
        [CM_EXT_BASIC_CONSTRAINTS] = "basicConstraints",
        [CM_EXT_NAME_CONSTRAINTS] = "nameConstraints",
        [CM_EXT_CRL_POINTS] = "cRLDistributionPoints",
        [CM_EXT_FRESHEST_CRL] = "freshestCRL",
        [CM_EXT_POLICIES] = "certificatePolicies",
        [CM_EXT_POLICY_MAPPINGS] = "policyMappings",
        [CM_EXT_POLICY_CONSTRAINTS] = "policyConstraints",
        [CM_EXT_INHIBIT_ANY_POLICY] = "inhibitAnyPolicy",
        [CM_EXT_EKU] = "extKeyUsage",
        [CM_EXT_AIA] = "authorityInfoAccess",
        [CM_EXT_TLS_FEATURE] = "tlsFeature",
        [CM_EXT_SCT_LIST] = "SignedCertificateTimestampList",
    };

    return names[ext];
}
