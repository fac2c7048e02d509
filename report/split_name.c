/* Folder names of parts.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "certmuster/digest.h"
#include "split_parts.h"

#define SLUG_LEN 40U
#define SHORT_HASH 12 /* digits; all of them where two values share these */

/* Letters and digits, and a dash for each run of anything else. */
static void slug(const char *value, char out[SLUG_LEN + 1])
{
    size_t len = 0;

    for (; *value != '\0' && len < SLUG_LEN; value++) {
        char c = *value;

        if (c >= 'A' && c <= 'Z') {
            c = (char)(c - 'A' + 'a');
        }
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            out[len++] = c;
        } else if (len > 0 && out[len - 1] != '-') {
            out[len++] = '-';
        }
    }
    while (len > 0 && out[len - 1] == '-') {
        len--;
    }
    out[len] = '\0';
}

enum cm_status cm_part_name(struct cm_map *taken, const char *value,
                            char out[CM_PART_NAME_SIZE], struct cm_error *err)
{
    struct cm_digest *digest = cm_digest_new();
    char hex[CM_DIGEST_HEX_SIZE];
    char words[SLUG_LEN + 1];

    if (digest == NULL) {
        return cm_error_nomem(err, "the report");
    }
    cm_digest_add(digest, value, strlen(value));
    cm_digest_hex_free(digest, hex);
    slug(value, words);
    (void)snprintf(out, CM_PART_NAME_SIZE, "%s-%.*s",
                   words[0] == '\0' ? "value" : words, SHORT_HASH, hex);
    if (cm_map_get(taken, out, strlen(out)) != NULL) {
        (void)snprintf(out, CM_PART_NAME_SIZE, "%s-%s",
                       words[0] == '\0' ? "value" : words, hex);
    }
    return cm_map_put(taken, out, strlen(out), taken)
               ? CM_OK
               : cm_error_nomem(err, "the report");
}
