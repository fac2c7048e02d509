/* Counts over the rows of a run beyond its verdicts: which versions, suites and
 * groups are served, for whom it works, which policies hold. The rules of
 * reader.h hold here too.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_FLEET_H
#define CERTMUSTER_REPORT_READER_FLEET_H

#include "certmuster/grade.h"
#include "certmuster/inventory.h"
#include "certmuster/measure.h"
#include "reader_measures.h"

#define CM_MAX_KINDS 200 /* of one profile or policy that are kept */

/* Rows for which a client fails for one cause, or which do not pass a rule. The
 * texts are owned. */
struct cm_report_kind {
    char *id;      /* the cause, or the rule; "": none */
    char *why;     /* of the example, as are the next ones */
    char *message; /* the client's own words; NULL: none */
    char *host;
    int64_t port;
    int64_t failed; /* rows */
    int64_t warned; /* of a rule that only warns */
    int64_t unknown;
};

/* Of one profile or policy. */
struct cm_report_tally {
    int64_t passed; /* rows */
    int64_t failed;
    int64_t unknown;
    struct cm_report_kind *kinds; /* owned; most failed rows first */
    size_t num_kinds;
};

/* What kind of suite; each row counts for all that it serves. */
enum cm_suite_class {
    CM_SUITES_AEAD,   /* forward secrecy and AEAD */
    CM_SUITES_CBC,    /* forward secrecy without AEAD */
    CM_SUITES_STATIC, /* no forward secrecy */
    CM_SUITES_WEAK,   /* broken, or without authentication or encryption */
    CM_SUITES_COUNT
};
const char *cm_suite_class_id(enum cm_suite_class class_of);
const char *cm_suite_class_words(enum cm_suite_class class_of);

#define CM_NUMBERS 65536 /* of suites, of groups */
struct cm_report_protocols {
    int64_t connected; /* rows with a ServerHello */
    int64_t chosen[CM_VERSION_COUNT];
    int64_t chosen_post_quantum;
    int64_t chosen_classes[CM_SUITES_COUNT]; /* of the suite that was chosen */
    int64_t *chosen_groups; /* owned: rows by the group's number */

    int64_t inventories; /* rows; all below counts only these */
    int64_t served[CM_VERSION_COUNT];
    int64_t refused[CM_VERSION_COUNT];
    int64_t classes[CM_SUITES_COUNT];
    int64_t *suites;      /* owned: rows by the suite's number, SSLv2 apart */
    int64_t *groups;      /* owned: rows by the group's number */
    int64_t post_quantum; /* takes such a group */
    int64_t no_post_quantum; /* ... surely takes none */
    int64_t no_tls1_3; /* ... of these: for want of the version it needs */
    int64_t grades[CM_LETTER_COUNT];
};
bool cm_is_post_quantum(uint16_t group);

struct cm_report_number {
    uint16_t number;
    int64_t rows;
};
/* The numbers with the most rows, at most `max`; how many there are. */
size_t cm_report_top_numbers(const int64_t *rows, struct cm_report_number *out,
                             size_t max);

struct cm_report_fleet {
    struct cm_report_tally profiles[CM_MAX_PROFILES]; /* by the run's order */
    struct cm_report_tally policies[CM_MAX_PACKS];
    struct cm_report_protocols protocols;
};

/* Read once. */
enum cm_status cm_report_run_fleet(struct cm_report_run *run,
                                   const struct cm_report_fleet **out,
                                   struct cm_error *err);
/* What a row adds to the counts. */
void cm_report_fleet_row(struct cm_report_fleet *fleet,
                         const struct cm_report_measures *measures,
                         const struct cm_report_row *row);
void cm_report_fleet_cleanup(struct cm_report_fleet *fleet); /* zero is fine */

/* reader_protocols.c -- one row's part of them. */
enum cm_status cm_report_protocols_init(struct cm_report_protocols *protocols,
                                        struct cm_error *err);
void cm_report_protocols_chosen(struct cm_report_protocols *protocols,
                                const struct cm_report_row *row);
void cm_report_protocols_served(struct cm_report_protocols *protocols,
                                const struct cm_inventory *inventory);

#endif
