/* Connecting: order, staggering, failures of the network and of our own.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/dial.h"

#define LONG_MS 60000 /* longer than any test */
#define FILLERS 8

struct scene {
    struct cm_loop *loop;
    unsigned calls;
    struct cm_dial_result result;
    struct cm_dial_attempt attempts[CM_MAX_ADDRESSES];
    struct cm_dial *dial; /* cancelled in the callback when set */
};

static int open_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    *state = scene;
    return scene != NULL && cm_loop_new(&scene->loop, NULL) == CM_OK ? 0 : -1;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    if (scene->calls > 0 && scene->result.fd >= 0) {
        close(scene->result.fd);
    }
    cm_loop_free(scene->loop);
    free(scene);
    return 0;
}

static void on_dialled(void *arg, const struct cm_dial_result *result)
{
    struct scene *scene = arg;

    scene->calls++;
    scene->result = *result;
    for (size_t i = 0; i < result->num_attempts; i++) {
        scene->attempts[i] = result->attempts[i];
    }
    if (scene->dial != NULL) {
        cm_dial_cancel(scene->dial); /* allowed, and nothing */
    }
}

static struct cm_address address_of(const char *text, uint16_t port)
{
    struct cm_address address = {0};

    assert_true(cm_address_parse(text, &address));
    address.port = port;
    return address;
}

/* A listener; its port goes to `*out`. -1: the machine has no such address. */
static int listen_on(const char *text, int backlog, struct cm_address *out)
{
    struct sockaddr_in in4 = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    bool is_v4 = strchr(text, ':') == NULL;
    void *address = is_v4 ? (void *)&in4 : (void *)&in6;
    socklen_t len = is_v4 ? sizeof(in4) : sizeof(in6);
    int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM, 0);

    if (is_v4) {
        assert_int_equal(inet_pton(AF_INET, text, &in4.sin_addr), 1);
    } else {
        assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
    }
    if (fd < 0 || bind(fd, address, len) != 0 || listen(fd, backlog) != 0) {
        close(fd);
        return -1;
    }
    assert_int_equal(getsockname(fd, address, &len), 0);
    *out = address_of(text, ntohs(is_v4 ? in4.sin_port : in6.sin6_port));
    return fd;
}

/* A port of 127.0.0.1 at which nobody listens. */
static struct cm_address refusing(void)
{
    struct cm_address address;
    int fd = listen_on("127.0.0.1", 1, &address);

    assert_true(fd >= 0);
    close(fd);
    return address;
}

/* A listener whose queue is full drops what comes next: a black hole. */
struct hole {
    int listener;
    int fillers[FILLERS];
    struct cm_address address;
};

static void open_hole(struct hole *hole)
{
    struct sockaddr_in to;
    socklen_t len = sizeof(to);

    hole->listener = listen_on("127.0.0.1", 0, &hole->address);
    assert_true(hole->listener >= 0);
    assert_int_equal(getsockname(hole->listener, (struct sockaddr *)&to, &len),
                     0);
    for (size_t i = 0; i < FILLERS; i++) {
        hole->fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        assert_true(hole->fillers[i] >= 0);
        (void)connect(hole->fillers[i], (const struct sockaddr *)&to, len);
    }
}

static void close_hole(struct hole *hole)
{
    for (size_t i = 0; i < FILLERS; i++) {
        close(hole->fillers[i]);
    }
    close(hole->listener);
}

static void dial(struct scene *scene, const struct cm_address *addresses,
                 unsigned num, unsigned timeout_ms)
{
    struct cm_dial *started = cm_dial_start(scene->loop, addresses, num,
                                            timeout_ms, on_dialled, scene);

    assert_non_null(started);
    assert_int_equal(scene->calls, 0); /* never from inside the call */
    if (scene->dial != NULL) {
        scene->dial = started;
    }
    for (int i = 0; i < 10000 && scene->calls == 0; i++) {
        assert_int_equal(cm_loop_turn(scene->loop, 1000, NULL), CM_OK);
    }
    assert_int_equal(scene->calls, 1);
    assert_int_equal(cm_loop_turn(scene->loop, 0, NULL), CM_OK);
    assert_int_equal(scene->calls, 1);
}

static unsigned open_descriptors(void)
{
    unsigned count = 0;

    for (int fd = 0; fd < 1024; fd++) {
        count += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    }
    return count;
}

static void connects_to_a_listener(void **state)
{
    struct scene *scene = *state;
    struct cm_address address;
    int listener = listen_on("127.0.0.1", 4, &address);
    int no_delay = 0;
    socklen_t len = sizeof(no_delay);

    assert_true(listener >= 0);
    dial(scene, &address, 1, LONG_MS);
    assert_true(scene->result.fd >= 0);
    assert_int_equal(scene->result.winner, 0);
    assert_int_equal(scene->result.num_attempts, 1);
    assert_int_equal(scene->result.local_errno, 0);
    assert_true(scene->attempts[0].started);
    assert_int_equal(scene->attempts[0].end, CM_END_COMPLETE);
    assert_int_equal(scene->attempts[0].sys_errno, 0);
    assert_true((fcntl(scene->result.fd, F_GETFL) & O_NONBLOCK) != 0);
    assert_true((fcntl(scene->result.fd, F_GETFD) & FD_CLOEXEC) != 0);
    cm_dial_no_delay(scene->result.fd);
    assert_int_equal(
        getsockopt(scene->result.fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &len),
        0);
    assert_true(no_delay != 0);
    /* The loop has let go of it. */
    assert_int_equal(write(scene->result.fd, "x", 1), 1);
    close(listener);
}

