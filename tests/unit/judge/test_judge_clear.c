/* Names, keys and certificates that answers to hand-built hellos bring out.
 * SPDX-License-Identifier: Apache-2.0 */
#include "asked.h"

#define U CM_VERDICT_UNTRUSTED

/* An address that is called without a name. */
static void a_name_may_be_wanted(void **state)
{
    static const struct said other = GOOD(OTHER_SNI);
    struct scene s;

    (void)state;
    scene_open(&s, "9.9.9.1");
    scene_first_hello(&s, CM_END_ALERT_RECEIVED, 80);
    scene_hear(&s, &other);
    scene_judge(&s);
    assert_int_equal(s.got.findings[0].cause, CM_CAUSE_TLS_SNI_REQUIRED);
    assert_string_equal(cm_verdict_id(s.got.verdict), cm_verdict_id(U));
    assert_contains(s.got.findings[0].proof,
                    "a hello without a server name with the alert "
                    "internal_error (80)");
    scene_close(&s);
}

static void the_inventory_tells_of_names_too(void **state)
{
    struct scene s;

    (void)state;
    for (unsigned known = CM_NOT_KNOWN; known <= CM_YES; known++) {
        scene_open(&s, NULL);
        scene_trust(&s, "root");
        scene_serve(&s, "leaf int");
        s.ev->inventory = cm_inventory_new();
        assert_non_null(s.ev->inventory);
        s.ev->inventory->sni_needed = (enum cm_known)known;
        scene_judge(&s);
        assert_string_equal(cm_verdict_id(s.got.verdict), "trusted");
        if (known == CM_YES) {
            assert_false(scene_finding(&s, CM_CAUSE_TLS_SNI_REQUIRED)->blocks);
        } else {
            for (size_t i = 0; i < s.got.num_findings; i++) {
                assert_int_not_equal(s.got.findings[i].cause,
                                     CM_CAUSE_TLS_SNI_REQUIRED);
            }
        }
        scene_close(&s);
    }
}

/* Certificates in clear are judged as presented ones. */
static void certificates_in_clear_count(void **state)
{
    static const struct said all =
        WORKS(TLS1_2, 0x0303, 0x009e, 0x0100, 0x0401, "leaf");
    static const struct said refused = ALERT(SMALL, 40);
    static const struct said suites =
        WORKS(SUITES, 0x0303, 0x009e, 0x0100, 0x0401, "leaf");
    const struct cm_finding *f;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    scene_trust(&s, "root");
    scene_know(&s, "int");
    scene_first_hello(&s, CM_END_ALERT_RECEIVED, 40);
    scene_hear(&s, &all);
    scene_hear(&s, &refused);
    scene_hear(&s, &suites);
    scene_expect(&s, U, "tls_no_common_cipher chain_incomplete");
    f = scene_finding(&s, CM_CAUSE_CHAIN_INCOMPLETE);
    assert_int_equal(f->resolution, CM_RESOLUTION_INSTALL_CHAIN);
    assert_int_equal(s.got.num_path, 3);
    assert_int_equal(s.ev->probes[0].num_chain,
                     0); /* evidence stays as it is */
    scene_close(&s);
}

/* What the handshake itself saw comes first. */
static void the_handshakes_own_certificates_count_more(void **state)
{
    static const struct said old =
        WORKS(TLS1_2, 0x0303, 0xc02b, 0x001d, 0x0403, "leafold int");
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    scene_trust(&s, "root");
    scene_serve(&s, "leaf int");
    scene_hear(&s, &old);
    scene_expect(&s, CM_VERDICT_TRUSTED, "");
    scene_close(&s);
}

static void a_key_too_short_for_tls13(void **state)
{
    static const struct said small =
        WORKS(SMALL, 0x0303, 0xc02f, 0x001d, 0x0401, "leafrsa int");
    struct cm_answer *a;
    struct cm_cert *leaf;
    struct scene s;

    (void)state;
    for (unsigned bits = 512; bits <= 1024; bits += 512) {
        scene_open(&s, NULL);
        scene_trust(&s, "root");
        scene_first_hello(&s, CM_END_ALERT_RECEIVED, 40);
        a = scene_hear(&s, &small);
        leaf = a->chain[0];
        leaf->key_bits = bits; /* the zoo's own: put back below */
        scene_judge(&s);
        assert_string_equal(cm_cause_info(s.got.findings[0].cause)->id,
                            bits == 512 ? "tls_no_common_sigalg"
                                        : "tls_handshake_unexplained");
        assert_non_null(scene_finding(&s, CM_CAUSE_KEY_TOO_SMALL));
        leaf->key_bits = 2048;
        scene_close(&s);
    }
}

static void our_refusal_of_its_key_is_the_keys_fault(void **state)
{
    static const enum cm_key_alg algs[] = {CM_KEY_ED448, CM_KEY_ED25519};
    struct cm_probe *p;
    struct scene s;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        enum cm_key_alg was;

        scene_open(&s, NULL);
        scene_trust(&s, "root");
        p = scene_serve(&s, "leaf int");
        p->end = CM_END_REFUSED_BY_US;
        was = p->chain[0]->key_alg;
        p->chain[0]->key_alg = algs[i];
        scene_judge(&s);
        assert_string_equal(cm_cause_info(s.got.findings[0].cause)->id,
                            i == 0 ? "key_alg_unsupported"
                                   : "tls_handshake_unexplained");
        p->chain[0]->key_alg = was;
        scene_close(&s);
    }
}

/* It works for us, and not for clients with larger hellos. */
static void what_works_may_mind_other_hellos(void **state)
{
    static const struct said large = ENDS(LARGE, RESET);
    static const struct said small = GOOD(SMALL);
    static const struct said split = GOOD(SPLIT);
    const struct cm_finding *f;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    scene_trust(&s, "root");
    scene_serve(&s, "leaf int");
    scene_hear(&s, &split);
    scene_expect(&s, CM_VERDICT_TRUSTED, "");
    for (int i = 0; i < 3; i++) {
        scene_hear(&s, &large);
    }
    scene_hear(&s, &small);
    scene_hear(&s, &small);
    scene_expect(&s, CM_VERDICT_TRUSTED, "tls_hello_intolerant");
    f = &s.got.findings[0];
    assert_false(f->blocks);
    assert_int_equal(f->confidence, CM_CERTAIN);
    assert_contains(f->proof, "large: ");
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
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_may_be_wanted),
        cmocka_unit_test(the_inventory_tells_of_names_too),
        cmocka_unit_test(certificates_in_clear_count),
        cmocka_unit_test(the_handshakes_own_certificates_count_more),
        cmocka_unit_test(a_key_too_short_for_tls13),
        cmocka_unit_test(our_refusal_of_its_key_is_the_keys_fault),
        cmocka_unit_test(what_works_may_mind_other_hellos),
    };

    return cmocka_run_group_tests_name("judge: in clear", tests, NULL, leave);
}
