/* See take.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/take.h"

#include <stdlib.h>
#include <string.h>

void cm_take_damaged(struct cm_db *db, const char *what)
{
    if (db->error.status == CM_OK) {
        (void)cm_error_set(&db->error, CM_ESTORE,
                           "store %s is damaged: %s; restore a copy of it",
                           db->path, what);
    }
}

void cm_take_no_memory(struct cm_db *db)
{
    if (db->error.status == CM_OK) {
        (void)cm_error_nomem(&db->error, "stored evidence");
    }
}

void cm_take_text(const struct cm_query *q, int column, char *out, size_t size)
{
    const char *text = cm_column_text(q, column);
    size_t len = strlen(text);

    if (len >= size) {
        cm_take_damaged(q->db, "a text is too long");
        len = 0;
    }
    memcpy(out, text, len);
    out[len] = '\0';
}

uint32_t cm_take_u32(const struct cm_query *q, int column)
{
    return (uint32_t)(cm_column_int(q, column) & UINT32_MAX);
}

uint16_t cm_take_u16(const struct cm_query *q, int column)
{
    return (uint16_t)(cm_column_int(q, column) & UINT16_MAX);
}

uint8_t cm_take_u8(const struct cm_query *q, int column)
{
    return (uint8_t)(cm_column_int(q, column) & UINT8_MAX);
}

int cm_take_id(const struct cm_query *q, int column, int count,
               const char *(*id)(int value))
{
    const char *text = cm_column_text(q, column);

    for (int i = 0; i < count; i++) {
        if (strcmp(id(i), text) == 0) {
            return i;
        }
    }
    cm_take_damaged(q->db, "a word in it is unknown");
    return 0;
}

void cm_take_alert(const struct cm_query *q, int column, struct cm_alert *out)
{
    uint16_t value = cm_take_u16(q, column);

    out->seen = !cm_column_is_null(q, column);
    out->level = (uint8_t)(value >> 8);
    out->description = (uint8_t)(value & 0xff);
}

void cm_take_bytes(const struct cm_query *q, int column, struct cm_span *out)
{
    struct cm_span bytes = cm_column_blob(q, column);
    uint8_t *copy;

    if (bytes.len == 0) {
        return;
    }
    copy = malloc(bytes.len);
    if (copy == NULL) {
        cm_take_no_memory(q->db);
        return;
    }
    memcpy(copy, bytes.data, bytes.len);
    out->data = copy;
    out->len = bytes.len;
}

uint8_t cm_take_some(const struct cm_query *q, int column, uint8_t *out,
                     size_t size)
{
    struct cm_span bytes = cm_column_blob(q, column);

    if (bytes.len > size || bytes.len > UINT8_MAX) {
        cm_take_damaged(q->db, "the first bytes are too many");
        return 0;
    }
    if (bytes.len > 0) {
        memcpy(out, bytes.data, bytes.len);
    }
    return (uint8_t)bytes.len;
}
