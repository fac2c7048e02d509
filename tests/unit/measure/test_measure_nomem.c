/* When memory runs out, simulating and reading say so: never another outcome.
 * SPDX-License-Identifier: Apache-2.0 */
#include "clients.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/simulate.h"

/* Which allocation from now on fails; 0: none. */
static unsigned countdown;

static bool fails(void)
{
    return countdown > 0 && --countdown == 0;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t num, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t num, size_t size);
char *__real_strdup(const char *text);
int __real_vasprintf(char **out, const char *fmt, va_list args);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t num, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t num, size_t size);
char *__wrap_strdup(const char *text);
int __wrap_vasprintf(char **out, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t num, size_t size)
{
    return fails() ? NULL : __real_calloc(num, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t num, size_t size)
{
    return fails() ? NULL : __real_reallocarray(old, num, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

int __wrap_vasprintf(char **out, const char *fmt, va_list args)
{
    return fails() ? -1 : __real_vasprintf(out, fmt, args);
}

static void assert_same(const struct cm_measured *a,
                        const struct cm_measured *b)
{
    assert_int_equal(a->num_profiles, b->num_profiles);
    for (size_t i = 0; i < a->num_profiles; i++) {
        const struct cm_profile_result *p = &a->profiles[i];
        const struct cm_profile_result *q = &b->profiles[i];

        assert_int_equal(p->outcome, q->outcome);
        assert_int_equal(p->cause, q->cause);
        assert_string_equal(p->why, q->why);
        assert_int_equal(p->message == NULL, q->message == NULL);
    }
}

/* Lets each allocation fail in turn, until there are no more. What the memo of
 * signatures cannot remember does no harm; everything else must be said. */
static void simulating_says_so(void **state)
{
    static const char *const names[] = {"curl", "net6_w2022", "xp_ie8"};
    const struct cm_profile *profiles[3];
    struct clients c;
    struct scene *s = &c.scene;
    unsigned failures = 0;
    bool failed = true;

    (void)state;
    clients_open(&c, "www.b.example");
    scene_trust(s, "root");
    clients_serve(&c, "leafold", 0x0304, 0x1301, 0x001d);
    scene_judge(s);
    for (size_t i = 0; i < 3; i++) {
        profiles[i] = cm_profileset_find(c.profiles, names[i]);
    }
    for (unsigned nth = 0; failed; nth++) {
        struct cm_measured got = {.num_profiles = 0};
        struct cm_client_case what = {
            .ep = &s->ep,
            .ev = s->ev,
            .judgement = &s->got,
            .num_views = 1,
            .policy = &s->policy,
            .at_unix = s->at_unix,
        };
        enum cm_status status;

        cm_sigmemo_free(s->trust.memo);
        s->trust.memo = cm_sigmemo_new();
        what.views = &s->trust;
        countdown = nth;
        status = cm_simulate(nth == 0 ? &c.measured : &got, profiles, 3, &what);
        failed = nth == 0 || countdown == 0;
        countdown = 0;
        if (status == CM_OK && nth > 0) {
            assert_same(&got, &c.measured);
        }
        failures += status == CM_ENOMEM;
        assert_true(status == CM_OK || status == CM_ENOMEM);
        cm_measured_cleanup(&got);
    }
    assert_true(failures > 20);
    clients_close(&c);
}

static void reading_says_so(void **state)
{
    static const char text[] = "[suites]\na = 1302\n[profile x]\ntitle = X\n"
                               "source = s\nconfidence = low\nversions = 1.3\n"
                               "suites = @a\n  1301\n";
    unsigned failures = 0;
    bool failed = true;

    (void)state;
    for (unsigned nth = 1; failed; nth++) {
        struct cm_profileset *set = cm_profileset_new();
        struct cm_error err;
        enum cm_status status;

        countdown = nth;
        status = cm_profileset_read(set, "a", text, sizeof(text) - 1, &err);
        failed = countdown == 0;
        countdown = 0;
        if (failed) {
            assert_int_equal(status, CM_ENOMEM);
            failures++;
        } else {
            assert_int_equal(status, CM_OK);
            assert_int_equal(cm_profileset_at(set, 0)->suites.num, 2);
        }
        cm_profileset_free(set);
    }
    assert_true(failures > 2);
}

static int cleanup(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simulating_says_so),
        cmocka_unit_test(reading_says_so),
    };

    return cmocka_run_group_tests_name("measure_nomem", tests, NULL, cleanup);
}
