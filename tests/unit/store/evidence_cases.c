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
    chain(probe, certs, 3);
    probe->num_chain_sent = 101;
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
    return ev;
}

struct cm_evidence *cases_bare(void)
{
    struct cm_evidence *ev = cm_evidence_new();

    assert_non_null(ev);
    assert_non_null(cm_evidence_add_probe(ev));
    return ev;
}

struct cm_evidence *cases_no_probe(void)
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

void cases_assert_same(const struct cm_evidence *a, const struct cm_evidence *b)
{
    assert_int_equal(a->seen_unix, b->seen_unix);
    assert_same_dns(&a->dns, &b->dns);
    assert_int_equal(a->num_probes, b->num_probes);
    for (size_t i = 0; i < a->num_probes; i++) {
        assert_same_connection(&a->probes[i], &b->probes[i]);
        assert_same_handshake(&a->probes[i], &b->probes[i]);
    }
}
