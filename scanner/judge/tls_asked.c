/* A handshake that failed, by what hand-built hellos brought out: two hellos
 * that differ in one respect, and two answers that differ, are a proof.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "certmuster/offer.h"
#include "judge/rules.h"
#include "judge/tls_words.h"

#define TLS1_0 0x0301U
#define TLS1_1 0x0302U
#define TLS1_3 0x0304U
#define ALERT_NO_APPLICATION_PROTOCOL 120
#define MIN_FAILURES 3 /* of a hello, before a server is called intolerant */
#define MIN_CONTROLS 2 /* of its plainer twin that worked */
/* RSASSA-PSS with SHA-256 and its salt (RFC 8017 section 9.1.1). */
#define MIN_PSS_BITS 528U

/* Asked by the right name, with suites that have a certificate. */
static const enum cm_ask asks_of_server[] = {
    CM_ASK_TLS1_3, CM_ASK_TLS1_2, CM_ASK_TLS1_1, CM_ASK_TLS1_0,
    CM_ASK_SSL3,   CM_ASK_SSL2,   CM_ASK_SMALL,  CM_ASK_ALPN};

static const struct cm_answer *newest_choice(const struct cm_case *c)
{
    const struct cm_answer *newest = NULL;

    for (size_t i = 0; i < sizeof(asks_of_server) / sizeof(enum cm_ask); i++) {
        const struct cm_answer *a =
            cm_evidence_worked(c->ev, asks_of_server[i]);

        if (a != NULL && (newest == NULL || a->version > newest->version)) {
            newest = a;
        }
    }
    return newest;
}

/* Of a server that hung up: the first hello failed again each time. */
#define MIN_AGAIN 3
static bool was_confirmed(const struct cm_case *c)
{
    return !cm_probe_may_be_chance(c->probe) ||
           cm_evidence_count_failed(c->ev, CM_ASK_NEWER) >= MIN_AGAIN;
}

static void sure_if(struct cm_finding *f, bool sure)
{
    if (f != NULL) {
        f->confidence = sure ? CM_CERTAIN : CM_PROBABLE;
    }
}

/* The same hello but for the name. */
static bool name_refused(struct cm_case *c)
{
    const struct cm_answer *none = cm_evidence_worked(c->ev, CM_ASK_NO_SNI);
    const struct cm_answer *other = cm_evidence_worked(c->ev, CM_ASK_OTHER_SNI);
    const struct cm_answer *works = none != NULL ? none : other;
    bool named = c->ep->sni[0] != '\0';
    char server[CM_LABEL_SIZE];
    char how[CM_LABEL_SIZE];
    char choice[CM_LABEL_SIZE];
    struct cm_finding *f;

    if (works == NULL || newest_choice(c) != NULL) {
        return false;
    }
    (void)cm_finding_server(c, server);
    (void)cm_tls_end_words(c->probe, how);
    (void)cm_tls_choice_words(works, choice);
    if (named) {
        f = cm_finding_add(
            c, CM_CAUSE_TLS_SNI_UNRECOGNIZED, "RFC 6066 section 3",
            "%s answered a hello for \"%s\" with %s, and the same hello %s "
            "with %s",
            server, c->ep->sni, how,
            none != NULL ? "without a name" : "for a name that nobody has",
            choice);
    } else {
        f = cm_finding_add(
            c, CM_CAUSE_TLS_SNI_REQUIRED, "RFC 6066 section 3",
            "%s answered a hello without a server name with %s, and the same "
            "hello with a name with %s",
            server, how, choice);
    }
    sure_if(f, was_confirmed(c));
    return true;
}

static bool no_certificate(struct cm_case *c)
{
    const struct cm_answer *a = cm_evidence_worked(c->ev, CM_ASK_ANONYMOUS);
    char server[CM_LABEL_SIZE];
    char how[CM_LABEL_SIZE];
    char choice[CM_LABEL_SIZE];

    if (a == NULL || newest_choice(c) != NULL) {
        return false;
    }
    (void)cm_finding_add(
        c, CM_CAUSE_TLS_NO_CERTIFICATE, "RFC 5246 section 7.4.2",
        "%s answered every suite that has a certificate with %s, and suites "
        "without one with %s: it serves no certificate",
        cm_finding_server(c, server), cm_tls_end_words(c->probe, how),
        cm_tls_choice_words(a, choice));
    return true;
}

