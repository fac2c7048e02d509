/* What came is looked at before it counts: an issuer URL must give a
 * certificate, a list must be one, a responder must have responded. Whether it
 * proves anything is for the judge.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "certmuster/text.h"
#include "run/fetch_parts.h"

#define MAX_CERTS 32              /* of one issuer URL */
#define MAX_KEPT_BYTES (8U << 20) /* of one list, in the store */
/* What came stays in memory until the run is over, and whoever makes
 * certificates can name as many URLs as he likes: of all together. */
#define MAX_ISSUERS_BYTES ((size_t)256 << 20)
#define MAX_LISTS_BYTES ((size_t)1 << 30)
#define TOO_MUCH "not used: what was fetched in this run is too much already"

void fetch_fail(struct fetch_round *round, enum cm_status status,
                const char *what)
{
    if (round->status == CM_OK) {
        round->status = status == CM_ENOMEM
                            ? cm_error_nomem(round->err, what)
                            : cm_error_set(round->err, status, "%s", what);
    }
}

bool fetch_request(const struct download *download, struct cm_buf *post)
{
    cm_buf_init(post, CM_OCSP_MAX_BYTES);
    return download->item->kind != CM_WANT_OCSP ||
           cm_ocsp_request(post, download->item->cert, download->item->issuer);
}

static bool has_room(size_t used, size_t more, size_t max, size_t max_usual)
{
    max = max == 0 ? max_usual : max;
    return used <= max && more <= max - used;
}

/* Each gives NULL when the body is usable, else what is wrong with it. */

static const char *take_issuers(struct download *download, struct cm_span body,
                                struct cm_error *err)
{
    struct cm_fetch *fetch = download->round->fetch;
    struct cm_certset *set;
    size_t added = 0;
    size_t parsed = 0;

    if (!has_room(fetch->issuer_bytes, body.len, fetch->config.max_issuers,
                  MAX_ISSUERS_BYTES)) {
        return TOO_MUCH;
    }
    set = cm_certset_new(MAX_CERTS);
    if (set == NULL || cm_certs_load(set, body, &added, err) == CM_ENOMEM) {
        cm_certset_free(set);
        fetch_fail(download->round, CM_ENOMEM, "fetched certificates");
        return "no memory";
    }
    for (size_t i = 0; i < cm_certset_count(set); i++) {
        parsed += cm_certset_at(set, i)->parsed ? 1 : 0;
    }
    if (parsed == 0) {
        cm_certset_free(set);
        return "there is no certificate in it";
    }
    fetch->issuer_bytes += body.len;
    download->certs = set;
    return NULL;
}

static const char *take_list(struct download *download, struct cm_span body,
                             struct cm_error *err)
{
    struct fetch_round *round = download->round;
    struct cm_fetch *fetch = round->fetch;
    struct cm_crl *crl;

    if (!has_room(fetch->list_bytes, body.len, fetch->config.max_lists,
                  MAX_LISTS_BYTES)) {
        return TOO_MUCH;
    }
    crl = cm_crl_parse(body, err);
    if (crl == NULL && err->status != CM_ENOMEM) {
        return "it is no revocation list";
    }
    if (crl == NULL ||
        !cm_revocation_add_crl(round->target->revocation, crl, download->url,
                               (int64_t)time(NULL))) {
        fetch_fail(round, CM_ENOMEM, "a revocation list");
    }
    fetch->list_bytes += body.len;
    cm_crl_unref(crl);
    return NULL;
}

static const char *take_response(struct download *download, struct cm_span body)
{
    struct fetch_round *round = download->round;
    const struct want_item *item = download->item;
    struct cm_ocsp_answer answer =
        cm_ocsp_read(NULL, body, item->cert, item->issuer, (int64_t)time(NULL));

    if (!answer.no_memory &&
        (answer.state == CM_OCSP_MALFORMED || answer.state == CM_OCSP_ERROR)) {
        return answer.state == CM_OCSP_ERROR && answer.detail[0] != '\0'
                   ? answer.detail
                   : "it is no OCSP response";
    }
    if (answer.no_memory ||
        !cm_revocation_add_ocsp(round->target->revocation, item->cert,
                                download->url, body, (int64_t)time(NULL))) {
        fetch_fail(round, CM_ENOMEM, "an OCSP response");
    }
    return NULL;
}

