/* From a client's message back to causes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/report.h"
#include "messages.h"
#include "recognise.h"
#include "remedies.h"

static struct cm_recognised *recognise(const char *text)
{
    struct cm_recognised *found =
        cm_recognise((struct cm_span){(const uint8_t *)text, strlen(text)});

    assert_non_null(found);
    return found;
}

static bool has(const struct cm_recognised *found, enum cm_cause cause)
{
    for (size_t i = 0; i < found->num_causes; i++) {
        if (found->causes[i] == cause) {
            return true;
        }
    }
    return false;
}

/* Something that could be looked for. */
static bool is_telling(const char *text)
{
    struct cm_words words;
    struct cm_phrase phrase;
    size_t at = 0;
    bool telling;

    assert_true(cm_words_read(
        &words, (struct cm_span){(const uint8_t *)text, strlen(text)}, 200));
    telling = cm_words_next(&words, text, &at, &phrase);
    cm_words_free(&words);
    return telling;
}

/* Each text leads back to its cause, and nearly all can be looked for. */
static void every_text_of_the_catalogue(void **state)
{
    size_t num = 0;
    size_t bad = 0;

    (void)state;
    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        const struct cm_client_text *c =
            cm_cause_text((enum cm_cause)i)->clients;

        for (; c->client != NULL; c++) {
            struct cm_recognised *found;

            if (!is_telling(c->text)) {
                continue;
            }
            num++;
            found = recognise(c->text);
            if (!has(found, (enum cm_cause)i)) {
                print_error("%s, %s: %s\n", cm_cause_info((enum cm_cause)i)->id,
                            c->client, c->text);
                bad++;
            }
            free(found);
        }
    }
    assert_int_equal(bad, 0);
    assert_true(num > 500);
}

/* "" or what is wrong. */
static const char *whats_wrong(const struct message *m,
                               const struct cm_recognised *found)
{
    if (found->num_causes == 0) {
        return "nothing is recognised";
    }
    if (found->causes[0] != m->causes[0]) {
        return "another cause is in front";
    }
    if (m->most > 0 && found->num_causes > m->most) {
        return "too many causes";
    }
    for (const enum cm_cause *c = m->causes; *c != CM_CAUSE_COUNT; c++) {
        if (!has(found, *c)) {
            return cm_cause_info(*c)->id;
        }
    }
    if (m->client != NULL &&
        (found->client == NULL || strcmp(found->client, m->client) != 0)) {
        return "another client";
    }
    return strcmp(found->host, m->host) != 0 || found->port != m->port
               ? "another host"
               : "";
}

static void messages_of_logs(void **state)
{
    size_t bad = 0;

    (void)state;
    for (size_t i = 0; i < num_messages; i++) {
        struct cm_recognised *found = recognise(messages[i].text);
        const char *wrong = whats_wrong(&messages[i], found);

        if (wrong[0] != '\0') {
            print_error("%s\n  %s; %zu causes, %s, %s, \"%s\":%u\n",
                        messages[i].text, wrong, found->num_causes,
                        found->num_causes > 0
                            ? cm_cause_info(found->causes[0])->id
                            : "-",
                        found->client != NULL ? found->client : "-",
                        found->host, found->port);
            bad++;
        }
        free(found);
    }
    assert_int_equal(bad, 0);
}

/* Nothing of a TLS client: no guess is made. */
static void other_texts(void **state)
{
    static const char *const texts[] = {
        "",
        " \n\t",
        "the weather is nice today",
        "error",
        "404 Not Found",
        "Segmentation fault (core dumped)",
        "certificate",
        "host 443 or 11",
        "Connection established, 60 rows, code 40",
        "alert",
        "alert number 300",
        "close notify alert 0",
        "curl 99999999999",
        "Kein Befund \xc3\xbc\xff\xfe",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct cm_recognised *found = recognise(texts[i]);

        if (found->num_causes != 0) {
            fail_msg("\"%s\" means %s", texts[i],
                     cm_cause_info(found->causes[0])->id);
        }
        free(found);
    }
}

/* What the client itself sent is no word of the server's. */
static void own_alerts_are_not_the_servers(void **state)
{
    struct cm_recognised *found =
        recognise("* TLSv1.3 (OUT), TLS alert, access denied (561):");

    (void)state;
    assert_int_equal(found->num_causes, 0);
    free(found);
    found = recognise("* TLSv1.3 (IN), TLS alert, access denied (561):");
    assert_true(has(found, CM_CAUSE_TLS_CLIENT_CERT_REJECTED));
    free(found);
}

