/* http URLs (RFC 3986, RFC 9110 section 4.2.1) as certificates and redirects
 * write them. What comes out is safe to put on a request line: no control
 * byte, no space, ASCII only.
 *
 * Stricter than a browser where leniency opens doors: no user information, no
 * numbers that only look like names (0x7f.1, 2130706433), no zones, no ports
 * of protocols that would act on a request's bytes. More lenient where real
 * certificates need it: spaces and raw UTF-8 in a path are percent-encoded.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "net/http_parts.h"

#define MAX_LABEL 63
#define MAX_HOST 253

/* Ports where another protocol's server listens, which a request whose bytes
 * come out of a certificate must not reach: the "bad ports" of the WHATWG
 * Fetch standard, and databases, caches and printers that read line by line.
 * In order. */
static const uint16_t bad_ports[] = {
    1,    7,    9,    11,   13,    15,    17,    19,   20,   21,   22,   23,
    25,   37,   42,   43,   53,    69,    77,    79,   87,   95,   101,  102,
    103,  104,  109,  110,  111,   113,   115,   117,  119,  123,  135,  137,
    139,  143,  161,  179,  389,   427,   465,   512,  513,  514,  515,  526,
    530,  531,  532,  540,  548,   554,   556,   563,  587,  601,  636,  989,
    990,  993,  995,  1433, 1521,  1719,  1720,  1723, 2049, 3306, 3659, 4045,
    4190, 5060, 5061, 5432, 6000,  6379,  6566,  6665, 6666, 6667, 6668, 6669,
    6679, 6697, 9100, 9160, 10080, 11211, 27017,
};

static bool is_bad_port(uint16_t port)
{
    for (size_t i = 0; i < sizeof(bad_ports) / sizeof(bad_ports[0]); i++) {
        if (bad_ports[i] == port) {
            return true;
        }
    }
    return false;
}

static enum cm_http_result bad(const char **why, const char *text)
{
    *why = text;
    return CM_HTTP_BAD_URL;
}

/* Without colon; empty means the default (RFC 3986 section 6.2.3). */
static bool read_port(const char *text, size_t len, uint16_t *out)
{
    unsigned long port = 0;

    if (len == 0) {
        *out = 80;
        return true;
    }
    if (len > 5) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (!isdigit((unsigned char)text[i])) {
            return false;
        }
        port = port * 10 + (unsigned long)(text[i] - '0');
    }
    *out = (uint16_t)port;
    return port >= 1 && port <= 65535;
}

/* Lower-cases and checks a name's labels. */
static bool normalise_name(char *host)
{
    size_t label = 0;
    size_t len = strlen(host);

    if (len > 0 && host[len - 1] == '.') {
        host[--len] = '\0';
    }
    if (len == 0 || len > MAX_HOST) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)host[i];

        if (c == '.') {
            if (label == 0) {
                return false;
            }
            label = 0;
            continue;
        }
        if (!isascii(c) || !(isalnum(c) || c == '-' || c == '_') ||
            ++label > MAX_LABEL) {
            return false;
        }
        host[i] = (char)tolower(c);
    }
    return label != 0;
}

/* The last label is a number: other programs would read the whole as an IPv4
 * address, so it must be one in its only sound spelling. */
static bool ends_in_number(const char *host)
{
    const char *dot = strrchr(host, '.');
    const char *last = dot == NULL ? host : dot + 1;

    if (last[0] == '0' && last[1] == 'x') {
        return last[2 + strspn(last + 2, "0123456789abcdef")] == '\0';
    }
    return last[strspn(last, "0123456789")] == '\0';
}

