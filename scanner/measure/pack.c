/* Reading policy files:
 *
 *     [policy]            id, title, version, source, confidence
 *     [RULE-ID]           kind, when, predicate, text, source, confidence,
 *                         cause or resolution
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "measure/pack.h"

#include <stdlib.h>
#include <string.h>

#include "measure/ini.h"
#include "measure/rule.h"
#include "pki/pki.h"

struct loading {
    struct cm_pack *pack;
    struct cm_rule *rule; /* under way; NULL: the policy itself */
    bool began;           /* its section was seen */
    bool has_resolution;
    const char *file;
};

/* Lower-case words with hyphens, as they are typed at a shell. */
static bool is_policy_name(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-");

    return len > 0 && text[len] == '\0' && len < CM_MEASURE_NAME_SIZE;
}

static bool is_rule_id(const char *text)
{
    size_t len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "abcdefghijklmnopqrstuvwxyz0123456789.-_");

    return len > 0 && text[len] == '\0' && len < CM_MEASURE_NAME_SIZE;
}

static bool is_confidence(const char *text)
{
    return strcmp(text, "high") == 0 || strcmp(text, "medium") == 0 ||
           strcmp(text, "low") == 0;
}

static enum cm_status keep(char **to, const struct cm_ini_item *item,
                           struct cm_error *err)
{
    if (*to != NULL) {
        return cm_ini_bad(item, err,
                          "[%s] has \"%s\" twice; indent the lines in which a "
                          "value goes on",
                          item->section, item->name);
    }
    if (item->value[0] == '\0') {
        return cm_ini_bad(item, err, "\"%s\" of [%s] is empty", item->name,
                          item->section);
    }
    *to = strdup(item->value);
    return *to == NULL ? cm_error_nomem(err, "a policy") : CM_OK;
}

static enum cm_status keep_confidence(char **to, const struct cm_ini_item *item,
                                      struct cm_error *err)
{
    if (!is_confidence(item->value)) {
        return cm_ini_bad(item, err,
                          "\"%.40s\" is no confidence: take high, medium or "
                          "low",
                          item->value);
    }
    return keep(to, item, err);
}

static enum cm_status policy_item(struct cm_pack *pack,
                                  const struct cm_ini_item *item,
                                  struct cm_error *err)
{
    if (strcmp(item->name, "id") == 0) {
        if (!is_policy_name(item->value)) {
            return cm_ini_bad(item, err,
                              "\"%.60s\" is no name for a policy: take lower-"
                              "case letters, digits, dots and hyphens, at "
                              "most %d",
                              item->value, CM_MEASURE_NAME_SIZE - 1);
        }
        return keep(&pack->name, item, err);
    }
    if (strcmp(item->name, "title") == 0) {
        return keep(&pack->title, item, err);
    }
    if (strcmp(item->name, "version") == 0) {
        return keep(&pack->version, item, err);
    }
    if (strcmp(item->name, "source") == 0) {
        return keep(&pack->source, item, err);
    }
    if (strcmp(item->name, "confidence") == 0) {
        return keep_confidence(&pack->confidence, item, err);
    }
    return cm_ini_bad(item, err,
                      "[policy] has no \"%s\": it has id, title, version, "
                      "source and confidence",
                      item->name);
}

static enum cm_status read_predicate(struct cm_predicate *to, char **text,
                                     const struct cm_ini_item *item,
                                     struct cm_error *err)
{
    struct cm_error why = {.status = CM_OK};
    enum cm_status status = keep(text, item, err);

    if (status != CM_OK) {
        return status;
    }
    status = cm_predicate_read(to, item->value, &why);
    if (status == CM_ENOMEM) {
        return cm_error_nomem(err, "a policy");
    }
    if (status != CM_OK) {
        return cm_ini_bad(item, err, "[%s] %s: %s", item->section, item->name,
                          why.text);
    }
    return CM_OK;
}

static enum cm_status read_kind(struct loading *l,
                                const struct cm_ini_item *item,
                                struct cm_error *err)
{
    for (int i = 0; i < CM_RULE_KIND_COUNT; i++) {
        if (strcmp(cm_rule_kind_id((enum cm_rule_kind)i), item->value) == 0) {
            l->rule->kind = (enum cm_rule_kind)i;
            return CM_OK;
        }
    }
    return cm_ini_bad(item, err,
                      "\"%.40s\" is no kind of rule: take require, forbid, "
                      "warn or info",
                      item->value);
}

/* By the id of a resolution, or of the cause that the rule is about. */
static enum cm_status read_resolution(struct loading *l,
                                      const struct cm_ini_item *item,
                                      struct cm_error *err)
{
    bool by_cause = strcmp(item->name, "cause") == 0;
    enum cm_cause cause;

