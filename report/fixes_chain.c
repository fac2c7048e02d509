/* Fix bundles of certificates: what a server leaves out, what it should send,
 * and roots.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/digest.h"
#include "certmuster/text.h"
#include "fixes_parts.h"

#define PEM_LINE 48U /* octets, 64 characters of base64 */

static void put_pem(struct cm_buf *out, struct cm_span der)
{
    (void)cm_buf_puts(out, "-----BEGIN CERTIFICATE-----\n");
    for (size_t i = 0; i < der.len; i += PEM_LINE) {
        size_t left = der.len - i;

        (void)cm_buf_base64(out, der.data + i,
                            left < PEM_LINE ? left : PEM_LINE);
        (void)cm_buf_putc(out, '\n');
    }
    (void)cm_buf_puts(out, "-----END CERTIFICATE-----\n");
}

/* An id that the store does not know spoils the file: `*known` says so. */
static enum cm_status put_cert(struct cm_fixes *fixes, struct cm_buf *out,
                               const char *id, bool *known,
                               struct cm_error *err)
{
    const struct cm_report_certificate *cert;
    enum cm_status status = cm_report_certificate(fixes->run, id, &cert, err);

    if (status == CM_OK && cert != NULL) {
        put_pem(out, cert->der);
    }
    *known = *known && cert != NULL;
    return status;
}

/* How many certificates of the path a server sends: all but a root at its end.
 * An anchor that is no root must be sent for clients that trust its issuer. */
static enum cm_status count_sent(struct cm_fixes *fixes,
                                 const struct cm_report_fixable *row,
                                 size_t *num, struct cm_error *err)
{
    const struct cm_report_certificate *cert;
    enum cm_status status = cm_report_certificate(
        fixes->run, row->path.items[row->path.num - 1], &cert, err);

    *num = row->path.num;
    if (status == CM_OK && cert != NULL && cert->self_issued) {
        (*num)--;
    }
    return status;
}

static bool holds(const struct cm_report_list *list, const char *id)
{
    for (size_t i = 0; i < list->num; i++) {
        if (strcmp(list->items[i], id) == 0) {
            return true;
        }
    }
    return false;
}

static enum cm_status add_missing(struct cm_fix_group *group, const char *id,
                                  struct cm_error *err)
{
    char *own;

    for (size_t i = 0; i < group->num_missing; i++) {
        if (strcmp(group->missing[i], id) == 0) {
            return CM_OK;
        }
    }
    if (group->num_missing == CM_FIX_MAX_MISSING) {
        return CM_OK;
    }
    own = strdup(id);
    if (own == NULL) {
        return cm_error_nomem(err, "the fixes");
    }
    group->missing[group->num_missing++] = own;
    return CM_OK;
}

static enum cm_status full_chain(struct cm_fixes *fixes,
                                 struct cm_fix_group *group,
                                 const struct cm_report_fixable *row,
                                 size_t num, struct cm_error *err)
{
    char name[CM_FIX_NAME_SIZE];
    const char *leaf;
    struct cm_buf pem;
    bool known = true;
    enum cm_status status =
        cm_report_fingerprint(fixes->run, row->path.items[0], &leaf, err);

    if (status != CM_OK || strlen(leaf) != 64 ||
        strspn(leaf, "0123456789abcdef") != 64) {
        return status;
    }
    (void)snprintf(name, sizeof(name), "%.*s-fullchain.pem", CM_FIX_KEY_LEN,
                   leaf);
    if (cm_map_get(group->seen, name, strlen(name)) != NULL) {
        return CM_OK; /* this action names it already */
    }
    if (!cm_map_put(group->seen, name, strlen(name), group)) {
        return cm_error_nomem(err, "the fixes");
    }
    if (cm_fix_has(fixes, name)) {
        return cm_fix_add(fixes, group->key, name, err);
    }
    cm_buf_init(&pem, CM_FIX_MAX_FILE);
    for (size_t i = 0; status == CM_OK && i < num; i++) {
        status = put_cert(fixes, &pem, row->path.items[i], &known, err);
    }
    if (status == CM_OK && known) {
        status =
            cm_fix_put(fixes, group->key, name, CM_FIX_FULL_CHAIN, &pem, err);
    }
    cm_buf_cleanup(&pem);
    return status;
}

enum cm_status cm_fix_chain_row(struct cm_fixes *fixes,
                                struct cm_fix_group *group,
                                const struct cm_report_fixable *row,
                                struct cm_error *err)
{
    bool complete = true;
    size_t num;
    enum cm_status status;

