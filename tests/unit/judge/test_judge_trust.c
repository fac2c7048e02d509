/* Trust: which of the outcomes a chain has, and what it is blamed on.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#define T CM_VERDICT_TRUSTED
#define U CM_VERDICT_UNTRUSTED

static struct chain_case {
    const char *name;
    const char *sent;
    const char *trusted;
    const char *known;
    const char *causes;
    enum cm_verdict verdict;
} cases[] = {
    /* Step 3: complete, tidy or not. */
    {"ok", "leaf int", "root rootb", "", "", T},
    {"ok, three links", "deep int2 int", "root", "", "", T},
    {"ok, issued by the root", "direct", "root", "", "", T},
    {"ok, the intermediate is an anchor", "leaf", "int", "", "", T},
    {"ok, an RSA key", "leafrsa int", "root", "", "", T},
    {"leaf_no_aki", "leafnoaki int", "root", "", "x509_not_strict", T},
    {"must_staple", "leafstaple int", "root", "", "must_staple_missing", T},
    {"no_eku", "leafnoeku int", "root", "", "", T},
    {"eku any", "leafany int", "root", "", "", T},
    {"ca_no_keyusage", "leaf intnoku", "root", "", "x509_not_strict", T},
    {"a CA for servers", "leaf intserver", "root", "", "", T},
    {"a version 1 root is an anchor", "direct", "rootv1", "", "x509_not_strict",
     T},
    {"wrong_order", "deep int int2", "root", "", "chain_wrong_order", T},
    {"root_included", "leaf int root", "root", "", "chain_unneeded_root", T},
    {"three links, int2 int root", "deep int2 int root", "root", "",
     "chain_unneeded_root", T},
    {"three links, int2 root int", "deep int2 root int", "root", "",
     "chain_wrong_order chain_unneeded_root", T},
    {"three links, int int2 root", "deep int int2 root", "root", "",
     "chain_wrong_order chain_unneeded_root", T},
    {"three links, int root int2", "deep int root int2", "root", "",
     "chain_wrong_order chain_unneeded_root", T},
    {"three links, root int int2", "deep root int int2", "root", "",
     "chain_wrong_order chain_unneeded_root", T},
    {"three links, root int2 int", "deep root int2 int", "root", "",
     "chain_wrong_order chain_unneeded_root", T},
    {"root before int", "leaf root int", "root", "",
     "chain_wrong_order chain_unneeded_root", T},
    {"another form of the root is unneeded too", "leaf int rootsha1", "root",
     "", "chain_unneeded_root", T},
    {"duplicate", "leaf int int", "root", "", "chain_duplicate", T},
    {"the leaf twice", "leaf leaf int", "root", "", "chain_duplicate", T},
    {"the root twice", "leaf int root root", "root", "",
     "chain_duplicate chain_unneeded_root", T},
    {"unrelated_extra", "leaf int intb", "root", "", "chain_unrelated_cert", T},
    {"unrelated root that nobody trusts", "leaf int rootb", "root", "",
     "chain_unrelated_cert", T},
    {"unreadable extra", "leaf int leafrubbish", "root", "",
     "chain_unrelated_cert", T},
    {"a cross-sign on another path is related", "leaf int crossb rootb", "root",
     "", "", T},
    {"expired_cross_sent", "leaf int crossold", "root", "",
     "chain_expired_cross", T},
    {"expired_cross_root_sent", "leaf int crossold oldca", "root oldca", "",
     "chain_expired_cross chain_unneeded_root", T},
    {"only the cross-sign leads to an anchor", "leaf int crossb", "rootb", "",
     "", T},
    {"twins, the expired first", "leaf intold int", "root", "",
     "chain_expired_cross", T},
    {"twins, the valid first", "leaf int intold", "root", "",
     "chain_expired_cross", T},
    {"twins, the young first", "leaf intyoung int", "root", "", "", T},
    {"twins, one is no CA", "leaf intleaf int", "root", "", "", T},
    {"twins, one is signed with SHA-1", "leaf intsha1 int", "root", "", "", T},
    {"same name, wrong key first", "leaf intwrong int", "root", "",
     "chain_unrelated_cert", T},
    {"a certified rollover", "leafnewkey rollover", "root", "", "", T},
    {"anchors of one name", "direct", "rootrekeyed root", "", "", T},
    {"an expired anchor and its successor", "direct", "rootold root", "", "",
     T},
    {"an anchor signed with SHA-1", "direct", "rootsha1", "", "", T},

    /* Step 1 and 2. */
    {"pinned", "self", "self", "", "self_signed_pinned", T},
    {"pinned, not self-signed", "leaf", "leaf", "", "self_signed_pinned", T},
    {"pinned CA:TRUE with the right name", "selfca", "selfca", "",
     "self_signed_pinned", T},
    {"self_signed_leaf", "self", "root", "", "self_signed_leaf", U},
    {"self_signed_ca_leaf", "selfca", "root", "", "self_signed_leaf", U},
    {"self-signed, known in the fleet", "self", "root", "self",
     "self_signed_leaf", U},
    {"self-signed with extras", "self int", "root", "",
     "self_signed_leaf chain_unrelated_cert", U},
    {"self-signed with SHA-1: nobody checks it", "selfsha1", "root", "",
     "self_signed_leaf", U},
    {"the root instead of the leaf, trusted", "root", "root", "",
     "self_signed_leaf leaf_key_usage name_mismatch", U},
    {"the root instead of the leaf, untrusted", "root", "rootb", "",
     "self_signed_leaf leaf_key_usage name_mismatch", U},
    {"self-issued is not self-signed", "selfissued", "rootb", "",
     "issuer_unknown", U},
    {"self-issued, its issuer trusted", "selfissued", "root", "", "", T},

    /* Step 4. */
    {"missing_intermediate", "leaf", "root", "int", "chain_incomplete", U},
    {"missing_middle", "deep int", "root", "int2", "chain_incomplete", U},
    {"missing top", "deep int2", "root", "int", "chain_incomplete", U},
    {"missing two", "deep", "root", "int int2", "chain_incomplete", U},
    {"missing while the root is sent", "leaf root", "root", "int",
     "chain_incomplete chain_unneeded_root", U},
    {"missing while another of its name is sent", "leaf intwrong", "root",
     "int", "chain_incomplete chain_unrelated_cert", U},
    {"missing while its cross-sign is sent", "leaf intxb", "root", "int",
     "chain_incomplete", U},
    {"known, but sent as well", "leaf int", "root", "int", "", T},
    {"known twins, the expired is not used", "leaf", "root", "intold int",
     "chain_incomplete", U},

    /* Step 5. */
    {"expired_intermediate", "leaf intold", "root", "", "ca_cert_expired", U},
    {"expired, a valid twin is known", "leaf intold", "root", "int",
     "ca_cert_expired", U},
    {"expired, the valid twin is an anchor", "leaf intold", "root int", "",
     "chain_expired_cross", T},
    {"not yet valid intermediate", "leaf intyoung", "root", "",
     "ca_cert_expired", U},
    {"expired anchor", "leaf int", "rootold", "", "root_expired", U},
    {"expired cross is the only way", "leaf int crossold", "oldca", "",
     "ca_cert_expired root_expired", U},
    {"int_not_ca", "leaf intleaf", "root", "", "chain_ca_flag_missing", U},
    {"no basic constraints", "leaf intnobc", "root", "",
     "chain_ca_flag_missing", U},
    {"no keyCertSign", "leaf intnosign", "root", "", "chain_ca_flag_missing",
     U},
    {"no CA, a good twin is known", "leaf intleaf", "root", "int",
     "chain_ca_flag_missing", U},
    {"a server's certificate as anchor of others", "direct", "rootnoca", "",
     "chain_ca_flag_missing", U},
    {"pathlen", "deep int2 intlen0", "root", "", "chain_pathlen", U},
    {"pathlen just kept", "deep int2 intlen1", "root", "", "", T},
    {"pathlen 0 over a leaf", "leaf intlen0", "root", "", "", T},
    {"pathlen, self-issued do not count", "leafroll introll intlen0", "root",
     "", "", T},
    {"pathlen of the root", "leaf int", "rootlen0", "", "chain_pathlen", U},
    {"a CA not for servers", "leaf intclient", "root", "", "chain_eku_ca", U},
    {"a CA with an unknown critical extension", "leaf intcritical", "root", "",
     "leaf_unknown_critical", U},
    {"key ids that contradict a good signature", "leafakioff int", "root", "",
     "chain_wrong_intermediate", U},

    /* Step 6. */
    {"untrusted_root_sent", "leaf int root", "rootb", "",
     "untrusted_private_root", U},
    {"untrusted_root_not_sent, known", "leaf int", "rootb", "root",
     "untrusted_private_root", U},
    {"untrusted root, intermediate only known", "leaf", "rootb", "int root",
     "untrusted_private_root chain_incomplete", U},
    {"untrusted root and expired intermediate", "leaf intold root", "rootb", "",
     "untrusted_private_root ca_cert_expired", U},
    {"a re-keyed root of the same name is trusted", "direct root",
     "rootrekeyed", "", "untrusted_private_root", U},

    /* Step 7. */
    {"untrusted_root_not_sent", "leaf int", "rootb", "", "issuer_unknown", U},
    {"nothing known", "leaf", "rootb", "", "issuer_unknown", U},
    {"public by its SCTs", "leafscts", "root", "",
     "chain_incomplete public_profile", U},
    {"public by its policy", "leafpolicy", "root", "",
     "chain_incomplete sct_missing", U},
    {"public by the place of its issuer", "leaflencr", "root", "",
     "chain_incomplete", U},
    {"public by the place of its issuer's issuer", "leaf intlencr", "rootb", "",
     "chain_incomplete", U},
    {"a place that only looks public", "leafnolencr", "root", "",
     "issuer_unknown", U},
    {"public and private places", "leafldap intlencr", "rootb", "",
     "untrusted_private_root", U},
    {"private by LDAP", "leafldap", "root", "", "untrusted_private_root", U},
    {"private by .local", "leaflocal", "root", "", "untrusted_private_root", U},
    {"private by RFC 1918", "leaf1918", "root", "", "untrusted_private_root",
     U},
    {"private by RFC 4193", "leafv6", "root", "", "untrusted_private_root", U},
    {"a public place is no signal", "leafhttp", "root", "", "issuer_unknown",
     U},
    {"an odd place is no signal", "leafodd", "root", "", "issuer_unknown", U},
    {"wrong_key_intermediate", "leaf intwrong", "root", "",
     "chain_wrong_intermediate chain_unrelated_cert", U},
    {"wrong key, without a key id", "leaf intwrongnoid", "root", "",
     "chain_wrong_intermediate chain_unrelated_cert", U},
    {"wrong key, only known", "leaf", "root", "intwrong", "issuer_unknown", U},
    {"bad_signature of the leaf", "leafbad int", "root", "",
     "chain_bad_signature chain_unrelated_cert", U},
    {"bad signature, issuer only known", "leafbad", "root", "int",
     "chain_bad_signature", U},
    {"bad signature without a key id", "leafbadnoaki int", "root", "",
     "chain_wrong_intermediate x509_not_strict chain_unrelated_cert", U},
    {"bad_signature of the intermediate", "leaf intbad", "root", "",
     "chain_bad_signature", U},
    {"bad intermediate, a good one is known", "leaf intbad", "root", "int",
     "chain_incomplete", U},
    {"a circle", "leafcirc circa circb", "root", "", "issuer_unknown", U},
    {"a circle with a way out", "leafcirc circa circb circa0", "circa0", "",
     "chain_unneeded_root", T},

    /* Weak links. */
    {"sha1_leaf", "leafsha1 int", "root", "", "sig_weak", U},
    {"sha1 intermediate", "leaf intsha1", "root", "", "sig_weak", U},
    {"sha1 intermediate, a better one is known", "leaf intsha1", "root", "int",
     "sig_weak", U},
    {"md5", "leafmd5", "rootrsa", "", "sig_weak", U},
    {"rsa1024", "leafrsa1024 int", "root", "", "key_too_small", U},
    {"rsa1024 issuer", "leafsmallca int1024", "root", "", "key_too_small", U},
    {"rsa1024 anchor", "leafsmallroot", "root1024", "", "key_too_small", U},

    /* Several at once. */
    {"expired and incomplete", "leafold", "root", "int",
     "leaf_expired chain_incomplete", U},
    {"expired, incomplete, unknown", "leafold", "root", "",
     "leaf_expired issuer_unknown", U},
    {"everything", "ruin int", "root", "",
     "leaf_expired leaf_eku_wrong sig_weak key_too_small name_mismatch", U},
    {"everything, and incomplete", "ruin", "root", "int",
     "leaf_expired chain_incomplete leaf_eku_wrong sig_weak key_too_small "
     "name_mismatch",
     U},
};
#define CASES (sizeof(cases) / sizeof(*cases))

