/* Hand-built hellos: byte for byte where the RFCs leave no choice, and taken
 * apart again where there is much in them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "certmuster/status.h"
#include "parsed.h"
#include "tls/hello.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* What the random and the session id are made of, below. */
#define RANDOM                                                                 \
    "4041424344454647"                                                         \
    "48494a4b4c4d4e4f"                                                         \
    "5051525354555657"                                                         \
    "58595a5b5c5d5e5f"
#define SESSION                                                                \
    "8081828384858687"                                                         \
    "88898a8b8c8d8e8f"                                                         \
    "9091929394959697"                                                         \
    "98999a9b9c9d9e9f"

static const uint16_t two_suites[] = {0xc02f, 0x0005};
static const uint16_t tls13_suite[] = {0x1301};
static const uint16_t two_groups[] = {29, 23};
static const uint16_t two_schemes[] = {0x0804, 0x0403};
static const char *const two_protocols[] = {"h2", "http/1.1", NULL};

static struct cm_hello plain(uint16_t version)
{
    struct cm_hello hello = {
        .version = version, .suites = two_suites, .num_suites = 2};

    if (version == 0x0304) {
        hello.suites = tls13_suite;
        hello.num_suites = 1;
    }
    for (size_t i = 0; i < 32; i++) {
        hello.random[i] = (uint8_t)(0x40 + i);
        hello.session_id[i] = (uint8_t)(0x80 + i);
    }
    return hello;
}

static void is_exactly(const struct cm_hello *hello, const char *hex)
{
    struct cm_buf out;
    struct cm_reader all;

    cm_buf_init(&out, CM_HELLO_MAX_BYTES);
    assert_int_equal(cm_hello_build(hello, &out), CM_OK);
    cm_reader_init(&all, out.data, out.len);
    parsed_reader_is(&all, hex);
    cm_buf_cleanup(&out);
}

static void sslv2_has_a_form_of_its_own(void **state)
{
    struct cm_hello hello = plain(0x0002);

    (void)state;
    is_exactly(&hello, "8041"
                       "010002"
                       "001800000020"
                       "010080"
                       "020080"
                       "030080"
                       "040080"
                       "050080"
                       "060040"
                       "0700c0"
                       "080080" RANDOM);
}

static void sslv3_has_no_extensions(void **state)
{
    struct cm_hello hello = plain(0x0300);

    (void)state;
    hello.sni = "a.example"; /* there is no place for it */
    hello.groups = two_groups;
    hello.num_groups = 2;
    is_exactly(&hello, "1603000031"
                       "0100002d"
                       "0300" RANDOM "00"
                       "0006c02f000500ff"
                       "0100");
    hello.no_renegotiation_info = true;
    is_exactly(&hello, "160300002f"
                       "0100002b"
                       "0300" RANDOM "00"
                       "0004c02f0005"
                       "0100");
}

static void tls10_without_anything_ends_after_the_compressions(void **state)
{
    struct cm_hello hello = plain(0x0301);

    (void)state;
    hello.no_ems = true;
    hello.no_renegotiation_info = true;
    hello.schemes = two_schemes; /* not before TLS 1.2 */
    hello.num_schemes = 2;
    is_exactly(&hello, "160301002f"
                       "0100002b"
                       "0301" RANDOM "00"
                       "0004c02f0005"
                       "0100");
    hello.fallback_scsv = true;
    hello.deflate = true;
    is_exactly(&hello, "1603010032"
                       "0100002e"
                       "0301" RANDOM "00"
                       "0006c02f00055600"
                       "020100");
}

static void tls12_with_everything(void **state)
{
    struct cm_hello hello = plain(0x0303);

    (void)state;
    hello.sni = "a.example";
    hello.groups = two_groups;
    hello.num_groups = 2;
    hello.schemes = two_schemes;
    hello.num_schemes = 2;
    hello.alpn = two_protocols;
    hello.status_request = true;
    is_exactly(&hello, "1603010081"
                       "0100007d"
                       "0303" RANDOM "00"
                       "0004c02f0005"
                       "0100"
                       "0050"
                       "0000000e000c000009612e6578616d706c65"
                       "00170000"
                       "ff01000100"
                       "000b00020100"
                       "000a00060004001d0017"
                       "0010000e000c02683208687474702f312e31"
                       "000500050100000000"
                       "000d0006000408040403");
}

