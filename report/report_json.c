/* report.json: the run, its accounting, and the action plan with every row of
 * every action. Written as it is read.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "changes_out.h"
#include "fixes.h"
#include "format.h"
#include "json.h"
#include "reader_views.h"
#include "report_calendar.h"
#include "report_fleet.h"
#include "resolve.h"
#include "run_faults.h"
#include "trend.h"

#define JSON_SCHEMA_VERSION 2
#define MAX_COMMANDS ((size_t)64 * 1024)

struct writer {
    struct cm_report_run *run;
    struct cm_report_actions *actions;
    struct cm_report_out *out;
    struct cm_json json;
    char resolution[64]; /* the one that is open; "" : none */
    int64_t num_actions; /* of it so far */
    int64_t fixes_rows;
};

static void put_run(struct cm_json *json, const struct cm_run_facts *facts)
{
    cm_json_key(json, "run");
    cm_json_open(json, '{');
    cm_json_put_number(json, "id", facts->run);
    cm_json_put_text(json, "kind", facts->kind);
    cm_json_put_number(json, "source_run", facts->source_run);
    cm_json_put_text(json, "state", facts->state);
    cm_json_put_time(json, "started", facts->started);
    cm_json_put_time(json, "finished", facts->finished);
    cm_json_put_time(json, "judged_at", facts->judged_at);
    cm_json_put_text(json, "input_name", facts->input_name);
    cm_json_put_text(json, "input_sha256", facts->input_sha256);
    cm_json_put_list(json, "columns", &facts->columns);
    cm_json_key(json, "has_header");
    cm_json_bool(json, facts->has_header);
    cm_json_key(json, "options");
    cm_json_value(json, facts->options);
    cm_json_put_text(json, "sandbox", facts->sandbox);
    cm_json_put_text(json, "version", facts->version);
    cm_json_put_text(json, "tls_library", facts->tls_library);
    cm_json_put_text(json, "trust", facts->trust);
    cm_json_put_text(json, "resolvers", facts->resolvers);
    cm_json_put_number(json, "shard", facts->shard);
    cm_json_put_number(json, "shards", facts->shards);
    cm_json_put_number(json, "seed", facts->seed);
    cm_json_put_number(json, "resumed", facts->resumed);
    cm_run_faults_json(json, facts);
    cm_json_close(json, '}');
}

static void put_verdicts(struct cm_json *json, const int64_t *verdicts)
{
    cm_json_key(json, "verdicts");
    cm_json_open(json, '{');
    for (int i = CM_VERDICT_TRUSTED; i < CM_VERDICT_COUNT; i++) {
        cm_json_put_number(json, cm_verdict_id((enum cm_verdict)i),
                           verdicts[i]);
    }
    cm_json_close(json, '}');
}

static void put_accounting(struct cm_json *json,
                           const struct cm_run_facts *facts,
                           const struct cm_report_totals *totals)
{
    cm_json_key(json, "accounting");
    cm_json_open(json, '{');
    cm_json_put_number(json, "rows_read", facts->rows_read);
    cm_json_put_number(json, "rows_recorded", facts->rows_recorded);
    cm_json_put_number(json, "rows_reported", totals->rows);
    cm_json_key(json, "balanced");
    cm_json_bool(json, facts->rows_read == facts->rows_recorded &&
                           facts->rows_recorded == totals->rows);
    cm_json_close(json, '}');
    cm_json_line(json);
    put_verdicts(json, totals->verdicts);
    cm_json_line(json);
    cm_json_key(json, "breaks_next");
    cm_json_open(json, '{');
    cm_json_put_number(json, "endpoints", totals->will_break);
    cm_json_put_number(json, "within_30_days", totals->will_break_30_days);
    cm_json_close(json, '}');
}

