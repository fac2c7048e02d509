/* Which files a process that is locked in can reach, that it can still do its
 * work, and what others see of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "unit/sandbox/jail.h"

static int opened(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);

    return fd < 0 ? errno : 0;
}

static int outcome(int result)
{
    return result < 0 ? errno : 0;
}

/* --- what is out of reach --- */

static int read_passwords(const struct jail *jail)
{
    (void)jail;
    return opened("/etc/shadow", O_RDONLY);
}

static int read_secret(const struct jail *jail)
{
    return opened(jail->secret, O_RDONLY);
}

static int write_secret(const struct jail *jail)
{
    return opened(jail->secret, O_WRONLY);
}

static int write_lent(const struct jail *jail)
{
    return opened(jail->lent, O_WRONLY);
}

static int truncate_lent(const struct jail *jail)
{
    return opened(jail->lent, O_RDONLY | O_TRUNC);
}

static int make_outside(const struct jail *jail)
{
    return opened(jail_path(jail->theirs, "new"), O_WRONLY | O_CREAT);
}

static int follow_link_out(const struct jail *jail)
{
    return opened(jail->link, O_RDONLY);
}

static int climb_out(const struct jail *jail)
{
    return opened(jail_path(jail->mine, "../theirs/secret"), O_RDONLY);
}

static int remove_outside(const struct jail *jail)
{
    return outcome(unlink(jail->secret));
}

static int move_out(const struct jail *jail)
{
    char from[256];

    (void)snprintf(from, sizeof(from), "%s/old", jail->mine);
    return outcome(rename(from, jail_path(jail->theirs, "old")));
}

static int make_folder_outside(const struct jail *jail)
{
    return outcome(mkdir(jail_path(jail->theirs, "folder"), 0700));
}

static int list_outside(const struct jail *jail)
{
    return opened(jail->theirs, O_RDONLY | O_DIRECTORY);
}

static int write_own_memory(const struct jail *jail)
{
    (void)jail;
    return opened("/proc/self/mem", O_RDWR);
}

static void other_files_are_out_of_reach(void **state)
{
    static const struct {
        const char *name;
        int (*attempt)(const struct jail *jail);
    } tries[] = {
        {"/etc/shadow", read_passwords},
        {"a file outside", read_secret},
        {"writing a file outside", write_secret},
        {"writing what may be read", write_lent},
        {"cutting off what may be read", truncate_lent},
        {"a new file outside", make_outside},
        {"through a link", follow_link_out},
        {"by the folder above", climb_out},
        {"removing a file outside", remove_outside},
        {"moving a file out", move_out},
        {"a new folder outside", make_folder_outside},
        {"what there is outside", list_outside},
        {"writing our own memory", write_own_memory},
    };
    const struct jail *jail = *state;

    if (jail->landlock == 0) {
        skip();
    }
    for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
        int got = jail_try(jail, tries[i].attempt);

        if (got != EACCES) {
            fail_msg("%s: %s", tries[i].name,
                     got == 0 ? "nothing stopped it" : strerrordesc_np(got));
        }
    }
}

static void *read_in_thread(void *arg)
{
    const struct jail *jail = arg;

    return opened(jail->secret, O_RDONLY) == EACCES ? arg : NULL;
}

static int read_secret_in_thread(const struct jail *jail)
{
    pthread_t thread;
    void *denied = NULL;

    if (pthread_create(&thread, NULL, read_in_thread,
                       (void *)(uintptr_t)jail) != 0 ||
        pthread_join(thread, &denied) != 0) {
        return EAGAIN;
    }
    return denied != NULL ? EACCES : 0;
}

static void threads_are_locked_in_too(void **state)
{
    const struct jail *jail = *state;

    if (jail->landlock == 0) {
        skip();
    }
    assert_int_equal(jail_try(jail, read_secret_in_thread), EACCES);
}

/* --- what is needed --- */

