/* The text of manifest.json. The same run, read by the same program, gives the
 * same bytes: it has no time of its own.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "json.h"
#include "manifest.h"
#include "reader_evidence.h"
#include "reader_measures.h"
#include "reader_views.h"
#include "run_faults.h"

/* Clocks that agree may differ by so much. */
#define CLOCK_TOLERANCE_S 300

static const char *or_null(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

static void put_program(struct cm_json *json, const char *version,
                        const struct cm_report_evidence *evidence)
{
    cm_json_key(json, "program");
    cm_json_open(json, '{');
    cm_json_put_text(json, "name", "certmuster");
    cm_json_put_text(json, "version", version);
    cm_json_put_text(json, "sqlite", evidence->sqlite);
    cm_json_close(json, '}');
    cm_json_line(json);
}

static void put_run(struct cm_json *json, const struct cm_run_facts *facts,
                    const struct cm_report_evidence *evidence)
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
    cm_json_put_text(json, "version", facts->version);
    cm_json_put_text(json, "tls_library", facts->tls_library);
    cm_json_put_text(json, "resolvers", facts->resolvers);
    cm_json_key(json, "options");
    cm_json_value(json, facts->options);
    cm_json_put_text(json, "sandbox", facts->sandbox);
    cm_json_put_text(json, "config_sha256", or_null(evidence->config_sha256));
    cm_json_put_number(json, "seed", facts->seed);
    cm_json_put_number(json, "resumed", facts->resumed);
    cm_json_put_number(json, "shard", facts->shard);
    cm_json_put_number(json, "shards", facts->shards);
    cm_json_put_number(json, "downloads", evidence->downloads);
    cm_json_close(json, '}');
    cm_json_line(json);
}

static void put_input(struct cm_json *json, const struct cm_run_facts *facts,
                      const struct cm_report_evidence *evidence)
{
    cm_json_key(json, "input");
    cm_json_open(json, '{');
    cm_json_put_text(json, "name", facts->input_name);
    cm_json_put_text(json, "sha256", facts->input_sha256);
    cm_json_put_number(json, "bytes", evidence->input_bytes);
    cm_json_put_number(json, "rows", facts->rows_read);
    cm_json_close(json, '}');
    cm_json_line(json);
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
    cm_json_key(json, "verdicts");
    cm_json_open(json, '{');
    for (int i = CM_VERDICT_TRUSTED; i < CM_VERDICT_COUNT; i++) {
        cm_json_put_number(json, cm_verdict_id((enum cm_verdict)i),
                           totals->verdicts[i]);
    }
    cm_json_close(json, '}');
    cm_json_close(json, '}');
    cm_json_line(json);
}

static void put_views(struct cm_json *json, const struct cm_report_views *views)
{
    cm_json_key(json, "trust_views");
    cm_json_open(json, '[');
    for (size_t i = 0; i < views->num; i++) {
        const struct cm_report_view *view = &views->views[i];

        cm_json_open(json, '{');
        cm_json_put_text(json, "name", view->name);
        cm_json_put_text(json, "path", or_null(view->path));
        cm_json_put_text(json, "sha256", or_null(view->sha256));
        cm_json_put_number(json, "anchors", view->anchors);
        cm_json_put_number(json, "distrusted", view->distrusted);
        cm_json_close(json, '}');
    }
    cm_json_close(json, ']');
    cm_json_line(json);
}

static void put_measures(struct cm_json *json, const char *key,
                         const struct cm_report_measure *all, size_t num)
{
    cm_json_key(json, key);
    cm_json_open(json, '[');
    for (size_t i = 0; i < num; i++) {
        cm_json_open(json, '{');
        cm_json_put_text(json, "name", all[i].name);
        cm_json_put_text(json, "sha256", all[i].sha256);
        cm_json_close(json, '}');
    }
    cm_json_close(json, ']');
    cm_json_line(json);
}

/* What others signed cannot have been seen before it was signed. Later runs
 * over the same evidence are given newer lists: that says nothing. */
static void put_clock(struct cm_json *json, const struct cm_run_facts *facts,
                      const struct cm_report_evidence *evidence)
{
    const char *result = "not_checked";
    const char *words = "Nothing that the run has seen tells whether the clock "
                        "of the machine was right.";
    bool checked =
        strcmp(facts->kind, "scan") == 0 && evidence->signed_times > 0;

    if (checked && evidence->signed_lead_s > CLOCK_TOLERANCE_S) {
        result = "behind";
        words = "A revocation answer was signed after the time at which it was "
                "seen: the clock of the machine was behind.";
    } else if (checked) {
        result = "plausible";
        words = "No revocation answer was signed after the time at which it "
                "was seen, so the clock of the machine was not behind; "
                "whether it was ahead is not checked.";
    }
    cm_json_key(json, "clock");
    cm_json_open(json, '{');
    cm_json_put_text(json, "result", result);
    cm_json_put_text(json, "words", words);
    cm_json_put_number(json, "signed_times",
                       checked ? evidence->signed_times : 0);
    cm_json_put_number(json, "signed_lead_seconds",
                       checked ? evidence->signed_lead_s : CM_UNKNOWN);
    cm_json_close(json, '}');
    cm_json_line(json);
}

static void put_outputs(struct cm_json *json,
                        const struct cm_manifest *manifest)
{
    cm_json_key(json, "outputs");
    cm_json_open(json, '[');
    for (size_t i = 0; i < manifest->num; i++) {
        const struct cm_manifest_file *file = &manifest->files[i];

        cm_json_line(json);
        cm_json_open(json, '{');
        cm_json_put_text(json, "file", file->name);
        cm_json_put_number(json, "bytes", file->bytes);
        cm_json_put_text(json, "sha256", file->sha256);
        cm_json_close(json, '}');
    }
    cm_json_close(json, ']');
}

enum cm_status cm_manifest_json(struct cm_buf *out,
                                const struct cm_manifest *manifest,
                                struct cm_report_run *run,
                                const char *program_version,
                                struct cm_error *err)
{
    const struct cm_run_facts *facts = cm_report_run_facts(run);
    const struct cm_report_totals *totals;
    const struct cm_report_views *views;
    const struct cm_report_measures *measures;
    struct cm_report_evidence evidence;
    struct cm_json json;
    enum cm_status status = cm_report_run_totals(run, &totals, err);

    if (status == CM_OK) {
        status = cm_report_run_views(run, &views, err);
    }
    if (status == CM_OK) {
        status = cm_report_run_measures(run, &measures, err);
    }
    if (status == CM_OK) {
        status = cm_report_run_evidence(run, &evidence, err);
    }
    if (status != CM_OK) {
        return status;
    }
    cm_json_init(&json, out);
    cm_json_open(&json, '{');
    cm_json_put_number(&json, "manifest_version", CM_MANIFEST_VERSION);
    cm_json_line(&json);
    put_program(&json, program_version, &evidence);
    put_run(&json, facts, &evidence);
    put_input(&json, facts, &evidence);
    put_accounting(&json, facts, totals);
    put_views(&json, views);
    put_measures(&json, "profiles", measures->profiles, measures->num_profiles);
    put_measures(&json, "policies", measures->policies, measures->num_policies);
    cm_run_faults_json(&json, facts);
    cm_json_line(&json);
    put_clock(&json, facts, &evidence);
    put_outputs(&json, manifest);
    cm_json_close(&json, '}');
    (void)cm_buf_putc(out, '\n');
    return out->failed ? cm_error_nomem(err, CM_MANIFEST_FILE) : CM_OK;
}
