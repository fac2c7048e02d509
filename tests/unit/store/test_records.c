/* What was put is what the views show.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

static void keeps_the_facts_of_a_run(void **state)
{
    struct fixture *f = *state;

    fixture_begin(f);
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_answer(f,
                  "SELECT run, state, started, finished, judged_at,"
                  " input_name, input_sha256, rows_read, columns,"
                  " owner_column, has_header, options, version, tls_library,"
                  " trust, resolvers, rows_recorded FROM v_run",
                  "1|running|1800000000|-|1800000001|fleet.csv|-|-|"
                  "[\"host\",\"port\",\"owner\"]|2|1|{\"jobs\":2}|0.1.0|"
                  "BoringSSL|system: 150 anchors|127.0.0.1|0");
    assert_int_equal(fixture_finish(f, 0), CM_OK);
    assert_answer(f,
                  "SELECT state, finished, input_sha256, rows_read,"
                  " rows_recorded FROM v_run",
                  "complete|1800000100|00ff|0|0");
}

static void keeps_a_row_and_its_endpoint(void **state)
{
    struct fixture *f = *state;
    struct cm_row *row = fixture_row(1, 1, "team \"a\"");

    row->endpoint.had_trailing_dot = true;
    row->endpoint.scheme_not_tls = true;
    row->endpoint.is_ip = true;
    row->endpoint.path_counts = true;
    row->endpoint.client = 3;
    row->client_cert = (struct cm_span){(const uint8_t *)"own.pem;k", 7};
    (void)snprintf(row->endpoint.http_path, sizeof(row->endpoint.http_path),
                   "/a");
    fixture_begin(f);
    fixture_put_row(f, row);
    fixture_put_result(f, fixture_result(1, CM_VERDICT_TRUSTED));
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    assert_answer(f,
                  "SELECT run, row, line, fields, owner, endpoint,"
                  " duplicate_of_line, host, port, protocol, sni, reason,"
                  " verdict, primary_cause, severity, causes, path, seen,"
                  " dns_result, address FROM v_endpoint",
                  "1|1|2|[\"host1.example\",\"443\",\"team \\\"a\\\"\"]|"
                  "team \"a\"|1|-|host1.example|443|tls|host1.example|-|"
                  "trusted|-|-|[]|[]|-|-|-");
    assert_answer(f, "SELECT is_ip, flags, client, http_path FROM endpoint",
                  "1|7|3|/a");
    assert_answer(f, "SELECT client_cert FROM v_endpoint", "own.pem");
}

/* Whatever the file held, what the store holds is UTF-8. */
static void keeps_foreign_bytes_as_utf8(void **state)
{
    struct fixture *f = *state;
    struct cm_row *row = fixture_row(1, 1, "M\xfcller");

    fixture_begin(f);
    fixture_put_row(f, row);
    fixture_put_result(f, fixture_result(1, CM_VERDICT_TRUSTED));
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    assert_answer(f, "SELECT owner FROM v_endpoint", "M\xc3\xbcller");
    assert_answer(f, "SELECT json_extract(fields, '$[2]') FROM v_endpoint",
                  "M\xef\xbf\xbdller");
}

static void gives_a_short_row_no_owner(void **state)
{
    struct fixture *f = *state;
    struct cm_row *row = fixture_row(1, 1, "team a");

    free(row->fields[2]);
    row->num_fields = 2;
    fixture_begin(f);
    fixture_put_row(f, row);
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_answer(f, "SELECT '[' || owner || ']', verdict FROM v_endpoint",
                  "[]|not_checked");
}

static void keeps_an_invalid_row(void **state)
{
    struct fixture *f = *state;
    struct cm_result *result = fixture_result(1, CM_VERDICT_INVALID_ROW);

    (void)fixture_find(&result->judgement, CM_CAUSE_INPUT_UNPARSABLE, "k");
    fixture_begin(f);
    /* The reader judges a row before it hands it over. */
    fixture_put_result(f, result);
    fixture_put_row(f, fixture_invalid_row(1));
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    assert_answer(f,
                  "SELECT row, line, fields, '[' || host || ']', port, reason,"
                  " verdict, primary_cause, severity, causes FROM v_endpoint",
                  "1|2|[\"a b\",\"443\",\"\"]|[]|-|a host name has no space|"
                  "invalid_row|input_unparsable|breaks_now|"
                  "[\"input_unparsable\"]");
}

