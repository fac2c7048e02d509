/* Inventories as they are stored. Only the very form that is written here is
 * read again, so that the reader needs no tree and no depth.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/evidence.h"

/* --- to JSON --- */

static void write_numbers(struct cm_buf *out, const char *name,
                          const uint16_t *numbers, size_t num)
{
    cm_buf_printf(out, "\"%s\":[", name);
    for (size_t i = 0; i < num; i++) {
        cm_buf_printf(out, "%s%u", i == 0 ? "" : ",", numbers[i]);
    }
    cm_buf_putc(out, ']');
}

static void write_known(struct cm_buf *out, const char *name,
                        enum cm_known known)
{
    cm_buf_printf(out, ",\"%s\":\"%s\"", name, cm_known_id(known));
}

static void write_version(struct cm_buf *out, enum cm_version_index index,
                          const struct cm_version_inventory *version)
{
    cm_buf_printf(out, "\"%s\":{\"served\":\"%s\",\"complete\":%d",
                  cm_tls_version_name(cm_version_number(index)),
                  cm_known_id(version->served), version->complete ? 1 : 0);
    write_known(out, "order", version->server_order);
    cm_buf_putc(out, ',');
    write_numbers(out, "suites", version->suites, version->num_suites);
    cm_buf_puts(out, "},");
}

/* Names of protocols are registered in plain ASCII: anything else is foreign,
 * and of no use. */
static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || (c != '\0' && strchr("./_- +", c) != NULL);
}

static void write_alpn(struct cm_buf *out, const struct cm_inventory *inventory)
{
    cm_buf_puts(out, ",\"alpn\":[");
    for (size_t i = 0; i < inventory->num_alpn; i++) {
        cm_buf_puts(out, i == 0 ? "\"" : ",\"");
        for (const char *c = inventory->alpn[i]; *c != '\0'; c++) {
            char plain = '?';

            if (is_plain(*c)) {
                plain = *c;
            }
            cm_buf_putc(out, plain);
        }
        cm_buf_putc(out, '"');
    }
    cm_buf_putc(out, ']');
}

void cm_inventory_write(struct cm_buf *out,
                        const struct cm_inventory *inventory)
{
    cm_buf_putc(out, '{');
    for (int i = 0; i < CM_VERSION_COUNT; i++) {
        write_version(out, (enum cm_version_index)i, &inventory->versions[i]);
    }
    write_numbers(out, "groups", inventory->groups, inventory->num_groups);
    cm_buf_printf(out, ",\"groups_complete\":%d,",
                  inventory->groups_complete ? 1 : 0);
    write_numbers(out, "schemes", inventory->schemes, inventory->num_schemes);
    cm_buf_printf(out, ",\"schemes_complete\":%d,\"min_dh_bits\":%u",
                  inventory->schemes_complete ? 1 : 0, inventory->min_dh_bits);
    write_known(out, "secure_renegotiation", inventory->secure_renegotiation);
    write_known(out, "extended_master_secret",
                inventory->extended_master_secret);
    write_known(out, "compression", inventory->compression);
    write_known(out, "fallback_scsv", inventory->fallback_scsv);
    write_known(out, "stapling", inventory->stapling);
    write_known(out, "sni_needed", inventory->sni_needed);
    write_alpn(out, inventory);
    cm_buf_printf(out, ",\"connections\":%u}", inventory->connections);
}

/* --- and back --- */

struct text {
    const char *at;
    bool bad; /* stays so; nothing moves from then on */
};

static void expect(struct text *text, const char *literal)
{
    size_t len = strlen(literal);

    if (text->bad || strncmp(text->at, literal, len) != 0) {
        text->bad = true;
        return;
    }
    text->at += len;
}

static bool take_char(struct text *text, char c)
{
    if (text->bad || *text->at != c) {
        return false;
    }
    text->at++;
    return true;
}

static uint16_t read_number(struct text *text)
{
    uint32_t value = 0;
    size_t digits = 0;

    while (!text->bad && *text->at >= '0' && *text->at <= '9') {
        value = value * 10 + (uint32_t)(*text->at++ - '0');
        text->bad = value > UINT16_MAX || ++digits > 5;
    }
    text->bad = text->bad || digits == 0;
    return (uint16_t)value;
}

static bool read_flag(struct text *text)
{
    uint16_t value = read_number(text);

    text->bad = text->bad || value > 1;
    return value == 1;
}