static const char *take_body(struct download *download, struct cm_span body)
{
    struct cm_error err = {.status = CM_OK};

    switch (download->item->kind) {
    case CM_WANT_ISSUER:
        return take_issuers(download, body, &err);
    case CM_WANT_CRL:
        return take_list(download, body, &err);
    case CM_WANT_OCSP:
        break;
    }
    return take_response(download, body);
}

/* Remembers it, so that nobody asks again. */
static void note_outcome(struct download *download, bool usable,
                         enum cm_http_result result)
{
    struct fetch_round *round = download->round;
    struct cm_map *tried = round->fetch->tried;
    struct fetch_outcome *outcome =
        cm_map_get(tried, download->key.data, download->key.len);

    if (outcome == NULL) {
        outcome = calloc(1, sizeof(*outcome));
        if (outcome == NULL || !cm_map_put(tried, download->key.data,
                                           download->key.len, outcome)) {
            free(outcome);
            fetch_fail(round, CM_ENOMEM, "what was fetched");
            return;
        }
    }
    outcome->usable = usable;
    outcome->refused = result == CM_HTTP_REFUSED_ADDRESS;
    outcome->allow = download->allow;
}

static void tell_store(const struct download *download,
                       const struct cm_http_answer *answer, const char *detail,
                       struct cm_span body)
{
    static const char *const kinds[] = {[CM_WANT_ISSUER] = "issuer",
                                        [CM_WANT_CRL] = "crl",
                                        [CM_WANT_OCSP] = "ocsp"};
    struct fetch_round *round = download->round;
    struct cm_download row = {
        .kind = kinds[download->item->kind],
        .result = cm_http_result_id(answer->result),
        .http_status = answer->status,
        .detail = detail,
        .fetched_unix = (int64_t)time(NULL),
        .ms = answer->ms,
        .body = body,
    };
    struct cm_error err = {.status = CM_OK};
    struct cm_buf url; /* a certificate's bytes: perhaps no UTF-8 */

    if (round->target->store == NULL) {
        return;
    }
    cm_buf_init(&url, 3 * CM_CERT_MAX_DER);
    cm_text_to_utf8(&url, download->url, strlen(download->url));
    row.url = cm_buf_cstr(&url);
    if (download->item->kind == CM_WANT_OCSP) {
        memcpy(row.cert_sha256, download->item->cert->sha256, CM_SHA256_LEN);
    }
    if (url.failed) {
        fetch_fail(round, CM_ENOMEM, "what was fetched");
    } else if (cm_store_put_download(round->target->store,
                                     round->target->run_id, &row,
                                     &err) != CM_OK) {
        fetch_fail(round, err.status, err.text);
    }
    cm_buf_cleanup(&url);
}

void fetch_take(struct download *download, const struct cm_http_answer *answer)
{
    struct fetch_round *round = download->round;
    const struct want_item *item = download->item;
    const char *why = answer->detail;
    const char *detail = answer->detail;
    struct cm_span kept = answer->body;
    bool usable = false;

    if (answer->result == CM_HTTP_NO_MEMORY) {
        fetch_fail(round, CM_ENOMEM, "a download");
        return;
    }
    if (answer->result == CM_HTTP_OK) {
        why = take_body(download, answer->body);
        usable = why == NULL;
        detail = usable ? "" : why;
    }
    if (round->status != CM_OK) {
        return;
    }
    if (!usable) {
        kept = (struct cm_span){NULL, 0};
        if (!cm_revocation_add_failure(round->target->revocation, item->cert,
                                       download->url, why)) {
            fetch_fail(round, CM_ENOMEM, "what was fetched");
        }
    } else if (kept.len > MAX_KEPT_BYTES) {
        kept = (struct cm_span){NULL, 0};
        detail = "used, but too big to be kept in the store";
    }
    if (item->kind != CM_WANT_ISSUER || !usable) {
        round->news = true; /* of certificates only new ones are news */
    }
    note_outcome(download, usable, answer->result);
    tell_store(download, answer, detail, kept);
}
