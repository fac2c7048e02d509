/* Every connection that was made to the endpoint.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "asked_json.h"
#include "certmuster/dn.h"
#include "certmuster/evidence.h"
#include "reader_certs.h"
#include "story.h"

#define MAX_CA_NAMES 8
#define MAX_NAME ((size_t)1 << 18)

/* "ECONNREFUSED, Connection refused" */
static void put_errno(struct cm_buf *out, int64_t number)
{
    const char *name;

    if (number <= 0 || number > INT32_MAX) {
        return;
    }
    name = strerrorname_np((int)number);
    if (name != NULL) {
        (void)cm_buf_printf(out, "; %s, %s", name,
                            strerrordesc_np((int)number));
    } else {
        (void)cm_buf_printf(out, "; errno %" PRId64, number);
    }
}

static bool is_id(const char *text, const char *id)
{
    return text != NULL && strcmp(text, id) == 0;
}

/* "failed in 0 ms, ECONNREFUSED": the way down to the handshake. */
static void put_connect(struct cm_story *s, const struct cm_story_probe *probe)
{
    struct cm_buf *out = cm_story_line(s, "connected");
    bool failed = is_id(probe->reached, cm_phase_id(CM_PHASE_CONNECTING)) ||
                  is_id(probe->reached, cm_phase_id(CM_PHASE_QUEUED)) ||
                  is_id(probe->reached, cm_phase_id(CM_PHASE_RESOLVING));

    if (failed) {
        (void)cm_buf_puts(out, "no: ");
        cm_story_foreign(out, probe->ended);
        (void)cm_buf_printf(out, " after %" PRId64 " ms", probe->total_ms);
        put_errno(out, probe->sys_errno);
    } else {
        (void)cm_buf_printf(out, "in %" PRId64 " ms", probe->connect_ms);
    }
    if (probe->tries > 1) {
        (void)cm_buf_printf(out, ", %" PRId64 " tries", probe->tries);
    }
    cm_story_end(s);
    if (probe->proxy_status > 0) {
        (void)cm_buf_printf(cm_story_line(s, "proxy"),
                            "answered with status %" PRId64,
                            probe->proxy_status);
        cm_story_end(s);
    }
}

static void put_starttls(struct cm_story *s, const struct cm_story_probe *probe)
{
    struct cm_buf *out;

    if (probe->starttls == NULL || probe->starttls[0] == '\0') {
        return;
    }
    out = cm_story_line(s, "STARTTLS");
    cm_story_foreign(out, probe->starttls);
    if (probe->starttls_reply != NULL && probe->starttls_reply[0] != '\0') {
        (void)cm_buf_puts(out, ": \"");
        cm_story_foreign(out, probe->starttls_reply);
        (void)cm_buf_puts(out, "\"");
    }
    cm_story_end(s);
}

static void put_code(struct cm_buf *out, const char *before, int64_t code,
                     const char *(*name)(uint16_t code, char out[CM_CODE_SIZE]))
{
    char hex[CM_CODE_SIZE];

    if (code > 0 && code <= UINT16_MAX) {
        (void)cm_buf_printf(out, "%s%s", before, name((uint16_t)code, hex));
    }
}

static void put_alert(struct cm_buf *out, const char *who, int64_t alert)
{
    if (alert != CM_UNKNOWN && alert >= 0) {
        (void)cm_buf_printf(out, "; %s %s alert %s (%" PRId64 ")", who,
                            alert / 256 == 1 ? "warning" : "fatal",
                            cm_alert_name((uint8_t)(alert & 0xFF)),
                            alert & 0xFF);
    }
}

