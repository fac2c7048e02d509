/* What causes mean: the names in the certificate and the name in use.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

#define NAME_DOTNET CM_DOTNET_PROCEDURE "RemoteCertificateNameMismatch"
#define NAME_CURL                                                              \
    "(60) SSL: no alternative certificate subject name matches target host "   \
    "name 'host'; (51) before 7.62; openssl: verify error:num=62:hostname "    \
    "mismatch"
#define NAME_PYTHON                                                            \
    CM_PYTHON_VERIFY                                                           \
    "Hostname mismatch, certificate is not valid for 'host'."
#define NAME_NODE                                                              \
    "ERR_TLS_CERT_ALTNAME_INVALID: Hostname/IP does not match certificate's "  \
    "altnames"

const struct cm_cause_text CM_CAUSE_TEXT_OF(NAME_DEFAULT_CERT) = {
    .meaning = "The certificate has nothing to do with the host: it is what "
               "the server shows when it knows no better. Its dates and issuer "
               "say nothing about the site that was asked for.",
    .rule = "RFC 9525 section 6 and RFC 6066 section 3",
    .detected =
        "No name of the certificate belongs to the domain of the host, and the "
        "certificate is a known default (localhost, an ingress controller's "
        "fake certificate, a platform's own domain) or the same one is shown "
        "for many unrelated names at this address.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}, {CM_DOTNET, NAME_DOTNET},
        {CM_SCHANNEL, "SEC_E_WRONG_PRINCIPAL (0x80090322) or "
                      "CERT_E_CN_NO_MATCH (0x800B010F); event 36884"},
        {CM_CURL, NAME_CURL},
        {CM_JAVA, "No subject alternative DNS name matching host found."},
        {CM_GO,
         CM_GO_VERIFY "certificate is valid for other.example, not host"},
        {CM_PYTHON, NAME_PYTHON}, {CM_NODE, NAME_NODE},
        {CM_CHROME, "net::ERR_CERT_COMMON_NAME_INVALID"},
        {CM_FIREFOX, "SSL_ERROR_BAD_CERT_DOMAIN"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(NAME_MISMATCH) = {
    .meaning = "None of the names in the certificate's subjectAltName is the "
               "host that was asked for. When there are such names, the common "
               "name does not count.",
    .rule = "RFC 9525 section 6.3",
    .detected =
        "The name that was asked for, in its ASCII form and without regard to "
        "case, equals no dNSName of the certificate and no wildcard of one "
        "label covers it. The proof names the nearest one.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}, {CM_DOTNET, NAME_DOTNET},
        {CM_SCHANNEL, "SEC_E_WRONG_PRINCIPAL (0x80090322) or "
                      "CERT_E_CN_NO_MATCH (0x800B010F); event 36884"},
        {CM_CURL, NAME_CURL},
        {CM_JAVA, "No subject alternative DNS name matching host found. "
                  "Without any such name: No name matching host found"},
        {CM_GO,
         CM_GO_VERIFY "certificate is valid for other.example, not host"},
        {CM_PYTHON, NAME_PYTHON}, {CM_NODE, NAME_NODE},
        {CM_CHROME, "net::ERR_CERT_COMMON_NAME_INVALID"},
        {CM_FIREFOX, "SSL_ERROR_BAD_CERT_DOMAIN"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(NAME_IP_NOT_IN_SAN) = {
    .meaning = "The endpoint is an address, and the certificate does not hold "
               "this address as an address. Written as if it were a DNS name "
               "it does not count.",
    .rule = "RFC 9525 section 6.5 and RFC 5280 section 4.2.1.6",
    .detected = "The row asks for an IP address, and no iPAddress entry of "
                "subjectAltName has the same octets.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         CM_NETFX_TRUST " It may accept the address written as a DNS name."},
        {CM_DOTNET, NAME_DOTNET},
        {CM_SCHANNEL, "SEC_E_WRONG_PRINCIPAL (0x80090322)"},
        {CM_CURL, "(60) SSL: no alternative certificate subject name matches "
                  "target host name '192.0.2.1'; openssl: verify "
                  "error:num=64:IP address mismatch"},
        {CM_JAVA,
         "No subject alternative names matching IP address 192.0.2.1 found"},
        {CM_GO, CM_GO_VERIFY "cannot validate certificate for 192.0.2.1 "
                             "because it doesn't contain any IP SANs"},
        {CM_PYTHON, CM_PYTHON_VERIFY
         "IP address mismatch, certificate is not valid for '192.0.2.1'."},
        {CM_NODE, NAME_NODE}, {CM_CHROME, "net::ERR_CERT_COMMON_NAME_INVALID"},
        {CM_FIREFOX, "SSL_ERROR_BAD_CERT_DOMAIN"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(NAME_WILDCARD_SCOPE) = {
    .meaning =
        "A wildcard in the certificate looks as if it fitted and does not: it "
        "stands for exactly one label, never for the bare domain, for two "
        "labels, for a whole top-level domain, or for part of a label.",
    .rule = "RFC 9525 sections 6.3 and 7.1",
    .detected = "No name matches, but a wildcard of the certificate would if "
                "it could stand for none or several labels, for part of one, "
                "or directly below a public suffix.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}, {CM_DOTNET, NAME_DOTNET},
        {CM_SCHANNEL, "SEC_E_WRONG_PRINCIPAL (0x80090322)"},
        {CM_CURL, NAME_CURL},
        {CM_JAVA, "No subject alternative DNS name matching host found. It "
                  "accepts *.tld for host.tld"},
        {CM_GO, CM_GO_VERIFY "certificate is valid for *.example.com, not "
                             "host. It accepts *.tld for host.tld"},
        {CM_PYTHON, NAME_PYTHON}, {CM_NODE, NAME_NODE},
        {CM_CHROME, "net::ERR_CERT_COMMON_NAME_INVALID"},
        {CM_FIREFOX, "SSL_ERROR_BAD_CERT_DOMAIN"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(NAME_CN_ONLY) = {
    .meaning =
        "The host stands in the common name and there is no subjectAltName. Go "
        "and the browsers refuse that; the others still fall back.",
    .rule = "RFC 9525 section 2 and CA/Browser Forum Baseline Requirements "
            "section 7.1.2.7.12",
    .detected = "The certificate has no dNSName in subjectAltName, and its "
                "common name matches the host.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "works"}, {CM_DOTNET, "works"},
        {CM_SCHANNEL, "works"}, {CM_CURL, "works"}, {CM_JAVA, "works"},
        {CM_GO, CM_GO_VERIFY
         "certificate relies on legacy Common Name field, use SANs instead"},
        {CM_PYTHON, "works"}, {CM_NODE, "works"},
        {CM_CHROME, "net::ERR_CERT_COMMON_NAME_INVALID"},
        {CM_FIREFOX, "SSL_ERROR_BAD_CERT_DOMAIN"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(NAME_SAN_MALFORMED) = {
    .meaning = "An entry of subjectAltName is not a name as DNS knows it: with "
               "a scheme, a port, a space, a trailing dot, an underscore, or "
               "letters outside ASCII. Clients disagree about such entries.",
    .rule = "RFC 5280 section 4.2.1.6",
    .detected =
        "A dNSName or iPAddress entry does not have the form that the RFC and "
        "RFC 1123 ask for. Other entries of the certificate still count.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "works; it passes over the entry"},
        {CM_DOTNET, "works; it passes over the entry"},
        {CM_SCHANNEL, "works; it passes over the entry"},
        {CM_CURL, "works; it passes over the entry"},
        {CM_JAVA, "works; java.security.cert.CertificateParsingException for "
                  "an address of a wrong length"},
        {CM_GO,
         "works; x509: SAN dNSName is malformed for letters outside ASCII"},
        {CM_PYTHON, "works; it passes over the entry"},
        {CM_NODE, "works; it also accepts a trailing dot"},
        {CM_CHROME, "works; it also accepts a trailing dot"},
        {CM_FIREFOX, "works; it passes over the entry"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(NAME_REFERENCE_TRAILING_DOT) = {
    .meaning = "The inventory writes the name with a dot at its end. DNS "
               "understands that; certificates never hold it. It was taken off "
               "for this scan, as curl does.",
    .rule = "RFC 6066 section 3: SNI has the name without a trailing dot",
    .detected =
        "The host of the row ends in a dot, as names in a zone file do.",
    .clients = CM_CLIENTS({CM_DOTNET_FRAMEWORK, "may fail: " CM_NETFX_TRUST},
                          {CM_CURL, "works"},
                          {CM_JAVA, "may fail: Illegal server name"},
                          {CM_CHROME, "works"}, {CM_FIREFOX, "works"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(NAME_INTERNAL) = {
    .meaning =
        "The name is a single word, or ends in a domain that nobody can own, "
        "such as .local, .lan or .internal. No public CA may issue for it, so "
        "clients in a cloud can never trust it under this name.",
    .rule = "CA/Browser Forum Baseline Requirements section 4.2.2; RFC 6761 "
            "and RFC 6762 section 3 set such domains aside",
    .detected = "The host has one label only, or its last label is a reserved "
                "or commonly used internal domain.",
    .clients = CM_NO_CLIENTS,
};
