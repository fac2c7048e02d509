/* What to ask a server whose handshake failed: the likeliest question first,
 * by how it failed; then, once something works, which respect made the
 * difference.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "certmuster/offer.h"
#include "tls/diagnose.h"

#define ALERT_PROTOCOL_VERSION 70
#define SSL3 0x0300U
#define TLS1_3 0x0304U
#define MAX_SILENT 3 /* each silence lasts until the limit */
/* RSASSA-PSS with SHA-256 and its salt (RFC 8017 section 9.1.1). */
#define MIN_PSS_BITS 528U

#define END CM_ASK_COUNT /* of a ladder */

static const enum cm_ask nothing_in_common[] = {
    CM_ASK_TLS1_2,    CM_ASK_NO_SNI, CM_ASK_TLS1_3, CM_ASK_OTHER_SNI,
    CM_ASK_ANONYMOUS, CM_ASK_SSL3,   CM_ASK_TLS1_0, END};
static const enum cm_ask other_versions[] = {
    CM_ASK_TLS1_2, CM_ASK_SSL3, CM_ASK_TLS1_3, CM_ASK_TLS1_0, CM_ASK_SSL2,
    CM_ASK_NO_SNI, END};
static const enum cm_ask not_understood[] = {
    CM_ASK_SMALL, CM_ASK_TLS1_2, CM_ASK_TLS1_0,
    CM_ASK_SSL3,  CM_ASK_NO_SNI, CM_ASK_TLS1_3,
    END};
static const enum cm_ask own_fault[] = {CM_ASK_TLS1_2,    CM_ASK_NO_SNI,
                                        CM_ASK_OTHER_SNI, CM_ASK_TLS1_3,
                                        CM_ASK_TLS1_0,    END};
static const enum cm_ask application[] = {CM_ASK_ALPN, CM_ASK_TLS1_2,
                                          CM_ASK_NO_SNI, END};
static const enum cm_ask dropped[] = {
    CM_ASK_SMALL,  CM_ASK_NO_SNI, CM_ASK_TLS1_2, CM_ASK_OTHER_SNI,
    CM_ASK_TLS1_3, CM_ASK_TLS1_0, CM_ASK_SSL3,   END};
static const enum cm_ask unanswered[] = {CM_ASK_SMALL, CM_ASK_NO_SNI,
                                         CM_ASK_TLS1_0, END};
static const enum cm_ask its_certificate[] = {CM_ASK_TLS1_2, CM_ASK_TLS1_0,
                                              END};
static const enum cm_ask its_old_certificate[] = {CM_ASK_SSL3, END};

static const enum cm_ask *ladder_of_alert(uint8_t alert)
{
    switch (alert) {
    case 40: /* handshake_failure */
    case 71: /* insufficient_security */
        return nothing_in_common;
    case ALERT_PROTOCOL_VERSION:
        return other_versions;
    case 120: /* no_application_protocol */
        return application;
    case 80: /* internal_error */
        return own_fault;
    default:
        return not_understood;
    }
}

static const enum cm_ask *ladder_of(const struct cm_probe *p)
{
    if (cm_probe_was_answered(p)) {
        return p->version == SSL3 ? its_old_certificate : its_certificate;
    }
    switch (p->end) {
    case CM_END_ALERT_RECEIVED:
        return ladder_of_alert(p->alert_received.description);
    case CM_END_TIMEOUT:
        return unanswered;
    case CM_END_REFUSED_BY_US:
        return its_certificate;
    case CM_END_CLOSED:
    case CM_END_RESET:
    case CM_END_SYSTEM:
    case CM_END_NONE:
    case CM_END_COMPLETE:
    case CM_END_NOT_TLS:
    case CM_END_PROXY:
    case CM_END_STARTTLS:
    case CM_END_COUNT:
        break;
    }
    return dropped;
}

static unsigned times(const struct cm_evidence *ev, enum cm_ask ask)
{
    unsigned num = 0;

    for (size_t i = 0; i < ev->num_answers; i++) {
        num += ev->answers[i].ask == ask;
    }
    return num;
}

static bool too_silent(const struct cm_evidence *ev)
{
    unsigned num = 0;

    for (size_t i = 0; i < ev->num_answers; i++) {
        num += ev->answers[i].end == CM_ANSWER_SILENT;
    }
    return num >= MAX_SILENT;
}

