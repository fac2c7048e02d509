/* Certificate revocation lists: the list as a whole (RFC 5280 section 5.1 and
 * 5.2).
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/crl.h"

#include <stdlib.h>
#include <string.h>

#include "pki/crl_parts.h"
#include "pki/dn.h"
#include "pki/ext.h"
#include "pki/oids.h"
#include "pki/pem.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define ID_CE "\x55\x1d"
#define TEXT_MAX(name) (8 * (name).len + 64) /* see cert.c */
#define WHAT "a revocation list"

static enum cm_status malformed(struct cm_error *err, const char *what)
{
    return cm_error_set(err, CM_EINPUT, "it is no CRL: %s", what);
}

/* An INTEGER, whatever its value. */
static bool read_number(struct cm_span value, struct cm_span *out)
{
    struct cm_reader r;
    struct cm_der_element number;

    cm_reader_init(&r, value.data, value.len);
    if (!cm_der_get(&r, CM_DER_INTEGER, &number) || r.len != 0) {
        return false;
    }
    *out = number.content;
    return true;
}

static bool read_authority_key_id(struct cm_crl *crl, struct cm_span value)
{
    struct cm_reader seq;
    struct cm_der_element id;

    if (!cm_der_only(value, CM_DER_SEQUENCE, &seq)) {
        return false;
    }
    if (cm_der_get(&seq, CM_DER_CONTEXT(0U), &id)) {
        crl->aki = id.content;
    }
    return true;
}

static bool read_crl_number(struct cm_crl *crl, struct cm_span value)
{
    return read_number(value, &crl->crl_number);
}

static bool read_delta(struct cm_crl *crl, struct cm_span value)
{
    crl->is_delta = true;
    return read_number(value, &crl->base_number);
}

/* `processed`: it may be critical. The CRL number never is (section 5.2.3),
 * and TLS libraries refuse a list where it is. */
static const struct crl_ext {
    struct cm_span oid;
    bool (*read)(struct cm_crl *crl, struct cm_span value);
    bool processed;
} crl_exts[] = {
    {CM_OID(ID_CE "\x23"), read_authority_key_id, true},
    {CM_OID(ID_CE "\x14"), read_crl_number, false},
    {CM_OID(ID_CE "\x1b"), read_delta, true},
    {CM_OID(ID_CE "\x1c"), cm_crl_read_point, true},
};

/* What is critical and cannot be processed, or is there twice, makes the list
 * useless (section 5.2): its OID is kept. False: no memory. */
static bool read_extension(struct cm_crl *crl, const struct cm_one_ext *ext,
                           unsigned *seen)
{
    for (size_t i = 0; i < COUNT(crl_exts); i++) {
        if (!cm_span_equal(ext->oid, crl_exts[i].oid)) {
            continue;
        }
        if ((*seen & 1U << i) == 0 && crl_exts[i].read(crl, ext->value) &&
            (crl_exts[i].processed || !ext->critical)) {
            *seen |= 1U << i;
            return true;
        }
        return cm_ext_keep_oid(&crl->unknown_critical, ext->oid);
    }
    return !ext->critical || cm_ext_keep_oid(&crl->unknown_critical, ext->oid);
}

/* [0] EXPLICIT Extensions. */
static enum cm_status read_extensions(struct cm_crl *crl, struct cm_reader *tbs,
                                      struct cm_error *err)
{
    struct cm_reader tagged;
    struct cm_reader list;
    struct cm_one_ext ext;
    unsigned seen = 0;

    if (tbs->len == 0) {
        return CM_OK;
    }
    if (!cm_der_enter(tbs, CM_DER_CONSTRUCTED(0U), &tagged) || tbs->len != 0 ||
        !cm_der_enter(&tagged, CM_DER_SEQUENCE, &list) || tagged.len != 0) {
        return malformed(err, "its extensions are malformed");
    }
    while (list.len > 0) {
        if (!cm_ext_next(&list, &ext)) {
            return malformed(err, "an extension is malformed");
        }
        if (!read_extension(crl, &ext, &seen)) {
            return cm_error_nomem(err, WHAT);
        }
    }
    return CM_OK;
}

