/* Signed certificate timestamps.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/sct.h"

size_t cm_sct_list(struct cm_span list, struct cm_sct out[CM_MAX_SCTS],
                   bool *bad)
{
    (void)list;
    (void)out;
    *bad = false;
    return 0;
}
