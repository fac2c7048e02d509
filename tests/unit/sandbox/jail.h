/* A folder that may be written, one that may not, a server, and children that
 * lock themselves in among them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TEST_JAIL_H
#define CERTMUSTER_TEST_JAIL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "sandbox/sandbox.h"

struct jail {
    char root[64];
    char mine[128];   /* a folder that may be written */
    char theirs[128]; /* one that may not be seen */
    char lent[160];   /* a file in it that may be read */
    char secret[160]; /* one that may not */
    char link[160];   /* in mine, to the secret */
    int listener;     /* of a server, opened before */
    uint16_t port;    /* its */
    int unix_fd;      /* a UNIX socket from before, for a server that has */
    int unix_server;  /* no file, but this name */
    struct sockaddr_un unix_name;
    socklen_t unix_len;
    int landlock; /* its version; 0: this kernel has none */
    bool seccomp;
    bool network; /* whether the next child may connect */
};

void jail_new(struct jail *jail);
void jail_free(struct jail *jail);
/* In a child that is locked in: what `attempt` returns, 0 or an errno. */
int jail_try(const struct jail *jail, int (*attempt)(const struct jail *jail));
/* A sandbox for it, not entered. */
struct cm_sandbox *jail_sandbox(const struct jail *jail);
/* "%s/%s", valid until the next call. */
const char *jail_path(const char *folder, const char *name);

#endif
