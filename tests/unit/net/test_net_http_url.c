/* http URLs: what is asked, how it is written on the request line, what is
 * refused before anybody is asked.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "net/http_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct good_case {
    const char *url;
    const char *want; /* host:port and target */
} good[] = {
    {"http://a.example/x.crt", "http://a.example:80/x.crt"},
    {"HTTP://A.Example./x.CRT", "http://a.example:80/x.CRT"},
    {"http://a.example", "http://a.example:80/"},
    {"http://a.example?q", "http://a.example:80/?q"},
    {"http://a.example:/", "http://a.example:80/"},
    {"http://a.example:8080/", "http://a.example:8080/"},
    {"http://a.example:00080/", "http://a.example:80/"},
    {"http://a.example/x#fragment", "http://a.example:80/x"},
    {"  http://a.example/x  ", "http://a.example:80/x"},
    {"http://pki/CertEnroll/My Root CA(1).crt",
     "http://pki:80/CertEnroll/My%20Root%20CA(1).crt"},
    {"http://a.example/%41%0d", "http://a.example:80/%41%0d"},
    {"http://a.example/\xc3\xa4?\xff", "http://a.example:80/%C3%A4?%FF"},
    {"http://a.example/a\\b\"<>^`{|}",
     "http://a.example:80/a%5Cb%22%3C%3E%5E%60%7B%7C%7D"},
    {"http://a_b.example/", "http://a_b.example:80/"},
    {"http://192.0.2.1/", "http://192.0.2.1:80/"},
    {"http://192.0.2.1.:81/", "http://192.0.2.1:81/"},
    {"http://[2001:DB8::1]/", "http://[2001:db8::1]:80/"},
    {"http://[2001:db8::1]:81/", "http://[2001:db8::1]:81/"},
    {"http://[::ffff:127.0.0.1]/", "http://[::ffff:127.0.0.1]:80/"},
    {"http://1.example/", "http://1.example:80/"},
    {"http://a.0xyz/", "http://a.0xyz:80/"},
    {"http://a.0b/", "http://a.0b:80/"},
    {"http://ax/", "http://ax:80/"},
    {"http://a.example:65535/", "http://a.example:65535/"},
    {"http://a.example/x/./y/../z", "http://a.example:80/x/z"},
    {"http://a.example/../../x/..", "http://a.example:80/"},
    {"http://a.example/x/.", "http://a.example:80/x/"},
    {"http://a.example/x/..?a/../b", "http://a.example:80/?a/../b"},
    {"http://a.example/...//.x/..y", "http://a.example:80/...//.x/..y"},
};

static void writes_each_url_one_way(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct cm_http_url url;
        const char *why;
        struct cm_buf text;

        cm_buf_init(&text, 10000);
        assert_int_equal(cm_http_url_parse(&url, good[i].url, &why),
                         CM_HTTP_OK);
        assert_string_equal(why, "");
        cm_http_url_text(&url, &text);
        assert_string_equal(cm_buf_cstr(&text), good[i].want);
        /* and its own text gives the same again */
        assert_int_equal(cm_http_url_parse(&url, good[i].want, &why),
                         CM_HTTP_OK);
        cm_buf_clear(&text);
        cm_http_url_text(&url, &text);
        assert_string_equal(cm_buf_cstr(&text), good[i].want);
        cm_buf_cleanup(&text);
    }
}

