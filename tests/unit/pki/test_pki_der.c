/* The DER reader: lengths, numbers, times, object identifiers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <limits.h>
#include <string.h>

#include "dertext.h"
#include "pki/der.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct cm_reader reading(struct cm_buf *bytes, const char *text)
{
    struct cm_reader r;

    cm_buf_init(bytes, 100000);
    der_build(bytes, text);
    cm_reader_init(&r, bytes->data, bytes->len);
    return r;
}

static void lengths(void **state)
{
    static const struct {
        const char *octets;
        bool ok;
        size_t len;
    } cases[] = {
        {"=0400", true, 0},
        {"=0401ff", true, 1},
        {"=048101ff", true, 1}, /* not minimal: forgiven */
        {"=04840000 =0001 =ff", true, 1},
        {"=", false, 0},
        {"=04", false, 0},
        {"=0401", false, 0},       /* beyond the end */
        {"=0480ff0000", false, 0}, /* indefinite */
        {"=0485000000 =0001 =ff", false, 0},
        {"=0484ffffffff", false, 0},
        {"=0481", false, 0},
        {"=048201", false, 0},
        {"=1f0100", false, 0}, /* a tag number in several octets */
        {"=04ff", false, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cm_buf bytes;
        struct cm_reader r = reading(&bytes, cases[i].octets);
        struct cm_der_element found;

        assert_int_equal(cm_der_any(&r, &found), cases[i].ok);
        if (cases[i].ok) {
            assert_int_equal(found.content.len, cases[i].len);
            assert_int_equal(found.whole.len, bytes.len);
            assert_int_equal(r.len, 0);
        } else {
            assert_int_equal(r.len, bytes.len); /* not moved */
        }
        cm_buf_cleanup(&bytes);
    }
}

static void only_means_alone(void **state)
{
    struct cm_buf bytes;
    struct cm_reader r = reading(&bytes, "30{} 05:");
    struct cm_reader inner;

    (void)state;
    (void)r;
    assert_false(
        cm_der_only((struct cm_span){bytes.data, 4}, CM_DER_SEQUENCE, &inner));
    assert_true(
        cm_der_only((struct cm_span){bytes.data, 2}, CM_DER_SEQUENCE, &inner));
    assert_false(
        cm_der_only((struct cm_span){bytes.data, 2}, CM_DER_SET, &inner));
    cm_buf_cleanup(&bytes);
}

static void flags(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        bool value;
    } cases[] = {
        {"", true, false},         {"02:01", true, false},
        {"01:ff", true, true},     {"01:00", true, false},
        {"01:01", true, true},     {"01:", false, false},
        {"01:ffff", false, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cm_buf bytes;
        struct cm_reader r = reading(&bytes, cases[i].text);
        bool value;

        assert_int_equal(cm_der_flag(&r, &value), cases[i].ok);
        assert_int_equal(value, cases[i].value);
        cm_buf_cleanup(&bytes);
    }
}

static void small_numbers(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        int value;
    } cases[] = {
        {"02:00", true, 0},
        {"02:7f", true, 127},
        {"02:0080", true, 128},
        {"02:7fffffff", true, INT_MAX},
        {"02:00ffffffff", true, INT_MAX},
        {"02:7fffffffffffffffffff", true, INT_MAX},
        {"02:", false, 0},
        {"02:80", false, 0},
        {"04:01", false, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cm_buf bytes;
        struct cm_reader r = reading(&bytes, cases[i].text);
        int value = 0;

        assert_int_equal(cm_der_uint(&r, &value), cases[i].ok);
        assert_int_equal(value, cases[i].value);
        cm_buf_cleanup(&bytes);
    }
}

