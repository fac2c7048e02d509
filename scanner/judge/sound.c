/* What a certificate would be after the fix: the same name and key, the same
 * issuer, and nothing wrong with it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/sound.h"

#include <string.h>

#include "judge/path.h"

#define YEAR (365 * INT64_C(86400))
#define SOUND_RSA_BITS 4096U
#define SOUND_EC_BITS 256U

/* All but the count of references, which other threads change meanwhile. */
static void copy(struct cm_cert *out, const struct cm_cert *cert)
{
    size_t from = offsetof(struct cm_cert, der);

    memset(out, 0, sizeof(*out));
    memcpy((char *)out + from, (const char *)cert + from, sizeof(*out) - from);
    out->refs = 1;
}

static void sound_key(struct cm_cert *cert)
{
    cert->explicit_curve = false;
    cert->rsa_exponent_bad = false;
    cert->key_unusable = false;
    if (cert->key_alg == CM_KEY_RSA) {
        cert->key_bits = SOUND_RSA_BITS;
    } else {
        cert->key_alg = CM_KEY_EC;
        cert->curve = "P-256";
        cert->key_bits = SOUND_EC_BITS;
    }
}

static void sound_form(struct cm_cert *cert)
{
    static const uint8_t serial[] = {0x5a, 1, 2, 3, 4, 5, 6, 7};

    cert->unknown_critical = NULL;
    cert->ext_twice = NULL;
    cert->ext_bad = 0;
    cert->ext_critical = 0;
    cert->sig_alg_differs = false;
    cert->odd_time = false;
    cert->version = 3;
    cert->serial = (struct cm_span){serial, sizeof(serial)};
    if (cm_path_hash_weak(cert->sig_hash)) {
        cert->sig_hash = CM_HASH_SHA256;
    }
}

void cm_sound_leaf(struct cm_cert *out, const struct cm_cert *cert,
                   int64_t at_unix)
{
    copy(out, cert);
    out->is_ca = false;
    out->not_before = at_unix;
    out->not_after = at_unix + (cert->not_after - cert->not_before);
    out->sct_list = (struct cm_span){NULL, 0}; /* as old as it is */
    out->key_usage |= CM_KU_DIGITAL_SIGNATURE | CM_KU_KEY_ENCIPHERMENT;
    out->eku |= CM_EKU_SERVER_AUTH;
    sound_key(out);
    sound_form(out);
}

void cm_sound_ca(struct cm_cert *out, const struct cm_cert *cert,
                 int64_t at_unix)
{
    copy(out, cert);
    out->not_before = cert->not_before < at_unix ? cert->not_before : at_unix;
    out->not_after =
        cert->not_after > at_unix ? cert->not_after : at_unix + YEAR;
    out->has_basic_constraints = true;
    out->is_ca = true;
    out->pathlen = -1;
    out->key_usage |= CM_KU_KEY_CERT_SIGN;
    out->eku |= CM_EKU_SERVER_AUTH;
    out->ski = (struct cm_span){NULL, 0}; /* contradicts nobody */
    out->has_name_constraints = false;
    out->name_constraints = (struct cm_span){NULL, 0};
    out->policy_constraints = (struct cm_span){NULL, 0};
    out->inhibit_any_policy = (struct cm_span){NULL, 0};
    out->ext_present &= ~(CM_EXT_BIT(CM_EXT_NAME_CONSTRAINTS) |
                          CM_EXT_BIT(CM_EXT_POLICY_CONSTRAINTS) |
                          CM_EXT_BIT(CM_EXT_INHIBIT_ANY_POLICY));
    sound_key(out);
    sound_form(out);
}
