/* The handshake: what the server's bytes, alerts and silence say.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "judge/rules.h"
#include "pki/pki.h"

#define SSL3 0x0300U
#define TLS1_1 0x0302U

#define ALERT_CLOSE_NOTIFY 0

bool cm_judge_saw_tls(const struct cm_case *c)
{
    for (size_t i = 0; i < c->ev->num_probes; i++) {
        if (c->ev->probes[i].server_hello ||
            (c->ev->probes[i].end == CM_END_COMPLETE &&
             c->ev->probes[i].reached >= CM_PHASE_HANDSHAKING)) {
            return true;
        }
    }
    return false;
}

static void not_tls(struct cm_case *c)
{
    const char *protocol = cm_banner_protocol(c->probe);
    char server[CM_LABEL_SIZE];
    char bytes[CM_LABEL_SIZE];

    (void)cm_finding_server(c, server);
    (void)cm_banner_text(c->probe, bytes);
    if (cm_banner_is_http(c->probe)) {
        (void)cm_finding_add(c, CM_CAUSE_TLS_PLAINTEXT_HTTP,
                             "RFC 8446 section 5.1",
                             "%s answered our ClientHello in plain HTTP: "
                             "\"%s\"",
                             server, bytes);
    } else if (protocol != NULL) {
        (void)cm_finding_add(
            c, CM_CAUSE_TLS_PLAINTEXT_OTHER, "RFC 8446 section 5.1",
            "%s speaks %s, not TLS: \"%s\"", server, protocol, bytes);
    } else {
        (void)cm_finding_add(c, CM_CAUSE_TLS_PLAINTEXT_OTHER,
                             "RFC 8446 section 5.1",
                             "%s answered our ClientHello with something that "
                             "is no TLS record: \"%s\"",
                             server, bytes);
    }
}

static void version_too_old(struct cm_case *c)
{
    const struct cm_probe *p = c->probe;

    (void)cm_finding_add(
        c, CM_CAUSE_TLS_VERSION_TOO_OLD, "RFC 8996 section 2",
        "offered TLS 1.0 to 1.3, the server chose %s%s%.*s",
        cm_tls_version_name(p->version),
        p->end == CM_END_COMPLETE ? "" : "; then the handshake failed: ",
        (int)sizeof(p->error),
        p->end == CM_END_COMPLETE ? ""
        : p->error[0] != '\0'     ? p->error
                                  : cm_end_id(p->end));
}

static void key_mismatch(struct cm_case *c)
{
    bool first_is_ca = c->leaf != NULL && c->leaf->parsed && c->leaf->is_ca;
    struct cm_finding *f = cm_finding_add(
        c, CM_CAUSE_TLS_KEY_MISMATCH, "RFC 8446 section 4.4.3",
        "the handshake's signature (scheme 0x%04x) does not verify under the "
        "key of the certificate that was sent first%s",
        c->probe->signature,
        first_is_ca && c->probe->num_chain > 1
            ? ", which is a CA's: the chain may be in the wrong order"
            : "");

    if (c->leaf != NULL) {
        cm_finding_about(c, f, c->leaf);
    }
}

/* Alerts before the server chose anything: our hello displeased it. */
static const struct alert_rule {
    uint8_t description;
    enum cm_cause cause;
    enum cm_confidence confidence;
    const char *rule;
    const char *meaning;
} hello_alerts[] = {
    {40, CM_CAUSE_TLS_NO_COMMON_CIPHER, CM_PROBABLE, "RFC 8446 section 6.2",
     "which most often means that no cipher suite, key exchange group or "
     "signature scheme is common to both sides"},
    {71, CM_CAUSE_TLS_NO_COMMON_CIPHER, CM_PROBABLE, "RFC 8446 section 6.2",
     "which means that it demands stronger cipher suites, groups or signatures "
     "than were offered"},
    {70, CM_CAUSE_TLS_VERSION_TOO_OLD, CM_CERTAIN, "RFC 8996 section 2",
     "to an offer of TLS 1.0 to 1.3: it speaks older versions only"},
    {80, CM_CAUSE_TLS_INTERNAL_ERROR, CM_CERTAIN, "RFC 8446 section 6.2",
     "a fault of its own; often it has no certificate for this name"},
    {112, CM_CAUSE_TLS_SNI_UNRECOGNIZED, CM_CERTAIN, "RFC 6066 section 3",
     "so it has no certificate for the name it was asked for"},
    {120, CM_CAUSE_TLS_ALPN_FAILURE, CM_CERTAIN, "RFC 7301 section 3.2",
     "so it speaks none of the application protocols that were offered"},
};

/* After its ServerHello only these keep their meaning. */
static bool holds_after_hello(enum cm_cause cause)
{
    return cause == CM_CAUSE_TLS_INTERNAL_ERROR ||
           cause == CM_CAUSE_TLS_SNI_UNRECOGNIZED ||
           cause == CM_CAUSE_TLS_ALPN_FAILURE;
}

