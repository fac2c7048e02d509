/* Memory ends at every allocation of a comparison in turn: it says so, and
 * tells nothing that is half. The linker sends our allocations here (--wrap).
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "history.h"

#define NEVER (-1)
#define MOST 3000

static int left = NEVER; /* how many allocations still succeed */

void *__real_malloc(size_t size);
void *__real_calloc(size_t num, size_t size);
void *__real_realloc(void *memory, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t num, size_t size);
void *__wrap_realloc(void *memory, size_t size);
char *__wrap_strdup(const char *text);

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

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

static const struct history_row good[] = {
    {1, "a.example", "trusted", NULL, "1", NULL, 0},
    {2, "b.example", "trusted", NULL, "3", NULL, 0},
    {3, "", "invalid_row", "input_unparsable", NULL, NULL, 0},
};
static const struct history_row bad[] = {
    {1, "b.example", "untrusted", "leaf_expired", "3", "tls_weak_dh", 0},
    {2, "new.example", "trusted", NULL, "5", NULL, 0},
};

static void fails_at_every_allocation(const struct fixture *f,
                                      const char *format, const char *want)
{
    enum cm_status status = CM_ENOMEM;
    int n = 0;

    for (; n < MOST && status != CM_OK; n++) {
        struct cm_error err = {.status = CM_OK};
        FILE *out = tmpfile();
        char *text;

        assert_non_null(out);
        left = n;
        status = cm_report_diff(&f->options, format, out, &err);
        left = NEVER;
        if (status != CM_OK && status != CM_ENOMEM) {
            fail_msg("%s, allocation %d: %s", format, n, err.text);
        }
        text = fixture_drain(out);
        if ((strstr(text, want) != NULL) != (status == CM_OK)) {
            fail_msg("%s, allocation %d: %s", format, n, text);
        }
        free(text);
    }
    assert_int_equal(status, CM_OK);
    assert_true(n > 10);
}

static void tells_all_or_that_memory_ended(void **state)
{
    struct fixture f;

    (void)state;
    history_make(&f);
    HISTORY_RUN(&f, 1, bad);
    HISTORY_RUN(&f, 2, good);
    HISTORY_RUN(&f, 3, bad);
    fails_at_every_allocation(&f, "csv", "regressed,");
    fails_at_every_allocation(&f, "json", "\"regressed\"");
    fails_at_every_allocation(&f, "text", "fails again (1)");
    fails_at_every_allocation(&f, "html", "failed in run 1");
    fixture_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_all_or_that_memory_ended),
    };

    return cmocka_run_group_tests_name("changes without memory", tests, NULL,
                                       NULL);
}
