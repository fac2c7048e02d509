/* The catalogue's rows, from the .def files.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/cause.h"

#include <stddef.h>
#include <string.h>

#include "certmuster/status.h"

static const struct cm_cause_info causes[CM_CAUSE_COUNT] = {
#define CM_CAUSE(sym, id, stage, severity, verdict, rank, resolution, title)   \
    [CM_CAUSE_##sym] = {id,                                                    \
                        title,                                                 \
                        CM_STAGE_##stage,                                      \
                        CM_SEVERITY_##severity,                                \
                        CM_VERDICT_##verdict,                                  \
                        rank,                                                  \
                        CM_RESOLUTION_##resolution},
#include "certmuster/cause.def"
#undef CM_CAUSE
};

static const struct cm_resolution_info resolutions[CM_RESOLUTION_COUNT] = {
#define CM_RESOLUTION(sym, id, who, title)                                     \
    [CM_RESOLUTION_##sym] = {id, who, title},
#include "certmuster/resolution.def"
#undef CM_RESOLUTION
};

static const char *const verdicts[CM_VERDICT_COUNT] = {
    [CM_VERDICT_NONE] = "none",
    [CM_VERDICT_TRUSTED] = "trusted",
    [CM_VERDICT_UNTRUSTED] = "untrusted",
    [CM_VERDICT_UNREACHABLE] = "unreachable",
    [CM_VERDICT_NOT_TLS] = "not_tls",
    [CM_VERDICT_INVALID_ROW] = "invalid_row",
    [CM_VERDICT_NOT_CHECKED] = "not_checked",
};

static const char *const severities[CM_SEVERITY_COUNT] = {
    [CM_SEVERITY_NOW] = "breaks_now",
    [CM_SEVERITY_SOME_CLIENTS] = "breaks_some_clients",
    [CM_SEVERITY_BY_DATE] = "breaks_by_date",
    [CM_SEVERITY_HYGIENE] = "hygiene",
};

static const char *const stages[CM_STAGE_COUNT] = {
    [CM_STAGE_INPUT] = "input",
    [CM_STAGE_DNS] = "dns",
    [CM_STAGE_CONNECT] = "connect",
    [CM_STAGE_STARTTLS] = "starttls",
    [CM_STAGE_TLS] = "tls",
    [CM_STAGE_TRUST] = "trust",
    [CM_STAGE_NAME] = "name",
    [CM_STAGE_VALIDITY] = "validity",
    [CM_STAGE_REVOCATION] = "revocation",
};

const struct cm_cause_info *cm_cause_info(enum cm_cause cause)
{
    cm_assert((unsigned)cause < CM_CAUSE_COUNT);
    return &causes[cause];
}

const struct cm_resolution_info *cm_resolution_info(enum cm_resolution res)
{
    cm_assert((unsigned)res < CM_RESOLUTION_COUNT);
    return &resolutions[res];
}

const char *cm_verdict_id(enum cm_verdict verdict)
{
    cm_assert((unsigned)verdict < CM_VERDICT_COUNT);
    return verdicts[verdict];
}

const char *cm_severity_id(enum cm_severity severity)
{
    cm_assert((unsigned)severity < CM_SEVERITY_COUNT);
    return severities[severity];
}

const char *cm_stage_id(enum cm_stage stage)
{
    cm_assert((unsigned)stage < CM_STAGE_COUNT);
    return stages[stage];
}

bool cm_cause_from_id(const char *id, enum cm_cause *out)
{
    for (size_t i = 0; i < CM_CAUSE_COUNT; i++) {
        if (strcmp(causes[i].id, id) == 0) {
            *out = (enum cm_cause)i;
            return true;
        }
    }
    return false;
}

bool cm_resolution_from_id(const char *id, enum cm_resolution *out)
{
    for (size_t i = 0; i < CM_RESOLUTION_COUNT; i++) {
        if (strcmp(resolutions[i].id, id) == 0) {
            *out = (enum cm_resolution)i;
            return true;
        }
    }
    return false;
}

bool cm_verdict_from_id(const char *id, enum cm_verdict *out)
{
    for (size_t i = 0; i < CM_VERDICT_COUNT; i++) {
        if (strcmp(verdicts[i], id) == 0) {
            *out = (enum cm_verdict)i;
            return true;
        }
    }
    return false;
}

bool cm_severity_from_id(const char *id, enum cm_severity *out)
{
    for (size_t i = 0; i < CM_SEVERITY_COUNT; i++) {
        if (strcmp(severities[i], id) == 0) {
            *out = (enum cm_severity)i;
            return true;
        }
    }
    return false;
}
