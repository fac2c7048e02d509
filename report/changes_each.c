/* All rows that changed, one after the other.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "changes_parts.h"
#include "reader_facts.h"

#define MAX_FINGERPRINT 1024U

struct each {
    struct cm_report_run *run;
    struct cm_changes *changes;
    cm_changed_row_fn *fn;
    void *arg;
    struct cm_facts_cache *certs;
    struct cm_buf before; /* a fingerprint: the cache lends one at a time */
};

/* Why it fails; what is wrong with an endpoint that is trusted changes nothing
 * here. */
static const char *cause_id(enum cm_verdict verdict, int cause)
{
    return !cm_side_fails(verdict) || cause < 0 || cause >= CM_CAUSE_COUNT
               ? NULL
               : cm_cause_info((enum cm_cause)cause)->id;
}

static enum cm_status put_before(struct each *each, int64_t leaf,
                                 struct cm_changed_row *row,
                                 struct cm_error *err)
{
    struct cm_cert_facts *facts = NULL;
    enum cm_status status =
        cm_facts_cache_find(each->certs, each->run, leaf, &facts, err);

    if (status != CM_OK) {
        return status;
    }
    row->not_after_before = facts->not_after;
    if (facts->fingerprint_sha256 != NULL) {
        cm_buf_clear(&each->before);
        if (!cm_buf_puts(&each->before, facts->fingerprint_sha256)) {
            return cm_error_nomem(err, "the changes");
        }
        row->fingerprint_before = cm_buf_cstr(&each->before);
    }
    return CM_OK;
}

static enum cm_status put_now(struct each *each, int64_t leaf,
                              struct cm_changed_row *row, struct cm_error *err)
{
    struct cm_cert_facts *facts = NULL;
    enum cm_status status =
        cm_facts_cache_find(each->certs, each->run, leaf, &facts, err);

    if (status == CM_OK) {
        row->not_after = facts->not_after;
        row->fingerprint = facts->fingerprint_sha256;
    }
    return status;
}

static int64_t leaf_of(const struct cm_side *side)
{
    return side->num_leaves == 0 ? CM_UNKNOWN : side->leaves[0];
}

static struct cm_changed_row row_of(const struct cm_side *side)
{
    return (struct cm_changed_row){
        .failed_run = CM_UNKNOWN,
        .line = side->line,
        .owner = side->owner,
        .host = side->host,
        .port = side->port,
        .protocol = side->protocol,
        .sni = side->sni,
        .not_after_before = CM_UNKNOWN,
        .not_after = CM_UNKNOWN,
    };
}

static int64_t count_bits(uint64_t bits)
{
    int64_t num = 0;

    for (; bits != 0; bits &= bits - 1) {
        num++;
    }
    return num;
}

static enum cm_status tell(struct each *each, const struct cm_side *side,
                           const struct cm_change_of *change,
                           struct cm_error *err)
{
    struct cm_changed_row row = row_of(side);
    enum cm_status status;

    row.change = (enum cm_change)change->change;
    row.renewal = (enum cm_renewal)change->renewal;
    row.flapping = change->flips >= CM_FLAPPING;
    row.failed_run = change->failed_run;
    row.new_findings = count_bits(change->new_findings);
    row.verdict = cm_verdict_id(side->verdict);
    row.cause = cause_id(side->verdict, side->primary);
    if (change->verdict_before != CM_VERDICT_NONE) {
        enum cm_verdict before = (enum cm_verdict)change->verdict_before;

        row.verdict_before = cm_verdict_id(before);
        row.cause_before = cause_id(before, change->cause_before);
    }
    status = put_before(each, change->leaf_before, &row, err);
    if (status == CM_OK) {
        status = put_now(each, leaf_of(side), &row, err);
    }
    return status == CM_OK ? each->fn(each->arg, &row, err) : status;
}

static enum cm_status tell_gone(struct each *each, const struct cm_side *side,
                                struct cm_error *err)
{
    struct cm_changed_row row = row_of(side);
    enum cm_status status;

    row.change = CM_CHANGE_GONE;
    row.verdict_before = cm_verdict_id(side->verdict);
    row.cause_before = cause_id(side->verdict, side->primary);
    status = put_before(each, leaf_of(side), &row, err);
    return status == CM_OK ? each->fn(each->arg, &row, err) : status;
}

static enum cm_status each_of_run(struct each *each, struct cm_error *err)
{
    struct cm_side side;
    bool got = false;
    enum cm_status status =
        cm_side_open(&side, each->run, CM_SIDE_CERTS, NULL, err);

    while (status == CM_OK) {
        const struct cm_change_of *change;

        status = cm_side_next(&side, &got, err);
        if (status != CM_OK || !got) {
            break;
        }
        change = cm_changes_find(each->changes, side.endpoint);
        if (change == NULL || change->change == CM_CHANGE_UNCHANGED) {
            continue;
        }
        status = cm_side_look(&side, &got, err);
        if (status == CM_OK && got) {
            status = tell(each, &side, change, err);
        }
    }
    cm_side_close(&side);
    return status;
}

/* Both lists are in the order of endpoints; but a row may repeat one. */
static bool is_gone(const struct cm_changes *changes, int64_t endpoint)
{
    size_t low = 0;
    size_t high = changes->num_gone;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (changes->gone[middle] < endpoint) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < changes->num_gone && changes->gone[low] == endpoint;
}

static enum cm_status each_gone(struct each *each, struct cm_error *err)
{
    struct cm_side side;
    bool got = false;
    enum cm_status status;

    if (each->changes->num_gone == 0) {
        return CM_OK;
    }
    status = cm_side_open(&side, each->changes->base, CM_SIDE_CERTS, NULL, err);
    while (status == CM_OK) {
        status = cm_side_next(&side, &got, err);
        if (status != CM_OK || !got) {
            break;
        }
        if (!is_gone(each->changes, side.endpoint)) {
            continue;
        }
        status = cm_side_look(&side, &got, err);
        if (status == CM_OK && got) {
            status = tell_gone(each, &side, err);
        }
    }
    cm_side_close(&side);
    return status;
}

enum cm_status cm_report_each_change(struct cm_report_run *run,
                                     cm_changed_row_fn *fn, void *arg,
                                     struct cm_error *err)
{
    struct each each = {.run = run, .fn = fn, .arg = arg};
    const struct cm_report_changes *all;
    enum cm_status status = cm_report_run_changes(run, &all, err);

    if (status != CM_OK || all == NULL) {
        return status;
    }
    each.changes = run->changes;
    cm_buf_init(&each.before, MAX_FINGERPRINT);
    each.certs = cm_facts_cache_new();
    status = each.certs == NULL ? cm_error_nomem(err, "the changes")
                                : each_of_run(&each, err);
    if (status == CM_OK) {
        status = each_gone(&each, err);
    }
    cm_facts_cache_free(each.certs);
    cm_buf_cleanup(&each.before);
    return status;
}
