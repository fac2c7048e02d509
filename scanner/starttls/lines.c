/* Protocols of text lines: a table of commands and the replies they want.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "starttls/parts.h"

#define MAX_STEPS 4

/* When a reply is complete. */
enum kind {
    NUMERIC,     /* "250-..." goes on, "250 ..." ends (RFC 959 4.2); what is
                    between need not begin with the code */
    NUMERIC_DOT, /* a good status line, then lines up to "." (RFC 3977 3.1.1) */
    ONE_LINE,    /* any line */
    POP_DOT,     /* "+OK", then lines up to "." (RFC 1939 section 3) */
    TAGGED,      /* a line with the tag that `good` begins with (RFC 9051) */
    SIEVE,       /* up to OK, NO or BYE (RFC 5804 section 1.3) */
    IRC,         /* up to a numeric that answers the command, or ERROR */
};

struct line_step {
    const char *send; /* NULL: nothing, the server speaks first */
    enum kind kind;
    const char *good;       /* how the deciding line begins */
    const char *capability; /* a word that the reply must hold, in IRC may
                               hold; NULL: none */
    bool optional;          /* another reply leads on as well */
};

static const struct line_step smtp[MAX_STEPS] = {
    {NULL, NUMERIC, "220", NULL, false},
    {"EHLO certmuster.invalid\r\n", NUMERIC, "250", "STARTTLS", false},
    {"STARTTLS\r\n", NUMERIC, "220", NULL, false},
};
static const struct line_step lmtp[MAX_STEPS] = {
    {NULL, NUMERIC, "220", NULL, false},
    {"LHLO certmuster.invalid\r\n", NUMERIC, "250", "STARTTLS", false},
    {"STARTTLS\r\n", NUMERIC, "220", NULL, false},
};
static const struct line_step imap[MAX_STEPS] = {
    {NULL, ONE_LINE, "* OK", NULL, false},
    {"a CAPABILITY\r\n", TAGGED, "a OK", "STARTTLS", false},
    {"b STARTTLS\r\n", TAGGED, "b OK", NULL, false},
};
static const struct line_step pop3[MAX_STEPS] = {
    {NULL, ONE_LINE, "+OK", NULL, false},
    {"CAPA\r\n", POP_DOT, "+OK", "STLS", true}, /* RFC 2449 is younger */
    {"STLS\r\n", ONE_LINE, "+OK", NULL, false},
};
static const struct line_step ftp[MAX_STEPS] = {
    {NULL, NUMERIC, "220", NULL, false},
    {"AUTH TLS\r\n", NUMERIC, "234", NULL, false},
};
static const struct line_step nntp[MAX_STEPS] = {
    {NULL, NUMERIC, "20", NULL, false},
    {"CAPABILITIES\r\n", NUMERIC_DOT, "101", "STARTTLS", true},
    {"STARTTLS\r\n", NUMERIC, "382", NULL, false},
};
static const struct line_step sieve[MAX_STEPS] = {
    {NULL, SIEVE, "OK", "STARTTLS", false},
    {"STARTTLS\r\n", SIEVE, "OK", NULL, false},
};
/* Together, because servers that do not know CAP may pass over it in silence.
 * Asking for the capability is not needed to use the command. */
static const struct line_step irc[MAX_STEPS] = {
    {"CAP LS 302\r\nSTARTTLS\r\n", IRC, "670", "tls", false},
};

static const struct line_step *step_of(const struct cm_starttls *dialogue,
                                       unsigned step)
{
    const struct line_step *table = dialogue->protocol->table;

    return step < MAX_STEPS && table[step].good != NULL ? &table[step] : NULL;
}

static void command(const struct cm_starttls *dialogue, unsigned step,
                    struct cm_buf *out)
{
    const struct line_step *s = step_of(dialogue, step);

    if (s == NULL || s->send == NULL) {
        return;
    }
    (void)cm_buf_puts(out, s->send);
    if (dialogue->injected != NULL && step_of(dialogue, step + 1) == NULL) {
        (void)cm_buf_puts(out, dialogue->injected);
    }
}

static bool begins(struct cm_span line, const char *prefix)
{
    size_t len = strlen(prefix);

    return line.len >= len &&
           strncasecmp((const char *)line.data, prefix, len) == 0;
}

static bool has_code(struct cm_span line)
{
    return line.len >= 3 && isdigit(line.data[0]) && isdigit(line.data[1]) &&
           isdigit(line.data[2]);
}

/* The numeric of ":server 670 nick :text", or an empty span. */
static struct cm_span irc_numeric(struct cm_span line)
{
    size_t at = 0;

