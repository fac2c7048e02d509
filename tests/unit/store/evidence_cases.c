/* See evidence_cases.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/evidence_cases.h"
#include "unit/store/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cases_address(struct cm_address *out, const char *text, uint16_t port)
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

static struct cm_cert **chain(const char *const *contents, size_t num)
{
    struct cm_cert **certs = calloc(num, sizeof(struct cm_cert *));

    assert_non_null(certs);
    for (size_t i = 0; i < num; i++) {
        certs[i] = fixture_cert(contents[i]);
    }
    return certs;
}

static void fill_dns(struct cm_dns_evidence *dns)
{
    dns->result = CM_DNS_OK;
    cases_address(&dns->addresses[0], "2001:db8::1", 0);
    cases_address(&dns->addresses[1], "192.0.2.1", 0);
    cases_address(&dns->addresses[2], "10.1.2.3", 0);
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
    probe->chain = chain(certs, 3);
    probe->num_chain = 3;
    probe->num_chain_sent = 101;
    probe->client_cert_sent = true;
    probe->cert_request_late = true;
    probe->http_status = 403;
    probe->http_substatus = 7;
    (void)snprintf(probe->http_reply, sizeof(probe->http_reply),
                   "HTTP/1.1 403 \"Forbidden\" <b>");
}

static void fill_connection(struct cm_probe *probe)
{
    cases_address(&probe->address, "2001:db8::1", 8443);
    probe->reached = CM_PHASE_LINGERING;
    probe->end = CM_END_ALERT_RECEIVED;
    probe->sys_errno = 104;
    probe->tries = 3;
    probe->connect_ms = 11;
    probe->tls_ms = 222;
    probe->total_ms = 3333;
    probe->proxy_status = 407;
    probe->starttls = CM_STARTTLS_REFUSED;
    (void)snprintf(probe->starttls_reply, sizeof(probe->starttls_reply),
                   "454 TLS not available");
    memset(probe->first_bytes, 0xa5, CM_FIRST_BYTES);
    probe->num_first_bytes = CM_FIRST_BYTES;
    probe->alert_received = (struct cm_alert){true, 2, 40};
    probe->alert_sent = (struct cm_alert){true, 1, 0};
    (void)snprintf(probe->error, sizeof(probe->error), "HANDSHAKE_FAILURE");
}

static void fill_answer(struct cm_answer *answer)
{
    static const char *const certs[] = {"other leaf", "intermediate"};

    answer->ask = CM_ASK_SSL2;
    answer->end = CM_ANSWER_FLIGHT;
    answer->sys_errno = 111;
    answer->ms = 4000000000U;
    answer->hello_bytes = 517;
    answer->alert_level = 2;
    answer->alert = 86;
    memset(answer->first_bytes, 0x5a, CM_ANSWER_BYTES);
    answer->num_first_bytes = CM_ANSWER_BYTES;
    answer->version = 0x0303;
    answer->cipher = 0xc02f;
    answer->group = 23;
    answer->signature = 0x0804;
    answer->dh_bits = 1024;
    answer->compression = 1;
    answer->secure_renegotiation = true;
    answer->extended_master_secret = true;
    answer->downgrade_sentinel = true;
    answer->asks_for_cert = true;
    answer->unusual_group = true;
    answer->chain = chain(certs, 2);
    answer->num_chain = 2;
}

static void fill_version(struct cm_version_inventory *version,
                         enum cm_known served, uint16_t first, size_t num)
{
    version->served = served;
    version->suites = calloc(num, sizeof(uint16_t));
    assert_non_null(version->suites);
    for (size_t i = 0; i < num; i++) {
        version->suites[i] = (uint16_t)(first - i);
    }
    version->num_suites = num;
}

static struct cm_inventory *full_inventory(void)
{
    struct cm_inventory *inventory = cm_inventory_new();
    struct cm_version_inventory *versions;

    assert_non_null(inventory);
    versions = inventory->versions;
    fill_version(&versions[CM_VERSION_SSL2], CM_YES, 0x0080, 1);
    fill_version(&versions[CM_VERSION_TLS1_2], CM_YES, 0xc0ff, CM_MAX_SUITES);
    fill_version(&versions[CM_VERSION_TLS1_3], CM_YES, 0x1303, 3);
    versions[CM_VERSION_SSL3].served = CM_NO;
    versions[CM_VERSION_TLS1_2].complete = true;
    versions[CM_VERSION_TLS1_2].server_order = CM_YES;
    versions[CM_VERSION_TLS1_3].server_order = CM_NO;
    for (uint8_t i = 0; i < CM_MAX_GROUPS; i++) {
        inventory->groups[i] = (uint16_t)(UINT16_MAX - i);
        inventory->schemes[i] = (uint16_t)(0x0804 + i);
    }
    inventory->num_groups = CM_MAX_GROUPS;
    inventory->groups_complete = true;
    inventory->num_schemes = CM_MAX_SCHEMES - 1;
    inventory->schemes_complete = true;
    inventory->min_dh_bits = 1024;
    inventory->secure_renegotiation = CM_YES;
    inventory->extended_master_secret = CM_NO;
    inventory->compression = CM_NOT_KNOWN;
    inventory->fallback_scsv = CM_YES;
    inventory->stapling = CM_NO;
    inventory->sni_needed = CM_YES;
    for (size_t i = 0; i < CM_MAX_ALPN; i++) {
        (void)snprintf(inventory->alpn[i], sizeof(inventory->alpn[i]),
                       "http/1.1-abcde%zu", i);
    }
    inventory->num_alpn = CM_MAX_ALPN;
    inventory->connections = 99;
    return inventory;
}

/* Our own certificate, answers, inventory. */
static void fill_asked(struct cm_evidence *ev)
{
    struct cm_answer *answer = cm_evidence_add_answer(ev);

    assert_non_null(answer);
    fill_answer(answer);
    answer = cm_evidence_add_answer(ev);
    assert_non_null(answer);
    answer->ask = CM_ASK_ALPN;
    ev->inventory = full_inventory();
    ev->client.fault = CM_CLIENT_EXPIRED;
    (void)snprintf(ev->client.detail, sizeof(ev->client.detail),
                   "/etc/own.pem: not valid since \"2020\"");
    ev->client.cert = fixture_cert("our own");
    ev->client.issuers = bytes("issuers");
}

