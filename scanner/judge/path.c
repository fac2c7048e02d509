/* Path search: depth first from the leaf up, likely issuers first, bounded in
 * depth and in the number of candidates tried, so that a hostile chain costs
 * little. The signature decides who issued; key ids only say whom to try first.
 *
 * A fault never goes away further up. So a first search leaves out every
 * certificate with a fault: it finds the valid path among however many others.
 * Only when there is none a second search weighs the faults. Where the names
 * of issuers lead to no anchor there is only the second, and only a short one:
 * whoever has the name is tried, likely ones first, but not every namesake.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/path.h"

#include <string.h>

#include "pki/constraints.h"
#include "pki/pki.h"

#define MAX_CANDIDATES                                                         \
    128U /* issuers by name that are looked at for one step */
#define MAX_POLICY_RUNS 16U /* paths whose policies are processed */
#define MAX_WHY (1U << 20)

struct candidate {
    struct cm_cert *cert;
    int position;
    bool anchor;
    unsigned faults; /* those that even a root has */
    unsigned cost;   /* smaller is tried first */
};

/* Whether a CA's name constraints allow a certificate below it. */
struct pair {
    const struct cm_cert *ca;
    const struct cm_cert *cert;
    bool allowed;
};

struct search {
    const struct cm_path_query *query;
    bool hopeful;   /* names lead to an anchor */
    bool clean;     /* leaves out what has a fault */
    bool with_pool; /* also through certificates that were not presented */
    unsigned tried;
    unsigned max_tried;
    unsigned policy_runs;
    bool done; /* no better path can be found */
    bool found;
    bool no_memory;
    struct cm_path now;
    struct cm_path best;
    struct pair pairs[CM_MAX_CONSTRAINT_CHECKS];
    size_t num_pairs;
};

static unsigned bits(unsigned value)
{
    unsigned num = 0;

    for (; value != 0; value &= value - 1) {
        num++;
    }
    return num;
}

static unsigned hard(unsigned faults)
{
    return faults & ~CM_FAULTS_SOFT;
}

bool cm_path_is_valid(const struct cm_path *path)
{
    return path->anchored && path->num_hard == 0;
}

/* --- name constraints --- */

/* Each pair is compared once; when there are too many the rest is not
 * allowed, as in other validators. */
static bool allows(struct search *s, const struct cm_cert *ca,
                   const struct cm_step *below, bool is_leaf)
{
    struct pair *pair = s->pairs;
    struct cm_buf why;

    for (; pair < s->pairs + s->num_pairs; pair++) {
        if (pair->ca == ca && pair->cert == below->cert) {
            return pair->allowed;
        }
    }
    if (s->num_pairs == CM_MAX_CONSTRAINT_CHECKS) {
        return false;
    }
    cm_buf_init(&why, MAX_WHY);
    *pair = (struct pair){ca, below->cert, false};
    pair->allowed = cm_path_names_allowed(ca, below->cert, is_leaf, &why);
    s->num_pairs++;
    s->no_memory = s->no_memory || why.failed;
    cm_buf_cleanup(&why);
    return pair->allowed;
}

/* RFC 5280 section 6.1 leaves an anchor's own constraints out; OpenSSL, Go,
 * Windows and browsers apply them, and whoever constrains a root means it. */
static bool allows_all(struct search *s, const struct cm_cert *ca)
{
    if (!ca->has_name_constraints ||
        (cm_path_bad_extensions(ca) & CM_EXT_BIT(CM_EXT_NAME_CONSTRAINTS)) !=
            0) {
        return true; /* what cannot be read is another fault */
    }
    for (size_t i = 0; i < s->now.num; i++) {
        if (!allows(s, ca, &s->now.steps[i], i == 0)) {
            return false;
        }
    }
    return true;
}

/* --- one path --- */

