/* Several files that are to appear together, and folders that are looked at
 * before they are needed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certmuster/file.h"

static int make_folder(void **state)
{
    char *folder = strdup("/tmp/certmuster-settle-XXXXXX");

    *state = folder;
    return folder != NULL && mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"one", "two", "plain"};
    char *folder = *state;
    char path[256];

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
    free(folder);
    return 0;
}

static bool is_there(const char *folder, const char *name)
{
    char path[256];

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static void open_with(struct cm_outfile *file, const char *folder,
                      const char *name, const char *text)
{
    struct cm_error err;

    assert_int_equal(cm_outfile_open(file, folder, name, 0644, &err), CM_OK);
    assert_true(fputs(text, file->stream) >= 0);
}

/* Neither appears, where the second has no room. */
static void what_has_no_room_is_known_before_the_first_appears(void **state)
{
    const char *folder = *state;
    struct cm_outfile one;
    struct cm_outfile two;
    struct rlimit old;
    struct rlimit small;
    struct cm_error err;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 8;
    (void)signal(SIGXFSZ, SIG_IGN);
    open_with(&one, folder, "one", "short");
    open_with(&two, folder, "two", "longer than that");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(cm_outfile_settle(&one, &err), CM_OK);
    assert_int_equal(cm_outfile_settle(&two, &err), CM_EIO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_non_null(strstr(err.text, "/two: "));
    assert_non_null(strstr(err.text, "free some space"));
    cm_outfile_abort(&one);
    cm_outfile_abort(&two);
    assert_false(is_there(folder, "one"));
    assert_false(is_there(folder, "two"));
}

static void a_settled_file_is_committed_with_what_came_later(void **state)
{
    const char *folder = *state;
    struct cm_outfile file;
    struct cm_error err;
    struct cm_buf buf;
    struct stat st;
    char path[256];

    open_with(&file, folder, "one", "abc");
    assert_int_equal(cm_outfile_settle(&file, &err), CM_OK);
    assert_true(file.settled);
    assert_false(is_there(folder, "one"));
    cm_buf_init(&buf, 100);
    assert_true(cm_buf_puts(&buf, "def"));
    assert_int_equal(cm_outfile_put(&file, &buf, &err), CM_OK);
    assert_false(file.settled);
    assert_int_equal(cm_outfile_commit(&file, &err), CM_OK);
    cm_buf_cleanup(&buf);
    (void)snprintf(path, sizeof(path), "%s/one", folder);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 6);
}

static void a_folder_is_looked_at_and_not_made(void **state)
{
    const char *folder = *state;
    struct cm_error err;
    char path[256];
    FILE *file;

    assert_int_equal(cm_dir_check(folder, &err), CM_OK);
    (void)snprintf(path, sizeof(path), "%s/a/b//c/", folder);
    assert_int_equal(cm_dir_check(path, &err), CM_OK);
    assert_false(is_there(folder, "a"));
    assert_int_equal(cm_dir_check("no-such-folder-here", &err), CM_OK);
    assert_int_equal(cm_dir_check("/", &err), CM_OK);
    (void)snprintf(path, sizeof(path), "%s/plain", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(cm_dir_check(path, &err), CM_EIO);
    assert_non_null(strstr(err.text, "is a file"));
    (void)snprintf(path, sizeof(path), "%s/plain/below", folder);
    assert_int_equal(cm_dir_check(path, &err), CM_EIO);
    assert_non_null(strstr(err.text, "plain/below"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_has_no_room_is_known_before_the_first_appears),
        TEST(a_settled_file_is_committed_with_what_came_later),
        TEST(a_folder_is_looked_at_and_not_made),
    };

    return cmocka_run_group_tests_name("base/settle", tests, NULL, NULL);
}
