/* Signatures of certificates, checked with the key alone: BoringSSL's X509
 * functions refuse certificates whose signature is still worth knowing.
 * SPDX-License-Identifier: Apache-2.0 */
#include <openssl/base.h>
#ifndef OPENSSL_IS_BORINGSSL
#error "these are OpenSSL's headers: point BORINGSSL_ROOT at BoringSSL"
#endif
#include <openssl/bytestring.h>
#include <openssl/digest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "certmuster/map.h"
#include "pki/oids.h"
#include "pki/pki.h"

#define MEMO_MAX 65536U
#define SIG_COUNT (CM_SIG_UNSUPPORTED + 1)

struct memo_key {
    uint8_t child[CM_SHA256_LEN];
    uint8_t issuer_spki[CM_SHA256_LEN];
};

struct cm_sigmemo {
    pthread_mutex_t lock;
    struct cm_map *map;
    atomic_bool spoilt;
    char marks[SIG_COUNT]; /* &marks[answer] is what the map holds */
};

struct cm_sigmemo *cm_sigmemo_new(void)
{
    struct cm_sigmemo *memo = calloc(1, sizeof(*memo));

    if (memo == NULL) {
        return NULL;
    }
    memo->map = cm_map_new();
    if (memo->map == NULL || pthread_mutex_init(&memo->lock, NULL) != 0) {
        cm_map_free(memo->map, NULL);
        free(memo);
        return NULL;
    }
    return memo;
}

void cm_sigmemo_free(struct cm_sigmemo *memo)
{
    if (memo == NULL) {
        return;
    }
    cm_map_free(memo->map, NULL);
    (void)pthread_mutex_destroy(&memo->lock);
    free(memo);
}

static bool memo_get(struct cm_sigmemo *memo, const struct memo_key *key,
                     enum cm_sig *out)
{
    const char *mark;

    (void)pthread_mutex_lock(&memo->lock);
    mark = cm_map_get(memo->map, key, sizeof(*key));
    (void)pthread_mutex_unlock(&memo->lock);
    if (mark == NULL) {
        return false;
    }
    *out = (enum cm_sig)(mark - memo->marks);
    return true;
}

/* No memory only means that the answer is computed again. */
static void memo_put(struct cm_sigmemo *memo, const struct memo_key *key,
                     enum cm_sig answer)
{
    (void)pthread_mutex_lock(&memo->lock);
    if (cm_map_count(memo->map) >= MEMO_MAX) {
        struct cm_map *fresh = cm_map_new();

        if (fresh != NULL) {
            cm_map_free(memo->map, NULL);
            memo->map = fresh;
        }
    }
    if (cm_map_count(memo->map) < MEMO_MAX) {
        (void)cm_map_put(memo->map, key, sizeof(*key), &memo->marks[answer]);
    }
    (void)pthread_mutex_unlock(&memo->lock);
}

static const EVP_MD *digest_of(enum cm_hash_alg hash)
{
    switch (hash) {
    case CM_HASH_MD5:
        return EVP_md5();
    case CM_HASH_SHA1:
        return EVP_sha1();
    case CM_HASH_SHA224:
        return EVP_sha224();
    case CM_HASH_SHA256:
        return EVP_sha256();
    case CM_HASH_SHA384:
        return EVP_sha384();
    case CM_HASH_SHA512:
        return EVP_sha512();
    case CM_HASH_UNKNOWN:
    case CM_HASH_NONE:
    case CM_HASH_MD2:
        break;
    }
    return NULL;
}

/* BoringSSL parses no id-RSASSA-PSS keys, but the key inside is RSA's own. */
static EVP_PKEY *parse_pss_key(struct cm_span octets)
{
    EVP_PKEY *pkey = EVP_PKEY_new();
    RSA *rsa;
    CBS cbs;

    CBS_init(&cbs, octets.data, octets.len);
    rsa = RSA_parse_public_key(&cbs);
    if (pkey == NULL || rsa == NULL || !EVP_PKEY_assign_RSA(pkey, rsa)) {
        RSA_free(rsa);
        EVP_PKEY_free(pkey);
        return NULL;
    }
    return pkey;
}

static EVP_PKEY *parse_key(struct cm_span spki, const struct cm_key_facts *key)
{
    CBS cbs;

    if (key->alg == CM_KEY_RSA_PSS) {
        return parse_pss_key(key->octets);
    }
    CBS_init(&cbs, spki.data, spki.len);
    return EVP_parse_public_key(&cbs);
}

static bool set_padding(EVP_PKEY_CTX *ctx, const struct cm_sig_facts *sig)
{
    if (sig->key_alg != CM_KEY_RSA) {
        return true;
    }
    if (!sig->pss) {
        return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
    }
    return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, sig->salt_len) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, digest_of(sig->mgf_hash)) == 1;
}

