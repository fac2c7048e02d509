/* The words by which an inventory names a protocol, in a column or as a URL
 * scheme. A new protocol is a row here.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "input/parts.h"

/* TLS from the first byte; plain text. Another name is a STARTTLS protocol. */
#define TLS "tls"
#define PLAIN "tls", .plain = true

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
    {"smtp", "smtp", .port = 25},
    {"submission", "submission", .port = 587},
    {"lmtp", "lmtp", .port = 24},
    {"imap", "imap", .port = 143},
    {"pop3", "pop3", .port = 110},
    {"ftp", "ftp", .port = 21},
    {"ldap", "ldap", .port = 389},
    {"xmpp", "xmpp", .port = 5222},
    {"xmpp-client", "xmpp", .port = 5222},
    {"xmpp-server", "xmpp-server", .port = 5269},
    {"postgres", "postgres", .port = 5432},
    {"postgresql", "postgres", .port = 5432},
    {"mysql", "mysql", .port = 3306},
    {"mariadb", "mysql", .port = 3306},
    {"mssql", "mssql", .port = 1433},
    {"sqlserver", "mssql", .port = 1433},
    {"rdp", "rdp", .port = 3389},
    {"nntp", "nntp", .port = 119},
    {"managesieve", "managesieve", .port = 4190},
    {"sieve", "managesieve", .port = 4190},
    {"irc", "irc", .port = 6667},
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

const char *cm_protocol_names(char out[CM_PROTOCOL_NAMES_SIZE])
{
    size_t len = 0;

    for (size_t i = 0; i < NUM_PROTOCOLS; i++) {
        const struct cm_protocol *row = &protocols[i];
        size_t more = strlen(row->word);

        if (strcmp(row->word, row->name) != 0 ||
            len + more + 2 > CM_PROTOCOL_NAMES_SIZE) {
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
