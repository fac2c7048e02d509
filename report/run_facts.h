/* What is known of a run as a whole. The rules of reader.h hold here too.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_RUN_FACTS_H
#define CERTMUSTER_REPORT_RUN_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "list.h"

struct cm_run_facts {
    int64_t run;
    const char *state;
    int64_t started;
    int64_t finished; /* CM_UNKNOWN: it has not ended */
    int64_t judged_at;
    const char *input_name;
    const char *input_sha256; /* may be NULL */
    int64_t rows_read;        /* may be CM_UNKNOWN */
    int64_t rows_recorded;
    struct cm_report_list columns;
    int64_t owner_column; /* -1: none */
    bool has_header;
    const char *options; /* valid JSON, or NULL */
    const char *sandbox; /* what the process was locked in by; NULL: not known
                          */
    const char *version;
    const char *tls_library;
    const char *trust;
    const char *resolvers;
    const char *kind;   /* "scan", "rejudge" */
    int64_t source_run; /* of a rejudge: the run judged again */
    int64_t shard;      /* of a scan's part, from 0, or CM_UNKNOWN */
    int64_t shards;     /* of a part, or of what was merged, or CM_UNKNOWN */
    int64_t seed;       /* of the order of scanning, or CM_UNKNOWN */
    int64_t resumed;    /* how often it was taken up again */
    struct cm_report_list faults; /* run_faults.h takes it apart */
    const char
        *part_column;       /* of a split report: whose rows these are; NULL: */
    const char *part_value; /* all. "": of those that have no value there */
};

#endif
