/* Inventories, answers, clients and policies in every output but the HTML
 * report. SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"
#include "fixture.h"
#include "reader_asked.h"
#include "reader_fleet.h"
#include "support/jsoncheck.h"

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    fixture_make_fleet(f);
    *state = f;
    return 0;
}

static int setup_measured(void **state)
{
    (void)setup(state);
    fixture_add_measures(*state);
    return 0;
}

static int teardown(void **state)
{
    fixture_remove(*state);
    free(*state);
    return 0;
}

static char *row_of(const struct fixture *f, char **all, int n)
{
    fixture_write(f);
    *all = fixture_text(f, "endpoints.jsonl");
    return line_at(*all, n);
}

/* --- endpoints.jsonl --- */

static void jsonl_has_the_inventory(void **state)
{
    char *all;
    char *json = row_of(*state, &all, 0);

    json_expect(json, "inventory/versions/TLSv1.2/served", "yes");
    json_expect(json, "inventory/versions/TLSv1.2/suites/0",
                "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    json_expect(json, "inventory/versions/TLSv1.2/suites/2", "0xFAFA");
    json_expect(json, "inventory/versions/TLSv1.2/server_order", "yes");
    json_expect(json, "inventory/versions/TLSv1.2/complete", "true");
    json_expect(json, "inventory/versions/TLSv1.1/served", "no");
    json_expect(json, "inventory/versions/SSLv3/served", "unknown");
    json_expect(json, "inventory/groups/0", "X25519MLKEM768");
    json_expect(json, "inventory/groups_complete", "false");
    json_expect(json, "inventory/schemes/0", "rsa_pss_rsae_sha256");
    json_expect(json, "inventory/alpn/0", "h2");
    json_expect(json, "inventory/min_dh_bits", "null");
    json_expect(json, "inventory/fallback_scsv", "yes");
    json_expect(json, "inventory/compression", "unknown");
    json_expect(json, "inventory/connections", "17");
    json_expect(json, "tls_versions/0", "TLSv1.2");
    json_expect(json, "tls_versions/1", "TLSv1.3");
    json_expect(json, "grade", "A");
    json_expect(json, "grade_details/score", "95");
    json_expect(json, "grade_details/at_best", "false");
    json_expect(json, "client_certificate", "null");
    json_expect(json, "http", "null");
    free(all);
}

static void jsonl_has_clients_and_policies(void **state)
{
    char *all;
    char *json = row_of(*state, &all, 1);

    json_expect(json, "clients/java8/outcome", "fails");
    json_expect(json, "clients/java8/cause", "tls_version_too_old");
    json_expect(json, "clients/java8/why", "TLS 1.1 is the newest");
    json_expect(json, "clients/java8/message",
                "SSLHandshakeException: No appropriate protocol");
    json_expect(json, "clients/curl/outcome", "unknown");
    json_expect(json, "clients/curl/cause", "null");
    json_expect(json, "clients/curl/why", "no answer");
    json_expect(json, "policies/mozilla/outcome", "fail");
    json_expect(json, "policies/mozilla/failed/0/rule", "M1");
    json_expect(json, "policies/mozilla/failed/0/why", "TLS 1.1 is served");
    json_expect(json, "policies/mozilla/warnings/0/rule", "M2");
    json_expect(json, "policies/mozilla/unknown", "[]");
    json_expect(json, "policies/pci/outcome", "unknown");
    json_expect(json, "policies/pci/unknown/0/rule", "P1");
    json_expect(json, "grade", "T");
    json_expect(json, "grade_details/without_trust", "B");
    json_expect(json, "grade_details/at_best", "true");
    json_expect(json, "grade_details/rules/1", "not_trusted");
    json_expect(json, "client_certificate/state", "expired");
    json_expect(json, "client_certificate/detail",
                "own.pem: ended on 1 Jan 2026");
    json_expect(json, "client_certificate/sent", "true");
    json_expect(json, "client_certificate/asked_late", "true");
    json_expect(json, "http/status", "403");
    json_expect(json, "http/substatus", "7");
    json_expect(json, "http/reply", "HTTP/1.1 403 \"<no>\"");
    free(all);
}

/* A client without a result is not one that it works for. */
static void jsonl_has_the_answers(void **state)
{
    char *all;
    char *json = row_of(*state, &all, 2);

    json_expect(json, "asked/0/question", "tls1_3");
    json_expect(json, "asked/0/answer", "alert");
    json_expect(json, "asked/0/alert", "protocol_version");
    json_expect(json, "asked/0/alert_number", "70");
    json_expect(json, "asked/0/cipher", "null");
    json_expect(json, "asked/1/question", "tls1_2");
    json_expect(json, "asked/1/alert", "null");
    json_expect(json, "asked/1/tls_version", "TLSv1.2");
    json_expect(json, "asked/1/cipher",
                "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    json_expect(json, "asked/1/kex_group", "secp256r1");
    json_expect(json, "asked/1/signature", "rsa_pss_rsae_sha256");
    json_expect(json, "asked/1/dh_bits", "1024");
    json_expect(json, "asked/1/asks_for_cert", "true");
    json_expect(json, "asked/1/hello_bytes", "300");
    json_expect(json, "clients/java8/outcome", "fails");
    json_expect(json, "clients/curl", "null");
    json_expect(json, "policies/mozilla/outcome", "pass");
    json_expect(json, "policies/mozilla/warnings/0/rule", "M2");
    json_expect(json, "policies/pci", "null");
    json_expect(json, "inventory", "null");
    json_expect(json, "grade", "null");
    free(all);
}

/* Every key is there all the same. */
static void jsonl_of_a_plain_scan_has_nothing_of_it(void **state)
{
    static const char *const keys[] = {
        "client_certificate", "http",  "grade",   "grade_details",
        "inventory",          "asked", "clients", "policies",
    };
    char *all;
    char *json = row_of(*state, &all, 1);

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        json_expect(json, keys[i], "null");
    }
    json_expect(json, "tls_versions", "[]");
    free(all);
}

/* --- endpoints.csv --- */

static void csv_has_a_column_for_each(void **state)
{
    struct table t;
    char *text;

    fixture_write(*state);
    text = fixture_text(*state, "endpoints.csv");
    table_parse(&t, text, strlen(text));
    assert_string_equal(table_at(&t, 1, "grade"), "A");
    assert_string_equal(table_at(&t, 1, "tls_versions"), "TLSv1.2 TLSv1.3");
    assert_string_equal(table_at(&t, 1, "policy_mozilla"), "pass");
    assert_string_equal(table_at(&t, 2, "policy_mozilla"), "fail");
    assert_string_equal(table_at(&t, 2, "policy_pci"), "unknown");
    assert_string_equal(table_at(&t, 3, "policy_pci"), "");
    assert_string_equal(table_at(&t, 2, "client_java8"), "fails");
    assert_string_equal(table_at(&t, 1, "client_curl"), "works");
    assert_string_equal(table_at(&t, 4, "client_curl"), "unknown");
    assert_string_equal(table_at(&t, 5, "client_curl"), "");
    table_free(&t);
    free(text);
}

static void csv_of_a_plain_scan_has_none(void **state)
{
    char *text;

    fixture_write(*state);
    text = fixture_text(*state, "endpoints.csv");
    text_lacks(text, "policy_");
    text_lacks(text, "client_java8");
    text_has(text, ",grade,");
    free(text);
}

/* --- report.json --- */

static void json_counts_protocols(void **state)
{
    char *json;

    fixture_write(*state);
    json = fixture_text(*state, "report.json");
    json_expect(json, "protocols/endpoints_connected", "5");
    json_expect(json, "protocols/versions_chosen/TLSv1.3", "2");
    json_expect(json, "protocols/versions_chosen/TLSv1.2", "2");
    json_expect(json, "protocols/groups_chosen/x25519", "2");
    json_expect(json, "protocols/inventory/endpoints", "4");
    json_expect(json, "protocols/inventory/versions_served/TLSv1.1", "2");
    json_expect(json, "protocols/inventory/versions_served/TLSv1.3", "1");
    json_expect(json, "protocols/inventory/versions_refused/TLSv1.3", "2");
    json_expect(json, "protocols/inventory/suite_classes/weak", "3");
    json_expect(json, "protocols/inventory/suite_classes/aead_forward_secrecy",
                "1");
    json_expect(json, "protocols/inventory/suite_classes/no_forward_secrecy",
                "2");
    json_expect(json, "protocols/inventory/suites/TLS_RSA_WITH_RC4_128_SHA",
                "2");
    json_expect(json, "protocols/inventory/groups/X25519MLKEM768", "1");
    json_expect(json, "protocols/inventory/post_quantum/ready", "1");
    json_expect(json, "protocols/inventory/post_quantum/not_ready", "2");
    json_expect(json, "protocols/inventory/post_quantum/unknown", "1");
    json_expect(json, "protocols/inventory/grades/A", "1");
    json_expect(json, "protocols/inventory/grades/T", "2");
    free(json);
}

static void json_counts_clients_and_policies(void **state)
{
    char *json;

    fixture_write(*state);
    json = fixture_text(*state, "report.json");
    json_expect(json, "clients/0/name", "java8");
    json_expect(json, "clients/0/works", "1");
    json_expect(json, "clients/0/fails", "3");
    json_expect(json, "clients/0/unknown", "0");
    json_expect(json, "clients/0/causes/0/cause", "tls_version_too_old");
    json_expect(json, "clients/0/causes/0/fails", "2");
    json_expect(json, "clients/0/causes/0/example_host", "exp.example");
    json_expect(json, "clients/0/causes/0/example_message",
                "SSLHandshakeException: No appropriate protocol");
    json_expect(json, "clients/0/causes/1/cause", "chain_incomplete");
    json_expect(json, "clients/1/unknown", "2");
    json_expect(json, "clients/1/causes/0/cause", "null");
    json_expect(json, "policies/0/name", "mozilla");
    json_expect(json, "policies/0/pass", "2");
    json_expect(json, "policies/0/fail", "2");
    json_expect(json, "policies/0/rules/0/rule", "M1");
    json_expect(json, "policies/0/rules/0/text", "No TLS 1.1.");
    json_expect(json, "policies/0/rules/0/fail", "2");
    json_expect(json, "policies/0/rules/1/rule", "M2");
    json_expect(json, "policies/0/rules/1/warning", "3");
    json_expect(json, "policies/1/rules/0/unknown", "2");
    json_expect(json, "policies/1/rules/0/text", "null");
    free(json);
}

static void json_of_a_plain_scan_counts_what_was_chosen(void **state)
{
    char *json;

    fixture_write(*state);
    json = fixture_text(*state, "report.json");
    json_expect(json, "protocols/versions_chosen/TLSv1.3", "2");
    json_expect(json, "protocols/inventory", "null");
    json_expect(json, "clients", "[]");
    json_expect(json, "policies", "[]");
    free(json);
}

/* --- the terminal --- */

static char *summary(const struct fixture *f, int width)
{
    FILE *out = tmpfile();
    struct cm_error err;

    assert_non_null(out);
    if (cm_report_summary(&f->options, 3, width, out, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    return fixture_drain(out);
}

static void summary_names_rules_and_clients(void **state)
{
    char *text = summary(*state, 120);

    text_has(text, " protocols of 4 endpoints\n");
    text_has(text, "            2  TLSv1.1\n");
    text_has(text, "            3  weak suites\n");
    text_has(text, "            1  post-quantum groups\n");
    text_has(text, " grades: 1 A, 2 T (SSL Labs rating guide");
    text_has(text, " policy mozilla: 2 pass, 2 fail, 0 unknown\n");
    text_has(text, "            2  M1                       No TLS 1.1, "
                   "exp.example:443\n");
    text_lacks(text, "M2"); /* it only warns */
    text_has(text, " policy pci: 1 pass, 0 fail, 2 unknown\n");
    text_has(text, " clients: 1 of 2 fail somewhere\n");
    text_has(text, "            3  java8                    "
                   "tls_version_too_old, exp.example:443\n");
    free(text);
}

static void summary_fits_the_terminal(void **state)
{
    char *text = summary(*state, 60);
    const char *line = strstr(text, " protocols of");

    assert_non_null(line);
    while (*line != '\0') {
        size_t len = strcspn(line, "\n");

        /* But for the files at the end, which are paths. */
        if (strncmp(line, " written", 8) != 0 && len > 60) {
            fail_msg("too wide: %.*s", (int)len, line);
        }
        line += len + (line[len] == '\n' ? 1 : 0);
    }
    free(text);
}

static void summary_of_a_plain_scan_is_as_before(void **state)
{
    char *text = summary(*state, 120);

    text_lacks(text, "protocols");
    text_lacks(text, "policy");
    text_lacks(text, "clients:");
    text_lacks(text, "grades");
    free(text);
}

/* --- what comes from elsewhere --- */

/* More kinds than are kept: the counts of the rest stay right. */
static void keeps_a_bounded_number_of_kinds(void **state)
{
    struct cm_report_run *run = NULL;
    const struct cm_report_fleet *fleet;
    struct fixture *f = *state;

    fixture_sql(f, "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1"
                   " FROM n WHERE i < 600) INSERT INTO policy_result"
                   " SELECT 1, 1, 1, i, 'r' || i, 'fail', 0, '' FROM n");
    assert_int_equal(cm_report_run_open(&run, f->db, 0, NULL), CM_OK);
    assert_int_equal(cm_report_run_fleet(run, &fleet, NULL), CM_OK);
    assert_int_equal(fleet->policies[1].num_kinds, CM_MAX_KINDS);
    assert_int_equal(fleet->policies[1].passed, 1);
    cm_report_run_close(run);
}

static void reads_a_damaged_store(void **state)
{
    struct fixture *f = *state;
    char *all;
    char *json;

    fixture_sql(f, "UPDATE inventory SET facts = '{\"x\":1}';"
                   "UPDATE measure SET rules = '[1,{\"id\":2},\"x\"';"
                   "UPDATE measured SET clients = 'w?ffffffffffff',"
                   " policies = '', grade = 'Z', grade_rules = NULL;");
    json = row_of(f, &all, 0);
    json_expect(json, "inventory", "null");
    json_expect(json, "grade", "Z");
    json_expect(json, "clients/curl/outcome", "unknown");
    json_expect(json, "policies/mozilla", "null");
    free(all);
    free(summary(f, 80));
}

/* Every text that a server, a profile or a policy gives, in every format. */
static void is_harmless(void **state)
{
    static const char *const poisons[] = {
        "</script><script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        "\x1b[2J\x07",
        "\xe2\x80\xaeright to left",
        "a\",\"b\r\nnew,row",
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(poisons) / sizeof(poisons[0]); i++) {
        struct table t;
        struct cm_buf sql;
        char *text;
        char *quoted;
        size_t bad_at;

        cm_buf_init(&sql, 65536);
        for (const char *c = poisons[i]; *c != '\0'; c++) {
            cm_buf_puts(&sql, *c == '\'' ? "''" : (char[]){*c, '\0'});
        }
        quoted = cm_buf_take(&sql);
        cm_buf_printf(
            &sql,
            "UPDATE profile_result SET why = '%s', message = '%s',"
            " cause = '%s';"
            "UPDATE policy_result SET why = '%s', rule = '%s';"
            "UPDATE measure SET name = kind || ord || '%s', title = '%s',"
            " source = '%s', confidence = '%s', family = '%s', sha256 = '%s';"
            "UPDATE measured SET grade = '%s', grade_without_trust = '%s',"
            " grade_rules = json_array('%s');"
            "UPDATE client SET detail = '%s', fault = '%s';"
            "UPDATE answer SET ask = '%s', ended = '%s';"
            "UPDATE probe SET http_reply = '%s'",
            quoted, quoted, quoted, quoted, quoted, quoted, quoted, quoted,
            quoted, quoted, quoted, quoted, quoted, quoted, quoted, quoted,
            quoted, quoted, quoted);
        fixture_sql(f, cm_buf_cstr(&sql));
        fixture_write(f);
        text = fixture_text(f, "report.json");
        assert_true(json_is_valid(text, strlen(text), &bad_at));
        text_lacks(text, "<script");
        text_lacks(text, "\x1b");
        text_lacks(text, "\xe2\x80\xae");
        free(text);
        text = fixture_text(f, "endpoints.jsonl");
        text_lacks(text, "<script");
        text_lacks(text, "\x1b");
        text_lacks(text, "\xe2\x80\xae");
        free(text);
        text = fixture_text(f, "endpoints.csv");
        table_parse(&t, text, strlen(text));
        assert_int_equal(t.rows, FLEET_ROWS + 1);
        text_lacks(text, ",=");
        text_lacks(text, "\x1b");
        table_free(&t);
        free(text);
        text = summary(f, 100);
        text_lacks(text, "\x1b");
        text_lacks(text, "\x07");
        text_lacks(text, "\xe2\x80\xae");
        free(text);
        free(quoted);
        cm_buf_cleanup(&sql);
    }
}

#define PLAIN(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define MEASURED(name)                                                         \
    cmocka_unit_test_setup_teardown(name, setup_measured, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MEASURED(jsonl_has_the_inventory),
        MEASURED(jsonl_has_clients_and_policies),
        MEASURED(jsonl_has_the_answers),
        PLAIN(jsonl_of_a_plain_scan_has_nothing_of_it),
        MEASURED(csv_has_a_column_for_each),
        PLAIN(csv_of_a_plain_scan_has_none),
        MEASURED(json_counts_protocols),
        MEASURED(json_counts_clients_and_policies),
        PLAIN(json_of_a_plain_scan_counts_what_was_chosen),
        MEASURED(summary_names_rules_and_clients),
        MEASURED(summary_fits_the_terminal),
        PLAIN(summary_of_a_plain_scan_is_as_before),
        MEASURED(keeps_a_bounded_number_of_kinds),
        MEASURED(reads_a_damaged_store),
        MEASURED(is_harmless),
    };

    return cmocka_run_group_tests_name("report measures", tests, NULL, NULL);
}
