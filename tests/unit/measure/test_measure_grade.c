/* Grades by the guide's own tables and rules: worked examples, and each rule
 * with the server that just escapes it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "measure/grade.h"

struct bench {
    struct cm_evidence *ev;
    struct cm_cert leaf;
    struct cm_judgement judgement;
    struct cm_finding finding;
    struct cm_grade got;
};

static void serve(struct bench *b, enum cm_version_index version, size_t num,
                  const uint16_t *suites)
{
    struct cm_version_inventory *of = &b->ev->inventory->versions[version];

    free(of->suites);
    of->suites = calloc(num + 1, sizeof(suites[0]));
    assert_non_null(of->suites);
    memcpy(of->suites, suites, num * sizeof(suites[0]));
    of->num_suites = num;
    of->served = num > 0 ? CM_YES : CM_NO;
    of->complete = true;
    of->server_order = CM_YES;
}
#define SERVE(b, version, ...)                                                 \
    serve(b, version,                                                          \
          sizeof((const uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t),          \
          (const uint16_t[]){__VA_ARGS__})

static void serve_not(struct bench *b, enum cm_version_index version)
{
    static const uint16_t none[1];

    serve(b, version, 0, none);
}

/* TLS 1.2 and 1.3 with AES, RSA 2048, X25519: the usual A. */
static void open_bench(struct bench *b)
{
    struct cm_probe *probe;

    memset(b, 0, sizeof(*b));
    b->ev = cm_evidence_new();
    assert_non_null(b->ev);
    b->ev->inventory = cm_inventory_new();
    assert_non_null(b->ev->inventory);
    for (int v = 0; v < CM_VERSION_COUNT; v++) {
        serve_not(b, (enum cm_version_index)v);
    }
    SERVE(b, CM_VERSION_TLS1_3, 0x1302, 0x1301);
    SERVE(b, CM_VERSION_TLS1_2, 0xC030, 0xC02F);
    b->ev->inventory->groups[0] = 0x001D;
    b->ev->inventory->num_groups = 1;
    b->ev->inventory->groups_complete = true;
    b->ev->inventory->secure_renegotiation = CM_YES;
    b->ev->inventory->compression = CM_NO;
    b->leaf.refs = 2; /* never freed by the evidence */
    b->leaf.parsed = true;
    b->leaf.key_alg = CM_KEY_RSA;
    b->leaf.key_bits = 2048;
    b->leaf.sig_hash = CM_HASH_SHA256;
    probe = cm_evidence_add_probe(b->ev);
    assert_non_null(probe);
    probe->end = CM_END_COMPLETE;
    probe->reached = CM_PHASE_HANDSHAKING;
    probe->chain = calloc(1, sizeof(struct cm_cert *));
    assert_non_null(probe->chain);
    probe->chain[0] = &b->leaf;
    probe->num_chain = 1;
    b->judgement.findings = &b->finding;
}

static void close_bench(struct bench *b)
{
    cm_evidence_free(b->ev);
}

static void grade(struct bench *b)
{
    cm_grade_endpoint(&b->got, b->ev, &b->judgement);
}

static void expect(struct bench *b, enum cm_letter letter, uint32_t rules)
{
    grade(b);
    assert_string_equal(cm_letter_text(b->got.letter), cm_letter_text(letter));
    assert_int_equal(b->got.rules, rules);
}
#define RULE(rule) (1U << CM_GRADE_##rule)

static void the_tables(void **state)
{
    static const unsigned protocols[] = {0, 80, 90, 95, 100, 100};

    (void)state;
    for (int v = 0; v < CM_VERSION_COUNT; v++) {
        assert_int_equal(cm_grade_protocol_points((enum cm_version_index)v),
                         protocols[v]);
    }
    assert_int_equal(cm_grade_key_points(0), 0);
    assert_int_equal(cm_grade_key_points(511), 20);
    assert_int_equal(cm_grade_key_points(512), 40);
    assert_int_equal(cm_grade_key_points(1023), 40);
    assert_int_equal(cm_grade_key_points(1024), 80);
    assert_int_equal(cm_grade_key_points(2048), 90);
    assert_int_equal(cm_grade_key_points(4095), 90);
    assert_int_equal(cm_grade_key_points(4096), 100);
    assert_int_equal(cm_grade_cipher_points(0), 0);
    assert_int_equal(cm_grade_cipher_points(40), 20);
    assert_int_equal(cm_grade_cipher_points(127), 20);
    assert_int_equal(cm_grade_cipher_points(128), 80);
    assert_int_equal(cm_grade_cipher_points(255), 80);
    assert_int_equal(cm_grade_cipher_points(256), 100);
    assert_int_equal(cm_grade_score_letter(80), CM_LETTER_A);
    assert_int_equal(cm_grade_score_letter(79), CM_LETTER_B);
    assert_int_equal(cm_grade_score_letter(65), CM_LETTER_B);
    assert_int_equal(cm_grade_score_letter(64), CM_LETTER_C);
    assert_int_equal(cm_grade_score_letter(50), CM_LETTER_C);
    assert_int_equal(cm_grade_score_letter(49), CM_LETTER_D);
    assert_int_equal(cm_grade_score_letter(35), CM_LETTER_D);
    assert_int_equal(cm_grade_score_letter(20), CM_LETTER_E);
    assert_int_equal(cm_grade_score_letter(19), CM_LETTER_F);
}

