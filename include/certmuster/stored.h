/* What a store knows of its runs, for judging again: the second pass of a scan,
 * and a run that is judged anew without network. One thread, and no run under
 * way (cm_store_drain).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_STORED_H
#define CERTMUSTER_STORED_H

#include "certmuster/store.h"
#include "certmuster/twin.h"

/* What takes the place of what is stored of an endpoint; all of it is the
 * store's to clean up. */
struct cm_revised {
    struct cm_judgement judgement;
    struct cm_measured measured; /* empty: what is stored stays */
    bool replace;                /* false: nothing takes its place */
};
/* Is called for an endpoint with its evidence as it was recorded (borrowed).
 * Another status than CM_OK ends the pass. */
typedef enum cm_status cm_store_visit(void *arg, uint64_t endpoint,
                                      const struct cm_endpoint *ep,
                                      const struct cm_evidence *evidence,
                                      struct cm_revised *out);
struct cm_store_pass {
    cm_store_visit *visit;
    void *arg;
    /* Which endpoints, of those that were probed: those with a finding of one
     * of the causes (in another view: as the primary one), and those that
     * `also` picks (NULL: none). */
    const enum cm_cause *causes;
    size_t num_causes;
    bool (*also)(void *arg, uint64_t endpoint);
    const _Atomic bool *stop; /* ends the pass early, whole; NULL: never */
};
enum cm_status cm_store_each_unsettled(struct cm_store *store, int64_t run_id,
                                       const struct cm_store_pass *pass,
                                       struct cm_error *err);

/* Issuing certificates that the store has seen in any run, the newest first, at
 * most `max`; before them those of `run_id` (0: none) that servers sent above
 * their own, whatever they are. */
typedef enum cm_status cm_store_cert_fn(void *arg, struct cm_cert *cert);
enum cm_status cm_store_each_issuer(struct cm_store *store, int64_t run_id,
                                    size_t max, cm_store_cert_fn *fn, void *arg,
                                    struct cm_error *err);
/* Servers' certificates of the run that have in common with another one of it
 * what `twin` says: each with every endpoint that sends it, one certificate
 * after the other. */
typedef enum cm_status cm_store_twin_fn(void *arg, enum cm_twin twin,
                                        uint64_t endpoint,
                                        const uint8_t cert[CM_SHA256_LEN],
                                        const uint8_t other[CM_SHA256_LEN]);
enum cm_status cm_store_each_twin(struct cm_store *store, int64_t run_id,
                                  enum cm_twin twin, cm_store_twin_fn *fn,
                                  void *arg, struct cm_error *err);
/* The certificate with this hash, the caller's; NULL: the store has none. */
enum cm_status cm_store_find_cert(struct cm_store *store,
                                  const uint8_t sha256[CM_SHA256_LEN],
                                  struct cm_cert **out, struct cm_error *err);

/* What was fetched, or why not; kept so that a run can be judged again without
 * network. Borrowed. */
struct cm_download {
    const char *url;
    const char *kind;   /* "issuer", "crl" or "ocsp" */
    const char *result; /* cm_http_result_id */
    int http_status;    /* 0: none */
    const char *detail;
    int64_t fetched_unix;
    uint32_t ms;
    struct cm_span body; /* what was usable of it; empty: nothing was */
    uint8_t cert_sha256[CM_SHA256_LEN]; /* for ocsp: the certificate asked
                                           about; else zero */
};
enum cm_status cm_store_put_download(struct cm_store *store, int64_t run_id,
                                     const struct cm_download *download,
                                     struct cm_error *err);
typedef enum cm_status cm_store_download_fn(void *arg,
                                            const struct cm_download *download);
enum cm_status cm_store_each_download(struct cm_store *store, int64_t run_id,
                                      cm_store_download_fn *fn, void *arg,
                                      struct cm_error *err);

/* A run that is there. */
struct cm_stored_run {
    int64_t id;
    bool complete;      /* false: it was interrupted, and recorded so */
    uint64_t rows_read; /* by the scan that it goes back to */
    char input_sha256[2 * CM_SHA256_LEN + 1];
};
/* `run_id` 0 is the newest. CM_EINPUT: there is none, or it did not end, or
 * does not add up. */
enum cm_status cm_store_find_run(struct cm_store *store, int64_t run_id,
                                 struct cm_stored_run *out,
                                 struct cm_error *err);
/* The scans that did not end, the newest first: `name` is the run's number,
 * `value` the name of its input. */
typedef enum cm_status cm_store_text_fn(void *arg, const char *name,
                                        const char *value,
                                        struct cm_error *err);
enum cm_status cm_store_each_unfinished(struct cm_store *store,
                                        cm_store_text_fn *fn, void *arg,
                                        struct cm_error *err);
/* The options that the run was given: each value of each. `value` is "true" for
 * a flag. */
enum cm_status cm_store_each_option(struct cm_store *store, int64_t run_id,
                                    cm_store_text_fn *fn, void *arg,
                                    struct cm_error *err);
/* The fields of each row that is the first of its endpoint. */
typedef enum cm_status cm_store_field_fn(void *arg, uint64_t endpoint,
                                         const char *column, const char *field,
                                         struct cm_error *err);
enum cm_status cm_store_each_field(struct cm_store *store, int64_t run_id,
                                   cm_store_field_fn *fn, void *arg,
                                   struct cm_error *err);
/* The names of trust views that rows of the run ask about, as `name`. */
enum cm_status cm_store_each_view(struct cm_store *store, int64_t run_id,
                                  cm_store_text_fn *fn, void *arg,
                                  struct cm_error *err);

/* Judging a stored run anew, as another run. cm_store_begin_rejudge makes the
 * run of info->source_run's input, rows, endpoints and downloads; `info` needs
 * no input, resolvers or TLS library. cm_store_rejudge then visits each
 * endpoint that was probed, in order, with its evidence; those that never were
 * (invalid rows) keep their result. The causes and `also` of `pass` are not
 * looked at; every visit replaces. */
enum cm_status cm_store_begin_rejudge(struct cm_store *store,
                                      const struct cm_run_info *info,
                                      int64_t *run_id, struct cm_error *err);
enum cm_status cm_store_rejudge(struct cm_store *store, int64_t run_id,
                                const struct cm_store_pass *pass,
                                struct cm_error *err);

#endif
