/* The extensions made of GeneralNames (RFC 5280 section 4.2.1.6): whom the
 * certificate is for, and where more can be fetched.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/ext.h"

#include <stdlib.h>

#include "pki/oids.h"
#include "pki/subtree.h"

#define CHOICE_MASK 0x1fU

/* A dNSName is letters, digits and a few more (also "_" and "*", which the
 * host name grammar lacks); blanks, controls and slashes never match. */
static bool is_dns_text(struct cm_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] <= ' ' || text.data[i] >= 0x7f ||
            text.data[i] == '/') {
            return false;
        }
    }
    return text.len > 0;
}

static bool is_ia5_text(struct cm_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < ' ' || text.data[i] >= 0x7f) {
            return false;
        }
    }
    return text.len > 0;
}

bool cm_general_name_choice(unsigned tag, unsigned *choice)
{
    switch (tag) {
    case CM_DER_CONTEXT(1U):
    case CM_DER_CONTEXT(2U):
    case CM_DER_CONTEXT(6U):
    case CM_DER_CONTEXT(7U):
    case CM_DER_CONTEXT(8U):
    case CM_DER_CONSTRUCTED(0U):
    case CM_DER_CONSTRUCTED(3U):
    case CM_DER_CONSTRUCTED(4U): /* EXPLICIT, since Name is a CHOICE */
    case CM_DER_CONSTRUCTED(5U):
        *choice = tag & CHOICE_MASK;
        return true;
    default:
        return false;
    }
}

static bool read_general_name(const struct cm_der_element *in,
                              struct cm_cert_name *out)
{
    struct cm_reader name;
    unsigned choice;

    *out = (struct cm_cert_name){.kind = CM_NAME_OTHER, .value = in->content};
    if (!cm_general_name_choice(in->tag, &choice)) {
        return false;
    }
    out->choice = (uint8_t)choice;
    switch (choice) {
    case CM_CHOICE_EMAIL:
        out->kind = CM_NAME_EMAIL;
        out->malformed = !is_ia5_text(in->content);
        break;
    case CM_CHOICE_DNS:
        out->kind = CM_NAME_DNS;
        out->malformed = !is_dns_text(in->content);
        break;
    case CM_CHOICE_URI:
        out->kind = CM_NAME_URI;
        out->malformed = !is_ia5_text(in->content);
        break;
    case CM_CHOICE_IP:
        out->kind = CM_NAME_IP;
        out->malformed = in->content.len != 4 && in->content.len != 16;
        break;
    case CM_CHOICE_DIRECTORY:
        out->malformed = !cm_der_only(in->content, CM_DER_SEQUENCE, &name);
        break;
    default:
        break;
    }
    return true;
}

/* Room for all, or as many as are kept. */
static bool make_room(struct cm_cert *cert, struct cm_reader names)
{
    struct cm_der_element name;
    size_t count = 0;

    while (count < CM_CERT_MAX_NAMES && cm_der_any(&names, &name)) {
        count++;
    }
    cert->names = calloc(count + 1, sizeof(*cert->names));
    return cert->names != NULL;
}

/* No memory shows as a total without names; cm_ext_read looks. */
bool cm_ext_alt_names(struct cm_cert *cert, struct cm_span value)
{
    struct cm_reader seq;
    struct cm_der_element name;
    struct cm_cert_name read;

    cert->has_san = true;
    if (!cm_der_only(value, CM_DER_SEQUENCE, &seq)) {
        return false;
    }
    if (!make_room(cert, seq)) {
        cert->num_names_total = 1;
        return true;
    }
    while (cm_der_any(&seq, &name)) {
        if (!read_general_name(&name, &read)) {
            return false;
        }
        cert->num_names_total++;
        if (cert->num_names < CM_CERT_MAX_NAMES) {
            cert->names[cert->num_names++] = read;
        }
    }
    return seq.len == 0 && cert->num_names_total > 0; /* SIZE (1..MAX) */
}

bool cm_ext_issuer_alt_names(struct cm_cert *cert, struct cm_span value)
{
    struct cm_reader seq;
    struct cm_der_element name;
    struct cm_cert_name read;

    (void)cert;
    if (!cm_der_only(value, CM_DER_SEQUENCE, &seq) || seq.len == 0) {
        return false;
    }
    while (cm_der_any(&seq, &name)) {
        if (!read_general_name(&name, &read)) {
            return false;
        }
    }
    return seq.len == 0;
}

static void keep_url(struct cm_span *urls, size_t *count, struct cm_span url)
{
    if (*count < CM_CERT_MAX_URLS && is_ia5_text(url)) {
        urls[(*count)++] = url;
    }
}

bool cm_ext_info_access(struct cm_cert *cert, struct cm_span value)
{
    static const struct cm_span ca_issuers = CM_OID("\x2b\x06\x01\x05\x05\x07"
                                                    "\x30\x02");
    static const struct cm_span ocsp = CM_OID("\x2b\x06\x01\x05\x05\x07"
                                              "\x30\x01");
    struct cm_reader seq;
    struct cm_reader entry;

    if (!cm_der_only(value, CM_DER_SEQUENCE, &seq) || seq.len == 0) {
        return false;
    }
    while (cm_der_enter(&seq, CM_DER_SEQUENCE, &entry)) {
        struct cm_der_element method;
        struct cm_der_element place;

        if (!cm_der_get(&entry, CM_DER_OID, &method) ||
            !cm_der_any(&entry, &place)) {
            return false;
        }
        if (place.tag != CM_DER_CONTEXT(6U)) {
            continue;
        }
        if (cm_span_equal(method.content, ca_issuers)) {
            keep_url(cert->ca_issuers, &cert->num_ca_issuers, place.content);
        } else if (cm_span_equal(method.content, ocsp)) {
            keep_url(cert->ocsp_urls, &cert->num_ocsp_urls, place.content);
        }
    }
    return seq.len == 0;
}

/* DistributionPoint -> [0] distributionPoint -> [0] fullName -> names. The
 * URLs go to `cert`, when there is one. */
static bool read_points(struct cm_cert *cert, struct cm_span value)
{
    struct cm_reader seq;
    struct cm_reader point;

    if (!cm_der_only(value, CM_DER_SEQUENCE, &seq) || seq.len == 0) {
        return false;
    }
    while (cm_der_enter(&seq, CM_DER_SEQUENCE, &point)) {
        struct cm_reader which;
        struct cm_reader names;
        struct cm_der_element name;

        if (!cm_der_enter(&point, CM_DER_CONSTRUCTED(0U), &which) ||
            !cm_der_enter(&which, CM_DER_CONSTRUCTED(0U), &names)) {
            continue;
        }
        while (cm_der_any(&names, &name)) {
            if (cert != NULL && name.tag == CM_DER_CONTEXT(6U)) {
                keep_url(cert->crl_urls, &cert->num_crl_urls, name.content);
            }
        }
    }
    return seq.len == 0;
}

bool cm_ext_crl_points(struct cm_cert *cert, struct cm_span value)
{
    cert->crl_points = value;
    return read_points(cert, value);
}

bool cm_ext_freshest_crl(struct cm_cert *cert, struct cm_span value)
{
    (void)cert;
    return read_points(NULL, value);
}
