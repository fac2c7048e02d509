/* The server's certificate: its names, its time, its use, its size.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <stdio.h>
#include <string.h>

#include "certmuster/text.h"

#define T CM_VERDICT_TRUSTED
#define U CM_VERDICT_UNTRUSTED
#define NOW CM_SEVERITY_NOW
#define SOME CM_SEVERITY_SOME_CLIENTS

static struct name_case {
    const char *name;
    const char *leaf;
    const char *host; /* NULL: ZOO_HOST */
    const char *causes;
    const char *proof;
    enum cm_verdict verdict;
} names[] = {
    {"matches", "leaf", NULL, "", NULL, T},
    {"mismatch", "other", NULL, "name_mismatch",
     "it holds \"other.example\", \"www.other.example\", \"b.example\" and 2 "
     "more names",
     U},
    {"mismatch without names", "noname", NULL, "name_mismatch",
     "no name at all (common name \"A box\")", U},
    {"cn_only", "cnonly", NULL, "name_cn_only", "common name only", U},
    {"wildcard", "wild", NULL, "", NULL, T},
    {"wildcard over two labels", "wild", "x.y.a.example", "name_wildcard_scope",
     "*.a.example", U},
    {"wildcard over none", "wild", "a.example", "name_wildcard_scope",
     "*.a.example", U},
    {"wildcard_tld", "wildshort", "a.example", "name_wildcard_scope",
     "top-level", U},
    {"ip_san", "ip", "192.0.2.1", "input_ip_literal", NULL, T},
    {"ip_san, IPv6", "ip", "2001:db8::1", "input_ip_literal", NULL, T},
    {"ip not there", "ip", "192.0.2.9", "name_ip_not_in_san input_ip_literal",
     "192.0.2.1, 2001:db8::1", U},
    {"ip as the only reference", "leaf", "192.0.2.1",
     "name_ip_not_in_san input_ip_literal", "\"www.a.example\"", U},
    {"malformed beside a good one", "odd", NULL, "name_san_malformed",
     "1 of 2 names in the certificate is not well formed", T},
    {"many malformed", "odd5", NULL, "name_san_malformed", "and others", T},
    {"default of an ingress", "fake", NULL,
     "name_default_cert self_signed_leaf", "what this kind of server shows", U},
    {"default, expired", "traefik", NULL, "name_default_cert leaf_expired",
     NULL, U},
    {"default of a cloud", "azure", NULL, "name_default_cert", NULL, U},
    {"a cloud's name where it belongs", "azure", "a.azurewebsites.net", "",
     NULL, T},
    {"a cloud's name, deeper", "azure", "a.b.azurewebsites.net",
     "name_wildcard_scope", NULL, U},
    {"internal, one label", "leaf", "intranet", "name_mismatch name_internal",
     NULL, U},
    {"internal domain", "leaf", "www.a.local", "name_mismatch name_internal",
     NULL, U},
    {"not internal", "leaf", "www.local.example", "name_mismatch", NULL, U},
};
#define NAMES (sizeof(names) / sizeof(*names))

static void has_these_names(void **state)
{
    const struct name_case *c = *state;
    struct scene s;

    scene_open(&s, c->host);
    (void)scene_serve(&s, c->leaf);
    scene_trust(&s, "int");
    scene_expect(&s, c->verdict, c->causes);
    if (c->proof != NULL) {
        assert_contains(s.got.findings[0].proof, c->proof);
    }
    scene_close(&s);
}

static void the_servers_own_certificate_comes_second(void **state)
{
    const struct cm_finding *f;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "other leaf int");
    scene_trust(&s, "root");
    scene_expect(&s, U, "name_mismatch chain_unrelated_cert");
    f = &s.got.findings[0];
    assert_contains(f->proof, "certificate 2 of 3 is for this name");
    assert_int_equal(f->resolution, CM_RESOLUTION_TIDY_CHAIN);
    scene_close(&s);

    scene_open(&s, NULL); /* a CA that has the name is no server's */
    (void)scene_serve(&s, "other selfca int");
    scene_trust(&s, "root");
    scene_expect(&s, U, "name_mismatch chain_unrelated_cert");
    assert_int_equal(s.got.findings[0].resolution, CM_RESOLUTION_ADD_NAMES);
    scene_close(&s);
}

static void trailing_dot(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    s.ep.had_trailing_dot = true;
    (void)scene_serve(&s, "leaf int");
    scene_trust(&s, "root");
    scene_expect(&s, T, "name_reference_trailing_dot");
    assert_contains(s.got.findings[0].proof, "\"www.a.example.\"");
    assert_string_equal(s.got.findings[0].subject_key, ZOO_HOST);
    scene_close(&s);
}

