/* What the protocols' files share. Private to starttls/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_STARTTLS_PARTS_H
#define CERTMUSTER_STARTTLS_PARTS_H

#include "starttls/starttls.h"

/* How a protocol's turn goes on. */
enum cm_turn {
    CM_TURN_MORE, /* the reply is not complete */
    CM_TURN_NEXT, /* understood; the next step's command is due */
    CM_TURN_TLS,  /* the server agreed */
    CM_TURN_END,  /* dialogue->outcome says why there is no TLS */
};

/* One protocol. `command` appends what step `step` (0, 1, ...) sends, which
 * may be nothing; `reply` looks at the bytes gathered since and tells how many
 * of them it used when it does not want more. */
struct cm_starttls_protocol {
    const char *name;
    const char *alpn; /* of IANA's registry of 2026-08; NULL: none is there */
    bool in_tds;
    void (*command)(const struct cm_starttls *dialogue, unsigned step,
                    struct cm_buf *out);
    enum cm_turn (*reply)(struct cm_starttls *dialogue, unsigned step,
                          struct cm_span got, size_t *used);
    const void *table; /* the protocol's own, for command and reply */
};

struct cm_starttls {
    const struct cm_starttls_protocol *protocol;
    char name[CM_HOST_SIZE];
    unsigned step;
    struct cm_buf got;    /* since the last command */
    size_t line_at;       /* the lines before it were looked at */
    size_t total;         /* bytes received */
    bool spoke;           /* something was sent */
    bool offered;         /* the capability was seen */
    bool masked;          /* ... or what a firewall wrote over it */
    const char *injected; /* goes with the request for TLS; NULL: nothing */
    enum cm_starttls_outcome outcome;
    char reply[CM_STARTTLS_REPLY_SIZE];
};

/* starttls.c */
void cm_starttls_keep(struct cm_starttls *dialogue, struct cm_span reply);
enum cm_turn cm_starttls_end(struct cm_starttls *dialogue,
                             enum cm_starttls_outcome outcome,
                             struct cm_span reply);

/* lines.c, binary.c, xmpp.c: NULL-named row at the end. */
extern const struct cm_starttls_protocol cm_starttls_lines[];
extern const struct cm_starttls_protocol cm_starttls_binary[];

#endif
