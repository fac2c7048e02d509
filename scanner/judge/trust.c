/* Trust in one view: exactly one outcome for each chain.
 *
 *   1 the leaf is an anchor            4 complete with known certificates
 *   2 the leaf is self-signed          5 reaches an anchor, with faults
 *   3 complete as it was sent          6 ends in a root that is not trusted
 *                                      7 ends in the middle: who is missing?
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/rules.h"
#include "pki/pki.h"

#define MAX_LISTED 3U /* missing certificates named in one proof */

static bool is_valid(const struct cm_path *path)
{
    return path->anchored && path->num_hard == 0;
}

/* A CA's certificate that is no certificate of this host's: somebody installed
 * the root where the server's own belongs. */
static bool is_misplaced_root(const struct cm_case *c)
{
    return c->leaf->is_ca && !cm_judge_name_fits(c, c->leaf);
}

static void pinned(struct cm_case *c)
{
    char name[CM_LABEL_SIZE];
    struct cm_finding *f = cm_finding_add(
        c, CM_CAUSE_SELF_SIGNED_PINNED, "RFC 5280 section 6.1.1 (d)",
        "%s, the server's certificate, is itself an anchor of the trust view "
        "\"%s\": every renewal must reach all clients first",
        cm_finding_cert_name(c->leaf, name), c->trust->name);

    cm_finding_about(c, f, c->leaf);
    c->trusted = true;
}

static void self_signed(struct cm_case *c)
{
    char name[CM_LABEL_SIZE];
    char place[CM_LABEL_SIZE];
    struct cm_finding *f = cm_finding_add(
        c, CM_CAUSE_SELF_SIGNED_LEAF, "RFC 5280 section 6.1",
        "%s is its own issuer, and its signature verifies under its own key%s; "
        "%s",
        cm_finding_cert_name(c->leaf, name),
        is_misplaced_root(c)
            ? ": a CA's root was installed in place of the server's certificate"
            : "",
        cm_finding_place(c, c->leaf, place));

    cm_finding_about(c, f, c->leaf);
}

/* What the server sends for the same name and key as `missing`. */
static struct cm_cert *sent_twin(const struct cm_case *c,
                                 const struct cm_cert *missing, bool same_key)
{
    for (size_t i = 1; i < c->probe->num_chain; i++) {
        struct cm_cert *cert = c->probe->chain[i];

        if (cert->parsed &&
            cm_span_equal(cert->subject_norm, missing->subject_norm) &&
            cm_span_equal(cert->spki, missing->spki) == same_key) {
            return cert;
        }
    }
    return NULL;
}

static unsigned twin_faults(const struct cm_case *c, const struct cm_cert *twin)
{
    return cm_path_own_faults(twin, false, c->policy, c->at_unix);
}

/* "subject" with its hash, and what is sent instead. */
static void say_missing(struct cm_case *c, const struct cm_cert *cert,
                        struct cm_buf *out)
{
    const struct cm_cert *impostor = sent_twin(c, cert, false);
    const struct cm_cert *cross = sent_twin(c, cert, true);
    char name[CM_LABEL_SIZE];

    (void)cm_buf_printf(out, "\"%.*s\" (SHA-256 ",
                        cm_finding_clip(cert->subject_text, 200),
                        cert->subject_text);
    (void)cm_buf_hex(out, cert->sha256, CM_SHA256_LEN);
    (void)cm_buf_puts(out, ")");
    if (cross != NULL) {
        (void)cm_buf_printf(out,
                            ", for which %s is sent, which leads to no anchor",
                            cm_finding_cert_name(cross, name));
    } else if (impostor != NULL) {
        (void)cm_buf_printf(
            out, ", for which %s is sent, with the same name but another key",
            cm_finding_cert_name(impostor, name));
    }
}

/* Step 4. A missing certificate whose twin was sent, but is bad, is that one's
 * fault. */
static void incomplete(struct cm_case *c)
{
    struct cm_cert *first = NULL;
    struct cm_finding *f;
    struct cm_buf list;
    unsigned num = 0;

    cm_buf_init(&list, 16384);
    for (size_t i = 1; i < c->path.num; i++) {
        struct cm_step *step = &c->path.steps[i];
        struct cm_cert *twin;

        if (step->position >= 0 || step->anchor || c->policy->pool_at_hand) {
            continue;
        }
        twin = sent_twin(c, step->cert, true);
        if (twin != NULL && twin_faults(c, twin) != 0) {
            cm_judge_replaceable(c, twin, twin_faults(c, twin), step->cert);
            continue;
        }
        if (num++ < MAX_LISTED) {
            (void)cm_buf_puts(&list, num > 1 ? "; " : "");
            say_missing(c, step->cert, &list);
        }
        first = first == NULL ? step->cert : first;
    }
    if (first != NULL) {
        f = cm_finding_add(c, CM_CAUSE_CHAIN_INCOMPLETE,
                           "RFC 8446 section 4.4.2",
                           "the chain verifies only with %u certificate%s that "
                           "the server does not send: %s",
                           num, num == 1 ? "" : "s", cm_finding_text(c, &list));
        cm_finding_about(c, f, first);
        cm_finding_for_cert(c, f, first);
    }
    cm_buf_cleanup(&list);
}

/* Step 6. */
static void private_root(struct cm_case *c)
{
    struct cm_cert *root = c->path.steps[c->path.num - 1].cert;
    bool sent = cm_finding_position(c, root) >= 0;
    unsigned missing =
        c->path.num_missing - (sent || c->policy->pool_at_hand ? 0U : 1U);
    char name[CM_LABEL_SIZE];
    char place[CM_LABEL_SIZE];
    struct cm_finding *f = cm_finding_add(
        c, CM_CAUSE_UNTRUSTED_PRIVATE_ROOT, "RFC 5280 section 6.1",
        "the chain ends in the root %s, which is not in the trust view "
        "\"%s\"; the root is %s%s%s",
        cm_finding_cert_name(root, name), c->trust->name,
        cm_finding_place(c, root, place), sent ? "" : ", but known to us",
        missing > 0 ? "; intermediates are not sent either" : "");

    cm_finding_about(c, f, root);
    cm_finding_for_cert(c, f, root);
}

static void find_path(struct cm_case *c)
{
    struct cm_path_query query = {
        .chain = c->probe->chain,
        .num_chain = c->probe->num_chain,
        .trust = c->trust,
        .policy = c->policy,
        .at_unix = c->at_unix,
    };
    struct cm_path wider;

    cm_path_find(&c->path, &query);
    if (!is_valid(&c->path) && c->trust->pool != NULL) {
        query.with_pool = true;
        cm_path_find(&wider, &query);
        if (cm_path_better(&wider, &c->path)) {
            c->path = wider;
        }
    }
}

void cm_judge_trust(struct cm_case *c)
{
    const struct cm_step *top;

    find_path(c);
    top = &c->path.steps[c->path.num - 1];
    if (c->path.num == 1 && top->anchor && !is_misplaced_root(c)) {
        pinned(c);
    } else if (c->path.num == 1 && top->self_signed) {
        self_signed(c);
    } else if (is_valid(&c->path)) {
        incomplete(c);
        c->trusted = c->path.num_missing == 0;
    } else if (c->path.anchored) {
        c->trusted = false; /* the faults say why */
    } else if (top->self_signed) {
        private_root(c);
    } else {
        cm_judge_unknown_issuer(c, top->cert);
    }
    cm_judge_path_faults(c);
}
