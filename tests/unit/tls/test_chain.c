/* The presented chain and what comes with it, also of handshakes that our
 * library would not finish.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>

#include "peer.h"
#include "tls/tls.h"

static const struct chain_case {
    const char *name;
    struct peer_spec spec;
    bool completes;
} chains[] = {
    {"rubbish behind the leaf, TLS 1.2",
     {.version = 0x0303, .extra_certs = 3, .extra_len = 700},
     true},
    {"rubbish behind the leaf, TLS 1.3",
     {.version = 0x0304, .extra_certs = 3, .extra_len = 700},
     true},
    {"a leaf of rubbish, TLS 1.0",
     {.version = 0x0301,
      .flaw = PEER_GARBAGE_LEAF,
      .extra_certs = 2,
      .extra_len = 9},
     false},
    {"a leaf of rubbish, TLS 1.2",
     {.version = 0x0303,
      .flaw = PEER_GARBAGE_LEAF,
      .extra_certs = 2,
      .extra_len = 9},
     false},
    {"a leaf of rubbish, TLS 1.3",
     {.version = 0x0304,
      .flaw = PEER_GARBAGE_LEAF,
      .extra_certs = 2,
      .extra_len = 9},
     false},
    {"a key of an unknown kind, TLS 1.2",
     {.version = 0x0303,
      .flaw = PEER_STRANGE_KEY,
      .extra_certs = 2,
      .extra_len = 9},
     false},
    {"a key of an unknown kind, TLS 1.3",
     {.version = 0x0304,
      .flaw = PEER_STRANGE_KEY,
      .extra_certs = 2,
      .extra_len = 9},
     false},
};
#define NUM_CHAINS (sizeof(chains) / sizeof(chains[0]))

static void keeps_the_chain(void **state)
{
    const struct chain_case *c = *state;
    struct session s;

    session_open(&s, &c->spec);
    assert_int_equal(peer_handshake(&s.peer, s.tls),
                     c->completes ? CM_IO_DONE : CM_IO_FAILED);
    session_chain_is(&s, c->spec.extra_certs + 1);
    if (!c->completes) {
        assert_int_equal(s.probe.end, CM_END_REFUSED_BY_US);
        assert_int_equal(s.probe.sys_errno, 0);
        assert_string_not_equal(s.probe.error, "");
        assert_true(s.probe.alert_sent.seen);
        assert_int_equal(s.probe.alert_sent.level, 2);
        assert_false(s.probe.alert_received.seen);
        assert_false(s.probe.bad_key_proof);
    }
    session_close(&s);
}

static const struct version_case {
    const char *name;
    uint16_t version;
} versions[] = {
    {"the wrong key signs, TLS 1.0", 0x0301},
    {"the wrong key signs, TLS 1.1", 0x0302},
    {"the wrong key signs, TLS 1.2", 0x0303},
    {"the wrong key signs, TLS 1.3", 0x0304},
};
#define NUM_VERSIONS (sizeof(versions) / sizeof(versions[0]))

static void notices_the_wrong_key(void **state)
{
    const struct version_case *c = *state;
    struct session s;

    session_open(
        &s, &(struct peer_spec){.version = c->version, .flaw = PEER_WRONG_KEY});
    assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_FAILED);
    assert_int_equal(s.probe.end, CM_END_REFUSED_BY_US);
    assert_true(s.probe.bad_key_proof);
    assert_int_equal(s.probe.alert_sent.description, 51);
    assert_int_equal(s.probe.group, 0x001d);
    session_chain_is(&s, 1);
    session_close(&s);
}

static void counts_certificates_it_does_not_keep(void **state)
{
    struct cm_span out[2];
    unsigned num_sent;
    struct session s;

    (void)state;
    session_open(&s, &(struct peer_spec){.extra_certs = 120, .extra_len = 300});
    assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
    assert_int_equal(cm_tls_chain(s.tls, out, 2, &num_sent), 2);
    assert_int_equal(num_sent, 121);
    assert_int_equal(out[1].data[0], 1);
    session_close(&s);
}

/* Near the cap it is read, above the cap it is refused in plain words. */
static void reads_chains_up_to_a_megabyte(void **state)
{
    struct peer_spec spec = {.extra_certs = 10, .extra_len = 104000};
    struct session s;

    (void)state;
    session_open(&s, &spec);
    assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
    assert_true(s.probe.chain_bytes > 1040000);
    session_close(&s);

    spec.extra_certs = 11;
    session_open(&s, &spec);
    assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_FAILED);
    assert_int_equal(s.probe.end, CM_END_REFUSED_BY_US);
    assert_non_null(strstr(s.probe.error, "EXCESSIVE_MESSAGE_SIZE"));
    assert_false(s.probe.certificate_message);
    session_close(&s);
}

