/* BoringSSL's own list parser as an oracle: facts, entries and signatures of
 * many lists made at random, and of damaged ones.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <openssl/base.h>
#ifndef OPENSSL_IS_BORINGSSL
#error "these are OpenSSL's headers: point BORINGSSL_ROOT at BoringSSL"
#endif
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdlib.h>
#include <string.h>

#include "pki/crl.h"
#include "support/forge_crl.h"

#define ROUNDS 150
#define MAX_ENTRIES 40
#define SERIAL_MAX 24

static struct world {
    struct forge_key *key;
    struct cm_cert *ca;
    EVP_PKEY *pkey;
} w;

static int enter(void **state)
{
    const uint8_t *at;
    X509 *x;

    (void)state;
    w.key = forge_key(FORGE_P256, 1);
    w.ca = forge_cert(
        &(struct forge_spec){.subject = "CA", .ca = true, .key = w.key});
    at = w.ca->der.data;
    x = d2i_X509(NULL, &at, (long)w.ca->der.len);
    w.pkey = X509_get_pubkey(x);
    X509_free(x);
    return w.pkey != NULL ? 0 : -1;
}

static int leave(void **state)
{
    (void)state;
    EVP_PKEY_free(w.pkey);
    cm_cert_unref(w.ca);
    forge_cleanup();
    return 0;
}

static unsigned next(uint64_t *x, unsigned below)
{
    *x = *x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(*x >> 33) % below;
}

/* A list of random entries; the texts of the serials live in `hex`. */
struct draft {
    struct forge_crl_spec spec;
    struct forge_revoked entries[MAX_ENTRIES];
    char hex[MAX_ENTRIES][2 * SERIAL_MAX + 1];
};

/* Positive and minimal, as BoringSSL wants it. */
static void draw_serial(uint64_t *x, char out[2 * SERIAL_MAX + 1])
{
    static const char digits[] = "0123456789abcdef";
    unsigned len = 1 + next(x, 20);

    for (unsigned i = 0; i < 2 * len; i++) {
        out[i] = digits[next(x, 16)];
    }
    out[0] = digits[1 + next(x, 7)];
    out[2 * len] = '\0';
}

static void draw(uint64_t *x, struct draft *d)
{
    *d = (struct draft){.spec = {.issuer = w.ca, .key = w.key}};
    d->spec.revoked = d->entries;
    d->spec.num_revoked = next(x, MAX_ENTRIES);
    d->spec.no_aki = next(x, 2) != 0;
    d->spec.break_signature = next(x, 4) == 0;
    d->spec.this_update = FORGE_NOW - next(x, 10000000);
    d->spec.next_update = FORGE_NOW + next(x, 1000000000);
    d->spec.idp = next(x, 2) != 0 ? FORGE_IDP_USER : 0;
    for (size_t i = 0; i < d->spec.num_revoked; i++) {
        draw_serial(x, d->hex[i]);
        d->entries[i] = (struct forge_revoked){
            .serial_hex = d->hex[i],
            .when = FORGE_NOW - next(x, 100000000),
            .reason = (int)next(x, 7), /* BoringSSL checks what there is */
        };
    }
}

static int64_t to_unix(const ASN1_TIME *time)
{
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0;
    int seconds = 0;

    assert_int_equal(ASN1_TIME_diff(&days, &seconds, epoch, time), 1);
    ASN1_TIME_free(epoch);
    return (int64_t)days * FORGE_DAY + seconds;
}

static bool theirs_has(X509_CRL *theirs, struct cm_span serial, int64_t *when,
                       int *reason)
{
    ASN1_INTEGER number = {
        .length = (int)serial.len, .type = V_ASN1_INTEGER, .flags = 0};
    X509_REVOKED *entry = NULL;
    ASN1_ENUMERATED *code;
    bool found;

    memcpy(&number.data, &serial.data, sizeof(number.data));
    if (serial.len > 1 && serial.data[0] == 0) { /* theirs has no sign octet */
        number.data++;
        number.length--;
    }
    found = X509_CRL_get0_by_serial(theirs, &entry, &number) == 1;
    *reason = -1;
    *when = 0;
    if (found) {
        *when = to_unix(X509_REVOKED_get0_revocationDate(entry));
        code = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
        if (code != NULL) {
            *reason = (int)ASN1_ENUMERATED_get(code);
            ASN1_ENUMERATED_free(code);
        }
    }
    return found;
}

