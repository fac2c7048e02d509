/* What a client's message can mean: the causes for which the catalogue has the
 * same words, the likeliest first. Private to report/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_RECOGNISE_H
#define CERTMUSTER_REPORT_RECOGNISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/buf.h"
#include "certmuster/cause.h"
#include "words.h"

#define CM_MAX_RECOGNISED_WORDS 8192 /* of a message; the rest is not read */
#define CM_MAX_SPANS 128             /* places in it that say something */
#define CM_MAX_NOTES 4
#define CM_RECOGNISED_HOST 254

/* A place in the message, and whose words these are. */
struct cm_recognised_span {
    size_t first; /* words */
    size_t num;
    bool vague; /* a frame around other messages: says little itself */
    bool alert; /* takes in what shorter phrases in it say */
    bool causes[CM_CAUSE_COUNT];
    unsigned clients; /* bits: see cm_recognised_client */
};

struct cm_recognised {
    struct cm_recognised_span spans[CM_MAX_SPANS];
    size_t num_spans;
    enum cm_cause causes[CM_CAUSE_COUNT]; /* the likeliest first */
    size_t num_causes;
    const char *client;              /* static; NULL: any */
    const char *notes[CM_MAX_NOTES]; /* what the text does not tell; static */
    size_t num_notes;
    size_t quote_at; /* the most telling words, in the text */
    size_t quote_end;
    char host[CM_RECOGNISED_HOST]; /* "": none was found */
    uint16_t port;                 /* 0: none */
};

/* cm_recognise looks at any text, however long or hostile, in bounded work.
 * NULL: no memory. The caller frees the answer. */
struct cm_recognised *cm_recognise(struct cm_span text);

/* recognise_signs.c -- what the catalogue's sentences do not have: numbers,
 * other spellings, the words of programs around the client. */
struct cm_sign {
    const char *says; /* in the message: small words, no punctuation */
    const char *is;   /* a phrase of the catalogue that means the same */
    bool vague;
    const char *with; /* must be in the message, too; NULL: nothing */
};
const struct cm_sign *cm_signs(size_t *num);
/* The causes behind an alert that a client received; CM_CAUSE_COUNT ends. */
const enum cm_cause *cm_sign_alert(uint8_t number);
/* An alert's number, when the words from `at` on tell of one; -1: they do
 * not. *num gets how many words that took. */
int cm_sign_alert_at(const struct cm_words *words, size_t at, size_t *num);
/* Whose message it is, by names that only one client's have; NULL: unknown. */
const char *cm_sign_client(const struct cm_words *words);
/* recognise_notes.c -- what texts with these words leave open, when only
 * frames of a message were recognised (`vague`) or more; returns how many of
 * `out`. */
size_t cm_sign_notes(const struct cm_words *words, bool vague,
                     const char *out[CM_MAX_NOTES]);
/* Of causes that are equally likely by the words: the one that is met more
 * often has the smaller number. */
int cm_sign_usual(enum cm_cause cause);

/* recognise_weigh.c -- from the places in a message to its causes. */
void cm_recognise_weigh(const struct cm_words *words,
                        struct cm_recognised *out);

/* recognise_host.c -- the server that the message names. */
void cm_recognise_host(struct cm_span text, char host[CM_RECOGNISED_HOST],
                       uint16_t *port);

#endif
