/* Errors of the program's own, and the assertion that stays.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* A cut text must not end in half a UTF-8 character. */
static void drop_half_character(char *text, size_t len)
{
    size_t start = len;
    size_t want;

    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0U) == 0x80U) {
        start--;
    }
    if (start == 0 || (unsigned char)text[start - 1] < 0xC0U) {
        return;
    }
    start--;
    want = (unsigned char)text[start] >= 0xF0U   ? 4
           : (unsigned char)text[start] >= 0xE0U ? 3
                                                 : 2;
    if (len - start < want) {
        text[start] = '\0';
    }
}

enum cm_status cm_error_set(struct cm_error *err, enum cm_status status,
                            const char *fmt, ...)
{
    struct cm_error made = {.status = status}; /* `args` may lie in *err */
    va_list args;
    int len;

    if (err == NULL) {
        return status;
    }
    va_start(args, fmt);
    len = vsnprintf(made.text, sizeof(made.text), fmt, args);
    va_end(args);
    if (len < 0) {
        made.text[0] = '\0';
    } else if ((size_t)len >= sizeof(made.text)) {
        drop_half_character(made.text, sizeof(made.text) - 1);
    }
    *err = made;
    return status;
}

enum cm_status cm_error_nomem(struct cm_error *err, const char *what)
{
    return cm_error_set(err, CM_ENOMEM,
                        "no memory for %s; free some, or lower --concurrency",
                        what);
}

void cm_assert_failed(const char *claim, const char *file, int line)
{
    (void)fprintf(stderr,
                  "certmuster: a rule of the program's own is broken: %s "
                  "(%s:%d); please report this\n",
                  claim, file, line);
    abort();
}
