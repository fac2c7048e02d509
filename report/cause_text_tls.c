/* What causes mean: the handshake.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_PLAINTEXT_HTTP) = {
    .meaning = "The answer to the TLS hello began like HTTP: the port serves "
               "plain web pages.",
    .rule = "RFC 8446 section 5.1",
    .detected = "The first bytes after the ClientHello are HTTP/ or the "
                "beginning of an HTML page. The proof quotes them.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         "The handshake failed due to an unexpected packet format."},
        {CM_DOTNET,
         "Cannot determine the frame size or a corrupted frame was received."},
        {CM_SCHANNEL, "SEC_E_INVALID_TOKEN (0x80090308)"},
        {CM_CURL,
         "(35) wrong version number; some newer ones: packet length too long"},
        {CM_JAVA, "Unsupported or unrecognized SSL message"},
        {CM_GO, "http: server gave HTTP response to HTTPS client"},
        {CM_PYTHON, "[SSL: WRONG_VERSION_NUMBER] wrong version number"},
        {CM_NODE, "EPROTO ... wrong version number"},
        {CM_CHROME, "net::ERR_SSL_PROTOCOL_ERROR"},
        {CM_FIREFOX, "SSL_ERROR_RX_RECORD_TOO_LONG"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_PLAINTEXT_OTHER) = {
    .meaning = "The answer to the TLS hello was neither TLS nor HTTP: another "
               "service, such as SSH, or one that wants STARTTLS first. The "
               "first bytes are in the proof.",
    .rule = "RFC 8446 section 5.1",
    .detected = "The first byte is no TLS record type (20 to 23), or the bytes "
                "are the greeting of another protocol.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         "The handshake failed due to an unexpected packet format."},
        {CM_DOTNET,
         "Cannot determine the frame size or a corrupted frame was received."},
        {CM_SCHANNEL, "SEC_E_INVALID_TOKEN (0x80090308)"},
        {CM_CURL, "(35) wrong version number"},
        {CM_JAVA, "Unsupported or unrecognized SSL message"},
        {CM_GO, "tls: first record does not look like a TLS handshake"},
        {CM_PYTHON, "[SSL: WRONG_VERSION_NUMBER] wrong version number"},
        {CM_NODE, "EPROTO ... wrong version number"},
        {CM_CHROME, "net::ERR_SSL_PROTOCOL_ERROR"},
        {CM_FIREFOX, "PR_END_OF_FILE_ERROR"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_SNI_UNRECOGNIZED) = {
    .meaning = "The server refused the host name that was sent as SNI, while "
               "it has certificates for other names.",
    .rule = "RFC 6066 section 3",
    .detected = "A fatal alert 112 answers the name; or alert 40 or 80 or a "
                "reset does, and a hello with another name or with none "
                "succeeds. A warning 112 is not fatal and not counted.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL " Or: " CM_NETFX_SEND},
        {CM_DOTNET, CM_DOTNET_ALERT "'UnrecognizedName'."},
        {CM_SCHANNEL,
         "SEC_E_ILLEGAL_MESSAGE (0x80090326); event 36887, code 112"},
        {CM_CURL, "(35) tlsv1 unrecognized name, alert 112"},
        {CM_JAVA, "Received fatal alert: unrecognized_name; versions 7 and 8 "
                  "also for a warning: handshake alert: unrecognized_name"},
        {CM_GO, "remote error: tls: unrecognized name"},
        {CM_PYTHON, "[SSL: TLSV1_UNRECOGNIZED_NAME]"},
        {CM_NODE, "EPROTO ... alert number 112"},
        {CM_CHROME, "net::ERR_SSL_UNRECOGNIZED_NAME_ALERT"},
        {CM_FIREFOX, "SSL_ERROR_UNRECOGNIZED_NAME_ALERT"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_CLOSED_ON_HELLO) = {
    .meaning = "The server took the hello and closed the connection without an "
               "alert. Allow-lists of sources and boxes on the path do this.",
    .rule = "RFC 8446 section 6.1: an end without an alert is an error",
    .detected = "The connection was closed after the hello with nothing said, "
                "in every probe, with smaller and older hellos too.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         CM_NETFX_SEND " Authentication failed because the remote party has "
                       "closed the transport stream."},
        {CM_DOTNET,
         "Received an unexpected EOF or 0 bytes from the transport stream."},
        {CM_SCHANNEL, "SEC_E_INCOMPLETE_MESSAGE (0x80090318)"},
        {CM_CURL, "(35) unexpected eof while reading, or SSL_ERROR_SYSCALL"},
        {CM_JAVA, "Remote host terminated the handshake (EOFException: SSL "
                  "peer shut down incorrectly)"},
        {CM_GO, "EOF"}, {CM_PYTHON, "[SSL: UNEXPECTED_EOF_WHILE_READING]"},
        {CM_NODE, "ECONNRESET: Client network socket disconnected before "
                  "secure TLS connection was established"},
        {CM_CHROME, "net::ERR_CONNECTION_CLOSED"},
        {CM_FIREFOX, "PR_END_OF_FILE_ERROR"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_RESET_ON_HELLO) = {
    .meaning =
        "The connection was reset when the hello arrived. Windows does so when "
        "no certificate is bound to the port or the name; firewalls do it too.",
    .rule = "RFC 9293 section 3.5.3; RFC 8446 section 6 would have a server "
            "say why",
    .detected = "The connection ended with ECONNRESET after the hello, in "
                "every probe, with smaller and older hellos too.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_SEND
         " Unable to read data from the transport connection: An existing "
         "connection was forcibly closed by the remote host."},
        {CM_DOTNET, "Unable to read data from the transport connection (socket "
                    "error 10054)"},
        {CM_SCHANNEL, "socket error 10054"},
        {CM_CURL, "(35) Recv failure: Connection reset by peer"},
        {CM_JAVA, "java.net.SocketException: Connection reset"},
        {CM_GO, "read: connection reset by peer"},
        {CM_PYTHON,
         "ConnectionResetError: [Errno 104] Connection reset by peer"},
        {CM_NODE, "read ECONNRESET"}, {CM_CHROME, "net::ERR_CONNECTION_RESET"},
        {CM_FIREFOX, "PR_CONNECT_RESET_ERROR"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_HANDSHAKE_TIMEOUT) = {
    .meaning = "The connection stood and then nothing came back in time. The "
               "service hangs, waits for something else than TLS, or the path "
               "loses large packets.",
    .rule = "no RFC: RFC 8446 sets no time; the limit is that of the scan "
            "(--timeout-tls)",
    .detected = "The hello was sent and the handshake did not end within the "
                "time allowed.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "The operation has timed out"},
        {CM_DOTNET, "The request was canceled due to the configured "
                    "HttpClient.Timeout of 100 seconds elapsing."},
        {CM_SCHANNEL, "WinHTTP error 12002, ERROR_WINHTTP_TIMEOUT"},
        {CM_CURL, "(28) SSL connection timeout"},
        {CM_JAVA, "java.net.SocketTimeoutException: Read timed out"},
        {CM_GO,
         "net/http: TLS handshake timeout, or context deadline exceeded"},
        {CM_PYTHON, "TimeoutError: The handshake operation timed out"},
        {CM_NODE, "nothing, until the program's own timeout"},
        {CM_CHROME, "net::ERR_TIMED_OUT"},
        {CM_FIREFOX, "NS_ERROR_NET_TIMEOUT"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_VERSION_TOO_OLD) = {
    .meaning = "The newest version that the server accepts is TLS 1.1 or "
               "older. Current clients have switched those off.",
    .rule = "RFC 8996 section 2; RFC 9325 section 3.1.1",
    .detected = "Hand-made hellos for each version: an old one is answered "
                "with a ServerHello, and TLS 1.2 and 1.3 are not.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         "works where the system still allows it, else: " CM_NETFX_CHANNEL},
        {CM_DOTNET, CM_DOTNET_ALERT "'ProtocolVersion'."},
        {CM_SCHANNEL, "SEC_E_ILLEGAL_MESSAGE (0x80090326) or "
                      "SEC_E_UNSUPPORTED_FUNCTION (0x80090302); event 36871"},
        {CM_CURL, "(35) unsupported protocol, or legacy sigalg disallowed or "
                  "unsupported"},
        {CM_JAVA,
         "The server selected protocol version TLS10 is not accepted by client "
         "preferences, or Received fatal alert: protocol_version"},
        {CM_GO, "tls: server selected unsupported protocol version, or remote "
                "error: tls: protocol version not supported"},
        {CM_PYTHON,
         "[SSL: UNSUPPORTED_PROTOCOL], or [SSL: TLSV1_ALERT_PROTOCOL_VERSION]"},
        {CM_NODE, "EPROTO ... alert number 70"},
        {CM_CHROME, "net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH"},
        {CM_FIREFOX,
         "SSL_ERROR_UNSUPPORTED_VERSION, or SSL_ERROR_PROTOCOL_VERSION_ALERT"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_VERSION_TOO_NEW) = {
    .meaning =
        "The server has switched off every TLS version that this client has. "
        "The server is right; the client, or the way it was set up, is too "
        "old: .NET Framework 4.5 and older with its defaults, Java 7, Windows "
        "Server 2008 R2.",
    .rule = "RFC 8996 sections 4 and 5; RFC 9325 section 3.1.1",
    .detected = "The oldest version that the server was seen to accept is "
                "newer than the newest of the client's profile (--profile).",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL " Or: " CM_NETFX_SEND},
        {CM_DOTNET, CM_DOTNET_ALERT "'ProtocolVersion'."},
        {CM_SCHANNEL, "SEC_E_UNSUPPORTED_FUNCTION (0x80090302), or "
                      "SEC_E_ALGORITHM_MISMATCH (0x80090331); event 36871 with "
                      "state 10013"},
        {CM_CURL, "(35) tlsv1 alert protocol version"},
        {CM_JAVA, "Received fatal alert: protocol_version, or No appropriate "
                  "protocol (protocol is disabled or cipher suites are "
                  "inappropriate)"},
        {CM_GO, "remote error: tls: protocol version not supported"},
        {CM_PYTHON, "[SSL: TLSV1_ALERT_PROTOCOL_VERSION]"},
        {CM_NODE, "EPROTO ... alert number 70"},
        {CM_CHROME, "net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH"},
        {CM_FIREFOX, "SSL_ERROR_PROTOCOL_VERSION_ALERT"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_NO_COMMON_CIPHER) = {
    .meaning =
        "Client and server share a version and no cipher suite. A client with "
        "another list may well succeed.",
    .rule = "RFC 8446 section 4.1.1 and RFC 5246 section 7.4.1.3",
    .detected =
        "The server refuses the usual suites, with alert 40 or 71 or by "
        "hanging up, and accepts the same hello with every suite there "
        "is. The proof names what it took. Without that second hello "
        "it is only probable.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL},
        {CM_DOTNET, CM_DOTNET_ALERT "'HandshakeFailure'."},
        {CM_SCHANNEL,
         "SEC_E_ILLEGAL_MESSAGE (0x80090326); or SEC_E_ALGORITHM_MISMATCH "
         "(0x80090331): the client and server cannot communicate, because they "
         "do not possess a common algorithm; event 36887, code 40; on the "
         "server 36874"},
        {CM_CURL, "(35) sslv3 alert handshake failure, alert 40; OpenSSL 3.2 "
                  "and newer: ssl/tls alert handshake failure"},
        {CM_JAVA, "Received fatal alert: handshake_failure"},
        {CM_GO, "remote error: tls: handshake failure"},
        {CM_PYTHON, "[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE]"},
        {CM_NODE, "EPROTO ... alert number 40"},
        {CM_CHROME, "net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH"},
        {CM_FIREFOX, "SSL_ERROR_NO_CYPHER_OVERLAP"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_ALPN_FAILURE) = {
    .meaning = "The server insists on an application protocol that the client "
               "did not offer, and ended the handshake with alert 120.",
    .rule = "RFC 7301 section 3.2",
    .detected = "Alert 120 answers a hello with application protocols, and a "
                "hello with others or with none gets further.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL},
        {CM_DOTNET, CM_DOTNET_ALERT
         "'NoApplicationProtocol'. HttpClient offers h2 and http/1.1"},
        {CM_SCHANNEL, "SEC_E_APPLICATION_PROTOCOL_MISMATCH (0x80090367)"},
        {CM_CURL, "(35) tlsv1 alert no application protocol"},
        {CM_JAVA, "Received fatal alert: no_application_protocol"},
        {CM_GO, "remote error: tls: no application protocol"},
        {CM_PYTHON, "[SSL: TLSV1_ALERT_NO_APPLICATION_PROTOCOL]"},
        {CM_NODE, "EPROTO ... alert number 120"},
        {CM_CHROME, "net::ERR_ALPN_NEGOTIATION_FAILED"},
        {CM_FIREFOX, "SSL_ERROR_NEXT_PROTOCOL_NO_PROTOCOL"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_INTERNAL_ERROR) = {
    .meaning = "The server ended the handshake with alert 80, an error of its "
               "own. Some content networks say so when they have no "
               "certificate for the name.",
    .rule = "RFC 8446 section 6.2",
    .detected =
        "Alert 80 in every probe, and no other name succeeds at this address.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL},
        {CM_DOTNET, CM_DOTNET_ALERT "'InternalError'."},
        {CM_SCHANNEL, "SEC_E_INTERNAL_ERROR (0x80090304): the Local Security "
                      "Authority cannot be contacted; event 36887, code 80"},
        {CM_CURL, "(35) tlsv1 alert internal error"},
        {CM_JAVA, "Received fatal alert: internal_error"},
        {CM_GO, "remote error: tls: internal error"},
        {CM_PYTHON, "[SSL: TLSV1_ALERT_INTERNAL_ERROR]"},
        {CM_NODE, "EPROTO ... alert number 80"},
        {CM_CHROME, "net::ERR_SSL_PROTOCOL_ERROR"},
        {CM_FIREFOX, "SSL_ERROR_INTERNAL_ERROR_ALERT"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_KEY_MISMATCH) = {
    .meaning =
        "The signature in the handshake does not verify under the key in the "
        "server's certificate: key and certificate are not a pair.",
    .rule = "RFC 8446 section 4.4.3 and RFC 5246 section 7.4.3",
    .detected =
        "The server's CertificateVerify or ServerKeyExchange was checked "
        "against the certificate of the same handshake, and is wrong.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL},
        {CM_DOTNET,
         "The message or signature supplied for verification has been altered"},
        {CM_SCHANNEL, "SEC_E_MESSAGE_ALTERED (0x8009030F)"},
        {CM_CURL, "(35) bad signature"},
        {CM_JAVA, "Invalid CertificateVerify signature; with TLS 1.2: Invalid "
                  "ServerKeyExchange signature"},
        {CM_GO, "tls: invalid signature by the server certificate"},
        {CM_PYTHON, "[SSL: BAD_SIGNATURE] bad signature"},
        {CM_NODE, "EPROTO ... bad signature"},
        {CM_CHROME, "net::ERR_SSL_PROTOCOL_ERROR"},
        {CM_FIREFOX, "SEC_ERROR_BAD_SIGNATURE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_CERT_UNPARSABLE) = {
    .meaning = "The bytes that the server sends as its certificate are not a "
               "certificate as RFC 5280 writes them. The proof names the "
               "place. Some clients are more tolerant than others.",
    .rule = "RFC 5280 section 4.1",
    .detected =
        "The first certificate of the chain does not decode: a wrong tag or "
        "length, bytes after its end, an impossible date or number.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET,
         "The decoded certificate is not valid: ASN1 corrupted data."},
        {CM_SCHANNEL,
         "SEC_E_CERT_UNKNOWN (0x80090327) or CRYPT_E_ASN1_BADTAG (0x8009310B)"},
        {CM_CURL, "(35) asn1 encoding routines: wrong tag"},
        {CM_JAVA, "java.security.cert.CertificateParsingException"},
        {CM_GO, "tls: failed to parse certificate from server: x509: ..."},
        {CM_PYTHON, "[ASN1] or [X509] ... asn1 encoding routines: wrong tag"},
        {CM_NODE, "ERR_OSSL_ASN1_WRONG_TAG"},
        {CM_CHROME, "net::ERR_SSL_SERVER_CERT_BAD_FORMAT"},
        {CM_FIREFOX, "SEC_ERROR_BAD_DER"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_ALERT_OTHER) = {
    .meaning = "The server ended the handshake with an alert that fits none of "
               "the other causes. The proof names it.",
    .rule = "RFC 8446 section 6.2",
    .detected = "A fatal alert in every probe, and none of the more exact "
                "causes explains it.",
    .clients = CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL},
                          {CM_DOTNET, CM_DOTNET_ALERT "'...'."},
                          {CM_SCHANNEL,
                           "event 36887 with the number of the alert"},
                          {CM_CURL, "(35) tlsv1 alert ..."},
                          {CM_JAVA, "Received fatal alert: ..."},
                          {CM_GO, "remote error: tls: ..."},
                          {CM_PYTHON, "[SSL: ..._ALERT_...]"},
                          {CM_NODE, "EPROTO ... alert number ..."},
                          {CM_CHROME, "net::ERR_SSL_PROTOCOL_ERROR"},
                          {CM_FIREFOX, "SSL_ERROR_..._ALERT"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_HANDSHAKE_UNEXPLAINED) = {
    .meaning =
        "The handshake failed, and what was seen fits none of the known "
        "causes. The proof holds what the TLS library and the server said.",
    .rule =
        "RFC 8446 section 4: the proof says where in the handshake it ended",
    .detected = "The handshake ended in an error of the TLS library, and "
                "further hellos by hand brought nothing new.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL},
        {CM_DOTNET,
         "The SSL connection could not be established, see inner exception."},
        {CM_SCHANNEL, "a SEC_E_ code; event 36887 or 36888"},
        {CM_CURL, "(35) with the words of its TLS library"},
        {CM_JAVA, "javax.net.ssl.SSLHandshakeException"}, {CM_GO, "tls: ..."},
        {CM_PYTHON, "ssl.SSLError"}, {CM_NODE, "EPROTO"},
        {CM_CHROME, "net::ERR_SSL_PROTOCOL_ERROR"},
        {CM_FIREFOX, "an SSL_ERROR_ code"}),
};
