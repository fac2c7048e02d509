/* What a certificate would be after the fix. Copies share all memory with their
 * originals, and their references must be back to one before they go.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_SOUND_H
#define CERTMUSTER_SOUND_H

#include "certmuster/cert.h"

/* A server's certificate, issued at that time, of the same names. */
void cm_sound_leaf(struct cm_cert *out, const struct cm_cert *cert,
                   int64_t at_unix);
/* A CA's that may issue what is below it. */
void cm_sound_ca(struct cm_cert *out, const struct cm_cert *cert,
                 int64_t at_unix);

#endif
