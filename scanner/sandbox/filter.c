/* Which system calls there are (seccomp). A list of what is allowed: a call
 * that is newer than this list does not exist (ENOSYS), for which C libraries
 * have another way; what only an intruder would try is not permitted (EPERM).
 * Nothing is killed for it: a call that a C library of tomorrow needs shall
 * cost an error message, not a run.
 * SPDX-License-Identifier: Apache-2.0 */
#include <asm/ioctls.h>
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "sandbox/parts.h"

#ifndef PR_SET_VMA /* glibc names its heaps, for /proc/PID/maps */
#define PR_SET_VMA 0x53564d41
#endif
#define SOCK_TYPES 0xf /* the rest are flags */
#define SPECIAL_BITS (S_ISUID | S_ISGID | S_ISVTX)

/* Of no use without a path or descriptor, which Landlock decides on. */
static const int files[] = {
    SCMP_SYS(access),
    SCMP_SYS(chdir),
    SCMP_SYS(close),
    SCMP_SYS(close_range),
    SCMP_SYS(copy_file_range),
    SCMP_SYS(dup),
    SCMP_SYS(dup2),
    SCMP_SYS(dup3),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(fadvise64),
    SCMP_SYS(fadvise64_64),
    SCMP_SYS(fallocate),
    SCMP_SYS(fchown), /* SQLite's files beside a store of somebody else's */
    SCMP_SYS(fchown32),
    SCMP_SYS(fcntl),
    SCMP_SYS(fcntl64),
    SCMP_SYS(fdatasync),
    SCMP_SYS(flock),
    SCMP_SYS(fstat),
    SCMP_SYS(fstat64),
    SCMP_SYS(fstatat64),
    SCMP_SYS(fstatfs),
    SCMP_SYS(fstatfs64),
    SCMP_SYS(fsync),
    SCMP_SYS(ftruncate),
    SCMP_SYS(ftruncate64),
    SCMP_SYS(getcwd),
    SCMP_SYS(getdents),
    SCMP_SYS(getdents64),
    SCMP_SYS(_llseek),
    SCMP_SYS(lseek),
    SCMP_SYS(lstat),
    SCMP_SYS(lstat64),
    SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(openat2),
    SCMP_SYS(pipe),
    SCMP_SYS(pipe2),
    SCMP_SYS(pread64),
    SCMP_SYS(preadv),
    SCMP_SYS(preadv2),
    SCMP_SYS(pwrite64),
    SCMP_SYS(pwritev),
    SCMP_SYS(pwritev2),
    SCMP_SYS(read),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(readv),
    SCMP_SYS(rename),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(rmdir),
    SCMP_SYS(stat),
    SCMP_SYS(stat64),
    SCMP_SYS(statfs),
    SCMP_SYS(statfs64),
    SCMP_SYS(statx),
    SCMP_SYS(sync_file_range),
    SCMP_SYS(umask),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(write),
    SCMP_SYS(writev),
};

/* Memory, time, threads, waiting, and what a process is. */
static const int process[] = {
    SCMP_SYS(arch_prctl),
    SCMP_SYS(brk),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_getres_time64),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_gettime64),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(clock_nanosleep_time64),
    SCMP_SYS(epoll_create),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_pwait2),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(eventfd2),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(futex),
    SCMP_SYS(futex_time64),
    SCMP_SYS(futex_waitv),
    SCMP_SYS(get_robust_list),
    SCMP_SYS(getcpu),
    SCMP_SYS(getegid),
    SCMP_SYS(getegid32),
    SCMP_SYS(geteuid),
    SCMP_SYS(geteuid32),
    SCMP_SYS(getgid),
    SCMP_SYS(getgid32),
    SCMP_SYS(getpgrp),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(getrandom),
    SCMP_SYS(getrlimit),
    SCMP_SYS(getrusage),
    SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getuid),
    SCMP_SYS(getuid32),
    SCMP_SYS(madvise),
    SCMP_SYS(membarrier),
    SCMP_SYS(mlock),
    SCMP_SYS(mlock2),
    SCMP_SYS(mremap),
    SCMP_SYS(msync),
    SCMP_SYS(munlock),
    SCMP_SYS(munmap),
    SCMP_SYS(nanosleep),
    SCMP_SYS(_newselect),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(ppoll_time64),
    SCMP_SYS(pselect6),
    SCMP_SYS(pselect6_time64),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(riscv_flush_icache),
    SCMP_SYS(rseq),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigpending),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigsuspend),
    SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(rt_sigtimedwait_time64),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_getparam),
    SCMP_SYS(sched_getscheduler),
    SCMP_SYS(sched_yield),
    SCMP_SYS(select),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(signalfd),
    SCMP_SYS(signalfd4),
    SCMP_SYS(sigreturn),
    SCMP_SYS(sysinfo),
    SCMP_SYS(time),
    SCMP_SYS(times),
    SCMP_SYS(ugetrlimit),
    SCMP_SYS(uname),
};

