/* The account of a run, and the parts of its actions. Private to store/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_STORE_TALLY_H
#define CERTMUSTER_STORE_TALLY_H

#include "store/parts.h"

struct cm_tally {
    uint64_t rows;   /* in the store */
    uint64_t judged; /* of them, with an endpoint and a verdict */
    uint64_t verdicts[CM_VERDICT_COUNT]; /* rows; NONE: of a verdict that this
                                            program does not know */
};
/* Examples of an action that it does not fix come after all that it fixes. */
#define CM_TALLY_OTHERS (INT64_C(1) << 62)
/* Counts, and adds to the temporary tables owner_sum and cause_sum what the
 * rows' findings have to do with each action; several rows of a table may have
 * the same key. */
enum cm_status cm_store_tally(struct cm_db *db, int64_t run_id,
                              struct cm_tally *out);

#endif
