/* Limits by date, as tables.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/limits.h"

#define DAY INT64_C(86400)
#define YEAR (365 * DAY)
#define TERM (15 * YEAR + 4 * DAY) /* 15 years, leap days roughly */

static const struct cm_validity_limit limits[] = {
    {INT64_C(1868227200), 47},  /* 15 March 2029 */
    {INT64_C(1805068800), 100}, /* 15 March 2027 */
    {INT64_C(1773532800), 200}, /* 15 March 2026 */
    {INT64_C(1598918400), 398}, /* 1 September 2020 */
    {INT64_C(1519862400), 825}, /* 1 March 2018 */
};
#define NUM_LIMITS (sizeof(limits) / sizeof(*limits))

const struct cm_validity_limit *cm_validity_limits(size_t *num)
{
    *num = NUM_LIMITS;
    return limits;
}

int cm_validity_limit_days(int64_t issued_unix)
{
    for (size_t i = 0; i < NUM_LIMITS; i++) {
        if (issued_unix >= limits[i].since_unix) {
            return limits[i].days;
        }
    }
    return 0;
}

int64_t cm_renewals_a_year(int64_t life_s)
{
    return life_s <= 0 ? YEAR : (YEAR + life_s - 1) / life_s;
}

static const struct term {
    int64_t made_before;
    int64_t ends;
} terms[] = {
    {INT64_C(1136073600), INT64_C(1744675200)}, /* 2006: 15 April 2025 */
    {INT64_C(1199145600), INT64_C(1776211200)}, /* 2008: 15 April 2026 */
    {INT64_C(1262304000), INT64_C(1807747200)}, /* 2010: 15 April 2027 */
    {INT64_C(1325376000), INT64_C(1839369600)}, /* 2012: 15 April 2028 */
    {INT64_C(1397520000), INT64_C(1870905600)}, /* April 2014: April 2029 */
};

int64_t cm_root_term_end(int64_t not_before_unix)
{
    for (size_t i = 0; i < sizeof(terms) / sizeof(*terms); i++) {
        if (not_before_unix < terms[i].made_before) {
            return terms[i].ends;
        }
    }
    return not_before_unix + TERM;
}
