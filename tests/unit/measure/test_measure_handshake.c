/* Handshakes of clients with servers of which much, little or nothing was
 * measured.
 * SPDX-License-Identifier: Apache-2.0 */
#include "clients.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "measure/simulate.h"

static void open_at(struct clients *c, const char *certs, uint16_t version,
                    uint16_t cipher, uint16_t group)
{
    clients_open(c, NULL);
    scene_trust(&c->scene, "root");
    clients_serve(c, certs, version, cipher, group);
}

/* --- without an inventory --- */

/* Who offers what was chosen works; of others nothing is known. */
static void one_handshake_tells_of_some_clients(void **state)
{
    struct clients c;

    (void)state;
    open_at(&c, "leaf int", 0x0304, 0x1301, 0x001d);
    clients_expect_works(&c, "chrome python311 go119 java17 openssl30");
    clients_expect_unknown(&c, "netfx46-47_w2016",
                           "whether the server has TLSv1.2 was not measured");
    clients_expect_unknown(&c, "java7 netfx35-45_default_w2016",
                           "was not measured");
    clients_close(&c);
}

static void what_it_chose_says_what_is_newer(void **state)
{
    struct clients c;

    (void)state;
    open_at(&c, "leaf int", 0x0303, 0xc02b, 0x0017);
    clients_expect_works(&c, "chrome python311 netfx46-47_w2016 android7");
    clients_expect_unknown(&c, "java7", "");
    clients_close(&c);
    open_at(&c, "leafrsa int", 0x0301, 0xc013, 0x0017);
    clients_expect_fails(&c, "chrome python311 openssl30 go119",
                         CM_CAUSE_TLS_VERSION_TOO_OLD);
    clients_expect_works(&c, "java8u161 netfx46-47_w2016 android7 openssl111");
    clients_close(&c);
}

static void an_unusual_suite_leaves_it_open(void **state)
{
    struct clients c;

    (void)state;
    open_at(&c, "leafrsa int", 0x0303, 0x009d, 0);
    clients_expect_works(&c, "curl java17 netfx46-47_w2016");
    clients_expect_unknown(&c, "python311 java24 go122", "was not measured");
    clients_close(&c);
}

/* What the certificate lacks fails, however the handshake would go. */
static void a_certainty_beats_an_unknown(void **state)
{
    struct clients c;

    (void)state;
    open_at(&c, "leafold int", 0x0303, 0x009d, 0);
    clients_expect_fails(&c, "netfx46_w2012r2", CM_CAUSE_LEAF_EXPIRED);
    clients_close(&c);
}

static void answers_to_hellos_tell_more(void **state)
{
    struct clients c;
    struct cm_answer *a;

    (void)state;
    open_at(&c, "leafrsa int", 0x0303, 0xc02f, 0x001d);
    a = clients_answer(&c, CM_ASK_TLS1_0, CM_ANSWER_ALERT);
    a->alert = 70;
    clients_expect_fails(&c, "java7 netfx35-45_default_w2016",
                         CM_CAUSE_TLS_VERSION_TOO_NEW);
    clients_close(&c);

    open_at(&c, "leafrsa int", 0x0303, 0xc02f, 0x001d);
    a = clients_answer(&c, CM_ASK_TLS1_0, CM_ANSWER_FLIGHT);
    a->version = 0x0301;
    a->cipher = 0xc013;
    a->group = 0x0017;
    a->chain = calloc(1, sizeof(struct cm_cert *));
    a->chain[0] = cm_cert_ref(zoo_get("leafrsa"));
    a->num_chain = 1;
    clients_expect_works(&c, "netfx35-45_default_w2016 java7");
    /* Silence is no refusal. */
    (void)clients_answer(&c, CM_ASK_SSL3, CM_ANSWER_SILENT);
    clients_expect_unknown(&c, "xp_ie8", "");
    clients_close(&c);
}

static void nothing_was_seen(void **state)
{
    struct clients c;

    (void)state;
    clients_open(&c, NULL);
    (void)scene_probe(&c.scene, 1, CM_PHASE_HANDSHAKING, CM_END_ALERT_RECEIVED);
    clients_expect_unknown(&c, "chrome java17 xp_ie8", "was not measured");
    clients_close(&c);
}

/* --- what ends it for all --- */

static void no_connection_for_anybody(void **state)
{
    struct clients c;
    struct cm_probe *probe;

    (void)state;
    clients_open(&c, NULL);
    probe = scene_probe(&c.scene, 1, CM_PHASE_CONNECTING, CM_END_SYSTEM);
    probe->sys_errno = ECONNREFUSED;
    clients_expect_fails(&c, "curl chrome xp_ie8 dataverse_sandbox",
                         CM_CAUSE_CONNECT_REFUSED);
    clients_expect_says(&c, "curl",
                        "curl: (7) Failed to connect to www.a.example port "
                        "443");
    clients_expect_says(&c, "java17", "Connection refused");
    clients_close(&c);
    clients_open(&c, NULL);
    c.scene.ev->dns.result = CM_DNS_NXDOMAIN;
    clients_expect_says(&c, "node20", "getaddrinfo ENOTFOUND www.a.example");
    clients_close(&c);
}

