/* What the certificates of a store tell together.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/evidence_cases.h"
#include "unit/store/fixture.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/stored.h"
#include "support/forge.h"

/* A result whose server sent these certificates. */
static void put_chain(struct fixture *f, uint64_t endpoint,
                      struct cm_cert *const *chain, size_t num)
{
    struct cm_result *result = fixture_result(endpoint, CM_VERDICT_TRUSTED);
    struct cm_probe *probe;

    result->evidence = cases_bare();
    probe = &result->evidence->probes[0];
    probe->chain = calloc(num, sizeof(struct cm_cert *));
    assert_non_null(probe->chain);
    for (size_t i = 0; i < num; i++) {
        probe->chain[i] = cm_cert_ref(chain[i]);
    }
    probe->num_chain = num;
    fixture_put_row(f, fixture_row(endpoint, endpoint, "a"));
    fixture_put_result(f, result);
}

static struct cm_cert *make(const char *subject, bool ca,
                            const struct cm_cert *issuer, const char *serial)
{
    return forge_cert(&(struct forge_spec){.subject = subject,
                                           .ca = ca,
                                           .issuer_cert = issuer,
                                           .serial_hex = serial});
}

struct names {
    struct cm_buf text;
    enum cm_status answer;
};

static enum cm_status note_name(void *arg, struct cm_cert *cert)
{
    struct names *names = arg;

    cm_buf_printf(&names->text, "%s;", cert->subject_cn);
    return names->answer;
}

static void assert_issuers(struct fixture *f, int64_t run, size_t max,
                           const char *want)
{
    struct names names = {.answer = CM_OK};

    cm_buf_init(&names.text, 4096);
    assert_int_equal(
        cm_store_each_issuer(f->store, run, max, note_name, &names, NULL),
        CM_OK);
    assert_string_equal(cm_buf_cstr(&names.text), want);
    cm_buf_cleanup(&names.text);
}

static void gives_the_issuers_of_all_runs(void **state)
{
    struct fixture *f = *state;
    struct cm_cert *root = make("root", true, NULL, NULL);
    struct cm_cert *sub1 = make("sub 1", true, root, NULL);
    struct cm_cert *sub2 = make("sub 2", true, root, NULL);
    struct cm_cert *leaf = make("leaf", false, sub1, NULL);
    struct cm_cert *wrong = make("no CA", false, root, NULL);
    struct cm_cert *device = make("device", true, NULL, NULL);
    struct cm_cert *first[] = {leaf, sub1, root};
    struct cm_cert *second[] = {leaf, sub2, wrong};
    struct names names = {.answer = CM_ENOMEM};

    fixture_begin(f);
    put_chain(f, 1, first, 3);
    put_chain(f, 2, &device, 1);
    assert_int_equal(fixture_finish(f, 2), CM_OK);
    fixture_begin(f);
    put_chain(f, 1, second, 3);
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    /* The newest first; what is its own CA comes last. */
    assert_issuers(f, 0, 100, "sub 2;sub 1;device;root;");
    /* Of the run, also what is no CA, but never the server's own. */
    assert_issuers(f, 2, 100, "sub 2;no CA;sub 2;sub 1;device;root;");
    assert_issuers(f, 1, 100, "sub 1;root;sub 2;sub 1;device;root;");
    assert_issuers(f, 0, 1, "sub 2;");
    assert_issuers(f, 0, 4, "sub 2;sub 1;device;root;");
    assert_issuers(f, 1, 2, "sub 1;root;");
    cm_buf_init(&names.text, 4096);
    assert_int_equal(
        cm_store_each_issuer(f->store, 0, 9, note_name, &names, NULL),
        CM_ENOMEM);
    assert_string_equal(cm_buf_cstr(&names.text), "sub 2;");
    cm_buf_cleanup(&names.text);
    cm_cert_unref(root);
    cm_cert_unref(sub1);
    cm_cert_unref(sub2);
    cm_cert_unref(leaf);
    cm_cert_unref(wrong);
    cm_cert_unref(device);
}

struct reuse {
    struct cm_buf text;
    const struct cm_cert *certs[4];
    enum cm_status answer;
};

static char letter(const struct reuse *reuse, const uint8_t *hash)
{
    for (int i = 0; i < 4; i++) {
        if (memcmp(reuse->certs[i]->sha256, hash, CM_SHA256_LEN) == 0) {
            return (char)('a' + i);
        }
    }
    return '?';
}

static enum cm_status note_reuse(void *arg, enum cm_twin twin,
                                 uint64_t endpoint,
                                 const uint8_t cert[CM_SHA256_LEN],
                                 const uint8_t other[CM_SHA256_LEN])
{
    struct reuse *reuse = arg;

    (void)twin;
    cm_buf_printf(&reuse->text, "%d:%c", (int)endpoint, letter(reuse, cert));
    cm_buf_printf(&reuse->text, "%c;", letter(reuse, other));
    return reuse->answer;
}

