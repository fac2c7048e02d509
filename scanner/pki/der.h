/* A small DER reader (ITU-T X.690) over struct cm_reader: definite lengths
 * within bounds are demanded, minimal length octets are not, because real
 * certificates lack them and a fact read is worth more than a refusal.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_PKI_DER_H
#define CERTMUSTER_PKI_DER_H

#include <stdbool.h>
#include <stdint.h>

#include "certmuster/buf.h"

#define CM_DER_BOOLEAN 0x01U
#define CM_DER_INTEGER 0x02U
#define CM_DER_BIT_STRING 0x03U
#define CM_DER_OCTET_STRING 0x04U
#define CM_DER_OID 0x06U
#define CM_DER_ENUMERATED 0x0aU
#define CM_DER_UTF8 0x0cU
#define CM_DER_NUMERIC 0x12U
#define CM_DER_PRINTABLE 0x13U
#define CM_DER_T61 0x14U
#define CM_DER_IA5 0x16U
#define CM_DER_UTC_TIME 0x17U
#define CM_DER_GENERALIZED_TIME 0x18U
#define CM_DER_VISIBLE 0x1aU
#define CM_DER_UNIVERSAL 0x1cU
#define CM_DER_BMP 0x1eU
#define CM_DER_SEQUENCE 0x30U
#define CM_DER_SET 0x31U
#define CM_DER_CONTEXT(n) (0x80U | (n))     /* primitive [n] */
#define CM_DER_CONSTRUCTED(n) (0xa0U | (n)) /* constructed [n] */

struct cm_der_element {
    uint8_t tag;            /* the one identifier octet */
    struct cm_span content; /* without header */
    struct cm_span whole;   /* with header */
};

/* Each call changes the reader only when it returns true. */
bool cm_der_any(struct cm_reader *r, struct cm_der_element *out);
bool cm_der_get(struct cm_reader *r, unsigned tag, struct cm_der_element *out);
/* The content of the next element, which must have this tag, as a reader. */
bool cm_der_enter(struct cm_reader *r, unsigned tag, struct cm_reader *out);
bool cm_der_next_is(const struct cm_reader *r, unsigned tag);
/* The content of the one element in `bytes`; false when something follows. */
bool cm_der_only(struct cm_span bytes, unsigned tag, struct cm_reader *out);
/* An optional BOOLEAN that defaults to false. */
bool cm_der_flag(struct cm_reader *r, bool *out);
/* An INTEGER's value, INT_MAX when larger; false when it is negative. */
bool cm_der_uint(struct cm_reader *r, int *out);
bool cm_der_uint_of(struct cm_span content, int *out); /* its octets */
/* The content of an INTEGER without the leading octets that add nothing, so
 * that equal numbers have equal octets. */
struct cm_span cm_der_minimal(struct cm_span integer);
/* Bits of a positive INTEGER's content; 0 when it is zero or negative. */
unsigned cm_der_bits(struct cm_span integer);
/* A BIT STRING of whole octets. */
bool cm_der_octets(struct cm_reader *r, struct cm_span *out);
/* UTCTime or GeneralizedTime, also without seconds, with a fraction or with
 * an offset, as seconds since 1970. */
bool cm_der_time(struct cm_reader *r, int64_t *out);
/* An OBJECT IDENTIFIER's content as dotted decimals; false: not one. */
bool cm_der_oid_text(struct cm_span oid, struct cm_buf *out);

#endif
