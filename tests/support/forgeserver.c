/* Certificates to order, with any bytes in them, and TLS servers that present
 * them: what no TLS library would make or load.
 *   forgeserver ORDERS DIR
 * Each line of ORDERS is NAME and KEY=VALUE..., in values %XX is a byte:
 *   issuer   an earlier NAME [itself]
 *   ca       1: a CA
 *   days     how long it is still valid [60]
 *   subject  the whole Name as hexadecimal DER ["NAME"]
 *   serial   content octets, hexadecimal [counted]
 *   names, aia, ocsp, crl   as forge_spec has them
 *   ext      OID:HEX, one more extension
 *   at       ADDRESS:PORT, where a server presents it
 *   send     more NAMEs to send after it, separated by commas
 * Writes DIR/NAME.pem and DIR/NAME.key, prints "ready" when all servers listen,
 * and serves until it is stopped.
 * SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/pool.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support/forge_parts.h"

#define MAX_ORDERS 256
#define MAX_LINE ((size_t)1 << 20)
#define MAX_SENT 8
#define MAX_FIELDS 16
#define WAIT_S 10 /* for a client that says nothing */

struct order {
    char *line; /* owned; the rest points into it */
    const char *name;
    struct cm_cert *cert;
    struct forge_key *key;
    int listener; /* -1: it is not served */
    SSL_CTX *ctx;
};

struct orders {
    struct order list[MAX_ORDERS];
    size_t num;
    const char *dir;
};

struct visit {
    SSL_CTX *ctx;
    int fd;
};

static void die(const char *what, const char *name)
{
    (void)fprintf(stderr, "forgeserver: %s: %s: %s\n", what, name,
                  strerror(errno));
    exit(2);
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c | 0x20);

    return at == NULL ? -1 : (int)(at - digits);
}

static void decode(char *value)
{
    char *out = value;

    for (; *value != '\0'; value++) {
        if (*value == '%' && hex_digit(value[1]) >= 0 &&
            hex_digit(value[2]) >= 0) {
            *out++ = (char)(hex_digit(value[1]) * 16 + hex_digit(value[2]));
            value += 2;
        } else {
            *out++ = *value;
        }
    }
    *out = '\0';
}

static struct order *find(struct orders *orders, const char *name)
{
    for (size_t i = 0; i < orders->num; i++) {
        if (strcmp(orders->list[i].name, name) == 0) {
            return &orders->list[i];
        }
    }
    errno = EINVAL;
    die("no such certificate", name);
    return NULL;
}

/* The fields of a line; NULL: it has no such one. */
struct fields {
    const char *keys[MAX_FIELDS];
    const char *values[MAX_FIELDS];
    size_t num;
};

static const char *field(const struct fields *fields, const char *key)
{
    for (size_t i = 0; i < fields->num; i++) {
        if (strcmp(fields->keys[i], key) == 0) {
            return fields->values[i];
        }
    }
    return NULL;
}

static void split(struct order *order, struct fields *fields)
{
    char *rest = order->line;
    char *word;

    fields->num = 0;
    order->name = strsep(&rest, " \n");
    while ((word = strsep(&rest, " \n")) != NULL) {
        char *value = strchr(word, '=');

        if (value == NULL || fields->num == MAX_FIELDS) {
            continue;
        }
        *value++ = '\0';
        decode(value);
        fields->keys[fields->num] = word;
        fields->values[fields->num++] = value;
    }
}

static void make(struct orders *orders, struct order *order,
                 const struct fields *fields)
{
    static unsigned last_key;
    const char *issuer = field(fields, "issuer");
    const char *days = field(fields, "days");
    const char *ext = field(fields, "ext");
    struct forge_ext more = {.oid = NULL};
    char oid[64];
    int64_t now = (int64_t)time(NULL);
    struct forge_spec spec = {
        .subject = order->name,
        .subject_hex = field(fields, "subject"),
        .serial_hex = field(fields, "serial"),
        .names = field(fields, "names"),
        .ca_issuers = field(fields, "aia"),
        .ocsp = field(fields, "ocsp"),
        .crl = field(fields, "crl"),
        .ca = field(fields, "ca") != NULL,
        .not_before = now - FORGE_DAY,
        .not_after =
            now + (days == NULL ? 60 : strtol(days, NULL, 10)) * FORGE_DAY,
    };

    /* Keys that are no CA's may be the same. */
    order->key = forge_key(FORGE_P256, spec.ca ? ++last_key : 0);
    spec.key = order->key;
    spec.crl = spec.crl == NULL ? "-" : spec.crl;
    if (issuer != NULL) {
        spec.issuer_cert = find(orders, issuer)->cert;
        spec.issuer_key = find(orders, issuer)->key;
    }
    if (ext != NULL) {
        (void)snprintf(oid, sizeof(oid), "%.*s", (int)strcspn(ext, ":"), ext);
        more.oid = oid;
        more.hex = ext + strcspn(ext, ":") + 1;
        spec.exts = &more;
        spec.num_exts = 1;
    }
    order->cert = forge_cert(&spec);
}

