/* What a root program has decided against, from the user's CSV file.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "certmuster/file.h"
#include "certmuster/text.h"
#include "input/input.h"
#include "run/trust.h"

#define MAX_FILE (1U << 20)
#define DATE_LEN 10 /* "2027-03-01" */
#define SECONDS_A_DAY 86400

enum column { SHA256, SPKI_SHA256, KIND, DATE, NOTE, NUM_COLUMNS };
static const char *const column_names[NUM_COLUMNS] = {"sha256", "spki_sha256",
                                                      "kind", "date", "note"};

static const char *const kinds[] = {
    [CM_DISTRUST_REMOVED] = "removed",
    [CM_DISTRUST_NOT_BEFORE] = "not_before",
    [CM_DISTRUST_SCT] = "sct",
};
#define NUM_KINDS (sizeof(kinds) / sizeof(*kinds))

struct reading {
    struct cm_distrust *list;
    bool header_read;
    int columns[NUM_COLUMNS]; /* -1: there is none */
};

static enum cm_status read_header(struct reading *r, char *const *fields,
                                  size_t num, struct cm_error *err)
{
    for (size_t c = 0; c < NUM_COLUMNS; c++) {
        r->columns[c] = -1;
        for (size_t i = 0; i < num; i++) {
            if (strcasecmp(fields[i], column_names[c]) == 0) {
                r->columns[c] = (int)i;
            }
        }
    }
    r->header_read = true;
    if ((r->columns[SHA256] < 0 && r->columns[SPKI_SHA256] < 0) ||
        r->columns[KIND] < 0) {
        return cm_error_set(err, CM_EINPUT,
                            "the first line must name the columns: sha256 (or "
                            "spki_sha256), kind, date, note");
    }
    return CM_OK;
}

static const char *field_of(const struct reading *r, enum column column,
                            char *const *fields, size_t num)
{
    int at = r->columns[column];

    return at >= 0 && (size_t)at < num ? fields[at] : "";
}

static enum cm_status read_hash(const struct reading *r, char *const *fields,
                                size_t num, struct cm_distrust_entry *out,
                                struct cm_error *err)
{
    const char *text = field_of(r, SHA256, fields, num);

    out->by_spki = *text == '\0';
    if (out->by_spki) {
        text = field_of(r, SPKI_SHA256, fields, num);
    }
    if (!cm_hex_read(text, out->sha256, CM_SHA256_LEN)) {
        return cm_error_set(err, CM_EINPUT,
                            "\"%.80s\" is not a SHA-256 hash (64 hexadecimal "
                            "digits, with or without colons)",
                            text);
    }
    return CM_OK;
}

static enum cm_status read_kind(const char *text, struct cm_distrust_entry *out,
                                struct cm_error *err)
{
    for (size_t i = 0; i < NUM_KINDS; i++) {
        if (strcasecmp(text, kinds[i]) == 0) {
            out->kind = (enum cm_distrust_kind)i;
            return CM_OK;
        }
    }
    return cm_error_set(err, CM_EINPUT,
                        "the kind \"%.40s\" is none of removed, not_before and "
                        "sct",
                        text);
}

/* What was issued on the day itself is still trusted: a date means its end. */
static enum cm_status read_date(const char *text, struct cm_distrust_entry *out,
                                struct cm_error *err)
{
    if (*text == '\0' && out->kind == CM_DISTRUST_REMOVED) {
        return CM_OK;
    }
    if (!cm_time_parse(text, &out->after_unix)) {
        return cm_error_set(err, CM_EINPUT,
                            "\"%.40s\" is not a date (2027-03-01 or "
                            "2027-03-01T00:00:00Z); the kind %s needs one",
                            text, kinds[out->kind]);
    }
    if (strlen(text) == DATE_LEN && out->kind != CM_DISTRUST_REMOVED) {
        out->after_unix += SECONDS_A_DAY - 1;
    }
    return CM_OK;
}

static enum cm_status read_entry(const struct reading *r, char *const *fields,
                                 size_t num, struct cm_error *err)
{
    struct cm_distrust_entry entry = {0};
    int note = r->columns[NOTE];
    enum cm_status status = read_hash(r, fields, num, &entry, err);

    if (status == CM_OK) {
        status = read_kind(field_of(r, KIND, fields, num), &entry, err);
    }
    if (status == CM_OK) {
        status = read_date(field_of(r, DATE, fields, num), &entry, err);
    }
    if (note >= 0 && (size_t)note < num) {
        entry.note = fields[note]; /* the list copies it */
    }
    if (status == CM_OK && !cm_distrust_add(r->list, &entry)) {
        status = cm_error_nomem(err, "a distrust list");
    }
    return status;
}

static enum cm_status on_record(void *arg, uint64_t line, char *const *fields,
                                size_t num, struct cm_error *err)
{
    struct reading *r = arg;
    struct cm_error inner;
    enum cm_status status = r->header_read
                                ? read_entry(r, fields, num, &inner)
                                : read_header(r, fields, num, &inner);

    if (status != CM_OK) {
        (void)cm_error_set(err, status, "line %llu: %s",
                           (unsigned long long)line, inner.text);
    }
    return status;
}

enum cm_status cm_distrust_read(struct cm_distrust *list, const char *path,
                                struct cm_error *err)
{
    struct reading r = {.list = list};
    struct cm_error inner = {0};
    struct cm_buf bytes;
    enum cm_status status;

    cm_buf_init(&bytes, MAX_FILE);
    status = cm_file_read(&bytes, path, err);
    if (status == CM_OK) {
        status = cm_table_read((struct cm_span){bytes.data, bytes.len},
                               on_record, &r, &inner);
        if (status == CM_OK && !r.header_read) {
            status = cm_error_set(&inner, CM_EINPUT, "the file is empty");
        }
        if (status != CM_OK) {
            (void)cm_error_set(err, status, "%s: %s", path, inner.text);
        }
    }
    cm_buf_cleanup(&bytes);
    return status;
}
