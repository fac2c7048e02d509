/* What holds where a row is silent, the protocols' ports, and texts that no
 * one would write.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "certmuster/text.h"
#include "input/parts.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void long_foreign_text_is_cut_between_characters(void **state)
{
    char host[4096] = "a!";
    struct cm_target_text text = {"example.com", host, "", ""};
    struct cm_endpoint got;
    enum cm_cause cause;
    char reason[256];

    (void)state;
    for (size_t i = 1; i + 2 < sizeof(host); i += 2) {
        memcpy(host + i, "\xc3\xbc", 3);
    }
    assert_false(cm_target_parse(&text, NULL, &got, &cause, reason));
    assert_true(strlen(reason) < 140);
    assert_true(cm_text_is_utf8(reason, strlen(reason)));
    assert_non_null(strstr(reason, "...\" is not a number"));
    text = (struct cm_target_text){host, "", "", ""};
    assert_false(cm_target_parse(&text, NULL, &got, &cause, reason));
    assert_int_equal(cause, CM_CAUSE_INPUT_IDN_INVALID);
    assert_non_null(strstr(reason, "(it is too long)"));
}

static void options_speak_where_the_row_is_silent(void **state)
{
    const struct cm_input_options options = {
        .port = 8443, .protocol = "LDAPS", .sni = "sni.example"};
    struct cm_target_text text = {"example.com", "", "", ""};
    struct cm_endpoint got;
    enum cm_cause cause;
    char reason[256];

    (void)state;
    assert_true(cm_target_parse(&text, &options, &got, &cause, reason));
    assert_int_equal(got.port, 8443);
    assert_string_equal(got.protocol, "tls");
    assert_string_equal(got.sni, "sni.example");
    text = (struct cm_target_text){"https://example.com", "", "", "other"};
    assert_true(cm_target_parse(&text, &options, &got, &cause, reason));
    assert_int_equal(got.port, 443); /* an https URL does name its port */
    assert_string_equal(got.sni, "other");
    text = (struct cm_target_text){"example.com", "9443", "https", "-"};
    assert_true(cm_target_parse(&text, &options, &got, &cause, reason));
    assert_int_equal(got.port, 9443);
    assert_string_equal(got.sni, "");
}

static void missing_texts_are_empty_texts(void **state)
{
    const struct cm_target_text text = {"example.com", NULL, NULL, NULL};
    struct cm_endpoint got;
    enum cm_cause cause;
    char reason[256];

    (void)state;
    assert_true(cm_target_parse(&text, NULL, &got, &cause, reason));
    assert_int_equal(got.port, 443);
}

static void starttls_protocols_have_their_ports(void **state)
{
    static const struct {
        const char *word, *name;
        unsigned port;
    } want[] = {
        {"smtp", "smtp", 25},
        {"submission", "submission", 587},
        {"lmtp", "lmtp", 24},
        {"imap", "imap", 143},
        {"pop3", "pop3", 110},
        {"ftp", "ftp", 21},
        {"ldap", "ldap", 389},
        {"xmpp", "xmpp", 5222},
        {"xmpp-server", "xmpp-server", 5269},
        {"postgres", "postgres", 5432},
        {"PostgreSQL", "postgres", 5432},
        {"mysql", "mysql", 3306},
        {"mssql", "mssql", 1433},
        {"rdp", "rdp", 3389},
        {"nntp", "nntp", 119},
        {"managesieve", "managesieve", 4190},
        {"irc", "irc", 6667},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(want); i++) {
        const struct cm_target_text text = {"h.example", "", want[i].word, ""};
        struct cm_endpoint got;
        struct cm_mistake mistake;

        /* The endpoint is complete, whether the dialogue is there or not. */
        (void)cm_target_examine(&text, NULL, &got, &mistake);
        assert_string_equal(got.protocol, want[i].name);
        assert_int_equal(got.port, want[i].port);
        assert_false(got.scheme_not_tls);
    }
}

static void no_bytes_are_read_past_the_end(void **state)
{
    static const uint8_t any[] = {0,    ':', '/', '[', ']', '@', '.', '%',
                                  0xc3, '0', 'x', '-', '*', '?', 'a'};
    uint64_t seed = 7;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        char texts[4][13] = {{0}};
        struct cm_target_text text = {texts[0], texts[1], texts[2], texts[3]};
        struct cm_endpoint got;
        enum cm_cause cause = CM_CAUSE_COUNT;
        char reason[256];

        for (size_t i = 0; i < 4 * 12; i++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            texts[i / 12][i % 12] = (char)any[(seed >> 33) % sizeof(any)];
        }
        if (cm_target_parse(&text, NULL, &got, &cause, reason)) {
            assert_true(got.port != 0);
            assert_true(strlen(got.host) > 0);
            assert_null(strpbrk(got.host, "/@*%[]? "));
        } else {
            assert_true(cause == CM_CAUSE_INPUT_UNPARSABLE ||
                        cause == CM_CAUSE_INPUT_IDN_INVALID);
            assert_true(strlen(reason) > 10);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_foreign_text_is_cut_between_characters),
        cmocka_unit_test(options_speak_where_the_row_is_silent),
        cmocka_unit_test(missing_texts_are_empty_texts),
        cmocka_unit_test(starttls_protocols_have_their_ports),
        cmocka_unit_test(no_bytes_are_read_past_the_end),
    };

    return cmocka_run_group_tests_name("input defaults", tests, NULL, NULL);
}