static struct bad_case {
    const char *url;
    const char *why;
} bad[] = {
    {"", "not an http URL"},
    {"https://a.example/", "not an http URL"},
    {"ldap:///CN=CA,DC=corp?cACertificate", "not an http URL"},
    {"http:/a.example/", "not an http URL"},
    {"//a.example/", "not an http URL"},
    {"http://", "malformed"},
    {"http:///x", "malformed"},
    {"http://.example/", "malformed"},
    {"http://a..example/", "malformed"},
    {"http://a b/", "malformed"},
    {"http://a%2eexample/", "malformed"},
    {"http://\xc3\xa4.example/", "malformed"},
    {"http://a.example\\@b.example/", "user name"},
    {"http://a\\b.example/", "malformed"},
    {"http://::1/", "malformed"},
    {"http://user@a.example/", "user name"},
    {"http://user:secret@a.example/", "user name"},
    {"http://a.example:0/", "port"},
    {"http://a.example:65536/", "port"},
    {"http://a.example:999999/", "port"},
    {"http://a.example:-1/", "port"},
    {"http://a.example:+80/", "port"},
    {"http://a.example:80a/", "port"},
    {"http://a.example: 80/", "port"},
    {"http://a.example/\r\nX: y", "control"},
    {"http://a.example/\n", "control"},
    {"http://a.example/\tb", "control"},
    {"http://a.example/\x7f", "control"},
    {"http://a.exa\rmple/", "control"},
    /* other spellings of 127.0.0.1 and its like */
    {"http://2130706433/", "neither"},
    {"http://0x7f000001/", "neither"},
    {"http://0X7F.1/", "neither"},
    {"http://127.1/", "neither"},
    {"http://0177.0.0.1/", "neither"},
    {"http://127.0.0.01/", "neither"},
    {"http://0x7f.0.0.0x1/", "neither"},
    {"http://127.0.0.1.1/", "neither"},
    {"http://1.2.3.256/", "neither"},
    {"http://a.example.0x/", "neither"},
    {"http://[fe80::1%25eth0]/", "neither"},
    {"http://[fe80::1%eth0]/", "neither"},
    {"http://[v1.x]/", "neither"},
    {"http://[127.0.0.1]/", "neither"},
    {"http://[::1/", "neither"},
    {"http://[::1]x/", "neither"},
    {"http://x[::1]/", "malformed"},
    {"http://[]/", "neither"},
};

static void refuses_what_is_no_http_url(void **state)
{
    char server[CM_HTTP_SERVER_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct cm_http_url url;
        const char *why;

        if (cm_http_url_parse(&url, bad[i].url, &why) != CM_HTTP_BAD_URL ||
            strstr(why, bad[i].why) == NULL) {
            fail_msg("%s: %s", bad[i].url, why);
        }
        assert_false(cm_http_server(bad[i].url, server));
        assert_string_equal(server, "");
    }
}

static void refuses_ports_of_other_protocols(void **state)
{
    static const char *const urls[] = {
        "http://a.example:22/",   "http://a.example:25/",
        "http://a.example:6379/", "http://a.example:11211/",
        "http://a.example:6667/", "http://192.0.2.1:9100/",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(urls); i++) {
        struct cm_http_url url;
        const char *why;

        assert_int_equal(cm_http_url_parse(&url, urls[i], &why),
                         CM_HTTP_REFUSED_ADDRESS);
        assert_non_null(strstr(why, "port"));
    }
}

static void lengths_have_limits(void **state)
{
    static const char begin[] = "http://a.example/";
    char text[CM_HTTP_MAX_URL + 2];
    struct cm_http_url url;
    const char *why;

    (void)state;
    memset(text, ' ', sizeof(text)); /* what grows most */
    memcpy(text, begin, sizeof(begin) - 1);
    text[CM_HTTP_MAX_URL - 1] = 'x';
    text[CM_HTTP_MAX_URL] = '\0';
    assert_int_equal(cm_http_url_parse(&url, text, &why), CM_HTTP_OK);
    assert_int_equal(strlen(url.target), 1 + 3 * (CM_HTTP_MAX_URL - 18) + 1);
    text[CM_HTTP_MAX_URL] = 'x';
    text[CM_HTTP_MAX_URL + 1] = '\0';
    assert_int_equal(cm_http_url_parse(&url, text, &why), CM_HTTP_BAD_URL);
    assert_string_equal(why, "the URL is too long");

    memset(text, 'a', sizeof(text));
    memcpy(text, "http://", 7);
    text[7 + 63] = '\0';
    assert_int_equal(cm_http_url_parse(&url, text, &why), CM_HTTP_OK);
    text[7 + 63] = 'a';
    text[7 + 64] = '\0';
    assert_int_equal(cm_http_url_parse(&url, text, &why), CM_HTTP_BAD_URL);
    for (size_t i = 7 + 1; i < 7 + 255; i += 2) {
        text[i - 1] = 'a';
        text[i] = '.';
    }
    text[7 + 253] = '\0';
    assert_int_equal(cm_http_url_parse(&url, text, &why), CM_HTTP_OK);
    text[7 + 253] = '.';
    text[7 + 254] = 'a';
    text[7 + 255] = '\0';
    assert_int_equal(cm_http_url_parse(&url, text, &why), CM_HTTP_BAD_URL);
    text[7 + 255] = 'a';
    text[7 + 300] = '\0';
    assert_int_equal(cm_http_url_parse(&url, text, &why), CM_HTTP_BAD_URL);
    assert_string_equal(why, "the host name is too long");
}

