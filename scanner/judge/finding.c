/* Writing findings down, and the words that proofs are made of.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/finding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PROOF 2000U  /* bytes */
#define MAX_SUBJECT 512U /* bytes of a key or a text */

#define MINUTE INT64_C(60)
#define HOUR INT64_C(3600)
#define DAY INT64_C(86400)

int cm_finding_clip(const char *text, size_t max)
{
    size_t len = strnlen(text, max + 1);

    if (len <= max) {
        return (int)len;
    }
    while (max > 0 && ((unsigned char)text[max] & 0xC0U) == 0x80U) {
        max--;
    }
    return (int)max;
}

static bool make_room(struct cm_case *c)
{
    size_t wanted = c->max_findings == 0 ? 8 : 2 * c->max_findings;
    struct cm_finding *grown;

    if (c->out->num_findings < c->max_findings) {
        return true;
    }
    grown = reallocarray(c->out->findings, wanted, sizeof(*grown));
    if (grown == NULL) {
        return false;
    }
    c->out->findings = grown;
    c->max_findings = wanted;
    return true;
}

struct cm_finding *cm_finding_add(struct cm_case *c, enum cm_cause cause,
                                  const char *rule, const char *fmt, ...)
{
    const struct cm_cause_info *info = cm_cause_info(cause);
    struct cm_finding *f;
    char *proof = NULL;
    va_list args;
    int len;

    va_start(args, fmt);
    len = vasprintf(&proof, fmt, args);
    va_end(args);
    if (len < 0) {
        c->no_memory = true;
        return NULL;
    }
    if (!make_room(c)) {
        free(proof);
        c->no_memory = true;
        return NULL;
    }
    proof[cm_finding_clip(proof, MAX_PROOF)] = '\0';
    f = &c->out->findings[c->out->num_findings++];
    *f = (struct cm_finding){
        .cause = cause,
        .severity = info->severity,
        .confidence = CM_CERTAIN,
        .resolution = info->resolution,
        .blocks = info->verdict != CM_VERDICT_NONE,
        .proof = proof,
        .rule = rule,
        .position = -1,
    };
    return f;
}

void cm_finding_note(struct cm_case *c, struct cm_finding *f, const char *fmt,
                     ...)
{
    char *note = NULL;
    char *proof = NULL;
    va_list args;
    int len;

    va_start(args, fmt);
    len = vasprintf(&note, fmt, args);
    va_end(args);
    if (len < 0 || asprintf(&proof, "%s%s", f->proof, note) < 0) {
        c->no_memory = true;
    } else {
        proof[cm_finding_clip(proof, MAX_PROOF)] = '\0';
        free(f->proof);
        f->proof = proof;
    }
    if (len >= 0) {
        free(note);
    }
}

static char *copy_of(struct cm_case *c, const char *text)
{
    size_t size = text == NULL ? 0 : strlen(text) + 1;
    char *copy = size == 0 ? NULL : malloc(size);

    if (copy != NULL) {
        memcpy(copy, text, size);
    }
    c->no_memory = c->no_memory || (copy == NULL && size > 0);
    return copy;
}

void cm_finding_repeat(struct cm_case *c, const struct cm_finding *known)
{
    struct cm_finding *f;

    if (!make_room(c)) {
        c->no_memory = true;
        return;
    }
    f = &c->out->findings[c->out->num_findings++];
    *f = *known;
    f->proof = copy_of(c, known->proof);
    f->subject_key = copy_of(c, known->subject_key);
    f->subject = copy_of(c, known->subject);
    f->cert = known->cert == NULL ? NULL : cm_cert_ref(known->cert);
}

int cm_finding_position(const struct cm_case *c, const struct cm_cert *cert)
{
    for (size_t i = 0; c->probe != NULL && i < c->probe->num_chain; i++) {
        if (memcmp(c->probe->chain[i]->sha256, cert->sha256, CM_SHA256_LEN) ==
            0) {
            return (int)i;
        }
    }
    return -1;
}

void cm_finding_about(const struct cm_case *c, struct cm_finding *f,
                      struct cm_cert *cert)
{
    if (f == NULL) {
        return;
    }
    cm_cert_unref(f->cert);
    f->cert = cm_cert_ref(cert);
    f->position = cm_finding_position(c, cert);
}

void cm_finding_resolve(struct cm_finding *f, enum cm_resolution resolution)
{
    if (f != NULL) {
        f->resolution = resolution;
    }
}

void cm_finding_strict(const struct cm_case *c, struct cm_finding *f)
{
    if (f != NULL && c->policy->strict) {
        f->blocks = true;
    }
}

void cm_finding_for(struct cm_case *c, struct cm_finding *f, const char *key,
                    const char *text)
{
    if (f == NULL) {
        return;
    }
    free(f->subject_key);
    free(f->subject);
    f->subject_key = strndup(key, (size_t)cm_finding_clip(key, MAX_SUBJECT));
    f->subject = strndup(text, (size_t)cm_finding_clip(text, MAX_SUBJECT));
    if (f->subject_key == NULL || f->subject == NULL) {
        c->no_memory = true;
    }
}

