/* The small JSON arrays that the store keeps in its columns, as lists of texts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_LIST_H
#define CERTMUSTER_REPORT_LIST_H

#include <stddef.h>

#include "certmuster/status.h"

/* The zero state is an empty list; parsing again reuses the memory. */
struct cm_report_list {
    const char *
        *items; /* owned array; the texts lie in `text`, or are static */
    size_t num;
    size_t cap;
    char *text; /* owned */
    size_t text_cap;
};

/* cm_report_list_parse reads a JSON array of strings and plain values (those
 * keep their text: 12, null). NULL reads as "[]". CM_ESTORE: it is no such
 * array; CM_ENOMEM. The list is empty then. */
enum cm_status cm_report_list_parse(struct cm_report_list *list,
                                    const char *json);
/* cm_report_list_parse_pairs reads a JSON object of such values as name, value,
 * name, value ...; null as a value becomes NULL. NULL reads as "{}". */
enum cm_status cm_report_list_parse_pairs(struct cm_report_list *list,
                                          const char *json);
/* cm_report_list_push appends a text that outlives the list, or its next use;
 * cm_report_list_add does so unless it is there already. */
enum cm_status cm_report_list_push(struct cm_report_list *list,
                                   const char *text);
enum cm_status cm_report_list_add(struct cm_report_list *list,
                                  const char *text);
void cm_report_list_cleanup(struct cm_report_list *list); /* zero is fine */

#endif
