/* The form of public certificates by the CA/Browser Forum: hygiene in a scan,
 * and the verdict when the policy is strict.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <stdio.h>
#include <string.h>

#define T CM_VERDICT_TRUSTED
#define U CM_VERDICT_UNTRUSTED
#define HYGIENE CM_SEVERITY_HYGIENE
#define SOME CM_SEVERITY_SOME_CLIENTS

#define DAYS(n) (FORGE_NOW + (n)*FORGE_DAY)
#define SERIAL .serial_hex = "0102030405060708090a"
#define AIA .ca_issuers = "http://pki.a.example/i.crt"
#define SAID .scts = true, .public_policy = true
#define SHORT .not_after = DAYS(55)
#define NAMES .subject = ZOO_HOST, .names = ZOO_HOST
#define LEAF NAMES, SERIAL, AIA, SAID, SHORT
/* Says neither that it is public nor that it is private. */
#define PLAIN NAMES, SHORT
#define INT                                                                    \
    .subject = "Intermediate", .ca = true, .eku = "server",                    \
    .policies = "2.23.140.1.2.1", .crl = FORGE_CRL_URL
#define PLAIN_INT .subject = "Intermediate", .ca = true
#define TOP .subject = "Root", .ca = true
#define EXT(...)                                                               \
    .exts = (const struct forge_ext[]){__VA_ARGS__},                           \
    .num_exts = sizeof((const struct forge_ext[]){__VA_ARGS__}) /              \
                sizeof(struct forge_ext)
#define OMIT(ext) .omit = CM_EXT_BIT(ext)
#define FLIP(ext) .flip_critical = CM_EXT_BIT(ext)
#define BR "CA/Browser Forum Baseline Requirements "

enum who { SERVER, ISSUER, ROOT };

/* Rows with `others`: causes beside the one of the row, which come first. */
#define SOUND(name, who, ...)                                                  \
    {                                                                          \
        name, who, {__VA_ARGS__}, "", NULL, NULL, HYGIENE                      \
    }
#define BREACH(name, who, rule, proof, ...)                                    \
    {                                                                          \
        name, who, {__VA_ARGS__}, "", BR rule, proof, HYGIENE                  \
    }
#define WITH(others, severity, name, who, rule, proof, ...)                    \
    {                                                                          \
        name, who, {__VA_ARGS__}, others, BR rule, proof, severity             \
    }

