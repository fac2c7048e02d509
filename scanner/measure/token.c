/* Cutting a predicate into words and signs, in place.
 * SPDX-License-Identifier: Apache-2.0 */
#include "measure/token.h"

#include <stdbool.h>
#include <string.h>

static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.*:/@+";

/* The character after a word is read before the word is ended by a NUL. */
static char peek(const struct cm_tokens *p)
{
    if (p->first != '\0') {
        return p->first;
    }
    return *p->next;
}

static void skip(struct cm_tokens *p)
{
    p->first = '\0';
    p->next++;
}

static enum cm_status read_quoted(struct cm_tokens *p, struct cm_error *err)
{
    char *end;

    skip(p);
    p->kind = CM_TOKEN_TEXT;
    p->token = p->next;
    end = strchr(p->next, '"');
    if (end == NULL) {
        return cm_error_set(err, CM_EINPUT,
                            "the quote before \"%.40s\" is not closed",
                            p->next);
    }
    *end = '\0';
    p->next = end + 1;
    return CM_OK;
}

static void read_word(struct cm_tokens *p)
{
    p->kind = CM_TOKEN_WORD;
    p->token = p->next;
    p->next += strspn(p->next, letters);
    p->first = *p->next;
    *p->next = '\0';
}

static void read_sign(struct cm_tokens *p)
{
    p->kind = CM_TOKEN_SIGN;
    p->sign[0] = peek(p);
    p->sign[1] = '\0';
    p->token = p->sign;
    skip(p);
    if (strchr("!<>", p->sign[0]) != NULL && *p->next == '=') {
        p->sign[1] = '=';
        p->sign[2] = '\0';
        p->next++;
    }
}

enum cm_status cm_token_next(struct cm_tokens *p, struct cm_error *err)
{
    while (peek(p) != '\0' && strchr(" \t\r\n", peek(p)) != NULL) {
        skip(p);
    }
    if (peek(p) == '\0') {
        p->kind = CM_TOKEN_END;
        p->token = "the end";
    } else if (peek(p) == '"') {
        return read_quoted(p, err);
    } else if (strchr("(){},=!<>", peek(p)) != NULL) {
        read_sign(p);
    } else if (strchr(letters, peek(p)) != NULL) {
        read_word(p);
    } else {
        return cm_error_set(err, CM_EINPUT,
                            "the character 0x%02x has no meaning here; put "
                            "texts into quotes",
                            (unsigned)(unsigned char)peek(p));
    }
    return CM_OK;
}
