/* What came of asking for TLS in another protocol.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "judge/rules.h"

static const struct starttls_protocol {
    const char *name;
    const char *title;
    const char *request; /* how TLS is asked for */
    const char *rule;
} protocols[] = {
    {"smtp", "SMTP", "STARTTLS", "RFC 3207 section 4"},
    {"submission", "SMTP submission", "STARTTLS", "RFC 3207 section 4"},
    {"lmtp", "LMTP", "STARTTLS", "RFC 3207 section 4"},
    {"imap", "IMAP", "STARTTLS", "RFC 9051 section 6.2.1"},
    {"pop3", "POP3", "STLS", "RFC 2595 section 4"},
    {"ftp", "FTP", "AUTH TLS", "RFC 4217 section 4"},
    {"ldap", "LDAP", "the StartTLS operation", "RFC 4511 section 4.14"},
    {"xmpp", "XMPP", "starttls", "RFC 6120 section 5"},
    {"xmpp-server", "XMPP between servers", "starttls", "RFC 6120 section 5"},
    {"postgres", "PostgreSQL", "SSLRequest", ""},
    {"mysql", "MySQL", "CLIENT_SSL", ""},
    {"mssql", "MS-SQL", "encryption in PRELOGIN", "MS-TDS 2.2.6.5"},
    {"rdp", "RDP", "TLS in the negotiation request", "MS-RDPBCGR 2.2.1.1"},
    {"nntp", "NNTP", "STARTTLS", "RFC 4642 section 2"},
    {"managesieve", "ManageSieve", "STARTTLS", "RFC 5804 section 2.2"},
    {"irc", "IRC", "STARTTLS", ""},
};

static const struct starttls_protocol *protocol_of(const struct cm_case *c)
{
    for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++) {
        if (strcmp(protocols[i].name, c->ep->protocol) == 0) {
            return &protocols[i];
        }
    }
    return NULL;
}

static const struct outcome_rule {
    enum cm_starttls_outcome outcome;
    enum cm_cause cause;
    const char *seen;
} rules[] = {
    {CM_STARTTLS_NOT_OFFERED, CM_CAUSE_STARTTLS_NOT_OFFERED, "does not offer"},
    {CM_STARTTLS_REFUSED, CM_CAUSE_STARTTLS_REFUSED, "refuses"},
    {CM_STARTTLS_MASKED, CM_CAUSE_STARTTLS_MASKED,
     "seems to offer, but a firewall on the way writes over its words for,"},
    {CM_STARTTLS_TLS_FIRST, CM_CAUSE_STARTTLS_WRONG_MODE,
     "speaks TLS from the first byte instead of waiting for"},
    {CM_STARTTLS_OTHER_PROTOCOL, CM_CAUSE_TLS_PLAINTEXT_OTHER,
     "does not speak this protocol and cannot understand"},
    {CM_STARTTLS_SILENT, CM_CAUSE_TLS_HANDSHAKE_TIMEOUT,
     "took the connection and never came to"},
    {CM_STARTTLS_CLOSED, CM_CAUSE_TLS_CLOSED_ON_HELLO,
     "closed the connection before it came to"},
};

static void report(struct cm_case *c, const struct starttls_protocol *protocol,
                   const struct outcome_rule *rule)
{
    const struct cm_probe *p = c->probe;
    bool said = p->starttls_reply[0] != '\0';
    char server[CM_LABEL_SIZE];
    struct cm_finding *f = cm_finding_add(
        c, rule->cause, protocol->rule, "%s: %s %s %s%s%s%s%s", protocol->title,
        cm_finding_server(c, server), rule->seen, protocol->request,
        said ? "; it answered \"" : "; it said nothing",
        said ? p->starttls_reply : "", said ? "\"" : "",
        rule->outcome == CM_STARTTLS_REFUSED && p->starttls_reply[0] == '4'
            ? ", which may be temporary"
            : "");

    if (f != NULL && rule->outcome == CM_STARTTLS_CLOSED) {
        f->confidence = CM_PROBABLE;
    }
}

/* Silence where a greeting was due, and then a handshake that began at once. */
static void wrong_mode(struct cm_case *c,
                       const struct starttls_protocol *protocol)
{
    char server[CM_LABEL_SIZE];

    (void)cm_finding_add(
        c, CM_CAUSE_STARTTLS_WRONG_MODE, protocol->rule,
        "%s: %s sent no greeting, but answered a ClientHello: it speaks TLS "
        "from the first byte, so the inventory should name that instead of %s",
        protocol->title, cm_finding_server(c, server), protocol->request);
}

static void injected(struct cm_case *c,
                     const struct starttls_protocol *protocol)
{
    char server[CM_LABEL_SIZE];

    (void)cm_finding_add(
        c, CM_CAUSE_STARTTLS_PLAINTEXT_INJECTION, protocol->rule,
        "%s: a command that was sent in clear, in one piece with %s, was "
        "answered by %s inside TLS: \"%s\"",
        protocol->title, protocol->request, cm_finding_server(c, server),
        c->probe->starttls_reply);
}

void cm_judge_starttls(struct cm_case *c)
{
    const struct starttls_protocol *protocol = protocol_of(c);
    const struct cm_probe *p = c->probe;

    if (protocol == NULL || p == NULL || p->reached < CM_PHASE_STARTTLS) {
        return;
    }
    if (p->starttls == CM_STARTTLS_SILENT && p->server_hello) {
        wrong_mode(c, protocol);
        return;
    }
    if (p->starttls == CM_STARTTLS_READY_INJECTED) {
        injected(c, protocol);
    }
    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
        if (p->starttls == rules[i].outcome &&
            p->reached == CM_PHASE_STARTTLS) {
            report(c, protocol, &rules[i]);
        }
    }
}
