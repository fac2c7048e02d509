/* The columns of rows that policies speak of.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "measure/pack.h"
#include "run/labels.h"
#include "run/measure.h"

static const char file[] = "labels_policy.ini";

/* A run against one policy with this predicate. */
static struct cm_measures *load(const char *predicate)
{
    const char *const policies[] = {"./labels_policy.ini", NULL};
    const struct cm_measure_config config = {.policies = policies};
    struct cm_measures *measures = NULL;
    struct cm_error err = {.status = CM_OK};
    FILE *out = fopen(file, "w");

    assert_non_null(out);
    assert_true(fprintf(out,
                        "[policy]\nid = p\ntitle = P\nversion = 1\nsource = s\n"
                        "[A]\nkind = require\npredicate = %s\ntext = T.\n",
                        predicate) > 0);
    assert_int_equal(fclose(out), 0);
    if (cm_measures_load(&measures, &config, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(remove(file), 0);
    return measures;
}

static struct cm_labels *open_labels(const struct cm_measures *measures)
{
    struct cm_labels *labels = NULL;
    struct cm_error err;

    assert_int_equal(cm_labels_new(&labels, measures, &err), CM_OK);
    return labels;
}

static void nothing_is_kept_for_nothing(void **state)
{
    struct cm_measures *measures = load("compression");
    struct cm_labels *labels = open_labels(measures);
    struct cm_comply_case what = {.num_columns = 0};

    (void)state;
    assert_null(labels);
    assert_true(cm_labels_columns(labels, NULL, 0));
    assert_true(cm_labels_row(labels, 1, NULL, 0));
    assert_true(cm_labels_add(labels, 1, "owner", "me"));
    cm_labels_lend(labels, 1, &what);
    assert_int_equal(what.num_columns, 0);
    cm_labels_free(labels);
    cm_measures_free(measures);
    assert_null(open_labels(NULL));
}

static void rows_give_what_is_spoken_of(void **state)
{
    static const char *const names[] = {"host", "Owner", "note", "Cost Center"};
    char host[] = "a.example";
    char owner[] = "me";
    char note[] = "x";
    char *const fields[] = {host, owner, note};
    struct cm_measures *measures = load("row.owner and row.cost_center");
    struct cm_labels *labels = open_labels(measures);
    struct cm_comply_case what = {.num_columns = 0};

    (void)state;
    assert_non_null(labels);
    assert_true(cm_labels_columns(labels, names, 4));
    assert_true(cm_labels_row(labels, 7, fields, 3)); /* a short row */
    cm_labels_lend(labels, 8, &what);
    assert_int_equal(what.num_columns, 0);
    cm_labels_lend(labels, 7, &what);
    assert_int_equal(what.num_columns, 2);
    assert_string_equal(what.columns[0], "Owner");
    assert_string_equal(what.fields[0], "me");
    assert_string_equal(what.columns[1], "Cost Center");
    assert_string_equal(what.fields[1], "");
    cm_labels_free(labels);
    cm_measures_free(measures);
}

static void a_store_gives_them_one_by_one(void **state)
{
    struct cm_measures *measures = load("row.owner = me");
    struct cm_labels *labels = open_labels(measures);
    struct cm_comply_case what = {.num_columns = 0};

    (void)state;
    assert_true(cm_labels_add(labels, 1, "host", "a.example"));
    assert_true(cm_labels_add(labels, 1, "owner", "me"));
    assert_true(cm_labels_add(labels, 2, "owner", "you"));
    cm_labels_lend(labels, 2, &what);
    assert_int_equal(what.num_columns, 1);
    assert_string_equal(what.fields[0], "you");
    cm_labels_free(labels);
    cm_measures_free(measures);
}

/* Columns of many spellings do not make a row endless. */
static void columns_have_a_limit(void **state)
{
    struct cm_measures *measures = load("row.tag_1");
    struct cm_labels *labels = open_labels(measures);
    struct cm_comply_case what = {.num_columns = 0};

    (void)state;
    for (int i = 0; i < 100; i++) {
        assert_true(cm_labels_add(labels, 1, "tag 1", "x"));
    }
    cm_labels_lend(labels, 1, &what);
    assert_int_equal(what.num_columns, 16);
    cm_labels_free(labels);
    cm_measures_free(measures);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_kept_for_nothing),
        cmocka_unit_test(rows_give_what_is_spoken_of),
        cmocka_unit_test(a_store_gives_them_one_by_one),
        cmocka_unit_test(columns_have_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
