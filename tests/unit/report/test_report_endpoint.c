/* report --endpoint: the whole story of one endpoint, from the store alone.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "screen.h"

static int with_fleet(void **state)
{
    struct fixture *f = malloc(sizeof(*f));

    assert_non_null(f);
    fixture_make_fleet(f);
    *state = f;
    return 0;
}

static int without(void **state)
{
    fixture_remove(*state);
    free(*state);
    return 0;
}

static char *story_of(const struct fixture *f, const char *host, int64_t port,
                      const char *protocol, bool pem, int width, bool *trusted)
{
    struct cm_endpoint_query query = {host, host, port, protocol, pem};
    FILE *out = tmpfile();
    struct cm_error err;

    assert_non_null(out);
    if (cm_report_endpoint(&f->options, &query, width, out, trusted, &err) !=
        CM_OK) {
        fail_msg("%s", err.text);
    }
    return fixture_drain(out);
}

static void refused(const struct fixture *f, const char *host, int64_t port,
                    const char *message)
{
    struct cm_endpoint_query query = {host, host, port, "", false};
    FILE *out = tmpfile();
    struct cm_error err;
    bool trusted;

    assert_non_null(out);
    assert_int_equal(
        cm_report_endpoint(&f->options, &query, 80, out, &trusted, &err),
        CM_EINPUT);
    assert_string_equal(err.text, message);
    assert_int_equal(ftell(out), 0);
    (void)fclose(out);
}

static void a_failing_endpoint_is_told_from_input_to_conclusion(void **state)
{
    bool trusted;
    char *text = story_of(*state, "exp.example", 443, "", false, 300, &trusted);

    assert_false(trusted);
    text_has(text, "exp.example:443: not trusted (run 1, 21 Nov 2026 07:48 "
                   "UTC)\n");
    text_has(text, "  input        line 3 of fleet.csv, owner crm\n");
    text_has(text, "  columns      host=exp.example, port=443, team=crm, "
                   "Verdict=x, host=b\n");
    text_has(text, "  again in     line 5; owners there: erp\n");
    text_has(text, "  to           [2001:db8::1]:443 <- this one was judged\n");
    text_has(text, "  handshake    complete after 21 ms: TLSv1.2, 0xFFFF\n");
    text_has(text, "  client cert  asked for: required\n");
    text_has(text, "  0            CN=exp\n    names      exp.example\n"
                   "    issuer     CN=Middle\n    serial     04\n"
                   "    key        ec of 256 bits; signed with "
                   "sha256WithRSAEncryption\n");
    text_has(text, "UTC: EXPIRED less than a day ago\n");
    text_has(text, "  Root   [not sent, known from elsewhere]\n"
                   "  └─ Middle   [NOT SENT, known from elsewhere; "
                   "chain_incomplete]\n"
                   "     └─ exp   [sent as 0; EXPIRED less than a day ago; "
                   "leaf_expired]\n");
    text_has(text, "  in view      system: not trusted, leaf_expired (150 "
                   "anchors)\n");
    text_has(text, "  1            leaf_expired: the certificate has expired; "
                   "breaks now\n");
    text_has(text, "    proof      ended a second ago\n"
                   "    rule       RFC 5280 section 4.1.2.5\n");
    text_has(text, "  fix first    leaf_expired: Renew the certificate and "
                   "reload the service (server owner);");
    text_has(text, "action 1 of the plan, key aaaa, which fixes 2 rows\n");
    text_has(text, "s_client -connect exp.example:443");
    text_has(text, "  then         chain_incomplete: ");
    assert_null(strstr(text, "nothing else keeps it"));
    /* The conclusion is the end. */
    assert_true(strstr(text, "\nConclusion\n") > strstr(text, "\nFindings\n"));
    free(text);
}

static void a_trusted_endpoint_says_so(void **state)
{
    bool trusted;
    char *text = story_of(*state, "ok.example", 0, "", false, 300, &trusted);

    assert_true(trusted);
    text_has(text, "ok.example:443: trusted (");
    text_has(text, "  Root   [anchor of the trust view system; sent as 2]\n"
                   "  └─ Middle   [sent as 1]\n     └─ ok   [sent as 0]\n");
    text_has(text,
             "  result       good, by staple; as of 20 Nov 2026 18:40 UTC,"
             " next by 27 Nov 2026 17:20 UTC\n");
    text_has(text, "TLSv1.3, TLS_AES_128_GCM_SHA256, group x25519, signed with "
                   "rsa_pss_rsae_sha256, ALPN h2\n");
    text_has(text, "  improve      chain_unneeded_root: ");
    text_lacks(text, "fix first");
    free(text);
}