static enum cm_http_result read_host(struct cm_http_url *out, const char *text,
                                     size_t len, const char **why)
{
    bool brackets = len > 0 && text[0] == '[';
    char plain[CM_HOST_SIZE] = "";

    if (len >= sizeof(plain)) {
        return bad(why, "the host name is too long");
    }
    memcpy(plain, text, len);
    plain[len] = '\0';
    if (!brackets && !normalise_name(plain)) {
        return bad(why, "the host name is malformed");
    }
    out->is_ip = brackets || ends_in_number(plain);
    if (!out->is_ip) {
        memcpy(out->host, plain, sizeof(plain));
        return CM_HTTP_OK;
    }
    if (!cm_address_parse(plain, &out->literal)) {
        return bad(why, "the host is neither a name nor an address");
    }
    (void)cm_address_text(&out->literal, out->host);
    return CM_HTTP_OK;
}

/* "host", "host:port", "[v6]:port". */
static enum cm_http_result read_authority(struct cm_http_url *out,
                                          const char *text, size_t len,
                                          const char **why)
{
    const char *bracket = memchr(text, ']', len);
    size_t host_len = bracket == NULL ? 0 : (size_t)(bracket - text) + 1;
    enum cm_http_result result;

    if (memchr(text, '@', len) != NULL) {
        return bad(why, "the URL holds a user name");
    }
    while (host_len < len && text[host_len] != ':') {
        host_len++;
    }
    if (bracket != NULL && text + host_len != bracket + 1) {
        return bad(why, "the host is neither a name nor an address");
    }
    result = read_host(out, text, host_len, why);
    if (result != CM_HTTP_OK) {
        return result;
    }
    if (host_len < len) {
        host_len++; /* the colon */
    }
    if (!read_port(text + host_len, len - host_len, &out->port)) {
        return bad(why, "the port is no number from 1 to 65535");
    }
    if (is_bad_port(out->port)) {
        *why = "the port belongs to a protocol other than HTTP";
        return CM_HTTP_REFUSED_ADDRESS;
    }
    out->literal.port = out->is_ip ? out->port : 0;
    return CM_HTTP_OK;
}

/* May it stand in a path or query as it is? '%' may: it was encoded before. */
static bool is_plain(unsigned char c)
{
    return c > 0x20 && c < 0x7f && strchr("\"<>\\^`{|}", c) == NULL;
}

/* RFC 3986 section 5.2.4, in place: "." and ".." go. */
static void remove_dots(char *path, size_t len)
{
    size_t in = 0;
    size_t out = 0;

    while (in < len) { /* at a slash */
        size_t end = in + 1;
        size_t part;
        bool up;

        while (end < len && path[end] != '/') {
            end++;
        }
        part = end - in;
        up = part == 3 && memcmp(path + in, "/..", 3) == 0;
        if (!up && !(part == 2 && path[in + 1] == '.')) {
            memmove(path + out, path + in, part);
            out += part;
        } else {
            while (up && out > 0 && path[--out] != '/') {
            }
            if (end == len) {
                path[out++] = '/';
            }
        }
        in = end;
    }
    memmove(path + out, path + len, strlen(path + len) + 1);
}

static void read_target(struct cm_http_url *out, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t len = 0;

    if (*text != '/') {
        out->target[len++] = '/';
    }
    /* One byte gives three at the most, see the size of `target`. */
    for (; *text != '\0' && *text != '#'; text++) {
        unsigned char c = (unsigned char)*text;

        if (is_plain(c)) {
            out->target[len++] = (char)c;
        } else {
            out->target[len++] = '%';
            out->target[len++] = hex[c >> 4];
            out->target[len++] = hex[c & 15U];
        }
    }
    out->target[len] = '\0';
    remove_dots(out->target, strcspn(out->target, "?"));
}

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f) {
            return true;
        }
    }
    return false;
}

