/* The result of a run on a terminal: the accounting, the plan, what breaks
 * next, where the files are.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "certmuster/text.h"
#include "changes_out.h"
#include "format.h"
#include "resolve.h"
#include "run_faults.h"
#include "screen.h"
#include "summary_calendar.h"
#include "summary_fleet.h"
#include "summary_views.h"

#define MAX_TEXT ((size_t)16 * 1024 * 1024)
#define LEFT 15U /* rank, count and the gap after them */
#define WHO 15U  /* "inventory owner" */
#define WIDE 100U

struct summary {
    const struct cm_report_options *options;
    struct cm_report_run *run;
    const struct cm_report_totals *totals;
    int max_actions;
    size_t width;
    struct cm_buf text;
};

static void put_foreign(struct cm_buf *out, const char *text)
{
    cm_text_terminal(out, text, strlen(text));
}

static void put_term(struct summary *s, enum cm_verdict verdict,
                     const char *word, bool always)
{
    char count[CM_COUNT_TEXT_SIZE];
    int64_t number = s->totals->verdicts[verdict];

    if (number != 0 || always) {
        cm_buf_printf(&s->text, "%s%s %s",
                      verdict == CM_VERDICT_TRUSTED ? " = " : " + ",
                      cm_screen_count(number, count), word);
    }
}

/* Rows that say nothing of their endpoints. */
static void put_faults(struct summary *s)
{
    const struct cm_run_facts *facts = cm_report_run_facts(s->run);
    struct cm_buf words;
    struct cm_buf safe;

    if (cm_run_num_faults(facts) == 0) {
        return;
    }
    cm_buf_init(&words, MAX_TEXT);
    cm_buf_init(&safe, MAX_TEXT);
    cm_buf_puts(&words, "the scanner's own faults: ");
    cm_run_faults_words(&words, facts);
    cm_buf_puts(&words, cm_run_faults_cost(facts)
                            ? ". Scan these again when that is repaired."
                            : ".");
    cm_text_terminal(&safe, cm_buf_cstr(&words), words.len);
    cm_screen_wrap(&s->text, cm_buf_cstr(&safe), 0, s->width);
    cm_buf_putc(&s->text, '\n');
    s->text.failed = s->text.failed || words.failed || safe.failed;
    cm_buf_cleanup(&words);
    cm_buf_cleanup(&safe);
}

/* "done in 7 s: 12 rows = 9 trusted + 3 not trusted" */
static void put_accounting(struct summary *s)
{
    const struct cm_run_facts *facts = cm_report_run_facts(s->run);
    char count[CM_COUNT_TEXT_SIZE];
    char read_count[CM_COUNT_TEXT_SIZE];

    if (strcmp(facts->state, "complete") == 0 &&
        facts->finished != CM_UNKNOWN) {
        cm_buf_printf(&s->text, "done in %" PRId64 " s: ",
                      facts->finished - facts->started);
    } else {
        cm_buf_puts(&s->text, "this run is ");
        put_foreign(&s->text, facts->state);
        cm_buf_puts(&s->text, ": ");
    }
    cm_buf_printf(&s->text, "%s row%s", cm_screen_count(s->totals->rows, count),
                  s->totals->rows == 1 ? "" : "s");
    put_term(s, CM_VERDICT_TRUSTED, "trusted", true);
    put_term(s, CM_VERDICT_UNTRUSTED, "not trusted", true);
    put_term(s, CM_VERDICT_UNREACHABLE, "unreachable", false);
    put_term(s, CM_VERDICT_NOT_TLS, "not TLS", false);
    put_term(s, CM_VERDICT_INVALID_ROW, "invalid", false);
    put_term(s, CM_VERDICT_NOT_CHECKED, "not checked", false);
    cm_buf_puts(&s->text, "\n");
    if (facts->rows_read != CM_UNKNOWN && facts->rows_read != s->totals->rows) {
        cm_buf_printf(&s->text,
                      "THE ROWS DO NOT ADD UP: %s were read and %s are "
                      "reported. Do not rely on this run.\n",
                      cm_screen_count(facts->rows_read, read_count), count);
    }
    put_faults(s);
    cm_buf_putc(&s->text, '\n');
}

