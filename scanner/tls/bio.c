/* Between SSL and the socket: one read() per wake instead of two per record,
 * the server's first bytes for the proof, and the errno of what failed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/memory.h"
#include "tls/internal.h"

static bool would_block(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK;
}

static void keep_first_bytes(struct cm_probe *probe, const uint8_t *data,
                             size_t len)
{
    size_t room = sizeof(probe->first_bytes) - probe->num_first_bytes;
    size_t take = len < room ? len : room;

    if (take > 0) {
        memcpy(probe->first_bytes + probe->num_first_bytes, data, take);
        probe->num_first_bytes = (uint8_t)(probe->num_first_bytes + take);
    }
}

/* False: nothing to read now or ever; tls->eof and io_errno tell. A short
 * read emptied the socket, so asking again would only cost a system call; the
 * loop is level-triggered and brings us back for what comes later. */
static bool refill(struct cm_tls *tls)
{
    struct cm_tls_input *input = &tls->context->input;
    ssize_t got;

    if (tls->drained || tls->eof || tls->io_errno != 0) {
        return false;
    }
    do {
        got = recv(tls->fd, input->bytes, sizeof(input->bytes), 0);
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
        input->pos = 0;
        input->len = (size_t)got;
        tls->drained = input->len < sizeof(input->bytes) ||
                       ++tls->reads >= CM_TLS_MAX_READS;
        if (tls->tds.on) {
            input->len = cm_tds_unwrap(&tls->tds, input->bytes, input->len);
        }
        keep_first_bytes(tls->probe, input->bytes, input->len);
        return input->len > 0;
    }
    if (got == 0) {
        tls->eof = true;
    } else if (!would_block(errno)) {
        tls->io_errno = errno;
    }
    return false;
}

static int bio_read(BIO *bio, char *out, int want)
{
    struct cm_tls *tls = BIO_get_data(bio);
    struct cm_tls_input *input = &tls->context->input;
    size_t take;

    BIO_clear_retry_flags(bio);
    if (want <= 0) {
        return 0;
    }
    if (input->pos == input->len && !refill(tls)) {
        if (tls->eof) {
            return 0;
        }
        if (tls->io_errno == 0) {
            BIO_set_retry_read(bio);
        }
        return -1;
    }
    take = input->len - input->pos;
    if (take > (size_t)want) {
        take = (size_t)want;
    }
    memcpy(out, input->bytes + input->pos, take);
    input->pos += take;
    return (int)take;
}

/* A peer that is gone may have left its reason behind: an alert that waits to
 * be read. So that failure of a write is not told to the library, which would
 * stop; it goes on to read, and finds the alert or the end. */
static bool peer_is_gone(int error)
{
    return error == EPIPE || error == ECONNRESET;
}

static int bio_write(BIO *bio, const char *data, int len)
{
    struct cm_tls *tls = BIO_get_data(bio);
    ssize_t put;

    BIO_clear_retry_flags(bio);
    if (len <= 0 || tls->gone_errno != 0) {
        return len;
    }
    if (tls->tds_out) {
        put = cm_tds_send(tls->fd, data, (size_t)len);
    } else {
        do {
            put = send(tls->fd, data, (size_t)len,
                       MSG_NOSIGNAL | (tls->more ? MSG_MORE : 0));
        } while (put < 0 && errno == EINTR);
    }
    if (put >= 0) {
        return (int)put;
    }
    if (would_block(errno)) {
        BIO_set_retry_write(bio);
        return -1;
    }
    if (peer_is_gone(errno)) {
        tls->gone_errno = errno;
        return len;
    }
    tls->io_errno = errno; /* no use in reading after this either */
    return -1;
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0; /* nothing is held back */
}

BIO_METHOD *cm_tls_bio_method_new(void)
{
    /* A type of its own would come from a pool of 127 for the process. */
    BIO_METHOD *method = BIO_meth_new(0, "certmuster");

    if (method != NULL && (!BIO_meth_set_read(method, bio_read) ||
                           !BIO_meth_set_write(method, bio_write) ||
                           !BIO_meth_set_ctrl(method, bio_ctrl))) {
        BIO_meth_free(method);
        method = NULL;
    }
    return method;
}

bool cm_tls_bio_attach(struct cm_tls *tls)
{
    BIO *bio = BIO_new(tls->context->bio_method);

    if (bio == NULL) {
        return false;
    }
    BIO_set_data(bio, tls);
    BIO_set_init(bio, 1);
    tls->context->lib.SSL_set_bio(tls->ssl, bio,
                                  bio); /* takes the one reference for both */
    return true;
}

void cm_tls_bio_begin(struct cm_tls *tls)
{
    struct cm_tls_input *input = &tls->context->input;

    input->pos = 0;
    input->len = tls->parked_len;
    if (tls->parked_len > 0) {
        memcpy(input->bytes, tls->parked, tls->parked_len);
    }
    free(tls->parked);
    tls->parked = NULL;
    tls->parked_len = 0;
    tls->drained = false;
    tls->reads = 0;
    tls->refusals = cm_crypto_refusals();
}

bool cm_tls_bio_end(struct cm_tls *tls)
{
    struct cm_tls_input *input = &tls->context->input;
    size_t left = input->len - input->pos;

    if (left > 0) {
        tls->parked = malloc(left);
        if (tls->parked == NULL) {
            tls->no_memory = true;
            return false;
        }
        memcpy(tls->parked, input->bytes + input->pos, left);
        tls->parked_len = left;
    }
    input->pos = 0;
    input->len = 0;
    if (cm_crypto_refusals() != tls->refusals) {
        tls->no_memory = true;
    }
    return !tls->no_memory;
}

bool cm_tls_not_tls(const struct cm_probe *probe)
{
    const uint8_t *first = probe->first_bytes;

    if (probe->num_first_bytes == 0) {
        return false;
    }
    if (first[0] < SSL3_RT_CHANGE_CIPHER_SPEC ||
        first[0] > SSL3_RT_APPLICATION_DATA) {
        return true;
    }
    return probe->num_first_bytes > 1 && first[1] != 3;
}
