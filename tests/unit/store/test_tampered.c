/* Evidence of a store that someone has changed is refused, with a word on what
 * is wrong, and judges nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/evidence_cases.h"
#include "unit/store/fixture.h"

#include <string.h>

#include "store/parts.h"

static enum cm_status visit(void *arg, uint64_t endpoint,
                            const struct cm_endpoint *ep,
                            const struct cm_evidence *evidence,
                            struct cm_revised *out)
{
    unsigned *visits = arg;

    (void)endpoint;
    (void)ep;
    (void)evidence;
    ++*visits;
    out->replace = false;
    return CM_OK;
}

static enum cm_status second_pass(struct fixture *f, unsigned *visits,
                                  struct cm_error *err)
{
    static const enum cm_cause causes[] = {CM_CAUSE_ISSUER_UNKNOWN};
    const struct cm_store_pass pass = {
        .visit = visit, .arg = visits, .causes = causes, .num_causes = 1};

    return cm_store_each_unsettled(f->store, f->run_id, &pass, err);
}

static void put_unsettled(struct fixture *f)
{
    struct cm_result *result = fixture_result(1, CM_VERDICT_UNTRUSTED);

    (void)fixture_find(&result->judgement, CM_CAUSE_ISSUER_UNKNOWN, "k");
    result->evidence = cases_full();
    fixture_put_result(f, result);
}

static struct tampering {
    const char *name;
    const char *sql;
    const char *word;
} tamperings[] = {
    {"a phase is unknown", "UPDATE probe SET reached = 'elsewhere'", "word"},
    {"an end is unknown", "UPDATE probe SET ended = ''", "word"},
    {"a DNS result is unknown", "UPDATE result SET dns_result = 'x'", "word"},
    {"a client auth is unknown", "UPDATE probe SET client_auth = 'x'", "word"},
    {"an address is none", "UPDATE probe SET address = 'here'", "address"},
    {"a port is none", "UPDATE probe SET address = '192.0.2.1:x'", "address"},
    {"a port is large", "UPDATE probe SET address = '192.0.2.1:65536'",
     "address"},
    {"an address is long",
     "UPDATE probe SET address = hex(zeroblob(40)) || ':1'", "address"},
    {"an error is long", "UPDATE probe SET error = hex(zeroblob(100))", "long"},
    {"first bytes are many", "UPDATE probe SET first_bytes = zeroblob(65)",
     "first bytes"},
    {"a chain is text", "UPDATE probe SET chain = '[x]'", "chain"},
    {"a chain has no end", "UPDATE probe SET chain = '[1'", "chain"},
    {"a chain is long",
     "UPDATE probe SET chain = '[' || replace(hex(zeroblob(101)), '00', '1,')"
     " || '1]'",
     "chain"},
    {"a certificate is missing", "UPDATE probe SET chain = '[99]'",
     "certificate"},
    {"DNS gives no address",
     "UPDATE result SET dns = '{\"addresses\":[\"x\"]}'", "DNS"},
    {"DNS gives many addresses",
     "UPDATE result SET dns = '{\"addresses\":[' ||"
     " replace(hex(zeroblob(16)), '00', '\"10.0.0.1\",') || '\"10.0.0.1\"]}'",
     "DNS"},
    {"DNS is no JSON", "UPDATE result SET dns = '{'", "JSON"},
    {"there are many probes",
     "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n"
     " WHERE i < 20) INSERT INTO probe SELECT run, endpoint, i, address,"
     " reached, ended, sys_errno, tries, connect_ms, tls_ms, total_ms,"
     " proxy_status, first_bytes, alert_received, alert_sent, error, version,"
     " cipher, kex_group, signature, alpn, flags, num_tickets, sct_bytes,"
     " ocsp_staple, client_auth, ca_names, chain_bytes, num_chain_sent, chain, "
     "leaf, starttls, starttls_reply, http_status, http_substatus, http_reply"
     " FROM probe, n WHERE ord = 1",
     "probes"},
    {"a reply of HTTP is long",
     "UPDATE probe SET http_reply = hex(zeroblob(48))", "long"},
    {"a question is unknown", "UPDATE answer SET ask = 'x'", "word"},
    {"an answer's end is unknown", "UPDATE answer SET ended = 'x'", "word"},
    {"an answer's first bytes are many",
     "UPDATE answer SET first_bytes = zeroblob(33)", "first bytes"},
    {"an answer's certificate is missing", "UPDATE answer SET chain = '[99]'",
     "certificate"},
    {"there are many answers",
     "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n"
     " WHERE i < 40) INSERT INTO answer SELECT run, endpoint, i, ask, ended,"
     " sys_errno, ms, hello_bytes, alert, first_bytes, version, cipher,"
     " kex_group, signature, dh_bits, compression, flags, chain, leaf"
     " FROM answer, n WHERE ord = 1",
     "answers"},
    {"an inventory is none", "UPDATE inventory SET facts = '{}'", "inventory"},
    {"an inventory goes on", "UPDATE inventory SET facts = facts || ' '",
     "inventory"},
    {"a fault of our certificate is unknown", "UPDATE client SET fault = 'x'",
     "word"},
    {"a detail of our certificate is long",
     "UPDATE client SET detail = hex(zeroblob(100))", "long"},
    {"our certificate is missing",
     "PRAGMA foreign_keys = OFF; UPDATE client SET certificate = 99",
     "certificate"},
    {"the endpoint is missing", "DELETE FROM endpoint", "endpoint"},
    {"a host is long", "UPDATE endpoint SET host = hex(zeroblob(200))", "long"},
    {"a literal is none", "UPDATE endpoint SET is_ip = 1", "address"},
};
#define TAMPERINGS (sizeof(tamperings) / sizeof(tamperings[0]))

static void refuses_tampered_evidence(void **state)
{
    const struct tampering *tampering = *state;
    struct fixture *f = NULL;
    unsigned visits = 0;
    struct cm_error err = {0};

    assert_int_equal(fixture_setup((void **)&f), 0);
    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    put_unsettled(f);
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(
        sqlite3_exec(f->store->db.handle, tampering->sql, NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(second_pass(f, &visits, &err), CM_ESTORE);
    assert_int_equal(visits, 0);
    if (strstr(err.text, tampering->word) == NULL) {
        fail_msg("unclear: %s", err.text);
    }
    assert_int_equal(fixture_teardown((void **)&f), 0);
}

int main(void)
{
    struct CMUnitTest tests[TAMPERINGS];

    for (size_t i = 0; i < TAMPERINGS; i++) { /* each is reported by its name */
        tests[i] = (struct CMUnitTest){.name = tamperings[i].name,
                                       .test_func = refuses_tampered_evidence,
                                       .initial_state = &tamperings[i]};
    }
    return cmocka_run_group_tests_name("store tampered", tests, NULL, NULL);
}
