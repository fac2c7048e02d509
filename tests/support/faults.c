/* Faults of the machine, on order: a library that is loaded before the C
 * library (LD_PRELOAD) and lets its calls fail where CERTMUSTER_FAULTS says so,
 *
 *   CALL PATH FROM[-[TO]][/EACH] WHAT; ...
 *
 * PATH is a pattern (fnmatch) of the end of the file's name; of the calls that
 * meet it those from the FROMth to the TOth fail (each EACHth), WHAT is an
 * errno by its name, or "short": half of the bytes only. For a clock
 * ("realtime", "monotonic") PATH is "*", FROM milliseconds after the start, and
 * WHAT seconds it is wrong by; "nosleep" lets no call of usleep take time.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <errno.h>
#include <fnmatch.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define MAX_RULES 16
#define MAX_PATH 4096
#define SHORT (-1)

struct rule {
    char call[16];
    char path[80];
    unsigned long from;
    unsigned long to;
    unsigned long each;
    int error;     /* SHORT, or an errno */
    long wrong_by; /* of a clock, seconds */
    atomic_ulong seen;
};

static struct rule rules[MAX_RULES];
static size_t num_rules;
static struct timespec began;

static const struct {
    const char *name;
    int error;
} errors[] = {{"EIO", EIO},       {"ENOSPC", ENOSPC}, {"EINTR", EINTR},
              {"EDQUOT", EDQUOT}, {"EROFS", EROFS},   {"EACCES", EACCES},
              {"ENOSYS", ENOSYS}, {"EAGAIN", EAGAIN}, {"EMFILE", EMFILE},
              {"ENOLCK", ENOLCK}, {"short", SHORT}};

/* The next one of that name: an interceptor's, or the C library's. */
#define NEXT(name, type) ((__typeof__(type) *)next(#name))

static void *next(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

typedef int clock_fn(clockid_t, struct timespec *);

/* --- the rules --- */

static void give_up(const char *text)
{
    (void)fprintf(stderr, "faults: not understood: %s\n", text);
    _exit(99);
}

static void parse_times(struct rule *rule, const char *text)
{
    char *end;

    rule->from = strtoul(text, &end, 10);
    rule->to = rule->from;
    rule->each = 1;
    if (*end == '-') {
        rule->to = end[1] >= '0' && end[1] <= '9' ? strtoul(end + 1, &end, 10)
                                                  : (end++, (unsigned long)-1);
    }
    if (*end == '/') {
        rule->each = strtoul(end + 1, &end, 10);
    }
    if (*end != '\0' || rule->each == 0) {
        give_up(text);
    }
}

static void parse_rule(const char *text)
{
    struct rule *rule = &rules[num_rules];
    char times[32];
    char what[32];

    if (num_rules == MAX_RULES ||
        sscanf(text, " %15s %79s %31s %31s", rule->call, rule->path, times,
               what) != 4) {
        give_up(text);
    }
    parse_times(rule, times);
    rule->wrong_by = strtol(what, NULL, 10);
    for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
        if (strcmp(what, errors[i].name) == 0) {
            rule->error = errors[i].error;
        }
    }
    if (rule->error == 0 && rule->wrong_by == 0) {
        give_up(text);
    }
    num_rules++;
}

__attribute__((constructor)) static void parse_rules(void)
{
    const char *text = getenv("CERTMUSTER_FAULTS");
    char *copy = strdup(text == NULL ? "" : text);
    char *save = NULL;

    (void)NEXT(clock_gettime, clock_fn)(CLOCK_MONOTONIC, &began);
    for (char *one = strtok_r(copy, ";", &save); one != NULL;
         one = strtok_r(NULL, ";", &save)) {
        parse_rule(one);
    }
    free(copy);
}

static bool ends_with(const char *path, const char *end)
{
    char pattern[96];

    (void)snprintf(pattern, sizeof(pattern), "*%s", end);
    return fnmatch(pattern, path, 0) == 0;
}

static const char *path_of(int fd, char path[MAX_PATH])
{
    char link[64];
    ssize_t len;

    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    len = readlink(link, path, MAX_PATH - 1);
    path[len > 0 ? len : 0] = '\0';
    return path;
}

/* 0: all is well; SHORT; or what errno is now. */
static int fault(const char *call, int fd, const char *path)
{
    char room[MAX_PATH];
    int kept = errno;
    int error = 0;

    for (size_t i = 0; i < num_rules && error == 0; i++) {
        struct rule *rule = &rules[i];

        if (strcmp(rule->call, call) != 0) {
            continue;
        }
        if (path == NULL) {
            path = path_of(fd, room);
        }
        if (ends_with(path, rule->path)) {
            unsigned long times = atomic_fetch_add(&rule->seen, 1) + 1;

            if (times >= rule->from && times <= rule->to &&
                (times - rule->from) % rule->each == 0) {
                error = rule->error;
            }
        }
    }
    errno = error > 0 ? error : kept;
    return error;
}

/* --- calls on descriptors --- */

/* The C library's own names of parameters are reserved. */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

static size_t half(size_t len)
{
    return len > 1 ? len / 2 : len;
}

