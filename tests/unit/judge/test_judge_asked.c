/* Handshakes that failed, by the answers to hand-built hellos: each cause by
 * its proof, and its neighbour without it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define U CM_VERDICT_UNTRUSTED
#define X CM_VERDICT_UNREACHABLE
#define MAX_SAID 9

/* An answer; `chain` names certificates of the zoo. */
struct said {
    enum cm_ask ask;
    enum cm_answer_end end;
    uint8_t alert;
    uint16_t version;
    uint16_t cipher;
    uint16_t group;
    uint16_t signature;
    const char *chain;
};

#define WORKS(ask, version, cipher, group, signature, chain)                   \
    {                                                                          \
        CM_ASK_##ask, CM_ANSWER_FLIGHT, 0, version, cipher, group, signature,  \
            chain                                                              \
    }
#define GOOD(ask) WORKS(ask, 0x0303, 0xc02b, 0x001d, 0x0403, "leaf int")
#define RETRY(ask, cipher, group)                                              \
    {                                                                          \
        CM_ASK_##ask, CM_ANSWER_RETRY, 0, 0x0304, cipher, group, 0, NULL       \
    }
#define ALERT(ask, number)                                                     \
    {                                                                          \
        CM_ASK_##ask, CM_ANSWER_ALERT, number, 0, 0, 0, 0, NULL                \
    }
#define ENDS(ask, end)                                                         \
    {                                                                          \
        CM_ASK_##ask, CM_ANSWER_##end, 0, 0, 0, 0, 0, NULL                     \
    }

