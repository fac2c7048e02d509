/* A store made by hand from the documented schema, and reading back what the
 * reports wrote.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_REPORT_FIXTURE_H
#define CERTMUSTER_TESTS_REPORT_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "certmuster/report.h"

#define FLEET_ROWS 8
#define FLEET_WIDTH 6 /* fields of the longest row */
/* 21 Nov 2026 07:48:56 UTC */
#define FLEET_NOW 1795247336

struct fixture {
    char folder[64];
    char db[96];
    char out[96];
    struct cm_report_options options; /* for the store and the output */
};

/* An empty store; with the fleet of eight rows as run 1. */
void fixture_make(struct fixture *f);
void fixture_make_fleet(struct fixture *f);
/* Gives the fleet a second trust view, "corp". */
void fixture_add_view(const struct fixture *f);
/* fixture_measures.c: holds the fleet against clients and policies. */
void fixture_add_measures(const struct fixture *f);
/* fixture_fixes.c: eight rows and seven actions that have fix bundles. */
void fixture_make_fixes(struct fixture *f);
void fixture_remove(struct fixture *f);
/* Runs SQL on the store; the text is used as it is. */
void fixture_sql(const struct fixture *f, const char *sql);
/* A file of the output folder, NUL-terminated; free() it. NULL: not there. */
char *fixture_read(const struct fixture *f, const char *name, size_t *len);
/* cm_report_write, which must succeed. */
void fixture_write(const struct fixture *f);
/* fixture_read of a file that must be there. */
char *fixture_text(const struct fixture *f, const char *name);
bool fixture_holds(const struct fixture *f, const char *name);
void text_has(const char *text, const char *part);
void text_lacks(const char *text, const char *part);
/* Everything that was written to a stream made by tmpfile(); closes it. */
char *fixture_drain(FILE *stream);
/* How often `part` stands in `text`. */
size_t times_in(const char *text, const char *part);

/* The value at a path of keys and indices, as json_at of jsoncheck.h gives it.
 */
void json_expect(const char *json, const char *path, const char *want);
/* The nth line, from 0; cuts the text up. */
char *line_at(char *text, int n);

/* A CSV file through libcsv. */
struct table {
    char **fields; /* row by row */
    size_t num_fields;
    size_t width;
    size_t rows; /* with the header */
    size_t in_row;
};
void table_parse(struct table *t, const char *text, size_t len);
void table_free(struct table *t);
const char *table_at(const struct table *t, size_t row, const char *column);

#endif
