/* What to do: the scan itself.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_remedy CM_REMEDY_OF(SLOW_DOWN) = {
    .why = "A box in front of this network counts connections by source and "
           "drops what is too much. The endpoints work; the scan took longer, "
           "and a hastier one would report them as dead.",
    .steps = CM_STEPS(
        "Scan with fewer connections to one network and one address, or with a "
        "lower rate.",
        "Or ask whoever runs the firewall to let the scanner's address in "
        "without a limit."),
    .platforms = CM_PLATFORMS(
        {"certmuster", "certmuster scan FILE.csv --per-prefix 16 "
                       "--per-address 2 --rate 50"},
        {"nftables", "nft add element inet filter scanners { 192.0.2.7 }"}),
    .verify = "certmuster scan FILE.csv    # no endpoint is throttled",
    .never = "Do not switch the back-off off to be faster: what is dropped "
             "would be reported as a fault of the server.",
};

const struct cm_remedy CM_REMEDY_OF(REPAIR_SCANNER) = {
    .why = "The fault was on the scanner's own side, so these rows say nothing "
           "about the servers.",
    .steps = CM_STEPS(
        "See which fault it was: the cause names it, \"certmuster runs\" shows "
        "when it began and ended.",
        "No route: give the machine a default route for the address family, or "
        "scan the other family only.",
        "No descriptors or ports: raise the limit of open files, widen the "
        "range of local ports, or lower --concurrency.",
        "No DNS: name DNS servers that answer this machine with --resolver.",
        "Scan the same file again."),
    .platforms = CM_PLATFORMS(
        {"Linux", "ip -4 route; ip -6 route    # is there a default?\n"
                  "ulimit -Hn; sysctl net.ipv4.ip_local_port_range\n"
                  "resolvectl status"},
        {"certmuster", "certmuster scan FILE.csv --ipv4\n"
                       "certmuster scan FILE.csv --resolver 192.0.2.53"}),
    .verify = "certmuster scan FILE.csv    # exit code is not 3",
    .never = "Do not count these rows as failures of their owners.",
};
