/* How far a run is, as numbers, and the ways to tell them. Private to run/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_PROGRESS_H
#define CERTMUSTER_RUN_PROGRESS_H

#include "run/parts.h"

struct cm_progress_facts {
    int64_t run_id; /* 0: not known yet */
    enum cm_run_stage stage;
    const char *state; /* "running", at the end "complete", "partial" ... */
    double seconds;    /* since this process began with it */
    uint64_t done;     /* rows with a result */
    uint64_t total;    /* rows */
    bool exact;        /* false: an estimate, the input is still being read */
    uint64_t resumed;  /* of `done`: what an earlier process did */
    double rate;       /* rows in a second */
    double eta_s;      /* -1: not known */
    uint64_t endpoints;
    uint64_t in_flight;
    uint64_t waiting;    /* for a place at their address or network */
    uint64_t set_aside;  /* until their network has had a rest */
    uint64_t throttled;  /* done, and asked anew after such a rest */
    unsigned rate_limit; /* endpoints started in a second; 0: none */
    uint64_t retries;
    uint64_t verdicts[CM_VERDICT_COUNT]; /* of endpoints */
    uint64_t judged_again;
    uint64_t downloads_done;
    uint64_t downloads;
};

/* "scanning", "completing", "fetching", "judging". */
const char *cm_run_stage_id(enum cm_run_stage stage);

/* progress_line.c -- for people: at most `width` columns, what matters least is
 * left out first. */
void cm_progress_line(const struct cm_progress_facts *facts, size_t width,
                      struct cm_buf *out);

/* progress_json.c -- for machines: one object, and a newline. README.md
 * documents the keys. */
void cm_progress_json(const struct cm_progress_facts *facts,
                      struct cm_buf *out);

#endif