static bool says_version(const struct cm_answer *answer)
{
    return answer != NULL && answer->end == CM_ANSWER_ALERT &&
           answer->alert == ALERT_PROTOCOL_VERSION;
}

/* Nothing worked yet: the next rung. A server that minds the version of TLS 1.2
 * is asked for the other at once. */
static bool climb(const struct cm_evidence *ev, const struct cm_probe *p,
                  bool named, enum cm_ask *ask)
{
    const enum cm_ask *rung = ladder_of(p);

    if (says_version(cm_evidence_answer(ev, CM_ASK_TLS1_2)) &&
        times(ev, CM_ASK_TLS1_3) == 0 && rung != other_versions) {
        *ask = CM_ASK_TLS1_3;
        return true;
    }
    for (; *rung != END; rung++) {
        if (times(ev, *rung) == 0 && (named || *rung != CM_ASK_NO_SNI)) {
            *ask = *rung;
            return true;
        }
    }
    return false;
}

/* Curves by IANA's names for groups, as far as a certificate may have them. */
static bool curve_is_on_offer(const struct cm_cert *leaf)
{
    return leaf->key_alg != CM_KEY_EC || leaf->curve == NULL ||
           strcmp(leaf->curve, "P-256") == 0 ||
           strcmp(leaf->curve, "P-384") == 0 ||
           strcmp(leaf->curve, "P-521") == 0;
}

static bool group_is_on_offer(const struct cm_answer *a)
{
    return (a->group == 0 || cm_offer_has(cm_offer_groups(), a->group)) &&
           (a->num_chain == 0 || curve_is_on_offer(a->chain[0]));
}

static const enum cm_ask respects[] = {CM_ASK_SUITES, CM_ASK_GROUPS,
                                       CM_ASK_SIGNATURES};

/* What worked with the least difference from the first hello. */
static enum cm_ask respected(const struct cm_evidence *ev,
                             const struct cm_answer *all)
{
    for (size_t i = 0; i < sizeof(respects) / sizeof(*respects); i++) {
        if (cm_evidence_worked(ev, respects[i]) != NULL) {
            return respects[i];
        }
    }
    return all->ask;
}

/* A server that took the whole list: what it chose that was not on offer before
 * is the likeliest difference; then the others. */
static bool find_respect(const struct cm_evidence *ev,
                         const struct cm_answer *a, enum cm_ask *ask)
{
    const bool odd[] = {
        !cm_offer_has(cm_offer_suites(), a->cipher),
        !group_is_on_offer(a),
        a->signature != 0 && !cm_offer_has(cm_offer_schemes(), a->signature),
    };

    for (size_t i = 0; i < 3; i++) {
        if (cm_evidence_worked(ev, respects[i]) != NULL) {
            return false;
        }
    }
    for (size_t i = 0; i < 6; i++) {
        if ((i >= 3 || odd[i]) && times(ev, respects[i % 3]) == 0) {
            *ask = respects[i % 3];
            return true;
        }
    }
    return false;
}

/* Its key cannot sign for TLS 1.3 at all: that is no intolerance. */
static bool key_is_too_short(const struct cm_evidence *ev)
{
    const struct cm_answer *a = cm_evidence_certificates(ev);

    return a != NULL && a->chain[0]->key_alg == CM_KEY_RSA &&
           a->chain[0]->key_bits > 0 && a->chain[0]->key_bits < MIN_PSS_BITS;
}

/* One after the other; one that fails is asked again, and so is its plainer
 * twin, in an order that has no period: a server that hangs up now and then, or
 * for a while, does so to both. */
static bool next_burden(const struct cm_evidence *ev,
                        const enum cm_ask *burdens, size_t num,
                        enum cm_ask *ask)
{
    for (size_t i = 0; i < num; i++) {
        unsigned asked = times(ev, burdens[i]);
        unsigned twins = times(ev, CM_ASK_SMALL);

        if (cm_evidence_worked(ev, burdens[i]) != NULL) {
            continue;
        }
        *ask = asked > 0 && twins <= asked && twins < CM_INTOLERANT_CONTROLS
                   ? CM_ASK_SMALL
                   : burdens[i];
        return asked < CM_INTOLERANT_FAILURES || *ask == CM_ASK_SMALL;
    }
    return false;
}

/* The plain hello works where the first one failed: what in the first one does
 * the server not tolerate? */
