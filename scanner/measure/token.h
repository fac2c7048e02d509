/* The words and signs of a predicate.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TOKEN_H
#define CERTMUSTER_TOKEN_H

#include "certmuster/status.h"

enum cm_token_kind {
    CM_TOKEN_END,
    CM_TOKEN_WORD,
    CM_TOKEN_TEXT, /* in quotes: never a keyword */
    CM_TOKEN_SIGN, /* ( ) { } , = != < <= > >= */
};
struct cm_tokens {
    char *next; /* the rest of a text, which is cut into words */
    char first; /* what the end of the last word was written over */
    enum cm_token_kind kind;
    const char *token; /* words last as long as the text */
    char sign[3];
};
/* Goes on to the next one; the zero state with `next` set is before the first.
 * CM_EINPUT: a character that means nothing. */
enum cm_status cm_token_next(struct cm_tokens *p, struct cm_error *err);

#endif
