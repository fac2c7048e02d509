/* A second opinion: on random PKIs, BoringSSL's X509_verify_cert and the judge
 * agree on who is trusted. What they differ in on purpose:
 *   - BoringSSL judges no weak signatures and keys: none are forged here;
 *   - it takes a CA's certificate that names itself as issuer and has no key
 *     ids for a root, whoever signed it: none are forged here;
 *   - it does not read the path length of a self-issued CA: none is forged;
 *   - it looks at no extension of an anchor but its name constraints (RFC 5280
 *     section 6.1.1 (d)), as other clients do: the judge may refuse for those;
 *   - it does not try another issuer once it has one, so it may refuse what
 *     the judge trusts: but it must accept the judge's own path.
 * SPDX-License-Identifier: Apache-2.0 */
#include "oracle.h"
#include "scene.h"

#include <stdio.h>
#include <string.h>

#define ROUNDS 400U
#define MAX_CAS 6U
#define MAX_SENT 8U

struct rng {
    uint64_t state;
};

static unsigned draw(struct rng *rng, unsigned below)
{
    rng->state = rng->state * UINT64_C(6364136223846793005) +
                 UINT64_C(1442695040888963407);
    return (unsigned)(rng->state >> 33) % below;
}

static bool chance(struct rng *rng, unsigned percent)
{
    return draw(rng, 100) < percent;
}

static const char *policy_of(struct rng *rng)
{
    static const char *const some[] = {"1.2.3", "1.2.4", "1.2.3,1.2.4", "any"};

    return some[draw(rng, 4)];
}

struct pki {
    struct cm_cert *cas[MAX_CAS];
    unsigned keys[MAX_CAS];
    size_t num;
    struct cm_cert *leaf;
};

/* One CA: a root, or issued by an earlier one; now and then faulty. Few names
 * and keys, so that twins, cross-signs and re-keyed CAs come up. */
static void add_ca(struct rng *rng, struct pki *pki)
{
    char name[8];
    unsigned key = 50 + draw(rng, 5);
    struct forge_spec spec = {
        .subject = name, .key = forge_key(FORGE_P256, key), .ca = true};

    (void)snprintf(name, sizeof(name), "CA %u", draw(rng, 4));
    if (pki->num > 0 && !chance(rng, 20)) {
        unsigned by = draw(rng, (unsigned)pki->num);

        spec.issuer_cert = pki->cas[by];
        spec.issuer_key = forge_key(FORGE_P256, pki->keys[by]);
        spec.not_after = chance(rng, 12) ? FORGE_NOW - FORGE_DAY : 0;
        spec.not_before = chance(rng, 6) ? FORGE_NOW + FORGE_DAY : 0;
        spec.no_basic_constraints = chance(rng, 6);
        spec.pathlen = chance(rng, 15) ? 1 + (int)draw(rng, 2) : 0;
        spec.key_usage = chance(rng, 6) ? CM_KU_CRL_SIGN : 0;
        spec.break_signature = chance(rng, 6);
        spec.no_aki = chance(rng, 30);
        spec.no_ski = chance(rng, 10);
        spec.aki_hex = chance(rng, 4) ? "abcd" : NULL;
        spec.eku = chance(rng, 6) ? "client" : NULL;
        spec.unknown_critical = chance(rng, 4);
        spec.inner_hash = chance(rng, 3) ? "sha384" : NULL;
        spec.duplicate_extension = chance(rng, 3);
        spec.require_explicit = chance(rng, 6) ? 1 + (int)draw(rng, 2) : 0;
        spec.policies = chance(rng, 50) ? policy_of(rng) : NULL;
    } else {
        spec.eku = chance(rng, 6) ? "client" : NULL;
        spec.unknown_critical = chance(rng, 4);
        spec.duplicate_extension = chance(rng, 3);
    }
    if (chance(rng, 12)) {
        spec.permitted = chance(rng, 50) ? "a.example" : "b.example";
    }
    spec.excluded = chance(rng, 5) ? "www.a.example" : NULL;
    if (spec.issuer_cert != NULL &&
        strcmp(spec.issuer_cert->subject_cn, name) == 0) {
        spec.pathlen = 0;
        if (spec.no_aki || spec.no_ski || spec.issuer_cert->ski.len == 0) {
            (void)snprintf(name, sizeof(name), "CA %u", 4 + draw(rng, 4));
        }
    }
    pki->cas[pki->num] = forge_cert(&spec);
    pki->keys[pki->num] = key;
    pki->num++;
}

static void make_pki(struct rng *rng, struct pki *pki)
{
    struct forge_spec spec = {.subject = ZOO_HOST,
                              .names = ZOO_HOST,
                              .key = forge_key(FORGE_P256, 10)};
    unsigned by;

    pki->num = 0;
    for (unsigned i = 2 + draw(rng, MAX_CAS - 1); i > 0; i--) {
        add_ca(rng, pki);
    }
    by = draw(rng, (unsigned)pki->num);
    spec.issuer_cert = pki->cas[by];
    spec.issuer_key = forge_key(FORGE_P256, pki->keys[by]);
    spec.not_after = chance(rng, 5) ? FORGE_NOW - FORGE_DAY : 0;
    spec.break_signature = chance(rng, 4);
    spec.no_aki = chance(rng, 30);
    spec.unknown_critical = chance(rng, 3);
    spec.eku = chance(rng, 4) ? "client" : NULL;
    spec.inner_hash = chance(rng, 3) ? "sha384" : NULL;
    spec.duplicate_extension = chance(rng, 3);
    spec.policies = chance(rng, 50) ? policy_of(rng) : NULL;
    pki->leaf = forge_cert(&spec);
}

