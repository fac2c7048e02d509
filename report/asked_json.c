/* Inventories, answers to hand-built hellos, clients and policies of a row.
 * SPDX-License-Identifier: Apache-2.0 */
#include "asked_json.h"

#include <stdio.h>
#include <string.h>

#include "certmuster/evidence.h"

static const char *named(const char *name, uint16_t code,
                         char out[CM_CODE_SIZE])
{
    if (name != NULL) {
        return name;
    }
    (void)snprintf(out, CM_CODE_SIZE, "0x%04X", code);
    return out;
}

const char *cm_suite_text(uint16_t suite, char out[CM_CODE_SIZE])
{
    return named(cm_tls_cipher_name(suite), suite, out);
}

const char *cm_group_text(uint16_t group, char out[CM_CODE_SIZE])
{
    return named(cm_tls_group_name(group), group, out);
}

const char *cm_scheme_text(uint16_t scheme, char out[CM_CODE_SIZE])
{
    return named(cm_tls_scheme_name(scheme), scheme, out);
}

/* --- the inventory --- */

static void put_known(struct cm_json *json, const char *key,
                      enum cm_known known)
{
    cm_json_put_text(json, key, cm_known_id(known));
}

static void put_version(struct cm_json *json, enum cm_version_index index,
                        const struct cm_version_inventory *version)
{
    char hex[CM_CODE_SIZE];

    cm_json_key(json, cm_tls_version_name(cm_version_number(index)));
    cm_json_open(json, '{');
    put_known(json, "served", version->served);
    CM_JSON_KEY(json, "suites");
    cm_json_open(json, '[');
    for (size_t i = 0; i < version->num_suites; i++) {
        const char *name = cm_inventory_suite_name(index, version->suites[i]);

        cm_json_text(json, named(name, version->suites[i], hex));
    }
    cm_json_close(json, ']');
    put_known(json, "server_order", version->server_order);
    CM_JSON_KEY(json, "complete");
    cm_json_bool(json, version->complete);
    cm_json_close(json, '}');
}

static void put_codes(struct cm_json *json, const char *key,
                      const uint16_t *codes, size_t num,
                      const char *(*text)(uint16_t code,
                                          char out[CM_CODE_SIZE]))
{
    char hex[CM_CODE_SIZE];

    cm_json_key(json, key);
    cm_json_open(json, '[');
    for (size_t i = 0; i < num; i++) {
        cm_json_text(json, text(codes[i], hex));
    }
    cm_json_close(json, ']');
}

static void put_lists(struct cm_json *json,
                      const struct cm_inventory *inventory)
{
    put_codes(json, "groups", inventory->groups, inventory->num_groups,
              cm_group_text);
    CM_JSON_KEY(json, "groups_complete");
    cm_json_bool(json, inventory->groups_complete);
    put_codes(json, "schemes", inventory->schemes, inventory->num_schemes,
              cm_scheme_text);
    CM_JSON_KEY(json, "schemes_complete");
    cm_json_bool(json, inventory->schemes_complete);
    CM_JSON_KEY(json, "alpn");
    cm_json_open(json, '[');
    for (size_t i = 0; i < inventory->num_alpn; i++) {
        cm_json_text(json, inventory->alpn[i]);
    }
    cm_json_close(json, ']');
}

static void put_inventory(struct cm_json *json,
                          const struct cm_inventory *inventory)
{
    CM_JSON_KEY(json, "inventory");
    if (inventory == NULL) {
        cm_json_text(json, NULL);
        return;
    }
    cm_json_open(json, '{');
    CM_JSON_KEY(json, "versions");
    cm_json_open(json, '{');
    for (int i = 0; i < CM_VERSION_COUNT; i++) {
        put_version(json, (enum cm_version_index)i, &inventory->versions[i]);
    }
    cm_json_close(json, '}');
    put_lists(json, inventory);
    CM_JSON_NUMBER(json, "min_dh_bits",
                   inventory->min_dh_bits == 0 ? CM_UNKNOWN
                                               : inventory->min_dh_bits);
    put_known(json, "secure_renegotiation", inventory->secure_renegotiation);
    put_known(json, "extended_master_secret",
              inventory->extended_master_secret);
    put_known(json, "compression", inventory->compression);
    put_known(json, "fallback_scsv", inventory->fallback_scsv);
    put_known(json, "stapling", inventory->stapling);
    put_known(json, "sni_needed", inventory->sni_needed);
    CM_JSON_NUMBER(json, "connections", inventory->connections);
    cm_json_close(json, '}');
}

