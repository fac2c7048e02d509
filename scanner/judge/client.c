/* Client certificates: what the server made of ours, or of none. It may speak
 * in the handshake, after it, or only over HTTP.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/client.h"

#include <string.h>

#include "pki/pki.h"

#define TLS1_3 0x0304U
#define MAX_CA_NAMES 4U /* named in a proof */

#define ALERT_CLOSE_NOTIFY 0
#define ALERT_DECRYPT_ERROR 51

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

/* Alerts that speak of our Finished or of the server, not of the certificate:
 * bad_record_mac, decryption_failed, internal_error; and decrypt_error, unless
 * there was a signature of ours. */
static bool alert_is_unrelated(const struct cm_probe *p)
{
    uint8_t alert = p->alert_received.description;

    return alert == 20 || alert == 21 || alert == 80 ||
           (alert == ALERT_DECRYPT_ERROR && !p->client_cert_sent);
}

/* Our library found no way to sign that the server would take; some versions
 * notice before they send the certificate. */
static bool cannot_sign(const struct cm_probe *p)
{
    return p->client_auth != CM_CLIENT_AUTH_NONE &&
           p->end == CM_END_REFUSED_BY_US &&
           strstr(p->error, "NO_COMMON_SIGNATURE_ALGORITHMS") != NULL;
}

/* Up to TLS 1.2 the refusal ends the handshake, with any alert or none. */
static bool refused_by_tls(const struct cm_probe *p,
                           enum cm_confidence *confidence)
{
    bool gone = p->end == CM_END_CLOSED || p->end == CM_END_RESET;

    *confidence = CM_CERTAIN;
    if (p->client_auth == CM_CLIENT_AUTH_REQUIRED ||
        p->client_auth == CM_CLIENT_AUTH_REJECTED) {
        return true;
    }
    if (p->client_auth != CM_CLIENT_AUTH_REQUESTED || p->bad_key_proof) {
        return false;
    }
    *confidence = gone ? CM_PROBABLE : CM_CERTAIN;
    return gone || cannot_sign(p) ||
           (p->end == CM_END_ALERT_RECEIVED && !alert_is_unrelated(p));
}

static enum cm_http_word http_word(const struct cm_probe *p)
{
    struct cm_span phrase;

    return cm_http_word_of(
        p->http_status, p->http_substatus,
        (struct cm_span){(const uint8_t *)p->http_reply,
                         strnlen(p->http_reply, sizeof(p->http_reply))},
        &phrase);
}

static bool refused_by_http(const struct cm_probe *p)
{
    enum cm_http_word word = http_word(p);

    return word == CM_HTTP_REQUIRED || word == CM_HTTP_REJECTED;
}

/* IIS up to Windows Server 2022 does so with TLS 1.3 instead of asking late.
 * Others may have other reasons, so it only counts where a certificate is meant
 * to be sent. */
static bool is_reset(const struct cm_case *c)
{
    const struct cm_probe *p = c->probe;

    return c->ev->client.fault != CM_CLIENT_NONE && p->version >= TLS1_3 &&
           p->client_auth == CM_CLIENT_AUTH_NONE &&
           strcmp(p->http_reply, CM_HTTP_REPLY_RESET) == 0;
}

/* It asks for the certificate, or misses it, when the handshake is over and it
 * had not asked there. */
static bool is_late(const struct cm_probe *p)
{
    return p->cert_request_late || http_word(p) == CM_HTTP_LATE ||
           (p->client_auth == CM_CLIENT_AUTH_NONE && refused_by_http(p));
}

bool cm_client_refused(const struct cm_probe *p)
{
    enum cm_confidence unused;

    return refused_by_tls(p, &unused) || refused_by_http(p) || is_late(p);
}

/* What an alert after our Certificate says about it (RFC 8446 section 6.2). */
static const char *reason_of_alert(uint8_t alert)
{
    static const struct {
        uint8_t alert;
        const char *reason;
    } reasons[] = {
        {40, "without a reason; often no CA it knows issued it"},
        {41, "as if none had been sent"},
        {42, "it is damaged, or its signatures do not verify there"},
        {43, "it is of a kind or for a purpose that the server does not take"},
        {44, "the server takes it for revoked"},
        {45, "by the server's clock it has expired, or is not valid yet"},
        {46, "for a reason that has no alert of its own, often its purpose or "
             "the name in it"},
        {48, "the server does not know the CA that issued it, or lacks an "
             "intermediate between"},
        {49, "its holder is not let in; some servers say so of every "
             "certificate that they do not trust"},
        {50, "the server could not read it"},
        {51, "the signature made with its key does not verify there"},
        {116, "as if none had been sent: the server found none it can use"},
    };

    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].alert == alert) {
            return reasons[i].reason;
        }
    }
    return "which says nothing more about it";
}

