/* The certificates in a PKCS#7 or CMS SignedData (RFC 5652 section 5.1), as
 * they are. It may be BER, as old programs write it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_PKI_PKCS7_H
#define CERTMUSTER_PKI_PKCS7_H

#include <stdbool.h>

#include "certmuster/buf.h"
#include "certmuster/status.h"

/* Does it begin as a ContentInfo of signed data? */
bool cm_pkcs7_is(struct cm_span bytes);

struct cm_pkcs7;
/* CM_EINPUT: it is damaged. What follows it is ignored. */
enum cm_status cm_pkcs7_open(struct cm_pkcs7 **out, struct cm_span bytes,
                             struct cm_error *err);
void cm_pkcs7_close(struct cm_pkcs7 *bag);
size_t cm_pkcs7_count(const struct cm_pkcs7 *bag);
/* One certificate's DER, lent until the bag is closed. */
struct cm_span cm_pkcs7_at(const struct cm_pkcs7 *bag, size_t index);

#endif
