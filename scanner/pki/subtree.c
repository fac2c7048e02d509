/* Is a name in a subtree? The rules of RFC 5280 section 4.2.1.10; where it says
 * too little, what OpenSSL, Go and Chrome agree on: a dNSName with a leading
 * dot means sub-domains only, an empty base means every name of its kind.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/subtree.h"

#include <string.h>
#include <strings.h>

#include "pki/dn.h"

#define MAX_LABEL 63
#define MAX_HOST 253

static bool is_text(struct cm_span span, const char *text)
{
    return span.len == strlen(text) && memcmp(span.data, text, span.len) == 0;
}

static bool same_text(struct cm_span a, struct cm_span b)
{
    return a.len == b.len &&
           (a.len == 0 || strncasecmp((const char *)a.data,
                                      (const char *)b.data, a.len) == 0);
}

static struct cm_span skip(struct cm_span text, size_t octets)
{
    return (struct cm_span){text.data + octets, text.len - octets};
}

static struct cm_span take(struct cm_span text, size_t octets)
{
    return (struct cm_span){text.data, octets};
}

/* Where `c` first is; the length when it is nowhere. */
static size_t find(struct cm_span text, char c)
{
    const uint8_t *at = text.len > 0 ? memchr(text.data, c, text.len) : NULL;

    return at != NULL ? (size_t)(at - text.data) : text.len;
}

static size_t find_last(struct cm_span text, char c)
{
    const uint8_t *at = text.len > 0 ? memrchr(text.data, c, text.len) : NULL;

    return at != NULL ? (size_t)(at - text.data) : text.len;
}

static bool starts_with_dot(struct cm_span text)
{
    return text.len > 0 && text.data[0] == '.';
}

static bool is_host_char(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Labels of letters, digits, "-" and "_" with dots between them: no wildcard,
 * no dot at either end. */
static bool is_host(struct cm_span text)
{
    size_t label = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '.' && label > 0) {
            label = 0;
        } else if (!is_host_char(text.data[i]) || ++label > MAX_LABEL) {
            return false;
        }
    }
    return label > 0 && text.len <= MAX_HOST;
}

/* No top-level domain is a number, so this can only be an address. */
static bool is_ipv4_text(struct cm_span host)
{
    size_t dot = find_last(host, '.');
    struct cm_span last = dot < host.len ? skip(host, dot + 1) : host;

    for (size_t i = 0; i < last.len; i++) {
        if (last.data[i] < '0' || last.data[i] > '9') {
            return false;
        }
    }
    return last.len > 0;
}

static bool is_below(struct cm_span host, struct cm_span domain)
{
    return host.len > domain.len + 1 &&
           host.data[host.len - domain.len - 1] == '.' &&
           same_text(skip(host, host.len - domain.len), domain);
}

/* A base of DNS, URI or e-mail: "", "host" or ".domain". */
static bool is_domain_base(struct cm_span base)
{
    return base.len == 0 ||
           is_host(starts_with_dot(base) ? skip(base, 1) : base);
}

/* `any`: is one name that "*.`parent`" matches in `base`, though not all are?
 * It is when the base is one of them. */
static bool wildcard_meets(struct cm_span parent, struct cm_span base)
{
    size_t dot = find(base, '.');

    return dot > 0 && dot < base.len && same_text(skip(base, dot + 1), parent);
}

static enum cm_inside dns_inside(struct cm_span base, struct cm_span name,
                                 bool any)
{
    bool below_only = starts_with_dot(base);
    struct cm_span domain = below_only ? skip(base, 1) : base;
    size_t first = find(name, '.');
    bool wildcard = find(take(name, first), '*') < first;
    bool inside;

    if (wildcard) { /* also "a*.example", which hardly any client matches */
        name = first < name.len ? skip(name, first + 1) : take(name, 0);
        below_only = false;
    }
    if (!is_host(name)) {
        return CM_INSIDE_BAD_NAME;
    }
    inside = base.len == 0 || is_below(name, domain) ||
             (!below_only && same_text(name, domain)) ||
             (wildcard && any && wildcard_meets(name, base));
    return inside ? CM_INSIDE_YES : CM_INSIDE_NO;
}

/* local@host; a quoted local part has many spellings and is not compared. */
static bool split_mailbox(struct cm_span text, struct cm_span *local,
                          struct cm_span *host)
{
    size_t at = find(text, '@');

    if (at == 0 || at == text.len) {
        return false;
    }
    *local = take(text, at);
    *host = skip(text, at + 1);
    for (size_t i = 0; i < at; i++) {
        uint8_t c = text.data[i];

        if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\') {
            return false;
        }
    }
    return is_host(*host);
}

static bool is_email_base(struct cm_span base)
{
    struct cm_span local;
    struct cm_span host;

    return is_domain_base(base) || split_mailbox(base, &local, &host);
}

/* RFC 5280 section 7.5: the local part is compared exactly. */
static enum cm_inside email_inside(struct cm_span base, struct cm_span name)
{
    struct cm_span local;
    struct cm_span host;
    struct cm_span base_local;
    struct cm_span base_host;
    bool inside;

