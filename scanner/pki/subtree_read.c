/* NameConstraints taken apart, and its parts as text for people.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/subtree.h"

#include <inttypes.h>
#include <string.h>

#include "certmuster/endpoint.h"
#include "pki/dn.h"
#include "pki/pki.h"

#define MAX_SHOWN 200U /* bytes of a value */

/* GeneralSubtree: a base, [0] minimum, [1] maximum. */
static bool read_subtree(struct cm_reader r, struct cm_subtree *out)
{
    struct cm_der_element base;
    struct cm_der_element limit;
    int minimum = 0;

    *out = (struct cm_subtree){0};
    if (!cm_der_any(&r, &base) ||
        !cm_general_name_choice(base.tag, &out->base.choice)) {
        return false;
    }
    out->base.value = base.content;
    if (cm_der_get(&r, CM_DER_CONTEXT(0U), &limit)) {
        if (!cm_der_uint_of(limit.content, &minimum)) {
            return false;
        }
        out->limited = minimum != 0;
    }
    if (cm_der_get(&r, CM_DER_CONTEXT(1U), &limit)) {
        out->limited = true;
    }
    return r.len == 0;
}

bool cm_subtree_next(struct cm_reader *list, struct cm_subtree *out)
{
    struct cm_reader seq;

    return cm_der_enter(list, CM_DER_SEQUENCE, &seq) && read_subtree(seq, out);
}

static bool read_list(struct cm_reader *seq, unsigned tag,
                      struct cm_reader *out)
{
    struct cm_reader walk;
    struct cm_subtree subtree;

    *out = (struct cm_reader){NULL, 0};
    if (!cm_der_next_is(seq, tag)) {
        return true;
    }
    if (!cm_der_enter(seq, tag, out) || out->len == 0) {
        return false;
    }
    walk = *out;
    while (walk.len > 0) {
        if (!cm_subtree_next(&walk, &subtree)) {
            return false;
        }
    }
    return true;
}

bool cm_constraints_read(struct cm_span value, struct cm_constraints *out)
{
    struct cm_reader seq;

    *out = (struct cm_constraints){0};
    return cm_der_only(value, CM_DER_SEQUENCE, &seq) &&
           read_list(&seq, CM_DER_CONSTRUCTED(0U), &out->permitted) &&
           read_list(&seq, CM_DER_CONSTRUCTED(1U), &out->excluded) &&
           seq.len == 0 && out->permitted.len + out->excluded.len > 0;
}

const char *cm_general_name_kind(unsigned choice)
{
    static const char *const kinds[] = {
        "other name",    "e-mail address", "DNS name",
        "X.400 address", "directory name", "EDI party name",
        "URI",           "IP address",     "registered id"};

    return choice < sizeof(kinds) / sizeof(kinds[0]) ? kinds[choice] : "name";
}

static void put_octets(struct cm_buf *out, struct cm_span value)
{
    bool whole = value.len <= MAX_SHOWN / 2;

    (void)cm_buf_hex(out, value.data, whole ? value.len : MAX_SHOWN / 2);
    (void)cm_buf_puts(out, whole ? "" : "...");
}

/* Foreign octets as ASCII. */
static void put_text(struct cm_buf *out, struct cm_span value)
{
    size_t start = out->len;

    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.data[i];

        if (out->len - start > MAX_SHOWN) {
            (void)cm_buf_puts(out, "...");
            return;
        }
        if (c >= ' ' && c < 0x7f) {
            (void)cm_buf_putc(out, (char)c);
        } else {
            (void)cm_buf_printf(out, "\\x%02x", c);
        }
    }
}

static void put_address(struct cm_buf *out, struct cm_span octets)
{
    struct cm_address address = {.family = octets.len == 4 ? 4 : 6};
    char text[CM_ADDRESS_TEXT_SIZE];

    memcpy(address.bytes, octets.data, octets.len);
    (void)cm_buf_puts(out, cm_address_text(&address, text));
}

static void put_directory_name(struct cm_buf *out, struct cm_span name)
{
    struct cm_buf text;
    size_t shown;

    cm_buf_init(&text, CM_DN_TEXT_MAX(name.len));
    (void)cm_dn_text(name, &text);
    shown = text.len < MAX_SHOWN ? text.len : MAX_SHOWN;
    while (shown < text.len && (text.data[shown] & 0xc0U) == 0x80U) {
        shown--; /* not within a character */
    }
    (void)cm_buf_append(out, text.data, shown);
    (void)cm_buf_puts(out, shown < text.len ? "..." : "");
    out->failed = out->failed || text.failed;
    cm_buf_cleanup(&text);
}

static void put_value(struct cm_buf *out, const struct cm_general_name *name)
{
    struct cm_span value = name->value;

    switch (name->choice) {
    case CM_CHOICE_DNS:
    case CM_CHOICE_EMAIL:
    case CM_CHOICE_URI:
        put_text(out, value);
        break;
    case CM_CHOICE_DIRECTORY:
        put_directory_name(out, value);
        break;
    case CM_CHOICE_IP:
        if (value.len == 4 || value.len == 16) {
            put_address(out, value);
            break;
        }
        put_octets(out, value);
        break;
    default:
        put_octets(out, value);
        break;
    }
}

void cm_general_name_text(const struct cm_general_name *name,
                          struct cm_buf *out)
{
    (void)cm_buf_printf(out, "%s \"", cm_general_name_kind(name->choice));
    put_value(out, name);
    (void)cm_buf_putc(out, '"');
}

void cm_subtree_text(const struct cm_subtree *subtree, struct cm_buf *out)
{
    struct cm_general_name base = subtree->base;

    (void)cm_buf_putc(out, '"');
    if (base.choice == CM_CHOICE_IP && cm_subtree_is_sound(subtree)) {
        unsigned bits = 0;

        base.value.len /= 2;
        for (size_t i = 0; i < 8 * base.value.len; i++) {
            unsigned octet = subtree->base.value.data[base.value.len + i / 8];

            bits += octet >> (7U - i % 8) & 1U;
        }
        put_address(out, base.value);
        (void)cm_buf_printf(out, "/%u", bits);
    } else {
        put_value(out, &base);
    }
    (void)cm_buf_putc(out, '"');
}
