/* The form of certificates by RFC 5280: each breach is found, named and only
 * that one; and makes the verdict when the policy is strict.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <string.h>

#define T CM_VERDICT_TRUSTED
#define U CM_VERDICT_UNTRUSTED
#define SOME CM_SEVERITY_SOME_CLIENTS
#define HYGIENE CM_SEVERITY_HYGIENE

#define LEAF .subject = ZOO_HOST, .names = ZOO_HOST
#define CA(cn) .subject = (cn), .ca = true
#define EXT(...)                                                               \
    .exts = (const struct forge_ext[]){__VA_ARGS__},                           \
    .num_exts = sizeof((const struct forge_ext[]){__VA_ARGS__}) /              \
                sizeof(struct forge_ext)
#define OMIT(ext) .omit = CM_EXT_BIT(ext)
#define FLIP(ext) .flip_critical = CM_EXT_BIT(ext)
#define OID_BC "2.5.29.19"
#define OID_SAN "2.5.29.17"
#define OID_AIA "1.3.6.1.5.5.7.1.1"
#define RFC "RFC 5280 section "
#define STRICT "x509_not_strict"

enum who { SERVER, ISSUER, ROOT };

/* A certificate without a breach, one with a breach, and one with a breach that
 * blocks, or with other causes before it. */
#define SOUND(name, who, ...)                                                  \
    {                                                                          \
        name, who, {__VA_ARGS__}, "", NULL, NULL, T, SOME                      \
    }
#define BREACH(severity, name, who, rule, proof, ...)                          \
    {                                                                          \
        name, who, {__VA_ARGS__}, STRICT, RFC rule, proof, T, severity         \
    }
#define WITH(causes, severity, name, who, rule, proof, ...)                    \
    {                                                                          \
        name, who, {__VA_ARGS__}, causes STRICT, RFC rule, proof, U, severity  \
    }

