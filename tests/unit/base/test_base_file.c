/* Reading with a cap; files that appear whole or not at all.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "certmuster/file.h"

#define PATH_SIZE 512

struct place {
    char folder[PATH_SIZE];
};

static const char *in(const struct place *place, const char *name,
                      char out[PATH_SIZE * 2])
{
    (void)snprintf(out, PATH_SIZE * 2, "%s/%s", place->folder, name);
    return out;
}

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof(*place));
    const char *base = getenv("TMPDIR");

    assert_non_null(place);
    (void)snprintf(place->folder, sizeof(place->folder), "%s/cm-file-XXXXXX",
                   base != NULL ? base : "/tmp");
    assert_non_null(mkdtemp(place->folder));
    *state = place;
    return 0;
}

/* Removes what is left, two levels deep. */
static void empty(const char *folder, int depth)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        char path[PATH_SIZE * 2];

        if (strcmp(entry->d_name, ".") == 0 ||
            strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) <
                (int)sizeof(path) &&
            unlink(path) != 0 && depth > 0) {
            empty(path, depth - 1);
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    (void)rmdir(folder);
}

static int remove_place(void **state)
{
    struct place *place = *state;

    empty(place->folder, 4);
    free(place);
    return 0;
}

static int count_entries(const struct place *place)
{
    DIR *dir = opendir(place->folder);
    int n = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL) {
        n++;
    }
    (void)closedir(dir);
    return n - 2; /* . and .. */
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    (void)fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void assert_content(const char *path, const char *want)
{
    struct cm_buf buf;
    struct cm_error err;

    cm_buf_init(&buf, 1 << 20);
    assert_int_equal(cm_file_read(&buf, path, &err), CM_OK);
    assert_string_equal(cm_buf_cstr(&buf), want);
    cm_buf_cleanup(&buf);
}

static void reading_appends_up_to_the_cap(void **state)
{
    struct place *place = *state;
    char path[PATH_SIZE * 2];
    struct cm_buf buf;
    struct cm_error err;

    write_file(in(place, "a", path), "hello");
    cm_buf_init(&buf, 7);
    cm_buf_puts(&buf, "> ");
    assert_int_equal(cm_file_read(&buf, path, &err), CM_OK);
    assert_string_equal(cm_buf_cstr(&buf), "> hello");
    /* One more does not fit: what was there before stays. */
    assert_int_equal(cm_file_read(&buf, path, &err), CM_EINPUT);
    assert_non_null(strstr(err.text, path));
    assert_non_null(strstr(err.text, "larger than the 7 bytes"));
    assert_string_equal(cm_buf_cstr(&buf), "> hello");
    cm_buf_cleanup(&buf);
}

static void reading_takes_several_chunks(void **state)
{
    struct place *place = *state;
    char path[PATH_SIZE * 2];
    struct cm_buf want;

    cm_buf_init(&want, 1 << 20);
    for (int i = 0; i < 20000; i++) {
        cm_buf_printf(&want, "%d,", i);
    }
    write_file(in(place, "big", path), cm_buf_cstr(&want));
    assert_content(path, cm_buf_cstr(&want));
    cm_buf_cleanup(&want);
}

static void reading_says_what_is_wrong(void **state)
{
    struct place *place = *state;
    char path[PATH_SIZE * 2];
    struct cm_buf buf;
    struct cm_error err;

    cm_buf_init(&buf, 100);
    assert_int_equal(cm_file_read(&buf, in(place, "none", path), &err),
                     CM_EINPUT);
    assert_non_null(strstr(err.text, path));
    assert_non_null(strstr(err.text, "No such file"));
    assert_non_null(strstr(err.text, "check the path"));
    assert_int_equal(cm_file_read(&buf, place->folder, &err), CM_EINPUT);
    assert_non_null(strstr(err.text, "not a folder"));
    write_file(in(place, "plain", path), "x");
    assert_int_equal(cm_file_read(&buf, in(place, "plain/x", path), &err),
                     CM_EINPUT);
    assert_non_null(strstr(err.text, "a part of the path is a file"));
    cm_buf_cleanup(&buf);
}

