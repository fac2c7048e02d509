/* What causes mean: the inventory, the DNS, the connection.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_cause_text CM_CAUSE_TEXT_OF(INPUT_UNPARSABLE) = {
    "The line gives no usable host and port: a name with characters or lengths "
    "that DNS does not know, a port outside 1 to 65535, a broken address, or a "
    "record that is not CSV. The proof says where in the line.",
    CM_NO_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(INPUT_SCHEME_NOT_TLS) = {
    "The line says http, ws or port 80 and names no STARTTLS protocol, so TLS "
    "may not be meant at all. It was tried anyway; SOAP addresses often say "
    "http although the call goes over https.",
    CM_NO_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(INPUT_IDN_INVALID) = {
    "The name has letters outside ASCII and cannot be turned into the form "
    "that DNS and certificates use (IDNA 2008), or not back from it.",
    CM_NO_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(INPUT_IP_LITERAL) = {
    "The line names an address and not a host. Then no SNI is sent, the "
    "certificate must hold the very address, and Dataverse plug-ins may not "
    "call it at all.",
    CM_NO_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(INPUT_DUPLICATE) = {
    "An earlier line asks for the same host, port, protocol and SNI. The "
    "endpoint was scanned once and the result is reported for both lines.",
    CM_NO_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(NOT_SCANNED) = {
    "The run ended before this endpoint had its turn. Nothing is known about "
    "it, good or bad.",
    CM_NO_CLIENTS,
};

const struct cm_cause_text CM_CAUSE_TEXT_OF(DNS_NXDOMAIN) = {
    "The DNS says that this name does not exist: never created, deleted, or "
    "misspelt in the inventory. Some filtering resolvers lie in this way.",
    CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "The remote name could not be resolved: 'host'"},
        {CM_DOTNET, "No such host is known. (host:443); on Linux: Name or "
                    "service not known"},
        {CM_SCHANNEL, "WinHTTP error 12007"},
        {CM_CURL, "(6) Could not resolve host"},
        {CM_JAVA, "java.net.UnknownHostException: host"},
        {CM_GO, "lookup host: no such host"},
        {CM_PYTHON, "[Errno -2] Name or service not known"},
        {CM_NODE, "getaddrinfo ENOTFOUND host"},
        {CM_CHROME, "net::ERR_NAME_NOT_RESOLVED"},
        {CM_FIREFOX, "NS_ERROR_UNKNOWN_HOST"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(DNS_NO_ADDRESS) = {
    "The name exists and has neither an A nor an AAAA record; it may have mail "
    "records only.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK,
                "The remote name could not be resolved: 'host'"},
               {CM_CURL, "(6) Could not resolve host"},
               {CM_JAVA, "java.net.UnknownHostException: host"},
               {CM_PYTHON, "[Errno -5] No address associated with hostname"},
               {CM_NODE, "getaddrinfo ENOTFOUND host"},
               {CM_CHROME, "net::ERR_NAME_NOT_RESOLVED"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(DNS_SERVFAIL) = {
    "The resolver could not get an answer that it may give: the zone's servers "
    "fail, or their DNSSEC signatures do not verify. An answer that comes with "
    "checking switched off points to DNSSEC.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK,
                "The remote name could not be resolved: 'host'"},
               {CM_CURL, "(6) Could not resolve host"},
               {CM_JAVA, "java.net.UnknownHostException: host: Temporary "
                         "failure in name resolution"},
               {CM_GO, "lookup host: server misbehaving"},
               {CM_PYTHON, "[Errno -3] Temporary failure in name resolution"},
               {CM_NODE, "getaddrinfo EAI_AGAIN host"},
               {CM_CHROME, "net::ERR_NAME_NOT_RESOLVED"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(DNS_TIMEOUT_REFUSED) = {
    "No resolver answered in time, over UDP or TCP, or it refuses to answer "
    "this client. If many names fail like this, the resolver is at fault and "
    "not the names.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK,
                "The remote name could not be resolved: 'host'"},
               {CM_CURL, "(6) Could not resolve host, or (28) Resolving timed "
                         "out"},
               {CM_GO, "lookup host: i/o timeout"},
               {CM_PYTHON, "[Errno -3] Temporary failure in name resolution"},
               {CM_NODE, "getaddrinfo EAI_AGAIN host"},
               {CM_CHROME, "net::ERR_NAME_NOT_RESOLVED"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(DNS_CNAME_BROKEN) = {
    "The name is an alias, and its target does not exist, or leads back to the "
    "alias. A target that anyone may register lets a stranger take the name "
    "over.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK,
                "The remote name could not be resolved: 'host'"},
               {CM_CURL, "(6) Could not resolve host"},
               {CM_JAVA, "java.net.UnknownHostException: host"},
               {CM_NODE, "getaddrinfo ENOTFOUND host"},
               {CM_CHROME, "net::ERR_NAME_NOT_RESOLVED"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(DNS_SPECIAL_ADDRESS) = {
    "The name points to an address that no other machine can be reached at: "
    "loopback, link-local, 0.0.0.0 or the collision marker 127.0.53.53. Block "
    "lists answer so too.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "Unable to connect to the remote server"},
               {CM_CURL, "(7) Failed to connect to host port 443"},
               {CM_NODE, "connect ECONNREFUSED 127.0.0.1:443"},
               {CM_CHROME, "net::ERR_CONNECTION_REFUSED"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(DNS_PRIVATE_FOR_CLOUD) = {
    "All addresses of the name are private ones, and the clients run in a "
    "public cloud, from where there is no way to them unless a private "
    "connection was built.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK,
                "Unable to connect to the remote server, after a long wait"},
               {CM_DOTNET, "A connection attempt failed because the connected "
                           "party did not properly respond after a period of "
                           "time"},
               {CM_JAVA, "java.net.ConnectException: Connection timed out"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(DNS_SPLIT_HORIZON) = {
    "Two resolvers give other addresses, and the servers there show other "
    "certificates. What works inside may fail outside, and a scan sees one "
    "side only.",
    CM_NO_CLIENTS,
};

const struct cm_cause_text CM_CAUSE_TEXT_OF(CONNECT_REFUSED) = {
    "The machine answered at once that nothing listens on the port; a firewall "
    "that rejects looks the same.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "Unable to connect to the remote server "
                                     "(socket error 10061)"},
               {CM_DOTNET, "No connection could be made because the target "
                           "machine actively refused it."},
               {CM_SCHANNEL, "WinHTTP error 12029"},
               {CM_CURL, "(7) Failed to connect to host port 443: Connection "
                         "refused"},
               {CM_JAVA, "java.net.ConnectException: Connection refused"},
               {CM_GO, "connect: connection refused"},
               {CM_PYTHON, "ConnectionRefusedError: [Errno 111]"},
               {CM_NODE, "connect ECONNREFUSED"},
               {CM_CHROME, "net::ERR_CONNECTION_REFUSED"},
               {CM_FIREFOX, "NS_ERROR_CONNECTION_REFUSED"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CONNECT_TIMEOUT) = {
    "Nobody answered the attempts to connect. A firewall drops the packets, "
    "the machine is off, or only known source addresses are let in.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "Unable to connect to the remote server "
                                     "(socket error 10060)"},
               {CM_SCHANNEL, "WinHTTP error 12002"},
               {CM_CURL, "(28) Connection timed out"},
               {CM_JAVA, "java.net.ConnectException: Connection timed out"},
               {CM_GO, "dial tcp: i/o timeout"},
               {CM_PYTHON, "TimeoutError: [Errno 110] Connection timed out"},
               {CM_NODE, "connect ETIMEDOUT"},
               {CM_CHROME, "net::ERR_CONNECTION_TIMED_OUT"},
               {CM_FIREFOX, "NS_ERROR_NET_TIMEOUT"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CONNECT_UNREACHABLE) = {
    "A router or the own machine said that there is no way to the address. If "
    "it is an IPv6 address, the scanner's own network may lack IPv6.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "Unable to connect to the remote server "
                                     "(socket error 10051 or 10065)"},
               {CM_CURL, "(7) Network is unreachable, or No route to host"},
               {CM_JAVA, "java.net.NoRouteToHostException: No route to host"},
               {CM_PYTHON, "OSError: [Errno 101] Network is unreachable"},
               {CM_NODE, "connect ENETUNREACH or EHOSTUNREACH"},
               {CM_CHROME, "net::ERR_ADDRESS_UNREACHABLE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CONNECT_IPV6_BROKEN) = {
    "The name has IPv6 addresses and none of them works, while IPv4 does. "
    "Clients that try both hide it; those that take IPv6 first wait for a "
    "timeout each time.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "works, after a wait of up to 21 seconds"},
               {CM_JAVA, "works, or Connection timed out with "
                         "java.net.preferIPv6Addresses"},
               {CM_CHROME, "works"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CONNECT_PARTIAL) = {
    "Some of the addresses of the name answer and some do not. Each client "
    "has luck or not, depending on the address it takes.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "now and then: Unable to connect to the "
                                     "remote server"},
               {CM_CURL, "works, after a wait"},
               {CM_JAVA, "now and then: Connection timed out"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CONNECT_PROXY_FAILED) = {
    "The forward proxy answered CONNECT with another status than 200. The "
    "server was never asked.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "The remote server returned an error: "
                                     "(407) Proxy Authentication Required."},
               {CM_CURL, "(56) CONNECT tunnel failed, response 407"},
               {CM_JAVA, "Unable to tunnel through proxy. Proxy returns "
                         "\"HTTP/1.1 407 Proxy Authentication Required\""},
               {CM_PYTHON, "Tunnel connection failed: 407 Proxy Authentication "
                           "Required"},
               {CM_CHROME, "net::ERR_TUNNEL_CONNECTION_FAILED"}),
};
