/* Holding one endpoint against the run's profiles and policies.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/measure.h"

#include <stdlib.h>

#include "measure/grade.h"
#include "measure/simulate.h"
#include "run/labels.h"
#include "run/measures.h"
#include "run/parts.h"

static enum cm_status hold_against_packs(const struct cm_measures *m,
                                         struct cm_measured *out,
                                         const struct cm_comply_case *what)
{
    enum cm_status status = CM_OK;

    out->packs = calloc(m->num_packs, sizeof(*out->packs));
    if (out->packs == NULL) {
        return CM_ENOMEM;
    }
    for (size_t i = 0; i < m->num_packs && status == CM_OK; i++) {
        status = cm_comply(&out->packs[i], m->packs[i], what);
        out->packs[i].pack = (uint16_t)i;
        out->num_packs = i + 1;
    }
    return status;
}

enum cm_status cm_measure(struct cm_measured *out,
                          const struct cm_judging *judging, uint64_t endpoint,
                          const struct cm_endpoint *ep,
                          const struct cm_evidence *ev,
                          struct cm_judgement *judgement)
{
    const struct cm_measures *measures = judging->measures;
    const struct cm_client_case client = {
        .ep = ep,
        .ev = ev,
        .judgement = judgement,
        .views = judging->views,
        .num_views = judging->num_views,
        .headline = cm_judging_headline(judging, ep),
        .policy = judging->policy,
        .at_unix = judging->at_unix,
    };
    enum cm_status status = CM_OK;

    *out = (struct cm_measured){0};
    cm_grade_endpoint(&out->grade, ev, judgement);
    if (measures != NULL && measures->num_chosen > 0) {
        status =
            cm_simulate(out, measures->profiles, measures->num_chosen, &client);
    }
    if (status == CM_OK && measures != NULL && measures->num_packs > 0) {
        struct cm_comply_case what = {
            .ep = ep,
            .ev = ev,
            .judgement = judgement,
            .at_unix = judging->at_unix,
        };

        cm_labels_lend(judging->labels, endpoint, &what);
        status = hold_against_packs(measures, out, &what);
        if (status == CM_OK) {
            status = cm_comply_findings(judgement, measures->packs, out);
        }
    }
    return status;
}
