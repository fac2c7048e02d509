/* Everything at hand that tells of revocation: lists from files and from the
 * network, OCSP responses, and where nothing came from. Filled by one thread,
 * then read by many. No opinion: judge/ decides what counts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REVOCATION_H
#define CERTMUSTER_REVOCATION_H

#include "pki/crl.h"
#include "pki/ocsp.h"

struct cm_revocation;
struct cm_revocation *cm_revocation_new(void); /* NULL: no memory */
void cm_revocation_free(struct cm_revocation *set);

/* Adding; false: no memory. References and copies are the set's own. `url` is
 * where it came from, NULL for a file; a later one for the same URL replaces
 * the earlier. `seen_unix` is when it came from there, and is what it was worth
 * then that is judged, however long the run takes or whatever date it is judged
 * for; 0: it is judged for that date. */
bool cm_revocation_add_crl(struct cm_revocation *set, struct cm_crl *crl,
                           const char *url, int64_t seen_unix);
bool cm_revocation_add_ocsp(struct cm_revocation *set,
                            const struct cm_cert *cert, const char *url,
                            struct cm_span response, int64_t seen_unix);
/* Nothing usable came from `url`. `cert` is whom an OCSP request was about;
 * NULL: a list. `why`: "timed out", "HTTP status 404" ... */
bool cm_revocation_add_failure(struct cm_revocation *set,
                               const struct cm_cert *cert, const char *url,
                               const char *why);
/* Reads every CRL in `bytes` (one DER, or PEM blocks). CM_EINPUT: none. */
enum cm_status cm_revocation_load(struct cm_revocation *set,
                                  struct cm_span bytes, size_t *added,
                                  struct cm_error *err);

/* Lookups; all that is lent stays the set's. */
struct cm_revocation_list {
    struct cm_crl *crl;
    int64_t seen_unix; /* 0: a file's */
};
size_t cm_revocation_crls(const struct cm_revocation *set,
                          struct cm_span issuer_norm,
                          const struct cm_revocation_list **out);
/* Whether `issuer`'s key signed `crl`, computed once for each pair and kept;
 * thread-safe. */
enum cm_sig cm_revocation_crl_signature(const struct cm_revocation *set,
                                        const struct cm_crl *crl,
                                        const struct cm_cert *issuer);
/* The responses for a certificate, newest addition last: calls with index 0,
 * 1, ... until false. */
struct cm_revocation_response {
    struct cm_span der;
    const char *url;
    int64_t seen_unix; /* 0: judged for the date of the judgement */
};
bool cm_revocation_ocsp(const struct cm_revocation *set,
                        const struct cm_cert *cert, size_t index,
                        struct cm_revocation_response *out);
/* Was this URL tried, for a list (`cert` NULL) or for an OCSP response about
 * `cert`? `*why` is NULL when something came from it. */
bool cm_revocation_tried(const struct cm_revocation *set,
                         const struct cm_cert *cert, struct cm_span url,
                         const char **why);
/* How often anything was added; NULL: 0. */
uint64_t cm_revocation_changes(const struct cm_revocation *set);
/* True once memory ran out inside cm_revocation_crl_signature: its answers are
 * void. NULL: false. */
bool cm_revocation_spoilt(const struct cm_revocation *set);

#endif
