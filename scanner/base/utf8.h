/* One UTF-8 character at a time (RFC 3629).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_BASE_UTF8_H
#define CERTMUSTER_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#include "certmuster/buf.h"

#define CM_UTF8_REPLACEMENT 0xFFFDU

/* Reads the character at `text` and gives the number of its bytes; 0 when
 * there is none (end, stray or missing continuation, overlong, surrogate,
 * above U+10FFFF). */
size_t cm_utf8_read(const char *text, size_t len, uint32_t *out);
void cm_utf8_write(struct cm_buf *out, uint32_t c);

#endif
