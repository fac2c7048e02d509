/* Evidence to SQL. What is written here evidence_get.c reads back, equal.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/parts.h"

#include <string.h>

#include "certmuster/text.h"

static const char probe_sql[] =
    "INSERT INTO probe (run, endpoint, ord, address, reached, ended,"
    " sys_errno, tries, connect_ms, tls_ms, total_ms, proxy_status,"
    " first_bytes, alert_received, alert_sent, error, version, cipher,"
    " kex_group, signature, alpn, flags, num_tickets, sct_bytes, ocsp_staple,"
    " client_auth, ca_names, chain_bytes, num_chain_sent, chain, leaf,"
    " starttls, starttls_reply, http_status, http_substatus, http_reply)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
    " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static void json_member(struct cm_buf *out, const char *name, const char *text)
{
    if (text[0] != '\0') {
        cm_buf_printf(out, ",\"%s\":", name);
        cm_text_json(out, text, strlen(text));
    }
}

static void addresses_json(struct cm_buf *out,
                           const struct cm_dns_evidence *dns)
{
    char text[CM_ADDRESS_TEXT_SIZE];
    bool any_from_second = false;

    cm_buf_puts(out, "\"addresses\":[");
    for (unsigned i = 0; i < dns->num_addresses; i++) {
        struct cm_address address = dns->addresses[i];

        address.port = 0;
        cm_buf_puts(out, i == 0 ? "" : ",");
        (void)cm_address_text(&address, text);
        cm_text_json(out, text, strlen(text));
        any_from_second = any_from_second || dns->from_second[i];
    }
    cm_buf_putc(out, ']');
    if (any_from_second) {
        cm_buf_puts(out, ",\"from_second\":[");
        for (unsigned i = 0; i < dns->num_addresses; i++) {
            cm_buf_printf(out, "%s%d", i == 0 ? "" : ",",
                          dns->from_second[i] ? 1 : 0);
        }
        cm_buf_putc(out, ']');
    }
}

/* What was noticed of the networks, where anything was. */
static void networks_json(struct cm_buf *out, const struct cm_evidence *ev)
{
    const struct cm_throttle_evidence *t = &ev->throttle;
    char text[CM_ADDRESS_TEXT_SIZE];

    if (t->times != 0) {
        cm_buf_printf(out,
                      ",\"throttle\":{\"times\":%u,\"prefix\":\"%s\","
                      "\"failed\":%u,\"of\":%u,\"silent\":%d,"
                      "\"later_ms\":%u}",
                      t->times, cm_address_text(&t->prefix, text), t->failed,
                      t->of, t->was_silent ? 1 : 0, t->later_ms);
    }
    if (ev->fault != CM_FAULT_NONE) {
        json_member(out, "fault", cm_scanner_fault_id(ev->fault));
    }
}

/* Values of put.c's result_sql: seen, dns_result, dns_ms, dns. */
void cm_put_dns(struct cm_query *q, const struct cm_evidence *ev)
{
    struct cm_buf *json = &q->db->text;
    const struct cm_dns_evidence *dns;

    if (ev == NULL) {
        for (int i = 0; i < 4; i++) {
            cm_query_null(q);
        }
        return;
    }
    dns = &ev->dns;
    cm_query_int(q, ev->seen_unix);
    cm_query_id(q, cm_dns_result_id(dns->result));
    cm_query_int(q, dns->ms);
    cm_buf_putc(json, '{');
    addresses_json(json, dns);
    if (dns->second_differs) {
        cm_buf_puts(json, ",\"second_differs\":1");
    }
    json_member(json, "cname", dns->cname);
    if (dns->num_cnames != 0) {
        cm_buf_printf(json, ",\"num_cnames\":%u", dns->num_cnames);
    }
    json_member(json, "detail", dns->detail);
    networks_json(json, ev);
    cm_buf_putc(json, '}');
    cm_query_buf(q, json);
}

static void bind_alert(struct cm_query *q, const struct cm_alert *alert)
{
    if (alert->seen) {
        cm_query_int(q, alert->level * 256 + alert->description);
    } else {
        cm_query_null(q);
    }
}

