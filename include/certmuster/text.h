/* Text: every rule by which foreign text reaches an output lives here, and
 * times as people and machines write them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TEXT_H
#define CERTMUSTER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/buf.h"

/* Escaping. Input may hold any byte; what is not UTF-8 becomes U+FFFD, one for
 * each offending byte. Output is valid UTF-8 always. */

/* A JSON string with its quotes (RFC 8259): controls escaped, and also < > &
 * U+2028 U+2029 and bidirectional overrides as \uXXXX, so the text is safe
 * inside an HTML script block and shows its true order. */
void cm_text_json(struct cm_buf *out, const char *text, size_t len);
/* JSON that is valid already, as one line and as safe as the above. */
void cm_text_json_value(struct cm_buf *out, const char *valid, size_t len);
/* One CSV field (RFC 4180): quoted when it holds a comma, semicolon, tab,
 * quote, CR, LF or leading/trailing space. A field that a spreadsheet would run
 * as a formula (first character, after white space, one of = + - @, also in
 * full width; or first byte a tab/CR) gets a leading apostrophe; so does what
 * follows a semicolon, tab or LF, where other spreadsheets than ours see a cell
 * begin, when it comes at once. CR LF becomes LF; other control characters
 * except LF and tab, and bidirectional overrides, become U+FFFD. A plain number
 * such as -5 or +1.5 is left alone. */
void cm_text_csv(struct cm_buf *out, const char *text, size_t len);
/* HTML text or a quoted attribute value: & < > " ' as entities; line ends,
 * control characters and overrides as in CSV. */
void cm_text_html(struct cm_buf *out, const char *text, size_t len);
/* One line for a terminal: controls, DEL, C1, line separators, bidirectional
 * marks and overrides are shown as \xNN or \u{NNNN}; nothing moves the cursor,
 * changes a colour or the order. */
void cm_text_terminal(struct cm_buf *out, const char *text, size_t len);
/* Copies `text` with each byte that is not UTF-8 read as Windows-1252, so that
 * a spreadsheet's "Müller" survives (U+FFFD for its five free codes). Already
 * valid text is unchanged. */
void cm_text_to_utf8(struct cm_buf *out, const char *text, size_t len);
bool cm_text_is_utf8(const char *text, size_t len);

/* The nearest of the words, if it is near enough to be a slip; else NULL. Words
 * of 64 bytes and more are near to none. */
const char *cm_did_you_mean(const char *word, const char *const *words,
                            size_t num);

/* Times are seconds since 1970 in UTC, also far outside time_t's usual range:
 * certificates reach the year 9999. */
#define CM_TIME_TEXT_SIZE 48 /* room for any text below, with its NUL */

/* "2026-11-21T07:48:56Z" (RFC 3339). */
const char *cm_time_rfc3339(int64_t unix_s, char out[CM_TIME_TEXT_SIZE]);
/* "21 Nov 2026". */
const char *cm_time_day(int64_t unix_s, char out[CM_TIME_TEXT_SIZE]);
/* Reads RFC 3339, with Z or an offset, or a bare date (00:00:00 UTC). */
bool cm_time_parse(const char *text, int64_t *out);
/* Seconds since 1970 of a proleptic Gregorian UTC date; false when a field is
 * out of range (leap second 60 is refused; years are 0 to 9999). */
bool cm_time_from_civil(int year, int month, int day, int second_of_day,
                        int64_t *out);

#endif
