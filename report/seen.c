/* A bit for each endpoint by its number; the few numbers beyond (of a foreign
 * store) are taken by whether the row says that it repeats another.
 * SPDX-License-Identifier: Apache-2.0 */
#include "seen.h"

#include <stdlib.h>
#include <string.h>

#define MAX_NUMBER (INT64_C(1) << 28) /* 32 MB of bits */

struct cm_seen {
    uint8_t *bits; /* owned */
    size_t len;
};

struct cm_seen *cm_seen_new(void)
{
    return calloc(1, sizeof(struct cm_seen));
}

void cm_seen_free(struct cm_seen *seen)
{
    if (seen != NULL) {
        free(seen->bits);
        free(seen);
    }
}

static bool grow(struct cm_seen *seen, size_t at)
{
    size_t len = seen->len == 0 ? 1024 : seen->len;
    uint8_t *bits;

    while (len <= at) {
        len *= 2;
    }
    bits = realloc(seen->bits, len);
    if (bits == NULL) {
        return false;
    }
    memset(bits + seen->len, 0, len - seen->len);
    seen->bits = bits;
    seen->len = len;
    return true;
}

bool cm_seen_first(struct cm_seen *seen, const struct cm_report_row *row,
                   bool *first)
{
    uint8_t bit;
    size_t at;

    if (row->endpoint < 0 || row->endpoint >= MAX_NUMBER) {
        *first = row->duplicate_of_line == CM_UNKNOWN;
        return true;
    }
    at = (size_t)row->endpoint / 8;
    bit = (uint8_t)(1U << ((unsigned)row->endpoint % 8U));
    if (at >= seen->len && !grow(seen, at)) {
        return false;
    }
    *first = (seen->bits[at] & bit) == 0;
    seen->bits[at] |= bit;
    return true;
}
