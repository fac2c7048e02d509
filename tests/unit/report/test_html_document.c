/* The HTML report of a small fleet: a browser has nothing to mend, loads
 * nothing, and people read the right numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <openssl/base64.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "html_check.h"
#include "html_parts.h"
#include "support/jsoncheck.h"

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

/* The fleet's report after some SQL. */
static char *after(struct fixture *f, const char *sql)
{
    fixture_sql(f, sql);
    return html_of(f);
}

static void it_is_well_nested(void **state)
{
    char *html = html_of(*state);

    html_check(html);
    free(html);
}

/* "'sha256-...'" of a part, as CSP level 3 section 6.7.2 writes it. */
static void hash_source(const char *text, char out[64])
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    uint8_t base64[48];

    (void)SHA256((const uint8_t *)text, strlen(text), digest);
    (void)EVP_EncodeBlock(base64, digest, sizeof(digest));
    (void)snprintf(out, 64, "'sha256-%s'", (const char *)base64);
}

static void only_the_two_embedded_parts_may_run(void **state)
{
    char *html = html_of(*state);
    char *policy = html_between(
        html, "<meta http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    char *style = html_between(html, "<style>", "</style>");
    char *script = html_between(html, "<script>", "</script>");
    char style_hash[64];
    char script_hash[64];
    char want[512];

    hash_source(style, style_hash);
    hash_source(script, script_hash);
    (void)snprintf(want, sizeof(want),
                   "default-src 'none'; script-src %s; style-src %s; "
                   "base-uri 'none'; form-action 'none'",
                   script_hash, style_hash);
    assert_string_equal(policy, want);
    assert_true(strlen(style) > 1000);
    assert_true(strlen(script) > 1000);
    /* The policy comes before anything that it governs. */
    assert_true(strstr(html, "<style>") > strstr(html, "Security-Policy"));
    assert_int_equal(times_in(html, "<style"), 1);
    assert_int_equal(times_in(html, "<script>"), 1);
    free(policy);
    free(style);
    free(script);
    free(html);
}

/* Browsers run a block without a type, or of a JavaScript type. */
static void other_blocks_are_data(void **state)
{
    char *html = html_of(*state);
    size_t scripts = times_in(html, "<script");

    assert_int_equal(
        scripts,
        1 + times_in(html, "<script type=\"application/octet-stream\" ") +
            times_in(html, "<script type=\"application/json\" "));
    assert_int_equal(scripts, CM_COL_COUNT + FLEET_WIDTH + 2);
    free(html);
}

static void style_and_script_load_nothing(void **state)
{
    char *html = html_of(*state);
    char *style = html_between(html, "<style>", "</style>");
    char *script = html_between(html, "<script>", "</script>");

    html_lacks(style, "url(");
    html_lacks(style, "@import");
    html_lacks(script, "innerHTML");
    html_lacks(script, "outerHTML");
    html_lacks(script, "insertAdjacentHTML");
    html_lacks(script, "document.write");
    html_lacks(script, "eval(");
    html_lacks(script, "fetch(");
    html_lacks(script, "import(");
    html_lacks(html, "http://");
    free(style);
    free(script);
    free(html);
}

static void the_top_says_what_fails_and_what_fixes_it(void **state)
{
    char *html = html_of(*state);

    html_has(html, "fleet.csv · 21 Nov 2026 07:48 UTC · 8 rows = 8 results · "
                   "trust: system: roots.pem: 3 anchors</p>");
    html_has(html, "<b>6 of 8 endpoints are not trusted.</b> 5 actions fix all "
                   "of them; the first 4 fix 83%.</p>");
    html_has(html, "<b>2</b> trusted</li>");
    html_has(html, "<b>3</b> not trusted</li>");
    html_has(html, "<b>1</b> unreachable</li>");
    html_has(html, "<b>1</b> invalid row</li>");
    html_has(html, "<b>1</b> not checked</li>");
    html_lacks(html, "not TLS</li>");
    html_has(html, "<b>1 endpoint</b> that works today has a certificate that "
                   "expires within 30 days.");
    html_lacks(html, "class=\"caveat\"");
    free(html);
}

static void the_top_names_what_most_rows_need(void **state)
{
    char *html = html_of(*state);
    char *needs = html_between(html, "class=\"needs\">", "</table>");

    html_has(needs, "<td>Renew the certificate and reload the service</td>");
    html_has(needs, "width=\"100.0\" height=\"6\"/></svg></td><td class=\"num\""
                    ">2</td>");
    html_has(needs, "width=\"50.0\" height=\"6\"/></svg></td><td class=\"num\""
                    ">1</td>");
    html_has(needs, "<td>Something else</td>");
    assert_int_equal(times_in(needs, "<tr>"), 5);
    free(needs);
    free(html);
}

static void an_action_says_what_why_and_how_to_check(void **state)
{
    char *html = html_of(*state);
    char *action =
        html_between(html, "<details class=\"act\" id=\"action-aaaa\"",
                     "</div></div></details>");

    html_has(action, "<span class=\"rank\">1</span>");
    html_has(action, "Renew the certificate and reload the service</span>");
    html_has(action, "<span class=\"pill breaks_now\">breaks now</span>");
    html_has(action, "<span class=\"sub\">CN=exp</span>");
    html_has(action, "server owner<br><small>crm, erp</small>");
    html_has(action, "<b>2</b> fixed");
    html_has(action, "<p class=\"proof\">ended a second ago <span class=\"mute"
                     "\">(exp.example:443, line 3)</span></p>");
    html_has(action, "SHA-256 44444444");
    html_has(action, "Cause: leaf_expired</p>");
    html_has(action, "After this, 2 of the 2 endpoints still fail: "
                     "chain_incomplete (2).");
    html_has(action, "-connect exp.example:443 ");
    html_has(action, "data-action=\"aaaa\">Show its 2 endpoints");
    html_lacks(action, "{host}");
    free(action);
    assert_int_equal(times_in(html, "<details class=\"act\""), 7);
    /* Nothing fails for want of these two. */
    assert_int_equal(times_in(html, "<b>1</b> improved"), 2);
    html_has(html, "hr, crm, erp</small>");
    html_has(html, "in 10 days <span class=\"mute\">(soon.example:8443, line "
                   "8)</span>");
    /* A row without a host goes by its first field. */
    html_has(html, "(no host, line 7)");
    free(html);
}

static void a_row_that_still_fails_counts_once(void **state)
{
    char *html = after(*state, "UPDATE result SET remaining ="
                               " '[\"name_mismatch\",\"chain_incomplete\"]'"
                               " WHERE endpoint = 2");

    html_has(html, "After this, 2 of the 2 endpoints still fail: name_mismatch "
                   "(2), chain_incomplete (2).");
    free(html);
    html = after(*state, "DELETE FROM row WHERE id = 4;"
                         "UPDATE action SET fixes_rows = 1 WHERE key = 'aaaa'");
    html_has(html, "After this, 1 of the 1 endpoint still fails: ");
    free(html);
    html = after(*state, "UPDATE result SET remaining = '[]'");
    html_lacks(html, "After this, ");
    free(html);
}

static void many_owners_are_counted(void **state)
{
    char *html = after(*state, "UPDATE action SET num_owners = 42, owners ="
                               " '[\"a\",\"b\",\"c\",\"d\"]' WHERE rank = 1");

    html_has(html, "<small>a, b, c and 39 more</small>");
    free(html);
}

/* The first row that it fixes, not the first that it touches. */
static void the_proof_is_of_a_row_that_is_fixed(void **state)
{
    char *html = after(*state, "UPDATE finding SET proof = 'the other'"
                               " WHERE endpoint = 3 AND ord = 0");

    html_has(html, "<p class=\"proof\">the other <span class=\"mute\">"
                   "(inc.example:443, line 4)</span></p>");
    html_lacks(html, "no Middle <span");
    free(html);
}

static void causes_are_listed_most_rows_first(void **state)
{
    char *html = html_of(*state);
    char *causes = html_between(html, "id=\"causes\"", "</table>");
    const char *first = strstr(causes, "<tr><th scope=\"row\">");

    assert_non_null(first);
    html_has(causes, "chain_incomplete</th><td>the server does not send an "
                     "intermediate</td><td><span class=\"pill "
                     "breaks_some_clients\">breaks some clients</span></td>"
                     "<td>server owner<br><small>Install the missing "
                     "intermediate certificate</small></td>");
    html_has(causes, "data-pick=\"first:chain_incomplete\" title=\"Show them "
                     "in the table\">1</button></td>");
    html_has(causes, "data-pick=\"cause:chain_incomplete\" title=\"Show them "
                     "in the table\">3</button></td>");
    assert_int_equal(strncmp(first, "<tr><th scope=\"row\">chain_incomplete",
                             strlen("<tr><th scope=\"row\">chain_incomplete")),
                     0);
    assert_int_equal(times_in(causes, "<tr><th scope=\"row\">"), 8);
    free(causes);
    free(html);
}

static void the_run_is_described(void **state)
{
    char *html = html_of(*state);

    html_has(html, "<th scope=\"row\">run</th><td>1 (complete)</td>");
    html_has(html, "row accounting</th><td>8 rows read = 8 recorded = 8 "
                   "reported = 2 trusted + 3 not trusted + 1 unreachable + 1 "
                   "invalid row + 1 not checked</td>");
    html_has(html, "<th scope=\"row\">took</th><td>7 s</td>");
    html_has(html, "<th scope=\"row\">system</th><td>/etc/ssl/cert.pem</td>"
                   "<td class=\"num\">150</td><td class=\"num\"></td><td "
                   "class=\"proof\">abab");
    html_has(html, "<th scope=\"row\">input SHA-256</th><td>abcd</td>");
    html_has(html, "finished</th><td>2026-11-21T07:48:57Z</td>");
    html_has(html, "judged for</th><td>2026-11-21T07:48:56Z</td>");
    html_has(html, "options</th><td>{&quot;rate&quot;:&quot;&lt;5&quot;}</td>");
    html_has(html, "TLS library</th><td>BoringSSL</td>");
    free(html);
}

static void an_unfinished_run_is_called_so(void **state)
{
    char *html = after(*state, "UPDATE run SET state = 'partial'");

    html_check(html);
    html_has(html, "<p class=\"caveat\"><b>This run is partial.</b>");
    html_lacks(html, "do not add up");
    free(html);
    html = after(*state, "UPDATE run SET state = 'running', finished = NULL,"
                         " rows_read = NULL");
    html_has(html, "<p class=\"caveat\"><b>This run has not ended.</b>");
    html_has(html, "8 rows = 8 results");
    html_lacks(html, "<th scope=\"row\">finished</th>");
    free(html);
}

static void how_a_run_went_is_said(void **state)
{
    char *html =
        after(*state, "UPDATE run SET shards = 3, seed = 77, resumed = 2,"
                      " faults = '[{\"fault\":\"no_route\",\"detail\":"
                      "\"a<b\",\"endpoints\":9}]'");

    html_check(html);
    html_has(html, "<b>The scanner's own faults:</b> 9 endpoints were not "
                   "checked: a&lt;b (no_route).");
    html_has(html, "<th scope=\"row\">made</th><td>merged from 3 shards, "
                   "resumed 2 times</td>");
    html_has(html, "<th scope=\"row\">order (seed)</th><td>77</td>");
    html_has(html, "<th scope=\"row\">scanner's faults</th><td>9 endpoints");
    free(html);
}

static void rows_that_do_not_add_up_are_told(void **state)
{
    char *html = after(*state, "UPDATE run SET rows_read = 1009");

    html_check(html);
    html_has(html, " · 1,009 rows but 8 results · ");
    html_has(html, "<b>The rows do not add up.</b>");
    free(html);
}

static void one_row_that_fails(void **state)
{
    char *html = after(*state, "DELETE FROM row WHERE id <> 5;"
                               "UPDATE run SET rows_read = 1;"
                               "DELETE FROM action WHERE key <> 'cccc';"
                               "UPDATE action SET rank = 1");

    html_check(html);
    html_has(html, "1 row = 1 result");
    html_has(html, "<b>1 of 1 endpoint is not trusted.</b> 1 action fixes it."
                   "</p>");
    html_has(html, "No endpoint that works today has a certificate that expires"
                   " within 30 days.");
    html_has(html, "No endpoint is known to stop being trusted in the next 26 "
                   "weeks.");
    html_has(html, "Show its 1 endpoint</button>");
    free(html);
}

static void one_row_that_is_trusted(void **state)
{
    char *html = after(*state, "DELETE FROM row WHERE id <> 1;"
                               "DELETE FROM action");

    html_has(html, "<b>The only endpoint is trusted.</b></p>");
    html_has(html, "<p class=\"card\">Nothing to do.</p>");
    html_lacks(html, "class=\"needs\"");
    free(html);
}

static void a_run_without_actions(void **state)
{
    char *html = after(*state, "DELETE FROM action; DELETE FROM finding;"
                               "DELETE FROM row WHERE id NOT IN (1, 7)");
    struct html_column column;

    html_check(html);
    html_has(html, "<b>All 2 endpoints are trusted.</b></p>");
    html_has(html, "Nothing to do.");
    html_column_read(&column, html, "findings");
    assert_int_equal(column.num, 2);
    assert_string_equal(column.texts[0], "");
    html_column_free(&column);
    free(html);
}

/* Rows that failed for what no action repairs. */
static void actions_that_fix_only_some(void **state)
{
    char *html = after(*state, "DELETE FROM finding WHERE endpoint = 8;"
                               "DELETE FROM action WHERE key = 'eeee'");

    html_has(html, "4 actions fix 5 of them.</p>");
    free(html);
    html = after(*state, "DELETE FROM action; DELETE FROM finding");
    html_has(html, "<b>6 of 8 endpoints are not trusted.</b> </p>");
    free(html);
}

static void one_action_that_fixes_most(void **state)
{
    char *html = after(*state, "UPDATE action SET fixes_rows = 5 WHERE rank=1");

    html_has(html, "5 actions fix all of them; the first fixes 83%.");
    free(html);
}

static void an_empty_run(void **state)
{
    char *html =
        after(*state, "INSERT INTO run (id, state, started, judged_at,"
                      " input_name, options, version, tls_library, trust,"
                      " resolvers) VALUES (2, 'complete', 0, 0, '-', '{}', '',"
                      " '', 'corp', '')");
    struct html_column column;

    html_check(html);
    html_has(html, "<b>The input has no rows.</b>");
    html_has(html, "0 rows = 0 results");
    html_has(html, "Nothing to do.");
    html_column_read(&column, html, "line");
    assert_int_equal(column.num, 0);
    html_column_free(&column);
    free(html);
}

/* A store of a later version may have words that this one does not know. */
static void what_a_newer_store_says_is_shown(void **state)
{
    char *html =
        after(*state, "UPDATE action SET resolution = 'new_thing' WHERE"
                      " rank = 1;"
                      "UPDATE finding SET resolution = 'new_thing',"
                      " cause = 'new_cause' WHERE action = 'aaaa';"
                      "UPDATE action SET causes = '[\"new_cause\"]'"
                      " WHERE rank = 1");

    html_check(html);
    html_has(html, "<span class=\"t\">new_thing</span>");
    html_has(html, "does not know the resolution");
    html_has(html, "<td>Something else</td>");
    html_has(html, "Cause: new_cause</p>");
    free(html);
}

static void the_script_gets_its_words(void **state)
{
    char *html = html_of(*state);
    char *words = html_between(
        html, "<script type=\"application/json\" id=\"words\">", "</script>");
    static const char *const want[][2] = {
        {"fields/0", "host"},
        {"fields/4", "host"},
        {"verdict/untrusted", "not trusted"},
        {"verdict/not_checked", "not checked"},
        {"cause/leaf_expired", "the certificate has expired"},
        {"resolution/fix_dns", "Repair the DNS name"},
        {"who/fix_dns", "network team"},
    };
    size_t bad;

    assert_true(json_is_valid(words, strlen(words), &bad));
    for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
        char *got = json_at(words, want[i][0]);

        assert_non_null(got);
        assert_string_equal(got, want[i][1]);
        free(got);
    }
    assert_int_equal(json_count(words, "fields"), FLEET_WIDTH);
    assert_int_equal(json_count(words, "verdict"), CM_VERDICT_COUNT - 1);
    assert_int_equal(json_count(words, "cause"), CM_CAUSE_COUNT);
    assert_int_equal(json_count(words, "resolution"), CM_RESOLUTION_COUNT);
    assert_int_equal(json_count(words, "who"), CM_RESOLUTION_COUNT);
    free(words);
    free(html);
}

