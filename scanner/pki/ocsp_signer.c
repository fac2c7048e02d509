/* Who may sign an OCSP response about a certificate: its issuer, or one whom
 * the issuer itself made a responder (RFC 6960 section 4.2.2.2).
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "pki/dn.h"
#include "pki/ocsp_parts.h"
#include "pki/oids.h"

#define MAX_CERTS 8U /* sent along that are looked at */
#define NON_REPUDIATION 0x0002U

struct cm_span cm_ocsp_key_octets(const struct cm_cert *cert)
{
    struct cm_key_facts facts;

    if (!cm_oids_key(cert->spki, &facts)) {
        return (struct cm_span){NULL, 0};
    }
    return facts.octets;
}

/* Whom the response names as its signer. */
struct responder {
    struct cm_buf name; /* normalised; empty: named by its key */
    struct cm_span key;
};

static bool is_named(const struct responder *responder,
                     const struct cm_cert *cert)
{
    uint8_t hash[CM_HASH_MAX_LEN];
    struct cm_span key;

    if (responder->key.len == 0) {
        return cm_span_equal(
            cert->subject_norm,
            (struct cm_span){responder->name.data, responder->name.len});
    }
    key.data = hash;
    key.len = cm_hash(CM_HASH_SHA1, cm_ocsp_key_octets(cert), hash);
    return cm_span_equal(responder->key, key);
}

/* NULL: it may sign for the issuer. */
static const char *why_no_delegate(struct cm_sigmemo *memo,
                                   const struct cm_cert *cert,
                                   const struct cm_cert *issuer,
                                   int64_t at_unix)
{
    if (!cert->parsed) {
        return "the responder's certificate cannot be read";
    }
    if ((cert->eku & CM_EKU_OCSP_SIGNING) == 0) {
        return "the responder's certificate is not for OCSP signing";
    }
    if (!cm_issues(memo, issuer, cert)) {
        return "the responder's certificate was not issued by the issuer of "
               "the certificate asked about";
    }
    if (at_unix > cert->not_after) {
        return "the responder's certificate has expired";
    }
    if (at_unix < cert->not_before) {
        return "the responder's certificate is not valid yet";
    }
    if (cert->has_key_usage &&
        (cert->key_usage & (CM_KU_DIGITAL_SIGNATURE | NON_REPUDIATION)) == 0) {
        return "the responder's key may not sign (keyUsage)";
    }
    if (cert->unknown_critical != NULL) {
        return "the responder's certificate has a critical extension that "
               "nobody knows";
    }
    return NULL;
}

static void refuse(struct cm_ocsp_answer *answer, enum cm_ocsp_state state,
                   const char *detail)
{
    answer->state = state;
    answer->detail = detail;
}

/* Does the signature verify under the key of one who may sign? */
static void try_signer(struct cm_ocsp_answer *answer, struct cm_sigmemo *memo,
                       const struct cm_ocsp_basic *basic,
                       const struct cm_cert *signer)
{
    struct cm_signed what = {basic->tbs, basic->sig_alg, basic->signature,
                             basic->sha256};

    switch (cm_sig_check_signed(memo, &what, signer)) {
    case CM_SIG_GOOD:
        answer->state = CM_OCSP_GOOD;
        answer->detail = "";
        break;
    case CM_SIG_BAD:
        refuse(answer, CM_OCSP_BAD_SIGNATURE, "its signature does not verify");
        break;
    case CM_SIG_UNSUPPORTED:
        refuse(answer, CM_OCSP_BAD_SIGNATURE,
               "its signature's algorithm or key is not supported here");
        break;
    }
}

static void try_delegate(struct cm_ocsp_answer *answer, struct cm_sigmemo *memo,
                         const struct cm_ocsp_basic *basic,
                         const struct cm_cert *delegate, const char *why)
{
    if (why != NULL) {
        if (answer->state != CM_OCSP_BAD_SIGNATURE) {
            refuse(answer, CM_OCSP_WRONG_SIGNER, why);
        }
        return;
    }
    try_signer(answer, memo, basic, delegate);
    answer->delegated = answer->state == CM_OCSP_GOOD;
}

static void try_certs(struct cm_ocsp_answer *answer, struct cm_sigmemo *memo,
                      const struct cm_ocsp_basic *basic,
                      const struct responder *responder,
                      const struct cm_cert *issuer, int64_t at_unix)
{
    struct cm_reader certs = basic->certs;
    struct cm_der_element der;

    for (size_t i = 0; i < MAX_CERTS && answer->state != CM_OCSP_GOOD &&
                       cm_der_any(&certs, &der);
         i++) {
        struct cm_cert *cert = cm_cert_parse(der.whole.data, der.whole.len);

        if (cert == NULL) {
            answer->no_memory = true;
            return;
        }
        if (is_named(responder, cert)) {
            try_delegate(answer, memo, basic, cert,
                         why_no_delegate(memo, cert, issuer, at_unix));
        }
        cm_cert_unref(cert);
    }
}

void cm_ocsp_check_signer(struct cm_ocsp_answer *answer,
                          struct cm_sigmemo *memo,
                          const struct cm_ocsp_basic *basic,
                          const struct cm_cert *issuer, int64_t at_unix)
{
    struct responder responder = {.key = basic->responder_key};

    refuse(answer, CM_OCSP_WRONG_SIGNER,
           "whom it names as its signer is neither the issuer nor among the "
           "certificates sent along");
    cm_buf_init(&responder.name, 8 * basic->responder_name.len + 64);
    if (basic->responder_name.len > 0) {
        (void)cm_dn_normalise(basic->responder_name, &responder.name);
        answer->no_memory = responder.name.failed;
    }
    if (!answer->no_memory && is_named(&responder, issuer)) {
        try_signer(answer, memo, basic, issuer);
    }
    if (!answer->no_memory && answer->state != CM_OCSP_GOOD) {
        try_certs(answer, memo, basic, &responder, issuer, at_unix);
    }
    cm_buf_cleanup(&responder.name);
}
