/* Evidence comes back as it was recorded, and a second pass may judge it again.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/parts.h"

static const enum cm_cause unsettled[] = {CM_CAUSE_CHAIN_INCOMPLETE,
                                          CM_CAUSE_ISSUER_UNKNOWN};

static void address(struct cm_address *out, const char *text, uint16_t port)
{
    assert_true(cm_address_parse(text, out));
    out->port = port;
}

static struct cm_span bytes(const char *text)
{
    struct cm_span span = {(const uint8_t *)strdup(text), strlen(text)};

    assert_non_null(span.data);
    return span;
}

static void chain(struct cm_probe *probe, const char *const *contents,
                  size_t num)
{
    probe->chain = calloc(num, sizeof(struct cm_cert *));
    assert_non_null(probe->chain);
    for (size_t i = 0; i < num; i++) {
        probe->chain[i] = fixture_cert(contents[i]);
    }
    probe->num_chain = num;
}

static void fill_dns(struct cm_dns_evidence *dns)
{
    dns->result = CM_DNS_OK;
    address(&dns->addresses[0], "2001:db8::1", 0);
    address(&dns->addresses[1], "192.0.2.1", 0);
    address(&dns->addresses[2], "10.1.2.3", 0);
    dns->num_addresses = 3;
    dns->from_second[1] = true;
    dns->second_differs = true;
    (void)snprintf(dns->cname, sizeof(dns->cname), "edge.example.net");
    dns->num_cnames = 4;
    (void)snprintf(dns->detail, sizeof(dns->detail), "said \"no\" <twice>");
    dns->ms = UINT32_MAX;
}

static void fill_handshake(struct cm_probe *probe)
{
    static const char *const certs[] = {"leaf", "intermediate", "leaf"};

    probe->server_hello = true;
    probe->version = 0x0304;
    probe->cipher = 0x1301;
    probe->group = 0x11ec;
    probe->signature = 0x0403;
    (void)snprintf(probe->alpn, sizeof(probe->alpn), "http/1.1");
    probe->bad_key_proof = true;
    probe->extended_master_secret = true;
    probe->num_tickets = 17;
    probe->ocsp_staple = bytes("staple");
    probe->sct_bytes = 119;
    probe->client_auth = CM_CLIENT_AUTH_OPTIONAL;
    probe->ca_names = bytes("names");
    probe->certificate_message = true;
    probe->chain_bytes = 70000;
    chain(probe, certs, 3);
    probe->num_chain_sent = 101;
}

static void fill_connection(struct cm_probe *probe)
{
    address(&probe->address, "2001:db8::1", 8443);
    probe->reached = CM_PHASE_LINGERING;
    probe->end = CM_END_ALERT_RECEIVED;
    probe->sys_errno = 104;
    probe->tries = 3;
    probe->connect_ms = 11;
    probe->tls_ms = 222;
    probe->total_ms = 3333;
    probe->proxy_status = 407;
    memset(probe->first_bytes, 0xa5, CM_FIRST_BYTES);
    probe->num_first_bytes = CM_FIRST_BYTES;
    probe->alert_received = (struct cm_alert){true, 2, 40};
    probe->alert_sent = (struct cm_alert){true, 1, 0};
    (void)snprintf(probe->error, sizeof(probe->error), "HANDSHAKE_FAILURE");
}

/* Every field holds a value of its own. */
static struct cm_evidence *full_evidence(void)
{
    struct cm_evidence *ev = cm_evidence_new();
    struct cm_probe *probe;

    assert_non_null(ev);
    ev->seen_unix = 1812345678;
    fill_dns(&ev->dns);
    probe = cm_evidence_add_probe(ev);
    assert_non_null(probe);
    fill_connection(probe);
    probe = cm_evidence_add_probe(ev);
    assert_non_null(probe);
    address(&probe->address, "192.0.2.1", 443);
    probe->reached = CM_PHASE_RECORDED;
    probe->end = CM_END_COMPLETE;
    fill_handshake(probe);
    return ev;
}

static struct cm_evidence *bare_evidence(void)
{
    struct cm_evidence *ev = cm_evidence_new();

    assert_non_null(ev);
    assert_non_null(cm_evidence_add_probe(ev));
    return ev;
}

