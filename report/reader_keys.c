/* The keys of the actions in one table: 17 bytes of text each, and 20 of
 * places. SPDX-License-Identifier: Apache-2.0 */
#include "reader_keys.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "certmuster/map.h"

static const char keys_sql[] = "SELECT key FROM v_action WHERE run = ?1";

static const char *key_of(const struct cm_action_keys *keys, uint32_t action)
{
    return (const char *)cm_notes_at(&keys->texts, keys->at[action]);
}

static size_t place_of(const struct cm_action_keys *keys, const char *key)
{
    return (size_t)cm_hash64(keys->secret, key, strlen(key)) & keys->mask;
}

uint32_t cm_action_keys_find(const struct cm_action_keys *keys, const char *key)
{
    size_t i;

    for (i = place_of(keys, key); keys->table[i] != CM_NO_ACTION;
         i = (i + 1) & keys->mask) {
        if (strcmp(key_of(keys, keys->table[i]), key) == 0) {
            break;
        }
    }
    return keys->table[i];
}

static bool add_key(struct cm_action_keys *keys, const char *key)
{
    size_t len = strlen(key) + 1;
    uint64_t position;
    uint8_t *at;

    if ((keys->num & (keys->num - 1)) == 0) {
        size_t cap = keys->num == 0 ? 1 : keys->num * 2U;
        uint64_t *more = realloc(keys->at, cap * sizeof(*more));

        if (more == NULL) {
            return false;
        }
        keys->at = more;
    }
    at = keys->num == CM_NO_ACTION ? NULL
                                   : cm_notes_add(&keys->texts, len, &position);
    if (at == NULL) {
        return false;
    }
    memcpy(at, key, len);
    keys->at[keys->num++] = position;
    return true;
}

static bool make_table(struct cm_action_keys *keys)
{
    size_t size = 16;

    while (size < (size_t)keys->num * 2) {
        size *= 2;
    }
    keys->mask = size - 1;
    keys->table = malloc(size * sizeof(*keys->table));
    if (keys->table == NULL) {
        return false;
    }
    memset(keys->table, 0xFF, size * sizeof(*keys->table)); /* CM_NO_ACTION */
    for (uint32_t i = 0; i < keys->num; i++) {
        size_t at = place_of(keys, key_of(keys, i));

        while (keys->table[at] != CM_NO_ACTION) {
            at = (at + 1) & keys->mask;
        }
        keys->table[at] = i;
    }
    return true;
}

static enum cm_status read_keys(struct cm_action_keys *keys,
                                struct cm_report_run *run, struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = true;
    enum cm_status status = cm_sql_for_run(run, &stmt, keys_sql, err);

    while (status == CM_OK) {
        struct cm_sql_line line = cm_sql_line(stmt);

        status = cm_sql_step(stmt, &got, err);
        if (status != CM_OK || !got) {
            break;
        }
        if (!add_key(keys, cm_sql_word(&line))) {
            status = cm_error_nomem(err, "the action plan");
        }
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

enum cm_status cm_action_keys_read(struct cm_action_keys *keys,
                                   struct cm_report_run *run,
                                   struct cm_error *err)
{
    enum cm_status status;

    if (getrandom(keys->secret, sizeof(keys->secret), 0) !=
        (ssize_t)sizeof(keys->secret)) {
        return cm_error_nomem(err, "the action plan");
    }
    status = read_keys(keys, run, err);
    if (status == CM_OK && !make_table(keys)) {
        status = cm_error_nomem(err, "the action plan");
    }
    return status;
}

void cm_action_keys_free(struct cm_action_keys *keys)
{
    cm_notes_free(&keys->texts);
    free(keys->at);
    free(keys->table);
    memset(keys, 0, sizeof(*keys));
}
