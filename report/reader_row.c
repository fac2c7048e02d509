/* One row, put together from the tables as v_endpoint does.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "certmuster/evidence.h"
#include "reader_rows.h"

#define SECONDS_A_DAY 86400

/* probe.flags */
#define FLAG_CERT_SENT 8
#define FLAG_CERT_LATE 16

/* As in v_endpoint: of the newest version, the first. */
static const char answer_sql[] =
    "SELECT a.leaf, a.chain FROM answer a WHERE a.run = ?1 AND a.endpoint = ?2"
    " AND a.version * 256 - a.ord = (SELECT max(b.version * 256 - b.ord)"
    " FROM answer b WHERE b.run = ?1 AND b.endpoint = ?2 AND b.leaf IS NOT NULL"
    " AND b.ask NOT IN ('no_sni', 'other_sni'))";

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

static enum cm_status read_input(struct cm_report_rows *rows,
                                 struct cm_sql_line *line, struct cm_error *err)
{
    struct cm_report_row *row = &rows->row;
    int64_t first_line;

    row->row = cm_sql_number(line);
    row->line = cm_sql_number(line);
    cm_sql_list(line, &row->fields);
    row->owner = cm_sql_word(line);
    row->endpoint = cm_sql_number(line);
    first_line = cm_sql_number(line);
    row->duplicate_of_line =
        row->row != row->endpoint ? first_line : CM_UNKNOWN;
    return cm_sql_line_end(line, err);
}

static void read_endpoint(struct cm_sql_line *line, struct cm_report_row *row)
{
    row->host = cm_sql_word(line);
    row->port = cm_sql_number(line);
    row->protocol = cm_sql_word(line);
    row->sni = cm_sql_word(line);
    row->reason = cm_sql_text(line);
    row->own_view = cm_sql_text(line);
    row->view = row->own_view;
    row->extras.client_cert = cm_sql_word(line);
}

/* The row's causes, which are the endpoint's, and that it repeats a row. */
static enum cm_status add_duplicate(struct cm_report_rows *rows)
{
    struct cm_report_row *row = &rows->row;
    enum cm_status status = CM_OK;

    if (row->duplicate_of_line == CM_UNKNOWN) {
        return CM_OK;
    }
    rows->causes.num = 0;
    for (size_t i = 0; i < row->causes.num && status == CM_OK; i++) {
        status = cm_report_list_push(&rows->causes, row->causes.items[i]);
    }
    if (status == CM_OK) {
        status = cm_report_list_add(
            &rows->causes, cm_cause_info(CM_CAUSE_INPUT_DUPLICATE)->id);
    }
    row->causes = rows->causes;
    return status;
}

/* A row that was never scanned has no line in `result`. */
static enum cm_status read_result(struct cm_report_rows *rows,
                                  struct cm_sql_line *line, int64_t *main_probe,
                                  struct cm_error *err)
{
    struct cm_report_row *row = &rows->row;
    const char *verdict = cm_sql_text(line);
    const char *revocation;
    enum cm_status status;

    row->verdict =
        verdict == NULL ? cm_verdict_id(CM_VERDICT_NOT_CHECKED) : verdict;
    row->primary_cause = cm_sql_text(line);
    row->severity = cm_sql_text(line);
    cm_list_cache_read(rows->lists[CM_ROW_CAUSES], line, &row->causes,
                       &row->causes_text);
    cm_list_cache_read(rows->lists[CM_ROW_PATH], line, &row->path,
                       &row->path_text);
    row->seen = cm_sql_number(line);
    row->dns_result = cm_sql_text(line);
    row->dns_ms = cm_sql_number(line);
    *main_probe = cm_sql_number(line);
    cm_list_cache_read(rows->lists[CM_ROW_REMAINING], line, &row->remaining,
                       &row->remaining_text);
    row->path_valid = cm_sql_number(line);
    revocation = cm_sql_text(line);
    row->revocation =
        revocation == NULL ? cm_verdict_id(CM_VERDICT_NOT_CHECKED) : revocation;
    row->revocation_source = cm_sql_text(line);
    row->revocation_this_update = cm_sql_number(line);
    row->revocation_next_update = cm_sql_number(line);
    row->revoked_at = cm_sql_number(line);
    row->revocation_reason = cm_sql_number(line);
    status = cm_sql_line_end(line, err);
    if (status == CM_OK && add_duplicate(rows) != CM_OK) {
        status = cm_error_nomem(err, "the report");
    }
    return status;
}

