/* The parts of judgements and results that every module shares: keys, words
 * and memory. Deciding is judge/'s.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"
#include "certmuster/judge.h"
#include "certmuster/store.h"

const char *cm_confidence_id(enum cm_confidence confidence)
{
    return confidence == CM_CERTAIN ? "certain" : "probable";
}

const char *cm_revocation_result_id(enum cm_revocation_result result)
{
    static const char *const ids[CM_REVOCATION_RESULT_COUNT] = {
        [CM_REVOCATION_NOT_CHECKED] = "not_checked",
        [CM_REVOCATION_GOOD] = "good",
        [CM_REVOCATION_REVOKED] = "revoked",
        [CM_REVOCATION_UNKNOWN] = "unknown",
        [CM_REVOCATION_UNREACHABLE] = "unreachable",
    };

    cm_assert((unsigned)result < CM_REVOCATION_RESULT_COUNT);
    return ids[result];
}

/* The zero key: the same action has the same key in every run. */
const char *cm_action_key(enum cm_resolution resolution,
                          const char *subject_key, char out[CM_ACTION_KEY_SIZE])
{
    const char *id = cm_resolution_info(resolution)->id;
    struct cm_siphash sip;
    uint64_t key;

    cm_siphash_init(&sip, NULL);
    cm_siphash_add(&sip, id, strlen(id) + 1);
    cm_siphash_add(&sip, subject_key, strlen(subject_key));
    key = cm_siphash_end(&sip);
    for (size_t i = CM_ACTION_KEY_SIZE - 1; i > 0; key >>= 4) {
        out[--i] = "0123456789abcdef"[key & 15];
    }
    out[CM_ACTION_KEY_SIZE - 1] = '\0';
    return out;
}

void cm_judgement_cleanup(struct cm_judgement *judgement)
{
    for (size_t i = 0; i < judgement->num_findings; i++) {
        struct cm_finding *finding = &judgement->findings[i];

        free(finding->proof);
        free(finding->subject_key);
        free(finding->subject);
        cm_cert_unref(finding->cert);
    }
    for (size_t i = 0; i < judgement->num_path; i++) {
        cm_cert_unref(judgement->path[i]);
    }
    for (size_t i = 0; i < judgement->num_wants; i++) {
        cm_cert_unref(judgement->wants[i].cert);
        cm_cert_unref(judgement->wants[i].issuer);
    }
    free(judgement->wants);
    free(judgement->views);
    free(judgement->remaining);
    free(judgement->findings);
    free(judgement->path);
    *judgement = (struct cm_judgement){.primary = -1};
}

struct cm_result *cm_result_new(void)
{
    struct cm_result *result = calloc(1, sizeof(*result));

    if (result != NULL) {
        result->judgement.primary = -1;
    }
    return result;
}

void cm_result_free(struct cm_result *result)
{
    if (result == NULL) {
        return;
    }
    cm_evidence_free(result->evidence);
    cm_judgement_cleanup(&result->judgement);
    cm_measured_cleanup(&result->measured);
    free(result);
}