static enum cm_known read_known(struct text *text)
{
    for (int i = CM_NOT_KNOWN; i <= CM_YES; i++) {
        const char *id = cm_known_id((enum cm_known)i);
        size_t len = strlen(id);

        if (!text->bad && text->at[0] == '"' &&
            strncmp(text->at + 1, id, len) == 0 && text->at[len + 1] == '"') {
            text->at += len + 2;
            return (enum cm_known)i;
        }
    }
    text->bad = true;
    return CM_NOT_KNOWN;
}

/* ,"name":"yes" */
static enum cm_known read_member(struct text *text, const char *name)
{
    expect(text, ",\"");
    expect(text, name);
    expect(text, "\":");
    return read_known(text);
}

/* "name":[1,2] of at most `max` */
static size_t read_numbers(struct text *text, const char *name, uint16_t *out,
                           size_t max)
{
    size_t num = 0;

    expect(text, "\"");
    expect(text, name);
    expect(text, "\":[");
    while (!text->bad && !take_char(text, ']')) {
        if (num > 0) {
            expect(text, ",");
        }
        if (num == max) {
            text->bad = true;
            break;
        }
        out[num++] = read_number(text);
    }
    return num;
}

/* False: no memory. */
static bool read_version(struct text *text, enum cm_version_index index,
                         struct cm_version_inventory *out)
{
    uint16_t suites[CM_MAX_SUITES];
    size_t num;

    expect(text, "\"");
    expect(text, cm_tls_version_name(cm_version_number(index)));
    expect(text, "\":{\"served\":");
    out->served = read_known(text);
    expect(text, ",\"complete\":");
    out->complete = read_flag(text);
    out->server_order = read_member(text, "order");
    expect(text, ",");
    num = read_numbers(text, "suites", suites, CM_MAX_SUITES);
    expect(text, "},");
    if (text->bad || num == 0) {
        return true;
    }
    out->suites = malloc(num * sizeof(*suites));
    if (out->suites == NULL) {
        return false;
    }
    memcpy(out->suites, suites, num * sizeof(*suites));
    out->num_suites = num;
    return true;
}

static void read_alpn(struct text *text, struct cm_inventory *inventory)
{
    expect(text, ",\"alpn\":[");
    while (!text->bad && !take_char(text, ']')) {
        char *name = inventory->alpn[inventory->num_alpn % CM_MAX_ALPN];
        size_t len = 0;

        expect(text, inventory->num_alpn == 0 ? "\"" : ",\"");
        while (!text->bad && (is_plain(*text->at) || *text->at == '?') &&
               len < sizeof(inventory->alpn[0]) - 1) {
            name[len++] = *text->at++;
        }
        expect(text, "\"");
        text->bad = text->bad || inventory->num_alpn++ == CM_MAX_ALPN;
    }
}

static void read_rest(struct text *text, struct cm_inventory *inventory)
{
    inventory->num_groups =
        (uint8_t)read_numbers(text, "groups", inventory->groups, CM_MAX_GROUPS);
    expect(text, ",\"groups_complete\":");
    inventory->groups_complete = read_flag(text);
    expect(text, ",");
    inventory->num_schemes = (uint8_t)read_numbers(
        text, "schemes", inventory->schemes, CM_MAX_SCHEMES);
    expect(text, ",\"schemes_complete\":");
    inventory->schemes_complete = read_flag(text);
    expect(text, ",\"min_dh_bits\":");
    inventory->min_dh_bits = read_number(text);
    inventory->secure_renegotiation = read_member(text, "secure_renegotiation");
    inventory->extended_master_secret =
        read_member(text, "extended_master_secret");
    inventory->compression = read_member(text, "compression");
    inventory->fallback_scsv = read_member(text, "fallback_scsv");
    inventory->stapling = read_member(text, "stapling");
    inventory->sni_needed = read_member(text, "sni_needed");
    read_alpn(text, inventory);
    expect(text, ",\"connections\":");
    inventory->connections = read_number(text);
    expect(text, "}");
    text->bad = text->bad || *text->at != '\0';
}

enum cm_status cm_inventory_read(const char *json, struct cm_inventory **out)
{
    struct text text = {.at = json};
    struct cm_inventory *inventory = cm_inventory_new();
    bool enough = inventory != NULL;

    *out = NULL;
    expect(&text, "{");
    for (int i = 0; i < CM_VERSION_COUNT && enough; i++) {
        enough = read_version(&text, (enum cm_version_index)i,
                              &inventory->versions[i]);
    }
    if (enough) {
        read_rest(&text, inventory);
    }
    if (!enough || text.bad) {
        cm_inventory_free(inventory);
        return enough ? CM_EINPUT : CM_ENOMEM;
    }
    *out = inventory;
    return CM_OK;
}
