/* PEM as people have it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "pki/pem.h"
#include "pki/pki.h"
#include "support/forge.h"

struct file {
    struct cm_certset *set;
    struct cm_cert *certs[2];
    char *pem[2];
    struct cm_buf text;
    size_t added;
    struct cm_error err;
};

static int open_file(void **state)
{
    struct file *file = calloc(1, sizeof(*file));

    assert_non_null(file);
    file->set = cm_certset_new(100);
    cm_buf_init(&file->text, 1000000);
    for (size_t i = 0; i < 2; i++) {
        file->certs[i] =
            forge_cert(&(struct forge_spec){.subject = i == 0 ? "a" : "b"});
        file->pem[i] = forge_pem(&file->certs[i], 1);
    }
    *state = file;
    return 0;
}

static int close_file(void **state)
{
    struct file *file = *state;

    for (size_t i = 0; i < 2; i++) {
        cm_cert_unref(file->certs[i]);
        free(file->pem[i]);
    }
    cm_buf_cleanup(&file->text);
    cm_certset_free(file->set);
    free(file);
    return 0;
}

static enum cm_status load(struct file *file)
{
    return cm_certs_load(file->set,
                         (struct cm_span){file->text.data, file->text.len},
                         &file->added, &file->err);
}

static void put(struct file *file, const char *text)
{
    assert_true(cm_buf_puts(&file->text, text));
}

static void what_is_written_is_read(void **state)
{
    struct file *file = *state;

    assert_true(cm_pem_write(&file->text, file->certs[0]));
    assert_int_equal(load(file), CM_OK);
    assert_int_equal(file->added, 1);
    assert_true(cm_certset_has(file->set, file->certs[0]));
    assert_string_equal(cm_buf_cstr(&file->text), file->pem[0]);
}

static void lines_have_64_characters(void **state)
{
    struct file *file = *state;
    char *line;
    char *rest = file->pem[0];
    size_t longest = 0;

    while ((line = strsep(&rest, "\n")) != NULL) {
        longest = strlen(line) > longest ? strlen(line) : longest;
    }
    assert_int_equal(longest, 64);
}

static void several_blocks_with_text_around(void **state)
{
    struct file *file = *state;

    put(file, "# our roots\n0 s:CN = a\n   i:CN = a\n");
    put(file, file->pem[0]);
    put(file, "\nsubject=b -- not a mark -----\n");
    put(file, file->pem[1]);
    put(file, "trailing text");
    assert_int_equal(load(file), CM_OK);
    assert_int_equal(file->added, 2);
    assert_true(cm_certset_has(file->set, file->certs[0]));
    assert_true(cm_certset_has(file->set, file->certs[1]));
}

static void text_that_starts_with_a_zero(void **state)
{
    struct file *file = *state;

    put(file, "0 s:CN = a\n");
    put(file, file->pem[0]);
    assert_int_equal(load(file), CM_OK);
    assert_int_equal(file->added, 1);
}

static void any_line_end_and_length(void **state)
{
    struct file *file = *state;
    static const char *const ends[] = {"\r\n", "\r", "\n\n", " \t\n", ""};

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        cm_buf_clear(&file->text);
        for (const char *c = file->pem[0]; *c != '\0'; c++) {
            if (*c == '\n') {
                put(file, ends[i]);
            } else {
                assert_true(cm_buf_putc(&file->text, *c));
            }
        }
        assert_int_equal(load(file), CM_OK);
        assert_int_equal(file->added, 1);
    }
    assert_int_equal(cm_certset_count(file->set), 1);
}

static void other_blocks_are_passed_over(void **state)
{
    struct file *file = *state;

    put(file, forge_key_pem(forge_key(FORGE_P256, 0)));
    put(file, file->pem[1]);
    put(file, "-----BEGIN X509 CRL-----\n????\n-----END X509 CRL-----\n");
    assert_int_equal(load(file), CM_OK);
    assert_int_equal(file->added, 1);
}

static void other_labels_for_certificates(void **state)
{
    struct file *file = *state;
    char *base64 = file->pem[0] + strlen("-----BEGIN CERTIFICATE-----\n");

    *strstr(base64, "-----END") = '\0';
    put(file, "-----BEGIN X509 CERTIFICATE-----\n");
    put(file, base64);
    put(file, "-----END X509 CERTIFICATE-----\n");
    assert_int_equal(load(file), CM_OK);
    assert_int_equal(file->added, 1);
}

/* OpenSSL's own: settings follow the certificate. */
static void trusted_certificates_lose_their_settings(void **state)
{
    struct file *file = *state;
    struct cm_cert *cert = file->certs[0];
    struct cm_cert *longer;
    struct cm_buf der;
    char *pem;

    cm_buf_init(&der, 10000);
    (void)cm_buf_append(&der, cert->der.data, cert->der.len);
    assert_true(cm_buf_append(&der, "\x30\x03\x0c\x01x", 5));
    longer = cm_cert_parse(der.data, der.len);
    pem = forge_pem(&longer, 1);
    put(file, "-----BEGIN TRUSTED CERTIFICATE-----");
    put(file, pem + strlen("-----BEGIN CERTIFICATE-----"));
    assert_int_equal(load(file), CM_OK);
    assert_true(cm_certset_has(file->set, cert));
    cm_buf_clear(&file->text);
    put(file, pem); /* under the plain label it is an error */
    assert_int_equal(load(file), CM_EINPUT);
    assert_non_null(strstr(file->err.text, "bytes follow the certificate"));
    free(pem);
    cm_cert_unref(longer);
    cm_buf_cleanup(&der);
}

