/* Keys for forged certificates, made once in a process, their signatures, and
 * PEM.
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/forge_parts.h"

#include <openssl/base64.h>
#include <openssl/bn.h>
#include <openssl/digest.h>
#include <openssl/ec_key.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/pki.h"

#define RSADSI_PKCS1 "\x2a\x86\x48\x86\xf7\x0d\x01\x01"
#define ECDSA_SHA2 "\x2a\x86\x48\xce\x3d\x04\x03"
#define NIST_HASHES "\x60\x86\x48\x01\x65\x03\x04\x02"
#define PSS_PREFIX "pss-"
#define PSS_DEFAULT_PREFIX "pss-default-" /* MGF1 with SHA-1, salt of 20 */
#define DER_NULL 0x05U
#define UNKNOWN_HASH "unknown"

void forge_failed(const char *claim, const char *file, int line)
{
    (void)fprintf(stderr, "%s:%d: the forge failed: %s\n", file, line, claim);
    abort();
}

struct key_ring {
    pthread_mutex_t lock;
    struct forge_key *first;
};

static struct key_ring *the_ring(void)
{
    static struct key_ring ring = {PTHREAD_MUTEX_INITIALIZER, NULL};

    return &ring;
}

static EVP_PKEY *make_rsa(int bits)
{
    EVP_PKEY *pkey = EVP_PKEY_new();
    RSA *rsa = RSA_new();
    BIGNUM *e = BN_new();

    FORGE_MUST(BN_set_word(e, RSA_F4) &&
               RSA_generate_key_ex(rsa, bits, e, NULL));
    FORGE_MUST(EVP_PKEY_assign_RSA(pkey, rsa));
    BN_free(e);
    return pkey;
}

static EVP_PKEY *make_ec(int nid)
{
    EVP_PKEY *pkey = EVP_PKEY_new();
    EC_KEY *ec = EC_KEY_new_by_curve_name(nid);

    FORGE_MUST(ec != NULL && EC_KEY_generate_key(ec));
    FORGE_MUST(EVP_PKEY_assign_EC_KEY(pkey, ec));
    return pkey;
}

static EVP_PKEY *make_ed25519(unsigned id)
{
    uint8_t seed[32] = {0};
    EVP_PKEY *pkey;

    memcpy(seed, &id, sizeof(id));
    pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed,
                                        sizeof(seed));
    FORGE_MUST(pkey != NULL);
    return pkey;
}

static EVP_PKEY *make_pkey(enum forge_key_kind kind, unsigned id)
{
    switch (kind) {
    case FORGE_P256:
        return make_ec(NID_X9_62_prime256v1);
    case FORGE_P384:
        return make_ec(NID_secp384r1);
    case FORGE_P521:
        return make_ec(NID_secp521r1);
    case FORGE_P224:
        return make_ec(NID_secp224r1);
    case FORGE_RSA_512:
        return make_rsa(512);
    case FORGE_RSA_1024:
        return make_rsa(1024);
    case FORGE_RSA_2048:
        return make_rsa(2048);
    case FORGE_ED25519:
        return make_ed25519(id);
    }
    forge_failed("a known kind of key", __FILE__, __LINE__);
}

char *forge_pem_block(const char *label, const uint8_t *der, size_t len)
{
    struct cm_buf pem;
    uint8_t line[65];
    char *text;

    cm_buf_init(&pem, 2 * len + 256);
    (void)cm_buf_printf(&pem, "-----BEGIN %s-----\n", label);
    for (size_t at = 0; at < len; at += 48) {
        size_t octets = len - at < 48 ? len - at : 48;

        (void)EVP_EncodeBlock(line, der + at, octets);
        (void)cm_buf_printf(&pem, "%s\n", (const char *)line);
    }
    (void)cm_buf_printf(&pem, "-----END %s-----\n", label);
    text = cm_buf_take(&pem);
    FORGE_MUST(text != NULL);
    return text;
}

char *forge_pem(struct cm_cert *const *certs, size_t num)
{
    struct cm_buf pem;
    char *text;

    cm_buf_init(&pem, (num + 1) * 2 * CM_CERT_MAX_DER);
    for (size_t i = 0; i < num; i++) {
        (void)cm_pem_write(&pem, certs[i]);
    }
    text = cm_buf_take(&pem);
    FORGE_MUST(text != NULL);
    return text;
}

