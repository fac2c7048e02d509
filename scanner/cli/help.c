/* --help: the program's, and each command's, from the tables.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/options.h"

#define TEXT_COLUMN 28
#define WIDTH 79

static const struct cm_command commands[] = {
    {"scan", 'S', "FILE.csv|-", "scan, judge, store, write the reports",
     "Reads one endpoint a row from FILE.csv (or standard input), connects to "
     "all of them, finds out why each is not trusted, and writes the reports "
     "and the store. The host column may hold a name, name:port, a URL or an "
     "IP address; port, protocol and sni may have columns of their own; all "
     "other columns (owner, environment, ...) are carried through.",
     "certmuster scan fleet.csv\n"
     "certmuster scan fleet.csv --trust corp=/etc/corp/roots.pem\n"
     "certmuster scan --concurrency 5000 --out audit-2026-11 fleet.csv\n"
     "zcat fleet.csv.gz | certmuster scan - --fail-on breaks_now",
     cm_cmd_scan},
    {"check", 'C', "FILE.pem", "judge certificate files, without network",
     "Judges the certificates in FILE.pem as if a server had sent them: the "
     "first is the server's, the others complete its chain. Prints one finding "
     "a line: the cause, how severe it is, the certificate and the proof; "
     "those "
     "that make the verdict first. On standard error it says whether clients "
     "trust the chain: in every trust view, when several are given. Exit "
     "codes: 0 trusted, 1 not trusted, 2 a file cannot be read.",
     "certmuster check fullchain.pem --host www.example.com\n"
     "certmuster check fullchain.pem --roots corp.pem --at 2027-03-01\n"
     "certmuster check --chain leaf.pem --intermediates cas.pem --strict "
     "--json",
     cm_cmd_check},
    {"rejudge", 'J', "", "judge a stored run again, without network",
     "Judges the endpoints of a run anew from what the store holds (the "
     "certificates that servers sent, and what the run downloaded): at another "
     "time, in other trust views, with other revocation lists or "
     "intermediates. What is not said is as that run was given, but for the "
     "time, which is now. The result is a run of its own, with its reports; "
     "nothing is connected to.",
     "certmuster rejudge --at 2027-03-01\n"
     "certmuster rejudge --run 7 --trust java=cacerts.pem --out java",
     cm_cmd_rejudge},
    {"merge", 'M', "OUT.db SHARD.db|DIR ...",
     "make one run of the shards of a scan",
     "Adds the stores that \"certmuster scan --shard\" made on several "
     "machines "
     "to OUT.db as one run, and writes its reports: those that one machine "
     "would have written. All shards must be there, of the same input, the "
     "same options and the same version; which are missing is said. What only "
     "the fleet as a whole shows is judged now, by the shards' trust views, "
     "profiles and policies, whose files have to be here too. Nothing is "
     "connected to. OUT.db keeps the runs it has, and changes only when all "
     "went well.",
     "certmuster merge fleet.db certmuster-shards\n"
     "certmuster merge fleet.db certmuster-shards --trust corp=roots.pem\n"
     "certmuster merge fleet.db certmuster-shards --allow-missing --input "
     "fleet.csv",
     cm_cmd_merge},
    {"report", 'R', "", "write the reports again from the store",
     "Writes the reports of a run that is in the store; nothing is scanned. "
     "With --endpoint it tells all that is known of one endpoint instead.",
     "certmuster report --run 7 --out audit\n"
     "certmuster report --formats actions,endpoints\n"
     "certmuster report --endpoint www.example.com:443",
     cm_cmd_report},
    {"diff", 'D', "[[RUN] RUN]", "what changed from one run to another",
     "Compares two runs of a store: what fails now, fails again, was fixed, "
     "still fails, was renewed (with the same key, with a new one, or not on "
     "all addresses), is new in the input or gone. Endpoints are the same by "
     "host, port, protocol, server name, client certificate and trust view, "
     "wherever they stand in the file. Without numbers the newest run is "
     "compared with the one before over the same input, with one number that "
     "run, with two the second with the first.",
     "certmuster diff\n"
     "certmuster diff 6 7 --format csv > changes.csv\n"
     "certmuster diff --format html > changes.html\n"
     "certmuster diff --fail-on new-breaks_now",
     cm_cmd_diff},
    {"runs", 'U', "", "list the runs in the store",
     "Lists all runs, the newest first, with their state and rows, and "
     "whether they are shards, were resumed, or had faults of the scanner's "
     "own.",
     "certmuster runs --db audit.db", cm_cmd_runs},
    {"verify", 'V', "DIR", "check that a report is as it was written",
     "Compares each file of a report with the digests in its manifest.json, "
     "and those of all parts where it was split. Says what was changed, what "
     "is missing and what the manifest does not cover, and the digest of the "
     "manifest itself, which proves all the others. Exit codes: 0 all is as "
     "it was written, 1 something was changed or is missing, 2 there is no "
     "manifest.",
     "certmuster verify certmuster-report", cm_cmd_verify},
    {"explain", 'E', "[CAUSE|RESOLUTION|PROFILE|POLICY]",
     "what a cause means, or how to carry out a resolution",
     "Prints the catalogue, or one entry of it: what the cause means, how it "
     "is told apart, what clients say; or who acts, the steps for each "
     "platform and how to check that it is done; or what a client offers and "
     "insists on "
     "(\"profiles\" lists them); or the rules of a policy with "
     "their sources (\"policies\" lists them, \"facts\" what rules are made "
     "of). With --error it goes the other way: from the words of a client to "
     "the causes.",
     "certmuster explain\n"
     "certmuster explain chain_incomplete\n"
     "certmuster explain install_chain\n"
     "certmuster explain profiles\n"
     "certmuster explain java17\n"
     "certmuster explain policies\n"
     "certmuster explain mozilla-intermediate\n"
     "certmuster explain --error 'x509: certificate signed by unknown "
     "authority'\n"
     "certmuster explain --error - <client.log",
     cm_cmd_explain},
    {"completion", 'L', "bash|zsh|fish", "print completions for a shell",
     "Prints a script that lets the shell complete commands, options and their "
     "values. \"cmake --install\" puts it where each shell looks for it.",
     "source <(certmuster completion bash)\n"
     "certmuster completion fish "
     ">~/.config/fish/completions/certmuster.fish",
     cm_cmd_completion},
};

const struct cm_command *cm_commands(size_t *num)
{
    *num = sizeof(commands) / sizeof(*commands);
    return commands;
}

/* Prints `text` from the present column on, broken between words. */
static void wrapped(const char *text, int column, int indent)
{
    bool first = true;

    while (*text != '\0') {
        int word = (int)strcspn(text, " ");

        if (!first && column + 1 + word > WIDTH) {
            (void)printf("\n%*s", indent, "");
            column = indent;
        } else if (!first) {
            (void)putchar(' ');
            column++;
        }
        (void)printf("%.*s", word, text);
        column += word;
        text += word;
        text += strspn(text, " ");
        first = false;
    }
    (void)putchar('\n');
}

