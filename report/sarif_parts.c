/* SPDX-License-Identifier: Apache-2.0 */
#include "sarif_parts.h"

#include <stdio.h>
#include <string.h>

#include "certmuster/report.h"

/* Foreign texts are a few times 64 KiB long at the most. */
#define MAX_TEXT ((size_t)64 << 20)
#define SCHEMA                                                                 \
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"      \
    "sarif-schema-2.1.0.json"

static void put_message(struct cm_json *json, const char *key, const char *text)
{
    cm_json_key(json, key);
    cm_json_open(json, '{');
    cm_json_put_text(json, "text", text);
    cm_json_close(json, '}');
}

/* A URI reference (RFC 3986 section 4.1): relative where the name is, so that
 * the file is found in the repository that holds it. */
static void put_uri(struct cm_json *json, const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
    struct cm_buf uri;

    cm_buf_init(&uri, MAX_TEXT);
    if (strcmp(name, "-") == 0) {
        name = "standard-input.csv";
    } else if (name[0] == '/') {
        cm_buf_puts(&uri, "file://");
    }
    for (; *name != '\0'; name++) {
        if (strchr(plain, *name) != NULL) {
            cm_buf_putc(&uri, *name);
        } else {
            cm_buf_printf(&uri, "%%%02X", (unsigned)(uint8_t)*name);
        }
    }
    cm_json_put_text(json, "uri", cm_buf_cstr(&uri));
    json->out->failed = json->out->failed || uri.failed;
    cm_buf_cleanup(&uri);
}

/* --- rules --- */

static void put_steps(struct cm_buf *out, const struct cm_remedy *remedy,
                      bool markdown)
{
    cm_buf_printf(out, "%s\n\n", remedy->why);
    for (size_t i = 0; remedy->steps[i] != NULL; i++) {
        cm_buf_printf(out, "%zu. %s\n", i + 1, remedy->steps[i]);
    }
    if (remedy->verify[0] != '\0') {
        cm_buf_printf(out, "\nTo check that it is done:%s%s%s\n",
                      markdown ? "\n\n```\n" : " ", remedy->verify,
                      markdown ? "\n```" : "");
    }
}

static void put_help(struct cm_json *json, enum cm_resolution resolution)
{
    const struct cm_remedy *remedy = cm_remedy(resolution);
    struct cm_buf text;

    cm_buf_init(&text, MAX_TEXT);
    cm_json_key(json, "help");
    cm_json_open(json, '{');
    put_steps(&text, remedy, false);
    cm_json_put_text(json, "text", cm_buf_cstr(&text));
    json->out->failed = json->out->failed || text.failed;
    cm_buf_clear(&text);
    put_steps(&text, remedy, true);
    cm_json_put_text(json, "markdown", cm_buf_cstr(&text));
    cm_json_close(json, '}');
    json->out->failed = json->out->failed || text.failed;
    cm_buf_cleanup(&text);
}

static void put_rule(struct cm_json *json, enum cm_cause cause)
{
    const struct cm_cause_info *info = cm_cause_info(cause);
    const char *level = cm_sarif_level(info->severity);

    cm_json_line(json);
    cm_json_open(json, '{');
    cm_json_put_text(json, "id", info->id);
    put_message(json, "shortDescription", info->title);
    put_message(json, "fullDescription", cm_cause_text(cause)->meaning);
    put_help(json, info->resolution);
    cm_json_key(json, "defaultConfiguration");
    cm_json_open(json, '{');
    cm_json_put_text(json, "level", level);
    cm_json_close(json, '}');
    cm_json_key(json, "properties");
    cm_json_open(json, '{');
    cm_json_key(json, "tags");
    cm_json_open(json, '[');
    cm_json_text(json, cm_stage_id(info->stage));
    cm_json_text(json, cm_resolution_info(info->resolution)->id);
    cm_json_close(json, ']');
    cm_json_put_text(json, "problem.severity",
                     strcmp(level, "note") == 0 ? "recommendation" : level);
    cm_json_close(json, '}');
    cm_json_close(json, '}');
}

