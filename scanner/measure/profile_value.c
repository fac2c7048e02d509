/* Reading the values of profile files: one table of what there is.
 * SPDX-License-Identifier: Apache-2.0 */
#include "measure/profile_value.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"

#define MAX_WORD 48
#define MAX_COUNT 1000000UL

bool cm_profile_is_name(const char *text)
{
    size_t len = strlen(text);

    return len > 0 && len < CM_MEASURE_NAME_SIZE &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz"
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-") == len;
}

/* --- lists of numbers --- */

const char *cm_list_kind_id(enum cm_list_kind kind)
{
    static const char *const ids[CM_LIST_KIND_COUNT] = {
        [CM_LIST_SUITES] = "suites",
        [CM_LIST_GROUPS] = "groups",
        [CM_LIST_SCHEMES] = "schemes",
    };

    cm_assert((unsigned)kind < CM_LIST_KIND_COUNT);
    return ids[kind];
}

const struct cm_named_list *cm_list_find(const struct cm_named_list *lists,
                                         size_t num, enum cm_list_kind kind,
                                         const char *name)
{
    for (size_t i = 0; i < num; i++) {
        if (lists[i].kind == kind && strcmp(lists[i].name, name) == 0) {
            return &lists[i];
        }
    }
    return NULL;
}

/* The next word of `*text`; false: there is none, or it is too long. */
static bool next_word(const char **text, char word[MAX_WORD])
{
    size_t len;

    *text += strspn(*text, " \t\r,");
    len = strcspn(*text, " \t\r,");
    if (len == 0 || len >= MAX_WORD) {
        return false;
    }
    memcpy(word, *text, len);
    word[len] = '\0';
    *text += len;
    return true;
}

static void take_away(struct cm_numbers *list, uint16_t number)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->num; i++) {
        if (list->at[i] != number) {
            list->at[kept++] = list->at[i];
        }
    }
    list->num = kept;
}

static bool change(struct cm_numbers *list, uint16_t number, bool less)
{
    if (less) {
        take_away(list, number);
        return true;
    }
    if (cm_profile_offers(list, number)) {
        return true;
    }
    if (list->num == CM_PROFILE_MAX_NUMBERS) {
        return false;
    }
    list->at[list->num++] = number;
    return true;
}

static bool change_all(struct cm_numbers *list, const struct cm_numbers *by,
                       bool less)
{
    for (size_t i = 0; i < by->num; i++) {
        if (!change(list, by->at[i], less)) {
            return false;
        }
    }
    return true;
}

static enum cm_status bad_word(const struct cm_ini_item *item,
                               enum cm_list_kind kind, const char *word,
                               struct cm_error *err)
{
    return cm_ini_bad(item, err,
                      word[0] == '@'
                          ? "there is no list \"%s\" of %s before this line"
                          : "\"%s\" is no number of four hex digits (as IANA "
                            "lists %s), and no @list",
                      word, cm_list_kind_id(kind));
}

enum cm_status cm_list_read(struct cm_numbers *out,
                            const struct cm_named_list *lists, size_t num,
                            enum cm_list_kind kind,
                            const struct cm_ini_item *item,
                            struct cm_error *err)
{
    const char *text = item->value;
    char word[MAX_WORD];

    out->num = 0;
    while (next_word(&text, word)) {
        bool less = word[0] == '-';
        const char *what = word + less;
        const struct cm_named_list *named =
            what[0] == '@' ? cm_list_find(lists, num, kind, what + 1) : NULL;
        uint8_t octets[2];
        bool fits;

        if (named != NULL) {
            fits = change_all(out, &named->numbers, less);
        } else if (strlen(what) == 4 && cm_hex_read(what, octets, 2)) {
            fits = change(out, (uint16_t)(octets[0] << 8 | octets[1]), less);
        } else {
            return bad_word(item, kind, what, err);
        }
        if (!fits) {
            return cm_ini_bad(item, err, "this list has more than %d numbers",
                              CM_PROFILE_MAX_NUMBERS);
        }
    }
    return *text == '\0'
               ? CM_OK
               : cm_ini_bad(item, err, "\"%.40s ...\" is no number", text);
}

/* --- all other values --- */

enum kind {
    KIND_FLAG,
    KIND_COUNT,
    KIND_TEXT,
    KIND_NAME,
    KIND_WORD, /* one of `words`, the place in it is the value */
    KIND_LIST,
    KIND_VERSIONS,
};