static void write_file(const struct orders *orders, const char *name,
                       const char *suffix, const char *text)
{
    char *path = NULL;
    FILE *file = asprintf(&path, "%s/%s%s", orders->dir, name, suffix) < 0
                     ? NULL
                     : fopen(path, "we");

    if (file == NULL || fputs(text, file) == EOF || fclose(file) != 0) {
        die("cannot write", name);
    }
    free(path);
}

static CRYPTO_BUFFER *buffer_of(const struct cm_cert *cert)
{
    return CRYPTO_BUFFER_new(cert->der.data, cert->der.len, NULL);
}

static void set_chain(struct orders *orders, struct order *order,
                      const char *send)
{
    CRYPTO_BUFFER *chain[MAX_SENT + 1];
    char *copy = strdup(send == NULL ? "" : send);
    char *rest = copy;
    char *name;
    size_t num = 0;

    chain[num++] = buffer_of(order->cert);
    while ((name = strsep(&rest, ",")) != NULL && num <= MAX_SENT) {
        if (*name != '\0') {
            chain[num++] = buffer_of(find(orders, name)->cert);
        }
    }
    order->ctx = SSL_CTX_new(TLS_with_buffers_method());
    FORGE_MUST(order->ctx != NULL &&
               SSL_CTX_set_chain_and_key(order->ctx, chain, num,
                                         order->key->pkey, NULL));
    while (num > 0) {
        CRYPTO_BUFFER_free(chain[--num]);
    }
    free(copy);
}

static int listen_at(const char *at)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    const char *colon = strrchr(at, ':');
    char host[INET_ADDRSTRLEN];
    int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(host, sizeof(host), "%.*s",
                   colon == NULL ? 0 : (int)(colon - at), at);
    if (colon == NULL || inet_pton(AF_INET, host, &address.sin_addr) != 1) {
        errno = EINVAL;
        die("no address", at);
    }
    address.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (fd < 0 ||
        bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(fd, 128) != 0) {
        die("cannot listen", at);
    }
    return fd;
}

static void take_order(struct orders *orders, const char *line)
{
    struct order *order = &orders->list[orders->num];
    struct fields fields;
    char *pem;

    if (orders->num == MAX_ORDERS) {
        errno = E2BIG;
        die("too many certificates", line);
    }
    order->line = strdup(line);
    FORGE_MUST(order->line != NULL);
    split(order, &fields);
    make(orders, order, &fields);
    pem = forge_pem(&order->cert, 1);
    write_file(orders, order->name, ".pem", pem);
    write_file(orders, order->name, ".key", forge_key_pem(order->key));
    free(pem);
    order->listener = -1;
    if (field(&fields, "at") != NULL) {
        set_chain(orders, order, field(&fields, "send"));
        order->listener = listen_at(field(&fields, "at"));
    }
    orders->num++;
}

static void *receive(void *arg)
{
    struct visit *visit = arg;
    struct timeval wait = {.tv_sec = WAIT_S};
    SSL *ssl = SSL_new(visit->ctx);
    char rest[512];

    (void)setsockopt(visit->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    (void)setsockopt(visit->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
    if (ssl != NULL && SSL_set_fd(ssl, visit->fd) && SSL_accept(ssl) == 1) {
        while (SSL_read(ssl, rest, sizeof(rest)) > 0) {
        }
    }
    SSL_free(ssl);
    (void)close(visit->fd);
    free(visit);
    return NULL;
}

static void welcome(const struct order *order)
{
    struct visit *visit = malloc(sizeof(*visit));
    pthread_t thread;

    FORGE_MUST(visit != NULL);
    visit->ctx = order->ctx;
    visit->fd = accept4(order->listener, NULL, NULL, SOCK_CLOEXEC);
    if (visit->fd < 0 || pthread_create(&thread, NULL, receive, visit) != 0) {
        free(visit);
        return;
    }
    (void)pthread_detach(thread);
}

static void serve(const struct orders *orders)
{
    const struct order *of[MAX_ORDERS];
    struct pollfd polls[MAX_ORDERS];
    nfds_t num = 0;

    for (size_t i = 0; i < orders->num; i++) {
        if (orders->list[i].listener >= 0) {
            of[num] = &orders->list[i];
            polls[num++] = (struct pollfd){.fd = orders->list[i].listener,
                                           .events = POLLIN};
        }
    }
    (void)puts("ready");
    (void)fflush(stdout);
    while (poll(polls, num, -1) >= 0 || errno == EINTR) {
        for (nfds_t i = 0; i < num; i++) {
            if ((polls[i].revents & POLLIN) != 0) {
                welcome(of[i]);
            }
        }
    }
}

int main(int argc, char **argv)
{
    struct orders *orders;
    char *line;
    FILE *file;

    if (argc != 3) {
        (void)fputs("usage: forgeserver ORDERS DIR\n", stderr);
        return 2;
    }
    orders = calloc(1, sizeof(*orders));
    line = malloc(MAX_LINE);
    FORGE_MUST(orders != NULL && line != NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    orders->dir = argv[2];
    file = fopen(argv[1], "re");
    if (file == NULL) {
        die("cannot read", argv[1]);
    }
    while (fgets(line, (int)MAX_LINE, file) != NULL) {
        if (line[0] != '\n' && line[0] != '#') {
            take_order(orders, line);
        }
    }
    (void)fclose(file);
    free(line);
    serve(orders); /* until somebody stops it */
    free(orders);
    return 1;
}
