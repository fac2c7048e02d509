/* What is left after the fix: the certificates are judged again as they would
 * be when the primary finding's resolution had been carried out, so that nobody
 * has to fix twice. What that judgement would still be made by remains.
 *
 * A fix changes what it is about and nothing else: a renewed certificate has
 * the names and the issuer of the old one, and is sent with the old chain.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "judge/rules.h"
#include "judge/sound.h"
#include "pki/pki.h"

/* What a resolution changes. */
struct fix {
    bool leaf;   /* another certificate like it, of the same CA and names */
    bool names;  /* ... or the client's name for the server: they fit */
    bool ca;     /* the certificate at fault is issued anew, and sound */
    bool chain;  /* the server sends the path, with sound certificates */
    bool anchor; /* the top of the path becomes an anchor */
    bool other;  /* the leaf comes from elsewhere, with a chain of its own */
};

static const struct fix fixes[CM_RESOLUTION_COUNT] = {
    [CM_RESOLUTION_RENEW_CERTIFICATE] = {.leaf = true},
    [CM_RESOLUTION_REISSUE_CERTIFICATE] = {.leaf = true},
    [CM_RESOLUTION_REPLACE_REVOKED] = {.leaf = true},
    [CM_RESOLUTION_ADD_NAMES] = {.leaf = true, .names = true},
    [CM_RESOLUTION_USE_CERTIFICATE_NAME] = {.names = true},
    [CM_RESOLUTION_BIND_CERTIFICATE] = {.leaf = true,
                                        .names = true,
                                        .other = true},
    [CM_RESOLUTION_REPLACE_SELF_SIGNED] = {.leaf = true,
                                           .names = true,
                                           .other = true},
    [CM_RESOLUTION_CHANGE_CA] = {.leaf = true, .other = true},
    [CM_RESOLUTION_INSTALL_CHAIN] = {.chain = true},
    [CM_RESOLUTION_TIDY_CHAIN] = {.chain = true},
    [CM_RESOLUTION_REISSUE_CA] = {.ca = true},
    [CM_RESOLUTION_TRUST_ROOT] = {.anchor = true},
    [CM_RESOLUTION_UPDATE_STORE] = {.anchor = true},
    [CM_RESOLUTION_TRUST_INSPECTION] = {.anchor = true},
    [CM_RESOLUTION_IDENTIFY_ISSUER] = {.anchor = true},
};

/* The world after the fix; owns what it points to. */
struct world {
    struct fix fix;
    const struct cm_case *c; /* before it */
    const struct cm_finding *primary;
    int own; /* place of the host's own certificate that becomes the first; or
                -1 */
    struct cm_cert copies[CM_MAX_PATH];
    struct cm_cert *path[CM_MAX_PATH]; /* a copy where it was replaced */
    struct cm_cert *chain[CM_MAX_CHAIN];
    size_t num_chain;
    struct cm_endpoint ep;
    struct cm_probe probe;
    struct cm_trust trust;
    struct cm_policy policy;
    struct cm_certset *anchors;
    struct cm_certset *pool;
};

static bool is_same(const struct cm_cert *a, const struct cm_cert *b)
{
    return memcmp(a->sha256, b->sha256, CM_SHA256_LEN) == 0;
}

static bool is_replaced(const struct world *w, size_t i)
{
    const struct cm_step *step = &w->c->path.steps[i];

    if (i == 0) {
        return w->fix.leaf;
    }
    if (w->fix.chain) {
        return !step->anchor && !step->self_signed;
    }
    return w->fix.ca && w->primary->cert != NULL &&
           is_same(w->primary->cert, step->cert);
}

static void replace(struct world *w)
{
    const struct cm_path *path = &w->c->path;

    for (size_t i = 0; i < path->num; i++) {
        const struct cm_cert *cert = path->steps[i].cert;

        if (!is_replaced(w, i)) {
            w->path[i] = path->steps[i].cert;
            continue;
        }
        if (i == 0) {
            cm_sound_leaf(&w->copies[i], cert, w->c->at_unix);
        } else {
            cm_sound_ca(&w->copies[i], cert, w->c->at_unix);
        }
        w->path[i] = &w->copies[i];
    }
}

/* What stands for a presented certificate now. */
static struct cm_cert *stand_in(const struct world *w, struct cm_cert *cert)
{
    for (size_t i = 0; i < w->c->path.num; i++) {
        if (is_same(w->path[i], cert)) {
            return w->path[i];
        }
    }
    return cert;
}

static void send(struct world *w, struct cm_cert *cert)
{
    if (w->num_chain < CM_MAX_CHAIN) {
        w->chain[w->num_chain++] = cert;
    }
}

/* What the server sends. */
static void build_chain(struct world *w)
{
    const struct cm_probe *probe = w->c->probe;
    const struct cm_path *path = &w->c->path;

    if (w->own > 0) {
        send(w, probe->chain[w->own]);
    }
    for (size_t i = 0; w->fix.chain && i < path->num; i++) {
        if (!path->steps[i].anchor) {
            send(w, w->path[i]);
        }
    }
    for (size_t i = 0; !w->fix.chain && i < probe->num_chain; i++) {
        if ((int)i != w->own) {
            send(w, stand_in(w, probe->chain[i]));
        }
    }
    w->probe = *probe;
    w->probe.chain = w->chain;
    w->probe.num_chain = w->num_chain;
    w->probe.num_chain_sent = (unsigned)w->num_chain;
}

/* Of the chain above its top nothing is known: it counts as good then. */
static bool top_is_trusted(const struct world *w)
{
    const struct cm_path *path = &w->c->path;

    return path->anchored || w->fix.anchor ||
           (w->fix.chain && !path->steps[path->num - 1].self_signed);
}

