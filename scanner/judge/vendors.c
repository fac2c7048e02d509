/* Products that inspect TLS, by what they call themselves in the certificates
 * they issue.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "judge/rules.h"

static const char *const vendors[] = {
    "Zscaler",        "Netskope",      "Palo Alto",
    "Fortinet",       "FortiGate",     "Blue Coat",
    "ProxySG",        "Symantec Web",  "Cisco Umbrella",
    "OpenDNS",        "Forcepoint",    "Websense",
    "Skyhigh",        "McAfee Web",    "iboss",
    "Barracuda",      "SonicWall",     "WatchGuard",
    "Check Point",    "Sophos",        "Untangle",
    "Smoothwall",     "Lightspeed",    "GoGuardian",
    "Menlo Security", "Cato Networks", "Cloudflare Gateway",
    "Gateway CA",     "Kaspersky",     "ESET",
    "Bitdefender",    "Avast",         "AVG",
    "AdGuard",        "Squid",         "FiddlerRoot",
    "Charles Proxy",  "mitmproxy",     "PortSwigger",
};

static bool is_word(const char *text, const char *at, size_t len)
{
    bool begins = at == text || !isalnum((unsigned char)at[-1]);

    return begins && !isalnum((unsigned char)at[len]);
}

const char *cm_judge_inspection_vendor(const char *text)
{
    for (size_t i = 0; i < sizeof(vendors) / sizeof(*vendors); i++) {
        size_t len = strlen(vendors[i]);
        const char *at = text;

        while ((at = strcasestr(at, vendors[i])) != NULL) {
            if (is_word(text, at, len)) {
                return vendors[i];
            }
            at++;
        }
    }
    return NULL;
}