static struct asked_case {
    const char *name;
    enum cm_end end;
    int alert; /* 0: none */
    struct said says[MAX_SAID];
    const char *causes;
    enum cm_verdict verdict;
    enum cm_confidence confidence;
    const char *proof;
} cases[] = {
    {"every suite is what it takes",
     CM_END_ALERT_RECEIVED,
     40,
     {WORKS(TLS1_2, 0x0303, 0x009e, 0x0100, 0x0401, "leaf int"),
      ALERT(SMALL, 40),
      WORKS(SUITES, 0x0303, 0x009e, 0x0100, 0x0401, "leaf int")},
     "tls_no_common_cipher",
     U,
     CM_CERTAIN,
     "the alert handshake_failure (40), and the same hello with every cipher "
     "suite there is with TLSv1.2 and TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"},
    {"... and its certificate is bad besides",
     CM_END_ALERT_RECEIVED,
     40,
     {WORKS(TLS1_2, 0x0303, 0x009e, 0x0100, 0x0401, "leafold int"),
      ALERT(SMALL, 40),
      WORKS(SUITES, 0x0303, 0x009e, 0x0100, 0x0401, "leafold int")},
     "tls_no_common_cipher leaf_expired",
     U,
     CM_CERTAIN,
     "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"},
    {"... hung up instead of an alert",
     CM_END_RESET,
     0,
     {ENDS(SMALL, RESET), WORKS(TLS1_2, 0x0303, 0x003c, 0, 0, "leaf int"),
      WORKS(SUITES, 0x0303, 0x003c, 0, 0, "leaf int")},
     "tls_no_common_cipher",
     U,
     CM_CERTAIN,
     "with a reset, and the same hello"},
    {"every group is what it takes",
     CM_END_ALERT_RECEIVED,
     40,
     {WORKS(TLS1_2, 0x0303, 0xc02b, 0x001e, 0x0403, "leaf int"),
      ALERT(SMALL, 40),
      WORKS(GROUPS, 0x0303, 0xc02b, 0x001e, 0x0403, "leaf int")},
     "tls_no_common_group",
     U,
     CM_CERTAIN,
     "with every group there is with TLSv1.2 and "
     "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256; it takes x448"},
    {"every signature scheme is what it takes",
     CM_END_ALERT_RECEIVED,
     40,
     {WORKS(TLS1_2, 0x0303, 0xc02b, 0x001d, 0x0708, "leaf int"),
      ALERT(SMALL, 40),
      WORKS(SIGNATURES, 0x0303, 0xc02b, 0x001d, 0x0708, "leaf int")},
     "tls_no_common_sigalg",
     U,
     CM_CERTAIN,
     "with every signature scheme there is"},
    {"two respects, and none alone",
     CM_END_ALERT_RECEIVED,
     40,
     {WORKS(TLS1_2, 0x0303, 0x009e, 0x001e, 0x0403, "leaf int"),
      ALERT(SMALL, 40), ALERT(SUITES, 40), ALERT(GROUPS, 40),
      ALERT(SIGNATURES, 40)},
     "tls_no_common_cipher tls_no_common_group",
     U,
     CM_CERTAIN,
     "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"},
    {"the budget ended before the proof",
     CM_END_ALERT_RECEIVED,
     40,
     {WORKS(TLS1_2, 0x0303, 0x009e, 0x0100, 0x0401, "leaf int"),
      ALERT(SMALL, 40)},
     "tls_no_common_cipher tls_no_common_group",
     U,
     CM_PROBABLE,
     "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"},
    {"TLS 1.3 alone with a group of its own",
     CM_END_ALERT_RECEIVED,
     40,
     {ALERT(TLS1_2, 70), RETRY(TLS1_3, 0x1301, 0x001e),
      RETRY(GROUPS, 0x1301, 0x001e)},
     "tls_no_common_group",
     U,
     CM_CERTAIN,
     "it takes x448"},
    {"TLS 1.3 alone with a suite of its own",
     CM_END_ALERT_RECEIVED,
     40,
     {ALERT(TLS1_2, 70), RETRY(TLS1_3, 0x1304, 0x001d),
      RETRY(SUITES, 0x1304, 0x001d)},
     "tls_no_common_cipher",
     U,
     CM_CERTAIN,
     "TLSv1.3 and TLS_AES_128_CCM_SHA256"},
    {"TLS 1.3 alone, and its choice is a common one",
     CM_END_ALERT_RECEIVED,
     40,
     {ALERT(TLS1_2, 70), RETRY(TLS1_3, 0x1301, 0x001d), ALERT(SUITES, 40),
      ALERT(GROUPS, 40), ALERT(SIGNATURES, 40)},
     "tls_no_common_sigalg",
     U,
     CM_PROBABLE,
     "TLSv1.3"},
    {"TLS 1.0 at most",
     CM_END_ALERT_RECEIVED,
     40,
     {WORKS(TLS1_2, 0x0301, 0x0039, 0, 0, "leaf int"), ALERT(SMALL, 40),
      WORKS(SUITES, 0x0301, 0x0039, 0, 0, "leaf int")},
     "tls_version_too_old tls_no_common_cipher",
     U,
     CM_CERTAIN,
     "a hello of TLS 1.2 at most with TLSv1 and"},
    {"SSLv3 at most",
     CM_END_ALERT_RECEIVED,
     70,
     {ALERT(TLS1_2, 70), WORKS(SSL3, 0x0300, 0x000a, 0, 0, "leaf int")},
     "tls_version_too_old",
     U,
     CM_CERTAIN,
     "a hello of SSLv3 with SSLv3 and TLS_RSA_WITH_3DES_EDE_CBC_SHA"},
    {"SSLv2 at most",
     CM_END_ALERT_RECEIVED,
     70,
     {ALERT(TLS1_2, 70), ALERT(SSL3, 70),
      WORKS(SSL2, 0x0002, 0x0080, 0, 0, "leaf int")},
     "tls_version_too_old",
     U,
     CM_CERTAIN,
     "a hello of SSLv2 with SSLv2: it speaks nothing newer"},
    {"alert 70 to every version",
     CM_END_ALERT_RECEIVED,
     70,
     {ALERT(TLS1_2, 70), ALERT(SSL3, 70), ALERT(TLS1_3, 70), ALERT(TLS1_0, 70),
      ALERT(SSL2, 70)},
     "tls_alert_other",
     U,
     CM_CERTAIN,
     "every version from SSLv3 to TLS 1.3"},
    {"alert 40 to everything",
     CM_END_ALERT_RECEIVED,
     40,
     {ALERT(TLS1_2, 40), ALERT(NO_SNI, 40), ALERT(TLS1_3, 40),
      ALERT(ANONYMOUS, 40)},
     "tls_alert_other",
     U,
     CM_CERTAIN,
     "it may have no certificate that it can use; 4 further hellos"},
    {"alert 40, and hardly asked",
     CM_END_ALERT_RECEIVED,
     40,
     {ALERT(TLS1_2, 40)},
     "tls_no_common_cipher",
     U,
     CM_PROBABLE,
     "1 further hello, of other versions"},
    {"alert 80 to everything",
     CM_END_ALERT_RECEIVED,
     80,
     {ALERT(TLS1_2, 80), ALERT(NO_SNI, 80), ALERT(OTHER_SNI, 80)},
     "tls_internal_error",
     U,
     CM_CERTAIN,
     "3 further hellos, of other versions, sizes or names, fared no better"},
    {"alert 80 for this name alone",
     CM_END_ALERT_RECEIVED,
     80,
     {ALERT(TLS1_2, 80), ALERT(NO_SNI, 80), GOOD(OTHER_SNI)},
     "tls_sni_unrecognized",
     U,
     CM_CERTAIN,
     "for \"www.a.example\" with the alert internal_error (80), and the same "
     "hello for a name that nobody has with TLSv1.2"},
    {"a reset for this name alone",
     CM_END_RESET,
     0,
     {ENDS(SMALL, RESET), GOOD(NO_SNI)},
     "tls_sni_unrecognized",
     U,
     CM_CERTAIN,
     "with a reset, and the same hello without a name with TLSv1.2"},
    {"alert 80 for this name, but by hand it works",
     CM_END_ALERT_RECEIVED,
     80,
     {GOOD(TLS1_2), GOOD(SMALL), GOOD(NO_SNI), GOOD(GREASE), GOOD(LARGE),
      GOOD(NEWER)},
     "tls_handshake_unexplained",
     U,
     CM_CERTAIN,
     "6 hellos did not bring out what makes the difference"},
    {"closes on everything",
     CM_END_CLOSED,
     0,
     {ENDS(SMALL, CLOSED), ENDS(NO_SNI, CLOSED), ENDS(TLS1_2, CLOSED)},
     "tls_closed_on_hello",
     X,
     CM_CERTAIN,
     "3 further hellos"},
    {"resets everything",
     CM_END_RESET,
     0,
     {ENDS(SMALL, RESET), ENDS(NO_SNI, NONE)},
     "tls_reset_on_hello",
     X,
     CM_CERTAIN,
     "1 further hello,"},
    {"silent to everything",
     CM_END_TIMEOUT,
     0,
     {ENDS(SMALL, SILENT), ENDS(NO_SNI, SILENT), ENDS(TLS1_0, SILENT)},
     "tls_handshake_timeout",
     X,
     CM_CERTAIN,
     "3 further hellos"},
    {"no certificate: anonymous",
     CM_END_ALERT_RECEIVED,
     40,
     {ALERT(TLS1_2, 40), WORKS(ANONYMOUS, 0x0303, 0x00a6, 0, 0, NULL)},
     "tls_no_certificate",
     U,
     CM_CERTAIN,
     "TLS_DH_anon_WITH_AES_128_GCM_SHA256: it serves no certificate"},
    {"anonymous besides a certificate is another matter",
     CM_END_ALERT_RECEIVED,
     40,
     {WORKS(TLS1_2, 0x0303, 0x009e, 0x0100, 0x0401, "leaf int"),
      ALERT(SMALL, 40),
      WORKS(SUITES, 0x0303, 0x009e, 0x0100, 0x0401, "leaf int"),
      WORKS(ANONYMOUS, 0x0303, 0x00a6, 0, 0, NULL)},
     "tls_no_common_cipher",
     U,
     CM_CERTAIN,
     ""},
    {"does not stand TLS 1.3 on offer",
     CM_END_RESET,
     0,
     {GOOD(SMALL), GOOD(GREASE), GOOD(LARGE), ENDS(NEWER, RESET),
      ENDS(NEWER, RESET), ENDS(NEWER, RESET), GOOD(SMALL)},
     "tls_hello_intolerant",
     U,
     CM_CERTAIN,
     "version: 9.9.9.1:443 answered a plain hello of TLS 1.2 with TLSv1.2 and "
     "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 (2 of 2), and the same hello "
     "with TLS 1.3 on offer with a reset (3 of 3)"},
    {"does not stand much",
     CM_END_TIMEOUT,
     0,
     {GOOD(SMALL), GOOD(GREASE), ENDS(LARGE, SILENT), ENDS(LARGE, SILENT),
      ENDS(LARGE, SILENT), GOOD(SMALL)},
     "tls_hello_intolerant",
     U,
     CM_CERTAIN,
     "large: "},
    {"does not stand what it does not know",
     CM_END_ALERT_RECEIVED,
     110,
     {GOOD(SMALL), ALERT(GREASE, 110), ALERT(GREASE, 110), ALERT(GREASE, 110),
      GOOD(SMALL)},
     "tls_hello_intolerant",
     U,
     CM_CERTAIN,
     "extension: "},
    {"does not stand two records",
     CM_END_CLOSED,
     0,
     {GOOD(SMALL), ENDS(SPLIT, CLOSED), ENDS(SPLIT, CLOSED),
      ENDS(SPLIT, CLOSED), GOOD(SMALL)},
     "tls_hello_intolerant",
     U,
     CM_CERTAIN,
     "record_split: "},
    {"failed twice only",
     CM_END_RESET,
     0,
     {GOOD(SMALL), ENDS(LARGE, RESET), ENDS(LARGE, RESET), GOOD(SMALL)},
     "tls_hello_intolerant",
     U,
     CM_PROBABLE,
     "(2 of 2)"},
    {"failed and worked: it flaps",
     CM_END_RESET,
     0,
     {GOOD(SMALL), ENDS(LARGE, RESET), ENDS(LARGE, RESET), GOOD(LARGE),
      ENDS(LARGE, RESET), GOOD(SMALL)},
     "tls_handshake_unexplained",
     U,
     CM_CERTAIN,
     "what makes the difference"},
    {"insists on an application protocol",
     CM_END_ALERT_RECEIVED,
     120,
     {GOOD(ALPN)},
     "tls_alpn_failure",
     U,
     CM_CERTAIN,
     "the same hello with h2 and http/1.1 with TLSv1.2"},
    {"alert 120 to application protocols too",
     CM_END_ALERT_RECEIVED,
     120,
     {ALERT(ALPN, 120), ALERT(TLS1_2, 120)},
     "tls_alpn_failure",
     U,
     CM_CERTAIN,
     "2 further hellos"},
    {"could not be asked",
     CM_END_ALERT_RECEIVED,
     40,
     {ENDS(TLS1_2, NONE), ENDS(NO_SNI, NONE)},
     "tls_no_common_cipher",
     U,
     CM_PROBABLE,
     "(40), which most often means"},
};
#define CASES (sizeof(cases) / sizeof(*cases))

