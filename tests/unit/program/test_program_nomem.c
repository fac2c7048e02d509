/* The whole program, each command again and again, each time with one
 * allocation failing, wherever it is made: in the program, the C library,
 * SQLite, c-ares, BoringSSL ... What must hold each time: it ends by itself,
 * with nothing lost or written wrongly in memory; it says that memory was
 * missing, or went on and its result is the undisturbed one; no row has another
 * verdict than the right one, and what is missing can be made up for.
 *
 *   test_program_nomem [every|each] [COMMAND]
 *
 * Without `every` a sample of the places is looked at, the same one each time.
 * With `each` places differ also by what led to them, further up, and inside of
 * the libraries.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/options.h"
#include "support/forge.h"
#include "unit/program/failing.h"
#include "unit/program/scene.h"

#define SAMPLE 150U /* of plain places, in full */
#define SEED UINT64_C(20271115)
#define MAX_SHOWN 40U
#define MAX_TESTS 64U

struct counts {
    unsigned sites;
    unsigned runs;
    unsigned survived; /* went on, with the undisturbed result */
    unsigned said;     /* ended, saying that memory was missing */
    unsigned missed;   /* the place was not come to this time */
    unsigned wrong;
};

static struct scene scene;
static bool every; /* place, not a sample of them */
static enum failing_detail detail = FAILING_COARSE;
static struct failing_site sites[FAILING_MAX_SITES];
static struct failing_site failed_at; /* of the last run that was to fail */

/* The program's time stands still, so that its results are the same. */
time_t __wrap_time(time_t *out);
time_t __wrap_time(time_t *out)
{
    if (out != NULL) {
        *out = FORGE_NOW;
    }
    return FORGE_NOW;
}

/* --- judging one run --- */

static void show_said(const char *name)
{
    char path[FILES_PATH];
    size_t len = 0;
    char *text = files_read(files_join(path, scene.said, name), &len);

    if (text != NULL && len > 0) {
        print_error("%.*s\n", (int)(len < 6000 ? len : 6000), text);
    }
    free(text);
}

static bool wrong(const struct command *command, const char *what,
                  struct counts *counts)
{
    if (counts->wrong++ < MAX_SHOWN) {
        print_error("--- %s: %s; the allocation that failed:\n", command->name,
                    what);
        failing_print(&failed_at);
        show_said("err.txt");
    }
    return false;
}

static bool said_that_memory_is_missing(void)
{
    char path[FILES_PATH];

    (void)files_join(path, scene.said, "err.txt");
    return files_contain(path, "memory") ||
           files_contain(path, "cannot start a thread");
}

/* As a user would go on. A merge that has made its store needs nothing but its
 * reports. */
static bool makes_up_for_it(const struct command *command, int code,
                            struct counts *counts)
{
    static const struct failing_plan never = {.kind = FAILING_NEVER};
    struct child_end end = {.code = CM_EXIT_USAGE};
    char text[64];

    failing_plan(&never);
    if (command->finish[0] != NULL &&
        (command->else_without == 0 || code == command->else_without)) {
        end = scene_run(&scene, command->finish);
    }
    if (end.code == CM_EXIT_USAGE) { /* there is nothing to go on with */
        end = scene_run(&scene, command->argv);
    }
    if (end.code != command->code) {
        (void)snprintf(text, sizeof(text), "then it ends with %d", end.code);
        return wrong(command, text, counts);
    }
    return scene_is_good(&scene, command, true) ||
           wrong(command, scene.complaint, counts);
}

static bool is_right(const struct command *command, struct child_end end,
                     struct counts *counts)
{
    char text[64];

    if (end.killed != 0) {
        (void)snprintf(text, sizeof(text), "%s",
                       end.killed == SIGALRM ? "it hangs" : "it crashes");
        return wrong(command, text, counts);
    }
    if (end.leaked) {
        return wrong(command, "it leaks", counts);
    }
    if (!failing_fired()) {
        counts->missed++;
    }
    if (end.code == command->code) {
        counts->survived += failing_fired() ? 1 : 0;
        return scene_is_good(&scene, command, false) ||
               wrong(command, scene.complaint, counts);
    }
    if ((end.code != command->without &&
         (command->else_without == 0 || end.code != command->else_without)) ||
        !failing_fired()) {
        (void)snprintf(text, sizeof(text), "it ends with %d", end.code);
        return wrong(command, text, counts);
    }
    counts->said++;
    if (!said_that_memory_is_missing()) {
        return wrong(command, "it does not say that memory is missing", counts);
    }
    return (scene_is_sound(&scene, command) ||
            wrong(command, scene.complaint, counts)) &&
           ((!every && command->store == NULL) ||
            makes_up_for_it(command, end.code, counts));
}

