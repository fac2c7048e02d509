/* HTTP answers as bytes: sound ones, odd ones and hostile ones, in one piece
 * and byte by byte.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "net/http_parts.h"

#define MAX_BODY 20
#define OK_LINE "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK_LINE "Transfer-Encoding: chunked\r\n\r\n"

/* `want_body` counts for CM_HTTP_OK, `why` must be part of the reason. */
static struct answer_case {
    const char *name;
    const char *bytes;
    enum cm_http_result want;
    const char *want_body;
    int status;
    bool open; /* complete without the end of the connection */
    const char *why;
} cases[] = {
    {"by length", OK_LINE "Content-Length: 5\r\n\r\nhello", CM_HTTP_OK, "hello",
     200, true, ""},
    {"bytes after the body are nobody's",
     OK_LINE "Content-Length: 5\r\n\r\nhello, world", CM_HTTP_OK, "hello", 200,
     true, ""},
    {"to the end", OK_LINE "\r\nhello", CM_HTTP_OK, "hello", 200, false, ""},
    {"HTTP/1.0, no phrase", "HTTP/1.0 200\r\n\r\nhello", CM_HTTP_OK, "hello",
     200, false, ""},
    {"lines that end with LF only",
     "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", CM_HTTP_OK, "hello", 200,
     true, ""},
    {"empty by length", OK_LINE "Content-Length: 0\r\n\r\n", CM_HTTP_OK, "",
     200, true, ""},
    {"empty to the end", OK_LINE "\r\n", CM_HTTP_OK, "", 200, false, ""},
    {"exactly as much as is taken",
     OK_LINE "Content-Length: 20\r\n\r\n01234567890123456789", CM_HTTP_OK,
     "01234567890123456789", 200, true, ""},
    {"the same length twice",
     OK_LINE "Content-Length: 2\r\ncontent-length: 2\r\n\r\nhi", CM_HTTP_OK,
     "hi", 200, true, ""},
    {"field without blank, with blanks",
     OK_LINE "X:\r\nContent-Length:\t 2 \t\r\n\r\nhi", CM_HTTP_OK, "hi", 200,
     true, ""},
    {"line folded by a tab",
     OK_LINE "X: a\n\tContent-Length: 9\r\nContent-Length: 2\r\n\r\nhi",
     CM_HTTP_OK, "hi", 200, true, ""},
    {"folded line", OK_LINE "X: a\r\n b\r\nContent-Length:\r\n 2\r\n\r\nhi",
     CM_HTTP_OK, "hi", 200, true, ""},
    {"a folded length is one value",
     OK_LINE "Content-Length: 1\r\n 2\r\n\r\nhi", CM_HTTP_MALFORMED, NULL, 200,
     true, "Content-Length"},
    {"interim answers",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLocation: "
     "/x\r\n\r\n" OK_LINE "Content-Length: 2\r\n\r\nhi",
     CM_HTTP_OK, "hi", 200, true, ""},
    {"chunks", CHUNKED "2\r\nhe\r\n03;a=b\r\nllo\r\n0\r\n\r\n", CM_HTTP_OK,
     "hello", 200, true, ""},
    {"chunks with trailer", CHUNKED "A \r\n0123456789\r\n0\r\nX: y\r\n\r\n",
     CM_HTTP_OK, "0123456789", 200, true, ""},
    {"chunks count more than a length",
     OK_LINE "Content-Length: 1\r\nTransfer-Encoding: Chunked\r\n\r\n"
             "2\r\nhi\r\n0\r\n\r\n",
     CM_HTTP_OK, "hi", 200, true, ""},
    {"chunks of exactly as much as is taken",
     CHUNKED "9\r\n012345678\r\nB\r\n90123456789\r\n0\r\n\r\n", CM_HTTP_OK,
     "01234567890123456789", 200, true, ""},
    {"no chunk at all", CHUNKED "0\r\n\r\n", CM_HTTP_OK, "", 200, true, ""},

    {"404", "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\n",
     CM_HTTP_STATUS, NULL, 404, true, ""},
    {"204", "HTTP/1.1 204 None\r\n\r\n", CM_HTTP_STATUS, NULL, 204, true, ""},
    {"599 with any coding", "HTTP/1.1 599 ?\r\nContent-Encoding: gzip\r\n\r\n",
     CM_HTTP_STATUS, NULL, 599, true, ""},

    {"more than is taken", OK_LINE "Content-Length: 21\r\n\r\n",
     CM_HTTP_TOO_BIG, NULL, 200, true, "announced"},
    {"more than can be counted",
     OK_LINE "Content-Length: 99999999999999999999999\r\n\r\n", CM_HTTP_TOO_BIG,
     NULL, 200, true, "announced"},
    {"2 to the power of 64 is not 0",
     OK_LINE "Content-Length: 18446744073709551616\r\n\r\n", CM_HTTP_TOO_BIG,
     NULL, 200, true, "announced"},
    {"too much to the end", OK_LINE "\r\n012345678901234567890",
     CM_HTTP_TOO_BIG, NULL, 200, true, "body"},
    {"chunk of too much", CHUNKED "15\r\n", CM_HTTP_TOO_BIG, NULL, 200, true,
     "body"},
    {"chunks of too much", CHUNKED "5\r\nhello\r\n10\r\n", CM_HTTP_TOO_BIG,
     NULL, 200, true, "body"},
    {"chunk of the largest number", CHUNKED "1\r\na\r\nffffffffffffffff\r\n",
     CM_HTTP_TOO_BIG, NULL, 200, true, "body"},

    {"nothing", "", CM_HTTP_MALFORMED, NULL, 0, false, "without an answer"},
    {"another protocol", "220 mail.example ESMTP", CM_HTTP_MALFORMED, NULL, 0,
     true, "no HTTP/1"},
    {"HTTP/2", "HTTP/2 200 OK\r\n\r\n", CM_HTTP_MALFORMED, NULL, 0, true,
     "no HTTP/1"},
    {"HTTP/1.x", "HTTP/1.x 200 OK\r\n\r\n", CM_HTTP_MALFORMED, NULL, 0, true,
     "no HTTP/1"},
    {"HTTP/1.10", "HTTP/1.10 200 OK\r\n\r\n", CM_HTTP_MALFORMED, NULL, 0, true,
     "no HTTP/1"},
    {"no blank before the status", "HTTP/1.1_200 OK\r\n\r\n", CM_HTTP_MALFORMED,
     NULL, 0, true, "no HTTP/1"},
    {"HTTP/0.9", "<html>hello</html>", CM_HTTP_MALFORMED, NULL, 0, true,
     "no HTTP/1"},
    {"status of two digits", "HTTP/1.1 20 OK\r\n\r\n", CM_HTTP_MALFORMED, NULL,
     0, true, "no HTTP/1"},
    {"status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", CM_HTTP_MALFORMED,
     NULL, 0, true, "no HTTP/1"},
    {"status below 100", "HTTP/1.1 099 OK\r\n\r\n", CM_HTTP_MALFORMED, NULL, 0,
     true, "no HTTP/1"},
    {"negative length", OK_LINE "Content-Length: -1\r\n\r\n", CM_HTTP_MALFORMED,
     NULL, 200, true, "Content-Length"},
    {"length with a sign", OK_LINE "Content-Length: +1\r\n\r\na",
     CM_HTTP_MALFORMED, NULL, 200, true, "Content-Length"},
    {"length without number", OK_LINE "Content-Length:\r\n\r\na",
     CM_HTTP_MALFORMED, NULL, 200, true, "Content-Length"},
    {"list of lengths", OK_LINE "Content-Length: 2, 2\r\n\r\nhi",
     CM_HTTP_MALFORMED, NULL, 200, true, "Content-Length"},
    {"two lengths", OK_LINE "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
     CM_HTTP_MALFORMED, NULL, 200, true, "two different"},
    {"two redirects", "HTTP/1.1 302 x\r\nLocation: /a\r\nLocation: /b\r\n\r\n",
     CM_HTTP_MALFORMED, NULL, 302, true, "two different"},
    {"an unknown transfer coding",
     OK_LINE "Transfer-Encoding: gzip, chunked\r\n\r\n", CM_HTTP_MALFORMED,
     NULL, 200, true, "transfer coding"},
    {"chunked twice",
     OK_LINE "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     CM_HTTP_MALFORMED, NULL, 200, true, "transfer coding"},
    {"compressed", OK_LINE "Content-Encoding: gzip\r\n\r\n", CM_HTTP_MALFORMED,
     NULL, 200, true, "compressed"},
    {"line without colon", OK_LINE "hello\r\n\r\n", CM_HTTP_MALFORMED, NULL,
     200, true, "colon"},
    {"blank before the colon", OK_LINE "Content-Length : 1\r\n\r\na",
     CM_HTTP_MALFORMED, NULL, 200, true, "name"},
    {"no field name", OK_LINE ": 1\r\n\r\na", CM_HTTP_MALFORMED, NULL, 200,
     true, "name"},
    {"raw byte in a name", OK_LINE "X\xc3\xa4: 1\r\n\r\na", CM_HTTP_MALFORMED,
     NULL, 200, true, "name"},
    {"CR inside a line", OK_LINE "X: a\rb\r\n\r\n", CM_HTTP_MALFORMED, NULL, 0,
     true, "control"},
    {"escape byte", OK_LINE "X: \x1b[31m\r\n\r\n", CM_HTTP_MALFORMED, NULL, 0,
     true, "control"},
    {"upgrade", "HTTP/1.1 101 Switching\r\n\r\n", CM_HTTP_MALFORMED, NULL, 101,
     true, "interim"},
    {"cut off in the header", "HTTP/1.1 200 OK\r\nContent-", CM_HTTP_MALFORMED,
     NULL, 0, false, "cut off"},
    {"cut off in the body", OK_LINE "Content-Length: 5\r\n\r\nhell",
     CM_HTTP_MALFORMED, NULL, 200, false, "cut off"},
    {"cut off in a chunk", CHUNKED "5\r\nhell", CM_HTTP_MALFORMED, NULL, 200,
     false, "cut off"},
    {"cut off before the last chunk", CHUNKED "5\r\nhello\r\n",
     CM_HTTP_MALFORMED, NULL, 200, false, "cut off"},
    {"cut off before the end of the trailer", CHUNKED "0\r\n",
     CM_HTTP_MALFORMED, NULL, 200, false, "cut off"},
    {"chunk size that is none", CHUNKED "hello\r\n", CM_HTTP_MALFORMED, NULL,
     200, true, "chunk size"},
    {"chunk size with a sign", CHUNKED "-1\r\n", CM_HTTP_MALFORMED, NULL, 200,
     true, "chunk size"},
    {"chunk size 0x", CHUNKED "0x5\r\n", CM_HTTP_MALFORMED, NULL, 200, true,
     "chunk size"},
    {"empty chunk size", CHUNKED "\r\n", CM_HTTP_MALFORMED, NULL, 200, true,
     "chunk size"},
    {"chunk size of 17 digits", CHUNKED "00000000000000001\r\n",
     CM_HTTP_MALFORMED, NULL, 200, true, "chunk size"},
    {"longer chunk than announced", CHUNKED "2\r\nhello\r\n0\r\n\r\n",
     CM_HTTP_MALFORMED, NULL, 200, true, "longer than announced"},
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

static void check(const struct answer_case *c, size_t piece)
{
    struct cm_http_parser parser;
    size_t len = strlen(c->bytes);
    bool complete = false;

    cm_http_parser_init(&parser, MAX_BODY);
    for (size_t i = 0; i < len; i += piece) {
        size_t now = len - i < piece ? len - i : piece;
        char *exact = malloc(now); /* so that the sanitizer sees its end */

        assert_non_null(exact);
        memcpy(exact, c->bytes + i, now);
        complete = cm_http_parser_feed(&parser, exact, now);
        free(exact);
    }
    assert_int_equal(complete, c->open);
    if (!complete) {
        cm_http_parser_end(&parser);
    }
    assert_int_equal(parser.stage, CM_HTTP_COMPLETE);
    assert_string_equal(cm_http_result_id(parser.result),
                        cm_http_result_id(c->want));
    assert_int_equal(parser.status, c->status);
    assert_non_null(strstr(parser.why, c->why));
    if (c->want == CM_HTTP_OK) {
        assert_string_equal(cm_buf_cstr(&parser.body), c->want_body);
        assert_string_equal(parser.why, "");
    }
    cm_http_parser_cleanup(&parser);
}

static void reads_the_answer(void **state)
{
    const struct answer_case *c = *state;

    for (size_t piece = 1; piece <= 8; piece++) {
        check(c, piece);
    }
    check(c, 100000);
}

static void a_nul_byte_is_no_header(void **state)
{
    static const char bytes[] = OK_LINE "Content-Length: 1\0\r\n\r\na";
    struct cm_http_parser parser;

    (void)state;
    cm_http_parser_init(&parser, MAX_BODY);
    assert_true(cm_http_parser_feed(&parser, bytes, sizeof(bytes) - 1));
    assert_int_equal(parser.result, CM_HTTP_MALFORMED);
    cm_http_parser_cleanup(&parser);
}

static void a_nul_byte_is_no_chunk_size(void **state)
{
    static const char bytes[] = CHUNKED "1\0\r\na\r\n0\r\n\r\n";
    struct cm_http_parser parser;

    (void)state;
    cm_http_parser_init(&parser, MAX_BODY);
    assert_true(cm_http_parser_feed(&parser, bytes, sizeof(bytes) - 1));
    assert_int_equal(parser.result, CM_HTTP_MALFORMED);
    cm_http_parser_cleanup(&parser);
}

static void a_body_may_hold_nul_bytes(void **state)
{
    static const char bytes[] = OK_LINE "Content-Length: 3\r\n\r\na\0b";
    struct cm_http_parser parser;

    (void)state;
    cm_http_parser_init(&parser, MAX_BODY);
    assert_true(cm_http_parser_feed(&parser, bytes, sizeof(bytes) - 1));
    assert_int_equal(parser.result, CM_HTTP_OK);
    assert_int_equal(parser.body.len, 3);
    assert_memory_equal(parser.body.data, "a\0b", 3);
    cm_http_parser_cleanup(&parser);
}

/* Feeds `text` until the answer is complete; the number of bytes it took. */
static size_t feed_without_end(const char *begin, const char *text,
                               enum cm_http_result want)
{
    struct cm_http_parser parser;
    size_t count = strlen(begin);

    cm_http_parser_init(&parser, MAX_BODY);
    assert_false(cm_http_parser_feed(&parser, begin, strlen(begin)));
    while (!cm_http_parser_feed(&parser, text, strlen(text))) {
        count += strlen(text);
        assert_in_range(count, 0, 1000000);
    }
    assert_string_equal(cm_http_result_id(parser.result),
                        cm_http_result_id(want));
    cm_http_parser_cleanup(&parser);
    return count;
}

static void nothing_goes_on_for_ever(void **state)
{
    (void)state;
    assert_in_range(feed_without_end(OK_LINE, "X: y\r\n", CM_HTTP_TOO_BIG),
                    CM_HTTP_MAX_HEADERS - 100, CM_HTTP_MAX_HEADERS);
    assert_in_range(feed_without_end(OK_LINE, "x", CM_HTTP_TOO_BIG),
                    CM_HTTP_MAX_HEADERS - 100, CM_HTTP_MAX_HEADERS);
    assert_in_range(
        feed_without_end(CHUNKED "0\r\n", "X: y\r\n", CM_HTTP_TOO_BIG),
        CM_HTTP_MAX_HEADERS - 100, CM_HTTP_MAX_HEADERS * 2);
    assert_in_range(feed_without_end(CHUNKED "1;", "a", CM_HTTP_MALFORMED), 200,
                    400);
    assert_in_range(feed_without_end("HTTP/1.1 100 Continue\r\n\r\n",
                                     "HTTP/1.1 100 Continue\r\n\r\n",
                                     CM_HTTP_MALFORMED),
                    100, 300);
}

static void a_redirect_keeps_its_place(void **state)
{
    static const char bytes[] = "HTTP/1.1 301 x\r\n"
                                "Location:  http://a.example/b c \r\n"
                                "location: http://a.example/b c\r\n\r\n";
    struct cm_http_parser parser;

    (void)state;
    cm_http_parser_init(&parser, MAX_BODY);
    assert_true(cm_http_parser_feed(&parser, bytes, sizeof(bytes) - 1));
    assert_int_equal(parser.result, CM_HTTP_STATUS);
    assert_string_equal(parser.location, "http://a.example/b c");
    cm_http_parser_cleanup(&parser);
}

static void a_place_may_be_as_long_as_a_url(void **state)
{
    for (size_t more = 0; more < 2; more++) {
        size_t len = CM_HTTP_MAX_URL + more;
        struct cm_http_parser parser;
        char url[CM_HTTP_MAX_URL + 2];
        struct cm_buf bytes;

        memset(url, 'a', len);
        url[len] = '\0';
        cm_buf_init(&bytes, 10000);
        cm_buf_printf(&bytes, "HTTP/1.1 301 x\r\nLocation: %s\r\n\r\n", url);
        cm_http_parser_init(&parser, MAX_BODY);
        assert_true(cm_http_parser_feed(&parser, bytes.data, bytes.len));
        assert_int_equal(parser.result,
                         more == 0 ? CM_HTTP_STATUS : CM_HTTP_MALFORMED);
        cm_http_parser_cleanup(&parser);
        cm_buf_cleanup(&bytes);
    }
    (void)state;
}

int main(void)
{
    struct CMUnitTest tests[CASES + 6] = {
        [CASES] = cmocka_unit_test(a_nul_byte_is_no_header),
        cmocka_unit_test(a_nul_byte_is_no_chunk_size),
        cmocka_unit_test(a_body_may_hold_nul_bytes),
        cmocka_unit_test(nothing_goes_on_for_ever),
        cmocka_unit_test(a_redirect_keeps_its_place),
        cmocka_unit_test(a_place_may_be_as_long_as_a_url),
    };

    for (size_t i = 0; i < CASES; i++) { /* each row is reported by its name */
        tests[i] = (struct CMUnitTest){.name = cases[i].name,
                                       .test_func = reads_the_answer,
                                       .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("net/http_parse", tests, NULL, NULL);
}
