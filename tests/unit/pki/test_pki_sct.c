/* Signed certificate timestamps.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "pki/sct.h"
#include "support/forge.h"

static void a_certificates_own(void **state)
{
    struct cm_cert *cert = forge_cert(&(struct forge_spec){
        .scts = true, .num_scts = 3, .sct_unix = FORGE_NOW - 5});
    struct cm_sct scts[CM_MAX_SCTS];
    bool bad = true;

    (void)state;
    assert_int_equal(cm_sct_list(cert->sct_list, scts, &bad), 3);
    assert_false(bad);
    assert_int_equal(cert->num_scts, 3);
    for (uint8_t i = 0; i < 3; i++) {
        assert_int_equal(scts[i].unix_time, FORGE_NOW - 5);
        assert_int_equal(scts[i].log_id[0], i);
    }
    cm_cert_unref(cert);
}

static void none_is_not_bad(void **state)
{
    struct cm_cert *cert = forge_cert(&(struct forge_spec){0});
    struct cm_sct scts[CM_MAX_SCTS];
    bool bad = true;

    (void)state;
    assert_int_equal(cm_sct_list(cert->sct_list, scts, &bad), 0);
    assert_false(bad);
    cm_cert_unref(cert);
}

/* Appends an SCT with this version, time and rubbish behind it. */
static void put_sct(struct cm_buf *out, uint8_t version, uint64_t ms,
                    unsigned rubbish)
{
    size_t length = 47 + rubbish;

    (void)cm_buf_putc(out, (char)(length >> 8));
    (void)cm_buf_putc(out, (char)length);
    (void)cm_buf_putc(out, (char)version);
    for (unsigned i = 0; i < 32; i++) {
        (void)cm_buf_putc(out, (char)i);
    }
    for (unsigned shift = 64; shift > 0; shift -= 8) {
        (void)cm_buf_putc(out, (char)(ms >> (shift - 8)));
    }
    for (unsigned i = 0; i < 6 + rubbish; i++) {
        (void)cm_buf_putc(out, '\0');
    }
}

/* Reads `scts` with the length of the whole in front, from a copy of exactly
 * its size, so that ASan sees a step too far. */
static size_t read_list(const struct cm_buf *scts, size_t cut,
                        struct cm_sct out[CM_MAX_SCTS], bool *bad)
{
    size_t len = scts->len + 2 - cut;
    uint8_t *copy = malloc(scts->len + 2);
    uint8_t *exact = malloc(len + (len == 0));
    size_t count;

    assert_non_null(copy);
    assert_non_null(exact);
    copy[0] = (uint8_t)(scts->len >> 8);
    copy[1] = (uint8_t)scts->len;
    memcpy(copy + 2, scts->data, scts->len);
    memcpy(exact, copy, len);
    count = cm_sct_list((struct cm_span){exact, len}, out, bad);
    free(exact);
    free(copy);
    return count;
}

static void times_of_all_sizes(void **state)
{
    static const uint64_t times[] = {0, 999, 1000, 1799999999999, UINT64_MAX};
    struct cm_sct scts[CM_MAX_SCTS];
    struct cm_buf list;
    bool bad;

    (void)state;
    cm_buf_init(&list, 10000);
    for (size_t i = 0; i < 5; i++) {
        put_sct(&list, 0, times[i], 0);
    }
    assert_int_equal(read_list(&list, 0, scts, &bad), 5);
    assert_false(bad);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(scts[i].unix_time, times[i] / 1000);
        assert_int_equal(scts[i].log_id[31], 31);
    }
    cm_buf_cleanup(&list);
}

static void other_versions_are_passed_over(void **state)
{
    struct cm_sct scts[CM_MAX_SCTS];
    struct cm_buf list;
    bool bad;

    (void)state;
    cm_buf_init(&list, 10000);
    put_sct(&list, 1, 5000, 3);
    put_sct(&list, 0, 6000, 0);
    assert_int_equal(read_list(&list, 0, scts, &bad), 1);
    assert_false(bad);
    assert_int_equal(scts[0].unix_time, 6);
    cm_buf_cleanup(&list);
}

static void malformed_ones_do_not_count(void **state)
{
    struct cm_sct scts[CM_MAX_SCTS];
    struct cm_buf list;
    bool bad;

    (void)state;
    cm_buf_init(&list, 10000);
    put_sct(&list, 0, 5000, 1);
    put_sct(&list, 0, 6000, 0);
    assert_int_equal(read_list(&list, 0, scts, &bad), 1);
    assert_true(bad);
    cm_buf_clear(&list);
    (void)cm_buf_append(&list, "\0\0", 2); /* an SCT of no bytes */
    assert_int_equal(read_list(&list, 0, scts, &bad), 0);
    assert_true(bad);
    assert_int_equal(
        cm_sct_list((struct cm_span){(const uint8_t *)"\0\0", 2}, scts, &bad),
        0);
    assert_true(bad); /* a list of none */
    assert_int_equal(
        cm_sct_list((struct cm_span){(const uint8_t *)"\0\0x", 3}, scts, &bad),
        0);
    assert_true(bad);
    cm_buf_cleanup(&list);
}

static void every_truncation_is_bad(void **state)
{
    struct cm_sct scts[CM_MAX_SCTS];
    struct cm_buf list;
    bool bad;

    (void)state;
    cm_buf_init(&list, 10000);
    put_sct(&list, 0, 5000, 0);
    put_sct(&list, 0, 6000, 0);
    for (size_t cut = 1; cut < list.len + 2; cut++) {
        assert_int_equal(read_list(&list, cut, scts, &bad), 0);
        assert_true(bad);
    }
    for (size_t len = list.len; len-- > 0;) { /* the outer length is right */
        list.len = len;
        assert_int_equal(read_list(&list, 0, scts, &bad), len >= 49 ? 1 : 0);
        assert_int_equal(bad, len != 49);
    }
    cm_buf_cleanup(&list);
}

static void more_than_there_is_room_for(void **state)
{
    struct cm_sct scts[CM_MAX_SCTS];
    struct cm_buf list;
    bool bad;

    (void)state;
    cm_buf_init(&list, 10000);
    for (uint64_t i = 0; i < CM_MAX_SCTS + 1; i++) {
        put_sct(&list, 0, i * 1000, 0);
    }
    assert_int_equal(read_list(&list, 0, scts, &bad), CM_MAX_SCTS);
    assert_false(bad);
    assert_int_equal(scts[CM_MAX_SCTS - 1].unix_time, CM_MAX_SCTS - 1);
    cm_buf_cleanup(&list);
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
        cmocka_unit_test(a_certificates_own),
        cmocka_unit_test(none_is_not_bad),
        cmocka_unit_test(times_of_all_sizes),
        cmocka_unit_test(other_versions_are_passed_over),
        cmocka_unit_test(malformed_ones_do_not_count),
        cmocka_unit_test(every_truncation_is_bad),
        cmocka_unit_test(more_than_there_is_room_for),
    };

    return cmocka_run_group_tests_name("pki timestamps", tests, NULL, cleanup);
}
