/* ServerHellos, each wrong in one respect, and flights that are not in order.
 * SPDX-License-Identifier: Apache-2.0 */
#include <openssl/rand.h>
#include <string.h>

#include "badserver/badtls.h"

#define X25519_GROUP 29
#define P384_GROUP 24

#define HELLO_13 .chosen = 0x0304, .cipher = 0x1301, .group = X25519_GROUP
#define HONEST .sentinel = 0xff

static const struct {
    const char *name;
    struct bad_hello hello;
} hellos[] = {
    {"record-0300", {HELLO_13, HONEST, .record_version = 0x0300}},
    {"record-03ff", {HELLO_13, HONEST, .record_version = 0x03ff}},
    {"record-0203", {HELLO_13, HONEST, .record_version = 0x0203}},
    {"version-0001", {.cipher = 0xc02b, HONEST, .version = 0x0001}},
    {"version-0200", {.cipher = 0xc02b, HONEST, .version = 0x0200}},
    {"version-0300", {.cipher = 0x002f, HONEST, .version = 0x0300}},
    {"version-0304", {.cipher = 0x1301, HONEST, .version = 0x0304}},
    {"version-0399", {.cipher = 0xc02b, HONEST, .version = 0x0399}},
    {"version-7f1c", {HELLO_13, HONEST, .version = 0x7f1c}},
    {"chosen-0303", {HONEST, .chosen = 0x0303, .cipher = 0xc02b}},
    {"chosen-0300", {HONEST, .chosen = 0x0300, .cipher = 0xc02b}},
    {"chosen-0399",
     {HONEST, .chosen = 0x0399, .cipher = 0x1301, .group = X25519_GROUP}},
    {"cipher-unknown-12", {HONEST, .cipher = 0xfafb}},
    {"cipher-unknown-13",
     {HONEST, .chosen = 0x0304, .cipher = 0xfafb, .group = X25519_GROUP}},
    {"cipher-not-offered-12", {HONEST, .cipher = 0x0005}}, /* RC4 */
    {"cipher-not-offered-13",
     {HONEST, .chosen = 0x0304, .cipher = 0x1304, .group = X25519_GROUP}},
    {"cipher-of-13-under-12", {HONEST, .cipher = 0x1301}},
    {"cipher-of-12-under-13",
     {HONEST, .chosen = 0x0304, .cipher = 0xc02b, .group = X25519_GROUP}},
    {"cipher-scsv", {HONEST, .cipher = 0x00ff}},
    {"cipher-null", {HONEST, .cipher = 0x0000}},
    {"compression-12", {HONEST, .cipher = 0xc02b, .compression = 1}},
    {"compression-13", {HELLO_13, HONEST, .compression = 1}},
    {"session-12", {HONEST, .cipher = 0xc02b, .other_session = true}},
    {"session-13", {HELLO_13, HONEST, .other_session = true}},
    {"twice-12", {HONEST, .cipher = 0xc02b, .same_extensions = true}},
    {"twice-13", {HELLO_13, HONEST, .same_extensions = true}},
    {"unasked-12", {HONEST, .cipher = 0xc02b, .extra = 0x4567}},
    {"unasked-13", {HELLO_13, HONEST, .extra = 0x4567}},
    {"sentinel-12", {.cipher = 0xc02b, .sentinel = 1}},
    {"sentinel-11", {.cipher = 0xc02b, .sentinel = 0}},
    {"group-not-offered",
     {HONEST, .chosen = 0x0304, .cipher = 0x1301, .group = P384_GROUP}},
    {"no-share", {HONEST, .chosen = 0x0304, .cipher = 0x1301}},
    {"cut-12", {HONEST, .cipher = 0xc02b, .cut = true}},
    {"cut-13", {HELLO_13, HONEST, .cut = true}},
};

const struct bad_hello *bad_find_hello(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof(hellos) / sizeof(*hellos); i++) {
        if (strlen(hellos[i].name) == len &&
            memcmp(hellos[i].name, name, len) == 0) {
            return &hellos[i].hello;
        }
    }
    return NULL;
}

/* As if nothing had been wrong. */
static void go_on(struct bad_conn *c, const struct bad_hello *hello)
{
    bool is_13 = hello->chosen == 0x0304 && c->offers_13 && !hello->retry;

    if (is_13) {
        bad_keys_handshake(c);
    }
    if ((!is_13 || bad_send_extensions(c)) && bad_send_certificate(c, 1)) {
        bad_complete(c);
    }
}

void bad_run_hello(struct bad_conn *c, const struct bad_hello *hello)
{
    if (bad_read_hello(c) && !c->is_sslv2 && bad_send_hello(c, hello)) {
        go_on(c, hello);
    }
}

static void honest(struct bad_conn *c, enum bad_stage stage)
{
    static const char answer[] = "HTTP/1.1 204 No Content\r\n\r\n";

    if (bad_reach(c, stage) &&
        bad_emit(c, BAD_DATA, answer, sizeof(answer) - 1)) {
        bad_drain(c);
    }
}

static void honest_12(struct bad_conn *c)
{
    honest(c, BAD_AT_FINISHED_12);
}

static void honest_13(struct bad_conn *c)
{
    honest(c, BAD_AT_FINISHED_13);
}

static void echo(struct bad_conn *c)
{
    if (bad_read_hello(c) && !c->is_sslv2 &&
        bad_emit(c, BAD_HANDSHAKE, c->hello, c->hello_len)) {
        bad_drain(c);
    }
}

