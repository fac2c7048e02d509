/* Resolutions by id, and filling in their commands.
 * SPDX-License-Identifier: Apache-2.0 */
#include "resolve.h"

#include <inttypes.h>
#include <string.h>

struct cm_resolved cm_report_resolve(const char *id)
{
    enum cm_resolution resolution = CM_RESOLUTION_NOTHING;
    struct cm_resolved resolved;

    if (!cm_resolution_from_id(id, &resolution)) {
        resolution = CM_RESOLUTION_NOTHING;
    }
    resolved.info = cm_resolution_info(resolution);
    resolved.remedy = cm_remedy(resolution);
    return resolved;
}

struct cm_example cm_example_of(const struct cm_report_action *action)
{
    struct cm_example example;

    example.host = action->host;
    example.port = action->port;
    example.sni = action->sni == NULL || action->sni[0] == '\0' ? action->host
                                                                : action->sni;
    example.cert = action->fingerprint_sha256;
    example.names = action->host;
    return example;
}

/* A leading '-' would be read as an option. */
static bool is_harmless(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789.-_:,";

    return text != NULL && text[0] != '\0' && text[0] != '-' &&
           text[strspn(text, allowed)] == '\0';
}

/* An IPv6 address before ":{port}" needs its brackets. */
static void put_host(struct cm_buf *out, const char *host, char next)
{
    bool brackets = next == ':' && strchr(host, ':') != NULL;

    cm_buf_puts(out, brackets ? "[" : "");
    cm_buf_puts(out, host);
    cm_buf_puts(out, brackets ? "]" : "");
}

static bool starts(const char *at, const char *placeholder)
{
    return strncmp(at, placeholder, strlen(placeholder)) == 0;
}

/* Replaces the placeholder at `at` and returns its length; 0: none there, or
 * nothing to put. */
static size_t replace(struct cm_buf *out, const char *at,
                      const struct cm_example *example)
{
    if (starts(at, "{host}") && is_harmless(example->host)) {
        put_host(out, example->host, at[6]);
        return 6;
    }
    if (starts(at, "{port}") && example->port > 0) {
        cm_buf_printf(out, "%" PRId64, example->port);
        return 6;
    }
    if (starts(at, "{sni}") && is_harmless(example->sni)) {
        cm_buf_puts(out, example->sni);
        return 5;
    }
    if (starts(at, "{cert}") && is_harmless(example->cert)) {
        cm_buf_puts(out, example->cert);
        return 6;
    }
    if (starts(at, "{names}") && is_harmless(example->names)) {
        cm_buf_puts(out, example->names);
        return 7;
    }
    return 0;
}

void cm_fill(struct cm_buf *out, const char *commands,
             const struct cm_example *example)
{
    while (*commands != '\0') {
        size_t len = *commands == '{' ? replace(out, commands, example) : 0;

        if (len == 0) {
            cm_buf_putc(out, *commands);
            len = 1;
        }
        commands += len;
    }
}
