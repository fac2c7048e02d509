/* Messages on standard error, one write() for each line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "certmuster/buf.h"
#include "certmuster/text.h"

#define MAX_MESSAGE 2048 /* bytes of a message before it is escaped */
#define MAX_LINE 16384   /* "\u{202e}" is the longest escape */

/* The one variable of this module: set at start-up, read by every thread. */
static _Atomic int threshold = CM_LOG_INFO;

void cm_log_set_level(enum cm_log_level level)
{
    atomic_store_explicit(&threshold, (int)level, memory_order_relaxed);
}

/* One call, so that lines of several threads do not mix. Where to complain of
 * a standard error that cannot be written to? */
static void write_line(const char *line, size_t len)
{
    ssize_t written = write(STDERR_FILENO, line, len);

    (void)written;
}

void cm_log(enum cm_log_level level, const char *fmt, ...)
{
    static const char no_memory[] = "certmuster: no memory for a message\n";
    char message[MAX_MESSAGE];
    struct cm_buf line;
    va_list args;
    int len;

    if ((int)level > atomic_load_explicit(&threshold, memory_order_relaxed)) {
        return;
    }
    va_start(args, fmt);
    len = vsnprintf(message, sizeof(message), fmt, args);
    va_end(args);
    if (len < 0) {
        message[0] = '\0';
    }
    cm_buf_init(&line, MAX_LINE);
    cm_buf_puts(&line, "certmuster: ");
    cm_text_terminal(&line, message, strlen(message));
    if (cm_buf_putc(&line, '\n')) {
        write_line((const char *)line.data, line.len);
    } else {
        write_line(no_memory, sizeof(no_memory) - 1);
    }
    cm_buf_cleanup(&line);
}
