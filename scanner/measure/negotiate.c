/* A handshake as it would go: the newest common version, then a suite, a group
 * and a signature that both sides have and that fit the server's key. Each
 * question has three answers; what was not measured never becomes a "no".
 * SPDX-License-Identifier: Apache-2.0 */
#include "measure/negotiate.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "measure/fit.h"

static void say(struct cm_deal *deal, enum cm_outcome outcome, const char *fmt,
                ...) __attribute__((format(printf, 3, 4)));
static void say(struct cm_deal *deal, enum cm_outcome outcome, const char *fmt,
                ...)
{
    va_list args;

    deal->outcome = outcome;
    va_start(args, fmt);
    (void)vsnprintf(deal->why, sizeof(deal->why), fmt, args);
    va_end(args);
}

/* DH is not negotiated: a client that dislikes the prime gives up. */
static bool dh_fits(const struct cm_profile *p, const struct cm_server *s)
{
    unsigned bits = cm_server_dh_bits(s);

    return bits == 0 || (bits >= p->min_dh_bits &&
                         (p->max_dh_bits == 0 || bits <= p->max_dh_bits));
}

/* --- a version --- */

/* A no says most that stands nearest to a yes. */
static bool is_better(const struct cm_fit *a, const struct cm_fit *b)
{
    if (a->known != b->known) {
        return a->known == CM_YES || b->known == CM_NO;
    }
    return a->known == CM_NO && a->cause != CM_CAUSE_TLS_NO_COMMON_CIPHER &&
           b->cause == CM_CAUSE_TLS_NO_COMMON_CIPHER;
}

/* The suites that would do: all by DHE with a prime that the client refuses? A
 * mixture is the server's choice; its order is known or is not. */
static void judge_dh(struct cm_deal *deal, const struct cm_profile *p,
                     const struct cm_server *s, unsigned num_dhe,
                     unsigned num_other)
{
    if (num_dhe == 0 || dh_fits(p, s)) {
        return;
    }
    if (num_other == 0) {
        deal->cause = CM_CAUSE_TLS_WEAK_DH;
        say(deal, CM_OUTCOME_FAIL,
            "the server exchanges keys by DH with a prime of %u bits, and this "
            "client takes %u to %u",
            cm_server_dh_bits(s), p->min_dh_bits,
            p->max_dh_bits == 0 ? 16384 : p->max_dh_bits);
    } else {
        say(deal, CM_OUTCOME_UNKNOWN,
            "it depends on whether the server prefers DH (%u bits, which this "
            "client refuses): its order was not measured",
            cm_server_dh_bits(s));
    }
}

static bool will_do(const struct cm_profile *p, const struct cm_server *s,
                    uint16_t suite, uint16_t version)
{
    const struct cm_suite *known = cm_suite_find(suite);

    return known != NULL && cm_profile_offers(&p->suites, suite) &&
           version >= known->min_version && version <= known->max_version &&
           cm_suite_fits(p, s, known, version).known == CM_YES;
}

/* The first common suite in the order that decides, when that is known. */
static const struct cm_suite *preferred(const struct cm_profile *p,
                                        const struct cm_server *s,
                                        uint16_t version)
{
    int index = cm_version_index(version);
    const struct cm_version_inventory *v =
        s->inventory == NULL ? NULL : &s->inventory->versions[index];
    const uint16_t *order;
    size_t num;

    if (v == NULL || v->server_order == CM_NOT_KNOWN) {
        return NULL;
    }
    order = v->server_order == CM_YES ? v->suites : p->suites.at;
    num = v->server_order == CM_YES ? v->num_suites : p->suites.num;
    for (size_t i = 0; i < num; i++) {
        if (will_do(p, s, order[i], version)) {
            return cm_suite_find(order[i]);
        }
    }
    return NULL;
}

static const char *what_lacks(enum cm_cause cause)
{
    return cause == CM_CAUSE_TLS_NO_COMMON_GROUP
               ? "no group of the server's is among this client's, or the "
                 "certificate's curve is not"
           : cause == CM_CAUSE_TLS_NO_COMMON_SIGALG
               ? "no signature scheme for the server's key is among this "
                 "client's"
               : "no cipher suite of the server's is among this client's";
}

/* What the suites of a version come to. */
struct tally {
    struct cm_fit best;
    unsigned num_dhe; /* that would do; only the one that is chosen, if known */
    unsigned num_other;
};

/* Of those that would do, one for the certificate that the scan was shown. */
static void count(struct tally *t, const struct cm_suite *suite,
                  const struct cm_fit *fit, enum cm_key_alg usual)
{
    if (fit->known == CM_YES) {
        t->num_dhe += strcmp(suite->kx, "DHE") == 0;
        t->num_other += strcmp(suite->kx, "DHE") != 0;
    }
    if (is_better(fit, &t->best) ||
        (fit->known == CM_YES && fit->key == usual)) {
        t->best = *fit;
    }
}