static void put_extras(struct cm_buf *out, const struct cm_story_probe *probe)
{
    if (probe->alpn[0] != '\0') {
        (void)cm_buf_puts(out, ", ALPN ");
        cm_story_foreign(out, probe->alpn);
    }
    if (probe->num_tickets > 0) {
        (void)cm_buf_puts(out, ", ");
        cm_story_count(out, probe->num_tickets, "session ticket",
                       "session tickets");
    }
    if (probe->staple_bytes > 0) {
        (void)cm_buf_printf(out, ", stapled OCSP response of %" PRId64 " bytes",
                            probe->staple_bytes);
    }
    if (probe->sct_bytes > 0) {
        (void)cm_buf_printf(out, ", %" PRId64 " bytes of SCTs",
                            probe->sct_bytes);
    }
    if (probe->version != 0x0304 && (probe->flags & CM_STORY_EMS) != 0) {
        (void)cm_buf_puts(out, ", extended master secret");
    }
}

static void put_handshake(struct cm_story *s,
                          const struct cm_story_probe *probe)
{
    struct cm_buf *out = cm_story_line(s, "handshake");
    bool hello = probe->version != CM_UNKNOWN && probe->version > 0 &&
                 probe->version <= UINT16_MAX;

    cm_story_foreign(out, probe->ended);
    (void)cm_buf_printf(out, " after %" PRId64 " ms",
                        probe->tls_ms > 0 ? probe->tls_ms : probe->total_ms);
    if (hello) {
        (void)cm_buf_printf(out, ": %s",
                            cm_tls_version_name((uint16_t)probe->version));
        put_code(out, ", ", probe->cipher, cm_suite_text);
        put_code(out, ", group ", probe->group, cm_group_text);
        put_code(out, ", signed with ", probe->signature, cm_scheme_text);
        put_extras(out, probe);
    }
    put_alert(out, "the server sent the", probe->alert_received);
    put_alert(out, "we sent the", probe->alert_sent);
    put_errno(out, probe->sys_errno);
    if (probe->error[0] != '\0') {
        (void)cm_buf_puts(out, "; the TLS library says: ");
        cm_story_foreign(out, probe->error);
    }
    cm_story_end(s);
    if ((probe->flags & CM_STORY_BAD_KEY_PROOF) != 0) {
        cm_story_fact(s, "key",
                      "the handshake's signature does not fit the "
                      "certificate");
    }
}

/* The names of the CAs whose certificates the server takes. */
static void put_ca_names(struct cm_buf *out, struct cm_span names)
{
    struct cm_reader list;
    struct cm_reader name;
    size_t num = 0;

    cm_reader_init(&list, names.data, names.len);
    while (cm_reader_vec16(&list, &name)) {
        struct cm_buf text;

        if (num++ >= MAX_CA_NAMES) {
            continue;
        }
        cm_buf_init(&text, MAX_NAME);
        (void)cm_dn_text((struct cm_span){name.data, name.len}, &text);
        (void)cm_buf_puts(out, num == 1 ? "; it takes those of " : " | ");
        cm_story_foreign(out, cm_buf_cstr(&text));
        out->failed = out->failed || text.failed;
        cm_buf_cleanup(&text);
    }
    if (num > MAX_CA_NAMES) {
        (void)cm_buf_printf(out, " and of %zu more issuers",
                            num - MAX_CA_NAMES);
    }
}

static void put_client(struct cm_story *s, const struct cm_story_probe *probe)
{
    const struct cm_report_extras *extras = &s->row->extras;
    struct cm_buf *out;

    if (probe->client_auth[0] == '\0' || probe->version == CM_UNKNOWN) {
        return;
    }
    out = cm_story_line(s, "client cert");
    if (is_id(probe->client_auth, cm_client_auth_id(CM_CLIENT_AUTH_NONE))) {
        (void)cm_buf_puts(out, "not asked for");
    } else {
        (void)cm_buf_puts(out, "asked for: ");
        cm_story_foreign(out, probe->client_auth);
        put_ca_names(out, probe->ca_names);
    }
    if ((probe->flags & CM_STORY_CERT_SENT) != 0) {
        (void)cm_buf_puts(out, "; ours was sent");
    }
    if ((probe->flags & CM_STORY_CERT_LATE) != 0) {
        (void)cm_buf_puts(out, "; asked for late, after the request");
    }
    if (extras->client_fault != NULL &&
        strcmp(extras->client_fault, "fine") != 0) {
        (void)cm_buf_puts(out, "; ours cannot be used: ");
        cm_story_foreign(out, extras->client_fault);
        (void)cm_buf_puts(out, " ");
        cm_story_foreign(
            out, extras->client_detail == NULL ? "" : extras->client_detail);
    }
    cm_story_end(s);
    if (probe->http_status > 0) {
        (void)cm_buf_printf(cm_story_line(s, "HTTP"), "%" PRId64 " ",
                            probe->http_status);
        cm_story_foreign(&s->value,
                         probe->http_reply == NULL ? "" : probe->http_reply);
        cm_story_end(s);
    }
}

