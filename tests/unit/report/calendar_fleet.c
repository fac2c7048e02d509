/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar_fleet.h"

void calendar_sql(const struct fixture *f, const char *fmt, ...)
{
    char *text = NULL;
    va_list args;

    va_start(args, fmt);
    assert_true(vasprintf(&text, fmt, args) > 0);
    va_end(args);
    fixture_sql(f, text);
    free(text);
}

const char *calendar_sha(int id, char out[65])
{
    (void)snprintf(out, 65, "%064d", id);
    return out;
}

static void add_cert(const struct fixture *f, int id, const char *subject,
                     int64_t not_before, int64_t not_after, bool is_ca,
                     const char *spki)
{
    char sha[65];

    calendar_sql(
        f,
        "INSERT INTO certificate (id, sha256, der, subject, not_before,"
        " not_after, key_alg, key_bits, sig_alg, spki_sha256, is_ca,"
        " self_issued, names, names_total) VALUES (%d, '%s', x'30', '%s',"
        " %lld, %lld, 'ec', 256, 's', '%s', %d, 0, '[]', 0)",
        id, calendar_sha(id, sha), subject, (long long)not_before,
        (long long)not_after, spki, is_ca ? 1 : 0);
}

/* A row with an endpoint of its own, trusted by `path`; `chain` is what was
 * sent. */
static void add_row(const struct fixture *f, int row, const char *owner,
                    const char *path, const char *chain)
{
    calendar_sql(
        f,
        "INSERT INTO row VALUES (1, %d, %d, '[\"h%d\"]', '%s', %d, %d);"
        "INSERT INTO endpoint (run, id, host, port, protocol, sni, is_ip,"
        " flags) VALUES (1, %d, 'h%d', 443, 'tls', 'h%d', 0, 0);"
        "INSERT INTO result (run, endpoint, verdict, causes, path, seen,"
        " main_probe, path_valid) VALUES (1, %d, 'trusted', '[]', '%s', 1, 0,"
        " 1);"
        "INSERT INTO probe (run, endpoint, ord, address, reached, ended,"
        " sys_errno, tries, connect_ms, tls_ms, total_ms, proxy_status, error,"
        " version, cipher, kex_group, signature, alpn, flags, num_tickets,"
        " sct_bytes, client_auth, chain_bytes, num_chain_sent, chain) VALUES"
        " (1, %d, 0, '192.0.2.1:443', 'recorded', 'complete', 0, 1, 1, 1, 1, 0,"
        " '', 772, 4865, 29, 0, '', 0, 0, 0, 'none', 0, 1, '%s');"
        "UPDATE probe SET leaf = json_extract(chain, '$[0]')",
        row, row + 1, row, owner, row, row + 1, row, row, row, row, path, row,
        chain);
}

static void add_finding(const struct fixture *f, int row, const char *cause,
                        int cert, const char *resolution, const char *action)
{
    calendar_sql(f,
                 "INSERT INTO finding VALUES (1, %d, 0, '%s', 'breaks_by_date',"
                 " 'certain', 0, 'p', '', %d, 0, '%s', '%s', 'k', 's')",
                 row, cause, cert, resolution, action);
}

static void add_certs(const struct fixture *f)
{
    add_cert(f, ROOT, "CN=Root", 1400000000, IN(3650), true, "r");
    add_cert(f, ROOT_SHORT, "CN=Short Root", 0, IN(200), true, "rs");
    add_cert(f, ROOT_OLD, "CN=Old Root", 1240000000, IN(3650), true, "ro");
    add_cert(f, INT, "CN=Int", 0, IN(1000), true, "i");
    add_cert(f, INT_SHORT, "CN=Short Int", 0, IN(100), true, "is");
    add_cert(f, CROSS, "CN=Root", 0, IN(50), true, "r");
    add_cert(f, OTHER, "CN=Other", 0, IN(50), true, "o");
    add_cert(f, OURS, "CN=us", 0, IN(20), false, "u");
    add_cert(f, LEAF_SOON, "CN=soon", IN(-80), IN(10), false, "l1");
    add_cert(f, LEAF_SHARED, "CN=shared", IN(-30), IN(60), false, "l2");
    add_cert(f, LEAF_YEAR, "CN=year", IN(-65), IN(300), false, "l3");
    add_cert(f, LEAF_PUBLIC, "CN=public", IN(150 - 398) + 1, IN(150), false,
             "l4");
    add_cert(f, LEAF_DISTRUST, "CN=distrust", IN(-1), IN(90), false, "l5");
}

static void add_rows(const struct fixture *f)
{
    add_row(f, 1, "crm", "[109,104,101]", "[109,104]");
    add_row(f, 2, "crm", "[110,104,101]", "[110,104]");
    add_row(f, 3, "=web", "[110,104,101]", "[110,104]");
    add_row(f, 4, "crm", "[110,104,101]", "[110,104]");
    add_row(f, 5, "erp", "[111,105,101]", "[111,105]");
    add_finding(f, 5, "chain_expires_before_leaf", INT_SHORT, "install_chain",
                KEY_CHAIN);
    add_row(f, 6, "erp", "[111,104,102]", "[111,104]");
    add_finding(f, 6, "chain_expires_before_leaf", ROOT_SHORT, "change_ca",
                KEY_ROOT);
    add_row(f, 7, "erp", "[112,104,101]", "[112,104,106,107]");
    add_finding(f, 7, "renewal_not_automated", LEAF_PUBLIC, "automate_renewal",
                KEY_HAND);
    add_row(f, 8, "", "[113,104,101]", "[113,104]");
    add_finding(f, 8, "ca_distrust_after", ROOT, "change_ca", KEY_DISTRUST);
    add_row(f, 9, "", "[111,104,103]", "[111,104]");
    add_finding(f, 9, "root_term_limit", ROOT_OLD, "change_ca", KEY_TERM);
    add_row(f, 10, "", "[111,104,101]", "[111,104]");
    calendar_sql(f, "UPDATE probe SET flags = 8 WHERE endpoint = 10;"
                    "INSERT INTO client VALUES (1, 10, 'fine', '', 108, NULL)");
    /* Those that fail already do not break. */
    add_row(f, 11, "crm", "[109,104,101]", "[109]");
    calendar_sql(f, "UPDATE result SET verdict = 'untrusted', primary_cause ="
                    " 'chain_incomplete', causes = '[\"chain_incomplete\"]'"
                    " WHERE endpoint = 11");
}

int calendar_with_dates(void **state)
{
    struct fixture *f = malloc(sizeof(*f));

    assert_non_null(f);
    fixture_make(f);
    fixture_sql(f, "INSERT INTO run (id, state, started, finished, judged_at,"
                   " input_name, rows_read, columns, owner_column, has_header,"
                   " options, version, tls_library, trust, resolvers) VALUES"
                   " (1, 'complete', 1795247330, 1795247337, 1795247336,"
                   " 'fleet.csv', 11, '[\"host\"]', 0, 1, '{}', '0.1.0', 'B',"
                   " 't', 'r')");
    add_certs(f);
    add_rows(f);
    f->options.formats = "html,json,calendar,ics";
    fixture_write(f);
    *state = f;
    return 0;
}

int calendar_without(void **state)
{
    fixture_remove(*state);
    free(*state);
    return 0;
}

void calendar_read(const struct fixture *f, struct table *t)
{
    size_t len;
    char *text = fixture_read(f, "calendar.csv", &len);

    assert_non_null(text);
    table_parse(t, text, len);
    free(text);
}
