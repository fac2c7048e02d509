/* The manual page (mdoc), made from the same tables as --help.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/options.h"

/* Text of ours only: it needs no escaping but for these. A new sentence begins
 * a new line, as mdoc(7) wants it. */
static void put(const char *text)
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
        put(row->argument);
    }
    (void)putchar('\n');
    put(row->help);
    (void)printf(".\n");
    if (row->standard != NULL) {
        (void)printf("Without it: ");
        put(row->standard);
        (void)printf(".\n");
    }
}

static void put_command(const struct cm_command *command)
{
    bool any = false;

    (void)printf(".Ss certmuster %s", command->name);
    if (*command->operands != '\0') {
        (void)putchar(' ');
        put(command->operands);
    }
    (void)putchar('\n');
    put(command->description);
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

static void put_examples(void)
{
    size_t num;
    const struct cm_command *commands = cm_commands(&num);

    (void)printf(".Sh EXAMPLES\n.Bd -literal\n");
    for (size_t i = 0; i < num; i++) {
        put(commands[i].examples);
        (void)putchar('\n');
    }
    (void)printf(".Ed\n");
}

static void put_files(void)
{
    (void)printf(
        ".Sh FILES\n.Bl -tag -width Ds\n"
        ".It Pa certmuster.db\nThe result store (SQLite). The views\n"
        ".Li v_run , v_endpoint , v_finding , v_action\nand\n"
        ".Li v_certificate\nmay be queried with any SQL tool.\n"
        ".It Pa certmuster\\-report/report.html\n"
        "What to do, for people; one self\\-contained file.\n"
        ".It Pa certmuster\\-report/report.json\n"
        "The same for programs, grouped by resolution.\n"
        ".It Pa certmuster\\-report/actions.csv\nOne line for each action.\n"
        ".It Pa certmuster\\-report/endpoints.csv\n"
        "One line for each input row, its own columns first.\n"
        ".It Pa certmuster\\-report/endpoints.jsonl\n"
        "One JSON object for each input row.\n.El\n");
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
            put(commands[i].operands);
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
    put_files();
    (void)printf(
        ".Sh EXIT STATUS\n.Bl -tag -width Ds\n.It 0\nDone; endpoints may "
        "still be untrusted.\n.It 1\nDone, and\n.Fl \\-fail\\-on\nwas met; "
        "for\n.Cm check :\nnot trusted.\n"
        ".It 2\nWrong usage, or an input that cannot be read.\n.It 3\nThe run "
        "is incomplete: interrupted, the disk is full, or rows were not "
        "checked for a\nfault of the scanner's own side.\n.It 4\nA defect of "
        "the program.\n.It 75\nOf a scan with\n.Fl \\-shard\nand of\n.Cm merge "
        ":\n"
        "run it again; it was stopped, the disk was full, or the scanner's own "
        "side had a\nfault.\n.El\n");
    put_examples();
    (void)printf(".Sh SEE ALSO\n.Xr openssl 1 ,\n.Xr sqlite3 1\n");
}
