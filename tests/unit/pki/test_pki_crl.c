/* Revocation lists: what is read, what is refused, finding a serial.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/crl.h"
#include "support/forge_crl.h"

#define DAYS(n) (FORGE_NOW + (n)*FORGE_DAY)

struct world {
    struct forge_key *key;
    struct cm_cert *ca;
    struct cm_cert *other; /* another CA */
    struct cm_cert *leaf;  /* of ca */
};

static int enter(void **state)
{
    static struct world w;

    w.key = forge_key(FORGE_P256, 1);
    w.ca = forge_cert(
        &(struct forge_spec){.subject = "CA", .ca = true, .key = w.key});
    w.other = forge_cert(&(struct forge_spec){
        .subject = "Other", .ca = true, .key = forge_key(FORGE_P256, 2)});
    w.leaf = forge_cert(&(struct forge_spec){.subject = "leaf",
                                             .issuer_cert = w.ca,
                                             .issuer_key = w.key,
                                             .serial_hex = "00c0ffee"});
    *state = &w;
    return 0;
}

static int leave(void **state)
{
    struct world *w = *state;

    cm_cert_unref(w->ca);
    cm_cert_unref(w->other);
    cm_cert_unref(w->leaf);
    forge_cleanup();
    return 0;
}

static struct cm_crl *parse(struct cm_span bytes)
{
    struct cm_error err = {.text = ""};
    struct cm_crl *crl = cm_crl_parse(bytes, &err);

    if (crl == NULL) {
        print_message("%s\n", err.text);
    }
    return crl;
}

static struct cm_crl *make(const struct forge_crl_spec *spec)
{
    struct cm_span der = forge_crl(spec);
    struct cm_crl *crl = parse(der);

    cm_span_free(&der);
    assert_non_null(crl);
    return crl;
}

static struct cm_span hex(const char *text, uint8_t *out)
{
    size_t len = strlen(text) / 2;

    for (size_t i = 0; i < len; i++) {
        char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};

        out[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return (struct cm_span){out, len};
}

static bool finds(const struct cm_crl *crl, const char *serial,
                  struct cm_crl_entry *entry)
{
    uint8_t octets[64];

