/* What causes mean: the inventory and the DNS.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

#define UNRESOLVED_NETFX "The remote name could not be resolved: 'host'"
#define UNRESOLVED_DOTNET                                                      \
    "No such host is known. (host:443); on Linux: Name or service not known"
#define UNRESOLVED_WINHTTP                                                     \
    "WinHTTP error 12007, ERROR_WINHTTP_NAME_NOT_RESOLVED"
#define UNRESOLVED_CURL "(6) Could not resolve host: host"
#define UNRESOLVED_JAVA "java.net.UnknownHostException: host"
#define UNRESOLVED_CHROME "net::ERR_NAME_NOT_RESOLVED"
#define UNRESOLVED_FIREFOX "NS_ERROR_UNKNOWN_HOST"

const struct cm_cause_text CM_CAUSE_TEXT_OF(INPUT_UNPARSABLE) = {
    .meaning = "The line gives no usable host and port: a name with characters "
               "or lengths that DNS does not know, a port outside 1 to 65535, "
               "a broken address, or a record that is not CSV. The proof says "
               "where in the line.",
    .rule = "RFC 1035 section 2.3.4, RFC 1123 section 2.1 and RFC 3986 section "
            "3.2; RFC 4180 section 2 for the record",
    .detected =
        "Reading the row: no host, a label above 63 or a name above 253 "
        "octets, a character that host names cannot have, a port that is no "
        "number or out of range, an address in brackets that is none.",
    .clients = CM_NO_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(INPUT_SCHEME_NOT_TLS) = {
    .meaning =
        "The line says http, ws or port 80 and names no STARTTLS protocol, so "
        "TLS may not be meant at all. It was tried anyway; SOAP addresses "
        "often say http although the call goes over https.",
    .rule = "RFC 9110 section 4.2.1: http is the scheme without TLS",
    .detected = "The row has such a scheme, or port 80, and no protocol that "
                "starts TLS later.",
    .clients = CM_NO_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(INPUT_IDN_INVALID) = {
    .meaning =
        "The name has letters outside ASCII and cannot be turned into the form "
        "that DNS and certificates use (IDNA 2008), or not back from it.",
    .rule = "RFC 5891 section 4",
    .detected = "The conversion of the host to A-labels fails, or converting "
                "back gives another name.",
    .clients = CM_NO_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(INPUT_IP_LITERAL) = {
    .meaning = "The line names an address and not a host. Then no SNI is sent, "
               "the certificate must hold the very address, and Dataverse "
               "plug-ins may not call it at all.",
    .rule = "RFC 6066 section 3: SNI has no addresses; RFC 9525 section 6.5",
    .detected = "The host of the row is an IPv4 or IPv6 address.",
    .clients = CM_NO_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(INPUT_DUPLICATE) = {
    .meaning =
        "An earlier line asks for the same host, port, protocol and SNI. The "
        "endpoint was scanned once and the result is reported for both lines.",
    .rule = "no RFC: the inventory is the user's own file; RFC 4343 section 3 "
            "compares the names without case",
    .detected = "Host, port, protocol and SNI of the row, in their normal "
                "form, equal those of a row before.",
    .clients = CM_NO_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(NOT_SCANNED) = {
    .meaning = "The run ended before this endpoint had its turn. Nothing is "
               "known about it, good or bad.",
    .rule = "no RFC: the scan itself was stopped, by a signal or for want of "
            "disk or memory",
    .detected = "The row was read and no probe of its endpoint was recorded.",
    .clients = CM_NO_CLIENTS,
};

const struct cm_cause_text CM_CAUSE_TEXT_OF(INPUT_FAMILY_LEFT_OUT) = {
    .meaning = "The row names an IPv6 address and the run was told to use IPv4 "
               "only (--ipv4), or the other way round (--ipv6). Nothing is "
               "known about the endpoint, good or bad. Scan the row without "
               "the option, from a machine that has a way to such addresses.",
    .rule =
        "no RFC: which family to use is the choice of whoever starts the run",
    .detected = "The host of the row is an address, the address is of the "
                "other family than the run's, and no connection was tried.",
    .clients = CM_NO_CLIENTS,
};

const struct cm_cause_text CM_CAUSE_TEXT_OF(DNS_NXDOMAIN) = {
    .meaning = "The DNS says that this name does not exist: never created, "
               "deleted, or misspelt in the inventory. Some filtering "
               "resolvers lie in this way.",
    .rule = "RFC 1035 section 4.1.1 and RFC 2308 section 2.1",
    .detected = "The answer to both questions, A and AAAA, is response code 3 "
                "for the full name.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, UNRESOLVED_NETFX}, {CM_DOTNET, UNRESOLVED_DOTNET},
        {CM_SCHANNEL, UNRESOLVED_WINHTTP}, {CM_CURL, UNRESOLVED_CURL},
        {CM_JAVA, UNRESOLVED_JAVA}, {CM_GO, "lookup host: no such host"},
        {CM_PYTHON, "socket.gaierror: [Errno -2] Name or service not known"},
        {CM_NODE, "getaddrinfo ENOTFOUND host"}, {CM_CHROME, UNRESOLVED_CHROME},
        {CM_FIREFOX, UNRESOLVED_FIREFOX}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(DNS_NO_ADDRESS) = {
    .meaning = "The name exists and has neither an A nor an AAAA record; it "
               "may have mail records only.",
    .rule = "RFC 2308 section 2.2",
    .detected = "Response code 0 without an address at the end of the aliases, "
                "for A and for AAAA.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, UNRESOLVED_NETFX},
        {CM_DOTNET, "No such host is known. (host:443); on Linux: No address "
                    "associated with hostname"},
        {CM_SCHANNEL, UNRESOLVED_WINHTTP}, {CM_CURL, UNRESOLVED_CURL},
        {CM_JAVA, UNRESOLVED_JAVA ": No address associated with hostname"},
        {CM_GO, "lookup host: no such host"},
        {CM_PYTHON,
         "socket.gaierror: [Errno -5] No address associated with hostname"},
        {CM_NODE, "getaddrinfo ENOTFOUND host"}, {CM_CHROME, UNRESOLVED_CHROME},
        {CM_FIREFOX, UNRESOLVED_FIREFOX}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(DNS_SERVFAIL) = {
    .meaning =
        "The resolver could not get an answer that it may give: the zone's "
        "servers fail, or their DNSSEC signatures do not verify. An answer "
        "that comes with checking switched off points to DNSSEC.",
    .rule = "RFC 1035 section 4.1.1; RFC 4035 section 5.5 for DNSSEC",
    .detected =
        "Every resolver answered with response code 2. A second question with "
        "checking disabled (CD) that is answered makes it DNSSEC.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, UNRESOLVED_NETFX},
        {CM_DOTNET, "No such host is known. (host:443); on Linux: Resource "
                    "temporarily unavailable"},
        {CM_SCHANNEL, UNRESOLVED_WINHTTP}, {CM_CURL, UNRESOLVED_CURL},
        {CM_JAVA, UNRESOLVED_JAVA ": Temporary failure in name resolution"},
        {CM_GO, "lookup host: server misbehaving"},
        {CM_PYTHON,
         "socket.gaierror: [Errno -3] Temporary failure in name resolution"},
        {CM_NODE, "getaddrinfo EAI_AGAIN host"}, {CM_CHROME, UNRESOLVED_CHROME},
        {CM_FIREFOX, UNRESOLVED_FIREFOX}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(DNS_TIMEOUT_REFUSED) = {
    .meaning = "No resolver answered in time, over UDP or TCP, or it refuses "
               "to answer this client. If many names fail like this, the "
               "resolver is at fault and not the names.",
    .rule = "RFC 1035 sections 4.1.1 and 4.2.1",
    .detected = "All tries at all resolvers timed out, or the answer has "
                "response code 5.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, UNRESOLVED_NETFX}, {CM_DOTNET, UNRESOLVED_DOTNET},
        {CM_SCHANNEL, UNRESOLVED_WINHTTP},
        {CM_CURL, "(6) Could not resolve host, or (28) Resolving timed out"},
        {CM_JAVA, UNRESOLVED_JAVA ": Temporary failure in name resolution"},
        {CM_GO, "lookup host: i/o timeout"},
        {CM_PYTHON,
         "socket.gaierror: [Errno -3] Temporary failure in name resolution"},
        {CM_NODE, "getaddrinfo EAI_AGAIN host"},
        {CM_CHROME, UNRESOLVED_CHROME " or net::ERR_DNS_TIMED_OUT"},
        {CM_FIREFOX, UNRESOLVED_FIREFOX}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(DNS_CNAME_BROKEN) = {
    .meaning = "The name is an alias, and its target does not exist, or leads "
               "back to the alias. A target that anyone may register lets a "
               "stranger take the name over.",
    .rule = "RFC 1034 section 3.6.2",
    .detected =
        "The answer has a CNAME, and its end does not exist, comes round in a "
        "circle, or is more than eight steps away. The proof names the steps.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, UNRESOLVED_NETFX}, {CM_DOTNET, UNRESOLVED_DOTNET},
        {CM_SCHANNEL, UNRESOLVED_WINHTTP}, {CM_CURL, UNRESOLVED_CURL},
        {CM_JAVA, UNRESOLVED_JAVA}, {CM_GO, "lookup host: no such host"},
        {CM_PYTHON, "socket.gaierror: [Errno -2] Name or service not known"},
        {CM_NODE, "getaddrinfo ENOTFOUND host"}, {CM_CHROME, UNRESOLVED_CHROME},
        {CM_FIREFOX, UNRESOLVED_FIREFOX}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(DNS_SPECIAL_ADDRESS) = {
    .meaning = "The name points to an address that no other machine can be "
               "reached at: loopback, link-local, 0.0.0.0 or the collision "
               "marker 127.0.53.53. Block lists answer so too.",
    .rule = "RFC 6890 section 2.2",
    .detected = "All addresses of the name lie in blocks set aside for such "
                "purposes, and the row does not ask for loopback itself.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         "Unable to connect to the remote server (socket error 10061)"},
        {CM_DOTNET, "No connection could be made because the target machine "
                    "actively refused it."},
        {CM_SCHANNEL, "WinHTTP error 12029, ERROR_WINHTTP_CANNOT_CONNECT"},
        {CM_CURL, "(7) Failed to connect to host port 443: Connection refused"},
        {CM_JAVA, "java.net.ConnectException: Connection refused"},
        {CM_GO, "connect: connection refused"},
        {CM_PYTHON, "ConnectionRefusedError: [Errno 111] Connection refused"},
        {CM_NODE, "connect ECONNREFUSED 127.0.0.1:443"},
        {CM_CHROME, "net::ERR_CONNECTION_REFUSED"},
        {CM_FIREFOX, "NS_ERROR_CONNECTION_REFUSED"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(DNS_PRIVATE_FOR_CLOUD) = {
    .meaning = "All addresses of the name are private ones, and the clients "
               "run in a public cloud, from where there is no way to them "
               "unless a private connection was built.",
    .rule = "RFC 1918 section 3, RFC 4193 section 1 and RFC 6598 section 7",
    .detected =
        "The scan was told that the clients are in a cloud, and every address "
        "is private (10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7).",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "Unable to connect to the remote server (socket "
                              "error 10060), after a long wait"},
        {CM_DOTNET, "A connection attempt failed because the connected party "
                    "did not properly respond after a period of time"},
        {CM_SCHANNEL, "WinHTTP error 12002, ERROR_WINHTTP_TIMEOUT"},
        {CM_CURL, "(28) Connection timed out"},
        {CM_JAVA, "java.net.ConnectException: Connection timed out"},
        {CM_GO, "dial tcp: i/o timeout"},
        {CM_PYTHON, "TimeoutError: [Errno 110] Connection timed out"},
        {CM_NODE, "connect ETIMEDOUT"},
        {CM_CHROME, "net::ERR_CONNECTION_TIMED_OUT"},
        {CM_FIREFOX, "NS_ERROR_NET_TIMEOUT"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(DNS_SPLIT_HORIZON) = {
    .meaning = "Two resolvers give other addresses, and the servers there show "
               "other certificates. What works inside may fail outside, and a "
               "scan sees one side only.",
    .rule = "RFC 9499 section 6 (split DNS); RFC 1918 section 5 warns of names "
            "that leak",
    .detected = "With a second resolver: its addresses differ from the first "
                "one's, and so do the certificates served there.",
    .clients = CM_EVERY_CLIENT("works or fails, by the resolver it asks"),
};
