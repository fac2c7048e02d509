/* What to do: the run, the inventory, the name.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_remedy CM_REMEDY_OF(NOTHING) = {
    .why = "This is information. Clients work, and no one has to act.",
    .steps = CM_STEPS("Nothing. Keep it in mind when the service changes."),
    .platforms = CM_PLATFORMS(
        {"any", "certmuster explain    # what the other findings mean"}),
    .verify = "certmuster report --actions 0",
    .never = "",
};

const struct cm_remedy CM_REMEDY_OF(RESCAN) = {
    .why = "The run ended before these rows had their turn: it was stopped, or "
           "its time was over. Nothing is known about them.",
    .steps = CM_STEPS(
        "Run the same scan again and let it finish.",
        "If time was short, raise --concurrency, or divide the inventory "
        "into several files."),
    .platforms = CM_PLATFORMS(
        {"certmuster", "certmuster scan FILE.csv --out certmuster-report"}),
    .verify = "certmuster runs    # the newest run is complete",
    .never = "Do not read a row that was not scanned as a row that is fine.",
};

const struct cm_remedy CM_REMEDY_OF(FIX_INVENTORY) = {
    .why = "The line of the inventory is wrong, or it describes something that "
           "no longer exists or does not speak TLS. No server can be repaired "
           "on the strength of it.",
    .steps = CM_STEPS(
        "Look up the service that the line stands for, with its owner.",
        "Write a host name, name:port, a URL or an address; the port between 1 "
        "and 65535; and the protocol if TLS starts only after a STARTTLS.",
        "Delete the line if the service is gone, or if it repeats another "
        "line.",
        "Scan the corrected file."),
    .platforms = CM_PLATFORMS({"CSV", "host,port,protocol,owner\n"
                                      "www.example.com,443,tls,web team\n"
                                      "[2001:db8::1]:8443,,tls,plant 4\n"
                                      "https://api.example.com/v1,,tls,crm"}),
    .verify = "certmuster scan FILE.csv    # the line is no longer invalid",
    .never = "Do not delete a line only because it fails: first find out "
             "whether a client still calls it.",
};

const struct cm_remedy CM_REMEDY_OF(FIX_DNS) = {
    .why = "Clients look the name up before anything else. While it leads "
           "nowhere, or its servers do not answer, no certificate matters.",
    .steps = CM_STEPS(
        "Ask the name's own servers, not only your resolver, to see on which "
        "side the fault is.",
        "NXDOMAIN or no address: create the A and AAAA records, or correct the "
        "name in the client. An alias that leads nowhere: repair or delete "
        "the CNAME, for someone else might claim its target.",
        "SERVFAIL: compare an answer with and without DNSSEC checking. If only "
        "the unchecked one comes, sign the zone again or correct the DS "
        "record; else repair the delegation.",
        "Timeout or refusal: allow the client's network on the resolver, over "
        "UDP and TCP port 53.",
        "A loopback, link-local or 0.0.0.0 address is a placeholder or a block "
        "list: publish the true address."),
    .platforms = CM_PLATFORMS(
        {"dig", "dig +trace {host} A\n"
                "dig +dnssec {host} A    # status and the ad flag\n"
                "dig +cd {host} A        # the same without DNSSEC checking"},
        {"Windows", "Resolve-DnsName {host}\n"
                    "ipconfig /flushdns"},
        {"Windows DNS server",
         "Add-DnsServerResourceRecordA -ZoneName example.com -Name www `\n"
         "  -IPv4Address 192.0.2.10"},
        {"Kubernetes", "kubectl run -it --rm dns --image=busybox -- \\\n"
                       "  nslookup {host}"}),
    .verify = "dig +short {host} A; dig +short {host} AAAA",
    .never = "An entry in one machine's hosts file repairs that machine only, "
             "and hides the next change of address from it.",
};

const struct cm_remedy CM_REMEDY_OF(ALIGN_DNS) = {
    .why = "The name has an answer, but not the one this client can use: a "
           "private address for a client in a cloud, or another server in each "
           "view of the DNS.",
    .steps = CM_STEPS(
        "List which clients call the name, and from where.",
        "For clients in a cloud (Dataverse plug-ins, OutSystems cloud and "
        "other platforms) publish a public address, or give the platform a "
        "private connection: a gateway, a VPN, a relay.",
        "If inside and outside are to differ, install a certificate with the "
        "same names on the servers of both views, and renew both together."),
    .platforms = CM_PLATFORMS(
        {"dig", "dig +short {host} @10.0.0.53    # inside\n"
                "dig +short {host} @1.1.1.1      # outside"},
        {"Azure", "az network private-dns record-set a list -g GROUP -z ZONE\n"
                  "az network dns record-set a list -g GROUP -z ZONE"},
        {"Dataverse plug-ins",
         "Plug-ins run in the cloud: the name needs a public address, or "
         "virtual\nnetwork support for the environment."},
        {"OutSystems cloud",
         "Ask for a VPN or a private gateway, or publish the service."}),
    .verify = "dig +short {host} @1.1.1.1",
    .never = "Do not put a private address into the public zone and hope that "
             "it can be reached.",
};

const struct cm_remedy CM_REMEDY_OF(USE_CERTIFICATE_NAME) = {
    .why = "A client checks the very name or address it was configured with. "
           "The certificate is for another name, so the cheapest repair is in "
           "the client's configuration.",
    .steps = CM_STEPS(
        "Read the names on the certificate and take the one that is meant for "
        "this service.",
        "Change the URL, connection string or endpoint setting of the client "
        "to that name. No IP address, no short name, no trailing dot.",
        "If the name does not resolve where the client runs, repair the DNS.",
        "If clients must use the name or address they use now, have the "
        "certificate reissued with it."),
    .platforms = CM_PLATFORMS(
        {"openssl", "openssl s_client -connect {host}:{port} </dev/null |\n"
                    "  openssl x509 -noout -subject -ext subjectAltName"},
        {".NET, web.config",
         "<endpoint address=\"https://NAME-ON-THE-CERTIFICATE/service.svc\" "
         "/>"},
        {"OutSystems",
         "Service Center: Integrations, the consumed service, Effective URL"},
        {"Dataverse plug-ins",
         "Use a name, never an IP address: change the plug-in's secure "
         "configuration\nor environment variable."},
        {"Chrome", "Open the URL, click the icon before it, Connection is "
                   "secure,\nCertificate: the names stand under Details, "
                   "Subject Alternative Name."}),
    .verify = "curl -sS -o /dev/null https://NAME-ON-THE-CERTIFICATE:{port}/",
    .never = "Do not switch off the check of the name, and do not redirect the "
             "name by a hosts file.",
};
