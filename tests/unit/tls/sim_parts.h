/* What the halves of the simulated server share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_TLS_SIM_PARTS_H
#define CERTMUSTER_TESTS_TLS_SIM_PARTS_H

#include "sim.h"

#define MAX_REPLY 65536U

/* What the server settles on. */
struct sim_choice {
    enum cm_version_index version;
    uint16_t suite;
    uint16_t group;
    uint16_t scheme;
    bool dhe;
    bool retry;
    const char *alpn;
};

/* sim_bytes.c -- appends what a server that chose so sends, as far as it can be
 * read without keys. */
void sim_flight(const struct sim *sim, const struct cm_hello *hello,
                const struct sim_choice *choice, struct cm_buf *out);
void sim_sslv2_hello(const struct sim *sim, struct cm_buf *out);

#endif
