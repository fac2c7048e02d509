/* Faults of the scanner's own side: found in what endpoints saw, so that no
 * server is blamed for them, and summed up for the run.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_FAULTS_H
#define CERTMUSTER_RUN_FAULTS_H

#include <stdatomic.h>

#include "certmuster/evidence.h"
#include "certmuster/store.h"

/* Names in a row without any answer of DNS: from here on it is not the names.
 */
#define CM_FAULTS_UNANSWERED 8U

#define CM_FAULTS_NOTE_SIZE 512U

/* Zero is the beginning. Shared by all workers. */
struct cm_faults {
    struct {
        atomic_uint_fast64_t endpoints;
        atomic_int_fast64_t from;
        atomic_int_fast64_t until;
        atomic_bool overcome;
        atomic_uint at_once; /* the fewest; 0: not limited */
    } of[CM_FAULT_COUNT];
    atomic_uint unanswered;           /* names, asked since DNS last answered */
    atomic_uint_fast64_t answered_ms; /* DNS, last, by the loops' clock */
    atomic_uint routes_known;         /* bits of families that were looked up */
    atomic_uint routes;               /* and those that have a route */
};

/* DNS has answered for a name, whatever it said, or was silent. A name that
 * was asked before the last answer to another tells nothing of the servers. */
void cm_faults_resolved(struct cm_faults *faults, uint64_t now_ms,
                        const struct cm_dns_evidence *answer);
/* They were seen to answer, whatever names had no answer lately. */
void cm_faults_dns_is_there(struct cm_faults *faults);
/* Sets ev->fault when the endpoint was not reached for a fault of ours, unless
 * it is set already, and counts it. */
void cm_faults_settle(struct cm_faults *faults, struct cm_evidence *ev);
/* Is it one that fewer connections at once are a remedy for? */
bool cm_faults_is_crowd(struct cm_faults *faults, int sys_errno,
                        uint8_t family);
/* A fault that was there for a while and costs no endpoint, as far as is known
 * yet. `at_once`: so few connections were under way from then on; 0: never
 * mind. True: it is the first time. */
bool cm_faults_overcome(struct cm_faults *faults, enum cm_scanner_fault fault,
                        int64_t now_unix, unsigned at_once);
uint64_t cm_faults_endpoints(const struct cm_faults *faults);
/* Into the store and, what it cost, for the user into `note`; nothing when
 * there is none. */
enum cm_status cm_faults_put(const struct cm_faults *faults,
                             struct cm_store *store, int64_t run_id,
                             char note[CM_FAULTS_NOTE_SIZE],
                             struct cm_error *err);

#endif
