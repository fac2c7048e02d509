/* Any text as a client's message: bounded work, places inside the text, causes
 * once each.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "recognise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_recognised *found = cm_recognise((struct cm_span){data, size});
    bool seen[CM_CAUSE_COUNT] = {false};

    cm_assert(found != NULL);
    for (size_t i = 0; i < found->num_causes; i++) {
        cm_assert(!seen[found->causes[i]]);
        seen[found->causes[i]] = true;
    }
    cm_assert(found->num_causes <= CM_CAUSE_COUNT);
    cm_assert(found->quote_at <= found->quote_end && found->quote_end <= size);
    cm_assert(strlen(found->host) < CM_RECOGNISED_HOST);
    cm_assert(found->num_notes <= CM_MAX_NOTES);
    free(found);
    return 0;
}
