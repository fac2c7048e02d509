/* The server's handshake messages as bytes: RFC 8446 section 4, RFC 5246
 * section 7.4, RFC 6066 and RFC 8422. Bounded by the message, never by what a
 * length field claims.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tls/capture.h"

#include <stdlib.h>
#include <string.h>

#include "tls/tls.h"

#define RANDOM_LEN 32
#define CURVE_TYPE_NAMED 3  /* RFC 8422 section 5.4 */
#define STATUS_TYPE_OCSP 1  /* RFC 6066 section 8 */
#define MAX_EXTENSIONS 1000 /* more are taken as malformed */

enum extension_type {
    EXT_STATUS_REQUEST = 5,
    EXT_ALPN = 16,
    EXT_SCT = 18,
    EXT_EXTENDED_MASTER_SECRET = 23,
    EXT_SUPPORTED_VERSIONS = 43,
    EXT_CERTIFICATE_AUTHORITIES = 47,
    EXT_KEY_SHARE = 51,
};

/* A HelloRetryRequest is a ServerHello with this random: the SHA-256 of
 * "HelloRetryRequest" (RFC 8446 section 4.1.3). */
static const uint8_t hello_retry_random[RANDOM_LEN] = {
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
    0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
    0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

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

/* ProtocolNameList with the one name the server chose (RFC 7301). */
static bool read_alpn(struct cm_reader data, struct cm_probe *probe)
{
    struct cm_reader list;
    struct cm_reader name;
    size_t take;

    if (!cm_reader_vec16(&data, &list) || !cm_reader_vec8(&list, &name)) {
        return false;
    }
    take = name.len < sizeof(probe->alpn) ? name.len : sizeof(probe->alpn) - 1;
    memset(probe->alpn, 0, sizeof(probe->alpn));
    if (take > 0) {
        memcpy(probe->alpn, name.data, take);
    }
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

static bool read_key_share(struct cm_reader data, struct cm_probe *probe)
{
    return cm_reader_u16(&data, &probe->group);
}

static bool read_supported_version(struct cm_reader data,
                                   struct cm_probe *probe)
{
    return cm_reader_u16(&data, &probe->version);
}

static bool read_extended_master_secret(struct cm_reader data,
                                        struct cm_probe *probe)
{
    (void)data;
    probe->extended_master_secret = true;
    return true;
}

static bool read_scts(struct cm_reader data, struct cm_probe *probe)
{
    probe->sct_bytes = (unsigned)data.len;
    return true;
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
struct extension_rule {
    uint16_t type;
    bool (*read)(struct cm_reader data, struct cm_probe *probe);
};

static const struct extension_rule in_server_hello[] = {
    {EXT_ALPN, read_alpn},
    {EXT_SCT, read_scts},
    {EXT_EXTENDED_MASTER_SECRET, read_extended_master_secret},
    {EXT_SUPPORTED_VERSIONS, read_supported_version},
    {EXT_KEY_SHARE, read_key_share},
    {0, NULL}};
static const struct extension_rule in_encrypted_extensions[] = {
    {EXT_ALPN, read_alpn}, {0, NULL}};
static const struct extension_rule in_certificate[] = {
    {EXT_STATUS_REQUEST, read_status}, {EXT_SCT, read_scts}, {0, NULL}};
static const struct extension_rule in_certificate_request[] = {
    {EXT_CERTIFICATE_AUTHORITIES, read_ca_names}, {0, NULL}};

/* `list` is the content of an extensions field. A mistake inside one extension
 * does not hide the others. */
static bool read_extensions(struct cm_reader list,
                            const struct extension_rule *rules,
                            struct cm_probe *probe)
{
    bool sound = true;
    unsigned num = 0;

    while (list.len > 0) {
        uint16_t type;
        struct cm_reader data;

        if (++num > MAX_EXTENSIONS || !cm_reader_u16(&list, &type) ||
            !cm_reader_vec16(&list, &data)) {
            return false;
        }
        for (const struct extension_rule *r = rules; r->read != NULL; r++) {
            if (r->type == type) {
                sound = r->read(data, probe) && sound;
            }
        }
    }
    return sound;
}

bool cm_capture_server_hello(struct cm_reader body, struct cm_probe *probe)
{
    uint16_t version;
    uint16_t cipher;
    struct cm_span random;
    struct cm_reader session_id;
    struct cm_reader extensions;

    if (!cm_reader_u16(&body, &version) ||
        !cm_reader_bytes(&body, RANDOM_LEN, &random) ||
        !cm_reader_vec8(&body, &session_id) || !cm_reader_u16(&body, &cipher)) {
        return false;
    }
    if (memcmp(random.data, hello_retry_random, RANDOM_LEN) == 0) {
        return true;
    }
    probe->server_hello = true;
    probe->version = version;
    probe->cipher = cipher;
    if (!cm_reader_skip(&body, 1)) { /* the compression method */
        return false;
    }
    if (body.len == 0) { /* there may be no extensions field at all */
        return true;
    }
    return cm_reader_vec16(&body, &extensions) &&
           read_extensions(extensions, in_server_hello, probe);
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
           read_extensions(extensions, in_certificate, probe);
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
               read_extensions(extensions, in_certificate_request, probe);
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
    uint8_t curve_type;
    uint16_t group;
    struct cm_reader point;

    if (!cm_reader_u8(&body, &curve_type) || curve_type != CURVE_TYPE_NAMED ||
        !cm_reader_u16(&body, &group)) {
        return false;
    }
    probe->group = group;
    if (!cm_reader_vec8(&body, &point)) {
        return false;
    }
    return probe->version < CM_TLS1_2 ||
           cm_reader_u16(&body, &probe->signature);
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
           read_extensions(extensions, in_encrypted_extensions, probe);
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
