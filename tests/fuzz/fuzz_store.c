/* A store that someone has damaged or made up: it is opened, brought up to date
 * and asked for all that a scan, a resumed scan and a rejudge ask for.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"
#include "fuzz/scratch.h"
#include "fuzz/stores.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/judge.h"
#include "certmuster/resume.h"
#include "certmuster/stored.h"
#include "pki/pki.h"
#include "pki/revocation.h"

#define MAX_ISSUERS 64
#define MAX_ROWS 4096
#define NOW INT64_C(1800000000)

/* The store may refuse with words; nothing else. */
static enum cm_status settled(enum cm_status status, struct cm_error *err)
{
    cm_assert(status != CM_ENOMEM && status != CM_EUSAGE);
    cm_assert(status == CM_OK || err->text[0] != '\0');
    memset(err, 0, sizeof(*err));
    return status;
}

struct judging {
    struct cm_trust trust;
    struct cm_policy policy;
    bool replace;
    unsigned visits;
};

/* As a rejudge does it, with what came back. */
static enum cm_status visit(void *arg, uint64_t endpoint,
                            const struct cm_endpoint *ep,
                            const struct cm_evidence *evidence,
                            struct cm_revised *out)
{
    struct judging *judging = arg;
    enum cm_status status = cm_judge(&out->judgement, ep, evidence,
                                     &judging->trust, &judging->policy, NOW);

    (void)endpoint;
    cm_assert(status == CM_OK);
    cm_assert(evidence->num_probes <= CM_MAX_PROBES);
    cm_assert(out->judgement.verdict != CM_VERDICT_NONE);
    judging->visits++;
    out->replace = judging->replace;
    return CM_OK;
}

static enum cm_status each_cert(void *arg, struct cm_cert *cert)
{
    (void)arg;
    cm_assert(cert != NULL);
    return CM_OK;
}

static enum cm_status each_twin(void *arg, enum cm_twin twin, uint64_t endpoint,
                                const uint8_t cert[CM_SHA256_LEN],
                                const uint8_t other[CM_SHA256_LEN])
{
    (void)arg;
    (void)twin;
    (void)endpoint;
    cm_assert(memcmp(cert, other, CM_SHA256_LEN) != 0);
    return CM_OK;
}

/* As a replay does it. */
static enum cm_status each_download(void *arg,
                                    const struct cm_download *download)
{
    struct cm_crl *crl = cm_crl_parse(download->body, NULL);

    (void)arg;
    cm_assert(download->url != NULL && download->detail != NULL);
    cm_crl_unref(crl);
    return CM_OK;
}

static enum cm_status each_text(void *arg, const char *name, const char *value,
                                struct cm_error *err)
{
    (void)arg;
    (void)err;
    cm_assert(name != NULL && value != NULL);
    return CM_OK;
}

static enum cm_status each_field(void *arg, uint64_t endpoint,
                                 const char *column, const char *field,
                                 struct cm_error *err)
{
    (void)endpoint;
    return each_text(arg, column, field, err);
}

static enum cm_status each_done(void *arg, uint64_t endpoint,
                                enum cm_verdict verdict, bool again)
{
    (void)arg;
    (void)endpoint;
    (void)again;
    cm_assert(verdict < CM_VERDICT_COUNT);
    return CM_OK;
}

static void ask_run(struct cm_store *store, int64_t id, struct judging *judging)
{
    static const enum cm_cause causes[] = {CM_CAUSE_ISSUER_UNKNOWN,
                                           CM_CAUSE_LEAF_EXPIRED};
    const struct cm_store_pass pass = {
        .visit = visit, .arg = judging, .causes = causes, .num_causes = 2};
    struct cm_error err = {0};

    judging->replace = false;
    (void)settled(cm_store_each_unsettled(store, id, &pass, &err), &err);
    (void)settled(
        cm_store_each_issuer(store, id, MAX_ISSUERS, each_cert, NULL, &err),
        &err);
    for (int twin = 0; twin < CM_TWIN_COUNT; twin++) {
        (void)settled(cm_store_each_twin(store, id, (enum cm_twin)twin,
                                         each_twin, NULL, &err),
                      &err);
    }
    (void)settled(cm_store_each_download(store, id, each_download, NULL, &err),
                  &err);
    (void)settled(cm_store_each_option(store, id, each_text, NULL, &err), &err);
    (void)settled(cm_store_each_field(store, id, each_field, NULL, &err), &err);
    (void)settled(cm_store_each_view(store, id, each_text, NULL, &err), &err);
}

static void rejudge(struct cm_store *store, const struct cm_stored_run *run,
                    struct judging *judging)
{
    const struct cm_run_info info = {.options = "{}",
                                     .version = "1",
                                     .trust = "fuzz",
                                     .source_run = run->id,
                                     .started_unix = NOW,
                                     .judged_at_unix = NOW};
    const struct cm_run_end end = {.state = "complete",
                                   .input_sha256 = run->input_sha256,
                                   .rows_read = run->rows_read,
                                   .finished_unix = NOW};
    const struct cm_store_pass pass = {.visit = visit, .arg = judging};
    struct cm_error err = {0};
    int64_t id = 0;

    judging->replace = true;
    if (settled(cm_store_begin_rejudge(store, &info, &id, &err), &err) ==
            CM_OK &&
        settled(cm_store_rejudge(store, id, &pass, &err), &err) == CM_OK) {
        (void)settled(cm_store_finish_run(store, id, &end, &err), &err);
    }
}

static void resume(struct cm_store *store, const char *path)
{
    const struct cm_stored_row *row = NULL;
    struct cm_unfinished run = {0};
    struct cm_stored_rows *rows = NULL;
    struct cm_error err = {0};
    unsigned num = 0;

    (void)settled(cm_store_each_unfinished(store, each_text, NULL, &err), &err);
    if (settled(cm_store_find_unfinished(store, 0, &run, &err), &err) ==
        CM_OK) {
        (void)settled(cm_store_each_done(store, run.id, each_done, NULL, &err),
                      &err);
        (void)settled(cm_store_each_sent(store, run.id, MAX_ISSUERS, each_cert,
                                         NULL, &err),
                      &err);
        if (settled(cm_stored_rows_open(&rows, path, run.id, &err), &err) ==
            CM_OK) {
            while (settled(cm_stored_rows_next(rows, &row, &err), &err) ==
                       CM_OK &&
                   row != NULL) {
                cm_assert(row->fields != NULL && num++ < MAX_ROWS);
            }
        }
        cm_stored_rows_close(rows);
    }
    cm_unfinished_cleanup(&run);
}

static void ask(const char *path, uint8_t what)
{
    struct judging judging = {
        .trust = {.name = "fuzz", .anchors = cm_certset_new(1)}};
    struct cm_stored_run run;
    struct cm_store *store = NULL;
    struct cm_error err = {0};

    cm_policy_default(&judging.policy);
    if (settled(cm_store_open(&store, path, &err), &err) == CM_OK) {
        if (settled(cm_store_find_run(store, what % 4, &run, &err), &err) ==
            CM_OK) {
            ask_run(store, run.id, &judging);
            if ((what & 0x80) != 0) {
                rejudge(store, &run, &judging);
            }
        }
        if ((what & 0x40) != 0) {
            resume(store, path);
        }
    }
    cm_store_close(store);
    cm_certset_free((struct cm_certset *)(uintptr_t)judging.trust.anchors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_reader in;
    const char *path;
    uint8_t what;

    cm_reader_init(&in, data, size);
    path = fuzz_store_make(&in, &what);
    ask(path, what);
    return 0;
}
