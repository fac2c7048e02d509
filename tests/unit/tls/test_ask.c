/* Hand-built hellos to a TLS server of BoringSSL's: it takes them, and what we
 * read of its flight is what it chose.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "certmuster/offer.h"
#include "peer.h"
#include "same_answer.h"
#include "tls/flight.h"
#include "tls/hello.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct ask_case {
    const char *name;
    struct peer_spec spec;
    struct cm_hello hello; /* empty lists: all that there is */
    struct cm_answer want;
    bool stapled;
};

static const uint16_t p256[] = {23};
static const uint16_t x25519[] = {29};
static const uint16_t hybrid_and_p521[] = {0x11ec, 25};
static const uint16_t p521_only[] = {25};
static const uint16_t plain_rsa[] = {0x0035, 0x002f};
static const uint16_t new_and_old[] = {0x1301, 0xc013};
static const uint16_t only_aria[] = {0xc060};

static struct ask_case cases[] = {
    {"TLS 1.2, every suite, group and scheme",
     {.version = 0x0303, .rsa = true},
     {.version = 0x0303},
     {.end = CM_ANSWER_FLIGHT,
      .version = 0x0303,
      .cipher = 0xc02f,
      .group = 29,
      .signature = 0x0804},
     false},
    {"TLS 1.2 with an ECDSA certificate",
     {.version = 0x0303},
     {.version = 0x0303, .groups = p256, .num_groups = 1},
     {.end = CM_ANSWER_FLIGHT,
      .version = 0x0303,
      .cipher = 0xc02b,
      .group = 23,
      .signature = 0x0403},
     false},
    {"TLS 1.1",
     {.version = 0x0302, .rsa = true},
     {.version = 0x0302},
     {.end = CM_ANSWER_FLIGHT,
      .version = 0x0302,
      .cipher = 0xc013,
      .group = 29},
     false},
    {"TLS 1.0 without extensions: no curve, so plain RSA",
     {.version = 0x0301, .rsa = true},
     {.version = 0x0301,
      .no_extensions = true,
      .suites = plain_rsa,
      .num_suites = 2},
     {.end = CM_ANSWER_FLIGHT, .version = 0x0301, .cipher = 0x0035},
     false},
    {"TLS 1.0 with one suite alone",
     {.version = 0x0301, .rsa = true},
     {.version = 0x0301, .suites = plain_rsa + 1, .num_suites = 1},
     {.end = CM_ANSWER_FLIGHT, .version = 0x0301, .cipher = 0x002f},
     false},
    {"a server that asks for a certificate",
     {.version = 0x0303, .rsa = true, .need_certificate = true},
     {.version = 0x0303},
     {.end = CM_ANSWER_FLIGHT,
      .version = 0x0303,
      .cipher = 0xc02f,
      .group = 29,
      .signature = 0x0804,
      .asks_for_cert = true},
     false},
    {"a server with a staple",
     {.version = 0x0303, .rsa = true, .staple = "staple"},
     {.version = 0x0303, .status_request = true},
     {.end = CM_ANSWER_FLIGHT,
      .version = 0x0303,
      .cipher = 0xc02f,
      .group = 29,
      .signature = 0x0804},
     true},
    {"a server of all versions, asked for TLS 1.2: the sentinel",
     {.rsa = true},
     {.version = 0x0303},
     {.end = CM_ANSWER_FLIGHT,
      .version = 0x0303,
      .cipher = 0xc02f,
      .group = 29,
      .signature = 0x0804,
      .downgrade_sentinel = true},
     false},
    {"TLS 1.3 with a share",
     {0},
     {.version = 0x0304,
      .share = CM_SHARE_X25519,
      .groups = x25519,
      .num_groups = 1},
     {.end = CM_ANSWER_SERVER_HELLO,
      .version = 0x0304,
      .cipher = 0x1301,
      .group = 29},
     false},
    {"TLS 1.3 without a share: it asks for one",
     {.groups = "P-521"},
     {.version = 0x0304, .groups = hybrid_and_p521, .num_groups = 2},
     {.end = CM_ANSWER_RETRY, .version = 0x0304, .cipher = 0x1301, .group = 25},
     false},
    {"TLS 1.3 without a common group",
     {.groups = "P-256"},
     {.version = 0x0304, .groups = p521_only, .num_groups = 1},
     {.end = CM_ANSWER_ALERT, .alert_level = 2, .alert = 40},
     false},
    {"TLS 1.3 and older ones",
     {.version = 0x0302, .rsa = true},
     {.version = 0x0304,
      .min_version = 0x0301,
      .suites = new_and_old,
      .num_suites = 2},
     {.end = CM_ANSWER_FLIGHT,
      .version = 0x0302,
      .cipher = 0xc013,
      .group = 29},
     false},
    {"no common version",
     {.version = 0x0304},
     {.version = 0x0303},
     {.end = CM_ANSWER_ALERT, .alert_level = 2, .alert = 70},
     false},
    {"no common suite",
     {.version = 0x0303, .rsa = true},
     {.version = 0x0303, .suites = only_aria, .num_suites = 1},
     {.end = CM_ANSWER_ALERT, .alert_level = 2, .alert = 40},
     false},
    {"a fallback to less than it could",
     {.rsa = true},
     {.version = 0x0302, .fallback_scsv = true},
     {.end = CM_ANSWER_ALERT, .alert_level = 2, .alert = 86},
     false},
    {"values that nobody knows",
     {0},
     {.version = 0x0304,
      .share = CM_SHARE_X25519,
      .groups = x25519,
      .num_groups = 1,
      .grease = true},
     {.end = CM_ANSWER_SERVER_HELLO,
      .version = 0x0304,
      .cipher = 0x1301,
      .group = 29},
     false},
    {"values that nobody knows, TLS 1.2",
     {.version = 0x0303, .rsa = true},
     {.version = 0x0303, .grease = true, .sni = "a.example"},
     {.end = CM_ANSWER_FLIGHT,
      .version = 0x0303,
      .cipher = 0xc02f,
      .group = 29,
      .signature = 0x0804},
     false},
    {"a hello of 4000 bytes in two records",
     {.version = 0x0303, .rsa = true},
     {.version = 0x0303, .pad_to = 4000, .split_at = 5},
     {.end = CM_ANSWER_FLIGHT,
      .version = 0x0303,
      .cipher = 0xc02f,
      .group = 29,
      .signature = 0x0804},
     false},
};

