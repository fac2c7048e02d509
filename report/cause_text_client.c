/* What causes mean: client certificates, the server's wishes and our own.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

/* What clients say when the server ends the handshake for their certificate. */
#define REFUSED_CLIENTS                                                        \
    CM_CLIENTS(                                                                \
        {CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL                                 \
         " With IIS also: HTTP 403.7, 403.13, 403.16 or 403.17"},              \
        {CM_DOTNET, CM_DOTNET_ALERT                                            \
         "'UnknownCA', 'CertificateExpired', 'CertificateRevoked', "           \
         "'BadCertificate' or 'CertificateUnknown'"},                          \
        {CM_SCHANNEL,                                                          \
         "SEC_E_UNTRUSTED_ROOT (0x80090325), SEC_E_CERT_EXPIRED "              \
         "(0x80090328), CRYPT_E_REVOKED (0x80092010) or "                      \
         "SEC_E_CERT_UNKNOWN (0x80090327); event 36887 with the code "         \
         "of the alert: here the server speaks about the client"},             \
        {CM_CURL,                                                              \
         "(35) or (56) tlsv1 alert unknown ca, sslv3 alert "                   \
         "certificate expired, sslv3 alert certificate revoked, sslv3 "        \
         "alert bad certificate or sslv3 alert certificate unknown"},          \
        {CM_JAVA,                                                              \
         "Received fatal alert: unknown_ca, certificate_expired, "             \
         "certificate_revoked, bad_certificate or certificate_unknown"},       \
        {CM_GO, "remote error: tls: unknown certificate authority, expired "   \
                "certificate, revoked certificate, bad certificate or "        \
                "unknown certificate"},                                        \
        {CM_PYTHON,                                                            \
         "[SSL: TLSV1_ALERT_UNKNOWN_CA], [SSL: "                               \
         "SSLV3_ALERT_CERTIFICATE_EXPIRED] and the like; with TLS 1.3 "        \
         "on the first read"},                                                 \
        {CM_NODE, "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA, "                           \
                  "ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED and the like"},     \
        {CM_CHROME, "net::ERR_BAD_SSL_CLIENT_AUTH_CERT"},                      \
        {CM_FIREFOX,                                                           \
         "SSL_ERROR_UNKNOWN_CA_ALERT, SSL_ERROR_EXPIRED_CERT_ALERT, "          \
         "SSL_ERROR_REVOKED_CERT_ALERT or SSL_ERROR_BAD_CERT_ALERT"})

/* What clients say when they send none: the server then misses one. */
#define MISSING_CLIENTS                                                        \
    CM_CLIENTS(                                                                \
        {CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL " With IIS also: HTTP 403.7"},  \
        {CM_DOTNET,                                                            \
         CM_DOTNET_ALERT "'CertificateRequired', 'HandshakeFailure' or "       \
                         "'BadCertificate'"},                                  \
        {CM_SCHANNEL,                                                          \
         "SEC_I_INCOMPLETE_CREDENTIALS (0x00090320); event 36875: no "         \
         "certificate fits the request"},                                      \
        {CM_CURL, "sends it all the same; then as with any certificate that "  \
                  "the server refuses: (56) tlsv1 alert unknown ca"},          \
        {CM_JAVA, "sends none; then Received fatal alert: bad_certificate or " \
                  "certificate_required"},                                     \
        {CM_GO,                                                                \
         "sends none; then remote error: tls: certificate required, or "       \
         "bad certificate"},                                                   \
        {CM_PYTHON, "[SSL: TLSV1_ALERT_UNKNOWN_CA]"},                          \
        {CM_NODE, "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA"},                           \
        {CM_CHROME, "offers no certificate to choose; then "                   \
                    "net::ERR_BAD_SSL_CLIENT_AUTH_CERT"},                      \
        {CM_FIREFOX, "offers no certificate to choose; then "                  \
                     "SSL_ERROR_RX_CERTIFICATE_REQUIRED_ALERT"})

