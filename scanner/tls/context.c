/* What every handshake of a thread offers. Accepts all certificates: trust is
 * judged later, from the evidence.
 * SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>
#include <stdlib.h>

#include "base/memory.h"
#include "certmuster/offer.h"
#include "tls/internal.h"

/* There are fewer schemes than that. */
#define MAX_SCHEMES 64

/* No suite without a certificate: a server that cannot use its certificate
 * would pick one of those and hide what is wrong. What is left is
 * cm_offer_suites. */
static const char ciphers[] = "ALL:3DES:!aPSK:!kPSK:!aNULL:!eNULL";

static const char groups[] = "X25519:P-256:P-384:P-521";
/* Last, so that no key share is computed for it before a server asks. */
static const char groups_pq[] = "X25519:P-256:P-384:P-521:X25519MLKEM768";

static enum ssl_verify_result_t accept_all(SSL *ssl, uint8_t *alert)
{
    (void)ssl;
    (void)alert;
    return ssl_verify_ok;
}

/* Newer libraries refuse numbers that they do not know, so each is tried. */
static bool offer_signatures(const struct cm_tls_context *context)
{
    const struct cm_offer_list list = cm_offer_schemes();
    uint16_t known[MAX_SCHEMES];
    size_t num_known = 0;

    for (size_t i = 0; i < list.num && num_known < MAX_SCHEMES; i++) {
        if (context->lib.SSL_CTX_set_verify_algorithm_prefs(
                context->ssl_ctx, &list.numbers[i], 1)) {
            known[num_known++] = list.numbers[i];
        }
    }
    ERR_clear_error();
    return num_known > 0 && context->lib.SSL_CTX_set_verify_algorithm_prefs(
                                context->ssl_ctx, known, num_known) == 1;
}

static bool offer_groups(const struct cm_tls_context *context)
{
    if (context->lib.SSL_CTX_set1_curves_list(context->ssl_ctx, groups_pq)) {
        return true;
    }
    ERR_clear_error();
    return context->lib.SSL_CTX_set1_curves_list(context->ssl_ctx, groups) == 1;
}

static enum cm_status offer_versions(const struct cm_tls_context *context,
                                     const struct cm_tls_options *options,
                                     struct cm_error *err)
{
    uint16_t min = options->min_version;
    uint16_t max = options->max_version;

    min = min == 0 ? TLS1_VERSION : min;
    max = max == 0 ? TLS1_3_VERSION : max;
    if (min > max ||
        !context->lib.SSL_CTX_set_min_proto_version(context->ssl_ctx, min) ||
        !context->lib.SSL_CTX_set_max_proto_version(context->ssl_ctx, max)) {
        ERR_clear_error();
        return cm_error_set(err, CM_EUSAGE,
                            "TLS versions 0x%04x to 0x%04x cannot be offered",
                            (unsigned)min, (unsigned)max);
    }
    return CM_OK;
}

static void configure(struct cm_tls_context *context)
{
    const struct cm_libssl *lib = &context->lib;
    SSL_CTX *ssl_ctx = context->ssl_ctx;

    lib->SSL_CTX_set0_buffer_pool(ssl_ctx, context->pool);
    lib->SSL_CTX_set_custom_verify(ssl_ctx, SSL_VERIFY_PEER, accept_all);
    lib->SSL_CTX_set_msg_callback(ssl_ctx, cm_tls_on_message);
    lib->SSL_CTX_set_session_cache_mode(ssl_ctx, SSL_SESS_CACHE_OFF);
    lib->SSL_CTX_set_max_cert_list(ssl_ctx, CM_MAX_CHAIN_BYTES);
    /* A server may choose what was not offered: that is evidence. */
    lib->SSL_CTX_set_allow_unknown_alpn_protos(ssl_ctx, 1);
    lib->SSL_CTX_enable_ocsp_stapling(ssl_ctx);
    lib->SSL_CTX_enable_signed_cert_timestamps(ssl_ctx);
}

enum cm_status cm_tls_context_new(struct cm_tls_context **out,
                                  const struct cm_tls_options *options,
                                  struct cm_error *err)
{
    enum cm_status status;
    unsigned long refusals = cm_crypto_refusals();
    struct cm_tls_context *context = calloc(1, sizeof(*context));

    *out = NULL;
    if (context == NULL) {
        return cm_error_nomem(err, "the TLS context");
    }
    status = cm_libssl_bind(&context->lib, err);
    if (status != CM_OK) {
        goto out;
    }
    context->bio_method = cm_tls_bio_method_new();
    context->pool = CRYPTO_BUFFER_POOL_new();
    /* "with buffers": the library leaves the certificates as bytes and parses
     * nothing but the leaf's public key. */
    context->ssl_ctx =
        context->lib.SSL_CTX_new(context->lib.TLS_with_buffers_method());
    if (context->bio_method == NULL || context->pool == NULL ||
        context->ssl_ctx == NULL) {
        status = cm_error_nomem(err, "the TLS context");
        goto out;
    }
    configure(context);
    status = offer_versions(context, options, err);
    if (status != CM_OK) {
        goto out;
    }
    if (!context->lib.SSL_CTX_set_cipher_list(context->ssl_ctx, ciphers) ||
        !offer_groups(context) || !offer_signatures(context)) {
        status =
            cm_error_set(err, CM_EINTERNAL, "%s refuses what certmuster offers",
                         cm_tls_library());
    }
    if (cm_crypto_refusals() != refusals) { /* it may offer less, too */
        status = cm_error_nomem(err, "the TLS context");
    }
    if (status != CM_OK) {
        goto out;
    }
    *out = context;
    context = NULL; /* now the caller's */
out:
    ERR_clear_error();
    cm_tls_context_free(context);
    return status;
}

void cm_tls_context_free(struct cm_tls_context *context)
{
    if (context == NULL) {
        return;
    }
    if (context->ssl_ctx != NULL) {
        context->lib.SSL_CTX_free(context->ssl_ctx);
    }
    CRYPTO_BUFFER_POOL_free(context->pool); /* after all of its users */
    BIO_meth_free(context->bio_method);
    free(context);
}
