/* One side of a comparison: the endpoints of a run, in the order of their
 * numbers, with no more than what is compared. Private to changes*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_CHANGES_SIDE_H
#define CERTMUSTER_REPORT_CHANGES_SIDE_H

#include "certmuster/cause.h"
#include "reader_stream.h"

#define CM_NO_CAUSE (-1)
/* Certificates that an endpoint's addresses serve; the first is the one that
 * was judged. More than these are not told apart. */
#define CM_SIDE_LEAVES 16U
/* Findings of an endpoint; what follows is not told apart. */
#define CM_SIDE_FOUND 64U

/* A cause in the low 16 bits, the rest is of the hash of the finding's name. */
typedef uint64_t cm_side_finding;
#define CM_SIDE_UNKNOWN_CAUSE 0xFFFFU
unsigned cm_side_cause(cm_side_finding finding); /* or UNKNOWN_CAUSE */

struct cm_side_match { /* of the endpoint's name; keyed */
    uint64_t a;
    uint64_t b;
};

struct cm_side_keys {
    uint8_t key[2][16]; /* by chance */
};

struct cm_side {
    struct cm_report_run *run;       /* borrowed */
    const struct cm_side_keys *keys; /* borrowed, or NULL */
    sqlite3_stmt *rows;
    struct cm_stream endpoints;
    struct cm_stream results;
    struct cm_stream probes;
    struct cm_stream findings;
    struct cm_report_list fields;
    struct cm_buf name;

    /* The row. */
    int64_t line;
    int64_t endpoint;
    const char *owner;
    const char *fields_json;
    bool first; /* of its endpoint: all below is of it. Otherwise it repeats an
                   earlier one, and what is below is of nobody */
    const char *host;
    int64_t port;
    const char *protocol;
    const char *sni;
    struct cm_side_match match;
    enum cm_verdict verdict;
    int16_t primary; /* enum cm_cause, or CM_NO_CAUSE */
    int64_t leaves[CM_SIDE_LEAVES];
    size_t num_leaves;
    cm_side_finding found[CM_SIDE_FOUND];
    uint8_t severities[CM_SIDE_FOUND]; /* enum cm_severity, or its COUNT */
    size_t num_found;
};

/* Beside rows, endpoints and results. */
#define CM_SIDE_CERTS 1U    /* leaves */
#define CM_SIDE_FINDINGS 2U /* found */
/* `keys` NULL: endpoints are not matched. */
enum cm_status cm_side_open(struct cm_side *side, struct cm_report_run *run,
                            unsigned parts, const struct cm_side_keys *keys,
                            struct cm_error *err);
void cm_side_close(struct cm_side *side); /* the zero state is fine */
/* *got is false at the end. */
enum cm_status cm_side_next(struct cm_side *side, bool *got,
                            struct cm_error *err);

/* For a row that repeats an earlier one: looks its endpoint up. */
enum cm_status cm_side_look(struct cm_side *side, bool *got,
                            struct cm_error *err);

/* Any verdict but trusted and not_checked. */
bool cm_side_fails(enum cm_verdict verdict);

#endif
