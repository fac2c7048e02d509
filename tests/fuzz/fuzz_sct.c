/* A list of certificate timestamps.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include "pki/sct.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_sct scts[CM_MAX_SCTS];
    bool bad;

    cm_assert(cm_sct_list((struct cm_span){data, size}, scts, &bad) <=
              CM_MAX_SCTS);
    return 0;
}
