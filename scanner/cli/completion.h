/* Shell completions, made from the tables that make --help.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_COMPLETION_H
#define CERTMUSTER_COMPLETION_H

#include <stdio.h>

#include "certmuster/buf.h"
#include "cli/options.h"

/* What can stand in one place of the command line. */
enum cm_place_kind {
    CM_PLACE_NOTHING, /* or what nobody can guess: a number, a name */
    CM_PLACE_FILES,
    CM_PLACE_FOLDERS,
    CM_PLACE_RUNS,  /* of the store */
    CM_PLACE_WORDS, /* one of `words` */
    CM_PLACE_LIST,  /* some of them, with commas between */
};
struct cm_place {
    enum cm_place_kind kind;
    struct cm_buf words; /* separated by spaces; plain ASCII */
    bool files;          /* WORDS and LIST: a file can stand there, too */
};

/* completion_words.c */
enum cm_status cm_place_of_option(struct cm_place *place, enum cm_option option,
                                  struct cm_error *err);
enum cm_status cm_place_of_operand(struct cm_place *place,
                                   const struct cm_command *command,
                                   struct cm_error *err);
void cm_place_cleanup(struct cm_place *place);
/* The beginning of a help text, cut to what fits beside a completion. */
#define CM_PLACE_HINT_SIZE 64
void cm_place_hint(const char *help, char out[CM_PLACE_HINT_SIZE]);

/* completion_bash.c ... -- the script of one shell. */
enum cm_status cm_completion_bash(FILE *out, struct cm_error *err);
enum cm_status cm_completion_zsh(FILE *out, struct cm_error *err);
enum cm_status cm_completion_fish(FILE *out, struct cm_error *err);

#endif
