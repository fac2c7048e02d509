/* What the inventory says of a server: each cause with the facts that raise it,
 * and with the neighbours that must not.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T CM_VERDICT_TRUSTED

static void serve(struct cm_inventory *inventory, enum cm_version_index version,
                  size_t num, const uint16_t *suites)
{
    struct cm_version_inventory *of = &inventory->versions[version];

    free(of->suites);
    of->suites = calloc(num + 1, sizeof(suites[0]));
    assert_non_null(of->suites);
    memcpy(of->suites, suites, num * sizeof(suites[0]));
    of->num_suites = num;
    of->served = num > 0 ? CM_YES : CM_NO;
    of->complete = true;
}
#define SERVE(s, version, ...)                                                 \
    serve((s)->ev->inventory, version,                                         \
          sizeof((const uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t),          \
          (const uint16_t[]){__VA_ARGS__})

static void group(struct scene *s, uint16_t number)
{
    s->ev->inventory->groups[s->ev->inventory->num_groups++] = number;
}

/* Nothing to say about this one. */
static void open_sound(struct scene *s)
{
    static const uint16_t none[1];

    scene_open(s, NULL);
    scene_trust(s, "root");
    (void)scene_serve(s, "leaf int");
    s->ev->inventory = cm_inventory_new();
    assert_non_null(s->ev->inventory);
    for (int v = 0; v < CM_VERSION_COUNT; v++) {
        serve(s->ev->inventory, (enum cm_version_index)v, 0, none);
    }
    SERVE(s, CM_VERSION_TLS1_3, 0x1302, 0x1301);
    SERVE(s, CM_VERSION_TLS1_2, 0xC02F, 0xC030, 0x009C, 0x002F);
    group(s, 0x11EC);
    group(s, 0x001D);
    s->ev->inventory->groups_complete = true;
    s->ev->inventory->min_dh_bits = 2048;
    s->ev->inventory->secure_renegotiation = CM_YES;
    s->ev->inventory->extended_master_secret = CM_YES;
}

static void not_served(struct scene *s, enum cm_version_index version)
{
    static const uint16_t none[1];

    serve(s->ev->inventory, version, 0, none);
}

static void not_known(struct scene *s, enum cm_version_index version)
{
    not_served(s, version);
    s->ev->inventory->versions[version].served = CM_NOT_KNOWN;
    s->ev->inventory->versions[version].complete = false;
}

static void a_good_server_has_no_finding(void **state)
{
    struct scene s;

    (void)state;
    open_sound(&s);
    scene_expect(&s, T, "");
    scene_close(&s);
}

static void old_versions(void **state)
{
    struct scene s;

    (void)state;
    open_sound(&s);
    SERVE(&s, CM_VERSION_TLS1_0, 0xC013, 0xC014);
    SERVE(&s, CM_VERSION_TLS1_1, 0xC013);
    scene_expect(&s, T, "tls_legacy_version_on");
    assert_contains(scene_finding(&s, CM_CAUSE_TLS_LEGACY_VERSION_ON)->proof,
                    "TLSv1 (2 suites), TLSv1.1 (1 suite)");
    SERVE(&s, CM_VERSION_SSL3, 0x002F);
    scene_expect(&s, T, "tls_ssl23_on tls_legacy_version_on");
    assert_string_equal(scene_finding(&s, CM_CAUSE_TLS_SSL23_ON)->rule,
                        "RFC 7568 section 3");
    SERVE(&s, CM_VERSION_SSL2, 0x0700);
    scene_expect(&s, T, "tls_ssl23_on tls_legacy_version_on");
    assert_string_equal(scene_finding(&s, CM_CAUSE_TLS_SSL23_ON)->rule,
                        "RFC 6176 section 3");
    not_known(&s, CM_VERSION_SSL2);
    not_known(&s, CM_VERSION_SSL3);
    not_known(&s, CM_VERSION_TLS1_0);
    not_known(&s, CM_VERSION_TLS1_1);
    scene_expect(&s, T, "");
    scene_close(&s);
}

/* A server that has nothing newer is another cause's. */
static void old_versions_alone(void **state)
{
    struct scene s;

    (void)state;
    open_sound(&s);
    s.ev->probes[0].version = 0x0301;
    SERVE(&s, CM_VERSION_TLS1_0, 0xC013);
    not_served(&s, CM_VERSION_TLS1_2);
    not_served(&s, CM_VERSION_TLS1_3);
    scene_expect(&s, CM_VERDICT_UNTRUSTED, "tls_version_too_old");
    scene_close(&s);
}

