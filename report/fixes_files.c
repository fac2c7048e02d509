/* The files of the fix bundles: writing them, the list of them, and taking away
 * those of an earlier report.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certmuster/digest.h"
#include "certmuster/file.h"
#include "fixes_parts.h"

#define README "README.txt"

static const char *const suffixes[] = {"-intermediates.pem", "-fullchain.pem",
                                       "-root.pem", "-csr.cnf"};

void cm_fix_comment(struct cm_buf *out, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789 .,:;=*@/_()'+-";
    char before = '\0';

    for (; *text != '\0'; text++) {
        char c = *text;

        if (strchr(plain, c) == NULL || (c == '-' && before == '-')) {
            c = '?';
        }
        (void)cm_buf_putc(out, c);
        before = c;
    }
}

static void put_sha256(const struct cm_buf *content, char out[65])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t hash[CM_DIGEST_SHA256_LEN];

    cm_digest_sha256(content->data, content->len, hash);
    for (size_t i = 0; i < sizeof(hash); i++) {
        out[2 * i] = digits[hash[i] >> 4];
        out[2 * i + 1] = digits[hash[i] & 15];
    }
    out[64] = '\0';
}

/* There may be thousands, and they can be made again: no fsync for each. */
static enum cm_status write_file(const struct cm_fixes *fixes, const char *name,
                                 struct cm_buf *content, struct cm_error *err)
{
    struct cm_outfile file = {0};
    enum cm_status status =
        cm_outfile_open(&file, fixes->folder, name, fixes->mode, err);

    if (status == CM_OK) {
        file.unsynced = true;
        status = cm_outfile_put(&file, content, err);
    }
    if (status == CM_OK) {
        status = cm_outfile_commit(&file, err);
    }
    cm_outfile_abort(&file);
    return status;
}

bool cm_fix_has(const struct cm_fixes *fixes, const char *name)
{
    return cm_map_get(fixes->files, name, strlen(name)) != NULL;
}

static struct cm_fix_list *list_of(struct cm_fixes *fixes, const char *key)
{
    struct cm_fix_list *list = cm_map_get(fixes->actions, key, strlen(key));

    if (list == NULL) {
        list = calloc(1, sizeof(*list));
        if (list != NULL &&
            !cm_map_put(fixes->actions, key, strlen(key), list)) {
            free(list);
            list = NULL;
        }
    }
    return list;
}

enum cm_status cm_fix_add(struct cm_fixes *fixes, const char *action_key,
                          const char *name, struct cm_error *err)
{
    const struct cm_fix_file *file =
        cm_map_get(fixes->files, name, strlen(name));
    struct cm_fix_list *list = list_of(fixes, action_key);

    if (list == NULL) {
        return cm_error_nomem(err, "the fixes");
    }
    if (list->num == list->cap) {
        size_t cap = list->cap == 0 ? 4 : 2 * list->cap;
        struct cm_fix_file *files = realloc(list->files, cap * sizeof(*files));

        if (files == NULL) {
            return cm_error_nomem(err, "the fixes");
        }
        list->files = files;
        list->cap = cap;
    }
    list->files[list->num++] = *file;
    return CM_OK;
}

enum cm_status cm_fix_put(struct cm_fixes *fixes, const char *action_key,
                          const char *name, enum cm_fix_kind kind,
                          struct cm_buf *content, struct cm_error *err)
{
    struct cm_fix_file *file;
    enum cm_status status;

    if (fixes->num_files == CM_FIX_MAX_FILES) {
        fixes->files_left_out = true;
        return CM_OK;
    }
    file = content->failed ? NULL : calloc(1, sizeof(*file));
    if (file == NULL) {
        return cm_error_nomem(err, "the fixes");
    }
    (void)snprintf(file->name, sizeof(file->name), "%s", name);
    file->kind = kind;
    put_sha256(content, file->sha256);
    file->bytes = (int64_t)content->len;
    if (!cm_buf_append(&fixes->written, file, sizeof(*file)) ||
        !cm_map_put(fixes->files, name, strlen(name), file)) {
        free(file);
        return cm_error_nomem(err, "the fixes");
    }
    status = write_file(fixes, name, content, err);
    if (status == CM_OK) {
        fixes->num_files++;
        (void)cm_buf_printf(&fixes->manifest, "%s  %s\n", file->sha256,
                            file->name);
        status = cm_fix_add(fixes, action_key, name, err);
    }
    return status;
}

