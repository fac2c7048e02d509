/* What tells of revocation: by whom it is about, and by where it came from.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/revocation.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/map.h"
#include "pki/pem.h"

#define MAX_URL 4096U /* octets; longer ones are told apart by these */

/* The lists of one issuer, in order of addition. */
struct issuer {
    struct cm_revocation_list *lists; /* owned references */
    size_t num;
};

struct response {
    struct cm_span der; /* owned */
    char *url;          /* owned */
    int64_t seen_unix;
};

/* The responses for one certificate, in order of addition. */
struct subject {
    struct response *responses;
    size_t num;
};

/* Where something was asked for, and what came. */
struct source {
    char *why;          /* owned; NULL: something came */
    struct cm_crl *crl; /* what came, when it was a list; owned reference */
};

struct cm_revocation {
    struct cm_map *issuers;  /* struct issuer, by normalised name */
    struct cm_map *subjects; /* struct subject, by SHA-256 */
    struct cm_map *sources;  /* struct source: see source_key */
    struct cm_sigmemo *memo;
    uint64_t changes;
};

static void issuer_free(void *value)
{
    struct issuer *issuer = value;

    for (size_t i = 0; i < issuer->num; i++) {
        cm_crl_unref(issuer->lists[i].crl);
    }
    free(issuer->lists);
    free(issuer);
}

static void subject_free(void *value)
{
    struct subject *subject = value;

    for (size_t i = 0; i < subject->num; i++) {
        cm_span_free(&subject->responses[i].der);
        free(subject->responses[i].url);
    }
    free(subject->responses);
    free(subject);
}

static void source_free(void *value)
{
    struct source *source = value;

    free(source->why);
    cm_crl_unref(source->crl);
    free(source);
}

struct cm_revocation *cm_revocation_new(void)
{
    struct cm_revocation *set = calloc(1, sizeof(*set));

    if (set == NULL) {
        return NULL;
    }
    set->issuers = cm_map_new();
    set->subjects = cm_map_new();
    set->sources = cm_map_new();
    set->memo = cm_sigmemo_new();
    if (set->issuers == NULL || set->subjects == NULL || set->sources == NULL ||
        set->memo == NULL) {
        cm_revocation_free(set);
        return NULL;
    }
    return set;
}

void cm_revocation_free(struct cm_revocation *set)
{
    if (set == NULL) {
        return;
    }
    cm_map_free(set->issuers, issuer_free);
    cm_map_free(set->subjects, subject_free);
    cm_map_free(set->sources, source_free);
    cm_sigmemo_free(set->memo);
    free(set);
}

/* A list's URL is the same for everybody; an OCSP responder's is asked about
 * one certificate after the other. */
static size_t source_key(const struct cm_cert *cert, struct cm_span url,
                         uint8_t key[CM_SHA256_LEN + MAX_URL])
{
    size_t len = url.len < MAX_URL ? url.len : MAX_URL;
    size_t at = 0;

    if (cert != NULL) {
        memcpy(key, cert->sha256, CM_SHA256_LEN);
        at = CM_SHA256_LEN;
    }
    if (url.data != NULL) {
        memcpy(key + at, url.data, len);
    }
    return at + len;
}

static struct cm_span text_span(const char *text)
{
    return (struct cm_span){(const uint8_t *)text, strlen(text)};
}

/* The source's record, made when there is none. NULL: no memory. */
static struct source *get_source(struct cm_revocation *set,
                                 const struct cm_cert *cert, const char *url)
{
    uint8_t key[CM_SHA256_LEN + MAX_URL];
    size_t len = source_key(cert, text_span(url), key);
    struct source *source = cm_map_get(set->sources, key, len);

    if (source != NULL) {
        return source;
    }
    source = calloc(1, sizeof(*source));
    if (source != NULL && !cm_map_put(set->sources, key, len, source)) {
        free(source);
        return NULL;
    }
    return source;
}

static void forget(struct cm_revocation *set, const struct cm_crl *crl)
{
    struct issuer *issuer =
        cm_map_get(set->issuers, crl->issuer_norm.data, crl->issuer_norm.len);

    for (size_t i = 0; issuer != NULL && i < issuer->num; i++) {
        if (issuer->lists[i].crl == crl) {
            cm_crl_unref(issuer->lists[i].crl);
            memmove(&issuer->lists[i], &issuer->lists[i + 1],
                    (issuer->num - i - 1) * sizeof(*issuer->lists));
            issuer->num--;
            return;
        }
    }
}