static void push(struct search *s, const struct candidate *c)
{
    const struct cm_path_query *q = s->query;
    struct cm_path *path = &s->now;
    const struct cm_cert *leaf = path->steps[0].cert;
    /* An anchor's own signature is nobody's business. */
    bool self_signed = c->anchor ? c->cert->self_issued
                                 : cm_path_self_signed(q->trust, c->cert);
    enum cm_role role =
        c->anchor || self_signed ? CM_ROLE_ROOT : CM_ROLE_ISSUER;
    unsigned faults = cm_path_own_faults(c->cert, role, q->policy, q->at_unix) |
                      cm_path_place_faults(path, c->cert, q->policy);

    if (c->anchor) {
        faults |= cm_path_distrust_faults(q->trust, c->cert, leaf);
    }
    if (!allows_all(s, c->cert)) {
        faults |= CM_FAULT_NAMES;
    }
    path->steps[path->num] =
        (struct cm_step){c->cert, c->position, c->anchor, self_signed, faults};
    path->num++;
    path->num_soft += bits(faults & CM_FAULTS_SOFT);
    path->num_hard += bits(hard(faults));
    if (c->position < 0 && !c->anchor && !q->policy->pool_at_hand) {
        path->num_missing++;
    }
    if (c->cert->not_after < leaf->not_after) {
        path->ends_before_leaf = true;
    }
    if (c->cert->not_after < path->ends_unix) {
        path->ends_unix = c->cert->not_after;
    }
}

static int order(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

/* Of two valid paths that end before the leaf, the one that ends later: it is
 * trusted until then. */
static int lives_on(const struct cm_path *a, const struct cm_path *b)
{
    if (!cm_path_is_valid(a) || !cm_path_is_valid(b)) {
        return 0;
    }
    return (a->ends_unix < b->ends_unix) - (a->ends_unix > b->ends_unix);
}

static bool is_better(const struct cm_path *a, const struct cm_path *b)
{
    bool a_root = a->steps[a->num - 1].self_signed;
    bool b_root = b->steps[b->num - 1].self_signed;
    int by_length = order(a->num, b->num);
    int signs[] = {
        order(b->anchored, a->anchored),
        a->anchored ? 0 : order(b_root, a_root),
        order(a->num_hard, b->num_hard),
        order(a->num_soft, b->num_soft),
        order(a->num_missing, b->num_missing),
        order(a->ends_before_leaf, b->ends_before_leaf),
        lives_on(a, b),
        a->anchored ? by_length : -by_length,
    };

    for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
        if (signs[i] != 0) {
            return signs[i] < 0;
        }
    }
    return false;
}

/* Only policyConstraints can make a path invalid that has no other fault. */
static bool demands_policy(const struct cm_path *path)
{
    for (size_t i = 0; i < path->num; i++) {
        if (path->steps[i].cert->policy_constraints.len > 0) {
            return true;
        }
    }
    return false;
}

static void check_policies(struct search *s)
{
    struct cm_path *path = &s->now;
    struct cm_cert *certs[CM_MAX_PATH];
    size_t at = path->num - 1;
    bool valid = false;
    struct cm_buf why;

    if (!demands_policy(path)) {
        return;
    }
    for (size_t i = 0; i < path->num; i++) {
        certs[i] = path->steps[i].cert;
    }
    cm_buf_init(&why, MAX_WHY);
    if (s->policy_runs++ < MAX_POLICY_RUNS) {
        valid = cm_policy_path_valid(certs, path->num, &at, &why);
    }
    s->no_memory = s->no_memory || why.failed;
    cm_buf_cleanup(&why);
    if (!valid) {
        path->steps[at].faults |= CM_FAULT_POLICY;
        path->num_hard++;
    }
}

static void arrive(struct search *s)
{
    struct cm_path *now = &s->now;

    now->anchored = now->steps[now->num - 1].anchor;
    if (now->anchored) {
        check_policies(s);
    }
    if (s->clean && !cm_path_is_valid(now)) {
        return;
    }
    if (!s->found || is_better(now, &s->best)) {
        s->best = *now;
        s->found = true;
    }
    s->done = cm_path_is_valid(&s->best) && s->best.num_soft == 0 &&
              s->best.num_missing == 0 && !s->best.ends_before_leaf;
}

/* --- whom to try --- */

/* The same name and key twice on a path is a circle, whatever else differs. */
static bool on_path(const struct cm_path *path, const struct cm_cert *cert)
{
    for (size_t i = 0; i < path->num; i++) {
        const struct cm_cert *other = path->steps[i].cert;

        if (cm_span_equal(other->subject_norm, cert->subject_norm) &&
            cm_span_equal(other->spki, cert->spki)) {
            return true;
        }
    }
    return false;
}

