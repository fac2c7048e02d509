/* Files of certificates and lists: PEM, DER and PKCS#7.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include "pki/revocation.h"

#define MAX_CERTS 20U

static void list(struct cm_span bytes)
{
    struct cm_cert *certs[MAX_CERTS] = {NULL};
    struct cm_error err = {.text = ""};
    size_t found = 0;
    enum cm_status status =
        cm_certs_list(certs, MAX_CERTS, &found, bytes, &err);

    cm_assert(status != CM_OK || (found > 0 && certs[0] != NULL));
    for (size_t i = 0; i < MAX_CERTS; i++) {
        cm_assert((i < found) == (certs[i] != NULL));
        cm_cert_unref(certs[i]);
    }
}

static void load(struct cm_span bytes)
{
    struct cm_certset *set = cm_certset_new(MAX_CERTS);
    struct cm_error err = {.text = ""};
    size_t added = 0;
    enum cm_status status = cm_certs_load(set, bytes, &added, &err);

    cm_assert((status == CM_OK) == (err.text[0] == '\0'));
    cm_assert(cm_certset_count(set) <= added);
    for (size_t i = 0; i < cm_certset_count(set); i++) {
        cm_assert(cm_certset_has(set, cm_certset_at(set, i)));
    }
    cm_certset_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_span bytes = {data, size};
    struct cm_revocation *lists = cm_revocation_new();
    struct cm_error err;
    size_t added = 0;

    list(bytes);
    load(bytes);
    (void)cm_revocation_load(lists, bytes, &added, &err);
    cm_revocation_free(lists);
    return 0;
}
