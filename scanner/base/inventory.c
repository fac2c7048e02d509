/* Inventories: their memory, their words, and what they say of one suite or
 * group.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/inventory.h"

#include <stdlib.h>

#include "certmuster/status.h"

static const uint16_t numbers[CM_VERSION_COUNT] = {
    [CM_VERSION_SSL2] = 0x0002,   [CM_VERSION_SSL3] = 0x0300,
    [CM_VERSION_TLS1_0] = 0x0301, [CM_VERSION_TLS1_1] = 0x0302,
    [CM_VERSION_TLS1_2] = 0x0303, [CM_VERSION_TLS1_3] = 0x0304,
};

uint16_t cm_version_number(enum cm_version_index index)
{
    cm_assert((unsigned)index < CM_VERSION_COUNT);
    return numbers[index];
}

int cm_version_index(uint16_t version)
{
    for (int i = 0; i < CM_VERSION_COUNT; i++) {
        if (numbers[i] == version) {
            return i;
        }
    }
    return -1;
}

const char *cm_known_id(enum cm_known known)
{
    return known == CM_YES ? "yes" : known == CM_NO ? "no" : "unknown";
}

const char *cm_inventory_suite_name(enum cm_version_index version,
                                    uint16_t suite)
{
    const struct cm_suite *known = cm_suite_find(suite);
    bool kind = known != NULL && known->max_version == numbers[CM_VERSION_SSL2];

    return known == NULL || kind != (version == CM_VERSION_SSL2) ? NULL
                                                                 : known->name;
}

struct cm_inventory *cm_inventory_new(void)
{
    return calloc(1, sizeof(struct cm_inventory));
}

void cm_inventory_free(struct cm_inventory *inventory)
{
    if (inventory == NULL) {
        return;
    }
    for (size_t i = 0; i < CM_VERSION_COUNT; i++) {
        free(inventory->versions[i].suites);
    }
    free(inventory);
}

enum cm_known cm_inventory_serves(const struct cm_inventory *inventory,
                                  uint16_t version, uint16_t suite)
{
    int index = cm_version_index(version);
    const struct cm_version_inventory *of;

    if (inventory == NULL || index < 0) {
        return CM_NOT_KNOWN;
    }
    of = &inventory->versions[index];
    for (size_t i = 0; i < of->num_suites; i++) {
        if (of->suites[i] == suite) {
            return CM_YES;
        }
    }
    return of->served == CM_NO || of->complete ? CM_NO : CM_NOT_KNOWN;
}

enum cm_known cm_inventory_group(const struct cm_inventory *inventory,
                                 uint16_t group)
{
    if (inventory == NULL) {
        return CM_NOT_KNOWN;
    }
    for (size_t i = 0; i < inventory->num_groups; i++) {
        if (inventory->groups[i] == group) {
            return CM_YES;
        }
    }
    return inventory->groups_complete ? CM_NO : CM_NOT_KNOWN;
}
