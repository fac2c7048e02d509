/* BoringSSL's X509_verify_cert.
 * SPDX-License-Identifier: Apache-2.0 */
#include "oracle.h"

#include <openssl/base.h>
#ifndef OPENSSL_IS_BORINGSSL
#error "these are OpenSSL's headers: point BORINGSSL_ROOT at BoringSSL"
#endif
#include <openssl/err.h>
#include <openssl/mem.h>
#include <openssl/obj.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdlib.h>
#include <string.h>

#include "support/forge.h"

/* BoringSSL of 2022 loses the policyConstraints of a certificate that has no
 * certificatePolicies: its loss, not ours. */
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#define IGNORE_LEAKS() __lsan_disable()
#define MIND_LEAKS() __lsan_enable()
#else
#define IGNORE_LEAKS() ((void)0)
#define MIND_LEAKS() ((void)0)
#endif

#define MUST(claim) ((claim) ? (void)0 : abort())

static X509 *to_x509(const struct cm_cert *cert)
{
    const uint8_t *der = cert->der.data;
    X509 *x509 = d2i_X509(NULL, &der, (long)cert->der.len);

    ERR_clear_error();
    if (x509 != NULL && der != cert->der.data + cert->der.len) {
        X509_free(x509);
        return NULL;
    }
    return x509;
}

bool oracle_reads(const struct cm_cert *cert)
{
    X509 *x509 = to_x509(cert);

    X509_free(x509);
    return x509 != NULL;
}

/* Of what can be read. */
static STACK_OF(X509) * to_stack(struct cm_cert *const *certs, size_t num)
{
    STACK_OF(X509) *stack = sk_X509_new_null();

    MUST(stack != NULL);
    for (size_t i = 0; i < num; i++) {
        X509 *x509 = to_x509(certs[i]);

        MUST(x509 == NULL || sk_X509_push(stack, x509) > 0);
    }
    return stack;
}

static void set_param(X509_STORE_CTX *ctx, const char *host)
{
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

    MUST(X509_STORE_CTX_set_default(ctx, "ssl_server"));
    X509_STORE_CTX_set_time(ctx, 0, (time_t)FORGE_NOW);
    X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_PARTIAL_CHAIN |
                                      X509_V_FLAG_POLICY_CHECK);
    /* It takes no policies for none, not for any. */
    MUST(X509_VERIFY_PARAM_add0_policy(param, OBJ_nid2obj(NID_any_policy)));
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (host != NULL && !X509_VERIFY_PARAM_set1_ip_asc(param, host)) {
        MUST(X509_VERIFY_PARAM_set1_host(param, host, strlen(host)));
    }
}

bool oracle(const struct cm_certset *anchors, struct cm_cert *const *chain,
            size_t num, const char *host, const char **why)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *rest = to_stack(chain + 1, num - 1);
    X509 *leaf = to_x509(chain[0]);
    bool trusted;

    MUST(store != NULL && ctx != NULL && leaf != NULL);
    for (size_t i = 0; i < cm_certset_count(anchors); i++) {
        X509 *anchor = to_x509(cm_certset_at(anchors, i));

        MUST(anchor == NULL || X509_STORE_add_cert(store, anchor));
        X509_free(anchor);
    }
    MUST(X509_STORE_CTX_init(ctx, store, leaf, rest));
    set_param(ctx, host);
    IGNORE_LEAKS();
    trusted = X509_verify_cert(ctx) == 1;
    MIND_LEAKS();
    *why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx));
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    X509_free(leaf);
    sk_X509_pop_free(rest, X509_free);
    ERR_clear_error();
    return trusted;
}
