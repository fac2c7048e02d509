/* What every handshake of a scan offers: the first hello of an endpoint, and
 * the hand-built ones that differ from it in one respect.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_OFFER_H
#define CERTMUSTER_OFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cm_offer_list {
    const uint16_t *numbers; /* static, the usual ones first */
    size_t num;
};

struct cm_offer_list cm_offer_suites(void);
struct cm_offer_list cm_offer_suites_tls12(void); /* of it: up to TLS 1.2 */
struct cm_offer_list cm_offer_suites_tls13(void); /* of it: TLS 1.3's */
struct cm_offer_list cm_offer_groups(void);
struct cm_offer_list cm_offer_schemes(void);
bool cm_offer_has(struct cm_offer_list list, uint16_t number);

#endif
