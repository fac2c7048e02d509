/* Fetching revocation lists and OCSP responses, and what the store is told.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fetch_scene.h"
#include "support/forge_crl.h"
#include "support/forge_ocsp.h"

#define HERE "127.0.0.1"
#define THERE "8.8.8.8"
#define NUM_ROWS 9
#define BIG_ENTRIES 350000 /* a list of more than 8 MB */
#define MAX_DOWNLOADS 16

struct scene {
    struct fetch_scene fetch;
    struct cm_cert *issuer;
    struct cm_cert *leaf;
    struct cm_span crl;
    char *crl_pem;
    struct cm_span big;
    struct cm_span good;
    struct cm_span later; /* responseStatus tryLater */
    struct http_row rows[NUM_ROWS];
};

static void make_authority(struct scene *scene)
{
    struct forge_key *key = forge_key(FORGE_P256, 1);
    struct forge_spec ca = {.subject = "CA", .ca = true, .key = key};
    struct forge_spec leaf = {.names = "a.example", .issuer_key = key};
    struct forge_single single = {.status = FORGE_OCSP_GOOD};
    struct forge_ocsp_spec ocsp = {
        .singles = &single, .num_singles = 1, .key = key};
    struct forge_crl_spec crl = {.key = key};

    scene->issuer = forge_cert(&ca);
    leaf.issuer_cert = scene->issuer;
    scene->leaf = forge_cert(&leaf);
    crl.issuer = scene->issuer;
    scene->crl = forge_crl(&crl);
    scene->crl_pem = forge_crl_pem(&crl);
    single.cert = scene->leaf;
    single.issuer = scene->issuer;
    ocsp.responder = scene->issuer;
    scene->good = forge_ocsp(&ocsp);
    ocsp.status = 3;
    scene->later = forge_ocsp(&ocsp);
}

static void make_big_list(struct scene *scene)
{
    struct forge_crl_spec crl = {.key = forge_key(FORGE_P256, 1),
                                 .issuer = scene->issuer,
                                 .num_more = BIG_ENTRIES};

    scene->big = forge_crl(&crl);
    scene->rows[2].body = scene->big;
}

static int open_scene(void **state)
{
    static const char html[] = "<html>gone</html>";
    struct scene *scene = calloc(1, sizeof(*scene));

    *state = scene;
    if (scene == NULL) {
        return -1;
    }
    make_authority(scene);
    scene->rows[0] = (struct http_row){.path = "/crl", .body = scene->crl};
    scene->rows[1] = (struct http_row){
        .path = "/pem",
        .body = {(const uint8_t *)scene->crl_pem, strlen(scene->crl_pem)}};
    scene->rows[2] = (struct http_row){.path = "/big"};
    scene->rows[3] = (struct http_row){.path = "/good", .body = scene->good};
    scene->rows[4] = (struct http_row){.path = "/later", .body = scene->later};
    scene->rows[5] = (struct http_row){
        .path = "/html", .body = {(const uint8_t *)html, sizeof(html) - 1}};
    scene->rows[6] = (struct http_row){.path = "/empty"};
    scene->rows[7] = (struct http_row){.path = "/cut", .body = scene->crl};
    scene->rows[7].body.len--;
    scene->rows[8] =
        (struct http_row){.path = "/cert", .body = scene->issuer->der};
    fetch_open(&scene->fetch, scene->rows, NUM_ROWS);
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    cm_cert_unref(scene->leaf);
    cm_cert_unref(scene->issuer);
    cm_span_free(&scene->crl);
    free(scene->crl_pem);
    cm_span_free(&scene->big);
    cm_span_free(&scene->good);
    cm_span_free(&scene->later);
    fetch_close(&scene->fetch);
    free(scene);
    return 0;
}

static unsigned requests(const struct scene *scene, const char *path)
{
    return http_server_requests(scene->fetch.server, path);
}

static size_t num_crls(const struct scene *scene)
{
    const struct cm_revocation_list *crls;

    return cm_revocation_crls(scene->fetch.target.revocation,
                              scene->issuer->subject_norm, &crls);
}

