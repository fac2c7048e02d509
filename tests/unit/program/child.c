/* See child.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit/program/child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/program/failing.h"

#define HARD_LIMIT_S 60 /* a safety net: SIGALRM ends what hangs */
#define LEAKED 98       /* no exit code of the program's */
#define CALL_FAILED 97

int cm_program(int argc, char **argv); /* main() of the program */

/* Of the sanitizers' runtime, where there is one. */
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
const char *__lsan_default_options(void);
const char *__lsan_default_suppressions(void);

/* A report must not look like an exit code of the program's. */
const char *__asan_default_options(void)
{
    return "abort_on_error=1:detect_leaks=1";
}

const char *__ubsan_default_options(void)
{
    return "abort_on_error=1:print_stacktrace=1";
}

const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}

/* The sanitizer knows what the dynamic linker keeps by who called malloc; here
 * that is this test's. */
const char *__lsan_default_suppressions(void)
{
    return "leak:/ld-linux";
}

static void send_to_file(int fd, const char *folder, const char *name)
{
    char path[256];
    int file;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0 || dup2(file, fd) < 0) {
        abort();
    }
    (void)close(file);
}

/* The ends of a process run in it; so that nothing of the test's own is looked
 * at, the child leaves by _exit. */
static void run_program(const char *folder, const char *said,
                        const char *const *argv)
{
    char *args[CHILD_MAX_ARGS + 1] = {NULL};
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS};
    int argc = 0;
    int code;

    /* cmocka would go on with its next test, in the child. */
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        (void)signal(numbers[i], SIG_DFL);
    }
    send_to_file(STDOUT_FILENO, said, "out.txt");
    send_to_file(STDERR_FILENO, said, "err.txt");
    if (chdir(folder) != 0) {
        abort();
    }
    while (argv[argc] != NULL && argc < CHILD_MAX_ARGS) {
        args[argc] = strdup(argv[argc]);
        argc++;
    }
    (void)alarm(HARD_LIMIT_S);
    failing_begin();
    code = cm_program(argc, args);
    failing_end();
    (void)fflush(NULL);
    for (int i = 0; i < argc; i++) {
        free(args[i]);
    }
    memset(args, 0, sizeof(args));
    if (__lsan_do_recoverable_leak_check != NULL &&
        __lsan_do_recoverable_leak_check() != 0) {
        _exit(LEAKED);
    }
    _exit(code);
}

static int wait_for(pid_t pid)
{
    int status;

    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        perror("child");
        abort();
    }
    return status;
}

struct child_end child_program(const char *folder, const char *said,
                               const char *const *argv)
{
    struct child_end end = {.code = -1};
    int status;
    pid_t pid;

    (void)fflush(NULL);
    pid = fork();
    if (pid == 0) {
        run_program(folder, said, argv);
    }
    status = wait_for(pid);
    if (WIFSIGNALED(status)) {
        end.killed = WTERMSIG(status);
    } else if (WEXITSTATUS(status) == LEAKED) {
        end.leaked = true;
    } else {
        end.code = WEXITSTATUS(status);
    }
    return end;
}

bool child_call(bool (*function)(void *arg), void *arg)
{
    int status;
    pid_t pid;

    (void)fflush(NULL);
    pid = fork();
    if (pid == 0) {
        bool good = function(arg);

        (void)fflush(NULL);
        _exit(good ? 0 : CALL_FAILED);
    }
    status = wait_for(pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
