/* What causes mean: dates.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_cause_text CM_CAUSE_TEXT_OF(LEAF_EXPIRED) = {
    .meaning = "The last day of the certificate is over. Every client refuses "
               "it from the next second on.",
    .rule = "RFC 5280 section 4.1.2.5",
    .detected = "The time of judgement is later than the notAfter of the "
                "server's certificate, which is its last good second.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "NotTimeValid"},
        {CM_SCHANNEL, "SEC_E_CERT_EXPIRED (0x80090328) or CERT_E_EXPIRED "
                      "(0x800B0101); event 36881"},
        {CM_CURL, CM_CURL_VERIFY("10", "certificate has expired")},
        {CM_JAVA, CM_JAVA_VALIDATION
         "validity check failed (CertificateExpiredException: NotAfter: ...)"},
        {CM_GO, CM_GO_VERIFY "certificate has expired or is not yet valid: "
                             "current time ... is after ..."},
        {CM_PYTHON, CM_PYTHON_VERIFY "certificate has expired"},
        {CM_NODE, "CERT_HAS_EXPIRED"},
        {CM_CHROME, "net::ERR_CERT_DATE_INVALID"},
        {CM_FIREFOX, "SEC_ERROR_EXPIRED_CERTIFICATE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(LEAF_NOT_YET_VALID) = {
    .meaning =
        "The certificate becomes valid only later. Either it was installed too "
        "early, or a clock is wrong: the CA's, the client's or the scanner's.",
    .rule = "RFC 5280 section 4.1.2.5",
    .detected = "The time of judgement is earlier than the notBefore of the "
                "server's certificate.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "NotTimeValid"},
        {CM_SCHANNEL, "SEC_E_CERT_EXPIRED (0x80090328); event 36881"},
        {CM_CURL, CM_CURL_VERIFY("9", "certificate is not yet valid")},
        {CM_JAVA, CM_JAVA_VALIDATION
         "validity check failed (CertificateNotYetValidException: NotBefore: "
         "...)"},
        {CM_GO, CM_GO_VERIFY "certificate has expired or is not yet valid: "
                             "current time ... is before ..."},
        {CM_PYTHON, CM_PYTHON_VERIFY "certificate is not yet valid"},
        {CM_NODE, "CERT_NOT_YET_VALID"},
        {CM_CHROME, "net::ERR_CERT_DATE_INVALID"},
        {CM_FIREFOX, "MOZILLA_PKIX_ERROR_NOT_YET_VALID_CERTIFICATE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CA_CERT_EXPIRED) = {
    .meaning =
        "A certificate above the server's is outside its dates, and there is "
        "no other path. The CA usually has a newer one of the same key.",
    .rule = "RFC 5280 section 6.1.3 (a)(2)",
    .detected =
        "An issuing certificate on every path, the root excepted, ends before "
        "the time of judgement or begins after it. Other certificates of the "
        "same key were looked for in everything known.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "NotTimeValid"},
        {CM_SCHANNEL, "SEC_E_CERT_EXPIRED (0x80090328)"},
        {CM_CURL,
         CM_CURL_VERIFY("10",
                        "certificate has expired") ", at depth 1 or more"},
        {CM_JAVA, CM_JAVA_VALIDATION "validity check failed"},
        {CM_GO, CM_GO_VERIFY "certificate has expired or is not yet valid"},
        {CM_PYTHON, CM_PYTHON_VERIFY "certificate has expired"},
        {CM_NODE, "CERT_HAS_EXPIRED"},
        {CM_CHROME, "net::ERR_CERT_DATE_INVALID"},
        {CM_FIREFOX, "SEC_ERROR_EXPIRED_ISSUER_CERTIFICATE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(LEAF_EXPIRES_SOON) = {
    .meaning = "The certificate works today and ends soon, measured by its own "
               "lifetime unless the scan was told a number of days.",
    .rule = "RFC 5280 section 4.1.2.5",
    .detected =
        "The certificate is valid, and what is left of it is at most seven "
        "days, a third of its lifetime, or the days given with the scan.",
    .clients = CM_EVERY_CLIENT("works until that date"),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_EXPIRES_BEFORE_LEAF) = {
    .meaning =
        "Every path of this certificate holds one that ends before it does. On "
        "that day the server breaks, though its own certificate is still good.",
    .rule = "RFC 5280 section 6.1.3 (a)(2)",
    .detected = "On each valid path an issuing certificate has an earlier "
                "notAfter than the server's certificate.",
    .clients = CM_EVERY_CLIENT("works until that date"),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(VALIDITY_TOO_LONG) = {
    .meaning = "The certificate is meant to live longer than public CAs may "
               "issue, or than Apple's systems accept from any CA. Those "
               "clients refuse it although its dates are right.",
    .rule = "CA/Browser Forum Baseline Requirements section 6.3.2: 398 days, "
            "200 from 15 March 2026, 100 from 2027, 47 from 2029. No RFC: RFC "
            "5280 sets no limit",
    .detected =
        "The lifetime, both ends counted, is above the limit that held on its "
        "first day for public CAs, or above 825 days for any CA.",
    .clients = CM_CLIENTS({CM_DOTNET_FRAMEWORK, "works"}, {CM_DOTNET, "works"},
                          {CM_SCHANNEL, "works"}, {CM_CURL, "works"},
                          {CM_JAVA, "works"},
                          {CM_GO, "works; on macOS and iOS as Safari"},
                          {CM_PYTHON, "works"}, {CM_NODE, "works"},
                          {CM_CHROME, "net::ERR_CERT_VALIDITY_TOO_LONG for "
                                      "public CAs; works below a private root"},
                          {CM_FIREFOX, "works"},
                          {"Safari, iOS, macOS",
                           "This connection is not private; the certificate is "
                           "not standards compliant"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(ROOT_TERM_LIMIT) = {
    .meaning = "Browsers trust a root for about fifteen years from the making "
               "of its key. This root reaches that day before the certificate "
               "ends, or before the one that follows it. The CA has a newer "
               "root; ask for certificates below it.",
    .rule = "no RFC: Chrome Root Program Policy 1.8 and Mozilla Root Store "
            "Policy 3.1; RFC 5280 section 6.1.1 (d) leaves the choice of "
            "anchors to the client",
    .detected =
        "The path ends in a public root whose term, from the date table of the "
        "root programs or fifteen years after its key, is over before the "
        "notAfter of the certificate or of its renewal.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "works"}, {CM_DOTNET, "works"},
        {CM_SCHANNEL, "works"},
        {CM_CURL, "works until the bundle drops the root"}, {CM_JAVA, "works"},
        {CM_GO, "works until the bundle drops the root"},
        {CM_PYTHON, "works until the bundle drops the root"},
        {CM_NODE, "works until the bundle drops the root"},
        {CM_CHROME,
         "works until that date, then: net::ERR_CERT_AUTHORITY_INVALID"},
        {CM_FIREFOX, "works until that date, then: SEC_ERROR_UNKNOWN_ISSUER"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(PUBLIC_CLIENT_AUTH_EKU) = {
    .meaning =
        "The certificate of a public CA is for two roles: a server's, and a "
        "client's in mutual TLS. From 15 March 2027 on public CAs issue for "
        "servers only, many do so already. Web servers lose nothing. But where "
        "this server calls others and shows them this certificate, as mail and "
        "XMPP servers, clusters, API gateways, VPN and RADIUS do, they will "
        "refuse its successor from the day of the renewal on. Nobody can tell "
        "from outside whether it does: ask its owner.",
    .rule = "no RFC: Chrome Root Program Policy 1.8 section 1.3.2; RFC 5280 "
            "section 4.2.1.12 is what makes the other side refuse",
    .detected =
        "The certificate has a policy of the CA/Browser Forum or certificate "
        "timestamps, its extended key usage names server and client "
        "authentication, and it ends on 15 March 2027 or later, so that its "
        "successor is issued under the new rule. Of our own client certificate "
        "that was sent to the server, it is known that it breaks by that date.",
    .clients = CM_EVERY_CLIENT("works"),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(RENEWAL_NOT_AUTOMATED) = {
    .meaning = "The certificate is a public one with a lifetime that public "
               "CAs may no longer issue soon. Renewed by hand once a year "
               "today, it will be eight times a year in 2029. Nothing is "
               "broken; it is time to let a program do it.",
    .rule = "CA/Browser Forum Baseline Requirements section 6.3.2: at most 200 "
            "days from 15 March 2026, 100 from 2027, 47 from 2029. RFC 8555 "
            "(ACME) and RFC 9773 (when to renew) are the way",
    .detected = "The path ends in a public root and the lifetime of the "
                "certificate is above 100 days. The proof says how many "
                "renewals a year it will take by which date.",
    .clients = CM_EVERY_CLIENT("works"),
};
