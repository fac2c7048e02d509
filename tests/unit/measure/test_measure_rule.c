/* The language of predicates: what binds how, what is refused and with which
 * words, and that nothing is without a limit.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/rule.h"

static const struct world_spec usual = {
    .days = 90,
    .owner = "Web team",
    .host = "www.a.example",
    .causes = "chain_unneeded_root",
};

/* "yes", "no", "unknown" for the usual endpoint. */
static const char *says(const struct world *w, const char *predicate)
{
    struct cm_pack *required = world_rule("require", "", predicate);
    enum cm_outcome got = world_outcome(w, required, "R-1", NULL);

    cm_pack_free(required);
    return got == CM_OUTCOME_PASS   ? "yes"
           : got == CM_OUTCOME_FAIL ? "no"
                                    : "unknown";
}

static void check_all(const struct world *w, const char *const (*cases)[2],
                      size_t num)
{
    for (size_t i = 0; i < num; i++) {
        const char *got = says(w, cases[i][0]);

        if (strcmp(got, cases[i][1]) != 0) {
            fail_msg("%s: %s", cases[i][0], got);
        }
    }
}
#define CHECK_ALL(w, cases)                                                    \
    check_all(w, cases, sizeof(cases) / sizeof((cases)[0]))

static void operators_compare(void **state)
{
    static const char *const cases[][2] = {
        {"versions = {TLSv1.2, TLSv1.3}", "yes"},
        {"versions = {TLSv1.3, TLSv1.2, TLSv1.2}", "yes"},
        {"versions = {TLSv1.2}", "no"},
        {"versions = {TLSv1.1, TLSv1.2, TLSv1.3}", "no"},
        {"versions != {TLSv1.2}", "yes"},
        {"versions subset {TLSv1.1, TLSv1.2, TLSv1.3}", "yes"},
        {"versions subset {TLSv1.2}", "no"},
        {"versions subset {}", "no"},
        {"versions superset {TLSv1.2}", "yes"},
        {"versions superset {TLSv1.1, TLSv1.2}", "no"},
        {"versions superset {}", "yes"},
        {"versions intersects {TLSv1.1, TLSv1.2}", "yes"},
        {"versions intersects {SSL*}", "no"},
        {"versions intersects {}", "no"},
        {"versions contains TLSv1.3", "yes"},
        {"versions", "yes"},
        {"leaf.lifetime = 90", "yes"},
        {"leaf.lifetime != 90", "no"},
        {"leaf.lifetime < 90", "no"},
        {"leaf.lifetime <= 90", "yes"},
        {"leaf.lifetime > 90", "no"},
        {"leaf.lifetime >= 90", "yes"},
        {"leaf.not_before = 2026-06-01", "yes"},
        {"leaf.not_before < 2026-06-01", "no"},
        {"leaf.not_before >= 2026-06-01T00:00:00Z", "yes"},
        {"leaf.cn = \"WWW.A.EXAMPLE\"", "yes"},
        {"leaf.sans contains *.example", "yes"},
        {"leaf.sans contains *.org", "no"},
        {"host.name in {www.*, ftp.*}", "yes"},
        {"host.port = 443 and host.protocol = tls", "yes"},
        {"host.is_ip or host.is_internal", "no"},
        {"row.owner = \"web TEAM\"", "yes"},
        {"row.OWNER", "yes"},
        {"suites intersects {aead}", "yes"},
        {"suites subset {forward_secrecy}", "yes"},
        {"suites intersects {weak, export, anonymous, below_112_bits}", "no"},
        {"suites contains 0xC02B", "yes"},
        {"suites contains 0xc02f", "no"},
        {"suites intersects {*_CBC_*}", "no"},
        {"groups contains P-256 and groups contains secp256r1", "yes"},
        {"groups contains 0x11EC", "yes"},
        {"schemes subset {ecdsa_*}", "yes"},
        {"causes contains chain_unneeded_root", "yes"},
        {"causes contains leaf_expired", "no"},
        {"causes intersects {chain_*}", "yes"},
        {"verdict = trusted and chain = trusted", "yes"},
        {"dh >= 2048", "unknown"},
        {"row.team = Web", "unknown"},
    };
    struct world w;

    (void)state;
    world_open(&w, &usual);
    CHECK_ALL(&w, cases);
    world_close(&w);
}

