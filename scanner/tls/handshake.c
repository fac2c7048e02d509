/* Driving one handshake, and telling afterwards how it ended and by whom.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "certmuster/status.h"
#include "tls/capture.h"
#include "tls/internal.h"

#define HANDSHAKE_HEADER_LEN 4 /* type and 24-bit length */
#define LINGER_READ_SIZE 512

/* RFC 8446 section 6. */
enum alert {
    ALERT_WARNING = 1,
    ALERT_CLOSE_NOTIFY = 0,
    ALERT_BAD_RECORD_MAC = 20,
    ALERT_DECRYPTION_FAILED = 21,
    ALERT_DECRYPT_ERROR = 51,
    ALERT_INTERNAL_ERROR = 80,
};

static void on_alert(struct cm_tls *tls, bool sent, const uint8_t *data)
{
    struct cm_alert alert = {
        .seen = true, .level = data[0], .description = data[1]};

    if (!sent) {
        tls->probe->alert_received = alert;
        tls->alert_is_last = true;
    } else if (alert.description != ALERT_CLOSE_NOTIFY) {
        tls->probe->alert_sent = alert; /* our good-bye is no news */
    }
}

static void keep_certificate(struct cm_tls *tls, struct cm_reader body)
{
    if (body.len == 0) {
        return;
    }
    tls->certificate = malloc(body.len);
    if (tls->certificate == NULL) {
        tls->no_memory = true;
        return;
    }
    memcpy(tls->certificate, body.data, body.len);
    tls->certificate_len = body.len;
}

/* Was there a certificate in the Certificate message that we send? */
static void on_own_message(struct cm_tls *tls, uint8_t type,
                           struct cm_reader body)
{
    struct cm_span none[1];
    unsigned num;

    if (type == CM_HS_CERTIFICATE) {
        (void)cm_capture_chain(body, tls->probe->version >= CM_TLS1_3, none, 0,
                               &num);
        tls->probe->client_cert_sent = num > 0;
    }
}

/* The old way to ask again is a new handshake; TLS 1.3 has its own (RFC 5246
 * section 7.4.1.1, RFC 8446 section 4.6.2), and the other's is a mistake. */
static bool asks_late(const struct cm_probe *probe, uint8_t type)
{
    return type == (probe->version >= CM_TLS1_3 ? CM_HS_CERTIFICATE_REQUEST
                                                : CM_HS_HELLO_REQUEST);
}

/* NOLINTNEXTLINE(readability-function-size): the library's parameters */
void cm_tls_on_message(int is_write, int version, int type, const void *data,
                       size_t len, SSL *ssl, void *arg)
{
    struct cm_tls *tls = arg;
    const uint8_t *bytes = data;
    struct cm_reader body;

    (void)version;
    (void)ssl;
    if (type == SSL3_RT_ALERT && len == 2) {
        on_alert(tls, is_write != 0, bytes);
        return;
    }
    if (type != SSL3_RT_HANDSHAKE || len < HANDSHAKE_HEADER_LEN) {
        return;
    }
    cm_reader_init(&body, bytes + HANDSHAKE_HEADER_LEN,
                   len - HANDSHAKE_HEADER_LEN);
    if (is_write) {
        on_own_message(tls, bytes[0], body);
        return;
    }
    tls->alert_is_last = false;
    if (tls->completed && asks_late(tls->probe, bytes[0])) {
        tls->probe->cert_request_late = true;
        return;
    }
    if (bytes[0] == CM_HS_CERTIFICATE) {
        if (tls->probe->certificate_message) {
            return; /* a sound server sends one; the first counts */
        }
        keep_certificate(tls, body);
    }
    if (bytes[0] == CM_HS_FINISHED) {
        /* Where our certificate is wanted, the server has the next word. */
        tls->more = tls->speaks_on && tls->probe->version >= CM_TLS1_3 &&
                    tls->probe->client_auth == CM_CLIENT_AUTH_NONE;
    }
    /* What is malformed the library refuses in its own words. */
    (void)cm_capture_message(bytes[0], body, tls->probe);
}

struct cm_tls *cm_tls_new(struct cm_tls_context *context, int fd,
                          const char *sni, struct cm_probe *probe)
{
    struct cm_tls *tls = calloc(1, sizeof(*tls));

    if (tls == NULL) {
        return NULL;
    }
    tls->context = context;
    tls->fd = fd;
    tls->probe = probe;
    tls->ssl = context->lib.SSL_new(context->ssl_ctx);
    if (tls->ssl == NULL || !cm_tls_bio_attach(tls) ||
        (sni[0] != '\0' &&
         !tls->context->lib.SSL_set_tlsext_host_name(tls->ssl, sni))) {
        ERR_clear_error();
        cm_tls_free(tls);
        return NULL;
    }
    tls->context->lib.SSL_set_msg_callback_arg(tls->ssl, tls);
    tls->context->lib.SSL_set_connect_state(tls->ssl);
    probe->num_first_bytes = 0; /* of the TLS connection, not of STARTTLS */
    return tls;
}

bool cm_tls_no_memory(const struct cm_tls *tls)
{
    return tls->no_memory;
}