static struct public_case {
    const char *name;
    enum who who;
    struct forge_spec spec;
    const char *others;
    const char *rule;
    const char *proof;
    enum cm_severity severity;
} said[] = {
    SOUND("sound", SERVER, LEAF),
    SOUND("two names, one repeated", SERVER, SERIAL, AIA, SAID, SHORT,
          .subject = ZOO_HOST, .names = "a.example," ZOO_HOST),
    SOUND("no common name", SERVER, SERIAL, AIA, SAID, SHORT, .subject = "",
          .names = ZOO_HOST),
    SOUND("a public address", SERVER, SERIAL, AIA, SAID, SHORT,
          .subject = ZOO_HOST, .names = ZOO_HOST ",ip:9.9.9.9"),
    SOUND("the address is the common name", SERVER, SERIAL, AIA, SAID, SHORT,
          .subject = "2001:4860::8", .names = ZOO_HOST ",ip:2001:4860::8"),
    BREACH("a short serial number", SERVER, "7.1.2.7", "64 random bits", NAMES,
           AIA, SAID, SHORT, .serial_hex = "01020304050607"),
    BREACH("basic constraints not critical", SERVER, "7.1.2.7.6",
           "basic constraints are not critical", LEAF,
           FLIP(CM_EXT_BASIC_CONSTRAINTS)),
    WITH("", SOME, "no extended key usage", SERVER, "7.1.2.7.6",
         "it has no extended key usage; refused by Apple's systems", LEAF,
         .eku = "-"),
    BREACH("any extended key usage", SERVER, "7.1.2.7.10",
           "anyExtendedKeyUsage", LEAF, .eku = "server,any"),
    BREACH("extended key usage critical", SERVER, "7.1.2.7.6",
           "extended key usage is critical", LEAF, FLIP(CM_EXT_EKU)),
    BREACH("key usage not critical", SERVER, "7.1.2.7.6",
           "its key usage is not critical", LEAF, FLIP(CM_EXT_KEY_USAGE)),
    BREACH("key usage of another kind of key", SERVER, "7.1.2.7.11",
           "bits 0x05, a key of the kind ec", LEAF,
           .key_usage = CM_KU_DIGITAL_SIGNATURE | CM_KU_KEY_ENCIPHERMENT),
    WITH("sig_weak ", HYGIENE, "signed with SHA-1", SERVER, "7.1.3.2",
         "not allowed: ecdsa-with-SHA1", LEAF, .hash = "sha1"),
    BREACH("a hash that does not fit the key", SERVER, "7.1.3.2.2",
           "ecdsa-with-SHA384 by a key on P-256", LEAF, .hash = "sha384"),
    BREACH("the issuer named by serial number", SERVER, "7.1.2.11.1",
           "names an issuer", LEAF, .aki_issuer = true),
    BREACH("no access to the issuer", SERVER, "7.1.2.7.6",
           "authority information access", NAMES, SERIAL, SAID, SHORT),
    SOUND("a responder instead of a list", SERVER, LEAF,
          .ocsp = "http://ocsp.a.example", OMIT(CM_EXT_CRL_POINTS)),
    BREACH("no policy", SERVER, "7.1.2.7.9", "no certificate policy", NAMES,
           SERIAL, AIA, SHORT, .scts = true),
    BREACH("critical names", SERVER, "7.1.2.7.12", "are critical", LEAF,
           FLIP(CM_EXT_SAN)),
    BREACH("names of other kinds", SERVER, "7.1.2.7.12", "hold others", SERIAL,
           AIA, SAID, SHORT, .subject = ZOO_HOST,
           .names = ZOO_HOST ",email:a@a.example"),
    BREACH("the common name is another", SERVER, "7.1.4.3", "\"a.example\"",
           SERIAL, AIA, SAID, SHORT, .subject = "a.example", .names = ZOO_HOST),
    BREACH("the common name in another case", SERVER, "7.1.4.3",
           "none of its alternative names", SERIAL, AIA, SAID, SHORT,
           .subject = "WWW.a.example", .names = ZOO_HOST),
    BREACH("the address written otherwise", SERVER, "7.1.4.3",
           "\"2001:4860:0::8\"", SERIAL, AIA, SAID, SHORT,
           .subject = "2001:4860:0::8", .names = ZOO_HOST ",ip:2001:4860::8"),
    BREACH("a wildcard for a top-level domain", SERVER, "3.2.2.6",
           "whole top-level domain", SERIAL, AIA, SAID, SHORT,
           .subject = ZOO_HOST, .names = ZOO_HOST ",*.example"),
    BREACH("an internal name", SERVER, "4.2.2", "only an internal network",
           SERIAL, AIA, SAID, SHORT, .subject = ZOO_HOST,
           .names = ZOO_HOST ",www.a.local"),
    BREACH("a private address", SERVER, "4.2.2", "private or reserved", SERIAL,
           AIA, SAID, SHORT, .subject = ZOO_HOST,
           .names = ZOO_HOST ",ip:10.1.2.3"),
    BREACH("a reverse name", SERVER, "4.2.2", "reverse zones", SERIAL, AIA,
           SAID, SHORT, .subject = ZOO_HOST,
           .names = ZOO_HOST ",1.2.0.192.in-addr.arpa"),

    SOUND("a sound intermediate", ISSUER, INT),
    BREACH("an intermediate without extended key usage", ISSUER, "7.1.2.6.1",
           "no extended key usage", .subject = "Intermediate", .ca = true,
           .policies = "2.23.140.1.2.1", .crl = FORGE_CRL_URL),
    SOUND("an older one without", ISSUER, .subject = "Intermediate", .ca = true,
          .policies = "2.23.140.1.2.1", .crl = FORGE_CRL_URL,
          .not_before = DAYS(-1500)),
    BREACH("an intermediate for any use", ISSUER, "7.1.2.10.6",
           "anyExtendedKeyUsage", .subject = "Intermediate", .ca = true,
           .eku = "server,any", .policies = "2.23.140.1.2.1",
           .crl = FORGE_CRL_URL),
    BREACH("an intermediate's key usage not critical", ISSUER, "7.1.2.6.1",
           "key usage is not critical", INT, FLIP(CM_EXT_KEY_USAGE)),
    BREACH("an intermediate without cRLSign", ISSUER, "7.1.2.10.7",
           "not that of a CA: bits 0x20", INT,
           .key_usage = CM_KU_KEY_CERT_SIGN),
    BREACH("an intermediate without policies", ISSUER, "7.1.2.6.1",
           "no certificate policies", .subject = "Intermediate", .ca = true,
           .eku = "server", .crl = FORGE_CRL_URL),
    BREACH("an intermediate without revocation list", ISSUER, "7.1.2.11.2",
           "no revocation list", INT, OMIT(CM_EXT_CRL_POINTS)),
    SOUND("name constraints not critical: an exception", ISSUER, INT,
          .permitted = "a.example", FLIP(CM_EXT_NAME_CONSTRAINTS)),

    BREACH("a root with an extended key usage", ROOT, "7.1.2.1.2",
           "the root of the path, not sent: it is a root with", TOP,
           .eku = "server"),
    SOUND("an old root with one", ROOT, TOP, .eku = "server",
          .not_before = DAYS(-5000)),
    BREACH("a root of 1970 with one", ROOT, "7.1.2.1.2", "extended key usage",
           TOP, .eku = "server", .not_before = 1),
    BREACH("a root with another issuer's key id", ROOT, "7.1.2.1.3",
           "is not its subject key identifier", TOP, .aki_hex = "0102"),
    BREACH("a root that names its issuer's serial number", ROOT, "7.1.2.1.3",
           "names an issuer", TOP, .aki_issuer = true),
};
#define NUM_SAID (sizeof(said) / sizeof(*said))

