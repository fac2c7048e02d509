/* endpoints.csv: one line for each row of the input, its own columns first.
 * RFC 4180, with CRLF.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "columns.h"
#include "facts.h"
#include "format.h"
#include "reader_measures.h"
#include "reader_views.h"
#include "resolve.h"

struct writer {
    struct cm_report_writer base;
    struct cm_columns_of columns;
    const struct cm_report_views *views;
    const struct cm_report_measures *measures;
};

static void put_ours(struct cm_buf *out, const struct cm_columns_of *columns,
                     const char *name, const char *comma)
{
    char *ours = cm_columns_ours(columns, name);

    if (ours == NULL) {
        out->failed = true;
    } else {
        cm_buf_puts(out, comma);
        cm_csv_text(out, ours);
    }
    free(ours);
}

static void put_facts(struct cm_buf *out, const struct writer *w,
                      const struct cm_fact *facts, size_t num, bool first)
{
    for (size_t i = 0; i < num; i++) {
        put_ours(out, &w->columns, facts[i].name, first && i == 0 ? "" : ",");
    }
}

/* With several trust views each has a column. */
static void put_view_names(struct cm_buf *out, const struct writer *w)
{
    for (size_t i = 0; w->views->num > 1 && i < w->views->num; i++) {
        char *name = NULL;

        if (asprintf(&name, "verdict_%s", w->views->views[i].name) < 0) {
            out->failed = true;
            return;
        }
        put_ours(out, &w->columns, name, ",");
        free(name);
    }
}

/* A column for each, "policy_pci". */
static void put_measure_names(struct cm_buf *out, const struct writer *w,
                              const char *kind,
                              const struct cm_report_measure *all, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        char *name = NULL;

        if (asprintf(&name, "%s_%s", kind, all[i].name) < 0) {
            out->failed = true;
            return;
        }
        put_ours(out, &w->columns, name, ",");
        free(name);
    }
}

static void put_header(struct cm_buf *out, const struct writer *w)
{
    static const char *const of_primary[] = {"fix_first", "action", "proof",
                                             "who"};
    size_t num;
    const struct cm_fact *facts = cm_facts_asked(&num);

    for (size_t i = 0; i < w->columns.num; i++) {
        cm_buf_puts(out, i == 0 ? "" : ",");
        cm_csv_text(out, w->columns.names[i]);
    }
    put_facts(out, w, facts, num, w->columns.num == 0);
    put_view_names(out, w);
    for (size_t i = 0; i < sizeof(of_primary) / sizeof(of_primary[0]); i++) {
        put_ours(out, &w->columns, of_primary[i], ",");
    }
    facts = cm_facts_connection(&num);
    put_facts(out, w, facts, num, false);
    facts = cm_facts_certificate(&num);
    put_facts(out, w, facts, num, false);
    facts = cm_facts_times(&num);
    put_facts(out, w, facts, num, false);
    put_measure_names(out, w, "policy", w->measures->policies,
                      w->measures->num_policies);
    put_measure_names(out, w, "client", w->measures->profiles,
                      w->measures->num_profiles);
    cm_buf_puts(out, "\r\n");
}

/* What to do first: `finding` is the primary one, or NULL. */
static void put_primary(struct cm_buf *out,
                        const struct cm_report_finding *finding)
{
    if (finding == NULL) {
        cm_buf_puts(out, ",,,,");
        return;
    }
    cm_buf_putc(out, ',');
    cm_csv_text(out, finding->resolution);
    cm_buf_putc(out, ',');
    cm_csv_text(out, finding->action);
    cm_buf_putc(out, ',');
    cm_csv_text(out, finding->proof);
    cm_buf_putc(out, ',');
    cm_csv_text(out, cm_report_resolve(finding->resolution).info->who);
}

static void put_views(struct cm_buf *out, const struct writer *w,
                      const struct cm_report_row *row)
{
    for (size_t i = 0; w->views->num > 1 && i < w->views->num; i++) {
        cm_buf_putc(out, ',');
        cm_csv_text(out, cm_report_pair(&row->views, w->views->views[i].name));
    }
}

