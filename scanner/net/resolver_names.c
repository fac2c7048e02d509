/* Names: each is asked once, whoever waits for it is told from a timer, and
 * the answer is kept in a compact form until too many others are.
 *
 * A name is here while somebody waits for it or it is asked: idle (neither work
 * nor answer), asked (work) or answered. The lookups of an asked name wait at
 * the name; those of an answered one wait in `ready` for the timer that
 * delivers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/map.h"
#include "net/resolver_parts.h"

#define HOSTS_PATH "/etc/hosts"
#define SERVERS_TEXT_MAX 1024
#define MAX_VIEWS 2
#define MAX_QUESTIONS 4 /* A and AAAA of two views */

/* A ring of lookups; a list head is a link too. */
struct link {
    struct link *prev;
    struct link *next;
};

struct name;

struct lookup {
    struct link link; /* first: a link is its lookup */
    uint64_t ticket;
    struct name *name;
    cm_resolved_fn *fn;
    void *arg;
};

/* The questions of a name while it is asked. */
struct work {
    struct cm_resolver *resolver;
    struct name *name;
    uint64_t started_ms;
    unsigned pending; /* questions without an answer */
    struct cm_question questions[MAX_QUESTIONS]; /* [view * 2 + is AAAA] */
    bool asked[MAX_QUESTIONS];
};

struct name {
    struct work *work;        /* owned; NULL: not being asked */
    struct cm_packed *answer; /* owned; NULL: none yet */
    struct link waiting;      /* for the answer */
    size_t num_lookups;       /* waiting or ready */
    bool silent;              /* there was none: whoever comes later asks */
    bool foreseen;            /* a lookup is still to come */
    size_t host_len;
    char host[];
};

struct cm_resolver {
    struct cm_loop *loop;
    struct cm_upstream *views[MAX_VIEWS]; /* the second may be NULL */
    char *servers[MAX_VIEWS];             /* owned, for the proof */
    struct cm_hosts *hosts;               /* NULL: not used */
    int family;
    struct cm_map *names;   /* host to struct name; owns them */
    struct cm_map *lookups; /* ticket to struct lookup; owns them */
    struct cm_kept *kept;   /* answers of names that nobody waits for */
    uint64_t last_ticket;
    struct link ready;      /* to be told in the next delivery */
    struct link delivering; /* to be told in this one */
    struct cm_timer deliver;
    bool given_up;
    cm_resolver_heard_fn *heard; /* NULL: nobody listens */
    void *heard_arg;
};

static void ring_init(struct link *head)
{
    head->prev = head;
    head->next = head;
}

static void ring_add(struct link *head, struct link *link)
{
    link->prev = head->prev;
    link->next = head;
    head->prev->next = link;
    head->prev = link;
}

static void ring_remove(struct link *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    ring_init(link);
}

/* Moves all of `from` to the end of `to`. */
static void ring_move(struct link *to, struct link *from)
{
    while (from->next != from) {
        struct link *link = from->next;

        ring_remove(link);
        ring_add(to, link);
    }
}

/* Takes out the first; NULL when there is none. */
static struct lookup *ring_pop(struct link *head)
{
    struct link *link = head->next;

    if (link == head) {
        return NULL;
    }
    /* The analyzer does not see that whoever was freed has left the ring. */
    ring_remove(link); /* NOLINT(clang-analyzer-unix.Malloc) */
    return (struct lookup *)link;
}

static void name_free(void *value)
{
    struct name *name = value;

    free(name->work);
    free(name->answer);
    free(name);
}

static void drop_name(struct cm_resolver *resolver, struct name *name)
{
    cm_map_remove(resolver->names, name->host, name->host_len);
    name_free(name);
}

static struct name *find_name(struct cm_resolver *resolver, const char *host)
{
    size_t len = strlen(host);
    struct name *name = cm_map_get(resolver->names, host, len);

    if (name != NULL) {
        return name;
    }
    name = calloc(1, sizeof(*name) + len + 1);
    if (name == NULL) {
        return NULL;
    }
    memcpy(name->host, host, len);
    name->host_len = len;
    ring_init(&name->waiting);
    if (!cm_map_put(resolver->names, name->host, len, name)) {
        free(name);
        return NULL;
    }
    return name;
}

/* Once nobody waits for it, of a name only the answer is kept. Silence is
 * none. */
static void settle(struct cm_resolver *resolver, struct name *name)
{
    if (name->num_lookups > 0 || name->work != NULL || name->foreseen) {
        return;
    }
    if (name->answer != NULL && !name->silent) {
        cm_kept_put(resolver->kept, name->host, name->host_len, name->answer);
    }
    drop_name(resolver, name);
}

static void forget_lookup(struct cm_resolver *resolver, struct lookup *lookup)
{
    struct name *name = lookup->name;

    ring_remove(&lookup->link);
    cm_map_remove(resolver->lookups, &lookup->ticket, sizeof(lookup->ticket));
    free(lookup);
    name->num_lookups--;
    settle(resolver, name);
}