static void present(void *answer, struct cm_cert *cert)
{
    struct cm_answer *a = answer;

    a->chain =
        reallocarray(a->chain, a->num_chain + 1, sizeof(struct cm_cert *));
    assert_non_null(a->chain);
    a->chain[a->num_chain++] = cm_cert_ref(cert);
}

static struct cm_answer *hear(struct scene *s, const struct said *said)
{
    struct cm_answer *a = cm_evidence_add_answer(s->ev);

    assert_non_null(a);
    a->ask = said->ask;
    a->end = said->end;
    a->alert = said->alert;
    a->alert_level = said->alert != 0 ? 2 : 0;
    a->version = said->version;
    a->cipher = said->cipher;
    a->group = said->group;
    a->signature = said->signature;
    a->secure_renegotiation = true;
    if (said->chain != NULL) {
        zoo_each(said->chain, present, a);
    }
    return a;
}

static struct cm_probe *first_hello(struct scene *s, enum cm_end end, int alert)
{
    struct cm_probe *p = scene_probe(s, 1, CM_PHASE_HANDSHAKING, end);

    p->sys_errno = end == CM_END_RESET     ? ECONNRESET
                   : end == CM_END_TIMEOUT ? ETIMEDOUT
                                           : 0;
    if (alert != 0) {
        p->alert_received = (struct cm_alert){true, 2, (uint8_t)alert};
    }
    return p;
}

