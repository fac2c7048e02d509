/* Shards: each row in exactly one, evenly, and the same on every machine.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "run/shard.h"

#define NUM_ROWS 20000U

static void make_row(struct cm_row *row, unsigned i)
{
    memset(row, 0, sizeof(*row));
    row->id = i + 1;
    row->valid = i % 10 != 0;
    (void)snprintf(row->endpoint.host, sizeof(row->endpoint.host),
                   "host-%u.example.com", i);
}

static void test_each_row_is_in_exactly_one_shard(void **state)
{
    struct cm_row row;

    (void)state;
    for (unsigned count = 1; count <= 64; count++) {
        for (unsigned i = 0; i < 500; i++) {
            unsigned keepers = 0;

            make_row(&row, i);
            for (unsigned index = 0; index < count; index++) {
                const struct cm_shard shard = {index, count};

                keepers += cm_shard_keeps(&shard, &row) ? 1 : 0;
            }
            assert_int_equal(keepers, 1);
        }
    }
}

/* The largest share over the mean; random shares of some 300 rows stay below
 * 1.25 in all but one of a thousand draws, and this draw is always the same. */
static void test_shards_are_even(void **state)
{
    (void)state;
    for (unsigned count = 1; count <= 64; count++) {
        unsigned sizes[64] = {0};
        unsigned most = 0;
        struct cm_row row;

        for (unsigned i = 0; i < NUM_ROWS; i++) {
            unsigned shard;

            make_row(&row, i);
            shard = cm_shard_of(&row, count);
            assert_in_range(shard, 0, count - 1);
            sizes[shard]++;
        }
        for (unsigned i = 0; i < count; i++) {
            most = sizes[i] > most ? sizes[i] : most;
        }
        assert_true((uint64_t)most * count * 100 < (uint64_t)NUM_ROWS * 125);
    }
}

/* Ports, protocols and names to send do not matter; the number of a row does
 * only where it names no host. */
static void test_a_host_stays_together(void **state)
{
    struct cm_row row;
    unsigned shard;

    (void)state;
    make_row(&row, 1);
    shard = cm_shard_of(&row, 64);
    row.id = 777;
    row.endpoint.port = 8443;
    (void)snprintf(row.endpoint.sni, sizeof(row.endpoint.sni), "other");
    assert_int_equal(cm_shard_of(&row, 64), shard);
    row.valid = false;
    row.id = 1;
    shard = cm_shard_of(&row, 64);
    (void)snprintf(row.endpoint.host, sizeof(row.endpoint.host), "anything");
    assert_int_equal(cm_shard_of(&row, 64), shard);
}

/* Shards of one scan may be run by machines of different kinds. */
static void test_the_split_never_changes(void **state)
{
    static const struct {
        const char *host;
        unsigned of_16;
        unsigned of_1000;
    } known[] = {{"www.example.com", 6, 405},
                 {"192.0.2.1", 8, 561},
                 {"2001:db8::1", 8, 521}};
    struct cm_row row = {.valid = true};

    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        (void)snprintf(row.endpoint.host, sizeof(row.endpoint.host), "%s",
                       known[i].host);
        assert_int_equal(cm_shard_of(&row, 16), known[i].of_16);
        assert_int_equal(cm_shard_of(&row, 1000), known[i].of_1000);
    }
}

static void test_text(void **state)
{
    static const char *const wrong[] = {
        "",     "4",     "4/",       "/4",
        "4/4",  "5/4",   "0/0",      "-1/4",
        "1/-4", "1/4x",  "x1/4",     " 1/4",
        "1 /4", "0x1/4", "1/100001", "1/99999999999999999999"};
    struct cm_shard shard;
    struct cm_error err;

    (void)state;
    assert_int_equal(cm_shard_parse(&shard, "0/1", &err), CM_OK);
    assert_int_equal(cm_shard_parse(&shard, "99999/100000", &err), CM_OK);
    assert_int_equal(shard.index, 99999);
    assert_int_equal(shard.count, 100000);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        assert_int_equal(cm_shard_parse(&shard, wrong[i], &err), CM_EUSAGE);
    }
    assert_int_equal(cm_shard_parse(&shard, "4/4", &err), CM_EUSAGE);
    assert_non_null(strstr(err.text, "the last is 3"));
}

static void expect_slurm(const char *id, const char *min, const char *step,
                         const char *count, int index)
{
    const struct cm_shard_hints hints = {
        .slurm_id = id,
        .slurm_min = min,
        .slurm_step = step,
        .slurm_count = count,
        .kubernetes_index = "7", /* Slurm's word counts inside its tasks */
    };
    struct cm_shard shard = {0};
    struct cm_error err;
    enum cm_status status = cm_shard_find(&shard, &hints, 0, &err);

    assert_int_equal(status, index < 0 ? CM_EUSAGE : CM_OK);
    if (index >= 0) {
        assert_int_equal(shard.index, index);
        assert_int_equal(shard.count, strtoul(count, NULL, 10));
    }
}

static void test_slurm(void **state)
{
    (void)state;
    expect_slurm("0", "0", "1", "4", 0);
    expect_slurm("3", "0", NULL, "4", 3);
    expect_slurm("16", "1", "1", "16", 15);
    expect_slurm("11", "5", "2", "4", 3);
    expect_slurm("6", "5", "2", "4", -1);  /* between two tasks */
    expect_slurm("13", "5", "2", "4", -1); /* behind the last one */
    expect_slurm("4", "5", "1", "4", -1);
    expect_slurm("9", "1", "1", "3", -1); /* --array=1,5,9 */
    expect_slurm("1", NULL, "1", "4", -1);
    expect_slurm("1", "0", "1", NULL, -1);
    expect_slurm("1", "0", "0", "4", -1);
    expect_slurm("one", "0", "1", "4", -1);
    expect_slurm("1", "0", "1", "100001", -1);
}

static void test_kubernetes(void **state)
{
    struct cm_shard_hints hints = {.slurm_id = "", .kubernetes_index = "2"};
    struct cm_shard shard = {0};
    struct cm_error err;

    (void)state;
    assert_int_equal(cm_shard_find(&shard, &hints, 4, &err), CM_OK);
    assert_int_equal(shard.index, 2);
    assert_int_equal(shard.count, 4);
    assert_int_equal(cm_shard_find(&shard, &hints, 2, &err), CM_EUSAGE);
    assert_int_equal(cm_shard_find(&shard, &hints, 0, &err), CM_EUSAGE);
    assert_non_null(strstr(err.text, "--shard-count"));
    hints.kubernetes_index = "2x";
    assert_int_equal(cm_shard_find(&shard, &hints, 4, &err), CM_EUSAGE);
    hints.kubernetes_index = NULL;
    assert_int_equal(cm_shard_find(&shard, &hints, 4, &err), CM_EUSAGE);
    assert_non_null(strstr(err.text, "--shard I/N"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_row_is_in_exactly_one_shard),
        cmocka_unit_test(test_shards_are_even),
        cmocka_unit_test(test_a_host_stays_together),
        cmocka_unit_test(test_the_split_never_changes),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_slurm),
        cmocka_unit_test(test_kubernetes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
