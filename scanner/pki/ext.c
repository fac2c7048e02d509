/* Certificate extensions (RFC 5280 section 4.2, RFC 6962, RFC 7633): a table
 * of OIDs, each with the function that reads its value.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/ext.h"

#include "pki/oids.h"
#include "pki/subtree.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define MAX_UNKNOWN                                                            \
    64              /* unknown extensions that are compared for duplicates     \
                     */
#define MAX_OID 512 /* octets of one that is shown */
#define ID_CE "\x55\x1d"
#define PKIX "\x2b\x06\x01\x05\x05\x07" /* 1.3.6.1.5.5.7 */
#define MICROSOFT "\x2b\x06\x01\x04\x01\x82\x37"
#define GOOGLE_CT "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04"

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
    if (seq.len > 0 && !cm_der_uint(&seq, &cert->pathlen)) {
        return false;
    }
    cert->pathlen_without_ca = cert->pathlen >= 0 && !cert->is_ca;
    return seq.len == 0;
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
    {CM_OID(PKIX "\x03\x09"), CM_EKU_OCSP_SIGNING | CM_EKU_OTHER},
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
    return seq.len == 0 && cert->eku != 0;
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

/* Three optional fields in their order (RFC 5280 section 4.2.1.1). */
static bool read_authority_key_id(struct cm_cert *cert, struct cm_span value)
{
    struct cm_reader seq;
    struct cm_der_element field;

    if (!cm_der_only(value, CM_DER_SEQUENCE, &seq)) {
        return false;
    }
    if (cm_der_get(&seq, CM_DER_CONTEXT(0U), &field)) {
        cert->aki = field.content;
    }
    if (cm_der_get(&seq, CM_DER_CONSTRUCTED(1U), &field)) {
        cert->aki_has_issuer = true;
    }
    if (cm_der_get(&seq, CM_DER_CONTEXT(2U), &field)) {
        cert->aki_has_issuer = true;
    }
    return seq.len == 0;
}

/* RFC 6962 section 3.3: an OCTET STRING with a TLS vector of vectors. */
static bool read_scts(struct cm_cert *cert, struct cm_span value)
{
    struct cm_reader octets;
    struct cm_reader list;
    struct cm_reader sct;

    if (!cm_der_only(value, CM_DER_OCTET_STRING, &octets)) {
        return false;
    }
    cert->sct_list = (struct cm_span){octets.data, octets.len};
    if (!cm_reader_vec16(&octets, &list)) {
        return false;
    }
    while (cm_reader_vec16(&list, &sct)) {
        cert->num_scts++;
    }
    return cert->num_scts > 0 && list.len == 0 && octets.len == 0;
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
    return seq.len == 0;
}