static void names_that_are_no_hosts(void **state)
{
    static const struct {
        const char *text;
        const char *host;
        uint16_t port;
    } cases[] = {
        {"java.net.ConnectException at com.example.Foo.run(Foo.java:12)", "",
         0},
        {"at org.example.client.connect(", "", 0},
        {"see app.config, cert.pem and node_modules/tls.js", "", 0},
        {"System.Net.Security.dll 4.8.1.2 1.2.3", "4.8.1.2", 0},
        {"999.1.1.1 a..b.com -x.", "", 0},
        {"to www.example.com, not to ldaps://dir.example.net/x",
         "dir.example.net", 636},
        {"https://api.example.com:8443/", "api.example.com", 8443},
        {"to a.example.org then b.example.org:8443.", "b.example.org", 8443},
        {"b.example.org:99999", "b.example.org", 0},
        {"b.example.org:", "b.example.org", 0},
        {"'q.example.org' and n.example.org", "q.example.org", 0},
        {"n.example.org and \"q.example.org\"", "q.example.org", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char host[CM_RECOGNISED_HOST];
        uint16_t port;

        cm_recognise_host((struct cm_span){(const uint8_t *)cases[i].text,
                                           strlen(cases[i].text)},
                          host, &port);
        assert_string_equal(host, cases[i].host);
        assert_int_equal(port, cases[i].port);
    }
}

/* Each other word for a phrase has a phrase to stand for, or leads nowhere. */
static void signs_lead_somewhere(void **state)
{
    size_t num;
    const struct cm_sign *signs = cm_signs(&num);

    (void)state;
    for (size_t i = 0; i < num; i++) {
        char text[512];
        struct cm_recognised *found;

        (void)snprintf(text, sizeof(text), "%s %s", signs[i].says,
                       signs[i].with != NULL ? signs[i].with : "");
        found = recognise(text);
        if (found->num_causes == 0) {
            fail_msg("\"%s\" leads nowhere", signs[i].says);
        }
        free(found);
    }
}

static void large_and_hostile(void **state)
{
    static const char *const parts[] = {
        "curl: (60) ", "alert ",          "PartialChain ",
        "num 20 ",     "a.b.c.d:1 ",      "x509: certificate",
        "\\",          "certificate_v\0", "'",
        "-.-.",
    };
    struct cm_buf text;

    (void)state;
    cm_buf_init(&text, 1U << 21);
    while (text.len < 1U << 20) {
        (void)cm_buf_puts(&text, parts[text.len % 10]);
    }
    free(cm_recognise((struct cm_span){text.data, text.len}));
    memset(text.data, 'a', text.len);
    free(cm_recognise((struct cm_span){text.data, text.len}));
    memset(text.data, 0, text.len);
    free(cm_recognise((struct cm_span){text.data, text.len}));
    for (size_t i = 0; i < text.len; i++) {
        text.data[i] = (uint8_t)(i * 7919 >> 3);
    }
    free(cm_recognise((struct cm_span){text.data, text.len}));
    cm_buf_cleanup(&text);
}

static char *printed(const char *text, bool *recognised)
{
    FILE *out = tmpfile();
    struct cm_error err;
    char *got = calloc(1, 20000);

    assert_non_null(out);
    assert_non_null(got);
    assert_int_equal(
        cm_explain_error((struct cm_span){(const uint8_t *)text, strlen(text)},
                         80, out, recognised, &err),
        CM_OK);
    rewind(out);
    assert_true(fread(got, 1, 19999, out) > 0);
    (void)fclose(out);
    return got;
}

static void what_is_printed(void **state)
{
    bool recognised;
    char *got = printed("curl: (60) SSL: no alternative certificate subject "
                        "name\nmatches target host name 'a.example.com'",
                        &recognised);

    (void)state;
    assert_true(recognised);
    assert_non_null(strstr(got, "Recognised: curl, OpenSSL"));
    assert_non_null(strstr(got, "subject name matches target host name"));
    assert_non_null(strstr(got, "name_mismatch"));
    assert_non_null(strstr(got, "echo a.example.com:443 | certmuster scan -"));
    assert_non_null(strstr(got, "-servername a.example.com"));
    assert_null(strstr(got, "--client-cert"));
    free(got);
    got = printed("CryptographicException: Keyset does not exist", &recognised);
    assert_non_null(strstr(got, "client_key_denied"));
    assert_non_null(strstr(got, "certmuster scan - --client-cert client.pem "
                                "--client-key client.key"));
    free(got);
    got = printed("hello", &recognised);
    assert_false(recognised);
    assert_non_null(strstr(got, "No message of a TLS client"));
    assert_non_null(strstr(got, "HOST:443"));
    free(got);
    /* foreign bytes do nothing to the terminal */
    got = printed("PartialChain \x1b[31m certificate\x1b]0;x\x07 verify failed",
                  &recognised);
    assert_null(strchr(got, '\x1b'));
    free(got);
    got = printed("The SSL connection could not be established, see inner "
                  "exception.",
                  &recognised);
    assert_non_null(strstr(got, "inner exception has the reason"));
    free(got);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_of_the_catalogue),
        cmocka_unit_test(messages_of_logs),
        cmocka_unit_test(other_texts),
        cmocka_unit_test(own_alerts_are_not_the_servers),
        cmocka_unit_test(names_that_are_no_hosts),
        cmocka_unit_test(signs_lead_somewhere),
        cmocka_unit_test(large_and_hostile),
        cmocka_unit_test(what_is_printed),
    };

    return cmocka_run_group_tests_name("report recognise", tests, NULL, NULL);
}
