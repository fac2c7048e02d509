/* What is left after an action: the rows that it fixes and that would still
 * fail, and for what.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_book.h"

static void count_cause(struct cm_report_after *after, const char *id,
                        int64_t rows)
{
    enum cm_cause cause;
    size_t i = 0;

    if (!cm_cause_from_id(id, &cause)) {
        return;
    }
    while (i < after->num_causes && after->causes[i] != cause) {
        i++;
    }
    if (i == CM_MAX_AFTER) {
        return;
    }
    if (i == after->num_causes) {
        after->causes[after->num_causes++] = cause;
    }
    after->cause_rows[i] += rows;
    /* Most rows first; one that is equal stays behind. */
    for (; i > 0 && after->cause_rows[i] > after->cause_rows[i - 1]; i--) {
        int64_t count = after->cause_rows[i];

        after->cause_rows[i] = after->cause_rows[i - 1];
        after->cause_rows[i - 1] = count;
        after->causes[i] = after->causes[i - 1];
        after->causes[i - 1] = cause;
    }
}

void cm_report_after_add(struct cm_report_after *after,
                         const struct cm_report_list *causes, int64_t rows)
{
    after->rows += rows;
    for (size_t i = 0; i < causes->num; i++) {
        count_cause(after, causes->items[i], rows);
    }
}
