/* A store in a folder of its own, and short ways to fill and to question it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_STORE_FIXTURE_H
#define CERTMUSTER_TESTS_STORE_FIXTURE_H

#include <stdint.h>

#include "certmuster/store.h"

struct fixture {
    char folder[64];
    char path[128];
    struct cm_store *store; /* open; NULL: closed by the test */
    int64_t run_id;
};

int fixture_setup(void **state);
int fixture_teardown(void **state);
/* Opens the store again after the test has closed it. */
void fixture_reopen(struct fixture *f);

/* Begins a run with the columns host, port, owner (the last one owns). */
void fixture_begin(struct fixture *f);
/* Drains and finishes; the status of finishing. */
enum cm_status fixture_finish(struct fixture *f, uint64_t rows_read);

/* Row `id` on line id + 1 asks for host<endpoint_id>.example:443. */
struct cm_row *fixture_row(uint64_t id, uint64_t endpoint_id,
                           const char *owner);
struct cm_row *fixture_invalid_row(uint64_t id);
/* Without findings and evidence. */
struct cm_result *fixture_result(uint64_t endpoint_id, enum cm_verdict verdict);
/* Adds a finding as the catalogue has it; the first one becomes the primary
 * one. Lends it. */
struct cm_finding *fixture_find(struct cm_judgement *judgement,
                                enum cm_cause cause, const char *subject_key);
/* A certificate that is no DER but these bytes. */
struct cm_cert *fixture_cert(const char *bytes);

/* Puts, and fails the test when the store does not take it. */
void fixture_put_row(struct fixture *f, struct cm_row *row);
void fixture_put_result(struct fixture *f, struct cm_result *result);

/* The whole answer as text, "a|b" a row and a newline between rows, NULL as
 * "-", asked on a connection of its own. */
void assert_answer(const struct fixture *f, const char *sql,
                   const char *expected);
char *fixture_answer(const struct fixture *f, const char *sql); /* free() it */
int64_t fixture_number(const struct fixture *f, const char *sql);

#endif
