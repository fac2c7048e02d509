/* Trust: who has to do what about it, to which certificate.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <stdio.h>

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
     "with which no path is good"},
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
     "not sent, but known"},
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
     NULL, 0, "in the place of the server's"},
    {"expired issuer", "leaf intold", "root", "", CM_CAUSE_CA_CERT_EXPIRED,
     CM_RESOLUTION_INSTALL_CHAIN, CM_SEVERITY_NOW, CM_CERTAIN, NULL,
     "CN=Intermediate", 1, "expired on 10 Jan 2027, 5 days before"},
    {"expired issuer with a twin", "leaf intold", "root", "int",
     CM_CAUSE_CA_CERT_EXPIRED, CM_RESOLUTION_INSTALL_CHAIN, CM_SEVERITY_NOW,
     CM_CERTAIN, "int", NULL, 1, "same name and key"},
    {"young issuer", "leaf intyoung", "root", "", CM_CAUSE_CA_CERT_EXPIRED,
     CM_RESOLUTION_INSTALL_CHAIN, CM_SEVERITY_NOW, CM_CERTAIN, NULL,
     "CN=Intermediate", 1, "is valid from 20 Jan 2027 on, 5 days after"},
    {"expired anchor", "leaf int", "rootold", "", CM_CAUSE_ROOT_EXPIRED,
     CM_RESOLUTION_CHANGE_CA, CM_SEVERITY_SOME_CLIENTS, CM_CERTAIN, "rootold",
     NULL, -1, "the root of the path"},
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
    {"a CA for clients", "leaf intclient", "root", "", CM_CAUSE_CHAIN_EKU_CA,
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

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[ACTIONS + 1] = {
        cmocka_unit_test(groups_by_what_is_missing),
    };

    for (size_t i = 0; i < ACTIONS; i++) {
        tests[1 + i] = (struct CMUnitTest){.name = actions[i].name,
                                           .test_func = asks_for_this,
                                           .initial_state = &actions[i]};
    }
    return cmocka_run_group_tests_name("judge: action", tests, NULL, leave);
}
