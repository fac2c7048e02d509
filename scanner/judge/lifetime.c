/* What calendars say: limits on lifetimes, renewal, certificate timestamps, and
 * the terms of roots.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "certmuster/limits.h"
#include "judge/rules.h"
#include "pki/pki.h"
#include "pki/sct.h"

#define DAY INT64_C(86400)

#define SINCE_1996 INT64_C(820454400)   /* X.509 version 3 came then */
#define SINCE_CT INT64_C(1525132800)    /* May 2018: Chrome wants timestamps */
#define SINCE_APPLE INT64_C(1561939200) /* July 2019: Apple limits all CAs */
#define APPLE_DAYS 825
#define SHORT_FOR_CT (180 * DAY)
#define LAST_LIMIT_DAYS 47
#define RENEWABLE_BY_HAND (100 * DAY)

/* Both ends are inclusive. */
static int64_t life_of(const struct cm_cert *cert)
{
    return cert->not_after - cert->not_before + 1;
}

/* A part of a day counts as a day. */
static int64_t days_of(int64_t seconds)
{
    return (seconds + DAY - 1) / DAY;
}

static void too_long(struct cm_case *c)
{
    const struct cm_cert *leaf = c->leaf;
    bool is_public = cm_judge_is_public(c);
    int limit =
        is_public ? cm_validity_limit_days(leaf->not_before) : APPLE_DAYS;
    char day[CM_TIME_TEXT_SIZE];
    char name[CM_LABEL_SIZE];
    struct cm_finding *f;

    if ((!is_public && leaf->not_before < SINCE_APPLE) || limit == 0 ||
        life_of(leaf) <= limit * DAY) {
        return;
    }
    f = cm_finding_add(
        c, CM_CAUSE_VALIDITY_TOO_LONG,
        is_public ? "CA/Browser Forum Baseline Requirements 6.3.2"
                  : "Apple, requirements for certificates in iOS 13",
        "%s is valid for %lld days from %s on; %s then was %d days: refused by "
        "%s",
        cm_finding_cert_name(leaf, name), (long long)days_of(life_of(leaf)),
        cm_time_day(leaf->not_before, day),
        is_public ? "the most that public CAs might issue"
                  : "the most that Apple's systems accept of any CA",
        limit, is_public ? "Chrome and Safari" : "Safari and apps on iOS");
    cm_finding_about(c, f, c->leaf);
    if (is_public) {
        cm_finding_strict(c, f);
    }
}

static void renewed_by_hand(struct cm_case *c)
{
    const struct cm_cert *leaf = c->leaf;
    int64_t life = life_of(leaf);
    char name[CM_LABEL_SIZE];
    struct cm_finding *f;

    if (!cm_judge_is_public(c) || life <= RENEWABLE_BY_HAND) {
        return;
    }
    f = cm_finding_add(
        c, CM_CAUSE_RENEWAL_NOT_AUTOMATED,
        "CA/Browser Forum Baseline Requirements 6.3.2",
        "%s is valid for %lld days, about %lld renewals a year; public CAs "
        "issue for 200 days at the most from 15 Mar 2026 on, for 100 days from "
        "15 Mar 2027 on, and for %d days from 15 Mar 2029 on: %lld renewals a "
        "year",
        cm_finding_cert_name(leaf, name), (long long)days_of(life),
        (long long)cm_renewals_a_year(life), LAST_LIMIT_DAYS,
        (long long)cm_renewals_a_year(LAST_LIMIT_DAYS * DAY));
    cm_finding_about(c, f, c->leaf);
}

bool cm_judge_client_auth_ends(const struct cm_cert *cert)
{
    const unsigned both = CM_EKU_SERVER_AUTH | CM_EKU_CLIENT_AUTH;

    return cm_judge_leaf_is_public(cert) && cert->has_eku &&
           (cert->eku & both) == both && cert->not_after >= CM_CLIENT_AUTH_END;
}

/* Nobody can tell from outside whether the server also calls others with it. */
static void client_auth_ends(struct cm_case *c)
{
    char name[CM_LABEL_SIZE];
    char day[CM_TIME_TEXT_SIZE];
    struct cm_finding *f;

    if (!cm_judge_client_auth_ends(c->leaf)) {
        return;
    }
    f = cm_finding_add(
        c, CM_CAUSE_PUBLIC_CLIENT_AUTH_EKU, CM_CLIENT_AUTH_RULE,
        "%s is for TLS servers and for TLS clients, and ends on %s; what "
        "public CAs issue from 15 Mar 2027 on is for servers only: where this "
        "server also connects to others with it (mutual TLS), they will refuse "
        "its successor",
        cm_finding_cert_name(c->leaf, name),
        cm_time_day(c->leaf->not_after, day));
    cm_finding_about(c, f, c->leaf);
}