static void has_this_outcome(void **state)
{
    const struct chain_case *c = *state;
    struct scene s;

    scene_open(&s, NULL);
    (void)scene_serve(&s, c->sent);
    scene_trust(&s, c->trusted);
    scene_know(&s, c->known);
    scene_expect(&s, c->verdict, c->causes);
    scene_close(&s);
}

static void lends_the_path_that_was_judged(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "deep int");
    scene_trust(&s, "root");
    scene_know(&s, "int2");
    scene_judge(&s);
    assert_int_equal(s.got.num_path, 4);
    assert_ptr_equal(s.got.path[0], zoo_get("deep"));
    assert_ptr_equal(s.got.path[1], zoo_get("int2"));
    assert_ptr_equal(s.got.path[2], zoo_get("int"));
    assert_ptr_equal(s.got.path[3], zoo_get("root"));
    scene_close(&s);
}

static void without_pool_or_memo(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf");
    scene_trust(&s, "root");
    s.trust.pool = NULL;
    cm_sigmemo_free(s.trust.memo);
    s.trust.memo = NULL;
    scene_expect(&s, U, "issuer_unknown");
    scene_close(&s);
}

/* A copy of a certificate of the zoo, to be changed; never freed by unref. */
static struct cm_cert copy_of(const char *name)
{
    struct cm_cert copy = *zoo_get(name);

