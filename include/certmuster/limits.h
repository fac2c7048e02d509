/* What calendars say of certificates: how long they may live, by the day of
 * issue, and how long roots are kept.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_LIMITS_H
#define CERTMUSTER_LIMITS_H

#include <stddef.h>
#include <stdint.h>

/* The most days that a public CA may issue for, from a day on (CA/Browser Forum
 * Baseline Requirements 6.3.2). */
struct cm_validity_limit {
    int64_t since_unix;
    int days;
};
/* All of them, the newest first. */
const struct cm_validity_limit *cm_validity_limits(size_t *num);
/* The limit for what is issued then; 0: there was none yet. */
int cm_validity_limit_days(int64_t issued_unix);

/* From 15 March 2027 on public CAs issue no certificate for a server that is
 * for clients, too (Chrome Root Program Policy 1.8, section 1.3.2). */
#define CM_CLIENT_AUTH_END INT64_C(1805068800)

/* Renewals a year of a certificate that lives for so many seconds, when each is
 * renewed on its last day. */
int64_t cm_renewals_a_year(int64_t life_s);

/* When Chrome removes a root (Root Program Policy 1.8, section 1.3.1.2): by the
 * day its key was made, for which its notBefore stands. */
int64_t cm_root_term_end(int64_t not_before_unix);

#endif