static bool is_listed(const struct candidate *list, size_t num,
                      const struct cm_cert *cert)
{
    for (size_t i = 0; i < num; i++) {
        if (memcmp(list[i].cert->sha256, cert->sha256, CM_SHA256_LEN) == 0) {
            return true;
        }
    }
    return false;
}

static unsigned cost_of(const struct candidate *c, const struct cm_cert *child)
{
    bool ids_agree = child->aki.len > 0 && c->cert->ski.len > 0 &&
                     cm_span_equal(child->aki, c->cert->ski);
    unsigned cost = c->anchor ? 0U : c->position >= 0 ? 2U : 4U;

    cost += ids_agree ? 0U : 1U;
    cost += cm_path_key_ids_contradict(child, c->cert) ? 8U : 0U;
    return cost + 8U * bits(hard(c->faults)) + 4U * bits(c->faults);
}

/* Keeps the list sorted by cost; equal ones in order of arrival. When it is
 * full the most expensive goes. */
static void list_candidate(struct search *s, struct candidate *list,
                           size_t *num, struct candidate c)
{
    const struct cm_path_query *q = s->query;
    const struct cm_cert *child = s->now.steps[s->now.num - 1].cert;
    size_t at = *num;

    if (!c.cert->parsed || is_listed(list, *num, c.cert) ||
        on_path(&s->now, c.cert)) {
        return;
    }
    c.faults = cm_path_own_faults(c.cert, CM_ROLE_ROOT, q->policy, q->at_unix);
    if (s->clean && hard(c.faults) != 0) {
        return;
    }
    c.cost = cost_of(&c, child);
    if (at == MAX_CANDIDATES) {
        if (list[at - 1].cost <= c.cost) {
            return;
        }
        at--;
    } else {
        (*num)++;
    }
    for (; at > 0 && list[at - 1].cost > c.cost; at--) {
        list[at] = list[at - 1];
    }
    list[at] = c;
}

static void list_set(struct search *s, struct candidate *list, size_t *num,
                     const struct cm_certset *set)
{
    const struct cm_cert *child = s->now.steps[s->now.num - 1].cert;
    const struct cm_certset *anchors = s->query->trust->anchors;
    struct cm_cert *const *certs = NULL;
    size_t count = cm_certset_by_subject(set, child->issuer_norm, &certs);

    for (size_t i = 0; i < count; i++) {
        struct candidate c = {
            .cert = certs[i], .position = -1, .anchor = set == anchors};

        list_candidate(s, list, num, c);
    }
}

static size_t list_issuers(struct search *s, struct candidate *list)
{
    const struct cm_path_query *q = s->query;
    const struct cm_step *top = &s->now.steps[s->now.num - 1];
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): each has one */
    struct cm_span issuer = top->cert->issuer_norm;
    size_t num = 0;

    /* From 0 on: a certificate may be sent in any place, even the first when
     * it is not on the path. */
    for (size_t i = 0; i < q->num_chain; i++) {
        struct candidate c = {.cert = q->chain[i], .position = (int)i};

        if (c.cert->parsed && cm_span_equal(c.cert->subject_norm, issuer)) {
            c.anchor = cm_certset_has(q->trust->anchors, c.cert);
            list_candidate(s, list, &num, c);
        }
    }
    list_set(s, list, &num, q->trust->anchors);
    if (s->with_pool) {
        list_set(s, list, &num, q->trust->pool);
    }
    return num;
}

/* A key that nobody here can use is a fault of its own: then name and key ids
 * must do. */
static bool issued(const struct search *s, const struct cm_cert *child,
                   const struct candidate *c)
{
    enum cm_sig sig = cm_sig_check(s->query->trust->memo, child, c->cert);

    if (sig == CM_SIG_UNSUPPORTED) {
        return (c->faults & CM_FAULT_KEY_ALG) != 0 &&
               !cm_path_key_ids_contradict(child, c->cert);
    }
    return sig == CM_SIG_GOOD;
}