    if (line.len > 0 && line.data[0] == ':') {
        while (at < line.len && line.data[at] != ' ') {
            at++;
        }
        at += at < line.len ? 1 : 0;
    }
    return (struct cm_span){line.data + at, line.len - at};
}

/* "421 * CAP :Unknown command" answers only the first of our two. */
static bool is_about_cap(struct cm_span line)
{
    return memmem(line.data, line.len, " CAP ", 5) != NULL;
}

/* RFC 959 section 4.2: the last line has the first one's code and no dash. */
static bool ends_numeric(struct cm_span line, struct cm_span first)
{
    if (first.data == NULL) {
        return !(has_code(line) && line.len > 3 && line.data[3] == '-');
    }
    return has_code(line) && memcmp(line.data, first.data, 3) == 0 &&
           (line.len == 3 || line.data[3] != '-');
}

static bool begins_with_any(struct cm_span line, const char *const *prefixes)
{
    for (; *prefixes != NULL; prefixes++) {
        if (begins(line, *prefixes)) {
            return true;
        }
    }
    return false;
}

/* `first`: the reply's first line, empty while this is it. */
static bool is_last(const struct line_step *s, struct cm_span line,
                    struct cm_span first)
{
    static const char *const sieve_ends[] = {"OK", "NO", "BYE", NULL};
    static const char *const irc_ends[] = {"670", "691", "421", "451", NULL};

    switch (s->kind) {
    case NUMERIC:
        return ends_numeric(line, first);
    case NUMERIC_DOT:
    case POP_DOT:
        return first.data == NULL ? !begins(line, s->good)
                                  : line.len == 1 && line.data[0] == '.';
    case ONE_LINE:
        return true;
    case TAGGED:
        return line.len > 1 && line.data[0] == (uint8_t)s->good[0] &&
               line.data[1] == ' ';
    case SIEVE:
        return begins_with_any(line, sieve_ends);
    case IRC:
        return begins(line, "ERROR") ||
               (begins_with_any(irc_numeric(line), irc_ends) &&
                !is_about_cap(line));
    }
    return true;
}

static bool is_word_byte(uint8_t byte)
{
    return isalnum(byte) != 0 || byte == '_';
}

/* Firewalls that "protect" mail servers write XXXX over what they do not
 * like, stars over the banner. */
static bool is_mask(const uint8_t *word, size_t len)
{
    size_t num = 0;

    while (num < len && (word[num] == 'X' || word[num] == 'x')) {
        num++;
    }
    return num >= 4 && num + 1 >= len;
}

static void note_words(struct cm_starttls *dialogue, const struct line_step *s,
                       struct cm_span line)
{
    size_t at = 0;

    if (s->kind == IRC && !begins(irc_numeric(line), "CAP ")) {
        return; /* notices talk of TLS, too */
    }
    if (memmem(line.data, line.len, "****", 4) != NULL) {
        dialogue->masked = true;
    }
    while (at < line.len) {
        size_t start = at;

        while (at < line.len && is_word_byte(line.data[at])) {
            at++;
        }
        if (s->capability != NULL && at - start == strlen(s->capability) &&
            strncasecmp((const char *)line.data + start, s->capability,
                        at - start) == 0) {
            dialogue->offered = true;
        }
        if (s->capability != NULL && is_mask(line.data + start, at - start)) {
            dialogue->masked = true;
        }
        at += at == start ? 1 : 0;
    }
}

/* What RFC 5804 section 1.2 lets a line begin with: a string, or a word. */
static bool is_sieve(struct cm_span line)
{
    return line.len == 0 || line.data[0] == '"' || line.data[0] == '{' ||
           isalpha(line.data[0]);
}

/* A source, or a command of letters or digits (RFC 2812 section 2.3.1). */
static bool is_irc(struct cm_span line)
{
    return line.len == 0 || line.data[0] == ':' || isalnum(line.data[0]);
}

/* A line that no server of this protocol could say. */
static bool is_foreign(const struct cm_starttls *dialogue,
                       const struct line_step *s, struct cm_span line)
{
    switch (s->kind) {
    case NUMERIC:
    case NUMERIC_DOT:
        return !has_code(line);
    case ONE_LINE:
    case POP_DOT:
        return dialogue->protocol->table == imap
                   ? !begins(line, "* ")
                   : !begins(line, "+OK") && !begins(line, "-ERR");
    case SIEVE:
        return !is_sieve(line);
    case IRC:
        return !is_irc(line);
    case TAGGED:
        return false;
    }
    return false;
}

