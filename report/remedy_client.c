/* What to do: on the clients.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_remedy CM_REMEDY_OF(TRUST_ROOT) = {
    .why = "The chain ends in a private root. Clients that have this root "
           "accept the server; all others cannot know it.",
    .steps = CM_STEPS(
        "Decide by the clients. If one of them cannot import roots (Dataverse "
        "plug-ins, Power Platform, other SaaS, phones), publish the service "
        "with a certificate of a public CA, or behind a gateway that has one.",
        "Otherwise get the root from the PKI team and compare its SHA-256 "
        "fingerprint with them over another channel.",
        "Import the root, not the server's certificate, into the machine's "
        "store on every node that calls the service. Services and IIS pools "
        "read the computer's store, not yours.",
        "Remember runtimes with a store of their own: Java, Node.js, Python, "
        "containers.",
        "Restart the client and try as the account that runs it."),
    .platforms = CM_PLATFORMS(
        {"Windows, .NET",
         "certutil -f -addstore Root root.cer\n"
         "Import-Certificate -FilePath root.cer -CertStoreLocation "
         "Cert:\\LocalMachine\\Root\n"
         "MMC: certlm.msc, Trusted Root Certification Authorities, All Tasks, "
         "Import\n"
         "fleet: group policy, Public Key Policies, Trusted Root Certification "
         "Authorities"},
        {"OutSystems self-managed",
         "MMC, Certificates, Computer account, Trusted Root, Import: on every "
         "front-end;\nthen recycle the application pools"},
        {"OutSystems cloud",
         "A support case with the .CER file and the list of "
         "environments;\nnote when it expires, nobody else "
         "does"},
        {"Dataverse plug-ins",
         "No import is possible: a public CA on the server, or Azure API "
         "Management,\nApplication Gateway or Azure Relay in front of it"},
        {"Debian, Ubuntu, Alpine",
         "cp root.crt /usr/local/share/ca-certificates/ && "
         "update-ca-certificates"},
        {"RHEL, Fedora, Amazon Linux",
         "cp root.pem /etc/pki/ca-trust/source/anchors/ && update-ca-trust "
         "extract"},
        {"macOS", "sudo security add-trusted-cert -d -r trustRoot root.pem"},
        {"Java", "keytool -importcert -noprompt -alias corp -file root.cer \\\n"
                 "  -cacerts -storepass changeit    # again after each update\n"
                 "or -Djavax.net.ssl.trustStoreType=Windows-ROOT"},
        {"Node.js", "NODE_EXTRA_CA_CERTS=/etc/ssl/root.pem node app.js"},
        {"Python", "SSL_CERT_FILE=/etc/ssl/roots.pem\n"
                   "REQUESTS_CA_BUNDLE=/etc/ssl/roots.pem    # requests"},
        {"Containers", "COPY root.crt /usr/local/share/ca-certificates/\n"
                       "RUN update-ca-certificates"},
        {"Kubernetes", "trust-manager Bundle, or a ConfigMap mounted over the "
                       "bundle"}),
    .verify =
        "curl -sS -o /dev/null --cacert root.pem https://{host}:{port}/    "
        "# Windows: certutil -verify -urlfetch leaf.cer",
    .never = "Do not import the server's own certificate into Trusted Root, "
             "and do not switch the check off: a "
             "ServerCertificateValidationCallback that returns true, curl -k , "
             "verify=False, NODE_TLS_REJECT_UNAUTHORIZED=0 and trust-all "
             "TrustManagers accept every attacker.",
};

const struct cm_remedy CM_REMEDY_OF(PROVIDE_CLIENT_CERTIFICATE) = {
    .why = "The server asks who is calling and closes the door to clients "
           "without a certificate that it accepts. That is a decision of the "
           "server, not a fault; the client needs a certificate.",
    .steps = CM_STEPS(
        "Ask the server's owner which CA the client's certificate must come "
        "from; the server may name it in its request.",
        "Get a certificate with the extended key usage client authentication "
        "from that CA, with its private key.",
        "Windows: import it with its key into the computer's Personal store. "
        "In MMC, Certificates (Local Computer), Personal, right-click it: All "
        "Tasks, Manage Private Keys, and give Read to the account that the "
        "application runs as.",
        "Install its intermediate too, so that the client can send the chain.",
        "OutSystems cloud: a support case with the PFX. Dataverse: keep the "
        "certificate in Azure Key Vault or in the plug-in's secure "
        "configuration.",
        "Note when it ends, for a client's certificate expires too."),
    .platforms = CM_PLATFORMS(
        {"Windows, IIS",
         "certutil -f -importpfx My client.pfx\n"
         "certutil -store My THUMBPRINT    # Unique container name\n"
         "icacls %ProgramData%\\Microsoft\\Crypto\\Keys\\FILE /grant \"IIS "
         "AppPool\\POOL:R\""},
        {".NET", "handler.ClientCertificates.Add(certificate);    // from "
                 "StoreLocation.LocalMachine"},
        {"OutSystems self-managed",
         "MMC: Computer account, Personal, Import the PFX, then Manage Private "
         "Keys\nfor the application pool's account"},
        {"Java", "-Djavax.net.ssl.keyStore=client.p12 "
                 "-Djavax.net.ssl.keyStorePassword=..."},
        {"curl", "curl --cert client.pem --key client.key "
                 "https://{host}:{port}/"},
        {"Node.js",
         "https.request({ pfx: fs.readFileSync('client.pfx'), ... })"},
        {"Python", "requests.get(url, cert=('client.pem', 'client.key'))"},
        {"Containers, Kubernetes",
         "kubectl create secret generic client --from-file=client.p12, mounted "
         "read-only"},
        {"nginx as client", "proxy_ssl_certificate client.pem;\n"
                            "proxy_ssl_certificate_key client.key;"}),
    .verify = "openssl s_client -connect {host}:{port} -servername {sni} "
              "-cert client.pem -cert_chain chain.pem -key client.key "
              "</dev/null",
    .never = "Do not give Everyone access to the private key, and do not share "
             "one client certificate among all applications.",
};

const struct cm_remedy CM_REMEDY_OF(GRANT_KEY_ACCESS) = {
    .why = "The client has a certificate, but the account that runs it may "
           "not use the private key, so the server sees a client without one.",
    .steps = CM_STEPS(
        "Find out which account runs the application: the identity of the IIS "
        "application pool, the service's logon, the user of the container.",
        "Windows: in MMC, Certificates (Local Computer), Personal, right-click "
        "the certificate: All Tasks, Manage Private Keys, and give Read to "
        "that account. Without a computer's certificate there is no such "
        "entry: import the PFX into the computer's store.",
        "\"Keyset does not exist\" may also mean that the certificate was "
        "imported without its key: import the PFX again, or repair the link "
        "with certutil -repairstore.",
        "Linux: let the group of the service read the file and nobody else, "
        "and look at every folder above it; in containers at the numeric user "
        "and the mode of the mounted secret.",
        "Try as that account, not as yourself."),
    .platforms = CM_PLATFORMS(
        {"Windows, IIS",
         "certutil -store My THUMBPRINT    # Unique container name: FILE\n"
         "icacls %ProgramData%\\Microsoft\\Crypto\\Keys\\FILE /grant \"IIS "
         "AppPool\\POOL:R\"    # CNG\n"
         "icacls %ProgramData%\\Microsoft\\Crypto\\RSA\\MachineKeys\\FILE "
         "/grant \"IIS AppPool\\POOL:R\"    # CSP\n"
         "certutil -repairstore My SERIAL"},
        {"OutSystems self-managed",
         "MMC: Computer account, Personal, Manage Private Keys: the "
         "application pools' accounts,\non every front-end"},
        {"Linux",
         "chgrp SERVICE client.key && chmod 640 client.key\n"
         "namei -l /etc/ssl/private/client.key    # the folders above\n"
         "sudo -u SERVICE head -c 0 /etc/ssl/private/client.key"},
        {"Kubernetes", "securityContext: { fsGroup: 1000 } and the secret's "
                       "defaultMode: 0440"},
        {"Java", "keytool -list -keystore client.p12    # PrivateKeyEntry, and "
                 "the store's password is that of the key"}),
    .verify = "curl --cert client.pem --key client.key https://{host}:{port}/  "
              "  # as the account that runs the application",
    .never = "Do not give Everyone, Users or all local accounts access to a "
             "private key, and do not run the application as administrator to "
             "get around it.",
};

const struct cm_remedy CM_REMEDY_OF(ASK_IN_HANDSHAKE) = {
    .why = "The server asks for the client's certificate after the handshake, "
           "which many clients cannot answer: not with TLS 1.3, not with "
           "HTTP/2, some not at all.",
    .steps = CM_STEPS(
        "Demand the certificate for the whole host name, in the handshake, "
        "not for a path below it.",
        "If only some paths need it, give them a host name of their own with "
        "its own binding, so that browsers are not asked on the others.",
        "Let only the CA of your clients into the server's list of client "
        "CAs: a private one, for certificates of public CAs lose the client "
        "authentication usage.",
        "Until then clients that support it can be held at TLS 1.2 and "
        "HTTP/1.1 for this host."),
    .platforms = CM_PLATFORMS(
        {"IIS, HTTP.SYS",
         "netsh http delete sslcert ipport=0.0.0.0:443\n"
         "netsh http add sslcert ipport=0.0.0.0:443 certhash=THUMBPRINT "
         "appid={GUID}\n  certstorename=MY clientcertnegotiation=enable\n"
         "Windows Server 2022: IIS Manager, Bindings, Edit: Negotiate Client "
         "Certificate"},
        {"Apache", "SSLVerifyClient require    # in the <VirtualHost>, not in "
                   "<Directory> or <Location>\nSSLCACertificateFile "
                   "/etc/ssl/client-ca.pem"},
        {"nginx", "ssl_verify_client on;    # in the server block\n"
                  "ssl_client_certificate /etc/ssl/client-ca.pem;"},
        {"HAProxy", "bind :443 ssl crt site.pem ca-file client-ca.pem verify "
                    "required"},
        {"Tomcat", "<SSLHostConfig certificateVerification=\"required\" "
                   "truststoreFile=\"conf/client-ca.p12\">"},
        {"Azure App Service",
         "az webapp update --set clientCertEnabled=true "
         "clientCertMode=Required\n"
         "without excluded paths: those make it ask later"},
        {"Kubernetes, ingress-nginx",
         "nginx.ingress.kubernetes.io/auth-tls-verify-client: \"on\"\n"
         "nginx.ingress.kubernetes.io/auth-tls-secret: NAMESPACE/CLIENT-CA"}),
    .verify = "openssl s_client -connect {host}:{port} -servername {sni} "
              "</dev/null | grep -A9 \"Acceptable client certificate CA\"",
    .never = "Do not switch TLS 1.3 off for all to keep late requests alive, "
             "and do not accept any certificate without checking who issued "
             "it (ssl_verify_client optional_no_ca and the like).",
};

const struct cm_remedy CM_REMEDY_OF(SEPARATE_CLIENT_CERTIFICATE) = {
    .why = "One certificate of a public CA serves for both roles today: the "
           "server's, and the client's when this server calls others. From 15 "
           "March 2027 on public CAs issue for servers only, so the renewal "
           "after that ends its use as a client.",
    .steps = CM_STEPS(
        "Ask the owner, and search the server's configuration, whether it "
        "presents this certificate to others: mail and XMPP between servers, "
        "replication and clusters, calls to partners' APIs, VPN, RADIUS and "
        "Wi-Fi. If it does not, there is nothing to do.",
        "If it does, issue a second certificate with the extended key usage "
        "client authentication, from a private CA that you run or rent.",
        "Give those who are called that private CA's certificate, and let them "
        "accept both during the change: their list of client CAs takes "
        "several.",
        "Use the new certificate for outgoing connections only; incoming ones "
        "keep the public certificate.",
        "Where the other side insists on a public CA, renew once more before "
        "15 March 2027, if the CA still issues it, and use the time that this "
        "buys: at most 200 days.",
        "Then order the public certificate for servers only: many CAs do so "
        "unless told otherwise."),
    .platforms = CM_PLATFORMS(
        {"openssl, a client certificate",
         "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
         "-keyout client.key \\\n  -subj \"/CN={host}\" -out client.csr\n"
         "openssl x509 -req -in client.csr -CA ca.pem -CAkey ca.key -days 397 "
         "\\\n  -extfile <(echo extendedKeyUsage=clientAuth) -out "
         "client.pem"},
        {"AD CS, Windows", "certreq -new with [EnhancedKeyUsageExtension] "
                           "OID=1.3.6.1.5.5.7.3.2\nor a copy of the template "
                           "Workstation Authentication"},
        {"nginx as client", "proxy_ssl_certificate client.pem;\n"
                            "proxy_ssl_certificate_key client.key;"},
        {"Apache as client",
         "SSLProxyMachineCertificateFile client-with-key.pem"},
        {"HAProxy as client",
         "server app 192.0.2.1:443 ssl crt client.pem ca-file ca.pem"},
        {"Postfix", "smtp_tls_chain_files = client.key, client.pem    # "
                    "smtpd_tls_chain_files stays public"},
        {"MongoDB", "net.tls.clusterFile: client.pem    # certificateKeyFile "
                    "stays public"},
        {"Java",
         "-Djavax.net.ssl.keyStore=client.p12 for calls; the connector's "
         "certificateKeystoreFile stays public"},
        {"F5", "tmsh modify ltm profile server-ssl PROFILE cert client.crt key "
               "client.key"},
        {"Kubernetes", "cert-manager: a Certificate with usages: [client auth] "
                       "from an Issuer of kind CA"}),
    .verify = "openssl x509 -in client.pem -noout -ext extendedKeyUsage    # "
              "TLS Web Client Authentication; then call each partner once",
    .never = "Do not let the other side ignore the extended key usage, and do "
             "not accept any certificate of any public CA as a client's: "
             "everybody can get one.",
};

const struct cm_remedy CM_REMEDY_OF(RAISE_CLIENT_TLS) = {
    .why = "The client offers only TLS versions that the server has switched "
           "off for good reasons. It can be told to use newer ones, or needs "
           "an update.",
    .steps = CM_STEPS(
        "Update the runtime: .NET Framework 4.8, Java 8 or newer, a Windows "
        "that is still looked after. Newer ones need no setting at all.",
        ".NET Framework: let the program target 4.7.2 or newer and remove what "
        "sets ServicePointManager.SecurityProtocol; a web application also "
        "needs httpRuntime targetFramework=\"4.7.2\".",
        "Where the program cannot be built again: set SchUseStrongCrypto and "
        "SystemDefaultTlsVersions, for 64 and for 32 bit, and restart it.",
        "Windows Server 2008 R2 and 2012: switch TLS 1.2 on in Schannel and in "
        "WinHTTP (KB3140245), and restart the machine.",
        "Look for group policies that list cipher suites or protocols: an old "
        "list holds after every update.",
        "Try again as the account that runs the client."),
    .platforms = CM_PLATFORMS(
        {".NET Framework 3.5 to 4.6",
         "reg add HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319 /v "
         "SchUseStrongCrypto /t REG_DWORD /d 1 /f\n"
         "reg add HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319 /v "
         "SystemDefaultTlsVersions /t REG_DWORD /d 1 /f\n"
         "the same below HKLM\\SOFTWARE\\WOW6432Node, and for v2.0.50727"},
        {".NET code, as a stopgap",
         "ServicePointManager.SecurityProtocol |= (SecurityProtocolType)3072;"},
        {"Windows (Schannel)",
         "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL"
         "\\Protocols\\TLS 1.2\\Client: Enabled=1, DisabledByDefault=0"},
        {"OutSystems self-managed",
         "The two registry steps above on every front-end, then iisreset"},
        {"OutSystems cloud", "A support case: the platform sets the versions"},
        {"Java 7", "-Djdk.tls.client.protocols=TLSv1.2"},
        {"Java", "remove -Dhttps.protocols=TLSv1 and "
                 "jdk.tls.client.protocols"}),
    .verify = "powershell: [Net.ServicePointManager]::SecurityProtocol; "
              "Invoke-WebRequest https://{host}:{port}/ -UseBasicParsing",
    .never = "Do not switch TLS 1.0 or SSL 3.0 on again at the server for the "
             "sake of one client, and do not set SecurityProtocol to a single "
             "version: it keeps the client from every later one.",
};
