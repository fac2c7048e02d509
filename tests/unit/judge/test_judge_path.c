/* The path search on chains that are meant to be hard: many of one name,
 * circles, long ones. Each must end, within the bounds of path.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <stdio.h>

#include "judge/path.h"

#define CROWD 99U

/* A certificate of "Crowd" for key `key`, by `issuer_key`. */
static struct cm_cert *crowd(unsigned key, const struct cm_cert *issuer,
                             unsigned issuer_key)
{
    struct forge_spec spec = {.subject = "Crowd",
                              .issuer_cert = issuer,
                              .key = forge_key(FORGE_P256, key),
                              .issuer_key = forge_key(FORGE_P256, issuer_key),
                              .ca = true,
                              .no_aki = true,
                              .no_ski = true};

    return forge_cert(&spec);
}

static struct cm_cert *crowd_leaf(const struct cm_cert *issuer,
                                  unsigned issuer_key)
{
    struct forge_spec spec = {.subject = ZOO_HOST,
                              .names = ZOO_HOST,
                              .issuer_cert = issuer,
                              .key = forge_key(FORGE_P256, 10),
                              .issuer_key = forge_key(FORGE_P256, issuer_key),
                              .no_aki = true};

    return forge_cert(&spec);
}

/* 99 CAs of one name, each certified by the next: no anchor. */
static void a_hundred_of_one_name_stay_bounded(void **state)
{
    struct cm_cert *last = NULL;
    struct cm_cert *certs[CROWD];
    struct cm_cert *leaf;
    struct cm_probe *p;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    p = scene_serve(&s, "");
    for (unsigned i = 0; i < CROWD; i++) {
        certs[i] = crowd(1000 + i, last, i == 0 ? 1000 : 999 + i);
        last = certs[i];
    }
    leaf = crowd_leaf(last, 999 + CROWD);
    scene_present(p, leaf);
    for (unsigned i = 0; i < CROWD; i++) {
        scene_present(p, certs[i]);
        cm_cert_unref(certs[i]);
    }
    cm_cert_unref(leaf);
    scene_trust(&s, "root");
    scene_judge(&s);
    assert_int_equal(s.got.verdict, CM_VERDICT_UNTRUSTED);
    assert_true(s.got.num_path <= CM_MAX_PATH);
    (void)scene_finding(&s, CM_CAUSE_CHAIN_OVERSIZE);
    scene_close(&s);
}

static void as_long_as_allowed(void **state)
{
    (void)state;
    for (unsigned len = CM_MAX_PATH; len <= CM_MAX_PATH + 1; len++) {
        struct cm_cert *certs[CM_MAX_PATH];
        struct cm_cert *last = NULL;
        struct cm_cert *leaf;
        struct cm_probe *p;
        struct scene s;
        unsigned cas = len - 1;

        scene_open(&s, NULL);
        p = scene_serve(&s, "");
        for (unsigned i = 0; i < cas; i++) {
            certs[i] = crowd(2000 + i, last, i == 0 ? 2000 : 1999 + i);
            last = certs[i];
        }
        assert_true(cm_certset_add(s.anchors, certs[0]));
        leaf = crowd_leaf(last, 1999 + cas);
        scene_present(p, leaf);
        for (unsigned i = cas - 1; i > 0; i--) {
            scene_present(p, certs[i]);
        }
        scene_judge(&s);
        assert_int_equal(s.got.verdict, len == CM_MAX_PATH
                                            ? CM_VERDICT_TRUSTED
                                            : CM_VERDICT_UNTRUSTED);
        assert_int_equal(s.got.num_path, CM_MAX_PATH);
        if (len > CM_MAX_PATH) {
            assert_contains(scene_finding(&s, CM_CAUSE_ISSUER_UNKNOWN)->proof,
                            "too long");
        }
        for (unsigned i = 0; i < cas; i++) {
            cm_cert_unref(certs[i]);
        }
        cm_cert_unref(leaf);
        scene_close(&s);
    }
}

