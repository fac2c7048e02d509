/* The tables of a shard, line by line.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/merge.h"

#define MAX_SQL 4096
#define MAX_CHAIN_TEXT 65536 /* bytes of a JSON array of ids */

/* All columns but `run`, in the order of schema.sql. A column that holds the id
 * of a certificate has "@" before its name, one with a JSON array of them "*".
 * tests/unit/store/test_merge.c compares this with the schema. */
static const struct table {
    const char *name;
    const char *columns;
} tables[] = {
    {"row", "id line fields owner endpoint first_line"},
    {"endpoint", "id host port protocol sni is_ip flags reason trust client"
                 " client_cert http_path"},
    {"result", "endpoint verdict primary_cause severity causes *path seen"
               " dns_result dns_ms dns main_probe remaining path_valid"
               " revocation revocation_source revocation_this_update"
               " revocation_next_update revoked_at revocation_reason redo"},
    {"view_verdict", "endpoint view verdict primary_cause"},
    {"probe", "endpoint ord address reached ended sys_errno tries connect_ms"
              " tls_ms total_ms proxy_status first_bytes alert_received"
              " alert_sent error version cipher kex_group signature alpn flags"
              " num_tickets sct_bytes ocsp_staple client_auth ca_names"
              " chain_bytes num_chain_sent *chain @leaf starttls"
              " starttls_reply http_status http_substatus http_reply"},
    {"answer", "endpoint ord ask ended sys_errno ms hello_bytes alert"
               " first_bytes version cipher kex_group signature dh_bits"
               " compression flags *chain @leaf"},
    {"inventory", "endpoint ssl2 ssl3 tls1_0 tls1_1 tls1_2 tls1_3 facts"},
    {"client", "endpoint fault detail @certificate issuers"},
    {"measured", "endpoint clients policies grade grade_without_trust"
                 " grade_at_best grade_score grade_parts grade_rules"},
    {"profile_result", "endpoint profile cause why message"},
    {"policy_result", "endpoint policy ord rule outcome warning why"},
    {"finding", "endpoint ord cause severity confidence blocks proof rule"
                " @certificate position resolution action subject_key"
                " subject"},
};

#define MAX_COLUMNS 48

struct copy {
    struct cm_store *store;
    struct cm_merge_part *part;
    sqlite3_stmt *from;
    sqlite3_stmt *to;
    size_t num;
    char marks[MAX_COLUMNS]; /* '@', '*' or ' ' of each column */
    uint64_t lines;
};

/* "SELECT a, b FROM t WHERE run = ?" and "INSERT INTO t (run, a, b) VALUES (?,
 * ?, ?)". */
static bool compose(struct copy *copy, const struct table *table,
                    struct cm_buf *select, struct cm_buf *insert)
{
    const char *at = table->columns;

    (void)cm_buf_puts(select, "SELECT");
    (void)cm_buf_printf(insert, "INSERT INTO %s (run", table->name);
    while (*at != '\0') {
        int len;

        cm_assert(copy->num < MAX_COLUMNS);
        copy->marks[copy->num] = ' ';
        if (*at == '@' || *at == '*') {
            copy->marks[copy->num] = *at++;
        }
        len = (int)strcspn(at, " ");
        (void)cm_buf_printf(select, "%s %.*s", copy->num == 0 ? "" : ",", len,
                            at);
        (void)cm_buf_printf(insert, ", %.*s", len, at);
        at += len + (at[len] == ' ' ? 1 : 0);
        copy->num++;
    }
    (void)cm_buf_printf(select, " FROM %s WHERE run = ?", table->name);
    (void)cm_buf_puts(insert, ") VALUES (?");
    for (size_t i = 0; i < copy->num; i++) {
        (void)cm_buf_puts(insert, ", ?");
    }
    (void)cm_buf_putc(insert, ')');
    return !select->failed && !insert->failed;
}

static void prepare(struct copy *copy, const struct table *table)
{
    struct cm_db *db = &copy->store->db;
    struct cm_db *part = &copy->part->db;
    struct cm_buf select;
    struct cm_buf insert;

    cm_buf_init(&select, MAX_SQL);
    cm_buf_init(&insert, MAX_SQL);
    if (!compose(copy, table, &select, &insert)) {
        (void)cm_error_nomem(&db->error, "a statement");
    } else if (sqlite3_prepare_v2(part->handle, cm_buf_cstr(&select), -1,
                                  &copy->from, NULL) != SQLITE_OK) {
        cm_db_fail(part);
    } else if (sqlite3_prepare_v2(db->handle, cm_buf_cstr(&insert), -1,
                                  &copy->to, NULL) != SQLITE_OK) {
        cm_db_fail(db);
    }
    cm_buf_cleanup(&select);
    cm_buf_cleanup(&insert);
}

/* The id here; 0: the shard has no such certificate. */
static int64_t known_id(const struct cm_merge_part *part, int64_t id)
{
    return id > 0 && id < part->num_cert_ids ? part->cert_ids[id] : 0;
}

