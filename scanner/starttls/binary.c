/* Protocols of packets, and XMPP: each has its own two functions.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "starttls/parts.h"

static struct cm_span head(struct cm_span got, size_t max)
{
    return (struct cm_span){got.data, got.len < max ? got.len : max};
}

static size_t be16(const uint8_t *p)
{
    return ((size_t)p[0] << 8) | p[1];
}

/* --- LDAP: the StartTLS extended operation, RFC 4511 section 4.14 --- */

static void ldap_command(const struct cm_starttls *dialogue, unsigned step,
                         struct cm_buf *out)
{
    static const char request[] = "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
                                  "1.3.6.1.4.1.1466.20037";

    (void)dialogue;
    if (step == 0) {
        (void)cm_buf_append(out, request, sizeof(request) - 1);
    }
}

/* The content of a BER value with this tag at *at; false: it is not complete,
 * or another. */
static bool ber(struct cm_span in, size_t *at, uint8_t tag, struct cm_span *out)
{
    size_t len = 0;
    size_t pos = *at + 2;

    if (in.len < *at + 2 || in.data[*at] != tag) {
        return false;
    }
    if (in.data[*at + 1] < 0x80) {
        len = in.data[*at + 1];
    } else {
        size_t num = in.data[*at + 1] & 0x7FU;

        if (num == 0 || num > 4 || in.len < pos + num) {
            return false;
        }
        while (num-- > 0) {
            len = (len << 8) | in.data[pos++];
        }
    }
    if (in.len - pos < len) {
        return false;
    }
    *out = (struct cm_span){in.data + pos, len};
    *at = pos + len;
    return true;
}

static enum cm_turn ldap_reply(struct cm_starttls *dialogue, unsigned step,
                               struct cm_span got, size_t *used)
{
    struct cm_span message;
    struct cm_span value;
    size_t at = 0;
    size_t inner = 0;
    size_t deep = 0;

    (void)step;
    if (got.data[0] != 0x30) {
        return cm_starttls_end(dialogue, CM_STARTTLS_OTHER_PROTOCOL,
                               head(got, 32));
    }
    if (!ber(got, &at, 0x30, &message)) {
        return CM_TURN_MORE;
    }
    *used = at;
    if (!ber(message, &inner, 0x02, &value) ||
        !ber(message, &inner, 0x78, &message) ||
        !ber(message, &deep, 0x0A, &value) || value.len != 1) {
        return cm_starttls_end(dialogue, CM_STARTTLS_OTHER_PROTOCOL,
                               head(got, 32));
    }
    if (value.data[0] == 0) {
        return CM_TURN_TLS;
    }
    /* protocolError: the operation is not known (RFC 4511 section 4.12) */
    return cm_starttls_end(dialogue,
                           value.data[0] == 2 ? CM_STARTTLS_NOT_OFFERED
                                              : CM_STARTTLS_REFUSED,
                           head(got, at < 40 ? at : 40));
}

/* --- PostgreSQL: SSLRequest --- */

static void postgres_command(const struct cm_starttls *dialogue, unsigned step,
                             struct cm_buf *out)
{
    (void)dialogue;
    if (step == 0) {
        (void)cm_buf_append(out, "\x00\x00\x00\x08\x04\xd2\x16\x2f", 8);
    }
}

static enum cm_turn postgres_reply(struct cm_starttls *dialogue, unsigned step,
                                   struct cm_span got, size_t *used)
{
    (void)step;
    *used = 1;
    switch (got.data[0]) {
    case 'S':
        return CM_TURN_TLS;
    case 'N':
        return cm_starttls_end(dialogue, CM_STARTTLS_NOT_OFFERED, head(got, 1));
    case 'E':
        return cm_starttls_end(dialogue, CM_STARTTLS_REFUSED, head(got, 80));
    default:
        return cm_starttls_end(dialogue, CM_STARTTLS_OTHER_PROTOCOL,
                               head(got, 32));
    }
}

/* --- MySQL and MariaDB: the greeting tells, SSLRequest asks --- */

#define MYSQL_CLIENT_SSL 0x0800U

static void mysql_command(const struct cm_starttls *dialogue, unsigned step,
                          struct cm_buf *out)
{
    static const uint8_t request[36] = {0x20, 0, 0, 1, 0x85, 0xAE, 0x7F,
                                        0,    0, 0, 0, 1,    0x21};

    (void)dialogue;
    if (step == 1) {
        (void)cm_buf_append(out, request, sizeof(request));
    }
}

static enum cm_turn mysql_reply(struct cm_starttls *dialogue, unsigned step,
                                struct cm_span got, size_t *used)
{
    const uint8_t *end;
    size_t len;
    size_t at;

