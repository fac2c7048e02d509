/* The key schedules and record protection of TLS 1.3 and 1.2, one suite each.
 * SPDX-License-Identifier: Apache-2.0 */
#include <openssl/curve25519.h>
#include <openssl/digest.h>
#include <openssl/hkdf.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "badserver/badtls.h"
#include "certmuster/buf.h"

#define KEY_LEN 16
#define TAG_LEN 16
#define SALT_LEN                                                               \
    4 /* of the nonce under TLS 1.2; the record's number follows               \
       */
#define RECORD_HEADER 5

static void put_u64(uint8_t out[8], uint64_t value)
{
    for (int i = 7; i >= 0; i--) {
        out[i] = (uint8_t)value;
        value >>= 8;
    }
}

static void check(int ok)
{
    if (!ok) {
        abort(); /* only this program's own mistakes, or no memory */
    }
}

void bad_keys_free(struct bad_conn *c)
{
    if (c->ours.on) {
        EVP_AEAD_CTX_cleanup(&c->ours.aead);
    }
    if (c->theirs.on) {
        EVP_AEAD_CTX_cleanup(&c->theirs.aead);
    }
    c->ours.on = false;
    c->theirs.on = false;
}

static void use_key(struct bad_keys *keys, const uint8_t key[KEY_LEN])
{
    if (keys->on) {
        EVP_AEAD_CTX_cleanup(&keys->aead);
    }
    check(EVP_AEAD_CTX_init(&keys->aead, EVP_aead_aes_128_gcm(), key, KEY_LEN,
                            TAG_LEN, NULL));
    keys->num = 0;
    keys->on = true;
}

void bad_hash(const struct bad_conn *c, uint8_t out[SHA256_DIGEST_LENGTH])
{
    SHA256_CTX copy = c->transcript;

    (void)SHA256_Final(out, &copy);
}

static size_t add_bytes(uint8_t *out, const void *bytes, size_t len)
{
    if (len > 0) {
        memcpy(out, bytes, len);
    }
    return len;
}

/* RFC 8446 section 7.1. */
static void expand(uint8_t *out, size_t len, const uint8_t secret[32],
                   const char *label, const uint8_t *context,
                   size_t context_len)
{
    uint8_t info[128];
    size_t label_len = strlen(label);
    size_t at = 0;

    info[at++] = (uint8_t)(len >> 8);
    info[at++] = (uint8_t)len;
    info[at++] = (uint8_t)(6 + label_len);
    at += add_bytes(info + at, "tls13 ", 6);
    at += add_bytes(info + at, label, label_len);
    info[at++] = (uint8_t)context_len;
    at += add_bytes(info + at, context, context_len);
    check(HKDF_expand(out, len, EVP_sha256(), secret, 32, info, at));
}

/* The next secret of the schedule: from the one before and what is new. */
static void advance(uint8_t secret[32], const uint8_t fresh[32])
{
    uint8_t nothing[SHA256_DIGEST_LENGTH];
    uint8_t derived[32];
    size_t len;

    (void)SHA256((const uint8_t *)"", 0, nothing);
    expand(derived, sizeof(derived), secret, "derived", nothing,
           sizeof(nothing));
    check(HKDF_extract(secret, &len, EVP_sha256(), fresh, 32, derived,
                       sizeof(derived)));
}

static void use_traffic(struct bad_conn *c, const char *label)
{
    uint8_t hash[SHA256_DIGEST_LENGTH];
    uint8_t key[KEY_LEN];

    bad_hash(c, hash);
    expand(c->traffic, sizeof(c->traffic), c->secret, label, hash,
           sizeof(hash));
    expand(key, sizeof(key), c->traffic, "key", NULL, 0);
    expand(c->ours.iv, sizeof(c->ours.iv), c->traffic, "iv", NULL, 0);
    use_key(&c->ours, key);
}

