/* Rows and their findings: two statements in the same order, walked in step.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/evidence.h"
#include "certmuster/text.h"

#define SECONDS_A_DAY 86400

#define ROW_COLUMNS                                                            \
    "SELECT row, line, fields, owner, endpoint, duplicate_of_line, host,"      \
    " port, protocol, sni, reason, verdict, primary_cause, severity, causes,"  \
    " seen, dns_result, dns_ms, address, reached, ended, connect_ms, tls_ms,"  \
    " total_ms, tls_version, cipher, kex_group, alpn, client_auth, chain,"     \
    " path, fingerprint_sha256, subject, subject_cn, issuer, issuer_cn,"       \
    " serial, not_before, not_after, key_alg, key_bits, sig_alg, spki_sha256," \
    " names, path_valid, view, CASE WHEN ?2 THEN views END, remaining,"        \
    " revocation, revocation_source, revocation_this_update,"                  \
    " revocation_next_update, revoked_at, revocation_reason, client_cert,"     \
    " client_cert_sent, cert_request_late, http_status, http_substatus,"       \
    " http_reply"
#define ROW_ORDER " FROM v_endpoint WHERE run = ?1 ORDER BY row"

static const char rows_sql[] = ROW_COLUMNS ROW_ORDER;

/* What most runs have nothing of costs them nothing. */
static const char extras_sql[] =
    ROW_COLUMNS ", client_fault, client_detail, client_fingerprint_sha256,"
                " inventory, clients, policies, grade, grade_without_trust,"
                " grade_at_best, grade_score, grade_rules" ROW_ORDER;

/* CROSS JOIN keeps the order of the loops, so that nothing is sorted. */
static const char findings_sql[] =
    "SELECT r.row, f.cause, f.severity, f.confidence, f.blocks, f.proof,"
    " f.rule, f.position, f.resolution, f.action, f.subject,"
    " f.fingerprint_sha256 FROM v_endpoint r CROSS JOIN v_finding f"
    " ON f.run = r.run AND f.endpoint = r.endpoint WHERE r.run = ?1"
    " ORDER BY r.row, f.ord";

static const char several_sql[] =
    "SELECT count(*) > 1 FROM v_view WHERE run = ?1";

static const char primaries_sql[] =
    "SELECT json_group_object(view, primary_cause) FROM v_verdict"
    " WHERE run = ?1 AND endpoint = ?2";

struct cm_report_rows {
    struct cm_report_run *run;
    sqlite3_stmt *rows;
    sqlite3_stmt *findings;  /* NULL until one is asked for */
    sqlite3_stmt *primaries; /* likewise */
    struct cm_report_list pairs;
    struct cm_report_row row;
    int64_t finding_row; /* the row that `findings` stands on */
    bool more_findings;  /* `findings` stands on a line */
    bool used;           /* that line was lent already */
    bool several;        /* trust views */
    bool extras;         /* the statement has them */
    bool duplicate_due;  /* the row's own finding is still to come */
    struct cm_report_finding finding;
    char proof[64];
    char cipher[8]; /* "0x1399" */
    char group[8];
};

