/* The certificates in a PKCS#7 file, DER or BER.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include "pki/pki.h"
#include "pki/pkcs7.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_span bytes = {data, size};
    struct cm_error err = {.status = CM_OK};
    struct cm_pkcs7 *bag = NULL;
    enum cm_status status;
    size_t total = 0;

    (void)cm_pkcs7_is(bytes);
    status = cm_pkcs7_open(&bag, bytes, &err);
    if (status != CM_OK) {
        cm_assert(status == CM_EINPUT && bag == NULL && err.text[0] != '\0');
        return 0;
    }
    for (size_t i = 0; i < cm_pkcs7_count(bag); i++) {
        struct cm_span der = cm_pkcs7_at(bag, i);
        struct cm_cert *cert = cm_cert_parse(der.data, der.len);

        total += der.len;
        cm_assert(total <= size && cert != NULL);
        cm_cert_unref(cert);
    }
    cm_pkcs7_close(bag);
    return 0;
}
