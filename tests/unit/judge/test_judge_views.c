/* Several trust views: who trusts what, roots that a view does not hold or
 * does not trust any more, and by which dates.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <stdio.h>
#include <string.h>

#include "pki/distrust.h"

#define T CM_VERDICT_TRUSTED
#define U CM_VERDICT_UNTRUSTED
#define MAX_VIEWS 4

/* A scene in several views; the first is the scene's own. */
struct panorama {
    struct scene s;
    struct cm_trust views[MAX_VIEWS];
    struct cm_certset *anchors[MAX_VIEWS];
    struct cm_distrust *distrust[MAX_VIEWS];
    size_t num;
};

static void open_views(struct panorama *p, const char *sent, const char *known)
{
    memset(p, 0, sizeof(*p));
    scene_open(&p->s, NULL);
    (void)scene_serve(&p->s, sent);
    scene_know(&p->s, known);
}

static void close_views(struct panorama *p)
{
    for (size_t i = 0; i < p->num; i++) {
        cm_distrust_free(p->distrust[i]);
        cm_certset_free(p->anchors[i]);
    }
    scene_close(&p->s);
}

static void trust(void *set, struct cm_cert *cert)
{
    assert_true(cm_certset_add(set, cert));
}

static void add_view(struct panorama *p, const char *name, const char *roots)
{
    size_t i = p->num++;

    p->anchors[i] = cm_certset_new(100);
    p->distrust[i] = cm_distrust_new();
    assert_true(p->anchors[i] != NULL && p->distrust[i] != NULL);
    zoo_each(roots, trust, p->anchors[i]);
    p->views[i] = p->s.trust;
    p->views[i].name = name;
    p->views[i].anchors = p->anchors[i];
    p->views[i].distrust = p->distrust[i];
    for (size_t j = 0; j < p->num; j++) {
        p->views[j].views = p->views;
        p->views[j].num_views = p->num;
    }
}

static void distrust(struct panorama *p, size_t view, const char *root,
                     enum cm_distrust_kind kind, int64_t after)
{
    static char note[] = "decided by a test";
    struct cm_distrust_entry entry = {
        .kind = kind, .after_unix = after, .note = note};

    memcpy(entry.sha256, zoo_get(root)->sha256, CM_SHA256_LEN);
    assert_true(cm_distrust_add(p->distrust[view], &entry));
}

static void judge_with_memo(struct panorama *p, size_t headline)
{
    struct cm_chainmemo *chains = cm_chainmemo_new();
    struct cm_judgement again;

    assert_non_null(chains);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < p->num; i++) {
            p->views[i].chains = chains;
        }
        assert_int_equal(cm_judge_views(&again, &p->s.ep, p->s.ev, p->views,
                                        p->num, headline, &p->s.policy,
                                        p->s.at_unix),
                         CM_OK);
        assert_string_equal(scene_difference(&p->s.got, &again), "");
        cm_judgement_cleanup(&again);
    }
    for (size_t i = 0; i < p->num; i++) {
        p->views[i].chains = NULL;
    }
    cm_chainmemo_free(chains);
}

static void judge(struct panorama *p, size_t headline)
{
    cm_judgement_cleanup(&p->s.got);
    assert_int_equal(cm_judge_views(&p->s.got, &p->s.ep, p->s.ev, p->views,
                                    p->num, headline, &p->s.policy,
                                    p->s.at_unix),
                     CM_OK);
    judge_with_memo(p, headline);
    scene_check_rules(&p->s);
    assert_int_equal(p->s.got.num_views, p->num);
}

/* Judges in the first view and compares the causes there. */
static void expect(struct panorama *p, enum cm_verdict verdict,
                   const char *causes)
{
    char got[512] = "";

    judge(p, 0);
    for (size_t i = 0; i < p->s.got.num_findings; i++) {
        size_t used = strlen(got);

        (void)snprintf(got + used, sizeof(got) - used, "%s%s", i > 0 ? " " : "",
                       cm_cause_info(p->s.got.findings[i].cause)->id);
    }
    assert_string_equal(got, causes);
    assert_int_equal(p->s.got.verdict, verdict);
}

static void expect_view(const struct panorama *p, size_t view,
                        enum cm_verdict verdict, int primary)
{
    const struct cm_view_verdict *v = &p->s.got.views[view];

    assert_string_equal(v->view, p->views[view].name);
    assert_string_equal(cm_verdict_id(v->verdict), cm_verdict_id(verdict));
    assert_int_equal(v->primary, primary);
}

