/* See fleet.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit/program/fleet.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/pool.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/forge.h"
#include "support/forge_crl.h"
#include "support/httpserver.h"
#include "unit/net/dnsserver.h"

#define PATIENCE_S 20 /* with a client that neither speaks nor goes */
#define TYPE_A 1
#define MAX_CHAIN 2

/* Stops the test program: its own set-up failed. */
#define NEED(claim)                                                            \
    do {                                                                       \
        if (!(claim)) {                                                        \
            fprintf(stderr, "fleet: %s\n", #claim);                            \
            abort();                                                           \
        }                                                                      \
    } while (0)

enum who { GOOD, EXPIRED, WRONG, SHORT, ALONE, REVOKED, MAIL, NUM_WHO };

/* What each server is called and what is wrong with it. */
static const struct member {
    const char *host;
    const char *names; /* in its certificate */
    const char *owner;
    unsigned num_chain; /* sent */
    int64_t not_after;  /* 0: as usual */
    bool starttls;
} members[NUM_WHO] = {
    [GOOD] = {"good.test", "good.test", "web", 2, 0, false},
    [EXPIRED] = {"expired.test", "expired.test", "web", 2,
                 FORGE_NOW - FORGE_DAY, false},
    [WRONG] = {"wrong.test", "other.test", "shop", 2, 0, false},
    [SHORT] = {"short.test", "short.test", "shop", 1, 0, false},
    [ALONE] = {"alone.test", "alone.test", "=team", 1, 0, false},
    [REVOKED] = {"revoked.test", "revoked.test", "shop", 2, 0, false},
    [MAIL] = {"mail.test", "mail.test", "mail", 2, 0, true},
};

struct server {
    int listener;
    SSL_CTX *ctx;
    bool starttls;
};

struct world {
    const char *folder;
    struct cm_cert *root;
    struct cm_cert *other; /* root of nobody */
    struct cm_cert *sub;
    struct cm_cert *leaves[NUM_WHO];
    struct cm_span crl;
    struct server servers[NUM_WHO];
    unsigned ports[NUM_WHO];
    unsigned refused_port;
    int refused; /* bound, and nobody listens */
};

static int bind_any(unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    NEED(fd >= 0);
    NEED(bind(fd, (struct sockaddr *)&address, len) == 0);
    NEED(getsockname(fd, (struct sockaddr *)&address, &len) == 0);
    *port = ntohs(address.sin_port);
    return fd;
}

/* --- files --- */

static void write_file(const struct world *world, const char *name,
                       const void *bytes, size_t len)
{
    char path[256];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", world->folder, name);
    file = fopen(path, "wbe");
    NEED(file != NULL && fwrite(bytes, 1, len, file) == len);
    NEED(fclose(file) == 0);
}

static void write_pem(const struct world *world, const char *name,
                      struct cm_cert *const *certs, size_t num)
{
    char *pem = forge_pem(certs, num);

    write_file(world, name, pem, strlen(pem));
    free(pem);
}

static void write_rows(const struct world *world)
{
    char text[2048];
    size_t len = 0;

    len += (size_t)snprintf(text, sizeof(text), "host,port,protocol,owner\n");
    for (size_t i = 0; i < NUM_WHO; i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s,%u,%s,%s\n",
                                members[i].host, world->ports[i],
                                members[i].starttls ? "smtp" : "tls",
                                members[i].owner);
    }
    len += (size_t)snprintf(
        text + len, sizeof(text) - len,
        "good.test,%u,tls,again\n"      /* a duplicate */
        "127.0.0.1,%u,tls,by address\n" /* not in its certificate */
        "mail.test,%u,tls,mail\n"       /* speaks SMTP first */
        "good.test,%u,tls,web\n"        /* refused */
        "nowhere.test,443,tls,\n"
        "good.test,99999,tls,web\n",
        world->ports[GOOD], world->ports[GOOD], world->ports[MAIL],
        world->refused_port);
    NEED(len < sizeof(text));
    write_file(world, "fleet.csv", text, len);
}

