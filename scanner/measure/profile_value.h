/* The values of profile files. Private to measure/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_MEASURE_PROFILE_VALUE_H
#define CERTMUSTER_MEASURE_PROFILE_VALUE_H

#include "measure/ini.h"
#include "measure/profile.h"

enum cm_list_kind {
    CM_LIST_SUITES,
    CM_LIST_GROUPS,
    CM_LIST_SCHEMES,
    CM_LIST_KIND_COUNT
};
const char *cm_list_kind_id(enum cm_list_kind kind); /* the section's name */

struct cm_named_list {
    enum cm_list_kind kind;
    char name[CM_MEASURE_NAME_SIZE];
    struct cm_numbers numbers;
};
const struct cm_named_list *cm_list_find(const struct cm_named_list *lists,
                                         size_t num, enum cm_list_kind kind,
                                         const char *name);
/* "1302 @openssl3 -c012": a number adds itself, @NAME a list, and - takes away.
 */
enum cm_status cm_list_read(struct cm_numbers *out,
                            const struct cm_named_list *lists, size_t num,
                            enum cm_list_kind kind,
                            const struct cm_ini_item *item,
                            struct cm_error *err);

bool cm_profile_is_name(const char *text);
/* Sets the value that item->name names. */
enum cm_status cm_profile_set(struct cm_profile *profile,
                              const struct cm_named_list *lists, size_t num,
                              const struct cm_ini_item *item,
                              struct cm_error *err);
/* The name of a value without which a profile makes no sense; NULL: all are
 * there. */
const char *cm_profile_missing(const struct cm_profile *profile);

#endif
