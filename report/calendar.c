/* The calendar of a run: made, read back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "calendar.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar_parts.h"

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

const char *cm_calendar_effect_words(enum cm_calendar_effect effect)
{
    static const char *const words[CM_EFFECT_COUNT] = {
        [CM_EFFECT_BREAKS] = "not trusted from then on",
        [CM_EFFECT_SOME_CLIENTS] = "some clients refuse it from then on",
        [CM_EFFECT_RENEWAL] = "the next certificate must be another one",
    };

    return words[effect];
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
    calendar->judged_at = cm_report_run_facts(run)->judged_at;
    calendar->totals.first_at = CM_UNKNOWN;
    calendar->row_at = CM_UNKNOWN;
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
    out->action[0] = '\0';
    if (item->action != 0) {
        (void)snprintf(out->action, sizeof(out->action), "%016" PRIx64,
                       item->action);
    }
    out->num_owners_all = cm_calendar_items_owners(
        &calendar->items, at, out->owners, &out->num_owners);
}

const struct cm_calendar_limit *
cm_calendar_limits(const struct cm_calendar *calendar, size_t *num)
{
    *num = calendar->num_limits;
    return calendar->limits;
}