static void write_files(const struct world *world)
{
    static const struct {
        const char *name;
        enum who who;
    } chains[] = {
        {"good.pem", GOOD}, {"expired.pem", EXPIRED}, {"short.pem", SHORT}};
    char path[256];

    (void)snprintf(path, sizeof(path), "%s/roots", world->folder);
    NEED(mkdir(path, 0755) == 0);
    write_pem(world, "roots/root.pem", &world->root, 1);
    write_pem(world, "roots/other.pem", &world->other, 1);
    write_pem(world, "root.pem", &world->root, 1);
    write_pem(world, "sub.pem", &world->sub, 1);
    write_file(world, "sub.crl", world->crl.data, world->crl.len);
    for (size_t i = 0; i < sizeof(chains) / sizeof(*chains); i++) {
        struct cm_cert *chain[MAX_CHAIN] = {world->leaves[chains[i].who],
                                            world->sub};

        write_pem(world, chains[i].name, chain,
                  members[chains[i].who].num_chain);
    }
    write_rows(world);
}

/* --- certificates --- */

static void make_certificates(struct world *world, unsigned http_port)
{
    struct forge_key *root = forge_key(FORGE_P256, 1);
    struct forge_key *sub = forge_key(FORGE_P256, 2);
    char issuer[64];
    char list[64];

    (void)snprintf(issuer, sizeof(issuer), "http://127.0.0.1:%u/sub.der",
                   http_port);
    (void)snprintf(list, sizeof(list), "http://127.0.0.1:%u/sub.crl",
                   http_port);
    world->root = forge_cert(
        &(struct forge_spec){.subject = "Root", .ca = true, .key = root});
    world->other = forge_cert(&(struct forge_spec){
        .subject = "Other", .ca = true, .key = forge_key(FORGE_P256, 3)});
    world->sub = forge_cert(&(struct forge_spec){.subject = "Sub",
                                                 .ca = true,
                                                 .key = sub,
                                                 .issuer_cert = world->root,
                                                 .issuer_key = root});
    for (unsigned i = 0; i < NUM_WHO; i++) {
        struct forge_spec spec = {.subject = members[i].names,
                                  .names = members[i].names,
                                  .key = forge_key(FORGE_P256, 10 + i),
                                  .not_after = members[i].not_after,
                                  .ca_issuers = issuer,
                                  .crl = list};

        if (i != ALONE) {
            spec.issuer_cert = world->sub;
            spec.issuer_key = sub;
        }
        world->leaves[i] = forge_cert(&spec);
    }
    world->crl = forge_crl(&(struct forge_crl_spec){
        .issuer = world->sub,
        .key = sub,
        .revoked = &(struct forge_revoked){.cert = world->leaves[REVOKED],
                                           .when = FORGE_NOW - FORGE_DAY},
        .num_revoked = 1,
        .this_update = FORGE_NOW - FORGE_DAY,
        .next_update = FORGE_NOW + 30 * FORGE_DAY});
}

static CRYPTO_BUFFER *buffer_of(const struct cm_cert *cert)
{
    return CRYPTO_BUFFER_new(cert->der.data, cert->der.len, NULL);
}

static SSL_CTX *make_context(const struct world *world, unsigned i)
{
    const char *pem = forge_key_pem(forge_key(FORGE_P256, 10 + i));
    BIO *bio = BIO_new_mem_buf(pem, (int)strlen(pem));
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    SSL_CTX *ctx = SSL_CTX_new(TLS_with_buffers_method());
    CRYPTO_BUFFER *chain[MAX_CHAIN] = {buffer_of(world->leaves[i]),
                                       buffer_of(world->sub)};

    NEED(key != NULL && ctx != NULL);
    NEED(SSL_CTX_set_chain_and_key(ctx, chain, members[i].num_chain, key,
                                   NULL) == 1);
    EVP_PKEY_free(key);
    BIO_free(bio);
    for (size_t j = 0; j < MAX_CHAIN; j++) {
        CRYPTO_BUFFER_free(chain[j]);
    }
    return ctx;
}

/* --- serving --- */

