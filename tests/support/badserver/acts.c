/* What can be done at any stage of a handshake, and hellos that are wrong.
 * SPDX-License-Identifier: Apache-2.0 */
#include <openssl/rand.h>
#include <string.h>

#include "badserver/badtls.h"

#define FLOOD_CHUNK 65536
#define SOON_MS 400 /* a time-out is not much longer */

void bad_flood(struct bad_conn *c, const void *pattern, size_t len)
{
    uint8_t chunk[FLOOD_CHUNK];
    size_t total = sizeof(chunk) / len * len;

    for (size_t at = 0; at < total; at += len) {
        memcpy(chunk + at, pattern, len);
    }
    while (bad_say(c, chunk, total)) {
    }
}

static void silent(struct bad_conn *c)
{
    bad_drain(c);
}

static void half_close(struct bad_conn *c)
{
    bad_half_close(c);
}

static void reset(struct bad_conn *c)
{
    bad_reset(c);
}

static void say(struct bad_conn *c, const void *bytes, size_t len)
{
    if (bad_say(c, bytes, len)) {
        bad_drain(c);
    }
}

/* Bytes that cannot begin a record. */
static void garbage(struct bad_conn *c)
{
    uint8_t bytes[600];

    (void)RAND_bytes(bytes, sizeof(bytes));
    bytes[0] = 0xA5;
    say(c, bytes, sizeof(bytes));
}

/* A record of noise; in clear, or under the wrong keys. */
static void noise(struct bad_conn *c, uint8_t type)
{
    uint8_t bytes[5 + 600] = {type, 3, 3, 600 >> 8, 600 & 0xff};

    (void)RAND_bytes(bytes + 5, sizeof(bytes) - 5);
    bytes[5] = 0xEE; /* no message and no alert level has this number */
    say(c, bytes, sizeof(bytes));
}

static void noise_message(struct bad_conn *c)
{
    noise(c, BAD_HANDSHAKE);
}

static void noise_data(struct bad_conn *c)
{
    noise(c, BAD_DATA);
}

static void noise_alert(struct bad_conn *c)
{
    noise(c, BAD_ALERT);
}

static void http(struct bad_conn *c)
{
    static const char text[] = "HTTP/1.1 400 Bad Request\r\n\r\n";

    say(c, text, sizeof(text) - 1);
}

static void record_65535(struct bad_conn *c)
{
    static const uint8_t header[5] = {BAD_HANDSHAKE, 3, 3, 0xff, 0xff};

    if (bad_say(c, header, sizeof(header))) {
        bad_flood(c, "\0\0\0\0", 4);
    }
}

static void record_99(struct bad_conn *c)
{
    static const uint8_t record[] = {99, 3, 3, 0, 4, 0, 0, 0, 0};

    say(c, record, sizeof(record));
}

static void record_version(struct bad_conn *c)
{
    static const uint8_t record[] = {BAD_HANDSHAKE, 9, 9, 0, 4, 2, 0, 0, 0};

    say(c, record, sizeof(record));
}

/* One byte of a large message, now and again, for ever. */
static void drip(struct bad_conn *c)
{
    static const uint8_t start[] = {BAD_HANDSHAKE, 3,   3,   0x40, 0,
                                    0x0b,          0x3, 0xff};

    for (size_t i = 0; bad_pause(c, SOON_MS); i++) {
        uint8_t byte = i < sizeof(start) ? start[i] : 0;

        if (!bad_say(c, &byte, 1)) {
            return;
        }
    }
}

/* The same record for ever, sealed where there are keys. */
static void repeat(struct bad_conn *c, uint8_t type, const void *bytes,
                   size_t len)
{
    uint8_t record[5 + 16] = {type, 3, 3, 0, (uint8_t)len};

    if (!c->ours.on) {
        if (len > 0) {
            memcpy(record + 5, bytes, len);
        }
        bad_flood(c, record, 5 + len);
        return;
    }
    while (bad_emit(c, type, bytes, len)) {
    }
}

static void empty_messages(struct bad_conn *c)
{
    repeat(c, BAD_HANDSHAKE, NULL, 0);
}

static void empty_data(struct bad_conn *c)
{
    repeat(c, BAD_DATA, NULL, 0);
}

static void empty_alerts(struct bad_conn *c)
{
    repeat(c, BAD_ALERT, NULL, 0);
}

static void warnings(struct bad_conn *c)
{
    static const uint8_t warning[2] = {1, 90}; /* user_canceled */

    repeat(c, BAD_ALERT, warning, sizeof(warning));
}

static void cipher_changes(struct bad_conn *c)
{
    static const uint8_t one[1] = {1};

    repeat(c, BAD_CCS, one, sizeof(one));
}

static void hello_requests(struct bad_conn *c)
{
    static const uint8_t message[4] = {BAD_HELLO_REQUEST, 0, 0, 0};

    repeat(c, BAD_HANDSHAKE, message, sizeof(message));
}

static void unknown_messages(struct bad_conn *c)
{
    static const uint8_t message[4] = {77, 0, 0, 0};

    repeat(c, BAD_HANDSHAKE, message, sizeof(message));
}