/* What the set says of a URL: "" when something came, NULL: never tried. */
static const char *tried(const struct scene *scene, const struct cm_cert *cert,
                         const char *path)
{
    const char *why = NULL;
    char url[300];

    fetch_url(&scene->fetch, path, url);
    if (!cm_revocation_tried(
            scene->fetch.target.revocation, cert,
            (struct cm_span){(const uint8_t *)url, strlen(url)}, &why)) {
        return NULL;
    }
    return why == NULL ? "" : why;
}

static void want_list(struct scene *scene, const char *const *urls)
{
    fetch_want(&scene->fetch, CM_WANT_CRL, HERE, urls);
}

static void want_response(struct scene *scene, const char *const *urls)
{
    struct cm_want want = {
        .kind = CM_WANT_OCSP, .cert = scene->leaf, .issuer = scene->issuer};

    assert_true(fetch_want_about(&scene->fetch, &want, HERE, urls));
}

static void lists_come_as_der_and_pem(void **state)
{
    static const char *const paths[] = {"/crl", "/pem"};
    struct scene *scene = *state;

    for (size_t i = 0; i < 2; i++) {
        const char *const urls[] = {paths[i], NULL};

        want_list(scene, urls);
        assert_true(fetch_round(&scene->fetch));
        assert_int_equal(num_crls(scene), i + 1);
        assert_string_equal(tried(scene, NULL, paths[i]), "");
    }
    assert_false(fetch_round(&scene->fetch));
    assert_int_equal(requests(scene, NULL), 2);
}

static void the_next_list_is_for_when_one_fails(void **state)
{
    static const char *const four[] = {"/html", "/empty", "/cut", "/cert",
                                       NULL};
    static const char *const two[] = {"/missing", "/crl", NULL};
    struct scene *scene = *state;

    want_list(scene, four);
    assert_true(fetch_round(&scene->fetch)); /* the failures are news */
    assert_int_equal(num_crls(scene), 0);
    for (size_t i = 0; four[i] != NULL; i++) {
        assert_string_equal(tried(scene, NULL, four[i]),
                            "it is no revocation list");
    }
    assert_false(fetch_round(&scene->fetch));
    want_list(scene, two);
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(num_crls(scene), 1);
    assert_string_equal(tried(scene, NULL, "/missing"), "HTTP status 404");
    assert_null(tried(scene, NULL, "/never"));
}

static void a_refused_address_is_told(void **state)
{
    struct scene *scene = *state;

    fetch_want_one(&scene->fetch, CM_WANT_CRL, THERE, "/crl");
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(requests(scene, NULL), 0);
    assert_non_null(strstr(tried(scene, NULL, "/crl"), "a loopback address"));
}

static void the_responder_is_asked_about_one_certificate(void **state)
{
    static const char *const urls[] = {"/good", NULL};
    struct scene *scene = *state;
    struct cm_span last;
    struct cm_revocation_response response;
    struct cm_buf request;

    want_response(scene, urls);
    want_response(scene, urls);
    assert_int_equal(cm_wants_count(scene->fetch.wants), 1);
    assert_true(fetch_round(&scene->fetch));
    assert_false(fetch_round(&scene->fetch));
    assert_int_equal(requests(scene, NULL), 1);
    assert_true(cm_revocation_ocsp(scene->fetch.target.revocation, scene->leaf,
                                   0, &response));
    assert_true(cm_span_equal(response.der, scene->good));
    assert_string_equal(tried(scene, scene->leaf, "/good"), "");

    cm_buf_init(&request, 10000);
    assert_true(cm_ocsp_request(&request, scene->leaf, scene->issuer));
    last = http_server_last(scene->fetch.server);
    assert_true(last.len > request.len);
    assert_memory_equal(last.data, "POST /good HTTP/1.1\r\n", 21);
    assert_memory_equal(last.data + last.len - request.len, request.data,
                        request.len);
    assert_non_null(memmem(last.data, last.len,
                           "\r\nContent-Type: application/ocsp-request\r\n",
                           42));
    cm_buf_cleanup(&request);
}

