/* Questions after a handshake that failed: the connections they make, and what
 * is kept of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <errno.h>
#include <string.h>

#include "endpoint/steps.h"

#define HANDSHAKE_FAILURE "\x15\x03\x03\x00\x02\x02\x28"
#define RECORD_TYPE 0x16

static const struct world_line refuses[] = {WORLD_LINE(HANDSHAKE_FAILURE)};

static void serve(struct world *world, const struct world_line *script,
                  size_t num)
{
    world->act = ACT_SCRIPT;
    world->script = script;
    world->num_lines = num;
}

static void each_question_has_its_connection(void **state)
{
    struct world *world = *state;

    serve(world, refuses, 1);
    world->config.diagnose_probes = 3;
    world_run(world, "127.0.0.1");
    assert_int_equal(world_probe(world)->end, CM_END_ALERT_RECEIVED);
    assert_int_equal(world_probe(world)->reached, CM_PHASE_HANDSHAKING);
    assert_int_equal(world->num_clients, 1 + 3);
    assert_int_equal(world->got->num_answers, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct cm_answer *a = &world->got->answers[i];

        assert_int_equal(a->end, CM_ANSWER_ALERT);
        assert_int_equal(a->alert, 40);
        assert_int_equal(a->alert_level, 2);
        assert_in_range(a->hello_bytes, 100, 8192);
        assert_int_equal(a->num_first_bytes, 7);
    }
    assert_int_equal(world->request[0], RECORD_TYPE);
}

static void none_are_asked_without_a_budget(void **state)
{
    struct world *world = *state;

    serve(world, refuses, 1);
    world_run(world, "127.0.0.1");
    assert_int_equal(world->num_clients, 1);
    assert_int_equal(world->got->num_answers, 0);
}

/* What is explained costs no connection. */
static void what_is_explained_costs_nothing(void **state)
{
    static const struct world_line lines[] = {
        WORLD_LINE("SSH-2.0-OpenSSH_9.2\r\n"),
        WORLD_LINE("HTTP/1.1 400 Bad Request\r\n\r\n"),
        WORLD_LINE("\x15\x03\x03\x00\x02\x02\x70"), /* unrecognized_name */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        void *inner = NULL;
        struct world *world;

        (void)world_build(&inner);
        world = inner;
        serve(world, &lines[i], 1);
        world->config.diagnose_probes = 8;
        world_run(world, "127.0.0.1");
        assert_int_equal(world->num_clients, 1);
        assert_int_equal(world->got->num_answers, 0);
        (void)world_take_down(&inner);
    }
}

static void a_port_that_refuses_is_not_asked(void **state)
{
    struct world *world = *state;

    world_stop_listening(world);
    world->config.diagnose_probes = 8;
    world_run(world, "127.0.0.1");
    assert_int_equal(world->got->num_answers, 0);
}

/* TLS 1.2: ServerHello and ServerHelloDone. A library cannot go on without the
 * certificate; a question has its answer. */
static void a_flight_in_clear_is_kept(void **state)
{
    static const struct world_line flight[] = {
        WORLD_LINE("\x16\x03\x03\x00\x2e"
                   "\x02\x00\x00\x26\x03\x03"
                   "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr"
                   "\x00\x00\x9c\x00"
                   "\x0e\x00\x00\x00"),
    };
    struct world *world = *state;

    serve(world, flight, 1);
    world->config.diagnose_probes = 8;
    world_run(world, "127.0.0.1");
    assert_int_equal(world_probe(world)->end, CM_END_REFUSED_BY_US);
    assert_int_equal(world->got->num_answers, 1);
    assert_int_equal(world->got->answers[0].ask, CM_ASK_TLS1_2);
    assert_int_equal(world->got->answers[0].end, CM_ANSWER_FLIGHT);
    assert_int_equal(world->got->answers[0].version, 0x0303);
    assert_int_equal(world->got->answers[0].cipher, 0x009c);
}

