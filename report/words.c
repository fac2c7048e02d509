/* Words: see words.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define HEX_DIGITS 8U

static bool is_letter(uint8_t c)
{
    return isalnum(c) != 0 || c == '_';
}

/* Ends a phrase, where a catalogue's text has it. */
static bool is_stop(uint8_t c)
{
    return c != '\0' && strchr(":;,.()[]{}\"<>|", c) != NULL;
}

/* Joins what is on both sides of it: "www.example.com", "can't", and for the
 * moment "self-signed". */
static bool joins(struct cm_span text, size_t at)
{
    return at + 1 < text.len && is_letter(text.data[at + 1]) &&
           (text.data[at] == '.' || text.data[at] == '-' ||
            text.data[at] == '\'');
}

/* Escapes of logs: "\n" is no letter n. */
static size_t skip_escape(struct cm_span text, size_t at)
{
    if (text.data[at] == '\\' && at + 1 < text.len &&
        strchr("nrt\"'\\", text.data[at + 1]) != NULL) {
        return at + 2;
    }
    return at + 1;
}

/* Where the word that begins at `at` ends. Names keep their dashes, other words
 * are split there: "self-signed" is two words. */
static size_t end_of(struct cm_span text, size_t at)
{
    size_t end = at;
    size_t dash = 0;
    bool dotted = false;

    while (end < text.len && (is_letter(text.data[end]) || joins(text, end))) {
        dotted = dotted || text.data[end] == '.';
        if (dash == 0 && text.data[end] == '-') {
            dash = end;
        }
        end++;
    }
    return dotted || dash == 0 ? end : dash;
}

static const char *keep_letters(char **free_letters, struct cm_span text,
                                size_t at, size_t end)
{
    const char *start = *free_letters;

    for (; at < end; at++) {
        if (text.data[at] != '\'') {
            *(*free_letters)++ = (char)tolower(text.data[at]);
        }
    }
    *(*free_letters)++ = '\0';
    return start;
}

/* X509_V_ERR_CERT_HAS_EXPIRED is what Node calls CERT_HAS_EXPIRED. */
static const char *without_prefix(const char *word)
{
    static const char prefix[] = "x509_v_err_";
    size_t len = sizeof(prefix) - 1;

    return strncmp(word, prefix, len) == 0 && word[len] != '\0' ? word + len
                                                                : word;
}

bool cm_words_read(struct cm_words *out, struct cm_span text, size_t max)
{
    size_t most = text.len / 2 + 1 < max ? text.len / 2 + 1 : max;
    bool stop = true;
    char *letters;

    *out = (struct cm_words){.list = calloc(most, sizeof(struct cm_word)),
                             .letters = malloc(2 * text.len + 1)};
    if (out->list == NULL || out->letters == NULL) {
        cm_words_free(out);
        return false;
    }
    letters = out->letters;
    for (size_t at = 0; at < text.len && out->num < most;) {
        struct cm_word *word = &out->list[out->num];
        size_t end;

        if (!is_letter(text.data[at])) {
            stop = stop || is_stop(text.data[at]);
            at = skip_escape(text, at);
            continue;
        }
        end = end_of(text, at);
        word->text = without_prefix(keep_letters(&letters, text, at, end));
        word->at = at;
        word->end = end;
        word->breaks = stop;
        out->num++;
        stop = false;
        at = end;
    }
    return true;
}

void cm_words_free(struct cm_words *words)
{
    free(words->list);
    free(words->letters);
    *words = (struct cm_words){.num = 0};
}

long cm_word_number(const struct cm_word *word)
{
    size_t len = strspn(word->text, "0123456789");

    return len > 0 && len < 10 && word->text[len] == '\0'
               ? strtol(word->text, NULL, 10)
               : -1;
}

/* --- the same word --- */

