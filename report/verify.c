/* Is a report still what was written? Its files are compared with its manifest.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certmuster/map.h"
#include "certmuster/text.h"
#include "manifest.h"
#include "reader_manifest.h"

#define MAX_MANIFEST ((size_t)256 * 1024 * 1024)
#define MAX_PATH 1024U
#define MAX_ADDED 20U /* files that are named though no manifest does */
#define MAX_DEPTH 1   /* manifests below the first one */
#define PIECE 65536

struct check {
    FILE *out;
    const char *root;
    int depth;
    struct cm_map *known; /* paths below the root; the values say nothing */
    size_t files;         /* that a manifest names */
    size_t faults;
    size_t added;
};

/* Where a file is, below the root. */
struct place {
    const char *folder; /* "" or "x/" */
    const char *file;
};

static void say(struct check *check, const char *what, struct place place,
                const char *words)
{
    struct cm_buf line;

    cm_buf_init(&line, 64 * (size_t)MAX_PATH);
    cm_buf_printf(&line, "%-11s ", what);
    cm_text_terminal(&line, place.folder, strlen(place.folder));
    cm_text_terminal(&line, place.file, strlen(place.file));
    cm_buf_printf(&line, "%s%s\n", words[0] == '\0' ? "" : ": ", words);
    (void)fputs(cm_buf_cstr(&line), check->out);
    cm_buf_cleanup(&line);
}

static void fault(struct check *check, const char *what, struct place place,
                  const char *words)
{
    check->faults++;
    say(check, what, place, words);
}

/* A path that stays in the folder. */
static bool is_safe(const char *path)
{
    size_t len = strlen(path);

    if (len == 0 || len >= MAX_PATH) {
        return false;
    }
    while (true) {
        size_t part = strcspn(path, "/");

        if (part == 0 || (part == 1 && path[0] == '.') ||
            (part == 2 && strncmp(path, "..", 2) == 0)) {
            return false;
        }
        if (path[part] == '\0') {
            return true;
        }
        path += part + 1;
    }
}

static char *path_of(const struct check *check, struct place place)
{
    char *path = NULL;

    return asprintf(&path, "%s/%s%s", check->root, place.folder, place.file) < 0
               ? NULL
               : path;
}

/* 0, or an errno. Never waits for a pipe, never follows a link. */
static int digest_file(const char *path, char sha256[CM_DIGEST_HEX_SIZE],
                       int64_t *bytes)
{
    static const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    struct cm_digest *digest;
    struct stat about;
    uint8_t piece[PIECE];
    ssize_t got = 0;
    int fd = open(path, flags);
    int why = fd < 0 ? errno : 0;

    *bytes = 0;
    if (why != 0) {
        return why;
    }
    digest = cm_digest_new();
    if (digest == NULL) {
        why = ENOMEM;
    } else if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        why = EINVAL;
    }
    while (why == 0 && (got = read(fd, piece, sizeof(piece))) != 0) {
        if (got > 0) {
            cm_digest_add(digest, piece, (size_t)got);
            *bytes += got;
        } else if (errno != EINTR) {
            why = errno;
        }
    }
    if (digest != NULL) {
        cm_digest_hex_free(digest, sha256);
    }
    (void)close(fd);
    return why;
}

static enum cm_status check_folder(struct check *check, const char *folder,
                                   struct cm_error *err);

/* The report of a part has a manifest of its own, one folder below. */
static enum cm_status check_part(struct check *check, struct place place,
                                 struct cm_error *err)
{
    static const char suffix[] = "/" CM_MANIFEST_FILE;
    size_t len = strlen(place.file);
    size_t ours = sizeof(suffix) - 1;
    enum cm_status status;
    char *folder = NULL;

    if (check->depth == MAX_DEPTH || len <= ours ||
        strcmp(place.file + len - ours, suffix) != 0) {
        return CM_OK;
    }
    if (asprintf(&folder, "%s%.*s", place.folder, (int)(len - ours + 1),
                 place.file) < 0) {
        return cm_error_nomem(err, "the report");
    }
    check->depth++;
    status = check_folder(check, folder, err);
    check->depth--;
    free(folder);
    return status;
}

static enum cm_status compare(struct check *check, struct place place,
                              const struct cm_manifest_entry *entry,
                              struct cm_error *err)
{
    char sha256[CM_DIGEST_HEX_SIZE];
    char *path = path_of(check, place);
    char words[256];
    int64_t bytes;
    int why = path == NULL ? ENOMEM : digest_file(path, sha256, &bytes);

    free(path);
    if (why == ENOMEM) {
        return cm_error_nomem(err, "the report");
    }
    if (why == ENOENT || why == ENOTDIR) {
        fault(check, "missing", place, "");
        return CM_OK;
    }
    if (why != 0) {
        fault(check, "unreadable", place,
              why == EINVAL || why == ELOOP ? "it is not a plain file"
                                            : strerror(why));
        return CM_OK;
    }
    if (entry->sha256 != NULL && strcmp(sha256, entry->sha256) == 0) {
        return check_part(check, place, err);
    }
    (void)snprintf(words, sizeof(words),
                   "it has %lld bytes, and %lld when it was written; its "
                   "SHA-256 is %s",
                   (long long)bytes, (long long)entry->bytes, sha256);
    fault(check, "changed", place, words);
    return CM_OK;
}

