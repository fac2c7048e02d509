/* Certificate extensions (RFC 5280 section 4.2, RFC 6962, RFC 7633): a table
 * of OIDs, each with the function that reads its value.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/ext.h"

#include "pki/oids.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define MAX_SEEN 64 /* extensions that are compared for duplicates */
#define ID_CE "\x55\x1d"
#define PKIX "\x2b\x06\x01\x05\x05\x07" /* 1.3.6.1.5.5.7 */
#define MICROSOFT "\x2b\x06\x01\x04\x01\x82\x37"
#define GOOGLE_CT "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04"
#define CABF_POLICIES "\x67\x81\x0c\x01" /* 2.23.140.1 */

#define STATUS_REQUEST 5     /* the TLS extension that RFC 7633 names */
#define STATUS_REQUEST_V2 17 /* and its successor */

static bool read_basic_constraints(struct cm_cert *cert, struct cm_span value)
{
    struct cm_reader seq;

    cert->has_basic_constraints = true;
    if (!cm_der_only(value, CM_DER_SEQUENCE, &seq) ||
        !cm_der_flag(&seq, &cert->is_ca)) {
        return false;
    }
    return (seq.len == 0 || cm_der_uint(&seq, &cert->pathlen)) && seq.len == 0;
}

/* A BIT STRING whose first bit is bit 0 of the result. */
static bool read_key_usage(struct cm_cert *cert, struct cm_span value)
{
    struct cm_reader r;
    struct cm_der_element bits;

    cert->has_key_usage = true;
    cm_reader_init(&r, value.data, value.len);
    if (!cm_der_get(&r, CM_DER_BIT_STRING, &bits) || r.len != 0 ||
        bits.content.len == 0 || bits.content.data[0] > 7) {
        return false;
    }
    for (size_t i = 1; i < bits.content.len && i <= 2; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            if ((bits.content.data[i] & (0x80U >> bit)) != 0) {
                cert->key_usage |= 1U << ((unsigned)(i - 1) * 8 + bit);
            }
        }
    }
    return true;
}

static const struct purpose {
    struct cm_span oid;
    unsigned bit;
} purposes[] = {
    {CM_OID(PKIX "\x03\x01"), CM_EKU_SERVER_AUTH},
    {CM_OID(PKIX "\x03\x02"), CM_EKU_CLIENT_AUTH},
    {CM_OID(ID_CE "\x25\x00"), CM_EKU_ANY},
    /* Server Gated Cryptography, by which old certificates say serverAuth. */
    {CM_OID(MICROSOFT "\x0a\x03\x03"), CM_EKU_SERVER_AUTH},
    {CM_OID("\x60\x86\x48\x01\x86\xf8\x42\x04\x01"), CM_EKU_SERVER_AUTH},
};

static bool read_ext_key_usage(struct cm_cert *cert, struct cm_span value)
{
    struct cm_reader seq;
    struct cm_der_element oid;

    cert->has_eku = true;
    if (!cm_der_only(value, CM_DER_SEQUENCE, &seq)) {
        return false;
    }
    while (cm_der_get(&seq, CM_DER_OID, &oid)) {
        unsigned bit = CM_EKU_OTHER;

        for (size_t i = 0; i < COUNT(purposes); i++) {
            if (cm_span_equal(oid.content, purposes[i].oid)) {
                bit = purposes[i].bit;
            }
        }
        cert->eku |= bit;
    }
    return seq.len == 0;
}

static bool read_subject_key_id(struct cm_cert *cert, struct cm_span value)
{
    struct cm_reader id;

    if (!cm_der_only(value, CM_DER_OCTET_STRING, &id)) {
        return false;
    }
    cert->ski = (struct cm_span){id.data, id.len};
    return true;
}

static bool read_authority_key_id(struct cm_cert *cert, struct cm_span value)
{
    struct cm_reader seq;
    struct cm_der_element field;

    if (!cm_der_only(value, CM_DER_SEQUENCE, &seq)) {
        return false;
    }
    while (cm_der_any(&seq, &field)) {
        if (field.tag == CM_DER_CONTEXT(0U)) {
            cert->aki = field.content;
        }
    }
    return seq.len == 0;
}

