/* Fetching. Each pass over the wants downloads, of each, the first URL that
 * was not tried yet; the next pass is for those of which nothing usable came.
 * Certificates go into the pool at the end of a pass, in the order of the
 * wants, so that the order in which servers answer changes nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "run/fetch_parts.h"

#define MAX_KEY 1000000

/* The downloads of one pass. */
struct pass {
    struct download **downloads; /* owned */
    size_t num;
    size_t cap;
    struct cm_map *by_key; /* borrows them */
};

enum cm_status cm_fetch_new(struct cm_fetch **out,
                            const struct cm_fetch_config *config,
                            struct cm_error *err)
{
    struct cm_fetch *fetch = calloc(1, sizeof(*fetch));
    enum cm_status status;

    *out = NULL;
    if (fetch == NULL) {
        return cm_error_nomem(err, "fetching");
    }
    fetch->config = *config;
    fetch->tried = cm_map_new();
    fetch->hosts = cm_map_new();
    if (fetch->tried == NULL || fetch->hosts == NULL) {
        status = cm_error_nomem(err, "fetching");
        goto out;
    }
    status = cm_loop_new(&fetch->loop, err);
    if (status != CM_OK) {
        goto out;
    }
    status =
        cm_resolver_new(&fetch->resolver, fetch->loop, &config->resolver, err);
    if (status != CM_OK) {
        goto out;
    }
    *out = fetch;
    fetch = NULL; /* now the caller's */
out:
    cm_fetch_free(fetch);
    return status;
}

void cm_fetch_free(struct cm_fetch *fetch)
{
    if (fetch == NULL) {
        return;
    }
    cm_resolver_free(fetch->resolver);
    cm_loop_free(fetch->loop);
    cm_map_free(fetch->tried, free);
    cm_map_free(fetch->hosts, free);
    free(fetch);
}

static bool is_enabled(const struct cm_fetch_config *config,
                       enum cm_want_kind kind)
{
    switch (kind) {
    case CM_WANT_ISSUER:
        return config->issuers;
    case CM_WANT_CRL:
        return (config->revocation & CM_REVOCATION_CRL) != 0;
    case CM_WANT_OCSP:
        break;
    }
    return (config->revocation & CM_REVOCATION_OCSP) != 0;
}

static bool put_key(struct cm_buf *key, const struct want_item *item,
                    const char *url)
{
    cm_buf_clear(key);
    (void)cm_buf_printf(key, "%d:", (int)item->kind);
    if (item->kind == CM_WANT_OCSP) {
        (void)cm_buf_append(key, item->cert->sha256, CM_SHA256_LEN);
        (void)cm_buf_append(key, item->issuer->sha256, CM_SHA256_LEN);
    }
    return cm_buf_puts(key, url);
}

/* The server's record, new if need be. NULL: no memory. What is no URL of ours
 * is nobody's: it will fail without being asked. */
static struct fetch_host *find_host(struct cm_fetch *fetch, const char *url)
{
    char name[CM_HTTP_SERVER_SIZE];
    struct fetch_host *host;

    (void)cm_http_server(url, name);
    host = cm_map_get(fetch->hosts, name, strlen(name));
    if (host != NULL) {
        return host;
    }
    host = calloc(1, sizeof(*host));
    if (host != NULL && !cm_map_put(fetch->hosts, name, strlen(name), host)) {
        free(host);
        return NULL;
    }
    return host;
}

static void download_free(struct download *download)
{
    cm_buf_cleanup(&download->key);
    cm_certset_free(download->certs);
    free(download);
}

static struct download *download_new(struct fetch_round *round,
                                     const struct want_item *item,
                                     const char *url, const struct cm_buf *key)
{
    struct download *download = calloc(1, sizeof(*download));

    if (download == NULL) {
        return NULL;
    }
    cm_buf_init(&download->key, key->max);
    download->round = round;
    download->item = item;
    download->url = url;
    download->host = find_host(round->fetch, url);
    if (download->host == NULL ||
        !cm_buf_append(&download->key, key->data, key->len)) {
        download_free(download);
        return NULL;
    }
    return download;
}

static bool has_room(struct pass *pass)
{
    size_t cap = pass->cap == 0 ? 64 : pass->cap * 2;
    struct download **grown;

    if (pass->num < pass->cap) {
        return true;
    }
    grown = reallocarray(pass->downloads, cap, sizeof(struct download *));
    if (grown == NULL) {
        return false;
    }
    pass->downloads = grown;
    pass->cap = cap;
    return true;
}

