/* Fetching issuers: what is asked, how often, of whom, and what counts.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch_scene.h"

#define HERE "127.0.0.1"
#define THERE "8.8.8.8"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MANY 40
#define NUM_ROWS 11

static struct cm_cert *authority(const char *name)
{
    struct forge_spec spec = {.subject = name, .ca = true};

    return forge_cert(&spec);
}

/* Two authorities as DER and PEM, and pages that are none. */
struct pages {
    struct cm_cert *certs[2];
    char *pem;
    struct http_row rows[NUM_ROWS];
};

static void make_pages(struct pages *pages)
{
    static const char html[] = "<html>404</html>";
    static const char big[70000];

    pages->certs[0] = authority("DER");
    pages->certs[1] = authority("PEM");
    pages->pem = forge_pem(pages->certs, 2);
    memset(pages->rows, 0, sizeof(pages->rows));
    pages->rows[0].path = "/der";
    pages->rows[0].body = pages->certs[0]->der;
    pages->rows[1].path = "/pem";
    pages->rows[1].body =
        (struct cm_span){(const uint8_t *)pages->pem, strlen(pages->pem)};
    pages->rows[2].path = "/html";
    pages->rows[2].body =
        (struct cm_span){(const uint8_t *)html, sizeof(html) - 1};
    pages->rows[3].path = "/empty";
    pages->rows[4].path = "/big";
    pages->rows[4].body = (struct cm_span){(const uint8_t *)big, sizeof(big)};
    pages->rows[5] = pages->rows[0];
    pages->rows[5].path = "/slow";
    pages->rows[5].deed = HTTP_BYTES;
    pages->rows[6].path = "/to-der";
    pages->rows[6].answer = "HTTP/1.1 302 x\r\nLocation: /der\r\n\r\n";
    pages->rows[7].path = "/silent";
    pages->rows[7].deed = HTTP_KEEP;
    pages->rows[7].answer = "";
    pages->rows[9] = pages->rows[7];
    pages->rows[9].path = "/silent2";
    pages->rows[10] = pages->rows[7];
    pages->rows[10].path = "/silent3";
    /* a SEQUENCE that holds no certificate, but is as long as it says */
    pages->rows[8].path = "/odd";
    pages->rows[8].body = (struct cm_span){(const uint8_t *)"\x30\x02\x05", 4};
}

struct scene {
    struct fetch_scene fetch;
    struct pages pages;
};

static int open_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    *state = scene;
    if (scene == NULL) {
        return -1;
    }
    make_pages(&scene->pages);
    fetch_open(&scene->fetch, scene->pages.rows, NUM_ROWS);
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    cm_cert_unref(scene->pages.certs[0]);
    cm_cert_unref(scene->pages.certs[1]);
    free(scene->pages.pem);
    fetch_close(&scene->fetch);
    free(scene);
    return 0;
}

static void want(struct scene *scene, const char *address, const char *url)
{
    fetch_want_one(&scene->fetch, CM_WANT_ISSUER, address, url);
}

static size_t pooled(const struct scene *scene)
{
    return cm_certset_count(scene->fetch.target.pool);
}

static unsigned requests(const struct scene *scene, const char *path)
{
    return http_server_requests(scene->fetch.server, path);
}

static void der_and_pem_fill_the_pool(void **state)
{
    struct scene *scene = *state;

    want(scene, HERE, "/der");
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(pooled(scene), 1);
    assert_true(
        cm_certset_has(scene->fetch.target.pool, scene->pages.certs[0]));
    want(scene, HERE, "/pem");
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(pooled(scene), 2);
}

static void what_the_pool_has_is_no_news(void **state)
{
    struct scene *scene = *state;

    assert_true(
        cm_certset_add(scene->fetch.target.pool, scene->pages.certs[0]));
    want(scene, HERE, "/der");
    assert_false(fetch_round(&scene->fetch));
    assert_int_equal(requests(scene, "/der"), 1);
}

