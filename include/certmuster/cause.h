/* The catalogue: causes (what is wrong with an endpoint), resolutions (what to
 * do), and the few words that qualify them. Rows live in the .def files.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_CAUSE_H
#define CERTMUSTER_CAUSE_H

#include <stdbool.h>

enum cm_cause {
#define CM_CAUSE(sym, id, stage, severity, verdict, rank, resolution, title)   \
    CM_CAUSE_##sym,
#include "certmuster/cause.def"
#undef CM_CAUSE
    CM_CAUSE_COUNT
};

enum cm_resolution {
#define CM_RESOLUTION(sym, id, who, title) CM_RESOLUTION_##sym,
#include "certmuster/resolution.def"
#undef CM_RESOLUTION
    CM_RESOLUTION_COUNT
};

/* In the order in which an endpoint is checked. */
enum cm_stage {
    CM_STAGE_INPUT,
    CM_STAGE_DNS,
    CM_STAGE_CONNECT,
    CM_STAGE_STARTTLS,
    CM_STAGE_TLS,
    CM_STAGE_TRUST,
    CM_STAGE_NAME,
    CM_STAGE_VALIDITY,
    CM_STAGE_REVOCATION,
    CM_STAGE_COUNT
};

/* Worst first. */
enum cm_severity {
    CM_SEVERITY_NOW,          /* breaks for every ordinary client */
    CM_SEVERITY_SOME_CLIENTS, /* breaks for some clients */
    CM_SEVERITY_BY_DATE,      /* will break by a date */
    CM_SEVERITY_HYGIENE,      /* works; not as it should be */
    CM_SEVERITY_COUNT
};

/* NONE never leaves judge/: an endpoint without a blocking finding is
 * trusted. */
enum cm_verdict {
    CM_VERDICT_NONE,
    CM_VERDICT_TRUSTED,
    CM_VERDICT_UNTRUSTED,
    CM_VERDICT_UNREACHABLE,
    CM_VERDICT_NOT_TLS,
    CM_VERDICT_INVALID_ROW,
    CM_VERDICT_NOT_CHECKED,
    CM_VERDICT_COUNT
};

struct cm_cause_info {
    const char *id;
    const char *title;
    enum cm_stage stage;
    enum cm_severity severity;
    enum cm_verdict verdict;
    int rank;
    enum cm_resolution resolution;
};

struct cm_resolution_info {
    const char *id;
    const char *who;
    const char *title;
};

const struct cm_cause_info *cm_cause_info(enum cm_cause cause);
const struct cm_resolution_info *cm_resolution_info(enum cm_resolution res);
/* "untrusted", "breaks_now", "tls" ...: as outputs write them. */
const char *cm_verdict_id(enum cm_verdict verdict);
const char *cm_severity_id(enum cm_severity severity);
const char *cm_stage_id(enum cm_stage stage);
/* Back from the id; false when it is unknown. */
bool cm_cause_from_id(const char *id, enum cm_cause *out);
bool cm_resolution_from_id(const char *id, enum cm_resolution *out);
bool cm_verdict_from_id(const char *id, enum cm_verdict *out);
bool cm_severity_from_id(const char *id, enum cm_severity *out);

#endif