uint8_t *forge_pkcs7(struct cm_cert *const *certs, size_t num, size_t *len)
{
    CBB cbb;
    CBB info;
    CBB tagged;
    CBB data;
    CBB part;
    uint8_t *der;
    uint8_t *copy;

    FORGE_MUST(CBB_init(&cbb, 1024) &&
               CBB_add_asn1(&cbb, &info, CBS_ASN1_SEQUENCE));
    forge_add_dotted(&info, "1.2.840.113549.1.7.2");
    FORGE_MUST(CBB_add_asn1(&info, &tagged, FORGE_CONSTRUCTED(0U)) &&
               CBB_add_asn1(&tagged, &data, CBS_ASN1_SEQUENCE) &&
               CBB_add_asn1_uint64(&data, 1) &&
               CBB_add_asn1(&data, &part, CBS_ASN1_SET) &&
               CBB_add_asn1(&data, &part, CBS_ASN1_SEQUENCE));
    forge_add_dotted(&part, "1.2.840.113549.1.7.1");
    FORGE_MUST(CBB_add_asn1(&data, &part, FORGE_CONSTRUCTED(0U)));
    for (size_t i = 0; i < num; i++) {
        FORGE_MUST(CBB_add_bytes(&part, certs[i]->der.data, certs[i]->der.len));
    }
    FORGE_MUST(CBB_add_asn1(&data, &part, CBS_ASN1_SET) &&
               CBB_finish(&cbb, &der, len));
    copy = malloc(*len);
    FORGE_MUST(copy != NULL);
    memcpy(copy, der, *len);
    OPENSSL_free(der);
    return copy;
}

static struct forge_key *make_key(enum forge_key_kind kind, unsigned id)
{
    struct forge_key *key = calloc(1, sizeof(*key));
    uint8_t hash[SHA256_DIGEST_LENGTH];
    uint8_t *der;
    size_t len;
    CBB cbb;

    FORGE_MUST(key != NULL);
    key->kind = kind;
    key->id = id;
    key->pkey = make_pkey(kind, id);
    FORGE_MUST(CBB_init(&cbb, 0) && EVP_marshal_private_key(&cbb, key->pkey) &&
               CBB_finish(&cbb, &der, &len));
    key->pem = forge_pem_block("PRIVATE KEY", der, len);
    OPENSSL_free(der);
    FORGE_MUST(CBB_init(&cbb, 0) && EVP_marshal_public_key(&cbb, key->pkey) &&
               CBB_finish(&cbb, &der, &len));
    (void)SHA256(der, len, hash);
    memcpy(key->key_id, hash, sizeof(key->key_id));
    OPENSSL_free(der);
    return key;
}

struct forge_key *forge_key(enum forge_key_kind kind, unsigned id)
{
    struct key_ring *ring = the_ring();
    struct forge_key *key;

    (void)pthread_mutex_lock(&ring->lock);
    key = ring->first;
    while (key != NULL && (key->kind != kind || key->id != id)) {
        key = key->next;
    }
    if (key == NULL) {
        key = make_key(kind, id);
        key->next = ring->first;
        ring->first = key;
    }
    (void)pthread_mutex_unlock(&ring->lock);
    return key;
}

const char *forge_key_pem(struct forge_key *key)
{
    return key->pem;
}

void forge_cleanup(void)
{
    struct key_ring *ring = the_ring();

    while (ring->first != NULL) {
        struct forge_key *key = ring->first;

        ring->first = key->next;
        EVP_PKEY_free(key->pkey);
        free(key->pem);
        free(key);
    }
}

static const struct hash_row {
    const char *name;
    const EVP_MD *(*md)(void);
    const char *rsa;   /* the last octet of PKCS #1's OID */
    const char *ecdsa; /* the last octets of X9.62's OID */
    const char *nist;  /* the last octet of the hash's own OID, for PSS */
} hash_rows[] = {
    {"sha256", EVP_sha256, "\x0b", "\x02", "\x01"},
    {"sha384", EVP_sha384, "\x0c", "\x03", "\x02"},
    {"sha512", EVP_sha512, "\x0d", "\x04", "\x03"},
    {"sha1", EVP_sha1, "\x05", NULL, NULL},
    {"md5", EVP_md5, "\x04", NULL, NULL},
    {UNKNOWN_HASH, EVP_sha256, NULL, NULL, NULL},
};

static bool starts_with(const char *text, const char *start)
{
    return text != NULL && strncmp(text, start, strlen(start)) == 0;
}

static const struct hash_row *find_hash(const char *name)
{
    if (name == NULL) {
        return &hash_rows[0];
    }
    if (starts_with(name, PSS_DEFAULT_PREFIX)) {
        name += strlen(PSS_DEFAULT_PREFIX);
    } else if (starts_with(name, PSS_PREFIX)) {
        name += strlen(PSS_PREFIX);
    }
    for (size_t i = 0; i < sizeof(hash_rows) / sizeof(hash_rows[0]); i++) {
        if (strcmp(name, hash_rows[i].name) == 0) {
            return &hash_rows[i];
        }
    }
    forge_failed("a known hash", __FILE__, __LINE__);
}