static enum cm_status count_views(struct cm_report_rows *rows,
                                  struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = false;
    enum cm_status status = cm_sql_for_run(rows->run, &stmt, several_sql, err);

    if (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
        rows->several = got && sqlite3_column_int(stmt, 0) == 1;
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

enum cm_status cm_report_rows_open(struct cm_report_rows **out,
                                   struct cm_report_run *run,
                                   struct cm_error *err)
{
    struct cm_report_rows *rows = calloc(1, sizeof(*rows));
    const struct cm_report_measures *measures = NULL;
    enum cm_status status;

    *out = NULL;
    if (rows == NULL) {
        return cm_error_nomem(err, "the report");
    }
    rows->run = run;
    status = count_views(rows, err);
    if (status == CM_OK) {
        status = cm_report_run_measures(run, &measures, err);
    }
    if (status == CM_OK) {
        rows->extras = measures->extras;
        status = cm_sql_for_run(run, &rows->rows,
                                measures->extras ? extras_sql : rows_sql, err);
    }
    if (status == CM_OK &&
        sqlite3_bind_int(rows->rows, 2, rows->several) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
    }
    if (status == CM_OK) {
        *out = rows;
        rows = NULL;
    }
    cm_report_rows_close(rows);
    return status;
}

void cm_report_rows_close(struct cm_report_rows *rows)
{
    if (rows == NULL) {
        return;
    }
    (void)sqlite3_finalize(rows->rows);
    (void)sqlite3_finalize(rows->findings);
    (void)sqlite3_finalize(rows->primaries);
    cm_report_list_cleanup(&rows->pairs);
    cm_report_list_cleanup(&rows->row.fields);
    cm_report_list_cleanup(&rows->row.causes);
    cm_report_list_cleanup(&rows->row.chain);
    cm_report_list_cleanup(&rows->row.path);
    cm_report_list_cleanup(&rows->row.names);
    cm_report_list_cleanup(&rows->row.views);
    cm_report_list_cleanup(&rows->row.remaining);
    cm_report_list_cleanup(&rows->row.tls_versions);
    cm_report_extras_cleanup(&rows->row.extras);
    free(rows);
}

/* "192.0.2.1:443" and "[2001:db8::1]:443" without the port. */
static void take_ip(char out[64], const char *address)
{
    size_t len;

    if (address[0] == '[') {
        address++;
        len = strcspn(address, "]");
    } else {
        const char *colon = strrchr(address, ':');

        len = colon == NULL ? strlen(address) : (size_t)(colon - address);
    }
    len = len < 64 ? len : 63;
    memcpy(out, address, len);
    out[len] = '\0';
}

/* A code point of the TLS registries by name, or by number. */
static const char *code_name(const char *(*name)(uint16_t), int64_t code,
                             char hex[8])
{
    const char *known;

    if (code < 0 || code > 0xFFFF) {
        return NULL;
    }
    known = name((uint16_t)code);
    if (known == NULL) {
        (void)snprintf(hex, 8, "0x%04X", (unsigned)code);
        known = hex;
    }
    return known;
}

static int64_t days_until(int64_t then, int64_t now)
{
    int64_t days;

    if (then == CM_UNKNOWN || now == CM_UNKNOWN) {
        return CM_UNKNOWN;
    }
    days = (then - now) / SECONDS_A_DAY;
    return (then - now) % SECONDS_A_DAY < 0 ? days - 1 : days;
}

/* The store writes 0 for a step that was never taken: that is not a time. */
static void forget_empty_times(struct cm_report_row *row)
{
    if (row->dns_result == NULL ||
        strcmp(row->dns_result, cm_dns_result_id(CM_DNS_NOT_ASKED)) == 0) {
        row->dns_ms = CM_UNKNOWN;
    }
    if (row->connect_ms == 0 && row->ip[0] == '\0') {
        row->connect_ms = CM_UNKNOWN;
    }
    if (row->tls_ms == 0 && row->tls_version == NULL) {
        row->tls_ms = CM_UNKNOWN;
    }
}

static void read_inventory(struct cm_sql_line *line, struct cm_report_row *row)
{
    row->row = cm_sql_number(line);
    row->line = cm_sql_number(line);
    cm_sql_list(line, &row->fields);
    row->owner = cm_sql_word(line);
    row->endpoint = cm_sql_number(line);
    row->duplicate_of_line = cm_sql_number(line);
    row->host = cm_sql_word(line);
    row->port = cm_sql_number(line);
    row->protocol = cm_sql_word(line);
    row->sni = cm_sql_word(line);
    row->reason = cm_sql_text(line);
    row->verdict = cm_sql_word(line);
    row->primary_cause = cm_sql_text(line);
    row->severity = cm_sql_text(line);
    cm_sql_list(line, &row->causes);
    if (row->duplicate_of_line != CM_UNKNOWN && line->status == CM_OK) {
        line->status = cm_report_list_add(
            &row->causes, cm_cause_info(CM_CAUSE_INPUT_DUPLICATE)->id);
    }
}

static void read_connection(struct cm_report_rows *rows,
                            struct cm_sql_line *line)
{
    struct cm_report_row *row = &rows->row;
    int64_t group;
    int64_t version;

    row->seen = cm_sql_number(line);
    row->dns_result = cm_sql_text(line);
    row->dns_ms = cm_sql_number(line);
    take_ip(row->ip, cm_sql_word(line));
    row->reached = cm_sql_text(line);
    row->ended = cm_sql_text(line);
    row->connect_ms = cm_sql_number(line);
    row->tls_ms = cm_sql_number(line);
    row->total_ms = cm_sql_number(line);
    version = cm_sql_number(line);
    row->tls_version = version < 0 || version > 0xFFFF
                           ? NULL
                           : cm_tls_version_name((uint16_t)version);
    row->cipher =
        code_name(cm_tls_cipher_name, cm_sql_number(line), rows->cipher);
    group = cm_sql_number(line);
    row->kex_group =
        group == 0 ? NULL : code_name(cm_tls_group_name, group, rows->group);
    row->alpn = cm_sql_text(line);
    row->client_auth = cm_sql_text(line);
    forget_empty_times(row);
}

static void read_certificate(struct cm_sql_line *line,
                             struct cm_report_row *row, int64_t now)
{
    cm_sql_list(line, &row->chain);
    cm_sql_list(line, &row->path);
    row->fingerprint_sha256 = cm_sql_text(line);
    row->subject = cm_sql_text(line);
    row->subject_cn = cm_sql_text(line);
    row->issuer = cm_sql_text(line);
    row->issuer_cn = cm_sql_text(line);
    row->serial = cm_sql_text(line);
    row->not_before = cm_sql_number(line);
    row->not_after = cm_sql_number(line);
    row->days_left = days_until(row->not_after, now);
    row->key_alg = cm_sql_text(line);
    row->key_bits = cm_sql_number(line);
    row->sig_alg = cm_sql_text(line);
    row->spki_sha256 = cm_sql_text(line);
    cm_sql_list(line, &row->names);
}

/* The only view has the row's verdict: the store need not be asked, which saves
 * a sixth of the time. */
static void only_view(struct cm_sql_line *line, struct cm_report_row *row)
{
    if (row->view != NULL && line->status == CM_OK) {
        line->status = cm_report_list_push(&row->views, row->view);
    }
    if (row->view != NULL && line->status == CM_OK) {
        line->status = cm_report_list_push(&row->views, row->verdict);
    }
}

static void read_judgement(struct cm_report_rows *rows,
                           struct cm_sql_line *line)
{
    struct cm_report_row *row = &rows->row;

    row->path_valid = cm_sql_number(line);
    row->view = cm_sql_text(line);
    cm_sql_pairs(line, &row->views);
    if (!rows->several) {
        only_view(line, row);
    }
    cm_sql_list(line, &row->remaining);
    row->revocation = cm_sql_word(line);
    row->revocation_source = cm_sql_text(line);
    row->revocation_this_update = cm_sql_number(line);
    row->revocation_next_update = cm_sql_number(line);
    row->revoked_at = cm_sql_number(line);
    row->revocation_reason = cm_sql_number(line);
}

enum cm_status cm_report_rows_next(struct cm_report_rows *rows,
                                   const struct cm_report_row **row,
                                   struct cm_error *err)
{
    struct cm_sql_line line = cm_sql_line(rows->rows);
    bool got;
    enum cm_status status = cm_sql_step(rows->rows, &got, err);

    *row = NULL;
    if (status != CM_OK || !got) {
        return status;
    }
    read_inventory(&line, &rows->row);
    read_connection(rows, &line);
    read_certificate(&line, &rows->row, rows->run->facts.judged_at);
    read_judgement(rows, &line);
    cm_report_dialogue_read(&line, &rows->row.extras);
    if (rows->extras) {
        cm_report_extras_read(&line, &rows->row);
    }
    status = cm_sql_line_end(&line, err);
    rows->duplicate_due = rows->row.duplicate_of_line != CM_UNKNOWN;
    if (status == CM_OK) {
        *row = &rows->row;
    }
    return status;
}

static enum cm_status step_findings(struct cm_report_rows *rows,
                                    struct cm_error *err)
{
    enum cm_status status =
        cm_sql_step(rows->findings, &rows->more_findings, err);

    rows->used = false;
    if (status == CM_OK && rows->more_findings) {
        rows->finding_row = sqlite3_column_int64(rows->findings, 0);
    }
    return status;
}

/* Leaves `findings` on the first line of the current row that was not lent
 * yet, or beyond the row. */
static enum cm_status catch_up(struct cm_report_rows *rows,
                               struct cm_error *err)
{
    enum cm_status status = CM_OK;

    if (rows->findings == NULL) {
        status = cm_sql_for_run(rows->run, &rows->findings, findings_sql, err);
        if (status == CM_OK) {
            status = step_findings(rows, err);
        }
    }
    while (status == CM_OK && rows->more_findings &&
           (rows->finding_row < rows->row.row || rows->used)) {
        status = step_findings(rows, err);
    }
    return status;
}

static void read_finding(struct cm_report_rows *rows)
{
    struct cm_sql_line line = cm_sql_line(rows->findings);
    struct cm_report_finding *finding = &rows->finding;

    (void)cm_sql_number(&line); /* the row */
    finding->cause = cm_sql_word(&line);
    finding->severity = cm_sql_word(&line);
    finding->confidence = cm_sql_word(&line);
    finding->blocks = cm_sql_number(&line) == 1;
    finding->proof = cm_sql_word(&line);
    finding->rule = cm_sql_word(&line);
    finding->position = cm_sql_number(&line);
    finding->resolution = cm_sql_word(&line);
    finding->action = cm_sql_text(&line);
    finding->subject = cm_sql_word(&line);
    finding->fingerprint_sha256 = cm_sql_text(&line);
}

/* The store keeps findings for endpoints; that this row repeats one is a
 * finding of the row alone, and belongs to no action. */
static void make_duplicate(struct cm_report_rows *rows)
{
    const struct cm_cause_info *cause = cm_cause_info(CM_CAUSE_INPUT_DUPLICATE);

    (void)snprintf(rows->proof, sizeof(rows->proof),
                   "the same endpoint as line %lld",
                   (long long)rows->row.duplicate_of_line);
    memset(&rows->finding, 0, sizeof(rows->finding));
    rows->finding.cause = cause->id;
    rows->finding.severity = cm_severity_id(cause->severity);
    rows->finding.confidence = "certain";
    rows->finding.proof = rows->proof;
    rows->finding.rule = "";
    rows->finding.position = CM_UNKNOWN;
    rows->finding.resolution = cm_resolution_info(cause->resolution)->id;
    rows->finding.subject = "";
}

enum cm_status cm_report_rows_finding(struct cm_report_rows *rows,
                                      const struct cm_report_finding **finding,
                                      struct cm_error *err)
{
    enum cm_status status = catch_up(rows, err);

    *finding = NULL;
    if (status != CM_OK) {
        return status;
    }
    if (rows->more_findings && rows->finding_row == rows->row.row) {
        read_finding(rows);
        rows->used = true;
        *finding = &rows->finding;
    } else if (rows->duplicate_due) {
        make_duplicate(rows);
        rows->duplicate_due = false;
        *finding = &rows->finding;
    }
    return CM_OK;
}

enum cm_status cm_report_rows_primaries(struct cm_report_rows *rows,
                                        const struct cm_report_list **pairs,
                                        struct cm_error *err)
{
    struct cm_sql_line line;
    enum cm_status status = CM_OK;
    bool got = false;

    *pairs = &rows->pairs;
    rows->pairs.num = 0;
    if (rows->primaries == NULL) {
        status =
            cm_sql_for_run(rows->run, &rows->primaries, primaries_sql, err);
        if (status != CM_OK) {
            return status;
        }
    }
    (void)sqlite3_reset(rows->primaries);
    if (sqlite3_bind_int64(rows->primaries, 2, rows->row.endpoint) !=
        SQLITE_OK) {
        return cm_sql_failed(rows->run->db, err);
    }
    status = cm_sql_step(rows->primaries, &got, err);
    if (status == CM_OK && got) {
        line = cm_sql_line(rows->primaries);
        cm_sql_pairs(&line, &rows->pairs);
        status = cm_sql_line_end(&line, err);
    }
    return status;
}

int64_t cm_report_row_position(const struct cm_report_row *row, const char *id)
{
    for (size_t i = 0; i < row->chain.num; i++) {
        if (strcmp(row->chain.items[i], id) == 0) {
            return (int64_t)i;
        }
    }
    return CM_UNKNOWN;
}
