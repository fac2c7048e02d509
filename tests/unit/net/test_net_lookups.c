/* Many lookups: asked once, kept, cancelled, bounded.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dnsserver.h"
#include "net/resolver_parts.h"

#define PATIENT_MS 60000 /* nothing is asked twice within a test */

struct scene {
    struct cm_loop *loop;
    struct dns_server *server;
    struct cm_resolver *resolver;
    unsigned calls;
    uint64_t to_cancel; /* by the next callback */
    struct cm_dns_evidence last;
};

static void open_resolver(struct scene *scene, int family)
{
    struct cm_resolver_options options = {.servers =
                                              dns_server_text(scene->server),
                                          .timeout_ms = PATIENT_MS,
                                          .family = family};

    cm_resolver_free(scene->resolver);
    assert_int_equal(
        cm_resolver_new(&scene->resolver, scene->loop, &options, NULL), CM_OK);
}

static int open_scene(void **state)
{
    static const struct dns_row zone[] = {
        {"silent.test", 0, DNS_SILENT, 0, NULL},
    };
    struct scene *scene = calloc(1, sizeof(*scene));

    *state = scene;
    if (scene == NULL || cm_loop_new(&scene->loop, NULL) != CM_OK) {
        return -1;
    }
    scene->server = dns_server_open(scene->loop, zone, 1);
    open_resolver(scene, 0);
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    cm_resolver_free(scene->resolver);
    dns_server_close(scene->server);
    cm_loop_free(scene->loop);
    free(scene);
    return 0;
}

static void on_resolved(void *arg, const struct cm_dns_evidence *ev)
{
    struct scene *scene = arg;

    scene->calls++;
    scene->last = *ev;
    if (scene->to_cancel != 0) {
        cm_resolver_cancel(scene->resolver, scene->to_cancel);
        scene->to_cancel = 0;
    }
}

static uint64_t look_up(struct scene *scene, const char *host)
{
    unsigned before = scene->calls;
    uint64_t ticket =
        cm_resolver_lookup(scene->resolver, host, on_resolved, scene);

    assert_true(ticket != 0);
    assert_int_equal(scene->calls, before);
    return ticket;
}

static void turn(struct scene *scene, int max_ms)
{
    assert_int_equal(cm_loop_turn(scene->loop, max_ms, NULL), CM_OK);
}

static void turn_until(struct scene *scene, unsigned calls)
{
    for (int i = 0; i < 100000 && scene->calls < calls; i++) {
        turn(scene, 1000);
    }
    assert_int_equal(scene->calls, calls);
}

static unsigned asked(const struct scene *scene)
{
    struct dns_counts counts = dns_server_counts(scene->server);

    return counts.a + counts.aaaa;
}

static void a_thousand_lookups_of_a_name_ask_once(void **state)
{
    struct scene *scene = *state;

    for (int i = 0; i < 1000; i++) {
        look_up(scene, "one.test");
    }
    turn_until(scene, 1000);
    assert_int_equal(scene->last.result, CM_DNS_OK);
    assert_int_equal(dns_server_counts(scene->server).a, 1);
    assert_int_equal(dns_server_counts(scene->server).aaaa, 1);
}

static void an_answer_is_kept(void **state)
{
    struct scene *scene = *state;
    struct cm_dns_evidence first;

    look_up(scene, "one.test");
    turn_until(scene, 1);
    first = scene->last;
    memset(&scene->last, 0, sizeof(scene->last));
    look_up(scene, "one.test");
    turn_until(scene, 2);
    assert_memory_equal(&scene->last, &first, sizeof(first));
    assert_int_equal(asked(scene), 2);
}

static void a_name_foreseen_is_asked_once(void **state)
{
    struct scene *scene = *state;

    cm_resolver_foresee(scene->resolver, "one.test");
    cm_resolver_foresee(scene->resolver, "one.test");
    cm_resolver_foresee(scene->resolver, "two.test");
    while (dns_server_counts(scene->server).aaaa < 2) {
        turn(scene, 1000);
    }
    look_up(scene, "one.test"); /* under way, or known */
    look_up(scene, "two.test");
    turn_until(scene, 2);
    look_up(scene, "one.test");
    cm_resolver_foresee(scene->resolver, "one.test");
    turn_until(scene, 3);
    assert_int_equal(scene->last.result, CM_DNS_OK);
    assert_int_equal(asked(scene), 4);
}