static struct cm_evidence *no_probe(void)
{
    struct cm_evidence *ev = cm_evidence_new();

    assert_non_null(ev);
    ev->dns.result = CM_DNS_NXDOMAIN;
    ev->seen_unix = 1;
    return ev;
}

static void assert_same_bytes(struct cm_span a, struct cm_span b)
{
    assert_true(cm_span_equal(a, b));
}

static void assert_same_address(const struct cm_address *a,
                                const struct cm_address *b)
{
    assert_int_equal(a->family, b->family);
    assert_int_equal(a->port, b->port);
    assert_memory_equal(a->bytes, b->bytes, sizeof(a->bytes));
}

static void assert_same_dns(const struct cm_dns_evidence *a,
                            const struct cm_dns_evidence *b)
{
    assert_int_equal(a->result, b->result);
    assert_int_equal(a->num_addresses, b->num_addresses);
    for (unsigned i = 0; i < a->num_addresses; i++) {
        assert_same_address(&a->addresses[i], &b->addresses[i]);
        assert_int_equal(a->from_second[i], b->from_second[i]);
    }
    assert_int_equal(a->second_differs, b->second_differs);
    assert_string_equal(a->cname, b->cname);
    assert_int_equal(a->num_cnames, b->num_cnames);
    assert_string_equal(a->detail, b->detail);
    assert_int_equal(a->ms, b->ms);
}

static void assert_same_connection(const struct cm_probe *a,
                                   const struct cm_probe *b)
{
    assert_same_address(&a->address, &b->address);
    assert_int_equal(a->reached, b->reached);
    assert_int_equal(a->end, b->end);
    assert_int_equal(a->sys_errno, b->sys_errno);
    assert_int_equal(a->tries, b->tries);
    assert_int_equal(a->connect_ms, b->connect_ms);
    assert_int_equal(a->tls_ms, b->tls_ms);
    assert_int_equal(a->total_ms, b->total_ms);
    assert_int_equal(a->proxy_status, b->proxy_status);
    assert_int_equal(a->num_first_bytes, b->num_first_bytes);
    assert_memory_equal(a->first_bytes, b->first_bytes, CM_FIRST_BYTES);
    assert_int_equal(a->alert_received.seen, b->alert_received.seen);
    assert_int_equal(a->alert_received.level, b->alert_received.level);
    assert_int_equal(a->alert_received.description,
                     b->alert_received.description);
    assert_int_equal(a->alert_sent.seen, b->alert_sent.seen);
    assert_int_equal(a->alert_sent.level, b->alert_sent.level);
    assert_int_equal(a->alert_sent.description, b->alert_sent.description);
    assert_string_equal(a->error, b->error);
}

static void assert_same_handshake(const struct cm_probe *a,
                                  const struct cm_probe *b)
{
    assert_int_equal(a->server_hello, b->server_hello);
    assert_int_equal(a->version, b->version);
    assert_int_equal(a->cipher, b->cipher);
    assert_int_equal(a->group, b->group);
    assert_int_equal(a->signature, b->signature);
    assert_string_equal(a->alpn, b->alpn);
    assert_int_equal(a->bad_key_proof, b->bad_key_proof);
    assert_int_equal(a->extended_master_secret, b->extended_master_secret);
    assert_int_equal(a->num_tickets, b->num_tickets);
    assert_same_bytes(a->ocsp_staple, b->ocsp_staple);
    assert_int_equal(a->sct_bytes, b->sct_bytes);
    assert_int_equal(a->client_auth, b->client_auth);
    assert_same_bytes(a->ca_names, b->ca_names);
    assert_int_equal(a->certificate_message, b->certificate_message);
    assert_int_equal(a->chain_bytes, b->chain_bytes);
    assert_int_equal(a->num_chain_sent, b->num_chain_sent);
    assert_int_equal(a->num_chain, b->num_chain);
    for (size_t i = 0; i < a->num_chain; i++) {
        assert_same_bytes(a->chain[i]->der, b->chain[i]->der);
        assert_memory_equal(a->chain[i]->sha256, b->chain[i]->sha256,
                            CM_SHA256_LEN);
    }
}