    if (!row->path_valid || row->path.num < 2) {
        return CM_OK;
    }
    status = count_sent(fixes, row, &num, err);
    for (size_t i = 1; status == CM_OK && i < num; i++) {
        if (!holds(&row->chain, row->path.items[i])) {
            complete = false;
            status = add_missing(group, row->path.items[i], err);
        }
    }
    group->proven = true;
    if (status == CM_OK && !row->leaf_goes &&
        (!complete || group->resolution == CM_RESOLUTION_TIDY_CHAIN)) {
        status = full_chain(fixes, group, row, num, err);
    }
    return status;
}

enum cm_status cm_fix_chain_end(struct cm_fixes *fixes,
                                struct cm_fix_group *group,
                                struct cm_error *err)
{
    char name[CM_FIX_NAME_SIZE];
    struct cm_buf pem;
    bool known = true;
    enum cm_status status = CM_OK;

    if (!group->proven) {
        fixes->unproven++;
    }
    if (group->num_missing == 0) {
        return CM_OK;
    }
    (void)snprintf(name, sizeof(name), "%s-intermediates.pem", group->key);
    cm_buf_init(&pem, CM_FIX_MAX_FILE);
    for (size_t i = 0; status == CM_OK && i < group->num_missing; i++) {
        status = put_cert(fixes, &pem, group->missing[i], &known, err);
    }
    if (status == CM_OK && known) {
        status = cm_fix_put(fixes, group->key, name, CM_FIX_INTERMEDIATES, &pem,
                            err);
    }
    cm_buf_cleanup(&pem);
    return status;
}

/* "AB:CD:..." as people compare it. */
static void put_fingerprint(struct cm_buf *out, const char *label,
                            const uint8_t *hash, size_t len)
{
    (void)cm_buf_printf(out, "# %s ", label);
    for (size_t i = 0; i < len; i++) {
        (void)cm_buf_printf(out, "%s%02X", i == 0 ? "" : ":", hash[i]);
    }
    (void)cm_buf_putc(out, '\n');
}

static void put_root(struct cm_buf *out,
                     const struct cm_report_certificate *cert)
{
    uint8_t sha1[CM_DIGEST_SHA1_LEN];
    uint8_t sha256[CM_DIGEST_SHA256_LEN];
    char day[CM_TIME_TEXT_SIZE];

    cm_digest_sha1(cert->der.data, cert->der.len, sha1);
    cm_digest_sha256(cert->der.data, cert->der.len, sha256);
    (void)cm_buf_puts(out, "# ");
    cm_fix_comment(out, cert->subject == NULL ? "" : cert->subject);
    (void)cm_buf_putc(out, '\n');
    put_fingerprint(out, "SHA-256", sha256, sizeof(sha256));
    put_fingerprint(out, "SHA-1", sha1, sizeof(sha1));
    if (cert->not_after != CM_UNKNOWN) {
        (void)cm_buf_printf(out, "# ends on %s\n",
                            cm_time_day(cert->not_after, day));
    }
    (void)cm_buf_puts(out, "# It came from the network. Compare a fingerprint "
                           "with the CA's owner over\n# another channel before "
                           "any client trusts it.\n");
    put_pem(out, cert->der);
}

/* Only a finding that is certain names the root itself; otherwise it names the
 * last certificate before the unknown. */
enum cm_status cm_fix_root_row(struct cm_fixes *fixes,
                               struct cm_fix_group *group,
                               const struct cm_report_fixable *row,
                               struct cm_error *err)
{
    const struct cm_report_certificate *cert;
    char name[CM_FIX_NAME_SIZE];
    struct cm_buf pem;
    enum cm_status status;

    if (group->root_done || !row->certain || row->found_sha256 == NULL) {
        return CM_OK;
    }
    status = cm_report_certificate(fixes->run, row->found_sha256, &cert, err);
    if (status != CM_OK || cert == NULL || !cert->self_issued) {
        return status;
    }
    group->root_done = true;
    (void)snprintf(name, sizeof(name), "%s-root.pem", group->key);
    cm_buf_init(&pem, CM_FIX_MAX_FILE);
    put_root(&pem, cert);
    status = cm_fix_put(fixes, group->key, name, CM_FIX_ROOT, &pem, err);
    cm_buf_cleanup(&pem);
    return status;
}

enum cm_status cm_fix_root_end(struct cm_fixes *fixes,
                               struct cm_fix_group *group, struct cm_error *err)
{
    (void)err;
    if (!group->root_done) {
        fixes->roots_unseen++;
    }
    return CM_OK;
}