static void tls13_with_a_share(void **state)
{
    struct cm_hello hello = plain(0x0304);

    (void)state;
    hello.groups = two_groups;
    hello.num_groups = 2;
    hello.schemes = two_schemes;
    hello.num_schemes = 2;
    hello.share = CM_SHARE_X25519;
    is_exactly(&hello, "160301009a"
                       "01000096"
                       "0303" RANDOM "20" SESSION "00021301"
                       "0100"
                       "004b"
                       "000a00060004001d0017"
                       "000d0006000408040403"
                       "00330026"
                       "0024001d0020"
                       "9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c"
                       "9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c9c"
                       "002d00020101"
                       "002b0003020304");
}

static void tls13_without_a_share_asks_for_a_retry(void **state)
{
    struct cm_hello hello = plain(0x0304);
    struct parsed p;

    (void)state;
    hello.groups = two_groups;
    hello.num_groups = 2;
    parsed_build(&p, &hello);
    parsed_extension_is(&p, 51, "0000");
    assert_null(parsed_extension(&p, 23)); /* of older versions */
    assert_null(parsed_extension(&p, 0xff01));
    assert_null(parsed_extension(&p, 11));
}

static void certificates_may_have_other_schemes(void **state)
{
    struct cm_hello hello = plain(0x0304);
    struct cm_numbers all = cm_hello_all_schemes();
    struct parsed p;
    struct cm_reader list;
    uint16_t len;

    (void)state;
    hello.schemes = two_schemes;
    hello.num_schemes = 2;
    parsed_build(&p, &hello);
    assert_null(parsed_extension(&p, 50));
    hello.any_cert_scheme = true;
    parsed_build(&p, &hello);
    parsed_extension_is(&p, 13, "000408040403");
    assert_non_null(parsed_extension(&p, 50));
    list = *parsed_extension(&p, 50);
    assert_true(cm_reader_u16(&list, &len));
    assert_int_equal(len, 2 * all.num);
    for (size_t i = 0; i < all.num; i++) {
        uint16_t scheme;

        assert_true(cm_reader_u16(&list, &scheme));
        assert_int_equal(scheme, all.numbers[i]);
    }
}

static void tls13_may_offer_older_versions_too(void **state)
{
    struct cm_hello hello = plain(0x0304);
    struct parsed p;

    (void)state;
    hello.groups = two_groups;
    hello.num_groups = 2;
    hello.min_version = 0x0301;
    parsed_build(&p, &hello);
    assert_int_equal(p.version, 0x0303);
    parsed_extension_is(&p, 43, "080304030303020301");
    parsed_extension_is(&p, 23, "");
    parsed_extension_is(&p, 0xff01, "00");
    parsed_extension_is(&p, 11, "0100");
    parsed_reader_is(&p.session_id, SESSION);
}

static void every_list_of_the_registries_fits(void **state)
{
    static const uint16_t versions[] = {0x0300, 0x0301, 0x0302, 0x0303, 0x0304};
    struct cm_numbers groups = cm_hello_all_groups();
    struct cm_numbers schemes = cm_hello_all_schemes();

    (void)state;
    for (size_t i = 0; i < COUNT(versions); i++) {
        struct cm_numbers suites = cm_hello_suites(versions[i]);
        struct cm_hello hello = plain(versions[i]);
        struct parsed p;

        hello.suites = suites.numbers;
        hello.num_suites = suites.num;
        hello.groups = groups.numbers;
        hello.num_groups = groups.num;
        hello.schemes = schemes.numbers;
        hello.num_schemes = schemes.num;
        parsed_build(&p, &hello);
        assert_int_equal(p.suites.len,
                         2 * suites.num + (versions[i] == 0x0300 ? 2 : 0));
        assert_int_equal(p.extensions, versions[i] != 0x0300);
        if (p.extensions) {
            assert_int_equal(parsed_extension(&p, 10)->len, 2 + 2 * groups.num);
            assert_int_equal(parsed_extension(&p, 13) != NULL,
                             versions[i] >= 0x0303);
        }
    }
}

