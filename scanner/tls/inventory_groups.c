/* Which groups are taken. In TLS 1.3 an empty key share asks for a
 * HelloRetryRequest, which names one, so that post-quantum hybrids are found
 * without their mathematics; below, the ServerKeyExchange does. Also the
 * shortest prime of a server's own Diffie-Hellman parameters.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tls/inventory_parts.h"

/* IANA's registry: from here on groups that are no elliptic curves of before
 * TLS 1.3 (finite fields, ML-KEM, hybrids). */
#define FIRST_OTHER_GROUP 0x0100U

static void add_group(struct cm_plan *plan, uint16_t group)
{
    struct cm_inventory *out = plan->out;

    if (out->num_groups < CM_MAX_GROUPS &&
        !cm_numbers_have(out->groups, out->num_groups, group)) {
        out->groups[out->num_groups++] = group;
    }
}

static void load(struct cm_plan *plan, bool curves_only)
{
    struct cm_numbers all = cm_hello_all_groups();

    plan->num_groups = 0;
    for (size_t i = 0; i < all.num && plan->num_groups < CM_MAX_GROUPS; i++) {
        uint16_t group = all.numbers[i];

        if (!curves_only || (group < FIRST_OTHER_GROUP &&
                             !cm_numbers_have(plan->out->groups,
                                              plan->out->num_groups, group))) {
            plan->groups[plan->num_groups++] = group;
        }
    }
}

static void offer_groups(struct cm_plan *plan, struct cm_hello *hello,
                         enum cm_version_index version)
{
    cm_plan_hello(plan, hello, version);
    cm_plan_offer(plan, hello);
    hello->groups = plan->groups;
    hello->num_groups = plan->num_groups;
}

bool cm_groups_next(struct cm_plan *plan, struct cm_hello *hello)
{
    if (!cm_plan_found(plan, CM_VERSION_TLS1_3, NULL)) {
        plan->all_groups = plan->out->versions[CM_VERSION_TLS1_3].complete;
        return false;
    }
    if (!plan->begun) {
        load(plan, false);
    }
    offer_groups(plan, hello, CM_VERSION_TLS1_3);
    return plan->num_groups > 0;
}

void cm_groups_heard(struct cm_plan *plan, enum cm_reply reply,
                     const struct cm_answer *answer,
                     const struct cm_flight *flight)
{
    (void)flight;
    if (reply == CM_REPLY_CHOSE &&
        cm_numbers_drop(plan->groups, &plan->num_groups, answer->group)) {
        add_group(plan, answer->group);
        plan->all_groups = plan->num_groups == 0;
        return;
    }
    plan->over = true;
    plan->all_groups = reply == CM_REPLY_NO;
}

static bool is_ecdhe(const struct cm_suite *suite)
{
    return strcmp(suite->kx, "ECDHE") == 0 && !suite->anonymous;
}

static bool is_ecdhe_rsa(const struct cm_suite *suite)
{
    return is_ecdhe(suite) && strcmp(suite->auth, "RSA") == 0;
}

/* Below TLS 1.3 the curve of an ECDSA certificate must be in the list too (RFC
 * 8422 section 5.1), so RSA is better to ask with; without it a refusal may be
 * about the certificate. */
bool cm_curves_next(struct cm_plan *plan, struct cm_hello *hello)
{
    int version = cm_plan_newest(plan, CM_VERSION_TLS1_2);

    if (version <= CM_VERSION_SSL3 ||
        (!cm_plan_found(plan, (enum cm_version_index)version, is_ecdhe_rsa) &&
         !cm_plan_found(plan, (enum cm_version_index)version, is_ecdhe))) {
        plan->out->groups_complete =
            plan->all_groups && cm_plan_all_suites(plan);
        return false;
    }
    if (!plan->begun) {
        load(plan, true);
    }
    offer_groups(plan, hello, (enum cm_version_index)version);
    return plan->num_groups > 0;
}

void cm_curves_heard(struct cm_plan *plan, enum cm_reply reply,
                     const struct cm_answer *answer,
                     const struct cm_flight *flight)
{
    const struct cm_suite *suite;

    (void)flight;
    if (reply == CM_REPLY_CHOSE && answer->group != 0) {
        add_group(plan, answer->group);
        suite = cm_suite_find(answer->cipher);
        plan->by_ecdsa = suite != NULL && strcmp(suite->auth, "ECDSA") == 0;
        if (cm_numbers_drop(plan->groups, &plan->num_groups, answer->group)) {
            return;
        }
        /* Not one of those offered: it always takes this one. */
        reply = CM_REPLY_NO;
    }
    plan->over = true;
    plan->out->groups_complete =
        reply == CM_REPLY_NO && plan->all_groups && !plan->by_ecdsa;
}

static bool is_dhe(const struct cm_suite *suite)
{
    return strcmp(suite->kx, "DHE") == 0 && !suite->anonymous;
}

/* Without finite-field groups to choose from (RFC 7919) a server takes its own
 * parameters; every answer's prime is noted, here too. */
bool cm_dh_next(struct cm_plan *plan, struct cm_hello *hello)
{
    int version = cm_plan_newest(plan, CM_VERSION_TLS1_2);

    if (plan->begun || version < 0 ||
        !cm_plan_found(plan, (enum cm_version_index)version, is_dhe)) {
        return false;
    }
    cm_plan_hello(plan, hello, (enum cm_version_index)version);
    cm_plan_offer(plan, hello);
    hello->groups = NULL;
    hello->num_groups = 0;
    return true;
}

void cm_dh_heard(struct cm_plan *plan, enum cm_reply reply,
                 const struct cm_answer *answer, const struct cm_flight *flight)
{
    (void)reply;
    (void)answer;
    (void)flight;
    plan->over = true;
}
