/* SPDX-License-Identifier: Apache-2.0 */
#include "measure/simulate.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "certmuster/phrases.h"
#include "measure/accept.h"
#include "measure/negotiate.h"
#include "measure/said.h"

#define TLS1_3 0x0304U
#define ONE_SEGMENT 1400U /* bytes of a hello that certainly fit */
#define MAX_VIEWS 16

/* The judgements of the chain that most clients see, made when first asked
 * for: in each view, without and with the issuers that are known. */
struct scene {
    const struct cm_client_case *c;
    struct cm_server server;
    struct cm_judgement made[MAX_VIEWS][2];
    bool is_made[MAX_VIEWS][2];
};

/* One client at one endpoint. */
struct attempt {
    struct scene *scene;
    const struct cm_profile *profile;
    struct cm_profile_result *out;
    struct cm_deal deal;
    struct cm_shown shown;
    bool no_memory;
};

/* --- writing the result --- */

static void tell(struct attempt *a, enum cm_outcome outcome, const char *fmt,
                 ...) __attribute__((format(printf, 3, 4)));
static void tell(struct attempt *a, enum cm_outcome outcome, const char *fmt,
                 ...)
{
    va_list args;

    a->out->outcome = outcome;
    free(a->out->why);
    va_start(args, fmt);
    if (vasprintf(&a->out->why, fmt, args) < 0) {
        a->out->why = NULL;
        a->no_memory = true;
    }
    va_end(args);
}

static void message(struct attempt *a, enum cm_occasion occasion)
{
    const struct cm_saying saying = {
        .profile = a->profile,
        .ep = a->scene->c->ep,
        .leaf = a->shown.num > 0 ? a->shown.chain[0] : NULL,
        .at_unix = a->scene->c->at_unix,
    };
    bool known = false;

    if (occasion != CM_SAID_COUNT) {
        a->out->message = cm_said(&saying, occasion, &known);
        a->no_memory = a->no_memory || (known && a->out->message == NULL);
    }
}

static void fails(struct attempt *a, enum cm_cause cause,
                  enum cm_occasion occasion, const char *why)
{
    a->out->cause = (int)cause;
    tell(a, CM_OUTCOME_FAIL, "%s", why);
    message(a, occasion);
}

/* --- before any client matters --- */

/* What stands between every client and the server. */
static const struct {
    enum cm_cause cause;
    enum cm_occasion occasion;
} for_all[] = {
    {CM_CAUSE_DNS_NXDOMAIN, CM_SAID_NO_SUCH_NAME},
    {CM_CAUSE_DNS_NO_ADDRESS, CM_SAID_NO_SUCH_NAME},
    {CM_CAUSE_DNS_SERVFAIL, CM_SAID_COUNT},
    {CM_CAUSE_DNS_TIMEOUT_REFUSED, CM_SAID_COUNT},
    {CM_CAUSE_DNS_CNAME_BROKEN, CM_SAID_NO_SUCH_NAME},
    {CM_CAUSE_DNS_SPECIAL_ADDRESS, CM_SAID_COUNT},
    {CM_CAUSE_CONNECT_REFUSED, CM_SAID_REFUSED},
    {CM_CAUSE_CONNECT_TIMEOUT, CM_SAID_NO_ANSWER},
    {CM_CAUSE_CONNECT_UNREACHABLE, CM_SAID_COUNT},
    {CM_CAUSE_CONNECT_PROXY_FAILED, CM_SAID_COUNT},
    {CM_CAUSE_STARTTLS_NOT_OFFERED, CM_SAID_COUNT},
    {CM_CAUSE_STARTTLS_REFUSED, CM_SAID_COUNT},
    {CM_CAUSE_STARTTLS_MASKED, CM_SAID_COUNT},
    {CM_CAUSE_STARTTLS_WRONG_MODE, CM_SAID_COUNT},
    {CM_CAUSE_TLS_PLAINTEXT_HTTP, CM_SAID_PLAIN_HTTP},
    {CM_CAUSE_TLS_PLAINTEXT_OTHER, CM_SAID_PLAIN_OTHER},
    {CM_CAUSE_TLS_CLOSED_ON_HELLO, CM_SAID_CLOSED},
    {CM_CAUSE_TLS_RESET_ON_HELLO, CM_SAID_RESET},
    {CM_CAUSE_TLS_HANDSHAKE_TIMEOUT, CM_SAID_SILENT},
    {CM_CAUSE_TLS_INTERNAL_ERROR, CM_SAID_INTERNAL},
    {CM_CAUSE_TLS_KEY_MISMATCH, CM_SAID_COUNT},
    {CM_CAUSE_TLS_NO_CERTIFICATE, CM_SAID_NO_CIPHER},
};