static void put_tool(struct cm_json *json, const struct cm_run_facts *facts)
{
    cm_json_key(json, "tool");
    cm_json_open(json, '{');
    cm_json_key(json, "driver");
    cm_json_open(json, '{');
    cm_json_put_text(json, "name", "certmuster");
    cm_json_put_text(json, "semanticVersion", facts->version);
    cm_json_key(json, "rules");
    cm_json_open(json, '[');
    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        put_rule(json, (enum cm_cause)i);
    }
    cm_json_close(json, ']');
    cm_json_close(json, '}');
    cm_json_close(json, '}');
}

static void put_artifact(struct cm_json *json, const struct cm_run_facts *facts)
{
    cm_json_key(json, "artifacts");
    cm_json_open(json, '[');
    cm_json_open(json, '{');
    cm_json_key(json, "location");
    cm_json_open(json, '{');
    put_uri(json, facts->input_name);
    cm_json_close(json, '}');
    cm_json_key(json, "roles");
    cm_json_open(json, '[');
    cm_json_text(json, "analysisTarget");
    cm_json_close(json, ']');
    if (facts->input_sha256 != NULL) {
        cm_json_key(json, "hashes");
        cm_json_open(json, '{');
        cm_json_put_text(json, "sha-256", facts->input_sha256);
        cm_json_close(json, '}');
    }
    cm_json_close(json, '}');
    cm_json_close(json, ']');
}

/* What is before the last slash is the category: results of the same input
 * replace each other. */
static void put_automation(struct cm_json *json,
                           const struct cm_run_facts *facts)
{
    struct cm_buf id;

    cm_buf_init(&id, MAX_TEXT);
    cm_buf_printf(&id, "certmuster/%s/run-%lld", facts->input_name,
                  (long long)facts->run);
    cm_json_key(json, "automationDetails");
    cm_json_open(json, '{');
    cm_json_put_text(json, "id", cm_buf_cstr(&id));
    cm_json_close(json, '}');
    json->out->failed = json->out->failed || id.failed;
    cm_buf_cleanup(&id);
}

void cm_sarif_head(struct cm_json *json, const struct cm_run_facts *facts)
{
    cm_json_open(json, '{');
    cm_json_put_text(json, "$schema", SCHEMA);
    cm_json_put_text(json, "version", "2.1.0");
    cm_json_key(json, "runs");
    cm_json_open(json, '[');
    cm_json_open(json, '{');
    put_tool(json, facts);
    cm_json_line(json);
    put_automation(json, facts);
    cm_json_line(json);
    put_artifact(json, facts);
    cm_json_put_text(json, "columnKind", "unicodeCodePoints");
}

/* --- a result --- */

static void put_place(struct cm_json *json, const struct cm_run_facts *facts,
                      const struct cm_report_row *row)
{
    struct cm_buf name;

    cm_json_key(json, "locations");
    cm_json_open(json, '[');
    cm_json_open(json, '{');
    cm_json_key(json, "physicalLocation");
    cm_json_open(json, '{');
    cm_json_key(json, "artifactLocation");
    cm_json_open(json, '{');
    put_uri(json, facts->input_name);
    cm_json_put_number(json, "index", 0);
    cm_json_close(json, '}');
    cm_json_key(json, "region");
    cm_json_open(json, '{');
    cm_json_put_number(json, "startLine", row->line < 1 ? 1 : row->line);
    cm_json_close(json, '}');
    cm_json_close(json, '}');
    if (row->host[0] != '\0') {
        cm_buf_init(&name, MAX_TEXT);
        cm_buf_printf(&name, "%s:%lld", row->host, (long long)row->port);
        cm_json_key(json, "logicalLocations");
        cm_json_open(json, '[');
        cm_json_open(json, '{');
        cm_json_put_text(json, "fullyQualifiedName", cm_buf_cstr(&name));
        cm_json_put_text(json, "kind", "resource");
        cm_json_close(json, '}');
        cm_json_close(json, ']');
        json->out->failed = json->out->failed || name.failed;
        cm_buf_cleanup(&name);
    }
    cm_json_close(json, '}');
    cm_json_close(json, ']');
}

/* A viewer takes [text](number) for a link, and a backslash keeps it from that
 * (section 3.11.6). */