/* T, F and ? stand for a fact each. */
#define T "leaf.lifetime = 90"
#define F "leaf.lifetime = 91"
#define U "dh = 1"

static void values_are_three(void **state)
{
    static const char *const cases[][2] = {
        {T, "yes"},
        {F, "no"},
        {U, "unknown"},
        {"not " T, "no"},
        {"not " F, "yes"},
        {"not " U, "unknown"},
        {"not not " T, "yes"},
        {T " and " T, "yes"},
        {T " and " F, "no"},
        {T " and " U, "unknown"},
        {F " and " U, "no"},
        {U " and " F, "no"},
        {U " and " U, "unknown"},
        {T " or " U, "yes"},
        {U " or " T, "yes"},
        {F " or " U, "unknown"},
        {F " or " F, "no"},
        /* "not" binds most, then "and", then "or". */
        {T " or " F " and " F, "yes"},
        {"(" T " or " F ") and " F, "no"},
        {F " and " F " or " T, "yes"},
        {F " and (" F " or " T ")", "no"},
        {"not " F " and " F, "no"},
        {"not (" F " and " F ")", "yes"},
        {"not " T " or " T, "yes"},
        {"((" T "))", "yes"},
        {T " and " T " and " F " or " T, "yes"},
        {U " and " F " or " T " and " T, "yes"},
    };
    struct world w;

    (void)state;
    world_open(&w, &usual);
    CHECK_ALL(&w, cases);
    world_close(&w);
}

static void kinds_and_conditions_decide(void **state)
{
    static const struct {
        const char *kind;
        const char *when;
        const char *predicate;
        enum cm_outcome expected;
    } cases[] = {
        {"require", "", T, CM_OUTCOME_PASS},
        {"require", "", F, CM_OUTCOME_FAIL},
        {"require", "", U, CM_OUTCOME_UNKNOWN},
        {"forbid", "", T, CM_OUTCOME_FAIL},
        {"forbid", "", F, CM_OUTCOME_PASS},
        {"forbid", "", U, CM_OUTCOME_UNKNOWN},
        {"warn", "", T, CM_OUTCOME_FAIL},
        {"warn", "", F, CM_OUTCOME_PASS},
        {"require", F, F, CM_OUTCOME_PASS},
        {"require", F, U, CM_OUTCOME_PASS},
        {"require", U, F, CM_OUTCOME_UNKNOWN},
        {"require", U, T, CM_OUTCOME_PASS},
        {"require", T, F, CM_OUTCOME_FAIL},
        {"forbid", U, F, CM_OUTCOME_PASS},
        {"forbid", U, T, CM_OUTCOME_UNKNOWN},
    };
    struct world w;

    (void)state;
    world_open(&w, &usual);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct cm_pack *pack =
            world_rule(cases[i].kind, cases[i].when, cases[i].predicate);

        if (world_outcome(&w, pack, "R-1", NULL) != cases[i].expected) {
            fail_msg("%s when %s: %s", cases[i].kind, cases[i].when,
                     cases[i].predicate);
        }
        cm_pack_free(pack);
    }
    world_close(&w);
}

