/* The HTTP client and what it makes of each page: servers that behave,
 * misbehave, and lead elsewhere.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "http_scene.h"

static struct get_case {
    const char *name;
    const char *url;
    enum cm_http_result want;
    const char *body_or_detail;
    int status;
} cases[] = {
    {"by length", "/length", CM_HTTP_OK, "hello", 200},
    {"to the end", "/rest", CM_HTTP_OK, "hello", 200},
    {"chunks, byte by byte", "/bytes", CM_HTTP_OK, "hello", 200},
    {"empty", "/empty", CM_HTTP_OK, "", 200},
    {"by name", "http://pki.test:@PORT@/length", CM_HTTP_OK, "hello", 200},
    {"by name in capitals", "HTTP://PKI.TEST.:@PORT@/length", CM_HTTP_OK,
     "hello", 200},
    {"missing", "/missing", CM_HTTP_STATUS, "HTTP status 404", 404},
    {"error", "/500", CM_HTTP_STATUS, "HTTP status 500", 500},
    {"201 is no redirect", "/created", CM_HTTP_STATUS, "HTTP status 201", 201},
    {"300 is none either", "/300", CM_HTTP_STATUS, "HTTP status 300", 300},
    {"302 to nowhere", "/nowhere", CM_HTTP_STATUS, "HTTP status 302", 302},

    {"301", "/301", CM_HTTP_OK, "hello", 200},
    {"302, relative", "/302", CM_HTTP_OK, "hello", 200},
    {"303", "/303", CM_HTTP_OK, "hello", 200},
    {"307", "/307", CM_HTTP_OK, "hello", 200},
    {"308, absolute", "/308", CM_HTTP_OK, "hello", 200},
    {"to a name", "/to-name", CM_HTTP_OK, "hello", 200},
    {"five redirects", "/hop1", CM_HTTP_OK, "hello", 200},
    {"six redirects", "/hop0", CM_HTTP_REDIRECTS, "too often", 302},
    {"a circle", "/circle", CM_HTTP_REDIRECTS, "circle", 302},
    {"a circle of one", "/itself", CM_HTTP_REDIRECTS, "circle", 302},
    {"to https", "/to-https", CM_HTTP_REDIRECTS, "other than http", 302},
    {"to a private address", "/to-private", CM_HTTP_REFUSED_ADDRESS,
     "a private address, 10.255.255.1, at http://10.", 302},
    {"to the cloud's metadata", "/to-metadata", CM_HTTP_REFUSED_ADDRESS,
     "a link-local address, 169.254.169.254", 302},
    {"to a mapped address", "/to-mapped", CM_HTTP_REFUSED_ADDRESS,
     "a private address, ::ffff:10.0.0.1", 302},
    {"to a name with a private address", "/to-private-name",
     CM_HTTP_REFUSED_ADDRESS, "a private address, 10.0.0.1", 302},
    {"to another protocol's port", "/to-smtp", CM_HTTP_REFUSED_ADDRESS, "port",
     302},
    {"to a number", "/to-decimal", CM_HTTP_REDIRECTS, "no http URL", 302},
    {"to a missing page", "/to-404", CM_HTTP_STATUS, "HTTP status 404, at",
     404},

    {"no URL", "hello", CM_HTTP_BAD_URL, "not an http URL", 0},
    {"https", "https://127.0.0.1:@PORT@/length", CM_HTTP_BAD_URL,
     "not an http URL", 0},
    {"a name with a private address", "http://inside.test/",
     CM_HTTP_REFUSED_ADDRESS, "a private address, 10.0.0.1", 0},
    {"an alias to a private address", "http://alias.test/",
     CM_HTTP_REFUSED_ADDRESS, "a private address, 192.168.0.1", 0},
    {"a name with a mapped address", "http://mapped.test/",
     CM_HTTP_REFUSED_ADDRESS, "a private address, ::ffff:10.0.0.1", 0},
    {"of two addresses only the one that may", "http://both.test:@PORT@/rest",
     CM_HTTP_OK, "hello", 200},
    {"an address of no use", "http://0.0.0.0:@PORT@/length",
     CM_HTTP_REFUSED_ADDRESS, "special-purpose", 0},
    {"a name that is not there", "http://none.test/", CM_HTTP_NO_NAME,
     "cannot be resolved", 0},

    {"endless header", "/endless-head", CM_HTTP_TOO_BIG, "header", 0},
    {"endless body", "/endless-body", CM_HTTP_TOO_BIG, "body", 200},
    {"more than is taken", "/huge", CM_HTTP_TOO_BIG, "announced", 200},
    {"cut off", "/cut", CM_HTTP_MALFORMED, "cut off", 200},
    {"cut off in the header", "/cut-head", CM_HTTP_MALFORMED, "cut off", 0},
    {"a reset is no end", "/reset", CM_HTTP_MALFORMED, "", 0},
    {"no answer", "/nothing", CM_HTTP_MALFORMED, "without an answer", 0},
    {"another protocol", "/garbage", CM_HTTP_MALFORMED, "no HTTP/1", 0},
};
#define CASES COUNT(cases)

static void gets_it_or_says_why_not(void **state)
{
    const struct get_case *c = *state;
    struct scene *scene = NULL;
    const struct got *got;

    assert_int_equal(open_scene((void **)&scene), 0);
    got = get(scene, c->url, CM_HTTP_LOOPBACK, LONG_MS);
    assert_string_equal(cm_http_result_id(got->result),
                        cm_http_result_id(c->want));
    if (c->want == CM_HTTP_OK) {
        assert_string_equal(got->body, c->body_or_detail);
        assert_string_equal(got->detail, "");
    } else if (strstr(got->detail, c->body_or_detail) == NULL) {
        fail_msg("%s", got->detail);
    }
    if (strcmp(c->url, "/reset") != 0) { /* which may overtake the header */
        assert_int_equal(got->status, c->status);
    }
    close_scene((void **)&scene);
}

int main(void)
{
    struct CMUnitTest tests[CASES];

    for (size_t i = 0; i < CASES; i++) { /* each row is reported by its name */
        tests[i] = (struct CMUnitTest){.name = cases[i].name,
                                       .test_func = gets_it_or_says_why_not,
                                       .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("net/http_get", tests, NULL, NULL);
}
