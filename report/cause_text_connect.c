/* What causes mean: the way to the server.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_cause_text CM_CAUSE_TEXT_OF(CONNECT_REFUSED) = {
    .meaning = "The machine answered at once that nothing listens on the port; "
               "a firewall that rejects looks the same.",
    .rule = "RFC 9293 section 3.5.2",
    .detected = "Every address answered the connection attempt with a reset "
                "(ECONNREFUSED).",
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
        {CM_NODE, "connect ECONNREFUSED"},
        {CM_CHROME, "net::ERR_CONNECTION_REFUSED"},
        {CM_FIREFOX, "NS_ERROR_CONNECTION_REFUSED"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CONNECT_TIMEOUT) = {
    .meaning = "Nobody answered the attempts to connect. A firewall drops the "
               "packets, the machine is off, or only known source addresses "
               "are let in.",
    .rule = "RFC 9293 section 3.8.3",
    .detected = "No address answered the connection attempt within the time "
                "allowed, repeated as often as --retries says.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         "Unable to connect to the remote server (socket error 10060)"},
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
const struct cm_cause_text CM_CAUSE_TEXT_OF(CONNECT_UNREACHABLE) = {
    .meaning =
        "A router or the own machine said that there is no way to the address. "
        "If it is an IPv6 address, the scanner's own network may lack IPv6.",
    .rule = "RFC 1122 section 4.2.3.9 and RFC 4443 section 3.1",
    .detected = "The connection attempts ended with EHOSTUNREACH, ENETUNREACH "
                "or another error of the path.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "Unable to connect to the remote server (socket "
                              "error 10051 or 10065)"},
        {CM_DOTNET,
         "A socket operation was attempted to an unreachable network, or host; "
         "on Linux: Network is unreachable, or No route to host"},
        {CM_SCHANNEL, "WinHTTP error 12029, ERROR_WINHTTP_CANNOT_CONNECT"},
        {CM_CURL, "(7) Network is unreachable, or No route to host"},
        {CM_JAVA, "java.net.NoRouteToHostException: No route to host"},
        {CM_GO, "connect: network is unreachable, or no route to host"},
        {CM_PYTHON, "OSError: [Errno 101] Network is unreachable"},
        {CM_NODE, "connect ENETUNREACH or EHOSTUNREACH"},
        {CM_CHROME, "net::ERR_ADDRESS_UNREACHABLE"},
        {CM_FIREFOX, "NS_ERROR_CONNECTION_REFUSED"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CONNECT_IPV6_BROKEN) = {
    .meaning = "The name has IPv6 addresses and none of them works, while IPv4 "
               "does. Clients that try both hide it; those that take IPv6 "
               "first wait for a timeout each time.",
    .rule = "RFC 8305 section 3",
    .detected = "Every IPv6 address failed to connect and an IPv4 address did. "
                "That the scanner has IPv6 itself is known from other rows.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "works, after a wait of up to 21 seconds"},
        {CM_DOTNET, "works, after a wait"}, {CM_SCHANNEL, "works"},
        {CM_CURL, "works"},
        {CM_JAVA,
         "works, or Connection timed out with java.net.preferIPv6Addresses"},
        {CM_GO, "works"}, {CM_PYTHON, "works, after a wait"},
        {CM_NODE, "works; before version 20: connect ETIMEDOUT"},
        {CM_CHROME, "works"}, {CM_FIREFOX, "works"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CONNECT_PARTIAL) = {
    .meaning = "Some of the addresses of the name answer and some do not. Each "
               "client has luck or not, depending on the address it takes.",
    .rule = "RFC 1794 section 3: clients take the addresses in turn; RFC 1123 "
            "section 2.3 asks them to try all",
    .detected = "At least one address connected and at least one did not, "
                "after the retries.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         "now and then: Unable to connect to the remote server"},
        {CM_DOTNET, "works, after a wait"},
        {CM_SCHANNEL, "works, after a wait"}, {CM_CURL, "works, after a wait"},
        {CM_JAVA,
         "now and then: java.net.ConnectException: Connection timed out"},
        {CM_GO, "works, after a wait"}, {CM_PYTHON, "works, after a wait"},
        {CM_NODE, "now and then: connect ETIMEDOUT"},
        {CM_CHROME, "works, after a wait"},
        {CM_FIREFOX, "works, after a wait"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CONNECT_PROXY_FAILED) = {
    .meaning = "The forward proxy answered CONNECT with another status than "
               "200. The server was never asked.",
    .rule = "RFC 9110 section 9.3.6",
    .detected =
        "The status line of the proxy's answer, which the proof quotes. 407 "
        "means that the proxy wants a password from the scanner.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "The remote server returned an error: (407) "
                              "Proxy Authentication Required."},
        {CM_DOTNET, "The proxy tunnel request to proxy 'http://proxy/' failed "
                    "with status code '407'."},
        {CM_SCHANNEL, "WinHTTP: HTTP status 407, or error 12029"},
        {CM_CURL, "(56) CONNECT tunnel failed, response 407"},
        {CM_JAVA, "Unable to tunnel through proxy. Proxy returns \"HTTP/1.1 "
                  "407 Proxy Authentication Required\""},
        {CM_GO, "Proxy Authentication Required"},
        {CM_PYTHON,
         "Tunnel connection failed: 407 Proxy Authentication Required"},
        {CM_NODE, "what its proxy agent says, such as: Proxy response (407) "
                  "!== 200 when HTTP Tunneling"},
        {CM_CHROME, "net::ERR_TUNNEL_CONNECTION_FAILED"},
        {CM_FIREFOX, "NS_ERROR_PROXY_AUTHENTICATION_FAILED, or "
                     "NS_ERROR_PROXY_CONNECTION_REFUSED"}),
};