static void connects_over_ipv6(void **state)
{
    struct scene *scene = *state;
    struct cm_address address;
    int listener = listen_on("::1", 4, &address);

    if (listener < 0) {
        skip();
    }
    dial(scene, &address, 1, LONG_MS);
    assert_true(scene->result.fd >= 0);
    close(listener);
}

static void a_refusal_is_told(void **state)
{
    struct scene *scene = *state;
    struct cm_address address = refusing();

    dial(scene, &address, 1, LONG_MS);
    assert_int_equal(scene->result.fd, -1);
    assert_int_equal(scene->result.local_errno, 0);
    assert_true(scene->attempts[0].started);
    assert_int_equal(scene->attempts[0].end, CM_END_RESET);
    assert_int_equal(scene->attempts[0].sys_errno, ECONNREFUSED);
}

static void after_a_refusal_the_next_is_tried_at_once(void **state)
{
    struct scene *scene = *state;
    struct cm_address addresses[4] = {refusing(), refusing()};
    int listener = listen_on("127.0.0.1", 4, &addresses[2]);

    assert_true(listener >= 0);
    addresses[3] = addresses[2];
    dial(scene, addresses, 4, LONG_MS);
    assert_true(scene->result.fd >= 0);
    assert_int_equal(scene->result.winner, 2);
    assert_int_equal(scene->attempts[0].end, CM_END_RESET);
    assert_int_equal(scene->attempts[1].end, CM_END_RESET);
    assert_false(scene->attempts[3].started);
    assert_int_equal(scene->attempts[3].end, CM_END_NONE);
    close(listener);
}

static void all_refusals_are_told(void **state)
{
    struct scene *scene = *state;
    struct cm_address addresses[5];

    for (size_t i = 0; i < 5; i++) {
        addresses[i] = refusing();
    }
    dial(scene, addresses, 5, LONG_MS);
    assert_int_equal(scene->result.fd, -1);
    assert_int_equal(scene->result.num_attempts, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(scene->attempts[i].sys_errno, ECONNREFUSED);
        assert_int_equal(scene->attempts[i].address.port, addresses[i].port);
    }
}

static void no_addresses_end_at_once(void **state)
{
    struct scene *scene = *state;

    dial(scene, NULL, 0, LONG_MS);
    assert_int_equal(scene->result.fd, -1);
    assert_int_equal(scene->result.num_attempts, 0);
    assert_int_equal(scene->result.local_errno, 0);
}

static void a_black_hole_does_not_hold_up_the_next(void **state)
{
    struct scene *scene = *state;
    struct hole hole;
    struct cm_address addresses[2];
    int listener = listen_on("127.0.0.1", 4, &addresses[1]);
    unsigned before;

    assert_true(listener >= 0);
    open_hole(&hole);
    addresses[0] = hole.address;
    before = open_descriptors();
    dial(scene, addresses, 2, LONG_MS);
    assert_true(scene->result.fd >= 0);
    assert_int_equal(scene->result.winner, 1);
    assert_true(scene->attempts[0].started);
    assert_int_equal(scene->attempts[0].end, CM_END_NONE); /* abandoned */
    assert_int_equal(open_descriptors(), before + 1);      /* and closed */
    close_hole(&hole);
    close(listener);
}

static void silence_ends_by_our_timer(void **state)
{
    struct scene *scene = *state;
    struct hole hole;
    struct cm_address addresses[2];

    open_hole(&hole);
    addresses[0] = hole.address;
    addresses[1] = refusing();
    dial(scene, addresses, 2, 20); /* less than the stagger */
    assert_int_equal(scene->result.fd, -1);
    assert_int_equal(scene->attempts[0].end, CM_END_TIMEOUT);
    assert_int_equal(scene->attempts[0].sys_errno, ETIMEDOUT);
    assert_true(scene->attempts[0].ms >= 20);
    assert_int_equal(scene->attempts[1].end, CM_END_RESET);
    close_hole(&hole);
}

static void at_most_three_are_open_at_once(void **state)
{
    struct scene *scene = *state;
    struct hole hole;
    struct cm_address addresses[5];
    struct cm_dial *started;
    unsigned before;
    unsigned most = 0;

    open_hole(&hole);
    for (size_t i = 0; i < 5; i++) {
        addresses[i] = hole.address;
    }
    before = open_descriptors();
    started = cm_dial_start(scene->loop, addresses, 5, 1200, on_dialled, scene);
    assert_non_null(started);
    for (int i = 0; i < 10000 && scene->calls == 0; i++) {
        unsigned now;

        assert_int_equal(cm_loop_turn(scene->loop, 1000, NULL), CM_OK);
        now = open_descriptors() - before;
        most = now > most ? now : most;
    }
    assert_int_equal(most, CM_DIAL_MAX_FDS);
    assert_int_equal(open_descriptors(), before);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(scene->attempts[i].end, CM_END_TIMEOUT);
    }
    close_hole(&hole);
}

