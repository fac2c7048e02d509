/* One endpoint from the tables behind the views; nothing here reads the whole
 * run but for finding the endpoint by its name.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_story.h"

#include <stdlib.h>
#include <string.h>

#include "reader_sql.h"

#define MAX_LINES 12 /* of rows that repeat the endpoint */

static const char repeats_sql[] =
    "WITH r AS MATERIALIZED (SELECT id, line, owner FROM row"
    " WHERE run = ?1 AND endpoint = ?2 AND id <> ?3 ORDER BY id)"
    " SELECT (SELECT count(*) FROM r),"
    " (SELECT json_group_array(line) FROM (SELECT line FROM r LIMIT ?4)),"
    " (SELECT json_group_array(owner) FROM (SELECT DISTINCT owner FROM r"
    " WHERE owner <> '' LIMIT ?4))";

static const char dns_sql[] =
    "WITH d AS (SELECT main_probe, CASE WHEN json_valid(dns) THEN dns ELSE '{}'"
    " END AS dns FROM result WHERE run = ?1 AND endpoint = ?2)"
    " SELECT main_probe,"
    " (SELECT json_group_array(value) FROM json_each(dns, '$.addresses')),"
    " (SELECT json_group_array(value) FROM json_each(dns, '$.from_second')),"
    " dns ->> 'second_differs', dns ->> 'cname', dns ->> 'num_cnames',"
    " dns ->> 'detail', dns ->> 'fault', dns ->> '$.throttle.prefix' FROM d";

static const char probes_sql[] =
    "SELECT ord, address, reached, ended, sys_errno, tries, connect_ms, tls_ms,"
    " total_ms, proxy_status, alert_received, alert_sent, error, version,"
    " cipher, kex_group, signature, alpn, flags, num_tickets, sct_bytes,"
    " length(ocsp_staple), client_auth, chain_bytes, num_chain_sent, chain,"
    " starttls, starttls_reply, http_status, http_reply, first_bytes, ca_names"
    " FROM probe WHERE run = ?1 AND endpoint = ?2 ORDER BY ord";

static const char action_sql[] =
    "SELECT rank, fixes_rows FROM action WHERE run = ?1 AND key = ?2";

static const char anchors_sql[] =
    "SELECT anchors FROM v_view WHERE run = ?1 AND view = ?2";

struct cm_story_reader {
    struct cm_report_run *run;
    sqlite3_stmt *dns_stmt; /* stands on its line: `dns` lends */
    sqlite3_stmt *probes;
    struct cm_story_dns dns;
    struct cm_story_probe probe;
};

static enum cm_status for_endpoint(struct cm_report_run *run,
                                   sqlite3_stmt **out, const char *sql,
                                   int64_t endpoint, struct cm_error *err)
{
    enum cm_status status = cm_sql_for_run(run, out, sql, err);

    if (status == CM_OK && sqlite3_bind_int64(*out, 2, endpoint) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
    }
    return status;
}

