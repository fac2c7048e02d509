/* Certificates: DER to facts, names, signatures, sets of certificates. No I/O,
 * no clock. BoringSSL's crypto headers are included in this folder only.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_PKI_H
#define CERTMUSTER_PKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/buf.h"
#include "certmuster/cert.h"
#include "certmuster/digest.h"
#include "certmuster/dn.h" /* dn.c */
#include "certmuster/endpoint.h"
#include "certmuster/status.h"

/* TLS libraries decode these when they read a certificate, and refuse it whole
 * when they cannot; the others only where they use them. */
#define CM_EXT_ALWAYS_DECODED                                                  \
    (CM_EXT_BIT(CM_EXT_AKI) | CM_EXT_BIT(CM_EXT_SKI) |                         \
     CM_EXT_BIT(CM_EXT_KEY_USAGE) | CM_EXT_BIT(CM_EXT_SAN) |                   \
     CM_EXT_BIT(CM_EXT_BASIC_CONSTRAINTS) |                                    \
     CM_EXT_BIT(CM_EXT_NAME_CONSTRAINTS) | CM_EXT_BIT(CM_EXT_CRL_POINTS) |     \
     CM_EXT_BIT(CM_EXT_POLICIES) | CM_EXT_BIT(CM_EXT_EKU))

/* cert.c -- cm_cert_parse copies `der` and reads what it can. A certificate
 * that is not DER still gives an object, with `parsed` false. NULL: no memory.
 * Lenient where real certificates need it (v1 with extensions, odd serials),
 * strict on lengths. */
struct cm_cert *cm_cert_parse(const uint8_t *der, size_t len);
void cm_sha256(const void *data, size_t len, uint8_t out[CM_SHA256_LEN]);
/* Any hash; gives its length, 0: one that is not known here. */
#define CM_HASH_MAX_LEN 64
size_t cm_hash(enum cm_hash_alg alg, struct cm_span data,
               uint8_t out[CM_HASH_MAX_LEN]);

/* names.c -- RFC 9525 matching of a reference (an endpoint's host) against the
 * subjectAltName, and how near it came. */
enum cm_name_match {
    CM_NAME_MATCHES,
    CM_NAME_DIFFERS,        /* no name comes near */
    CM_NAME_ONLY_IN_CN,     /* no dNSName at all; the CN matches */
    CM_NAME_WILDCARD_SHORT, /* a wildcard would have to span two labels, none,
                               a part of a label, or a whole top-level domain */
    CM_NAME_IP_MISSING,     /* the reference is an address, no such iPAddress */
};
struct cm_name_result {
    enum cm_name_match match;
    struct cm_span nearest; /* the dNSName, or without any the CN, that matches
                               or came nearest; empty if none */
};
struct cm_name_result cm_name_match(const struct cm_cert *cert,
                                    const struct cm_endpoint *ep);

/* sig.c -- is the EC key in `spki`, of one of the curves P-224 to P-521, no
 * point of its curve? False: no memory. */
bool cm_sig_off_curve(struct cm_span spki, bool *off);
/* Does `child`'s signature, of the kind that signatureAlgorithm says,
 * verify under `issuer`'s key? Whether the signed part says the same is another
 * fact: cm_cert.sig_alg_differs. Answers do not depend on time, so a memo keeps
 * them (thread-safe, bounded). */
enum cm_sig { CM_SIG_GOOD, CM_SIG_BAD, CM_SIG_UNSUPPORTED };
struct cm_sigmemo;
struct cm_sigmemo *cm_sigmemo_new(void); /* NULL: no memory */
void cm_sigmemo_free(struct cm_sigmemo *memo);
/* `memo` may be NULL: then it is computed each time. */
enum cm_sig cm_sig_check(struct cm_sigmemo *memo, const struct cm_cert *child,
                         const struct cm_cert *issuer);
/* The same for what is no certificate: lists, OCSP responses. */
struct cm_signed {
    struct cm_span tbs;     /* what the signature covers */
    struct cm_span sig_alg; /* AlgorithmIdentifier with its header */
    struct cm_span signature;
    const uint8_t *sha256; /* of the whole, under which it is remembered */
};
enum cm_sig cm_sig_check_signed(struct cm_sigmemo *memo,
                                const struct cm_signed *what,
                                const struct cm_cert *signer);
/* True once a check of this memo failed for want of memory inside the TLS
 * library: its answers, and what was built on them, are void. Without a memo
 * such a failure reads as CM_SIG_UNSUPPORTED. */
bool cm_sigmemo_spoilt(const struct cm_sigmemo *memo); /* NULL: false */
/* Same name, key ids that do not contradict, and a good signature: catalogue
 * rule issues(a, b). */
bool cm_issues(struct cm_sigmemo *memo, const struct cm_cert *issuer,
               const struct cm_cert *child);
/* The certificate verifies under its own key and is self-issued. */
bool cm_self_signed(struct cm_sigmemo *memo, const struct cm_cert *cert);

/* certset.c -- a set of certificates by SHA-256 and by subject.
 * Adding is thread-safe; lookups are lock-free and need that nobody adds. */
struct cm_certset;
struct cm_certset *cm_certset_new(size_t max); /* NULL: no memory */
void cm_certset_free(struct cm_certset *set);
size_t cm_certset_count(const struct cm_certset *set);
/* Takes a reference of its own. Duplicates and anything beyond `max` are
 * dropped silently; false: no memory. */
bool cm_certset_add(struct cm_certset *set, struct cm_cert *cert);
bool cm_certset_has(const struct cm_certset *set, const struct cm_cert *cert);
/* All certificates with this (normalised) subject: the number, and through
 * `*out` a borrowed array in order of addition. */
size_t cm_certset_by_subject(const struct cm_certset *set,
                             struct cm_span subject_norm,
                             struct cm_cert *const **out);
/* For walking all: 0 .. count-1, in order of addition. */
struct cm_cert *cm_certset_at(const struct cm_certset *set, size_t index);

/* certs.c -- adds each certificate of a file's bytes, whatever its form: PEM
 * (text around the blocks is ignored, and so are keys and lists), one DER
 * certificate, or a PKCS#7 SignedData (RFC 5652 section 5; ".p7b", ".p7c"), by
 * itself or in a PEM block. *added counts. CM_EINPUT: there is no certificate
 * in it or one cannot be parsed, those before it are added; the message has no
 * file name, the caller adds it. */
enum cm_status cm_certs_load(struct cm_certset *set, struct cm_span bytes,
                             size_t *added, struct cm_error *err);
/* cm_certs_list gives each certificate in the order of the file, also those
 * that cannot be parsed: up to `max` references in `out`, which the caller
 * unrefs whatever is returned. *found counts all, also beyond `max`. CM_EINPUT:
 * there is no certificate in it, or a damaged PEM block. */
enum cm_status cm_certs_list(struct cm_cert **out, size_t max, size_t *found,
                             struct cm_span bytes, struct cm_error *err);
/* pem.c -- appends one certificate as PEM. */
bool cm_pem_write(struct cm_buf *out, const struct cm_cert *cert);

#endif