/* Every field holds a value of its own. */
struct cm_evidence *cases_full(void)
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
    cases_address(&probe->address, "192.0.2.1", 443);
    probe->reached = CM_PHASE_RECORDED;
    probe->end = CM_END_COMPLETE;
    fill_handshake(probe);
    fill_asked(ev);
    return ev;
}

struct cm_evidence *cases_bare(void)
{
    struct cm_evidence *ev = cm_evidence_new();

    assert_non_null(ev);
    assert_non_null(cm_evidence_add_probe(ev));
    return ev;
}

/* An inventory that found out nothing is not the same as none. */
struct cm_evidence *cases_no_probe(void)
{
    struct cm_evidence *ev = cm_evidence_new();

    assert_non_null(ev);
    ev->inventory = cm_inventory_new();
    assert_non_null(ev->inventory);
    ev->dns.result = CM_DNS_NXDOMAIN;
    ev->seen_unix = 1;
    return ev;
}

static void assert_same_bytes(struct cm_span a, struct cm_span b)
{
    assert_true(cm_span_equal(a, b));
}

void cases_assert_same_address(const struct cm_address *a,
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
        cases_assert_same_address(&a->addresses[i], &b->addresses[i]);
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
    cases_assert_same_address(&a->address, &b->address);
    assert_int_equal(a->reached, b->reached);
    assert_int_equal(a->end, b->end);
    assert_int_equal(a->sys_errno, b->sys_errno);
    assert_int_equal(a->tries, b->tries);
    assert_int_equal(a->connect_ms, b->connect_ms);
    assert_int_equal(a->tls_ms, b->tls_ms);
    assert_int_equal(a->total_ms, b->total_ms);
    assert_int_equal(a->proxy_status, b->proxy_status);
    assert_int_equal(a->starttls, b->starttls);
    assert_string_equal(a->starttls_reply, b->starttls_reply);
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

static void assert_same_chain(struct cm_cert *const *a, size_t num_a,
                              struct cm_cert *const *b, size_t num_b)
{
    assert_int_equal(num_a, num_b);
    for (size_t i = 0; i < num_a; i++) {
        assert_same_bytes(a[i]->der, b[i]->der);
        assert_memory_equal(a[i]->sha256, b[i]->sha256, CM_SHA256_LEN);
    }
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
    assert_same_chain(a->chain, a->num_chain, b->chain, b->num_chain);
    assert_int_equal(a->client_cert_sent, b->client_cert_sent);
    assert_int_equal(a->cert_request_late, b->cert_request_late);
    assert_int_equal(a->http_status, b->http_status);
    assert_int_equal(a->http_substatus, b->http_substatus);
    assert_string_equal(a->http_reply, b->http_reply);
}

static void assert_same_answer(const struct cm_answer *a,
                               const struct cm_answer *b)
{
    assert_int_equal(a->ask, b->ask);
    assert_int_equal(a->end, b->end);
    assert_int_equal(a->sys_errno, b->sys_errno);
    assert_int_equal(a->ms, b->ms);
    assert_int_equal(a->hello_bytes, b->hello_bytes);
    assert_int_equal(a->alert_level, b->alert_level);
    assert_int_equal(a->alert, b->alert);
    assert_int_equal(a->num_first_bytes, b->num_first_bytes);
    assert_memory_equal(a->first_bytes, b->first_bytes, CM_ANSWER_BYTES);
    assert_int_equal(a->version, b->version);
    assert_int_equal(a->cipher, b->cipher);
    assert_int_equal(a->group, b->group);
    assert_int_equal(a->signature, b->signature);
    assert_int_equal(a->dh_bits, b->dh_bits);
    assert_int_equal(a->compression, b->compression);
    assert_int_equal(a->secure_renegotiation, b->secure_renegotiation);
    assert_int_equal(a->extended_master_secret, b->extended_master_secret);
    assert_int_equal(a->downgrade_sentinel, b->downgrade_sentinel);
    assert_int_equal(a->asks_for_cert, b->asks_for_cert);
    assert_int_equal(a->unusual_group, b->unusual_group);
    assert_same_chain(a->chain, a->num_chain, b->chain, b->num_chain);
}

void cases_assert_same_inventory(const struct cm_inventory *a,
                                 const struct cm_inventory *b)
{
    assert_int_equal(a == NULL, b == NULL);
    if (a == NULL || b == NULL) {
        return;
    }
    for (size_t i = 0; i < CM_VERSION_COUNT; i++) {
        const struct cm_version_inventory *v = &a->versions[i];
        const struct cm_version_inventory *w = &b->versions[i];

        assert_int_equal(v->served, w->served);
        assert_int_equal(v->complete, w->complete);
        assert_int_equal(v->server_order, w->server_order);
        assert_int_equal(v->num_suites, w->num_suites);
        if (v->num_suites > 0) {
            assert_memory_equal(v->suites, w->suites,
                                v->num_suites * sizeof(uint16_t));
        }
    }
    assert_memory_equal(a->groups, b->groups, sizeof(a->groups));
    assert_int_equal(a->num_groups, b->num_groups);
    assert_int_equal(a->groups_complete, b->groups_complete);
    assert_int_equal(a->num_schemes, b->num_schemes);
    assert_memory_equal(a->schemes, b->schemes,
                        a->num_schemes * sizeof(uint16_t));
    assert_int_equal(a->schemes_complete, b->schemes_complete);
    assert_int_equal(a->min_dh_bits, b->min_dh_bits);
    assert_int_equal(a->secure_renegotiation, b->secure_renegotiation);
    assert_int_equal(a->extended_master_secret, b->extended_master_secret);
    assert_int_equal(a->compression, b->compression);
    assert_int_equal(a->fallback_scsv, b->fallback_scsv);
    assert_int_equal(a->stapling, b->stapling);
    assert_int_equal(a->sni_needed, b->sni_needed);
    assert_int_equal(a->num_alpn, b->num_alpn);
    assert_memory_equal(a->alpn, b->alpn, sizeof(a->alpn));
    assert_int_equal(a->connections, b->connections);
}

static void assert_same_client(const struct cm_client_evidence *a,
                               const struct cm_client_evidence *b)
{
    assert_int_equal(a->fault, b->fault);
    assert_string_equal(a->detail, b->detail);
    assert_int_equal(a->cert == NULL, b->cert == NULL);
    if (a->cert != NULL && b->cert != NULL) {
        assert_same_bytes(a->cert->der, b->cert->der);
    }
    assert_same_bytes(a->issuers, b->issuers);
}

void cases_assert_same(const struct cm_evidence *a, const struct cm_evidence *b)
{
    assert_int_equal(a->seen_unix, b->seen_unix);
    assert_same_dns(&a->dns, &b->dns);
    assert_int_equal(a->num_probes, b->num_probes);
    for (size_t i = 0; i < a->num_probes; i++) {
        assert_same_connection(&a->probes[i], &b->probes[i]);
        assert_same_handshake(&a->probes[i], &b->probes[i]);
    }
    assert_int_equal(a->num_answers, b->num_answers);
    for (size_t i = 0; i < a->num_answers; i++) {
        assert_same_answer(&a->answers[i], &b->answers[i]);
    }
    cases_assert_same_inventory(a->inventory, b->inventory);
    assert_same_client(&a->client, &b->client);
}