static void each_connection_is_shown(void **state)
{
    struct fixture *f = *state;
    bool trusted;
    char *text;

    fixture_sql(f, "UPDATE probe SET sys_errno = 111, tries = 3,"
                   " ended = 'system' WHERE endpoint = 3 AND ord = 0");
    fixture_sql(f, "UPDATE probe SET starttls = 'ready', starttls_reply ="
                   " '220 go', alert_received = 2 * 256 + 40, alert_sent = 350,"
                   " ca_names = x'0000', num_tickets = 2, sct_bytes = 9"
                   " WHERE endpoint = 3 AND ord = 1");
    text = story_of(f, "inc.example", 443, "tls", false, 300, &trusted);
    text_has(text, "  to           192.0.2.3:443\n  connected    no: system "
                   "after 35 ms; ECONNREFUSED, Connection refused, 3 tries\n");
    text_has(text, "  to           192.0.2.4:443 <- this one was judged\n");
    text_has(text, "  STARTTLS     ready: \"220 go\"\n");
    text_has(text, "the server sent the fatal alert handshake_failure (40)");
    text_has(text, "we sent the warning alert ");
    text_has(text, "2 session tickets, 9 bytes of SCTs");
    text_has(text, "  sent         1 certificate, 0 bytes; the leaf is CN=ok, "
                   "SHA-256 3333333333333333, to ");
    free(text);
}

static void views_clients_and_policies_are_told(void **state)
{
    struct fixture *f = *state;
    bool trusted;
    char *text;

    fixture_add_view(f);
    fixture_add_measures(f);
    text = story_of(f, "ok.example", 443, "", false, 300, &trusted);
    text_has(text, "  in view      system: trusted (150 anchors)\n"
                   "  in view      corp: not trusted, root_not_in_client_store "
                   "(3 anchors)\n");
    text_has(text, "\nClients\n  works for    ");
    text_has(text, "\nPolicies\n  passes       ");
    free(text);
}

static void unknown_names_are_suggested(void **state)
{
    struct fixture *f = *state;

    refused(f, "ok.exxample", 443,
            "there is no endpoint \"ok.exxample\" in run 1. Did you mean "
            "ok.example:443?");
    refused(f, "soon.example", 443,
            "there is no endpoint \"soon.example\" in run 1. Did you mean "
            "soon.example:8443?");
    refused(f, "nowhere.invalid", 443,
            "there is no endpoint \"nowhere.invalid\" in run 1.");
    refused(f, "\x1b[31mred", 0,
            "there is no endpoint \"\\x1b[31mred\" in run 1.");
    refused(f, "", 0, "there is no endpoint \"\" in run 1.");
}

static void all_matches_are_shown(void **state)
{
    struct fixture *f = *state;
    bool trusted;
    char *text;

    fixture_sql(f, "INSERT INTO endpoint (run, id, host, port, protocol, sni,"
                   " is_ip, flags) VALUES (1,9,'ok.example',25,'smtp','',0,0);"
                   "INSERT INTO row VALUES (1,9,10,'[]','',9,10)");
    text = story_of(f, "ok.example", 0, "", false, 300, &trusted);
    assert_false(trusted); /* the other one was not scanned */
    text_has(text, "2 endpoints have this name; HOST:PORT:PROTOCOL names one "
                   "of them.\n");
    text_has(text, "ok.example:25:smtp: not checked (");
    assert_int_equal(times_in(text, "\nConclusion\n"), 2);
    free(text);
    text = story_of(f, "ok.example", 0, "smtp", false, 300, &trusted);
    assert_int_equal(times_in(text, "\nConclusion\n"), 1);
    text_has(text, "ok.example:25:smtp");
    free(text);
}

static void an_invalid_row_is_found_by_its_text(void **state)
{
    bool trusted;
    char *text;
    struct cm_endpoint_query query = {"no host", "", 0, "", false};
    FILE *out = tmpfile();
    struct cm_error err;
    struct fixture *f = *state;

    assert_non_null(out);
    assert_int_equal(
        cm_report_endpoint(&f->options, &query, 300, out, &trusted, &err),
        CM_OK);
    text = fixture_drain(out);
    assert_false(trusted);
    text_has(text, "(no host): invalid row (");
    text_has(text, "  not valid    a name has no blanks\n");
    free(text);
}

