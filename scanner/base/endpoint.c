/* Rows, and when two of them are the same endpoint.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/endpoint.h"

#include <stdlib.h>

struct cm_row *cm_row_new(void)
{
    return calloc(1, sizeof(struct cm_row));
}

void cm_row_free(struct cm_row *row)
{
    if (row == NULL) {
        return;
    }
    for (size_t i = 0; row->fields != NULL && i < row->num_fields; i++) {
        free(row->fields[i]);
    }
    free(row->fields);
    free(row);
}

/* What is connected to and sent, as whom, and whose trust is asked about; not
 * how the row wrote it (a trailing dot). No part can hold a space, so no two
 * endpoints share a key. */
void cm_endpoint_key(const struct cm_endpoint *ep, struct cm_buf *out)
{
    cm_buf_printf(out, "%s %s %u %s %s %u %s", ep->protocol, ep->host,
                  (unsigned)ep->port, ep->sni, ep->trust, (unsigned)ep->client,
                  ep->path_counts ? ep->http_path : "");
}
