/* What an intruder would try, from inside: each try is made in a child that has
 * locked itself in, and fails as it should.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/parts.h"
#include "unit/sandbox/jail.h"

static int outcome(long result)
{
    return result < 0 ? errno : 0;
}

/* A try that is one system call: its number, arguments and what it gives. */
struct
try {
    const char *name;
    long call;
    long arguments[5];
    int expected;
};

#define PATH_OF(text) ((long)(uintptr_t)(text))
static const char here[] = ".";
static const char *const no_words[] = {NULL};

static const struct try tries[] = {
    {"another program",
     SYS_execve,
     {PATH_OF("/bin/true"), PATH_OF(no_words), PATH_OF(no_words)},
     EPERM},
    {"another program by descriptor",
     SYS_execveat,
     {0, PATH_OF(""), PATH_OF(no_words), PATH_OF(no_words), AT_EMPTY_PATH},
     EPERM},
#if !CM_SANDBOX_SANITIZED
    {"a process", SYS_clone, {SIGCHLD}, EPERM},
    {"being traced", SYS_ptrace, {PTRACE_TRACEME}, EPERM},
    {"being seen again", SYS_prctl, {PR_SET_DUMPABLE, 1}, ENOSYS},
    {"another root's rights", SYS_prctl, {PR_SET_SECUREBITS, 0}, ENOSYS},
#endif
    {"a process, newly", SYS_clone3, {0}, ENOSYS},
    {"another's memory", SYS_process_vm_readv, {1}, EPERM},
    {"writing it", SYS_process_vm_writev, {1}, EPERM},
    {"another's descriptors", SYS_pidfd_open, {1}, EPERM},
    {"a signal to anybody", SYS_kill, {1, 0}, EPERM},
    {"a program for the kernel", SYS_bpf, {0}, EPERM},
    {"a module", SYS_init_module, {0}, EPERM},
    {"a module from a file", SYS_finit_module, {0}, EPERM},
    {"another kernel", SYS_kexec_load, {0}, EPERM},
    {"counting events", SYS_perf_event_open, {0}, EPERM},
    {"faults of our own", SYS_userfaultfd, {0}, EPERM},
    {"rings", SYS_io_uring_setup, {1}, EPERM},
    {"keys of the kernel", SYS_keyctl, {0}, EPERM},
    {"a key", SYS_add_key, {0}, EPERM},
    {"mounting", SYS_mount, {PATH_OF(here), PATH_OF(here)}, EPERM},
    {"mounting, newly", SYS_fsopen, {PATH_OF("tmpfs")}, EPERM},
    {"a copy of a tree", SYS_open_tree, {AT_FDCWD, PATH_OF(here)}, EPERM},
    {"unmounting", SYS_umount2, {PATH_OF(here)}, EPERM},
    {"another root", SYS_chroot, {PATH_OF(here)}, EPERM},
    {"another root, for all", SYS_pivot_root, {PATH_OF(here)}, EPERM},
    {"a name space", SYS_unshare, {CLONE_NEWUSER}, EPERM},
    {"another's name space", SYS_setns, {0}, EPERM},
    {"root", SYS_setuid, {0}, EPERM},
    {"root, all of it", SYS_setresuid, {0, 0, 0}, EPERM},
    {"root's group", SYS_setgid, {0}, EPERM},
    {"more groups", SYS_setgroups, {0, 0}, EPERM},
    {"capabilities", SYS_capset, {0}, EPERM},
    {"another personality", SYS_personality, {0}, EPERM},
    {"a file by its handle", SYS_open_by_handle_at, {0}, EPERM},
    {"a file that nobody sees", SYS_memfd_create, {PATH_OF(here), 0}, EPERM},
    {"restarting the machine", SYS_reboot, {0}, EPERM},
    {"a link",
     SYS_linkat,
     {AT_FDCWD, PATH_OF("a"), AT_FDCWD, PATH_OF("b")},
     EPERM},
    {"a symbolic link",
     SYS_symlinkat,
     {PATH_OF("a"), AT_FDCWD, PATH_OF("b")},
     EPERM},
    {"a device", SYS_mknodat, {AT_FDCWD, PATH_OF("a"), S_IFCHR}, EPERM},
    {"another mode", SYS_fchmodat, {AT_FDCWD, PATH_OF(here), 0777}, ENOSYS},
    {"another owner", SYS_fchownat, {AT_FDCWD, PATH_OF(here), 0, 0}, ENOSYS},
    {"a program with rights", SYS_fchmod, {1, 04755}, ENOSYS},
    {"a UNIX socket", SYS_socket, {AF_UNIX, SOCK_STREAM}, EPERM},
    {"all packets", SYS_socket, {AF_PACKET, SOCK_RAW}, EPERM},
    {"the kernel's own family", SYS_socket, {AF_NETLINK, SOCK_RAW}, EPERM},
    {"the kernel's ciphers", SYS_socket, {AF_ALG, SOCK_SEQPACKET}, EPERM},
    {"packets by hand", SYS_socket, {AF_INET, SOCK_RAW}, ENOSYS},
    {"a pair of sockets", SYS_socketpair, {AF_UNIX, SOCK_STREAM}, EPERM},
    {"typing on the terminal", SYS_ioctl, {0, TIOCSTI}, ENOSYS},
    {"memory with code",
     SYS_mmap,
     {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1},
     EPERM},
    {"limits of others", SYS_prlimit64, {1, 0, 0, 0}, ENOSYS},
    {"a call of the future", 100000, {0}, ENOSYS},
};