static bool version_too_old(struct cm_case *c)
{
    const struct cm_answer *a = newest_choice(c);
    char server[CM_LABEL_SIZE];
    char how[CM_LABEL_SIZE];
    char choice[CM_LABEL_SIZE];
    struct cm_finding *f;

    if (a == NULL || a->version > TLS1_1) {
        return false;
    }
    f = cm_finding_add(
        c, CM_CAUSE_TLS_VERSION_TOO_OLD, "RFC 8996 section 2",
        "%s answered an offer of TLS 1.0 to 1.3 with %s, and a hello of %s "
        "with %s: it speaks nothing newer",
        cm_finding_server(c, server), cm_tls_end_words(c->probe, how),
        cm_tls_ask_words(a->ask), cm_tls_choice_words(a, choice));
    sure_if(f, was_confirmed(c));
    return true;
}

/* One respect that made the difference, or that was chosen outside of what the
 * first hello offered. */
struct respect {
    enum cm_ask ask;
    enum cm_cause cause;
    const char *what; /* "cipher suite" */
    const char *rule;
};
static const struct respect respects[] = {
    {CM_ASK_SUITES, CM_CAUSE_TLS_NO_COMMON_CIPHER, "cipher suite",
     "RFC 5246 section 7.4.1.3"},
    {CM_ASK_GROUPS, CM_CAUSE_TLS_NO_COMMON_GROUP, "group",
     "RFC 8422 section 5.1; RFC 8446 section 4.2.7"},
    {CM_ASK_SIGNATURES, CM_CAUSE_TLS_NO_COMMON_SIGALG, "signature scheme",
     "RFC 8446 section 4.2.3"},
};
#define RESPECTS (sizeof(respects) / sizeof(*respects))

static bool curve_is_on_offer(const struct cm_cert *leaf)
{
    return leaf->curve == NULL || strcmp(leaf->curve, "P-256") == 0 ||
           strcmp(leaf->curve, "P-384") == 0 ||
           strcmp(leaf->curve, "P-521") == 0;
}

/* What the server took in this respect and the first hello did not offer; ""
 * when it did. */
static const char *odd_choice(const struct cm_answer *a, enum cm_ask ask,
                              char out[CM_LABEL_SIZE])
{
    const char *curve = a->num_chain > 0 ? a->chain[0]->curve : NULL;

    out[0] = '\0';
    if (ask == CM_ASK_SUITES && !cm_offer_has(cm_offer_suites(), a->cipher)) {
        (void)cm_tls_suite_words(a->cipher, out);
    } else if (ask == CM_ASK_GROUPS && a->group != 0 &&
               !cm_offer_has(cm_offer_groups(), a->group)) {
        (void)cm_tls_group_words(a->group, out);
    } else if (ask == CM_ASK_GROUPS && curve != NULL &&
               !curve_is_on_offer(a->chain[0])) {
        (void)snprintf(out, CM_LABEL_SIZE,
                       "the curve %s of its certificate's "
                       "key",
                       curve);
    } else if (ask == CM_ASK_SIGNATURES && a->signature != 0 &&
               !cm_offer_has(cm_offer_schemes(), a->signature)) {
        (void)cm_tls_scheme_words(a->signature, out);
    }
    return out;
}

static void nothing_in_common(struct cm_case *c, const struct respect *r,
                              const struct cm_answer *works, bool sure)
{
    char server[CM_LABEL_SIZE];
    char how[CM_LABEL_SIZE];
    char choice[CM_LABEL_SIZE];
    char odd[CM_LABEL_SIZE];
    struct cm_finding *f;

    (void)odd_choice(works, r->ask, odd);
    if (r->ask == CM_ASK_SUITES) {
        odd[0] = '\0'; /* the choice names it */
    }
    f = cm_finding_add(
        c, r->cause, r->rule,
        "%s answered what common clients offer with %s, and the same hello "
        "with every %s there is with %s%s%s",
        cm_finding_server(c, server), cm_tls_end_words(c->probe, how), r->what,
        cm_tls_choice_words(works, choice), odd[0] != '\0' ? "; it takes " : "",
        odd);
    sure_if(f, sure && was_confirmed(c));
}

