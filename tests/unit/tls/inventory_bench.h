/* One inventory of a simulated server, and what it must say.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_TLS_INVENTORY_BENCH_H
#define CERTMUSTER_TESTS_TLS_INVENTORY_BENCH_H

#include "sim.h"

#define BUDGET 300U
#define NAME "www.a.example"

struct bench {
    struct sim sim;
    struct cm_evidence *ev;
    struct cm_inventory *out;
};

/* A usual server of today, RSA, and what a scan saw of it. */
void inv_open(struct bench *b);
void inv_close(struct bench *b);
/* The scan saw another version. */
void inv_saw(struct bench *b, uint16_t version, uint16_t cipher);
void inv_run(struct bench *b);
void inv_run_with(struct bench *b, unsigned budget, const char *sni);

bool inv_has(const uint16_t *list, size_t num, uint16_t number);
void inv_same_set(const char *what, const uint16_t *got, size_t num_got,
                  const struct sim_list *want);
/* The versions and suites are known, and are the server's. */
void inv_expect_exact(const struct bench *b);

#endif
