/* PEM: see pem.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <openssl/base.h>
#ifndef OPENSSL_IS_BORINGSSL
#error "these are OpenSSL's headers: point BORINGSSL_ROOT at BoringSSL"
#endif
#include <openssl/base64.h>

#include <stdlib.h>
#include <string.h>

#include "pki/der.h"
#include "pki/pem.h"
#include "pki/pki.h"

#define LINE_WIDTH 64 /* characters, section 2 */
#define LINE_OCTETS (LINE_WIDTH / 4 * 3)

static const char begin_mark[] = "-----BEGIN ";
static const char end_mark[] = "-----END ";
static const char dashes[] = "-----";

/* Moves behind `mark` and gives what is before it. */
static bool take_until(struct cm_reader *r, const char *mark,
                       struct cm_span *before)
{
    size_t length = strlen(mark);
    const uint8_t *at;

    at = r->len > 0 ? memmem(r->data, r->len, mark, length) : NULL;
    return at != NULL && cm_reader_bytes(r, (size_t)(at - r->data), before) &&
           cm_reader_skip(r, length);
}

enum cm_pem cm_pem_next(struct cm_reader *r, struct cm_pem_block *out)
{
    struct cm_span skipped;

    if (!take_until(r, begin_mark, &skipped)) {
        return CM_PEM_END;
    }
    if (!take_until(r, dashes, &out->label) || out->label.len > LINE_WIDTH ||
        !take_until(r, end_mark, &out->base64)) {
        return CM_PEM_DAMAGE;
    }
    return CM_PEM_BLOCK;
}

bool cm_pem_is(const struct cm_pem_block *block, const char *label)
{
    return cm_span_equal(
        block->label, (struct cm_span){(const uint8_t *)label, strlen(label)});
}

bool cm_pem_is_der(struct cm_span bytes)
{
    return bytes.len > 1 && bytes.data[0] == CM_DER_SEQUENCE &&
           bytes.data[1] >= 0x80;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* RFC 4648 section 4, each digit's value and one. The library's decoder takes
 * ten times as long, because what it reads could be a secret. */
static const uint8_t digits[256] =
    {
        ['A'] = 1, 2,  3,          4,          5,  6,  7,          8,  9,  10,
        11,        12, 13,         14,         15, 16, 17,         18, 19, 20,
        21,        22, 23,         24,         25, 26, ['a'] = 27, 28, 29, 30,
        31,        32, 33,         34,         35, 36, 37,         38, 39, 40,
        41,        42, 43,         44,         45, 46, 47,         48, 49, 50,
        51,        52, ['0'] = 53, 54,         55, 56, 57,         58, 59, 60,
        61,        62, ['+'] = 63, ['/'] = 64,
};

/* Reads whole groups of four digits as long as nothing else comes: nearly all
 * of a file. Gives the number of octets written. */
static size_t read_groups(struct cm_reader *r, uint8_t *out)
{
    const uint8_t *in = r->data;
    size_t length = 0;
    size_t left = r->len;

    for (; left >= 4; left -= 4, in += 4, length += 3) {
        unsigned a = digits[in[0]];
        unsigned b = digits[in[1]];
        unsigned c = digits[in[2]];
        unsigned d = digits[in[3]];
        uint32_t group = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);

        if (a == 0 || b == 0 || c == 0 || d == 0) {
            break;
        }
        out[length] = (uint8_t)(group >> 16);
        out[length + 1] = (uint8_t)(group >> 8);
        out[length + 2] = (uint8_t)group;
    }
    (void)cm_reader_skip(r, r->len - left);
    return length;
}

/* `out` has room for three octets for four characters. Blanks are no matter;
 * padding must be there. */
static bool read_base64(struct cm_span text, uint8_t *out, size_t *length)
{
    struct cm_reader r;
    uint32_t group = 0;
    unsigned num = 0;
    unsigned padding = 0;
    uint8_t c;

    *length = 0;
    cm_reader_init(&r, text.data, text.len);
    for (;;) {
        unsigned digit;

        if (num == 0 && padding == 0) {
            *length += read_groups(&r, out + *length);
        }
        if (!cm_reader_u8(&r, &c)) {
            break;
        }
        digit = digits[c];
        if (is_blank(c)) {
            continue;
        }
        if (digit == 0 ? c != '=' || num < 2 : padding > 0) {
            return false;
        }
        padding += digit == 0 ? 1U : 0U;
        group = group << 6 | (digit == 0 ? 0 : digit - 1);
        if (++num == 4) {
            out[(*length)++] = (uint8_t)(group >> 16);
            out[(*length)++] = (uint8_t)(group >> 8);
            out[(*length)++] = (uint8_t)group;
            *length -= padding;
            num = 0;
            group = 0;
        }
    }
    return num == 0;
}

bool cm_pem_decode(const struct cm_pem_block *block, struct cm_buf *der)
{
    uint8_t *octets = malloc(block->base64.len + 1);
    size_t length = 0;
    bool ok;

    if (octets == NULL) {
        der->failed = true;
        return false;
    }
    ok = read_base64(block->base64, octets, &length) && length > 0 &&
         cm_buf_append(der, octets, length);
    explicit_bzero(octets, length); /* it may be a private key */
    free(octets);
    return ok;
}

bool cm_pem_write(struct cm_buf *out, const struct cm_cert *cert)
{
    uint8_t line[LINE_WIDTH + 1];
    struct cm_span der = cert->der;

    (void)cm_buf_puts(out, "-----BEGIN CERTIFICATE-----\n");
    for (size_t at = 0; at < der.len; at += LINE_OCTETS) {
        size_t octets = der.len - at < LINE_OCTETS ? der.len - at : LINE_OCTETS;
        size_t length = EVP_EncodeBlock(line, der.data + at, octets);

        (void)cm_buf_append(out, line, length);
        (void)cm_buf_putc(out, '\n');
    }
    return cm_buf_puts(out, "-----END CERTIFICATE-----\n");
}
