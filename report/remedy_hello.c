/* What to do: servers that mind what a hello says.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_remedy CM_REMEDY_OF(SERVE_WITHOUT_SNI) = {
    .why = "The server answers only hellos with a server name. Clients that "
           "send none, or call the address, get nothing or the certificate of "
           "another site.",
    .steps = CM_STEPS(
        "Find out whether clients without SNI matter here: old Java, "
        "appliances, health checks and monitoring that call the address.",
        "Make the site that they mean the default of the listener, with a "
        "certificate that holds its name.",
        "If several such sites share the address, give this one an address of "
        "its own.",
        "Otherwise have those clients call the name, and correct the inventory "
        "line that names the address."),
    .platforms = CM_PLATFORMS(
        {"nginx", "server {\n"
                  "  listen 443 ssl default_server;\n"
                  "  ssl_certificate fullchain.pem;    # and no "
                  "ssl_reject_handshake\n"
                  "}"},
        {"Apache", "SSLStrictSNIVHostCheck off\n"
                   "the first <VirtualHost *:443> is the default"},
        {"HAProxy", "bind :443 ssl crt default.pem crt-list list.txt    # "
                    "without strict-sni"},
        {"IIS, Windows",
         "netsh http add sslcert ipport=0.0.0.0:443 certhash=THUMBPRINT ^\n"
         "  certstorename=MY appid={GUID}"},
        {"F5", "tmsh modify ltm profile client-ssl PROFILE sni-default true "
               "sni-require false"},
        {"NetScaler", "bind ssl vserver VS -certkeyName SITE    # without "
                      "-SNICert: the default"},
        {"AWS", "aws elbv2 modify-listener --listener-arn ARN \\\n"
                "  --certificates CertificateArn=ARN"},
        {"Kubernetes",
         "ingress-nginx: --default-ssl-certificate=NAMESPACE/SECRET"}),
    .verify = "openssl s_client -connect {host}:{port} -noservername "
              "</dev/null | openssl x509 -noout -ext subjectAltName",
    .never = "Do not switch verification off in clients that get the wrong "
             "default certificate.",
};
