/* Judging stored endpoints again, when all of the fleet was seen: only then can
 * the order in which endpoints happened to be scanned change no verdict.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/again.h"

#include <string.h>

#define MAX_POOL 200000U
#define MAX_EARLIER 20000U /* issuers from earlier runs */

/* The causes that another path, through more certificates, can change. */
static const enum cm_cause unsettled[] = {
    CM_CAUSE_CHAIN_INCOMPLETE,
    CM_CAUSE_ISSUER_UNKNOWN,
    CM_CAUSE_UNTRUSTED_PRIVATE_ROOT,
    CM_CAUSE_ROOT_NOT_IN_CLIENT_STORE,
    CM_CAUSE_ROOT_DISTRUSTED_OR_REMOVED,
    CM_CAUSE_CA_DISTRUST_AFTER,
    CM_CAUSE_CHAIN_WRONG_INTERMEDIATE,
    CM_CAUSE_CHAIN_BAD_SIGNATURE,
    CM_CAUSE_CA_CERT_EXPIRED,
    CM_CAUSE_ROOT_EXPIRED,
    CM_CAUSE_CHAIN_CA_FLAG_MISSING,
    CM_CAUSE_CHAIN_PATHLEN,
    CM_CAUSE_CHAIN_TOO_DEEP,
    CM_CAUSE_CHAIN_NAME_CONSTRAINTS,
    CM_CAUSE_CHAIN_POLICY,
    CM_CAUSE_CHAIN_EKU_CA,
    CM_CAUSE_X509_INVALID_EXTENSION,
    CM_CAUSE_LEAF_UNKNOWN_CRITICAL,
    CM_CAUSE_SIG_WEAK,
    CM_CAUSE_KEY_TOO_SMALL,
    CM_CAUSE_KEY_ALG_UNSUPPORTED,
    CM_CAUSE_CERT_DIFFERS_PER_IP,
    CM_CAUSE_REVOKED,
};

static enum cm_status add(void *arg, struct cm_cert *cert)
{
    struct cm_certset *set = arg;

    return !cert->parsed || cm_certset_add(set, cert) ? CM_OK : CM_ENOMEM;
}

static enum cm_status add_all(struct cm_certset *to,
                              const struct cm_certset *from,
                              struct cm_error *err)
{
    for (size_t i = 0; from != NULL && i < cm_certset_count(from); i++) {
        if (!cm_certset_add(to, cm_certset_at(from, i))) {
            return cm_error_nomem(err, "known certificates");
        }
    }
    return CM_OK;
}

enum cm_status cm_again_open(struct cm_again *again, struct cm_store *store,
                             struct cm_trust_files *files,
                             const struct cm_judging *judging,
                             struct cm_error *err)
{
    memset(again, 0, sizeof(*again));
    again->store = store;
    again->revocation = files->revocation;
    again->judging = *judging;
    again->judging.views = again->views;
    again->fleet = cm_fleet_new();
    again->pool = cm_certset_new(MAX_POOL);
    again->chains = cm_chainmemo_new();
    if (again->fleet == NULL || again->pool == NULL || again->chains == NULL) {
        return cm_error_nomem(err, "the second pass");
    }
    for (size_t i = 0; i < judging->num_views; i++) {
        again->views[i] = judging->views[i];
        again->views[i].pool = again->pool;
        again->views[i].views = again->views;
        again->views[i].chains = again->chains;
    }
    return add_all(again->pool, files->pool, err);
}

void cm_again_close(struct cm_again *again)
{
    cm_chainmemo_free(again->chains);
    cm_fleet_free(again->fleet);
    cm_certset_free(again->pool);
    cm_idset_cleanup(&again->twins);
    cm_idset_cleanup(&again->more);
    memset(again, 0, sizeof(*again));
}

enum cm_status cm_again_fill(struct cm_again *again,
                             const struct cm_certset *seen, int64_t sent_in,
                             struct cm_error *err)
{
    size_t max = sent_in == 0 ? MAX_EARLIER : MAX_POOL;
    enum cm_status status = add_all(again->pool, seen, err);

    return status == CM_OK ? cm_store_each_issuer(again->store, sent_in, max,
                                                  add, again->pool, err)
                           : status;
}