/* The title in the middle of a line: "Enable TLS" becomes "enable TLS". */
static void put_title(struct cm_buf *out, const char *title)
{
    cm_buf_putc(out, (char)tolower((unsigned char)title[0]));
    cm_buf_puts(out, title + (title[0] == '\0' ? 0 : 1));
}

static void put_owners(struct summary *s, const struct cm_report_action *action,
                       size_t width)
{
    struct cm_buf owners;

    cm_buf_init(&owners, MAX_TEXT);
    cm_buf_putc(&owners, '(');
    for (size_t i = 0; i < action->owners.num; i++) {
        cm_buf_puts(&owners, i == 0 ? "" : ", ");
        cm_buf_puts(&owners, action->owners.items[i]);
    }
    cm_buf_putc(&owners, ')');
    if (owners.len > 2 && width > 3) {
        cm_buf_puts(&s->text, "  ");
        cm_screen_cell(&s->text, cm_buf_cstr(&owners), width - 2);
    }
    cm_buf_cleanup(&owners);
}

/* The subject stands beside the title when both fit, else below it. */
static void put_action(struct summary *s, const struct cm_report_action *action)
{
    struct cm_resolved resolved = cm_report_resolve(action->resolution);
    char count[CM_COUNT_TEXT_SIZE];
    struct cm_buf cell;
    size_t owners = s->width >= WIDE ? s->width / 5 : 0;
    size_t width = s->width - LEFT - 1 - WHO - owners;
    bool beside =
        strlen(resolved.info->title) + 2 + strlen(action->subject) <= width;

    cm_buf_init(&cell, MAX_TEXT);
    put_title(&cell, resolved.info->title);
    if (beside && action->subject[0] != '\0') {
        cm_buf_puts(&cell, "  ");
        cm_buf_puts(&cell, action->subject);
    }
    cm_buf_printf(&s->text, "%2" PRId64 "%11s  ", action->rank,
                  cm_screen_count(action->fixes_rows, count));
    cm_screen_cell(&s->text, cm_buf_cstr(&cell), width);
    cm_buf_putc(&s->text, ' ');
    cm_screen_cell(&s->text, resolved.info->who, WHO);
    put_owners(s, action, owners);
    cm_screen_trim(&s->text);
    cm_buf_putc(&s->text, '\n');
    if (!beside) {
        cm_buf_printf(&s->text, "%*s", (int)LEFT + 2, "");
        cm_screen_cell(&s->text, action->subject, s->width - LEFT - 2);
        cm_screen_trim(&s->text);
        cm_buf_putc(&s->text, '\n');
    }
    cm_buf_cleanup(&cell);
}

/* A fix that leaves rows failing must say so. */
static void put_after(struct summary *s, const struct cm_report_after *after)
{
    char count[CM_COUNT_TEXT_SIZE];
    struct cm_buf cell;

    if (after == NULL) {
        return;
    }
    cm_buf_init(&cell, MAX_TEXT);
    cm_buf_printf(&cell, "after that %s of them still fail%s",
                  cm_screen_count(after->rows, count),
                  after->rows == 1 ? "s" : "");
    for (size_t i = 0; i < after->num_causes; i++) {
        cm_buf_printf(&cell, "%s%s", i == 0 ? ": " : ", ",
                      cm_cause_info(after->causes[i])->id);
    }
    cm_buf_printf(&s->text, "%*s", (int)LEFT + 2, "");
    cm_screen_cell(&s->text, cm_buf_cstr(&cell), s->width - LEFT - 2);
    cm_screen_trim(&s->text);
    cm_buf_putc(&s->text, '\n');
    cm_buf_cleanup(&cell);
}

