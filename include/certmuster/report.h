/* Reports from the store: they know no sockets and no TLS library.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_H
#define CERTMUSTER_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "certmuster/buf.h"
#include "certmuster/cause.h"
#include "certmuster/status.h"

struct cm_report_run; /* opaque */

#define CM_BASELINE_NONE INT64_C(-1)

struct cm_report_options {
    const char *db_path;
    int64_t run_id;   /* 0: the newest */
    int64_t baseline; /* the run to compare with; 0: the one before, over the
                         same input; or CM_BASELINE_NONE */
    const char *out_dir;
    const char *formats; /* "html,json,jsonl,actions,endpoints,certificates,
                            changes,calendar,ics,fixes,manifest"; NULL: these */
    mode_t mode;         /* of the files; 0: as cm_outfile_open says */
    const char *version; /* of this program; NULL: not said */
    struct cm_report_run *run; /* NULL, or see cm_report_open */
};

/* Between cm_report_open and cm_report_close the calls below share what they
 * read: whoever makes several of them reads the rows once. `options` must stay
 * as they are. */
enum cm_status cm_report_open(struct cm_report_options *options,
                              struct cm_error *err);
void cm_report_close(struct cm_report_options *options); /* also after none */

/* cm_report_check says before any work is done what would keep the report from
 * being written: formats that there are not, a folder that cannot be written,
 * or a file of the report in the place of `input`, the run's. */
enum cm_status cm_report_check(const struct cm_report_options *options,
                               const char *input, struct cm_error *err);
/* cm_report_write writes the files; each appears whole or not at all. */
enum cm_status cm_report_write(const struct cm_report_options *options,
                               struct cm_error *err);
/* cm_report_split_by writes a report for each value of a column of the input,
 * each into a folder of its own, and an index; *parts: how many. */
enum cm_status cm_report_split_by(const struct cm_report_options *options,
                                  const char *column, size_t *parts,
                                  struct cm_error *err);
/* cm_report_summary prints the run's result for people: accounting, then the
 * actions, most rows first, at most `max_actions`. `width`: terminal columns.
 */
enum cm_status cm_report_summary(const struct cm_report_options *options,
                                 int max_actions, int width, FILE *out,
                                 struct cm_error *err);
/* cm_report_runs lists the store's runs, newest first. */
enum cm_status cm_report_runs(const char *db_path, FILE *out,
                              struct cm_error *err);
/* What is meant by "host:port:protocol". */
struct cm_endpoint_query {
    const char *text;     /* as it was typed */
    const char *host;     /* as the store has it: A-labels, lower case; "" */
    int64_t port;         /* 0: any */
    const char *protocol; /* "": any */
    bool pem;             /* the certificates are wanted, too */
};
/* cm_report_endpoint tells all that is known of the endpoints that are meant,
 * the conclusion at the end. *trusted: each of them is. CM_EINPUT: there is
 * none; the message names near ones. */
enum cm_status cm_report_endpoint(const struct cm_report_options *options,
                                  const struct cm_endpoint_query *query,
                                  int width, FILE *out, bool *trusted,
                                  struct cm_error *err);
/* For --fail-on: rows whose verdict-making or other findings are at least this
 * severe. */
enum cm_status cm_report_count_severity(const struct cm_report_options *options,
                                        enum cm_severity at_least,
                                        int64_t *rows, struct cm_error *err);

/* cm_report_sql prints the views of the store and queries for the run, as SQL
 * with comments. */
enum cm_status cm_report_sql(const struct cm_report_options *options, FILE *out,
                             struct cm_error *err);
/* cm_report_verify compares the files of a report with its manifest and says
 * what differs, and how many are as they were. CM_EINPUT: there is no manifest
 * that can be read. */
enum cm_status cm_report_verify(const char *folder, FILE *out, bool *intact,
                                struct cm_error *err);
/* For --fail-on new-...: rows with such a cause that their endpoint did not
 * have in the baseline. Without a baseline every one is new, and *compared is
 * false. */
enum cm_status cm_report_count_new(const struct cm_report_options *options,
                                   enum cm_severity at_least, int64_t *rows,
                                   bool *compared, struct cm_error *err);
/* cm_report_diff prints what changed between the baseline and the run: "text",
 * "csv", "json" or "html". */
bool cm_diff_format_known(const char *format);
enum cm_status cm_report_diff(const struct cm_report_options *options,
                              const char *format, FILE *out,
                              struct cm_error *err);

/* The prose of the catalogue (report/remedy*.c). All static, never NULL. */
struct cm_platform {
    const char *name;     /* "nginx", "IIS" ... */
    const char *commands; /* lines to copy; {host} {port} {sni} {cert} {names}
                             stand for the action's example */
};
struct cm_remedy {
    const char *why;          /* one or two sentences: what this is about */
    const char *const *steps; /* NULL-terminated, plain sentences */
    const struct cm_platform *platforms; /* ends with a NULL name */
    const char *verify; /* a command that passes when it is fixed */
    const char *never;  /* the anti-fix to refuse; "" if none */
};
const struct cm_remedy *cm_remedy(enum cm_resolution resolution);

struct cm_client_text {
    const char *client; /* ".NET Framework", "curl" ... */
    const char *text;   /* what it says; NULL client ends the list */
};
struct cm_cause_text {
    const char *meaning;  /* what it means, for who has to act */
    const char *rule;     /* "RFC 5280 section 4.1.2.5", or "no RFC: " and what
                             stands in its place */
    const char *detected; /* what must have been seen for it to be said */
    const struct cm_client_text *clients;
};
const struct cm_cause_text *cm_cause_text(enum cm_cause cause);

/* cm_explain prints the catalogue, or one cause or resolution by id. */
enum cm_status cm_explain(const char *id, int width, FILE *out,
                          struct cm_error *err);
/* cm_explain_error prints what a client's message can mean, whatever log it was
 * taken from, and which command decides. *recognised is false when nothing in
 * it is known. */
enum cm_status cm_explain_error(struct cm_span text, int width, FILE *out,
                                bool *recognised, struct cm_error *err);

#endif
