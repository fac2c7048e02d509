/* A file with a client certificate and its key: one octet that picks the day,
 * then the file.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "certmuster/text.h"
#include "pki/identity.h"
#include "pki/pki.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_identity_files files = {.cert_name = "client.pem",
                                      .key_name = "client.pem"};
    struct cm_client_evidence facts;
    struct cm_identity id;
    bool no_memory = false;
    size_t len;

    if (size == 0) {
        return 0;
    }
    files.cert = (struct cm_span){data + 1, size - 1};
    files.key = files.cert;
    cm_assert(cm_identity_read(&id, &files, (int64_t)data[0] << 24, &facts) ==
              CM_OK);
    len = strnlen(facts.detail, sizeof(facts.detail));
    cm_assert(len > 0 && len < sizeof(facts.detail));
    cm_assert(cm_text_is_utf8(facts.detail, len));
    cm_assert(facts.fault != CM_CLIENT_NONE);
    cm_assert(cm_client_usable(facts.fault) == (id.key != NULL));
    cm_assert((id.key != NULL) == (id.num_chain > 0));
    if (id.key != NULL) {
        cm_assert(cm_key_fits(id.key, id.chain[0], &no_memory) && !no_memory);
        cm_assert(facts.issuers.len > 0 || facts.cert->issuer.len == 0);
    }
    cm_identity_cleanup(&id);
    cm_cert_unref(facts.cert);
    cm_span_free(&facts.issuers);
    return 0;
}