/* The probe that was judged. */
static enum cm_status find_probe(struct cm_report_rows *rows, int64_t ord,
                                 struct cm_sql_line *line, struct cm_error *err)
{
    struct cm_stream *probes = &rows->tables[CM_TABLE_PROBE];
    int64_t endpoint = rows->row.endpoint;
    enum cm_status status;

    *line = cm_sql_line(NULL);
    if (ord == CM_UNKNOWN) {
        return CM_OK;
    }
    status = cm_stream_find(probes, endpoint, line, err);
    while (status == CM_OK && line->stmt != NULL &&
           cm_sql_number(line) != ord) {
        status = cm_stream_next(probes, endpoint, line, err);
    }
    return status;
}

static void read_probe(struct cm_report_rows *rows, struct cm_sql_line *line)
{
    struct cm_report_row *row = &rows->row;
    struct cm_report_extras *extras = &row->extras;
    int64_t flags;

    line->at = line->stmt == NULL ? line->at : 2; /* behind `ord` */
    take_ip(row->ip, cm_sql_word(line));
    row->reached = cm_sql_text(line);
    row->ended = cm_sql_text(line);
    row->connect_ms = cm_sql_number(line);
    row->tls_ms = cm_sql_number(line);
    row->total_ms = cm_sql_number(line);
    row->tls_version_number = cm_sql_number(line);
    row->tls_version =
        row->tls_version_number < 0 || row->tls_version_number > 0xFFFF
            ? NULL
            : cm_tls_version_name((uint16_t)row->tls_version_number);
    row->cipher_number = cm_sql_number(line);
    row->cipher =
        code_name(cm_tls_cipher_name, row->cipher_number, rows->cipher);
    row->kex_group_number = cm_sql_number(line);
    row->kex_group =
        row->kex_group_number == 0
            ? NULL
            : code_name(cm_tls_group_name, row->kex_group_number, rows->group);
    row->alpn = cm_sql_text(line);
    flags = cm_sql_number(line);
    extras->client_cert_sent =
        flags != CM_UNKNOWN && (flags & FLAG_CERT_SENT) != 0;
    extras->cert_request_late =
        flags != CM_UNKNOWN && (flags & FLAG_CERT_LATE) != 0;
    row->client_auth = cm_sql_text(line);
    extras->http_status = cm_sql_number(line);
    extras->http_substatus = cm_sql_number(line);
    extras->http_reply = cm_sql_text(line);
    forget_empty_times(row);
}

/* Where the handshake saw no certificate, a hand-built hello may have brought
 * one to light: the line is its answer's then. */
static enum cm_status find_answer(struct cm_report_rows *rows,
                                  struct cm_sql_line *line, int64_t *leaf,
                                  struct cm_error *err)
{
    enum cm_status status = CM_OK;
    bool got = false;

    if (rows->answers == NULL) {
        status = cm_sql_for_run(rows->run, &rows->answers, answer_sql, err);
    }
    if (status != CM_OK) {
        return status;
    }
    (void)sqlite3_reset(rows->answers);
    if (sqlite3_bind_int64(rows->answers, 2, rows->row.endpoint) != SQLITE_OK) {
        return cm_sql_failed(rows->run->db, err);
    }
    status = cm_sql_step(rows->answers, &got, err);
    if (status == CM_OK && got) {
        *line = cm_sql_line(rows->answers);
        *leaf = cm_sql_number(line);
    }
    return status;
}

static void lend_certificate(struct cm_report_row *row, int64_t now)
{
    const struct cm_cert_facts *cert = row->cert;

    row->fingerprint_sha256 = cert->fingerprint_sha256;
    row->subject = cert->subject;
    row->subject_cn = cert->subject_cn;
    row->issuer = cert->issuer;
    row->issuer_cn = cert->issuer_cn;
    row->serial = cert->serial;
    row->not_before = cert->not_before;
    row->not_after = cert->not_after;
    row->days_left = days_until(row->not_after, now);
    row->key_alg = cert->key_alg;
    row->key_bits = cert->key_bits;
    row->sig_alg = cert->sig_alg;
    row->spki_sha256 = cert->spki_sha256;
    row->names = cert->names;
}

