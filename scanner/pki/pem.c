/* PEM (RFC 7468), as people's files have it: text around the blocks, any line
 * end, any line length.
 * SPDX-License-Identifier: Apache-2.0 */
#include <openssl/base.h>
#ifndef OPENSSL_IS_BORINGSSL
#error "these are OpenSSL's headers: point BORINGSSL_ROOT at BoringSSL"
#endif
#include <openssl/base64.h>

#include <stdlib.h>
#include <string.h>

#include "pki/der.h"
#include "pki/pki.h"

#define LINE_WIDTH 64 /* characters, section 2 */
#define LINE_OCTETS (LINE_WIDTH / 4 * 3)
#define MAX_BLOCK (4 * CM_CERT_MAX_DER) /* characters of base64 */

static const char begin_mark[] = "-----BEGIN ";
static const char end_mark[] = "-----END ";
static const char dashes[] = "-----";

struct block {
    struct cm_span label;
    struct cm_span base64;
};

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

enum found { FOUND_BLOCK, FOUND_DAMAGE, FOUND_END };

static enum found next_block(struct cm_reader *r, struct block *out)
{
    struct cm_span skipped;

    if (!take_until(r, begin_mark, &skipped)) {
        return FOUND_END;
    }
    if (!take_until(r, dashes, &out->label) || out->label.len > LINE_WIDTH ||
        !take_until(r, end_mark, &out->base64)) {
        return FOUND_DAMAGE;
    }
    return FOUND_BLOCK;
}

static bool is_label(struct cm_span label, const char *text)
{
    return cm_span_equal(label,
                         (struct cm_span){(const uint8_t *)text, strlen(text)});
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Base64 with white space anywhere; false: damaged. */
static bool decode(struct cm_span base64, struct cm_buf *der)
{
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
         length > 0;
    if (ok) {
        (void)cm_buf_append(der, octets, length);
    }
    free(packed);
    free(octets);
    return ok;
}

static enum cm_status add_der(struct cm_certset *set, struct cm_span der,
                              size_t *added, struct cm_error *err)
{
    struct cm_cert *cert = cm_cert_parse(der.data, der.len);
    enum cm_status status = CM_OK;

    if (cert == NULL) {
        return cm_error_nomem(err, "a certificate");
    }
    if (!cert->parsed) {
        status = cm_error_set(err, CM_EINPUT,
                              "certificate %zu cannot be read: %s (at byte "
                              "%zu of it)",
                              *added + 1, cert->parse_error,
                              cert->parse_error_offset);
    } else if (!cm_certset_add(set, cert)) {
        status = cm_error_nomem(err, "a certificate");
    } else {
        (*added)++;
    }
    cm_cert_unref(cert);
    return status;
}

/* OpenSSL's TRUSTED CERTIFICATE has settings of its own after the DER. */
static struct cm_span first_element(struct cm_span der)
{
    struct cm_reader r;
    struct cm_der_element found;

    cm_reader_init(&r, der.data, der.len);
    return cm_der_any(&r, &found) ? found.whole : der;
}

static enum cm_status add_block(struct cm_certset *set,
                                const struct block *block, size_t *added,
                                struct cm_error *err)
{
    struct cm_buf der;
    enum cm_status status;

    cm_buf_init(&der, MAX_BLOCK);
    if (block->base64.len > MAX_BLOCK || !decode(block->base64, &der)) {
        status = der.failed
                     ? cm_error_nomem(err, "a certificate")
                     : cm_error_set(err, CM_EINPUT,
                                    "certificate %zu is damaged: what is "
                                    "between BEGIN and END is not base64",
                                    *added + 1);
    } else {
        struct cm_span span = {der.data, der.len};

        if (is_label(block->label, "TRUSTED CERTIFICATE")) {
            span = first_element(span);
        }
        status = add_der(set, span, added, err);
    }
    cm_buf_cleanup(&der);
    return status;
}

enum cm_status cm_pem_load(struct cm_certset *set, struct cm_span bytes,
                           size_t *added, struct cm_error *err)
{
    struct cm_reader r;
    struct block block;
    enum found found;
    enum cm_status status = CM_OK;

    *added = 0;
    cm_reader_init(&r, bytes.data, bytes.len);
    if (cm_der_next_is(&r, CM_DER_SEQUENCE) && r.len > 1 &&
        r.data[1] >= 0x80) { /* no text: a long length follows the tag */
        return add_der(set, bytes, added, err);
    }
    while ((found = next_block(&r, &block)) == FOUND_BLOCK) {
        if (!is_label(block.label, "CERTIFICATE") &&
            !is_label(block.label, "X509 CERTIFICATE") &&
            !is_label(block.label, "TRUSTED CERTIFICATE")) {
            continue; /* a key, a CRL ... */
        }
        status = add_block(set, &block, added, err);
        if (status != CM_OK) {
            return status;
        }
    }
    if (found == FOUND_DAMAGE) {
        return cm_error_set(err, CM_EINPUT,
                            "the PEM block after certificate %zu has no "
                            "proper BEGIN and END lines",
                            *added);
    }
    if (*added == 0) {
        return cm_error_set(err, CM_EINPUT,
                            "there is no certificate in it (PEM or DER)");
    }
    return CM_OK;
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
