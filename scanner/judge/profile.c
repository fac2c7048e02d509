/* The form of the path's certificates: the profile of RFC 5280. Each breach is
 * a finding of its own. Most clients put up with most of them; the proof names
 * those that do not.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/form.h"

#include <string.h>

#include "judge/rules.h"
#include "pki/der.h"

#define MAX_SERIAL 20U /* octets */
#define MAX_SHOWN 32U  /* of it */
#define STRICT "Python from 3.13 on and OpenSSL with -x509_strict"
#define SAY(text) STRICT " (\"" text "\")"

static bool serial_not_positive(const struct cm_form *form)
{
    struct cm_span serial = form->cert->serial;

    if (serial.len == 0 || (serial.data[0] & 0x80U) != 0) {
        return true;
    }
    for (size_t i = 0; i < serial.len; i++) {
        if (serial.data[i] != 0) {
            return false;
        }
    }
    return true;
}

static bool serial_too_long(const struct cm_form *form)
{
    return form->cert->serial.len > MAX_SERIAL;
}

static void say_serial(const struct cm_form *form, struct cm_buf *out)
{
    struct cm_span serial = form->cert->serial;

    if (serial.len > MAX_SHOWN) {
        (void)cm_buf_hex(out, serial.data, MAX_SHOWN);
        (void)cm_buf_puts(out, "...");
    } else {
        (void)cm_buf_hex(out, serial.data, serial.len);
    }
}

static bool algorithms_differ(const struct cm_form *form)
{
    return form->cert->sig_alg_differs;
}

static bool unique_ids(const struct cm_form *form)
{
    return form->cert->has_unique_ids;
}

static bool issuer_empty(const struct cm_form *form)
{
    return CM_IS_EMPTY_NAME(form->cert->issuer);
}

static bool subject_empty(const struct cm_form *form)
{
    return CM_IS_EMPTY_NAME(form->cert->subject) &&
           (form->cert->is_ca || !form->cert->has_san);
}

/* UTCTime is for years up to 2049, GeneralizedTime for those from 2050 on. */
static bool is_time_as_written(const struct cm_der_element *time)
{
    return time->tag == CM_DER_UTC_TIME ||
           (time->content.len >= 4 &&
            memcmp(time->content.data, "2050", 4) >= 0);
}

/* What is signed begins: version, serial number, algorithm, issuer, validity.
 * False: it does not. */
static bool find_validity(const struct cm_cert *cert, struct cm_reader *out)
{
    struct cm_reader tbs;
    struct cm_der_element element;

    if (!cm_der_only(cert->tbs, CM_DER_SEQUENCE, &tbs)) {
        return false;
    }
    if (cm_der_next_is(&tbs, CM_DER_CONSTRUCTED(0U))) {
        (void)cm_der_any(&tbs, &element);
    }
    for (int skipped = 0; skipped < 3; skipped++) {
        (void)cm_der_any(&tbs, &element);
    }
    return cm_der_enter(&tbs, CM_DER_SEQUENCE, out);
}

static bool dates_oddly_written(const struct cm_form *form)
{
    static const uint8_t long_form[] = {CM_DER_GENERALIZED_TIME, 15};
    struct cm_span tbs = form->cert->tbs;
    struct cm_reader validity;
    struct cm_der_element time;
    bool odd = false;

    /* What is worse is a fault of the path; most have no such time at all. */
    if (form->cert->odd_time || tbs.len == 0 ||
        memmem(tbs.data, tbs.len, long_form, sizeof(long_form)) == NULL ||
        !find_validity(form->cert, &validity)) {
        return false;
    }
    while (cm_der_any(&validity, &time)) {
        odd = odd || !is_time_as_written(&time);
    }
    return odd;
}

