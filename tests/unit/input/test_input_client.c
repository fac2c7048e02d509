/* Rows that name a client certificate, and the path of their URL.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "input/input.h"

static enum cm_status on_columns(void *arg, const char *const *names,
                                 size_t num_names, int owner, bool has_header)
{
    (void)arg;
    (void)names;
    (void)num_names;
    (void)owner;
    (void)has_header;
    return CM_OK;
}

/* "[cert][key]; " for each row, "!reason; " for one that is not valid. */
static enum cm_status on_row(void *arg, struct cm_row *row)
{
    struct cm_buf *text = arg;

    if (row->valid) {
        cm_buf_printf(text, "[%.*s][%.*s]; ", (int)row->client_cert.len,
                      (const char *)row->client_cert.data,
                      (int)row->client_key.len,
                      (const char *)row->client_key.data);
    } else {
        cm_buf_printf(text, "%u !%s; ", row->column, row->reason);
    }
    cm_row_free(row);
    return CM_OK;
}

static void assert_rows(const char *csv, const char *want)
{
    struct cm_buf text;
    const struct cm_input_sink sink = {on_columns, on_row, &text};
    const struct cm_input_options options = {.header = -1};
    struct cm_input *input;

    cm_buf_init(&text, 4096);
    assert_int_equal(cm_input_new(&input, &options, &sink, NULL), CM_OK);
    assert_int_equal(cm_input_feed(input, csv, strlen(csv)), CM_OK);
    assert_int_equal(cm_input_finish(input), CM_OK);
    assert_string_equal(cm_buf_cstr(&text), want);
    cm_input_free(input);
    cm_buf_cleanup(&text);
}

static void rows_name_files(void **state)
{
    (void)state;
    assert_rows("host,client_cert,client_key\n"
                "a.example, a.pem ,a.key\n"
                "b.example,b.pem,\n"
                "c.example,,\n"
                "d.example,-,\n"
                "e.example\n",
                "[a.pem][a.key]; [b.pem][]; [][]; [-][]; [][]; ");
    assert_rows("Client Key;Client-Certificate;Host\n"
                "k/x.key;c/x.pem;a.example\n",
                "[c/x.pem][k/x.key]; ");
    assert_rows("host,cert\na.example,a.pem\n", "[][]; ");
    assert_rows("a.example\n", "[][]; ");
}

static void a_key_needs_a_certificate_beside_it(void **state)
{
    (void)state;
    assert_rows("host,client_cert,client_key\na.example,,a.key\n",
                "12 !a client key is named, but no certificate; name its file "
                "in the column client_cert; ");
    assert_rows("host,client_cert,client_key\na.example,-,a.key\n",
                "13 !a client key is named, but no certificate; name its file "
                "in the column client_cert; ");
    assert_rows("host,client_key\na.example,a.key\n",
                "11 !a client key is named, but no certificate; name its file "
                "in the column client_cert; ");
}

static const struct path_case {
    const char *host;
    const char *path;
} paths[] = {
    {"a.example", ""},
    {"a.example:8443", ""},
    {"https://a.example", ""},
    {"https://a.example/", "/"},
    {"https://a.example/a/b", "/a/b"},
    {"https://a.example/a?token=secret", "/a"},
    {"https://a.example/a#part", "/a"},
    {"https://a.example?x=/y", ""},
    {"https://a.example/a b", "/a%20b"},
    {"https://a.example/a\r\nX: y", "/a%0D%0AX:%20y"},
    {"https://a.example/\xc3\xa4", "/%C3%A4"},
    {"https://a.example/%41\"<>", "/%41%22%3C%3E"},
    {"https://user@a.example:8443/in", "/in"},
    {"https://[2001:db8::1]:443/six", "/six"},
    {"a.example/plain", "/plain"},
    {"10.0.0.1:443/x", "/x"},
};

static void the_path_of_a_url_is_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        const struct cm_target_text text = {.host = paths[i].host};
        struct cm_endpoint ep;
        enum cm_cause cause;
        char reason[256];

        if (!cm_target_parse(&text, NULL, &ep, &cause, reason)) {
            fail_msg("%s: %s", paths[i].host, reason);
        }
        assert_string_equal(ep.http_path, paths[i].path);
    }
}

/* All of it or none: half a path is another one. */
static void a_path_that_is_too_long_is_left_out(void **state)
{
    char url[600] = "https://a.example/";
    struct cm_target_text text = {.host = url};
    struct cm_endpoint ep;
    enum cm_cause cause;
    char reason[256];
    size_t len = strlen(url);

    (void)state;
    memset(url + len, 'x', CM_HTTP_PATH_SIZE - 2);
    assert_true(cm_target_parse(&text, NULL, &ep, &cause, reason));
    assert_int_equal(strlen(ep.http_path), CM_HTTP_PATH_SIZE - 1);
    url[len + CM_HTTP_PATH_SIZE - 2] = 'x';
    assert_true(cm_target_parse(&text, NULL, &ep, &cause, reason));
    assert_string_equal(ep.http_path, "");
    memset(url + len, ' ', 100);
    assert_true(cm_target_parse(&text, NULL, &ep, &cause, reason));
    assert_string_equal(ep.http_path, "");
}

/* Two paths of one server are one endpoint, unless it matters. */
static void a_path_makes_an_endpoint_where_it_counts(void **state)
{
    struct cm_endpoint a = {.host = "a", .port = 443, .protocol = "tls"};
    struct cm_endpoint b = a;
    struct cm_buf keys[2];

    (void)state;
    (void)snprintf(a.http_path, sizeof(a.http_path), "/a");
    (void)snprintf(b.http_path, sizeof(b.http_path), "/b");
    for (int counts = 0; counts <= 1; counts++) {
        a.path_counts = counts != 0;
        b.path_counts = counts != 0;
        cm_buf_init(&keys[0], 1000);
        cm_buf_init(&keys[1], 1000);
        cm_endpoint_key(&a, &keys[0]);
        cm_endpoint_key(&b, &keys[1]);
        assert_int_equal(strcmp(cm_buf_cstr(&keys[0]), cm_buf_cstr(&keys[1])) ==
                             0,
                         counts == 0);
        cm_buf_cleanup(&keys[0]);
        cm_buf_cleanup(&keys[1]);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_name_files),
        cmocka_unit_test(a_key_needs_a_certificate_beside_it),
        cmocka_unit_test(the_path_of_a_url_is_kept),
        cmocka_unit_test(a_path_that_is_too_long_is_left_out),
        cmocka_unit_test(a_path_makes_an_endpoint_where_it_counts),
    };

    return cmocka_run_group_tests_name("input: client certificates, paths",
                                       tests, NULL, NULL);
}