static void put_outcomes(struct cm_buf *out, const struct writer *w,
                         const struct cm_report_row *row)
{
    for (size_t i = 0; i < w->measures->num_policies; i++) {
        cm_buf_putc(out, ',');
        cm_csv_text(out, cm_report_policy_outcome(row->extras.policies, i));
    }
    for (size_t i = 0; i < w->measures->num_profiles; i++) {
        cm_buf_putc(out, ',');
        cm_csv_text(out, cm_report_client_outcome(row->extras.clients, i));
    }
}

static void put_values(struct cm_buf *out, const struct cm_fact *facts,
                       size_t num, const struct cm_report_row *row)
{
    for (size_t i = 0; i < num; i++) {
        cm_buf_putc(out, ',');
        cm_fact_csv(out, &facts[i], row);
    }
}

/* What is known of the certificate, made once for all rows that show it. */
static void put_certificate(struct cm_buf *out, const struct cm_report_row *row)
{
    struct cm_span *made = &row->cert->made[CM_MADE_CSV_FACTS];
    struct cm_buf text;
    size_t num;
    const struct cm_fact *facts = cm_facts_certificate(&num);

    if (made->data == NULL) {
        cm_buf_init(&text, out->max);
        put_values(&text, facts, num, row);
        out->failed =
            !cm_cert_facts_keep(row->cert, CM_MADE_CSV_FACTS, &text) ||
            out->failed;
        cm_buf_cleanup(&text);
    }
    cm_buf_append(out, made->data, made->len);
}

static void put_row(struct cm_buf *out, const struct writer *w,
                    const struct cm_report_row *row,
                    const struct cm_report_finding *primary)
{
    size_t num;
    const struct cm_fact *facts = cm_facts_asked(&num);

    for (size_t i = 0; i < w->columns.num; i++) {
        cm_buf_puts(out, i == 0 ? "" : ",");
        cm_csv_text(out, cm_columns_field(row, i));
    }
    for (size_t i = 0; i < num; i++) {
        if (i > 0 || w->columns.num > 0) {
            cm_buf_putc(out, ',');
        }
        cm_fact_csv(out, &facts[i], row);
    }
    put_views(out, w, row);
    put_primary(out, primary);
    facts = cm_facts_connection(&num);
    put_values(out, facts, num, row);
    put_certificate(out, row);
    facts = cm_facts_times(&num);
    put_values(out, facts, num, row);
    put_outcomes(out, w, row);
    cm_buf_append(out, "\r\n", 2);
}

static enum cm_status begin(struct cm_report_writer *writer,
                            struct cm_error *err)
{
    struct writer *w = (struct writer *)writer;
    struct cm_report_run *run = writer->run;
    enum cm_status status = cm_columns_make(&w->columns, run, false, err);

    if (status == CM_OK) {
        status = cm_report_run_views(run, &w->views, err);
    }
    if (status == CM_OK) {
        status = cm_report_run_measures(run, &w->measures, err);
    }
    if (status == CM_OK) {
        put_header(&writer->out->buf, w);
    }
    return status;
}

static enum cm_status write_row(struct cm_report_writer *writer,
                                const struct cm_report_row *row,
                                const struct cm_report_findings *findings,
                                struct cm_error *err)
{
    bool has = row->primary_cause != NULL && findings->num > 0;

    (void)err; /* a failed buffer is noticed when it is settled */
    put_row(&writer->out->buf, (struct writer *)writer, row,
            has ? &findings->list[0] : NULL);
    return CM_OK;
}

static void cleanup(struct cm_report_writer *writer)
{
    cm_columns_cleanup(&((struct writer *)writer)->columns);
}

const struct cm_report_format cm_endpoints_csv_format = {
    .name = "endpoints",
    .file = "endpoints.csv",
    .size = sizeof(struct writer),
    .begin = begin,
    .row = write_row,
    .cleanup = cleanup,
};
