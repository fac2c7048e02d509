/* One endpoint to judge: what was seen of it, who is trusted, and what the
 * judge says. Includes cmocka with what it needs before it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_JUDGE_SCENE_H
#define CERTMUSTER_TESTS_JUDGE_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "certmuster/judge.h"
#include "pki/pki.h"
#include "support/forge.h"
#include "zoo.h"

struct scene {
    struct cm_endpoint ep;
    struct cm_evidence *ev;
    struct cm_trust trust;
    struct cm_certset *anchors;
    struct cm_certset *pool;
    struct cm_chainmemo *chains; /* in use only while scene_judge compares */
    struct cm_policy policy;
    int64_t at_unix;
    struct cm_judgement got;
};

/* `host` NULL: ZOO_HOST. No probes, DNS gave 9.9.9.1. */
void scene_open(struct scene *s, const char *host);
void scene_close(struct scene *s);

/* A probe of 9.9.9.<n> that ended so. */
struct cm_probe *scene_probe(struct scene *s, unsigned n, enum cm_phase reached,
                             enum cm_end end);
/* Made a complete TLS 1.3 handshake with these certificates of the zoo,
 * separated by spaces. */
struct cm_probe *scene_serve(struct scene *s, const char *names);
void scene_present(struct cm_probe *probe, struct cm_cert *cert);
/* Names of the zoo, separated by spaces. */
void scene_trust(struct scene *s, const char *names);
void scene_know(struct scene *s, const char *names);

/* Judges, whatever was judged before; with a memo of chains, filled or not, the
 * judgement must be the same. */
void scene_judge(struct scene *s);
/* A certificate was changed in place, as nothing but a test does. */
void scene_forget(struct scene *s);
/* Judges and compares the verdict and the ids of the causes, in order,
 * and scene_check_rules. */
void scene_expect(struct scene *s, enum cm_verdict verdict, const char *causes);
/* What holds for every judgement, of the one that was made. */
void scene_check_rules(const struct scene *s);
/* The first finding with this cause; fails the test when there is none. */
const struct cm_finding *scene_finding(const struct scene *s,
                                       enum cm_cause cause);
void assert_contains(const char *text, const char *part);
/* "" when equal; else says how the judgements differ. */
const char *scene_difference(const struct cm_judgement *a,
                             const struct cm_judgement *b);

#endif