/* Every CA of a group certifies every other: very many paths, one way out. */
static void a_mesh_of_cross_signs(void **state)
{
    enum { SIZE = 7 };
    struct cm_probe *p;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    p = scene_serve(&s, "");
    for (unsigned of = 0; of < SIZE; of++) {
        for (unsigned by = 0; by < SIZE; by++) {
            char name[16];
            char issuer[16];
            struct forge_spec spec = {
                .subject = name,
                .issuer = issuer,
                .key = forge_key(FORGE_P256, 3000 + of),
                .issuer_key = forge_key(FORGE_P256, 3000 + by),
                .ca = true,
                .no_aki = true,
            };
            struct forge_spec leaf = {.subject = ZOO_HOST,
                                      .names = ZOO_HOST,
                                      .issuer = "Mesh 0",
                                      .key = forge_key(FORGE_P256, 10),
                                      .issuer_key = spec.issuer_key,
                                      .no_aki = true};
            struct cm_cert *cert;

            (void)snprintf(name, sizeof(name), "Mesh %u", of);
            (void)snprintf(issuer, sizeof(issuer), "Mesh %u", by);
            if (of == 0 && by == 0) {
                cert = forge_cert(&leaf);
                scene_present(p, cert);
                cm_cert_unref(cert);
            }
            cert = forge_cert(&spec);
            if (of == by && of == SIZE - 1) {
                assert_true(cm_certset_add(s.anchors, cert));
            } else if (of != by) {
                scene_present(p, cert);
            }
            cm_cert_unref(cert);
        }
    }
    scene_judge(&s);
    assert_int_equal(s.got.verdict, CM_VERDICT_TRUSTED);
    scene_close(&s);
}

/* A certificate for key 1 from `issuer` to `subject`; the name tells. */
static struct cm_cert *link_of(const char *subject, const char *issuer)
{
    struct forge_spec spec = {.subject = subject,
                              .issuer = issuer,
                              .key = forge_key(FORGE_P256, 1),
                              .issuer_key = forge_key(FORGE_P256, 1),
                              .ca = true};

    return forge_cert(&spec);
}

/* `count` links "L0" to "L<count>", the first presented, the others in the
 * pool; "A" is trusted, and the last link's issuer is `top`. */
static bool may_anchor(unsigned count, const char *top, bool with_pool)
{
    struct cm_cert *anchor = link_of("A", "A");
    struct cm_path_query query = {.num_chain = 1};
    struct cm_cert *first = NULL;
    struct scene s;
    bool may;

    scene_open(&s, NULL);
    for (unsigned i = 0; i < count; i++) {
        char names[2][16];
        struct cm_cert *cert;

        (void)snprintf(names[0], sizeof(names[0]), "L%u", i);
        (void)snprintf(names[1], sizeof(names[1]), "L%u", i + 1);
        cert = link_of(names[0], i + 1 == count ? top : names[1]);
        assert_true(cm_certset_add(s.pool, cert));
        if (i == 0) {
            first = cert;
        } else {
            cm_cert_unref(cert);
        }
    }
    assert_true(cm_certset_add(s.anchors, anchor));
    query.chain = &first;
    query.trust = &s.trust;
    may = cm_path_may_anchor(&query, with_pool);
    cm_cert_unref(first);
    cm_cert_unref(anchor);
    scene_close(&s);
    return may;
}

static void names_lead_to_anchors(void **state)
{
    (void)state;
    assert_true(may_anchor(1, "A", false));
    assert_false(may_anchor(1, "B", false));
    assert_false(may_anchor(1, "B", true));
    assert_true(may_anchor(2, "A", true));
    assert_false(may_anchor(2, "A", false)); /* who is between is in the pool */
    assert_false(may_anchor(3, "B", true));
    assert_false(may_anchor(3, "L0", true)); /* a circle */
    assert_true(may_anchor(CM_MAX_PATH - 1, "A", true));
    assert_false(may_anchor(CM_MAX_PATH, "A", true)); /* further than a path */
}

