/* See streams.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/options.h"

/* A descriptor that is closed would be that of the next file to be opened, and
 * messages would go into the store. What takes its place fails as a closed one
 * does: it cannot be read (0) or written (1, 2). */
static bool occupy(int fd)
{
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) {
        return true;
    }
    return open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) == fd;
}

bool cm_streams_open(void)
{
    struct sigaction ignore;

    /* A message that nobody reads must not end what is being written, and a
     * limit of a file's size is an error like no room on the disk. */
    memset(&ignore, 0, sizeof(ignore));
    ignore.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGXFSZ, &ignore, NULL);
    return occupy(STDIN_FILENO) && occupy(STDOUT_FILENO) &&
           occupy(STDERR_FILENO);
}

static bool reader_has_left(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

enum cm_status cm_streams_flush(const char *what, struct cm_error *err)
{
    bool failed;
    int why;

    errno = 0;
    failed = fflush(stdout) != 0;
    why = errno;
    if ((!failed && ferror(stdout) == 0) || reader_has_left()) {
        return CM_OK;
    }
    return cm_error_set(err, CM_EIO,
                        "%s could not be written to standard output%s%s", what,
                        why == 0 ? "" : ": ",
                        why == EBADF ? "it is closed"
                        : why == 0   ? ""
                                     : strerrordesc_np(why));
}

int cm_streams_close(int code)
{
    struct cm_error err;

    if (code > CM_EXIT_FINDINGS ||
        cm_streams_flush("the text", &err) == CM_OK) {
        return code;
    }
    return cm_fail(&err);
}
