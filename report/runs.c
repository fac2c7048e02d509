/* The list of runs.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "certmuster/report.h"
#include "certmuster/text.h"
#include "reader_runs.h"
#include "run_faults.h"
#include "screen.h"

#define MAX_LINE ((size_t)1024 * 1024)

struct list {
    FILE *out;
    struct cm_buf text;
    int64_t num;
};

/* "  (shard 1/4, 2 faults)" */
static void put_notes(struct list *list, const struct cm_run_facts *facts)
{
    struct cm_buf notes;

    cm_buf_init(&notes, MAX_LINE);
    cm_run_notes_words(&notes, facts, true);
    if (notes.len > 0) {
        cm_buf_printf(&list->text, "  (%s)", cm_buf_cstr(&notes));
    }
    cm_buf_cleanup(&notes);
}

static enum cm_status show(void *arg, const struct cm_run_facts *facts,
                           struct cm_error *err)
{
    struct list *list = arg;
    char count[CM_COUNT_TEXT_SIZE];
    char time[CM_TIME_TEXT_SIZE];

    if (list->num++ == 0) {
        cm_buf_puts(&list->text, " run  started               state        "
                                 "        rows  input\n");
    }
    cm_buf_printf(&list->text, "%4" PRId64 "  %-20s  ", facts->run,
                  cm_time_rfc3339(facts->started, time));
    cm_screen_cell(&list->text, facts->state, 12);
    cm_buf_printf(&list->text, " %12s  ",
                  cm_screen_count(facts->rows_recorded, count));
    cm_text_terminal(&list->text, facts->input_name, strlen(facts->input_name));
    put_notes(list, facts);
    cm_buf_putc(&list->text, '\n');
    return cm_screen_show(&list->text, list->out, err);
}

enum cm_status cm_report_runs(const char *db_path, FILE *out,
                              struct cm_error *err)
{
    struct list list = {.out = out};
    enum cm_status status;

    cm_buf_init(&list.text, MAX_LINE);
    status = cm_report_each_run(db_path, show, &list, err);
    if (status == CM_OK && list.num == 0) {
        cm_buf_puts(&list.text, "The store ");
        cm_text_terminal(&list.text, db_path, strlen(db_path));
        cm_buf_puts(&list.text, " holds no run yet.\n");
        status = cm_screen_show(&list.text, out, err);
    }
    cm_buf_cleanup(&list.text);
    return status;
}
