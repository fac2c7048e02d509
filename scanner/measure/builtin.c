/* SPDX-License-Identifier: Apache-2.0 */
#include "measure/builtin.h"

#include <stddef.h>

/* builtin.def is made by CMakeLists.txt from its lists of files. */
#define CM_PROFILES(name) extern const char cm_profiles_##name[];
#define CM_POLICIES(name) extern const char cm_policies_##name[];
#include "builtin.def"
#undef CM_PROFILES
#undef CM_POLICIES

const struct cm_builtin *cm_builtin_profiles(void)
{
    static const struct cm_builtin all[] = {
#define CM_PROFILES(name) {#name, cm_profiles_##name},
#define CM_POLICIES(name)
#include "builtin.def"
#undef CM_PROFILES
#undef CM_POLICIES
        {NULL, NULL},
    };

    return all;
}

const struct cm_builtin *cm_builtin_policies(void)
{
    static const struct cm_builtin all[] = {
#define CM_PROFILES(name)
#define CM_POLICIES(name) {#name, cm_policies_##name},
#include "builtin.def"
#undef CM_PROFILES
#undef CM_POLICIES
        {NULL, NULL},
    };

    return all;
}