    if (l->has_resolution) {
        return cm_ini_bad(item, err,
                          "[%s] names a cause or a resolution already",
                          item->section);
    }
    if (by_cause ? !cm_cause_from_id(item->value, &cause)
                 : !cm_resolution_from_id(item->value, &l->rule->resolution)) {
        return cm_ini_bad(item, err,
                          "\"%.60s\" is no %s; \"certmuster explain\" lists "
                          "them",
                          item->value, item->name);
    }
    if (by_cause) {
        l->rule->resolution = cm_cause_info(cause)->resolution;
    }
    l->has_resolution = true;
    return CM_OK;
}

static enum cm_status rule_item(struct loading *l,
                                const struct cm_ini_item *item,
                                struct cm_error *err)
{
    struct cm_rule *rule = l->rule;

    if (strcmp(item->name, "kind") == 0) {
        return read_kind(l, item, err);
    }
    if (strcmp(item->name, "when") == 0) {
        return read_predicate(&rule->applies, &rule->when, item, err);
    }
    if (strcmp(item->name, "predicate") == 0) {
        return read_predicate(&rule->holds, &rule->predicate, item, err);
    }
    if (strcmp(item->name, "text") == 0) {
        return keep(&rule->text, item, err);
    }
    if (strcmp(item->name, "source") == 0) {
        return keep(&rule->source, item, err);
    }
    if (strcmp(item->name, "confidence") == 0) {
        return keep_confidence(&rule->confidence, item, err);
    }
    if (strcmp(item->name, "cause") == 0 ||
        strcmp(item->name, "resolution") == 0) {
        return read_resolution(l, item, err);
    }
    return cm_ini_bad(item, err,
                      "a rule has no \"%s\": it has kind, when, predicate, "
                      "text, source, confidence, and cause or resolution",
                      item->name);
}

/* Where a rule names neither cause nor resolution, its first fact decides. */
static enum cm_resolution implied_resolution(const struct cm_rule *rule)
{
    enum cm_fact fact = rule->holds.num_nodes > 0 ? rule->holds.nodes[0].fact
                                                  : CM_FACT_VERSIONS;

    if (fact >= CM_FACT_LEAF_KEY && fact < CM_FACT_CHAIN) {
        return CM_RESOLUTION_REISSUE_CERTIFICATE;
    }
    if (fact == CM_FACT_VERSIONS || fact == CM_FACT_SUITES13) {
        return CM_RESOLUTION_ENABLE_MODERN_TLS;
    }
    if (fact >= CM_FACT_VERDICT) {
        return CM_RESOLUTION_FIX_INVENTORY;
    }
    return CM_RESOLUTION_ALIGN_CIPHERS;
}

static enum cm_status complete(char **text, const char *otherwise,
                               struct cm_error *err)
{
    if (*text == NULL) {
        *text = strdup(otherwise);
    }
    return *text == NULL ? cm_error_nomem(err, "a policy") : CM_OK;
}

/* What a rule does not say is as the policy says. */
static enum cm_status end_rule(struct loading *l, struct cm_error *err)
{
    struct cm_rule *rule = l->rule;
    const struct cm_ini_item at = {.file = l->file,
                                   .line = rule != NULL ? rule->line : 0};
    enum cm_status status = CM_OK;
    bool is_info;

    if (rule == NULL) {
        return CM_OK;
    }
    is_info = rule->kind == CM_RULE_INFO;
    if (rule->kind == CM_RULE_KIND_COUNT || rule->text == NULL) {
        return cm_ini_bad(&at, err, "[%s] has no \"%s\"", rule->id,
                          rule->text == NULL ? "text" : "kind");
    }
    if ((rule->predicate == NULL) != is_info) {
        return cm_ini_bad(&at, err,
                          is_info ? "[%s] is of the kind info, which has no "
                                    "predicate"
                                  : "[%s] has no \"predicate\"",
                          rule->id);
    }
    if (!l->has_resolution) {
        rule->resolution = implied_resolution(rule);
    }
    status = complete(&rule->when, "", err);
    status = status == CM_OK ? complete(&rule->predicate, "", err) : status;
    status = status == CM_OK ? complete(&rule->source, l->pack->source, err)
                             : status;
    return status == CM_OK
               ? complete(&rule->confidence, l->pack->confidence, err)
               : status;
}

static enum cm_status begin_rule(struct loading *l,
                                 const struct cm_ini_item *item,
                                 struct cm_error *err)
{
    struct cm_pack *pack = l->pack;

