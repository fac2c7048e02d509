/* Foreign text on its way out, read back by others: JSON by a strict reader,
 * CSV by libcsv, HTML by its entities, calendars by their lines, commands by
 * what a shell would make of them. The parts of the input are the texts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/inventory.h"
#include "certmuster/text.h"
#include "ics.h"
#include "json.h"
#include "list.h"
#include "resolve.h"
#include "support/jsoncheck.h"

#define MAX_TEXTS 8
#define MAX_OUT (8U << 20)
#define ICS_LINE 75

struct texts {
    char *at[MAX_TEXTS]; /* NUL-terminated */
    size_t num;
};

/* Nothing that any escape has to change or replace. */
static bool is_plain(const char *text)
{
    if (!cm_text_is_utf8(text, strlen(text))) {
        return false;
    }
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || (unsigned char)*text >= 0x7f) {
            return false;
        }
    }
    return true;
}

static void json(const struct texts *texts)
{
    struct cm_report_list list = {0};
    struct cm_json writer;
    struct cm_buf out;
    size_t bad_at;

    cm_buf_init(&out, MAX_OUT);
    cm_json_init(&writer, &out);
    cm_json_open(&writer, '[');
    for (size_t i = 0; i < texts->num; i++) {
        cm_json_text(&writer, texts->at[i]);
    }
    cm_json_close(&writer, ']');
    cm_assert(json_is_valid(cm_buf_cstr(&out), out.len, &bad_at));
    cm_assert(json_count(cm_buf_cstr(&out), "") == (int)texts->num);
    cm_assert(strpbrk(cm_buf_cstr(&out), "<>&") == NULL);
    cm_assert(cm_report_list_parse(&list, cm_buf_cstr(&out)) == CM_OK);
    cm_assert(list.num == texts->num);
    for (size_t i = 0; i < texts->num; i++) {
        char index[] = {(char)('0' + i), '\0'};
        char *read = json_at(cm_buf_cstr(&out), index);

        cm_assert(read != NULL && strcmp(read, list.items[i]) == 0);
        cm_assert(!cm_text_is_utf8(texts->at[i], strlen(texts->at[i])) ||
                  strcmp(read, texts->at[i]) == 0);
        free(read);
    }
    cm_report_list_cleanup(&list);
    cm_buf_cleanup(&out);
}

struct table {
    const struct texts *texts;
    size_t fields;
    size_t rows;
};

static void on_field(void *data, size_t len, void *arg)
{
    struct table *t = arg;
    const char *field = data;
    const char *text;
    bool plain;

    cm_assert(t->fields < t->texts->num);
    text = t->texts->at[t->fields++];
    cm_assert(len == 0 || strchr("=+-@\t\r", field[0]) == NULL ||
              strspn(field, "+-.0123456789eE") == len);
    plain = is_plain(text);
    for (size_t i = 0; plain && i < len; i++) {
        if (field[i] == *text) {
            text++;
        } else { /* before what a spreadsheet would take for a formula */
            cm_assert(field[i] == '\'');
        }
    }
    cm_assert(!plain || *text == '\0');
}

static void on_row(int end, void *arg)
{
    struct table *t = arg;

    (void)end;
    t->rows++;
}

static void csv(const struct texts *texts)
{
    struct table t = {.texts = texts};
    struct csv_parser parser;
    struct cm_buf out;

    cm_buf_init(&out, MAX_OUT);
    for (size_t i = 0; i < texts->num; i++) {
        (void)cm_buf_puts(&out, i == 0 ? "" : ",");
        cm_text_csv(&out, texts->at[i], strlen(texts->at[i]));
    }
    if (texts->num > 0 && out.len > 0) {
        (void)cm_buf_puts(&out, "\r\n");
        cm_assert(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI |
                                        CSV_APPEND_NULL) == 0);
        cm_assert(csv_parse(&parser, out.data, out.len, on_field, on_row, &t) ==
                  out.len);
        cm_assert(csv_fini(&parser, on_field, on_row, &t) == 0);
        csv_free(&parser);
        cm_assert(t.rows == 1 && t.fields == texts->num);
    }
    cm_buf_cleanup(&out);
}

/* Reads one entity; 0: that is none. */
static char entity(const char *at, size_t *len)
{
    static const struct {
        const char *text;
        char is;
    } known[] = {{"&amp;", '&'},
                 {"&lt;", '<'},
                 {"&gt;", '>'},
                 {"&quot;", '"'},
                 {"&#39;", '\''}};

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        *len = strlen(known[i].text);
        if (strncmp(at, known[i].text, *len) == 0) {
            return known[i].is;
        }
    }
    return '\0';
}

