/* A run held against named clients (profiles: would it work, and what would the
 * client say?) and against rule packs (policies: pass, fail, unknown). Both are
 * data files; both need stored evidence only.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_MEASURE_H
#define CERTMUSTER_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/cause.h"
#include "certmuster/grade.h"

#define CM_MEASURE_NAME_SIZE 48 /* of a profile, a policy, a rule */
#define CM_MAX_PROFILES 96      /* of one run */
#define CM_MAX_PACKS 16

enum cm_outcome { CM_OUTCOME_UNKNOWN, CM_OUTCOME_PASS, CM_OUTCOME_FAIL };
/* "unknown", "pass", "fail"; of a client "unknown", "works", "fails". */
const char *cm_outcome_id(enum cm_outcome outcome);
const char *cm_outcome_client_id(enum cm_outcome outcome);

/* What a client of this kind would make of an endpoint. */
struct cm_profile_result {
    uint16_t profile; /* index in the run's list of profiles */
    enum cm_outcome outcome;
    int cause; /* enum cm_cause; -1: none; the client's words for it come from
                  the catalogue (report/explain) by the profile's family */
    char *why; /* owned: one sentence, what was compared; "" when it works */
    /* In the client's own words, placeholders filled in; owned; NULL: none is
     * known, or it works. */
    char *message;
};

/* A rule that did not pass. */
struct cm_rule_result {
    const char *rule;        /* borrowed from the pack: its id, "MOZ-I2" */
    enum cm_outcome outcome; /* FAIL or UNKNOWN */
    bool warning;            /* does not fail the policy */
    char *why; /* owned: what was found, or what was not measured */
};
struct cm_pack_result {
    uint16_t pack; /* index in the run's list of packs */
    enum cm_outcome outcome;
    struct cm_rule_result *rules; /* owned; in the pack's order */
    size_t num_rules;
};

/* Both for one endpoint. */
struct cm_measured {
    struct cm_profile_result *profiles; /* owned; in the run's order */
    size_t num_profiles;
    struct cm_pack_result *packs; /* owned; in the run's order */
    size_t num_packs;
    struct cm_grade grade; /* with an inventory only */
};
void cm_measured_cleanup(struct cm_measured *measured); /* zero is fine */

/* What a run was held against, for the store; borrowed. */
struct cm_measure_facts {
    const char *kind;   /* "profile" or "policy" */
    uint16_t ord;       /* the index above */
    const char *name;   /* "java17", "mozilla-intermediate" */
    const char *title;  /* for people */
    const char *source; /* where its facts come from, with version or date */
    const char *confidence; /* "high", "medium", "low" */
    const char *family;     /* of a client: whose words it speaks ("java") */
    const char *sha256;     /* of the file, hex */
    const char *rules;      /* of a policy: JSON array of {id, text, source,
                               warning, confidence}; "" for a profile */
};

#endif
