/* tickets.csv: what a ticket system imports. A ticket's key is the same in
 * every run, so that what is there is updated and not opened a second time.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "facts.h"
#include "reader_actions.h"
#include "resolve.h"
#include "split_parts.h"

#define MAX_BODY ((size_t)64 << 20)

struct before {
    struct cm_splitter *splitter;
    const struct cm_part_line *line;
    struct cm_map *now;  /* keys of the run's actions; NULL: they are noted */
    struct cm_map *keys; /* of the baseline's actions */
};

/* One line; `rows` are those that it concerns now. */
struct ticket {
    const char *key;
    const char *state; /* "new", "still", "fixed", "": nothing to compare */
    const char *resolution;
    const char *subject;
    const char *severity;
    int64_t rows;
    const char *body;
};

void cm_split_tickets_begin(struct cm_splitter *splitter)
{
    cm_buf_puts(&splitter->out[CM_SPLIT_TICKETS].buf,
                "ticket,state,value,action,title,severity,rows,who_acts,"
                "report,body\r\n");
}

static void put_text(struct cm_buf *out, const char *text)
{
    cm_csv_text(out, text);
    cm_buf_putc(out, ',');
}

/* The folder is as unique as the value, and plain. */
static void put_ticket(struct cm_splitter *splitter,
                       const struct cm_part_line *line,
                       const struct ticket *ticket)
{
    struct cm_buf *out = &splitter->out[CM_SPLIT_TICKETS].buf;
    struct cm_resolved resolved = cm_report_resolve(ticket->resolution);
    struct cm_buf title;

    cm_buf_init(&title, MAX_BODY);
    cm_buf_printf(&title, "%s: %s", resolved.info->title, ticket->subject);
    cm_csv_text(out, ticket->key);
    cm_buf_printf(out, ".%s,%s,", strrchr(line->folder, '-') + 1,
                  ticket->state);
    put_text(out, line->value);
    put_text(out, ticket->key);
    put_text(out, cm_buf_cstr(&title));
    put_text(out, ticket->severity);
    cm_csv_number(out, ticket->rows);
    cm_buf_putc(out, ',');
    put_text(out, resolved.info->who);
    cm_buf_printf(out, "%s,", line->folder);
    cm_csv_text(out, ticket->body);
    cm_buf_puts(out, "\r\n");
    out->failed = out->failed || title.failed;
    cm_buf_cleanup(&title);
}

static void put_body(struct cm_buf *out, const struct cm_report_action *action)
{
    struct cm_resolved resolved = cm_report_resolve(action->resolution);
    struct cm_example example = cm_example_of(action);

    cm_buf_printf(out, "%s\n\n", resolved.remedy->why);
    for (size_t i = 0; resolved.remedy->steps[i] != NULL; i++) {
        cm_buf_printf(out, "%zu. ", i + 1);
        cm_fill(out, resolved.remedy->steps[i], &example);
        cm_buf_putc(out, '\n');
    }
    if (resolved.remedy->verify[0] != '\0') {
        cm_buf_puts(out, "\nTo check that it is done:\n");
        cm_fill(out, resolved.remedy->verify, &example);
        cm_buf_putc(out, '\n');
    }
    cm_buf_printf(out, "\nIt concerns %lld row%s, and makes %lld trusted.\n",
                  (long long)action->touches_rows,
                  action->touches_rows == 1 ? "" : "s",
                  (long long)action->fixes_rows);
}

static void put_action(struct before *before,
                       const struct cm_report_action *action)
{
    const char *key = action->key;
    bool was = before->keys != NULL &&
               cm_map_get(before->keys, key, strlen(key)) != NULL;
    struct cm_buf body;
    struct ticket ticket = {.key = key,
                            .state = before->keys == NULL ? ""
                                     : was                ? "still"
                                                          : "new",
                            .resolution = action->resolution,
                            .subject = action->subject,
                            .severity = action->severity,
                            .rows = action->touches_rows};

    cm_buf_init(&body, MAX_BODY);
    put_body(&body, action);
    ticket.body = cm_buf_cstr(&body);
    put_ticket(before->splitter, before->line, &ticket);
    if (body.failed) {
        before->splitter->out[CM_SPLIT_TICKETS].buf.failed = true;
    }
    cm_buf_cleanup(&body);
}

/* First the keys are noted; then, with those of now, what is gone is said. */
static enum cm_status see_before(void *arg,
                                 const struct cm_split_action *action,
                                 struct cm_error *err)
{
    struct before *before = arg;
    const char *key = action->key;

    if (before->now == NULL) {
        return cm_map_put(before->keys, key, strlen(key), before)
                   ? CM_OK
                   : cm_error_nomem(err, "tickets.csv");
    }
    if (cm_map_get(before->now, key, strlen(key)) == NULL) {
        struct ticket ticket = {key,
                                "fixed",
                                action->resolution,
                                action->subject,
                                action->severity,
                                0,
                                "No row needs this any more."};

        put_ticket(before->splitter, before->line, &ticket);
    }
    return cm_report_out_settle(&before->splitter->out[CM_SPLIT_TICKETS], err);
}

static enum cm_status put_actions(struct before *before, struct cm_map *now,
                                  struct cm_error *err)
{
    struct cm_report_out *out = &before->splitter->out[CM_SPLIT_TICKETS];
    struct cm_report_actions *actions = NULL;
    const struct cm_report_action *action = NULL;
    enum cm_status status = cm_report_actions_open(
        &actions, before->splitter->run, CM_ORDER_RANK, err);

    while (status == CM_OK) {
        status = cm_report_actions_next(actions, &action, err);
        if (status != CM_OK || action == NULL) {
            break;
        }
        put_action(before, action);
        if (!cm_map_put(now, action->key, strlen(action->key), now)) {
            status = cm_error_nomem(err, "tickets.csv");
        } else {
            status = cm_report_out_settle(out, err);
        }
    }
    cm_report_actions_close(actions);
    return status;
}

enum cm_status cm_split_tickets_part(struct cm_splitter *splitter,
                                     const struct cm_part_line *line,
                                     struct cm_error *err)
{
    struct before before = {.splitter = splitter, .line = line};
    struct cm_map *now = cm_map_new();
    const struct cm_report_changes *changes = NULL;
    enum cm_status status =
        now == NULL ? cm_error_nomem(err, "tickets.csv")
                    : cm_report_run_changes(splitter->run, &changes, err);
    int64_t baseline = changes == NULL ? 0 : changes->baseline->run;

    if (status == CM_OK && changes != NULL) {
        before.keys = cm_map_new();
        status = before.keys == NULL
                     ? cm_error_nomem(err, "tickets.csv")
                     : cm_report_split_recount(splitter->split, baseline, err);
        if (status == CM_OK) {
            status = cm_report_split_actions(splitter->split, baseline,
                                             see_before, &before, err);
        }
    }
    if (status == CM_OK) {
        status = put_actions(&before, now, err);
    }
    if (status == CM_OK && changes != NULL) {
        before.now = now;
        status = cm_report_split_actions(splitter->split, baseline, see_before,
                                         &before, err);
    }
    cm_map_free(before.keys, NULL);
    cm_map_free(now, NULL);
    return status;
}