static void on_deliver(void *arg)
{
    struct cm_resolver *resolver = arg;
    struct lookup *lookup;

    ring_move(&resolver->delivering, &resolver->ready);
    while ((lookup = ring_pop(&resolver->delivering)) != NULL) {
        cm_resolved_fn *fn = lookup->fn;
        void *fn_arg = lookup->arg;
        struct cm_dns_evidence ev;

        cm_dns_unpack(&ev, lookup->name->answer);
        forget_lookup(resolver, lookup);
        fn(fn_arg, &ev);
    }
}

static bool wake_deliver(struct cm_resolver *resolver)
{
    return resolver->deliver.slot != 0 ||
           cm_timer_set(resolver->loop, &resolver->deliver,
                        cm_loop_now_ms(resolver->loop), on_deliver, resolver);
}

static const struct cm_dns_answer *answer_of(const struct work *work,
                                             unsigned index)
{
    return work->asked[index] ? &work->questions[index].answer : NULL;
}

/* All questions are answered. */
static void conclude(struct work *work)
{
    struct cm_resolver *resolver = work->resolver;
    struct name *name = work->name;
    struct cm_dns_answers first = {.a = answer_of(work, 0),
                                   .aaaa = answer_of(work, 1),
                                   .servers = resolver->servers[0]};
    struct cm_dns_answers second = {.a = answer_of(work, 2),
                                    .aaaa = answer_of(work, 3),
                                    .servers = resolver->servers[1]};
    struct cm_dns_evidence ev;

    memset(&ev, 0, sizeof(ev));
    cm_dns_merge(&ev, &first, resolver->views[1] == NULL ? NULL : &second);
    ev.ms = (uint32_t)(cm_loop_now_ms(resolver->loop) - work->started_ms);
    if (resolver->heard != NULL) {
        resolver->heard(resolver->heard_arg, name->host, &ev);
    }
    name->answer = cm_dns_pack(&ev);
    name->silent = ev.result == CM_DNS_TIMEOUT;
    name->foreseen = name->foreseen && !name->silent;
    name->work = NULL;
    free(work);
    ring_move(&resolver->ready, &name->waiting);
    (void)wake_deliver(resolver);
    settle(resolver, name);
}

static void on_answered(struct cm_question *question)
{
    struct work *work = question->arg;

    work->pending--;
    if (work->pending == 0) {
        conclude(work);
    }
}

static bool answer_at_once(const struct cm_resolver *resolver,
                           struct name *name)
{
    const struct cm_packed *kept =
        cm_kept_find(resolver->kept, name->host, name->host_len);
    struct cm_dns_evidence ev;

    if (kept != NULL) {
        cm_dns_unpack(&ev, kept);
    } else if (!cm_hosts_find(resolver->hosts, name->host, resolver->family,
                              &ev)) {
        if (!resolver->given_up) {
            return false;
        }
        memset(&ev, 0, sizeof(ev));
        ev.result = CM_DNS_TIMEOUT;
        (void)snprintf(ev.detail, sizeof(ev.detail),
                       "not asked: the DNS servers had been silent for long");
        name->silent = true;
    }
    name->answer = cm_dns_pack(&ev);
    return name->answer != NULL;
}

/* Sends what is to be asked about the name. The upstreams' timers are all
 * that can fail, before anything was asked. */
static bool ask(struct cm_resolver *resolver, struct name *name)
{
    struct work *work = calloc(1, sizeof(*work));

    if (work == NULL) {
        return false;
    }
    work->resolver = resolver;
    work->name = name;
    work->started_ms = cm_loop_now_ms(resolver->loop);
    for (unsigned i = 0; i < MAX_QUESTIONS; i++) {
        struct cm_upstream *upstream = resolver->views[i / 2];
        struct cm_question *question = &work->questions[i];
        bool is_v6 = i % 2 == 1;

        if (upstream == NULL || resolver->family == (is_v6 ? 4 : 6)) {
            continue;
        }
        *question = (struct cm_question){.host = name->host,
                                         .type = is_v6 ? CM_DNS_AAAA : CM_DNS_A,
                                         .done = on_answered,
                                         .arg = work};
        question->answer.result = CM_DNS_FAILED;
        question->answer.why = "no memory";
        work->asked[i] = true;
        if (cm_upstream_ask(upstream, question)) {
            work->pending++;
        }
    }
    if (work->pending == 0) {
        free(work);
        return false;
    }
    name->work = work;
    return true;
}

/* Puts the lookup where it will be told from. */
static bool line_up(struct cm_resolver *resolver, struct lookup *lookup)
{
    struct name *name = lookup->name;

    if (name->answer == NULL && name->work == NULL &&
        !answer_at_once(resolver, name) && !ask(resolver, name)) {
        return false;
    }
    if (name->work != NULL) {
        ring_add(&name->waiting, &lookup->link);
        return true;
    }
    if (!wake_deliver(resolver)) {
        return false;
    }
    ring_add(&resolver->ready, &lookup->link);
    return true;
}

