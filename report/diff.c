/* Two runs side by side, as a text, CSV, JSON or a page of HTML.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "certmuster/text.h"
#include "changes_out.h"
#include "html_changes.h"
#include "screen.h"

#define MAX_TEXT ((size_t)256 * 1024 * 1024)
#define ENOUGH ((size_t)256 * 1024)
#define TEXT_ROWS 20U
#define HTML_ROWS 1000U
#define JSON_SCHEMA_VERSION 1

struct diff {
    struct cm_report_run *run;
    const struct cm_report_changes *changes;
    struct cm_buf out;
    struct cm_json json;
    FILE *stream;
};

static enum cm_status settle(struct diff *diff, struct cm_error *err)
{
    if (diff->out.len < ENOUGH && !diff->out.failed) {
        return CM_OK;
    }
    return cm_screen_show(&diff->out, diff->stream, err);
}

/* --- text --- */

/* There is no baseline: what that means is said, and where to look. */
static void say_nothing(struct diff *diff)
{
    const struct cm_run_facts *facts = cm_report_run_facts(diff->run);

    (void)cm_buf_printf(&diff->out, "run %" PRId64 " of ", facts->run);
    cm_text_terminal(&diff->out, facts->input_name, strlen(facts->input_name));
    (void)cm_buf_puts(&diff->out,
                      ": the store has no complete earlier run over the same "
                      "input to compare it with. `certmuster runs` lists what "
                      "it has; --baseline RUN takes any of them.\n");
}

static enum cm_status put_text(struct diff *diff, struct cm_error *err)
{
    struct cm_change_lists lists;
    enum cm_status status;

    if (diff->changes == NULL) {
        say_nothing(diff);
        return CM_OK;
    }
    memset(&lists, 0, sizeof(lists));
    status = cm_change_lists_make(&lists, diff->run, TEXT_ROWS, err);
    if (status == CM_OK) {
        cm_changes_text(&diff->out, diff->run, diff->changes, &lists);
    }
    cm_change_lists_cleanup(&lists);
    return status;
}

/* --- CSV --- */

static enum cm_status csv_row(void *arg, const struct cm_changed_row *row,
                              struct cm_error *err)
{
    struct diff *diff = arg;

    cm_changes_csv_row(&diff->out, row);
    return settle(diff, err);
}

static enum cm_status put_csv(struct diff *diff, struct cm_error *err)
{
    cm_changes_csv_header(&diff->out);
    return cm_report_each_change(diff->run, csv_row, diff, err);
}

/* --- JSON --- */

static enum cm_status json_row(void *arg, const struct cm_changed_row *row,
                               struct cm_error *err)
{
    struct diff *diff = arg;

    cm_json_line(&diff->json);
    cm_changes_json_row(&diff->json, row);
    return settle(diff, err);
}

static enum cm_status put_json(struct diff *diff, struct cm_error *err)
{
    struct cm_json *json = &diff->json;
    enum cm_status status;

    cm_json_init(json, &diff->out);
    cm_json_open(json, '{');
    cm_json_put_number(json, "schema_version", JSON_SCHEMA_VERSION);
    cm_json_put_number(json, "run", cm_report_run_facts(diff->run)->run);
    cm_json_line(json);
    cm_changes_json(json, diff->changes);
    cm_json_line(json);
    cm_json_key(json, "endpoints");
    cm_json_open(json, '[');
    status = cm_report_each_change(diff->run, json_row, diff, err);
    cm_json_close(json, ']');
    cm_json_close(json, '}');
    (void)cm_buf_putc(&diff->out, '\n');
    return status;
}

/* --- HTML --- */

static void put_title(struct diff *diff)
{
    const struct cm_run_facts *facts = cm_report_run_facts(diff->run);
    char day[CM_TIME_TEXT_SIZE];

    (void)cm_buf_puts(&diff->out, "<header><h1>What changed</h1><p "
                                  "class=\"facts\">");
    cm_html_text(&diff->out, facts->input_name);
    (void)cm_buf_printf(&diff->out, " · run %" PRId64 " of %s</p></header>\n",
                        facts->run, cm_time_day(facts->started, day));
}

static enum cm_status put_html(struct diff *diff, struct cm_error *err)
{
    struct cm_buf *out = &diff->out;
    struct cm_change_lists lists;
    enum cm_status status = CM_OK;

    memset(&lists, 0, sizeof(lists));
    cm_html_page_head(out, "certmuster: what changed", false);
    put_title(diff);
    (void)cm_buf_puts(out, "<main id=\"main\" tabindex=\"-1\">\n");
    if (diff->changes == NULL) {
        (void)cm_buf_puts(out, "<p>There is no complete earlier run over the "
                               "same input to compare with.</p>\n");
    } else {
        status = cm_change_lists_make(&lists, diff->run, HTML_ROWS, err);
    }
    if (status == CM_OK && diff->changes != NULL) {
        cm_html_changes_body(out, diff->changes, &lists, false);
    }
    (void)cm_buf_puts(out, "</main>\n<footer><p>Made by certmuster. Nothing in "
                           "this file is loaded from elsewhere.</p></footer>\n"
                           "</body></html>\n");
    cm_change_lists_cleanup(&lists);
    return status;
}

static const struct {
    const char *name;
    enum cm_status (*put)(struct diff *diff, struct cm_error *err);
} formats[] = {
    {"text", put_text},
    {"csv", put_csv},
    {"json", put_json},
    {"html", put_html},
};
#define NUM_FORMATS (sizeof(formats) / sizeof(formats[0]))

static size_t find_format(const char *name)
{
    size_t i = 0;

    while (i < NUM_FORMATS && strcmp(formats[i].name, name) != 0) {
        i++;
    }
    return i;
}

bool cm_diff_format_known(const char *format)
{
    return find_format(format) < NUM_FORMATS;
}

static enum cm_status put_all(struct diff *diff, size_t format,
                              struct cm_error *err)
{
    enum cm_status status;

    cm_assert(format < NUM_FORMATS);
    status = formats[format].put(diff, err);
    return status == CM_OK ? cm_screen_show(&diff->out, diff->stream, err)
                           : status;
}

enum cm_status cm_report_diff(const struct cm_report_options *options,
                              const char *format, FILE *out,
                              struct cm_error *err)
{
    struct diff diff = {.stream = out};
    enum cm_status status = cm_report_run_borrow(&diff.run, options, err);

    cm_buf_init(&diff.out, MAX_TEXT);
    if (status == CM_OK) {
        status = cm_report_run_changes(diff.run, &diff.changes, err);
    }
    if (status == CM_OK) {
        status = put_all(&diff, find_format(format), err);
    }
    cm_buf_cleanup(&diff.out);
    cm_report_run_return(diff.run, options);
    return status;
}

enum cm_status cm_report_count_new(const struct cm_report_options *options,
                                   enum cm_severity at_least, int64_t *rows,
                                   bool *compared, struct cm_error *err)
{
    const struct cm_report_changes *changes = NULL;
    struct cm_report_run *run = NULL;
    enum cm_status status = cm_report_run_borrow(&run, options, err);

    *rows = 0;
    if (status == CM_OK) {
        status = cm_report_run_changes(run, &changes, err);
    }
    *compared = changes != NULL;
    for (int i = 0; changes != NULL && i <= (int)at_least; i++) {
        *rows += changes->new_by_severity[i];
    }
    if (status == CM_OK && changes == NULL) {
        status = cm_report_run_count_severe(run, at_least, rows, err);
    }
    cm_report_run_return(run, options);
    return status;
}
