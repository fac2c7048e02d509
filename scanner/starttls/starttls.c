/* The driver of all dialogues: gathers what comes, asks the protocol what it
 * means, and sends the next command.
 * SPDX-License-Identifier: Apache-2.0 */
#include "starttls/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct cm_starttls_protocol *
find_in(const struct cm_starttls_protocol *table, const char *name)
{
    while (table->name != NULL && strcmp(table->name, name) != 0) {
        table++;
    }
    return table->name != NULL ? table : NULL;
}

static const struct cm_starttls_protocol *find(const char *name)
{
    const struct cm_starttls_protocol *found = find_in(cm_starttls_lines, name);

    return found != NULL ? found : find_in(cm_starttls_binary, name);
}

bool cm_starttls_known(const char *protocol)
{
    return find(protocol) != NULL;
}

struct cm_starttls *cm_starttls_new(const char *protocol, const char *name)
{
    const struct cm_starttls_protocol *found = find(protocol);
    struct cm_starttls *dialogue;

    if (found == NULL) {
        return NULL;
    }
    dialogue = calloc(1, sizeof(*dialogue));
    if (dialogue == NULL) {
        return NULL;
    }
    dialogue->protocol = found;
    (void)snprintf(dialogue->name, sizeof(dialogue->name), "%s", name);
    cm_buf_init(&dialogue->got, CM_STARTTLS_MAX_BYTES);
    return dialogue;
}

void cm_starttls_free(struct cm_starttls *dialogue)
{
    if (dialogue != NULL) {
        cm_buf_cleanup(&dialogue->got);
        free(dialogue);
    }
}

/* Printable bytes as they are, the others as \xNN, up to the line's end. */
void cm_starttls_keep(struct cm_starttls *dialogue, struct cm_span reply)
{
    size_t len = 0;

    for (size_t i = 0; i < reply.len && len + 5 < sizeof(dialogue->reply);
         i++) {
        uint8_t byte = reply.data[i];

        if (byte == '\r' || byte == '\n') {
            break;
        }
        if (byte >= 0x20 && byte < 0x7F) {
            dialogue->reply[len++] = (char)byte;
        } else {
            len += (size_t)snprintf(dialogue->reply + len, 5, "\\x%02x", byte);
        }
    }
    dialogue->reply[len] = '\0';
}

enum cm_turn cm_starttls_end(struct cm_starttls *dialogue,
                             enum cm_starttls_outcome outcome,
                             struct cm_span reply)
{
    dialogue->outcome = outcome;
    cm_starttls_keep(dialogue, reply);
    return CM_TURN_END;
}

static void send_command(struct cm_starttls *dialogue, struct cm_buf *out)
{
    size_t before = out->len;

    dialogue->protocol->command(dialogue, dialogue->step, out);
    dialogue->spoke = dialogue->spoke || out->len > before;
}

enum cm_starttls_turn cm_starttls_begin(struct cm_starttls *dialogue,
                                        struct cm_buf *out)
{
    send_command(dialogue, out);
    return CM_STARTTLS_READ;
}

static void drop(struct cm_starttls *dialogue, size_t used)
{
    struct cm_buf *got = &dialogue->got;

    memmove(got->data, got->data + used, got->len - used);
    got->len -= used;
    dialogue->line_at = 0;
}

static enum cm_starttls_turn agreed(struct cm_starttls *dialogue,
                                    struct cm_buf *out)
{
    dialogue->step++;
    send_command(dialogue, out); /* MySQL has a last word before TLS */
    dialogue->outcome = dialogue->got.len > 0 ? CM_STARTTLS_READY_AFTER_TEXT
                                              : CM_STARTTLS_READY;
    return CM_STARTTLS_HELLO;
}

/* A server that answers an unsaid hello with a TLS record, or whose first bytes
 * are an alert, speaks TLS from the first byte. */
static bool is_tls_record(const struct cm_buf *got)
{
    return got->len >= 2 && got->data[0] >= 0x14 && got->data[0] <= 0x17 &&
           got->data[1] == 0x03;
}

enum cm_starttls_turn cm_starttls_feed(struct cm_starttls *dialogue,
                                       struct cm_span bytes, struct cm_buf *out)
{
    struct cm_buf *got = &dialogue->got;

    dialogue->total += bytes.len;
    if (dialogue->total > CM_STARTTLS_MAX_BYTES ||
        !cm_buf_append(got, bytes.data, bytes.len)) {
        (void)cm_starttls_end(dialogue, CM_STARTTLS_OTHER_PROTOCOL, bytes);
        return CM_STARTTLS_OVER;
    }
    if (dialogue->step == 0 && dialogue->total == got->len &&
        is_tls_record(got)) {
        (void)cm_starttls_end(dialogue, CM_STARTTLS_TLS_FIRST,
                              (struct cm_span){got->data, got->len});
        return CM_STARTTLS_OVER;
    }
    for (;;) {
        struct cm_span all = {got->data, got->len};
        size_t used = 0;
        enum cm_turn turn =
            dialogue->protocol->reply(dialogue, dialogue->step, all, &used);

        if (turn == CM_TURN_MORE) {
            return CM_STARTTLS_READ;
        }
        if (turn == CM_TURN_END) {
            return CM_STARTTLS_OVER;
        }
        drop(dialogue, used);
        if (turn == CM_TURN_TLS) {
            return agreed(dialogue, out);
        }
        dialogue->step++;
        send_command(dialogue, out);
        if (got->len == 0) {
            return CM_STARTTLS_READ;
        }
    }
}

void cm_starttls_ended(struct cm_starttls *dialogue, bool timed_out)
{
    if (dialogue->outcome == CM_STARTTLS_NONE) {
        dialogue->outcome = timed_out          ? CM_STARTTLS_SILENT
                            : dialogue->masked ? CM_STARTTLS_MASKED
                                               : CM_STARTTLS_CLOSED;
        cm_starttls_keep(
            dialogue, (struct cm_span){dialogue->got.data, dialogue->got.len});
    }
}

enum cm_starttls_outcome cm_starttls_outcome(const struct cm_starttls *dialogue)
{
    return dialogue->outcome;
}

const char *cm_starttls_reply(const struct cm_starttls *dialogue)
{
    return dialogue->reply;
}

bool cm_starttls_untouched(const struct cm_starttls *dialogue)
{
    return !dialogue->spoke && dialogue->total == 0;
}

bool cm_starttls_in_tds(const struct cm_starttls *dialogue)
{
    return dialogue->protocol->in_tds;
}

const char *cm_starttls_alpn(const struct cm_starttls *dialogue)
{
    return dialogue->protocol->alpn;
}
