/* Certificates in PKCS#7.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "dertext.h"
#include "pki/pki.h"
#include "pki/pkcs7.h"
#include "support/forge.h"

#define SIGNED_DATA " 06:2a864886f70d010702"
#define DATA " 06:2a864886f70d010701"

struct fixture {
    struct cm_cert *certs[3];
    struct cm_certset *set;
    uint8_t *bag;
    size_t len;
    size_t added;
    struct cm_error err;
};

static int set_up(void **state)
{
    static const char *const subjects[] = {"a", "b", "c"};
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    for (size_t i = 0; i < 3; i++) {
        f->certs[i] = forge_cert(&(struct forge_spec){.subject = subjects[i]});
    }
    f->set = cm_certset_new(100);
    f->bag = forge_pkcs7(f->certs, 3, &f->len);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < 3; i++) {
        cm_cert_unref(f->certs[i]);
    }
    cm_certset_free(f->set);
    free(f->bag);
    free(f);
    return 0;
}

static enum cm_status load(struct fixture *f, const void *bytes, size_t len)
{
    return cm_certs_load(f->set, (struct cm_span){bytes, len}, &f->added,
                         &f->err);
}

static void assert_all(const struct fixture *f)
{
    assert_int_equal(f->added, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(cm_certset_has(f->set, f->certs[i]));
    }
}

static void plain_der(void **state)
{
    struct fixture *f = *state;

    assert_true(cm_pkcs7_is((struct cm_span){f->bag, f->len}));
    assert_false(cm_pkcs7_is(f->certs[0]->der));
    assert_int_equal(load(f, f->bag, f->len), CM_OK);
    assert_all(f);
}

static void put_base64(struct cm_buf *out, const char *label,
                       const uint8_t *octets, size_t len)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    (void)cm_buf_printf(out, "-----BEGIN %s-----\r\n", label);
    for (size_t i = 0; i < len; i += 3) {
        unsigned word = (unsigned)octets[i] << 16 |
                        (i + 1 < len ? (unsigned)octets[i + 1] << 8 : 0U) |
                        (i + 2 < len ? (unsigned)octets[i + 2] : 0U);

        (void)cm_buf_putc(out, digits[word >> 18 & 63U]);
        (void)cm_buf_putc(out, digits[word >> 12 & 63U]);
        (void)cm_buf_putc(out, i + 1 < len ? digits[word >> 6 & 63U] : '=');
        (void)cm_buf_putc(out, i + 2 < len ? digits[word & 63U] : '=');
        (void)cm_buf_puts(out, i % 48 == 45 ? "\r\n" : "");
    }
    (void)cm_buf_printf(out, "\r\n-----END %s-----\r\n", label);
}

static void in_pem_blocks(void **state)
{
    static const char *const labels[] = {"PKCS7", "PKCS #7 SIGNED DATA", "CMS",
                                         "CERTIFICATE", "CERTIFICATE CHAIN"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        struct cm_buf text;

        cm_certset_free(f->set);
        f->set = cm_certset_new(100);
        cm_buf_init(&text, 100000);
        put_base64(&text, labels[i], f->bag, f->len);
        assert_int_equal(load(f, text.data, text.len), CM_OK);
        assert_all(f);
        cm_buf_cleanup(&text);
    }
}

/* Comments, a key, certificates and PKCS#7 in one file. */
static void in_a_mixture(void **state)
{
    struct fixture *f = *state;
    struct cm_cert *other = forge_cert(&(struct forge_spec){.subject = "d"});
    struct cm_buf text;

    cm_buf_init(&text, 100000);
    (void)cm_buf_puts(&text, "# of our branch office\r\n");
    put_base64(&text, "PKCS7", f->bag, f->len);
    (void)cm_buf_puts(&text, forge_key_pem(forge_key(FORGE_P256, 0)));
    (void)cm_buf_puts(&text, "\r\nsubject=d\r\n");
    (void)cm_pem_write(&text, other);
    put_base64(&text, "X509 CRL", f->bag, f->len); /* by its label */
    assert_int_equal(load(f, text.data, text.len), CM_OK);
    assert_int_equal(f->added, 4);
    assert_true(cm_certset_has(f->set, other));
    cm_buf_cleanup(&text);
    cm_cert_unref(other);
}