static struct time_case {
    const char *name;
    const char *sent;
    int64_t after_now; /* seconds */
    int policy_days;
    const char *causes;
    const char *proof;
    enum cm_verdict verdict;
} times[] = {
    {"expired", "leafold int", 0, 0, "leaf_expired",
     "expired on 12 Jan 2027, 3 days before the time judged; sent as "
     "certificate 1 of 2",
     U},
    {"not yet valid", "leafyoung int", 0, 0, "leaf_not_yet_valid",
     "is valid from 17 Jan 2027 on, 2 days after", U},
    {"the last second is inclusive", "endsnow int", 0, 0, "leaf_expires_soon",
     "0 minutes after", T},
    {"a second later", "endsnow int", 1, 0, "leaf_expired",
     "0 minutes before the time judged", U},
    {"an hour later", "endsnow int", 3700, 0, "leaf_expired", "1 hour before",
     U},
    {"90 days, 31 left", "life90left31 int", 0, 0, "", NULL, T},
    {"90 days, 30 left", "life90left30 int", 0, 0, "leaf_expires_soon",
     "30 days after the time judged, of a life of 90 days", T},
    {"300 days, 31 left", "life300left31 int", 0, 0, "", NULL, T},
    {"300 days, 29 left", "life300left29 int", 0, 0, "leaf_expires_soon", NULL,
     T},
    {"15 days, 8 left", "life15left8 int", 0, 0, "", NULL, T},
    {"15 days, 6 left", "life15left6 int", 0, 0, "leaf_expires_soon", NULL, T},
    {"6 days, 5 left", "life6left5 int", 0, 0, "", NULL, T},
    {"6 days, 2 left", "life6left2 int", 0, 0, "leaf_expires_soon", NULL, T},
    {"the policy's days", "life90left31 int", 0, 40, "leaf_expires_soon", NULL,
     T},
    {"the policy's few days", "life90left30 int", 0, 10, "", NULL, T},
    {"an issuer ends first", "leaf intshort", 0, 0, "chain_expires_before_leaf",
     "an issuer on the path, expires on 25 Apr 2027, 200 days before", T},
    {"of two that end first, the one that ends last", "leaf intshort intlonger",
     0, 0, "chain_expires_before_leaf",
     "an issuer on the path, expires on 3 Aug 2027, 100 days before", T},
    {"of two that end first, the other way round", "leaf intlonger intshort", 0,
     0, "chain_expires_before_leaf",
     "an issuer on the path, expires on 3 Aug 2027, 100 days before", T},
    {"its twin does not", "leaf intshort int", 0, 0, "", NULL, T},
    {"its twin does not, other way round", "leaf int intshort", 0, 0, "", NULL,
     T},
};
#define TIMES (sizeof(times) / sizeof(*times))

static void at_this_time(void **state)
{
    const struct time_case *c = *state;
    struct scene s;

    scene_open(&s, NULL);
    (void)scene_serve(&s, c->sent);
    scene_trust(&s, "root");
    s.at_unix += c->after_now;
    s.policy.expires_soon_days = c->policy_days;
    scene_expect(&s, c->verdict, c->causes);
    if (c->proof != NULL) {
        assert_contains(s.got.findings[0].proof, c->proof);
    }
    scene_close(&s);
}

static void the_root_ends_first(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf int");
    scene_trust(&s, "rootshort");
    scene_expect(&s, T, "chain_expires_before_leaf");
    assert_int_equal(s.got.findings[0].resolution, CM_RESOLUTION_CHANGE_CA);
    scene_trust(&s, "root");
    scene_expect(&s, T, "");
    scene_close(&s);
}

static struct use_case {
    const char *name;
    const char *leaf;
    uint16_t version;
    uint16_t cipher;
    uint16_t group;
    const char *causes;
} uses[] = {
    {"no_digital_signature, TLS 1.3", "leafkeyenc", 0x0304, 0x1301, 0x1d,
     "leaf_key_usage"},
    {"no_digital_signature, ECDHE", "leafkeyenc", 0x0303, 0xc02f, 0x17,
     "leaf_key_usage"},
    {"no_digital_signature, ECDHE by the suite", "leafkeyenc", 0x0303, 0xc02f,
     0, "leaf_key_usage"},
    {"no_digital_signature, RSA", "leafkeyenc", 0x0303, 0x009c, 0, ""},
    {"no_key_encipherment, RSA", "leafdigsig", 0x0303, 0x009c, 0,
     "leaf_key_usage"},
    {"no_key_encipherment, ECDHE", "leafdigsig", 0x0303, 0xc02f, 0x17, ""},
    {"no key usage at all", "leafnoku", 0x0303, 0x009c, 0, ""},
    {"a suite nobody knows", "leafkeyenc", 0x0303, 0xfefe, 0, ""},
    {"eku_client", "leafclient", 0x0304, 0x1301, 0x1d, "leaf_eku_wrong"},
    {"eku_code", "leafcode", 0x0304, 0x1301, 0x1d, "leaf_eku_wrong"},
    {"eku_any", "leafany", 0x0304, 0x1301, 0x1d, ""},
    {"unknown_critical", "leafcritical", 0x0304, 0x1301, 0x1d,
     "leaf_unknown_critical"},
    {"unparsable", "leafrubbish", 0x0304, 0x1301, 0x1d, "tls_cert_unparsable"},
};
#define USES (sizeof(uses) / sizeof(*uses))