static void say_dates(const struct cm_form *form, struct cm_buf *out)
{
    struct cm_reader validity;
    struct cm_der_element time;

    if (!find_validity(form->cert, &validity)) {
        return;
    }
    while (cm_der_any(&validity, &time)) {
        size_t len =
            time.content.len < MAX_SHOWN ? time.content.len : MAX_SHOWN;

        (void)cm_buf_puts(out, out->len > 0 ? ", " : "");
        (void)cm_buf_puts(
            out, time.tag == CM_DER_UTC_TIME ? "UTCTime " : "GeneralizedTime ");
        cm_text_to_utf8(out, (const char *)time.content.data, len);
    }
}

static bool san_not_critical(const struct cm_form *form)
{
    return CM_IS_EMPTY_NAME(form->cert->subject) && form->cert->has_san &&
           !CM_IS_CRITICAL(form->cert, CM_EXT_SAN);
}

/* A self-signed certificate may do without. */
static bool aki_missing(const struct cm_form *form)
{
    return !form->self_signed && form->cert->version == 3 &&
           !CM_HAS_EXT(form->cert, CM_EXT_AKI);
}

static bool aki_without_key(const struct cm_form *form)
{
    return !form->self_signed && CM_HAS_EXT(form->cert, CM_EXT_AKI) &&
           form->cert->aki.len == 0;
}

static bool aki_critical(const struct cm_form *form)
{
    return CM_IS_CRITICAL(form->cert, CM_EXT_AKI);
}

static bool ski_missing(const struct cm_form *form)
{
    return form->cert->is_ca && !CM_HAS_EXT(form->cert, CM_EXT_SKI);
}

static bool ski_critical(const struct cm_form *form)
{
    return CM_IS_CRITICAL(form->cert, CM_EXT_SKI);
}

static bool usage_missing(const struct cm_form *form)
{
    return form->cert->is_ca && !CM_HAS_EXT(form->cert, CM_EXT_KEY_USAGE);
}

static bool usage_empty(const struct cm_form *form)
{
    return CM_HAS_EXT(form->cert, CM_EXT_KEY_USAGE) &&
           (form->cert->ext_bad & CM_EXT_BIT(CM_EXT_KEY_USAGE)) == 0 &&
           form->cert->key_usage == 0;
}

static bool signs_but_is_no_ca(const struct cm_form *form)
{
    return !form->cert->is_ca &&
           (form->cert->key_usage & CM_KU_KEY_CERT_SIGN) != 0;
}

/* A root of version 1 is one all the same: all others are faults.c's. */
static bool constraints_missing(const struct cm_form *form)
{
    return !form->cert->has_basic_constraints && form->cert->version < 3;
}

static bool constraints_not_critical(const struct cm_form *form)
{
    return form->cert->is_ca &&
           !CM_IS_CRITICAL(form->cert, CM_EXT_BASIC_CONSTRAINTS);
}

static bool pathlen_without_ca(const struct cm_form *form)
{
    return form->cert->pathlen_without_ca;
}

static bool pathlen_without_usage(const struct cm_form *form)
{
    return form->cert->pathlen >= 0 && form->cert->is_ca &&
           (form->cert->key_usage & CM_KU_KEY_CERT_SIGN) == 0;
}

static bool names_not_critical(const struct cm_form *form)
{
    return form->cert->has_name_constraints &&
           !CM_IS_CRITICAL(form->cert, CM_EXT_NAME_CONSTRAINTS);
}

static bool names_without_ca(const struct cm_form *form)
{
    return form->cert->has_name_constraints && !form->cert->is_ca;
}

static bool policy_not_critical(const struct cm_form *form)
{
    return CM_HAS_EXT(form->cert, CM_EXT_POLICY_CONSTRAINTS) &&
           !CM_IS_CRITICAL(form->cert, CM_EXT_POLICY_CONSTRAINTS);
}

static bool inhibit_not_critical(const struct cm_form *form)
{
    return CM_HAS_EXT(form->cert, CM_EXT_INHIBIT_ANY_POLICY) &&
           !CM_IS_CRITICAL(form->cert, CM_EXT_INHIBIT_ANY_POLICY);
}

