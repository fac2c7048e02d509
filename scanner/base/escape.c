/* Foreign text on its way out: JSON, CSV, HTML, terminal. Each rule is one
 * function over characters; a byte that is not UTF-8 is U+FFFD to all of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/text.h"

#include <string.h>

#include "base/utf8.h"

/* The next character of the text; moves on by one byte where there is none. */
static uint32_t next(const char **text, size_t *len)
{
    uint32_t c;
    size_t used = cm_utf8_read(*text, *len, &c);

    if (used == 0) {
        c = CM_UTF8_REPLACEMENT;
        used = 1;
    }
    *text += used;
    *len -= used;
    return c;
}

static bool is_control(uint32_t c) /* C0, DEL, C1 */
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

/* Characters that make what follows look reordered (UAX #9): a host name that
 * holds one reads as another host. */
static bool is_override(uint32_t c)
{
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static bool json_needs_escape(uint32_t c)
{
    return is_control(c) || is_override(c) || c == '<' || c == '>' ||
           c == '&' || c == 0x2028 || c == 0x2029;
}

/* What a byte is to the rules here; 0: nothing, it is copied as it is. */
#define SPECIAL 1U   /* a control, no ASCII, or something that is escaped */
#define SEPARATES 2U /* fields for some readers of CSV, or lines */
#define BEGINS 4U /* a field, for who does not take a comma for a separator */
#define CLASS(c)                                                               \
    (((c) < 0x20 || (c) >= 0x7F || (c) == '"' || (c) == '\\' || (c) == '<' ||  \
              (c) == '>' || (c) == '&' || (c) == '\''                          \
          ? SPECIAL                                                            \
          : 0) |                                                               \
     ((c) == ',' || (c) == ';' || (c) == '\t' || (c) == '"' || (c) == '\r' ||  \
              (c) == '\n'                                                      \
          ? SEPARATES                                                          \
          : 0) |                                                               \
     ((c) == ';' || (c) == '\t' || (c) == '\n' ? BEGINS : 0))
#define FOUR(c) CLASS(c), CLASS((c) + 1), CLASS((c) + 2), CLASS((c) + 3)
#define SIXTEEN(c) FOUR(c), FOUR((c) + 4), FOUR((c) + 8), FOUR((c) + 12)
#define SIXTY_FOUR(c)                                                          \
    SIXTEEN(c), SIXTEEN((c) + 16), SIXTEEN((c) + 32), SIXTEEN((c) + 48)

static const uint8_t classes[256] = {SIXTY_FOUR(0), SIXTY_FOUR(64),
                                     SIXTY_FOUR(128), SIXTY_FOUR(192)};

#define BLOCK 16U
typedef int8_t block __attribute__((vector_size(BLOCK)));

/* Is one of the next 16 bytes SPECIAL? */
static bool block_is_special(const char *text)
{
    uint64_t halves[2];
    block bytes;
    block found;

    memcpy(&bytes, text, sizeof(bytes));
    found = (bytes < 0x20) | (bytes == 0x7F) | (bytes == '"') |
            (bytes == '\\') | ((bytes & ~1) == '&') | ((bytes & ~2) == '<');
    memcpy(halves, &found, sizeof(halves));
    return (halves[0] | halves[1]) != 0;
}

/* How many bytes from here on no rule here touches. */
static size_t plain_run(const char *text, size_t len)
{
    size_t run = 0;

    while (len - run >= BLOCK && !block_is_special(text + run)) {
        run += BLOCK;
    }
    while (run < len && (classes[(unsigned char)text[run]] & SPECIAL) == 0) {
        run++;
    }
    return run;
}

/* Most text is plain: a run of it is copied at once. Moves on and says whether
 * there was one. */
static bool copy_plain(struct cm_buf *out, const char **text, size_t *len)
{
    size_t run = plain_run(*text, *len);

    if (run == 0) {
        return false;
    }
    (void)cm_buf_append(out, *text, run);
    *text += run;
    *len -= run;
    return true;
}

void cm_text_json(struct cm_buf *out, const char *text, size_t len)
{
    static const char named[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";

    cm_buf_putc(out, '"');
    while (len > 0) {
        uint32_t c;
        const char *name;

        if (copy_plain(out, &text, &len)) {
            continue;
        }
        c = next(&text, &len);
        name = c > 0 && c < 0x80 ? strchr(named, (int)c) : NULL;
        if (name != NULL) {
            cm_buf_putc(out, '\\');
            cm_buf_putc(out, letters[name - named]);
        } else if (json_needs_escape(c)) {
            cm_buf_printf(out, "\\u%04x", (unsigned)c);
        } else {
            cm_utf8_write(out, c);
        }
    }
    cm_buf_putc(out, '"');
}

void cm_text_json_value(struct cm_buf *out, const char *valid, size_t len)
{
    while (len > 0) {
        uint32_t c;

        if (copy_plain(out, &valid, &len)) {
            continue;
        }
        c = next(&valid, &len);
        if (c < 0x20) { /* between values: white space (RFC 8259 section 2) */
            cm_buf_putc(out, ' ');
        } else if (json_needs_escape(c)) {
            cm_buf_printf(out, "\\u%04x", (unsigned)c);
        } else {
            cm_utf8_write(out, c);
        }
    }
}

/* CSV and HTML keep line ends and tabs; a CR is part of a line end (and then
 * dropped) or a control character like the others. */
static bool kept(uint32_t *c, const char *rest, size_t len)
{
    if (*c == '\r' && len > 0 && *rest == '\n') {
        return false;
    }
    if ((is_control(*c) && *c != '\n' && *c != '\t') || is_override(*c)) {
        *c = CM_UTF8_REPLACEMENT;
    }
    return true;
}

static bool is_blank(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 ||
           (c >= 0x2000 && c <= 0x200B) || c == 0x2028 || c == 0x2029 ||
           c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

/* Also the full-width forms, which some spreadsheets take for the plain ones.
 */
static bool starts_formula(uint32_t c)
{
    return c == '=' || c == '+' || c == '-' || c == '@' || c == 0xFF1D ||
           c == 0xFF0B || c == 0xFF0D || c == 0xFF20;
}

static size_t count_digits(const char *text, size_t len)
{
    size_t n = 0;

    while (n < len && text[n] >= '0' && text[n] <= '9') {
        n++;
    }
    return n;
}

/* -5, +1.5, .5: nothing that a spreadsheet could run. */
static bool is_plain_number(const char *text, size_t len)
{
    size_t at = len > 0 && (text[0] == '+' || text[0] == '-') ? 1 : 0;
    size_t whole = count_digits(text + at, len - at);
    size_t fraction = 0;

    at += whole;
    if (at < len && text[at] == '.') {
        at++;
        fraction = count_digits(text + at, len - at);
        at += fraction;
    }
    return at == len && whole + fraction > 0;
}

static bool is_formula(const char *text, size_t len)
{
    uint8_t first = len == 0 ? 'a' : (uint8_t)*text;

    if ((first > ' ' && first < 0x80 && !starts_formula(first)) ||
        is_plain_number(text, len)) {
        return false;
    }
    if (*text == '\t' || *text == '\r') {
        return true;
    }
    while (len > 0) {
        uint32_t c = next(&text, &len);

        if (!is_blank(c)) {
            return starts_formula(c);
        }
    }
    return false;
}

/* What the bytes of the text are, together. */
static unsigned classes_of(const char *text, size_t len)
{
    unsigned seen = 0;

    for (size_t i = 0; i < len; i++) {
        seen |= classes[(unsigned char)text[i]];
    }
    return seen;
}

/* Where the list separator is a semicolon, as in half of Europe, a spreadsheet
 * sees no quotes around a field of ours that is not the first one: each
 * semicolon, tab or line end in it begins a cell, also when it stands before
 * quotes. Does what follows begin a formula there? */
static bool begins_formula(const char *text, size_t len)
{
    size_t end = 0;
    uint32_t c;

    while (len > 0 && *text == '"') {
        text++;
        len--;
    }
    if (len == 0 || cm_utf8_read(text, len, &c) == 0 || !starts_formula(c)) {
        return false;
    }
    while (end < len && (classes[(unsigned char)text[end]] & BEGINS) == 0) {
        end++;
    }
    return !is_plain_number(text, end);
}

static void put_csv(struct cm_buf *out, const char *text, size_t len)
{
    while (len > 0) {
        uint32_t c;

        if (copy_plain(out, &text, &len)) {
            continue;
        }
        c = next(&text, &len);
        if (!kept(&c, text, len)) {
            continue;
        }
        if (c == '"') {
            cm_buf_putc(out, '"');
        }
        cm_utf8_write(out, c);
    }
}

/* Up to the next character that may begin a cell, with an apostrophe behind it
 * when it does begin a formula. */
static void put_csv_cells(struct cm_buf *out, const char *text, size_t len)
{
    size_t at = 0;

    for (size_t i = 0; i < len; i++) {
        if ((classes[(unsigned char)text[i]] & BEGINS) != 0 &&
            begins_formula(text + i + 1, len - i - 1)) {
            put_csv(out, text + at, i + 1 - at);
            cm_buf_putc(out, '\'');
            at = i + 1;
        }
    }
    put_csv(out, text + at, len - at);
}

void cm_text_csv(struct cm_buf *out, const char *text, size_t len)
{
    unsigned seen = classes_of(text, len);
    bool quotes = (seen & SEPARATES) != 0 ||
                  (len > 0 && (text[0] == ' ' || text[len - 1] == ' '));

    if (quotes) {
        cm_buf_putc(out, '"');
    }
    if (is_formula(text, len)) {
        cm_buf_putc(out, '\'');
    }
    if ((seen & BEGINS) != 0) {
        put_csv_cells(out, text, len);
    } else {
        put_csv(out, text, len);
    }
    if (quotes) {
        cm_buf_putc(out, '"');
    }
}

static const char *html_entity(uint32_t c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void cm_text_html(struct cm_buf *out, const char *text, size_t len)
{
    while (len > 0) {
        uint32_t c;
        const char *entity;

        if (copy_plain(out, &text, &len)) {
            continue;
        }
        c = next(&text, &len);
        if (!kept(&c, text, len)) {
            continue;
        }
        entity = html_entity(c);
        if (entity != NULL) {
            cm_buf_puts(out, entity);
        } else {
            cm_utf8_write(out, c);
        }
    }
}

void cm_text_terminal(struct cm_buf *out, const char *text, size_t len)
{
    while (len > 0) {
        uint32_t c = next(&text, &len);

        if (c < 0x20 || c == 0x7F) {
            cm_buf_printf(out, "\\x%02x", (unsigned)c);
        } else if (is_control(c) || is_override(c) || c == 0x061C ||
                   c == 0x200E || c == 0x200F || c == 0x2028 || c == 0x2029) {
            cm_buf_printf(out, "\\u{%04x}", (unsigned)c);
        } else {
            cm_utf8_write(out, c);
        }
    }
}