static void commit_makes_the_file_appear(void **state)
{
    struct place *place = *state;
    char path[PATH_SIZE * 2];
    struct cm_outfile file;
    struct cm_buf buf;
    struct cm_error err;
    struct stat about;

    assert_int_equal(
        cm_outfile_open(&file, place->folder, "out.csv", 0600, &err), CM_OK);
    cm_buf_init(&buf, 100);
    cm_buf_puts(&buf, "a,b\n");
    assert_int_equal(cm_outfile_put(&file, &buf, &err), CM_OK);
    assert_int_equal(buf.len, 0);
    assert_int_equal(cm_outfile_put(&file, &buf, &err), CM_OK);
    (void)fputs("c,d\n", file.stream);
    assert_int_equal(access(in(place, "out.csv", path), F_OK), -1);
    assert_int_equal(count_entries(place), 1);
    assert_int_equal(cm_outfile_commit(&file, &err), CM_OK);
    assert_content(path, "a,b\nc,d\n");
    assert_int_equal(count_entries(place), 1);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_null(file.stream);
    cm_outfile_abort(&file); /* after a commit: nothing */
    assert_content(path, "a,b\nc,d\n");
    cm_buf_cleanup(&buf);
}

/* That nothing is synced cannot be seen; that all else is the same can. */
static void an_unsynced_file_appears_too(void **state)
{
    struct place *place = *state;
    char path[PATH_SIZE * 2];
    struct cm_outfile file;
    struct cm_buf buf;
    struct cm_error err;

    assert_int_equal(
        cm_outfile_open(&file, place->folder, "out.pem", 0644, &err), CM_OK);
    assert_false(file.unsynced);
    file.unsynced = true;
    cm_buf_init(&buf, 100);
    cm_buf_puts(&buf, "pem\n");
    assert_int_equal(cm_outfile_put(&file, &buf, &err), CM_OK);
    assert_int_equal(access(in(place, "out.pem", path), F_OK), -1);
    assert_int_equal(cm_outfile_commit(&file, &err), CM_OK);
    assert_content(path, "pem\n");
    assert_int_equal(count_entries(place), 1);
    assert_false(file.unsynced);
    cm_buf_cleanup(&buf);
}

static void commit_replaces_the_old_file(void **state)
{
    struct place *place = *state;
    char path[PATH_SIZE * 2];
    struct cm_outfile file;
    struct cm_error err;

    write_file(in(place, "out", path), "old");
    assert_int_equal(cm_outfile_open(&file, place->folder, "out", 0644, &err),
                     CM_OK);
    (void)fputs("new", file.stream);
    assert_content(path, "old"); /* until the last moment */
    assert_int_equal(cm_outfile_commit(&file, &err), CM_OK);
    assert_content(path, "new");
    assert_int_equal(count_entries(place), 1);
}

static void abort_leaves_nothing(void **state)
{
    struct place *place = *state;
    struct cm_outfile file = {0};
    struct cm_error err;

    cm_outfile_abort(&file); /* the zero state */
    assert_int_equal(cm_outfile_open(&file, place->folder, "out", 0644, &err),
                     CM_OK);
    (void)fputs("half", file.stream);
    cm_outfile_abort(&file);
    assert_int_equal(count_entries(place), 0);
    assert_null(file.stream);
    assert_null(file.path);
}

static void a_left_over_temporary_file_is_replaced(void **state)
{
    struct place *place = *state;
    char name[64];
    char path[PATH_SIZE * 2];
    char victim[PATH_SIZE * 2];
    struct cm_outfile file;
    struct cm_error err;

    /* Even a link that somebody put there leads nowhere. */
    write_file(in(place, "victim", victim), "precious");
    (void)snprintf(name, sizeof(name), ".out.%ld.tmp", (long)getpid());
    assert_int_equal(symlink(victim, in(place, name, path)), 0);
    assert_int_equal(cm_outfile_open(&file, place->folder, "out", 0644, &err),
                     CM_OK);
    (void)fputs("new", file.stream);
    assert_int_equal(cm_outfile_commit(&file, &err), CM_OK);
    assert_content(victim, "precious");
    assert_content(in(place, "out", path), "new");
}

