/* Foreign text on its way out: examples, and properties over hostile input.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include <ctype.h>

#include "base/utf8.h"
#include "certmuster/text.h"

#define FFFD "\xEF\xBF\xBD"
#define RLO "\xE2\x80\xAE" /* U+202E */
#define PDI "\xE2\x81\xA9" /* U+2069 */

typedef void escaper(struct cm_buf *out, const char *text, size_t len);

static struct escape_case {
    const char *name;
    escaper *escape;
    const char *text;
    size_t len; /* 0: strlen */
    const char *want;
} cases[] = {
    {"json plain", cm_text_json, "abc", 0, "\"abc\""},
    {"json empty", cm_text_json, "", 0, "\"\""},
    {"json quote and backslash", cm_text_json, "a\"b\\c", 0, "\"a\\\"b\\\\c\""},
    {"json named controls", cm_text_json, "\b\f\n\r\t", 0,
     "\"\\b\\f\\n\\r\\t\""},
    {"json NUL and others", cm_text_json, "\0\x1f\x7f", 3,
     "\"\\u0000\\u001f\\u007f\""},
    {"json C1", cm_text_json, "\xC2\x85", 0, "\"\\u0085\""},
    {"json end of script", cm_text_json, "</script>", 0,
     "\"\\u003c/script\\u003e\""},
    {"json comment in script", cm_text_json, "<!--&", 0,
     "\"\\u003c!--\\u0026\""},
    {"json line separators", cm_text_json, "\xE2\x80\xA8\xE2\x80\xA9", 0,
     "\"\\u2028\\u2029\""},
    {"json override", cm_text_json, RLO "x" PDI, 0, "\"\\u202ex\\u2069\""},
    {"json invalid", cm_text_json, "\xC0\xAF", 0, "\"" FFFD FFFD "\""},
    {"json euro", cm_text_json, "\xE2\x82\xAC", 0, "\"\xE2\x82\xAC\""},

    {"json value", cm_text_json_value, "{\"a\": [\"<&>\\\\\",\n1]}", 0,
     "{\"a\": [\"\\u003c\\u0026\\u003e\\\\\", 1]}"},
    {"json value with C1 and overrides", cm_text_json_value,
     "\"\xC2\x9B" RLO "\xE2\x80\xA8\"", 0, "\"\\u009b\\u202e\\u2028\""},

    {"csv plain", cm_text_csv, "abc", 0, "abc"},
    {"csv empty", cm_text_csv, "", 0, ""},
    {"csv comma", cm_text_csv, "a,b", 0, "\"a,b\""},
    {"csv semicolon", cm_text_csv, "a;b", 0, "\"a;b\""},
    {"csv quote", cm_text_csv, "a\"b", 0, "\"a\"\"b\""},
    {"csv line end", cm_text_csv, "a\nb", 0, "\"a\nb\""},
    {"csv CR LF", cm_text_csv, "a\r\nb", 0, "\"a\nb\""},
    {"csv lone CR", cm_text_csv, "a\rb", 0, "\"a" FFFD "b\""},
    {"csv spaces around", cm_text_csv, " a ", 0, "\" a \""},
    {"csv space inside", cm_text_csv, "a b", 0, "a b"},
    {"csv command", cm_text_csv, "=cmd|' /C calc'!A0", 0,
     "'=cmd|' /C calc'!A0"},
    {"csv formula and quote", cm_text_csv, "=HYPERLINK(\"x\")", 0,
     "\"'=HYPERLINK(\"\"x\"\")\""},
    {"csv at", cm_text_csv, "@SUM(1)", 0, "'@SUM(1)"},
    {"csv plus", cm_text_csv, "+1+1", 0, "'+1+1"},
    {"csv minus", cm_text_csv, "-1-1", 0, "'-1-1"},
    {"csv formula after space", cm_text_csv, "  =1", 0, "\"'  =1\""},
    {"csv formula after NBSP", cm_text_csv, "\xC2\xA0=1", 0, "'\xC2\xA0=1"},
    {"csv formula after BOM", cm_text_csv, "\xEF\xBB\xBF=1", 0,
     "'\xEF\xBB\xBF=1"},
    {"csv formula after LF", cm_text_csv, "\n=1", 0, "\"'\n'=1\""},
    {"csv formula after semicolon", cm_text_csv, "a;=1;b", 0, "\"a;'=1;b\""},
    {"csv formula after quotes", cm_text_csv, "a;\"\"=1", 0,
     "\"a;'\"\"\"\"=1\""},
    {"csv formula after tab", cm_text_csv, "a\t@b", 0, "\"a\t'@b\""},
    {"csv formula after CR LF", cm_text_csv, "a\r\n-b", 0, "\"a\n'-b\""},
    {"csv full-width after semicolon", cm_text_csv,
     ";\xEF\xBC\x9D"
     "1",
     0,
     "\";'\xEF\xBC\x9D"
     "1\""},
    {"csv numbers between semicolons", cm_text_csv, "1;-5;+.5\n-7", 0,
     "\"1;-5;+.5\n-7\""},
    {"csv blank after semicolon", cm_text_csv, "a; =1", 0, "\"a; =1\""},
    {"csv semicolon at the end", cm_text_csv, "a;", 0, "\"a;\""},
    {"csv full-width formula", cm_text_csv,
     "\xEF\xBC\x9D"
     "1",
     0,
     "'\xEF\xBC\x9D"
     "1"},
    {"csv leading tab", cm_text_csv, "\tx", 0, "\"'\tx\""},
    {"csv leading CR", cm_text_csv, "\rx", 0, "\"'" FFFD "x\""},
    {"csv only blanks", cm_text_csv, "  ", 0, "\"  \""},
    {"csv negative number", cm_text_csv, "-5", 0, "-5"},
    {"csv signed fraction", cm_text_csv, "+1.5", 0, "+1.5"},
    {"csv short fraction", cm_text_csv, "-.5", 0, "-.5"},
    {"csv sign alone", cm_text_csv, "-", 0, "'-"},
    {"csv sign and dot", cm_text_csv, "-.", 0, "'-."},
    {"csv number with a tail", cm_text_csv, "-5x", 0, "'-5x"},
    {"csv two dots", cm_text_csv, "-1.2.3", 0, "'-1.2.3"},
    {"csv NUL and escape", cm_text_csv, "a\0\x1b", 3, "a" FFFD FFFD},
    {"csv C1", cm_text_csv,
     "\xC2\x9B"
     "2J",
     0, FFFD "2J"},
    {"csv override", cm_text_csv, "a" RLO "b", 0, "a" FFFD "b"},

    {"html plain", cm_text_html, "abc", 0, "abc"},
    {"html entities", cm_text_html, "&<>\"'", 0, "&amp;&lt;&gt;&quot;&#39;"},
    {"html script", cm_text_html, "<script>alert(1)</script>", 0,
     "&lt;script&gt;alert(1)&lt;/script&gt;"},
    {"html leaves an attribute", cm_text_html, "\" onload='x'", 0,
     "&quot; onload=&#39;x&#39;"},
    {"html white space", cm_text_html, "a\tb\nc\r\nd", 0, "a\tb\nc\nd"},
    {"html controls", cm_text_html, "\0\r\x1b\x7f", 4, FFFD FFFD FFFD FFFD},
    {"html override", cm_text_html, RLO PDI, 0, FFFD FFFD},
    {"html overlong less-than", cm_text_html, "\xC0\xBC", 0, FFFD FFFD},

    {"terminal plain", cm_text_terminal, "a \xC3\xBC", 0, "a \xC3\xBC"},
    {"terminal escape", cm_text_terminal, "\x1b[31m", 0, "\\x1b[31m"},
    {"terminal line end", cm_text_terminal, "a\r\n\tb", 0, "a\\x0d\\x0a\\x09b"},
    {"terminal NUL and DEL", cm_text_terminal, "\0\x7f", 2, "\\x00\\x7f"},
    {"terminal C1", cm_text_terminal,
     "\xC2\x9B"
     "2J",
     0, "\\u{009b}2J"},
    {"terminal override", cm_text_terminal, RLO PDI, 0, "\\u{202e}\\u{2069}"},
    {"terminal marks", cm_text_terminal,
     "\xD8\x9C\xE2\x80\x8E\xE2\x80\x8F\xE2\x80\xA8\xE2\x80\xA9", 0,
     "\\u{061c}\\u{200e}\\u{200f}\\u{2028}\\u{2029}"},
    {"terminal raw C1 byte", cm_text_terminal,
     "\x9B"
     "2J",
     0, FFFD "2J"},
};