    copy.refs = 1000;
    return copy;
}

static void present_copy(struct scene *s, struct cm_cert *copy,
                         const char *rest)
{
    scene_present(scene_serve(s, ""), copy);
    if (rest != NULL) {
        scene_present(&s->ev->probes[0], zoo_get(rest));
    }
}

static void private_by_its_template(void **state)
{
    struct cm_cert leaf = copy_of("leaf");
    struct scene s;

    (void)state;
    leaf.adcs_template = true;
    scene_open(&s, NULL);
    present_copy(&s, &leaf, NULL);
    scene_trust(&s, "root");
    scene_expect(&s, U, "untrusted_private_root");
    assert_contains(s.got.findings[0].proof, "Active Directory");
    assert_int_equal(s.got.findings[0].confidence, CM_PROBABLE);
    scene_close(&s);
}

/* What cannot be checked is not called broken. */
static void a_signature_nobody_can_check(void **state)
{
    static const uint8_t odd[] = {0x30, 0x05, 0x06, 0x03, 0x2a, 0x03, 0x04};
    struct cm_cert leaf = copy_of("leaf");
    struct scene s;

    (void)state;
    leaf.sig_alg = (struct cm_span){odd, sizeof(odd)};
    leaf.sig_name = "unknown";
    scene_open(&s, NULL);
    cm_sigmemo_free(s.trust.memo);
    s.trust.memo = NULL;
    present_copy(&s, &leaf, "int");
    scene_trust(&s, "root");
    scene_expect(&s, U, "issuer_unknown chain_unrelated_cert");
    assert_contains(s.got.findings[0].proof, "cannot be checked here");
    assert_int_equal(s.got.findings[0].confidence, CM_PROBABLE);
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
    struct CMUnitTest tests[CASES + 4] = {
        cmocka_unit_test(lends_the_path_that_was_judged),
        cmocka_unit_test(without_pool_or_memo),
        cmocka_unit_test(private_by_its_template),
        cmocka_unit_test(a_signature_nobody_can_check),
    };

    for (size_t i = 0; i < CASES; i++) {
        tests[4 + i] = (struct CMUnitTest){.name = cases[i].name,
                                           .test_func = has_this_outcome,
                                           .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("judge: trust", tests, NULL, leave);
}
