/* The form of names, and judging a certificate for no host in particular.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <string.h>

#include "judge/rules.h"

#define T CM_VERDICT_TRUSTED
#define U CM_VERDICT_UNTRUSTED

#define L63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"

static struct flaw_case {
    const char *name;
    enum cm_dns_flaw flaw;
} flaws[] = {
    {"a.example", CM_DNS_SOUND},
    {"A.EXAMPLE", CM_DNS_SOUND},
    {"xn--bcher-kva.example", CM_DNS_SOUND},
    {"1.a-b.example", CM_DNS_SOUND},
    {"intranet", CM_DNS_SOUND},
    {"*.a.example", CM_DNS_SOUND},
    {L63 ".example", CM_DNS_SOUND},
    {"a" L63 ".example", CM_DNS_TOO_LONG},
    {L63 "." L63 "." L63 "." L63, CM_DNS_TOO_LONG},
    {"", CM_DNS_EMPTY},
    {" ", CM_DNS_CHARACTER},
    {"a b.example", CM_DNS_CHARACTER},
    {"b\xc3\xbc.example", CM_DNS_CHARACTER},
    {"a_b.example", CM_DNS_UNDERSCORE},
    {"_a.b c.example", CM_DNS_CHARACTER},
    {"-a.example", CM_DNS_HYPHEN},
    {"a-.example", CM_DNS_HYPHEN},
    {"a.example.", CM_DNS_TRAILING_DOT},
    {"*.a.example.", CM_DNS_TRAILING_DOT},
    {"a..example", CM_DNS_EMPTY_LABEL},
    {".a.example", CM_DNS_EMPTY_LABEL},
    {".", CM_DNS_EMPTY_LABEL},
    {"*", CM_DNS_WILDCARD},
    {"f*.a.example", CM_DNS_WILDCARD},
    {"a.*.example", CM_DNS_WILDCARD},
    {"*.*.example", CM_DNS_WILDCARD},
    {"192.0.2.1", CM_DNS_ADDRESS},
    {"2001:db8::1", CM_DNS_ADDRESS},
    {"a.example:443", CM_DNS_URL},
    {"https://a.example", CM_DNS_URL},
};
#define FLAWS (sizeof(flaws) / sizeof(*flaws))

static void has_this_flaw(void **state)
{
    const struct flaw_case *c = *state;
    struct cm_span name = {(const uint8_t *)c->name, strlen(c->name)};

    assert_string_equal(cm_judge_dns_flaw_text(cm_judge_dns_flaw(name)),
                        cm_judge_dns_flaw_text(c->flaw));
}

static struct malformed_case {
    const char *name;
    const char *names;
    const char *host;
    const char *causes;
    const char *proof;
    enum cm_verdict verdict;
    enum cm_severity severity;
} malformed[] = {
    {"underscore", "a_b.a.example", "a_b.a.example", "name_san_malformed",
     "(an underscore)", T, CM_SEVERITY_HYGIENE},
    {"trailing dot beside a good one", "www.a.example,www.a.example.", NULL,
     "name_san_malformed", "\"www.a.example.\" (a dot at the end)", T,
     CM_SEVERITY_SOME_CLIENTS},
    {"the worst counts", "www.a.example,a_b.example,a b.example", NULL,
     "name_san_malformed", "2 of 3 names", T, CM_SEVERITY_SOME_CLIENTS},
    {"an address as dNSName", "192.0.2.1", "192.0.2.1",
     "name_ip_not_in_san name_san_malformed input_ip_literal",
     "none of its iPAddress", U, CM_SEVERITY_NOW},
};
#define MALFORMED (sizeof(malformed) / sizeof(*malformed))

static void is_malformed(void **state)
{
    const struct malformed_case *c = *state;
    struct forge_spec spec = {.subject = "", .names = c->names};
    struct cm_cert *leaf;
    struct scene s;

    spec.issuer_cert = zoo_get("int");
    spec.issuer_key = forge_key(FORGE_P256, 2);
    leaf = forge_cert(&spec);
    scene_open(&s, c->host);
    scene_present(scene_serve(&s, ""), leaf);
    scene_trust(&s, "int");
    scene_expect(&s, c->verdict, c->causes);
    assert_contains(s.got.findings[0].proof, c->proof);
    assert_int_equal(s.got.findings[0].severity, c->severity);
    if (c->verdict == T) {
        s.policy.strict = true;
        scene_expect(&s, U, c->causes);
    }
    scene_close(&s);
    cm_cert_unref(leaf);
}

/* What servers show when they have nothing better. */
static struct default_case {
    const char *name;
    const char *subject;
    const char *names;
    const char *host;
    const char *cause;
} defaults[] = {
    {"by its common name", "VMware default certificate", "esx1", "a.example",
     "name_default_cert"},
    {"by its first name", "", "*.azurewebsites.net,x.azurewebsites.net",
     "a.example", "name_default_cert"},
    {"not by its second name", "", "b.example,*.azurewebsites.net", "a.example",
     "name_mismatch"},
    {"where it belongs", "", "*.azurewebsites.net", "shop.azurewebsites.net",
     ""},
    {"below where it belongs", "", "*.azurewebsites.net",
     "a.shop.azurewebsites.net", "name_wildcard_scope"},
    {"at the top of where it belongs", "", "*.azurewebsites.net",
     "azurewebsites.net", "name_wildcard_scope"},
};
#define DEFAULTS (sizeof(defaults) / sizeof(*defaults))