static bool fails_for_all(struct attempt *a)
{
    const struct cm_judgement *j = a->scene->c->judgement;
    const struct cm_finding *first =
        j->primary < 0 ? NULL : &j->findings[j->primary];

    if (first == NULL || !first->blocks) {
        return false;
    }
    if (j->verdict == CM_VERDICT_NOT_CHECKED) {
        tell(a, CM_OUTCOME_UNKNOWN, "%s", first->proof);
        return true;
    }
    if (first->cause == CM_CAUSE_TLS_SNI_UNRECOGNIZED && a->profile->sni) {
        fails(a, first->cause, CM_SAID_SERVER_NAME, first->proof);
        return true;
    }
    for (size_t i = 0; i < sizeof(for_all) / sizeof(*for_all); i++) {
        if (for_all[i].cause == first->cause) {
            fails(a, first->cause, for_all[i].occasion, first->proof);
            return true;
        }
    }
    return false;
}

/* --- the hello --- */

/* A large hello fails where a small one works. */
static bool hello_is_too_large(struct attempt *a)
{
    const struct cm_evidence *ev = a->scene->c->ev;
    bool seen = cm_evidence_count_failed(ev, CM_ASK_LARGE) > 0 &&
                cm_evidence_worked(ev, CM_ASK_LARGE) == NULL;
    const struct cm_answer *large = cm_evidence_answer(ev, CM_ASK_LARGE);
    enum cm_occasion said = CM_SAID_COUNT;
    char why[160];

    if (!seen || a->profile->hello_bytes <= ONE_SEGMENT ||
        !a->scene->server.spoke_tls) {
        return false;
    }
    (void)snprintf(why, sizeof(why),
                   "this client's first message has about %u bytes, and the "
                   "server does not answer one of more than %u",
                   a->profile->hello_bytes, ONE_SEGMENT);
    said = large->end == CM_ANSWER_RESET    ? CM_SAID_RESET
           : large->end == CM_ANSWER_CLOSED ? CM_SAID_CLOSED
           : large->end == CM_ANSWER_SILENT ? CM_SAID_SILENT
                                            : CM_SAID_COUNT;
    fails(a, CM_CAUSE_TLS_HELLO_INTOLERANT, said, why);
    return true;
}

static bool is_name(const struct cm_endpoint *ep)
{
    return !ep->is_ip && ep->sni[0] != '\0';
}

/* A client that sends no server name gets what the server shows to nobody in
 * particular. True: it ends here. */
static bool is_lost_without_name(struct attempt *a)
{
    const struct cm_server *s = &a->scene->server;
    const struct cm_answer *answer =
        cm_evidence_answer(a->scene->c->ev, CM_ASK_NO_SNI);

    if (a->profile->sni || !is_name(a->scene->c->ep) ||
        (s->inventory != NULL && s->inventory->sni_needed == CM_NO)) {
        return false;
    }
    if (answer != NULL && cm_answer_worked(answer) && answer->num_chain > 0) {
        a->shown = (struct cm_shown){answer->chain, answer->num_chain};
        return false;
    }
    if ((answer != NULL && cm_answer_failed(answer)) ||
        (s->inventory != NULL && s->inventory->sni_needed == CM_YES)) {
        fails(a, CM_CAUSE_TLS_SNI_REQUIRED, CM_SAID_NO_CIPHER,
              "this client sends no server name, and the server answers none "
              "without");
        return true;
    }
    tell(a, CM_OUTCOME_UNKNOWN,
         "this client sends no server name, and what the server answers then "
         "was not measured");
    return true;
}

static enum cm_occasion occasion_of_deal(const struct cm_deal *deal)
{
    switch ((int)deal->cause) {
    case CM_CAUSE_TLS_VERSION_TOO_NEW:
        return CM_SAID_VERSION;
    case CM_CAUSE_TLS_VERSION_TOO_OLD:
        return CM_SAID_VERSION_OLD;
    case CM_CAUSE_TLS_WEAK_DH:
        return CM_SAID_WEAK_DH;
    default:
        return CM_SAID_NO_CIPHER;
    }
}

