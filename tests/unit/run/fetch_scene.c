/* The fetcher's scene.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "fetch_scene.h"

void fetch_open(struct fetch_scene *scene, const struct http_row *rows,
                size_t num_rows)
{
    static const struct forge_spec spec = {.subject = "somebody"};
    static const struct cm_fetch_config config = {
        .issuers = true,
        .revocation = CM_REVOCATION_CRL | CM_REVOCATION_OCSP,
        .timeout_ms = FETCH_LONG_MS,
    };

    memset(scene, 0, sizeof(*scene));
    assert_int_equal(cm_loop_new(&scene->loop, NULL), CM_OK);
    scene->server = http_server_open(scene->loop, "127.0.0.1", rows, num_rows);
    scene->cert = forge_cert(&spec);
    scene->wants = cm_wants_new();
    scene->target.pool = cm_certset_new(1000);
    scene->target.revocation = cm_revocation_new();
    assert_non_null(scene->wants);
    assert_non_null(scene->target.pool);
    assert_non_null(scene->target.revocation);
    fetch_configure(scene, &config);
}

void fetch_configure(struct fetch_scene *scene,
                     const struct cm_fetch_config *config)
{
    struct cm_fetch_config with = *config;

    with.resolver.servers = "127.0.0.1:9"; /* names are not asked for here */
    with.resolver.timeout_ms = FETCH_HASTY_MS;
    cm_fetch_free(scene->fetch);
    assert_int_equal(cm_fetch_new(&scene->fetch, &with, NULL), CM_OK);
}

void fetch_close(struct fetch_scene *scene)
{
    cm_fetch_free(scene->fetch);
    cm_wants_free(scene->wants);
    cm_revocation_free(scene->target.revocation);
    cm_certset_free(scene->target.pool);
    cm_cert_unref(scene->cert);
    http_server_close(scene->server);
    cm_loop_free(scene->loop);
    forge_cleanup();
}

const char *fetch_url(const struct fetch_scene *scene, const char *path,
                      char out[300])
{
    if (path[0] == '/') {
        snprintf(out, 300, "http://127.0.0.1:%u%s",
                 http_server_port(scene->server), path);
    } else {
        snprintf(out, 300, "%s", path);
    }
    return out;
}

/* Makes `cert` name the URLs; gives back what it named before. */
static void name_urls(struct cm_cert *cert, enum cm_want_kind kind,
                      struct cm_span *urls, size_t num)
{
    struct cm_span *to = kind == CM_WANT_ISSUER ? cert->ca_issuers
                         : kind == CM_WANT_CRL  ? cert->crl_urls
                                                : cert->ocsp_urls;
    size_t *to_num = kind == CM_WANT_ISSUER ? &cert->num_ca_issuers
                     : kind == CM_WANT_CRL  ? &cert->num_crl_urls
                                            : &cert->num_ocsp_urls;

    memcpy(to, urls, num * sizeof(*urls));
    *to_num = num;
}

bool fetch_want_about(struct fetch_scene *scene, const struct cm_want *want,
                      const char *address, const char *const *urls)
{
    char texts[CM_CERT_MAX_URLS][300];
    struct cm_span spans[CM_CERT_MAX_URLS];
    struct cm_want mine = *want;
    struct cm_judgement judgement = {.wants = &mine, .num_wants = 1};
    struct cm_probe probe = {.reached = CM_PHASE_RECORDED,
                             .end = CM_END_COMPLETE};
    struct cm_evidence ev = {
        .dns = {.result = CM_DNS_OK}, .probes = &probe, .num_probes = 1};
    struct cm_endpoint ep = {.host = "a.example"};
    size_t num = 0;

    assert_true(cm_address_parse(address, &probe.address));
    for (; urls[num] != NULL; num++) {
        fetch_url(scene, urls[num], texts[num]);
        spans[num] =
            (struct cm_span){(const uint8_t *)texts[num], strlen(texts[num])};
    }
    name_urls(want->cert, want->kind, spans, num);
    return cm_wants_add(scene->wants, &ep, &ev, &judgement);
}

void fetch_want(struct fetch_scene *scene, enum cm_want_kind kind,
                const char *address, const char *const *urls)
{
    static const struct forge_spec spec = {.subject = "somebody else"};
    struct cm_want want = {.kind = kind, .cert = scene->cert};

    if (kind == CM_WANT_OCSP) {
        want.cert = forge_cert(&spec);
        want.issuer = scene->cert;
    }
    assert_true(fetch_want_about(scene, &want, address, urls));
    if (kind == CM_WANT_OCSP) {
        cm_cert_unref(want.cert);
    }
}

void fetch_want_one(struct fetch_scene *scene, enum cm_want_kind kind,
                    const char *address, const char *url)
{
    const char *const urls[] = {url, NULL};

    fetch_want(scene, kind, address, urls);
}

static void *serve(void *arg)
{
    struct fetch_scene *scene = arg;

    while (!atomic_load(&scene->server_stop)) {
        if (cm_loop_turn(scene->loop, -1, NULL) != CM_OK) {
            break;
        }
        if (scene->stop_when_held && http_server_held(scene->server) > 0) {
            atomic_store(&scene->stop, true);
        }
    }
    return NULL;
}

enum cm_status fetch_try(struct fetch_scene *scene, bool *news,
                         struct cm_error *err)
{
    enum cm_status status;

    atomic_store(&scene->server_stop, false);
    assert_int_equal(pthread_create(&scene->thread, NULL, serve, scene), 0);
    status = cm_fetch_round(scene->fetch, scene->wants, &scene->target,
                            &scene->stop, news, err);
    atomic_store(&scene->server_stop, true);
    cm_loop_wake(scene->loop);
    assert_int_equal(pthread_join(scene->thread, NULL), 0);
    return status;
}

bool fetch_round(struct fetch_scene *scene)
{
    struct cm_error err = {.status = CM_OK};
    bool news = false;

    assert_int_equal(fetch_try(scene, &news, &err), CM_OK);
    assert_int_equal(err.status, CM_OK);
    return news;
}
