/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/sandbox/jail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOT_LOCKED_IN 255

const char *jail_path(const char *folder, const char *name)
{
    static char path[256];

    assert_true(snprintf(path, sizeof(path), "%s/%s", folder, name) <
                (int)sizeof(path));
    return path;
}

static void put(char *out, size_t size, const char *folder, const char *name)
{
    assert_true(snprintf(out, size, "%s/%s", folder, name) < (int)size);
}

static void write_file(const char *path)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(fputs("content\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void listen_somewhere(struct jail *jail)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(address);

    jail->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(jail->listener >= 0);
    assert_int_equal(bind(jail->listener, (struct sockaddr *)&address, size),
                     0);
    assert_int_equal(listen(jail->listener, 64), 0);
    assert_int_equal(
        getsockname(jail->listener, (struct sockaddr *)&address, &size), 0);
    jail->port = ntohs(address.sin_port);
}

/* The kernel finds a name for a server that binds to none, unix(7). */
static void listen_without_file(struct jail *jail)
{
    sa_family_t family = AF_UNIX;

    jail->unix_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    jail->unix_server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(jail->unix_fd >= 0 && jail->unix_server >= 0);
    jail->unix_name.sun_family = family;
    assert_int_equal(bind(jail->unix_server,
                          (struct sockaddr *)&jail->unix_name, sizeof(family)),
                     0);
    assert_int_equal(listen(jail->unix_server, 8), 0);
    jail->unix_len = sizeof(jail->unix_name);
    assert_int_equal(getsockname(jail->unix_server,
                                 (struct sockaddr *)&jail->unix_name,
                                 &jail->unix_len),
                     0);
}

struct cm_sandbox *jail_sandbox(const struct jail *jail)
{
    struct cm_sandbox *sandbox = NULL;
    struct cm_error err;

    if (cm_sandbox_new(&sandbox, &err) != CM_OK ||
        cm_sandbox_write(sandbox, jail->mine, &err) != CM_OK ||
        cm_sandbox_read(sandbox, jail->lent, &err) != CM_OK) {
        _exit(NOT_LOCKED_IN);
    }
    cm_sandbox_be_quiet(sandbox);
    if (jail->network) {
        cm_sandbox_allow_network(sandbox);
    }
    return sandbox;
}

int jail_try(const struct jail *jail, int (*attempt)(const struct jail *jail))
{
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0) {
        struct cm_error err;

        if (cm_sandbox_enter(jail_sandbox(jail), &err) != CM_OK) {
            _exit(NOT_LOCKED_IN);
        }
        _exit(attempt(jail));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status)) {
        print_error("a child ended by signal %d\n", WTERMSIG(status));
        return NOT_LOCKED_IN;
    }
    return WEXITSTATUS(status);
}

/* What the kernel has, as a child finds out. */
static void find_out(struct jail *jail)
{
    int ends[2];
    char words[256] = "";
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct cm_sandbox *sandbox = jail_sandbox(jail);
        struct cm_error err;
        const char *said;

        (void)cm_sandbox_enter(sandbox, &err);
        said = cm_sandbox_words(sandbox);
        _exit(write(ends[1], said, strlen(said)) < 0 ? 1 : 0);
    }
    (void)close(ends[1]);
    assert_true(read(ends[0], words, sizeof(words) - 1) > 0);
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    if (strncmp(words, "Landlock ", 9) == 0) {
        jail->landlock = (int)strtol(words + 9, NULL, 10);
    }
    jail->seccomp = strstr(words, "; seccomp;") != NULL;
    print_message("in force: %s\n", words);
}

void jail_new(struct jail *jail)
{
    memset(jail, 0, sizeof(*jail));
    (void)snprintf(jail->root, sizeof(jail->root), "/tmp/cm-jail-XXXXXX");
    assert_non_null(mkdtemp(jail->root));
    put(jail->mine, sizeof(jail->mine), jail->root, "mine");
    put(jail->theirs, sizeof(jail->theirs), jail->root, "theirs");
    put(jail->lent, sizeof(jail->lent), jail->theirs, "lent");
    put(jail->secret, sizeof(jail->secret), jail->theirs, "secret");
    put(jail->link, sizeof(jail->link), jail->mine, "link");
    assert_int_equal(mkdir(jail->theirs, 0755), 0);
    assert_int_equal(mkdir(jail->mine, 0755), 0);
    write_file(jail->lent);
    write_file(jail->secret);
    write_file(jail_path(jail->mine, "old"));
    assert_int_equal(symlink(jail->secret, jail->link), 0);
    listen_somewhere(jail);
    listen_without_file(jail);
    jail->network = true;
    find_out(jail);
}

void jail_free(struct jail *jail)
{
    (void)close(jail->listener);
    (void)close(jail->unix_fd);
    (void)close(jail->unix_server);
    (void)unlink(jail->link);
    (void)unlink(jail_path(jail->mine, "old"));
    (void)unlink(jail->lent);
    (void)unlink(jail->secret);
    assert_int_equal(rmdir(jail->mine), 0);
    assert_int_equal(rmdir(jail->theirs), 0);
    assert_int_equal(rmdir(jail->root), 0);
}