static void padding_makes_it_as_long_as_wanted(void **state)
{
    struct cm_hello hello = plain(0x0303);
    struct parsed p;
    size_t least;

    (void)state;
    hello.groups = two_groups;
    hello.num_groups = 2;
    parsed_build(&p, &hello);
    least = p.len;
    for (size_t wanted = 1; wanted < 3000; wanted += wanted < 600 ? 1 : 37) {
        const struct cm_reader *padding;

        hello.pad_to = (uint16_t)wanted;
        parsed_build(&p, &hello);
        padding = parsed_extension(&p, 21);
        if (wanted <= least) {
            assert_int_equal(p.len, least);
            assert_null(padding);
            continue;
        }
        /* Never an empty one: some servers fail on that at the end. */
        assert_int_equal(p.len, wanted < least + 5 ? least + 5 : wanted);
        assert_true(padding->len > 0);
        assert_int_equal(p.types[p.num_ext - 1], 21);
        for (size_t i = 0; i < padding->len; i++) {
            assert_int_equal(padding->data[i], 0);
        }
    }
}

static void splitting_changes_the_records_only(void **state)
{
    struct cm_hello hello = plain(0x0303);
    struct parsed whole;
    struct parsed split;
    struct cm_buf out;

    (void)state;
    hello.record_version = 0x0303;
    parsed_build(&whole, &hello);
    assert_int_equal(whole.num_records, 1);
    assert_int_equal(whole.record_version, 0x0303);
    for (size_t at = 1; at < whole.len; at++) {
        hello.split_at = (uint16_t)at;
        parsed_build(&split, &hello);
        assert_int_equal(split.num_records, 2);
        assert_int_equal(split.first_record, at);
        assert_int_equal(split.record_version, 0x0303);
        assert_int_equal(split.len, whole.len);
        assert_memory_equal(split.bytes, whole.bytes, whole.len);
    }
    hello.split_at = (uint16_t)whole.len; /* nothing is left for the second */
    cm_buf_init(&out, CM_HELLO_MAX_BYTES);
    assert_int_equal(cm_hello_build(&hello, &out), CM_EINTERNAL);
    cm_buf_cleanup(&out);
}

