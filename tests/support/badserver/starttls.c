/* Servers of the protocols that begin in clear, and how each goes astray. A
 * dialogue is a table of what the server says, turn by turn; the last turn is
 * its agreement to TLS.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "badserver/badtls.h"

#define MAX_TURNS 3
#define MAX_REQUEST 4096
#define SOON_MS 400

struct text {
    const char *bytes;
    size_t len;
};
#define TEXT(bytes)                                                            \
    {                                                                          \
        bytes, sizeof(bytes) - 1                                               \
    }

struct dialogue {
    const char *name;
    bool speaks_first; /* else it waits for a request before each turn */
    struct text turns[MAX_TURNS];
    struct text no;      /* instead of the last turn */
    struct text endless; /* said for ever instead of the first one */
    size_t skip;         /* what the client says last, in clear */
    bool tds;
};

#define SMTP                                                                   \
    .speaks_first = true, .no = TEXT("454 4.7.0 not now\r\n"),                 \
    .endless = TEXT("220-and more\r\n"),                                       \
    .turns = {TEXT("220 bad\r\n"), TEXT("250-bad\r\n250 STARTTLS\r\n"),        \
              TEXT("220 go\r\n")}
#define XMPP                                                                   \
    .turns = {TEXT("<?xml version='1.0'?><stream:stream><stream:features>"     \
                   "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"       \
                   "</stream:features>"),                                      \
              TEXT("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")},     \
    .no = TEXT("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),          \
    .endless = TEXT("<more/>")

/* MySQL's greeting: protocol 10, a version, a thread, a salt, capabilities. */
#define MYSQL(capabilities)                                                    \
    "\x1a\0\0\0\x0a"                                                           \
    "5.7.0\0"                                                                  \
    "\1\0\0\0"                                                                 \
    "12345678\0" capabilities "\x21\2\0\0\0"
/* PRELOGIN (MS-TDS 2.2.6.5): version and encryption. */
#define TDS(encryption)                                                        \
    "\4\1\0\x1a\0\0\1\0"                                                       \
    "\0\0\x0b\0\6\1\0\x11\0\1\xff"                                             \
    "\x0f\0\7\xd0\0\0" encryption
#define RDP(answer) "\3\0\0\x13\x0e\xd0\0\0\x12\x34\0" answer "\0\x08\0"

static const struct dialogue dialogues[] = {
    {.name = "smtp", SMTP},
    {.name = "submission", SMTP},
    {.name = "lmtp", SMTP},
    {.name = "imap",
     .speaks_first = true,
     .turns = {TEXT("* OK ready\r\n"),
               TEXT("* CAPABILITY IMAP4rev1 STARTTLS\r\na OK done\r\n"),
               TEXT("b OK go\r\n")},
     .no = TEXT("b NO not now\r\n"),
     .endless = TEXT("* OK and more\r\n")},
    {.name = "pop3",
     .speaks_first = true,
     .turns = {TEXT("+OK ready\r\n"), TEXT("+OK\r\nSTLS\r\n.\r\n"),
               TEXT("+OK go\r\n")},
     .no = TEXT("-ERR not now\r\n"),
     .endless = TEXT("+OK and more\r\n")},
    {.name = "ftp",
     .speaks_first = true,
     .turns = {TEXT("220 ready\r\n"), TEXT("234 go\r\n")},
     .no = TEXT("534 not now\r\n"),
     .endless = TEXT("220-and more\r\n")},
    {.name = "nntp",
     .speaks_first = true,
     .turns = {TEXT("200 ready\r\n"),
               TEXT("101 list\r\nVERSION 2\r\nSTARTTLS\r\n.\r\n"),
               TEXT("382 go\r\n")},
     .no = TEXT("580 not now\r\n"),
     .endless = TEXT("200-and more\r\n")},
    {.name = "managesieve",
     .speaks_first = true,
     .turns = {TEXT("\"IMPLEMENTATION\" \"bad\"\r\n\"STARTTLS\"\r\nOK\r\n"),
               TEXT("OK\r\n")},
     .no = TEXT("NO\r\n"),
     .endless = TEXT("\"SIEVE\" \"and more\"\r\n")},
    {.name = "irc",
     .turns = {TEXT(":bad CAP * LS :tls sasl\r\n:bad 670 * :go\r\n")},
     .no = TEXT(":bad 691 * :not now\r\n"),
     .endless = TEXT(":bad NOTICE * :and more\r\n")},
    {.name = "ldap",
     .turns = {TEXT("\x30\x0c\2\1\1\x78\7\x0a\1\0\4\0\4\0")},
     .no = TEXT("\x30\x0c\2\1\1\x78\7\x0a\1\x34\4\0\4\0"),
     .endless = TEXT("\x30\x84\x7f\xff\xff\xff\2\1")},
    {.name = "postgres",
     .turns = {TEXT("S")},
     .no = TEXT("N"),
     .endless = TEXT("Eand more")},
    {.name = "mysql",
     .speaks_first = true,
     .turns = {TEXT(MYSQL("\xff\xff"))},
     .no = TEXT(MYSQL("\xff\xf7")),
     .endless = TEXT("\xff\xff\xff\0"),
     .skip = 36},
    {.name = "mssql",
     .turns = {TEXT(TDS("\1"))},
     .no = TEXT(TDS("\2")),
     .endless = TEXT("\4\1\xff\xff\0\0\1\0"),
     .tds = true},
    {.name = "rdp",
     .turns = {TEXT(RDP("\2") "\2\0\0\0")},
     .no = TEXT(RDP("\3") "\3\0\0\0"),
     .endless = TEXT("\3\0\xff\xff\x0e\xd0")},
    {.name = "xmpp", XMPP},
    {.name = "xmpp-server", XMPP},
};

static const struct dialogue *find(const char *name)
{
    for (size_t i = 0; i < sizeof(dialogues) / sizeof(*dialogues); i++) {
        if (strcmp(dialogues[i].name, name) == 0) {
            return &dialogues[i];
        }
    }
    abort(); /* the test names a protocol that nobody speaks */
}

static size_t num_turns(const struct dialogue *d)
{
    size_t num = 1; /* there is one at least */

    while (num < MAX_TURNS && d->turns[num].bytes != NULL) {
        num++;
    }
    return num;
}

/* A request is one small packet, whatever it says. */
static bool hear(struct bad_conn *c)
{
    uint8_t dropped[MAX_REQUEST];

    return recv(c->fd, dropped, sizeof(dropped), 0) > 0;
}

/* Is it the server's turn now? */
static bool await_turn(struct bad_conn *c, const struct dialogue *d, size_t at)
{
    return (d->speaks_first && at == 0) || hear(c);
}

/* All turns but the last. */
static bool come_to_last(struct bad_conn *c, const struct dialogue *d)
{
    size_t num = num_turns(d);

    for (size_t i = 0; i < num; i++) {
        if (!await_turn(c, d, i)) {
            return false;
        }
        if (i + 1 < num && !bad_say(c, d->turns[i].bytes, d->turns[i].len)) {
            return false;
        }
    }
    return true;
}

static void silent(struct bad_conn *c)
{
    bad_drain(c);
}

static void endless(struct bad_conn *c)
{
    const struct dialogue *d = find(c->param);

    if (await_turn(c, d, 0)) {
        bad_flood(c, d->endless.bytes, d->endless.len);
    }
}

static void endless_and_slow(struct bad_conn *c)
{
    const struct dialogue *d = find(c->param);
    size_t at = 0;

    if (!await_turn(c, d, 0)) {
        return;
    }
    while (bad_say(c, d->endless.bytes + at % d->endless.len, 1) &&
           bad_pause(c, SOON_MS)) {
        at++;
    }
}

static void endless_line(struct bad_conn *c)
{
    if (await_turn(c, find(c->param), 0)) {
        bad_flood(c, "A", 1);
    }
}

static void garbage(struct bad_conn *c)
{
    static const char text[] = "\1\2\377gar\033[31mbage\r\n";

    if (await_turn(c, find(c->param), 0) && bad_say(c, text, sizeof(text))) {
        bad_drain(c);
    }
}

static void no(struct bad_conn *c)
{
    const struct dialogue *d = find(c->param);

    if (come_to_last(c, d) && bad_say(c, d->no.bytes, d->no.len)) {
        bad_drain(c);
    }
}

/* Where the client expects something: in the middle of the dialogue, or of its
 * only turn. */
static void close_in_the_middle(struct bad_conn *c)
{
    const struct dialogue *d = find(c->param);

    if (num_turns(d) > 1) {
        if (!come_to_last(c, d)) {
            return;
        }
    } else if (!await_turn(c, d, 0) ||
               (d->turns[0].len > 1 &&
                !bad_say(c, d->turns[0].bytes, d->turns[0].len / 2))) {
        return;
    }
    bad_half_close(c);
}

static void shake_hands(struct bad_conn *c, const struct dialogue *d)
{
    uint8_t skipped[64];

    c->tds = d->tds;
    if ((d->skip == 0 || bad_read(c, skipped, d->skip)) &&
        bad_reach(c, BAD_AT_FINISHED_13)) {
        bad_drain(c);
    }
}

/* Its agreement, and more behind it, in one piece. */
static void agree(struct bad_conn *c, struct text behind)
{
    const struct dialogue *d = find(c->param);
    const struct text *last = &d->turns[num_turns(d) - 1];
    char bytes[512];
    size_t len = last->len;

    if (!come_to_last(c, d)) {
        return;
    }
    memcpy(bytes, last->bytes, len);
    memcpy(bytes + len, behind.bytes, behind.len);
    if (bad_say(c, bytes, len + behind.len)) {
        shake_hands(c, d);
    }
}

static void good(struct bad_conn *c)
{
    agree(c, (struct text)TEXT(""));
}

static void inject(struct bad_conn *c)
{
    agree(c, (struct text)TEXT("250 said in clear\r\n"));
}

/* It agrees, and then speaks no TLS. */
static void go_on_in_clear(struct bad_conn *c)
{
    const struct dialogue *d = find(c->param);
    const struct text *last = &d->turns[num_turns(d) - 1];
    static const char text[] = "500 what was that\r\n";

    if (come_to_last(c, d) && bad_say(c, last->bytes, last->len) && hear(c) &&
        bad_say(c, text, sizeof(text) - 1)) {
        bad_drain(c);
    }
}

/* It agrees, and then sends packets around nothing (MS-TDS 2.2.3.1). */
static void empty_packets(struct bad_conn *c)
{
    static const uint8_t packet[] = {0x12, 1, 0, 8, 0, 0, 1, 0};
    const struct dialogue *d = find(c->param);
    const struct text *last = &d->turns[num_turns(d) - 1];

    if (come_to_last(c, d) && bad_say(c, last->bytes, last->len) && hear(c)) {
        bad_flood(c, packet, sizeof(packet));
    }
}

const struct bad_way bad_starttls[] = {
    {"starttls-good", good},
    {"starttls-silent", silent},
    {"starttls-endless", endless},
    {"starttls-endless-slow", endless_and_slow},
    {"starttls-endless-line", endless_line},
    {"starttls-garbage", garbage},
    {"starttls-no", no},
    {"starttls-close", close_in_the_middle},
    {"starttls-inject", inject},
    {"starttls-clear", go_on_in_clear},
    {"starttls-empty-packets", empty_packets},
    {NULL, NULL},
};