    (void)step;
    if (got.len < 5) {
        return CM_TURN_MORE;
    }
    len =
        got.data[0] | ((size_t)got.data[1] << 8) | ((size_t)got.data[2] << 16);
    if (len < 2 || len > 4096 || got.data[3] > 1) {
        return cm_starttls_end(dialogue, CM_STARTTLS_OTHER_PROTOCOL,
                               head(got, 32));
    }
    if (got.len < 4 + len) {
        return CM_TURN_MORE;
    }
    *used = 4 + len;
    if (got.data[4] == 0xFF) { /* too many connections, host not allowed ... */
        return cm_starttls_end(
            dialogue, CM_STARTTLS_REFUSED,
            (struct cm_span){got.data + 4, len < 80 ? len : 80});
    }
    end = memchr(got.data + 5, 0, len - 1);
    at = end == NULL ? 0 : (size_t)(end - got.data) + 1 + 4 + 8 + 1;
    if (got.data[4] != 10 || end == NULL || at + 2 > 4 + len) {
        return cm_starttls_end(dialogue, CM_STARTTLS_OTHER_PROTOCOL,
                               head(got, 32));
    }
    if (((got.data[at] | ((unsigned)got.data[at + 1] << 8)) &
         MYSQL_CLIENT_SSL) == 0) {
        return cm_starttls_end(
            dialogue, CM_STARTTLS_NOT_OFFERED,
            (struct cm_span){got.data + 5, (size_t)(end - got.data) - 5});
    }
    return CM_TURN_TLS;
}

/* --- MS-SQL: PRELOGIN, MS-TDS 2.2.6.5 --- */

#define TDS_REPLY 0x04
#define TDS_ENCRYPTION 0x01
#define TDS_NOT_SUPPORTED 0x02

static void tds_command(const struct cm_starttls *dialogue, unsigned step,
                        struct cm_buf *out)
{
    static const uint8_t prelogin[47] = {
        0x12, 1, 0,    0x2F, 0, 0, 1, 0, /* header */
        0,    0, 0x1A, 0,    6, 1, 0, 0x20, 0,    1, 2, 0,    0x21, 0,
        1,    3, 0,    0x22, 0, 4, 4, 0,    0x26, 0, 1, 0xFF, /* options */
        0x10, 0, 0,    0,    0, 0,                            /* version */
        1,                                                    /* encrypt */
    };

    (void)dialogue;
    if (step == 0) {
        (void)cm_buf_append(out, prelogin, sizeof(prelogin));
    }
}

/* The value of the encryption option; -1: there is none. */
static int tds_encryption(struct cm_span body)
{
    for (size_t at = 0; at + 5 <= body.len && body.data[at] != 0xFF; at += 5) {
        size_t offset = be16(body.data + at + 1);

        if (body.data[at] == TDS_ENCRYPTION && offset < body.len) {
            return body.data[offset];
        }
    }
    return -1;
}

static enum cm_turn tds_reply(struct cm_starttls *dialogue, unsigned step,
                              struct cm_span got, size_t *used)
{
    size_t len;
    int encryption;

    (void)step;
    if (got.data[0] != TDS_REPLY) {
        return cm_starttls_end(dialogue, CM_STARTTLS_OTHER_PROTOCOL,
                               head(got, 32));
    }
    if (got.len < 8 || got.len < be16(got.data + 2)) {
        return CM_TURN_MORE;
    }
    len = be16(got.data + 2);
    if (len < 8) {
        return cm_starttls_end(dialogue, CM_STARTTLS_OTHER_PROTOCOL,
                               head(got, 32));
    }
    *used = len;
    encryption = tds_encryption((struct cm_span){got.data + 8, len - 8});
    if (encryption < 0 || encryption == TDS_NOT_SUPPORTED) {
        return cm_starttls_end(dialogue, CM_STARTTLS_NOT_OFFERED,
                               head(got, len < 40 ? len : 40));
    }
    return CM_TURN_TLS;
}

/* --- RDP: X.224 connection request with RDP_NEG_REQ, MS-RDPBCGR 2.2.1.1 --- */

static void rdp_command(const struct cm_starttls *dialogue, unsigned step,
                        struct cm_buf *out)
{
    static const uint8_t request[19] = {3, 0, 0, 0x13, 0x0E, 0xE0, 0, 0, 0, 0,
                                        0, 1, 0, 8,    0,    3,    0, 0, 0};

    (void)dialogue;
    if (step == 0) {
        (void)cm_buf_append(out, request, sizeof(request));
    }
}