void bad_keys_handshake(struct bad_conn *c)
{
    static const uint8_t zero[32] = {0};
    uint8_t shared[32];
    size_t len;

    (void)X25519(shared, c->private_key, c->share);
    check(HKDF_extract(c->secret, &len, EVP_sha256(), zero, sizeof(zero), zero,
                       sizeof(zero)));
    advance(c->secret, shared);
    use_traffic(c, "s hs traffic");
    c->tls13 = true;
}

void bad_keys_application(struct bad_conn *c)
{
    static const uint8_t zero[32] = {0};

    advance(c->secret, zero);
    use_traffic(c, "s ap traffic");
}

/* RFC 5246 section 5. */
static void prf(uint8_t *out, size_t len, struct cm_span secret,
                const char *label, struct cm_span seed)
{
    uint8_t text[32 + 16 + 64]; /* A(i), label, seed */
    uint8_t block[32];
    size_t end = 32;
    unsigned num;

    end += add_bytes(text + end, label, strlen(label));
    end += add_bytes(text + end, seed.data, seed.len);
    (void)HMAC(EVP_sha256(), secret.data, secret.len, text + 32, end - 32, text,
               &num);
    while (len > 0) {
        size_t take = len < sizeof(block) ? len : sizeof(block);

        (void)HMAC(EVP_sha256(), secret.data, secret.len, text, end, block,
                   &num);
        memcpy(out, block, take);
        out += take;
        len -= take;
        (void)HMAC(EVP_sha256(), secret.data, secret.len, text, 32, block,
                   &num);
        memcpy(text, block, 32);
    }
}

#define MASTER_LEN 48

/* Without extended_master_secret (RFC 5246 section 8.1). The master secret
 * stands in two fields, one after the other. */
void bad_keys_tls12(struct bad_conn *c)
{
    uint8_t shared[32];
    uint8_t master[MASTER_LEN];
    uint8_t seed[64];
    uint8_t block[2 * (KEY_LEN + SALT_LEN)];

    (void)X25519(shared, c->private_key, c->share);
    memcpy(seed, c->client_random, 32);
    memcpy(seed + 32, c->server_random, 32);
    prf(master, sizeof(master), (struct cm_span){shared, sizeof(shared)},
        "master secret", (struct cm_span){seed, sizeof(seed)});
    memcpy(seed, c->server_random, 32);
    memcpy(seed + 32, c->client_random, 32);
    prf(block, sizeof(block), (struct cm_span){master, sizeof(master)},
        "key expansion", (struct cm_span){seed, sizeof(seed)});
    use_key(&c->theirs, block);
    memcpy(c->theirs.iv, block + 2 * KEY_LEN, SALT_LEN);
    use_key(&c->ours, block + KEY_LEN);
    memcpy(c->ours.iv, block + 2 * KEY_LEN + SALT_LEN, SALT_LEN);
    memcpy(c->secret, master, 32);
    memcpy(c->traffic, master + 32, MASTER_LEN - 32);
    c->tls13 = false;
}

void bad_finished_data(struct bad_conn *c, uint8_t out[32])
{
    uint8_t hash[SHA256_DIGEST_LENGTH];
    uint8_t key[32];
    uint8_t master[MASTER_LEN];
    unsigned len;

    bad_hash(c, hash);
    if (c->tls13) {
        expand(key, sizeof(key), c->traffic, "finished", NULL, 0);
        (void)HMAC(EVP_sha256(), key, sizeof(key), hash, sizeof(hash), out,
                   &len);
        return;
    }
    memcpy(master, c->secret, 32);
    memcpy(master + 32, c->traffic, MASTER_LEN - 32);
    prf(out, 12, (struct cm_span){master, sizeof(master)}, "server finished",
        (struct cm_span){hash, sizeof(hash)});
}

size_t bad_sign(const struct bad_conn *c, const uint8_t *data, size_t len,
                uint8_t *out, size_t max)
{
    EVP_MD_CTX context;

    EVP_MD_CTX_init(&context);
    check(EVP_DigestSignInit(&context, NULL, EVP_sha256(), NULL,
                             c->identity->key) &&
          EVP_DigestSign(&context, out, &max, data, len));
    (void)EVP_MD_CTX_cleanup(&context);
    return max;
}