static void plain_text_for_anybody(void **state)
{
    static const char reply[] = "HTTP/1.1 400 Bad Request\r\n";
    struct clients c;
    struct cm_probe *probe;

    (void)state;
    clients_open(&c, NULL);
    probe = scene_probe(&c.scene, 1, CM_PHASE_HANDSHAKING, CM_END_NOT_TLS);
    memcpy(probe->first_bytes, reply, sizeof(reply) - 1);
    probe->num_first_bytes = sizeof(reply) - 1;
    clients_expect_fails(&c, "go119 netfx48_w2022",
                         CM_CAUSE_TLS_PLAINTEXT_HTTP);
    clients_expect_says(&c, "python311",
                        "[SSL: WRONG_VERSION_NUMBER] wrong version number");
    clients_close(&c);
}

static void what_was_not_scanned_is_unknown(void **state)
{
    struct clients c;

    (void)state;
    clients_open(&c, NULL);
    clients_expect_unknown(&c, "curl java7", "no connection was attempted");
    clients_close(&c);
}

/* --- parameters --- */

static void the_length_of_a_dh_prime(void **state)
{
    struct clients c;
    struct cm_inventory *inv;

    (void)state;
    open_at(&c, "leafrsa int", 0x0303, 0x009e, 0);
    clients_inventory(&c, "1.2", "009e", "");
    inv = c.scene.ev->inventory;
    inv->min_dh_bits = 1024;
    clients_expect_works(&c, "openssl30 curl java17 java8u161");
    clients_expect_fails(&c, "openssl30-debian python311",
                         CM_CAUSE_TLS_WEAK_DH);
    clients_expect_says(&c, "python311",
                        "[SSL: DH_KEY_TOO_SMALL] dh key too small");
    inv->min_dh_bits = 4096;
    clients_expect_works(&c, "openssl30-debian python311 java17");
    clients_expect_fails(&c, "java8u161", CM_CAUSE_TLS_WEAK_DH);
    clients_close(&c);
}

/* A prime that nobody likes matters only where DH is chosen. */
static void the_order_decides_whether_dh_is_used(void **state)
{
    struct clients c;
    struct cm_inventory *inv;

    (void)state;
    open_at(&c, "leafrsa int", 0x0303, 0xc02f, 0x0017);
    clients_inventory(&c, "1.2", "c02f 009e", "0017");
    inv = c.scene.ev->inventory;
    inv->min_dh_bits = 1024;
    clients_expect_works(&c, "python311");
    inv->versions[CM_VERSION_TLS1_2].suites[0] = 0x009e;
    inv->versions[CM_VERSION_TLS1_2].suites[1] = 0xc02f;
    clients_expect_fails(&c, "python311", CM_CAUSE_TLS_WEAK_DH);
    inv->versions[CM_VERSION_TLS1_2].server_order = CM_NO;
    clients_expect_works(&c, "python311");
    inv->versions[CM_VERSION_TLS1_2].server_order = CM_NOT_KNOWN;
    clients_expect_unknown(&c, "python311", "its order was not measured");
    clients_close(&c);
}

static void secure_renegotiation(void **state)
{
    struct clients c;

    (void)state;
    open_at(&c, "leaf int", 0x0303, 0xc02b, 0x0017);
    clients_inventory(&c, "1.2", "c02b", "0017");
    c.scene.ev->inventory->secure_renegotiation = CM_NO;
    clients_expect_works(&c, "go119 java17 chrome openssl111 netfx48_w2022");
    clients_expect_fails(&c, "openssl30 curl python311 node20 net6_linux",
                         CM_CAUSE_TLS_NO_SECURE_RENEGO);
    clients_close(&c);
    open_at(&c, "leaf int", 0x0304, 0x1301, 0x0017);
    clients_inventory(&c, "1.2 1.3", "1301 c02b", "0017");
    c.scene.ev->inventory->secure_renegotiation = CM_NO;
    clients_expect_works(&c, "openssl30 curl"); /* TLS 1.3 has none */
    clients_close(&c);
}

static void groups_part_old_from_new(void **state)
{
    struct clients c;

    (void)state;
    open_at(&c, "leafrsa int", 0x0304, 0x1301, 0x001d);
    clients_inventory(&c, "1.2 1.3", "1301 c02f c027", "001d");
    clients_expect_works(&c, "chrome netfx46-47_w2016 go119");
    clients_expect_fails(&c, "android7 netfx46_w2012r2 ios10",
                         CM_CAUSE_TLS_NO_COMMON_GROUP);
    c.scene.ev->inventory->groups_complete = false;
    clients_expect_unknown(&c, "android7", "which groups the server takes");
    clients_close(&c);
}

