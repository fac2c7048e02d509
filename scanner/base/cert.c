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

void cm_cert_unref(struct cm_cert *cert)
{
    struct cm_span oid;

    /* Release what this thread did with it; whoever frees it acquires. */
    if (cert == NULL ||
        atomic_fetch_sub_explicit(&cert->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    cm_span_free(&cert->der);
    cm_span_free(&cert->issuer_norm);
    cm_span_free(&cert->subject_norm);
    oid = (struct cm_span){(const uint8_t *)cert->unknown_critical, 0};
    cm_span_free(&oid);
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