static bool find_intolerance(const struct cm_evidence *ev,
                             const struct cm_probe *p, enum cm_ask *ask)
{
    /* A padded or newer hello has extensions that nobody knew either. */
    static const enum cm_ask burdens[] = {CM_ASK_GREASE, CM_ASK_LARGE,
                                          CM_ASK_NEWER};

    if (cm_probe_was_answered(p) || key_is_too_short(ev) ||
        cm_evidence_worked(ev, CM_ASK_SMALL)->version <= SSL3) {
        return false;
    }
    return next_burden(ev, burdens, sizeof(burdens) / sizeof(*burdens), ask);
}

bool cm_tolerance_plan(const struct cm_evidence *ev, bool named,
                       enum cm_ask *ask)
{
    /* Today's browsers send large ones; some boxes read the first record, or
     * the first packet, only. */
    static const enum cm_ask burdens[] = {CM_ASK_LARGE, CM_ASK_SPLIT,
                                          CM_ASK_GREASE};

    (void)named;
    return !too_silent(ev) &&
           next_burden(ev, burdens, sizeof(burdens) / sizeof(*burdens), ask);
}

bool cm_diagnosis_only_tls13(const struct cm_evidence *ev)
{
    const struct cm_probe *p = cm_evidence_main_probe(ev);

    if (p != NULL && p->end == CM_END_COMPLETE) {
        return p->version == TLS1_3;
    }
    return cm_evidence_worked(ev, CM_ASK_TLS1_3) != NULL &&
           cm_evidence_worked(ev, CM_ASK_TLS1_2) == NULL;
}

/* Something else than the first hello worked, and that says it all: which? */
static const struct cm_answer *last_word(const struct cm_evidence *ev)
{
    static const enum cm_ask last_words[] = {
        CM_ASK_NO_SNI, CM_ASK_OTHER_SNI, CM_ASK_ANONYMOUS, CM_ASK_ALPN,
        CM_ASK_TLS1_1, CM_ASK_TLS1_0,    CM_ASK_SSL3,      CM_ASK_SSL2,
    };

    for (size_t i = 0; i < sizeof(last_words) / sizeof(*last_words); i++) {
        const struct cm_answer *word = cm_evidence_worked(ev, last_words[i]);

        if (word != NULL) {
            return word;
        }
    }
    return NULL;
}

/* A server that hangs up now and then, or for a while, seems to mind whatever
 * was asked just before. So both are asked again, in an order that has no
 * period, until each has answered CM_CHANCE_CONTROLS times in its way, or
 * otherwise than before. */
static bool confirm(const struct cm_evidence *ev, const struct cm_probe *p,
                    enum cm_ask works, enum cm_ask *ask)
{
    unsigned first = times(ev, CM_ASK_NEWER);
    unsigned other = times(ev, works);

    if (!cm_probe_may_be_chance(p) || cm_evidence_by_chance(ev)) {
        return false;
    }
    *ask = first == 0 || (first < CM_CHANCE_CONTROLS && other > 1)
               ? CM_ASK_NEWER
               : works;
    return first < CM_CHANCE_CONTROLS || other < CM_CHANCE_CONTROLS;
}

bool cm_diagnosis_plan(const struct cm_evidence *ev, bool named,
                       enum cm_ask *ask)
{
    const struct cm_probe *p = cm_evidence_main_probe(ev);
    const struct cm_answer *newest = cm_evidence_worked(ev, CM_ASK_TLS1_2);
    const struct cm_answer *word;

    if (p == NULL || too_silent(ev)) {
        return false;
    }
    if (newest != NULL &&
        (cm_probe_was_answered(p) || newest->version <= SSL3)) {
        return false; /* its certificate was all there was to find out */
    }
    if (cm_evidence_worked(ev, CM_ASK_SMALL) != NULL) {
        return find_intolerance(ev, p, ask);
    }
    if (newest != NULL && times(ev, CM_ASK_SMALL) == 0) {
        *ask = CM_ASK_SMALL;
        return true;
    }
    if (newest == NULL) {
        newest = cm_evidence_worked(ev, CM_ASK_TLS1_3);
    }
    if (newest != NULL) {
        return find_respect(ev, newest, ask) ||
               confirm(ev, p, respected(ev, newest), ask);
    }
    word = last_word(ev);
    return word != NULL ? confirm(ev, p, word->ask, ask)
                        : climb(ev, p, named, ask);
}
