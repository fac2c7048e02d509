/* All runs of a store.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_RUNS_H
#define CERTMUSTER_REPORT_READER_RUNS_H

#include "reader.h"

typedef enum cm_status cm_run_visit(void *arg, const struct cm_run_facts *facts,
                                    struct cm_error *err);
/* Newest first; stops at the first status that is not CM_OK. */
enum cm_status cm_report_each_run(const char *db_path, cm_run_visit *visit,
                                  void *arg, struct cm_error *err);

#endif
