/* What the files of the list reader share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_PKI_CRL_PARTS_H
#define CERTMUSTER_PKI_CRL_PARTS_H

#include "pki/crl.h"
#include "pki/der.h"

/* Offsets, not pointers: a big list has hundreds of thousands of these. */
struct cm_crl_slot {
    uint32_t entry_at;  /* the entry's SEQUENCE, in crl->der */
    uint32_t serial_at; /* its serial, without needless leading octets */
    uint32_t serial_len;
};

/* crl_entry.c -- reads the revokedCertificates' content into crl->slots.
 * CM_EINPUT: an entry is malformed. Needs crl->issuer_norm. */
enum cm_status cm_crl_read_entries(struct cm_crl *crl, struct cm_reader entries,
                                   struct cm_error *err);

/* crl_point.c -- reads the value of issuingDistributionPoint. False:
 * malformed. */
bool cm_crl_read_point(struct cm_crl *crl, struct cm_span value);

#endif
