/* The form of host names in certificates.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "judge/rules.h"

#define MAX_LABEL 63U
#define MAX_NAME 253U

/* RFC 6761, RFC 6762, RFC 8375, ICANN's reserved .internal, and what is in
 * use. */
static const char *const internal_domains[] = {
    ".local",     ".internal", ".lan",         ".corp",      ".home",
    ".home.arpa", ".intranet", ".localdomain", ".localhost", ".private",
};

bool cm_judge_is_internal(const char *host)
{
    size_t len = strlen(host);

    if (strchr(host, '.') == NULL) {
        return true;
    }
    for (size_t i = 0; i < sizeof(internal_domains) / sizeof(char *); i++) {
        size_t domain_len = strlen(internal_domains[i]);

        if (len > domain_len &&
            strcasecmp(host + len - domain_len, internal_domains[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool holds(struct cm_span name, char c)
{
    return memchr(name.data, c, name.len) != NULL;
}

static bool is_address(struct cm_span name)
{
    char text[CM_ADDRESS_TEXT_SIZE];
    struct cm_address address;

    /* Few names look like one: the last of IPv4's octets, IPv6's colons. */
    if (name.len >= sizeof(text) ||
        (!isdigit(name.data[name.len - 1]) && !holds(name, ':'))) {
        return false;
    }
    (void)snprintf(text, sizeof(text), "%.*s", (int)name.len,
                   (const char *)name.data);
    return cm_address_parse(text, &address);
}

static enum cm_dns_flaw label_flaw(struct cm_span label)
{
    enum cm_dns_flaw flaw = CM_DNS_SOUND;

    if (label.len == 0) {
        return CM_DNS_EMPTY_LABEL;
    }
    if (label.len > MAX_LABEL) {
        return CM_DNS_TOO_LONG;
    }
    for (size_t i = 0; i < label.len; i++) {
        if (label.data[i] == '_') {
            flaw = CM_DNS_UNDERSCORE;
        } else if (!isascii(label.data[i]) ||
                   (!isalnum(label.data[i]) && label.data[i] != '-')) {
            return label.data[i] == '*' ? CM_DNS_WILDCARD : CM_DNS_CHARACTER;
        }
    }
    if (flaw == CM_DNS_SOUND &&
        (label.data[0] == '-' || label.data[label.len - 1] == '-')) {
        flaw = CM_DNS_HYPHEN;
    }
    return flaw;
}

/* The gravest flaw of any label: they are numbered in that order. */
static enum cm_dns_flaw labels_flaw(struct cm_span name)
{
    enum cm_dns_flaw worst = CM_DNS_SOUND;

    for (size_t start = 0; start <= name.len;) {
        const uint8_t *from = name.data + start;
        const uint8_t *dot = memchr(from, '.', name.len - start);
        size_t len = dot != NULL ? (size_t)(dot - from) : name.len - start;
        enum cm_dns_flaw flaw = label_flaw((struct cm_span){from, len});

        worst = flaw > worst ? flaw : worst;
        start += len + 1;
    }
    return worst;
}

enum cm_dns_flaw cm_judge_dns_flaw(struct cm_span name)
{
    if (name.len == 0) {
        return CM_DNS_EMPTY;
    }
    if (is_address(name)) {
        return CM_DNS_ADDRESS;
    }
    if (name.len > MAX_NAME) {
        return CM_DNS_TOO_LONG;
    }
    if (name.len > 2 && memcmp(name.data, "*.", 2) == 0) {
        name.data += 2;
        name.len -= 2;
    }
    if (name.len > 1 && name.data[name.len - 1] == '.') {
        return CM_DNS_TRAILING_DOT;
    }
    if (holds(name, ':') || holds(name, '/')) {
        return CM_DNS_URL;
    }
    return labels_flaw(name);
}

const char *cm_judge_dns_flaw_text(enum cm_dns_flaw flaw)
{
    static const char *const texts[] = {
        [CM_DNS_SOUND] = "sound",
        [CM_DNS_UNDERSCORE] = "an underscore",
        [CM_DNS_HYPHEN] = "a hyphen at the end of a label",
        [CM_DNS_WILDCARD] = "a wildcard that is not the whole first label",
        [CM_DNS_TRAILING_DOT] = "a dot at the end",
        [CM_DNS_TOO_LONG] = "too long",
        [CM_DNS_EMPTY_LABEL] = "an empty label",
        [CM_DNS_ADDRESS] = "an IP address",
        [CM_DNS_URL] = "a URL or a port",
        [CM_DNS_CHARACTER] = "a character that no host name has",
        [CM_DNS_EMPTY] = "empty",
    };

    return texts[flaw];
}
