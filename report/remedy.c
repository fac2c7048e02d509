/* The prose by resolution and by cause.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

#include "certmuster/status.h"

const struct cm_remedy *cm_remedy(enum cm_resolution resolution)
{
    static const struct cm_remedy *const all[CM_RESOLUTION_COUNT] = {
#define CM_RESOLUTION(sym, id, who, title) &CM_REMEDY_OF(sym),
#include "certmuster/resolution.def"
#undef CM_RESOLUTION
    };

    cm_assert((int)resolution >= 0 && resolution < CM_RESOLUTION_COUNT);
    return all[resolution];
}

const struct cm_cause_text *cm_cause_text(enum cm_cause cause)
{
    static const struct cm_cause_text *const all[CM_CAUSE_COUNT] = {
#define CM_CAUSE(sym, id, stage, severity, verdict, rank, resolution, title)   \
    &CM_CAUSE_TEXT_OF(sym),
#include "certmuster/cause.def"
#undef CM_CAUSE
    };

    cm_assert((int)cause >= 0 && cause < CM_CAUSE_COUNT);
    return all[cause];
}
