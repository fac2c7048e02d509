/* HTTP answers, as far as they speak of client certificates.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "certmuster/client.h"
#include "endpoint/http_answer.h"

static struct answer_case {
    const char *name;
    const char *bytes;
    bool ended;
    bool enough;
    uint16_t status;
    uint16_t substatus;
    enum cm_http_word word;
    const char *reply;
} cases[] = {
    {"nothing yet", "", false, false, 0, 0, CM_HTTP_SILENT, ""},
    {"nothing at all", "", true, true, 0, 0, CM_HTTP_SILENT, ""},
    {"half a status line", "HTTP/1.1 40", false, false, 0, 0, CM_HTTP_SILENT,
     ""},
    {"no HTTP", "220 mail ESMTP\r\n", false, true, 0, 0, CM_HTTP_SILENT, ""},
    {"no status", "HTTP/1.1 banana\r\n\r\n", false, true, 0, 0, CM_HTTP_SILENT,
     ""},
    {"no number of a version", "HTTP/1.x 200 OK\r\n\r\n", false, true, 0, 0,
     CM_HTTP_SILENT, ""},
    {"four digits", "HTTP/1.1 4000 Bad\r\n\r\n", false, true, 0, 0,
     CM_HTTP_SILENT, ""},
    {"fine", "HTTP/1.1 200 OK\r\nServer: x\r\n\r\n", false, true, 200, 0,
     CM_HTTP_SILENT, "HTTP/1.1 200 OK"},
    {"fine, and its page says anything",
     "HTTP/1.1 200 OK\r\n\r\nNo required SSL certificate was sent", false, true,
     200, 0, CM_HTTP_SILENT, "HTTP/1.1 200 OK"},
    {"without a reason", "HTTP/1.0 404\r\nContent-Length: 0\r\n\r\n", false,
     true, 404, 0, CM_HTTP_SILENT, "HTTP/1.0 404"},
    {"bare line feeds", "HTTP/1.1 204 None\n\n", false, true, 204, 0,
     CM_HTTP_SILENT, "HTTP/1.1 204 None"},
    {"headers under way", "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n",
     false, false, 400, 0, CM_HTTP_SILENT, "HTTP/1.1 400 Bad Request"},
    {"refused, the page under way",
     "HTTP/1.1 400 Bad Request\r\nContent-Length: 400\r\n\r\n<html>", false,
     false, 400, 0, CM_HTTP_SILENT, "HTTP/1.1 400 Bad Request"},
    {"refused, and closed", "HTTP/1.1 400 Bad Request\r\n\r\n<html>", true,
     true, 400, 0, CM_HTTP_SILENT, "HTTP/1.1 400 Bad Request"},
    {"nginx without",
     "HTTP/1.1 400 Bad Request\r\nContent-Length: 400\r\n\r\n<title>400 No "
     "required SSL certificate was sent</title>",
     false, true, 400, 0, CM_HTTP_REQUIRED,
     "HTTP/1.1 400 Bad Request; No required SSL certificate was sent"},
    {"nginx with another",
     "HTTP/1.1 400 Bad Request\r\n\r\n<center>The SSL certificate "
     "error</center>",
     false, true, 400, 0, CM_HTTP_REJECTED,
     "HTTP/1.1 400 Bad Request; The SSL certificate error"},
    {"Apache's note",
     "HTTP/1.1 403 Forbidden\r\n\r\nReason: Cannot perform Post-Handshake "
     "Authentication.<br />",
     false, true, 403, 0, CM_HTTP_LATE,
     "HTTP/1.1 403 Forbidden; Cannot perform Post-Handshake Authentication"},
    {"IIS 403.7", "HTTP/1.1 403 Forbidden\r\n\r\nHTTP Error 403.7 - Forbidden",
     false, true, 403, 7, CM_HTTP_REQUIRED, "HTTP/1.1 403 Forbidden"},
    {"IIS 403.16", "HTTP/1.1 403 Forbidden\r\n\r\n<h3>403.16 - Forbidden",
     false, true, 403, 16, CM_HTTP_REJECTED, "HTTP/1.1 403 Forbidden"},
    {"403.165 is no code", "HTTP/1.1 403 Forbidden\r\n\r\n403.165", true, true,
     403, 0, CM_HTTP_SILENT, "HTTP/1.1 403 Forbidden"},
    {"1403.7 neither", "HTTP/1.1 403 Forbidden\r\n\r\n1403.7", true, true, 403,
     0, CM_HTTP_SILENT, "HTTP/1.1 403 Forbidden"},
    {"401.3 is about something else", "HTTP/1.1 401 No\r\n\r\n401.3 x", true,
     true, 401, 3, CM_HTTP_SILENT, "HTTP/1.1 401 No"},
    {"nginx's own 496", "HTTP/1.1 496 unused\r\n\r\n", false, true, 496, 0,
     CM_HTTP_REQUIRED, "HTTP/1.1 496 unused"},
    {"an application",
     "HTTP/1.1 401 Unauthorized\r\n\r\n{\"error\":\"Client Certificate "
     "Required\"}",
     false, true, 401, 0, CM_HTTP_REQUIRED,
     "HTTP/1.1 401 Unauthorized; Client Certificate Required"},
    {"an interim answer",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", false, true, 200,
     0, CM_HTTP_SILENT, "HTTP/1.1 200 OK"},
    {"an interim answer alone", "HTTP/1.1 103 Early Hints\r\n\r\n", false,
     false, 0, 0, CM_HTTP_SILENT, ""},
    {"what is not printable", "HTTP/1.1 200 \x1b[31m\xc3\xa4\x7f\r\n\r\n",
     false, true, 200, 0, CM_HTTP_SILENT, "HTTP/1.1 200 ?[31m???"},
    {"a length that is no length",
     "HTTP/1.1 400 x\r\nContent-Length: 99999999999999999999999\r\n\r\nx",
     false, false, 400, 0, CM_HTTP_SILENT, "HTTP/1.1 400 x"},
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

static enum cm_http_word word_of(const struct cm_http_answer *answer)
{
    struct cm_span phrase;

    return cm_http_word_of(
        answer->status, answer->substatus,
        (struct cm_span){(const uint8_t *)answer->reply, strlen(answer->reply)},
        &phrase);
}

/* What was kept of the answer says the same as the whole. */
static void is_read(void **state)
{
    const struct answer_case *c = *state;
    struct cm_span bytes = {(const uint8_t *)c->bytes, strlen(c->bytes)};
    struct cm_http_answer answer;

    assert_int_equal(cm_http_answer_read(bytes, c->ended, &answer), c->enough);
    assert_int_equal(answer.status, c->status);
    assert_int_equal(answer.substatus, c->substatus);
    assert_string_equal(answer.reply, c->reply);
    assert_int_equal(word_of(&answer), c->word);
}

