/* Reports for each value of a column: the parts of the writer. Private to
 * split*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_SPLIT_PARTS_H
#define CERTMUSTER_REPORT_SPLIT_PARTS_H

#include "certmuster/map.h"
#include "format.h"
#include "json.h"
#include "reader_split.h"

/* "payments-3f2a90c1d4e5b678": a name for any value, different for different
 * values (also where a file system does not tell case apart), made of small
 * letters, digits and "-" only. */
#define CM_PART_NAME_SIZE 112
enum cm_status cm_part_name(struct cm_map *taken, const char *value,
                            char out[CM_PART_NAME_SIZE], struct cm_error *err);

enum cm_split_file {
    CM_SPLIT_HTML,
    CM_SPLIT_JSON,
    CM_SPLIT_CSV,
    CM_SPLIT_TICKETS,
    CM_SPLIT_FILES
};

struct cm_splitter {
    struct cm_report_run *run;
    struct cm_report_split *split;
    const struct cm_report_options *options;
    const char *column;
    struct cm_report_out out[CM_SPLIT_FILES];
    struct cm_outfile files[CM_SPLIT_FILES];
    struct cm_file_watch watches[CM_SPLIT_FILES];
    struct cm_json json;
    struct cm_manifest manifest;
    struct cm_map *names; /* of folders; the values say nothing */
    int64_t rows;         /* of all parts so far */
};

/* What the index says of a part. */
struct cm_part_line {
    const char *value;
    const char *folder;
    const struct cm_report_totals *totals;
};

/* split_index.c: index.html, index.json and index.csv. */
void cm_split_index_begin(struct cm_splitter *splitter);
void cm_split_index_part(struct cm_splitter *splitter,
                         const struct cm_part_line *line);
void cm_split_index_end(struct cm_splitter *splitter);

/* split_tickets.c: one line for each action of a part. */
void cm_split_tickets_begin(struct cm_splitter *splitter);
enum cm_status cm_split_tickets_part(struct cm_splitter *splitter,
                                     const struct cm_part_line *line,
                                     struct cm_error *err);

#endif
