/* One small request after the handshake, and its answer: some servers ask for
 * a client certificate only now, or say only now what they think of ours.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <openssl/err.h>

#include "tls/internal.h"

bool cm_tls_is_open(const struct cm_tls *tls)
{
    return tls->completed && !tls->eof && tls->io_errno == 0 &&
           tls->gone_errno == 0 && !tls->linger_closed;
}

bool cm_tls_was_reset(const struct cm_tls *tls)
{
    return tls->io_errno == ECONNRESET || tls->gone_errno == ECONNRESET;
}

static enum cm_io want(int why)
{
    return why == SSL_ERROR_WANT_WRITE ? CM_IO_WANT_WRITE : CM_IO_WANT_READ;
}

static bool must_wait(int why)
{
    return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
}

enum cm_io cm_tls_write(struct cm_tls *tls, struct cm_span data)
{
    int put;
    int why;

    ERR_clear_error();
    tls->more = false;
    cm_tls_bio_begin(tls);
    put = tls->context->lib.SSL_write(tls->ssl, data.data, (int)data.len);
    why = tls->context->lib.SSL_get_error(tls->ssl, put);
    if (!cm_tls_bio_end(tls)) {
        return CM_IO_FAILED;
    }
    if (put == (int)data.len) { /* all or nothing: partial writes are off */
        return CM_IO_DONE;
    }
    if (put <= 0 && must_wait(why)) {
        return want(why);
    }
    ERR_clear_error();
    return CM_IO_FAILED;
}

enum cm_io cm_tls_read(struct cm_tls *tls, uint8_t *out, size_t max,
                       size_t *got)
{
    int result;
    int why;

    *got = 0;
    ERR_clear_error();
    cm_tls_bio_begin(tls);
    result = tls->context->lib.SSL_read(tls->ssl, out, (int)max);
    why = tls->context->lib.SSL_get_error(tls->ssl, result);
    if (!cm_tls_bio_end(tls)) {
        return CM_IO_FAILED;
    }
    if (result > 0) {
        *got = (size_t)result;
        cm_tls_settle(tls, true);
        return CM_IO_DONE;
    }
    if (must_wait(why) && !tls->probe->cert_request_late) {
        return want(why);
    }
    cm_tls_settle(tls, false);
    ERR_clear_error();
    return CM_IO_FAILED;
}
