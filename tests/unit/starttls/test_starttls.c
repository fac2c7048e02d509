/* The dialogues, both ways: offered and refused, whole and byte by byte.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "dialogues.h"

struct exchange {
    struct cm_starttls *talk;
    struct cm_buf sent; /* ours, since the last look */
    enum cm_starttls_turn turn;
};

static void assert_sent(struct exchange *x, const struct dialogue *d,
                        size_t turn)
{
    struct bytes want = d->ours[turn];

    if (x->sent.len != want.len ||
        (want.len > 0 && memcmp(x->sent.data, want.data, want.len) != 0)) {
        fail_msg("%s (outcome %d), turn %zu: sent %zu bytes, wanted %zu",
                 d->protocol, (int)d->outcome, turn, x->sent.len, want.len);
    }
    x->sent.len = 0;
}

static void feed(struct exchange *x, struct bytes bytes, size_t piece)
{
    for (size_t at = 0; at < bytes.len && x->turn == CM_STARTTLS_READ;
         at += piece) {
        size_t len = bytes.len - at < piece ? bytes.len - at : piece;
        struct cm_span span = {(const uint8_t *)bytes.data + at, len};

        x->turn = cm_starttls_feed(x->talk, span, &x->sent);
    }
}

static void hold(const struct dialogue *d, size_t piece)
{
    struct exchange x = {.talk = cm_starttls_new(d->protocol, "host.example")};
    enum cm_starttls_outcome wanted = d->outcome;
    size_t turn = 0;

    assert_non_null(x.talk);
    cm_buf_init(&x.sent, 4096);
    x.turn = cm_starttls_begin(x.talk, &x.sent);
    while (x.turn == CM_STARTTLS_READ && d->theirs[turn].len > 0) {
        assert_sent(&x, d, turn);
        feed(&x, d->theirs[turn], piece);
        turn++;
    }
    if (x.turn == CM_STARTTLS_READ) {
        fail_msg("%s (outcome %d) waits for more", d->protocol,
                 (int)d->outcome);
    }
    /* What follows the last reply is seen only when it comes with it. */
    if (wanted == CM_STARTTLS_READY_AFTER_TEXT && piece == 1) {
        wanted = CM_STARTTLS_READY;
    }
    assert_int_equal(cm_starttls_outcome(x.talk), wanted);
    assert_int_equal(x.turn, wanted == CM_STARTTLS_READY ||
                                     wanted == CM_STARTTLS_READY_AFTER_TEXT
                                 ? CM_STARTTLS_HELLO
                                 : CM_STARTTLS_OVER);
    if (x.turn == CM_STARTTLS_HELLO) {
        assert_sent(&x, d, turn);
    }
    if (d->reply != NULL && piece > 1) {
        assert_string_equal(cm_starttls_reply(x.talk), d->reply);
    }
    cm_buf_cleanup(&x.sent);
    cm_starttls_free(x.talk);
}

static void dialogues_end_as_they_should(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_dialogues; i++) {
        hold(&dialogues[i], 4096);
        hold(&dialogues[i], 1);
    }
}

static void silence_and_hang_up_are_told_apart(void **state)
{
    struct cm_starttls *talk;
    struct cm_buf out;

    (void)state;
    cm_buf_init(&out, 4096);
    talk = cm_starttls_new("smtp", "");
    assert_int_equal(cm_starttls_begin(talk, &out), CM_STARTTLS_READ);
    assert_true(cm_starttls_untouched(talk));
    cm_starttls_ended(talk, true);
    assert_int_equal(cm_starttls_outcome(talk), CM_STARTTLS_SILENT);
    cm_starttls_free(talk);

    talk = cm_starttls_new("ldap", "");
    assert_int_equal(cm_starttls_begin(talk, &out), CM_STARTTLS_READ);
    assert_false(cm_starttls_untouched(talk)); /* LDAP clients speak first */
    cm_starttls_ended(talk, false);
    assert_int_equal(cm_starttls_outcome(talk), CM_STARTTLS_CLOSED);
    cm_starttls_free(talk);
    cm_buf_cleanup(&out);
}

