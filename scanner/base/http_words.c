/* What servers say above TLS when they want another client certificate, or any.
 * The texts are those of nginx (ngx_http_special_response.c, errors 495 and
 * 496), Apache httpd (mod_ssl's note for HTTP 403), IIS (substatus codes of
 * HTTP 403, HTTP 500 with TLS 1.3) and what applications commonly write; read
 * in November 2026.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "certmuster/client.h"

#define LONGEST 64U /* of the texts below */

static const struct word {
    const char *text; /* without regard to case */
    enum cm_http_word word;
} words[] = {
    {"Cannot perform Post-Handshake Authentication", CM_HTTP_LATE},
    {"0x80070032", CM_HTTP_LATE}, /* IIS, HTTP 500: it cannot ask any more */
    {"The SSL certificate error", CM_HTTP_REJECTED},
    {"client certificate is untrusted or invalid", CM_HTTP_REJECTED},
    {"client certificate has expired", CM_HTTP_REJECTED},
    {"client certificate expired", CM_HTTP_REJECTED},
    {"client certificate revoked", CM_HTTP_REJECTED},
    {"client certificate has been revoked", CM_HTTP_REJECTED},
    {"invalid client certificate", CM_HTTP_REJECTED},
    {"untrusted client certificate", CM_HTTP_REJECTED},
    {"No required SSL certificate was sent", CM_HTTP_REQUIRED},
    {"SSL certificate required", CM_HTTP_REQUIRED},
    {"client certificate required", CM_HTTP_REQUIRED},
    {"client certificate is required", CM_HTTP_REQUIRED},
    {"client certificate missing", CM_HTTP_REQUIRED},
    {"client certificate not found", CM_HTTP_REQUIRED},
    {"missing client certificate", CM_HTTP_REQUIRED},
    {"no client certificate", CM_HTTP_REQUIRED},
    {"requires a client certificate", CM_HTTP_REQUIRED},
};

static const struct code {
    uint16_t status;
    uint16_t substatus;
    enum cm_http_word word;
    const char *meaning;
} codes[] = {
    {403, 7, CM_HTTP_REQUIRED, "client certificate required"},
    {403, 12, CM_HTTP_REJECTED, "the mapping of the certificate denied access"},
    {403, 13, CM_HTTP_REJECTED,
     "client certificate revoked, or its revocation list is out of reach"},
    {403, 16, CM_HTTP_REJECTED, "client certificate untrusted or invalid"},
    {403, 17, CM_HTTP_REJECTED, "client certificate expired or not yet valid"},
    {495, 0, CM_HTTP_REJECTED, "client certificate refused (nginx)"},
    {496, 0, CM_HTTP_REQUIRED, "client certificate missing (nginx)"},
};

static const struct code *find_code(uint16_t status, uint16_t substatus)
{
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i].status == status && codes[i].substatus == substatus) {
            return &codes[i];
        }
    }
    return NULL;
}

const char *cm_http_code_meaning(uint16_t status, uint16_t substatus)
{
    const struct code *code = find_code(status, substatus);

    return code != NULL ? code->meaning : NULL;
}

static bool stands_at(struct cm_span text, size_t at, const char *word,
                      size_t len)
{
    return len <= text.len - at &&
           strncasecmp((const char *)text.data + at, word, len) == 0;
}

/* The first of them in the table that is in the text. */
static const struct word *find_word(struct cm_span text, struct cm_span *phrase)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t len = strnlen(words[i].text, LONGEST);

        for (size_t at = 0; at < text.len; at++) {
            if (stands_at(text, at, words[i].text, len)) {
                *phrase = (struct cm_span){text.data + at, len};
                return &words[i];
            }
        }
    }
    return NULL;
}

enum cm_http_word cm_http_word_of(uint16_t status, uint16_t substatus,
                                  struct cm_span text, struct cm_span *phrase)
{
    const struct code *code = find_code(status, substatus);
    const struct word *word;

    *phrase = (struct cm_span){NULL, 0};
    if (status < 400) {
        return CM_HTTP_SILENT;
    }
    word = find_word(text, phrase);
    if (code != NULL) {
        return code->word;
    }
    return word != NULL ? word->word : CM_HTTP_SILENT;
}
