/* The options that say what to judge by, for the commands that judge a fleet.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TRUST_OPTIONS_H
#define CERTMUSTER_TRUST_OPTIONS_H

#include "cli/options.h"
#include "run/measure.h"
#include "run/trust.h"

/* Zero is fine to clean up. `config` borrows from it and from the options. */
struct cm_trust_options {
    struct cm_view_spec views[CM_MAX_VIEWS];
    size_t num_views;
    struct cm_trust_config config;
    struct cm_policy policy;
    struct cm_measure_config measure;
    int64_t at_unix; /* 0: now */
};
/* --trust, --intermediates, --crl, --revocation, --at and what else makes the
 * policy. What it fills in is to be cleaned up, whatever it returns. */
enum cm_status cm_trust_options(struct cm_trust_options *out,
                                const struct cm_options *options,
                                struct cm_error *err);
void cm_trust_options_cleanup(struct cm_trust_options *trust);

#endif
