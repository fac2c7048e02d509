/* Reading the command line by the table.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"

#define MAX_SECONDS 86400.0

static const struct cm_option_row rows[CM_OPTION_COUNT] = {
#define CM_OPTION(sym, name, kind, arg, def, commands, group, help)            \
    [CM_OPTION_##sym] = {name, CM_KIND_##kind, arg, def, commands, group, help},
#include "cli/options.def"
#undef CM_OPTION
};

const struct cm_option_row *cm_option_row(enum cm_option option)
{
    return &rows[option];
}

static bool serves(enum cm_option option, const struct cm_command *command)
{
    return strchr(rows[option].commands, command->letter) != NULL;
}

static enum cm_status unknown(const struct cm_command *command,
                              const char *name, struct cm_error *err)
{
    const char *words[CM_OPTION_COUNT];
    size_t num = 0;
    const char *meant;

    for (enum cm_option i = 0; i < CM_OPTION_COUNT; i++) {
        if (serves(i, command)) {
            words[num++] = rows[i].name;
        }
    }
    meant = cm_did_you_mean(name, words, num);
    return cm_error_set(
        err, CM_EUSAGE,
        "%s has no option --%s.%s%s%s Try \"certmuster %s "
        "--help\".",
        command->name, name, meant != NULL ? " Did you mean --" : "",
        meant != NULL ? meant : "", meant != NULL ? "?" : "", command->name);
}

static enum cm_status read_count(long *out, const char *name, const char *text,
                                 struct cm_error *err)
{
    char *end;

    errno = 0;
    *out = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *out < 0 ||
        *out > 1000000000) {
        return cm_error_set(err, CM_EUSAGE,
                            "--%s takes a whole number, not \"%s\"", name,
                            text);
    }
    return CM_OK;
}

static enum cm_status read_seconds(unsigned *out, const char *name,
                                   const char *text, struct cm_error *err)
{
    char *end;
    double seconds;

    errno = 0;
    seconds = strtod(text, &end);
    if (errno != 0 || end == text || *end != '\0' || !(seconds >= 0.001) ||
        seconds > MAX_SECONDS) {
        return cm_error_set(err, CM_EUSAGE,
                            "--%s takes seconds from 0.001 to 86400, not "
                            "\"%s\"",
                            name, text);
    }
    *out = (unsigned)(seconds * 1000.0 + 0.5);
    return CM_OK;
}

static enum cm_status keep_value(struct cm_options *options,
                                 enum cm_option option, const char *value,
                                 struct cm_error *err)
{
    const struct cm_option_row *row = &rows[option];

    options->text[option] = value;
    switch (row->kind) {
    case CM_KIND_COUNT:
        return read_count(&options->count[option], row->name, value, err);
    case CM_KIND_SECONDS:
        return read_seconds(&options->ms[option], row->name, value, err);
    case CM_KIND_LIST:
        if (options->num_list[option] == CM_OPTIONS_MAX_LIST) {
            return cm_error_set(err, CM_EUSAGE,
                                "--%s may be given %u times at the most",
                                row->name, CM_OPTIONS_MAX_LIST);
        }
        options->list[option][options->num_list[option]++] = value;
        return CM_OK;
    case CM_KIND_TEXT:
        if (*value == '\0') {
            return cm_error_set(err, CM_EUSAGE, "--%s needs a value",
                                row->name);
        }
        return CM_OK;
    case CM_KIND_FLAG:
        break;
    }
    return CM_OK;
}

/* Finds "name" or "name=value"; CM_OPTION_COUNT if there is none. */
static enum cm_option find(const struct cm_command *command, const char *arg,
                           size_t name_len)
{
    for (enum cm_option i = 0; i < CM_OPTION_COUNT; i++) {
        if (serves(i, command) && strlen(rows[i].name) == name_len &&
            memcmp(rows[i].name, arg, name_len) == 0) {
            return i;
        }
    }
    return CM_OPTION_COUNT;
}

enum cm_option cm_option_find(const struct cm_command *command,
                              const char *name)
{
    return find(command, name, strlen(name));
}

enum cm_status cm_options_set(struct cm_options *options, enum cm_option option,
                              const char *value, struct cm_error *err)
{
    options->given[option] = true;
    return keep_value(options, option, value, err);
}

enum cm_status cm_options_keep(struct cm_options *options,
                               enum cm_option option, const char *value,
                               struct cm_error *err)
{
    char **grown = reallocarray(options->kept, options->num_kept + 1,
                                sizeof(*options->kept));
    char *text;

    if (grown == NULL) {
        return cm_error_nomem(err, "an option");
    }
    options->kept = grown;
    text = strdup(value);
    if (text == NULL) {
        return cm_error_nomem(err, "an option");
    }
    grown[options->num_kept++] = text;
    return cm_options_set(options, option, text, err);
}