static void the_oldest_names_are_forgotten(void **state)
{
    struct scene *scene = *state;
    static const char *const hosts[] = {"a.test", "b.test", "c.test", "d.test"};

    open_resolver(scene, 4);
    cm_resolver_limit_cache(scene->resolver, 3);
    for (unsigned i = 0; i < 4; i++) {
        look_up(scene, hosts[i]);
        turn_until(scene, i + 1);
    }
    assert_int_equal(asked(scene), 4);
    for (unsigned i = 3; i > 0; i--) { /* these three are known */
        look_up(scene, hosts[i]);
        turn_until(scene, 8 - i);
    }
    assert_int_equal(asked(scene), 4);
    look_up(scene, "a.test"); /* this one is not */
    turn_until(scene, 8);
    assert_int_equal(asked(scene), 5);
    cm_resolver_limit_cache(scene->resolver, 0);
    look_up(scene, "e.test");
    turn_until(scene, 9);
    look_up(scene, "e.test");
    turn_until(scene, 10);
    assert_int_equal(asked(scene), 7);
}

static void a_lookup_is_cancelled_before_it_is_asked(void **state)
{
    struct scene *scene = *state;
    uint64_t ticket = look_up(scene, "one.test");

    look_up(scene, "one.test");
    cm_resolver_cancel(scene->resolver, ticket);
    cm_resolver_cancel(scene->resolver, ticket); /* nothing more */
    cm_resolver_cancel(scene->resolver, 0);
    cm_resolver_cancel(scene->resolver, 12345);
    turn_until(scene, 1);
    turn(scene, 0);
    assert_int_equal(scene->calls, 1);
}

static void a_lookup_is_cancelled_while_it_is_asked(void **state)
{
    struct scene *scene = *state;
    uint64_t ticket;

    dns_server_hold(scene->server, true);
    ticket = look_up(scene, "one.test");
    for (int i = 0; i < 1000 && asked(scene) < 2; i++) {
        turn(scene, 1000);
    }
    cm_resolver_cancel(scene->resolver, ticket);
    dns_server_release(scene->server, 2);
    dns_server_hold(scene->server, false);
    look_up(scene, "two.test"); /* its answer comes after the first one's */
    turn_until(scene, 1);
    assert_int_equal(asked(scene), 4);
    look_up(scene, "one.test"); /* its answer was kept */
    turn_until(scene, 2);
    assert_int_equal(asked(scene), 4);
}

static void a_lookup_is_cancelled_when_its_answer_is_there(void **state)
{
    struct scene *scene = *state;
    uint64_t ticket;

    look_up(scene, "one.test");
    turn_until(scene, 1);
    ticket = look_up(scene, "one.test");
    cm_resolver_cancel(scene->resolver, ticket);
    look_up(scene, "one.test");
    turn_until(scene, 2);
    turn(scene, 0);
    assert_int_equal(scene->calls, 2);
}

static void a_callback_cancels_another_lookup(void **state)
{
    struct scene *scene = *state;

    look_up(scene, "one.test");
    scene->to_cancel = look_up(scene, "one.test");
    look_up(scene, "one.test");
    turn_until(scene, 2);
    turn(scene, 0);
    assert_int_equal(scene->calls, 2);
}

struct chain {
    struct scene *scene;
    unsigned left;
};

static void look_up_again(void *arg, const struct cm_dns_evidence *ev)
{
    struct chain *chain = arg;
    unsigned before = chain->left;

    chain->scene->calls++;
    chain->scene->last = *ev;
    if (chain->left == 0) {
        return;
    }
    chain->left--;
    assert_true(cm_resolver_lookup(chain->scene->resolver, "one.test",
                                   look_up_again, chain) != 0);
    assert_int_equal(chain->left, before - 1); /* not from inside */
}

