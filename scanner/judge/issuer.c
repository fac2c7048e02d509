/* A chain that ends in the middle: is its last signature broken, was the wrong
 * issuer sent, or is the issuer simply not there, and of what kind is it?
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "judge/rules.h"
#include "pki/pki.h"

#define MAX_RIVALS 64U /* of the issuer's name, looked at in one set */
/* Not sent and without its key id: keys tried. They are those that the search
 * for a path has tried, so that no signature is checked for the words alone. */
#define MAX_NAMESAKES CM_MAX_HOPELESS_STEPS

/* Somebody with the name of the issuer, whose key did not sign. */
struct rival {
    struct cm_cert *cert;
    enum cm_sig sig;
    bool same_key_id;
};

struct rivals {
    struct rival best;
    unsigned namesakes; /* that were tried */
    bool true_issuer;   /* somebody else did sign: a circle, or a bound met */
    bool not_all;       /* were tried */
};

static bool key_ids_agree(const struct cm_cert *child,
                          const struct cm_cert *issuer)
{
    return child->aki.len > 0 && issuer->ski.len > 0 &&
           cm_span_equal(child->aki, issuer->ski);
}

/* Looks at one holder of the issuer's name; keeps the most telling. */
static void consider(const struct cm_case *c, const struct cm_cert *child,
                     struct cm_cert *cert, struct rivals *all)
{
    struct rival r;

    if (!cert->parsed ||
        !cm_span_equal(cert->subject_norm, child->issuer_norm) ||
        memcmp(cert->sha256, child->sha256, CM_SHA256_LEN) == 0) {
        return;
    }
    r.cert = cert;
    r.same_key_id = key_ids_agree(child, cert);
    r.sig = cm_sig_check(c->trust->memo, child, cert);
    if (r.sig == CM_SIG_GOOD) {
        all->true_issuer = true;
    } else if (all->best.cert == NULL ||
               (r.same_key_id && !all->best.same_key_id)) {
        all->best = r;
    }
}

static void consider_set(const struct cm_case *c, const struct cm_cert *child,
                         const struct cm_certset *set, struct rivals *all)
{
    struct cm_cert *const *certs = NULL;
    size_t num = 0;

    if (set != NULL) {
        num = cm_certset_by_subject(set, child->issuer_norm, &certs);
    }
    for (size_t i = 0; i < num && i < MAX_RIVALS; i++) {
        if (key_ids_agree(child, certs[i]) ||
            all->namesakes++ < MAX_NAMESAKES) {
            consider(c, child, certs[i], all);
        } else {
            all->not_all = true;
        }
    }
    all->not_all = all->not_all || num > MAX_RIVALS;
}

static struct rivals find_rivals(const struct cm_case *c,
                                 const struct cm_cert *child)
{
    struct rivals all = {.best = {NULL, CM_SIG_BAD, false}};

    for (size_t i = 0; i < c->probe->num_chain; i++) {
        consider(c, child, c->probe->chain[i], &all);
    }
    if (all.best.cert == NULL || !all.best.same_key_id) {
        consider_set(c, child, c->trust->anchors, &all);
        consider_set(c, child, c->trust->pool, &all);
    }
    if (all.true_issuer) {
        all.best.cert = NULL;
    }
    return all;
}

static void bad_signature(struct cm_case *c, struct cm_cert *child,
                          const struct rival *rival)
{
    char child_name[CM_LABEL_SIZE];
    char name[CM_LABEL_SIZE];
    char place[CM_LABEL_SIZE];
    struct cm_finding *f = cm_finding_add(
        c, CM_CAUSE_CHAIN_BAD_SIGNATURE, "RFC 5280 section 6.1.3 (a)(1)",
        "the signature (%s) of %s does not verify under the key of its issuer "
        "%s, although the key ids agree: the certificate is damaged; %s",
        child->sig_name, cm_finding_cert_name(child, child_name),
        cm_finding_cert_name(rival->cert, name),
        cm_finding_place(c, child, place));

    cm_finding_about(c, f, child);
    if (child == c->leaf) {
        cm_finding_resolve(f, CM_RESOLUTION_REISSUE_CERTIFICATE);
    } else {
        cm_finding_for_holder(c, f, child);
    }
}

static void wrong_intermediate(struct cm_case *c, struct cm_cert *child,
                               const struct rival *rival)
{
    char child_name[CM_LABEL_SIZE];
    char name[CM_LABEL_SIZE];
    char place[CM_LABEL_SIZE];
    bool ids = cm_path_key_ids_contradict(child, rival->cert);
    struct cm_finding *f;
    struct cm_buf words;

    cm_buf_init(&words, 1U << 18);
    if (ids) {
        (void)cm_buf_puts(&words, ": the key id asked for is ");
        (void)cm_buf_hex(&words, child->aki.data, child->aki.len);
        (void)cm_buf_puts(&words, ", the one sent is ");
        (void)cm_buf_hex(&words, rival->cert->ski.data, rival->cert->ski.len);
    }
    f = cm_finding_add(
        c, CM_CAUSE_CHAIN_WRONG_INTERMEDIATE, "RFC 5280 section 6.1.3 (a)(1)",
        "%s, %s, has the name of the issuer of %s, but its key did not sign "
        "it%s",
        cm_finding_cert_name(rival->cert, name),
        cm_finding_place(c, rival->cert, place),
        cm_finding_cert_name(child, child_name), cm_finding_text(c, &words));
    cm_finding_about(c, f, rival->cert);
    cm_finding_for_issuer(c, f, child);
    cm_buf_cleanup(&words);
}