/* True: it ends with the handshake. */
static bool ends_in_handshake(struct attempt *a)
{
    const struct cm_server *s = &a->scene->server;

    cm_negotiate(&a->deal, a->profile, s);
    if (a->deal.outcome == CM_OUTCOME_FAIL) {
        fails(a, a->deal.cause, occasion_of_deal(&a->deal), a->deal.why);
        return true;
    }
    if (hello_is_too_large(a) || is_lost_without_name(a)) {
        return true;
    }
    if (a->deal.outcome == CM_OUTCOME_UNKNOWN) {
        return false; /* the certificates may tell */
    }
    if (a->profile->secure_renegotiation && a->deal.version < TLS1_3 &&
        s->secure_renegotiation == CM_NO) {
        fails(a, CM_CAUSE_TLS_NO_SECURE_RENEGO, CM_SAID_RENEGOTIATION,
              "the server does not have secure renegotiation (RFC 5746), which "
              "this client insists on");
        return true;
    }
    return false;
}

/* --- the certificates --- */

static size_t view_of(const struct cm_client_case *c,
                      const struct cm_profile *profile)
{
    for (size_t i = 0; i < c->num_views; i++) {
        if (strcasecmp(c->views[i].name, profile->trust) == 0) {
            return i;
        }
    }
    return c->headline;
}

/* The chain as if a handshake had gone well with it. */
static enum cm_status judge_shown(const struct cm_client_case *c,
                                  const struct cm_shown *shown, size_t view,
                                  bool pooled, struct cm_judgement *out)
{
    const struct cm_probe *main = cm_evidence_main_probe(c->ev);
    struct cm_probe probe = {.reached = CM_PHASE_HANDSHAKING};
    struct cm_evidence ev = *c->ev;
    struct cm_policy policy = *c->policy;

    if (main != NULL && main->chain == shown->chain) {
        probe = *main;
    }
    probe.end = CM_END_COMPLETE;
    probe.certificate_message = true;
    probe.num_chain = shown->num;
    probe.num_chain_sent = (unsigned)shown->num;
    /* Borrowed for the call; the judge takes references of its own. */
    probe.chain = (struct cm_cert **)(uintptr_t)shown->chain;
    ev.probes = &probe;
    ev.num_probes = 1;
    ev.answers = NULL;
    ev.num_answers = 0;
    ev.inventory = NULL;
    policy.pool_at_hand = pooled;
    policy.special_addresses_ok = true;
    policy.cloud_clients = false;
    return cm_judge(out, c->ep, &ev, &c->views[view], &policy, c->at_unix);
}

/* .NET names all that is wrong with the chain, or that the name is too. */
static void name_both(struct attempt *a)
{
    if (a->profile->family == CM_FAMILY_DOTNET) {
        free(a->out->message);
        a->out->message =
            strdup(CM_DOTNET_PROCEDURE "RemoteCertificateNameMismatch, "
                                       "RemoteCertificateChainErrors");
        a->no_memory = a->no_memory || a->out->message == NULL;
    }
}

static void judge_chain(struct attempt *a, const struct cm_judgement *alone,
                        const struct cm_judgement *pooled)
{
    const struct cm_accept_case c = {
        .profile = a->profile,
        .ep = a->scene->c->ep,
        .shown = a->shown,
        .alone = alone,
        .pooled = pooled,
    };
    struct cm_objection objection;

    cm_accept(&objection, &c);
    if (objection.any) {
        fails(a, objection.cause, objection.occasion,
              objection.finding != NULL ? objection.finding->proof
                                        : objection.why);
        if (objection.name_too) {
            name_both(a);
        }
    }
}

/* Judged once for all clients that see the usual chain, else anew. */
static enum cm_status accepts(struct attempt *a)
{
    struct scene *scene = a->scene;
    size_t view = view_of(scene->c, a->profile);
    struct cm_shown usual = cm_server_shown(&scene->server, CM_KEY_UNKNOWN);
    bool is_usual = a->shown.chain == usual.chain && view < MAX_VIEWS;
    struct cm_judgement own[2] = {{.primary = -1}, {.primary = -1}};
    struct cm_judgement *made = is_usual ? scene->made[view] : own;
    enum cm_status status = CM_OK;

