/* How the verdicts went from run to run, over the same input.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_TREND_H
#define CERTMUSTER_REPORT_TREND_H

#include "json.h"
#include "reader.h"

#define CM_TREND_RUNS 30U

struct cm_trend_point {
    int64_t run;
    int64_t started;
    int64_t rows;
    int64_t verdicts[CM_VERDICT_COUNT];
};

/* The run itself, last, and the comparable runs before it. */
struct cm_trend {
    struct cm_trend_point points[CM_TREND_RUNS];
    size_t num;
};
/* Numbers that the runs left when they ended: no row is read. A run that has
 * none (it has not ended) is left out. */
enum cm_status cm_report_trend(struct cm_report_run *run, struct cm_trend *out,
                               struct cm_error *err);
/* The key "trend", oldest first. */
void cm_trend_json(struct cm_json *json, const struct cm_trend *trend);

#endif
