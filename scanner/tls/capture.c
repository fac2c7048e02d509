/* The server's handshake messages as bytes: RFC 8446 section 4, RFC 5246
 * section 7.4, RFC 6066 and RFC 8422. Bounded by the message, never by what a
 * length field claims.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tls/capture.h"

#include <stdlib.h>
#include <string.h>

#include "tls/key_exchange.h"
#include "tls/server_hello.h"
#include "tls/tls.h"

#define STATUS_TYPE_OCSP 1 /* RFC 6066 section 8 */

static bool is_tls13(const struct cm_probe *probe)
{
    return probe->version >= CM_TLS1_3;
}

/* Replaces what `out` owned. An empty copy owns nothing. */
static bool copy_span(struct cm_span *out, const uint8_t *data, size_t len)
{
    uint8_t *copy = NULL;

    if (len > 0) {
        copy = malloc(len);
        if (copy == NULL) {
            return false;
        }
        memcpy(copy, data, len);
    }
    free((void *)(uintptr_t)out->data); /* spans lend, this one owns */
    out->data = copy;
    out->len = len;
    return true;
}

/* CertificateStatus, as a message and as an extension of a certificate. */
static bool read_status(struct cm_reader data, struct cm_probe *probe)
{
    uint8_t type;
    struct cm_reader response;

    if (!cm_reader_u8(&data, &type) || type != STATUS_TYPE_OCSP ||
        !cm_reader_vec24(&data, &response)) {
        return false;
    }
    return copy_span(&probe->ocsp_staple, response.data, response.len);
}

/* Keeps whole names, as many as the cap allows; on the wire each has its own
 * length before it, and so they stay. */
static bool read_ca_names(struct cm_reader data, struct cm_probe *probe)
{
    struct cm_reader list;
    struct cm_reader name;
    const uint8_t *start;
    size_t keep = 0;
    bool sound = cm_reader_vec16(&data, &list);

    if (!sound) {
        return false;
    }
    start = list.data;
    while (sound && list.len > 0) {
        sound = cm_reader_vec16(&list, &name);
        if (sound && (size_t)(list.data - start) <= CM_MAX_CA_NAMES_BYTES) {
            keep = (size_t)(list.data - start);
        }
    }
    return copy_span(&probe->ca_names, start, keep) && sound;
}

/* Which extension is read where. */
static bool in_encrypted_extensions(uint16_t type, struct cm_reader data,
                                    void *to)
{
    struct cm_probe *probe = to;

    return type != CM_EXT_ALPN || cm_alpn_read(data, probe->alpn);
}

static bool in_certificate(uint16_t type, struct cm_reader data, void *to)
{
    struct cm_probe *probe = to;

    if (type == CM_EXT_SCT) {
        probe->sct_bytes = (unsigned)data.len;
    }
    return type != CM_EXT_STATUS_REQUEST || read_status(data, probe);
}

static bool in_certificate_request(uint16_t type, struct cm_reader data,
                                   void *to)
{
    return type != CM_EXT_CERTIFICATE_AUTHORITIES || read_ca_names(data, to);
}

bool cm_capture_server_hello(struct cm_reader body, struct cm_probe *probe)
{
    struct cm_server_hello hello;
    bool sound = cm_server_hello_read(body, &hello);

    if (!hello.chosen || hello.retry) {
        return hello.chosen;
    }
    probe->server_hello = true;
    probe->version = hello.version;
    probe->cipher = hello.cipher;
    probe->group = hello.group;
    probe->extended_master_secret = hello.extended_master_secret;
    probe->sct_bytes = hello.sct_bytes;
    memcpy(probe->alpn, hello.alpn, sizeof(probe->alpn));
    return sound;
}

/* The content of a vector with a 24-bit length; when it claims more than there
 * is, all that there is. */
static bool vec24_or_rest(struct cm_reader *r, struct cm_reader *out)
{
    uint32_t claimed;

    if (cm_reader_vec24(r, out)) {
        return true;
    }
    if (!cm_reader_u24(r, &claimed)) {
        return false;
    }
    *out = *r;
    return true;
}

/* Steps over the request context and into the list. */
static bool open_certificate_list(struct cm_reader body, bool tls13,
                                  struct cm_reader *list)
{
    struct cm_reader context;

    return (!tls13 || cm_reader_vec8(&body, &context)) &&
           vec24_or_rest(&body, list);
}

