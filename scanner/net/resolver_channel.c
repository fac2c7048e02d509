/* A channel of c-ares's: its sockets in the loop, its servers, its time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "net/resolver_channel.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define TRIES 3
/* c-ares doubles its patience each time round the servers: 1 + 2 + 4. On a
 * connection it asks once, and again only when that breaks. */
#define PATIENCE 7U
#define RECEIVE_BYTES 1048576 /* of socket buffer, as far as allowed */

/* A socket that is watched. */
struct cm_socket_watch {
    struct cm_socket_watch *next;
    struct cm_channel *channel;
    int fd;
    cm_watch watch;
};

static void on_socket(void *arg, unsigned ready)
{
    const struct cm_socket_watch *socket = arg; /* may go during the call */
    int fd = socket->fd;

    ares_process_fd(socket->channel->ares,
                    (ready & CM_READABLE) != 0 ? fd : ARES_SOCKET_BAD,
                    (ready & CM_WRITABLE) != 0 ? fd : ARES_SOCKET_BAD);
}

static void watch_socket(struct cm_channel *channel, int fd, unsigned interest)
{
    struct cm_socket_watch *socket = calloc(1, sizeof(*socket));

    if (socket == NULL) {
        *channel->deaf = true;
        return; /* its queries time out */
    }
    socket->channel = channel;
    socket->fd = fd;
    if (cm_loop_watch(channel->loop, fd, interest, on_socket, socket,
                      &socket->watch) != CM_OK) {
        *channel->deaf = true;
        free(socket);
        return;
    }
    socket->next = channel->sockets;
    channel->sockets = socket;
}

/* c-ares tells what it waits for; neither: it is about to close the socket. */
static void on_socket_state(void *arg, ares_socket_t fd, int readable,
                            int writable)
{
    struct cm_channel *channel = arg;
    struct cm_loop *loop = channel->loop;
    struct cm_socket_watch **link = &channel->sockets;
    unsigned interest =
        (readable != 0 ? CM_READABLE : 0U) | (writable != 0 ? CM_WRITABLE : 0U);
    struct cm_socket_watch *socket;

    while (*link != NULL && (*link)->fd != fd) {
        link = &(*link)->next;
    }
    socket = *link;
    if (socket == NULL) {
        if (interest != 0) {
            watch_socket(channel, fd, interest);
        }
        return;
    }
    if (interest != 0) {
        (void)cm_loop_interest(loop, socket->watch, interest);
        return;
    }
    cm_loop_unwatch(loop, socket->watch);
    *link = socket->next;
    free(socket);
}

static void to_node(const struct cm_address *address,
                    struct ares_addr_port_node *out)
{
    memset(out, 0, sizeof(*out));
    out->family = address->family == 4 ? AF_INET : AF_INET6;
    out->udp_port = address->port;
    out->tcp_port = address->port;
    memcpy(&out->addr, address->bytes, address->family == 4 ? 4 : 16);
}

bool cm_channel_open(struct cm_channel *channel,
                     const struct cm_server_list *servers, unsigned first,
                     unsigned timeout_ms)
{
    unsigned num = servers->num - first;
    struct ares_addr_port_node nodes[CM_RESOLVER_MAX_SERVERS];
    char lookups[] = "b";
    unsigned patience = timeout_ms / (channel->over_tcp ? num : PATIENCE * num);
    struct ares_options options = {
        .flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES |
                 ARES_FLAG_NOCHECKRESP | ARES_FLAG_IGNTC |
                 (channel->over_tcp ? ARES_FLAG_USEVC : 0),
        .timeout = patience == 0 ? 1 : (int)patience,
        .tries = TRIES,
        .lookups = lookups,
        .socket_receive_buffer_size = RECEIVE_BYTES,
        .sock_state_cb = on_socket_state,
        .sock_state_cb_data = channel,
    };

    if (ares_init_options(&channel->ares, &options,
                          ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
                              ARES_OPT_LOOKUPS | ARES_OPT_SOCK_RCVBUF |
                              ARES_OPT_SOCK_STATE_CB | ARES_OPT_NOROTATE) !=
        ARES_SUCCESS) {
        channel->ares = NULL;
        return false;
    }
    for (unsigned i = 0; i < num; i++) {
        to_node(&servers->at[first + i], &nodes[i]);
        nodes[i].next = i + 1 < num ? &nodes[i + 1] : NULL;
    }
    return ares_set_servers_ports(channel->ares, nodes) == ARES_SUCCESS;
}

void cm_channel_close(struct cm_channel *channel)
{
    if (channel->ares != NULL) {
        ares_destroy(channel->ares);
        channel->ares = NULL;
    }
}

void cm_channel_tick(const struct cm_channel *channel)
{
    ares_socket_t open[ARES_GETSOCK_MAXNUM];
    int ready = ares_getsock(channel->ares, open, ARES_GETSOCK_MAXNUM);

    for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
        if (ARES_GETSOCK_READABLE(ready, i)) {
            ares_process_fd(channel->ares, open[i], ARES_SOCKET_BAD);
        }
    }
    ares_process_fd(channel->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

bool cm_channel_system_servers(struct cm_server_list *out)
{
    struct ares_addr_port_node *nodes = NULL;
    ares_channel ares;

    out->num = 0;
    if (ares_init(&ares) != ARES_SUCCESS) {
        return false;
    }
    if (ares_get_servers_ports(ares, &nodes) == ARES_SUCCESS) {
        for (const struct ares_addr_port_node *node = nodes;
             node != NULL && out->num < CM_RESOLVER_MAX_SERVERS;
             node = node->next) {
            struct cm_address *address = &out->at[out->num++];
            bool is_v4 = node->family == AF_INET;

            *address = (struct cm_address){.family = is_v4 ? 4 : 6, .port = 53};
            memcpy(address->bytes, &node->addr, is_v4 ? 4 : 16);
            if (node->udp_port > 0) {
                address->port = (uint16_t)node->udp_port;
            }
        }
        ares_free_data(nodes);
    }
    ares_destroy(ares);
    return out->num > 0;
}
