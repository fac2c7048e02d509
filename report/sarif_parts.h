/* The objects of a SARIF file. Private to sarif*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_SARIF_PARTS_H
#define CERTMUSTER_REPORT_SARIF_PARTS_H

#include "json.h"
#include "reader.h"

const char *cm_sarif_level(enum cm_severity severity);

struct cm_sarif_result {
    const struct cm_report_row *row;
    const struct cm_report_finding *finding;
    enum cm_cause cause; /* of the finding */
    enum cm_severity severity;
    const char *id;             /* the finding's; NULL: no memory */
    const char *baseline_state; /* NULL: there is nothing to compare with */
};

/* All up to the results, with the run left open; one result; all after them,
 * saying how many were left out. */
void cm_sarif_head(struct cm_json *json, const struct cm_run_facts *facts);
void cm_sarif_result(struct cm_json *json, const struct cm_run_facts *facts,
                     const struct cm_sarif_result *result);
void cm_sarif_tail(struct cm_json *json, const struct cm_run_facts *facts,
                   int64_t left_out);

#endif
