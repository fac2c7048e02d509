/* What a process keeps of what it was started with. An account that is not
 * root's has nothing to lose here. Root's files are written by root without any
 * capability; only in folders of other accounts does root need more, and says
 * so in the run facts.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/parts.h"

#define MASK(capability) (UINT64_C(1) << (capability))
/* Writing into such a folder, giving what is made there to its account (SQLite
 * does), and replacing what is there when it is sticky. */
#define OTHERS_FILES                                                           \
    (MASK(CAP_DAC_OVERRIDE) | MASK(CAP_CHOWN) | MASK(CAP_FOWNER))

static uint64_t permitted(void)
{
    struct __user_cap_header_struct header = {.version =
                                                  _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};

    if (syscall(SYS_capget, &header, data) != 0) {
        return 0;
    }
    return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

static void keep_only(uint64_t kept)
{
    struct __user_cap_header_struct header = {.version =
                                                  _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
        {.effective = (uint32_t)kept, .permitted = (uint32_t)kept},
        {.effective = (uint32_t)(kept >> 32),
         .permitted = (uint32_t)(kept >> 32)}};

    for (int i = 0; i <= CAP_LAST_CAP; i++) {
        if ((kept & MASK(i)) == 0) {
            (void)prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
        }
    }
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    (void)syscall(SYS_capset, &header, data);
}

/* Its owner may use it as it is. */
static bool is_plain(const struct cm_sandbox_path *path)
{
    struct stat about;
    mode_t need;

    if (stat(path->path, &about) != 0) {
        return true; /* the folder decides */
    }
    need = path->writable ? S_IRUSR | S_IWUSR : S_IRUSR;
    need |= S_ISDIR(about.st_mode) ? S_IXUSR : 0U;
    return about.st_uid == geteuid() && (about.st_mode & need) == need;
}

static uint64_t needed(const struct cm_sandbox_plan *plan)
{
    uint64_t caps = plan->reads_all ? MASK(CAP_DAC_READ_SEARCH) : 0;

    for (size_t i = 0; i < plan->num_paths; i++) {
        if (!is_plain(&plan->paths[i])) {
            caps |= plan->paths[i].writable ? OTHERS_FILES
                                            : MASK(CAP_DAC_READ_SEARCH);
        }
    }
    return caps;
}

bool cm_sandbox_drop(const struct cm_sandbox_plan *plan)
{
    uint64_t kept = permitted() & needed(plan);

    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    keep_only(kept);
    return kept != 0;
}