static const struct try *this_one;

static int call(const struct jail *jail)
{
    const long *a = this_one->arguments;

    (void)jail;
    return outcome(syscall(this_one->call, a[0], a[1], a[2], a[3], a[4]));
}

static void hostile_calls_fail(void **state)
{
    const struct jail *jail = *state;

    for (size_t i = 0; jail->seccomp && i < sizeof(tries) / sizeof(*tries);
         i++) {
        int got;

        this_one = &tries[i];
        got = jail_try(jail, call);
        if (got != this_one->expected) {
            fail_msg("%s: %s", this_one->name,
                     got == 0 ? "nothing stopped it" : strerrordesc_np(got));
        }
    }
}

/* --- sockets --- */

static int bind_socket(const struct jail *jail)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr address = {.sa_family = AF_INET};

    (void)jail;
    return fd < 0 ? -1 : outcome(bind(fd, &address, sizeof(address)));
}

static int listen_on_socket(const struct jail *jail)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    (void)jail;
    return fd < 0 ? -1 : outcome(listen(fd, 1));
}

static int accept_from_before(const struct jail *jail)
{
    return outcome(accept4(jail->listener, NULL, NULL, SOCK_NONBLOCK));
}

static int connect_to_abstract(const struct jail *jail)
{
    return outcome(connect(jail->unix_fd,
                           (const struct sockaddr *)&jail->unix_name,
                           jail->unix_len));
}

static void nobody_can_connect_to_us(void **state)
{
    const struct jail *jail = *state;

    if (!jail->seccomp) {
        skip();
    }
    assert_int_equal(jail_try(jail, bind_socket), EPERM);
    assert_int_equal(jail_try(jail, listen_on_socket), EPERM);
    assert_int_equal(jail_try(jail, accept_from_before), EPERM);
}

static void programs_of_this_machine_are_out_of_reach(void **state)
{
    const struct jail *jail = *state;

    if (jail->landlock < 6) {
        skip();
    }
    assert_int_equal(jail_try(jail, connect_to_abstract), EPERM);
    assert_int_equal(connect_to_abstract(jail), 0); /* it is there */
}

static int make_socket(const struct jail *jail)
{
    (void)jail;
    return outcome(socket(AF_INET, SOCK_STREAM, 0));
}

static void without_network_there_is_no_socket(void **state)
{
    struct jail *jail = *state;

    if (!jail->seccomp) {
        skip();
    }
    jail->network = false;
    assert_int_equal(jail_try(jail, make_socket), EPERM);
}

/* --- memory --- */

static int make_code(const struct jail *jail)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)jail;
    return page == MAP_FAILED
               ? -1
               : outcome(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

static void data_never_becomes_code(void **state)
{
    const struct jail *jail = *state;

    if (!jail->seccomp) {
        skip();
    }
    assert_int_equal(jail_try(jail, make_code), EPERM);
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
        cmocka_unit_test_setup_teardown(hostile_calls_fail, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_can_connect_to_us, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            programs_of_this_machine_are_out_of_reach, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_network_there_is_no_socket,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(data_never_becomes_code, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
