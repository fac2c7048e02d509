/* UTF-8: against the grammar of RFC 3629 section 4, written as ranges.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include "base/utf8.h"
#include "certmuster/text.h"

struct sequence {
    uint8_t low[4];
    uint8_t high[4];
    size_t len;
};

static const struct sequence grammar[] = {
    {{0x00}, {0x7F}, 1},
    {{0xC2, 0x80}, {0xDF, 0xBF}, 2},
    {{0xE0, 0xA0, 0x80}, {0xE0, 0xBF, 0xBF}, 3},
    {{0xE1, 0x80, 0x80}, {0xEC, 0xBF, 0xBF}, 3},
    {{0xED, 0x80, 0x80}, {0xED, 0x9F, 0xBF}, 3},
    {{0xEE, 0x80, 0x80}, {0xEF, 0xBF, 0xBF}, 3},
    {{0xF0, 0x90, 0x80, 0x80}, {0xF0, 0xBF, 0xBF, 0xBF}, 4},
    {{0xF1, 0x80, 0x80, 0x80}, {0xF3, 0xBF, 0xBF, 0xBF}, 4},
    {{0xF4, 0x80, 0x80, 0x80}, {0xF4, 0x8F, 0xBF, 0xBF}, 4},
};

/* The length of the character that the grammar sees, 0: none. */
static size_t by_grammar(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < COUNT(grammar); i++) {
        size_t at = 0;

        while (at < grammar[i].len && at < len &&
               bytes[at] >= grammar[i].low[at] &&
               bytes[at] <= grammar[i].high[at]) {
            at++;
        }
        if (at == grammar[i].len) {
            return at;
        }
    }
    return 0;
}

static void reading_agrees_with_the_grammar(void **state)
{
    static const uint8_t ends[] = {0x00, 0x7F, 0x80, 0x8F, 0x90,
                                   0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
    uint32_t c;

    (void)state;
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            for (size_t i = 0; i < COUNT(ends) * COUNT(ends); i++) {
                const uint8_t bytes[4] = {(uint8_t)first, (uint8_t)second,
                                          ends[i / COUNT(ends)],
                                          ends[i % COUNT(ends)]};

                for (size_t len = 1; len <= 4; len++) {
                    size_t got = cm_utf8_read((const char *)bytes, len, &c);

                    if (got != by_grammar(bytes, len)) {
                        fail_msg("%02x %02x %02x %02x, %zu bytes: %zu",
                                 bytes[0], bytes[1], bytes[2], bytes[3], len,
                                 got);
                    }
                }
            }
        }
    }
    assert_int_equal(cm_utf8_read("a", 0, &c), 0);
}

static void every_character_survives_writing_and_reading(void **state)
{
    struct cm_buf buf;

    (void)state;
    cm_buf_init(&buf, 16);
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        uint32_t back = 0;

        cm_buf_clear(&buf);
        cm_utf8_write(&buf, c);
        if (cm_utf8_read((const char *)buf.data, buf.len, &back) !=
                (surrogate ? 0 : buf.len) ||
            (!surrogate && back != c)) {
            fail_msg("U+%04X became U+%04X", (unsigned)c, (unsigned)back);
        }
    }
    cm_buf_cleanup(&buf);
}

static const struct utf8_case {
    const char *name;
    const char *text;
    size_t len;
    bool valid;
    const char *converted; /* by cm_text_to_utf8 */
} cases[] = {
    {"empty", "", 0, true, ""},
    {"ASCII", "abc", 3, true, "abc"},
    {"German", "M\xC3\xBCller", 7, true, "M\xC3\xBCller"},
    {"Latin-1", "M\xFCller", 6, false, "M\xC3\xBCller"},
    {"euro in Windows-1252", "\x80 5", 3, false, "\xE2\x82\xAC 5"},
    {"quotes in Windows-1252", "\x93x\x94", 3, false,
     "\xE2\x80\x9Cx\xE2\x80\x9D"},
    {"free codes", "\x81\x8D\x8F\x90\x9D", 5, false,
     "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"mixed", "\xC3\xBC\xFC", 3, false, "\xC3\xBC\xC3\xBC"},
    {"overlong slash", "\xC0\xAF", 2, false, "\xC3\x80\xC2\xAF"},
    {"surrogate", "\xED\xA0\x80", 3, false, "\xC3\xAD\xC2\xA0\xE2\x82\xAC"},
    {"cut at the end", "x\xE2\x82", 3, false, "x\xC3\xA2\xE2\x80\x9A"},
    {"above the last plane", "\xF4\x90\x80\x80", 4, false,
     "\xC3\xB4\xEF\xBF\xBD\xE2\x82\xAC\xE2\x82\xAC"},
    {"padlock", "\xF0\x9F\x94\x92", 4, true, "\xF0\x9F\x94\x92"},
};

static void conversion_keeps_what_is_valid(void **state)
{
    const struct utf8_case *c = *state;
    struct cm_buf buf;

    cm_buf_init(&buf, 100);
    assert_int_equal(cm_text_is_utf8(c->text, c->len), c->valid);
    cm_text_to_utf8(&buf, c->text, c->len);
    assert_string_equal(cm_buf_cstr(&buf), c->converted);
    assert_true(cm_text_is_utf8(c->converted, strlen(c->converted)));
    cm_buf_cleanup(&buf);
}

static void every_stray_byte_becomes_a_character(void **state)
{
    struct cm_buf buf;

    (void)state;
    cm_buf_init(&buf, 16);
    for (unsigned byte = 0; byte < 256; byte++) {
        char text = (char)byte;

        cm_buf_clear(&buf);
        cm_text_to_utf8(&buf, &text, 1);
        assert_true(buf.len > 0);
        assert_true(cm_text_is_utf8((const char *)buf.data, buf.len));
        assert_int_equal(buf.len == 1, byte < 0x80);
    }
    cm_buf_cleanup(&buf);
}

#define CASES COUNT(cases)

int main(void)
{
    struct CMUnitTest tests[CASES + 3] = {
        cmocka_unit_test(reading_agrees_with_the_grammar),
        cmocka_unit_test(every_character_survives_writing_and_reading),
        cmocka_unit_test(every_stray_byte_becomes_a_character),
    };
    struct utf8_case copies[CASES]; /* cmocka wants a state it may change */

    memcpy(copies, cases, sizeof(cases));
    for (size_t i = 0; i < CASES; i++) {
        tests[i + 3] =
            (struct CMUnitTest){.name = copies[i].name,
                                .test_func = conversion_keeps_what_is_valid,
                                .initial_state = &copies[i]};
    }
    return cmocka_run_group_tests_name("base/utf8", tests, NULL, NULL);
}
