/* What to do: the way to the port, and what stands on it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_remedy CM_REMEDY_OF(OPEN_PORT) = {
    .why = "The address exists but the port does not answer: the service is "
           "down, listens elsewhere, or a firewall stands between.",
    .steps = CM_STEPS(
        "On the server, check that the service runs and listens on this "
        "address and port, not on loopback only.",
        "Refused at once: nothing listens, or a firewall rejects. Silence: a "
        "firewall, a security group or a load balancer without healthy "
        "servers drops the packets.",
        "Allow the clients' addresses. For clouds use their published ranges: "
        "the Azure service tag PowerPlatformPlex for Dataverse, the outbound "
        "addresses of your OutSystems environment.",
        "If only IPv6 fails, repair its route or withdraw the AAAA record.",
        "If the service moved, correct the inventory."),
    .platforms = CM_PLATFORMS(
        {"Linux", "ss -ltnp | grep :{port}\n"
                  "curl -v --connect-timeout 5 telnet://{host}:{port}"},
        {"Windows", "Test-NetConnection {host} -Port {port}\n"
                    "netstat -ano | findstr :{port}\n"
                    "Get-NetFirewallRule -Enabled True -Direction Inbound"},
        {"AWS", "aws ec2 describe-security-groups --group-ids SG\n"
                "aws elbv2 describe-target-health --target-group-arn ARN"},
        {"Azure", "az network nsg rule list -g GROUP --nsg-name NSG -o table\n"
                  "az network watcher test-ip-flow --help"},
        {"Kubernetes", "kubectl get svc,endpoints,ingress -A | grep NAME"},
        {"F5", "tmsh show ltm virtual; tmsh show ltm pool members"}),
    .verify = "curl -sv --connect-timeout 5 telnet://{host}:{port} </dev/null",
    .never = "Do not open the port to the whole Internet for the sake of one "
             "client.",
};

const struct cm_remedy CM_REMEDY_OF(FIX_PROXY) = {
    .why = "The connection goes through a forward proxy, and the proxy did not "
           "open the tunnel to the server.",
    .steps = CM_STEPS(
        "Read the proxy's status: 407 asks for credentials, 403 is a rule, 502 "
        "to 504 mean that the proxy itself cannot reach the server.",
        "Allow CONNECT to the host and port on the proxy, also ports other "
        "than 443.",
        "Give the client's account its credentials for the proxy, or let it "
        "bypass the proxy for internal names."),
    .platforms = CM_PLATFORMS(
        {"curl", "curl -v -x http://PROXY:3128 https://{host}:{port}/"},
        {"Squid", "acl ours port {port}\n"
                  "http_access allow CONNECT ours"},
        {"Windows", "netsh winhttp show proxy\n"
                    "netsh winhttp set proxy PROXY:3128 \"<local>\""},
        {"Java", "java -Dhttps.proxyHost=PROXY -Dhttps.proxyPort=3128 ..."},
        {"Containers", "env | grep -i _proxy    # HTTPS_PROXY and NO_PROXY"}),
    .verify = "curl -sS -o /dev/null -x http://PROXY:3128 "
              "https://{host}:{port}/",
    .never = "Do not let the proxy intercept TLS to services that machines "
             "call, without giving its root to every one of these clients.",
};

const struct cm_remedy CM_REMEDY_OF(FIX_MIDDLEBOX) = {
    .why = "The TCP connection opens and then ends, or stays silent, when the "
           "client says hello. A server that merely disliked the hello would "
           "answer with an alert, so something else cuts it off: a box on the "
           "path, an allow-list, or a listener without certificate.",
    .steps = CM_STEPS(
        "Try from the server itself. If it works there, the path is at fault; "
        "if not, the listener is.",
        "On Windows check that the binding has a certificate: HTTP.SYS resets "
        "connections for which it has none.",
        "Ask whether the service admits known source addresses only, and add "
        "the client's.",
        "Look for inspection, intrusion prevention and old load balancers on "
        "the path: update them, or exempt this host. Large hellos of modern "
        "clients come in two packets, and some boxes drop the second.",
        "Silence after a short hello that works: the path loses large packets. "
        "Clamp the MSS or allow ICMP fragmentation needed."),
    .platforms = CM_PLATFORMS(
        {"openssl", "openssl s_client -connect {host}:{port} -servername {sni} "
                    "-tls1_2 </dev/null\n"
                    "openssl s_client -connect {host}:{port} -noservername "
                    "</dev/null"},
        {"IIS, Windows", "netsh http show sslcert\n"
                         "netsh http show servicestate"},
        {"Linux router", "iptables -t mangle -A FORWARD -p tcp --tcp-flags "
                         "SYN,RST SYN \\\n"
                         "  -j TCPMSS --clamp-mss-to-pmtu"},
        {"Any", "ping -M do -s 1472 {host}    # does a full packet pass?\n"
                "tcpdump -ni any host {host} and port {port}"},
        {"Go clients, for a while", "GODEBUG=tlsmlkem=0    # a smaller hello"}),
    .verify = "openssl s_client -connect {host}:{port} -servername {sni} "
              "</dev/null",
    .never = "Do not make every client speak an older TLS for ever to please "
             "one box.",
};

const struct cm_remedy CM_REMEDY_OF(SYNC_NODES) = {
    .why = "The name leads to several addresses and they do not behave alike. "
           "Clients then fail by chance, which is hard to reproduce.",
    .steps = CM_STEPS(
        "List the addresses with what each of them serves: this report names "
        "them.",
        "Bring certificate, chain and TLS settings of the failing nodes to "
        "those of the good ones, from one source.",
        "Take nodes that do not answer out of the DNS or the pool.",
        "Check IPv6 addresses too: they are easily forgotten."),
    .platforms = CM_PLATFORMS(
        {"openssl", "for ip in $(dig +short {host} A {host} AAAA); do\n"
                    "  openssl s_client -connect \"[$ip]:{port}\" -servername "
                    "{sni} </dev/null 2>&1 |\n"
                    "    openssl x509 -noout -enddate -fingerprint -sha256\n"
                    "done"},
        {"curl", "curl -v --resolve {host}:{port}:192.0.2.10 "
                 "https://{host}:{port}/"},
        {"IIS", "Use the centralized certificate store, so that all nodes read "
                "one file."},
        {"F5, NetScaler", "tmsh run cm config-sync to-group GROUP\n"
                          "sync HA files ssl"},
        {"Kubernetes", "kubectl rollout status deployment/NAME"}),
    .verify = "certmuster scan FILE.csv --all-addresses",
    .never = "Do not answer it with retries in the client: half of the users "
             "still wait.",
};

const struct cm_remedy CM_REMEDY_OF(SERVE_TLS) = {
    .why = "The port answers in plain text. What clients send there can be "
           "read and changed by anyone on the way.",
    .steps = CM_STEPS(
        "Decide whether this port is to speak TLS. If another one already "
        "does, correct the inventory and the clients.",
        "Switch TLS on for the listener, with the certificate and its chain.",
        "Redirect the plain port to the TLS port."),
    .platforms = CM_PLATFORMS(
        {"nginx", "listen {port} ssl;\n"
                  "ssl_certificate fullchain.pem;\n"
                  "ssl_certificate_key key.pem;"},
        {"Apache", "<VirtualHost *:{port}>\n"
                   "  ServerName {host}\n"
                   "  SSLEngine on\n"
                   "  SSLCertificateFile fullchain.pem\n"
                   "  SSLCertificateKeyFile key.pem\n"
                   "</VirtualHost>"},
        {"HAProxy", "bind :{port} ssl crt /etc/haproxy/site.pem"},
        {"IIS", "New-WebBinding -Name SITE -Protocol https -Port {port} `\n"
                "  -HostHeader {host} -SslFlags 1\n"
                "(Get-WebBinding -Name SITE -Protocol https)."
                "AddSslCertificate('THUMBPRINT','My')"},
        {"Tomcat", "<Connector port=\"{port}\" SSLEnabled=\"true\" ...>\n"
                   "  <SSLHostConfig><Certificate "
                   "certificateKeystoreFile=\"site.p12\" />\n"
                   "  </SSLHostConfig></Connector>"},
        {"AWS load balancer", "aws elbv2 create-listener --protocol HTTPS "
                              "--port {port} \\\n"
                              "  --certificates CertificateArn=ARN ..."},
        {"Postfix, Dovecot",
         "smtpd_tls_security_level = may    # main.cf\n"
         "ssl = required                    # dovecot.conf"},
        {"Kubernetes", "spec.tls of the Ingress: hosts and secretName"}),
    .verify = "openssl s_client -connect {host}:{port} -servername {sni} "
              "</dev/null",
    .never = "Do not move the clients to http:// because that works.",
};
