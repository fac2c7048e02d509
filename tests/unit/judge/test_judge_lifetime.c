/* Limits by date: lifetimes, renewal, certificate timestamps, roots.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <string.h>

#include "certmuster/text.h"

#define T CM_VERDICT_TRUSTED
#define U CM_VERDICT_UNTRUSTED
#define SERIAL .serial_hex = "0102030405060708090a"
#define AIA .ca_issuers = "http://pki.a.example/i.crt"
#define NAMES .subject = ZOO_HOST, .names = ZOO_HOST
#define SAID .eku = "server", .public_policy = true, .scts = true, .num_scts = 3

static int64_t at(const char *date)
{
    int64_t unix_s = 0;

    assert_true(cm_time_parse(date, &unix_s));
    return unix_s;
}

static bool has(const struct scene *s, enum cm_cause cause)
{
    for (size_t i = 0; i < s->got.num_findings; i++) {
        if (s->got.findings[i].cause == cause) {
            return true;
        }
    }
    return false;
}

/* A leaf of an anchored intermediate that lasts; judged a day after its
 * issue. Unref it after scene_close. */
static struct cm_cert *serve(struct scene *s, struct forge_spec leaf_spec)
{
    struct forge_spec ca = {
        .subject = "Intermediate",
        .ca = true,
        .key = forge_key(FORGE_P256, 2),
        .issuer = "Root",
        .issuer_key = forge_key(FORGE_P256, 1),
        .not_before = at("2010-01-01"),
        .not_after = at("2045-01-01"),
    };
    struct cm_cert *issuer = forge_cert(&ca);
    struct cm_cert *leaf;

    leaf_spec.key = forge_key(FORGE_P256, 10);
    leaf_spec.issuer_cert = issuer;
    leaf_spec.issuer_key = ca.key;
    leaf = forge_cert(&leaf_spec);
    scene_open(s, NULL);
    scene_present(scene_serve(s, ""), leaf);
    assert_true(cm_certset_add(s->anchors, issuer));
    s->at_unix = leaf->not_before + FORGE_DAY;
    cm_cert_unref(issuer);
    return leaf;
}

static struct life_case {
    const char *name;
    const char *since;
    int64_t days;
    int64_t more; /* seconds; both ends count, so -1 is exactly the days */
    bool is_public;
    bool too_long;
    bool by_hand; /* renewal is not automated */
    const char *proof;
} lives[] = {
    {"825 days in 2018", "2018-03-01", 825, -1, true, false, true, NULL},
    {"826 days in 2018", "2018-03-01", 825, 0, true, true, true,
     "826 days from 1 Mar 2018 on"},
    {"five years before there was a limit", "2018-02-28", 1826, -1, true, false,
     true, NULL},
    {"825 days to the last", "2020-08-31", 825, -1, true, false, true, NULL},
    {"398 days", "2020-09-01", 398, -1, true, false, true, NULL},
    {"398 days and a second", "2020-09-01", 398, 0, true, true, true,
     "might issue then was 398 days: refused by Chrome and Safari"},
    {"398 days to the last", "2026-03-14", 398, -1, true, false, true, NULL},
    {"398 days too late", "2026-03-15", 398, -1, true, true, true,
     "valid for 398 days from 15 Mar 2026 on"},
    {"200 days", "2026-03-15", 200, -1, true, false, true,
     "valid for 200 days, about 2 renewals a year"},
    {"200 days and a second", "2026-03-15", 200, 0, true, true, true,
     "201 days"},
    {"200 days to the last", "2027-03-14", 200, -1, true, false, true, NULL},
    {"100 days", "2027-03-15", 100, -1, true, false, false, NULL},
    {"100 days and a second", "2027-03-15", 100, 0, true, true, true,
     "then was 100 days"},
    {"100 days to the last", "2029-03-14", 100, -1, true, false, false, NULL},
    {"47 days", "2029-03-15", 47, -1, true, false, false, NULL},
    {"47 days and a second", "2029-03-15", 47, 0, true, true, false,
     "then was 47 days"},
    {"90 days", "2026-03-15", 90, -1, true, false, false, NULL},
    {"private, 825 days", "2026-03-15", 825, -1, false, false, false, NULL},
    {"private, 826 days", "2026-03-15", 826, -1, false, true, false,
     "Apple's systems accept of any CA then was 825 days"},
    {"private, ten years, before Apple had a limit", "2019-06-30", 3650, -1,
     false, false, false, NULL},
    {"private, ten years", "2019-07-01", 3650, -1, false, true, false,
     "refused by Safari and apps on iOS"},
};
#define LIVES (sizeof(lives) / sizeof(*lives))