static void put_words(struct cm_json *json,
                      const struct cm_sarif_result *result)
{
    const struct cm_report_row *row = result->row;
    struct cm_buf words;
    struct cm_buf text;

    cm_buf_init(&words, MAX_TEXT);
    cm_buf_init(&text, 2 * MAX_TEXT);
    if (row->host[0] != '\0') {
        cm_buf_printf(&words, "%s:%lld: ", row->host, (long long)row->port);
    }
    cm_buf_printf(&words, "%s. %s", cm_cause_info(result->cause)->title,
                  result->finding->proof == NULL ? "" : result->finding->proof);
    for (const char *at = cm_buf_cstr(&words); *at != '\0'; at++) {
        if (*at == '[' || *at == ']' || *at == '\\') {
            cm_buf_putc(&text, '\\');
        }
        cm_buf_putc(&text, *at);
    }
    put_message(json, "message", cm_buf_cstr(&text));
    json->out->failed = json->out->failed || words.failed || text.failed;
    cm_buf_cleanup(&words);
    cm_buf_cleanup(&text);
}

/* GitHub knows a finding again by the first of these alone; it has to end in
 * ":" and a number. */
static void put_fingerprints(struct cm_json *json, const char *id)
{
    char hash[40];

    (void)snprintf(hash, sizeof(hash), "%.32s:1", id == NULL ? "" : id);
    cm_json_key(json, "partialFingerprints");
    cm_json_open(json, '{');
    cm_json_put_text(json, "primaryLocationLineHash", hash);
    cm_json_put_text(json, "certmusterFindingId/v1", id == NULL ? "" : id);
    cm_json_close(json, '}');
}

void cm_sarif_result(struct cm_json *json, const struct cm_run_facts *facts,
                     const struct cm_sarif_result *result)
{
    const struct cm_report_row *row = result->row;
    const struct cm_report_finding *finding = result->finding;

    cm_json_open(json, '{');
    cm_json_put_text(json, "ruleId", finding->cause);
    cm_json_put_number(json, "ruleIndex", (int64_t)result->cause);
    cm_json_put_text(json, "level", cm_sarif_level(result->severity));
    put_words(json, result);
    put_place(json, facts, row);
    put_fingerprints(json, result->id);
    if (result->baseline_state != NULL) {
        cm_json_put_text(json, "baselineState", result->baseline_state);
    }
    cm_json_key(json, "properties");
    cm_json_open(json, '{');
    cm_json_put_text(json, "severity", finding->severity);
    cm_json_put_text(json, "verdict", row->verdict);
    cm_json_key(json, "blocks");
    cm_json_bool(json, finding->blocks);
    cm_json_put_text(json, "resolution", finding->resolution);
    cm_json_put_text(json, "action", finding->action);
    cm_json_put_text(json, "owner", row->owner);
    cm_json_close(json, '}');
    cm_json_close(json, '}');
}

/* --- the end --- */

static void put_notification(struct cm_json *json, const char *level,
                             const char *text)
{
    cm_json_open(json, '{');
    cm_json_put_text(json, "level", level);
    put_message(json, "message", text);
    cm_json_close(json, '}');
}

void cm_sarif_tail(struct cm_json *json, const struct cm_run_facts *facts,
                   int64_t left_out)
{
    bool whole = strcmp(facts->state, "complete") == 0;
    char text[200];

    json->comma = true; /* results stand before */
    cm_json_key(json, "invocations");
    cm_json_open(json, '[');
    cm_json_open(json, '{');
    cm_json_key(json, "executionSuccessful");
    cm_json_bool(json, whole);
    cm_json_put_time(json, "startTimeUtc", facts->started);
    if (facts->finished != CM_UNKNOWN) {
        cm_json_put_time(json, "endTimeUtc", facts->finished);
    }
    cm_json_key(json, "toolExecutionNotifications");
    cm_json_open(json, '[');
    if (!whole) {
        (void)snprintf(text, sizeof(text),
                       "The run is %.20s: rows may be missing or not checked.",
                       facts->state);
        put_notification(json, "warning", text);
    }
    if (left_out > 0) {
        (void)snprintf(text, sizeof(text),
                       "%lld findings are left out, those that matter least: "
                       "a file holds at most 25,000. endpoints.jsonl has all.",
                       (long long)left_out);
        put_notification(json, "warning", text);
    }
    cm_json_close(json, ']');
    cm_json_close(json, '}');
    cm_json_close(json, ']');
    cm_json_close(json, '}');
    cm_json_close(json, ']');
    cm_json_close(json, '}');
}
