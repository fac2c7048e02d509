/* One endpoint from the texts of a row: what host, port and protocol say
 * together, and what holds where they are silent.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "input/parts.h"

#define PORT_MAX 65535U
#define PORT_DIGITS_MAX 10
#define HTTP_PORT 80
#define HTTPS_PORT 443

/* What a row says about one endpoint, by word. */
struct said {
    const struct cm_protocol *scheme; /* of the URL, or NULL */
    uint16_t port;                    /* 0: not a word */
};

static struct cm_span given(const char *text)
{
    return cm_span_trim(cm_span_of(text != NULL ? text : ""));
}

static bool read_port(struct cm_span text, uint16_t *out, enum cm_part part,
                      struct cm_mistake *mistake)
{
    uint64_t value = 0;
    bool good = text.len <= PORT_DIGITS_MAX;

    for (size_t i = 0; good && i < text.len; i++) {
        good = text.data[i] >= (uint8_t)'0' && text.data[i] <= (uint8_t)'9';
        value = value * 10 + (uint64_t)(text.data[i] - (uint8_t)'0');
    }
    if (!good || value == 0 || value > PORT_MAX) {
        char quoted[CM_QUOTE_SIZE];

        return cm_mistake_refuse(mistake, part,
                                 "port %s is not a number from 1 to 65535",
                                 cm_mistake_quote(text, quoted));
    }
    *out = (uint16_t)value;
    return true;
}

static bool decide_port(struct said *said, const struct cm_pieces *pieces,
                        struct cm_span column, struct cm_mistake *mistake)
{
    uint16_t from_column = 0;

    if (pieces->port.len > 0 &&
        !read_port(pieces->port, &said->port, CM_PART_HOST, mistake)) {
        return false;
    }
    if (column.len > 0 &&
        !read_port(column, &from_column, CM_PART_PORT, mistake)) {
        return false;
    }
    if (said->port != 0 && from_column != 0 && said->port != from_column) {
        return cm_mistake_refuse(mistake, CM_PART_PORT,
                                 "the host says port %u, the port column says "
                                 "%u; write it once",
                                 said->port, from_column);
    }
    if (from_column != 0) {
        said->port = from_column;
    }
    return true;
}

static bool find_word(const struct cm_protocol **out, struct cm_span word,
                      enum cm_part part, struct cm_mistake *mistake)
{

    *out = cm_protocol_find(word);
    if (*out == NULL) {
        char names[CM_PROTOCOL_NAMES_SIZE];

        char quoted[CM_QUOTE_SIZE];

        (void)cm_mistake_refuse(
            mistake, part, "%s %s is not known; known are: %s",
            part == CM_PART_HOST ? "scheme" : "protocol",
            cm_mistake_quote(word, quoted), cm_protocol_names(names));
    }
    return *out != NULL;
}

/* NULL: the words contradict each other, or one is unknown. */
static const struct cm_protocol *
decide_protocol(struct said *said, const struct cm_pieces *pieces,
                struct cm_span column, const struct cm_input_options *options,
                struct cm_mistake *mistake)
{
    const struct cm_protocol *protocol = NULL;
    struct cm_span word = given(options->protocol);

    if (pieces->scheme.len > 0 &&
        !find_word(&said->scheme, pieces->scheme, CM_PART_HOST, mistake)) {
        return NULL;
    }
    if (column.len > 0 &&
        !find_word(&protocol, column, CM_PART_PROTOCOL, mistake)) {
        return NULL;
    }
    if (said->scheme != NULL && protocol != NULL &&
        strcmp(said->scheme->name, protocol->name) != 0) {
        char quoted[2][CM_QUOTE_SIZE];

        (void)cm_mistake_refuse(
            mistake, CM_PART_PROTOCOL,
            "the host says %s, the protocol column says %s; write it once",
            cm_mistake_quote(pieces->scheme, quoted[0]),
            cm_mistake_quote(column, quoted[1]));
        return NULL;
    }
    if (said->scheme != NULL) {
        return said->scheme;
    }
    if (protocol == NULL) {
        (void)find_word(&protocol, word.len > 0 ? word : cm_span_of("tls"),
                        CM_PART_PROTOCOL, mistake);
    }
    return protocol;
}

