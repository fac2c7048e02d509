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
    bool checked = cm_self_signed(c->trust->memo, c->leaf);
    struct cm_finding *f = cm_finding_add(
        c, CM_CAUSE_SELF_SIGNED_LEAF, "RFC 5280 section 6.1",
        "%s is its own issuer, and its signature %s under its own key%s; %s",
        cm_finding_cert_name(c->leaf, name),
        checked ? "verifies" : "(of a kind that is not checked here) should be",
        is_misplaced_root(c)
            ? ": it is a CA's, in the place of the server's certificate"
            : "",
        cm_finding_place(c, c->leaf, place));

    if (f != NULL && !checked) {
        f->confidence = CM_PROBABLE;
    }
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

static unsigned issuer_faults(const struct cm_case *c,
                              const struct cm_cert *cert)
{
    return cm_path_own_faults(cert, CM_ROLE_ISSUER, c->policy, c->at_unix);
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
        (void)cm_buf_printf(
            out, ", for which %s is sent, with which no path is good",
            cm_finding_cert_name(cross, name));
    } else if (impostor != NULL) {
        (void)cm_buf_printf(
            out, ", for which %s is sent, with the same name but another key",
            cm_finding_cert_name(impostor, name));
    }
}

static void say_incomplete(struct cm_case *c, struct cm_cert *first,
                           unsigned num, struct cm_buf *list)
{
    bool certain = cm_path_is_valid(&c->path);
    struct cm_finding *f = cm_finding_add(
        c, CM_CAUSE_CHAIN_INCOMPLETE, "RFC 8446 section 4.4.2",
        "the chain %s only with %u certificate%s that the server does not "
        "send: %s",
        certain ? "verifies" : "goes up so far, and still is not good,", num,
        num == 1 ? "" : "s", cm_finding_text(c, list));

    if (f != NULL && !certain) {
        f->confidence = CM_PROBABLE;
    }
    cm_finding_about(c, f, first);
    cm_finding_for_cert(c, f, first);
}

/* A missing certificate whose twin was sent, but is bad, is that one's fault;
 * one that is bad itself is no use to anybody. */
void cm_judge_missing(struct cm_case *c)
{
    struct cm_cert *first = NULL;
    struct cm_buf list;
    unsigned num = 0;

    cm_buf_init(&list, 16384);
    for (size_t i = 1; i < c->path.num; i++) {
        const struct cm_step *step = &c->path.steps[i];
        struct cm_cert *twin;

        if (step->position >= 0 || step->anchor || step->self_signed ||
            c->policy->pool_at_hand || (step->faults & ~CM_FAULTS_SOFT) != 0) {
            continue;
        }
        twin = sent_twin(c, step->cert, true);
        if (twin != NULL && issuer_faults(c, twin) != 0) {
            cm_judge_replaceable(c, twin, issuer_faults(c, twin), step->cert);
            continue;
        }
        if (num++ < MAX_LISTED) {
            (void)cm_buf_puts(&list, num > 1 ? "; " : "");
            say_missing(c, step->cert, &list);
        }
        first = first == NULL ? step->cert : first;
    }
    if (first != NULL) {
        say_incomplete(c, first, num, &list);
    }
    cm_buf_cleanup(&list);
}

/* A path that is not good might be another one with certificates that are not
 * known yet: whoever is below a bad or missing step says where to look. */
static void want_issuers(struct cm_case *c)
{
    for (size_t i = 0; i < c->path.num; i++) {
        const struct cm_step *step = &c->path.steps[i];
        const struct cm_step *above = step + 1;
        bool is_last = i + 1 == c->path.num;
        bool wanted = is_last ? !step->anchor && !step->self_signed
                              : (above->faults & ~CM_FAULTS_SOFT) != 0 ||
                                    (above->self_signed && !above->anchor);

        if (wanted && step->cert->num_ca_issuers > 0) {
            cm_judge_want(c, CM_WANT_ISSUER, step->cert, NULL);
        }
    }
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

    cm_path_find(&c->path, &query);
    c->no_memory = c->no_memory || c->path.no_memory;
}

void cm_judge_trust(struct cm_case *c)
{
    const struct cm_step *first;
    bool valid;

    find_path(c);
    first = &c->path.steps[0];
    valid = cm_path_is_valid(&c->path);
    if (first->anchor && !is_misplaced_root(c)) {
        pinned(c);
    } else if (first->self_signed) {
        self_signed(c);
        valid = false;
    } else if (c->path.anchored) { /* faults, if there are any, say why not */
        cm_judge_missing(c);
        c->trusted = valid && c->path.num_missing == 0;
        cm_judge_distrust_to_come(c);
    } else {
        cm_judge_no_anchor(c);
    }
    cm_judge_path_faults(c);
    if (!valid) {
        want_issuers(c);
    }
    c->out->path_valid = valid;
}