void cm_tls_only_hello(struct cm_tls *tls)
{
    tls->only_hello = true;
}

void cm_tls_speak_on(struct cm_tls *tls)
{
    tls->speaks_on = true;
}

bool cm_tls_offer_alpn(struct cm_tls *tls, const char *name)
{
    uint8_t list[1 + UINT8_MAX]; /* RFC 7301 section 3.1, without its length */
    size_t len = strlen(name);

    cm_assert(len > 0 && len <= UINT8_MAX);
    list[0] = (uint8_t)len;
    memcpy(list + 1, name, len);
    return tls->context->lib.SSL_set_alpn_protos(tls->ssl, list,
                                                 (unsigned)len + 1) == 0;
}

void cm_tls_free(struct cm_tls *tls)
{
    if (tls == NULL) {
        return;
    }
    tls->context->lib.SSL_free(tls->ssl);
    free(tls->certificate);
    free(tls->parked);
    free(tls);
}

/* Moves the library's error queue into probe->error and looks in it for the
 * one reason that matters: a handshake signature that the certificate's key
 * did not make. The alert that goes with it is shared with other failures
 * (RFC 8446 section 6.2: decrypt_error), and so is the reason: both together
 * are proof. */
static void take_errors(struct cm_tls *tls)
{
    struct cm_probe *probe = tls->probe;
    size_t used = 0;
    bool bad_signature = false;
    uint32_t code;

    probe->error[0] = '\0';
    while ((code = ERR_get_error()) != 0) {
        const char *reason = ERR_reason_error_string(code);
        size_t room = sizeof(probe->error) - used;
        int put;

        if (ERR_GET_LIB(code) == ERR_LIB_SSL &&
            ERR_GET_REASON(code) == SSL_R_BAD_SIGNATURE) {
            bad_signature = true;
        }
        put = snprintf(probe->error + used, room, "%s%s", used > 0 ? ", " : "",
                       reason != NULL ? reason : "unknown error");
        if (put > 0) {
            used += (size_t)put < room ? (size_t)put : room - 1;
        }
    }
    probe->bad_key_proof = bad_signature && probe->alert_sent.seen &&
                           probe->alert_sent.description == ALERT_DECRYPT_ERROR;
}

/* A warning counts when it was the last word before the end. */
static bool ended_by_alert(const struct cm_tls *tls)
{
    const struct cm_alert *alert = &tls->probe->alert_received;
    bool hung_up = tls->eof || tls->io_errno != 0;

    return alert->seen && tls->alert_is_last &&
           (alert->level != ALERT_WARNING ||
            (hung_up && alert->description != ALERT_CLOSE_NOTIFY));
}

static bool ended_by_close(const struct cm_tls *tls)
{
    const struct cm_alert *alert = &tls->probe->alert_received;

    return tls->eof || (alert->seen && tls->alert_is_last &&
                        alert->description == ALERT_CLOSE_NOTIFY);
}

/* EPIPE: the peer's FIN came before its RST, so it closed. */
static enum cm_end end_of_errno(int error)
{
    switch (error) {
    case ECONNRESET:
        return CM_END_RESET;
    case EPIPE:
        return CM_END_CLOSED;
    default:
        return CM_END_SYSTEM;
    }
}

static enum cm_end classify(const struct cm_tls *tls, int *sys_errno)
{
    int error = tls->io_errno != 0 ? tls->io_errno : tls->gone_errno;

    *sys_errno = 0;
    if (tls->no_memory) {
        *sys_errno = ENOMEM;
        return CM_END_SYSTEM;
    }
    if (cm_tls_not_tls(tls->probe)) {
        return CM_END_NOT_TLS;
    }
    if (ended_by_alert(tls)) {
        return CM_END_ALERT_RECEIVED;
    }
    if (tls->io_errno != 0 || (tls->eof && error != 0)) {
        enum cm_end end = end_of_errno(error);

        *sys_errno = end == CM_END_CLOSED ? 0 : error;
        return end;
    }
    return ended_by_close(tls) ? CM_END_CLOSED : CM_END_REFUSED_BY_US;
}

static enum cm_io fail(struct cm_tls *tls)
{
    take_errors(tls);
    tls->probe->end = classify(tls, &tls->probe->sys_errno);
    return CM_IO_FAILED;
}

static enum cm_client_auth content(const struct cm_probe *probe)
{
    return probe->client_cert_sent ? CM_CLIENT_AUTH_ACCEPTED
                                   : CM_CLIENT_AUTH_OPTIONAL;
}

static enum cm_io complete(struct cm_tls *tls)
{
    struct cm_probe *probe = tls->probe;

    tls->completed = true;
    probe->end = CM_END_COMPLETE;
    if (probe->client_auth == CM_CLIENT_AUTH_REQUESTED) {
        /* Up to TLS 1.2 the server's Finished says that it is content; in 1.3
         * it was sent before our Certificate. */
        probe->client_auth = probe->version >= CM_TLS1_3
                                 ? CM_CLIENT_AUTH_UNDETERMINED
                                 : content(probe);
    }
    return CM_IO_DONE;
}

