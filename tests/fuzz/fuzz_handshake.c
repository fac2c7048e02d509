/* A server's bytes to the TLS library and what looks on: the first octet says
 * how it is driven, the second the length of the pieces that arrive.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "certmuster/text.h"
#include "tls/tls.h"

#define HOW_TDS 0x01U
#define HOW_ALPN 0x02U
#define HOW_SPEAK_ON 0x04U
#define HOW_NO_SNI 0x08U
#define HOW_SILENT 0x10U /* the server does not close */
#define MAX_ROUNDS 4096

static struct cm_tls_context *context(void)
{
    static struct cm_tls_context *made; /* never freed */
    const struct cm_tls_options options = {0};
    struct cm_error err;

    if (made == NULL) {
        cm_assert(cm_tls_context_new(&made, &options, &err) == CM_OK);
    }
    return made;
}

static void check(const struct cm_tls *tls, const struct cm_probe *probe,
                  enum cm_io io)
{
    struct cm_span chain[CM_MAX_CHAIN];
    unsigned sent = 0;
    size_t num = cm_tls_chain(tls, chain, CM_MAX_CHAIN, &sent);
    size_t total = 0;

    cm_assert(num <= CM_MAX_CHAIN && num <= sent);
    for (size_t i = 0; i < num; i++) {
        total += chain[i].len;
    }
    cm_assert(total <= CM_MAX_CHAIN_BYTES);
    cm_assert(probe->num_first_bytes <= CM_FIRST_BYTES);
    cm_assert(strnlen(probe->error, sizeof(probe->error)) <
              sizeof(probe->error));
    cm_assert(strnlen(probe->alpn, sizeof(probe->alpn)) < sizeof(probe->alpn));
    cm_assert(io != CM_IO_DONE); /* nobody here has the keys */
    cm_assert(io != CM_IO_FAILED ||
              (probe->end != CM_END_NONE && probe->end != CM_END_COMPLETE));
    cm_assert(probe->ca_names.len <= CM_MAX_CA_NAMES_BYTES);
}

static enum cm_io drive(struct cm_tls *tls, int peer, struct cm_reader in,
                        size_t piece, unsigned how)
{
    enum cm_io io = cm_tls_handshake(tls);

    for (int i = 0; i < MAX_ROUNDS && io == CM_IO_WANT_READ; i++) {
        size_t len = in.len < piece ? in.len : piece;

        if (len == 0) {
            if ((how & HOW_SILENT) != 0) {
                break;
            }
            (void)shutdown(peer, SHUT_WR);
        } else if (send(peer, in.data, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
            break;
        }
        (void)cm_reader_skip(&in, len);
        io = cm_tls_handshake(tls);
        if (len == 0) {
            cm_assert(io != CM_IO_WANT_READ);
        }
    }
    return io;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_probe *probe = calloc(1, sizeof(*probe));
    struct cm_reader in;
    struct cm_tls *tls;
    uint8_t how = 0;
    uint8_t piece = 0;
    enum cm_io io;
    int fds[2];

    cm_reader_init(&in, data, size);
    (void)cm_reader_u8(&in, &how);
    (void)cm_reader_u8(&in, &piece);
    cm_assert(probe != NULL);
    cm_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
    tls = cm_tls_new(context(), fds[0],
                     (how & HOW_NO_SNI) != 0 ? "" : "www.a.example", probe);
    cm_assert(tls != NULL);
    if ((how & HOW_TDS) != 0) {
        cm_tls_wrap_in_tds(tls);
    }
    if ((how & HOW_ALPN) != 0) {
        cm_assert(cm_tls_offer_alpn(tls, "http/1.1"));
    }
    if ((how & HOW_SPEAK_ON) != 0) {
        cm_tls_speak_on(tls);
    }
    io = drive(tls, fds[1], in, ((size_t)piece << 4) + 1, how);
    check(tls, probe, io);
    cm_tls_free(tls);
    cm_probe_cleanup(probe);
    free(probe);
    (void)close(fds[0]);
    (void)close(fds[1]);
    return 0;
}
