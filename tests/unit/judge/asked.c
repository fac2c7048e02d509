/* Answers to hand-built hellos, for scenes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "asked.h"

#include <errno.h>
#include <stdlib.h>

static void present(void *answer, struct cm_cert *cert)
{
    struct cm_answer *a = answer;

    a->chain =
        reallocarray(a->chain, a->num_chain + 1, sizeof(struct cm_cert *));
    assert_non_null(a->chain);
    a->chain[a->num_chain++] = cm_cert_ref(cert);
}

struct cm_answer *scene_hear(struct scene *s, const struct said *said)
{
    struct cm_answer *a = cm_evidence_add_answer(s->ev);

    assert_non_null(a);
    a->ask = said->ask;
    a->end = said->end;
    a->alert = said->alert;
    a->alert_level = said->alert != 0 ? 2 : 0;
    a->version = said->version;
    a->cipher = said->cipher;
    a->group = said->group;
    a->signature = said->signature;
    a->secure_renegotiation = true;
    if (said->chain != NULL) {
        zoo_each(said->chain, present, a);
    }
    return a;
}

struct cm_probe *scene_first_hello(struct scene *s, enum cm_end end, int alert)
{
    struct cm_probe *p = scene_probe(s, 1, CM_PHASE_HANDSHAKING, end);

    p->sys_errno = end == CM_END_RESET     ? ECONNRESET
                   : end == CM_END_TIMEOUT ? ETIMEDOUT
                                           : 0;
    if (alert != 0) {
        p->alert_received = (struct cm_alert){true, 2, (uint8_t)alert};
    }
    return p;
}