#define MOVES_BYTES(name, pointer)                                             \
    ssize_t name(int fd, pointer data, size_t len)                             \
    {                                                                          \
        int error = fault(#name, fd, NULL);                                    \
                                                                               \
        return error > 0 ? -1                                                  \
                         : NEXT(name, ssize_t(int, pointer, size_t))(          \
                               fd, data, error == SHORT ? half(len) : len);    \
    }
#define MOVES_BYTES_AT(name, call, pointer)                                    \
    ssize_t name(int fd, pointer data, size_t len, off_t at)                   \
    {                                                                          \
        int error = fault(call, fd, NULL);                                     \
                                                                               \
        return error > 0                                                       \
                   ? -1                                                        \
                   : NEXT(name, ssize_t(int, pointer, size_t, off_t))(         \
                         fd, data, error == SHORT ? half(len) : len, at);      \
    }
#define OF_DESCRIPTOR(name)                                                    \
    int name(int fd)                                                           \
    {                                                                          \
        return fault(#name, fd, NULL) > 0 ? -1 : NEXT(name, int(int))(fd);     \
    }
#define CUTS(name)                                                             \
    int name(int fd, off_t len)                                                \
    {                                                                          \
        return fault("ftruncate", fd, NULL) > 0                                \
                   ? -1                                                        \
                   : NEXT(name, int(int, off_t))(fd, len);                     \
    }

MOVES_BYTES(read, void *)
MOVES_BYTES(write, const void *)
MOVES_BYTES_AT(pread, "pread", void *)
MOVES_BYTES_AT(pread64, "pread", void *)
MOVES_BYTES_AT(pwrite, "pwrite", const void *)
MOVES_BYTES_AT(pwrite64, "pwrite", const void *)
OF_DESCRIPTOR(fsync)
OF_DESCRIPTOR(fdatasync)
CUTS(ftruncate)
CUTS(ftruncate64)

/* The descriptor is closed all the same, as by Linux. */
int close(int fd)
{
    int error = fault("close", fd, NULL);
    int result = NEXT(close, int(int))(fd);

    if (error > 0) {
        errno = error;
        return -1;
    }
    return result;
}

int rename(const char *from, const char *to)
{
    return fault("rename", -1, to) > 0
               ? -1
               : NEXT(rename, int(const char *, const char *))(from, to);
}

int epoll_wait(int fd, struct epoll_event *events, int max, int ms)
{
    typedef int wait_fn(int, struct epoll_event *, int, int);

    return fault("epoll_wait", fd, "*") > 0
               ? -1
               : NEXT(epoll_wait, wait_fn)(fd, events, max, ms);
}

ssize_t getrandom(void *data, size_t len, unsigned flags)
{
    typedef ssize_t random_fn(void *, size_t, unsigned);

    return fault("getrandom", -1, "*") > 0
               ? -1
               : NEXT(getrandom, random_fn)(data, len, flags);
}

/* --- streams: their own calls of write() stay inside of the C library --- */

size_t fwrite(const void *data, size_t size, size_t num, FILE *stream)
{
    typedef size_t write_fn(const void *, size_t, size_t, FILE *);

    return fault("fwrite", fileno(stream), NULL) > 0
               ? 0
               : NEXT(fwrite, write_fn)(data, size, num, stream);
}

int fflush(FILE *stream)
{
    int result = NEXT(fflush, int(FILE *))(stream);

    return stream != NULL && fault("fflush", fileno(stream), NULL) > 0 ? EOF
                                                                       : result;
}

int fclose(FILE *stream)
{
    int error = fault("fclose", fileno(stream), NULL);
    int result = NEXT(fclose, int(FILE *))(stream);

    if (error > 0) {
        errno = error;
        return EOF;
    }
    return result;
}

/* --- time --- */

static long wrong_by(const char *clock)
{
    struct timespec now;
    unsigned long ms;
    long sum = 0;

    if (num_rules == 0) {
        return 0;
    }
    (void)NEXT(clock_gettime, clock_fn)(CLOCK_MONOTONIC, &now);
    ms = (unsigned long)((now.tv_sec - began.tv_sec) * 1000 +
                         (now.tv_nsec - began.tv_nsec) / 1000000);
    for (size_t i = 0; i < num_rules; i++) {
        if (strcmp(rules[i].call, clock) == 0 && ms >= rules[i].from) {
            sum += rules[i].wrong_by;
        }
    }
    return sum;
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
    int result = NEXT(clock_gettime, clock_fn)(clock, out);

    if (result == 0 && clock == CLOCK_REALTIME) {
        out->tv_sec += wrong_by("realtime");
    } else if (result == 0 && clock == CLOCK_MONOTONIC) {
        out->tv_sec += wrong_by("monotonic");
    }
    return result;
}

time_t time(time_t *out)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL) {
        *out = now.tv_sec;
    }
    return now.tv_sec;
}

/* The kernel does not know that its clock has jumped. All conditions of the
 * program are by CLOCK_MONOTONIC. */
int pthread_cond_timedwait(pthread_cond_t *restrict cond,
                           pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until)
{
    typedef int wait_fn(pthread_cond_t *, pthread_mutex_t *,
                        const struct timespec *);
    struct timespec real = *until;

    real.tv_sec -= wrong_by("monotonic");
    return NEXT(pthread_cond_timedwait, wait_fn)(cond, mutex, &real);
}

int usleep(useconds_t us)
{
    return fault("nosleep", -1, "*") != 0 ? 0
                                          : NEXT(usleep, int(useconds_t))(us);
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