static void compare_serial(const struct cm_crl *ours, X509_CRL *theirs,
                           struct cm_span serial)
{
    struct cm_crl_entry entry = {.reason = -1};
    bool found = cm_crl_find(ours, serial, &entry);
    int64_t when;
    int reason;

    assert_int_equal(theirs_has(theirs, serial, &when, &reason), found);
    if (found) {
        assert_int_equal(entry.revoked_unix, when);
        assert_int_equal(entry.reason, reason);
    }
}

static struct cm_span unhex(const char *text, uint8_t *out)
{
    size_t len = strlen(text) / 2;

    for (size_t i = 0; i < len; i++) {
        char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};

        out[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return (struct cm_span){out, len};
}

static bool theirs_verifies(X509_CRL *theirs)
{
    bool good = X509_CRL_verify(theirs, w.pkey) == 1;

    ERR_clear_error();
    return good;
}

static void compare_lists(uint64_t *x, const struct draft *d)
{
    struct cm_span der = forge_crl(&d->spec);
    struct cm_crl *ours = cm_crl_parse(der, NULL);
    const uint8_t *at = der.data;
    X509_CRL *theirs = d2i_X509_CRL(NULL, &at, (long)der.len);
    uint8_t serial[SERIAL_MAX];

    assert_non_null(ours);
    assert_non_null(theirs);
    assert_int_equal(ours->this_update,
                     to_unix(X509_CRL_get0_lastUpdate(theirs)));
    assert_int_equal(ours->next_update,
                     to_unix(X509_CRL_get0_nextUpdate(theirs)));
    assert_int_equal(cm_crl_verify(NULL, ours, w.ca) == CM_SIG_GOOD,
                     theirs_verifies(theirs));
    for (size_t i = 0; i < d->spec.num_revoked; i++) {
        struct cm_span known = unhex(d->hex[i], serial);

        compare_serial(ours, theirs, known);
        serial[next(x, (unsigned)known.len)] ^= 1U;
        if (serial[0] < 0x80 && (known.len == 1 || serial[0] != 0)) {
            compare_serial(ours, theirs, known);
        }
    }
    X509_CRL_free(theirs);
    cm_crl_unref(ours);
    cm_span_free(&der);
}

static void random_lists(void **state)
{
    uint64_t x = 1;

    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct draft d;

        draw(&x, &d);
        compare_lists(&x, &d);
    }
}

/* Whatever is damaged: what we believe, they do. They refuse more forms, and
 * a list they refuse must not verify here either. */
static void damaged_lists(void **state)
{
    uint64_t x = 2;
    struct draft d;
    struct cm_span whole;
    uint8_t *der;
    size_t parsed = 0;

    (void)state;
    do {
        draw(&x, &d);
    } while (d.spec.num_revoked < 3 || d.spec.break_signature);
    whole = forge_crl(&d.spec);
    der = malloc(whole.len);
    assert_non_null(der);
    memcpy(der, whole.data, whole.len);
    for (size_t at = 0; at < whole.len; at++) {
        struct cm_crl *ours;

        der[at] ^= (uint8_t)(1U << next(&x, 8));
        ours = cm_crl_parse((struct cm_span){der, whole.len}, NULL);
        if (ours != NULL) {
            parsed++;
            assert_int_not_equal(cm_crl_verify(NULL, ours, w.ca), CM_SIG_GOOD);
        }
        cm_crl_unref(ours);
        der[at] = whole.data[at];
    }
    assert_true(parsed > whole.len / 4);
    free(der);
    cm_span_free(&whole);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_lists),
        cmocka_unit_test(damaged_lists),
    };

    return cmocka_run_group_tests_name("pki crl oracle", tests, enter, leave);
}
