/* The header section of an answer (RFC 9112 sections 4 and 5): the status, and
 * the few fields that say where the body ends or where to go instead. What is
 * ambiguous is refused: two lengths, blanks before a colon, stray control
 * bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "net/http_parts.h"

#define MAX_INTERIM 8 /* answers with a status of 1xx before the real one */

/* What the fields said. */
struct fields {
    bool has_length;
    uint64_t length; /* UINT64_MAX: more than can be counted */
    bool chunked;
    bool bad; /* the answer was failed */
};

static void fail(struct cm_http_parser *parser, struct fields *fields,
                 const char *why)
{
    fields->bad = true;
    cm_http_parser_fail(parser, CM_HTTP_MALFORMED, why);
}

/* "HTTP/1.1 200 OK"; the phrase, and the blank before it, may be missing. */
static bool read_status(struct cm_http_parser *parser, const char *line)
{
    int status = 0;

    if (strncmp(line, "HTTP/1.", 7) != 0 || !isdigit((unsigned char)line[7]) ||
        line[8] != ' ') {
        return false;
    }
    for (int i = 9; i < 12; i++) {
        if (!isdigit((unsigned char)line[i])) {
            return false;
        }
        status = status * 10 + (line[i] - '0');
    }
    if (status < 100 || (line[12] != ' ' && line[12] != '\0')) {
        return false;
    }
    parser->status = status;
    return true;
}

static void take_length(struct cm_http_parser *parser, struct fields *fields,
                        const char *value)
{
    uint64_t length = 0;

    if (value[0] == '\0' || value[strspn(value, "0123456789")] != '\0') {
        fail(parser, fields, "Content-Length is no number");
        return;
    }
    for (; *value != '\0'; value++) {
        unsigned digit = (unsigned)(*value - '0');

        length = length > (UINT64_MAX - digit) / 10 ? UINT64_MAX
                                                    : length * 10 + digit;
    }
    if (fields->has_length && fields->length != length) {
        fail(parser, fields, "two different values of Content-Length");
        return;
    }
    fields->has_length = true;
    fields->length = length;
}

static void take_coding(struct cm_http_parser *parser, struct fields *fields,
                        const char *value)
{
    if (fields->chunked || strcasecmp(value, "chunked") != 0) {
        fail(parser, fields, "a transfer coding that was not asked for");
        return;
    }
    fields->chunked = true;
}

static void take_location(struct cm_http_parser *parser, struct fields *fields,
                          const char *value)
{
    size_t len = strlen(value);

    if (len > CM_HTTP_MAX_URL) {
        fail(parser, fields, "the redirect's URL is too long");
        return;
    }
    if (parser->location[0] != '\0' && strcmp(parser->location, value) != 0) {
        fail(parser, fields, "two different values of Location");
        return;
    }
    memcpy(parser->location, value, len + 1);
}

static void take_field(struct cm_http_parser *parser, struct fields *fields,
                       const char *name, const char *value)
{
    if (strcasecmp(name, "Content-Length") == 0) {
        take_length(parser, fields, value);
    } else if (strcasecmp(name, "Transfer-Encoding") == 0) {
        take_coding(parser, fields, value);
    } else if (strcasecmp(name, "Location") == 0) {
        take_location(parser, fields, value);
    } else if (strcasecmp(name, "Content-Encoding") == 0 &&
               strcasecmp(value, "identity") != 0 && value[0] != '\0' &&
               parser->status == 200) {
        fail(parser, fields, "compressed, which was not asked for");
    }
}

/* RFC 9110 section 5.6.2 */
static bool is_token(const char *text)
{
    static const char others[] = "!#$%&'*+-.^_`|~";

    if (*text == '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c >= 0x80 || !(isalnum(c) || strchr(others, c) != NULL)) {
            return false;
        }
    }
    return true;
}

static void read_field(struct cm_http_parser *parser, struct fields *fields,
                       char *line)
{
    char *value = strchr(line, ':');
    size_t len;

    if (value == NULL) {
        fail(parser, fields, "a header line without a colon");
        return;
    }
    *value++ = '\0';
    if (!is_token(line)) {
        fail(parser, fields, "a header field with a malformed name");
        return;
    }
    value += strspn(value, " \t");
    len = strlen(value);
    while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t')) {
        value[--len] = '\0';
    }
    take_field(parser, fields, line, value);
}

/* HTAB and CRLF are the only control characters that have a place. */
static bool is_stray(const char *head, size_t len, size_t i)
{
    unsigned char c = (unsigned char)head[i];

    if (c == '\r') {
        return i + 1 == len || head[i + 1] != '\n';
    }
    return (c < 0x20 && c != '\t' && c != '\n') || c == 0x7f;
}

/* Ends each line with NULs instead of CRLF or LF, and joins lines that were
 * folded (RFC 9112 section 5.2). False: a stray control character. */
static bool split_lines(char *head, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool last = i + 1 == len;
        char put = '\0';

        if (is_stray(head, len, i)) {
            return false;
        }
        if (head[i] != '\n') {
            continue;
        }
        if (!last && (head[i + 1] == ' ' || head[i + 1] == '\t')) {
            put = ' ';
        }
        head[i] = put;
        if (i > 0 && head[i - 1] == '\r') {
            head[i - 1] = put;
        }
    }
    return true;
}

static void set_stage(struct cm_http_parser *parser,
                      const struct fields *fields)
{
    if (parser->status != 200) { /* its body is of no interest */
        parser->result = CM_HTTP_STATUS;
        parser->stage = CM_HTTP_COMPLETE;
    } else if (fields->chunked) { /* counts more than a length */
        parser->stage = CM_HTTP_IN_CHUNK_SIZE;
    } else if (!fields->has_length) {
        parser->stage = CM_HTTP_IN_REST;
    } else if (fields->length > parser->body.max) {
        cm_http_parser_fail(parser, CM_HTTP_TOO_BIG,
                            "more was announced than is taken");
    } else {
        parser->left = fields->length;
        parser->stage = CM_HTTP_IN_BODY;
        if (fields->length == 0) {
            parser->result = CM_HTTP_OK;
            parser->stage = CM_HTTP_COMPLETE;
        }
    }
}

/* After "HTTP/1.1 100 Continue" and the like, the real answer begins. */
static void pass_over_interim(struct cm_http_parser *parser)
{
    if (parser->status == 101 || ++parser->interim > MAX_INTERIM) {
        cm_http_parser_fail(parser, CM_HTTP_MALFORMED,
                            "answers only with interim statuses");
        return;
    }
    parser->status = 0;
    parser->location[0] = '\0';
}

void cm_http_read_head(struct cm_http_parser *parser)
{
    struct fields fields = {.bad = false};
    char *line = (char *)parser->head.data;
    char *end = line + parser->head.len; /* after the last line's NUL */

    if (!split_lines(line, parser->head.len)) {
        cm_http_parser_fail(parser, CM_HTTP_MALFORMED,
                            "control characters in the header");
        return;
    }
    if (!read_status(parser, line)) {
        cm_http_parser_fail(parser, CM_HTTP_MALFORMED,
                            "the answer is no HTTP/1");
        return;
    }
    line += strlen(line) + 1;
    while (line < end && !fields.bad) {
        char *next = line + strlen(line) + 1;

        if (*line != '\0') { /* else: the LF of a CRLF */
            read_field(parser, &fields, line);
        }
        line = next;
    }
    if (fields.bad) {
        return;
    }
    if (parser->status < 200) {
        pass_over_interim(parser);
    } else {
        set_stage(parser, &fields);
    }
}
