/* See folder.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/run/folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/forge.h"

int folder_setup(void **state)
{
    struct folder *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    (void)snprintf(f->path, sizeof(f->path), "/tmp/certmuster-XXXXXX");
    assert_non_null(mkdtemp(f->path));
    *state = f;
    return 0;
}

static int drop(const char *path, const struct stat *info, int kind,
                struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

int folder_teardown(void **state)
{
    struct folder *f = *state;

    assert_int_equal(nftw(f->path, drop, 8, FTW_DEPTH | FTW_PHYS), 0);
    free(f);
    return 0;
}

const char *folder_path(struct folder *f, const char *name)
{
    char *path = f->made[f->num_made++ % 16];
    char joined[sizeof(f->made[0])]; /* `name` may be one that was lent */

    (void)snprintf(joined, sizeof(joined), "%s/%s", f->path, name);
    memcpy(path, joined, sizeof(joined));
    return path;
}

const char *folder_write(struct folder *f, const char *name, const void *bytes,
                         size_t len)
{
    const char *path = folder_path(f, name);
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    return path;
}

const char *folder_text(struct folder *f, const char *name, const char *text)
{
    return folder_write(f, name, text, strlen(text));
}

const char *folder_pem(struct folder *f, const char *name,
                       struct cm_cert *const *certs, size_t num)
{
    char *pem = forge_pem(certs, num);
    const char *path = folder_text(f, name, pem);

    free(pem);
    return path;
}

const char *folder_make(struct folder *f, const char *name)
{
    const char *path = folder_path(f, name);

    assert_int_equal(mkdir(path, 0755), 0);
    return path;
}
