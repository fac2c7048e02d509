/* Which causes are likely by what was found in a message: a phrase that few
 * causes share says much, one that many share says little; a phrase inside a
 * longer one says nothing of its own.
 * SPDX-License-Identifier: Apache-2.0 */
#include "recognise.h"

#define MAX_LETTERS 30U /* more do not make it more telling */
#define VAGUE_SHARE 20U
#define LEAST_SHARE 3U /* of the best score: what scores less is left out */

static bool is_inside(const struct cm_recognised_span *a,
                      const struct cm_recognised_span *b)
{
    return a->num < b->num && a->first >= b->first &&
           a->first + a->num <= b->first + b->num;
}

static size_t count_causes(const struct cm_recognised_span *span)
{
    size_t num = 0;

    for (size_t i = 0; i < CM_CAUSE_COUNT; i++) {
        num += span->causes[i] ? 1 : 0;
    }
    return num;
}

/* The catalogue has an alert's name without the words around it. */
static void take_in(struct cm_recognised *out)
{
    for (size_t i = 0; i < out->num_spans; i++) {
        for (size_t j = 0; j < out->num_spans; j++) {
            if (!out->spans[i].alert ||
                !is_inside(&out->spans[j], &out->spans[i])) {
                continue;
            }
            for (size_t cause = 0; cause < CM_CAUSE_COUNT; cause++) {
                out->spans[i].causes[cause] =
                    out->spans[i].causes[cause] || out->spans[j].causes[cause];
            }
        }
    }
}

static void drop(struct cm_recognised *out,
                 bool (*useless)(const struct cm_recognised *out, size_t i))
{
    bool gone[CM_MAX_SPANS] = {false};
    size_t kept = 0;

    for (size_t i = 0; i < out->num_spans; i++) {
        gone[i] = useless(out, i);
    }
    for (size_t i = 0; i < out->num_spans; i++) {
        if (!gone[i]) {
            out->spans[kept++] = out->spans[i];
        }
    }
    out->num_spans = kept;
}

static bool is_empty(const struct cm_recognised *out, size_t i)
{
    return count_causes(&out->spans[i]) == 0;
}

static bool is_inner(const struct cm_recognised *out, size_t i)
{
    for (size_t j = 0; j < out->num_spans; j++) {
        if (!out->spans[i].alert && is_inside(&out->spans[i], &out->spans[j])) {
            return true;
        }
    }
    return false;
}

/* How much a place says for each of its causes. */
static unsigned value_of(const struct cm_words *words,
                         const struct cm_recognised_span *span)
{
    const struct cm_word *first = &words->list[span->first];
    const struct cm_word *last = first + span->num - 1;
    size_t letters = last->end - first->at;

    if (letters > MAX_LETTERS || span->num == 1) { /* a code is no accident */
        letters = MAX_LETTERS;
    }
    return (unsigned)(1000 * letters / count_causes(span) /
                      (span->vague ? VAGUE_SHARE : 1));
}

/* By score, then by what is met more often. */
static void list_causes(struct cm_recognised *out,
                        const unsigned scores[CM_CAUSE_COUNT], unsigned best)
{
    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        size_t at = out->num_causes;

        if (scores[i] == 0 || scores[i] < best / LEAST_SHARE) {
            continue;
        }
        while (at > 0 && (scores[i] > scores[out->causes[at - 1]] ||
                          (scores[i] == scores[out->causes[at - 1]] &&
                           cm_sign_usual((enum cm_cause)i) <
                               cm_sign_usual(out->causes[at - 1])))) {
            out->causes[at] = out->causes[at - 1];
            at--;
        }
        out->causes[at] = (enum cm_cause)i;
        out->num_causes++;
    }
}

static void weigh(const struct cm_words *words, struct cm_recognised *out)
{
    unsigned scores[CM_CAUSE_COUNT] = {0};
    unsigned best = 0;
    unsigned most_telling = 0;

    for (size_t i = 0; i < out->num_spans; i++) {
        const struct cm_recognised_span *span = &out->spans[i];
        unsigned value = value_of(words, span);

        for (size_t j = 0; j < CM_CAUSE_COUNT; j++) {
            scores[j] += span->causes[j] ? value : 0;
            best = scores[j] > best ? scores[j] : best;
        }
        if (value > most_telling) {
            most_telling = value;
            out->quote_at = words->list[span->first].at;
            out->quote_end = words->list[span->first + span->num - 1].end;
        }
    }
    list_causes(out, scores, best);
}

void cm_recognise_weigh(const struct cm_words *words, struct cm_recognised *out)
{
    take_in(out);
    drop(out, is_empty);
    drop(out, is_inner);
    weigh(words, out);
}
