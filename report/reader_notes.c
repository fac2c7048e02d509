/* Notes in pieces.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_notes.h"

#include <stdlib.h>
#include <string.h>

#define PIECE ((size_t)1 << 16)
#define SHIFT 24U /* a piece is at most 16 MB: one long note has its own */

uint8_t *cm_notes_add(struct cm_notes *notes, size_t len, uint64_t *position)
{
    uint8_t *at;

    if (notes->num == 0 || notes->room - notes->used < len) {
        size_t room = len > PIECE ? len : PIECE;
        uint8_t **pieces;

        if (len >= (size_t)1 << SHIFT) {
            return NULL;
        }
        if ((notes->num & (notes->num - 1)) == 0) { /* full at powers of two */
            size_t cap = notes->num == 0 ? 1 : notes->num * 2;

            pieces = realloc(notes->pieces, cap * sizeof(*pieces));
            if (pieces == NULL) {
                return NULL;
            }
            notes->pieces = pieces;
        }
        notes->pieces[notes->num] = malloc(room);
        if (notes->pieces[notes->num] == NULL) {
            return NULL;
        }
        notes->num++;
        notes->used = 0;
        notes->room = room;
    }
    at = notes->pieces[notes->num - 1] + notes->used;
    *position = (uint64_t)(notes->num - 1) << SHIFT | notes->used;
    notes->used += len;
    return at;
}

const uint8_t *cm_notes_at(const struct cm_notes *notes, uint64_t position)
{
    return notes->pieces[position >> SHIFT] +
           (position & (((uint64_t)1 << SHIFT) - 1));
}

void cm_notes_free(struct cm_notes *notes)
{
    for (size_t i = 0; i < notes->num; i++) {
        free(notes->pieces[i]);
    }
    free(notes->pieces);
    memset(notes, 0, sizeof(*notes));
}

uint8_t *cm_number_put(uint8_t *at, uint64_t number)
{
    while (number >= 0x80) {
        *at++ = (uint8_t)(number | 0x80);
        number >>= 7;
    }
    *at++ = (uint8_t)number;
    return at;
}

const uint8_t *cm_number_get(const uint8_t *at, uint64_t *number)
{
    unsigned shift = 0;

    *number = 0;
    while ((*at & 0x80) != 0) {
        *number |= (uint64_t)(*at++ & 0x7F) << shift;
        shift += 7;
    }
    *number |= (uint64_t)*at++ << shift;
    return at;
}