static void a_callback_may_look_up(void **state)
{
    struct scene *scene = *state;
    struct chain chain = {.scene = scene, .left = 50};

    look_up_again(&chain, &scene->last);
    turn_until(scene, 51);
    assert_int_equal(asked(scene), 2);
}

static void pending_lookups_end_with_the_resolver(void **state)
{
    struct scene *scene = *state;
    char host[32];

    look_up(scene, "kept.test");
    turn_until(scene, 1);
    dns_server_hold(scene->server, true);
    for (unsigned i = 0; i < 1200; i++) { /* asked, and waiting to be */
        snprintf(host, sizeof(host), "n%u.test", i);
        look_up(scene, host);
    }
    for (int i = 0; i < 1000 && dns_server_counts(scene->server).held < 500;
         i++) {
        turn(scene, 1000);
    }
    look_up(scene, "kept.test"); /* answered, not yet told */
    look_up(scene, "new.test");  /* not yet sent */
    cm_resolver_free(scene->resolver);
    scene->resolver = NULL;
    dns_server_hold(scene->server, false);
    dns_server_release(scene->server, 2000);
    turn(scene, 0);
    turn(scene, 0);
    assert_int_equal(scene->calls, 1);
    cm_resolver_free(NULL);
}

static void five_thousand_names_keep_to_the_cap(void **state)
{
    enum { NAMES = 5000 };
    struct scene *scene = *state;
    unsigned most = 0;
    unsigned before = 0;
    char host[32];

    dns_server_hold(scene->server, true);
    for (unsigned i = 0; i < NAMES; i++) {
        snprintf(host, sizeof(host), "n%u.test", i);
        look_up(scene, host);
    }
    for (int i = 0; i < 1000000 && scene->calls < NAMES; i++) {
        unsigned held;

        turn(scene, 0);
        held = dns_server_counts(scene->server).held;
        most = held > most ? held : most;
        if (asked(scene) == before) { /* no more come until some go */
            dns_server_release(scene->server, 50);
        }
        before = asked(scene);
    }
    assert_int_equal(scene->calls, NAMES);
    assert_int_equal(asked(scene), 2 * NAMES);
    assert_in_range(most, CM_RESOLVER_MAX_RECENT, CM_RESOLVER_MAX_IN_FLIGHT);
}

/* As a server on a busy machine does; a query that is lost would be sent again
 * after PATIENT_MS / 7. */
static void a_server_that_sleeps_loses_no_query(void **state)
{
    enum { NAMES = 2000, NAP = 15 };
    struct scene *scene = *state;
    char host[32];

    for (unsigned i = 0; i < NAMES; i++) {
        snprintf(host, sizeof(host), "n%u.test", i);
        look_up(scene, host);
    }
    for (int i = 0; i < 10000 && scene->calls < NAMES; i++) {
        dns_server_sleep(scene->server, i % (NAP + 5) < NAP);
        turn(scene, 0);
    }
    assert_int_equal(scene->calls, NAMES);
    assert_int_equal(asked(scene), 2 * NAMES);
}

static void silence_of_one_name_does_not_hold_up_others(void **state)
{
    struct scene *scene = *state;
    uint64_t ticket = look_up(scene, "silent.test");

    look_up(scene, "one.test");
    turn_until(scene, 1);
    assert_int_equal(scene->last.result, CM_DNS_OK);
    cm_resolver_cancel(scene->resolver, ticket);
}