static void say_alert(const struct cm_probe *p, struct cm_buf *out)
{
    const struct cm_alert *alert = &p->alert_received;

    if (cannot_sign(p)) {
        (void)cm_buf_puts(out, "takes no signature that its key can make: its "
                               "request names other schemes");
    } else if (alert->seen && alert->description != ALERT_CLOSE_NOTIFY) {
        (void)cm_buf_printf(out, "answered %s with the alert %s (%u)",
                            p->client_cert_sent ? "it" : "our empty one",
                            cm_alert_name(alert->description),
                            alert->description);
        if (p->client_cert_sent) {
            (void)cm_buf_printf(out, ": %s",
                                reason_of_alert(alert->description));
        }
    } else {
        (void)cm_buf_printf(out, "hung up after %s",
                            p->client_cert_sent ? "it" : "our empty one");
    }
}

/* The answer over HTTP, which quotes the server. */
static void say_http(const struct cm_probe *p, struct cm_buf *out)
{
    const char *meaning =
        cm_http_code_meaning(p->http_status, p->http_substatus);

    (void)cm_buf_printf(out, "answered a request with \"%.*s\"",
                        (int)strnlen(p->http_reply, sizeof(p->http_reply)),
                        p->http_reply);
    if (meaning != NULL && p->http_substatus != 0) {
        (void)cm_buf_printf(out, ", code %u.%u: %s", p->http_status,
                            p->http_substatus, meaning);
    }
}

static const char *rule_of(const struct cm_probe *p)
{
    return p->version >= TLS1_3 ? "RFC 8446 section 4.4.2.4"
                                : "RFC 5246 section 7.4.6";
}

/* None was sent. Where one was to be sent and could not, its repair is what is
 * to be done. */
static void required(struct cm_case *c, const char *how,
                     enum cm_confidence sure)
{
    const struct cm_client_evidence *own = &c->ev->client;
    bool had_one =
        own->fault != CM_CLIENT_NONE && !cm_client_usable(own->fault);
    struct cm_finding *f = cm_finding_add(
        c, CM_CAUSE_TLS_CLIENT_CERT_REQUIRED, rule_of(c->probe),
        "the server asked for a client certificate and %s%s", how,
        had_one ? "; ours was not sent, because it cannot be used" : "");

    if (f == NULL) {
        return;
    }
    f->confidence = sure;
    if (had_one) {
        cm_client_for_own(c, f);
    }
}

static void rejected(struct cm_case *c, const char *how,
                     enum cm_confidence sure)
{
    struct cm_cert *cert = c->ev->client.cert;
    char name[CM_LABEL_SIZE];
    struct cm_finding *f = cm_finding_add(
        c, CM_CAUSE_TLS_CLIENT_CERT_REJECTED, rule_of(c->probe),
        "the server was sent our client certificate %s and %s",
        cert != NULL ? cm_finding_cert_name(cert, name) : "", how);

    if (f == NULL) {
        return;
    }
    f->confidence = sure;
    if (cert != NULL) {
        cm_finding_about(c, f, cert);
    }
}

/* Refused in the handshake, or over HTTP: one of the two. */
static bool turned_away(struct cm_case *c)
{
    const struct cm_probe *p = c->probe;
    enum cm_confidence sure;
    bool by_tls = refused_by_tls(p, &sure);
    struct cm_buf how;

    if (!by_tls && (!refused_by_http(p) || is_late(p))) {
        return false;
    }
    cm_buf_init(&how, 8192);
    if (by_tls) {
        say_alert(p, &how);
    } else {
        say_http(p, &how);
        sure = http_word(p) == CM_HTTP_REQUIRED && p->client_cert_sent
                   ? CM_PROBABLE /* it does not see ours */
                   : CM_CERTAIN;
    }
    say_ca_names(c, &how);
    (p->client_cert_sent ? rejected : required)(c, cm_finding_text(c, &how),
                                                sure);
    cm_buf_cleanup(&how);
    return by_tls;
}

