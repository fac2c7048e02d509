/* The words by which an inventory names a protocol, in a column or as a URL
 * scheme. A new protocol is a row here.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "input/parts.h"

/* TLS from the first byte; plain text; STARTTLS, which needs its dialogue. */
#define TLS "tls", .supported = true
#define PLAIN "tls", .plain = true, .supported = true
#define STARTTLS(name) name, .supported = false

/* Ports: IANA's registry; redis has none for TLS, clients use its usual one. */
static const struct cm_protocol protocols[] = {
    {"tls", TLS, .port = 0},
    {"ssl", TLS, .port = 0},
    {"https", TLS, .port = 443},
    {"wss", TLS, .port = 443},
    {"ldaps", TLS, .port = 636},
    {"imaps", TLS, .port = 993},
    {"pop3s", TLS, .port = 995},
    {"smtps", TLS, .port = 465},
    {"submissions", TLS, .port = 465},
    {"ftps", TLS, .port = 990},
    {"nntps", TLS, .port = 563},
    {"ircs", TLS, .port = 6697},
    {"sips", TLS, .port = 5061},
    {"mqtts", TLS, .port = 8883},
    {"amqps", TLS, .port = 5671},
    {"rediss", TLS, .port = 6379},
    {"http", PLAIN, .port = 80},
    {"ws", PLAIN, .port = 80},
    {"smtp", STARTTLS("smtp"), .port = 25},
    {"submission", STARTTLS("submission"), .port = 587},
    {"lmtp", STARTTLS("lmtp"), .port = 24},
    {"imap", STARTTLS("imap"), .port = 143},
    {"pop3", STARTTLS("pop3"), .port = 110},
    {"ftp", STARTTLS("ftp"), .port = 21},
    {"ldap", STARTTLS("ldap"), .port = 389},
    {"xmpp", STARTTLS("xmpp"), .port = 5222},
    {"xmpp-client", STARTTLS("xmpp"), .port = 5222},
    {"xmpp-server", STARTTLS("xmpp-server"), .port = 5269},
    {"postgres", STARTTLS("postgres"), .port = 5432},
    {"postgresql", STARTTLS("postgres"), .port = 5432},
    {"mysql", STARTTLS("mysql"), .port = 3306},
    {"mariadb", STARTTLS("mysql"), .port = 3306},
    {"mssql", STARTTLS("mssql"), .port = 1433},
    {"sqlserver", STARTTLS("mssql"), .port = 1433},
    {"rdp", STARTTLS("rdp"), .port = 3389},
    {"nntp", STARTTLS("nntp"), .port = 119},
    {"managesieve", STARTTLS("managesieve"), .port = 4190},
    {"sieve", STARTTLS("managesieve"), .port = 4190},
    {"irc", STARTTLS("irc"), .port = 6667},
};
#define NUM_PROTOCOLS (sizeof(protocols) / sizeof(protocols[0]))

const struct cm_protocol *cm_protocol_find(struct cm_span word)
{
    for (size_t i = 0; i < NUM_PROTOCOLS; i++) {
        if (strlen(protocols[i].word) == word.len &&
            strncasecmp(protocols[i].word, (const char *)word.data, word.len) ==
                0) {
            return &protocols[i];
        }
    }
    return NULL;
}

const char *cm_protocol_names(char out[CM_REASON_SIZE])
{
    size_t len = 0;

    for (size_t i = 0; i < NUM_PROTOCOLS; i++) {
        const struct cm_protocol *row = &protocols[i];
        size_t more = strlen(row->word);

        if (strcmp(row->word, row->name) != 0 ||
            len + more + 2 > CM_REASON_SIZE) {
            continue; /* another word for the same */
        }
        if (len > 0) {
            out[len++] = ' ';
        }
        memcpy(out + len, row->word, more);
        len += more;
    }
    out[len] = '\0';
    return out;
}
