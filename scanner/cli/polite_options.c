/* From options to a run's politeness.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/polite_options.h"

void cm_polite_options(struct cm_polite_config *out,
                       const struct cm_options *options)
{
    *out = (struct cm_polite_config){
        .in_order = options->given[CM_OPTION_NO_SHUFFLE],
        .seed = options->count[CM_OPTION_SEED],
        .rate = (unsigned)options->count[CM_OPTION_RATE],
    };
}