/* As reports and stores are made. */
static int write_files(const struct jail *jail)
{
    char temp[160];
    char path[160];
    char folder[160];
    char moved[176];
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
    int fd;

    (void)snprintf(temp, sizeof(temp), "%s/.temp", jail->mine);
    (void)snprintf(path, sizeof(path), "%s/path", jail->mine);
    (void)snprintf(folder, sizeof(folder), "%s/folder", jail->mine);
    fd = open(temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, "x", 1) != 1 || fsync(fd) != 0 ||
        ftruncate(fd, 0) != 0 || fchmod(fd, 0640) != 0 ||
        fcntl(fd, F_SETLK, &lock) != 0 || close(fd) != 0 ||
        rename(temp, path) != 0 || mkdir(folder, 0700) != 0) {
        return errno;
    }
    (void)snprintf(moved, sizeof(moved), "%s/moved", folder);
    if (rename(path, moved) != 0) { /* Landlock 1 lets nobody do that */
        return jail->landlock == 1 && unlink(path) == 0 && rmdir(folder) == 0
                   ? 0
                   : errno;
    }
    return unlink(moved) != 0 || rmdir(folder) != 0 ? errno : 0;
}

static int read_lent(const struct jail *jail)
{
    return opened(jail->lent, O_RDONLY);
}

static int connect_out(const struct jail *jail)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(jail->port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int datagrams = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    if (datagrams < 0 && errno != EAFNOSUPPORT) {
        return errno;
    }
    return fd < 0 ? errno
                  : outcome(connect(fd, (struct sockaddr *)&address,
                                    sizeof(address)));
}

static int use_the_machine(const struct jail *jail)
{
    struct timespec soon = {.tv_nsec = 1000};
    char bytes[16];
    int fd = eventfd(0, EFD_CLOEXEC);
    void *large = malloc((size_t)64 << 20);

    (void)jail;
    if (fd < 0 || getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes) ||
        nanosleep(&soon, NULL) != 0 || large == NULL) {
        return errno;
    }
    memset(large, 1, (size_t)64 << 20);
    free(large);
    return opened("/dev/urandom", O_RDONLY);
}

static void what_is_needed_works(void **state)
{
    const struct jail *jail = *state;

    assert_int_equal(jail_try(jail, write_files), 0);
    assert_int_equal(jail_try(jail, read_lent), 0);
    assert_int_equal(jail_try(jail, connect_out), 0);
    assert_int_equal(jail_try(jail, use_the_machine), 0);
}

/* --- what others see of it --- */

/* A line of /proc/PID/status, as a number in that base. */
static uint64_t status_of(pid_t pid, const char *name, int base)
{
    char path[64];
    char line[256];
    size_t len = strlen(name);
    uint64_t value = UINT64_MAX;
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    file = fopen(path, "re");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, name, len) == 0 && line[len] == ':') {
            value = strtoull(line + len + 1, NULL, base);
        }
    }
    (void)fclose(file);
    return value;
}

static void no_privilege_is_left(void **state)
{
    const struct jail *jail = *state;
    int ready[2];
    int end[2];
    char byte = 0;
    pid_t child;

    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(end), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct cm_error err;

        (void)cm_sandbox_enter(jail_sandbox(jail), &err);
        (void)close(end[1]);
        _exit(write(ready[1], "", 1) == 1 && read(end[0], &byte, 1) == 0 ? 0
                                                                         : 1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(status_of(child, "NoNewPrivs", 10), 1);
    assert_int_equal(status_of(child, "CapEff", 16), 0);
    assert_int_equal(status_of(child, "CapPrm", 16), 0);
    assert_int_equal(status_of(child, "Seccomp", 10), jail->seccomp ? 2 : 0);
    (void)close(end[1]);
    (void)close(end[0]);
    (void)close(ready[0]);
    (void)close(ready[1]);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static int set_up(void **state)
{
    static struct jail jail;

    jail_new(&jail);
    *state = &jail;
    return 0;
}

static int tear_down(void **state)
{
    jail_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(other_files_are_out_of_reach, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(threads_are_locked_in_too, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_needed_works, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(no_privilege_is_left, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