static void print_option(const struct cm_option_row *row)
{
    int printed =
        printf("  --%s%s%s", row->name, row->argument != NULL ? " " : "",
               row->argument != NULL ? row->argument : "");
    char text[512];

    if (printed >= TEXT_COLUMN - 1) {
        (void)putchar('\n');
        printed = 0;
    }
    (void)printf("%*s", TEXT_COLUMN - printed, "");
    (void)snprintf(text, sizeof(text), "%s%s%s%s", row->help,
                   row->standard != NULL ? " (" : "",
                   row->standard != NULL ? row->standard : "",
                   row->standard != NULL ? ")" : "");
    wrapped(text, TEXT_COLUMN, TEXT_COLUMN);
}

static void print_options(const struct cm_command *command)
{
    const char *group = "";

    for (enum cm_option i = 0; i < CM_OPTION_COUNT; i++) {
        const struct cm_option_row *row = cm_option_row(i);

        if (strchr(row->commands, command->letter) == NULL) {
            continue;
        }
        if (strcmp(group, row->group) != 0) {
            group = row->group;
            (void)printf("\n%s:\n", group);
        }
        print_option(row);
    }
}

static void print_examples(const char *examples)
{
    (void)printf("\nExamples:\n");
    while (*examples != '\0') {
        size_t line = strcspn(examples, "\n");

        (void)printf("  %.*s\n", (int)line, examples);
        examples += line + (examples[line] == '\n' ? 1 : 0);
    }
}

static void print_exit(int code, const char *words)
{
    (void)printf("  %2d  ", code);
    wrapped(words, 6, 6);
}

static void print_program(void)
{
    (void)printf(
        "certmuster finds out why the TLS endpoints of a fleet are not trusted,"
        "\nand what to do about it.\n\n"
        "Usage: certmuster COMMAND [OPTIONS]\n\nCommands:\n");
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
        (void)printf("  %-10s %s\n", commands[i].name, commands[i].summary);
    }
    (void)printf(
        "\nStart with a CSV file that has a column \"host\":\n\n"
        "  certmuster scan fleet.csv\n\n"
        "then open certmuster-report/report.html. \"certmuster COMMAND --help\""
        "\nshows a command's options.\n\nExit codes:\n");
#define CM_EXIT(symbol, code, words) print_exit(code, words);
#include "cli/exit.def"
#undef CM_EXIT
}

void cm_help_print(const struct cm_command *command)
{
    if (command == NULL) {
        print_program();
        return;
    }
    (void)printf("Usage: certmuster %s [OPTIONS]%s%s\n\n", command->name,
                 *command->operands != '\0' ? " " : "", command->operands);
    wrapped(command->description, 0, 0);
    print_options(command);
    print_examples(command->examples);
}
