/* SPDX-License-Identifier: Apache-2.0 */
#include "run/progress.h"

void cm_progress_json(const struct cm_progress_facts *facts, struct cm_buf *out)
{
    cm_buf_printf(out, "{\"run\":%lld,\"state\":\"%s\",\"stage\":\"%s\"",
                  (long long)facts->run_id, facts->state,
                  cm_run_stage_id(facts->stage));
    cm_buf_printf(out, ",\"seconds\":%.1f,\"done\":%llu,\"total\":%llu",
                  facts->seconds, (unsigned long long)facts->done,
                  (unsigned long long)facts->total);
    cm_buf_printf(out, ",\"total_exact\":%s,\"resumed\":%llu,\"rate\":%.1f",
                  facts->exact ? "true" : "false",
                  (unsigned long long)facts->resumed, facts->rate);
    if (facts->eta_s < 0) {
        cm_buf_puts(out, ",\"eta_seconds\":null");
    } else {
        cm_buf_printf(out, ",\"eta_seconds\":%.0f", facts->eta_s);
    }
    cm_buf_printf(out,
                  ",\"endpoints\":%llu,\"in_flight\":%llu,\"retries\":%llu",
                  (unsigned long long)facts->endpoints,
                  (unsigned long long)facts->in_flight,
                  (unsigned long long)facts->retries);
    cm_buf_printf(out,
                  ",\"waiting\":%llu,\"set_aside\":%llu,\"throttled\":%llu",
                  (unsigned long long)facts->waiting,
                  (unsigned long long)facts->set_aside,
                  (unsigned long long)facts->throttled);
    if (facts->rate_limit == 0) {
        cm_buf_puts(out, ",\"rate_limit\":null");
    } else {
        cm_buf_printf(out, ",\"rate_limit\":%u", facts->rate_limit);
    }
    cm_buf_puts(out, ",\"verdicts\":{");
    for (int i = CM_VERDICT_NONE + 1; i < CM_VERDICT_COUNT; i++) {
        cm_buf_printf(out, "%s\"%s\":%llu", i == CM_VERDICT_NONE + 1 ? "" : ",",
                      cm_verdict_id((enum cm_verdict)i),
                      (unsigned long long)facts->verdicts[i]);
    }
    cm_buf_printf(out,
                  "},\"judged_again\":%llu,\"downloads_done\":%llu,"
                  "\"downloads\":%llu}\n",
                  (unsigned long long)facts->judged_again,
                  (unsigned long long)facts->downloads_done,
                  (unsigned long long)facts->downloads);
}
