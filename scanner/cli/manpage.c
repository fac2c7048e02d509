/* The manual page (mdoc), made from the same tables as --help.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/manpage_parts.h"
#include "cli/options.h"

/* Text of ours only: it needs no escaping but for these. A new sentence begins
 * a new line, as mdoc(7) wants it. */
void cm_manpage_put(const char *text)
{
    for (; *text != '\0'; text++) {
        if (strncmp(text, ". ", 2) == 0) {
            (void)fputs(".\n", stdout);
            text++;
        } else if (*text == '\\') {
            (void)fputs("\\e", stdout);
        } else if (*text == '-') {
            (void)fputs("\\-", stdout);
        } else {
            (void)putchar(*text);
        }
    }
}

static void put_option(const struct cm_option_row *row)
{
    (void)printf(".It Fl \\-%s", row->name);
    if (row->argument != NULL) {
        (void)printf(" Ar ");
        cm_manpage_put(row->argument);
    }
    (void)putchar('\n');
    cm_manpage_put(row->help);
    (void)printf(".\n");
    if (row->standard != NULL) {
        (void)printf("Without it: ");
        cm_manpage_put(row->standard);
        (void)printf(".\n");
    }
}

static void put_command(const struct cm_command *command)
{
    bool any = false;

    (void)printf(".Ss certmuster %s", command->name);
    if (*command->operands != '\0') {
        (void)putchar(' ');
        cm_manpage_put(command->operands);
    }
    (void)putchar('\n');
    cm_manpage_put(command->description);
    (void)putchar('\n');
    for (enum cm_option i = 0; i < CM_OPTION_COUNT; i++) {
        const struct cm_option_row *row = cm_option_row(i);

        if (strchr(row->commands, command->letter) != NULL) {
            (void)fputs(any ? "" : ".Bl -tag -width Ds\n", stdout);
            put_option(row);
            any = true;
        }
    }
    (void)fputs(any ? ".El\n" : "", stdout);
}

/* Each command's, under its name. */
static void put_examples(void)
{
    size_t num;
    const struct cm_command *commands = cm_commands(&num);

    (void)printf(".Sh EXAMPLES\n");
    for (size_t i = 0; i < num; i++) {
        (void)printf("%s", i == 0 ? "" : ".Pp\n");
        cm_manpage_put(commands[i].summary);
        (void)printf(":\n.Bd -literal -offset indent\n");
        cm_manpage_put(commands[i].examples);
        (void)printf("\n.Ed\n");
    }
}

void cm_manpage_print(const char *version)
{
    size_t num;
    const struct cm_command *commands = cm_commands(&num);

    (void)printf(".Dd November 21, 2026\n.Dt CERTMUSTER 1\n.Os certmuster %s\n"
                 ".Sh NAME\n.Nm certmuster\n"
                 ".Nd find out why a fleet's TLS endpoints are not trusted\n"
                 ".Sh SYNOPSIS\n",
                 version);
    for (size_t i = 0; i < num; i++) {
        (void)printf(".Nm\n.Cm %s\n.Op Ar options\n", commands[i].name);
        if (*commands[i].operands != '\0') {
            (void)printf(".Ar ");
            cm_manpage_put(commands[i].operands);
            (void)putchar('\n');
        }
    }
    (void)printf(
        ".Sh DESCRIPTION\n.Nm\nreads endpoints from CSV, makes a TLS handshake "
        "with each, finds every\nreason why a client would not trust it, and "
        "reports what to do, grouped by\nthe action that fixes most "
        "endpoints.\n");
    for (size_t i = 0; i < num; i++) {
        put_command(&commands[i]);
    }
    cm_manpage_input();
    cm_manpage_output();
    put_examples();
    (void)printf(
        ".Sh SEE ALSO\n.Xr openssl 1 ,\n.Xr sqlite3 1\n.Sh STANDARDS\n"
        "The rule behind each cause is named by\n.Nm\n.Cm explain\n"
        "and in the reports: RFC 5280, RFC 8446, RFC 9525 and others.\n");
}
