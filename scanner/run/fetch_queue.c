/* Many downloads from many servers: a queue for each server, so that none gets
 * more than a few connections of ours, and one that is dead holds up nobody
 * for long.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdatomic.h>
#include <stdio.h>

#include "run/fetch_parts.h"

#define CONCURRENCY 32
#define LIST_CONCURRENCY 8 /* of CM_CRL_MAX_BYTES each: 512 MiB */
#define PER_HOST 4
#define TIMEOUT_MS 10000U
#define LIST_TIMES 6U /* revocation lists are big */
/* A server that did not answer so many times in a row is not asked again in
 * this run: ten thousand certificates may name it. */
#define MAX_SILENT 3
#define TURN_MS 200 /* how soon a stop is seen */

#define MAX_ISSUER_BYTES 65536

/* Into the list of hosts that may go on, if there is something to do. */
static void list_host(struct fetch_round *round, struct fetch_host *host)
{
    if (host->listed || host->first == NULL || host->in_flight >= PER_HOST) {
        return;
    }
    host->listed = true;
    host->next = NULL;
    if (round->ready == NULL) {
        round->ready = host;
    } else {
        round->ready_last->next = host;
    }
    round->ready_last = host;
}

static struct download *next_download(struct fetch_round *round)
{
    struct fetch_host *host = round->ready;
    struct download *download;

    if (host == NULL) {
        return NULL;
    }
    round->ready = host->next;
    host->listed = false;
    download = host->first;
    host->first = download->next;
    return download;
}

static void enqueue(struct fetch_round *round, struct download *download)
{
    struct fetch_host *host = download->host;

    download->next = NULL;
    if (host->first == NULL) {
        host->first = download;
    } else {
        host->last->next = download;
    }
    host->last = download;
    list_host(round, host);
}

static bool is_silence(enum cm_http_result result)
{
    return result == CM_HTTP_NO_NAME || result == CM_HTTP_NO_CONNECTION ||
           result == CM_HTTP_TIMEOUT;
}

static void on_answer(void *arg, const struct cm_http_answer *answer)
{
    struct download *download = arg;
    struct fetch_round *round = download->round;
    struct fetch_host *host = download->host;

    round->in_flight--;
    host->in_flight--;
    host->silent = is_silence(answer->result) ? host->silent + 1 : 0;
    host->last_silence = answer->result;
    list_host(round, host);
    fetch_take(download, answer);
}

/* Records, without asking, what the server's earlier silence says. */
static void pass_over(struct download *download)
{
    struct cm_http_answer answer = {
        .result = download->host->last_silence,
        .detail = "not asked: the server did not answer several times"};

    fetch_take(download, &answer);
}

static size_t max_body(enum cm_want_kind kind)
{
    switch (kind) {
    case CM_WANT_ISSUER:
        return MAX_ISSUER_BYTES;
    case CM_WANT_CRL:
        return CM_CRL_MAX_BYTES;
    case CM_WANT_OCSP:
        break;
    }
    return CM_OCSP_MAX_BYTES;
}

static bool start(struct download *download)
{
    struct fetch_round *round = download->round;
    const struct cm_fetch_config *config = &round->fetch->config;
    unsigned timeout_ms =
        config->timeout_ms == 0 ? TIMEOUT_MS : config->timeout_ms;
    struct cm_http_request request = {
        .url = download->url,
        .post_type = "application/ocsp-request",
        .max_body = max_body(download->item->kind),
        .allow = download->allow,
    };
    struct cm_buf post;
    bool done;

    request.timeout_ms = download->item->kind == CM_WANT_CRL
                             ? timeout_ms * LIST_TIMES
                             : timeout_ms;
    done = fetch_request(download, &post);
    request.post = (struct cm_span){post.data, post.len};
    done = done && cm_http_start(round->http, &request, on_answer, download);
    cm_buf_cleanup(&post);
    return done;
}

static unsigned concurrency_of(const struct fetch_round *round, bool lists)
{
    unsigned concurrency = round->fetch->config.concurrency;

    concurrency = concurrency == 0 ? CONCURRENCY : concurrency;
    return lists && concurrency > LIST_CONCURRENCY ? LIST_CONCURRENCY
                                                   : concurrency;
}

/* Starts as many as may be under way. */
static void pump(struct fetch_round *round, unsigned concurrency)
{
    while (round->status == CM_OK && round->in_flight < concurrency) {
        struct download *download = next_download(round);

        if (download == NULL) {
            return;
        }
        if (download->host->silent >= MAX_SILENT) {
            list_host(round, download->host);
            pass_over(download);
        } else if (start(download)) {
            round->in_flight++;
            download->host->in_flight++;
            list_host(round, download->host);
        } else {
            fetch_fail(round, CM_ENOMEM, "a download");
        }
    }
}

static bool is_stopped(const struct fetch_round *round)
{
    return round->status != CM_OK ||
           (round->stop != NULL && atomic_load(round->stop));
}

/* Downloads the revocation lists among them, or all that is none. */
static void run_kind(struct fetch_round *round,
                     struct download *const *downloads, size_t num, bool lists)
{
    for (size_t i = 0; i < num; i++) {
        if ((downloads[i]->item->kind == CM_WANT_CRL) == lists) {
            enqueue(round, downloads[i]);
        }
    }
    while (!is_stopped(round)) {
        pump(round, concurrency_of(round, lists));
        if (round->in_flight == 0) {
            break;
        }
        if (cm_loop_turn(round->fetch->loop, TURN_MS, round->err) != CM_OK) {
            round->status = CM_EIO;
        }
    }
}

void fetch_run(struct fetch_round *round, struct download *const *downloads,
               size_t num)
{
    run_kind(round, downloads, num, false);
    run_kind(round, downloads, num, true);
    for (size_t i = 0; i < num; i++) { /* the hosts outlive all this */
        downloads[i]->host->first = NULL;
        downloads[i]->host->listed = false;
        downloads[i]->host->in_flight = 0;
    }
}
