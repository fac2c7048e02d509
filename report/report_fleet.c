/* The part of report.json about protocols, clients and policies.
 * SPDX-License-Identifier: Apache-2.0 */
#include "report_fleet.h"

#include "asked_json.h"
#include "certmuster/evidence.h"

#define MAX_NUMBERS 400 /* suites or groups that are named */

static void put_versions(struct cm_json *json, const char *key,
                         const int64_t rows[CM_VERSION_COUNT])
{
    cm_json_key(json, key);
    cm_json_open(json, '{');
    for (int i = 0; i < CM_VERSION_COUNT; i++) {
        cm_json_put_number(
            json,
            cm_tls_version_name(cm_version_number((enum cm_version_index)i)),
            rows[i]);
    }
    cm_json_close(json, '}');
}

/* Names of suites or groups with the rows that have them, most first. */
static void
put_numbers(struct cm_json *json, const char *key, const int64_t *rows,
            const char *(*text)(uint16_t code, char out[CM_CODE_SIZE]))
{
    struct cm_report_number numbers[MAX_NUMBERS];
    size_t num = cm_report_top_numbers(rows, numbers, MAX_NUMBERS);
    char hex[CM_CODE_SIZE];

    cm_json_key(json, key);
    cm_json_open(json, '{');
    for (size_t i = 0; i < num; i++) {
        cm_json_put_number(json, text(numbers[i].number, hex), numbers[i].rows);
    }
    cm_json_close(json, '}');
}

static void put_inventory(struct cm_json *json,
                          const struct cm_report_protocols *protocols)
{
    cm_json_key(json, "inventory");
    if (protocols->inventories == 0) {
        cm_json_text(json, NULL);
        return;
    }
    cm_json_open(json, '{');
    cm_json_put_number(json, "endpoints", protocols->inventories);
    put_versions(json, "versions_served", protocols->served);
    put_versions(json, "versions_refused", protocols->refused);
    cm_json_key(json, "suite_classes");
    cm_json_open(json, '{');
    for (int i = 0; i < CM_SUITES_COUNT; i++) {
        cm_json_put_number(json, cm_suite_class_id((enum cm_suite_class)i),
                           protocols->classes[i]);
    }
    cm_json_close(json, '}');
    put_numbers(json, "suites", protocols->suites, cm_suite_text);
    put_numbers(json, "groups", protocols->groups, cm_group_text);
    cm_json_key(json, "post_quantum");
    cm_json_open(json, '{');
    cm_json_put_number(json, "ready", protocols->post_quantum);
    cm_json_put_number(json, "not_ready", protocols->no_post_quantum);
    cm_json_put_number(json, "unknown",
                       protocols->inventories - protocols->post_quantum -
                           protocols->no_post_quantum);
    cm_json_close(json, '}');
    cm_json_put_text(json, "grade_guide", CM_GRADE_GUIDE);
    cm_json_key(json, "grades");
    cm_json_open(json, '{');
    for (int i = CM_LETTER_A; i < CM_LETTER_COUNT; i++) {
        cm_json_put_number(json, cm_letter_text((enum cm_letter)i),
                           protocols->grades[i]);
    }
    cm_json_close(json, '}');
    cm_json_close(json, '}');
}

static void put_protocols(struct cm_json *json,
                          const struct cm_report_protocols *protocols)
{
    cm_json_key(json, "protocols");
    cm_json_open(json, '{');
    cm_json_put_number(json, "endpoints_connected", protocols->connected);
    put_versions(json, "versions_chosen", protocols->chosen);
    put_numbers(json, "groups_chosen", protocols->chosen_groups, cm_group_text);
    cm_json_put_number(json, "post_quantum_chosen",
                       protocols->chosen_post_quantum);
    put_inventory(json, protocols);
    cm_json_close(json, '}');
}

static void put_measure(struct cm_json *json,
                        const struct cm_report_measure *measure)
{
    cm_json_put_text(json, "name", measure->name);
    cm_json_put_text(json, "title", measure->title);
    cm_json_put_text(json, "source", measure->source);
    cm_json_put_text(json, "confidence", measure->confidence);
    cm_json_put_text(json, "sha256", measure->sha256);
}

static void put_example(struct cm_json *json, const struct cm_report_kind *kind)
{
    cm_json_put_text(json, "example_host", kind->host);
    cm_json_put_number(json, "example_port", kind->port);
    cm_json_put_text(json, "example_why", kind->why);
}

static void put_client(struct cm_json *json,
                       const struct cm_report_measure *profile,
                       const struct cm_report_tally *tally)
{
    cm_json_line(json);
    cm_json_open(json, '{');
    put_measure(json, profile);
    cm_json_put_text(json, "family", profile->family);
    cm_json_put_number(json, "works", tally->passed);
    cm_json_put_number(json, "fails", tally->failed);
    cm_json_put_number(json, "unknown", tally->unknown);
    cm_json_key(json, "causes");
    cm_json_open(json, '[');
    for (size_t i = 0; i < tally->num_kinds; i++) {
        const struct cm_report_kind *kind = &tally->kinds[i];

        cm_json_open(json, '{');
        cm_json_put_text(json, "cause", kind->id[0] == '\0' ? NULL : kind->id);
        cm_json_put_number(json, "fails", kind->failed);
        cm_json_put_number(json, "unknown", kind->unknown);
        cm_json_put_text(json, "example_message", kind->message);
        put_example(json, kind);
        cm_json_close(json, '}');
    }
    cm_json_close(json, ']');
    cm_json_close(json, '}');
}

static void put_policy(struct cm_json *json,
                       const struct cm_report_measure *policy,
                       const struct cm_report_tally *tally)
{
    cm_json_line(json);
    cm_json_open(json, '{');
    put_measure(json, policy);
    cm_json_put_number(json, "pass", tally->passed);
    cm_json_put_number(json, "fail", tally->failed);
    cm_json_put_number(json, "unknown", tally->unknown);
    cm_json_key(json, "rules");
    cm_json_open(json, '[');
    for (size_t i = 0; i < tally->num_kinds; i++) {
        const struct cm_report_kind *kind = &tally->kinds[i];
        const struct cm_report_rule *rule = cm_report_rule_of(policy, kind->id);

        cm_json_open(json, '{');
        cm_json_put_text(json, "rule", kind->id);
        cm_json_put_text(json, "text", rule == NULL ? NULL : rule->text);
        cm_json_put_text(json, "source", rule == NULL ? NULL : rule->source);
        cm_json_put_number(json, "fail", kind->failed);
        cm_json_put_number(json, "warning", kind->warned);
        cm_json_put_number(json, "unknown", kind->unknown);
        put_example(json, kind);
        cm_json_close(json, '}');
    }
    cm_json_close(json, ']');
    cm_json_close(json, '}');
}

void cm_report_fleet_json(struct cm_json *json,
                          const struct cm_report_measures *measures,
                          const struct cm_report_fleet *fleet)
{
    put_protocols(json, &fleet->protocols);
    cm_json_line(json);
    cm_json_key(json, "clients");
    cm_json_open(json, '[');
    for (size_t i = 0; i < measures->num_profiles; i++) {
        put_client(json, &measures->profiles[i], &fleet->profiles[i]);
    }
    cm_json_close(json, ']');
    cm_json_line(json);
    cm_json_key(json, "policies");
    cm_json_open(json, '[');
    for (size_t i = 0; i < measures->num_policies; i++) {
        put_policy(json, &measures->policies[i], &fleet->policies[i]);
    }
    cm_json_close(json, ']');
}