static void gives_duplicates_the_result_of_the_first(void **state)
{
    struct fixture *f = *state;

    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    fixture_put_row(f, fixture_row(2, 1, "b"));
    fixture_put_row(f, fixture_row(3, 3, "c"));
    fixture_put_row(f, fixture_row(4, 1, "d"));
    fixture_put_result(f, fixture_result(3, CM_VERDICT_UNREACHABLE));
    fixture_put_result(f, fixture_result(1, CM_VERDICT_NOT_TLS));
    assert_int_equal(fixture_finish(f, 4), CM_OK);
    assert_answer(f,
                  "SELECT row, owner, host, verdict, duplicate_of_line"
                  " FROM v_endpoint ORDER BY row",
                  "1|a|host1.example|not_tls|-\n"
                  "2|b|host1.example|not_tls|2\n"
                  "3|c|host3.example|unreachable|-\n"
                  "4|d|host1.example|not_tls|2");
}

static struct cm_result *result_with_findings(void)
{
    struct cm_result *result = fixture_result(1, CM_VERDICT_UNTRUSTED);
    struct cm_judgement *judgement = &result->judgement;
    struct cm_finding *finding;

    (void)fixture_find(judgement, CM_CAUSE_INPUT_IP_LITERAL, "other");
    (void)fixture_find(judgement, CM_CAUSE_INPUT_DUPLICATE, "another");
    finding = fixture_find(judgement, CM_CAUSE_LEAF_EXPIRED, "key");
    finding->confidence = CM_PROBABLE;
    finding->cert = fixture_cert("leaf");
    finding->position = 0;
    (void)fixture_find(judgement, CM_CAUSE_LEAF_EXPIRED, "second");
    judgement->primary = 2;
    judgement->path = calloc(2, sizeof(struct cm_cert *));
    assert_non_null(judgement->path);
    judgement->path[0] = fixture_cert("leaf");
    judgement->path[1] = fixture_cert("anchor");
    judgement->num_path = 2;
    return result;
}

static void puts_the_primary_finding_first(void **state)
{
    struct fixture *f = *state;

    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    fixture_put_result(f, result_with_findings());
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    assert_answer(f,
                  "SELECT ord, cause, severity, confidence, blocks, proof,"
                  " rule, position, subject_key, subject FROM v_finding"
                  " ORDER BY ord",
                  "0|leaf_expired|breaks_now|probable|1|seen|"
                  "RFC 5280 section 6|0|key|key\n"
                  "1|input_ip_literal|hygiene|certain|0|seen|"
                  "RFC 5280 section 6|-|other|other\n"
                  "2|input_duplicate|hygiene|certain|0|seen|"
                  "RFC 5280 section 6|-|another|another\n"
                  "3|leaf_expired|breaks_now|certain|1|seen|"
                  "RFC 5280 section 6|-|second|second");
    assert_answer(f, "SELECT primary_cause, severity, causes FROM v_endpoint",
                  "leaf_expired|breaks_now|[\"leaf_expired\","
                  "\"input_ip_literal\",\"input_duplicate\"]");
    assert_answer(f,
                  "SELECT count(*) FROM v_finding WHERE fingerprint_sha256 ="
                  " (SELECT fingerprint_sha256 FROM v_certificate"
                  " WHERE certificate = 1)",
                  "1");
    assert_answer(f, "SELECT length(action) FROM v_finding WHERE ord = 0",
                  "16");
}

/* An anchor was not presented, but it is part of the story. */
static void keeps_the_path_as_certificates(void **state)
{
    struct fixture *f = *state;

    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    fixture_put_result(f, result_with_findings());
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    assert_answer(f,
                  "SELECT CAST(c.der AS TEXT) FROM v_endpoint AS e,"
                  " json_each(e.path) AS p JOIN v_certificate AS c"
                  " ON c.certificate = p.value ORDER BY p.key",
                  "leaf\nanchor");
}

static struct cm_result *result_with_chain(uint64_t endpoint,
                                           struct cm_cert *leaf)
{
    struct cm_result *result = fixture_result(endpoint, CM_VERDICT_TRUSTED);
    struct cm_probe *probe;

    result->evidence = cm_evidence_new();
    assert_non_null(result->evidence);
    probe = cm_evidence_add_probe(result->evidence);
    assert_non_null(probe);
    probe->reached = CM_PHASE_HANDSHAKING;
    probe->chain = calloc(1, sizeof(struct cm_cert *));
    assert_non_null(probe->chain);
    probe->chain[0] = cm_cert_ref(leaf);
    probe->num_chain = 1;
    return result;
}

static struct cm_span bytes(const char *text)
{
    return (struct cm_span){(const uint8_t *)text, strlen(text)};
}