static void put_causes(struct cm_json *json,
                       const struct cm_report_totals *totals)
{
    cm_json_key(json, "causes");
    cm_json_open(json, '[');
    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        const struct cm_cause_info *info = cm_cause_info((enum cm_cause)i);

        if (totals->causes[i] == 0) {
            continue;
        }
        cm_json_line(json);
        cm_json_open(json, '{');
        cm_json_put_text(json, "id", info->id);
        cm_json_put_text(json, "title", info->title);
        cm_json_put_text(json, "stage", cm_stage_id(info->stage));
        cm_json_put_text(json, "severity", cm_severity_id(info->severity));
        cm_json_put_text(json, "resolution",
                         cm_resolution_info(info->resolution)->id);
        cm_json_put_number(json, "endpoints", totals->causes[i]);
        cm_json_put_number(json, "endpoints_primary", totals->primaries[i]);
        cm_json_close(json, '}');
    }
    cm_json_close(json, ']');
}

static void put_pairs(struct cm_json *json, const char *key,
                      const struct cm_report_list *pairs)
{
    cm_json_key(json, key);
    cm_json_open(json, '{');
    for (size_t i = 0; i + 1 < pairs->num; i += 2) {
        cm_json_put_text(json, pairs->items[i], pairs->items[i + 1]);
    }
    cm_json_close(json, '}');
}

/* The verdicts of the only view are those of the run. */
static void put_views(struct cm_json *json, const struct cm_report_views *views,
                      const struct cm_report_totals *totals)
{
    cm_json_key(json, "trust_views");
    cm_json_open(json, '[');
    for (size_t i = 0; i < views->num; i++) {
        const struct cm_report_view *view = &views->views[i];

        cm_json_line(json);
        cm_json_open(json, '{');
        cm_json_put_text(json, "name", view->name);
        cm_json_put_text(json, "path",
                         view->path[0] == '\0' ? NULL : view->path);
        cm_json_put_text(json, "sha256",
                         view->sha256[0] == '\0' ? NULL : view->sha256);
        cm_json_put_number(json, "anchors", view->anchors);
        cm_json_put_number(json, "distrusted", view->distrusted);
        put_verdicts(json, views->num == 1 ? totals->verdicts : view->verdicts);
        cm_json_close(json, '}');
    }
    cm_json_close(json, ']');
}

static void put_differences(struct cm_json *json,
                            const struct cm_report_views *views)
{
    cm_json_key(json, "view_differences");
    cm_json_open(json, '{');
    cm_json_put_number(json, "endpoints", views->differing_rows);
    cm_json_put_number(json, "kinds_in_all", (int64_t)views->num_kinds);
    cm_json_key(json, "kinds");
    cm_json_open(json, '[');
    for (size_t i = 0; i < views->num_differences; i++) {
        const struct cm_report_difference *one = &views->differences[i];

        cm_json_line(json);
        cm_json_open(json, '{');
        cm_json_put_number(json, "endpoints", one->rows);
        put_pairs(json, "verdicts", &one->verdicts);
        cm_json_put_text(json, "example_host", one->host);
        cm_json_put_number(json, "example_port", one->port);
        put_pairs(json, "example_causes", &one->causes);
        cm_json_close(json, '}');
    }
    cm_json_close(json, ']');
    cm_json_close(json, '}');
}

static void close_resolution(struct writer *w)
{
    if (w->resolution[0] == '\0') {
        return;
    }
    cm_json_close(&w->json, ']');
    cm_json_put_number(&w->json, "num_actions", w->num_actions);
    cm_json_put_number(&w->json, "endpoints_fixed", w->fixes_rows);
    cm_json_close(&w->json, '}');
    w->resolution[0] = '\0';
}

static void open_resolution(struct writer *w, const char *id)
{
    struct cm_resolved resolved = cm_report_resolve(id);
    struct cm_json *json = &w->json;

    (void)snprintf(w->resolution, sizeof(w->resolution), "%s", id);
    w->num_actions = 0;
    w->fixes_rows = 0;
    cm_json_line(json);
    cm_json_open(json, '{');
    cm_json_put_text(json, "id", id);
    cm_json_put_text(json, "title", resolved.info->title);
    cm_json_put_text(json, "who_acts", resolved.info->who);
    cm_json_put_text(json, "why", resolved.remedy->why);
    cm_json_key(json, "steps");
    cm_json_open(json, '[');
    for (size_t i = 0; resolved.remedy->steps[i] != NULL; i++) {
        cm_json_text(json, resolved.remedy->steps[i]);
    }
    cm_json_close(json, ']');
    cm_json_put_text(json, "never", resolved.remedy->never);
    cm_json_key(json, "actions");
    cm_json_open(json, '[');
}

