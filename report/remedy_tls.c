/* What to do: versions, ciphers and the TLS software of the server.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_remedy CM_REMEDY_OF(ENABLE_MODERN_TLS) = {
    .why = "The best this server speaks is older than TLS 1.2. Current "
           "clients refuse it, and those that still connect are not safe. The "
           "right repair is on the server.",
    .steps = CM_STEPS(
        "List what the server offers, with nmap or, if it is public, with SSL "
        "Labs.",
        "Enable TLS 1.2, and 1.3 where the software has it. If it has neither, "
        "update it or put a TLS proxy before it.",
        "Offer ECDHE with AES-GCM suites along with it.",
        "Switch TLS 1.0 and 1.1 off once the log shows that no client needs "
        "them.",
        "Clients that are too old: target .NET Framework 4.7.2 or newer and "
        "leave ServicePointManager.SecurityProtocol alone, so that the system "
        "decides; for older programs set SchUseStrongCrypto and "
        "SystemDefaultTlsVersions in the registry, as OutSystems self-managed "
        "documents it."),
    .platforms = CM_PLATFORMS(
        {"nginx", "ssl_protocols TLSv1.2 TLSv1.3;"},
        {"Apache", "SSLProtocol -all +TLSv1.2 +TLSv1.3"},
        {"HAProxy", "ssl-default-bind-options ssl-min-ver TLSv1.2"},
        {"Envoy", "tls_params: {tls_minimum_protocol_version: TLSv1_2}"},
        {"IIS, Windows",
         "reg add \"HKLM\\SYSTEM\\CurrentControlSet\\Control\\"
         "SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Server\" /v Enabled "
         "/t REG_DWORD /d 1 /f\n"
         "and DisabledByDefault = 0; restart. TLS 1.3 needs Server 2022."},
        {".NET clients",
         "<httpRuntime targetFramework=\"4.7.2\" />    <!-- web.config -->\n"
         "reg add HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319 ^\n"
         "  /v SchUseStrongCrypto /t REG_DWORD /d 1 /f    & rem also under "
         "WOW6432Node\n"
         "reg add HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319 ^\n"
         "  /v SystemDefaultTlsVersions /t REG_DWORD /d 1 /f\n"
         "ServicePointManager.SecurityProtocol |= SecurityProtocolType.Tls12;  "
         "// stop-gap in code"},
        {"Tomcat, Java", "<SSLHostConfig protocols=\"TLSv1.2+TLSv1.3\">\n"
                         "clients: remove -Dhttps.protocols=TLSv1"},
        {"F5", "tmsh modify ltm profile client-ssl PROFILE options { "
               "dont-insert-empty-fragments no-tlsv1 no-tlsv1.1 }"},
        {"NetScaler", "set ssl vserver VS -tls12 ENABLED -tls13 ENABLED -tls1 "
                      "DISABLED"},
        {"AWS", "aws elbv2 modify-listener --listener-arn ARN \\\n"
                "  --ssl-policy ELBSecurityPolicy-TLS13-1-2-2021-06"},
        {"Azure", "az webapp config set --min-tls-version 1.2 ..."},
        {"Kubernetes", "ingress-nginx ConfigMap: ssl-protocols: \"TLSv1.2 "
                       "TLSv1.3\""},
        {"Postfix, Dovecot", "smtpd_tls_protocols = >=TLSv1.2\n"
                             "ssl_min_protocol = TLSv1.2"}),
    .verify = "nmap -sV --script ssl-enum-ciphers -p {port} {host}",
    .never = "Never set ServicePointManager.SecurityProtocol to "
             "SecurityProtocolType.Ssl3 or Tls to reach an old server: that "
             "opens the client's every connection to known attacks. Do not "
             "lower SECLEVEL for a whole machine either.",
};

const struct cm_remedy CM_REMEDY_OF(ALIGN_CIPHERS) = {
    .why = "Both sides speak TLS, but they share no cipher suite, key exchange "
           "group, signature algorithm or application protocol. Each is fine "
           "with other partners.",
    .steps = CM_STEPS(
        "List what the server offers and what the client does.",
        "Add to the server suites both have: ECDHE with AES-128-GCM and "
        "AES-256-GCM, for RSA certificates and for ECDSA ones. An ECDSA "
        "certificate rules out every suite with RSA in its name.",
        "Offer the groups X25519, P-256 and P-384, and SHA-256 signatures.",
        "For Dataverse at least one suite of its published list must be "
        "there. Windows Server 2012 R2 has no ECDHE-RSA with GCM: keep an "
        "ECDHE-RSA suite with CBC and SHA-256, or use an ECDSA certificate.",
        "Application protocols: let the server also accept http/1.1.",
        "On Windows look for a forgotten group policy SSL Cipher Suite Order."),
    .platforms = CM_PLATFORMS(
        {"nginx", "ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:"
                  "ECDHE-RSA-AES128-GCM-SHA256:\\\n"
                  "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384;\n"
                  "ssl_ecdh_curve X25519:prime256v1:secp384r1;"},
        {"Apache", "SSLCipherSuite ECDHE+AESGCM:DHE+AESGCM\n"
                   "SSLOpenSSLConfCmd Curves X25519:prime256v1:secp384r1"},
        {"HAProxy", "ssl-default-bind-ciphers ECDHE+AESGCM:ECDHE+CHACHA20"},
        {"IIS, Windows",
         "Get-TlsCipherSuite | ft Name\n"
         "Enable-TlsCipherSuite -Name TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\n"
         "gpresult /h policy.html    # SSL Cipher Suite Order"},
        {"Tomcat, Java", "<SSLHostConfig ciphers=\"ECDHE+AESGCM\">\n"
                         "java.security: jdk.tls.disabledAlgorithms"},
        {"F5", "tmsh modify ltm profile client-ssl PROFILE ciphers "
               "ECDHE+AES-GCM:ECDHE"},
        {"NetScaler", "bind ssl vserver VS -cipherName SECURE"},
        {"AWS", "aws elbv2 describe-ssl-policies"},
        {"Kubernetes", "ingress-nginx ConfigMap: ssl-ciphers"},
        {"Dataverse plug-ins",
         "The platform chooses: offer TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 or "
         "another\nsuite of Server cipher suites and TLS requirements."}),
    .verify = "nmap -sV --script ssl-enum-ciphers -p {port} {host}",
    .never = "Do not switch on RC4, 3DES, export or NULL suites to get a "
             "connection, and do not lower SECLEVEL for a whole machine.",
};

const struct cm_remedy CM_REMEDY_OF(UPDATE_TLS_STACK) = {
    .why = "The server ends the handshake with an error of its own. That is a "
           "fault or a missing feature of its TLS software, or a "
           "configuration it cannot work with.",
    .steps = CM_STEPS(
        "Read the server's log at the time of the scan: it names the reason "
        "that the alert leaves out.",
        "An internal error for one name only: no certificate is bound to it. "
        "Bind one.",
        "Check that the service can read its key, and that key and "
        "certificate belong together.",
        "Update the software or firmware of the server, appliance or load "
        "balancer."),
    .platforms = CM_PLATFORMS(
        {"openssl", "openssl s_client -connect {host}:{port} -servername {sni} "
                    "-state -msg </dev/null"},
        {"nginx, Apache, HAProxy",
         "nginx -t; tail /var/log/nginx/error.log\n"
         "apachectl configtest; journalctl -u haproxy"},
        {"IIS, Windows",
         "Event Viewer, System, source Schannel: 36870 key access, 36874 no "
         "suite,\n36887 alert received, 36888 alert sent\n"
         "reg add HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\"
         "SCHANNEL ^\n"
         "  /v EventLogging /t REG_DWORD /d 7 /f"},
        {"Tomcat, Java", "java -Djavax.net.debug=ssl:handshake ..."},
        {"F5, NetScaler", "tmsh show ltm profile client-ssl PROFILE\n"
                          "stat ssl vserver VS"},
        {"Kubernetes", "kubectl logs -n ingress-nginx deploy/"
                       "ingress-nginx-controller"}),
    .verify = "openssl s_client -connect {host}:{port} -servername {sni} "
              "</dev/null",
    .never = "Do not go back to an older TLS in the client because the newer "
             "one meets a fault in the server.",
};

const struct cm_remedy CM_REMEDY_OF(FIX_KEY_PAIR) = {
    .why = "The server proves its identity with a key that is not the one in "
           "its certificate, most often because only one of the two files was "
           "replaced.",
    .steps = CM_STEPS(
        "Compare the public key of the certificate with that of the key file.",
        "Install the key from which this certificate was requested, or the "
        "certificate that was issued for this key.",
        "If the key is lost, make a new one and have the certificate "
        "reissued.",
        "Reload the service on every node."),
    .platforms = CM_PLATFORMS(
        {"openssl",
         "openssl x509 -in leaf.pem -noout -pubkey | openssl sha256\n"
         "openssl pkey -in key.pem -pubout | openssl sha256    # the "
         "same"},
        {"nginx, Apache, HAProxy",
         "the first certificate of fullchain.pem must be the server's own"},
        {"IIS, Windows", "certutil -store My THUMBPRINT\n"
                         "certutil -repairstore My SERIAL"},
        {"Tomcat, Java", "keytool -list -v -keystore site.p12    # "
                         "PrivateKeyEntry"},
        {"F5, NetScaler", "tmsh list sys crypto key; show ssl certKey SITE"},
        {"Kubernetes", "kubectl get secret NAME -o yaml    # tls.crt and "
                       "tls.key"}),
    .verify = "openssl s_client -connect {host}:{port} -servername {sni} "
              "</dev/null",
    .never = "Do not send the key by mail or chat to compare it: the public "
             "half is enough.",
};

const struct cm_remedy CM_REMEDY_OF(ENABLE_STARTTLS) = {
    .why = "The service answers in its own protocol but gives no way to TLS, "
           "so passwords and data cross the network in clear text, or clients "
           "that demand TLS stop.",
    .steps = CM_STEPS(
        "Give the service a certificate with its complete chain, and the key.",
        "Switch TLS on in the service's configuration and reload it.",
        "When the server offers it and clients do not see it, look for a "
        "firewall with protocol inspection between them and switch that off "
        "for this port.",
        "Where clients support it, prefer the port with TLS from the first "
        "byte (465, 993, 995, 636, 990)."),
    .platforms = CM_PLATFORMS(
        {"Postfix", "postconf -e smtpd_tls_security_level=may \\\n"
                    "  'smtpd_tls_chain_files=/etc/ssl/key.pem, "
                    "/etc/ssl/fullchain.pem'\n"
                    "postfix reload"},
        {"Exim", "tls_advertise_hosts = *\n"
                 "tls_certificate = /etc/ssl/fullchain.pem\n"
                 "tls_privatekey = /etc/ssl/key.pem"},
        {"Dovecot", "ssl = required\n"
                    "ssl_cert = </etc/ssl/fullchain.pem\n"
                    "ssl_key = </etc/ssl/key.pem\n"
                    "doveadm reload"},
        {"vsftpd", "ssl_enable=YES\n"
                   "rsa_cert_file=/etc/ssl/fullchain.pem\n"
                   "rsa_private_key_file=/etc/ssl/key.pem"},
        {"OpenLDAP", "olcTLSCertificateFile: /etc/ssl/fullchain.pem\n"
                     "olcTLSCertificateKeyFile: /etc/ssl/key.pem"},
        {"Active Directory", "A certificate with server authentication and the "
                             "controller's name in LocalMachine\\My; LDAP "
                             "result 52 means that there is none"},
        {"PostgreSQL", "ssl = on\n"
                       "ssl_cert_file = 'fullchain.pem'\n"
                       "ssl_key_file = 'key.pem'"},
        {"MySQL, MariaDB", "[mysqld]\n"
                           "ssl_cert = /etc/mysql/fullchain.pem\n"
                           "ssl_key = /etc/mysql/key.pem"},
        {"SQL Server", "Configuration Manager, Protocols, Certificate; Force "
                       "Encryption: Yes; restart the service"},
        {"Cisco ASA", "policy-map global_policy\n"
                      " class inspection_default\n"
                      "  no inspect esmtp"}),
    .verify = "openssl s_client -connect {host}:{port} -starttls smtp "
              "-servername {sni} </dev/null    # or imap, pop3, ftp, ldap, "
              "postgres, mysql, xmpp",
    .never = "Do not let clients fall back to clear text, and do not switch "
             "certificate checks off in the mail or database client.",
};

const struct cm_remedy CM_REMEDY_OF(DISABLE_LEGACY_TLS) = {
    .why = "The server still takes SSL, TLS 1.0 or TLS 1.1 besides newer "
           "versions. Nothing fails because of it, but an attacker can use "
           "what no client needs, and audits ask for it to be off.",
    .steps = CM_STEPS(
        "Log for some weeks which version clients use, and list those that "
        "have nothing newer.",
        "Update those clients, or give them an address of their own.",
        "Allow TLS 1.2 and 1.3 only, on every node and load balancer, and "
        "reload.",
        "SSLv2 on any server with the same key endangers all of them: look for "
        "mail servers too."),
    .platforms = CM_PLATFORMS(
        {"nginx", "log_format tls '$remote_addr $ssl_protocol $ssl_cipher';\n"
                  "ssl_protocols TLSv1.2 TLSv1.3;"},
        {"Apache", "LogFormat \"%h %{SSL_PROTOCOL}x %{SSL_CIPHER}x\" tls\n"
                   "SSLProtocol -all +TLSv1.2 +TLSv1.3"},
        {"HAProxy", "log-format \"%ci %sslv %sslc\"\n"
                    "ssl-default-bind-options ssl-min-ver TLSv1.2"},
        {"IIS, Windows",
         "foreach ($v in 'SSL 2.0','SSL 3.0','TLS 1.0','TLS 1.1') {\n"
         "  $k = \"HKLM:\\SYSTEM\\CurrentControlSet\\Control\\"
         "SecurityProviders\\SCHANNEL\\Protocols\\$v\\Server\"\n"
         "  New-Item $k -Force; Set-ItemProperty $k Enabled 0 -Type DWord }\n"
         "then restart; event 36880 logs the version of each connection"},
        {"Tomcat, Java", "<SSLHostConfig protocols=\"TLSv1.2+TLSv1.3\">"},
        {"F5", "tmsh modify ltm profile client-ssl PROFILE options { "
               "no-sslv3 no-tlsv1 no-tlsv1.1 }"},
        {"NetScaler", "set ssl vserver VS -ssl3 DISABLED -tls1 DISABLED -tls11 "
                      "DISABLED"},
        {"AWS", "aws elbv2 modify-listener --listener-arn ARN \\\n"
                "  --ssl-policy ELBSecurityPolicy-TLS13-1-2-2021-06"},
        {"Azure", "az webapp config set --min-tls-version 1.2 ..."},
        {"Kubernetes", "ingress-nginx ConfigMap: ssl-protocols: \"TLSv1.2 "
                       "TLSv1.3\""},
        {"Postfix, Dovecot", "smtpd_tls_protocols = >=TLSv1.2\n"
                             "ssl_min_protocol = TLSv1.2"}),
    .verify = "nmap -sV --script ssl-enum-ciphers -p {port} {host}",
    .never = "Do not switch TLS 1.2 off together with the old versions: many "
             "clients have nothing newer.",
};

const struct cm_remedy CM_REMEDY_OF(ENABLE_POST_QUANTUM) = {
    .why = "What is recorded today could be decrypted by a later quantum "
           "computer. The group X25519MLKEM768 prevents it; current browsers, "
           "Go and OpenSSL offer it first.",
    .steps = CM_STEPS(
        "Serve TLS 1.3: the group exists nowhere else.",
        "Update the TLS library: OpenSSL 3.5, BoringSSL, Go 1.24 and Windows "
        "Server 2025 with current updates have it.",
        "Put X25519MLKEM768 before X25519 in the list of groups. With OpenSSL "
        "3.5 it is there by default unless the configuration sets a list.",
        "Its key shares are larger: check that hellos of 1500 bytes and more "
        "pass all boxes on the path."),
    .platforms = CM_PLATFORMS(
        {"nginx", "ssl_ecdh_curve X25519MLKEM768:X25519:prime256v1;"},
        {"Apache", "SSLOpenSSLConfCmd Groups X25519MLKEM768:X25519:P-256"},
        {"HAProxy", "ssl-default-bind-curves X25519MLKEM768:X25519:P-256"},
        {"Envoy", "tls_params: {ecdh_curves: [X25519MLKEM768, X25519]}"},
        {"IIS, Windows", "Get-TlsEccCurve\n"
                         "Enable-TlsEccCurve -Name x25519_mlkem768    # builds "
                         "that have it"},
        {"Tomcat, Java", "-Djdk.tls.namedGroups=X25519MLKEM768,x25519,"
                         "secp256r1    # Java 27"},
        {"Go", "1.24 and newer: on unless tls.Config.CurvePreferences is set"},
        {"AWS", "aws elbv2 describe-ssl-policies    # those with PQ in their "
                "name"}),
    .verify = "openssl s_client -connect {host}:{port} -groups X25519MLKEM768 "
              "-brief </dev/null    # OpenSSL 3.5",
    .never = "Do not offer ML-KEM without its partner X25519 to clients that "
             "you do not know, and do not drop X25519 and P-256.",
};
