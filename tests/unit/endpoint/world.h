/* One scan in a loop, and the server it meets in the same loop. Includes cmocka
 * with what it needs before it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_ENDPOINT_WORLD_H
#define CERTMUSTER_TESTS_ENDPOINT_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "endpoint/scan.h"

#define MAX_CLIENTS 32

/* What the server does with each connection, once something was read. */
enum act {
    ACT_SILENT,
    ACT_REPLY,
    ACT_CLOSE,
    ACT_RESET,
    ACT_SCRIPT /* each thing read has its reply; the last one ends it */
};

struct world_line {
    const char *bytes;
    size_t len;
};
#define WORLD_LINE(text)                                                       \
    {                                                                          \
        text, sizeof(text) - 1                                                 \
    }

struct world {
    struct cm_loop *loop;
    struct cm_resolver *resolver;
    struct cm_scan_config config;
    struct cm_scan_env env;
    struct cm_scan scan;
    struct cm_evidence *got;
    unsigned retried;
    int listener;
    cm_watch listening;
    uint16_t port;
    enum act act;
    const char *reply;
    const struct world_line *script;
    size_t num_lines;
    size_t read; /* of the script, on the connection under way */
    int clients[MAX_CLIENTS];
    cm_watch watches[MAX_CLIENTS];
    size_t num_clients;
    char request[4096];   /* the last thing a client sent */
    const char *protocol; /* of the endpoint; NULL: "tls" */
};

/* For cmocka's setup and teardown. */
int world_build(void **state);
int world_take_down(void **state);
void world_stop_listening(struct world *world);
/* Begins a scan of the host at the server's port; ... and goes on until it is
 * recorded, in world->got. */
void world_begin(struct world *world, const char *host);
void world_run(struct world *world, const char *host);
const struct cm_probe *
world_probe(const struct world *world); /* the only one */

#define IN_WORLD(test)                                                         \
    cmocka_unit_test_setup_teardown(test, world_build, world_take_down)

#endif
