/* From options to a run's politeness.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/polite_options.h"

static unsigned limit(const struct cm_options *options, enum cm_option option,
                      unsigned standard)
{
    return options->given[option] ? (unsigned)options->count[option] : standard;
}

void cm_polite_options(struct cm_polite_config *out,
                       const struct cm_options *options)
{
    *out = (struct cm_polite_config){
        .in_order = options->given[CM_OPTION_NO_SHUFFLE],
        .seed = options->count[CM_OPTION_SEED],
        .rate = (unsigned)options->count[CM_OPTION_RATE],
        .per_address = limit(options, CM_OPTION_PER_ADDRESS, CM_PER_ADDRESS),
        .per_prefix = limit(options, CM_OPTION_PER_PREFIX, CM_PER_PREFIX),
        .limit_loopback = options->given[CM_OPTION_PER_ADDRESS] ||
                          options->given[CM_OPTION_PER_PREFIX],
        .no_back_off = options->given[CM_OPTION_NO_BACK_OFF],
    };
}