static struct follow_case {
    const char *base;
    const char *location;
    const char *want; /* NULL: refused */
    enum cm_http_result result;
} follows[] = {
    {"http://a.example/x/y?q", "http://b.example:81/z", "http://b.example:81/z",
     CM_HTTP_OK},
    {"http://a.example:81/x/y", "//b.example/z", "http://b.example:80/z",
     CM_HTTP_OK},
    {"http://a.example:81/x/y?q", "/z", "http://a.example:81/z", CM_HTTP_OK},
    {"http://a.example/x/y?q", "z", "http://a.example:80/x/z", CM_HTTP_OK},
    {"http://a.example/x/y?q/r", "z?s", "http://a.example:80/x/z?s",
     CM_HTTP_OK},
    {"http://a.example/x/y?q", "../z", "http://a.example:80/z", CM_HTTP_OK},
    {"http://a.example/x/y?q", "?r", "http://a.example:80/x/y?r", CM_HTTP_OK},
    {"http://a.example/x?q", "#f", "http://a.example:80/x?q", CM_HTTP_OK},
    {"http://a.example/x?q", "", "http://a.example:80/x?q", CM_HTTP_OK},
    {"http://[2001:db8::1]:81/x", "y", "http://[2001:db8::1]:81/y", CM_HTTP_OK},
    {"http://a.example/x", "a/b:c", "http://a.example:80/a/b:c", CM_HTTP_OK},
    {"http://a.example/x", "https://a.example/x", NULL, CM_HTTP_REDIRECTS},
    {"http://a.example/x", "HTTPS:x", NULL, CM_HTTP_REDIRECTS},
    {"http://a.example/x", "file:///etc/passwd", NULL, CM_HTTP_REDIRECTS},
    {"http://a.example/x", "gopher://127.0.0.1:11211/_x", NULL,
     CM_HTTP_REDIRECTS},
    {"http://a.example/x", "http:x", NULL, CM_HTTP_REDIRECTS},
    {"http://a.example/x", "http://u@b.example/", NULL, CM_HTTP_REDIRECTS},
    {"http://a.example/x", "http://127.1/", NULL, CM_HTTP_REDIRECTS},
    {"http://a.example/x", "//@b.example/", NULL, CM_HTTP_REDIRECTS},
    {"http://a.example/x", "@b.example/", "http://a.example:80/@b.example/",
     CM_HTTP_OK},
    {"http://a.example/x", "http://b.example:25/", NULL,
     CM_HTTP_REFUSED_ADDRESS},
};

static void follows_redirects_as_rfc_3986_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(follows); i++) {
        const struct follow_case *c = &follows[i];
        struct cm_http_url base;
        struct cm_http_url url;
        struct cm_buf text;
        const char *why;

        assert_int_equal(cm_http_url_parse(&base, c->base, &why), CM_HTTP_OK);
        assert_string_equal(cm_http_result_id(cm_http_url_follow(
                                &url, &base, c->location, &why)),
                            cm_http_result_id(c->result));
        if (c->want == NULL) {
            assert_string_not_equal(why, "");
            continue;
        }
        cm_buf_init(&text, 10000);
        cm_http_url_text(&url, &text);
        assert_string_equal(cm_buf_cstr(&text), c->want);
        cm_buf_cleanup(&text);
    }
}

static void requests_are_exactly_these_bytes(void **state)
{
    struct cm_span post = {(const uint8_t *)"\0\n", 2};
    struct cm_http_url url;
    struct cm_buf out;
    const char *why;

    (void)state;
    assert_int_equal(cm_http_url_parse(&url, "http://A.example/x y", &why),
                     CM_HTTP_OK);
    cm_http_write_request(&url, (struct cm_span){NULL, 0}, "", &out);
    assert_string_equal(cm_buf_cstr(&out),
                        "GET /x%20y HTTP/1.1\r\nHost: a.example\r\n"
                        "User-Agent: certmuster\r\nAccept: */*\r\n"
                        "Accept-Encoding: identity\r\n"
                        "Connection: close\r\n\r\n");
    cm_buf_cleanup(&out);
    assert_int_equal(cm_http_url_parse(&url, "http://[::1]:81", &why),
                     CM_HTTP_OK);
    cm_http_write_request(&url, post, "a/b", &out);
    assert_int_equal(out.data[out.len - 2], 0);
    assert_int_equal(out.data[out.len - 1], '\n');
    assert_string_equal(cm_buf_cstr(&out),
                        "POST / HTTP/1.1\r\nHost: [::1]:81\r\n"
                        "User-Agent: certmuster\r\nAccept: */*\r\n"
                        "Accept-Encoding: identity\r\nConnection: close\r\n"
                        "Content-Type: a/b\r\nContent-Length: 2\r\n\r\n");
    cm_buf_cleanup(&out);
}

