/* Evidence from SQL, equal to what evidence_put.c wrote. A store may come from
 * elsewhere: every value is checked before it is believed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/take.h"

#include <stdlib.h>
#include <string.h>

#include "pki/pki.h"

#define MAX_KNOWN_CERTS 4096

static const char endpoint_sql[] =
    "SELECT host, port, protocol, sni, is_ip, flags, trust, client,"
    " http_path FROM endpoint WHERE run = ? AND id = ?";

static const char result_sql[] =
    "SELECT seen, dns_result, dns_ms, dns FROM result"
    " WHERE run = ? AND endpoint = ?";

static const char dns_sql[] =
    "SELECT json_extract(?1, '$.second_differs'), json_extract(?1, '$.cname'),"
    " json_extract(?1, '$.num_cnames'), json_extract(?1, '$.detail')";

static const char networks_sql[] =
    "SELECT t ->> 'times', t ->> 'failed', t ->> 'of', t ->> 'silent',"
    " t ->> 'later_ms', coalesce(t ->> 'prefix', ''), coalesce(j ->> 'fault',"
    " 'none') FROM (SELECT ?1 AS j, ?1 ->> 'throttle' AS t)";

static const char addresses_sql[] =
    "SELECT a.value, json_extract(?1, '$.from_second[' || a.key || ']')"
    " FROM json_each(?1, '$.addresses') AS a ORDER BY a.key";

static const char probes_sql[] =
    "SELECT address, reached, ended, sys_errno, tries, connect_ms, tls_ms,"
    " total_ms, proxy_status, first_bytes, alert_received, alert_sent, error,"
    " version, cipher, kex_group, signature, alpn, flags, num_tickets,"
    " sct_bytes, ocsp_staple, client_auth, ca_names, chain_bytes,"
    " num_chain_sent, chain, starttls, starttls_reply, http_status,"
    " http_substatus, http_reply"
    " FROM probe WHERE run = ? AND endpoint = ? ORDER BY ord";

enum probe_column {
    ADDRESS,
    REACHED,
    ENDED,
    SYS_ERRNO,
    TRIES,
    CONNECT_MS,
    TLS_MS,
    TOTAL_MS,
    PROXY_STATUS,
    FIRST_BYTES,
    ALERT_RECEIVED,
    ALERT_SENT,
    ERROR_TEXT,
    VERSION,
    CIPHER,
    KEX_GROUP,
    SIGNATURE,
    ALPN,
    FLAGS,
    NUM_TICKETS,
    SCT_BYTES,
    OCSP_STAPLE,
    CLIENT_AUTH,
    CA_NAMES,
    CHAIN_BYTES,
    NUM_CHAIN_SENT,
    CHAIN,
    STARTTLS,
    STARTTLS_REPLY,
    HTTP_STATUS,
    HTTP_SUBSTATUS,
    HTTP_REPLY,
};

static const char cert_sql[] = "SELECT der FROM certificate WHERE id = ?";

/* The table of an enum's ids, searched from the first. */
static const char *phase_id(int value)
{
    return cm_phase_id((enum cm_phase)value);
}

static const char *end_id(int value)
{
    return cm_end_id((enum cm_end)value);
}

static const char *starttls_id(int value)
{
    return cm_starttls_outcome_id((enum cm_starttls_outcome)value);
}

static const char *client_auth_id(int value)
{
    return cm_client_auth_id((enum cm_client_auth)value);
}

static const char *fault_id(int value)
{
    return cm_scanner_fault_id((enum cm_scanner_fault)value);
}

static const char *dns_result_id(int value)
{
    return cm_dns_result_id((enum cm_dns_result)value);
}

/* "192.0.2.1:443", "[2001:db8::1]:443", or one of them without the port. */
static bool parse_address(const char *text, struct cm_address *out)
{
    char host[CM_ADDRESS_TEXT_SIZE];
    const char *colon = strrchr(text, ':');
    const char *bracket = strchr(text, ']');
    size_t len = strlen(text);
    char *end = NULL;
    unsigned long port = 0;

    if (len == 0) {
        memset(out, 0, sizeof(*out));
        return true;
    }
    if (colon != NULL &&
        (bracket != NULL ? colon > bracket : strchr(text, ':') == colon)) {
        port = strtoul(colon + 1, &end, 10);
        len = (size_t)(colon - text);
        if (*end != '\0' || port > UINT16_MAX) {
            return false;
        }
    }
    if (len >= sizeof(host)) {
        return false;
    }
    memcpy(host, text, len);
    host[len] = '\0';
    if (!cm_address_parse(host, out)) {
        return false;
    }
    out->port = (uint16_t)port;
    return true;
}

