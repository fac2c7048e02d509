/* How the certificates of the zoo are made. Private to the zoo.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_JUDGE_ZOO_RECIPES_H
#define CERTMUSTER_TESTS_JUDGE_ZOO_RECIPES_H

#include "support/forge.h"
#include "zoo.h"

#define DAYS(n) (FORGE_NOW + (n)*FORGE_DAY)
#define LEAF .subject = ZOO_HOST, .names = ZOO_HOST
/* As public CAs issue today: of 95 days. */
#define PUBLIC                                                                 \
    LEAF, .serial_hex = "0102030405060708090a", .not_after = DAYS(55),         \
          .ca_issuers = "http://pki.a.example/i.crt"
#define CA(cn) .subject = (cn), .ca = true

/* Equal keys are one key. Issuer NULL: self-signed. */
struct zoo_recipe {
    const char *name;
    const char *issuer;
    unsigned key;
    struct forge_spec spec;
    enum forge_key_kind kind;
};

/* zoo_odd.c */
const struct zoo_recipe *zoo_odd_recipes(size_t *num);
/* zoo_paths.c */
const struct zoo_recipe *zoo_path_recipes(size_t *num);

#endif