/* What public reports show for such servers: 100/90/90 is 93, and 95/90/90 is
 * 91. */
static void worked_examples(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    expect(&b, CM_LETTER_A, 0);
    assert_int_equal(b.got.protocol, 100);
    assert_int_equal(b.got.key_exchange, 90);
    assert_int_equal(b.got.cipher, 90);
    assert_int_equal(b.got.score, 93);
    assert_false(b.got.at_best);

    SERVE(&b, CM_VERSION_TLS1_0, 0xC013);
    expect(&b, CM_LETTER_B, RULE(LEGACY_VERSION));
    assert_int_equal(b.got.protocol, 95);
    assert_int_equal(b.got.score, 91);

    /* Everything at its best: RSA 4096, P-384 alone, AES-256 alone. */
    serve_not(&b, CM_VERSION_TLS1_0);
    SERVE(&b, CM_VERSION_TLS1_3, 0x1302);
    SERVE(&b, CM_VERSION_TLS1_2, 0xC030);
    b.leaf.key_bits = 4096;
    b.ev->inventory->groups[0] = 0x0018;
    expect(&b, CM_LETTER_A, 0);
    assert_int_equal(b.got.score, 100);

    /* SSLv2 to TLS 1.0: (0 + 90) / 2; 1024 bits: 80; 40 to 128 bits: 50. */
    serve_not(&b, CM_VERSION_TLS1_3);
    serve_not(&b, CM_VERSION_TLS1_2);
    SERVE(&b, CM_VERSION_TLS1_0, 0x0005);
    SERVE(&b, CM_VERSION_SSL3, 0x0004, 0x0009);
    SERVE(&b, CM_VERSION_SSL2, 0x0100);
    b.leaf.key_bits = 1024;
    grade(&b);
    assert_int_equal(b.got.protocol, 45);
    assert_int_equal(b.got.key_exchange, 80);
    assert_int_equal(b.got.cipher, 50);
    assert_int_equal(b.got.score, 57);
    assert_int_equal(b.got.letter, CM_LETTER_F);
    close_bench(&b);
}

static void versions(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    serve_not(&b, CM_VERSION_TLS1_3);
    expect(&b, CM_LETTER_A_MINUS, RULE(NO_TLS1_3));
    SERVE(&b, CM_VERSION_SSL3, 0xC013);
    expect(&b, CM_LETTER_C, RULE(NO_TLS1_3) | RULE(SSL3));
    serve_not(&b, CM_VERSION_SSL3);
    SERVE(&b, CM_VERSION_TLS1_1, 0xC013, 0xC014);
    expect(&b, CM_LETTER_B, RULE(NO_TLS1_3) | RULE(LEGACY_VERSION));
    serve_not(&b, CM_VERSION_TLS1_2);
    expect(&b, CM_LETTER_C,
           RULE(NO_TLS1_3) | RULE(LEGACY_VERSION) | RULE(NO_TLS1_2) |
               RULE(NO_AEAD));
    SERVE(&b, CM_VERSION_SSL2, 0x0700);
    grade(&b);
    assert_int_equal(b.got.letter, CM_LETTER_F);
    close_bench(&b);
}

