/* The second pass: a chain may be completed by what other endpoints of the
 * fleet sent. It runs when all were seen, so that the order in which endpoints
 * happened to be scanned changes no verdict.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/stored.h"
#include "run/parts.h"

/* The causes that more intermediates can change. */
static const enum cm_cause unsettled[] = {
    CM_CAUSE_CHAIN_INCOMPLETE,       CM_CAUSE_ISSUER_UNKNOWN,
    CM_CAUSE_UNTRUSTED_PRIVATE_ROOT, CM_CAUSE_CHAIN_WRONG_INTERMEDIATE,
    CM_CAUSE_CHAIN_BAD_SIGNATURE,    CM_CAUSE_CA_CERT_EXPIRED,
    CM_CAUSE_CHAIN_CA_FLAG_MISSING,  CM_CAUSE_CHAIN_PATHLEN,
};

static enum cm_status judge_again(void *arg, uint64_t endpoint,
                                  const struct cm_endpoint *ep,
                                  const struct cm_evidence *evidence,
                                  struct cm_judgement *judgement, bool *replace)
{
    (void)endpoint;
    *replace = true;
    return cm_judging_judge(arg, judgement, ep, evidence);
}

enum cm_status cm_second_pass(struct cm_store *store, int64_t run_id,
                              const struct cm_judging *judging,
                              struct cm_error *err)
{
    struct cm_judging again = *judging;
    const struct cm_store_pass pass = {.visit = judge_again,
                                       .arg = &again,
                                       .causes = unsettled,
                                       .num_causes = sizeof(unsettled) /
                                                     sizeof(*unsettled)};

    return cm_store_each_unsettled(store, run_id, &pass, err);
}
