/* The story of one endpoint: finds it, and puts the parts together.
 * SPDX-License-Identifier: Apache-2.0 */
#include "story.h"

#include <inttypes.h>
#include <string.h>

#include "certmuster/text.h"
#include "facts.h"
#include "screen.h"

#define MAX_TEXT ((size_t)64 << 20)
#define MAX_VALUE ((size_t)8 << 20)
#define LABEL 13
#define SECONDS_A_DAY 86400

/* --- pieces --- */

void cm_story_foreign(struct cm_buf *out, const char *text)
{
    cm_text_terminal(out, text, strlen(text));
}

void cm_story_bytes(struct cm_buf *out, struct cm_span bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t c = bytes.data[i];

        (void)cm_buf_printf(out, c >= 0x20 && c < 0x7F ? "%c" : "\\x%02x", c);
    }
}

void cm_story_heading(struct cm_story *s, const char *text)
{
    (void)cm_buf_printf(&s->text, "\n%s\n", text);
}

struct cm_buf *cm_story_line(struct cm_story *s, const char *label)
{
    s->text.failed = s->text.failed || s->value.failed;
    cm_buf_clear(&s->value);
    s->label = label;
    return &s->value;
}

void cm_story_end(struct cm_story *s)
{
    (void)cm_buf_printf(&s->text, "  %-*s", LABEL, s->label);
    if (s->label[0] != '\0' && strlen(s->label) >= LABEL) {
        (void)cm_buf_putc(&s->text, ' ');
    }
    cm_screen_wrap(&s->text, cm_buf_cstr(&s->value), LABEL + 2, s->width);
    s->text.failed = s->text.failed || s->value.failed;
}

void cm_story_fact(struct cm_story *s, const char *label, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        cm_story_foreign(cm_story_line(s, label), text);
        cm_story_end(s);
    }
}

void cm_story_list(struct cm_buf *out, const struct cm_report_list *list,
                   size_t most)
{
    for (size_t i = 0; i < list->num && i < most; i++) {
        (void)cm_buf_puts(out, i == 0 ? "" : ", ");
        cm_story_foreign(out, list->items[i]);
    }
    if (list->num > most) {
        (void)cm_buf_printf(out, " and %zu more", list->num - most);
    }
}

void cm_story_count(struct cm_buf *out, int64_t number, const char *singular,
                    const char *plural)
{
    char count[CM_COUNT_TEXT_SIZE];

    (void)cm_buf_printf(out, "%s %s", cm_screen_count(number, count),
                        number == 1 ? singular : plural);
}

void cm_story_time(struct cm_buf *out, int64_t unix_s)
{
    char text[CM_TIME_TEXT_SIZE];
    char day[CM_TIME_TEXT_SIZE];

    if (unix_s == CM_UNKNOWN) {
        (void)cm_buf_puts(out, "?");
        return;
    }
    (void)cm_time_rfc3339(unix_s, text);
    (void)cm_buf_printf(out, "%s %.5s UTC", cm_time_day(unix_s, day),
                        strchr(text, 'T') == NULL ? "" : strchr(text, 'T') + 1);
}

void cm_story_distance(const struct cm_story *s, struct cm_buf *out,
                       int64_t unix_s)
{
    int64_t seconds = unix_s - cm_report_run_facts(s->run)->judged_at;
    int64_t days = (seconds < 0 ? -seconds : seconds) / SECONDS_A_DAY;

    if (days == 0) {
        (void)cm_buf_puts(out, seconds < 0 ? "less than a day ago"
                                           : "in less than a day");
        return;
    }
    (void)cm_buf_puts(out, seconds < 0 ? "" : "in ");
    cm_story_count(out, days, "day", "days");
    (void)cm_buf_puts(out, seconds < 0 ? " ago" : "");
}

/* --- one endpoint --- */

/* "crm.example.com:443: not trusted (run 7, ...)" */
static void put_title(struct cm_story *s)
{
    const struct cm_report_row *row = s->row;
    const struct cm_run_facts *facts = cm_report_run_facts(s->run);
    enum cm_verdict verdict = CM_VERDICT_NOT_CHECKED;
    struct cm_buf *out = cm_story_line(s, "");
    bool v6 = strchr(row->host, ':') != NULL;

    (void)cm_verdict_from_id(row->verdict, &verdict);
    (void)cm_buf_puts(out, v6 ? "[" : "");
    cm_story_foreign(out, row->host[0] == '\0' ? "(no host)" : row->host);
    (void)cm_buf_puts(out, v6 ? "]" : "");
    if (row->port != CM_UNKNOWN) {
        (void)cm_buf_printf(out, ":%" PRId64, row->port);
    }
    if (strcmp(row->protocol, "tls") != 0 && row->protocol[0] != '\0') {
        (void)cm_buf_puts(out, ":");
        cm_story_foreign(out, row->protocol);
    }
    (void)cm_buf_printf(out, ": %s (run %" PRId64 ", ",
                        cm_verdict_words(verdict), facts->run);
    cm_story_time(out, facts->started);
    (void)cm_buf_puts(out, ")");
    cm_screen_wrap(&s->text, cm_buf_cstr(out), 2, s->width);
}

