/* Other words for what the catalogue says, as Windows, WinHTTP, OpenSSL's users
 * and the programs around clients have them; the numbers of alerts; by what a
 * client is known; and what its words leave open. Sources: Microsoft's lists of
 * SSPI status codes (winerror.h), WinHTTP error codes and Schannel events, RFC
 * 8446 section 6; as of 2026-08.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "certmuster/answer.h"
#include "recognise.h"
#include "remedies.h"

#define ANY_TRUST "could not establish trust relationship"
#define ANY_HANDSHAKE "could not create ssl tls secure channel"
#define JAVA_BUILDING "unable to find valid certification path"
#define NO_ISSUER "unable to get local issuer certificate"

static const struct cm_sign signs[] = {
    /* frames around the message that counts */
    {"the remote certificate is invalid according to the validation procedure",
     ANY_TRUST, true, NULL},
    {"the remote certificate is invalid because of errors in the certificate "
     "chain",
     "errors in the certificate chain", true, NULL},
    {"the ssl connection could not be established", ANY_TRUST, true, NULL},
    {"see inner exception", ANY_TRUST, true, NULL},
    {"the underlying connection was closed", ANY_TRUST, true, NULL},
    {"javax.net.ssl.sslhandshakeexception", JAVA_BUILDING, true, NULL},
    {"certificate verify failed", ANY_TRUST, true, NULL},
    {"certificate_verify_failed", ANY_TRUST, true, NULL},
    {"ssl certificate problem", ANY_TRUST, true, NULL},
    {"failed to verify certificate", ANY_TRUST, true, NULL},
    {"pkix path building failed", JAVA_BUILDING, true, NULL},
    {"remotecertificatechainerrors", "errors in the certificate chain", true,
     NULL},
    {"could not establish secure channel for ssl tls", ANY_HANDSHAKE, false,
     NULL},
    /* sentences of Windows for its numbers */
    {"the certificate chain was issued by an authority that is not trusted",
     "sec_e_untrusted_root", false, NULL},
    {"the target principal name is incorrect", "sec_e_wrong_principal", false,
     NULL},
    {"the received certificate has expired", "sec_e_cert_expired", false, NULL},
    {"an unknown error occurred while processing the certificate",
     "sec_e_cert_unknown", false, NULL},
    {"do not possess a common algorithm", ANY_HANDSHAKE, false, NULL},
    {"the token supplied to the function is invalid", "sec_e_invalid_token",
     false, NULL},
    {"the message received was unexpected or badly formatted",
     "sec_e_illegal_message", false, NULL},
    {"the local security authority cannot be contacted", "sec_e_internal_error",
     false, NULL},
    {"terminated in a root certificate which is not trusted by the trust "
     "provider",
     "cert_e_untrustedroot", false, NULL},
    {"a certificate chain could not be built to a trusted root authority",
     "cert_e_chaining", false, NULL},
    {"revocation server was offline", "crypt_e_revocation_offline", false,
     NULL},
    {"the certificate is revoked", "crypt_e_revoked", false, NULL},
    {"a required certificate is not within its validity period",
     "cert_e_expired", false, NULL},
    {"the certificates cn name does not match the passed value",
     "cert_e_cn_no_match", false, NULL},
    {"the credentials supplied to the package were not recognized",
     "sec_e_unknown_credentials", false, NULL},
    {"no credentials are available in the security package",
     "sec_e_no_credentials", false, NULL},
    {"36874", ANY_HANDSHAKE, false, NULL},
    /* WinHTTP and WinINet */
    {"12037", "sec_e_cert_expired", false, NULL},
    {"12038", "sec_e_wrong_principal", false, NULL},
    {"12044", "sec_i_incomplete_credentials", false, NULL},
    {"12045", "sec_e_untrusted_root", false, NULL},
    {"12057", "crypt_e_revocation_offline", false, NULL},
    {"12157", ANY_HANDSHAKE, false, NULL},
    {"12169", ANY_TRUST, false, NULL},
    {"12170", "crypt_e_revoked", false, NULL},
    {"12175", ANY_TRUST, false, NULL},
    {"12179", "sec_e_cert_wrong_usage", false, NULL},
    {"12185", "sec_e_no_credentials", false, NULL},
    {"12186", "sec_e_no_credentials", false, NULL},
    {"error_winhttp_secure_failure", ANY_TRUST, false, NULL},
    {"error_winhttp_client_auth_cert_needed", "sec_i_incomplete_credentials",
     false, NULL},
    /* others */
    {"no such host", "name or service not known", false, NULL},
    {"is after", "is after", false, "is not yet valid current time"},
    {"is before", "is before", false, "is not yet valid current time"},
    {"trust anchor for certification path not found", JAVA_BUILDING, false,
     NULL},
    {"unable to locally verify the issuers authority", NO_ISSUER, false, NULL},
    {"the certificate issuer is unknown", NO_ISSUER, false, NULL},
    {"server certificate verification failed", ANY_TRUST, false, NULL},
    {"ssl_error_syscall", "unexpected eof while reading", false, NULL},
    {"no required ssl certificate was sent", "certificate required", false,
     NULL},
    {"the ssl certificate error", "certificate required", false, NULL},
};

