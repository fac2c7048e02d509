/* One hand-built hello to a server, and what it answers, as one line:
 *   askhello [-t MS] HOST PORT [KEY=VALUE...]
 * Keys: version, min, suites, groups, schemes (0x0303; comma-separated numbers,
 * "all", "common", for suites also "anonymous"), sni, alpn, share=x25519,
 * pad, split, flags (a list of no_extensions deflate status_request scsv
 * no_ri no_ems grease), chunk (bytes fed at once), save (a file for the
 * server's bytes). HOST is an address. "askhello read FILE [KEY=VALUE...]"
 * reads what was saved; "askhello suites" prints the table of cipher suites.
 * SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "certmuster/evidence.h"
#include "certmuster/inventory.h"
#include "certmuster/offer.h"
#include "tls/flight.h"
#include "tls/hello.h"

#define MAX_LIST 512
#define MAX_NAMES 8
#define MAX_CHAIN 16

struct request {
    struct cm_hello hello;
    uint16_t suites[MAX_LIST];
    uint16_t groups[MAX_LIST];
    uint16_t schemes[MAX_LIST];
    const char *alpn[MAX_NAMES + 1];
    size_t chunk;
    const char *save;
};

static void die(const char *what)
{
    (void)fprintf(stderr, "askhello: %s: %s\n", what, strerror(errno));
    exit(2);
}

static uint16_t number(const char *text)
{
    return (uint16_t)strtoul(text, NULL, 0);
}

static size_t copy(uint16_t *out, const uint16_t *numbers, size_t num)
{
    memcpy(out, numbers, num * sizeof(*out));
    return num;
}

static size_t list(const char *text, uint16_t *out, struct cm_numbers all,
                   struct cm_offer_list common)
{
    size_t num = 0;

    if (strcmp(text, "all") == 0) {
        return copy(out, all.numbers, all.num);
    }
    if (strcmp(text, "common") == 0) {
        return copy(out, common.numbers, common.num);
    }
    for (char *end = NULL; *text != '\0' && num < MAX_LIST;
         text = *end == ',' ? end + 1 : end) {
        out[num++] = (uint16_t)strtoul(text, &end, 0);
        if (end == text) {
            die("not a number");
        }
    }
    return num;
}

static void names(char *text, const char **out)
{
    char *rest = text;
    size_t num = 0;
    char *name;

    while (num < MAX_NAMES && (name = strsep(&rest, ",")) != NULL) {
        out[num++] = name;
    }
    out[num] = NULL;
}

static void flag(struct cm_hello *hello, const char *text)
{
    hello->no_extensions |= strstr(text, "no_extensions") != NULL;
    hello->deflate |= strstr(text, "deflate") != NULL;
    hello->status_request |= strstr(text, "status_request") != NULL;
    hello->fallback_scsv |= strstr(text, "scsv") != NULL;
    hello->no_renegotiation_info |= strstr(text, "no_ri") != NULL;
    hello->no_ems |= strstr(text, "no_ems") != NULL;
    hello->grease |= strstr(text, "grease") != NULL;
}

static void set(struct request *r, const char *key, char *value)
{
    struct cm_hello *h = &r->hello;
    struct cm_numbers all;

    if (strcmp(key, "version") == 0) {
        h->version = number(value);
    } else if (strcmp(key, "min") == 0) {
        h->min_version = number(value);
    } else if (strcmp(key, "suites") == 0) {
        all = strcmp(value, "anonymous") == 0 ? cm_hello_anonymous_suites()
                                              : cm_hello_suites(h->version);
        h->num_suites = list(strcmp(value, "anonymous") == 0 ? "all" : value,
                             r->suites, all, cm_offer_suites_tls12());
    } else if (strcmp(key, "groups") == 0) {
        h->num_groups =
            list(value, r->groups, cm_hello_all_groups(), cm_offer_groups());
    } else if (strcmp(key, "schemes") == 0) {
        h->num_schemes =
            list(value, r->schemes, cm_hello_all_schemes(), cm_offer_schemes());
    } else if (strcmp(key, "sni") == 0) {
        h->sni = value;
    } else if (strcmp(key, "alpn") == 0) {
        names(value, r->alpn);
    } else if (strcmp(key, "share") == 0) {
        h->share = CM_SHARE_X25519;
    } else if (strcmp(key, "pad") == 0) {
        h->pad_to = number(value);
    } else if (strcmp(key, "split") == 0) {
        h->split_at = number(value);
    } else if (strcmp(key, "flags") == 0) {
        flag(h, value);
    } else if (strcmp(key, "chunk") == 0) {
        r->chunk = number(value);
    } else if (strcmp(key, "save") == 0) {
        r->save = value;
    } else {
        errno = EINVAL;
        die(key);
    }
}

/* As common clients do, unless the command line says otherwise. */
static void defaults(struct request *r)
{
    struct cm_hello *h = &r->hello;

    h->version = 0x0303;
    h->suites = r->suites;
    h->groups = r->groups;
    h->schemes = r->schemes;
    h->alpn = r->alpn;
    h->num_groups =
        list("common", r->groups, cm_hello_all_groups(), cm_offer_groups());
    h->num_schemes =
        list("common", r->schemes, cm_hello_all_schemes(), cm_offer_schemes());
    for (size_t i = 0; i < sizeof(h->random); i++) {
        h->random[i] = (uint8_t)(0x40 + i);
        h->session_id[i] = (uint8_t)(0x80 + i);
    }
}

