/* calendar.csv: one line for each date and certificate, the nearest first.
 * SPDX-License-Identifier: Apache-2.0 */
#include "calendar.h"
#include "certmuster/text.h"
#include "facts.h"
#include "format.h"

static void put_owners(struct cm_buf *out,
                       const struct cm_calendar_entry *entry)
{
    struct cm_report_list names = {0};
    bool fine = true;

    for (size_t i = 0; i < entry->num_owners && fine; i++) {
        fine = entry->owners[i].name[0] == '\0' ||
               cm_report_list_push(&names, entry->owners[i].name) == CM_OK;
    }
    cm_buf_putc(out, ',');
    cm_csv_list(out, &names, "; ");
    out->failed = out->failed || !fine;
    cm_csv_put_number(out, entry->num_owners_all);
    cm_report_list_cleanup(&names);
}

static void put_entry(struct cm_buf *out, int64_t judged_at,
                      const struct cm_calendar_entry *entry,
                      const struct cm_calendar_subject *about)
{
    const struct cm_resolution_info *info =
        cm_resolution_info(entry->resolution);
    char at[CM_TIME_TEXT_SIZE];
    int days = cm_calendar_next_days(entry);

    cm_buf_printf(out, "%.10s,%s", cm_time_rfc3339(entry->at, at), at);
    cm_csv_put_number(out,
                      cm_calendar_day(entry->at) - cm_calendar_day(judged_at));
    cm_csv_put_text(out, cm_calendar_effect_id(entry->effect));
    cm_csv_put_text(out, cm_cause_info(entry->cause)->id);
    cm_csv_put_text(out, cm_calendar_words(entry->cause));
    cm_csv_put_number(out, entry->rows);
    cm_csv_put_text(out, about->subject);
    cm_csv_put_text(out, about->fingerprint_sha256);
    cm_csv_put_text(out, info->id);
    cm_csv_put_text(out, info->title);
    cm_csv_put_text(out, info->who);
    cm_csv_put_text(out, entry->action);
    put_owners(out, entry);
    cm_csv_put_number(out, days == 0 ? CM_UNKNOWN : days);
    cm_buf_puts(out, "\r\n");
}

static enum cm_status write_all(struct cm_report_writer *writer,
                                struct cm_error *err)
{
    struct cm_report_run *run = writer->run;
    struct cm_buf *out = &writer->out->buf;
    const struct cm_calendar *calendar;
    struct cm_calendar_entry entry;
    struct cm_calendar_subject about;
    enum cm_status status = cm_report_run_calendar(run, &calendar, err);

    cm_buf_puts(out, "date,at,days_left,effect,cause,what,endpoints,subject,"
                     "fingerprint_sha256,resolution,title,who_acts,action,"
                     "owners,num_owners,next_max_days\r\n");
    for (size_t i = 0; status == CM_OK && i < cm_calendar_count(calendar);
         i++) {
        cm_calendar_entry(calendar, i, &entry);
        status = cm_calendar_subject(run, &entry, &about, err);
        if (status == CM_OK) {
            put_entry(out, cm_calendar_judged_at(calendar), &entry, &about);
            status = cm_report_out_settle(writer->out, err);
        }
    }
    return status;
}

const struct cm_report_format cm_calendar_csv_format = {
    .name = "calendar",
    .file = "calendar.csv",
    .size = sizeof(struct cm_report_writer),
    .end = write_all,
};
