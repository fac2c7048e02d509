/* See scratch.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/scratch.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certmuster/status.h"

#define PATH_SIZE 512
#define NUM_PATHS 8
#define MAX_OPEN 16

static int remove_one(const char *path, const struct stat *about, int kind,
                      struct FTW *where)
{
    (void)about;
    (void)kind;
    if (where->level > 0) {
        (void)remove(path);
    }
    return 0;
}

void fuzz_scratch_clear(const char *path)
{
    (void)nftw(path, remove_one, MAX_OPEN, FTW_DEPTH | FTW_PHYS);
}

static void remove_all(void)
{
    fuzz_scratch_clear(fuzz_scratch());
    (void)rmdir(fuzz_scratch());
}

const char *fuzz_scratch(void)
{
    static char folder[PATH_SIZE];
    const char *base = getenv("TMPDIR");

    if (folder[0] == '\0') {
        if (base == NULL || *base == '\0') {
            base = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
        }
        cm_assert((size_t)snprintf(folder, sizeof(folder), "%s/cm-fuzz-XXXXXX",
                                   base) < sizeof(folder));
        cm_assert(mkdtemp(folder) != NULL);
        cm_assert(atexit(remove_all) == 0);
    }
    return folder;
}

const char *fuzz_scratch_path(const char *name)
{
    static char paths[NUM_PATHS][PATH_SIZE * 2];
    static unsigned next;
    char *path = paths[next++ % NUM_PATHS];

    cm_assert((size_t)snprintf(path, sizeof(paths[0]), "%s/%s", fuzz_scratch(),
                               name) < sizeof(paths[0]));
    return path;
}

void fuzz_scratch_write(const char *path, struct cm_span bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    cm_assert(fd >= 0);
    while (bytes.len > 0) {
        ssize_t put = write(fd, bytes.data, bytes.len);

        cm_assert(put > 0);
        bytes.data += put;
        bytes.len -= (size_t)put;
    }
    cm_assert(close(fd) == 0);
}
