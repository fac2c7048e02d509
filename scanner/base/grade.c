/* The tables of the SSL Labs "SSL Server Rating Guide", version 2009r (16 May
 * 2025; github.com/ssllabs/research/wiki/SSL-Server-Rating-Guide), in our own
 * words.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/grade.h"

#include <string.h>

#include "certmuster/status.h"

#define KX_WEIGHT 30U
#define CIPHER_WEIGHT 40U
#define GOOD_KX_BITS 2048U

static const char *const letters[CM_LETTER_COUNT] = {
    [CM_LETTER_NONE] = "", [CM_LETTER_A] = "A", [CM_LETTER_A_MINUS] = "A-",
    [CM_LETTER_B] = "B",   [CM_LETTER_C] = "C", [CM_LETTER_D] = "D",
    [CM_LETTER_E] = "E",   [CM_LETTER_F] = "F", [CM_LETTER_M] = "M",
    [CM_LETTER_T] = "T",
};

static const struct rule_row {
    const char *id;
    enum cm_letter cap;
    const char *text;
} rules[CM_GRADE_RULE_COUNT] = {
    [CM_GRADE_NO_TLS1_3] = {"no_tls1_3", CM_LETTER_A_MINUS,
                            "TLS 1.3 is not served"},
    [CM_GRADE_NO_SECURE_RENEGOTIATION] = {"no_secure_renegotiation",
                                          CM_LETTER_A_MINUS,
                                          "renegotiation is not secure"},
    [CM_GRADE_LEGACY_VERSION] = {"legacy_version", CM_LETTER_B,
                                 "TLS 1.0 or 1.1 is served"},
    [CM_GRADE_NO_FORWARD_SECRECY] = {"no_forward_secrecy", CM_LETTER_B,
                                     "no suite has forward secrecy"},
    [CM_GRADE_NO_AEAD] = {"no_aead", CM_LETTER_B,
                          "no suite has authenticated encryption"},
    [CM_GRADE_RC4] = {"rc4", CM_LETTER_B, "RC4 is served"},
    [CM_GRADE_SMALL_KEY] = {"small_key", CM_LETTER_B,
                            "the certificate's key is weaker than RSA 2048"},
    [CM_GRADE_SMALL_DH] = {"small_dh", CM_LETTER_B,
                           "Diffie-Hellman with less than 2048 bits"},
    [CM_GRADE_CHAIN_INCOMPLETE] = {"chain_incomplete", CM_LETTER_B,
                                   "the chain is incomplete"},
    [CM_GRADE_SSL3] = {"ssl3", CM_LETTER_C, "SSLv3 is served (POODLE)"},
    [CM_GRADE_NO_TLS1_2] = {"no_tls1_2", CM_LETTER_C,
                            "neither TLS 1.2 nor 1.3 is served"},
    [CM_GRADE_RC4_MODERN] = {"rc4_modern", CM_LETTER_C,
                             "RC4 is served with TLS 1.1 or newer"},
    [CM_GRADE_3DES_MODERN] = {"3des_modern", CM_LETTER_C,
                              "3DES comes first with TLS 1.1 or newer"},
    [CM_GRADE_COMPRESSION] = {"compression", CM_LETTER_C,
                              "TLS compression is on (CRIME)"},
    [CM_GRADE_SSL2] = {"ssl2", CM_LETTER_F, "SSLv2 is served (DROWN)"},
    [CM_GRADE_ONLY_RC4] = {"only_rc4", CM_LETTER_F, "there is only RC4"},
    [CM_GRADE_EXPORT] = {"export", CM_LETTER_F, "export suites are served"},
    [CM_GRADE_ANONYMOUS] = {"anonymous", CM_LETTER_F,
                            "suites without a certificate are served"},
    [CM_GRADE_NO_ENCRYPTION] = {"no_encryption", CM_LETTER_F,
                                "suites without encryption are served"},
    [CM_GRADE_TINY_KEY] = {"tiny_key", CM_LETTER_F,
                           "the certificate's key is weaker than RSA 1024"},
    [CM_GRADE_TINY_DH] = {"tiny_dh", CM_LETTER_F,
                          "Diffie-Hellman with less than 1024 bits"},
    [CM_GRADE_MD5_SIGNATURE] = {"md5_signature", CM_LETTER_F,
                                "the certificate is signed with MD5"},
    [CM_GRADE_NAME_MISMATCH] = {"name_mismatch", CM_LETTER_M,
                                "the certificate is for other names"},
    [CM_GRADE_NOT_TRUSTED] = {"not_trusted", CM_LETTER_T,
                              "the certificate is not trusted"},
};

const char *cm_letter_text(enum cm_letter letter)
{
    cm_assert((unsigned)letter < CM_LETTER_COUNT);
    return letters[letter];
}

enum cm_letter cm_letter_from_text(const char *text)
{
    for (int i = 1; i < CM_LETTER_COUNT; i++) {
        if (strcmp(letters[i], text) == 0) {
            return (enum cm_letter)i;
        }
    }
    return CM_LETTER_NONE;
}

const char *cm_grade_rule_id(enum cm_grade_rule rule)
{
    cm_assert((unsigned)rule < CM_GRADE_RULE_COUNT);
    return rules[rule].id;
}

const char *cm_grade_rule_text(enum cm_grade_rule rule)
{
    cm_assert((unsigned)rule < CM_GRADE_RULE_COUNT);
    return rules[rule].text;
}

enum cm_letter cm_grade_rule_cap(enum cm_grade_rule rule)
{
    cm_assert((unsigned)rule < CM_GRADE_RULE_COUNT);
    return rules[rule].cap;
}

unsigned cm_grade_protocol_points(enum cm_version_index version)
{
    static const unsigned points[CM_VERSION_COUNT] = {
        [CM_VERSION_SSL2] = 0,     [CM_VERSION_SSL3] = 80,
        [CM_VERSION_TLS1_0] = 90,  [CM_VERSION_TLS1_1] = 95,
        [CM_VERSION_TLS1_2] = 100, [CM_VERSION_TLS1_3] = 100,
    };

    cm_assert((unsigned)version < CM_VERSION_COUNT);
    return points[version];
}

unsigned cm_grade_key_points(unsigned rsa_bits)
{
    return rsa_bits == 0     ? 0 /* nobody is authenticated */
           : rsa_bits < 512  ? 20
           : rsa_bits < 1024 ? 40
           : rsa_bits < 2048 ? 80
           : rsa_bits < 4096 ? 90
                             : 100;
}

