/* Somebody deleted, moved or replaced the file while it was written. It is
 * still open, and so all of it is still there: a copy is saved, and the run
 * ends now and not with reports of nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool is_elsewhere(const struct cm_db *db)
{
    int moved = 0;

    return sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_HAS_MOVED,
                                &moved) == SQLITE_OK &&
           moved != 0;
}

/* A name that is free; NULL: no memory. */
static char *free_name(const char *path)
{
    char *name = NULL;

    if (asprintf(&name, "%s.rescued", path) < 0) {
        return NULL;
    }
    if (access(name, F_OK) == 0) {
        free(name);
        if (asprintf(&name, "%s.rescued.%ld", path, (long)getpid()) < 0) {
            return NULL;
        }
    }
    return name;
}

static bool copy_to(struct cm_db *db, const char *name)
{
    sqlite3_stmt *stmt = NULL;
    bool good =
        sqlite3_prepare_v2(db->handle, "VACUUM INTO ?", -1, &stmt, NULL) ==
            SQLITE_OK &&
        sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_DONE;

    (void)sqlite3_finalize(stmt);
    return good;
}

void cm_store_check_place(struct cm_store *store)
{
    struct cm_db *db = &store->db;
    char *name;

    if (db->error.status != CM_OK || !is_elsewhere(db)) {
        return;
    }
    store->moved = true;
    name = free_name(db->path);
    if (name != NULL && copy_to(db, name)) {
        (void)cm_error_set(&db->error, CM_ESTORE,
                           "store %s was deleted, moved or replaced while it "
                           "was written; all that was recorded is in %s: go on "
                           "with certmuster scan --resume --db %s",
                           db->path, name, name);
    } else {
        (void)cm_error_set(&db->error, CM_ESTORE,
                           "store %s was deleted, moved or replaced while it "
                           "was written, and a copy of what was recorded could "
                           "not be saved: %s",
                           db->path, sqlite3_errmsg(db->handle));
    }
    free(name);
}
