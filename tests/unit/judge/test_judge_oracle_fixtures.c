/* Every fixture that BoringSSL can read, judged by both: trusted or not, they
 * agree, or the table says by which rule they differ. Both see what a server
 * sends, without a pool; both compare the host.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fixtures.h"
#include "oracle.h"
#include "scene.h"

#include <string.h>

/* Paths that the fixtures do not have, for the faults of CAs and roots. */
static const struct fixture more[] = {
    {.name = "nc ok", .chain = "leaf ncok"},
    {.name = "nc other", .chain = "leaf ncother"},
    {.name = "nc excluded", .chain = "leaf ncexcluded"},
    {.name = "nc root", .chain = "leaf int", .roots = "ncroot"},
    {.name = "nc root ok", .chain = "leaf int", .roots = "ncrootok"},
    {.name = "nc dn", .chain = "leaf int", .roots = "ncrootdn"},
    {.name = "nc broken", .chain = "leaf ncbroken"},
    {.name = "nc beside", .chain = "leaf ncother int"},
    {.name = "extension twice", .chain = "leaf inttwice"},
    {.name = "root extension twice", .chain = "leaf int", .roots = "roottwice"},
    {.name = "eku broken", .chain = "leaf inteku"},
    {.name = "aia broken", .chain = "leaf intaia"},
    {.name = "aia critical", .chain = "leaf intaiacrit"},
    {.name = "aki critical", .chain = "leaf intakicrit"},
    {.name = "ski critical", .chain = "leafskicrit int"},
    {.name = "root for clients", .chain = "leaf int", .roots = "rootclient"},
    {.name = "root for servers", .chain = "leaf int", .roots = "rootserver"},
    {.name = "root critical", .chain = "leaf int", .roots = "rootcritical"},
    {.name = "root no bc", .chain = "leaf int", .roots = "rootnobc"},
    {.name = "root no ca", .chain = "direct", .roots = "rootnoca"},
    {.name = "root old", .chain = "leaf int", .roots = "rootold"},
    {.name = "root young", .chain = "leaf int", .roots = "rootyoung"},
    {.name = "root v1", .chain = "direct", .roots = "rootv1"},
    {.name = "root pathlen", .chain = "leaf int", .roots = "rootlen0"},
    {.name = "policy", .chain = "leaf polneed"},
    {.name = "policy ok", .chain = "leafpol polhave"},
    {.name = "policy off", .chain = "leafpoloff polhave"},
    {.name = "ca for clients", .chain = "leaf intclient"},
    {.name = "ca for servers", .chain = "leaf intserver"},
    {.name = "ca critical", .chain = "leaf intcritical"},
    {.name = "ca no bc", .chain = "leaf intnobc"},
    {.name = "ca no sign", .chain = "leaf intnosign"},
    {.name = "ca young", .chain = "leaf intyoung"},
    {.name = "ca ed25519", .chain = "leafed inted25519"},
    {.name = "ca p224", .chain = "leafp224 intp224"},
    {.name = "ca p521", .chain = "leafp521 intp521"},
    {.name = "ca brainpool", .chain = "leafbrain intbrain"},
    {.name = "ca two algorithms", .chain = "leaf inttwoalgs"},
    {.name = "ca sha1", .chain = "leaf intsha1"},
    {.name = "ca 1024", .chain = "leafsmallca int1024"},
    {.name = "root sha1", .chain = "direct", .roots = "rootsha1"},
    {.name = "pathlen self-issued", .chain = "leafroll introll intlen0"},
    {.name = "rollover", .chain = "leafnewkey rollover"},
    {.name = "circle", .chain = "leafcirc circa circb"},
    {.name = "circle out", .chain = "leafcirc circa circb", .roots = "circa0"},
    {.name = "cross", .chain = "leaf int crossb", .roots = "rootb"},
    {.name = "cross expired",
     .chain = "leaf int crossold",
     .roots = "root oldca"},
    {.name = "aki off", .chain = "leafakioff int"},
    {.name = "anchor int", .chain = "leaf", .roots = "int"},
    {.name = "pinned", .chain = "self", .roots = "self"},
    {.name = "pinned leaf", .chain = "leaf", .roots = "leaf"},
    {.name = "root as leaf", .chain = "root"},
    {.name = "self no sign", .chain = "selfnosign"},
    {.name = "wrong key first", .chain = "leaf intwrong int"},
    {.name = "no CA first", .chain = "leaf intleaf int"},
    {.name = "bad signature first", .chain = "leaf intbad int"},
    {.name = "re-keyed root", .chain = "direct", .roots = "rootrekeyed root"},
    {.name = "expired root first", .chain = "direct", .roots = "rootold root"},
    {.name = "client root first",
     .chain = "leaf int",
     .roots = "rootclient root"},
};
#define MAX_TESTS 512
#define MORE (sizeof(more) / sizeof(*more))

#define WEAK "RFC 9155, RFC 9325 section 4.5: BoringSSL judges no strength"
#define KEYS                                                                   \
    "RFC 8446 section 4.4.2.2: BoringSSL looks at it in handshakes only"
#define USE "RFC 5280 section 4.2.1.3: BoringSSL looks at it in handshakes only"
#define ANCHOR                                                                 \
    "RFC 5280 section 6.1.1 (d): BoringSSL takes name and key of an anchor, "  \
    "other clients look at the rest, too"
