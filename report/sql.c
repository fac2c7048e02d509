/* report --sql: what the store's views are, and queries to begin with. What is
 * printed is SQL: its explanations are comments.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "certmuster/report.h"
#include "reader.h"
#include "reader_schema.h"

#define WIDTH 79U

struct view {
    const char *name;
    const char *words;
};

static const struct view views[] = {
    {"v_action", "one line for each action of a run, rank 1 fixing most rows"},
    {"v_answer", "what each question of a hand-built ClientHello brought"},
    {"v_certificate", "every certificate that any run has seen, once"},
    {"v_change", "what became of each endpoint since any earlier run; ask for "
                 "a run and its baseline"},
    {"v_client", "our own certificate, where one was configured"},
    {"v_download", "each URL that was fetched, with what came of it"},
    {"v_endpoint", "one line for each row of the input: what was asked, seen "
                   "and concluded; fields is a JSON array of its columns"},
    {"v_finding", "one line for each cause that holds for an endpoint, with "
                  "its proof; ord 0 is the one to fix first"},
    {"v_inventory", "all that an endpoint serves, where that was asked for"},
    {"v_measure", "the profiles and policies that a run was held against"},
    {"v_policy", "the outcome of each policy for each endpoint"},
    {"v_profile", "whether each client would work with each endpoint"},
    {"v_profile_reason", "only those that do not work, or not surely, and why"},
    {"v_rule", "each rule of a policy that an endpoint does not pass"},
    {"v_run", "one line for each run; columns is a JSON array of their names"},
    {"v_run_verdict", "how many rows of a run have each verdict, for trends"},
    {"v_verdict", "the verdict of each endpoint in each trust view"},
    {"v_view", "the trust views of a run, ord 0 being the one that counts"},
};

struct query {
    const char *title;
    const char *sql; /* RUN stands for the run's number */
};

static const struct query queries[] = {
    {"The runs of this store, the newest first",
     "SELECT run, kind, state, datetime(started, 'unixepoch') AS started,\n"
     "  rows_read, input_name\n"
     "FROM v_run ORDER BY run DESC;"},
    {"How each owner stands", "SELECT owner, count(*) AS endpoints,\n"
                              "  sum(verdict = 'trusted') AS trusted,\n"
                              "  sum(verdict = 'untrusted') AS untrusted,\n"
                              "  sum(verdict = 'unreachable') AS unreachable\n"
                              "FROM v_endpoint WHERE run = RUN\n"
                              "GROUP BY owner ORDER BY untrusted DESC, owner;"},
    {"The same by any column of the input: 0 is the first one",
     "SELECT fields ->> 0 AS value, verdict, count(*) AS endpoints\n"
     "FROM v_endpoint WHERE run = RUN\n"
     "GROUP BY value, verdict ORDER BY endpoints DESC LIMIT 20;"},
    {"The action plan, and who is concerned",
     "SELECT rank, resolution, subject, severity, fixes_rows, touches_rows,\n"
     "  owners, key\n"
     "FROM v_action WHERE run = RUN ORDER BY rank LIMIT 20;"},
    {"What is not trusted, with the proof of what comes first",
     "SELECT e.line, e.host, e.port, e.owner, f.cause, f.severity, f.proof\n"
     "FROM v_endpoint AS e\n"
     "JOIN v_finding AS f ON f.run = e.run AND f.endpoint = e.endpoint\n"
     "  AND f.ord = 0\n"
     "WHERE e.run = RUN AND e.verdict <> 'trusted' ORDER BY e.line LIMIT 100;"},
    {"What changed since the run before, over the same input",
     "SELECT change, host, port, cause_before, cause FROM v_change\n"
     "WHERE run = RUN AND change <> 'unchanged' AND baseline =\n"
     "  (SELECT max(b.run) FROM v_run AS b JOIN v_run AS r ON r.run = RUN\n"
     "   WHERE b.run < r.run AND b.input_name = r.input_name)\n"
     "ORDER BY change, host LIMIT 100;"},
    {"Certificates that end within 90 days, with the rows that show them",
     "SELECT date(not_after, 'unixepoch') AS ends, subject_cn, issuer_cn,\n"
     "  count(*) AS endpoints, fingerprint_sha256\n"
     "FROM v_endpoint WHERE run = RUN\n"
     "  AND not_after - (SELECT judged_at FROM v_run WHERE run = RUN)\n"
     "    BETWEEN 0 AND 90 * 86400\n"
     "GROUP BY fingerprint_sha256 ORDER BY not_after;"},
    {"Keys that more than one certificate uses",
     "SELECT spki_sha256, count(DISTINCT fingerprint_sha256) AS certificates,\n"
     "  count(*) AS endpoints, group_concat(DISTINCT subject_cn) AS names\n"
     "FROM v_endpoint WHERE run = RUN AND spki_sha256 IS NOT NULL\n"
     "GROUP BY spki_sha256 HAVING certificates > 1 ORDER BY endpoints DESC;"},
    {"Endpoints that not all trust views agree about",
     "SELECT v.endpoint, e.host, e.port,\n"
     "  json_group_object(v.view, v.verdict) AS verdicts\n"
     "FROM v_verdict AS v\n"
     "JOIN v_endpoint AS e ON e.run = v.run AND e.row = v.endpoint\n"
     "WHERE v.run = RUN\n"
     "GROUP BY v.endpoint HAVING count(DISTINCT v.verdict) > 1 LIMIT 100;"},
    {"Servers that still take TLS 1.0 or 1.1 (of a scan with --inventory)",
     "SELECT e.host, e.port, e.owner, i.tls1_0, i.tls1_1\n"
     "FROM v_inventory AS i\n"
     "JOIN v_endpoint AS e ON e.run = i.run AND e.row = i.endpoint\n"
     "WHERE i.run = RUN AND 'yes' IN (i.tls1_0, i.tls1_1)\n"
     "ORDER BY e.owner, e.host;"},
    {"The clients that fail most (of a run with --profile)",
     "SELECT profile, cause, count(*) AS endpoints\n"
     "FROM v_profile_reason WHERE run = RUN AND outcome = 'fails'\n"
     "GROUP BY profile, cause ORDER BY endpoints DESC LIMIT 20;"},
    {"The rules that are broken most (of a run with --policy)",
     "SELECT policy, rule, count(*) AS endpoints\n"
     "FROM v_rule WHERE run = RUN AND outcome = 'fail'\n"
     "GROUP BY policy, rule ORDER BY endpoints DESC LIMIT 20;"},
};