/* What the case leaves open. */
static void complete(struct cm_hello *hello)
{
    struct cm_offer_list schemes = cm_offer_schemes();
    struct cm_numbers list = cm_hello_suites(hello->version);

    if (hello->num_suites == 0) {
        hello->suites = list.numbers;
        hello->num_suites = list.num;
    }
    if (hello->num_groups == 0) {
        list = cm_hello_all_groups();
        hello->groups = list.numbers;
        hello->num_groups = list.num;
    }
    hello->schemes = schemes.numbers;
    hello->num_schemes = schemes.num;
    memset(hello->random, 0x33, sizeof(hello->random));
}

/* The server is in this thread: what it says is there after its turn. */
static struct cm_flight *answer_to(struct peer *peer,
                                   const struct cm_hello *hello)
{
    struct cm_flight *flight = cm_flight_new(false);
    uint8_t bytes[1000];
    struct cm_buf out;
    ssize_t got = 1;

    assert_non_null(flight);
    cm_buf_init(&out, CM_HELLO_MAX_BYTES);
    assert_int_equal(cm_hello_build(hello, &out), CM_OK);
    assert_int_equal(send(peer->client_fd, out.data, out.len, 0), out.len);
    cm_buf_cleanup(&out);
    peer_turn(peer);
    while (got > 0 && !cm_flight_feed(flight, (struct cm_span){0})) {
        got = recv(peer->client_fd, bytes, sizeof(bytes), 0);
        if (got > 0) {
            (void)cm_flight_feed(flight, (struct cm_span){bytes, (size_t)got});
        }
    }
    cm_flight_ended(flight, got < 0 ? errno : 0, false);
    return flight;
}

static void is_what_the_server_chose(void **state)
{
    struct ask_case *c = *state;
    struct cm_answer want = c->want;
    struct cm_answer got = {0};
    struct cm_span chain[3];
    struct cm_flight *flight;
    struct peer peer;

    want.secure_renegotiation = want.end == CM_ANSWER_FLIGHT;
    want.extended_master_secret =
        want.end == CM_ANSWER_FLIGHT && !c->hello.no_extensions;
    complete(&c->hello);
    peer_open(&peer, &c->spec);
    flight = answer_to(&peer, &c->hello);
    cm_flight_answer(flight, &got);
    same_answer(&got, &want);
    assert_int_equal(cm_flight_stapled(flight), c->stapled);
    if (want.end == CM_ANSWER_FLIGHT) {
        assert_int_equal(cm_flight_chain(flight, chain, 3), 1);
        assert_int_equal(chain[0].len, peer.leaf.len);
        assert_memory_equal(chain[0].data, peer.leaf.data, chain[0].len);
    }
    cm_flight_free(flight);
    peer_close(&peer);
}

int main(void)
{
    struct CMUnitTest tests[COUNT(cases)];

    for (size_t i = 0; i < COUNT(cases); i++) {
        tests[i] = (struct CMUnitTest){.name = cases[i].name,
                                       .test_func = is_what_the_server_chose,
                                       .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("tls/ask", tests, NULL, NULL);
}
