/* Client certificates from files: see clients.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/clients.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certmuster/map.h"
#include "certmuster/text.h"
#include "pki/identity.h"
#include "sandbox/secret.h"

#define MAX_FILE (1U << 20)
#define MAX_PATH 4096U

struct cm_clients {
    int64_t at_unix;
    struct cm_map *by_files; /* to the address of its place in the table */
    struct cm_scan_client *table[CM_RUN_MAX_CLIENTS];
    size_t num;
    struct cm_hiding hiding;
};

static void free_client(struct cm_scan_client *client)
{
    if (client != NULL) {
        cm_cert_unref(client->facts.cert);
        cm_span_free(&client->facts.issuers);
        cm_tls_identity_free(client->identity);
        free(client);
    }
}

struct cm_clients *cm_clients_new(int64_t at_unix)
{
    struct cm_clients *clients = calloc(1, sizeof(*clients));

    if (clients == NULL) {
        return NULL;
    }
    clients->at_unix = at_unix;
    clients->by_files = cm_map_new();
    if (clients->by_files == NULL) {
        free(clients);
        return NULL;
    }
    return clients;
}

void cm_clients_free(struct cm_clients *clients)
{
    if (clients == NULL) {
        return;
    }
    for (size_t i = 0; i < clients->num; i++) {
        free_client(clients->table[i]);
    }
    cm_map_free(clients->by_files, NULL);
    cm_show_process(&clients->hiding);
    free(clients);
}

const struct cm_scan_client *const *
cm_clients_table(const struct cm_clients *clients)
{
    return (const struct cm_scan_client *const *)clients->table;
}

/* A file's bytes, which may hold a key. */
struct secret {
    struct cm_secret bytes;
    int error; /* errno; -1: it is no file; -2: too large */
};

static void read_all(struct secret *out, int fd)
{
    struct cm_secret *to = &out->bytes;

    while (out->error == 0 && to->len < to->size) {
        ssize_t got = read(fd, to->bytes + to->len, to->size - to->len);

        if (got == 0) {
            return;
        }
        if (got > 0) {
            to->len += (size_t)got;
        } else if (errno != EINTR) {
            out->error = errno;
        }
    }
    if (out->error == 0) {
        out->error = -2;
    }
}

/* False: no memory. A pipe would block, and be read once only. */
static bool read_secret(struct secret *out, const char *path)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    memset(out, 0, sizeof(*out));
    if (fd < 0) {
        out->error = errno;
        return true;
    }
    if (fstat(fd, &about) != 0) {
        out->error = errno;
    } else if (!S_ISREG(about.st_mode)) {
        out->error = S_ISDIR(about.st_mode) ? EISDIR : -1;
    } else {
        if (!cm_secret_new(&out->bytes, MAX_FILE)) {
            (void)close(fd);
            return false;
        }
        read_all(out, fd);
    }
    (void)close(fd);
    return true;
}

static const char *words_for(int error)
{
    return error == -1   ? "it is no ordinary file"
           : error == -2 ? "it is larger than 1 MB"
                         : strerrordesc_np(error);
}

/* Makes what is sent, when the files are any good. */
static enum cm_status prepare(struct cm_scan_client *client,
                              const struct cm_identity *id)
{
    struct cm_span chain[CM_IDENTITY_MAX_CERTS];

    if (!cm_client_usable(client->facts.fault)) {
        return CM_OK;
    }
    for (size_t i = 0; i < id->num_chain; i++) {
        chain[i] = id->chain[i]->der;
    }
    client->identity =
        cm_tls_identity_new(chain, id->num_chain, cm_key_pkey(id->key));
    return client->identity != NULL ? CM_OK : CM_ENOMEM;
}

static enum cm_status judge(struct cm_scan_client *client,
                            const struct cm_identity_files *files,
                            int64_t at_unix)
{
    struct cm_identity id;
    enum cm_status status =
        cm_identity_read(&id, files, at_unix, &client->facts);

    if (status == CM_OK) {
        status = prepare(client, &id);
    }
    cm_identity_cleanup(&id);
    return status;
}

static enum cm_status use_secrets(struct cm_clients *clients,
                                  struct cm_scan_client *client,
                                  struct cm_identity_files *files,
                                  const struct secret secrets[2])
{
    const struct secret *of_key =
        secrets[1].bytes.bytes != NULL ? &secrets[1] : &secrets[0];

    if (secrets[0].error != 0) {
        cm_identity_unreadable(&client->facts, false, files->cert_name,
                               words_for(secrets[0].error));
        return CM_OK;
    }
    if (secrets[1].error != 0) {
        cm_identity_unreadable(&client->facts, true, files->key_name,
                               words_for(secrets[1].error));
        return CM_OK;
    }
    files->cert =
        (struct cm_span){secrets[0].bytes.bytes, secrets[0].bytes.len};
    files->key = (struct cm_span){of_key->bytes.bytes, of_key->bytes.len};
    return judge(client, files, clients->at_unix);
}

/* `key` is the certificate's path when there is one file only. The names that
 * are shown are text; a path may be any bytes. */