void cm_resolver_foresee(struct cm_resolver *resolver, const char *host)
{
    struct name *name;

    if (cm_kept_find(resolver->kept, host, strlen(host)) != NULL) {
        return;
    }
    name = find_name(resolver, host);
    if (name == NULL) {
        return;
    }
    if (name->answer == NULL && name->work == NULL &&
        !answer_at_once(resolver, name)) {
        name->foreseen = ask(resolver, name);
    }
    settle(resolver, name);
}

uint64_t cm_resolver_lookup(struct cm_resolver *resolver, const char *host,
                            cm_resolved_fn *fn, void *arg)
{
    struct lookup *lookup = calloc(1, sizeof(*lookup));
    struct name *name;

    if (lookup == NULL) {
        return 0;
    }
    name = find_name(resolver, host);
    if (name == NULL) {
        free(lookup);
        return 0;
    }
    ring_init(&lookup->link);
    lookup->ticket = ++resolver->last_ticket;
    lookup->name = name;
    lookup->fn = fn;
    lookup->arg = arg;
    name->num_lookups++; /* so that the name is not forgotten meanwhile */
    name->foreseen = false;
    if (!cm_map_put(resolver->lookups, &lookup->ticket, sizeof(lookup->ticket),
                    lookup) ||
        !line_up(resolver, lookup)) {
        forget_lookup(resolver, lookup);
        return 0;
    }
    return resolver->last_ticket;
}

void cm_resolver_cancel(struct cm_resolver *resolver, uint64_t ticket)
{
    struct lookup *lookup =
        cm_map_get(resolver->lookups, &ticket, sizeof(ticket));

    if (lookup != NULL) {
        forget_lookup(resolver, lookup); /* the question goes on: others ask */
    }
}

void cm_resolver_listen(struct cm_resolver *resolver,
                        cm_resolver_heard_fn *heard, void *arg)
{
    resolver->heard = heard;
    resolver->heard_arg = arg;
}

void cm_resolver_give_up(struct cm_resolver *resolver)
{
    resolver->given_up = true;
}

static enum cm_status open_view(struct cm_resolver *resolver, unsigned view,
                                const char *servers,
                                const struct cm_resolver_options *options,
                                struct cm_error *err)
{
    struct cm_buf text;
    enum cm_status status = cm_upstream_new(
        &resolver->views[view], resolver->loop, servers, options, err);

    if (status != CM_OK) {
        return status;
    }
    cm_buf_init(&text, SERVERS_TEXT_MAX);
    cm_servers_text(cm_upstream_servers(resolver->views[view]), &text);
    resolver->servers[view] = cm_buf_take(&text);
    return resolver->servers[view] == NULL ? cm_error_nomem(err, "the resolver")
                                           : CM_OK;
}

enum cm_status cm_resolver_new(struct cm_resolver **out, struct cm_loop *loop,
                               const struct cm_resolver_options *options,
                               struct cm_error *err)
{
    struct cm_resolver *resolver = calloc(1, sizeof(*resolver));
    enum cm_status status;

    *out = NULL;
    if (resolver == NULL) {
        return cm_error_nomem(err, "the resolver");
    }
    resolver->loop = loop;
    resolver->family = options->family;
    ring_init(&resolver->ready);
    ring_init(&resolver->delivering);
    resolver->names = cm_map_new();
    resolver->lookups = cm_map_new();
    resolver->kept = cm_kept_new(
        CM_RESOLVER_MAX_CACHE / (options->sharers == 0 ? 1 : options->sharers));
    status = resolver->names == NULL || resolver->lookups == NULL ||
                     resolver->kept == NULL
                 ? cm_error_nomem(err, "the resolver")
                 : open_view(resolver, 0, options->servers, options, err);
    if (status == CM_OK && options->second != NULL) {
        status = open_view(resolver, 1, options->second, options, err);
    }
    if (status == CM_OK && options->hosts_file) {
        const char *path = options->hosts_path;

        status = cm_hosts_read(&resolver->hosts,
                               path == NULL ? HOSTS_PATH : path, err);
    }
    if (status != CM_OK) {
        cm_resolver_free(resolver);
        return status;
    }
    *out = resolver;
    return CM_OK;
}

void cm_resolver_free(struct cm_resolver *resolver)
{
    if (resolver == NULL) {
        return;
    }
    /* First, while the questions they hold are there. */
    cm_upstream_free(resolver->views[0]);
    cm_upstream_free(resolver->views[1]);
    cm_timer_cancel(resolver->loop, &resolver->deliver);
    cm_map_free(resolver->lookups, free);
    cm_map_free(resolver->names, name_free);
    cm_kept_free(resolver->kept);
    cm_hosts_free(resolver->hosts);
    free(resolver->servers[0]);
    free(resolver->servers[1]);
    free(resolver);
}

void cm_resolver_servers(const struct cm_resolver *resolver, struct cm_buf *out)
{
    cm_buf_puts(out, resolver->servers[0]);
    if (resolver->servers[1] != NULL) {
        cm_buf_printf(out, "; second: %s", resolver->servers[1]);
    }
}

void cm_resolver_limit_cache(struct cm_resolver *resolver, size_t max_names)
{
    cm_kept_limit(resolver->kept, max_names);
}
