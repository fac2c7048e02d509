/* HTTP answers: see http_answer.h. RFC 9112, as far as needed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "endpoint/http_answer.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "certmuster/client.h"

#define MAX_INTERIM 4       /* answers 1xx before the real one */
#define MAX_LINE_SHOWN 40   /* of the status line in the reply */
#define FAILED 400          /* below, nothing was refused */
#define SUBSTATUS_DIGITS 2U /* IIS goes up to 403.20 or so */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Takes the line up to LF, without CR; false: it has no end yet. */
static bool take_line(struct cm_reader *r, struct cm_span *line)
{
    const uint8_t *end = r->len > 0 ? memchr(r->data, '\n', r->len) : NULL;

    if (end == NULL || !cm_reader_bytes(r, (size_t)(end - r->data), line)) {
        return false;
    }
    (void)cm_reader_skip(r, 1);
    if (line->len > 0 && line->data[line->len - 1] == '\r') {
        line->len--;
    }
    return true;
}

/* "HTTP/1.1 403 Forbidden"; 0: no status line. */
static uint16_t status_of(struct cm_span line)
{
    const uint8_t *s = line.data;

    if (line.len < 12 || memcmp(s, "HTTP/1.", 7) != 0 || !is_digit(s[7]) ||
        s[8] != ' ' || s[9] < '1' || s[9] > '9' || !is_digit(s[10]) ||
        !is_digit(s[11]) || (line.len > 12 && s[12] != ' ')) {
        return 0;
    }
    return (uint16_t)((s[9] - '0') * 100 + (s[10] - '0') * 10 + (s[11] - '0'));
}

/* No answer of HTTP/1 begins so. */
static bool is_other(struct cm_span bytes)
{
    static const char start[] = "HTTP/1.";

    for (size_t i = 0; i < bytes.len && start[i] != '\0'; i++) {
        if (bytes.data[i] != (uint8_t)start[i]) {
            return true;
        }
    }
    return false;
}

/* Content-Length, of a header line; false: it is another header. */
static bool read_length(struct cm_span line, size_t *length)
{
    static const char name[] = "content-length:";
    size_t at = sizeof(name) - 1;
    size_t value = 0;

    if (line.len < at || strncasecmp((const char *)line.data, name, at) != 0) {
        return false;
    }
    for (; at < line.len && line.data[at] == ' '; at++) {
    }
    for (; at < line.len && is_digit(line.data[at]); at++) {
        value = value > CM_HTTP_ANSWER_MAX
                    ? value
                    : value * 10 + (size_t)(line.data[at] - '0');
    }
    *length = value;
    return true;
}

struct head {
    struct cm_span line;
    uint16_t status;
    bool has_length;
    size_t length;
};

/* False: the head is not complete. */
static bool read_head(struct cm_reader *r, struct head *head)
{
    struct cm_span line;

    memset(head, 0, sizeof(*head));
    if (!take_line(r, &head->line)) {
        return false;
    }
    head->status = status_of(head->line);
    while (take_line(r, &line)) {
        if (line.len == 0) {
            return true;
        }
        if (read_length(line, &head->length)) {
            head->has_length = true;
        }
    }
    return false;
}

/* "403.7" somewhere in the text, as IIS writes it into its pages. At the end of
 * what came so far there may be a digit missing. */
static uint16_t substatus_in(struct cm_span text, uint16_t status, bool final)
{
    char mark[8];
    size_t len = (size_t)snprintf(mark, sizeof(mark), "%u.", (unsigned)status);

    for (size_t at = 0; at + len < text.len; at++) {
        size_t end = at + len;
        uint16_t value = 0;

        if (memcmp(text.data + at, mark, len) != 0 ||
            (at > 0 && is_digit(text.data[at - 1]))) {
            continue;
        }
        while (end < text.len && end - at - len < SUBSTATUS_DIGITS &&
               is_digit(text.data[end])) {
            value = (uint16_t)(value * 10 + (text.data[end++] - '0'));
        }
        if (value > 0 &&
            (end == text.len ? final : !is_digit(text.data[end]))) {
            return value;
        }
    }
    return 0;
}

/* Appends what fits, printable ASCII only. */
static void show(struct cm_http_answer *out, struct cm_span text, size_t max)
{
    size_t used = strlen(out->reply);

    for (size_t i = 0; i < text.len && i < max; i++) {
        uint8_t c = text.data[i];

        if (used + 1 < sizeof(out->reply)) {
            out->reply[used++] = (char)(c >= 0x20 && c < 0x7f ? c : '?');
        }
    }
    out->reply[used] = '\0';
}

/* Everything that decides, from the text there is. True: it decided. */
static bool look(struct cm_http_answer *out, const struct head *head,
                 struct cm_span text, bool final)
{
    struct cm_span phrase;
    enum cm_http_word word;

    out->status = head->status;
    out->substatus =
        head->status >= FAILED ? substatus_in(text, head->status, final) : 0;
    word = cm_http_word_of(out->status, out->substatus, text, &phrase);
    out->reply[0] = '\0';
    show(out, head->line, MAX_LINE_SHOWN);
    if (phrase.len > 0) {
        show(out, (struct cm_span){(const uint8_t *)"; ", 2}, 2);
        show(out, phrase, phrase.len);
    }
    return word != CM_HTTP_SILENT;
}

/* The head that counts, behind interim answers. False: there is none yet. */
static bool find_head(struct cm_reader *r, struct head *head, bool *whole)
{
    for (int i = 0; i <= MAX_INTERIM; i++) {
        *whole = read_head(r, head);
        if (head->status / 100 != 1) {
            return head->status != 0;
        }
        if (!*whole) {
            break;
        }
    }
    return false;
}

/* Nothing that comes now changes what the answer says. */
static bool is_enough(const struct head *head, size_t body)
{
    return head->status < FAILED || (head->has_length && body >= head->length);
}

bool cm_http_answer_read(struct cm_span bytes, bool ended,
                         struct cm_http_answer *out)
{
    struct cm_reader r;
    struct head head = {.status = 0};
    bool whole = false;

    memset(out, 0, sizeof(*out));
    cm_reader_init(&r, bytes.data, bytes.len);
    ended = ended || bytes.len >= CM_HTTP_ANSWER_MAX || is_other(bytes);
    if (!find_head(&r, &head, &whole)) {
        return ended || (whole && head.status == 0);
    }
    ended = ended || (whole && is_enough(&head, r.len));
    return look(out, &head, (struct cm_span){r.data, whole ? r.len : 0},
                ended) ||
           ended;
}