static void each_url_is_asked_once(void **state)
{
    struct scene *scene = *state;
    static const char *const both[] = {"/der", "/pem", NULL};

    want(scene, HERE, "/der");
    want(scene, HERE, "/der");
    want(scene, HERE, "/404");
    fetch_want(&scene->fetch, CM_WANT_ISSUER, HERE, both);
    assert_int_equal(cm_wants_count(scene->fetch.wants), 3);
    assert_true(fetch_round(&scene->fetch));
    assert_false(fetch_round(&scene->fetch));
    assert_int_equal(requests(scene, "/der"), 1);
    assert_int_equal(requests(scene, "/404"), 1);
    assert_int_equal(requests(scene, NULL), 2);
}

static void the_next_url_is_for_when_one_fails(void **state)
{
    struct scene *scene = *state;
    static const char *const first[] = {"ldap:///CN=CA", "/404", "/html",
                                        "/der", NULL};
    static const char *const second[] = {"/empty", "/odd", "/big", "/pem",
                                         NULL};

    fetch_want(&scene->fetch, CM_WANT_ISSUER, HERE, first);
    fetch_want(&scene->fetch, CM_WANT_ISSUER, HERE, second);
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(pooled(scene), 2);
    assert_int_equal(requests(scene, NULL), 7);
}

static void redirects_are_followed(void **state)
{
    struct scene *scene = *state;

    want(scene, HERE, "/to-der");
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(pooled(scene), 1);
}

static void the_order_of_answers_changes_nothing(void **state)
{
    struct scene *scene = *state;

    want(scene, HERE, "/slow");
    want(scene, HERE, "/pem");
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(pooled(scene), 2);
    assert_memory_equal(cm_certset_at(scene->fetch.target.pool, 0)->sha256,
                        scene->pages.certs[0]->sha256, CM_SHA256_LEN);
}

static void no_more_than_32_certificates_of_one_url(void **state)
{
    struct cm_cert *certs[MANY];
    struct http_row row = {.path = "/many"};
    struct fetch_scene scene;
    char *pem;

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        certs[i] = authority("many");
    }
    pem = forge_pem(certs, MANY);
    row.body = (struct cm_span){(const uint8_t *)pem, strlen(pem)};
    fetch_open(&scene, &row, 1);
    fetch_want_one(&scene, CM_WANT_ISSUER, HERE, "/many");
    assert_true(fetch_round(&scene));
    assert_int_equal(cm_certset_count(scene.target.pool), 32);
    for (size_t i = 0; i < MANY; i++) {
        cm_cert_unref(certs[i]);
    }
    free(pem);
    fetch_close(&scene);
}

/* --- who may be asked --- */

static void a_public_server_leads_nowhere_inside(void **state)
{
    struct scene *scene = *state;

    want(scene, THERE, "/der");
    want(scene, "10.0.0.1", "/pem"); /* private is not loopback */
    fetch_round(&scene->fetch);
    assert_int_equal(requests(scene, NULL), 0);
    /* an endpoint that is in the same place names it too */
    want(scene, HERE, "/der");
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(requests(scene, "/der"), 1);
    assert_int_equal(requests(scene, NULL), 1);
    assert_int_equal(pooled(scene), 1);
}

static void refusals_do_not_go_round(void **state)
{
    struct scene *scene = *state;

    want(scene, THERE, "http://192.0.2.1/");
    fetch_round(&scene->fetch);
    want(scene, "10.0.0.1", "http://192.0.2.1/");
    fetch_round(&scene->fetch);
    want(scene, HERE, "http://192.0.2.1/");
    assert_true(fetch_round(&scene->fetch));
    assert_false(fetch_round(&scene->fetch));
}

static void private_addresses_may_be_allowed(void **state)
{
    static const struct cm_fetch_config config = {
        .issuers = true, .allow_private = true, .timeout_ms = FETCH_LONG_MS};
    struct scene *scene = *state;

    fetch_configure(&scene->fetch, &config);
    want(scene, THERE, "/der");
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(pooled(scene), 1);
}