const struct cm_sign *cm_signs(size_t *num)
{
    *num = sizeof(signs) / sizeof(*signs);
    return signs;
}

/* --- alerts --- */

#define MAX_CAUSES 10U
#define LAST CM_CAUSE_COUNT

static const struct alert_sign {
    uint8_t number;
    enum cm_cause causes[MAX_CAUSES];
} alerts[] = {
    {40,
     {CM_CAUSE_TLS_NO_COMMON_CIPHER, CM_CAUSE_TLS_CLIENT_CERT_REQUIRED,
      CM_CAUSE_TLS_NO_COMMON_GROUP, CM_CAUSE_TLS_NO_COMMON_SIGALG,
      CM_CAUSE_TLS_SNI_REQUIRED, CM_CAUSE_TLS_VERSION_TOO_OLD,
      CM_CAUSE_TLS_VERSION_TOO_NEW, CM_CAUSE_TLS_NO_CERTIFICATE,
      CM_CAUSE_TLS_CLIENT_CA_MISMATCH, LAST}},
    {42,
     {CM_CAUSE_TLS_CLIENT_CERT_REQUIRED, CM_CAUSE_TLS_CLIENT_CERT_REJECTED,
      CM_CAUSE_TLS_CLIENT_CA_MISMATCH, LAST}},
    {43, {CM_CAUSE_TLS_CLIENT_CERT_REJECTED, CM_CAUSE_CLIENT_CERT_USAGE, LAST}},
    {44, {CM_CAUSE_TLS_CLIENT_CERT_REJECTED, LAST}},
    {45,
     {CM_CAUSE_CLIENT_CERT_EXPIRED, CM_CAUSE_TLS_CLIENT_CERT_REJECTED, LAST}},
    {46,
     {CM_CAUSE_TLS_CLIENT_CERT_REJECTED, CM_CAUSE_CLIENT_CERT_INCOMPLETE,
      LAST}},
    {48,
     {CM_CAUSE_TLS_CLIENT_CA_MISMATCH, CM_CAUSE_CLIENT_CERT_INCOMPLETE,
      CM_CAUSE_TLS_CLIENT_CERT_REJECTED, LAST}},
    {49, {CM_CAUSE_TLS_CLIENT_CERT_REJECTED, LAST}},
    {70, {CM_CAUSE_TLS_VERSION_TOO_NEW, CM_CAUSE_TLS_VERSION_TOO_OLD, LAST}},
    {71, {CM_CAUSE_TLS_NO_COMMON_CIPHER, LAST}},
    {80, {CM_CAUSE_TLS_INTERNAL_ERROR, LAST}},
    {112, {CM_CAUSE_TLS_SNI_UNRECOGNIZED, CM_CAUSE_TLS_SNI_REQUIRED, LAST}},
    {116,
     {CM_CAUSE_TLS_CLIENT_CERT_REQUIRED, CM_CAUSE_TLS_CLIENT_CA_MISMATCH,
      LAST}},
    {120, {CM_CAUSE_TLS_ALPN_FAILURE, LAST}},
};

const enum cm_cause *cm_sign_alert(uint8_t number)
{
    static const enum cm_cause other[] = {CM_CAUSE_TLS_ALERT_OTHER, LAST};

    for (size_t i = 0; i < sizeof(alerts) / sizeof(*alerts); i++) {
        if (alerts[i].number == number) {
            return alerts[i].causes;
        }
    }
    return other;
}

#define SQUEEZED 48U

/* Letters only, small: "handshakefailure". */
static void squeeze(char out[SQUEEZED], const char *text)
{
    size_t len = strlen(out);

    for (; *text != '\0' && len + 1 < SQUEEZED; text++) {
        if (*text != '_') {
            out[len++] = *text;
        }
    }
    out[len] = '\0';
}