static void header_of(uint8_t header[RECORD_HEADER], uint8_t type, size_t len)
{
    header[0] = type;
    header[1] = 3;
    header[2] = 3;
    header[3] = (uint8_t)(len >> 8);
    header[4] = (uint8_t)len;
}

/* RFC 8446 section 5.2: the type is the last byte inside. */
static size_t seal_13(struct bad_conn *c, uint8_t type, const uint8_t *bytes,
                      size_t len, uint8_t *out, size_t max)
{
    uint8_t inner[BAD_RECORD_MAX + 1];
    uint8_t nonce[12];
    uint8_t number[8];
    size_t put;

    put_u64(number, c->ours.num++);
    memcpy(nonce, c->ours.iv, sizeof(nonce));
    for (size_t i = 0; i < sizeof(number); i++) {
        nonce[4 + i] ^= number[i];
    }
    if (len > 0) {
        memcpy(inner, bytes, len);
    }
    inner[len] = type;
    header_of(out, BAD_DATA, len + 1 + TAG_LEN);
    check(EVP_AEAD_CTX_seal(&c->ours.aead, out + RECORD_HEADER, &put,
                            max - RECORD_HEADER, nonce, sizeof(nonce), inner,
                            len + 1, out, RECORD_HEADER));
    return RECORD_HEADER + put;
}

/* RFC 5288 section 3: the number goes before the ciphertext, and is part of
 * what is authenticated. */
static void nonce_12(const struct bad_keys *keys, uint8_t type, size_t len,
                     uint8_t nonce[12], uint8_t extra[13])
{
    memcpy(nonce, keys->iv, SALT_LEN);
    put_u64(nonce + SALT_LEN, keys->num);
    put_u64(extra, keys->num);
    header_of(extra + 8, type, len);
}

static size_t seal_12(struct bad_conn *c, uint8_t type, const uint8_t *bytes,
                      size_t len, uint8_t *out, size_t max)
{
    uint8_t nonce[12];
    uint8_t extra[13];
    size_t put;

    nonce_12(&c->ours, type, len, nonce, extra);
    c->ours.num++;
    header_of(out, type, 8 + len + TAG_LEN);
    memcpy(out + RECORD_HEADER, nonce + SALT_LEN, 8);
    check(EVP_AEAD_CTX_seal(&c->ours.aead, out + RECORD_HEADER + 8, &put,
                            max - RECORD_HEADER - 8, nonce, sizeof(nonce),
                            bytes, len, extra, sizeof(extra)));
    return RECORD_HEADER + 8 + put;
}

bool bad_emit(struct bad_conn *c, uint8_t type, const void *bytes, size_t len)
{
    uint8_t out[BAD_RECORD_MAX + 256];
    size_t total;

    if (!c->ours.on) {
        header_of(out, type, len);
        if (len > 0) {
            memcpy(out + RECORD_HEADER, bytes, len);
        }
        total = RECORD_HEADER + len;
    } else if (c->tls13) {
        total = seal_13(c, type, bytes, len, out, sizeof(out));
    } else {
        total = seal_12(c, type, bytes, len, out, sizeof(out));
    }
    return bad_say(c, out, total);
}

size_t bad_open(struct bad_conn *c, uint8_t type, const uint8_t *in, size_t len,
                uint8_t *out, size_t max)
{
    uint8_t nonce[12];
    uint8_t extra[13];
    size_t put;

    if (len < 8 + TAG_LEN) {
        return 0;
    }
    nonce_12(&c->theirs, type, len - 8 - TAG_LEN, nonce, extra);
    memcpy(nonce + SALT_LEN, in, 8);
    c->theirs.num++;
    return EVP_AEAD_CTX_open(&c->theirs.aead, out, &put, max, nonce,
                             sizeof(nonce), in + 8, len - 8, extra,
                             sizeof(extra))
               ? put
               : 0;
}
