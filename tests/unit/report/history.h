/* Stores with several runs over one input, made by hand.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_REPORT_HISTORY_H
#define CERTMUSTER_TESTS_REPORT_HISTORY_H

#include "fixture.h"

/* Midnight of 1 Nov 2026; run n starts n days later. */
#define HISTORY_START INT64_C(1793491200)

/* What an endpoint was in a run. */
struct history_row {
    int64_t row;
    const char *host;    /* "": the row is invalid, as `line` says it */
    const char *verdict; /* NULL: it has no result */
    const char *cause;   /* the primary one; NULL: none */
    const char *leaves;  /* one for each address: "3", "3 4"; NULL: none */
    const char *also;    /* a further finding's cause, or NULL */
    int64_t repeats;     /* the row whose endpoint it is; 0: its own */
};

/* An empty store with certificates 1 to 9: 1 and 2 have the same key, as 3 and
 * 4; all others have their own. */
void history_make(struct fixture *f);
/* A complete scan of fleet.csv; `sql` changes it afterwards, or is NULL. */
void history_run(const struct fixture *f, int64_t run,
                 const struct history_row *rows, size_t num);
#define HISTORY_RUN(f, run, rows)                                              \
    history_run(f, run, rows, sizeof(rows) / sizeof((rows)[0]))

#endif