static void escapes(void **state)
{
    const struct escape_case *c = *state;
    struct cm_buf buf;

    cm_buf_init(&buf, 1000);
    c->escape(&buf, c->text, c->len > 0 ? c->len : strlen(c->text));
    assert_string_equal(cm_buf_cstr(&buf), c->want);
    assert_int_equal(buf.len, strlen(c->want));
    cm_buf_cleanup(&buf);
}

static bool is_override(uint32_t c)
{
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* What holds for every output: UTF-8, no overrides, no controls but `allowed`
 * ones. */
static void check_output(const struct cm_buf *buf, const char *allowed)
{
    const char *text = (const char *)buf->data;
    size_t len = buf->len;

    while (len > 0) {
        uint32_t c = 0;
        size_t used = cm_utf8_read(text, len, &c);

        assert_true(used > 0);
        assert_false(is_override(c));
        assert_false(c == 0);
        if (c < 0x20 || (c >= 0x7F && c < 0xA0)) {
            assert_true(c < 0x80 && strchr(allowed, (int)c) != NULL);
        }
        text += used;
        len -= used;
    }
}

static void check_json(const struct cm_buf *buf)
{
    check_output(buf, "");
    assert_int_equal(buf->data[0], '"');
    assert_int_equal(buf->data[buf->len - 1], '"');
    for (size_t i = 1; i + 1 < buf->len; i++) {
        assert_null(memchr("\"<>&", buf->data[i], 4));
        if (buf->data[i] == '\\') {
            i++; /* never the closing quote */
            assert_true(i + 1 < buf->len);
            assert_non_null(memchr("\"\\bfnrtu", buf->data[i], 8));
        }
    }
}

/* Nothing but the field: a reader that knows quotes sees one field, and what
 * it sees does not start a formula. */
static void check_csv(const struct cm_buf *buf)
{
    const char *text = (const char *)buf->data;
    size_t len = buf->len;
    bool quoted = len >= 2 && text[0] == '"';

    check_output(buf, "\n\t");
    if (quoted) {
        assert_int_equal(text[len - 1], '"');
        text++;
        len -= 2;
        for (size_t i = 0; i < len; i++) {
            if (text[i] == '"') {
                i++;
                assert_true(i < len && text[i] == '"');
            }
        }
    } else {
        for (size_t i = 0; i < len; i++) {
            assert_null(memchr(",;\t\"\n", text[i], 5));
        }
    }
    while (len > 0 && isspace((unsigned char)*text)) {
        text++;
        len--;
    }
    assert_false(len > 0 && memchr("=@", *text, 2) != NULL);
    if (len > 1 && (*text == '+' || *text == '-')) {
        assert_true(isdigit((unsigned char)text[1]) || text[1] == '.');
    }
}

static void check_html(const struct cm_buf *buf)
{
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;",
                                           "&#39;"};

    check_output(buf, "\n\t");
    for (size_t i = 0; i < buf->len; i++) {
        bool found = buf->data[i] != '&';

        assert_null(memchr("<>\"'", buf->data[i], 4));
        for (size_t e = 0; e < COUNT(entities) && !found; e++) {
            size_t len = strlen(entities[e]);

            found = buf->len - i >= len &&
                    memcmp(buf->data + i, entities[e], len) == 0;
        }
        assert_true(found);
    }
}

