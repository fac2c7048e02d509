/* What --fail-on asks.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/report.h"
#include "reader.h"

enum cm_status cm_report_count_severity(const struct cm_report_options *options,
                                        enum cm_severity at_least,
                                        int64_t *rows, struct cm_error *err)
{
    struct cm_report_run *run;
    enum cm_status status = cm_report_run_borrow(&run, options, err);

    *rows = 0;
    if (status == CM_OK) {
        status = cm_report_run_count_severe(run, at_least, rows, err);
    }
    cm_report_run_return(run, options);
    return status;
}
