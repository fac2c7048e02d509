/* Each fault of a path, and beside it the case that has none: what is blamed,
 * on which certificate, with what proof.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <string.h>

#define T CM_VERDICT_TRUSTED
#define U CM_VERDICT_UNTRUSTED
#define NOW CM_SEVERITY_NOW
#define SOME CM_SEVERITY_SOME_CLIENTS

static struct fault_case {
    const char *name;
    const char *sent;
    const char *trusted;
    const char *known;
    const char *causes; /* "": trusted, and nothing below is looked at */
    enum cm_verdict verdict;
    enum cm_severity severity; /* of the first finding, and so on */
    const char *cert;
    const char *proof;
} cases[] = {
    /* Name constraints. */
    {"constraints that allow the name", "leaf ncok", "root", "", "", T, NOW,
     NULL, NULL},
    {"a name outside of what is permitted", "leaf ncother", "root", "",
     "chain_name_constraints", U, NOW, "ncother", "www.a.example"},
    {"a name inside of what is excluded", "leaf ncexcluded", "root", "",
     "chain_name_constraints", U, NOW, "ncexcluded", "www.a.example"},
    {"of a root: applied, as clients do", "leaf int", "ncroot", "",
     "chain_name_constraints", U, NOW, "ncroot", "www.a.example"},
    {"of a root, with another name", "leaf int", "ncrootok", "", "", T, NOW,
     NULL, NULL},
    {"an intermediate that is not permitted", "leaf int", "ncrootdn", "",
     "chain_name_constraints", U, NOW, "ncrootdn", "CN="},
    {"a common name without any other", "cnonly ncexcluded", "root", "",
     "chain_name_constraints name_cn_only", U, NOW, "ncexcluded",
     "www.a.example"},
    {"a common name beside an address", "cnip ncexcluded", "root", "",
     "name_mismatch", U, NOW, "cnip", "192.0.2.1"},
    {"the constrained twin is not taken", "leaf ncother int", "root", "", "", T,
     NOW, NULL, NULL},
    {"nor when it comes second", "leaf int ncother", "root", "", "", T, NOW,
     NULL, NULL},
    {"a twin without constraints is known", "leaf ncother", "root", "int",
     "chain_incomplete", U, SOME, "int", "with which no path is good"},

    /* Extensions. */
    {"the same one twice in a CA", "leaf inttwice", "root", "",
     "x509_invalid_extension", U, NOW, "inttwice", "2.5.29.19 more than once"},
    {"twice in the leaf", "santwice int", "root", "", "x509_invalid_extension",
     U, NOW, "santwice", "2.5.29.17 more than once"},
    {"twice in the root", "leaf int", "roottwice", "", "x509_invalid_extension",
     U, NOW, "roottwice", "the root of the path"},
    {"twice, and a twin is known", "leaf inttwice", "root", "int",
     "x509_invalid_extension", U, NOW, "inttwice", "install"},
    {"unreadable in a CA", "leaf inteku", "root", "", "x509_invalid_extension",
     U, NOW, "inteku", "extKeyUsage"},
    {"unreadable constraints", "leaf ncbroken", "root", "",
     "x509_invalid_extension", U, NOW, "ncbroken", "nameConstraints"},
    {"unreadable but idle", "leaf intaia", "root", "", "x509_not_strict", T,
     SOME, "intaia", ""},
    {"unreadable, idle, but critical", "leaf intaiacrit", "root", "",
     "x509_invalid_extension leaf_unknown_critical x509_not_strict", U, NOW,
     "intaiacrit", "authorityInfoAccess"},
    {"critical in a CA, which it must not be", "leaf intakicrit", "root", "",
     "leaf_unknown_critical x509_not_strict", U, NOW, "intakicrit",
     "authorityKeyIdentifier"},
    {"critical in the leaf, which it must not be", "leafskicrit int", "root",
     "", "leaf_unknown_critical x509_not_strict", U, NOW, "leafskicrit",
     "subjectKeyIdentifier"},

    /* Roots. */
    {"a root for clients", "leaf int", "rootclient", "", "chain_eku_ca", U,
     SOME, "rootclient", "serverAuth"},
    {"a root for servers", "leaf int", "rootserver", "", "", T, NOW, NULL,
     NULL},
    {"a root with an unknown critical extension", "leaf int", "rootcritical",
     "", "leaf_unknown_critical", U, NOW, "rootcritical", "1.3.6.1.4.1.99999"},
    {"a root that does not say that it is a CA", "leaf int", "rootnobc", "",
     "chain_ca_flag_missing", U, NOW, "rootnobc", "no basic constraints"},
    {"a root that is not valid yet", "leaf int", "rootyoung", "",
     "root_expired", U, SOME, "rootyoung", "is valid from"},
    {"bad roots beside a good one", "leaf int",
     "rootclient rootcritical rootnobc rootyoung rootold root", "", "", T, NOW,
     NULL, NULL},

    /* Policies. */
    {"a policy is demanded, and there is none", "leaf polneed", "root", "",
     "chain_policy", U, SOME, "polneed", "demands a policy"},
    {"... and there is one", "leafpol polhave", "root", "", "", T, NOW, NULL,
     NULL},
    {"... and it is another one", "leafpoloff polhave", "root", "",
     "chain_policy", U, SOME, "polhave", "demands a policy"},
    {"the demanding twin is not taken", "leaf polneed int", "root", "", "", T,
     NOW, NULL, NULL},

    /* Keys. */
    {"a CA on Ed25519", "leafed inted25519", "root", "", "key_alg_unsupported",
     T, SOME, "inted25519", "Chrome"},
    {"a CA on P-224", "leafp224 intp224", "root", "", "key_alg_unsupported", T,
     SOME, "intp224", "P-224"},
    {"a CA on P-521", "leafp521 intp521", "root", "", "", T, NOW, NULL, NULL},
    {"a CA on a curve of few", "leafbrain intbrain", "root", "",
     "key_alg_unsupported", U, SOME, "intbrain", "brainpoolP256r1"},
    {"... by another key id", "leafbrainoff intbrain", "root", "",
     "issuer_unknown chain_unrelated_cert", U, NOW, "leafbrainoff",
     "cannot be checked here"},
    {"a root of a new kind", "leafmldsa", "rootmldsa", "",
     "key_alg_unsupported", U, SOME, "rootmldsa", "ML-DSA"},
    {"a root of a new kind, not trusted", "leafmldsa rootmldsa", "root", "",
     "untrusted_private_root key_alg_unsupported", U, SOME, "rootmldsa",
     "which is not in the trust view"},

    {"a leaf's key that is no key", "keyoffcurve int", "root", "",
     "key_alg_unsupported", U, NOW, "keyoffcurve", "no point of its curve"},
    {"a leaf's even modulus", "keyrsaeven int", "root", "",
     "key_alg_unsupported", U, NOW, "keyrsaeven", "modulus is even"},

    /* What libraries do not read. */
    {"a version that does not exist", "v4 int", "root", "",
     "tls_cert_unparsable", U, SOME, "v4", "version does not exist"},
    {"extensions below version 3", "v1ext int", "root", "",
     "tls_cert_unparsable revocation_no_info", U, SOME, "v1ext",
     "need version 3"},
    {"no extensions below version 3", "v1 int", "root", "",
     "name_cn_only revocation_no_info", U, SOME, "v1", "common name"},
    {"a padded serial number", "serialpadded int", "root", "",
     "tls_cert_unparsable", U, SOME, "serialpadded", "serial number"},
    {"a date without seconds", "timenosec int", "root", "",
     "tls_cert_unparsable chain_expires_before_leaf validity_too_long", U, SOME,
     "timenosec", "without seconds"},
    {"a date in the longer form", "timegen int", "root", "",
     "chain_expires_before_leaf validity_too_long x509_not_strict", T,
     CM_SEVERITY_BY_DATE, "int", ""},
    {"a CA with a date in a time zone", "leaf intzone", "root", "",
     "tls_cert_unparsable", U, SOME, "intzone", "an issuer on the path"},
    {"... and a better twin", "leaf intzone int", "root", "", "", T, NOW, NULL,
     NULL},

    /* Signatures. */
    {"two algorithms in a CA's certificate", "leaf inttwoalgs", "root", "",
     "chain_bad_signature", U, NOW, "inttwoalgs", "another one inside"},
    {"two algorithms in the leaf", "sigdiffers int", "root", "",
     "chain_bad_signature", U, NOW, "sigdiffers", "another one inside"},
    {"two algorithms, a better twin", "leaf inttwoalgs int", "root", "", "", T,
     NOW, NULL, NULL},

    /* Its own issuer. */
    {"an appliance without keyCertSign", "selfnosign", "root", "",
     "self_signed_leaf", U, NOW, "selfnosign", "its own issuer"},
    {"an appliance that is a CA", "selfappliance", "root", "",
     "self_signed_leaf name_mismatch", U, NOW, "selfappliance", "it is a CA's"},
    {"a signature that nobody checks", "selfbrain", "root", "",
     "self_signed_leaf key_alg_unsupported", U, NOW, "selfbrain",
     "not checked here"},
};
#define CASES (sizeof(cases) / sizeof(*cases))

