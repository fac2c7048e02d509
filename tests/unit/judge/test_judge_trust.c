/* Trust: which of the outcomes a chain has, and what it is blamed on.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <stdio.h>

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
    {"leaf_no_aki", "leafnoaki int", "root", "", "", T},
    {"must_staple", "leafstaple int", "root", "", "", T},
    {"no_eku", "leafnoeku int", "root", "", "", T},
    {"eku any", "leafany int", "root", "", "", T},
    {"ca_no_keyusage", "leaf intnoku", "root", "", "", T},
    {"a CA for servers", "leaf intserver", "root", "", "", T},
    {"a version 1 root is an anchor", "direct", "rootv1", "", "", T},
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
    {"expired_cross_sent", "leaf int crossold", "root", "", "", T},
    {"expired_cross_root_sent", "leaf int crossold oldca", "root oldca", "",
     "chain_unneeded_root", T},
    {"only the cross-sign leads to an anchor", "leaf int crossb", "rootb", "",
     "", T},
    {"twins, the expired first", "leaf intold int", "root", "", "", T},
    {"twins, the valid first", "leaf int intold", "root", "", "", T},
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
    {"expired, the valid twin is an anchor", "leaf intold", "root int", "", "",
     T},
    {"not yet valid intermediate", "leaf intyoung", "root", "",
     "ca_cert_expired", U},
    {"expired anchor", "leaf int", "rootold", "", "ca_cert_expired", U},
    {"expired cross is the only way", "leaf int crossold", "oldca", "",
     "ca_cert_expired ca_cert_expired", U},
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
    {"a CA not for servers", "leaf intclient", "root", "", "leaf_eku_wrong", U},
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
     "untrusted_private_root", U},
    {"untrusted root and expired intermediate", "leaf intold root", "rootb", "",
     "untrusted_private_root ca_cert_expired", U},
    {"a re-keyed root of the same name is trusted", "direct root",
     "rootrekeyed", "", "untrusted_private_root", U},

    /* Step 7. */
    {"untrusted_root_not_sent", "leaf int", "rootb", "", "issuer_unknown", U},
    {"nothing known", "leaf", "rootb", "", "issuer_unknown", U},
    {"public by its SCTs", "leafpublic", "root", "", "chain_incomplete", U},
    {"public by its policy", "leafpolicy", "root", "", "chain_incomplete", U},
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
     "chain_wrong_intermediate chain_unrelated_cert", U},
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

/* The subject key of a certificate. */
static void assert_key_of(const struct cm_finding *f, const char *cert)
{
    char hex[2 * CM_SHA256_LEN + 1];
    const uint8_t *sha = zoo_get(cert)->sha256;

    for (size_t i = 0; i < CM_SHA256_LEN; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", sha[i]);
    }
    assert_string_equal(f->subject_key, hex);
}

