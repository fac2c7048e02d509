/* Is a command that came in clear, in one segment with the request for TLS,
 * carried out as if it had come by TLS (CVE-2011-0411 and many like it)? The
 * command sent here does nothing; its answer inside TLS is the proof.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "starttls/parts.h"

static const struct injection {
    const char *protocol;
    const char *command;
    const char *answer; /* how its answer begins; "0": a reply's code */
} injections[] = {
    {"smtp", "NOOP\r\n", "0"},
    {"submission", "NOOP\r\n", "0"},
    {"lmtp", "NOOP\r\n", "0"},
    {"ftp", "NOOP\r\n", "0"},
    {"nntp", "DATE\r\n", "0"},
    {"imap", "c NOOP\r\n", "c "},
    {"pop3", "CAPA\r\n", "+OK"},
    {"managesieve", "NOOP \"certmuster\"\r\n", "OK (TAG"},
    {"irc", "PING certmuster\r\n", "PONG"},
};

static const struct injection *find(const char *protocol)
{
    for (size_t i = 0; i < sizeof(injections) / sizeof(*injections); i++) {
        if (strcmp(injections[i].protocol, protocol) == 0) {
            return &injections[i];
        }
    }
    return NULL;
}

bool cm_starttls_can_inject(const char *protocol)
{
    return find(protocol) != NULL;
}

void cm_starttls_inject(struct cm_starttls *dialogue)
{
    const struct injection *injection = find(dialogue->protocol->name);

    dialogue->injected = injection != NULL ? injection->command : NULL;
}

/* A line of the server that begins so; for IRC behind the server's name. */
static bool line_answers(struct cm_span line, const char *answer)
{
    size_t len = strlen(answer);
    const uint8_t *at = line.data;

    if (strcmp(answer, "0") == 0) {
        return line.len >= 4 && isdigit(at[0]) != 0 && isdigit(at[1]) != 0 &&
               isdigit(at[2]) != 0 && (at[3] == ' ' || at[3] == '-');
    }
    if (line.len > 0 && line.data[0] == ':') {
        at = memchr(line.data, ' ', line.len);
        at = at != NULL ? at + 1 : line.data;
    }
    return line.len - (size_t)(at - line.data) >= len &&
           memcmp(at, answer, len) == 0;
}

bool cm_starttls_injected(struct cm_starttls *dialogue, struct cm_span text)
{
    const struct injection *injection = find(dialogue->protocol->name);
    const uint8_t *end;

    while (injection != NULL && text.len > 0) {
        struct cm_span line = text;

        end = memchr(text.data, '\n', text.len);
        if (end == NULL) {
            return false; /* a line that has not come whole */
        }
        line.len = (size_t)(end - text.data) + 1;
        if (line_answers(line, injection->answer)) {
            dialogue->outcome = CM_STARTTLS_READY_INJECTED;
            cm_starttls_keep(dialogue, line);
            return true;
        }
        text.data += line.len;
        text.len -= line.len;
    }
    return false;
}
