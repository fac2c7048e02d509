/* What a store gives back so that its runs can be judged again, and a run that
 * is made of another.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/evidence_cases.h"
#include "unit/store/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/stored.h"

struct names {
    struct cm_buf text;
    enum cm_status answer;
};

/* --- runs --- */

static void finds_runs_that_have_ended(void **state)
{
    struct fixture *f = *state;
    struct cm_stored_run run;
    struct cm_error err = {0};
    struct cm_run_end end = {
        .state = "partial", .input_sha256 = "00ff", .rows_read = 1};

    assert_int_equal(cm_store_find_run(f->store, 0, &run, &err), CM_EINPUT);
    assert_non_null(strstr(err.text, "holds no run yet"));
    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    fixture_put_result(f, fixture_result(1, CM_VERDICT_TRUSTED));
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    fixture_put_result(f, fixture_result(1, CM_VERDICT_TRUSTED));
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(cm_store_find_run(f->store, 0, &run, &err), CM_EINPUT);
    assert_non_null(strstr(err.text, "run 2 is under way"));
    assert_int_equal(cm_store_finish_run(f->store, 2, &end, NULL), CM_OK);
    assert_int_equal(cm_store_find_run(f->store, 0, &run, &err), CM_OK);
    assert_int_equal(run.id, 2);
    assert_false(run.complete);
    assert_int_equal(cm_store_find_run(f->store, 1, &run, &err), CM_OK);
    assert_int_equal(run.id, 1);
    assert_true(run.complete);
    assert_int_equal(run.rows_read, 1);
    assert_string_equal(run.input_sha256, "00ff");
    assert_int_equal(cm_store_find_run(f->store, 9, &run, &err), CM_EINPUT);
    assert_non_null(strstr(err.text, "no run 9"));
    fixture_begin(f);
    assert_int_equal(fixture_finish(f, 7), CM_EINTERNAL);
    assert_int_equal(cm_store_find_run(f->store, 3, &run, &err), CM_EINPUT);
    assert_non_null(strstr(err.text, "does not add up"));
}

static enum cm_status note_text(void *arg, const char *name, const char *value,
                                struct cm_error *err)
{
    struct names *names = arg;

    cm_buf_printf(&names->text, "%s=%s;", name, value);
    return names->answer == CM_OK ? CM_OK
                                  : cm_error_set(err, names->answer, "stopped");
}

static void gives_options_and_views_of_a_run(void **state)
{
    struct fixture *f = *state;
    const struct cm_run_info info = {
        .input_name = "x",
        .options = "{\"trust\":[\"corp=a.pem\",\"b.pem\"],\"quiet\":true,"
                   "\"jobs\":\"4\"}",
    };
    struct cm_row *row = fixture_row(1, 1, "a");
    struct cm_row *other = fixture_row(2, 2, "a");
    struct names names = {.answer = CM_OK};
    struct cm_error err = {0};

    (void)snprintf(row->endpoint.trust, sizeof(row->endpoint.trust), "corp");
    (void)snprintf(other->endpoint.trust, sizeof(other->endpoint.trust),
                   "corp");
    assert_int_equal(cm_store_begin_run(f->store, &info, &f->run_id, NULL),
                     CM_OK);
    fixture_put_row(f, row);
    fixture_put_row(f, other);
    fixture_put_row(f, fixture_row(3, 3, "a"));
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    cm_buf_init(&names.text, 4096);
    assert_int_equal(cm_store_each_option(f->store, 1, note_text, &names, &err),
                     CM_OK);
    assert_string_equal(cm_buf_cstr(&names.text),
                        "jobs=4;quiet=true;trust=corp=a.pem;trust=b.pem;");
    cm_buf_clear(&names.text);
    assert_int_equal(cm_store_each_view(f->store, 1, note_text, &names, &err),
                     CM_OK);
    assert_string_equal(cm_buf_cstr(&names.text), "corp=;");
    names.answer = CM_EINPUT;
    assert_int_equal(cm_store_each_view(f->store, 1, note_text, &names, &err),
                     CM_EINPUT);
    assert_string_equal(err.text, "stopped");
    cm_buf_cleanup(&names.text);
}

/* --- judging a run anew --- */

struct judge {
    unsigned visits;
    unsigned stop_after; /* 0: never */
    _Atomic bool stop;
    enum cm_status answer;
};

static enum cm_status judge_anew(void *arg, uint64_t endpoint,
                                 const struct cm_endpoint *ep,
                                 const struct cm_evidence *evidence,
                                 struct cm_revised *out)
{
    struct judge *judge = arg;
    char host[64];

