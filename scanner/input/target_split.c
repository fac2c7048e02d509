/* The host text of a row to its pieces: URL, name:port, [IPv6]:port (RFC 3986
 * section 3.2). What the pieces are worth is judged elsewhere.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "input/parts.h"

struct cm_span cm_span_of(const char *text)
{
    struct cm_span span = {(const uint8_t *)text, strlen(text)};

    return span;
}

static struct cm_span first(struct cm_span text, size_t len)
{
    text.len = len;
    return text;
}

static struct cm_span after(struct cm_span text, size_t skip)
{
    struct cm_span rest = {text.data + skip, text.len - skip};

    return rest;
}

/* Index of the first byte that is one of `set`, or the length. */
static size_t find_any(struct cm_span text, const char *set)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != '\0' && strchr(set, text.data[i]) != NULL) {
            return i;
        }
    }
    return text.len;
}

static size_t count_byte(struct cm_span text, char byte)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++) {
        count += text.data[i] == (uint8_t)byte;
    }
    return count;
}

/* White space that people paste without seeing it. */
static const char *const blanks[] = {
    " ",  "\t",       "\r",           "\n",           "\v",
    "\f", "\xc2\xa0", "\xe2\x80\x8b", "\xef\xbb\xbf",
};
#define NUM_BLANKS (sizeof(blanks) / sizeof(blanks[0]))

static size_t blank_at(struct cm_span text, bool at_end)
{
    for (size_t i = 0; i < NUM_BLANKS; i++) {
        size_t len = strlen(blanks[i]);

        if (len <= text.len && memcmp(text.data + (at_end ? text.len - len : 0),
                                      blanks[i], len) == 0) {
            return len;
        }
    }
    return 0;
}

struct cm_span cm_span_trim(struct cm_span text)
{
    size_t len;

    while ((len = blank_at(text, false)) > 0) {
        text = after(text, len);
    }
    while ((len = blank_at(text, true)) > 0) {
        text.len -= len;
    }
    return text;
}

/* "scheme://": takes it off `*text`. */
static struct cm_span take_scheme(struct cm_span *text)
{
    struct cm_span scheme = {NULL, 0};
    size_t colon = find_any(*text, ":/?#[@");

    if (colon > 0 && text->len - colon >= 3 &&
        memcmp(text->data + colon, "://", 3) == 0) {
        scheme = first(*text, colon);
        *text = after(*text, colon + 3);
    }
    return scheme;
}

/* "24" behind "10.0.0.0", "32" behind "2001:db8::": a prefix length. */
static bool is_network(struct cm_span host, struct cm_span path)
{
    bool is_address = count_byte(host, ':') > 1 || host.len > 0;

    for (size_t i = 0; i < host.len && count_byte(host, ':') < 2; i++) {
        uint8_t c = host.data[i];

        is_address &=
            c == (uint8_t)'.' || (c >= (uint8_t)'0' && c <= (uint8_t)'9');
    }
    for (size_t i = 0; i < path.len; i++) {
        is_address &=
            path.data[i] >= (uint8_t)'0' && path.data[i] <= (uint8_t)'9';
    }
    return is_address;
}

/* Without a scheme only what is surely a host and a path is cut: "n/a" is no
 * host, and of "10.0.0.0/24" not the first address was meant. */
static bool cut_path(struct cm_pieces *out, struct cm_span *text,
                     struct cm_span whole, struct cm_mistake *mistake)
{
    bool has_scheme = out->scheme.len > 0;
    size_t end = find_any(*text, "/?#");
    struct cm_span host = first(*text, end);

    if (end + 1 < text->len && !has_scheme) {
        char quoted[CM_QUOTE_SIZE];

        if (is_network(host, after(*text, end + 1))) {
            return cm_mistake_refuse(
                mistake, CM_PART_HOST,
                "%s looks like a network; write a row for each address",
                cm_mistake_quote(whole, quoted));
        }
        if (find_any(host, ".:[") == host.len) {
            return cm_mistake_refuse(
                mistake, CM_PART_HOST,
                "%s is not a host; write a name, name:port, a URL or an "
                "address",
                cm_mistake_quote(whole, quoted));
        }
    }
    out->path = after(*text, end);
    out->path.len = find_any(out->path, "?#");
    *text = host;
    return true;
}

static bool cut_user(struct cm_span *text, struct cm_span whole,
                     bool has_scheme, struct cm_mistake *mistake)
{
    const uint8_t *at =
        text->len == 0 ? NULL : memrchr(text->data, '@', text->len);

    if (at == NULL) {
        return true;
    }
    if (!has_scheme) {
        char quoted[CM_QUOTE_SIZE];

        return cm_mistake_refuse(mistake, CM_PART_HOST,
                                 "%s looks like an e-mail address; write only "
                                 "the host name",
                                 cm_mistake_quote(whole, quoted));
    }
    *text = after(*text, (size_t)(at - text->data) + 1);
    return true;
}

/* "]" and what follows it; `*rest` is what stands behind the bracket. */
static bool split_brackets(struct cm_pieces *out, struct cm_span text,
                           struct cm_span *rest, struct cm_mistake *mistake)
{
    size_t end = find_any(text, "]");

    if (end == text.len ||
        (end + 1 < text.len && text.data[end + 1] != (uint8_t)':')) {
        char quoted[CM_QUOTE_SIZE];

        return cm_mistake_refuse(mistake, CM_PART_HOST,
                                 "%s is not [address]:port; write for instance "
                                 "[2001:db8::1]:443",
                                 cm_mistake_quote(text, quoted));
    }
    out->is_ipv6 = true;
    out->host = after(first(text, end), 1);
    *rest = after(text, end + 1);
    return true;
}

static bool split_port(struct cm_pieces *out, struct cm_span text,
                       struct cm_mistake *mistake)
{
    struct cm_span rest = {NULL, 0}; /* ":port" or nothing */

    if (text.len > 0 && text.data[0] == (uint8_t)'[') {
        if (!split_brackets(out, text, &rest, mistake)) {
            return false;
        }
    } else if (count_byte(text, ':') > 1) {
        out->is_ipv6 = true;
        out->host = text;
    } else {
        size_t colon = find_any(text, ":");

        out->host = first(text, colon);
        rest = after(text, colon);
    }
    if (rest.len == 1 && out->scheme.len == 0) {
        char quoted[CM_QUOTE_SIZE];

        return cm_mistake_refuse(mistake, CM_PART_HOST,
                                 "%s ends in a colon; write the port after it, "
                                 "or leave the colon out",
                                 cm_mistake_quote(text, quoted));
    }
    if (rest.len > 1) {
        out->port = after(rest, 1);
    }
    return true;
}

bool cm_target_split(struct cm_pieces *out, struct cm_span text,
                     struct cm_mistake *mistake)
{
    struct cm_span rest = cm_span_trim(text);
    struct cm_span whole = rest;
    bool has_scheme;

    memset(out, 0, sizeof(*out));
    out->scheme = take_scheme(&rest);
    has_scheme = out->scheme.len > 0;
    return cut_path(out, &rest, whole, mistake) &&
           cut_user(&rest, whole, has_scheme, mistake) &&
           split_port(out, rest, mistake);
}
