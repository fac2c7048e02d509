/* BoringSSL's own opinion of a chain, to compare the judge's with.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_JUDGE_ORACLE_H
#define CERTMUSTER_TESTS_JUDGE_ORACLE_H

#include <stdbool.h>
#include <stddef.h>

#include "pki/pki.h"

/* Does X509_verify_cert trust the first of `chain` at FORGE_NOW for servers,
 * with the rest to help? Whoever is in `anchors` may end the path. `host` (a
 * name or an address) is compared too, unless it is NULL. `*why` says what was
 * wrong. */
bool oracle(const struct cm_certset *anchors, struct cm_cert *const *chain,
            size_t num, const char *host, const char **why);
/* Can BoringSSL read it at all? */
bool oracle_reads(const struct cm_cert *cert);

#endif
