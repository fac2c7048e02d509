/* The certificates that fuzz targets and their seeds agree on: the same in
 * every process, by keys that follow from their number.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_FUZZ_WORLD_H
#define CERTMUSTER_TESTS_FUZZ_WORLD_H

#include "support/forge.h"

#define FUZZ_HOST "www.a.example"

struct fuzz_world {
    struct forge_key *root_key;
    struct forge_key *ca_key;
    struct forge_key *responder_key;
    struct cm_cert *root;
    struct cm_cert *ca; /* with name constraints and policies */
    struct cm_cert *leaf;
    struct cm_cert *responder; /* a delegate of ca's for OCSP */
};

/* Made at the first call, never freed. */
const struct fuzz_world *fuzz_world(void);

/* What fuzz_judge reads from its first octet. The parts of its input are the
 * certificates of the chain, after a list and an OCSP staple when those are
 * there. */
#define FUZZ_STRICT 0x01U
#define FUZZ_DEMAND_LISTS 0x02U
#define FUZZ_ASK 0x04U
#define FUZZ_WITH_LIST 0x08U
#define FUZZ_WITH_STAPLE 0x10U
#define FUZZ_LAST_IS_ANCHOR 0x20U
#define FUZZ_BY_ADDRESS 0x40U
#define FUZZ_KNOWN 0x80U /* the CA is in the pool */

#endif