static void assert_same_evidence(const struct cm_evidence *a,
                                 const struct cm_evidence *b)
{
    assert_int_equal(a->seen_unix, b->seen_unix);
    assert_same_dns(&a->dns, &b->dns);
    assert_int_equal(a->num_probes, b->num_probes);
    for (size_t i = 0; i < a->num_probes; i++) {
        assert_same_connection(&a->probes[i], &b->probes[i]);
        assert_same_handshake(&a->probes[i], &b->probes[i]);
    }
}

/* --- each_unsettled --- */

struct visitor {
    struct cm_evidence *(*expected)(void);
    struct cm_endpoint endpoint; /* of the last visit */
    unsigned visits;
    bool replace;
    enum cm_status status;
};

static enum cm_status visit(void *arg, const struct cm_endpoint *ep,
                            const struct cm_evidence *evidence,
                            struct cm_judgement *judgement, bool *replace)
{
    struct visitor *visitor = arg;

    visitor->visits++;
    visitor->endpoint = *ep;
    if (visitor->expected != NULL) {
        struct cm_evidence *expected = visitor->expected();

        assert_same_evidence(expected, evidence);
        cm_evidence_free(expected);
    }
    judgement->verdict = CM_VERDICT_UNTRUSTED;
    /* Still of a cause that is visited: it must not be visited again. */
    (void)fixture_find(judgement, CM_CAUSE_CHAIN_INCOMPLETE, "found");
    *replace = visitor->replace;
    return visitor->status;
}

static void put_unsettled(struct fixture *f, uint64_t id,
                          struct cm_evidence *ev)
{
    struct cm_result *result = fixture_result(id, CM_VERDICT_UNTRUSTED);

    (void)fixture_find(&result->judgement, CM_CAUSE_ISSUER_UNKNOWN, "k");
    (void)fixture_find(&result->judgement, CM_CAUSE_INPUT_IP_LITERAL, "l");
    result->evidence = ev;
    fixture_put_result(f, result);
}

static enum cm_status second_pass(struct fixture *f, struct visitor *visitor,
                                  struct cm_error *err)
{
    return cm_store_each_unsettled(f->store, f->run_id, unsettled, 2, visit,
                                   visitor, err);
}

static void comes_back_equal(void **state)
{
    static struct cm_evidence *(*const makers[])(void) = {
        full_evidence, bare_evidence, no_probe};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
        struct visitor visitor = {.expected = makers[i]};
        struct cm_row *row = fixture_row(1, 1, "a");
        struct cm_endpoint *ep = &row->endpoint;
        struct cm_endpoint expected;

        ep->had_trailing_dot = i == 1;
        ep->scheme_not_tls = i == 2;
        if (i == 0) {
            (void)snprintf(ep->host, sizeof(ep->host), "2001:db8::7");
            ep->is_ip = true;
            address(&ep->literal, ep->host, ep->port);
        }
        expected = *ep;
        fixture_begin(f);
        fixture_put_row(f, row);
        put_unsettled(f, 1, makers[i]());
        assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
        assert_int_equal(second_pass(f, &visitor, NULL), CM_OK);
        assert_int_equal(visitor.visits, 1);
        assert_string_equal(visitor.endpoint.host, expected.host);
        assert_string_equal(visitor.endpoint.sni, expected.sni);
        assert_string_equal(visitor.endpoint.protocol, expected.protocol);
        assert_int_equal(visitor.endpoint.port, expected.port);
        assert_int_equal(visitor.endpoint.is_ip, expected.is_ip);
        assert_same_address(&visitor.endpoint.literal, &expected.literal);
        assert_int_equal(visitor.endpoint.had_trailing_dot,
                         expected.had_trailing_dot);
        assert_int_equal(visitor.endpoint.scheme_not_tls,
                         expected.scheme_not_tls);
    }
}

static void is_readable_in_the_store(void **state)
{
    struct fixture *f = *state;

    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    put_unsettled(f, 1, full_evidence());
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    assert_answer(f,
                  "SELECT seen, dns_result, dns_ms,"
                  " json_extract(dns, '$.addresses'),"
                  " json_extract(dns, '$.detail'), address, reached, ended,"
                  " tls_version, cipher, alpn, client_auth, chain"
                  " FROM v_endpoint",
                  "1812345678|ok|4294967295|"
                  "[\"2001:db8::1\",\"192.0.2.1\",\"10.1.2.3\"]|"
                  "said \"no\" <twice>|192.0.2.1:443|recorded|complete|772|"
                  "4865|http/1.1|optional|[1,2,1]");
    assert_answer(f,
                  "SELECT ord, address, alert_received, alert_sent, version,"
                  " cipher, hex(first_bytes) LIKE 'A5A5%' FROM probe",
                  "0|[2001:db8::1]:8443|552|256|-|-|1\n"
                  "1|192.0.2.1:443|-|-|772|4865|0");
}

