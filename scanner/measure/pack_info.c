/* What a policy says of itself: to people, and to the store.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"
#include "measure/rule.h"

#define MAX_JSON 1048576U
#define MAX_SOURCE 1024U

static const char *const kinds[CM_RULE_KIND_COUNT] = {
    [CM_RULE_REQUIRE] = "require",
    [CM_RULE_FORBID] = "forbid",
    [CM_RULE_WARN] = "warn",
    [CM_RULE_INFO] = "info",
};

const char *cm_rule_kind_id(enum cm_rule_kind kind)
{
    return kinds[kind];
}

static void add_json(struct cm_buf *out, const char *name, const char *text,
                     const char *then)
{
    (void)cm_buf_printf(out, "\"%s\":", name);
    cm_text_json(out, text, strlen(text));
    (void)cm_buf_puts(out, then);
}

static enum cm_status write_json(struct cm_pack *pack, struct cm_error *err)
{
    struct cm_buf out;

    cm_buf_init(&out, MAX_JSON);
    (void)cm_buf_putc(&out, '[');
    for (size_t i = 0; i < pack->num_rules; i++) {
        const struct cm_rule *rule = &pack->rules[i];

        (void)cm_buf_puts(&out, i > 0 ? ",{" : "{");
        add_json(&out, "id", rule->id, ",");
        add_json(&out, "kind", cm_rule_kind_id(rule->kind), ",");
        add_json(&out, "text", rule->text, ",");
        add_json(&out, "source", rule->source, ",");
        add_json(&out, "confidence", rule->confidence, ",\"warning\":");
        (void)cm_buf_puts(&out,
                          rule->kind == CM_RULE_WARN ? "true}" : "false}");
    }
    (void)cm_buf_putc(&out, ']');
    pack->rules_json = cm_buf_take(&out);
    cm_buf_cleanup(&out);
    return pack->rules_json == NULL ? cm_error_nomem(err, "a policy") : CM_OK;
}

/* The source says which version it is of. */
static enum cm_status join_source(struct cm_pack *pack, struct cm_error *err)
{
    struct cm_buf out;
    char *joined;

    cm_buf_init(&out, MAX_SOURCE);
    (void)cm_buf_printf(&out, "%.700s, %.200s", pack->source, pack->version);
    joined = cm_buf_take(&out);
    cm_buf_cleanup(&out);
    if (joined == NULL) {
        return cm_error_nomem(err, "a policy");
    }
    free(pack->source);
    pack->source = joined;
    return CM_OK;
}

enum cm_status cm_pack_describe(struct cm_pack *pack, struct cm_error *err)
{
    enum cm_status status = write_json(pack, err);

    return status == CM_OK ? join_source(pack, err) : status;
}

const char *cm_pack_name(const struct cm_pack *pack)
{
    return pack->name;
}

const char *cm_pack_title(const struct cm_pack *pack)
{
    return pack->title;
}

void cm_pack_facts(const struct cm_pack *pack, struct cm_measure_facts *out)
{
    *out = (struct cm_measure_facts){
        .kind = "policy",
        .name = pack->name,
        .title = pack->title,
        .source = pack->source,
        .confidence = pack->confidence,
        .family = "",
        .sha256 = pack->sha256,
        .rules = pack->rules_json,
    };
}

size_t cm_pack_num_rules(const struct cm_pack *pack)
{
    return pack->num_rules;
}

void cm_pack_rule(const struct cm_pack *pack, size_t index,
                  struct cm_pack_rule_info *out)
{
    const struct cm_rule *rule = &pack->rules[index];

    *out = (struct cm_pack_rule_info){
        .id = rule->id,
        .kind = cm_rule_kind_id(rule->kind),
        .when = rule->when,
        .predicate = rule->predicate,
        .source = rule->source,
        .confidence = rule->confidence,
        .text = rule->text,
        .resolution = rule->resolution,
    };
}