static void check_all(struct cm_buf *buf, const char *text, size_t len)
{
    cm_buf_clear(buf);
    cm_text_json(buf, text, len);
    check_json(buf);
    cm_buf_clear(buf);
    cm_text_csv(buf, text, len);
    check_csv(buf);
    cm_buf_clear(buf);
    cm_text_html(buf, text, len);
    check_html(buf);
    cm_buf_clear(buf);
    cm_text_terminal(buf, text, len);
    check_output(buf, "");
    assert_false(buf->failed);
}

static void every_pair_of_bytes_is_harmless(void **state)
{
    struct cm_buf buf;

    (void)state;
    cm_buf_init(&buf, 1000);
    for (unsigned first = 0; first < 256; first++) {
        char alone = (char)first;

        check_all(&buf, &alone, 1);
        for (unsigned second = 0; second < 256; second++) {
            const char pair[] = {(char)first, (char)second};

            check_all(&buf, pair, sizeof(pair));
        }
    }
    cm_buf_cleanup(&buf);
}

static void every_character_is_harmless(void **state)
{
    struct cm_buf text;
    struct cm_buf buf;

    (void)state;
    cm_buf_init(&text, 16);
    cm_buf_init(&buf, 1000);
    for (uint32_t c = 0; c < 0x11000; c++) { /* surrogates too: as bytes */
        cm_buf_clear(&text);
        cm_utf8_write(&text, c);
        cm_buf_puts(&text, "=1");
        check_all(&buf, (const char *)text.data, text.len);
    }
    cm_buf_cleanup(&text);
    cm_buf_cleanup(&buf);
}