static void say(char **text, const char *words)
{
    free(*text);
    *text = strdup(words);
    assert_non_null(*text);
}

/* As if it had been parsed. */
static struct cm_cert *whole_cert(void)
{
    static const uint8_t v4[] = {192, 0, 2, 1};
    static const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
    const struct cm_cert_name names[] = {
        {CM_NAME_DNS, false, 2, bytes("a.example")},
        {CM_NAME_IP, false, 7, {v4, sizeof(v4)}},
        {CM_NAME_EMAIL, false, 1, bytes("x@a.example")},
        {CM_NAME_IP, false, 7, {v6, sizeof(v6)}},
        {CM_NAME_IP, true, 7, {v6, 5}},
        {CM_NAME_DNS, true, 2, bytes("\"b\xff\"")},
    };
    struct cm_cert *cert = fixture_cert("a whole certificate");

    cert->parsed = true;
    cert->parse_error = NULL;
    cert->serial = bytes("\x0a\x1b\x2c");
    cert->not_before = 1797408000;
    cert->not_after = 253402300799;
    cert->key_alg = CM_KEY_EC;
    cert->key_bits = 256;
    cert->sig_name = "ecdsa-with-SHA256";
    cert->is_ca = true;
    cert->names = malloc(sizeof(names));
    assert_non_null(cert->names);
    memcpy(cert->names, names, sizeof(names));
    cert->num_names = sizeof(names) / sizeof(names[0]);
    cert->num_names_total = 2000;
    say(&cert->subject_text, "CN=a.example,O=A");
    say(&cert->subject_cn, "a.example");
    say(&cert->issuer_text, "CN=Issuing CA");
    say(&cert->issuer_cn, "Issuing CA");
    return cert;
}

static void keeps_a_certificate_once_with_its_facts(void **state)
{
    struct fixture *f = *state;
    struct cm_cert *leaf = whole_cert();
    struct cm_cert *broken = fixture_cert("not a certificate");

    fixture_begin(f);
    for (uint64_t i = 1; i <= 3; i++) {
        fixture_put_row(f, fixture_row(i, i, "a"));
        fixture_put_result(f, result_with_chain(i, i == 3 ? broken : leaf));
    }
    assert_int_equal(fixture_finish(f, 3), CM_OK);
    assert_answer(f,
                  "SELECT certificate, parse_error, subject, subject_cn,"
                  " issuer, issuer_cn, serial, not_before, not_after, key_alg,"
                  " key_bits, sig_alg, is_ca, self_issued, names_total"
                  " FROM v_certificate WHERE certificate = 1",
                  "1|-|CN=a.example,O=A|a.example|CN=Issuing CA|Issuing CA|"
                  "0a1b2c|1797408000|253402300799|ec|256|ecdsa-with-SHA256|1|"
                  "0|2000");
    assert_answer(f,
                  "SELECT value FROM v_certificate, json_each(names)"
                  " WHERE certificate = 1",
                  "a.example\n192.0.2.1\n2001:db8::1\n\"b\xef\xbf\xbd\"");
    assert_answer(f,
                  "SELECT parse_error IS NOT NULL, serial, not_before,"
                  " key_alg, names, CAST(der AS TEXT)"
                  " FROM v_certificate WHERE certificate = 2",
                  "1|-|-|-|-|not a certificate");
    assert_answer(f,
                  "SELECT row, certificate, subject_cn, length(spki_sha256),"
                  " length(fingerprint_sha256) FROM v_endpoint ORDER BY row",
                  "1|1|a.example|64|64\n2|1|a.example|64|64\n3|2|-|-|64");
    cm_cert_unref(leaf);
    cm_cert_unref(broken);
}

static void keeps_an_empty_certificate(void **state)
{
    struct fixture *f = *state;
    struct cm_cert *empty = fixture_cert("");

    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    fixture_put_result(f, result_with_chain(1, empty));
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    assert_answer(f, "SELECT length(der) FROM v_certificate", "0");
    cm_cert_unref(empty);
}

