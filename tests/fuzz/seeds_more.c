/* Seeds of dialogues, of flights for whoever asks, of stores with something
 * wrong in them, and of texts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/seeds_more.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "fuzz/seeds_flight.h"
#include "fuzz/world.h"
#include "unit/starttls/dialogues.h"

#define MAX_SEED 65536
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct cm_span text_span(const char *text)
{
    return (struct cm_span){(const uint8_t *)text, strlen(text)};
}

/* In the order of fuzz_starttls.c. */
static int protocol_number(const char *name)
{
    static const char *const protocols[] = {
        "smtp",  "submission",  "lmtp", "imap",        "pop3",     "ftp",
        "ldap",  "xmpp",        "nntp", "irc",         "postgres", "mysql",
        "mssql", "xmpp-server", "rdp",  "managesieve",
    };

    for (size_t i = 0; i < COUNT_OF(protocols); i++) {
        if (strcmp(protocols[i], name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static void save_dialogues(struct seeds *out)
{
    for (size_t i = 0; i < num_dialogues; i++) {
        const struct dialogue *d = &dialogues[i];
        int number = protocol_number(d->protocol);
        struct cm_buf seed;

        cm_assert(number >= 0);
        cm_buf_init(&seed, MAX_SEED);
        (void)cm_buf_putc(&seed, (char)number);
        (void)cm_buf_putc(&seed, (char)(i % 2 == 0 ? 0xff : i % 128));
        for (size_t turn = 0; turn < MAX_TURNS; turn++) {
            if (d->theirs[turn].data != NULL) {
                seeds_put_part(&seed, (struct cm_span){
                                          (const uint8_t *)d->theirs[turn].data,
                                          d->theirs[turn].len});
            }
        }
        seeds_put_part(&seed, text_span("250 noop done\r\n"));
        seeds_save(out, "starttls", (struct cm_span){seed.data, seed.len});
        cm_buf_cleanup(&seed);
    }
}

/* The flights as they come by a socket, and as a server's whole behaviour. */
static void save_flights(struct seeds *out)
{
    struct cm_buf flight;
    struct cm_buf seed;

    cm_buf_init(&flight, MAX_SEED);
    cm_buf_init(&seed, MAX_SEED);
    for (size_t i = 0; flight_seed(i, &flight); i++) {
        struct cm_reader in;
        struct cm_span part;

        cm_reader_init(&in, flight.data + 1, flight.len - 1);
        part = fuzz_part(&in);
        cm_buf_clear(&seed);
        (void)cm_buf_putc(&seed, (char)(i % 16));
        (void)cm_buf_putc(&seed, (char)(i * 5));
        (void)cm_buf_append(&seed, part.data, part.len);
        seeds_save(out, "handshake", (struct cm_span){seed.data, seed.len});
        cm_buf_clear(&seed);
        (void)cm_buf_putc(&seed, (char)i);
        (void)cm_buf_putc(&seed, 40);
        seeds_put_part(&seed, part);
        seeds_put_part(&seed, text_span("\x15\x03\x01\x02\x02\x28"));
        seeds_save(out, "asking", (struct cm_span){seed.data, seed.len});
        cm_buf_clear(&flight);
    }
    cm_buf_cleanup(&seed);
    cm_buf_cleanup(&flight);
}

/* One change to a store, see stores_change.c. */
static void save_change(struct seeds *out, unsigned base, unsigned what,
                        const uint8_t head[3], const char *value)
{
    static const char *const targets[] = {"store", "merge", "report"};
    struct cm_buf seed;

    cm_buf_init(&seed, MAX_SEED);
    (void)cm_buf_putc(&seed, (char)base);
    (void)cm_buf_putc(&seed, (char)what);
    (void)cm_buf_append(&seed, head, 3);
    seeds_put_part(&seed, text_span(value));
    for (size_t i = 0; i < COUNT_OF(targets); i++) {
        seeds_save(out, targets[i], (struct cm_span){seed.data, seed.len});
    }
    cm_buf_cleanup(&seed);
}

static void save_stores(struct seeds *out)
{
    static const char *const values[] = {
        "[1,2]",
        "{\"a\":[\"b\",null]}",
        "\xff<\"'&\r\n=1\x1b[",
        "v_endpoint",
        "DROP VIEW v_endpoint; CREATE VIEW v_endpoint AS SELECT 1 AS run",
        "CREATE TRIGGER t AFTER INSERT ON result BEGIN DELETE FROM row; END",
        "CREATE VIEW \"v\"\"x; y\" AS SELECT 1",
    };

    for (unsigned base = 0; base < 9; base++) {
        for (unsigned i = 0; i < 22; i++) {
            const uint8_t head[3] = {(uint8_t)(i % 11), 0,
                                     (uint8_t)(base * 29 + i * 13)};

            save_change(out, base, (i * 37 + base * 11) & 0xff, head,
                        values[i % COUNT_OF(values)]);
        }
    }
}

static void save_der(struct seeds *out, const struct fuzz_world *w)
{
    static const char oids[] =
        "\x30\x2a\x06\x03\x55\x1d\x0f\x01\x01\xff\x02\x02"
        "\x00\x80\x03\x02\x00\x07\x17\x0d"
        "261121074856Z"
        "\x18\x0f"
        "20261121074856Z";
    struct cm_cert *certs[] = {w->leaf, w->ca, w->root};
    size_t len = 0;
    uint8_t *p7 = forge_pkcs7(certs, 3, &len);
    char *pem = forge_pem(certs, 3);

    seeds_save(out, "der", w->leaf->der);
    seeds_save(out, "der", w->ca->der);
    seeds_save(out, "der",
               (struct cm_span){(const uint8_t *)oids, sizeof(oids) - 1});
    seeds_save(out, "pkcs7", (struct cm_span){p7, len});
    seeds_save(out, "certs", (struct cm_span){p7, len});
    seeds_save_text(out, "pem", pem);
    free(pem);
    free(p7);
}

static const struct {
    const char *target;
    const char *text;
} texts[] = {
    {"pem", "x\r\n-----BEGIN A-----\r\nAAE=\r\n-----END A-----\r\n"
            "-----BEGIN B-----\nAA\n-----END C-----\n-----BEGIN"},
    {"target", "www.a.example:8443\n\ntls\n-"},
    {"target", "https://[2001:db8::1]:443/a b?c\n443\nhttps\n"},
    {"target", "M\xc3\xbcller.example.\n25\nsmtp\nxn--mller-kva.example"},
    {"target", "ldaps://u:p@192.0.2.1/x\n636\n\nwww.a.example"},
    {"target", "[fe80::1%eth0]:25\n0x19\nSMTP\n*.a.example"},
    {"distrust",
     "sha256,spki_sha256,kind,date,note\n"
     "559aead08264d5795d3909718cdd05abd49572e84fe55590eef31a88a08fdffd,,"
     "not_before,2027-03-01,\"a, b\"\n# c\n,"
     "55:9a:ea:d0:82:64:d5:79:5d:39:09:71:8c:dd:05:ab:d4:95:72:e8:4f:e5:55:90:"
     "ee:f3:1a:88:a0:8f:df:fd,removed,,\n"},
    {"distrust", "kind\tspki_sha256\r\nsct\t12\r\n"},
    {"hosts", "127.0.0.1 localhost # me\n2001:db8::1\ta.example b\n\n::1 b"},
    {"hosts", "192.0.2.53,[2001:db8::53]:5353, 192.0.2.1:54"},
    {"manifest",
     "{\"manifest_version\":1,\"outputs\":[{\"file\":\"report.html\","
     "\"sha256\":"
     "\"abababababababababababababababababababababababababababababababab\","
     "\"bytes\":4},{\"file\":\"../outside\",\"sha256\":\"x\",\"bytes\":1},"
     "{\"file\":\"link\"},{\"file\":\"part/manifest.json\",\"sha256\":"
     "\"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\","
     "\"bytes\":2},{\"file\":\"/etc/passwd\"},{\"file\":\"x\\u001b[2J\"}]}"},
    {"options",
     "\x01--db=a.db\nfleet.csv\n--trust\na=b\n--trust\nc\n--jobs\n4"},
    {"options", "\x02--timeout\n1.5\n--\n--x"},
    {"options", "\x01timeout\n5\ntrust\nx\ncrl\ny\nport\n99999999999"},
};

static void save_tds(struct seeds *out)
{
    static const char packets[] = "\x03\x12\x01\x00\x0c\0\0\x01\0"
                                  "abcd\x12\x01\x00\x09\0\0\x02\0e\x16\x03";
    static const char fields[] = "\0\x0a<a&\"'\r\n\t>=\0\x04=1+2\0\x02-5"
                                 "\0\x03;,\"\0\x01 \0\x0c[\"a\\u00e9\",1]";

    seeds_save(out, "tds",
               (struct cm_span){(const uint8_t *)packets, sizeof(packets) - 1});
    seeds_save(out, "writers",
               (struct cm_span){(const uint8_t *)fields, sizeof(fields) - 1});
}

void seeds_save_more(struct seeds *out, const struct fuzz_world *w)
{
    save_dialogues(out);
    save_flights(out);
    save_stores(out);
    save_der(out, w);
    save_tds(out);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        seeds_save_text(out, texts[i].target, texts[i].text);
    }
}