static void lives_so_long(void **state)
{
    const struct life_case *c = *state;
    struct forge_spec spec = {NAMES, SERIAL, AIA};
    const struct cm_finding *f;
    struct cm_cert *leaf;
    struct scene s;

    spec.not_before = at(c->since);
    spec.not_after = spec.not_before + c->days * FORGE_DAY + c->more;
    spec.public_policy = c->is_public;
    spec.scts = c->is_public;
    spec.num_scts = 3;
    leaf = serve(&s, spec);
    scene_judge(&s);
    scene_check_rules(&s);
    assert_int_equal(s.got.verdict, T);
    assert_int_equal(has(&s, CM_CAUSE_VALIDITY_TOO_LONG), c->too_long);
    assert_int_equal(has(&s, CM_CAUSE_RENEWAL_NOT_AUTOMATED), c->by_hand);
    if (c->proof != NULL) {
        f = scene_finding(&s, c->too_long ? CM_CAUSE_VALIDITY_TOO_LONG
                                          : CM_CAUSE_RENEWAL_NOT_AUTOMATED);
        assert_contains(f->proof, c->proof);
        assert_ptr_equal(f->cert, leaf);
    }
    s.policy.strict = true;
    scene_judge(&s);
    assert_int_equal(s.got.verdict, c->too_long && c->is_public ? U : T);
    scene_close(&s);
    cm_cert_unref(leaf);
}

#define LAST_BOTH "2027-03-14T23:59:59Z" /* then for servers only */

static struct usage_case {
    const char *name;
    const char *until;
    const char *eku;
    bool is_public;
    const char *proof; /* NULL: no finding */
} usages[] = {
    {"both, to the last", LAST_BOTH, "server,client", true, NULL},
    {"both, a second more", "2027-03-15T00:00:00Z", "server,client", true,
     "is for TLS servers and for TLS clients, and ends on 15 Mar 2027"},
    {"both, years more", "2028-12-01", "client,server", true,
     "ends on 1 Dec 2028"},
    {"both and more", "2027-06-01", "server,client,code", true,
     "ends on 1 Jun 2027"},
    {"servers only", "2027-06-01", "server", true, NULL},
    {"any usage names none", "2027-06-01", "any", true, NULL},
    {"no usage at all", "2027-06-01", "-", true, NULL},
    {"private", "2027-06-01", "server,client", false, NULL},
};
#define USAGES (sizeof(usages) / sizeof(*usages))

/* It is said, and makes no verdict, with a strict policy neither. */
static void does_for_clients(void **state)
{
    const struct usage_case *c = *state;
    struct forge_spec spec = {NAMES, SERIAL, AIA, .num_scts = 3};
    struct cm_cert *leaf;
    struct scene s;

    spec.not_after = at(c->until);
    spec.not_before = spec.not_after - 90 * FORGE_DAY;
    spec.eku = c->eku;
    spec.public_policy = c->is_public;
    spec.scts = c->is_public;
    leaf = serve(&s, spec);
    for (int strict = 0; strict < 2; strict++) {
        s.policy.strict = strict == 1;
        scene_judge(&s);
        scene_check_rules(&s);
        assert_int_equal(has(&s, CM_CAUSE_PUBLIC_CLIENT_AUTH_EKU),
                         c->proof != NULL);
        if (c->proof != NULL) {
            const struct cm_finding *f =
                scene_finding(&s, CM_CAUSE_PUBLIC_CLIENT_AUTH_EKU);

            assert_contains(f->proof, c->proof);
            assert_int_equal(f->severity, CM_SEVERITY_HYGIENE);
            assert_false(f->blocks);
            assert_ptr_equal(f->cert, leaf);
            assert_int_equal(s.got.verdict, T);
        }
    }
    scene_close(&s);
    cm_cert_unref(leaf);
}

static struct sct_case {
    const char *name;
    unsigned embedded; /* 0: no list */
    int64_t days;
    unsigned in_handshake; /* bytes of the extension */
    bool staple;
    bool by_file;      /* nobody shook hands */
    const char *proof; /* NULL: enough */
    enum cm_confidence confidence;
} scts[] = {
    {"two for 180 days", 2, 180, 0, false, false, NULL, CM_CERTAIN},
    {"one for 90 days", 1, 90, 0, false, false,
     "of 1 log, and needs those of 2; none came in the handshake", CM_CERTAIN},
    {"none for 90 days", 0, 90, 0, false, false, "of 0 logs", CM_CERTAIN},
    {"two for 181 days", 2, 181, 0, false, false, "needs those of 3",
     CM_CERTAIN},
    {"three for 181 days", 3, 181, 0, false, false, NULL, CM_CERTAIN},
    {"in the handshake", 0, 90, 120, false, false, NULL, CM_CERTAIN},
    {"perhaps in the staple", 0, 90, 0, true, false, "of 0 logs", CM_PROBABLE},
    {"from a file", 1, 90, 0, false, true, "needs those of 2: refused",
     CM_PROBABLE},
};
#define SCTS (sizeof(scts) / sizeof(*scts))

