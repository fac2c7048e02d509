/* The certificates of a run and where they are used: certificates.csv says what
 * SQL over the views says.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static int with_fleet(void **state)
{
    struct fixture *f = malloc(sizeof(*f));

    assert_non_null(f);
    fixture_make_fleet(f);
    f->options.formats = "certificates";
    *state = f;
    return 0;
}

static int without(void **state)
{
    fixture_remove(*state);
    free(*state);
    return 0;
}

static void read_table(const struct fixture *f, struct table *t)
{
    size_t len;
    char *text;

    fixture_write(f);
    text = fixture_read(f, "certificates.csv", &len);
    assert_non_null(text);
    table_parse(t, text, len);
    free(text);
}

static void a_certificate_is_told_with_its_uses(void **state)
{
    struct table t;

    read_table(*state, &t);
    assert_int_equal(t.rows, 6); /* the header, and five */
    assert_string_equal(table_at(&t, 1, "subject_cn"), "Root");
    assert_string_equal(table_at(&t, 1, "role"), "root");
    assert_string_equal(table_at(&t, 1, "issuer_of_endpoints"), "1");
    assert_string_equal(table_at(&t, 1, "completes_endpoints"), "4");
    assert_string_equal(table_at(&t, 2, "subject_cn"), "Middle");
    assert_string_equal(table_at(&t, 2, "role"), "intermediate");
    assert_string_equal(table_at(&t, 3, "role"), "endpoint");
    assert_string_equal(table_at(&t, 3, "subject_an"),
                        "ok.example *.ok.example");
    assert_string_equal(table_at(&t, 3, "not_after"), "2027-01-15T08:00:00Z");
    assert_string_equal(table_at(&t, 3, "days_left"), "55");
    assert_string_equal(table_at(&t, 3, "validity_days"), "115");
    assert_string_equal(table_at(&t, 3, "key_bits"), "256");
    assert_string_equal(table_at(&t, 3, "endpoints"), "2");
    assert_string_equal(table_at(&t, 4, "days_left"), "-1");
    assert_string_equal(table_at(&t, 4, "endpoints"), "2");
    assert_string_equal(table_at(&t, 4, "num_owners"), "2");
    assert_string_equal(table_at(&t, 4, "owners"), "crm; erp");
    assert_string_equal(table_at(&t, 4, "cabf_policy"), "false");
    table_free(&t);
}

static void public_certificates_are_known_by_their_policy(void **state)
{
    struct fixture *f = *state;
    struct table t;

    fixture_sql(f, "UPDATE certificate SET der = x'3012060667810c010201'"
                   " WHERE id = 3;"
                   "UPDATE certificate SET der = x'3012060567810c0101'"
                   " WHERE id = 4");
    read_table(f, &t);
    assert_string_equal(table_at(&t, 3, "cabf_policy"), "true");
    assert_string_equal(table_at(&t, 4, "cabf_policy"), "true");
    assert_string_equal(table_at(&t, 5, "cabf_policy"), "false");
    table_free(&t);
}

static void other_runs_do_not_count(void **state)
{
    struct fixture *f = *state;
    struct table t;

    fixture_sql(f, "INSERT INTO run (id, state, started, judged_at, input_name,"
                   " options, version, tls_library, trust, resolvers) VALUES"
                   " (2, 'complete', 1, 1, 'x', '{}', '', '', '', '');"
                   "INSERT INTO row VALUES (2,1,2,'[]','',1,2);"
                   "INSERT INTO endpoint (run, id, host, port, protocol, sni,"
                   " is_ip, flags) VALUES (2,1,'a',443,'tls','',0,0)");
    read_table(f, &t);
    assert_int_equal(t.rows, 1);
    table_free(&t);
    f->options.run_id = 1;
    read_table(f, &t);
    assert_int_equal(t.rows, 6);
    table_free(&t);
}