/* Of a hundred with the issuer's name and no key ids, and no name that leads to
 * an anchor, a few are tried, and the finding does not claim more. */
static void namesakes_are_not_all_tried(void **state)
{
    struct forge_spec spec = {.subject = ZOO_HOST,
                              .names = ZOO_HOST,
                              .issuer = "Crowd",
                              .key = forge_key(FORGE_P256, 10),
                              .issuer_key = forge_key(FORGE_P256, 4999),
                              .no_aki = true};
    struct cm_cert *leaf = forge_cert(&spec);
    const struct cm_finding *f;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    scene_present(scene_serve(&s, ""), leaf);
    scene_trust(&s, "root");
    for (unsigned i = 0; i < CROWD; i++) {
        struct cm_cert *cert = crowd(4000 + i, NULL, 4000 + i);

        assert_true(cm_certset_add(s.pool, cert));
        cm_cert_unref(cert);
    }
    scene_judge(&s);
    f = scene_finding(&s, CM_CAUSE_ISSUER_UNKNOWN);
    assert_contains(f->proof, "too many are known to try each");
    assert_int_equal(f->confidence, CM_PROBABLE);
    cm_cert_unref(leaf);
    scene_close(&s);
}

static struct cm_path find(struct scene *s)
{
    struct cm_path path;
    struct cm_path_query query = {
        .chain = s->ev->probes[0].chain,
        .num_chain = s->ev->probes[0].num_chain,
        .trust = &s->trust,
        .policy = &s->policy,
        .at_unix = s->at_unix,
    };

    cm_path_find(&path, &query);
    return path;
}

static void prefers_what_was_sent(void **state)
{
    struct cm_path path;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf int");
    scene_trust(&s, "root rootb");
    scene_know(&s, "intxb");
    path = find(&s);
    assert_int_equal(path.num, 3);
    assert_int_equal(path.num_missing, 0);
    assert_ptr_equal(path.steps[1].cert, zoo_get("int"));
    assert_int_equal(path.steps[1].position, 1);
    assert_true(path.anchored);
    scene_close(&s);
}

static void prefers_no_fault_to_no_gap(void **state)
{
    struct cm_path path;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf intold");
    scene_trust(&s, "root");
    scene_know(&s, "int");
    path = find(&s);
    assert_ptr_equal(path.steps[1].cert, zoo_get("int"));
    assert_int_equal(path.num_hard, 0);
    assert_int_equal(path.num_missing, 1);
    scene_close(&s);
}

static void prefers_an_anchor_to_everything(void **state)
{
    struct cm_path path;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf int root intleaf");
    scene_trust(&s, "rootb");
    scene_know(&s, "intxb");
    path = find(&s);
    assert_true(path.anchored);
    assert_ptr_equal(path.steps[1].cert, zoo_get("intxb"));
    scene_close(&s);
}

static void prefers_the_shorter_of_equals(void **state)
{
    struct cm_path path;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf int crossb");
    scene_trust(&s, "rootb root");
    path = find(&s);
    assert_int_equal(path.num, 3);
    scene_close(&s);
}

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_of_one_name_stay_bounded),
        cmocka_unit_test(as_long_as_allowed),
        cmocka_unit_test(names_lead_to_anchors),
        cmocka_unit_test(namesakes_are_not_all_tried),
        cmocka_unit_test(a_mesh_of_cross_signs),
        cmocka_unit_test(prefers_what_was_sent),
        cmocka_unit_test(prefers_no_fault_to_no_gap),
        cmocka_unit_test(prefers_an_anchor_to_everything),
        cmocka_unit_test(prefers_the_shorter_of_equals),
    };

    return cmocka_run_group_tests_name("judge: path", tests, NULL, leave);
}
