/* Actions by number: a table of the keys of a run's actions. Private to
 * reader_book.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_KEYS_H
#define CERTMUSTER_REPORT_READER_KEYS_H

#include "reader_notes.h"
#include "reader_sql.h"

#define CM_NO_ACTION UINT32_MAX

struct cm_action_keys { /* all owned; the zero state has none */
    struct cm_notes texts;
    uint64_t *at; /* where the key of each is */
    uint32_t num;
    uint32_t *table; /* numbers by the hash of the key */
    size_t mask;
    uint8_t secret[16];
};

/* Also after a failure the keys have to be freed. */
enum cm_status cm_action_keys_read(struct cm_action_keys *keys,
                                   struct cm_report_run *run,
                                   struct cm_error *err);
/* The number of an action, or CM_NO_ACTION. */
uint32_t cm_action_keys_find(const struct cm_action_keys *keys,
                             const char *key);
void cm_action_keys_free(struct cm_action_keys *keys);

#endif