/* The plain hello was refused, or, where only TLS 1.3 is spoken, the first one;
 * one that offers everything was not. */
static bool nothing_in_common_in(struct cm_case *c)
{
    const struct cm_answer *all = cm_evidence_worked(c->ev, CM_ASK_TLS1_2);
    bool found = false;
    char odd[CM_LABEL_SIZE];

    if (all == NULL) {
        all = cm_evidence_worked(c->ev, CM_ASK_TLS1_3);
    } else if (cm_evidence_count_failed(c->ev, CM_ASK_SMALL) == 0) {
        return false;
    }
    if (all == NULL || cm_evidence_worked(c->ev, CM_ASK_SMALL) != NULL) {
        return false;
    }
    for (size_t i = 0; i < RESPECTS; i++) {
        const struct cm_answer *a = cm_evidence_worked(c->ev, respects[i].ask);

        if (a != NULL) {
            nothing_in_common(c, &respects[i], a, true);
            return true;
        }
    }
    /* None alone is enough: what it took of them all together. */
    for (size_t i = 0; i < RESPECTS; i++) {
        if (odd_choice(all, respects[i].ask, odd)[0] != '\0') {
            nothing_in_common(c, &respects[i], all,
                              cm_evidence_answer(c->ev, respects[i].ask) !=
                                  NULL);
            found = true;
        }
    }
    if (!found) {
        nothing_in_common(c, &respects[all->version >= TLS1_3 ? 2 : 0], all,
                          false);
    }
    return true;
}

/* Its key signs for TLS 1.2 and is too short for any scheme of TLS 1.3. */
static bool key_too_short(struct cm_case *c)
{
    const struct cm_answer *small = cm_evidence_worked(c->ev, CM_ASK_SMALL);
    char server[CM_LABEL_SIZE];
    char how[CM_LABEL_SIZE];
    char choice[CM_LABEL_SIZE];
    struct cm_finding *f;

    if (small == NULL || c->leaf == NULL || c->leaf->key_alg != CM_KEY_RSA ||
        c->leaf->key_bits == 0 || c->leaf->key_bits >= MIN_PSS_BITS) {
        return false;
    }
    f = cm_finding_add(
        c, CM_CAUSE_TLS_NO_COMMON_SIGALG, "RFC 8446 section 4.2.3",
        "%s answered an offer of TLS 1.0 to 1.3 with %s, and one up to TLS 1.2 "
        "with %s: its RSA key of %u bits is too short for the signatures "
        "(RSASSA-PSS) of TLS 1.3",
        cm_finding_server(c, server), cm_tls_end_words(c->probe, how),
        cm_tls_choice_words(small, choice), c->leaf->key_bits);
    cm_finding_about(c, f, c->leaf);
    return true;
}

/* What a hello may have that a server or a box on the way does not stand. */
static const struct {
    enum cm_ask ask;
    const char *kind;
    const char *what;
    const char *rule;
} burdens[] = {
    {CM_ASK_GREASE, "extension", "with extensions and values nobody knows",
     "RFC 8701 section 1; RFC 5246 section 7.4.1.4"},
    {CM_ASK_LARGE, "large", "padded to over 1,400 bytes",
     "RFC 8446 section 5.1"},
    {CM_ASK_SPLIT, "record_split", "in two records", "RFC 8446 section 5.1"},
    {CM_ASK_NEWER, "version", "with TLS 1.3 on offer",
     "RFC 8446 section 4.2.1"},
};

