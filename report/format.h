/* The formats of a report: one row of a table and one function each.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_FORMAT_H
#define CERTMUSTER_REPORT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "certmuster/buf.h"
#include "certmuster/file.h"
#include "certmuster/report.h"
#include "certmuster/status.h"
#include "reader.h"

/* Where a format writes: append to `buf`, and settle often. */
struct cm_report_out {
    struct cm_buf buf;
    struct cm_outfile *file; /* borrowed */
};

/* cm_report_out_settle empties the buffer into the file once there is enough
 * in it. It also says whether an append has failed since. */
enum cm_status cm_report_out_settle(struct cm_report_out *out,
                                    struct cm_error *err);

struct cm_report_format {
    const char *name; /* in --formats */
    const char *file; /* in the output folder; "fixes/" is a folder */
    /* NULL: fixes.h writes it, before all others. */
    enum cm_status (*write)(struct cm_report_run *run,
                            struct cm_report_out *out, struct cm_error *err);
};

/* All formats, in the order in which they are named to people. */
const struct cm_report_format *cm_report_formats(size_t *num);
/* Is the format in the list that the user gave (NULL: all)? */
bool cm_report_format_wanted(const struct cm_report_format *format,
                             const char *formats);

/* html.c */
enum cm_status cm_html_write(struct cm_report_run *run,
                             struct cm_report_out *out, struct cm_error *err);
enum cm_status cm_json_write(struct cm_report_run *run,
                             struct cm_report_out *out, struct cm_error *err);
enum cm_status cm_actions_csv_write(struct cm_report_run *run,
                                    struct cm_report_out *out,
                                    struct cm_error *err);
enum cm_status cm_endpoints_csv_write(struct cm_report_run *run,
                                      struct cm_report_out *out,
                                      struct cm_error *err);
enum cm_status cm_endpoints_jsonl_write(struct cm_report_run *run,
                                        struct cm_report_out *out,
                                        struct cm_error *err);

#endif
