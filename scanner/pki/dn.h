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

/* Room for cm_dn_text and cm_dn_normalise: an octet becomes three at the most
 * (an escape, a replaced octet), a dotted type some more. */
#define CM_DN_TEXT_MAX(len) (8 * (len) + 64)
#define CM_DN_NORM_MAX(len) CM_DN_TEXT_MAX(len)
/* Would cm_dn_normalise take it for a Name? */
bool cm_dn_is_sound(struct cm_span name);
/* A Name without any RDN. */
bool cm_dn_is_empty(struct cm_span name);
/* The octets of each emailAddress attribute: up to `max` in `out`, the number
 * of all returned. */
size_t cm_dn_emails(struct cm_span name, struct cm_span *out, size_t max);

#endif
