/* What some clients mind and others do not, and which of several faults each
 * names first.
 * SPDX-License-Identifier: Apache-2.0 */
#include "clients.h"

#include "measure/accept.h"

#define EC_SUITES "1301 1302 1303 c02b c02c"
#define RSA_SUITES "1301 1302 1303 c02f c030"
#define GROUPS "001d 0017 0018 0019"

/* A sound server with these certificates. */
static void serve(struct clients *c, const char *host, const char *certs,
                  const char *suites)
{
    clients_open(c, host);
    scene_trust(&c->scene, "root");
    clients_serve(c, certs, 0x0304, 0x1301, 0x001d);
    clients_inventory(c, "1.2 1.3", suites, GROUPS);
}

static void all_accept_what_is_sound(void **state)
{
    struct clients c;

    (void)state;
    serve(&c, NULL, "leaf int", EC_SUITES);
    for (size_t i = 0; i < cm_profileset_count(c.profiles); i++) {
        const struct cm_profile *p = cm_profileset_at(c.profiles, i);

        if (p->versions[CM_VERSION_TLS1_2]) {
            clients_expect_works(&c, p->name);
        } else {
            clients_expect_fails(&c, p->name, CM_CAUSE_TLS_VERSION_TOO_NEW);
        }
    }
    clients_close(&c);
}

static void a_common_name_alone(void **state)
{
    struct clients c;

    (void)state;
    serve(&c, NULL, "cnonly int", EC_SUITES);
    clients_expect_works(&c, "curl java17 python311 openssl30 node20 "
                             "netfx48_w2022 android7");
    clients_expect_fails(&c, "go119 chrome firefox ios18",
                         CM_CAUSE_NAME_CN_ONLY);
    clients_expect_says(&c, "go119",
                        "x509: certificate relies on legacy Common Name "
                        "field, use SANs instead");
    clients_expect_says(&c, "go122",
                        "tls: failed to verify certificate: x509: certificate "
                        "relies on legacy Common Name field, use SANs instead");
    clients_close(&c);
}

static void a_signature_with_sha1(void **state)
{
    struct clients c;

    (void)state;
    serve(&c, NULL, "leafsha1 int", EC_SUITES);
    clients_expect_works(&c, "java17 netfx48_w2022 openssl111 android7");
    clients_expect_fails(&c, "openssl30 curl python311 node20 go119 chrome",
                         CM_CAUSE_SIG_WEAK);
    clients_expect_says(
        &c, "openssl30",
        "verify error:num=68:CA signature digest algorithm too weak");
    clients_close(&c);
}

static void a_key_of_1024_bits(void **state)
{
    struct clients c;

    (void)state;
    serve(&c, NULL, "leafrsa1024 int", RSA_SUITES);
    clients_expect_works(&c, "openssl30 node20 java17 go119 go124 chrome");
    clients_expect_fails(&c, "openssl30-debian python311 curl-debian ios18",
                         CM_CAUSE_KEY_TOO_SMALL);
    clients_close(&c);
}

static void no_authority_key_identifier(void **state)
{
    struct clients c;

    (void)state;
    serve(&c, NULL, "leafnoaki int", EC_SUITES);
    clients_expect_works(&c, "python311 openssl35 java24 chrome");
    clients_expect_fails(&c, "python313", CM_CAUSE_X509_NOT_STRICT);
    clients_expect_says(&c, "python313",
                        "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify "
                        "failed: Missing Authority Key Identifier");
    clients_close(&c);
}

static void a_key_that_may_not_sign(void **state)
{
    struct clients c;

    (void)state;
    serve(&c, NULL, "leafkeyenc int", RSA_SUITES);
    clients_expect_works(&c, "curl python311 go119 node20 firefox");
    clients_expect_fails(&c, "chrome java17", CM_CAUSE_LEAF_KEY_USAGE);
    clients_expect_says(&c, "chrome", "net::ERR_SSL_KEY_USAGE_INCOMPATIBLE");
    clients_close(&c);
}

static void no_purpose(void **state)
{
    struct clients c;

    (void)state;
    serve(&c, NULL, "leafnoeku int", EC_SUITES);
    clients_expect_works(&c, "curl chrome java17 ios10");
    clients_expect_fails(&c, "ios18 ios26", CM_CAUSE_LEAF_EKU_WRONG);
    clients_close(&c);
}

static void a_long_life(void **state)
{
    struct clients c;

    (void)state;
    serve(&c, NULL, "leaflong int", EC_SUITES);
    clients_expect_works(&c, "curl chrome java17 ios10");
    clients_expect_fails(&c, "ios18", CM_CAUSE_VALIDITY_TOO_LONG);
    clients_close(&c);
}

