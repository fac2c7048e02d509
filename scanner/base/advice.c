/* What to do about an errno.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/advice.h"

#include <errno.h>

const char *cm_advice(int sys_errno)
{
    switch (sys_errno) {
    case ENOENT:
        return "; check the path";
    case EACCES:
    case EPERM:
        return "; check who may access it";
    case EROFS:
        return "; name a place that can be written to";
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return "; free some space or name another place";
    case EISDIR:
        return "; name a file, not a folder";
    case ENOTDIR:
        return "; a part of the path is a file, not a folder";
    case EMFILE:
    case ENFILE:
        return "; lower --concurrency or raise the limit of open files";
    default:
        return "";
    }
}
