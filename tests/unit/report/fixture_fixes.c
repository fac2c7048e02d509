/* A fleet whose actions have fix bundles.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

/* Certificates: 1 the public root, 2 Middle, 3 Inner below it, 4 and 5 leaves,
 * 6 a private root, 7 an expired leaf, 8 a self-signed one, 9 an anchor that is
 * no root. A fingerprint is the id in hex digits. */
static const char certs_sql[] =
    "INSERT INTO run (id, state, started, finished, judged_at, input_name,"
    " rows_read, columns, options, version, tls_library, trust, resolvers)"
    " VALUES (1, 'complete', 0, 9, 9, 'fixes.csv', 8,"
    " '[\"host\"]', '{}', '', '', 'system:', '');"
    "INSERT INTO trust_view VALUES (1, 0, 'system', NULL, NULL, NULL, NULL);"
    "WITH c(id, cn, alg, bits, ca, si, names) AS (VALUES"
    "(1,'Root','rsa',4096,1,1,'[]'),(2,'Middle','rsa',2048,1,0,'[]'),"
    "(3,'Inner','rsa',2048,1,0,'[]'),(4,'a','ec',256,0,0,'[\"a.example\"]'),"
    "(5,'b','ec',384,0,0,'[\"b.example\"]'),"
    "(6,'Corp','rsa',4096,1,1,'[]'),"
    "(7,'old','rsa',3072,0,0,"
    " '[\"old.example\",\"*.old.example\",\"192.0.2.7\",\"2001:db8::7\"]'),"
    "(8,'box','rsa',1024,1,1,'[\"box.example\"]'),"
    "(9,'Anchor','rsa',2048,1,0,'[]'))"
    "INSERT INTO certificate (id, sha256, der, subject, subject_cn, not_before,"
    " not_after, key_alg, key_bits, is_ca, self_issued, names, names_total)"
    " SELECT id, printf('%064x', id), CAST('der of ' || cn AS BLOB),"
    " 'CN=' || cn, cn, 0, 1800000000, alg, bits, ca, si, names,"
    " json_array_length(names) FROM c;";

/* Rows 1 and 2 lack Middle, row 2 Inner too; 3 lacks Middle in a path that does
 * not verify; 4 ends in the private root; 5 has expired; 6 is self-signed; 7
 * sends the root along; 8 hangs below an anchor that is no root. */
static const char rows_sql[] =
    "CREATE TEMP TABLE f (e, host, cause, resolution, key, cert, path, chain,"
    " valid);"
    "INSERT INTO f VALUES"
    "(1,'a.example','chain_incomplete','install_chain','a1',2,'[4,2,1]','[4]',"
    " 1),"
    "(2,'b.example','chain_incomplete','install_chain','a1',2,'[5,3,2,1]',"
    " '[5]',1),"
    "(3,'c.example','ca_cert_expired','install_chain','a2',2,'[4,2,1]','[4]',"
    " 0),"
    "(4,'d.example','untrusted_private_root','trust_root','a3',6,'[4,6]',"
    " '[4]',0),"
    "(5,'e.example','leaf_expired','renew_certificate','a4',7,'[7,2,1]','[7]',"
    " 0),"
    "(6,'Box2.example','self_signed_leaf','replace_self_signed','a5',8,'[8]',"
    " '[8]',0),"
    "(7,'g.example','chain_unneeded_root','tidy_chain','a6',1,'[4,2,1]',"
    " '[4,2,1]',1),"
    "(8,'h.example','chain_incomplete','install_chain','a7',9,'[5,9]','[5]',"
    " 1);"
    "INSERT INTO row SELECT 1, e, e + 1, json_array(host), '', e, e + 1 FROM f;"
    "INSERT INTO endpoint (run, id, host, port, protocol, sni, is_ip, flags)"
    " SELECT 1, e, host, 443, 'tls', host, 0, 0 FROM f;"
    "INSERT INTO result (run, endpoint, verdict, primary_cause, severity,"
    " causes, path, path_valid, main_probe) SELECT 1, e, 'untrusted', cause,"
    " 'breaks_now', json_array(cause), path, valid, 0 FROM f;"
    "INSERT INTO probe (run, endpoint, ord, address, reached, ended, sys_errno,"
    " tries, connect_ms, tls_ms, total_ms, proxy_status, error, kex_group,"
    " signature, alpn, flags, num_tickets, sct_bytes, client_auth, chain_bytes,"
    " num_chain_sent, chain) SELECT 1, e, 0, '', '', '', 0, 1, 0, 0, 0, 0, '',"
    " 0, 0, '', 0, 0, 0, 'none', 0, 0, chain FROM f;"
    "INSERT INTO finding SELECT 1, e, 0, cause, 'breaks_now', 'certain', 1,"
    " 'proof', '', cert, NULL, resolution, printf('%016s', key), key, ''"
    " FROM f;"
    "UPDATE finding SET action = replace(action, ' ', '0');"
    "INSERT INTO action SELECT 1, action, resolution, subject_key, subject,"
    " 'breaks_now', count(*), count(*), json_array(cause), '[]', 0,"
    " min(certificate), min(endpoint), row_number() OVER (ORDER BY"
    " min(endpoint)) FROM finding GROUP BY action;";

void fixture_make_fixes(struct fixture *f)
{
    fixture_make(f);
    fixture_sql(f, certs_sql);
    fixture_sql(f, rows_sql);
    f->options.formats = "fixes,actions,json";
}

void fixture_write(const struct fixture *f)
{
    struct cm_error err;

    if (cm_report_write(&f->options, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
}

char *fixture_text(const struct fixture *f, const char *name)
{
    size_t len;
    char *text = fixture_read(f, name, &len);

    if (text == NULL) {
        fail_msg("there is no %s", name);
    }
    return text;
}

bool fixture_holds(const struct fixture *f, const char *name)
{
    size_t len;
    char *text = fixture_read(f, name, &len);

    free(text);
    return text != NULL;
}

void text_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" is not in:\n%s", part, text);
    }
}

void text_lacks(const char *text, const char *part)
{
    if (strstr(text, part) != NULL) {
        fail_msg("\"%s\" is in:\n%s", part, text);
    }
}
