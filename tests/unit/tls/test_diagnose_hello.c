/* The hellos of a diagnosis, against each other.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "certmuster/offer.h"
#include "tls/diagnose.h"

static bool same(const uint16_t *numbers, size_t num, struct cm_offer_list list)
{
    return num == list.num &&
           memcmp(numbers, list.numbers, num * sizeof(*numbers)) == 0;
}

/* Each question differs from the plain hello in one respect only. */
static void one_respect_at_a_time(void **state)
{
    static const enum cm_ask asks[] = {
        CM_ASK_SMALL,  CM_ASK_LARGE,  CM_ASK_SPLIT,     CM_ASK_GREASE,
        CM_ASK_SUITES, CM_ASK_GROUPS, CM_ASK_SIGNATURES};

    (void)state;
    for (size_t i = 0; i < sizeof(asks) / sizeof(*asks); i++) {
        struct cm_hello h = {0};

        cm_diagnosis_hello(asks[i], false, "a.example", &h);
        assert_int_equal(h.version, 0x0303);
        assert_string_equal(h.sni, "a.example");
        assert_int_equal(same(h.suites, h.num_suites, cm_offer_suites_tls12()),
                         asks[i] != CM_ASK_SUITES);
        assert_int_equal(same(h.groups, h.num_groups, cm_offer_groups()),
                         asks[i] != CM_ASK_GROUPS);
        assert_int_equal(same(h.schemes, h.num_schemes, cm_offer_schemes()),
                         asks[i] != CM_ASK_SIGNATURES);
        assert_int_equal(h.pad_to > 1400, asks[i] == CM_ASK_LARGE);
        assert_int_equal(h.split_at != 0, asks[i] == CM_ASK_SPLIT);
        assert_int_equal(h.grease, asks[i] == CM_ASK_GREASE);
        assert_null(h.alpn);
    }
}

static void names_change_and_nothing_else(void **state)
{
    struct cm_hello h[4] = {{0}};

    (void)state;
    cm_diagnosis_hello(CM_ASK_NEWER, false, "a.example", &h[0]);
    cm_diagnosis_hello(CM_ASK_NO_SNI, false, "a.example", &h[1]);
    cm_diagnosis_hello(CM_ASK_OTHER_SNI, false, "a.example", &h[2]);
    cm_diagnosis_hello(CM_ASK_ALPN, false, "a.example", &h[3]);
    assert_string_equal(h[0].sni, "a.example");
    assert_null(h[1].sni);
    assert_string_not_equal(h[2].sni, "a.example");
    assert_string_equal(h[3].sni, "a.example");
    assert_string_equal(h[3].alpn[0], "h2");
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(h[i].version, 0x0304);
        assert_int_equal(h[i].min_version, 0x0301);
        assert_int_equal(h[i].share, CM_SHARE_X25519);
        assert_true(same(h[i].suites, h[i].num_suites, cm_offer_suites()));
        assert_int_equal(h[i].pad_to, 512);
    }
}

static void versions_are_offered_whole(void **state)
{
    static const struct {
        enum cm_ask ask;
        uint16_t version;
        bool extensions;
        bool schemes;
    } cases[] = {
        {CM_ASK_TLS1_3, 0x0304, true, true},
        {CM_ASK_TLS1_2, 0x0303, true, true},
        {CM_ASK_TLS1_1, 0x0302, true, false},
        {CM_ASK_TLS1_0, 0x0301, true, false},
        {CM_ASK_SSL3, 0x0300, false, false},
    };
    struct cm_hello ssl2 = {0};
    struct cm_hello anonymous = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct cm_hello h = {0};

        cm_diagnosis_hello(cases[i].ask, false, "a.example", &h);
        assert_int_equal(h.version, cases[i].version);
        assert_ptr_equal(h.suites, cm_hello_suites(h.version).numbers);
        assert_int_equal(h.no_extensions, !cases[i].extensions);
        assert_int_equal(h.num_groups > 4, cases[i].extensions);
        assert_int_equal(h.num_schemes > 0, cases[i].schemes);
        assert_int_equal(h.share, CM_SHARE_NONE);
    }
    cm_diagnosis_hello(CM_ASK_SSL2, false, "a.example", &ssl2);
    assert_int_equal(ssl2.version, 0x0002);
    cm_diagnosis_hello(CM_ASK_ANONYMOUS, false, "a.example", &anonymous);
    assert_ptr_equal(anonymous.suites, cm_hello_anonymous_suites().numbers);
}

/* Where TLS 1.2 is not spoken, what is varied is the hello of TLS 1.3. */
static void only_tls13_is_varied_alone(void **state)
{
    struct cm_hello h = {0};

    (void)state;
    cm_diagnosis_hello(CM_ASK_GROUPS, true, "a.example", &h);
    assert_int_equal(h.version, 0x0304);
    assert_int_equal(h.min_version, 0);
    assert_true(same(h.suites, h.num_suites, cm_offer_suites_tls13()));
    assert_int_equal(h.share, CM_SHARE_NONE);
    assert_true(h.num_groups > 4);
}

/* Under 256 bytes, or long enough again, and over 1,400: as they are sent. */
static void sizes_are_those_that_matter(void **state)
{
    static const struct {
        enum cm_ask ask;
        size_t min;
        size_t max;
    } cases[] = {
        {CM_ASK_SMALL, 100, 255},
        {CM_ASK_GREASE, 100, 511},
        {CM_ASK_NEWER, 512, 600},
        {CM_ASK_NO_SNI, 512, 600},
        {CM_ASK_LARGE, 1400, CM_HELLO_MAX_BYTES},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct cm_hello h = {0};
        struct cm_buf out;

        cm_diagnosis_hello(cases[i].ask, false, "www.a.example", &h);
        cm_buf_init(&out, CM_HELLO_MAX_BYTES);
        assert_int_equal(cm_hello_build(&h, &out), CM_OK);
        assert_in_range(out.len, cases[i].min, cases[i].max);
        cm_buf_cleanup(&out);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_respect_at_a_time),
        cmocka_unit_test(names_change_and_nothing_else),
        cmocka_unit_test(versions_are_offered_whole),
        cmocka_unit_test(only_tls13_is_varied_alone),
        cmocka_unit_test(sizes_are_those_that_matter),
    };

    return cmocka_run_group_tests_name("tls: hellos of a diagnosis", tests,
                                       NULL, NULL);
}
