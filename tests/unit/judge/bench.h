/* A scene with revocation information at hand: "leaf int" of the zoo, in a
 * view that trusts "root".
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_JUDGE_BENCH_H
#define CERTMUSTER_TESTS_JUDGE_BENCH_H

#include "scene.h"

#include "pki/revocation.h"
#include "support/forge_crl.h"

struct bench {
    struct scene s;
    struct cm_revocation *set;
};

void bench_open(struct bench *b);
/* Serves another chain instead. */
void bench_serve(struct bench *b, const char *names);
void bench_close(struct bench *b);

/* Adds a list; without an issuer it is the intermediate's. */
void bench_add(struct bench *b, const struct forge_crl_spec *spec);
/* The same, fetched then from there (`url` NULL: a file's). */
void bench_fetch(struct bench *b, const struct forge_crl_spec *spec,
                 const char *url, int64_t seen_unix);
/* A list with the leaf on it. */
void bench_revoke(struct bench *b, const struct forge_crl_spec *spec,
                  int reason);
/* scene_expect, and what is known of the leaf. */
void bench_expect(struct bench *b, enum cm_verdict verdict, const char *causes,
                  enum cm_revocation_result result);

#endif
