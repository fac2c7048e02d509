/* Seven servers that part clients into those that work and those that do not.
 * SPDX-License-Identifier: Apache-2.0 */
#include "clients.h"

#include <stdio.h>

#define MODERN_GROUPS "001d 0017 0018"

/* What is common to the public web: TLS 1.2 and 1.3, AEAD with ECDHE or DHE. */
static void mozilla_intermediate_with_an_rsa_certificate(void **state)
{
    struct clients c;

    (void)state;
    clients_open(&c, NULL);
    scene_trust(&c.scene, "root");
    clients_serve(&c, "leafrsa int", 0x0304, 0x1301, 0x001d);
    clients_inventory(&c, "1.2 1.3", "1301 1302 1303 c02f c030 cca8",
                      MODERN_GROUPS);
    clients_expect_fails(&c,
                         "netfx35-45_default_w2012r2 "
                         "netfx35-45_default_w2016 winhttp_2008r2_default "
                         "java7 xp_ie8",
                         CM_CAUSE_TLS_VERSION_TOO_NEW);
    clients_expect_fails(&c, "netfx45_strongcrypto_w2012r2 netfx46_w2012r2",
                         CM_CAUSE_TLS_NO_COMMON_CIPHER);
    clients_expect_works(&c, "netfx46-47_w2016 netfx47_w2019 netfx48_w2022 "
                             "dataverse_sandbox outsystems_o11_cloud "
                             "java8u161 java17 java24 python311 go119 go127 "
                             "chrome firefox openssl30 curl node20 android7");
    clients_expect_says(&c, "netfx46_w2012r2",
                        "The request was aborted: Could not create SSL/TLS "
                        "secure channel.");
    clients_close(&c);
}

/* The smallest change that helps Windows Server 2012 R2. */
static void two_more_suites_help_old_windows(void **state)
{
    struct clients c;

    (void)state;
    clients_open(&c, NULL);
    scene_trust(&c.scene, "root");
    clients_serve(&c, "leafrsa int", 0x0304, 0x1301, 0x001d);
    clients_inventory(&c, "1.2 1.3", "1301 1302 1303 c02f c030 cca8 c027 c028",
                      MODERN_GROUPS);
    clients_expect_works(&c, "netfx45_strongcrypto_w2012r2 netfx46_w2012r2");
    clients_close(&c);
}

static void only_rsa_key_exchange(void **state)
{
    struct clients c;

    (void)state;
    clients_open(&c, NULL);
    scene_trust(&c.scene, "root");
    clients_serve(&c, "leafrsa int", 0x0303, 0x002f, 0);
    clients_inventory(&c, "1.2", "002f", "");
    clients_expect_works(
        &c, "curl openssl30 chrome java17 netfx46_w2012r2 netfx48_w2022 go119");
    clients_expect_fails(&c,
                         "python310 python313 go122 go127 java24 "
                         "dataverse_sandbox",
                         CM_CAUSE_TLS_NO_COMMON_CIPHER);
    clients_expect_says(
        &c, "python311",
        "[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] sslv3 alert handshake failure");
    clients_expect_says(&c, "go122", "remote error: tls: handshake failure");
    clients_close(&c);
}

static void a_public_certificate_alone(void **state)
{
    struct clients c;

    (void)state;
    clients_open(&c, NULL);
    scene_trust(&c.scene, "root");
    scene_know(&c.scene, "int");
    clients_serve(&c, "leafpublic", 0x0304, 0x1301, 0x0017);
    clients_inventory(&c, "1.2 1.3", "1301 1302 1303 c02b c02c", MODERN_GROUPS);
    clients_expect_works(&c, "netfx48_w2022 net6_w2022 net6_linux firefox");
    clients_expect_fails(
        &c, "curl java17 go119 python311 node20 dataverse_sandbox openssl30",
        CM_CAUSE_CHAIN_INCOMPLETE);
    clients_expect_says(&c, "node20", "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    clients_expect_says(&c, "curl",
                        "curl: (60) SSL certificate problem: unable to get "
                        "local issuer certificate");
    clients_close(&c);
}