static void put_grade(struct cm_json *json,
                      const struct cm_report_extras *extras)
{
    CM_JSON_KEY(json, "grade_details");
    if (extras->grade == NULL) {
        cm_json_text(json, NULL);
        return;
    }
    cm_json_open(json, '{');
    CM_JSON_TEXT(json, "without_trust", extras->grade_without_trust);
    CM_JSON_KEY(json, "at_best");
    cm_json_bool(json, extras->grade_at_best == 1);
    CM_JSON_NUMBER(json, "score", extras->grade_score);
    cm_json_put_list(json, "rules", &extras->grade_rules);
    cm_json_close(json, '}');
}

/* --- our certificate, and the request --- */

static void put_client(struct cm_json *json,
                       const struct cm_report_extras *extras)
{
    CM_JSON_KEY(json, "client_certificate");
    if (extras->client_fault == NULL) {
        cm_json_text(json, NULL);
    } else {
        cm_json_open(json, '{');
        CM_JSON_TEXT(json, "state", extras->client_fault);
        CM_JSON_TEXT(json, "detail", extras->client_detail);
        CM_JSON_TEXT(json, "fingerprint_sha256",
                     extras->client_fingerprint_sha256);
        CM_JSON_KEY(json, "sent");
        cm_json_bool(json, extras->client_cert_sent);
        CM_JSON_KEY(json, "asked_late");
        cm_json_bool(json, extras->cert_request_late);
        cm_json_close(json, '}');
    }
    CM_JSON_KEY(json, "http");
    if (extras->http_status == CM_UNKNOWN && extras->http_reply == NULL) {
        cm_json_text(json, NULL);
        return;
    }
    cm_json_open(json, '{');
    CM_JSON_NUMBER(json, "status", extras->http_status);
    CM_JSON_NUMBER(json, "substatus", extras->http_substatus);
    CM_JSON_TEXT(json, "reply", extras->http_reply);
    cm_json_close(json, '}');
}

/* --- answers --- */

static void put_code(struct cm_json *json, const char *key, int64_t code,
                     const char *(*text)(uint16_t code, char out[CM_CODE_SIZE]))
{
    char hex[CM_CODE_SIZE];

    cm_json_put_text(json, key,
                     code < 0 || code > UINT16_MAX ? NULL
                                                   : text((uint16_t)code, hex));
}

static void put_answer(struct cm_json *json,
                       const struct cm_report_answer *answer)
{
    bool alert = answer->alert >= 0 && answer->alert <= UINT8_MAX;
    bool version = answer->version >= 0 && answer->version <= UINT16_MAX;

    cm_json_open(json, '{');
    CM_JSON_TEXT(json, "question", answer->ask);
    CM_JSON_TEXT(json, "answer", answer->ended);
    CM_JSON_NUMBER(json, "hello_bytes", answer->hello_bytes);
    CM_JSON_NUMBER(json, "ms", answer->ms);
    CM_JSON_TEXT(json, "alert",
                 alert ? cm_alert_name((uint8_t)answer->alert) : NULL);
    CM_JSON_NUMBER(json, "alert_number", answer->alert);
    CM_JSON_TEXT(json, "tls_version",
                 version ? cm_tls_version_name((uint16_t)answer->version)
                         : NULL);
    put_code(json, "cipher", answer->cipher, cm_suite_text);
    put_code(json, "kex_group", answer->kex_group, cm_group_text);
    put_code(json, "signature", answer->signature, cm_scheme_text);
    CM_JSON_NUMBER(json, "dh_bits", answer->dh_bits);
    CM_JSON_KEY(json, "asks_for_cert");
    cm_json_bool(json, answer->asks_for_cert);
    CM_JSON_TEXT(json, "fingerprint_sha256", answer->fingerprint_sha256);
    cm_json_close(json, '}');
}

static enum cm_status put_answers(struct cm_json *json,
                                  struct cm_report_asked *asked,
                                  int64_t endpoint, struct cm_error *err)
{
    const struct cm_report_answer *answer = NULL;
    enum cm_status status =
        cm_report_asked_begin(asked, CM_LIST_ANSWERS, endpoint, err);

    cm_json_open(json, '[');
    while (status == CM_OK) {
        status = cm_report_asked_answer(asked, &answer, err);
        if (status != CM_OK || answer == NULL) {
            break;
        }
        put_answer(json, answer);
    }
    cm_json_close(json, ']');
    return status;
}

/* --- clients --- */

static void put_reason(struct cm_json *json, const char *outcome,
                       const struct cm_report_reason *reason)
{
    cm_json_open(json, '{');
    CM_JSON_TEXT(json, "outcome", outcome);
    CM_JSON_TEXT(json, "cause", reason == NULL ? NULL : reason->cause);
    CM_JSON_TEXT(json, "message", reason == NULL ? NULL : reason->message);
    CM_JSON_TEXT(json, "why", reason == NULL ? NULL : reason->why);
    cm_json_close(json, '}');
}

