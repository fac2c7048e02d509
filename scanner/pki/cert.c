/* A certificate's DER to facts (RFC 5280 section 4.1). Fields are taken apart
 * first and understood afterwards, so that a mistake in one hides no other.
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "pki/dn.h"
#include "pki/ext.h"
#include "pki/oids.h"
#include "pki/pki.h"

void cm_cert_note(struct cm_cert *cert, const char *error, const uint8_t *at)
{
    if (cert->parse_error == NULL) {
        cert->parse_error = error;
        cert->parse_error_offset = (size_t)(at - cert->der.data);
    }
}

/* Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature } */
static bool split_outer(struct cm_cert *cert, struct cm_reader *tbs)
{
    struct cm_reader r;
    struct cm_reader seq;
    struct cm_der_element found;

    cm_reader_init(&r, cert->der.data, cert->der.len);
    if (!cm_der_enter(&r, CM_DER_SEQUENCE, &seq)) {
        cm_cert_note(cert, "it is not a DER sequence", cert->der.data);
        return false;
    }
    if (!cm_der_get(&seq, CM_DER_SEQUENCE, &found)) {
        cm_cert_note(cert, "tbsCertificate is malformed", seq.data);
        return false;
    }
    cert->tbs = found.whole;
    cm_reader_init(tbs, found.content.data, found.content.len);
    if (!cm_der_get(&seq, CM_DER_SEQUENCE, &found)) {
        cm_cert_note(cert, "signatureAlgorithm is malformed", seq.data);
        return true;
    }
    cert->sig_alg = found.whole;
    if (!cm_der_octets(&seq, &cert->signature)) {
        cm_cert_note(cert, "the signature is malformed", seq.data);
    } else if (seq.len != 0 || r.len != 0) {
        cm_cert_note(cert, "bytes follow the certificate",
                     seq.len != 0 ? seq.data : r.data);
    }
    return true;
}

static void read_version(struct cm_cert *cert, struct cm_reader *tbs)
{
    struct cm_reader tagged;
    struct cm_der_element whole;
    int number;

    cert->version = 1;
    if (!cm_der_next_is(tbs, CM_DER_CONSTRUCTED(0U))) {
        return;
    }
    if (!cm_der_any(tbs, &whole)) {
        return; /* the serial will be missed in its place */
    }
    cm_reader_init(&tagged, whole.content.data, whole.content.len);
    if (!cm_der_uint(&tagged, &number) || tagged.len != 0 ||
        number == INT_MAX) {
        cm_cert_note(cert, "version is malformed", whole.whole.data);
        return;
    }
    cert->version = number + 1;
}

/* RFC 5280 section 4.1.2.5: YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ. */
static bool is_plain_time(struct cm_reader *validity)
{
    struct cm_der_element time;

    return cm_der_any(validity, &time) &&
           time.content.len == (time.tag == CM_DER_UTC_TIME ? 13U : 15U) &&
           time.content.data[time.content.len - 1] == (uint8_t)'Z';
}

static void read_validity(struct cm_cert *cert, struct cm_span validity)
{
    struct cm_reader seq;

    cm_reader_init(&seq, validity.data, validity.len);
    if (!cm_der_time(&seq, &cert->not_before)) {
        cm_cert_note(cert, "notBefore is malformed", validity.data);
    } else if (!cm_der_time(&seq, &cert->not_after) || seq.len != 0) {
        cm_cert_note(cert, "notAfter is malformed", validity.data);
    } else {
        cm_reader_init(&seq, validity.data, validity.len);
        cert->odd_time = !is_plain_time(&seq) || !is_plain_time(&seq);
    }
}