    for (size_t i = 0; i < 2 && status == CM_OK; i++) {
        if (!is_usual || !scene->is_made[view][i]) {
            status = judge_shown(scene->c, &a->shown, view, i == 1, &made[i]);
        }
        if (is_usual) {
            scene->is_made[view][i] = true;
        }
    }
    if (status == CM_OK) {
        judge_chain(a, &made[0], &made[1]);
    }
    if (!is_usual) {
        cm_judgement_cleanup(&own[0]);
        cm_judgement_cleanup(&own[1]);
    }
    return status;
}

/* --- after the certificates --- */

/* The server turns away clients like the scan, for what they (do not) show of
 * themselves. */
static const struct cm_finding *turns_away(const struct cm_judgement *j)
{
    static const enum cm_cause causes[] = {CM_CAUSE_TLS_CLIENT_CERT_REQUIRED,
                                           CM_CAUSE_TLS_CLIENT_CERT_REJECTED,
                                           CM_CAUSE_TLS_CLIENT_CERT_LATE};

    for (size_t i = 0; i < j->num_findings; i++) {
        for (size_t k = 0; k < sizeof(causes) / sizeof(*causes); k++) {
            if (j->findings[i].cause == causes[k] && j->findings[i].blocks) {
                return &j->findings[i];
            }
        }
    }
    return NULL;
}

/* In the handshake, or above it: then clients show what the server says. */
static void turned_away(struct attempt *a, const struct cm_finding *f)
{
    const struct cm_probe *p = a->scene->server.probe;
    bool above = f->cause == CM_CAUSE_TLS_CLIENT_CERT_LATE ||
                 (p != NULL && p->http_status != 0);

    fails(a, f->cause,
          above                       ? CM_SAID_COUNT
          : a->deal.version == TLS1_3 ? CM_SAID_CLIENT_CERT_13
                                      : CM_SAID_CLIENT_CERT_12,
          f->proof);
    if (above && p != NULL && p->http_reply[0] != '\0') {
        a->out->message = strdup(p->http_reply);
        a->no_memory = a->no_memory || a->out->message == NULL;
    }
}

static void finish(struct attempt *a)
{
    const struct cm_finding *f = turns_away(a->scene->c->judgement);

    if (a->out->outcome == CM_OUTCOME_FAIL) {
        return;
    }
    if (a->deal.outcome == CM_OUTCOME_UNKNOWN) {
        tell(a, CM_OUTCOME_UNKNOWN, "%s", a->deal.why);
    } else if (f != NULL) {
        turned_away(a, f);
    } else {
        tell(a, CM_OUTCOME_PASS, "%s", "");
    }
}

static enum cm_status attempt(struct scene *scene,
                              const struct cm_profile *profile,
                              struct cm_profile_result *out)
{
    struct attempt a = {.scene = scene, .profile = profile, .out = out};
    enum cm_status status = CM_OK;

    if (!fails_for_all(&a) && !ends_in_handshake(&a)) {
        if (a.shown.num == 0) {
            a.shown = cm_server_shown(&scene->server, a.deal.key);
        }
        if (a.shown.num == 0) {
            a.shown = cm_server_shown(&scene->server, CM_KEY_UNKNOWN);
        }
        if (a.shown.num > 0) {
            status = accepts(&a);
            finish(&a);
        } else {
            tell(&a, CM_OUTCOME_UNKNOWN,
                 a.deal.why[0] != '\0' ? "%s" : "no certificate was seen%s",
                 a.deal.why);
        }
    }
    return a.no_memory ? CM_ENOMEM : status;
}

enum cm_status cm_simulate(struct cm_measured *measured,
                           const struct cm_profile *const *profiles, size_t num,
                           const struct cm_client_case *c)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    enum cm_status status = CM_OK;

    measured->profiles = calloc(num + 1, sizeof(*measured->profiles));
    if (scene == NULL || measured->profiles == NULL) {
        free(scene);
        return CM_ENOMEM;
    }
    scene->c = c;
    cm_server_read(&scene->server, c->ev);
    for (size_t i = 0; i < num && status == CM_OK; i++) {
        struct cm_profile_result *out = &measured->profiles[i];

        out->profile = (uint16_t)i;
        out->cause = -1;
        measured->num_profiles = i + 1;
        status = attempt(scene, profiles[i], out);
    }
    for (size_t i = 0; i < MAX_VIEWS; i++) {
        cm_judgement_cleanup(&scene->made[i][0]);
        cm_judgement_cleanup(&scene->made[i][1]);
    }
    free(scene);
    return status;
}
