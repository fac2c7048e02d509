/* The dialogues that come before TLS in other protocols: bytes in, bytes out,
 * no sockets. One const struct for each protocol.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_STARTTLS_H
#define CERTMUSTER_STARTTLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/buf.h"
#include "certmuster/evidence.h"

#define CM_STARTTLS_MAX_BYTES 16384 /* of one dialogue; more ends it */

struct cm_starttls; /* one dialogue; opaque */

/* `protocol` is an endpoint's (not "tls"), `name` the host's name for protocols
 * that ask for it ("" for an address). NULL: no memory, or no such protocol:
 * see cm_starttls_known. */
struct cm_starttls *cm_starttls_new(const char *protocol, const char *name);
void cm_starttls_free(struct cm_starttls *dialogue); /* accepts NULL */
bool cm_starttls_known(const char *protocol);

enum cm_starttls_turn {
    CM_STARTTLS_READ,  /* send what is in `out`, if anything; then read */
    CM_STARTTLS_HELLO, /* send what is in `out`, if anything; then TLS begins */
    CM_STARTTLS_OVER,  /* there will be no TLS: the outcome says why */
};
/* The first turn, before anything was read. */
enum cm_starttls_turn cm_starttls_begin(struct cm_starttls *dialogue,
                                        struct cm_buf *out);
/* A turn with what the server sent. All of it is used up; what came after the
 * last reply is plain text inside TLS's place, counted in the outcome. */
enum cm_starttls_turn cm_starttls_feed(struct cm_starttls *dialogue,
                                       struct cm_span bytes,
                                       struct cm_buf *out);
/* The server closed the connection, or its time is over. */
void cm_starttls_ended(struct cm_starttls *dialogue, bool timed_out);

/* What came of it, so far; and the line or packet that decided, printable
 * bytes as they are and others as \xNN, cut to fit. */
enum cm_starttls_outcome
cm_starttls_outcome(const struct cm_starttls *dialogue);
const char *cm_starttls_reply(const struct cm_starttls *dialogue);
/* Nothing was sent or received: TLS may be tried on the same connection. */
bool cm_starttls_untouched(const struct cm_starttls *dialogue);
/* What to offer by ALPN (RFC 7301); NULL: nothing. MS-SQL's is for version 8,
 * which has no dialogue. */
const char *cm_starttls_alpn(const struct cm_starttls *dialogue);
/* inject.c -- the test for plain text that is taken for what came by TLS. Only
 * some protocols have it. */
bool cm_starttls_can_inject(const char *protocol);
/* Before cm_starttls_begin: a harmless command goes with the request for TLS,
 * in one piece. */
void cm_starttls_inject(struct cm_starttls *dialogue);
/* Is its answer in what came inside TLS, unasked? Then the outcome is
 * CM_STARTTLS_READY_INJECTED and the reply that answer. */
bool cm_starttls_injected(struct cm_starttls *dialogue, struct cm_span text);
/* The handshake's records travel inside TDS packets (MS-TDS 2.2.6.4). */
bool cm_starttls_in_tds(const struct cm_starttls *dialogue);

#endif
