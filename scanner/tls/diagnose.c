/* The diagnosis of a failed handshake as an asker: keeps the answers, and stops
 * at a proof or at the end of the budget.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tls/asking.h"
#include "tls/diagnose.h"

#define ALERT_UNRECOGNIZED_NAME 112

typedef bool plan_fn(const struct cm_evidence *ev, bool named,
                     enum cm_ask *ask);

struct diagnosis {
    struct cm_asking asking; /* the first member: callbacks get it */
    struct cm_evidence *ev;  /* borrowed */
    plan_fn *plan;
    char sni[CM_HOST_SIZE];
    unsigned budget;   /* what is left of it */
    enum cm_ask asked; /* lately */
};

/* How it ended says why by itself, or nothing about TLS at all. */
static bool end_explains(const struct cm_probe *p)
{
    switch (p->end) {
    case CM_END_NONE:
    case CM_END_COMPLETE:
    case CM_END_PROXY:
    case CM_END_STARTTLS:
    case CM_END_NOT_TLS:
    case CM_END_COUNT:
        return true;
    case CM_END_ALERT_RECEIVED:
        return !p->server_hello &&
               p->alert_received.description == ALERT_UNRECOGNIZED_NAME;
    case CM_END_SYSTEM:
        return p->sys_errno != ECONNRESET && p->sys_errno != EPIPE &&
               p->sys_errno != ETIMEDOUT;
    case CM_END_TIMEOUT:
    case CM_END_CLOSED:
    case CM_END_RESET:
    case CM_END_REFUSED_BY_US:
        break;
    }
    return false;
}

/* Once it has sent its certificates, what failed is theirs, or that of ours. */
bool cm_diagnosis_wanted(const struct cm_evidence *ev)
{
    const struct cm_probe *p = cm_evidence_main_probe(ev);

    return p != NULL && p->reached >= CM_PHASE_HANDSHAKING &&
           !end_explains(p) && !p->certificate_message && !p->bad_key_proof &&
           p->client_auth == CM_CLIENT_AUTH_NONE;
}

static bool next(struct cm_asking *asking, struct cm_hello *hello)
{
    struct diagnosis *d = (struct diagnosis *)(void *)asking;

    if (d->budget == 0 || d->ev->num_answers >= CM_MAX_ANSWERS ||
        asking->no_memory || !d->plan(d->ev, d->sni[0] != '\0', &d->asked)) {
        return false;
    }
    d->budget--;
    cm_diagnosis_hello(d->asked, cm_diagnosis_only_tls13(d->ev), d->sni, hello);
    return true;
}

/* The certificates are shared, the rest is copied. False: no memory. */
static bool keep(struct cm_evidence *ev, const struct cm_answer *answer,
                 enum cm_ask ask)
{
    struct cm_answer *kept = cm_evidence_add_answer(ev);

    if (kept == NULL) {
        return false;
    }
    *kept = *answer;
    kept->ask = ask;
    kept->chain = NULL;
    kept->num_chain = 0;
    if (answer->num_chain == 0) {
        return true;
    }
    kept->chain = calloc(answer->num_chain, sizeof(struct cm_cert *));
    if (kept->chain == NULL) {
        return false;
    }
    for (size_t i = 0; i < answer->num_chain; i++) {
        kept->chain[kept->num_chain++] = cm_cert_ref(answer->chain[i]);
    }
    return true;
}

static void heard(struct cm_asking *asking, const struct cm_answer *answer,
                  const struct cm_flight *flight)
{
    struct diagnosis *d = (struct diagnosis *)(void *)asking;

    (void)flight; /* the answer has all that a diagnosis wants */
    if (!keep(d->ev, answer, d->asked)) {
        asking->no_memory = true;
    }
}

static void release(struct cm_asking *asking)
{
    free(asking);
}

static struct cm_asking *asking_new(struct cm_evidence *ev, const char *sni,
                                    unsigned budget, plan_fn *plan)
{
    struct diagnosis *d = calloc(1, sizeof(*d));

    if (d == NULL) {
        return NULL;
    }
    d->asking = (struct cm_asking){next, heard, release, false};
    d->ev = ev;
    d->plan = plan;
    d->budget = budget;
    (void)snprintf(d->sni, sizeof(d->sni), "%s", sni);
    return &d->asking;
}

struct cm_asking *cm_diagnosis_new(struct cm_evidence *ev, const char *sni,
                                   unsigned budget)
{
    return asking_new(ev, sni, budget, cm_diagnosis_plan);
}

struct cm_asking *cm_tolerance_new(struct cm_evidence *ev, const char *sni)
{
    return asking_new(ev, sni, CM_MAX_ANSWERS, cm_tolerance_plan);
}
