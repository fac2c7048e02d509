/* Every allocation fails once: each call says so, changes nothing and loses
 * nothing. The linker sends the module's allocations here (--wrap).
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "certmuster/evidence.h"
#include "certmuster/file.h"
#include "certmuster/inventory.h"
#include "certmuster/log.h"
#include "certmuster/map.h"
#include "certmuster/store.h"

#define NEVER (-1)

/* How many allocations still succeed; NEVER: all do. */
static int left = NEVER;
static int random_fails; /* so many calls are interrupted, -1: all fail */

void *__real_malloc(size_t size);
void *__real_calloc(size_t num, size_t size);
void *__real_realloc(void *memory, size_t size);
ssize_t __real_getrandom(void *out, size_t len, unsigned flags);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t num, size_t size);
void *__wrap_realloc(void *memory, size_t size);
ssize_t __wrap_getrandom(void *out, size_t len, unsigned flags);

static bool fails(void)
{
    if (left == 0) {
        return true;
    }
    left -= left == NEVER ? 0 : 1;
    return false;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t num, size_t size)
{
    return fails() ? NULL : __real_calloc(num, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails() ? NULL : __real_realloc(memory, size);
}

ssize_t __wrap_getrandom(void *out, size_t len, unsigned flags)
{
    if (random_fails == 0) {
        return __real_getrandom(out, len, flags);
    }
    errno = random_fails < 0 ? ENOSYS : EINTR;
    random_fails -= random_fails > 0 ? 1 : 0;
    return -1;
}

/* Each gives false when there was no memory. */
static bool make_map(void)
{
    struct cm_map *map = cm_map_new();

    cm_map_free(map, NULL);
    return map != NULL;
}

static bool make_evidence(void)
{
    struct cm_evidence *ev = cm_evidence_new();
    bool good = ev != NULL && cm_evidence_add_probe(ev) != NULL;

    if (ev != NULL) {
        assert_int_equal(ev->num_probes, good ? 1 : 0);
    }
    cm_evidence_free(ev);
    return good;
}

static bool make_row(void)
{
    struct cm_row *row = cm_row_new();

    cm_row_free(row);
    return row != NULL;
}

static bool make_result(void)
{
    struct cm_result *result = cm_result_new();

    cm_result_free(result);
    return result != NULL;
}

static bool fill_buf(void)
{
    struct cm_buf buf;
    bool good = true;

    cm_buf_init(&buf, 1000);
    for (int i = 0; i < 50; i++) {
        bool put = cm_buf_puts(&buf, "0123456789");

        assert_false(put && !good); /* failing sticks */
        good = put;
    }
    assert_int_equal(buf.failed, !good);
    cm_buf_cleanup(&buf);
    return good;
}

static bool take_buf(void)
{
    struct cm_buf buf;
    char *text;

    cm_buf_init(&buf, 10);
    text = cm_buf_take(&buf);
    free(text);
    return text != NULL;
}

static bool read_file(void)
{
    struct cm_buf buf;
    struct cm_error err;
    enum cm_status status;

    cm_buf_init(&buf, 1 << 20);
    status = cm_file_read(&buf, "/proc/self/status", &err);
    assert_true(status == CM_OK || status == CM_ENOMEM);
    cm_buf_cleanup(&buf);
    return status == CM_OK;
}

static bool make_folder(void)
{
    struct cm_error err;
    enum cm_status status = cm_dir_make("/tmp", &err);

    assert_true(status == CM_OK || status == CM_ENOMEM);
    return status == CM_OK;
}

/* Two versions with suites: an allocation each, and the inventory. */
static bool read_inventory(void)
{
    struct cm_inventory *inventory = cm_inventory_new();
    struct cm_inventory *back = NULL;
    struct cm_buf text;
    enum cm_status status = CM_ENOMEM;

    cm_buf_init(&text, 1 << 16);
    for (int i = CM_VERSION_TLS1_2; inventory != NULL && i < CM_VERSION_COUNT;
         i++) {
        inventory->versions[i].suites = calloc(1, sizeof(uint16_t));
        inventory->versions[i].num_suites =
            inventory->versions[i].suites == NULL ? 0 : 1;
    }
    if (inventory != NULL) {
        cm_inventory_write(&text, inventory);
        if (!text.failed && inventory->versions[CM_VERSION_TLS1_3].num_suites) {
            status = cm_inventory_read(cm_buf_cstr(&text), &back);
        }
    }
    assert_true(status == CM_OK || status == CM_ENOMEM);
    assert_int_equal(back != NULL, status == CM_OK);
    cm_inventory_free(back);
    cm_inventory_free(inventory);
    cm_buf_cleanup(&text);
    return status == CM_OK;
}

static void each_call_survives_every_failure(void **state)
{
    static const struct {
        const char *name;
        bool (*call)(void);
        int allocations;
    } calls[] = {
        {"map", make_map, 2},
        {"evidence", make_evidence, 2},
        {"row", make_row, 1},
        {"result", make_result, 1},
        {"buf", fill_buf, 4},
        {"take", take_buf, 1},
        {"read", read_file, 1},
        {"folder", make_folder, 1},
        {"inventory", read_inventory, 6},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(calls); i++) {
        int n = 0;

        for (;; n++) {
            bool good;

            left = n;
            good = calls[i].call();
            left = NEVER;
            if (good) {
                break;
            }
        }
        if (n < calls[i].allocations) {
            fail_msg("%s: %d allocations", calls[i].name, n);
        }
    }
}

static void a_map_that_cannot_grow_keeps_what_it_has(void **state)
{
    struct cm_map *map = cm_map_new();
    int values[1000];
    int failures = 0;

    (void)state;
    assert_non_null(map);
    for (int i = 0; i < 1000; i++) {
        for (int n = 0;; n++) {
            bool put;

            left = n;
            put = cm_map_put(map, &i, sizeof(i), &values[i]);
            left = NEVER;
            if (put) {
                break;
            }
            failures++;
            assert_int_equal(cm_map_count(map), i);
            assert_null(cm_map_get(map, &i, sizeof(i)));
        }
    }
    assert_true(failures > 1000); /* the keys, and some growth */
    for (int i = 0; i < 1000; i++) {
        assert_ptr_equal(cm_map_get(map, &i, sizeof(i)), &values[i]);
    }
    cm_map_free(map, NULL);
}

static void a_map_needs_a_secret(void **state)
{
    struct cm_map *map;

    (void)state;
    random_fails = 3; /* interrupted: tries again */
    map = cm_map_new();
    assert_int_equal(random_fails, 0);
    assert_non_null(map);
    cm_map_free(map, NULL);
    random_fails = -1;
    assert_null(cm_map_new());
    random_fails = 0;
}

static void an_output_without_memory_leaves_nothing(void **state)
{
    char folder[] = "/tmp/cm-nomem-XXXXXX";
    struct cm_outfile file;
    struct cm_error err;
    enum cm_status status;
    int failures = -1;

    (void)state;
    assert_non_null(mkdtemp(folder));
    do {
        left = ++failures;
        status = cm_outfile_open(&file, folder, "out", 0600, &err);
        left = NEVER;
        if (status != CM_OK) {
            assert_int_equal(status, CM_ENOMEM);
            assert_null(file.stream);
            assert_null(file.path);
        }
    } while (status != CM_OK);
    assert_true(failures >= 2);
    left = 0; /* syncing the folder is given up, not the file */
    status = cm_outfile_commit(&file, &err);
    left = NEVER;
    assert_int_equal(status, CM_OK);
    (void)snprintf(err.text, sizeof(err.text), "%s/out", folder);
    assert_int_equal(unlink(err.text), 0);
    assert_int_equal(rmdir(folder), 0); /* empty: nothing was left */
}

static void log_without_memory(void)
{
    left = 0;
    cm_log(CM_LOG_ERROR, "something");
}

static void a_log_line_without_memory_is_still_said(void **state)
{
    char said[256];

    (void)state;
    assert_int_equal(signal_of(log_without_memory, said, sizeof(said)), 0);
    assert_string_equal(said, "certmuster: no memory for a message\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_survives_every_failure),
        cmocka_unit_test(a_map_that_cannot_grow_keeps_what_it_has),
        cmocka_unit_test(a_map_needs_a_secret),
        cmocka_unit_test(an_output_without_memory_leaves_nothing),
        cmocka_unit_test(a_log_line_without_memory_is_still_said),
    };

    return cmocka_run_group_tests_name("base/nomem", tests, NULL, NULL);
}
