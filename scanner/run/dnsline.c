/* SPDX-License-Identifier: Apache-2.0 */
#include "run/dnsline.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "certmuster/log.h"

/* As long as many names are asked for, answers come more often than that. */
#define GAP_MS 700U
#define NOTE_EACH_MS 1000U

struct cm_dnsline {
    struct cm_dnsline_config config;
    struct cm_canary_watch *watch;
    struct cm_lifeline *lifeline;     /* the watch's */
    atomic_uint_fast64_t answered_ms; /* lately; 0: never */
    atomic_uint_fast64_t gap_end_ms;  /* the first answer after a silence */
    atomic_uint_fast64_t noted_ms;    /* the last of the names below */
    pthread_mutex_t lock;             /* guards the rest */
    struct cm_canary names[CM_DNSLINE_NAMES];
    unsigned num_names;
    unsigned oldest;
    bool was_held; /* for the messages */
};

static unsigned names(void *arg, struct cm_canary out[CM_MAX_CANARIES])
{
    struct cm_dnsline *line = arg;
    unsigned num;

    (void)pthread_mutex_lock(&line->lock);
    num = line->num_names;
    memcpy(out, line->names, num * sizeof(*out));
    (void)pthread_mutex_unlock(&line->lock);
    return num;
}

/* From the watch's thread, the only one that changes what it says. */
static void told(void *arg)
{
    struct cm_dnsline *line = arg;
    bool held = cm_lifeline_holds(line->lifeline);

    if (held && !line->was_held) {
        cm_log(CM_LOG_WARN,
               "the DNS servers do not answer any more: nothing new is started "
               "until they do, for up to %u seconds",
               line->config.patience_ms / 1000);
    } else if (!held && line->was_held) {
        cm_log(CM_LOG_WARN, "%s",
               cm_lifeline_is_lost(line->lifeline)
                   ? "the DNS servers are given up: all further names are "
                     "recorded as scanner_resolver_down"
                   : "the DNS servers answer again: names that had no answer "
                     "are asked for once more");
    }
    if (held || line->was_held) {
        (void)cm_faults_overcome(line->config.faults, CM_FAULT_RESOLVER_DOWN,
                                 (int64_t)time(NULL), 0);
    }
    line->was_held = held;
    line->config.told(line->config.told_arg);
}

enum cm_status cm_dnsline_open(struct cm_dnsline **out,
                               const struct cm_dnsline_config *config,
                               struct cm_error *err)
{
    struct cm_dnsline *line = calloc(1, sizeof(*line));
    struct cm_canary_config watch = {
        .resolver = config->resolver,
        .told = told,
        .told_arg = line,
        .names = names,
        .names_arg = line,
    };
    enum cm_status status;

    *out = NULL;
    if (line == NULL) {
        return cm_error_nomem(err, "the watch over DNS");
    }
    line->config = *config;
    if (line->config.patience_ms == 0) {
        line->config.patience_ms = CM_DNSLINE_PATIENCE_MS;
    }
    watch.patience_ms = line->config.patience_ms;
    status = cm_canary_open(&line->watch, &watch, err);
    if (status != CM_OK) {
        free(line);
        return status;
    }
    (void)pthread_mutex_init(&line->lock, NULL);
    line->lifeline = cm_canary_lifeline(line->watch);
    cm_lifeline_trust(line->lifeline);
    *out = line;
    return CM_OK;
}

enum cm_status cm_dnsline_start(struct cm_dnsline *line, struct cm_error *err)
{
    return line == NULL ? CM_OK : cm_canary_start(line->watch, err);
}

void cm_dnsline_stop(struct cm_dnsline *line)
{
    if (line != NULL) {
        cm_canary_stop(line->watch);
    }
}

void cm_dnsline_free(struct cm_dnsline *line)
{
    if (line != NULL) {
        cm_canary_free(line->watch);
        (void)pthread_mutex_destroy(&line->lock);
        free(line);
    }
}

static void note_name(struct cm_dnsline *line, const char *host,
                      uint64_t now_ms)
{
    size_t len = strlen(host);

    if (len >= sizeof(line->names[0].host)) {
        return;
    }
    atomic_store(&line->noted_ms, now_ms);
    (void)pthread_mutex_lock(&line->lock);
    memcpy(line->names[line->oldest].host, host, len + 1);
    line->oldest = (line->oldest + 1) % CM_DNSLINE_NAMES;
    if (line->num_names < CM_DNSLINE_NAMES) {
        line->num_names++;
    }
    (void)pthread_mutex_unlock(&line->lock);
}

void cm_dnsline_heard(struct cm_dnsline *line, const char *host,
                      const struct cm_dns_evidence *answer, uint64_t now_ms)
{
    uint64_t before;
    uint64_t noted;

    if (line == NULL || answer->result == CM_DNS_TIMEOUT) {
        return;
    }
    before = atomic_exchange(&line->answered_ms, now_ms);
    if (now_ms > before + GAP_MS) {
        atomic_store(&line->gap_end_ms, now_ms);
    }
    noted = atomic_load(&line->noted_ms);
    if (answer->result == CM_DNS_OK &&
        (noted == 0 || now_ms > noted + NOTE_EACH_MS)) {
        note_name(line, host, now_ms);
    }
}

/* While it was asked for, others had an answer all along: it is the name. */
static bool was_heard_throughout(const struct cm_dnsline *line,
                                 uint64_t since_ms, uint64_t now_ms)
{
    return atomic_load(&line->gap_end_ms) < since_ms &&
           atomic_load(&line->answered_ms) + GAP_MS >= now_ms;
}

bool cm_dnsline_suspects(const struct cm_dnsline *line,
                         const struct cm_evidence *ev, uint64_t now_ms)
{
    const struct cm_dns_evidence *dns = &ev->dns;

    if (line == NULL || atomic_load(&line->noted_ms) == 0 ||
        ev->num_probes > 0 || dns->result != CM_DNS_TIMEOUT) {
        return false;
    }
    return strstr(dns->detail, CM_DNS_UNREACHABLE) != NULL ||
           !was_heard_throughout(line, now_ms - dns->ms, now_ms);
}

void cm_dnsline_want(struct cm_dnsline *line)
{
    cm_lifeline_want(line->lifeline);
    cm_canary_wake(line->watch);
}

bool cm_dnsline_holds(const struct cm_dnsline *line)
{
    return line != NULL && cm_lifeline_holds(line->lifeline);
}

bool cm_dnsline_is_lost(const struct cm_dnsline *line)
{
    return line != NULL && cm_lifeline_is_lost(line->lifeline);
}

struct cm_lifeline *cm_dnsline_lifeline(struct cm_dnsline *line)
{
    return line == NULL ? NULL : line->lifeline;
}
