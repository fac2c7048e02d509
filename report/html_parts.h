/* The parts of the HTML report. Private to report/html*.c. All text from the
 * store goes through cm_text_html, or into a packed column.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_HTML_PARTS_H
#define CERTMUSTER_REPORT_HTML_PARTS_H

#include "certmuster/buf.h"
#include "certmuster/cause.h"
#include "certmuster/file.h"
#include "certmuster/map.h"
#include "certmuster/status.h"
#include "html_columns.h"
#include "reader.h"
#include "reader_actions.h"
#include "reader_fleet.h"
#include "reader_views.h"

/* html/report.css and the scripts of html/, with the hex SHA-256 of each. */
extern const char cm_html_css[];
extern const char cm_html_css_sha256[];
extern const char cm_html_js[];
extern const char cm_html_js_sha256[];

#define CM_HTML_MAX_ACTIONS 500 /* written out; actions.csv has all */
#define CM_HTML_WEEKS 26        /* on the expiry chart */

struct cm_report_asked;

/* What one walk over all rows gathers for the parts above the table. */
struct cm_html_digest {
    struct cm_html_columns *columns;
    struct cm_map *proofs; /* action key -> struct cm_html_proof, of the
                              actions that are written out */
    const struct cm_fixes *bundles;     /* borrowed, or NULL */
    int64_t fixes[CM_RESOLUTION_COUNT]; /* rows that need this first */
    int64_t fixed_rows;                 /* rows that some action fixes */
    int64_t top_actions; /* so many first actions fix four fifths; 0: none do */
    int64_t top_rows;    /* so many rows these fix */
    /* For the walk alone; the buffers keep their memory from row to row. */
    struct cm_report_asked *asked;
    struct cm_buf parts;
    struct cm_buf actions;
    struct cm_report_run *run;
    int64_t last_line;
    bool fails; /* the row, by its first finding */
};
struct cm_html_proof {
    char *proof; /* of the first row that the action fixes, or touches */
    char *where; /* "host:port, line 12" */
    char *path;  /* its certificates and those it sent, as in the store */
    char *chain;
    bool path_valid;
    bool fixes;
};
enum cm_status cm_html_digest_begin(struct cm_html_digest *digest,
                                    struct cm_report_run *run,
                                    struct cm_error *err);
enum cm_status cm_html_digest_row(struct cm_html_digest *digest,
                                  const struct cm_report_row *row,
                                  const struct cm_report_findings *findings,
                                  struct cm_error *err);
enum cm_status cm_html_digest_end(struct cm_html_digest *digest,
                                  struct cm_report_run *run,
                                  struct cm_error *err);
void cm_html_digest_cleanup(struct cm_html_digest *digest);

/* html.c -- from the doctype to the link that skips to #main. */
void cm_html_page_head(struct cm_buf *out, const char *title, bool scripted);

/* html_digest_row.c -- one row's values, and how they are put together. */
bool cm_html_add_row(struct cm_html_digest *digest,
                     const struct cm_report_row *row);
void cm_html_add_text(struct cm_html_digest *digest, size_t column,
                      const char *text);
void cm_html_add_number(struct cm_html_digest *digest,
                        enum cm_html_column column, int64_t number);
bool cm_html_add_parts(struct cm_html_digest *digest, size_t column,
                       struct cm_buf *parts);
void cm_html_put_part(struct cm_buf *parts, const char *text, char separator,
                      bool first);
/* Puts the mark for each place that holds the text, from `from` on. Rows that
 * say the same of their hosts then have equal proofs. */
void cm_html_put_mark(struct cm_buf *parts, size_t from, const char *text,
                      char mark);
const char *cm_html_host_of(const struct cm_report_row *row);

/* html_text.c -- small pieces. */
/* 'sha256-...' of a part, from the hex that the build wrote. */
void cm_html_csp_hash(struct cm_buf *out, const char *hex);
void cm_html_text(struct cm_buf *out, const char *text); /* NULL: nothing */
void cm_html_number(struct cm_buf *out, int64_t number); /* 12,480 */
/* "1 endpoint", "12,480 endpoints". */
void cm_html_count(struct cm_buf *out, int64_t number, const char *singular,
                   const char *plural);

/* html_charts.c -- inline SVG, readable without colour. */
void cm_html_verdict_bar(struct cm_buf *out,
                         const struct cm_report_totals *totals);
/* Rows by the week in which they stop being trusted. */
void cm_html_breaks_chart(struct cm_buf *out,
                          const int64_t weeks[CM_HTML_WEEKS],
                          int64_t judged_at);
/* How much of the most this is; says nothing that the number beside it does
 * not. */
void cm_html_share_bar(struct cm_buf *out, int64_t part, int64_t most);

/* The sections of the page, in the order of the list in html.c. Each appends
 * its content, without section and heading; one that appends nothing is left
 * out, of the navigation too. */
enum cm_status cm_html_headline(struct cm_buf *out, struct cm_report_run *run,
                                const struct cm_html_digest *digest,
                                struct cm_error *err);
enum cm_status cm_html_actions(struct cm_buf *out, struct cm_report_run *run,
                               const struct cm_html_digest *digest,
                               struct cm_error *err);
enum cm_status cm_html_changes(struct cm_buf *out, struct cm_report_run *run,
                               struct cm_error *err);
enum cm_status cm_html_trend(struct cm_buf *out, struct cm_report_run *run,
                             struct cm_error *err);
enum cm_status cm_html_causes(struct cm_buf *out, struct cm_report_run *run,
                              struct cm_error *err);
enum cm_status cm_html_clients(struct cm_buf *out, struct cm_report_run *run,
                               struct cm_error *err);
enum cm_status cm_html_policies(struct cm_buf *out, struct cm_report_run *run,
                                struct cm_error *err);
enum cm_status cm_html_views(struct cm_buf *out, struct cm_report_run *run,
                             struct cm_error *err);
enum cm_status cm_html_certificates(struct cm_buf *out,
                                    struct cm_report_run *run,
                                    struct cm_error *err);
enum cm_status cm_html_protocols(struct cm_buf *out, struct cm_report_run *run,
                                 struct cm_error *err);
enum cm_status cm_html_table(struct cm_buf *out, struct cm_report_run *run,
                             struct cm_error *err);
enum cm_status cm_html_run_facts(struct cm_buf *out, struct cm_report_run *run,
                                 struct cm_error *err);

/* html_run_facts.c -- the scanner's own faults, in words. */
void cm_html_faults(struct cm_buf *out, const struct cm_run_facts *facts);

/* html_table.c -- the words that the script needs. */
enum cm_status cm_html_table_words(struct cm_buf *out,
                                   struct cm_report_run *run, size_t num_fields,
                                   struct cm_error *err);

/* A count that shows its endpoints in the table: `pick` is "client:0f" (the
 * first profile's failures), "policy:0f", "rule:0/M1", "cause:ID", "first:ID",
 * "tls:TLSv1.3" or "view:NAME=VERDICT". */
void cm_html_pick(struct cm_buf *out, int64_t rows, const char *pick);

#endif
