/* Reading INI files. inih splits the lines; here they are counted, checked, and
 * values of several lines put together again.
 * SPDX-License-Identifier: Apache-2.0 */
#include "measure/ini.h"

#include <ctype.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "certmuster/text.h"

#define MAX_NAME 49 /* inih cuts longer section names and names */
#define MAX_VALUE 16384U

struct reading {
    const char *file;
    const char *next; /* what is left of the text */
    const char *end;
    cm_ini_fn *fn;
    void *arg;
    struct cm_error *err;
    enum cm_status status; /* the first failure; the rest is skipped */
    unsigned line;         /* the one that inih has now */
    bool indented;         /* it starts with white space */
    /* The value under way; its line is 0 when there is none. */
    unsigned first_line;
    char section[MAX_NAME + 1];
    char name[MAX_NAME + 1];
    struct cm_buf value;
};

enum cm_status cm_ini_bad(const struct cm_ini_item *item, struct cm_error *err,
                          const char *fmt, ...)
{
    char text[400];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    return cm_error_set(err, CM_EINPUT, "%s, line %u: %s", item->file,
                        item->line, text);
}

static void bad_line(struct reading *r, unsigned line, const char *why)
{
    const struct cm_ini_item item = {.file = r->file, .line = line};

    if (r->status == CM_OK) {
        r->status = cm_ini_bad(&item, r->err, "%s", why);
    }
}

/* Hands over the value under way. */
static void flush(struct reading *r)
{
    const struct cm_ini_item item = {
        .file = r->file,
        .section = r->section,
        .name = r->name,
        .value = cm_buf_cstr(&r->value),
        .line = r->first_line,
    };

    if (r->first_line == 0 || r->status != CM_OK) {
        return;
    }
    if (r->value.failed && r->value.len + INI_MAX_LINE < MAX_VALUE) {
        r->status = cm_error_nomem(r->err, "a data file");
    } else if (r->value.failed) {
        bad_line(r, r->first_line, "this value is too long");
    } else {
        r->status = r->fn(r->arg, &item, r->err);
    }
    r->first_line = 0;
}

/* inih has a name and a value, or the next line of one. */
static int take(void *arg, const char *section, const char *name,
                const char *value)
{
    struct reading *r = arg;
    bool goes_on = r->first_line != 0 && r->indented &&
                   strcmp(section, r->section) == 0 &&
                   strcmp(name, r->name) == 0;

    if (r->status != CM_OK) {
        return 1;
    }
    if (goes_on) {
        (void)cm_buf_putc(&r->value, ' ');
        (void)cm_buf_puts(&r->value, value);
        return 1;
    }
    flush(r);
    if (strlen(section) >= MAX_NAME || strlen(name) >= MAX_NAME) {
        bad_line(r, r->line,
                 "names of sections and values have at most 48 characters");
        return 1;
    }
    (void)snprintf(r->section, sizeof(r->section), "%s", section);
    (void)snprintf(r->name, sizeof(r->name), "%s", name);
    cm_buf_clear(&r->value);
    (void)cm_buf_puts(&r->value, value);
    r->first_line = r->line;
    return 1;
}

/* The next line for inih, as fgets would read it. */
static char *next_line(char *line, int size, void *arg)
{
    struct reading *r = arg;
    size_t room = (size_t)size - 1;
    size_t left = (size_t)(r->end - r->next);
    const char *newline = left == 0 ? NULL : memchr(r->next, '\n', left);
    size_t len = newline == NULL ? left : (size_t)(newline - r->next) + 1;

    if (left == 0) {
        return NULL;
    }
    r->line++;
    r->indented = isspace((unsigned char)r->next[0]) != 0;
    if (len + (newline == NULL) > room) {
        bad_line(r, r->line,
                 "the line is longer than 198 characters: break it, and indent "
                 "the lines that follow");
    }
    memcpy(line, r->next, len > room ? room : len);
    line[len > room ? room : len] = '\0';
    r->next += len;
    return line;
}

/* The line that is no text, 0: all are. What follows need not fear a NUL or a
 * control character. */
static unsigned bad_text(const char *text, size_t len)
{
    unsigned line = 1;

    for (size_t start = 0; start < len; line++) {
        const char *newline = memchr(text + start, '\n', len - start);
        size_t end = newline == NULL ? len : (size_t)(newline - text);

        for (size_t i = start; i < end; i++) {
            unsigned char c = (unsigned char)text[i];

            if ((c < 0x20 && c != '\t' && c != '\r') || c == 0x7F) {
                return line;
            }
        }
        if (!cm_text_is_utf8(text + start, end - start)) {
            return line;
        }
        start = end + 1;
    }
    return 0;
}

enum cm_status cm_ini_read(const char *file, const char *text, size_t len,
                           cm_ini_fn *fn, void *arg, struct cm_error *err)
{
    struct reading r = {
        .file = file,
        .next = text,
        .end = text + len,
        .fn = fn,
        .arg = arg,
        .err = err,
    };
    unsigned line;
    int failed;

    if (len > CM_INI_MAX_FILE) {
        return cm_error_set(err, CM_EINPUT,
                            "%s is larger than %u bytes; is this a profile or "
                            "a policy?",
                            file, CM_INI_MAX_FILE);
    }
    line = bad_text(text, len);
    if (line != 0) {
        bad_line(&r, line, "this is no text in UTF-8");
        return r.status;
    }
    cm_buf_init(&r.value, MAX_VALUE);
    failed = ini_parse_stream(next_line, &r, take, &r);
    flush(&r);
    if (failed > 0) {
        bad_line(&r, (unsigned)failed,
                 "this is neither [section] nor name = value, nor a comment "
                 "(#), nor an indented line that a value goes on in");
    }
    cm_buf_cleanup(&r.value);
    return r.status;
}
