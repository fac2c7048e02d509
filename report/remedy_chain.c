/* What to do: the chain that the server sends.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_remedy CM_REMEDY_OF(INSTALL_CHAIN) = {
    .why = "A server must send its certificate and every intermediate up to, "
           "not including, the root. Browsers hide a gap, since they fetch or "
           "remember intermediates; programs such as Dataverse plug-ins, "
           "OutSystems, Java and curl refuse the connection.",
    .steps = CM_STEPS(
        "Take the missing intermediate that is named here, or the chain file "
        "that the CA delivers with the certificate.",
        "Build one file: the server's certificate first, then each issuer in "
        "turn, without the root.",
        "Install the file where the server reads its certificate. On Windows "
        "import the intermediate into the computer's Intermediate "
        "Certification Authorities and delete expired ones of the same name.",
        "Reload the service on every node and behind every load balancer.",
        "Check from a machine that has never seen the site; a public one can "
        "be tested with SSL Labs, which then no longer says chain issues: "
        "incomplete."),
    .platforms = CM_PLATFORMS(
        {"Build and check",
         "cat leaf.pem intermediate.pem > fullchain.pem\n"
         "openssl verify -show_chain -untrusted intermediate.pem \\\n"
         "  -CAfile root.pem leaf.pem"},
        {"nginx", "ssl_certificate fullchain.pem;\n"
                  "nginx -t && nginx -s reload"},
        {"Apache", "SSLCertificateFile fullchain.pem     # 2.4.8 and newer\n"
                   "SSLCertificateChainFile intermediate.pem    # older\n"
                   "apachectl configtest && apachectl graceful"},
        {"HAProxy", "cat fullchain.pem key.pem > /etc/haproxy/site.pem\n"
                    "systemctl reload haproxy"},
        {"Envoy", "tls_certificates:\n"
                  "- certificate_chain: {filename: fullchain.pem}\n"
                  "  private_key: {filename: key.pem}"},
        {"IIS, Windows",
         "certutil -f -addstore CA intermediate.cer\n"
         "certutil -store CA    # certutil -delstore CA SERIAL for stale ones\n"
         "gci Cert:\\LocalMachine\\Root | ? {$_.Issuer -ne $_.Subject}   # "
         "must be empty\n"
         "then choose the certificate again in the binding, or\n"
         "net stop http /y && net start w3svc"},
        {"Tomcat, Java", "openssl pkcs12 -export -in fullchain.pem -inkey "
                         "key.pem -out site.p12\n"
                         "keytool -list -v -keystore site.p12   # Certificate "
                         "chain length: 2 or more"},
        {"F5", "tmsh install sys crypto cert ints from-local-file "
               "/tmp/intermediate.pem\n"
               "tmsh modify ltm profile client-ssl PROFILE cert-key-chain \\\n"
               "  replace-all-with { d { cert site.crt key site.key chain "
               "ints.crt } }"},
        {"NetScaler", "add ssl certKey int -cert intermediate.pem\n"
                      "link ssl certKey SITE int"},
        {"AWS", "aws acm import-certificate --certificate-arn ARN \\\n"
                "  --certificate fileb://leaf.pem --private-key "
                "fileb://key.pem \\\n"
                "  --certificate-chain fileb://intermediate.pem"},
        {"Azure", "Upload a PFX that holds the chain: App Service, Application "
                  "Gateway\n"
                  "openssl pkcs12 -export -in fullchain.pem -inkey key.pem "
                  "-out site.pfx"},
        {"Kubernetes", "kubectl create secret tls NAME --cert=fullchain.pem "
                       "--key=key.pem \\\n"
                       "  --dry-run=client -o yaml | kubectl apply -f -\n"
                       "# tls.crt is what is sent; ca.crt is not"},
        {"Postfix, Dovecot",
         "smtpd_tls_chain_files = /etc/ssl/key.pem, /etc/ssl/fullchain.pem\n"
         "ssl_cert = </etc/ssl/fullchain.pem"}),
    .verify = "openssl s_client -connect {host}:{port} -servername {sni} "
              "-verify_hostname {sni} -verify_return_error "
              "-CAfile roots.pem </dev/null    # Verify return code: 0 (ok)",
    .never = "Do not install the intermediate on the clients, do not import "
             "the server's own certificate as a trusted root, and do not "
             "silence the client: curl -k , verify=False, "
             "NODE_TLS_REJECT_UNAUTHORIZED=0 or a "
             "ServerCertificateValidationCallback that returns true accept any "
             "attacker.",
};

const struct cm_remedy CM_REMEDY_OF(TIDY_CHAIN) = {
    .why = "The chain works for modern clients, but it carries certificates "
           "that nobody needs or in an order that strict and old clients do "
           "not accept. Each handshake pays for them.",
    .steps = CM_STEPS(
        "Rebuild the chain file: the server's certificate, then each issuer "
        "in turn; each certificate is issued by the next one.",
        "Leave out the root, duplicates, expired cross-certificates, and what "
        "belongs to another chain.",
        "Reload the service."),
    .platforms = CM_PLATFORMS(
        {"Look", "openssl s_client -connect {host}:{port} -servername {sni} "
                 "-showcerts </dev/null |\n"
                 "  grep -E '^ *[0-9]+ s:|^ *i:'"},
        {"nginx, Apache, HAProxy",
         "cat leaf.pem intermediate.pem > fullchain.pem    # nothing else"},
        {"IIS, Windows",
         "certutil -store CA      # delete duplicates and expired ones:\n"
         "certutil -delstore CA SERIAL"},
        {"Tomcat, Java", "openssl pkcs12 -export -in fullchain.pem -inkey "
                         "key.pem -out site.p12"},
        {"F5, NetScaler", "tmsh list ltm profile client-ssl PROFILE "
                          "cert-key-chain\n"
                          "show ssl certLink"},
        {"Kubernetes", "kubectl get secret NAME -o "
                       "jsonpath='{.data.tls\\.crt}' | base64 -d | grep -c "
                       "BEGIN"}),
    .verify = "openssl s_client -connect {host}:{port} -servername {sni} "
              "-showcerts </dev/null | grep -c 'BEGIN CERTIFICATE'",
    .never = "Do not cut the chain down to the server's certificate alone: the "
             "intermediates must stay.",
};
