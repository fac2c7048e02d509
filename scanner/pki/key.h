/* Private keys: read from a file's bytes, never written anywhere. The only
 * caller is what sends a client certificate.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_PKI_KEY_H
#define CERTMUSTER_PKI_KEY_H

#include <stdbool.h>

#include "certmuster/buf.h"
#include "certmuster/cert.h"

struct cm_key; /* opaque; shared between threads, read-only */

enum cm_keyfile {
    CM_KEYFILE_FINE,
    CM_KEYFILE_NONE,      /* no private key in it */
    CM_KEYFILE_ENCRYPTED, /* behind a passphrase */
    CM_KEYFILE_PKCS12,    /* a PFX file */
    CM_KEYFILE_DAMAGED,
    CM_KEYFILE_STRANGE, /* of a kind that is not used here */
    CM_KEYFILE_NO_MEMORY,
};
/* "is encrypted ...": what is wrong and what to do, to follow a file's name. */
const char *cm_keyfile_text(enum cm_keyfile fault);

/* cm_key_read takes the first private key of the bytes: PEM (PKCS#8, or the
 * older forms for RSA and EC), or PKCS#8 in DER. Copies it makes on the way are
 * wiped. NULL: `fault` says why. */
struct cm_key *cm_key_read(struct cm_span bytes, enum cm_keyfile *fault);
void cm_key_free(struct cm_key *key); /* accepts NULL */
/* Is it the key of this certificate? *no_memory is set when that could not be
 * found out, and left alone otherwise. */
bool cm_key_fits(const struct cm_key *key, const struct cm_cert *cert,
                 bool *no_memory);
/* For the TLS library: the EVP_PKEY, borrowed. */
struct evp_pkey_st *cm_key_pkey(const struct cm_key *key);

#endif