/* Pieces that mean something somewhere, in every order of three. */
static void hostile_pieces_stay_harmless_together(void **state)
{
    static const char *const pieces[] = {
        "</script>",
        "=cmd|' /C calc'!A0",
        "\r\n",
        "\r",
        "\n",
        "\"",
        "\"\"",
        "'",
        ",",
        ";",
        "\t",
        " ",
        "\x1b]0;x\a",
        RLO,
        "\xC2\x9B",
        "\xED\xA0\x80",
        "\xF0\x80\x80\xAF",
        "\xE2\x80",
        "&amp;",
        "\\u0022",
        "-5",
        "+",
        "@",
        "\xEF\xBB\xBF",
    };
    struct cm_buf text;
    struct cm_buf buf;

    (void)state;
    cm_buf_init(&text, 1000);
    cm_buf_init(&buf, 10000);
    for (size_t a = 0; a < COUNT(pieces); a++) {
        for (size_t b = 0; b < COUNT(pieces); b++) {
            for (size_t c = 0; c < COUNT(pieces); c++) {
                cm_buf_clear(&text);
                cm_buf_puts(&text, pieces[a]);
                cm_buf_puts(&text, pieces[b]);
                cm_buf_puts(&text, pieces[c]);
                check_all(&buf, (const char *)text.data, text.len);
            }
        }
    }
    cm_buf_cleanup(&text);
    cm_buf_cleanup(&buf);
}

static void a_full_buffer_is_noticed_not_overrun(void **state)
{
    static escaper *const escapers[] = {cm_text_json, cm_text_csv, cm_text_html,
                                        cm_text_terminal, cm_text_to_utf8};

    (void)state;
    for (size_t i = 0; i < COUNT(escapers); i++) {
        struct cm_buf buf;

        cm_buf_init(&buf, 8);
        escapers[i](&buf, "<<<<\x1b\x1b,,\"\"''", 12);
        assert_true(buf.failed);
        assert_true(buf.len <= 8);
        cm_buf_cleanup(&buf);
    }
}

/* Long texts are looked at in blocks: every byte, wherever it stands in one,
 * becomes what it becomes alone. A quote changes a CSV field as a whole. */
static void a_long_text_is_escaped_like_a_short_one(void **state)
{
    static escaper *const escapers[] = {cm_text_json, cm_text_html,
                                        cm_text_terminal, cm_text_to_utf8};
    enum { LEN = 41 };
    char text[LEN];

    (void)state;
    for (size_t i = 0; i < COUNT(escapers) * 256; i++) {
        char byte = (char)(i % 256);
        size_t edge = escapers[i / 256] == cm_text_json ? 1 : 0;
        struct cm_buf alone;
        struct cm_buf whole;

        cm_buf_init(&alone, 64);
        cm_buf_init(&whole, 256);
        escapers[i / 256](&alone, &byte, 1);
        for (size_t at = 0; at < LEN; at++) {
            size_t len = alone.len - 2 * edge;

            memset(text, 'a', LEN);
            text[at] = byte;
            escapers[i / 256](&whole, text, LEN);
            assert_int_equal(whole.len, LEN - 1 + alone.len);
            assert_memory_equal(whole.data + edge + at, alone.data + edge, len);
            for (size_t j = 0; j < LEN - 1; j++) {
                assert_int_equal(whole.data[edge + (j < at ? j : j + len)],
                                 'a');
            }
            cm_buf_clear(&whole);
        }
        cm_buf_cleanup(&alone);
        cm_buf_cleanup(&whole);
    }
}

#define CASES COUNT(cases)
#define OTHERS 5

int main(void)
{
    struct CMUnitTest tests[CASES + OTHERS] = {
        cmocka_unit_test(every_pair_of_bytes_is_harmless),
        cmocka_unit_test(every_character_is_harmless),
        cmocka_unit_test(hostile_pieces_stay_harmless_together),
        cmocka_unit_test(a_full_buffer_is_noticed_not_overrun),
        cmocka_unit_test(a_long_text_is_escaped_like_a_short_one),
    };

    for (size_t i = 0; i < CASES; i++) {
        tests[i + OTHERS] = (struct CMUnitTest){.name = cases[i].name,
                                                .test_func = escapes,
                                                .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("base/escape", tests, NULL, NULL);
}