static enum cm_status read_issuer(struct cm_crl *crl, struct cm_error *err)
{
    struct cm_span name = crl->issuer;
    struct cm_buf text;
    struct cm_buf folded;
    bool is_name;

    if (name.len > CM_CERT_MAX_DER) {
        return malformed(err, "the issuer's name is too long");
    }
    cm_buf_init(&text, TEXT_MAX(name));
    cm_buf_init(&folded, TEXT_MAX(name));
    (void)cm_dn_text(name, &text);
    is_name = cm_dn_normalise(name, &folded);
    crl->issuer_norm.len = folded.len;
    crl->issuer_norm.data = (uint8_t *)cm_buf_take(&folded);
    crl->issuer_text = cm_buf_take(&text);
    if (crl->issuer_norm.data == NULL || crl->issuer_text == NULL) {
        return cm_error_nomem(err, WHAT);
    }
    return is_name ? CM_OK : malformed(err, "the issuer is no name");
}

/* CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signature }
 */
static enum cm_status split_outer(struct cm_crl *crl, struct cm_reader *tbs,
                                  struct cm_error *err)
{
    struct cm_reader r;
    struct cm_reader seq;
    struct cm_der_element found;
    struct cm_der_element alg;

    cm_reader_init(&r, crl->der.data, crl->der.len);
    if (!cm_der_enter(&r, CM_DER_SEQUENCE, &seq) ||
        !cm_der_get(&seq, CM_DER_SEQUENCE, &found) ||
        !cm_der_get(&seq, CM_DER_SEQUENCE, &alg) ||
        !cm_der_octets(&seq, &crl->signature) || seq.len != 0) {
        return malformed(err, "it is not a signed DER list");
    }
    if (r.len != 0) {
        return malformed(err, "bytes follow the list");
    }
    crl->tbs = found.whole;
    crl->sig_alg = alg.whole;
    cm_reader_init(tbs, found.content.data, found.content.len);
    return CM_OK;
}

/* TBSCertList up to its dates. A certificate has no time where this one has
 * thisUpdate, so neither is taken for the other. */
static enum cm_status split_tbs(struct cm_crl *crl, struct cm_reader *tbs,
                                struct cm_error *err)
{
    struct cm_der_element alg;
    struct cm_der_element issuer;
    int version;

    crl->version = 1;
    if (cm_der_next_is(tbs, CM_DER_INTEGER)) {
        if (!cm_der_uint(tbs, &version) || version != 1) {
            return malformed(err, "its version is not 2");
        }
        crl->version = 2;
    }
    if (!cm_der_get(tbs, CM_DER_SEQUENCE, &alg) ||
        !cm_der_get(tbs, CM_DER_SEQUENCE, &issuer)) {
        return malformed(err, "there is no issuer");
    }
    crl->sig_alg_differs = !cm_span_equal(alg.whole, crl->sig_alg);
    crl->issuer = issuer.whole;
    if (!cm_der_time(tbs, &crl->this_update)) {
        return malformed(err, "thisUpdate is malformed");
    }
    if ((cm_der_next_is(tbs, CM_DER_UTC_TIME) ||
         cm_der_next_is(tbs, CM_DER_GENERALIZED_TIME)) &&
        !cm_der_time(tbs, &crl->next_update)) {
        return malformed(err, "nextUpdate is malformed");
    }
    return CM_OK;
}

static enum cm_status read_all(struct cm_crl *crl, struct cm_error *err)
{
    struct cm_reader tbs = {NULL, 0};
    struct cm_reader entries = {NULL, 0};
    enum cm_status status = split_outer(crl, &tbs, err);

