/* Where the certificates of a run are used: counted in the walk over the rows,
 * in memory for each certificate and for each owner of one. The rules of
 * reader.h hold here too.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_USES_H
#define CERTMUSTER_REPORT_READER_USES_H

#include "certmuster/buf.h"
#include "reader_certs.h"

struct cm_report_uses; /* opaque */

/* The next walk over the rows counts; called before it. */
enum cm_status cm_report_uses_want(struct cm_report_run *run,
                                   struct cm_error *err);
/* Of the walk: what a row adds. False: no memory. */
bool cm_report_uses_row(struct cm_report_uses *uses,
                        const struct cm_report_row *row);
void cm_report_uses_free(struct cm_report_uses *uses); /* accepts NULL */

/* A certificate with its uses. */
struct cm_report_use {
    struct cm_report_certificate cert; /* lent, without `der` */
    bool public_policy; /* says that it keeps the CA/Browser Forum's rules */
    int64_t endpoints;  /* rows that it is the certificate of */
    int64_t issuer_of;  /* rows that send it behind their own */
    int64_t completes;  /* rows whose chain it completes, unsent */
    int64_t first_row;  /* one of them all, the first */
    struct cm_report_list owners; /* of the rows it is the certificate of */
};

/* After the walk: all that were used, in the order of their fingerprints: that
 * of first sight is another one where shards were merged. */
struct cm_report_uses_list; /* opaque */
enum cm_status cm_report_uses_open(struct cm_report_uses_list **out,
                                   struct cm_report_run *run,
                                   struct cm_error *err);
void cm_report_uses_close(struct cm_report_uses_list *list); /* NULL is fine */
/* *out is NULL at the end. */
enum cm_status cm_report_uses_next(struct cm_report_uses_list *list,
                                   const struct cm_report_use **out,
                                   struct cm_error *err);
/* The keys (spki_sha256) that more than one certificate of the store has, at
 * most `max`, as keys of the map. */
struct cm_map;
enum cm_status cm_report_shared_keys(struct cm_report_run *run,
                                     struct cm_map *out, int64_t max,
                                     struct cm_error *err);
/* "host:port" of a row; "" where there is none. */
enum cm_status cm_report_row_place(struct cm_report_run *run, int64_t row,
                                   struct cm_buf *out, struct cm_error *err);

/* reader_uses.c, for reader_uses_list.c: the counts of a certificate, and the
 * owners of it, ready once cm_uses_sort was called. */
struct cm_use_counts {
    int64_t id;
    int64_t last_row; /* the row that was counted last */
    int64_t first_row;
    uint32_t endpoints;
    uint32_t issuer_of;
    uint32_t completes;
};
void cm_uses_sort(struct cm_report_uses *uses);
const struct cm_use_counts *cm_uses_find(const struct cm_report_uses *uses,
                                         int64_t id);
int64_t cm_uses_num(const struct cm_report_uses *uses);
/* Their ids as a JSON array; false: no memory. */
bool cm_uses_ids(const struct cm_report_uses *uses, struct cm_buf *json);
enum cm_status cm_uses_owners(const struct cm_report_uses *uses,
                              const struct cm_use_counts *counts,
                              struct cm_report_list *out);

#endif
