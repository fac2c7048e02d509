/* actions.csv: one line for each action, the one that fixes most rows first.
 * SPDX-License-Identifier: Apache-2.0 */
#include "facts.h"
#include "fixes.h"
#include "format.h"
#include "resolve.h"

#define MAX_STEPS ((size_t)64 * 1024)

static void put_header(struct cm_buf *out)
{
    cm_buf_puts(out,
                "rank,action,resolution,title,subject,who_acts,severity,"
                "endpoints_fixed,endpoints_touched,causes,owners,num_owners,"
                "example_host,example_port,fingerprint_sha256,steps,verify,"
                "endpoints_still_failing,still_failing_causes,fix_files,"
                "fix_sha256\r\n");
}

/* "1. Do this. 2. Do that." and the command that checks it. */
static void put_remedy(struct cm_buf *out, const struct cm_remedy *remedy,
                       const struct cm_example *example)
{
    struct cm_buf text;

    cm_buf_init(&text, MAX_STEPS);
    for (size_t i = 0; remedy->steps[i] != NULL; i++) {
        cm_buf_printf(&text, "%s%zu. ", i == 0 ? "" : " ", i + 1);
        cm_fill(&text, remedy->steps[i], example);
    }
    cm_csv_put_text(out, cm_buf_cstr(&text));
    out->failed = out->failed || text.failed;
    cm_buf_clear(&text);
    cm_fill(&text, remedy->verify, example);
    cm_csv_put_text(out, cm_buf_cstr(&text));
    out->failed = out->failed || text.failed;
    cm_buf_cleanup(&text);
}

static void put_after(struct cm_buf *out, const struct cm_report_after *after)
{
    cm_csv_put_number(out, after == NULL ? 0 : after->rows);
    cm_buf_putc(out, ',');
    for (size_t i = 0; after != NULL && i < after->num_causes; i++) {
        cm_buf_printf(out, "%s%s", i == 0 ? "" : " ",
                      cm_cause_info(after->causes[i])->id);
    }
}

/* Names and digests hold nothing that CSV would have to quote. */
static void put_files(struct cm_buf *out, const struct cm_fix_list *list)
{
    cm_buf_putc(out, ',');
    for (size_t i = 0; list != NULL && i < list->num; i++) {
        cm_buf_printf(out, "%s" CM_FIXES_FOLDER "/%s", i == 0 ? "" : " ",
                      list->files[i].name);
    }
    cm_buf_putc(out, ',');
    for (size_t i = 0; list != NULL && i < list->num; i++) {
        cm_buf_printf(out, "%s%s", i == 0 ? "" : " ", list->files[i].sha256);
    }
}

static void put_action(struct cm_buf *out,
                       const struct cm_report_action *action,
                       const struct cm_fixes *fixes)
{
    struct cm_resolved resolved = cm_report_resolve(action->resolution);
    struct cm_example example = cm_example_of(action);

    cm_csv_number(out, action->rank);
    cm_csv_put_text(out, action->key);
    cm_csv_put_text(out, action->resolution);
    cm_csv_put_text(out, resolved.info->title);
    cm_csv_put_text(out, action->subject);
    cm_csv_put_text(out, resolved.info->who);
    cm_csv_put_text(out, action->severity);
    cm_csv_put_number(out, action->fixes_rows);
    cm_csv_put_number(out, action->touches_rows);
    cm_buf_putc(out, ',');
    cm_csv_list(out, &action->causes, " ");
    cm_buf_putc(out, ',');
    cm_csv_list(out, &action->owners, "; ");
    cm_csv_put_number(out, action->num_owners);
    cm_csv_put_text(out, action->host);
    cm_csv_put_number(out, action->port);
    cm_csv_put_text(out, action->fingerprint_sha256);
    put_remedy(out, resolved.remedy, &example);
    put_after(out, action->after);
    put_files(out, cm_fixes_of(fixes, action->key));
    cm_buf_puts(out, "\r\n");
}

static enum cm_status write_all(struct cm_report_writer *writer,
                                struct cm_error *err)
{
    struct cm_report_actions *actions = NULL;
    const struct cm_report_action *action = NULL;
    struct cm_report_out *out = writer->out;
    enum cm_status status =
        cm_report_actions_open(&actions, writer->run, CM_ORDER_RANK, err);

    put_header(&out->buf);
    if (status == CM_OK) {
        status = cm_report_actions_next(actions, &action, err);
    }
    while (status == CM_OK && action != NULL) {
        put_action(&out->buf, action, cm_report_run_fixes(writer->run));
        status = cm_report_out_settle(out, err);
        if (status == CM_OK) {
            status = cm_report_actions_next(actions, &action, err);
        }
    }
    cm_report_actions_close(actions);
    return status;
}

const struct cm_report_format cm_actions_csv_format = {
    .name = "actions",
    .file = "actions.csv",
    .size = sizeof(struct cm_report_writer),
    .end = write_all,
};
