/* See shard_file.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/shard_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "certmuster/file.h"
#include "certmuster/shard.h"
#include "pki/pki.h"

#define CHUNK ((size_t)1 << 20)
#define HOST_SIZE 65
#define STALE_SECONDS 3600 /* a scan that lives writes every second */

struct cm_shard_file {
    char *folder;  /* owned, all of them */
    char *path;    /* where it goes */
    char *temp;    /* where it is made */
    char *carried; /* its copy beside `path`; NULL: it is made there */
    char host[HOST_SIZE];
};

/* SQLite's files beside a database. */
static const char *const beside[] = {"", "-wal", "-shm", "-journal"};

/* Needs no memory: that may be what is missing. */
static void remove_all(const char *path)
{
    char name[PATH_MAX];

    for (size_t i = 0; i < sizeof(beside) / sizeof(*beside); i++) {
        int len = snprintf(name, sizeof(name), "%s%s", path, beside[i]);

        if (len > 0 && (size_t)len < sizeof(name)) {
            (void)unlink(name);
        }
    }
}

/* What tells machines apart that write to one folder; a dot would end it. */
static void name_host(char out[HOST_SIZE])
{
    if (gethostname(out, HOST_SIZE) != 0) {
        (void)snprintf(out, HOST_SIZE, "unknown");
    }
    out[HOST_SIZE - 1] = '\0';
    for (char *at = out; *at != '\0'; at++) {
        bool plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                     (*at >= '0' && *at <= '9');

        if (!plain) {
            *at = '-';
        }
    }
}

/* --- what is left of a try that was killed --- */

/* Its scan is gone: the process is not there, and nothing was written for long
 * (in another container the same number may be somebody else). */
static bool is_stale(const char *folder, const char *name, long pid)
{
    struct timespec now;
    struct stat st;
    char *path = NULL;
    bool stale = false;

    if (pid <= 0 || kill((pid_t)pid, 0) == 0 || errno != ESRCH ||
        asprintf(&path, "%s/%s", folder, name) < 0) {
        return false;
    }
    if (clock_gettime(CLOCK_REALTIME, &now) == 0 && lstat(path, &st) == 0 &&
        S_ISREG(st.st_mode)) {
        stale = now.tv_sec - st.st_mtime > STALE_SECONDS;
    }
    free(path);
    return stale;
}

static void remove_leftovers(const char *folder, const char *prefix)
{
    DIR *dir = opendir(folder);
    size_t len = strlen(prefix);
    struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (strncmp(entry->d_name, prefix, len) == 0 &&
            is_stale(folder, entry->d_name,
                     strtol(entry->d_name + len, NULL, 10))) {
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
}

/* --- names --- */

static bool name_files(struct cm_shard_file *file, const char *scratch,
                       const struct cm_shard *shard)
{
    char prefix[128];
    const char *made_in = scratch != NULL ? scratch : file->folder;

    name_host(file->host);
    (void)snprintf(prefix, sizeof(prefix), ".shard-%u-of-%u.%s.", shard->index,
                   shard->count, file->host);
    remove_leftovers(file->folder, prefix);
    if (scratch != NULL) {
        remove_leftovers(scratch, prefix);
    }
    if (asprintf(&file->path, "%s/shard-%u-of-%u.db", file->folder,
                 shard->index, shard->count) < 0) {
        file->path = NULL;
        return false;
    }
    if (asprintf(&file->temp, "%s/%s%ld.tmp", made_in, prefix, (long)getpid()) <
        0) {
        file->temp = NULL;
        return false;
    }
    if (scratch != NULL && asprintf(&file->carried, "%s/%s%ld.copy.tmp",
                                    file->folder, prefix, (long)getpid()) < 0) {
        file->carried = NULL;
        return false;
    }
    return true;
}

enum cm_status cm_shard_file_open(struct cm_shard_file **out,
                                  const char *folder, const char *scratch,
                                  const struct cm_shard *shard,
                                  struct cm_error *err)
{
    struct cm_shard_file *file = calloc(1, sizeof(*file));
    enum cm_status status = CM_OK;

    *out = NULL;
    if (file != NULL) {
        file->folder = strdup(folder);
    }
    if (file == NULL || file->folder == NULL) {
        cm_shard_file_close(file);
        return cm_error_nomem(err, "a file name");
    }
    status = cm_dir_make(folder, err);
    if (status == CM_OK && scratch != NULL) {
        status = cm_dir_make(scratch, err);
    }
    if (status == CM_OK && !name_files(file, scratch, shard)) {
        status = cm_error_nomem(err, "a file name");
    }
    if (status != CM_OK) {
        cm_shard_file_close(file);
        return status;
    }
    /* A process of this number left them: nobody else has it now. */
    remove_all(file->temp);
    *out = file;
    return CM_OK;
}

const char *cm_shard_file_path(const struct cm_shard_file *file)
{
    return file->path;
}

const char *cm_shard_file_temp(const struct cm_shard_file *file)
{
    return file->temp;
}

void cm_shard_file_close(struct cm_shard_file *file)
{
    if (file == NULL) {
        return;
    }
    if (file->temp != NULL) {
        remove_all(file->temp);
    }
    if (file->carried != NULL) {
        (void)unlink(file->carried);
    }
    free(file->folder);
    free(file->path);
    free(file->temp);
    free(file->carried);
    free(file);
}

/* --- publishing --- */

static enum cm_status cannot_write(const char *path, int why,
                                   struct cm_error *err)
{
    return cm_error_set(err, CM_EIO, "cannot write %s: %s", path,
                        strerrordesc_np(why));
}

/* 0, or an errno. */
static int write_whole(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t done = write(fd, bytes, len);

        if (done < 0 && errno != EINTR) {
            return errno;
        }
        if (done > 0) {
            bytes += done;
            len -= (size_t)done;
        }
    }
    return 0;
}