static void for_this_use(void **state)
{
    const struct use_case *c = *state;
    struct cm_probe *p;
    struct scene s;

    scene_open(&s, NULL);
    p = scene_serve(&s, c->leaf);
    scene_trust(&s, "int");
    p->version = c->version;
    p->cipher = c->cipher;
    p->group = c->group;
    scene_expect(&s, c->causes[0] == '\0' ? T : U, c->causes);
    scene_close(&s);
}

static void policy_sets_key_sizes(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leafrsa int");
    scene_trust(&s, "root");
    s.policy.min_rsa_bits = 3072;
    scene_expect(&s, U, "key_too_small");
    s.policy.min_rsa_bits = 2048;
    s.policy.min_ec_bits = 257;
    scene_expect(&s, U, "key_too_small key_too_small");
    assert_contains(s.got.findings[0].proof, "256 bits (ec), less than 257");
    scene_close(&s);
}

static struct key_case {
    const char *name;
    enum cm_key_alg alg;
    unsigned bits;
    const char *curve;
    const char *causes;
    enum cm_severity severity;
    enum cm_verdict verdict;
} keys[] = {
    {"RSA 512", CM_KEY_RSA, 512, NULL, "key_too_small", NOW, U},
    {"RSA 1024", CM_KEY_RSA, 1024, NULL, "key_too_small", SOME, U},
    {"RSA 2047", CM_KEY_RSA, 2047, NULL, "key_too_small", SOME, U},
    {"RSA 2048", CM_KEY_RSA, 2048, NULL, "", NOW, T},
    {"RSA 8192", CM_KEY_RSA, 8192, NULL, "", NOW, T},
    {"RSA 8193", CM_KEY_RSA, 8193, NULL, "key_alg_unsupported", SOME, T},
    {"RSA 16384", CM_KEY_RSA, 16384, NULL, "key_alg_unsupported", SOME, T},
    {"RSA 16385", CM_KEY_RSA, 16385, NULL, "key_alg_unsupported", NOW, U},
    {"RSA-PSS", CM_KEY_RSA_PSS, 2048, NULL, "key_alg_unsupported", SOME, U},
    {"RSA-PSS 1024", CM_KEY_RSA_PSS, 1024, NULL,
     "key_too_small key_alg_unsupported", SOME, U},
    {"RSA of unknown size", CM_KEY_RSA, 0, NULL, "", NOW, T},
    {"P-192", CM_KEY_EC, 192, "P-192", "key_too_small", SOME, U},
    {"P-224", CM_KEY_EC, 224, "P-224", "key_alg_unsupported", SOME, U},
    {"P-256", CM_KEY_EC, 256, "P-256", "", NOW, T},
    {"P-384", CM_KEY_EC, 384, "P-384", "", NOW, T},
    {"P-521", CM_KEY_EC, 521, "P-521", "key_alg_unsupported", SOME, T},
    {"secp256k1", CM_KEY_EC, 256, "secp256k1", "key_alg_unsupported", NOW, U},
    {"brainpool", CM_KEY_EC, 384, "brainpoolP384r1", "key_alg_unsupported", NOW,
     U},
    {"a curve nobody knows", CM_KEY_EC, 0, "unknown", "key_alg_unsupported",
     NOW, U},
    {"DSA 2048", CM_KEY_DSA, 2048, NULL, "key_alg_unsupported", SOME, U},
    {"Diffie-Hellman", CM_KEY_DH, 2048, NULL, "key_alg_unsupported", NOW, U},
    {"Ed25519", CM_KEY_ED25519, 253, NULL, "key_alg_unsupported", SOME, T},
    {"Ed448", CM_KEY_ED448, 456, NULL, "key_alg_unsupported", SOME, U},
    {"ML-DSA", CM_KEY_ML_DSA, 0, NULL, "key_alg_unsupported", SOME, U},
    {"unknown", CM_KEY_UNKNOWN, 0, NULL, "key_alg_unsupported", NOW, U},
};
#define KEYS (sizeof(keys) / sizeof(*keys))