/* As many as fit into each record: the server's work is little, the client's
 * is not. */
static void tickets(struct bad_conn *c)
{
    static const uint8_t message[18] = {
        BAD_TICKET, 0, 0,    0x0e,     /* its length */
        0,          0, 0x0e, 0x10,     /* lifetime: an hour */
        0,          0, 0,    1,        /* ticket_age_add */
        0,                             /* ticket_nonce */
        0,          1, 7,    0,    0}; /* the ticket; extensions */
    uint8_t record[BAD_RECORD_MAX];
    size_t len = 0;

    while (len + sizeof(message) <= sizeof(record)) {
        memcpy(record + len, message, sizeof(message));
        len += sizeof(message);
    }
    while (bad_emit(c, BAD_HANDSHAKE, record, len)) {
    }
}

static void key_updates(struct bad_conn *c)
{
    static const uint8_t message[5] = {BAD_KEY_UPDATE, 0, 0, 1, 1};

    repeat(c, BAD_HANDSHAKE, message, sizeof(message));
}

static void one_key_update(struct bad_conn *c)
{
    static const uint8_t message[5] = {BAD_KEY_UPDATE, 0, 0, 1, 9};

    if (bad_emit(c, BAD_HANDSHAKE, message, sizeof(message))) {
        bad_drain(c);
    }
}

static void data(struct bad_conn *c)
{
    static const char text[16] = "not asked for..\n";

    repeat(c, BAD_DATA, text, sizeof(text));
}

/* A message that is announced with its largest size, in pieces of a byte;
 * there is always one more, and there are never enough. */
static void fragments(struct bad_conn *c)
{
    static const uint8_t head[4] = {BAD_CERTIFICATE, 0x0f, 0xff, 0xf0};
    bool there = bad_emit(c, BAD_HANDSHAKE, head, sizeof(head));

    while (there && bad_pause(c, 20)) {
        for (int i = 0; there && i < 100; i++) {
            there = bad_emit(c, BAD_HANDSHAKE, "\0", 1);
        }
    }
}

/* ... and in large records: 100 MB of it. */
static void large(struct bad_conn *c, uint8_t type, uint8_t top)
{
    uint8_t bytes[BAD_RECORD_MAX] = {type, top,  0xff, 0xf0,
                                     0,    0x0f, 0xff, 0xed};

    for (int i = 0; i < 6400; i++) {
        if (!bad_emit(c, BAD_HANDSHAKE, bytes, sizeof(bytes))) {
            return;
        }
        memset(bytes, 0, 8);
    }
    bad_drain(c);
}

static void huge_message(struct bad_conn *c)
{
    large(c, 77, 0xff);
}

static void huge_certificate(struct bad_conn *c)
{
    large(c, BAD_CERTIFICATE, 0xff);
}

static void megabyte_certificate(struct bad_conn *c)
{
    large(c, BAD_CERTIFICATE, 0x0f);
}

static void huge_ticket(struct bad_conn *c)
{
    large(c, BAD_TICKET, 0x00);
}

static const struct bad_way acts[] = {
    {"silent", silent},
    {"half-close", half_close},
    {"reset", reset},
    {"garbage", garbage},
    {"noise-message", noise_message},
    {"noise-data", noise_data},
    {"noise-alert", noise_alert},
    {"http", http},
    {"record-65535", record_65535},
    {"record-99", record_99},
    {"record-version", record_version},
    {"drip", drip},
    {"empty-messages", empty_messages},
    {"empty-data", empty_data},
    {"empty-alerts", empty_alerts},
    {"warnings", warnings},
    {"cipher-changes", cipher_changes},
    {"hello-requests", hello_requests},
    {"unknown-messages", unknown_messages},
    {"tickets", tickets},
    {"key-updates", key_updates},
    {"bad-key-update", one_key_update},
    {"data", data},
    {"fragments", fragments},
    {"huge-message", huge_message},
    {"huge-certificate", huge_certificate},
    {"megabyte-certificate", megabyte_certificate},
    {"huge-ticket", huge_ticket},
};

bad_run_fn *bad_find_act(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++) {
        if (strlen(acts[i].name) == len &&
            memcmp(acts[i].name, name, len) == 0) {
            return acts[i].run;
        }
    }
    return NULL;
}

bool bad_find_stage(const char *name, enum bad_stage *stage)
{
    static const char *const names[BAD_STAGES] = {
        [BAD_AT_CONNECT] = "connect",
        [BAD_AT_HELLO] = "hello",
        [BAD_AT_HELLO_12] = "hello-12",
        [BAD_AT_CERTIFICATE_12] = "certificate-12",
        [BAD_AT_FINISHED_12] = "finished-12",
        [BAD_AT_HELLO_13] = "hello-13",
        [BAD_AT_EXTENSIONS_13] = "extensions-13",
        [BAD_AT_CERTIFICATE_13] = "certificate-13",
        [BAD_AT_FINISHED_13] = "finished-13",
    };

    for (unsigned i = 0; i < BAD_STAGES; i++) {
        if (strcmp(names[i], name) == 0) {
            *stage = (enum bad_stage)i;
            return true;
        }
    }
    return false;
}