/* The row's own word, the URL's meaning, the command line, the protocol's. */
static uint16_t pick_port(const struct said *said,
                          const struct cm_protocol *protocol,
                          const struct cm_input_options *options)
{
    if (said->port != 0) {
        return said->port;
    }
    if (said->scheme != NULL && said->scheme->port != 0) {
        return said->scheme->port;
    }
    if (options->port != 0) {
        return options->port;
    }
    return protocol->port != 0 ? protocol->port : HTTPS_PORT;
}

/* For a request line: visible ASCII as it stands, all else percent-encoded
 * (RFC 3986 section 2.1). One that does not fit is left out. */
static void read_path(struct cm_endpoint *out, struct cm_span path)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t len = 0;

    for (size_t i = 0; i < path.len; i++) {
        uint8_t c = path.data[i];
        bool plain = c > 0x20 && c < 0x7f && strchr("\"<>\\^`{|}", c) == NULL;

        if (len + (plain ? 1 : 3) >= sizeof(out->http_path)) {
            len = 0;
            break;
        }
        if (plain) {
            out->http_path[len++] = (char)c;
        } else {
            out->http_path[len++] = '%';
            out->http_path[len++] = hex[c >> 4];
            out->http_path[len++] = hex[c & 15];
        }
    }
    out->http_path[len] = '\0';
}

static void settle(struct cm_endpoint *out, const struct cm_protocol *protocol,
                   uint16_t port)
{
    out->port = port;
    if (out->is_ip) {
        out->literal.port = port;
    }
    memcpy(out->protocol, protocol->name, strlen(protocol->name) + 1);
    out->scheme_not_tls =
        protocol->plain ||
        (port == HTTP_PORT && strcmp(protocol->name, "tls") == 0);
}

static bool read_host(struct cm_endpoint *out, const struct cm_pieces *pieces,
                      struct cm_mistake *mistake)
{
    bool is_ip;

    if (pieces->host.len == 0) {
        return cm_mistake_refuse(mistake, CM_PART_HOST,
                                 "the host is empty; write a name, name:port, "
                                 "a URL or an address");
    }
    if (!cm_target_literal(pieces, out, &is_ip, mistake)) {
        return false;
    }
    return is_ip || cm_target_name(pieces->host, CM_PART_HOST, out->host,
                                   &out->had_trailing_dot, mistake);
}

/* RFC 6066 section 3: only names are sent, never an address. */
static bool read_sni(struct cm_endpoint *out, struct cm_span sni,
                     struct cm_mistake *mistake)
{
    bool unused;

    if (sni.len == 0) {
        if (!out->is_ip) {
            memcpy(out->sni, out->host, sizeof(out->sni));
        }
        return true;
    }
    if (sni.len == 1 && sni.data[0] == (uint8_t)'-') {
        return true;
    }
    return cm_target_name(sni, CM_PART_SNI, out->sni, &unused, mistake);
}

bool cm_target_examine(const struct cm_target_text *text,
                       const struct cm_input_options *options,
                       struct cm_endpoint *out, struct cm_mistake *mistake)
{
    const struct cm_input_options none = {.header = -1};
    const struct cm_protocol *protocol;
    struct cm_pieces pieces;
    struct said said = {NULL, 0};
    struct cm_span sni = given(text->sni);

    memset(out, 0, sizeof(*out));
    memset(mistake, 0, sizeof(*mistake));
    if (options == NULL) {
        options = &none;
    }
    if (!cm_target_split(&pieces, given(text->host), mistake) ||
        !read_host(out, &pieces, mistake)) {
        return false;
    }
    protocol = decide_protocol(&said, &pieces, given(text->protocol), options,
                               mistake);
    if (protocol == NULL ||
        !decide_port(&said, &pieces, given(text->port), mistake) ||
        !read_sni(out, sni.len > 0 ? sni : given(options->sni), mistake)) {
        return false;
    }
    settle(out, protocol, pick_port(&said, protocol, options));
    read_path(out, pieces.path);
    return true;
}

bool cm_target_parse(const struct cm_target_text *text,
                     const struct cm_input_options *options,
                     struct cm_endpoint *out, enum cm_cause *cause,
                     char reason[256])
{
    struct cm_mistake mistake;
    bool good = cm_target_examine(text, options, out, &mistake);

    if (!good) {
        *cause = mistake.cause;
        memcpy(reason, mistake.reason, CM_REASON_SIZE);
    }
    return good;
}
