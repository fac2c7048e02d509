/* What the words of clients leave open, and where the same client says more.
 * SPDX-License-Identifier: Apache-2.0 */
#include "recognise.h"

static const struct note {
    const char *says;
    const char *note;
    bool of_frame; /* no news when what is inside the frame was given */
} notes[] = {
    {"could not establish trust relationship",
     "The .NET Framework has this one text for every cause in a certificate or "
     "its chain. A ServerCertificateValidationCallback that logs "
     "SslPolicyErrors "
     "and each X509ChainStatus tells more, and so does the CAPI2 event log.",
     false},
    {"could not create ssl tls secure channel",
     "The .NET Framework has this one text for every handshake that fails: no "
     "common version or cipher suite, a client certificate that the server "
     "wants "
     "or whose key this account may not read, a server name that is unknown. "
     "The "
     "System event log (Schannel 36887 with the alert's number, 36870, 36871) "
     "tells more.",
     false},
    {"unexpected error occurred on a send",
     "The connection was closed without a reason: by a server that does not "
     "speak the client's TLS versions (ServicePointManager.SecurityProtocol), "
     "by "
     "one that wants a client certificate, or by a box on the way.",
     false},
    {"unexpected error occurred on a receive",
     "The connection was closed without a reason, after the request was sent: "
     "with TLS 1.3 this is also how a missing client certificate shows.",
     false},
    {"see inner exception",
     "This is the outer message only. The inner exception has the reason: give "
     "that, too.",
     true},
    {"remotecertificatechainerrors",
     "It does not say what is wrong with the chain: the X509ChainStatus in the "
     "validation callback does.",
     false},
    {"unable to find valid certification path",
     "Java has this text for every chain that does not end in its truststore: "
     "an "
     "intermediate that the server does not send, a private or a new root, a "
     "proxy that reads TLS.",
     false},
    {"certificate signed by unknown authority",
     "Go has this text for every chain that does not end in the client's "
     "roots: "
     "an intermediate that is not sent, a private root, a proxy that reads "
     "TLS.",
     false},
    {"unable to get local issuer certificate",
     "OpenSSL says this both when the server leaves an intermediate out and "
     "when "
     "the client does not have the root: the text does not tell which.",
     false},
    {"err_cert_authority_invalid",
     "Chrome has this code for private roots, self-signed certificates, "
     "proxies "
     "and missing intermediates. Its certificate viewer shows the chain that "
     "the "
     "browser built, which is not what the server sends.",
     false},
    {"sec_error_unknown_issuer",
     "Firefox has this code for private roots, proxies and missing "
     "intermediates; "
     "it knows many intermediates by itself, so that another client may fail "
     "where Firefox does not.",
     false},
    {"sec_e_untrusted_root",
     "Windows fetches missing intermediates and new "
     "roots where it is allowed to: "
     "the same server may work from another machine.",
     false},
    {"wrong version number",
     "The answer was no TLS. The text does not tell what it was: plain HTTP, a "
     "proxy's error page, or a port that wants STARTTLS first.",
     false},
    {"alert handshake failure",
     "One alert for many reasons: no common cipher suite or group, an unknown "
     "server name, or, up to TLS 1.2, a client certificate that is missing.",
     false},
    {"handshake_failure",
     "One alert for many reasons: no common cipher suite or group, an unknown "
     "server name, or, up to TLS 1.2, a client certificate that is missing.",
     false},
    {"err_ssl_protocol_error",
     "Chrome has this code for every answer that is no sound TLS.", false},
    {"12175",
     "WinHTTP has this number for every cause in a certificate. The callback's "
     "WINHTTP_CALLBACK_STATUS_SECURE_FAILURE flags tell which.",
     false},
};

/* In the order in which people meet them, as the questions in forums and the
 * guides of vendors have it. */
static const enum cm_cause usual[] = {
    CM_CAUSE_CHAIN_INCOMPLETE,
    CM_CAUSE_LEAF_EXPIRED,
    CM_CAUSE_NAME_MISMATCH,
    CM_CAUSE_UNTRUSTED_PRIVATE_ROOT,
    CM_CAUSE_SELF_SIGNED_LEAF,
    CM_CAUSE_TLS_INTERCEPTION,
    CM_CAUSE_TLS_NO_COMMON_CIPHER,
    CM_CAUSE_TLS_VERSION_TOO_NEW,
    CM_CAUSE_TLS_VERSION_TOO_OLD,
    CM_CAUSE_TLS_CLIENT_CERT_REQUIRED,
    CM_CAUSE_CLIENT_KEY_DENIED,
    CM_CAUSE_TLS_CLIENT_CA_MISMATCH,
    CM_CAUSE_TLS_CLIENT_CERT_REJECTED,
    CM_CAUSE_NAME_DEFAULT_CERT,
    CM_CAUSE_CA_CERT_EXPIRED,
    CM_CAUSE_CLIENT_STORE_OUTDATED,
    CM_CAUSE_ROOT_NOT_IN_CLIENT_STORE,
    CM_CAUSE_CHAIN_WRONG_INTERMEDIATE,
    CM_CAUSE_ISSUER_UNKNOWN,
    CM_CAUSE_NAME_IP_NOT_IN_SAN,
    CM_CAUSE_NAME_WILDCARD_SCOPE,
    CM_CAUSE_CLOCK_SKEW,
    CM_CAUSE_REVOKED,
    CM_CAUSE_TLS_SNI_REQUIRED,
    CM_CAUSE_TLS_SNI_UNRECOGNIZED,
    CM_CAUSE_TLS_PLAINTEXT_HTTP,
    CM_CAUSE_TLS_PLAINTEXT_OTHER,
    CM_CAUSE_ROOT_DISTRUSTED_OR_REMOVED,
    CM_CAUSE_LEAF_NOT_YET_VALID,
    CM_CAUSE_DNS_NXDOMAIN,
    CM_CAUSE_CONNECT_REFUSED,
    CM_CAUSE_CONNECT_TIMEOUT,
};

int cm_sign_usual(enum cm_cause cause)
{
    int num = (int)(sizeof(usual) / sizeof(*usual));

    for (int i = 0; i < num; i++) {
        if (usual[i] == cause) {
            return i;
        }
    }
    return num + cm_cause_info(cause)->rank;
}

size_t cm_sign_notes(const struct cm_words *words, bool vague,
                     const char *out[CM_MAX_NOTES])
{
    size_t num = 0;

    for (size_t i = 0; i < sizeof(notes) / sizeof(*notes); i++) {
        size_t len;

        if (num < CM_MAX_NOTES && (vague || !notes[i].of_frame) &&
            cm_words_find_text(words, 0, notes[i].says, &len) < words->num) {
            out[num++] = notes[i].note;
        }
    }
    return num;
}