static void a_cancelled_dial_is_silent(void **state)
{
    struct scene *scene = *state;
    struct hole hole;
    unsigned before;

    open_hole(&hole);
    before = open_descriptors();
    for (int turns = 0; turns < 2; turns++) { /* before and after the start */
        struct cm_dial *started = cm_dial_start(scene->loop, &hole.address, 1,
                                                LONG_MS, on_dialled, scene);
        assert_non_null(started);
        for (int i = 0; i < turns; i++) {
            assert_int_equal(cm_loop_turn(scene->loop, 0, NULL), CM_OK);
        }
        assert_int_equal(open_descriptors(), before + (unsigned)turns);
        cm_dial_cancel(started);
        assert_int_equal(open_descriptors(), before);
    }
    assert_int_equal(cm_loop_turn(scene->loop, 0, NULL), CM_OK);
    assert_int_equal(scene->calls, 0);
    cm_dial_cancel(NULL);
    close_hole(&hole);
}

static void cancelling_inside_the_callback_is_harmless(void **state)
{
    struct scene *scene = *state;
    struct cm_address address = refusing();
    struct cm_dial *placeholder;

    placeholder = cm_dial_start(scene->loop, &address, 0, 1, on_dialled, scene);
    scene->dial = placeholder; /* makes `dial` note its own */
    cm_dial_cancel(placeholder);
    dial(scene, &address, 1, LONG_MS);
    assert_int_equal(scene->attempts[0].sys_errno, ECONNREFUSED);
}

/* Allows `spare` more descriptors; returns what to set back. */
static struct rlimit limit_descriptors(unsigned spare)
{
    struct rlimit old;
    struct rlimit low;
    int lowest_free = fcntl(0, F_DUPFD, 0);

    assert_true(lowest_free >= 0);
    close(lowest_free);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    low = old;
    low.rlim_cur = (rlim_t)lowest_free + spare;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    return old;
}

static void without_descriptors_it_is_our_fault(void **state)
{
    struct scene *scene = *state;
    struct cm_address addresses[2] = {refusing(), refusing()};
    struct rlimit old = limit_descriptors(0);

    dial(scene, addresses, 2, LONG_MS);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_int_equal(scene->result.fd, -1);
    assert_int_equal(scene->result.local_errno, EMFILE);
    assert_false(scene->attempts[0].started);
    assert_int_equal(scene->attempts[0].end, CM_END_NONE);
}

static void with_one_descriptor_the_attempts_take_turns(void **state)
{
    struct scene *scene = *state;
    struct hole hole;
    struct cm_address addresses[2];
    struct rlimit old;

    open_hole(&hole);
    addresses[0] = hole.address;
    addresses[1] = refusing();
    old = limit_descriptors(1);
    dial(scene, addresses, 2, CM_DIAL_STAGGER_MS + 50);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_int_equal(scene->result.local_errno, 0);
    assert_int_equal(scene->attempts[0].end, CM_END_TIMEOUT);
    assert_int_equal(scene->attempts[1].sys_errno, ECONNREFUSED);
    close_hole(&hole);
}

static void an_address_we_have_no_way_to_is_passed_over(void **state)
{
    struct scene *scene = *state;
    /* Link-local without an interface: EINVAL from the kernel. */
    struct cm_address addresses[2] = {address_of("fe80::1", 9)};
    int listener = listen_on("127.0.0.1", 4, &addresses[1]);

    assert_true(listener >= 0);
    dial(scene, addresses, 2, LONG_MS);
    assert_true(scene->result.fd >= 0);
    assert_int_equal(scene->result.winner, 1);
    assert_int_equal(scene->attempts[0].end, CM_END_SYSTEM);
    assert_true(scene->attempts[0].sys_errno != 0);
    close(listener);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(connects_to_a_listener),
        TEST(connects_over_ipv6),
        TEST(a_refusal_is_told),
        TEST(after_a_refusal_the_next_is_tried_at_once),
        TEST(all_refusals_are_told),
        TEST(no_addresses_end_at_once),
        TEST(a_black_hole_does_not_hold_up_the_next),
        TEST(silence_ends_by_our_timer),
        TEST(at_most_three_are_open_at_once),
        TEST(a_cancelled_dial_is_silent),
        TEST(cancelling_inside_the_callback_is_harmless),
        TEST(without_descriptors_it_is_our_fault),
        TEST(with_one_descriptor_the_attempts_take_turns),
        TEST(an_address_we_have_no_way_to_is_passed_over),
    };

    return cmocka_run_group_tests_name("net/dial", tests, NULL, NULL);
}
