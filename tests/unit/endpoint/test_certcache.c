/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "endpoint/scan.h"
#include "support/forge.h"

static void the_same_bytes_are_parsed_once(void **state)
{
    struct cm_certcache *cache = cm_certcache_new();
    struct cm_cert *made = forge_cert(&(struct forge_spec){0});
    struct cm_cert *first = cm_certcache_get(cache, made->der);
    struct cm_cert *second = cm_certcache_get(cache, made->der);

    (void)state;
    assert_non_null(first);
    assert_ptr_equal(first, second);
    assert_memory_equal(first->sha256, made->sha256, CM_SHA256_LEN);
    cm_cert_unref(first);
    cm_certcache_free(cache);
    /* A reference outlives the cache. */
    assert_true(second->parsed);
    cm_cert_unref(second);
    cm_cert_unref(made);
}

static void rubbish_is_kept_as_unparsed(void **state)
{
    struct cm_certcache *cache = cm_certcache_new();
    struct cm_cert *cert = cm_certcache_get(
        cache, (struct cm_span){(const uint8_t *)"rubbish", 7});

    (void)state;
    assert_non_null(cert);
    assert_false(cert->parsed);
    assert_int_equal(cert->der.len, 7);
    cm_cert_unref(cert);
    cm_certcache_free(cache);
}

static void the_cache_stays_bounded(void **state)
{
    struct cm_certcache *cache = cm_certcache_new();
    struct cm_cert *kept = NULL;
    struct cm_cert *again;

    (void)state;
    for (uint32_t i = 0; i < 10000; i++) {
        struct cm_cert *cert = cm_certcache_get(
            cache, (struct cm_span){(const uint8_t *)&i, sizeof(i)});

        assert_non_null(cert);
        if (i == 0) {
            kept = cert;
        } else {
            cm_cert_unref(cert);
        }
    }
    /* It was forgotten, so another object comes; the old one is still good. */
    again = cm_certcache_get(cache,
                             (struct cm_span){kept->der.data, kept->der.len});
    assert_ptr_not_equal(again, kept);
    cm_cert_unref(again);
    cm_cert_unref(kept);
    cm_certcache_free(cache);
}

static int clean_up(void **state)
{
    (void)state;
    forge_cleanup();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_bytes_are_parsed_once),
        cmocka_unit_test(rubbish_is_kept_as_unparsed),
        cmocka_unit_test(the_cache_stays_bounded),
    };

    return cmocka_run_group_tests_name("certcache", tests, NULL, clean_up);
}