static void suites(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    serve_not(&b, CM_VERSION_TLS1_3);
    SERVE(&b, CM_VERSION_TLS1_2, 0x009D, 0x009C);
    expect(&b, CM_LETTER_B, RULE(NO_TLS1_3) | RULE(NO_FORWARD_SECRECY));
    SERVE(&b, CM_VERSION_TLS1_2, 0xC014, 0xC013);
    expect(&b, CM_LETTER_B, RULE(NO_TLS1_3) | RULE(NO_AEAD));
    SERVE(&b, CM_VERSION_TLS1_2, 0xC030, 0x0005);
    expect(&b, CM_LETTER_C, RULE(NO_TLS1_3) | RULE(RC4_MODERN));
    SERVE(&b, CM_VERSION_TLS1_2, 0xC030);
    SERVE(&b, CM_VERSION_TLS1_0, 0x0005);
    expect(&b, CM_LETTER_B, RULE(NO_TLS1_3) | RULE(RC4) | RULE(LEGACY_VERSION));
    serve_not(&b, CM_VERSION_TLS1_0);
    SERVE(&b, CM_VERSION_TLS1_2, 0xC030, 0x000A);
    expect(&b, CM_LETTER_A_MINUS, RULE(NO_TLS1_3)); /* comes last */
    SERVE(&b, CM_VERSION_TLS1_2, 0x000A, 0xC030);
    expect(&b, CM_LETTER_C, RULE(NO_TLS1_3) | RULE(3DES_MODERN));
    SERVE(&b, CM_VERSION_TLS1_2, 0x0005, 0x0004);
    grade(&b);
    assert_true((b.got.rules & RULE(ONLY_RC4)) != 0);
    assert_int_equal(b.got.letter, CM_LETTER_F);
    SERVE(&b, CM_VERSION_TLS1_2, 0xC030, 0x0003);
    expect(&b, CM_LETTER_F, RULE(NO_TLS1_3) | RULE(EXPORT) | RULE(RC4_MODERN));
    assert_int_equal(b.got.key_exchange, 40);
    SERVE(&b, CM_VERSION_TLS1_2, 0xC030, 0x0034);
    expect(&b, CM_LETTER_F, RULE(NO_TLS1_3) | RULE(ANONYMOUS));
    assert_int_equal(b.got.key_exchange, 0);
    assert_int_equal(b.got.score, 0); /* one zero makes all zero */
    SERVE(&b, CM_VERSION_TLS1_2, 0xC030, 0x003B);
    expect(&b, CM_LETTER_F, RULE(NO_TLS1_3) | RULE(NO_ENCRYPTION));
    close_bench(&b);
}

static void keys(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    b.leaf.key_bits = 2047;
    expect(&b, CM_LETTER_B, RULE(SMALL_KEY));
    b.leaf.key_bits = 1023;
    expect(&b, CM_LETTER_F, RULE(TINY_KEY));
    b.leaf.key_bits = 256;
    b.leaf.key_alg = CM_KEY_EC;
    expect(&b, CM_LETTER_A, 0);
    b.leaf.key_bits = 192;
    expect(&b, CM_LETTER_B, RULE(SMALL_KEY));
    b.leaf.key_bits = 384;
    b.leaf.sig_hash = CM_HASH_MD5;
    expect(&b, CM_LETTER_F, RULE(MD5_SIGNATURE));
    b.leaf.sig_hash = CM_HASH_SHA384;
    b.ev->inventory->min_dh_bits = 1024;
    expect(&b, CM_LETTER_B, RULE(SMALL_DH));
    b.ev->inventory->min_dh_bits = 768;
    expect(&b, CM_LETTER_F, RULE(TINY_DH));
    b.ev->inventory->min_dh_bits = 2048;
    expect(&b, CM_LETTER_A, 0);
    close_bench(&b);
}

static void extensions(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    b.ev->inventory->secure_renegotiation = CM_NO;
    expect(&b, CM_LETTER_A_MINUS, RULE(NO_SECURE_RENEGOTIATION));
    b.ev->inventory->secure_renegotiation = CM_NOT_KNOWN;
    expect(&b, CM_LETTER_A, 0);
    b.ev->inventory->compression = CM_YES;
    expect(&b, CM_LETTER_C, RULE(COMPRESSION));
    close_bench(&b);
}

static void find(struct bench *b, enum cm_cause cause)
{
    b->finding.cause = cause;
    b->finding.blocks = cm_cause_info(cause)->verdict != CM_VERDICT_NONE;
    b->judgement.num_findings = 1;
}