static void plain_der(void **state)
{
    struct file *file = *state;

    assert_true(cm_buf_append(&file->text, file->certs[0]->der.data,
                              file->certs[0]->der.len));
    assert_int_equal(load(file), CM_OK);
    assert_int_equal(file->added, 1);
    assert_true(cm_buf_putc(&file->text, 'x'));
    assert_int_equal(load(file), CM_EINPUT);
    assert_int_equal(file->added, 0);
}

static void duplicates_count_but_are_kept_once(void **state)
{
    struct file *file = *state;

    put(file, file->pem[0]);
    put(file, file->pem[0]);
    assert_int_equal(load(file), CM_OK);
    assert_int_equal(file->added, 2);
    assert_int_equal(cm_certset_count(file->set), 1);
}

struct bad {
    const char *text;
    const char *error;
};

static void nothing_in_it(void **state)
{
    static const struct bad cases[] = {
        {"", "no certificate"},
        {"hello\n", "no certificate"},
        {"-----BEGIN \n", "no proper BEGIN and END"},
        {"-----BEGIN CERTIFICATE-----\n", "no proper BEGIN and END"},
        {"-----BEGIN CERTIFICATE-----\nMIIB", "no proper BEGIN and END"},
        {"-----BEGIN CERTIFICATE\nMIIBhzCCAS2gAwIBAgICEAAwCgYIKoZIzj0EAwIwDDEK"
         "\n-----END CERTIFICATE-----\n",
         "no proper BEGIN and END"},
        {"-----BEGIN X-----\nMIIB\n-----END X-----\n", "no certificate"},
        {"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
         "not base64"},
        {"-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n",
         "not base64"},
        {"-----BEGIN CERTIFICATE-----\nMIIB=A==\n-----END CERTIFICATE-----\n",
         "not base64"},
        {"-----BEGIN CERTIFICATE-----\nMIIBA\n-----END CERTIFICATE-----\n",
         "not base64"},
        {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
         "not a DER sequence"},
        {"0", "no certificate"},
        {"0\x82", "not a DER sequence"},
    };
    struct file *file = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cm_buf_clear(&file->text);
        put(file, cases[i].text);
        assert_int_equal(load(file), CM_EINPUT);
        assert_int_equal(file->err.status, CM_EINPUT);
        if (strstr(file->err.text, cases[i].error) == NULL) {
            fail_msg("%s: %s", cases[i].text, file->err.text);
        }
        assert_int_equal(file->added, 0);
    }
    assert_int_equal(cm_certset_count(file->set), 0);
}

static void the_damaged_block_is_counted(void **state)
{
    struct file *file = *state;

    put(file, file->pem[0]);
    put(file, "-----BEGIN CERTIFICATE-----\nnot!\n-----END CERTIFICATE-----\n");
    put(file, file->pem[1]);
    assert_int_equal(load(file), CM_EINPUT);
    assert_non_null(strstr(file->err.text, "certificate 2"));
    assert_int_equal(file->added, 1);
}

static void a_lost_end_line_is_damage(void **state)
{
    struct file *file = *state;

    *strstr(file->pem[0], "-----END") = '\0';
    put(file, file->pem[0]);
    put(file, file->pem[1]);
    assert_int_equal(load(file), CM_EINPUT);
    assert_non_null(strstr(file->err.text, "certificate 1 is damaged"));
}

static void a_lame_begin_line_swallows_nothing(void **state)
{
    struct file *file = *state;
    char *dashes = strstr(file->pem[0], "E-----\n");

    put(file, file->pem[1]);
    memset(dashes + 1, ' ', 5);
    put(file, file->pem[0]);
    put(file, file->pem[1]);
    put(file, file->pem[1]);
    assert_int_equal(load(file), CM_EINPUT);
    assert_int_equal(file->added, 1);
}

static void a_huge_block_is_refused(void **state)
{
    struct file *file = *state;

    put(file, "-----BEGIN CERTIFICATE-----\n");
    for (size_t i = 0; i < 70000; i++) {
        put(file, "AAAA");
    }
    put(file, "\n-----END CERTIFICATE-----\n");
    assert_int_equal(load(file), CM_EINPUT);
}

