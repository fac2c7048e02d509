/* Private keys: see key.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <openssl/base.h>
#ifndef OPENSSL_IS_BORINGSSL
#error "these are OpenSSL's headers: point BORINGSSL_ROOT at BoringSSL"
#endif
#include <openssl/bytestring.h>
#include <openssl/ec_key.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/rsa.h>

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "pki/der.h"
#include "pki/key.h"
#include "pki/pem.h"

#define MAX_KEY 65536U /* characters of base64 */

struct cm_key {
    EVP_PKEY *pkey;
};

const char *cm_keyfile_text(enum cm_keyfile fault)
{
    switch (fault) {
    case CM_KEYFILE_NONE:
        return "holds no private key in PEM";
    case CM_KEYFILE_ENCRYPTED:
        return "holds a key behind a passphrase; give one without (openssl "
               "pkey) that only this account may read";
    case CM_KEYFILE_PKCS12:
        return "is a PFX (PKCS#12) file; convert it to PEM first: openssl "
               "pkcs12 -in FILE -nodes";
    case CM_KEYFILE_DAMAGED:
        return "holds a private key that is damaged";
    case CM_KEYFILE_STRANGE:
        return "holds a key of a kind that is not supported: RSA, EC and "
               "Ed25519 are";
    case CM_KEYFILE_NO_MEMORY:
        return "could not be read: no memory";
    case CM_KEYFILE_FINE:
        break;
    }
    return "is fine";
}

/* A private key that OpenSSL's traditional form or PKCS#8 encrypts. */
static bool is_encrypted(const struct cm_pem_block *block)
{
    static const char mark[] = "ENCRYPTED";
    struct cm_span head = block->base64;

    if (cm_pem_is(block, "ENCRYPTED PRIVATE KEY")) {
        return true;
    }
    return head.len > 0 &&
           memmem(head.data, head.len, mark, sizeof(mark) - 1) != NULL &&
           memmem(head.data, head.len, "Proc-Type", 9) != NULL;
}

enum form { FORM_NONE, FORM_PKCS8, FORM_RSA, FORM_EC, FORM_STRANGE };

static enum form form_of(const struct cm_pem_block *block)
{
    static const struct {
        const char *label;
        enum form form;
    } forms[] = {
        {"PRIVATE KEY", FORM_PKCS8},
        {"ENCRYPTED PRIVATE KEY", FORM_PKCS8},
        {"RSA PRIVATE KEY", FORM_RSA},
        {"EC PRIVATE KEY", FORM_EC},
        {"DSA PRIVATE KEY", FORM_STRANGE},
        {"OPENSSH PRIVATE KEY", FORM_STRANGE},
    };

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (cm_pem_is(block, forms[i].label)) {
            return forms[i].form;
        }
    }
    return FORM_NONE;
}

static EVP_PKEY *wrap_rsa(CBS *cbs)
{
    RSA *rsa = RSA_parse_private_key(cbs);
    EVP_PKEY *pkey = EVP_PKEY_new();

    if (rsa != NULL && pkey != NULL && EVP_PKEY_assign_RSA(pkey, rsa)) {
        return pkey;
    }
    RSA_free(rsa);
    EVP_PKEY_free(pkey);
    return NULL;
}

static EVP_PKEY *wrap_ec(CBS *cbs)
{
    EC_KEY *ec = EC_KEY_parse_private_key(cbs, NULL);
    EVP_PKEY *pkey = EVP_PKEY_new();

    if (ec != NULL && pkey != NULL && EVP_PKEY_assign_EC_KEY(pkey, ec)) {
        return pkey;
    }
    EC_KEY_free(ec);
    EVP_PKEY_free(pkey);
    return NULL;
}

/* What the library says of a key that it refuses. */
static enum cm_keyfile fault_of_error(unsigned long refusals)
{
    uint32_t code = ERR_peek_error();
    enum cm_keyfile fault = CM_KEYFILE_DAMAGED;

    if (cm_crypto_refusals() != refusals) {
        fault = CM_KEYFILE_NO_MEMORY;
    } else if ((ERR_GET_LIB(code) == ERR_LIB_EVP &&
                ERR_GET_REASON(code) == EVP_R_UNSUPPORTED_ALGORITHM) ||
               (ERR_GET_LIB(code) == ERR_LIB_EC &&
                ERR_GET_REASON(code) == EC_R_UNKNOWN_GROUP)) {
        fault = CM_KEYFILE_STRANGE;
    }
    ERR_clear_error();
    return fault;
}

