/* Client certificates: what the server made of ours, or of none.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/rules.h"
#include "pki/pki.h"

#define TLS1_3 0x0304U
#define MAX_CA_NAMES 4U /* named in a proof */

#define ALERT_CLOSE_NOTIFY 0

/* The names of the CAs whose certificates the server takes. */
static void say_ca_names(struct cm_case *c, struct cm_buf *out)
{
    const struct cm_probe *probe = c->probe;
    struct cm_reader list;
    struct cm_reader name;
    unsigned num = 0;

    cm_reader_init(&list, probe->ca_names.data, probe->ca_names.len);
    while (cm_reader_vec16(&list, &name)) {
        struct cm_span dn = {name.data, name.len};
        struct cm_buf text;
        const char *words;

        if (num++ >= MAX_CA_NAMES) {
            continue;
        }
        cm_buf_init(&text, 1U << 18);
        (void)cm_dn_text(dn, &text);
        words = cm_finding_text(c, &text);
        (void)cm_buf_printf(out, "%s\"%.*s\"", num > 1 ? ", " : "; it takes ",
                            cm_finding_clip(words, 150), words);
        cm_buf_cleanup(&text);
    }
    if (num > MAX_CA_NAMES) {
        (void)cm_buf_printf(out, " and %u more issuers", num - MAX_CA_NAMES);
    }
}

/* Alerts that speak of our Finished or of the server, not of the certificate
 * we did not have: bad_record_mac, decryption_failed, decrypt_error,
 * internal_error. */
static bool alert_is_unrelated(const struct cm_alert *alert)
{
    return alert->description == 20 || alert->description == 21 ||
           alert->description == 51 || alert->description == 80;
}

/* Up to TLS 1.2 the refusal ends the handshake, with any alert or none. */
static bool refused_without_cert(const struct cm_probe *p,
                                 enum cm_confidence *confidence)
{
    bool gone = p->end == CM_END_CLOSED || p->end == CM_END_RESET;

    if (p->client_auth == CM_CLIENT_AUTH_REQUIRED) {
        *confidence = CM_CERTAIN;
        return true;
    }
    if (p->client_auth != CM_CLIENT_AUTH_REQUESTED || p->bad_key_proof) {
        return false;
    }
    *confidence = gone ? CM_PROBABLE : CM_CERTAIN;
    return gone || (p->end == CM_END_ALERT_RECEIVED &&
                    !alert_is_unrelated(&p->alert_received));
}

static void client_cert_required(struct cm_case *c, enum cm_confidence sure)
{
    const struct cm_probe *p = c->probe;
    const struct cm_alert *alert = &p->alert_received;
    struct cm_finding *f;
    struct cm_buf how;

    cm_buf_init(&how, 8192);
    if (alert->seen && alert->description != ALERT_CLOSE_NOTIFY) {
        (void)cm_buf_printf(&how,
                            "answered our empty one with the alert %s "
                            "(%u)",
                            cm_alert_name(alert->description),
                            alert->description);
    } else {
        (void)cm_buf_puts(&how, "hung up after our empty one");
    }
    say_ca_names(c, &how);
    f = cm_finding_add(c, CM_CAUSE_TLS_CLIENT_CERT_REQUIRED,
                       p->version >= TLS1_3 ? "RFC 8446 section 4.4.2.4"
                                            : "RFC 5246 section 7.4.6",
                       "the server asked for a client certificate and %s",
                       cm_finding_text(c, &how));
    if (f != NULL) {
        f->confidence = sure;
    }
    cm_buf_cleanup(&how);
}

static void client_cert_optional(struct cm_case *c)
{
    const struct cm_probe *p = c->probe;
    bool undetermined = p->client_auth == CM_CLIENT_AUTH_UNDETERMINED;
    struct cm_finding *f;

    if (p->end != CM_END_COMPLETE ||
        (!undetermined && p->client_auth != CM_CLIENT_AUTH_OPTIONAL)) {
        return;
    }
    f = cm_finding_add(
        c, CM_CAUSE_TLS_CLIENT_CERT_OPTIONAL, "RFC 8446 section 4.3.2",
        "the server asked for a client certificate and %s",
        undetermined ? "did not say whether it takes none: it stayed silent, "
                       "or closed without an alert"
                     : "went on without one");
    if (f != NULL && undetermined) {
        f->confidence = CM_PROBABLE;
    }
}

bool cm_judge_client(struct cm_case *c)
{
    enum cm_confidence sure;

    if (refused_without_cert(c->probe, &sure)) {
        client_cert_required(c, sure);
        return true;
    }
    client_cert_optional(c);
    return false;
}