static void bits_of_numbers(void **state)
{
    static const struct {
        const char *octets;
        size_t len;
        unsigned want;
    } cases[] = {
        {"", 0, 0},     {"\0", 1, 0},         {"\x01", 1, 1},
        {"\x7f", 1, 7}, {"\x00\x80", 2, 8},   {"\x01\x00", 2, 9},
        {"\x80", 1, 0}, {"\0\0\0\x01", 4, 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cm_span octets = {(const uint8_t *)cases[i].octets,
                                 cases[i].len};

        assert_int_equal(cm_der_bits(octets), cases[i].want);
    }
}

static void bit_strings_of_octets(void **state)
{
    struct cm_buf bytes;
    struct cm_reader r = reading(&bytes, "03:00aabb 03:04f0");
    struct cm_span octets;

    (void)state;
    assert_true(cm_der_octets(&r, &octets));
    assert_int_equal(octets.len, 2);
    assert_false(cm_der_octets(&r, &octets)); /* four unused bits */
    assert_int_equal(r.len, 4);
    cm_buf_cleanup(&bytes);
}

#define NOON INT64_C(1797336000) /* 2026-12-15T12:00:00Z */
static const struct time_case {
    const char *text;
    bool ok;
    int64_t want;
} time_cases[] = {
    {"17'261215120000Z'", true, NOON},
    {"18'20261215120000Z'", true, NOON},
    {"17'2612151200Z'", true, NOON}, /* no seconds */
    {"18'202612151200Z'", true, NOON},
    {"17'261215130000+0100'", true, NOON},
    {"17'2612150730-0430'", true, NOON},
    {"18'20261215120000.999Z'", true, NOON},
    {"18'20261215120000,5Z'", true, NOON},
    {"18'20261215120000'", true, NOON}, /* no zone */
    {"17'491231235959Z'", true, INT64_C(2524607999)},
    {"17'500101000000Z'", true, INT64_C(-631152000)},
    {"17'700101000000Z'", true, 0},
    {"18'99991231235959Z'", true, INT64_C(253402300799)},
    {"18'20240229000000Z'", true, INT64_C(1709164800)},
    {"18'00010101000000Z'", true, INT64_C(-62135596800)},
    {"18'20230229000000Z'", false, 0},
    {"17'261315120000Z'", false, 0},
    {"17'260015120000Z'", false, 0},
    {"17'261232120000Z'", false, 0},
    {"17'261215240000Z'", false, 0},
    {"17'261215126000Z'", false, 0},
    {"17'261215120060Z'", false, 0}, /* a leap second */
    {"17'261215120000ZZ'", false, 0},
    {"17'261215120000z'", false, 0},
    {"17'261215120000+01'", false, 0},
    {"17'261215120000+1500'", false, 0},
    {"17'261215120000+0160'", false, 0},
    {"17'261215120000+0100Z'", false, 0},
    {"17'261215120000 Z'", false, 0},
    {"17'261215120000.Z'", false, 0},
    {"17'26121512'", false, 0},
    {"17'-61215120000Z'", false, 0},
    {"17:", false, 0},
    {"18'2026'", false, 0},
    {"0c'261215120000Z'", false, 0},
    {"17:3236313231353132300030305a", false, 0},
};

static void times(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(time_cases); i++) {
        struct cm_buf bytes;
        struct cm_reader r = reading(&bytes, time_cases[i].text);
        int64_t got = 0;

        if (cm_der_time(&r, &got) != time_cases[i].ok ||
            got != time_cases[i].want) {
            fail_msg("%s: %lld", time_cases[i].text, (long long)got);
        }
        cm_buf_cleanup(&bytes);
    }
}

static void object_identifiers(void **state)
{
    static const struct {
        const char *octets;
        size_t len;
        const char *want; /* NULL: none */
    } cases[] = {
        {"\x2a\x03\x04", 3, "1.2.3.4"},
        {"\x00", 1, "0.0"},
        {"\x27", 1, "0.39"},
        {"\x28", 1, "1.0"},
        {"\x4f", 1, "1.39"},
        {"\x50", 1, "2.0"},
        {"\x88\x37\x03", 3, "2.999.3"},
        {"\x2b\x06\x01\x04\x01\x82\x37\x15\x07", 9, "1.3.6.1.4.1.311.21.7"},
        {"\x2a\x81\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 11,
         "1.2.18446744073709551615"},
        {"\x2a\x83\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 12, NULL},
        {"", 0, NULL},
        {"\x80", 1, NULL},
        {"\x2a\x81", 2, NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cm_span oid = {(const uint8_t *)cases[i].octets, cases[i].len};
        struct cm_buf text;
        bool ok;

        cm_buf_init(&text, 200);
        ok = cm_der_oid_text(oid, &text);
        assert_int_equal(ok, cases[i].want != NULL);
        if (ok) {
            assert_string_equal(cm_buf_cstr(&text), cases[i].want);
        }
        cm_buf_cleanup(&text);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths),
        cmocka_unit_test(only_means_alone),
        cmocka_unit_test(flags),
        cmocka_unit_test(small_numbers),
        cmocka_unit_test(bits_of_numbers),
        cmocka_unit_test(bit_strings_of_octets),
        cmocka_unit_test(times),
        cmocka_unit_test(object_identifiers),
    };

    return cmocka_run_group_tests_name("pki der", tests, NULL, NULL);
}