/* The file to read on in; NULL when none was written. */
static const char *plan_file(const struct cm_report_options *options)
{
    static const char *const best[] = {"html", "actions", "json"};
    size_t num;
    const struct cm_report_format *const *formats = cm_report_formats(&num);

    for (size_t i = 0; i < sizeof(best) / sizeof(best[0]); i++) {
        for (size_t j = 0; j < num; j++) {
            if (strcmp(formats[j]->name, best[i]) == 0 &&
                cm_report_format_wanted(formats[j], options->formats)) {
                return formats[j]->file;
            }
        }
    }
    return NULL;
}

static void put_more(struct summary *s, int64_t shown)
{
    char count[CM_COUNT_TEXT_SIZE];
    const char *file = plan_file(s->options);

    if (s->totals->actions <= shown) {
        return;
    }
    cm_buf_printf(&s->text, "   ... %s more",
                  cm_screen_count(s->totals->actions - shown, count));
    if (file != NULL && s->options->out_dir != NULL) {
        cm_buf_puts(&s->text, " in ");
        put_foreign(&s->text, s->options->out_dir);
        cm_buf_printf(&s->text, "/%s", file);
    }
    cm_buf_putc(&s->text, '\n');
}

/* Actions are in the order of the rows they fix, so those that fix none come
 * last. */
static enum cm_status put_table(struct summary *s, struct cm_error *err)
{
    struct cm_report_actions *actions = NULL;
    const struct cm_report_action *action = NULL;
    int64_t shown = 0;
    enum cm_status status =
        cm_report_actions_open(&actions, s->run, CM_ORDER_RANK, err);

    if (status == CM_OK && s->max_actions > 0) {
        cm_buf_printf(&s->text, "    endpoints  action%*swho acts\n",
                      (int)(s->width - LEFT - WHO - 6 -
                            (s->width >= WIDE ? s->width / 5 : 0)),
                      "");
    }
    while (status == CM_OK && shown < s->max_actions) {
        status = cm_report_actions_next(actions, &action, err);
        if (status != CM_OK || action == NULL || action->fixes_rows == 0) {
            break;
        }
        put_action(s, action);
        put_after(s, action->after);
        shown++;
    }
    if (status == CM_OK) {
        put_more(s, shown);
    }
    cm_report_actions_close(actions);
    return status;
}

static enum cm_status put_plan(struct summary *s, struct cm_error *err)
{
    char count[CM_COUNT_TEXT_SIZE];
    int64_t failing = s->totals->rows - s->totals->verdicts[CM_VERDICT_TRUSTED];
    int64_t actions = s->totals->actions;

    if (failing == 0) {
        cm_buf_puts(&s->text, s->totals->rows == 0
                                  ? " There is nothing to check.\n"
                                  : " Every endpoint is trusted.\n");
        return CM_OK;
    }
    cm_buf_printf(&s->text, " %s endpoint%s not as %s should be.",
                  cm_screen_count(failing, count),
                  failing == 1 ? " is" : "s are", failing == 1 ? "it" : "they");
    if (actions == 0) {
        cm_buf_puts(&s->text, " The actions are made when a run ends.\n");
        return CM_OK;
    }
    cm_buf_printf(&s->text, " %s action%s all of them:\n",
                  cm_screen_count(actions, count),
                  actions == 1 ? " fixes" : "s fix");
    return put_table(s, err);
}

static void put_breaking(struct summary *s)
{
    char count[CM_COUNT_TEXT_SIZE];
    int64_t will = s->totals->will_break;
    int64_t soon = s->totals->will_break_30_days;
    bool again = cm_report_run_facts(s->run)->source_run != CM_UNKNOWN;

    if (will != 0) {
        cm_buf_printf(&s->text,
                      " %s more work%s %s and will break on a known date",
                      cm_screen_count(will, count), will == 1 ? "s" : "",
                      again ? "then" : "today");
        cm_buf_printf(&s->text, ", %s within 30 days.\n",
                      soon == will ? "all" : cm_screen_count(soon, count));
    }
}

