/* When canaries are asked, and what becomes of endpoints that failed, with the
 * time injected; and real canaries on this machine.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "run/canary.h"
#include "run/suspects.h"

static void ask(struct cm_lifeline *line, uint64_t at_ms, bool answered)
{
    int wait_ms;

    assert_true(cm_lifeline_due(line, at_ms, &wait_ms));
    cm_lifeline_begin(line, at_ms);
    assert_false(cm_lifeline_due(line, at_ms + 5000, &wait_ms));
    cm_lifeline_end(line, at_ms, answered);
}

static void canaries_are_asked_first_and_when_half_fail(void **state)
{
    struct cm_lifeline line;
    int wait_ms;

    (void)state;
    cm_lifeline_open(&line, 0);
    assert_true(cm_lifeline_holds(&line));
    ask(&line, 100, true);
    assert_false(cm_lifeline_holds(&line));
    assert_false(cm_lifeline_due(&line, 99999, &wait_ms));
    assert_int_equal(wait_ms, -1);
    /* 31 of 64 are not many, however long it goes on. */
    for (unsigned i = 0; i < 640; i++) {
        assert_false(cm_lifeline_note(&line, i % 64 < 31));
    }
    for (unsigned i = 0; i < 31; i++) { /* in place of the oldest 31 */
        assert_false(cm_lifeline_note(&line, true));
    }
    assert_true(cm_lifeline_note(&line, true));
    assert_false(cm_lifeline_due(&line, 600, &wait_ms));
    assert_int_equal(wait_ms, 500);
    ask(&line, 1100, true);
    /* Those count no more: it takes as many again. */
    for (unsigned i = 0; i < CM_LIFELINE_RECENT - 1; i++) {
        assert_false(cm_lifeline_note(&line, true));
    }
    assert_true(cm_lifeline_note(&line, true));
    cm_lifeline_close(&line);
}

static void an_outage_ends_with_an_answer_or_in_time(void **state)
{
    struct cm_lifeline line;

    (void)state;
    cm_lifeline_open(&line, 3000);
    ask(&line, 1000, false);
    assert_true(cm_lifeline_holds(&line));
    ask(&line, 2000, false);
    ask(&line, 3000, true);
    assert_false(cm_lifeline_holds(&line));
    cm_lifeline_want(&line);
    ask(&line, 10000, false); /* the time is that of this outage */
    ask(&line, 11000, false);
    ask(&line, 12999, false);
    assert_false(cm_lifeline_is_lost(&line));
    ask(&line, 13999, false);
    assert_true(cm_lifeline_is_lost(&line));
    assert_false(cm_lifeline_holds(&line));
    cm_lifeline_close(&line);
}

static void outages_are_not_waited_for_without_end(void **state)
{
    struct cm_lifeline line;
    uint64_t now_ms = 0;

    (void)state;
    cm_lifeline_open(&line, 0);
    for (unsigned i = 0; i < CM_LIFELINE_OUTAGES; i++) {
        cm_lifeline_want(&line);
        ask(&line, now_ms += 2000, false);
        assert_false(cm_lifeline_is_lost(&line));
        ask(&line, now_ms += 2000, true);
    }
    cm_lifeline_want(&line);
    ask(&line, now_ms + 2000, false);
    assert_true(cm_lifeline_is_lost(&line));
    cm_lifeline_close(&line);
}

