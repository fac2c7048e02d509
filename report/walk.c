/* One walk over the rows of a run for all that is made of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "format.h"
#include "reader_count.h"

static enum cm_status begin_all(struct cm_report_run *run,
                                struct cm_report_target *targets, size_t num,
                                struct cm_error *err)
{
    enum cm_status status = CM_OK;

    for (size_t i = 0; i < num && status == CM_OK; i++) {
        struct cm_report_target *target = &targets[i];

        target->writer = calloc(1, target->format->size);
        if (target->writer == NULL) {
            return cm_error_nomem(err, target->format->file);
        }
        target->writer->run = run;
        target->writer->out = &target->out;
        if (target->format->begin != NULL) {
            status = target->format->begin(target->writer, err);
        }
    }
    return status;
}

struct targets {
    struct cm_report_target *all;
    size_t num;
};

static enum cm_status write_row(void *arg, const struct cm_report_row *row,
                                const struct cm_report_findings *findings,
                                struct cm_error *err)
{
    const struct targets *targets = arg;
    enum cm_status status = CM_OK;

    for (size_t i = 0; i < targets->num && status == CM_OK; i++) {
        struct cm_report_target *target = &targets->all[i];

        if (target->format->row != NULL) {
            status = target->format->row(target->writer, row, findings, err);
        }
        if (status == CM_OK) {
            status = cm_report_out_settle(&target->out, err);
        }
    }
    return status;
}

static void cleanup_all(struct cm_report_target *targets, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        if (targets[i].writer != NULL && targets[i].format->cleanup != NULL) {
            targets[i].format->cleanup(targets[i].writer);
        }
        free(targets[i].writer);
        targets[i].writer = NULL;
    }
}

enum cm_status cm_report_walk(struct cm_report_run *run,
                              struct cm_report_target *targets, size_t num,
                              struct cm_error *err)
{
    struct cm_report_counter *counter = NULL;
    struct cm_report_rows *rows = NULL;
    struct targets all = {targets, num};
    bool members = false;
    enum cm_status status;

    for (size_t i = 0; i < num; i++) {
        members = members || targets[i].format == &cm_json_format;
    }
    status = cm_report_count_begin(&counter, run, members, err);
    if (status == CM_OK) {
        status = cm_report_rows_open(&rows, run, err);
    }
    if (status == CM_OK) {
        status = begin_all(run, targets, num, err);
    }
    if (status == CM_OK) {
        status = cm_report_count_walk(counter, rows, write_row, &all, err);
    }
    cm_report_count_free(counter);
    cm_report_rows_close(rows); /* its caches are not needed any more */
    for (size_t i = 0; i < num && status == CM_OK; i++) {
        if (targets[i].format->end != NULL) {
            status = targets[i].format->end(targets[i].writer, err);
        }
    }
    cleanup_all(targets, num);
    return status;
}