int main(void)
{
#define FLEET_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, with_fleet, without)
    const struct CMUnitTest tests[] = {
        FLEET_TEST(it_is_well_nested),
        FLEET_TEST(only_the_two_embedded_parts_may_run),
        FLEET_TEST(other_blocks_are_data),
        FLEET_TEST(style_and_script_load_nothing),
        FLEET_TEST(the_top_says_what_fails_and_what_fixes_it),
        FLEET_TEST(the_top_names_what_most_rows_need),
        FLEET_TEST(an_action_says_what_why_and_how_to_check),
        FLEET_TEST(a_row_that_still_fails_counts_once),
        FLEET_TEST(many_owners_are_counted),
        FLEET_TEST(the_proof_is_of_a_row_that_is_fixed),
        FLEET_TEST(causes_are_listed_most_rows_first),
        FLEET_TEST(the_run_is_described),
        FLEET_TEST(an_unfinished_run_is_called_so),
        FLEET_TEST(how_a_run_went_is_said),
        FLEET_TEST(rows_that_do_not_add_up_are_told),
        FLEET_TEST(one_row_that_fails),
        FLEET_TEST(one_row_that_is_trusted),
        FLEET_TEST(a_run_without_actions),
        FLEET_TEST(actions_that_fix_only_some),
        FLEET_TEST(one_action_that_fixes_most),
        FLEET_TEST(an_empty_run),
        FLEET_TEST(what_a_newer_store_says_is_shown),
        FLEET_TEST(the_script_gets_its_words),
    };

    return cmocka_run_group_tests_name("html document", tests, NULL, NULL);
}
