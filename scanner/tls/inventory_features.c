/* What else a server does: compression, stapling, ALPN, the signal against
 * fallback, and whether it needs a server name. All below TLS 1.3, where the
 * answers are in clear.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "tls/inventory_parts.h"

#define ALERT_INAPPROPRIATE_FALLBACK 86 /* RFC 7507 */

/* IANA's registry of ALPN ids, those of the protocols that are scanned. */
static const char *const alpn_ids[] = {
    "h2",   "http/1.1", "http/1.0",    "postgresql",  "tds/8.0",
    "imap", "pop3",     "managesieve", "xmpp-client", "xmpp-server",
    "ftp",  "nntp",     "irc",         "smtp",
};
#define NUM_ALPN_IDS (sizeof(alpn_ids) / sizeof(alpn_ids[0]))
_Static_assert(NUM_ALPN_IDS <= CM_PLAN_MAX_ALPN, "room in the plan");

/* The version to ask with; -1: only TLS 1.3, or nothing. */
static int clear_version(const struct cm_plan *plan)
{
    return cm_plan_newest(plan, CM_VERSION_TLS1_2);
}

static bool offer_found(struct cm_plan *plan, struct cm_hello *hello)
{
    int version = clear_version(plan);

    if (version < 0 ||
        !cm_plan_found(plan, (enum cm_version_index)version, NULL)) {
        return false;
    }
    cm_plan_hello(plan, hello, (enum cm_version_index)version);
    cm_plan_offer(plan, hello);
    return true;
}

bool cm_features_next(struct cm_plan *plan, struct cm_hello *hello)
{
    if (plan->begun) {
        return false;
    }
    if (!offer_found(plan, hello)) {
        if (cm_plan_served(plan, CM_VERSION_TLS1_3)) {
            plan->out->compression = CM_NO; /* TLS 1.3 has none */
        }
        return false;
    }
    hello->deflate = true;
    hello->status_request = !hello->no_extensions;
    return true;
}

static void keep_leaf(struct cm_plan *plan, const struct cm_flight *flight)
{
    struct cm_span leaf;

    if (cm_flight_chain(flight, &leaf, 1) == 0 || leaf.len == 0) {
        return;
    }
    plan->leaf = malloc(leaf.len);
    if (plan->leaf == NULL) {
        plan->asking.no_memory = true;
        return;
    }
    memcpy(plan->leaf, leaf.data, leaf.len);
    plan->leaf_len = leaf.len;
}

void cm_features_heard(struct cm_plan *plan, enum cm_reply reply,
                       const struct cm_answer *answer,
                       const struct cm_flight *flight)
{
    struct cm_inventory *out = plan->out;

    plan->over = true;
    if (reply != CM_REPLY_CHOSE || flight == NULL) {
        return;
    }
    out->compression = answer->compression != 0 ? CM_YES : CM_NO;
    if (cm_flight_stapled(flight)) {
        out->stapling = CM_YES;
    } else if (out->stapling == CM_NOT_KNOWN &&
               answer->version > cm_version_number(CM_VERSION_SSL3)) {
        out->stapling = CM_NO;
    }
    keep_leaf(plan, flight);
}

/* The same hello without a name: another certificate, or none? */
bool cm_no_sni_next(struct cm_plan *plan, struct cm_hello *hello)
{
    int version = clear_version(plan);

    if (plan->begun || plan->leaf == NULL || plan->sni[0] == '\0' ||
        version < CM_VERSION_TLS1_0 || !offer_found(plan, hello)) {
        return false;
    }
    hello->sni = NULL;
    return true;
}

void cm_no_sni_heard(struct cm_plan *plan, enum cm_reply reply,
                     const struct cm_answer *answer,
                     const struct cm_flight *flight)
{
    struct cm_span leaf;

    (void)answer;
    plan->over = true;
    if (reply == CM_REPLY_NO) {
        plan->out->sni_needed = CM_YES;
    } else if (reply == CM_REPLY_CHOSE && flight != NULL &&
               cm_flight_chain(flight, &leaf, 1) > 0) {
        bool same = leaf.len == plan->leaf_len &&
                    memcmp(leaf.data, plan->leaf, leaf.len) == 0;

        plan->out->sni_needed = same ? CM_NO : CM_YES;
    }
}

/* The second newest version, with the claim that the newest had failed. */
bool cm_fallback_next(struct cm_plan *plan, struct cm_hello *hello)
{
    int newest = cm_plan_newest(plan, CM_VERSION_TLS1_3);
    int second = newest < 0 ? -1 : cm_plan_newest(plan, newest - 1);

    if (plan->begun || second < 0 ||
        !cm_plan_found(plan, (enum cm_version_index)second, NULL)) {
        return false;
    }
    cm_plan_hello(plan, hello, (enum cm_version_index)second);
    cm_plan_offer(plan, hello);
    hello->fallback_scsv = true;
    return true;
}

void cm_fallback_heard(struct cm_plan *plan, enum cm_reply reply,
                       const struct cm_answer *answer,
                       const struct cm_flight *flight)
{
    (void)flight;
    plan->over = true;
    if (reply == CM_REPLY_CHOSE) {
        plan->out->fallback_scsv = CM_NO;
    } else if (answer->end == CM_ANSWER_ALERT &&
               answer->alert == ALERT_INAPPROPRIATE_FALLBACK) {
        plan->out->fallback_scsv = CM_YES;
    }
}

static void load_alpn(struct cm_plan *plan)
{
    size_t num = 0;

    for (size_t i = 0; i < NUM_ALPN_IDS; i++) {
        bool known = false;

        for (size_t j = 0; j < plan->out->num_alpn; j++) {
            known = known || strcmp(plan->out->alpn[j], alpn_ids[i]) == 0;
        }
        if (!known) {
            plan->alpn[num++] = alpn_ids[i];
        }
    }
    plan->alpn[num] = NULL;
}

bool cm_alpn_next(struct cm_plan *plan, struct cm_hello *hello)
{
    if (clear_version(plan) < CM_VERSION_TLS1_0 ||
        plan->out->num_alpn >= CM_MAX_ALPN || !offer_found(plan, hello)) {
        return false;
    }
    if (!plan->begun) {
        load_alpn(plan);
    }
    hello->alpn = plan->alpn;
    return plan->alpn[0] != NULL;
}

static bool drop_alpn(struct cm_plan *plan, const char *id)
{
    for (size_t i = 0; plan->alpn[i] != NULL; i++) {
        if (strcmp(plan->alpn[i], id) == 0) {
            for (; plan->alpn[i] != NULL; i++) {
                plan->alpn[i] = plan->alpn[i + 1];
            }
            return true;
        }
    }
    return false;
}

void cm_alpn_heard(struct cm_plan *plan, enum cm_reply reply,
                   const struct cm_answer *answer,
                   const struct cm_flight *flight)
{
    struct cm_inventory *out = plan->out;
    const char *id = flight == NULL ? "" : cm_flight_alpn(flight);

    (void)answer;
    if (reply != CM_REPLY_CHOSE || id[0] == '\0' ||
        strlen(id) >= sizeof(out->alpn[0]) || !drop_alpn(plan, id)) {
        plan->over = true;
        return;
    }
    memcpy(out->alpn[out->num_alpn++], id, strlen(id) + 1);
}
