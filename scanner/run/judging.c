/* One endpoint in the run's trust views.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/parts.h"

#include <string.h>

/* The view that the row asks about; the first one when it names none. A name
 * that is no view never gets here: the reader refuses the row. */
size_t cm_judging_headline(const struct cm_judging *judging,
                           const struct cm_endpoint *ep)
{
    for (size_t i = 0; ep->trust[0] != '\0' && i < judging->num_views; i++) {
        if (strcmp(judging->views[i].name, ep->trust) == 0) {
            return i;
        }
    }
    return 0;
}

enum cm_status cm_judging_judge(const struct cm_judging *judging,
                                struct cm_judgement *out,
                                const struct cm_endpoint *ep,
                                const struct cm_evidence *ev)
{
    size_t view = cm_judging_headline(judging, ep);

    if (judging->num_views == 1) {
        return cm_judge(out, ep, ev, judging->views, judging->policy,
                        judging->at_unix);
    }
    return cm_judge_views(out, ep, ev, judging->views, judging->num_views, view,
                          judging->policy, judging->at_unix);
}