/* What a catalogue's text has in the place of something else. */
static bool stands_for_any(const char *word)
{
    static const char *const any[] = {"host",      "443",       "other.example",
                                      "192.0.2.1", "127.0.0.1", "11"};

    for (size_t i = 0; i < sizeof(any) / sizeof(*any); i++) {
        if (strcmp(word, any[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* 0x80090325, 80090325, 2148074277 or, for a signed number, 2146893019. */
static bool same_number(const char *hex, const char *word)
{
    unsigned long want = strtoul(hex, NULL, 16);
    unsigned long value;

    if (strncmp(word, "0x", 2) == 0) {
        return strspn(word + 2, "0123456789abcdef") <= HEX_DIGITS &&
               strtoul(word, NULL, 16) == want;
    }
    if (strlen(word) == HEX_DIGITS) {
        return strspn(word, "0123456789abcdef") == HEX_DIGITS &&
               strtoul(word, NULL, 16) == want;
    }
    if (strlen(word) != 10 || strspn(word, "0123456789") != 10) {
        return false;
    }
    value = strtoul(word, NULL, 10);
    return value == want || (1UL << 32) - value == want;
}

static bool same_word(const char *ours, const char *theirs)
{
    return strcmp(ours, theirs) == 0 || stands_for_any(ours) ||
           (strncmp(ours, "0x", 2) == 0 && same_number(ours, theirs));
}

static bool is_at(const struct cm_words *words, size_t at,
                  struct cm_phrase phrase)
{
    for (size_t i = 0; i < phrase.num; i++) {
        if (!same_word(phrase.words[i].text, words->list[at + i].text)) {
            return false;
        }
    }
    return true;
}

size_t cm_words_find(const struct cm_words *words, size_t from,
                     struct cm_phrase phrase)
{
    for (size_t at = from; phrase.num > 0 && at + phrase.num <= words->num;
         at++) {
        if (is_at(words, at, phrase)) {
            return at;
        }
    }
    return words->num;
}

/* `phrase` is our own: small words with single blanks between. */
size_t cm_words_find_text(const struct cm_words *words, size_t from,
                          const char *phrase, size_t *num)
{
    struct cm_word list[CM_SHORT_PHRASE];
    char letters[256];
    size_t count = 0;
    char *rest = letters;
    char *word;

    *num = 0;
    if (strlen(phrase) >= sizeof(letters)) {
        return words->num;
    }
    memcpy(letters, phrase, strlen(phrase) + 1);
    while (count < CM_SHORT_PHRASE && (word = strsep(&rest, " ")) != NULL) {
        list[count++] = (struct cm_word){.text = word};
    }
    *num = count;
    return cm_words_find(words, from, (struct cm_phrase){list, count});
}

/* --- phrases of the catalogue --- */

static bool is_big_number(const char *word)
{
    size_t len = strspn(word, "0123456789");

    return strncmp(word, "0x", 2) == 0 || (len >= 5 && word[len] == '\0');
}

/* PartialChain, ECONNREFUSED, CERT_HAS_EXPIRED, java.net.ConnectException: a
 * name that is in no other sentence. */
static bool is_code(const struct cm_word *word, const char *text)
{
    size_t len = word->end - word->at;
    size_t capitals = 0;
    size_t inner = 0;

    if (is_big_number(word->text)) {
        return true;
    }
    for (size_t i = 0; i < len; i++) {
        bool capital = isupper((unsigned char)text[word->at + i]) != 0;

        capitals += capital ? 1 : 0;
        inner += capital && i > 0 &&
                         islower((unsigned char)text[word->at + i - 1]) != 0
                     ? 1
                     : 0;
    }
    return (strchr(word->text, '_') != NULL && len >= 7) ||
           (strchr(word->text, '.') != NULL && len >= 12) ||
           (inner > 0 && len >= 8) ||
           (capitals == len && len >= 8 && strcmp(word->text, "starttls") != 0);
}

/* Long enough not to be in any text. */
static bool is_telling(struct cm_phrase phrase, const char *text)
{
    size_t letters = 0;
    size_t num = 0;

    for (size_t i = 0; i < phrase.num; i++) {
        if (is_code(&phrase.words[i], text)) {
            return true;
        }
        if (!stands_for_any(phrase.words[i].text)) {
            letters += strlen(phrase.words[i].text);
            num++;
        }
    }
    return (num >= 3 && letters >= 11) || (num == 2 && letters >= 13);
}

static bool ends_phrase(const struct cm_words *words, size_t at)
{
    const struct cm_word *word = &words->list[at];

    return word->breaks || strcmp(word->text, "or") == 0 ||
           is_big_number(word->text) ||
           (at > 0 && is_big_number(words->list[at - 1].text));
}

static struct cm_phrase trimmed(struct cm_phrase phrase)
{
    while (phrase.num > 0 && (stands_for_any(phrase.words[0].text) ||
                              strcmp(phrase.words[0].text, "or") == 0)) {
        phrase.words++;
        phrase.num--;
    }
    while (phrase.num > 0 &&
           stands_for_any(phrase.words[phrase.num - 1].text)) {
        phrase.num--;
    }
    return phrase;
}

bool cm_words_next(const struct cm_words *words, const char *text, size_t *at,
                   struct cm_phrase *out)
{
    while (*at < words->num) {
        size_t start = *at;

        do {
            (*at)++;
        } while (*at < words->num && !ends_phrase(words, *at));
        *out = trimmed((struct cm_phrase){&words->list[start], *at - start});
        if (is_telling(*out, text)) {
            return true;
        }
    }
    return false;
}