static void put_verify(struct cm_json *json,
                       const struct cm_report_action *action)
{
    struct cm_example example = cm_example_of(action);
    struct cm_buf text;

    cm_buf_init(&text, MAX_COMMANDS);
    cm_fill(&text, cm_report_resolve(action->resolution).remedy->verify,
            &example);
    cm_json_put_text(json, "verify", cm_buf_cstr(&text));
    json->out->failed = json->out->failed || text.failed;
    cm_buf_cleanup(&text);
}

static void open_action(struct cm_json *json,
                        const struct cm_report_action *action)
{
    cm_json_line(json);
    cm_json_open(json, '{');
    cm_json_put_number(json, "rank", action->rank);
    cm_json_put_text(json, "key", action->key);
    cm_json_put_text(json, "subject", action->subject);
    cm_json_put_text(json, "severity", action->severity);
    cm_json_put_number(json, "endpoints_fixed", action->fixes_rows);
    cm_json_put_number(json, "endpoints_touched", action->touches_rows);
    cm_json_put_list(json, "causes", &action->causes);
    cm_json_put_list(json, "owners", &action->owners);
    cm_json_put_number(json, "num_owners", action->num_owners);
    cm_json_put_text(json, "fingerprint_sha256", action->fingerprint_sha256);
    put_verify(json, action);
}

static void put_after(struct cm_json *json, const struct cm_report_after *after)
{
    cm_json_put_number(json, "endpoints_still_failing",
                       after == NULL ? 0 : after->rows);
    cm_json_key(json, "still_failing_causes");
    cm_json_open(json, '[');
    for (size_t i = 0; after != NULL && i < after->num_causes; i++) {
        cm_json_open(json, '{');
        cm_json_put_text(json, "id", cm_cause_info(after->causes[i])->id);
        cm_json_put_number(json, "endpoints", after->cause_rows[i]);
        cm_json_close(json, '}');
    }
    cm_json_close(json, ']');
}

static void put_files(struct cm_json *json, const struct cm_fix_list *list)
{
    cm_json_key(json, "files");
    cm_json_open(json, '[');
    for (size_t i = 0; list != NULL && i < list->num; i++) {
        char path[sizeof(CM_FIXES_FOLDER) + 1 + CM_FIX_NAME_SIZE];

        (void)snprintf(path, sizeof(path), CM_FIXES_FOLDER "/%s",
                       list->files[i].name);
        cm_json_open(json, '{');
        cm_json_put_text(json, "path", path);
        cm_json_put_text(json, "kind", cm_fix_kind_id(list->files[i].kind));
        cm_json_put_text(json, "sha256", list->files[i].sha256);
        cm_json_close(json, '}');
    }
    cm_json_close(json, ']');
}

static enum cm_status put_members(struct writer *w, struct cm_error *err)
{
    struct cm_json *json = &w->json;
    const struct cm_report_member *member;
    enum cm_status status;

    cm_json_key(json, "endpoints");
    cm_json_open(json, '[');
    status = cm_report_actions_member(w->actions, &member, err);
    while (status == CM_OK && member != NULL) {
        cm_json_line(json);
        cm_json_open(json, '{');
        CM_JSON_NUMBER(json, "line", member->line);
        CM_JSON_TEXT(json, "host", member->host);
        CM_JSON_NUMBER(json, "port", member->port);
        CM_JSON_TEXT(json, "protocol", member->protocol);
        CM_JSON_TEXT(json, "owner", member->owner);
        CM_JSON_KEY(json, "fixed");
        cm_json_bool(json, member->fixes);
        cm_json_close(json, '}');
        status = cm_report_out_settle(w->out, err);
        if (status == CM_OK) {
            status = cm_report_actions_member(w->actions, &member, err);
        }
    }
    cm_json_close(json, ']');
    return status;
}