static struct action_case {
    const char *name;
    const char *sent;
    const char *trusted;
    const char *known;
    enum cm_cause cause;
    enum cm_resolution resolution;
    enum cm_severity severity;
    enum cm_confidence confidence;
    const char *subject; /* a certificate; NULL: see key_part */
    const char *key_part;
    int position;
    const char *proof;
} actions[] = {
    {"incomplete: the missing one", "leaf", "root", "int",
     CM_CAUSE_CHAIN_INCOMPLETE, CM_RESOLUTION_INSTALL_CHAIN,
     CM_SEVERITY_SOME_CLIENTS, CM_CERTAIN, "int", NULL, -1, "Intermediate"},
    {"incomplete: the first of two", "deep", "root", "int int2",
     CM_CAUSE_CHAIN_INCOMPLETE, CM_RESOLUTION_INSTALL_CHAIN,
     CM_SEVERITY_SOME_CLIENTS, CM_CERTAIN, "int2", NULL, -1,
     "2 certificates that the server does not send"},
    {"incomplete: another key of the name is sent", "leaf intwrong", "root",
     "int", CM_CAUSE_CHAIN_INCOMPLETE, CM_RESOLUTION_INSTALL_CHAIN,
     CM_SEVERITY_SOME_CLIENTS, CM_CERTAIN, "int", NULL, -1,
     "same name but another key"},
    {"incomplete: the cross-sign is sent", "leaf intxb", "root", "int",
     CM_CAUSE_CHAIN_INCOMPLETE, CM_RESOLUTION_INSTALL_CHAIN,
     CM_SEVERITY_SOME_CLIENTS, CM_CERTAIN, "int", NULL, -1,
     "leads to no anchor"},
    {"incomplete, probably", "leafpublic", "root", "",
     CM_CAUSE_CHAIN_INCOMPLETE, CM_RESOLUTION_INSTALL_CHAIN,
     CM_SEVERITY_SOME_CLIENTS, CM_PROBABLE, NULL, "CN=Intermediate", 0,
     "signed certificate timestamps"},
    {"private, probably", "leaflocal", "root", "",
     CM_CAUSE_UNTRUSTED_PRIVATE_ROOT, CM_RESOLUTION_TRUST_ROOT,
     CM_SEVERITY_SOME_CLIENTS, CM_PROBABLE, NULL, "CN=Intermediate", 0,
     "http://pki.corp.local/i.crt"},
    {"private root", "leaf int root", "rootb", "",
     CM_CAUSE_UNTRUSTED_PRIVATE_ROOT, CM_RESOLUTION_TRUST_ROOT,
     CM_SEVERITY_SOME_CLIENTS, CM_CERTAIN, "root", NULL, 2,
     "sent as certificate 3 of 3"},
    {"private root, known", "leaf", "rootb", "int root",
     CM_CAUSE_UNTRUSTED_PRIVATE_ROOT, CM_RESOLUTION_TRUST_ROOT,
     CM_SEVERITY_SOME_CLIENTS, CM_CERTAIN, "root", NULL, -1,
     "intermediates are not sent either"},
    {"unknown issuer", "leaf int", "rootb", "", CM_CAUSE_ISSUER_UNKNOWN,
     CM_RESOLUTION_IDENTIFY_ISSUER, CM_SEVERITY_NOW, CM_CERTAIN, NULL,
     "CN=Root", 1, "was not sent and is not known"},
    {"unknown issuer, another key of the name is known", "leaf", "root",
     "intwrong", CM_CAUSE_ISSUER_UNKNOWN, CM_RESOLUTION_IDENTIFY_ISSUER,
     CM_SEVERITY_NOW, CM_PROBABLE, NULL, "CN=Intermediate", 0,
     "its key is another"},
    {"a circle", "leafcirc circa circb", "root", "", CM_CAUSE_ISSUER_UNKNOWN,
     CM_RESOLUTION_IDENTIFY_ISSUER, CM_SEVERITY_NOW, CM_CERTAIN, NULL,
     "CN=Circle", 2, "circle"},
    {"wrong intermediate", "leaf intwrong", "root", "",
     CM_CAUSE_CHAIN_WRONG_INTERMEDIATE, CM_RESOLUTION_INSTALL_CHAIN,
     CM_SEVERITY_NOW, CM_CERTAIN, NULL, "CN=Intermediate", 1,
     "its key did not sign it: the key id asked for is"},
    {"contradicting key ids", "leafakioff int", "root", "",
     CM_CAUSE_CHAIN_WRONG_INTERMEDIATE, CM_RESOLUTION_INSTALL_CHAIN,
     CM_SEVERITY_SOME_CLIENTS, CM_CERTAIN, NULL, "0badc0de", 1, "0badc0de"},
    {"damaged leaf", "leafbad int", "root", "", CM_CAUSE_CHAIN_BAD_SIGNATURE,
     CM_RESOLUTION_REISSUE_CERTIFICATE, CM_SEVERITY_NOW, CM_CERTAIN, "leafbad",
     NULL, 0, "sent as certificate 1 of 2"},
    {"damaged intermediate", "leaf intbad", "root", "",
     CM_CAUSE_CHAIN_BAD_SIGNATURE, CM_RESOLUTION_INSTALL_CHAIN, CM_SEVERITY_NOW,
     CM_CERTAIN, NULL, "CN=Intermediate", 1, "damaged"},
    {"self-signed", "self", "root", "", CM_CAUSE_SELF_SIGNED_LEAF,
     CM_RESOLUTION_REPLACE_SELF_SIGNED, CM_SEVERITY_NOW, CM_CERTAIN, "self",
     NULL, 0, "its own key"},
    {"misplaced root", "root", "root", "", CM_CAUSE_SELF_SIGNED_LEAF,
     CM_RESOLUTION_REPLACE_SELF_SIGNED, CM_SEVERITY_NOW, CM_CERTAIN, "root",
     NULL, 0, "in place of the server's"},
    {"expired issuer", "leaf intold", "root", "", CM_CAUSE_CA_CERT_EXPIRED,
     CM_RESOLUTION_INSTALL_CHAIN, CM_SEVERITY_NOW, CM_CERTAIN, NULL,
     "CN=Intermediate", 1, "expired on 10 Jan 2027, 5 days before"},
    {"expired issuer with a twin", "leaf intold", "root", "int",
     CM_CAUSE_CA_CERT_EXPIRED, CM_RESOLUTION_INSTALL_CHAIN, CM_SEVERITY_NOW,
     CM_CERTAIN, "int", NULL, 1, "same name and key"},
    {"young issuer", "leaf intyoung", "root", "", CM_CAUSE_CA_CERT_EXPIRED,
     CM_RESOLUTION_INSTALL_CHAIN, CM_SEVERITY_NOW, CM_CERTAIN, NULL,
     "CN=Intermediate", 1, "is valid from 20 Jan 2027 on, 5 days after"},
    {"expired anchor", "leaf int", "rootold", "", CM_CAUSE_CA_CERT_EXPIRED,
     CM_RESOLUTION_CHANGE_CA, CM_SEVERITY_NOW, CM_CERTAIN, "rootold", NULL, -1,
     "the root of the path"},
    {"no CA", "leaf intleaf", "root", "", CM_CAUSE_CHAIN_CA_FLAG_MISSING,
     CM_RESOLUTION_REISSUE_CA, CM_SEVERITY_NOW, CM_CERTAIN, "intleaf", NULL, 1,
     "CA"},
    {"no CA with a twin", "leaf intleaf", "root", "int",
     CM_CAUSE_CHAIN_CA_FLAG_MISSING, CM_RESOLUTION_INSTALL_CHAIN,
     CM_SEVERITY_NOW, CM_CERTAIN, "int", NULL, 1, "same name and key"},
    {"no keyCertSign", "leaf intnosign", "root", "",
     CM_CAUSE_CHAIN_CA_FLAG_MISSING, CM_RESOLUTION_REISSUE_CA, CM_SEVERITY_NOW,
     CM_CERTAIN, "intnosign", NULL, 1, "keyCertSign"},
    {"path length", "deep int2 intlen0", "root", "", CM_CAUSE_CHAIN_PATHLEN,
     CM_RESOLUTION_REISSUE_CA, CM_SEVERITY_NOW, CM_CERTAIN, "intlen0", NULL, 2,
     "allows 0 intermediates below it, and 1 is"},
    {"a CA for clients", "leaf intclient", "root", "", CM_CAUSE_LEAF_EKU_WRONG,
     CM_RESOLUTION_REISSUE_CA, CM_SEVERITY_SOME_CLIENTS, CM_CERTAIN,
     "intclient", NULL, 1, "may not issue for TLS servers"},
    {"SHA-1 leaf", "leafsha1 int", "root", "", CM_CAUSE_SIG_WEAK,
     CM_RESOLUTION_REISSUE_CERTIFICATE, CM_SEVERITY_SOME_CLIENTS, CM_CERTAIN,
     "leafsha1", NULL, 0, "SHA1"},
    {"SHA-1 issuer", "leaf intsha1", "root", "", CM_CAUSE_SIG_WEAK,
     CM_RESOLUTION_REISSUE_CA, CM_SEVERITY_SOME_CLIENTS, CM_CERTAIN, "intsha1",
     NULL, 1, "SHA1"},
    {"SHA-1 issuer with a twin", "leaf intsha1", "root", "int",
     CM_CAUSE_SIG_WEAK, CM_RESOLUTION_INSTALL_CHAIN, CM_SEVERITY_SOME_CLIENTS,
     CM_CERTAIN, "int", NULL, 1, "same name and key"},
    {"MD5", "leafmd5", "rootrsa", "", CM_CAUSE_SIG_WEAK,
     CM_RESOLUTION_REISSUE_CERTIFICATE, CM_SEVERITY_NOW, CM_CERTAIN, "leafmd5",
     NULL, 0, "md5"},
    {"small key", "leafrsa1024 int", "root", "", CM_CAUSE_KEY_TOO_SMALL,
     CM_RESOLUTION_REISSUE_CERTIFICATE, CM_SEVERITY_SOME_CLIENTS, CM_CERTAIN,
     "leafrsa1024", NULL, 0, "1024 bits (rsa), less than 2048"},
    {"small key of an issuer", "leafsmallca int1024", "root", "",
     CM_CAUSE_KEY_TOO_SMALL, CM_RESOLUTION_REISSUE_CA, CM_SEVERITY_SOME_CLIENTS,
     CM_CERTAIN, "int1024", NULL, 1, "1024 bits"},
    {"small key of the anchor", "leafsmallroot", "root1024", "",
     CM_CAUSE_KEY_TOO_SMALL, CM_RESOLUTION_CHANGE_CA, CM_SEVERITY_SOME_CLIENTS,
     CM_CERTAIN, "root1024", NULL, -1, "not sent"},
    {"unknown critical extension", "leafcritical int", "root", "",
     CM_CAUSE_LEAF_UNKNOWN_CRITICAL, CM_RESOLUTION_REISSUE_CERTIFICATE,
     CM_SEVERITY_NOW, CM_CERTAIN, "leafcritical", NULL, 0,
     "critical extension"},
    {"duplicate: the later one", "leaf int int", "root", "",
     CM_CAUSE_CHAIN_DUPLICATE, CM_RESOLUTION_TIDY_CHAIN, CM_SEVERITY_HYGIENE,
     CM_CERTAIN, NULL, "", 2, "certificate 3 of 3"},
    {"unreadable extra", "leaf int leafrubbish", "root", "",
     CM_CAUSE_CHAIN_UNRELATED_CERT, CM_RESOLUTION_TIDY_CHAIN,
     CM_SEVERITY_HYGIENE, CM_CERTAIN, NULL, "", 2, "cannot be read"},
    {"order", "deep int int2", "root", "", CM_CAUSE_CHAIN_WRONG_ORDER,
     CM_RESOLUTION_TIDY_CHAIN, CM_SEVERITY_HYGIENE, CM_CERTAIN, NULL, "", 0,
     "1, 3, 2 of 3"},
};
#define ACTIONS (sizeof(actions) / sizeof(*actions))

