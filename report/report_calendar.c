/* What breaks next, in report.json.
 * SPDX-License-Identifier: Apache-2.0 */
#include "report_calendar.h"

#include "breaks_at.h"
#include "calendar.h"
#include "certmuster/text.h"

static void put_date(struct cm_json *json, const char *key, int64_t unix_s)
{
    char text[CM_TIME_TEXT_SIZE];

    (void)cm_time_rfc3339(unix_s, text);
    text[10] = '\0';
    cm_json_put_text(json, key, text);
}

static void put_totals(struct cm_json *json,
                       const struct cm_calendar_totals *totals)
{
    cm_json_put_number(json, "endpoints", totals->rows);
    cm_json_put_number(json, "endpoints_without_date", totals->undated);
    cm_json_put_number(json, "within_30_days", totals->within[0]);
    cm_json_put_number(json, "within_90_days", totals->within[1]);
    cm_json_put_number(json, "within_365_days", totals->within[2]);
    cm_json_put_time(json, "first_at", totals->first_at);
}

static void put_limits(struct cm_json *json, const struct cm_calendar *calendar)
{
    size_t num;
    const struct cm_calendar_limit *limits = cm_calendar_limits(calendar, &num);

    cm_json_key(json, "validity_limits");
    cm_json_open(json, '[');
    for (size_t i = 0; i < num; i++) {
        cm_json_open(json, '{');
        put_date(json, "date", limits[i].limit.since_unix);
        cm_json_put_number(json, "max_days", limits[i].limit.days);
        cm_json_put_number(json, "certificates", limits[i].certificates);
        cm_json_put_number(json, "endpoints", limits[i].rows);
        cm_json_put_number(json, "renewals_a_year_now", limits[i].renewals_now);
        cm_json_put_number(json, "renewals_a_year_then",
                           limits[i].renewals_then);
        cm_json_close(json, '}');
    }
    cm_json_close(json, ']');
}

static void put_client_auth(struct cm_json *json,
                            const struct cm_calendar_client_auth *found)
{
    cm_json_key(json, "client_auth_end");
    cm_json_open(json, '{');
    put_date(json, "date", CM_CLIENT_AUTH_END);
    cm_json_put_number(json, "certificates", found->certificates);
    cm_json_put_number(json, "endpoints", found->rows);
    cm_json_close(json, '}');
}

static void put_owners(struct cm_json *json,
                       const struct cm_calendar_entry *entry)
{
    cm_json_key(json, "owners");
    cm_json_open(json, '[');
    for (size_t i = 0; i < entry->num_owners; i++) {
        if (entry->owners[i].name[0] != '\0') {
            cm_json_text(json, entry->owners[i].name);
        }
    }
    cm_json_close(json, ']');
    cm_json_put_number(json, "num_owners", entry->num_owners_all);
}

static void put_entry(struct cm_json *json,
                      const struct cm_calendar_entry *entry,
                      const struct cm_calendar_subject *about)
{
    int days = cm_calendar_next_days(entry);

    cm_json_line(json);
    cm_json_open(json, '{');
    put_date(json, "date", entry->at);
    cm_json_put_time(json, "at", entry->at);
    cm_json_put_text(json, "effect", cm_calendar_effect_id(entry->effect));
    cm_json_put_text(json, "cause", cm_cause_info(entry->cause)->id);
    cm_json_put_number(json, "endpoints", entry->rows);
    cm_json_put_text(json, "subject", about->subject);
    cm_json_put_text(json, "fingerprint_sha256",
                     about->fingerprint_sha256[0] == '\0'
                         ? NULL
                         : about->fingerprint_sha256);
    cm_json_put_text(json, "resolution",
                     cm_resolution_info(entry->resolution)->id);
    cm_json_put_text(json, "action",
                     entry->action[0] == '\0' ? NULL : entry->action);
    put_owners(json, entry);
    cm_json_put_number(json, "next_max_days", days == 0 ? CM_UNKNOWN : days);
    cm_json_close(json, '}');
}