static struct issuer *get_issuer(struct cm_revocation *set, struct cm_span name)
{
    struct issuer *issuer = cm_map_get(set->issuers, name.data, name.len);

    if (issuer != NULL) {
        return issuer;
    }
    issuer = calloc(1, sizeof(*issuer));
    if (issuer != NULL &&
        !cm_map_put(set->issuers, name.data, name.len, issuer)) {
        free(issuer);
        return NULL;
    }
    return issuer;
}

/* The same list twice is one. False: no memory. */
static bool remember(struct cm_revocation *set, struct cm_crl *crl,
                     int64_t seen_unix)
{
    struct issuer *issuer = get_issuer(set, crl->issuer_norm);
    struct cm_revocation_list *grown;

    if (issuer == NULL) {
        return false;
    }
    for (size_t i = 0; i < issuer->num; i++) {
        if (memcmp(issuer->lists[i].crl->sha256, crl->sha256, CM_SHA256_LEN) ==
            0) {
            issuer->lists[i].seen_unix = seen_unix;
            return true;
        }
    }
    grown = reallocarray(issuer->lists, issuer->num + 1, sizeof(*grown));
    if (grown == NULL) {
        return false;
    }
    issuer->lists = grown;
    grown[issuer->num++] =
        (struct cm_revocation_list){cm_crl_ref(crl), seen_unix};
    return true;
}

bool cm_revocation_add_crl(struct cm_revocation *set, struct cm_crl *crl,
                           const char *url, int64_t seen_unix)
{
    struct source *source = NULL;

    set->changes++;
    if (url != NULL) {
        source = get_source(set, NULL, url);
        if (source == NULL) {
            return false;
        }
    }
    if (!remember(set, crl, seen_unix)) {
        return false;
    }
    if (source != NULL) {
        if (source->crl != NULL &&
            memcmp(source->crl->sha256, crl->sha256, CM_SHA256_LEN) != 0) {
            forget(set, source->crl);
        }
        free(source->why);
        cm_crl_unref(source->crl);
        *source = (struct source){.crl = cm_crl_ref(crl)};
    }
    return true;
}

/* The response's place: an earlier one from the same URL, or a new one. */
static struct response *get_response(struct subject *subject, const char *url)
{
    struct response *grown;

    for (size_t i = 0; i < subject->num; i++) {
        if (strcmp(subject->responses[i].url, url) == 0) {
            return &subject->responses[i];
        }
    }
    grown = reallocarray(subject->responses, subject->num + 1, sizeof(*grown));
    if (grown == NULL) {
        return NULL;
    }
    subject->responses = grown;
    grown[subject->num] = (struct response){.url = strdup(url)};
    return grown[subject->num].url != NULL ? &grown[subject->num++] : NULL;
}

static struct subject *get_subject(struct cm_revocation *set,
                                   const struct cm_cert *cert)
{
    struct subject *subject =
        cm_map_get(set->subjects, cert->sha256, CM_SHA256_LEN);

    if (subject != NULL) {
        return subject;
    }
    subject = calloc(1, sizeof(*subject));
    if (subject != NULL &&
        !cm_map_put(set->subjects, cert->sha256, CM_SHA256_LEN, subject)) {
        free(subject);
        return NULL;
    }
    return subject;
}

bool cm_revocation_add_ocsp(struct cm_revocation *set,
                            const struct cm_cert *cert, const char *url,
                            struct cm_span response, int64_t seen_unix)
{
    struct source *source = get_source(set, cert, url);
    struct subject *subject = get_subject(set, cert);
    uint8_t *copy = malloc(response.len + 1);
    struct response *place = NULL;

    set->changes++;
    if (source != NULL && subject != NULL && copy != NULL) {
        place = get_response(subject, url);
    }
    if (place == NULL) {
        free(copy);
        return false;
    }
    if (response.len > 0) {
        memcpy(copy, response.data, response.len);
    }
    cm_span_free(&place->der);
    place->der.data = copy;
    place->der.len = response.len;
    place->seen_unix = seen_unix;
    free(source->why);
    source->why = NULL;
    return true;
}

bool cm_revocation_add_failure(struct cm_revocation *set,
                               const struct cm_cert *cert, const char *url,
                               const char *why)
{
    uint8_t key[CM_SHA256_LEN + MAX_URL];
    size_t len = source_key(cert, text_span(url), key);
    bool is_new = cm_map_get(set->sources, key, len) == NULL;
    struct source *source = get_source(set, cert, url);
    char *copy = strdup(why);

    set->changes++;
    if (source == NULL || copy == NULL) {
        free(copy);
        return false;
    }
    if (!is_new && source->why == NULL) { /* what came before stays */
        free(copy);
        return true;
    }
    free(source->why);
    source->why = copy;
    return true;
}