    return cm_crl_find(crl, hex(serial, octets), entry);
}

static void reads_the_header(void **state)
{
    struct world *w = *state;
    struct cm_crl *crl =
        make(&(struct forge_crl_spec){.issuer = w->ca, .key = w->key});

    assert_int_equal(crl->this_update, DAYS(-1));
    assert_int_equal(crl->next_update, DAYS(7));
    assert_true(cm_span_equal(crl->issuer_norm, w->ca->subject_norm));
    assert_string_equal(crl->issuer_text, "CN=CA");
    assert_true(cm_span_equal(crl->aki, w->ca->ski));
    assert_int_equal(crl->crl_number.len, 1);
    assert_int_equal(crl->crl_number.data[0], 7);
    assert_int_equal(crl->num_revoked, 0);
    assert_false(crl->is_delta || crl->sig_alg_differs || crl->indirect ||
                 crl->only_user_certs || crl->only_ca_certs ||
                 crl->only_some_reasons || crl->only_attribute_certs);
    assert_null(crl->unknown_critical);
    assert_int_equal(crl->point.len, 0);
    assert_int_equal(cm_crl_verify(NULL, crl, w->ca), CM_SIG_GOOD);
    assert_int_equal(cm_crl_verify(NULL, crl, w->other), CM_SIG_BAD);
    cm_crl_unref(crl);
}

static void finds_what_is_revoked(void **state)
{
    struct world *w = *state;
    static const struct forge_revoked revoked[] = {
        {.serial_hex = "7f", .when = DAYS(-9), .reason = 1 + 1},
        {.serial_hex = "00c0ffee", .invalid = DAYS(-40), .reason = 4 + 1},
        {.serial_hex = "0080"},
        {.serial_hex = "01"},
        {.serial_hex = "ff"},
        {.serial_hex = "0102030405060708090a0b0c0d0e0f1011121314"},
    };
    struct cm_crl *crl = make(&(struct forge_crl_spec){
        .issuer = w->ca, .key = w->key, .revoked = revoked, .num_revoked = 6});
    struct cm_crl_entry entry;

    assert_int_equal(crl->num_revoked, 6);
    assert_true(cm_crl_find(crl, w->leaf->serial, &entry));
    assert_int_equal(entry.revoked_unix, DAYS(-2));
    assert_int_equal(entry.reason, 4);
    assert_int_equal(entry.invalid_unix, DAYS(-40));
    assert_true(finds(crl, "7f", &entry));
    assert_int_equal(entry.revoked_unix, DAYS(-9));
    assert_int_equal(entry.reason, 1);
    assert_int_equal(entry.invalid_unix, 0);
    assert_true(finds(crl, "0080", &entry));
    assert_int_equal(entry.reason, -1);
    assert_true(finds(crl, "0102030405060708090a0b0c0d0e0f1011121314", &entry));
    /* Leading octets that add nothing do not matter; a sign does. */
    assert_true(finds(crl, "000000c0ffee", &entry));
    assert_true(finds(crl, "0001", &entry));
    assert_true(finds(crl, "ff", &entry));
    assert_true(finds(crl, "ffffff", &entry));
    assert_false(finds(crl, "00ff", &entry));
    assert_false(finds(crl, "80", &entry));
    assert_false(finds(crl, "02", &entry));
    assert_false(finds(crl, "c0ffee", &entry));
    assert_false(finds(crl, "0100", &entry));
    assert_false(cm_crl_find(crl, (struct cm_span){NULL, 0}, &entry));
    cm_crl_unref(crl);
}

/* Every list is searched by halves: all of many must be found, and no
 * neighbour of theirs. */
static void finds_all_of_many(void **state)
{
    struct world *w = *state;
    struct cm_span der = forge_crl(&(struct forge_crl_spec){
        .issuer = w->ca, .key = w->key, .num_more = 2000});
    struct cm_crl *crl = parse(der);
    struct cm_crl_entry entry;
    uint64_t x = 1;

    cm_span_free(&der);
    assert_non_null(crl);
    assert_int_equal(crl->num_revoked, 2000);
    for (size_t i = 0; i < 2000; i++) {
        uint8_t serial[8];
        uint64_t value;

        x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        value = (x >> 2) | (UINT64_C(1) << 62);
        for (size_t j = 0; j < 8; j++) {
            serial[j] = (uint8_t)(value >> (56 - 8 * j));
        }
        assert_true(cm_crl_find(crl, (struct cm_span){serial, 8}, &entry));
        assert_int_equal(entry.revoked_unix, DAYS(-3));
        serial[7] ^= 1U;
        assert_false(cm_crl_find(crl, (struct cm_span){serial, 8}, &entry));
    }
    cm_crl_unref(crl);
}

/* A certificate may be put on hold and off again; what says revoked counts. */
static void several_entries_for_one(void **state)
{
    struct world *w = *state;
    const struct forge_revoked revoked[] = {
        {.cert = w->leaf, .reason = 8 + 1, .when = DAYS(-3)},
        {.cert = w->leaf, .reason = 6 + 1, .when = DAYS(-4)},
        {.cert = w->leaf, .reason = 1 + 1, .when = DAYS(-5)},
    };
    struct forge_crl_spec spec = {
        .issuer = w->ca, .key = w->key, .revoked = revoked, .num_revoked = 3};
    struct cm_crl *crl = make(&spec);
    struct cm_crl_entry entry;

    assert_true(cm_crl_find(crl, w->leaf->serial, &entry));
    assert_int_equal(entry.reason, 6);
    assert_int_equal(entry.revoked_unix, DAYS(-4));
    cm_crl_unref(crl);
    spec.num_revoked = 1;
    crl = make(&spec);
    assert_true(cm_crl_find(crl, w->leaf->serial, &entry));
    assert_int_equal(entry.reason, 8);
    cm_crl_unref(crl);
}

/* RFC 5280 section 5.3.3: an entry is about the CA that it, or one before it,
 * names. */
static void entries_of_other_issuers(void **state)
{
    struct world *w = *state;
    const struct forge_revoked revoked[] = {
        {.serial_hex = "11"}, {.serial_hex = "12", .other_issuer = w->other},
        {.serial_hex = "13"}, {.serial_hex = "14", .other_issuer = w->ca},
        {.serial_hex = "15"},
    };
    struct cm_crl *crl =
        make(&(struct forge_crl_spec){.issuer = w->ca,
                                      .key = w->key,
                                      .revoked = revoked,
                                      .num_revoked = 5,
                                      .idp = FORGE_IDP_INDIRECT});
    struct cm_crl_entry entry;

    assert_true(crl->indirect);
    assert_null(crl->unknown_critical);
    assert_int_equal(crl->num_revoked, 5);
    assert_true(finds(crl, "11", &entry));
    assert_false(finds(crl, "12", &entry));
    assert_false(finds(crl, "13", &entry));
    assert_true(finds(crl, "14", &entry));
    assert_true(finds(crl, "15", &entry));
    cm_crl_unref(crl);
}

static void reads_extensions(void **state)
{
    struct world *w = *state;
    struct forge_crl_spec spec = {.issuer = w->ca, .key = w->key};
    struct cm_crl *crl;

    spec.idp = FORGE_IDP_USER;
    spec.idp_names = "uri:http://crl.example/1.crl";
    crl = make(&spec);
    assert_true(crl->only_user_certs && !crl->only_ca_certs);
    assert_true(crl->point.len > 0);
    cm_crl_unref(crl);
    spec.idp = FORGE_IDP_CA | FORGE_IDP_REASONS | FORGE_IDP_ATTRIBUTE;
    spec.idp_names = NULL;
    crl = make(&spec);
    assert_true(crl->only_ca_certs && crl->only_some_reasons &&
                crl->only_attribute_certs && !crl->only_user_certs &&
                !crl->indirect);
    assert_null(crl->unknown_critical);
    cm_crl_unref(crl);
    spec.idp = 0;
    spec.base = 3;
    crl = make(&spec);
    assert_true(crl->is_delta);
    assert_int_equal(crl->base_number.len, 1);
    assert_int_equal(crl->base_number.data[0], 3);
    assert_null(crl->unknown_critical);
    cm_crl_unref(crl);
    spec.base = 0;
    spec.no_number = true;
    spec.no_aki = true;
    spec.next_update = -1;
    crl = make(&spec);
    assert_int_equal(crl->crl_number.len, 0);
    assert_int_equal(crl->aki.len, 0);
    assert_int_equal(crl->next_update, 0);
    cm_crl_unref(crl);
}

static void version_one(void **state)
{
    struct world *w = *state;
    const struct forge_revoked revoked = {.cert = w->leaf};
    struct cm_crl *crl = make(&(struct forge_crl_spec){.issuer = w->ca,
                                                       .key = w->key,
                                                       .version = 1,
                                                       .revoked = &revoked,
                                                       .num_revoked = 1});
    struct cm_crl_entry entry;

    assert_true(cm_crl_find(crl, w->leaf->serial, &entry));
    assert_int_equal(crl->version, 1);
    assert_int_equal(crl->crl_number.len, 0);
    assert_int_equal(cm_crl_verify(NULL, crl, w->ca), CM_SIG_GOOD);
    cm_crl_unref(crl);
}

/* What must not be used is told by the extension's OID. */
static void unknown_critical(void **state)
{
    struct world *w = *state;
    static const struct forge_revoked entry = {.serial_hex = "05",
                                               .unknown_critical = true};
    const struct {
        struct forge_crl_spec spec;
        const char *oid;
    } cases[] = {
        {{.unknown_critical = true}, "1.3.6.1.4.1.99999.1"},
        {{.revoked = &entry, .num_revoked = 1}, "1.3.6.1.4.1.99999.1"},
        {{.critical_number = true}, "2.5.29.20"},
        {{.idp_hex = "3004810200ff"}, "2.5.29.28"}, /* a flag of two octets */
        {{.idp_hex = "3003860100"}, "2.5.29.28"},   /* a field too many */
        {{.idp_hex = "04"}, "2.5.29.28"},           /* no SEQUENCE */
        {{.idp_hex = "3000", .idp = 0}, NULL},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct forge_crl_spec spec = cases[i].spec;
        struct cm_crl *crl;

        spec.issuer = w->ca;
        spec.key = w->key;
        crl = make(&spec);
        if (cases[i].oid == NULL) {
            assert_null(crl->unknown_critical);
        } else {
            assert_non_null(crl->unknown_critical);
            assert_string_equal(crl->unknown_critical, cases[i].oid);
        }
        cm_crl_unref(crl);
    }
}

static void signatures(void **state)
{
    struct world *w = *state;
    struct cm_sigmemo *memo = cm_sigmemo_new();
    struct forge_crl_spec spec = {.issuer = w->ca, .key = w->key};
    struct cm_cert *rsa = forge_cert(
        &(struct forge_spec){.key = forge_key(FORGE_RSA_2048, 9), .ca = true});
    struct cm_crl *crl;

    spec.break_signature = true;
    crl = make(&spec);
    assert_int_equal(cm_crl_verify(NULL, crl, w->ca), CM_SIG_BAD);
    cm_crl_unref(crl);
    spec.break_signature = false;
    spec.inner_hash = "sha384"; /* RFC 5280 section 5.1.1.2 */
    crl = make(&spec);
    assert_true(crl->sig_alg_differs);
    assert_int_equal(cm_crl_verify(NULL, crl, w->ca), CM_SIG_BAD);
    cm_crl_unref(crl);
    spec = (struct forge_crl_spec){.issuer = rsa,
                                   .key = forge_key(FORGE_RSA_2048, 9),
                                   .hash = "pss-sha256"};
    crl = make(&spec);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(cm_crl_verify(memo, crl, rsa), CM_SIG_GOOD);
        assert_int_equal(cm_crl_verify(memo, crl, w->ca), CM_SIG_BAD);
    }
    cm_crl_unref(crl);
    cm_cert_unref(rsa);
    cm_sigmemo_free(memo);
}

