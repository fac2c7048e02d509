/* What can be completed in which place: from the option's argument as the table
 * has it, and from the catalogue.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "certmuster/cause.h"
#include "cli/completion.h"
#include "input/input.h"
#include "measure/builtin.h"
#include "measure/pack.h"
#include "measure/profile.h"

#define MAX_WORDS ((size_t)64 << 10)
#define ON_REQUEST                                                             \
    "sarif prometheus" /* formats that are written only when named */

static void add(struct cm_buf *out, const char *word)
{
    (void)cm_buf_puts(out, out->len == 0 ? "" : " ");
    (void)cm_buf_puts(out, word);
}

/* "a|b|c", "a,b,c" */
static void add_split(struct cm_buf *out, const char *text)
{
    (void)cm_buf_puts(out, out->len == 0 ? "" : " ");
    for (; *text != '\0'; text++) {
        char c = *text;

        if (c == '|' || c == ',') {
            c = ' ';
        }
        (void)cm_buf_putc(out, c);
    }
}

/* Also as "new-breaks_now": when it was not so before. */
static void add_severities(struct cm_buf *out)
{
    for (int i = 0; i < CM_SEVERITY_COUNT; i++) {
        add(out, cm_severity_id((enum cm_severity)i));
    }
    for (int i = 0; i < CM_SEVERITY_COUNT; i++) {
        add(out, "new-");
        (void)cm_buf_puts(out, cm_severity_id((enum cm_severity)i));
    }
}

static void add_protocols(struct cm_buf *out)
{
    char names[CM_PROTOCOL_NAMES_SIZE];

    add(out, cm_protocol_names(names));
}

static enum cm_status add_profiles(struct cm_buf *out, struct cm_error *err)
{
    struct cm_profileset *set = cm_profileset_new();
    enum cm_status status = CM_OK;

    if (set == NULL) {
        return cm_error_nomem(err, "profiles");
    }
    for (const struct cm_builtin *b = cm_builtin_profiles();
         b->name != NULL && status == CM_OK; b++) {
        status =
            cm_profileset_read(set, b->name, b->text, strlen(b->text), err);
    }
    for (size_t i = 0; status == CM_OK && i < cm_profileset_count(set); i++) {
        add(out, cm_profileset_at(set, i)->name);
    }
    cm_profileset_free(set);
    return status;
}

static enum cm_status add_policies(struct cm_buf *out, struct cm_error *err)
{
    enum cm_status status = CM_OK;

    for (const struct cm_builtin *b = cm_builtin_policies();
         b->name != NULL && status == CM_OK; b++) {
        struct cm_span text = {(const uint8_t *)b->text, strlen(b->text)};
        struct cm_pack *pack = NULL;

        status = cm_pack_load(&pack, text, b->name, err);
        if (status == CM_OK) {
            add(out, cm_pack_name(pack));
        }
        cm_pack_free(pack);
    }
    return status;
}

static enum cm_status add_explained(struct cm_buf *out, struct cm_error *err)
{
    enum cm_status status;

    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        add(out, cm_cause_info((enum cm_cause)i)->id);
    }
    for (int i = 0; i < CM_RESOLUTION_COUNT; i++) {
        add(out, cm_resolution_info((enum cm_resolution)i)->id);
    }
    add(out, "profiles policies facts");
    status = add_profiles(out, err);
    return status == CM_OK ? add_policies(out, err) : status;
}

static enum cm_status ended(struct cm_place *place, enum cm_status status,
                            struct cm_error *err)
{
    return status == CM_OK && place->words.failed
               ? cm_error_nomem(err, "completions")
               : status;
}

/* "FILE", "FILE.csv", "PATH", "[NAME=]PATH[,LIST.csv]" name files; "DIR" a
 * folder; "yes|no" is what it says. */
static enum cm_place_kind by_argument(const char *argument)
{
    if (argument == NULL) {
        return CM_PLACE_NOTHING;
    }
    if (strncmp(argument, "DIR", 3) == 0) {
        return CM_PLACE_FOLDERS;
    }
    if (strstr(argument, "FILE") != NULL || strstr(argument, "PATH") != NULL) {
        return CM_PLACE_FILES;
    }
    return strchr(argument, '|') != NULL && argument[0] >= 'a' &&
                   argument[0] <= 'z'
               ? CM_PLACE_WORDS
               : CM_PLACE_NOTHING;
}

static void begin(struct cm_place *place)
{
    memset(place, 0, sizeof(*place));
    cm_buf_init(&place->words, MAX_WORDS);
}

enum cm_status cm_place_of_option(struct cm_place *place, enum cm_option option,
                                  struct cm_error *err)
{
    const struct cm_option_row *row = cm_option_row(option);
    struct cm_buf *words = &place->words;
    enum cm_status status = CM_OK;

    begin(place);
    place->kind = CM_PLACE_WORDS;
    if (option == CM_OPTION_RUN || option == CM_OPTION_BASELINE) {
        place->kind = CM_PLACE_RUNS;
    } else if (option == CM_OPTION_FORMATS) {
        place->kind = CM_PLACE_LIST;
        add_split(words, row->standard);
        add(words, ON_REQUEST);
    } else if (option == CM_OPTION_REVOCATION) {
        place->kind = CM_PLACE_LIST;
        add(words, "crl ocsp staple");
    } else if (option == CM_OPTION_FAIL_ON) {
        add_severities(words);
    } else if (option == CM_OPTION_PROTOCOL) {
        add_protocols(words);
    } else if (option == CM_OPTION_PROFILE || option == CM_OPTION_POLICY) {
        place->kind = CM_PLACE_LIST;
        place->files = true;
        add(words, "all");
        status = option == CM_OPTION_PROFILE ? add_profiles(words, err)
                                             : add_policies(words, err);
    } else {
        place->kind = by_argument(row->argument);
        if (place->kind == CM_PLACE_WORDS) {
            add_split(words, row->argument);
        }
    }
    return ended(place, status, err);
}

enum cm_status cm_place_of_operand(struct cm_place *place,
                                   const struct cm_command *command,
                                   struct cm_error *err)
{
    enum cm_status status = CM_OK;

    begin(place);
    place->kind = by_argument(command->operands);
    if (command->run == cm_cmd_diff) {
        place->kind = CM_PLACE_RUNS;
    } else if (command->run == cm_cmd_explain) {
        place->kind = CM_PLACE_WORDS;
        status = add_explained(&place->words, err);
    } else if (place->kind == CM_PLACE_WORDS) {
        add_split(&place->words, command->operands);
    } else if (strchr(command->operands, '.') != NULL) {
        place->kind = CM_PLACE_FILES; /* OUT.db SHARD.db ... */
    }
    return ended(place, status, err);
}

void cm_place_cleanup(struct cm_place *place)
{
    cm_buf_cleanup(&place->words);
}

/* Up to the first pause, or the last word that fits. */
void cm_place_hint(const char *help, char out[CM_PLACE_HINT_SIZE])
{
    size_t len = 0;

    while (help[len] != '\0' && strchr(";:(", help[len]) == NULL &&
           strncmp(help + len, ". ", 2) != 0 && len < CM_PLACE_HINT_SIZE - 1) {
        len++;
    }
    if (len == CM_PLACE_HINT_SIZE - 1) {
        while (len > 0 && help[len] != ' ') {
            len--;
        }
    }
    while (len > 0 && strchr(" ,", help[len - 1]) != NULL) {
        len--;
    }
    memcpy(out, help, len);
    out[len] = '\0';
}
