/* The words for what is wrong with a row. Foreign text in them is cut, not
 * escaped: that is for the outputs.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "input/parts.h"

#define QUOTE_MAX 80
#define UTF8_MAX_TAIL 3 /* continuation bytes of the longest character */

size_t cm_mistake_cut(const void *text, size_t len, size_t max)
{
    const uint8_t *bytes = text;
    size_t end = max;

    if (len <= max) {
        return len;
    }
    while (end > 0 && max - end <= UTF8_MAX_TAIL &&
           (bytes[end] & 0xc0U) == 0x80U) {
        end--;
    }
    return end;
}

const char *cm_mistake_quote(struct cm_span text, char out[CM_QUOTE_SIZE])
{
    size_t len = cm_mistake_cut(text.data, text.len, QUOTE_MAX);
    const char *more = len < text.len ? "..." : "";

    (void)snprintf(out, CM_QUOTE_SIZE, "\"%.*s%s\"", (int)len,
                   len > 0 ? (const char *)text.data : "", more);
    return out;
}

static void __attribute__((format(printf, 2, 0)))
write_words(char reason[CM_REASON_SIZE], const char *fmt, va_list args)
{
    char words[2 * CM_REASON_SIZE];
    size_t len;

    (void)vsnprintf(words, sizeof(words), fmt, args);
    len = cm_mistake_cut(words, strlen(words), CM_REASON_SIZE - 1);
    memcpy(reason, words, len);
    reason[len] = '\0';
}

void cm_mistake_words(char reason[CM_REASON_SIZE], const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    write_words(reason, fmt, args);
    va_end(args);
}

bool cm_mistake_refuse(struct cm_mistake *mistake, enum cm_part part,
                       const char *fmt, ...)
{
    va_list args;

    mistake->part = part;
    mistake->cause = CM_CAUSE_INPUT_UNPARSABLE;
    va_start(args, fmt);
    write_words(mistake->reason, fmt, args);
    va_end(args);
    return false;
}