/* Connections of our own. */
static const int network[] = {
    SCMP_SYS(connect),     SCMP_SYS(getpeername),
    SCMP_SYS(getsockname), SCMP_SYS(getsockopt),
    SCMP_SYS(recv),        SCMP_SYS(recvfrom),
    SCMP_SYS(recvmmsg),    SCMP_SYS(recvmmsg_time64),
    SCMP_SYS(recvmsg),     SCMP_SYS(send),
    SCMP_SYS(sendmmsg),    SCMP_SYS(sendmsg),
    SCMP_SYS(sendto),      SCMP_SYS(setsockopt),
    SCMP_SYS(shutdown),
};

/* What only an intruder would try. All else has no meaning here either. */
static const int hostile[] = {
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(add_key),
    SCMP_SYS(bind),
    SCMP_SYS(bpf),
    SCMP_SYS(capset),
    SCMP_SYS(chmod),
    SCMP_SYS(chroot),
    SCMP_SYS(delete_module),
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(finit_module),
    SCMP_SYS(fork),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount),
    SCMP_SYS(fsopen),
    SCMP_SYS(init_module),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(ioperm),
    SCMP_SYS(iopl),
    SCMP_SYS(kcmp),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(kexec_load),
    SCMP_SYS(keyctl),
    SCMP_SYS(kill),
    SCMP_SYS(link),
    SCMP_SYS(linkat),
    SCMP_SYS(listen),
    SCMP_SYS(memfd_create),
    SCMP_SYS(mknod),
    SCMP_SYS(mknodat),
    SCMP_SYS(mount),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(move_mount),
    SCMP_SYS(name_to_handle_at),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(open_tree),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(personality),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(pidfd_open),
    SCMP_SYS(pidfd_send_signal),
    SCMP_SYS(pivot_root),
    SCMP_SYS(pkey_mprotect),
    SCMP_SYS(process_madvise),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(quotactl),
    SCMP_SYS(reboot),
    SCMP_SYS(request_key),
    SCMP_SYS(setfsgid),
    SCMP_SYS(setfsuid),
    SCMP_SYS(setgid),
    SCMP_SYS(setgroups),
    SCMP_SYS(setns),
    SCMP_SYS(setregid),
    SCMP_SYS(setresgid),
    SCMP_SYS(setresuid),
    SCMP_SYS(setreuid),
    SCMP_SYS(setuid),
    SCMP_SYS(setxattr),
    SCMP_SYS(socketpair),
    SCMP_SYS(swapon),
    SCMP_SYS(symlink),
    SCMP_SYS(symlinkat),
    SCMP_SYS(umount2),
    SCMP_SYS(unshare),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(vfork),
    SCMP_SYS(vmsplice),
};

#define ALLOW SCMP_ACT_ALLOW
#define FORBID SCMP_ACT_ERRNO(EPERM)
#define UNKNOWN SCMP_ACT_ERRNO(ENOSYS)

struct filter {
    scmp_filter_ctx ctx;
    int failed; /* a negative errno of the first rule that could not be made */
};

static void note(struct filter *filter, int code)
{
    if (code != 0 && code != -EDOM && filter->failed == 0) {
        filter->failed = code;
    }
}

/* A call that this processor or library does not have needs no rule. */
static void rule(struct filter *filter, uint32_t action, int call)
{
    note(filter, seccomp_rule_add(filter->ctx, action, call, 0));
}

static void rules(struct filter *filter, uint32_t action, const int *calls,
                  size_t num)
{
    for (size_t i = 0; i < num; i++) {
        rule(filter, action, calls[i]);
    }
}

static void rule_if(struct filter *filter, uint32_t action, int call,
                    struct scmp_arg_cmp condition)
{
    note(filter,
         seccomp_rule_add_array(filter->ctx, action, call, 1, &condition));
}

/* Allowed without any of these bits in that argument, forbidden with all. */
static void without_bits(struct filter *filter, int call, unsigned argument,
                         uint64_t bits)
{
    rule_if(filter, ALLOW, call,
            SCMP_CMP64(argument, SCMP_CMP_MASKED_EQ, bits, 0));
}

/* No code comes into the process any more but that which is there. A
 * sanitizer's run time and gcov are no exception. */
static void allow_memory(struct filter *filter)
{
    const int calls[] = {SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect)};

    for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
        without_bits(filter, calls[i], 2, PROT_EXEC);
        rule_if(filter, FORBID, calls[i],
                SCMP_CMP64(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
    }
}

/* Threads, and no processes. clone3 hides its flags from a filter: without it
 * the C library goes back to clone. */
