/* Which files become stores, which are refused, and that a refused file stays
 * as it is.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "certmuster/file.h"

static void path_in(const struct fixture *f, const char *name, char out[256])
{
    (void)snprintf(out, 256, "%s/%s", f->folder, name);
}

static void write_file(const char *path, const char *bytes)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, strlen(bytes), file), strlen(bytes));
    assert_int_equal(fclose(file), 0);
}

static void read_file(const char *path, struct cm_buf *out)
{
    cm_buf_init(out, 1 << 24);
    assert_int_equal(cm_file_read(out, path, NULL), CM_OK);
}

static void sql_on(const char *path, const char *sql)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Opening fails, says `word`, and changes neither the file nor its folder. */
static void assert_refused(const char *path, enum cm_status want,
                           const char *word)
{
    struct cm_store *store = NULL;
    struct cm_error err = {0};
    struct cm_buf before;
    struct cm_buf after;
    char beside[300];

    read_file(path, &before);
    assert_int_equal(cm_store_open(&store, path, &err), want);
    assert_null(store);
    if (strstr(err.text, word) == NULL || strstr(err.text, path) == NULL) {
        fail_msg("unclear: %s", err.text);
    }
    read_file(path, &after);
    assert_int_equal(before.len, after.len);
    assert_memory_equal(before.data, after.data, before.len);
    (void)snprintf(beside, sizeof(beside), "%s-wal", path);
    assert_int_not_equal(access(beside, F_OK), 0);
    (void)snprintf(beside, sizeof(beside), "%s-shm", path);
    assert_int_not_equal(access(beside, F_OK), 0);
    cm_buf_cleanup(&before);
    cm_buf_cleanup(&after);
}

static void creates_a_store(void **state)
{
    const struct fixture *f = *state;
    struct stat st;

    assert_answer(f, "PRAGMA application_id", "1129141076");
    assert_answer(f, "PRAGMA user_version", "5");
    assert_answer(f, "PRAGMA journal_mode", "wal");
    assert_answer(f, "PRAGMA page_size", "8192");
    assert_answer(f, "SELECT count(*) FROM v_run", "0");
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & S_IWOTH, 0);
    assert_int_equal(st.st_mode & S_IWGRP, 0);
}

static void respects_the_umask(void **state)
{
    const struct fixture *f = *state;
    mode_t old = umask(077);
    struct cm_store *store = NULL;
    struct stat st;
    char path[256];

    path_in(f, "mine.db", path);
    assert_int_equal(cm_store_open(&store, path, NULL), CM_OK);
    (void)umask(old);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    cm_store_close(store);
}

static void opens_a_store_again(void **state)
{
    struct fixture *f = *state;

    fixture_begin(f);
    assert_int_equal(fixture_finish(f, 0), CM_OK);
    cm_store_close(f->store);
    fixture_reopen(f);
    assert_answer(f, "SELECT run, state FROM v_run", "1|complete");
}

static void fills_an_empty_file(void **state)
{
    const struct fixture *f = *state;
    struct cm_store *store = NULL;
    char path[256];

    path_in(f, "empty.db", path);
    write_file(path, "");
    assert_int_equal(cm_store_open(&store, path, NULL), CM_OK);
    cm_store_close(store);
}

static void takes_no_path_for_a_special_name(void **state)
{
    const struct fixture *f = *state;
    struct cm_store *store = NULL;
    char *old = getcwd(NULL, 0);

    assert_non_null(old);
    assert_int_equal(chdir(f->folder), 0);
    assert_int_equal(cm_store_open(&store, ":memory:", NULL), CM_OK);
    assert_int_equal(access("./:memory:", F_OK), 0);
    cm_store_close(store);
    assert_int_equal(cm_store_open(&store, "file:x?mode=memory", NULL), CM_OK);
    assert_int_equal(access("./file:x?mode=memory", F_OK), 0);
    cm_store_close(store);
    assert_int_equal(chdir(old), 0);
    free(old);
}

static void refuses_what_is_no_database(void **state)
{
    static const char *const contents[] = {
        "host,port\na.example,443\n",
        "x",
        /* longer than a database's header */
        "host,port,owner,environment\n"
        "a.example,443,team a,production\nb.example,443,team b,production\n"
        "c.example,443,team c,production\nd.example,443,team d,production\n",
    };
    const struct fixture *f = *state;
    char path[256];

    path_in(f, "fleet.csv", path);
    for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
        write_file(path, contents[i]);
        assert_refused(path, CM_EINPUT, "not a store");
    }
}

static void refuses_another_programs_database(void **state)
{
    const struct fixture *f = *state;
    char path[256];

    path_in(f, "other.db", path);
    sql_on(path, "PRAGMA application_id = 77; CREATE TABLE t (x);");
    assert_refused(path, CM_EINPUT, "another program");
    assert_int_equal(unlink(path), 0);
    sql_on(path, "PRAGMA journal_mode = WAL; CREATE TABLE run (id);");
    assert_refused(path, CM_EINPUT, "another program");
}

static void refuses_a_newer_store(void **state)
{
    struct fixture *f = *state;

    cm_store_close(f->store);
    f->store = NULL;
    sql_on(f->path, "PRAGMA user_version = 6");
    assert_refused(f->path, CM_EINPUT, "newer");
}

