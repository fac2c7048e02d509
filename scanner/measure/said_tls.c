/* What clients say about connections, captured from them in November 2026 where
 * they run on Linux (OpenSSL 3.0, curl 7.88, OpenJDK 17, Go 1.19, Python 3.11,
 * Node.js 20, Chromium 156, Firefox 153), else from their documentation.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/phrases.h"
#include "measure/said.h"

static const char *const words[CM_SAID_COUNT][CM_FAMILY_COUNT] = {
    [CM_SAID_VERSION] =
        {
            [CM_FAMILY_DOTNET_FRAMEWORK] = (CM_NETFX_CHANNEL),
            [CM_FAMILY_DOTNET] = (CM_DOTNET_ALERT "'ProtocolVersion'."),
            [CM_FAMILY_SCHANNEL] = "SEC_E_UNSUPPORTED_FUNCTION (0x80090302)",
            [CM_FAMILY_OPENSSL] = "tlsv1 alert protocol version",
            [CM_FAMILY_CURL] = "tlsv1 alert protocol version",
            [CM_FAMILY_JAVA] = "Received fatal alert: protocol_version",
            [CM_FAMILY_GO] =
                "remote error: tls: protocol version not supported",
            [CM_FAMILY_PYTHON] = ("[SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 "
                                  "alert protocol version"),
            [CM_FAMILY_NODE] = "tlsv1 alert protocol version",
            [CM_FAMILY_CHROME] = "net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
            [CM_FAMILY_FIREFOX] = "SSL_ERROR_PROTOCOL_VERSION_ALERT",
            [CM_FAMILY_ANDROID] = "Received fatal alert: protocol_version",
            [CM_FAMILY_APPLE] = ("An SSL error has occurred and a secure "
                                 "connection to the server cannot be made."),
        },
    [CM_SAID_VERSION_OLD] =
        {
            [CM_FAMILY_DOTNET_FRAMEWORK] = (CM_NETFX_CHANNEL),
            [CM_FAMILY_DOTNET] = (CM_DOTNET_ALERT "'ProtocolVersion'."),
            [CM_FAMILY_SCHANNEL] = ("SEC_E_UNSUPPORTED_FUNCTION (0x80090302); "
                                    "or: SEC_E_ILLEGAL_MESSAGE (0x80090326)"),
            [CM_FAMILY_OPENSSL] =
                ("tlsv1 alert protocol version; or: unsupported protocol; or: "
                 "internal error; or: legacy sigalg disallowed or unsupported"),
            [CM_FAMILY_CURL] =
                ("tlsv1 alert protocol version; or: unsupported protocol; or: "
                 "internal error; or: legacy sigalg disallowed or unsupported"),
            [CM_FAMILY_JAVA] = ("Received fatal alert: protocol_version; or: "
                                "The server selected protocol version TLS10 is "
                                "not accepted by client preferences"),
            [CM_FAMILY_GO] =
                ("remote error: tls: protocol version not supported; or: tls: "
                 "server selected unsupported protocol version"),
            [CM_FAMILY_PYTHON] =
                ("[SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol "
                 "version; or: [SSL: UNSUPPORTED_PROTOCOL] unsupported "
                 "protocol"),
            [CM_FAMILY_NODE] =
                "tlsv1 alert protocol version; or: unsupported protocol",
            [CM_FAMILY_CHROME] = "net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
            [CM_FAMILY_FIREFOX] = ("SSL_ERROR_PROTOCOL_VERSION_ALERT; or: "
                                   "SSL_ERROR_UNSUPPORTED_VERSION"),
            [CM_FAMILY_ANDROID] =
                ("Received fatal alert: protocol_version; or: "
                 "The server selected protocol version TLS10 "
                 "is not accepted by client preferences"),
            [CM_FAMILY_APPLE] = ("An SSL error has occurred and a secure "
                                 "connection to the server cannot be made."),
        },
    [CM_SAID_NO_CIPHER] =
        {
            [CM_FAMILY_DOTNET_FRAMEWORK] = (CM_NETFX_CHANNEL),
            [CM_FAMILY_DOTNET] = (CM_DOTNET_ALERT "'HandshakeFailure'."),
            [CM_FAMILY_SCHANNEL] = "SEC_E_ILLEGAL_MESSAGE (0x80090326)",
            [CM_FAMILY_OPENSSL] = "sslv3 alert handshake failure",
            [CM_FAMILY_CURL] = "sslv3 alert handshake failure",
            [CM_FAMILY_JAVA] = "Received fatal alert: handshake_failure",
            [CM_FAMILY_GO] = "remote error: tls: handshake failure",
            [CM_FAMILY_PYTHON] = ("[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] sslv3 "
                                  "alert handshake failure"),
            [CM_FAMILY_NODE] = "sslv3 alert handshake failure",
            [CM_FAMILY_CHROME] = "net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
            [CM_FAMILY_FIREFOX] = "SSL_ERROR_NO_CYPHER_OVERLAP",
            [CM_FAMILY_ANDROID] = "Received fatal alert: handshake_failure",
            [CM_FAMILY_APPLE] = ("An SSL error has occurred and a secure "
                                 "connection to the server cannot be made."),
        },
    [CM_SAID_CLIENT_CERT_12] =
        {
            [CM_FAMILY_DOTNET_FRAMEWORK] = (CM_NETFX_CHANNEL),
            [CM_FAMILY_DOTNET] = (CM_DOTNET_ALERT "'HandshakeFailure'."),
            [CM_FAMILY_SCHANNEL] = "SEC_I_INCOMPLETE_CREDENTIALS (0x00090320)",
            [CM_FAMILY_OPENSSL] = ("sslv3 alert handshake failure; or: sslv3 "
                                   "alert bad certificate"),
            [CM_FAMILY_CURL] =
                ("sslv3 alert handshake failure; or: sslv3 alert "
                 "bad certificate"),
            [CM_FAMILY_JAVA] =
                ("Received fatal alert: handshake_failure; or: Received fatal "
                 "alert: bad_certificate; or: Broken pipe"),
            [CM_FAMILY_GO] =
                ("remote error: tls: handshake failure; or: remote "
                 "error: tls: bad certificate"),
            [CM_FAMILY_PYTHON] =
                ("[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] sslv3 alert handshake "
                 "failure; or: [SSL: SSLV3_ALERT_BAD_CERTIFICATE] sslv3 alert "
                 "bad certificate"),
            [CM_FAMILY_NODE] =
                ("sslv3 alert handshake failure; or: sslv3 alert "
                 "bad certificate"),
            [CM_FAMILY_CHROME] = "net::ERR_BAD_SSL_CLIENT_AUTH_CERT",
            [CM_FAMILY_FIREFOX] = "SSL_ERROR_HANDSHAKE_FAILURE_ALERT",
            [CM_FAMILY_ANDROID] =
                ("Received fatal alert: handshake_failure; or: Received fatal "
                 "alert: bad_certificate; or: Broken pipe"),
            [CM_FAMILY_APPLE] = ("An SSL error has occurred and a secure "
                                 "connection to the server cannot be made."),
        },
    [CM_SAID_CLIENT_CERT_13] =
        {
            [CM_FAMILY_DOTNET_FRAMEWORK] = (CM_NETFX_CHANNEL),
            [CM_FAMILY_DOTNET] = (CM_DOTNET_ALERT "'CertificateRequired'."),
            [CM_FAMILY_SCHANNEL] = "alert 116 (event 36887)",
            [CM_FAMILY_OPENSSL] = "tlsv13 alert certificate required",
            [CM_FAMILY_CURL] = "tlsv13 alert certificate required",
            [CM_FAMILY_JAVA] =
                ("Received fatal alert: certificate_required; or: Broken pipe; "
                 "or: Connection reset; or: readHandshakeRecord"),
            [CM_FAMILY_GO] = ("remote error: tls: certificate required; or: "
                              "connection reset by peer"),
            [CM_FAMILY_PYTHON] =
                ("[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert "
                 "certificate required; or: Connection reset by peer; or: EOF "
                 "occurred in violation of protocol"),
            [CM_FAMILY_NODE] =
                "tlsv13 alert certificate required; or: ECONNRESET",
            [CM_FAMILY_CHROME] = ("net::ERR_BAD_SSL_CLIENT_AUTH_CERT; or: "
                                  "net::ERR_SOCKET_NOT_CONNECTED"),
            [CM_FAMILY_FIREFOX] = "SSL_ERROR_RX_CERTIFICATE_REQUIRED_ALERT",
            [CM_FAMILY_ANDROID] =
                ("Received fatal alert: certificate_required; or: Broken pipe; "
                 "or: Connection reset; or: readHandshakeRecord"),
            [CM_FAMILY_APPLE] = ("An SSL error has occurred and a secure "
                                 "connection to the server cannot be made."),
        },
    [CM_SAID_SERVER_NAME] =
        {
            [CM_FAMILY_DOTNET_FRAMEWORK] = (CM_NETFX_CHANNEL),
            [CM_FAMILY_DOTNET] = (CM_DOTNET_ALERT "'UnrecognizedName'."),
            [CM_FAMILY_SCHANNEL] = "SEC_E_ILLEGAL_MESSAGE (0x80090326)",
            [CM_FAMILY_OPENSSL] = "tlsv1 unrecognized name",
            [CM_FAMILY_CURL] = "tlsv1 unrecognized name",
            [CM_FAMILY_JAVA] = "Received fatal alert: unrecognized_name",
            [CM_FAMILY_GO] = "remote error: tls: unrecognized name",
            [CM_FAMILY_PYTHON] =
                "[SSL: TLSV1_UNRECOGNIZED_NAME] tlsv1 unrecognized name",
            [CM_FAMILY_NODE] = "tlsv1 unrecognized name",
            [CM_FAMILY_CHROME] = "net::ERR_SSL_UNRECOGNIZED_NAME_ALERT",
            [CM_FAMILY_FIREFOX] = "SSL_ERROR_UNRECOGNIZED_NAME_ALERT",
            [CM_FAMILY_ANDROID] = "Received fatal alert: unrecognized_name",
            [CM_FAMILY_APPLE] = ("An SSL error has occurred and a secure "
                                 "connection to the server cannot be made."),
        },
    [CM_SAID_PLAIN_HTTP] =
        {
            [CM_FAMILY_DOTNET_FRAMEWORK] =
                "The handshake failed due to an unexpected packet format.",
            [CM_FAMILY_DOTNET] = ("Cannot determine the frame size or a "
                                  "corrupted frame was received."),
            [CM_FAMILY_SCHANNEL] = "SEC_E_INVALID_TOKEN (0x80090308)",
            [CM_FAMILY_OPENSSL] = "wrong version number",
            [CM_FAMILY_CURL] = "wrong version number",
            [CM_FAMILY_JAVA] = "Unsupported or unrecognized SSL message",
            [CM_FAMILY_GO] =
                ("server gave HTTP response to HTTPS client; or: tls: first "
                 "record does not look like a TLS handshake"),
            [CM_FAMILY_PYTHON] =
                "[SSL: WRONG_VERSION_NUMBER] wrong version number",
            [CM_FAMILY_NODE] = "wrong version number",
            [CM_FAMILY_CHROME] = "net::ERR_SSL_PROTOCOL_ERROR",
            [CM_FAMILY_FIREFOX] = "SSL_ERROR_RX_RECORD_TOO_LONG",
            [CM_FAMILY_ANDROID] = "Unsupported or unrecognized SSL message",
            [CM_FAMILY_APPLE] = ("An SSL error has occurred and a secure "
                                 "connection to the server cannot be made."),
        },
    [CM_SAID_PLAIN_OTHER] =
        {
            [CM_FAMILY_DOTNET_FRAMEWORK] =
                "The handshake failed due to an unexpected packet format.",
            [CM_FAMILY_DOTNET] = ("Cannot determine the frame size or a "
                                  "corrupted frame was received."),
            [CM_FAMILY_SCHANNEL] = "SEC_E_INVALID_TOKEN (0x80090308)",
            [CM_FAMILY_OPENSSL] = "wrong version number",
            [CM_FAMILY_CURL] = "wrong version number",
            [CM_FAMILY_JAVA] = "Unsupported or unrecognized SSL message",
            [CM_FAMILY_GO] =
                "tls: first record does not look like a TLS handshake",
            [CM_FAMILY_PYTHON] =
                "[SSL: WRONG_VERSION_NUMBER] wrong version number",
            [CM_FAMILY_NODE] = "wrong version number",
            [CM_FAMILY_CHROME] = "net::ERR_SSL_PROTOCOL_ERROR",
            [CM_FAMILY_FIREFOX] = "PR_END_OF_FILE_ERROR",
            [CM_FAMILY_ANDROID] = "Unsupported or unrecognized SSL message",
            [CM_FAMILY_APPLE] = ("An SSL error has occurred and a secure "
                                 "connection to the server cannot be made."),
        },
    [CM_SAID_CLOSED] =
        {
            [CM_FAMILY_DOTNET_FRAMEWORK] = (CM_NETFX_SEND),
            [CM_FAMILY_DOTNET] = ("Received an unexpected EOF or 0 bytes from "
                                  "the transport stream."),
            [CM_FAMILY_OPENSSL] = "unexpected eof while reading",
            [CM_FAMILY_CURL] =
                "unexpected eof while reading; or: SSL_ERROR_SYSCALL",
            [CM_FAMILY_JAVA] = "Remote host terminated the handshake",
            [CM_FAMILY_GO] = "EOF",
            [CM_FAMILY_PYTHON] = ("[SSL: UNEXPECTED_EOF_WHILE_READING] EOF "
                                  "occurred in violation of protocol"),
            [CM_FAMILY_NODE] = ("Client network socket disconnected before "
                                "secure TLS connection was established"),
            [CM_FAMILY_CHROME] = "net::ERR_CONNECTION_CLOSED",
            [CM_FAMILY_FIREFOX] = "PR_END_OF_FILE_ERROR",
            [CM_FAMILY_ANDROID] = "Remote host terminated the handshake",
            [CM_FAMILY_APPLE] = ("An SSL error has occurred and a secure "
                                 "connection to the server cannot be made."),
        },
    [CM_SAID_RESET] =
        {
            [CM_FAMILY_DOTNET_FRAMEWORK] = (CM_NETFX_SEND),
            [CM_FAMILY_DOTNET] =
                "An existing connection was forcibly closed by the remote host",
            [CM_FAMILY_SCHANNEL] = "10054",
            [CM_FAMILY_OPENSSL] = "errno=104",
            [CM_FAMILY_CURL] = "Connection reset by peer",
            [CM_FAMILY_JAVA] = "Connection reset",
            [CM_FAMILY_GO] = "read: connection reset by peer",
            [CM_FAMILY_PYTHON] = "Connection reset by peer",
            [CM_FAMILY_NODE] = "ECONNRESET",
            [CM_FAMILY_CHROME] = "net::ERR_CONNECTION_RESET",
            [CM_FAMILY_FIREFOX] = "PR_CONNECT_RESET_ERROR",
            [CM_FAMILY_ANDROID] = "Connection reset",
            [CM_FAMILY_APPLE] = ("An SSL error has occurred and a secure "
                                 "connection to the server cannot be made."),
        },
    [CM_SAID_SILENT] =
        {
            [CM_FAMILY_DOTNET_FRAMEWORK] = "The operation has timed out",
            [CM_FAMILY_DOTNET] = "HttpClient.Timeout of 100 seconds elapsing",
            [CM_FAMILY_CURL] = "curl: (28)",
            [CM_FAMILY_JAVA] = "Read timed out",
            [CM_FAMILY_GO] =
                "TLS handshake timeout; or: context deadline exceeded",
            [CM_FAMILY_PYTHON] = "The handshake operation timed out",
            [CM_FAMILY_CHROME] = "net::ERR_TIMED_OUT",
            [CM_FAMILY_FIREFOX] = "NS_ERROR_NET_TIMEOUT",
            [CM_FAMILY_ANDROID] = "Read timed out",
            [CM_FAMILY_APPLE] = ("An SSL error has occurred and a secure "
                                 "connection to the server cannot be made."),
        },
    [CM_SAID_INTERNAL] =
        {
            [CM_FAMILY_DOTNET_FRAMEWORK] = (CM_NETFX_CHANNEL),
            [CM_FAMILY_DOTNET] = (CM_DOTNET_ALERT "'InternalError'."),
            [CM_FAMILY_SCHANNEL] = "SEC_E_INTERNAL_ERROR (0x80090304)",
            [CM_FAMILY_OPENSSL] = "tlsv1 alert internal error",
            [CM_FAMILY_CURL] = "tlsv1 alert internal error",
            [CM_FAMILY_JAVA] = "Received fatal alert: internal_error",
            [CM_FAMILY_GO] = "remote error: tls: internal error",
            [CM_FAMILY_PYTHON] =
                "[SSL: TLSV1_ALERT_INTERNAL_ERROR] tlsv1 alert internal error",
            [CM_FAMILY_NODE] = "tlsv1 alert internal error",
            [CM_FAMILY_CHROME] = "net::ERR_SSL_PROTOCOL_ERROR",
            [CM_FAMILY_FIREFOX] = "SSL_ERROR_INTERNAL_ERROR_ALERT",
            [CM_FAMILY_ANDROID] = "Received fatal alert: internal_error",
            [CM_FAMILY_APPLE] = ("An SSL error has occurred and a secure "
                                 "connection to the server cannot be made."),
        },
    [CM_SAID_RENEGOTIATION] =
        {
            [CM_FAMILY_DOTNET] = "unsafe legacy renegotiation disabled",
            [CM_FAMILY_OPENSSL] = "unsafe legacy renegotiation disabled",
            [CM_FAMILY_CURL] = "unsafe legacy renegotiation disabled",
            [CM_FAMILY_PYTHON] = ("[SSL: UNSAFE_LEGACY_RENEGOTIATION_DISABLED] "
                                  "unsafe legacy renegotiation disabled"),
            [CM_FAMILY_NODE] = "unsafe legacy renegotiation disabled",
        },
    [CM_SAID_WEAK_DH] =
        {
            [CM_FAMILY_DOTNET_FRAMEWORK] = (CM_NETFX_CHANNEL),
            [CM_FAMILY_DOTNET] = "dh key too small",
            [CM_FAMILY_SCHANNEL] =
                ("SEC_E_ALGORITHM_MISMATCH (0x80090331); or: "
                 "SEC_E_ILLEGAL_MESSAGE (0x80090326)"),
            [CM_FAMILY_OPENSSL] = "dh key too small",
            [CM_FAMILY_CURL] = "dh key too small",
            [CM_FAMILY_JAVA] =
                ("DH ServerKeyExchange does not comply to algorithm "
                 "constraints; or: Prime size must be multiple of 64, and can "
                 "only range from 512 to 1024"),
            [CM_FAMILY_PYTHON] = "[SSL: DH_KEY_TOO_SMALL] dh key too small",
            [CM_FAMILY_NODE] = "dh key too small",
            [CM_FAMILY_FIREFOX] = "SSL_ERROR_WEAK_SERVER_EPHEMERAL_DH_KEY",
        },
    [CM_SAID_NO_SUCH_NAME] =
        {
            [CM_FAMILY_DOTNET_FRAMEWORK] =
                "The remote name could not be resolved: '{host}'",
            [CM_FAMILY_DOTNET] = ("No such host is known. ({host}:{port}); or: "
                                  "Name or service not known ({host}:{port})"),
            [CM_FAMILY_SCHANNEL] = "ERROR_WINHTTP_NAME_NOT_RESOLVED (12007)",
            [CM_FAMILY_OPENSSL] = "Name or service not known",
            [CM_FAMILY_CURL] = "curl: (6) Could not resolve host: {host}",
            [CM_FAMILY_JAVA] = "java.net.UnknownHostException: {host}",
            [CM_FAMILY_GO] = "lookup {host}: no such host; or: lookup {host}",
            [CM_FAMILY_PYTHON] = "[Errno -2] Name or service not known",
            [CM_FAMILY_NODE] = "getaddrinfo ENOTFOUND {host}",
            [CM_FAMILY_CHROME] = "net::ERR_NAME_NOT_RESOLVED",
            [CM_FAMILY_FIREFOX] = "NS_ERROR_UNKNOWN_HOST",
            [CM_FAMILY_ANDROID] = ("java.net.UnknownHostException: Unable to "
                                   "resolve host \"{host}\""),
            [CM_FAMILY_APPLE] =
                "A server with the specified hostname could not be found.",
        },
    [CM_SAID_REFUSED] =
        {
            [CM_FAMILY_DOTNET_FRAMEWORK] =
                "Unable to connect to the remote server",
            [CM_FAMILY_DOTNET] =
                ("No connection could be made because the target machine "
                 "actively refused it.; or: Connection refused "
                 "({host}:{port})"),
            [CM_FAMILY_SCHANNEL] = "ERROR_WINHTTP_CANNOT_CONNECT (12029)",
            [CM_FAMILY_OPENSSL] = "Connection refused",
            [CM_FAMILY_CURL] =
                "curl: (7) Failed to connect to {host} port {port}",
            [CM_FAMILY_JAVA] = "Connection refused",
            [CM_FAMILY_GO] = "connect: connection refused",
            [CM_FAMILY_PYTHON] = "Connection refused",
            [CM_FAMILY_NODE] = "ECONNREFUSED",
            [CM_FAMILY_CHROME] = "net::ERR_CONNECTION_REFUSED",
            [CM_FAMILY_FIREFOX] = "NS_ERROR_CONNECTION_REFUSED",
            [CM_FAMILY_ANDROID] = "Connection refused",
            [CM_FAMILY_APPLE] = "Could not connect to the server.",
        },
    [CM_SAID_NO_ANSWER] =
        {
            [CM_FAMILY_DOTNET_FRAMEWORK] =
                "Unable to connect to the remote server",
            [CM_FAMILY_DOTNET] = "HttpClient.Timeout of 100 seconds elapsing",
            [CM_FAMILY_SCHANNEL] = "ERROR_WINHTTP_TIMEOUT (12002)",
            [CM_FAMILY_OPENSSL] = "Connection timed out",
            [CM_FAMILY_CURL] =
                "curl: (28) Failed to connect to {host} port {port}",
            [CM_FAMILY_JAVA] = "Connection timed out",
            [CM_FAMILY_GO] = "i/o timeout",
            [CM_FAMILY_PYTHON] = "timed out",
            [CM_FAMILY_NODE] = "ETIMEDOUT",
            [CM_FAMILY_CHROME] = "net::ERR_CONNECTION_TIMED_OUT",
            [CM_FAMILY_FIREFOX] = "NS_ERROR_NET_TIMEOUT",
            [CM_FAMILY_ANDROID] = "Connection timed out",
            [CM_FAMILY_APPLE] = "The request timed out.",
        },
};

const char *cm_words_tls(enum cm_occasion occasion, enum cm_family family)
{
    return words[occasion][family];
}
