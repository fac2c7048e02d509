/* Data files of profiles and policies: INI, read by the library inih.
 *
 *     # a comment, on a line of its own
 *     [section]
 *     name = value
 *         the value goes on in lines that are indented
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_MEASURE_INI_H
#define CERTMUSTER_MEASURE_INI_H

#include <stddef.h>

#include "certmuster/status.h"

#define CM_INI_MAX_FILE 262144U /* bytes */

/* One value, whole: its lines joined with a space. Borrowed. */
struct cm_ini_item {
    const char *file; /* for messages */
    const char *section;
    const char *name;
    const char *value;
    unsigned line; /* where it begins, from 1 */
};
/* Another status than CM_OK ends the reading. */
typedef enum cm_status cm_ini_fn(void *arg, const struct cm_ini_item *item,
                                 struct cm_error *err);

/* Calls `fn` for each value of the text, in order. What is not of this form is
 * CM_EINPUT, with file, line and what to do. */
enum cm_status cm_ini_read(const char *file, const char *text, size_t len,
                           cm_ini_fn *fn, void *arg, struct cm_error *err);

/* "FILE, line N: ..." as CM_EINPUT. */
enum cm_status cm_ini_bad(const struct cm_ini_item *item, struct cm_error *err,
                          const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
