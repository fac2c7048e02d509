/* Distinguished names beyond their text.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_PKI_DN_H
#define CERTMUSTER_PKI_DN_H

#include <stdbool.h>

#include "certmuster/buf.h"

/* The most specific common name as UTF-8 that holds no NUL (each becomes
 * U+FFFD), so that it may live in a C string. Nothing when there is none. */
void cm_dn_common_name(struct cm_span name, struct cm_buf *out);
/* The comparison form of RFC 5280 section 7.1: ASCII case folded, spaces
 * trimmed and collapsed, string types made one. Never empty for a Name.
 * False: not a Name. */
bool cm_dn_normalise(struct cm_span name, struct cm_buf *out);

#endif