static enum cm_status visit(void *arg, uint64_t endpoint,
                            const struct cm_endpoint *ep,
                            const struct cm_evidence *ev,
                            struct cm_revised *out)
{
    struct cm_again *again = arg;
    bool learning = again->views[0].fleet == NULL;
    enum cm_status status =
        cm_judging_judge(&again->judging, &out->judgement, ep, ev);

    out->replace = true;
    atomic_fetch_add(&again->counters->again, 1);
    if (status == CM_OK) {
        status = cm_measure(&out->measured, &again->judging, endpoint, ep, ev,
                            &out->judgement);
    }
    if (status == CM_OK && again->pending != NULL &&
        !cm_pending_note(again->pending, endpoint, ep, ev, &out->judgement)) {
        status = CM_ENOMEM;
    }
    if (status == CM_OK && learning &&
        !cm_fleet_add(again->fleet, ep, ev, &out->judgement,
                      again->judging.at_unix)) {
        status = CM_ENOMEM;
    }
    return status;
}

static bool is_pending(void *arg, uint64_t endpoint)
{
    const struct cm_again *again = arg;

    return cm_pending_has(again->pending, endpoint);
}

static bool is_twin(void *arg, uint64_t endpoint)
{
    const struct cm_again *again = arg;

    return cm_idset_has(&again->twins, endpoint);
}

static bool is_one_more(void *arg, uint64_t endpoint)
{
    const struct cm_again *again = arg;

    return cm_idset_has(&again->more, endpoint);
}

static struct cm_store_pass pass_of(struct cm_again *again)
{
    return (struct cm_store_pass){
        .visit = visit,
        .arg = again,
        .causes = unsettled,
        .num_causes = sizeof(unsettled) / sizeof(*unsettled),
        .stop = again->stop,
    };
}

/* The fleet's facts are those of the latest judgements. */
static enum cm_status forget_fleet(struct cm_again *again, struct cm_error *err)
{
    cm_fleet_free(again->fleet);
    again->fleet = cm_fleet_new();
    return again->fleet != NULL ? CM_OK : cm_error_nomem(err, "the fleet");
}

enum cm_status cm_again_unsettled(struct cm_again *again, bool pending_too,
                                  struct cm_error *err)
{
    struct cm_store_pass pass = pass_of(again);
    enum cm_status status = forget_fleet(again, err);

    pass.also = pending_too ? is_pending : is_one_more;
    cm_counters_stage(again->counters, CM_RUN_COMPLETING);
    return status == CM_OK ? cm_store_each_unsettled(again->store,
                                                     again->run_id, &pass, err)
                           : status;
}

enum cm_status cm_again_all(struct cm_again *again, struct cm_error *err)
{
    const struct cm_store_pass pass = pass_of(again);

    cm_counters_stage(again->counters, CM_RUN_JUDGING);
    return cm_store_rejudge(again->store, again->run_id, &pass, err);
}

static enum cm_status note_twin(void *arg, enum cm_twin twin, uint64_t endpoint,
                                const uint8_t cert[CM_SHA256_LEN],
                                const uint8_t other[CM_SHA256_LEN])
{
    struct cm_again *again = arg;

    return cm_fleet_add_twin(again->fleet, twin, cert, other) &&
                   cm_idset_put(&again->twins, endpoint, true)
               ? CM_OK
               : CM_ENOMEM;
}

enum cm_status cm_again_fleet(struct cm_again *again, struct cm_error *err)
{
    struct cm_store_pass pass = pass_of(again);
    enum cm_status status = CM_OK;

    for (int i = 0; i < CM_TWIN_COUNT && status == CM_OK; i++) {
        status = cm_store_each_twin(again->store, again->run_id,
                                    (enum cm_twin)i, note_twin, again, err);
    }
    pass.also = is_twin;
    if (status != CM_OK || !cm_fleet_tells(again->fleet)) {
        return status;
    }
    for (size_t i = 0; i < again->judging.num_views; i++) {
        again->views[i].fleet = again->fleet;
    }
    cm_counters_stage(again->counters, CM_RUN_COMPLETING);
    return cm_store_each_unsettled(again->store, again->run_id, &pass, err);
}
