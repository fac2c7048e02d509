/* The path search among many: the good path is found wherever it stands, and
 * the work ends when somebody means it not to.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <stdio.h>
#include <stdlib.h>

#include "judge/path.h"

#define BUNDLE "/etc/ssl/certs/ca-certificates.crt"
#define BUNDLE_MAX (4U << 20)

#define T CM_VERDICT_TRUSTED
#define U CM_VERDICT_UNTRUSTED
#define CROWD 90U

/* Candidates for one issuer, none of which will do, and one that does. */
static struct crowd_case {
    const char *name;
    struct forge_spec spec; /* of those that will not do */
    bool other_keys;
} crowds[] = {
    {"other keys of the same name", {.no_ski = true}, true},
    {"expired", {.not_after = FORGE_NOW - FORGE_DAY}, false},
    {"not valid yet", {.not_before = FORGE_NOW + FORGE_DAY}, false},
    {"no CAs", {.no_basic_constraints = true}, false},
    {"for clients", {.eku = "client"}, false},
    {"with other names", {.permitted = "b.example"}, false},
    {"that demand a policy", {.require_explicit = 1}, false},
    {"with an unknown critical extension", {.unknown_critical = true}, false},
    {"with an extension twice", {.duplicate_extension = true}, false},
    {"with a broken signature", {.break_signature = true}, false},
};
#define CROWDS (sizeof(crowds) / sizeof(*crowds))

static struct cm_cert *one_of_the_crowd(const struct crowd_case *c, unsigned i)
{
    struct forge_spec spec = c->spec;

    spec.subject = "Intermediate";
    spec.ca = true;
    spec.issuer_cert = zoo_get("root");
    spec.issuer_key = forge_key(FORGE_P256, 1);
    spec.key = forge_key(FORGE_P256, c->other_keys ? 7000 + i : 2);
    return forge_cert(&spec);
}

/* The good one last, first, and in the middle; without key ids to help. */
static void found_in_a_crowd(void **state)
{
    const struct crowd_case *c = *state;
    struct forge_spec leaf = {.subject = ZOO_HOST,
                              .names = ZOO_HOST,
                              .issuer_cert = zoo_get("int"),
                              .issuer_key = forge_key(FORGE_P256, 2),
                              .key = forge_key(FORGE_P256, 10),
                              .no_aki = true};
    const unsigned places[] = {0, CROWD / 2, CROWD};
    struct cm_cert *cert = forge_cert(&leaf);

    for (size_t place = 0; place < 3; place++) {
        struct cm_probe *p;
        struct scene s;

        scene_open(&s, NULL);
        p = scene_serve(&s, "");
        scene_trust(&s, "root");
        scene_present(p, cert);
        for (unsigned i = 0; i <= CROWD; i++) {
            if (i == places[place]) {
                scene_present(p, zoo_get("int"));
            } else {
                struct cm_cert *other = one_of_the_crowd(c, i);

                scene_present(p, other);
                cm_cert_unref(other);
            }
        }
        scene_judge(&s);
        assert_int_equal(s.got.verdict, T);
        assert_int_equal(s.got.num_path, 3);
        assert_ptr_equal(s.got.path[1], zoo_get("int"));
        scene_close(&s);
    }
    cm_cert_unref(cert);
}

/* What a stranger's server sent may be in the pool, and as much as it likes. */
static void found_in_a_flooded_pool(void **state)
{
    const struct crowd_case flood = {"", {.no_ski = true}, true};
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf");
    scene_trust(&s, "root");
    for (unsigned i = 0; i < 300; i++) {
        struct cm_cert *cert = one_of_the_crowd(&flood, i);

        assert_true(cm_certset_add(s.pool, cert));
        cm_cert_unref(cert);
    }
    scene_know(&s, "int"); /* the last, but its key id is the right one */
    scene_expect(&s, U, "chain_incomplete");
    scene_close(&s);
}

