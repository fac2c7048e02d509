/* Memory, the compressor, the disk and the store fail at every point in turn:
 * the HTML report is whole, or there is none and the error says why. The linker
 * sends our calls here (--wrap).
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>

#include "format.h"
#include "html_check.h"

#define NEVER (-1)
#define MOST 5000

/* How many calls still succeed; NEVER: all do. Then one fails, or all. */
static int memory_left = NEVER;
static int packing_left = NEVER;
static bool only_one_fails;

void *__real_malloc(size_t size);
void *__real_calloc(size_t num, size_t size);
void *__real_realloc(void *memory, size_t size);
char *__real_strdup(const char *text);
int __real_deflate(z_streamp stream, int flush);
int __real_deflateInit2_(z_streamp stream, int level, int method, int bits,
                         int memory, int strategy, const char *version,
                         int size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t num, size_t size);
void *__wrap_realloc(void *memory, size_t size);
char *__wrap_strdup(const char *text);
int __wrap_deflate(z_streamp stream, int flush);
int __wrap_deflateInit2_(z_streamp stream, int level, int method, int bits,
                         int memory, int strategy, const char *version,
                         int size);

static bool fails(int *left)
{
    if (*left == 0) {
        *left = only_one_fails ? NEVER : 0;
        return true;
    }
    *left -= *left == NEVER ? 0 : 1;
    return false;
}

