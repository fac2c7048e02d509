/* metrics.prom: a stored run for Prometheus' textfile collector, under the
 * names that `certmuster scan --metrics` has too.
 * https://prometheus.io/docs/instrumenting/exposition_formats
 * SPDX-License-Identifier: Apache-2.0 */
#include "prometheus_parts.h"

#include <string.h>

#include "certmuster/text.h"
#include "format.h"
#include "nearest.h"
#include "reader_actions.h"
#include "seen.h"

struct writer {
    struct cm_report_writer base;
    struct cm_owners *owners;
    struct cm_nearest *nearest;
    struct cm_seen *seen;
    int64_t endpoints[CM_VERDICT_COUNT]; /* each once, whatever its rows */
    int64_t primaries[CM_CAUSE_COUNT];   /* likewise */
    int64_t earliest_expiry;             /* CM_UNKNOWN: none */
};

void cm_prometheus_head(struct cm_buf *out, const char *name, const char *type,
                        const char *help)
{
    cm_buf_printf(out, "# HELP certmuster_%s %s\n# TYPE certmuster_%s %s\n",
                  name, help, name, type);
}

/* What is no UTF-8, and what moves a cursor, is no part of a label. */
void cm_prometheus_label(struct cm_buf *out, bool comma, const char *label,
                         const char *value)
{
    struct cm_buf safe;

    cm_buf_init(&safe, SIZE_MAX / 2);
    cm_text_terminal(&safe, value, strlen(value));
    cm_buf_printf(out, "%s%s=\"", comma ? "," : "", label);
    for (const char *at = cm_buf_cstr(&safe); *at != '\0'; at++) {
        if (*at == '\\' || *at == '"') {
            cm_buf_putc(out, '\\');
        }
        cm_buf_putc(out, *at);
    }
    cm_buf_putc(out, '"');
    out->failed = out->failed || safe.failed;
    cm_buf_cleanup(&safe);
}

static void put_value(struct cm_buf *out, int64_t value)
{
    cm_buf_putc(out, ' ');
    cm_buf_number(out, value);
    cm_buf_putc(out, '\n');
}

static void put_one(struct cm_buf *out, const char *name, const char *help,
                    int64_t value)
{
    if (value != CM_UNKNOWN) {
        cm_prometheus_head(out, name, "gauge", help);
        cm_buf_printf(out, "certmuster_%s", name);
        put_value(out, value);
    }
}

/* A sample with one label. */
static void put_by(struct cm_buf *out, const char *name, const char *label,
                   const char *of, int64_t value)
{
    cm_buf_printf(out, "certmuster_%s{", name);
    cm_prometheus_label(out, false, label, of);
    cm_buf_putc(out, '}');
    put_value(out, value);
}

static void put_state(struct cm_buf *out, const char *state)
{
    static const char *const states[] = {"running", "complete", "partial",
                                         "inconsistent"};

    cm_prometheus_head(out, "run_state", "gauge",
                       "1 for the state that the run is in.");
    for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
        put_by(out, "run_state", "state", states[i],
               strcmp(states[i], state) == 0 ? 1 : 0);
    }
}

static void put_run(struct cm_buf *out, const struct cm_run_facts *facts)
{
    cm_prometheus_head(out, "build_info", "gauge",
                       "Always 1; the version that made the run as a label.");
    put_by(out, "build_info", "version", facts->version, 1);
    cm_prometheus_head(out, "run_info", "gauge",
                       "Always 1; what the run was made of as labels.");
    cm_buf_puts(out, "certmuster_run_info{");
    cm_prometheus_label(out, false, "kind", facts->kind);
    cm_prometheus_label(out, true, "input", facts->input_name);
    cm_buf_puts(out, "} 1\n");
    put_one(out, "run_number", "Number of the run in its store.", facts->run);
    put_state(out, facts->state);
    put_one(out, "run_start_timestamp_seconds", "When the run began.",
            facts->started);
    put_one(out, "run_end_timestamp_seconds", "When the run ended.",
            facts->finished);
    put_one(out, "run_judged_timestamp_seconds",
            "The time for which endpoints were judged.", facts->judged_at);
    if (facts->finished != CM_UNKNOWN &&
        strcmp(facts->state, "complete") == 0) {
        put_one(out, "last_success_timestamp_seconds",
                "When this run ended, which is complete.", facts->finished);
    }
}

