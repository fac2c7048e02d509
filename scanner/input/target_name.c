/* Is it a name or an address, and how is it written canonically? International
 * names go through libidn2 (IDNA2008, UTS 46 non-transitional); plain ASCII
 * names must not, since it refuses some real ones ("r3---sn-x.gvt1.com").
 * SPDX-License-Identifier: Apache-2.0 */
#include <idn2.h>
#include <string.h>

#include "input/parts.h"

#define NAME_MAX_LEN 253 /* RFC 1035 section 2.3.4, as text */
#define LABEL_MAX_LEN 63
#define IDN_INPUT_MAX 1012 /* 253 characters of four bytes */

static const char *const part_names[CM_PART_COUNT] = {
    [CM_PART_HOST] = "host",
    [CM_PART_PORT] = "port",
    [CM_PART_PROTOCOL] = "protocol",
    [CM_PART_SNI] = "sni",
};

static bool is_digit(uint8_t c)
{
    return c >= (uint8_t)'0' && c <= (uint8_t)'9';
}

static bool is_hex(uint8_t c)
{
    return is_digit(c) || (c >= (uint8_t)'a' && c <= (uint8_t)'f') ||
           (c >= (uint8_t)'A' && c <= (uint8_t)'F');
}

static bool is_name_byte(uint8_t c)
{
    return is_digit(c) || (c >= (uint8_t)'a' && c <= (uint8_t)'z') ||
           (c >= (uint8_t)'A' && c <= (uint8_t)'Z') || c == (uint8_t)'-' ||
           c == (uint8_t)'_' || c == (uint8_t)'.';
}

static bool refuse_byte(struct cm_span name, uint8_t c, enum cm_part part,
                        struct cm_mistake *mistake)
{
    char quoted[CM_QUOTE_SIZE];
    const char *what = part_names[part];

    (void)cm_mistake_quote(name, quoted);
    if (c == (uint8_t)'*') {
        return cm_mistake_refuse(mistake, part,
                                 "%s %s is a wildcard, which is no server; "
                                 "write the names of the servers behind it",
                                 what, quoted);
    }
    if (c == (uint8_t)' ') {
        return cm_mistake_refuse(mistake, part,
                                 "%s %s holds a space; write one name in each "
                                 "row",
                                 what, quoted);
    }
    if (c < 0x20 || c == 0x7f) {
        return cm_mistake_refuse(mistake, part,
                                 "%s %s holds the control character 0x%02x; "
                                 "remove it",
                                 what, quoted, c);
    }
    return cm_mistake_refuse(mistake, part,
                             "%s %s holds \"%c\"; a name has only letters, "
                             "digits, \"-\", \"_\" and dots",
                             what, quoted, c);
}

/* Bytes from 0x80 on are libidn2's to judge. */
static bool check_bytes(struct cm_span name, struct cm_span shown,
                        enum cm_part part, struct cm_mistake *mistake)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.data[i] < 0x80 && !is_name_byte(name.data[i])) {
            return refuse_byte(shown, name.data[i], part, mistake);
        }
    }
    return true;
}

static bool check_meaning(struct cm_span name, struct cm_span shown,
                          enum cm_part part, struct cm_mistake *mistake)
{
    char quoted[CM_QUOTE_SIZE];

    for (size_t i = 0; i < name.len; i++) {
        if (strchr("-_.", name.data[i]) == NULL) {
            return true;
        }
    }
    return cm_mistake_refuse(
        mistake, part,
        "%s %s has no letter or digit; write a name or an address",
        part_names[part], cm_mistake_quote(shown, quoted));
}

static bool check_labels(struct cm_span name, struct cm_span shown,
                         enum cm_part part, struct cm_mistake *mistake)
{
    size_t start = 0;
    char quoted[CM_QUOTE_SIZE];

    for (size_t i = 0; i <= name.len; i++) {
        if (i < name.len && name.data[i] != (uint8_t)'.') {
            continue;
        }
        if (i == start) {
            return cm_mistake_refuse(mistake, part,
                                     "%s %s has a dot too many; nothing stands "
                                     "between two dots or before the first",
                                     part_names[part],
                                     cm_mistake_quote(shown, quoted));
        }
        if (i - start > LABEL_MAX_LEN) {
            return cm_mistake_refuse(
                mistake, part,
                "%s %s has a part of %zu bytes between dots; a name has at "
                "most 63",
                part_names[part], cm_mistake_quote(shown, quoted), i - start);
        }
        start = i + 1;
    }
    return true;
}

/* What some resolvers read as an IPv4 address (inet_aton), so that another
 * host than the one meant would be scanned: the last label is a number. */
static bool ends_in_number(struct cm_span name)
{
    size_t start = name.len;
    bool digits = true;
    bool hex = true;

    while (start > 0 && name.data[start - 1] != (uint8_t)'.') {
        start--;
    }
    for (size_t i = start; i < name.len; i++) {
        bool is_prefix = i == start + 1 && name.data[start] == (uint8_t)'0' &&
                         (name.data[i] | 0x20U) == (uint8_t)'x';

        digits &= is_digit(name.data[i]);
        hex &= is_prefix || is_hex(name.data[i]);
    }
    if (name.len - start < 2 ||
        (name.data[start + 1] | 0x20U) != (uint8_t)'x') {
        hex = false;
    }
    return digits || hex;
}

static bool check_name(struct cm_span name, struct cm_span shown,
                       enum cm_part part, struct cm_mistake *mistake)
{
    char quoted[CM_QUOTE_SIZE];