static int copy_bytes(int from, int to, char *chunk)
{
    for (;;) {
        ssize_t got = read(from, chunk, CHUNK);
        int why;

        if (got == 0) {
            return fsync(to) == 0 ? 0 : errno;
        }
        if (got < 0 && errno == EINTR) {
            continue;
        }
        why = got < 0 ? errno : write_whole(to, chunk, (size_t)got);
        if (why != 0) {
            return why;
        }
    }
}

static enum cm_status carry(const struct cm_shard_file *file,
                            struct cm_error *err)
{
    char *chunk = malloc(CHUNK);
    int from = open(file->temp, O_RDONLY | O_CLOEXEC);
    int to = -1;
    int why = from < 0 ? errno : 0;

    if (chunk == NULL) {
        why = ENOMEM;
    }
    if (why == 0) {
        (void)unlink(file->carried);
        to = open(file->carried,
                  O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
        why = to < 0 ? errno : copy_bytes(from, to, chunk);
    }
    if (to >= 0 && close(to) != 0 && why == 0) {
        why = errno;
    }
    if (from >= 0) {
        (void)close(from);
    }
    free(chunk);
    return why == 0 ? CM_OK : cannot_write(file->carried, why, err);
}

/* The name lasts through a power failure where the file system can do that. */
static void sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
}

enum cm_status cm_shard_file_publish(struct cm_shard_file *file,
                                     struct cm_error *err)
{
    const char *from = file->carried != NULL ? file->carried : file->temp;
    enum cm_status status = cm_store_seal(file->temp, err);

    if (status == CM_OK && file->carried != NULL) {
        status = carry(file, err);
    }
    if (status == CM_OK && rename(from, file->path) != 0) {
        status = cannot_write(file->path, errno, err);
    }
    if (status == CM_OK) {
        sync_folder(file->folder);
    }
    return status;
}

/* --- is it there already? --- */

enum cm_status cm_input_digest(const char *path, char hex[65],
                               struct cm_error *err)
{
    struct cm_digest *digest = cm_digest_new();
    char *chunk = malloc(CHUNK);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : 1;
    enum cm_status status = CM_OK;

    if (digest == NULL || chunk == NULL) {
        status = cm_error_nomem(err, "the input");
    }
    while (status == CM_OK && got != 0) {
        got = fd < 0 ? -1 : read(fd, chunk, CHUNK);
        if (got > 0) {
            cm_digest_add(digest, chunk, (size_t)got);
        } else if (got < 0 && (fd < 0 || errno != EINTR)) {
            status = cm_error_set(err, CM_EINPUT, "%s: %s", path,
                                  strerrordesc_np(errno));
        }
    }
    if (digest != NULL) {
        cm_digest_hex_free(digest, hex);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    free(chunk);
    return status;
}

enum cm_status cm_shard_is_done(bool *done, const char *path,
                                const struct cm_shard *shard,
                                const char *input_path,
                                const char *config_sha256, struct cm_error *err)
{
    struct cm_shard_facts facts;
    char input_sha256[CM_HEX_DIGEST_SIZE];
    struct stat st;
    enum cm_status status;

    *done = false;
    if (stat(input_path, &st) != 0 || !S_ISREG(st.st_mode) ||
        access(path, F_OK) != 0 || cm_shard_read(path, &facts, NULL) != CM_OK ||
        !facts.complete || facts.shard != shard->index ||
        facts.shards != shard->count ||
        strcmp(facts.config_sha256, config_sha256) != 0) {
        return CM_OK;
    }
    status = cm_input_digest(input_path, input_sha256, err);
    *done = status == CM_OK && strcmp(input_sha256, facts.input_sha256) == 0;
    return status;
}