    if (status == CM_OK) {
        status = split_tbs(crl, &tbs, err);
    }
    if (status == CM_OK) {
        status = read_issuer(crl, err);
    }
    if (status == CM_OK && cm_der_next_is(&tbs, CM_DER_SEQUENCE) &&
        !cm_der_enter(&tbs, CM_DER_SEQUENCE, &entries)) {
        status = malformed(err, "it is cut off");
    }
    if (status == CM_OK) {
        status = read_extensions(crl, &tbs, err);
    }
    if (status == CM_OK) {
        status = cm_crl_read_entries(crl, entries, err);
    }
    return status;
}

/* The DER in a file's bytes; `*out` is the caller's. */
static enum cm_status unwrap(struct cm_span bytes, struct cm_buf *out,
                             struct cm_error *err)
{
    struct cm_reader r;
    struct cm_pem_block block;

    if (cm_pem_is_der(bytes)) {
        return cm_buf_append(out, bytes.data, bytes.len)
                   ? CM_OK
                   : cm_error_nomem(err, WHAT);
    }
    cm_reader_init(&r, bytes.data, bytes.len);
    while (cm_pem_next(&r, &block) == CM_PEM_BLOCK) {
        if (!cm_pem_is(&block, "X509 CRL")) {
            continue;
        }
        if (cm_pem_decode(&block, out)) {
            return CM_OK;
        }
        return out->failed ? cm_error_nomem(err, WHAT)
                           : malformed(err, "what is between BEGIN and END is "
                                            "not base64");
    }
    return malformed(err, "neither DER nor PEM");
}

static void crl_free(struct cm_crl *crl)
{
    void *memory;

    memcpy(&memory, &crl->unknown_critical, sizeof(memory));
    free(memory);
    cm_span_free(&crl->der);
    cm_span_free(&crl->issuer_norm);
    free(crl->issuer_text);
    free(crl->slots);
    free(crl);
}

struct cm_crl *cm_crl_parse(struct cm_span bytes, struct cm_error *err)
{
    struct cm_crl *crl = calloc(1, sizeof(*crl));
    struct cm_buf der;
    enum cm_status status;

    if (crl == NULL) {
        (void)cm_error_nomem(err, WHAT);
        return NULL;
    }
    crl->refs = 1;
    cm_buf_init(&der, CM_CRL_MAX_BYTES);
    if (bytes.len / 2 > CM_CRL_MAX_BYTES) {
        status = malformed(err, "it is too long");
    } else {
        status = unwrap(bytes, &der, err);
    }
    if (status == CM_OK) {
        crl->der.len = der.len;
        crl->der.data = (uint8_t *)cm_buf_take(&der);
        status = crl->der.data != NULL ? read_all(crl, err)
                                       : cm_error_nomem(err, WHAT);
    }
    cm_buf_cleanup(&der);
    if (status != CM_OK) {
        crl_free(crl);
        return NULL;
    }
    cm_sha256(crl->der.data, crl->der.len, crl->sha256);
    return crl;
}

struct cm_crl *cm_crl_ref(struct cm_crl *crl)
{
    crl->refs++;
    return crl;
}

void cm_crl_unref(struct cm_crl *crl)
{
    if (crl != NULL && --crl->refs == 0) {
        crl_free(crl);
    }
}

enum cm_sig cm_crl_verify(struct cm_sigmemo *memo, const struct cm_crl *crl,
                          const struct cm_cert *issuer)
{
    struct cm_signed what = {crl->tbs, crl->sig_alg, crl->signature,
                             crl->sha256};

    return crl->sig_alg_differs ? CM_SIG_BAD
                                : cm_sig_check_signed(memo, &what, issuer);
}

const char *cm_crl_reason_text(int reason)
{
    static const char *const texts[] = {
        "unspecified",     "keyCompromise",
        "cACompromise",    "affiliationChanged",
        "superseded",      "cessationOfOperation",
        "certificateHold", "",
        "removeFromCRL",   "privilegeWithdrawn",
        "aACompromise",
    };

    return reason >= 0 && (size_t)reason < COUNT(texts) ? texts[reason] : "";
}