static bool hello_intolerant(struct cm_case *c)
{
    const struct cm_answer *small = cm_evidence_worked(c->ev, CM_ASK_SMALL);
    unsigned controls = 0;
    char server[CM_LABEL_SIZE];
    char how[CM_LABEL_SIZE];
    char choice[CM_LABEL_SIZE];

    /* Its plain twin fails, too, now and then: that is no intolerance. */
    if (small == NULL || (c->probe->end == CM_END_COMPLETE &&
                          cm_evidence_count_failed(c->ev, CM_ASK_SMALL) > 0)) {
        return false;
    }
    for (size_t i = 0; i < c->ev->num_answers; i++) {
        controls += c->ev->answers[i].ask == CM_ASK_SMALL &&
                    cm_answer_worked(&c->ev->answers[i]);
    }
    for (size_t i = 0; i < sizeof(burdens) / sizeof(*burdens); i++) {
        unsigned failed = cm_evidence_count_failed(c->ev, burdens[i].ask);
        struct cm_finding *f;

        if (failed == 0 || cm_evidence_worked(c->ev, burdens[i].ask) != NULL) {
            continue;
        }
        f = cm_finding_add(
            c, CM_CAUSE_TLS_HELLO_INTOLERANT, burdens[i].rule,
            "%s: %s answered a plain hello with %s (%u of %u), and "
            "the same hello %s with %s (%u of %u)",
            burdens[i].kind, cm_finding_server(c, server),
            cm_tls_choice_words(small, choice), controls,
            controls + cm_evidence_count_failed(c->ev, CM_ASK_SMALL),
            burdens[i].what,
            cm_tls_answer_words(cm_evidence_answer(c->ev, burdens[i].ask), how),
            failed, failed);
        sure_if(f, failed >= MIN_FAILURES && controls >= MIN_CONTROLS);
        if (f != NULL && c->probe->end == CM_END_COMPLETE) {
            f->blocks = false; /* a hello like ours works */
        }
        return true;
    }
    return false;
}

static bool no_application_protocol(struct cm_case *c)
{
    const struct cm_answer *a = cm_evidence_worked(c->ev, CM_ASK_ALPN);
    char server[CM_LABEL_SIZE];
    char choice[CM_LABEL_SIZE];

    if (a == NULL ||
        c->probe->alert_received.description != ALERT_NO_APPLICATION_PROTOCOL) {
        return false;
    }
    (void)cm_finding_add(
        c, CM_CAUSE_TLS_ALPN_FAILURE, "RFC 7301 section 3.2",
        "%s answered a hello without application protocols with the alert "
        "no_application_protocol (120), and the same hello with h2 and "
        "http/1.1 with %s",
        cm_finding_server(c, server), cm_tls_choice_words(a, choice));
    return true;
}

/* By hand it works, and no single respect makes the difference. */
static bool works_by_hand(struct cm_case *c)
{
    const struct cm_answer *a = newest_choice(c);
    char server[CM_LABEL_SIZE];
    char how[CM_LABEL_SIZE];
    char choice[CM_LABEL_SIZE];

    if (a == NULL) {
        return false;
    }
    (void)cm_finding_add(
        c, CM_CAUSE_TLS_HANDSHAKE_UNEXPLAINED, "",
        "%s answered an offer of TLS 1.0 to 1.3 with %s, and a hello of %s "
        "with %s; %zu hellos did not bring out what makes the difference",
        cm_finding_server(c, server), cm_tls_end_words(c->probe, how),
        cm_tls_ask_words(a->ask), cm_tls_choice_words(a, choice),
        c->ev->num_answers);
    return true;
}

bool cm_judge_asked(struct cm_case *c)
{
    bool old;

    if (c->ev->num_answers == 0) {
        return false;
    }
    if (c->probe->end == CM_END_COMPLETE) {
        return hello_intolerant(c);
    }
    if (cm_probe_was_answered(c->probe) || cm_evidence_by_chance(c->ev)) {
        return false;
    }
    if (name_refused(c) || no_certificate(c) || no_application_protocol(c)) {
        return true;
    }
    old = version_too_old(c);
    if (old && newest_choice(c)->version < TLS1_0) {
        return true; /* the offer began above that */
    }
    return nothing_in_common_in(c) || key_too_short(c) || hello_intolerant(c) ||
           old || works_by_hand(c);
}

unsigned cm_judge_asked_in_vain(const struct cm_case *c)
{
    unsigned num = 0;

    for (size_t i = 0; i < c->ev->num_answers; i++) {
        if (cm_answer_worked(&c->ev->answers[i])) {
            return 0;
        }
        num += cm_answer_failed(&c->ev->answers[i]);
    }
    return num;
}