static void all_agree(void **state)
{
    struct panorama p;

    (void)state;
    open_views(&p, "leaf int", "");
    add_view(&p, "one", "root");
    add_view(&p, "two", "rootb root");
    expect(&p, T, "");
    expect_view(&p, 0, T, -1);
    expect_view(&p, 1, T, -1);
    close_views(&p);
}

/* The root was not sent: only the other view tells that it is one. */
static void only_another_view_has_the_root(void **state)
{
    const struct cm_finding *f;
    struct panorama p;

    (void)state;
    open_views(&p, "leaf int", "");
    add_view(&p, "java", "rootb");
    add_view(&p, "mozilla", "root");
    add_view(&p, "windows", "root");
    expect(&p, U, "root_not_in_client_store");
    f = &p.s.got.findings[0];
    assert_ptr_equal(f->cert, zoo_get("root"));
    assert_int_equal(f->resolution, CM_RESOLUTION_UPDATE_STORE);
    assert_int_equal(f->confidence, CM_CERTAIN);
    assert_contains(f->proof, "trusted in \"mozilla\", \"windows\"");
    assert_contains(f->proof, "trust view \"java\"");
    assert_contains(f->proof, "not sent");
    assert_false(p.s.got.path_valid);
    assert_ptr_equal(p.s.got.path[p.s.got.num_path - 1], zoo_get("root"));
    expect_view(&p, 0, U, CM_CAUSE_ROOT_NOT_IN_CLIENT_STORE);
    expect_view(&p, 1, T, -1);
    close_views(&p);
}

static void nobody_has_the_root(void **state)
{
    struct panorama p;

    (void)state;
    open_views(&p, "leaf int root", "");
    add_view(&p, "java", "rootb");
    add_view(&p, "mozilla", "rootb");
    expect(&p, U, "untrusted_private_root");
    assert_contains(p.s.got.findings[0].proof, "nor in another one");
    expect_view(&p, 1, U, CM_CAUSE_UNTRUSTED_PRIVATE_ROOT);
    close_views(&p);
}

/* A missing intermediate is said as well, but comes second. */
static void the_root_elsewhere_and_a_gap(void **state)
{
    const struct cm_finding *f;
    struct panorama p;

    (void)state;
    open_views(&p, "leaf", "int");
    add_view(&p, "java", "rootb");
    add_view(&p, "mozilla", "root");
    expect(&p, U, "root_not_in_client_store chain_incomplete");
    f = &p.s.got.findings[1];
    assert_int_equal(f->confidence, CM_PROBABLE);
    assert_ptr_equal(f->cert, zoo_get("int"));
    expect_view(&p, 1, U, CM_CAUSE_CHAIN_INCOMPLETE);
    close_views(&p);
}

/* The headline trusts it; what the others lack is a remark. */
static void the_headline_names_who_does_not_trust(void **state)
{
    const struct cm_finding *f;
    struct panorama p;

    (void)state;
    open_views(&p, "leaf int", "");
    add_view(&p, "system", "root");
    add_view(&p, "java", "rootb");
    add_view(&p, "old", "rootb");
    expect(&p, T, "root_not_in_client_store");
    f = &p.s.got.findings[0];
    assert_false(f->blocks);
    assert_ptr_equal(f->cert, zoo_get("root"));
    assert_contains(f->proof, "in the trust views \"java\", \"old\"");
    assert_int_equal(f->resolution, CM_RESOLUTION_UPDATE_STORE);
    assert_true(p.s.got.path_valid);
    expect_view(&p, 0, T, CM_CAUSE_ROOT_NOT_IN_CLIENT_STORE);
    expect_view(&p, 1, U, CM_CAUSE_ROOT_NOT_IN_CLIENT_STORE);
    expect_view(&p, 2, U, CM_CAUSE_ROOT_NOT_IN_CLIENT_STORE);
    close_views(&p);
}

/* Not so when the headline does not trust it for a reason of its own. */
static void no_remarks_on_what_fails_anyway(void **state)
{
    struct panorama p;

    (void)state;
    open_views(&p, "leaf intold", "");
    add_view(&p, "system", "root");
    add_view(&p, "java", "rootb");
    expect(&p, U, "ca_cert_expired");
    close_views(&p);
}

static void each_view_can_be_the_headline(void **state)
{
    struct panorama p;

    (void)state;
    open_views(&p, "leaf int", "");
    add_view(&p, "system", "root");
    add_view(&p, "java", "rootb");
    for (size_t headline = 0; headline < 2; headline++) {
        judge(&p, headline);
        assert_int_equal(p.s.got.verdict, headline == 0 ? T : U);
        assert_int_equal(p.s.got.views[0].verdict, T);
        assert_int_equal(p.s.got.views[1].verdict, U);
    }
    close_views(&p);
}

