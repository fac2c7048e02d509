/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gate_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/log.h"
#include "certmuster/store.h"
#include "cli/cli.h"

#define NEW "new-"

struct gate {
    bool given;
    bool fresh; /* only what is new counts */
    enum cm_severity severity;
};

static enum cm_status read_gate(const struct cm_options *options,
                                struct gate *out, struct cm_error *err)
{
    const char *text = options->text[CM_OPTION_FAIL_ON];
    bool known = true;

    *out = (struct gate){.given = options->given[CM_OPTION_FAIL_ON]};
    if (!out->given) {
        return CM_OK;
    }
    out->fresh = strncmp(text, NEW, strlen(NEW)) == 0;
    if (strcmp(text, NEW "critical") == 0) {
        out->severity = CM_SEVERITY_NOW;
    } else {
        known = cm_severity_from_id(text + (out->fresh ? strlen(NEW) : 0),
                                    &out->severity);
    }
    return known ? CM_OK
                 : cm_error_set(err, CM_EUSAGE,
                                "--fail-on takes breaks_now, "
                                "breaks_some_clients, breaks_by_date or "
                                "hygiene, each also as new-breaks_now ... for "
                                "what is new since the baseline; not \"%s\"",
                                text);
}

enum cm_status cm_run_number(const char *text, int64_t *out,
                             struct cm_error *err)
{
    char *end;

    errno = 0;
    *out = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *out < 1) {
        return cm_error_set(err, CM_EUSAGE,
                            "\"%s\" is no run: `certmuster runs` lists their "
                            "numbers",
                            text);
    }
    return CM_OK;
}

int64_t cm_gate_baseline(const struct cm_options *options)
{
    const char *text = options->text[CM_OPTION_BASELINE];

    if (!options->given[CM_OPTION_BASELINE]) {
        return 0;
    }
    return strcmp(text, "none") == 0 ? CM_BASELINE_NONE
                                     : strtoll(text, NULL, 10);
}

static enum cm_status check_baseline(const struct cm_options *options,
                                     struct cm_error *err)
{
    const char *text = options->text[CM_OPTION_BASELINE];
    struct cm_report_options report = {.db_path = cm_db_path(options)};
    enum cm_status status;

    if (!options->given[CM_OPTION_BASELINE] || strcmp(text, "none") == 0) {
        return CM_OK;
    }
    status = cm_run_number(text, &report.run_id, err);
    if (status == CM_OK) {
        status = cm_store_update(report.db_path, err);
    }
    if (status == CM_OK) {
        status = cm_report_open(&report, err);
    }
    cm_report_close(&report);
    return status;
}

enum cm_status cm_gate_check(const struct cm_options *options,
                             struct cm_error *err)
{
    struct gate gate;
    enum cm_status status = read_gate(options, &gate, err);

    return status == CM_OK ? check_baseline(options, err) : status;
}

enum cm_status cm_gate_apply(const struct cm_options *options,
                             const struct cm_report_options *report,
                             bool *failed, struct cm_error *err)
{
    struct gate gate;
    bool compared = true;
    int64_t rows = 0;
    enum cm_status status = read_gate(options, &gate, err);

    if (status == CM_OK && gate.given) {
        status = gate.fresh ? cm_report_count_new(report, gate.severity, &rows,
                                                  &compared, err)
                            : cm_report_count_severity(report, gate.severity,
                                                       &rows, err);
    }
    if (status == CM_OK && !compared) {
        cm_log(CM_LOG_WARN,
               "--fail-on %s: there is no earlier run over the "
               "same input to compare with, so everything counts "
               "as new",
               options->text[CM_OPTION_FAIL_ON]);
    }
    *failed = rows != 0;
    return status;
}
