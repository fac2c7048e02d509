/* Stores with several runs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "certmuster/buf.h"

#define MAX_SQL ((size_t)1 << 20)

#define QUICKLY "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; BEGIN;"

static void add(struct cm_buf *sql, const struct fixture *f)
{
    (void)cm_buf_puts(sql, "COMMIT;");
    assert_false(sql->failed);
    fixture_sql(f, cm_buf_cstr(sql));
    cm_buf_clear(sql);
}

void history_make(struct fixture *f)
{
    struct cm_buf sql;

    fixture_make(f);
    cm_buf_init(&sql, MAX_SQL);
    (void)cm_buf_puts(&sql, QUICKLY);
    for (int i = 1; i <= 9; i++) {
        (void)cm_buf_printf(
            &sql,
            "INSERT INTO certificate (id, sha256, der, not_before, not_after,"
            " spki_sha256, names) VALUES (%d, '%064d', x'30', %lld, %lld,"
            " 'k%d', '[]');",
            i, i, (long long)HISTORY_START,
            (long long)(HISTORY_START + i * INT64_C(8640000)),
            i <= 4 ? (i + 1) / 2 : i);
    }
    add(&sql, f);
    cm_buf_cleanup(&sql);
}

static void put_finding(struct cm_buf *sql, int64_t run,
                        const struct history_row *row, int ord,
                        const char *cause, bool blocks)
{
    enum cm_cause known;

    assert_true(cm_cause_from_id(cause, &known));
    (void)cm_buf_printf(
        sql,
        "INSERT INTO finding (run, endpoint, ord, cause, severity, confidence,"
        " blocks, proof, rule, resolution, action, subject_key, subject)"
        " VALUES (%lld, %lld, %d, '%s', '%s', 'certain', %d, 'seen', '', '%s',"
        " 'a-%s', 'about %s', 'it');",
        (long long)run, (long long)row->row, ord, cause,
        cm_severity_id(cm_cause_info(known)->severity), blocks ? 1 : 0,
        cm_resolution_info(cm_cause_info(known)->resolution)->id, cause,
        row->leaves == NULL ? "nothing" : row->leaves);
}

static void put_probes(struct cm_buf *sql, int64_t run,
                       const struct history_row *row)
{
    const char *at = row->leaves;
    char *end;

    for (int ord = 0; at != NULL && *at != '\0'; ord++) {
        long leaf = strtol(at, &end, 10);

        at = end;
        (void)cm_buf_printf(
            sql,
            "INSERT INTO probe (run, endpoint, ord, address, reached, ended,"
            " sys_errno, tries, connect_ms, tls_ms, total_ms, proxy_status,"
            " error, kex_group, signature, alpn, flags, num_tickets,"
            " sct_bytes, client_auth, chain_bytes, num_chain_sent, chain,"
            " leaf) VALUES (%lld, %lld, %d, '192.0.2.%d:443', 'recorded',"
            " 'complete', 0, 1, 1, 1, 2, 0, '', 0, 0, '', 0, 0, 0, 'none', 0,"
            " 1, '[%ld]', %ld);",
            (long long)run, (long long)row->row, ord, ord + 1, leaf, leaf);
    }
}

/* The text in quotes, or NULL. */
static void put_text(struct cm_buf *sql, const char *text)
{
    (void)cm_buf_printf(sql, text == NULL ? "NULL%s" : "'%s'",
                        text == NULL ? "" : text);
}

static void put_result(struct cm_buf *sql, int64_t run,
                       const struct history_row *row)
{
    bool failing = strcmp(row->verdict, "trusted") != 0;

    (void)cm_buf_printf(
        sql,
        "INSERT INTO result (run, endpoint, verdict, path, main_probe,"
        " primary_cause, causes) VALUES (%lld, %lld, '%s', '[]', %s, ",
        (long long)run, (long long)row->row, row->verdict,
        row->leaves == NULL ? "NULL" : "0");
    put_text(sql, row->cause);
    (void)cm_buf_puts(sql, ", json_array(");
    put_text(sql, row->cause == NULL ? row->also : row->cause);
    (void)cm_buf_puts(sql, "));");
    if (row->cause != NULL) {
        put_finding(sql, run, row, 0, row->cause, failing);
    }
    if (row->also != NULL) {
        put_finding(sql, run, row, 1, row->also, false);
    }
    put_probes(sql, run, row);
}

static void put_row(struct cm_buf *sql, int64_t run,
                    const struct history_row *row)
{
    int64_t endpoint = row->repeats == 0 ? row->row : row->repeats;

    (void)cm_buf_printf(
        sql,
        "INSERT INTO row VALUES (%lld, %lld, %lld, '[\"%s\",\"crm\"]', 'crm',"
        " %lld, %lld);",
        (long long)run, (long long)row->row, (long long)row->row + 1, row->host,
        (long long)endpoint, (long long)endpoint + 1);
    if (row->repeats != 0) {
        return;
    }
    (void)cm_buf_printf(
        sql,
        "INSERT INTO endpoint (run, id, host, port, protocol, sni, is_ip,"
        " flags) VALUES (%lld, %lld, '%s', %s, 'tls', '%s', 0, 0);",
        (long long)run, (long long)row->row, row->host,
        row->host[0] == '\0' ? "NULL" : "443", row->host);
    if (row->verdict != NULL) {
        put_result(sql, run, row);
    }
}

void history_run(const struct fixture *f, int64_t run,
                 const struct history_row *rows, size_t num)
{
    int64_t started = HISTORY_START + run * 86400;
    struct cm_buf sql;

    cm_buf_init(&sql, MAX_SQL);
    (void)cm_buf_puts(&sql, QUICKLY);
    (void)cm_buf_printf(
        &sql,
        "INSERT INTO run (id, state, started, finished, judged_at, input_name,"
        " rows_read, rows_recorded, columns, options, version, tls_library,"
        " trust, resolvers) VALUES (%lld, 'complete', %lld, %lld, %lld,"
        " 'fleet.csv', %zu, %zu, '[\"host\",\"owner\"]', '{}', '0.1.0', 'x',"
        " 'system', '');"
        "INSERT INTO trust_view VALUES (%lld, 0, 'system', NULL, 'aa', 1, 0);",
        (long long)run, (long long)started, (long long)started + 9,
        (long long)started, num, num, (long long)run);
    for (size_t i = 0; i < num; i++) {
        put_row(&sql, run, &rows[i]);
    }
    add(&sql, f);
    cm_buf_cleanup(&sql);
}