/* The reasons come in the order of the profiles; those that it works for have
 * none. */
static enum cm_status put_clients(struct cm_json *json,
                                  struct cm_report_asked *asked,
                                  const struct cm_report_measures *measures,
                                  const struct cm_report_row *row,
                                  struct cm_error *err)
{
    const char *letters = row->extras.clients;
    const struct cm_report_reason *reason = NULL;
    enum cm_status status =
        cm_report_asked_begin(asked, CM_LIST_REASONS, row->endpoint, err);

    if (status == CM_OK) {
        status = cm_report_asked_reason(asked, &reason, err);
    }
    cm_json_open(json, '{');
    for (size_t i = 0; i < measures->num_profiles && status == CM_OK; i++) {
        const char *name = measures->profiles[i].name;
        const char *outcome = cm_report_client_outcome(letters, i);
        bool has = reason != NULL && strcmp(reason->profile, name) == 0;

        cm_json_key(json, name);
        if (outcome == NULL) {
            cm_json_text(json, NULL);
        } else {
            put_reason(json, outcome, has ? reason : NULL);
        }
        if (has) {
            status = cm_report_asked_reason(asked, &reason, err);
        }
    }
    cm_json_close(json, '}');
    return status;
}

/* --- policies --- */

enum part { FAILED, WARNINGS, UNKNOWN, PARTS };

static enum part part_of(const struct cm_report_breach *breach)
{
    if (strcmp(breach->outcome, "fail") != 0) {
        return UNKNOWN;
    }
    return breach->warning ? WARNINGS : FAILED;
}

/* What is left of one policy's part; *breach stands on the first line beyond
 * it then. */
static enum cm_status put_part(struct cm_json *json,
                               struct cm_report_asked *asked,
                               const char *policy, enum part part,
                               const struct cm_report_breach **breach,
                               struct cm_error *err)
{
    static const char *const keys[PARTS] = {"failed", "warnings", "unknown"};
    enum cm_status status = CM_OK;

    cm_json_key(json, keys[part]);
    cm_json_open(json, '[');
    while (status == CM_OK && *breach != NULL &&
           strcmp((*breach)->policy, policy) == 0 && part_of(*breach) == part) {
        cm_json_open(json, '{');
        CM_JSON_TEXT(json, "rule", (*breach)->rule);
        CM_JSON_TEXT(json, "why", (*breach)->why);
        cm_json_close(json, '}');
        status = cm_report_asked_breach(asked, breach, err);
    }
    cm_json_close(json, ']');
    return status;
}

static enum cm_status put_policies(struct cm_json *json,
                                   struct cm_report_asked *asked,
                                   const struct cm_report_measures *measures,
                                   const struct cm_report_row *row,
                                   struct cm_error *err)
{
    const struct cm_report_breach *breach = NULL;
    enum cm_status status =
        cm_report_asked_begin(asked, CM_LIST_BREACHES, row->endpoint, err);

    if (status == CM_OK) {
        status = cm_report_asked_breach(asked, &breach, err);
    }
    cm_json_open(json, '{');
    for (size_t i = 0; i < measures->num_policies && status == CM_OK; i++) {
        const char *name = measures->policies[i].name;
        const char *outcome = cm_report_policy_outcome(row->extras.policies, i);

        cm_json_key(json, name);
        if (outcome == NULL) {
            cm_json_text(json, NULL);
            continue;
        }
        cm_json_open(json, '{');
        CM_JSON_TEXT(json, "outcome", outcome);
        for (int part = FAILED; part < PARTS && status == CM_OK; part++) {
            status = put_part(json, asked, name, (enum part)part, &breach, err);
        }
        cm_json_close(json, '}');
    }
    cm_json_close(json, '}');
    return status;
}

enum cm_status cm_asked_json(struct cm_json *json,
                             struct cm_report_asked *asked,
                             const struct cm_report_measures *measures,
                             const struct cm_report_row *row,
                             struct cm_error *err)
{
    enum cm_status status = CM_OK;

    put_client(json, &row->extras);
    put_grade(json, &row->extras);
    put_inventory(json, row->extras.inventory);
    CM_JSON_KEY(json, "asked");
    if (measures->answers) {
        status = put_answers(json, asked, row->endpoint, err);
    } else {
        cm_json_text(json, NULL);
    }
    CM_JSON_KEY(json, "clients");
    if (status == CM_OK && measures->num_profiles > 0) {
        status = put_clients(json, asked, measures, row, err);
    } else {
        cm_json_text(json, NULL);
    }
    CM_JSON_KEY(json, "policies");
    if (status == CM_OK && measures->num_policies > 0) {
        status = put_policies(json, asked, measures, row, err);
    } else {
        cm_json_text(json, NULL);
    }
    return status;
}
