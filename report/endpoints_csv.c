/* endpoints.csv: one line for each row of the input, its own columns first.
 * RFC 4180, with CRLF.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "columns.h"
#include "facts.h"
#include "format.h"
#include "resolve.h"

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

static void put_header(struct cm_buf *out, const struct cm_columns_of *columns)
{
    static const char *const of_primary[] = {"fix_first", "action", "proof",
                                             "who"};
    size_t num;
    const struct cm_fact *facts = cm_facts_asked(&num);

    for (size_t i = 0; i < columns->num; i++) {
        cm_buf_puts(out, i == 0 ? "" : ",");
        cm_csv_text(out, columns->names[i]);
    }
    for (size_t i = 0; i < num; i++) {
        put_ours(out, columns, facts[i].name,
                 i == 0 && columns->num == 0 ? "" : ",");
    }
    for (size_t i = 0; i < sizeof(of_primary) / sizeof(of_primary[0]); i++) {
        put_ours(out, columns, of_primary[i], ",");
    }
    facts = cm_facts_seen(&num);
    for (size_t i = 0; i < num; i++) {
        put_ours(out, columns, facts[i].name, ",");
    }
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

static void put_row(struct cm_buf *out, const struct cm_columns_of *columns,
                    const struct cm_report_row *row,
                    const struct cm_report_finding *primary)
{
    size_t num;
    const struct cm_fact *facts = cm_facts_asked(&num);

    for (size_t i = 0; i < columns->num; i++) {
        cm_buf_puts(out, i == 0 ? "" : ",");
        cm_csv_text(out, cm_columns_field(row, i));
    }
    for (size_t i = 0; i < num; i++) {
        cm_buf_puts(out, i == 0 && columns->num == 0 ? "" : ",");
        cm_fact_csv(out, &facts[i], row);
    }
    put_primary(out, primary);
    facts = cm_facts_seen(&num);
    for (size_t i = 0; i < num; i++) {
        cm_buf_putc(out, ',');
        cm_fact_csv(out, &facts[i], row);
    }
    cm_buf_puts(out, "\r\n");
}

static enum cm_status put_rows(struct cm_report_rows *rows,
                               const struct cm_columns_of *columns,
                               struct cm_report_out *out, struct cm_error *err)
{
    const struct cm_report_finding *finding = NULL;
    const struct cm_report_row *row;
    enum cm_status status = cm_report_rows_next(rows, &row, err);

    while (status == CM_OK && row != NULL) {
        finding = NULL;
        if (row->primary_cause != NULL) {
            status = cm_report_rows_finding(rows, &finding, err);
        }
        if (status == CM_OK) {
            put_row(&out->buf, columns, row, finding);
            status = cm_report_out_settle(out, err);
        }
        if (status == CM_OK) {
            status = cm_report_rows_next(rows, &row, err);
        }
    }
    return status;
}

enum cm_status cm_endpoints_csv_write(struct cm_report_run *run,
                                      struct cm_report_out *out,
                                      struct cm_error *err)
{
    struct cm_columns_of columns = {0};
    struct cm_report_rows *rows = NULL;
    enum cm_status status = cm_columns_make(&columns, run, false, err);

    if (status == CM_OK) {
        status = cm_report_rows_open(&rows, run, err);
    }
    if (status == CM_OK) {
        put_header(&out->buf, &columns);
        status = put_rows(rows, &columns, out, err);
    }
    cm_report_rows_close(rows);
    cm_columns_cleanup(&columns);
    return status;
}
