/* OCSP: which responses are believed, and what they say.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "pki/ocsp.h"
#include "support/forge_ocsp.h"

#define DAYS(n) (FORGE_NOW + (n)*FORGE_DAY)
#define MINUTES(n) (INT64_C(60) * (n))

/* A CA with a leaf; its twin, of the same name with another key; responders. */
static struct world {
    struct forge_key *key;
    struct forge_key *twin_key;
    struct forge_key *responder_key;
    struct cm_cert *ca;
    struct cm_cert *twin;
    struct cm_cert *leaf;
    struct cm_cert *leaf2;
} w;

static struct cm_cert *responder(const struct forge_spec *extra)
{
    struct forge_spec spec = *extra;

    spec.subject = "Responder";
    spec.key = w.responder_key;
    if (spec.issuer_cert == NULL) {
        spec.issuer_cert = w.ca;
        spec.issuer_key = w.key;
    }
    if (spec.eku == NULL) {
        spec.eku = "ocsp";
    }
    return forge_cert(&spec);
}

static int enter(void **state)
{
    (void)state;
    w.key = forge_key(FORGE_P256, 1);
    w.twin_key = forge_key(FORGE_P256, 2);
    w.responder_key = forge_key(FORGE_P256, 3);
    w.ca = forge_cert(
        &(struct forge_spec){.subject = "CA", .ca = true, .key = w.key});
    w.twin = forge_cert(
        &(struct forge_spec){.subject = "CA", .ca = true, .key = w.twin_key});
    w.leaf = forge_cert(&(struct forge_spec){
        .issuer_cert = w.ca, .issuer_key = w.key, .serial_hex = "00c0ffee"});
    w.leaf2 = forge_cert(
        &(struct forge_spec){.issuer_cert = w.ca, .issuer_key = w.key});
    return 0;
}

static int leave(void **state)
{
    (void)state;
    cm_cert_unref(w.ca);
    cm_cert_unref(w.twin);
    cm_cert_unref(w.leaf);
    cm_cert_unref(w.leaf2);
    forge_cleanup();
    return 0;
}

/* The response to a spec whose empty fields are filled in soundly. */
static struct cm_ocsp_answer ask(const struct forge_ocsp_spec *spec)
{
    struct forge_single single = {.cert = w.leaf, .issuer = w.ca};
    struct forge_ocsp_spec full = *spec;
    struct cm_ocsp_answer answer;
    struct cm_span der;

    if (full.singles == NULL) {
        full.singles = &single;
        full.num_singles = 1;
    }
    full.key = full.key != NULL ? full.key : w.key;
    full.responder = full.responder != NULL ? full.responder : w.ca;
    der = forge_ocsp(&full);
    answer = cm_ocsp_read(NULL, der, w.leaf, w.ca, FORGE_NOW);
    cm_span_free(&der);
    assert_false(answer.no_memory);
    return answer;
}

static void expect(const struct forge_ocsp_spec *spec, enum cm_ocsp_state state,
                   const char *detail)
{
    struct cm_ocsp_answer answer = ask(spec);

    assert_string_equal(cm_ocsp_state_id(answer.state),
                        cm_ocsp_state_id(state));
    if (strstr(answer.detail, detail) == NULL) {
        fail_msg("\"%s\" does not contain \"%s\"", answer.detail, detail);
    }
}

static void expect_single(const struct forge_single *single,
                          enum cm_ocsp_state state, const char *detail)
{
    struct forge_single full = *single;

    full.cert = full.cert != NULL ? full.cert : w.leaf;
    full.issuer = full.issuer != NULL ? full.issuer : w.ca;
    expect(&(struct forge_ocsp_spec){.singles = &full, .num_singles = 1}, state,
           detail);
}

static void good(void **state)
{
    struct cm_ocsp_answer answer =
        ask(&(struct forge_ocsp_spec){.nonce = true});

    (void)state;
    assert_int_equal(answer.state, CM_OCSP_GOOD);
    assert_int_equal(answer.response_status, 0);
    assert_string_equal(answer.detail, "");
    assert_false(answer.delegated);
    assert_int_equal(answer.produced_at, DAYS(-1));
    assert_int_equal(answer.this_update, DAYS(-1));
    assert_int_equal(answer.next_update, DAYS(3));
    assert_int_equal(answer.revoked_unix, 0);
    assert_int_equal(answer.reason, -1);
    answer = ask(&(struct forge_ocsp_spec){.by_key = true});
    assert_int_equal(answer.state, CM_OCSP_GOOD);
}

