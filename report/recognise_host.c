/* The server that a message names, as far as that can be told from the names of
 * classes, files and programs in it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recognise.h"

#define MAX_NAMES 4096U /* that are looked at */

/* How sure it is; the best counts, the first of equals. */
enum rank { NOTHING, A_NAME, QUOTED, WITH_PORT, IN_URL };

static bool is_name_byte(uint8_t c)
{
    return isalnum(c) != 0 || c == '.' || c == '-';
}

static bool is_in(const char *word, const char *const *list)
{
    for (; *list != NULL; list++) {
        if (strcasecmp(word, *list) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_ipv4(const char *name)
{
    unsigned parts = 0;

    for (;;) {
        size_t len = strspn(name, "0123456789");

        if (len == 0 || len > 3 || strtoul(name, NULL, 10) > 255) {
            return false;
        }
        parts++;
        if (name[len] == '\0') {
            return parts == 4;
        }
        if (name[len] != '.') {
            return false;
        }
        name += len + 1;
    }
}

static bool has_both_cases(const char *name)
{
    bool small = false;
    bool capital = false;

    for (; *name != '\0'; name++) {
        small = small || islower((unsigned char)*name) != 0;
        capital = capital || isupper((unsigned char)*name) != 0;
    }
    return small && capital;
}

/* Java's and .NET's names, and those of files, look like hosts. */
static bool is_program_name(const char *name)
{
    static const char *const first[] = {"java",   "javax",  "sun",  "system",
                                        "jdk",    "kotlin", "node", "microsoft",
                                        "python", "ssl",    "net",  "com",
                                        "org",    "io",     NULL};
    static const char *const last[] = {
        "dll",  "exe",  "cs",   "java", "py",  "js",   "ts",     "go", "c",
        "cpp",  "pem",  "crt",  "cer",  "pfx", "log",  "config", "so", "jar",
        "json", "html", "aspx", "asmx", "svc", "php",  "txt",    "h",  "rs",
        "rb",   "ps1",  "sh",   "key",  "xml", "yaml", "yml",    NULL};
    char label[64];
    const char *dot = strchr(name, '.');
    const char *end = strrchr(name, '.');
    size_t len = (size_t)(dot - name);

    if (len >= sizeof(label)) {
        return true;
    }
    memcpy(label, name, len);
    label[len] = '\0';
    if (is_in(label, first) || is_in(end + 1, last)) {
        return true;
    }
    return has_both_cases(name); /* System.Net.WebException */
}

/* Labels with a dot between them, the last of letters; or an address. */
static bool is_host(const char *name)
{
    const char *end = strrchr(name, '.');
    size_t label = 0;

    if (end == NULL || strstr(name, "..") != NULL || strlen(name) > 253) {
        return false;
    }
    for (const char *c = name; *c != '\0'; c++) {
        label = *c == '.' ? 0 : label + 1;
        if (label > 63) {
            return false;
        }
    }
    if (is_ipv4(name)) {
        return true;
    }
    return strlen(end + 1) >= 2 && isalpha((unsigned char)end[1]) != 0 &&
           !is_program_name(name);
}

static uint16_t read_port(struct cm_span text, size_t at)
{
    unsigned long port = 0;
    size_t digits = 0;

    if (at >= text.len || text.data[at] != ':') {
        return 0;
    }
    for (at++; at < text.len && isdigit(text.data[at]) != 0 && digits < 6;
         at++, digits++) {
        port = port * 10 + (unsigned)(text.data[at] - '0');
    }
    return digits > 0 && port <= UINT16_MAX ? (uint16_t)port : 0;
}

/* "https://" before it: the port that goes with the scheme, or 0. */
static uint16_t port_of_scheme(struct cm_span text, size_t at)
{
    static const struct {
        const char *scheme;
        uint16_t port;
    } schemes[] = {
        {"https://", 443}, {"wss://", 443},   {"ldaps://", 636},
        {"imaps://", 993}, {"smtps://", 465}, {"ftps://", 990},
    };

    for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
        size_t len = strlen(schemes[i].scheme);

        if (at >= len && strncasecmp((const char *)text.data + at - len,
                                     schemes[i].scheme, len) == 0) {
            return schemes[i].port;
        }
    }
    return 0;
}

static enum rank rank_of(struct cm_span text, size_t at, size_t end,
                         uint16_t *port)
{
    uint16_t by_scheme = port_of_scheme(text, at);

    *port = read_port(text, end);
    if (by_scheme != 0) {
        *port = *port != 0 ? *port : by_scheme;
        return IN_URL;
    }
    if (*port != 0) {
        return WITH_PORT;
    }
    return at > 0 && strchr("'\"", text.data[at - 1]) != NULL ? QUOTED : A_NAME;
}

void cm_recognise_host(struct cm_span text, char host[CM_RECOGNISED_HOST],
                       uint16_t *port)
{
    enum rank best = NOTHING;
    size_t names = 0;

    host[0] = '\0';
    *port = 0;
    for (size_t at = 0; at < text.len && names < MAX_NAMES; at++) {
        char name[CM_RECOGNISED_HOST];
        size_t end = at;
        enum rank rank;
        uint16_t found;

        if (isalnum(text.data[at]) == 0) {
            continue;
        }
        while (end < text.len && is_name_byte(text.data[end])) {
            end++;
        }
        names++;
        while (end > at && isalnum(text.data[end - 1]) == 0) {
            end--; /* the sentence's dot */
        }
        if (end - at < sizeof(name)) {
            memcpy(name, text.data + at, end - at);
            name[end - at] = '\0';
            rank = is_host(name) ? rank_of(text, at, end, &found) : NOTHING;
            if (rank > best) {
                best = rank;
                memcpy(host, name, end - at + 1);
                *port = found;
            }
        }
        at = end;
    }
}
