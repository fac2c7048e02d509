/* JSON as it is written: commas keep themselves, every text is escaped.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_JSON_H
#define CERTMUSTER_REPORT_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "certmuster/buf.h"
#include "list.h"

struct cm_json {
    struct cm_buf *out; /* borrowed */
    bool comma;         /* something stands before in this object or array */
    bool line;          /* the next thing begins a line */
};

void cm_json_init(struct cm_json *json, struct cm_buf *out);
/* '{' '}' '[' ']' */
void cm_json_open(struct cm_json *json, char bracket);
void cm_json_close(struct cm_json *json, char bracket);
void cm_json_line(struct cm_json *json);
void cm_json_key(struct cm_json *json, const char *key);
/* What was written as JSON before: a key with its quotes and its colon; a
 * value, or keys with their values, without a comma around. */
void cm_json_made_key(struct cm_json *json, const char *key, size_t len);
void cm_json_made(struct cm_json *json, const void *made, size_t len);
/* The same for a key that is a plain word in the source. */
#define CM_JSON_KEY(json, key)                                                 \
    cm_json_made_key(json, "\"" key "\":", sizeof(key) + 2)
#define CM_JSON_TEXT(json, key, text)                                          \
    (CM_JSON_KEY(json, key), cm_json_text(json, text))
#define CM_JSON_NUMBER(json, key, number)                                      \
    (CM_JSON_KEY(json, key), cm_json_number(json, number))
#define CM_JSON_TIME(json, key, unix_s)                                        \
    (CM_JSON_KEY(json, key), cm_json_time(json, unix_s))
/* Values. NULL and CM_UNKNOWN become null. */
void cm_json_text(struct cm_json *json, const char *text);
void cm_json_number(struct cm_json *json, int64_t number);
void cm_json_bool(struct cm_json *json, bool value);
void cm_json_time(struct cm_json *json, int64_t unix_s);
void cm_json_list(struct cm_json *json, const struct cm_report_list *list);
/* `valid` is JSON already; what a script block could trip over is escaped. */
void cm_json_value(struct cm_json *json, const char *valid);
/* A key with its value. */
void cm_json_put_text(struct cm_json *json, const char *key, const char *text);
void cm_json_put_number(struct cm_json *json, const char *key, int64_t number);
void cm_json_put_time(struct cm_json *json, const char *key, int64_t unix_s);
void cm_json_put_list(struct cm_json *json, const char *key,
                      const struct cm_report_list *list);

#endif
