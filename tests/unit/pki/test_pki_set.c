/* Sets of certificates, and the digests.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <pthread.h>
#include <string.h>

#include "pki/pki.h"
#include "support/forge.h"

static struct cm_cert *named(const char *subject)
{
    return forge_cert(&(struct forge_spec){.subject = subject});
}

static void holds_each_once_in_order(void **state)
{
    struct cm_certset *set = cm_certset_new(10);
    struct cm_cert *a = named("a");
    struct cm_cert *b = named("b");
    struct cm_cert *copy = cm_cert_parse(a->der.data, a->der.len);

    (void)state;
    assert_int_equal(cm_certset_count(set), 0);
    assert_false(cm_certset_has(set, a));
    assert_true(cm_certset_add(set, b));
    assert_true(cm_certset_add(set, a));
    assert_true(cm_certset_add(set, a));
    assert_true(cm_certset_add(set, copy)); /* the same bytes */
    assert_int_equal(cm_certset_count(set), 2);
    assert_true(cm_certset_has(set, copy));
    assert_ptr_equal(cm_certset_at(set, 0), b);
    assert_ptr_equal(cm_certset_at(set, 1), a);
    assert_null(cm_certset_at(set, 2));
    assert_int_equal(a->refs, 2);
    cm_certset_free(set);
    assert_int_equal(a->refs, 1);
    cm_cert_unref(copy);
    cm_cert_unref(a);
    cm_cert_unref(b);
}

static void finds_by_subject(void **state)
{
    struct cm_certset *set = cm_certset_new(100);
    struct cm_cert *first = named("The CA");
    struct cm_cert *other = named("Other");
    struct cm_cert *second = named("the  ca"); /* the same name */
    struct cm_cert *const *found = NULL;

    (void)state;
    assert_true(cm_certset_add(set, first));
    assert_true(cm_certset_add(set, other));
    assert_true(cm_certset_add(set, second));
    assert_int_equal(cm_certset_by_subject(set, second->subject_norm, &found),
                     2);
    assert_ptr_equal(found[0], first);
    assert_ptr_equal(found[1], second);
    assert_int_equal(cm_certset_by_subject(set, other->subject_norm, &found),
                     1);
    assert_ptr_equal(found[0], other);
    cm_certset_free(set);
    set = cm_certset_new(100);
    assert_int_equal(cm_certset_by_subject(set, other->subject_norm, &found),
                     0);
    assert_null(found);
    cm_certset_free(set);
    cm_cert_unref(first);
    cm_cert_unref(other);
    cm_cert_unref(second);
}

static void drops_what_is_too_many(void **state)
{
    struct cm_certset *set = cm_certset_new(1);
    struct cm_cert *a = named("a");
    struct cm_cert *b = named("b");

    (void)state;
    assert_true(cm_certset_add(set, a));
    assert_true(cm_certset_add(set, b));
    assert_int_equal(cm_certset_count(set), 1);
    assert_false(cm_certset_has(set, b));
    assert_int_equal(b->refs, 1);
    cm_certset_free(set);
    cm_certset_free(NULL);
    cm_cert_unref(a);
    cm_cert_unref(b);
}

static void takes_unread_certificates_without_a_subject(void **state)
{
    struct cm_certset *set = cm_certset_new(5);
    struct cm_cert *unread = cm_cert_parse((const uint8_t *)"?", 1);
    struct cm_cert *empty = named("");
    struct cm_cert *const *found = NULL;

    (void)state;
    assert_true(cm_certset_add(set, unread));
    assert_true(cm_certset_add(set, empty));
    assert_true(cm_certset_has(set, unread));
    assert_int_equal(cm_certset_by_subject(set, unread->subject_norm, &found),
                     0);
    assert_int_equal(cm_certset_by_subject(set, empty->subject_norm, &found),
                     1);
    assert_ptr_equal(found[0], empty);
    cm_certset_free(set);
    cm_cert_unref(unread);
    cm_cert_unref(empty);
}

#define THREADS 4
#define CERTS 40
struct shared {
    struct cm_certset *set;
    struct cm_cert *certs[CERTS];
};

static void *add_all(void *arg)
{
    struct shared *shared = arg;

    for (size_t i = 0; i < CERTS; i++) {
        if (!cm_certset_add(shared->set, shared->certs[i])) {
            return shared;
        }
    }
    return NULL;
}

static void threads_add_at_once(void **state)
{
    struct shared shared = {.set = cm_certset_new(1000)};
    struct cm_cert *const *found = NULL;
    pthread_t threads[THREADS];
    void *failed;

    (void)state;
    for (size_t i = 0; i < CERTS; i++) {
        shared.certs[i] = named(i % 2 == 0 ? "even" : "odd");
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, add_all, &shared),
                         0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_int_equal(cm_certset_count(shared.set), CERTS);
    assert_int_equal(cm_certset_by_subject(
                         shared.set, shared.certs[1]->subject_norm, &found),
                     CERTS / 2);
    cm_certset_free(shared.set);
    for (size_t i = 0; i < CERTS; i++) {
        assert_int_equal(shared.certs[i]->refs, 1);
        cm_cert_unref(shared.certs[i]);
    }
}

#define EMPTY_SHA256                                                           \
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define ABC_SHA256                                                             \
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void digests(void **state)
{
    char hex[2 * CM_SHA256_LEN + 1];
    uint8_t raw[CM_SHA256_LEN];
    struct cm_digest *d = cm_digest_new();

    (void)state;
    cm_digest_add(d, "a", 1);
    cm_digest_add(d, NULL, 0);
    cm_digest_add(d, "bc", 2);
    cm_digest_hex_free(d, hex);
    assert_string_equal(hex, ABC_SHA256);
    cm_digest_hex_free(cm_digest_new(), hex);
    assert_string_equal(hex, EMPTY_SHA256);
    cm_sha256(NULL, 0, raw);
    assert_int_equal(raw[0], 0xe3);
    assert_int_equal(raw[31], 0x55);
    cm_sha256("abc", 3, raw);
    assert_int_equal(raw[0], 0xba);
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
        cmocka_unit_test(holds_each_once_in_order),
        cmocka_unit_test(finds_by_subject),
        cmocka_unit_test(drops_what_is_too_many),
        cmocka_unit_test(takes_unread_certificates_without_a_subject),
        cmocka_unit_test(threads_add_at_once),
        cmocka_unit_test(digests),
    };

    return cmocka_run_group_tests_name("pki sets", tests, NULL, cleanup);
}
