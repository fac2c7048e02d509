/* SipHash-2-4 (Aumasson, Bernstein 2012), checked against its test vectors.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/siphash.h"

#include "certmuster/map.h"

static uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static uint64_t load_little_endian(const uint8_t bytes[8])
{
    uint64_t word = 0;

    for (int i = 7; i >= 0; i--) {
        word = word << 8 | bytes[i];
    }
    return word;
}

static void rounds(uint64_t v[4], int count)
{
    for (int i = 0; i < count; i++) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] = rotate(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[2] = rotate(v[2], 32);
    }
}

static void compress(struct cm_siphash *sip, uint64_t word)
{
    sip->v[3] ^= word;
    rounds(sip->v, 2);
    sip->v[0] ^= word;
}

void cm_siphash_init(struct cm_siphash *sip, const uint8_t key[16])
{
    uint64_t low = key == NULL ? 0 : load_little_endian(key);
    uint64_t high = key == NULL ? 0 : load_little_endian(key + 8);

    /* "somepseudorandomlygeneratedbytes" */
    *sip = (struct cm_siphash){
        .v = {low ^ UINT64_C(0x736f6d6570736575),
              high ^ UINT64_C(0x646f72616e646f6d),
              low ^ UINT64_C(0x6c7967656e657261),
              high ^ UINT64_C(0x7465646279746573)},
    };
}

void cm_siphash_add(struct cm_siphash *sip, const void *data, size_t len)
{
    const uint8_t *bytes = data;

    while (len > 0 && sip->len % 8 != 0) {
        sip->word |= (uint64_t)*bytes++ << 8 * (sip->len % 8);
        len--;
        if (++sip->len % 8 == 0) {
            compress(sip, sip->word);
            sip->word = 0;
        }
    }
    for (; len >= 8; len -= 8, bytes += 8, sip->len += 8) {
        compress(sip, load_little_endian(bytes));
    }
    for (; len > 0; len--) {
        sip->word |= (uint64_t)*bytes++ << 8 * (sip->len++ % 8);
    }
}

uint64_t cm_siphash_end(struct cm_siphash *sip)
{
    compress(sip, sip->word | (uint64_t)(sip->len & 0xFF) << 56);
    sip->v[2] ^= 0xFF;
    rounds(sip->v, 4);
    return sip->v[0] ^ sip->v[1] ^ sip->v[2] ^ sip->v[3];
}

uint64_t cm_hash64(const uint8_t key[16], const void *data, size_t len)
{
    struct cm_siphash sip;

    cm_siphash_init(&sip, key);
    cm_siphash_add(&sip, data, len);
    return cm_siphash_end(&sip);
}
