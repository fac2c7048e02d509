/* Completions for fish.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/completion.h"

static const char helpers[] =
    "# The store's runs: it is the default one, or that of --db.\n"
    "function __certmuster_runs\n"
    "    set -l db certmuster.db\n"
    "    set -l words (commandline -opc)\n"
    "    for at in (seq (count $words))\n"
    "        if string match -q -- '--db=*' $words[$at]\n"
    "            set db (string replace -- '--db=' '' $words[$at])\n"
    "        else if test \"$words[$at]\" = --db; and test $at -lt (count "
    "$words)\n"
    "            set db $words[(math $at + 1)]\n"
    "        end\n"
    "    end\n"
    "    certmuster completion runs $db 2>/dev/null |\n"
    "        string replace -rf '^ *(\\d+) +(.*)' '$1\\t$2'\n"
    "end\n";

static void put_text(FILE *out, const char *text)
{
    (void)putc('\'', out);
    for (; *text != '\0'; text++) {
        (void)fprintf(out, "%s%c", strchr("'\\", *text) != NULL ? "\\" : "",
                      *text);
    }
    (void)putc('\'', out);
}

static void put_place(FILE *out, struct cm_place *place)
{
    const char *words = cm_buf_cstr(&place->words);

    switch (place->kind) {
    case CM_PLACE_NOTHING:
        (void)fputs(" -x", out);
        break;
    case CM_PLACE_FILES:
        (void)fputs(" -r -F", out);
        break;
    case CM_PLACE_FOLDERS:
        (void)fputs(" -x -a '(__fish_complete_directories)'", out);
        break;
    case CM_PLACE_RUNS:
        (void)fputs(" -x -a '(__certmuster_runs)'", out);
        break;
    case CM_PLACE_WORDS:
        (void)fprintf(out, " %s -a '%s'", place->files ? "-r -F" : "-x", words);
        break;
    case CM_PLACE_LIST:
        (void)fprintf(out,
                      " %s -a '(__fish_append , (string split \" \" \"%s\"))'",
                      place->files ? "-r -F" : "-x", words);
        break;
    }
}

static enum cm_status put_option(FILE *out, enum cm_option option,
                                 struct cm_error *err)
{
    const struct cm_option_row *row = cm_option_row(option);
    size_t num;
    const struct cm_command *commands = cm_commands(&num);
    char hint[CM_PLACE_HINT_SIZE];
    struct cm_place place;
    enum cm_status status = cm_place_of_option(&place, option, err);

    cm_place_hint(row->help, hint);
    (void)fputs("complete -c certmuster -n '__fish_seen_subcommand_from", out);
    for (size_t i = 0; i < num; i++) {
        if (strchr(row->commands, commands[i].letter) != NULL) {
            (void)fprintf(out, " %s", commands[i].name);
        }
    }
    (void)fprintf(out, "' -l %s", row->name);
    if (row->kind != CM_KIND_FLAG) {
        put_place(out, &place);
    }
    (void)fputs(" -d ", out);
    put_text(out, hint);
    (void)putc('\n', out);
    cm_place_cleanup(&place);
    return status;
}

static enum cm_status put_command(FILE *out, const struct cm_command *command,
                                  struct cm_error *err)
{
    struct cm_place place;
    enum cm_status status = cm_place_of_operand(&place, command, err);

    (void)fprintf(out,
                  "complete -c certmuster -n __fish_use_subcommand -f -a %s "
                  "-d ",
                  command->name);
    put_text(out, command->summary);
    (void)fprintf(out,
                  "\ncomplete -c certmuster -n '__fish_seen_subcommand_from "
                  "%s'",
                  command->name);
    if (place.kind == CM_PLACE_FILES) {
        (void)fputs(" -F", out);
    } else if (place.kind == CM_PLACE_FOLDERS) {
        (void)fputs(" -f -a '(__fish_complete_directories)'", out);
    } else if (place.kind == CM_PLACE_RUNS) {
        (void)fputs(" -f -a '(__certmuster_runs)'", out);
    } else if (place.kind == CM_PLACE_NOTHING) {
        (void)fputs(" -f", out);
    } else {
        (void)fprintf(out, " -f -a '%s'", cm_buf_cstr(&place.words));
    }
    (void)putc('\n', out);
    cm_place_cleanup(&place);
    return status;
}

enum cm_status cm_completion_fish(FILE *out, struct cm_error *err)
{
    size_t num;
    const struct cm_command *commands = cm_commands(&num);
    enum cm_status status = CM_OK;

    (void)fputs("# Completions of certmuster for fish: certmuster completion "
                "fish\n",
                out);
    (void)fputs(helpers, out);
    (void)fputs("complete -c certmuster -n __fish_use_subcommand -f -l help -d "
                "'show all commands'\n"
                "complete -c certmuster -n __fish_use_subcommand -f -l version "
                "-d 'show the version'\n"
                "complete -c certmuster -n 'not __fish_use_subcommand' -l help "
                "-d 'show all options'\n",
                out);
    for (size_t i = 0; i < num && status == CM_OK; i++) {
        status = put_command(out, &commands[i], err);
    }
    for (enum cm_option i = 0; i < CM_OPTION_COUNT && status == CM_OK; i++) {
        status = put_option(out, i, err);
    }
    return status;
}
