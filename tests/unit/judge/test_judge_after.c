/* What is left after the fix.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/distrust.h"

static struct after_case {
    const char *name;
    const char *sent;
    const char *trusted;
    const char *known;
    const char *host;
    const char *primary; /* "": it is trusted */
    const char *remaining;
} cases[] = {
    {"trusted", "leaf int", "root", "", NULL, "", ""},
    {"trusted, untidy", "leaf int root", "root", "", NULL, "", ""},
    {"one cause", "leaf", "root", "int", NULL, "chain_incomplete", ""},

    /* A renewed certificate is sent with the old chain, has the old names and
     * the old CA. */
    {"expired", "leafold int", "root", "", NULL, "leaf_expired", ""},
    {"expired and incomplete", "leafold", "root", "int", NULL, "leaf_expired",
     "chain_incomplete"},
    {"expired, incomplete, wrong name", "leafold", "root", "int",
     "other.example", "leaf_expired", "chain_incomplete name_mismatch"},
    {"expired, of a private CA", "leafold int root", "rootb", "", NULL,
     "leaf_expired", "untrusted_private_root"},
    {"expired, of an expired CA", "leafold intold", "root", "", NULL,
     "leaf_expired", "ca_cert_expired"},
    {"expired, issuer unknown", "leafold", "root", "", NULL, "leaf_expired",
     "issuer_unknown"},
    {"not yet valid", "leafyoung int", "root", "", NULL, "leaf_not_yet_valid",
     ""},
    {"everything wrong with it", "ruin int", "root", "", NULL, "leaf_expired",
     "name_mismatch"},
    {"everything wrong, and nothing sent", "ruin", "root", "int", NULL,
     "leaf_expired", "chain_incomplete name_mismatch"},
    {"for clients, and incomplete", "leafclient", "root", "int", NULL,
     "chain_incomplete", "leaf_eku_wrong"},
    {"for clients, wrong name", "leafclient int", "root", "", "other.example",
     "leaf_eku_wrong", "name_mismatch"},

    /* The chain as the path completes it. */
    {"incomplete, wrong name", "other", "root", "int", NULL, "chain_incomplete",
     "name_mismatch"},
    {"incomplete, weak key", "leafrsa1024", "root", "int", NULL,
     "chain_incomplete", "key_too_small"},
    {"two missing", "deep", "root", "int int2", "other.example",
     "chain_incomplete", "name_mismatch"},
    {"an expired intermediate, wrong name", "other intold", "root", "", NULL,
     "ca_cert_expired", "name_mismatch"},
    {"the wrong intermediate, wrong name", "leaf intwrong", "root", "",
     "other.example", "chain_wrong_intermediate", "name_mismatch"},
    {"an intermediate that may not, wrong name", "other intleaf", "root", "",
     NULL, "chain_ca_flag_missing", "name_mismatch"},
    {"a missing one above one that may not", "deep int2", "root", "intnosign",
     NULL, "chain_ca_flag_missing", "chain_incomplete"},
    {"the root has expired, wrong name", "other int", "rootold", "", NULL,
     "root_expired", "name_mismatch"},

    /* The root becomes an anchor. */
    {"a private root", "leaf int root", "rootb", "", NULL,
     "untrusted_private_root", ""},
    {"a private root, weak key, wrong name", "leafrsa1024 int root", "rootb",
     "", "other.example", "untrusted_private_root",
     "key_too_small name_mismatch"},
    {"a private root, incomplete", "leaf root", "rootb", "int", NULL,
     "untrusted_private_root", "chain_incomplete"},
    {"a private root that has expired", "leaf int rootold", "rootb", "", NULL,
     "untrusted_private_root", "root_expired"},
    {"a private root, by where its issuer is", "leaflocal", "root", "",
     "other.example", "untrusted_private_root", "name_mismatch"},
    {"issuer unknown, wrong name", "other", "root", "", NULL, "issuer_unknown",
     "name_mismatch"},

    /* A certificate from elsewhere brings a chain of its own. */
    {"self-signed", "self", "root", "", NULL, "self_signed_leaf", ""},
    {"self-signed, wrong name", "self", "root", "", "other.example",
     "self_signed_leaf", ""},
    {"self-signed, a root in its place", "root", "rootb", "", NULL,
     "self_signed_leaf", ""},
    {"a default, self-signed", "fake", "root", "", NULL, "name_default_cert",
     ""},
    {"a default, expired, incomplete", "traefik", "root", "int", NULL,
     "name_default_cert", ""},

    /* Names. */
    {"wrong name", "other int", "root", "", NULL, "name_mismatch", ""},
    {"an address, weak key after it", "leaf int", "root", "", "192.0.2.1",
     "name_ip_not_in_san", ""},
    {"the right one is second, its chain expired", "other leaf intold", "root",
     "", NULL, "ca_cert_expired", "name_mismatch"},
    {"the right one is second", "other leaf int", "root", "", NULL,
     "name_mismatch", ""},
    {"the right one is second and too old", "other leafold int", "root", "",
     NULL, "name_mismatch", "leaf_expired"},
};
#define CASES (sizeof(cases) / sizeof(*cases))