enum cm_status cm_endpoint_get(struct cm_store *store, int64_t run_id,
                               int64_t endpoint, struct cm_endpoint *out)
{
    struct cm_query q = cm_query_begin(&store->db, endpoint_sql);
    int64_t flags;

    memset(out, 0, sizeof(*out));
    cm_query_int(&q, run_id);
    cm_query_int(&q, endpoint);
    if (!cm_query_row(&q)) {
        cm_take_damaged(&store->db, "an endpoint is missing");
        return cm_query_end(&q);
    }
    cm_take_text(&q, 0, out->host, sizeof(out->host));
    out->port = cm_take_u16(&q, 1);
    cm_take_text(&q, 2, out->protocol, sizeof(out->protocol));
    cm_take_text(&q, 3, out->sni, sizeof(out->sni));
    cm_take_text(&q, 6, out->trust, sizeof(out->trust));
    out->is_ip = cm_column_int(&q, 4) != 0;
    flags = cm_column_int(&q, 5);
    out->had_trailing_dot = (flags & CM_ENDPOINT_DOT) != 0;
    out->scheme_not_tls = (flags & CM_ENDPOINT_NOT_TLS) != 0;
    out->path_counts = (flags & CM_ENDPOINT_PATH_COUNTS) != 0;
    out->client = cm_take_u16(&q, 7);
    cm_take_text(&q, 8, out->http_path, sizeof(out->http_path));
    if (out->is_ip) {
        if (!cm_address_parse(out->host, &out->literal)) {
            cm_take_damaged(&store->db, "an address cannot be read");
        }
        out->literal.port = out->port;
    }
    return cm_query_end(&q);
}

enum cm_status cm_evidence_reader_open(struct cm_evidence_reader *reader,
                                       struct cm_store *store, int64_t run_id)
{
    reader->store = store;
    reader->run_id = run_id;
    reader->certs = cm_map_new();
    if (reader->certs == NULL) {
        cm_take_no_memory(&store->db);
    }
    return store->db.error.status;
}

static void unref(void *cert)
{
    cm_cert_unref(cert);
}

void cm_evidence_reader_close(struct cm_evidence_reader *reader)
{
    cm_map_free(reader->certs, unref);
    reader->certs = NULL;
}

static struct cm_cert *read_cert(struct cm_db *db, int64_t id)
{
    struct cm_query q = cm_query_begin(db, cert_sql);
    struct cm_cert *cert = NULL;

    cm_query_int(&q, id);
    if (cm_query_row(&q)) {
        struct cm_span der = cm_column_blob(&q, 0);

        cert = cm_cert_parse(der.len == 0 ? (const uint8_t *)"" : der.data,
                             der.len);
        if (cert == NULL) {
            cm_take_no_memory(db);
        }
    } else {
        cm_take_damaged(db, "a certificate is missing");
    }
    (void)cm_query_end(&q);
    return cert;
}

/* Fleets share certificates, so the last ones are kept. */
struct cm_cert *cm_take_cert(struct cm_evidence_reader *reader, int64_t id)
{
    struct cm_cert *cert = cm_map_get(reader->certs, &id, sizeof(id));

    if (cert != NULL) {
        return cm_cert_ref(cert);
    }
    cert = read_cert(&reader->store->db, id);
    if (cert != NULL && cm_map_count(reader->certs) < MAX_KNOWN_CERTS &&
        cm_map_put(reader->certs, &id, sizeof(id), cert)) {
        return cm_cert_ref(cert);
    }
    return cert;
}

void cm_take_chain(struct cm_evidence_reader *reader, const char *ids,
                   struct cm_cert ***chain, size_t *num)
{
    const char *at = ids[0] == '[' ? ids + 1 : ids;
    char *end = NULL;

    if (*at == ']') {
        return;
    }
    *chain = calloc(CM_MAX_CHAIN, sizeof(struct cm_cert *));
    if (*chain == NULL) {
        cm_take_no_memory(&reader->store->db);
        return;
    }
    while (*at != ']' && reader->store->db.error.status == CM_OK) {
        long long id = strtoll(at, &end, 10);
        struct cm_cert *cert = NULL;

        if (end == at || *num == CM_MAX_CHAIN) {
            cm_take_damaged(&reader->store->db, "a chain cannot be read");
            return;
        }
        cert = cm_take_cert(reader, id);
        if (cert != NULL) {
            (*chain)[(*num)++] = cert;
        }
        at = *end == ',' ? end + 1 : end;
    }
}