/* The download of this key in the pass, new if need be. NULL: no memory. */
static struct download *plan(struct fetch_round *round, struct pass *pass,
                             const struct want_item *item, const char *url,
                             const struct cm_buf *key)
{
    struct download *download = cm_map_get(pass->by_key, key->data, key->len);

    if (download != NULL) {
        return download;
    }
    download = has_room(pass) ? download_new(round, item, url, key) : NULL;
    if (download == NULL) {
        return NULL;
    }
    if (!cm_map_put(pass->by_key, key->data, key->len, download)) {
        download_free(download);
        return NULL;
    }
    pass->downloads[pass->num++] = download;
    return download;
}

/* Should it be tried? One that was refused for its address should be again when
 * an endpoint that may lead there names it too. */
static bool is_due(const struct fetch_outcome *outcome, unsigned allow)
{
    return outcome == NULL ||
           (outcome->refused && (allow & ~outcome->allow) != 0);
}

/* Plans the item's first URL that is due, unless one gave something. */
static bool plan_item(struct fetch_round *round, struct pass *pass,
                      const struct want_item *item, struct cm_buf *key)
{
    unsigned allow =
        round->fetch->config.allow_private ? CM_HTTP_ANY_ADDRESS : item->allow;

    for (size_t i = 0; i < item->num_urls; i++) {
        const struct fetch_outcome *outcome;
        struct download *download;

        if (!put_key(key, item, item->urls[i])) {
            return false;
        }
        outcome = cm_map_get(round->fetch->tried, key->data, key->len);
        if (outcome != NULL && outcome->usable) {
            return true;
        }
        if (is_due(outcome, allow)) {
            download = plan(round, pass, item, item->urls[i], key);
            if (download != NULL) {
                download->allow |= allow | (outcome ? outcome->allow : 0);
            }
            return download != NULL;
        }
    }
    return true;
}

static bool plan_pass(struct fetch_round *round, struct pass *pass,
                      const struct cm_wants *wants)
{
    struct cm_buf key;
    bool done = true;

    cm_buf_init(&key, MAX_KEY);
    pass->by_key = cm_map_new();
    done = pass->by_key != NULL;
    for (size_t i = 0; done && i < wants->num_items; i++) {
        const struct want_item *item = wants->items[i];

        if (is_enabled(&round->fetch->config, item->kind)) {
            done = plan_item(round, pass, item, &key);
        }
    }
    cm_buf_cleanup(&key);
    return done;
}

/* Certificates that could be read go into the pool. */
static void fill_pool(struct fetch_round *round, const struct pass *pass)
{
    struct cm_certset *pool = round->target->pool;
    size_t before = cm_certset_count(pool);

    for (size_t i = 0; i < pass->num; i++) {
        const struct cm_certset *certs = pass->downloads[i]->certs;

        for (size_t j = 0; certs != NULL && j < cm_certset_count(certs); j++) {
            struct cm_cert *cert = cm_certset_at(certs, j);

            if (cert->parsed && !cm_certset_add(pool, cert)) {
                fetch_fail(round, CM_ENOMEM, "fetched certificates");
                return;
            }
        }
    }
    if (cm_certset_count(pool) > before) {
        round->news = true;
    }
}

static void pass_cleanup(struct pass *pass)
{
    for (size_t i = 0; i < pass->num; i++) {
        download_free(pass->downloads[i]);
    }
    free(pass->downloads);
    cm_map_free(pass->by_key, NULL);
}

/* True: there may be more to do. */
static bool run_pass(struct fetch_round *round, const struct cm_wants *wants)
{
    struct pass pass = {.num = 0};
    bool more = false;

    round->http = cm_http_new(round->fetch->loop, round->fetch->resolver);
    if (round->http == NULL || !plan_pass(round, &pass, wants)) {
        fetch_fail(round, CM_ENOMEM, "downloads");
    } else if (pass.num > 0) {
        fetch_run(round, pass.downloads, pass.num);
        fill_pool(round, &pass);
        more = round->status == CM_OK &&
               !(round->stop != NULL && atomic_load(round->stop));
    }
    cm_http_free(round->http); /* before the downloads that it points to */
    pass_cleanup(&pass);
    return more;
}

enum cm_status cm_fetch_round(struct cm_fetch *fetch,
                              const struct cm_wants *wants,
                              const struct cm_fetch_target *target,
                              const _Atomic bool *stop, bool *news,
                              struct cm_error *err)
{
    struct fetch_round round = {
        .fetch = fetch, .target = target, .stop = stop, .err = err};

    while (run_pass(&round, wants)) {
    }
    *news = round.news;
    return round.status;
}