static void html(const char *text)
{
    struct cm_buf out;
    struct cm_buf back;

    cm_buf_init(&out, MAX_OUT);
    cm_buf_init(&back, MAX_OUT);
    cm_text_html(&out, text, strlen(text));
    for (const char *at = cm_buf_cstr(&out); *at != '\0';) {
        size_t len = 1;
        char c = *at;

        cm_assert(strchr("<>\"'", c) == NULL);
        if (c == '&') {
            c = entity(at, &len);
            cm_assert(c != '\0');
        }
        (void)cm_buf_putc(&back, c);
        at += len;
    }
    cm_assert(!is_plain(text) || strcmp(cm_buf_cstr(&back), text) == 0);
    cm_buf_cleanup(&back);
    cm_buf_cleanup(&out);
}

/* Lines of at most 75 octets, whole characters, CR LF; no line of the text's
 * own making (RFC 5545 section 3.1). */
static void ics(const char *text)
{
    struct cm_ics writer;
    struct cm_buf utf8;
    struct cm_buf out;
    const char *at;
    size_t lines = 0;

    cm_buf_init(&out, MAX_OUT);
    cm_buf_init(&utf8, MAX_OUT);
    for (; *text != '\0'; text++) { /* only line feeds are control characters */
        if ((unsigned char)*text >= 0x20 || *text == '\n') {
            (void)cm_buf_putc(&utf8, *text);
        }
    }
    cm_ics_init(&writer, &out);
    if (cm_text_is_utf8(cm_buf_cstr(&utf8), utf8.len)) {
        cm_ics_text(&writer, "SUMMARY", cm_buf_cstr(&utf8));
    }
    for (at = cm_buf_cstr(&out); *at != '\0'; lines++) {
        const char *end = strstr(at, "\r\n");

        cm_assert(end != NULL && end - at <= ICS_LINE);
        cm_assert(strncmp(at, lines == 0 ? "SUMMARY:" : " ",
                          lines == 0 ? 8 : 1) == 0);
        cm_assert(cm_text_is_utf8(at, (size_t)(end - at)));
        cm_assert(memchr(at, '\n', (size_t)(end - at)) == NULL);
        at = end + 2;
    }
    cm_ics_cleanup(&writer);
    cm_buf_cleanup(&utf8);
    cm_buf_cleanup(&out);
}

/* What is put into a command has no power over a shell. */
static void command(const struct texts *texts)
{
    static const char *const template = "openssl s_client {host}:{port} {sni} "
                                        "{cert} {names} {";
    struct cm_example example = {
        .host = texts->num > 0 ? texts->at[0] : NULL,
        .port = texts->num > 1 ? (int64_t)strlen(texts->at[1]) : 0,
        .sni = texts->num > 2 ? texts->at[2] : NULL,
        .cert = texts->num > 3 ? texts->at[3] : NULL,
        .names = texts->num > 4 ? texts->at[4] : NULL,
    };
    struct cm_buf out;

    cm_buf_init(&out, MAX_OUT);
    cm_fill(&out, template, &example);
    cm_assert(strspn(cm_buf_cstr(&out), "abcdefghijklmnopqrstuvwxyz"
                                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                        "0123456789.-_:,[]{} ") == out.len);
    cm_assert(strstr(cm_buf_cstr(&out) + 10, " -") == NULL);
    cm_buf_cleanup(&out);
}

/* The store's own texts, when they are not what was written there. */
static void stored(const char *text)
{
    struct cm_report_list list = {0};
    struct cm_inventory *inventory = NULL;
    enum cm_status status = cm_report_list_parse(&list, text);

    cm_assert(status == CM_OK || (status == CM_ESTORE && list.num == 0));
    status = cm_report_list_parse_pairs(&list, text);
    cm_assert(status == CM_OK || (status == CM_ESTORE && list.num == 0));
    cm_assert(list.num % 2 == 0);
    cm_report_list_cleanup(&list);
    if (cm_inventory_read(text, &inventory) == CM_OK) {
        struct cm_buf again;

        cm_buf_init(&again, MAX_OUT);
        cm_inventory_write(&again, inventory);
        cm_assert(strcmp(cm_buf_cstr(&again), text) == 0);
        cm_buf_cleanup(&again);
        cm_inventory_free(inventory);
    } else {
        cm_assert(inventory == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct texts texts = {.num = 0};
    struct cm_reader in;

    cm_reader_init(&in, data, size);
    while (in.len > 0 && texts.num < MAX_TEXTS) {
        struct cm_span part = fuzz_part(&in);
        char *text = part.len == 0 ? strdup("")
                                   : strndup((const char *)part.data, part.len);

        cm_assert(text != NULL);
        texts.at[texts.num++] = text;
    }
    json(&texts);
    csv(&texts);
    command(&texts);
    for (size_t i = 0; i < texts.num; i++) {
        html(texts.at[i]);
        ics(texts.at[i]);
        stored(texts.at[i]);
        free(texts.at[i]);
    }
    return 0;
}