/* "Unknown command" is the answer of who does not have it. */
static bool is_unknown_command(const struct line_step *s, struct cm_span line)
{
    static const char *const codes[] = {"500", "501",  "502",
                                        "504", "-ERR", NULL};
    static const char *const irc_codes[] = {"421", "451", NULL};

    switch (s->kind) {
    case TAGGED:
        return memmem(line.data, line.len, " BAD", 4) != NULL;
    case IRC:
        return begins_with_any(irc_numeric(line), irc_codes);
    case NUMERIC:
    case NUMERIC_DOT:
    case ONE_LINE:
    case POP_DOT:
    case SIEVE:
        break;
    }
    return begins_with_any(line, codes);
}

/* What a reply that is not the wanted one means. */
static enum cm_starttls_outcome refusal(const struct cm_starttls *dialogue,
                                        const struct line_step *s,
                                        struct cm_span line)
{
    bool greeting = dialogue->step == 0 && s->send == NULL;

    if (is_foreign(dialogue, s, line)) {
        return CM_STARTTLS_OTHER_PROTOCOL;
    }
    if (begins(line, "* PREAUTH")) { /* RFC 9051 section 6.2.1: too late */
        return CM_STARTTLS_NOT_OFFERED;
    }
    if (greeting || dialogue->offered) {
        return CM_STARTTLS_REFUSED;
    }
    if (dialogue->masked) {
        return CM_STARTTLS_MASKED;
    }
    return is_unknown_command(s, line) ? CM_STARTTLS_NOT_OFFERED
                                       : CM_STARTTLS_REFUSED;
}

static enum cm_turn decide(struct cm_starttls *dialogue,
                           const struct line_step *s, struct cm_span first,
                           struct cm_span last)
{
    bool by_first = s->kind == NUMERIC_DOT || s->kind == POP_DOT;
    struct cm_span line = by_first ? first : last;
    bool good = s->kind == IRC ? begins(irc_numeric(line), s->good)
                               : begins(line, s->good);

    if (!good && !(s->optional && !is_foreign(dialogue, s, line))) {
        return cm_starttls_end(dialogue, refusal(dialogue, s, line), line);
    }
    if (good && s->capability != NULL && !dialogue->offered && s->kind != IRC) {
        return cm_starttls_end(dialogue,
                               dialogue->masked ? CM_STARTTLS_MASKED
                                                : CM_STARTTLS_NOT_OFFERED,
                               line);
    }
    return step_of(dialogue, dialogue->step + 1) == NULL ? CM_TURN_TLS
                                                         : CM_TURN_NEXT;
}

/* Takes the next whole line from *at on; false: there is none yet. */
static bool take_line(struct cm_span got, size_t *at, struct cm_span *line)
{
    const uint8_t *end =
        *at < got.len ? memchr(got.data + *at, '\n', got.len - *at) : NULL;

    if (end == NULL) {
        return false;
    }
    *line = (struct cm_span){got.data + *at, (size_t)(end - got.data) - *at};
    *at += line->len + 1;
    if (line->len > 0 && line->data[line->len - 1] == '\r') {
        line->len--;
    }
    return true;
}

/* Each line is looked at once, however small the pieces in which it comes. */
static enum cm_turn reply(struct cm_starttls *dialogue, unsigned step,
                          struct cm_span got, size_t *used)
{
    const struct line_step *s = step_of(dialogue, step);
    struct cm_span first = {NULL, 0};
    struct cm_span line;
    size_t at = 0;

    if (dialogue->line_at > 0) {
        (void)take_line(got, &at, &first);
        at = dialogue->line_at;
    }
    while (take_line(got, &at, &line)) {
        note_words(dialogue, s, line);
        if ((s->kind == SIEVE || s->kind == IRC) &&
            is_foreign(dialogue, s, line)) { /* no last line will follow */
            return cm_starttls_end(dialogue, CM_STARTTLS_OTHER_PROTOCOL, line);
        }
        if (is_last(s, line, first)) {
            *used = at;
            return decide(dialogue, s, first.data == NULL ? line : first, line);
        }
        first = first.data == NULL ? line : first;
        dialogue->line_at = at;
    }
    return CM_TURN_MORE;
}

#define LINES(name, alpn, table)                                               \
    {                                                                          \
        name, alpn, false, command, reply, table                               \
    }

const struct cm_starttls_protocol cm_starttls_lines[] = {
    LINES("smtp", NULL, smtp),   LINES("submission", NULL, smtp),
    LINES("lmtp", NULL, lmtp),   LINES("imap", "imap", imap),
    LINES("pop3", "pop3", pop3), LINES("ftp", "ftp", ftp),
    LINES("nntp", "nntp", nntp), LINES("managesieve", "managesieve", sieve),
    LINES("irc", "irc", irc),    {NULL, NULL, false, NULL, NULL, NULL},
};