static void revoked(void **state)
{
    struct forge_single single = {.cert = w.leaf,
                                  .issuer = w.ca,
                                  .status = FORGE_OCSP_REVOKED,
                                  .when = DAYS(-5),
                                  .reason = 1 + 1};
    struct forge_ocsp_spec spec = {.singles = &single, .num_singles = 1};
    struct cm_ocsp_answer answer = ask(&spec);

    (void)state;
    assert_int_equal(answer.state, CM_OCSP_REVOKED);
    assert_int_equal(answer.revoked_unix, DAYS(-5));
    assert_int_equal(answer.reason, 1);
    single.reason = 0;
    answer = ask(&spec);
    assert_int_equal(answer.state, CM_OCSP_REVOKED);
    assert_int_equal(answer.reason, -1);
    /* Out of time it still tells; from a stranger it does not. */
    single.next_update = DAYS(-1) + 1;
    answer = ask(&spec);
    assert_int_equal(answer.state, CM_OCSP_EXPIRED);
    assert_int_equal(answer.revoked_unix, DAYS(-5));
    spec.break_signature = true;
    answer = ask(&spec);
    assert_int_equal(answer.state, CM_OCSP_BAD_SIGNATURE);
    assert_int_equal(answer.revoked_unix, 0);
}

static void unknown(void **state)
{
    (void)state;
    expect_single(&(struct forge_single){.status = FORGE_OCSP_UNKNOWN},
                  CM_OCSP_UNKNOWN, "does not know");
}

static void errors(void **state)
{
    static const struct {
        int status;
        const char *detail;
    } cases[] = {
        {1, "malformedRequest"}, {2, "internalError"}, {3, "tryLater"},
        {5, "sigRequired"},      {6, "unauthorized"},  {4, "nobody knows"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct forge_ocsp_spec spec = {.status = cases[i].status};

        expect(&spec, CM_OCSP_ERROR, cases[i].detail);
        assert_int_equal(ask(&spec).response_status, cases[i].status);
    }
}

/* RFC 6960 section 4.1.1: any hash may name the certificate. */
static void certificate_ids(void **state)
{
    static const char *const hashes[] = {"sha1", "sha256", "sha384", "sha512"};

    (void)state;
    for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
        expect_single(&(struct forge_single){.hash = hashes[i]}, CM_OCSP_GOOD,
                      "");
        expect_single(
            &(struct forge_single){.hash = hashes[i], .wrong_key = true},
            CM_OCSP_OTHER_CERT, "other certificates");
        expect_single(
            &(struct forge_single){.hash = hashes[i], .wrong_name = true},
            CM_OCSP_OTHER_CERT, "other certificates");
    }
    expect_single(&(struct forge_single){.hash = "odd"}, CM_OCSP_OTHER_CERT,
                  "other certificates");
    expect_single(&(struct forge_single){.cert = w.leaf2}, CM_OCSP_OTHER_CERT,
                  "other certificates");
    /* The same name and serial, another key: another CA's certificate. */
    expect_single(&(struct forge_single){.issuer = w.twin}, CM_OCSP_OTHER_CERT,
                  "other certificates");
}

static void several_answers(void **state)
{
    struct forge_single singles[] = {
        {.cert = w.leaf2, .issuer = w.ca, .status = FORGE_OCSP_REVOKED},
        {.cert = w.leaf, .issuer = w.twin, .status = FORGE_OCSP_REVOKED},
        {.cert = w.leaf, .issuer = w.ca, .hash = "sha256"},
        {.cert = w.leaf2, .issuer = w.ca, .status = FORGE_OCSP_UNKNOWN},
    };
    struct forge_ocsp_spec spec = {.singles = singles, .num_singles = 4};
    struct forge_single twice[] = {
        {.cert = w.leaf, .issuer = w.ca, .this_update = DAYS(-1)},
        {.cert = w.leaf,
         .issuer = w.ca,
         .this_update = DAYS(-1),
         .status = FORGE_OCSP_REVOKED},
    };
    struct forge_ocsp_spec both = {.singles = twice, .num_singles = 2};

    (void)state;
    expect(&spec, CM_OCSP_GOOD, "");
    expect(&both, CM_OCSP_REVOKED, ""); /* in doubt */
    twice[0].this_update = DAYS(-1) + 1;
    expect(&both, CM_OCSP_GOOD, ""); /* the newer one */
    twice[0].this_update = DAYS(-2);
    expect(&both, CM_OCSP_REVOKED, "");
}