void *__wrap_malloc(size_t size)
{
    return fails(&memory_left) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t num, size_t size)
{
    return fails(&memory_left) ? NULL : __real_calloc(num, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails(&memory_left) ? NULL : __real_realloc(memory, size);
}

char *__wrap_strdup(const char *text)
{
    return fails(&memory_left) ? NULL : __real_strdup(text);
}

int __wrap_deflate(z_streamp stream, int flush)
{
    return fails(&packing_left) ? Z_STREAM_ERROR
                                : __real_deflate(stream, flush);
}

/* NOLINTNEXTLINE(readability-function-size): the library's parameters */
int __wrap_deflateInit2_(z_streamp stream, int level, int method, int bits,
                         int memory, int strategy, const char *version,
                         int size)
{
    return fails(&packing_left)
               ? Z_MEM_ERROR
               : __real_deflateInit2_(stream, level, method, bits, memory,
                                      strategy, version, size);
}

static int with_fleet(void **state)
{
    struct fixture *f = malloc(sizeof(*f));

    assert_non_null(f);
    fixture_make_fleet(f);
    fixture_add_measures(f);
    f->options.formats = "html";
    *state = f;
    return 0;
}

static int without(void **state)
{
    fixture_remove(*state);
    free(*state);
    return 0;
}

/* Files in the output folder, also hidden ones. */
static size_t files_in(const char *path)
{
    DIR *folder = opendir(path);
    size_t num = 0;

    while (folder != NULL && readdir(folder) != NULL) {
        num++;
    }
    if (folder == NULL) {
        return 0;
    }
    (void)closedir(folder);
    return num - 2;
}

static void remove_report(const struct fixture *f)
{
    char path[160];

    (void)snprintf(path, sizeof(path), "%s/report.html", f->out);
    (void)unlink(path);
}

/* A report that was written must be the whole one; else there is none. */
static void check_outcome(const struct fixture *f, enum cm_status status,
                          const struct cm_error *err, const char *whole)
{
    size_t len;
    char *html = fixture_read(f, "report.html", &len);

    if (status == CM_OK) {
        assert_int_equal(files_in(f->out), 1);
        assert_string_equal(html, whole);
    } else {
        assert_int_equal(status, CM_ENOMEM);
        assert_non_null(strstr(err->text, "memory"));
        assert_int_equal(files_in(f->out), 0);
    }
    free(html);
}

/* Calls 0, 1, 2 ... fail, until none is left that could. */
static void fails_at_every_call(struct fixture *f, int *left, int at_least)
{
    char *whole = html_of(f);
    bool failed = true;
    int n = 0;

    for (; n < MOST && failed; n++) {
        struct cm_error err = {0};
        enum cm_status status;

        remove_report(f);
        *left = n;
        status = cm_report_write(&f->options, &err);
        failed = *left <= 0;
        *left = NEVER;
        check_outcome(f, status, &err, whole);
    }
    assert_false(failed);
    assert_true(n > at_least);
    free(whole);
}

static void memory_ends_anywhere(void **state)
{
    only_one_fails = false;
    fails_at_every_call(*state, &memory_left, 100);
}

static void one_allocation_fails_anywhere(void **state)
{
    only_one_fails = true;
    fails_at_every_call(*state, &memory_left, 100);
}

static void the_compressor_fails_anywhere(void **state)
{
    only_one_fails = true;
    fails_at_every_call(*state, &packing_left, 28);
}

/* Enough rows that columns are packed while they are read. */
static void the_compressor_fails_on_the_way(void **state)
{
    struct fixture *f = *state;

    fixture_sql(f, "WITH RECURSIVE c(n) AS (SELECT 9 UNION ALL SELECT n + 1"
                   " FROM c WHERE n < 600) INSERT INTO row SELECT 1, n, n + 1,"
                   " json_array(hex(randomblob(64))), 'x', 1, 2 FROM c");
    only_one_fails = true;
    fails_at_every_call(f, &packing_left, 30);
}

struct sink {
    size_t room;
};

static ssize_t take_some(void *cookie, const char *data, size_t size)
{
    struct sink *sink = cookie;

    (void)data;
    if (size > sink->room) {
        errno = ENOSPC;
        return 0;
    }
    sink->room -= size;
    return (ssize_t)size;
}

static enum cm_status write_to(const struct fixture *f, FILE *stream,
                               struct cm_error *err)
{
    char path[] = "report.html";
    struct cm_outfile file = {.stream = stream, .path = path};
    struct cm_report_target target = {.format = &cm_html_format,
                                      .out = {.file = &file}};
    struct cm_report_run *run;
    enum cm_status status;

    assert_int_equal(cm_report_run_open(&run, f->db, 0, err), CM_OK);
    cm_buf_init(&target.out.buf, 1024);
    (void)setvbuf(stream, NULL, _IONBF, 0);
    status = cm_report_walk(run, &target, 1, err);
    cm_buf_cleanup(&target.out.buf);
    cm_report_run_close(run);
    (void)fclose(stream);
    return status;
}

static void the_disk_is_full_anywhere(void **state)
{
    const cookie_io_functions_t functions = {.write = take_some};
    char *whole = html_of(*state);
    size_t room = 0;
    int failures = 0;
    struct cm_error err;

    for (;; room += 997) {
        struct sink sink = {.room = room};
        FILE *stream = fopencookie(&sink, "w", functions);
        enum cm_status status;

        assert_non_null(stream);
        status = write_to(*state, stream, &err);
        if (status == CM_OK) {
            break;
        }
        assert_int_equal(status, CM_EIO);
        assert_non_null(strstr(err.text, "cannot write report.html: "));
        assert_non_null(strstr(err.text, strerror(ENOSPC)));
        failures++;
    }
    assert_true(failures > 20);
    assert_true(room >= strlen(whole)); /* no failure went unnoticed */
    free(whole);
}

static void a_device_that_is_full_says_so(void **state)
{
    struct cm_error err;
    FILE *full = fopen("/dev/full", "w");

    assert_non_null(full);
    assert_int_equal(write_to(*state, full, &err), CM_EIO);
    assert_non_null(strstr(err.text, strerror(ENOSPC)));
}

static void a_stream_that_takes_nothing_is_an_error(void **state)
{
    struct cm_error err;
    FILE *closed = fopen("/dev/null", "r");

    assert_non_null(closed);
    assert_int_equal(write_to(*state, closed, &err), CM_EIO);
    assert_non_null(strstr(err.text, "cannot write report.html: "));
}

/* A real file that may not grow: the old report stays as it was. */
static void a_file_that_cannot_grow_leaves_the_old_one(void **state)
{
    struct fixture *f = *state;
    struct rlimit before;
    struct rlimit small;
    struct cm_error err;
    enum cm_status status;
    char *old = html_of(f);
    char *now;
    size_t len;

    fixture_sql(f, "UPDATE run SET input_name = 'another'");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 20000;
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    status = cm_report_write(&f->options, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, CM_EIO);
    assert_non_null(strstr(err.text, "report.html"));
    assert_int_equal(files_in(f->out), 1);
    now = fixture_read(f, "report.html", &len);
    assert_string_equal(now, old);
    free(now);
    free(old);
}

/* What the store holds is broken somewhere in the middle. */
static void a_broken_store_leaves_no_file(void **state)
{
    static const char *const damages[] = {
        "UPDATE row SET fields = '[' WHERE id = 5",
        "UPDATE result SET causes = '{' WHERE endpoint = 7",
        "UPDATE action SET owners = 'x' WHERE rank = 4",
        "DROP VIEW v_action",
        "DROP VIEW v_finding",
        "DROP VIEW v_endpoint",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
        struct fixture f;
        struct cm_error err = {0};

        fixture_make_fleet(&f);
        f.options.formats = "html";
        fixture_sql(&f, damages[i]);
        if (cm_report_write(&f.options, &err) != CM_ESTORE) {
            fail_msg("%s: %s", damages[i], err.text);
        }
        assert_true(err.text[0] != '\0');
        assert_int_equal(files_in(f.out), 0);
        fixture_remove(&f);
    }
}

int main(void)
{
#define FLEET_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, with_fleet, without)
    const struct CMUnitTest tests[] = {
        FLEET_TEST(memory_ends_anywhere),
        FLEET_TEST(one_allocation_fails_anywhere),
        FLEET_TEST(the_compressor_fails_anywhere),
        FLEET_TEST(the_compressor_fails_on_the_way),
        FLEET_TEST(the_disk_is_full_anywhere),
        FLEET_TEST(a_device_that_is_full_says_so),
        FLEET_TEST(a_stream_that_takes_nothing_is_an_error),
        FLEET_TEST(a_file_that_cannot_grow_leaves_the_old_one),
        cmocka_unit_test(a_broken_store_leaves_no_file),
    };

    return cmocka_run_group_tests_name("html failures", tests, NULL, NULL);
}