static void tls1_3_is_missing(void **state)
{
    struct scene s;

    (void)state;
    open_sound(&s);
    s.ev->probes[0].version = 0x0303;
    not_served(&s, CM_VERSION_TLS1_3);
    scene_expect(&s, T, "tls13_missing");
    assert_int_equal(scene_finding(&s, CM_CAUSE_TLS13_MISSING)->resolution,
                     CM_RESOLUTION_ENABLE_MODERN_TLS);
    not_known(&s, CM_VERSION_TLS1_3);
    scene_expect(&s, T, "");
    scene_close(&s);
}

static void weak_suites(void **state)
{
    static const uint16_t weak[] = {
        0x0001, /* NULL with MD5 */ 0x0003, /* export */ 0x0005, /* RC4 */
        0x0009, /* DES */ 0x000A,           /* 3DES */ 0x0007,   /* IDEA */
        0x0034, /* anonymous */ 0x003B /* NULL with SHA-256 */};
    struct scene s;

    (void)state;
    for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
        open_sound(&s);
        SERVE(&s, CM_VERSION_TLS1_2, 0xC02F, weak[i]);
        scene_expect(&s, T, "tls_weak_cipher_on");
        assert_contains(scene_finding(&s, CM_CAUSE_TLS_WEAK_CIPHER_ON)->proof,
                        cm_suite_find(weak[i])->name);
        scene_close(&s);
    }
    open_sound(&s);
    SERVE(&s, CM_VERSION_TLS1_2, 0xC02F, 0x0001, 0x0002, 0x0003, 0x0004, 0x0005,
          0x0006, 0x0007, 0x0008);
    SERVE(&s, CM_VERSION_TLS1_1, 0x0005);
    scene_expect(&s, T, "tls_legacy_version_on tls_weak_cipher_on");
    assert_contains(scene_finding(&s, CM_CAUSE_TLS_WEAK_CIPHER_ON)->proof,
                    "and 2 more");
    scene_close(&s);
}

static void no_forward_secrecy(void **state)
{
    struct scene s;

    (void)state;
    open_sound(&s);
    s.ev->probes[0].version = 0x0303;
    not_served(&s, CM_VERSION_TLS1_3);
    SERVE(&s, CM_VERSION_TLS1_2, 0x009C, 0x002F);
    scene_expect(&s, T, "tls_no_forward_secrecy tls13_missing");
    s.ev->inventory->versions[CM_VERSION_TLS1_2].complete = false;
    scene_expect(&s, T, "tls13_missing");
    SERVE(&s, CM_VERSION_TLS1_2, 0x009C, 0x0033, 0x009E);
    scene_expect(&s, T, "tls13_missing");
    /* Anonymous suites have it, but nobody may use them. */
    SERVE(&s, CM_VERSION_TLS1_2, 0x009C, 0x0034);
    scene_expect(&s, T,
                 "tls_no_forward_secrecy tls_weak_cipher_on tls13_missing");
    not_known(&s, CM_VERSION_TLS1_3);
    scene_expect(&s, T, "tls_weak_cipher_on");
    scene_close(&s);
}

static void only_cbc(void **state)
{
    struct scene s;

    (void)state;
    open_sound(&s);
    s.ev->probes[0].version = 0x0303;
    not_served(&s, CM_VERSION_TLS1_3);
    SERVE(&s, CM_VERSION_TLS1_2, 0xC013, 0xC027);
    scene_expect(&s, T, "tls_cbc_only tls13_missing");
    SERVE(&s, CM_VERSION_TLS1_2, 0xC013, 0xC0A0 /* CCM */, 0xC027);
    scene_expect(&s, T, "tls13_missing");
    scene_close(&s);
}

static void parameters(void **state)
{
    struct scene s;

    (void)state;
    open_sound(&s);
    s.ev->inventory->min_dh_bits = 1024;
    scene_expect(&s, T, "tls_weak_dh");
    assert_contains(scene_finding(&s, CM_CAUSE_TLS_WEAK_DH)->proof,
                    "1024 bits");
    s.ev->inventory->min_dh_bits = 0;
    s.ev->inventory->secure_renegotiation = CM_NO;
    scene_expect(&s, T, "tls_no_secure_renego");
    s.ev->inventory->secure_renegotiation = CM_NOT_KNOWN;
    s.ev->inventory->extended_master_secret = CM_NO;
    scene_expect(&s, T, "tls_no_ems");
    s.ev->inventory->extended_master_secret = CM_NOT_KNOWN;
    scene_expect(&s, T, "");
    scene_close(&s);
}