enum cm_io cm_tls_handshake(struct cm_tls *tls)
{
    int result;
    int why;

    if (tls->completed) {
        return CM_IO_DONE;
    }
    ERR_clear_error();
    cm_tls_bio_begin(tls);
    tls->drained = tls->only_hello;
    tls->only_hello = false;
    result = tls->context->lib.SSL_do_handshake(tls->ssl);
    why = tls->context->lib.SSL_get_error(tls->ssl, result);
    if (!cm_tls_bio_end(tls)) {
        return fail(tls);
    }
    if (result == 1) {
        return complete(tls);
    }
    if (why == SSL_ERROR_WANT_WRITE) {
        return CM_IO_WANT_WRITE;
    }
    /* One byte of a banner is enough to know; the library waits for five. */
    if (why == SSL_ERROR_WANT_READ && !cm_tls_not_tls(tls->probe)) {
        return CM_IO_WANT_READ;
    }
    return fail(tls);
}

bool cm_tls_must_linger(const struct cm_tls *tls)
{
    return tls->completed && !tls->linger_over &&
           tls->probe->client_auth == CM_CLIENT_AUTH_UNDETERMINED;
}

/* Failures that speak of our Finished or of the server, not of the
 * certificate. Ours comes with a signature, which decrypt_error may be about
 * (RFC 8446 section 6.2). */
static bool alert_is_unrelated(const struct cm_probe *probe,
                               uint8_t description)
{
    return description == ALERT_BAD_RECORD_MAC ||
           description == ALERT_DECRYPTION_FAILED ||
           (description == ALERT_DECRYPT_ERROR && !probe->client_cert_sent) ||
           description == ALERT_INTERNAL_ERROR;
}

/* What the end of the connection says about our Certificate. A bare FIN or RST
 * may be a refusal or an idle server's habit. */
static enum cm_client_auth judge_end(struct cm_tls *tls)
{
    struct cm_probe *probe = tls->probe;
    const struct cm_alert *alert = &probe->alert_received;

    take_errors(tls);
    if (alert->seen && tls->alert_is_last) {
        if (alert->description == ALERT_CLOSE_NOTIFY) {
            return content(probe);
        }
        if (alert_is_unrelated(probe, alert->description)) {
            return CM_CLIENT_AUTH_UNDETERMINED;
        }
        return probe->client_cert_sent ? CM_CLIENT_AUTH_REJECTED
                                       : CM_CLIENT_AUTH_REQUIRED;
    }
    if (probe->error[0] == '\0') {
        (void)snprintf(probe->error, sizeof(probe->error),
                       "closed after our %sCertificate",
                       probe->client_cert_sent ? "" : "empty ");
    }
    return CM_CLIENT_AUTH_UNDETERMINED;
}

void cm_tls_settle(struct cm_tls *tls, bool alive)
{
    if (!cm_tls_must_linger(tls)) {
        return;
    }
    tls->linger_over = true;
    tls->linger_closed = !alive;
    tls->probe->client_auth = alive ? content(tls->probe) : judge_end(tls);
}

enum cm_io cm_tls_linger(struct cm_tls *tls)
{
    uint8_t data[LINGER_READ_SIZE];
    int result;
    int why;

    if (!cm_tls_must_linger(tls)) {
        return CM_IO_DONE;
    }
    ERR_clear_error();
    cm_tls_bio_begin(tls);
    result = tls->context->lib.SSL_read(tls->ssl, data, sizeof(data));
    why = tls->context->lib.SSL_get_error(tls->ssl, result);
    if (!cm_tls_bio_end(tls) || (result <= 0 && why != SSL_ERROR_WANT_READ &&
                                 why != SSL_ERROR_WANT_WRITE)) {
        cm_tls_settle(tls, false);
        return CM_IO_DONE;
    }
    /* Tickets and data follow once our Finished was accepted. */
    if (result > 0 || tls->probe->num_tickets > 0) {
        cm_tls_settle(tls, true);
        return CM_IO_DONE;
    }
    return why == SSL_ERROR_WANT_WRITE ? CM_IO_WANT_WRITE : CM_IO_WANT_READ;
}

void cm_tls_close_notify(struct cm_tls *tls)
{
    if (!tls->completed) {
        return; /* there is nothing to end yet */
    }
    cm_tls_bio_begin(tls);
    tls->more = true;
    (void)tls->context->lib.SSL_shutdown(tls->ssl);
    (void)cm_tls_bio_end(tls);
    ERR_clear_error();
    /* Not left to close(): that throws away what waits when there is something
     * unread. */
    (void)shutdown(tls->fd, SHUT_WR);
}

size_t cm_tls_chain(const struct cm_tls *tls, struct cm_span *out, size_t max,
                    unsigned *num_sent)
{
    struct cm_reader body;

    *num_sent = 0;
    if (tls->certificate == NULL) {
        return 0;
    }
    cm_reader_init(&body, tls->certificate, tls->certificate_len);
    return cm_capture_chain(body, tls->probe->version >= CM_TLS1_3, out, max,
                            num_sent);
}