/* The row's own address counts, and behind a proxy nothing but that. */
static void a_proxy_is_not_the_endpoint(void **state)
{
    struct scene *scene = *state;
    struct cm_want one = {.kind = CM_WANT_ISSUER, .cert = scene->fetch.cert};
    struct cm_judgement judgement = {.wants = &one, .num_wants = 1};
    struct cm_probe probe = {.end = CM_END_COMPLETE};
    struct cm_evidence ev = {.probes = &probe, .num_probes = 1};
    struct cm_endpoint ep = {.host = "a.example"};
    char path[300];

    fetch_url(&scene->fetch, "/der", path);
    one.cert->ca_issuers[0] =
        (struct cm_span){(const uint8_t *)path, strlen(path)};
    one.cert->num_ca_issuers = 1;
    assert_true(cm_address_parse(HERE, &probe.address)); /* the proxy */
    assert_true(cm_wants_add(scene->fetch.wants, &ep, &ev, &judgement));
    ep.is_ip = true;
    assert_true(cm_address_parse(THERE, &ep.literal));
    assert_true(cm_wants_add(scene->fetch.wants, &ep, &ev, &judgement));
    assert_true(fetch_round(&scene->fetch)); /* that it was refused */
    assert_int_equal(requests(scene, NULL), 0);
    assert_true(cm_address_parse(HERE, &ep.literal));
    assert_true(cm_wants_add(scene->fetch.wants, &ep, &ev, &judgement));
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(requests(scene, NULL), 1);
}

static void a_nul_in_a_url_hides_nothing(void **state)
{
    struct scene *scene = *state;
    struct cm_want one = {.kind = CM_WANT_ISSUER, .cert = scene->fetch.cert};
    struct cm_judgement judgement = {.wants = &one, .num_wants = 1};
    struct cm_evidence ev = {.dns = {.result = CM_DNS_OK}};
    struct cm_endpoint ep = {.host = "127.0.0.1", .is_ip = true};
    char path[300];

    fetch_url(&scene->fetch, "/der", path);
    one.cert->ca_issuers[0] =
        (struct cm_span){(const uint8_t *)path, strlen(path) + 1};
    one.cert->num_ca_issuers = 1;
    assert_true(cm_address_parse(HERE, &ep.literal));
    assert_true(cm_wants_add(scene->fetch.wants, &ep, &ev, &judgement));
    fetch_round(&scene->fetch);
    assert_int_equal(requests(scene, NULL), 0);
}

/* However many URLs certificates name: what is over the limit is not kept. */
static void what_comes_together_is_bounded(void **state)
{
    struct scene *scene = *state;
    struct cm_fetch_config config = {
        .issuers = true,
        .timeout_ms = FETCH_LONG_MS,
        .max_issuers = scene->pages.certs[0]->der.len + 10,
    };
    char url[300];
    const char *why = NULL;

    fetch_configure(&scene->fetch, &config);
    want(scene, HERE, "/der");
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(pooled(scene), 1);
    want(scene, HERE, "/pem");
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(pooled(scene), 1);
    fetch_url(&scene->fetch, "/pem", url);
    assert_true(cm_revocation_tried(
        scene->fetch.target.revocation, NULL,
        (struct cm_span){(const uint8_t *)url, strlen(url)}, &why));
    assert_non_null(strstr(why, "too much"));
}

static void only_what_was_asked_for_is_fetched(void **state)
{
    static const struct cm_fetch_config none = {.timeout_ms = FETCH_LONG_MS};
    struct scene *scene = *state;

    fetch_configure(&scene->fetch, &none);
    want(scene, HERE, "/der");
    fetch_want_one(&scene->fetch, CM_WANT_CRL, HERE, "/crl");
    fetch_want_one(&scene->fetch, CM_WANT_OCSP, HERE, "/ocsp");
    assert_false(fetch_round(&scene->fetch));
    assert_int_equal(requests(scene, NULL), 0);
}