static void who_failed_is_blamed_only_by_a_later_answer(void **state)
{
    struct cm_lifeline line;

    (void)state;
    cm_lifeline_open(&line, 1500);
    ask(&line, 1000, true);
    assert_int_equal(cm_lifeline_fate(&line, 1, 1), CM_FATE_OPEN);
    cm_lifeline_want(&line);
    cm_lifeline_begin(&line, 2000);
    cm_lifeline_end(&line, 2100, true);
    assert_int_equal(cm_lifeline_fate(&line, 1, 1), CM_FATE_STANDS);
    /* It failed while that asking was under way. */
    assert_int_equal(cm_lifeline_fate(&line, 1, 2), CM_FATE_OPEN);
    cm_lifeline_want(&line);
    ask(&line, 4000, false);
    assert_int_equal(cm_lifeline_fate(&line, 1, 2), CM_FATE_OPEN);
    ask(&line, 5000, true);
    assert_int_equal(cm_lifeline_fate(&line, 1, 2), CM_FATE_AGAIN);
    assert_int_equal(cm_lifeline_fate(&line, 3, 3), CM_FATE_STANDS);
    assert_int_equal(cm_lifeline_fate(&line, 1, 1), CM_FATE_AGAIN);
    cm_lifeline_want(&line);
    ask(&line, 6000, false);
    ask(&line, 8000, false);
    assert_int_equal(cm_lifeline_fate(&line, 4, 4), CM_FATE_OFFLINE);
    assert_int_equal(cm_lifeline_fate(&line, 2, 3), CM_FATE_AGAIN);
    cm_lifeline_close(&line);
}

static void only_what_an_outage_looks_like_is_suspected(void **state)
{
    static const struct {
        enum cm_phase reached;
        enum cm_end end;
        int error;
        bool suspect;
    } cases[] = {
        {CM_PHASE_CONNECTING, CM_END_TIMEOUT, ETIMEDOUT, true},
        {CM_PHASE_HANDSHAKING, CM_END_TIMEOUT, 0, true},
        {CM_PHASE_CONNECTING, CM_END_RESET, ECONNREFUSED, true},
        {CM_PHASE_CONNECTING, CM_END_SYSTEM, ENETUNREACH, true},
        {CM_PHASE_CONNECTING, CM_END_SYSTEM, EMFILE, false},
        {CM_PHASE_REQUESTING, CM_END_RESET, 0, false},
        {CM_PHASE_HANDSHAKING, CM_END_ALERT_RECEIVED, 0, false},
        {CM_PHASE_RECORDED, CM_END_COMPLETE, 0, false},
    };
    struct cm_evidence *ev = cm_evidence_new();

    (void)state;
    ev->dns.result = CM_DNS_NXDOMAIN;
    assert_false(cm_lifeline_suspects(ev));
    ev->dns.result = CM_DNS_TIMEOUT;
    assert_true(cm_lifeline_suspects(ev));
    ev->dns.result = CM_DNS_OK;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct cm_probe *probe =
            i == 0 ? cm_evidence_add_probe(ev) : &ev->probes[0];

        probe->reached = cases[i].reached;
        probe->end = cases[i].end;
        probe->sys_errno = cases[i].error;
        assert_int_equal(cm_lifeline_suspects(ev), cases[i].suspect);
    }
    /* One address that answered is an answer. */
    ev->probes[0].end = CM_END_COMPLETE;
    cm_evidence_add_probe(ev)->end = CM_END_TIMEOUT;
    assert_false(cm_lifeline_suspects(ev));
    cm_evidence_free(ev);
}

static void keep(struct cm_suspects *suspects, uint64_t id, unsigned ended)
{
    struct cm_scan scan = {.endpoint_id = id, .evidence = cm_evidence_new()};

    assert_true(cm_suspects_keep(suspects, &scan, ended, ended));
    assert_null(scan.evidence);
}

static void suspects_wait_and_are_asked_again(void **state)
{
    struct cm_suspects suspects = {0};
    struct cm_suspect *suspect;
    struct cm_lifeline line;
    struct cm_job job;
    enum cm_fate fate;

    (void)state;
    cm_lifeline_open(&line, 0);
    ask(&line, 0, true);
    keep(&suspects, 7, 1);
    keep(&suspects, 8, 2);
    assert_null(cm_suspects_next(&suspects, &line, &fate));
    cm_lifeline_want(&line);
    ask(&line, 1000, false);
    ask(&line, 2000, true);
    suspect = cm_suspects_next(&suspects, &line, &fate);
    assert_non_null(suspect);
    assert_int_equal(fate, CM_FATE_AGAIN);
    cm_suspects_again(&suspects, suspect);
    assert_true(cm_suspects_draw(&suspects, &job));
    assert_int_equal(job.endpoint_id, 7);
    assert_false(cm_suspects_draw(&suspects, &job));
    suspect = cm_suspects_next(&suspects, &line, &fate);
    assert_int_equal(fate, CM_FATE_STANDS);
    assert_int_equal(suspect->job.endpoint_id, 8);
    cm_suspects_free(suspect);
    assert_false(cm_suspects_any(&suspects));
    keep(&suspects, 9, 3);
    cm_suspects_drop(&suspects);
    assert_false(cm_suspects_any(&suspects));
    cm_lifeline_close(&line);
}

