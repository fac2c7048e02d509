/* With a memo of chains every judgement is the same as without: of all
 * fixtures, one after the other and mixed at random with whatever a judgement
 * depends on. (scene_judge compares for all other tests.)
 * SPDX-License-Identifier: Apache-2.0 */
#include "fixtures.h"
#include "scene.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/revocation.h"

#define ROUNDS 1500
#define GROW_EVERY 150
#define MANY 7000
#define THREADS 4
#define PER_THREAD 150

static uint32_t seed = 20261121;

/* xorshift32 (Marsaglia 2003). */
static uint32_t next(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static unsigned any(unsigned below)
{
    return next(&seed) % below;
}

static const struct fixture *any_fixture(void)
{
    size_t num_common;
    size_t num_odd;
    const struct fixture *common = fixtures_common(&num_common);
    const struct fixture *odd = fixtures_odd(&num_odd);
    size_t at = any((unsigned)(num_common + num_odd));

    return at < num_common ? &common[at] : &odd[at - num_common];
}

/* One view for all, so that one memo serves them; what it trusts and knows
 * grows meanwhile. */
struct world {
    struct cm_certset *anchors;
    struct cm_certset *pool;
    struct cm_sigmemo *memo;
    struct cm_chainmemo *chains;
    struct cm_revocation *revocation;
    struct cm_trust view;
};

static void add(void *set, struct cm_cert *cert)
{
    assert_true(!cert->parsed || cm_certset_add(set, cert));
}

static void open_world(struct world *w)
{
    w->anchors = cm_certset_new(1000);
    w->pool = cm_certset_new(1000);
    w->memo = cm_sigmemo_new();
    w->chains = cm_chainmemo_new();
    w->revocation = cm_revocation_new();
    assert_true(w->anchors != NULL && w->pool != NULL && w->memo != NULL &&
                w->chains != NULL && w->revocation != NULL);
    zoo_each("root", add, w->anchors);
    w->view = (struct cm_trust){.name = "world",
                                .anchors = w->anchors,
                                .pool = w->pool,
                                .memo = w->memo,
                                .revocation = w->revocation};
}

static void close_world(struct world *w)
{
    cm_chainmemo_free(w->chains);
    cm_revocation_free(w->revocation);
    cm_sigmemo_free(w->memo);
    cm_certset_free(w->pool);
    cm_certset_free(w->anchors);
}

static void grow(struct world *w, const struct fixture *f)
{
    switch (any(3)) {
    case 0:
        zoo_each(f->pool != NULL ? f->pool : "int", add, w->pool);
        break;
    case 1:
        assert_true(cm_revocation_add_failure(
            w->revocation, NULL, any(2) ? FORGE_CRL_URL : "http://a.example/",
            any(2) ? "timed out" : "refused"));
        break;
    default:
        zoo_each("int", add, w->pool);
        break;
    }
}

static void any_host(struct scene *s, const struct fixture *f)
{
    static const char *const hosts[] = {ZOO_HOST, "other.example", "9.9.9.1",
                                        "x.a.example", "printer"};
    const char *host = any(2) ? f->host : hosts[any(5)];

    scene_open(s, host);
    s->ep.had_trailing_dot = any(8) == 0;
    if (any(8) == 0) {
        s->ep.host[0] = '\0';
    }
}

static void any_handshake(struct scene *s, struct cm_probe *p)
{
    static const uint8_t rubbish[] = {0x30, 0x03, 0x0a, 0x01, 0x06};

    if (any(4) == 0) {
        p->version = 0x0303;
        p->cipher = any(2) ? 0x009c : 0xc02b; /* RSA, ECDHE */
        p->group = any(2) ? 0 : 0x001d;
    }
    if (any(8) == 0) {
        p->server_hello = false;
    }
    if (any(8) == 0) {
        p->end = CM_END_TIMEOUT;
    }
    p->sct_bytes = any(8) == 0 ? 100 : 0;
    p->num_chain_sent += any(8) == 0 ? 1 : 0;
    p->chain_bytes += any(8) == 0 ? 20000 : 0;
    if (any(8) == 0) {
        uint8_t *staple = malloc(sizeof(rubbish));

        assert_non_null(staple);
        memcpy(staple, rubbish, sizeof(rubbish));
        p->ocsp_staple = (struct cm_span){staple, sizeof(rubbish)};
        s->ev->seen_unix += any(2);
    }
}

static void any_policy(struct scene *s)
{
    struct cm_policy *p = &s->policy;

    p->strict = any(4) == 0;
    p->pool_at_hand = any(4) == 0;
    p->cloud_clients = any(8) == 0;
    p->crl_demanded = any(8) == 0;
    p->max_depth = any(8) == 0 ? 0 : -1;
    p->min_rsa_bits = any(8) == 0 ? 4096 : 2048;
    p->expires_soon_days = any(8) == 0 ? 1000 : 0;
    p->revocation = any(4) == 0 ? CM_REVOCATION_CRL | CM_REVOCATION_OCSP : 0;
    s->at_unix += any(8) == 0 ? 50 * FORGE_DAY : 0;
}

static struct cm_judgement judge(const struct scene *s,
                                 const struct cm_trust *trust)
{
    struct cm_judgement got;

    assert_int_equal(
        cm_judge(&got, &s->ep, s->ev, trust, &s->policy, s->at_unix), CM_OK);
    return got;
}

static void is_the_same(const struct scene *s, const struct world *w)
{
    struct cm_trust with = w->view;
    struct cm_judgement plain = judge(s, &w->view);
    struct cm_judgement got;

    with.chains = w->chains;
    got = judge(s, &with);
    assert_string_equal(scene_difference(&plain, &got), "");
    cm_judgement_cleanup(&got);
    cm_judgement_cleanup(&plain);
}

static void a_random_mix(void **state)
{
    struct world w;

    (void)state;
    open_world(&w);
    for (int i = 0; i < ROUNDS; i++) {
        const struct fixture *f = any_fixture();
        struct scene s;

        any_host(&s, f);
        any_handshake(&s, scene_serve(&s, f->chain));
        if (any(8) == 0) { /* another address */
            scene_serve(&s, any_fixture()->chain)->address.bytes[3] = 2;
        }
        any_policy(&s);
        is_the_same(&s, &w);
        scene_close(&s);
        if (i % GROW_EVERY == GROW_EVERY - 1) {
            grow(&w, f);
        }
    }
    close_world(&w);
}

/* A certificate does not change; here it does, to see what is remembered. */
static void it_is_remembered(void **state)
{
    struct cm_cert leaf = *zoo_get("leafold");
    struct world w;
    struct scene s;
    struct cm_judgement got;

    (void)state;
    leaf.refs = 1000; /* never freed */
    open_world(&w);
    w.view.chains = w.chains;
    scene_open(&s, NULL);
    scene_present(scene_serve(&s, ""), &leaf);
    zoo_each("int", add, w.pool);
    got = judge(&s, &w.view);
    assert_int_equal(got.findings[0].cause, CM_CAUSE_LEAF_EXPIRED);
    cm_judgement_cleanup(&got);
    leaf.not_after = s.at_unix + 1000 * FORGE_DAY;
    (void)snprintf(s.ep.host, sizeof(s.ep.host), "other.example");
    got = judge(&s, &w.view);
    assert_int_equal(got.findings[0].cause, CM_CAUSE_LEAF_EXPIRED);
    assert_int_equal(got.findings[got.num_findings - 1].cause,
                     CM_CAUSE_NAME_MISMATCH); /* is not */
    cm_judgement_cleanup(&got);
    s.at_unix++;
    got = judge(&s, &w.view);
    assert_int_not_equal(got.findings[0].cause, CM_CAUSE_LEAF_EXPIRED);
    cm_judgement_cleanup(&got);
    scene_close(&s);
    close_world(&w);
}

/* As many as there is room for; what is asked for again and again stays. */
static void memory_is_bounded(void **state)
{
    struct cm_cert leaf = *zoo_get("leafold");
    struct world w;
    struct scene s;
    struct cm_judgement got;
    int64_t at;

    (void)state;
    leaf.refs = 1000; /* never freed */
    open_world(&w);
    w.view.chains = w.chains;
    scene_open(&s, NULL);
    scene_present(scene_serve(&s, ""), &leaf);
    got = judge(&s, &w.view);
    cm_judgement_cleanup(&got);
    leaf.not_after = s.at_unix + 2 * MANY;
    at = s.at_unix;
    for (int i = 1; i <= MANY; i++) {
        s.at_unix = at + i;
        got = judge(&s, &w.view);
        cm_judgement_cleanup(&got);
        if (i % 64 == 0) {
            s.at_unix = at;
            got = judge(&s, &w.view);
            assert_int_equal(got.findings[0].cause, CM_CAUSE_LEAF_EXPIRED);
            cm_judgement_cleanup(&got);
        }
    }
    /* Each that is remembered has three references at the least. */
    assert_true(leaf.refs > 1000 + 3 * 1000 && leaf.refs < 1000 + 2 * MANY);
    scene_close(&s);
    close_world(&w);
}

struct thread {
    pthread_t id;
    struct scene *scenes;
    struct cm_judgement *expected;
    size_t num;
    struct cm_trust trust;
    uint32_t seed;
    bool differs;
};

static void *judge_often(void *arg)
{
    struct thread *t = arg;

    for (int i = 0; i < PER_THREAD; i++) {
        size_t at = next(&t->seed) % t->num;
        const struct scene *s = &t->scenes[at];
        struct cm_judgement got;

        if (cm_judge(&got, &s->ep, s->ev, &t->trust, &s->policy, s->at_unix) !=
                CM_OK ||
            scene_difference(&t->expected[at], &got)[0] != '\0') {
            t->differs = true;
        }
        cm_judgement_cleanup(&got);
    }
    return NULL;
}

static void threads_share_it(void **state)
{
    size_t num;
    const struct fixture *fixtures = fixtures_common(&num);
    struct scene *scenes = calloc(num, sizeof(*scenes));
    struct cm_judgement *expected = calloc(num, sizeof(*expected));
    struct thread threads[THREADS];
    struct world w;

    (void)state;
    open_world(&w);
    assert_true(scenes != NULL && expected != NULL);
    for (size_t i = 0; i < num; i++) {
        scene_open(&scenes[i], fixtures[i].host);
        (void)scene_serve(&scenes[i], fixtures[i].chain);
        expected[i] = judge(&scenes[i], &w.view);
    }
    w.view.chains = w.chains;
    for (unsigned i = 0; i < THREADS; i++) {
        threads[i] = (struct thread){.scenes = scenes,
                                     .expected = expected,
                                     .num = num,
                                     .trust = w.view,
                                     .seed = i + 1};
        assert_int_equal(
            pthread_create(&threads[i].id, NULL, judge_often, &threads[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i].id, NULL);
        assert_false(threads[i].differs);
    }
    for (size_t i = 0; i < num; i++) {
        cm_judgement_cleanup(&expected[i]);
        scene_close(&scenes[i]);
    }
    free(expected);
    free(scenes);
    close_world(&w);
}

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_random_mix),
        cmocka_unit_test(it_is_remembered),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(threads_share_it),
    };

    return cmocka_run_group_tests_name("judge: chain memo", tests, NULL, leave);
}