static bool aia_critical(const struct cm_form *form)
{
    return CM_IS_CRITICAL(form->cert, CM_EXT_AIA);
}

static bool freshest_critical(const struct cm_form *form)
{
    return CM_IS_CRITICAL(form->cert, CM_EXT_FRESHEST_CRL);
}

/* [3] { SEQUENCE {} } at the end of what is signed. */
static bool extensions_empty(const struct cm_form *form)
{
    static const uint8_t empty[] = {0xa3, 0x02, 0x30, 0x00};
    struct cm_span tbs = form->cert->tbs;

    return form->cert->ext_present == 0 && tbs.len > sizeof(empty) &&
           memcmp(tbs.data + tbs.len - sizeof(empty), empty, sizeof(empty)) ==
               0;
}

/* What decides and cannot be read, or is empty, is faults.c's. */
static uint32_t bad_of(const struct cm_form *form)
{
    return form->cert->ext_bad & ~cm_path_bad_extensions(form->cert);
}

static bool is_unreadable(const struct cm_form *form)
{
    return bad_of(form) != 0;
}

static void say_unreadable(const struct cm_form *form, struct cm_buf *out)
{
    uint32_t bad = bad_of(form);

    for (unsigned i = 0; i < CM_EXT_COUNT; i++) {
        if ((bad & CM_EXT_BIT(i)) != 0) {
            (void)cm_buf_printf(out, "%s%s", out->len > 0 ? ", " : "",
                                cm_ext_name((enum cm_ext)i));
        }
    }
}

#define SOME CM_SEVERITY_SOME_CLIENTS
#define HYGIENE CM_SEVERITY_HYGIENE

/* Nobody looks for a root by its serial number. */
#define BELOW_ROOT (CM_FORM_LEAF | CM_FORM_ISSUER)

