/* SPDX-License-Identifier: Apache-2.0 */
#include "net/backoff.h"

#define FIRST_GAP_MS 25U
#define FIRST_BASE 8U
/* With silence each failure takes seconds: one at a time would take for ever,
 * where servers are gone. */
#define FLOOR_SILENT 4U
#define FLOOR_RESET 1U
#define MAX_UNHELPFUL 3U
#define GOOD_BATCHES 3U /* before everybody is let in again */
#define AGAIN_IN_VAIN 8U

bool cm_backoff_is_slow(const struct cm_backoff *b)
{
    return b->level > 0;
}

unsigned cm_backoff_limit(const struct cm_backoff *b, unsigned normal)
{
    unsigned limit = b->base >> b->level;

    if (b->level == 0) {
        return normal;
    }
    if (limit < b->floor) {
        limit = b->floor;
    }
    return limit < normal ? limit : normal;
}

unsigned cm_backoff_gap_ms(const struct cm_backoff *b)
{
    return b->level == 0 ? 0 : FIRST_GAP_MS << (b->level - 1);
}

static unsigned batch_of(uint32_t number)
{
    return (number - 1) / CM_BACKOFF_BATCH;
}

uint32_t cm_backoff_started(struct cm_backoff *b)
{
    uint32_t number = ++b->started;
    unsigned batch = batch_of(number) % CM_BACKOFF_BATCHES;

    if ((number - 1) % CM_BACKOFF_BATCH == 0) {
        b->batches[batch].ok = 0;
        b->batches[batch].failed = 0;
    }
    return number;
}

static void count_from_here(struct cm_backoff *b, unsigned last_failed)
{
    b->changed_at = b->started;
    b->last_failed = (uint8_t)last_failed;
    b->ok = 0;
    b->failed = 0;
}

static void give_up(struct cm_backoff *b)
{
    b->given_up = true;
    b->level = 0;
}

/* A batch of those that started at the present level is complete. */
static bool look_back(struct cm_backoff *b)
{
    unsigned failed = b->failed;
    uint8_t before = b->level;

    b->good = failed <= CM_BACKOFF_MANY / 4 ? b->good : 0;
    if (failed >= CM_BACKOFF_MANY) {
        if (failed + 1U >= b->last_failed || b->level == CM_BACKOFF_LEVELS) {
            b->unhelpful++;
        }
        if (b->unhelpful == MAX_UNHELPFUL) {
            give_up(b);
        } else if (b->level < CM_BACKOFF_LEVELS) {
            b->level++;
        }
    } else if (failed <= CM_BACKOFF_MANY / 4) {
        b->unhelpful = 0;
        b->good++;
        if (b->level > 1 || b->good == GOOD_BATCHES) {
            b->level--;
            b->good = 0;
        }
    }
    count_from_here(b, failed);
    return b->level != before;
}

/* The beginning: half of a batch failed where others were answered. */
static bool begins(struct cm_backoff *b, unsigned batch, bool silent,
                   unsigned under_way)
{
    unsigned failed = b->batches[batch].failed;

    if (!b->worked || b->given_up || failed < CM_BACKOFF_MANY) {
        return false;
    }
    b->level = 1;
    b->base = under_way < FIRST_BASE ? FIRST_BASE : under_way;
    b->floor = silent ? FLOOR_SILENT : FLOOR_RESET;
    b->unhelpful = 0;
    b->good = 0;
    b->proof_failed = (uint8_t)failed;
    b->proof_of = (uint8_t)(failed + b->batches[batch].ok);
    count_from_here(b, failed);
    return true;
}

static bool went_in_vain(struct cm_backoff *b, bool worked)
{
    if (worked && b->again_ok < UINT16_MAX) {
        b->again_ok++;
    } else if (!worked && b->again_failed < UINT16_MAX) {
        b->again_failed++;
    }
    return b->again_ok == 0 && b->again_failed >= AGAIN_IN_VAIN;
}

/* Is its batch still known? */
static bool is_known(const struct cm_backoff *b,
                     const struct cm_backoff_outcome *outcome)
{
    return outcome->number != 0 && outcome->number <= b->started &&
           batch_of(b->started) - batch_of(outcome->number) <
               CM_BACKOFF_BATCHES;
}

static bool ended_at_ease(struct cm_backoff *b,
                          const struct cm_backoff_outcome *outcome,
                          unsigned under_way)
{
    unsigned batch = batch_of(outcome->number) % CM_BACKOFF_BATCHES;
    /* Also a further try: answers to others may have come since the first. */
    bool begun = !outcome->worked && is_known(b, outcome) &&
                 begins(b, batch, outcome->silent, under_way);

    b->worked = b->worked || outcome->worked;
    return begun;
}

bool cm_backoff_ended(struct cm_backoff *b,
                      const struct cm_backoff_outcome *outcome,
                      unsigned under_way)
{
    unsigned batch = batch_of(outcome->number) % CM_BACKOFF_BATCHES;

    if ((outcome->first || outcome->again) && is_known(b, outcome)) {
        if (outcome->worked) {
            b->batches[batch].ok++;
        } else {
            b->batches[batch].failed++;
        }
    }
    if (outcome->again && went_in_vain(b, outcome->worked) && !b->given_up) {
        give_up(b);
        return true;
    }
    if (b->level == 0) {
        return ended_at_ease(b, outcome, under_way);
    }
    if (outcome->number <= b->changed_at) {
        return false; /* it started before the change */
    }
    if (outcome->worked) {
        b->ok++;
    } else {
        b->failed++;
    }
    return (unsigned)b->ok + b->failed == CM_BACKOFF_BATCH && look_back(b);
}
