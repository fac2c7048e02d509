/* The facts of a row that tables show, under the names that all outputs share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_FACTS_H
#define CERTMUSTER_REPORT_FACTS_H

#include <stddef.h>

#include "certmuster/buf.h"
#include "json.h"
#include "reader.h"

enum cm_fact_kind { CM_FACT_TEXT, CM_FACT_NUMBER, CM_FACT_TIME, CM_FACT_LIST };

struct cm_fact {
    const char *name;
    const char *key; /* as it stands in JSON, with its colon */
    enum cm_fact_kind kind;
    size_t offset; /* in struct cm_report_row */
};

/* What was asked and what came of it; what was seen: of the connection, of the
 * certificate, and when. */
const struct cm_fact *cm_facts_asked(size_t *num);
const struct cm_fact *cm_facts_connection(size_t *num);
const struct cm_fact *cm_facts_certificate(size_t *num);
const struct cm_fact *cm_facts_times(size_t *num);

/* One CSV field; a list is separated by spaces, what is not known is empty. */
void cm_fact_csv(struct cm_buf *out, const struct cm_fact *fact,
                 const struct cm_report_row *row);
/* A key with its value. */
void cm_fact_json(struct cm_json *json, const struct cm_fact *fact,
                  const struct cm_report_row *row);

/* "not trusted": what people call the verdict of one row. */
const char *cm_verdict_words(enum cm_verdict verdict);
const char *cm_severity_words(enum cm_severity severity); /* "breaks now" */

/* CSV fields, without separators. */
void cm_csv_text(struct cm_buf *out, const char *text); /* NULL: empty */
void cm_csv_number(struct cm_buf *out, int64_t number);
void cm_csv_list(struct cm_buf *out, const struct cm_report_list *list,
                 const char *separator);

/* The same for a cell that is not the first: with the comma before it. */
void cm_csv_put_text(struct cm_buf *out, const char *text);
void cm_csv_put_number(struct cm_buf *out, int64_t number);

#endif
