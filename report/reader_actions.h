/* The action plan of a run, with the rows of each action. The rules of reader.h
 * hold here too.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_ACTIONS_H
#define CERTMUSTER_REPORT_READER_ACTIONS_H

#include "reader.h"

#define CM_MAX_AFTER 16 /* causes that are counted */

/* What stays when an action is done. */
struct cm_report_after {
    int64_t rows; /* of those it fixes, so many still fail */
    size_t num_causes;
    enum cm_cause causes[CM_MAX_AFTER]; /* of these rows, most rows first */
    int64_t cause_rows[CM_MAX_AFTER];
};

struct cm_report_action {
    int64_t rank;
    const char *key;
    const char *resolution;
    const char *subject_key;
    const char *subject;
    const char *severity;
    int64_t fixes_rows;
    int64_t touches_rows;
    const struct cm_report_after *after; /* NULL: no row fails any more */
    struct cm_report_list causes;
    struct cm_report_list owners; /* at most 50 */
    int64_t num_owners;
    const char *fingerprint_sha256;
    const char *host; /* of the example; "" or NULL: none */
    int64_t port;
    const char *sni;
};

/* A row that an action touches. */
struct cm_report_member {
    int64_t row;
    int64_t line;
    const char *host;
    int64_t port;
    const char *protocol;
    const char *owner;
    bool fixes; /* the action is what makes this row trusted */
};

enum cm_report_order {
    CM_ORDER_RANK,       /* most rows first */
    CM_ORDER_RESOLUTION, /* one resolution after the other, the one with the
                            best action first; in it by rank */
};
struct cm_report_actions; /* opaque */
enum cm_status cm_report_actions_open(struct cm_report_actions **out,
                                      struct cm_report_run *run,
                                      enum cm_report_order order,
                                      struct cm_error *err);
void cm_report_actions_close(struct cm_report_actions *actions);
/* *action is NULL at the end. */
enum cm_status cm_report_actions_next(struct cm_report_actions *actions,
                                      const struct cm_report_action **action,
                                      struct cm_error *err);
/* The rows of the action just read, in input order, each once; *member is NULL
 * after the last. */
enum cm_status cm_report_actions_member(struct cm_report_actions *actions,
                                        const struct cm_report_member **member,
                                        struct cm_error *err);

/* The keys of the actions with the best ranks. */
enum cm_status cm_report_top_actions(struct cm_report_run *run, int64_t max,
                                     struct cm_report_list *keys,
                                     struct cm_error *err);

#endif