/* A hello of SSLv2 (draft-hickman-netscape-ssl, 2.2) to whatever was said. */
static void sslv2(struct bad_conn *c)
{
    static const uint8_t hello[] = {0x80, 0x0b, 4, 0, 1, 0, 2,
                                    0,    0,    0, 0, 0, 0};

    if (bad_read_hello(c) && bad_say(c, hello, sizeof(hello))) {
        bad_drain(c);
    }
}

static const struct bad_hello retry = {.chosen = 0x0304,
                                       .cipher = 0x1301,
                                       .sentinel = 0xff,
                                       .group = P384_GROUP,
                                       .retry = true};

/* HelloRetryRequest, again and again, whatever the client says. */
static void retries(struct bad_conn *c)
{
    while (bad_read_hello(c) && !c->is_sslv2 && bad_send_hello(c, &retry)) {
    }
}

static void two_retries(struct bad_conn *c)
{
    if (bad_read_hello(c) && !c->is_sslv2 && bad_send_hello(c, &retry) &&
        bad_send_hello(c, &retry)) {
        bad_drain(c);
    }
}

static void retry_of_same_group(struct bad_conn *c)
{
    struct bad_hello same = retry;

    same.group = X25519_GROUP;
    bad_run_hello(c, &same);
}

static void two_hellos_12(struct bad_conn *c)
{
    if (bad_reach(c, BAD_AT_HELLO_12) && bad_send_hello(c, &bad_hello_12)) {
        bad_drain(c);
    }
}

static void certificate_first(struct bad_conn *c)
{
    if (bad_reach(c, BAD_AT_HELLO_13)) {
        bad_keys_handshake(c);
        if (bad_send_certificate(c, 1) && bad_send_extensions(c)) {
            bad_complete(c);
        }
    }
}

static void verify_first(struct bad_conn *c)
{
    if (bad_reach(c, BAD_AT_EXTENSIONS_13) && bad_send_verify(c) &&
        bad_send_certificate(c, 1) && bad_send_finished(c)) {
        bad_drain(c);
    }
}

static void finished_first(struct bad_conn *c)
{
    if (bad_reach(c, BAD_AT_EXTENSIONS_13) && bad_send_finished(c)) {
        bad_drain(c);
    }
}

static void no_verify(struct bad_conn *c)
{
    if (bad_reach(c, BAD_AT_CERTIFICATE_13) && bad_send_finished(c)) {
        bad_drain(c);
    }
}

static void two_certificates(struct bad_conn *c)
{
    if (bad_reach(c, BAD_AT_CERTIFICATE_13) && bad_send_certificate(c, 1)) {
        bad_complete(c);
    }
}

static void wrong_finished(struct bad_conn *c)
{
    uint8_t data[32];

    if (bad_reach(c, BAD_AT_CERTIFICATE_13) && bad_send_verify(c)) {
        (void)RAND_bytes(data, sizeof(data));
        if (bad_message(c, BAD_FINISHED, data, sizeof(data))) {
            bad_drain(c);
        }
    }
}

/* Signed, but something else than this handshake. */
static void wrong_verify(struct bad_conn *c)
{
    if (bad_reach(c, BAD_AT_CERTIFICATE_13)) {
        (void)SHA256_Update(&c->transcript, "x", 1);
        if (bad_send_verify(c)) {
            bad_drain(c);
        }
    }
}

/* Messages in clear where they have to be sealed. */
static void nothing_sealed(struct bad_conn *c)
{
    if (bad_reach(c, BAD_AT_HELLO_13) && bad_send_extensions(c) &&
        bad_send_certificate(c, 1)) {
        bad_drain(c);
    }
}

static void many_certificates(struct bad_conn *c, enum bad_stage stage,
                              size_t times)
{
    if (bad_reach(c, stage) && bad_send_certificate(c, times)) {
        bad_complete(c);
    }
}

static void thousand_certificates_12(struct bad_conn *c)
{
    many_certificates(c, BAD_AT_HELLO_12, 1000);
}

static void thousand_certificates_13(struct bad_conn *c)
{
    many_certificates(c, BAD_AT_EXTENSIONS_13, 1000);
}

static void no_certificate_12(struct bad_conn *c)
{
    many_certificates(c, BAD_AT_HELLO_12, 0);
}

static void no_certificate_13(struct bad_conn *c)
{
    many_certificates(c, BAD_AT_EXTENSIONS_13, 0);
}

/* The certificate comes whole, a byte now and again. */
static void slow_certificate(struct bad_conn *c)
{
    uint8_t record[5 + 4] = {BAD_HANDSHAKE,   3, 3,    0x08, 0x00,
                             BAD_CERTIFICATE, 0, 0x07, 0xfc};

    if (!bad_reach(c, BAD_AT_HELLO_12) || !bad_say(c, record, sizeof(record))) {
        return;
    }
    while (bad_pause(c, 100) && bad_say(c, "\0", 1)) {
    }
}

const struct bad_way bad_flights[] = {
    {"honest-12", honest_12},
    {"honest-13", honest_13},
    {"echo", echo},
    {"sslv2", sslv2},
    {"retries", retries},
    {"two-retries", two_retries},
    {"retry-of-same-group", retry_of_same_group},
    {"two-hellos-12", two_hellos_12},
    {"certificate-first", certificate_first},
    {"verify-first", verify_first},
    {"finished-first", finished_first},
    {"no-verify", no_verify},
    {"two-certificates", two_certificates},
    {"wrong-finished", wrong_finished},
    {"wrong-verify", wrong_verify},
    {"nothing-sealed", nothing_sealed},
    {"thousand-certificates-12", thousand_certificates_12},
    {"thousand-certificates-13", thousand_certificates_13},
    {"no-certificate-12", no_certificate_12},
    {"no-certificate-13", no_certificate_13},
    {"slow-certificate", slow_certificate},
    {NULL, NULL},
};
