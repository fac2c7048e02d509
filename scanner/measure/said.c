/* Filling in what a client says.
 * SPDX-License-Identifier: Apache-2.0 */
#include "measure/said.h"

#include <stdio.h>
#include <string.h>

#include "certmuster/text.h"

#define MAX_MESSAGE 2048U
#define MAX_NAMES 5U /* of the certificate, in a message */

/* DNS names of the certificate, as far as they are text. */
static void put_names(struct cm_buf *out, const struct cm_cert *leaf)
{
    unsigned num = 0;

    for (size_t i = 0; leaf != NULL && i < leaf->num_names; i++) {
        const struct cm_cert_name *name = &leaf->names[i];

        if (name->kind != CM_NAME_DNS || name->malformed) {
            continue;
        }
        if (num++ == MAX_NAMES) {
            (void)cm_buf_puts(out, ", ...");
            return;
        }
        (void)cm_buf_puts(out, num > 1 ? ", " : "");
        cm_text_to_utf8(out, (const char *)name->value.data, name->value.len);
    }
}

static void put_time(struct cm_buf *out, int64_t unix_s)
{
    char time[CM_TIME_TEXT_SIZE];

    (void)cm_buf_puts(out, cm_time_rfc3339(unix_s, time));
}

static void put_about_leaf(struct cm_buf *out, const struct cm_cert *leaf,
                           const char *name)
{
    if (leaf == NULL) {
        return;
    }
    if (strcmp(name, "names") == 0) {
        put_names(out, leaf);
    } else if (strcmp(name, "cn") == 0) {
        (void)cm_buf_puts(out, leaf->subject_cn);
    } else if (strcmp(name, "not_after") == 0) {
        put_time(out, leaf->not_after);
    } else {
        cm_assert(strcmp(name, "not_before") == 0);
        put_time(out, leaf->not_before);
    }
}

static void put_placeholder(struct cm_buf *out, const struct cm_saying *s,
                            const char *name)
{
    if (strcmp(name, "host") == 0) {
        (void)cm_buf_puts(out, s->ep->host);
    } else if (strcmp(name, "port") == 0) {
        (void)cm_buf_printf(out, "%u", (unsigned)s->ep->port);
    } else if (strcmp(name, "now") == 0) {
        put_time(out, s->at_unix);
    } else {
        put_about_leaf(out, s->leaf, name);
    }
}

static void fill_in(struct cm_buf *out, const struct cm_saying *s,
                    const char *words)
{
    while (*words != '\0') {
        size_t plain = strcspn(words, "{");
        const char *open = words + plain;
        const char *close = strchr(open, '}');
        char name[16];

        (void)cm_buf_append(out, words, plain);
        if (*open == '\0') {
            return;
        }
        cm_assert(close != NULL);
        (void)snprintf(name, sizeof(name), "%.*s", (int)(close - open - 1),
                       open + 1);
        put_placeholder(out, s, name);
        words = close + 1;
    }
}

char *cm_said(const struct cm_saying *saying, enum cm_occasion occasion,
              bool *known)
{
    enum cm_family family = saying->profile->family;
    const char *words =
        saying->profile->old_words ? cm_words_old(occasion, family) : NULL;
    struct cm_buf out;

    if (words == NULL) {
        words = occasion <= CM_SAID_TOO_LONG ? cm_words_trust(occasion, family)
                                             : cm_words_tls(occasion, family);
    }
    *known = words != NULL;
    if (words == NULL) {
        return NULL;
    }
    cm_buf_init(&out, MAX_MESSAGE);
    fill_in(&out, saying, words);
    return cm_buf_take(&out);
}
