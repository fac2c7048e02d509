/* The way to the server: the inventory line, its DNS name, the connection.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "judge/rules.h"

#define MAX_LISTED 4U /* addresses named in one proof */

void cm_judge_input(struct cm_case *c)
{
    const struct cm_endpoint *ep = c->ep;

    if (ep->scheme_not_tls) {
        (void)cm_finding_add(c, CM_CAUSE_INPUT_SCHEME_NOT_TLS, "",
                             "the line asks for port %u by a scheme or port "
                             "that does not mean TLS, and names no STARTTLS "
                             "protocol",
                             ep->port);
    }
    if (ep->is_ip && ep->port != 0) {
        (void)cm_finding_add(c, CM_CAUSE_INPUT_IP_LITERAL, "RFC 6066 section 3",
                             "%s is an address: clients send no server name "
                             "for it, and the certificate must hold the "
                             "address itself",
                             ep->host);
    }
}

struct dns_rule {
    enum cm_cause cause;
    const char *rule;
    const char *seen; /* NULL: nothing is wrong */
    enum cm_confidence confidence;
};

static const struct dns_rule dns_rules[CM_DNS_RESULT_COUNT] = {
    [CM_DNS_NXDOMAIN] = {CM_CAUSE_DNS_NXDOMAIN, "RFC 2308 section 2.1",
                         "the resolver says that the name does not exist "
                         "(NXDOMAIN)",
                         CM_CERTAIN},
    [CM_DNS_NO_ADDRESS] = {CM_CAUSE_DNS_NO_ADDRESS, "RFC 2308 section 2.2",
                           "the name exists, but has neither an A nor an AAAA "
                           "record",
                           CM_CERTAIN},
    [CM_DNS_SERVFAIL] = {CM_CAUSE_DNS_SERVFAIL, "RFC 1035 section 4.1.1",
                         "the resolver answered SERVFAIL", CM_CERTAIN},
    [CM_DNS_REFUSED] = {CM_CAUSE_DNS_TIMEOUT_REFUSED, "RFC 1035 section 4.1.1",
                        "the resolver answered REFUSED", CM_CERTAIN},
    [CM_DNS_TIMEOUT] = {CM_CAUSE_DNS_TIMEOUT_REFUSED, "RFC 1035 section 4.2.1",
                        "the resolver did not answer in time", CM_CERTAIN},
    [CM_DNS_CNAME_BROKEN] = {CM_CAUSE_DNS_CNAME_BROKEN,
                             "RFC 1034 section 3.6.2",
                             "the name is an alias that leads to no address",
                             CM_CERTAIN},
    [CM_DNS_FAILED] = {CM_CAUSE_DNS_SERVFAIL, "RFC 1035 section 4.1.1",
                       "the answer could not be used", CM_PROBABLE},
};

static void resolution_failed(struct cm_case *c)
{
    const struct cm_dns_evidence *dns = &c->ev->dns;
    const struct dns_rule *rule = &dns_rules[dns->result];
    bool alias = dns->cname[0] != '\0';
    bool detail = dns->detail[0] != '\0';
    struct cm_finding *f;

    if (rule->seen == NULL) {
        return;
    }
    f = cm_finding_add(
        c, rule->cause, rule->rule, "%s: %s, after %u ms%s%.*s%s%.*s",
        c->ep->host, rule->seen, dns->ms, alias ? "; it is an alias of " : "",
        (int)sizeof(dns->cname), alias ? dns->cname : "", detail ? "; " : "",
        (int)sizeof(dns->detail), detail ? dns->detail : "");
    if (f != NULL) {
        f->confidence = rule->confidence;
    }
}

/* The addresses of a scope, as text; how many there are. */
static unsigned list_scope(const struct cm_dns_evidence *dns,
                           enum cm_address_scope scope, struct cm_buf *out)
{
    unsigned num = 0;

    for (unsigned i = 0; i < dns->num_addresses; i++) {
        struct cm_address address = dns->addresses[i];
        char text[CM_ADDRESS_TEXT_SIZE];

        if (cm_address_scope(&address) != scope) {
            continue;
        }
        address.port = 0;
        if (num < MAX_LISTED) {
            (void)cm_buf_printf(out, "%s%s", num > 0 ? ", " : "",
                                cm_address_text(&address, text));
        }
        num++;
    }
    return num;
}