static void pem(void **state)
{
    struct world *w = *state;
    struct forge_crl_spec spec = {.issuer = w->ca, .key = w->key};
    char *text = forge_crl_pem(&spec);
    char *file = NULL;
    struct cm_crl *crl;

    assert_true(asprintf(&file,
                         "the list\n-----BEGIN NOTE-----\nAAAA\n"
                         "-----END NOTE-----\n%s\nthe end\n",
                         text) > 0);
    crl = parse((struct cm_span){(uint8_t *)file, strlen(file)});
    assert_non_null(crl);
    assert_int_equal(cm_crl_verify(NULL, crl, w->ca), CM_SIG_GOOD);
    cm_crl_unref(crl);
    free(file);
    free(text);
}

static void refuses(struct cm_span bytes, const char *part)
{
    struct cm_error err = {.text = ""};

    assert_null(cm_crl_parse(bytes, &err));
    assert_int_equal(err.status, CM_EINPUT);
    if (strstr(err.text, part) == NULL) {
        fail_msg("\"%s\" does not contain \"%s\"", err.text, part);
    }
}

static void refuses_text(const char *text, const char *part)
{
    refuses((struct cm_span){(const uint8_t *)text, strlen(text)}, part);
}

static void what_is_no_list(void **state)
{
    struct world *w = *state;
    struct forge_crl_spec spec = {
        .issuer = w->ca, .key = w->key, .trailing_bytes = 1};
    struct cm_span der = forge_crl(&spec);

    refuses(der, "bytes follow");
    cm_span_free(&der);
    refuses(w->ca->der, "no CRL");
    refuses((struct cm_span){NULL, 0}, "neither DER nor PEM");
    refuses_text("<html>404</html>", "neither DER nor PEM");
    refuses_text("-----BEGIN X509 CRL-----\n???\n-----END X509 CRL-----\n",
                 "not base64");
    refuses_text("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",
                 "not a signed DER list");
}

