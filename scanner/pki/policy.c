/* Certificate policies of a path (RFC 5280 section 6.1) as the graph of
 * RFC 9618: since any policy will do at the end, all that a level has to keep
 * is the set of policies that the next one may assert.
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <string.h>

#include "pki/constraints.h"
#include "pki/der.h"
#include "pki/oids.h"

/* Bridges between national infrastructures have some dozens. */
#define MAX_POLICIES 256
#define MAX_SHOWN 200 /* bytes of a subject in a phrase */
#define EXTENSIONS                                                             \
    (CM_EXT_BIT(CM_EXT_POLICIES) | CM_EXT_BIT(CM_EXT_POLICY_MAPPINGS) |        \
     CM_EXT_BIT(CM_EXT_POLICY_CONSTRAINTS) |                                   \
     CM_EXT_BIT(CM_EXT_INHIBIT_ANY_POLICY))

struct set {
    size_t num;
    struct cm_span oids[MAX_POLICIES];
    bool any;  /* anyPolicy is in it, too */
    bool full; /* something found no room */
};

struct mapping {
    struct cm_span from;
    struct cm_span to;
};

/* The variables of section 6.1.2. */
struct state {
    struct set expected; /* nothing and not `any`: the tree is NULL */
    size_t explicit_policy;
    size_t policy_mapping;
    size_t inhibit_any;
    size_t demander; /* who made explicit_policy what it is */
};

static bool is_any(struct cm_span oid)
{
    static const struct cm_span any_policy = CM_OID("\x55\x1d\x20\x00");

    return cm_span_equal(oid, any_policy);
}

static bool has(const struct set *set, struct cm_span oid)
{
    for (size_t i = 0; i < set->num; i++) {
        if (cm_span_equal(set->oids[i], oid)) {
            return true;
        }
    }
    return false;
}

static void add(struct set *set, struct cm_span oid)
{
    if (has(set, oid)) {
        return;
    }
    if (set->num == MAX_POLICIES) {
        set->full = true;
        return;
    }
    set->oids[set->num++] = oid;
}

/* What a certificate asserts. NULL, or what is wrong with it. */
static const char *read_policies(const struct cm_cert *cert, struct set *out)
{
    struct cm_reader seq;
    struct cm_reader policy;
    struct cm_der_element oid;

    out->num = 0;
    out->any = false;
    out->full = false;
    if (cert->policies.len == 0) {
        return NULL;
    }
    (void)cm_der_only(cert->policies, CM_DER_SEQUENCE, &seq);
    while (cm_der_enter(&seq, CM_DER_SEQUENCE, &policy) &&
           cm_der_get(&policy, CM_DER_OID, &oid)) {
        bool any = is_any(oid.content);

        if ((any && out->any) || has(out, oid.content)) {
            return "it asserts one certificate policy twice";
        }
        if (any) {
            out->any = true;
        } else {
            add(out, oid.content);
        }
    }
    return out->full ? "it asserts too many certificate policies" : NULL;
}

/* Section 6.1.3 (d) and (e): `expected` becomes what is valid on this level.
 * NULL, or why it cannot be told. */
static const char *apply_policies(struct set *expected,
                                  const struct set *asserted, bool any_counts)
{
    struct set valid = {.num = 0};

    for (size_t i = 0; i < asserted->num; i++) {
        if (expected->any || has(expected, asserted->oids[i])) {
            add(&valid, asserted->oids[i]);
        }
    }
    if (asserted->any && any_counts) {
        for (size_t i = 0; i < expected->num; i++) {
            add(&valid, expected->oids[i]);
        }
        valid.any = expected->any;
    }
    *expected = valid;
    return valid.full ? "the path allows too many certificate policies" : NULL;
}

static bool next_mapping(struct cm_reader *seq, struct mapping *out)
{
    struct cm_reader pair;
    struct cm_der_element from;
    struct cm_der_element to;

    if (!cm_der_enter(seq, CM_DER_SEQUENCE, &pair) ||
        !cm_der_get(&pair, CM_DER_OID, &from) ||
        !cm_der_get(&pair, CM_DER_OID, &to)) {
        return false;
    }
    out->from = from.content;
    out->to = to.content;
    return true;
}

/* Section 6.1.4 (a) and (b): `expected` goes from what is valid on this level
 * to what the next one may assert. */
static const char *apply_mappings(const struct cm_cert *cert,
                                  struct set *expected, bool allowed)
{
    struct set after = {.any = expected->any};
    struct set mapped = {.num = 0};
    struct mapping pair;
    struct cm_reader seq;

    if (cert->policy_mappings.len == 0) {
        return NULL;
    }
    (void)cm_der_only(cert->policy_mappings, CM_DER_SEQUENCE, &seq);
    while (next_mapping(&seq, &pair)) {
        if (is_any(pair.from) || is_any(pair.to)) {
            return "it maps the policy anyPolicy";
        }
        add(&mapped, pair.from);
        if (allowed && (expected->any || has(expected, pair.from))) {
            add(&after, pair.to);
        }
    }
    for (size_t i = 0; i < expected->num; i++) {
        if (!has(&mapped, expected->oids[i])) {
            add(&after, expected->oids[i]);
        }
    }
    *expected = after;
    return mapped.full || after.full ? "it maps too many policies" : NULL;
}