/* These bind with a strict policy also who does not say that it is public. */
static struct public_case unsaid[] = {
    SOUND("plain", SERVER, PLAIN),
    SOUND("key usage not critical, plain", SERVER, PLAIN,
          FLIP(CM_EXT_KEY_USAGE)),
    SOUND("a private address, plain", SERVER, SHORT, .subject = ZOO_HOST,
          .names = ZOO_HOST ",ip:10.1.2.3"),
    SOUND("an intermediate without policies, plain", ISSUER, PLAIN_INT),
    WITH("", SOME, "no extended key usage, plain", SERVER, "7.1.2.7.6",
         "no extended key usage", PLAIN, .eku = "-"),
    WITH("", SOME, "a CA as server", SERVER, "7.1.2.7.8",
         "the certificate of a CA", PLAIN, .ca = true,
         .key_usage = CM_KU_DIGITAL_SIGNATURE | CM_KU_KEY_CERT_SIGN,
         .eku = "server"),
    BREACH("the common name is another, plain", SERVER, "7.1.4.3",
           "common name", SHORT, .subject = "a.example", .names = ZOO_HOST),
    BREACH("version 1, plain", SERVER, "7.1.1", "not of version 3", PLAIN,
           .version = 1, .eku = "server"),
    BREACH("a key on no NIST curve", SERVER, "6.1.5 and 7.1.3.1",
           "not allowed: ", PLAIN, .spki = FORGE_SPKI_BRAINPOOL),
    BREACH("a root with an extended key usage, plain", ROOT, "7.1.2.1.2",
           "extended key usage", TOP, .eku = "server"),
};
#define NUM_UNSAID (sizeof(unsaid) / sizeof(*unsaid))

