/* One endpoint in several trust views.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "judge/rules.h"

static struct cm_view_verdict verdict_in(const struct cm_trust *view,
                                         const struct cm_judgement *judgement)
{
    struct cm_view_verdict v = {view->name, judgement->verdict, -1};

    if (judgement->primary >= 0) {
        v.primary = (int)judgement->findings[judgement->primary].cause;
    }
    return v;
}

/* NOLINTNEXTLINE(readability-function-size): the contract has eight */
enum cm_status cm_judge_views(struct cm_judgement *out,
                              const struct cm_endpoint *ep,
                              const struct cm_evidence *ev,
                              const struct cm_trust *views, size_t num_views,
                              size_t headline, const struct cm_policy *policy,
                              int64_t at_unix)
{
    enum cm_status status =
        cm_judge(out, ep, ev, &views[headline], policy, at_unix);

    if (status != CM_OK) {
        return status;
    }
    out->views = calloc(num_views, sizeof(*out->views));
    if (out->views == NULL) {
        return CM_ENOMEM;
    }
    for (size_t i = 0; i < num_views && status == CM_OK; i++) {
        struct cm_judgement other = {.primary = -1};

        if (i == headline) {
            out->views[i] = verdict_in(&views[i], out);
        } else {
            status = cm_judge(&other, ep, ev, &views[i], policy, at_unix);
            out->views[i] = verdict_in(&views[i], &other);
            cm_judgement_cleanup(&other);
        }
        out->num_views = i + 1;
    }
    return status;
}