    (void)snprintf(host, sizeof(host), "host%d.example", (int)endpoint);
    assert_string_equal(ep->host, host);
    assert_non_null(evidence);
    out->judgement.verdict = CM_VERDICT_UNTRUSTED;
    (void)fixture_find(&out->judgement, CM_CAUSE_LEAF_EXPIRED, "anew");
    out->replace = true;
    judge->visits++;
    judge->stop = judge->visits == judge->stop_after;
    return judge->answer;
}

/* `num` probed endpoints, then an invalid row and one never scanned; the first
 * row once more at the end. */
static void make_source(struct fixture *f, uint64_t num)
{
    const struct cm_download download = {.url = "http://x.example/",
                                         .kind = "crl",
                                         .result = "ok",
                                         .body = {(const uint8_t *)"x", 1}};
    struct cm_result *invalid;

    fixture_begin(f);
    for (uint64_t i = 1; i <= num; i++) {
        struct cm_result *result = fixture_result(i, CM_VERDICT_TRUSTED);

        result->evidence = i % 3 == 0   ? cases_no_probe()
                           : i % 3 == 1 ? cases_bare()
                                        : cases_full();
        fixture_put_row(f, fixture_row(i, i, "a"));
        fixture_put_result(f, result);
    }
    fixture_put_row(f, fixture_invalid_row(num + 1));
    invalid = fixture_result(num + 1, CM_VERDICT_INVALID_ROW);
    (void)fixture_find(&invalid->judgement, CM_CAUSE_INPUT_UNPARSABLE, "k");
    fixture_put_result(f, invalid);
    fixture_put_row(f, fixture_row(num + 2, num + 2, "b"));
    fixture_put_row(f, fixture_row(num + 3, 1, "c"));
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(cm_store_add_missing(f->store, f->run_id, NULL), CM_OK);
    assert_int_equal(
        cm_store_put_download(f->store, f->run_id, &download, NULL), CM_OK);
    assert_int_equal(fixture_finish(f, num + 3), CM_OK);
}

static int64_t begin_again(struct fixture *f)
{
    const struct cm_run_info info = {
        .options = "{\"at\":\"2030-01-01\"}",
        .version = "9",
        .trust = "corp: x: 1 anchor",
        .views = "[{\"name\":\"corp\"},{\"name\":\"public\"}]",
        .started_unix = 1900000000,
        .judged_at_unix = 1900000001,
        .source_run = f->run_id,
    };
    int64_t run_id = 0;

    assert_int_equal(cm_store_begin_rejudge(f->store, &info, &run_id, NULL),
                     CM_OK);
    return run_id;
}

static enum cm_status finish(struct fixture *f, int64_t run_id, uint64_t rows)
{
    const struct cm_run_end end = {
        .state = "complete", .input_sha256 = "00ff", .rows_read = rows};

    return cm_store_finish_run(f->store, run_id, &end, NULL);
}

/* All columns but the run's number are the same in both runs. */
static void assert_copied(struct fixture *f, const char *table)
{
    char sql[4096];
    char *columns;

    (void)snprintf(sql, sizeof(sql),
                   "SELECT group_concat(name) FROM pragma_table_info('%s')"
                   " WHERE name <> 'run'",
                   table);
    columns = fixture_answer(f, sql);
    (void)snprintf(sql, sizeof(sql),
                   "SELECT (SELECT count(*) FROM (SELECT %s FROM %s"
                   " WHERE run = 1 EXCEPT SELECT %s FROM %s WHERE run = 2)),"
                   " (SELECT count(*) FROM %s WHERE run = 1) = count(*),"
                   " count(*) > 0 FROM %s WHERE run = 2",
                   columns, table, columns, table, table, table);
    free(columns);
    assert_answer(f, sql, "0|1|1");
}