static struct form_case {
    const char *name;
    enum who who;
    struct forge_spec spec;
    const char *causes;
    const char *rule;
    const char *proof;
    enum cm_verdict verdict;
    enum cm_severity severity;
} forms[] = {
    BREACH(SOME, "serial number zero", SERVER, "4.1.2.2",
           "zero or negative: 00", LEAF, .serial_hex = "00"),
    BREACH(SOME, "serial number negative", ISSUER, "4.1.2.2",
           "zero or negative: ff01; refused by Go", CA("Intermediate"),
           .serial_hex = "ff01"),
    BREACH(SOME, "serial number of 21 octets", SERVER, "4.1.2.2",
           "longer than 20 octets", LEAF,
           .serial_hex = "010203040506070809101112131415161718192021"),
    SOUND("serial number of 20 octets", SERVER, LEAF,
          .serial_hex = "0102030405060708091011121314151617181920"),
    SOUND("serial number of a root zero", ROOT, CA("Root"), .serial_hex = "00"),
    SOUND("serial number with the octet it needs", SERVER, LEAF,
          .serial_hex = "0081"),
    BREACH(HYGIENE, "unique ids", SERVER, "4.1.2.8", "unique identifiers", LEAF,
           .unique_ids = true),
    BREACH(
        SOME, "no key id of the issuer", SERVER, "4.2.1.1",
        "the server's certificate, sent as certificate 1 of 2: it has no "
        "authority key identifier; refused by Python from 3.13 on and OpenSSL "
        "with -x509_strict (\"Missing Authority Key Identifier\")",
        LEAF, .no_aki = true),
    BREACH(SOME, "no key id of an intermediate's issuer", ISSUER, "4.2.1.1",
           "an issuer on the path, sent as certificate 2 of 2",
           CA("Intermediate"), .no_aki = true),
    SOUND("no key id of a root's issuer", ROOT, CA("Root"), .no_aki = true),
    BREACH(SOME, "an issuer and serial number instead of a key id", SERVER,
           "4.2.1.1", "names no key", LEAF, .no_aki = true,
           EXT({"2.5.29.35", false, "3003820107"})),
    WITH("leaf_unknown_critical ", SOME, "key id of the issuer critical",
         SERVER, "4.2.1.1", "is critical", LEAF, FLIP(CM_EXT_AKI)),
    BREACH(SOME, "a CA without key id", ISSUER, "4.2.1.2",
           "without a subject key identifier", CA("Intermediate"),
           .no_ski = true),
    BREACH(SOME, "a root without key id", ROOT, "4.2.1.2",
           "the root of the path, not sent", CA("Root"), .no_ski = true),
    SOUND("a server without key id", SERVER, LEAF, .no_ski = true),
    WITH("leaf_unknown_critical ", SOME, "a root's key id critical", ROOT,
         "4.2.1.2", "is critical", CA("Root"), FLIP(CM_EXT_SKI)),
    BREACH(SOME, "a CA without key usage", ISSUER, "4.2.1.3",
           "CA cert does not include key usage extension", CA("Intermediate"),
           .no_key_usage = true),
    BREACH(SOME, "a root without key usage", ROOT, "4.2.1.3",
           "without key usage", CA("Root"), .no_key_usage = true),
    SOUND("a server without key usage", SERVER, LEAF, .no_key_usage = true),
    SOUND("key usage not critical", ISSUER, CA("Intermediate"),
          FLIP(CM_EXT_KEY_USAGE)),
    BREACH(SOME, "a server that may sign certificates", SERVER, "4.2.1.9",
           "it is no CA", LEAF,
           .key_usage = CM_KU_DIGITAL_SIGNATURE | CM_KU_KEY_CERT_SIGN),
    BREACH(SOME, "basic constraints not critical", ISSUER, "4.2.1.9",
           "are not critical", CA("Intermediate"),
           FLIP(CM_EXT_BASIC_CONSTRAINTS)),
    BREACH(SOME, "a root's basic constraints not critical", ROOT, "4.2.1.9",
           "are not critical", CA("Root"), FLIP(CM_EXT_BASIC_CONSTRAINTS)),
    SOUND("a server's basic constraints not critical", SERVER, LEAF,
          FLIP(CM_EXT_BASIC_CONSTRAINTS)),
    BREACH(SOME, "a root of version 1", ROOT, "4.2.1.9",
           "a CA without basic constraints", .subject = "Root", .version = 1),
    BREACH(SOME, "a path length, but no CA", SERVER, "4.2.1.9", "but is no CA",
           LEAF, OMIT(CM_EXT_BASIC_CONSTRAINTS),
           EXT({OID_BC, true, "3003020100"})),
    SOUND("dates until 2049 and later", ISSUER, CA("Intermediate"),
          .validity_hex = "170d3236303130313030303030305a"
                          "180f32303530303130313030303030305a"),
    BREACH(HYGIENE, "the long form for a date before 2050", ISSUER, "4.1.2.5",
           "not written as they must be", CA("Intermediate"),
           .validity_hex = "170d3236303130313030303030305a"
                           "180f32303439313233313233353935395a"),
    SOUND("empty subject", SERVER, .subject = "", .names = ZOO_HOST),
    BREACH(SOME, "empty subject, names not critical", SERVER, "4.2.1.6",
           "alternative names are not critical", .subject = "",
           .names = ZOO_HOST, FLIP(CM_EXT_SAN)),
    BREACH(HYGIENE, "name constraints not critical", ISSUER, "4.2.1.10",
           "are not critical", CA("Intermediate"), .permitted = "a.example",
           FLIP(CM_EXT_NAME_CONSTRAINTS)),
    SOUND("name constraints", ISSUER, CA("Intermediate"),
          .permitted = "a.example"),
    BREACH(HYGIENE, "name constraints of a server", SERVER, "4.2.1.10",
           "is no CA", LEAF, .permitted = "a.example"),
    BREACH(HYGIENE, "policy constraints not critical", ISSUER, "4.2.1.11",
           "are not critical", CA("Intermediate"), .inhibit_mapping = 1,
           FLIP(CM_EXT_POLICY_CONSTRAINTS)),
    SOUND("policy constraints", ISSUER, CA("Intermediate"),
          .inhibit_mapping = 1),
    BREACH(HYGIENE, "inhibitAnyPolicy not critical", ISSUER, "4.2.1.14",
           "is not critical", CA("Intermediate"), .inhibit_any = 1,
           FLIP(CM_EXT_INHIBIT_ANY_POLICY)),
    WITH("leaf_unknown_critical ", HYGIENE, "access to the issuer critical",
         SERVER, "4.2.2.1", "is critical", LEAF,
         .ca_issuers = "http://pki.a.example/i.crt", FLIP(CM_EXT_AIA)),
    BREACH(SOME, "access to the issuer unreadable", SERVER, "4.2",
           "what they must be: authorityInfoAccess; refused by Go", LEAF,
           EXT({OID_AIA, false, "0101ff"})),
    BREACH(SOME, "a root that names two signature algorithms", ROOT, "4.1.1.2",
           "differs from the one outside", CA("Root"), .inner_hash = "sha384"),
    WITH("leaf_key_usage ", SOME, "key usage without a use", SERVER, "4.2.1.3",
         "names no use", LEAF, .no_key_usage = true,
         EXT({"2.5.29.15", true, "030100"})),
};
#define FORMS (sizeof(forms) / sizeof(*forms))

