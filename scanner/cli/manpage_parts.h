/* The parts of the manual page. Private to manpage*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_MANPAGE_PARTS_H
#define CERTMUSTER_MANPAGE_PARTS_H

/* manpage.c -- text of ours, with a line for each sentence. */
void cm_manpage_put(const char *text);

/* manpage_parts.c -- whole sections. */
void cm_manpage_input(void);
void cm_manpage_output(void);

#endif