static void mistakes_are_named(void **state)
{
    static const char *const cases[][2] = {
        {"", "a fact"},
        {"version = {TLSv1.2}", "did you mean \"versions\"?"},
        {"leaf.lifetim < 3", "did you mean \"leaf.lifetime\"?"},
        {"leaf.colour = red", "leaf.key"},
        {"row. = x", "is no fact"},
        {"versions", NULL},
        {"versions =", "there is the end where a word or a list"},
        {"versions = {TLSv1.2", "\",\" or \"}\""},
        {"versions = {TLSv1.2 TLSv1.3}", "\",\" or \"}\""},
        {"versions = {,}", "a word of the list"},
        {"versions = {TLSv1.9}", "\"TLSv1.9\" is no version"},
        {"suites subset {TLS_RSA}", "take IANA's name"},
        {"groups contains p256", "is no group"},
        {"schemes contains sha1", "is no signature scheme"},
        {"causes contains expired", "is no cause"},
        {"causes contains leaf_expire", "did you mean \"leaf_expired\"?"},
        {"versions < 3", "does not fit \"versions\", which is a set"},
        {"leaf.bits subset {3}", "which is a number"},
        {"leaf.bits", "<, <=, >, >=, = or !="},
        {"leaf.bits = many", "a number"},
        {"leaf.bits >= 99999999999999999999", "a number"},
        {"leaf.not_before > yesterday", "a date such as"},
        {"server_order = yes", "yes or no"},
        {"server_order server_order", "\"and\" or \"or\""},
        {"server_order and", "a fact"},
        {"and server_order", "\"and\" is no fact"},
        {"(server_order", "without its \")\""},
        {"server_order)", "without its \"(\""},
        {"not", "a fact"},
        {"not (", "a fact"},
        {"()", "a fact"},
        {"leaf.cn = \"a", "is not closed"},
        {"leaf.cn = a%b", "0x25 has no meaning here"},
        {"\"versions\" = {TLSv1.2}", "a fact"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct cm_predicate predicate;
        struct cm_error err = {.status = CM_OK};
        enum cm_status got = cm_predicate_read(&predicate, cases[i][0], &err);

        if (cases[i][1] == NULL) {
            assert_int_equal(got, CM_OK);
        } else if (got != CM_EINPUT || strstr(err.text, cases[i][1]) == NULL) {
            fail_msg("%s: \"%s\"", cases[i][0], err.text);
        }
        cm_predicate_cleanup(&predicate);
    }
}

/* `num` times `part`, with `start` before and `end` after. */
static char *repeated(const char *start, const char *part, size_t num,
                      const char *end)
{
    struct cm_buf text;
    char *taken;

    cm_buf_init(&text, 4U << 20);
    (void)cm_buf_puts(&text, start);
    for (size_t i = 0; i < num; i++) {
        (void)cm_buf_puts(&text, part);
    }
    (void)cm_buf_puts(&text, end);
    taken = cm_buf_take(&text);
    assert_non_null(taken);
    return taken;
}

static void check_bound(const char *start, const char *part, size_t num,
                        const char *end, enum cm_status expected)
{
    char *text = repeated(start, part, num, end);
    struct cm_predicate predicate;
    struct cm_error err = {.status = CM_OK};

    assert_int_equal(cm_predicate_read(&predicate, text, &err), expected);
    if (expected != CM_OK) {
        assert_non_null(strstr(err.text, "too many"));
    }
    cm_predicate_cleanup(&predicate);
    free(text);
}

static void everything_has_a_limit(void **state)
{
    (void)state;
    check_bound("", "not ", CM_RULE_MAX_DEPTH, "server_order", CM_OK);
    check_bound("", "not ", CM_RULE_MAX_DEPTH + 1, "server_order", CM_EINPUT);
    check_bound("", "(", 100000, "", CM_EINPUT);
    check_bound("", "not ", 100000, "", CM_EINPUT);
    /* Each part is a comparison and what joins it to the one before. */
    check_bound("server_order", " or server_order", CM_RULE_MAX_NODES / 2 - 1,
                "", CM_OK);
    check_bound("server_order", " or server_order", CM_RULE_MAX_NODES / 2, "",
                CM_EINPUT);
    check_bound("server_order", " and server_order", 100000, "", CM_EINPUT);
    check_bound("leaf.sans subset {a", ", a", CM_RULE_MAX_ITEMS - 1, "}",
                CM_OK);
    check_bound("leaf.sans subset {a", ", a", CM_RULE_MAX_ITEMS, "}",
                CM_EINPUT);
    /* Precedence goes deep without parentheses, and stays bounded. */
    check_bound("not server_order", " or not server_order and server_order", 12,
                "", CM_OK);
}

/* Foreign words may not make matching slow: quadratic at the most. */
static void patterns_do_not_explode(void **state)
{
    char *names = repeated("", "a", 200, ".example");
    struct world_spec spec = {.leaf.names = names};
    struct world w;

    (void)state;
    world_open(&w, &spec);
    assert_string_equal(
        says(&w, "leaf.sans contains *a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"), "no");
    assert_string_equal(
        says(&w, "leaf.sans contains *a*a*a*a*a*a*a*a*a*a*.example"), "yes");
    world_close(&w);
    free(names);
}

static int clean_up(void **state)
{
    (void)state;
    forge_cleanup();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_compare),
        cmocka_unit_test(values_are_three),
        cmocka_unit_test(kinds_and_conditions_decide),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(everything_has_a_limit),
        cmocka_unit_test(patterns_do_not_explode),
    };

    return cmocka_run_group_tests(tests, NULL, clean_up);
}