/* Each certificate constrains and is constrained: pairs are bounded. */
static void many_constraints(void **state)
{
    enum { LEVELS = 9, TWINS = 10, MAX_NAMES = 16000 };
    char names[MAX_NAMES] = "";
    struct cm_cert *below = NULL;
    struct cm_probe *p;
    struct scene s;
    size_t used = 0;

    (void)state;
    for (unsigned i = 0; i < 600; i++) {
        used += (size_t)snprintf(names + used, MAX_NAMES - used,
                                 "%sn%u.a.example", i > 0 ? "," : "", i);
    }
    scene_open(&s, NULL);
    p = scene_serve(&s, "");
    scene_trust(&s, "root");
    for (unsigned level = 0; level < LEVELS; level++) {
        char subject[16];
        char issuer[16];

        (void)snprintf(subject, sizeof(subject), "L%u", level);
        (void)snprintf(issuer, sizeof(issuer), "L%u", level + 1);
        for (unsigned twin = 0; twin < (level == 0 ? 1 : TWINS); twin++) {
            struct forge_spec spec = {
                .subject = level == 0 ? ZOO_HOST : subject,
                .issuer = issuer,
                .key = forge_key(FORGE_P256, 8000 + level),
                .issuer_key = forge_key(FORGE_P256, 8001 + level),
                .ca = level > 0,
                .names = names,
                .excluded = level > 0 ? names : NULL,
                .no_aki = true,
            };

            below = forge_cert(&spec);
            scene_present(p, below);
            cm_cert_unref(below);
        }
    }
    scene_judge(&s);
    assert_int_equal(s.got.verdict, U);
    scene_close(&s);
}

/* Forwards and backwards, every order of four. */
static void every_order(void **state)
{
    static const char *const certs[] = {"int", "intold", "intxb", "crossb"};

    (void)state;
    for (unsigned order = 0; order < 24; order++) {
        const char *left[] = {certs[0], certs[1], certs[2], certs[3]};
        unsigned rest = order;
        struct cm_probe *p;
        struct scene s;

        scene_open(&s, NULL);
        p = scene_serve(&s, "leaf");
        scene_trust(&s, "root");
        for (unsigned num = 4; num > 0; num--) {
            unsigned take = rest % num;

            scene_present(p, zoo_get(left[take]));
            rest /= num;
            left[take] = left[num - 1];
        }
        scene_judge(&s);
        assert_int_equal(s.got.verdict, T);
        assert_ptr_equal(s.got.path[1], zoo_get("int"));
        assert_int_equal(s.got.num_path, 3);
        scene_close(&s);
    }
}

/* With faults everywhere the path with the fewest explains the failure. */
static void the_fewest_faults_explain(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf intold int");
    scene_trust(&s, "rootold");
    scene_expect(&s, U, "root_expired");
    scene_close(&s);
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf ncother intclient");
    scene_trust(&s, "rootclient");
    scene_judge(&s);
    assert_int_equal(s.got.num_findings, 2);
    scene_close(&s);
}

/* What is asked of roots is not more than the roots in use keep to. */
static void roots_in_use_have_no_faults(void **state)
{
    struct cm_certset *set = cm_certset_new(1000);
    uint8_t *bytes = malloc(BUNDLE_MAX);
    FILE *file = fopen(BUNDLE, "rb");
    struct cm_error err = {0};
    struct cm_policy policy;
    struct cm_span span = {bytes, 0};
    size_t added = 0;

    (void)state;
    assert_true(set != NULL && bytes != NULL);
    if (file == NULL) {
        cm_certset_free(set);
        free(bytes);
        skip();
    }
    span.len = fread(bytes, 1, BUNDLE_MAX, file);
    (void)fclose(file);
    assert_int_equal(cm_certs_load(set, span, &added, &err), CM_OK);
    cm_policy_default(&policy);
    for (size_t i = 0; i < added; i++) {
        const struct cm_cert *root = cm_certset_at(set, i);
        unsigned faults =
            cm_path_own_faults(root, CM_ROLE_ROOT, &policy, root->not_before);

        if ((faults & ~CM_FAULTS_SOFT) != 0) {
            fail_msg("%s: faults 0x%x", root->subject_text, faults);
        }
    }
    cm_certset_free(set);
    free(bytes);
}

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[CROWDS + 5] = {
        cmocka_unit_test(roots_in_use_have_no_faults),
        cmocka_unit_test(found_in_a_flooded_pool),
        cmocka_unit_test(many_constraints),
        cmocka_unit_test(every_order),
        cmocka_unit_test(the_fewest_faults_explain),
    };

    for (size_t i = 0; i < CROWDS; i++) {
        tests[5 + i] = (struct CMUnitTest){.name = crowds[i].name,
                                           .test_func = found_in_a_crowd,
                                           .initial_state = &crowds[i]};
    }
    return cmocka_run_group_tests_name("judge: search", tests, NULL, leave);
}
