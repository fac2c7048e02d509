/* What causes mean: the scanner's own side, and networks that do not like to be
 * scanned. SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_cause_text CM_CAUSE_TEXT_OF(THROTTLED) = {
    .meaning =
        "While others of its network were answered, this endpoint was silent "
        "or reset the connection, as many beside it; asked again later, by "
        "fewer connections, it answered. A firewall or a load balancer there "
        "limits connections by source. Ordinary clients open few and do not "
        "notice.",
    .rule = "no RFC: how many connections a network takes from one source is "
            "its own decision; RFC 4732 section 2 describes the defences",
    .detected = "Half of sixteen connections to the /24 or /48 that started "
                "one after the other failed, after others had worked. From "
                "then on fewer went there, and the endpoint was set aside and "
                "asked anew.",
    .clients = CM_NO_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(SCANNER_NO_ROUTE) = {
    .meaning = "The machine that scanned has no route to any IPv4, or to any "
               "IPv6 address, and the endpoint has no other address. Nothing "
               "is known about the endpoint, good or bad.",
    .rule = "RFC 1122 section 3.3.1: a host needs a route before it sends",
    .detected = "Every connection attempt ended with ENETUNREACH or "
                "EADDRNOTAVAIL, and the routing table has no way to the "
                "addresses of the family at large.",
    .clients = CM_NO_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(SCANNER_NO_DESCRIPTORS) = {
    .meaning = "The operating system of the scanning machine gave no more "
               "descriptors, local ports or buffers, until the endpoint's time "
               "was over. Nothing is known about the endpoint.",
    .rule = "no RFC: limits of the scanning machine; RFC 6056 section 3.2 for "
            "the range of local ports",
    .detected = "Opening the connection failed with EMFILE, ENFILE, "
                "EADDRNOTAVAIL, ENOBUFS or ENOMEM, each time it was tried.",
    .clients = CM_NO_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(SCANNER_RESOLVER_DOWN) = {
    .meaning = "The DNS servers that the scan asks answered no question at all "
               "at that time, whatever the name. Whether this name exists is "
               "not known.",
    .rule = "RFC 1035 section 7.2: a resolver that gets no answer has learnt "
            "nothing about the name",
    .detected = "Eight names or more in a row had no answer, and none had one "
                "in between; or names that had an answer earlier in the run "
                "had none any more, for a minute (--dns-patience).",
    .clients = CM_NO_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(SCANNER_OFFLINE) = {
    .meaning = "The machine that scanned could not connect to any of its "
               "canaries, endpoints that are known to be up, and waited for "
               "them in vain: its own network was gone. Nothing is known about "
               "this endpoint.",
    .rule = "no RFC: a path that carries nothing tells nothing about its end",
    .detected = "The endpoint timed out, was reset or had no route after the "
                "last answer of a canary, or was not asked any more; all "
                "canaries failed from then on, for half a minute.",
    .clients = CM_NO_CLIENTS,
};