static bool is_public_policy(struct cm_span oid)
{
    static const struct cm_span ev = CM_OID(CABF_POLICIES "\x01");
    static const struct cm_span others = CM_OID(CABF_POLICIES "\x02");
    struct cm_span head = {oid.data, others.len};

    return cm_span_equal(oid, ev) ||
           (oid.len > others.len && cm_span_equal(head, others));
}

static bool read_policies(struct cm_cert *cert, struct cm_span value)
{
    struct cm_reader seq;
    struct cm_reader policy;
    struct cm_der_element oid;

    if (!cm_der_only(value, CM_DER_SEQUENCE, &seq)) {
        return false;
    }
    while (cm_der_enter(&seq, CM_DER_SEQUENCE, &policy)) {
        if (!cm_der_get(&policy, CM_DER_OID, &oid)) {
            return false;
        }
        cert->public_policy |= is_public_policy(oid.content);
    }
    return seq.len == 0;
}

/* RFC 6962 section 3.3: an OCTET STRING with a TLS vector of vectors. */
static bool read_scts(struct cm_cert *cert, struct cm_span value)
{
    struct cm_reader octets;
    struct cm_reader list;
    struct cm_reader sct;

    if (!cm_der_only(value, CM_DER_OCTET_STRING, &octets) ||
        !cm_reader_vec16(&octets, &list)) {
        return false;
    }
    while (cm_reader_vec16(&list, &sct)) {
        cert->num_scts++;
    }
    return true;
}

static bool read_tls_feature(struct cm_cert *cert, struct cm_span value)
{
    struct cm_reader seq;
    int feature;

    if (!cm_der_only(value, CM_DER_SEQUENCE, &seq)) {
        return false;
    }
    while (cm_der_uint(&seq, &feature)) {
        cert->must_staple |=
            feature == STATUS_REQUEST || feature == STATUS_REQUEST_V2;
    }
    return true;
}

static bool read_name_constraints(struct cm_cert *cert, struct cm_span value)
{
    struct cm_reader seq;

    cert->has_name_constraints = true;
    cert->name_constraints = value;
    return cm_der_only(value, CM_DER_SEQUENCE, &seq);
}

static bool read_poison(struct cm_cert *cert, struct cm_span value)
{
    (void)value;
    cert->has_poison = true;
    return true;
}

static bool read_adcs_template(struct cm_cert *cert, struct cm_span value)
{
    (void)value;
    cert->adcs_template = true;
    return true;
}

static bool read_nothing(struct cm_cert *cert, struct cm_span value)
{
    (void)cert;
    (void)value;
    return true;
}

/* `strict`: TLS libraries refuse the certificate when they cannot read it.
 * `processed`: they know what it means, so it may be critical. */
#define EXT(oid, name, read, strict, processed)                                \
    {                                                                          \
        CM_OID(oid), name " is malformed", name " appears twice", read,        \
            strict, processed                                                  \
    }
static const struct ext_row {
    struct cm_span oid;
    const char *malformed;
    const char *twice;
    bool (*read)(struct cm_cert *cert, struct cm_span value);
    bool strict;
    bool processed;
} ext_rows[] = {
    EXT(ID_CE "\x13", "basicConstraints", read_basic_constraints, true, true),
    EXT(ID_CE "\x0f", "keyUsage", read_key_usage, true, true),
    EXT(ID_CE "\x25", "extKeyUsage", read_ext_key_usage, true, true),
    EXT(ID_CE "\x0e", "subjectKeyIdentifier", read_subject_key_id, true, false),
    EXT(ID_CE "\x23", "authorityKeyIdentifier", read_authority_key_id, true,
        false),
    EXT(ID_CE "\x11", "subjectAltName", cm_ext_alt_names, true, true),
    EXT(ID_CE "\x1e", "nameConstraints", read_name_constraints, true, true),
    EXT(ID_CE "\x20", "certificatePolicies", read_policies, true, true),
    EXT(ID_CE "\x21", "policyMappings", read_nothing, false, true),
    EXT(ID_CE "\x24", "policyConstraints", read_nothing, false, true),
    EXT(ID_CE "\x36", "inhibitAnyPolicy", read_nothing, false, true),
    EXT(ID_CE "\x1f", "cRLDistributionPoints", cm_ext_crl_points, true, true),
    EXT(PKIX "\x01\x01", "authorityInfoAccess", cm_ext_info_access, false,
        false),
    EXT(PKIX "\x01\x18", "tlsFeature", read_tls_feature, false, false),
    EXT(GOOGLE_CT "\x02", "the SCT list", read_scts, false, false),
    EXT(GOOGLE_CT "\x03", "the CT poison", read_poison, false, true),
    EXT(MICROSOFT "\x15\x07", "certificateTemplate", read_adcs_template, false,
        false),
    EXT(MICROSOFT "\x14\x02", "enrollCerttype", read_adcs_template, false,
        false),
    EXT("\x60\x86\x48\x01\x86\xf8\x42\x01\x01", "netscapeCertType",
        read_nothing, false, true),
};