/* However it comes in pieces: never enough with another result. */
static void pieces_change_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        const char *bytes = cases[i].bytes;
        struct cm_http_answer whole;
        struct cm_http_answer part;
        size_t len = strlen(bytes);
        size_t at = 0;

        (void)cm_http_answer_read((struct cm_span){(const uint8_t *)bytes, len},
                                  true, &whole);
        while (at < len && !cm_http_answer_read(
                               (struct cm_span){(const uint8_t *)bytes, at},
                               false, &part)) {
            at++;
        }
        (void)cm_http_answer_read((struct cm_span){(const uint8_t *)bytes, at},
                                  true, &part);
        assert_int_equal(part.status, whole.status);
        assert_int_equal(word_of(&part), word_of(&whole));
    }
}

static void a_flood_is_enough(void **state)
{
    static char flood[CM_HTTP_ANSWER_MAX + 1];
    struct cm_http_answer answer;
    int head = snprintf(flood, sizeof(flood), "HTTP/1.1 403 F\r\n\r\n");

    (void)state;
    memset(flood + head, 'x', sizeof(flood) - (size_t)head);
    assert_false(cm_http_answer_read(
        (struct cm_span){(const uint8_t *)flood, CM_HTTP_ANSWER_MAX - 1}, false,
        &answer));
    assert_true(cm_http_answer_read(
        (struct cm_span){(const uint8_t *)flood, CM_HTTP_ANSWER_MAX}, false,
        &answer));
    assert_int_equal(answer.status, 403);
}

static void interim_answers_have_an_end(void **state)
{
    char text[1024] = "";
    struct cm_http_answer answer;

    (void)state;
    for (int i = 0; i < 20; i++) {
        (void)strncat(text, "HTTP/1.1 100 C\r\n\r\n",
                      sizeof(text) - strlen(text) - 1);
    }
    (void)strncat(text, "HTTP/1.1 200 OK\r\n\r\n",
                  sizeof(text) - strlen(text) - 1);
    assert_true(cm_http_answer_read(
        (struct cm_span){(const uint8_t *)text, strlen(text)}, true, &answer));
    assert_int_equal(answer.status, 0);
}

int main(void)
{
    struct CMUnitTest tests[CASES + 3] = {
        cmocka_unit_test(pieces_change_nothing),
        cmocka_unit_test(a_flood_is_enough),
        cmocka_unit_test(interim_answers_have_an_end),
    };

    for (size_t i = 0; i < CASES; i++) {
        tests[3 + i] = (struct CMUnitTest){.name = cases[i].name,
                                           .test_func = is_read,
                                           .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("endpoint: HTTP answers", tests, NULL,
                                       NULL);
}