static void is_found(void **state)
{
    const struct fault_case *c = *state;
    const struct cm_finding *f;
    struct scene s;

    scene_open(&s, NULL);
    (void)scene_serve(&s, c->sent);
    scene_trust(&s, c->trusted);
    scene_know(&s, c->known);
    scene_expect(&s, c->verdict, c->causes);
    if (c->cert != NULL) {
        f = &s.got.findings[0];
        assert_int_equal(f->severity, c->severity);
        assert_ptr_equal(f->cert, zoo_get(c->cert));
        assert_contains(f->proof, c->proof);
    }
    scene_close(&s);
}

/* Intermediates above the leaf, the root and self-issued ones not counted. */
static void depth(void **state)
{
    static const struct {
        const char *sent;
        int max;
        const char *causes;
    } limits[] = {
        {"direct", 0, ""},         {"leaf int", 0, "chain_too_deep"},
        {"leaf int", 1, ""},       {"deep int2 int", 1, "chain_too_deep"},
        {"deep int2 int", 2, ""},  {"leafroll2 introllover int", 1, ""},
        {"deep int2 int", -1, ""}, {"deep int2 int", 0, "chain_too_deep"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
        struct scene s;

        scene_open(&s, NULL);
        (void)scene_serve(&s, limits[i].sent);
        scene_trust(&s, "root");
        s.policy.max_depth = limits[i].max;
        scene_expect(&s, limits[i].causes[0] == '\0' ? T : U, limits[i].causes);
        scene_close(&s);
    }
}

/* A shorter way is taken when the longer one is too long. */
static void depth_prefers_another_path(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf int crossb");
    scene_trust(&s, "rootb root");
    s.policy.max_depth = 1;
    scene_expect(&s, T, "");
    scene_close(&s);
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf int crossb");
    scene_trust(&s, "rootb");
    s.policy.max_depth = 1;
    scene_expect(&s, U, "chain_too_deep");
    assert_contains(s.got.findings[0].proof, "2 intermediates, and at the most "
                                             "1 is allowed");
    scene_close(&s);
}

static size_t wants(const struct scene *s, const char *name)
{
    size_t num = 0;

    for (size_t i = 0; i < s->got.num_wants; i++) {
        num += s->got.wants[i].kind == CM_WANT_ISSUER &&
               s->got.wants[i].cert == zoo_get(name) &&
               s->got.wants[i].issuer == NULL;
    }
    return num;
}

/* Only a path that is not good asks, and only where an address is given. */
static void asks_for_issuers(void **state)
{
    static const struct {
        const char *sent;
        const char *trusted;
        const char *known;
        const char *cert; /* who asks, or must not */
        size_t times;
    } asked[] = {
        {"leafaia int", "root", "", "leafaia", 0},
        {"leafaia", "root", "int", "leafaia", 0},
        {"leafaia", "root", "", "leafaia", 1},
        {"leafaia int", "rootb", "", "leafaia", 0},
        {"leaf intaiaurl", "rootb", "", "intaiaurl", 1},
        {"leafaia intold", "root", "", "leafaia", 1},
        {"leafaia intold int", "root", "", "leafaia", 0},
        {"leafaia ncother", "root", "", "leafaia", 1},
        {"leaf intaiaurl root", "rootb", "", "intaiaurl", 1},
        {"leaf intaiaurl root", "root", "", "intaiaurl", 0},
        {"leaf intaiaurl", "rootold", "", "intaiaurl", 1},
        {"leafaia leafaia", "root", "", "leafaia", 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
        struct scene s;

        scene_open(&s, NULL);
        (void)scene_serve(&s, asked[i].sent);
        scene_trust(&s, asked[i].trusted);
        scene_know(&s, asked[i].known);
        scene_judge(&s);
        assert_int_equal(wants(&s, asked[i].cert), asked[i].times);
        scene_close(&s);
    }
}

/* Whether the path is good, whatever the leaf is like. */
static void says_whether_the_path_is_valid(void **state)
{
    static const struct {
        const char *sent;
        const char *known;
        bool valid;
    } paths[] = {
        {"leaf int", "", true},     {"leaf", "int", true},
        {"leafold int", "", true},  {"other int", "", true},
        {"leaf intsha1", "", true}, {"leaf", "", false},
        {"leaf intold", "", false}, {"leaf intold", "int", true},
        {"self", "", false},        {"leafrubbish", "", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        struct scene s;

        scene_open(&s, NULL);
        (void)scene_serve(&s, paths[i].sent);
        scene_trust(&s, "root");
        scene_know(&s, paths[i].known);
        scene_judge(&s);
        assert_int_equal(s.got.path_valid, paths[i].valid);
        scene_close(&s);
    }
}

static void expired_beside_the_good_path(void **state)
{
    const struct cm_finding *f;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf int crossold oldca");
    scene_trust(&s, "root");
    scene_judge(&s);
    f = scene_finding(&s, CM_CAUSE_CHAIN_EXPIRED_CROSS);
    assert_int_equal(s.got.verdict, T);
    assert_false(f->blocks);
    assert_ptr_equal(f->cert, zoo_get("crossold"));
    assert_int_equal(f->position, 2);
    assert_contains(f->proof, "the path through \"Intermediate\"");
    assert_contains(f->proof, "certificate 3 of 4, \"Root\"");
    assert_contains(f->proof, "certificate 4 of 4, \"Old CA\"");
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
        cmocka_unit_test(depth),
        cmocka_unit_test(depth_prefers_another_path),
        cmocka_unit_test(asks_for_issuers),
        cmocka_unit_test(says_whether_the_path_is_valid),
        cmocka_unit_test(expired_beside_the_good_path),
    };

    for (size_t i = 0; i < CASES; i++) {
        tests[5 + i] = (struct CMUnitTest){.name = cases[i].name,
                                           .test_func = is_found,
                                           .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("judge: faults", tests, NULL, leave);
}
