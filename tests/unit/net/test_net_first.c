/* Whoever has the first word takes the last packet of TCP's handshake along.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/dial.h"

#define LONG_MS 60000
#define TRIES 20

static void on_dialled(void *arg, const struct cm_dial_result *result)
{
    int *fd = arg;

    assert_true(result->fd >= 0);
    *fd = result->fd;
}

static int listen_at(struct cm_address *out)
{
    struct sockaddr_in in4 = {.sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(in4);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&in4, len), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&in4, &len), 0);
    assert_true(cm_address_parse("127.0.0.1", out));
    out->port = ntohs(in4.sin_port);
    return fd;
}

static int connect_to(const struct cm_address *address)
{
    struct cm_loop *loop;
    struct cm_dial *dial;
    int fd = -1;

    assert_int_equal(cm_loop_new(&loop, NULL), CM_OK);
    dial = cm_dial_start(loop, address, 1, LONG_MS, on_dialled, &fd);
    assert_non_null(dial);
    cm_dial_speak_first(dial);
    while (fd < 0) {
        assert_int_equal(cm_loop_turn(loop, 1000, NULL), CM_OK);
    }
    cm_loop_free(loop);
    return fd;
}

/* True: the connection was there for us before it was for the server. */
static bool connects_and_speaks(void)
{
    struct cm_address address;
    int listener = listen_at(&address);
    int ours = connect_to(&address);
    char byte = 0;
    bool waited;
    int theirs;

    assert_int_equal(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
    theirs = accept(listener, NULL, NULL);
    waited = theirs < 0;
    assert_int_equal(write(ours, "x", 1), 1);
    if (waited) {
        assert_int_equal(fcntl(listener, F_SETFL, 0), 0);
        theirs = accept(listener, NULL, NULL);
    }
    assert_true(theirs >= 0);
    assert_int_equal(read(theirs, &byte, 1), 1);
    assert_int_equal(byte, 'x');
    close(theirs);
    close(ours);
    close(listener);
    return waited;
}

/* The kernel waits for a fifth of a second, which may pass in a test. */
static void saves_a_packet(void **state)
{
    bool waited = false;

    (void)state;
    for (int i = 0; i < TRIES && !waited; i++) {
        waited = connects_and_speaks();
    }
    assert_true(waited);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(saves_a_packet)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