static void say_where(struct cm_case *c, const struct cm_cert *cert,
                      struct cm_buf *out)
{
    char url[CM_LABEL_SIZE];

    if (cert->num_ca_issuers > 0) {
        (void)cm_buf_printf(out,
                            "; it says that its issuer's certificate is "
                            "at %s",
                            cm_finding_span_text(c, cert->ca_issuers[0], url));
    }
}

/* A signs B and B signs A: the issuer is on the path already. */
static const char *why_it_ends(const struct cm_case *c,
                               const struct cm_cert *top,
                               const struct rivals *rivals)
{
    for (size_t i = 0; i < c->path.num; i++) {
        const struct cm_cert *below = c->path.steps[i].cert;

        if (cm_span_equal(below->subject_norm, top->issuer_norm) &&
            cm_sig_check(c->trust->memo, top, below) == CM_SIG_GOOD) {
            return "is below it already: the chain goes round in a circle";
        }
    }
    if (c->path.num == CM_MAX_PATH) {
        return "would make the path too long";
    }
    if (rivals->true_issuer) {
        return "is known, but the search for a path ended before: too many "
               "certificates had to be tried";
    }
    return rivals->not_all ? "was not found among the holders of that name, of "
                             "whom too many are known to try each"
                           : "was not sent and is not known";
}

/* Of the leaf, else of the highest certificate that is there. */
static const char *find_signal(
    struct cm_case *c, const struct cm_cert *top,
    const char *(*signal)(struct cm_case *c, const struct cm_cert *cert))
{
    const char *found = signal(c, c->leaf);

    return found != NULL ? found : signal(c, top);
}

static void say_rival(const struct cm_cert *top, const struct rival *rival,
                      struct cm_buf *out)
{
    if (rival->cert != NULL && rival->sig == CM_SIG_UNSUPPORTED) {
        (void)cm_buf_printf(out,
                            "; a holder of that name is known, but its "
                            "signature (%s) cannot be checked here",
                            top->sig_name);
    } else if (rival->cert != NULL) {
        (void)cm_buf_puts(out, "; a holder of that name is known, but its "
                               "key is another");
    }
}

/* Nobody with the issuer's name has the key: what kind of CA is it? Timestamps
 * and policies say more than places, internal places more than public ones. */
static void unknown_issuer(struct cm_case *c, struct cm_cert *top,
                           const struct rivals *rivals)
{
    const struct rival *rival = &rivals->best;
    bool sealed = c->leaf->num_scts > 0 || c->leaf->public_policy;
    const char *is_private = find_signal(c, top, cm_judge_private_signal);
    const char *is_public = sealed || is_private == NULL
                                ? find_signal(c, top, cm_judge_public_signal)
                                : NULL;
    enum cm_cause cause = is_public != NULL    ? CM_CAUSE_CHAIN_INCOMPLETE
                          : is_private != NULL ? CM_CAUSE_UNTRUSTED_PRIVATE_ROOT
                                               : CM_CAUSE_ISSUER_UNKNOWN;
    const char *signal = is_public != NULL ? is_public : is_private;
    char name[CM_LABEL_SIZE];
    struct cm_finding *f;
    struct cm_buf words;

    cm_buf_init(&words, 8192);
    if (signal != NULL) {
        (void)cm_buf_printf(&words, "; the certificate is of a %s CA, for %s",
                            is_public != NULL ? "public" : "private", signal);
    }
    say_rival(top, rival, &words);
    say_where(c, top, &words);
    f = cm_finding_add(c, cause, "RFC 5280 section 6.1",
                       "the issuer of %s, \"%.*s\", %s%s",
                       cm_finding_cert_name(top, name),
                       cm_finding_clip(top->issuer_text, 200), top->issuer_text,
                       why_it_ends(c, top, rivals), cm_finding_text(c, &words));
    if (f != NULL) {
        f->confidence = cause == CM_CAUSE_ISSUER_UNKNOWN &&
                                rival->cert == NULL && !rivals->not_all
                            ? CM_CERTAIN
                            : CM_PROBABLE;
    }
    cm_finding_about(c, f, top);
    cm_finding_for_issuer(c, f, top);
    cm_buf_cleanup(&words);
}

void cm_judge_unknown_issuer(struct cm_case *c, struct cm_cert *top)
{
    struct rivals rivals = find_rivals(c, top);
    const struct rival *rival = &rivals.best;
    bool bad = rival->cert != NULL && rival->sig == CM_SIG_BAD;

    if (bad && rival->same_key_id) {
        bad_signature(c, top, rival);
    } else if (bad && cm_finding_position(c, rival->cert) >= 0) {
        wrong_intermediate(c, top, rival);
    } else {
        unknown_issuer(c, top, &rivals);
    }
}
