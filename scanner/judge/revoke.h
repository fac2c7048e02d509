/* Revocation of one certificate of the path: what lists and responses at hand
 * say, before anything is called a finding.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REVOKE_H
#define CERTMUSTER_REVOKE_H

#include "judge/finding.h"
#include "pki/revocation.h"

/* One certificate, and what is known of it so far. */
struct cm_revoke {
    struct cm_case *c;
    struct cm_cert *cert;
    struct cm_cert *issuer; /* the next on the path: it signed `cert` */
    struct cm_revocation_status status;
    bool by_staple; /* what tells is of ... */
    bool by_ocsp;
    bool by_list;
    int64_t invalid_unix; /* revoked, and not to be trusted since; 0: unsaid */
    bool stale;           /* revoked by a source that is out of date itself */
    bool staple_usable;
    /* Lists that did not help; NULL: none such. */
    const struct cm_crl *expired; /* the newest of those out of date */
    int64_t expired_for;          /* seconds */
    const struct cm_crl *bad;
    const char *bad_why;    /* static text on `bad`, or on all lists */
    const char *bad_detail; /* more of it, or "" */
    const char *bad_rule;
};

/* Notes what a source tells: that it is revoked outweighs that it is good,
 * which outweighs that nothing is known. True: it is what counts now. */
bool cm_revoke_note(struct cm_revoke *r,
                    const struct cm_revocation_status *status);

/* revoke_list.c -- the lists at hand of the certificate's issuer. */
void cm_revoke_by_lists(struct cm_revoke *r);
/* revoke_ocsp.c -- the stapled response, of the leaf only; adds the findings
 * about it. And the responses at hand. */
void cm_revoke_by_staple(struct cm_revoke *r);
void cm_revoke_by_responses(struct cm_revoke *r);
/* revoke_source.c -- asks for what is wanted and was not tried yet; says so
 * when all was tried in vain. */
void cm_revoke_by_asking(struct cm_revoke *r);

#endif
