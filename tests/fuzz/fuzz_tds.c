/* Records inside TDS packets: how the bytes are cut makes no difference to what
 * is left of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "tls/tds.h"

static size_t unwrap(struct cm_reader in, size_t piece, uint8_t *out)
{
    struct cm_tds tds = {.on = true};
    size_t have = 0;

    while (in.len > 0) {
        size_t len = in.len < piece ? in.len : piece;
        uint8_t *copy = malloc(len); /* no byte more than that */

        cm_assert(copy != NULL);
        memcpy(copy, in.data, len);
        (void)cm_reader_skip(&in, len);
        if (tds.on) {
            size_t left = cm_tds_unwrap(&tds, copy, len);

            cm_assert(left <= len);
            len = left;
        }
        memcpy(out + have, copy, len);
        have += len;
        free(copy);
    }
    return have;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *whole = malloc(size + 1);
    uint8_t *pieces = malloc(size + 1);
    struct cm_reader in;
    uint8_t piece = 0;
    size_t a;
    size_t b;

    cm_assert(whole != NULL && pieces != NULL);
    cm_reader_init(&in, data, size);
    (void)cm_reader_u8(&in, &piece);
    a = unwrap(in, in.len + 1, whole);
    b = unwrap(in, (size_t)piece + 1, pieces);
    cm_assert(a == b && (a == 0 || memcmp(whole, pieces, a) == 0));
    free(pieces);
    free(whole);
    return 0;
}