/* A comment of several lines, broken between words. */
static void put_words(FILE *out, const char *text, const char *begin)
{
    size_t column = strlen(begin);

    (void)fputs(begin, out);
    while (*text != '\0') {
        size_t word = strcspn(text, " ");

        if (column + 1 + word > WIDTH) {
            (void)fputs("\n--  ", out);
            column = 4;
        }
        (void)fprintf(out, " %.*s", (int)word, text);
        column += 1 + word;
        text += word;
        text += strspn(text, " ");
    }
    (void)fputc('\n', out);
}

static void put_view(void *arg, const char *view, const char *columns)
{
    FILE *out = arg;
    char head[128];
    const char *words = "";

    for (size_t i = 0; i < sizeof(views) / sizeof(*views); i++) {
        if (strcmp(views[i].name, view) == 0) {
            words = views[i].words;
        }
    }
    (void)snprintf(head, sizeof(head), "-- %s:", view);
    put_words(out, words, head);
    put_words(out, columns, "--    ");
}

/* The query with RUN as a number. */
static void put_query(FILE *out, const struct query *query, int64_t run)
{
    const char *at = query->sql;
    const char *next;

    (void)fprintf(out, "\n-- %s.\n", query->title);
    while ((next = strstr(at, "RUN")) != NULL) {
        (void)fprintf(out, "%.*s%lld", (int)(next - at), at, (long long)run);
        at = next + strlen("RUN");
    }
    (void)fprintf(out, "%s\n", at);
}

enum cm_status cm_report_sql(const struct cm_report_options *options, FILE *out,
                             struct cm_error *err)
{
    struct cm_report_run *run = NULL;
    enum cm_status status = cm_report_run_borrow(&run, options, err);

    if (status == CM_OK) {
        (void)fputs("-- The views of the store, which stay as they are when "
                    "its tables change.\n-- Times are seconds since 1970 UTC; "
                    "lists are JSON. All of this is SQL:\n"
                    "--   certmuster report --sql >queries.sql\n"
                    "--   sqlite3 -readonly -box certmuster.db <queries.sql\n"
                    "--\n",
                    out);
        status = cm_report_each_view(options->db_path, put_view, out, err);
    }
    for (size_t i = 0;
         status == CM_OK && i < sizeof(queries) / sizeof(*queries); i++) {
        put_query(out, &queries[i], cm_report_run_facts(run)->run);
    }
    cm_report_run_return(run, options);
    return status;
}