static void asks_for_this(void **state)
{
    const struct action_case *c = *state;
    const struct cm_finding *f;
    struct scene s;

    scene_open(&s, NULL);
    (void)scene_serve(&s, c->sent);
    scene_trust(&s, c->trusted);
    scene_know(&s, c->known);
    scene_judge(&s);
    f = scene_finding(&s, c->cause);
    assert_string_equal(cm_resolution_info(f->resolution)->id,
                        cm_resolution_info(c->resolution)->id);
    assert_int_equal(f->severity, c->severity);
    assert_int_equal(f->confidence, c->confidence);
    assert_int_equal(f->position, c->position);
    assert_contains(f->proof, c->proof);
    if (c->subject != NULL) {
        assert_key_of(f, c->subject);
    } else {
        assert_contains(f->subject_key, c->key_part);
    }
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

/* Two servers that lack the same certificate are one action. */
static void groups_by_what_is_missing(void **state)
{
    char key[3][CM_ACTION_KEY_SIZE];
    static const char *const sent[] = {"leaf", "leafnoaki", "deep int2"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const struct cm_finding *f;
        struct scene s;

        scene_open(&s, NULL);
        (void)scene_serve(&s, sent[i]);
        scene_trust(&s, "root");
        scene_know(&s, "int");
        scene_judge(&s);
        f = scene_finding(&s, CM_CAUSE_CHAIN_INCOMPLETE);
        (void)cm_action_key(f->resolution, f->subject_key, key[i]);
        scene_close(&s);
    }
    assert_string_equal(key[0], key[1]);
    assert_string_equal(key[0], key[2]);
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

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[CASES + ACTIONS + 3] = {
        cmocka_unit_test(lends_the_path_that_was_judged),
        cmocka_unit_test(groups_by_what_is_missing),
        cmocka_unit_test(without_pool_or_memo),
    };

    for (size_t i = 0; i < CASES; i++) {
        tests[3 + i] = (struct CMUnitTest){.name = cases[i].name,
                                           .test_func = has_this_outcome,
                                           .initial_state = &cases[i]};
    }
    for (size_t i = 0; i < ACTIONS; i++) {
        tests[3 + CASES + i] =
            (struct CMUnitTest){.name = actions[i].name,
                                .test_func = asks_for_this,
                                .initial_state = &actions[i]};
    }
    return cmocka_run_group_tests_name("judge: trust", tests, NULL, leave);
}