static const char *const confidences[] = {"high", "medium", "low", NULL};
static const char *const issuers[] = {"sent", "fetched", "preloaded", NULL};
static const char *const sha1s[] = {"refused", "private", "accepted", NULL};
static const char *const families[] = {
#define CM_FAMILY(sym, id) id,
#include "measure/family.def"
#undef CM_FAMILY
    NULL};
static const char *const versions[] = {"ssl2", "ssl3", "1.0", "1.1",
                                       "1.2",  "1.3",  NULL};

#define FIELD(member)                                                          \
    offsetof(struct cm_profile, member),                                       \
        sizeof(((struct cm_profile *)0)->member)
static const struct row {
    const char *name;
    enum kind kind;
    size_t offset;
    size_t size;
    const char *const *words;
    enum cm_list_kind list;
} rows[] = {
    {"title", KIND_TEXT, FIELD(title), NULL, 0},
    {"source", KIND_TEXT, FIELD(source), NULL, 0},
    {"confidence", KIND_NAME, FIELD(confidence), confidences, 0},
    {"trust", KIND_NAME, FIELD(trust), NULL, 0},
    {"family", KIND_WORD, FIELD(family), families, 0},
    {"old_words", KIND_FLAG, FIELD(old_words), NULL, 0},
    {"versions", KIND_VERSIONS, FIELD(versions), versions, 0},
    {"suites", KIND_LIST, FIELD(suites), NULL, CM_LIST_SUITES},
    {"groups", KIND_LIST, FIELD(groups), NULL, CM_LIST_GROUPS},
    {"schemes", KIND_LIST, FIELD(schemes), NULL, CM_LIST_SCHEMES},
    {"hello_bytes", KIND_COUNT, FIELD(hello_bytes), NULL, 0},
    {"sni", KIND_FLAG, FIELD(sni), NULL, 0},
    {"secure_renegotiation", KIND_FLAG, FIELD(secure_renegotiation), NULL, 0},
    {"min_dh_bits", KIND_COUNT, FIELD(min_dh_bits), NULL, 0},
    {"max_dh_bits", KIND_COUNT, FIELD(max_dh_bits), NULL, 0},
    {"issuers", KIND_WORD, FIELD(issuers), issuers, 0},
    {"sha1", KIND_WORD, FIELD(sha1), sha1s, 0},
    {"min_rsa_bits", KIND_COUNT, FIELD(min_rsa_bits), NULL, 0},
    {"max_chain", KIND_COUNT, FIELD(max_chain), NULL, 0},
    {"max_days", KIND_COUNT, FIELD(max_days), NULL, 0},
    {"max_public_days", KIND_COUNT, FIELD(max_public_days), NULL, 0},
    {"strict", KIND_FLAG, FIELD(strict), NULL, 0},
    {"common_name", KIND_FLAG, FIELD(common_name), NULL, 0},
    {"key_usage", KIND_FLAG, FIELD(key_usage), NULL, 0},
    {"needs_eku", KIND_FLAG, FIELD(needs_eku), NULL, 0},
    {"needs_scts", KIND_FLAG, FIELD(needs_scts), NULL, 0},
    {"needs_staple", KIND_FLAG, FIELD(needs_staple), NULL, 0},
    {"trusted_first", KIND_FLAG, FIELD(trusted_first), NULL, 0},
    {"revocation", KIND_FLAG, FIELD(revocation), NULL, 0},
    {"honours_distrust", KIND_FLAG, FIELD(honours_distrust), NULL, 0},
};
#define ROWS (sizeof(rows) / sizeof(*rows))

static int place_of(const char *const *words, const char *word)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], word) == 0) {
            return i;
        }
    }
    return -1;
}

/* "one of a, b, c" */
static enum cm_status not_among(const struct cm_ini_item *item,
                                const char *const *words, const char *word,
                                struct cm_error *err)
{
    struct cm_buf all;
    enum cm_status status;

    cm_buf_init(&all, 1024);
    for (size_t i = 0; words[i] != NULL; i++) {
        (void)cm_buf_printf(&all, "%s%s", i == 0 ? "" : ", ", words[i]);
    }
    status = cm_ini_bad(item, err, "\"%s\" takes one of: %s; not \"%.40s\"",
                        item->name, cm_buf_cstr(&all), word);
    cm_buf_cleanup(&all);
    return status;
}

static enum cm_status set_flag(void *field, const struct cm_ini_item *item,
                               struct cm_error *err)
{
    static const char *const words[] = {"no", "yes", NULL};
    int place = place_of(words, item->value);
    bool value = place == 1;

    if (place < 0) {
        return not_among(item, words, item->value, err);
    }
    memcpy(field, &value, sizeof(value));
    return CM_OK;
}

