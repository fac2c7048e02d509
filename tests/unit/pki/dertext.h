/* DER from a text that shows its structure, and certificates made of it, for
 * what the forge is too polite to make.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_DERTEXT_H
#define CERTMUSTER_TESTS_DERTEXT_H

#include "certmuster/buf.h"
#include "certmuster/cert.h"

/* Appends what `text` says; blanks separate. TT is a tag in hexadecimal:
 *   TT{ ... }   an element with elements in it
 *   TT:00ff     an element with these octets
 *   TT'abc'     an element with this text
 *   =00ff       these octets, without a header */
void der_build(struct cm_buf *out, const char *text);

/* The fields of a certificate in that notation; NULL: a sound default, "":
 * left out. */
struct odd_cert {
    const char *version;
    const char *serial;
    const char *inner_alg;
    const char *issuer;
    const char *validity;
    const char *subject;
    const char *spki;
    const char *exts; /* the items of the Extensions SEQUENCE [none] */
    const char *tail; /* instead of the extensions */
    const char *outer_alg;
    const char *signature;
    const char *after; /* behind the signature, inside */
};

/* The caller cleans up `out`. */
void odd_der(struct cm_buf *out, const struct odd_cert *spec);
struct cm_cert *odd_cert(const struct odd_cert *spec);

#endif
