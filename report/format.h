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
#include "manifest.h"
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

/* What a format keeps from one call to the next begins with this. */
struct cm_report_writer {
    struct cm_report_run *run; /* borrowed, as is `out` */
    struct cm_report_out *out;
};

/* All formats that are wanted are written in one walk over the rows. */
struct cm_report_format {
    const char *name; /* in --formats */
    const char *file; /* in the output folder; "fixes/" is a folder */
    bool on_request;  /* written only where --formats names it */
    /* The size of what it keeps; 0: fixes.h writes it, before all others. It is
     * zero, with run and out set, before `begin`. */
    size_t size;
    /* NULL: there is nothing to do. A buffer that failed need not be looked
     * for. */
    enum cm_status (*begin)(struct cm_report_writer *writer,
                            struct cm_error *err);
    enum cm_status (*row)(struct cm_report_writer *writer,
                          const struct cm_report_row *row,
                          const struct cm_report_findings *findings,
                          struct cm_error *err);
    enum cm_status (*end)(struct cm_report_writer *writer,
                          struct cm_error *err);
    void (*cleanup)(struct cm_report_writer *writer); /* also after failures */
};

/* Writes what the options say of a run that is open. The manifest, when there
 * is one, is described in *own (its digest and size; NULL: nobody asks). */
enum cm_status cm_report_write_run(struct cm_report_run *run,
                                   const struct cm_report_options *options,
                                   struct cm_manifest_file *own,
                                   struct cm_error *err);

/* All formats, in the order in which they are named to people. */
const struct cm_report_format *const *cm_report_formats(size_t *num);
/* Is the format in the list that the user gave (NULL: all)? */
bool cm_report_format_wanted(const struct cm_report_format *format,
                             const char *formats);

bool cm_report_manifest_wanted(const char *formats);
/* CM_EUSAGE names the format that there is not. */
enum cm_status cm_report_check_formats(const char *list, struct cm_error *err);

extern const struct cm_report_format cm_html_format;
extern const struct cm_report_format cm_json_format;
extern const struct cm_report_format cm_actions_csv_format;
extern const struct cm_report_format cm_endpoints_csv_format;
extern const struct cm_report_format cm_endpoints_jsonl_format;
extern const struct cm_report_format cm_calendar_csv_format;
extern const struct cm_report_format cm_calendar_ics_format;
extern const struct cm_report_format cm_certificates_csv_format;
extern const struct cm_report_format cm_prometheus_format;
extern const struct cm_report_format cm_changes_csv_format;
extern const struct cm_report_format cm_sarif_format;

/* walk.c: writes one format, or all of several, to files that are open. */
struct cm_report_target {
    const struct cm_report_format *format;
    struct cm_report_out out;
    struct cm_report_writer *writer; /* owned; NULL before the walk */
    struct cm_file_watch watch;      /* of the file */
};
enum cm_status cm_report_walk(struct cm_report_run *run,
                              struct cm_report_target *targets, size_t num,
                              struct cm_error *err);

#endif
