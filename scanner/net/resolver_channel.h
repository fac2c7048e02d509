/* A channel of c-ares's inside the loop. Private to resolver.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RESOLVER_CHANNEL_H
#define CERTMUSTER_RESOLVER_CHANNEL_H

#include <ares.h>

#include "net/resolver_parts.h"

struct cm_channel {
    struct cm_loop *loop;
    bool *deaf;        /* becomes true: there was no memory to hear a socket */
    bool over_tcp;     /* from the first byte on */
    ares_channel ares; /* NULL: not there */
    struct cm_socket_watch *sockets;
};

/* The fields before `ares` are set; all servers from `first` on are asked, for
 * `timeout_ms` together. False: no memory. */
bool cm_channel_open(struct cm_channel *channel,
                     const struct cm_server_list *servers, unsigned first,
                     unsigned timeout_ms);
void cm_channel_close(struct cm_channel *channel);
/* Ends what took too long; an answer that is there already is not late: the
 * loop was. */
void cm_channel_tick(const struct cm_channel *channel);
/* The servers of /etc/resolv.conf, as c-ares understands it. */
bool cm_channel_system_servers(struct cm_server_list *out);

#endif
