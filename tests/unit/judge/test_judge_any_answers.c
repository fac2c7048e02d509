/* Any answers at all, by a generator that starts the same each time: a failed
 * handshake never makes trust, and every judgement keeps the rules.
 * SPDX-License-Identifier: Apache-2.0 */
#include "asked.h"

#define ROUNDS 3000
#define MAX_ANSWERS 9

static uint32_t seed;

/* xorshift32 (Marsaglia 2003). */
static unsigned any(unsigned below)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % below;
}

static uint16_t any_version(void)
{
    static const uint16_t versions[] = {0,      0x0002, 0x0300, 0x0301,
                                        0x0302, 0x0303, 0x0304, 0x7f1c};

    return versions[any(8)];
}

static struct said any_answer(void)
{
    static const char *const chains[] = {NULL, "leaf int", "leafold int",
                                         "leafrubbish", "leafrsa1024 int"};
    static const uint16_t ciphers[] = {0xc02b, 0x009e, 0x1301, 0x1304, 0xfafa};
    static const uint16_t groups[] = {0, 0x001d, 0x001e, 0x0100, 0x6399};
    static const uint16_t schemes[] = {0, 0x0403, 0x0708, 0xfefe};

    return (struct said){
        .ask = (enum cm_ask)any(CM_ASK_COUNT),
        .end = (enum cm_answer_end)any(CM_ANSWER_END_COUNT),
        .alert = (uint8_t)any(256),
        .version = any_version(),
        .cipher = ciphers[any(5)],
        .group = groups[any(5)],
        .signature = schemes[any(4)],
        .chain = chains[any(5)],
    };
}

static void any_first_hello(struct scene *s)
{
    static const uint8_t alerts[] = {0, 40, 42, 47, 50, 70, 71, 80, 112, 120};
    static const enum cm_end ends[] = {
        CM_END_ALERT_RECEIVED, CM_END_CLOSED,  CM_END_RESET,   CM_END_TIMEOUT,
        CM_END_REFUSED_BY_US,  CM_END_NOT_TLS, CM_END_COMPLETE};
    struct cm_probe *p = scene_first_hello(s, ends[any(7)], alerts[any(10)]);

    p->server_hello = any(4) == 0 || p->end == CM_END_COMPLETE;
    p->version = p->server_hello ? any_version() : 0;
    p->num_first_bytes = (uint8_t)any(8);
}

static void keeps_the_rules(void **state)
{
    (void)state;
    seed = 20261121;
    for (int i = 0; i < ROUNDS; i++) {
        unsigned num = any(MAX_ANSWERS);
        struct scene s;

        scene_open(&s, any(5) == 0 ? "9.9.9.1" : NULL);
        scene_trust(&s, "root");
        any_first_hello(&s);
        for (unsigned j = 0; j < num; j++) {
            struct said said = any_answer();

            (void)scene_hear(&s, &said);
        }
        scene_judge(&s);
        scene_check_rules(&s);
        assert_true(s.got.verdict != CM_VERDICT_TRUSTED ||
                    s.ev->probes[0].end == CM_END_COMPLETE);
        assert_true(s.got.num_findings > 0 ||
                    s.got.verdict == CM_VERDICT_TRUSTED);
        scene_close(&s);
    }
}

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_rules),
    };

    return cmocka_run_group_tests_name("judge: any answers", tests, NULL,
                                       leave);
}