static void only_ms_sql_wraps_its_handshake(void **state)
{
    struct cm_starttls *sql = cm_starttls_new("mssql", "");
    struct cm_starttls *mail = cm_starttls_new("smtp", "");

    (void)state;
    assert_true(cm_starttls_in_tds(sql));
    assert_false(cm_starttls_in_tds(mail));
    cm_starttls_free(sql);
    cm_starttls_free(mail);
    assert_false(cm_starttls_known("tls"));
    assert_null(cm_starttls_new("gopher", ""));
}

static void a_reply_shows_no_control_bytes(void **state)
{
    struct cm_starttls *talk = cm_starttls_new("smtp", "");
    static const uint8_t evil[] = "554 \x1b[31m\xff\x07\r\n";
    struct cm_buf out;

    (void)state;
    cm_buf_init(&out, 4096);
    (void)cm_starttls_begin(talk, &out);
    assert_int_equal(
        cm_starttls_feed(talk, (struct cm_span){evil, sizeof(evil) - 1}, &out),
        CM_STARTTLS_OVER);
    assert_string_equal(cm_starttls_reply(talk), "554 \\x1b[31m\\xff\\x07");
    cm_starttls_free(talk);
    cm_buf_cleanup(&out);
}

/* A server that never ends its reply is cut off. */
static void an_endless_reply_ends(void **state)
{
    static const char *const protocols[] = {"smtp", "imap", "xmpp", "pop3",
                                            "irc",  "nntp", "mysql"};
    static const uint8_t line[] = "250-more and more\r\n";

    (void)state;
    for (size_t i = 0; i < COUNT(protocols); i++) {
        struct cm_starttls *talk = cm_starttls_new(protocols[i], "");
        enum cm_starttls_turn turn;
        struct cm_buf out;
        unsigned fed = 0;

        cm_buf_init(&out, 4096);
        turn = cm_starttls_begin(talk, &out);
        while (turn == CM_STARTTLS_READ && fed < 10000) {
            turn = cm_starttls_feed(
                talk, (struct cm_span){line, sizeof(line) - 1}, &out);
            fed++;
        }
        assert_int_equal(turn, CM_STARTTLS_OVER);
        cm_buf_cleanup(&out);
        cm_starttls_free(talk);
    }
}