static void put_verdicts(struct cm_buf *out, const char *name, const char *help,
                         const int64_t verdicts[CM_VERDICT_COUNT])
{
    cm_prometheus_head(out, name, "gauge", help);
    for (int i = CM_VERDICT_TRUSTED; i < CM_VERDICT_COUNT; i++) {
        put_by(out, name, "verdict", cm_verdict_id((enum cm_verdict)i),
               verdicts[i]);
    }
}

static void put_causes(struct cm_buf *out, const struct writer *w,
                       const struct cm_report_totals *totals)
{
    cm_prometheus_head(out, "endpoints_by_cause", "gauge",
                       "Endpoints by primary cause.");
    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        if (w->primaries[i] > 0) {
            put_by(out, "endpoints_by_cause", "cause",
                   cm_cause_info((enum cm_cause)i)->id, w->primaries[i]);
        }
    }
    cm_prometheus_head(out, "rows_with_cause", "gauge",
                       "Input rows with a cause, also where another comes "
                       "first; severity is the one that it has as a rule.");
    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        const struct cm_cause_info *info = cm_cause_info((enum cm_cause)i);

        if (totals->causes[i] > 0) {
            cm_buf_puts(out, "certmuster_rows_with_cause{");
            cm_prometheus_label(out, false, "cause", info->id);
            cm_prometheus_label(out, true, "severity",
                                cm_severity_id(info->severity));
            cm_buf_putc(out, '}');
            put_value(out, totals->causes[i]);
        }
    }
}

/* The actions by resolution. */
static enum cm_status put_actions(struct cm_buf *out, struct cm_report_run *run,
                                  struct cm_error *err)
{
    int64_t actions[CM_RESOLUTION_COUNT] = {0};
    int64_t fixes[CM_RESOLUTION_COUNT] = {0};
    struct cm_report_actions *cursor = NULL;
    const struct cm_report_action *action = NULL;
    enum cm_resolution resolution;
    enum cm_status status =
        cm_report_actions_open(&cursor, run, CM_ORDER_RANK, err);

    while (status == CM_OK) {
        status = cm_report_actions_next(cursor, &action, err);
        if (status != CM_OK || action == NULL) {
            break;
        }
        if (cm_resolution_from_id(action->resolution, &resolution)) {
            actions[resolution]++;
            fixes[resolution] += action->fixes_rows;
        }
    }
    cm_report_actions_close(cursor);
    for (int what = 0; what < 2; what++) {
        const char *name =
            what == 0 ? "actions_by_resolution" : "rows_fixed_by_resolution";

        cm_prometheus_head(out, name, "gauge",
                           what == 0 ? "Things to do, by what to do."
                                     : "Input rows that are trusted when all "
                                       "actions of the resolution are done, "
                                       "unless another cause remains.");
        for (int i = 0; i < CM_RESOLUTION_COUNT; i++) {
            if (actions[i] > 0) {
                put_by(out, name, "resolution",
                       cm_resolution_info((enum cm_resolution)i)->id,
                       what == 0 ? actions[i] : fixes[i]);
            }
        }
    }
    return status;
}

static void put_near(struct cm_buf *out, const struct cm_near *one)
{
    char port[24];

    (void)snprintf(port, sizeof(port), "%lld", (long long)one->port);
    cm_buf_puts(out, "certmuster_certificate_expiry_timestamp_seconds{");
    cm_prometheus_label(out, false, "fingerprint_sha256",
                        one->fingerprint_sha256);
    cm_prometheus_label(out, true, "subject_cn", one->subject_cn);
    cm_prometheus_label(out, true, "issuer_cn", one->issuer_cn);
    cm_prometheus_label(out, true, "host", one->host);
    cm_prometheus_label(out, true, "port", port);
    cm_buf_putc(out, '}');
    put_value(out, one->not_after);
}

static enum cm_status put_certificates(struct writer *w, struct cm_error *err)
{
    struct cm_report_out *out = w->base.out;
    const struct cm_near *const *list;
    enum cm_status status = CM_OK;
    size_t num;