/* --- how much at once, for how long --- */

static void a_server_gets_four_connections(void **state)
{
    struct scene *scene = *state;
    char path[32];

    for (int i = 0; i < 30; i++) {
        snprintf(path, sizeof(path), "/missing%d", i);
        want(scene, HERE, path);
    }
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(requests(scene, NULL), 30);
    assert_in_range(http_server_most_open(scene->fetch.server), 2, 4);
}

static void a_dead_server_is_not_asked_for_ever(void **state)
{
    static const struct cm_fetch_config config = {.issuers = true,
                                                  .timeout_ms = FETCH_HASTY_MS};
    struct scene *scene = *state;
    char path[32];

    fetch_configure(&scene->fetch, &config);
    http_server_hold(scene->fetch.server, true);
    for (int i = 0; i < 50; i++) {
        snprintf(path, sizeof(path), "/held%d", i);
        want(scene, HERE, path);
    }
    assert_true(fetch_round(&scene->fetch));
    assert_in_range(requests(scene, NULL), 3, 7);
    assert_false(fetch_round(&scene->fetch)); /* all were tried */
    http_server_hold(scene->fetch.server, false);
    want(scene, HERE, "/der"); /* nor in a later round */
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(requests(scene, "/der"), 0);
}

static void an_answer_brings_a_server_back(void **state)
{
    static const struct cm_fetch_config config = {
        .issuers = true, .concurrency = 1, .timeout_ms = 500};
    static const char *const paths[] = {"/silent", "/silent2", "/missing",
                                        "/silent3", "/der"};
    struct scene *scene = *state;

    fetch_configure(&scene->fetch, &config);
    for (size_t i = 0; i < COUNT(paths); i++) {
        want(scene, HERE, paths[i]);
    }
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(requests(scene, "/der"), 1);
}

static void a_stop_ends_it_early(void **state)
{
    struct scene *scene = *state;

    want(scene, HERE, "/der");
    atomic_store(&scene->fetch.stop, true);
    assert_false(fetch_round(&scene->fetch));
    assert_int_equal(requests(scene, NULL), 0);
    atomic_store(&scene->fetch.stop, false); /* it was not tried */
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(pooled(scene), 1);
}

static void a_stop_waits_for_nobody(void **state)
{
    struct scene *scene = *state;

    http_server_hold(scene->fetch.server, true);
    scene->fetch.stop_when_held = true;
    want(scene, HERE, "/der");
    assert_false(fetch_round(&scene->fetch));
    assert_int_equal(pooled(scene), 0);
    http_server_hold(scene->fetch.server, false);
    atomic_store(&scene->fetch.stop, false);
    scene->fetch.stop_when_held = false;
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(pooled(scene), 1);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(der_and_pem_fill_the_pool),
        TEST(what_the_pool_has_is_no_news),
        TEST(each_url_is_asked_once),
        TEST(the_next_url_is_for_when_one_fails),
        TEST(redirects_are_followed),
        TEST(the_order_of_answers_changes_nothing),
        cmocka_unit_test(no_more_than_32_certificates_of_one_url),
        TEST(a_public_server_leads_nowhere_inside),
        TEST(refusals_do_not_go_round),
        TEST(private_addresses_may_be_allowed),
        TEST(a_proxy_is_not_the_endpoint),
        TEST(a_nul_in_a_url_hides_nothing),
        TEST(what_comes_together_is_bounded),
        TEST(only_what_was_asked_for_is_fetched),
        TEST(a_server_gets_four_connections),
        TEST(a_dead_server_is_not_asked_for_ever),
        TEST(an_answer_brings_a_server_back),
        TEST(a_stop_ends_it_early),
        TEST(a_stop_waits_for_nobody),
    };

    return cmocka_run_group_tests_name("run/fetch", tests, NULL, NULL);
}
