/* Actions by number, their rows, and what is left after each.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_book.h"

#include <stdlib.h>
#include <string.h>

#include "reader_keys.h"
#include "reader_sql.h"

/* One bit of a row's number says whether the action fixes it. */
#define MAX_ROWS ((uint32_t)1 << 31)
#define LOG_PIECE 8192U

/* A row of an action, as it came. */
struct entry {
    uint32_t action;
    uint32_t row; /* its number << 1, and 1 if the action fixes it */
};

/* Rows of an action that would still fail, for the same causes. */
struct left {
    uint32_t next; /* of the same action; CM_NO_ACTION: none */
    uint32_t text;
    int64_t rows;
};

struct cm_report_book {
    bool members;
    struct cm_action_keys keys;

    struct cm_notes log; /* entries */
    uint64_t num_entries;
    struct cm_notes rows; /* line, port, host, protocol, owner */
    uint64_t *row_at;     /* owned: where the note of each row is */
    uint32_t num_rows;
    uint32_t cap_rows;
    uint64_t *starts; /* owned: of each action in `sorted`, and the end */
    uint32_t *sorted; /* owned: rows, action by action */
    uint64_t at;      /* the row to be lent next, */
    uint64_t end;     /* ... and the end of its action */

    uint32_t *first_left; /* owned: of each action, or CM_NO_ACTION */
    struct left *left;    /* owned */
    uint32_t num_left;
    uint32_t cap_left;
    struct cm_map *texts; /* lists of causes: number + 1 */
    char **text;          /* owned: by number */
    uint32_t num_texts;
    struct cm_report_list causes;
};

enum cm_status cm_report_book_open(struct cm_report_book **out,
                                   struct cm_report_run *run, bool members,
                                   struct cm_error *err)
{
    struct cm_report_book *book = calloc(1, sizeof(*book));
    enum cm_status status;

    *out = NULL;
    if (book == NULL) {
        return cm_error_nomem(err, "the action plan");
    }
    book->members = members;
    book->texts = cm_map_new();
    status = book->texts == NULL ? cm_error_nomem(err, "the action plan")
                                 : cm_action_keys_read(&book->keys, run, err);
    if (status == CM_OK) {
        size_t bytes = ((size_t)book->keys.num + 1) * sizeof(*book->first_left);

        book->first_left = malloc(bytes);
        if (book->first_left == NULL) {
            status = cm_error_nomem(err, "the action plan");
        } else {
            memset(book->first_left, 0xFF, bytes); /* CM_NO_ACTION */
        }
    }
    if (status != CM_OK) {
        cm_report_book_close(book);
        return status;
    }
    *out = book;
    return CM_OK;
}

void cm_report_book_close(struct cm_report_book *book)
{
    if (book == NULL) {
        return;
    }
    for (uint32_t i = 0; i < book->num_texts; i++) {
        free(book->text[i]);
    }
    cm_action_keys_free(&book->keys);
    cm_notes_free(&book->log);
    cm_notes_free(&book->rows);
    cm_map_free(book->texts, NULL);
    cm_report_list_cleanup(&book->causes);
    free(book->text);
    free(book->left);
    free(book->first_left);
    free(book->sorted);
    free(book->starts);
    free(book->row_at);
    free(book);
}

bool cm_report_book_has_members(const struct cm_report_book *book)
{
    return book->members;
}

/* --- a row --- */

static struct entry entry_at(const struct cm_report_book *book, uint64_t i)
{
    struct entry entry;

    memcpy(&entry,
           cm_notes_at(&book->log,
                       i / LOG_PIECE << 24 | i % LOG_PIECE * sizeof(entry)),
           sizeof(entry));
    return entry;
}

