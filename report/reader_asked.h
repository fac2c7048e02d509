/* The long tail of a row: answers to hand-built hellos, why clients fail, which
 * rules do not pass. Only asked for where a run has any. The rules of reader.h
 * hold here too.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_ASKED_H
#define CERTMUSTER_REPORT_READER_ASKED_H

#include "reader.h"

struct cm_report_answer {
    const char *ask;
    const char *ended;
    int64_t sys_errno;
    int64_t ms;
    int64_t hello_bytes;
    int64_t alert_level; /* CM_UNKNOWN: no alert; so are the next ones where
                            nothing was said */
    int64_t alert;
    int64_t version;
    int64_t cipher;
    int64_t kex_group;
    int64_t signature;
    int64_t dh_bits;
    bool asks_for_cert;
    const char *fingerprint_sha256; /* may be NULL */
};

/* A client that it does not work for, or not surely. */
struct cm_report_reason {
    const char *profile;
    const char *outcome; /* "fails", "unknown" */
    const char *cause;   /* may be NULL */
    const char *why;
    const char *message; /* may be NULL */
};

/* A rule that does not pass. */
struct cm_report_breach {
    const char *policy;
    int64_t policy_ord; /* among the run's policies, from 0 */
    const char *rule;
    const char *outcome; /* "fail", "unknown" */
    bool warning;
    const char *why;
};

struct cm_report_asked; /* opaque */
enum cm_status cm_report_asked_open(struct cm_report_asked **out,
                                    struct cm_report_run *run,
                                    struct cm_error *err);
void cm_report_asked_close(struct cm_report_asked *asked); /* accepts NULL */

/* Reasons come in the order of the profiles; breaches in the order of the
 * policies, and of one policy those that fail it, those that warn, the unknown.
 */
enum cm_report_list_of { CM_LIST_ANSWERS, CM_LIST_REASONS, CM_LIST_BREACHES };
/* Begins one of the lists of an endpoint; then its lines come one by one, and
 * NULL after the last. */
enum cm_status cm_report_asked_begin(struct cm_report_asked *asked,
                                     enum cm_report_list_of list,
                                     int64_t endpoint, struct cm_error *err);
enum cm_status cm_report_asked_answer(struct cm_report_asked *asked,
                                      const struct cm_report_answer **answer,
                                      struct cm_error *err);
enum cm_status cm_report_asked_reason(struct cm_report_asked *asked,
                                      const struct cm_report_reason **reason,
                                      struct cm_error *err);
enum cm_status cm_report_asked_breach(struct cm_report_asked *asked,
                                      const struct cm_report_breach **breach,
                                      struct cm_error *err);

#endif