static void proves_this(void **state)
{
    const struct asked_case *c = *state;
    struct scene s;

    scene_open(&s, NULL);
    scene_trust(&s, "root");
    first_hello(&s, c->end, c->alert);
    for (size_t i = 0; i < MAX_SAID; i++) {
        if (c->says[i].ask != 0 || c->says[i].end != 0) {
            hear(&s, &c->says[i]);
        }
    }
    scene_expect(&s, c->verdict, c->causes);
    assert_int_equal(s.got.findings[0].confidence, c->confidence);
    assert_contains(s.got.findings[0].proof, c->proof);
    scene_close(&s);
}

/* An address that is called without a name. */
static void a_name_may_be_wanted(void **state)
{
    static const struct said other = GOOD(OTHER_SNI);
    struct scene s;

    (void)state;
    scene_open(&s, "9.9.9.1");
    first_hello(&s, CM_END_ALERT_RECEIVED, 80);
    hear(&s, &other);
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
    first_hello(&s, CM_END_ALERT_RECEIVED, 40);
    hear(&s, &all);
    hear(&s, &refused);
    hear(&s, &suites);
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
    hear(&s, &old);
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
        first_hello(&s, CM_END_ALERT_RECEIVED, 40);
        a = hear(&s, &small);
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

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[CASES + 6] = {
        cmocka_unit_test(a_name_may_be_wanted),
        cmocka_unit_test(the_inventory_tells_of_names_too),
        cmocka_unit_test(certificates_in_clear_count),
        cmocka_unit_test(the_handshakes_own_certificates_count_more),
        cmocka_unit_test(a_key_too_short_for_tls13),
        cmocka_unit_test(our_refusal_of_its_key_is_the_keys_fault),
    };

    for (size_t i = 0; i < CASES; i++) {
        tests[6 + i] = (struct CMUnitTest){.name = cases[i].name,
                                           .test_func = proves_this,
                                           .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("judge: answers", tests, NULL, leave);
}