static void the_certificate(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    find(&b, CM_CAUSE_LEAF_EXPIRED);
    expect(&b, CM_LETTER_T, RULE(NOT_TRUSTED));
    assert_int_equal(b.got.without_trust, CM_LETTER_A);
    find(&b, CM_CAUSE_NAME_MISMATCH);
    expect(&b, CM_LETTER_M, RULE(NAME_MISMATCH));
    assert_int_equal(b.got.without_trust, CM_LETTER_A);
    find(&b, CM_CAUSE_CHAIN_INCOMPLETE);
    expect(&b, CM_LETTER_B, RULE(CHAIN_INCOMPLETE));
    find(&b, CM_CAUSE_LEAF_EXPIRES_SOON);
    expect(&b, CM_LETTER_A, 0);
    find(&b, CM_CAUSE_TLS_CLIENT_CERT_REQUIRED);
    expect(&b, CM_LETTER_A, 0);
    cm_grade_endpoint(&b.got, b.ev, NULL);
    assert_int_equal(b.got.letter, CM_LETTER_A);
    close_bench(&b);
}

/* What was not found out is no reason, and makes the grade a best case. */
static void gaps(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    b.ev->inventory->versions[CM_VERSION_SSL2].served = CM_NOT_KNOWN;
    expect(&b, CM_LETTER_A, 0);
    assert_true(b.got.at_best);
    b.ev->inventory->versions[CM_VERSION_SSL2].served = CM_NO;
    b.ev->inventory->versions[CM_VERSION_TLS1_2].complete = false;
    expect(&b, CM_LETTER_A, 0);
    assert_true(b.got.at_best);
    for (int v = 0; v < CM_VERSION_COUNT; v++) {
        b.ev->inventory->versions[v].served = CM_NOT_KNOWN;
    }
    expect(&b, CM_LETTER_NONE, 0);
    assert_int_equal(b.got.score, 0);
    cm_inventory_free(b.ev->inventory);
    b.ev->inventory = NULL;
    expect(&b, CM_LETTER_NONE, 0);
    close_bench(&b);
}

static void letters_of_suites(void **state)
{
    static const struct {
        uint16_t suite;
        unsigned bits;
        enum cm_letter letter;
    } cases[] = {
        {0x1301, 3072, CM_LETTER_A}, {0xC02F, 0, CM_LETTER_A},
        {0xCCA8, 3072, CM_LETTER_A}, {0x009E, 1024, CM_LETTER_B},
        {0x009E, 512, CM_LETTER_F},  {0xC013, 3072, CM_LETTER_B},
        {0x009C, 2048, CM_LETTER_B}, {0x0005, 2048, CM_LETTER_C},
        {0x000A, 2048, CM_LETTER_C}, {0x0034, 2048, CM_LETTER_F},
        {0x0003, 2048, CM_LETTER_F}, {0x003B, 2048, CM_LETTER_F},
        {0x0100, 2048, CM_LETTER_C},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct cm_suite *suite = cm_suite_find(cases[i].suite);

        assert_non_null(suite);
        if (cm_suite_letter(suite, cases[i].bits) != cases[i].letter) {
            fail_msg("%s: %s", suite->name,
                     cm_letter_text(cm_suite_letter(suite, cases[i].bits)));
        }
    }
}

static void words(void **state)
{
    (void)state;
    for (int i = 1; i < CM_LETTER_COUNT; i++) {
        assert_int_equal(cm_letter_from_text(cm_letter_text((enum cm_letter)i)),
                         i);
    }
    assert_int_equal(cm_letter_from_text("G"), CM_LETTER_NONE);
    assert_int_equal(cm_letter_from_text(""), CM_LETTER_NONE);
    for (int i = 0; i < CM_GRADE_RULE_COUNT; i++) {
        enum cm_grade_rule rule = (enum cm_grade_rule)i;

        assert_true(strlen(cm_grade_rule_text(rule)) > 10);
        assert_true(cm_grade_rule_cap(rule) >= CM_LETTER_A_MINUS);
        assert_true(i == 0 ||
                    cm_grade_rule_cap(rule) >=
                        cm_grade_rule_cap((enum cm_grade_rule)(i - 1)));
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(cm_grade_rule_id(rule),
                                    cm_grade_rule_id((enum cm_grade_rule)j));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tables),
        cmocka_unit_test(worked_examples),
        cmocka_unit_test(versions),
        cmocka_unit_test(suites),
        cmocka_unit_test(keys),
        cmocka_unit_test(extensions),
        cmocka_unit_test(the_certificate),
        cmocka_unit_test(gaps),
        cmocka_unit_test(letters_of_suites),
        cmocka_unit_test(words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