static bool note_row(struct cm_report_book *book,
                     const struct cm_report_row *row)
{
    const char *const texts[] = {row->host, row->protocol, row->owner};
    uint8_t numbers[3 * CM_NUMBER_MAX];
    uint8_t *at = cm_number_put(numbers, (uint64_t)row->row);
    size_t bytes;

    if (book->num_rows == book->cap_rows) {
        uint32_t cap = book->cap_rows == 0 ? 1024 : book->cap_rows * 2;
        uint64_t *row_at = realloc(book->row_at, cap * sizeof(*row_at));

        if (row_at == NULL || book->num_rows == MAX_ROWS) {
            book->row_at = row_at == NULL ? book->row_at : row_at;
            return false;
        }
        book->row_at = row_at;
        book->cap_rows = cap;
    }
    at = cm_number_put(at, (uint64_t)row->line);
    at = cm_number_put(at,
                       row->port == CM_UNKNOWN ? 0 : (uint64_t)row->port + 1);
    bytes = (size_t)(at - numbers);
    at = cm_notes_add(&book->rows,
                      bytes + strlen(texts[0]) + strlen(texts[1]) +
                          strlen(texts[2]) + 3,
                      &book->row_at[book->num_rows]);
    if (at == NULL) {
        return false;
    }
    memcpy(at, numbers, bytes);
    at += bytes;
    for (size_t i = 0; i < 3; i++) {
        size_t len = strlen(texts[i]) + 1;

        memcpy(at, texts[i], len);
        at += len;
    }
    book->num_rows++;
    return true;
}

static bool add_entry(struct cm_report_book *book, struct entry entry)
{
    uint64_t position;
    uint8_t *at = cm_notes_add(&book->log, sizeof(entry), &position);

    if (at == NULL) {
        return false;
    }
    memcpy(at, &entry, sizeof(entry));
    book->num_entries++;
    return true;
}

/* Only the first of a row's findings of one action counts. */
static bool add_members(struct cm_report_book *book,
                        const struct cm_report_row *row,
                        const struct cm_report_findings *findings)
{
    uint64_t before = book->num_entries;

    for (size_t i = 0; i < findings->num; i++) {
        const struct cm_report_finding *finding = &findings->list[i];
        uint32_t action =
            finding->action == NULL
                ? CM_NO_ACTION
                : cm_action_keys_find(&book->keys, finding->action);
        uint64_t j = before;

        if (action == CM_NO_ACTION) {
            continue;
        }
        if (book->num_entries == before && !note_row(book, row)) {
            return false;
        }
        while (j < book->num_entries && entry_at(book, j).action != action) {
            j++;
        }
        if (j == book->num_entries &&
            !add_entry(book, (struct entry){action, (book->num_rows - 1) << 1 |
                                                        (finding->ord == 0 &&
                                                         finding->blocks)})) {
            return false;
        }
    }
    return true;
}

/* The number of a list of causes; CM_NO_ACTION: no memory. */
static uint32_t text_of(struct cm_report_book *book, struct cm_span json)
{
    uintptr_t known = (uintptr_t)cm_map_get(book->texts, json.data, json.len);
    char **text;

    if (known != 0) {
        return (uint32_t)(known - 1);
    }
    text = realloc(book->text, (book->num_texts + 1) * sizeof(*text));
    if (text == NULL) {
        return CM_NO_ACTION;
    }
    book->text = text;
    text[book->num_texts] = strndup((const char *)json.data, json.len);
    if (text[book->num_texts] == NULL) {
        return CM_NO_ACTION;
    }
    book->num_texts++;
    return cm_map_put(book->texts, json.data, json.len,
                      (void *)(uintptr_t)book->num_texts)
               ? book->num_texts - 1
               : CM_NO_ACTION;
}

static bool add_left(struct cm_report_book *book, uint32_t action,
                     struct cm_span json)
{
    uint32_t text = text_of(book, json);
    uint32_t i = book->first_left[action];

    while (i != CM_NO_ACTION && book->left[i].text != text) {
        i = book->left[i].next;
    }
    if (text == CM_NO_ACTION) {
        return false;
    }
    if (i != CM_NO_ACTION) {
        book->left[i].rows++;
        return true;
    }
    if (book->num_left == book->cap_left) {
        uint32_t cap = book->cap_left == 0 ? 64 : book->cap_left * 2;
        struct left *left = realloc(book->left, cap * sizeof(*left));

        if (left == NULL) {
            return false;
        }
        book->left = left;
        book->cap_left = cap;
    }
    book->left[book->num_left] =
        (struct left){book->first_left[action], text, 1};
    book->first_left[action] = book->num_left++;
    return true;
}

