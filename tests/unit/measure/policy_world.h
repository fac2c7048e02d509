/* An endpoint for policies to be held against: what was measured of it, in
 * words. Includes cmocka with what it needs before it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_POLICY_WORLD_H
#define CERTMUSTER_TESTS_POLICY_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "measure/pack.h"
#include "support/forge.h"

/* Lists are separated by spaces; NULL stands for a sound default, "" for
 * none. */
struct world_spec {
    const char *versions; /* served; all others are not */
    const char *suites;   /* IANA's names, with TLS 1.2 */
    const char *suites13;
    const char *groups;
    const char *schemes;
    unsigned dh;
    bool server_order;
    bool no_renegotiation;
    bool no_ems;
    bool no_staple;
    bool compression;
    struct forge_spec leaf;
    enum forge_key_kind key;    /* of the leaf */
    enum forge_key_kind signer; /* of its issuer */
    unsigned days;              /* of the leaf's lifetime; 0: 90 */
    const char *since;          /* its first day; NULL: 2026-06-01 */
    unsigned sct_bytes;         /* of the TLS extension */
    bool is_public;             /* as public CAs issue: policy, timestamps */
    const char *causes;
    bool revoked;
    const char *host;
    const char *owner;    /* a column of the input; NULL: there is none */
    bool not_inventoried; /* an ordinary scan, of the first version */
};

struct world {
    struct cm_endpoint ep;
    struct cm_evidence *ev;
    struct cm_judgement judgement;
    struct cm_comply_case what;
    char *column;
    char *field;
};
void world_open(struct world *w, const struct world_spec *spec);
/* Nothing was measured. */
void world_open_empty(struct world *w);
void world_close(struct world *w);

/* The policy of this name that comes with the program. */
struct cm_pack *world_policy(const char *name);
/* A policy of one rule. */
struct cm_pack *world_rule(const char *kind, const char *when,
                           const char *predicate);
/* What the policy's rule says of the world; PASS where it says nothing. `why`,
 * when not NULL, gets what it says. */
enum cm_outcome world_outcome(const struct world *w, const struct cm_pack *pack,
                              const char *rule, char why[2048]);

#endif
