/* PEM blocks (RFC 7468), as people's files have them: text around the blocks,
 * any line end, any line length.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_PKI_PEM_H
#define CERTMUSTER_PKI_PEM_H

#include <stdbool.h>

#include "certmuster/buf.h"

struct cm_pem_block {
    struct cm_span label; /* "CERTIFICATE" */
    struct cm_span base64;
};

enum cm_pem { CM_PEM_BLOCK, CM_PEM_DAMAGE, CM_PEM_END };

/* Takes the next block from `r`; CM_PEM_DAMAGE: its BEGIN has no proper end. */
enum cm_pem cm_pem_next(struct cm_reader *r, struct cm_pem_block *out);
bool cm_pem_is(const struct cm_pem_block *block, const char *label);
/* Appends the block's octets; white space may be anywhere. False: it is not
 * base64, or it is empty, or, when der->failed, there was no room. */
bool cm_pem_decode(const struct cm_pem_block *block, struct cm_buf *der);
/* No text: a SEQUENCE's tag, and a length as DER writes one above 127. */
bool cm_pem_is_der(struct cm_span bytes);

#endif