    if (!is_rule_id(item->section)) {
        return cm_ini_bad(item, err,
                          "\"%s\" is no name for a rule: take letters, digits, "
                          "dots, hyphens and underscores",
                          item->section);
    }
    for (size_t i = 0; i < pack->num_rules; i++) {
        if (strcmp(pack->rules[i].id, item->section) == 0) {
            return cm_ini_bad(item, err, "[%s] stands there twice",
                              item->section);
        }
    }
    if (pack->num_rules == CM_PACK_MAX_RULES) {
        return cm_ini_bad(item, err, "a policy has at most %d rules",
                          CM_PACK_MAX_RULES);
    }
    l->rule = &pack->rules[pack->num_rules++];
    l->rule->kind = CM_RULE_KIND_COUNT;
    l->rule->line = item->line;
    l->has_resolution = false;
    l->rule->id = strdup(item->section);
    return l->rule->id == NULL ? cm_error_nomem(err, "a policy") : CM_OK;
}

static enum cm_status check_policy(struct loading *l,
                                   const struct cm_ini_item *item,
                                   struct cm_error *err)
{
    const struct cm_pack *pack = l->pack;
    const char *missing = pack->name == NULL      ? "id"
                          : pack->title == NULL   ? "title"
                          : pack->version == NULL ? "version"
                          : pack->source == NULL  ? "source"
                                                  : NULL;

    if (missing != NULL) {
        return cm_ini_bad(
            item, err, "[policy] comes first and has no \"%s\" yet", missing);
    }
    return complete(&l->pack->confidence, "medium", err);
}

static enum cm_status take(void *arg, const struct cm_ini_item *item,
                           struct cm_error *err)
{
    struct loading *l = arg;
    enum cm_status status = CM_OK;

    if (strcmp(item->section, "policy") == 0) {
        if (l->rule != NULL) {
            return cm_ini_bad(item, err, "[policy] comes first, and once");
        }
        l->began = true;
        return policy_item(l->pack, item, err);
    }
    if (l->rule == NULL || strcmp(l->rule->id, item->section) != 0) {
        status =
            l->rule == NULL ? check_policy(l, item, err) : end_rule(l, err);
        status = status == CM_OK ? begin_rule(l, item, err) : status;
    }
    return status == CM_OK ? rule_item(l, item, err) : status;
}

static enum cm_status finish(struct loading *l, struct cm_span text,
                             struct cm_error *err)
{
    uint8_t digest[CM_SHA256_LEN];
    struct cm_buf hex;
    enum cm_status status = end_rule(l, err);

    if (status != CM_OK) {
        return status;
    }
    if (l->pack->num_rules == 0) {
        return cm_error_set(err, CM_EINPUT,
                            l->began ? "%s: the policy has no rules"
                                     : "%s is no policy: it has no [policy]",
                            l->file);
    }
    cm_sha256(text.data, text.len, digest);
    cm_buf_init(&hex, 2 * sizeof(digest));
    (void)cm_buf_hex(&hex, digest, sizeof(digest));
    if (hex.failed) {
        cm_buf_cleanup(&hex);
        return cm_error_nomem(err, "a policy");
    }
    memcpy(l->pack->sha256, hex.data, 2 * sizeof(digest));
    cm_buf_cleanup(&hex);
    return cm_pack_describe(l->pack, err);
}

enum cm_status cm_pack_load(struct cm_pack **out, struct cm_span text,
                            const char *file, struct cm_error *err)
{
    struct loading l = {.file = file};
    enum cm_status status;

    *out = NULL;
    l.pack = calloc(1, sizeof(*l.pack));
    if (l.pack == NULL) {
        return cm_error_nomem(err, "a policy");
    }
    status =
        cm_ini_read(file, (const char *)text.data, text.len, take, &l, err);
    if (status == CM_OK) {
        status = finish(&l, text, err);
    }
    if (status != CM_OK) {
        cm_pack_free(l.pack);
        return status;
    }
    *out = l.pack;
    return CM_OK;
}

static void free_rule(struct cm_rule *rule)
{
    free(rule->id);
    free(rule->when);
    free(rule->predicate);
    free(rule->source);
    free(rule->confidence);
    free(rule->text);
    cm_predicate_cleanup(&rule->applies);
    cm_predicate_cleanup(&rule->holds);
}

void cm_pack_free(struct cm_pack *pack)
{
    if (pack == NULL) {
        return;
    }
    for (size_t i = 0; i < pack->num_rules; i++) {
        free_rule(&pack->rules[i]);
    }
    free(pack->name);
    free(pack->title);
    free(pack->version);
    free(pack->source);
    free(pack->confidence);
    free(pack->rules_json);
    free(pack);
}