/* What clients say of a key that they cannot open or use. */
#define KEY_CLIENTS                                                            \
    CM_CLIENTS(                                                                \
        {CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL                                 \
         " Or CryptographicException: Keyset does not exist; or The "          \
         "credentials supplied to the package were not recognized"},           \
        {CM_DOTNET, "The SSL connection could not be established, see inner "  \
                    "exception, with Win32 error 0x8009030D or 0x8009030E"},   \
        {CM_SCHANNEL, "SEC_E_NO_CREDENTIALS (0x8009030E) or "                  \
                      "SEC_E_UNKNOWN_CREDENTIALS (0x8009030D); event 36870"},  \
        {CM_CURL, "(58) unable to set private key file"},                      \
        {CM_JAVA,                                                              \
         "java.security.UnrecoverableKeyException, or no certificate "         \
         "is sent"},                                                           \
        {CM_GO, "tls: failed to find any PEM data in key input, or "           \
                "tls: private key does not match public key"},                 \
        {CM_PYTHON, "PermissionError, or [SSL] PEM lib, or [X509: "            \
                    "KEY_VALUES_MISMATCH] key values mismatch"},               \
        {CM_NODE, "EACCES, or ERR_OSSL_X509_KEY_VALUES_MISMATCH"},             \
        {CM_CHROME, "net::ERR_SSL_CLIENT_AUTH_PRIVATE_KEY_ACCESS_DENIED"},     \
        {CM_FIREFOX, "SEC_ERROR_NO_KEY"})

