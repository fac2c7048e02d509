/* What went wrong on the scanner's own side, in words. Merged runs have the
 * faults of all their shards: those of one kind are one here.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_RUN_FAULTS_H
#define CERTMUSTER_REPORT_RUN_FAULTS_H

#include "certmuster/buf.h"
#include "json.h"
#include "reader.h"

#define CM_RUN_FAULT_FIELDS 5 /* of each in the list of the run's facts */

/* Texts are borrowed from the facts. Numbers may be CM_UNKNOWN. */
struct cm_run_fault {
    const char *fault; /* "resolver_down" */
    const char *detail;
    int64_t from;
    int64_t until;
    int64_t endpoints;
};

/* Is there an endpoint that was not checked for them? Others were overcome. */
bool cm_run_faults_cost(const struct cm_run_facts *facts);
size_t cm_run_num_faults(const struct cm_run_facts *facts);
struct cm_run_fault cm_run_fault_at(const struct cm_run_facts *facts, size_t i);
/* "23 endpoints were not checked: the DNS servers answered no question
 * (resolver_down, from ... until ...)"; more of them after semicolons. Foreign
 * texts are in it, not escaped. */
void cm_run_faults_words(struct cm_buf *out, const struct cm_run_facts *facts);
/* "shard 1/4, resumed 2 times, 1 fault"; "" when there is none of it. */
void cm_run_notes_words(struct cm_buf *out, const struct cm_run_facts *facts,
                        bool with_faults);

/* The member "faults" of an object. */
void cm_run_faults_json(struct cm_json *json, const struct cm_run_facts *facts);

#endif