/* One intermediate of two: no better than none. */
static void one_intermediate_is_not_enough(void **state)
{
    struct clients c;
    const struct cm_profile_result *got;

    (void)state;
    clients_open(&c, NULL);
    scene_trust(&c.scene, "root");
    scene_know(&c.scene, "int int2");
    clients_serve(&c, "deep int2", 0x0304, 0x1301, 0x0017);
    clients_inventory(&c, "1.2 1.3", "1301 1302 1303 c02b c02c", MODERN_GROUPS);
    clients_expect_fails(&c, "curl java17 go119 python311 node20",
                         CM_CAUSE_CHAIN_INCOMPLETE);
    got = clients_try(&c, "node20");
    assert_string_equal(got->message, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY");
    assert_contains(got->why, "Intermediate");
    clients_close(&c);
}

static void rare_keys(void **state)
{
    struct clients c;

    (void)state;
    clients_open(&c, NULL);
    scene_trust(&c.scene, "root");
    clients_serve(&c, "keyp521 int", 0x0304, 0x1301, 0x0017);
    clients_inventory(&c, "1.2 1.3", "1301 1302 1303 c02b c02c",
                      "001d 0017 0018 0019");
    clients_expect_fails(&c, "chrome netfx48_w2022",
                         CM_CAUSE_TLS_NO_COMMON_SIGALG);
    clients_expect_fails(&c, "netfx46-47_w2016", CM_CAUSE_TLS_NO_COMMON_GROUP);
    clients_expect_works(&c, "openssl30 java17 firefox go119");
    clients_close(&c);

    clients_open(&c, NULL);
    scene_trust(&c.scene, "root");
    clients_serve(&c, "keyed25519 int", 0x0304, 0x1301, 0x0017);
    clients_inventory(&c, "1.2 1.3", "1301 1302 1303 c02b c02c", MODERN_GROUPS);
    clients_expect_fails(&c, "chrome firefox netfx48_w2022 dataverse_sandbox",
                         CM_CAUSE_TLS_NO_COMMON_SIGALG);
    clients_expect_fails(&c, "netfx46-47_w2016", CM_CAUSE_TLS_NO_COMMON_SIGALG);
    clients_expect_works(&c, "openssl30 java17 go119");
    clients_close(&c);
}

/* "We do not ask on the first page": what was seen there holds for no other. */
static void a_client_certificate_that_is_wanted_later(void **state)
{
    struct clients c;
    struct cm_probe *probe;

    (void)state;
    clients_open(&c, NULL);
    scene_trust(&c.scene, "root");
    probe = clients_serve(&c, "leaf int", 0x0304, 0x1301, 0x0017);
    clients_inventory(&c, "1.2 1.3", "1301 1302 1303 c02b c02c", MODERN_GROUPS);
    probe->client_auth = CM_CLIENT_AUTH_OPTIONAL;
    clients_expect_works(&c, "curl java17");
    probe->client_auth = CM_CLIENT_AUTH_REQUIRED;
    clients_expect_fails(&c, "curl java17 netfx46-47_w2016",
                         CM_CAUSE_TLS_CLIENT_CERT_REQUIRED);
    assert_contains(clients_try(&c, "curl")->message,
                    "tlsv13 alert certificate required");
    assert_contains(clients_try(&c, "java17")->message,
                    "Received fatal alert: certificate_required");
    clients_close(&c);
}

/* nginx completes the handshake and answers 400: that is what clients see. */
static void a_client_certificate_that_is_wanted_above_tls(void **state)
{
    struct clients c;
    struct cm_probe *probe;

    (void)state;
    clients_open(&c, NULL);
    scene_trust(&c.scene, "root");
    probe = clients_serve(&c, "leaf int", 0x0304, 0x1301, 0x0017);
    clients_inventory(&c, "1.2 1.3", "1301 1302 1303 c02b c02c", MODERN_GROUPS);
    probe->client_auth = CM_CLIENT_AUTH_OPTIONAL;
    probe->http_status = 400;
    (void)snprintf(probe->http_reply, sizeof(probe->http_reply),
                   "HTTP/1.1 400 Bad Request: No required SSL certificate was "
                   "sent");
    clients_expect_fails(&c, "curl java17", CM_CAUSE_TLS_CLIENT_CERT_REQUIRED);
    clients_expect_says(&c, "curl", probe->http_reply);
    clients_close(&c);
}

static void a_box_that_drops_large_hellos(void **state)
{
    struct clients c;
    struct cm_answer *answer;

    (void)state;
    clients_open(&c, NULL);
    scene_trust(&c.scene, "root");
    clients_serve(&c, "leaf int", 0x0304, 0x1301, 0x001d);
    clients_inventory(&c, "1.2 1.3", "1301 1302 1303 c02b c02c", MODERN_GROUPS);
    answer = clients_answer(&c, CM_ASK_SMALL, CM_ANSWER_FLIGHT);
    answer->version = 0x0303;
    answer->cipher = 0xc02b;
    answer->secure_renegotiation = true;
    (void)clients_answer(&c, CM_ASK_LARGE, CM_ANSWER_RESET);
    clients_expect_works(&c, "openssl30 java17 python311 curl go119");
    clients_expect_fails(&c, "chrome firefox go124 openssl35 ios26",
                         CM_CAUSE_TLS_HELLO_INTOLERANT);
    clients_expect_says(&c, "chrome", "net::ERR_CONNECTION_RESET");
    clients_close(&c);
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
        cmocka_unit_test(mozilla_intermediate_with_an_rsa_certificate),
        cmocka_unit_test(two_more_suites_help_old_windows),
        cmocka_unit_test(only_rsa_key_exchange),
        cmocka_unit_test(a_public_certificate_alone),
        cmocka_unit_test(one_intermediate_is_not_enough),
        cmocka_unit_test(rare_keys),
        cmocka_unit_test(a_client_certificate_that_is_wanted_later),
        cmocka_unit_test(a_client_certificate_that_is_wanted_above_tls),
        cmocka_unit_test(a_box_that_drops_large_hellos),
    };

    return cmocka_run_group_tests_name("measure_whatif", tests, NULL, cleanup);
}
