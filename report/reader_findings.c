/* The findings of a row, all at once: each output wants them in its own order.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader_rows.h"

#define NUM_TEXTS 10

static bool make_room(struct cm_report_rows *rows)
{
    size_t cap = rows->cap_findings == 0 ? 8 : rows->cap_findings * 2;
    struct cm_report_finding *findings;
    struct cm_row_finding *texts;

    if (rows->num_findings < rows->cap_findings) {
        return true;
    }
    findings = realloc(rows->findings, cap * sizeof(*findings));
    if (findings == NULL) {
        return false;
    }
    rows->findings = findings;
    texts = realloc(rows->texts, cap * sizeof(*texts));
    if (texts == NULL) {
        return false;
    }
    rows->texts = texts;
    memset(texts + rows->cap_findings, 0,
           (cap - rows->cap_findings) * sizeof(*texts));
    rows->cap_findings = cap;
    return true;
}

/* Copies the texts into the memory that the nth finding keeps from row to row.
 */
static bool copy_texts(struct cm_row_finding *memory,
                       const char *const texts[NUM_TEXTS],
                       const char **const into[NUM_TEXTS])
{
    size_t lens[NUM_TEXTS];
    size_t bytes = 0;
    char *at;

    for (size_t i = 0; i < NUM_TEXTS; i++) {
        lens[i] = texts[i] == NULL ? 0 : strlen(texts[i]) + 1;
        bytes += lens[i];
    }
    if (memory->cap < bytes) {
        at = realloc(memory->texts, bytes * 2);
        if (at == NULL) {
            return false;
        }
        memory->texts = at;
        memory->cap = bytes * 2;
    }
    at = memory->texts;
    for (size_t i = 0; i < NUM_TEXTS; i++) {
        *into[i] = texts[i] == NULL ? NULL : at;
        if (texts[i] != NULL) {
            memcpy(at, texts[i], lens[i]);
            at += lens[i];
        }
    }
    return true;
}

static enum cm_status read_one(struct cm_report_rows *rows,
                               struct cm_sql_line *line, struct cm_error *err)
{
    struct cm_report_finding *finding;
    const char *texts[NUM_TEXTS];
    enum cm_status status;

    if (!make_room(rows)) {
        return cm_error_nomem(err, "the report");
    }
    finding = &rows->findings[rows->num_findings];
    finding->ord = cm_sql_number(line);
    finding->blocks = cm_sql_number(line) == 1;
    finding->position = cm_sql_number(line);
    status = cm_sql_fingerprint(rows->run, cm_sql_number(line), &texts[0], err);
    for (size_t i = 1; i < NUM_TEXTS; i++) {
        texts[i] = cm_sql_text(line);
    }
    if (status == CM_OK &&
        !copy_texts(&rows->texts[rows->num_findings], texts,
                    (const char **const[NUM_TEXTS]){
                        &finding->fingerprint_sha256, &finding->cause,
                        &finding->severity, &finding->confidence,
                        &finding->proof, &finding->rule, &finding->resolution,
                        &finding->action, &finding->subject,
                        &finding->subject_key})) {
        status = cm_error_nomem(err, "the report");
    }
    rows->num_findings++;
    return status;
}

/* The store keeps findings for endpoints; that this row repeats one is a
 * finding of the row alone, and belongs to no action. */
static enum cm_status add_duplicate(struct cm_report_rows *rows,
                                    struct cm_error *err)
{
    const struct cm_cause_info *cause = cm_cause_info(CM_CAUSE_INPUT_DUPLICATE);

    if (!make_room(rows)) {
        return cm_error_nomem(err, "the report");
    }
    (void)snprintf(rows->proof, sizeof(rows->proof),
                   "the same endpoint as line %lld",
                   (long long)rows->row.duplicate_of_line);
    rows->findings[rows->num_findings++] = (struct cm_report_finding){
        .ord = CM_UNKNOWN,
        .cause = cause->id,
        .severity = cm_severity_id(cause->severity),
        .confidence = "certain",
        .proof = rows->proof,
        .rule = "",
        .position = CM_UNKNOWN,
        .resolution = cm_resolution_info(cause->resolution)->id,
        .subject = "",
        .subject_key = "",
    };
    return CM_OK;
}

static enum cm_status read_all(struct cm_report_rows *rows,
                               struct cm_error *err)
{
    struct cm_stream *stream = &rows->tables[CM_TABLE_FINDING];
    int64_t endpoint = rows->row.endpoint;
    struct cm_sql_line line;
    enum cm_status status = cm_stream_find(stream, endpoint, &line, err);

    rows->num_findings = 0;
    while (status == CM_OK && line.stmt != NULL) {
        status = read_one(rows, &line, err);
        if (status == CM_OK) {
            status = cm_stream_next(stream, endpoint, &line, err);
        }
    }
    if (status == CM_OK && rows->row.duplicate_of_line != CM_UNKNOWN) {
        status = add_duplicate(rows, err);
    }
    return status;
}

enum cm_status cm_report_rows_findings(struct cm_report_rows *rows,
                                       struct cm_report_findings *out,
                                       struct cm_error *err)
{
    enum cm_status status = CM_OK;

    if (!rows->findings_read) {
        rows->findings_read = true;
        status = read_all(rows, err);
    }
    out->list = rows->findings;
    out->num = status == CM_OK ? rows->num_findings : 0;
    return status;
}

enum cm_status cm_report_rows_finding(struct cm_report_rows *rows,
                                      const struct cm_report_finding **finding,
                                      struct cm_error *err)
{
    struct cm_report_findings all;
    enum cm_status status = cm_report_rows_findings(rows, &all, err);

    *finding = NULL;
    if (status == CM_OK && rows->next_finding < all.num) {
        *finding = &rows->findings[rows->next_finding++];
    }
    return status;
}
