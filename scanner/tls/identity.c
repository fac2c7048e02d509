/* Our own certificate, ready to be sent by any number of connections.
 * SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>
#include <stdlib.h>

#include "tls/internal.h"

void cm_tls_identity_free(struct cm_tls_identity *identity)
{
    if (identity == NULL) {
        return;
    }
    for (size_t i = 0; i < identity->num_chain; i++) {
        CRYPTO_BUFFER_free(identity->chain[i]);
    }
    EVP_PKEY_free(identity->key);
    free(identity);
}

struct cm_tls_identity *cm_tls_identity_new(const struct cm_span *chain,
                                            size_t num_chain,
                                            struct evp_pkey_st *key)
{
    struct cm_tls_identity *identity = calloc(1, sizeof(*identity));

    if (identity == NULL || num_chain == 0 ||
        num_chain > CM_TLS_IDENTITY_MAX_CERTS) {
        free(identity);
        return NULL;
    }
    (void)EVP_PKEY_up_ref(key);
    identity->key = key;
    for (size_t i = 0; i < num_chain; i++) {
        CRYPTO_BUFFER *cert =
            CRYPTO_BUFFER_new(chain[i].data, chain[i].len, NULL);

        if (cert == NULL) {
            ERR_clear_error();
            cm_tls_identity_free(identity);
            return NULL;
        }
        identity->chain[identity->num_chain++] = cert;
    }
    return identity;
}

bool cm_tls_present(struct cm_tls *tls, const struct cm_tls_identity *identity)
{
    bool ok = tls->context->lib.SSL_set_chain_and_key(tls->ssl, identity->chain,
                                                      identity->num_chain,
                                                      identity->key, NULL) == 1;

    ERR_clear_error();
    return ok;
}