static void tells_serial_numbers_that_were_used_twice(void **state)
{
    struct fixture *f = *state;
    struct cm_cert *ca = make("CA", true, NULL, NULL);
    struct cm_cert *other_ca = make("other CA", true, NULL, NULL);
    struct cm_cert *a = make("a", false, ca, "0102");
    struct cm_cert *b = make("b", false, ca, "0102");
    struct cm_cert *c = make("c", false, ca, "0103");
    struct cm_cert *d = make("d", false, other_ca, "0102");
    struct reuse reuse = {.certs = {a, b, c, d}};

    cm_buf_init(&reuse.text, 4096);
    fixture_begin(f); /* b is of another run */
    put_chain(f, 1, &b, 1);
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    fixture_begin(f);
    put_chain(f, 1, &a, 1);
    put_chain(f, 2, &c, 1);
    put_chain(f, 3, &d, 1);
    assert_int_equal(fixture_finish(f, 3), CM_OK);
    assert_int_equal(cm_store_each_twin(f->store, 2, CM_TWIN_SERIAL, note_reuse,
                                        &reuse, NULL),
                     CM_OK);
    assert_string_equal(cm_buf_cstr(&reuse.text), "");
    fixture_begin(f);
    put_chain(f, 1, &a, 1);
    put_chain(f, 2, &c, 1);
    put_chain(f, 3, &b, 1);
    put_chain(f, 4, &a, 1);
    assert_int_equal(fixture_finish(f, 4), CM_OK);
    assert_int_equal(cm_store_each_twin(f->store, 3, CM_TWIN_SERIAL, note_reuse,
                                        &reuse, NULL),
                     CM_OK);
    /* b was stored first */
    assert_string_equal(cm_buf_cstr(&reuse.text), "3:ba;1:ab;4:ab;");
    reuse.answer = CM_ENOMEM;
    assert_int_equal(cm_store_each_twin(f->store, 3, CM_TWIN_SERIAL, note_reuse,
                                        &reuse, NULL),
                     CM_ENOMEM);
    cm_buf_cleanup(&reuse.text);
    cm_cert_unref(a);
    cm_cert_unref(b);
    cm_cert_unref(c);
    cm_cert_unref(d);
    cm_cert_unref(ca);
    cm_cert_unref(other_ca);
}

static struct cm_cert *make_with_key(unsigned key, const char *subject,
                                     const char *names)
{
    return forge_cert(&(struct forge_spec){
        .subject = subject,
        .key = forge_key(FORGE_P256, key),
        .names = names,
    });
}

static void tells_keys_that_other_names_share(void **state)
{
    struct fixture *f = *state;
    struct cm_cert *certs[] = {
        make_with_key(7, "a", "a.example,A2.example"),
        make_with_key(7, "b", "b.example"), make_with_key(8, "c", "c.example"),
        make_with_key(8, "d", "d.example,C.example"), /* related by a name */
    };
    struct cm_cert *bare[] = {
        make_with_key(9, "same", NULL), /* an appliance, renewed */
        make_with_key(9, "same", NULL),
    };
    struct reuse reuse = {.certs = {certs[0], certs[1], certs[2], certs[3]}};
    const char *got;

    cm_buf_init(&reuse.text, 4096);
    fixture_begin(f);
    for (size_t i = 0; i < 4; i++) {
        put_chain(f, i + 1, &certs[i], 1);
    }
    put_chain(f, 5, &bare[0], 1);
    put_chain(f, 6, &bare[1], 1);
    assert_int_equal(fixture_finish(f, 6), CM_OK);
    assert_int_equal(
        cm_store_each_twin(f->store, 1, CM_TWIN_KEY, note_reuse, &reuse, NULL),
        CM_OK);
    got = cm_buf_cstr(&reuse.text);
    assert_string_equal(got, "1:ab;2:ba;");
    /* One certificate on two servers is not two certificates. */
    cm_buf_clear(&reuse.text);
    fixture_begin(f);
    put_chain(f, 1, &certs[0], 1);
    put_chain(f, 2, &certs[0], 1);
    assert_int_equal(fixture_finish(f, 2), CM_OK);
    assert_int_equal(
        cm_store_each_twin(f->store, 2, CM_TWIN_KEY, note_reuse, &reuse, NULL),
        CM_OK);
    assert_string_equal(cm_buf_cstr(&reuse.text), "");
    cm_buf_cleanup(&reuse.text);
    for (size_t i = 0; i < 4; i++) {
        cm_cert_unref(certs[i]);
    }
    cm_cert_unref(bare[0]);
    cm_cert_unref(bare[1]);
}

static void finds_a_certificate_by_its_hash(void **state)
{
    struct fixture *f = *state;
    struct cm_cert *cert = make("x", false, NULL, NULL);
    struct cm_cert *found = NULL;

    fixture_begin(f);
    put_chain(f, 1, &cert, 1);
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    assert_int_equal(cm_store_find_cert(f->store, cert->sha256, &found, NULL),
                     CM_OK);
    assert_non_null(found);
    assert_true(cm_span_equal(found->der, cert->der));
    cm_cert_unref(found);
    assert_int_equal(
        cm_store_find_cert(f->store, cert->spki_sha256, &found, NULL), CM_OK);
    assert_null(found);
    cm_cert_unref(cert);
}

static int clean_up(void **state)
{
    (void)state;
    forge_cleanup();
    return 0;
}

#define STORE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(gives_the_issuers_of_all_runs),
        STORE_TEST(tells_serial_numbers_that_were_used_twice),
        STORE_TEST(tells_keys_that_other_names_share),
        STORE_TEST(finds_a_certificate_by_its_hash),
    };

    return cmocka_run_group_tests_name("known certificates", tests, NULL,
                                       clean_up);
}
