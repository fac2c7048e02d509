/* What breaks by week and by owner, of whom only those with the most are kept
 * apart.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "calendar_parts.h"

#define DAY INT64_C(86400)

/* Each owner's part of an item; with one owner that is all of it. */
typedef void part_fn(void *arg, const struct cm_calendar_item *item,
                     uint32_t owner, uint32_t rows);

static void each_part(const struct cm_calendar_items *items, part_fn *fn,
                      void *arg)
{
    for (uint32_t i = 0; i < items->num; i++) {
        const struct cm_calendar_item *item = &items->list[i];

        if (item->owner != CM_NO_ITEM && item->effect == CM_EFFECT_BREAKS) {
            fn(arg, item, item->owner, item->rows);
        }
    }
    for (uint32_t i = 0; i < items->num_pairs; i++) {
        const struct cm_calendar_pair *pair = &items->pairs[i];
        const struct cm_calendar_item *item = &items->list[pair->item];

        if (item->effect == CM_EFFECT_BREAKS) {
            fn(arg, item, pair->owner, pair->rows);
        }
    }
}

struct weighing {
    int64_t judged_at;
    int64_t *rows; /* of each owner, in the weeks of the chart */
};

static int64_t week_of(int64_t at, int64_t judged_at)
{
    return at < judged_at ? 0 : (at - judged_at) / (7 * DAY);
}

static void weigh(void *arg, const struct cm_calendar_item *item,
                  uint32_t owner, uint32_t rows)
{
    struct weighing *w = arg;

    if (week_of(item->at, w->judged_at) < CM_CALENDAR_WEEKS) {
        w->rows[owner] += rows;
    }
}

/* The owners with the most rows, by number; of equals the one met first. */
static size_t find_top(const struct cm_calendar_items *items,
                       const int64_t *rows, uint32_t top[CM_CALENDAR_TOP])
{
    size_t num = 0;

    for (uint32_t i = 0; i < items->num_owners; i++) {
        size_t at;

        if (rows[i] == 0 ||
            (num == CM_CALENDAR_TOP && rows[top[num - 1]] >= rows[i])) {
            continue;
        }
        at = num < CM_CALENDAR_TOP ? num++ : num - 1;
        for (; at > 0 && rows[top[at - 1]] < rows[i]; at--) {
            top[at] = top[at - 1];
        }
        top[at] = i;
    }
    return num;
}

static void add(struct cm_calendar_weeks *weeks, int64_t at, int64_t judged_at,
                uint32_t rows)
{
    int64_t week = week_of(at, judged_at);

    if (week < CM_CALENDAR_WEEKS) {
        weeks->weeks[week] += rows;
    }
    for (size_t i = 0; i < 3; i++) {
        if (at <= judged_at + cm_calendar_days[i] * DAY) {
            weeks->within[i] += rows;
        }
    }
    weeks->rows += rows;
}

struct sharing {
    struct cm_calendar_chart *chart;
    const uint32_t *top;
    size_t num_top;
    int64_t judged_at;
};

static void share(void *arg, const struct cm_calendar_item *item,
                  uint32_t owner, uint32_t rows)
{
    struct sharing *s = arg;
    size_t at = 0;

    while (at < s->num_top && s->top[at] != owner) {
        at++;
    }
    add(&s->chart->all, item->at, s->judged_at, rows);
    add(&s->chart->owners[at], item->at, s->judged_at, rows);
}

bool cm_calendar_chart(const struct cm_calendar *calendar,
                       struct cm_calendar_chart *out)
{
    const struct cm_calendar_items *items = &calendar->items;
    uint32_t top[CM_CALENDAR_TOP];
    struct weighing w = {
        .judged_at = calendar->judged_at,
        .rows = calloc((size_t)items->num_owners + 1, sizeof(*w.rows)),
    };
    struct sharing s = {
        .chart = out, .top = top, .judged_at = calendar->judged_at};

    memset(out, 0, sizeof(*out));
    if (w.rows == NULL) {
        return false;
    }
    each_part(items, weigh, &w);
    s.num_top = find_top(items, w.rows, top);
    free(w.rows);
    each_part(items, share, &s);
    for (size_t i = 0; i < s.num_top; i++) {
        out->owners[i].owner = items->owners[top[i]];
    }
    out->num = s.num_top + (out->owners[s.num_top].rows > 0 ? 1 : 0);
    out->num_owners = items->num_owners;
    return true;
}
