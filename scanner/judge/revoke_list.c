/* Revocation by lists (RFC 5280 section 6.3). A list counts when the issuer's
 * own key signed it, the issuer may sign lists, and it is about certificates
 * of this kind from this distribution point; it clears a certificate only when
 * it is complete and in time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/revoke.h"

#define CLOCK_SKEW_S 300
#define REASON_HOLD 6
#define REASON_REMOVE 8

enum use {
    USE_CURRENT,
    USE_STALE,     /* nextUpdate is past */
    USE_ELSEWHERE, /* not about this certificate, nor of this key */
    USE_NONE,      /* says nothing to anybody */
};

/* What the lists say together. */
struct tally {
    const struct cm_crl *clear; /* the newest current one that clears it */
    const struct cm_crl *revoked;
    struct cm_crl_entry entry;
    bool stale;
    const struct cm_crl *hold; /* the newest one that has it on hold */
    struct cm_crl_entry hold_entry;
    bool hold_stale;
    int64_t released; /* a delta list took it off hold then; 0: none */
    bool elsewhere;   /* there are lists, but none of them clears it */
};

static void refuse(struct cm_revoke *r, const struct cm_crl *crl,
                   const char *why, const char *rule)
{
    r->bad = crl;
    r->bad_why = why;
    r->bad_rule = rule;
    r->bad_detail = "";
}

/* Another key of a CA has lists of its own under the same name. */
static bool is_of_other_key(const struct cm_revoke *r, const struct cm_crl *crl)
{
    return crl->aki.len > 0 && r->issuer->ski.len > 0 &&
           !cm_span_equal(crl->aki, r->issuer->ski);
}

/* RFC 5280 section 6.3.3 (f) and (g). */
static enum use check_signer(struct cm_revoke *r, const struct cm_crl *crl)
{
    const struct cm_revocation *set = r->c->trust->revocation;
    const struct cm_cert *issuer = r->issuer;
    enum cm_sig sig = cm_revocation_crl_signature(set, crl, issuer);

    if (sig != CM_SIG_GOOD) {
        if (is_of_other_key(r, crl)) {
            return USE_ELSEWHERE;
        }
        refuse(r, crl,
               sig == CM_SIG_BAD
                   ? "its signature does not verify under the issuer's key"
                   : "its signature's algorithm or key is not supported here",
               "RFC 5280 section 6.3.3 (g)");
        return USE_NONE;
    }
    if (issuer->has_key_usage && (issuer->key_usage & CM_KU_CRL_SIGN) == 0) {
        refuse(r, crl, "the issuer's key may not sign lists (keyUsage)",
               "RFC 5280 section 6.3.3 (f)");
        return USE_NONE;
    }
    return USE_CURRENT;
}

/* RFC 5280 section 6.3.3 (b). */
static bool is_in_scope(const struct cm_revoke *r, const struct cm_crl *crl)
{
    return !crl->only_attribute_certs &&
           !(crl->only_user_certs && r->cert->is_ca) &&
           !(crl->only_ca_certs && !r->cert->is_ca) &&
           cm_crl_covers_point(crl, r->cert);
}

/* The time for which a list is judged. */
static int64_t time_of(const struct cm_revoke *r,
                       const struct cm_revocation_list *list)
{
    return list->seen_unix != 0 ? list->seen_unix : r->c->at_unix;
}

static enum use classify(struct cm_revoke *r,
                         const struct cm_revocation_list *list)
{
    const struct cm_crl *crl = list->crl;
    int64_t at = time_of(r, list);
    enum use use = check_signer(r, crl);

    if (use != USE_CURRENT) {
        return use;
    }
    if (crl->unknown_critical != NULL) {
        refuse(r, crl, "it has a critical extension that nobody knows",
               "RFC 5280 section 5.2");
        r->bad_detail = crl->unknown_critical;
        return USE_NONE;
    }
    if (!is_in_scope(r, crl)) {
        return USE_ELSEWHERE;
    }
    if (crl->this_update > at + CLOCK_SKEW_S) {
        refuse(r, crl, "its thisUpdate is in the future",
               "RFC 5280 section 5.1.2.4");
        return USE_NONE;
    }
    return crl->next_update != 0 && at > crl->next_update ? USE_STALE
                                                          : USE_CURRENT;
}

/* RFC 5280 section 5.2.3 wants a number in every list. Clients live without,
 * and version 1 has no place for one; but a list that somebody checks by should
 * be what it must be. */
static bool lacks_number(const struct cm_policy *policy,
                         const struct cm_crl *crl)
{
    return crl->crl_number.len == 0 &&
           (policy->strict || (policy->crl_demanded && crl->version != 1));
}

