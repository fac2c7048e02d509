/* The simulated server: chooses as real ones do.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim_parts.h"

#include <errno.h>
#include <string.h>

#define ALERT_HANDSHAKE_FAILURE 40
#define ALERT_PROTOCOL_VERSION 70
#define ALERT_INAPPROPRIATE_FALLBACK 86
#define ALERT_UNRECOGNIZED_NAME 112
#define ALERT_NO_APPLICATION_PROTOCOL 120

void sim_serve(struct sim *sim, enum cm_version_index version, size_t num,
               const uint16_t *suites)
{
    memcpy(sim->suites[version].n, suites, num * sizeof(suites[0]));
    sim->suites[version].num = num;
}

static bool have(const uint16_t *list, size_t num, uint16_t number)
{
    for (size_t i = 0; i < num; i++) {
        if (list[i] == number) {
            return true;
        }
    }
    return false;
}

/* The first of `a` that is in `b`; 0: none. */
static uint16_t common(const uint16_t *a, size_t num_a, const uint16_t *b,
                       size_t num_b)
{
    for (size_t i = 0; i < num_a; i++) {
        if (have(b, num_b, a[i])) {
            return a[i];
        }
    }
    return 0;
}

static bool is_curve(uint16_t group)
{
    return group < 0x0100;
}

/* Below TLS 1.3 only curves count for ECDHE. */
static uint16_t pick_group(const struct sim *sim, const struct cm_hello *hello,
                           bool tls1_3)
{
    if (!tls1_3 && (sim->ignores_groups || hello->num_groups == 0)) {
        for (size_t i = 0; i < sim->groups.num; i++) {
            if (is_curve(sim->groups.n[i])) {
                return sim->groups.n[i];
            }
        }
        return 0;
    }
    for (size_t i = 0; i < sim->groups.num; i++) {
        if ((tls1_3 || is_curve(sim->groups.n[i])) &&
            have(hello->groups, hello->num_groups, sim->groups.n[i])) {
            return sim->groups.n[i];
        }
    }
    return 0;
}

static bool suite_fits(const struct sim *sim, const struct cm_hello *hello,
                       uint16_t number, struct sim_choice *out)
{
    const struct cm_suite *suite = cm_suite_find(number);
    bool ecdhe = suite != NULL && strcmp(suite->kx, "ECDHE") == 0;
    bool dhe = suite != NULL && strcmp(suite->kx, "DHE") == 0;

    if (suite == NULL) {
        return false;
    }
    out->dhe = dhe;
    out->group = ecdhe ? pick_group(sim, hello, false) : 0;
    out->scheme = 0;
    if (ecdhe && out->group == 0) {
        return false;
    }
    if ((ecdhe || dhe) && !suite->anonymous &&
        out->version == CM_VERSION_TLS1_2) {
        out->scheme = common(sim->schemes.n, sim->schemes.num, hello->schemes,
                             hello->num_schemes);
        return out->scheme != 0;
    }
    return true;
}

static bool pick_suite(const struct sim *sim, const struct cm_hello *hello,
                       struct sim_choice *out)
{
    const struct sim_list *own = &sim->suites[out->version];
    const uint16_t *first = sim->client_order ? hello->suites : own->n;
    size_t num_first = sim->client_order ? hello->num_suites : own->num;
    const uint16_t *second = sim->client_order ? own->n : hello->suites;
    size_t num_second = sim->client_order ? own->num : hello->num_suites;

    for (size_t i = 0; i < num_first; i++) {
        if (have(second, num_second, first[i]) &&
            suite_fits(sim, hello, first[i], out)) {
            out->suite = first[i];
            return true;
        }
    }
    return false;
}

/* TLS 1.3 alone is offered: an older server sees a hello of TLS 1.2. */
static int pick_version(const struct sim *sim, const struct cm_hello *hello)
{
    int version = cm_version_index(hello->version);

    if (version == CM_VERSION_TLS1_3 &&
        sim->suites[CM_VERSION_TLS1_3].num == 0) {
        version = CM_VERSION_TLS1_2;
    }
    while (version >= CM_VERSION_SSL3 && sim->suites[version].num == 0) {
        version--;
    }
    return version < CM_VERSION_SSL3 ? -1 : version;
}

static int newest(const struct sim *sim)
{
    int version = CM_VERSION_TLS1_3;

    while (version >= 0 && sim->suites[version].num == 0) {
        version--;
    }
    return version;
}

static uint8_t pick_alpn(const struct sim *sim, const struct cm_hello *hello,
                         struct sim_choice *out)
{
    out->alpn = NULL;
    if (hello->alpn == NULL || sim->alpn[0] == NULL) {
        return 0;
    }
    for (size_t i = 0; sim->alpn[i] != NULL; i++) {
        for (size_t j = 0; hello->alpn[j] != NULL; j++) {
            if (strcmp(sim->alpn[i], hello->alpn[j]) == 0) {
                out->alpn = sim->alpn[i];
                return 0;
            }
        }
    }
    return sim->strict_alpn ? ALERT_NO_APPLICATION_PROTOCOL : 0;
}

/* 0, or the alert that says why not. */
static uint8_t choose(const struct sim *sim, const struct cm_hello *hello,
                      struct sim_choice *out)
{
    int version = pick_version(sim, hello);

