/* How far a run is, for people, for machines and for Prometheus.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/run/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/file.h"
#include "run/metrics.h"

static struct cm_progress_facts busy(void)
{
    struct cm_progress_facts facts = {
        .run_id = 3,
        .stage = CM_RUN_SCANNING,
        .state = "running",
        .seconds = 12.34,
        .done = 1200,
        .total = 20000,
        .resumed = 200,
        .rate = 123.4,
        .eta_s = 3725,
        .endpoints = 900,
        .in_flight = 100,
        .retries = 8,
        .judged_again = 5,
        .downloads_done = 2,
        .downloads = 7,
    };

    facts.verdicts[CM_VERDICT_TRUSTED] = 500;
    facts.verdicts[CM_VERDICT_UNTRUSTED] = 40;
    return facts;
}

static void assert_line(const struct cm_progress_facts *facts, size_t width,
                        const char *expected)
{
    struct cm_buf text;

    cm_buf_init(&text, 1024);
    cm_progress_line(facts, width, &text);
    assert_string_equal(cm_buf_cstr(&text), expected);
    cm_buf_cleanup(&text);
}

static void a_line_fits_its_terminal(void **state)
{
    struct cm_progress_facts facts = busy();

    (void)state;
    assert_line(&facts, 1000,
                "  1200/~20000  6%  123/s  in flight 100  retries 8  trusted "
                "500  not trusted 40  unreachable 0  not TLS 0  invalid 0  ETA "
                "1:02:05");
    assert_line(&facts, 79,
                "  1200/~20000  6%  123/s  trusted 500  not trusted 40  "
                "ETA 1:02:05");
    assert_line(&facts, 40, "  1200/~20000  6%  123/s  ETA 1:02:05");
    assert_line(&facts, 16, "  1200/~20000");
    assert_line(&facts, 5, "  120");
    for (size_t width = 1; width < 200; width++) {
        struct cm_buf text;

        cm_buf_init(&text, 1024);
        cm_progress_line(&facts, width, &text);
        assert_true(text.len <= width);
        cm_buf_cleanup(&text);
    }
    facts.exact = true;
    facts.eta_s = 65;
    assert_line(&facts, 40, "  1200/20000  6%  123/s  ETA 1:05");
    facts.stage = CM_RUN_COMPLETING;
    assert_line(&facts, 79, "  completing chains: 5 endpoints judged again");
    facts.stage = CM_RUN_FETCHING;
    assert_line(&facts, 79, "  fetching 2 of 7");
    facts.stage = CM_RUN_JUDGING;
    assert_line(&facts, 79, "  judging: 5 endpoints");
}

static void limits_are_shown_where_they_hold(void **state)
{
    struct cm_progress_facts facts = busy();
    struct cm_buf text;

    (void)state;
    facts.waiting = 12;
    facts.set_aside = 34;
    facts.throttled = 56;
    facts.rate_limit = 200;
    assert_line(&facts, 1000,
                "  1200/~20000  6%  123/s  limit 200/s  in flight 100  waiting "
                "12  set aside 34  retries 8  trusted 500  not trusted 40  "
                "unreachable 0  not TLS 0  invalid 0  ETA 1:02:05");
    assert_line(&facts, 108,
                "  1200/~20000  6%  123/s  in flight 100  waiting 12  trusted "
                "500  not trusted 40  unreachable 0  ETA 1:02:05");
    for (size_t width = 1; width < 200; width++) {
        cm_buf_init(&text, 1024);
        cm_progress_line(&facts, width, &text);
        assert_true(text.len <= width);
        cm_buf_cleanup(&text);
    }
    cm_buf_init(&text, 4096);
    cm_progress_json(&facts, &text);
    assert_non_null(strstr(cm_buf_cstr(&text),
                           ",\"waiting\":12,\"set_aside\":34,\"throttled\":56,"
                           "\"rate_limit\":200,"));
    cm_buf_cleanup(&text);
}

static void an_object_has_all_numbers(void **state)
{
    struct cm_progress_facts facts = busy();
    struct cm_buf text;

    (void)state;
    cm_buf_init(&text, 4096);
    cm_progress_json(&facts, &text);
    assert_string_equal(
        cm_buf_cstr(&text),
        "{\"run\":3,\"state\":\"running\",\"stage\":\"scanning\",\"seconds\":"
        "12.3,\"done\":1200,\"total\":20000,\"total_exact\":false,\"resumed\":"
        "200,\"rate\":123.4,\"eta_seconds\":3725,\"endpoints\":900,\"in_"
        "flight\":100,\"retries\":8,\"waiting\":0,\"set_aside\":0,"
        "\"throttled\":0,\"rate_limit\":null,\"verdicts\":{\"trusted\":500,"
        "\"untrusted\":40,\"unreachable\":0,\"not_tls\":0,\"invalid_row\":0,"
        "\"not_checked\":0},\"judged_again\":5,\"downloads_done\":2,"
        "\"downloads\":7}\n");
    facts.eta_s = -1;
    cm_buf_clear(&text);
    cm_progress_json(&facts, &text);
    assert_non_null(strstr(cm_buf_cstr(&text), "\"eta_seconds\":null,"));
    cm_buf_cleanup(&text);
}

static char *read_text(const char *path)
{
    struct cm_buf bytes;
    struct cm_error err;

    cm_buf_init(&bytes, 1U << 20);
    assert_int_equal(cm_file_read(&bytes, path, &err), CM_OK);
    return cm_buf_take(&bytes);
}

static void assert_has(const char *path, const char *words)
{
    char *text = read_text(path);

    if (strstr(text, words) == NULL) {
        fail_msg("no \"%s\" in:\n%s", words, text);
    }
    free(text);
}

static void metrics_are_there_from_the_start_and_at_the_end(void **state)
{
    struct folder *f = *state;
    const char *path = folder_path(f, "certmuster.prom");
    struct cm_progress_facts facts = busy();
    struct cm_store_totals totals = {.actions = 4,
                                     .earliest_expiry = 1900000000};
    struct cm_metrics *metrics;
    struct cm_error err;
    char *text;

    totals.verdicts[CM_VERDICT_TRUSTED] = 7;
    totals.causes[CM_CAUSE_LEAF_EXPIRED] = 2;
    assert_int_equal(cm_metrics_new(&metrics, path, "1.2", 1800000000, &err),
                     CM_OK);
    assert_has(path, "certmuster_run_state{state=\"running\"} 1\n");
    assert_has(path, "certmuster_last_success_timestamp_seconds 1800000000\n");
    assert_has(path, "certmuster_build_info{version=\"1.2\"} 1\n");
    facts.waiting = 12;
    facts.set_aside = 34;
    facts.throttled = 56;
    facts.rate_limit = 200;
    cm_metrics_show(metrics, &facts);
    assert_has(path, "certmuster_endpoints_waiting 12\n");
    assert_has(path, "certmuster_endpoints_set_aside 34\n");
    assert_has(path, "certmuster_endpoints_throttled_total 56\n");
    assert_has(path, "certmuster_start_rate_limit 200\n");
    assert_has(path, "certmuster_run_number 3\n");
    assert_has(path, "certmuster_endpoints{verdict=\"trusted\"} 500\n");
    text = read_text(path);
    assert_null(strstr(text, "_by_cause"));
    free(text);
    cm_metrics_end(metrics, "complete", &totals);
    assert_has(path, "certmuster_run_state{state=\"running\"} 0\n");
    assert_has(path, "certmuster_run_state{state=\"complete\"} 1\n");
    assert_has(path, "certmuster_endpoints{verdict=\"trusted\"} 7\n");
    assert_has(path,
               "certmuster_endpoints_by_cause{cause=\"leaf_expired\"} 2\n");
    assert_has(path, "certmuster_actions 4\n");
    assert_has(path,
               "certmuster_earliest_expiry_timestamp_seconds 1900000000\n");
    text = read_text(path);
    assert_null(strstr(text, "_seconds 1800000000\n"));
    free(text);
    cm_metrics_free(metrics);
    cm_metrics_end(NULL, "complete", NULL);
}

static void metrics_in_no_folder_are_an_error_at_once(void **state)
{
    struct folder *f = *state;
    struct cm_metrics *metrics;
    struct cm_error err;

    assert_int_equal(
        cm_metrics_new(&metrics, folder_path(f, "none/x.prom"), "1", 0, &err),
        CM_EIO);
    assert_null(metrics);
    assert_non_null(strstr(err.text, "x.prom"));
}

/* A slip must not cost the input, the store or a device. */
static void metrics_replace_nothing_but_metrics(void **state)
{
    struct folder *f = *state;
    const char *path = folder_path(f, "fleet.csv");
    struct cm_metrics *metrics;
    struct cm_error err;
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs("host,port\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(cm_metrics_new(&metrics, path, "1", 0, &err), CM_EUSAGE);
    assert_null(metrics);
    assert_non_null(strstr(err.text, "fleet.csv"));
    assert_has(path, "host,port");
    assert_int_equal(cm_metrics_new(&metrics, "/dev/null", "1", 0, &err),
                     CM_EUSAGE);
    assert_non_null(strstr(err.text, "not a regular file"));
    path = folder_path(f, "again.prom");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(cm_metrics_new(&metrics, path, "1", 0, &err), CM_OK);
        cm_metrics_free(metrics);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_fits_its_terminal),
        cmocka_unit_test(limits_are_shown_where_they_hold),
        cmocka_unit_test(an_object_has_all_numbers),
        cmocka_unit_test_setup_teardown(
            metrics_are_there_from_the_start_and_at_the_end, folder_setup,
            folder_teardown),
        cmocka_unit_test_setup_teardown(
            metrics_in_no_folder_are_an_error_at_once, folder_setup,
            folder_teardown),
        cmocka_unit_test_setup_teardown(metrics_replace_nothing_but_metrics,
                                        folder_setup, folder_teardown),
    };

    return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
