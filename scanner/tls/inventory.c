/* The inventory: what to ask an endpoint to find out all that it serves. A
 * table of stages, each a few questions; here is what they share: the budget,
 * and telling a refusal from a server that has had enough of us. Whatever could
 * not be found out stays "not known".
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "certmuster/status.h"
#include "tls/inventory_parts.h"

/* Boxes that drop what they do not like, old versions for one, cost a whole
 * time-out each; a server that answers nothing at all ends it with the second
 * silence in a row. */
#define MAX_SILENCES 8U
#define ALERT_CLOSE_NOTIFY 0
#define ALERT_INTERNAL_ERROR 80

/* What matters most comes first, should the budget end early. */
static const struct cm_plan_stage stages[] = {
    {cm_suites_next, cm_suites_heard, CM_VERSION_TLS1_3},
    {cm_suites_next, cm_suites_heard, CM_VERSION_TLS1_2},
    {cm_suites_next, cm_suites_heard, CM_VERSION_TLS1_1},
    {cm_suites_next, cm_suites_heard, CM_VERSION_TLS1_0},
    {cm_suites_next, cm_suites_heard, CM_VERSION_SSL3},
    {cm_sslv2_next, cm_sslv2_heard, CM_VERSION_SSL2},
    {cm_features_next, cm_features_heard, CM_VERSION_TLS1_2},
    {cm_no_sni_next, cm_no_sni_heard, CM_VERSION_TLS1_2},
    {cm_fallback_next, cm_fallback_heard, CM_VERSION_TLS1_2},
    {cm_dh_next, cm_dh_heard, CM_VERSION_TLS1_2},
    {cm_groups_next, cm_groups_heard, CM_VERSION_TLS1_3},
    {cm_curves_next, cm_curves_heard, CM_VERSION_TLS1_2},
    {cm_alpn_next, cm_alpn_heard, CM_VERSION_TLS1_2},
    {cm_order_next, cm_order_heard, CM_VERSION_TLS1_3},
    {cm_order_next, cm_order_heard, CM_VERSION_TLS1_2},
    {cm_order_next, cm_order_heard, CM_VERSION_TLS1_1},
    {cm_order_next, cm_order_heard, CM_VERSION_TLS1_0},
    {cm_order_next, cm_order_heard, CM_VERSION_SSL3},
    {cm_schemes_next, cm_schemes_heard, CM_VERSION_TLS1_3},
    {cm_signatures_next, cm_signatures_heard, CM_VERSION_TLS1_2},
};
#define NUM_STAGES (sizeof(stages) / sizeof(stages[0]))

bool cm_numbers_have(const uint16_t *list, size_t num, uint16_t number)
{
    for (size_t i = 0; i < num; i++) {
        if (list[i] == number) {
            return true;
        }
    }
    return false;
}

bool cm_numbers_drop(uint16_t *list, size_t *num, uint16_t number)
{
    for (size_t i = 0; i < *num; i++) {
        if (list[i] == number) {
            memmove(&list[i], &list[i + 1], (*num - i - 1) * sizeof(list[0]));
            (*num)--;
            return true;
        }
    }
    return false;
}

const struct cm_probe *cm_plan_main(const struct cm_plan *plan)
{
    return cm_evidence_main_probe(plan->ev);
}

bool cm_plan_served(const struct cm_plan *plan, enum cm_version_index version)
{
    return plan->out->versions[version].served == CM_YES;
}

bool cm_plan_all_suites(const struct cm_plan *plan)
{
    for (int i = CM_VERSION_SSL3; i < CM_VERSION_COUNT; i++) {
        if (!plan->out->versions[i].complete) {
            return false;
        }
    }
    return true;
}

int cm_plan_newest(const struct cm_plan *plan, int at_most)
{
    int version = at_most;

    while (version > CM_VERSION_SSL2 &&
           !cm_plan_served(plan, (enum cm_version_index)version)) {
        version--;
    }
    return version > CM_VERSION_SSL2 ? version : -1;
}

enum cm_version_index cm_plan_stage_version(const struct cm_plan *plan)
{
    return stages[plan->stage].version;
}

void cm_plan_hello(struct cm_plan *plan, struct cm_hello *hello,
                   enum cm_version_index version)
{
    struct cm_numbers groups = cm_hello_all_groups();
    struct cm_numbers schemes = cm_hello_all_schemes();

    *hello = (struct cm_hello){
        .version = cm_version_number(version),
        .sni = plan->sni[0] != '\0' ? plan->sni : NULL,
        .share = CM_SHARE_NONE,
    };
    if (version <= CM_VERSION_SSL3) {
        hello->no_extensions = true;
        hello->sni = NULL;
        return;
    }
    hello->groups = groups.numbers;
    hello->num_groups = groups.num;
    if (version >= CM_VERSION_TLS1_2) {
        hello->schemes = schemes.numbers;
        hello->num_schemes = schemes.num;
    }
}

