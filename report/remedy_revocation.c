/* What to do: revocation and renewal.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_remedy CM_REMEDY_OF(REPLACE_REVOKED) = {
    .why = "The CA has taken back a certificate of this chain, for good. "
           "Clients that check refuse the server now; those that do not check "
           "may be talking to whoever holds a stolen key.",
    .steps =
        CM_STEPS("Ask the CA or the person who revoked it for the reason. "
                 "\"Key compromise\" is an incident: tell the security team "
                 "before anything else.",
                 "Make a new key. The old one must never be used again, not "
                 "even for a new certificate.",
                 "Order a certificate for the new key with the same names, and "
                 "install it with its chain on every node that serves the old "
                 "one; this report lists them.",
                 "If an issuing certificate was revoked and not the server's, "
                 "take one from another CA certificate: every server below the "
                 "revoked one is affected.",
                 "Look for other places that use the old key: load balancers, "
                 "content networks, backups, client certificates."),
    .platforms = CM_PLATFORMS(
        {"New key and request",
         "openssl req -new -config KEY-csr.cnf -keyout new.key -out new.csr    "
         "# fixes/ holds the file"},
        {"certbot, ACME",
         "certbot certonly --force-renewal --new-key --cert-name {host}"},
        {"nginx, Apache, HAProxy",
         "replace fullchain.pem and key.pem, then\n"
         "nginx -s reload; apachectl graceful; systemctl reload haproxy"},
        {"IIS, AD CS",
         "Get-Certificate -Template WebServer -DnsName {host} `\n"
         "  -CertStoreLocation Cert:\\LocalMachine\\My\n"
         "then choose it in the https binding and delete the old one"},
        {"F5",
         "tmsh install sys crypto key site from-local-file /tmp/new.key\n"
         "tmsh install sys crypto cert site from-local-file /tmp/leaf.pem"},
        {"AWS",
         "aws acm import-certificate --certificate-arn ARN \\\n"
         "  --certificate fileb://leaf.pem --private-key fileb://new.key \\\n"
         "  --certificate-chain fileb://intermediate.pem"},
        {"Azure", "az keyvault certificate import --vault-name VAULT --name "
                  "NAME --file site.pfx"},
        {"Kubernetes", "kubectl delete secret NAME    # cert-manager makes a "
                       "new key and certificate\n"
                       "spec.privateKey.rotationPolicy: Always"}),
    .verify = "openssl s_client -connect {host}:{port} -servername {sni} "
              "-status </dev/null 2>/dev/null | grep -A1 'Cert Status'",
    .never =
        "Do not switch revocation checking off in the clients, and do not "
        "reuse the key: both leave the door open that the CA has just closed.",
};

const struct cm_remedy CM_REMEDY_OF(FIX_STAPLE) = {
    .why = "The server should hand out a fresh OCSP response with its "
           "certificate, and hands out none or a useless one. Clients that "
           "rely on it refuse the server.",
    .steps = CM_STEPS(
        "See whether the certificate names an OCSP server at all. Several CAs "
        "have ended OCSP; then there is nothing to staple.",
        "If the certificate demands a staple (must staple) and the CA has no "
        "OCSP any more, have it reissued without that demand.",
        "Let the server reach the OCSP address of its certificate over http, "
        "through the proxy if need be, and give it a resolver.",
        "Give it the chain, so that it can check the response before it sends "
        "it.",
        "Fetch the first response when the service starts: some servers have "
        "none for the first clients after a reload."),
    .platforms = CM_PLATFORMS(
        {"nginx", "ssl_stapling on;\n"
                  "ssl_stapling_verify on;\n"
                  "ssl_trusted_certificate chain.pem;\n"
                  "resolver 192.0.2.53;    # yours\n"
                  "nginx -t && nginx -s reload"},
        {"Apache", "SSLUseStapling on\n"
                   "SSLStaplingCache shmcb:/run/httpd/stapling(128000)\n"
                   "SSLStaplingReturnResponderErrors off"},
        {"HAProxy", "echo \"set ssl ocsp-response $(base64 -w0 "
                    "site.pem.ocsp)\" | socat stdio /run/haproxy/admin.sock\n"
                    "2.8 and newer: ocsp-update on    # in the crt-list"},
        {"IIS, Windows",
         "It staples by itself. Let it reach the OCSP address:\n"
         "certutil -urlfetch -verify leaf.cer"},
        {"Tomcat, Java", "-Djdk.tls.server.enableStatusRequestExtension=true"},
        {"F5",
         "tmsh modify ltm profile client-ssl PROFILE ocsp-stapling enabled"},
        {"NetScaler", "set ssl vserver VS -ocspStapling ENABLED"},
        {"Kubernetes", "ingress-nginx ConfigMap: enable-ocsp: \"true\""},
        {"certbot", "certbot certonly -d {host}    # without --must-staple"}),
    .verify =
        "openssl s_client -connect {host}:{port} -servername {sni} -status "
        "</dev/null 2>/dev/null | grep 'OCSP Response Status: successful'",
    .never = "Do not keep an old response in a file and send it on: an expired "
             "staple is worse than none.",
};

const struct cm_remedy CM_REMEDY_OF(AUTOMATE_RENEWAL) = {
    .why = "Public certificates live ever shorter: at most 200 days since "
           "March 2026, 100 from March 2027, 47 from March 2029. Whoever "
           "renews by hand will do it eight times a year, and will forget one.",
    .steps =
        CM_STEPS("Sort these certificates by issuer and platform: one working "
                 "automation covers many of them.",
                 "Let the server, or the box in front of it, get its "
                 "certificate by ACME (RFC 8555); nearly every public CA "
                 "offers it, with an account for billing where needed.",
                 "Choose the proof: HTTP on port 80 for public servers, DNS "
                 "for wildcards and for what the internet cannot reach.",
                 "Renew at two thirds of the lifetime, or when the CA says so "
                 "(ARI), and reload the service in a hook. A renewed file that "
                 "nobody loads is the commonest failure.",
                 "Raise an alarm when a third of the lifetime is left, from "
                 "outside: a scan does.",
                 "Where ACME is impossible, use the product's own connector to "
                 "the CA, and write down who renews what."),
    .platforms = CM_PLATFORMS(
        {"certbot", "certbot certonly --webroot -w /var/www -d {host} "
                    "--deploy-hook 'systemctl reload nginx'\n"
                    "systemctl list-timers certbot.timer"},
        {"acme.sh, DNS proof",
         "acme.sh --issue --dns dns_nsupdate -d {host} --server ACME-URL\n"
         "acme.sh --install-cert -d {host} --fullchain-file fullchain.pem "
         "--key-file key.pem \\\n"
         "  --reloadcmd 'systemctl reload haproxy'"},
        {"nginx, Apache, Caddy",
         "nginx: ngx_http_acme_module or certbot --nginx\n"
         "Apache: MDomain {host}    # mod_md\n"
         "Caddy: on by itself"},
        {"HAProxy", "3.2 and newer: acme section, or acme.sh with the haproxy "
                    "deploy hook"},
        {"IIS, Windows",
         "win-acme: wacs.exe --target iis --host {host} --installation iis\n"
         "Posh-ACME: New-PACertificate {host} -Plugin WebRoot"},
        {"Tomcat, Java",
         "certbot with a hook: openssl pkcs12 -export ...; reload through JMX"},
        {"F5, NetScaler",
         "certbot or acme.sh on a host beside it, with a hook that runs\ntmsh "
         "install sys crypto cert ..., or update ssl certKey ..."},
        {"AWS, Azure, Google Cloud",
         "ACM, App Service managed certificates, Certificate Manager: issued "
         "there, renewed there"},
        {"Kubernetes",
         "cert-manager: ClusterIssuer of kind ACME; annotate the Ingress with\n"
         "cert-manager.io/cluster-issuer: NAME"}),
    .verify =
        "openssl s_client -connect {host}:{port} -servername {sni} </dev/null "
        "| openssl x509 -noout -dates    # changes by itself before the end",
    .never = "Do not buy a longer certificate to gain time: none is issued any "
             "more. Do not put account keys of the CA on every server.",
};

const struct cm_remedy CM_REMEDY_OF(PUBLISH_REVOCATION) = {
    .why = "The CA says where to ask whether its certificates are revoked, and "
           "there is no answer, or an old one. Clients that insist refuse "
           "every certificate of this CA at once.",
    .steps = CM_STEPS(
        "Find out which address fails: the proof names each with its error.",
        "An expired list: publish a new one now. For an offline root that "
        "means starting it, signing a list, and copying the file; put the next "
        "date into the calendar.",
        "An address that nobody outside can reach (ldap:, an internal host): "
        "add one with http that is reachable from all clients, and reissue at "
        "the next renewal.",
        "Open the firewall for the clients to the addresses of the CA: they "
        "use plain http, on purpose.",
        "Publish each list well before the last one ends, and watch its "
        "nextUpdate."),
    .platforms = CM_PLATFORMS(
        {"AD CS", "certutil -crl    # a new list, also for delta lists\n"
                  "certutil -setreg CA\\CRLPeriodUnits 1 & certutil -setreg "
                  "CA\\CRLPeriod \"Weeks\"\n"
                  "certutil -setreg CA\\CRLOverlapUnits 3 & certutil -setreg "
                  "CA\\CRLOverlapPeriod \"Days\"\n"
                  "Get-CACrlDistributionPoint | ft "
                  "Uri,PublishToServer,AddToCertificateCdp\n"
                  "Add-CACrlDistributionPoint -Uri "
                  "\"http://pki.example.com/<CaName><CRLNameSuffix>.crl\" `\n"
                  "  -AddToCertificateCdp\n"
                  "pkiview.msc shows every address with its state"},
        {"AD CS, offline root",
         "certutil -crl\n"
         "copy %windir%\\System32\\CertSrv\\CertEnroll\\*.crl to the web "
         "server, and\n"
         "certutil -f -dspublish root.crl    # on a member of the domain"},
        {"openssl ca",
         "openssl ca -config ca.cnf -gencrl -crldays 14 -out ca.crl.pem\n"
         "openssl crl -in ca.crl.pem -outform DER -out /var/www/pki/ca.crl"},
        {"step-ca, EJBCA, Vault",
         "EJBCA: service CRL Updater, CRL overlap time\n"
         "vault write pki/config/crl expiry=72h auto_rebuild=true\n"
         "step-ca: crl: {enabled: true}"},
        {"nginx", "location /pki/ { root /var/www; types { "
                  "application/pkix-crl crl; } }    # port 80"},
        {"IIS",
         "New-WebVirtualDirectory -Site \"Default Web Site\" -Name CertEnroll "
         "`\n"
         "  -PhysicalPath C:\\Windows\\System32\\CertSrv\\CertEnroll\n"
         "delta lists have a + in the name: allowDoubleEscaping=\"true\""},
        {"Client",
         "curl -sS -o list.crl CRL-URL && openssl crl -inform DER -in list.crl "
         "-noout -nextupdate\n"
         "certutil -urlcache crl delete    # Windows remembers the old one"}),
    .verify = "certmuster scan FILE.csv --revocation crl,ocsp    # Windows: "
              "certutil -urlfetch -verify leaf.cer",
    .never = "Do not turn revocation checks off on the clients because a list "
             "is late: publish the list.",
};
