/* An HTTP answer, cut into pieces; the first octet says how long they are. And
 * URLs: one taken apart and written again is the same one.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "net/http_parts.h"

#define MAX_BODY 4096U

static void read_answer(struct cm_http_parser *parser, struct cm_reader input,
                        size_t piece)
{
    bool done = false;

    cm_http_parser_init(parser, MAX_BODY);
    while (input.len > 0 && !done) {
        size_t len = input.len < piece ? input.len : piece;

        done = cm_http_parser_feed(parser, input.data, len);
        (void)cm_reader_skip(&input, len);
    }
    cm_http_parser_end(parser);
    cm_assert(parser->stage == CM_HTTP_COMPLETE);
    cm_assert(parser->body.len <= MAX_BODY);
    cm_assert(strlen(parser->location) <= CM_HTTP_MAX_URL);
}

/* How an answer is cut makes no difference. */
static void answer(struct cm_reader input, size_t piece)
{
    struct cm_http_parser cut;
    struct cm_http_parser whole;

    read_answer(&cut, input, piece);
    read_answer(&whole, input, input.len);
    cm_assert(cut.result == whole.result && cut.status == whole.status);
    cm_assert(strcmp(cut.why, whole.why) == 0);
    cm_assert(strcmp(cut.location, whole.location) == 0);
    cm_assert(cut.result != CM_HTTP_OK ||
              cm_span_equal((struct cm_span){cut.body.data, cut.body.len},
                            (struct cm_span){whole.body.data, whole.body.len}));
    cm_http_parser_cleanup(&cut);
    cm_http_parser_cleanup(&whole);
}

/* The lines of a GET and no others, all of them printable. */
static void check_request(const struct cm_http_url *url)
{
    struct cm_buf out;
    size_t lines = 0;

    cm_http_write_request(url, (struct cm_span){NULL, 0}, "", &out);
    for (size_t i = 0; i < out.len; i++) {
        uint8_t c = out.data[i];

        cm_assert((c >= 0x20 && c < 0x7f) || c == '\r' || c == '\n');
        lines += c == '\n' ? 1 : 0;
    }
    cm_assert(lines == 7);
    cm_buf_cleanup(&out);
}

static void check_url(const struct cm_http_url *url)
{
    struct cm_http_url again;
    struct cm_buf text;
    const char *why;

    cm_assert(strpbrk(url->host, "\r\n /") == NULL);
    cm_assert(strpbrk(url->target, "\r\n ") == NULL);
    check_request(url);
    cm_buf_init(&text, 8U * CM_HTTP_MAX_URL);
    cm_http_url_text(url, &text);
    if (text.len <= CM_HTTP_MAX_URL) {
        cm_assert(cm_http_url_parse(&again, cm_buf_cstr(&text), &why) ==
                  CM_HTTP_OK);
        cm_assert(strcmp(again.host, url->host) == 0);
        cm_assert(again.port == url->port);
        cm_assert(strcmp(again.target, url->target) == 0);
    }
    cm_buf_cleanup(&text);
}

static void url(struct cm_span bytes)
{
    struct cm_http_url base;
    struct cm_http_url parsed;
    struct cm_buf text;
    const char *why;

    cm_buf_init(&text, 1U << 20);
    (void)cm_buf_append(&text, bytes.data, bytes.len);
    if (cm_http_url_parse(&parsed, cm_buf_cstr(&text), &why) == CM_HTTP_OK) {
        check_url(&parsed);
    }
    cm_assert(cm_http_url_parse(&base, "http://a.example/b/c?d", &why) ==
              CM_HTTP_OK);
    if (cm_http_url_follow(&parsed, &base, cm_buf_cstr(&text), &why) ==
        CM_HTTP_OK) {
        check_url(&parsed);
    }
    cm_buf_cleanup(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_reader input;
    uint8_t piece;

    cm_reader_init(&input, data, size);
    if (!cm_reader_u8(&input, &piece)) {
        return 0;
    }
    answer(input, piece + 1U);
    url((struct cm_span){input.data, input.len});
    return 0;
}