static void take_connection(const struct cm_query *q, struct cm_probe *probe)
{
    if (!parse_address(cm_column_text(q, ADDRESS), &probe->address)) {
        cm_take_damaged(q->db, "an address cannot be read");
    }
    probe->reached =
        (enum cm_phase)cm_take_id(q, REACHED, CM_PHASE_COUNT, phase_id);
    probe->end = (enum cm_end)cm_take_id(q, ENDED, CM_END_COUNT, end_id);
    probe->sys_errno = (int)cm_column_int(q, SYS_ERRNO);
    probe->tries = cm_take_u32(q, TRIES);
    probe->connect_ms = cm_take_u32(q, CONNECT_MS);
    probe->tls_ms = cm_take_u32(q, TLS_MS);
    probe->total_ms = cm_take_u32(q, TOTAL_MS);
    probe->proxy_status = cm_take_u16(q, PROXY_STATUS);
    probe->num_first_bytes = cm_take_some(q, FIRST_BYTES, probe->first_bytes,
                                          sizeof(probe->first_bytes));
    cm_take_alert(q, ALERT_RECEIVED, &probe->alert_received);
    cm_take_alert(q, ALERT_SENT, &probe->alert_sent);
    cm_take_text(q, ERROR_TEXT, probe->error, sizeof(probe->error));
    if (!cm_column_is_null(q, STARTTLS)) {
        probe->starttls = (enum cm_starttls_outcome)cm_take_id(
            q, STARTTLS, CM_STARTTLS_OUTCOME_COUNT, starttls_id);
        cm_take_text(q, STARTTLS_REPLY, probe->starttls_reply,
                     sizeof(probe->starttls_reply));
    }
}

static void take_tls(const struct cm_query *q, struct cm_probe *probe)
{
    int64_t flags = cm_column_int(q, FLAGS);

    probe->server_hello = !cm_column_is_null(q, VERSION);
    probe->version = cm_take_u16(q, VERSION);
    probe->cipher = cm_take_u16(q, CIPHER);
    probe->group = cm_take_u16(q, KEX_GROUP);
    probe->signature = cm_take_u16(q, SIGNATURE);
    cm_take_text(q, ALPN, probe->alpn, sizeof(probe->alpn));
    probe->bad_key_proof = (flags & CM_PROBE_BAD_KEY_PROOF) != 0;
    probe->extended_master_secret =
        (flags & CM_PROBE_EXTENDED_MASTER_SECRET) != 0;
    probe->certificate_message = (flags & CM_PROBE_CERTIFICATE_MESSAGE) != 0;
    probe->client_cert_sent = (flags & CM_PROBE_CLIENT_CERT_SENT) != 0;
    probe->cert_request_late = (flags & CM_PROBE_CERT_REQUEST_LATE) != 0;
    probe->num_tickets = cm_take_u32(q, NUM_TICKETS);
    probe->sct_bytes = cm_take_u32(q, SCT_BYTES);
    cm_take_bytes(q, OCSP_STAPLE, &probe->ocsp_staple);
    probe->client_auth = (enum cm_client_auth)cm_take_id(
        q, CLIENT_AUTH, CM_CLIENT_AUTH_COUNT, client_auth_id);
    cm_take_bytes(q, CA_NAMES, &probe->ca_names);
    probe->chain_bytes = cm_take_u32(q, CHAIN_BYTES);
    probe->num_chain_sent = cm_take_u32(q, NUM_CHAIN_SENT);
    probe->http_status = cm_take_u16(q, HTTP_STATUS);
    probe->http_substatus = cm_take_u16(q, HTTP_SUBSTATUS);
    cm_take_text(q, HTTP_REPLY, probe->http_reply, sizeof(probe->http_reply));
}

static void take_probes(struct cm_evidence_reader *reader, int64_t endpoint,
                        struct cm_evidence *ev)
{
    struct cm_query q = cm_query_begin(&reader->store->db, probes_sql);

