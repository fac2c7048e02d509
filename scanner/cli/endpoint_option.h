/* report --endpoint. Private to cli/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_ENDPOINT_OPTION_H
#define CERTMUSTER_ENDPOINT_OPTION_H

#include "certmuster/endpoint.h"
#include "certmuster/report.h"
#include "cli/options.h"

/* What the query's texts lie in. */
struct cm_endpoint_text {
    struct cm_endpoint endpoint;
    struct cm_endpoint_query query;
};
/* cm_endpoint_text_read understands what the input's host column may hold, and
 * HOST:PORT:PROTOCOL. A text that it does not understand is kept as it is:
 * invalid rows are found by it. */
void cm_endpoint_text_read(struct cm_endpoint_text *out, const char *text);
/* Prints the story of --endpoint; *code is the exit code. */
enum cm_status cm_endpoint_tell(const struct cm_options *options, int *code,
                                struct cm_error *err);

#endif
