/* Distinguished names as text, by the certificate reader (scanner/pki), for
 * those who may not include its headers.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_DN_H
#define CERTMUSTER_DN_H

#include <stdbool.h>

#include "certmuster/buf.h"

/* A DER Name as RFC 4514 text, UTF-8. False: not a Name; what could be read is
 * there. Foreign string types are converted; invalid bytes replaced. */
bool cm_dn_text(struct cm_span name, struct cm_buf *out);

#endif