static const char *remaining_text(const struct scene *s, char out[512])
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < s->got.num_remaining; i++) {
        used +=
            (size_t)snprintf(out + used, 512 - used, "%s%s", i > 0 ? " " : "",
                             cm_cause_info(s->got.remaining[i])->id);
    }
    return out;
}

static void expect(struct scene *s, const char *primary, const char *remaining)
{
    char text[512];

    scene_judge(s);
    scene_check_rules(s);
    if (primary[0] == '\0') {
        assert_int_equal(s->got.verdict, CM_VERDICT_TRUSTED);
    } else {
        assert_string_equal(cm_cause_info(s->got.findings[0].cause)->id,
                            primary);
    }
    assert_string_equal(remaining_text(s, text), remaining);
}

static void is_left(void **state)
{
    const struct after_case *c = *state;
    struct scene s;

    scene_open(&s, c->host);
    (void)scene_serve(&s, c->sent);
    scene_trust(&s, c->trusted);
    scene_know(&s, c->known);
    expect(&s, c->primary, c->remaining);
    scene_close(&s);
}

/* Fixing the certificate gives nobody a client certificate. */
static void what_the_handshake_said_stays(void **state)
{
    struct cm_probe *p;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    p = scene_serve(&s, "leafold");
    scene_trust(&s, "root");
    scene_know(&s, "int");
    p->client_auth = CM_CLIENT_AUTH_REQUIRED;
    expect(&s, "leaf_expired", "chain_incomplete tls_client_cert_required");
    p->version = 0x0301;
    expect(&s, "tls_version_too_old",
           "leaf_expired chain_incomplete tls_client_cert_required");
    scene_close(&s);
}

static void a_strict_policy_has_more_left(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leafold intnoku");
    scene_trust(&s, "root");
    expect(&s, "leaf_expired", "");
    s.policy.strict = true;
    expect(&s, "leaf_expired", "x509_not_strict");
    scene_close(&s);
}

static void a_limit_of_depth_is_met_by_a_shorter_chain(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, "other.example");
    (void)scene_serve(&s, "deep int2 int");
    scene_trust(&s, "root");
    s.policy.max_depth = 1;
    expect(&s, "chain_too_deep", "name_mismatch");
    scene_close(&s);
}

/* Only the judgement after the fix sees it: a new certificate of a CA whose old
 * ones are still trusted. */
static void the_next_certificate_is_too_new(void **state)
{
    struct cm_distrust *list = cm_distrust_new();
    struct cm_distrust_entry entry = {.kind = CM_DISTRUST_NOT_BEFORE,
                                      .after_unix = FORGE_NOW - FORGE_DAY,
                                      .note = strdup("a note")};
    struct scene s;

    (void)state;
    memcpy(entry.sha256, zoo_get("root")->sha256, CM_SHA256_LEN);
    assert_true(cm_distrust_add(list, &entry));
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leafold int");
    scene_trust(&s, "root");
    s.trust.distrust = list;
    expect(&s, "leaf_expired", "ca_distrust_after");
    scene_close(&s);
    cm_distrust_free(list);
    free(entry.note);
}

/* The copies of certificates are gone: nothing refers to them. */
static void the_certificates_are_as_before(void **state)
{
    struct cm_cert *leaf = zoo_get("leafold");
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leafold");
    scene_trust(&s, "root");
    scene_know(&s, "int");
    scene_judge(&s);
    assert_ptr_equal(s.got.findings[0].cert, leaf);
    assert_ptr_equal(s.got.path[0], leaf);
    assert_true(leaf->not_after < FORGE_NOW);
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
    struct CMUnitTest tests[CASES + 5] = {
        cmocka_unit_test(what_the_handshake_said_stays),
        cmocka_unit_test(a_strict_policy_has_more_left),
        cmocka_unit_test(a_limit_of_depth_is_met_by_a_shorter_chain),
        cmocka_unit_test(the_next_certificate_is_too_new),
        cmocka_unit_test(the_certificates_are_as_before),
    };

    for (size_t i = 0; i < CASES; i++) {
        tests[5 + i] = (struct CMUnitTest){.name = cases[i].name,
                                           .test_func = is_left,
                                           .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("judge: after", tests, NULL, leave);
}