static int dial(const char *host, const char *port, unsigned ms)
{
    struct timeval limit = {.tv_sec = ms / 1000,
                            .tv_usec = (suseconds_t)(ms % 1000) * 1000};
    struct sockaddr_in to = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    to.sin_port = htons(number(port));
    if (fd < 0 || inet_pton(AF_INET, host, &to.sin_addr) != 1 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0 ||
        connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
        die(host);
    }
    return fd;
}

static void feed(struct cm_flight *flight, const uint8_t *bytes, size_t len,
                 size_t chunk)
{
    for (size_t at = 0; at < len; at += chunk) {
        size_t part = len - at < chunk ? len - at : chunk;

        (void)cm_flight_feed(flight, (struct cm_span){bytes + at, part});
    }
}

static void read_answer(int fd, struct cm_flight *flight,
                        const struct request *r)
{
    FILE *save = r->save == NULL ? NULL : fopen(r->save, "wb");
    uint8_t bytes[16384];
    struct cm_span nothing = {0};

    while (!cm_flight_feed(flight, nothing)) {
        ssize_t got = recv(fd, bytes, sizeof(bytes), 0);

        if (got <= 0) {
            bool late = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);

            cm_flight_ended(flight, got < 0 && !late ? errno : 0, late);
            break;
        }
        if (save != NULL && fwrite(bytes, (size_t)got, 1, save) != 1) {
            die(r->save);
        }
        feed(flight, bytes, (size_t)got, r->chunk > 0 ? r->chunk : (size_t)got);
    }
    if (save != NULL && fclose(save) != 0) {
        die(r->save);
    }
}

static const char *or_none(const char *text)
{
    return text == NULL || text[0] == '\0' ? "-" : text;
}

