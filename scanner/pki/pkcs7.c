/* PKCS#7: BoringSSL takes it apart, since that takes BER, too.
 * SPDX-License-Identifier: Apache-2.0 */
#include <openssl/base.h>
#ifndef OPENSSL_IS_BORINGSSL
#error "these are OpenSSL's headers: point BORINGSSL_ROOT at BoringSSL"
#endif
#include <openssl/bytestring.h>
#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/pool.h>

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "pki/der.h"
#include "pki/oids.h"
#include "pki/pkcs7.h"

#define LONG_FORM 0x80U

struct cm_pkcs7 {
    STACK_OF(CRYPTO_BUFFER) * certs;
};

/* The header of the SEQUENCE may have an indefinite length, for which der.h
 * has no use. */
bool cm_pkcs7_is(struct cm_span bytes)
{
    static const struct cm_span signed_data =
        CM_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02");
    struct cm_reader r;
    struct cm_der_element oid;
    uint8_t octet;

    cm_reader_init(&r, bytes.data, bytes.len);
    return cm_reader_u8(&r, &octet) && octet == CM_DER_SEQUENCE &&
           cm_reader_u8(&r, &octet) &&
           (octet < LONG_FORM || cm_reader_skip(&r, octet & 0x7fU)) &&
           cm_der_get(&r, CM_DER_OID, &oid) &&
           cm_span_equal(oid.content, signed_data);
}

static enum cm_status why_not(unsigned long refusals, struct cm_error *err)
{
    ERR_clear_error();
    return cm_crypto_refusals() != refusals
               ? cm_error_nomem(err, "a PKCS#7 file")
               : cm_error_set(err, CM_EINPUT, "the PKCS#7 in it is damaged");
}

enum cm_status cm_pkcs7_open(struct cm_pkcs7 **out, struct cm_span bytes,
                             struct cm_error *err)
{
    struct cm_pkcs7 *bag = calloc(1, sizeof(*bag));
    unsigned long refusals = cm_crypto_refusals();
    enum cm_status status;
    CBS cbs;

    *out = NULL;
    if (bag == NULL) {
        return cm_error_nomem(err, "a PKCS#7 file");
    }
    ERR_clear_error();
    CBS_init(&cbs, bytes.data, bytes.len);
    bag->certs = sk_CRYPTO_BUFFER_new_null();
    if (bag->certs == NULL ||
        !PKCS7_get_raw_certificates(bag->certs, &cbs, NULL)) {
        status = why_not(refusals, err);
        cm_pkcs7_close(bag);
        return status;
    }
    *out = bag;
    return CM_OK;
}

void cm_pkcs7_close(struct cm_pkcs7 *bag)
{
    if (bag != NULL) {
        sk_CRYPTO_BUFFER_pop_free(bag->certs, CRYPTO_BUFFER_free);
        free(bag);
    }
}

size_t cm_pkcs7_count(const struct cm_pkcs7 *bag)
{
    return sk_CRYPTO_BUFFER_num(bag->certs);
}

struct cm_span cm_pkcs7_at(const struct cm_pkcs7 *bag, size_t index)
{
    const CRYPTO_BUFFER *cert = sk_CRYPTO_BUFFER_value(bag->certs, index);

    return (struct cm_span){CRYPTO_BUFFER_data(cert), CRYPTO_BUFFER_len(cert)};
}
