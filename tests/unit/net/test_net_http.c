/* The HTTP client: what it may ask, how long it waits, what it sends, many at
 * once.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "http_scene.h"

static void nothing_inside_is_asked_unless_allowed(void **state)
{
    static const char *const urls[] = {
        "/length",
        "http://pki.test:@PORT@/length",
        "http://[::ffff:127.0.0.1]:@PORT@/length",
        "http://[::127.0.0.1]:@PORT@/length",
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT(urls); i++) {
        const struct got *got =
            get(scene, urls[i], CM_HTTP_PRIVATE | CM_HTTP_LINK_LOCAL, LONG_MS);

        assert_int_equal(got->result, CM_HTTP_REFUSED_ADDRESS);
    }
    assert_int_equal(http_server_most_open(scene->server), 0);
    get(scene, urls[2], CM_HTTP_LOOPBACK, LONG_MS);
    assert_int_equal(scene->got.result, CM_HTTP_OK);
}

static void each_wait_has_its_end(void **state)
{
    static const struct {
        const char *url;
        const char *detail;
    } waits[] = {
        {"/silent", "waiting for the answer"},
        {"/stalled", "waiting for the answer"},
        {"/drip", "waiting for the answer"},
        {"/drip-head", "waiting for the answer"},
        {"http://silent.test/", "resolving the name"},
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT(waits); i++) {
        const struct got *got =
            get(scene, waits[i].url, CM_HTTP_LOOPBACK, HASTY_MS);

        assert_int_equal(got->result, CM_HTTP_TIMEOUT);
        assert_non_null(strstr(got->detail, waits[i].detail));
    }
}

static void a_name_without_servers_is_no_name(void **state)
{
    const struct got *got = get(*state, "http://silent.test/", 0, LONG_MS);

    assert_int_equal(got->result, CM_HTTP_NO_NAME);
    assert_non_null(strstr(got->detail, "timeout"));
}

static void nobody_listens(void **state)
{
    char nobody[32];
    char url[64];
    const struct got *got;

    snprintf(url, sizeof(url), "http://%s/", dns_nobody(nobody));
    got = get(*state, url, CM_HTTP_LOOPBACK, LONG_MS);
    assert_int_equal(got->result, CM_HTTP_NO_CONNECTION);
    assert_non_null(strstr(got->detail, "refused"));
}

/* Servers that do not wait for the request. */
static const struct http_row banner[] = {
    {"", HTTP_KEEP, "220 mail.test ESMTP\r\n", {0}}};
static const struct http_row hasty[] = {
    {"", HTTP_KEEP, OK_LINE "Content-Length: 2\r\n\r\nhi", {0}}};
static const struct http_row closes[] = {{"", HTTP_SEND, "", {0}}};
static const struct http_row resets[] = {{"", HTTP_RESET, "", {0}}};

static void servers_that_do_not_wait(void **state)
{
    static const struct {
        const struct http_row *row;
        enum cm_http_result want;
    } servers[] = {{banner, CM_HTTP_MALFORMED},
                   {hasty, CM_HTTP_OK},
                   {closes, CM_HTTP_MALFORMED},
                   {resets, CM_HTTP_MALFORMED}};

    (void)state;
    for (size_t i = 0; i < COUNT(servers); i++) {
        struct scene *scene = NULL;

        assert_int_equal(open_with((void **)&scene, servers[i].row, 1), 0);
        get(scene, "/length", CM_HTTP_LOOPBACK, LONG_MS);
        assert_string_equal(cm_http_result_id(scene->got.result),
                            cm_http_result_id(servers[i].want));
        close_scene((void **)&scene);
    }
}

static bool last_begins(const struct scene *scene, const char *begin)
{
    struct cm_span last = http_server_last(scene->server);

    return last.len >= strlen(begin) &&
           memcmp(last.data, begin, strlen(begin)) == 0;
}

static void post(struct scene *scene, const char *path)
{
    static const uint8_t body[] = {'0', 0, '\r', '\n', 0xff};
    char url[500];
    struct cm_http_request request = {.url = url_of(scene, path, url),
                                      .post = {body, sizeof(body)},
                                      .post_type = "application/ocsp-request",
                                      .max_body = MAX_BODY,
                                      .timeout_ms = LONG_MS,
                                      .allow = CM_HTTP_LOOPBACK};
    struct cm_span last;

    ask(scene, &request);
    assert_int_equal(scene->got.result, CM_HTTP_OK);
    last = http_server_last(scene->server);
    if (last_begins(scene, "POST ")) {
        assert_memory_equal(last.data + last.len - sizeof(body), body,
                            sizeof(body));
    }
}

static void posts_survive_redirects_but_for_303(void **state)
{
    struct scene *scene = *state;

    post(scene, "/length");
    assert_true(last_begins(scene, "POST /length HTTP/1.1\r\n"));
    post(scene, "/302");
    assert_true(last_begins(scene, "POST /length HTTP/1.1\r\n"));
    post(scene, "/307");
    assert_true(last_begins(scene, "POST /length HTTP/1.1\r\n"));
    post(scene, "/303");
    assert_true(last_begins(scene, "GET /length HTTP/1.1\r\n"));
}

