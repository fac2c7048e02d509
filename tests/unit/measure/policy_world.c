/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "certmuster/text.h"
#include "measure/builtin.h"
#include "measure/rule.h"

#define MAX_LIST 4096
#define MAX_POLICY 4096

static const char *const default_suites =
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 "
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
static const char *const default_suites13 =
    "TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384";

/* By name, through a policy's own eyes. */
static uint16_t number_of(const char *word, enum cm_fact fact)
{
    struct cm_item item = {.text = word};
    struct cm_error err;

    if (cm_item_read(&item, fact, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    return item.number;
}

static size_t read_list(const char *list, enum cm_fact fact, uint16_t *out,
                        size_t max)
{
    char text[MAX_LIST];
    char *save = NULL;
    size_t num = 0;

    assert_true(strlen(list) < sizeof(text));
    (void)snprintf(text, sizeof(text), "%s", list);
    for (char *word = strtok_r(text, " ", &save); word != NULL;
         word = strtok_r(NULL, " ", &save)) {
        assert_true(num < max);
        out[num++] = number_of(word, fact);
    }
    return num;
}

static const char *or_else(const char *given, const char *otherwise)
{
    return given != NULL ? given : otherwise;
}

static enum cm_known known(bool yes)
{
    return yes ? CM_YES : CM_NO;
}

static void serve(struct cm_version_inventory *of, const char *suites)
{
    uint16_t numbers[64];
    size_t num = read_list(suites, CM_FACT_SUITES, numbers, 64);

    of->suites = calloc(num + 1, sizeof(*of->suites));
    assert_non_null(of->suites);
    memcpy(of->suites, numbers, num * sizeof(*numbers));
    of->num_suites = num;
    of->complete = true;
}

static void take_inventory(struct world *w, const struct world_spec *spec)
{
    struct cm_inventory *inventory = cm_inventory_new();
    uint16_t versions[CM_VERSION_COUNT];
    size_t num = read_list(or_else(spec->versions, "TLSv1.2 TLSv1.3"),
                           CM_FACT_VERSIONS, versions, CM_VERSION_COUNT);

    assert_non_null(inventory);
    w->ev->inventory = inventory;
    for (int i = 0; i < CM_VERSION_COUNT; i++) {
        inventory->versions[i].served = CM_NO;
    }
    for (size_t i = 0; i < num; i++) {
        int at = cm_version_index(versions[i]);
        struct cm_version_inventory *of;

        assert_true(at >= 0);
        of = &inventory->versions[at];
        of->served = CM_YES;
        of->server_order = known(spec->server_order);
        serve(of, at == CM_VERSION_TLS1_3
                      ? or_else(spec->suites13, default_suites13)
                      : or_else(spec->suites, default_suites));
    }
    inventory->num_groups = (uint8_t)read_list(
        or_else(spec->groups, "X25519MLKEM768 secp256r1 secp384r1"),
        CM_FACT_GROUPS, inventory->groups, CM_MAX_GROUPS);
    inventory->groups_complete = true;
    inventory->num_schemes =
        (uint8_t)read_list(or_else(spec->schemes, "ecdsa_secp256r1_sha256"),
                           CM_FACT_SCHEMES, inventory->schemes, CM_MAX_SCHEMES);
    inventory->schemes_complete = true;
    inventory->min_dh_bits = (uint16_t)spec->dh;
    inventory->secure_renegotiation = known(!spec->no_renegotiation);
    inventory->extended_master_secret = known(!spec->no_ems);
    inventory->stapling = known(!spec->no_staple);
    inventory->compression = known(spec->compression);
    inventory->fallback_scsv = CM_YES;
}

static int64_t day(const char *text)
{
    int64_t unix_s = 0;

    assert_true(cm_time_parse(text, &unix_s));
    return unix_s;
}

static struct cm_cert *issue(const struct world_spec *spec)
{
    struct forge_spec leaf = spec->leaf;

    leaf.subject = or_else(leaf.subject, "www.a.example");
    leaf.names = or_else(leaf.names, "www.a.example");
    leaf.names = leaf.names[0] == '\0' ? NULL : leaf.names;
    leaf.issuer = or_else(leaf.issuer, "Test CA");
    leaf.issuer_key = forge_key(spec->signer, 99);
    leaf.key = forge_key(spec->key, 5);
    leaf.not_before = day(or_else(spec->since, "2026-06-01"));
    leaf.not_after = leaf.not_before +
                     (int64_t)(spec->days != 0 ? spec->days : 90) * FORGE_DAY -
                     1;
    leaf.eku = or_else(leaf.eku, "server");
    leaf.public_policy = leaf.public_policy || spec->is_public;
    leaf.scts = leaf.scts || spec->is_public;
    leaf.serial_hex = or_else(leaf.serial_hex, "0102030405060708090a");
    return forge_cert(&leaf);
}

static void shake_hands(struct world *w, const struct world_spec *spec)
{
    struct cm_probe *probe = cm_evidence_add_probe(w->ev);

    assert_non_null(probe);
    probe->reached = CM_PHASE_RECORDED;
    probe->end = CM_END_COMPLETE;
    probe->server_hello = true;
    probe->certificate_message = true;
    probe->sct_bytes = spec->sct_bytes;
    probe->chain = calloc(1, sizeof(struct cm_cert *));
    assert_non_null(probe->chain);
    probe->chain[0] = issue(spec);
    probe->num_chain = 1;
    probe->num_chain_sent = 1;
    if (spec->not_inventoried) {
        uint16_t first[CM_VERSION_COUNT] = {0};

        assert_true(read_list(or_else(spec->versions, "TLSv1.3"),
                              CM_FACT_VERSIONS, first, CM_VERSION_COUNT) > 0);
        probe->version = first[0];
        probe->cipher = first[0] == 0x0304 ? 0x1301 : 0xC02B;
        probe->group = 29;
    }
}

static void judge(struct world *w, const struct world_spec *spec)
{
    char text[MAX_LIST];
    char *save = NULL;

    w->judgement.primary = -1;
    w->judgement.verdict = CM_VERDICT_TRUSTED;
    w->judgement.path_valid = true;
    w->judgement.revocation.result =
        spec->revoked ? CM_REVOCATION_REVOKED : CM_REVOCATION_GOOD;
    (void)snprintf(text, sizeof(text), "%s", or_else(spec->causes, ""));
    w->judgement.findings = calloc(16, sizeof(*w->judgement.findings));
    assert_non_null(w->judgement.findings);
    for (char *word = strtok_r(text, " ", &save); word != NULL;
         word = strtok_r(NULL, " ", &save)) {
        struct cm_finding *f =
            &w->judgement.findings[w->judgement.num_findings++];

        if (!cm_cause_from_id(word, &f->cause)) {
            fail_msg("no cause is called %s", word);
        }
        f->severity = cm_cause_info(f->cause)->severity;
        f->blocks = cm_cause_info(f->cause)->verdict != CM_VERDICT_NONE;
        f->position = -1;
        if (f->blocks) {
            w->judgement.verdict = cm_cause_info(f->cause)->verdict;
            w->judgement.primary = 0;
        }
    }
}

static void begin(struct world *w, const char *host)
{
    memset(w, 0, sizeof(*w));
    w->ev = cm_evidence_new();
    assert_non_null(w->ev);
    (void)snprintf(w->ep.host, sizeof(w->ep.host), "%s", host);
    w->ep.is_ip = cm_address_parse(host, &w->ep.literal);
    w->ep.port = 443;
    (void)snprintf(w->ep.protocol, sizeof(w->ep.protocol), "tls");
    w->judgement.primary = -1;
    w->what = (struct cm_comply_case){
        .ep = &w->ep,
        .ev = w->ev,
        .judgement = &w->judgement,
        .at_unix = FORGE_NOW,
    };
}

void world_open(struct world *w, const struct world_spec *spec)
{
    begin(w, or_else(spec->host, "www.a.example"));
    shake_hands(w, spec);
    if (!spec->not_inventoried) {
        take_inventory(w, spec);
    }
    judge(w, spec);
    if (spec->owner != NULL) {
        w->column = strdup("Owner");
        w->field = strdup(spec->owner);
        w->what.columns = &w->column;
        w->what.fields = &w->field;
        w->what.num_columns = 1;
    }
}

void world_open_empty(struct world *w)
{
    begin(w, "www.a.example");
    w->judgement.verdict = CM_VERDICT_NOT_CHECKED;
}

void world_close(struct world *w)
{
    cm_evidence_free(w->ev);
    cm_judgement_cleanup(&w->judgement);
    free(w->column);
    free(w->field);
}

static struct cm_pack *load(const char *text, const char *file)
{
    struct cm_error err = {.status = CM_OK};
    struct cm_pack *pack = NULL;
    struct cm_span bytes = {(const uint8_t *)text, strlen(text)};

    if (cm_pack_load(&pack, bytes, file, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    return pack;
}

struct cm_pack *world_policy(const char *name)
{
    char id[CM_MEASURE_NAME_SIZE + 8];

    (void)snprintf(id, sizeof(id), "\nid = %s\n", name);
    for (const struct cm_builtin *b = cm_builtin_policies(); b->name != NULL;
         b++) {
        if (strstr(b->text, id) != NULL) {
            return load(b->text, b->name);
        }
    }
    fail_msg("no policy is called %s", name);
    return NULL;
}

struct cm_pack *world_rule(const char *kind, const char *when,
                           const char *predicate)
{
    char text[MAX_POLICY];

    (void)snprintf(text, sizeof(text),
                   "[policy]\nid = mine\ntitle = Mine\nversion = 1\nsource = "
                   "me\n[R-1]\nkind = %s\n%s%s\npredicate = %s\ntext = As it "
                   "should be.\n",
                   kind, when[0] != '\0' ? "when = " : "", when, predicate);
    return load(text, "mine.ini");
}

enum cm_outcome world_outcome(const struct world *w, const struct cm_pack *pack,
                              const char *rule, char why[2048])
{
    struct cm_pack_result *result = calloc(1, sizeof(*result));
    struct cm_measured measured = {.packs = result, .num_packs = 1};
    enum cm_outcome outcome = CM_OUTCOME_PASS;

    assert_non_null(result);
    assert_int_equal(cm_comply(result, pack, &w->what), CM_OK);
    if (why != NULL) {
        why[0] = '\0';
    }
    for (size_t i = 0; i < result->num_rules; i++) {
        assert_true(result->rules[i].why[0] != '\0');
        if (strcmp(result->rules[i].rule, rule) == 0) {
            outcome = result->rules[i].outcome;
            if (why != NULL) {
                (void)snprintf(why, 2048, "%s", result->rules[i].why);
            }
        }
    }
    cm_measured_cleanup(&measured);
    return outcome;
}
