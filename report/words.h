/* The words of a client's message, so that line ends, quotes, case and
 * punctuation do not matter. Private to report/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_WORDS_H
#define CERTMUSTER_REPORT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "certmuster/buf.h"

struct cm_word {
    const char *text; /* in small letters, without apostrophes */
    size_t at;        /* in the text that was read: first byte, */
    size_t end;       /* ... and the one behind the last */
    bool breaks;      /* punctuation that ends a phrase is in front of it */
};

struct cm_words {
    struct cm_word *list; /* owned */
    size_t num;
    char *letters; /* owned */
};

/* cm_words_read takes at most `max` words of the text; the rest is left out.
 * False: no memory; `out` is then empty. */
bool cm_words_read(struct cm_words *out, struct cm_span text, size_t max);
void cm_words_free(struct cm_words *words); /* accepts the zero state */

/* Part of a message; borrowed. */
struct cm_phrase {
    const struct cm_word *words;
    size_t num;
};

/* The first place at or after `from` in `words` where the phrase is, in words;
 * words->num: nowhere. What stands for a host, an address or a port in the
 * catalogue is met by any word, and a number such as 0x80090325 by all ways of
 * writing it. */
size_t cm_words_find(const struct cm_words *words, size_t from,
                     struct cm_phrase phrase);
/* The same for a phrase in plain text, which must be short. */
#define CM_SHORT_PHRASE 32U /* words */
size_t cm_words_find_text(const struct cm_words *words, size_t from,
                          const char *phrase, size_t *num);
/* cm_words_next gives the next phrase of a catalogue's text that is worth
 * looking for: what is between punctuation and "or", and numbers by themselves.
 * *at starts at 0. False: there is none left. */
bool cm_words_next(const struct cm_words *words, const char *text, size_t *at,
                   struct cm_phrase *out);

/* A decimal number up to 999999999; -1: it is none. */
long cm_word_number(const struct cm_word *word);

#endif