    if (!split_mailbox(name, &local, &host)) {
        return CM_INSIDE_BAD_NAME;
    }
    if (split_mailbox(base, &base_local, &base_host)) {
        inside = cm_span_equal(local, base_local) && same_text(host, base_host);
    } else if (starts_with_dot(base)) {
        inside = is_below(host, skip(base, 1));
    } else {
        inside = base.len == 0 || same_text(host, base);
    }
    return inside ? CM_INSIDE_YES : CM_INSIDE_NO;
}

/* The host of scheme://user@host:port/path. A URI without a host name cannot
 * be compared and must be refused. */
static bool uri_host(struct cm_span uri, struct cm_span *host)
{
    size_t colon = find(uri, ':');
    size_t end = 0;

    if (colon == 0 || uri.len - colon < 3 ||
        !is_text(take(skip(uri, colon), 3), "://")) {
        return false;
    }
    uri = skip(uri, colon + 3);
    while (end < uri.len && strchr("/?#", uri.data[end]) == NULL) {
        end++;
    }
    uri = take(uri, end);
    end = find_last(uri, '@');
    uri = end < uri.len ? skip(uri, end + 1) : uri;
    *host = take(uri, find(uri, ':'));
    return is_host(*host) && !is_ipv4_text(*host);
}

static enum cm_inside uri_inside(struct cm_span base, struct cm_span name)
{
    struct cm_span host;
    bool inside;

    if (!uri_host(name, &host)) {
        return CM_INSIDE_BAD_NAME;
    }
    inside =
        base.len == 0 || (starts_with_dot(base) ? is_below(host, skip(base, 1))
                                                : same_text(host, base));
    return inside ? CM_INSIDE_YES : CM_INSIDE_NO;
}

/* An address and a mask of ones, then zeros. */
static bool is_ip_base(struct cm_span base)
{
    bool ended = false;

    if (base.len != 8 && base.len != 32) {
        return false;
    }
    for (size_t bit = 4 * base.len; bit < 8 * base.len; bit++) {
        bool one = (base.data[bit / 8] & (0x80U >> bit % 8)) != 0;

        if (one && ended) {
            return false;
        }
        ended = !one;
    }
    return true;
}

/* An address of the other family is outside; ::ffff:192.0.2.1 counts as the
 * IPv6 address that it is written as. */
static enum cm_inside ip_inside(struct cm_span base, struct cm_span name)
{
    if (name.len != 4 && name.len != 16) {
        return CM_INSIDE_BAD_NAME;
    }
    if (base.len != 2 * name.len) {
        return CM_INSIDE_NO;
    }
    for (size_t i = 0; i < name.len; i++) {
        if (((name.data[i] ^ base.data[i]) & base.data[name.len + i]) != 0) {
            return CM_INSIDE_NO;
        }
    }
    return CM_INSIDE_YES;
}

/* Every RDN of the base is the name's. In the comparison form each RDN tells
 * its own length, so that a beginning in octets is one in RDNs. */
static enum cm_inside directory_inside(struct cm_span base, struct cm_span name)
{
    struct cm_buf base_norm;
    struct cm_buf name_norm;
    enum cm_inside inside = CM_INSIDE_BAD_NAME;

    if (!cm_dn_is_sound(name)) {
        return inside;
    }
    cm_buf_init(&base_norm, CM_DN_NORM_MAX(base.len));
    cm_buf_init(&name_norm, CM_DN_NORM_MAX(name.len));
    (void)cm_dn_normalise(base, &base_norm);
    (void)cm_dn_normalise(name, &name_norm);
    if (base_norm.failed || name_norm.failed) {
        inside = CM_INSIDE_NO_MEMORY;
    } else {
        inside =
            base_norm.len <= name_norm.len &&
                    memcmp(base_norm.data, name_norm.data, base_norm.len) == 0
                ? CM_INSIDE_YES
                : CM_INSIDE_NO;
    }
    cm_buf_cleanup(&base_norm);
    cm_buf_cleanup(&name_norm);
    return inside;
}

bool cm_subtree_is_sound(const struct cm_subtree *subtree)
{
    struct cm_span base = subtree->base.value;

    if (subtree->limited) {
        return false;
    }
    switch (subtree->base.choice) {
    case CM_CHOICE_DNS:
        return is_domain_base(base);
    case CM_CHOICE_EMAIL:
        return is_email_base(base);
    case CM_CHOICE_URI:
        return is_domain_base(base) && !is_ipv4_text(base);
    case CM_CHOICE_IP:
        return is_ip_base(base);
    case CM_CHOICE_DIRECTORY:
        return cm_dn_is_sound(base);
    default:
        return true;
    }
}

enum cm_inside cm_subtree_holds(const struct cm_subtree *subtree,
                                const struct cm_general_name *name, bool any)
{
    struct cm_span base = subtree->base.value;

    switch (name->choice) {
    case CM_CHOICE_DNS:
        return dns_inside(base, name->value, any);
    case CM_CHOICE_EMAIL:
        return email_inside(base, name->value);
    case CM_CHOICE_URI:
        return uri_inside(base, name->value);
    case CM_CHOICE_IP:
        return ip_inside(base, name->value);
    case CM_CHOICE_DIRECTORY:
        return directory_inside(base, name->value);
    default:
        return CM_INSIDE_NO;
    }
}