static void fail_once(const struct command *command,
                      const struct failing_plan *plan, struct counts *counts)
{
    struct child_end end;

    counts->runs++;
    scene_prepare(&scene, command);
    failing_plan(plan);
    end = scene_run(&scene, command->argv);
    failed_at = *failing_fired_at();
    (void)is_right(command, end, counts);
}

/* --- choosing --- */

static size_t find_sites(const struct command *command, uint64_t *calls)
{
    const struct failing_plan count = {
        .kind = FAILING_COUNT,
        .detail = detail,
    };
    const struct failing_plan never = {.kind = FAILING_NEVER};
    const struct failing_site *found;
    size_t num;

    scene_prepare(&scene, command);
    failing_plan(&count);
    assert_int_equal(scene_run(&scene, command->argv).code, command->code);
    *calls = failing_calls();
    scene_keep(&scene, command);
    found = failing_sites(&num);
    memcpy(sites, found, num * sizeof(*sites));
    assert_in_range(num, 1, FAILING_MAX_SITES - 1);

    if (!every) {
        return num;
    }
    scene_prepare(&scene, command);
    failing_plan(&never);
    assert_int_equal(scene_run(&scene, command->argv).code, command->code);
    if (!scene_is_good(&scene, command, false)) {
        fail_msg("%s, with nothing failing: %s", command->name,
                 scene.complaint);
    }
    return num;
}

static void fail_site(const struct command *command, size_t i, uint64_t nth,
                      struct counts *counts)
{
    const struct failing_plan plan = {
        .kind = FAILING_SITE,
        .detail = detail,
        .site = &sites[i],
        .nth = nth,
    };

    fail_once(command, &plan, counts);
}

/* Places at even distances, from the first call to the last. */
static void fail_sample(const struct command *command, size_t num,
                        struct counts *counts)
{
    size_t most = command->sample;

    for (size_t i = 0; i < num && i < most; i++) {
        size_t at = num <= most ? i : (2 * i + 1) * num / (2 * most);

        fail_site(command, at, i % 3 == 2 ? sites[at].count - 1 : 0, counts);
    }
}

static void fail_every(const struct command *command, size_t num,
                       uint64_t calls, struct counts *counts)
{
    uint64_t random = SEED;

    for (size_t i = 0; i < num; i++) {
        fail_site(command, i, 0, counts);
        if (sites[i].count > 1) {
            fail_site(command, i, sites[i].count - 1, counts);
        }
    }
    for (unsigned i = 0; i < SAMPLE; i++) {
        struct failing_plan plan = {
            .kind = i % 2 == 0 ? FAILING_INDEX : FAILING_FROM,
            .detail = detail,
        };

        random = random * UINT64_C(6364136223846793005) + 1442695040888963407U;
        plan.nth = (random >> 33) % calls;
        fail_once(command, &plan, counts);
    }
}

static void survives(void **state)
{
    const struct command *command = *state;
    struct counts counts = {0};
    uint64_t calls;
    size_t num = find_sites(command, &calls);

    counts.sites = (unsigned)num;
    if (every) {
        fail_every(command, num, calls, &counts);
    } else {
        fail_sample(command, num, &counts);
    }
    print_message("%s: %" PRIu64 " allocations at %u places; %u runs: %u said "
                  "that memory was missing, %u went on to the same result, "
                  "%u did not come to the place, %u were wrong\n",
                  command->name, calls, counts.sites, counts.runs, counts.said,
                  counts.survived, counts.missed, counts.wrong);
    assert_int_equal(counts.wrong, 0);
    assert_true(counts.said + counts.survived > 0);
}

static int open_scene(void **state)
{
    (void)state;
    scene_open(&scene);
    return 0;
}

static int close_scene(void **state)
{
    (void)state;
    scene_close(&scene);
    return 0;
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[MAX_TESTS];
    size_t num_commands;
    size_t num = 0;
    const struct command *all = commands(&num_commands);
    const char *only = NULL;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "every") == 0) {
            every = true;
        } else if (strcmp(argv[i], "each") == 0) {
            every = true;
            detail = FAILING_FINE;
        } else {
            only = argv[i];
        }
    }
    for (size_t i = 0; i < num_commands && num < MAX_TESTS; i++) {
        if (only == NULL || strcmp(all[i].name, only) == 0) {
            tests[num++] = (struct CMUnitTest){
                .name = all[i].name,
                .test_func = survives,
                .initial_state = (void *)(uintptr_t)&all[i],
            };
        }
    }
    (void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    failing_open();
    return _cmocka_run_group_tests("program/nomem", tests, num, open_scene,
                                   close_scene);
}
