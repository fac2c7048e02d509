/* The second pass of a scan.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/again.h"

/* What an answer makes us ask for next: the issuer of a fetched issuer, its
 * revocation list, and so on. */
#define MAX_ROUNDS 5

static bool is_stopped(const struct cm_again *again)
{
    return again->stop != NULL && atomic_load(again->stop);
}

static enum cm_status fetch_all(struct cm_again *again, struct cm_fetch *fetch,
                                struct cm_error *err)
{
    const struct cm_fetch_target target = {
        .pool = again->pool,
        .revocation = again->revocation,
        .store = again->store,
        .run_id = again->run_id,
        .progress = &again->counters->fetch,
    };
    enum cm_status status = CM_OK;
    bool news = true;

    for (int i = 0; i < MAX_ROUNDS && status == CM_OK && news; i++) {
        cm_counters_stage(again->counters, CM_RUN_FETCHING);
        status = cm_fetch_round(fetch, cm_pending_wants(again->pending),
                                &target, again->stop, &news, err);
        if (status == CM_OK && news && !is_stopped(again)) {
            status = cm_again_unsettled(again, true, err);
        }
    }
    return status;
}

enum cm_status cm_second_pass(struct cm_again *again,
                              const struct cm_fetch_config *config,
                              struct cm_error *err)
{
    struct cm_fetch *fetch = NULL;
    enum cm_status status = cm_again_unsettled(again, false, err);

    if (status == CM_OK && config != NULL && again->pending != NULL &&
        cm_wants_count(cm_pending_wants(again->pending)) > 0) {
        status = cm_fetch_new(&fetch, config, err);
        if (status == CM_OK) {
            status = fetch_all(again, fetch, err);
        }
        cm_fetch_free(fetch);
    }
    return status == CM_OK && !is_stopped(again) ? cm_again_fleet(again, err)
                                                 : status;
}