bool cm_report_book_row(struct cm_report_book *book,
                        const struct cm_report_row *row,
                        const struct cm_report_findings *findings)
{
    const struct cm_report_finding *first = findings->list;

    if (findings->num > 0 && first->ord == 0 && first->blocks &&
        first->action != NULL &&
        (row->remaining_text.len != 2 ||
         memcmp(row->remaining_text.data, "[]", 2) != 0)) {
        uint32_t action = cm_action_keys_find(&book->keys, first->action);

        if (action != CM_NO_ACTION &&
            !add_left(book, action, row->remaining_text)) {
            return false;
        }
    }
    return !book->members || add_members(book, row, findings);
}

/* --- after the last row --- */

/* The rows of each action side by side, in the order in which they came. */
bool cm_report_book_end(struct cm_report_book *book)
{
    size_t num = (size_t)book->keys.num + 2;

    if (!book->members) {
        return true;
    }
    book->starts = calloc(num, sizeof(*book->starts));
    book->sorted = malloc((book->num_entries + 1) * sizeof(*book->sorted));
    if (book->starts == NULL || book->sorted == NULL) {
        return false;
    }
    for (uint64_t i = 0; i < book->num_entries; i++) {
        book->starts[entry_at(book, i).action + 2]++;
    }
    for (size_t i = 2; i < num; i++) {
        book->starts[i] += book->starts[i - 1];
    }
    /* starts[n + 1] is where the next row of n goes; at the end, where n + 1
     * begins. */
    for (uint64_t i = 0; i < book->num_entries; i++) {
        struct entry entry = entry_at(book, i);

        book->sorted[book->starts[entry.action + 1]++] = entry.row;
    }
    cm_notes_free(&book->log);
    return true;
}

struct sorted_left {
    const char *text;
    int64_t rows;
};

static int by_text(const void *a, const void *b)
{
    const struct sorted_left *one = a;
    const struct sorted_left *other = b;

    return strcmp(one->text, other->text);
}

bool cm_report_book_after(struct cm_report_book *book, const char *key,
                          struct cm_report_after *out, bool *nomem)
{
    uint32_t action = cm_action_keys_find(&book->keys, key);
    uint32_t first =
        action == CM_NO_ACTION ? CM_NO_ACTION : book->first_left[action];
    struct sorted_left *sorted;
    size_t num = 0;

    *nomem = false;
    memset(out, 0, sizeof(*out));
    for (uint32_t i = first; i != CM_NO_ACTION; i = book->left[i].next) {
        num++;
    }
    sorted = num == 0 ? NULL : malloc(num * sizeof(*sorted));
    if (sorted == NULL) {
        *nomem = num > 0;
        return false;
    }
    num = 0;
    for (uint32_t i = first; i != CM_NO_ACTION; i = book->left[i].next) {
        sorted[num++] = (struct sorted_left){book->text[book->left[i].text],
                                             book->left[i].rows};
    }
    qsort(sorted, num, sizeof(*sorted), by_text);
    for (size_t i = 0; i < num && !*nomem; i++) {
        *nomem = cm_report_list_parse(&book->causes, sorted[i].text) != CM_OK;
        cm_report_after_add(out, &book->causes, sorted[i].rows);
    }
    free(sorted);
    return !*nomem;
}

void cm_report_book_turn(struct cm_report_book *book, const char *key)
{
    uint32_t action = cm_action_keys_find(&book->keys, key);

    book->at = action == CM_NO_ACTION ? 0 : book->starts[action];
    book->end = action == CM_NO_ACTION ? 0 : book->starts[action + 1];
}

bool cm_report_book_member(struct cm_report_book *book,
                           struct cm_report_member *out)
{
    const uint8_t *at;
    uint64_t number;

    if (book->at == book->end) {
        return false;
    }
    at = cm_notes_at(&book->rows, book->row_at[book->sorted[book->at] >> 1]);
    at = cm_number_get(at, &number);
    out->row = (int64_t)number;
    at = cm_number_get(at, &number);
    out->line = (int64_t)number;
    at = cm_number_get(at, &number);
    out->port = number == 0 ? CM_UNKNOWN : (int64_t)(number - 1);
    out->host = (const char *)at;
    out->protocol = out->host + strlen(out->host) + 1;
    out->owner = out->protocol + strlen(out->protocol) + 1;
    out->fixes = (book->sorted[book->at] & 1) != 0;
    book->at++;
    return true;
}
