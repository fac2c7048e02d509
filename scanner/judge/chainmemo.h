/* What the certificates of a chain show is the same for every endpoint that
 * presents it, but for the names it answers to and what its server staples:
 * judged once, it is remembered. A key holds every fact that the remembered
 * part is made of; what depends on others is judged each time.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_CHAINMEMO_H
#define CERTMUSTER_CHAINMEMO_H

#include "certmuster/memo.h"
#include "judge/finding.h"

/* Longer chains are rare, and judged each time. */
#define CM_CHAINMEMO_CHAIN 8

/* It is compared byte by byte, and has no padding. */
struct cm_chain_key {
    /* By identity, since what refers to certificates refers to these. Unused
     * places are NULL. */
    struct cm_cert *chain[CM_CHAINMEMO_CHAIN];
    /* The view; see cm_trust.chains for what of it may change. */
    const void *view[6];
    uint64_t num_known; /* certificates in all views */
    uint64_t revocation_changes;
    int64_t at_unix;
    unsigned char policy[sizeof(struct cm_policy)];
    /* The handshake, as far as certificates are judged by it. */
    uint32_t handshake; /* bits */
    uint16_t version;
    uint16_t cipher;
    uint32_t num_chain_sent;
    uint32_t chain_bytes;
};

/* What was found, in the order in which it was; what is found about the host
 * comes after the first `num_before`. */
struct cm_chain_facts {
    struct cm_finding *findings;
    size_t num_findings;
    size_t num_before;
    struct cm_want *wants;
    size_t num_wants;
    struct cm_path path;
    struct cm_revocation_status revocation;
    bool trusted;
    bool path_valid;
};

/* False: what this case's certificates show is not to be remembered. */
bool cm_chain_key_of(const struct cm_case *c, struct cm_chain_key *out);

/* Lends what is remembered until it is given back; NULL: nothing is. */
struct cm_memo_item *cm_chainmemo_get(struct cm_chainmemo *memo,
                                      const struct cm_chain_key *key);
const struct cm_chain_facts *
cm_chainmemo_facts(const struct cm_memo_item *item);
void cm_chainmemo_give_back(struct cm_chainmemo *memo,
                            struct cm_memo_item *item);
/* Copies the facts. Without memory for it they are judged again, no more. */
void cm_chainmemo_put(struct cm_chainmemo *memo, const struct cm_chain_key *key,
                      const struct cm_chain_facts *facts);

#endif
