/* Short notes one after the other, in pieces of memory that never move. Private
 * to reader_book.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_NOTES_H
#define CERTMUSTER_REPORT_READER_NOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cm_notes {
    uint8_t **pieces; /* owned */
    size_t num;
    size_t used; /* of the last one */
    size_t room;
};

/* Room for `len` bytes, and the position by which they are found again. NULL:
 * no memory. The zero state is empty. */
uint8_t *cm_notes_add(struct cm_notes *notes, size_t len, uint64_t *position);
const uint8_t *cm_notes_at(const struct cm_notes *notes, uint64_t position);
void cm_notes_free(struct cm_notes *notes);

/* Numbers, seven bits in a byte, the lowest first. */
#define CM_NUMBER_MAX 10U
uint8_t *cm_number_put(uint8_t *at, uint64_t number);
const uint8_t *cm_number_get(const uint8_t *at, uint64_t *number);

#endif
