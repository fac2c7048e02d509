/* SPDX-License-Identifier: Apache-2.0 */
#include "run/canary.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "net/dial.h"

#define CONNECT_MS 3000U
#define ASKING_MS 5000U /* all canaries together, DNS included */
#define STANDARD_PORT 443U

struct question {
    struct cm_canary_watch *watch;
    const struct cm_canary *canary;
    uint64_t ticket;
    struct cm_dial *dial;
};

struct cm_canary_watch {
    struct cm_canary_config config;
    struct cm_lifeline line;
    struct cm_loop *loop;
    /* One for each asking: a resolver remembers what it did not find. */
    struct cm_resolver *resolver;
    struct cm_canary named[CM_MAX_CANARIES];
    struct question questions[CM_MAX_CANARIES];
    unsigned open;
    bool asking;
    bool answered;
    uint64_t until_ms;
    atomic_bool over;
    pthread_t thread;
    bool started;
};

/* --- HOST[:PORT] --- */

static bool parse_port(const char *text, uint16_t *port)
{
    char *end;
    long number;

    if (!isdigit((unsigned char)text[0])) {
        return false;
    }
    number = strtol(text, &end, 10);
    *port = (uint16_t)number;
    return *end == '\0' && number >= 1 && number <= 65535;
}

/* Where the port begins, or the end: a bare IPv6 address has no port. */
static const char *host_end(const char *text)
{
    const char *colon = strchr(text, ':');

    if (text[0] == '[') {
        const char *close = strchr(text, ']');

        return close != NULL ? close + 1 : text;
    }
    return colon != NULL && strchr(colon + 1, ':') == NULL
               ? colon
               : text + strlen(text);
}

static bool is_host(const char *host)
{
    struct cm_address literal;

    return cm_address_parse(host, &literal) ||
           strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789.-_") == strlen(host);
}

bool cm_canary_parse(const char *text, struct cm_canary *out)
{
    const char *end = host_end(text);
    size_t len = (size_t)(end - text);

    if (len == 0 || len >= sizeof(out->host)) {
        return false;
    }
    memcpy(out->host, text, len);
    out->host[len] = '\0';
    out->port = STANDARD_PORT;
    return is_host(out->host) &&
           (*end == '\0' || (*end == ':' && parse_port(end + 1, &out->port)));
}

/* --- one asking --- */

static void dialled(void *arg, const struct cm_dial_result *result)
{
    struct question *question = arg;
    struct cm_canary_watch *watch = question->watch;

    question->dial = NULL;
    watch->open--;
    if (result->fd >= 0) {
        watch->answered = true;
        cm_loop_close(watch->loop, result->watch, result->fd);
    }
}

static void dial(struct question *question, struct cm_address *addresses,
                 unsigned num)
{
    struct cm_canary_watch *watch = question->watch;

    for (unsigned i = 0; i < num; i++) {
        addresses[i].port = question->canary->port;
    }
    num = cm_dial_order(addresses, num, watch->config.resolver->family);
    question->dial = num == 0 ? NULL
                              : cm_dial_start(watch->loop, addresses, num,
                                              CONNECT_MS, dialled, question);
    if (question->dial == NULL) {
        watch->open--;
    }
}

static void resolved(void *arg, const struct cm_dns_evidence *answer)
{
    struct question *question = arg;
    struct cm_address addresses[CM_MAX_ADDRESSES];

    question->ticket = 0;
    if (question->watch->config.names != NULL) {
        question->watch->open--;
        question->watch->answered =
            question->watch->answered || answer->result != CM_DNS_TIMEOUT;
        return;
    }
    memcpy(addresses, answer->addresses, sizeof(addresses));
    dial(question, addresses, answer->num_addresses);
}

static void look_up(struct question *question)
{
    struct cm_canary_watch *watch = question->watch;
    struct cm_resolver_options options = *watch->config.resolver;

    options.timeout_ms = CONNECT_MS;
    options.second = NULL;
    options.hosts_file = options.hosts_file && watch->config.names == NULL;
    if (watch->resolver == NULL) {
        (void)cm_resolver_new(&watch->resolver, watch->loop, &options, NULL);
    }
    if (watch->resolver != NULL) {
        question->ticket = cm_resolver_lookup(
            watch->resolver, question->canary->host, resolved, question);
    }
    if (question->ticket == 0) {
        watch->open--;
    }
}