const char *cm_finding_text(struct cm_case *c, struct cm_buf *buf)
{
    const char *text = cm_buf_cstr(buf);

    if (buf->failed) {
        c->no_memory = true;
    }
    return text;
}

void cm_finding_for_cert(struct cm_case *c, struct cm_finding *f,
                         const struct cm_cert *cert)
{
    char name[CM_LABEL_SIZE];
    struct cm_buf key;

    cm_buf_init(&key, MAX_SUBJECT);
    (void)cm_buf_hex(&key, cert->sha256, CM_SHA256_LEN);
    cm_finding_for(c, f, cm_finding_text(c, &key),
                   cm_finding_cert_name(cert, name));
    cm_buf_cleanup(&key);
}

static void for_name_and_key(struct cm_case *c, struct cm_finding *f,
                             const char *dn, struct cm_span key_id)
{
    bool has_id = key_id.len > 0;
    struct cm_buf key;
    struct cm_buf text;

    dn = dn != NULL ? dn : "";
    cm_buf_init(&key, 4096);
    cm_buf_init(&text, 4096);
    /* The key id first: it must not be lost when the name is long. */
    key_id.len = key_id.len <= 64 ? key_id.len : 64;
    (void)cm_buf_hex(&key, key_id.data, key_id.len);
    (void)cm_buf_printf(&key, "%s%.*s", has_id ? " " : "",
                        cm_finding_clip(dn, MAX_SUBJECT), dn);
    (void)cm_buf_printf(&text, "%.*s", cm_finding_clip(dn, 300), dn);
    if (has_id) {
        (void)cm_buf_puts(&text, " (key id ");
        (void)cm_buf_hex(&text, key_id.data, key_id.len);
        (void)cm_buf_puts(&text, ")");
    }
    cm_finding_for(c, f, cm_finding_text(c, &key), cm_finding_text(c, &text));
    cm_buf_cleanup(&key);
    cm_buf_cleanup(&text);
}

void cm_finding_for_issuer(struct cm_case *c, struct cm_finding *f,
                           const struct cm_cert *child)
{
    for_name_and_key(c, f, child->issuer_text, child->aki);
}

void cm_finding_for_holder(struct cm_case *c, struct cm_finding *f,
                           const struct cm_cert *cert)
{
    for_name_and_key(c, f, cert->subject_text, cert->ski);
}

const char *cm_finding_place(const struct cm_case *c,
                             const struct cm_cert *cert,
                             char out[CM_LABEL_SIZE])
{
    int position = cm_finding_position(c, cert);
    size_t total;

    if (position < 0) {
        (void)snprintf(out, CM_LABEL_SIZE, "not sent");
        return out;
    }
    total = c->probe->num_chain_sent > c->probe->num_chain
                ? c->probe->num_chain_sent
                : c->probe->num_chain;
    (void)snprintf(out, CM_LABEL_SIZE, "sent as certificate %d of %zu",
                   position + 1, total);
    return out;
}

const char *cm_finding_cert_name(const struct cm_cert *cert,
                                 char out[CM_LABEL_SIZE])
{
    const uint8_t *sha = cert->sha256;
    const char *name = "";

    if (cert->subject_cn != NULL && cert->subject_cn[0] != '\0') {
        name = cert->subject_cn;
    } else if (cert->subject_text != NULL) {
        name = cert->subject_text;
    }
    (void)snprintf(out, CM_LABEL_SIZE,
                   "\"%.*s\" (SHA-256 %02x%02x%02x%02x%02x%02x%02x%02x)",
                   cm_finding_clip(name, 160), name, sha[0], sha[1], sha[2],
                   sha[3], sha[4], sha[5], sha[6], sha[7]);
    return out;
}

const char *cm_finding_duration(int64_t seconds, char out[CM_TIME_TEXT_SIZE])
{
    int64_t size = seconds >= DAY ? DAY : seconds >= HOUR ? HOUR : MINUTE;
    const char *unit = size == DAY ? "day" : size == HOUR ? "hour" : "minute";
    int64_t num = seconds / size;

    (void)snprintf(out, CM_TIME_TEXT_SIZE, "%lld %s%s", (long long)num, unit,
                   num == 1 ? "" : "s");
    return out;
}

const char *cm_finding_span_text(struct cm_case *c, struct cm_span span,
                                 char out[CM_LABEL_SIZE])
{
    struct cm_buf utf8;
    size_t len = span.len < CM_LABEL_SIZE ? span.len : CM_LABEL_SIZE;
    const char *text;

    cm_buf_init(&utf8, 8U * CM_LABEL_SIZE);
    cm_text_to_utf8(&utf8, (const char *)span.data, len);
    text = cm_finding_text(c, &utf8);
    (void)snprintf(out, CM_LABEL_SIZE, "%.*s",
                   cm_finding_clip(text, CM_LABEL_SIZE - 1), text);
    cm_buf_cleanup(&utf8);
    return out;
}