unsigned cm_grade_cipher_points(unsigned bits)
{
    return bits == 0 ? 0 : bits < 128 ? 20 : bits < 256 ? 80 : 100;
}

enum cm_letter cm_grade_score_letter(unsigned score)
{
    return score >= 80   ? CM_LETTER_A
           : score >= 65 ? CM_LETTER_B
           : score >= 50 ? CM_LETTER_C
           : score >= 35 ? CM_LETTER_D
           : score >= 20 ? CM_LETTER_E
                         : CM_LETTER_F;
}

static enum cm_letter worse(enum cm_letter a, enum cm_letter b)
{
    return a > b ? a : b;
}

/* 64-bit blocks (3DES, IDEA, RC2, DES) and RC4 are the guide's C. */
static bool is_old_cipher(const struct cm_suite *suite)
{
    return strstr(suite->enc, "RC4") != NULL ||
           strstr(suite->enc, "DES") != NULL ||
           strstr(suite->enc, "IDEA") != NULL ||
           strstr(suite->enc, "RC2") != NULL;
}

enum cm_letter cm_suite_letter(const struct cm_suite *suite, unsigned kx_bits)
{
    unsigned kx = cm_grade_key_points(kx_bits == 0 ? GOOD_KX_BITS : kx_bits);
    unsigned cipher = cm_grade_cipher_points(suite->bits);
    enum cm_letter letter;

    if (suite->anonymous || suite->is_export || cipher == 0) {
        return CM_LETTER_F;
    }
    letter = cm_grade_score_letter((KX_WEIGHT * kx + CIPHER_WEIGHT * cipher) /
                                   (KX_WEIGHT + CIPHER_WEIGHT));
    if (is_old_cipher(suite)) {
        letter = worse(letter, CM_LETTER_C);
    }
    if (!suite->aead || !suite->forward_secrecy) {
        letter = worse(letter, CM_LETTER_B);
    }
    if (kx_bits != 0 && kx_bits < 1024) {
        return CM_LETTER_F;
    }
    return kx_bits != 0 && kx_bits < GOOD_KX_BITS ? worse(letter, CM_LETTER_B)
                                                  : letter;
}
