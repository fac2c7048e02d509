/* What to do: roots on the clients, and proxies that bring their own.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_remedy CM_REMEDY_OF(TRUST_INSPECTION) = {
    .why =
        "A proxy opens the TLS connections and signs certificates of its own "
        "for every site. Clients that trust the proxy's root work, the others "
        "fail, and what this scan saw is the proxy and not the servers.",
    .steps = CM_STEPS("Ask the network team whether the proxy is theirs. If "
                      "nobody knows it, treat it as an attack.",
                      "Scan again from a place without the proxy: these "
                      "results say nothing about the servers themselves.",
                      "For calls between servers, let the proxy pass the "
                      "destinations through unopened. Pinned, mutual and "
                      "vendor connections never survive it.",
                      "Where inspection has to stay, distribute the proxy's "
                      "root to the machine stores AND to the runtimes that "
                      "bring their own: Java, Node.js, Python, containers.",
                      "Clients in a cloud (Dataverse, OutSystems cloud, other "
                      "SaaS) are never behind your proxy and need nothing."),
    .platforms = CM_PLATFORMS(
        {"Who signs?", "openssl s_client -connect {host}:{port} -servername "
                       "{sni} </dev/null 2>/dev/null |\n"
                       "  openssl x509 -noout -issuer -startdate    # from "
                       "inside and from outside"},
        {"Bypass", "Zscaler: SSL Inspection policy, Do Not Inspect\n"
                   "Palo Alto: Decryption policy, no-decrypt\n"
                   "Fortinet: ssl-ssh-profile, ssl-exempt\n"
                   "Squid: ssl_bump splice"},
        {"Windows, .NET", "certutil -f -addstore Root proxy-root.cer\n"
                          "fleet: group policy, Public Key Policies, Trusted "
                          "Root Certification Authorities"},
        {"Debian, Ubuntu, Alpine",
         "cp proxy-root.crt /usr/local/share/ca-certificates/ && "
         "update-ca-certificates"},
        {"RHEL, Fedora, Amazon Linux",
         "cp proxy-root.pem /etc/pki/ca-trust/source/anchors/ && "
         "update-ca-trust extract"},
        {"Java", "keytool -importcert -noprompt -alias proxy -file "
                 "proxy-root.cer -cacerts -storepass changeit"},
        {"Node.js", "NODE_EXTRA_CA_CERTS=/etc/ssl/proxy-root.pem"},
        {"Python", "REQUESTS_CA_BUNDLE=/etc/ssl/roots.pem, "
                   "SSL_CERT_FILE=/etc/ssl/roots.pem\n"
                   "3.13 and newer refuse a proxy root without key usage or "
                   "key identifier: have it reissued"},
        {"Git, npm, pip",
         "git config --system http.sslCAInfo /etc/ssl/roots.pem\n"
         "npm config set cafile /etc/ssl/roots.pem; pip config set global.cert "
         "/etc/ssl/roots.pem"},
        {"Containers, Kubernetes",
         "COPY proxy-root.crt /usr/local/share/ca-certificates/\n"
         "RUN update-ca-certificates    # or a trust-manager Bundle"}),
    .verify =
        "openssl s_client -connect {host}:{port} -servername {sni} </dev/null "
        "2>/dev/null | openssl x509 -noout -issuer    # the server's own CA",
    .never = "Do not switch verification off because the proxy's root is "
             "missing: verify=False, NODE_TLS_REJECT_UNAUTHORIZED=0 and git's "
             "http.sslVerify=false outlive the proxy and accept any other one.",
};

const struct cm_remedy CM_REMEDY_OF(UPDATE_STORE) = {
    .why = "The root of this chain is known to some clients and not to others: "
           "their list of roots is old, or was never meant to have it. The "
           "server is right; the client is not up to date.",
    .steps =
        CM_STEPS("See in this report which trust views have the root and which "
                 "have not, and which of your clients each view stands for.",
                 "Update the list of roots on those clients: the operating "
                 "system's package, the runtime, the base image.",
                 "If the server could send a cross-signed certificate to an "
                 "older root, let it: that helps clients that nobody updates.",
                 "If the clients cannot be updated (appliances, old phones), "
                 "take a certificate from a CA whose root they have.",
                 "Remember runtimes with a list of their own: Java, Node.js, "
                 "Python's certifi, containers."),
    .platforms = CM_PLATFORMS(
        {"Windows",
         "allow http://ctldl.windowsupdate.com, or without the internet:\n"
         "certutil -generateSSTFromWU roots.sst\n"
         "certutil -f -addstore Root roots.sst"},
        {"Debian, Ubuntu",
         "apt-get update && apt-get install --only-upgrade ca-certificates"},
        {"RHEL, Fedora, Amazon Linux",
         "dnf upgrade ca-certificates && update-ca-trust extract"},
        {"Alpine", "apk add --upgrade ca-certificates"},
        {"macOS, iOS, Android", "with the operating system; old Android knows "
                                "user roots in browsers only"},
        {"Java", "update the JDK: keytool -list -cacerts -storepass changeit | "
                 "grep -i NAME\n"
                 "or use the system's list: "
                 "-Djavax.net.ssl.trustStore=/etc/ssl/certs/java/cacerts"},
        {"Node.js",
         "update Node.js, or node --use-system-ca    # 22.15, 23.8 and newer"},
        {"Python", "pip install --upgrade certifi; or the system's list with "
                   "the package truststore"},
        {"Go, Rust", "they read the system's list: "
                     "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"},
        {"Containers",
         "FROM a newer base image, or\n"
         "RUN apt-get update && apt-get install -y ca-certificates"},
        {"Kubernetes", "trust-manager Bundle with useDefaultCAs: true"},
        {"Server with a cross-sign",
         "certbot renew --preferred-chain \"NAME OF THE OLDER ROOT\""}),
    .verify = "curl -sS -o /dev/null https://{host}:{port}/    # on the "
              "client; Windows: certutil -verify -urlfetch leaf.cer",
    .never = "Do not import the server's certificate or an intermediate as a "
             "root: it works until the next renewal. Do not copy a bundle from "
             "a web site whose origin nobody knows.",
};

const struct cm_remedy CM_REMEDY_OF(CORRECT_CLOCK) = {
    .why = "The client takes a sound certificate for expired or not yet valid, "
           "because its own clock is wrong.",
    .steps = CM_STEPS(
        "Compare the client's clock with a time server; note the time zone, "
        "too.",
        "Switch on time synchronisation and wait until it is done.",
        "Start the application again: some keep the time of their start.",
        "On virtual machines let either the host or the guest set the clock, "
        "not both."),
    .platforms = CM_PLATFORMS(
        {"Windows", "w32tm /query /status\nw32tm /resync"},
        {"Linux", "timedatectl\ntimedatectl set-ntp true"},
        {"chrony", "chronyc tracking\nchronyc makestep"},
        {"Devices without a battery", "Set the time from a time server before "
                                      "the first TLS connection."}),
    .verify = "date -u; openssl s_client -connect {host}:{port} -servername "
              "{sni} </dev/null | openssl x509 -noout -dates",
    .never = "Do not switch the check of dates off, and do not have a "
             "certificate issued for the wrong date.",
};
