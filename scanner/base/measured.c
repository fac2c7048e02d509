/* Results of profiles and policies: their memory and their words.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "certmuster/measure.h"

const char *cm_outcome_id(enum cm_outcome outcome)
{
    return outcome == CM_OUTCOME_PASS   ? "pass"
           : outcome == CM_OUTCOME_FAIL ? "fail"
                                        : "unknown";
}

const char *cm_outcome_client_id(enum cm_outcome outcome)
{
    return outcome == CM_OUTCOME_PASS   ? "works"
           : outcome == CM_OUTCOME_FAIL ? "fails"
                                        : "unknown";
}

static void free_pack(struct cm_pack_result *pack)
{
    for (size_t i = 0; i < pack->num_rules; i++) {
        free(pack->rules[i].why);
    }
    free(pack->rules);
}

void cm_measured_cleanup(struct cm_measured *measured)
{
    for (size_t i = 0; i < measured->num_profiles; i++) {
        free(measured->profiles[i].why);
        free(measured->profiles[i].message);
    }
    free(measured->profiles);
    for (size_t i = 0; i < measured->num_packs; i++) {
        free_pack(&measured->packs[i]);
    }
    free(measured->packs);
    *measured = (struct cm_measured){0};
}