    cm_query_int(&q, reader->run_id);
    cm_query_int(&q, endpoint);
    while (cm_query_row(&q)) {
        struct cm_probe *probe;

        if (ev->num_probes == CM_MAX_PROBES) {
            cm_take_damaged(&reader->store->db, "there are too many probes");
            break;
        }
        probe = cm_evidence_add_probe(ev);
        if (probe == NULL) {
            cm_take_no_memory(&reader->store->db);
            break;
        }
        take_connection(&q, probe);
        take_tls(&q, probe);
        cm_take_chain(reader, cm_column_text(&q, CHAIN), &probe->chain,
                      &probe->num_chain);
    }
    (void)cm_query_end(&q);
}

static void take_networks(struct cm_db *db, const char *json,
                          struct cm_evidence *ev)
{
    struct cm_throttle_evidence *t = &ev->throttle;
    struct cm_query q;

    if (strstr(json, "\"throttle\"") == NULL &&
        strstr(json, "\"fault\"") == NULL) {
        return; /* nearly always */
    }
    q = cm_query_begin(db, networks_sql);
    cm_query_text(&q, json);
    if (cm_query_row(&q)) {
        t->times = cm_take_u32(&q, 0);
        t->failed = cm_take_u32(&q, 1);
        t->of = cm_take_u32(&q, 2);
        t->was_silent = cm_column_int(&q, 3) != 0;
        t->later_ms = cm_take_u32(&q, 4);
        if (t->times != 0 &&
            !cm_address_parse(cm_column_text(&q, 5), &t->prefix)) {
            cm_take_damaged(db, "a network cannot be read");
        }
        ev->fault =
            (enum cm_scanner_fault)cm_take_id(&q, 6, CM_FAULT_COUNT, fault_id);
    }
    (void)cm_query_end(&q);
}

static void take_addresses(struct cm_db *db, const char *json,
                           struct cm_dns_evidence *dns)
{
    struct cm_query q = cm_query_begin(db, addresses_sql);

    cm_query_text(&q, json);
    while (cm_query_row(&q)) {
        unsigned i = dns->num_addresses;

        if (i == CM_MAX_ADDRESSES ||
            !cm_address_parse(cm_column_text(&q, 0), &dns->addresses[i])) {
            cm_take_damaged(db, "an answer of DNS cannot be read");
            break;
        }
        dns->from_second[i] = cm_column_int(&q, 1) != 0;
        dns->num_addresses++;
    }
    (void)cm_query_end(&q);
}

static void take_dns(struct cm_db *db, const char *json,
                     struct cm_dns_evidence *dns)
{
    struct cm_query q = cm_query_begin(db, dns_sql);

    cm_query_text(&q, json);
    if (cm_query_row(&q)) {
        dns->second_differs = cm_column_int(&q, 0) != 0;
        cm_take_text(&q, 1, dns->cname, sizeof(dns->cname));
        dns->num_cnames = cm_take_u32(&q, 2);
        cm_take_text(&q, 3, dns->detail, sizeof(dns->detail));
    }
    (void)cm_query_end(&q);
    take_addresses(db, json, dns);
}

static struct cm_evidence *take_result(struct cm_db *db,
                                       const struct cm_query *q)
{
    struct cm_evidence *ev;

    if (cm_column_is_null(q, 0)) {
        return NULL; /* never probed */
    }
    ev = cm_evidence_new();
    if (ev == NULL) {
        cm_take_no_memory(db);
        return NULL;
    }
    ev->seen_unix = cm_column_int(q, 0);
    ev->dns.result = (enum cm_dns_result)cm_take_id(q, 1, CM_DNS_RESULT_COUNT,
                                                    dns_result_id);
    ev->dns.ms = cm_take_u32(q, 2);
    take_dns(db, cm_column_text(q, 3), &ev->dns);
    take_networks(db, cm_column_text(q, 3), ev);
    return ev;
}

enum cm_status cm_evidence_get(struct cm_evidence_reader *reader,
                               int64_t endpoint, struct cm_evidence **out)
{
    struct cm_db *db = &reader->store->db;
    struct cm_query q = cm_query_begin(db, result_sql);

    *out = NULL;
    cm_query_int(&q, reader->run_id);
    cm_query_int(&q, endpoint);
    if (cm_query_row(&q)) {
        *out = take_result(db, &q);
    }
    if (cm_query_end(&q) == CM_OK && *out != NULL) {
        take_probes(reader, endpoint, *out);
        cm_get_asked(reader, endpoint, *out);
    }
    if (db->error.status != CM_OK) {
        cm_evidence_free(*out);
        *out = NULL;
    }
    return db->error.status;
}
