/* Completions for zsh, by its own _arguments.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/completion.h"

static const char helpers[] =
    "# The store's runs: it is the default one, or that of --db.\n"
    "_certmuster_runs() {\n"
    "  local db=${opt_args[--db]:-certmuster.db}\n"
    "  local -a runs\n"
    "  runs=(${(f)\"$(_call_program runs certmuster completion runs \\\n"
    "    ${(q)${(Q)db}} 2>/dev/null |\n"
    "    sed -n 's/^ *\\([0-9][0-9]*\\)  *\\(.*\\)/\\1:\\2/p')\"})\n"
    "  _describe -V run runs\n"
    "}\n";

/* In single quotes, where ":", "[" and "]" would mean something. */
static void put_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            (void)fputs("'\\''", out);
        } else {
            (void)fprintf(out, "%s%c",
                          strchr(":[]\\", *text) != NULL ? "\\" : "", *text);
        }
    }
}

static void put_place(FILE *out, struct cm_place *place)
{
    const char *words = cm_buf_cstr(&place->words);

    switch (place->kind) {
    case CM_PLACE_NOTHING:
        (void)fputs(" ", out);
        break;
    case CM_PLACE_FILES:
        (void)fputs("_files", out);
        break;
    case CM_PLACE_FOLDERS:
        (void)fputs("_files -/", out);
        break;
    case CM_PLACE_RUNS:
        (void)fputs("_certmuster_runs", out);
        break;
    case CM_PLACE_WORDS:
        (void)fprintf(out, "(%s)", words);
        break;
    case CM_PLACE_LIST:
        (void)fprintf(out, "_sequence compadd - %s", words);
        break;
    }
}

static enum cm_status put_option(FILE *out, enum cm_option option,
                                 struct cm_error *err)
{
    const struct cm_option_row *row = cm_option_row(option);
    char hint[CM_PLACE_HINT_SIZE];
    struct cm_place place;
    enum cm_status status = cm_place_of_option(&place, option, err);

    cm_place_hint(row->help, hint);
    (void)fprintf(out, "        '%s--%s%s[",
                  row->kind == CM_KIND_LIST ? "*" : "", row->name,
                  row->kind == CM_KIND_FLAG ? "" : "=");
    put_text(out, hint);
    (void)putc(']', out);
    if (row->kind != CM_KIND_FLAG) {
        (void)putc(':', out);
        put_text(out, row->argument);
        (void)putc(':', out);
        put_place(out, &place);
    }
    (void)fputs("' \\\n", out);
    cm_place_cleanup(&place);
    return status;
}

static enum cm_status put_command(FILE *out, const struct cm_command *command,
                                  struct cm_error *err)
{
    struct cm_place place;
    enum cm_status status = cm_place_of_operand(&place, command, err);

    (void)fprintf(out, "    %s)\n      _arguments -s -S \\\n", command->name);
    for (enum cm_option i = 0; i < CM_OPTION_COUNT && status == CM_OK; i++) {
        if (strchr(cm_option_row(i)->commands, command->letter) != NULL) {
            status = put_option(out, i, err);
        }
    }
    (void)fputs("        '--help[show all options]'", out);
    if (place.kind != CM_PLACE_NOTHING) {
        (void)fputs(" \\\n        '*:", out);
        put_text(out, command->operands);
        (void)putc(':', out);
        put_place(out, &place);
        (void)putc('\'', out);
    }
    (void)fputs("\n      ;;\n", out);
    cm_place_cleanup(&place);
    return status;
}

enum cm_status cm_completion_zsh(FILE *out, struct cm_error *err)
{
    size_t num;
    const struct cm_command *commands = cm_commands(&num);
    enum cm_status status = CM_OK;

    (void)fputs("#compdef certmuster\n"
                "# Completions of certmuster for zsh: certmuster completion "
                "zsh\n",
                out);
    (void)fputs(helpers, out);
    (void)fputs("_certmuster() {\n  local -a commands\n  commands=(\n", out);
    for (size_t i = 0; i < num; i++) {
        (void)fprintf(out, "    '%s:", commands[i].name);
        put_text(out, commands[i].summary);
        (void)fputs("'\n", out);
    }
    (void)fputs("  )\n"
                "  if ((CURRENT == 2)); then\n"
                "    _describe command commands\n"
                "    _arguments '--help[show all commands]' "
                "'--version[show the version]'\n"
                "    return\n"
                "  fi\n"
                "  shift words\n"
                "  ((CURRENT--))\n"
                "  case $words[1] in\n",
                out);
    for (size_t i = 0; i < num && status == CM_OK; i++) {
        status = put_command(out, &commands[i], err);
    }
    (void)fputs("  esac\n}\n"
                "if [[ $funcstack[1] = _certmuster ]]; then\n"
                "  _certmuster \"$@\"\n"
                "elif ((${+functions[compdef]})); then\n"
                "  compdef _certmuster certmuster\n"
                "fi\n",
                out);
    return status;
}
