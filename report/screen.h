/* Text for a terminal: numbers as people write them, columns, wrapped lines.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_SCREEN_H
#define CERTMUSTER_REPORT_SCREEN_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "certmuster/buf.h"
#include "certmuster/status.h"

#define CM_COUNT_TEXT_SIZE 32

/* The width to use when the caller says `width`: narrow ones become 60, none
 * (0) becomes 80. */
size_t cm_screen_width(int width);
/* "12,480" */
const char *cm_screen_count(int64_t number, char out[CM_COUNT_TEXT_SIZE]);
/* One column of foreign text: made harmless, cut or padded to `width`
 * characters. */
void cm_screen_cell(struct cm_buf *out, const char *text, size_t width);
/* Takes blanks off the end of the text. */
void cm_screen_trim(struct cm_buf *out);
/* A paragraph of our own text, each line after `indent` spaces; it begins where
 * the buffer's last line stands. */
void cm_screen_wrap(struct cm_buf *out, const char *text, size_t indent,
                    size_t width);
/* Lines that must not be wrapped, each after `indent` spaces. */
void cm_screen_lines(struct cm_buf *out, const char *text, size_t indent);
/* Writes the buffer to the stream. */
enum cm_status cm_screen_show(struct cm_buf *text, FILE *out,
                              struct cm_error *err);

#endif
