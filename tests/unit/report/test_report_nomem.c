/* Memory ends at every allocation in turn: a report is whole, or there is none
 * and the error says so. The linker sends our allocations here (--wrap).
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

#define NEVER (-1)
#define MOST 5000

/* How many allocations still succeed; NEVER: all do. */
static int left = NEVER;

void *__real_malloc(size_t size);
void *__real_calloc(size_t num, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t num, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static bool fails(void)
{
    if (left == 0) {
        return true;
    }
    left -= left == NEVER ? 0 : 1;
    return false;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t num, size_t size)
{
    return fails() ? NULL : __real_calloc(num, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails() ? NULL : __real_realloc(memory, size);
}

static enum cm_status write_files(const struct fixture *f, FILE *out,
                                  struct cm_error *err)
{
    (void)out;
    return cm_report_write(&f->options, err);
}

static enum cm_status print_summary(const struct fixture *f, FILE *out,
                                    struct cm_error *err)
{
    return cm_report_summary(&f->options, 10, 80, out, err);
}

static enum cm_status print_runs(const struct fixture *f, FILE *out,
                                 struct cm_error *err)
{
    return cm_report_runs(f->db, out, err);
}

static enum cm_status print_catalogue(const struct fixture *f, FILE *out,
                                      struct cm_error *err)
{
    (void)f;
    return cm_explain("install_chain", 80, out, err);
}

static enum cm_status explain_message(const struct fixture *f, FILE *out,
                                      struct cm_error *err)
{
    static const uint8_t text[] = "curl: (60) certificate has expired";
    bool recognised;

    (void)f;
    return cm_explain_error((struct cm_span){text, sizeof(text) - 1}, 80, out,
                            &recognised, err);
}

static enum cm_status tell_endpoint(const struct fixture *f, FILE *out,
                                    struct cm_error *err)
{
    const struct cm_endpoint_query query = {"exp.example", "exp.example", 443,
                                            "", true};
    bool trusted;

    return cm_report_endpoint(&f->options, &query, 80, out, &trusted, err);
}

static enum cm_status split_by_team(const struct fixture *f, FILE *out,
                                    struct cm_error *err)
{
    size_t parts;

    (void)out;
    return cm_report_split_by(&f->options, "team", &parts, err);
}

static enum cm_status print_sql(const struct fixture *f, FILE *out,
                                struct cm_error *err)
{
    return cm_report_sql(&f->options, out, err);
}

/* At each `step`th allocation. */
static void fails_at_each(enum cm_status (*work)(const struct fixture *, FILE *,
                                                 struct cm_error *),
                          int step, const char *formats, const char *file)
{
    struct fixture f;
    struct cm_error err;
    enum cm_status status = CM_ENOMEM;
    FILE *out = tmpfile();
    size_t len;
    int n = 0;

    assert_non_null(out);
    if (strcmp(formats == NULL ? "" : formats, "fixes") == 0) {
        fixture_make_fixes(&f);
    } else {
        fixture_make_fleet(&f);
        fixture_add_measures(&f);
    }
    f.options.formats = formats;
    for (; n < MOST && status != CM_OK; n += step) {
        char *text;

        left = n;
        status = work(&f, out, &err);
        left = NEVER;
        if (status != CM_OK && status != CM_ENOMEM) {
            fail_msg("allocation %d: %s", n, err.text);
        }
        text = file == NULL ? NULL : fixture_read(&f, file, &len);
        if (file != NULL && (text != NULL) != (status == CM_OK)) {
            fail_msg("allocation %d: %s is there, or not", n, file);
        }
        free(text);
    }
    assert_int_equal(status, CM_OK);
    assert_true(n > 1);
    (void)fclose(out);
    fixture_remove(&f);
}

static void fails_at_every_allocation(
    enum cm_status (*work)(const struct fixture *, FILE *, struct cm_error *),
    const char *formats, const char *file)
{
    fails_at_each(work, 1, formats, file);
}

static void certificates_csv_is_whole_or_absent(void **state)
{
    (void)state;
    fails_at_every_allocation(write_files, "certificates", "certificates.csv");
}

static void a_story_says_that_memory_ended(void **state)
{
    (void)state;
    fails_at_every_allocation(tell_endpoint, NULL, NULL);
}

static void report_json_is_whole_or_absent(void **state)
{
    (void)state;
    fails_at_every_allocation(write_files, "json", "report.json");
}

static void actions_csv_is_whole_or_absent(void **state)
{
    (void)state;
    fails_at_every_allocation(write_files, "actions", "actions.csv");
}

static void endpoints_csv_is_whole_or_absent(void **state)
{
    (void)state;
    fails_at_every_allocation(write_files, "endpoints", "endpoints.csv");
}

static void endpoints_jsonl_is_whole_or_absent(void **state)
{
    (void)state;
    fails_at_every_allocation(write_files, "jsonl", "endpoints.jsonl");
}

static void what_programs_read_is_whole_or_absent(void **state)
{
    (void)state;
    fails_at_each(write_files, 13, "sarif", "results.sarif");
    fails_at_each(write_files, 11, "prometheus", "metrics.prom");
    fails_at_each(write_files, 11, "actions,manifest", "manifest.json");
    fails_at_every_allocation(print_sql, NULL, NULL);
}

/* What appears last is there with all the others only. */
static void a_split_report_is_whole_or_has_no_index(void **state)
{
    (void)state;
    fails_at_each(split_by_team, 61, "actions,manifest", "manifest.json");
}

/* The list of the files comes last: with it, all are there. */
static void fixes_are_listed_when_they_are_whole(void **state)
{
    (void)state;
    fails_at_every_allocation(write_files, "fixes", "fixes/README.txt");
}

static void the_terminal_says_that_memory_ran_out(void **state)
{
    (void)state;
    fails_at_every_allocation(print_summary, NULL, NULL);
    fails_at_every_allocation(print_runs, NULL, NULL);
    fails_at_every_allocation(print_catalogue, NULL, NULL);
    fails_at_every_allocation(explain_message, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(report_json_is_whole_or_absent),
        cmocka_unit_test(a_story_says_that_memory_ended),
        cmocka_unit_test(certificates_csv_is_whole_or_absent),
        cmocka_unit_test(actions_csv_is_whole_or_absent),
        cmocka_unit_test(endpoints_csv_is_whole_or_absent),
        cmocka_unit_test(endpoints_jsonl_is_whole_or_absent),
        cmocka_unit_test(fixes_are_listed_when_they_are_whole),
        cmocka_unit_test(what_programs_read_is_whole_or_absent),
        cmocka_unit_test(a_split_report_is_whole_or_has_no_index),
        cmocka_unit_test(the_terminal_says_that_memory_ran_out),
    };

    return cmocka_run_group_tests_name("report nomem", tests, NULL, NULL);
}
