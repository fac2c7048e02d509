/* Two rows are duplicates when they ask for the same endpoint, however they
 * write it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input/input.h"

struct spelling {
    const char *name;
    struct cm_target_text first, second;
    bool same;
};

static struct spelling spellings[] = {
    {"the same text", {"a.example", "", "", ""}, {"a.example", "", "", ""}, 1},
    {"case", {"a.example", "", "", ""}, {"A.EXAMPLE", "", "", ""}, 1},
    {"final dot", {"a.example", "", "", ""}, {"a.example.", "", "", ""}, 1},
    {"URL", {"a.example", "", "", ""}, {"https://a.example/x", "", "", ""}, 1},
    {"default port",
     {"a.example", "", "", ""},
     {"a.example:443", "", "", ""},
     1},
    {"port column",
     {"a.example:8443", "", "", ""},
     {"a.example", "8443", "", ""},
     1},
    {"protocol's name",
     {"a.example", "", "", ""},
     {"a.example", "", "TLS", ""},
     1},
    {"own SNI",
     {"a.example", "", "", ""},
     {"a.example", "", "", "A.example."},
     1},
    {"IPv6",
     {"2001:db8::1", "", "", ""},
     {"[2001:DB8:0::0:1]:443", "", "", ""},
     1},
    {"international",
     {"b\xc3\xbc"
      "cher.example",
      "", "", ""},
     {"xn--bcher-kva.example", "", "", ""},
     1},
    {"other host", {"a.example", "", "", ""}, {"b.example", "", "", ""}, 0},
    {"other port", {"a.example", "", "", ""}, {"a.example", "444", "", ""}, 0},
    {"other SNI",
     {"a.example", "", "", ""},
     {"a.example", "", "", "b.example"},
     0},
    {"no SNI", {"a.example", "", "", ""}, {"a.example", "", "", "-"}, 0},
    {"mapped IPv4",
     {"192.0.2.1", "", "", ""},
     {"::ffff:192.0.2.1", "", "", ""},
     0},
};
#define SPELLINGS (sizeof(spellings) / sizeof(spellings[0]))

static struct cm_row row_of(uint64_t id, const struct cm_target_text *text)
{
    struct cm_row row = {.id = id, .line = id * 10};

    row.valid =
        cm_target_parse(text, NULL, &row.endpoint, &row.cause, row.reason);
    assert_true(row.valid);
    return row;
}

static void tells_whether_it_is_the_same(void **state)
{
    const struct spelling *c = *state;
    struct cm_dedupe *dedupe = cm_dedupe_new();
    struct cm_row first = row_of(1, &c->first);
    struct cm_row second = row_of(2, &c->second);

    assert_non_null(dedupe);
    assert_true(cm_dedupe_note(dedupe, &first));
    assert_int_equal(first.endpoint_id, 1);
    assert_int_equal(first.first_line, 10);
    assert_true(cm_dedupe_note(dedupe, &second));
    assert_int_equal(second.endpoint_id, c->same ? 1 : 2);
    assert_int_equal(second.first_line, c->same ? 10 : 20);
    cm_dedupe_free(dedupe);
}

static void invalid_rows_are_never_duplicates(void **state)
{
    struct cm_dedupe *dedupe = cm_dedupe_new();

    (void)state;
    for (uint64_t id = 1; id < 4; id++) {
        struct cm_row row = {.id = id, .line = id + 5};

        assert_true(cm_dedupe_note(dedupe, &row));
        assert_int_equal(row.endpoint_id, id);
        assert_int_equal(row.first_line, id + 5);
    }
    cm_dedupe_free(dedupe);
}

static void many_rows_keep_their_firsts(void **state)
{
    const uint64_t hosts = 5000; /* grows the table three times */
    struct cm_dedupe *dedupe = cm_dedupe_new();

    (void)state;
    for (uint64_t id = 1; id <= 3 * hosts; id++) {
        struct cm_row row = {.id = id, .line = id, .valid = true};
        uint64_t want = (id - 1) % hosts + 1;

        (void)snprintf(row.endpoint.host, sizeof(row.endpoint.host),
                       "h%llu.example", (unsigned long long)want);
        assert_true(cm_dedupe_note(dedupe, &row));
        assert_int_equal(row.endpoint_id, want);
        assert_int_equal(row.first_line, want);
    }
    cm_dedupe_free(dedupe);
}

/* Records of one to three lines, some invalid, and every third a duplicate. */
static void lines_may_jump(void **state)
{
    const uint64_t rows = 60000;
    uint64_t *line_of = calloc(rows + 1, sizeof(*line_of));
    struct cm_dedupe *dedupe = cm_dedupe_new();
    uint64_t line = 2;

    (void)state;
    assert_true(line_of != NULL && dedupe != NULL);
    for (uint64_t id = 1; id <= rows; id++) {
        struct cm_row row = {.id = id, .line = line, .valid = id % 7 != 0};
        uint64_t first = id % 3 == 0 ? id / 2 : id;

        line_of[id] = line;
        line += id % 100 == 0 ? 2 + id % 2 : 1;
        while (first != id && (first % 3 == 0 || first % 7 == 0)) {
            first--; /* to one that is valid and no duplicate itself */
        }
        first = first == 0 ? id : first;
        (void)snprintf(row.endpoint.host, sizeof(row.endpoint.host),
                       "h%llu.example", (unsigned long long)first);
        assert_true(cm_dedupe_note(dedupe, &row));
        first = row.valid ? first : id;
        assert_int_equal(row.endpoint_id, first);
        assert_int_equal(row.first_line, line_of[first]);
    }
    cm_dedupe_free(dedupe);
    free(line_of);
}

static void nothing_to_free_is_fine(void **state)
{
    (void)state;
    cm_dedupe_free(NULL);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(invalid_rows_are_never_duplicates),
        cmocka_unit_test(many_rows_keep_their_firsts),
        cmocka_unit_test(lines_may_jump),
        cmocka_unit_test(nothing_to_free_is_fine),
    };
    struct CMUnitTest tests[SPELLINGS + 4];

    for (size_t i = 0; i < SPELLINGS; i++) {
        tests[i] =
            (struct CMUnitTest){.name = spellings[i].name,
                                .test_func = tells_whether_it_is_the_same,
                                .initial_state = &spellings[i]};
    }
    memcpy(tests + SPELLINGS, others, sizeof(others));
    return cmocka_run_group_tests_name("input dedupe", tests, NULL, NULL);
}