/* What needs no signature to be left out of the clean search. */
static bool is_out_of_place(const struct search *s, const struct candidate *c)
{
    return s->clean &&
           hard(cm_path_place_faults(&s->now, c->cert, s->query->policy)) != 0;
}

/* A root without a fault that is no anchor, on top of the path: where no anchor
 * can be reached, the same CA in other certificates leads nowhere better. */
static bool is_end(const struct search *s)
{
    const struct cm_step *top = &s->now.steps[s->now.num - 1];

    return !s->hopeful && top->self_signed && s->now.num_hard == 0 &&
           s->now.num_soft == 0 && !s->now.ends_before_leaf;
}

static bool is_twin(const struct candidate *c, const struct cm_cert *root)
{
    return root != NULL && c->position < 0 &&
           cm_span_equal(c->cert->spki, root->spki);
}

/* Goes on from the top of the path; depth is at most CM_MAX_PATH. */
static void extend(struct search *s)
{
    struct candidate list[MAX_CANDIDATES];
    struct cm_step top = s->now.steps[s->now.num - 1];
    const struct cm_cert *root = NULL; /* where one path has ended */
    bool extended = false;
    size_t num = 0;

    if (!top.anchor && !top.self_signed && s->now.num < CM_MAX_PATH) {
        num = list_issuers(s, list);
    }
    for (size_t i = 0; i < num && !s->done; i++) {
        struct cm_path before = s->now;

        if (is_out_of_place(s, &list[i]) || is_twin(&list[i], root)) {
            continue;
        }
        if (s->tried >= s->max_tried) {
            break;
        }
        s->tried++;
        if (!issued(s, top.cert, &list[i])) {
            continue;
        }
        extended = true;
        push(s, &list[i]);
        root = is_end(s) ? list[i].cert : root;
        if (!s->clean || s->now.num_hard == 0) {
            extend(s);
        }
        s->now = before;
    }
    if (!extended) {
        arrive(s);
    }
}

/* --- the search --- */

static struct cm_step first_step(const struct cm_path_query *q)
{
    struct cm_cert *leaf = q->chain[0];
    struct cm_step step = {.cert = leaf};
    unsigned of_signature = CM_FAULT_SIG_WEAK | CM_FAULT_SIG_ALG;

    step.self_signed = cm_path_self_signed(q->trust, leaf);
    step.anchor = cm_certset_has(q->trust->anchors, leaf) &&
                  cm_path_distrust_faults(q->trust, leaf, leaf) == 0;
    step.faults = cm_path_own_faults(leaf, CM_ROLE_LEAF, q->policy, q->at_unix);
    if (step.anchor || step.self_signed) {
        step.faults &= ~of_signature;
    }
    return step;
}

static bool run(struct search *s, const struct cm_step *leaf, bool clean,
                bool with_pool)
{
    bool hopeful = cm_path_may_anchor(s->query, with_pool);
    size_t presented =
        s->query->num_chain < CM_MAX_PATH ? s->query->num_chain : CM_MAX_PATH;

    if (clean && !hopeful) {
        return false;
    }
    s->max_tried = CM_MAX_PATH_STEPS;
    if (!hopeful) {
        s->max_tried = CM_MAX_HOPELESS_STEPS + (unsigned)presented - 1;
    }
    s->hopeful = hopeful;
    s->clean = clean;
    s->with_pool = with_pool;
    s->tried = 0;
    s->policy_runs = 0;
    s->done = false;
    s->found = false;
    s->now = (struct cm_path){.num = 1, .ends_unix = leaf->cert->not_after};
    s->now.steps[0] = *leaf;
    extend(s);
    return s->found;
}

void cm_path_find(struct cm_path *out, const struct cm_path_query *query)
{
    bool has_pool = query->trust->pool != NULL;
    struct cm_step leaf = first_step(query);
    struct search s;

    s.query = query;
    s.num_pairs = 0;
    s.no_memory = false;
    if (!run(&s, &leaf, true, false) &&
        !(has_pool && run(&s, &leaf, true, true))) {
        (void)run(&s, &leaf, false, has_pool);
    }
    *out = s.best;
    out->no_memory = s.no_memory;
}
