/* A scan that did not end is found, claimed and continued.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/fixture.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certmuster/resume.h"

#define ROWS 2500U /* more than are read at a time */

static struct cm_store *open_other(const struct fixture *f)
{
    struct cm_store *store = NULL;
    struct cm_error err = {0};

    if (cm_store_open(&store, f->path, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    return store;
}

static enum cm_status find(const struct fixture *f, int64_t run_id,
                           struct cm_unfinished *out, struct cm_error *err)
{
    struct cm_store *store = open_other(f);
    enum cm_status status = cm_store_find_unfinished(store, run_id, out, err);

    cm_store_close(store);
    return status;
}

static void assert_refused(const struct fixture *f, int64_t run_id,
                           const char *words)
{
    struct cm_unfinished run;
    struct cm_error err = {0};

    assert_int_equal(find(f, run_id, &run, &err), CM_EINPUT);
    if (strstr(err.text, words) == NULL) {
        fail_msg("no \"%s\" in: %s", words, err.text);
    }
}

static void assert_found(const struct fixture *f, int64_t run_id, int64_t id,
                         bool complete)
{
    struct cm_unfinished run;
    struct cm_error err = {0};

    if (find(f, run_id, &run, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(run.id, id);
    assert_int_equal(run.complete, complete);
    cm_unfinished_cleanup(&run);
}

static void crash(struct fixture *f) /* the run stays "running" */
{
    cm_store_close(f->store);
    fixture_reopen(f);
}

static void the_newest_that_did_not_end_is_found(void **state)
{
    struct fixture *f = *state;

    assert_refused(f, 0, "holds no scan yet");
    fixture_begin(f); /* 1 */
    crash(f);
    assert_found(f, 0, 1, false);
    fixture_begin(f); /* 2 */
    crash(f);
    fixture_begin(f); /* 3 */
    assert_int_equal(fixture_finish(f, 0), CM_OK);
    crash(f);
    assert_found(f, 0, 2, false);
    assert_found(f, 1, 1, false);
    assert_found(f, 3, 3, true);
    assert_refused(f, 4, "no run 4");
}

static void a_complete_store_has_the_newest(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 2; i++) {
        fixture_begin(f);
        assert_int_equal(fixture_finish(f, 0), CM_OK);
    }
    assert_found(f, 0, 2, true);
}

static void what_is_no_scan_or_does_not_add_up_is_refused(void **state)
{
    struct fixture *f = *state;
    const struct cm_run_info info = {
        .options = "{}", .version = "1", .trust = "", .source_run = 1};
    int64_t run_id;
    struct cm_error err;

    fixture_begin(f);
    assert_int_equal(fixture_finish(f, 1), CM_EINTERNAL);
    assert_int_equal(cm_store_begin_rejudge(f->store, &info, &run_id, &err),
                     CM_OK);
    assert_refused(f, 1, "does not add up");
    assert_refused(f, run_id, "is a rejudge");
}

static void two_processes_never_write_one_run(void **state)
{
    struct fixture *f = *state;
    struct cm_unfinished mine;
    struct cm_error err = {0};

    fixture_begin(f);
    assert_refused(f, 0, "another process");
    assert_true(cm_store_run_busy(f->path, 1));
    assert_false(cm_store_run_busy(f->path, 2));
    crash(f);
    assert_false(cm_store_run_busy(f->path, 1));
    assert_int_equal(cm_store_find_unfinished(f->store, 0, &mine, &err), CM_OK);
    assert_refused(f, 0, "another process");
    cm_unfinished_cleanup(&mine);
}

static void put_download(struct fixture *f, const char *kind, int64_t fetched)
{
    const struct cm_download download = {.url = "http://x/",
                                         .kind = kind,
                                         .result = "ok",
                                         .detail = "",
                                         .fetched_unix = fetched};
    struct cm_error err;

    assert_int_equal(cm_store_put_download(f->store, 1, &download, &err),
                     CM_OK);
}

/* Rows 1 to 4; 2 is trusted, 3 was judged again, 1 and 4 were not scanned. */
static void half_a_run(struct fixture *f)
{
    struct cm_result *second = fixture_result(2, CM_VERDICT_TRUSTED);
    struct cm_result *third = fixture_result(3, CM_VERDICT_UNTRUSTED);
    struct cm_error err;

    (void)fixture_find(&third->judgement, CM_CAUSE_LEAF_EXPIRED, "k");
    fixture_begin(f);
    for (uint64_t i = 1; i <= 4; i++) {
        fixture_put_row(f, fixture_row(i, i, "o"));
    }
    fixture_put_result(f, second);
    fixture_put_result(f, third);
    assert_int_equal(cm_store_drain(f->store, &err), CM_OK);
    put_download(f, "crl", 1);
    put_download(f, "issuer", 1);
    assert_int_equal(cm_store_add_missing(f->store, f->run_id, &err), CM_OK);
    assert_int_equal(
        cm_store_finish_run(f->store, f->run_id,
                            &(struct cm_run_end){.state = "partial",
                                                 .input_sha256 = "00",
                                                 .rows_read = 4},
                            &err),
        CM_OK);
    crash(f);
}

struct done {
    unsigned num;
    uint64_t ids[4];
    enum cm_verdict verdicts[4];
};

static enum cm_status note_done(void *arg, uint64_t endpoint,
                                enum cm_verdict verdict, bool again)
{
    struct done *done = arg;

    assert_false(again);
    done->ids[done->num] = endpoint;
    done->verdicts[done->num++] = verdict;
    return CM_OK;
}

static void what_was_not_scanned_makes_room(void **state)
{
    struct fixture *f = *state;
    struct cm_unfinished run;
    struct done done = {0};
    struct cm_error err = {0};

    half_a_run(f);
    assert_int_equal(cm_store_find_unfinished(f->store, 0, &run, &err), CM_OK);
    assert_false(run.complete);
    assert_int_equal(run.rows, 4);
    assert_string_equal(run.columns, "[\"host\",\"port\",\"owner\"]");
    assert_string_equal(run.input_name, "fleet.csv");
    cm_unfinished_cleanup(&run);
    assert_int_equal(cm_store_each_done(f->store, 1, note_done, &done, &err),
                     CM_OK);
    assert_int_equal(done.num, 2);
    assert_int_equal(done.ids[0], 2);
    assert_int_equal(done.verdicts[0], CM_VERDICT_TRUSTED);
    assert_int_equal(done.ids[1], 3);
    assert_int_equal(cm_store_continue_run(f->store, 1, &err), CM_OK);
    assert_answer(f,
                  "SELECT state, resumed, (SELECT count(*) FROM action),"
                  " (SELECT count(*) FROM download) FROM run",
                  "running|1|0|1");
    fixture_put_result(f, fixture_result(1, CM_VERDICT_TRUSTED));
    assert_int_equal(cm_store_drain(f->store, &err), CM_OK);
    assert_answer(f, "SELECT endpoint, verdict FROM result ORDER BY endpoint",
                  "1|trusted\n2|trusted\n3|untrusted\n4|not_checked");
    assert_answer(f, "SELECT endpoint FROM finding ORDER BY endpoint", "3\n4");
    put_download(f, "issuer", 2); /* once more, and so in its place */
    put_download(f, "crl", 2);
    assert_answer(f, "SELECT kind, fetched FROM download ORDER BY kind",
                  "crl|2\nissuer|2");
    f->run_id = 1;
    assert_int_equal(fixture_finish(f, 4), CM_OK);
    assert_answer(f, "SELECT state FROM run", "complete");
}

static enum cm_status note_again(void *arg, uint64_t endpoint,
                                 enum cm_verdict verdict, bool again)
{
    unsigned *bits = arg;

    (void)verdict;
    *bits |= again ? 1U << endpoint : 0;
    return CM_OK;
}

static void judgements_that_ask_for_more_are_known(void **state)
{
    struct fixture *f = *state;
    struct cm_result *asks = fixture_result(1, CM_VERDICT_TRUSTED);
    unsigned bits = 0;
    struct cm_error err = {0};

    asks->judgement.wants = calloc(1, sizeof(*asks->judgement.wants));
    assert_non_null(asks->judgement.wants);
    asks->judgement.num_wants = 1;
    asks->judgement.wants[0].cert = fixture_cert("abc");
    fixture_begin(f);
    for (uint64_t i = 1; i <= 2; i++) {
        fixture_put_row(f, fixture_row(i, i, "o"));
    }
    fixture_put_result(f, asks);
    fixture_put_result(f, fixture_result(2, CM_VERDICT_TRUSTED));
    assert_int_equal(cm_store_drain(f->store, &err), CM_OK);
    assert_int_equal(cm_store_each_done(f->store, 1, note_again, &bits, &err),
                     CM_OK);
    assert_int_equal(bits, 1U << 1);
}

static void rows_come_in_order_and_in_pieces(void **state)
{
    struct fixture *f = *state;
    struct cm_stored_rows *rows;
    const struct cm_stored_row *row;
    struct cm_error err = {0};

    fixture_begin(f);
    for (uint64_t i = 1; i <= ROWS; i++) {
        fixture_put_row(f, fixture_row(i, i, "o"));
    }
    assert_int_equal(cm_store_drain(f->store, &err), CM_OK);
    assert_int_equal(cm_stored_rows_open(&rows, f->path, 1, &err), CM_OK);
    for (uint64_t i = 1; i <= ROWS; i++) {
        assert_int_equal(cm_stored_rows_next(rows, &row, &err), CM_OK);
        assert_non_null(row);
        assert_int_equal(row->id, i);
        assert_int_equal(row->line, i + 1);
    }
    assert_string_equal(row->fields, "[\"host2500.example\",\"443\",\"o\"]");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(cm_stored_rows_next(rows, &row, &err), CM_OK);
        assert_null(row);
    }
    cm_stored_rows_close(rows);
}

#define TEST(fn)                                                               \
    cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_newest_that_did_not_end_is_found),
        TEST(a_complete_store_has_the_newest),
        TEST(what_is_no_scan_or_does_not_add_up_is_refused),
        TEST(two_processes_never_write_one_run),
        TEST(what_was_not_scanned_makes_room),
        TEST(judgements_that_ask_for_more_are_known),
        TEST(rows_come_in_order_and_in_pieces),
    };

    return cmocka_run_group_tests_name("resume", tests, NULL, NULL);
}