static void servers_are_told_apart(void **state)
{
    char server[CM_HTTP_SERVER_SIZE];

    (void)state;
    assert_true(cm_http_server("http://A.example/x", server));
    assert_string_equal(server, "a.example:80");
    assert_true(cm_http_server("http://[::1]:8080/x", server));
    assert_string_equal(server, "[::1]:8080");
}

static struct reach_case {
    const char *text;
    unsigned want;
} reaches[] = {
    {"8.8.8.8", 0},
    {"2001:4860:4860::8888", 0},
    {"::ffff:8.8.8.8", 0},
    {"2002:808:808::1", 0},
    {"10.0.0.1", CM_HTTP_PRIVATE},
    {"100.64.0.1", CM_HTTP_PRIVATE},
    {"172.16.0.1", CM_HTTP_PRIVATE},
    {"192.168.0.1", CM_HTTP_PRIVATE},
    {"fc00::1", CM_HTTP_PRIVATE},
    {"fd00:ec2::254", CM_HTTP_PRIVATE},
    {"::ffff:10.0.0.1", CM_HTTP_PRIVATE},
    {"64:ff9b::10.0.0.1", CM_HTTP_PRIVATE},
    {"2002:a00:1::1", CM_HTTP_PRIVATE},
    {"127.0.0.1", CM_HTTP_LOOPBACK},
    {"127.255.255.255", CM_HTTP_LOOPBACK},
    {"::1", CM_HTTP_LOOPBACK},
    {"::ffff:127.0.0.1", CM_HTTP_LOOPBACK},
    {"64:ff9b::127.0.0.1", CM_HTTP_LOOPBACK},
    {"2002:7f00:1::1", CM_HTTP_LOOPBACK},
    {"169.254.169.254", CM_HTTP_LINK_LOCAL},
    {"::ffff:169.254.169.254", CM_HTTP_LINK_LOCAL},
    {"fe80::1", CM_HTTP_LINK_LOCAL},
    {"febf::1", CM_HTTP_LINK_LOCAL},
    {"0.0.0.0", CM_HTTP_SPECIAL},
    {"::", CM_HTTP_SPECIAL},
    {"::127.0.0.1", CM_HTTP_SPECIAL},
    {"192.0.2.1", CM_HTTP_SPECIAL},
    {"224.0.0.1", CM_HTTP_SPECIAL},
    {"255.255.255.255", CM_HTTP_SPECIAL},
    {"ff02::1", CM_HTTP_SPECIAL},
    {"2001:db8::1", CM_HTTP_SPECIAL},
};

static void addresses_are_of_one_kind(void **state)
{
    struct cm_address none = {.family = 0};

    (void)state;
    for (size_t i = 0; i < COUNT(reaches); i++) {
        struct cm_address address;

        assert_true(cm_address_parse(reaches[i].text, &address));
        if (cm_http_reach(&address) != reaches[i].want) {
            fail_msg("%s: %u", reaches[i].text, cm_http_reach(&address));
        }
    }
    assert_int_equal(cm_http_reach(&none), CM_HTTP_SPECIAL);
}

static void each_result_has_a_word(void **state)
{
    (void)state;
    for (int i = 0; i < CM_HTTP_RESULT_COUNT; i++) {
        assert_string_not_equal(cm_http_result_id((enum cm_http_result)i), "");
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(cm_http_result_id((enum cm_http_result)i),
                                    cm_http_result_id((enum cm_http_result)j));
        }
    }
    assert_string_equal(cm_http_result_id(CM_HTTP_RESULT_COUNT), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_each_url_one_way),
        cmocka_unit_test(refuses_what_is_no_http_url),
        cmocka_unit_test(refuses_ports_of_other_protocols),
        cmocka_unit_test(lengths_have_limits),
        cmocka_unit_test(follows_redirects_as_rfc_3986_says),
        cmocka_unit_test(requests_are_exactly_these_bytes),
        cmocka_unit_test(servers_are_told_apart),
        cmocka_unit_test(addresses_are_of_one_kind),
        cmocka_unit_test(each_result_has_a_word),
    };

    return cmocka_run_group_tests_name("net/http_url", tests, NULL, NULL);
}