static void post_quantum(void **state)
{
    static const uint16_t good[] = {0x11EB, 0x11EC, 0x11ED,
                                    0x11EE, 0x0201, 0x6399};
    struct scene s;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        open_sound(&s);
        s.ev->inventory->groups[0] = good[i];
        scene_expect(&s, T, "");
        scene_close(&s);
    }
    open_sound(&s);
    s.ev->inventory->groups[0] = 0x0017;
    scene_expect(&s, T, "pq_kex_missing");
    assert_int_equal(scene_finding(&s, CM_CAUSE_PQ_KEX_MISSING)->resolution,
                     CM_RESOLUTION_ENABLE_POST_QUANTUM);
    s.ev->inventory->groups_complete = false;
    scene_expect(&s, T, "");
    s.ev->inventory->groups_complete = true;
    not_served(&s, CM_VERSION_TLS1_3);
    s.ev->probes[0].version = 0x0303;
    scene_expect(&s, T, "tls13_missing"); /* that comes first */
    scene_close(&s);
}

static struct cm_answer *answer(struct scene *s, enum cm_ask ask,
                                uint16_t version, uint16_t cipher)
{
    struct cm_answer *a = cm_evidence_add_answer(s->ev);

    assert_non_null(a);
    a->ask = ask;
    a->end = CM_ANSWER_FLIGHT;
    a->version = version;
    a->cipher = cipher;
    a->secure_renegotiation = true;
    return a;
}

/* Without an inventory the answers of a diagnosis say as much. */
static void answers_are_proof_too(void **state)
{
    struct scene s;
    struct cm_answer *a;

    (void)state;
    scene_open(&s, NULL);
    scene_trust(&s, "root");
    scene_serve(&s, "leaf int")->version = 0x0303;
    a = answer(&s, CM_ASK_TLS1_3, 0, 0);
    a->end = CM_ANSWER_ALERT;
    a->alert = 70;
    (void)answer(&s, CM_ASK_TLS1_2, 0x0303, 0xC02F);
    scene_expect(&s, T, "tls13_missing");
    s.ev->answers[0].alert = 40; /* may be about anything */
    scene_expect(&s, T, "");
    a = answer(&s, CM_ASK_TLS1_0, 0x0301, 0x0005);
    a->secure_renegotiation = true;
    scene_expect(&s, T, "tls_legacy_version_on tls_weak_cipher_on");
    s.ev->answers[1].secure_renegotiation = false;
    s.ev->answers[1].dh_bits = 768;
    scene_expect(&s, T,
                 "tls_weak_dh tls_no_secure_renego tls_legacy_version_on "
                 "tls_weak_cipher_on");
    scene_close(&s);
}

/* Hygiene stays behind what breaks. */
static void never_the_verdict(void **state)
{
    struct scene s;

    (void)state;
    open_sound(&s);
    s.trust.anchors = s.pool;
    SERVE(&s, CM_VERSION_SSL3, 0x0005);
    s.ev->inventory->min_dh_bits = 512;
    scene_judge(&s);
    assert_int_equal(s.got.verdict, CM_VERDICT_UNTRUSTED);
    assert_true(s.got.findings[0].blocks);
    for (size_t i = 0; i < s.got.num_findings; i++) {
        assert_true(!s.got.findings[i].blocks ||
                    cm_cause_info(s.got.findings[i].cause)->stage !=
                        CM_STAGE_TLS);
    }
    scene_close(&s);
}

static int close_zoo(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_server_has_no_finding),
        cmocka_unit_test(old_versions),
        cmocka_unit_test(old_versions_alone),
        cmocka_unit_test(tls1_3_is_missing),
        cmocka_unit_test(weak_suites),
        cmocka_unit_test(no_forward_secrecy),
        cmocka_unit_test(only_cbc),
        cmocka_unit_test(parameters),
        cmocka_unit_test(post_quantum),
        cmocka_unit_test(answers_are_proof_too),
        cmocka_unit_test(never_the_verdict),
    };

    return cmocka_run_group_tests(tests, NULL, close_zoo);
}
