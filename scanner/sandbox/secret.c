/* See secret.h. Locking memory and leaving it out of dumps are more than an
 * account may be allowed; wiping is not.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/secret.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

bool cm_secret_new(struct cm_secret *secret, size_t size)
{
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    *secret = (struct cm_secret){0};
    if (pages == MAP_FAILED) {
        return false;
    }
    (void)madvise(pages, size, MADV_DONTDUMP);
    (void)mlock2(pages, size, MLOCK_ONFAULT);
    secret->bytes = pages;
    secret->size = size;
    return true;
}

void cm_secret_free(struct cm_secret *secret)
{
    if (secret->bytes != NULL) {
        explicit_bzero(secret->bytes, secret->len);
        (void)munmap(secret->bytes, secret->size); /* which unlocks it */
    }
    *secret = (struct cm_secret){0};
}

void cm_hide_process(struct cm_hiding *hiding)
{
    struct rlimit limit;

    if (hiding->hidden) {
        return;
    }
    hiding->hidden = true;
    hiding->dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (getrlimit(RLIMIT_CORE, &limit) == 0) {
        hiding->max_core = limit.rlim_cur;
        limit.rlim_cur = 0;
        (void)setrlimit(RLIMIT_CORE, &limit);
    }
}

void cm_show_process(const struct cm_hiding *hiding)
{
    struct rlimit limit;

    if (!hiding->hidden) {
        return;
    }
    if (prctl(PR_SET_DUMPABLE, hiding->dumpable, 0, 0, 0) == 0 &&
        getrlimit(RLIMIT_CORE, &limit) == 0) {
        limit.rlim_cur = hiding->max_core;
        (void)setrlimit(RLIMIT_CORE, &limit);
    }
}