static struct cm_key *parse(struct cm_span der, enum form form,
                            enum cm_keyfile *fault)
{
    struct cm_key *key = calloc(1, sizeof(*key));
    unsigned long refusals = cm_crypto_refusals();
    CBS cbs;

    if (key == NULL) {
        *fault = CM_KEYFILE_NO_MEMORY;
        return NULL;
    }
    ERR_clear_error();
    CBS_init(&cbs, der.data, der.len);
    key->pkey = form == FORM_RSA  ? wrap_rsa(&cbs)
                : form == FORM_EC ? wrap_ec(&cbs)
                                  : EVP_parse_private_key(&cbs);
    if (key->pkey == NULL) {
        *fault = fault_of_error(refusals);
        free(key);
        return NULL;
    }
    *fault = CM_KEYFILE_FINE;
    return key;
}

/* One append fills the empty buffer, so it never grows and leaves no copy
 * behind. */
static struct cm_key *decode(const struct cm_pem_block *block, enum form form,
                             enum cm_keyfile *fault)
{
    struct cm_key *key = NULL;
    struct cm_buf der;

    *fault = CM_KEYFILE_DAMAGED;
    if (block->base64.len > MAX_KEY) {
        return NULL;
    }
    cm_buf_init(&der, MAX_KEY);
    if (cm_pem_decode(block, &der)) {
        key = parse((struct cm_span){der.data, der.len}, form, fault);
        OPENSSL_cleanse(der.data, der.len);
    } else if (der.failed) {
        *fault = CM_KEYFILE_NO_MEMORY;
    }
    cm_buf_cleanup(&der);
    return key;
}

/* A SEQUENCE that begins with INTEGER 3: PFX (RFC 7292 section 4). With 0 or 1
 * it is PKCS#8 (RFC 5958 section 2). */
static struct cm_key *read_der(struct cm_span bytes, enum cm_keyfile *fault)
{
    struct cm_reader r;
    struct cm_reader inner;
    struct cm_der_element outer;
    struct cm_der_element version;

    *fault = CM_KEYFILE_NONE;
    cm_reader_init(&r, bytes.data, bytes.len);
    if (!cm_der_any(&r, &outer)) {
        return NULL;
    }
    cm_reader_init(&inner, outer.content.data, outer.content.len);
    if (!cm_der_any(&inner, &version) || version.tag != CM_DER_INTEGER ||
        version.content.len != 1) {
        return NULL;
    }
    if (version.content.data[0] == 3) {
        *fault = CM_KEYFILE_PKCS12;
        return NULL;
    }
    return parse(bytes, FORM_PKCS8, fault);
}

struct cm_key *cm_key_read(struct cm_span bytes, enum cm_keyfile *fault)
{
    struct cm_reader r;
    struct cm_pem_block block;

    *fault = CM_KEYFILE_NONE;
    if (cm_pem_is_der(bytes)) {
        return read_der(bytes, fault);
    }
    cm_reader_init(&r, bytes.data, bytes.len);
    for (;;) {
        enum cm_pem found = cm_pem_next(&r, &block);
        enum form form;

        if (found != CM_PEM_BLOCK) {
            *fault =
                found == CM_PEM_DAMAGE ? CM_KEYFILE_DAMAGED : CM_KEYFILE_NONE;
            return NULL;
        }
        form = form_of(&block);
        if (form == FORM_STRANGE ||
            (form != FORM_NONE && is_encrypted(&block))) {
            *fault = form == FORM_STRANGE ? CM_KEYFILE_STRANGE
                                          : CM_KEYFILE_ENCRYPTED;
            return NULL;
        }
        if (form != FORM_NONE) {
            return decode(&block, form, fault);
        }
    }
}

void cm_key_free(struct cm_key *key)
{
    if (key != NULL) {
        EVP_PKEY_free(key->pkey);
        free(key);
    }
}

bool cm_key_fits(const struct cm_key *key, const struct cm_cert *cert,
                 bool *no_memory)
{
    unsigned long refusals = cm_crypto_refusals();
    CBS cbs;
    EVP_PKEY *public_key;
    bool fits;

    if (cert->spki.len == 0) {
        return false;
    }
    ERR_clear_error();
    CBS_init(&cbs, cert->spki.data, cert->spki.len);
    public_key = EVP_parse_public_key(&cbs);
    fits = public_key != NULL && EVP_PKEY_cmp(public_key, key->pkey) == 1;
    if (cm_crypto_refusals() != refusals) {
        *no_memory = true;
    }
    EVP_PKEY_free(public_key);
    ERR_clear_error();
    return fits;
}

struct evp_pkey_st *cm_key_pkey(const struct cm_key *key)
{
    return key->pkey;
}
