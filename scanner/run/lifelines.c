/* The lifelines of a run: what is asked when endpoints fail as they do when
 * this machine is cut off. SPDX-License-Identifier: Apache-2.0 */
#include "run/dnsline.h"
#include "run/run.h"

enum cm_status cm_lifelines_open(const struct cm_run_config *config,
                                 const struct cm_told *told,
                                 struct cm_dnsline **dns,
                                 struct cm_canary_watch **canary,
                                 struct cm_error *err)
{
    const struct cm_polite_config *polite = &config->polite;
    const struct cm_canary_config canaries = {
        .canaries = polite->canaries,
        .num_canaries = polite->num_canaries,
        .patience_ms = polite->canary_patience_ms,
        .resolver = &config->resolver,
        .told = told->told,
        .told_arg = told->arg,
    };
    const struct cm_dnsline_config names = {
        .resolver = &config->resolver,
        .patience_ms = polite->dns_patience_ms,
        .faults = told->faults,
        .told = told->told,
        .told_arg = told->arg,
    };
    enum cm_status status = cm_dnsline_open(dns, &names, err);

    return status != CM_OK || canaries.num_canaries == 0
               ? status
               : cm_canary_open(canary, &canaries, err);
}

enum cm_status cm_lifelines_start(struct cm_dnsline *dns,
                                  struct cm_canary_watch *canary,
                                  struct cm_error *err)
{
    enum cm_status status = cm_canary_start(canary, err);

    return status == CM_OK ? cm_dnsline_start(dns, err) : status;
}