static void times(void **state)
{
    static const struct {
        int64_t this_update;
        int64_t next_update;
        int64_t produced_at;
        enum cm_ocsp_state want;
    } cases[] = {
        {FORGE_NOW, DAYS(1), 0, CM_OCSP_GOOD},
        {FORGE_NOW + MINUTES(5), DAYS(1), 0, CM_OCSP_GOOD},
        {FORGE_NOW + MINUTES(5) + 1, DAYS(1), 0, CM_OCSP_NOT_YET},
        {DAYS(-1), DAYS(1), FORGE_NOW + MINUTES(5), CM_OCSP_GOOD},
        {DAYS(-1), DAYS(1), FORGE_NOW + MINUTES(5) + 1, CM_OCSP_NOT_YET},
        {DAYS(-9), FORGE_NOW, 0, CM_OCSP_GOOD},
        {DAYS(-9), FORGE_NOW - MINUTES(5), 0, CM_OCSP_GOOD},
        {DAYS(-9), FORGE_NOW - MINUTES(5) - 1, 0, CM_OCSP_EXPIRED},
        /* Without nextUpdate it is for a day. */
        {DAYS(-1), -1, 0, CM_OCSP_GOOD},
        {DAYS(-1) - 1, -1, 0, CM_OCSP_EXPIRED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct forge_single single = {.cert = w.leaf,
                                      .issuer = w.ca,
                                      .this_update = cases[i].this_update,
                                      .next_update = cases[i].next_update};
        struct cm_ocsp_answer answer =
            ask(&(struct forge_ocsp_spec){.singles = &single,
                                          .num_singles = 1,
                                          .produced_at = cases[i].produced_at});

        if (answer.state != cases[i].want) {
            fail_msg("case %zu: %s", i, cm_ocsp_state_id(answer.state));
        }
        assert_int_equal(answer.next_update,
                         cases[i].next_update < 0 ? 0 : cases[i].next_update);
    }
}

static void critical_extensions(void **state)
{
    (void)state;
    expect_single(&(struct forge_single){.unknown_critical = true},
                  CM_OCSP_MALFORMED, "critical extension");
    expect(&(struct forge_ocsp_spec){.unknown_critical = true},
           CM_OCSP_MALFORMED, "critical extension");
}

static void strangers_sign(void **state)
{
    const struct cm_cert *twin = w.twin;

    (void)state;
    expect(&(struct forge_ocsp_spec){.break_signature = true},
           CM_OCSP_BAD_SIGNATURE, "does not verify");
    /* The twin has the issuer's name, not its key. */
    expect(&(struct forge_ocsp_spec){.key = w.twin_key, .responder = w.twin},
           CM_OCSP_BAD_SIGNATURE, "does not verify");
    expect(&(struct forge_ocsp_spec){.key = w.twin_key,
                                     .responder = w.twin,
                                     .by_key = true},
           CM_OCSP_WRONG_SIGNER, "neither the issuer");
    expect(&(struct forge_ocsp_spec){.key = w.twin_key,
                                     .responder = w.twin,
                                     .by_key = true,
                                     .certs = &twin,
                                     .num_certs = 1},
           CM_OCSP_WRONG_SIGNER, "not for OCSP signing");
    expect(&(struct forge_ocsp_spec){.responder = w.leaf2},
           CM_OCSP_WRONG_SIGNER, "neither the issuer");
}

/* RFC 6960 section 4.2.2.2. */
static void delegates(void **state)
{
    const struct {
        const char *what;
        struct forge_spec spec;
        enum cm_ocsp_state want;
        const char *detail;
    } cases[] = {
        {"sound", {.eku = "ocsp"}, CM_OCSP_GOOD, ""},
        {"more purposes", {.eku = "server,ocsp"}, CM_OCSP_GOOD, ""},
        {"no key usage", {.no_key_usage = true}, CM_OCSP_GOOD, ""},
        {"nonRepudiation", {.key_usage = 2}, CM_OCSP_GOOD, ""},
        {"no purpose", {.eku = "-"}, CM_OCSP_WRONG_SIGNER, "OCSP signing"},
        {"another purpose",
         {.eku = "server"},
         CM_OCSP_WRONG_SIGNER,
         "OCSP signing"},
        {"any purpose", {.eku = "any"}, CM_OCSP_WRONG_SIGNER, "OCSP signing"},
        {"another CA's",
         {.issuer_cert = w.twin, .issuer_key = w.twin_key},
         CM_OCSP_WRONG_SIGNER,
         "not issued by"},
        {"expired",
         {.not_after = FORGE_NOW - 1},
         CM_OCSP_WRONG_SIGNER,
         "expired"},
        {"not yet valid",
         {.not_before = FORGE_NOW + 1},
         CM_OCSP_WRONG_SIGNER,
         "not valid yet"},
        {"may not sign",
         {.key_usage = CM_KU_KEY_ENCIPHERMENT},
         CM_OCSP_WRONG_SIGNER,
         "may not sign"},
        {"unknown critical extension",
         {.unknown_critical = true},
         CM_OCSP_WRONG_SIGNER,
         "critical"},
        {"bad signature",
         {.break_signature = true},
         CM_OCSP_WRONG_SIGNER,
         "not issued by"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cm_cert *cert = responder(&cases[i].spec);
        const struct cm_cert *certs[] = {w.ca, w.leaf2, cert};

        for (int by_key = 0; by_key < 2; by_key++) {
            struct forge_ocsp_spec spec = {.key = w.responder_key,
                                           .responder = cert,
                                           .by_key = by_key != 0,
                                           .certs = certs,
                                           .num_certs = 3};
            struct cm_ocsp_answer answer = ask(&spec);

            if (answer.state != cases[i].want ||
                strstr(answer.detail, cases[i].detail) == NULL) {
                fail_msg("%s: %s, %s", cases[i].what,
                         cm_ocsp_state_id(answer.state), answer.detail);
            }
            assert_int_equal(answer.delegated, answer.state == CM_OCSP_GOOD);
        }
        cm_cert_unref(cert);
    }
}

/* A delegate's own bad signature is told apart from a wrong delegate; the cap
 * on certificates is one on work, not on the first ones. */
static void delegates_fail(void **state)
{
    struct cm_cert *cert = responder(&(struct forge_spec){.eku = "ocsp"});
    const struct cm_cert *certs[10];

    (void)state;
    expect(&(struct forge_ocsp_spec){.key = w.responder_key,
                                     .responder = cert,
                                     .certs =
                                         (const struct cm_cert *const[]){cert},
                                     .num_certs = 1,
                                     .break_signature = true},
           CM_OCSP_BAD_SIGNATURE, "does not verify");
    expect(&(struct forge_ocsp_spec){.key = w.responder_key, .responder = cert},
           CM_OCSP_WRONG_SIGNER, "neither the issuer");
    for (size_t i = 0; i < 10; i++) {
        certs[i] = i == 7 ? cert : w.leaf2;
    }
    expect(&(struct forge_ocsp_spec){.key = w.responder_key,
                                     .responder = cert,
                                     .certs = certs,
                                     .num_certs = 10},
           CM_OCSP_GOOD, "");
    cm_cert_unref(cert);
}

static void forms(void **state)
{
    (void)state;
    expect(&(struct forge_ocsp_spec){.trailing_bytes = 1}, CM_OCSP_MALFORMED,
           "not an OCSP response");
    expect(&(struct forge_ocsp_spec){.other_type = true}, CM_OCSP_MALFORMED,
           "of a type");
    assert_int_equal(
        cm_ocsp_read(NULL, (struct cm_span){NULL, 0}, w.leaf, w.ca, FORGE_NOW)
            .state,
        CM_OCSP_MALFORMED);
    assert_int_equal(
        cm_ocsp_read(NULL, w.leaf->der, w.leaf, w.ca, FORGE_NOW).state,
        CM_OCSP_MALFORMED);
}

static void too_long(void **state)
{
    static uint8_t zeros[CM_OCSP_MAX_BYTES + 1];
    struct cm_ocsp_answer answer = cm_ocsp_read(
        NULL, (struct cm_span){zeros, sizeof(zeros)}, w.leaf, w.ca, FORGE_NOW);

    (void)state;
    assert_int_equal(answer.state, CM_OCSP_MALFORMED);
    assert_string_equal(answer.detail, "it is too long");
}

static void remembered(void **state)
{
    struct forge_single single = {.cert = w.leaf, .issuer = w.ca};
    struct forge_ocsp_spec spec = {.singles = &single,
                                   .num_singles = 1,
                                   .key = w.key,
                                   .responder = w.ca,
                                   .break_signature = true};
    struct cm_sigmemo *memo = cm_sigmemo_new();
    struct cm_span bad = forge_ocsp(&spec);
    struct cm_span sound;

    (void)state;
    spec.break_signature = false;
    sound = forge_ocsp(&spec);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            cm_ocsp_read(memo, sound, w.leaf, w.ca, FORGE_NOW).state,
            CM_OCSP_GOOD);
        assert_int_equal(cm_ocsp_read(memo, bad, w.leaf, w.ca, FORGE_NOW).state,
                         CM_OCSP_BAD_SIGNATURE);
    }
    cm_span_free(&sound);
    cm_span_free(&bad);
    cm_sigmemo_free(memo);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(good),
        cmocka_unit_test(revoked),
        cmocka_unit_test(unknown),
        cmocka_unit_test(errors),
        cmocka_unit_test(certificate_ids),
        cmocka_unit_test(several_answers),
        cmocka_unit_test(times),
        cmocka_unit_test(critical_extensions),
        cmocka_unit_test(strangers_sign),
        cmocka_unit_test(delegates),
        cmocka_unit_test(delegates_fail),
        cmocka_unit_test(forms),
        cmocka_unit_test(too_long),
        cmocka_unit_test(remembered),
    };

    return cmocka_run_group_tests_name("pki ocsp", tests, enter, leave);
}
