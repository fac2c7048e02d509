/* Can names alone lead from a certificate to an anchor? Comparing names is
 * some thousand times cheaper than checking a signature, and where no name of
 * an anchor can be reached, no signature makes a valid path.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/path.h"

#include "pki/pki.h"

#define MAX_NAMES 64U     /* of issuers, on all the ways up */
#define MAX_HOLDERS 1024U /* of one name, in the pool */

/* The issuers' names that were met; those before `num` are all different. */
struct names {
    struct cm_span list[MAX_NAMES];
    size_t num;
    bool full;
};

static void add_name(struct names *names, struct cm_span name)
{
    for (size_t i = 0; i < names->num; i++) {
        if (cm_span_equal(names->list[i], name)) {
            return;
        }
    }
    if (names->num == MAX_NAMES) {
        names->full = true;
        return;
    }
    names->list[names->num++] = name;
}

/* The names of those who issued holders of `name`. */
static void go_up(struct names *names, struct cm_span name,
                  const struct cm_path_query *q, bool with_pool)
{
    struct cm_cert *const *certs = NULL;
    size_t num = 0;

    for (size_t i = 0; i < q->num_chain; i++) {
        if (q->chain[i]->parsed &&
            cm_span_equal(q->chain[i]->subject_norm, name)) {
            add_name(names, q->chain[i]->issuer_norm);
        }
    }
    if (with_pool) {
        num = cm_certset_by_subject(q->trust->pool, name, &certs);
    }
    names->full = names->full || num > MAX_HOLDERS;
    for (size_t i = 0; i < num && !names->full; i++) {
        add_name(names, certs[i]->issuer_norm);
    }
}

bool cm_path_may_anchor(const struct cm_path_query *query, bool with_pool)
{
    const struct cm_certset *anchors = query->trust->anchors;
    struct names names = {.num = 0};
    struct cm_cert *const *certs = NULL;

    if (cm_certset_has(anchors, query->chain[0])) {
        return true;
    }
    add_name(&names, query->chain[0]->issuer_norm);
    for (size_t i = 0, end = 1, level = 1;
         i < names.num && !names.full && level < CM_MAX_PATH; i++) {
        if (cm_certset_by_subject(anchors, names.list[i], &certs) > 0) {
            return true;
        }
        go_up(&names, names.list[i], query, with_pool);
        if (i + 1 == end) { /* all that are so far above the leaf */
            end = names.num;
            level++;
        }
    }
    return names.full; /* then nobody knows */
}
