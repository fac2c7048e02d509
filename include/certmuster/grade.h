/* A strength letter for a suite and a grade for an endpoint, by the public
 * rules of the SSL Labs "SSL Server Rating Guide", version 2009r (16 May
 * 2025). What needs a browser's eyes (HSTS, and so A+) or an attack is not
 * measured.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_GRADE_H
#define CERTMUSTER_GRADE_H

#include <stdbool.h>
#include <stdint.h>

#include "certmuster/inventory.h"

#define CM_GRADE_GUIDE "SSL Labs rating guide 2009r"

/* Best first; T and M stand for themselves, as in the guide. */
enum cm_letter {
    CM_LETTER_NONE, /* not graded: nothing was found out */
    CM_LETTER_A,
    CM_LETTER_A_MINUS,
    CM_LETTER_B,
    CM_LETTER_C,
    CM_LETTER_D,
    CM_LETTER_E,
    CM_LETTER_F,
    CM_LETTER_M, /* the certificate is for other names */
    CM_LETTER_T, /* the certificate is not trusted */
    CM_LETTER_COUNT
};
const char *cm_letter_text(enum cm_letter letter); /* "A-"; "": none */
/* Back from the text; NONE when it is unknown. */
enum cm_letter cm_letter_from_text(const char *text);

/* Why a grade is not better than the scores; bit numbers, best cap first. */
enum cm_grade_rule {
    CM_GRADE_NO_TLS1_3,
    CM_GRADE_NO_SECURE_RENEGOTIATION,
    CM_GRADE_LEGACY_VERSION, /* TLS 1.0 or 1.1 */
    CM_GRADE_NO_FORWARD_SECRECY,
    CM_GRADE_NO_AEAD,
    CM_GRADE_RC4,       /* with SSLv3 or TLS 1.0 */
    CM_GRADE_SMALL_KEY, /* of the certificate, under 2048 bits */
    CM_GRADE_SMALL_DH,  /* under 2048 bits */
    CM_GRADE_CHAIN_INCOMPLETE,
    CM_GRADE_SSL3,
    CM_GRADE_NO_TLS1_2,
    CM_GRADE_RC4_MODERN,  /* with TLS 1.1 or newer */
    CM_GRADE_3DES_MODERN, /* preferred with TLS 1.1 or newer: 64-bit blocks */
    CM_GRADE_COMPRESSION,
    CM_GRADE_SSL2,
    CM_GRADE_ONLY_RC4,
    CM_GRADE_EXPORT,
    CM_GRADE_ANONYMOUS,
    CM_GRADE_NO_ENCRYPTION,
    CM_GRADE_TINY_KEY, /* of the certificate, under 1024 bits */
    CM_GRADE_TINY_DH,  /* under 1024 bits */
    CM_GRADE_MD5_SIGNATURE,
    CM_GRADE_NAME_MISMATCH,
    CM_GRADE_NOT_TRUSTED,
    CM_GRADE_RULE_COUNT
};
const char *cm_grade_rule_id(enum cm_grade_rule rule); /* "no_tls1_3" */
const char *cm_grade_rule_text(enum cm_grade_rule rule);
enum cm_letter cm_grade_rule_cap(enum cm_grade_rule rule);

/* Plain data. */
struct cm_grade {
    enum cm_letter letter;
    enum cm_letter without_trust; /* as if the certificate were fine */
    bool at_best; /* something was not found out: it may be worse */
    /* 0 ... 100: 30 %, 30 %, 40 % of the score. */
    uint8_t protocol;
    uint8_t key_exchange;
    uint8_t cipher;
    uint8_t score;
    uint32_t rules; /* bit CM_GRADE_... : a rule that capped it */
};

/* The letter of a server that had nothing but this suite. `kx_bits`: strength
 * of the key exchange as the length of an RSA key; 0: unknown, taken for
 * good. */
enum cm_letter cm_suite_letter(const struct cm_suite *suite, unsigned kx_bits);

/* The guide's tables. */
unsigned cm_grade_protocol_points(enum cm_version_index version);
unsigned cm_grade_key_points(unsigned rsa_bits);
unsigned cm_grade_cipher_points(unsigned bits);
enum cm_letter cm_grade_score_letter(unsigned score);

#endif