static void all_go_through_the_proxy(void **state)
{
    static const struct world_line lines[] = {
        WORLD_LINE("HTTP/1.1 200 Connection established\r\n\r\n"),
        WORLD_LINE(HANDSHAKE_FAILURE),
    };
    struct world *world = *state;

    serve(world, lines, 2);
    world->config.proxy_host = "127.0.0.1";
    world->config.proxy_port = world->port;
    world->config.diagnose_probes = 2;
    world_run(world, "192.0.2.7");
    assert_int_equal(world->num_clients, 1 + 2);
    assert_int_equal(world->got->num_answers, 2);
    assert_int_equal(world->got->answers[1].end, CM_ANSWER_ALERT);
    assert_int_equal(world_probe(world)->end, CM_END_ALERT_RECEIVED);
}

static void a_proxy_that_stops_is_asked_twice_at_most(void **state)
{
    static const struct world_line lines[] = {
        WORLD_LINE("HTTP/1.1 200 Connection established\r\n\r\n"),
        WORLD_LINE(HANDSHAKE_FAILURE),
    };
    struct world *world = *state;
    struct cm_error err;

    serve(world, lines, 2);
    world->config.proxy_host = "127.0.0.1";
    world->config.proxy_port = world->port;
    world->config.diagnose_probes = 8;
    world_begin(world, "192.0.2.7");
    for (int i = 0; i < 100000 && world->got == NULL; i++) {
        assert_int_equal(cm_loop_turn(world->loop, 100, &err), CM_OK);
        if (world->num_clients == 2) { /* it has asked once: no more */
            world->act = ACT_CLOSE;
        }
    }
    assert_non_null(world->got);
    assert_int_equal(world->got->num_probes, 1);
    assert_in_range(world->got->num_answers, 2, 3);
    assert_int_equal(world->got->answers[world->got->num_answers - 1].end,
                     CM_ANSWER_NONE);
}

/* Each question has the dialogue before it. */
static void all_begin_with_the_dialogue(void **state)
{
    static const struct world_line lines[] = {WORLD_LINE("S"),
                                              WORLD_LINE(HANDSHAKE_FAILURE)};
    struct world *world = *state;

    serve(world, lines, 2);
    world->protocol = "postgres";
    world->config.diagnose_probes = 2;
    world_run(world, "127.0.0.1");
    assert_int_equal(world_probe(world)->starttls, CM_STARTTLS_READY);
    assert_int_equal(world->num_clients, 1 + 2);
    assert_int_equal(world->got->num_answers, 2);
    assert_int_equal(world->got->answers[0].end, CM_ANSWER_ALERT);
    assert_int_equal(world->request[0], RECORD_TYPE);
}

/* MS-SQL: prelogin, then the hello and its answer inside packets. */
static void some_are_asked_in_packets(void **state)
{
    static const struct world_line lines[] = {
        WORLD_LINE("\x04\x01\x00\x1a\x00\x00\x01\x00"
                   "\x00\x00\x0b\x00\x06\x01\x00\x11\x00\x01\xff"
                   "\x0f\x00\x07\xd0\x00\x00\x01"),
        WORLD_LINE("\x12\x01\x00\x0f\x00\x00\x01\x00" HANDSHAKE_FAILURE),
    };
    struct world *world = *state;

    serve(world, lines, 2);
    world->protocol = "mssql";
    world->config.diagnose_probes = 2;
    world_run(world, "127.0.0.1");
    assert_int_equal(world_probe(world)->end, CM_END_ALERT_RECEIVED);
    assert_int_equal(world->got->num_answers, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(world->got->answers[i].end, CM_ANSWER_ALERT);
        assert_int_equal(world->got->answers[i].alert, 40);
    }
    assert_int_equal(world->request[0], 0x12); /* a packet around it */
    assert_int_equal(world->request[8], RECORD_TYPE);
}

static void silence_is_waited_for_half_as_long(void **state)
{
    struct world *world = *state;

    world->config.tls_timeout_ms = 60;
    world->config.diagnose_probes = 8;
    world_run(world, "127.0.0.1");
    assert_int_equal(world_probe(world)->end, CM_END_TIMEOUT);
    /* An address has no name to leave out; and then no more. */
    assert_int_equal(world->got->num_answers, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(world->got->answers[i].end, CM_ANSWER_SILENT);
        assert_int_equal(world->got->answers[i].sys_errno, ETIMEDOUT);
    }
}

