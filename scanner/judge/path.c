/* Path search: depth first from the leaf up, likely issuers first, bounded in
 * depth and in the number of candidates tried, so that a hostile chain costs
 * little. The signature decides who issued; key ids only say whom to try first.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/path.h"

#include <string.h>

#include "pki/pki.h"

#define MAX_CANDIDATES                                                         \
    128U /* issuers by name that are looked at for one step */

struct candidate {
    struct cm_cert *cert;
    int position;
    bool anchor;
    unsigned cost; /* smaller is tried first */
};

struct search {
    const struct cm_path_query *query;
    unsigned tried;
    bool done; /* no better path can be found */
    bool found;
    struct cm_path now;
    struct cm_path *best;
};

bool cm_path_hash_weak(enum cm_hash_alg hash)
{
    return hash == CM_HASH_MD2 || hash == CM_HASH_MD5 || hash == CM_HASH_SHA1;
}

bool cm_path_key_small(const struct cm_cert *cert,
                       const struct cm_policy *policy)
{
    if (cert->key_alg == CM_KEY_DSA) {
        return true;
    }
    if (cert->key_bits == 0) {
        return false; /* unknown is not small */
    }
    if (cert->key_alg == CM_KEY_RSA || cert->key_alg == CM_KEY_RSA_PSS) {
        return cert->key_bits < policy->min_rsa_bits;
    }
    return cert->key_alg == CM_KEY_EC && cert->key_bits < policy->min_ec_bits;
}

bool cm_path_key_ids_contradict(const struct cm_cert *child,
                                const struct cm_cert *issuer)
{
    return child->aki.len > 0 && issuer->ski.len > 0 &&
           !cm_span_equal(child->aki, issuer->ski);
}

/* RFC 5280 section 6.1.4 (k) to (n). A version 1 certificate cannot say that it
 * is a CA: as a root it need not. */
static bool may_issue(const struct cm_cert *cert, bool root)
{
    if (cert->has_key_usage && (cert->key_usage & CM_KU_KEY_CERT_SIGN) == 0) {
        return false;
    }
    if (root) {
        return !cert->has_basic_constraints || cert->is_ca;
    }
    return cert->is_ca;
}

static bool for_servers(const struct cm_cert *cert)
{
    return !cert->has_eku ||
           (cert->eku & (CM_EKU_SERVER_AUTH | CM_EKU_ANY)) != 0;
}

unsigned cm_path_own_faults(const struct cm_cert *cert, bool root,
                            const struct cm_policy *policy, int64_t at_unix)
{
    unsigned faults = 0;

    if (at_unix > cert->not_after) {
        faults |= CM_FAULT_EXPIRED;
    } else if (at_unix < cert->not_before) {
        faults |= CM_FAULT_NOT_YET_VALID;
    }
    if (!may_issue(cert, root)) {
        faults |= CM_FAULT_NOT_CA;
    }
    if (cm_path_key_small(cert, policy)) {
        faults |= CM_FAULT_KEY_SMALL;
    }
    if (root) {
        return faults;
    }
    if (!for_servers(cert)) {
        faults |= CM_FAULT_EKU;
    }
    if (cert->unknown_critical != NULL) {
        faults |= CM_FAULT_CRITICAL;
    }
    if (cm_path_hash_weak(cert->sig_hash)) {
        faults |= CM_FAULT_SIG_WEAK;
    }
    return faults;
}

/* RFC 5280 section 4.2.1.9: self-issued certificates do not count, nor does the
 * leaf. */
static bool too_deep(const struct cm_path *path, const struct cm_cert *issuer)
{
    int between = 0;

    for (size_t i = 1; i < path->num; i++) {
        if (!path->steps[i].cert->self_issued) {
            between++;
        }
    }
    return issuer->pathlen >= 0 && between > issuer->pathlen;
}

static unsigned bits(unsigned value)
{
    unsigned num = 0;

    for (; value != 0; value &= value - 1) {
        num++;
    }
    return num;
}

static void push(struct search *s, const struct candidate *c)
{
    const struct cm_path_query *q = s->query;
    struct cm_path *path = &s->now;
    struct cm_step *step = &path->steps[path->num];
    const struct cm_cert *leaf = path->steps[0].cert;
    const struct cm_cert *child = path->steps[path->num - 1].cert;
    bool self_signed = cm_self_signed(q->trust->memo, c->cert);
    unsigned faults = cm_path_own_faults(c->cert, c->anchor || self_signed,
                                         q->policy, q->at_unix);

    if (too_deep(path, c->cert)) {
        faults |= CM_FAULT_PATHLEN;
    }
    if (cm_path_key_ids_contradict(child, c->cert)) {
        faults |= CM_FAULT_KEY_ID;
    }
    *step =
        (struct cm_step){c->cert, c->position, c->anchor, self_signed, faults};
    path->num++;
    path->num_soft += bits(faults & CM_FAULTS_SOFT);
    path->num_hard += bits(faults & ~CM_FAULTS_SOFT);
    if (c->position < 0 && !c->anchor && !q->policy->pool_at_hand) {
        path->num_missing++;
    }
    if (c->cert->not_after < leaf->not_after) {
        path->ends_before_leaf = true;
    }
}

