/* What causes mean: what is wrong with a client, which no scan can see. They
 * are here for whoever has a client's message and nothing wrong on the server.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_cause_text CM_CAUSE_TEXT_OF(CLIENT_STORE_OUTDATED) = {
    .meaning = "All current clients trust the chain; this one has an old list "
               "of roots. Windows servers without a way to Windows Update, old "
               "Java, old container images and pinned CA bundles are like "
               "that.",
    .rule = "RFC 5280 section 6.1.1, input (d): the trust anchors are the "
            "client's own",
    .detected = "Not from the network. The client reports an unknown issuer, "
                "the scan finds the endpoint trusted. A trust view made of the "
                "client's own store (--trust NAME=FILE) proves it: there the "
                "finding is root_not_in_client_store.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "PartialChain or UntrustedRoot"},
        {CM_SCHANNEL, "SEC_E_UNTRUSTED_ROOT (0x80090325), CERT_E_CHAINING "
                      "(0x800B010A) or CERT_E_UNTRUSTEDROOT (0x800B0109); "
                      "event 36882"},
        {CM_CURL,
         CM_CURL_VERIFY("20", "unable to get local issuer certificate")},
        {CM_JAVA, CM_JAVA_BUILDING},
        {CM_GO, CM_GO_VERIFY "certificate signed by unknown authority"},
        {CM_PYTHON, CM_PYTHON_VERIFY "unable to get local issuer certificate"},
        {CM_NODE, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"},
        {CM_CHROME, "net::ERR_CERT_AUTHORITY_INVALID"},
        {CM_FIREFOX, "SEC_ERROR_UNKNOWN_ISSUER"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CLOCK_SKEW) = {
    .meaning = "The client's clock is wrong, so that a sound certificate looks "
               "expired or not yet valid to it. One client then says so of "
               "many servers, and no other client does.",
    .rule = "RFC 5280 section 6.1.3 (a)(2): validity is judged by the client's "
            "time",
    .detected = "Not from the network. The client reports a date, the scan "
                "finds the certificate within its dates. Compare the client's "
                "clock with a time server.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "NotTimeValid"},
        {CM_SCHANNEL, "SEC_E_CERT_EXPIRED (0x80090328) or CERT_E_EXPIRED "
                      "(0x800B0101); event 36881"},
        {CM_CURL,
         CM_CURL_VERIFY(
             "9", "certificate is not yet valid") " or num=10:certificate has "
                                                  "expired"},
        {CM_JAVA, CM_JAVA_VALIDATION "validity check failed"},
        {CM_GO, CM_GO_VERIFY "certificate has expired or is not yet valid"},
        {CM_PYTHON, CM_PYTHON_VERIFY
         "certificate is not yet valid, or certificate has expired"},
        {CM_NODE, "CERT_NOT_YET_VALID or CERT_HAS_EXPIRED"},
        {CM_CHROME, "net::ERR_CERT_DATE_INVALID"},
        {CM_FIREFOX, "MOZILLA_PKIX_ERROR_NOT_YET_VALID_CERTIFICATE or "
                     "SEC_ERROR_EXPIRED_CERTIFICATE"}),
};