void cm_plan_offer(struct cm_plan *plan, struct cm_hello *hello)
{
    hello->suites = plan->suites;
    hello->num_suites = plan->num_suites;
}

static bool with_cert(const struct cm_suite *suite)
{
    return !suite->anonymous;
}

bool cm_plan_found(struct cm_plan *plan, enum cm_version_index version,
                   bool (*want)(const struct cm_suite *suite))
{
    const struct cm_version_inventory *of = &plan->out->versions[version];

    plan->num_suites = 0;
    for (size_t i = 0; i < plan->num_with_cert[version]; i++) {
        const struct cm_suite *suite = cm_suite_find(of->suites[i]);

        if (suite != NULL && (want != NULL ? want : with_cert)(suite)) {
            plan->suites[plan->num_suites++] = of->suites[i];
        }
    }
    return plan->num_suites > 0;
}

/* A question that the server must answer if it still answers anything. */
static void control(struct cm_plan *plan, struct cm_hello *hello)
{
    int version = cm_version_index(plan->good_version);

    cm_plan_hello(plan, hello, (enum cm_version_index)version);
    plan->suites[0] = plan->good_suite;
    plan->num_suites = 1;
    cm_plan_offer(plan, hello);
}

static bool plan_next(struct cm_asking *asking, struct cm_hello *hello)
{
    struct cm_plan *plan = (struct cm_plan *)asking;

    if (plan->stopped || plan->asked >= plan->budget) {
        return false;
    }
    if (plan->in_control) {
        control(plan, hello);
        plan->version = hello->version;
        plan->asked++;
        return true;
    }
    while (plan->stage < NUM_STAGES) {
        if (!plan->over && stages[plan->stage].next(plan, hello)) {
            plan->begun = true;
            plan->version = hello->version;
            plan->asked++;
            return true;
        }
        plan->stage++;
        plan->begun = false;
        plan->over = false;
    }
    return false;
}

/* An answer that chose; below TLS 1.3 only with all that comes in clear, for
 * some boxes answer the hello and then give up. */
static bool is_choice(const struct cm_answer *answer)
{
    if (answer->version == cm_version_number(CM_VERSION_TLS1_3)) {
        return answer->end == CM_ANSWER_SERVER_HELLO ||
               answer->end == CM_ANSWER_RETRY;
    }
    return answer->end == CM_ANSWER_FLIGHT;
}

static enum cm_reply reply_of(const struct cm_plan *plan,
                              const struct cm_answer *answer)
{
    if (is_choice(answer)) {
        if (answer->version < plan->version) {
            return CM_REPLY_NO; /* it would speak, but an older version */
        }
        return answer->version == plan->version &&
                       (plan->version < 0x0300 ||
                        cm_numbers_have(plan->suites, plan->num_suites,
                                        answer->cipher))
                   ? CM_REPLY_CHOSE
                   : CM_REPLY_UNKNOWN;
    }
    return answer->end == CM_ANSWER_ALERT || answer->end == CM_ANSWER_CLOSED ||
                   answer->end == CM_ANSWER_RESET ||
                   answer->end == CM_ANSWER_NOT_TLS
               ? CM_REPLY_NO
               : CM_REPLY_UNKNOWN;
}

/* It may be a refusal, and it may be a server, or a box before it, that has
 * had enough of us. */
static bool may_be_chance(enum cm_reply reply, const struct cm_answer *answer)
{
    if (reply == CM_REPLY_CHOSE || is_choice(answer)) {
        return false;
    }
    return answer->end != CM_ANSWER_ALERT ||
           answer->alert == ALERT_CLOSE_NOTIFY ||
           answer->alert == ALERT_INTERNAL_ERROR;
}

static void note_features(struct cm_plan *plan, const struct cm_answer *answer)
{
    struct cm_inventory *out = plan->out;

    plan->good_version = answer->version;
    plan->good_suite = answer->cipher;
    if (answer->dh_bits != 0 &&
        (out->min_dh_bits == 0 || answer->dh_bits < out->min_dh_bits)) {
        out->min_dh_bits = answer->dh_bits;
    }
    if (answer->version >= cm_version_number(CM_VERSION_TLS1_3)) {
        return;
    }
    if (out->secure_renegotiation == CM_NOT_KNOWN) {
        out->secure_renegotiation =
            answer->secure_renegotiation ? CM_YES : CM_NO;
    }
    if (out->extended_master_secret == CM_NOT_KNOWN) {
        out->extended_master_secret =
            answer->extended_master_secret ? CM_YES : CM_NO;
    }
}