/* The schema comes whole or not at all. */
static void leaves_a_store_it_cannot_migrate(void **state)
{
    const struct fixture *f = *state;
    char path[256];

    path_in(f, "odd.db", path);
    sql_on(path, "PRAGMA application_id = 1129141076; CREATE TABLE probe (x)");
    assert_refused(path, CM_ESTORE, "already exists");
}

/* A newer program died before its log was copied into the file. */
static void refuses_a_newer_store_known_from_its_log(void **state)
{
    struct fixture *f = *state;
    struct cm_store *store = NULL;
    struct cm_error err = {0};
    struct cm_buf before;
    struct cm_buf after;
    sqlite3 *db = NULL;

    cm_store_close(f->store);
    f->store = NULL;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "PRAGMA user_version = 6", NULL, NULL, NULL),
        SQLITE_OK);
    read_file(f->path, &before);
    assert_int_equal(cm_store_open(&store, f->path, &err), CM_EINPUT);
    assert_non_null(strstr(err.text, "newer"));
    read_file(f->path, &after);
    assert_int_equal(before.len, after.len);
    assert_memory_equal(before.data, after.data, before.len);
    cm_buf_cleanup(&before);
    cm_buf_cleanup(&after);
    (void)sqlite3_close(db);
}

static void refuses_paths_that_are_no_file(void **state)
{
    const struct fixture *f = *state;
    const struct {
        const char *path;
        enum cm_status status;
        const char *word;
    } cases[] = {
        {"", CM_EUSAGE, "needs a file name"},
        {f->folder, CM_EUSAGE, "is a folder"},
        {"/dev/null", CM_EUSAGE, "not a regular file"},
        {"/dev/null/x.db", CM_ESTORE, "Not a directory"},
        {"/proc/certmuster.db", CM_ESTORE, "cannot be opened"},
        {"/nonexistent/folder/x.db", CM_ESTORE, "No such file"},
    };
    struct cm_store *store = NULL;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cm_error err = {0};

        assert_int_equal(cm_store_open(&store, cases[i].path, &err),
                         cases[i].status);
        assert_null(store);
        if (strstr(err.text, cases[i].word) == NULL) {
            fail_msg("%s: %s", cases[i].path, err.text);
        }
    }
}

/* Root may write everywhere, so root becomes nobody for a while. */
static void as_nobody(uid_t uid)
{
    if (getuid() == 0) {
        assert_int_equal(seteuid(uid), 0);
    }
}

static void says_that_a_folder_is_read_only(void **state)
{
    const struct fixture *f = *state;
    struct cm_store *store = NULL;
    struct cm_error err = {0};
    char path[256];
    enum cm_status status;

    path_in(f, "new.db", path);
    assert_int_equal(chmod(f->folder, 0555), 0);
    as_nobody(65534);
    status = cm_store_open(&store, path, &err);
    as_nobody(0);
    assert_int_equal(chmod(f->folder, 0755), 0);
    assert_int_equal(status, CM_ESTORE);
    assert_null(store);
    if (strstr(err.text, "Permission denied") == NULL) {
        fail_msg("unclear: %s", err.text);
    }
    assert_int_not_equal(access(path, F_OK), 0);
}

static void says_that_a_file_is_read_only(void **state)
{
    struct fixture *f = *state;
    struct cm_error err = {0};
    enum cm_status status;

    cm_store_close(f->store);
    assert_int_equal(chmod(f->path, 0444), 0);
    assert_int_equal(chmod(f->folder, 0777), 0);
    as_nobody(65534);
    status = cm_store_open(&f->store, f->path, &err);
    as_nobody(0);
    assert_int_equal(status, CM_ESTORE);
    assert_non_null(strstr(err.text, "cannot be written"));
}

static void says_that_a_store_is_damaged(void **state)
{
    struct fixture *f = *state;
    struct cm_error err = {0};
    int fd;

    cm_store_close(f->store);
    f->store = NULL;
    fd = open(f->path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    /* The header stays, the b-tree page below it becomes rubbish. */
    assert_int_equal(pwrite(fd, "rubbish", 7, 100), 7);
    assert_int_equal(close(fd), 0);
    assert_int_equal(cm_store_open(&f->store, f->path, &err), CM_ESTORE);
    assert_null(f->store);
    assert_non_null(strstr(err.text, "damaged"));
}

static void waits_for_nobody_when_nothing_was_opened(void **state)
{
    (void)state;
    cm_store_close(NULL);
}

#define STORE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(creates_a_store),
        STORE_TEST(respects_the_umask),
        STORE_TEST(opens_a_store_again),
        STORE_TEST(fills_an_empty_file),
        STORE_TEST(takes_no_path_for_a_special_name),
        STORE_TEST(refuses_what_is_no_database),
        STORE_TEST(refuses_another_programs_database),
        STORE_TEST(leaves_a_store_it_cannot_migrate),
        STORE_TEST(refuses_a_newer_store),
        STORE_TEST(refuses_a_newer_store_known_from_its_log),
        STORE_TEST(refuses_paths_that_are_no_file),
        STORE_TEST(says_that_a_folder_is_read_only),
        STORE_TEST(says_that_a_file_is_read_only),
        STORE_TEST(says_that_a_store_is_damaged),
        cmocka_unit_test(waits_for_nobody_when_nothing_was_opened),
    };

    return cmocka_run_group_tests_name("store open", tests, NULL, NULL);
}
