/* Every allocation of fetching fails once: that is said, or all was fetched in
 * spite of it; a server is never blamed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "fetch_scene.h"
#include "support/forge_crl.h"
#include "support/forge_ocsp.h"

#define NEVER (-1L)
#define MAX_ALLOCATIONS 5000
#define NUM_WANTS 3

/* How many allocations of this thread succeed before one fails; the server
 * has a thread of its own. */
static _Thread_local long until_failure = NEVER;

static bool fails(void)
{
    if (until_failure == NEVER) {
        return false;
    }
    return until_failure-- == 0; /* and goes on to NEVER */
}

/* The linker sends this program's allocations here (--wrap). */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return fails() ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

struct scene {
    struct fetch_scene fetch;
    struct cm_cert *issuer;
    struct cm_cert *leaf;
    struct cm_span crl;
    struct cm_span response;
    struct http_row rows[3];
    struct cm_want wants[NUM_WANTS];
};

static int open_scene(void **state)
{
    struct forge_key *key = forge_key(FORGE_P256, 1);
    struct forge_spec ca = {.subject = "CA", .ca = true, .key = key};
    struct forge_spec leaf = {.names = "a.example", .issuer_key = key};
    struct forge_single single = {.status = FORGE_OCSP_GOOD};
    struct forge_ocsp_spec ocsp = {
        .singles = &single, .num_singles = 1, .key = key};
    struct forge_crl_spec crl = {.key = key};
    struct scene *scene = calloc(1, sizeof(*scene));

    *state = scene;
    if (scene == NULL) {
        return -1;
    }
    scene->issuer = forge_cert(&ca);
    leaf.issuer_cert = scene->issuer;
    scene->leaf = forge_cert(&leaf);
    crl.issuer = scene->issuer;
    scene->crl = forge_crl(&crl);
    single.cert = scene->leaf;
    single.issuer = scene->issuer;
    ocsp.responder = scene->issuer;
    scene->response = forge_ocsp(&ocsp);
    scene->rows[0] =
        (struct http_row){.path = "/cert", .body = scene->issuer->der};
    scene->rows[1] = (struct http_row){.path = "/crl", .body = scene->crl};
    scene->rows[2] =
        (struct http_row){.path = "/ocsp", .body = scene->response};
    scene->wants[0] =
        (struct cm_want){.kind = CM_WANT_ISSUER, .cert = scene->leaf};
    scene->wants[1] =
        (struct cm_want){.kind = CM_WANT_CRL, .cert = scene->leaf};
    scene->wants[2] = (struct cm_want){
        .kind = CM_WANT_OCSP, .cert = scene->leaf, .issuer = scene->issuer};
    fetch_open(&scene->fetch, scene->rows, 3);
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    cm_cert_unref(scene->leaf);
    cm_cert_unref(scene->issuer);
    cm_span_free(&scene->crl);
    cm_span_free(&scene->response);
    fetch_close(&scene->fetch);
    free(scene);
    return 0;
}

/* Forgets everything, and has nothing of its own when memory fails. */
static bool start_anew(struct fetch_scene *fetch)
{
    static const struct cm_fetch_config config = {
        .issuers = true,
        .revocation = CM_REVOCATION_CRL | CM_REVOCATION_OCSP,
        .timeout_ms = FETCH_LONG_MS,
        .resolver = {.servers = "127.0.0.1:9", .timeout_ms = FETCH_HASTY_MS},
    };
    struct cm_error err = {.status = CM_OK};
    enum cm_status status;

    cm_fetch_free(fetch->fetch);
    cm_wants_free(fetch->wants);
    cm_certset_free(fetch->target.pool);
    cm_revocation_free(fetch->target.revocation);
    fetch->wants = cm_wants_new();
    fetch->target.pool = cm_certset_new(100);
    fetch->target.revocation = cm_revocation_new();
    status = cm_fetch_new(&fetch->fetch, &config, &err);
    assert_int_equal(status, err.status);
    assert_true(status == CM_OK || status == CM_ENOMEM);
    assert_true((status == CM_OK) == (fetch->fetch != NULL));
    return fetch->wants != NULL && fetch->target.pool != NULL &&
           fetch->target.revocation != NULL && status == CM_OK;
}

static bool add_wants(struct scene *scene)
{
    static const char *const urls[NUM_WANTS][3] = {
        {"/missing", "/cert"}, {"/crl"}, {"/missing", "/ocsp"}};

    for (size_t i = 0; i < NUM_WANTS; i++) {
        if (!fetch_want_about(&scene->fetch, &scene->wants[i], "127.0.0.1",
                              urls[i])) {
            return false;
        }
    }
    return true;
}

static void check_all_came(const struct scene *scene)
{
    const struct cm_fetch_target *target = &scene->fetch.target;
    const struct cm_revocation_list *crls;
    struct cm_revocation_response response;

    assert_true(cm_certset_has(target->pool, scene->issuer));
    assert_int_equal(cm_revocation_crls(target->revocation,
                                        scene->issuer->subject_norm, &crls),
                     1);
    assert_true(
        cm_revocation_ocsp(target->revocation, scene->leaf, 0, &response));
}

/* False: memory was said to be missing. */
static bool fetch_all(struct scene *scene)
{
    struct cm_error err = {.status = CM_OK};
    enum cm_status status;
    bool news = false;

    if (!start_anew(&scene->fetch) || !add_wants(scene)) {
        return false;
    }
    status = fetch_try(&scene->fetch, &news, &err);
    if (status != CM_OK) {
        assert_int_equal(status, CM_ENOMEM);
        assert_int_equal(err.status, CM_ENOMEM);
        return false;
    }
    assert_true(news);
    return true;
}

static void each_failure_is_said(void **state)
{
    struct scene *scene = *state;
    unsigned said = 0;
    bool done = false;
    long n;

    for (n = 0; n < MAX_ALLOCATIONS && !done; n++) {
        bool all;

        until_failure = n;
        all = fetch_all(scene);
        done = until_failure != NEVER; /* there are not that many */
        until_failure = NEVER;
        if (all) {
            check_all_came(scene);
        } else {
            assert_false(done);
            said++;
        }
    }
    assert_true(done);
    assert_in_range(said, 100, n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_failure_is_said, open_scene,
                                        close_scene),
    };

    return cmocka_run_group_tests_name("run/fetch_memory", tests, NULL, NULL);
}
