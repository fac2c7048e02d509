/* Which suites each version is served with, in which order: offer all, take out
 * what was chosen, offer the rest, until it is refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tls/inventory_parts.h"

#define ALERT_ILLEGAL_PARAMETER 47
#define ALERT_DECODE_ERROR 50
#define ALERT_RECORD_OVERFLOW 22

static struct cm_version_inventory *stage_version(struct cm_plan *plan)
{
    return &plan->out->versions[cm_plan_stage_version(plan)];
}

static void load(struct cm_plan *plan, struct cm_numbers list)
{
    size_t num = list.num < CM_MAX_SUITES ? list.num : CM_MAX_SUITES;

    memcpy(plan->rest, list.numbers, num * sizeof(plan->rest[0]));
    plan->num_rest = num;
}

/* The anonymous suites that this version can have. */
static void load_anonymous(struct cm_plan *plan)
{
    uint16_t version = cm_version_number(cm_plan_stage_version(plan));
    struct cm_numbers list = cm_hello_anonymous_suites();

    plan->num_rest = 0;
    for (size_t i = 0; i < list.num && plan->num_rest < CM_MAX_SUITES; i++) {
        const struct cm_suite *suite = cm_suite_find(list.numbers[i]);

        if (suite != NULL && suite->min_version <= version &&
            suite->max_version >= version) {
            plan->rest[plan->num_rest++] = list.numbers[i];
        }
    }
}

static void begin(struct cm_plan *plan)
{
    load(plan, cm_hello_suites(cm_version_number(cm_plan_stage_version(plan))));
    plan->anonymous = false;
    plan->gap = false;
    plan->last_place = 0;
    if (plan->chunk == 0) {
        plan->chunk = CM_MAX_SUITES;
    }
}

/* All has been offered and all that is left was refused. */
static void finish(struct cm_plan *plan)
{
    struct cm_version_inventory *of = stage_version(plan);

    of->complete = !plan->gap;
    if (of->num_suites == 0 && !plan->gap) {
        of->served = CM_NO;
    }
    plan->over = true;
}

/* One list is through, the anonymous suites are next; not where a hello for the
 * version got no answer. */
static void list_done(struct cm_plan *plan)
{
    enum cm_version_index version = cm_plan_stage_version(plan);
    struct cm_version_inventory *of = stage_version(plan);

    if (!plan->anonymous) {
        plan->num_with_cert[version] = of->num_suites;
        plan->anonymous = true;
        plan->num_rest = 0;
        if (version < CM_VERSION_TLS1_3 && (of->num_suites > 0 || !plan->gap)) {
            load_anonymous(plan);
        }
    }
    if (plan->num_rest == 0) {
        finish(plan);
    }
}

bool cm_suites_next(struct cm_plan *plan, struct cm_hello *hello)
{
    if (!plan->begun) {
        begin(plan);
    }
    cm_plan_hello(plan, hello, cm_plan_stage_version(plan));
    plan->num_suites =
        plan->num_rest < plan->chunk ? plan->num_rest : plan->chunk;
    memcpy(plan->suites, plan->rest, plan->num_suites * sizeof(plan->rest[0]));
    cm_plan_offer(plan, hello);
    return true;
}

static size_t place_of(const struct cm_plan *plan, uint16_t suite)
{
    struct cm_numbers list =
        cm_hello_suites(cm_version_number(cm_plan_stage_version(plan)));

    for (size_t i = 0; i < list.num; i++) {
        if (list.numbers[i] == suite) {
            return i + 1;
        }
    }
    return 0;
}

static void chose(struct cm_plan *plan, const struct cm_answer *answer)
{
    enum cm_version_index version = cm_plan_stage_version(plan);
    struct cm_version_inventory *of = stage_version(plan);

    of->served = CM_YES;
    if (plan->num_suites > CM_PLAN_CHUNK) {
        plan->long_lists_work = true;
    }
    if (!plan->anonymous) {
        size_t place = place_of(plan, answer->cipher);

        /* The client's order would have given the earlier one first. */
        plan->out_of_order[version] =
            plan->out_of_order[version] || place < plan->last_place;
        plan->last_place = place;
    }
    if (of->num_suites < CM_MAX_SUITES) {
        of->suites[of->num_suites++] = answer->cipher;
    }
    (void)cm_numbers_drop(plan->rest, &plan->num_rest, answer->cipher);
    if (plan->num_rest == 0) {
        list_done(plan);
    }
}

