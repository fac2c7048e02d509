/* Would the handshake of a client with a server come to terms? Private to
 * measure/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_MEASURE_NEGOTIATE_H
#define CERTMUSTER_MEASURE_NEGOTIATE_H

#include "certmuster/cause.h"
#include "measure/profile.h"
#include "measure/server.h"

#define CM_WHY_SIZE 320

struct cm_deal {
    enum cm_outcome outcome;
    enum cm_cause cause;   /* when it fails */
    uint16_t version;      /* that they would agree on; 0: not known */
    enum cm_key_alg key;   /* of the certificate that it would be made with;
                              CM_KEY_UNKNOWN: whichever the server shows */
    char why[CM_WHY_SIZE]; /* when it fails or is not known; "" otherwise */
};
void cm_negotiate(struct cm_deal *out, const struct cm_profile *profile,
                  const struct cm_server *server);

#endif