static void print(const struct cm_flight *flight)
{
    struct cm_answer a = {0};
    struct cm_span chain[MAX_CHAIN];
    size_t bytes = 0;
    size_t num = cm_flight_chain(flight, chain, MAX_CHAIN);

    cm_flight_answer(flight, &a);
    for (size_t i = 0; i < num; i++) {
        bytes += chain[i].len;
    }
    (void)printf(
        "end=%s version=%s cipher=%s group=%s signature=%s dh=%u "
        "alert=%u/%s compression=%u ri=%d ems=%d sentinel=%d "
        "client_cert=%d unusual=%d staple=%d alpn=%s certs=%zu/%zu "
        "first=",
        cm_answer_end_id(a.end), cm_tls_version_name(a.version),
        or_none(cm_tls_cipher_name(a.cipher)),
        or_none(cm_tls_group_name(a.group)),
        or_none(cm_tls_scheme_name(a.signature)), a.dh_bits, a.alert_level,
        a.alert_level == 0 ? "-" : cm_alert_name(a.alert), a.compression,
        a.secure_renegotiation, a.extended_master_secret, a.downgrade_sentinel,
        a.asks_for_cert, a.unusual_group, cm_flight_stapled(flight),
        or_none(cm_flight_alpn(flight)), num, bytes);
    for (unsigned i = 0; i < a.num_first_bytes; i++) {
        (void)printf("%02x", a.first_bytes[i]);
    }
    (void)printf("\n");
}

/* The table of suites, for a comparison with other programs' tables. */
static void print_suites(void)
{
    for (size_t i = 0; i < cm_suite_count(); i++) {
        const struct cm_suite *s = cm_suite_at(i);

        (void)printf("0x%02X,0x%02X %s kx=%s au=%s enc=%s bits=%u aead=%d "
                     "min=%s\n",
                     s->number >> 8, s->number & 0xffU, s->name, or_none(s->kx),
                     or_none(s->auth), or_none(s->enc), s->bits, s->aead,
                     cm_tls_version_name(s->min_version));
    }
}

static void ask(const char *host, const char *port, const struct request *r,
                unsigned ms)
{
    struct cm_flight *flight = cm_flight_new(r->hello.version == 0x0002);
    struct cm_buf out;
    int fd = dial(host, port, ms);

    cm_buf_init(&out, CM_HELLO_MAX_BYTES);
    if (flight == NULL || cm_hello_build(&r->hello, &out) != CM_OK) {
        die("hello");
    }
    if (send(fd, out.data, out.len, MSG_NOSIGNAL) != (ssize_t)out.len) {
        die("send");
    }
    read_answer(fd, flight, r);
    print(flight);
    cm_flight_free(flight);
    cm_buf_cleanup(&out);
    (void)close(fd);
}

/* What was saved, as of a connection that then closed. */
static void read_saved(const char *path, const struct request *r)
{
    struct cm_flight *flight = cm_flight_new(r->hello.version == 0x0002);
    static uint8_t bytes[CM_FLIGHT_MAX_BYTES];
    FILE *file = fopen(path, "rb");
    size_t len;

    if (file == NULL || flight == NULL) {
        die(path);
    }
    len = fread(bytes, 1, sizeof(bytes), file);
    feed(flight, bytes, len, r->chunk > 0 ? r->chunk : sizeof(bytes));
    cm_flight_ended(flight, 0, false);
    print(flight);
    cm_flight_free(flight);
    (void)fclose(file);
}

int main(int argc, char **argv)
{
    static struct request request;
    unsigned ms = 5000;
    int at = 1;

    if (argc > 2 && strcmp(argv[1], "-t") == 0) {
        ms = number(argv[2]);
        at = 3;
    }
    if (argc == 2 && strcmp(argv[1], "suites") == 0) {
        print_suites();
        return 0;
    }
    if (argc < at + 2) {
        errno = EINVAL;
        die("usage");
    }
    defaults(&request);
    for (int i = at + 2; i < argc; i++) {
        char *value = strchr(argv[i], '=');

        if (value == NULL) {
            errno = EINVAL;
            die(argv[i]);
        }
        *value++ = '\0';
        set(&request, argv[i], value);
    }
    if (request.hello.num_suites == 0) {
        char all[] = "all";

        set(&request, "suites", all);
    }
    if (strcmp(argv[at], "read") == 0) {
        read_saved(argv[at + 1], &request);
    } else {
        ask(argv[at], argv[at + 1], &request, ms);
    }
    return 0;
}
