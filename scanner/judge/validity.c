/* Time: the server's certificate now and soon, and the path it depends on.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/rules.h"

#define DAY INT64_C(86400)

static void expired(struct cm_case *c)
{
    const struct cm_cert *leaf = c->leaf;
    char day[CM_TIME_TEXT_SIZE];
    char span[CM_TIME_TEXT_SIZE];
    char name[CM_LABEL_SIZE];
    char place[CM_LABEL_SIZE];
    struct cm_finding *f;

    f = cm_finding_add(c, CM_CAUSE_LEAF_EXPIRED, "RFC 5280 section 4.1.2.5",
                       "%s expired on %s, %s before the time judged; %s",
                       cm_finding_cert_name(leaf, name),
                       cm_time_day(leaf->not_after, day),
                       cm_finding_duration(c->at_unix - leaf->not_after, span),
                       cm_finding_place(c, leaf, place));
    cm_finding_about(c, f, c->leaf);
}

static void not_yet_valid(struct cm_case *c)
{
    const struct cm_cert *leaf = c->leaf;
    char day[CM_TIME_TEXT_SIZE];
    char span[CM_TIME_TEXT_SIZE];
    char name[CM_LABEL_SIZE];
    char place[CM_LABEL_SIZE];
    struct cm_finding *f;

    f = cm_finding_add(
        c, CM_CAUSE_LEAF_NOT_YET_VALID, "RFC 5280 section 4.1.2.5",
        "%s is valid from %s on, %s after the time judged; %s",
        cm_finding_cert_name(leaf, name), cm_time_day(leaf->not_before, day),
        cm_finding_duration(leaf->not_before - c->at_unix, span),
        cm_finding_place(c, leaf, place));
    cm_finding_about(c, f, c->leaf);
}

/* A third of the life is when renewal should have happened; a year's is not
 * warned of four months ahead, and one of a few days not from its first on. */
int64_t cm_judge_soon(const struct cm_cert *cert,
                      const struct cm_policy *policy)
{
    int64_t life = cert->not_after - cert->not_before;
    int64_t limit = life / 3;

    if (policy->expires_soon_days > 0) {
        return policy->expires_soon_days * DAY;
    }
    if (life > 100 * DAY && limit > 30 * DAY) {
        limit = 30 * DAY;
    }
    if (limit < 7 * DAY) {
        limit = 7 * DAY;
    }
    return limit < life / 2 ? limit : life / 2;
}

static void expires_soon(struct cm_case *c)
{
    const struct cm_cert *leaf = c->leaf;
    int64_t left = leaf->not_after - c->at_unix;
    int64_t life = leaf->not_after - leaf->not_before;
    char day[CM_TIME_TEXT_SIZE];
    char span[CM_TIME_TEXT_SIZE];
    char whole[CM_TIME_TEXT_SIZE];
    char name[CM_LABEL_SIZE];
    struct cm_finding *f;

    if (left > cm_judge_soon(leaf, c->policy)) {
        return;
    }
    f = cm_finding_add(
        c, CM_CAUSE_LEAF_EXPIRES_SOON, "RFC 5280 section 4.1.2.5",
        "%s expires on %s, %s after the time judged, of a life of %s",
        cm_finding_cert_name(leaf, name), cm_time_day(leaf->not_after, day),
        cm_finding_duration(left, span), cm_finding_duration(life, whole));
    cm_finding_about(c, f, c->leaf);
}

/* Every valid path ends before the leaf: the search prefers one that does
 * not. */
static void issuer_ends_first(struct cm_case *c)
{
    const struct cm_step *first = NULL;
    char day[CM_TIME_TEXT_SIZE];
    char leaf_day[CM_TIME_TEXT_SIZE];
    char span[CM_TIME_TEXT_SIZE];
    char name[CM_LABEL_SIZE];
    char place[CM_LABEL_SIZE];
    struct cm_finding *f;

    if (!c->path.anchored || c->path.num_hard > 0) {
        return;
    }
    for (size_t i = 1; i < c->path.num; i++) {
        const struct cm_step *step = &c->path.steps[i];

        if (step->cert->not_after < c->leaf->not_after &&
            (first == NULL || step->cert->not_after < first->cert->not_after)) {
            first = step;
        }
    }
    if (first == NULL) {
        return;
    }
    f = cm_finding_add(
        c, CM_CAUSE_CHAIN_EXPIRES_BEFORE_LEAF, "RFC 5280 section 6.1.3 (a)(2)",
        "%s, %s on the path, expires on %s, %s before the server's "
        "certificate on %s; %s",
        cm_finding_cert_name(first->cert, name),
        first->anchor ? "the root" : "an issuer",
        cm_time_day(first->cert->not_after, day),
        cm_finding_duration(c->leaf->not_after - first->cert->not_after, span),
        cm_time_day(c->leaf->not_after, leaf_day),
        cm_finding_place(c, first->cert, place));
    cm_finding_about(c, f, first->cert);
    if (first->anchor) {
        cm_finding_resolve(f, CM_RESOLUTION_CHANGE_CA);
    } else {
        cm_finding_for_holder(c, f, first->cert);
    }
}

void cm_judge_validity(struct cm_case *c)
{
    if (c->at_unix > c->leaf->not_after) {
        expired(c);
    } else if (c->at_unix < c->leaf->not_before) {
        not_yet_valid(c);
    } else {
        expires_soon(c);
    }
    issuer_ends_first(c);
}