/* Indefinite lengths, as Netscape and old Java tools write them. */
static void in_ber(void **state)
{
    struct fixture *f = *state;
    struct cm_buf ber;

    cm_buf_init(&ber, 100000);
    der_build(&ber, "=3080" SIGNED_DATA " =a0803080 02:01 31{} =3080" DATA
                    " =0000 =a080");
    for (size_t i = 0; i < 3; i++) {
        (void)cm_buf_append(&ber, f->certs[i]->der.data, f->certs[i]->der.len);
    }
    der_build(&ber, "=0000 31{} =000000000000");
    assert_int_equal(load(f, ber.data, ber.len), CM_OK);
    assert_all(f);
    cm_buf_cleanup(&ber);
}

static void lists_keep_the_order(void **state)
{
    struct fixture *f = *state;
    struct cm_cert *list[2] = {NULL, NULL};
    size_t found;

    assert_int_equal(cm_certs_list(list, 2, &found,
                                   (struct cm_span){f->bag, f->len}, &f->err),
                     CM_OK);
    assert_int_equal(found, 3);
    for (size_t i = 0; i < 2; i++) {
        assert_memory_equal(list[i]->sha256, f->certs[i]->sha256,
                            CM_SHA256_LEN);
        cm_cert_unref(list[i]);
    }
}

static void refused(struct fixture *f, const char *text, const char *why)
{
    struct cm_buf der;

    cm_buf_init(&der, 1000);
    der_build(&der, text);
    assert_int_equal(load(f, der.data, der.len), CM_EINPUT);
    assert_int_equal(f->added, 0);
    if (strstr(f->err.text, why) == NULL) {
        fail_msg("%s: %s", text, f->err.text);
    }
    cm_buf_cleanup(&der);
}

static void what_is_none(void **state)
{
    struct fixture *f = *state;

    refused(f, "=3080" SIGNED_DATA, "damaged");
    refused(f, "=30800609 =2a864886f70d010703",
            "cannot be read"); /* enveloped */
    refused(f,
            "=3080" SIGNED_DATA " a0{30{02:01 31{} 30{" DATA
            "} a0{02:00} 31{}}}"
            "=0000",
            "damaged");
    refused(f,
            "=3080" SIGNED_DATA " a0{30{02:01 31{} 30{" DATA "} a0{30{}} 31{}}}"
            "=0000",
            "cannot be read");
    refused(f,
            "=3080" SIGNED_DATA " a0{30{02:01 31{} 30{" DATA "} a0{} 31{}}}"
            "=0000",
            "no certificate");
}

static void every_truncation(void **state)
{
    struct fixture *f = *state;

    for (size_t len = 0; len < f->len; len++) {
        uint8_t *exact = malloc(len + (len == 0));

        assert_non_null(exact);
        memcpy(exact, f->bag, len);
        assert_int_equal(load(f, exact, len), CM_EINPUT);
        free(exact);
    }
    assert_int_equal(cm_certset_count(f->set), 0);
}

static void every_single_byte(void **state)
{
    struct fixture *f = *state;
    uint8_t *copy = malloc(f->len);

    assert_non_null(copy);
    for (size_t at = 0; at < f->len; at++) {
        for (unsigned flip = 1; flip < 0x100; flip = flip << 2 | 1U) {
            memcpy(copy, f->bag, f->len);
            copy[at] ^= (uint8_t)flip;
            assert_int_not_equal(load(f, copy, f->len), CM_ENOMEM);
        }
    }
    free(copy);
}

static int cleanup(void **state)
{
    (void)state;
    forge_cleanup();
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plain_der, set_up, tear_down),
        cmocka_unit_test_setup_teardown(in_pem_blocks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(in_a_mixture, set_up, tear_down),
        cmocka_unit_test_setup_teardown(in_ber, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists_keep_the_order, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_truncation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_single_byte, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("pki PKCS#7", tests, NULL, cleanup);
}