static void names_that_leave_the_folder_are_refused(void **state)
{
    static const char *const names[] = {"", ".", "..", "a/b", "/etc/x", "../x"};
    struct place *place = *state;
    struct cm_outfile file;
    struct cm_error err;

    for (size_t i = 0; i < COUNT(names); i++) {
        assert_int_equal(
            cm_outfile_open(&file, place->folder, names[i], 0644, &err),
            CM_EUSAGE);
        assert_null(file.stream);
        assert_non_null(strstr(err.text, place->folder));
    }
    assert_int_equal(count_entries(place), 0);
}

static void an_unwritable_folder_is_named_with_the_reason(void **state)
{
    struct place *place = *state;
    char path[PATH_SIZE * 2];
    struct cm_outfile file;
    struct cm_error err;

    assert_int_equal(
        cm_outfile_open(&file, in(place, "none", path), "out", 0644, &err),
        CM_EIO);
    assert_null(file.stream);
    assert_non_null(strstr(err.text, "none/out"));
    assert_non_null(strstr(err.text, "No such file or directory"));
    write_file(in(place, "plain", path), "");
    assert_int_equal(cm_outfile_open(&file, path, "out", 0644, &err), CM_EIO);
    assert_non_null(strstr(err.text, "plain/out"));
    assert_non_null(strstr(err.text, "a file, not a folder"));
    if (geteuid() != 0) { /* nothing is forbidden to root */
        assert_int_equal(mkdir(in(place, "locked", path), 0555), 0);
        assert_int_equal(cm_outfile_open(&file, path, "out", 0644, &err),
                         CM_EIO);
        assert_non_null(strstr(err.text, "check who may access it"));
    }
}

static void a_folder_in_the_way_fails_the_commit(void **state)
{
    struct place *place = *state;
    char path[PATH_SIZE * 2];
    struct cm_outfile file;
    struct cm_error err;

    assert_int_equal(mkdir(in(place, "out", path), 0755), 0);
    assert_int_equal(cm_outfile_open(&file, place->folder, "out", 0644, &err),
                     CM_OK);
    assert_int_equal(cm_outfile_commit(&file, &err), CM_EIO);
    assert_non_null(strstr(err.text, path));
    assert_non_null(strstr(err.text, "not a folder"));
    assert_int_equal(count_entries(place), 1);
    assert_null(file.temp);
}

