/* Certificate revocation lists: the scope of a list (RFC 5280 sections 5.2.5
 * and 6.3.3 (b)). Names are compared as they are written, as CAs write the
 * same in both places; the work is bounded.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/crl_parts.h"

#define MAX_POINTS 16U /* of a certificate that are looked at */
#define MAX_NAMES 16U  /* of one point */

static bool read_flag(struct cm_span content, bool *out)
{
    *out = content.len == 1 && content.data[0] != 0;
    return content.len == 1;
}

bool cm_crl_read_point(struct cm_crl *crl, struct cm_span value)
{
    struct cm_reader seq;
    struct cm_der_element field;
    bool ok = cm_der_only(value, CM_DER_SEQUENCE, &seq);

    while (ok && cm_der_any(&seq, &field)) {
        switch (field.tag) {
        case CM_DER_CONSTRUCTED(0U):
            crl->point = field.content;
            break;
        case CM_DER_CONTEXT(1U):
            ok = read_flag(field.content, &crl->only_user_certs);
            break;
        case CM_DER_CONTEXT(2U):
            ok = read_flag(field.content, &crl->only_ca_certs);
            break;
        case CM_DER_CONTEXT(3U):
            crl->only_some_reasons = true;
            break;
        case CM_DER_CONTEXT(4U):
            ok = read_flag(field.content, &crl->indirect);
            break;
        case CM_DER_CONTEXT(5U):
            ok = read_flag(field.content, &crl->only_attribute_certs);
            break;
        default:
            ok = false;
            break;
        }
    }
    return ok && seq.len == 0;
}

/* A DistributionPointName: GeneralNames, or what is added to the issuer's. */
struct point {
    struct cm_reader names;  /* fullName */
    struct cm_span relative; /* nameRelativeToCRLIssuer's content, or empty */
    struct cm_span issuer;   /* Name with its header */
};

static bool read_point(struct cm_span name, struct cm_span issuer,
                       struct point *out)
{
    struct cm_reader r;
    struct cm_der_element which;

    *out = (struct point){.issuer = issuer};
    cm_reader_init(&r, name.data, name.len);
    if (!cm_der_any(&r, &which) || r.len != 0) {
        return false;
    }
    if (which.tag == CM_DER_CONSTRUCTED(1U)) {
        out->relative = which.content;
        return true;
    }
    cm_reader_init(&out->names, which.content.data, which.content.len);
    return which.tag == CM_DER_CONSTRUCTED(0U);
}

/* Is a directoryName the issuer's RDNs and then the relative one? */
static bool is_relative(const struct cm_der_element *name,
                        const struct point *point)
{
    struct cm_reader rdns;
    struct cm_reader base;
    struct cm_der_element have;
    struct cm_der_element want;

    if (name->tag != CM_DER_CONSTRUCTED(4U) ||
        !cm_der_only(name->content, CM_DER_SEQUENCE, &rdns) ||
        !cm_der_only(point->issuer, CM_DER_SEQUENCE, &base)) {
        return false;
    }
    while (cm_der_any(&base, &want)) {
        if (!cm_der_any(&rdns, &have) ||
            !cm_span_equal(have.whole, want.whole)) {
            return false;
        }
    }
    return cm_der_get(&rdns, CM_DER_SET, &have) && rdns.len == 0 &&
           cm_span_equal(have.content, point->relative);
}

static bool has_name(struct cm_reader names, const struct cm_der_element *name)
{
    struct cm_der_element other;

    for (size_t i = 0; i < MAX_NAMES && cm_der_any(&names, &other); i++) {
        if (cm_span_equal(other.whole, name->whole)) {
            return true;
        }
    }
    return false;
}

static bool has_relative(struct cm_reader names, const struct point *point)
{
    struct cm_der_element name;

    for (size_t i = 0; i < MAX_NAMES && cm_der_any(&names, &name); i++) {
        if (is_relative(&name, point)) {
            return true;
        }
    }
    return false;
}

static bool points_meet(const struct point *a, const struct point *b)
{
    struct cm_reader names = a->names;
    struct cm_der_element name;

    if (a->relative.len > 0 && b->relative.len > 0) {
        return cm_span_equal(a->relative, b->relative) &&
               cm_span_equal(a->issuer, b->issuer);
    }
    if (a->relative.len > 0) {
        return has_relative(b->names, a);
    }
    if (b->relative.len > 0) {
        return has_relative(a->names, b);
    }
    for (size_t i = 0; i < MAX_NAMES && cm_der_any(&names, &name); i++) {
        if (has_name(b->names, &name)) {
            return true;
        }
    }
    return false;
}

/* One DistributionPoint of the certificate: its name, or without one the
 * issuer of its list (section 6.3.3 (b)(2)(i)). */
static bool meets(struct cm_reader field, const struct cm_cert *cert,
                  const struct point *list)
{
    struct cm_der_element part;
    struct point own;
    bool named = false;

    while (cm_der_any(&field, &part)) {
        if (part.tag == CM_DER_CONSTRUCTED(0U)) {
            named = true;
            if (read_point(part.content, cert->issuer, &own) &&
                points_meet(&own, list)) {
                return true;
            }
        } else if (part.tag == CM_DER_CONSTRUCTED(2U) && !named) {
            own = (struct point){.issuer = cert->issuer};
            cm_reader_init(&own.names, part.content.data, part.content.len);
            return points_meet(&own, list);
        }
    }
    return false;
}

bool cm_crl_covers_point(const struct cm_crl *crl, const struct cm_cert *cert)
{
    struct point list;
    struct cm_reader points;
    struct cm_reader field;

    if (crl->point.len == 0) {
        return true;
    }
    if (!read_point(crl->point, crl->issuer, &list) ||
        !cm_der_only(cert->crl_points, CM_DER_SEQUENCE, &points)) {
        return false;
    }
    for (size_t i = 0;
         i < MAX_POINTS && cm_der_enter(&points, CM_DER_SEQUENCE, &field);
         i++) {
        if (meets(field, cert, &list)) {
            return true;
        }
    }
    return false;
}