static void bind_connection(struct cm_query *q, const struct cm_probe *probe)
{
    struct cm_span first = {NULL, probe->num_first_bytes};
    char address[CM_ADDRESS_TEXT_SIZE] = "";

    if (probe->address.family != 0) {
        (void)cm_address_text(&probe->address, address);
    }
    cm_query_text(q, address);
    cm_query_id(q, cm_phase_id(probe->reached));
    cm_query_id(q, cm_end_id(probe->end));
    cm_query_int(q, probe->sys_errno);
    cm_query_int(q, probe->tries);
    cm_query_int(q, probe->connect_ms);
    cm_query_int(q, probe->tls_ms);
    cm_query_int(q, probe->total_ms);
    cm_query_int(q, probe->proxy_status);
    if (first.len > 0) {
        first.data = probe->first_bytes;
    }
    cm_query_blob(q, first);
    bind_alert(q, &probe->alert_received);
    bind_alert(q, &probe->alert_sent);
    cm_query_text(q, probe->error);
}

static int flags_of(const struct cm_probe *probe)
{
    return (probe->bad_key_proof ? CM_PROBE_BAD_KEY_PROOF : 0) |
           (probe->extended_master_secret ? CM_PROBE_EXTENDED_MASTER_SECRET
                                          : 0) |
           (probe->certificate_message ? CM_PROBE_CERTIFICATE_MESSAGE : 0) |
           (probe->client_cert_sent ? CM_PROBE_CLIENT_CERT_SENT : 0) |
           (probe->cert_request_late ? CM_PROBE_CERT_REQUEST_LATE : 0);
}

static void bind_tls(struct cm_query *q, const struct cm_probe *probe)
{
    if (probe->server_hello) {
        cm_query_int(q, probe->version);
        cm_query_int(q, probe->cipher);
    } else {
        cm_query_null(q);
        cm_query_null(q);
    }
    cm_query_int(q, probe->group);
    cm_query_int(q, probe->signature);
    cm_query_text(q, probe->alpn);
    cm_query_int(q, flags_of(probe));
    cm_query_int(q, probe->num_tickets);
    cm_query_int(q, probe->sct_bytes);
    cm_query_blob(q, probe->ocsp_staple);
    cm_query_id(q, cm_client_auth_id(probe->client_auth));
    cm_query_blob(q, probe->ca_names);
    cm_query_int(q, probe->chain_bytes);
    cm_query_int(q, probe->num_chain_sent);
}

/* What was said around TLS: most probes have nothing of it. */
static void bind_dialogues(struct cm_query *q, const struct cm_probe *probe)
{
    bool starttls = probe->starttls != CM_STARTTLS_NONE;

    cm_query_id(q, starttls ? cm_starttls_outcome_id(probe->starttls) : NULL);
    cm_query_text(q, starttls ? probe->starttls_reply : NULL);
    cm_query_known(q, probe->http_status, probe->http_status != 0);
    cm_query_known(q, probe->http_substatus, probe->http_substatus != 0);
    cm_query_text(q, probe->http_reply[0] != '\0' ? probe->http_reply : NULL);
}

enum cm_status cm_put_probes(struct cm_store *store, uint64_t endpoint,
                             const struct cm_evidence *ev)
{
    for (size_t i = 0; i < ev->num_probes; i++) {
        const struct cm_probe *probe = &ev->probes[i];
        struct cm_query q = cm_query_insert(&store->db, probe_sql);

        cm_query_int(&q, store->run_id);
        cm_query_int(&q, (int64_t)endpoint);
        cm_query_int(&q, (int64_t)i);
        bind_connection(&q, probe);
        bind_tls(&q, probe);
        cm_query_certs(store, &q, probe->chain, probe->num_chain);
        if (probe->num_chain > 0) {
            cm_query_int(&q, cm_cert_id(store, probe->chain[0]));
        } else {
            cm_query_null(&q);
        }
        bind_dialogues(&q, probe);
        (void)cm_query_run(&q);
    }
    return store->db.error.status;
}