static void keeps_staple_and_scts(void **state)
{
    static const uint8_t scts[] = {0, 5, 0, 3, 'S', 'C', 'T'};
    static const uint16_t both[] = {0x0303, 0x0304};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct session s;

        session_open(&s, &(struct peer_spec){.version = both[i],
                                             .staple = "a stapled response",
                                             .scts = {scts, sizeof(scts)}});
        assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
        assert_int_equal(s.probe.ocsp_staple.len, strlen("a stapled response"));
        assert_memory_equal(s.probe.ocsp_staple.data, "a stapled response",
                            s.probe.ocsp_staple.len);
        assert_int_equal(s.probe.sct_bytes, sizeof(scts));
        session_close(&s);
    }
}

/* The library never came to look at it. */
static void keeps_the_staple_of_a_leaf_of_rubbish(void **state)
{
    struct session s;

    (void)state;
    session_open(&s, &(struct peer_spec){.version = 0x0304,
                                         .flaw = PEER_GARBAGE_LEAF,
                                         .staple = "staple"});
    assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_FAILED);
    assert_int_equal(s.probe.ocsp_staple.len, 6);
    session_close(&s);
}

/* The same alert as for a wrong key, and yet the key was proven. */
static void a_wrong_finished_is_no_wrong_key(void **state)
{
    struct session s;

    (void)state;
    session_open(&s, &(struct peer_spec){.version = 0x0304,
                                         .flaw = PEER_WRONG_FINISHED});
    assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_FAILED);
    assert_int_equal(s.probe.end, CM_END_REFUSED_BY_US);
    assert_int_equal(s.probe.alert_sent.description, 51);
    assert_false(s.probe.bad_key_proof);
    session_close(&s);
}

static size_t put_certificate(uint8_t *at, struct cm_span cert)
{
    size_t list = cert.len + 3;
    size_t body = list + 3;
    size_t record = body + 4;
    const uint8_t head[] = {22,
                            3,
                            3,
                            (uint8_t)(record >> 8),
                            (uint8_t)record,
                            11,
                            0,
                            (uint8_t)(body >> 8),
                            (uint8_t)body,
                            0,
                            (uint8_t)(list >> 8),
                            (uint8_t)list,
                            0,
                            (uint8_t)(cert.len >> 8),
                            (uint8_t)cert.len};

    memcpy(at, head, sizeof(head));
    memcpy(at + sizeof(head), cert.data, cert.len);
    return sizeof(head) + cert.len;
}

/* Only a broken server sends a second one; it must not replace the first. */
static void the_first_certificate_message_counts(void **state)
{
    static const uint8_t hello[] = {22, 3, 3, 0, 42, 2, 0, 0, 38,   3,    3, 1,
                                    2,  3, 4, 5, 6,  7, 8, 9, 1,    2,    3, 4,
                                    5,  6, 7, 8, 9,  1, 2, 3, 4,    5,    6, 7,
                                    8,  9, 1, 2, 3,  4, 5, 0, 0xc0, 0x2b, 0};
    static const uint8_t other[] = "other";
    uint8_t flight[2048];
    size_t len = sizeof(hello);
    struct session s;

    (void)state;
    session_open(&s, &(struct peer_spec){0});
    memcpy(flight, hello, sizeof(hello));
    len += put_certificate(flight + len, s.peer.leaf);
    len +=
        put_certificate(flight + len, (struct cm_span){other, sizeof(other)});
    assert_int_equal(send(s.peer.server_fd, flight, len, 0), len);
    assert_int_equal(cm_tls_handshake(s.tls), CM_IO_FAILED);
    assert_int_equal(s.probe.end, CM_END_REFUSED_BY_US);
    session_chain_is(&s, 1);
    session_close(&s);
}

int main(void)
{
    static const struct CMUnitTest single[] = {
        cmocka_unit_test(counts_certificates_it_does_not_keep),
        cmocka_unit_test(reads_chains_up_to_a_megabyte),
        cmocka_unit_test(keeps_staple_and_scts),
        cmocka_unit_test(keeps_the_staple_of_a_leaf_of_rubbish),
        cmocka_unit_test(a_wrong_finished_is_no_wrong_key),
        cmocka_unit_test(the_first_certificate_message_counts),
    };
    enum { SINGLE = sizeof(single) / sizeof(single[0]) };
    struct CMUnitTest tests[SINGLE + NUM_CHAINS + NUM_VERSIONS];
    size_t num = 0;

    for (; num < SINGLE; num++) {
        tests[num] = single[num];
    }
    for (size_t i = 0; i < NUM_CHAINS; i++) {
        tests[num++] =
            (struct CMUnitTest){.name = chains[i].name,
                                .test_func = keeps_the_chain,
                                .initial_state = (void *)(uintptr_t)&chains[i]};
    }
    for (size_t i = 0; i < NUM_VERSIONS; i++) {
        tests[num++] = (struct CMUnitTest){.name = versions[i].name,
                                           .test_func = notices_the_wrong_key,
                                           .initial_state =
                                               (void *)(uintptr_t)&versions[i]};
    }
    return cmocka_run_group_tests_name("tls chain", tests, NULL, NULL);
}