static enum cm_status check_entry(struct check *check, const char *folder,
                                  const struct cm_manifest_entry *entry,
                                  struct cm_error *err)
{
    struct place place = {folder, entry->file == NULL ? "" : entry->file};
    enum cm_status status;
    char *path = NULL;

    check->files++;
    if (!is_safe(place.file)) {
        fault(check, "refused", place, "this is no name of a file in here");
        return CM_OK;
    }
    if (asprintf(&path, "%s%s", folder, place.file) < 0 ||
        !cm_map_put(check->known, path, strlen(path), check)) {
        status = cm_error_nomem(err, "the report");
    } else {
        status = compare(check, place, entry, err);
    }
    free(path);
    return status;
}

static enum cm_status read_manifest(struct check *check, const char *folder,
                                    struct cm_buf *text, struct cm_error *err)
{
    char *path = path_of(check, (struct place){folder, CM_MANIFEST_FILE});
    enum cm_status status;

    if (path == NULL ||
        !cm_map_put(check->known, path + strlen(check->root) + 1,
                    strlen(path + strlen(check->root) + 1), check)) {
        status = cm_error_nomem(err, "the report");
    } else {
        status = cm_file_read(text, path, err);
    }
    free(path);
    return status;
}

static enum cm_status check_folder(struct check *check, const char *folder,
                                   struct cm_error *err)
{
    struct cm_manifest_reader *reader = NULL;
    const struct cm_manifest_entry *entry = NULL;
    struct cm_buf text;
    enum cm_status status;

    cm_buf_init(&text, MAX_MANIFEST);
    status = read_manifest(check, folder, &text, err);
    if (status == CM_OK) {
        status = cm_manifest_reader_open(&reader, cm_buf_cstr(&text), err);
    }
    while (status == CM_OK) {
        status = cm_manifest_reader_next(reader, &entry, err);
        if (status != CM_OK || entry == NULL) {
            break;
        }
        status = check_entry(check, folder, entry, err);
    }
    cm_manifest_reader_close(reader);
    cm_buf_cleanup(&text);
    return status;
}

/* --- what no manifest names --- */

static void look_in(struct check *check, const char *folder, int depth)
{
    char path[2 * MAX_PATH];
    struct dirent *entry;
    DIR *dir;

    (void)snprintf(path, sizeof(path), "%s/%s", check->root, folder);
    dir = opendir(path);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        struct place place = {folder, entry->d_name};
        struct stat about;

        (void)snprintf(path, sizeof(path), "%s%s", folder, entry->d_name);
        if (strcmp(entry->d_name, ".") == 0 ||
            strcmp(entry->d_name, "..") == 0 ||
            fstatat(dirfd(dir), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) !=
                0) {
            continue;
        }
        if (S_ISDIR(about.st_mode) && depth <= MAX_DEPTH) {
            (void)strncat(path, "/", sizeof(path) - strlen(path) - 1);
            look_in(check, path, depth + 1);
        } else if (cm_map_get(check->known, path, strlen(path)) == NULL &&
                   check->added++ < MAX_ADDED) {
            say(check, "not covered", place, "");
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
}

static enum cm_status conclude(struct check *check, struct cm_error *err)
{
    char sha256[CM_DIGEST_HEX_SIZE];
    char *path = path_of(check, (struct place){"", CM_MANIFEST_FILE});
    int64_t bytes;
    int why = path == NULL ? ENOMEM : digest_file(path, sha256, &bytes);

    free(path);
    if (why != 0) {
        return cm_error_set(err, CM_EIO, "cannot read " CM_MANIFEST_FILE ": %s",
                            strerror(why));
    }
    if (check->added > MAX_ADDED) {
        (void)fprintf(check->out, "not covered %zu more files\n",
                      check->added - MAX_ADDED);
    }
    (void)fprintf(check->out,
                  "%zu of %zu files are as they were written%s.\n"
                  "The manifest itself has the SHA-256\n  %s\n"
                  "which is to be compared with the one that was kept "
                  "elsewhere.\n",
                  check->files - check->faults, check->files,
                  check->faults == 0 ? "" : "; THE REPORT WAS CHANGED", sha256);
    return CM_OK;
}

enum cm_status cm_report_verify(const char *folder, FILE *out, bool *intact,
                                struct cm_error *err)
{
    struct check check = {.out = out, .root = folder, .known = cm_map_new()};
    enum cm_status status = check.known == NULL
                                ? cm_error_nomem(err, "the report")
                                : check_folder(&check, "", err);

    *intact = false;
    if (status == CM_OK) {
        look_in(&check, "", 0);
        status = conclude(&check, err);
        *intact = check.faults == 0;
    }
    cm_map_free(check.known, NULL);
    return status;
}
