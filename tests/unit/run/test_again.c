/* What is settled when all endpoints were seen: by the fleet, by earlier runs,
 * by what is fetched; and the same again from the store alone.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/run/again_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct cm_fetch_config fetch_all = {
    .issuers = true,
    .revocation = CM_REVOCATION_CRL,
    .timeout_ms = 60000,
};

#define FACTS                                                                  \
    "SELECT verdict || ' ' || coalesce(primary_cause, '-') || ' '"             \
    " || path_valid || ' ' || revocation || ' ' || (SELECT"                    \
    " group_concat(f.confidence) FROM v_finding AS f WHERE f.run = e.run"      \
    " AND f.endpoint = e.endpoint AND f.cause = e.primary_cause)"              \
    " FROM v_endpoint AS e WHERE row = 1 AND run = "

static int open_scene(void **state)
{
    struct again_scene *s = calloc(1, sizeof(*s));

    assert_non_null(s);
    again_open(s);
    *state = s;
    return 0;
}

static int close_scene(void **state)
{
    again_close(*state);
    free(*state);
    return 0;
}

/* One server that sends its own certificate only. */
static void scan_alone(struct again_scene *s)
{
    again_begin(s);
    again_add(s, "host1.example", &s->leaf, 1);
    again_drain(s);
}

static void nothing_known_settles_nothing(void **state)
{
    struct again_scene *s = *state;

    again_load(s);
    scan_alone(s);
    assert_int_equal(again_second(s, NULL, NULL), CM_OK);
    assert_asked(s,
                 "SELECT primary_cause <> 'chain_incomplete' OR 'probable' ="
                 " (SELECT confidence FROM v_finding WHERE ord = 0)"
                 " FROM v_endpoint",
                 "1");
    assert_asked(s, "SELECT path_valid FROM v_endpoint", "0");
    assert_asked(s, "SELECT count(*) FROM v_download", "0");
    assert_int_equal(http_server_requests(s->server, NULL), 0);
}

static void the_fleet_completes_a_chain(void **state)
{
    struct again_scene *s = *state;
    struct cm_certset *seen = cm_certset_new(10);

    assert_true(cm_certset_add(seen, s->sub));
    again_load(s);
    scan_alone(s);
    assert_int_equal(again_second(s, seen, NULL), CM_OK);
    again_finish(s);
    assert_asked(s, FACTS "1",
                 "untrusted chain_incomplete 1 not_checked certain");
    cm_certset_free(seen);
}

static void an_earlier_run_completes_a_chain(void **state)
{
    struct again_scene *s = *state;
    struct cm_cert *whole[] = {s->leaf, s->sub};

    again_load(s);
    again_begin(s);
    again_add(s, "host1.example", whole, 2);
    again_drain(s);
    again_finish(s);
    assert_asked(s, "SELECT verdict FROM v_endpoint", "trusted");
    scan_alone(s);
    assert_int_equal(again_second(s, NULL, NULL), CM_OK);
    again_finish(s);
    assert_asked(s, FACTS "2",
                 "untrusted chain_incomplete 1 not_checked certain");
}

static void what_is_fetched_completes_a_chain(void **state)
{
    struct again_scene *s = *state;

    again_load(s);
    scan_alone(s);
    assert_int_equal(again_second(s, NULL, &fetch_all), CM_OK);
    again_finish(s);
    assert_asked(s, FACTS "1",
                 "untrusted chain_incomplete 1 not_checked certain");
    assert_asked(s,
                 "SELECT group_concat(kind || ' ' || result || ' '"
                 " || (d.content_sha256 = c.fingerprint_sha256))"
                 " FROM v_download AS d, v_certificate AS c"
                 " WHERE c.subject_cn = 'Sub'",
                 "issuer ok 1");
    assert_int_equal(http_server_requests(s->server, NULL), 1);
}

/* Trusted endpoints are asked about too, when that was asked for; and a chain
 * that was completed in one round wants a list in the next. */
static void what_is_fetched_revokes(void **state)
{
    struct again_scene *s = *state;
    struct cm_cert *whole[] = {s->leaf, s->sub};

    s->policy.revocation = CM_REVOCATION_CRL;
    again_load(s);
    again_begin(s);
    again_add(s, "host1.example", whole, 2);
    again_add(s, "host1.example", &s->leaf, 1);
    again_drain(s);
    assert_asked(s, "SELECT verdict FROM v_endpoint WHERE row = 1", "trusted");
    assert_int_equal(again_second(s, NULL, &fetch_all), CM_OK);
    again_finish(s);
    assert_asked(s, FACTS "1", "untrusted revoked 1 revoked certain");
    assert_asked(s, "SELECT group_concat(causes) FROM v_endpoint WHERE row = 2",
                 "[\"revoked\",\"chain_incomplete\"]");
    assert_int_equal(http_server_requests(s->server, "/sub.crl"), 1);
    assert_int_equal(http_server_requests(s->server, "/sub.der"), 1);
}

