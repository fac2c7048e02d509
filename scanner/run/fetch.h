/* Fetching what judgements asked for: issuers (AIA), revocation lists, OCSP
 * responses. Runs between the passes over the store, on a loop of its own;
 * each URL is fetched once in a run.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_FETCH_H
#define CERTMUSTER_RUN_FETCH_H

#include "certmuster/judge.h"
#include "certmuster/stored.h"
#include "net/resolver.h"
#include "pki/revocation.h"

struct cm_fetch_config {
    bool issuers;         /* AIA; --no-aia clears it */
    unsigned revocation;  /* CM_REVOCATION_* */
    bool allow_private;   /* --fetch-private: any address */
    unsigned timeout_ms;  /* of one download; 0: 10 s. A revocation list has
                             six times as long */
    unsigned concurrency; /* downloads under way; 0: 32, of revocation lists
                             never more than 8 */
    size_t max_issuers;   /* octets that a run takes of issuers together, */
    size_t max_lists;     /* and of revocation lists; 0: 256 MiB, 1 GiB */
    struct cm_resolver_options resolver;
};

/* wants.c -- what is wanted, each once; not thread-safe. The scope of the
 * endpoints that want it decides which addresses may be asked (design: no
 * private targets unless the endpoint itself is in that range). */
struct cm_wants;
struct cm_wants *cm_wants_new(void); /* NULL: no memory */
void cm_wants_free(struct cm_wants *wants);
/* Takes note of all wants of a judgement. False: no memory. */
bool cm_wants_add(struct cm_wants *wants, const struct cm_endpoint *ep,
                  const struct cm_evidence *ev,
                  const struct cm_judgement *judgement);
size_t cm_wants_count(const struct cm_wants *wants);

/* fetch.c */
struct cm_fetch; /* remembers which URLs were tried */
enum cm_status cm_fetch_new(struct cm_fetch **out,
                            const struct cm_fetch_config *config,
                            struct cm_error *err);
void cm_fetch_free(struct cm_fetch *fetch);
struct cm_fetch_progress { /* of the round, for another thread to show */
    _Atomic unsigned total;
    _Atomic unsigned done;
};
struct cm_fetch_target {
    struct cm_certset *pool;
    struct cm_revocation *revocation;
    struct cm_store *store; /* NULL: tells nobody */
    int64_t run_id;
    struct cm_fetch_progress *progress; /* NULL: nobody looks */
};
/* Downloads all that is wanted, allowed, and was not tried before: of each want
 * the first URL that gives something usable. Fills the pool and the revocation
 * set; each outcome goes to the store as a cm_download. *news: something came,
 * or is now known not to come, that may change judgements. `stop` (may be NULL)
 * ends it early. */
enum cm_status cm_fetch_round(struct cm_fetch *fetch,
                              const struct cm_wants *wants,
                              const struct cm_fetch_target *target,
                              const _Atomic bool *stop, bool *news,
                              struct cm_error *err);

#endif
