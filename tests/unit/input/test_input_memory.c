/* Memory that runs out, at each allocation once: an error, no crash, no leak,
 * no row that is half there.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "input/input.h"

/* The linker sends this program's allocations here (--wrap). */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static struct {
    long left;    /* allocations until one fails; negative: none does */
    bool lasting; /* and all that follow fail too */
    bool failed;  /* it happened */
} memory = {.left = -1};

static bool fails_now(void)
{
    if (memory.left != 0) {
        memory.left -= memory.left > 0;
        return false;
    }
    memory.left = memory.lasting ? 0 : -1;
    memory.failed = true;
    return true;
}

static void fail_at(long nth, bool lasting)
{
    memory.left = nth;
    memory.lasting = lasting;
    memory.failed = false;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails_now() ? NULL : __real_realloc(old, size);
}

static enum cm_status on_columns(void *arg, const char *const *names,
                                 size_t num_names, int owner, bool has_header)
{
    (void)arg;
    (void)owner;
    (void)has_header;
    for (size_t i = 0; i < num_names; i++) {
        assert_non_null(names[i]);
    }
    return CM_OK;
}

static enum cm_status on_row(void *arg, struct cm_row *row)
{
    (void)arg;
    for (size_t i = 0; i < row->num_fields; i++) {
        assert_non_null(row->fields[i]);
    }
    assert_true(row->valid || row->reason[0] != '\0');
    cm_row_free(row);
    return CM_OK;
}

/* True when the text was read to its end. */
static bool read_text(const char *text, size_t len)
{
    const struct cm_input_options options = {.header = -1};
    const struct cm_input_sink sink = {on_columns, on_row, NULL};
    struct cm_input *input = NULL;
    struct cm_error err = {CM_OK, ""};
    enum cm_status status = cm_input_new(&input, &options, &sink, &err);

    if (status != CM_OK) {
        assert_int_equal(status, CM_ENOMEM);
        assert_int_equal(err.status, CM_ENOMEM);
        assert_null(input);
        return false;
    }
    status = cm_input_feed(input, text, len);
    if (status == CM_OK) {
        status = cm_input_finish(input);
    }
    if (status != CM_OK) {
        assert_int_equal(status, CM_ENOMEM);
        assert_int_equal(cm_input_error(input)->status, CM_ENOMEM);
    }
    cm_input_free(input);
    return status == CM_OK;
}

/* libcsv asks for less when it gets nothing, so that one failure may do no
 * harm; a lasting one must stop the reading. */
static void each_allocation_fails(const char *text, size_t len, long least)
{
    for (int lasting = 0; lasting <= 1; lasting++) {
        long nth = 0;
        bool complete = false;

        do {
            fail_at(nth++, lasting != 0);
            complete = read_text(text, len);
            assert_true(!complete || !memory.failed || lasting == 0);
            memory.left = -1;
            assert_true(nth < 1000);
        } while (memory.failed);
        assert_true(complete);
        assert_true(nth > least);
    }
}

static void reading_with_a_header(void **state)
{
    static const char text[] = "host,,owner\na,\"x\ny\",M\xfcller\nb\"\nc,\"";

    (void)state;
    each_allocation_fails(text, sizeof(text) - 1, 20);
}

static void reading_without_a_header(void **state)
{
    static const char text[] = "x\"\na,1,\0\nb,1\n";

    (void)state;
    each_allocation_fails(text, sizeof(text) - 1, 15);
}

static void reading_mistakes_alone(void **state)
{
    static const char text[] =
        "x\"\nx\"\nx\"\nx\"\nx\"\nx\"\nx\"\nx\"\nx\"\nx\"\n"
        "x\"\nx\"\nx\"\nx\"\nx\"\nx\"\nx\"\n";

    (void)state;
    each_allocation_fails(text, 3, 5);
    each_allocation_fails(text, sizeof(text) - 1, 50);
}

static void noting_duplicates(void **state)
{
    long nth = 0;

    (void)state;
    do {
        struct cm_dedupe *dedupe;
        uint64_t id = 1;

        fail_at(nth++, false);
        dedupe = cm_dedupe_new();
        while (dedupe != NULL && id <= 3000) {
            struct cm_row row = {.id = id, .line = id, .valid = true};

            (void)snprintf(row.endpoint.host, sizeof(row.endpoint.host), "h%u",
                           (unsigned)id);
            if (!cm_dedupe_note(dedupe, &row)) {
                break;
            }
            assert_int_equal(row.endpoint_id, id);
            id++;
        }
        memory.left = -1;
        assert_int_equal(id == 3001, !memory.failed);
        cm_dedupe_free(dedupe);
    } while (memory.failed);
    assert_true(nth > 4);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_with_a_header),
        cmocka_unit_test(reading_without_a_header),
        cmocka_unit_test(reading_mistakes_alone),
        cmocka_unit_test(noting_duplicates),
    };

    return cmocka_run_group_tests_name("input memory", tests, NULL, NULL);
}