static void has_so_many_timestamps(void **state)
{
    const struct sct_case *c = *state;
    struct forge_spec spec = {NAMES, SERIAL, AIA, .public_policy = true};
    const struct cm_finding *f;
    struct cm_probe *probe;
    struct cm_cert *leaf;
    struct scene s;

    spec.not_before = at("2026-03-15");
    spec.not_after = spec.not_before + c->days * FORGE_DAY - 1;
    spec.scts = c->embedded > 0;
    spec.num_scts = c->embedded;
    leaf = serve(&s, spec);
    probe = &s.ev->probes[0];
    probe->sct_bytes = c->in_handshake;
    probe->server_hello = !c->by_file;
    if (c->staple) {
        probe->ocsp_staple.data = (uint8_t *)strdup("x");
        probe->ocsp_staple.len = 1;
    }
    scene_judge(&s);
    assert_int_equal(has(&s, CM_CAUSE_SCT_MISSING), c->proof != NULL);
    if (c->proof != NULL) {
        f = scene_finding(&s, CM_CAUSE_SCT_MISSING);
        assert_contains(f->proof, c->proof);
        assert_int_equal(f->confidence, c->confidence);
        assert_false(f->blocks);
    }
    scene_close(&s);
    cm_cert_unref(leaf);
}

/* Two timestamps of one log are one; before May 2018 none were needed; and a
 * private certificate needs none. */
static void timestamps_that_do_not_count(void **state)
{
    struct forge_spec spec = {NAMES, SERIAL, AIA, SAID};
    struct cm_cert *leaf;
    struct cm_cert twice;
    uint8_t list[2 + 2 * (2 + 47)] = {0, 98};
    struct scene s;

    (void)state;
    spec.not_before = at("2026-03-15");
    spec.not_after = spec.not_before + 90 * FORGE_DAY;
    leaf = serve(&s, spec);
    twice = *leaf;
    twice.refs = 1000; /* never freed */
    list[3] = 47;
    list[2 + 2 + 47 + 1] = 47;
    twice.sct_list = (struct cm_span){list, sizeof(list)};
    scene_judge(&s);
    assert_false(has(&s, CM_CAUSE_SCT_MISSING));
    cm_cert_unref(s.ev->probes[0].chain[0]);
    s.ev->probes[0].chain[0] = cm_cert_ref(&twice);
    scene_judge(&s);
    assert_contains(scene_finding(&s, CM_CAUSE_SCT_MISSING)->proof, "of 1 log");
    twice.not_before = at("2018-04-30");
    scene_forget(&s);
    scene_judge(&s);
    assert_false(has(&s, CM_CAUSE_SCT_MISSING));
    twice.not_before = leaf->not_before;
    twice.public_policy = false;
    twice.num_scts = 0;
    scene_forget(&s);
    scene_judge(&s);
    assert_false(has(&s, CM_CAUSE_SCT_MISSING));
    scene_close(&s);
    cm_cert_unref(leaf);
}

static struct term_case {
    const char *name;
    const char *root_since;
    const char *leaf_until; /* from 100 days before */
    const char *proof;      /* NULL: no finding */
    enum cm_severity severity;
} root_terms[] = {
    {"of 2005, gone", "2005-12-31", "2027-03-01", "since 15 Apr 2025",
     CM_SEVERITY_SOME_CLIENTS},
    {"of 2006", "2006-01-01", "2026-02-01", "from 15 Apr 2026",
     CM_SEVERITY_BY_DATE},
    {"of 2007, long before", "2007-12-31", "2025-12-01", NULL,
     CM_SEVERITY_BY_DATE},
    {"of 2008", "2008-01-01", "2027-03-01", "from 15 Apr 2027",
     CM_SEVERITY_BY_DATE},
    {"of 2010", "2010-01-01", "2028-04-01", "from 15 Apr 2028",
     CM_SEVERITY_BY_DATE},
    {"of 2014", "2014-04-14", "2029-04-01", "from 15 Apr 2029",
     CM_SEVERITY_BY_DATE},
    {"later", "2014-04-15", "2029-04-01", "from 15 Apr 2029",
     CM_SEVERITY_BY_DATE},
    {"young", "2020-01-01", "2029-04-01", NULL, CM_SEVERITY_BY_DATE},
    {"with a date that is none", "1970-01-02", "2027-03-01", NULL,
     CM_SEVERITY_BY_DATE},
};
#define TERMS (sizeof(root_terms) / sizeof(*root_terms))

