/* Every fixture through the program: files in, lines and exit code out.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "certmuster/file.h"
#include "certmuster/text.h"
#include "support/forge.h"
#include "unit/judge/fixtures.h"
#include "unit/judge/zoo.h"

#define MAX_TESTS 512
#define MAX_CERTS 128
#define MAX_WORDS 16
#define MAX_OUTPUT 65536

extern char **environ;

struct bundle {
    struct cm_cert *certs[MAX_CERTS]; /* borrowed */
    size_t num;
};

static void collect(void *arg, struct cm_cert *cert)
{
    struct bundle *bundle = arg;

    assert_true(bundle->num < MAX_CERTS);
    bundle->certs[bundle->num++] = cert;
}

static void write_pem(const char *path, const char *names)
{
    struct bundle bundle = {.num = 0};
    FILE *file = fopen(path, "w");
    char *pem;

    zoo_each(names, collect, &bundle);
    pem = forge_pem(bundle.certs, bundle.num);
    assert_non_null(file);
    assert_true(fputs(pem, file) >= 0);
    assert_int_equal(fclose(file), 0);
    free(pem);
}

/* Runs the program; its standard output goes to out.txt. */
static int run(const char *const *words)
{
    posix_spawn_file_actions_t actions;
    const char *program = getenv("CERTMUSTER");
    pid_t pid;
    int status;

    assert_non_null(program);
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "out.txt",
                                         O_WRONLY | O_CREAT | O_TRUNC, 0600),
        0);
    assert_int_equal(
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "err.txt",
                                         O_WRONLY | O_CREAT | O_TRUNC, 0600),
        0);
    assert_int_equal(posix_spawn(&pid, program, &actions, NULL,
                                 (char *const *)(uintptr_t)words, environ),
                     0);
    assert_int_equal(posix_spawn_file_actions_destroy(&actions), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void read_output(struct cm_buf *out, const char *path)
{
    struct cm_error err;

    cm_buf_init(out, MAX_OUTPUT);
    assert_int_equal(cm_file_read(out, path, &err), CM_OK);
}

/* The first word of each line, with spaces between. */
static void first_words(struct cm_buf *out, struct cm_buf *words)
{
    char *rest = (char *)(uintptr_t)cm_buf_cstr(out);
    char *line;

    cm_buf_init(words, MAX_OUTPUT);
    while ((line = strsep(&rest, "\n")) != NULL) {
        const char *tab = strchr(line, '\t');

        assert_true((tab == NULL) == (line[0] == '\0'));
        if (tab != NULL) {
            (void)cm_buf_printf(words, "%s%.*s", words->len > 0 ? " " : "",
                                (int)(tab - line), line);
        }
    }
}

/* As the fixture has them, but without the bar. */
static void without_bar(const char *causes, struct cm_buf *words)
{
    const char *bar = strstr(causes, "| ");

    cm_buf_init(words, MAX_OUTPUT);
    (void)cm_buf_puts(words, causes);
    if (bar != NULL) {
        words->len = (size_t)(bar - causes);
        (void)cm_buf_puts(words, bar + 2);
    }
}

static void expect(const struct fixture *f, const char *causes, bool strict)
{
    char at[CM_TIME_TEXT_SIZE];
    const char *words[MAX_WORDS] = {
        "certmuster", "check", "--chain", "chain.pem", "--roots", "roots.pem",
        "--at",       NULL,    "--host",  NULL,        "--json",  NULL};
    struct cm_buf out;
    struct cm_buf got;
    struct cm_buf want;
    bool trusted = causes[0] == '\0' || causes[0] == '|';

    words[7] = cm_time_rfc3339(FORGE_NOW, at);
    words[9] = f->host != NULL ? f->host : ZOO_HOST;
    words[10] = strict ? "--strict" : NULL;
    assert_int_equal(run(words), trusted ? 0 : 1);
    read_output(&out, "out.txt");
    first_words(&out, &got);
    without_bar(causes, &want);
    assert_string_equal(cm_buf_cstr(&got), cm_buf_cstr(&want));
    cm_buf_cleanup(&out);
    cm_buf_cleanup(&got);
    cm_buf_cleanup(&want);
}

static void is_checked_as_expected(void **state)
{
    const struct fixture *f = *state;
    const char *check = f->check != NULL ? f->check : f->causes;

    if (strcmp(check, FIXTURE_NO_FILE) == 0) {
        return;
    }
    write_pem("chain.pem", f->chain);
    write_pem("roots.pem", f->roots != NULL ? f->roots : "root");
    expect(f, check, false);
    expect(f, f->strict != NULL ? f->strict : check, true);
}

static int enter_folder(void **state)
{
    const char *folder = getenv("WORK");

    (void)state;
    return folder == NULL ||
           (mkdir(folder, 0700) != 0 && access(folder, X_OK) != 0) ||
           chdir(folder) != 0;
}

static int close_zoo(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    static struct CMUnitTest tests[MAX_TESTS];
    const struct fixture *(*const tables[])(size_t *) = {fixtures_common,
                                                         fixtures_odd};
    size_t num = 0;

    for (size_t i = 0; i < 2; i++) {
        size_t rows;
        const struct fixture *fixtures = tables[i](&rows);

        for (size_t j = 0; j < rows && num < MAX_TESTS; j++) {
            tests[num++] = (struct CMUnitTest){
                .name = fixtures[j].name,
                .test_func = is_checked_as_expected,
                .initial_state = (void *)(uintptr_t)&fixtures[j]};
        }
    }
    return _cmocka_run_group_tests("check fixtures", tests, num, enter_folder,
                                   close_zoo);
}