static void special_addresses(struct cm_case *c)
{
    const struct cm_dns_evidence *dns = &c->ev->dns;
    bool works = cm_judge_saw_tls(c);
    struct cm_finding *f;
    struct cm_buf list;
    unsigned num;

    if (c->policy->special_addresses_ok) {
        return;
    }
    cm_buf_init(&list, 1024);
    num = list_scope(dns, CM_SCOPE_SPECIAL, &list);
    if (num > 0) {
        f = cm_finding_add(c, CM_CAUSE_DNS_SPECIAL_ADDRESS, "RFC 6890",
                           "%s leads to %s: %u of its %u addresses %s only a "
                           "meaning inside one machine or network%s",
                           c->ep->host, cm_finding_text(c, &list), num,
                           dns->num_addresses, num == 1 ? "has" : "have",
                           works ? "; from here TLS nevertheless works" : "");
        if (f != NULL && works) {
            f->blocks = false;
            f->severity = CM_SEVERITY_HYGIENE;
        }
    }
    cm_buf_cleanup(&list);
}

static void private_addresses(struct cm_case *c)
{
    const struct cm_dns_evidence *dns = &c->ev->dns;
    struct cm_buf list;

    if (!c->policy->cloud_clients) {
        return;
    }
    cm_buf_init(&list, 1024);
    if (c->ep->is_ip) {
        if (cm_address_scope(&c->ep->literal) == CM_SCOPE_PRIVATE) {
            (void)cm_finding_add(c, CM_CAUSE_DNS_PRIVATE_FOR_CLOUD, "RFC 1918",
                                 "%s is a private address, which clients in a "
                                 "public cloud cannot reach",
                                 c->ep->host);
        }
    } else if (dns->num_addresses > 0 &&
               list_scope(dns, CM_SCOPE_PRIVATE, &list) == dns->num_addresses) {
        (void)cm_finding_add(c, CM_CAUSE_DNS_PRIVATE_FOR_CLOUD, "RFC 1918",
                             "%s leads to private addresses only (%s), which "
                             "clients in a public cloud cannot reach",
                             c->ep->host, cm_finding_text(c, &list));
    }
    cm_buf_cleanup(&list);
}

static bool is_of_second(const struct cm_dns_evidence *dns,
                         const struct cm_probe *probe)
{
    for (unsigned i = 0; i < dns->num_addresses; i++) {
        if (dns->addresses[i].family == probe->address.family &&
            memcmp(dns->addresses[i].bytes, probe->address.bytes,
                   sizeof(probe->address.bytes)) == 0) {
            return dns->from_second[i];
        }
    }
    return false;
}

/* Other addresses are usual (a CDN answers by place); other certificates are
 * worth a look. */
static void split_horizon(struct cm_case *c)
{
    const struct cm_dns_evidence *dns = &c->ev->dns;
    const struct cm_probe *sides[2] = {NULL, NULL};
    char first[CM_ADDRESS_TEXT_SIZE];
    char second[CM_ADDRESS_TEXT_SIZE];
    char first_cert[CM_LABEL_SIZE];
    char second_cert[CM_LABEL_SIZE];

    for (size_t i = 0; dns->second_differs && i < c->ev->num_probes; i++) {
        const struct cm_probe *probe = &c->ev->probes[i];
        unsigned side = is_of_second(dns, probe) ? 1 : 0;

        if (probe->num_chain > 0 && sides[side] == NULL) {
            sides[side] = probe;
        }
    }
    if (sides[0] == NULL || sides[1] == NULL ||
        memcmp(sides[0]->chain[0]->sha256, sides[1]->chain[0]->sha256,
               CM_SHA256_LEN) == 0) {
        return;
    }
    (void)cm_finding_add(
        c, CM_CAUSE_DNS_SPLIT_HORIZON, "",
        "one resolver leads to %s with %s, the other to %s with %s",
        cm_address_text(&sides[0]->address, first),
        cm_finding_cert_name(sides[0]->chain[0], first_cert),
        cm_address_text(&sides[1]->address, second),
        cm_finding_cert_name(sides[1]->chain[0], second_cert));
}

