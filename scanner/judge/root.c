/* A path that ends in no anchor of this view: is its root distrusted, trusted
 * by others, or nobody's but its owner's?
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "judge/rules.h"
#include "pki/distrust.h"
#include "pki/pki.h"

#define MAX_VIEW_NAMES 1024U

/* The anchor itself, or one with its name and key. */
static bool holds(const struct cm_trust *view, const struct cm_cert *root)
{
    struct cm_cert *const *certs = NULL;
    size_t num =
        cm_certset_by_subject(view->anchors, root->subject_norm, &certs);

    for (size_t i = 0; i < num; i++) {
        if (cm_span_equal(certs[i]->spki, root->spki)) {
            return true;
        }
    }
    return false;
}

static bool trusts(const struct cm_case *c, const struct cm_trust *view,
                   const struct cm_cert *root)
{
    return holds(view, root) &&
           cm_path_distrust_faults(view, root, c->leaf) == 0;
}

/* The best path to an anchor of another view; false: there is none. */
static bool find_elsewhere(struct cm_case *c, struct cm_path *out)
{
    bool found = false;

    for (size_t i = 0; i < c->trust->num_views; i++) {
        const struct cm_trust *view = &c->trust->views[i];
        struct cm_path_query query = {
            .chain = c->probe->chain,
            .num_chain = c->probe->num_chain,
            .trust = view,
            .policy = c->policy,
            .at_unix = c->at_unix,
        };
        struct cm_path path;

        if (strcmp(view->name, c->trust->name) == 0 ||
            (found && cm_path_is_valid(out))) {
            continue;
        }
        cm_path_find(&path, &query);
        c->no_memory = c->no_memory || path.no_memory;
        if (path.anchored && path.num > 1 &&
            trusts(c, view, path.steps[path.num - 1].cert) &&
            (!found || path.num_hard < out->num_hard)) {
            *out = path;
            found = true;
        }
    }
    return found;
}

/* `"java", "mozilla"`: the other views that trust the root. */
static void list_views(const struct cm_case *c, const struct cm_cert *root,
                       struct cm_buf *out)
{
    for (size_t i = 0; i < c->trust->num_views; i++) {
        const struct cm_trust *view = &c->trust->views[i];

        if (strcmp(view->name, c->trust->name) != 0 && trusts(c, view, root)) {
            (void)cm_buf_printf(out, "%s\"%s\"", out->len > 0 ? ", " : "",
                                view->name);
        }
    }
}

/* Clients that cannot be given a root need another CA. */
static void resolve(struct cm_case *c, struct cm_finding *f,
                    struct cm_cert *root)
{
    if (c->policy->cloud_clients) {
        cm_finding_resolve(f, CM_RESOLUTION_CHANGE_CA);
    }
    cm_finding_about(c, f, root);
    cm_finding_for_cert(c, f, root);
}

static void in_other_views(struct cm_case *c, struct cm_cert *root)
{
    char name[CM_LABEL_SIZE];
    char place[CM_LABEL_SIZE];
    struct cm_finding *f;
    struct cm_buf views;

    cm_buf_init(&views, MAX_VIEW_NAMES);
    list_views(c, root, &views);
    f = cm_finding_add(
        c, CM_CAUSE_ROOT_NOT_IN_CLIENT_STORE, "RFC 5280 section 6.1.1 (d)",
        "the chain leads to the root %s, which is trusted in %s but is not in "
        "the trust view \"%s\"; the root is %s",
        cm_finding_cert_name(root, name), cm_finding_text(c, &views),
        c->trust->name, cm_finding_place(c, root, place));
    cm_buf_cleanup(&views);
    resolve(c, f, root);
}

static void private_root(struct cm_case *c, struct cm_cert *root)
{
    bool sent = cm_finding_position(c, root) >= 0;
    char name[CM_LABEL_SIZE];
    char place[CM_LABEL_SIZE];
    struct cm_finding *f = cm_finding_add(
        c, CM_CAUSE_UNTRUSTED_PRIVATE_ROOT, "RFC 5280 section 6.1",
        "the chain ends in the root %s, which is not in the trust view "
        "\"%s\"%s; the root is %s%s",
        cm_finding_cert_name(root, name), c->trust->name,
        c->trust->num_views > 1 ? ", nor in another one" : "",
        cm_finding_place(c, root, place), sent ? "" : ", but known to us");

    resolve(c, f, root);
}

/* The view's list names a root that it does not hold any more. */
static bool is_distrusted(struct cm_case *c, struct cm_step *top)
{
    unsigned faults = cm_path_distrust_faults(c->trust, top->cert, c->leaf);

    top->faults |= faults; /* which are said with the others */
    return faults != 0;
}

void cm_judge_no_anchor(struct cm_case *c)
{
    struct cm_path elsewhere = {.num = 0};
    struct cm_step *top;

    if (find_elsewhere(c, &elsewhere)) {
        c->path = elsewhere;
        c->path.anchored = false;
        c->path.steps[c->path.num - 1].anchor = false;
        top = &c->path.steps[c->path.num - 1];
        top->faults &= ~((unsigned)CM_FAULT_REMOVED | CM_FAULT_TOO_NEW);
        if (!is_distrusted(c, top)) {
            in_other_views(c, top->cert);
        }
        cm_judge_missing(c);
        return;
    }
    top = &c->path.steps[c->path.num - 1];
    if (!top->self_signed) {
        cm_judge_unknown_issuer(c, top->cert);
        return;
    }
    if (!is_distrusted(c, top)) {
        private_root(c, top->cert);
    }
    cm_judge_missing(c);
}

/* Trusted, since it is older than the date its root is trusted to: but the
 * certificate after this one will not be. */
void cm_judge_distrust_to_come(struct cm_case *c)
{
    struct cm_cert *root = c->path.steps[c->path.num - 1].cert;
    const struct cm_distrust_entry *entry = NULL;
    char name[CM_LABEL_SIZE];
    char day[CM_TIME_TEXT_SIZE];
    char date[CM_TIME_TEXT_SIZE];
    char end[CM_TIME_TEXT_SIZE];
    struct cm_finding *f;

    if (c->trust->distrust != NULL) {
        entry = cm_distrust_find(c->trust->distrust, root);
    }
    if (entry == NULL || cm_distrust_hits(entry, c->leaf)) {
        return;
    }
    f = cm_finding_add(
        c, CM_CAUSE_CA_DISTRUST_AFTER, "RFC 5280 section 6.1.1 (d)",
        "the trust view \"%s\" trusts the root %s only for what was issued up "
        "to %s: the server's certificate, of %s, stays good until %s, and the "
        "next one of this CA will not be%s%.*s",
        c->trust->name, cm_finding_cert_name(root, name),
        cm_time_day(entry->after_unix, day),
        cm_time_day(cm_distrust_leaf_date(entry, c->leaf), date),
        cm_time_day(c->leaf->not_after, end),
        entry->note[0] != '\0' ? "; " : "", cm_finding_clip(entry->note, 200),
        entry->note);
    if (f != NULL) {
        f->severity = CM_SEVERITY_BY_DATE;
        f->blocks = false;
    }
    cm_finding_about(c, f, root);
}