    if (!check_bytes(name, shown, part, mistake) ||
        !check_meaning(name, shown, part, mistake)) {
        return false;
    }
    if (name.len > NAME_MAX_LEN) {
        return cm_mistake_refuse(
            mistake, part, "%s %s has %zu bytes; a name has at most 253",
            part_names[part], cm_mistake_quote(shown, quoted), name.len);
    }
    if (!check_labels(name, shown, part, mistake)) {
        return false;
    }
    if (ends_in_number(name)) {
        return cm_mistake_refuse(
            mistake, part,
            part == CM_PART_HOST
                ? "%s %s looks like an IPv4 address and is none; write four "
                  "numbers from 0 to 255 without leading zeros"
                : "%s %s is an address or a number; only a name can be sent",
            part_names[part], cm_mistake_quote(shown, quoted));
    }
    return true;
}

static bool is_ascii(struct cm_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

static bool refuse_idn(struct cm_span text, enum cm_part part, const char *why,
                       struct cm_mistake *mistake)
{
    char quoted[CM_QUOTE_SIZE];

    (void)cm_mistake_refuse(
        mistake, part, "%s %s is no valid international name (%s)",
        part_names[part], cm_mistake_quote(text, quoted), why);
    mistake->cause = CM_CAUSE_INPUT_IDN_INVALID;
    return false;
}

/* International to ASCII, in `ascii`. IDN2_USE_STD3_ASCII_RULES would drop the
 * characters that it does not like and so name another host: check_name does
 * what it is for. */
static bool to_ascii(struct cm_span text, enum cm_part part,
                     char ascii[CM_HOST_SIZE + 1], struct cm_mistake *mistake)
{
    char utf8[IDN_INPUT_MAX + 1];
    char *found = NULL;
    bool fits;
    int rc;

    if (text.len > IDN_INPUT_MAX) {
        return refuse_idn(text, part, "it is too long", mistake);
    }
    memcpy(utf8, text.data, text.len);
    utf8[text.len] = '\0';
    rc = idn2_to_ascii_8z(utf8, &found, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
    if (rc != IDN2_OK) {
        return refuse_idn(text, part, idn2_strerror(rc), mistake);
    }
    fits = strlen(found) <= CM_HOST_SIZE;
    if (fits) {
        memcpy(ascii, found, strlen(found) + 1);
    }
    idn2_free(found);
    return fits || refuse_idn(text, part, "it is too long", mistake);
}

bool cm_target_name(struct cm_span text, enum cm_part part,
                    char out[CM_HOST_SIZE], bool *had_trailing_dot,
                    struct cm_mistake *mistake)
{
    char ascii[CM_HOST_SIZE + 1] = "";
    bool international = !is_ascii(text);
    struct cm_span name;

    if (!check_bytes(text, text, part, mistake) ||
        (international && !to_ascii(text, part, ascii, mistake))) {
        return false;
    }
    name = international ? cm_span_of(ascii) : text;
    *had_trailing_dot = name.len > 1 && name.data[name.len - 1] == (uint8_t)'.';
    name.len -= *had_trailing_dot;
    if (!check_name(name, text, part, mistake)) {
        if (international) {
            mistake->cause = CM_CAUSE_INPUT_IDN_INVALID;
        }
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.data[i];

        out[i] = (char)(c >= (uint8_t)'A' && c <= (uint8_t)'Z' ? c | 0x20U : c);
    }
    out[name.len] = '\0';
    return true;
}

/* Four decimal numbers without leading zeros: what inet_aton would read in
 * octal ("010.1.1.1") is left to be refused. */
static bool is_dotted_quad(struct cm_span text)
{
    size_t dots = 0;

    for (size_t i = 0; i < text.len; i++) {
        bool starts = i == 0 || text.data[i - 1] == (uint8_t)'.';

        if (text.data[i] == (uint8_t)'.') {
            dots++;
        } else if (!is_digit(text.data[i]) ||
                   (starts && text.data[i] == (uint8_t)'0' &&
                    i + 1 < text.len && is_digit(text.data[i + 1]))) {
            return false;
        }
    }
    return dots == 3;
}

static void take_literal(struct cm_endpoint *out, struct cm_address address)
{
    char text[CM_ADDRESS_TEXT_SIZE];

    address.port = 0; /* so that no brackets are written */
    out->is_ip = true;
    out->literal = address;
    (void)cm_address_text(&address, text);
    memcpy(out->host, text, strlen(text) + 1);
}

bool cm_target_literal(const struct cm_pieces *pieces, struct cm_endpoint *out,
                       bool *found, struct cm_mistake *mistake)
{
    struct cm_span host = pieces->host;
    struct cm_address address = {0};
    char text[CM_ADDRESS_TEXT_SIZE];
    char quoted[CM_QUOTE_SIZE];

    *found = false;
    if (!pieces->is_ipv6 && !is_dotted_quad(host)) {
        return true;
    }
    if (host.len > 0 && memchr(host.data, '%', host.len) != NULL) {
        return cm_mistake_refuse(mistake, CM_PART_HOST,
                                 "%s names a network interface of one machine; "
                                 "write the address without \"%%\" and what "
                                 "follows",
                                 cm_mistake_quote(host, quoted));
    }
    if (host.len < sizeof(text) && host.len > 0 &&
        memchr(host.data, 0, host.len) == NULL &&
        host.data[0] != (uint8_t)'[') {
        memcpy(text, host.data, host.len);
        text[host.len] = '\0';
        *found = cm_address_parse(text, &address) &&
                 address.family == (pieces->is_ipv6 ? 6 : 4);
    }
    if (*found) {
        take_literal(out, address);
        return true;
    }
    if (pieces->is_ipv6) {
        return cm_mistake_refuse(mistake, CM_PART_HOST,
                                 "%s is not an IPv6 address; write an address, "
                                 "[address]:port or name:port",
                                 cm_mistake_quote(host, quoted));
    }
    return true; /* cm_target_name says what is wrong with it */
}