/* More than one batch. */
static void judges_a_run_anew(void **state)
{
    struct fixture *f = *state;
    struct judge judge = {.answer = CM_OK};
    const struct cm_store_pass pass = {.visit = judge_anew, .arg = &judge};
    int64_t run;

    make_source(f, 1200);
    run = begin_again(f);
    assert_int_equal(run, 2);
    assert_int_equal(cm_store_rejudge(f->store, run, &pass, NULL), CM_OK);
    assert_int_equal(judge.visits, 1200);
    assert_int_equal(finish(f, run, 1203), CM_OK);
    assert_answer(f,
                  "SELECT run, kind, source_run, state, input_name, columns,"
                  " owner_column, has_header, options, version, tls_library,"
                  " resolvers, judged_at, rows_recorded FROM v_run"
                  " WHERE run = 2",
                  "2|rejudge|1|complete|fleet.csv|[\"host\",\"port\",\"owner\"]"
                  "|2|1|{\"at\":\"2030-01-01\"}|9|BoringSSL|127.0.0.1|"
                  "1900000001|1203");
    assert_answer(f, "SELECT view FROM v_view WHERE run = 2 ORDER BY ord",
                  "corp\npublic");
    assert_answer(f,
                  "SELECT run, verdict, count(*) FROM v_endpoint"
                  " GROUP BY run, verdict ORDER BY run, verdict",
                  "1|invalid_row|1\n1|not_checked|1\n1|trusted|1201\n"
                  "2|invalid_row|1\n2|not_checked|1\n2|untrusted|1201");
    assert_answer(f,
                  "SELECT run, cause, count(*) FROM v_finding"
                  " GROUP BY run, cause ORDER BY run, cause",
                  "1|input_unparsable|1\n1|not_scanned|1\n"
                  "2|input_unparsable|1\n2|leaf_expired|1200\n2|not_scanned|1");
    assert_copied(f, "row");
    assert_copied(f, "endpoint");
    assert_copied(f, "probe");
    assert_copied(f, "answer");
    assert_copied(f, "inventory");
    assert_copied(f, "client");
    assert_copied(f, "download");
    assert_answer(f,
                  "SELECT count(*) FROM (SELECT endpoint, seen, dns, dns_ms,"
                  " dns_result, main_probe FROM result WHERE run = 1 EXCEPT"
                  " SELECT endpoint, seen, dns, dns_ms, dns_result, main_probe"
                  " FROM result WHERE run = 2)",
                  "0");
    assert_answer(f, "SELECT run, url, bytes FROM v_download",
                  "1|http://x.example/|1\n2|http://x.example/|1");
    assert_answer(f, "SELECT sum(fixes_rows) FROM v_action WHERE run = 2",
                  "1203");
    assert_answer(f, "PRAGMA foreign_key_check", "");
}

/* A run made of a run is as good as the first one. */
static void judges_a_rejudged_run_again(void **state)
{
    struct fixture *f = *state;
    struct judge judge = {.answer = CM_OK};
    const struct cm_store_pass pass = {.visit = judge_anew, .arg = &judge};

    make_source(f, 3);
    for (int64_t run = 2; run <= 3; run++) {
        assert_int_equal(begin_again(f), run);
        assert_int_equal(cm_store_rejudge(f->store, run, &pass, NULL), CM_OK);
        assert_int_equal(finish(f, run, 6), CM_OK);
        f->run_id = run;
    }
    assert_int_equal(judge.visits, 6);
    assert_answer(f, "SELECT run, source_run FROM v_run", "1|-\n2|1\n3|2");
    assert_answer(f, "SELECT run FROM v_download", "1\n2\n3");
}

/* No verdict of the old run stands in the new one. */
static void stops_when_asked_to(void **state)
{
    struct fixture *f = *state;
    struct judge judge = {.stop_after = 600};
    const struct cm_store_pass pass = {
        .visit = judge_anew, .arg = &judge, .stop = &judge.stop};
    int64_t run;

    make_source(f, 1200);
    run = begin_again(f);
    assert_int_equal(cm_store_rejudge(f->store, run, &pass, NULL), CM_OK);
    assert_int_equal(judge.visits, 600);
    assert_answer(f,
                  "SELECT verdict, count(*) FROM v_endpoint WHERE run = 2"
                  " GROUP BY verdict",
                  "not_checked|602\nuntrusted|601");
    assert_int_equal(cm_store_add_missing(f->store, run, NULL), CM_OK);
    assert_int_equal(finish(f, run, 1203), CM_OK);
    assert_answer(f,
                  "SELECT count(*) FROM v_endpoint WHERE run = 2"
                  " AND primary_cause = 'not_scanned'",
                  "602");
}

static void fails_when_a_visit_fails(void **state)
{
    struct fixture *f = *state;
    struct judge judge = {.answer = CM_ENOMEM};
    const struct cm_store_pass pass = {.visit = judge_anew, .arg = &judge};
    int64_t run;

    make_source(f, 3);
    run = begin_again(f);
    assert_int_equal(cm_store_rejudge(f->store, run, &pass, NULL), CM_ENOMEM);
    assert_int_equal(judge.visits, 1);
    assert_answer(f, "SELECT count(*) FROM probe WHERE run = 2", "0");
}

#define STORE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(finds_runs_that_have_ended),
        STORE_TEST(gives_options_and_views_of_a_run),
        STORE_TEST(judges_a_run_anew),
        STORE_TEST(judges_a_rejudged_run_again),
        STORE_TEST(stops_when_asked_to),
        STORE_TEST(fails_when_a_visit_fails),
    };

    return cmocka_run_group_tests_name("again", tests, NULL, NULL);
}
