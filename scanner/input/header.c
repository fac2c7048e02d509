/* Which column means what: by the names in a header, or by what stands in the
 * first record.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "input/parts.h"

#define MAX_NAME 128 /* bytes of a column's name that are kept */
#define NAME_ROOM (MAX_NAME + 16)

#define MAX_WORDS 6
struct meaning {
    const char *words[MAX_WORDS + 1]; /* preferred first; NULL at the end */
};

/* Names are compared without case, "_", "-" and white space. */
static const struct meaning meanings[CM_PART_COUNT] = {
    [CM_PART_HOST] = {{"host", "hostname", "fqdn", "url", "endpoint",
                       "address"}},
    [CM_PART_PORT] = {{"port"}},
    [CM_PART_PROTOCOL] = {{"protocol", "starttls"}},
    [CM_PART_SNI] = {{"sni"}},
    [CM_PART_TRUST] = {{"trust", "trustview"}},
    [CM_PART_CLIENT_CERT] = {{"clientcert", "clientcertificate"}},
    [CM_PART_CLIENT_KEY] = {{"clientkey"}},
};
static const struct meaning owner_meaning = {
    {"owner", "ownerteam", "team", "contact", "ownedby"}};

static bool is_word(const char *name, const char *word)
{
    for (; *name != '\0'; name++) {
        char c = *name;

        if (strchr(" \t\r\n_-", c) != NULL) {
            continue;
        }
        if (c >= 'A' && c <= 'Z') {
            c = (char)(c - 'A' + 'a');
        }
        if (c != *word) {
            return false;
        }
        word++;
    }
    return *word == '\0';
}

/* The column with the most preferred of the meaning's words, or -1. */
static int find_column(char *const *names, size_t num_names,
                       const struct meaning *meaning)
{
    for (size_t w = 0; meaning->words[w] != NULL; w++) {
        for (size_t i = 0; i < num_names; i++) {
            if (is_word(names[i], meaning->words[w])) {
                return (int)i;
            }
        }
    }
    return -1;
}

bool cm_header_is_one(char *const *fields, size_t num_fields)
{
    return find_column(fields, num_fields, &meanings[CM_PART_HOST]) >= 0;
}

static bool is_taken(const struct cm_header *header, const char *name)
{
    for (size_t i = 0; i < header->num_names; i++) {
        if (strcmp(header->names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* Adds a name; an empty one and one that is taken get a number, since labels
 * become the keys of an object in the outputs. */
static bool add_name(struct cm_header *header, const char *wanted)
{
    struct cm_span text = cm_span_trim(cm_span_of(wanted));
    size_t len = cm_mistake_cut(text.data, text.len, MAX_NAME);
    struct cm_buf name;
    size_t number = header->num_names + 1;

    cm_buf_init(&name, NAME_ROOM);
    if (len > 0) {
        (void)cm_buf_append(&name, text.data, len);
    } else {
        (void)cm_buf_printf(&name, "column_%zu", number);
    }
    for (size_t again = 2; !name.failed && is_taken(header, cm_buf_cstr(&name));
         again++) {
        cm_buf_clear(&name);
        if (len > 0) {
            (void)cm_buf_append(&name, text.data, len);
            (void)cm_buf_printf(&name, "_%zu", again);
        } else {
            (void)cm_buf_printf(&name, "column_%zu_%zu", number, again);
        }
    }
    header->names[header->num_names] = cm_buf_take(&name);
    cm_buf_cleanup(&name);
    if (header->names[header->num_names] == NULL) {
        return false;
    }
    header->num_names++;
    return true;
}

static bool start(struct cm_header *out, size_t num_names)
{
    memset(out, 0, sizeof(*out));
    for (int i = 0; i < CM_PART_COUNT; i++) {
        out->column[i] = -1;
    }
    out->owner = -1;
    out->names = calloc(num_names > 0 ? num_names : 1, sizeof(*out->names));
    return out->names != NULL;
}

bool cm_header_from_names(struct cm_header *out, char *const *fields,
                          size_t num_fields)
{
    if (!start(out, num_fields)) {
        return false;
    }
    for (size_t i = 0; i < num_fields; i++) {
        if (!add_name(out, fields[i])) {
            return false;
        }
    }
    out->has_header = true;
    for (int i = 0; i < CM_PART_COUNT; i++) {
        out->column[i] = find_column(out->names, num_fields, &meanings[i]);
    }
    out->owner = find_column(out->names, num_fields, &owner_meaning);
    return true;
}

static bool is_number(const char *text)
{
    struct cm_span span = cm_span_trim(cm_span_of(text));

    for (size_t i = 0; i < span.len; i++) {
        if (span.data[i] < (uint8_t)'0' || span.data[i] > (uint8_t)'9') {
            return false;
        }
    }
    return true; /* and so is nothing at all */
}

/* The host comes first; a number beside it is its port. */
bool cm_header_from_content(struct cm_header *out, char *const *fields,
                            size_t num_fields)
{
    bool has_port = num_fields < 2 || is_number(fields[1]);

    if (!start(out, num_fields > 0 ? num_fields : 1)) {
        return false;
    }
    for (size_t i = 0; i < num_fields || i == 0; i++) {
        const char *name = i == 0 ? "host" : i == 1 && has_port ? "port" : "";

        if (!add_name(out, name)) {
            return false;
        }
    }
    out->column[CM_PART_HOST] = 0;
    out->column[CM_PART_PORT] = has_port ? 1 : -1;
    return true;
}

void cm_header_cleanup(struct cm_header *header)
{
    for (size_t i = 0; i < header->num_names; i++) {
        free(header->names[i]);
    }
    free(header->names);
    memset(header, 0, sizeof(*header));
}