static void has_this_key(void **state)
{
    const struct key_case *c = *state;
    struct cm_cert leaf = *zoo_get("leafrsa");
    struct scene s;

    leaf.refs = 1000; /* never freed */
    leaf.key_alg = c->alg;
    leaf.key_bits = c->bits;
    leaf.curve = c->curve;
    scene_open(&s, NULL);
    scene_present(scene_serve(&s, ""), &leaf);
    scene_trust(&s, "int");
    scene_expect(&s, c->verdict, c->causes);
    if (s.got.num_findings > 0) {
        assert_int_equal(s.got.findings[0].severity, c->severity);
        assert_contains(s.got.findings[0].proof, " key");
    }
    scene_close(&s);
}

/* What the size and the algorithm do not tell. */
static void keys_of_an_odd_form(void **state)
{
    struct cm_cert rsa = *zoo_get("leafrsa");
    struct cm_cert ec = *zoo_get("leaf");
    struct scene s;

    (void)state;
    rsa.refs = 1000; /* never freed */
    rsa.rsa_exponent_bad = true;
    scene_open(&s, NULL);
    scene_present(scene_serve(&s, ""), &rsa);
    scene_trust(&s, "int");
    scene_expect(&s, U, "key_alg_unsupported");
    assert_contains(s.got.findings[0].proof, "public exponent");
    scene_close(&s);
    ec.refs = 1000;
    ec.explicit_curve = true;
    scene_open(&s, NULL);
    scene_present(scene_serve(&s, ""), &ec);
    scene_trust(&s, "int");
    scene_expect(&s, U, "key_alg_unsupported");
    assert_contains(s.got.findings[0].proof, "written out");
    scene_close(&s);
}

static void large_chains(void **state)
{
    struct cm_probe *p;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    p = scene_serve(&s, "leaf int");
    scene_trust(&s, "root");
    p->num_chain_sent = 10;
    p->chain_bytes = 16384;
    scene_expect(&s, T, "");
    p->num_chain_sent = 11;
    scene_expect(&s, T, "chain_oversize");
    assert_contains(s.got.findings[0].proof, "11 certificates");
    p->num_chain_sent = 2;
    p->chain_bytes = 16385;
    scene_expect(&s, T, "chain_oversize");
    assert_contains(s.got.findings[0].proof, "16385 bytes");
    scene_close(&s);
}

/* The names in a certificate are foreign bytes of any length. */
static void hostile_names(void **state)
{
    static const char wild[] = "\xff\xfe\x01<script>";
    char cn[400];
    struct forge_spec spec = {.names = "a.example", .subject = cn};
    struct cm_cert *cert;
    struct scene s;

    (void)state;
    for (size_t i = 0; i + 2 < sizeof(cn); i += 2) {
        memcpy(cn + i, "\xc3\xa9", 2);
    }
    cn[sizeof(cn) - 2] = '\0';
    cert = forge_cert(&spec);
    cert->names[0].value =
        (struct cm_span){(const uint8_t *)wild, sizeof(wild) - 1};
    scene_open(&s, "b.example");
    scene_present(scene_serve(&s, ""), cert);
    scene_trust(&s, "root");
    scene_judge(&s);
    assert_int_equal(s.got.verdict, U);
    for (size_t i = 0; i < s.got.num_findings; i++) {
        const char *proof = s.got.findings[i].proof;

        assert_true(strlen(proof) <= 2000);
        assert_true(cm_text_is_utf8(proof, strlen(proof)));
    }
    scene_close(&s);
    cm_cert_unref(cert);
}

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

#define ADD(table, num, func)                                                  \
    for (size_t i = 0; i < (num); i++) {                                       \
        tests[used++] = (struct CMUnitTest){.name = (table)[i].name,           \
                                            .test_func = (func),               \
                                            .initial_state = &(table)[i]};     \
    }

int main(void)
{
    struct CMUnitTest tests[NAMES + TIMES + USES + KEYS + 7] = {
        cmocka_unit_test(the_servers_own_certificate_comes_second),
        cmocka_unit_test(trailing_dot),
        cmocka_unit_test(the_root_ends_first),
        cmocka_unit_test(policy_sets_key_sizes),
        cmocka_unit_test(keys_of_an_odd_form),
        cmocka_unit_test(large_chains),
        cmocka_unit_test(hostile_names),
    };
    size_t used = 7;

    ADD(names, NAMES, has_these_names)
    ADD(times, TIMES, at_this_time)
    ADD(uses, USES, for_this_use)
    ADD(keys, KEYS, has_this_key)
    return cmocka_run_group_tests_name("judge: certificate", tests, NULL,
                                       leave);
}
