/* Fix bundles for new certificates: names that can be ordered, keys that
 * clients take, and nothing foreign between the lines.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

#define KEY(digits) "00000000000000" digits

static int with_fixes(void **state)
{
    struct fixture *f = malloc(sizeof(*f));

    assert_non_null(f);
    fixture_make_fixes(f);
    *state = f;
    return 0;
}

static int without(void **state)
{
    fixture_remove(*state);
    free(*state);
    return 0;
}

static void a_renewal_keeps_names_and_key_type(void **state)
{
    char *text;

    fixture_write(*state);
    text = fixture_text(*state, "fixes/" KEY("a4") "-csr.cnf");
    text_has(text,
             "# Action " KEY("a4") ": Renew the certificate and reload the "
                                   "service.\n");
    text_has(text, "# Names: 4.\n");
    text_has(
        text,
        "-newkey rsa:3072 \\\n#   -config " KEY("a4") "-csr.cnf -keyout " KEY(
            "a4") ".key -out " KEY("a4") ".csr\n");
    text_has(text, "\n[names]\nDNS.1 = old.example\nDNS.2 = *.old.example\n"
                   "IP.3 = 192.0.2.7\nIP.4 = 2001:db8::7\n");
    text_has(text, "keyUsage = critical, digitalSignature, keyEncipherment\n");
    text_lacks(text, "e.example\nDNS"); /* the host is no name of it */
    free(text);
}

static void a_certificate_that_is_wrong_gets_its_hosts_too(void **state)
{
    static const char *const resolutions[] = {
        "replace_self_signed", "add_names", "reissue_certificate"};

    for (size_t i = 0; i < 3; i++) {
        char sql[256];
        char *text;

        (void)snprintf(sql, sizeof(sql),
                       "UPDATE finding SET resolution = '%s' WHERE endpoint ="
                       " 6; UPDATE action SET resolution = '%s' WHERE key ="
                       " '" KEY("a5") "'; UPDATE certificate SET is_ca = %d"
                                      " WHERE id = 8",
                       resolutions[i], resolutions[i], i == 0);
        fixture_sql(*state, sql);
        fixture_write(*state);
        text = fixture_text(*state, "fixes/" KEY("a5") "-csr.cnf");
        text_has(text, "DNS.1 = box.example\nDNS.2 = box2.example\n");
        text_has(text, "-newkey rsa:2048 "); /* 1024 bits are too few */
        free(text);
    }
}

static void a_ca_is_not_ordered_like_a_server(void **state)
{
    fixture_sql(*state, "UPDATE finding SET resolution = 'reissue_certificate';"
                        "UPDATE action SET resolution = 'reissue_certificate'");
    fixture_write(*state);
    assert_false(fixture_holds(*state, "fixes/" KEY("a1") "-csr.cnf"));
    assert_true(fixture_holds(*state, "fixes/" KEY("a4") "-csr.cnf"));
}

static void keys_are_of_a_kind_that_clients_take(void **state)
{
    static const struct {
        const char *alg;
        int bits;
        const char *want;
    } keys[] = {
        {"'ec'", 256, "-newkey ec -pkeyopt ec_paramgen_curve:P-256 "},
        {"'ec'", 384, "-newkey ec -pkeyopt ec_paramgen_curve:P-384 "},
        {"'ec'", 521, "-newkey ec -pkeyopt ec_paramgen_curve:P-384 "},
        {"'ed25519'", 256, "-newkey ec -pkeyopt ec_paramgen_curve:P-256 "},
        {"'rsa'", 512, "-newkey rsa:2048 "},
        {"'rsa'", 2048, "-newkey rsa:2048 "},
        {"'rsa'", 2049, "-newkey rsa:3072 "},
        {"'rsa'", 16384, "-newkey rsa:4096 "},
        {"'dsa'", 1024, "-newkey rsa:2048 "},
        {"NULL", 0, "-newkey rsa:2048 "},
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        char sql[128];
        char *text;

        (void)snprintf(sql, sizeof(sql),
                       "UPDATE certificate SET key_alg = %s, key_bits = %d"
                       " WHERE id = 7",
                       keys[i].alg, keys[i].bits);
        fixture_sql(*state, sql);
        fixture_write(*state);
        text = fixture_text(*state, "fixes/" KEY("a4") "-csr.cnf");
        text_has(text, keys[i].want);
        if (strncmp(keys[i].alg, "'e", 2) == 0) {
            text_lacks(text, "keyEncipherment");
        }
        free(text);
    }
}