static enum cm_sig verify(EVP_PKEY *pkey, const struct cm_sig_facts *sig,
                          const struct cm_signed *what)
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    EVP_PKEY_CTX *ctx; /* md's */
    enum cm_sig answer = CM_SIG_UNSUPPORTED;

    if (md != NULL &&
        EVP_DigestVerifyInit(md, &ctx, digest_of(sig->hash), NULL, pkey) == 1 &&
        set_padding(ctx, sig)) {
        answer = EVP_DigestVerify(md, what->signature.data, what->signature.len,
                                  what->tbs.data, what->tbs.len) == 1
                     ? CM_SIG_GOOD
                     : CM_SIG_BAD;
    }
    EVP_MD_CTX_free(md);
    return answer;
}

/* Which algorithms BoringSSL, old and new, can check at all. */
static bool is_supported(const struct cm_sig_facts *sig)
{
    if (sig->key_alg == CM_KEY_ED25519) {
        return true;
    }
    return (sig->key_alg == CM_KEY_RSA || sig->key_alg == CM_KEY_EC) &&
           digest_of(sig->hash) != NULL &&
           (!sig->pss || digest_of(sig->mgf_hash) != NULL);
}

static enum cm_sig compute(const struct cm_signed *what,
                           const struct cm_cert *signer)
{
    struct cm_sig_facts sig;
    struct cm_key_facts key;
    enum cm_key_alg kind;
    EVP_PKEY *pkey;
    enum cm_sig answer;

    if (!cm_oids_signature(what->sig_alg, &sig) || !is_supported(&sig) ||
        !cm_oids_key(signer->spki, &key) || key.alg == CM_KEY_UNKNOWN) {
        return CM_SIG_UNSUPPORTED;
    }
    /* A key for PSS alone makes no PKCS #1 v1.5 signatures. */
    kind = key.alg == CM_KEY_RSA_PSS && sig.pss ? CM_KEY_RSA : key.alg;
    if (kind != sig.key_alg) {
        return CM_SIG_BAD;
    }
    pkey = parse_key(signer->spki, &key);
    if (pkey == NULL) { /* a curve or a size that BoringSSL does not know */
        return CM_SIG_UNSUPPORTED;
    }
    answer = verify(pkey, &sig, what);
    EVP_PKEY_free(pkey);
    return answer;
}

bool cm_sig_off_curve(struct cm_span spki, bool *off)
{
    unsigned long refusals = cm_crypto_refusals();
    EVP_PKEY *pkey;
    CBS cbs;

    CBS_init(&cbs, spki.data, spki.len);
    pkey = EVP_parse_public_key(&cbs);
    *off = pkey == NULL;
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return cm_crypto_refusals() == refusals;
}

bool cm_sigmemo_spoilt(const struct cm_sigmemo *memo)
{
    return memo != NULL && atomic_load(&memo->spoilt);
}

enum cm_sig cm_sig_check_signed(struct cm_sigmemo *memo,
                                const struct cm_signed *what,
                                const struct cm_cert *signer)
{
    struct memo_key key;
    enum cm_sig answer;

    if (memo == NULL) {
        answer = compute(what, signer);
        ERR_clear_error();
        return answer;
    }
    memcpy(key.child, what->sha256, sizeof(key.child));
    memcpy(key.issuer_spki, signer->spki_sha256, sizeof(key.issuer_spki));
    if (!memo_get(memo, &key, &answer)) {
        unsigned long refusals = cm_crypto_refusals();

        answer = compute(what, signer); /* not under the lock: it is slow */
        ERR_clear_error();
        if (cm_crypto_refusals() != refusals) {
            atomic_store(&memo->spoilt, true);
        } else {
            memo_put(memo, &key, answer);
        }
    }
    return answer;
}

enum cm_sig cm_sig_check(struct cm_sigmemo *memo, const struct cm_cert *child,
                         const struct cm_cert *issuer)
{
    struct cm_signed what = {child->tbs, child->sig_alg, child->signature,
                             child->sha256};

    return cm_sig_check_signed(memo, &what, issuer);
}

bool cm_issues(struct cm_sigmemo *memo, const struct cm_cert *issuer,
               const struct cm_cert *child)
{
    if (child->issuer_norm.len == 0 ||
        !cm_span_equal(issuer->subject_norm, child->issuer_norm)) {
        return false;
    }
    if (child->aki.len > 0 && issuer->ski.len > 0 &&
        !cm_span_equal(child->aki, issuer->ski)) {
        return false;
    }
    return cm_sig_check(memo, child, issuer) == CM_SIG_GOOD;
}

bool cm_self_signed(struct cm_sigmemo *memo, const struct cm_cert *cert)
{
    return cert->self_issued && cm_sig_check(memo, cert, cert) == CM_SIG_GOOD;
}