static enum cm_status put_plan(struct writer *w, struct cm_error *err)
{
    const struct cm_report_action *action;
    enum cm_status status = cm_report_actions_next(w->actions, &action, err);

    cm_json_line(&w->json);
    cm_json_key(&w->json, "resolutions");
    cm_json_open(&w->json, '[');
    while (status == CM_OK && action != NULL) {
        if (strcmp(w->resolution, action->resolution) != 0) {
            close_resolution(w);
            open_resolution(w, action->resolution);
        }
        w->num_actions++;
        w->fixes_rows += action->fixes_rows;
        open_action(&w->json, action);
        put_after(&w->json, action->after);
        put_files(&w->json,
                  cm_fixes_of(cm_report_run_fixes(w->run), action->key));
        status = put_members(w, err);
        cm_json_close(&w->json, '}');
        if (status == CM_OK) {
            status = cm_report_actions_next(w->actions, &action, err);
        }
    }
    close_resolution(w);
    cm_json_close(&w->json, ']');
    return status;
}

static void put_head(struct writer *w, const struct cm_report_totals *totals,
                     const struct cm_report_views *views,
                     const struct cm_report_changes *changes,
                     const struct cm_trend *trend)
{
    const struct cm_run_facts *facts = cm_report_run_facts(w->run);
    struct cm_json *json = &w->json;

    cm_json_open(json, '{');
    cm_json_put_number(json, "schema_version", JSON_SCHEMA_VERSION);
    cm_json_line(json);
    put_run(json, facts);
    cm_json_line(json);
    put_accounting(json, facts, totals);
    cm_json_line(json);
    put_views(json, views, totals);
    cm_json_line(json);
    put_differences(json, views);
    cm_json_line(json);
    put_causes(json, totals);
    cm_json_line(json);
    cm_changes_json(json, changes);
    cm_json_line(json);
    cm_trend_json(json, trend);
}

static enum cm_status write_all(struct cm_report_writer *writer,
                                struct cm_error *err)
{
    struct cm_report_run *run = writer->run;
    const struct cm_report_totals *totals;
    const struct cm_report_views *views;
    const struct cm_report_measures *measures;
    const struct cm_report_fleet *fleet;
    const struct cm_report_changes *changes;
    struct cm_trend trend;
    struct writer w;
    enum cm_status status;

    memset(&w, 0, sizeof(w));
    w.run = run;
    w.out = writer->out;
    cm_json_init(&w.json, &w.out->buf);
    status = cm_report_run_totals(run, &totals, err);
    if (status == CM_OK) {
        status = cm_report_run_views(run, &views, err);
    }
    if (status == CM_OK) {
        status = cm_report_run_measures(run, &measures, err);
    }
    if (status == CM_OK) {
        status = cm_report_run_fleet(run, &fleet, err);
    }
    if (status == CM_OK) {
        status = cm_report_run_changes(run, &changes, err);
    }
    if (status == CM_OK) {
        status = cm_report_trend(run, &trend, err);
    }
    if (status == CM_OK) {
        status =
            cm_report_actions_open(&w.actions, run, CM_ORDER_RESOLUTION, err);
    }
    if (status == CM_OK) {
        put_head(&w, totals, views, changes, &trend);
        cm_json_line(&w.json);
        cm_report_fleet_json(&w.json, measures, fleet);
        cm_json_line(&w.json);
        status = cm_report_calendar_json(&w.json, run, w.out, err);
    }
    if (status == CM_OK) {
        status = put_plan(&w, err);
        cm_json_close(&w.json, '}');
        cm_buf_putc(&w.out->buf, '\n');
    }
    cm_report_actions_close(w.actions);
    return status;
}

const struct cm_report_format cm_json_format = {
    .name = "json",
    .file = "report.json",
    .size = sizeof(struct cm_report_writer),
    .end = write_all,
};