static void add_oid(CBB *out, const char *prefix, const char *last)
{
    CBB oid;

    FORGE_MUST(CBB_add_asn1(out, &oid, CBS_ASN1_OBJECT) &&
               CBB_add_bytes(&oid, (const uint8_t *)prefix, strlen(prefix)) &&
               CBB_add_bytes(&oid, (const uint8_t *)last, strlen(last)) &&
               CBB_flush(out));
}

static void add_null(CBB *out)
{
    FORGE_MUST(CBB_add_u8(out, DER_NULL) && CBB_add_u8(out, 0));
}

static void add_hash_algorithm(CBB *out, const struct hash_row *hash)
{
    CBB seq;

    FORGE_MUST(hash->nist != NULL &&
               CBB_add_asn1(out, &seq, CBS_ASN1_SEQUENCE));
    add_oid(&seq, NIST_HASHES, hash->nist);
    add_null(&seq);
    FORGE_MUST(CBB_flush(out));
}

/* RFC 4055 section 3.1, with a salt as long as the hash. */
static void add_pss_params(CBB *out, const struct hash_row *hash, bool defaults)
{
    static const unsigned field =
        CBS_ASN1_CONSTRUCTED + CBS_ASN1_CONTEXT_SPECIFIC;
    CBB seq;
    CBB tagged;
    CBB mgf;

    FORGE_MUST(CBB_add_asn1(out, &seq, CBS_ASN1_SEQUENCE) &&
               CBB_add_asn1(&seq, &tagged, field));
    add_hash_algorithm(&tagged, hash);
    if (defaults) {
        FORGE_MUST(CBB_flush(out));
        return;
    }
    FORGE_MUST(CBB_add_asn1(&seq, &tagged, field + 1U) &&
               CBB_add_asn1(&tagged, &mgf, CBS_ASN1_SEQUENCE));
    add_oid(&mgf, RSADSI_PKCS1, "\x08");
    add_hash_algorithm(&mgf, hash);
    FORGE_MUST(CBB_add_asn1(&seq, &tagged, field + 2U) &&
               CBB_add_asn1_uint64(&tagged, EVP_MD_size(hash->md())) &&
               CBB_flush(out));
}

void forge_add_algorithm(CBB *out, const struct forge_key *key,
                         const char *hash)
{
    const struct hash_row *row = find_hash(hash);
    CBB seq;

    FORGE_MUST(CBB_add_asn1(out, &seq, CBS_ASN1_SEQUENCE));
    if (strcmp(row->name, UNKNOWN_HASH) == 0) {
        forge_add_dotted(&seq, "1.3.6.1.4.1.99999.3");
        FORGE_MUST(CBB_flush(out));
        return;
    }
    switch (EVP_PKEY_id(key->pkey)) {
    case EVP_PKEY_ED25519:
        add_oid(&seq, "\x2b\x65\x70", "");
        break;
    case EVP_PKEY_EC:
        if (row->ecdsa != NULL) {
            add_oid(&seq, ECDSA_SHA2, row->ecdsa);
        } else { /* SHA-1; X9.62 has nothing for MD5 */
            FORGE_MUST(row->md == EVP_sha1);
            add_oid(&seq, "\x2a\x86\x48\xce\x3d\x04", "\x01");
        }
        break;
    default:
        if (starts_with(hash, PSS_PREFIX)) {
            add_oid(&seq, RSADSI_PKCS1, "\x0a");
            add_pss_params(&seq, row, starts_with(hash, PSS_DEFAULT_PREFIX));
        } else {
            add_oid(&seq, RSADSI_PKCS1, row->rsa);
            add_null(&seq);
        }
        break;
    }
    FORGE_MUST(CBB_flush(out));
}

void forge_add_signature(CBB *out, const struct forge_key *key,
                         const char *hash, const uint8_t *tbs, size_t len,
                         bool broken)
{
    bool own_hash = EVP_PKEY_id(key->pkey) == EVP_PKEY_ED25519;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    EVP_PKEY_CTX *ctx;
    uint8_t sig[1024];
    size_t sig_len = sizeof(sig);
    CBB bits;

    FORGE_MUST(EVP_DigestSignInit(
        md, &ctx, own_hash ? NULL : find_hash(hash)->md(), NULL, key->pkey));
    if (starts_with(hash, PSS_PREFIX)) {
        FORGE_MUST(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) &&
                   EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, -1));
    }
    if (starts_with(hash, PSS_DEFAULT_PREFIX)) {
        FORGE_MUST(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, 20) &&
                   EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha1()));
    }
    FORGE_MUST(EVP_DigestSign(md, sig, &sig_len, tbs, len));
    EVP_MD_CTX_free(md);
    if (broken) {
        sig[sig_len - 1] ^= 1U;
    }
    FORGE_MUST(CBB_add_asn1(out, &bits, CBS_ASN1_BITSTRING) &&
               CBB_add_u8(&bits, 0) && CBB_add_bytes(&bits, sig, sig_len) &&
               CBB_flush(out));
}