/* Three certificates, the one of the case in its place. */
static void make_chain(const struct form_case *c, struct cm_cert *chain[3])
{
    struct forge_spec specs[3] = {{LEAF}, {CA("Intermediate")}, {CA("Root")}};
    static const unsigned ids[3] = {10, 2, 1};

    specs[c->who] = c->spec;
    for (int i = 2; i >= 0; i--) {
        specs[i].key = forge_key(FORGE_P256, ids[i]);
        if (i < 2) {
            specs[i].issuer_cert = chain[i + 1];
            specs[i].issuer_key = forge_key(FORGE_P256, ids[i + 1]);
        }
        chain[i] = forge_cert(&specs[i]);
        if (!chain[i]->parsed) {
            fail_msg("%s", chain[i]->parse_error);
        }
    }
}

static const struct cm_finding *find_rule(const struct scene *s,
                                          const char *rule)
{
    for (size_t i = 0; i < s->got.num_findings; i++) {
        const struct cm_finding *f = &s->got.findings[i];

        if (f->cause == CM_CAUSE_X509_NOT_STRICT &&
            strcmp(f->rule, rule) == 0) {
            return f;
        }
    }
    fail_msg("no breach of %s", rule);
    return NULL;
}

static void is_of_this_form(void **state)
{
    const struct form_case *c = *state;
    const struct cm_finding *f;
    struct cm_cert *chain[3];
    struct scene s;

    make_chain(c, chain);
    scene_open(&s, NULL);
    scene_present(scene_serve(&s, ""), chain[0]);
    scene_present(&s.ev->probes[0], chain[1]);
    assert_true(cm_certset_add(s.anchors, chain[2]));
    scene_expect(&s, c->verdict, c->causes);
    if (c->rule != NULL) {
        f = find_rule(&s, c->rule);
        assert_contains(f->proof, c->proof);
        assert_int_equal(f->severity, c->severity);
        assert_ptr_equal(f->cert, chain[c->who]);
        assert_false(f->blocks);
        assert_int_equal(f->resolution, c->who == SERVER
                                            ? CM_RESOLUTION_REISSUE_CERTIFICATE
                                            : CM_RESOLUTION_REISSUE_CA);
        s.policy.strict = true;
        scene_judge(&s);
        assert_int_equal(s.got.verdict, U);
        f = find_rule(&s, c->rule);
        assert_true(f->blocks);
        assert_int_equal(f->severity, c->severity);
    }
    scene_close(&s);
    for (size_t i = 0; i < 3; i++) {
        cm_cert_unref(chain[i]);
    }
}

static bool is_said_of(struct cm_cert *leaf, const char *proof)
{
    bool found = false;
    struct scene s;

    scene_open(&s, NULL);
    scene_present(scene_serve(&s, ""), leaf);
    scene_trust(&s, "int");
    scene_judge(&s);
    for (size_t i = 0; i < s.got.num_findings; i++) {
        found = found || (s.got.findings[i].cause == CM_CAUSE_X509_NOT_STRICT &&
                          strstr(s.got.findings[i].proof, proof) != NULL);
    }
    scene_close(&s);
    return found;
}

/* What the forge does not make. */
static void forms_by_their_facts(void **state)
{
    static const uint8_t no_extension[] = {0x30, 0x04, 0xa3, 0x02, 0x30, 0x00};
    struct cm_cert leaf = *zoo_get("leaf");

    (void)state;
    leaf.refs = 1000; /* never freed */
    assert_false(is_said_of(&leaf, "its issuer is an empty name"));
    leaf.issuer.len = 2;
    assert_true(is_said_of(&leaf, "its issuer is an empty name"));
    leaf.tbs = (struct cm_span){no_extension, sizeof(no_extension)};
    assert_false(is_said_of(&leaf, "its list of extensions is empty"));
    leaf.ext_present = 0;
    assert_true(is_said_of(&leaf, "its list of extensions is empty"));
}

static void a_sound_chain_has_none(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "deep int2 int");
    scene_trust(&s, "root");
    s.policy.strict = true;
    scene_expect(&s, T, "");
    scene_close(&s);
}

/* A chain that ends nowhere has a form, too. */
static void without_an_anchor(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leafnoaki");
    scene_trust(&s, "rootb");
    scene_expect(&s, U, "issuer_unknown x509_not_strict");
    scene_close(&s);
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf intnoku root");
    scene_trust(&s, "rootb");
    scene_expect(&s, U, "untrusted_private_root x509_not_strict");
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
    struct CMUnitTest tests[FORMS + 3] = {
        cmocka_unit_test(forms_by_their_facts),
        cmocka_unit_test(a_sound_chain_has_none),
        cmocka_unit_test(without_an_anchor),
    };

    for (size_t i = 0; i < FORMS; i++) {
        tests[3 + i] = (struct CMUnitTest){.name = forms[i].name,
                                           .test_func = is_of_this_form,
                                           .initial_state = &forms[i]};
    }
    return cmocka_run_group_tests_name("judge: profile", tests, NULL, leave);
}