static void malformed_entries(void **state)
{
    struct world *w = *state;
    static const struct forge_revoked revoked[] = {{.serial_hex = "05"},
                                                   {.serial_hex = ""}};
    struct forge_crl_spec spec = {
        .issuer = w->ca, .key = w->key, .revoked = revoked, .num_revoked = 2};
    struct cm_span der = forge_crl(&spec);

    refuses(der, "entry 2 is malformed");
    cm_span_free(&der);
}

static void reasons_have_names(void **state)
{
    (void)state;
    assert_string_equal(cm_crl_reason_text(1), "keyCompromise");
    assert_string_equal(cm_crl_reason_text(10), "aACompromise");
    assert_string_equal(cm_crl_reason_text(-1), "");
    assert_string_equal(cm_crl_reason_text(7), "");
    assert_string_equal(cm_crl_reason_text(11), "");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_header),
        cmocka_unit_test(finds_what_is_revoked),
        cmocka_unit_test(finds_all_of_many),
        cmocka_unit_test(several_entries_for_one),
        cmocka_unit_test(entries_of_other_issuers),
        cmocka_unit_test(reads_extensions),
        cmocka_unit_test(version_one),
        cmocka_unit_test(unknown_critical),
        cmocka_unit_test(signatures),
        cmocka_unit_test(pem),
        cmocka_unit_test(what_is_no_list),
        cmocka_unit_test(malformed_entries),
        cmocka_unit_test(reasons_have_names),
    };

    return cmocka_run_group_tests_name("pki crl", tests, enter, leave);
}
