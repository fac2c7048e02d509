/* Reports of a store that someone has damaged or made up: each file is whole
 * and well-formed, or there is none, and a word on the store.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"
#include "fuzz/scratch.h"
#include "fuzz/stores.h"

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certmuster/file.h"
#include "certmuster/report.h"
#include "certmuster/store.h"
#include "certmuster/text.h"
#include "support/jsoncheck.h"

#define MAX_FILE (64U << 20)
#define ICS_LINE 75

/* What is written at a time: all of it would be slow. */
static const char *const formats[] = {
    "json,manifest",
    "html",
    "jsonl,endpoints,certificates",
    "calendar,ics,actions,prometheus",
    "sarif,changes",
    "fixes,json,actions",
    NULL, /* the usual ones */
};
#define NUM_FORMATS (sizeof(formats) / sizeof(*formats))

static enum cm_status settled(enum cm_status status, struct cm_error *err)
{
    cm_assert(status != CM_ENOMEM && status != CM_EINTERNAL);
    cm_assert(status == CM_OK || err->text[0] != '\0');
    memset(err, 0, sizeof(*err));
    return status;
}

static void is_json(struct cm_span text)
{
    size_t bad_at;

    cm_assert(json_is_valid((const char *)text.data, text.len, &bad_at));
}

static void are_json(struct cm_span text)
{
    while (text.len > 0) {
        const uint8_t *end = memchr(text.data, '\n', text.len);

        cm_assert(end != NULL);
        is_json((struct cm_span){text.data, (size_t)(end - text.data)});
        text.len -= (size_t)(end + 1 - text.data);
        text.data = end + 1;
    }
}

struct table {
    size_t width;
    size_t fields;
};

static void on_field(void *data, size_t len, void *arg)
{
    struct table *t = arg;
    const char *field = data;

    cm_assert(cm_text_is_utf8(field, len));
    cm_assert(len == 0 || strchr("=@\t\r", field[0]) == NULL);
    t->fields++;
}

static void on_row(int end, void *arg)
{
    struct table *t = arg;

    (void)end;
    t->width = t->width == 0 ? t->fields : t->width;
    cm_assert(t->fields == t->width);
    t->fields = 0;
}

static void is_csv(struct cm_span text)
{
    struct table t = {0};
    struct csv_parser parser;

    cm_assert(
        csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) == 0);
    cm_assert(csv_parse(&parser, text.data, text.len, on_field, on_row, &t) ==
              text.len);
    cm_assert(csv_fini(&parser, on_field, on_row, &t) == 0);
    csv_free(&parser);
    cm_assert(t.width > 1);
}

static void is_ics(struct cm_span text)
{
    while (text.len > 0) {
        const uint8_t *end = memmem(text.data, text.len, "\r\n", 2);

        cm_assert(end != NULL && end - text.data <= ICS_LINE);
        cm_assert(memchr(text.data, '\n', (size_t)(end - text.data)) == NULL);
        text.len -= (size_t)(end + 2 - text.data);
        text.data = end + 2;
    }
}

/* "<" is only where a tag of ours begins or ends. */
static void is_html(struct cm_span text)
{
    cm_assert(text.len > 16 && memcmp(text.data, "<!doctype html>", 15) == 0);
    cm_assert(memmem(text.data, text.len, "</html>", 7) != NULL);
    for (size_t i = 0; i < text.len; i++) {
        cm_assert(text.data[i] >= 0x20 || text.data[i] == '\n' ||
                  text.data[i] == '\t');
    }
}

static void is_text(struct cm_span text)
{
    cm_assert(text.len == 0 || text.data[text.len - 1] == '\n');
}

static const struct {
    const char *name;
    void (*check)(struct cm_span text);
} files[] = {
    {"report.json", is_json},  {"manifest.json", is_json},
    {"report.html", is_html},  {"endpoints.jsonl", are_json},
    {"endpoints.csv", is_csv}, {"certificates.csv", is_csv},
    {"actions.csv", is_csv},   {"calendar.csv", is_csv},
    {"calendar.ics", is_ics},  {"results.sarif", is_json},
    {"metrics.prom", is_text}, {"changes.csv", is_csv},
};

static void check_files(const char *folder)
{
    struct cm_buf text;

    cm_buf_init(&text, MAX_FILE);
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        char path[1024];

        (void)snprintf(path, sizeof(path), "%s/%s", folder, files[i].name);
        if (access(path, F_OK) == 0) {
            cm_buf_clear(&text);
            cm_assert(cm_file_read(&text, path, NULL) == CM_OK);
            cm_assert(cm_text_is_utf8((const char *)text.data, text.len));
            files[i].check((struct cm_span){text.data, text.len});
        }
    }
    cm_buf_cleanup(&text);
}

/* What is printed for people moves no cursor. */
static void check_printed(const char *text, size_t len)
{
    cm_assert(cm_text_is_utf8(text, len));
    for (size_t i = 0; i < len; i++) {
        cm_assert((unsigned char)text[i] >= 0x20 || text[i] == '\n');
    }
}

static void print_all(const struct cm_report_options *options)
{
    static const struct cm_endpoint_query query = {
        .text = "host1.example", .host = "host1.example", .protocol = ""};
    static const char *const diffs[] = {"text", "csv", "json", "html"};
    struct cm_report_options diff = *options;
    struct cm_error err = {0};
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    bool answer;
    int64_t rows;

    cm_assert(out != NULL);
    (void)settled(cm_report_summary(options, 10, 80, out, &err), &err);
    (void)settled(cm_report_runs(options->db_path, out, &err), &err);
    (void)settled(cm_report_endpoint(options, &query, 80, out, &answer, &err),
                  &err);
    (void)settled(cm_report_count_severity(options, CM_SEVERITY_SOME_CLIENTS,
                                           &rows, &err),
                  &err);
    (void)settled(
        cm_report_count_new(options, CM_SEVERITY_NOW, &rows, &answer, &err),
        &err);
    (void)settled(cm_report_sql(options, out, &err), &err);
    diff.baseline = 1;
    (void)settled(cm_report_diff(&diff, diffs[0], out, &err), &err);
    cm_assert(fclose(out) == 0);
    check_printed(text, len);
    free(text);
}

static void report(const char *path, uint8_t what)
{
    const char *folder = fuzz_scratch_path("out");
    struct cm_report_options options = {
        .db_path = path,
        .baseline = (what & 0x40) != 0 ? 0 : CM_BASELINE_NONE,
        .out_dir = folder,
        .formats = formats[what % NUM_FORMATS],
        .version = "1",
    };
    struct cm_error err = {0};
    size_t parts = 0;

    if (settled(cm_store_update(path, &err), &err) != CM_OK ||
        settled(cm_report_open(&options, &err), &err) != CM_OK) {
        return;
    }
    (void)settled(cm_report_write(&options, &err), &err);
    check_files(folder);
    if ((what & 0x80) != 0) {
        print_all(&options);
    }
    cm_report_close(&options);
    if ((what & 0x20) != 0) {
        (void)settled(cm_report_split_by(&options, "owner", &parts, &err),
                      &err);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_reader in;
    const char *path;
    uint8_t what;

    cm_reader_init(&in, data, size);
    path = fuzz_store_make(&in, &what);
    report(path, what);
    return 0;
}