static struct cm_cert *make_root(const char *since, unsigned key)
{
    struct forge_spec spec = {.subject = "Root",
                              .ca = true,
                              .key = forge_key(FORGE_P256, key),
                              .not_before = at(since),
                              .not_after = at("2045-01-01")};

    return forge_cert(&spec);
}

static struct cm_cert *serve_below(struct scene *s, struct cm_cert *root,
                                   unsigned key, const char *until)
{
    struct forge_spec spec = {NAMES, SERIAL, AIA, SAID};
    struct cm_cert *leaf;

    spec.not_after = at(until);
    spec.not_before = spec.not_after - 100 * FORGE_DAY;
    spec.issuer_cert = root;
    spec.issuer_key = forge_key(FORGE_P256, key);
    spec.key = forge_key(FORGE_P256, 10);
    leaf = forge_cert(&spec);
    scene_open(s, NULL);
    scene_present(scene_serve(s, ""), leaf);
    s->at_unix = leaf->not_before + FORGE_DAY;
    return leaf;
}

static void has_this_root(void **state)
{
    const struct term_case *c = *state;
    struct cm_cert *root = make_root(c->root_since, 1);
    const struct cm_finding *f;
    struct cm_cert *leaf;
    struct scene s;

    leaf = serve_below(&s, root, 1, c->leaf_until);
    assert_true(cm_certset_add(s.anchors, root));
    scene_judge(&s);
    scene_check_rules(&s);
    assert_int_equal(has(&s, CM_CAUSE_ROOT_TERM_LIMIT), c->proof != NULL);
    if (c->proof != NULL) {
        f = scene_finding(&s, CM_CAUSE_ROOT_TERM_LIMIT);
        assert_contains(f->proof, c->proof);
        assert_int_equal(f->severity, c->severity);
        assert_ptr_equal(f->cert, root);
        assert_false(f->blocks);
    }
    scene_close(&s);
    cm_cert_unref(leaf);
    cm_cert_unref(root);
}

/* A newer root, cross-signed by the old one for clients that lack it. */
static void a_cross_signed_newer_root(void **state)
{
    struct cm_cert *old = make_root("2006-01-01", 1);
    struct cm_cert *newer = make_root("2020-01-01", 2);
    struct forge_spec cross_spec = {.subject = "Root",
                                    .ca = true,
                                    .key = forge_key(FORGE_P256, 2),
                                    .issuer_cert = old,
                                    .issuer_key = forge_key(FORGE_P256, 1),
                                    .not_before = at("2020-01-02"),
                                    .not_after = at("2044-01-01")};
    struct cm_cert *cross = forge_cert(&cross_spec);
    struct cm_cert *leaf;
    struct scene s;

    (void)state;
    leaf = serve_below(&s, cross, 2, "2027-03-01");
    scene_present(&s.ev->probes[0], cross);
    assert_true(cm_certset_add(s.anchors, old));
    scene_judge(&s);
    assert_true(has(&s, CM_CAUSE_ROOT_TERM_LIMIT));
    assert_true(cm_certset_add(s.pool, newer));
    scene_judge(&s);
    assert_false(has(&s, CM_CAUSE_ROOT_TERM_LIMIT));
    scene_close(&s);
    cm_cert_unref(leaf);
    cm_cert_unref(cross);
    cm_cert_unref(newer);
    cm_cert_unref(old);
}

static void private_roots_have_no_term(void **state)
{
    struct cm_cert *root = make_root("2006-01-01", 1);
    struct cm_cert *leaf;
    struct scene s;

    (void)state;
    leaf = serve_below(&s, root, 1, "2027-03-01");
    leaf->public_policy = false;
    leaf->num_scts = 0;
    assert_true(cm_certset_add(s.anchors, root));
    scene_expect(&s, T, "");
    scene_close(&s);
    cm_cert_unref(leaf);
    cm_cert_unref(root);
}

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

#define ADD(table, num, func)                                                  \
    for (size_t i = 0; i < (num); i++) {                                       \
        tests[used++] = (struct CMUnitTest){.name = (table)[i].name,           \
                                            .test_func = (func),               \
                                            .initial_state = &(table)[i]};     \
    }

int main(void)
{
    struct CMUnitTest tests[LIVES + USAGES + SCTS + TERMS + 3] = {
        cmocka_unit_test(timestamps_that_do_not_count),
        cmocka_unit_test(a_cross_signed_newer_root),
        cmocka_unit_test(private_roots_have_no_term),
    };
    size_t used = 3;

    ADD(lives, LIVES, lives_so_long)
    ADD(usages, USAGES, does_for_clients)
    ADD(scts, SCTS, has_so_many_timestamps)
    ADD(root_terms, TERMS, has_this_root)
    return cmocka_run_group_tests_name("judge: lifetime", tests, NULL, leave);
}
