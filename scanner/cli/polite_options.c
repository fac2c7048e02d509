/* From options to a run's politeness.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/polite_options.h"

static unsigned limit(const struct cm_options *options, enum cm_option option,
                      unsigned standard)
{
    return options->given[option] ? (unsigned)options->count[option] : standard;
}

static enum cm_status canaries(struct cm_polite_config *out,
                               const struct cm_options *options,
                               struct cm_error *err)
{
    const size_t num = options->num_list[CM_OPTION_CANARY];

    if (num > CM_MAX_CANARIES) {
        return cm_error_set(err, CM_EUSAGE,
                            "--canary may be given %u times at most",
                            CM_MAX_CANARIES);
    }
    for (size_t i = 0; i < num; i++) {
        const char *text = options->list[CM_OPTION_CANARY][i];

        if (!cm_canary_parse(text, &out->canaries[out->num_canaries++])) {
            return cm_error_set(err, CM_EUSAGE,
                                "--canary takes HOST[:PORT], not \"%s\"", text);
        }
    }
    return CM_OK;
}

enum cm_status cm_polite_options(struct cm_polite_config *out,
                                 const struct cm_options *options,
                                 struct cm_error *err)
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
    if (options->given[CM_OPTION_DNS_PATIENCE]) {
        out->dns_patience_ms = options->ms[CM_OPTION_DNS_PATIENCE];
    }
    return canaries(out, options, err);
}
