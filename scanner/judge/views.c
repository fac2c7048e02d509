/* One endpoint in several trust views: a verdict for each, and in the headline
 * view what keeps the others from trusting the same path.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "judge/rules.h"

#define MAX_VIEW_NAMES 1024U

/* --- what differs --- */

/* Causes that lie in what a view trusts, not in what the server sends. */
static bool is_of_the_view(const struct cm_finding *f)
{
    return f->blocks && (f->cause == CM_CAUSE_ROOT_NOT_IN_CLIENT_STORE ||
                         f->cause == CM_CAUSE_ROOT_DISTRUSTED_OR_REMOVED ||
                         f->cause == CM_CAUSE_CA_DISTRUST_AFTER ||
                         f->cause == CM_CAUSE_ROOT_EXPIRED);
}

static bool is_same(const struct cm_finding *f, const struct cm_finding *g)
{
    return f->cause == g->cause && f->cert == g->cert;
}

static const struct cm_finding *find_same(const struct cm_judgement *judgement,
                                          const struct cm_finding *f)
{
    for (size_t i = 0; i < judgement->num_findings; i++) {
        const struct cm_finding *other = &judgement->findings[i];

        if (is_of_the_view(other) && is_same(other, f)) {
            return other;
        }
    }
    return NULL;
}

/* One finding for all views with the same cause and root. */
static void differs(struct cm_case *c, const struct cm_finding *f)
{
    struct cm_finding *copy;
    struct cm_buf names;
    unsigned num = 0;

    cm_buf_init(&names, MAX_VIEW_NAMES);
    for (size_t i = 0; i < c->trust->num_views; i++) {
        if (find_same(&c->in_views[i], f) != NULL) {
            (void)cm_buf_printf(&names, "%s\"%s\"", num++ > 0 ? ", " : "",
                                c->trust->views[i].name);
        }
    }
    copy = cm_finding_add(c, f->cause, f->rule, "in the trust view%s %s: %s",
                          num == 1 ? "" : "s", cm_finding_text(c, &names),
                          f->proof);
    cm_buf_cleanup(&names);
    if (copy == NULL) {
        return;
    }
    copy->severity = f->severity;
    copy->resolution = f->resolution;
    copy->blocks = false;
    cm_finding_about(c, copy, f->cert);
    cm_finding_for(c, copy, f->subject_key, f->subject);
}

static bool was_seen_before(const struct cm_case *c, size_t view,
                            const struct cm_finding *f)
{
    for (size_t i = 0; i < view; i++) {
        if (find_same(&c->in_views[i], f) != NULL) {
            return true;
        }
    }
    return false;
}

void cm_judge_other_views(struct cm_case *c)
{
    if (c->in_views == NULL || !c->out->path_valid) {
        return;
    }
    for (size_t i = 0; i < c->trust->num_views; i++) {
        const struct cm_judgement *other = &c->in_views[i];

        for (size_t j = 0; j < other->num_findings; j++) {
            const struct cm_finding *f = &other->findings[j];

            if (is_of_the_view(f) && !was_seen_before(c, i, f)) {
                differs(c, f);
            }
        }
    }
}

/* --- all views --- */

static struct cm_view_verdict verdict_in(const struct cm_trust *view,
                                         const struct cm_judgement *judgement)
{
    struct cm_view_verdict v = {view->name, judgement->verdict, -1};

    if (judgement->primary >= 0) {
        v.primary = (int)judgement->findings[judgement->primary].cause;
    }
    return v;
}

/* The headline view last: it tells what differs in the others. */
static enum cm_status judge_all(struct cm_case *headline,
                                struct cm_judgement *others,
                                const struct cm_trust *views, size_t num_views)
{
    struct cm_judgement *out = headline->out;
    enum cm_status status = CM_OK;

    for (size_t i = 0; i < num_views && status == CM_OK; i++) {
        struct cm_case c = *headline;

        if (&views[i] != headline->trust) {
            c.trust = &views[i];
            c.out = &others[i];
            status = cm_judge_case(&c);
        }
    }
    if (status != CM_OK) {
        return status;
    }
    headline->in_views = others;
    status = cm_judge_case(headline);
    if (status != CM_OK) {
        return status;
    }
    out->views = calloc(num_views, sizeof(*out->views));
    if (out->views == NULL) {
        return CM_ENOMEM;
    }
    for (size_t i = 0; i < num_views; i++) {
        bool is_headline = &views[i] == headline->trust;

        out->views[i] = verdict_in(&views[i], is_headline ? out : &others[i]);
    }
    out->num_views = num_views;
    return CM_OK;
}

/* NOLINTNEXTLINE(readability-function-size): the contract has eight */
enum cm_status cm_judge_views(struct cm_judgement *out,
                              const struct cm_endpoint *ep,
                              const struct cm_evidence *ev,
                              const struct cm_trust *views, size_t num_views,
                              size_t headline, const struct cm_policy *policy,
                              int64_t at_unix)
{
    struct cm_judgement *others = calloc(num_views, sizeof(*others));
    struct cm_case c = {
        .ep = ep,
        .ev = ev,
        .trust = &views[headline],
        .policy = policy,
        .at_unix = at_unix,
        .out = out,
    };
    enum cm_status status = CM_ENOMEM;

    *out = (struct cm_judgement){.primary = -1};
    if (others != NULL) {
        status = judge_all(&c, others, views, num_views);
    }
    for (size_t i = 0; others != NULL && i < num_views; i++) {
        cm_judgement_cleanup(&others[i]);
    }
    free(others);
    return status;
}