static enum cm_status read_files(struct cm_clients *clients,
                                 struct cm_scan_client *client,
                                 const char *cert, const char *key)
{
    struct cm_identity_files files;
    bool same = strcmp(cert, key) == 0;
    struct secret secrets[2] = {{.error = 0}, {.error = 0}};
    struct cm_buf shown[2];
    enum cm_status status = CM_ENOMEM;

    cm_hide_process(&clients->hiding);
    cm_buf_init(&shown[0], 4U * MAX_PATH);
    cm_buf_init(&shown[1], 4U * MAX_PATH);
    cm_text_to_utf8(&shown[0], cert, strlen(cert));
    cm_text_to_utf8(&shown[1], key, strlen(key));
    files = (struct cm_identity_files){.cert_name = cm_buf_cstr(&shown[0]),
                                       .key_name = cm_buf_cstr(&shown[1])};
    if (!shown[0].failed && !shown[1].failed &&
        read_secret(&secrets[0], cert) &&
        (same || secrets[0].error != 0 || read_secret(&secrets[1], key))) {
        status = use_secrets(clients, client, &files, secrets);
    }
    cm_secret_free(&secrets[0].bytes);
    cm_secret_free(&secrets[1].bytes);
    cm_buf_cleanup(&shown[0]);
    cm_buf_cleanup(&shown[1]);
    return status;
}

static bool copy_path(char out[MAX_PATH], struct cm_span text)
{
    bool fits = text.len < MAX_PATH;

    if (fits && text.len > 0) {
        memcpy(out, text.data, text.len);
    }
    out[fits ? text.len : 0] = '\0';
    return fits;
}

/* The last place of the table is for all those that find none. */
static enum cm_status add(struct cm_clients *clients, struct cm_span cert,
                          struct cm_span key)
{
    struct cm_scan_client *client = calloc(1, sizeof(*client));
    char paths[2][MAX_PATH];
    enum cm_status status = CM_OK;

    if (client == NULL) {
        return CM_ENOMEM;
    }
    if (!copy_path(paths[0], cert) || !copy_path(paths[1], key)) {
        cm_identity_unreadable(&client->facts, false, "the client certificate",
                               "the name of its file is too long");
    } else if (clients->num + 1 == CM_RUN_MAX_CLIENTS) {
        cm_identity_unreadable(&client->facts, false, paths[0],
                               "the run has more than 1023 client "
                               "certificates");
    } else {
        status = read_files(clients, client, paths[0], paths[1]);
    }
    if (status != CM_OK) {
        free_client(client);
        return status;
    }
    clients->table[clients->num++] = client;
    return CM_OK;
}

static void put_key(struct cm_buf *out, struct cm_span cert, struct cm_span key)
{
    cm_buf_init(out, cert.len + key.len + 1);
    (void)cm_buf_append(out, cert.data, cert.len);
    (void)cm_buf_putc(out, '\0'); /* no path holds one */
    (void)cm_buf_append(out, key.data, key.len);
}

enum cm_status cm_clients_note(struct cm_clients *clients, struct cm_span cert,
                               struct cm_span key, uint16_t *number,
                               struct cm_error *err)
{
    struct cm_buf name;
    struct cm_scan_client **place;
    enum cm_status status = CM_OK;

    key = key.len == 0 ? cert : key;
    put_key(&name, cert, key);
    place =
        name.failed ? NULL : cm_map_get(clients->by_files, name.data, name.len);
    if (place == NULL && clients->num == CM_RUN_MAX_CLIENTS) {
        place = &clients->table[CM_RUN_MAX_CLIENTS - 1];
    }
    if (place == NULL) {
        status = name.failed ? CM_ENOMEM : add(clients, cert, key);
        if (status == CM_OK) {
            place = &clients->table[clients->num - 1];
            if (!cm_map_put(clients->by_files, name.data, name.len, place)) {
                status = CM_ENOMEM;
            }
        }
    }
    cm_buf_cleanup(&name);
    if (status != CM_OK) {
        return cm_error_nomem(err, "a client certificate");
    }
    *number = (uint16_t)(place - clients->table + 1);
    return CM_OK;
}

static struct cm_span span_of(const char *text)
{
    return (struct cm_span){(const uint8_t *)text, strlen(text)};
}

enum cm_status cm_clients_settle(struct cm_clients *clients,
                                 const struct cm_client_choice *choice,
                                 struct cm_row *row, struct cm_error *err)
{
    struct cm_endpoint *ep = &row->endpoint;
    struct cm_span cert = row->client_cert;
    struct cm_span key = row->client_key;
    enum cm_status status = CM_OK;

    if (cert.len == 0 && choice->cert != NULL) {
        cert = span_of(choice->cert);
        key = span_of(choice->key != NULL ? choice->key : "");
    }
    if (row->valid && cert.len > 0 &&
        (cert.len != 1 || cert.data[0] != (uint8_t)'-')) {
        status = cm_clients_note(clients, cert, key, &ep->client, err);
    }
    ep->path_counts =
        ep->client != 0 || choice->http_check == CM_HTTP_CHECK_ALWAYS;
    return status;
}

enum cm_status cm_clients_of_all(struct cm_clients *clients, const char *cert,
                                 const char *key, char *note, size_t note_size,
                                 struct cm_error *err)
{
    const struct cm_scan_client *const *table = cm_clients_table(clients);
    uint16_t number = 1;
    enum cm_status status;

    if (cert == NULL) {
        return CM_OK;
    }
    key = key != NULL ? key : "";
    status = cm_clients_note(
        clients, (struct cm_span){(const uint8_t *)cert, strlen(cert)},
        (struct cm_span){(const uint8_t *)key, strlen(key)}, &number, err);
    if (status == CM_OK && !cm_client_usable(table[number - 1]->facts.fault)) {
        (void)snprintf(note, note_size,
                       "%s: servers are asked without a client certificate",
                       table[number - 1]->facts.detail);
    }
    return status;
}
