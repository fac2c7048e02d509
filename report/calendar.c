/* The calendar of a run: made, read back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "calendar.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar_parts.h"
#include "certmuster/text.h"
#include "reader_certs.h"

const int cm_calendar_days[3] = {30, 90, 365};

const char *cm_calendar_effect_id(enum cm_calendar_effect effect)
{
    static const char *const ids[CM_EFFECT_COUNT] = {
        [CM_EFFECT_BREAKS] = "breaks",
        [CM_EFFECT_SOME_CLIENTS] = "some_clients",
        [CM_EFFECT_RENEWAL] = "renewal",
    };

    return ids[effect];
}

const char *cm_calendar_words(enum cm_cause cause)
{
    static const struct {
        enum cm_cause cause;
        const char *words;
    } all[] = {
        {CM_CAUSE_LEAF_EXPIRED, "the certificate expires"},
        {CM_CAUSE_CA_CERT_EXPIRED, "an issuing certificate expires"},
        {CM_CAUSE_ROOT_EXPIRED, "the root of the path expires"},
        {CM_CAUSE_CLIENT_CERT_EXPIRED, "our client certificate expires"},
        {CM_CAUSE_CHAIN_EXPIRED_CROSS,
         "a cross-sign that is sent expires; another path lives on"},
        {CM_CAUSE_ROOT_TERM_LIMIT, "browsers remove the root"},
        {CM_CAUSE_CA_DISTRUST_AFTER,
         "the certificate expires, and a new one of its CA is not trusted"},
        {CM_CAUSE_RENEWAL_NOT_AUTOMATED,
         "the certificate expires, and the next one lives for less time"},
        {CM_CAUSE_PUBLIC_CLIENT_AUTH_EKU,
         "the certificate expires, and the next one does not do for a TLS "
         "client"},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i].cause == cause) {
            return all[i].words;
        }
    }
    return cm_cause_info(cause)->title;
}

int64_t cm_calendar_day(int64_t unix_s)
{
    int64_t day = unix_s / INT64_C(86400);

    return unix_s % INT64_C(86400) < 0 ? day - 1 : day;
}

static void find_limits(struct cm_calendar *calendar)
{
    size_t num;
    const struct cm_validity_limit *limits = cm_validity_limits(&num);

    for (size_t i = num; i > 0; i--) {
        if (limits[i - 1].since_unix > calendar->judged_at &&
            calendar->num_limits < CM_CALENDAR_LIMITS) {
            calendar->limits[calendar->num_limits++].limit = limits[i - 1];
        }
    }
}

enum cm_status cm_calendar_new(struct cm_calendar **out,
                               struct cm_report_run *run, struct cm_error *err)
{
    struct cm_calendar *calendar = calloc(1, sizeof(*calendar));

    *out = NULL;
    if (calendar == NULL) {
        return cm_error_nomem(err, "the calendar");
    }
    calendar->run = run;
    calendar->judged_at = cm_calendar_time(cm_report_run_facts(run)->judged_at);
    if (calendar->judged_at == CM_UNKNOWN) {
        calendar->judged_at = 0;
    }
    calendar->totals.first_at = CM_UNKNOWN;
    calendar->row_at = CM_UNKNOWN;
    calendar->row_item = CM_NO_ITEM;
    find_limits(calendar);
    calendar->known = cm_map_new();
    if (calendar->known == NULL || !cm_calendar_items_init(&calendar->items)) {
        cm_calendar_free(calendar);
        return cm_error_nomem(err, "the calendar");
    }
    *out = calendar;
    return CM_OK;
}

void cm_calendar_free(struct cm_calendar *calendar)
{
    if (calendar != NULL) {
        cm_calendar_items_free(&calendar->items);
        cm_map_free(calendar->known, free);
        free(calendar);
    }
}

bool cm_calendar_end(struct cm_calendar *calendar)
{
    cm_map_free(calendar->known, free);
    calendar->known = NULL;
    return cm_calendar_items_sort(&calendar->items);
}

const struct cm_calendar_totals *
cm_calendar_totals(const struct cm_calendar *calendar)
{
    return &calendar->totals;
}

size_t cm_calendar_count(const struct cm_calendar *calendar)
{
    return calendar->items.num;
}

int64_t cm_calendar_judged_at(const struct cm_calendar *calendar)
{
    return calendar->judged_at;
}

void cm_calendar_entry(const struct cm_calendar *calendar, size_t i,
                       struct cm_calendar_entry *out)
{
    uint32_t at = calendar->items.order[i];
    const struct cm_calendar_item *item = &calendar->items.list[at];

    out->at = item->at;
    out->effect = (enum cm_calendar_effect)item->effect;
    out->cause = (enum cm_cause)item->cause;
    out->resolution = (enum cm_resolution)item->resolution;
    out->certificate = item->certificate;
    out->rows = item->rows;
    cm_calendar_key_text(item->action, out->action);
    out->num_owners_all = cm_calendar_items_owners(
        &calendar->items, at, out->owners, &out->num_owners);
}

enum cm_status cm_calendar_subject(struct cm_report_run *run,
                                   const struct cm_calendar_entry *entry,
                                   struct cm_calendar_subject *out,
                                   struct cm_error *err)
{
    char id[24];
    enum cm_status status;

    *out = (struct cm_calendar_subject){"", ""};
    (void)snprintf(id, sizeof(id), "%" PRId64, entry->certificate);
    status = cm_report_fingerprint(run, id, &out->fingerprint_sha256, err);
    if (status == CM_OK) {
        status = cm_report_subject(run, id, &out->subject, err);
    }
    out->subject = out->subject == NULL ? "" : out->subject;
    return status;
}

const char *cm_calendar_pick(const struct cm_calendar_row *row,
                             char out[CM_CALENDAR_PICK_SIZE])
{
    char day[CM_TIME_TEXT_SIZE];

    (void)snprintf(out, CM_CALENDAR_PICK_SIZE, "%s %.10s %s",
                   cm_cause_info(row->cause)->id, cm_time_rfc3339(row->at, day),
                   cm_resolution_info(row->resolution)->id);
    return out;
}

int cm_calendar_next_days(const struct cm_calendar_entry *entry)
{
    return entry->cause == CM_CAUSE_RENEWAL_NOT_AUTOMATED
               ? cm_validity_limit_days(entry->at)
               : 0;
}

bool cm_calendar_same_work(const struct cm_calendar_entry *a,
                           const struct cm_calendar_entry *b)
{
    return cm_calendar_day(a->at) == cm_calendar_day(b->at) &&
           a->effect == b->effect && a->cause == b->cause &&
           a->resolution == b->resolution;
}

bool cm_calendar_same_action(const struct cm_calendar_entry *a,
                             const struct cm_calendar_entry *b)
{
    return cm_calendar_same_work(a, b) && strcmp(a->action, b->action) == 0 &&
           (a->action[0] != '\0' || a->certificate == b->certificate);
}

const struct cm_calendar_limit *
cm_calendar_limits(const struct cm_calendar *calendar, size_t *num)
{
    *num = calendar->num_limits;
    return calendar->limits;
}

const struct cm_calendar_client_auth *
cm_calendar_client_auth(const struct cm_calendar *calendar)
{
    return &calendar->client_auth;
}