/* Three certificates, the one of the case in its place. */
static void make_chain(const struct public_case *c, bool is_said,
                       struct cm_cert *chain[3])
{
    struct forge_spec public_specs[3] = {{LEAF}, {INT}, {TOP}};
    struct forge_spec plain_specs[3] = {{PLAIN}, {PLAIN_INT}, {TOP}};
    struct forge_spec *specs = is_said ? public_specs : plain_specs;
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
    const struct cm_finding *found = NULL;

    for (size_t i = 0; i < s->got.num_findings; i++) {
        if (s->got.findings[i].cause == CM_CAUSE_PUBLIC_PROFILE) {
            assert_null(found); /* one breach, one finding */
            found = &s->got.findings[i];
        }
    }
    if (rule == NULL) {
        assert_null(found);
        return NULL;
    }
    if (found == NULL) {
        fail_msg("no breach of %s", rule);
        return NULL;
    }
    assert_string_equal(found->rule, rule);
    return found;
}

static void serve(struct scene *s, struct cm_cert *const chain[3])
{
    scene_open(s, NULL);
    scene_present(scene_serve(s, ""), chain[0]);
    scene_present(&s->ev->probes[0], chain[1]);
    assert_true(cm_certset_add(s->anchors, chain[2]));
}

static void close_all(struct scene *s, struct cm_cert *const chain[3])
{
    scene_close(s);
    for (size_t i = 0; i < 3; i++) {
        cm_cert_unref(chain[i]);
    }
}

static void check_breach(const struct scene *s, const struct public_case *c,
                         const struct cm_cert *cert)
{
    const struct cm_finding *f = find_rule(s, c->rule);

    if (f != NULL) {
        assert_contains(f->proof, c->proof);
        assert_int_equal(f->severity, c->severity);
        assert_ptr_equal(f->cert, cert);
        assert_int_equal(f->blocks, s->policy.strict);
    }
}

static void is_public(void **state)
{
    const struct public_case *c = *state;
    char causes[256] = "";
    struct cm_cert *chain[3];
    struct scene s;

    make_chain(c, true, chain);
    serve(&s, chain);
    (void)snprintf(causes, sizeof(causes), "%s%s", c->others,
                   c->rule != NULL ? "public_profile" : "");
    scene_expect(&s, c->others[0] != '\0' ? U : T, causes);
    check_breach(&s, c, chain[c->who]);
    s.policy.strict = true;
    scene_expect(&s, causes[0] == '\0' ? T : U, causes);
    check_breach(&s, c, chain[c->who]);
    close_all(&s, chain);
}

static void is_judged_strictly(void **state)
{
    const struct public_case *c = *state;
    struct cm_cert *chain[3];
    struct scene s;

    make_chain(c, false, chain);
    serve(&s, chain);
    scene_judge(&s);
    (void)find_rule(&s, NULL);
    s.policy.strict = true;
    scene_judge(&s);
    check_breach(&s, c, chain[c->who]);
    close_all(&s, chain);
}

/* Besides the rule for public certificates: nobody's can be revoked so. */
static void neither_list_nor_responder(void **state)
{
    static const struct public_case c =
        BREACH("", SERVER, "7.1.2.11.2", "neither a revocation list", LEAF,
               OMIT(CM_EXT_CRL_POINTS));
    struct cm_cert *chain[3];
    struct scene s;

    (void)state;
    make_chain(&c, true, chain);
    serve(&s, chain);
    scene_expect(&s, T, "revocation_no_info public_profile");
    check_breach(&s, &c, chain[0]);
    s.policy.strict = true;
    scene_expect(&s, U, "public_profile revocation_no_info");
    check_breach(&s, &c, chain[0]);
    close_all(&s, chain);
}