static int alert_by_name(const char *squeezed)
{
    /* Go's and the browsers' words where they differ from the RFC's. */
    static const struct {
        const char *name;
        int number;
    } other_names[] = {
        {"badcert", 42},
        {"unsupportedcert", 43},
        {"revokedcert", 44},
        {"revokedcertificate", 44},
        {"expiredcert", 45},
        {"expiredcertificate", 45},
        {"unknowncertificate", 46},
        {"unknowncertificateauthority", 48},
        {"protocolversionnotsupported", 70},
        {"insufficientsecuritylevel", 71},
        {"rxcertificaterequired", 116},
    };

    for (size_t i = 0; i < sizeof(other_names) / sizeof(*other_names); i++) {
        if (strcmp(squeezed, other_names[i].name) == 0) {
            return other_names[i].number;
        }
    }
    for (int number = 1; number < 256; number++) {
        char name[SQUEEZED] = "";

        squeeze(name, cm_alert_name((uint8_t)number));
        if (strcmp(name, squeezed) == 0 && strcmp(name, "unknownalert") != 0) {
            return number;
        }
    }
    return -1;
}

#define MAX_NAME_WORDS 4U /* "protocol version not supported" */

/* The longest name that begins at `at`. */
static int named_alert(const struct cm_words *words, size_t at, size_t *end)
{
    char name[SQUEEZED] = "";
    int found = -1;

    for (size_t i = at; i < words->num && i < at + MAX_NAME_WORDS; i++) {
        int number;

        squeeze(name, words->list[i].text);
        number = alert_by_name(name);
        if (number >= 0) {
            found = number;
            *end = i + 1;
        }
    }
    return found;
}

/* "SSL alert number 40", "fatal alert code is 40", "alert 112". */
static int numbered_alert(const struct cm_words *words, size_t at, size_t *end)
{
    static const char *const between[] = {"number", "code", "is", "description",
                                          NULL};

    for (size_t i = at; i < words->num && i < at + MAX_NAME_WORDS; i++) {
        long number = cm_word_number(&words->list[i]);
        size_t word = 0;

        if (number >= 0) {
            *end = i + 1;
            return number < 256 ? (int)number : -1;
        }
        while (between[word] != NULL &&
               strcmp(between[word], words->list[i].text) != 0) {
            word++;
        }
        if (between[word] == NULL) {
            return -1;
        }
    }
    return -1;
}

/* SSLV3_ALERT_HANDSHAKE_FAILURE, SSL_ERROR_HANDSHAKE_FAILURE_ALERT. */
static int alert_in_word(const char *word)
{
    const char *inner = strstr(word, "_alert_");
    char name[SQUEEZED] = "";
    size_t len;

    if (inner != NULL) {
        squeeze(name, inner + strlen("_alert_"));
        return alert_by_name(name);
    }
    if (strncmp(word, "ssl_error_", 10) != 0) {
        return -1;
    }
    squeeze(name, word + 10);
    len = strlen(name);
    if (len <= 5 || strcmp(name + len - 5, "alert") != 0) {
        return -1;
    }
    name[len - 5] = '\0';
    return alert_by_name(name);
}

/* "TLSv1.3 (OUT), TLS alert", "SSL3 alert write", "a fatal alert was generated
 * and sent": that was the client itself. */
static bool is_own_alert(const struct cm_words *words, size_t at)
{
    static const char *const own[] = {"out", "write", "generated", NULL};
    size_t from = at > 24 ? at - 24 : 0;

    for (size_t i = from; i < words->num && i < at + 2; i++) {
        for (size_t j = 0; own[j] != NULL; j++) {
            if (strcmp(words->list[i].text, own[j]) == 0 &&
                (j > 0 || at - i <= 3)) {
                return true;
            }
        }
    }
    return false;
}

int cm_sign_alert_at(const struct cm_words *words, size_t at, size_t *num)
{
    const char *word = words->list[at].text;
    bool go = at >= 2 && strcmp(word, "tls") == 0 &&
              strcmp(words->list[at - 1].text, "error") == 0 &&
              strcmp(words->list[at - 2].text, "remote") == 0;
    int found = alert_in_word(word);
    size_t end = at + 1;

    if (found < 0 && (go || strcmp(word, "alert") == 0)) {
        found = named_alert(words, at + 1, &end);
        if (found < 0) {
            found = numbered_alert(words, at + 1, &end);
        }
    }
    *num = end - at;
    return found >= 0 && !is_own_alert(words, at) ? found : -1;
}