static bool is_grease(uint16_t value)
{
    return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

static uint16_t first_number(struct cm_reader list, unsigned skip)
{
    uint16_t value = 0;

    assert_true(cm_reader_skip(&list, skip) && cm_reader_u16(&list, &value));
    return value;
}

/* Whatever the random draws, the two extensions differ (parse sees to it). */
static void grease_is_everywhere(void **state)
{
    (void)state;
    for (unsigned draw = 0; draw < 256; draw++) {
        struct cm_hello hello = plain(0x0304);
        struct parsed p;
        uint16_t group;

        hello.groups = two_groups;
        hello.num_groups = 2;
        hello.share = CM_SHARE_X25519;
        hello.grease = true;
        hello.random[3] = (uint8_t)(draw & 15);
        hello.random[4] = (uint8_t)(draw >> 4);
        hello.random[0] = (uint8_t)draw;
        parsed_build(&p, &hello);
        assert_true(is_grease(p.types[0]));
        assert_true(is_grease(p.types[p.num_ext - 1]));
        assert_int_equal(p.ext[p.num_ext - 1].len, 1);
        assert_true(is_grease(first_number(p.suites, 0)));
        group = first_number(*parsed_extension(&p, 10), 2);
        assert_true(is_grease(group));
        assert_int_equal(first_number(*parsed_extension(&p, 51), 2), group);
        assert_true(is_grease(first_number(*parsed_extension(&p, 43), 1)));
        assert_int_equal(parsed_extension(&p, 51)->len, 2 + 5 + 36);
    }
}

static const char *const empty_protocol[] = {"", NULL};
static char long_protocol[257];
static const char *const too_long_protocol[] = {long_protocol, NULL};
static char long_name[CM_HELLO_MAX_BYTES];
static const uint16_t many[CM_HELLO_MAX_BYTES];

static const struct {
    const char *what;
    struct cm_hello hello;
} impossible[] = {
    {"no suites", {.version = 0x0303}},
    {"no version", {.suites = two_suites, .num_suites = 2}},
    {"a version between",
     {.version = 0x0200, .suites = two_suites, .num_suites = 2}},
    {"a version to come",
     {.version = 0x0305, .suites = two_suites, .num_suites = 2}},
    {"a lowest version above the highest",
     {.version = 0x0303,
      .min_version = 0x0304,
      .suites = two_suites,
      .num_suites = 2}},
    {"more versions than a list holds",
     {.version = 0x0304,
      .min_version = 0x0200,
      .suites = two_suites,
      .num_suites = 2}},
    {"TLS 1.3 without extensions",
     {.version = 0x0304,
      .suites = tls13_suite,
      .num_suites = 1,
      .no_extensions = true}},
    {"TLS 1.3 with compression",
     {.version = 0x0304,
      .suites = tls13_suite,
      .num_suites = 1,
      .deflate = true}},
    {"a share of a group that is not offered",
     {.version = 0x0304,
      .suites = tls13_suite,
      .num_suites = 1,
      .groups = two_groups + 1,
      .num_groups = 1,
      .share = CM_SHARE_X25519}},
    {"padding without extensions",
     {.version = 0x0300, .suites = two_suites, .num_suites = 2, .pad_to = 300}},
    {"an empty protocol",
     {.version = 0x0303,
      .suites = two_suites,
      .num_suites = 2,
      .alpn = empty_protocol}},
    {"a protocol that is too long",
     {.version = 0x0303,
      .suites = two_suites,
      .num_suites = 2,
      .alpn = too_long_protocol}},
    {"a name that does not fit",
     {.version = 0x0303,
      .suites = two_suites,
      .num_suites = 2,
      .sni = long_name}},
    {"suites that do not fit",
     {.version = 0x0303, .suites = many, .num_suites = COUNT(many)}},
    {"padding that does not fit",
     {.version = 0x0303,
      .suites = two_suites,
      .num_suites = 2,
      .pad_to = CM_HELLO_MAX_BYTES}},
};

static void what_no_hello_can_say_is_refused(void **state)
{
    struct cm_buf out;

    (void)state;
    memset(long_protocol, 'p', sizeof(long_protocol) - 1);
    memset(long_name, 'n', sizeof(long_name) - 1);
    cm_buf_init(&out, CM_HELLO_MAX_BYTES);
    for (size_t i = 0; i < COUNT(impossible); i++) {
        if (cm_hello_build(&impossible[i].hello, &out) != CM_EINTERNAL) {
            fail_msg("built: %s", impossible[i].what);
        }
        assert_int_equal(out.len, 0);
    }
    cm_buf_cleanup(&out);
}

static void what_has_no_room_says_so(void **state)
{
    struct cm_hello hello = plain(0x0303);
    struct cm_hello old = plain(0x0002);
    struct cm_buf out;

    (void)state;
    cm_buf_init(&out, 20);
    assert_int_equal(cm_hello_build(&hello, &out), CM_ENOMEM);
    cm_buf_clear(&out);
    assert_int_equal(cm_hello_build(&old, &out), CM_ENOMEM);
    cm_buf_cleanup(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sslv2_has_a_form_of_its_own),
        cmocka_unit_test(sslv3_has_no_extensions),
        cmocka_unit_test(tls10_without_anything_ends_after_the_compressions),
        cmocka_unit_test(tls12_with_everything),
        cmocka_unit_test(tls13_with_a_share),
        cmocka_unit_test(tls13_without_a_share_asks_for_a_retry),
        cmocka_unit_test(certificates_may_have_other_schemes),
        cmocka_unit_test(tls13_may_offer_older_versions_too),
        cmocka_unit_test(every_list_of_the_registries_fits),
        cmocka_unit_test(padding_makes_it_as_long_as_wanted),
        cmocka_unit_test(splitting_changes_the_records_only),
        cmocka_unit_test(grease_is_everywhere),
        cmocka_unit_test(what_no_hello_can_say_is_refused),
        cmocka_unit_test(what_has_no_room_says_so),
    };

    return cmocka_run_group_tests_name("tls/build", tests, NULL, NULL);
}