/* The path alone, when it leads to trust. False: no memory. */
static bool build_trust(struct world *w)
{
    const struct cm_path *path = &w->c->path;
    struct cm_cert *anchor = w->fix.other ? w->path[0] : w->path[path->num - 1];
    bool ok;

    w->trust = *w->c->trust;
    w->trust.chains = NULL; /* these certificates are none to remember */
    if (w->own > 0 || (!w->fix.other && !top_is_trusted(w))) {
        return true;
    }
    w->anchors = cm_certset_new(1);
    w->pool = cm_certset_new(CM_MAX_PATH);
    ok = w->anchors != NULL && w->pool != NULL &&
         cm_certset_add(w->anchors, anchor);
    for (size_t i = 1; i < path->num; i++) {
        ok = ok && cm_certset_add(w->pool, w->path[i]);
    }
    w->trust.anchors = w->anchors;
    w->trust.pool = w->pool;
    return ok;
}

static bool build(struct world *w)
{
    w->own = -1;
    if (w->fix.chain &&
        cm_cause_info(w->primary->cause)->stage == CM_STAGE_NAME) {
        w->own = cm_judge_own_cert(w->c); /* it changes places, no more */
        w->fix.chain = false;
    }
    replace(w);
    build_chain(w);
    w->ep = *w->c->ep;
    if (w->fix.names) {
        w->ep.host[0] = '\0';
    }
    w->policy = *w->c->policy;
    if (w->fix.chain) {
        w->policy.max_depth = -1;
    }
    return build_trust(w);
}

static void clean_up(struct world *w)
{
    cm_certset_free(w->anchors);
    cm_certset_free(w->pool);
    free(w);
}

/* The work that fixes the primary finding fixes this one, too. */
static bool is_same_action(const struct cm_finding *primary,
                           const struct cm_finding *f)
{
    return f->resolution == primary->resolution && f->subject_key != NULL &&
           primary->subject_key != NULL &&
           strcmp(f->subject_key, primary->subject_key) == 0;
}

/* It is about what has been replaced. */
static bool is_fixed(const struct world *w, const struct cm_finding *f)
{
    bool of_leaf = f->resolution == CM_RESOLUTION_RENEW_CERTIFICATE ||
                   f->resolution == CM_RESOLUTION_REISSUE_CERTIFICATE ||
                   f->resolution == CM_RESOLUTION_REPLACE_REVOKED;
    bool of_ca = of_leaf || f->resolution == CM_RESOLUTION_REISSUE_CA ||
                 (w->fix.chain && f->resolution == CM_RESOLUTION_INSTALL_CHAIN);

    if (is_same_action(w->primary, f)) {
        return true;
    }
    for (size_t i = 0; f->cert != NULL && i < w->c->path.num; i++) {
        if (is_replaced(w, i) && is_same(f->cert, w->path[i])) {
            return i == 0 ? of_leaf : of_ca;
        }
    }
    return false;
}

static void remain(struct cm_case *c, enum cm_cause cause)
{
    struct cm_judgement *out = c->out;
    int rank = cm_cause_info(cause)->rank;
    enum cm_cause *grown;
    size_t at = out->num_remaining;

    for (size_t i = 0; i < out->num_remaining; i++) {
        if (out->remaining[i] == cause) {
            return;
        }
    }
    grown = reallocarray(out->remaining, out->num_remaining + 1,
                         sizeof(*out->remaining));
    if (grown == NULL) {
        c->no_memory = true;
        return;
    }
    out->remaining = grown;
    while (at > 0 && cm_cause_info(grown[at - 1])->rank > rank) {
        grown[at] = grown[at - 1];
        at--;
    }
    grown[at] = cause;
    out->num_remaining++;
}

static void judge_again(struct cm_case *c, struct world *w)
{
    struct cm_judgement after;
    struct cm_case again = cm_case_about(c, &w->probe, &after);

    again.seen = c->seen;
    again.ep = &w->ep;
    again.trust = &w->trust;
    again.policy = &w->policy;
    cm_judge_certificates(&again);
    cm_judge_addresses(&again);
    cm_finding_complete(&again);
    for (size_t i = 0; i < after.num_findings; i++) {
        if (after.findings[i].blocks && !is_fixed(w, &after.findings[i])) {
            remain(c, after.findings[i].cause);
        }
    }
    c->no_memory = c->no_memory || again.no_memory;
    cm_judgement_cleanup(&after);
}

/* What was found before or beside the certificates stays as it is. */
static void keep_the_others(struct cm_case *c, const struct cm_finding *primary,
                            enum cm_stage until)
{
    for (size_t i = 0; i < c->out->num_findings; i++) {
        const struct cm_finding *f = &c->out->findings[i];

        if (f != primary && f->blocks && !is_same_action(primary, f) &&
            cm_cause_info(f->cause)->stage < until) {
            remain(c, f->cause);
        }
    }
}

void cm_judge_after(struct cm_case *c)
{
    const struct cm_finding *primary = c->out->findings;
    struct world *w;

    if (c->no_memory || c->out->num_findings == 0 || !primary->blocks) {
        return;
    }
    if (cm_cause_info(primary->cause)->stage < CM_STAGE_TRUST ||
        c->path.num == 0) {
        keep_the_others(c, primary, CM_STAGE_COUNT);
        return;
    }
    keep_the_others(c, primary, CM_STAGE_TRUST);
    w = calloc(1, sizeof(*w));
    if (w == NULL) {
        c->no_memory = true;
        return;
    }
    w->fix = fixes[primary->resolution];
    w->c = c;
    w->primary = primary;
    if (build(w)) {
        judge_again(c, w);
    } else {
        c->no_memory = true;
    }
    clean_up(w);
}