static void allow_threads(struct filter *filter)
{
#if defined(__s390__) || defined(__s390x__) /* clone(2), "C library/kernel" */
    const unsigned flags = 1;
#else
    const unsigned flags = 0;
#endif
#if CM_SANDBOX_SANITIZED
    /* The leak checker's own process, which stops our threads and reads their
     * registers. */
    const int more[] = {SCMP_SYS(clone), SCMP_SYS(ptrace), SCMP_SYS(wait4),
                        SCMP_SYS(prctl)};

    rules(filter, ALLOW, more, sizeof(more) / sizeof(*more));
    (void)flags;
#else
    rule_if(filter, ALLOW, SCMP_SYS(clone),
            SCMP_CMP64(flags, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    rule_if(filter, FORBID, SCMP_SYS(clone),
            SCMP_CMP64(flags, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
    rule(filter, FORBID, SCMP_SYS(ptrace));
#endif
    rule(filter, ALLOW, SCMP_SYS(tgkill)); /* an assertion */
}

static void allow_some(struct filter *filter)
{
    const uint64_t controls[] = {PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE,
                                 PR_GET_NO_NEW_PRIVS, PR_SET_VMA};
    /* Once hidden the process stays so: keys may be in it. */
    const struct scmp_arg_cmp hide[] = {
        SCMP_CMP64(0, SCMP_CMP_EQ, PR_SET_DUMPABLE, 0),
        SCMP_CMP64(1, SCMP_CMP_EQ, 0, 0)};
    /* Not TIOCSTI: typing on the terminal that we were started from. */
    const uint64_t terminal[] = {TCGETS, TIOCGWINSZ, FIONBIO, FIONREAD};

    for (size_t i = 0; i < sizeof(controls) / sizeof(*controls); i++) {
        rule_if(filter, ALLOW, SCMP_SYS(prctl),
                SCMP_CMP64(0, SCMP_CMP_EQ, controls[i], 0));
    }
    note(filter,
         seccomp_rule_add_array(filter->ctx, ALLOW, SCMP_SYS(prctl), 2, hide));
    for (size_t i = 0; i < sizeof(terminal) / sizeof(*terminal); i++) {
        rule_if(filter, ALLOW, SCMP_SYS(ioctl),
                SCMP_CMP64(1, SCMP_CMP_EQ, terminal[i], 0));
    }
    without_bits(filter, SCMP_SYS(fchmod), 1, SPECIAL_BITS);
    rule_if(filter, ALLOW, SCMP_SYS(prlimit64), /* of ourselves */
            SCMP_CMP64(0, SCMP_CMP_EQ, 0, 0));
}

/* TCP and UDP; not even the kernel's other families can be reached, which have
 * had more defects than any other part of it. */
static void allow_network(struct filter *filter)
{
    const uint64_t families[] = {AF_INET, AF_INET6};
    const uint64_t types[] = {SOCK_STREAM, SOCK_DGRAM};

    rules(filter, ALLOW, network, sizeof(network) / sizeof(*network));
    for (size_t i = 0; i < 4; i++) {
        const struct scmp_arg_cmp both[] = {
            SCMP_CMP64(0, SCMP_CMP_EQ, families[i / 2], 0),
            SCMP_CMP64(1, SCMP_CMP_MASKED_EQ, SOCK_TYPES, types[i % 2])};

        note(filter, seccomp_rule_add_array(filter->ctx, ALLOW,
                                            SCMP_SYS(socket), 2, both));
    }
    rule_if(filter, FORBID, SCMP_SYS(socket),
            SCMP_CMP64(0, SCMP_CMP_LT, AF_INET, 0));
    rule_if(filter, FORBID, SCMP_SYS(socket),
            SCMP_CMP64(0, SCMP_CMP_GT, AF_INET6, 0));
}

static void fill(struct filter *filter, const struct cm_sandbox_plan *plan)
{
    rules(filter, ALLOW, files, sizeof(files) / sizeof(*files));
    rules(filter, ALLOW, process, sizeof(process) / sizeof(*process));
    rules(filter, FORBID, hostile, sizeof(hostile) / sizeof(*hostile));
    allow_memory(filter);
    allow_threads(filter);
    allow_some(filter);
    if (plan->network) {
        allow_network(filter);
    } else {
        rule(filter, FORBID, SCMP_SYS(socket));
        rule(filter, FORBID, SCMP_SYS(connect));
    }
}

/* Without the kernel's answers to Spectre for programs that run others' code,
 * which older kernels switch on with a filter: they cost every system call, and
 * here is no such code. */
static bool is_set_up(scmp_filter_ctx ctx)
{
    (void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_SSB, 1);
    return seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1) == 0 ||
           seccomp_attr_set(ctx, SCMP_FLTATR_CTL_NNP, 1) == 0;
}

enum cm_status cm_sandbox_filter(const struct cm_sandbox_plan *plan,
                                 const char **why, struct cm_error *err)
{
    struct filter filter = {.ctx = seccomp_init(UNKNOWN)};

    *why = NULL;
    if (filter.ctx == NULL) {
        return cm_error_nomem(err, "the sandbox");
    }
    if (!is_set_up(filter.ctx)) {
        *why = "it could not be set up";
    } else {
        fill(&filter, plan);
        if (filter.failed != 0) {
            *why = "its rules could not be made";
        } else if ((filter.failed = seccomp_load(filter.ctx)) != 0) {
            *why = "this kernel or container does not allow it";
        }
    }
    seccomp_release(filter.ctx);
    return filter.failed == -ENOMEM ? cm_error_nomem(err, "the sandbox")
                                    : CM_OK;
}
