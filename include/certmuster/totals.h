/* A run in numbers, as its end has left it in the store.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TOTALS_H
#define CERTMUSTER_TOTALS_H

#include "certmuster/store.h"

struct cm_store_totals {
    char state[16];
    uint64_t rows;
    uint64_t verdicts[CM_VERDICT_COUNT]; /* endpoints */
    uint64_t causes[CM_CAUSE_COUNT];     /* endpoints, by the primary one */
    uint64_t actions;
    int64_t earliest_expiry; /* of a server's own certificate, after the time
                                that the run judges for; 0: there is none */
};
/* No run may be under way. */
enum cm_status cm_store_totals(struct cm_store *store, int64_t run_id,
                               struct cm_store_totals *out,
                               struct cm_error *err);
/* When the last complete scan of the store ended; 0: there is none. */
enum cm_status cm_store_last_success(struct cm_store *store, int64_t *out,
                                     struct cm_error *err);

#endif
