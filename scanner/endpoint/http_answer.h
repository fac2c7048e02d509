/* An HTTP answer as far as it says something of client certificates. Pure:
 * foreign bytes in, so that it can be fuzzed alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_HTTP_ANSWER_H
#define CERTMUSTER_HTTP_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "certmuster/buf.h"

#define CM_HTTP_ANSWER_MAX 8192U /* bytes that are looked at */
#define CM_HTTP_REPLY_SIZE 96

struct cm_http_answer {
    uint16_t status;                /* 0: that is no HTTP */
    uint16_t substatus;             /* IIS: of "403.7" 7; 0: none */
    char reply[CM_HTTP_REPLY_SIZE]; /* printable: status line, what decided */
};

/* Reads what came so far; `ended`: nothing more will. True: it is enough, `out`
 * is final. Interim answers (1xx) are stepped over. */
bool cm_http_answer_read(struct cm_span bytes, bool ended,
                         struct cm_http_answer *out);

#endif