/* Cross-signed: each view has its own way, so nothing is missing. */
static void a_cross_sign_serves_both(void **state)
{
    struct panorama p;

    (void)state;
    open_views(&p, "leaf int crossb", "");
    add_view(&p, "new", "root");
    add_view(&p, "old", "rootb");
    expect(&p, T, "");
    expect_view(&p, 1, T, -1);
    close_views(&p);
}

static void cloud_clients_need_another_ca(void **state)
{
    struct panorama p;

    (void)state;
    open_views(&p, "leaf int root", "");
    add_view(&p, "cloud", "rootb");
    add_view(&p, "corp", "root");
    p.s.policy.cloud_clients = true;
    judge(&p, 0);
    assert_int_equal(
        scene_finding(&p.s, CM_CAUSE_ROOT_NOT_IN_CLIENT_STORE)->resolution,
        CM_RESOLUTION_CHANGE_CA);
    close_views(&p);
}

/* --- distrust --- */

static void a_removed_root(void **state)
{
    const struct cm_finding *f;
    struct panorama p;

    (void)state;
    open_views(&p, "leaf int", ""); /* still an anchor */
    add_view(&p, "mozilla", "root");
    distrust(&p, 0, "root", CM_DISTRUST_REMOVED, FORGE_NOW - FORGE_DAY);
    expect(&p, U, "root_distrusted_or_removed");
    f = &p.s.got.findings[0];
    assert_ptr_equal(f->cert, zoo_get("root"));
    assert_int_equal(f->resolution, CM_RESOLUTION_CHANGE_CA);
    assert_contains(f->proof, "removed on 14 Jan 2027");
    assert_contains(f->proof, "decided by a test");
    close_views(&p);

    open_views(&p, "leaf int root", ""); /* gone from the view, but sent */
    add_view(&p, "mozilla", "rootb");
    distrust(&p, 0, "root", CM_DISTRUST_REMOVED, 0);
    expect(&p, U, "root_distrusted_or_removed");
    close_views(&p);

    open_views(&p, "leaf int", ""); /* gone, and known from another view */
    add_view(&p, "mozilla", "rootb");
    add_view(&p, "old", "root");
    distrust(&p, 0, "root", CM_DISTRUST_REMOVED, 0);
    expect(&p, U, "root_distrusted_or_removed");
    expect_view(&p, 1, T, -1);
    close_views(&p);

    open_views(&p, "leaf int", ""); /* another root is in the list */
    add_view(&p, "mozilla", "root");
    distrust(&p, 0, "rootb", CM_DISTRUST_REMOVED, 0);
    expect(&p, T, "");
    close_views(&p);
}

static void another_path_avoids_a_removed_root(void **state)
{
    struct panorama p;

    (void)state;
    open_views(&p, "leaf int crossb", "");
    add_view(&p, "mozilla", "root rootb");
    distrust(&p, 0, "root", CM_DISTRUST_REMOVED, 0);
    expect(&p, T, "");
    assert_ptr_equal(p.s.got.path[p.s.got.num_path - 1], zoo_get("rootb"));
    close_views(&p);
}

/* A view that does not trust the root any more does not count as having it. */
static void removed_everywhere_is_in_no_store(void **state)
{
    struct panorama p;

    (void)state;
    open_views(&p, "leaf int root", "");
    add_view(&p, "java", "rootb");
    add_view(&p, "mozilla", "root");
    distrust(&p, 1, "root", CM_DISTRUST_REMOVED, 0);
    expect(&p, U, "untrusted_private_root");
    close_views(&p);
}

static void by_key(void **state)
{
    struct cm_distrust_entry entry = {.by_spki = true,
                                      .kind = CM_DISTRUST_REMOVED};
    struct panorama p;

    (void)state;
    open_views(&p, "leaf int", "");
    add_view(&p, "mozilla", "rootlen0 root"); /* the same key */
    memcpy(entry.sha256, zoo_get("root")->spki_sha256, CM_SHA256_LEN);
    assert_true(cm_distrust_add(p.distrust[0], &entry));
    expect(&p, U, "root_distrusted_or_removed");
    close_views(&p);
}

