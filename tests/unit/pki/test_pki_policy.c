/* Certificate policies of a path.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "pki/constraints.h"
#include "pki/pki.h"
#include "policy_cases.h"

static bool is_valid(const struct policy_case *c, size_t *at,
                     struct cm_buf *why)
{
    struct cm_cert *path[POLICY_MAX_PATH];
    bool valid;

    policy_build(c, path);
    cm_buf_init(why, CM_CONSTRAINT_WHY_MAX);
    valid = cm_policy_path_valid(path, c->num + 1, at, why);
    assert_int_equal(valid, why->len == 0);
    assert_false(why->failed);
    assert_true(*at <= c->num);
    policy_free(c, path);
    return valid;
}

static void every_case(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < num_policy_cases; i++) {
        const struct policy_case *c = &policy_cases[i];
        struct cm_buf why;
        size_t at;
        bool valid = is_valid(c, &at, &why);

        if (valid != (c->at < 0) || (!valid && at != (size_t)c->at)) {
            print_error("%s: %d at %zu, %s\n", c->what, valid, at,
                        cm_buf_cstr(&why));
            wrong++;
        }
        cm_buf_cleanup(&why);
    }
    assert_int_equal(wrong, 0);
}

static void the_phrase_names_the_subject(void **state)
{
    static const struct policy_case c = {
        .num = 2,
        .path = {{.subject_o = "Acme"},
                 {.policies = "1.2.3", .require_explicit = 1}}};
    struct cm_buf why;
    size_t at;

    (void)state;
    assert_false(is_valid(&c, &at, &why));
    assert_string_equal(cm_buf_cstr(&why),
                        "it requires an explicit certificate policy, and none "
                        "that the path allows is asserted by "
                        "\"CN=leaf,O=Acme\"");
    cm_buf_cleanup(&why);
}

static void malformed_extensions(void **state)
{
    static const struct forge_ext bad[] = {{"2.5.29.32", false, "3000"},
                                           {"2.5.29.33", true, "3000"},
                                           {"2.5.29.36", true, "3000"},
                                           {"2.5.29.54", true, "0201ff"}};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        for (size_t place = 0; place < 2; place++) {
            struct policy_case c = {.num = 2};
            struct cm_buf why;
            size_t at;

            c.path[place].exts = &bad[i];
            c.path[place].num_exts = 1;
            assert_false(is_valid(&c, &at, &why));
            assert_int_equal(at, place);
            cm_buf_cleanup(&why);
        }
    }
}

/* "1.2.first,1.2.(first+1)..." or the pairs of each with each. */
static char *many(unsigned first, unsigned count, bool pairs)
{
    struct cm_buf list;
    char *text;

    cm_buf_init(&list, 1000000);
    for (unsigned i = first; i < first + count; i++) {
        for (unsigned j = 0; pairs && j < count; j++) {
            (void)cm_buf_printf(&list, "%s1.2.%u=1.2.%u",
                                list.len > 0 ? "," : "", i, first + j);
        }
        if (!pairs) {
            (void)cm_buf_printf(&list, "%s1.2.%u", list.len > 0 ? "," : "", i);
        }
    }
    text = cm_buf_take(&list);
    assert_non_null(text);
    return text;
}

/* The tree of RFC 5280 would have 20 to the power of 4 leaves. */
static void nothing_grows_without_end(void **state)
{
    char *policies = many(1000, 20, false);
    char *mappings = many(1000, 20, true);
    struct policy_case c = {.num = 5};
    struct cm_buf why;
    size_t at;

    (void)state;
    for (size_t i = 0; i < c.num; i++) {
        c.path[i].policies = policies;
        c.path[i].policy_mappings = mappings;
        c.path[i].require_explicit = 1;
    }
    assert_true(is_valid(&c, &at, &why));
    cm_buf_cleanup(&why);
    free(policies);
    free(mappings);
}

static bool is_valid_with(const char *leaf, const char *mappings)
{
    struct policy_case c = {.num = 2};
    struct cm_buf why;
    size_t at;
    bool valid;

    c.path[0].policies = leaf;
    c.path[1].policies = "any";
    c.path[1].policy_mappings = mappings;
    valid = is_valid(&c, &at, &why);
    cm_buf_cleanup(&why);
    return valid;
}

static void too_many_are_refused(void **state)
{
    char *policies[] = {many(1000, 256, false), many(1000, 257, false)};
    char *mappings = many(1000, 16, true);
    struct cm_buf pairs;
    struct cm_buf with_any;

    (void)state;
    assert_true(is_valid_with(policies[0], NULL));
    assert_false(is_valid_with(policies[1], NULL));
    assert_true(is_valid_with(NULL, mappings));
    cm_buf_init(&pairs, 100000);
    cm_buf_init(&with_any, 100000);
    for (unsigned i = 0; i < 257; i++) {
        (void)cm_buf_printf(&pairs, "%s1.2.7=1.2.%u", i > 0 ? "," : "", i + 8);
    }
    assert_false(is_valid_with(NULL, cm_buf_cstr(&pairs))); /* to too many */
    /* 200 that were mapped to, and 200 of its own. */
    cm_buf_clear(&pairs);
    (void)cm_buf_puts(&with_any, "any");
    for (unsigned i = 0; i < 200; i++) {
        (void)cm_buf_printf(&pairs, "%s1.2.7=1.2.%u", i > 0 ? "," : "", i + 8);
        (void)cm_buf_printf(&with_any, ",1.2.%u", i + 5000);
    }
    assert_true(is_valid_with(NULL, cm_buf_cstr(&pairs)));
    assert_false(is_valid_with(cm_buf_cstr(&with_any), cm_buf_cstr(&pairs)));
    cm_buf_cleanup(&pairs);
    cm_buf_cleanup(&with_any);
    for (size_t i = 0; i < 2; i++) {
        free(policies[i]);
    }
    free(mappings);
}

static int cleanup(void **state)
{
    (void)state;
    forge_cleanup();
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case),
        cmocka_unit_test(the_phrase_names_the_subject),
        cmocka_unit_test(malformed_extensions),
        cmocka_unit_test(nothing_grows_without_end),
        cmocka_unit_test(too_many_are_refused),
    };

    return cmocka_run_group_tests_name("pki policies", tests, NULL, cleanup);
}