static void hostile_texts_stay_texts(void **state)
{
    struct fixture *f = *state;
    struct table t;

    fixture_sql(f, "UPDATE certificate SET subject = '=1+1', subject_cn = "
                   "'a,\"b\"' || char(10), issuer = char(27) || '[2J', names ="
                   " '[\"@x\"]' WHERE id = 3;"
                   "UPDATE row SET owner = '=cmd()'");
    read_table(f, &t);
    assert_string_equal(table_at(&t, 3, "subject_dn"), "'=1+1");
    assert_string_equal(table_at(&t, 3, "subject_cn"), "a,\"b\"\n");
    assert_string_equal(table_at(&t, 3, "issuer_dn"), "\xef\xbf\xbd[2J");
    assert_string_equal(table_at(&t, 3, "subject_an"), "'@x");
    assert_string_equal(table_at(&t, 3, "owners"), "'=cmd()");
    table_free(&t);
}

/* 5,000 rows over 700 certificates and 40 owners, some certificates in several
 * places: the tables grow, and the figures stay SQL's. */
static void figures_are_those_of_sql(void **state)
{
    static const char sql[] =
        "SELECT c.sha256, count(*), count(DISTINCT nullif(v.owner, ''))"
        " FROM v_endpoint v JOIN certificate c ON c.id = v.certificate"
        " WHERE v.run = 1 GROUP BY c.id ORDER BY c.sha256";
    struct fixture *f = *state;
    struct table t;
    sqlite3 *db;
    sqlite3_stmt *stmt;
    size_t at = 1;

    fixture_sql(
        f,
        "CREATE TEMP TABLE n AS WITH RECURSIVE c(n) AS (SELECT 100 UNION ALL"
        " SELECT n + 1 FROM c WHERE n < 5099) SELECT n FROM c;"
        "INSERT INTO certificate (id, sha256, der, subject, spki_sha256, names)"
        " SELECT n, printf('%064x', n), x'30', 'CN=' || n, 'k', '[]' FROM n"
        " WHERE n < 800;"
        "INSERT INTO row SELECT 1, n, n, '[]', CASE n % 41 WHEN 0 THEN '' ELSE"
        " 'o' || (n * 7 % 41) END, n, n FROM n;"
        "INSERT INTO endpoint (run, id, host, port, protocol, sni, is_ip,"
        " flags) SELECT 1, n, 'h' || n, 443, 'tls', '', 0, 0 FROM n;"
        "INSERT INTO result (run, endpoint, verdict, causes, path, main_probe)"
        " SELECT 1, n, 'trusted', '[]', '[]', 0 FROM n;"
        "INSERT INTO probe (run, endpoint, ord, address, reached, ended,"
        " sys_errno, tries, connect_ms, tls_ms, total_ms, proxy_status, error,"
        " kex_group, signature, alpn, flags, num_tickets, sct_bytes,"
        " client_auth, chain_bytes, num_chain_sent, chain, leaf) SELECT 1, n,"
        " 0, '192.0.2.1:443', 'handshaking', 'complete', 0, 1, 1, 1, 1, 0, '',"
        " 0, 0, '', 0, 0, 0, 'none', 1, 1, '[' || (100 + n * n % 700) || ']',"
        " 100 + n * n % 700 FROM n");
    read_table(f, &t);
    assert_int_equal(sqlite3_open(f->db, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *sha256 = (const char *)sqlite3_column_text(stmt, 0);

        while (at < t.rows &&
               strcmp(table_at(&t, at, "fingerprint_sha256"), sha256) != 0) {
            at++;
        }
        assert_true(at < t.rows);
        assert_string_equal(table_at(&t, at, "endpoints"),
                            (const char *)sqlite3_column_text(stmt, 1));
        assert_string_equal(table_at(&t, at, "num_owners"),
                            (const char *)sqlite3_column_text(stmt, 2));
    }
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CERTS(test) cmocka_unit_test_setup_teardown(test, with_fleet, without)
        CERTS(a_certificate_is_told_with_its_uses),
        CERTS(public_certificates_are_known_by_their_policy),
        CERTS(other_runs_do_not_count),
        CERTS(hostile_texts_stay_texts),
        CERTS(figures_are_those_of_sql),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
