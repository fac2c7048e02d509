/* Certificate extensions to facts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_PKI_EXT_H
#define CERTMUSTER_PKI_EXT_H

#include <stdbool.h>

#include "certmuster/cert.h"
#include "pki/der.h"

/* Reads the Extensions value (the SEQUENCE) into `cert`. What cannot be read
 * shows in ext_bad and the rest is read all the same; only a list that cannot
 * be taken apart is noted with cm_cert_note. False: no memory. */
bool cm_ext_read(struct cm_cert *cert, struct cm_reader extensions);

/* One Extension, of certificates, lists and OCSP responses alike. */
struct cm_one_ext {
    struct cm_span oid;
    bool critical;
    struct cm_span value; /* inside of the OCTET STRING */
};
/* Takes the next one; false: it is malformed. */
bool cm_ext_next(struct cm_reader *list, struct cm_one_ext *out);
/* Keeps an OID as text unless one is kept. False: no memory. */
bool cm_ext_keep_oid(const char **kept, struct cm_span oid);

/* Readers of one extension's value; false: malformed.
 * ext_names.c -- the ones with GeneralNames. No memory for names shows as
 * num_names_total without names. */
bool cm_ext_alt_names(struct cm_cert *cert, struct cm_span value);
bool cm_ext_issuer_alt_names(struct cm_cert *cert, struct cm_span value);
bool cm_ext_info_access(struct cm_cert *cert, struct cm_span value);
bool cm_ext_crl_points(struct cm_cert *cert, struct cm_span value);
bool cm_ext_freshest_crl(struct cm_cert *cert, struct cm_span value);
/* ext_policy.c -- certificate policies. */
bool cm_ext_policies(struct cm_cert *cert, struct cm_span value);
bool cm_ext_policy_mappings(struct cm_cert *cert, struct cm_span value);
bool cm_ext_policy_constraints(struct cm_cert *cert, struct cm_span value);
bool cm_ext_inhibit_any_policy(struct cm_cert *cert, struct cm_span value);

/* cert.c -- the first mistake is the one that is kept; `at` points into the
 * certificate. */
void cm_cert_note(struct cm_cert *cert, const char *error, const uint8_t *at);

#endif