/* Of a server that is silent from the beginning, and of one that speaks. */
static void each_silence_is_waited_for_less(void **state)
{
    static const unsigned want_ms[] = {4000, 2000, 1200, 1200};
    struct cm_scan scan = {.evidence = cm_evidence_new()};
    struct cm_probe *probe;
    struct cm_answer *answer;

    (void)state;
    assert_non_null(scan.evidence);
    probe = cm_evidence_add_probe(scan.evidence);
    assert_non_null(probe);
    probe->end = CM_END_TIMEOUT;
    probe->reached = CM_PHASE_HANDSHAKING;
    probe->connect_ms = 50;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(cm_scan_ask_budget(&scan, 8000), want_ms[i]);
        assert_int_equal(cm_scan_ask_budget(&scan, 700), 700);
        answer = cm_evidence_add_answer(scan.evidence);
        assert_non_null(answer);
        answer->end = CM_ANSWER_SILENT;
    }
    scan.evidence->answers[2].end = CM_ANSWER_FLIGHT;
    assert_int_equal(cm_scan_ask_budget(&scan, 8000), 8000);
    scan.evidence->answers[2].end = CM_ANSWER_SILENT;
    scan.evidence->probes[0].end = CM_END_RESET;
    assert_int_equal(cm_scan_ask_budget(&scan, 8000), 8000);
    cm_evidence_free(scan.evidence);
}

static void the_total_time_ends_the_asking(void **state)
{
    struct world *world = *state;

    world->config.tls_timeout_ms = 200;
    world->config.total_timeout_ms = 250;
    world->config.diagnose_probes = 8;
    world_run(world, "127.0.0.1");
    assert_int_equal(world_probe(world)->end, CM_END_TIMEOUT);
    assert_int_equal(world->got->num_answers, 1);
    assert_int_equal(world->got->answers[0].end, CM_ANSWER_SILENT);
}

static void resets_and_ends_are_told_apart(void **state)
{
    static const struct {
        enum act act;
        enum cm_answer_end end;
    } ways[] = {{ACT_RESET, CM_ANSWER_RESET}, {ACT_CLOSE, CM_ANSWER_CLOSED}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        void *inner = NULL;
        struct world *world;

        (void)world_build(&inner);
        world = inner;
        world->act = ways[i].act;
        world->config.diagnose_probes = 2;
        world_run(world, "127.0.0.1");
        assert_int_equal(world->got->num_answers, 2);
        assert_int_equal(world->got->answers[0].end, ways[i].end);
        assert_int_equal(world->got->answers[1].end, ways[i].end);
        (void)world_take_down(&inner);
    }
}

static void abandoning_leaks_nothing(void **state)
{
    struct world *world = *state;
    struct cm_error err;

    serve(world, refuses, 1);
    world->config.diagnose_probes = 8;
    for (int turns = 1; turns < 40; turns += 3) {
        world_begin(world, "127.0.0.1");
        for (int i = 0; i < turns && world->got == NULL &&
                        world->num_clients < MAX_CLIENTS - 2;
             i++) {
            assert_int_equal(cm_loop_turn(world->loop, 10, &err), CM_OK);
        }
        cm_scan_abandon(&world->scan);
        cm_evidence_free(world->got);
        world->got = NULL;
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_WORLD(each_question_has_its_connection),
        IN_WORLD(none_are_asked_without_a_budget),
        cmocka_unit_test(what_is_explained_costs_nothing),
        IN_WORLD(a_port_that_refuses_is_not_asked),
        IN_WORLD(a_flight_in_clear_is_kept),
        IN_WORLD(all_go_through_the_proxy),
        IN_WORLD(a_proxy_that_stops_is_asked_twice_at_most),
        IN_WORLD(all_begin_with_the_dialogue),
        IN_WORLD(some_are_asked_in_packets),
        IN_WORLD(silence_is_waited_for_half_as_long),
        cmocka_unit_test(each_silence_is_waited_for_less),
        IN_WORLD(the_total_time_ends_the_asking),
        cmocka_unit_test(resets_and_ends_are_told_apart),
        IN_WORLD(abandoning_leaks_nothing),
    };

    return cmocka_run_group_tests_name("endpoint: asking", tests, NULL, NULL);
}
