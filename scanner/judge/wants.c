/* What could change the judgement, and where it might be had.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "judge/rules.h"

static bool is_wanted(const struct cm_judgement *out, enum cm_want_kind kind,
                      const struct cm_cert *cert)
{
    for (size_t i = 0; i < out->num_wants; i++) {
        if (out->wants[i].kind == kind &&
            memcmp(out->wants[i].cert->sha256, cert->sha256, CM_SHA256_LEN) ==
                0) {
            return true;
        }
    }
    return false;
}

void cm_judge_want(struct cm_case *c, enum cm_want_kind kind,
                   struct cm_cert *cert, struct cm_cert *issuer)
{
    struct cm_judgement *out = c->out;
    struct cm_want *grown;

    if (is_wanted(out, kind, cert)) {
        return;
    }
    grown = reallocarray(out->wants, out->num_wants + 1, sizeof(*grown));
    if (grown == NULL) {
        c->no_memory = true;
        return;
    }
    out->wants = grown;
    grown[out->num_wants++] = (struct cm_want){
        .kind = kind,
        .cert = cm_cert_ref(cert),
        .issuer = issuer == NULL ? NULL : cm_cert_ref(issuer),
    };
}