/* A limit on the size of files stands for a full disk. */
static void a_full_disk_leaves_the_old_file(void **state)
{
    struct place *place = *state;
    char path[PATH_SIZE * 2];
    struct rlimit old;
    struct rlimit small;
    struct cm_outfile file;
    struct cm_buf buf;
    struct cm_error err;
    enum cm_status put;
    enum cm_status committed;

    write_file(in(place, "out", path), "old");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 1000;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(cm_outfile_open(&file, place->folder, "out", 0644, &err),
                     CM_OK);
    cm_buf_init(&buf, 1 << 20);
    for (int i = 0; i < 10000; i++) {
        cm_buf_puts(&buf, "0123456789");
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    put = cm_outfile_put(&file, &buf, &err);
    committed = cm_outfile_commit(&file, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(put, CM_EIO);
    assert_non_null(strstr(err.text, path));
    assert_non_null(strstr(err.text, "free some space"));
    assert_int_equal(buf.len, 100000);
    assert_int_equal(committed, CM_EIO);
    assert_content(path, "old");
    assert_int_equal(count_entries(place), 1);
    cm_buf_cleanup(&buf);
}

/* What fits the stream's own buffer is lost only at the end. */
static void a_full_disk_is_noticed_at_the_commit(void **state)
{
    struct place *place = *state;
    struct rlimit old;
    struct rlimit small;
    struct cm_outfile file;
    struct cm_error err;
    enum cm_status committed;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 1;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(cm_outfile_open(&file, place->folder, "out", 0644, &err),
                     CM_OK);
    (void)fputs("abc", file.stream);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    committed = cm_outfile_commit(&file, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(committed, CM_EIO);
    assert_non_null(strstr(err.text, "free some space"));
    assert_int_equal(count_entries(place), 0);
}

static void a_failed_buffer_is_not_written(void **state)
{
    struct place *place = *state;
    struct cm_outfile file;
    struct cm_buf buf;
    struct cm_error err;

    assert_int_equal(cm_outfile_open(&file, place->folder, "out", 0644, &err),
                     CM_OK);
    cm_buf_init(&buf, 2);
    cm_buf_puts(&buf, "a");
    cm_buf_puts(&buf, "bcd");
    assert_int_equal(cm_outfile_put(&file, &buf, &err), CM_ENOMEM);
    assert_int_equal(ftell(file.stream), 0);
    cm_outfile_abort(&file);
    cm_buf_cleanup(&buf);
}

static void no_more_files_may_be_opened(void **state)
{
    struct place *place = *state;
    char path[PATH_SIZE * 2];
    struct rlimit old;
    struct rlimit small;
    struct cm_outfile file;
    struct cm_buf buf;
    struct cm_error read_err;
    struct cm_error open_err;
    enum cm_status read_status;
    enum cm_status open_status;

    write_file(in(place, "a", path), "x");
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    small = old;
    small.rlim_cur = 0;
    cm_buf_init(&buf, 10);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &small), 0);
    read_status = cm_file_read(&buf, path, &read_err);
    open_status = cm_outfile_open(&file, place->folder, "b", 0644, &open_err);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_int_equal(read_status, CM_EINPUT);
    assert_non_null(strstr(read_err.text, "limit of open files"));
    assert_int_equal(open_status, CM_EIO);
    assert_non_null(strstr(open_err.text, "limit of open files"));
    cm_buf_cleanup(&buf);
}

static void folders_are_made_with_their_parents(void **state)
{
    struct place *place = *state;
    char path[PATH_SIZE * 2];
    struct cm_error err;
    struct stat about;

    assert_int_equal(cm_dir_make(in(place, "a/b//c/", path), &err), CM_OK);
    assert_int_equal(stat(in(place, "a/b/c", path), &about), 0);
    assert_true(S_ISDIR(about.st_mode));
    assert_int_equal(about.st_mode & 0700, 0700);
    assert_int_equal(cm_dir_make(path, &err), CM_OK); /* again */
    assert_int_equal(cm_dir_make("/", &err), CM_OK);
    assert_int_equal(cm_dir_make(".", &err), CM_OK);
}

static void a_folder_that_cannot_be_is_explained(void **state)
{
    struct place *place = *state;
    char path[PATH_SIZE * 2];
    struct cm_error err;

    assert_int_equal(cm_dir_make("", &err), CM_EUSAGE);
    write_file(in(place, "plain", path), "");
    assert_int_equal(cm_dir_make(path, &err), CM_EIO);
    assert_non_null(strstr(err.text, path));
    assert_non_null(strstr(err.text, "in the way"));
    assert_int_equal(cm_dir_make(in(place, "plain/x", path), &err), CM_EIO);
    assert_non_null(strstr(err.text, "in the way"));
    assert_int_equal(cm_dir_make("/proc/none/x", &err), CM_EIO);
    assert_non_null(strstr(err.text, "/proc/none"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reading_appends_up_to_the_cap),
        TEST(reading_takes_several_chunks),
        TEST(reading_says_what_is_wrong),
        TEST(commit_makes_the_file_appear),
        TEST(an_unsynced_file_appears_too),
        TEST(commit_replaces_the_old_file),
        TEST(abort_leaves_nothing),
        TEST(a_left_over_temporary_file_is_replaced),
        TEST(names_that_leave_the_folder_are_refused),
        TEST(an_unwritable_folder_is_named_with_the_reason),
        TEST(a_folder_in_the_way_fails_the_commit),
        TEST(a_full_disk_leaves_the_old_file),
        TEST(a_full_disk_is_noticed_at_the_commit),
        TEST(a_failed_buffer_is_not_written),
        TEST(no_more_files_may_be_opened),
        TEST(folders_are_made_with_their_parents),
        TEST(a_folder_that_cannot_be_is_explained),
    };

    return cmocka_run_group_tests_name("base/file", tests, NULL, NULL);
}
