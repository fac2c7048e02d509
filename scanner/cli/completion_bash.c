/* Completions for bash (4 and later); bash-completion is not needed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/completion.h"

static const char helpers[] =
    "_certmuster_words() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- "
    "\"$2\"); }\n"
    "_certmuster_files() {\n"
    "  compopt -o filenames 2>/dev/null\n"
    "  mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen \"$1\" -- "
    "\"$2\")\n"
    "}\n"
    "# Words with commas between: the last one is completed.\n"
    "_certmuster_list() {\n"
    "  local before=\n"
    "  [[ $2 == *,* ]] && before=${2%,*},\n"
    "  mapfile -t COMPREPLY < <(compgen -P \"$before\" -W \"$1\" -- "
    "\"${2##*,}\")\n"
    "}\n"
    "# The store's runs: it is the default one, or that of --db.\n"
    "_certmuster_runs() {\n"
    "  local db=certmuster.db at number rest\n"
    "  for ((at = 1; at < COMP_CWORD; at++)); do\n"
    "    if [[ ${COMP_WORDS[at]} == --db ]]; then\n"
    "      db=${COMP_WORDS[at + 1]}\n"
    "      [[ $db == = ]] && db=${COMP_WORDS[at + 2]}\n"
    "    fi\n"
    "  done\n"
    "  while read -r number rest; do\n"
    "    [[ $number =~ ^[0-9]+$ && $number == \"$2\"* ]] && "
    "COMPREPLY+=(\"$number\")\n"
    "  done < <(\"$1\" completion runs \"$db\" 2>/dev/null)\n"
    "}\n";

/* A statement that fills COMPREPLY. */
static void put_place(FILE *out, struct cm_place *place)
{
    const char *words = cm_buf_cstr(&place->words);

    switch (place->kind) {
    case CM_PLACE_NOTHING:
        (void)fputs(":", out);
        break;
    case CM_PLACE_FILES:
        (void)fputs("_certmuster_files -f \"$cur\"", out);
        break;
    case CM_PLACE_FOLDERS:
        (void)fputs("_certmuster_files -d \"$cur\"", out);
        break;
    case CM_PLACE_RUNS:
        (void)fputs("_certmuster_runs \"$1\" \"$cur\"", out);
        break;
    case CM_PLACE_WORDS:
        (void)fprintf(out, "_certmuster_words '%s' \"$cur\"", words);
        break;
    case CM_PLACE_LIST:
        (void)fprintf(out, "_certmuster_list '%s' \"$cur\"", words);
        break;
    }
    if (place->files) {
        (void)fputs("; _certmuster_files -f \"$cur\"", out);
    }
}

static enum cm_status put_values(FILE *out, struct cm_error *err)
{
    enum cm_status status = CM_OK;

    (void)fputs("  case $prev in\n", out);
    for (enum cm_option i = 0; i < CM_OPTION_COUNT && status == CM_OK; i++) {
        const struct cm_option_row *row = cm_option_row(i);
        struct cm_place place;

        if (row->kind == CM_KIND_FLAG) {
            continue;
        }
        status = cm_place_of_option(&place, i, err);
        (void)fprintf(out, "    --%s) ", row->name);
        put_place(out, &place);
        (void)fputs("; return ;;\n", out);
        cm_place_cleanup(&place);
    }
    (void)fputs("  esac\n", out);
    return status;
}

static enum cm_status put_command(FILE *out, const struct cm_command *command,
                                  struct cm_error *err)
{
    struct cm_place place;
    enum cm_status status = cm_place_of_operand(&place, command, err);

    (void)fprintf(out,
                  "    %s)\n      if [[ $cur == -* ]]; then\n"
                  "        _certmuster_words '--help",
                  command->name);
    for (enum cm_option i = 0; i < CM_OPTION_COUNT; i++) {
        const struct cm_option_row *row = cm_option_row(i);

        if (strchr(row->commands, command->letter) != NULL) {
            (void)fprintf(out, " --%s", row->name);
        }
    }
    (void)fputs("' \"$cur\"\n      else\n        ", out);
    put_place(out, &place);
    (void)fputs("\n      fi\n      ;;\n", out);
    cm_place_cleanup(&place);
    return status;
}

enum cm_status cm_completion_bash(FILE *out, struct cm_error *err)
{
    size_t num;
    const struct cm_command *commands = cm_commands(&num);
    enum cm_status status;

    (void)fputs("# Completions of certmuster for bash: certmuster completion "
                "bash\n",
                out);
    (void)fputs(helpers, out);
    (void)fputs("_certmuster() {\n"
                "  local cur=${COMP_WORDS[COMP_CWORD]} "
                "prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
                "  COMPREPLY=()\n"
                "  # bash takes --option=value for three words.\n"
                "  if [[ $cur == = ]]; then\n"
                "    cur=\n"
                "  elif [[ $prev == = ]]; then\n"
                "    prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
                "  fi\n"
                "  if ((COMP_CWORD == 1)); then\n"
                "    _certmuster_words '--help --version",
                out);
    for (size_t i = 0; i < num; i++) {
        (void)fprintf(out, " %s", commands[i].name);
    }
    (void)fputs("' \"$cur\"\n    return\n  fi\n", out);
    status = put_values(out, err);
    (void)fputs("  case ${COMP_WORDS[1]} in\n", out);
    for (size_t i = 0; i < num && status == CM_OK; i++) {
        status = put_command(out, &commands[i], err);
    }
    (void)fputs("  esac\n}\ncomplete -F _certmuster certmuster\n", out);
    return status;
}
