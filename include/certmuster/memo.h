/* Answers worth keeping, within bounds: a map with a lock, and a clock that
 * says which must go when there is no room. What is lent is counted, so that it
 * outlives its place.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_MEMO_H
#define CERTMUSTER_MEMO_H

#include <stddef.h>

struct cm_memo;
struct cm_memo_item; /* an answer that is lent */

/* `max_bytes` of all answers, as their owners count them; each goes to
 * `free_value` in the end. NULL: no memory. */
struct cm_memo *cm_memo_new(size_t max_bytes, void (*free_value)(void *value));
/* When nothing is lent any more. Accepts NULL. */
void cm_memo_free(struct cm_memo *memo);
/* Thread-safe. NULL: there is no such answer. */
struct cm_memo_item *cm_memo_get(struct cm_memo *memo, const void *key,
                                 size_t len);
void *cm_memo_value(const struct cm_memo_item *item);
void cm_memo_give_back(struct cm_memo *memo, struct cm_memo_item *item);
/* Takes the value, whatever becomes of it: one that is too large, or that
 * somebody else was first with, is freed. */
void cm_memo_put(struct cm_memo *memo, const void *key, size_t len, void *value,
                 size_t bytes);

#endif