static enum cm_status read_option(struct cm_options *options,
                                  const struct cm_command *command, char **argv,
                                  int *i, struct cm_error *err)
{
    const char *arg = argv[*i] + 2;
    const char *equals = strchr(arg, '=');
    size_t name_len = equals != NULL ? (size_t)(equals - arg) : strlen(arg);
    enum cm_option option = find(command, arg, name_len);
    const struct cm_option_row *row;
    char name[64];

    if (option == CM_OPTION_COUNT) {
        if (name_len >= sizeof(name)) {
            name_len = sizeof(name) - 1;
        }
        memcpy(name, arg, name_len);
        name[name_len] = '\0';
        return unknown(command, name, err);
    }
    row = &rows[option];
    options->given[option] = true;
    if (row->kind == CM_KIND_FLAG) {
        return equals == NULL ? CM_OK
                              : cm_error_set(err, CM_EUSAGE,
                                             "--%s takes no value", row->name);
    }
    if (equals != NULL) {
        return keep_value(options, option, equals + 1, err);
    }
    if (argv[*i + 1] == NULL) {
        return cm_error_set(err, CM_EUSAGE, "--%s needs a value: --%s %s",
                            row->name, row->name, row->argument);
    }
    return keep_value(options, option, argv[++*i], err);
}

enum cm_status cm_options_parse(struct cm_options *options,
                                const struct cm_command *command, int argc,
                                char **argv, struct cm_error *err)
{
    bool only_operands = false;

    memset(options, 0, sizeof(*options));
    options->operands = calloc((size_t)argc + 1, sizeof(*options->operands));
    if (options->operands == NULL) {
        return cm_error_nomem(err, "the options");
    }
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        enum cm_status status;

        if (only_operands || arg[0] != '-' || arg[1] == '\0') {
            options->operands[options->num_operands++] = arg;
            continue;
        }
        if (strcmp(arg, "--") == 0) {
            only_operands = true;
            continue;
        }
        if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0) {
            options->help = true;
            continue;
        }
        if (arg[1] != '-') {
            return unknown(command, arg + 1, err);
        }
        status = read_option(options, command, argv, &i, err);
        if (status != CM_OK) {
            return status;
        }
    }
    return CM_OK;
}

void cm_options_cleanup(struct cm_options *options)
{
    for (size_t i = 0; i < options->num_kept; i++) {
        free(options->kept[i]);
    }
    free(options->kept);
    free(options->operands);
    options->kept = NULL;
    options->num_kept = 0;
    options->operands = NULL;
}

static void json_value(const struct cm_options *options, enum cm_option option,
                       struct cm_buf *out)
{
    const char *text = options->text[option];

    if (rows[option].kind == CM_KIND_FLAG) {
        (void)cm_buf_puts(out, "true");
    } else if (rows[option].kind == CM_KIND_LIST) {
        for (size_t i = 0; i < options->num_list[option]; i++) {
            (void)cm_buf_putc(out, i == 0 ? '[' : ',');
            text = options->list[option][i];
            cm_text_json(out, text, strlen(text));
        }
        (void)cm_buf_putc(out, ']');
    } else {
        cm_text_json(out, text, strlen(text));
    }
}

/* What is not named here decides: an option that is forgotten makes runs look
 * different that are alike, not alike where they differ. */
bool cm_option_decides(enum cm_option option)
{
    static const enum cm_option free_ones[] = {
        CM_OPTION_DB,           CM_OPTION_OUT,         CM_OPTION_FORMATS,
        CM_OPTION_PRIVATE,      CM_OPTION_RUN,         CM_OPTION_QUIET,
        CM_OPTION_ACTIONS,      CM_OPTION_CONCURRENCY, CM_OPTION_JOBS,
        CM_OPTION_FAIL_ON,      CM_OPTION_JSON,        CM_OPTION_SHARD,
        CM_OPTION_SHARD_COUNT,  CM_OPTION_SHARD_DIR,   CM_OPTION_SCRATCH,
        CM_OPTION_RESUME,       CM_OPTION_RATE,        CM_OPTION_NO_SHUFFLE,
        CM_OPTION_SEED,         CM_OPTION_PROGRESS,    CM_OPTION_METRICS,
        CM_OPTION_PER_ADDRESS,  CM_OPTION_PER_PREFIX,  CM_OPTION_CANARY,
        CM_OPTION_DNS_PATIENCE, CM_OPTION_BASELINE,    CM_OPTION_FORMAT,
        CM_OPTION_NO_SANDBOX,   CM_OPTION_FILE_MODE,
    };

    for (size_t i = 0; i < sizeof(free_ones) / sizeof(*free_ones); i++) {
        if (free_ones[i] == option) {
            return false;
        }
    }
    return true;
}

static void put_json(const struct cm_options *options, bool deciding_only,
                     struct cm_buf *out)
{
    bool first = true;

    (void)cm_buf_putc(out, '{');
    for (enum cm_option i = 0; i < CM_OPTION_COUNT; i++) {
        if (!options->given[i] || (deciding_only && !cm_option_decides(i))) {
            continue;
        }
        if (!first) {
            (void)cm_buf_putc(out, ',');
        }
        first = false;
        cm_text_json(out, rows[i].name, strlen(rows[i].name));
        (void)cm_buf_putc(out, ':');
        json_value(options, i, out);
    }
    (void)cm_buf_putc(out, '}');
}

void cm_options_json(const struct cm_options *options, struct cm_buf *out)
{
    put_json(options, false, out);
}

void cm_options_deciding_json(const struct cm_options *options,
                              struct cm_buf *out)
{
    put_json(options, true, out);
}
