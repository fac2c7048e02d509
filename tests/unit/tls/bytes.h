/* Messages as hexadecimal text, and every small way to break them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_TLS_BYTES_H
#define CERTMUSTER_TESTS_TLS_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* In memory of exactly its size, so that a sanitizer sees one byte too far;
 * free() it. */
uint8_t *bytes_from_hex(const char *hex, size_t *len);
/* Reads the message cut at every length and with every byte changed, as every
 * type and version; nothing that comes out may lie outside of it. */
void bytes_try_cuts_and_flips(const char *hex);

#endif
