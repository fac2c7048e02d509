/* Content lines of iCalendar.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ics.h"

#include "certmuster/text.h"

#define MAX_LINE ((size_t)256 * 1024)

void cm_ics_init(struct cm_ics *ics, struct cm_buf *out)
{
    ics->out = out;
    cm_buf_init(&ics->line, MAX_LINE);
}

void cm_ics_cleanup(struct cm_ics *ics)
{
    cm_buf_cleanup(&ics->line);
}

/* Where a character begins at or before `end`: none is cut in two. */
static size_t cut(const uint8_t *data, size_t from, size_t end)
{
    while (end > from + 1 && (data[end] & 0xC0U) == 0x80U) {
        end--;
    }
    return end;
}

/* A line that goes on begins with a space, which counts (RFC 5545 3.1). */
static void fold(struct cm_ics *ics)
{
    const struct cm_buf *line = &ics->line;
    size_t room = CM_ICS_LINE;
    size_t at = 0;

    while (line->len - at > room) {
        size_t end = cut(line->data, at, at + room);

        (void)cm_buf_append(ics->out, line->data + at, end - at);
        (void)cm_buf_puts(ics->out, "\r\n ");
        at = end;
        room = CM_ICS_LINE - 1;
    }
    (void)cm_buf_append(ics->out, line->data + at, line->len - at);
    (void)cm_buf_puts(ics->out, "\r\n");
    ics->out->failed = ics->out->failed || line->failed;
}

static void begin(struct cm_ics *ics, const char *name)
{
    cm_buf_clear(&ics->line);
    (void)cm_buf_puts(&ics->line, name);
}

void cm_ics_line(struct cm_ics *ics, const char *name, const char *value)
{
    begin(ics, name);
    (void)cm_buf_putc(&ics->line, ':');
    (void)cm_buf_puts(&ics->line, value);
    fold(ics);
}

/* RFC 5545 section 3.3.11. */
static void escape(struct cm_buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            (void)cm_buf_puts(out, "\\n");
        } else {
            if (*text == '\\' || *text == ';' || *text == ',') {
                (void)cm_buf_putc(out, '\\');
            }
            (void)cm_buf_putc(out, *text);
        }
    }
}

void cm_ics_text(struct cm_ics *ics, const char *name, const char *text)
{
    begin(ics, name);
    (void)cm_buf_putc(&ics->line, ':');
    escape(&ics->line, text);
    fold(ics);
}

void cm_ics_number(struct cm_ics *ics, const char *name, int64_t number)
{
    begin(ics, name);
    (void)cm_buf_putc(&ics->line, ':');
    (void)cm_buf_number(&ics->line, number);
    fold(ics);
}

void cm_ics_date(struct cm_ics *ics, const char *name, int64_t unix_s)
{
    char text[CM_TIME_TEXT_SIZE];

    (void)cm_time_rfc3339(unix_s, text);
    begin(ics, name);
    (void)cm_buf_printf(&ics->line, ";VALUE=DATE:%.4s%.2s%.2s", text, text + 5,
                        text + 8);
    fold(ics);
}

void cm_ics_time(struct cm_ics *ics, const char *name, int64_t unix_s)
{
    char text[CM_TIME_TEXT_SIZE];

    (void)cm_time_rfc3339(unix_s, text);
    begin(ics, name);
    (void)cm_buf_printf(&ics->line,
                        ":%.4s%.2s%.2s"
                        "T%.2s%.2s%.2sZ",
                        text, text + 5, text + 8, text + 11, text + 14,
                        text + 17);
    fold(ics);
}