/* Those that BoringSSL knows. */
static bool has_nist_curve(const struct cm_cert *cert)
{
    static const char *const curves[] = {"P-224", "P-256", "P-384", "P-521"};

    for (size_t i = 0; cert->curve != NULL && i < 4; i++) {
        if (strcmp(cert->curve, curves[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* False: no memory. */
static bool read_algorithms(struct cm_cert *cert)
{
    bool enough = true;
    struct cm_key_facts key;
    struct cm_sig_facts sig;

    if (cert->spki.len > 0) {
        if (!cm_oids_key(cert->spki, &key)) {
            cm_cert_note(cert, "subjectPublicKeyInfo is malformed",
                         cert->spki.data);
        }
        cert->key_alg = key.alg;
        cert->key_bits = key.bits;
        cert->curve = key.curve;
        cert->explicit_curve = key.explicit_curve;
        cert->rsa_exponent_bad = key.rsa_exponent_bad;
        cert->key_unusable = key.rsa_modulus_even;
        if (has_nist_curve(cert)) {
            enough = cm_sig_off_curve(cert->spki, &cert->key_unusable);
        }
        cm_sha256(cert->spki.data, cert->spki.len, cert->spki_sha256);
    }
    if (!cm_oids_signature(cert->sig_alg, &sig) && cert->sig_alg.len > 0) {
        cm_cert_note(cert, "signatureAlgorithm is malformed",
                     cert->sig_alg.data);
    }
    cert->sig_key_alg = sig.key_alg;
    cert->sig_hash = sig.hash;
    cert->sig_name = sig.name;
    return enough;
}

/* What comes after the key: two unique ids that nobody should use, and [3]. */
static bool read_tail(struct cm_cert *cert, struct cm_reader *tbs)
{
    struct cm_reader tagged;
    struct cm_reader list;
    struct cm_der_element skipped;

    while (tbs->len > 0 && !cm_der_next_is(tbs, CM_DER_CONSTRUCTED(3U))) {
        if (!(cm_der_next_is(tbs, CM_DER_CONTEXT(1U)) ||
              cm_der_next_is(tbs, CM_DER_CONTEXT(2U))) ||
            !cm_der_any(tbs, &skipped)) {
            cm_cert_note(cert, "tbsCertificate holds something unknown",
                         tbs->data);
            return true;
        }
        cert->has_unique_ids = true;
    }
    if (tbs->len == 0) {
        return true;
    }
    if (!cm_der_enter(tbs, CM_DER_CONSTRUCTED(3U), &tagged) ||
        !cm_der_enter(&tagged, CM_DER_SEQUENCE, &list) || tagged.len != 0 ||
        tbs->len != 0) {
        cm_cert_note(cert, "the extensions are malformed", tbs->data);
        return true;
    }
    return cm_ext_read(cert, list);
}

/* The fields in their order; reading stops at the first that is not there. */
static bool split_tbs(struct cm_cert *cert, struct cm_reader *tbs)
{
    struct cm_der_element serial;
    struct cm_der_element inner_alg;
    struct cm_der_element issuer;
    struct cm_der_element validity;
    struct cm_der_element subject;
    struct cm_der_element spki;

    read_version(cert, tbs);
    if (!cm_der_get(tbs, CM_DER_INTEGER, &serial)) {
        cm_cert_note(cert, "serialNumber is malformed", tbs->data);
        return false;
    }
    cert->serial = serial.content;
    if (!cm_der_get(tbs, CM_DER_SEQUENCE, &inner_alg)) {
        cm_cert_note(cert, "signature is malformed", tbs->data);
        return false;
    }
    cert->sig_alg_differs = !cm_span_equal(inner_alg.whole, cert->sig_alg);
    if (!cm_der_get(tbs, CM_DER_SEQUENCE, &issuer)) {
        cm_cert_note(cert, "issuer is malformed", tbs->data);
        return false;
    }
    cert->issuer = issuer.whole;
    if (!cm_der_get(tbs, CM_DER_SEQUENCE, &validity)) {
        cm_cert_note(cert, "validity is malformed", tbs->data);
        return false;
    }
    read_validity(cert, validity.content);
    if (!cm_der_get(tbs, CM_DER_SEQUENCE, &subject)) {
        cm_cert_note(cert, "subject is malformed", tbs->data);
        return false;
    }
    cert->subject = subject.whole;
    if (!cm_der_get(tbs, CM_DER_SEQUENCE, &spki)) {
        cm_cert_note(cert, "subjectPublicKeyInfo is malformed", tbs->data);
        return false;
    }
    cert->spki = spki.whole;
    return true;
}

/* One Name in its three forms. False: no memory. */
static bool read_name(struct cm_cert *cert, struct cm_span name,
                      const char *error, struct cm_span *norm, char *texts[2])
{
    struct cm_buf text;
    struct cm_buf cn;
    struct cm_buf folded;

    cm_buf_init(&text, CM_DN_TEXT_MAX(name.len));
    cm_buf_init(&cn, CM_DN_TEXT_MAX(name.len));
    cm_buf_init(&folded, CM_DN_TEXT_MAX(name.len));
    if (name.len > 0) {
        if (!cm_dn_text(name, &text)) {
            cm_cert_note(cert, error, name.data);
        }
        cm_dn_common_name(name, &cn);
        if (!cm_dn_normalise(name, &folded)) {
            cm_cert_note(cert, error, name.data);
        }
        norm->len = folded.len;
        norm->data = (uint8_t *)cm_buf_take(&folded);
    }
    texts[0] = cm_buf_take(&text);
    texts[1] = cm_buf_take(&cn);
    cm_buf_cleanup(&folded);
    return texts[0] != NULL && texts[1] != NULL &&
           (name.len == 0 || norm->data != NULL);
}

static bool read_names(struct cm_cert *cert)
{
    char *issuer[2] = {NULL, NULL};
    char *subject[2] = {NULL, NULL};
    bool ok;

    ok = read_name(cert, cert->issuer, "issuer is malformed",
                   &cert->issuer_norm, issuer);
    ok = read_name(cert, cert->subject, "subject is malformed",
                   &cert->subject_norm, subject) &&
         ok;
    cert->issuer_text = issuer[0];
    cert->issuer_cn = issuer[1];
    cert->subject_text = subject[0];
    cert->subject_cn = subject[1];
    cert->self_issued = cert->subject_norm.len > 0 &&
                        cm_span_equal(cert->subject_norm, cert->issuer_norm);
    return ok;
}

/* False: no memory. */
static bool read_all(struct cm_cert *cert)
{
    struct cm_reader tbs = {NULL, 0};
    bool complete = false;

    if (cert->der.len > CM_CERT_MAX_DER) {
        cm_cert_note(cert, "it is too long", cert->der.data);
    } else if (split_outer(cert, &tbs)) {
        complete = split_tbs(cert, &tbs);
    }
    return read_algorithms(cert) && read_names(cert) &&
           (!complete || read_tail(cert, &tbs));
}

struct cm_cert *cm_cert_parse(const uint8_t *der, size_t len)
{
    struct cm_cert *cert = calloc(1, sizeof(*cert));
    uint8_t *copy = malloc(len + 1);

    if (cert == NULL || copy == NULL) {
        free(copy);
        free(cert);
        return NULL;
    }
    if (len > 0) {
        memcpy(copy, der, len);
    }
    cert->refs = 1;
    cert->der = (struct cm_span){copy, len};
    cert->pathlen = -1;
    cm_sha256(copy, len, cert->sha256);
    if (!read_all(cert)) {
        cm_cert_unref(cert);
        return NULL;
    }
    cert->parsed = cert->parse_error == NULL;
    return cert;
}
