/* Which files there are (Landlock, Linux 5.13 and later): what is not named
 * here cannot be opened, made or removed any more, by nobody in this process.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/parts.h"

/* Newer than the headers of Debian 12, and the same in every kernel that has
 * them: Documentation/userspace-api/landlock.rst. */
#define FS_REFER (1ULL << 13)     /* 2: moving from one folder to another */
#define FS_TRUNCATE (1ULL << 14)  /* 3 */
#define FS_IOCTL_DEV (1ULL << 15) /* 5: of devices that are opened later */
#define NET_BIND_TCP (1ULL << 0)  /* 4 */
#define NET_CONNECT_TCP (1ULL << 1)
#define SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0) /* 6 */
#define SCOPE_SIGNAL (1ULL << 1)

struct ruleset {
    uint64_t fs;
    uint64_t net;    /* from version 4 */
    uint64_t scoped; /* from version 6 */
};

#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
/* Links, devices, pipes and sockets are never made. */
#define FS_WRITE                                                               \
    (FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |            \
     LANDLOCK_ACCESS_FS_MAKE_REG | FS_REFER | FS_TRUNCATE)
#define FS_FIRST ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1) /* version 1: all */
#define FS_OF_FILES                                                            \
    (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE)

static struct ruleset handled(int version, bool network)
{
    struct ruleset all = {.fs = FS_FIRST};

    all.fs |= version >= 2 ? FS_REFER : 0;
    all.fs |= version >= 3 ? FS_TRUNCATE : 0;
    all.fs |= version >= 5 ? FS_IOCTL_DEV : 0;
    if (version >= 4) { /* no port is allowed by a rule */
        all.net = NET_BIND_TCP | (network ? 0 : NET_CONNECT_TCP);
    }
    if (version >= 6) {
        all.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
    }
    return all;
}

static void add_rule(int rules, const char *path, uint64_t access)
{
    struct landlock_path_beneath_attr rule = {.parent_fd = -1};
    struct stat about;

    rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0) {
        return;
    }
    if (fstat(rule.parent_fd, &about) == 0) {
        rule.allowed_access =
            S_ISDIR(about.st_mode) ? access : access & FS_OF_FILES;
        (void)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
                      &rule, 0);
    }
    (void)close(rule.parent_fd);
}

/* Where a program keeps the DNS servers of the moment, /etc/resolv.conf is a
 * link to a file that is replaced while we work: then its folder is what
 * counts. */
static void add_resolvers(int rules, uint64_t all)
{
    char path[PATH_MAX];
    char *slash;

    if (realpath("/etc/resolv.conf", path) == NULL) {
        return;
    }
    slash = strrchr(path, '/');
    *slash = '\0';
    if (strncmp(path, "/run/", 5) == 0) {
        add_rule(rules, path, FS_READ & all);
    }
}

/* What the C library, SQLite and the resolver look at whenever they like. */
static void add_system(int rules, uint64_t all)
{
    static const char *const files[] = {
        "/dev/null",        "/dev/urandom",       "/etc/hosts",
        "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/host.conf",
        "/etc/localtime",   "/usr/share/zoneinfo"};

    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        add_rule(rules, files[i], FS_READ & all);
    }
    add_resolvers(rules, all);
#if CM_SANDBOX_SANITIZED
    /* The leak checker reads the maps of the process, a report the program and
     * its libraries. */
    add_rule(rules, "/proc", FS_READ & all);
    add_rule(rules, "/proc/self/exe", FS_READ & all);
    add_rule(rules, "/usr/lib", FS_READ & all);
#endif
#ifdef CERTMUSTER_COVERAGE_FOLDER
    add_rule(rules, CERTMUSTER_COVERAGE_FOLDER, FS_WRITE & all);
#endif
}

static void add_rules(int rules, uint64_t all,
                      const struct cm_sandbox_plan *plan)
{
    add_system(rules, all);
    if (plan->reads_all) {
        add_rule(rules, "/", FS_READ & all);
    }
    for (size_t i = 0; i < plan->num_paths; i++) {
        add_rule(rules, plan->paths[i].path,
                 (plan->paths[i].writable ? FS_WRITE : FS_READ) & all);
    }
}

static const char *why_not(int error)
{
    return error == ENOSYS       ? "this kernel has none"
           : error == EOPNOTSUPP ? "it is switched off in this kernel"
           : error == EPERM      ? "this container does not allow it"
                                 : "the kernel refused it";
}

int cm_sandbox_landlock(const struct cm_sandbox_plan *plan, const char **why)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
                           LANDLOCK_CREATE_RULESET_VERSION);
    struct ruleset all;
    long rules;

    if (version <= 0) {
        *why = why_not(errno);
        return 0;
    }
    all = handled((int)version, plan->network);
    rules = syscall(SYS_landlock_create_ruleset, &all,
                    version >= 6   ? sizeof(all)
                    : version >= 4 ? sizeof(all) - sizeof(all.scoped)
                                   : sizeof(all.fs),
                    0);
    if (rules < 0) {
        *why = why_not(errno);
        return 0;
    }
    add_rules((int)rules, all.fs, plan);
    if (syscall(SYS_landlock_restrict_self, (int)rules, 0) != 0) {
        *why = why_not(errno);
        version = 0;
    }
    (void)close((int)rules);
    return (int)version;
}
