/* PEM: blocks, and files of certificates.
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
#define MAX_BLOCK (4 * CM_CERT_MAX_DER) /* characters of base64 */

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
         length > 0;
    if (ok) {
        (void)cm_buf_append(der, octets, length);
    }
    free(packed);
    free(octets);
    return ok;
}

/* Where certificates go. Only `list` takes what cannot be parsed. */
struct target {
    struct cm_certset *set;
    struct cm_cert **list;
    size_t max;   /* of the list */
    size_t found; /* in the bytes */
};

static enum cm_status into_set(struct target *target, struct cm_cert *cert,
                               struct cm_error *err)
{
    if (!cert->parsed) {
        return cm_error_set(err, CM_EINPUT,
                            "certificate %zu cannot be read: %s (at byte "
                            "%zu of it)",
                            target->found + 1, cert->parse_error,
                            cert->parse_error_offset);
    }
    return cm_certset_add(target->set, cert)
               ? CM_OK
               : cm_error_nomem(err, "a certificate");
}

static enum cm_status add_der(struct target *target, struct cm_span der,
                              struct cm_error *err)
{
    struct cm_cert *cert = cm_cert_parse(der.data, der.len);
    enum cm_status status = CM_OK;

    if (cert == NULL) {
        return cm_error_nomem(err, "a certificate");
    }
    if (target->set != NULL) {
        status = into_set(target, cert, err);
    } else if (target->found < target->max) {
        target->list[target->found] = cm_cert_ref(cert);
    }
    if (status == CM_OK) {
        target->found++;
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

static enum cm_status add_block(struct target *target,
                                const struct cm_pem_block *block,
                                struct cm_error *err)
{
    struct cm_buf der;
    enum cm_status status;

    cm_buf_init(&der, MAX_BLOCK);
    if (block->base64.len > MAX_BLOCK || !cm_pem_decode(block, &der)) {
        status = der.failed
                     ? cm_error_nomem(err, "a certificate")
                     : cm_error_set(err, CM_EINPUT,
                                    "certificate %zu is damaged: what is "
                                    "between BEGIN and END is not base64",
                                    target->found + 1);
    } else {
        struct cm_span span = {der.data, der.len};

        if (cm_pem_is(block, "TRUSTED CERTIFICATE")) {
            span = first_element(span);
        }
        status = add_der(target, span, err);
    }
    cm_buf_cleanup(&der);
    return status;
}

static enum cm_status read_all(struct target *target, struct cm_span bytes,
                               struct cm_error *err)
{
    struct cm_reader r;
    struct cm_pem_block block;
    enum cm_pem found;
    enum cm_status status = CM_OK;

    if (cm_pem_is_der(bytes)) {
        return add_der(target, bytes, err);
    }
    cm_reader_init(&r, bytes.data, bytes.len);
    while ((found = cm_pem_next(&r, &block)) == CM_PEM_BLOCK) {
        if (!cm_pem_is(&block, "CERTIFICATE") &&
            !cm_pem_is(&block, "X509 CERTIFICATE") &&
            !cm_pem_is(&block, "TRUSTED CERTIFICATE")) {
            continue; /* a key, a CRL ... */
        }
        status = add_block(target, &block, err);
        if (status != CM_OK) {
            return status;
        }
    }
    if (found == CM_PEM_DAMAGE) {
        return cm_error_set(err, CM_EINPUT,
                            "the PEM block after certificate %zu has no "
                            "proper BEGIN and END lines",
                            target->found);
    }
    if (target->found == 0) {
        return cm_error_set(err, CM_EINPUT,
                            "there is no certificate in it (PEM or DER)");
    }
    return CM_OK;
}

enum cm_status cm_pem_load(struct cm_certset *set, struct cm_span bytes,
                           size_t *added, struct cm_error *err)
{
    struct target target = {.set = set};
    enum cm_status status = read_all(&target, bytes, err);

    *added = target.found;
    return status;
}

enum cm_status cm_pem_list(struct cm_cert **out, size_t max, size_t *found,
                           struct cm_span bytes, struct cm_error *err)
{
    struct target target = {.list = out, .max = max};
    enum cm_status status = read_all(&target, bytes, err);

    *found = target.found;
    return status;
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
