/* What a run has downloaded, taken from the store instead of the network.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "run/rejudge.h"

struct replay {
    struct cm_store *store;
    struct cm_certset *pool;
    struct cm_revocation *revocation;
};

/* What cannot be read is left out, now as then. */
static enum cm_status known(enum cm_status status)
{
    return status == CM_ENOMEM ? CM_ENOMEM : CM_OK;
}

static enum cm_status take_list(const struct replay *replay,
                                const struct cm_download *download)
{
    struct cm_error err;
    struct cm_crl *crl = cm_crl_parse(download->body, &err);
    bool added = true;

    if (crl == NULL) {
        return known(err.status);
    }
    added = cm_revocation_add_crl(replay->revocation, crl, download->url,
                                  download->fetched_unix);
    cm_crl_unref(crl);
    return added ? CM_OK : CM_ENOMEM;
}

/* The certificate that a responder was asked about; NULL: none was, or it is
 * not in the store. */
static enum cm_status find_cert(const struct replay *replay,
                                const struct cm_download *download,
                                struct cm_cert **out)
{
    *out = NULL;
    return strcmp(download->kind, "ocsp") == 0
               ? cm_store_find_cert(replay->store, download->cert_sha256, out,
                                    NULL)
               : CM_OK;
}

static enum cm_status take_response(const struct replay *replay,
                                    const struct cm_download *download)
{
    bool is_ocsp = strcmp(download->kind, "ocsp") == 0;
    struct cm_cert *cert;
    enum cm_status status = find_cert(replay, download, &cert);
    bool added = true;

    if (status != CM_OK) {
        return status;
    }
    if (download->body.len > 0 && cert != NULL) {
        added = cm_revocation_add_ocsp(replay->revocation, cert, download->url,
                                       download->body, download->fetched_unix);
    } else if (download->body.len == 0 && (cert != NULL || !is_ocsp)) {
        added = cm_revocation_add_failure(replay->revocation, cert,
                                          download->url, download->detail);
    }
    cm_cert_unref(cert);
    return added ? CM_OK : CM_ENOMEM;
}

static enum cm_status take(void *arg, const struct cm_download *download)
{
    const struct replay *replay = arg;
    size_t added = 0;

    if (download->body.len == 0 && strcmp(download->result, "ok") == 0 &&
        strncmp(download->detail, "used", 4) == 0) {
        return CM_OK; /* it was too big to be kept: nothing is known of it */
    }
    if (download->body.len > 0 && strcmp(download->kind, "issuer") == 0) {
        return known(cm_certs_load(replay->pool, download->body, &added, NULL));
    }
    if (download->body.len > 0 && strcmp(download->kind, "crl") == 0) {
        return take_list(replay, download);
    }
    return take_response(replay, download);
}

enum cm_status cm_replay(struct cm_store *store, int64_t run_id,
                         struct cm_certset *pool,
                         struct cm_revocation *revocation, struct cm_error *err)
{
    struct replay replay = {store, pool, revocation};

    return cm_store_each_download(store, run_id, take, &replay, err);
}