static void urls_put_no_line_into_the_request(void **state)
{
    struct scene *scene = *state;

    get(scene, "/a b\xc3\xa4%0d%0aX: y", CM_HTTP_LOOPBACK, LONG_MS);
    assert_true(
        last_begins(scene, "GET /a%20b%C3%A4%0d%0aX:%20y HTTP/1.1\r\nHost: "));
    get(scene, "/a\r\nX: y", CM_HTTP_LOOPBACK, LONG_MS);
    assert_int_equal(scene->got.result, CM_HTTP_BAD_URL);
}

static void many_run_side_by_side(void **state)
{
    struct scene *scene = *state;
    char url[500];
    struct cm_http_request request = {.url = url_of(scene, "/bytes", url),
                                      .max_body = MAX_BODY,
                                      .timeout_ms = LONG_MS,
                                      .allow = CM_HTTP_LOOPBACK};

    http_server_hold(scene->server, true);
    for (unsigned i = 0; i < 40; i++) {
        assert_true(
            cm_http_start(scene->http, &request, on_answer, &scene->got));
    }
    url[0] = 'X'; /* it was borrowed for the call only */
    assert_int_equal(cm_http_pending(scene->http), 40);
    while (http_server_held(scene->server) < 40) {
        assert_int_equal(cm_loop_turn(scene->loop, LONG_MS, NULL), CM_OK);
    }
    assert_int_equal(scene->got.calls, 0);
    http_server_hold(scene->server, false);
    turn_until(scene, 40);
    assert_int_equal(cm_http_pending(scene->http), 0);
    assert_string_equal(scene->got.body, "hello");
}

static void on_answer_ask_again(void *arg, const struct cm_http_answer *answer)
{
    struct scene *scene = arg;
    char url[500];
    struct cm_http_request request = {.url = url_of(scene, "/length", url),
                                      .max_body = MAX_BODY,
                                      .timeout_ms = LONG_MS,
                                      .allow = CM_HTTP_LOOPBACK};

    on_answer(&scene->got, answer);
    if (scene->again > 0) {
        scene->again--;
        assert_true(
            cm_http_start(scene->http, &request, on_answer_ask_again, scene));
    }
}

static void the_next_may_start_from_an_answer(void **state)
{
    struct scene *scene = *state;
    struct cm_http_request request = {
        .url = "nonsense", .max_body = MAX_BODY, .timeout_ms = LONG_MS};

    scene->again = 3;
    assert_true(
        cm_http_start(scene->http, &request, on_answer_ask_again, scene));
    turn_until(scene, 4);
    assert_int_equal(scene->got.result, CM_HTTP_OK);
    assert_int_equal(cm_http_pending(scene->http), 0);
}

/* Frees the client after some turns: in whatever phase, nobody is called. */
static void the_client_may_go_at_any_time(void **state)
{
    static const char *const urls[] = {"/silent", "/hop0", "/drip",
                                       "http://pki.test:@PORT@/bytes",
                                       "http://silent.test/"};
    struct scene *scene = *state;

    for (unsigned turns = 0; turns < 12; turns++) {
        unsigned calls;

        memset(&scene->got, 0, sizeof(scene->got));
        for (size_t i = 0; i < COUNT(urls); i++) {
            char url[500];
            struct cm_http_request request = {.url =
                                                  url_of(scene, urls[i], url),
                                              .max_body = MAX_BODY,
                                              .timeout_ms = LONG_MS,
                                              .allow = CM_HTTP_LOOPBACK};

            assert_true(
                cm_http_start(scene->http, &request, on_answer, &scene->got));
        }
        for (unsigned i = 0; i < turns; i++) {
            assert_int_equal(cm_loop_turn(scene->loop, 1, NULL), CM_OK);
        }
        cm_http_free(scene->http);
        calls = scene->got.calls;
        scene->http = cm_http_new(scene->loop, scene->resolver);
        assert_non_null(scene->http);
        for (unsigned i = 0; i < 5; i++) {
            assert_int_equal(cm_loop_turn(scene->loop, 1, NULL), CM_OK);
        }
        assert_int_equal(scene->got.calls, calls);
    }
    cm_http_free(NULL);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_inside_is_asked_unless_allowed),
        TEST(each_wait_has_its_end),
        TEST(a_name_without_servers_is_no_name),
        TEST(nobody_listens),
        cmocka_unit_test(servers_that_do_not_wait),
        TEST(posts_survive_redirects_but_for_303),
        TEST(urls_put_no_line_into_the_request),
        TEST(many_run_side_by_side),
        TEST(the_next_may_start_from_an_answer),
        TEST(the_client_may_go_at_any_time),
    };

    return cmocka_run_group_tests_name("net/http", tests, NULL, NULL);
}
