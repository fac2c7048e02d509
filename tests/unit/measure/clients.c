/* SPDX-License-Identifier: Apache-2.0 */
#include "clients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/builtin.h"
#include "measure/simulate.h"

void clients_open(struct clients *c, const char *host)
{
    struct cm_error err;

    memset(c, 0, sizeof(*c));
    scene_open(&c->scene, host);
    c->profiles = cm_profileset_new();
    assert_non_null(c->profiles);
    for (const struct cm_builtin *b = cm_builtin_profiles(); b->name != NULL;
         b++) {
        assert_int_equal(cm_profileset_read(c->profiles, b->name, b->text,
                                            strlen(b->text), &err),
                         CM_OK);
    }
}

void clients_close(struct clients *c)
{
    cm_measured_cleanup(&c->measured);
    cm_profileset_free(c->profiles);
    scene_close(&c->scene);
}

/* Calls for each hex number of a text. */
static size_t numbers(const char *text, uint16_t *out, size_t max)
{
    size_t num = 0;
    char *end = NULL;

    for (const char *at = text; *at != '\0'; at = end) {
        unsigned long value = strtoul(at, &end, 16);

        if (end == at) {
            break;
        }
        assert_true(num < max);
        out[num++] = (uint16_t)value;
    }
    return num;
}

void clients_inventory(struct clients *c, const char *versions,
                       const char *suites, const char *groups)
{
    static const char *const names[CM_VERSION_COUNT] = {"2.0", "3.0", "1.0",
                                                        "1.1", "1.2", "1.3"};
    struct cm_inventory *inv = cm_inventory_new();
    uint16_t all[CM_MAX_SUITES];
    size_t num = numbers(suites, all, CM_MAX_SUITES);

    assert_non_null(inv);
    for (size_t v = 0; v < CM_VERSION_COUNT; v++) {
        struct cm_version_inventory *of = &inv->versions[v];

        of->served = strstr(versions, names[v]) != NULL ? CM_YES : CM_NO;
        of->complete = true;
        of->server_order = CM_YES;
        of->suites = calloc(num + 1, sizeof(*of->suites));
        assert_non_null(of->suites);
        for (size_t i = 0; of->served == CM_YES && i < num; i++) {
            if ((all[i] >> 8 == 0x13) == (v == CM_VERSION_TLS1_3)) {
                of->suites[of->num_suites++] = all[i];
            }
        }
    }
    inv->num_groups = (uint8_t)numbers(groups, inv->groups, CM_MAX_GROUPS);
    inv->groups_complete = true;
    inv->secure_renegotiation = CM_YES;
    inv->sni_needed = CM_NO;
    c->scene.ev->inventory = inv;
}

struct cm_probe *clients_serve(struct clients *c, const char *certs,
                               uint16_t version, uint16_t cipher,
                               uint16_t group)
{
    struct cm_probe *probe = scene_serve(&c->scene, certs);

    probe->version = version;
    probe->cipher = cipher;
    probe->group = group;
    probe->signature = 0;
    return probe;
}

struct cm_answer *clients_answer(struct clients *c, enum cm_ask ask,
                                 enum cm_answer_end end)
{
    struct cm_answer *answer = cm_evidence_add_answer(c->scene.ev);

    assert_non_null(answer);
    answer->ask = ask;
    answer->end = end;
    return answer;
}

const struct cm_profile_result *clients_try(struct clients *c, const char *name)
{
    const struct cm_profile *profile = cm_profileset_find(c->profiles, name);
    struct scene *s = &c->scene;
    const struct cm_client_case what = {
        .ep = &s->ep,
        .ev = s->ev,
        .judgement = &s->got,
        .views = &s->trust,
        .num_views = 1,
        .policy = &s->policy,
        .at_unix = s->at_unix,
    };

    if (profile == NULL) {
        fail_msg("no profile %s", name);
    }
    scene_judge(s);
    cm_measured_cleanup(&c->measured);
    assert_int_equal(cm_simulate(&c->measured, &profile, 1, &what), CM_OK);
    assert_int_equal(c->measured.num_profiles, 1);
    assert_non_null(c->measured.profiles[0].why);
    return &c->measured.profiles[0];
}

static void expect(struct clients *c, const char *profiles,
                   enum cm_outcome outcome, int cause, const char *why)
{
    char name[64];

    for (const char *at = profiles; *at != '\0'; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        const struct cm_profile_result *got;

        (void)snprintf(name, sizeof(name), "%.*s", (int)len, at);
        at += len;
        got = clients_try(c, name);
        if (got->outcome != outcome || got->cause != cause ||
            strstr(got->why, why) == NULL) {
            fail_msg("%s %s: %s: %s", name, cm_outcome_client_id(got->outcome),
                     got->cause < 0
                         ? "-"
                         : cm_cause_info((enum cm_cause)got->cause)->id,
                     got->why);
        }
        assert_int_equal(got->why[0] == '\0', outcome == CM_OUTCOME_PASS);
    }
}

void clients_expect_works(struct clients *c, const char *profiles)
{
    expect(c, profiles, CM_OUTCOME_PASS, -1, "");
}

void clients_expect_fails(struct clients *c, const char *profiles,
                          enum cm_cause cause)
{
    expect(c, profiles, CM_OUTCOME_FAIL, (int)cause, "");
}

void clients_expect_unknown(struct clients *c, const char *profiles,
                            const char *why)
{
    expect(c, profiles, CM_OUTCOME_UNKNOWN, -1, why);
}

void clients_expect_says(struct clients *c, const char *profile,
                         const char *message)
{
    const struct cm_profile_result *got = clients_try(c, profile);

    assert_non_null(got->message);
    assert_string_equal(got->message, message);
}
