/* Our own certificate: see identity.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"
#include "pki/pki.h"

#define NAME_MAX_SHOWN 75U /* of a file */
#define MAX_ISSUER 65535U  /* bytes of a name, as TLS counts them */

void cm_identity_cleanup(struct cm_identity *id)
{
    for (size_t i = 0; i < id->num_chain; i++) {
        cm_cert_unref(id->chain[i]);
    }
    cm_key_free(id->key);
    memset(id, 0, sizeof(*id));
}

static void say(struct cm_client_evidence *facts, enum cm_client_fault fault,
                const char *name, const char *what)
{
    size_t len = strlen(name);
    /* The end of a long path tells more than its beginning. */
    size_t skip = len > NAME_MAX_SHOWN ? len - NAME_MAX_SHOWN + 3 : 0;

    while (skip > 0 && ((unsigned char)name[skip] & 0xC0U) == 0x80U) {
        skip++; /* never in the middle of a character */
    }
    facts->fault = fault;
    (void)snprintf(facts->detail, sizeof(facts->detail), "%s%s %.120s",
                   skip > 0 ? "..." : "", name + skip, what);
}

void cm_identity_unreadable(struct cm_client_evidence *facts, bool is_key,
                            const char *name, const char *why)
{
    char words[100];

    (void)snprintf(words, sizeof(words), "cannot be read: %.80s", why);
    say(facts, is_key ? CM_CLIENT_KEY_UNREADABLE : CM_CLIENT_UNREADABLE, name,
        words);
}

enum cm_client_fault cm_identity_fault(const struct cm_cert *cert,
                                       int64_t at_unix)
{
    if (at_unix > cert->not_after) {
        return CM_CLIENT_EXPIRED;
    }
    if (at_unix < cert->not_before) {
        return CM_CLIENT_NOT_YET_VALID;
    }
    if (cert->has_eku && (cert->eku & (CM_EKU_CLIENT_AUTH | CM_EKU_ANY)) == 0) {
        return CM_CLIENT_WRONG_USAGE;
    }
    /* RFC 8446 section 4.4.2.2: it must allow the signature. */
    if (cert->has_key_usage &&
        (cert->key_usage & CM_KU_DIGITAL_SIGNATURE) == 0) {
        return CM_CLIENT_WRONG_USAGE;
    }
    return CM_CLIENT_FINE;
}

/* All that a file holds. */
struct bag {
    struct cm_cert *certs[CM_IDENTITY_MAX_CERTS];
    size_t num;
    struct cm_sigmemo *memo; /* knows when a check had no memory */
    bool no_memory;
};

static void empty(struct bag *bag)
{
    for (size_t i = 0; i < bag->num; i++) {
        cm_cert_unref(bag->certs[i]);
    }
}

/* The client's own: the one that the key belongs to, else the first. */
static size_t find_own(struct bag *bag, const struct cm_key *key)
{
    for (size_t i = 0; key != NULL && i < bag->num; i++) {
        if (bag->certs[i]->parsed &&
            cm_key_fits(key, bag->certs[i], &bag->no_memory)) {
            return i;
        }
    }
    return 0;
}

static struct cm_cert *find_issuer(const struct bag *bag,
                                   const struct cm_cert *child)
{
    for (size_t i = 0; i < bag->num; i++) {
        if (bag->certs[i] != child && bag->certs[i]->parsed &&
            cm_issues(bag->memo, bag->certs[i], child)) {
            return bag->certs[i];
        }
    }
    return NULL;
}

static bool in_chain(const struct cm_identity *id, const struct cm_cert *cert)
{
    for (size_t i = 0; i < id->num_chain; i++) {
        if (id->chain[i] == cert) {
            return true;
        }
    }
    return false;
}

/* From the client's own upwards; gives the fault of what is missing. */
static enum cm_client_fault
build_chain(struct cm_identity *id, const struct bag *bag, struct cm_cert *own)
{
    struct cm_cert *cert = own;

    while (cert != NULL && id->num_chain < CM_IDENTITY_MAX_CERTS) {
        struct cm_cert *issuer;

        if (id->num_chain == 0 || !cm_self_signed(bag->memo, cert)) {
            id->chain[id->num_chain++] = cm_cert_ref(cert);
        }
        issuer = cert->self_issued ? NULL : find_issuer(bag, cert);
        if (issuer == NULL || in_chain(id, issuer)) {
            break;
        }
        cert = issuer;
    }
    return cert == own && !own->self_issued ? CM_CLIENT_INCOMPLETE
                                            : CM_CLIENT_FINE;
}

/* The names of who issued what is (or would be) sent. False: no memory. */
static bool note_issuers(struct cm_client_evidence *facts,
                         struct cm_cert *const *chain, size_t num)
{
    struct cm_buf out;

    cm_buf_init(&out, (size_t)CM_IDENTITY_MAX_CERTS * (MAX_ISSUER + 2));
    for (size_t i = 0; i < num; i++) {
        struct cm_span name = chain[i]->issuer;
        uint8_t len[2] = {(uint8_t)(name.len >> 8), (uint8_t)name.len};

        if (name.len > 0 && name.len <= MAX_ISSUER) {
            (void)cm_buf_append(&out, len, sizeof(len));
            (void)cm_buf_append(&out, name.data, name.len);
        }
    }
    if (out.failed) {
        cm_buf_cleanup(&out);
        return false;
    }
    cm_span_free(&facts->issuers);
    if (out.len > 0) {
        size_t total = out.len;
        uint8_t *copy = malloc(total);

        if (copy == NULL) {
            cm_buf_cleanup(&out);
            return false;
        }
        memcpy(copy, out.data, total);
        facts->issuers = (struct cm_span){copy, total};
    }
    cm_buf_cleanup(&out);
    return true;
}