static void hosts_and_ports_are_read(void **state)
{
    static const struct {
        const char *text;
        const char *host; /* NULL: refused */
        uint16_t port;
    } cases[] = {
        {"up.example", "up.example", 443},
        {"up.example:8443", "up.example", 8443},
        {"192.0.2.1:1", "192.0.2.1", 1},
        {"2001:db8::1", "2001:db8::1", 443},
        {"[2001:db8::1]:65535", "[2001:db8::1]", 65535},
        {"", NULL, 0},
        {":443", NULL, 0},
        {"up.example:", NULL, 0},
        {"up.example:0", NULL, 0},
        {"up.example:65536", NULL, 0},
        {"up.example:+5", NULL, 0},
        {"up.example:5x", NULL, 0},
        {"[2001:db8::1", NULL, 0},
        {"[2001:db8::1]x", NULL, 0},
        {"https://up.example", NULL, 0},
        {"up example", NULL, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct cm_canary canary;
        bool good = cm_canary_parse(cases[i].text, &canary);

        assert_int_equal(good, cases[i].host != NULL);
        if (good) {
            assert_string_equal(canary.host, cases[i].host);
            assert_int_equal(canary.port, cases[i].port);
        }
    }
}

/* --- with sockets --- */

static void count_told(void *arg)
{
    const uint64_t one = 1;

    assert_int_equal(write(*(int *)arg, &one, sizeof(one)), sizeof(one));
}

static void wait_told(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    uint64_t times;

    assert_int_equal(poll(&ready, 1, 60000), 1);
    assert_int_equal(read(fd, &times, sizeof(times)), sizeof(times));
}

/* Listens on a port of its own, or only holds it. */
static int open_port(bool listens, uint16_t *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    assert_true(!listens || listen(fd, 8) == 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static void one_canary_that_answers_is_enough(void **state)
{
    const struct cm_resolver_options resolver = {
        .servers = "127.0.0.1:1", .timeout_ms = 100, .hosts_file = false};
    struct cm_canary canaries[3] = {
        {"127.0.0.1", 0}, {"name.invalid", 443}, {"127.0.0.1", 0}};
    int told = eventfd(0, EFD_CLOEXEC);
    int dead = open_port(false, &canaries[0].port);
    int alive = open_port(true, &canaries[2].port);

    (void)state;
    for (unsigned num = 2; num <= 3; num++) {
        struct cm_canary_watch *watch;

        assert_int_equal(
            cm_canary_open(&watch,
                           &(struct cm_canary_config){.canaries = canaries,
                                                      .num_canaries = num,
                                                      .resolver = &resolver,
                                                      .told = count_told,
                                                      .told_arg = &told},
                           NULL),
            CM_OK);
        assert_int_equal(cm_canary_start(watch, NULL), CM_OK);
        wait_told(told);
        assert_int_equal(cm_lifeline_holds(cm_canary_lifeline(watch)),
                         num == 2);
        cm_canary_free(watch);
    }
    close(dead);
    close(alive);
    close(told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canaries_are_asked_first_and_when_half_fail),
        cmocka_unit_test(an_outage_ends_with_an_answer_or_in_time),
        cmocka_unit_test(outages_are_not_waited_for_without_end),
        cmocka_unit_test(who_failed_is_blamed_only_by_a_later_answer),
        cmocka_unit_test(only_what_an_outage_looks_like_is_suspected),
        cmocka_unit_test(suspects_wait_and_are_asked_again),
        cmocka_unit_test(hosts_and_ports_are_read),
        cmocka_unit_test(one_canary_that_answers_is_enough),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
