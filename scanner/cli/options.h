/* The command line as values. Made from options.def.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_OPTIONS_H
#define CERTMUSTER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "certmuster/buf.h"
#include "certmuster/status.h"

enum cm_option {
#define CM_OPTION(sym, name, kind, arg, def, commands, group, help)            \
    CM_OPTION_##sym,
#include "cli/options.def"
#undef CM_OPTION
    CM_OPTION_COUNT
};

enum cm_option_kind {
    CM_KIND_FLAG,
    CM_KIND_TEXT,
    CM_KIND_LIST,
    CM_KIND_COUNT,
    CM_KIND_SECONDS,
};

struct cm_option_row {
    const char *name;
    enum cm_option_kind kind;
    const char *argument; /* NULL for a flag */
    const char *standard; /* what holds without it, for people; may be NULL */
    const char *commands;
    const char *group;
    const char *help;
};
const struct cm_option_row *cm_option_row(enum cm_option option);

struct cm_command {
    const char *name;
    char letter; /* in options.def */
    const char *operands;
    const char *summary;
    const char *description; /* for the manual page and the command's help */
    const char *examples;
    int (*run)(const struct cm_command *command, int argc, char **argv);
};
const struct cm_command *cm_commands(size_t *num);

#define CM_OPTIONS_MAX_LIST 32U

struct cm_options {
    bool given[CM_OPTION_COUNT];
    const char *text[CM_OPTION_COUNT]; /* borrowed from argv */
    long count[CM_OPTION_COUNT];
    unsigned ms[CM_OPTION_COUNT]; /* of SECONDS */
    const char *list[CM_OPTION_COUNT][CM_OPTIONS_MAX_LIST + 1];
    size_t num_list[CM_OPTION_COUNT];
    const char **operands; /* owned; NULL ends */
    size_t num_operands;
    char **kept; /* owned: values that came from elsewhere */
    size_t num_kept;
    bool help;
};

/* cm_options_parse reads argv[1 ...] of one command. Options may stand before,
 * between and after operands, as --name VALUE or --name=VALUE; after "--" all
 * are operands. CM_EUSAGE says what is wrong and what was meant. */
enum cm_status cm_options_parse(struct cm_options *options,
                                const struct cm_command *command, int argc,
                                char **argv, struct cm_error *err);
/* By its long name; CM_OPTION_COUNT: the command has none of that name. */
enum cm_option cm_option_find(const struct cm_command *command,
                              const char *name);
/* As if the option had been given with this value, which is borrowed. */
enum cm_status cm_options_set(struct cm_options *options, enum cm_option option,
                              const char *value, struct cm_error *err);
/* The same with a copy of the value, which lives as long as `options`. */
enum cm_status cm_options_keep(struct cm_options *options,
                               enum cm_option option, const char *value,
                               struct cm_error *err);
void cm_options_cleanup(struct cm_options *options);
/* The options that were given, as a JSON object, for the run's facts. */
void cm_options_json(const struct cm_options *options, struct cm_buf *out);
/* False: the option says where things go, how fast, or which part; the results
 * of the rows are the same without it. */
bool cm_option_decides(enum cm_option option);
/* Of the options that were given those that decide, likewise. */
void cm_options_deciding_json(const struct cm_options *options,
                              struct cm_buf *out);

void cm_help_print(const struct cm_command *command); /* NULL: the program's */
void cm_manpage_print(const char *version);

/* The table of exit codes. */
enum {
#define CM_EXIT(symbol, code, words) CM_EXIT_##symbol = (code),
#include "cli/exit.def"
#undef CM_EXIT
};
int cm_exit_code(enum cm_status status);
/* Prints "certmuster: ..." and gives the exit code. */
int cm_fail(const struct cm_error *err);

int cm_cmd_scan(const struct cm_command *command, int argc, char **argv);
int cm_cmd_check(const struct cm_command *command, int argc, char **argv);
int cm_cmd_rejudge(const struct cm_command *command, int argc, char **argv);
int cm_cmd_merge(const struct cm_command *command, int argc, char **argv);
int cm_cmd_report(const struct cm_command *command, int argc, char **argv);
int cm_cmd_verify(const struct cm_command *command, int argc, char **argv);
int cm_cmd_diff(const struct cm_command *command, int argc, char **argv);
int cm_cmd_runs(const struct cm_command *command, int argc, char **argv);
int cm_cmd_explain(const struct cm_command *command, int argc, char **argv);
int cm_cmd_completion(const struct cm_command *command, int argc, char **argv);

#endif
