/* A server's answer to a hand-built hello, read from untrusted bytes up to the
 * point where it needs keys: ServerHello or HelloRetryRequest; below TLS 1.3
 * also Certificate, ServerKeyExchange, CertificateRequest, ServerHelloDone; the
 * SERVER-HELLO of SSLv2; alerts. Bytes in, no sockets.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TLS_FLIGHT_H
#define CERTMUSTER_TLS_FLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/answer.h"
#include "certmuster/buf.h"

#define CM_FLIGHT_MAX_BYTES 262144 /* more ends it: malformed */

struct cm_flight; /* opaque */

/* `sslv2`: the hello was one of SSLv2. NULL: no memory. */
struct cm_flight *cm_flight_new(bool sslv2);
void cm_flight_free(struct cm_flight *flight); /* accepts NULL */

/* cm_flight_feed reads what arrived; true: the answer is known and no more is
 * wanted. */
bool cm_flight_feed(struct cm_flight *flight, struct cm_span bytes);
/* The connection ended, or its time is over. A flight that breaks off has what
 * was read before: of a ServerHello the version is not 0. */
void cm_flight_ended(struct cm_flight *flight, int sys_errno, bool timed_out);
/* SSLv2: its first cipher kind; its errors are handed on as the alerts of SSLv3
 * with the same meaning. Fills in all of `answer` except ask, ms, hello_bytes
 * and the chain. */
void cm_flight_answer(const struct cm_flight *flight, struct cm_answer *answer);
/* The certificates in wire order, at most `max`; borrowed until the flight is
 * freed. */
size_t cm_flight_chain(const struct cm_flight *flight, struct cm_span *out,
                       size_t max);
/* The cipher kinds of SSLv2's SERVER-HELLO, each by the first two of its three
 * bytes; at most `max` of them, as many as returned. */
size_t cm_flight_sslv2_kinds(const struct cm_flight *flight, uint16_t *out,
                             size_t max);
bool cm_flight_no_memory(const struct cm_flight *flight);
bool cm_flight_stapled(const struct cm_flight *flight); /* CertificateStatus */
/* "h2"; "" when none was chosen (in clear: up to TLS 1.2). */
const char *cm_flight_alpn(const struct cm_flight *flight);

#endif
