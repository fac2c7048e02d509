/* What each client says: the words that people paste into a search box must
 * stand at the cause that makes the client say them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "certmuster/report.h"

#define NETFX "Could not establish trust relationship"
#define SC "The request was aborted: Could not create SSL/TLS secure channel."
#define SF "An unexpected error occurred on a send."
#define PB "unable to find valid certification path to requested target"
#define UNKNOWN "certificate signed by unknown authority"
#define MAX_SAYS 16

static const struct expected {
    enum cm_cause cause;
    const char *says[MAX_SAYS];
} expected[] = {
    {CM_CAUSE_CHAIN_INCOMPLETE,
     {NETFX, "PartialChain", "80090325", "800B010A", "36882",
      "num=20:unable to get local issuer certificate",
      "unable to verify the first certificate", PB, UNKNOWN,
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "ERR_CERT_AUTHORITY_INVALID",
      "SEC_ERROR_UNKNOWN_ISSUER"}},
    {CM_CAUSE_UNTRUSTED_PRIVATE_ROOT,
     {NETFX, "UntrustedRoot", "PartialChain", "80090325", "800B0109",
      "800B010A", "num=19:self-signed certificate in certificate chain",
      "unable to get local issuer certificate", PB, UNKNOWN,
      "SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "ERR_CERT_AUTHORITY_INVALID", "SEC_ERROR_UNKNOWN_ISSUER"}},
    {CM_CAUSE_SELF_SIGNED_LEAF,
     {NETFX, "UntrustedRoot", "80090325", "num=18:self-signed certificate",
      "self signed", PB, UNKNOWN, "DEPTH_ZERO_SELF_SIGNED_CERT",
      "INVALID_PURPOSE", "ERR_CERT_AUTHORITY_INVALID",
      "ERR_SSL_KEY_USAGE_INCOMPATIBLE", "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT"}},
    {CM_CAUSE_LEAF_EXPIRED,
     {NETFX, "NotTimeValid", "80090328", "800B0101", "36881",
      "num=10:certificate has expired", "validity check failed",
      "CertificateExpiredException", "is after", "CERT_HAS_EXPIRED",
      "ERR_CERT_DATE_INVALID", "SEC_ERROR_EXPIRED_CERTIFICATE"}},
    {CM_CAUSE_LEAF_NOT_YET_VALID,
     {NETFX, "NotTimeValid", "80090328", "36881",
      "num=9:certificate is not yet valid", "CertificateNotYetValidException",
      "is before", "CERT_NOT_YET_VALID", "ERR_CERT_DATE_INVALID",
      "MOZILLA_PKIX_ERROR_NOT_YET_VALID_CERTIFICATE"}},
    {CM_CAUSE_CA_CERT_EXPIRED,
     {NETFX, "NotTimeValid", "80090328", "num=10:", "depth 1",
      "validity check failed", "CERT_HAS_EXPIRED", "ERR_CERT_DATE_INVALID",
      "SEC_ERROR_EXPIRED_ISSUER_CERTIFICATE"}},
    {CM_CAUSE_NAME_MISMATCH,
     {NETFX, "RemoteCertificateNameMismatch", "80090322", "800B010F", "36884",
      "no alternative certificate subject name matches target host name",
      "(51)", "num=62:hostname mismatch",
      "No subject alternative DNS name matching", "No name matching",
      "certificate is valid for",
      "Hostname mismatch, certificate is not valid for",
      "ERR_TLS_CERT_ALTNAME_INVALID", "ERR_CERT_COMMON_NAME_INVALID",
      "SSL_ERROR_BAD_CERT_DOMAIN"}},
    {CM_CAUSE_NAME_CN_ONLY,
     {"relies on legacy Common Name field, use SANs instead",
      "ERR_CERT_COMMON_NAME_INVALID", "SSL_ERROR_BAD_CERT_DOMAIN"}},
    {CM_CAUSE_NAME_IP_NOT_IN_SAN,
     {NETFX, "NameMismatch", "80090322", "num=64:IP address mismatch",
      "No subject alternative names matching IP address",
      "doesn't contain any IP SANs",
      "IP address mismatch, certificate is not valid for",
      "ERR_TLS_CERT_ALTNAME_INVALID", "ERR_CERT_COMMON_NAME_INVALID",
      "SSL_ERROR_BAD_CERT_DOMAIN"}},
    {CM_CAUSE_LEAF_EKU_WRONG,
     {NETFX, "NotValidForUsage", "80090349", "800B0110",
      "num=26:unsuitable certificate purpose",
      "does not permit use for TLS server authentication",
      "incompatible key usage", "INVALID_PURPOSE", "ERR_CERT_INVALID",
      "SEC_ERROR_INADEQUATE_CERT_TYPE"}},
    {CM_CAUSE_LEAF_KEY_USAGE,
     {"KeyUsage does not allow digital signatures",
      "ERR_SSL_KEY_USAGE_INCOMPATIBLE"}},
    {CM_CAUSE_CHAIN_NAME_CONSTRAINTS,
     {NETFX, "HasNotPermittedNameConstraint", "HasExcludedNameConstraint",
      "InvalidNameConstraints", "800B0114",
      "num=47:permitted subtree violation", "excluded subtree",
      "name constraints check failed", "not authorized to sign for this name",
      "UNSPECIFIED", "ERR_CERT_INVALID", "NAME_CONSTRAINT_VIOLATION",
      "SEC_ERROR_CERT_NOT_IN_NAME_SPACE"}},
    {CM_CAUSE_CHAIN_CA_FLAG_MISSING,
     {NETFX, "InvalidBasicConstraints", "80096019",
      "num=79:invalid CA certificate", "32", "keyCertSign bit is not set",
      "parent certificate cannot sign this kind", "INVALID_CA", "UNSPECIFIED",
      "ERR_CERT_INVALID", "SEC_ERROR_CA_CERT_INVALID", "INADEQUATE_KEY_USAGE"}},
    {CM_CAUSE_CHAIN_PATHLEN,
     {NETFX, "InvalidBasicConstraints", "800B0104",
      "num=25:path length constraint exceeded", "pathLenConstraint violated",
      "too many intermediates for path length constraint",
      "PATH_LENGTH_EXCEEDED", "ERR_CERT_INVALID",
      "SEC_ERROR_PATH_LEN_CONSTRAINT_INVALID"}},
    {CM_CAUSE_LEAF_UNKNOWN_CRITICAL,
     {NETFX, "HasNotSupportedCriticalExtension", "800B0105",
      "num=34:unhandled critical extension",
      "unrecognized critical extension(s)",
      "x509: unhandled critical extension", "UNSPECIFIED", "ERR_CERT_INVALID",
      "SEC_ERROR_UNKNOWN_CRITICAL_EXTENSION"}},
    {CM_CAUSE_CHAIN_BAD_SIGNATURE,
     {NETFX, "NotSignatureValid", "80096004",
      "num=7:certificate signature failure", "(35)", "signature check failed",
      "crypto/rsa: verification error", "CERT_SIGNATURE_FAILURE",
      "ERR_CERT_AUTHORITY_INVALID", "SEC_ERROR_BAD_SIGNATURE"}},
    {CM_CAUSE_CHAIN_WRONG_INTERMEDIATE,
     {NETFX, "PartialChain", "80096004",
      "num=20:unable to get local issuer certificate", "signature check failed",
      UNKNOWN, "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "ERR_CERT_AUTHORITY_INVALID",
      "SEC_ERROR_BAD_SIGNATURE"}},
    {CM_CAUSE_SIG_WEAK,
     {NETFX, "HasWeakSignature", "CERT_E_UNTRUSTEDCA",
      "num=68:CA signature digest algorithm too weak", "SHA1withRSA",
      "insecure algorithm SHA1-RSA", "UNSPECIFIED", "WEAK_SIGNATURE_ALGORITHM",
      "SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED"}},
    {CM_CAUSE_KEY_TOO_SMALL,
     {NETFX, "HasWeakSignature", "num=66:EE certificate key too weak",
      "keysize limits", "1.24", "ERR_CERT_WEAK_KEY"}},
    {CM_CAUSE_X509_NOT_STRICT,
     {"num=85:Missing Authority Key Identifier", "3.13", "not marked critical",
      "does not include key usage extension"}},
    {CM_CAUSE_REVOKED,
     {NETFX, "Revoked", "80092010", "36883", "num=23:certificate revoked",
      "Certificate has been revoked, reason", "CERT_REVOKED",
      "net::ERR_CERT_REVOKED", "SEC_ERROR_REVOKED_CERTIFICATE"}},
    {CM_CAUSE_REVOCATION_UNREACHABLE,
     {NETFX, "RevocationStatusUnknown, OfflineRevocation", "80092013",
      "80092012", "(35)", "num=3:unable to get certificate CRL",
      "Unable to determine revocation status"}},
    {CM_CAUSE_MUST_STAPLE_MISSING,
     {"(91)", "MOZILLA_PKIX_ERROR_REQUIRED_TLS_FEATURE_MISSING"}},
    {CM_CAUSE_SCT_MISSING,
     {"ERR_CERTIFICATE_TRANSPARENCY_REQUIRED",
      "MOZILLA_PKIX_ERROR_INSUFFICIENT_CERTIFICATE_TRANSPARENCY"}},
    {CM_CAUSE_ROOT_DISTRUSTED_OR_REMOVED,
     {NETFX, "ExplicitDistrust", "800B0111", "num=20:", "certificate rejected",
      PB, UNKNOWN, "ERR_CERT_SYMANTEC_LEGACY", "SEC_ERROR_UNKNOWN_ISSUER",
      "ADDITIONAL_POLICY_CONSTRAINT_FAILED"}},
    {CM_CAUSE_CA_DISTRUST_AFTER,
     {NETFX, "ExplicitDistrust", "800B0111", "anchored by a distrusted legacy",
      "ERR_CERT_AUTHORITY_INVALID", "SEC_ERROR_UNKNOWN_ISSUER"}},
    {CM_CAUSE_TLS_INTERCEPTION,
     {NETFX, "UntrustedRoot", "80090325", "num=19:", PB, UNKNOWN,
      "SELF_SIGNED_CERT_IN_CHAIN", "KNOWN_INTERCEPTION_BLOCKED",
      "MOZILLA_PKIX_ERROR_MITM_DETECTED"}},
    {CM_CAUSE_TLS_VERSION_TOO_OLD,
     {SC, "'ProtocolVersion'", "80090326", "unsupported protocol",
      "legacy sigalg disallowed or unsupported",
      "is not accepted by client preferences", "protocol version not supported",
      "UNSUPPORTED_PROTOCOL", "alert number 70",
      "ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
      "SSL_ERROR_PROTOCOL_VERSION_ALERT"}},
    {CM_CAUSE_TLS_NO_COMMON_CIPHER,
     {SC, "'HandshakeFailure'", "80090326", "80090331", "36887", "36874",
      "sslv3 alert handshake failure", "ssl/tls alert handshake failure",
      "handshake_failure", "remote error: tls: handshake failure",
      "SSLV3_ALERT_HANDSHAKE_FAILURE", "alert number 40",
      "ERR_SSL_VERSION_OR_CIPHER_MISMATCH", "SSL_ERROR_NO_CYPHER_OVERLAP"}},
    {CM_CAUSE_TLS_CLIENT_CERT_REQUIRED,
     {SC, "403.7", "'BadCertificate'", "'CertificateRequired'", "00090320",
      "36875", "36887", "tlsv13 alert certificate required", "bad_certificate",
      "Broken pipe", "tls: certificate required",
      "TLSV13_ALERT_CERTIFICATE_REQUIRED", "ERR_BAD_SSL_CLIENT_AUTH_CERT",
      "SOCKET_NOT_CONNECTED", "SSL_ERROR_RX_CERTIFICATE_REQUIRED_ALERT",
      "SSL_ERROR_HANDSHAKE_FAILURE_ALERT"}},
    {CM_CAUSE_TLS_CLIENT_CERT_REJECTED,
     {SC, "403.16", "403.13", "'UnknownCA'", "80090325", "36887", "unknown ca",
      "unknown_ca", "tls: unknown certificate authority", "expired certificate",
      "TLSV1_ALERT_UNKNOWN_CA", "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
      "ERR_BAD_SSL_CLIENT_AUTH_CERT", "SSL_ERROR_UNKNOWN_CA_ALERT"}},
    {CM_CAUSE_CLIENT_CERT_EXPIRED,
     {SC, "403.17", "'CertificateExpired'", "80090328", "certificate expired",
      "certificate_expired", "SSL_ERROR_EXPIRED_CERT_ALERT"}},
    {CM_CAUSE_TLS_CLIENT_CA_MISMATCH,
     {SC, "403.7", "'CertificateRequired'", "00090320", "36875", "sends none",
      "tls: certificate required", "ERR_BAD_SSL_CLIENT_AUTH_CERT",
      "SSL_ERROR_RX_CERTIFICATE_REQUIRED_ALERT"}},
    {CM_CAUSE_CLIENT_KEY_DENIED,
     {SC, "Keyset does not exist",
      "The credentials supplied to the package were not recognized", "8009030E",
      "8009030D", "36870", "(58) unable to set private key file",
      "UnrecoverableKeyException", "private key", "PermissionError",
      "KEY_VALUES_MISMATCH", "ERR_SSL_CLIENT_AUTH_PRIVATE_KEY_ACCESS_DENIED",
      "SEC_ERROR_NO_KEY"}},
    {CM_CAUSE_TLS_CLIENT_CERT_LATE,
     {"HTTP 403", "00090321", "80070032", "tls: no renegotiation",
      "post_handshake_auth", "Broken pipe", "ERR_CONNECTION_RESET",
      "SSLV3_ALERT_HANDSHAKE_FAILURE"}},
    {CM_CAUSE_TLS_SNI_UNRECOGNIZED,
     {SC, SF, "'UnrecognizedName'", "code 112", "tlsv1 unrecognized name",
      "Received fatal alert: unrecognized_name",
      "handshake alert: unrecognized_name",
      "remote error: tls: unrecognized name", "TLSV1_UNRECOGNIZED_NAME",
      "alert number 112", "ERR_SSL_UNRECOGNIZED_NAME_ALERT",
      "SSL_ERROR_UNRECOGNIZED_NAME_ALERT"}},
    {CM_CAUSE_TLS_PLAINTEXT_HTTP,
     {"unexpected packet format", "Cannot determine the frame size", "80090308",
      "wrong version number", "Unsupported or unrecognized SSL message",
      "server gave HTTP response to HTTPS client", "WRONG_VERSION_NUMBER",
      "ERR_SSL_PROTOCOL_ERROR", "SSL_ERROR_RX_RECORD_TOO_LONG"}},
    {CM_CAUSE_TLS_PLAINTEXT_OTHER,
     {"unexpected packet format", "Cannot determine the frame size", "80090308",
      "wrong version number", "Unsupported or unrecognized SSL message",
      "first record does not look like a TLS handshake",
      "ERR_SSL_PROTOCOL_ERROR", "PR_END_OF_FILE_ERROR"}},
    {CM_CAUSE_TLS_CLOSED_ON_HELLO,
     {SF, "0 bytes from the transport stream", "SEC_E_INCOMPLETE_MESSAGE",
      "unexpected eof while reading", "SSL_ERROR_SYSCALL",
      "Remote host terminated the handshake", "SSL peer shut down incorrectly",
      "EOF", "UNEXPECTED_EOF_WHILE_READING",
      "disconnected before secure TLS connection was established",
      "ERR_CONNECTION_CLOSED", "PR_END_OF_FILE_ERROR"}},
    {CM_CAUSE_TLS_RESET_ON_HELLO,
     {SF, "forcibly closed by the remote host", "10054",
      "Recv failure: Connection reset by peer", "Connection reset",
      "read: connection reset by peer", "ConnectionResetError", "ECONNRESET",
      "ERR_CONNECTION_RESET", "PR_CONNECT_RESET_ERROR"}},
    {CM_CAUSE_TLS_HANDSHAKE_TIMEOUT,
     {"The operation has timed out", "HttpClient.Timeout of 100", "(28)",
      "Read timed out", "TLS handshake timeout", "context deadline exceeded",
      "The handshake operation timed out", "ERR_TIMED_OUT",
      "NS_ERROR_NET_TIMEOUT"}},
    {CM_CAUSE_TLS_INTERNAL_ERROR,
     {SC, "'InternalError'", "80090304", "code 80",
      "tlsv1 alert internal error", "internal_error", "tls: internal error",
      "TLSV1_ALERT_INTERNAL_ERROR", "alert number 80", "ERR_SSL_PROTOCOL_ERROR",
      "SSL_ERROR_INTERNAL_ERROR_ALERT"}},
    {CM_CAUSE_DNS_NXDOMAIN,
     {"The remote name could not be resolved", "No such host is known", "12007",
      "(6)", "UnknownHostException", "no such host",
      "[Errno -2] Name or service not known", "ENOTFOUND",
      "ERR_NAME_NOT_RESOLVED", "NS_ERROR_UNKNOWN_HOST"}},
    {CM_CAUSE_CONNECT_REFUSED,
     {"Unable to connect to the remote server", "10061", "actively refused it",
      "12029", "(7)", "Connection refused", "connect: connection refused",
      "ConnectionRefusedError", "ECONNREFUSED", "ERR_CONNECTION_REFUSED",
      "NS_ERROR_CONNECTION_REFUSED"}},
    {CM_CAUSE_CONNECT_TIMEOUT,
     {"Unable to connect to the remote server", "10060", "12002", "(28)",
      "timed out", "i/o timeout", "TimeoutError", "ETIMEDOUT",
      "ERR_CONNECTION_TIMED_OUT"}},
};

static bool says(const struct cm_cause_text *text, const char *words)
{
    for (const struct cm_client_text *c = text->clients; c->client != NULL;
         c++) {
        if (strstr(c->text, words) != NULL) {
            return true;
        }
    }
    return false;
}

static void the_words_of_every_client_are_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        const struct cm_cause_text *text = cm_cause_text(expected[i].cause);

        for (size_t j = 0; j < MAX_SAYS && expected[i].says[j] != NULL; j++) {
            if (!says(text, expected[i].says[j])) {
                fail_msg("%s: nobody says \"%s\"",
                         cm_cause_info(expected[i].cause)->id,
                         expected[i].says[j]);
            }
        }
    }
}

/* Who is not harmed must not be blamed: these clients go on. */
static const struct {
    enum cm_cause cause;
    const char *clients; /* a part of the name */
} unharmed[] = {
    {CM_CAUSE_NAME_CN_ONLY, "curl"},
    {CM_CAUSE_NAME_CN_ONLY, "Java"},
    {CM_CAUSE_NAME_CN_ONLY, "Python"},
    {CM_CAUSE_NAME_CN_ONLY, "Node.js"},
    {CM_CAUSE_LEAF_KEY_USAGE, "Go"},
    {CM_CAUSE_LEAF_KEY_USAGE, "Firefox"},
    {CM_CAUSE_KEY_TOO_SMALL, "Node.js"},
    {CM_CAUSE_X509_NOT_STRICT, "Java"},
    {CM_CAUSE_X509_NOT_STRICT, "Go"},
    {CM_CAUSE_X509_NOT_STRICT, "Chrome"},
    {CM_CAUSE_MUST_STAPLE_MISSING, "Go"},
    {CM_CAUSE_MUST_STAPLE_MISSING, "Chrome"},
    {CM_CAUSE_SCT_MISSING, "curl"},
    {CM_CAUSE_SCT_MISSING, "Java"},
    {CM_CAUSE_ROOT_EXPIRED, "Java"},
    {CM_CAUSE_CHAIN_EKU_CA, "Java"},
};

static void who_accepts_is_said_to_work(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(unharmed) / sizeof(unharmed[0]); i++) {
        const struct cm_client_text *c =
            cm_cause_text(unharmed[i].cause)->clients;

        while (c->client != NULL &&
               strstr(c->client, unharmed[i].clients) == NULL) {
            c++;
        }
        assert_non_null(c->client);
        if (strncmp(c->text, "works", 5) != 0) {
            fail_msg("%s: %s works", cm_cause_info(unharmed[i].cause)->id,
                     c->client);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_words_of_every_client_are_there),
        cmocka_unit_test(who_accepts_is_said_to_work),
    };

    return cmocka_run_group_tests_name("report clients", tests, NULL, NULL);
}