static bool bind_id(const struct copy *copy, int column)
{
    int64_t id;

    if (sqlite3_column_type(copy->from, column) == SQLITE_NULL) {
        return sqlite3_bind_null(copy->to, column + 2) == SQLITE_OK;
    }
    id = known_id(copy->part, sqlite3_column_int64(copy->from, column));
    return id != 0 && sqlite3_bind_int64(copy->to, column + 2, id) == SQLITE_OK;
}

/* "[3,17]" with the ids of here. */
static bool map_ids(const struct cm_merge_part *part, const char *text,
                    struct cm_buf *out)
{
    const char *at = text;

    if (*at != '[' || !cm_buf_putc(out, '[')) {
        return false;
    }
    at++;
    while (*at >= '1' && *at <= '9') {
        char *end;
        int64_t id = known_id(part, strtoll(at, &end, 10));

        if (id == 0 || !cm_buf_printf(out, "%lld%s", (long long)id,
                                      *end == ',' ? "," : "")) {
            return false;
        }
        at = *end == ',' ? end + 1 : end;
    }
    return *at == ']' && at[-1] != ',' && at[1] == '\0' &&
           cm_buf_putc(out, ']');
}

static bool bind_ids(const struct copy *copy, int column)
{
    const char *text = (const char *)sqlite3_column_text(copy->from, column);
    struct cm_buf json;
    bool done;

    cm_buf_init(&json, MAX_CHAIN_TEXT);
    done =
        text != NULL && map_ids(copy->part, text, &json) &&
        sqlite3_bind_text64(copy->to, column + 2, cm_buf_cstr(&json), json.len,
                            SQLITE_TRANSIENT, SQLITE_UTF8) == SQLITE_OK;
    cm_buf_cleanup(&json);
    return done;
}

static bool bind_line(const struct copy *copy)
{
    bool done = true;

    for (int i = 0; i < (int)copy->num && done; i++) {
        switch (copy->marks[i]) {
        case '@':
            done = bind_id(copy, i);
            break;
        case '*':
            done = bind_ids(copy, i);
            break;
        default:
            done = sqlite3_bind_value(copy->to, i + 2,
                                      sqlite3_column_value(copy->from, i)) ==
                   SQLITE_OK;
        }
    }
    return done;
}

/* A line could not be bound, and it is not the shard's fault. */
static bool lacked_memory(const struct copy *copy)
{
    struct cm_db *db = &copy->store->db;

    if (sqlite3_errcode(db->handle) != SQLITE_NOMEM &&
        sqlite3_errcode(copy->part->db.handle) != SQLITE_NOMEM) {
        return false;
    }
    (void)cm_error_nomem(&db->error, "the merged store");
    return true;
}

/* False: that was the last line, or something failed. */
static bool copy_line(struct copy *copy)
{
    struct cm_db *db = &copy->store->db;
    struct cm_db *part = &copy->part->db;
    int code = sqlite3_step(copy->from);

    if (code != SQLITE_ROW) {
        if (code != SQLITE_DONE) {
            cm_db_fail(part);
        }
        return false;
    }
    if (!bind_line(copy) && !lacked_memory(copy)) {
        (void)cm_merge_refuse(db, part,
                              "it names certificates that it does not hold");
    }
    if (db->error.status != CM_OK) {
        return false;
    }
    code = sqlite3_step(copy->to);
    if (code != SQLITE_DONE) {
        copy->part->foreign = code == SQLITE_CONSTRAINT ||
                              code == SQLITE_MISMATCH || code == SQLITE_TOOBIG;
        cm_db_fail(db);
        return false;
    }
    (void)sqlite3_reset(copy->to);
    copy->lines++;
    return true;
}

static uint64_t copy_table(struct cm_store *store, struct cm_merge_part *part,
                           const struct table *table)
{
    struct copy copy = {.store = store, .part = part};

    prepare(&copy, table);
    if (store->db.error.status == CM_OK && part->db.error.status == CM_OK) {
        (void)sqlite3_bind_int64(copy.from, 1, part->run_id);
        (void)sqlite3_bind_int64(copy.to, 1, store->run_id);
        while (copy_line(&copy)) {
        }
    }
    (void)sqlite3_finalize(copy.from);
    (void)sqlite3_finalize(copy.to);
    return copy.lines;
}

void cm_merge_tables(struct cm_store *store, struct cm_merge_part *part,
                     uint64_t rows)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
        uint64_t lines;

        if (store->db.error.status != CM_OK || part->db.error.status != CM_OK) {
            return;
        }
        lines = copy_table(store, part, &tables[i]);
        if (i == 0 && lines != rows && store->db.error.status == CM_OK &&
            part->db.error.status == CM_OK) {
            (void)cm_merge_refuse(&store->db, &part->db,
                                  "it holds other rows than it says");
        }
    }
}