size_t cm_capture_chain(struct cm_reader body, bool tls13, struct cm_span *out,
                        size_t max, unsigned *num_sent)
{
    struct cm_reader list;
    struct cm_reader cert;
    struct cm_reader extensions;
    size_t num = 0;

    *num_sent = 0;
    if (!open_certificate_list(body, tls13, &list)) {
        return 0;
    }
    while (cm_reader_vec24(&list, &cert)) {
        if (num < max) {
            out[num].data = cert.data;
            out[num].len = cert.len;
            num++;
        }
        (*num_sent)++;
        if (tls13 && !cm_reader_vec16(&list, &extensions)) {
            break;
        }
    }
    return num;
}

/* TLS 1.3 sends the staple and the SCTs with the certificate they are for. */
static bool read_certificate(struct cm_reader body, struct cm_probe *probe)
{
    struct cm_reader list;
    struct cm_reader leaf;
    struct cm_reader extensions;

    probe->certificate_message = true;
    probe->chain_bytes = (uint32_t)body.len;
    if (!is_tls13(probe)) {
        return true;
    }
    if (!open_certificate_list(body, true, &list)) {
        return false;
    }
    if (list.len == 0) {
        return true;
    }
    return cm_reader_vec24(&list, &leaf) &&
           cm_reader_vec16(&list, &extensions) &&
           cm_extensions_read(extensions, in_certificate, probe);
}

bool cm_capture_certificate_request(struct cm_reader body, bool tls13,
                                    uint16_t version, struct cm_probe *probe)
{
    struct cm_reader ignored;
    struct cm_reader extensions;

    probe->client_auth = CM_CLIENT_AUTH_REQUESTED;
    if (tls13) {
        return cm_reader_vec8(&body, &ignored) &&
               cm_reader_vec16(&body, &extensions) &&
               cm_extensions_read(extensions, in_certificate_request, probe);
    }
    /* certificate_types, and from TLS 1.2 on signature algorithms. */
    return cm_reader_vec8(&body, &ignored) &&
           (version < CM_TLS1_2 || cm_reader_vec16(&body, &ignored)) &&
           read_ca_names(body, probe);
}

/* ECDHE as in RFC 8422 section 5.4; the other kinds are never offered. */
static bool read_server_key_exchange(struct cm_reader body,
                                     struct cm_probe *probe)
{
    struct cm_key_exchange kx = {0};
    bool sound = cm_key_exchange_ecdh(&body, &kx);

    probe->group = kx.group;
    return sound && (probe->version < CM_TLS1_2 ||
                     cm_reader_u16(&body, &probe->signature));
}

static bool read_certificate_verify(struct cm_reader body,
                                    struct cm_probe *probe)
{
    return cm_reader_u16(&body, &probe->signature);
}

static bool read_encrypted_extensions(struct cm_reader body,
                                      struct cm_probe *probe)
{
    struct cm_reader extensions;

    return cm_reader_vec16(&body, &extensions) &&
           cm_extensions_read(extensions, in_encrypted_extensions, probe);
}

static bool read_certificate_request(struct cm_reader body,
                                     struct cm_probe *probe)
{
    return cm_capture_certificate_request(body, is_tls13(probe), probe->version,
                                          probe);
}

static bool count_ticket(struct cm_reader body, struct cm_probe *probe)
{
    (void)body;
    probe->num_tickets++;
    return true;
}

bool cm_capture_message(uint8_t type, struct cm_reader body,
                        struct cm_probe *probe)
{
    switch (type) {
    case CM_HS_SERVER_HELLO:
        return cm_capture_server_hello(body, probe);
    case CM_HS_NEW_SESSION_TICKET:
        return count_ticket(body, probe);
    case CM_HS_ENCRYPTED_EXTENSIONS:
        return read_encrypted_extensions(body, probe);
    case CM_HS_CERTIFICATE:
        return read_certificate(body, probe);
    case CM_HS_SERVER_KEY_EXCHANGE:
        return read_server_key_exchange(body, probe);
    case CM_HS_CERTIFICATE_REQUEST:
        return read_certificate_request(body, probe);
    case CM_HS_CERTIFICATE_VERIFY:
        return read_certificate_verify(body, probe);
    case CM_HS_CERTIFICATE_STATUS:
        return read_status(body, probe);
    default:
        return true;
    }
}