static struct date_case {
    const char *name;
    const char *leaf;
    enum cm_distrust_kind kind;
    int64_t days; /* from now */
    const char *causes;
    enum cm_verdict verdict;
    enum cm_severity severity;
} dates[] = {
    /* The leaf is of 30 days ago; the time judged does not matter. */
    {"issued after the date", "leaf", CM_DISTRUST_NOT_BEFORE, -31,
     "ca_distrust_after", U, CM_SEVERITY_SOME_CLIENTS},
    {"issued at the date", "leaf", CM_DISTRUST_NOT_BEFORE, -30,
     "ca_distrust_after", T, CM_SEVERITY_BY_DATE},
    {"issued before the date", "leaf", CM_DISTRUST_NOT_BEFORE, -29,
     "ca_distrust_after", T, CM_SEVERITY_BY_DATE},
    {"without a timestamp", "leaf", CM_DISTRUST_SCT, -31, "ca_distrust_after",
     U, CM_SEVERITY_SOME_CLIENTS},
    {"without a timestamp, before", "leaf", CM_DISTRUST_SCT, -29,
     "ca_distrust_after", T, CM_SEVERITY_BY_DATE},
    /* Timestamps of 50 days ago, notBefore of 20. */
    {"the timestamp counts", "leafsct", CM_DISTRUST_SCT, -40,
     "ca_distrust_after", T, CM_SEVERITY_BY_DATE},
    {"the timestamp is later", "leafsct", CM_DISTRUST_SCT, -51,
     "ca_distrust_after", U, CM_SEVERITY_SOME_CLIENTS},
    {"notBefore counts though there is a timestamp", "leafsct",
     CM_DISTRUST_NOT_BEFORE, -40, "ca_distrust_after", U,
     CM_SEVERITY_SOME_CLIENTS},
};
#define DATES (sizeof(dates) / sizeof(*dates))

static void by_date(void **state)
{
    const struct date_case *c = *state;
    const struct cm_finding *f;
    struct panorama p;
    char sent[32];

    (void)snprintf(sent, sizeof(sent), "%s int", c->leaf);
    open_views(&p, sent, "");
    add_view(&p, "chrome", "root");
    distrust(&p, 0, "root", c->kind, FORGE_NOW + c->days * FORGE_DAY);
    judge(&p, 0);
    f = scene_finding(&p.s, CM_CAUSE_CA_DISTRUST_AFTER);
    assert_int_equal(p.s.got.verdict, c->verdict);
    assert_int_equal(f->severity, c->severity);
    assert_int_equal(f->blocks, c->verdict == U);
    assert_ptr_equal(f->cert, zoo_get("root"));
    assert_int_equal(f->resolution, CM_RESOLUTION_CHANGE_CA);
    assert_int_equal(p.s.got.path_valid, c->verdict == T);
    close_views(&p);
}

/* Older than the date in one view, too new for the other. */
static void dates_differ_by_view(void **state)
{
    const struct cm_finding *f;
    struct panorama p;

    (void)state;
    open_views(&p, "leaf int", "");
    add_view(&p, "system", "root");
    add_view(&p, "chrome", "root");
    distrust(&p, 1, "root", CM_DISTRUST_SCT, FORGE_NOW - 100 * FORGE_DAY);
    expect(&p, T, "ca_distrust_after");
    f = &p.s.got.findings[0];
    assert_false(f->blocks);
    assert_contains(f->proof, "in the trust view \"chrome\"");
    assert_contains(f->proof, "is of 16 Dec 2026 (its earliest timestamp)");
    expect_view(&p, 1, U, CM_CAUSE_CA_DISTRUST_AFTER);
    close_views(&p);
}

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[DATES + 14] = {
        cmocka_unit_test(all_agree),
        cmocka_unit_test(only_another_view_has_the_root),
        cmocka_unit_test(nobody_has_the_root),
        cmocka_unit_test(the_root_elsewhere_and_a_gap),
        cmocka_unit_test(the_headline_names_who_does_not_trust),
        cmocka_unit_test(no_remarks_on_what_fails_anyway),
        cmocka_unit_test(each_view_can_be_the_headline),
        cmocka_unit_test(a_cross_sign_serves_both),
        cmocka_unit_test(cloud_clients_need_another_ca),
        cmocka_unit_test(a_removed_root),
        cmocka_unit_test(another_path_avoids_a_removed_root),
        cmocka_unit_test(removed_everywhere_is_in_no_store),
        cmocka_unit_test(by_key),
        cmocka_unit_test(dates_differ_by_view),
    };

    for (size_t i = 0; i < DATES; i++) {
        tests[14 + i] = (struct CMUnitTest){.name = dates[i].name,
                                            .test_func = by_date,
                                            .initial_state = &dates[i]};
    }
    return cmocka_run_group_tests_name("judge: views", tests, NULL, leave);
}
