/* changes.csv: one line for each row that changed. RFC 4180, with CRLF.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "certmuster/text.h"
#include "changes_out.h"
#include "facts.h"
#include "format.h"

static const char header[] =
    "change,renewal,flapping,line,owner,host,port,protocol,sni,verdict_before,"
    "verdict,cause_before,cause,new_findings,failed_in_run,"
    "not_after_before,not_after,fingerprint_sha256_before,fingerprint_sha256"
    "\r\n";

static void put(struct cm_buf *out, const char *text)
{
    (void)cm_buf_putc(out, ',');
    cm_csv_text(out, text);
}

static void put_number(struct cm_buf *out, int64_t number)
{
    (void)cm_buf_putc(out, ',');
    if (number != CM_UNKNOWN) {
        (void)cm_buf_number(out, number);
    }
}

static void put_time(struct cm_buf *out, int64_t unix_s)
{
    char text[CM_TIME_TEXT_SIZE];

    put(out, unix_s == CM_UNKNOWN ? NULL : cm_time_rfc3339(unix_s, text));
}

void cm_changes_csv_header(struct cm_buf *out)
{
    (void)cm_buf_puts(out, header);
}

void cm_changes_csv_row(struct cm_buf *out, const struct cm_changed_row *row)
{
    (void)cm_buf_puts(out, cm_change_id(row->change));
    put(out, cm_renewal_id(row->renewal));
    put(out, row->flapping ? "yes" : "no");
    put_number(out, row->line);
    put(out, row->owner);
    put(out, row->host);
    put_number(out, row->port);
    put(out, row->protocol);
    put(out, row->sni);
    put(out, row->verdict_before);
    put(out, row->verdict);
    put(out, row->cause_before);
    put(out, row->cause);
    put_number(out, row->new_findings);
    put_number(out, row->failed_run);
    put_time(out, row->not_after_before);
    put_time(out, row->not_after);
    put(out, row->fingerprint_before);
    put(out, row->fingerprint);
    (void)cm_buf_puts(out, "\r\n");
}

static enum cm_status write_row(void *arg, const struct cm_changed_row *row,
                                struct cm_error *err)
{
    struct cm_report_out *out = arg;

    cm_changes_csv_row(&out->buf, row);
    return cm_report_out_settle(out, err);
}

/* Without a baseline there is the header alone: what an earlier report left
 * there would be taken for this one's. */
static enum cm_status end(struct cm_report_writer *writer, struct cm_error *err)
{
    cm_changes_csv_header(&writer->out->buf);
    return cm_report_each_change(writer->run, write_row, writer->out, err);
}

const struct cm_report_format cm_changes_csv_format = {
    .name = "changes",
    .file = "changes.csv",
    .size = sizeof(struct cm_report_writer),
    .end = end,
};