static void put_tidying(struct summary *s)
{
    char count[CM_COUNT_TEXT_SIZE];
    int64_t other = s->totals->actions_all - s->totals->actions;

    if (other != 0) {
        cm_buf_printf(&s->text,
                      " %s further action%s what does not break "
                      "clients now.\n",
                      cm_screen_count(other, count),
                      other == 1 ? " tidies" : "s tidy");
    }
}

static enum cm_status put_next(struct summary *s, struct cm_error *err)
{
    enum cm_status status;

    put_breaking(s);
    status = cm_summary_calendar(&s->text, s->run, s->width, err);
    put_tidying(s);
    return status == CM_OK ? cm_summary_breaks(&s->text, s->run, s->width, err)
                           : status;
}

/* "  (shard 1/4, resumed 2 times)" */
static void put_notes(struct summary *s)
{
    struct cm_buf notes;

    cm_buf_init(&notes, MAX_TEXT);
    cm_run_notes_words(&notes, cm_report_run_facts(s->run), false);
    if (notes.len > 0) {
        cm_buf_printf(&s->text, " (%s)", cm_buf_cstr(&notes));
    }
    s->text.failed = s->text.failed || notes.failed;
    cm_buf_cleanup(&notes);
}

static void put_files(struct summary *s)
{
    const char *comma = "";
    size_t num;
    const struct cm_report_format *const *formats = cm_report_formats(&num);

    cm_buf_puts(&s->text, "\n written: ");
    if (s->options->out_dir != NULL) {
        put_foreign(&s->text, s->options->out_dir);
        cm_buf_puts(&s->text, "/{");
        for (size_t i = 0; i < num; i++) {
            if (cm_report_format_wanted(formats[i], s->options->formats)) {
                cm_buf_printf(&s->text, "%s%s", comma, formats[i]->file);
                comma = ",";
            }
        }
        cm_buf_puts(&s->text, "}, ");
    }
    cm_buf_puts(&s->text, "store ");
    put_foreign(&s->text, s->options->db_path);
    cm_buf_printf(&s->text, " run %" PRId64, cm_report_run_facts(s->run)->run);
    put_notes(s);
    cm_buf_putc(&s->text, '\n');
}

enum cm_status cm_report_summary(const struct cm_report_options *options,
                                 int max_actions, int width, FILE *out,
                                 struct cm_error *err)
{
    struct summary s = {.options = options, .max_actions = max_actions};
    const struct cm_report_views *views = NULL;
    const struct cm_report_measures *measures = NULL;
    const struct cm_report_fleet *fleet = NULL;
    const struct cm_report_changes *changes = NULL;
    enum cm_status status = cm_report_run_borrow(&s.run, options, err);

    s.width = cm_screen_width(width);
    cm_buf_init(&s.text, MAX_TEXT);
    if (status == CM_OK) {
        status = cm_report_run_totals(s.run, &s.totals, err);
    }
    if (status == CM_OK) {
        status = cm_report_run_views(s.run, &views, err);
    }
    if (status == CM_OK) {
        status = cm_report_run_measures(s.run, &measures, err);
    }
    if (status == CM_OK && measures->extras) {
        status = cm_report_run_fleet(s.run, &fleet, err);
    }
    if (status == CM_OK) {
        status = cm_report_run_changes(s.run, &changes, err);
    }
    if (status == CM_OK) {
        put_accounting(&s);
        status = put_plan(&s, err);
    }
    if (status == CM_OK) {
        status = put_next(&s, err);
    }
    if (status == CM_OK) {
        cm_summary_views(&s.text, views, s.width);
        if (fleet != NULL) {
            cm_summary_fleet(&s.text, measures, fleet, s.width);
        }
        if (changes != NULL) {
            cm_changes_summary(&s.text, changes, s.width);
        }
        put_files(&s);
        status = cm_screen_show(&s.text, out, err);
    }
    cm_buf_cleanup(&s.text);
    cm_report_run_return(s.run, options);
    return status;
}
