/* What was fetched comes back as it was put, and the same bytes are kept once.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/fixture.h"

#include <string.h>

#include "certmuster/stored.h"

static struct cm_span bytes(const char *text)
{
    return (struct cm_span){(const uint8_t *)text, strlen(text)};
}

static const struct cm_download crl = {
    .url = "http://crl.example/1.crl",
    .kind = "crl",
    .result = "ok",
    .http_status = 200,
    .detail = "",
    .fetched_unix = 1800000005,
    .ms = 12,
    .body = {(const uint8_t *)"list", 4},
};

static void begin(struct fixture *f)
{
    fixture_begin(f);
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
}

static void put(struct fixture *f, const struct cm_download *download)
{
    struct cm_error err = {0};

    if (cm_store_put_download(f->store, f->run_id, download, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
}

struct seen {
    unsigned num;
    struct cm_download last; /* its pointers are gone */
    char body[16];
    char url[64];
    enum cm_status answer;
};

static enum cm_status note(void *arg, const struct cm_download *download)
{
    struct seen *seen = arg;

    seen->num++;
    seen->last = *download;
    assert_true(download->body.len < sizeof(seen->body));
    memset(seen->body, 0, sizeof(seen->body));
    if (download->body.len > 0) {
        memcpy(seen->body, download->body.data, download->body.len);
    }
    assert_true(strlen(download->url) < sizeof(seen->url));
    memcpy(seen->url, download->url, strlen(download->url) + 1);
    return seen->answer;
}

static void comes_back_as_it_was(void **state)
{
    struct fixture *f = *state;
    struct cm_download ocsp = {
        .url = "http://ocsp.example/",
        .kind = "ocsp",
        .result = "timeout",
        .detail = "no answer within 10 s",
        .fetched_unix = 1800000006,
        .ms = 10000,
    };
    struct seen seen = {0};

    memset(ocsp.cert_sha256, 0xab, sizeof(ocsp.cert_sha256));
    begin(f);
    put(f, &crl);
    assert_int_equal(
        cm_store_each_download(f->store, f->run_id, note, &seen, NULL), CM_OK);
    assert_int_equal(seen.num, 1);
    assert_string_equal(seen.url, crl.url);
    assert_string_equal(seen.body, "list");
    assert_int_equal(seen.last.http_status, 200);
    assert_int_equal(seen.last.fetched_unix, 1800000005);
    assert_int_equal(seen.last.ms, 12);
    assert_memory_equal(seen.last.cert_sha256, crl.cert_sha256, CM_SHA256_LEN);
    put(f, &ocsp);
    assert_int_equal(
        cm_store_each_download(f->store, f->run_id, note, &seen, NULL), CM_OK);
    assert_int_equal(seen.num, 3); /* the newest comes last */
    assert_string_equal(seen.url, ocsp.url);
    assert_int_equal(seen.last.body.len, 0);
    assert_int_equal(seen.last.http_status, 0);
    assert_memory_equal(seen.last.cert_sha256, ocsp.cert_sha256, CM_SHA256_LEN);
    assert_answer(f,
                  "SELECT run, ord, url, kind, result, http_status, detail,"
                  " fetched, ms, bytes, length(content_sha256),"
                  " length(fingerprint_sha256) FROM v_download ORDER BY ord",
                  "1|0|http://crl.example/1.crl|crl|ok|200||1800000005|12|4|64|"
                  "-\n1|1|http://ocsp.example/|ocsp|timeout|-|"
                  "no answer within 10 s|1800000006|10000|-|-|64");
}

static void keeps_the_same_bytes_once(void **state)
{
    struct fixture *f = *state;
    struct cm_download other = crl;
    struct seen seen = {0};

    other.body = bytes("another");
    for (int run = 0; run < 2; run++) {
        begin(f);
        put(f, &crl);
        put(f, &crl);
        put(f, &other);
    }
    assert_answer(f, "SELECT count(*), count(DISTINCT run) FROM v_download",
                  "6|2");
    assert_answer(f, "SELECT count(*) FROM content", "2");
    assert_int_equal(cm_store_each_download(f->store, 2, note, &seen, NULL),
                     CM_OK);
    assert_int_equal(seen.num, 3); /* of that run only */
    assert_string_equal(seen.body, "another");
}

static void stops_at_the_first_failure(void **state)
{
    struct fixture *f = *state;
    struct seen seen = {.answer = CM_ENOMEM};
    struct cm_error err = {0};

    begin(f);
    put(f, &crl);
    put(f, &crl);
    assert_int_equal(
        cm_store_each_download(f->store, f->run_id, note, &seen, &err),
        CM_ENOMEM);
    assert_int_equal(seen.num, 1);
    /* and the store goes on */
    put(f, &crl);
}

#define STORE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(comes_back_as_it_was),
        STORE_TEST(keeps_the_same_bytes_once),
        STORE_TEST(stops_at_the_first_failure),
    };

    return cmocka_run_group_tests_name("downloads", tests, NULL, NULL);
}