#define LIST_MAX 3

static enum cm_status list(struct file *file, struct cm_cert **certs)
{
    return cm_certs_list(certs, LIST_MAX, &file->added,
                         (struct cm_span){file->text.data, file->text.len},
                         &file->err);
}

static void a_list_keeps_order_doubles_and_rubbish(void **state)
{
    struct file *file = *state;
    struct cm_cert *certs[LIST_MAX] = {NULL};

    put(file, file->pem[1]);
    put(file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    put(file, file->pem[1]);
    put(file, file->pem[0]); /* one more than there is room for */
    assert_int_equal(list(file, certs), CM_OK);
    assert_int_equal(file->added, 4);
    assert_string_equal(certs[0]->subject_text, "CN=b");
    assert_false(certs[1]->parsed);
    assert_string_equal(certs[2]->subject_text, "CN=b");
    for (size_t i = 0; i < LIST_MAX; i++) {
        cm_cert_unref(certs[i]);
    }
}

/* NULL: refused. */
static void decodes_to(const char *base64, const char *octets)
{
    struct cm_pem_block block = {
        .base64 = {(const uint8_t *)base64, strlen(base64)}};
    struct cm_buf out;
    bool ok;

    cm_buf_init(&out, 100);
    ok = cm_pem_decode(&block, &out);
    if (ok != (octets != NULL) ||
        (ok && strcmp(cm_buf_cstr(&out), octets) != 0)) {
        fail_msg("%s gives %s", base64, ok ? cm_buf_cstr(&out) : "nothing");
    }
    cm_buf_cleanup(&out);
}

static void base64_of_rfc_4648(void **state)
{
    (void)state;
    decodes_to("Zg==", "f");
    decodes_to("Zm8=", "fo");
    decodes_to("Zm9v", "foo");
    decodes_to("Zm9vYg==", "foob");
    decodes_to("Zm9vYmE=", "fooba");
    decodes_to(" Zm\r\n9v\tYm Fy\n", "foobar");
    decodes_to("Pz8+Pj4/", "\x3f\x3f>>>?");
    decodes_to("Z g = =", "f");
    decodes_to("", NULL);
    decodes_to(" \n", NULL);
    decodes_to("Z", NULL);
    decodes_to("Zg", NULL);
    decodes_to("Zg=", NULL);
    decodes_to("Zm9vYg", NULL);
    decodes_to("Z===", NULL);
    decodes_to("====", NULL);
    decodes_to("Zg==Zg==", NULL);
    decodes_to("Zm9=Zm9v", NULL);
    decodes_to("Zm=v", NULL);
    decodes_to("Zm9v=", NULL);
    decodes_to("Zm9v====", NULL);
    decodes_to("Zm9-", NULL);
    decodes_to("Zm9_", NULL);
    decodes_to("Zm\xc3\xa9v", NULL);
}

static void a_list_of_nothing_is_refused(void **state)
{
    struct file *file = *state;
    struct cm_cert *certs[LIST_MAX] = {NULL};

    put(file, "hello\n");
    assert_int_equal(list(file, certs), CM_EINPUT);
    assert_int_equal(file->added, 0);
    put(file, file->pem[0]);
    put(file, "-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n");
    assert_int_equal(list(file, certs), CM_EINPUT);
    assert_int_equal(file->added, 1); /* what was read is the caller's */
    cm_cert_unref(certs[0]);
}

static int cleanup(void **state)
{
    (void)state;
    forge_cleanup();
    return 0;
}

#define ON_FILE(test)                                                          \
    cmocka_unit_test_setup_teardown(test, open_file, close_file)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        ON_FILE(what_is_written_is_read),
        ON_FILE(lines_have_64_characters),
        ON_FILE(several_blocks_with_text_around),
        ON_FILE(text_that_starts_with_a_zero),
        ON_FILE(any_line_end_and_length),
        ON_FILE(other_blocks_are_passed_over),
        ON_FILE(other_labels_for_certificates),
        ON_FILE(trusted_certificates_lose_their_settings),
        ON_FILE(plain_der),
        ON_FILE(duplicates_count_but_are_kept_once),
        ON_FILE(nothing_in_it),
        ON_FILE(the_damaged_block_is_counted),
        ON_FILE(a_lost_end_line_is_damage),
        ON_FILE(a_lame_begin_line_swallows_nothing),
        ON_FILE(a_huge_block_is_refused),
        ON_FILE(a_list_keeps_order_doubles_and_rubbish),
        ON_FILE(a_list_of_nothing_is_refused),
        cmocka_unit_test(base64_of_rfc_4648),
    };

    return cmocka_run_group_tests_name("pki pem", tests, NULL, cleanup);
}