/* The version is served, says the scan, but not with so long a list; or the
 * answer complains of the hello, not of what it offers. */
static bool too_long(const struct cm_plan *plan, enum cm_reply reply,
                     const struct cm_answer *answer)
{
    const struct cm_probe *probe = cm_plan_main(plan);
    uint16_t version = cm_version_number(cm_plan_stage_version(plan));

    if (plan->long_lists_work || plan->chunk <= CM_PLAN_CHUNK ||
        plan->num_rest <= CM_PLAN_CHUNK || plan->anonymous) {
        return false;
    }
    return (probe != NULL && probe->server_hello &&
            probe->version == version) ||
           reply == CM_REPLY_UNKNOWN ||
           (answer->end == CM_ANSWER_ALERT &&
            (answer->alert == ALERT_ILLEGAL_PARAMETER ||
             answer->alert == ALERT_DECODE_ERROR ||
             answer->alert == ALERT_RECORD_OVERFLOW));
}

static void refused(struct cm_plan *plan)
{
    size_t window = plan->num_rest < plan->chunk ? plan->num_rest : plan->chunk;

    plan->num_rest -= window;
    memmove(plan->rest, &plan->rest[window],
            plan->num_rest * sizeof(plan->rest[0]));
    if (plan->num_rest == 0) {
        list_done(plan);
    }
}

void cm_suites_heard(struct cm_plan *plan, enum cm_reply reply,
                     const struct cm_answer *answer,
                     const struct cm_flight *flight)
{
    (void)flight;
    if (reply == CM_REPLY_CHOSE) {
        chose(plan, answer);
    } else if (too_long(plan, reply, answer)) {
        plan->chunk = CM_PLAN_CHUNK;
    } else if (reply == CM_REPLY_NO) {
        refused(plan);
    } else {
        plan->gap = true;
        refused(plan);
    }
}

/* SSLv2 tells all of its kinds at once. */
bool cm_sslv2_next(struct cm_plan *plan, struct cm_hello *hello)
{
    cm_plan_hello(plan, hello, CM_VERSION_SSL2);
    plan->num_suites = 0;
    return !plan->begun;
}

void cm_sslv2_heard(struct cm_plan *plan, enum cm_reply reply,
                    const struct cm_answer *answer,
                    const struct cm_flight *flight)
{
    struct cm_version_inventory *of = stage_version(plan);

    (void)answer;
    plan->over = true;
    if (reply == CM_REPLY_CHOSE && flight != NULL) {
        of->served = CM_YES;
        of->num_suites =
            cm_flight_sslv2_kinds(flight, of->suites, CM_MAX_SUITES);
        of->complete = true;
    } else if (reply == CM_REPLY_NO) {
        of->served = CM_NO;
        of->complete = true;
    }
}

/* Whose order decides? Where what was chosen was not always the first that we
 * offered, the server's. Else the same list is offered the other way round. */
bool cm_order_next(struct cm_plan *plan, struct cm_hello *hello)
{
    enum cm_version_index version = cm_plan_stage_version(plan);
    struct cm_version_inventory *of = stage_version(plan);

    if (plan->begun || !cm_plan_found(plan, version, NULL) ||
        plan->num_suites < 2) {
        return false;
    }
    if (plan->out_of_order[version]) {
        of->server_order = CM_YES;
        return false;
    }
    for (size_t i = 0, j = plan->num_suites - 1; i < j; i++, j--) {
        uint16_t first = plan->suites[i];

        plan->suites[i] = plan->suites[j];
        plan->suites[j] = first;
    }
    cm_plan_hello(plan, hello, version);
    cm_plan_offer(plan, hello);
    return true;
}

void cm_order_heard(struct cm_plan *plan, enum cm_reply reply,
                    const struct cm_answer *answer,
                    const struct cm_flight *flight)
{
    (void)flight;
    plan->over = true;
    if (reply == CM_REPLY_CHOSE) {
        stage_version(plan)->server_order =
            answer->cipher == plan->suites[0] ? CM_NO : CM_YES;
    }
}