    list = cm_nearest_list(w->nearest, &num);
    put_one(&out->buf, "earliest_expiry_timestamp_seconds",
            "When the first of the certificates ends that are valid now.",
            w->earliest_expiry);
    cm_prometheus_head(&out->buf, "certificate_expiry_timestamp_seconds",
                       "gauge",
                       "When a server certificate ends; the 1,000 that end "
                       "nearest to the time judged, host being the first.");
    for (size_t i = 0; i < num && status == CM_OK; i++) {
        put_near(&out->buf, list[i]);
        status = cm_report_out_settle(out, err);
    }
    cm_prometheus_head(&out->buf, "certificate_rows", "gauge",
                       "Input rows that show the certificate.");
    for (size_t i = 0; i < num && status == CM_OK; i++) {
        put_by(&out->buf, "certificate_rows", "fingerprint_sha256",
               list[i]->fingerprint_sha256, list[i]->rows);
        status = cm_report_out_settle(out, err);
    }
    put_one(&out->buf, "certificates_left_out",
            "1: there are more certificates than are named here.",
            cm_nearest_is_cut(w->nearest) ? 1 : 0);
    return status;
}

static enum cm_status begin(struct cm_report_writer *writer,
                            struct cm_error *err)
{
    struct writer *w = (struct writer *)writer;

    w->earliest_expiry = CM_UNKNOWN;
    w->owners = cm_owners_new();
    w->nearest = cm_nearest_new(cm_report_run_facts(writer->run)->judged_at);
    w->seen = cm_seen_new();
    return w->owners != NULL && w->nearest != NULL && w->seen != NULL
               ? CM_OK
               : cm_error_nomem(err, "metrics.prom");
}

static void count_endpoint(struct writer *w, const struct cm_report_row *row)
{
    int64_t judged_at = cm_report_run_facts(w->base.run)->judged_at;
    enum cm_verdict verdict;
    enum cm_cause cause;

    if (cm_verdict_from_id(row->verdict, &verdict)) {
        w->endpoints[verdict]++;
    }
    if (row->primary_cause != NULL &&
        cm_cause_from_id(row->primary_cause, &cause)) {
        w->primaries[cause]++;
    }
    if (row->not_after != CM_UNKNOWN && row->not_after > judged_at &&
        (w->earliest_expiry == CM_UNKNOWN ||
         row->not_after < w->earliest_expiry)) {
        w->earliest_expiry = row->not_after;
    }
}

static enum cm_status count_row(struct cm_report_writer *writer,
                                const struct cm_report_row *row,
                                const struct cm_report_findings *findings,
                                struct cm_error *err)
{
    struct writer *w = (struct writer *)writer;

    bool first;

    (void)findings;
    if (!cm_seen_first(w->seen, row, &first)) {
        return cm_error_nomem(err, "metrics.prom");
    }
    if (first) {
        count_endpoint(w, row);
    }
    return cm_owners_row(w->owners, row) && cm_nearest_row(w->nearest, row)
               ? CM_OK
               : cm_error_nomem(err, "metrics.prom");
}

static enum cm_status end(struct cm_report_writer *writer, struct cm_error *err)
{
    struct writer *w = (struct writer *)writer;
    struct cm_buf *out = &writer->out->buf;
    const struct cm_report_totals *totals;
    enum cm_status status = cm_report_run_totals(writer->run, &totals, err);

    if (status != CM_OK) {
        return status;
    }
    put_run(out, cm_report_run_facts(writer->run));
    put_one(out, "rows", "Rows of the input.", totals->rows);
    put_verdicts(out, "endpoints", "Endpoints by verdict.", w->endpoints);
    put_verdicts(out, "rows_by_verdict", "Input rows by verdict.",
                 totals->verdicts);
    put_one(out, "rows_breaking_next",
            "Rows that are trusted now, with a date on which they will not be.",
            totals->will_break);
    put_causes(out, w, totals);
    put_one(out, "actions", "Things to do, as in actions.csv.",
            totals->actions_all);
    status = put_actions(out, writer->run, err);
    if (status == CM_OK && !cm_owners_put(w->owners, out)) {
        status = cm_error_nomem(err, "metrics.prom");
    }
    return status == CM_OK ? put_certificates(w, err) : status;
}

static void cleanup(struct cm_report_writer *writer)
{
    struct writer *w = (struct writer *)writer;

    cm_owners_free(w->owners);
    cm_nearest_free(w->nearest);
    cm_seen_free(w->seen);
}

const struct cm_report_format cm_prometheus_format = {
    .name = "prometheus",
    .file = "metrics.prom",
    .on_request = true,
    .size = sizeof(struct writer),
    .begin = begin,
    .row = count_row,
    .end = end,
    .cleanup = cleanup,
};
