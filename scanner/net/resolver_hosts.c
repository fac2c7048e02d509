/* The hosts file (hosts(5)), read once: c-ares would parse it again for every
 * name.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certmuster/file.h"
#include "certmuster/map.h"
#include "net/resolver_parts.h"

#define BLANKS " \t\r\f\v"

struct cm_hosts {
    struct cm_map *names; /* lower-case name to struct entry */
};

struct entry {
    unsigned num;
    struct cm_address at[CM_MAX_ADDRESSES];
};

/* The next word of the line, in lower case; empty at its end. */
static size_t next_word(char **line, char **word)
{
    size_t len;

    *line += strspn(*line, BLANKS);
    *word = *line;
    len = strcspn(*line, BLANKS);
    *line += len;
    for (size_t i = 0; i < len; i++) {
        char c = (*word)[i];

        if (c >= 'A' && c <= 'Z') {
            (*word)[i] = (char)(c - 'A' + 'a');
        }
    }
    return len;
}

static bool add(struct cm_hosts *hosts, const char *name, size_t len,
                const struct cm_address *address)
{
    struct entry *entry;

    if (len > 0 && name[len - 1] == '.') {
        len--;
    }
    if (len == 0 || len >= CM_HOST_SIZE) {
        return true; /* no name that anybody asks for */
    }
    entry = cm_map_get(hosts->names, name, len);
    if (entry == NULL) {
        entry = calloc(1, sizeof(*entry));
        if (entry == NULL || !cm_map_put(hosts->names, name, len, entry)) {
            free(entry);
            return false;
        }
    }
    if (entry->num < CM_MAX_ADDRESSES) {
        entry->at[entry->num++] = *address;
    }
    return true;
}

/* "192.0.2.1 name alias # comment"; other lines mean nothing. */
static bool read_line(struct cm_hosts *hosts, char *line)
{
    struct cm_address address = {0};
    char text[CM_ADDRESS_TEXT_SIZE];
    char *word;
    size_t len;

    line[strcspn(line, "#")] = '\0';
    len = next_word(&line, &word);
    if (len == 0 || len >= sizeof(text)) {
        return true;
    }
    memcpy(text, word, len);
    text[len] = '\0';
    if (!cm_address_parse(text, &address)) {
        return true;
    }
    while ((len = next_word(&line, &word)) > 0) {
        if (!add(hosts, word, len, &address)) {
            return false;
        }
    }
    return true;
}

static enum cm_status read_lines(struct cm_hosts *hosts, char *text,
                                 struct cm_error *err)
{
    while (text != NULL && *text != '\0') {
        char *end = strchr(text, '\n');

        if (end != NULL) {
            *end++ = '\0';
        }
        if (!read_line(hosts, text)) {
            return cm_error_nomem(err, "the hosts file");
        }
        text = end;
    }
    return CM_OK;
}

enum cm_status cm_hosts_read(struct cm_hosts **out, const char *path,
                             struct cm_error *err)
{
    struct cm_hosts *hosts = calloc(1, sizeof(*hosts));
    enum cm_status status = CM_OK;
    struct cm_buf content;
    char *text = NULL;

    *out = NULL;
    cm_buf_init(&content, CM_HOSTS_MAX_BYTES);
    if (hosts == NULL || (hosts->names = cm_map_new()) == NULL) {
        status = cm_error_nomem(err, "the hosts file");
        goto out;
    }
    if (access(path, F_OK) == 0 || errno != ENOENT) {
        status = cm_file_read(&content, path, err);
        if (status != CM_OK) {
            goto out;
        }
        text = cm_buf_take(&content);
        status = text == NULL ? cm_error_nomem(err, "the hosts file")
                              : read_lines(hosts, text, err);
        if (status != CM_OK) {
            goto out;
        }
    }
    *out = hosts;
    hosts = NULL;
out:
    free(text);
    cm_buf_cleanup(&content);
    cm_hosts_free(hosts);
    return status;
}

void cm_hosts_free(struct cm_hosts *hosts)
{
    if (hosts != NULL) {
        cm_map_free(hosts->names, free);
        free(hosts);
    }
}

bool cm_hosts_find(const struct cm_hosts *hosts, const char *name, int family,
                   struct cm_dns_evidence *out)
{
    const struct entry *entry =
        hosts == NULL ? NULL : cm_map_get(hosts->names, name, strlen(name));

    memset(out, 0, sizeof(*out));
    for (unsigned i = 0; entry != NULL && i < entry->num; i++) {
        if (family == 0 || entry->at[i].family == family) {
            out->addresses[out->num_addresses++] = entry->at[i];
        }
    }
    if (out->num_addresses == 0) {
        return false;
    }
    out->result = CM_DNS_OK;
    snprintf(out->detail, sizeof(out->detail), "from the hosts file");
    return true;
}