static struct key_case {
    const char *name;
    enum cm_key_alg alg;
    unsigned bits;
    const char *curve;
    bool allowed;
} keys[] = {
    {"RSA 2048", CM_KEY_RSA, 2048, NULL, true},
    {"RSA 2056", CM_KEY_RSA, 2056, NULL, true},
    {"RSA 2047", CM_KEY_RSA, 2047, NULL, false},
    {"RSA 2052", CM_KEY_RSA, 2052, NULL, false},
    {"RSASSA-PSS 2048", CM_KEY_RSA_PSS, 2048, NULL, false},
    {"P-256", CM_KEY_EC, 256, "P-256", true},
    {"P-384", CM_KEY_EC, 384, "P-384", true},
    {"P-521", CM_KEY_EC, 521, "P-521", true},
    {"P-224", CM_KEY_EC, 224, "P-224", false},
    {"a curve without a name", CM_KEY_EC, 256, NULL, false},
    {"Ed25519", CM_KEY_ED25519, 253, NULL, false},
    {"DSA", CM_KEY_DSA, 3072, NULL, false},
};
#define KEYS (sizeof(keys) / sizeof(*keys))

static bool has_key_finding(struct scene *s)
{
    scene_judge(s);
    for (size_t i = 0; i < s->got.num_findings; i++) {
        if (strcmp(s->got.findings[i].rule, BR "6.1.5 and 7.1.3.1") == 0) {
            return true;
        }
    }
    return false;
}

static void has_this_key(void **state)
{
    const struct key_case *c = *state;
    struct cm_cert leaf = *zoo_get("leafpublic");
    struct scene s;

    leaf.refs = 1000; /* never freed */
    leaf.key_alg = c->alg;
    leaf.key_bits = c->bits;
    leaf.curve = c->curve;
    scene_open(&s, NULL);
    scene_present(scene_serve(&s, ""), &leaf);
    scene_trust(&s, "int");
    assert_int_equal(has_key_finding(&s), !c->allowed);
    leaf.explicit_curve = true;
    scene_forget(&s);
    assert_int_equal(has_key_finding(&s), !c->allowed || c->alg == CM_KEY_EC);
    scene_close(&s);
}

/* What says that it is private is held to RFC 5280 only. */
static void private_ones_are_left_alone(void **state)
{
    static const char *const leaves[] = {"leafldap", "leaflocal", "leaf1918"};
    struct scene s;

    (void)state;
    for (size_t i = 0; i < sizeof(leaves) / sizeof(*leaves); i++) {
        struct cm_cert leaf = *zoo_get(leaves[i]);

        leaf.refs = 1000; /* never freed */
        leaf.has_eku = false;
        scene_open(&s, NULL);
        scene_present(scene_serve(&s, ""), &leaf);
        scene_trust(&s, "int");
        s.policy.strict = true;
        scene_expect(&s, T, "");
        leaf.num_ca_issuers = 0;
        scene_forget(&s);
        scene_expect(&s, U, "public_profile");
        leaf.adcs_template = true;
        scene_forget(&s);
        scene_expect(&s, T, "");
        leaf.public_policy = true;
        scene_forget(&s);
        scene_expect(&s, T, "");
        scene_close(&s);
    }
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
    struct CMUnitTest tests[NUM_SAID + NUM_UNSAID + KEYS + 2] = {
        cmocka_unit_test(private_ones_are_left_alone),
        cmocka_unit_test(neither_list_nor_responder),
    };
    size_t used = 2;

    ADD(said, NUM_SAID, is_public)
    ADD(unsaid, NUM_UNSAID, is_judged_strictly)
    ADD(keys, KEYS, has_this_key)
    return cmocka_run_group_tests_name("judge: public", tests, NULL, leave);
}