static void without_leave_nothing_is_fetched(void **state)
{
    struct again_scene *s = *state;
    const struct cm_fetch_config only_lists = {.revocation = CM_REVOCATION_CRL,
                                               .timeout_ms = 60000};

    again_load(s);
    scan_alone(s);
    assert_int_equal(again_second(s, NULL, &only_lists), CM_OK);
    assert_int_equal(http_server_requests(s->server, NULL), 0);
}

/* Only those that more certificates, or a download, could change. */
static void what_is_settled_is_left_alone(void **state)
{
    struct again_scene *s = *state;
    struct cm_cert *whole[] = {s->leaf, s->sub};

    again_load(s);
    again_begin(s);
    for (int i = 0; i < 5; i++) {
        again_add(s, "host1.example", whole, 2);
    }
    again_add(s, "host1.example", &s->leaf, 1);
    again_drain(s);
    assert_int_equal(again_second(s, NULL, NULL), CM_OK);
    assert_int_equal(atomic_load(&s->counters.again), 1);
}

static void an_interrupt_stops_the_second_pass(void **state)
{
    struct again_scene *s = *state;

    again_load(s);
    scan_alone(s);
    atomic_store(&s->stop, true);
    assert_int_equal(again_second(s, NULL, &fetch_all), CM_OK);
    assert_int_equal(atomic_load(&s->counters.again), 0);
    assert_int_equal(http_server_requests(s->server, NULL), 0);
}

/* --- rejudge --- */

static enum cm_status rejudge(struct again_scene *s, const char *trust,
                              int64_t at_unix, struct cm_run_outcome *outcome,
                              struct cm_error *err)
{
    struct cm_view_spec spec = {.path = NULL};
    const struct cm_rejudge_config config = {
        .options_json = "{}",
        .version = "9",
        .at_unix = at_unix,
        .trust = {.views = &spec, .num_views = 1},
        .policy = s->policy,
    };
    struct cm_rejudge *rejudge = NULL;
    enum cm_status status;

    cm_store_close(s->store);
    s->store = NULL;
    assert_int_equal(cm_view_spec_parse(&spec, trust, NULL), CM_OK);
    status = cm_rejudge_open(&rejudge, s->db, 0, err);
    if (status == CM_OK) {
        status = cm_rejudge_run(rejudge, &config, outcome, err);
    }
    cm_rejudge_close(rejudge);
    cm_view_spec_cleanup(&spec);
    return status;
}

static const char *root_view(struct again_scene *s, char out[256])
{
    (void)snprintf(out, 256, "test=%s", folder_path(s->folder, "root.pem"));
    return out;
}