static enum cm_status read_certificate(struct cm_report_rows *rows,
                                       struct cm_sql_line *line,
                                       struct cm_error *err)
{
    struct cm_report_row *row = &rows->row;
    int64_t leaf = cm_sql_number(line);
    enum cm_status status = CM_OK;

    if (leaf == CM_UNKNOWN && rows->has_answers) {
        status = find_answer(rows, line, &leaf, err);
    }
    if (status == CM_OK) {
        cm_list_cache_read(rows->lists[CM_ROW_CHAIN], line, &row->chain,
                           &row->chain_text);
        status = cm_sql_line_end(line, err);
    }
    if (status == CM_OK) {
        status =
            cm_facts_cache_find(rows->facts, rows->run, leaf, &row->cert, err);
    }
    if (status == CM_OK) {
        lend_certificate(row, rows->run->facts.judged_at);
    }
    return status;
}

static enum cm_status read_connection(struct cm_report_rows *rows,
                                      int64_t main_probe, struct cm_error *err)
{
    struct cm_sql_line line;
    enum cm_status status = find_probe(rows, main_probe, &line, err);

    if (status == CM_OK) {
        read_probe(rows, &line);
        status = read_certificate(rows, &line, err);
    }
    return status;
}

static enum cm_status find(struct cm_report_rows *rows, enum cm_row_table table,
                           struct cm_sql_line *line, struct cm_error *err)
{
    return cm_stream_find(&rows->tables[table], rows->row.endpoint, line, err);
}

/* Our own certificate. What is lent of it may be gone when the findings name
 * theirs, so it is copied. */
static enum cm_status read_client(struct cm_report_rows *rows,
                                  struct cm_error *err)
{
    struct cm_sql_line line;
    const char *fingerprint = NULL;
    enum cm_status status = find(rows, CM_TABLE_CLIENT, &line, err);

    if (status == CM_OK) {
        status = cm_sql_fingerprint(rows->run,
                                    cm_report_client_read(&line, &rows->row),
                                    &fingerprint, err);
    }
    rows->row.extras.client_fingerprint_sha256 = NULL;
    if (status == CM_OK && fingerprint != NULL) {
        cm_buf_clear(&rows->fingerprint);
        if (!cm_buf_puts(&rows->fingerprint, fingerprint)) {
            return cm_error_nomem(err, "the report");
        }
        rows->row.extras.client_fingerprint_sha256 =
            cm_buf_cstr(&rows->fingerprint);
    }
    return status;
}

static enum cm_status read_extras(struct cm_report_rows *rows,
                                  struct cm_error *err)
{
    struct cm_sql_line line;
    enum cm_status status = read_client(rows, err);

    if (status == CM_OK) {
        status = find(rows, CM_TABLE_INVENTORY, &line, err);
    }
    if (status == CM_OK) {
        cm_report_inventory_read(&line, &rows->row);
        status = cm_sql_line_end(&line, err);
    }
    if (status == CM_OK) {
        status = find(rows, CM_TABLE_MEASURED, &line, err);
    }
    if (status == CM_OK) {
        cm_report_measured_read(&line, &rows->row);
        status = cm_sql_line_end(&line, err);
    }
    return status;
}

enum cm_status cm_rows_read(struct cm_report_rows *rows,
                            struct cm_sql_line *line, bool *got,
                            struct cm_error *err)
{
    struct cm_sql_line other = cm_sql_line(NULL);
    int64_t main_probe = CM_UNKNOWN;
    enum cm_status status = read_input(rows, line, err);

    if (status == CM_OK) {
        status = find(rows, CM_TABLE_ENDPOINT, &other, err);
    }
    *got = status == CM_OK && other.stmt != NULL;
    if (!*got) {
        return status;
    }
    read_endpoint(&other, &rows->row);
    status = find(rows, CM_TABLE_RESULT, &other, err);
    if (status == CM_OK) {
        status = read_result(rows, &other, &main_probe, err);
    }
    if (status == CM_OK) {
        status = read_connection(rows, main_probe, err);
    }
    if (status == CM_OK) {
        status = cm_rows_read_views(rows, err);
    }
    if (status == CM_OK && rows->extras) {
        status = read_extras(rows, err);
    }
    return status;
}