static bool say(int fd, const char *text)
{
    return send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

/* One line at a time, as clients send them. */
static bool hear(int fd, char *line, size_t size)
{
    size_t len = 0;

    while (len < size - 1 && recv(fd, line + len, 1, 0) == 1) {
        if (line[len++] == '\n') {
            line[len] = '\0';
            return true;
        }
    }
    return false;
}

/* True: TLS is to begin. */
static bool speak_smtp(int fd)
{
    char line[512];

    if (!say(fd, "220 mail.test ESMTP\r\n")) {
        return false;
    }
    while (hear(fd, line, sizeof(line))) {
        if (strncmp(line, "STARTTLS", 8) == 0) {
            return say(fd, "220 go ahead\r\n");
        }
        if (strncmp(line, "EHLO", 4) != 0 ||
            !say(fd, "250-mail.test\r\n250 STARTTLS\r\n")) {
            return false;
        }
    }
    return false;
}

static void serve_client(const struct server *server, int fd)
{
    char bytes[1024];
    SSL *ssl;

    if (server->starttls && !speak_smtp(fd)) {
        return;
    }
    ssl = SSL_new(server->ctx);
    NEED(ssl != NULL && SSL_set_fd(ssl, fd) == 1);
    if (SSL_accept(ssl) == 1) {
        while (SSL_read(ssl, bytes, sizeof(bytes)) > 0) {
        }
    }
    SSL_free(ssl);
}

static void *serve(void *arg)
{
    const struct server *server = arg;
    const struct timeval patience = {.tv_sec = PATIENCE_S};

    for (;;) {
        int fd = accept(server->listener, NULL, NULL);

        if (fd >= 0) {
            NEED(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
                            sizeof(patience)) == 0);
            serve_client(server, fd);
            (void)close(fd);
        }
    }
    return NULL;
}

static void start_servers(struct world *world)
{
    for (unsigned i = 0; i < NUM_WHO; i++) {
        pthread_t thread;

        world->servers[i].ctx = make_context(world, i);
        world->servers[i].starttls = members[i].starttls;
        NEED(pthread_create(&thread, NULL, serve, &world->servers[i]) == 0);
    }
}

static struct dns_server *open_dns(struct cm_loop *loop,
                                   struct dns_row rows[NUM_WHO + 1])
{
    for (size_t i = 0; i < NUM_WHO; i++) {
        rows[i] = (struct dns_row){
            .name = members[i].host, .type = TYPE_A, .records = "A 127.0.0.1"};
    }
    rows[NUM_WHO] = (struct dns_row){.name = "nowhere.test", .rcode = 3};
    return dns_server_open(loop, rows, NUM_WHO + 1);
}

/* The process of the fleet; ends when it is killed. */
static void live(struct world *world, int ready)
{
    struct cm_loop *loop;
    struct dns_row names[NUM_WHO + 1];
    struct http_row files[2] = {{.path = "/sub.der"}, {.path = "/sub.crl"}};
    struct http_server *http;
    char dns[32] = "";

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)signal(SIGPIPE, SIG_IGN);
    NEED(cm_loop_new(&loop, NULL) == CM_OK);
    http = http_server_open(loop, "127.0.0.1", files, 2);
    make_certificates(world, http_server_port(http));
    files[0].body = world->sub->der;
    files[1].body = world->crl;
    write_files(world);
    start_servers(world);
    (void)snprintf(dns, sizeof(dns), "%s",
                   dns_server_text(open_dns(loop, names)));
    NEED(write(ready, dns, sizeof(dns)) == sizeof(dns));
    (void)close(ready);
    while (cm_loop_turn(loop, -1, NULL) == CM_OK) {
    }
    _exit(1);
}

void fleet_start(struct fleet *fleet, const char *folder)
{
    struct world world = {.folder = folder};
    int ready[2];

    NEED(pipe(ready) == 0);
    world.refused = bind_any(&world.refused_port);
    for (unsigned i = 0; i < NUM_WHO; i++) {
        world.servers[i].listener = bind_any(&world.ports[i]);
        NEED(listen(world.servers[i].listener, 64) == 0);
    }
    fleet->server = fork();
    NEED(fleet->server >= 0);
    if (fleet->server == 0) {
        (void)close(ready[0]);
        live(&world, ready[1]);
    }
    (void)close(ready[1]);
    NEED(read(ready[0], fleet->dns, sizeof(fleet->dns)) == sizeof(fleet->dns));
    (void)close(ready[0]);
    (void)close(world.refused);
    for (unsigned i = 0; i < NUM_WHO; i++) {
        (void)close(world.servers[i].listener);
    }
}

void fleet_stop(struct fleet *fleet)
{
    if (fleet->server > 0) {
        NEED(kill(fleet->server, SIGKILL) == 0);
        NEED(waitpid(fleet->server, NULL, 0) == fleet->server);
        fleet->server = 0;
    }
}
