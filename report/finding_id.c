/* Stable names of endpoints and findings.
 * SPDX-License-Identifier: Apache-2.0 */
#include "finding_id.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "certmuster/map.h"
#include "changes.h"

#define MAX_NAME ((size_t)16 << 20)

/* With the NUL, which no text holds: parts cannot run into one another. */
static void put_part(struct cm_buf *out, const char *text)
{
    (void)cm_buf_append(out, text, strlen(text) + 1);
}

static void put_own(struct cm_buf *out, const char *what, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        put_part(out, what);
        put_part(out, text);
    }
}

void cm_endpoint_name_put(struct cm_buf *out,
                          const struct cm_endpoint_name *name)
{
    put_part(out, name->host);
    if (name->host[0] == '\0') {
        for (size_t i = 0; i < name->fields->num; i++) {
            put_part(out, name->fields->items[i]);
        }
        return;
    }
    (void)cm_buf_number(out, name->port);
    (void)cm_buf_putc(out, '\0');
    put_part(out, name->protocol);
    put_part(out, name->sni);
    put_own(out, "client_cert", name->client_cert);
    put_own(out, "trust", name->view);
}

/* "192.0.2.1:443", "[2001:db8::1]:443": the one of a name's addresses that
 * answered this time. */
static bool is_address(const char *key)
{
    size_t len = strspn(key, "0123456789.");

    if (key[0] == '[') {
        len = strcspn(key, "]");
        len += key[len] == ']' ? 1 : 0;
    }
    return len > 0 && key[len] == ':' && key[len + 1] != '\0' &&
           key[len + 1 + strspn(key + len + 1, "0123456789")] == '\0';
}

void cm_finding_name_put(struct cm_buf *out, const char *cause,
                         const char *subject_key)
{
    put_part(out, cause);
    put_part(out, is_address(subject_key) ? "" : subject_key);
}

const char *cm_report_finding_id(const struct cm_report_row *row,
                                 const struct cm_report_finding *finding,
                                 char out[CM_FINDING_ID_SIZE])
{
    const struct cm_endpoint_name name = {
        .host = row->host,
        .port = row->port,
        .protocol = row->protocol,
        .sni = row->sni,
        .client_cert = row->extras.client_cert,
        .view = row->own_view,
        .fields = &row->fields,
    };
    struct cm_buf key;
    bool made;

    cm_buf_init(&key, MAX_NAME);
    cm_endpoint_name_put(&key, &name);
    cm_finding_name_put(&key, finding->cause,
                        finding->subject_key == NULL ? ""
                                                     : finding->subject_key);
    made = !key.failed;
    if (made) {
        (void)snprintf(out, CM_FINDING_ID_SIZE, "%016" PRIx64,
                       cm_hash64(NULL, key.data, key.len));
    }
    cm_buf_cleanup(&key);
    return made ? out : NULL;
}
