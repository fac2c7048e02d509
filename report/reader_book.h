/* The book of actions: which rows each of them touches, and what is left when
 * it is done. It is written row by row, in input order, and takes some 12 bytes
 * for each finding and 50 for each row that has one. SPDX-License-Identifier:
 * Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_BOOK_H
#define CERTMUSTER_REPORT_READER_BOOK_H

#include "reader_actions.h"

struct cm_report_book; /* opaque */

/* cm_report_book_open names the actions of the run, nothing more. */
enum cm_status cm_report_book_open(struct cm_report_book **out,
                                   struct cm_report_run *run, bool members,
                                   struct cm_error *err);
void cm_report_book_close(struct cm_report_book *book); /* accepts NULL */
/* Whether it has the rows of each action. */
bool cm_report_book_has_members(const struct cm_report_book *book);

/* False: no memory. */
bool cm_report_book_row(struct cm_report_book *book,
                        const struct cm_report_row *row,
                        const struct cm_report_findings *findings);
bool cm_report_book_end(struct cm_report_book *book);

/* What is left after an action, in `out`; false: nothing is. *nomem is set when
 * there is no memory to say so. */
bool cm_report_book_after(struct cm_report_book *book, const char *key,
                          struct cm_report_after *out, bool *nomem);
/* reader_after.c: so many rows are left with these causes. */
void cm_report_after_add(struct cm_report_after *after,
                         const struct cm_report_list *causes, int64_t rows);
/* cm_report_book_turn opens the book at an action; then its rows come one by
 * one, in input order, each once. False: that was the last. What `out` lends is
 * the book's. */
void cm_report_book_turn(struct cm_report_book *book, const char *key);
bool cm_report_book_member(struct cm_report_book *book,
                           struct cm_report_member *out);

#endif
