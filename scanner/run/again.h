/* Judging endpoints again that are stored already: the second pass of a scan,
 * and rejudge. Private to run/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_AGAIN_H
#define CERTMUSTER_RUN_AGAIN_H

#include "certmuster/stored.h"
#include "judge/fleet.h"
#include "run/fetch.h"
#include "run/parts.h"
#include "run/trust.h"

/* idset.c -- a set of endpoint ids. Zero is the empty set. */
struct cm_idset {
    uint64_t *words; /* owned */
    size_t num;
};
bool cm_idset_put(struct cm_idset *set, uint64_t id, bool is_in); /* no memory:
                                                                     false */
bool cm_idset_has(const struct cm_idset *set, uint64_t id);
void cm_idset_cleanup(struct cm_idset *set);

/* pending.c -- what judgements ask for (cm_judgement.wants), and which
 * endpoints do. Adding is thread-safe; all else is for when nobody adds. */
struct cm_pending;
struct cm_pending *cm_pending_new(void); /* NULL: no memory */
void cm_pending_free(struct cm_pending *pending);
/* The endpoint's latest judgement. False: no memory. */
bool cm_pending_note(struct cm_pending *pending, uint64_t endpoint,
                     const struct cm_endpoint *ep, const struct cm_evidence *ev,
                     const struct cm_judgement *judgement);
bool cm_pending_has(const struct cm_pending *pending, uint64_t endpoint);
const struct cm_wants *cm_pending_wants(const struct cm_pending *pending);

/* again.c -- everything to judge with when all endpoints were seen. */
struct cm_again {
    struct cm_store *store; /* borrowed */
    int64_t run_id;
    struct cm_trust views[CM_MAX_VIEWS];
    struct cm_judging judging;
    struct cm_chainmemo *chains; /* owned */
    struct cm_certset *pool; /* owned: the user's, the fleet's, earlier runs' */
    struct cm_revocation *revocation; /* borrowed */
    struct cm_fleet *fleet;           /* owned */
    struct cm_idset twins;      /* endpoints whose serial number or key was used
                                    twice */
    struct cm_idset more;       /* endpoints that cm_again_unsettled judges
                                    too */
    struct cm_pending *pending; /* borrowed; NULL: nobody asks */
    struct cm_counters *counters; /* for the progress; borrowed */
    const _Atomic bool *stop;
};
/* `files` are the first pass's. What it makes is to be closed, whatever it
 * returns. */
enum cm_status cm_again_open(struct cm_again *again, struct cm_store *store,
                             struct cm_trust_files *files,
                             const struct cm_judging *judging,
                             struct cm_error *err);
void cm_again_close(struct cm_again *again);
/* Fills the pool: `seen` (may be NULL), then what servers of the run sent_in
 * (0: none) sent, then the issuers of all runs of the store. */
enum cm_status cm_again_fill(struct cm_again *again,
                             const struct cm_certset *seen, int64_t sent_in,
                             struct cm_error *err);
/* Judges again whatever more certificates can settle; with `pending_too` also
 * the endpoints whose wants were looked after meanwhile, without it those of
 * `more`. */
enum cm_status cm_again_unsettled(struct cm_again *again, bool pending_too,
                                  struct cm_error *err);
/* Judges all endpoints of the run's source (cm_store_rejudge). */
enum cm_status cm_again_all(struct cm_again *again, struct cm_error *err);
/* What only the fleet as a whole shows, once all else is settled. */
enum cm_status cm_again_fleet(struct cm_again *again, struct cm_error *err);

/* second.c -- the second pass of a scan: completes chains, fetches what is
 * wanted as long as it tells something new, and looks at the fleet. */
/* `config` NULL: nothing is fetched. */
enum cm_status cm_second_pass(struct cm_again *again,
                              const struct cm_fetch_config *config,
                              struct cm_error *err);

/* task.c -- work in a thread of its own, while this one shows the progress and
 * listens for signals. */
struct cm_task {
    enum cm_status (*work)(void *arg, struct cm_error *err);
    void *arg;
    struct cm_signals *signals;
    struct cm_progress *progress; /* may be NULL */
    _Atomic bool *stop;           /* set by a signal */
};
/* The status of the work. */
enum cm_status cm_task_run(const struct cm_task *task, struct cm_error *err);

#endif