static const struct cm_form_rule rules[] = {
    {is_unreadable, CM_FORM_ANY, SOME, "RFC 5280 section 4.2",
     "extensions are not what they must be", "Go, and others that read them",
     say_unreadable},
    {algorithms_differ, CM_FORM_ROOT, SOME, "RFC 5280 section 4.1.1.2",
     "the signature algorithm inside differs from the one outside",
     "Go and strict clients", NULL},
    {serial_not_positive, BELOW_ROOT, SOME, "RFC 5280 section 4.1.2.2",
     "its serial number is zero or negative", "Go from 1.23 on, if negative",
     say_serial},
    {serial_too_long, BELOW_ROOT, SOME, "RFC 5280 section 4.1.2.2",
     "its serial number is longer than 20 octets", "rustls", say_serial},
    {issuer_empty, CM_FORM_ANY, SOME, "RFC 5280 section 4.1.2.4",
     "its issuer is an empty name", SAY("Issuer name empty"), NULL},
    {dates_oddly_written, CM_FORM_ANY, HYGIENE, "RFC 5280 section 4.1.2.5",
     "its dates are not written as they must be", "", say_dates},
    {subject_empty, CM_FORM_ANY, SOME, "RFC 5280 section 4.1.2.6",
     "its subject is an empty name", SAY("Subject name empty"), NULL},
    {unique_ids, CM_FORM_ANY, HYGIENE, "RFC 5280 section 4.1.2.8",
     "it has unique identifiers, which no CA may issue", "", NULL},
    {extensions_empty, CM_FORM_ANY, HYGIENE, "RFC 5280 section 4.1.2.9",
     "its list of extensions is empty", "", NULL},
    {aki_missing, CM_FORM_ANY, SOME, "RFC 5280 section 4.2.1.1",
     "it has no authority key identifier",
     SAY("Missing Authority Key Identifier"), NULL},
    {aki_without_key, CM_FORM_ANY, SOME, "RFC 5280 section 4.2.1.1",
     "its authority key identifier names no key",
     SAY("Missing Authority Key Identifier"), NULL},
    {aki_critical, CM_FORM_ANY, SOME, "RFC 5280 section 4.2.1.1",
     "its authority key identifier is critical",
     SAY("Authority Key Identifier marked critical"), NULL},
    {ski_missing, CM_FORM_CA, SOME, "RFC 5280 section 4.2.1.2",
     "it is a CA without a subject key identifier",
     SAY("Missing Subject Key Identifier"), NULL},
    {ski_critical, CM_FORM_ANY, SOME, "RFC 5280 section 4.2.1.2",
     "its subject key identifier is critical",
     SAY("Subject Key Identifier marked critical"), NULL},
    {usage_missing, CM_FORM_CA, SOME, "RFC 5280 section 4.2.1.3",
     "it is a CA without key usage",
     SAY("CA cert does not include key usage extension"), NULL},
    {usage_empty, CM_FORM_ANY, SOME, "RFC 5280 section 4.2.1.3",
     "its key usage names no use", "", NULL},
    {signs_but_is_no_ca, CM_FORM_LEAF, SOME, "RFC 5280 section 4.2.1.9",
     "its key usage has keyCertSign, but it is no CA",
     SAY("Key usage keyCertSign invalid for non-CA cert"), NULL},
    {constraints_missing, CM_FORM_ROOT, SOME, "RFC 5280 section 4.2.1.9",
     "it is a CA without basic constraints", SAY("invalid CA certificate"),
     NULL},
    {constraints_not_critical, CM_FORM_CA, SOME, "RFC 5280 section 4.2.1.9",
     "it is a CA whose basic constraints are not critical",
     SAY("Basic Constraints of CA cert not marked critical"), NULL},
    {pathlen_without_ca, CM_FORM_ANY, SOME, "RFC 5280 section 4.2.1.9",
     "it limits the length of paths, but is no CA",
     SAY("Path length invalid for non-CA cert"), NULL},
    {pathlen_without_usage, CM_FORM_ANY, SOME, "RFC 5280 section 4.2.1.9",
     "it limits the length of paths, but its key usage lacks keyCertSign",
     SAY("Path length given without key usage keyCertSign"), NULL},
    {san_not_critical, CM_FORM_ANY, SOME, "RFC 5280 section 4.2.1.6",
     "its subject is empty, but its alternative names are not critical",
     SAY("Subject empty and Subject Alt Name extension not critical"), NULL},
    {names_not_critical, CM_FORM_ANY, HYGIENE, "RFC 5280 section 4.2.1.10",
     "its name constraints are not critical", "", NULL},
    {names_without_ca, CM_FORM_ANY, HYGIENE, "RFC 5280 section 4.2.1.10",
     "it has name constraints, but is no CA", "", NULL},
    {policy_not_critical, CM_FORM_ANY, HYGIENE, "RFC 5280 section 4.2.1.11",
     "its policy constraints are not critical", "", NULL},
    {inhibit_not_critical, CM_FORM_ANY, HYGIENE, "RFC 5280 section 4.2.1.14",
     "its inhibitAnyPolicy is not critical", "", NULL},
    {freshest_critical, CM_FORM_ANY, HYGIENE, "RFC 5280 section 4.2.1.15",
     "its freshestCRL is critical", "", NULL},
    {aia_critical, CM_FORM_ANY, HYGIENE, "RFC 5280 section 4.2.2.1",
     "its authority information access is critical", "", NULL},
};

static void judge_form(struct cm_case *c, const struct cm_form *form,
                       bool is_public)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
        /* The CA/Browser Forum makes an exception (7.1.2.10.8). */
        if (!is_public || rules[i].is_broken != names_not_critical) {
            (void)cm_form_judge(c, CM_CAUSE_X509_NOT_STRICT, form, &rules[i]);
        }
    }
}

void cm_judge_profile(struct cm_case *c)
{
    bool is_public = cm_judge_is_public(c);

    for (size_t i = 0; i < c->path.num; i++) {
        struct cm_form form = cm_form_of(c, i);

        judge_form(c, &form, is_public);
    }
    cm_judge_public_profile(c);
}