/* Does it speak for all reasons and all of its issuer's certificates? */
static bool is_complete(struct cm_revoke *r, const struct cm_crl *crl)
{
    if (crl->is_delta || crl->only_some_reasons || crl->indirect) {
        return false;
    }
    if (lacks_number(r->c->policy, crl)) {
        refuse(r, crl, "it has no CRL number", "RFC 5280 section 5.2.3");
        return false;
    }
    return true;
}

static bool is_newer(const struct cm_crl *crl, const struct cm_crl *than)
{
    return than == NULL || crl->this_update > than->this_update;
}

static void count_entry(struct tally *t, const struct cm_crl *crl,
                        const struct cm_crl_entry *entry, bool stale)
{
    if (entry->reason == REASON_HOLD) {
        if (is_newer(crl, t->hold)) {
            t->hold = crl;
            t->hold_entry = *entry;
            t->hold_stale = stale;
        }
    } else if (t->revoked == NULL || (t->stale && !stale)) {
        t->revoked = crl;
        t->entry = *entry;
        t->stale = stale;
    }
}

/* What a list that is about the certificate says when it is not out of date. */
static void count_current(struct cm_revoke *r, struct tally *t,
                          const struct cm_crl *crl, bool listed, bool removed)
{
    if (removed && crl->is_delta && crl->this_update > t->released) {
        t->released = crl->this_update;
    }
    if (!is_complete(r, crl)) {
        t->elsewhere = true;
        return;
    }
    r->by_list = true;
    if ((!listed || removed) && is_newer(crl, t->clear)) {
        t->clear = crl;
    }
}

static void count_list(struct cm_revoke *r, struct tally *t,
                       const struct cm_revocation_list *list)
{
    const struct cm_crl *crl = list->crl;
    enum use use = classify(r, list);
    struct cm_crl_entry entry = {.reason = -1};
    bool listed;
    bool removed;

    t->elsewhere = t->elsewhere || use == USE_ELSEWHERE;
    if (use == USE_ELSEWHERE || use == USE_NONE) {
        return;
    }
    listed = cm_crl_find(crl, r->cert->serial, &entry);
    removed = listed && entry.reason == REASON_REMOVE;
    if (listed && !removed) {
        count_entry(t, crl, &entry, use == USE_STALE);
    }
    if (use == USE_CURRENT) {
        count_current(r, t, crl, listed, removed);
    } else if (!crl->is_delta && is_newer(crl, r->expired)) {
        r->expired = crl;
        r->expired_for = time_of(r, list) - crl->next_update;
    }
}

/* What is on hold may come off again: a newer list without it, or a delta list
 * that says so, ends it. */
static bool is_held(const struct tally *t)
{
    return t->hold != NULL && t->released < t->hold->this_update &&
           (t->clear == NULL || t->hold->this_update >= t->clear->this_update);
}

static void conclude(struct cm_revoke *r, const struct tally *t)
{
    bool held = t->revoked == NULL && is_held(t);
    const struct cm_crl *crl = held ? t->hold : t->revoked;
    const struct cm_crl_entry *entry = held ? &t->hold_entry : &t->entry;
    struct cm_revocation_status status = {.source = "crl", .reason = -1};

    if (crl != NULL) {
        status.result = CM_REVOCATION_REVOKED;
        status.revoked_unix = entry->revoked_unix;
        status.reason = entry->reason;
    } else if (t->clear != NULL || (t->hold != NULL && !t->hold_stale)) {
        status.result = CM_REVOCATION_GOOD;
        crl = t->clear != NULL ? t->clear : t->hold;
    } else {
        return;
    }
    status.this_update = crl->this_update;
    status.next_update = crl->next_update;
    if (cm_revoke_note(r, &status) && status.result == CM_REVOCATION_REVOKED) {
        r->stale = held ? t->hold_stale : t->stale;
        r->invalid_unix = entry->invalid_unix;
    }
}

void cm_revoke_by_lists(struct cm_revoke *r)
{
    const struct cm_revocation *set = r->c->trust->revocation;
    const struct cm_revocation_list *lists = NULL;
    size_t num =
        set == NULL ? 0 : cm_revocation_crls(set, r->cert->issuer_norm, &lists);
    struct tally t = {.clear = NULL};

    for (size_t i = 0; i < num; i++) {
        count_list(r, &t, &lists[i]);
    }
    r->c->no_memory = r->c->no_memory || cm_revocation_spoilt(set);
    conclude(r, &t);
    if (r->by_list) { /* the others do not matter */
        r->expired = NULL;
        r->bad = NULL;
        r->bad_why = NULL;
    } else if (t.elsewhere && r->bad_why == NULL &&
               r->c->policy->crl_demanded) {
        refuse(r, NULL,
               "its issuer's lists at hand are for other certificates, "
               "distribution points or keys, or not complete",
               "RFC 5280 section 6.3.3 (b)");
    }
}