static void deliver(struct cm_plan *plan, enum cm_reply reply,
                    const struct cm_answer *answer,
                    const struct cm_flight *flight)
{
    stages[plan->stage].heard(plan, reply, answer, flight);
}

static void control_heard(struct cm_plan *plan, enum cm_reply reply,
                          const struct cm_answer *answer)
{
    static const struct cm_answer nothing;

    plan->in_control = false;
    if (reply != CM_REPLY_CHOSE) {
        plan->stopped = true; /* all that is left stays unknown */
        return;
    }
    note_features(plan, answer);
    deliver(plan, plan->pending, &nothing, NULL);
}

static void plan_heard(struct cm_asking *asking, const struct cm_answer *answer,
                       const struct cm_flight *flight)
{
    struct cm_plan *plan = (struct cm_plan *)asking;
    enum cm_reply reply = reply_of(plan, answer);

    plan->out->connections++;
    if (answer->end == CM_ANSWER_SILENT && ++plan->silences >= MAX_SILENCES) {
        plan->stopped = true;
        return;
    }
    if (plan->in_control) {
        control_heard(plan, reply, answer);
        return;
    }
    if (may_be_chance(reply, answer)) {
        plan->in_control = true;
        plan->pending = reply;
        plan->stopped = plan->good_version == 0;
        return;
    }
    if (reply == CM_REPLY_CHOSE && plan->version >= 0x0300) {
        note_features(plan, answer);
    }
    deliver(plan, reply, answer, flight);
}

static void plan_free(struct cm_asking *asking)
{
    struct cm_plan *plan = (struct cm_plan *)asking;

    if (plan != NULL) {
        free(plan->leaf);
        free(plan->sni);
        free(plan);
    }
}

/* What is known to work before the first question. */
static void know_from_scan(struct cm_plan *plan)
{
    const struct cm_probe *probe = cm_plan_main(plan);

    if (probe == NULL) {
        return;
    }
    if (probe->server_hello && probe->cipher != 0 &&
        cm_version_index(probe->version) >= CM_VERSION_SSL3) {
        plan->good_version = probe->version;
        plan->good_suite = probe->cipher;
    }
    if (probe->end == CM_END_COMPLETE) {
        plan->out->stapling = probe->ocsp_staple.len > 0 ? CM_YES : CM_NO;
    }
    if (probe->alpn[0] != '\0') {
        memcpy(plan->out->alpn[0], probe->alpn, sizeof(plan->out->alpn[0]));
        plan->out->num_alpn = 1;
    }
    if (probe->signature != 0) {
        plan->out->schemes[0] = probe->signature;
        plan->out->num_schemes = 1;
    }
    if (probe->group != 0) {
        plan->out->groups[0] = probe->group;
        plan->out->num_groups = 1;
    }
}

/* Where the scan's own handshake failed, an answer of its diagnosis. */
static void know_from_diagnosis(struct cm_plan *plan)
{
    for (size_t i = 0; i < plan->ev->num_answers && plan->good_version == 0;
         i++) {
        const struct cm_answer *answer = &plan->ev->answers[i];

        if (cm_answer_worked(answer) && answer->cipher != 0 &&
            cm_version_index(answer->version) >= CM_VERSION_SSL3) {
            plan->good_version = answer->version;
            plan->good_suite = answer->cipher;
        }
    }
}

static bool make_room(struct cm_inventory *out)
{
    for (int i = 0; i < CM_VERSION_COUNT; i++) {
        if (out->versions[i].suites == NULL) {
            out->versions[i].suites = calloc(CM_MAX_SUITES, sizeof(uint16_t));
        }
        if (out->versions[i].suites == NULL) {
            return false;
        }
    }
    return true;
}

struct cm_asking *cm_inventory_asking_new(struct cm_inventory *out,
                                          const struct cm_evidence *ev,
                                          const char *sni, unsigned budget)
{
    struct cm_plan *plan = calloc(1, sizeof(*plan));

    if (plan == NULL) {
        return NULL;
    }
    plan->asking = (struct cm_asking){
        .next = plan_next, .heard = plan_heard, .free = plan_free};
    plan->out = out;
    plan->ev = ev;
    plan->budget = budget;
    plan->sni = strdup(sni == NULL ? "" : sni);
    if (plan->sni == NULL || !make_room(out)) {
        plan_free(&plan->asking);
        return NULL;
    }
    know_from_scan(plan);
    know_from_diagnosis(plan);
    return &plan->asking;
}