#define ONCE "RFC 5280 section 6.1: BoringSSL tries no other issuer"

/* Where they differ: who trusts it, and by which rule. */
static const struct difference {
    const char *name;
    bool judge_trusts;
    const char *rule;
} differences[] = {
    {"sha1_leaf", false, WEAK},
    {"sha1rsa", false, WEAK},
    {"sha1ec", false, WEAK},
    {"md5rsa", false, WEAK},
    {"rsa1024", false, WEAK},
    {"rsa512pub", false, WEAK},
    {"rsa256pub", false, WEAK},
    {"ca sha1", false, WEAK},
    {"ca 1024", false, WEAK},
    {"no_digital_signature", false, USE},
    {"ku_enc_only", false, USE},
    {"ed448", false, KEYS},
    {"dsa2048", false, KEYS},
    {"bp256", false, KEYS},
    {"k256", false, KEYS},
    {"p224", false, KEYS},
    {"explicit_curve", false, KEYS},
    {"spki_unknown", false, KEYS},
    {"sm2", false, KEYS},
    {"mldsa", false, KEYS},
    {"rsapss_key", false, KEYS},
    {"ec_notoncurve", false, KEYS},
    {"rsa_even", false, KEYS},
    {"rsa_bigexp", false, KEYS},
    {"rsa_e1", false, KEYS},
    {"rsa20000", false, KEYS},
    {"root for clients", false, ANCHOR},
    {"root critical", false, ANCHOR},
    {"root no bc", false, ANCHOR},
    {"root pathlen", false, ANCHOR},
    {"alt_exp_first", true, ONCE},
    {"nc beside", true, ONCE},
    {"bad signature first", true, ONCE},
    {"expired root first", true, ONCE},
};

#define DIFFERENCES (sizeof(differences) / sizeof(*differences))

static const struct difference *find(const char *name)
{
    for (size_t i = 0; i < DIFFERENCES; i++) {
        if (strcmp(differences[i].name, name) == 0) {
            return &differences[i];
        }
    }
    return NULL;
}

/* What the judge trusts without BoringSSL: its own path alone must do. */
static void check_path(const struct fixture *f, const struct scene *s,
                       const char *host)
{
    const struct cm_judgement *got = &s->got;
    struct cm_certset *anchor = cm_certset_new(1);
    const char *why;

    assert_non_null(anchor);
    assert_true(cm_certset_add(anchor, got->path[got->num_path - 1]));
    if (!oracle(anchor, got->path, got->num_path, host, &why)) {
        fail_msg("%s: BoringSSL on the judge's path: %s", f->name, why);
    }
    cm_certset_free(anchor);
}

static void agrees(void **state)
{
    const struct fixture *f = *state;
    const char *host = f->host != NULL ? f->host : ZOO_HOST;
    const struct difference *known = find(f->name);
    const struct cm_probe *p;
    struct scene s;
    const char *why = "cannot be read";
    bool ours;
    bool theirs = false;

    scene_open(&s, f->host);
    p = scene_serve(&s, f->chain);
    scene_trust(&s, f->roots != NULL ? f->roots : "root");
    scene_judge(&s);
    ours = s.got.verdict == CM_VERDICT_TRUSTED;
    if (oracle_reads(p->chain[0])) {
        theirs = oracle(s.anchors, p->chain, p->num_chain, host, &why);
    }
    if (known == NULL && ours != theirs) {
        fail_msg("%s: BoringSSL: %s; the judge: %s", f->name, why,
                 s.got.num_findings > 0 ? s.got.findings[0].proof : "trusted");
    }
    if (known != NULL && (ours != known->judge_trusts || ours == theirs)) {
        fail_msg("%s: they do not differ any more: %s", f->name, known->rule);
    }
    if (ours) {
        check_path(f, &s, host);
    }
    scene_close(&s);
}

/* The tables change: each difference must still have its fixture. */
static void names_no_other_differences(void **state)
{
    const struct CMUnitTest *tests = *state;

    for (size_t i = 0; i < DIFFERENCES; i++) {
        bool found = false;

        for (size_t j = 1; tests[j].name != NULL; j++) {
            found = found || strcmp(tests[j].name, differences[i].name) == 0;
        }
        assert_true(found);
    }
}

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

static size_t add_tests(struct CMUnitTest *tests, size_t at,
                        const struct fixture *fixtures, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        assert_true(at < MAX_TESTS);
        tests[at++] = (struct CMUnitTest){.name = fixtures[i].name,
                                          .test_func = agrees,
                                          .initial_state =
                                              (void *)(uintptr_t)&fixtures[i]};
    }
    return at;
}

int main(void)
{
    static struct CMUnitTest tests[MAX_TESTS + 1];
    size_t num_common;
    size_t num_odd;
    const struct fixture *common = fixtures_common(&num_common);
    const struct fixture *odd = fixtures_odd(&num_odd);
    size_t num = 1;

    tests[0] = (struct CMUnitTest){.name = "names_no_other_differences",
                                   .test_func = names_no_other_differences,
                                   .initial_state = tests};
    num = add_tests(tests, num, common, num_common);
    num = add_tests(tests, num, odd, num_odd);
    num = add_tests(tests, num, more, MORE);
    return _cmocka_run_group_tests("judge: oracle, fixtures", tests, num, NULL,
                                   leave);
}
