/* SPDX-License-Identifier: Apache-2.0 */
#include "run/resume.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/again.h"

#define MAX_SENT 100000U

struct cm_resume {
    struct cm_store *store; /* owned until it is taken */
    char *db_path;          /* owned */
    struct cm_unfinished run;
    struct cm_idset done; /* endpoints with a result */
    struct cm_idset redo; /* of them, those to be judged anew */
    struct cm_counters *counters;
    struct cm_compare *compare; /* the reader's */
};

enum cm_status cm_resume_open(struct cm_resume **out, const char *db_path,
                              int64_t run_id, const char *version,
                              struct cm_error *err)
{
    struct cm_resume *resume;
    enum cm_status status;

    *out = NULL;
    if (access(db_path, F_OK) != 0) { /* else it would be made */
        return cm_error_set(err, CM_EINPUT,
                            "there is no store %s, and so nothing to resume; "
                            "--db names another",
                            db_path);
    }
    resume = calloc(1, sizeof(*resume));
    if (resume == NULL) {
        return cm_error_nomem(err, "a run");
    }
    resume->db_path = strdup(db_path);
    status = resume->db_path == NULL
                 ? cm_error_nomem(err, "a run")
                 : cm_store_open(&resume->store, db_path, err);
    if (status == CM_OK) {
        status =
            cm_store_find_unfinished(resume->store, run_id, &resume->run, err);
    }
    if (status == CM_OK && !resume->run.complete &&
        strcmp(resume->run.version, version) != 0) {
        status = cm_error_set(err, CM_EINPUT,
                              "run %lld was begun by certmuster %s, and this "
                              "is %s: only the same version can resume it",
                              (long long)resume->run.id, resume->run.version,
                              version);
    }
    if (status != CM_OK) {
        cm_resume_close(resume);
        return status;
    }
    *out = resume;
    return CM_OK;
}

void cm_resume_close(struct cm_resume *resume)
{
    if (resume != NULL) {
        cm_compare_close(resume->compare);
        cm_store_close(resume->store);
        cm_unfinished_cleanup(&resume->run);
        cm_idset_cleanup(&resume->done);
        cm_idset_cleanup(&resume->redo);
        free(resume->db_path);
        free(resume);
    }
}

const struct cm_unfinished *cm_resume_run(const struct cm_resume *resume)
{
    return &resume->run;
}

enum cm_status cm_resume_each_option(struct cm_resume *resume,
                                     cm_store_text_fn *fn, void *arg,
                                     struct cm_error *err)
{
    return cm_store_each_option(resume->store, resume->run.id, fn, arg, err);
}

struct cm_store *cm_resume_take_store(struct cm_resume *resume)
{
    struct cm_store *store = resume->store;

    resume->store = NULL;
    return store;
}

enum cm_status cm_resume_check(struct cm_resume *resume,
                               const struct cm_run_config *config,
                               const char *digest,
                               const struct cm_input_options *input,
                               struct cm_error *err)
{
    struct cm_compare *compare = NULL;
    enum cm_status status;

    if (strcmp(resume->run.config_sha256, digest) != 0) {
        return cm_error_set(
            err, CM_EINPUT,
            "what the options of run %lld name has changed since it began "
            "(trust anchors, intermediates, revocation lists, a client "
            "certificate, profiles or policies), or the TLS library: its "
            "results would not fit together; scan anew without --resume",
            (long long)resume->run.id);
    }
    status = cm_compare_open(&compare, &resume->run, resume->db_path,
                             config->input_path, err);
    if (status == CM_OK) {
        status = cm_compare_file(compare, input, err);
    }
    cm_compare_close(compare);
    return status == CM_OK
               ? cm_compare_open(&resume->compare, &resume->run,
                                 resume->db_path, config->input_path, err)
               : status;
}

static enum cm_status note_done(void *arg, uint64_t endpoint,
                                enum cm_verdict verdict, bool again)
{
    struct cm_resume *resume = arg;

    atomic_fetch_add(&resume->counters->verdicts[verdict], 1);
    return cm_idset_put(&resume->done, endpoint, true) &&
                   cm_idset_put(&resume->redo, endpoint, again)
               ? CM_OK
               : CM_ENOMEM;
}

enum cm_status cm_resume_begin(struct cm_resume *resume, struct cm_store *store,
                               const char *sandbox,
                               struct cm_counters *counters,
                               struct cm_error *err)
{
    enum cm_status status;

    resume->counters = counters;
    status = cm_store_each_done(store, resume->run.id, note_done, resume, err);
    if (status == CM_OK) {
        status = cm_store_note_sandbox(store, resume->run.id, sandbox, err);
    }
    return status == CM_OK ? cm_store_continue_run(store, resume->run.id, err)
                           : status;
}

enum cm_status cm_resume_columns(struct cm_resume *resume,
                                 const char *const *names, size_t num,
                                 struct cm_error *err)
{
    return cm_compare_columns(resume->compare, names, num, err);
}

enum cm_status cm_resume_row(struct cm_resume *resume, const struct cm_row *row,
                             bool *recorded, struct cm_error *err)
{
    return cm_compare_row(resume->compare, row, recorded, err);
}

enum cm_status cm_resume_end(struct cm_resume *resume, struct cm_error *err)
{
    return cm_compare_end(resume->compare, err);
}

bool cm_resume_is_done(const struct cm_resume *resume, uint64_t endpoint)
{
    return cm_idset_has(&resume->done, endpoint);
}

static enum cm_status add_seen(void *arg, struct cm_cert *cert)
{
    return !cert->parsed || cm_certset_add(arg, cert) ? CM_OK : CM_ENOMEM;
}

enum cm_status cm_resume_remember(struct cm_resume *resume,
                                  struct cm_store *store,
                                  struct cm_certset *seen,
                                  struct cm_idset *redo, struct cm_error *err)
{
    *redo = resume->redo;
    memset(&resume->redo, 0, sizeof(resume->redo));
    return cm_store_each_sent(store, resume->run.id, MAX_SENT, add_seen, seen,
                              err);
}
