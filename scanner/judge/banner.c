/* What speaks on a port that speaks no TLS, by its first bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "judge/rules.h"

struct banner {
    const char *prefix;
    size_t len;
    const char *protocol;
};
#define BANNER(prefix, protocol)                                               \
    {                                                                          \
        prefix, sizeof(prefix) - 1, protocol                                   \
    }

static const struct banner banners[] = {
    BANNER("SSH-", "SSH"),
    BANNER("+OK", "POP3"),
    BANNER("-ERR", "Redis or POP3"),
    BANNER("* OK", "IMAP"),
    BANNER("* PREAUTH", "IMAP"),
    BANNER("* BYE", "IMAP"),
    BANNER("RFB ", "VNC"),
    BANNER("AMQP", "AMQP"),
    BANNER("@RSYNCD", "rsync"),
    BANNER("<?xml", "XMPP or another XML protocol"),
    BANNER("<stream", "XMPP"),
    BANNER("ERROR\r\n", "memcached"),
    BANNER("200 ", "NNTP"),
    BANNER("201 ", "NNTP"),
    BANNER(":", "IRC"),
    BANNER("NOTICE ", "IRC"),
    BANNER("\x03\x00\x00", "RDP (TPKT)"),
    BANNER("\x04\x01\x00", "MS-SQL (TDS)"),
    BANNER("\xff\xfb", "Telnet"),
    BANNER("\xff\xfd", "Telnet"),
    BANNER("\x30\x84", "LDAP"),
    BANNER("\x30\x0c\x02\x01", "LDAP"),
};

static bool begins(const struct cm_probe *probe, const char *prefix, size_t len)
{
    return probe->num_first_bytes >= len &&
           memcmp(probe->first_bytes, prefix, len) == 0;
}

static bool holds(const struct cm_probe *probe, const char *word)
{
    char text[CM_FIRST_BYTES + 1];
    size_t len = probe->num_first_bytes;

    memcpy(text, probe->first_bytes, len);
    text[len] = '\0';
    return strcasestr(text, word) != NULL;
}

bool cm_banner_is_http(const struct cm_probe *probe)
{
    static const struct banner http[] = {
        BANNER("HTTP/", ""), BANNER("<html", ""), BANNER("<!DOC", "")};
    const char *first = (const char *)probe->first_bytes;

    for (size_t i = 0; i < sizeof(http) / sizeof(*http); i++) {
        if (probe->num_first_bytes >= http[i].len &&
            strncasecmp(first, http[i].prefix, http[i].len) == 0) {
            return true;
        }
    }
    return false;
}

/* A packet of MySQL: its length in three bytes, low first, a number, and the
 * protocol version 10 or an error. */
static bool is_mysql(const struct cm_probe *probe)
{
    const uint8_t *b = probe->first_bytes;

    return probe->num_first_bytes >= 5 && b[1] <= 1 && b[2] == 0 && b[3] <= 1 &&
           (b[4] == 0x0a || b[4] == 0xff) && b[0] > 4;
}

/* An error message of PostgreSQL: 'E', its length, severity. */
static bool is_postgres(const struct cm_probe *probe)
{
    const uint8_t *b = probe->first_bytes;

    return probe->num_first_bytes >= 6 && b[0] == 'E' && b[1] == 0 &&
           b[2] == 0 && b[5] == 'S';
}

/* 220 greets in both; 4yz and 5yz are their refusals. */
static const char *mail_or_ftp(const struct cm_probe *probe)
{
    const uint8_t *b = probe->first_bytes;
    bool reply = probe->num_first_bytes >= 4 && (b[3] == ' ' || b[3] == '-') &&
                 (memcmp(b, "220", 3) == 0 || memcmp(b, "421", 3) == 0 ||
                  memcmp(b, "500", 3) == 0 || memcmp(b, "554", 3) == 0);

    if (!reply) {
        return NULL;
    }
    if (holds(probe, "smtp") || holds(probe, "mail")) {
        return "SMTP";
    }
    return holds(probe, "ftp") ? "FTP" : "SMTP or FTP";
}

const char *cm_banner_protocol(const struct cm_probe *probe)
{
    const char *protocol = mail_or_ftp(probe);

    if (protocol != NULL) {
        return protocol;
    }
    if (is_mysql(probe)) {
        return "MySQL";
    }
    if (is_postgres(probe)) {
        return "PostgreSQL";
    }
    for (size_t i = 0; i < sizeof(banners) / sizeof(*banners); i++) {
        if (begins(probe, banners[i].prefix, banners[i].len)) {
            return banners[i].protocol;
        }
    }
    return NULL;
}

const char *cm_banner_text(const struct cm_probe *probe,
                           char out[CM_LABEL_SIZE])
{
    size_t used = 0;

    for (size_t i = 0; i < probe->num_first_bytes && used + 5 < CM_LABEL_SIZE;
         i++) {
        uint8_t byte = probe->first_bytes[i];
        bool plain = byte >= 0x20 && byte < 0x7f && byte != '\\' && byte != '"';
        int put = snprintf(out + used, CM_LABEL_SIZE - used,
                           plain ? "%c" : "\\x%02x", byte);

        used += put > 0 ? (size_t)put : 0;
    }
    out[used] = '\0';
    return out;
}