enum cm_http_result cm_http_url_parse(struct cm_http_url *out, const char *url,
                                      const char **why)
{
    char trimmed[CM_HTTP_MAX_URL + 1] = "";
    enum cm_http_result result;
    const char *rest;
    size_t len;

    memset(out, 0, sizeof(*out));
    *why = "";
    url += strspn(url, " ");
    len = strlen(url);
    while (len > 0 && url[len - 1] == ' ') {
        len--;
    }
    if (len > CM_HTTP_MAX_URL) {
        return bad(why, "the URL is too long");
    }
    memcpy(trimmed, url, len);
    trimmed[len] = '\0';
    if (has_control(trimmed)) {
        return bad(why, "the URL holds control characters");
    }
    if (strncasecmp(trimmed, "http://", 7) != 0) {
        return bad(why, "not an http URL");
    }
    rest = trimmed + 7;
    len = strcspn(rest, "/?#");
    result = read_authority(out, rest, len, why);
    if (result == CM_HTTP_OK) {
        read_target(out, rest + len);
    }
    return result;
}

/* "name:port" or "[v6]:port" */
static const char *server_text(const struct cm_http_url *url,
                               char out[CM_HTTP_SERVER_SIZE])
{
    bool v6 = url->is_ip && url->literal.family == 6;

    (void)snprintf(out, CM_HTTP_SERVER_SIZE, "%s%.255s%s:%u", v6 ? "[" : "",
                   url->host, v6 ? "]" : "", (unsigned)url->port);
    return out;
}

void cm_http_url_text(const struct cm_http_url *url, struct cm_buf *out)
{
    char server[CM_HTTP_SERVER_SIZE];

    (void)cm_buf_printf(out, "http://%s%s", server_text(url, server),
                        url->target);
}

bool cm_http_server(const char *url, char out[CM_HTTP_SERVER_SIZE])
{
    struct cm_http_url parsed;
    const char *why;

    out[0] = '\0';
    if (cm_http_url_parse(&parsed, url, &why) != CM_HTTP_OK) {
        return false;
    }
    (void)server_text(&parsed, out);
    return true;
}

/* "https:..." has one, "a/b:c" has none (RFC 3986 section 4.2). */
static bool has_scheme(const char *text)
{
    size_t len = 0;

    while (isalnum((unsigned char)text[len]) ||
           (text[len] != '\0' && strchr("+-.", text[len]) != NULL)) {
        len++;
    }
    return len > 0 && isalpha((unsigned char)text[0]) && text[len] == ':';
}

/* How much of the base's path and query a relative reference keeps. */
static int kept_of(const char *target, const char *location)
{
    size_t path = strcspn(target, "?");

    if (location[0] == '/') {
        return 0;
    }
    if (location[0] == '?') {
        return (int)path;
    }
    if (location[0] == '#' || location[0] == '\0') {
        return (int)strlen(target);
    }
    while (path > 0 && target[path - 1] != '/') {
        path--;
    }
    return (int)path;
}

enum cm_http_result cm_http_url_follow(struct cm_http_url *out,
                                       const struct cm_http_url *base,
                                       const char *location, const char **why)
{
    char whole[CM_HTTP_SERVER_SIZE + sizeof(base->target) + CM_HTTP_MAX_URL];
    char server[CM_HTTP_SERVER_SIZE];
    enum cm_http_result result;

    location += strspn(location, " ");
    if (has_scheme(location)) {
        if (strncasecmp(location, "http:", 5) != 0) {
            *why = "redirected to a scheme other than http";
            return CM_HTTP_REDIRECTS;
        }
        (void)snprintf(whole, sizeof(whole), "%s", location);
    } else if (strncmp(location, "//", 2) == 0) {
        (void)snprintf(whole, sizeof(whole), "http:%s", location);
    } else {
        (void)snprintf(whole, sizeof(whole), "http://%s%.*s%s",
                       server_text(base, server),
                       kept_of(base->target, location), base->target, location);
    }
    result = cm_http_url_parse(out, whole, why);
    if (result == CM_HTTP_BAD_URL) {
        *why = "redirected to something that is no http URL";
        return CM_HTTP_REDIRECTS;
    }
    return result;
}
