/* Profile files: whatever they hold is read or refused with a line number, and
 * what was read is in bounds.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "certmuster/status.h"
#include "measure/profile.h"

static void check(const struct cm_profile *p)
{
    cm_assert(p->suites.num > 0 && p->suites.num <= CM_PROFILE_MAX_NUMBERS);
    cm_assert(p->groups.num <= CM_PROFILE_MAX_NUMBERS);
    cm_assert(p->schemes.num <= CM_PROFILE_MAX_NUMBERS);
    cm_assert(strlen(p->name) > 0 && strlen(p->name) < sizeof(p->name));
    cm_assert(strlen(p->title) < sizeof(p->title));
    cm_assert(cm_family_id(p->family) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_profileset *set = cm_profileset_new();
    struct cm_error err = {.status = CM_OK};

    cm_assert(set != NULL);
    if (cm_profileset_read(set, "f", (const char *)data, size, &err) == CM_OK) {
        for (size_t i = 0; i < cm_profileset_count(set); i++) {
            check(cm_profileset_at(set, i));
        }
    } else {
        cm_assert(err.status == CM_EINPUT && err.text[0] != '\0');
    }
    cm_profileset_free(set);
    return 0;
}
