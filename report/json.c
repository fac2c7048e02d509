/* JSON as it is written.
 * SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include <string.h>

#include "certmuster/text.h"
#include "reader.h"

void cm_json_init(struct cm_json *json, struct cm_buf *out)
{
    json->out = out;
    json->comma = false;
    json->line = false;
}

/* Before a value or a key. */
static void separate(struct cm_json *json)
{
    if (json->comma) {
        cm_buf_putc(json->out, ',');
    }
    if (json->line) {
        cm_buf_putc(json->out, '\n');
    }
    json->line = false;
    json->comma = true;
}

void cm_json_open(struct cm_json *json, char bracket)
{
    separate(json);
    cm_buf_putc(json->out, bracket);
    json->comma = false;
}

void cm_json_close(struct cm_json *json, char bracket)
{
    json->comma = false;
    separate(json);
    cm_buf_putc(json->out, bracket);
}

void cm_json_line(struct cm_json *json)
{
    json->line = true;
}

void cm_json_key(struct cm_json *json, const char *key)
{
    separate(json);
    cm_text_json(json->out, key, strlen(key));
    cm_buf_putc(json->out, ':');
    json->comma = false;
}

void cm_json_made_key(struct cm_json *json, const char *key, size_t len)
{
    separate(json);
    cm_buf_append(json->out, key, len);
    json->comma = false;
}

void cm_json_made(struct cm_json *json, const void *made, size_t len)
{
    separate(json);
    cm_buf_append(json->out, made, len);
}

void cm_json_text(struct cm_json *json, const char *text)
{
    separate(json);
    if (text == NULL) {
        cm_buf_puts(json->out, "null");
    } else {
        cm_text_json(json->out, text, strlen(text));
    }
}

void cm_json_number(struct cm_json *json, int64_t number)
{
    separate(json);
    if (number == CM_UNKNOWN) {
        cm_buf_puts(json->out, "null");
    } else {
        cm_buf_number(json->out, number);
    }
}

void cm_json_bool(struct cm_json *json, bool value)
{
    separate(json);
    cm_buf_puts(json->out, value ? "true" : "false");
}

void cm_json_time(struct cm_json *json, int64_t unix_s)
{
    char text[CM_TIME_TEXT_SIZE];

    cm_json_text(json,
                 unix_s == CM_UNKNOWN ? NULL : cm_time_rfc3339(unix_s, text));
}

void cm_json_list(struct cm_json *json, const struct cm_report_list *list)
{
    cm_json_open(json, '[');
    for (size_t i = 0; i < list->num; i++) {
        cm_json_text(json, list->items[i]);
    }
    cm_json_close(json, ']');
}

void cm_json_value(struct cm_json *json, const char *valid)
{
    if (valid == NULL || !cm_text_is_utf8(valid, strlen(valid))) {
        cm_json_text(json, NULL);
        return;
    }
    separate(json);
    cm_text_json_value(json->out, valid, strlen(valid));
}

void cm_json_put_text(struct cm_json *json, const char *key, const char *text)
{
    cm_json_key(json, key);
    cm_json_text(json, text);
}

void cm_json_put_number(struct cm_json *json, const char *key, int64_t number)
{
    cm_json_key(json, key);
    cm_json_number(json, number);
}

void cm_json_put_time(struct cm_json *json, const char *key, int64_t unix_s)
{
    cm_json_key(json, key);
    cm_json_time(json, unix_s);
}

void cm_json_put_list(struct cm_json *json, const char *key,
                      const struct cm_report_list *list)
{
    cm_json_key(json, key);
    cm_json_list(json, list);
}