/* Of a server that, asked again, did otherwise. */
static const char *at_times(const struct cm_case *c, char out[CM_LABEL_SIZE])
{
    unsigned worked = 0;

    for (size_t i = 0; i < c->ev->num_answers; i++) {
        worked += cm_answer_worked(&c->ev->answers[i]);
    }
    (void)snprintf(out, CM_LABEL_SIZE,
                   "; of %zu hellos after that it answered %u, and not always "
                   "the same ones: it fails at times, as by a limit of "
                   "connections, under load, or as one of several servers",
                   c->ev->num_answers, worked);
    return out;
}

/* "; so did 7 hellos of other kinds", or "". */
static const char *in_vain(const struct cm_case *c, char out[CM_LABEL_SIZE])
{
    unsigned num = cm_judge_asked_in_vain(c);

    out[0] = '\0';
    if (cm_evidence_by_chance(c->ev)) {
        return at_times(c, out);
    }
    if (num > 0) {
        (void)snprintf(out, CM_LABEL_SIZE,
                       "; %u further hello%s, of other versions, sizes or "
                       "names, fared no better",
                       num, num == 1 ? "" : "s");
    }
    return out;
}

/* An alert that blames one respect, and hellos that differ in just that were
 * refused like it: then it is not that. */
static const struct alert_rule in_every_respect[] = {
    {40, CM_CAUSE_TLS_ALERT_OTHER, CM_CERTAIN, "RFC 8446 section 6.2",
     "and refused every cipher suite, group and signature scheme there is: it "
     "may have no certificate that it can use"},
    {70, CM_CAUSE_TLS_ALERT_OTHER, CM_CERTAIN, "RFC 8446 section 6.2",
     "and refused every version from SSLv3 to TLS 1.3 alike: it may have no "
     "certificate that it can use for them"},
};

static bool failed(const struct cm_case *c, enum cm_ask ask)
{
    return cm_evidence_count_failed(c->ev, ask) > 0;
}

static struct alert_rule doubted(const struct cm_case *c,
                                 struct alert_rule rule)
{
    if (cm_judge_asked_in_vain(c) == 0 || !failed(c, CM_ASK_TLS1_2) ||
        !failed(c, CM_ASK_TLS1_3)) {
        return rule;
    }
    if (rule.cause == CM_CAUSE_TLS_NO_COMMON_CIPHER) {
        return in_every_respect[0];
    }
    if (rule.cause == CM_CAUSE_TLS_VERSION_TOO_OLD && failed(c, CM_ASK_SSL3) &&
        failed(c, CM_ASK_TLS1_0)) {
        return in_every_respect[1];
    }
    return rule;
}

static void alert_received(struct cm_case *c)
{
    const struct cm_probe *p = c->probe;
    uint8_t number = p->alert_received.description;
    struct alert_rule rule = {number, CM_CAUSE_TLS_ALERT_OTHER, CM_CERTAIN,
                              "RFC 8446 section 6.2", ""};
    char server[CM_LABEL_SIZE];
    char vain[CM_LABEL_SIZE];
    struct cm_finding *f;

    for (size_t i = 0; i < sizeof(hello_alerts) / sizeof(*hello_alerts); i++) {
        if (hello_alerts[i].description == number &&
            (!p->server_hello || holds_after_hello(hello_alerts[i].cause))) {
            rule = hello_alerts[i];
        }
    }
    rule = doubted(c, rule);
    f = cm_finding_add(
        c, rule.cause, rule.rule,
        "%s answered our %s (server name \"%s\") with the alert %s (%u)%s%s%s",
        cm_finding_server(c, server),
        p->server_hello ? "handshake" : "ClientHello", c->ep->sni,
        cm_alert_name(number), number, rule.meaning[0] != '\0' ? ", " : "",
        rule.meaning, in_vain(c, vain));
    if (f != NULL) {
        f->confidence = rule.confidence;
    }
}

static void unexplained(struct cm_case *c, const char *what)
{
    const struct cm_probe *p = c->probe;
    const char *words =
        p->sys_errno != 0 ? strerrordesc_np(p->sys_errno) : NULL;
    char bytes[CM_LABEL_SIZE];
    struct cm_finding *f = cm_finding_add(
        c, CM_CAUSE_TLS_HANDSHAKE_UNEXPLAINED, "",
        "%s, %s%s%.*s%s%s; it began with \"%s\"", what,
        p->server_hello ? "after its ServerHello" : "before a ServerHello",
        p->error[0] != '\0' ? ": " : "", (int)sizeof(p->error), p->error,
        words != NULL ? ": " : "", words != NULL ? words : "",
        cm_banner_text(p, bytes));

    if (c->leaf != NULL) {
        cm_finding_about(c, f, c->leaf);
    }
}

static bool only_close_notify(const struct cm_probe *p)
{
    return !p->server_hello && p->alert_received.seen &&
           p->alert_received.description == ALERT_CLOSE_NOTIFY;
}