static int order(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

bool cm_path_better(const struct cm_path *a, const struct cm_path *b)
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
        a->anchored ? by_length : -by_length,
    };

    for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
        if (signs[i] != 0) {
            return signs[i] < 0;
        }
    }
    return false;
}

static void arrive(struct search *s)
{
    struct cm_path *now = &s->now;

    now->anchored = now->steps[now->num - 1].anchor;
    if (!s->found || cm_path_better(now, s->best)) {
        *s->best = *now;
        s->found = true;
    }
    s->done = s->best->anchored && s->best->num_hard == 0 &&
              s->best->num_soft == 0 && s->best->num_missing == 0 &&
              !s->best->ends_before_leaf;
    now->anchored = false;
}

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

/* Keeps the list sorted by cost; equal ones in order of arrival. */
static void list_candidate(struct search *s, struct candidate *list,
                           size_t *num, struct candidate c)
{
    const struct cm_path_query *q = s->query;
    const struct cm_cert *child = s->now.steps[s->now.num - 1].cert;
    size_t at = *num;

    if (!c.cert->parsed || *num == MAX_CANDIDATES ||
        is_listed(list, *num, c.cert) || on_path(&s->now, c.cert)) {
        return;
    }
    c.cost += q->at_unix > c.cert->not_after || q->at_unix < c.cert->not_before
                  ? 8U
                  : 0U;
    c.cost += cm_path_key_ids_contradict(child, c.cert) ? 4U : 0U;
    while (at > 0 && list[at - 1].cost > c.cost) {
        list[at] = list[at - 1];
        at--;
    }
    list[at] = c;
    (*num)++;
}

static void list_set(struct search *s, struct candidate *list, size_t *num,
                     const struct cm_certset *set)
{
    const struct cm_cert *child = s->now.steps[s->now.num - 1].cert;
    const struct cm_certset *anchors = s->query->trust->anchors;
    struct cm_cert *const *certs = NULL;
    size_t count = cm_certset_by_subject(set, child->issuer_norm, &certs);

    for (size_t i = 0; i < count; i++) {
        bool anchor = set == anchors;
        struct candidate c = {certs[i], -1, anchor, anchor ? 0U : 2U};

        list_candidate(s, list, num, c);
    }
}

static size_t list_issuers(struct search *s, struct candidate *list)
{
    const struct cm_path_query *q = s->query;
    const struct cm_cert *child = s->now.steps[s->now.num - 1].cert;
    size_t num = 0;

    /* From 0 on: a certificate may be sent in any place, even the first when
     * it is not on the path. */
    for (size_t i = 0; i < q->num_chain; i++) {
        struct cm_cert *cert = q->chain[i];
        struct candidate c = {cert, (int)i, false, 1U};

        if (cert->parsed &&
            cm_span_equal(cert->subject_norm, child->issuer_norm)) {
            c.anchor = cm_certset_has(q->trust->anchors, cert);
            c.cost = c.anchor ? 0U : 1U;
            list_candidate(s, list, &num, c);
        }
    }
    list_set(s, list, &num, q->trust->anchors);
    if (q->with_pool && q->trust->pool != NULL) {
        list_set(s, list, &num, q->trust->pool);
    }
    return num;
}

/* Goes on from the top of the path; depth is at most CM_MAX_PATH. */
static void extend(struct search *s)
{
    struct candidate list[MAX_CANDIDATES];
    struct cm_step top = s->now.steps[s->now.num - 1];
    bool extended = false;
    size_t num = 0;

    if (!top.anchor && !top.self_signed && s->now.num < CM_MAX_PATH) {
        num = list_issuers(s, list);
    }
    for (size_t i = 0; i < num && !s->done; i++) {
        struct cm_path before = s->now;

        if (s->tried >= CM_MAX_PATH_STEPS) {
            break;
        }
        s->tried++;
        if (cm_sig_check(s->query->trust->memo, top.cert, list[i].cert) !=
            CM_SIG_GOOD) {
            continue;
        }
        extended = true;
        push(s, &list[i]);
        extend(s);
        s->now = before;
    }
    if (!extended) {
        arrive(s);
    }
}

void cm_path_find(struct cm_path *out, const struct cm_path_query *query)
{
    struct search s = {.query = query, .best = out};
    struct cm_cert *leaf = query->chain[0];
    struct cm_step *step = &s.now.steps[0];

    memset(out, 0, sizeof(*out));
    *step = (struct cm_step){.cert = leaf};
    step->anchor = cm_certset_has(query->trust->anchors, leaf);
    step->self_signed = cm_self_signed(query->trust->memo, leaf);
    step->faults = cm_path_own_faults(leaf, step->anchor || step->self_signed,
                                      query->policy, query->at_unix) &
                   (CM_FAULTS_SOFT | CM_FAULT_CRITICAL);
    s.now.num = 1;
    extend(&s);
}
