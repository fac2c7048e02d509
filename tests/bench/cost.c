/* What a program costs: usage: cost FILE CPUS PROGRAM [ARGUMENT]...
 *
 * Runs PROGRAM on the processors CPUS ("0" or "0,1") and writes to FILE one
 * object: its exit code, user and system time (its children that it waited for
 * included), wall time, the memory of the largest of them, its own while it had
 * several threads, and the processor time of each of its threads. A small
 * program of its own: a child's peak counts from the size of the process that
 * started it. SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_THREADS 64
#define SAMPLE_NS 20000000L /* a thread's last 20 ms may be missing */

#define MUST(claim) ((claim) ? (void)0 : (perror(#claim), exit(126)))

/* A thread's time can only be asked for while it lives. */
struct threads {
    size_t num;
    long peak_kb; /* of the process, while it had more than one */
    struct {
        long id;
        double seconds;
    } of[MAX_THREADS];
};

static double now(void)
{
    struct timespec t;

    MUST(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void note(struct threads *threads, long id, double used)
{
    size_t i = 0;

    while (i < threads->num && threads->of[i].id != id) {
        i++;
    }
    if (i == MAX_THREADS) {
        return;
    }
    if (i == threads->num) {
        threads->of[threads->num++].id = id;
    }
    threads->of[i].seconds = used;
}

/* The peak so far, in kB; 0: the process is gone. */
static long peak_of(pid_t pid)
{
    char path[64];
    char line[256];
    long peak = 0;
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    file = fopen(path, "re");
    while (file != NULL && peak == 0 && fgets(line, sizeof(line), file)) {
        (void)sscanf(line, "VmHWM: %ld", &peak);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return peak;
}

static void sample(struct threads *threads, pid_t pid)
{
    char path[320];
    const struct dirent *entry;
    size_t alive = 0;
    DIR *tasks;

    (void)snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    tasks = opendir(path);
    while (tasks != NULL && (entry = readdir(tasks)) != NULL) {
        FILE *file;

        if (entry->d_name[0] == '.') {
            continue;
        }
        alive++;
        (void)snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat",
                       (int)pid, entry->d_name);
        file = fopen(path, "re");
        if (file != NULL) {
            char text[128]; /* nanoseconds run, and two more numbers */

            if (fgets(text, sizeof(text), file) != NULL) {
                note(threads, strtol(entry->d_name, NULL, 10),
                     (double)strtoull(text, NULL, 10) / 1e9);
            }
            (void)fclose(file);
        }
    }
    if (tasks != NULL) {
        (void)closedir(tasks);
    }
    if (alive > 1) {
        threads->peak_kb = peak_of(pid);
    }
}

static void pin(const char *list)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    while (*list != '\0') {
        char *end;

        CPU_SET(strtoul(list, &end, 10), &set);
        MUST(end != list);
        list = *end == ',' ? end + 1 : end;
    }
    MUST(sched_setaffinity(0, sizeof(set), &set) == 0);
}

static volatile sig_atomic_t child;

/* Who stops us wants the program stopped. */
static void pass_on(int number)
{
    if (child > 0) {
        (void)kill(child, number);
    }
}

static int wait_for(pid_t pid, const sigset_t *child_ends,
                    struct threads *threads, struct rusage *used)
{
    const struct timespec pause = {.tv_nsec = SAMPLE_NS};
    int status;

    while (wait4(pid, &status, WNOHANG, used) == 0) {
        sample(threads, pid);
        (void)sigtimedwait(child_ends, NULL, &pause);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void report(FILE *out, int code, double wall, const struct rusage *used,
                   const struct threads *threads)
{
    (void)fprintf(out,
                  "{\"exit\":%d,\"user_s\":%.6f,\"sys_s\":%.6f,\"wall_s\":%.6f,"
                  "\"rss_kb\":%ld,\"threads_rss_kb\":%ld,\"threads_s\":[",
                  code, seconds(used->ru_utime), seconds(used->ru_stime), wall,
                  used->ru_maxrss, threads->peak_kb);
    for (size_t i = 0; i < threads->num; i++) {
        (void)fprintf(out, "%s%.6f", i == 0 ? "" : ",", threads->of[i].seconds);
    }
    (void)fprintf(out, "]}\n");
}

int main(int argc, char **argv)
{
    static struct threads threads;
    const struct sigaction forward = {.sa_handler = pass_on};
    sigset_t child_ends;
    struct rusage used;
    double began;
    FILE *out;
    int code;

    if (argc < 4) {
        (void)fprintf(stderr, "usage: cost FILE CPUS PROGRAM [ARGUMENT]...\n");
        return 126;
    }
    out = fopen(argv[1], "we");
    MUST(out != NULL);
    (void)sigemptyset(&child_ends);
    (void)sigaddset(&child_ends, SIGCHLD);
    MUST(sigprocmask(SIG_BLOCK, &child_ends, NULL) == 0);
    MUST(sigaction(SIGTERM, &forward, NULL) == 0 &&
         sigaction(SIGINT, &forward, NULL) == 0);
    began = now();
    child = fork();
    MUST(child >= 0);
    if (child == 0) {
        MUST(sigprocmask(SIG_UNBLOCK, &child_ends, NULL) == 0);
        pin(argv[2]);
        (void)execvp(argv[3], argv + 3);
        perror(argv[3]);
        _exit(127);
    }
    code = wait_for(child, &child_ends, &threads, &used);
    report(out, code, now() - began, &used, &threads);
    return fclose(out) == 0 ? 0 : 126;
}