static void no_timestamps(void **state)
{
    struct clients c;

    (void)state;
    serve(&c, NULL, "leafpolicy int", EC_SUITES);
    clients_expect_works(&c, "curl java17 android7 netfx48_w2022");
    clients_expect_fails(&c, "chrome firefox ios18", CM_CAUSE_SCT_MISSING);
    clients_expect_says(&c, "chrome",
                        "net::ERR_CERTIFICATE_TRANSPARENCY_REQUIRED");
    clients_close(&c);
}

static void no_staple_where_one_is_due(void **state)
{
    struct clients c;

    (void)state;
    serve(&c, NULL, "leafstaple int", EC_SUITES);
    clients_expect_works(&c, "curl chrome java17");
    clients_expect_fails(&c, "firefox", CM_CAUSE_MUST_STAPLE_MISSING);
    clients_close(&c);
}

static void an_expired_cross_certificate(void **state)
{
    struct clients c;

    (void)state;
    serve(&c, NULL, "leaf int crossold", EC_SUITES);
    clients_expect_works(&c, "openssl111 openssl30 go119 java17 chrome");
    clients_expect_fails(&c, "openssl102", CM_CAUSE_CHAIN_EXPIRED_CROSS);
    clients_expect_says(&c, "openssl102",
                        "verify error:num=10:certificate has expired");
    clients_close(&c);
}

/* Windows and browsers complete what can be completed, no more. */
static void an_issuer_that_nobody_can_fetch(void **state)
{
    struct clients c;

    (void)state;
    serve(&c, NULL, "leaf", EC_SUITES); /* it names no address */
    scene_know(&c.scene, "int");
    clients_expect_fails(&c, "netfx48_w2022 chrome firefox curl",
                         CM_CAUSE_CHAIN_INCOMPLETE);
    clients_close(&c);
    serve(&c, NULL, "leafhttp", EC_SUITES); /* of a private CA */
    scene_know(&c.scene, "int");
    clients_expect_works(&c, "netfx48_w2022 chrome");
    clients_expect_fails(&c, "firefox curl dataverse_sandbox",
                         CM_CAUSE_CHAIN_INCOMPLETE);
    clients_close(&c);
}

/* --- which comes first --- */

static void expired_and_of_another_name(void **state)
{
    struct clients c;

    (void)state;
    serve(&c, "www.b.example", "leafold int", EC_SUITES);
    clients_expect_fails(&c, "curl java17 go119 node20", CM_CAUSE_LEAF_EXPIRED);
    clients_expect_fails(&c, "python311 openssl30 chrome firefox",
                         CM_CAUSE_NAME_MISMATCH);
    clients_expect_says(&c, "net6_w2022",
                        "The remote certificate is invalid according to the "
                        "validation procedure: RemoteCertificateNameMismatch, "
                        "RemoteCertificateChainErrors");
    clients_expect_says(&c, "netfx48_w2022",
                        "The underlying connection was closed: Could not "
                        "establish trust relationship for the SSL/TLS secure "
                        "channel.");
    clients_expect_says(&c, "python311",
                        "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify "
                        "failed: Hostname mismatch, certificate is not valid "
                        "for 'www.b.example'.");
    clients_close(&c);
}

static void untrusted_and_expired(void **state)
{
    struct clients c;

    (void)state;
    serve(&c, NULL, "leafold", EC_SUITES);
    clients_expect_says(&c, "curl",
                        "curl: (60) SSL certificate problem: unable to get "
                        "local issuer certificate");
    clients_expect_says(&c, "node20", "CERT_HAS_EXPIRED");
    clients_expect_says(
        &c, "go119",
        "x509: certificate has expired or is not yet valid: current time "
        "2027-01-15T08:00:00Z is after 2027-01-12T08:00:00Z");
    clients_close(&c);
}

static void issuers_as_clients_see_them(void **state)
{
    struct clients c;

    (void)state;
    serve(&c, NULL, "self", EC_SUITES);
    clients_expect_says(&c, "openssl30",
                        "verify error:num=18:self-signed certificate");
    clients_expect_says(&c, "openssl111",
                        "verify error:num=18:self signed certificate");
    clients_expect_says(&c, "node20", "DEPTH_ZERO_SELF_SIGNED_CERT");
    clients_close(&c);
    clients_open(&c, NULL); /* nobody's root, which was sent too */
    clients_serve(&c, "leaf int root", 0x0304, 0x1301, 0x001d);
    clients_inventory(&c, "1.3", "1301", "001d");
    clients_expect_says(&c, "node20", "SELF_SIGNED_CERT_IN_CHAIN");
    clients_expect_says(&c, "python39",
                        "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify "
                        "failed: self signed certificate in certificate chain");
    clients_close(&c);
}

