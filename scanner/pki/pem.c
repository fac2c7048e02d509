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

bool cm_pem_decode(const struct cm_pem_block *block, struct cm_buf *der)
{
    struct cm_span base64 = block->base64;
    uint8_t *packed = malloc(base64.len + 1);
    uint8_t *octets = malloc(base64.len + 1);
    size_t count = 0;
    size_t length = 0;
    bool ok;

    if (packed == NULL || octets == NULL) {
        der->failed = true;
        free(packed);
        free(octets);
        return false;
    }
    for (size_t i = 0; i < base64.len; i++) {
        if (!is_blank(base64.data[i])) {
            packed[count++] = base64.data[i];
        }
    }
    ok = EVP_DecodeBase64(octets, &length, base64.len, packed, count) == 1 &&
         length > 0 && cm_buf_append(der, octets, length);
    free(packed);
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
