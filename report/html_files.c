/* What an action needs, to download: the fix bundles, or the certificate
 * itself. Files of the first actions stand in the page, so that they come with
 * it. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "fixes.h"
#include "html_actions.h"
#include "reader_certs.h"

#define FILES 8 /* named */
#define MAX_INSIDE                                                             \
    ((size_t)16 << 10) /* a larger file stands beside it only                  \
                        */
#define PEM_LINE 64    /* RFC 7468 section 2 */

/* A file's octets in an address (RFC 3986 section 2.1). */
static void put_escaped(struct cm_buf *out, const struct cm_buf *content)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789-._~+/=";

    for (size_t i = 0; i < content->len; i++) {
        uint8_t c = content->data[i];

        if (c != '\0' && strchr(plain, c) != NULL) {
            (void)cm_buf_putc(out, (char)c);
        } else {
            (void)cm_buf_printf(out, "%%%02X", c);
        }
    }
}

static void inside(struct cm_buf *out, const char *name,
                   const struct cm_buf *content)
{
    (void)cm_buf_puts(out, "<li><a download=\"");
    cm_html_text(out, name);
    (void)cm_buf_puts(out, "\" href=\"data:application/x-pem-file,");
    put_escaped(out, content);
    (void)cm_buf_puts(out, "\">");
    cm_html_text(out, name);
    (void)cm_buf_puts(out, "</a>");
}

static void beside(struct cm_buf *out, const char *name)
{
    (void)cm_buf_printf(out, "<li><a href=\"" CM_FIXES_FOLDER "/%s\">%s</a>",
                        name, name);
}

static enum cm_status one_file(struct cm_buf *out, const struct cm_fixes *fixes,
                               const struct cm_fix_file *file, bool full,
                               struct cm_error *err)
{
    struct cm_buf content;
    enum cm_status status = CM_OK;

    cm_buf_init(&content, MAX_INSIDE);
    if (full) {
        status = cm_fixes_read(fixes, file->name, &content, err);
    }
    if (status == CM_OK) {
        if (content.len > 0) {
            inside(out, file->name, &content);
        } else {
            beside(out, file->name);
        }
        (void)cm_buf_printf(out,
                            "<br><small class=\"proof\">SHA-256 %s</small>"
                            "</li>",
                            file->sha256);
    }
    cm_buf_cleanup(&content);
    return status;
}

static void put_pem(struct cm_buf *out, struct cm_span der)
{
    struct cm_buf text;

    cm_buf_init(&text, 2 * MAX_INSIDE);
    (void)cm_buf_base64(&text, der.data, der.len);
    (void)cm_buf_puts(out, "-----BEGIN CERTIFICATE-----\n");
    for (size_t i = 0; i < text.len; i += PEM_LINE) {
        size_t left = text.len - i;

        (void)cm_buf_append(out, text.data + i,
                            left < PEM_LINE ? left : PEM_LINE);
        (void)cm_buf_putc(out, '\n');
    }
    (void)cm_buf_puts(out, "-----END CERTIFICATE-----\n");
    out->failed = out->failed || text.failed;
    cm_buf_cleanup(&text);
}

/* Where no bundle was written: what the action is about. */
static enum cm_status certificate(struct cm_buf *out, struct cm_report_run *run,
                                  const char *fingerprint, struct cm_error *err)
{
    const struct cm_report_certificate *cert = NULL;
    struct cm_buf content;
    char name[40];
    enum cm_status status = cm_report_certificate(run, fingerprint, &cert, err);

    if (status != CM_OK || cert == NULL || cert->der.len == 0 ||
        cert->der.len > MAX_INSIDE / 2) {
        return status;
    }
    cm_buf_init(&content, MAX_INSIDE);
    put_pem(&content, cert->der);
    (void)snprintf(name, sizeof(name), "certificate-%.8s.pem",
                   cert->fingerprint_sha256);
    (void)cm_buf_puts(out, "<h3>Files</h3><ul>");
    inside(out, name, &content);
    (void)cm_buf_puts(out, "</li></ul>");
    out->failed = out->failed || content.failed;
    cm_buf_cleanup(&content);
    return CM_OK;
}

enum cm_status cm_html_files(struct cm_buf *out, struct cm_report_run *run,
                             const struct cm_report_action *action,
                             const struct cm_html_digest *digest, bool full,
                             struct cm_error *err)
{
    const struct cm_fix_list *list = cm_fixes_of(digest->bundles, action->key);
    size_t named = 0;
    enum cm_status status = CM_OK;

    if (list == NULL) {
        return full && action->fingerprint_sha256 != NULL
                   ? certificate(out, run, action->fingerprint_sha256, err)
                   : CM_OK;
    }
    (void)cm_buf_puts(out, "<h3>Files</h3><ul>");
    /* What is missing comes first, then what it may be joined to. */
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; status == CM_OK && i < list->num; i++) {
            const struct cm_fix_file *file = &list->files[i];

            if ((file->kind == CM_FIX_INTERMEDIATES) == (turn == 0) &&
                named < FILES) {
                status = one_file(out, digest->bundles, file, full, err);
                named++;
            }
        }
    }
    (void)cm_buf_puts(out, "</ul>");
    if (list->num > FILES) {
        (void)cm_buf_puts(out, "<p class=\"mute\">");
        cm_html_number(out, (int64_t)list->num - FILES);
        (void)cm_buf_puts(
            out, " more stand in actions.csv and in the folder " CM_FIXES_FOLDER
                 ".</p>");
    }
    return status;
}
