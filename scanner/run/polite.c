/* What politeness means for one run.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/polite.h"

#include <sys/random.h>
#include <time.h>

#define MAX_CHOSEN 1000000000U /* short enough to be typed */

void cm_polite_settle(struct cm_polite_config *config)
{
    uint64_t chosen = 0;

    if (config->seed != 0) {
        return;
    }
    if (getrandom(&chosen, sizeof(chosen), GRND_NONBLOCK) !=
        (ssize_t)sizeof(chosen)) {
        chosen = (uint64_t)time(NULL);
    }
    config->seed = (int64_t)(chosen % MAX_CHOSEN) + 1;
}

enum cm_status cm_polite_gate(const struct cm_polite_config *config,
                              bool by_proxy, struct cm_gate **out,
                              struct cm_error *err)
{
    const struct cm_gate_config gate = {
        .per_address = config->per_address,
        .per_prefix = config->per_prefix,
        .limit_loopback = config->limit_loopback,
        .back_off = !config->no_back_off,
    };

    *out = NULL;
    if (by_proxy ||
        (gate.per_address == 0 && gate.per_prefix == 0 && !gate.back_off)) {
        return CM_OK;
    }
    *out = cm_gate_new(&gate);
    return *out != NULL ? CM_OK : cm_error_nomem(err, "the gate");
}
