/* Is this certificate for this host (RFC 9525 section 6)? And if not, which of
 * its names came nearest, and why it does not count.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "pki/pki.h"

#define MIN_WILDCARD_BASE                                                      \
    2                /* labels after "*.": not below a top-level domain */
#define MIN_COMMON 2 /* labels in common from which names are near */
/* How near a name comes, for choosing one. */
#define SCORE_WILDCARD 100000U
#define SCORE_PER_LABEL 8U
#define SCORE_VARIANT 4U /* www.NAME, or NAME without its www. */
#define SCORE_SIBLING 2U /* a wildcard beside it */
#define SCORE_UNQUALIFIED 1U

static struct cm_span span_of(const char *text)
{
    return (struct cm_span){(const uint8_t *)text, strlen(text)};
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

/* Takes the label at the front, and the dot after it. */
static struct cm_span take_first(struct cm_span *name)
{
    const uint8_t *dot =
        name->len > 0 ? memchr(name->data, '.', name->len) : NULL;
    size_t length = dot != NULL ? (size_t)(dot - name->data) : name->len;
    struct cm_span label = {name->data, length};

    *name = skip(*name, dot != NULL ? length + 1 : length);
    return label;
}

static struct cm_span take_last(struct cm_span *name)
{
    const uint8_t *dot =
        name->len > 0 ? memrchr(name->data, '.', name->len) : NULL;
    size_t start = dot != NULL ? (size_t)(dot - name->data) + 1 : 0;
    struct cm_span label = skip(*name, start);

