/* The functions of libssl that are used here, found when a context is made.
 * Private to scanner/tls.
 *
 * Where libssl is a shared library it is loaded then, too: with the C++ library
 * that it needs it takes as long as all else at the start of the program, and
 * `check`, `report` and others never make a handshake. What is linked is
 * libcrypto alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TLS_LIBRARY_H
#define CERTMUSTER_TLS_LIBRARY_H

/* OpenSSL's headers have the same names and lie on the default path. */
#include <openssl/ssl.h>
#ifndef OPENSSL_IS_BORINGSSL
#error "certmuster needs BoringSSL's headers, and these are OpenSSL's"
#endif

#include "certmuster/status.h"

#define CM_LIBSSL(X)                                                           \
    X(SSL_CTX_enable_ocsp_stapling)                                            \
    X(SSL_CTX_enable_signed_cert_timestamps)                                   \
    X(SSL_CTX_free)                                                            \
    X(SSL_CTX_new)                                                             \
    X(SSL_CTX_set0_buffer_pool)                                                \
    X(SSL_CTX_set1_curves_list)                                                \
    X(SSL_CTX_set_allow_unknown_alpn_protos)                                   \
    X(SSL_CTX_set_cipher_list)                                                 \
    X(SSL_CTX_set_custom_verify)                                               \
    X(SSL_CTX_set_max_cert_list)                                               \
    X(SSL_CTX_set_max_proto_version)                                           \
    X(SSL_CTX_set_min_proto_version)                                           \
    X(SSL_CTX_set_msg_callback)                                                \
    X(SSL_CTX_set_session_cache_mode)                                          \
    X(SSL_CTX_set_verify_algorithm_prefs)                                      \
    X(SSL_do_handshake)                                                        \
    X(SSL_free)                                                                \
    X(SSL_get_error)                                                           \
    X(SSL_new)                                                                 \
    X(SSL_read)                                                                \
    X(SSL_set_alpn_protos)                                                     \
    X(SSL_set_bio)                                                             \
    X(SSL_set_chain_and_key)                                                   \
    X(SSL_set_connect_state)                                                   \
    X(SSL_set_msg_callback_arg)                                                \
    X(SSL_set_tlsext_host_name)                                                \
    X(SSL_shutdown)                                                            \
    X(SSL_write)                                                               \
    X(TLS_with_buffers_method)

struct cm_libssl { /* each by its own name */
/* NOLINTNEXTLINE(bugprone-macro-parentheses): a field has none */
#define CM_LIBSSL_FIELD(name) __typeof__(&(name)) name;
    CM_LIBSSL(CM_LIBSSL_FIELD)
#undef CM_LIBSSL_FIELD
};

/* CM_EIO: the library is not there, or is another. */
enum cm_status cm_libssl_bind(struct cm_libssl *out, struct cm_error *err);

#endif
