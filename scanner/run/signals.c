/* Signals arrive on a descriptor, so that no code runs inside a handler.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "run/parts.h"

struct cm_signals {
    int fd;
    sigset_t before;
    struct sigaction pipe_before;
    struct sigaction size_before;
};

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
    signals->fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signals->fd < 0) {
        free(signals);
        return cm_error_set(err, CM_EIO, "signalfd: %s",
                            strerrordesc_np(errno));
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
    struct pollfd poll_fd = {.fd = signals->fd, .events = POLLIN};
    struct signalfd_siginfo info;
    unsigned num = 0;

    (void)poll(&poll_fd, 1, ms);
    while (read(signals->fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        num++;
    }
    return num;
}

void cm_signals_close(struct cm_signals *signals)
{
    if (signals != NULL) {
        (void)cm_signals_wait(signals, 0); /* too late to end anything */
        (void)close(signals->fd);
        (void)pthread_sigmask(SIG_SETMASK, &signals->before, NULL);
        (void)sigaction(SIGPIPE, &signals->pipe_before, NULL);
        (void)sigaction(SIGXFSZ, &signals->size_before, NULL);
        free(signals);
    }
}
