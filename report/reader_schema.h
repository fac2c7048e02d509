/* The documented views of a store as they are.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_SCHEMA_H
#define CERTMUSTER_REPORT_READER_SCHEMA_H

#include "certmuster/status.h"

/* `columns` is separated by ", ". Both are valid during the call. */
typedef void cm_schema_fn(void *arg, const char *view, const char *columns);

enum cm_status cm_report_each_view(const char *db_path, cm_schema_fn *each,
                                   void *arg, struct cm_error *err);

#endif
