/* The HTML report's part about certificates.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "html_check.h"

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    fixture_make_fleet(f);
    f->options.formats = "html";
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_remove(*state);
    free(*state);
    return 0;
}

static char *section_of(struct fixture *f)
{
    char *html = html_of(f);
    char *section;

    html_check(html);
    section = html_between(html, "<section id=\"certificates\"", "</section>");
    free(html);
    return section;
}

static void certificates_are_counted(void **state)
{
    char *text = section_of(*state);

    html_has(text, "3 certificates are shown by 5 endpoints");
    html_has(text, "Besides these, 2 certificates of issuers are sent, and 0 "
                   "complete chains without being sent.");
    html_has(text, "with a wildcard name</th><td class=\"num\">1</td><td "
                   "class=\"num\">2</td>");
    html_has(text, "over their last day</th><td class=\"num\">1</td><td "
                   "class=\"num\">2</td>");
    html_has(text, "shown by more than one endpoint</th><td class=\"num\">2"
                   "</td><td class=\"num\">4</td>");
    html_has(text, "<th scope=\"row\">Middle</th><td class=\"num\">3</td><td "
                   "class=\"num\">5</td>");
    html_has(text, "<th scope=\"row\">ec 256</th><td class=\"num\">3</td>");
    html_has(text, "<th scope=\"row\">up to 200 days</th><td>issued from 15 "
                   "Mar 2026</td><td class=\"num\">1</td><td class=\"num\">2");
    html_has(text, "<th scope=\"row\">longer</th><td></td><td class=\"num\">1"
                   "</td><td class=\"num\">2</td>");
    html_has(text, "the 3 certificates with the most endpoints; most owners: "
                   "ok, 2");
    html_has(text, "21 Nov 2026 <b class=\"breaks_now\">over</b></td><td "
                   "class=\"num\">2</td><td>exp.example:443</td><td>crm, erp"
                   "</td>");
    html_lacks(text, "not readable");
    html_lacks(text, "more than one certificate: who");
    free(text);
}

static void public_ones_keep_to_their_limit(void **state)
{
    struct fixture *f = *state;
    char *text;

    fixture_sql(f, "UPDATE certificate SET der = x'060667810c010201'"
                   " WHERE id IN (3, 4)");
    text = section_of(f);
    html_has(text, "rules</th><td class=\"num\">2</td><td class=\"num\">4</td>"
                   "");
    /* 1,105 days from November 2023, when 398 were allowed. */
    html_has(text, "than was allowed</th><td class=\"num\">1</td><td class=\""
                   "num\">2</td>");
    free(text);
}

static void shared_keys_are_named(void **state)
{
    struct fixture *f = *state;
    char *text;

    fixture_sql(f, "UPDATE certificate SET spki_sha256 = 'feedbeef'"
                   " WHERE id IN (3, 4)");
    text = section_of(f);
    html_has(text, "<th scope=\"row\">feedbeef</th><td>ok</td><td class=\"num"
                   "\">2</td><td class=\"num\">4</td>");
    free(text);
}

static void hostile_texts_stay_texts(void **state)
{
    struct fixture *f = *state;
    char *text;

    fixture_sql(f, "UPDATE certificate SET subject_cn = '<script>x</script>',"
                   " issuer_cn = '\"><img src=x>', key_alg = '<b>', sig_alg ="
                   " '&', spki_sha256 = '</td>', sha256 = '<i>' || id,"
                   " names = '[\"*.<x>\"]';"
                   "UPDATE row SET owner = '</section>';"
                   "UPDATE endpoint SET host = '<u>'");
    text = section_of(f);
    html_has(text, "&lt;script&gt;x");
    html_has(text, "&quot;&gt;&lt;img src=x&gt;");
    html_has(text, "&lt;u&gt;:443");
    html_lacks(text, "<script>");
    free(text);
}

static void without_certificates_there_is_no_section(void **state)
{
    struct fixture *f = *state;
    char *html;

    fixture_sql(f, "UPDATE probe SET leaf = NULL, chain = '[]';"
                   "UPDATE result SET path = '[]'");
    html = html_of(f);
    html_check(html);
    html_lacks(html, "id=\"certificates\"");
    html_lacks(html, "href=\"#certificates\"");
    free(html);
}

/* More issuers, keys and certificates than are shown. */
static void many_are_cut_and_said_so(void **state)
{
    struct fixture *f = *state;
    char *text;

    fixture_sql(
        f, "CREATE TEMP TABLE n AS WITH RECURSIVE c(n) AS (SELECT 100 UNION ALL"
           " SELECT n + 1 FROM c WHERE n < 299) SELECT n FROM c;"
           "INSERT INTO certificate (id, sha256, der, subject, subject_cn,"
           " issuer_cn, key_alg, key_bits, spki_sha256, names) SELECT n,"
           " printf('%064x', n), x'30', 'CN=' || n, 'c' || n, 'i' || n, 'rsa',"
           " n, 'k' || (n / 2), '[]' FROM n;"
           "INSERT INTO row SELECT 1, n, n, '[]', 'o' || n, n, n FROM n;"
           "INSERT INTO endpoint (run, id, host, port, protocol, sni, is_ip,"
           " flags) SELECT 1, n, 'h' || n, 443, 'tls', '', 0, 0 FROM n;"
           "INSERT INTO result (run, endpoint, verdict, causes, path,"
           " main_probe) SELECT 1, n, 'trusted', '[]', '[]', 0 FROM n;"
           "INSERT INTO probe (run, endpoint, ord, address, reached, ended,"
           " sys_errno, tries, connect_ms, tls_ms, total_ms, proxy_status,"
           " error, kex_group, signature, alpn, flags, num_tickets, sct_bytes,"
           " client_auth, chain_bytes, num_chain_sent, chain, leaf) SELECT 1,"
           " n, 0, '192.0.2.1:443', 'handshaking', 'complete', 0, 1, 1, 1, 1,"
           " 0, '', 0, 0, '', 0, 0, 0, 'none', 1, 1, '[' || n || ']', n"
           " FROM n");
    text = section_of(f);
    html_has(text, "203 certificates are shown by 205 endpoints");
    html_has(text, "the 50 certificates with the most endpoints");
    html_has(text, "and 189 more, with fewer endpoints"); /* of 201 issuers */
    assert_int_equal(times_in(text, "SHA-256 "), 50);
    assert_int_equal(times_in(text, "<th scope=\"row\">k"), 10);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CERTS(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
        CERTS(certificates_are_counted),
        CERTS(public_ones_keep_to_their_limit),
        CERTS(shared_keys_are_named),
        CERTS(hostile_texts_stay_texts),
        CERTS(without_certificates_there_is_no_section),
        CERTS(many_are_cut_and_said_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