static void hung_up(struct cm_case *c, bool reset)
{
    const struct cm_probe *p = c->probe;
    char server[CM_LABEL_SIZE];
    char vain[CM_LABEL_SIZE];

    if (p->server_hello || (p->num_first_bytes > 0 && !only_close_notify(p))) {
        unexplained(c, reset ? "the server reset the connection"
                             : "the server closed the connection");
        return;
    }
    (void)cm_finding_add(
        c, reset ? CM_CAUSE_TLS_RESET_ON_HELLO : CM_CAUSE_TLS_CLOSED_ON_HELLO,
        "RFC 8446 section 6.1",
        "%s %s the connection %u ms after our ClientHello (server name "
        "\"%s\"), %s; %u %s%s",
        cm_finding_server(c, server), reset ? "reset" : "closed", p->tls_ms,
        c->ep->sni,
        only_close_notify(p) ? "with close_notify instead of an answer"
                             : "without an alert or any other byte",
        p->tries, p->tries == 1 ? "try" : "tries", in_vain(c, vain));
}

static void silent(struct cm_case *c)
{
    const struct cm_probe *p = c->probe;
    char server[CM_LABEL_SIZE];
    char vain[CM_LABEL_SIZE];

    (void)cm_finding_add(
        c, CM_CAUSE_TLS_HANDSHAKE_TIMEOUT, "",
        "%s took the connection and then %s %u ms; %u %s%s",
        cm_finding_server(c, server),
        p->server_hello ? "remained in the middle of the handshake, after its "
                          "ServerHello, for"
        : p->num_first_bytes > 0
            ? "sent a part of an answer and not the rest within"
            : "answered our ClientHello with silence for",
        p->tls_ms, p->tries, p->tries == 1 ? "try" : "tries", in_vain(c, vain));
}

static bool key_is_refused(const struct cm_cert *leaf)
{
    const struct cm_key_kind *kind = cm_path_key_kind(leaf, true);

    return kind != NULL && kind->refused;
}

/* Our TLS library ended it. When a rule about the leaf says why, that rule
 * reports it. */
static void refused_by_us(struct cm_case *c)
{
    if (c->leaf != NULL &&
        (!c->leaf->parsed || cm_judge_usage_missing(c) != NULL ||
         key_is_refused(c->leaf))) {
        return;
    }
    unexplained(c, "our side ended the handshake");
}

static void system_error(struct cm_case *c)
{
    switch (c->probe->sys_errno) {
    case ECONNRESET:
    case EPIPE:
        hung_up(c, true);
        break;
    case ETIMEDOUT:
        silent(c);
        break;
    case ENOMEM:
    case ENOBUFS:
        (void)cm_finding_add(c, CM_CAUSE_NOT_SCANNED, "",
                             "this machine ran out of memory during the "
                             "handshake");
        break;
    default:
        unexplained(c, "the connection broke");
    }
}

static void handshake_failed(struct cm_case *c)
{
    switch (c->probe->end) {
    case CM_END_ALERT_RECEIVED:
        alert_received(c);
        break;
    case CM_END_CLOSED:
        hung_up(c, false);
        break;
    case CM_END_RESET:
        hung_up(c, true);
        break;
    case CM_END_TIMEOUT:
        silent(c);
        break;
    case CM_END_SYSTEM:
        system_error(c);
        break;
    case CM_END_REFUSED_BY_US:
        refused_by_us(c);
        break;
    case CM_END_NOT_TLS:
        not_tls(c);
        break;
    case CM_END_NONE: /* judge.c says that it was not scanned */
    case CM_END_COMPLETE:
    case CM_END_PROXY:
    case CM_END_STARTTLS:
    case CM_END_COUNT:
        break;
    }
}

/* Beside a handshake that succeeded: what the inventory saw. */
static void needs_a_name(struct cm_case *c)
{
    char server[CM_LABEL_SIZE];
    struct cm_finding *f;

    if (c->ev->inventory == NULL || c->ev->inventory->sni_needed != CM_YES ||
        c->ep->sni[0] == '\0' || c->probe->end != CM_END_COMPLETE) {
        return;
    }
    f = cm_finding_add(c, CM_CAUSE_TLS_SNI_REQUIRED, "RFC 6066 section 3",
                       "%s refuses a hello without a server name, or sends "
                       "another certificate than for \"%s\"",
                       cm_finding_server(c, server), c->ep->sni);
    if (f != NULL) {
        f->blocks = false; /* the endpoint's own name works */
    }
}

void cm_judge_tls(struct cm_case *c)
{
    const struct cm_probe *p = c->probe;
    bool explained = false;

    if (p == NULL || p->reached < CM_PHASE_HANDSHAKING) {
        return;
    }
    /* Below SSLv3 there is no version that it could have chosen. */
    if (p->server_hello && p->version >= SSL3 && p->version <= TLS1_1) {
        version_too_old(c);
        explained = true;
    }
    if (p->bad_key_proof) {
        key_mismatch(c);
        explained = true;
    }
    if (cm_judge_client(c)) {
        explained = true;
    }
    if ((!explained || p->end == CM_END_COMPLETE) && !cm_judge_asked(c)) {
        handshake_failed(c);
    }
    needs_a_name(c);
}
