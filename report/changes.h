/* What changed between a run and its baseline, an earlier run over the same
 * input. Endpoints are the same by host, port, protocol, server name, client
 * certificate and trust view, never by their line. The rules of reader.h hold
 * here too. SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_CHANGES_H
#define CERTMUSTER_REPORT_CHANGES_H

#include "reader.h"

/* Each row has exactly one of these; a row of the baseline whose endpoint the
 * run does not have is GONE. "Failing" is any verdict but trusted and
 * not_checked. In the order in which they are told to people. */
enum cm_change {
    CM_CHANGE_NEW_FAILURE,    /* was trusted, and is failing */
    CM_CHANGE_REGRESSED,      /* the same, and was failing in an earlier run */
    CM_CHANGE_FIXED,          /* was failing, and is trusted */
    CM_CHANGE_STILL_FAILING,  /* for the same primary cause */
    CM_CHANGE_OTHER_CAUSE,    /* failing both times, not for the same cause */
    CM_CHANGE_RENEWED_PARTLY, /* trusted both times, with a new certificate
                                 that not every address serves */
    CM_CHANGE_RENEWED_SAME_KEY, /* ... that all addresses serve */
    CM_CHANGE_RENEWED_NEW_KEY,
    CM_CHANGE_NEW_ENDPOINT,
    CM_CHANGE_GONE,
    CM_CHANGE_NOT_COMPARED, /* one of the runs did not check it */
    CM_CHANGE_UNCHANGED,
    CM_CHANGE_COUNT
};
const char *cm_change_id(enum cm_change change);    /* "new_failure" */
const char *cm_change_words(enum cm_change change); /* "was fixed,
                                                        fails again" */

/* A certificate that was replaced, whatever became of the verdict. */
enum cm_renewal {
    CM_RENEWAL_NONE,
    CM_RENEWAL_PARTLY, /* some address still serves one of before */
    CM_RENEWAL_SAME_KEY,
    CM_RENEWAL_NEW_KEY,
    CM_RENEWAL_COUNT
};
const char *cm_renewal_id(enum cm_renewal renewal); /* "same_key"; NULL: none */

/* So many times is the present state the opposite of the one before, in the
 * runs that are looked back at, before an endpoint is called flapping. */
#define CM_FLAPPING 4

/* An endpoint of the run with what it was before; plain data. */
struct cm_change_of {
    int64_t endpoint;
    uint64_t new_findings;  /* bit n: the nth finding (the last bit stands for
                               all that follow) */
    int64_t leaf_before;    /* certificate id, or CM_UNKNOWN */
    int64_t failed_run;     /* of a regression: when it failed last */
    int16_t cause_before;   /* enum cm_cause; -1: none */
    uint8_t change;         /* enum cm_change */
    uint8_t renewal;        /* enum cm_renewal */
    uint8_t verdict_before; /* enum cm_verdict; NONE: no such endpoint */
    uint8_t flips;          /* how often failing and trusted took turns */
    uint8_t worst; /* enum cm_severity of a cause that it did not have */
    bool fails;
    uint32_t rows; /* of the run that ask for it */
};

/* Findings by their stable ids. */
struct cm_finding_changes {
    int64_t fresh;
    int64_t persisting;
    int64_t gone;
};

struct cm_report_changes {
    const struct cm_run_facts *baseline;
    int64_t rows[CM_CHANGE_COUNT];      /* of each kind; their sum without
                                           GONE is all rows of the run */
    int64_t renewals[CM_RENEWAL_COUNT]; /* rows */
    int64_t flapping;                   /* rows */
    int64_t new_endpoints_failing;      /* rows of NEW_ENDPOINT */
    /* The three of the headline. The first two make up all rows that fail, but
     * for those that cannot be compared. */
    int64_t new_failures;  /* NEW_FAILURE, REGRESSED, failing NEW_ENDPOINT */
    int64_t still_failing; /* STILL_FAILING, OTHER_CAUSE */
    int64_t fixed;
    /* Rows with a cause that the endpoint did not have, by the worst of them:
     * what --fail-on new-... counts. */
    int64_t new_by_severity[CM_SEVERITY_COUNT];
    struct cm_finding_changes findings; /* of distinct endpoints */
    struct cm_finding_changes causes[CM_CAUSE_COUNT];
    bool gone_known;    /* false: the run is not whole, so none is called
                           gone */
    bool trust_differs; /* other anchors: verdicts may differ by that alone */
    int64_t runs_looked_at; /* before the baseline, for regressions */
};

/* Compares once and remembers. *out is NULL when there is nothing to compare
 * with. */
enum cm_status cm_report_run_changes(struct cm_report_run *run,
                                     const struct cm_report_changes **out,
                                     struct cm_error *err);
/* What became of the row's endpoint. NULL: there is no baseline. */
const struct cm_change_of *cm_report_change_of(struct cm_report_run *run,
                                               int64_t endpoint);
/* "new", "persisting"; NULL: there is no baseline. `nth` counts the endpoint's
 * findings from 0. */
const char *cm_report_finding_change(const struct cm_change_of *change,
                                     size_t nth);

/* finding_id.c -- the same text for the same finding in every run: 16 hex
 * digits over host, port, protocol, server name, cause and what the finding is
 * about (a certificate, an issuer; not the address that happened to be asked),
 * and the row's own client certificate and trust view, if any. */
#define CM_FINDING_ID_SIZE 17
const char *cm_report_finding_id(const struct cm_report_row *row,
                                 const struct cm_report_finding *finding,
                                 char out[CM_FINDING_ID_SIZE]);

/* A row that changed, for lists. What it lends is valid during the call. */
struct cm_changed_row {
    enum cm_change change;
    enum cm_renewal renewal;
    bool flapping;
    int64_t failed_run; /* of a regression, or CM_UNKNOWN */
    int64_t line;       /* of the run; of GONE: of the baseline */
    const char *owner;
    const char *host;
    int64_t port;
    const char *protocol;
    const char *sni;
    const char *verdict_before; /* NULL: no such endpoint, as below */
    const char *cause_before;
    const char *verdict;
    const char *cause;
    const char *fingerprint_before;
    int64_t not_after_before;
    const char *fingerprint;
    int64_t not_after;
    int64_t new_findings;
};
typedef enum cm_status cm_changed_row_fn(void *arg,
                                         const struct cm_changed_row *row,
                                         struct cm_error *err);
/* Every row but the unchanged ones, in input order, those that are gone last.
 */
enum cm_status cm_report_each_change(struct cm_report_run *run,
                                     cm_changed_row_fn *fn, void *arg,
                                     struct cm_error *err);

/* "since the run of 13 Nov 2026 (run 6)": of the baseline. */
void cm_changes_since(struct cm_buf *out,
                      const struct cm_report_changes *changes);

#endif