/* --- who speaks --- */

/* A star at the end stands for the rest of the word. */
static const struct client_sign {
    const char *says;
    const char *client;
} client_signs[] = {
    {"certificate_verify_failed", CM_PYTHON},
    {"_ssl.c", CM_PYTHON},
    {"urllib3*", CM_PYTHON},
    {"requests.exceptions*", CM_PYTHON},
    {"ssl.ssl*", CM_PYTHON},
    {"sslcertverificationerror", CM_PYTHON},
    {"socket.gaierror", CM_PYTHON},
    {"node_modules*", CM_NODE},
    {"tlssocket*", CM_NODE},
    {"unable_to_verify_leaf_signature", CM_NODE},
    {"unable_to_get_issuer_cert*", CM_NODE},
    {"depth_zero_self_signed_cert", CM_NODE},
    {"self_signed_cert_in_chain", CM_NODE},
    {"err_tls_*", CM_NODE},
    {"eproto", CM_NODE},
    {"getaddrinfo enotfound", CM_NODE},
    {"getaddrinfo eai_again", CM_NODE},
    {"sun.security*", CM_JAVA},
    {"javax.net.ssl*", CM_JAVA},
    {"java.*", CM_JAVA},
    {"pkix path*", CM_JAVA},
    {"received fatal alert", CM_JAVA},
    {"tls failed to verify certificate", CM_GO},
    {"remote error tls", CM_GO},
    {"x509 certificate*", CM_GO},
    {"x509 cannot*", CM_GO},
    {"dial tcp", CM_GO},
    {"net err_*", CM_CHROME},
    {"err_cert_*", CM_CHROME},
    {"curl", CM_CURL},
    {"sec_error_*", CM_FIREFOX},
    {"mozilla_pkix_*", CM_FIREFOX},
    {"ssl_error_*", CM_FIREFOX},
    {"ns_error_*", CM_FIREFOX},
    {"pr_end_of_file_error", CM_FIREFOX},
    {"errors in the certificate chain", CM_DOTNET},
    {"the ssl connection could not be established", CM_DOTNET},
    {"system.net.http*", CM_DOTNET},
    {"httprequestexception", CM_DOTNET},
    {"underlying connection was closed", CM_DOTNET_FRAMEWORK},
    {ANY_HANDSHAKE, CM_DOTNET_FRAMEWORK},
    {ANY_TRUST, CM_DOTNET_FRAMEWORK},
    {"webexception*", CM_DOTNET_FRAMEWORK},
    {"system.net.webexception", CM_DOTNET_FRAMEWORK},
    {"system.servicemodel*", CM_DOTNET_FRAMEWORK},
    {"sec_e_*", CM_SCHANNEL},
    {"cert_e_*", CM_SCHANNEL},
    {"schannel*", CM_SCHANNEL},
    {"winhttp*", CM_SCHANNEL},
    {"error_winhttp*", CM_SCHANNEL},
    {"ssl routines", CM_CURL},
    {"verify error", CM_CURL},
    {"verify return code", CM_CURL},
};

static bool begins(const char *word, const char *with)
{
    return strncmp(word, with, strlen(with)) == 0;
}

/* The words of `says` but the last, then one that begins like the last. */
static bool has_prefix(const struct cm_words *words, const char *says)
{
    char phrase[64];
    size_t len = strlen(says) - 1;
    char *last;
    size_t num = 0;

    memcpy(phrase, says, len);
    phrase[len] = '\0';
    last = strrchr(phrase, ' ');
    if (last != NULL) {
        *last++ = '\0';
    }
    for (size_t at = 0; at < words->num; at++) {
        if (last != NULL) {
            at = cm_words_find_text(words, at, phrase, &num);
        }
        if (at + num < words->num &&
            begins(words->list[at + num].text, last != NULL ? last : phrase)) {
            return true;
        }
    }
    return false;
}

const char *cm_sign_client(const struct cm_words *words)
{
    for (size_t i = 0; i < sizeof(client_signs) / sizeof(*client_signs); i++) {
        const char *says = client_signs[i].says;
        size_t num;

        if (says[strlen(says) - 1] == '*'
                ? has_prefix(words, says)
                : cm_words_find_text(words, 0, says, &num) < words->num) {
            return client_signs[i].client;
        }
    }
    return NULL;
}