static unsigned count_logs(const struct cm_sct *scts, size_t num)
{
    unsigned logs = 0;

    for (size_t i = 0; i < num; i++) {
        bool seen = false;

        for (size_t j = 0; j < i && !seen; j++) {
            seen = memcmp(scts[i].log_id, scts[j].log_id,
                          sizeof(scts[i].log_id)) == 0;
        }
        logs += seen ? 0U : 1U;
    }
    return logs;
}

/* Those in the TLS extension are not counted here: whoever sends some is
 * believed. Chrome before 148 takes them from a staple, too. */
static void too_few_timestamps(struct cm_case *c)
{
    const struct cm_cert *leaf = c->leaf;
    unsigned needed = life_of(leaf) <= SHORT_FOR_CT ? 2 : 3;
    struct cm_sct scts[CM_MAX_SCTS];
    char name[CM_LABEL_SIZE];
    struct cm_finding *f;
    unsigned logs;
    bool bad;

    if (!cm_judge_is_public(c) || leaf->not_before < SINCE_CT ||
        c->probe->sct_bytes > 0) {
        return;
    }
    logs = count_logs(scts, cm_sct_list(leaf->sct_list, scts, &bad));
    if (logs >= needed) {
        return;
    }
    f = cm_finding_add(
        c, CM_CAUSE_SCT_MISSING, "Chrome's policy for Certificate Transparency",
        "%s, valid for %lld days, has certificate timestamps of %u log%s, and "
        "needs those of %u%s: refused by Chrome "
        "(ERR_CERTIFICATE_TRANSPARENCY_REQUIRED), Safari, and Firefox from 135 "
        "on",
        cm_finding_cert_name(leaf, name), (long long)days_of(life_of(leaf)),
        logs, logs == 1 ? "" : "s", needed,
        c->probe->server_hello ? "; none came in the handshake" : "");
    cm_finding_about(c, f, c->leaf);
    if (f != NULL &&
        (!c->probe->server_hello || c->probe->ocsp_staple.len > 0)) {
        f->confidence = CM_PROBABLE;
    }
}

/* A root of this name and key whose term lasts longer than until `end`. */
static bool lasts(const struct cm_certset *set, const struct cm_cert *cert,
                  int64_t end)
{
    struct cm_cert *const *certs = NULL;
    size_t num = 0;

    if (set != NULL) {
        num = cm_certset_by_subject(set, cert->subject_norm, &certs);
    }
    for (size_t i = 0; i < num; i++) {
        if (certs[i]->self_issued &&
            cm_span_equal(certs[i]->spki, cert->spki) &&
            cm_root_term_end(certs[i]->not_before) > end) {
            return true;
        }
    }
    return false;
}

/* The path goes through the cross-sign of a newer root: clients that have that
 * one will not need the old one. */
static bool has_newer_root(const struct cm_case *c, int64_t end)
{
    for (size_t i = 1; i + 1 < c->path.num; i++) {
        const struct cm_cert *cert = c->path.steps[i].cert;

        if (lasts(c->trust->anchors, cert, end) ||
            lasts(c->trust->pool, cert, end)) {
            return true;
        }
        for (size_t view = 0; view < c->trust->num_views; view++) {
            if (lasts(c->trust->views[view].anchors, cert, end)) {
                return true;
            }
        }
    }
    return false;
}

/* While this certificate lives, or the next one like it. */
static void root_ends(struct cm_case *c)
{
    int64_t next_end = c->leaf->not_after + life_of(c->leaf);
    const struct cm_step *top = &c->path.steps[c->path.num - 1];
    int64_t end = cm_root_term_end(top->cert->not_before);
    char made[CM_TIME_TEXT_SIZE];
    char day[CM_TIME_TEXT_SIZE];
    char name[CM_LABEL_SIZE];
    struct cm_finding *f;

    if (!cm_judge_is_public(c) || !c->path.anchored || c->path.num < 2 ||
        !top->cert->self_issued || top->cert->not_before < SINCE_1996 ||
        end > next_end || has_newer_root(c, next_end)) {
        return;
    }
    f = cm_finding_add(
        c, CM_CAUSE_ROOT_TERM_LIMIT,
        "Chrome Root Program Policy 1.8 section 1.3.1.2",
        "the root %s is of %s: Chrome removes roots when their keys are about "
        "15 years old, this one %s %s; Mozilla has a limit like that",
        cm_finding_cert_name(top->cert, name),
        cm_time_day(top->cert->not_before, made),
        end <= c->at_unix ? "since" : "from", cm_time_day(end, day));
    cm_finding_about(c, f, top->cert);
    if (f != NULL && end <= c->at_unix) {
        f->severity = CM_SEVERITY_SOME_CLIENTS;
    }
}

void cm_judge_lifetime(struct cm_case *c)
{
    too_long(c);
    renewed_by_hand(c);
    client_auth_ends(c);
    too_few_timestamps(c);
    root_ends(c);
}