static void names_and_addresses(void **state)
{
    struct clients c;

    (void)state;
    serve(&c, NULL, "other int", EC_SUITES);
    clients_expect_says(&c, "go122",
                        "tls: failed to verify certificate: x509: certificate "
                        "is valid for other.example, www.other.example, "
                        "b.example, c.example, d.example, not www.a.example");
    clients_expect_says(&c, "curl",
                        "curl: (60) SSL: no alternative certificate subject "
                        "name matches target host name 'www.a.example'");
    clients_close(&c);
    serve(&c, "192.0.2.9", "ip int", EC_SUITES);
    clients_expect_says(&c, "java17",
                        "No subject alternative names matching IP address "
                        "192.0.2.9 found");
    clients_close(&c);
    serve(&c, NULL, "noname int", EC_SUITES);
    clients_expect_says(&c, "java17", "No name matching www.a.example found");
    clients_close(&c);
}

/* --- with findings made by hand: what no profile of ours has --- */

static void object_to(struct cm_objection *out, const struct cm_profile *p,
                      enum cm_cause cause)
{
    static const struct cm_endpoint ep = {.host = ZOO_HOST};
    struct cm_cert *chain[] = {zoo_get("leaf"), zoo_get("int")};
    struct cm_finding finding = {.cause = cause, .blocks = true, .rule = ""};
    const struct cm_judgement judgement = {.findings = &finding,
                                           .num_findings = 1};
    const struct cm_accept_case c = {
        .profile = p,
        .ep = &ep,
        .shown = {chain, 2},
        .alone = &judgement,
        .pooled = &judgement,
    };

    cm_accept(out, &c);
    out->finding = NULL;
}

static void rules_that_are_switched_on(void **state)
{
    const struct cm_profile lax = {.family = CM_FAMILY_CURL};
    struct cm_profile p = lax;
    struct cm_objection got;

    (void)state;
    object_to(&got, &lax, CM_CAUSE_REVOKED);
    assert_false(got.any);
    p.revocation = true;
    object_to(&got, &p, CM_CAUSE_REVOKED);
    assert_true(got.any && got.occasion == CM_SAID_REVOKED);
    object_to(&got, &lax, CM_CAUSE_CA_DISTRUST_AFTER);
    assert_false(got.any);
    p.honours_distrust = true;
    object_to(&got, &p, CM_CAUSE_CA_DISTRUST_AFTER);
    assert_true(got.any && got.cause == CM_CAUSE_CA_DISTRUST_AFTER);
    object_to(&got, &lax, CM_CAUSE_ROOT_EXPIRED);
    assert_true(got.any);
    p.family = CM_FAMILY_ANDROID;
    object_to(&got, &p, CM_CAUSE_ROOT_EXPIRED);
    assert_false(got.any);
    object_to(&got, &lax, CM_CAUSE_LEAF_EXPIRES_SOON);
    assert_false(got.any);
    p.max_chain = 1;
    object_to(&got, &p, CM_CAUSE_LEAF_EXPIRES_SOON);
    assert_true(got.any && got.cause == CM_CAUSE_CHAIN_OVERSIZE);
}

static int cleanup(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_accept_what_is_sound),
        cmocka_unit_test(a_common_name_alone),
        cmocka_unit_test(a_signature_with_sha1),
        cmocka_unit_test(a_key_of_1024_bits),
        cmocka_unit_test(no_authority_key_identifier),
        cmocka_unit_test(a_key_that_may_not_sign),
        cmocka_unit_test(no_purpose),
        cmocka_unit_test(a_long_life),
        cmocka_unit_test(no_timestamps),
        cmocka_unit_test(no_staple_where_one_is_due),
        cmocka_unit_test(an_expired_cross_certificate),
        cmocka_unit_test(an_issuer_that_nobody_can_fetch),
        cmocka_unit_test(expired_and_of_another_name),
        cmocka_unit_test(untrusted_and_expired),
        cmocka_unit_test(issuers_as_clients_see_them),
        cmocka_unit_test(names_and_addresses),
        cmocka_unit_test(rules_that_are_switched_on),
    };

    return cmocka_run_group_tests_name("measure_minds", tests, NULL, cleanup);
}
