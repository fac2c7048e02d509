/* Action keys, and the memory of judgements and results.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include <inttypes.h>
#include <stdio.h>

#include "certmuster/judge.h"
#include "certmuster/map.h"
#include "certmuster/store.h"

static void confidence_has_words(void **state)
{
    (void)state;
    assert_string_equal(cm_confidence_id(CM_CERTAIN), "certain");
    assert_string_equal(cm_confidence_id(CM_PROBABLE), "probable");
}

static void the_key_is_the_hash_of_resolution_and_subject(void **state)
{
    static const char joined[] = "renew_certificate\0leaf:00ff";
    char want[CM_ACTION_KEY_SIZE];
    char key[CM_ACTION_KEY_SIZE];

    (void)state;
    (void)snprintf(want, sizeof(want), "%016" PRIx64,
                   cm_hash64(NULL, joined, sizeof(joined) - 1));
    assert_string_equal(
        cm_action_key(CM_RESOLUTION_RENEW_CERTIFICATE, "leaf:00ff", key), want);
    assert_int_equal(strlen(key), 16);
    /* Tickets keep keys: this one may never change. */
    assert_string_equal(key, "2228f58f0f896b4a");
}

static void another_resolution_or_subject_is_another_action(void **state)
{
    char keys[4][CM_ACTION_KEY_SIZE];

    (void)state;
    (void)cm_action_key(CM_RESOLUTION_FIX_DNS, "a", keys[0]);
    (void)cm_action_key(CM_RESOLUTION_ALIGN_DNS, "a", keys[1]);
    (void)cm_action_key(CM_RESOLUTION_FIX_DNS, "b", keys[2]);
    (void)cm_action_key(CM_RESOLUTION_FIX_DNS, "", keys[3]);
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(keys[i], keys[j]);
        }
    }
}

static struct cm_cert *new_cert(void)
{
    struct cm_cert *cert = calloc(1, sizeof(*cert));

    assert_non_null(cert);
    cert->refs = 1;
    return cert;
}

static void fill(struct cm_judgement *judgement, struct cm_cert *cert)
{
    judgement->findings = calloc(2, sizeof(*judgement->findings));
    assert_non_null(judgement->findings);
    judgement->num_findings = 2; /* the second was never filled in */
    judgement->findings[0].proof = strdup("proof");
    judgement->findings[0].subject_key = strdup("key");
    judgement->findings[0].subject = strdup("subject");
    judgement->findings[0].cert = cm_cert_ref(cert);
    judgement->path = calloc(2, sizeof(struct cm_cert *));
    assert_non_null(judgement->path);
    judgement->path[0] = cm_cert_ref(cert);
    judgement->path[1] = cm_cert_ref(cert);
    judgement->num_path = 2;
    judgement->primary = 0;
}

static void cleanup_gives_back_all_references(void **state)
{
    struct cm_cert *cert = new_cert();
    struct cm_judgement judgement = {0};

    (void)state;
    fill(&judgement, cert);
    assert_int_equal(cert->refs, 4);
    cm_judgement_cleanup(&judgement);
    assert_int_equal(cert->refs, 1);
    assert_null(judgement.findings);
    assert_null(judgement.path);
    assert_int_equal(judgement.num_findings, 0);
    assert_int_equal(judgement.primary, -1);
    cm_judgement_cleanup(&judgement);
    memset(&judgement, 0, sizeof(judgement));
    cm_judgement_cleanup(&judgement);
    cm_cert_unref(cert);
}

static void a_result_owns_evidence_and_judgement(void **state)
{
    struct cm_cert *cert = new_cert();
    struct cm_result *result = cm_result_new();

    (void)state;
    assert_non_null(result);
    assert_int_equal(result->judgement.primary, -1);
    assert_null(result->evidence);
    result->evidence = cm_evidence_new();
    assert_non_null(result->evidence);
    fill(&result->judgement, cert);
    cm_result_free(result);
    assert_int_equal(cert->refs, 1);
    cm_cert_unref(cert);
    cm_result_free(cm_result_new());
    cm_result_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(confidence_has_words),
        cmocka_unit_test(the_key_is_the_hash_of_resolution_and_subject),
        cmocka_unit_test(another_resolution_or_subject_is_another_action),
        cmocka_unit_test(cleanup_gives_back_all_references),
        cmocka_unit_test(a_result_owns_evidence_and_judgement),
    };

    return cmocka_run_group_tests_name("base/judgement", tests, NULL, NULL);
}
