/* What makes two endpoints, and two findings, the same in different runs.
 * Private to report/. SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_FINDING_ID_H
#define CERTMUSTER_REPORT_FINDING_ID_H

#include <stdint.h>

#include "certmuster/buf.h"
#include "list.h"

struct cm_endpoint_name {
    const char *host; /* "": the row is invalid, and its fields are its name */
    int64_t port;
    const char *protocol;
    const char *sni;
    const char *client_cert; /* the row's own; "" or NULL: none */
    const char *view;        /* the row's own; "" or NULL: none */
    const struct cm_report_list *fields;
};
/* Appends bytes that are the same for the same endpoint only. */
void cm_endpoint_name_put(struct cm_buf *out,
                          const struct cm_endpoint_name *name);
/* Appends to these what the finding is; hash all of it for its number. */
void cm_finding_name_put(struct cm_buf *out, const char *cause,
                         const char *subject_key);

#endif
