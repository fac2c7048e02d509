/* A scene with revocation information at hand.
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

void bench_open(struct bench *b)
{
    scene_open(&b->s, NULL);
    (void)scene_serve(&b->s, "leaf int");
    scene_trust(&b->s, "root");
    b->set = cm_revocation_new();
    assert_non_null(b->set);
    b->s.trust.revocation = b->set;
}

void bench_serve(struct bench *b, const char *names)
{
    scene_close(&b->s);
    scene_open(&b->s, NULL);
    (void)scene_serve(&b->s, names);
    scene_trust(&b->s, "root");
    b->s.trust.revocation = b->set;
}

void bench_close(struct bench *b)
{
    scene_close(&b->s);
    cm_revocation_free(b->set);
}

void bench_fetch(struct bench *b, const struct forge_crl_spec *spec,
                 const char *url, int64_t seen_unix)
{
    struct forge_crl_spec full = *spec;
    struct cm_span der;
    struct cm_crl *crl;

    full.issuer = full.issuer != NULL ? full.issuer : zoo_get("int");
    full.key = full.key != NULL ? full.key : forge_key(FORGE_P256, 2);
    der = forge_crl(&full);
    crl = cm_crl_parse(der, NULL);
    assert_non_null(crl);
    assert_true(cm_revocation_add_crl(b->set, crl, url, seen_unix));
    cm_crl_unref(crl);
    cm_span_free(&der);
}

void bench_add(struct bench *b, const struct forge_crl_spec *spec)
{
    bench_fetch(b, spec, NULL, 0);
}

void bench_revoke(struct bench *b, const struct forge_crl_spec *spec,
                  int reason)
{
    const struct forge_revoked entry = {.cert = zoo_get("leaf"),
                                        .reason = reason + 1};
    struct forge_crl_spec full = *spec;

    full.revoked = &entry;
    full.num_revoked = 1;
    bench_add(b, &full);
}

void bench_expect(struct bench *b, enum cm_verdict verdict, const char *causes,
                  enum cm_revocation_result result)
{
    scene_expect(&b->s, verdict, causes);
    assert_string_equal(cm_revocation_result_id(b->s.got.revocation.result),
                        cm_revocation_result_id(result));
}
