/* The store as reports see it: one run, read-only, in one snapshot. Cursors
 * hold one line at a time. What is asked for once is read through the views;
 * rows and findings come from the tables behind them, because joining six
 * tables anew for each of a million rows costs more than a handshake
 * (reader_rows.h; a test holds that they are the lines of v_endpoint, v_finding
 * and v_verdict).
 *
 * Texts are UTF-8 but foreign: escape before showing. NULL is SQL's NULL: not
 * known. What a cursor or a run lends is valid until its next step.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_H
#define CERTMUSTER_REPORT_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/buf.h"
#include "certmuster/cause.h"
#include "certmuster/report.h"
#include "certmuster/status.h"
#include "cert_facts.h"
#include "extras.h"
#include "list.h"
#include "run_facts.h"

struct cm_report_run; /* opaque: an open store and one of its runs */

/* `run_id` 0 is the newest. CM_EINPUT when there is no such file, store or
 * run. */
enum cm_status cm_report_run_open(struct cm_report_run **out,
                                  const char *db_path, int64_t run_id,
                                  struct cm_error *err);
void cm_report_run_close(struct cm_report_run *run); /* accepts NULL */
/* The run of the options: the one that is open, or one for this call. */
enum cm_status cm_report_run_borrow(struct cm_report_run **out,
                                    const struct cm_report_options *options,
                                    struct cm_error *err);
void cm_report_run_return(struct cm_report_run *run, /* NULL is fine */
                          const struct cm_report_options *options);
const struct cm_run_facts *cm_report_run_facts(const struct cm_report_run *run);
/* The fix bundles that the other outputs name; NULL: none were written. They
 * must outlive the run. */
struct cm_fixes;
void cm_report_run_set_fixes(struct cm_report_run *run,
                             const struct cm_fixes *fixes);
const struct cm_fixes *cm_report_run_fixes(const struct cm_report_run *run);
/* See run_facts.h; both are borrowed. */
void cm_report_run_set_part(struct cm_report_run *run, const char *column,
                            const char *value);
/* The columns of the input, or more when a row has more fields. */
enum cm_status cm_report_run_width(struct cm_report_run *run, size_t *out,
                                   struct cm_error *err);

/* Counts over the rows of the run, made once. */
struct cm_report_totals {
    int64_t rows;
    int64_t verdicts[CM_VERDICT_COUNT];
    int64_t causes[CM_CAUSE_COUNT];    /* rows with this cause */
    int64_t primaries[CM_CAUSE_COUNT]; /* rows it comes first for */
    int64_t will_break;         /* rows trusted now, with a date on which they
                                   will not be that is near or warned of */
    int64_t will_break_30_days; /* of these: by then; see calendar.h */
    int64_t actions;            /* that fix at least one row */
    int64_t actions_all;
};
enum cm_status cm_report_run_totals(struct cm_report_run *run,
                                    const struct cm_report_totals **out,
                                    struct cm_error *err);
/* Rows with a finding at least this severe. */
enum cm_status cm_report_run_count_severe(struct cm_report_run *run,
                                          enum cm_severity at_least,
                                          int64_t *rows, struct cm_error *err);