bool cm_revocation_tried(const struct cm_revocation *set,
                         const struct cm_cert *cert, struct cm_span url,
                         const char **why)
{
    uint8_t key[CM_SHA256_LEN + MAX_URL];
    size_t len = source_key(cert, url, key);
    const struct source *source = cm_map_get(set->sources, key, len);

    *why = source != NULL ? source->why : NULL;
    return source != NULL;
}

static enum cm_status load_one(struct cm_revocation *set, struct cm_span bytes,
                               size_t *added, struct cm_error *err)
{
    struct cm_error inner = {.text = ""};
    struct cm_crl *crl = cm_crl_parse(bytes, &inner);
    enum cm_status status = CM_OK;

    if (crl == NULL) {
        return inner.status == CM_ENOMEM
                   ? cm_error_nomem(err, "a revocation list")
                   : cm_error_set(err, CM_EINPUT, "revocation list %zu: %s",
                                  *added + 1, inner.text);
    }
    if (cm_revocation_add_crl(set, crl, NULL, 0)) {
        (*added)++;
    } else {
        status = cm_error_nomem(err, "a revocation list");
    }
    cm_crl_unref(crl);
    return status;
}

static enum cm_status load_block(struct cm_revocation *set,
                                 const struct cm_pem_block *block,
                                 size_t *added, struct cm_error *err)
{
    struct cm_buf der;
    enum cm_status status;

    cm_buf_init(&der, CM_CRL_MAX_BYTES);
    if (cm_pem_decode(block, &der)) {
        status = load_one(set, (struct cm_span){der.data, der.len}, added, err);
    } else if (der.failed) {
        status = cm_error_nomem(err, "a revocation list");
    } else {
        status = cm_error_set(err, CM_EINPUT,
                              "revocation list %zu is damaged: what is between "
                              "BEGIN and END is not base64",
                              *added + 1);
    }
    cm_buf_cleanup(&der);
    return status;
}

enum cm_status cm_revocation_load(struct cm_revocation *set,
                                  struct cm_span bytes, size_t *added,
                                  struct cm_error *err)
{
    struct cm_reader r;
    struct cm_pem_block block;
    enum cm_pem found;
    enum cm_status status = CM_OK;

    *added = 0;
    if (cm_pem_is_der(bytes)) {
        return load_one(set, bytes, added, err);
    }
    cm_reader_init(&r, bytes.data, bytes.len);
    while (status == CM_OK && (found = cm_pem_next(&r, &block)) != CM_PEM_END) {
        if (found == CM_PEM_DAMAGE) {
            status = cm_error_set(err, CM_EINPUT,
                                  "the PEM block after revocation list %zu has "
                                  "no proper BEGIN and END lines",
                                  *added);
        } else if (cm_pem_is(&block, "X509 CRL")) {
            status = load_block(set, &block, added, err);
        }
    }
    if (status == CM_OK && *added == 0) {
        return cm_error_set(err, CM_EINPUT,
                            "there is no revocation list in it (PEM or DER)");
    }
    return status;
}

size_t cm_revocation_crls(const struct cm_revocation *set,
                          struct cm_span issuer_norm,
                          const struct cm_revocation_list **out)
{
    const struct issuer *issuer =
        cm_map_get(set->issuers, issuer_norm.data, issuer_norm.len);

    *out = issuer != NULL ? issuer->lists : NULL;
    return issuer != NULL ? issuer->num : 0;
}

enum cm_sig cm_revocation_crl_signature(const struct cm_revocation *set,
                                        const struct cm_crl *crl,
                                        const struct cm_cert *issuer)
{
    return cm_crl_verify(set->memo, crl, issuer);
}

uint64_t cm_revocation_changes(const struct cm_revocation *set)
{
    return set == NULL ? 0 : set->changes;
}

bool cm_revocation_spoilt(const struct cm_revocation *set)
{
    return set != NULL && cm_sigmemo_spoilt(set->memo);
}

bool cm_revocation_ocsp(const struct cm_revocation *set,
                        const struct cm_cert *cert, size_t index,
                        struct cm_revocation_response *out)
{
    const struct subject *subject =
        cm_map_get(set->subjects, cert->sha256, CM_SHA256_LEN);

    if (subject == NULL || index >= subject->num) {
        return false;
    }
    *out = (struct cm_revocation_response){subject->responses[index].der,
                                           subject->responses[index].url,
                                           subject->responses[index].seen_unix};
    return true;
}