static void responders_may_decline(void **state)
{
    static const char *const urls[] = {"/later", "/html", "/missing", "/good",
                                       NULL};
    struct scene *scene = *state;
    struct cm_revocation_response response;

    want_response(scene, urls);
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(requests(scene, NULL), 4);
    assert_true(cm_revocation_ocsp(scene->fetch.target.revocation, scene->leaf,
                                   0, &response));
    assert_true(cm_span_equal(response.der, scene->good));
    assert_string_not_equal(tried(scene, scene->leaf, "/later"), "");
    assert_string_equal(tried(scene, scene->leaf, "/html"),
                        "it is no OCSP response");
    assert_string_equal(tried(scene, scene->leaf, "/missing"),
                        "HTTP status 404");
    assert_null(tried(scene, scene->issuer, "/missing"));
}

/* The response is another certificate's: kept, for the judge to say so. */
static void what_it_proves_is_for_the_judge(void **state)
{
    static const char *const urls[] = {"/good", NULL};
    struct scene *scene = *state;
    struct cm_want want = {.kind = CM_WANT_OCSP,
                           .cert = scene->fetch.cert,
                           .issuer = scene->issuer};
    struct cm_revocation_response response;

    want_response(scene, urls);
    assert_true(fetch_want_about(&scene->fetch, &want, HERE, urls));
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(requests(scene, NULL), 2);
    assert_true(cm_revocation_ocsp(scene->fetch.target.revocation,
                                   scene->fetch.cert, 0, &response));
    assert_true(cm_span_equal(response.der, scene->good));
}

static void each_source_has_its_switch(void **state)
{
    struct scene *scene = *state;
    static const char *const response[] = {"/good", NULL};
    struct cm_fetch_config config = {.timeout_ms = FETCH_LONG_MS,
                                     .revocation = CM_REVOCATION_CRL};

    fetch_want_one(&scene->fetch, CM_WANT_CRL, HERE, "/crl");
    fetch_want_one(&scene->fetch, CM_WANT_ISSUER, HERE, "/cert");
    want_response(scene, response);
    fetch_configure(&scene->fetch, &config);
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(requests(scene, "/crl"), 1);
    assert_int_equal(requests(scene, NULL), 1);
    config.revocation = CM_REVOCATION_OCSP;
    fetch_configure(&scene->fetch, &config);
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(requests(scene, "/good"), 1);
    assert_int_equal(requests(scene, NULL), 2);
}

/* --- the store --- */

struct told {
    size_t num;
    char kind[MAX_DOWNLOADS][10];
    char path[MAX_DOWNLOADS][40];
    char result[MAX_DOWNLOADS][20];
    char detail[MAX_DOWNLOADS][100];
    size_t body[MAX_DOWNLOADS];
    int status[MAX_DOWNLOADS];
    uint8_t about[MAX_DOWNLOADS][CM_SHA256_LEN];
};

static enum cm_status on_told(void *arg, const struct cm_download *download)
{
    struct told *told = arg;
    const char *path = strrchr(download->url, '/');
    size_t i = told->num++;

    assert_in_range(i, 0, MAX_DOWNLOADS - 1);
    snprintf(told->kind[i], sizeof(told->kind[i]), "%s", download->kind);
    snprintf(told->path[i], sizeof(told->path[i]), "%s",
             path == NULL ? "" : path);
    snprintf(told->result[i], sizeof(told->result[i]), "%s", download->result);
    snprintf(told->detail[i], sizeof(told->detail[i]), "%s", download->detail);
    told->body[i] = download->body.len;
    told->status[i] = download->http_status;
    memcpy(told->about[i], download->cert_sha256, CM_SHA256_LEN);
    assert_true(download->fetched_unix > 0);
    return CM_OK;
}

static const char *find_told(const struct told *told, const char *path,
                             size_t *at)
{
    for (*at = 0; *at < told->num; (*at)++) {
        if (strcmp(told->path[*at], path) == 0) {
            return told->result[*at];
        }
    }
    fail_msg("%s is not told", path);
    return NULL;
}