static void late(struct cm_case *c)
{
    const struct cm_probe *p = c->probe;
    bool tls13 = p->version >= TLS1_3;
    const char *path = c->ep->http_path[0] != '\0' ? c->ep->http_path : "/";
    struct cm_finding *f;
    struct cm_buf how;

    cm_buf_init(&how, 4096);
    if (is_reset(c)) {
        (void)cm_buf_puts(&how, "reset the connection, as IIS does when it "
                                "would have to ask late");
    } else if (p->cert_request_late) {
        (void)cm_buf_printf(&how, "asked for a client certificate then, by %s",
                            tls13 ? "a CertificateRequest after the handshake"
                                  : "a new handshake (HelloRequest)");
    } else {
        say_http(p, &how);
    }
    f = cm_finding_add(
        c, CM_CAUSE_TLS_CLIENT_CERT_LATE,
        tls13 ? "RFC 8446 section 4.6.2" : "RFC 5246 section 7.4.1.1",
        "the server completed the handshake%s, was asked for "
        "%.*s, and %s",
        p->client_auth == CM_CLIENT_AUTH_NONE
            ? " without asking for a client certificate"
            : "",
        cm_finding_clip(path, 120), path, cm_finding_text(c, &how));
    if (f != NULL && !p->cert_request_late && http_word(p) != CM_HTTP_LATE) {
        f->confidence = CM_PROBABLE;
        f->blocks = !is_reset(c);
    }
    cm_buf_cleanup(&how);
}

static void optional(struct cm_case *c)
{
    const struct cm_probe *p = c->probe;
    bool undetermined = p->client_auth == CM_CLIENT_AUTH_UNDETERMINED;
    const char *whose = p->client_cert_sent ? "ours" : "none";
    struct cm_finding *f;

    if (p->end != CM_END_COMPLETE ||
        (!undetermined && p->client_auth != CM_CLIENT_AUTH_OPTIONAL)) {
        return;
    }
    f = cm_finding_add(
        c, CM_CAUSE_TLS_CLIENT_CERT_OPTIONAL, "RFC 8446 section 4.3.2",
        "the server asked for a client certificate and %s%s%s",
        undetermined ? "did not say whether it takes " : "went on without one",
        undetermined ? whose : "",
        undetermined ? ": it stayed silent, or closed without an alert" : "");
    if (f != NULL && undetermined) {
        f->confidence = CM_PROBABLE;
    }
}

/* Our certificate is sound, but not what this server looks for; most clients
 * choose by the names in the request and would send none. */
static void mismatch(struct cm_case *c, bool refused)
{
    bool alone = c->ev->client.fault == CM_CLIENT_INCOMPLETE;
    struct cm_cert *cert = c->ev->client.cert;
    char name[CM_LABEL_SIZE];
    struct cm_finding *f;
    struct cm_buf names;

    if (!cm_client_names_differ(c)) {
        return;
    }
    cm_buf_init(&names, 8192);
    say_ca_names(c, &names);
    f = cm_finding_add(
        c, CM_CAUSE_TLS_CLIENT_CA_MISMATCH,
        c->probe->version >= TLS1_3 ? "RFC 8446 section 4.2.4"
                                    : "RFC 5246 section 7.4.4",
        "none of the CAs that the server names issued our client "
        "certificate %s, which comes from %.*s%s; %s",
        cm_finding_cert_name(cert, name),
        cm_finding_clip(cert->issuer_text, 150), cert->issuer_text,
        cm_finding_text(c, &names),
        refused ? "it was refused"
                : "it was not refused, but clients that choose "
                  "by these names send none");
    if (f != NULL) {
        f->blocks = refused;
        f->confidence = alone ? CM_PROBABLE : CM_CERTAIN;
        cm_finding_about(c, f, cert);
    }
    cm_buf_cleanup(&names);
}

static void incomplete(struct cm_case *c, bool refused)
{
    struct cm_cert *cert = c->ev->client.cert;
    char name[CM_LABEL_SIZE];
    struct cm_finding *f;

    if (c->ev->client.fault != CM_CLIENT_INCOMPLETE || cert == NULL ||
        (!refused && !cm_client_names_differ(c))) {
        return;
    }
    f = cm_finding_add(
        c, CM_CAUSE_CLIENT_CERT_INCOMPLETE, "RFC 8446 section 4.4.2",
        "our client certificate %s was sent without its issuer "
        "%.*s, which its file does not hold; a server that only "
        "has the root cannot check it",
        cm_finding_cert_name(cert, name),
        cm_finding_clip(cert->issuer_text, 150), cert->issuer_text);
    if (f != NULL) {
        f->confidence = CM_PROBABLE;
        cm_finding_about(c, f, cert);
        cm_client_for_own(c, f);
    }
}

bool cm_judge_client(struct cm_case *c)
{
    const struct cm_probe *p = c->probe;
    bool refused = cm_client_refused(p);
    bool explains = turned_away(c);

    if (is_late(p) || is_reset(c)) {
        late(c);
    } else if (!refused) {
        optional(c);
    }
    if (p->client_auth != CM_CLIENT_AUTH_NONE && c->ev->client.cert != NULL) {
        mismatch(c, refused && p->client_cert_sent);
        if (p->client_cert_sent) {
            incomplete(c, refused);
        }
    }
    return explains;
}