static void at_version(struct cm_deal *deal, const struct cm_profile *p,
                       const struct cm_server *s, uint16_t version)
{
    struct tally t = {
        .best = {.known = CM_NO, .cause = CM_CAUSE_TLS_NO_COMMON_CIPHER}};
    struct cm_shown shown = cm_server_shown(s, CM_KEY_UNKNOWN);
    enum cm_key_alg usual =
        shown.num > 0 ? shown.chain[0]->key_alg : CM_KEY_UNKNOWN;
    const struct cm_suite *first = preferred(p, s, version);

    *deal = (struct cm_deal){.version = version, .outcome = CM_OUTCOME_PASS};
    for (size_t i = 0; i < p->suites.num; i++) {
        const struct cm_suite *suite = cm_suite_find(p->suites.at[i]);

        if (suite != NULL && version >= suite->min_version &&
            version <= suite->max_version &&
            (first == NULL || first == suite)) {
            struct cm_fit fit = cm_suite_fits(p, s, suite, version);

            count(&t, suite, &fit, usual);
        }
    }
    deal->key = t.best.key;
    if (t.best.known == CM_YES) {
        judge_dh(deal, p, s, t.num_dhe, t.num_other);
    } else if (t.best.known == CM_NOT_KNOWN) {
        say(deal, CM_OUTCOME_UNKNOWN, "%s was not measured (--inventory does)",
            t.best.unknown);
    } else {
        deal->cause = t.best.cause;
        say(deal, CM_OUTCOME_FAIL, "in %s, %s", cm_tls_version_name(version),
            what_lacks(t.best.cause));
    }
}

/* --- all versions --- */

static int extreme(const bool has[CM_VERSION_COUNT], bool newest)
{
    for (int i = 0; i < CM_VERSION_COUNT; i++) {
        int v = newest ? CM_VERSION_COUNT - 1 - i : i;

        if (has[v]) {
            return v;
        }
    }
    return -1;
}

static const char *name_of(int version)
{
    return cm_tls_version_name(
        cm_version_number((enum cm_version_index)version));
}

static void no_version(struct cm_deal *deal, const struct cm_profile *p,
                       const struct cm_server *s)
{
    bool served[CM_VERSION_COUNT];
    int oldest;
    int newest;
    int own = extreme(p->versions, true);

    for (int v = 0; v < CM_VERSION_COUNT; v++) {
        served[v] = s->versions[v] == CM_YES;
    }
    oldest = extreme(served, false);
    newest = extreme(served, true);
    *deal = (struct cm_deal){.cause = CM_CAUSE_TLS_VERSION_TOO_OLD};
    if (newest < 0 || own < 0) {
        say(deal, CM_OUTCOME_UNKNOWN,
            "which TLS versions the server has was "
            "not measured");
    } else if (oldest > own) {
        deal->cause = CM_CAUSE_TLS_VERSION_TOO_NEW;
        say(deal, CM_OUTCOME_FAIL,
            "the server has %s as its oldest version, this client %s as its "
            "newest",
            name_of(oldest), name_of(own));
    } else {
        say(deal, CM_OUTCOME_FAIL,
            "the server has %s as its newest version, this client needs %s",
            name_of(newest), name_of(extreme(p->versions, false)));
    }
}

/* `open` holds when it was not measured whether a newer version is served. */
static void settle(struct cm_deal *out, const struct cm_deal *deal, bool *open)
{
    if (!*open) {
        *out = *deal;
    } else if (out->outcome != deal->outcome ||
               out->outcome == CM_OUTCOME_UNKNOWN) {
        uint16_t version = out->version;

        say(out, CM_OUTCOME_UNKNOWN,
            "whether the server has %s was not measured (--inventory does)",
            cm_tls_version_name(version));
    }
    *open = true;
}

void cm_negotiate(struct cm_deal *out, const struct cm_profile *profile,
                  const struct cm_server *server)
{
    struct cm_deal deal;
    bool open = false;

    for (int v = CM_VERSION_COUNT - 1; v >= 0; v--) {
        enum cm_known served = server->versions[v];

        if (!profile->versions[v] || served == CM_NO) {
            continue;
        }
        at_version(&deal, profile, server,
                   cm_version_number((enum cm_version_index)v));
        settle(out, &deal, &open);
        if (served == CM_YES) {
            return; /* neither side goes further down */
        }
    }
    no_version(&deal, profile, server);
    settle(out, &deal, &open);
}