static void the_hosts_file_comes_first(void **state)
{
    struct scene *scene = *state;
    char path[] = "/tmp/cm-hosts-XX"
                  "XX"
                  "XX";
    static const char text[] = "192.0.2.99 host.test\n::1 six.test\n";
    int fd = mkstemp(path);
    struct cm_resolver_options options = {.servers =
                                              dns_server_text(scene->server),
                                          .timeout_ms = PATIENT_MS,
                                          .family = 4,
                                          .hosts_file = true,
                                          .hosts_path = path};

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
    close(fd);
    cm_resolver_free(scene->resolver);
    assert_int_equal(
        cm_resolver_new(&scene->resolver, scene->loop, &options, NULL), CM_OK);
    assert_int_equal(unlink(path), 0);
    look_up(scene, "host.test");
    look_up(scene, "host.test");
    turn_until(scene, 2);
    assert_int_equal(scene->last.addresses[0].bytes[3], 99);
    assert_int_equal(asked(scene), 0);
    look_up(scene, "six.test"); /* only the other family is in the file */
    turn_until(scene, 3);
    assert_int_equal(scene->last.addresses[0].bytes[3], 1);
    assert_int_equal(asked(scene), 1);
}

static void mistakes_in_the_options_are_told(void **state)
{
    struct scene *scene = *state;
    struct cm_resolver *resolver;
    struct cm_error err = {.status = CM_OK};
    struct cm_resolver_options options = {.servers = "nonsense"};

    assert_int_equal(cm_resolver_new(&resolver, scene->loop, &options, &err),
                     CM_EUSAGE);
    assert_null(resolver);
    assert_non_null(strstr(err.text, "nonsense"));
    options = (struct cm_resolver_options){.servers = "192.0.2.53",
                                           .second = "192.0.2.53:x"};
    assert_int_equal(cm_resolver_new(&resolver, scene->loop, &options, &err),
                     CM_EUSAGE);
    options = (struct cm_resolver_options){
        .servers = "192.0.2.53", .hosts_file = true, .hosts_path = "/tmp"};
    assert_int_not_equal(
        cm_resolver_new(&resolver, scene->loop, &options, &err), CM_OK);
    assert_null(resolver);
}

static void the_servers_are_listed(void **state)
{
    struct scene *scene = *state;
    struct cm_resolver_options options = {.servers = "192.0.2.53,::1",
                                          .second = "192.0.2.54:5353"};
    struct cm_buf text;

    cm_buf_init(&text, 4096);
    cm_resolver_free(scene->resolver);
    assert_int_equal(
        cm_resolver_new(&scene->resolver, scene->loop, &options, NULL), CM_OK);
    cm_resolver_servers(scene->resolver, &text);
    assert_string_equal(cm_buf_cstr(&text),
                        "192.0.2.53:53, [::1]:53; second: 192.0.2.54:5353");
    cm_buf_cleanup(&text);
}

static void the_systems_servers_are_found(void **state)
{
    struct scene *scene = *state;
    struct cm_resolver_options options = {.hosts_file = true};
    struct cm_buf text;

    cm_buf_init(&text, 4096);
    cm_resolver_free(scene->resolver);
    assert_int_equal(
        cm_resolver_new(&scene->resolver, scene->loop, &options, NULL), CM_OK);
    cm_resolver_servers(scene->resolver, &text);
    assert_true(text.len > 0);
    assert_non_null(strstr(cm_buf_cstr(&text), ":53"));
    cm_buf_cleanup(&text);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_thousand_lookups_of_a_name_ask_once),
        TEST(an_answer_is_kept),
        TEST(a_name_foreseen_is_asked_once),
        TEST(the_oldest_names_are_forgotten),
        TEST(a_lookup_is_cancelled_before_it_is_asked),
        TEST(a_lookup_is_cancelled_while_it_is_asked),
        TEST(a_lookup_is_cancelled_when_its_answer_is_there),
        TEST(a_callback_cancels_another_lookup),
        TEST(a_callback_may_look_up),
        TEST(pending_lookups_end_with_the_resolver),
        TEST(five_thousand_names_keep_to_the_cap),
        TEST(a_server_that_sleeps_loses_no_query),
        TEST(silence_of_one_name_does_not_hold_up_others),
        TEST(the_hosts_file_comes_first),
        TEST(mistakes_in_the_options_are_told),
        TEST(the_servers_are_listed),
        TEST(the_systems_servers_are_found),
    };

    return cmocka_run_group_tests_name("net/lookups", tests, NULL, NULL);
}
