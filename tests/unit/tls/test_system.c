/* When memory runs out, and how often the system is called.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "peer.h"
#include "tls/capture.h"
#include "tls/tls.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t num, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t num, size_t size);
ssize_t __real_recv(int fd, void *data, size_t len, int flags);
ssize_t __wrap_recv(int fd, void *data, size_t len, int flags);

/* How many more allocations succeed; below zero: all. */
static int *budget(void)
{
    static int left = -1;

    return &left;
}

static bool may_allocate(void)
{
    if (*budget() == 0) {
        return false;
    }
    if (*budget() > 0) {
        (*budget())--;
    }
    return true;
}

void *__wrap_malloc(size_t size)
{
    return may_allocate() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t num, size_t size)
{
    return may_allocate() ? __real_calloc(num, size) : NULL;
}

static unsigned *reads(void)
{
    static unsigned count;

    return &count;
}

ssize_t __wrap_recv(int fd, void *data, size_t len, int flags)
{
    (*reads())++;
    return __real_recv(fd, data, len, flags);
}

static void allow(int allocations)
{
    *budget() = allocations;
}

static void context_says_so(void **state)
{
    static const struct cm_tls_options everything;
    struct cm_tls_context *context;
    struct cm_error err;

    (void)state;
    allow(0);
    assert_int_equal(cm_tls_context_new(&context, &everything, &err),
                     CM_ENOMEM);
    allow(-1);
    assert_null(context);
}

static void connection_says_so(void **state)
{
    struct cm_tls_context *context = session_context();
    struct cm_probe probe = {0};
    struct cm_tls *tls;

    (void)state;
    allow(0);
    tls = cm_tls_new(context, -1, "", &probe);
    allow(-1);
    assert_null(tls);
    cm_tls_context_free(context);
}

/* The Certificate message is the first thing that is kept. */
static void handshake_ends_as_our_own_failure(void **state)
{
    struct session s;
    enum cm_io io;

    (void)state;
    session_open(&s, &(struct peer_spec){.version = 0x0303});
    assert_int_equal(cm_tls_handshake(s.tls), CM_IO_WANT_READ);
    peer_turn(&s.peer);
    allow(0);
    io = cm_tls_handshake(s.tls);
    allow(-1);
    assert_int_equal(io, CM_IO_FAILED);
    assert_int_equal(s.probe.end, CM_END_SYSTEM);
    assert_int_equal(s.probe.sys_errno, ENOMEM);
    session_close(&s);
}

/* Input that is left over when the handshake completes cannot be kept. */
static void left_over_input_is_not_lost_silently(void **state)
{
    static const uint8_t record[] = {23, 3, 3, 0, 3, 1, 2, 3};
    struct session s;
    enum cm_io io;

    (void)state;
    session_open(&s, &(struct peer_spec){.version = 0x0304});
    assert_int_equal(cm_tls_handshake(s.tls), CM_IO_WANT_READ);
    s.peer.hold = true;
    peer_turn(&s.peer);
    s.peer.hold = false;
    assert_true(cm_buf_append(&s.peer.held, record, sizeof(record)));
    peer_turn(&s.peer);
    allow(1); /* the Certificate message */
    io = cm_tls_handshake(s.tls);
    allow(-1);
    assert_int_equal(io, CM_IO_FAILED);
    assert_int_equal(s.probe.sys_errno, ENOMEM);
    session_close(&s);
}

static void staple_and_names_are_given_up(void **state)
{
    static const uint8_t status[] = {1, 0, 0, 1, 0xaa};
    static const uint8_t request[] = {0, 0, 4, 0, 2, 0x30, 0};
    struct cm_probe probe = {.version = 0x0301};
    struct cm_reader body;

    (void)state;
    allow(0);
    cm_reader_init(&body, status, sizeof(status));
    assert_false(cm_capture_message(CM_HS_CERTIFICATE_STATUS, body, &probe));
    cm_reader_init(&body, request, sizeof(request));
    assert_false(cm_capture_message(CM_HS_CERTIFICATE_REQUEST, body, &probe));
    allow(-1);
    assert_null(probe.ocsp_staple.data);
    assert_null(probe.ca_names.data);
    assert_int_equal(probe.client_auth, CM_CLIENT_AUTH_REQUESTED);
    cm_probe_cleanup(&probe);
}

/* BoringSSL alone would read each record's header and body apart. */
static void reads_once_a_wake(void **state)
{
    struct session s;

    (void)state;
    session_open(&s, &(struct peer_spec){.version = 0x0304});
    *reads() = 0;
    assert_int_equal(cm_tls_handshake(s.tls), CM_IO_WANT_READ);
    assert_int_equal(*reads(), 1);
    peer_turn(&s.peer);
    *reads() = 0;
    assert_int_equal(cm_tls_handshake(s.tls), CM_IO_DONE);
    assert_int_equal(*reads(), 1);
    session_close(&s);

    session_open(&s, &(struct peer_spec){.version = 0x0303});
    assert_int_equal(cm_tls_handshake(s.tls), CM_IO_WANT_READ);
    peer_turn(&s.peer);
    *reads() = 0;
    assert_int_equal(cm_tls_handshake(s.tls), CM_IO_WANT_READ);
    assert_int_equal(*reads(), 1);
    session_close(&s);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(context_says_so),
        cmocka_unit_test(connection_says_so),
        cmocka_unit_test(handshake_ends_as_our_own_failure),
        cmocka_unit_test(left_over_input_is_not_lost_silently),
        cmocka_unit_test(staple_and_names_are_given_up),
        cmocka_unit_test(reads_once_a_wake),
    };

    return cmocka_run_group_tests_name("tls system", tests, NULL, NULL);
}