static void lower(size_t *counter, int limit)
{
    if ((size_t)limit < *counter) {
        *counter = (size_t)limit;
    }
}

struct skips { /* -1: not given */
    int require_explicit;
    int inhibit_mapping;
    int inhibit_any;
};

static struct skips read_skips(const struct cm_cert *cert)
{
    struct skips skips = {-1, -1, -1};
    struct cm_reader seq = {NULL, 0};
    struct cm_reader any;
    struct cm_der_element field;

    (void)cm_der_only(cert->policy_constraints, CM_DER_SEQUENCE, &seq);
    if (cm_der_get(&seq, CM_DER_CONTEXT(0U), &field)) {
        (void)cm_der_uint_of(field.content, &skips.require_explicit);
    }
    if (cm_der_get(&seq, CM_DER_CONTEXT(1U), &field)) {
        (void)cm_der_uint_of(field.content, &skips.inhibit_mapping);
    }
    cm_reader_init(&any, cert->inhibit_any_policy.data,
                   cert->inhibit_any_policy.len);
    (void)cm_der_uint(&any, &skips.inhibit_any);
    return skips;
}

static void count_down(size_t *counter)
{
    *counter -= *counter > 0 ? 1 : 0;
}

/* Section 6.1.4 (h) to (j). */
static void apply_skips(struct state *state, const struct cm_cert *cert,
                        size_t index)
{
    struct skips skips = read_skips(cert);

    if (!cert->self_issued) {
        count_down(&state->explicit_policy);
        count_down(&state->policy_mapping);
        count_down(&state->inhibit_any);
    }
    if (skips.require_explicit >= 0 &&
        (size_t)skips.require_explicit < state->explicit_policy) {
        state->explicit_policy = (size_t)skips.require_explicit;
        state->demander = index;
    }
    if (skips.inhibit_mapping >= 0) {
        lower(&state->policy_mapping, skips.inhibit_mapping);
    }
    if (skips.inhibit_any >= 0) {
        lower(&state->inhibit_any, skips.inhibit_any);
    }
}

/* Section 6.1.5 (a) and (b). */
static void wrap_up(struct state *state, const struct cm_cert *leaf)
{
    count_down(&state->explicit_policy);
    if (state->explicit_policy > 0 && read_skips(leaf).require_explicit == 0) {
        state->explicit_policy = 0;
        state->demander = 0;
    }
}

static bool is_satisfied(const struct state *state)
{
    return state->explicit_policy > 0 || state->expected.num > 0 ||
           state->expected.any;
}

static bool refuse(struct cm_buf *why, size_t *at, size_t index,
                   const char *text)
{
    *at = index;
    (void)cm_buf_puts(why, text);
    return false;
}

static bool nothing_left(const struct state *state, const struct cm_cert *cert,
                         size_t *at, struct cm_buf *why)
{
    size_t length = strlen(cert->subject_text);
    size_t shown = length < MAX_SHOWN ? length : MAX_SHOWN;

    while (shown < length && (cert->subject_text[shown] & 0xc0) == 0x80) {
        shown--; /* not within a character */
    }
    (void)refuse(why, at, state->demander,
                 "it requires an explicit certificate policy, and none that "
                 "the path allows is asserted by \"");
    (void)cm_buf_append(why, cert->subject_text, shown);
    (void)cm_buf_puts(why, shown < length ? "...\"" : "\"");
    return false;
}

/* One certificate, from the one below the anchor (the highest index) to the
 * leaf (0). */
static bool take_one(struct state *state, struct cm_cert *const *path,
                     size_t index, size_t *at, struct cm_buf *why)
{
    const struct cm_cert *cert = path[index];
    bool is_leaf = index == 0;
    struct set asserted;
    const char *wrong;

    if ((cert->ext_bad & EXTENSIONS) != 0) {
        return refuse(why, at, index,
                      "an extension about certificate policies is malformed");
    }
    wrong = read_policies(cert, &asserted);
    if (wrong == NULL) {
        wrong = apply_policies(&state->expected, &asserted,
                               state->inhibit_any > 0 ||
                                   (!is_leaf && cert->self_issued));
    }
    if (wrong != NULL) {
        return refuse(why, at, index, wrong);
    }
    if (!is_satisfied(state)) { /* section 6.1.3 (f) */
        return nothing_left(state, cert, at, why);
    }
    if (is_leaf) {
        wrap_up(state, cert);
        return is_satisfied(state) || nothing_left(state, cert, at, why);
    }
    wrong = apply_mappings(cert, &state->expected, state->policy_mapping > 0);
    if (wrong != NULL) {
        return refuse(why, at, index, wrong);
    }
    apply_skips(state, cert, index);
    return true;
}

bool cm_policy_path_valid(struct cm_cert *const *path, size_t num, size_t *at,
                          struct cm_buf *why)
{
    /* Section 6.1.2: with n certificates below the anchor, n + 1. */
    struct state state = {.expected = {.any = true},
                          .explicit_policy = num,
                          .policy_mapping = num,
                          .inhibit_any = num};

    *at = 0;
    for (size_t i = num; i > 1; i--) {
        if (!take_one(&state, path, i - 2, at, why)) {
            return false;
        }
    }
    return true;
}