static unsigned whom_to_ask(struct cm_canary_watch *watch,
                            const struct cm_canary **out)
{
    const struct cm_canary_config *config = &watch->config;

    *out = config->names != NULL ? watch->named : config->canaries;
    return config->names != NULL
               ? config->names(config->names_arg, watch->named)
               : config->num_canaries;
}

static void begin_asking(struct cm_canary_watch *watch, uint64_t now_ms)
{
    const struct cm_canary *canaries;
    unsigned num = whom_to_ask(watch, &canaries);

    cm_lifeline_begin(&watch->line, now_ms);
    watch->asking = true;
    watch->answered = false;
    watch->until_ms = now_ms + ASKING_MS;
    watch->open = num;
    for (unsigned i = 0; i < num; i++) {
        struct question *question = &watch->questions[i];
        struct cm_address literal;

        *question = (struct question){.watch = watch, .canary = &canaries[i]};
        if (cm_address_parse(question->canary->host, &literal)) {
            dial(question, &literal, 1);
        } else {
            look_up(question);
        }
    }
}

static void drop_questions(struct cm_canary_watch *watch)
{
    for (unsigned i = 0; i < CM_MAX_CANARIES; i++) {
        cm_dial_cancel(watch->questions[i].dial);
        watch->questions[i].dial = NULL;
    }
    cm_resolver_free(watch->resolver);
    watch->resolver = NULL;
    watch->asking = false;
}

static void end_asking(struct cm_canary_watch *watch, uint64_t now_ms)
{
    drop_questions(watch);
    cm_lifeline_end(&watch->line, now_ms, watch->answered);
    watch->config.told(watch->config.told_arg);
}

/* --- the thread --- */

/* What is to be done now; how long to wait for more. */
static int attend(struct cm_canary_watch *watch)
{
    uint64_t now_ms = cm_loop_now_ms(watch->loop);
    int wait_ms;

    if (watch->asking &&
        (watch->answered || watch->open == 0 || now_ms >= watch->until_ms)) {
        end_asking(watch, now_ms);
    }
    if (cm_lifeline_due(&watch->line, now_ms, &wait_ms)) {
        begin_asking(watch, now_ms);
    }
    if (!watch->asking) {
        return wait_ms;
    }
    return watch->open == 0 ? 0 : (int)(watch->until_ms - now_ms);
}

static void *keep_asking(void *arg)
{
    struct cm_canary_watch *watch = arg;
    struct cm_error err;

    (void)pthread_setname_np(pthread_self(), "cm-canary");
    while (!atomic_load(&watch->over)) {
        if (cm_loop_turn(watch->loop, attend(watch), &err) != CM_OK) {
            cm_lifeline_give_up(&watch->line);
            watch->config.told(watch->config.told_arg);
            break;
        }
    }
    drop_questions(watch);
    return NULL;
}

enum cm_status cm_canary_open(struct cm_canary_watch **out,
                              const struct cm_canary_config *config,
                              struct cm_error *err)
{
    struct cm_canary_watch *watch = calloc(1, sizeof(*watch));
    enum cm_status status;

    *out = NULL;
    if (watch == NULL) {
        return cm_error_nomem(err, "the canaries");
    }
    watch->config = *config;
    status = cm_loop_new(&watch->loop, err);
    if (status != CM_OK) {
        free(watch);
        return status;
    }
    cm_lifeline_open(&watch->line, config->patience_ms);
    *out = watch;
    return CM_OK;
}

enum cm_status cm_canary_start(struct cm_canary_watch *watch,
                               struct cm_error *err)
{
    int failed;

    if (watch == NULL) {
        return CM_OK;
    }
    failed = pthread_create(&watch->thread, NULL, keep_asking, watch);
    watch->started = failed == 0;
    return failed == 0 ? CM_OK
                       : cm_error_set(err, CM_EIO, "cannot start a thread: %s",
                                      strerrordesc_np(failed));
}

struct cm_lifeline *cm_canary_lifeline(struct cm_canary_watch *watch)
{
    return &watch->line;
}

void cm_canary_wake(struct cm_canary_watch *watch)
{
    cm_loop_wake(watch->loop);
}

void cm_canary_stop(struct cm_canary_watch *watch)
{
    if (watch != NULL && watch->started) {
        atomic_store(&watch->over, true);
        cm_loop_wake(watch->loop);
        (void)pthread_join(watch->thread, NULL);
        watch->started = false;
    }
}

void cm_canary_free(struct cm_canary_watch *watch)
{
    if (watch == NULL) {
        return;
    }
    cm_canary_stop(watch);
    cm_lifeline_close(&watch->line);
    cm_loop_free(watch->loop);
    free(watch);
}
