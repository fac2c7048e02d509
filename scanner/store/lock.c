/* Which process writes a run: a lock on one byte of the store's file, far
 * behind its end and behind the bytes that SQLite locks. It ends with the
 * process, however that ends, and needs no file of its own.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "certmuster/resume.h"

#define FIRST_BYTE (INT64_C(1) << 62)

static struct flock lock_of(int64_t run_id)
{
    return (struct flock){
        .l_type = F_WRLCK,
        .l_whence = SEEK_SET,
        .l_start = FIRST_BYTE + run_id,
        .l_len = 1,
    };
}

/* The descriptor stays open until SQLite has closed its own: closing it before
 * would drop SQLite's locks. The lock itself belongs to this descriptor
 * (F_OFD_SETLK), not to the process, so that SQLite cannot drop it either. */
enum cm_status cm_store_lock_run(struct cm_store *store, int64_t run_id,
                                 bool *got)
{
    struct flock lock = lock_of(run_id);
    struct cm_db *db = &store->db;

    *got = false;
    if (store->lock_fd < 0) {
        store->lock_fd = open(db->path, O_RDWR | O_CLOEXEC);
    }
    if (store->lock_fd < 0) {
        return cm_error_set(&db->error, CM_ESTORE, "store %s: %s", db->path,
                            strerrordesc_np(errno));
    }
    *got = fcntl(store->lock_fd, F_OFD_SETLK, &lock) == 0;
    if (!*got && errno != EAGAIN && errno != EACCES) {
        return cm_error_set(&db->error, CM_ESTORE,
                            "store %s cannot be locked: %s; is it on a file "
                            "system that knows locks?",
                            db->path, strerrordesc_np(errno));
    }
    return CM_OK;
}

bool cm_store_run_busy(const char *path, int64_t run_id)
{
    struct flock lock = lock_of(run_id);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool busy;

    if (fd < 0) {
        return false;
    }
    busy = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    (void)close(fd);
    return busy;
}
