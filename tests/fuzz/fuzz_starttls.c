/* A server's side of a STARTTLS dialogue: the first octet picks the protocol,
 * the second whether plain text is tried to be smuggled in, and how the bytes
 * are cut; the parts are what the server says at each turn, and the last one
 * what it says by TLS.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "certmuster/text.h"
#include "starttls/starttls.h"

#define INJECT 0x80U
#define MAX_OUT 65536

static const char *const protocols[] = {
    "smtp",  "submission",  "lmtp", "imap",        "pop3",     "ftp",
    "ldap",  "xmpp",        "nntp", "irc",         "postgres", "mysql",
    "mssql", "xmpp-server", "rdp",  "managesieve",
};
#define PROTOCOLS (sizeof(protocols) / sizeof(*protocols))

static enum cm_starttls_turn feed(struct cm_starttls *dialogue,
                                  struct cm_reader in, size_t piece)
{
    enum cm_starttls_turn turn = CM_STARTTLS_READ;
    struct cm_buf out;

    cm_buf_init(&out, MAX_OUT);
    while (turn == CM_STARTTLS_READ && in.len > 0) {
        size_t len = in.len < piece ? in.len : piece;

        cm_buf_clear(&out);
        turn = cm_starttls_feed(dialogue, (struct cm_span){in.data, len}, &out);
        (void)cm_reader_skip(&in, len);
        cm_assert(!out.failed);
    }
    cm_buf_cleanup(&out);
    return turn;
}

static void check(struct cm_starttls *dialogue, enum cm_starttls_turn turn)
{
    const char *reply = cm_starttls_reply(dialogue);
    enum cm_starttls_outcome outcome = cm_starttls_outcome(dialogue);

    cm_assert(cm_text_is_utf8(reply, strlen(reply)));
    cm_assert(strlen(reply) < CM_STARTTLS_REPLY_SIZE);
    for (; *reply != '\0'; reply++) {
        cm_assert(*reply >= ' ' && *reply < 0x7f);
    }
    cm_assert(outcome != CM_STARTTLS_NONE || turn == CM_STARTTLS_READ ||
              cm_starttls_untouched(dialogue));
    cm_assert(turn != CM_STARTTLS_OVER ||
              (outcome != CM_STARTTLS_READY && outcome != CM_STARTTLS_NONE));
}

static void talk(struct cm_starttls *dialogue, struct cm_reader *input,
                 size_t piece)
{
    enum cm_starttls_turn turn;
    struct cm_buf out;

    cm_buf_init(&out, MAX_OUT);
    turn = cm_starttls_begin(dialogue, &out);
    cm_assert(!out.failed);
    cm_buf_cleanup(&out);
    while (turn == CM_STARTTLS_READ && input->len > 0) {
        struct cm_span part = fuzz_part(input);
        struct cm_reader in;

        cm_reader_init(&in, part.data, part.len);
        turn = feed(dialogue, in, piece);
    }
    check(dialogue, turn);
    if (turn == CM_STARTTLS_READ) {
        cm_starttls_ended(dialogue, piece % 2 == 0);
        cm_assert(cm_starttls_outcome(dialogue) != CM_STARTTLS_NONE);
        check(dialogue, turn);
    }
    (void)cm_starttls_in_tds(dialogue);
    (void)cm_starttls_alpn(dialogue);
    if (turn == CM_STARTTLS_HELLO) {
        bool injected = cm_starttls_injected(dialogue, fuzz_part(input));

        cm_assert(injected == (cm_starttls_outcome(dialogue) ==
                               CM_STARTTLS_READY_INJECTED));
        check(dialogue, turn);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_starttls *dialogue;
    struct cm_reader input;
    const char *protocol;
    uint8_t which = 0;
    uint8_t how = 0;

    cm_reader_init(&input, data, size);
    (void)cm_reader_u8(&input, &which);
    (void)cm_reader_u8(&input, &how);
    protocol = protocols[which % PROTOCOLS];
    cm_assert(cm_starttls_known(protocol));
    dialogue = cm_starttls_new(protocol, which < 0x80 ? "www.a.example" : "");
    cm_assert(dialogue != NULL);
    if ((how & INJECT) != 0 && cm_starttls_can_inject(protocol)) {
        cm_starttls_inject(dialogue);
    }
    talk(dialogue, &input, (size_t)(how & 0x7f) + 1);
    cm_starttls_free(dialogue);
    return 0;
}