static const struct ext_row *find_row(struct cm_span oid)
{
    for (size_t i = 0; i < COUNT(ext_rows); i++) {
        if (cm_span_equal(oid, ext_rows[i].oid)) {
            return &ext_rows[i];
        }
    }
    return NULL;
}

struct one_ext {
    struct cm_span oid;
    bool critical;
    struct cm_span value;
};

static bool split_extension(struct cm_reader *list, struct one_ext *out)
{
    struct cm_reader seq;
    struct cm_der_element oid;
    struct cm_der_element value;

    if (!cm_der_enter(list, CM_DER_SEQUENCE, &seq) ||
        !cm_der_get(&seq, CM_DER_OID, &oid) ||
        !cm_der_flag(&seq, &out->critical) ||
        !cm_der_get(&seq, CM_DER_OCTET_STRING, &value) || seq.len != 0) {
        return false;
    }
    out->oid = oid.content;
    out->value = value.content;
    return true;
}

static bool note_unknown_critical(struct cm_cert *cert, struct cm_span oid)
{
    struct cm_buf text;

    if (cert->unknown_critical != NULL) {
        return true;
    }
    cm_buf_init(&text, 24 * (oid.len + 1)); /* an arc has 20 digits at most */
    if (!cm_der_oid_text(oid, &text)) {
        cm_buf_clear(&text);
        (void)cm_buf_puts(&text, "malformed");
    }
    cert->unknown_critical = cm_buf_take(&text);
    return cert->unknown_critical != NULL;
}

/* RFC 5280 section 4.2: an extension appears at most once. The first counts. */
static bool read_one(struct cm_cert *cert, const struct one_ext *ext,
                     bool is_twice)
{
    const struct ext_row *row = find_row(ext->oid);

    if (is_twice) {
        cm_cert_note(cert,
                     row != NULL ? row->twice : "an extension appears twice",
                     ext->oid.data);
        return true;
    }
    if (row != NULL && !row->read(cert, ext->value) && row->strict) {
        cm_cert_note(cert, row->malformed, ext->value.data);
    }
    if (ext->critical && (row == NULL || !row->processed)) {
        return note_unknown_critical(cert, ext->oid);
    }
    return true;
}

static bool is_seen(const struct cm_span *seen, size_t count,
                    struct cm_span oid)
{
    for (size_t i = 0; i < count; i++) {
        if (cm_span_equal(seen[i], oid)) {
            return true;
        }
    }
    return false;
}

bool cm_ext_read(struct cm_cert *cert, struct cm_reader extensions)
{
    struct cm_span seen[MAX_SEEN];
    size_t num_seen = 0;
    struct one_ext ext;

    while (extensions.len > 0) {
        if (!split_extension(&extensions, &ext)) {
            cm_cert_note(cert, "the extensions are malformed", extensions.data);
            return true;
        }
        if (!read_one(cert, &ext, is_seen(seen, num_seen, ext.oid))) {
            return false;
        }
        if (num_seen < MAX_SEEN) {
            seen[num_seen++] = ext.oid;
        }
    }
    return cert->num_names_total == 0 || cert->names != NULL;
}
