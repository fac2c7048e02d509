/* Files that appear whole or not at all: a temporary name in the same folder,
 * fsync, rename.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/advice.h"

#define DEFAULT_MODE 0644

static void release(struct cm_outfile *file)
{
    free(file->path);
    free(file->temp);
    *file = (struct cm_outfile){0};
}

static enum cm_status cannot_write(const struct cm_outfile *file, int why,
                                   struct cm_error *err)
{
    return cm_error_set(err, CM_EIO, "cannot write %s: %s%s", file->path,
                        strerror(why), cm_advice(why));
}

static bool is_file_name(const char *name)
{
    return name[0] != '\0' && strchr(name, '/') == NULL &&
           strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static enum cm_status name_both(struct cm_outfile *file, const char *folder,
                                const char *name, struct cm_error *err)
{
    struct cm_buf buf;

    cm_buf_init(&buf, strlen(folder) + strlen(name) + 64);
    cm_buf_printf(&buf, "%s/%s", folder, name);
    file->path = cm_buf_take(&buf);
    cm_buf_printf(&buf, "%s/.%s.%ld.tmp", folder, name, (long)getpid());
    file->temp = cm_buf_take(&buf);
    if (file->path == NULL || file->temp == NULL) {
        return cm_error_nomem(err, "a file name");
    }
    return CM_OK;
}

/* O_EXCL: never through a link that somebody put there. What an earlier
 * process with our number left behind is removed once. */
static int create(const char *path, mode_t mode)
{
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    int fd = open(path, flags, mode);

    if (fd < 0 && errno == EEXIST && unlink(path) == 0) {
        fd = open(path, flags, mode);
    }
    return fd;
}

/* The new file takes the place of the old one for those who may read that. */
static void keep_mode(int fd, const char *path)
{
    struct stat about;

    if (lstat(path, &about) == 0 && S_ISREG(about.st_mode)) {
        (void)fchmod(fd, about.st_mode & 0777);
    }
}

enum cm_status cm_outfile_open(struct cm_outfile *file, const char *folder,
                               const char *name, mode_t mode,
                               struct cm_error *err)
{
    enum cm_status status;
    int fd;

    *file = (struct cm_outfile){0};
    if (!is_file_name(name)) {
        return cm_error_set(err, CM_EUSAGE,
                            "\"%s\" is not the name of a file in %s", name,
                            folder);
    }
    status = name_both(file, folder, name, err);
    if (status != CM_OK) {
        goto out;
    }
    fd = create(file->temp, mode == 0 ? DEFAULT_MODE : mode);
    if (fd < 0) {
        status = cannot_write(file, errno, err);
        goto out;
    }
    if (mode == 0) {
        keep_mode(fd, file->path);
    }
    file->stream = fdopen(fd, "w");
    if (file->stream == NULL) {
        status = cannot_write(file, errno, err);
        (void)close(fd);
        (void)unlink(file->temp);
    }
out:
    if (status != CM_OK) {
        release(file);
    }
    return status;
}

void cm_outfile_abort(struct cm_outfile *file)
{
    if (file->stream != NULL) {
        (void)fclose(file->stream);
        (void)unlink(file->temp);
    }
    release(file);
}

/* Makes the new name last through a power failure. Some file systems cannot;
 * the file itself is safe by then, so that is no error. */
static void sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL || slash == path ? 1 : (size_t)(slash - path);
    char *folder = malloc(len + 1);
    int fd;

    if (folder == NULL) {
        return;
    }
    memcpy(folder, path, len);
    folder[len] = '\0';
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
    free(folder);
}

/* 0, or an errno. A pipe or a special file cannot be synced: EINVAL. */
static int flush(FILE *stream, bool sync)
{
    errno = 0;
    if (fflush(stream) != 0 || ferror(stream)) {
        return errno != 0 ? errno : EIO;
    }
    return sync && fsync(fileno(stream)) != 0 && errno != EINVAL ? errno : 0;
}

enum cm_status cm_outfile_settle(struct cm_outfile *file, struct cm_error *err)
{
    int why;

    cm_assert(file->stream != NULL);
    why = flush(file->stream, !file->unsynced);
    file->settled = why == 0;
    return why == 0 ? CM_OK : cannot_write(file, why, err);
}

enum cm_status cm_outfile_commit(struct cm_outfile *file, struct cm_error *err)
{
    enum cm_status status = CM_OK;
    int why;

    cm_assert(file->stream != NULL);
    why = flush(file->stream, !file->unsynced && !file->settled);
    errno = 0;
    if (fclose(file->stream) != 0 && why == 0) {
        why = errno != 0 ? errno : EIO;
    }
    file->stream = NULL;
    if (why == 0 && rename(file->temp, file->path) != 0) {
        why = errno;
    }
    if (why != 0) {
        status = cannot_write(file, why, err);
        (void)unlink(file->temp);
    } else if (!file->unsynced) {
        sync_folder(file->path);
    }
    release(file);
    return status;
}

enum cm_status cm_outfile_put(struct cm_outfile *file, struct cm_buf *buf,
                              struct cm_error *err)
{
    cm_assert(file->stream != NULL);
    if (buf->failed) {
        return cm_error_nomem(err, file->path);
    }
    errno = 0;
    if (buf->len > 0 &&
        fwrite(buf->data, 1, buf->len, file->stream) != buf->len) {
        return cannot_write(file, errno != 0 ? errno : EIO, err);
    }
    if (file->watch != NULL) {
        file->watch(file->watch_arg, buf->data, buf->len);
    }
    file->settled = false;
    cm_buf_clear(buf);
    return CM_OK;
}