/* Names of certificates and rows come from strangers. */
static void hostile_names_are_left_out_and_counted(void **state)
{
    char *text;

    fixture_sql(
        *state,
        "UPDATE certificate SET subject = 'CN=x' || char(10) || '[req]' ||"
        " char(13) || '-----BEGIN CERTIFICATE-----' || char(27),"
        " names = json_array('good.example', 'a' || char(10) || 'DNS.9 = evil',"
        " '$ENV::HOME', 'a,DNS:b', 'a b', '-a.example', 'a-.example', '',"
        " '.', 'a..b', '*', '*.com', '*.*.com', 'a.*.com', 'under_score.x',"
        " '1.2.3', '256.1.1.1', printf('%064d', 0) || '.example',"
        " 'm' || char(252) || 'ller.example', 'UPPER.Example', 'good.example'),"
        " names_total = 30 WHERE id = 7");
    fixture_write(*state);
    text = fixture_text(*state, "fixes/" KEY("a4") "-csr.cnf");
    text_has(text,
             "# Names: 2. Left out, since no certificate can have them: 18. "
             "Left out, since they are too many: 9.\n");
    text_has(text, "[names]\nDNS.1 = good.example\nDNS.2 = upper.example\n");
    text_has(text, "#   CN=x?\?req?\?-?-?-BEGIN CERTIFICATE-?-?-?\n");
    assert_int_equal(times_in(text, "[req]"), 1);
    assert_int_equal(times_in(text, "evil"), 0);
    assert_int_equal(times_in(text, "\n["), 4);
    free(text);
    fixture_sql(*state, "UPDATE certificate SET subject = 'CN=x' || char(10) ||"
                        " '-----BEGIN CERTIFICATE-----' WHERE id = 6");
    fixture_write(*state);
    text = fixture_text(*state, "fixes/" KEY("a3") "-root.pem");
    assert_int_equal(times_in(text, "-----BEGIN"), 1);
    text_has(text, "# CN=x?-?-?-BEGIN CERTIFICATE-?-?-\n");
    free(text);
}

static void too_many_names_are_counted(void **state)
{
    char *text;

    fixture_sql(*state,
                "UPDATE certificate SET names = (WITH RECURSIVE c(n) AS"
                " (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1005)"
                " SELECT json_group_array('n' || n || '.example') FROM c),"
                " names_total = 1005 WHERE id = 7");
    fixture_write(*state);
    text = fixture_text(*state, "fixes/" KEY("a4") "-csr.cnf");
    text_has(text, "# Names: 1000. Left out, since they are too many: 5.\n");
    text_has(text, "DNS.1000 = n1000.example\n");
    text_lacks(text, "n1001.example");
    free(text);
}

static void without_a_name_there_is_nothing_to_order(void **state)
{
    fixture_sql(*state, "UPDATE certificate SET names = '[]', names_total = 0"
                        " WHERE id = 7");
    fixture_write(*state);
    assert_false(fixture_holds(*state, "fixes/" KEY("a4") "-csr.cnf"));
}

int main(void)
{
#define FIXES_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, with_fixes, without)
    const struct CMUnitTest tests[] = {
        FIXES_TEST(a_renewal_keeps_names_and_key_type),
        FIXES_TEST(a_certificate_that_is_wrong_gets_its_hosts_too),
        FIXES_TEST(a_ca_is_not_ordered_like_a_server),
        FIXES_TEST(keys_are_of_a_kind_that_clients_take),
        FIXES_TEST(hostile_names_are_left_out_and_counted),
        FIXES_TEST(too_many_names_are_counted),
        FIXES_TEST(without_a_name_there_is_nothing_to_order),
    };

    return cmocka_run_group_tests_name("report requests", tests, NULL, NULL);
}