void cm_judge_dns(struct cm_case *c)
{
    resolution_failed(c);
    if (c->ev->dns.result == CM_DNS_OK) {
        special_addresses(c);
        split_horizon(c);
    }
    private_addresses(c);
}

static bool connected(const struct cm_probe *probe)
{
    return probe->reached > CM_PHASE_CONNECTING;
}

static bool connect_failed(const struct cm_probe *probe)
{
    return !connected(probe) &&
           (probe->end == CM_END_TIMEOUT || probe->end == CM_END_CLOSED ||
            probe->end == CM_END_RESET || probe->end == CM_END_SYSTEM);
}

/* CM_CAUSE_NOT_SCANNED: it was a fault of this machine. */
static enum cm_cause cause_of_errno(int error)
{
    switch (error) {
    case ECONNREFUSED:
    case ECONNRESET:
    case EPIPE:
        return CM_CAUSE_CONNECT_REFUSED;
    case ETIMEDOUT:
        return CM_CAUSE_CONNECT_TIMEOUT;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
    case EADDRNOTAVAIL:
        return CM_CAUSE_NOT_SCANNED;
    default:
        return CM_CAUSE_CONNECT_UNREACHABLE;
    }
}

static enum cm_cause cause_of(const struct cm_probe *probe)
{
    if (probe->end == CM_END_TIMEOUT) {
        return CM_CAUSE_CONNECT_TIMEOUT;
    }
    if (probe->end == CM_END_SYSTEM) {
        return cause_of_errno(probe->sys_errno);
    }
    return CM_CAUSE_CONNECT_REFUSED;
}

static void say_how_failed(const struct cm_probe *probe, struct cm_buf *out)
{
    const char *words =
        probe->sys_errno != 0 ? strerrordesc_np(probe->sys_errno) : NULL;
    char text[CM_ADDRESS_TEXT_SIZE];

    (void)cm_buf_printf(out, "%s: ", cm_address_text(&probe->address, text));
    if (probe->end == CM_END_TIMEOUT) {
        (void)cm_buf_printf(out, "no answer within %u ms", probe->connect_ms);
    } else {
        (void)cm_buf_printf(out, "%s after %u ms",
                            words != NULL ? words : "refused",
                            probe->connect_ms);
    }
    if (probe->tries > 1) {
        (void)cm_buf_printf(out, ", %u tries", probe->tries);
    }
}

/* One finding for all addresses that failed in this way. */
static void not_connected(struct cm_case *c, enum cm_cause cause)
{
    struct cm_buf list;
    unsigned num = 0;

    cm_buf_init(&list, 4096);
    for (size_t i = 0; i < c->ev->num_probes; i++) {
        const struct cm_probe *probe = &c->ev->probes[i];

        if (!connect_failed(probe) || cause_of(probe) != cause) {
            continue;
        }
        if (num < MAX_LISTED) {
            (void)cm_buf_puts(&list, num > 0 ? "; " : "");
            say_how_failed(probe, &list);
        }
        num++;
    }
    if (num > MAX_LISTED) {
        (void)cm_buf_printf(&list, "; and %u more", num - MAX_LISTED);
    }
    if (num > 0) {
        (void)cm_finding_add(c, cause,
                             cause == CM_CAUSE_NOT_SCANNED ? "" : "RFC 9293",
                             "%s", cm_finding_text(c, &list));
    }
    cm_buf_cleanup(&list);
}

struct tally {
    unsigned good;
    unsigned bad;
    unsigned no_route; /* bad ones for which this machine has no route */
};

static bool is_bad(const struct cm_probe *probe)
{
    return connect_failed(probe) ||
           (probe->reached == CM_PHASE_HANDSHAKING && !probe->server_hello &&
            probe->end != CM_END_NONE);
}

static struct tally count(const struct cm_case *c, unsigned family)
{
    struct tally tally = {0, 0, 0};