static struct cm_store *open_store(struct scene *scene, const char *path)
{
    const struct cm_run_info info = {.input_name = "x.csv",
                                     .options = "{}",
                                     .version = "0",
                                     .tls_library = "none",
                                     .trust = "none",
                                     .views = "[]",
                                     .resolvers = "none",
                                     .started_unix = 1,
                                     .judged_at_unix = 1};
    struct cm_store *store = NULL;

    assert_int_equal(cm_store_open(&store, path, NULL), CM_OK);
    assert_int_equal(
        cm_store_begin_run(store, &info, &scene->fetch.target.run_id, NULL),
        CM_OK);
    assert_int_equal(cm_store_drain(store, NULL), CM_OK);
    scene->fetch.target.store = store;
    return store;
}

static void check_told(const struct scene *scene, const struct told *told)
{
    size_t i;

    assert_int_equal(told->num, 8);
    assert_string_equal(find_told(told, "/crl", &i), "ok");
    assert_string_equal(told->kind[i], "crl");
    assert_string_equal(told->detail[i], "");
    assert_int_equal(told->body[i], scene->crl.len);
    assert_int_equal(told->status[i], 200);
    assert_string_equal(find_told(told, "/big", &i), "ok");
    assert_int_equal(told->body[i], 0);
    assert_non_null(strstr(told->detail[i], "too big to be kept"));
    assert_string_equal(find_told(told, "/html", &i), "ok");
    assert_int_equal(told->body[i], 0);
    assert_string_equal(told->detail[i], "it is no revocation list");
    assert_string_equal(find_told(told, "/missing", &i), "http_status");
    assert_int_equal(told->status[i], 404);
    assert_string_equal(told->detail[i], "HTTP status 404");
    assert_string_equal(find_told(told, "/cert", &i), "ok");
    assert_string_equal(told->kind[i], "issuer");
    assert_int_equal(told->body[i], scene->issuer->der.len);
    assert_string_equal(find_told(told, "/good", &i), "ok");
    assert_string_equal(told->kind[i], "ocsp");
    assert_int_equal(told->body[i], scene->good.len);
    assert_memory_equal(told->about[i], scene->leaf->sha256, CM_SHA256_LEN);
    assert_string_equal(find_told(told, "/caf\xc3\xa9", &i), "http_status");
    assert_string_equal(find_told(told, "/secret", &i), "refused_address");
    assert_int_equal(told->status[i], 0);
}

static void the_store_is_told_of_everything(void **state)
{
    static const char *const lists[] = {"/missing", "/html", "/crl", NULL};
    static const char *const big[] = {"/big", NULL};
    static const char *const odd[] = {"/caf\xe9", NULL};
    static const char *const response[] = {"/good", NULL};
    struct scene *scene = *state;
    char folder[] = "/tmp/certmuster-XXXXXX";
    struct told told = {.num = 0};
    struct cm_store *store;
    char path[64];

    make_big_list(scene);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/store.db", folder);
    store = open_store(scene, path);
    want_list(scene, lists);
    want_list(scene, big);
    want_list(scene, odd);
    want_response(scene, response);
    fetch_want_one(&scene->fetch, CM_WANT_ISSUER, HERE, "/cert");
    fetch_want_one(&scene->fetch, CM_WANT_ISSUER, THERE,
                   "http://10.0.0.1/secret");
    assert_true(fetch_round(&scene->fetch));
    assert_int_equal(cm_store_each_download(store, scene->fetch.target.run_id,
                                            on_told, &told, NULL),
                     CM_OK);
    check_told(scene, &told);
    cm_store_close(store);
    assert_int_equal(unlink(path), 0);
    (void)rmdir(folder);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lists_come_as_der_and_pem),
        TEST(the_next_list_is_for_when_one_fails),
        TEST(a_refused_address_is_told),
        TEST(the_responder_is_asked_about_one_certificate),
        TEST(responders_may_decline),
        TEST(what_it_proves_is_for_the_judge),
        TEST(each_source_has_its_switch),
        TEST(the_store_is_told_of_everything),
    };

    return cmocka_run_group_tests_name("run/fetch_revocation", tests, NULL,
                                       NULL);
}
