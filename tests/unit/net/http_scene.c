/* The pages, the names, and asking for them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_scene.h"

#define GO(place) "HTTP/1.1 302 Found\r\nLocation: " place "\r\n\r\n"

static const struct http_row pages[] = {
    {"/length", HTTP_KEEP, OK_LINE "Content-Length: 5\r\n\r\nhello", {0}},
    {"/rest", HTTP_SEND, OK_LINE "\r\nhello", {0}},
    {"/bytes",
     HTTP_BYTES,
     OK_LINE "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n"
             "\r\n",
     {0}},
    {"/empty", HTTP_SEND, OK_LINE "\r\n", {0}},
    {"/500", HTTP_SEND, "HTTP/1.1 500 No\r\n\r\n<html>sorry</html>", {0}},
    {"/created",
     HTTP_SEND,
     "HTTP/1.1 201 Yes\r\nLocation: /length\r\n\r\n",
     {0}},
    {"/300", HTTP_SEND, "HTTP/1.1 300 Many\r\nLocation: /length\r\n\r\n", {0}},
    {"/nowhere", HTTP_SEND, "HTTP/1.1 302 Found\r\n\r\n", {0}},

    {"/301", HTTP_SEND, "HTTP/1.1 301 x\r\nLocation: /length\r\n\r\n", {0}},
    {"/302", HTTP_KEEP, GO("length"), {0}},
    {"/303", HTTP_SEND, "HTTP/1.1 303 x\r\nLocation: /length\r\n\r\n", {0}},
    {"/307", HTTP_SEND, "HTTP/1.0 307 x\r\nLocation: /length\r\n\r\n", {0}},
    {"/308",
     HTTP_SEND,
     "HTTP/1.1 308 x\r\nlocation: http://127.0.0.1:@PORT@/length\r\n\r\n",
     {0}},
    {"/to-name", HTTP_SEND, GO("http://pki.test:@PORT@/length"), {0}},
    {"/hop0", HTTP_SEND, GO("/hop1"), {0}},
    {"/hop1", HTTP_SEND, GO("/hop2"), {0}},
    {"/hop2", HTTP_SEND, GO("/hop3"), {0}},
    {"/hop3", HTTP_SEND, GO("/hop4"), {0}},
    {"/hop4", HTTP_SEND, GO("/hop5"), {0}},
    {"/hop5", HTTP_SEND, GO("/length"), {0}},
    {"/circle", HTTP_SEND, GO("/elcric"), {0}},
    {"/elcric", HTTP_SEND, GO("http://127.0.0.1:@PORT@/circle#again"), {0}},
    {"/itself", HTTP_SEND, GO("#x"), {0}},
    {"/to-https", HTTP_SEND, GO("https://127.0.0.1:@PORT@/length"), {0}},
    {"/to-private", HTTP_SEND, GO("http://10.255.255.1/secret"), {0}},
    {"/to-metadata", HTTP_SEND, GO("http://169.254.169.254/latest"), {0}},
    {"/to-mapped", HTTP_SEND, GO("http://[::ffff:10.0.0.1]/secret"), {0}},
    {"/to-private-name", HTTP_SEND, GO("http://inside.test/secret"), {0}},
    {"/to-smtp", HTTP_SEND, GO("http://127.0.0.1:25/"), {0}},
    {"/to-decimal", HTTP_SEND, GO("http://2130706433:@PORT@/length"), {0}},
    {"/to-404", HTTP_SEND, GO("/missing"), {0}},

    {"/silent", HTTP_KEEP, "", {0}},
    {"/stalled", HTTP_KEEP, OK_LINE "Content-Length: 100\r\n\r\nhello", {0}},
    {"/drip", HTTP_DRIP, OK_LINE "Content-Length: 90000\r\n\r\nx", {0}},
    {"/drip-head", HTTP_DRIP, OK_LINE "X: y", {0}},
    {"/endless-head", HTTP_ENDLESS, OK_LINE "X: y", {0}},
    {"/endless-body", HTTP_ENDLESS, OK_LINE "\r\nx", {0}},
    {"/huge", HTTP_KEEP, OK_LINE "Content-Length: 100001\r\n\r\n", {0}},
    {"/cut", HTTP_SEND, OK_LINE "Content-Length: 100\r\n\r\nhello", {0}},
    {"/cut-head", HTTP_SEND, OK_LINE "Content-Len", {0}},
    {"/reset", HTTP_RESET, OK_LINE "\r\nhello", {0}},
    {"/nothing", HTTP_SEND, "", {0}},
    {"/garbage", HTTP_KEEP, "\x15\x03\x01\x02\x02\x46", {0}},
};

#define TYPE_A 1
static const struct dns_row names[] = {
    {"pki.test", TYPE_A, DNS_ANSWER, 0, "A 127.0.0.1"},
    {"inside.test", TYPE_A, DNS_ANSWER, 0, "A 10.0.0.1"},
    {"both.test", TYPE_A, DNS_ANSWER, 0, "A 10.0.0.1;A 127.0.0.1"},
    {"alias.test", TYPE_A, DNS_ANSWER, 0, "CNAME x.test;A 192.168.0.1"},
    {"mapped.test", 0, DNS_ANSWER, 0, "AAAA ::ffff:10.0.0.1"},
    {"none.test", 0, DNS_ANSWER, 3, NULL},
    {"silent.test", 0, DNS_SILENT, 0, NULL},
};

int open_with(void **state, const struct http_row *rows, size_t num)
{
    struct cm_resolver_options options = {.timeout_ms = 1000};
    struct scene *scene = calloc(1, sizeof(*scene));

    *state = scene;
    if (scene == NULL || cm_loop_new(&scene->loop, NULL) != CM_OK) {
        return -1;
    }
    scene->server = http_server_open(scene->loop, "127.0.0.1", rows, num);
    scene->dns = dns_server_open(scene->loop, names, COUNT(names));
    options.servers = dns_server_text(scene->dns);
    if (cm_resolver_new(&scene->resolver, scene->loop, &options, NULL) !=
        CM_OK) {
        return -1;
    }
    scene->http = cm_http_new(scene->loop, scene->resolver);
    return scene->http == NULL ? -1 : 0;
}

int open_scene(void **state)
{
    return open_with(state, pages, COUNT(pages));
}

int close_scene(void **state)
{
    struct scene *scene = *state;

    cm_http_free(scene->http);
    cm_resolver_free(scene->resolver);
    dns_server_close(scene->dns);
    http_server_close(scene->server);
    cm_loop_free(scene->loop);
    free(scene);
    return 0;
}

void on_answer(void *arg, const struct cm_http_answer *answer)
{
    struct got *got = arg;

    got->calls++;
    got->result = answer->result;
    got->status = answer->status;
    got->len = answer->body.len;
    snprintf(got->detail, sizeof(got->detail), "%s", answer->detail);
    if (answer->result == CM_HTTP_OK) {
        snprintf(got->body, sizeof(got->body), "%.*s", (int)answer->body.len,
                 answer->body.len == 0 ? "" : (const char *)answer->body.data);
    } else {
        assert_int_equal(answer->body.len, 0);
    }
}

void turn_until(struct scene *scene, unsigned calls)
{
    while (scene->got.calls < calls) {
        assert_int_equal(cm_loop_turn(scene->loop, LONG_MS, NULL), CM_OK);
    }
}

void ask(struct scene *scene, const struct cm_http_request *request)
{
    memset(&scene->got, 0, sizeof(scene->got));
    assert_true(cm_http_start(scene->http, request, on_answer, &scene->got));
    assert_int_equal(scene->got.calls, 0);
    assert_int_equal(cm_http_pending(scene->http), 1);
    turn_until(scene, 1);
    assert_int_equal(cm_http_pending(scene->http), 0);
}

const char *url_of(const struct scene *scene, const char *text, char out[500])
{
    const char *mark = strstr(text, "@PORT@");

    if (text[0] == '/') {
        snprintf(out, 500, "http://127.0.0.1:%u%s",
                 http_server_port(scene->server), text);
    } else if (mark != NULL) {
        snprintf(out, 500, "%.*s%u%s", (int)(mark - text), text,
                 http_server_port(scene->server), mark + 6);
    } else {
        snprintf(out, 500, "%s", text);
    }
    return out;
}

const struct got *get(struct scene *scene, const char *text, unsigned allow,
                      unsigned timeout_ms)
{
    char url[500];
    struct cm_http_request request = {.url = url_of(scene, text, url),
                                      .max_body = MAX_BODY,
                                      .timeout_ms = timeout_ms,
                                      .allow = allow};

    ask(scene, &request);
    return &scene->got;
}
