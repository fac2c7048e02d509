/* What to do: the certificate of the server.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_remedy CM_REMEDY_OF(BIND_CERTIFICATE) = {
    .why = "The server has no certificate bound to this host name, so it "
           "refuses the name or shows the certificate of another site.",
    .steps = CM_STEPS(
        "Find the site or listener that is meant to answer for this name.",
        "Add the name to it and bind the certificate that holds the name. The "
        "client sends the name as SNI.",
        "Look for entries that hide it: a binding for the address without "
        "host name, another virtual host with the same name, a default "
        "certificate of the load balancer.",
        "Reload, and check with the name and without it."),
    .platforms = CM_PLATFORMS(
        {"nginx", "server {\n"
                  "  listen 443 ssl;\n"
                  "  server_name {host};\n"
                  "  ssl_certificate fullchain.pem;\n"
                  "  ssl_certificate_key key.pem;\n"
                  "}"},
        {"Apache", "<VirtualHost *:443>\n"
                   "  ServerName {host}\n"
                   "  SSLCertificateFile fullchain.pem\n"
                   "</VirtualHost>\n"
                   "apachectl -S    # which host answers for which name"},
        {"HAProxy", "bind :443 ssl crt-list /etc/haproxy/crt-list.txt\n"
                    "/etc/haproxy/site.pem {host}    # a line of the list"},
        {"Envoy", "filter_chain_match: {server_names: [\"{host}\"]}"},
        {"IIS, Windows",
         "IIS Manager, site, Bindings, https: Host name {host}, Require SNI\n"
         "netsh http show sslcert hostnameport={host}:443\n"
         "netsh http add sslcert hostnameport={host}:443 certhash=THUMBPRINT "
         "^\n"
         "  certstorename=MY appid={GUID}"},
        {"F5", "tmsh modify ltm profile client-ssl PROFILE server-name {host}"},
        {"NetScaler", "bind ssl vserver VS -certkeyName SITE -SNICert"},
        {"AWS", "aws elbv2 add-listener-certificates --listener-arn ARN \\\n"
                "  --certificates CertificateArn=ARN"},
        {"Azure", "az webapp config ssl bind --certificate-thumbprint THUMB "
                  "--ssl-type SNI ..."},
        {"Kubernetes", "spec:\n"
                       "  tls:\n"
                       "  - hosts: [\"{host}\"]\n"
                       "    secretName: NAME    # missing: Fake Certificate"}),
    .verify = "openssl s_client -connect {host}:{port} -servername {sni} "
              "</dev/null | openssl x509 -noout -ext subjectAltName",
    .never = "Do not make the client accept the default certificate: every "
             "site on that server has the same one.",
};

const struct cm_remedy CM_REMEDY_OF(RENEW_CERTIFICATE) = {
    .why = "The certificate is outside its time of validity, or soon will be. "
           "From then on every client refuses it, at once.",
    .steps = CM_STEPS(
        "Look first whether it was renewed already and only not loaded: "
        "compare the file on the server with what it serves.",
        "If not, renew it with the same names, with a new key, and install it "
        "together with the chain that the CA sends now.",
        "Reload the service on every node, then scan again.",
        "Not valid yet: the issuing CA's or the server's clock is wrong, or "
        "the certificate was installed early. Put the former one back.",
        "Let it renew by itself: ACME at two thirds of the lifetime, with a "
        "hook that reloads the service."),
    .platforms = CM_PLATFORMS(
        {"File or served?",
         "openssl x509 -noout -enddate -fingerprint -sha256 -in leaf.pem\n"
         "openssl s_client -connect {host}:{port} -servername {sni} </dev/null "
         "|\n"
         "  openssl x509 -noout -enddate -fingerprint -sha256"},
        {"certbot", "certbot renew --deploy-hook 'systemctl reload nginx'"},
        {"nginx, Apache, HAProxy",
         "nginx -s reload; apachectl graceful; systemctl reload haproxy"},
        {"IIS, Windows",
         "certutil -f -importpfx My site.pfx\n"
         "(Get-WebBinding -Name SITE -Protocol https)."
         "AddSslCertificate('THUMBPRINT','My')\n"
         "MMC: certlm.msc, Personal, Certificates shows what is installed"},
        {"Tomcat, Java", "openssl pkcs12 -export -in fullchain.pem -inkey "
                         "key.pem -out site.p12\n"
                         "restart, or reloadSslHostConfigs through JMX"},
        {"F5", "tmsh install sys crypto cert site from-local-file "
               "/tmp/leaf.pem"},
        {"NetScaler", "update ssl certKey SITE -cert leaf.pem -key key.pem"},
        {"AWS", "aws acm describe-certificate --certificate-arn ARN\n"
                "# imported ones are never renewed by AWS"},
        {"Azure",
         "az webapp config ssl upload --certificate-file site.pfx ..."},
        {"Kubernetes", "kubectl get certificate -A    # cert-manager\n"
                       "cmctl renew NAME -n NAMESPACE"},
        {"Postfix, Dovecot", "postfix reload; doveadm reload"}),
    .verify = "openssl s_client -connect {host}:{port} -servername {sni} "
              "</dev/null | openssl x509 -noout -enddate -checkend 2592000",
    .never = "Do not turn a clock back and do not make clients accept expired "
             "certificates; a switch such as verify=False stays for years.",
};

const struct cm_remedy CM_REMEDY_OF(ADD_NAMES) = {
    .why = "The certificate does not hold the name that clients use. A client "
           "compares the name in its URL with the names in the certificate's "
           "subjectAltName, and with nothing else.",
    .steps = CM_STEPS(
        "Decide which side is wrong. If the URL is, change the URL.",
        "Collect all names under which clients call this certificate's "
        "servers: this report lists them.",
        "Order the certificate again with all of them as subjectAltName, each "
        "written out. A wildcard stands for exactly one label: "
        "*.example.com is neither example.com nor a.b.example.com.",
        "Install it with its chain and reload."),
    .platforms = CM_PLATFORMS(
        {"openssl", "openssl req -new -key key.pem -subj / -out site.csr \\\n"
                    "  -addext 'subjectAltName=DNS:{host}'"},
        {"certbot", "certbot certonly --expand -d {names}"},
        {"IIS, AD CS",
         "certreq -new request.inf site.csr   # [Extensions] 2.5.29.17 = "
         "\"{text}\"\n"
         "  _continue_ = \"dns={host}&\""},
        {"Java", "keytool -certreq -alias site -ext san=dns:{host} -keystore "
                 "site.p12"},
        {"AWS", "aws acm request-certificate --domain-name {host} \\\n"
                "  --subject-alternative-names OTHER"},
        {"Kubernetes", "spec.dnsNames of the cert-manager Certificate"}),
    .verify = "openssl s_client -connect {host}:{port} -servername {sni} "
              "-verify_hostname {sni} -verify_return_error </dev/null",
    .never = "Do not disable the comparison of names in the client; that "
             "accepts the certificate of every site in the world.",
};

const struct cm_remedy CM_REMEDY_OF(REPLACE_SELF_SIGNED) = {
    .why = "The certificate vouches for itself, so a client that was not told "
           "of it can only refuse. A client that was told must be told again "
           "at every renewal.",
    .steps = CM_STEPS(
        "If any client runs in a cloud (Dataverse, OutSystems cloud, a SaaS), "
        "take a certificate of a public CA: those clients cannot import "
        "yours.",
        "Otherwise take one of the company's CA, whose root the clients have.",
        "Put all names that clients use into the request, and install the "
        "certificate with its chain.",
        "Only for a test system that cannot have either: import the "
        "certificate on the clients that need it, and note when it ends. "
        "OutSystems self-managed: MMC, Certificates, Computer account, on "
        "every front-end. OutSystems cloud: a support case with the .CER "
        "file."),
    .platforms = CM_PLATFORMS(
        {"Request", "openssl req -new -newkey rsa:2048 -noenc -keyout key.pem "
                    "-subj / \\\n"
                    "  -out site.csr -addext 'subjectAltName=DNS:{host}'"},
        {"certbot", "certbot certonly -d {host}"},
        {"IIS, AD CS", "Get-Certificate -Template WebServer -DnsName {host} `\n"
                       "  -CertStoreLocation Cert:\\LocalMachine\\My"},
        {"nginx, Apache, HAProxy",
         "certificate = fullchain.pem, key = key.pem; "
         "then reload"},
        {"Tomcat, Java", "keytool -importcert -trustcacerts -alias site \\\n"
                         "  -file fullchain.pem -keystore site.p12"},
        {"F5, NetScaler", "Replace the default device certificate in the "
                          "client-ssl profile or certKey."},
        {"Kubernetes", "cert-manager: an Issuer of kind ACME or CA instead of "
                       "selfSigned"}),
    .verify = "openssl s_client -connect {host}:{port} -servername {sni} "
              "-verify_hostname {sni} -verify_return_error "
              "-CAfile roots.pem </dev/null",
    .never = "Do not teach the client to trust everything: a "
             "ServerCertificateValidationCallback that returns true, a "
             "trust-all TrustManager, curl -k , verify=False or "
             "NODE_TLS_REJECT_UNAUTHORIZED=0 accept any attacker's "
             "self-signed certificate just as well.",
};

const struct cm_remedy CM_REMEDY_OF(REISSUE_CERTIFICATE) = {
    .why = "The certificate itself is made wrongly: its purpose, key, "
           "signature or encoding is one that clients refuse. No setting of "
           "the server can mend that.",
    .steps = CM_STEPS(
        "Correct the template or profile at the CA: extended key usage server "
        "authentication, key usage digital signature (and key encipherment "
        "for RSA), SHA-256 or better, RSA of 2048 bits or more or P-256.",
        "Issue a new certificate, with a new key, from the corrected profile.",
        "Look for other certificates of the same template: they have the same "
        "fault.",
        "Install it with its chain and reload."),
    .platforms = CM_PLATFORMS(
        {"Look", "openssl s_client -connect {host}:{port} -servername {sni} "
                 "</dev/null |\n"
                 "  openssl x509 -noout -text"},
        {"openssl ca", "[server]\n"
                       "basicConstraints = critical, CA:FALSE\n"
                       "keyUsage = critical, digitalSignature, "
                       "keyEncipherment\n"
                       "extendedKeyUsage = serverAuth\n"
                       "subjectAltName = DNS:{host}"},
        {"AD CS", "certtmpl.msc: duplicate the Web Server template, 2048 bits, "
                  "SHA256\n"
                  "certutil -setreg ca\\csp\\CNGHashAlgorithm SHA256"},
        {"Kubernetes", "cert-manager: spec.usages: [digital signature, key "
                       "encipherment, server auth]"},
        {"Appliances", "Import a certificate instead of the one that the "
                       "device made for itself."}),
    .verify = "openssl s_client -connect {host}:{port} -servername {sni} "
              "-verify_return_error -CAfile roots.pem -purpose sslserver "
              "</dev/null",
    .never = "Do not lower the security level of the clients for the sake of "
             "one certificate.",
};

const struct cm_remedy CM_REMEDY_OF(SEPARATE_KEYS) = {
    .why = "Several certificates for different names hold the same key. If one "
           "server is broken into, all of them have to be replaced at once.",
    .steps = CM_STEPS(
        "Find out where the key comes from: a vendor's default, a machine "
        "image, a request that was sent twice.",
        "Make a new key on each server and request a certificate for it.",
        "Install them, reload, and remove the old key everywhere.",
        "If the key is a vendor's default or has left your hands, have the old "
        "certificates revoked."),
    .platforms = CM_PLATFORMS(
        {"Look", "openssl s_client -connect {host}:{port} -servername {sni} "
                 "</dev/null |\n"
                 "  openssl x509 -noout -pubkey | openssl sha256"},
        {"openssl", "openssl ecparam -name prime256v1 -genkey -noout -out "
                    "server.key"},
        {"certbot",
         "certbot renew --cert-name {host}    # without --reuse-key"},
        {"IIS", "certreq -new request.inf    # with Exportable = FALSE"},
        {"Appliances", "Have the device make a new key, or import one that was "
                       "made for it alone."}),
    .verify = "openssl s_client -connect {host}:{port} -servername {sni} "
              "</dev/null | openssl x509 -noout -pubkey",
    .never = "Do not send a private key by mail to get it onto the next "
             "server.",
};

const struct cm_remedy CM_REMEDY_OF(CHANGE_CA) = {
    .why = "Some clients do not trust the root at the top of this chain, or "
           "will stop to. The chain is in order; its root is not the right one "
           "for them.",
    .steps = CM_STEPS(
        "Ask the CA whether a cross-certificate leads to a root that all "
        "clients have. If so, add it to the chain.",
        "Otherwise have the certificate issued under another root or by "
        "another CA.",
        "Before the change check pins, CAA records and clients with their own "
        "root store."),
    .platforms = CM_PLATFORMS(
        {"DNS", "dig +short CAA {host}    # must allow the new CA"},
        {"certbot", "certbot certonly --preferred-chain 'NAME OF THE ROOT' -d "
                    "{host}"},
        {"nginx, Apache, HAProxy", "cat leaf.pem intermediate.pem cross.pem > "
                                   "fullchain.pem"},
        {"IIS, Windows", "certutil -f -addstore CA cross.cer"}),
    .verify = "openssl s_client -connect {host}:{port} -servername {sni} "
              "-verify_return_error -CAfile roots.pem </dev/null",
    .never = "Do not distribute a root that its vendors removed for cause.",
};