static enum cm_status put_parts(struct cm_story *s, struct cm_error *err)
{
    enum cm_status status;

    put_title(s);
    status = cm_story_input(s, err);
    if (status == CM_OK) {
        cm_story_names(s);
        status = cm_story_probes(s, err);
    }
    if (status == CM_OK) {
        status = cm_story_certificates(s, err);
    }
    if (status == CM_OK) {
        status = cm_story_chain(s, err);
    }
    if (status == CM_OK) {
        cm_story_revocation(s);
        cm_story_served(s);
        status = cm_story_asked(s, err);
    }
    if (status == CM_OK) {
        status = cm_story_findings(s, err);
    }
    if (status == CM_OK && s->pem) {
        status = cm_story_pem(s, err);
    }
    if (status == CM_OK) {
        status = cm_story_conclusion(s, err);
    }
    return status;
}

static enum cm_status tell(struct cm_story *s, int64_t row_id, bool *trusted,
                           struct cm_error *err)
{
    struct cm_report_rows *rows = NULL;
    enum cm_status status = cm_report_rows_open_one(&rows, s->run, row_id, err);

    s->row = NULL;
    if (status == CM_OK) {
        status = cm_report_rows_next(rows, &s->row, err);
    }
    if (status == CM_OK && s->row != NULL) {
        status = cm_report_rows_findings(rows, &s->findings, err);
    }
    if (status == CM_OK && s->row != NULL) {
        status = cm_story_open(&s->reader, s->run, s->row->endpoint, err);
    }
    if (status == CM_OK && s->row != NULL) {
        *trusted = *trusted && strcmp(s->row->verdict,
                                      cm_verdict_id(CM_VERDICT_TRUSTED)) == 0;
        status = put_parts(s, err);
    }
    cm_story_close(s->reader);
    s->reader = NULL;
    cm_report_rows_close(rows);
    return status;
}

static enum cm_status no_such(struct cm_report_run *run,
                              const struct cm_endpoint_query *query,
                              struct cm_error *err)
{
    struct cm_report_list near = {0};
    struct cm_buf text;
    enum cm_status status = cm_story_near(run, query, &near, err);

    cm_buf_init(&text, MAX_VALUE);
    if (status == CM_OK) {
        (void)cm_buf_puts(&text, "there is no endpoint \"");
        cm_story_foreign(&text, query->text);
        (void)cm_buf_printf(&text, "\" in run %" PRId64 ".",
                            cm_report_run_facts(run)->run);
        for (size_t i = 0; i < near.num; i++) {
            (void)cm_buf_puts(&text, i == 0             ? " Did you mean "
                                     : i + 1 < near.num ? ", "
                                                        : " or ");
            cm_story_foreign(&text, near.items[i]);
        }
        (void)cm_buf_puts(&text, near.num > 0 ? "?" : "");
        status = text.failed
                     ? cm_error_nomem(err, "the endpoint's story")
                     : cm_error_set(err, CM_EINPUT, "%s", cm_buf_cstr(&text));
    }
    cm_buf_cleanup(&text);
    cm_report_list_cleanup(&near);
    return status;
}

static enum cm_status tell_all(struct cm_story *s,
                               const struct cm_story_matches *matches,
                               FILE *out, bool *trusted, struct cm_error *err)
{
    enum cm_status status = CM_OK;

    if (matches->num > 1) {
        (void)cm_buf_printf(&s->text,
                            "%s%zu endpoints have this name; "
                            "HOST:PORT:PROTOCOL names one of them.\n\n",
                            matches->more ? "More than " : "", matches->num);
    }
    for (size_t i = 0; i < matches->num && status == CM_OK; i++) {
        if (i > 0) {
            for (size_t j = 0; j < s->width; j++) {
                (void)cm_buf_putc(&s->text, '-');
            }
            (void)cm_buf_putc(&s->text, '\n');
        }
        status = tell(s, matches->rows[i], trusted, err);
        if (status == CM_OK) {
            status = cm_screen_show(&s->text, out, err);
        }
    }
    return status;
}

enum cm_status cm_report_endpoint(const struct cm_report_options *options,
                                  const struct cm_endpoint_query *query,
                                  int width, FILE *out, bool *trusted,
                                  struct cm_error *err)
{
    struct cm_story s = {.pem = query->pem, .label = ""};
    struct cm_story_matches matches = {.num = 0};
    enum cm_status status = cm_report_run_borrow(&s.run, options, err);

    *trusted = true;
    s.width = cm_screen_width(width);
    cm_buf_init(&s.text, MAX_TEXT);
    cm_buf_init(&s.value, MAX_VALUE);
    if (status == CM_OK) {
        status = cm_report_run_measures(s.run, &s.measures, err);
    }
    if (status == CM_OK) {
        status = cm_story_find(s.run, query, &matches, err);
    }
    if (status == CM_OK && matches.num == 0) {
        status = no_such(s.run, query, err);
    }
    if (status == CM_OK) {
        status = tell_all(&s, &matches, out, trusted, err);
    }
    cm_buf_cleanup(&s.value);
    cm_buf_cleanup(&s.text);
    cm_report_run_return(s.run, options);
    return status;
}
