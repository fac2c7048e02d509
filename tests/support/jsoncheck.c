/* A strict reader of JSON for tests.
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/jsoncheck.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 64

struct json {
    const char *at;
    const char *end;
    int depth;
};

static bool value(struct json *j);

static void space(struct json *j)
{
    while (j->at < j->end && strchr(" \t\r\n", *j->at) != NULL) {
        j->at++;
    }
}

static bool take(struct json *j, char c)
{
    space(j);
    if (j->at < j->end && *j->at == c) {
        j->at++;
        return true;
    }
    return false;
}

static bool is_hex(char c)
{
    return c != '\0' && strchr("0123456789abcdefABCDEF", c) != NULL;
}

/* The bytes of one UTF-8 sequence, 0 when it is none. */
static size_t utf8(const struct json *j)
{
    uint8_t first = (uint8_t)*j->at;
    size_t len = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : 3;

    if (first >= 0xF0) {
        len = first < 0xF5 ? 4 : 0;
    }
    if (len > (size_t)(j->end - j->at)) {
        return 0;
    }
    for (size_t i = 1; i < len; i++) {
        if (((uint8_t)j->at[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return len;
}

static bool escape(struct json *j)
{
    j->at++;
    if (j->at >= j->end) {
        return false;
    }
    if (*j->at == 'u') {
        for (int i = 0; i < 4; i++) {
            j->at++;
            if (j->at >= j->end || !is_hex(*j->at)) {
                return false;
            }
        }
    } else if (*j->at == '\0' || strchr("\"\\/bfnrt", *j->at) == NULL) {
        return false;
    }
    j->at++;
    return true;
}

static bool string(struct json *j)
{
    if (!take(j, '"')) {
        return false;
    }
    while (j->at < j->end && *j->at != '"') {
        size_t len;

        if (*j->at == '\\') {
            if (!escape(j)) {
                return false;
            }
            continue;
        }
        len = utf8(j);
        if (len == 0 || (uint8_t)*j->at < 0x20) {
            return false;
        }
        j->at += len;
    }
    return take(j, '"');
}

static bool digits(struct json *j)
{
    const char *start = j->at;

    while (j->at < j->end && *j->at >= '0' && *j->at <= '9') {
        j->at++;
    }
    return j->at != start;
}

static bool number(struct json *j)
{
    const char *start;

    if (j->at < j->end && *j->at == '-') {
        j->at++;
    }
    start = j->at;
    if (!digits(j) || (*start == '0' && j->at - start > 1)) {
        return false;
    }
    if (j->at < j->end && *j->at == '.') {
        j->at++;
        return digits(j);
    }
    return true;
}

static bool word(struct json *j, const char *text)
{
    size_t len = strlen(text);

    if ((size_t)(j->end - j->at) < len || strncmp(j->at, text, len) != 0) {
        return false;
    }
    j->at += len;
    return true;
}

static bool members(struct json *j, bool keys, char close)
{
    if (take(j, close)) {
        return true;
    }
    do {
        if (keys && (!string(j) || !take(j, ':'))) {
            return false;
        }
        if (!value(j)) {
            return false;
        }
    } while (take(j, ','));
    return take(j, close);
}

static bool value(struct json *j)
{
    bool good;

    space(j);
    if (j->at >= j->end || ++j->depth > MAX_DEPTH) {
        return false;
    }
    if (take(j, '{')) {
        good = members(j, true, '}');
    } else if (take(j, '[')) {
        good = members(j, false, ']');
    } else if (*j->at == '"') {
        good = string(j);
    } else {
        good =
            word(j, "true") || word(j, "false") || word(j, "null") || number(j);
    }
    j->depth--;
    return good;
}

bool json_is_valid(const char *text, size_t len, size_t *bad_at)
{
    struct json j = {text, text + len, 0};
    bool good = value(&j);

    space(&j);
    *bad_at = (size_t)(j.at - text);
    return good && j.at == j.end;
}

static size_t put_code(char *out, unsigned long code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | (code >> 6));
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    out[0] = (char)(0xE0 | (code >> 12));
    out[1] = (char)(0x80 | ((code >> 6) & 0x3F));
    out[2] = (char)(0x80 | (code & 0x3F));
    return 3;
}

/* A string between its quotes; surrogate pairs are not joined. */
static char *decode(const char *from, const char *to)
{
    static const char letters[] = "bfnrt\"\\/";
    static const char meant[] = "\b\f\n\r\t\"\\/";
    char *out = malloc((size_t)(to - from) + 1);
    size_t len = 0;

    while (out != NULL && from < to) {
        if (*from != '\\') {
            out[len++] = *from++;
        } else if (from[1] == 'u') {
            char hex[5] = {from[2], from[3], from[4], from[5], '\0'};

            len += put_code(out + len, strtoul(hex, NULL, 16));
            from += 6;
        } else {
            const char *letter = strchr(letters, from[1]);

            out[len++] = meant[letter - letters];
            from += 2;
        }
    }
    if (out != NULL) {
        out[len] = '\0';
    }
    return out;
}

static char *text_of(const char *from, const char *to)
{
    return *from == '"' ? decode(from + 1, to - 1)
                        : strndup(from, (size_t)(to - from));
}

/* Does the member that begins at `j` have this name? Leaves `j` on its value.
 */
static bool named(struct json *j, bool keys, int index, const char *name)
{
    char *key;
    const char *from;
    bool same;

    if (!keys) {
        return (int)strtol(name, NULL, 10) == index;
    }
    space(j);
    from = j->at;
    (void)string(j);
    key = decode(from + 1, j->at - 1);
    same = key != NULL && strcmp(key, name) == 0;
    free(key);
    (void)take(j, ':');
    return same;
}

/* Moves from an object or array to its member `name`; with NULL counts. */
static int descend(struct json *j, const char *name)
{
    bool keys = take(j, '{');
    int index = 0;

    if (!keys && !take(j, '[')) {
        return -1;
    }
    space(j);
    if (j->at < j->end && (*j->at == '}' || *j->at == ']')) {
        return name == NULL ? 0 : -1;
    }
    do {
        if (named(j, keys, index, name == NULL ? "" : name) && name != NULL) {
            space(j);
            return index;
        }
        (void)value(j);
        index++;
    } while (take(j, ','));
    return name == NULL ? index : -1;
}

static bool walk(struct json *j, const char *path)
{
    while (*path != '\0') {
        size_t len = strcspn(path, "/");
        char *name = strndup(path, len);
        bool found = name != NULL && descend(j, name) >= 0;

        free(name);
        if (!found) {
            return false;
        }
        path += len + (path[len] == '/' ? 1 : 0);
    }
    return true;
}

char *json_at(const char *text, const char *path)
{
    struct json j = {text, text + strlen(text), 0};
    const char *from;

    if (!walk(&j, path)) {
        return NULL;
    }
    space(&j);
    from = j.at;
    (void)value(&j);
    return text_of(from, j.at);
}

int json_count(const char *text, const char *path)
{
    struct json j = {text, text + strlen(text), 0};

    return walk(&j, path) ? descend(&j, NULL) : -1;
}