static void replaces_a_judgement(void **state)
{
    struct fixture *f = *state;
    struct visitor visitor = {.replace = true};

    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    put_unsettled(f, 1, bare_evidence());
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(second_pass(f, &visitor, NULL), CM_OK);
    assert_int_equal(visitor.visits, 1);
    assert_answer(f, "SELECT endpoint, ord, cause, subject_key FROM v_finding",
                  "1|0|chain_incomplete|found");
    assert_answer(f, "SELECT verdict, primary_cause, causes FROM v_endpoint",
                  "untrusted|chain_incomplete|[\"chain_incomplete\"]");
}

static void leaves_a_judgement_when_not_asked(void **state)
{
    struct fixture *f = *state;
    struct visitor visitor = {.replace = false};

    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    put_unsettled(f, 1, bare_evidence());
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(second_pass(f, &visitor, NULL), CM_OK);
    assert_int_equal(visitor.visits, 1);
    assert_answer(f, "SELECT ord, cause FROM v_finding ORDER BY ord",
                  "0|issuer_unknown\n1|input_ip_literal");
}

static void visits_what_is_unsettled_and_was_probed(void **state)
{
    struct fixture *f = *state;
    struct visitor visitor = {.replace = true};
    struct cm_result *settled = fixture_result(2, CM_VERDICT_UNTRUSTED);

    fixture_begin(f); /* another run is not visited */
    fixture_put_row(f, fixture_row(1, 1, "a"));
    put_unsettled(f, 1, bare_evidence());
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    fixture_begin(f);
    for (uint64_t i = 1; i <= 3; i++) {
        fixture_put_row(f, fixture_row(i, i, "a"));
    }
    put_unsettled(f, 1, bare_evidence());
    (void)fixture_find(&settled->judgement, CM_CAUSE_LEAF_EXPIRED, "k");
    settled->evidence = bare_evidence();
    fixture_put_result(f, settled);
    put_unsettled(f, 3, NULL); /* never probed */
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(second_pass(f, &visitor, NULL), CM_OK);
    assert_int_equal(visitor.visits, 1);
    assert_string_equal(visitor.endpoint.host, "host1.example");
}

/* More than one batch. */
static void visits_each_of_many_once(void **state)
{
    struct fixture *f = *state;
    struct visitor visitor = {.replace = true};

    fixture_begin(f);
    for (uint64_t i = 1; i <= 1200; i++) {
        fixture_put_row(f, fixture_row(i, i, "a"));
        put_unsettled(f, i, i % 10 == 0 ? full_evidence() : bare_evidence());
    }
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(second_pass(f, &visitor, NULL), CM_OK);
    assert_int_equal(visitor.visits, 1200);
    assert_answer(f, "SELECT cause, count(*) FROM v_finding GROUP BY cause",
                  "chain_incomplete|1200");
}

static void stops_when_a_visit_fails(void **state)
{
    struct fixture *f = *state;
    struct visitor visitor = {.replace = true, .status = CM_ENOMEM};
    struct cm_error err = {0};

    fixture_begin(f);
    for (uint64_t i = 1; i <= 3; i++) {
        fixture_put_row(f, fixture_row(i, i, "a"));
        put_unsettled(f, i, bare_evidence());
    }
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(second_pass(f, &visitor, &err), CM_ENOMEM);
    assert_int_equal(err.status, CM_ENOMEM);
    assert_int_equal(visitor.visits, 1);
    assert_answer(f, "SELECT DISTINCT primary_cause FROM v_endpoint",
                  "issuer_unknown");
    visitor.status = CM_OK; /* and the store can go on */
    assert_int_equal(second_pass(f, &visitor, &err), CM_OK);
    assert_int_equal(visitor.visits, 4);
}

