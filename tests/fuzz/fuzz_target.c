/* What a row says of its endpoint: host, port, protocol and server name, one to
 * a line. What was understood, written down, means the same.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "certmuster/cause.h"
#include "certmuster/text.h"
#include "input/input.h"

#define NUM_CELLS 4
#define MAX_CELL 2048

static bool is_utf8(const struct cm_target_text *text)
{
    return cm_text_is_utf8(text->host, strlen(text->host)) &&
           cm_text_is_utf8(text->port, strlen(text->port)) &&
           cm_text_is_utf8(text->protocol, strlen(text->protocol)) &&
           cm_text_is_utf8(text->sni, strlen(text->sni));
}

/* Rows are made UTF-8 before; what `check` is given may be anything. */
static void check_refusal(const struct cm_target_text *text,
                          enum cm_cause cause, const char *reason)
{
    cm_assert(cm_cause_info(cause)->verdict == CM_VERDICT_INVALID_ROW);
    cm_assert(reason[0] != '\0' && strlen(reason) < 256);
    cm_assert(!is_utf8(text) || cm_text_is_utf8(reason, strlen(reason)));
}

static void check_name(const char *name)
{
    cm_assert(strlen(name) < CM_HOST_SIZE);
    for (; *name != '\0'; name++) {
        cm_assert(*name > ' ' && *name < 0x7f && !isupper(*name));
        cm_assert(strchr("/?#@\\\"'<>|`$", *name) == NULL);
    }
}

static void check_endpoint(const struct cm_endpoint *ep)
{
    char host[CM_HOST_SIZE + 16];
    char port[8];
    struct cm_target_text text = {host, port, ep->protocol, ep->sni};
    struct cm_endpoint again;
    enum cm_cause cause;
    char reason[256];

    cm_assert(ep->host[0] != '\0' && ep->port != 0);
    check_name(ep->host);
    check_name(ep->sni);
    for (const char *c = ep->http_path; *c != '\0'; c++) {
        cm_assert(*c > ' ' && *c < 0x7f);
    }
    (void)snprintf(host, sizeof(host),
                   ep->is_ip && ep->literal.family == 6 ? "[%s]" : "%s",
                   ep->host);
    (void)snprintf(port, sizeof(port), "%u", ep->port);
    if (ep->sni[0] == '\0') {
        text.sni = "-";
    }
    cm_assert(cm_target_parse(&text, NULL, &again, &cause, reason));
    cm_assert(strcmp(again.host, ep->host) == 0);
    cm_assert(strcmp(again.sni, ep->sni) == 0);
    cm_assert(strcmp(again.protocol, ep->protocol) == 0);
    cm_assert(again.port == ep->port && again.is_ip == ep->is_ip);
    cm_assert(!ep->is_ip ||
              memcmp(&again.literal, &ep->literal, sizeof(ep->literal)) == 0);
}

static void examine(const struct cm_target_text *text,
                    const struct cm_input_options *options)
{
    struct cm_endpoint ep;
    enum cm_cause cause = CM_CAUSE_COUNT;
    char reason[256];

    if (cm_target_parse(text, options, &ep, &cause, reason)) {
        check_endpoint(&ep);
    } else {
        check_refusal(text, cause, reason);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const words[] = {"smtp", "tls", "ldap", "postgres"};
    char cells[NUM_CELLS][MAX_CELL] = {""};
    const struct cm_target_text text = {cells[0], cells[1], cells[2], cells[3]};
    struct cm_input_options options = {.header = -1};
    size_t cell = 0;
    size_t len = 0;

    for (size_t i = 0; i < size && cell < NUM_CELLS; i++) {
        if (data[i] == '\n') {
            cell++;
            len = 0;
        } else if (data[i] != 0 && len < MAX_CELL - 1) {
            cells[cell][len++] = (char)data[i];
            cells[cell][len] = '\0';
        }
    }
    examine(&text, NULL);
    options.protocol = words[size % 4];
    options.port = (uint16_t)(size * 37);
    options.sni = size % 5 == 0 ? "-" : NULL;
    examine(&text, &options);
    return 0;
}
