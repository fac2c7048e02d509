/* Whether BoringSSL was refused memory. Its functions do not always say so: a
 * signature that could not be checked looks like one that is not good.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_BASE_MEMORY_H
#define CERTMUSTER_BASE_MEMORY_H

/* How often in this thread, so far: more than before a call means that its
 * answer tells nothing. */
unsigned long cm_crypto_refusals(void);

#endif
