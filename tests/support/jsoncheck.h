/* Is it JSON (RFC 8259), and what does it say? Independent of the code that
 * writes it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_JSONCHECK_H
#define CERTMUSTER_TESTS_JSONCHECK_H

#include <stdbool.h>
#include <stddef.h>

/* One value and nothing after it. `bad_at` gets the offset of the mistake. */
bool json_is_valid(const char *text, size_t len, size_t *bad_at);
/* The value at a path such as "findings/0/id": a string's text, or anything
 * else as it is written. free() it; NULL: nothing is there. `text` must be
 * valid. */
char *json_at(const char *text, const char *path);
/* How many members the object or elements the array at the path has; -1: it is
 * neither. */
int json_count(const char *text, const char *path);

#endif