/* Nobody serves any more: what was downloaded is in the store. */
static void rejudge_uses_what_was_downloaded(void **state)
{
    struct again_scene *s = *state;
    struct cm_run_outcome outcome = {.run_id = 0};
    struct cm_error err = {0};
    char trust[256] = "";

    s->policy.revocation = CM_REVOCATION_CRL;
    again_load(s);
    scan_alone(s);
    assert_int_equal(again_second(s, NULL, &fetch_all), CM_OK);
    again_finish(s);
    again_server_stop(s);
    assert_asked(s, FACTS "1", "untrusted revoked 1 revoked certain");
    assert_asked(s, "SELECT count(*) FROM v_download", "2");
    if (rejudge(s, root_view(s, trust), FORGE_NOW, &outcome, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(outcome.run_id, 2);
    assert_int_equal(outcome.rows, 1);
    assert_false(outcome.interrupted);
    assert_asked(s, FACTS "2", "untrusted revoked 1 revoked certain");
    assert_asked(s,
                 "SELECT (SELECT group_concat(causes) FROM v_endpoint"
                 " WHERE run = 1) = (SELECT group_concat(causes)"
                 " FROM v_endpoint WHERE run = 2)",
                 "1");
    assert_asked(s,
                 "SELECT state || ' ' || kind || ' ' || source_run || ' '"
                 " || judged_at || ' ' || input_sha256 FROM v_run"
                 " WHERE run = 2",
                 "complete rejudge 1 1800000000 00");
}

static void rejudge_takes_another_time(void **state)
{
    struct again_scene *s = *state;
    struct cm_cert *whole[] = {s->leaf, s->sub};
    struct cm_run_outcome outcome = {.run_id = 0};
    struct cm_error err = {0};
    char trust[256] = "";

    again_load(s);
    again_begin(s);
    again_add(s, "host1.example", whole, 2);
    again_drain(s);
    again_finish(s);
    assert_int_equal(rejudge(s, root_view(s, trust),
                             FORGE_NOW + 400 * FORGE_DAY, &outcome, &err),
                     CM_OK);
    assert_asked(s, "SELECT verdict FROM v_endpoint WHERE run = 1", "trusted");
    assert_asked(s, "SELECT primary_cause FROM v_endpoint WHERE run = 2",
                 "leaf_expired");
}

static void rejudge_knows_what_the_fleet_sent(void **state)
{
    struct again_scene *s = *state;
    struct cm_cert *whole[] = {s->leaf, s->sub};
    struct cm_run_outcome outcome = {.run_id = 0};
    struct cm_error err = {0};
    char trust[256] = "";

    again_load(s);
    again_begin(s);
    again_add(s, "host1.example", &s->leaf, 1);
    again_add(s, "host1.example", whole, 2);
    again_drain(s);
    again_finish(s);
    assert_asked(s, "SELECT path_valid FROM v_endpoint WHERE row = 1", "0");
    assert_int_equal(rejudge(s, root_view(s, trust), FORGE_NOW, &outcome, &err),
                     CM_OK);
    assert_asked(s, FACTS "2",
                 "untrusted chain_incomplete 1 not_checked certain");
}

static void rejudge_refuses_what_cannot_be(void **state)
{
    struct again_scene *s = *state;
    struct cm_rejudge *none = NULL;
    struct cm_run_outcome outcome = {.run_id = 0};
    struct cm_error err = {0};
    char trust[256] = "";

    assert_int_equal(
        cm_rejudge_open(&none, folder_path(s->folder, "none.db"), 0, &err),
        CM_EINPUT);
    assert_non_null(strstr(err.text, "none.db"));
    assert_int_equal(cm_rejudge_open(&none, s->db, 0, &err), CM_EINPUT);
    assert_non_null(strstr(err.text, "no run yet"));
    again_load(s);
    scan_alone(s);
    again_finish(s);
    assert_int_equal(rejudge(s, "no-such.pem", FORGE_NOW, &outcome, &err),
                     CM_EINPUT);
    assert_int_equal(cm_store_open(&s->store, s->db, NULL), CM_OK);
    free(again_ask(s, "UPDATE endpoint SET trust = 'corp' RETURNING 1"));
    assert_int_equal(rejudge(s, root_view(s, trust), FORGE_NOW, &outcome, &err),
                     CM_EUSAGE);
    assert_non_null(strstr(err.text, "--trust corp=FILE"));
    assert_asked(s, "SELECT count(*) FROM v_run", "1");
}

/* --- sets of endpoints --- */

static void a_set_holds_ids(void **state)
{
    struct cm_idset set = {0};
    const uint64_t ids[] = {0, 1, 63, 64, 100000, 10000000};

    (void)state;
    assert_false(cm_idset_has(&set, 5));
    assert_true(cm_idset_put(&set, 5, false));
    assert_int_equal(set.num, 0);
    for (size_t i = 0; i < 6; i++) {
        assert_true(cm_idset_put(&set, ids[i], true));
    }
    for (size_t i = 0; i < 6; i++) {
        assert_true(cm_idset_has(&set, ids[i]));
        assert_false(cm_idset_has(&set, ids[i] + 2));
    }
    assert_true(cm_idset_put(&set, 63, false));
    assert_false(cm_idset_has(&set, 63));
    assert_true(cm_idset_has(&set, 64));
    assert_false(cm_idset_has(&set, UINT64_MAX));
    cm_idset_cleanup(&set);
    assert_false(cm_idset_has(&set, 0));
}

#define SCENE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(nothing_known_settles_nothing),
        SCENE_TEST(the_fleet_completes_a_chain),
        SCENE_TEST(an_earlier_run_completes_a_chain),
        SCENE_TEST(what_is_fetched_completes_a_chain),
        SCENE_TEST(what_is_fetched_revokes),
        SCENE_TEST(without_leave_nothing_is_fetched),
        SCENE_TEST(what_is_settled_is_left_alone),
        SCENE_TEST(an_interrupt_stops_the_second_pass),
        SCENE_TEST(rejudge_uses_what_was_downloaded),
        SCENE_TEST(rejudge_takes_another_time),
        SCENE_TEST(rejudge_knows_what_the_fleet_sent),
        SCENE_TEST(rejudge_refuses_what_cannot_be),
        cmocka_unit_test(a_set_holds_ids),
    };

    return cmocka_run_group_tests_name("again", tests, NULL, NULL);
}