static enum cm_status set_count(void *field, const struct cm_ini_item *item,
                                struct cm_error *err)
{
    char *end;
    unsigned long value = strtoul(item->value, &end, 10);
    unsigned number = (unsigned)value;

    if (strspn(item->value, "0123456789") != strlen(item->value) ||
        item->value[0] == '\0' || *end != '\0' || value > MAX_COUNT) {
        return cm_ini_bad(item, err, "\"%s\" takes a number, not \"%.40s\"",
                          item->name, item->value);
    }
    memcpy(field, &number, sizeof(number));
    return CM_OK;
}

static enum cm_status set_text(const struct row *row, void *field,
                               const struct cm_ini_item *item,
                               struct cm_error *err)
{
    if (strlen(item->value) >= row->size) {
        return cm_ini_bad(item, err, "\"%s\" has at most %zu characters",
                          item->name, row->size - 1);
    }
    if (row->words != NULL && place_of(row->words, item->value) < 0) {
        return not_among(item, row->words, item->value, err);
    }
    if (row->kind == KIND_NAME && !cm_profile_is_name(item->value)) {
        return cm_ini_bad(item, err, "\"%.40s\" is no name", item->value);
    }
    memcpy(field, item->value, strlen(item->value) + 1);
    return CM_OK;
}

static enum cm_status set_word(const struct row *row, void *field,
                               const struct cm_ini_item *item,
                               struct cm_error *err)
{
    int place = place_of(row->words, item->value);
    unsigned value = (unsigned)place;

    if (place < 0) {
        return not_among(item, row->words, item->value, err);
    }
    memcpy(field, &value, sizeof(value)); /* enums of three rows, unsigned */
    return CM_OK;
}

static enum cm_status set_versions(bool *field, const struct cm_ini_item *item,
                                   struct cm_error *err)
{
    const char *text = item->value;
    char word[MAX_WORD];

    memset(field, 0, CM_VERSION_COUNT * sizeof(*field));
    while (next_word(&text, word)) {
        int place = place_of(versions, word);

        if (place < 0) {
            return not_among(item, versions, word, err);
        }
        field[place] = true;
    }
    return *text == '\0' ? CM_OK : not_among(item, versions, text, err);
}

_Static_assert(sizeof(enum cm_family) == sizeof(unsigned), "set_word");
_Static_assert(sizeof(enum cm_issuers) == sizeof(unsigned), "set_word");
_Static_assert(sizeof(enum cm_sha1) == sizeof(unsigned), "set_word");

static enum cm_status unknown(const struct cm_ini_item *item,
                              struct cm_error *err)
{
    const char *names[ROWS];
    const char *meant;

    for (size_t i = 0; i < ROWS; i++) {
        names[i] = rows[i].name;
    }
    meant = cm_did_you_mean(item->name, names, ROWS);
    return cm_ini_bad(item, err, "a profile has no \"%s\"%s%s%s", item->name,
                      meant != NULL ? "; did you mean \"" : "",
                      meant != NULL ? meant : "", meant != NULL ? "\"?" : "");
}

enum cm_status cm_profile_set(struct cm_profile *profile,
                              const struct cm_named_list *lists, size_t num,
                              const struct cm_ini_item *item,
                              struct cm_error *err)
{
    const struct row *row = rows;
    void *field;

    while (row < rows + ROWS && strcmp(row->name, item->name) != 0) {
        row++;
    }
    if (row == rows + ROWS) {
        return unknown(item, err);
    }
    field = (char *)profile + row->offset;
    switch (row->kind) {
    case KIND_FLAG:
        return set_flag(field, item, err);
    case KIND_COUNT:
        return set_count(field, item, err);
    case KIND_WORD:
        return set_word(row, field, item, err);
    case KIND_LIST:
        return cm_list_read(field, lists, num, row->list, item, err);
    case KIND_VERSIONS:
        return set_versions(field, item, err);
    case KIND_TEXT:
    case KIND_NAME:
        break;
    }
    return set_text(row, field, item, err);
}

const char *cm_profile_missing(const struct cm_profile *profile)
{
    bool any = false;

    for (size_t i = 0; i < CM_VERSION_COUNT; i++) {
        any = any || profile->versions[i];
    }
    return profile->title[0] == '\0'        ? "title"
           : profile->source[0] == '\0'     ? "source"
           : profile->confidence[0] == '\0' ? "confidence"
           : !any                           ? "versions"
           : profile->suites.num == 0       ? "suites"
                                            : NULL;
}