static bool read_name_constraints(struct cm_cert *cert, struct cm_span value)
{
    struct cm_constraints parts;

    cert->has_name_constraints = true;
    cert->name_constraints = value;
    return cm_constraints_read(value, &parts);
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

/* `ext`: CM_EXT_COUNT when there is no bit for it. `processed`: TLS libraries
 * know what it means, so it may be critical. */
static const struct ext_row {
    struct cm_span oid;
    enum cm_ext ext;
    bool (*read)(struct cm_cert *cert, struct cm_span value);
    bool processed;
} ext_rows[] = {
    {CM_OID(ID_CE "\x13"), CM_EXT_BASIC_CONSTRAINTS, read_basic_constraints,
     true},
    {CM_OID(ID_CE "\x0f"), CM_EXT_KEY_USAGE, read_key_usage, true},
    {CM_OID(ID_CE "\x25"), CM_EXT_EKU, read_ext_key_usage, true},
    {CM_OID(ID_CE "\x0e"), CM_EXT_SKI, read_subject_key_id, false},
    {CM_OID(ID_CE "\x23"), CM_EXT_AKI, read_authority_key_id, false},
    {CM_OID(ID_CE "\x11"), CM_EXT_SAN, cm_ext_alt_names, true},
    {CM_OID(ID_CE "\x12"), CM_EXT_ISSUER_ALT_NAME, cm_ext_issuer_alt_names,
     false},
    {CM_OID(ID_CE "\x1e"), CM_EXT_NAME_CONSTRAINTS, read_name_constraints,
     true},
    {CM_OID(ID_CE "\x20"), CM_EXT_POLICIES, cm_ext_policies, true},
    {CM_OID(ID_CE "\x21"), CM_EXT_POLICY_MAPPINGS, cm_ext_policy_mappings,
     true},
    {CM_OID(ID_CE "\x24"), CM_EXT_POLICY_CONSTRAINTS, cm_ext_policy_constraints,
     true},
    {CM_OID(ID_CE "\x36"), CM_EXT_INHIBIT_ANY_POLICY, cm_ext_inhibit_any_policy,
     true},
    {CM_OID(ID_CE "\x1f"), CM_EXT_CRL_POINTS, cm_ext_crl_points, true},
    {CM_OID(ID_CE "\x2e"), CM_EXT_FRESHEST_CRL, cm_ext_freshest_crl, false},
    {CM_OID(PKIX "\x01\x01"), CM_EXT_AIA, cm_ext_info_access, false},
    {CM_OID(PKIX "\x01\x18"), CM_EXT_TLS_FEATURE, read_tls_feature, false},
    {CM_OID(GOOGLE_CT "\x02"), CM_EXT_SCT_LIST, read_scts, false},
    {CM_OID(GOOGLE_CT "\x03"), CM_EXT_COUNT, read_poison, false},
    {CM_OID(MICROSOFT "\x15\x07"), CM_EXT_COUNT, read_adcs_template, false},
    {CM_OID(MICROSOFT "\x14\x02"), CM_EXT_COUNT, read_adcs_template, false},
    /* netscapeCertType */
    {CM_OID("\x60\x86\x48\x01\x86\xf8\x42\x01\x01"), CM_EXT_COUNT, read_nothing,
     true},
};

_Static_assert(COUNT(ext_rows) <= 32, "struct seen has a bit for each");

static const struct ext_row *find_row(struct cm_span oid)
{
    for (size_t i = 0; i < COUNT(ext_rows); i++) {
        if (cm_span_equal(oid, ext_rows[i].oid)) {
            return &ext_rows[i];
        }
    }
    return NULL;
}

bool cm_ext_next(struct cm_reader *list, struct cm_one_ext *out)
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

bool cm_ext_keep_oid(const char **kept, struct cm_span oid)
{
    struct cm_buf text;

    if (*kept != NULL) {
        return true;
    }
    cm_buf_init(&text, 24 * (oid.len + 1)); /* an arc has 20 digits at most */
    if (oid.len > MAX_OID || (!cm_der_oid_text(oid, &text) && !text.failed)) {
        cm_buf_clear(&text);
        (void)cm_buf_puts(&text, "malformed");
    }
    *kept = cm_buf_take(&text);
    return *kept != NULL;
}

/* What was met so far: rows of the table, and other OIDs. */
struct seen {
    uint32_t rows;
    size_t num_unknown;
    struct cm_span unknown[MAX_UNKNOWN];
};

/* Remembers the extension. */
static bool is_seen(struct seen *seen, const struct ext_row *row,
                    struct cm_span oid)
{
    uint32_t bit;

    if (row != NULL) {
        bit = 1U << (unsigned)(row - ext_rows);
        if ((seen->rows & bit) != 0) {
            return true;
        }
        seen->rows |= bit;
        return false;
    }
    for (size_t i = 0; i < seen->num_unknown; i++) {
        if (cm_span_equal(seen->unknown[i], oid)) {
            return true;
        }
    }
    if (seen->num_unknown < MAX_UNKNOWN) {
        seen->unknown[seen->num_unknown++] = oid;
    }
    return false;
}

/* False: no memory. */
static bool read_one(struct cm_cert *cert, const struct ext_row *row,
                     const struct cm_one_ext *ext)
{
    bool sound = row == NULL || row->read(cert, ext->value);

    if (row != NULL && row->ext != CM_EXT_COUNT) {
        cert->ext_present |= CM_EXT_BIT(row->ext);
        cert->ext_critical |= ext->critical ? CM_EXT_BIT(row->ext) : 0U;
        cert->ext_bad |= sound ? 0U : CM_EXT_BIT(row->ext);
    }
    if (ext->critical && (row == NULL || !row->processed)) {
        return cm_ext_keep_oid(&cert->unknown_critical, ext->oid);
    }
    return true;
}

/* RFC 5280 section 4.2: an extension appears at most once. The first counts. */
bool cm_ext_read(struct cm_cert *cert, struct cm_reader extensions)
{
    struct seen seen = {0};
    struct cm_one_ext ext;

    while (extensions.len > 0) {
        const struct ext_row *row;
        bool ok;

        if (!cm_ext_next(&extensions, &ext)) {
            cm_cert_note(cert, "the extensions are malformed", extensions.data);
            return true;
        }
        row = find_row(ext.oid);
        ok = is_seen(&seen, row, ext.oid)
                 ? cm_ext_keep_oid(&cert->ext_twice, ext.oid)
                 : read_one(cert, row, &ext);
        if (!ok) {
            return false;
        }
        if (seen.num_unknown == MAX_UNKNOWN) {
            cm_cert_note(cert, "there are too many extensions", ext.oid.data);
            return true;
        }
    }
    return cert->num_names_total == 0 || cert->names != NULL;
}
