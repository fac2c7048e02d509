/* Changes as JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#include "changes_out.h"

static void put_baseline(struct cm_json *json, const struct cm_run_facts *facts)
{
    cm_json_key(json, "baseline");
    cm_json_open(json, '{');
    cm_json_put_number(json, "run", facts->run);
    cm_json_put_text(json, "kind", facts->kind);
    cm_json_put_text(json, "state", facts->state);
    cm_json_put_time(json, "started", facts->started);
    cm_json_put_time(json, "judged_at", facts->judged_at);
    cm_json_put_text(json, "input_name", facts->input_name);
    cm_json_put_text(json, "input_sha256", facts->input_sha256);
    cm_json_put_number(json, "rows", facts->rows_recorded);
    cm_json_close(json, '}');
}

static void put_rows(struct cm_json *json,
                     const struct cm_report_changes *changes)
{
    cm_json_key(json, "endpoints_by_change");
    cm_json_open(json, '{');
    for (int i = 0; i < CM_CHANGE_COUNT; i++) {
        bool known = i != CM_CHANGE_GONE || changes->gone_known;

        cm_json_put_number(json, cm_change_id((enum cm_change)i),
                           known ? changes->rows[i] : CM_UNKNOWN);
    }
    cm_json_close(json, '}');
    cm_json_key(json, "certificates_renewed");
    cm_json_open(json, '{');
    for (int i = CM_RENEWAL_NONE + 1; i < CM_RENEWAL_COUNT; i++) {
        cm_json_put_number(json, cm_renewal_id((enum cm_renewal)i),
                           changes->renewals[i]);
    }
    cm_json_close(json, '}');
}

static void put_counts(struct cm_json *json,
                       const struct cm_finding_changes *counts)
{
    cm_json_put_number(json, "new", counts->fresh);
    cm_json_put_number(json, "persisting", counts->persisting);
    cm_json_put_number(json, "gone", counts->gone);
}

static void put_findings(struct cm_json *json,
                         const struct cm_report_changes *changes)
{
    cm_json_key(json, "findings");
    cm_json_open(json, '{');
    put_counts(json, &changes->findings);
    cm_json_key(json, "by_cause");
    cm_json_open(json, '[');
    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        const struct cm_finding_changes *counts = &changes->causes[i];

        if (counts->fresh + counts->persisting + counts->gone > 0) {
            cm_json_line(json);
            cm_json_open(json, '{');
            cm_json_put_text(json, "id", cm_cause_info((enum cm_cause)i)->id);
            put_counts(json, counts);
            cm_json_close(json, '}');
        }
    }
    cm_json_close(json, ']');
    cm_json_close(json, '}');
}

static void put_new_causes(struct cm_json *json,
                           const struct cm_report_changes *changes)
{
    cm_json_key(json, "endpoints_with_new_causes");
    cm_json_open(json, '{');
    for (int i = 0; i < CM_SEVERITY_COUNT; i++) {
        cm_json_put_number(json, cm_severity_id((enum cm_severity)i),
                           changes->new_by_severity[i]);
    }
    cm_json_close(json, '}');
}

void cm_changes_json_open(struct cm_json *json,
                          const struct cm_report_changes *changes)
{
    cm_json_key(json, "changes");
    cm_json_open(json, '{');
    put_baseline(json, changes->baseline);
    cm_json_key(json, "trust_anchors_differ");
    cm_json_bool(json, changes->trust_differs);
    cm_json_put_number(json, "new_failures", changes->new_failures);
    cm_json_put_number(json, "fixed", changes->fixed);
    cm_json_put_number(json, "still_failing", changes->still_failing);
    put_rows(json, changes);
    cm_json_put_number(json, "new_endpoints_failing",
                       changes->new_endpoints_failing);
    cm_json_put_number(json, "flapping", changes->flapping);
    cm_json_put_number(json, "earlier_runs_looked_at", changes->runs_looked_at);
    put_new_causes(json, changes);
    put_findings(json, changes);
}

void cm_changes_json(struct cm_json *json,
                     const struct cm_report_changes *changes)
{
    if (changes == NULL) {
        cm_json_put_text(json, "changes", NULL);
        return;
    }
    cm_changes_json_open(json, changes);
    cm_json_close(json, '}');
}

void cm_changes_json_row(struct cm_json *json, const struct cm_changed_row *row)
{
    cm_json_open(json, '{');
    CM_JSON_TEXT(json, "change", cm_change_id(row->change));
    CM_JSON_TEXT(json, "renewal", cm_renewal_id(row->renewal));
    CM_JSON_KEY(json, "flapping");
    cm_json_bool(json, row->flapping);
    CM_JSON_NUMBER(json, "line", row->line);
    CM_JSON_TEXT(json, "owner", row->owner);
    CM_JSON_TEXT(json, "host", row->host);
    CM_JSON_NUMBER(json, "port", row->port);
    CM_JSON_TEXT(json, "protocol", row->protocol);
    CM_JSON_TEXT(json, "sni", row->sni);
    CM_JSON_TEXT(json, "verdict_before", row->verdict_before);
    CM_JSON_TEXT(json, "verdict", row->verdict);
    CM_JSON_TEXT(json, "cause_before", row->cause_before);
    CM_JSON_TEXT(json, "cause", row->cause);
    CM_JSON_NUMBER(json, "new_findings", row->new_findings);
    CM_JSON_NUMBER(json, "failed_in_run", row->failed_run);
    CM_JSON_TIME(json, "not_after_before", row->not_after_before);
    CM_JSON_TIME(json, "not_after", row->not_after);
    CM_JSON_TEXT(json, "fingerprint_sha256_before", row->fingerprint_before);
    CM_JSON_TEXT(json, "fingerprint_sha256", row->fingerprint);
    cm_json_close(json, '}');
}