    name->len = dot != NULL ? start - 1 : 0;
    return label;
}

static size_t count_labels(struct cm_span name)
{
    size_t count = 0;

    for (; name.len > 0; count++) {
        (void)take_last(&name);
    }
    return count;
}

static size_t common_labels(struct cm_span a, struct cm_span b)
{
    size_t count = 0;

    while (a.len > 0 && b.len > 0 && same_text(take_last(&a), take_last(&b))) {
        count++;
    }
    return count;
}

/* "*" in a label stands for any part of it, as in RFC 2818; only for saying
 * that it does not count any more. */
static bool glob_label(struct cm_span pattern, struct cm_span label)
{
    size_t p = 0;
    size_t at = 0;
    size_t star = SIZE_MAX;
    size_t retry = 0;

    while (at < label.len) {
        struct cm_span one = {label.data + at, 1};

        if (p < pattern.len && pattern.data[p] == '*') {
            star = p++;
            retry = at;
        } else if (p < pattern.len &&
                   same_text((struct cm_span){pattern.data + p, 1}, one)) {
            p++;
            at++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            at = ++retry;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.data[p] == '*') {
        p++;
    }
    return p == pattern.len;
}

static bool glob_name(struct cm_span pattern, struct cm_span host)
{
    while (pattern.len > 0 && host.len > 0) {
        if (!glob_label(take_first(&pattern), take_first(&host))) {
            return false;
        }
    }
    return pattern.len == 0 && host.len == 0;
}

enum relation { REL_NONE, REL_MATCH, REL_SHORT };

/* "*.base": one whole label, in front of two labels or more. */
static enum relation relate_wildcard(struct cm_span base, struct cm_span host)
{
    size_t front;
    struct cm_span tail;

    if (same_text(base, host)) {
        return REL_SHORT;
    }
    if (base.len == 0 || host.len < base.len + 2) {
        return REL_NONE;
    }
    front = host.len - base.len - 1;
    tail = skip(host, front);
    if (tail.data[0] != '.' || !same_text(skip(tail, 1), base)) {
        return REL_NONE;
    }
    if (memchr(host.data, '.', front) != NULL ||
        count_labels(base) < MIN_WILDCARD_BASE) {
        return REL_SHORT;
    }
    return REL_MATCH;
}

static enum relation relate(struct cm_span pattern, struct cm_span host)
{
    if (pattern.len == 0) {
        return REL_NONE;
    }
    if (memchr(pattern.data, '*', pattern.len) == NULL) {
        return same_text(pattern, host) ? REL_MATCH : REL_NONE;
    }
    if (pattern.len == 1) { /* "*" alone */
        return REL_SHORT;
    }
    if (pattern.data[0] == '*' && pattern.data[1] == '.') {
        struct cm_span base = skip(pattern, 2);

        if (base.len == 0 || memchr(base.data, '*', base.len) == NULL) {
            return relate_wildcard(base, host);
        }
    }
    return glob_name(pattern, host) ? REL_SHORT : REL_NONE;
}

static bool is_www_of(struct cm_span longer, struct cm_span shorter)
{
    return same_text(take_first(&longer), span_of("www")) &&
           same_text(longer, shorter);
}

static unsigned score(struct cm_span name, struct cm_span host,
                      enum relation relation)
{
    struct cm_span name_rest = name;
    struct cm_span host_rest = host;
    size_t common = common_labels(name, host);
    unsigned total = 0;

    if (relation == REL_SHORT) {
        total += SCORE_WILDCARD;
    }
    if (common < MIN_COMMON) {
        /* "intranet" and "intranet.example.com" */
        if (same_text(take_first(&name_rest), take_first(&host_rest)) &&
            (name_rest.len == 0 || host_rest.len == 0)) {
            total += SCORE_UNQUALIFIED;
        }
        return total;
    }
    total += (unsigned)common * SCORE_PER_LABEL;
    if (is_www_of(name, host) || is_www_of(host, name)) {
        total += SCORE_VARIANT;
    } else if (name.data[0] == '*') {
        total += SCORE_SIBLING;
    }
    return total;
}

struct search {
    struct cm_span host;
    struct cm_name_result result;
    unsigned best;
};

/* Weighs one name; true when it settles the question. */
static bool consider(struct search *search, struct cm_span name,
                     enum cm_name_match when_equal)
{
    enum relation relation = relate(name, search->host);
    unsigned weight;

    if (relation == REL_MATCH) {
        search->result = (struct cm_name_result){when_equal, name};
        return true;
    }
    weight = score(name, search->host, relation);
    if (weight > search->best) {
        search->best = weight;
        search->result.nearest = name;
        search->result.match =
            relation == REL_SHORT ? CM_NAME_WILDCARD_SHORT : CM_NAME_DIFFERS;
    }
    return false;
}

static struct cm_name_result match_dns(const struct cm_cert *cert,
                                       const struct cm_endpoint *ep)
{
    struct search search = {.host = span_of(ep->host),
                            .result = {.match = CM_NAME_DIFFERS}};
    bool has_dns = false;

    for (size_t i = 0; i < cert->num_names; i++) {
        const struct cm_cert_name *name = &cert->names[i];

        if (name->kind != CM_NAME_DNS) {
            continue;
        }
        has_dns = true;
        if (!name->malformed &&
            consider(&search, name->value, CM_NAME_MATCHES)) {
            return search.result;
        }
    }
    if (!has_dns && cert->subject_cn != NULL && cert->subject_cn[0] != '\0' &&
        consider(&search, span_of(cert->subject_cn), CM_NAME_ONLY_IN_CN)) {
        return search.result;
    }
    if (!has_dns) { /* a wildcard in the CN counts for nothing anyway */
        search.result.match = CM_NAME_DIFFERS;
    }
    return search.result;
}

static bool same_address(const struct cm_address *a, struct cm_span octets)
{
    size_t length = a->family == 4 ? 4 : 16;

    return octets.len == length && memcmp(a->bytes, octets.data, length) == 0;
}

static bool text_is_address(const char *text, const struct cm_address *address)
{
    struct cm_address read;

    return text != NULL && cm_address_parse(text, &read) &&
           read.family == address->family &&
           memcmp(read.bytes, address->bytes, sizeof(read.bytes)) == 0;
}

/* RFC 9525 section 6.5: an address matches an iPAddress only. The common
 * mistakes are to put it into a dNSName or the CN. */
static struct cm_name_result match_ip(const struct cm_cert *cert,
                                      const struct cm_endpoint *ep)
{
    struct cm_name_result result = {.match = CM_NAME_IP_MISSING};
    bool has_names = false;

    for (size_t i = 0; i < cert->num_names; i++) {
        const struct cm_cert_name *name = &cert->names[i];

        has_names |= name->kind == CM_NAME_DNS || name->kind == CM_NAME_IP;
        if (name->kind == CM_NAME_IP &&
            same_address(&ep->literal, name->value)) {
            return (struct cm_name_result){.match = CM_NAME_MATCHES};
        }
        if (name->kind == CM_NAME_DNS &&
            same_text(name->value, span_of(ep->host))) {
            result.nearest = name->value;
        }
    }
    if (!has_names && text_is_address(cert->subject_cn, &ep->literal)) {
        result.match = CM_NAME_ONLY_IN_CN;
        result.nearest = span_of(cert->subject_cn);
    }
    return result;
}

struct cm_name_result cm_name_match(const struct cm_cert *cert,
                                    const struct cm_endpoint *ep)
{
    return ep->is_ip ? match_ip(cert, ep) : match_dns(cert, ep);
}
