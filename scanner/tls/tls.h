/* TLS handshakes with BoringSSL that accept every certificate and write down
 * what they saw. The only place that includes openssl/ssl.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TLS_H
#define CERTMUSTER_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/buf.h"
#include "certmuster/evidence.h"
#include "certmuster/status.h"

struct cm_tls_context; /* one thread's: offers, buffer pool */
struct cm_tls;         /* one connection's */

/* identity.c -- our own certificate with its key, for servers that ask who is
 * calling; shared between threads, read-only. `chain` is copied, leaf first;
 * `key` is the library's EVP_PKEY, of which a reference is taken; both must fit
 * together. NULL: no memory. */
#define CM_TLS_IDENTITY_MAX_CERTS 16
struct evp_pkey_st;
struct cm_tls_identity;
struct cm_tls_identity *cm_tls_identity_new(const struct cm_span *chain,
                                            size_t num_chain,
                                            struct evp_pkey_st *key);
void cm_tls_identity_free(struct cm_tls_identity *identity); /* NULL is fine */

struct cm_tls_options {
    uint16_t min_version; /* 0x0301; 0: that */
    uint16_t max_version; /* 0x0304; 0: that */
};

enum cm_status cm_tls_context_new(struct cm_tls_context **out,
                                  const struct cm_tls_options *options,
                                  struct cm_error *err);
void cm_tls_context_free(struct cm_tls_context *context);
/* "BoringSSL (API version 17)", static. */
const char *cm_tls_library(void);

enum cm_io { CM_IO_WANT_READ, CM_IO_WANT_WRITE, CM_IO_DONE, CM_IO_FAILED };

/* cm_tls_new prepares a handshake over the connected non-blocking socket,
 * which stays the caller's. `sni` "" sends none. `probe` receives all that is
 * seen, while it is seen: its handshake fields are valid whenever a call
 * returns; the probe must outlive the object and must not move (allocate it
 * apart). The chain comes separately, by cm_tls_chain. NULL: no memory. */
struct cm_tls *cm_tls_new(struct cm_tls_context *context, int fd,
                          const char *sni, struct cm_probe *probe);
void cm_tls_free(struct cm_tls *tls);
/* Memory was missing at some time: what the probe says is not to be trusted. */
bool cm_tls_no_memory(const struct cm_tls *tls);
/* Before the first call: sends this certificate when the server asks for one;
 * probe->client_cert_sent tells. False: no memory. */
bool cm_tls_present(struct cm_tls *tls, const struct cm_tls_identity *identity);
/* Before the first call: the handshake's records travel inside TDS packets, as
 * MS-SQL before its version 8 wants it (MS-TDS 2.2.6.4). */
void cm_tls_wrap_in_tds(struct cm_tls *tls);
/* Before the first call: it sends our hello and looks for no answer, which
 * cannot be there yet; the caller waits for the socket in any case. */
void cm_tls_only_hello(struct cm_tls *tls);
/* Before the first call: whatever follows the handshake, we say it at once,
 * close_notify or a request. So our Finished under TLS 1.3, which ends the
 * handshake, waits for it and goes in the same packet. */
void cm_tls_speak_on(struct cm_tls *tls);
/* Before the first call: offers this protocol by ALPN, at most 255 bytes.
 * False: no memory. */
bool cm_tls_offer_alpn(struct cm_tls *tls, const char *name);

/* Drives the handshake. DONE: completed. FAILED: it never will; probe->end,
 * sys_errno, alert_*, error and first_bytes say how. */
enum cm_io cm_tls_handshake(struct cm_tls *tls);
/* After DONE: true when a certificate was requested under TLS 1.3, where the
 * server's answer to ours comes only now (alert 116, a ticket ...).
 * Then call cm_tls_linger until it is DONE (probe->client_auth is settled) or
 * the caller's time is up (it stays UNDETERMINED). */
bool cm_tls_must_linger(const struct cm_tls *tls);
enum cm_io cm_tls_linger(struct cm_tls *tls);

/* exchange.c -- after the handshake. Is there still somebody to talk to? */
bool cm_tls_is_open(const struct cm_tls *tls);
/* ... and was it a reset that took them away? */
bool cm_tls_was_reset(const struct cm_tls *tls);
/* Sends all of `data`; after a WANT_ call again with the same. */
enum cm_io cm_tls_write(struct cm_tls *tls, struct cm_span data);
/* DONE: *got octets were read. FAILED: there will be none; an alert, or a
 * request for a certificate that comes only now, is in the probe. What the
 * server makes of our certificate is settled by either, if it was not. */
enum cm_io cm_tls_read(struct cm_tls *tls, uint8_t *out, size_t max,
                       size_t *got);
/* Sends close_notify and our FIN in one packet, best effort. */
void cm_tls_close_notify(struct cm_tls *tls);

/* The certificates as sent, also when the handshake failed. At most `max` are
 * given, *num_sent counts all. Borrowed until cm_tls_free. */
size_t cm_tls_chain(const struct cm_tls *tls, struct cm_span *out, size_t max,
                    unsigned *num_sent);

/* capture.c -- the messages, from raw bytes (RFC 8446 section 4, RFC 5246
 * section 7.4); pure, for fuzzing. `tls13` tells the two Certificate forms
 * apart. Each returns false when the message is malformed; what was read
 * before the mistake is kept. */
bool cm_capture_server_hello(struct cm_reader body, struct cm_probe *probe);
size_t cm_capture_chain(struct cm_reader body, bool tls13, struct cm_span *out,
                        size_t max, unsigned *num_sent);
bool cm_capture_certificate_request(struct cm_reader body, bool tls13,
                                    uint16_t version, struct cm_probe *probe);

#endif
