/* Which signature schemes the server signs the handshake with. Up to TLS 1.2 it
 * says so in clear. In TLS 1.3 it does not, but it refuses a hello that offers
 * none of its own: the list is halved until each is known.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tls/inventory_parts.h"

#define GREASE_SCHEME 0x0A0AU /* RFC 8701: nobody knows it */
#define GROUP_X25519 0x001DU
#define LOW_BYTE_ECDSA 3U

static void add_scheme(struct cm_plan *plan, uint16_t scheme)
{
    struct cm_inventory *out = plan->out;

    if (out->num_schemes < CM_MAX_SCHEMES &&
        !cm_numbers_have(out->schemes, out->num_schemes, scheme)) {
        out->schemes[out->num_schemes++] = scheme;
    }
}

/* RFC 8446 section 4.2.3: no PKCS#1, no DSA, no SHA-1 or SHA-224 in
 * CertificateVerify. */
static bool is_of_tls1_3(uint16_t scheme)
{
    unsigned hash = scheme >> 8;
    unsigned low = scheme & 0xffU;

    if (hash >= 1 && hash <= 6) {
        return low == LOW_BYTE_ECDSA && hash >= 4;
    }
    return true;
}

static void push(struct cm_plan *plan, size_t from, size_t to, bool has_one)
{
    size_t room = sizeof(plan->ranges) / sizeof(plan->ranges[0]);

    if (from < to && plan->num_ranges < room) {
        plan->ranges[plan->num_ranges++] = (struct cm_range){
            .from = (uint8_t)from, .to = (uint8_t)to, .has_one = has_one};
    }
}

static void load_candidates(struct cm_plan *plan)
{
    struct cm_numbers all = cm_hello_all_schemes();

    plan->num_candidates = 0;
    for (size_t i = 0; i < all.num && plan->num_candidates < CM_MAX_SCHEMES;
         i++) {
        if (is_of_tls1_3(all.numbers[i])) {
            plan->candidates[plan->num_candidates++] = all.numbers[i];
        }
    }
    plan->num_ranges = 0;
    push(plan, 0, plan->num_candidates, false);
}

/* Splits ranges that are known to hold one until there is something to ask. */
static void settle(struct cm_plan *plan)
{
    while (plan->num_ranges > 0) {
        struct cm_range *top = &plan->ranges[plan->num_ranges - 1];
        struct cm_range range = *top;
        size_t middle = range.from + (range.to - range.from + 1U) / 2U;

        if (!range.has_one) {
            return;
        }
        plan->num_ranges--;
        if (range.to - range.from == 1) {
            add_scheme(plan, plan->candidates[range.from]);
            continue;
        }
        push(plan, middle, range.to, false);
        push(plan, range.from, middle, false);
        plan->halved = true; /* the upper two are halves of one with one */
    }
}

bool cm_schemes_next(struct cm_plan *plan, struct cm_hello *hello)
{
    if (!cm_plan_found(plan, CM_VERSION_TLS1_3, NULL)) {
        plan->all_schemes = plan->out->versions[CM_VERSION_TLS1_3].complete;
        return false;
    }
    if (!cm_numbers_have(plan->out->groups, plan->out->num_groups,
                         GROUP_X25519)) {
        return false;
    }
    if (!plan->begun) {
        load_candidates(plan);
        plan->greased = false;
        plan->schemes[0] = GREASE_SCHEME;
        plan->num_schemes = 1;
    } else {
        const struct cm_range *range;

        settle(plan);
        if (plan->num_ranges == 0) {
            plan->all_schemes = true;
            return false;
        }
        range = &plan->ranges[plan->num_ranges - 1];
        plan->num_schemes = (size_t)(range->to - range->from);
        memcpy(plan->schemes, &plan->candidates[range->from],
               plan->num_schemes * sizeof(plan->schemes[0]));
    }
    plan->groups[0] = GROUP_X25519;
    cm_plan_hello(plan, hello, CM_VERSION_TLS1_3);
    cm_plan_offer(plan, hello);
    hello->groups = plan->groups;
    hello->num_groups = 1;
    hello->schemes = plan->schemes;
    hello->num_schemes = plan->num_schemes;
    hello->any_cert_scheme = true;
    hello->share = CM_SHARE_X25519;
    return true;
}

void cm_schemes_heard(struct cm_plan *plan, enum cm_reply reply,
                      const struct cm_answer *answer,
                      const struct cm_flight *flight)
{
    struct cm_range *top;
    bool halved = plan->halved;

    (void)answer;
    (void)flight;
    plan->halved = false;
    if (!plan->greased) {
        /* A server that takes even that decides later, out of our sight. */
        plan->greased = reply == CM_REPLY_NO;
        plan->over = !plan->greased;
        return;
    }
    if (reply == CM_REPLY_UNKNOWN) {
        plan->over = true;
        return;
    }
    top = &plan->ranges[plan->num_ranges - 1];
    if (reply == CM_REPLY_CHOSE) {
        top->has_one = true;
        return;
    }
    plan->num_ranges--;
    if (halved && plan->num_ranges > 0) {
        plan->ranges[plan->num_ranges - 1].has_one = true;
    }
}

static bool signs(const struct cm_suite *suite)
{
    return suite->forward_secrecy && !suite->anonymous;
}

/* TLS 1.2, with the schemes that TLS 1.3 did not bring to light. */
bool cm_signatures_next(struct cm_plan *plan, struct cm_hello *hello)
{
    struct cm_numbers all = cm_hello_all_schemes();

    if (!cm_plan_found(plan, CM_VERSION_TLS1_2, signs)) {
        plan->out->schemes_complete =
            plan->all_schemes && cm_plan_all_suites(plan);
        return false;
    }
    if (!plan->begun) {
        plan->num_schemes = 0;
        for (size_t i = 0; i < all.num && plan->num_schemes < CM_MAX_SCHEMES;
             i++) {
            if (!cm_numbers_have(plan->out->schemes, plan->out->num_schemes,
                                 all.numbers[i])) {
                plan->schemes[plan->num_schemes++] = all.numbers[i];
            }
        }
    }
    cm_plan_hello(plan, hello, CM_VERSION_TLS1_2);
    cm_plan_offer(plan, hello);
    hello->schemes = plan->schemes;
    hello->num_schemes = plan->num_schemes;
    hello->any_cert_scheme = true;
    return plan->num_schemes > 0;
}

void cm_signatures_heard(struct cm_plan *plan, enum cm_reply reply,
                         const struct cm_answer *answer,
                         const struct cm_flight *flight)
{
    (void)flight;
    if (reply == CM_REPLY_CHOSE && answer->signature != 0) {
        add_scheme(plan, answer->signature);
        if (cm_numbers_drop(plan->schemes, &plan->num_schemes,
                            answer->signature)) {
            return;
        }
        reply = CM_REPLY_UNKNOWN; /* it heeds no list: who knows what else */
    }
    plan->over = true;
    plan->out->schemes_complete = reply == CM_REPLY_NO && plan->all_schemes;
}
