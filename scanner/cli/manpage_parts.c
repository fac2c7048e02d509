/* The parts of the manual page that no table of options has: what goes in, what
 * comes out, the environment, how it ends.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/manpage_parts.h"
#include "input/input.h"

struct entry {
    const char *term;
    const char *text;
};

static const struct entry columns[] = {
    {"host", "A name, name:port, a URL, an IPv4 address, [an IPv6 address] or "
             "an international name. Also hostname, fqdn, url, endpoint or "
             "address; the only column that must be there."},
    {"port", "Without it the protocol's, or that of --port."},
    {"protocol", "tls (the default), or one that asks for TLS by a command of "
                 "its own (STARTTLS)."},
    {"sni", "The server name to send; - sends none."},
    {"trust", "The trust view whose verdict counts for the row."},
    {"client_cert", "The certificate to show to servers that ask for one, with "
                    "its key in the column client_key; - shows none."},
    {"owner",
     "Who answers for the endpoint; also team, or contact. Reports are "
     "grouped by it."},
    {NULL, NULL},
};

static const struct entry verdicts[] = {
    {"trusted", "A client with these trust anchors can connect; there may be "
                "hints."},
    {"untrusted", "A server answered with TLS, and a client would refuse it."},
    {"unreachable", "No name, no connection, or no answer to the handshake."},
    {"not_tls", "The port speaks something else."},
    {"invalid_row", "The line cannot be understood."},
    {"not_checked", "The run ended before, or the scanner's own side failed."},
    {NULL, NULL},
};

static const struct entry files[] = {
    {"certmuster.db",
     "The result store (SQLite); it keeps many runs. Its views (v_run, "
     "v_endpoint, v_finding, v_action, v_certificate and others) may be "
     "queried "
     "with any SQL tool; certmuster report --sql lists them."},
    {"certmuster-report/report.html",
     "What to do, for people; one self-contained file that needs no server."},
    {"certmuster-report/report.json",
     "The same for programs, grouped by resolution."},
    {"certmuster-report/actions.csv",
     "One line for each action: who acts, on what, how to verify."},
    {"certmuster-report/endpoints.csv",
     "One line for each input row, its own columns first."},
    {"certmuster-report/endpoints.jsonl",
     "One JSON object for each input row, with all findings and their proof."},
    {"certmuster-report/certificates.csv",
     "Each certificate once, with where it is used."},
    {"certmuster-report/calendar.csv, calendar.ics",
     "What breaks next, by day; the second for calendar programs."},
    {"certmuster-report/changes.csv",
     "What changed since the run before, where there is one."},
    {"certmuster-report/fixes/",
     "Chains, roots and certificate requests, ready to use, with a list of "
     "their SHA-256."},
    {"certmuster-report/manifest.json",
     "The digests of all these files, of the input and of the trust anchors; "
     "certmuster verify compares them."},
    {"certmuster-shards/",
     "The stores that scan --shard makes, until merge takes them."},
    {NULL, NULL},
};

static const struct entry environment[] = {
    {"SLURM_ARRAY_TASK_ID, SLURM_ARRAY_TASK_MIN, SLURM_ARRAY_TASK_STEP, "
     "SLURM_ARRAY_TASK_COUNT",
     "Which shard of how many this is, for --shard auto in an array job of "
     "Slurm."},
    {"JOB_COMPLETION_INDEX",
     "The same in an Indexed Job of Kubernetes, with --shard-count."},
    {"SQLITE_TMPDIR, TMPDIR",
     "The folder for the temporary files of SQLite, one of the few that the "
     "process may still write to; without them /var/tmp, /usr/tmp or /tmp."},
    {NULL, NULL},
};

static const struct entry signals[] = {
    {"SIGINT, SIGTERM, SIGHUP",
     "The first one starts nothing new, gives what is under way four seconds, "
     "and writes the reports of a partial run; the second ends at once. What "
     "was found is in the store either way, and scan --resume goes on. SIGHUP "
     "that is ignored, "
     "as after nohup, stays ignored."},
    {NULL, NULL},
};

static const struct entry exits[] = {
#define CM_EXIT(symbol, code, words) {#code, words "."},
#include "cli/exit.def"
#undef CM_EXIT
    {NULL, NULL},
};

static void section(const char *name, const char *before,
                    const struct entry *entries, const char *macro)
{
    (void)printf(".Sh %s\n", name);
    if (*before != '\0') {
        cm_manpage_put(before);
        (void)putchar('\n');
    }
    (void)printf(".Bl -tag -width Ds\n");
    for (; entries->term != NULL; entries++) {
        (void)printf(".It %s", macro);
        cm_manpage_put(entries->term);
        (void)putchar('\n');
        cm_manpage_put(entries->text);
        (void)putchar('\n');
    }
    (void)printf(".El\n");
}

void cm_manpage_input(void)
{
    char names[CM_PROTOCOL_NAMES_SIZE];

    section("INPUT",
            "CSV with or without a header, separated by comma, semicolon or "
            "tab; lines that begin with # are comments. These columns are "
            "understood, and all others carried through to every output:",
            columns, "Li ");
    (void)printf(".Pp\nProtocols:\n");
    cm_manpage_put(cm_protocol_names(names));
    (void)printf(".\n");
    section("VERDICTS",
            "Every input row has exactly one, in each output. certmuster "
            "explain lists the causes behind them.",
            verdicts, "Li ");
}

void cm_manpage_output(void)
{
    section("ENVIRONMENT", "", environment, "Ev ");
    section("FILES", "", files, "Pa ");
    section("ASYNCHRONOUS EVENTS", "", signals, "");
    section("EXIT STATUS", "", exits, "");
}
