/* From a message to causes: every phrase of the catalogue's client texts is
 * looked for in it, and other words and numbers that mean the same.
 * SPDX-License-Identifier: Apache-2.0 */
#include "recognise.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/report.h"
#include "remedies.h"

#define MAX_CATALOGUE_WORDS 200U /* of one client's text */
#define MAX_MATCHES 4U           /* of one phrase in a message */
#define MAX_NUMBERS 8U           /* that are looked up */

/* One client's text of the catalogue. */
struct entry {
    enum cm_cause cause;
    const struct cm_client_text *client;
    struct cm_words words;
};

struct search {
    const struct cm_words *words; /* of the message */
    struct cm_recognised *out;
    struct entry *entries;
    size_t num_entries;
};

static const char *const clients[] = {
    CM_DOTNET_FRAMEWORK, CM_DOTNET, CM_SCHANNEL, CM_CURL,    CM_JAVA, CM_GO,
    CM_PYTHON,           CM_NODE,   CM_CHROME,   CM_FIREFOX,
};
#define CLIENTS (sizeof(clients) / sizeof(*clients))

static unsigned client_bit(const char *client)
{
    for (unsigned i = 0; i < CLIENTS; i++) {
        if (strcmp(clients[i], client) == 0) {
            return 1U << i;
        }
    }
    return 0;
}

/* --- what is where in the message --- */

static struct cm_recognised_span *span_at(struct search *s, size_t first,
                                          size_t num)
{
    struct cm_recognised *out = s->out;

    for (size_t i = 0; i < out->num_spans; i++) {
        if (out->spans[i].first == first && out->spans[i].num == num) {
            return &out->spans[i];
        }
    }
    if (out->num_spans == CM_MAX_SPANS) {
        return NULL;
    }
    out->spans[out->num_spans] =
        (struct cm_recognised_span){.first = first, .num = num};
    return &out->spans[out->num_spans++];
}

/* A phrase of the catalogue: it may be in the message more than once. */
static void look_for(struct search *s, struct cm_phrase phrase,
                     enum cm_cause cause, unsigned client)
{
    size_t at = 0;

    for (unsigned i = 0; i < MAX_MATCHES; i++) {
        struct cm_recognised_span *span;

        at = cm_words_find(s->words, at, phrase);
        if (at == s->words->num) {
            return;
        }
        span = span_at(s, at, phrase.num);
        if (span != NULL) {
            span->causes[cause] = true;
            span->clients |= client;
        }
        at += phrase.num;
    }
}

/* --- walking the catalogue --- */

typedef void each_text_fn(struct search *s, const struct entry *entry,
                          void *arg);

static void each_text(struct search *s, each_text_fn *each, void *arg)
{
    for (size_t i = 0; i < s->num_entries; i++) {
        each(s, &s->entries[i], arg);
    }
}

static bool says_nothing(const struct cm_client_text *client)
{
    return strcmp(client->text, "works") == 0;
}

static size_t count_entries(void)
{
    size_t num = 0;

    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        const struct cm_client_text *c =
            cm_cause_text((enum cm_cause)i)->clients;

        for (; c->client != NULL; c++) {
            num += says_nothing(c) ? 0 : 1;
        }
    }
    return num;
}

static bool read_entry(struct search *s, enum cm_cause cause,
                       const struct cm_client_text *client)
{
    struct entry *entry = &s->entries[s->num_entries];
    struct cm_span text = {(const uint8_t *)client->text, strlen(client->text)};

    entry->cause = cause;
    entry->client = client;
    if (!cm_words_read(&entry->words, text, MAX_CATALOGUE_WORDS)) {
        return false;
    }
    s->num_entries++;
    return true;
}

/* False: no memory. */
static bool read_catalogue(struct search *s)
{
    s->entries = calloc(count_entries(), sizeof(*s->entries));
    if (s->entries == NULL) {
        return false;
    }
    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        const struct cm_client_text *c =
            cm_cause_text((enum cm_cause)i)->clients;

        for (; c->client != NULL; c++) {
            if (!says_nothing(c) && !read_entry(s, (enum cm_cause)i, c)) {
                return false;
            }
        }
    }
    return true;
}

static void free_catalogue(struct search *s)
{
    for (size_t i = 0; i < s->num_entries; i++) {
        cm_words_free(&s->entries[i].words);
    }
    free(s->entries);
}

static void look_for_all(struct search *s, const struct entry *entry, void *arg)
{
    struct cm_phrase phrase;
    size_t at = 0;

    (void)arg;
    while (cm_words_next(&entry->words, entry->client->text, &at, &phrase)) {
        look_for(s, phrase, entry->cause, client_bit(entry->client->client));
    }
}

/* --- signs: other words for a phrase of the catalogue --- */

static bool says(const struct cm_words *words, const char *phrase)
{
    size_t num;

    return cm_words_find_text(words, 0, phrase, &num) < words->num;
}

struct meaning {
    const char *phrase;
    struct cm_recognised_span *span;
};

static void add_meaning(struct search *s, const struct entry *entry, void *arg)
{
    const struct meaning *meaning = arg;

    (void)s;
    if (says(&entry->words, meaning->phrase)) {
        meaning->span->causes[entry->cause] = true;
    }
}

