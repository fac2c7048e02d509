/* The stores that reports are tested with. SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz/stores.h"

#include "fixture.h"
#include "fuzz/scratch.h"

#include "certmuster/file.h"
#include "certmuster/status.h"

#define MAX_STORE (4U << 20)

static void move(struct fixture *f, const char *path)
{
    struct cm_buf bytes;

    cm_buf_init(&bytes, MAX_STORE);
    cm_assert(cm_file_read(&bytes, f->db, NULL) == CM_OK);
    fuzz_scratch_write(path, (struct cm_span){bytes.data, bytes.len});
    cm_buf_cleanup(&bytes);
    fixture_remove(f);
    fuzz_sql(path, "PRAGMA application_id = 1129141076");
}

void fuzz_write_fleet(const char *path)
{
    struct fixture f;

    fixture_make_fleet(&f);
    fixture_add_view(&f);
    fixture_add_measures(&f);
    move(&f, path);
}

void fuzz_write_fixes(const char *path)
{
    struct fixture f;

    fixture_make_fixes(&f);
    move(&f, path);
}