/* What is sent with the request for TLS, and what answers it inside. */
static void injections(void **state)
{
    static const struct {
        const char *protocol;
        const char *before;  /* what the server says, up to its consent */
        const char *sent;    /* all that we send */
        const char *answer;  /* inside TLS, unasked: the proof */
        const char *silence; /* ... what a sound server may say there */
    } cases[] = {
        {"smtp", "220 a\r\n250 STARTTLS\r\n220 go\r\n",
         "EHLO certmuster.invalid\r\nSTARTTLS\r\nNOOP\r\n", "250 Ok\r\n",
         "\r\n"},
        {"lmtp", "220 a\r\n250 STARTTLS\r\n220 go\r\n",
         "LHLO certmuster.invalid\r\nSTARTTLS\r\nNOOP\r\n", "502 5.5.1 no\r\n",
         "250"},
        {"imap", "* OK a\r\n* CAPABILITY STARTTLS\r\na OK\r\nb OK\r\n",
         "a CAPABILITY\r\nb STARTTLS\r\nc NOOP\r\n", "c OK done\r\n",
         "* OK still here\r\n"},
        {"pop3", "+OK a\r\n+OK\r\nSTLS\r\n.\r\n+OK go\r\n",
         "CAPA\r\nSTLS\r\nCAPA\r\n", "+OK list\r\n", "STLS\r\n"},
        {"ftp", "220 a\r\n234 go\r\n", "AUTH TLS\r\nNOOP\r\n", "530 log in\r\n",
         "hello\r\n"},
        {"nntp", "200 a\r\n101 x\r\nSTARTTLS\r\n.\r\n382 go\r\n",
         "CAPABILITIES\r\nSTARTTLS\r\nDATE\r\n", "111 2026\r\n", "STARTTLS"},
        {"managesieve", "\"STARTTLS\"\r\nOK\r\nOK\r\n",
         "STARTTLS\r\nNOOP \"certmuster\"\r\n",
         "\"SASL\" \"\"\r\nOK \"tls\"\r\nOK (TAG \"certmuster\")\r\n",
         "\"SASL\" \"PLAIN\"\r\nOK \"TLS negotiation successful.\"\r\n"},
        {"irc", ":i 670 * :go\r\n",
         "CAP LS 302\r\nSTARTTLS\r\nPING certmuster\r\n",
         ":i PONG i :certmuster\r\n", ":i NOTICE * :hello\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cm_starttls *talk = cm_starttls_new(cases[i].protocol, "");
        enum cm_starttls_turn turn;
        struct cm_buf out;

        assert_true(cm_starttls_can_inject(cases[i].protocol));
        cm_buf_init(&out, 4096);
        cm_starttls_inject(talk);
        turn = cm_starttls_begin(talk, &out);
        for (const char *c = cases[i].before;
             *c != '\0' && turn == CM_STARTTLS_READ; c++) {
            turn = cm_starttls_feed(
                talk, (struct cm_span){(const uint8_t *)c, 1}, &out);
        }
        assert_int_equal(turn, CM_STARTTLS_HELLO);
        assert_string_equal(cm_buf_cstr(&out), cases[i].sent);
        assert_int_equal(cm_starttls_outcome(talk), CM_STARTTLS_READY);
        assert_false(cm_starttls_injected(
            talk, (struct cm_span){(const uint8_t *)cases[i].silence,
                                   strlen(cases[i].silence)}));
        assert_int_equal(cm_starttls_outcome(talk), CM_STARTTLS_READY);
        assert_true(cm_starttls_injected(
            talk, (struct cm_span){(const uint8_t *)cases[i].answer,
                                   strlen(cases[i].answer)}));
        assert_int_equal(cm_starttls_outcome(talk), CM_STARTTLS_READY_INJECTED);
        cm_buf_cleanup(&out);
        cm_starttls_free(talk);
    }
    assert_false(cm_starttls_can_inject("ldap"));
    assert_false(cm_starttls_can_inject("xmpp"));
}

/* Every protocol against rubbish: it ends or waits, and never reads beyond. */
static void rubbish_is_survived(void **state)
{
    unsigned seed = 20261121;

    (void)state;
    for (size_t i = 0; i < 20000; i++) {
        const struct dialogue *d = &dialogues[i % num_dialogues];
        struct bytes whole = d->theirs[0];
        uint8_t *copy = malloc(whole.len);
        struct cm_starttls *talk = cm_starttls_new(d->protocol, "");
        struct cm_buf out;

        assert_non_null(copy);
        memcpy(copy, whole.data, whole.len);
        for (int j = 0; j < 3; j++) {
            seed = seed * 1103515245U + 12345U;
            copy[(seed >> 8) % whole.len] = (uint8_t)(seed >> 20);
        }
        cm_buf_init(&out, 4096);
        (void)cm_starttls_begin(talk, &out);
        (void)cm_starttls_feed(talk, (struct cm_span){copy, whole.len}, &out);
        cm_starttls_ended(talk, false);
        assert_int_not_equal(cm_starttls_outcome(talk), CM_STARTTLS_NONE);
        cm_buf_cleanup(&out);
        cm_starttls_free(talk);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dialogues_end_as_they_should),
        cmocka_unit_test(silence_and_hang_up_are_told_apart),
        cmocka_unit_test(only_ms_sql_wraps_its_handshake),
        cmocka_unit_test(a_reply_shows_no_control_bytes),
        cmocka_unit_test(an_endless_reply_ends),
        cmocka_unit_test(injections),
        cmocka_unit_test(rubbish_is_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