enum cm_status cm_story_repeats(struct cm_report_run *run, int64_t endpoint,
                                int64_t row, struct cm_story_repeats *out,
                                struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = false;
    enum cm_status status =
        for_endpoint(run, &stmt, repeats_sql, endpoint, err);

    if (status == CM_OK &&
        (sqlite3_bind_int64(stmt, 3, row) != SQLITE_OK ||
         sqlite3_bind_int64(stmt, 4, MAX_LINES) != SQLITE_OK)) {
        status = cm_sql_failed(run->db, err);
    }
    if (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
    }
    if (status == CM_OK && got) {
        struct cm_sql_line line = cm_sql_line(stmt);

        out->num = cm_sql_number(&line);
        cm_sql_list(&line, &out->lines);
        cm_sql_list(&line, &out->owners);
        status = cm_sql_line_end(&line, err);
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

void cm_story_repeats_cleanup(struct cm_story_repeats *repeats)
{
    cm_report_list_cleanup(&repeats->lines);
    cm_report_list_cleanup(&repeats->owners);
    repeats->num = 0;
}

static enum cm_status read_dns(struct cm_story_reader *reader, int64_t endpoint,
                               struct cm_error *err)
{
    struct cm_story_dns *dns = &reader->dns;
    struct cm_sql_line line;
    bool got = false;
    enum cm_status status =
        for_endpoint(reader->run, &reader->dns_stmt, dns_sql, endpoint, err);

    dns->main_probe = CM_UNKNOWN;
    dns->num_cnames = CM_UNKNOWN;
    if (status == CM_OK) {
        status = cm_sql_step(reader->dns_stmt, &got, err);
    }
    if (status != CM_OK || !got) {
        return status;
    }
    line = cm_sql_line(reader->dns_stmt);
    dns->main_probe = cm_sql_number(&line);
    cm_sql_list(&line, &dns->addresses);
    cm_sql_list(&line, &dns->from_second);
    dns->second_differs = cm_sql_number(&line) == 1;
    dns->cname = cm_sql_text(&line);
    dns->num_cnames = cm_sql_number(&line);
    dns->detail = cm_sql_text(&line);
    dns->fault = cm_sql_text(&line);
    dns->throttled = cm_sql_text(&line);
    return cm_sql_line_end(&line, err);
}

enum cm_status cm_story_open(struct cm_story_reader **out,
                             struct cm_report_run *run, int64_t endpoint,
                             struct cm_error *err)
{
    struct cm_story_reader *reader = calloc(1, sizeof(*reader));
    enum cm_status status;

    *out = NULL;
    if (reader == NULL) {
        return cm_error_nomem(err, "the endpoint's story");
    }
    reader->run = run;
    status = read_dns(reader, endpoint, err);
    if (status == CM_OK) {
        status = for_endpoint(run, &reader->probes, probes_sql, endpoint, err);
    }
    if (status == CM_OK) {
        *out = reader;
        reader = NULL;
    }
    cm_story_close(reader);
    return status;
}

void cm_story_close(struct cm_story_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    (void)sqlite3_finalize(reader->dns_stmt);
    (void)sqlite3_finalize(reader->probes);
    cm_report_list_cleanup(&reader->dns.addresses);
    cm_report_list_cleanup(&reader->dns.from_second);
    cm_report_list_cleanup(&reader->probe.chain);
    free(reader);
}

const struct cm_story_dns *cm_story_dns(const struct cm_story_reader *reader)
{
    return &reader->dns;
}

static struct cm_span bytes_of(struct cm_sql_line *line)
{
    struct cm_span bytes;

    bytes.data = sqlite3_column_blob(line->stmt, line->at);
    bytes.len = (size_t)sqlite3_column_bytes(line->stmt, line->at);
    line->at++;
    return bytes;
}

static void read_hello(struct cm_sql_line *line, struct cm_story_probe *out)
{
    out->alert_received = cm_sql_number(line);
    out->alert_sent = cm_sql_number(line);
    out->error = cm_sql_word(line);
    out->version = cm_sql_number(line);
    out->cipher = cm_sql_number(line);
    out->group = cm_sql_number(line);
    out->signature = cm_sql_number(line);
    out->alpn = cm_sql_word(line);
    out->flags = cm_sql_number(line);
    out->num_tickets = cm_sql_number(line);
    out->sct_bytes = cm_sql_number(line);
    out->staple_bytes = cm_sql_number(line);
    out->client_auth = cm_sql_word(line);
    out->chain_bytes = cm_sql_number(line);
    out->num_chain_sent = cm_sql_number(line);
    cm_sql_list(line, &out->chain);
}

enum cm_status cm_story_next_probe(struct cm_story_reader *reader,
                                   const struct cm_story_probe **probe,
                                   struct cm_error *err)
{
    struct cm_story_probe *out = &reader->probe;
    struct cm_sql_line line = cm_sql_line(reader->probes);
    bool got = false;
    enum cm_status status = cm_sql_step(reader->probes, &got, err);

    *probe = NULL;
    if (status != CM_OK || !got) {
        return status;
    }
    out->ord = cm_sql_number(&line);
    out->address = cm_sql_word(&line);
    out->reached = cm_sql_word(&line);
    out->ended = cm_sql_word(&line);
    out->sys_errno = cm_sql_number(&line);
    out->tries = cm_sql_number(&line);
    out->connect_ms = cm_sql_number(&line);
    out->tls_ms = cm_sql_number(&line);
    out->total_ms = cm_sql_number(&line);
    out->proxy_status = cm_sql_number(&line);
    read_hello(&line, out);
    out->starttls = cm_sql_text(&line);
    out->starttls_reply = cm_sql_text(&line);
    out->http_status = cm_sql_number(&line);
    out->http_reply = cm_sql_text(&line);
    out->first_bytes = bytes_of(&line);
    out->ca_names = bytes_of(&line);
    status = cm_sql_line_end(&line, err);
    if (status == CM_OK) {
        *probe = out;
    }
    return status;
}

/* A statement's only line, by a text. */
static enum cm_status by_text(struct cm_report_run *run, const char *sql,
                              const char *text, sqlite3_stmt **out, bool *got,
                              struct cm_error *err)
{
    enum cm_status status = cm_sql_for_run(run, out, sql, err);

    *got = false;
    if (status == CM_OK &&
        sqlite3_bind_text(*out, 2, text, -1, SQLITE_TRANSIENT) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
    }
    if (status == CM_OK) {
        status = cm_sql_step(*out, got, err);
    }
    return status;
}

enum cm_status cm_story_action(struct cm_report_run *run, const char *key,
                               int64_t *rank, int64_t *fixes,
                               struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got;
    enum cm_status status = by_text(run, action_sql, key, &stmt, &got, err);
    struct cm_sql_line line = cm_sql_line(got ? stmt : NULL);

    *rank = cm_sql_number(&line);
    *fixes = cm_sql_number(&line);
    (void)sqlite3_finalize(stmt);
    return status;
}

enum cm_status cm_story_anchors(struct cm_report_run *run, const char *view,
                                int64_t *out, struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got;
    enum cm_status status = by_text(run, anchors_sql, view, &stmt, &got, err);
    struct cm_sql_line line = cm_sql_line(got ? stmt : NULL);

    *out = cm_sql_number(&line);
    (void)sqlite3_finalize(stmt);
    return status;
}