static enum cm_status put_calendar(struct cm_json *json,
                                   struct cm_report_run *run,
                                   struct cm_report_out *out,
                                   struct cm_error *err)
{
    const struct cm_calendar *calendar;
    struct cm_calendar_entry entry;
    struct cm_calendar_subject about;
    enum cm_status status = cm_report_run_calendar(run, &calendar, err);

    if (status != CM_OK) {
        return status;
    }
    cm_json_key(json, "calendar");
    cm_json_open(json, '{');
    put_totals(json, cm_calendar_totals(calendar));
    put_limits(json, calendar);
    put_client_auth(json, cm_calendar_client_auth(calendar));
    cm_json_key(json, "entries");
    cm_json_open(json, '[');
    for (size_t i = 0; status == CM_OK && i < cm_calendar_count(calendar);
         i++) {
        cm_calendar_entry(calendar, i, &entry);
        status = cm_calendar_subject(run, &entry, &about, err);
        if (status == CM_OK) {
            put_entry(json, &entry, &about);
            status = cm_report_out_settle(out, err);
        }
    }
    cm_json_close(json, ']');
    cm_json_close(json, '}');
    return status;
}

/* --- a run judged for a later date --- */

static void put_broken(struct cm_json *json,
                       const struct cm_breaks_totals *totals)
{
    put_date(json, "date", totals->at);
    cm_json_put_number(json, "source_run", totals->source_run);
    cm_json_put_time(json, "source_judged_at", totals->before);
    cm_json_put_number(json, "trusted_before", totals->trusted);
    cm_json_put_number(json, "not_trusted", totals->broken);
    cm_json_key(json, "trust_differs");
    cm_json_bool(json, totals->trust_differs);
    cm_json_key(json, "causes");
    cm_json_open(json, '[');
    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        if (totals->causes[i] > 0) {
            cm_json_open(json, '{');
            cm_json_put_text(json, "id", cm_cause_info((enum cm_cause)i)->id);
            cm_json_put_number(json, "endpoints", totals->causes[i]);
            cm_json_close(json, '}');
        }
    }
    cm_json_close(json, ']');
}

static void put_group(struct cm_json *json, const struct cm_breaks_group *group)
{
    cm_json_open(json, '{');
    cm_json_put_text(json, "action",
                     group->action[0] == '\0' ? NULL : group->action);
    cm_json_put_text(json, "resolution",
                     cm_resolution_info(group->resolution)->id);
    cm_json_put_text(json, "cause", cm_cause_info(group->cause)->id);
    cm_json_put_number(json, "endpoints", group->rows);
    cm_json_close(json, '}');
}

static enum cm_status put_breaks(struct cm_json *json,
                                 struct cm_report_run *run,
                                 struct cm_report_out *out,
                                 struct cm_error *err)
{
    const struct cm_breaks_at *breaks;
    struct cm_breaks_group group;
    enum cm_status status = cm_report_run_breaks(run, &breaks, err);

    if (status != CM_OK) {
        return status;
    }
    cm_json_line(json);
    if (breaks == NULL) {
        cm_json_put_text(json, "breaks_at", NULL);
        return CM_OK;
    }
    cm_json_key(json, "breaks_at");
    cm_json_open(json, '{');
    put_broken(json, cm_breaks_totals(breaks));
    cm_json_key(json, "actions");
    cm_json_open(json, '[');
    for (size_t i = 0; status == CM_OK && i < cm_breaks_count(breaks); i++) {
        cm_breaks_group(breaks, i, &group);
        put_group(json, &group);
        status = cm_report_out_settle(out, err);
    }
    cm_json_close(json, ']');
    cm_json_close(json, '}');
    return status;
}

enum cm_status cm_report_calendar_json(struct cm_json *json,
                                       struct cm_report_run *run,
                                       struct cm_report_out *out,
                                       struct cm_error *err)
{
    enum cm_status status = put_calendar(json, run, out, err);

    return status == CM_OK ? put_breaks(json, run, out, err) : status;
}
