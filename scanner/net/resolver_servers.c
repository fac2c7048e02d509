/* Lists of DNS servers as people write them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "net/resolver_parts.h"

#define ITEM_SIZE 80 /* "[v6]:port" with room for spaces */
#define DNS_PORT 53
#define SHOWN 60 /* characters of a mistake that are repeated */

static bool parse_port(const char *text, uint16_t *out)
{
    unsigned long port = 0;

    if (*text == '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') {
            return false;
        }
        port = port * 10 + (unsigned long)(*text - '0');
        if (port > UINT16_MAX) {
            return false;
        }
    }
    *out = (uint16_t)port;
    return port != 0;
}

/* Cuts the port off; NULL when none is written. More than one colon without
 * brackets is a bare IPv6 address. */
static char *cut_port(char *item)
{
    char *bracket = strchr(item, ']');
    char *colon = strchr(item, ':');

    if (item[0] == '[' && bracket != NULL) {
        if (bracket[1] != ':') {
            return NULL;
        }
        bracket[1] = '\0';
        return bracket + 2;
    }
    if (colon == NULL || strchr(colon + 1, ':') != NULL) {
        return NULL;
    }
    *colon = '\0';
    return colon + 1;
}

static enum cm_status parse_item(struct cm_server_list *out, const char *text,
                                 size_t len, struct cm_error *err)
{
    struct cm_address address = {0};
    char item[ITEM_SIZE];
    char *port;
    int shown = len < SHOWN ? (int)len : SHOWN;

    if (len == 0) {
        return cm_error_set(err, CM_EUSAGE,
                            "the list of DNS servers has an empty entry");
    }
    item[0] = '\0';
    if (len < sizeof(item)) {
        memcpy(item, text, len);
        item[len] = '\0';
    }
    port = cut_port(item);
    if (!cm_address_parse(item, &address)) {
        return cm_error_set(err, CM_EUSAGE,
                            "DNS server \"%.*s\" is not an IP address: write "
                            "192.0.2.53 or [2001:db8::53]:5353",
                            shown, text);
    }
    address.port = DNS_PORT;
    if (port != NULL && !parse_port(port, &address.port)) {
        return cm_error_set(err, CM_EUSAGE,
                            "DNS server \"%.*s\": the port must be a number "
                            "from 1 to 65535",
                            shown, text);
    }
    if (out->num == CM_RESOLVER_MAX_SERVERS) {
        return cm_error_set(err, CM_EUSAGE, "more than %d DNS servers",
                            CM_RESOLVER_MAX_SERVERS);
    }
    out->at[out->num++] = address;
    return CM_OK;
}

enum cm_status cm_servers_parse(struct cm_server_list *out, const char *text,
                                struct cm_error *err)
{
    out->num = 0;
    for (;;) {
        size_t len = strcspn(text, ",");
        const char *comma = text + len;
        enum cm_status status;

        while (len > 0 && *text == ' ') {
            text++;
            len--;
        }
        while (len > 0 && text[len - 1] == ' ') {
            len--;
        }
        status = parse_item(out, text, len, err);
        if (status != CM_OK || *comma == '\0') {
            return status;
        }
        text = comma + 1;
    }
}

void cm_servers_text(const struct cm_server_list *list, struct cm_buf *out)
{
    char text[CM_ADDRESS_TEXT_SIZE];

    for (unsigned i = 0; i < list->num; i++) {
        cm_buf_puts(out, i == 0 ? "" : ", ");
        cm_buf_puts(out, cm_address_text(&list->at[i], text));
    }
}

enum cm_status cm_resolver_check_servers(const char *servers,
                                         struct cm_error *err)
{
    struct cm_server_list list;

    return cm_servers_parse(&list, servers, err);
}
