/* Our own certificate, as clients send it to servers that ask for one: what the
 * user's files hold, and whether it will do. No I/O: bytes in.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_PKI_IDENTITY_H
#define CERTMUSTER_PKI_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "certmuster/client.h"
#include "certmuster/status.h"
#include "pki/key.h"

#define CM_IDENTITY_MAX_CERTS 16

struct cm_identity {
    /* Owned: what is sent, the client's own first, each followed by its
     * issuer; without the root. */
    struct cm_cert *chain[CM_IDENTITY_MAX_CERTS];
    size_t num_chain;
    struct cm_key *key; /* owned */
};
void cm_identity_cleanup(struct cm_identity *id); /* leaves it all zero */

/* The files, and how to call them. Both may be the same. */
struct cm_identity_files {
    const char *cert_name;
    const char *key_name;
    struct cm_span cert;
    struct cm_span key;
};
/* Reads and judges: all of `facts` is set, for the time given, and `id` only if
 * the fault lets it be sent. CM_ENOMEM is the only failure. */
enum cm_status cm_identity_read(struct cm_identity *id,
                                const struct cm_identity_files *files,
                                int64_t at_unix,
                                struct cm_client_evidence *facts);
/* The words for a file that could not be read at all. */
void cm_identity_unreadable(struct cm_client_evidence *facts, bool is_key,
                            const char *name, const char *why);

/* What is wrong with a client's certificate for this time, by itself: FINE,
 * EXPIRED, NOT_YET_VALID or WRONG_USAGE. */
enum cm_client_fault cm_identity_fault(const struct cm_cert *cert,
                                       int64_t at_unix);

#endif
