/* Signals arrive on a descriptor, so that no code runs inside a handler.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "run/parts.h"

struct cm_signals {
    int fd;
    int wake_fd; /* ends a wait */
    sigset_t before;
    struct sigaction pipe_before;
    struct sigaction size_before;
};

static void close_all(const struct cm_signals *signals)
{
    if (signals->fd >= 0) {
        (void)close(signals->fd);
    }
    if (signals->wake_fd >= 0) {
        (void)close(signals->wake_fd);
    }
}

/* As by nohup: whoever started us wants us to outlive the terminal. */
static bool is_ignored(int number)
{
    struct sigaction now;

    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

enum cm_status cm_signals_open(struct cm_signals **out, struct cm_error *err)
{
    struct sigaction ignore;
    struct cm_signals *signals = calloc(1, sizeof(*signals));
    sigset_t set;

    *out = NULL;
    if (signals == NULL) {
        return cm_error_nomem(err, "signals");
    }
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    if (!is_ignored(SIGHUP)) {
        (void)sigaddset(&set, SIGHUP);
    }
    signals->fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    signals->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (signals->fd < 0 || signals->wake_fd < 0) {
        enum cm_status status =
            cm_error_set(err, CM_EIO, "a descriptor to hear signals: %s",
                         strerrordesc_np(errno));

        close_all(signals);
        free(signals);
        return status;
    }
    /* Threads started later inherit the mask: only the descriptor hears. */
    (void)pthread_sigmask(SIG_BLOCK, &set, &signals->before);
    memset(&ignore, 0, sizeof(ignore));
    ignore.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &ignore, &signals->pipe_before);
    /* A limit on the size of files is no room on the disk, and said so. */
    (void)sigaction(SIGXFSZ, &ignore, &signals->size_before);
    *out = signals;
    return CM_OK;
}

unsigned cm_signals_wait(struct cm_signals *signals, int ms)
{
    struct pollfd fds[] = {{.fd = signals->fd, .events = POLLIN},
                           {.fd = signals->wake_fd, .events = POLLIN}};
    struct signalfd_siginfo info;
    eventfd_t times;
    unsigned num = 0;

    (void)poll(fds, 2, ms);
    (void)eventfd_read(signals->wake_fd, &times);
    while (read(signals->fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        num++;
    }
    return num;
}

void cm_signals_wake(struct cm_signals *signals)
{
    (void)eventfd_write(signals->wake_fd, 1);
}

void cm_signals_close(struct cm_signals *signals)
{
    if (signals != NULL) {
        (void)cm_signals_wait(signals, 0); /* too late to end anything */
        close_all(signals);
        (void)pthread_sigmask(SIG_SETMASK, &signals->before, NULL);
        (void)sigaction(SIGPIPE, &signals->pipe_before, NULL);
        (void)sigaction(SIGXFSZ, &signals->size_before, NULL);
        free(signals);
    }
}
