/* SHA-1 and SHA-256 (FIPS 180-4).
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/digest.h"

#include <string.h>

#define BLOCK 64U
#define MAX_WORDS 8U

/* One round function over a block, for a state of 32-bit words. */
typedef void compress_fn(uint32_t *state, const uint8_t block[BLOCK]);

static uint32_t rotate_left(uint32_t value, unsigned bits)
{
    return value << bits | value >> (32U - bits);
}

static uint32_t rotate_right(uint32_t value, unsigned bits)
{
    return value >> bits | value << (32U - bits);
}

static uint32_t load(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
           (uint32_t)at[2] << 8 | at[3];
}

static void compress_sha1(uint32_t *state, const uint8_t block[BLOCK])
{
    uint32_t w[80];
    uint32_t a = state[0];
    uint32_t b = state[1];
    uint32_t c = state[2];
    uint32_t d = state[3];
    uint32_t e = state[4];

    for (size_t t = 0; t < 80; t++) {
        w[t] = t < 16 ? load(block + 4 * t)
                      : rotate_left(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16],
                                    1);
    }
    for (size_t t = 0; t < 80; t++) {
        static const uint32_t k[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc,
                                      0xca62c1d6};
        uint32_t f = t < 20              ? (b & c) | (~b & d)
                     : t >= 40 && t < 60 ? (b & c) | (b & d) | (c & d)
                                         : b ^ c ^ d;
        uint32_t next = rotate_left(a, 5) + f + e + k[t / 20] + w[t];

        e = d;
        d = c;
        c = rotate_left(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

/* The fractions of the cube roots of the first 64 primes. */
static const uint32_t sha256_k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static void schedule_sha256(uint32_t w[64], const uint8_t block[BLOCK])
{
    for (size_t t = 0; t < 64; t++) {
        if (t < 16) {
            w[t] = load(block + 4 * t);
        } else {
            uint32_t s0 = rotate_right(w[t - 15], 7) ^
                          rotate_right(w[t - 15], 18) ^ w[t - 15] >> 3;
            uint32_t s1 = rotate_right(w[t - 2], 17) ^
                          rotate_right(w[t - 2], 19) ^ w[t - 2] >> 10;

            w[t] = w[t - 16] + s0 + w[t - 7] + s1;
        }
    }
}

static void compress_sha256(uint32_t *state, const uint8_t block[BLOCK])
{
    uint32_t w[64];
    uint32_t v[MAX_WORDS];

    schedule_sha256(w, block);
    memcpy(v, state, sizeof(v));
    for (size_t t = 0; t < 64; t++) {
        uint32_t s1 = rotate_right(v[4], 6) ^ rotate_right(v[4], 11) ^
                      rotate_right(v[4], 25);
        uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t one = v[7] + s1 + choice + sha256_k[t] + w[t];
        uint32_t s0 = rotate_right(v[0], 2) ^ rotate_right(v[0], 13) ^
                      rotate_right(v[0], 22);
        uint32_t most = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);

        memmove(v + 1, v, (MAX_WORDS - 1) * sizeof(v[0]));
        v[4] += one;
        v[0] = one + s0 + most;
    }
    for (size_t i = 0; i < MAX_WORDS; i++) {
        state[i] += v[i];
    }
}

/* The message, then the bit 1, zeros, and its length in bits. */
static void digest(compress_fn *compress, uint32_t *state, const uint8_t *data,
                   size_t len)
{
    uint8_t last[2 * BLOCK] = {0};
    size_t whole = len / BLOCK * BLOCK;
    size_t rest = len - whole;
    size_t total = rest + 9 <= BLOCK ? BLOCK : sizeof(last);
    uint64_t bits = (uint64_t)len * 8;

    for (size_t i = 0; i < whole; i += BLOCK) {
        compress(state, data + i);
    }
    if (rest > 0) {
        memcpy(last, data + whole, rest);
    }
    last[rest] = 0x80;
    for (size_t i = 0; i < 8; i++) {
        last[total - 1 - i] = (uint8_t)(bits >> (8 * i));
    }
    for (size_t i = 0; i < total; i += BLOCK) {
        compress(state, last + i);
    }
}

static void store(const uint32_t *state, size_t words, uint8_t *out)
{
    for (size_t i = 0; i < 4 * words; i++) {
        out[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
    }
}

void cm_digest_sha1(const void *data, size_t len,
                    uint8_t out[CM_DIGEST_SHA1_LEN])
{
    uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
                         0xc3d2e1f0};

    digest(compress_sha1, state, data, len);
    store(state, 5, out);
}

void cm_digest_sha256(const void *data, size_t len,
                      uint8_t out[CM_DIGEST_SHA256_LEN])
{
    uint32_t state[MAX_WORDS] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                 0xa54ff53a, 0x510e527f, 0x9b05688c,
                                 0x1f83d9ab, 0x5be0cd19};

    digest(compress_sha256, state, data, len);
    store(state, MAX_WORDS, out);
}
