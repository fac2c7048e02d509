/* Which endpoints a text means, and which ones may have been meant.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "certmuster/text.h"
#include "reader_sql.h"
#include "reader_story.h"

#define MAX_SLIP 3 /* letters that two names may differ in length */
#define MIN_PART 3 /* letters of a part of a name */
#define MAX_JSON ((size_t)1 << 20)

/* ?2 host, ?3 port or 0, ?4 protocol or "", ?5 the text as it was typed, ?6 the
 * most. */
static const char find_sql[] =
    "SELECT id FROM endpoint WHERE run = ?1 AND host = ?2 AND host <> ''"
    " AND (?3 = 0 OR port = ?3) AND (?4 = '' OR protocol = ?4)"
    " ORDER BY id LIMIT ?6";
static const char find_else_sql[] =
    "SELECT e.id FROM endpoint e WHERE e.run = ?1 AND ((e.sni = ?2"
    " AND e.sni <> '' AND (?3 = 0 OR e.port = ?3)"
    " AND (?4 = '' OR e.protocol = ?4)) OR (e.host = '' AND EXISTS (SELECT 1"
    " FROM row r, json_each(CASE WHEN json_valid(r.fields) THEN r.fields ELSE"
    " '[]' END) f WHERE r.run = ?1 AND r.id = e.id AND f.value = ?5)))"
    " ORDER BY e.id LIMIT ?6";
/* The host with other ports comes first, then names in the input's order. */
static const char hosts_sql[] =
    "SELECT host, port, protocol FROM endpoint WHERE run = ?1 AND host <> ''"
    " AND host = ?2 UNION ALL SELECT host, port, protocol FROM endpoint"
    " WHERE run = ?1 AND host <> '' AND host <> ?2";

static enum cm_status bind_query(struct cm_report_run *run, sqlite3_stmt *stmt,
                                 const struct cm_endpoint_query *query,
                                 struct cm_error *err)
{
    bool bound =
        sqlite3_bind_text(stmt, 2, query->host, -1, SQLITE_STATIC) ==
            SQLITE_OK &&
        sqlite3_bind_int64(stmt, 3, query->port) == SQLITE_OK &&
        sqlite3_bind_text(stmt, 4, query->protocol, -1, SQLITE_STATIC) ==
            SQLITE_OK &&
        (sqlite3_bind_parameter_count(stmt) < 6 ||
         (sqlite3_bind_text(stmt, 5, query->text, -1, SQLITE_STATIC) ==
              SQLITE_OK &&
          sqlite3_bind_int64(stmt, 6, CM_MAX_MATCHES + 1) == SQLITE_OK));

    return bound ? CM_OK : cm_sql_failed(run->db, err);
}

static enum cm_status find_by(struct cm_report_run *run, const char *sql,
                              const struct cm_endpoint_query *query,
                              struct cm_story_matches *out,
                              struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = true;
    enum cm_status status = cm_sql_for_run(run, &stmt, sql, err);

    if (status == CM_OK) {
        status = bind_query(run, stmt, query, err);
    }
    while (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
        if (status != CM_OK || !got) {
            break;
        }
        out->more = out->num == CM_MAX_MATCHES;
        if (out->more) {
            break;
        }
        out->rows[out->num++] = sqlite3_column_int64(stmt, 0);
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

enum cm_status cm_story_find(struct cm_report_run *run,
                             const struct cm_endpoint_query *query,
                             struct cm_story_matches *out, struct cm_error *err)
{
    enum cm_status status;

    memset(out, 0, sizeof(*out));
    status = find_by(run, find_sql, query, out, err);
    if (status == CM_OK && out->num == 0) {
        status = find_by(run, find_else_sql, query, out, err);
    }
    return status;
}

/* A part of the name, or a slip of the fingers. */
static bool is_near(const char *host, const char *wanted)
{
    size_t len = strlen(host);
    size_t wanted_len = strlen(wanted);

    if (wanted_len == 0 || strcmp(host, wanted) == 0) {
        return wanted_len != 0;
    }
    if ((wanted_len >= MIN_PART && strstr(host, wanted) != NULL) ||
        (len >= MIN_PART && strstr(wanted, host) != NULL)) {
        return true;
    }
    return len <= wanted_len + MAX_SLIP && wanted_len <= len + MAX_SLIP &&
           cm_did_you_mean(wanted, &host, 1) != NULL;
}

static void add_near(struct cm_buf *json, struct cm_sql_line *line)
{
    const char *host = cm_sql_word(line);
    int64_t port = cm_sql_number(line);
    const char *protocol = cm_sql_word(line);
    bool plain = strcmp(protocol, "tls") == 0;
    struct cm_buf text;

    cm_buf_init(&text, MAX_JSON);
    (void)cm_buf_printf(&text, strchr(host, ':') != NULL ? "[%s]" : "%s", host);
    if (port != CM_UNKNOWN) {
        (void)cm_buf_putc(&text, ':');
        (void)cm_buf_number(&text, port);
    }
    (void)cm_buf_printf(&text, "%s%s", plain ? "" : ":", plain ? "" : protocol);
    (void)cm_buf_puts(json, json->len == 1 ? "" : ",");
    cm_text_json(json, cm_buf_cstr(&text), text.len);
    json->failed = json->failed || text.failed;
    cm_buf_cleanup(&text);
}

enum cm_status cm_story_near(struct cm_report_run *run,
                             const struct cm_endpoint_query *query,
                             struct cm_report_list *out, struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    struct cm_buf json;
    bool got = true;
    bool exact = false;
    size_t num = 0;
    enum cm_status status = cm_sql_for_run(run, &stmt, hosts_sql, err);

    cm_buf_init(&json, MAX_JSON);
    (void)cm_buf_putc(&json, '[');
    if (status == CM_OK && sqlite3_bind_text(stmt, 2, query->host, -1,
                                             SQLITE_STATIC) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
    }
    while (status == CM_OK && num < CM_MAX_NEAR) {
        struct cm_sql_line line = cm_sql_line(stmt);
        const char *host;

        status = cm_sql_step(stmt, &got, err);
        if (status != CM_OK || !got) {
            break;
        }
        host = (const char *)sqlite3_column_text(stmt, 0);
        if (host == NULL) {
            status = cm_sql_failed(run->db, err);
            break;
        }
        if (strcmp(host, query->host) != 0 && exact) {
            break; /* the host is known: its ports are what was meant */
        }
        exact = strcmp(host, query->host) == 0;
        if (is_near(host, query->host)) {
            add_near(&json, &line);
            num++;
        }
    }
    (void)cm_buf_putc(&json, ']');
    (void)sqlite3_finalize(stmt);
    if (status == CM_OK &&
        (json.failed ||
         cm_report_list_parse(out, cm_buf_cstr(&json)) != CM_OK)) {
        status = cm_error_nomem(err, "the endpoint's story");
    }
    cm_buf_cleanup(&json);
    return status;
}
