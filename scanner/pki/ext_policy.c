/* The extensions about certificate policies (RFC 5280
 * sections 4.2.1.4, 4.2.1.5, 4.2.1.11 and 4.2.1.14): kept whole, for policy.c,
 * and checked for their form. SPDX-License-Identifier: Apache-2.0 */
#include "pki/ext.h"

#include "pki/oids.h"

#define CABF_POLICIES "\x67\x81\x0c\x01" /* 2.23.140.1 */

static bool is_public_policy(struct cm_span oid)
{
    static const struct cm_span ev = CM_OID(CABF_POLICIES "\x01");
    static const struct cm_span others = CM_OID(CABF_POLICIES "\x02");
    struct cm_span head = {oid.data, others.len};

    return cm_span_equal(oid, ev) ||
           (oid.len > others.len && cm_span_equal(head, others));
}

/* PolicyInformation: an OID, and qualifiers that mean nothing here. */
bool cm_ext_policies(struct cm_cert *cert, struct cm_span value)
{
    struct cm_reader seq;
    struct cm_reader policy;
    struct cm_reader qualifiers;
    struct cm_der_element oid;

    cert->policies = value;
    if (!cm_der_only(value, CM_DER_SEQUENCE, &seq) || seq.len == 0) {
        return false;
    }
    while (cm_der_enter(&seq, CM_DER_SEQUENCE, &policy)) {
        if (!cm_der_get(&policy, CM_DER_OID, &oid)) {
            return false;
        }
        (void)cm_der_enter(&policy, CM_DER_SEQUENCE, &qualifiers);
        if (policy.len != 0) {
            return false;
        }
        cert->public_policy |= is_public_policy(oid.content);
    }
    return seq.len == 0;
}

bool cm_ext_policy_mappings(struct cm_cert *cert, struct cm_span value)
{
    struct cm_reader seq;
    struct cm_reader pair;
    struct cm_der_element oid;

    cert->policy_mappings = value;
    if (!cm_der_only(value, CM_DER_SEQUENCE, &seq) || seq.len == 0) {
        return false;
    }
    while (cm_der_enter(&seq, CM_DER_SEQUENCE, &pair)) {
        if (!cm_der_get(&pair, CM_DER_OID, &oid) ||
            !cm_der_get(&pair, CM_DER_OID, &oid) || pair.len != 0) {
            return false;
        }
    }
    return seq.len == 0;
}

/* Two optional INTEGERs with IMPLICIT tags, not both left out. */
bool cm_ext_policy_constraints(struct cm_cert *cert, struct cm_span value)
{
    struct cm_reader seq;
    struct cm_der_element field;
    bool any = false;
    int skip;

    cert->policy_constraints = value;
    if (!cm_der_only(value, CM_DER_SEQUENCE, &seq)) {
        return false;
    }
    for (unsigned tag = 0; tag <= 1; tag++) {
        if (!cm_der_next_is(&seq, CM_DER_CONTEXT(tag))) {
            continue;
        }
        if (!cm_der_any(&seq, &field) ||
            !cm_der_uint_of(field.content, &skip)) {
            return false;
        }
        any = true;
    }
    return any && seq.len == 0;
}

bool cm_ext_inhibit_any_policy(struct cm_cert *cert, struct cm_span value)
{
    struct cm_reader r;
    int skip;

    cert->inhibit_any_policy = value;
    cm_reader_init(&r, value.data, value.len);
    return cm_der_uint(&r, &skip) && r.len == 0;
}