static void keeps_several_runs_apart(void **state)
{
    struct fixture *f = *state;
    struct cm_cert *leaf = fixture_cert("leaf");

    for (int run = 1; run <= 3; run++) {
        fixture_begin(f);
        assert_int_equal(f->run_id, run);
        for (uint64_t i = 1; i <= (uint64_t)run; i++) {
            fixture_put_row(f, fixture_row(i, i, "a"));
            fixture_put_result(f, result_with_chain(i, leaf));
        }
        assert_int_equal(fixture_finish(f, (uint64_t)run), CM_OK);
        if (run == 2) { /* ids are found again in the store itself */
            cm_store_close(f->store);
            fixture_reopen(f);
        }
    }
    assert_answer(f, "SELECT run, rows_recorded FROM v_run", "1|1\n2|2\n3|3");
    assert_answer(f, "SELECT run, count(*) FROM v_endpoint GROUP BY run",
                  "1|1\n2|2\n3|3");
    assert_answer(f, "SELECT count(*) FROM v_certificate", "1");
    cm_cert_unref(leaf);
}

/* As two processes would: each waits for the other's transaction. */
static void shares_the_file_with_another_writer(void **state)
{
    struct fixture *f = *state;
    struct fixture other = *f;

    fixture_reopen(&other);
    fixture_begin(f);
    fixture_begin(&other);
    for (uint64_t i = 1; i <= 3000; i++) {
        struct cm_cert *leaf = fixture_cert(i % 2 == 0 ? "even" : "odd");

        fixture_put_row(f, fixture_row(i, i, "a"));
        fixture_put_result(f, result_with_chain(i, leaf));
        fixture_put_row(&other, fixture_row(i, i, "b"));
        fixture_put_result(&other, result_with_chain(i, leaf));
        cm_cert_unref(leaf);
    }
    assert_int_equal(fixture_finish(&other, 3000), CM_OK);
    assert_int_equal(fixture_finish(f, 3000), CM_OK);
    cm_store_close(other.store);
    assert_answer(f,
                  "SELECT run, owner, count(*), count(DISTINCT certificate)"
                  " FROM v_endpoint GROUP BY run, owner ORDER BY run",
                  "1|a|3000|2\n2|b|3000|2");
    assert_answer(f, "SELECT count(*) FROM v_certificate", "2");
}

static void refuses_a_second_run_at_a_time(void **state)
{
    struct fixture *f = *state;
    const struct cm_run_info info = {.input_name = "x"};
    struct cm_error err = {0};
    int64_t id = 0;

    fixture_begin(f);
    assert_int_equal(cm_store_begin_run(f->store, &info, &id, &err),
                     CM_EINTERNAL);
    assert_non_null(strstr(err.text, "under way"));
}

static void takes_nothing_outside_of_a_run(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_false(cm_store_congested(f->store));
    assert_int_equal(cm_store_put_row(f->store, fixture_row(1, 1, "a")),
                     CM_EINTERNAL);
    fixture_begin(f);
    assert_false(cm_store_congested(f->store));
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(
        cm_store_put_result(f->store, fixture_result(1, CM_VERDICT_TRUSTED)),
        CM_EINTERNAL);
    assert_false(cm_store_failed(f->store, NULL));
}

/* A report of a million rows must not sort them, nor search for any part. */
static void streams_the_rows_in_order(void **state)
{
    const struct fixture *f = *state;
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    int steps = 0;

    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db,
                           "EXPLAIN QUERY PLAN SELECT * FROM v_endpoint"
                           " WHERE run = 1 ORDER BY row",
                           -1, &stmt, NULL),
        SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *detail = (const char *)sqlite3_column_text(stmt, 3);

        if (strncmp(detail, "CORRELATED", 10) != 0) {
            assert_memory_equal(detail, "SEARCH", 6);
            steps++;
        }
    }
    /* Tables, those of `view` and `views`, our own certificate, and the answer
     * that stands in for a handshake without one. */
    assert_int_equal(steps, 8 + 3 + 1 + 2);
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
}

#define STORE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(keeps_the_facts_of_a_run),
        STORE_TEST(keeps_a_row_and_its_endpoint),
        STORE_TEST(keeps_foreign_bytes_as_utf8),
        STORE_TEST(gives_a_short_row_no_owner),
        STORE_TEST(keeps_an_invalid_row),
        STORE_TEST(gives_duplicates_the_result_of_the_first),
        STORE_TEST(puts_the_primary_finding_first),
        STORE_TEST(keeps_the_path_as_certificates),
        STORE_TEST(keeps_a_certificate_once_with_its_facts),
        STORE_TEST(keeps_an_empty_certificate),
        STORE_TEST(keeps_several_runs_apart),
        STORE_TEST(shares_the_file_with_another_writer),
        STORE_TEST(refuses_a_second_run_at_a_time),
        STORE_TEST(takes_nothing_outside_of_a_run),
        STORE_TEST(streams_the_rows_in_order),
    };

    return cmocka_run_group_tests_name("store records", tests, NULL, NULL);
}