const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_CLIENT_CERT_REQUIRED) = {
    .meaning = "The server asked for a certificate of the client and ended the "
               "connection when it got none. With TLS 1.3 the refusal comes "
               "after the handshake, on the first read. Clients that have an "
               "accepted certificate work.",
    .rule = "RFC 8446 sections 4.3.2 and 4.4.2.4; RFC 5246 section 7.4.6",
    .detected = "The handshake held a CertificateRequest, an empty Certificate "
                "was sent, and an alert or the end of the connection followed, "
                "also after the handshake.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL
         " With TLS 1.3: The underlying connection was closed: An unexpected "
         "error occurred on a receive. With IIS also: HTTP 403.7"},
        {CM_DOTNET,
         CM_DOTNET_ALERT "'CertificateRequired' on the first read; with TLS "
                         "1.2 'HandshakeFailure' or 'BadCertificate'"},
        {CM_SCHANNEL,
         "SEC_I_INCOMPLETE_CREDENTIALS (0x00090320) or SEC_E_CERT_UNKNOWN "
         "(0x80090327); events 36875, and 36887 with code 40, 42 or 116"},
        {CM_CURL, "(56) tlsv13 alert certificate required; with TLS 1.2: (35) "
                  "or (56) sslv3 alert handshake failure, alert 40, or sslv3 "
                  "alert bad certificate, alert 42"},
        {CM_JAVA,
         "Received fatal alert: bad_certificate, Received fatal alert: "
         "certificate_required, Error writing to server, or Broken pipe; with "
         "TLS 1.2 also: Received fatal alert: handshake_failure"},
        {CM_GO, "remote error: tls: certificate required; with TLS 1.2: "
                "handshake failure, or bad certificate"},
        {CM_PYTHON,
         "[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED], or ConnectionResetError; "
         "with TLS 1.2: [SSL: SSLV3_ALERT_HANDSHAKE_FAILURE]"},
        {CM_NODE, "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED; with TLS 1.2: "
                  "EPROTO ... alert number 40 or 42"},
        {CM_CHROME,
         "net::ERR_BAD_SSL_CLIENT_AUTH_CERT, or net::ERR_SOCKET_NOT_CONNECTED"},
        {CM_FIREFOX, "SSL_ERROR_RX_CERTIFICATE_REQUIRED_ALERT; with TLS 1.2: "
                     "SSL_ERROR_HANDSHAKE_FAILURE_ALERT"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_CLIENT_CERT_OPTIONAL) = {
    .meaning = "The server asks for a certificate of the client and also goes "
               "on without. Some paths behind it may still demand one.",
    .rule = "RFC 8446 section 4.3.2",
    .detected = "The handshake held a CertificateRequest and was completed "
                "with an empty Certificate; nothing was refused afterwards.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "works"}, {CM_DOTNET, "works"},
        {CM_SCHANNEL, "works"}, {CM_CURL, "works"}, {CM_JAVA, "works"},
        {CM_GO, "works"}, {CM_PYTHON, "works"}, {CM_NODE, "works"},
        {CM_CHROME, "works; may ask which certificate to use"},
        {CM_FIREFOX, "works; may ask which certificate to use"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CLIENT_CERT_UNUSABLE) = {
    .meaning = "The file that was named as the client's certificate, or the "
               "one with its key, cannot be used: it is not there, it is no "
               "PEM, it is a PFX, or the key is behind a passphrase. So "
               "nothing was sent to the server.",
    .rule = "RFC 7468 sections 5 and 10; RFC 8446 section 4.4.2 for what is "
            "sent without one",
    .detected = "Reading the files of --client-cert and --client-key, or of "
                "the columns client_cert and client_key, before any "
                "connection.",
    .clients = KEY_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CLIENT_KEY_MISMATCH) = {
    .meaning = "The private key is not that of the certificate: often the "
               "certificate was renewed with a new key, and only one of the "
               "two files was replaced. So nothing was sent to the server.",
    .rule = "RFC 8446 section 4.4.3: the signature is made with the "
            "certificate's key",
    .detected = "Comparing the public key of the certificate with that of the "
                "key's file, before any connection.",
    .clients = KEY_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CLIENT_CERT_EXPIRED) = {
    .meaning = "The client's own certificate is over for the time judged. It "
               "was not sent; a server that asks for one refuses it.",
    .rule = "RFC 5280 section 4.1.2.5",
    .detected = "The notAfter of the client's certificate is before the time "
                "judged; found before any connection.",
    .clients = REFUSED_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CLIENT_CERT_NOT_YET_VALID) = {
    .meaning = "The client's own certificate begins later than the time "
               "judged. It was not sent; a server that asks for one refuses "
               "it.",
    .rule = "RFC 5280 section 4.1.2.5",
    .detected = "The notBefore of the client's certificate is after the time "
                "judged; found before any connection.",
    .clients = REFUSED_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CLIENT_CERT_USAGE) = {
    .meaning = "The client's certificate says that it is for something else: "
               "its extended key usages leave out client authentication "
               "(public CAs leave it out more and more), or its key usage "
               "allows no signatures. It was not sent.",
    .rule = "RFC 5280 section 4.2.1.12; RFC 8446 section 4.4.2.2",
    .detected = "The extensions of the client's certificate, before any "
                "connection. A certificate without extended key usages is for "
                "everything.",
    .clients = REFUSED_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_CLIENT_CERT_REJECTED) = {
    .meaning = "The server was sent the client's certificate and refused it: "
               "it does not know the CA, takes the certificate for revoked or "
               "expired, or does not let its holder in. The proof quotes the "
               "alert or the HTTP answer. IIS says 403.16 also when its own "
               "root store holds a certificate that is no root.",
    .rule = "RFC 8446 sections 4.4.2.4 and 6.2; RFC 5246 section 7.4.6",
    .detected = "A CertificateRequest was answered with the client's "
                "certificate, and an alert, the end of the connection or an "
                "HTTP answer about the certificate followed.",
    .clients = REFUSED_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_CLIENT_CA_MISMATCH) = {
    .meaning = "In its request the server names the CAs whose certificates it "
               "takes, and none of them issued the client's or one of its "
               "intermediates. Clients that choose by these names (Windows, "
               ".NET, Java, Go, browsers) then send no certificate at all.",
    .rule = "RFC 8446 section 4.2.4; RFC 5246 section 7.4.4",
    .detected = "The names of the CertificateRequest were compared with the "
                "issuers of the chain that the client sends, as RFC 5280 "
                "section 7.1 compares names.",
    .clients = MISSING_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CLIENT_KEY_DENIED) = {
    .meaning = "The account that runs the client may not read the private key "
               "of its certificate, or the key's file is not there. So the "
               "client has a certificate and still sends none.",
    .rule = "no RFC: access to the key is a matter of the operating system of "
            "the client",
    .detected = "Opening the key's file failed, before any connection. What "
                "another account may read is not visible from here: run the "
                "scan as the account that the application uses.",
    .clients = KEY_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CLIENT_CERT_INCOMPLETE) = {
    .meaning = "The file holds the client's certificate alone. A server that "
               "knows only the root of its CA cannot complete the chain and "
               "refuses it; one that has the issuer itself does not care.",
    .rule = "RFC 8446 section 4.4.2; RFC 5246 section 7.4.6",
    .detected = "No certificate of the file issued the client's, and the "
                "server refused it or names other CAs than its issuer.",
    .clients = REFUSED_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CLIENT_CERT_EXPIRES_SOON) = {
    .meaning = "The client's own certificate ends soon. Nobody notices before "
               "the calls fail: monitoring looks at servers.",
    .rule = "RFC 5280 section 4.1.2.5",
    .detected = "The notAfter of the client's certificate against the time "
                "judged, with the same limit as for servers (--expires-soon).",
    .clients = CM_EVERY_CLIENT("works"),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_CLIENT_CERT_LATE) = {
    .meaning = "The server shakes hands without asking for a certificate and "
               "asks, or refuses, when it sees the path. With TLS 1.2 that "
               "takes a second handshake, with TLS 1.3 an extension that most "
               "clients do not have, and HTTP/2 forbids both. IIS does so by "
               "default, Apache with SSLVerifyClient in a directory.",
    .rule = "RFC 5246 section 7.4.1.1; RFC 8446 section 4.6.2; RFC 9113 "
            "section 9.2.3 forbids it for HTTP/2",
    .detected = "After the handshake one HTTP request was made; a "
                "HelloRequest, a CertificateRequest, HTTP 403.7, Apache's "
                "note about post-handshake authentication or the code "
                "0x80070032 of IIS was the answer; with TLS 1.3, where the "
                "client has a certificate, a reset instead of an answer is "
                "taken as a sign of it.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         "works with TLS 1.2; with TLS 1.3 HTTP 403 or 500, or: The underlying "
         "connection was closed: An unexpected error occurred on a receive."},
        {CM_DOTNET, "works with TLS 1.2; with TLS 1.3 HTTP 403 or 500, or: An "
                    "existing connection was forcibly closed by the remote "
                    "host."},
        {CM_SCHANNEL,
         "works with TLS 1.2 (SEC_I_RENEGOTIATE, 0x00090321); with TLS 1.3 IIS "
         "answers HTTP 500 with 0x80070032 (Windows Server 2025) or resets "
         "the connection (2022)"},
        {CM_CURL, "works, with TLS 1.3 also, over HTTP/1.1; without a "
                  "certificate (56) sslv3 alert handshake failure, or tlsv13 "
                  "alert certificate required"},
        {CM_JAVA, "works with TLS 1.2, without a certificate "
                  "java.net.SocketException: Broken pipe; with TLS 1.3 HTTP "
                  "403"},
        {CM_GO, "local error: tls: no renegotiation; with TLS 1.3 HTTP 403"},
        {CM_PYTHON,
         "works with TLS 1.2, without a certificate [SSL: "
         "SSLV3_ALERT_HANDSHAKE_FAILURE]; with TLS 1.3 HTTP 403, unless "
         "post_handshake_auth is set"},
        {CM_NODE, "works with TLS 1.2, without a certificate "
                  "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE; with TLS 1.3 HTTP "
                  "403"},
        {CM_CHROME, "works with TLS 1.2 and HTTP/1.1; with TLS 1.3 HTTP 403 or "
                    "500, or net::ERR_CONNECTION_RESET"},
        {CM_FIREFOX, "works with TLS 1.2 and HTTP/1.1; with TLS 1.3 HTTP 403, "
                     "unless security.tls.enable_post_handshake_auth is set"}),
};