    if (version < 0) {
        return ALERT_PROTOCOL_VERSION;
    }
    out->version = (enum cm_version_index)version;
    if (hello->fallback_scsv && !sim->ignores_fallback &&
        version < newest(sim)) {
        return ALERT_INAPPROPRIATE_FALLBACK;
    }
    if (sim->wants_sni && hello->sni == NULL && !hello->no_extensions) {
        return ALERT_UNRECOGNIZED_NAME;
    }
    if (version != CM_VERSION_TLS1_3) {
        return pick_suite(sim, hello, out) ? pick_alpn(sim, hello, out)
                                           : ALERT_HANDSHAKE_FAILURE;
    }
    out->suite = sim->client_order
                     ? common(hello->suites, hello->num_suites,
                              sim->suites[version].n, sim->suites[version].num)
                     : common(sim->suites[version].n, sim->suites[version].num,
                              hello->suites, hello->num_suites);
    out->group = pick_group(sim, hello, true);
    out->retry =
        hello->share == CM_SHARE_NONE || out->group != 0x001D /* x25519 */;
    if (out->suite == 0 || out->group == 0) {
        return ALERT_HANDSHAKE_FAILURE;
    }
    /* PKCS#1 and SHA-1 sign nothing in TLS 1.3. */
    for (size_t i = 0; i < sim->schemes.num && !out->retry; i++) {
        uint16_t scheme = sim->schemes.n[i];

        if (((scheme & 0xff) != 1 || scheme > 0x0700) && scheme >> 8 > 3 &&
            have(hello->schemes, hello->num_schemes, scheme)) {
            return 0;
        }
    }
    return out->retry || sim->signs_late ? 0 : ALERT_HANDSHAKE_FAILURE;
}

static void refuse(enum sim_refusal how, uint8_t alert, struct cm_flight *f)
{
    uint8_t record[] = {21, 3, 3, 0, 2, 2, alert};

    switch (how) {
    case SIM_ALERT:
        if (!cm_flight_feed(f, (struct cm_span){record, sizeof(record)})) {
            cm_flight_ended(f, 0, false);
        }
        break;
    case SIM_CLOSE:
        cm_flight_ended(f, 0, false);
        break;
    case SIM_RESET:
        cm_flight_ended(f, ECONNRESET, false);
        break;
    case SIM_SILENCE:
        cm_flight_ended(f, 0, true);
        break;
    }
}

static void reply(struct sim *sim, const struct cm_hello *hello,
                  struct cm_flight *f)
{
    struct sim_choice choice = {.suite = 0};
    struct cm_buf bytes;
    uint8_t alert = 0;

    if (sim->patience != 0 && sim->asked > sim->patience) {
        refuse(sim->tired, ALERT_HANDSHAKE_FAILURE, f);
        return;
    }
    cm_buf_init(&bytes, 4 * MAX_REPLY);
    if (hello->version == 0x0002) {
        if (sim->suites[CM_VERSION_SSL2].num > 0) {
            sim_sslv2_hello(sim, &bytes);
        }
    } else if (sim->max_offered != 0 && hello->num_suites > sim->max_offered) {
        alert = ALERT_HANDSHAKE_FAILURE;
    } else {
        alert = choose(sim, hello, &choice);
        if (alert == 0) {
            sim_flight(sim, hello, &choice, &bytes);
        }
    }
    if (bytes.len == 0) {
        refuse(hello->version == 0x0002 && sim->drops_sslv2 ? SIM_SILENCE
                                                            : sim->refusal,
               sim->alert != 0 ? sim->alert
               : alert != 0    ? alert
                               : ALERT_HANDSHAKE_FAILURE,
               f);
    } else if (!cm_flight_feed(f, (struct cm_span){bytes.data, bytes.len})) {
        cm_flight_ended(f, 0, false);
    }
    cm_buf_cleanup(&bytes);
}

/* Each hello must be one that can be sent, too. */
static void check_hello(const struct cm_hello *hello)
{
    struct cm_buf bytes;

    cm_buf_init(&bytes, 2 * CM_HELLO_MAX_BYTES);
    assert_int_equal(cm_hello_build(hello, &bytes), CM_OK);
    assert_true(bytes.len > 20);
    cm_buf_cleanup(&bytes);
}

void sim_run(struct sim *sim, struct cm_asking *asking)
{
    struct cm_hello hello;

    memset(&hello, 0, sizeof(hello));
    while (asking->next(asking, &hello)) {
        struct cm_answer answer = {.ask = CM_ASK_COUNT};
        struct cm_flight *f = cm_flight_new(hello.version == 0x0002);

        assert_non_null(f);
        memset(hello.random, 6, sizeof(hello.random));
        memset(hello.session_id, 8, sizeof(hello.session_id));
        check_hello(&hello);
        sim->asked++;
        sim->longest =
            hello.num_suites > sim->longest ? hello.num_suites : sim->longest;
        reply(sim, &hello, f);
        cm_flight_answer(f, &answer);
        asking->heard(asking, &answer, f);
        cm_answer_cleanup(&answer);
        cm_flight_free(f);
        memset(&hello, 0, sizeof(hello));
        assert_true(sim->asked < 2000);
    }
}
