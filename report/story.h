/* The whole story of one endpoint as text. Private to report/story*.c. Foreign
 * text goes through cm_story_foreign, or through what does the same.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_STORY_H
#define CERTMUSTER_REPORT_STORY_H

#include "certmuster/buf.h"
#include "reader.h"
#include "reader_measures.h"
#include "reader_story.h"

struct cm_story {
    struct cm_report_run *run;       /* borrowed, as is all down to */
    const struct cm_report_row *row; /* the reader */
    const struct cm_report_measures *measures;
    struct cm_report_findings findings;
    struct cm_story_reader *reader;
    size_t width; /* of the terminal */
    bool pem;
    struct cm_buf text;  /* all of it */
    struct cm_buf value; /* of the line that is being written */
    const char *label;
};

/* A heading, with an empty line above. */
void cm_story_heading(struct cm_story *s, const char *text);
/* Begins a line: what is put into the buffer stands behind the label, wrapped,
 * when cm_story_end comes. */
struct cm_buf *cm_story_line(struct cm_story *s, const char *label);
void cm_story_end(struct cm_story *s);
/* A line whose value is a foreign text; none where it is NULL or "". */
void cm_story_fact(struct cm_story *s, const char *label, const char *text);
void cm_story_foreign(struct cm_buf *out, const char *text);
/* ASCII as it is, other bytes as \xNN. */
void cm_story_bytes(struct cm_buf *out, struct cm_span bytes);
/* "a, b and 12 more", at most `most`, each foreign. */
void cm_story_list(struct cm_buf *out, const struct cm_report_list *list,
                   size_t most);
void cm_story_count(struct cm_buf *out, int64_t number, const char *singular,
                    const char *plural);
/* "21 Nov 2026 07:48 UTC" */
void cm_story_time(struct cm_buf *out, int64_t unix_s);
/* "2 days ago", "in 12 days", "today" from the time the run was judged for. */
void cm_story_distance(const struct cm_story *s, struct cm_buf *out,
                       int64_t unix_s);

/* story_input.c -- the lines of the input, and how the name was resolved. */
enum cm_status cm_story_input(struct cm_story *s, struct cm_error *err);
void cm_story_names(struct cm_story *s);
/* story_probe.c -- every connection. */
enum cm_status cm_story_probes(struct cm_story *s, struct cm_error *err);
/* story_certs.c -- the certificates as sent, what was judged as a tree,
 * revocation. */
enum cm_status cm_story_certificates(struct cm_story *s, struct cm_error *err);
enum cm_status cm_story_chain(struct cm_story *s, struct cm_error *err);
void cm_story_revocation(struct cm_story *s);
enum cm_status cm_story_pem(struct cm_story *s, struct cm_error *err);
/* story_asked.c -- hand-built hellos, clients, policies; story_served.c -- the
 * inventory. */
enum cm_status cm_story_asked(struct cm_story *s, struct cm_error *err);
void cm_story_served(struct cm_story *s);
/* story_findings.c -- views, findings, and the conclusion. */
enum cm_status cm_story_findings(struct cm_story *s, struct cm_error *err);
enum cm_status cm_story_conclusion(struct cm_story *s, struct cm_error *err);

#endif
