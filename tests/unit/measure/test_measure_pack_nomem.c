/* When memory runs out, policies say so: never another outcome.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy_world.h"

#include <stdlib.h>
#include <string.h>

#include "measure/builtin.h"
#include "unit/pki/memory.h"

static bool loads(void *arg)
{
    const struct cm_builtin *policy = arg;
    struct cm_span text = {(const uint8_t *)policy->text, strlen(policy->text)};
    struct cm_pack *pack = NULL;
    struct cm_error err = {.status = CM_OK};
    enum cm_status status = cm_pack_load(&pack, text, policy->name, &err);

    assert_true(status == CM_OK || status == CM_ENOMEM);
    assert_true((status == CM_OK) == (pack != NULL));
    cm_pack_free(pack);
    return status == CM_OK;
}

static void loading_fails_cleanly(void **state)
{
    (void)state;
    for (const struct cm_builtin *b = cm_builtin_policies(); b->name != NULL;
         b++) {
        struct cm_builtin copy = *b;

        assert_true(until_it_works(loads, &copy) > 10);
    }
}

struct scene {
    struct world world;
    struct cm_pack *pack;
    size_t rules; /* that the endpoint does not pass */
    size_t findings;
};

static bool complies(void *arg)
{
    struct scene *s = arg;
    struct cm_pack_result *result = calloc(1, sizeof(*result));
    struct cm_measured measured = {.packs = result, .num_packs = 1};
    struct cm_judgement judgement = {.primary = -1};
    enum cm_status status = CM_ENOMEM;

    if (result != NULL) {
        status = cm_comply(result, s->pack, &s->world.what);
    }
    if (status == CM_OK) {
        assert_int_equal(result->num_rules, s->rules);
        status = cm_comply_findings(&judgement, &s->pack, &measured);
        assert_int_equal(judgement.num_findings,
                         status == CM_OK ? s->findings : 0);
    }
    assert_true(status == CM_OK || status == CM_ENOMEM);
    cm_judgement_cleanup(&judgement);
    if (result != NULL) {
        cm_measured_cleanup(&measured);
    }
    return status == CM_OK;
}

static void check(const char *policy, const struct world_spec *spec,
                  size_t rules, size_t findings)
{
    struct scene s = {
        .pack = world_policy(policy), .rules = rules, .findings = findings};

    world_open(&s.world, spec);
    assert_true(until_it_works(complies, &s) > 10);
    world_close(&s.world);
    cm_pack_free(s.pack);
}

static void outcomes_do_not_change(void **state)
{
    struct world_spec public_one = {
        .is_public = true,
        .days = 3000,
        .leaf.subject = "other.corp",
        .leaf.names = "www.a.example,intranet.corp,a_b.a.example",
    };
    struct world_spec old = {
        .versions = "SSLv3 TLSv1 TLSv1.2",
        .suites = "TLS_RSA_WITH_RC4_128_SHA TLS_RSA_WITH_AES_128_CBC_SHA",
    };

    (void)state;
    check("cabf-br", &public_one, 4, 4); /* BR-3, BR-5b, BR-5c, BR-5d */
    check("bcp-195", &old, 4, 2);        /* BCP-1, -4; warned by -3, -5 */
}

static int clean_up(void **state)
{
    (void)state;
    forge_cleanup();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loading_fails_cleanly),
        cmocka_unit_test(outcomes_do_not_change),
    };

    return cmocka_run_group_tests(tests, NULL, clean_up);
}