/* --- a store that was tampered with --- */

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
     "leaf"
     " FROM probe, n WHERE ord = 1",
     "probes"},
    {"the endpoint is missing", "DELETE FROM endpoint", "endpoint"},
    {"a host is long", "UPDATE endpoint SET host = hex(zeroblob(200))", "long"},
    {"a literal is none", "UPDATE endpoint SET is_ip = 1", "address"},
};
#define TAMPERINGS (sizeof(tamperings) / sizeof(tamperings[0]))

static void refuses_tampered_evidence(void **state)
{
    const struct tampering *tampering = *state;
    struct fixture *f = NULL;
    struct visitor visitor = {.replace = true};
    struct cm_error err = {0};

    assert_int_equal(fixture_setup((void **)&f), 0);
    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    put_unsettled(f, 1, full_evidence());
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(
        sqlite3_exec(f->store->db.handle, tampering->sql, NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(second_pass(f, &visitor, &err), CM_ESTORE);
    assert_int_equal(visitor.visits, 0);
    if (strstr(err.text, tampering->word) == NULL) {
        fail_msg("unclear: %s", err.text);
    }
    assert_int_equal(fixture_teardown((void **)&f), 0);
}

/* --- add_missing --- */

static void names_what_was_never_scanned(void **state)
{
    struct fixture *f = *state;

    fixture_begin(f);
    for (uint64_t i = 1; i <= 4; i++) {
        fixture_put_row(f, fixture_row(i, i == 4 ? 3 : i, "a"));
    }
    fixture_put_result(f, fixture_result(2, CM_VERDICT_TRUSTED));
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    for (int again = 0; again < 2; again++) { /* once is enough */
        assert_int_equal(cm_store_add_missing(f->store, f->run_id, NULL),
                         CM_OK);
    }
    assert_int_equal(fixture_finish(f, 4), CM_OK);
    assert_answer(f,
                  "SELECT row, verdict, primary_cause, severity, causes, seen"
                  " FROM v_endpoint ORDER BY row",
                  "1|not_checked|not_scanned|breaks_now|[\"not_scanned\"]|-\n"
                  "2|trusted|-|-|[]|-\n"
                  "3|not_checked|not_scanned|breaks_now|[\"not_scanned\"]|-\n"
                  "4|not_checked|not_scanned|breaks_now|[\"not_scanned\"]|-");
    assert_answer(f,
                  "SELECT endpoint, ord, cause, blocks, resolution"
                  " FROM v_finding ORDER BY endpoint",
                  "1|0|not_scanned|1|rescan\n3|0|not_scanned|1|rescan");
    assert_answer(f,
                  "SELECT resolution, fixes_rows, touches_rows, rank"
                  " FROM v_action",
                  "rescan|3|3|1");
}

static void says_why_missing_rows_cannot_be_added(void **state)
{
    struct fixture *f = *state;
    struct cm_error err = {0};

    fixture_begin(f);
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(sqlite3_exec(f->store->db.handle,
                                  "DROP VIEW v_finding;"
                                  "ALTER TABLE finding RENAME TO x",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(cm_store_add_missing(f->store, f->run_id, &err),
                     CM_ESTORE);
    assert_non_null(strstr(err.text, "finding"));
}

#define STORE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(comes_back_equal),
        STORE_TEST(is_readable_in_the_store),
        STORE_TEST(replaces_a_judgement),
        STORE_TEST(leaves_a_judgement_when_not_asked),
        STORE_TEST(visits_what_is_unsettled_and_was_probed),
        STORE_TEST(visits_each_of_many_once),
        STORE_TEST(stops_when_a_visit_fails),
        STORE_TEST(names_what_was_never_scanned),
        STORE_TEST(says_why_missing_rows_cannot_be_added),
    };
#define TESTS (sizeof(tests) / sizeof(tests[0]))
    struct CMUnitTest all[TESTS + TAMPERINGS];

    memcpy(all, tests, sizeof(tests));
    for (size_t i = 0; i < TAMPERINGS; i++) { /* each is reported by its name */
        all[TESTS + i] =
            (struct CMUnitTest){.name = tamperings[i].name,
                                .test_func = refuses_tampered_evidence,
                                .initial_state = &tamperings[i]};
    }
    return cmocka_run_group_tests_name("store evidence", all, NULL, NULL);
}