static enum cm_turn rdp_reply(struct cm_starttls *dialogue, unsigned step,
                              struct cm_span got, size_t *used)
{
    size_t len;

    (void)step;
    if (got.data[0] != 3) {
        return cm_starttls_end(dialogue, CM_STARTTLS_OTHER_PROTOCOL,
                               head(got, 32));
    }
    if (got.len < 4 || got.len < be16(got.data + 2)) {
        return CM_TURN_MORE;
    }
    len = be16(got.data + 2);
    *used = len;
    if (len < 11 || got.data[5] != 0xD0) {
        return cm_starttls_end(dialogue, CM_STARTTLS_OTHER_PROTOCOL,
                               head(got, 32));
    }
    if (len >= 19 && got.data[11] == 2) { /* RDP_NEG_RSP */
        return got.data[15] != 0
                   ? CM_TURN_TLS
                   : cm_starttls_end(dialogue, CM_STARTTLS_NOT_OFFERED,
                                     head(got, len));
    }
    if (len >= 19 && got.data[11] == 3 && got.data[15] == 3) {
        /* SSL_CERT_NOT_ON_SERVER: it would, but has none */
        return cm_starttls_end(dialogue, CM_STARTTLS_REFUSED, head(got, len));
    }
    return cm_starttls_end(dialogue, CM_STARTTLS_NOT_OFFERED,
                           head(got, len < 40 ? len : 40));
}

/* --- XMPP, RFC 6120 section 5 --- */

static void xmpp_command(const struct cm_starttls *dialogue, unsigned step,
                         struct cm_buf *out)
{
    if (step == 0) {
        (void)cm_buf_printf(
            out,
            "<?xml version='1.0'?><stream:stream xmlns='%s' "
            "xmlns:stream='http://etherx.jabber.org/streams' to='%s' "
            "version='1.0'>",
            (const char *)dialogue->protocol->table, dialogue->name);
    } else if (step == 1) {
        (void)cm_buf_puts(
            out, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    }
}

static bool holds(struct cm_span got, const char *text)
{
    return memmem(got.data, got.len, text, strlen(text)) != NULL;
}

static enum cm_turn xmpp_features(struct cm_starttls *dialogue,
                                  struct cm_span got)
{
    if (!holds(got, "</stream:features>") &&
        !holds(got, "<stream:features/>")) {
        return got.data[0] == '<'
                   ? CM_TURN_MORE
                   : cm_starttls_end(dialogue, CM_STARTTLS_OTHER_PROTOCOL,
                                     head(got, 80));
    }
    if (!holds(got, "urn:ietf:params:xml:ns:xmpp-tls")) {
        const uint8_t *at = memmem(got.data, got.len, "<stream:features", 16);

        at = at != NULL ? at : got.data;

        return cm_starttls_end(
            dialogue, CM_STARTTLS_NOT_OFFERED,
            (struct cm_span){at, got.len - (size_t)(at - got.data)});
    }
    dialogue->offered = true;
    return CM_TURN_NEXT;
}

static enum cm_turn xmpp_reply(struct cm_starttls *dialogue, unsigned step,
                               struct cm_span got, size_t *used)
{
    const uint8_t *at = memmem(got.data, got.len, "<stream:error", 13);

    *used = got.len;
    if (at == NULL && step == 1) {
        at = memmem(got.data, got.len, "<failure", 8);
    }
    if (at != NULL) {
        return cm_starttls_end(
            dialogue, CM_STARTTLS_REFUSED,
            (struct cm_span){at, got.len - (size_t)(at - got.data)});
    }
    if (step == 0) {
        return xmpp_features(dialogue, got);
    }
    at = memmem(got.data, got.len, "<proceed", 8);
    at = at == NULL ? NULL : memchr(at, '>', got.len - (size_t)(at - got.data));
    if (at == NULL) {
        return CM_TURN_MORE;
    }
    *used = (size_t)(at - got.data) + 1;
    return CM_TURN_TLS;
}

const struct cm_starttls_protocol cm_starttls_binary[] = {
    {"ldap", NULL, false, ldap_command, ldap_reply, NULL},
    {"postgres", "postgresql", false, postgres_command, postgres_reply, NULL},
    {"mysql", NULL, false, mysql_command, mysql_reply, NULL},
    {"mssql", NULL, true, tds_command, tds_reply, NULL},
    {"rdp", NULL, false, rdp_command, rdp_reply, NULL},
    {"xmpp", "xmpp-client", false, xmpp_command, xmpp_reply, "jabber:client"},
    {"xmpp-server", "xmpp-server", false, xmpp_command, xmpp_reply,
     "jabber:server"},
    {NULL, NULL, false, NULL, NULL, NULL},
};
