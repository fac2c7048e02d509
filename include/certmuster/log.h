/* Messages about the program's own doings, on standard error. Levels are set
 * once at start-up, before any thread exists.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_LOG_H
#define CERTMUSTER_LOG_H

enum cm_log_level { CM_LOG_ERROR, CM_LOG_WARN, CM_LOG_INFO, CM_LOG_TRACE };

void cm_log_set_level(enum cm_log_level level);
/* cm_log writes one line "certmuster: ..."; foreign text in it is neutralised
 * as for a terminal. Thread-safe. */
void cm_log(enum cm_log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
