/* What was loaded to hold endpoints against. Private to run/'s measure*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_MEASURES_H
#define CERTMUSTER_RUN_MEASURES_H

#include "certmuster/measure.h"
#include "measure/pack.h"
#include "measure/profile.h"

struct cm_measures {
    struct cm_profileset *set; /* owned; the program's own come first */
    size_t num_built_in;       /* of it */
    const char *profile_hash[CM_MAX_PROFILES]; /* by place in the set */
    size_t num_hashed;
    size_t chosen[CM_MAX_PROFILES];                     /* places in the set */
    const struct cm_profile *profiles[CM_MAX_PROFILES]; /* in the same order */
    size_t num_chosen;
    struct cm_pack *packs[CM_MAX_PACKS]; /* owned */
    size_t num_packs;
    char **hashes; /* owned: of the files, hex */
    size_t num_hashes;
    struct cm_measure_facts facts[CM_MAX_PROFILES + CM_MAX_PACKS];
    size_t num_facts;
};

#endif