    for (size_t i = 0; i < c->ev->num_probes; i++) {
        const struct cm_probe *probe = &c->ev->probes[i];

        if (probe->address.family != family) {
            continue;
        }
        if (probe->server_hello) {
            tally.good++;
        } else if (is_bad(probe)) {
            tally.bad++;
            tally.no_route += probe->end == CM_END_SYSTEM &&
                                      (probe->sys_errno == ENETUNREACH ||
                                       probe->sys_errno == EADDRNOTAVAIL)
                                  ? 1U
                                  : 0U;
        }
    }
    return tally;
}

static void say_bad(const struct cm_case *c, struct cm_buf *out, bool v6_too)
{
    unsigned num = 0;

    for (size_t i = 0; i < c->ev->num_probes; i++) {
        const struct cm_probe *probe = &c->ev->probes[i];
        char text[CM_ADDRESS_TEXT_SIZE];

        if (!is_bad(probe) || (!v6_too && probe->address.family == 6) ||
            num == MAX_LISTED) {
            continue;
        }
        (void)cm_buf_puts(out, num++ > 0 ? "; " : "");
        if (connect_failed(probe)) {
            say_how_failed(probe, out);
        } else {
            (void)cm_buf_printf(out, "%s: connects, but gives no TLS answer",
                                cm_address_text(&probe->address, text));
        }
    }
}

/* Some addresses work. That this machine has no IPv6 says nothing about the
 * server, so failures for want of a route do not count. */
static void partly_connected(struct cm_case *c)
{
    struct tally v4 = count(c, 4);
    struct tally v6 = count(c, 6);
    bool v6_broken = v4.good > 0 && v6.good == 0 && v6.bad > v6.no_route;
    bool partial = v4.good + v6.good > 0 &&
                   (v4.bad > 0 || (v6.bad > v6.no_route && !v6_broken));
    struct cm_buf list;

    cm_buf_init(&list, 4096);
    if (v6_broken) {
        say_bad(c, &list, true);
        (void)cm_finding_add(c, CM_CAUSE_CONNECT_IPV6_BROKEN, "RFC 8305",
                             "%u of %u IPv6 addresses tried fail while IPv4 "
                             "works: %s",
                             v6.bad, v6.bad + v6.good,
                             cm_finding_text(c, &list));
        cm_buf_clear(&list);
    }
    if (partial) {
        say_bad(c, &list, !v6_broken);
        (void)cm_finding_add(
            c, CM_CAUSE_CONNECT_PARTIAL, "",
            "%u of %u addresses tried fail: %s", v4.bad + v6.bad,
            v4.bad + v6.bad + v4.good + v6.good, cm_finding_text(c, &list));
    }
    cm_buf_cleanup(&list);
}

static void proxy_failed(struct cm_case *c)
{
    const struct cm_probe *probe = c->probe;
    char text[CM_ADDRESS_TEXT_SIZE] = "the proxy";

    if (probe->address.family != 0) {
        (void)cm_address_text(&probe->address, text);
    }
    (void)cm_finding_add(
        c, CM_CAUSE_CONNECT_PROXY_FAILED, "RFC 9110 section 9.3.6",
        "CONNECT %s:%u by %s failed with status %u: %.*s", c->ep->host,
        c->ep->port, text, probe->proxy_status, (int)sizeof(probe->error),
        probe->error[0] != '\0' ? probe->error : "no reason given");
}

void cm_judge_connect(struct cm_case *c)
{
    static const enum cm_cause causes[] = {
        CM_CAUSE_CONNECT_REFUSED, CM_CAUSE_CONNECT_TIMEOUT,
        CM_CAUSE_CONNECT_UNREACHABLE, CM_CAUSE_NOT_SCANNED};

    if (c->probe == NULL) {
        return;
    }
    if (c->probe->end == CM_END_PROXY) {
        proxy_failed(c);
    } else if (connected(c->probe)) {
        partly_connected(c);
    } else {
        for (size_t i = 0; i < sizeof(causes) / sizeof(*causes); i++) {
            not_connected(c, causes[i]);
        }
    }
}
