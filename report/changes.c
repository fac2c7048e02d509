/* What changed, for those who show it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "changes_parts.h"

#include <inttypes.h>
#include <stdlib.h>

#include "certmuster/text.h"

static const struct {
    const char *id;
    const char *words;
} kinds[CM_CHANGE_COUNT] = {
    [CM_CHANGE_NEW_FAILURE] = {"new_failure", "was trusted, fails now"},
    [CM_CHANGE_REGRESSED] = {"regressed", "was fixed, fails again"},
    [CM_CHANGE_FIXED] = {"fixed", "failed, is trusted now"},
    [CM_CHANGE_STILL_FAILING] = {"still_failing", "still fails"},
    [CM_CHANGE_OTHER_CAUSE] = {"other_cause", "still fails, for another cause"},
    [CM_CHANGE_RENEWED_PARTLY] = {"renewed_partly",
                                  "renewed, but not on all addresses"},
    [CM_CHANGE_RENEWED_SAME_KEY] = {"renewed_same_key",
                                    "renewed with the same key"},
    [CM_CHANGE_RENEWED_NEW_KEY] = {"renewed_new_key", "renewed with a new key"},
    [CM_CHANGE_NEW_ENDPOINT] = {"new_endpoint", "new in the input"},
    [CM_CHANGE_GONE] = {"gone", "no longer in the input"},
    [CM_CHANGE_NOT_COMPARED] = {"not_compared", "not checked in both runs"},
    [CM_CHANGE_UNCHANGED] = {"unchanged", "unchanged"},
};

const char *cm_change_id(enum cm_change change)
{
    return kinds[change].id;
}

const char *cm_change_words(enum cm_change change)
{
    return kinds[change].words;
}

const char *cm_renewal_id(enum cm_renewal renewal)
{
    static const char *const ids[CM_RENEWAL_COUNT] = {
        [CM_RENEWAL_PARTLY] = "not_on_all_addresses",
        [CM_RENEWAL_SAME_KEY] = "same_key",
        [CM_RENEWAL_NEW_KEY] = "new_key",
    };

    return ids[renewal];
}

enum cm_change cm_change_between(enum cm_verdict before, int cause_before,
                                 enum cm_verdict now, int cause,
                                 enum cm_renewal renewal)
{
    bool fails = cm_side_fails(now);

    if (before == CM_VERDICT_NONE) {
        return CM_CHANGE_NEW_ENDPOINT;
    }
    if (before == CM_VERDICT_NOT_CHECKED || now == CM_VERDICT_NOT_CHECKED) {
        return CM_CHANGE_NOT_COMPARED;
    }
    if (cm_side_fails(before) && fails) {
        return cause_before == cause ? CM_CHANGE_STILL_FAILING
                                     : CM_CHANGE_OTHER_CAUSE;
    }
    if (fails) {
        return CM_CHANGE_NEW_FAILURE;
    }
    if (cm_side_fails(before)) {
        return CM_CHANGE_FIXED;
    }
    switch (renewal) {
    case CM_RENEWAL_PARTLY:
        return CM_CHANGE_RENEWED_PARTLY;
    case CM_RENEWAL_SAME_KEY:
        return CM_CHANGE_RENEWED_SAME_KEY;
    case CM_RENEWAL_NEW_KEY:
        return CM_CHANGE_RENEWED_NEW_KEY;
    case CM_RENEWAL_NONE:
    case CM_RENEWAL_COUNT:
        break;
    }
    return CM_CHANGE_UNCHANGED;
}

void cm_changes_free(struct cm_changes *changes)
{
    if (changes != NULL) {
        cm_report_run_close(changes->base);
        free(changes->list);
        free(changes->gone);
        free(changes);
    }
}

static enum cm_status compare_with(struct cm_report_run *run, int64_t baseline,
                                   struct cm_error *err)
{
    struct cm_changes *changes = calloc(1, sizeof(*changes));
    enum cm_status status;

    if (changes == NULL) {
        return cm_error_nomem(err, "the comparison");
    }
    status = cm_report_run_sibling(&changes->base, run, baseline, err);
    if (status == CM_OK) {
        changes->all.baseline = cm_report_run_facts(changes->base);
        status = cm_changes_compare(changes, run, err);
    }
    if (status == CM_OK) {
        run->changes = changes;
        changes = NULL;
    }
    cm_changes_free(changes);
    return status;
}

enum cm_status cm_report_run_changes(struct cm_report_run *run,
                                     const struct cm_report_changes **out,
                                     struct cm_error *err)
{
    enum cm_status status = CM_OK;

    if (!run->changes_known) {
        int64_t baseline = 0;

        status = cm_changes_baseline(run, &baseline, err);
        if (status == CM_OK && baseline != 0) {
            status = compare_with(run, baseline, err);
        }
        run->changes_known = status == CM_OK;
    }
    *out = run->changes == NULL ? NULL : &run->changes->all;
    return status;
}

static int by_endpoint(const void *key, const void *element)
{
    int64_t endpoint = *(const int64_t *)key;
    const struct cm_change_of *change = element;

    return endpoint < change->endpoint ? -1 : endpoint > change->endpoint;
}

struct cm_change_of *cm_changes_find(const struct cm_changes *changes,
                                     int64_t endpoint)
{
    /* Mostly there is no gap: numbers begin with 1. */
    if (endpoint > 0 && (uint64_t)endpoint <= changes->num &&
        changes->list[endpoint - 1].endpoint == endpoint) {
        return &changes->list[endpoint - 1];
    }
    return changes->num == 0 ? NULL
                             : bsearch(&endpoint, changes->list, changes->num,
                                       sizeof(*changes->list), by_endpoint);
}

const struct cm_change_of *cm_report_change_of(struct cm_report_run *run,
                                               int64_t endpoint)
{
    return run->changes == NULL ? NULL
                                : cm_changes_find(run->changes, endpoint);
}

const char *cm_report_finding_change(const struct cm_change_of *change,
                                     size_t nth)
{
    unsigned bit = nth < CM_SIDE_FOUND ? (unsigned)nth : CM_SIDE_FOUND - 1;

    if (change == NULL) {
        return NULL;
    }
    return (change->new_findings >> bit & 1) != 0 ? "new" : "persisting";
}

void cm_changes_since(struct cm_buf *out,
                      const struct cm_report_changes *changes)
{
    char day[CM_TIME_TEXT_SIZE];

    (void)cm_buf_printf(out, "since the run of %s (run %" PRId64 ")",
                        cm_time_day(changes->baseline->started, day),
                        changes->baseline->run);
}