/* One row of the input with what became of it. */
struct cm_report_row {
    int64_t row;
    int64_t line;
    struct cm_report_list fields;
    const char *owner;
    int64_t endpoint;
    int64_t duplicate_of_line; /* or CM_UNKNOWN */
    const char *host;          /* "" when the row is invalid */
    int64_t port;
    const char *protocol;
    const char *sni;
    const char *reason; /* why the row is invalid */
    const char *verdict;
    const char *primary_cause;
    const char *severity;
    struct cm_report_list causes; /* primary first, input_duplicate last */
    struct cm_span causes_text;   /* the endpoint's, as in the store */
    int64_t seen;
    const char *dns_result;
    int64_t dns_ms;
    char ip[64]; /* "" : never connected */
    const char *reached;
    const char *ended;
    int64_t connect_ms;
    int64_t tls_ms;
    int64_t total_ms;
    int64_t tls_version_number; /* as the registries have them, or CM_UNKNOWN */
    int64_t kex_group_number;
    int64_t cipher_number;
    const char *tls_version; /* "TLSv1.3" */
    const char *cipher;      /* IANA's name, or "0x1399" */
    const char *kex_group;
    const char *alpn;
    const char *client_auth;
    struct cm_report_list chain; /* ids of certificates as sent, and of */
    struct cm_report_list path;  /* the path judged: cm_report_fingerprint */
    struct cm_span chain_text;   /* the same two as they stand in the store */
    struct cm_span path_text;
    int64_t path_valid;   /* 1: nothing is wrong with the path, and its last
                             certificate is an anchor; CM_UNKNOWN: no path */
    const char *view;     /* whose verdict this is; NULL: not known */
    const char *own_view; /* the row's own; NULL: it has the run's default */
    struct cm_report_list views;     /* pairs: view, verdict */
    struct cm_report_list primaries; /* pairs: view, primary cause; empty with
                                        one view: it is the row's */
    struct cm_report_list remaining; /* causes that stay without the primary */
    struct cm_span remaining_text;   /* as it stands in the store */
    const char *revocation; /* of the leaf: "good", "not_checked" ... */
    const char *revocation_source;
    int64_t revocation_this_update;
    int64_t revocation_next_update;
    int64_t revoked_at;
    int64_t revocation_reason; /* RFC 5280 section 5.3.1 */
    const char *fingerprint_sha256;
    const char *subject;
    const char *subject_cn;
    const char *issuer;
    const char *issuer_cn;
    const char *serial;
    int64_t not_before;
    int64_t not_after;
    int64_t days_left; /* whole days from judged_at, negative when over */
    const char *key_alg;
    int64_t key_bits;
    const char *sig_alg;
    const char *spki_sha256;
    struct cm_report_list names;
    struct cm_cert_facts *cert; /* where all of the certificate lies */
    struct cm_report_extras extras;
    struct cm_report_list tls_versions; /* that it serves, oldest first; empty
                                           where it was not asked for */
};

struct cm_report_finding {
    int64_t ord; /* 0 is the primary one, if any */
    const char *cause;
    const char *severity;
    const char *confidence;
    bool blocks;
    const char *proof;
    const char *rule;
    int64_t position;
    const char *resolution;
    const char *action; /* key; NULL: belongs to no action */
    const char *subject;
    const char *subject_key; /* the same in every run */
    const char *fingerprint_sha256;
};

struct cm_report_findings {
    const struct cm_report_finding *list; /* the primary one first */
    size_t num;
};

/* All rows in input order. */
struct cm_report_rows; /* opaque */
enum cm_status cm_report_rows_open(struct cm_report_rows **out,
                                   struct cm_report_run *run,
                                   struct cm_error *err);
/* One row by its number, without reading the others. */
enum cm_status cm_report_rows_open_one(struct cm_report_rows **out,
                                       struct cm_report_run *run, int64_t row,
                                       struct cm_error *err);
void cm_report_rows_close(struct cm_report_rows *rows); /* accepts NULL */
/* *row is NULL at the end. */
enum cm_status cm_report_rows_next(struct cm_report_rows *rows,
                                   const struct cm_report_row **row,
                                   struct cm_error *err);
/* The findings of the row just read. */
enum cm_status cm_report_rows_findings(struct cm_report_rows *rows,
                                       struct cm_report_findings *out,
                                       struct cm_error *err);
/* The same one by one; *finding is NULL after the last. */
enum cm_status cm_report_rows_finding(struct cm_report_rows *rows,
                                      const struct cm_report_finding **finding,
                                      struct cm_error *err);

/* Where a certificate of `path` stands in `chain`; CM_UNKNOWN: not sent. */
int64_t cm_report_row_position(const struct cm_report_row *row, const char *id);

#endif