static void put_probe(struct cm_story *s, const struct cm_story_probe *probe,
                      bool judged)
{
    struct cm_buf *out = cm_story_line(s, "to");
    bool handshake = probe->version != CM_UNKNOWN ||
                     is_id(probe->reached, cm_phase_id(CM_PHASE_HANDSHAKING)) ||
                     probe->alert_received != CM_UNKNOWN ||
                     is_id(probe->ended, cm_end_id(CM_END_NOT_TLS));

    cm_story_foreign(out, probe->address[0] == '\0' ? "(through the proxy)"
                                                    : probe->address);
    (void)cm_buf_puts(out, judged ? "   <- this one was judged" : "");
    cm_story_end(s);
    put_connect(s, probe);
    put_starttls(s, probe);
    if (handshake) {
        put_handshake(s, probe);
        put_client(s, probe);
    }
    if (probe->first_bytes.len > 0 && probe->version == CM_UNKNOWN) {
        out = cm_story_line(s, "first bytes");
        (void)cm_buf_puts(out, "\"");
        cm_story_bytes(out, probe->first_bytes);
        (void)cm_buf_puts(out, "\"");
        cm_story_end(s);
    }
}

/* Other addresses may show another certificate than the judged one. */
static enum cm_status put_sent(struct cm_story *s,
                               const struct cm_story_probe *probe,
                               struct cm_error *err)
{
    const struct cm_report_certificate *leaf = NULL;
    struct cm_buf *out;
    enum cm_status status = CM_OK;

    if (probe->chain_bytes <= 0 && probe->chain.num == 0) {
        return CM_OK;
    }
    if (probe->chain.num > 0) {
        status =
            cm_report_certificate(s->run, probe->chain.items[0], &leaf, err);
    }
    out = cm_story_line(s, "sent");
    cm_story_count(out, probe->num_chain_sent, "certificate", "certificates");
    (void)cm_buf_printf(out, ", %" PRId64 " bytes", probe->chain_bytes);
    if (leaf != NULL) {
        (void)cm_buf_puts(out, "; the leaf is ");
        cm_story_foreign(out, leaf->subject == NULL ? "?" : leaf->subject);
        (void)cm_buf_puts(out, ", SHA-256 ");
        (void)cm_buf_printf(out, "%.16s", leaf->fingerprint_sha256);
    }
    if (leaf != NULL && leaf->not_after != CM_UNKNOWN) {
        (void)cm_buf_puts(out, ", to ");
        cm_story_time(out, leaf->not_after);
    }
    cm_story_end(s);
    return status;
}

enum cm_status cm_story_probes(struct cm_story *s, struct cm_error *err)
{
    const struct cm_story_probe *probe = NULL;
    int64_t judged = cm_story_dns(s->reader)->main_probe;
    bool any = false;
    enum cm_status status = CM_OK;

    while (status == CM_OK) {
        status = cm_story_next_probe(s->reader, &probe, err);
        if (status != CM_OK || probe == NULL) {
            break;
        }
        if (!any) {
            cm_story_heading(s, "Connections");
        } else {
            (void)cm_buf_putc(&s->text, '\n');
        }
        any = true;
        put_probe(s, probe, probe->ord == judged);
        status = put_sent(s, probe, err);
    }
    return status;
}