static void free_pki(struct pki *pki)
{
    for (size_t i = 0; i < pki->num; i++) {
        cm_cert_unref(pki->cas[i]);
    }
    cm_cert_unref(pki->leaf);
}

/* Of two certificates of one name on a path BoringSSL may take the wrong one
 * first, and then gives up. */
static bool is_ambiguous(const struct cm_judgement *got)
{
    for (size_t i = 0; i < got->num_path; i++) {
        for (size_t j = 0; j < i; j++) {
            if (cm_span_equal(got->path[i]->subject_norm,
                              got->path[j]->subject_norm)) {
                return true;
            }
        }
    }
    return false;
}

/* The judge's own path, under its own anchor only. */
static void check_path(const struct cm_judgement *got, unsigned round)
{
    struct cm_certset *anchor = cm_certset_new(1);
    const char *why;

    assert_non_null(anchor);
    assert_true(cm_certset_add(anchor, got->path[got->num_path - 1]));
    if (!oracle(anchor, got->path, got->num_path, NULL, &why) &&
        !is_ambiguous(got)) {
        for (size_t i = 0; i < got->num_path; i++) {
            print_message("%s <- %s\n", got->path[i]->subject_text,
                          got->path[i]->issuer_text);
        }
        fail_msg("round %u: BoringSSL on the judge's path: %s", round, why);
    }
    cm_certset_free(anchor);
}

static void present_some(struct rng *rng, struct scene *s,
                         const struct pki *pki)
{
    struct cm_probe *p = scene_serve(s, "");
    unsigned percent = chance(rng, 50) ? 100 : 60;

    scene_present(p, pki->leaf);
    for (unsigned i = 0; i < MAX_SENT; i++) {
        if (chance(rng, percent)) {
            scene_present(p, pki->cas[draw(rng, (unsigned)pki->num)]);
        }
    }
}

/* Roots only: BoringSSL goes on from an anchor that does not look like one. */
static void trust_some(struct rng *rng, struct scene *s, const struct pki *pki)
{
    for (size_t i = 0; i < pki->num; i++) {
        const struct cm_cert *ca = pki->cas[i];
        bool by_ids = ca->aki.len == 0 || cm_span_equal(ca->aki, ca->ski);

        if (by_ids && cm_self_signed(NULL, ca) && chance(rng, 75)) {
            assert_true(cm_certset_add(s->anchors, pki->cas[i]));
        }
    }
}

/* Is all that blocks in what an anchor says of itself? */
static bool only_for_the_anchor(const struct scene *s)
{
    for (size_t i = 0; i < s->got.num_findings; i++) {
        const struct cm_finding *f = &s->got.findings[i];

        if (f->blocks &&
            (f->cert == NULL || f->cause == CM_CAUSE_CHAIN_PATHLEN ||
             !cm_certset_has(s->anchors, f->cert))) {
            return false;
        }
    }
    return true;
}

struct tally {
    unsigned both;
    unsigned neither;
    unsigned backtracked;
    unsigned anchor; /* only the judge minds what an anchor says */
};

static void compare(struct rng *rng, struct tally *tally, unsigned round)
{
    const struct cm_probe *p;
    struct pki pki;
    struct scene s;
    const char *why;
    bool theirs;
    bool ours;

    make_pki(rng, &pki);
    scene_open(&s, NULL);
    present_some(rng, &s, &pki);
    trust_some(rng, &s, &pki);
    p = &s.ev->probes[0];
    scene_judge(&s);
    ours = s.got.verdict == CM_VERDICT_TRUSTED;
    theirs = oracle(s.anchors, p->chain, p->num_chain, NULL, &why);
    if (theirs && !ours && only_for_the_anchor(&s)) {
        tally->anchor++;
    } else if (theirs && !ours) {
        fail_msg("round %u: BoringSSL trusts it; the judge: %s", round,
                 s.got.findings[0].proof);
    }
    if (ours && !theirs) {
        tally->backtracked++;
    }
    if (ours) {
        check_path(&s.got, round);
    }
    tally->both += ours && theirs;
    tally->neither += !ours && !theirs;
    scene_close(&s);
    free_pki(&pki);
}

static void agrees_with_boringssl(void **state)
{
    struct rng rng = {2026};
    struct tally tally = {0, 0, 0, 0};

    (void)state;
    for (unsigned i = 0; i < ROUNDS; i++) {
        compare(&rng, &tally, i);
    }
    print_message("both %u, neither %u, only by backtracking %u, not for the "
                  "anchor's sake %u\n",
                  tally.both, tally.neither, tally.backtracked, tally.anchor);
    assert_true(tally.both > ROUNDS / 20);
    assert_true(tally.neither > ROUNDS / 10);
}

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_boringssl),
    };

    return cmocka_run_group_tests_name("judge: oracle", tests, NULL, leave);
}