static void is_a_default(void **state)
{
    const struct default_case *c = *state;
    struct forge_spec spec = {.subject = c->subject, .names = c->names};
    struct cm_cert *leaf;
    struct scene s;

    spec.issuer_cert = zoo_get("int");
    spec.issuer_key = forge_key(FORGE_P256, 2);
    leaf = forge_cert(&spec);
    scene_open(&s, c->host);
    scene_present(scene_serve(&s, ""), leaf);
    scene_trust(&s, "int");
    scene_expect(&s, c->cause[0] == '\0' ? T : U, c->cause);
    scene_close(&s);
    cm_cert_unref(leaf);
}

/* `certmuster check` without a host: every certificate is for it. */
static struct hostless_case {
    const char *name;
    const char *sent;
    const char *trusted;
    const char *causes;
    enum cm_verdict verdict;
} hostless[] = {
    {"any name", "other int", "root", "", T},
    {"no name", "noname int", "root", "", T},
    {"an address", "ip int", "root", "", T},
    {"the common name only", "cnonly int", "root", "", T},
    {"a default name", "azure int", "root", "", T},
    {"a pinned root", "root", "root", "self_signed_pinned", T},
    {"malformed all the same", "odd int", "root", "name_san_malformed", T},
    {"expired all the same", "leafold int", "root", "leaf_expired", U},
};
#define HOSTLESS (sizeof(hostless) / sizeof(*hostless))

static void for_no_host(void **state)
{
    const struct hostless_case *c = *state;
    struct cm_probe *p;
    struct scene s;

    scene_open(&s, "");
    s.ep.had_trailing_dot = true;
    p = scene_serve(&s, c->sent);
    p->server_hello = false; /* nobody shook hands */
    scene_trust(&s, c->trusted);
    scene_expect(&s, c->verdict, c->causes);
    scene_close(&s);
}

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

#define ADD(table, num, func)                                                  \
    for (size_t i = 0; i < (num); i++) {                                       \
        tests[used++] = (struct CMUnitTest){.name = (table)[i].name,           \
                                            .test_func = (func),               \
                                            .initial_state = &(table)[i]};     \
    }

int main(void)
{
    struct CMUnitTest tests[FLAWS + MALFORMED + DEFAULTS + HOSTLESS];
    size_t used = 0;

    memset(tests, 0, sizeof(tests));
    ADD(flaws, FLAWS, has_this_flaw)
    ADD(malformed, MALFORMED, is_malformed)
    ADD(defaults, DEFAULTS, is_a_default)
    ADD(hostless, HOSTLESS, for_no_host)
    return cmocka_run_group_tests_name("judge: names", tests, NULL, leave);
}