static void without_a_server_name(void **state)
{
    struct clients c;
    struct cm_inventory *inv;
    struct cm_answer *a;

    (void)state;
    open_at(&c, "leafrsa int", 0x0301, 0x000a, 0);
    clients_inventory(&c, "1.0", "000a 0005", "");
    inv = c.scene.ev->inventory;
    clients_expect_works(&c, "xp_ie8");
    inv->sni_needed = CM_NOT_KNOWN;
    clients_expect_unknown(&c, "xp_ie8", "sends no server name");
    inv->sni_needed = CM_YES;
    clients_expect_fails(&c, "xp_ie8", CM_CAUSE_TLS_SNI_REQUIRED);
    clients_expect_works(&c, "netfx35-45_default_w2016"); /* it sends one */
    a = clients_answer(&c, CM_ASK_NO_SNI, CM_ANSWER_FLIGHT);
    a->version = 0x0301;
    a->cipher = 0x000a;
    a->chain = calloc(2, sizeof(struct cm_cert *));
    a->chain[0] = cm_cert_ref(zoo_get("other"));
    a->chain[1] = cm_cert_ref(zoo_get("int"));
    a->num_chain = 2;
    clients_expect_fails(&c, "xp_ie8", CM_CAUSE_NAME_MISMATCH);
    clients_close(&c);
}

/* A second certificate, of ECDSA, that the first handshake did not show. */
static void two_certificates(void **state)
{
    struct clients c;
    struct cm_answer *a;

    (void)state;
    open_at(&c, "leafrsa int", 0x0303, 0xc02f, 0x0017);
    clients_inventory(&c, "1.2", "c02f c02c", "0017 0018");
    clients_expect_works(&c, "netfx46-47_w2016");
    clients_expect_unknown(&c, "netfx46_w2012r2", "an ECDSA certificate");
    a = clients_answer(&c, CM_ASK_SIGNATURES, CM_ANSWER_FLIGHT);
    a->version = 0x0303;
    a->cipher = 0xc02c;
    a->chain = calloc(2, sizeof(struct cm_cert *));
    a->chain[0] = cm_cert_ref(zoo_get("leafold"));
    a->chain[1] = cm_cert_ref(zoo_get("int"));
    a->num_chain = 2;
    clients_expect_fails(&c, "netfx46_w2012r2", CM_CAUSE_LEAF_EXPIRED);
    clients_expect_works(&c, "netfx46-47_w2016");
    clients_close(&c);
}

/* --- trust views --- */

static void each_client_is_judged_in_its_own_view(void **state)
{
    struct clients c;
    struct cm_trust views[2];
    struct cm_certset *nobody = cm_certset_new(1);
    const struct cm_profile *profiles[2];
    struct cm_client_case what;
    struct cm_measured *m;

    (void)state;
    open_at(&c, "leaf int", 0x0304, 0x1301, 0x001d);
    views[0] = c.scene.trust;
    views[1] = c.scene.trust;
    views[1].name = "Java"; /* names differ in case only */
    views[1].anchors = nobody;
    scene_judge(&c.scene);
    what = (struct cm_client_case){
        .ep = &c.scene.ep,
        .ev = c.scene.ev,
        .judgement = &c.scene.got,
        .views = views,
        .num_views = 2,
        .policy = &c.scene.policy,
        .at_unix = c.scene.at_unix,
    };
    profiles[0] = cm_profileset_find(c.profiles, "curl");
    profiles[1] = cm_profileset_find(c.profiles, "java17");
    m = &c.measured;
    assert_int_equal(cm_simulate(m, profiles, 2, &what), CM_OK);
    assert_int_equal(m->num_profiles, 2);
    assert_int_equal(m->profiles[0].profile, 0);
    assert_int_equal(m->profiles[0].outcome, CM_OUTCOME_PASS);
    assert_int_equal(m->profiles[1].profile, 1);
    assert_int_equal(m->profiles[1].outcome, CM_OUTCOME_FAIL);
    cm_certset_free(nobody);
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
        cmocka_unit_test(one_handshake_tells_of_some_clients),
        cmocka_unit_test(what_it_chose_says_what_is_newer),
        cmocka_unit_test(an_unusual_suite_leaves_it_open),
        cmocka_unit_test(a_certainty_beats_an_unknown),
        cmocka_unit_test(answers_to_hellos_tell_more),
        cmocka_unit_test(nothing_was_seen),
        cmocka_unit_test(no_connection_for_anybody),
        cmocka_unit_test(plain_text_for_anybody),
        cmocka_unit_test(what_was_not_scanned_is_unknown),
        cmocka_unit_test(the_length_of_a_dh_prime),
        cmocka_unit_test(the_order_decides_whether_dh_is_used),
        cmocka_unit_test(secure_renegotiation),
        cmocka_unit_test(groups_part_old_from_new),
        cmocka_unit_test(without_a_server_name),
        cmocka_unit_test(two_certificates),
        cmocka_unit_test(each_client_is_judged_in_its_own_view),
    };

    return cmocka_run_group_tests_name("measure_handshake", tests, NULL,
                                       cleanup);
}