static void say_cert(struct cm_client_evidence *facts,
                     enum cm_client_fault fault, const char *name)
{
    const struct cm_cert *cert = facts->cert;
    char date[CM_TIME_TEXT_SIZE];
    char words[128];

    switch (fault) {
    case CM_CLIENT_EXPIRED:
        (void)snprintf(words, sizeof(words), "expired on %s",
                       cm_time_day(cert->not_after, date));
        break;
    case CM_CLIENT_NOT_YET_VALID:
        (void)snprintf(words, sizeof(words), "is not valid before %s",
                       cm_time_day(cert->not_before, date));
        break;
    case CM_CLIENT_WRONG_USAGE:
        (void)snprintf(words, sizeof(words), "%s",
                       cert->has_eku && (cert->eku &
                                         (CM_EKU_CLIENT_AUTH | CM_EKU_ANY)) == 0
                           ? "is not for client authentication, by its "
                             "extended key usage"
                           : "may not sign, by its key usage");
        break;
    case CM_CLIENT_INCOMPLETE:
        (void)snprintf(words, sizeof(words),
                       "holds the certificate without its issuer");
        break;
    case CM_CLIENT_NONE:
    case CM_CLIENT_FINE:
    case CM_CLIENT_UNREADABLE:
    case CM_CLIENT_KEY_UNREADABLE:
    case CM_CLIENT_MALFORMED:
    case CM_CLIENT_KEY_MISMATCH:
    case CM_CLIENT_FAULT_COUNT:
        (void)snprintf(words, sizeof(words), "is valid until %s",
                       cm_time_day(cert->not_after, date));
        break;
    }
    say(facts, fault, name, words);
}

/* Everything was read; is it any good? */
static enum cm_status judge(struct cm_identity *id, struct bag *bag,
                            const struct cm_identity_files *files,
                            int64_t at_unix, struct cm_client_evidence *facts)
{
    struct cm_cert *own = bag->certs[find_own(bag, id->key)];
    enum cm_client_fault fault;

    if (!own->parsed) {
        say(facts, CM_CLIENT_MALFORMED, files->cert_name,
            "holds a certificate that cannot be read");
        return CM_OK;
    }
    facts->cert = cm_cert_ref(own);
    fault = build_chain(id, bag, own);
    if (!note_issuers(facts, id->chain, id->num_chain)) {
        return CM_ENOMEM;
    }
    if (!cm_key_fits(id->key, own, &bag->no_memory)) {
        say(facts, CM_CLIENT_KEY_MISMATCH, files->key_name,
            "holds the key of another certificate");
        return CM_OK;
    }
    if (cm_identity_fault(own, at_unix) != CM_CLIENT_FINE) {
        fault = cm_identity_fault(own, at_unix);
    }
    say_cert(facts, fault, files->cert_name);
    return CM_OK;
}

/* The answers of checks that had no memory are void. */
static enum cm_status judge_safely(struct cm_identity *id, struct bag *bag,
                                   const struct cm_identity_files *files,
                                   int64_t at_unix,
                                   struct cm_client_evidence *facts)
{
    enum cm_status status = CM_ENOMEM;

    bag->memo = cm_sigmemo_new();
    if (bag->memo != NULL) {
        status = judge(id, bag, files, at_unix, facts);
    }
    if (bag->no_memory || cm_sigmemo_spoilt(bag->memo)) {
        status = CM_ENOMEM;
    }
    cm_sigmemo_free(bag->memo);
    return status;
}

static enum cm_status read_certs(struct bag *bag,
                                 const struct cm_identity_files *files,
                                 struct cm_client_evidence *facts)
{
    struct cm_error err;
    size_t found = 0;
    enum cm_status status = cm_certs_list(bag->certs, CM_IDENTITY_MAX_CERTS,
                                          &found, files->cert, &err);

    bag->num = found < CM_IDENTITY_MAX_CERTS ? found : CM_IDENTITY_MAX_CERTS;
    if (status == CM_EINPUT) {
        enum cm_keyfile kind;
        struct cm_key *key = cm_key_read(files->cert, &kind);

        cm_key_free(key);
        say(facts, CM_CLIENT_MALFORMED, files->cert_name,
            kind == CM_KEYFILE_PKCS12
                ? cm_keyfile_text(kind)
                : "holds no certificate that can be read (PEM)");
        return CM_OK;
    }
    return status;
}

enum cm_status cm_identity_read(struct cm_identity *id,
                                const struct cm_identity_files *files,
                                int64_t at_unix,
                                struct cm_client_evidence *facts)
{
    struct bag bag = {.num = 0};
    enum cm_keyfile kind = CM_KEYFILE_FINE;
    enum cm_status status;

    memset(id, 0, sizeof(*id));
    memset(facts, 0, sizeof(*facts));
    status = read_certs(&bag, files, facts);
    if (status == CM_OK && facts->fault == CM_CLIENT_NONE) {
        id->key = cm_key_read(files->key, &kind);
        if (kind == CM_KEYFILE_NO_MEMORY) {
            status = CM_ENOMEM;
        } else if (id->key == NULL) {
            say(facts, CM_CLIENT_MALFORMED, files->key_name,
                cm_keyfile_text(kind));
            facts->cert =
                bag.certs[0]->parsed ? cm_cert_ref(bag.certs[0]) : NULL;
        } else {
            status = judge_safely(id, &bag, files, at_unix, facts);
        }
    }
    if (status != CM_OK || !cm_client_usable(facts->fault)) {
        cm_identity_cleanup(id);
    }
    empty(&bag);
    return status;
}