static bool is_ours(const char *name)
{
    size_t hex = strspn(name, "0123456789abcdef");

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        if (hex == CM_FIX_KEY_LEN && strcmp(name + hex, suffixes[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Files that were true for an earlier report would be taken for true now. Only
 * plain files with names of ours go. */
static enum cm_status remove_stale(const struct cm_fixes *fixes,
                                   struct cm_error *err)
{
    DIR *folder = opendir(fixes->folder);
    struct dirent *entry;
    enum cm_status status = CM_OK;

    if (folder == NULL) {
        return cm_error_set(err, CM_EIO, "cannot read the folder %s: %s",
                            fixes->folder, strerror(errno));
    }
    while (status == CM_OK && (entry = readdir(folder)) != NULL) {
        if (is_ours(entry->d_name) && !cm_fix_has(fixes, entry->d_name) &&
            unlinkat(dirfd(folder), entry->d_name, 0) != 0 && errno != ENOENT) {
            status =
                cm_error_set(err, CM_EIO, "cannot remove %s/%s: %s",
                             fixes->folder, entry->d_name, strerror(errno));
        }
    }
    (void)closedir(folder);
    return status;
}

static void put_counts(const struct cm_fixes *fixes, struct cm_buf *out)
{
    if (fixes->num_files == 0) {
        (void)cm_buf_puts(out, "\nNo action of this run has a file here.\n");
    }
    if (fixes->unproven > 0) {
        (void)cm_buf_printf(
            out,
            "\nActions about chains without a file: %zu. No "
            "path was found that verifies, so\nthere is nothing "
            "to hand out that would work.\n",
            fixes->unproven);
    }
    if (fixes->roots_unseen > 0) {
        (void)cm_buf_printf(out,
                            "\nActions about a root without a file: %zu. The "
                            "root itself was never seen; ask\nthe CA's owner "
                            "for it.\n",
                            fixes->roots_unseen);
    }
    if (fixes->actions_left_out || fixes->files_left_out) {
        (void)cm_buf_printf(
            out,
            "\nTHIS IS NOT ALL: files are written for the first "
            "%d actions, and at most\n%d of them.\n",
            CM_FIX_MAX_ACTIONS, CM_FIX_MAX_FILES);
    }
}

static void put_readme(struct cm_fixes *fixes, struct cm_buf *out)
{
    (void)cm_buf_puts(
        out,
        "Files to carry out the actions of the report beside this folder. The "
        "first 16\ncharacters of a name are the key of the action, or the "
        "beginning of the SHA-256\nof the server's certificate.\n\n"
        "KEY-intermediates.pem   the certificates that the servers of the "
        "action leave out\n"
        "CERT-fullchain.pem      what the server with that certificate should "
        "send: its\n"
        "                        certificate, then each issuer, without the "
        "root. The path\n"
        "                        was verified for the time of the report\n"
        "KEY-root.pem            a root with its fingerprints: compare them "
        "with the CA's\n"
        "                        owner over another channel before trusting "
        "it\n"
        "KEY-csr.cnf             names and key type for a new certificate, for "
        "`openssl req`;\n"
        "                        the command stands in it\n\n"
        "There are no private keys here. To check a chain yourself:\n"
        "  openssl verify -CAfile ROOT.pem -untrusted CERT-fullchain.pem "
        "CERT-fullchain.pem\n"
        "To check that nothing was changed:\n"
        "  grep -E '^[0-9a-f]{64}  ' README.txt | sha256sum -c\n"
        "A later report into the same folder replaces these files.\n");
    put_counts(fixes, out);
    (void)cm_buf_putc(out, '\n');
    (void)cm_buf_append(out, fixes->manifest.data, fixes->manifest.len);
    out->failed = out->failed || fixes->manifest.failed;
}

static bool note_readme(struct cm_fixes *fixes, const struct cm_buf *readme)
{
    struct cm_fix_file file = {.name = README, .bytes = (int64_t)readme->len};

    put_sha256(readme, file.sha256);
    return cm_buf_append(&fixes->written, &file, sizeof(file));
}

enum cm_status cm_fix_finish(struct cm_fixes *fixes, struct cm_error *err)
{
    struct cm_buf readme;
    enum cm_status status = remove_stale(fixes, err);

    cm_buf_init(&readme, CM_FIX_MAX_FILE);
    put_readme(fixes, &readme);
    if (status == CM_OK && !note_readme(fixes, &readme)) {
        status = cm_error_nomem(err, "the fixes");
    }
    if (status == CM_OK) {
        status = write_file(fixes, README, &readme, err);
    }
    cm_buf_cleanup(&readme);
    return status;
}

enum cm_status cm_fixes_read(const struct cm_fixes *fixes, const char *name,
                             struct cm_buf *out, struct cm_error *err)
{
    char *path = NULL;
    enum cm_status status;

    if (asprintf(&path, "%s/%s", fixes->folder, name) < 0) {
        return cm_error_nomem(err, "the fixes");
    }
    status = cm_file_read(out, path, err);
    free(path);
    if (status != CM_OK && status != CM_ENOMEM) {
        cm_buf_clear(out); /* too large, or somebody took it away */
        status = CM_OK;
    }
    return status;
}
