/* A server's side of a STARTTLS dialogue: the first octet picks the protocol,
 * the second the length of the pieces it comes in.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "certmuster/text.h"
#include "starttls/starttls.h"

static const char *const protocols[] = {
    "smtp",  "submission",  "lmtp", "imap",        "pop3",     "ftp",
    "ldap",  "xmpp",        "nntp", "irc",         "postgres", "mysql",
    "mssql", "xmpp-server", "rdp",  "managesieve",
};

static void talk(struct cm_starttls *dialogue, struct cm_reader input,
                 size_t piece)
{
    struct cm_buf out;
    enum cm_starttls_turn turn;

    cm_buf_init(&out, 65536);
    turn = cm_starttls_begin(dialogue, &out);
    while (turn == CM_STARTTLS_READ && input.len > 0) {
        size_t len = input.len < piece ? input.len : piece;

        cm_buf_clear(&out);
        turn =
            cm_starttls_feed(dialogue, (struct cm_span){input.data, len}, &out);
        (void)cm_reader_skip(&input, len);
    }
    if (turn == CM_STARTTLS_READ) {
        cm_starttls_ended(dialogue, piece % 2 == 0);
    }
    cm_assert(!out.failed);
    cm_buf_cleanup(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_starttls *dialogue;
    struct cm_reader input;
    uint8_t which;
    uint8_t piece;
    const char *reply;

    cm_reader_init(&input, data, size);
    if (!cm_reader_u8(&input, &which) || !cm_reader_u8(&input, &piece)) {
        return 0;
    }
    dialogue = cm_starttls_new(
        protocols[which % (sizeof(protocols) / sizeof(*protocols))],
        "www.a.example");
    cm_assert(dialogue != NULL);
    talk(dialogue, input, piece + 1U);
    reply = cm_starttls_reply(dialogue);
    cm_assert(cm_text_is_utf8(reply, strlen(reply)));
    (void)cm_starttls_outcome(dialogue);
    cm_starttls_free(dialogue);
    return 0;
}