static void nothing_foreign_reaches_the_terminal(void **state)
{
    struct fixture *f = *state;
    bool trusted;
    char *text;

    fixture_add_measures(f);
    fixture_sql(
        f, "UPDATE row SET owner = char(27) || '[2J' || char(8238),"
           " fields = '[\"a\\u001b[31m\\nb\"]';"
           "UPDATE run SET input_name = char(7), resolvers = char(155);"
           "UPDATE probe SET error = char(27) || ']0;x', starttls = "
           "char(27), starttls_reply = char(13), first_bytes = x'1b5b00ff',"
           " alpn = char(27), version = NULL, ended = 'not_tls', "
           " client_auth = char(9), address = char(27);"
           "UPDATE result SET dns = json_object('cname', char(27),"
           " 'detail', char(27), 'fault', char(27), 'addresses',"
           " json_array(char(27)), 'throttle', json_object('prefix',"
           " char(27))), revocation = char(27), revocation_source = "
           "char(27);"
           "UPDATE certificate SET subject = char(27) || 'C', subject_cn ="
           " char(27), issuer = char(27), serial = char(27), names ="
           " json_array(char(27)), key_alg = char(27), sig_alg = char(27),"
           " parse_error = char(27);"
           "UPDATE finding SET proof = char(27), rule = char(27),"
           " action = char(27), confidence = char(27), severity ="
           " char(27), subject = char(27);"
           "UPDATE profile_result SET why = char(27), message = char(27);"
           "UPDATE policy_result SET why = char(27), rule = char(27)");
    text = story_of(f, "exp.example", 443, "", false, 300, &trusted);
    for (const char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 && *at != '\n') {
            fail_msg("a control character: %.20s", at);
        }
    }
    assert_null(strstr(text, "\xe2\x80\xae"));
    assert_null(strstr(text, "\xc2\x9b"));
    text_has(text, "\\x1b[2J");
    text_has(text, "first bytes  \"\\x1b[\\x00\\xff\"\n");
    free(text);
}

static void a_damaged_store_does_not_break_the_story(void **state)
{
    struct fixture *f = *state;
    bool trusted;
    char *text;

    fixture_sql(f, "UPDATE result SET dns = 'no json', path = '[77]',"
                   " main_probe = 9;"
                   "UPDATE probe SET version = 99999, cipher = -1,"
                   " sys_errno = 99999, alert_received = -5, ca_names ="
                   " x'00ff01', chain = '[88]';"
                   "UPDATE row SET fields = '[]'");
    text = story_of(f, "exp.example", 443, "", true, 300, &trusted);
    text_has(text, "errno 99999");
    text_has(text, "\nConclusion\n");
    free(text);
}

static void pem_holds_what_was_sent_and_what_completes_it(void **state)
{
    bool trusted;
    char *text = story_of(*state, "exp.example", 443, "", true, 300, &trusted);

    text_has(text, "\nCertificates as PEM\n# exp\n-----BEGIN CERTIFICATE-----\n"
                   "MAQ=\n-----END CERTIFICATE-----\n# Middle\n");
    assert_int_equal(times_in(text, "-----BEGIN CERTIFICATE-----"), 3);
    free(text);
}

static void lines_fit_the_terminal(void **state)
{
    static const int widths[] = {1, 60, 80, 132};
    bool trusted;

    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        char *text = story_of(*state, "exp.example", 443, "", false, widths[i],
                              &trusted);
        char *rest = text;
        size_t limit = cm_screen_width(widths[i]);

        for (char *line = strsep(&rest, "\n"); line != NULL;
             line = strsep(&rest, "\n")) {
            /* Words that cannot be split, trees and commands may be longer. */
            if (strlen(line) > limit && strchr(line + 15, ' ') != NULL &&
                strstr(line, "[") == NULL && strstr(line, "openssl") == NULL) {
                fail_msg("wider than %zu: %s", limit, line);
            }
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define STORY(test) cmocka_unit_test_setup_teardown(test, with_fleet, without)
        STORY(a_failing_endpoint_is_told_from_input_to_conclusion),
        STORY(a_trusted_endpoint_says_so),
        STORY(each_connection_is_shown),
        STORY(views_clients_and_policies_are_told),
        STORY(unknown_names_are_suggested),
        STORY(all_matches_are_shown),
        STORY(an_invalid_row_is_found_by_its_text),
        STORY(nothing_foreign_reaches_the_terminal),
        STORY(a_damaged_store_does_not_break_the_story),
        STORY(pem_holds_what_was_sent_and_what_completes_it),
        STORY(lines_fit_the_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