static void look_for_signs(struct search *s)
{
    size_t num_signs;
    const struct cm_sign *signs = cm_signs(&num_signs);

    for (size_t i = 0; i < num_signs; i++) {
        size_t num;
        size_t at = cm_words_find_text(s->words, 0, signs[i].says, &num);
        struct meaning meaning = {signs[i].is, NULL};

        if (at < s->words->num &&
            (signs[i].with == NULL || says(s->words, signs[i].with))) {
            meaning.span = span_at(s, at, num);
        }
        if (meaning.span != NULL) {
            meaning.span->vague = signs[i].vague;
            each_text(s, add_meaning, &meaning);
        }
    }
}

/* --- numbers --- */

/* "curl: (60)", as the catalogue writes "(60) SSL certificate problem". */
static void add_curl_exit(struct search *s, const struct entry *entry,
                          void *arg)
{
    const struct cm_words *words = &entry->words;
    const size_t *at = arg;
    struct cm_recognised_span *span;

    if (strcmp(entry->client->client, CM_CURL) == 0 && words->num > 0 &&
        strcmp(words->list[0].text, s->words->list[*at + 1].text) == 0) {
        span = span_at(s, *at, 2);
        if (span != NULL) {
            span->causes[entry->cause] = true;
            span->clients |= client_bit(CM_CURL);
        }
    }
}

/* OpenSSL's numbers: "verify error:num=20", as the catalogue has them, and
 * "Verify return code: 20". */
static void add_verify_number(struct search *s, const struct entry *entry,
                              void *arg)
{
    const struct cm_words *words = &entry->words;
    const size_t *at = arg;
    const char *number = s->words->list[*at].text;

    for (size_t i = 1; i < words->num; i++) {
        if (strcmp(words->list[i - 1].text, "num") == 0 &&
            strcmp(words->list[i].text, number) == 0) {
            struct cm_recognised_span *span = span_at(s, *at - 1, 2);

            if (span != NULL) {
                span->causes[entry->cause] = true;
            }
        }
    }
}

static bool is_curl_exit(const struct cm_words *words, size_t at)
{
    return at + 1 < words->num && strcmp(words->list[at].text, "curl") == 0 &&
           cm_word_number(&words->list[at + 1]) > 0;
}

static bool is_verify_number(const struct cm_words *words, size_t at)
{
    const char *before = words->list[at - 1].text;

    return cm_word_number(&words->list[at]) > 0 &&
           (strcmp(before, "num") == 0 || strcmp(before, "verify_code") == 0 ||
            (strcmp(before, "code") == 0 && at > 1 &&
             (strcmp(words->list[at - 2].text, "return") == 0 ||
              strcmp(words->list[at - 2].text, "verify") == 0)));
}

static void add_alert(struct search *s, size_t at)
{
    size_t num;
    int number = cm_sign_alert_at(s->words, at, &num);
    struct cm_recognised_span *span;

    if (number <= 0) { /* 0 is close_notify: a good-bye */
        return;
    }
    span = span_at(s, at, num);
    if (span != NULL) {
        span->alert = true;
    }
    for (const enum cm_cause *cause = cm_sign_alert((uint8_t)number);
         span != NULL && *cause != CM_CAUSE_COUNT; cause++) {
        span->causes[*cause] = true;
    }
}

static void look_for_numbers(struct search *s)
{
    const struct cm_words *words = s->words;
    unsigned numbers = 0;

    for (size_t at = 0; at < words->num; at++) {
        add_alert(s, at);
        if (numbers == MAX_NUMBERS) {
            continue;
        }
        if (is_curl_exit(words, at)) {
            each_text(s, add_curl_exit, &at);
            numbers++;
        } else if (at > 0 && is_verify_number(words, at)) {
            each_text(s, add_verify_number, &at);
            numbers++;
        }
    }
}

/* --- whose message it is --- */

/* The only client that says one of these things. */
static const char *only_client(const struct cm_recognised *out)
{
    for (size_t i = 0; i < out->num_spans; i++) {
        for (size_t j = 0; j < CLIENTS; j++) {
            if (out->spans[i].clients == 1U << j) {
                return clients[j];
            }
        }
    }
    return NULL;
}

static bool is_vague(const struct cm_recognised *out)
{
    for (size_t i = 0; i < out->num_spans; i++) {
        if (!out->spans[i].vague) {
            return false;
        }
    }
    return true;
}

static void recognise(struct search *s, struct cm_span text)
{
    struct cm_recognised *out = s->out;

    look_for_signs(s);
    each_text(s, look_for_all, NULL);
    look_for_numbers(s);
    cm_recognise_weigh(s->words, out);
    out->client = cm_sign_client(s->words);
    if (out->client == NULL) {
        out->client = only_client(out);
    }
    out->num_notes = cm_sign_notes(s->words, is_vague(out), out->notes);
    cm_recognise_host(text, out->host, &out->port);
}

struct cm_recognised *cm_recognise(struct cm_span text)
{
    struct cm_words words = {.num = 0};
    struct search s = {.words = &words,
                       .out = calloc(1, sizeof(struct cm_recognised))};

    if (s.out != NULL && read_catalogue(&s) &&
        cm_words_read(&words, text, CM_MAX_RECOGNISED_WORDS)) {
        recognise(&s, text);
    } else {
        free(s.out);
        s.out = NULL;
    }
    cm_words_free(&words);
    free_catalogue(&s);
    return s.out;
}
