/* Every fixture, as a server sends it and as check sees its file.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fixtures.h"
#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TESTS 512
#define MAX_LIST 1024

enum mode { MODE_SCAN, MODE_CHECK, MODE_STRICT, NUM_MODES };
static const char *const mode_names[NUM_MODES] = {"scan", "check", "strict"};

struct variant {
    const struct fixture *fixture;
    enum mode mode;
};

static const char *expected(const struct variant *v)
{
    const struct fixture *f = v->fixture;
    const char *check = f->check != NULL ? f->check : f->causes;

    switch (v->mode) {
    case MODE_CHECK:
        return check;
    case MODE_STRICT:
        return f->strict != NULL ? f->strict : check;
    case MODE_SCAN:
    case NUM_MODES:
        break;
    }
    return f->causes;
}

static void append(char list[MAX_LIST], const char *word)
{
    size_t used = strlen(list);
    int put = snprintf(list + used, MAX_LIST - used, "%s%s",
                       used > 0 ? " " : "", word);

    assert_true(put > 0 && (size_t)put < MAX_LIST - used);
}

/* The ids of what blocks, a bar, the ids of what does not. */
static void list_causes(const struct cm_judgement *got, char list[MAX_LIST])
{
    bool bar = false;

    list[0] = '\0';
    for (size_t i = 0; i < got->num_findings; i++) {
        if (!got->findings[i].blocks && !bar) {
            append(list, "|");
            bar = true;
        }
        append(list, cm_cause_info(got->findings[i].cause)->id);
    }
}

/* As run/check.c does it: no server, and no handshake to speak of. */
static void as_file(struct scene *s, bool strict)
{
    struct cm_probe *probe = &s->ev->probes[0];

    s->ep.port = 0;
    s->ep.sni[0] = '\0';
    s->ev->dns = (struct cm_dns_evidence){.result = CM_DNS_NOT_ASKED};
    probe->reached = CM_PHASE_RECORDED;
    probe->address = (struct cm_address){0};
    probe->server_hello = false;
    probe->version = 0;
    probe->cipher = 0;
    probe->group = 0;
    probe->signature = 0;
    s->policy.pool_at_hand = true;
    s->policy.strict = strict;
}

static void is_judged_as_expected(void **state)
{
    const struct variant *v = *state;
    const struct fixture *f = v->fixture;
    struct scene s;
    char got[MAX_LIST];

    if (strcmp(expected(v), FIXTURE_NO_FILE) == 0) {
        return;
    }
    scene_open(&s, f->host);
    (void)scene_serve(&s, f->chain);
    scene_trust(&s, f->roots != NULL ? f->roots : "root");
    if (v->mode != MODE_SCAN) {
        as_file(&s, v->mode == MODE_STRICT);
    } else if (f->pool != NULL) {
        scene_know(&s, f->pool);
    }
    scene_judge(&s);
    scene_check_rules(&s);
    list_causes(&s.got, got);
    if (strcmp(got, expected(v)) != 0) {
        for (size_t i = 0; i < s.got.num_findings; i++) {
            print_message("  %s\n", s.got.findings[i].proof);
        }
    }
    assert_string_equal(got, expected(v));
    scene_close(&s);
}

static int close_zoo(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

static size_t add_tests(struct CMUnitTest *tests, struct variant *variants,
                        size_t at, const struct fixture *fixtures, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        for (enum mode mode = MODE_SCAN; mode < NUM_MODES; mode++) {
            char *name = NULL;

            assert_true(at < MAX_TESTS);
            assert_true(asprintf(&name, "%s (%s)", fixtures[i].name,
                                 mode_names[mode]) > 0);
            variants[at] = (struct variant){&fixtures[i], mode};
            tests[at] = (struct CMUnitTest){.name = name,
                                            .test_func = is_judged_as_expected,
                                            .initial_state = &variants[at]};
            at++;
        }
    }
    return at;
}

int main(void)
{
    static struct CMUnitTest tests[MAX_TESTS];
    static struct variant variants[MAX_TESTS];
    size_t num_common;
    size_t num_odd;
    const struct fixture *common = fixtures_common(&num_common);
    const struct fixture *odd = fixtures_odd(&num_odd);
    size_t num = add_tests(tests, variants, 0, common, num_common);
    int failed;

    num = add_tests(tests, variants, num, odd, num_odd);
    failed =
        _cmocka_run_group_tests("judge fixtures", tests, num, NULL, close_zoo);
    for (size_t i = 0; i < num; i++) {
        free((void *)(uintptr_t)tests[i].name);
    }
    return failed;
}
