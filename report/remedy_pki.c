/* What to do: at the certification authority.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_remedy CM_REMEDY_OF(REISSUE_CA) = {
    .why = "A certificate in the chain issues others without being allowed to, "
           "or the chain below it is longer than it permits. Every server "
           "under this CA has the same trouble.",
    .steps = CM_STEPS(
        "Find out whether the issuing certificate is a CA at all. A server's "
        "certificate that was used to sign others must not be.",
        "Issue the CA's certificate again: basic constraints critical with CA "
        "true, key usage certificate signing and CRL signing, a path length "
        "that fits, subject and authority key identifiers.",
        "With the same name and key the certificates below stay valid; only "
        "the chain files on the servers change.",
        "Distribute the new CA certificate to all servers that send it."),
    .platforms = CM_PLATFORMS(
        {"openssl ca", "[intermediate]\n"
                       "basicConstraints = critical, CA:TRUE, pathlen:0\n"
                       "keyUsage = critical, keyCertSign, cRLSign\n"
                       "subjectKeyIdentifier = hash\n"
                       "authorityKeyIdentifier = keyid"},
        {"AD CS", "CAPolicy.inf:\n"
                  "[BasicConstraintsExtension]\n"
                  "PathLength = 0\n"
                  "Critical = Yes\n"
                  "certutil -renewCert ReuseKeys"},
        {"Java", "keytool -gencert -alias root -ext bc:c=ca:true,pathlen:0 "
                 "-ext ku:c=kCS,cRLs ..."},
        {"Kubernetes", "cert-manager Certificate of the CA: isCA: true"},
        {"Look", "openssl x509 -in ca.pem -noout -ext "
                 "basicConstraints,keyUsage"}),
    .verify = "openssl verify -show_chain -x509_strict -CAfile root.pem "
              "-untrusted intermediate.pem leaf.pem",
    .never = "Do not import the faulty CA certificate as a trusted root on "
             "clients: that hides the fault and trusts whoever holds its key.",
};

const struct cm_remedy CM_REMEDY_OF(IDENTIFY_ISSUER) = {
    .why = "The certificate names an issuer that is neither sent nor known "
           "here, and it gives no address to fetch it from. Until the issuer "
           "is known nobody can say whether the chain is short or its root "
           "private.",
    .steps = CM_STEPS(
        "Read the issuer's name and the authority key identifier from the "
        "certificate, and ask the server's owner where it was ordered.",
        "Search other servers, the Active Directory and the CA's site for a "
        "CA certificate of that name and key identifier.",
        "If it is an intermediate of a known root, install it on the server. "
        "If it is a private root, treat it as such.",
        "If nobody knows it, treat the server as suspicious: an appliance's "
        "factory certificate, or a box that intercepts TLS."),
    .platforms = CM_PLATFORMS(
        {"openssl", "openssl s_client -connect {host}:{port} -servername {sni} "
                    "</dev/null |\n"
                    "  openssl x509 -noout -issuer -ext "
                    "authorityKeyIdentifier,authorityInfoAccess"},
        {"Windows, AD CS", "certutil -dump leaf.cer\n"
                           "certutil -viewstore \"ldap:///CN=AIA,CN=Public Key "
                           "Services,...\""},
        {"Public CAs", "https://crt.sh/?sha256={cert}"},
        {"Chrome", "Click the icon before the URL, Certificate, Details: the "
                   "Certification Path"}),
    .verify =
        "certmuster scan FILE.csv --intermediates FOUND.pem    # the cause "
        "becomes another one",
    .never = "Do not import a certificate whose origin nobody can tell.",
};
