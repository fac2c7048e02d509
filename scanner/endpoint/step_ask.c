/* Asking on: hand-built hellos, each on a connection of its own, made the way
 * of the first one: proxy, STARTTLS, TDS. Who asks, and what, is decided in
 * tls/; here are only the connections.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "endpoint/steps.h"
#include "starttls/starttls.h"
#include "tls/asking.h"
#include "tls/tds.h"

#define CHUNK 16384
#define INVENTORY_TIMES 10U /* the time of an endpoint */
#define LEAST_MS 1000U      /* for a question that will have no answer */
#define ROUND_TRIPS 4U      /* ... and so many to the server */
#define MAX_HALVINGS 3U
#define MAX_LOST 2 /* questions in a row that found no way to the server */

/* One endpoint's questions. Apart from the scan: few need it. */
struct cm_inquiry {
    struct cm_asking *asking; /* owned; NULL: the next asker's turn */
    size_t next_asker;
    unsigned lost; /* in a row */
    struct cm_hello hello;
    size_t hello_bytes;
    struct cm_flight *flight; /* owned */
    struct cm_tds tds;
    struct cm_probe way; /* the connection, the proxy, the dialogue */
};

static bool diagnosis_wanted(const struct cm_scan *scan)
{
    return scan->env->config->diagnose_probes > 0 &&
           cm_diagnosis_wanted(scan->evidence);
}

static struct cm_asking *begin_diagnosis(struct cm_scan *scan)
{
    return cm_diagnosis_new(scan->evidence, scan->endpoint.sni,
                            scan->env->config->diagnose_probes);
}

/* A part of the inventory, where the handshake left no doubt. */
static bool tolerance_wanted(const struct cm_scan *scan)
{
    const struct cm_probe *probe = cm_evidence_main_probe(scan->evidence);

    return scan->env->config->inventory_probes > 0 && probe != NULL &&
           probe->end == CM_END_COMPLETE &&
           cm_evidence_answer(scan->evidence, CM_ASK_LARGE) == NULL;
}

static struct cm_asking *begin_tolerance(struct cm_scan *scan)
{
    return cm_tolerance_new(scan->evidence, scan->endpoint.sni);
}

/* Of servers that speak TLS. */
static bool inventory_wanted(const struct cm_scan *scan)
{
    const struct cm_evidence *ev = scan->evidence;
    const struct cm_probe *probe = cm_evidence_main_probe(ev);
    bool spoke = probe != NULL && probe->server_hello;

    for (size_t i = 0; i < ev->num_answers; i++) {
        spoke = spoke || cm_answer_worked(&ev->answers[i]);
    }
    return spoke && scan->env->config->inventory_probes > 0 &&
           ev->inventory == NULL;
}

/* It takes its time, and has more of it. */
static struct cm_asking *begin_inventory(struct cm_scan *scan)
{
    struct cm_evidence *ev = scan->evidence;

    ev->inventory = cm_inventory_new();
    if (ev->inventory == NULL ||
        !cm_scan_give_time(scan, (uint64_t)INVENTORY_TIMES *
                                     scan->env->config->total_timeout_ms)) {
        return NULL;
    }
    return cm_inventory_asking_new(ev->inventory, ev, scan->endpoint.sni,
                                   scan->env->config->inventory_probes);
}

/* One after the other. */
static const struct asker {
    bool (*wanted)(const struct cm_scan *scan);
    struct cm_asking *(*begin)(struct cm_scan *scan); /* NULL: no memory */
} askers[] = {
    {diagnosis_wanted, begin_diagnosis},
    {tolerance_wanted, begin_tolerance},
    {inventory_wanted, begin_inventory},
};
#define ASKERS (sizeof(askers) / sizeof(*askers))

bool cm_scan_must_ask(const struct cm_scan *scan)
{
    for (size_t i = 0; i < ASKERS; i++) {
        if (askers[i].wanted(scan)) {
            return true;
        }
    }
    return false;
}

void cm_scan_stop_asking(struct cm_scan *scan)
{
    struct cm_inquiry *q = scan->inquiry;

    if (q == NULL) {
        return;
    }
    scan->inquiry = NULL;
    scan->probe = NULL;
    if (q->asking != NULL) {
        q->asking->free(q->asking);
    }
    cm_flight_free(q->flight);
    cm_probe_cleanup(&q->way);
    free(q);
}

struct cm_probe *cm_scan_way(struct cm_scan *scan)
{
    cm_probe_cleanup(&scan->inquiry->way);
    return &scan->inquiry->way;
}

unsigned cm_scan_ask_budget(const struct cm_scan *scan, unsigned most_ms)
{
    const struct cm_evidence *ev = scan->evidence;
    const struct cm_probe *probe = cm_evidence_main_probe(ev);
    unsigned halvings = 1; /* the handshake was silence, too */
    unsigned least_ms;
    unsigned budget_ms;

    if (probe == NULL || probe->end != CM_END_TIMEOUT ||
        probe->num_first_bytes > 0) {
        return most_ms; /* it speaks */
    }
    for (size_t i = 0; i < ev->num_answers; i++) {
        if (ev->answers[i].end != CM_ANSWER_SILENT) {
            return most_ms;
        }
        halvings++;
    }
    least_ms = LEAST_MS + ROUND_TRIPS * probe->connect_ms;
    budget_ms = most_ms >> (halvings < MAX_HALVINGS ? halvings : MAX_HALVINGS);
    if (budget_ms < least_ms) {
        budget_ms = least_ms;
    }
    return budget_ms < most_ms ? budget_ms : most_ms;
}

/* All questions go to the address that the endpoint is judged by. */
static bool begin(struct cm_scan *scan)
{
    const struct cm_probe *judged = cm_evidence_main_probe(scan->evidence);

    scan->inquiry = calloc(1, sizeof(*scan->inquiry));
    if (scan->inquiry == NULL || judged == NULL) {
        scan->out_of_memory = scan->out_of_memory || judged != NULL;
        return false;
    }
    scan->targets[0] = judged->address;
    scan->num_targets = 1;
    scan->round_probes = scan->evidence->num_probes;
    return true;
}

/* The next question, of whoever's turn it is. */
static bool next_question(struct cm_scan *scan)
{
    struct cm_inquiry *q = scan->inquiry;

    while (!scan->out_of_time && !scan->out_of_memory && q->lost < MAX_LOST) {
        if (q->asking != NULL) {
            q->hello = (struct cm_hello){0};
            if (q->asking->next(q->asking, &q->hello)) {
                return true;
            }
            q->asking->free(q->asking);
            q->asking = NULL;
        }
        while (q->next_asker < ASKERS && !askers[q->next_asker].wanted(scan)) {
            q->next_asker++;
        }
        if (q->next_asker == ASKERS) {
            return false;
        }
        q->asking = askers[q->next_asker++].begin(scan);
        scan->out_of_memory = q->asking == NULL;
    }
    return false;
}

static void take_chain(struct cm_scan *scan, struct cm_answer *answer)
{
    struct cm_span spans[CM_MAX_CHAIN];
    size_t num = cm_flight_chain(scan->inquiry->flight, spans, CM_MAX_CHAIN);

    if (num == 0) {
        return;
    }
    answer->chain = calloc(num, sizeof(struct cm_cert *));
    for (size_t i = 0; answer->chain != NULL && i < num; i++) {
        struct cm_cert *cert = cm_certcache_get(scan->env->certs, spans[i]);

        if (cert == NULL) {
            break;
        }
        answer->chain[answer->num_chain++] = cert;
    }
    scan->out_of_memory = scan->out_of_memory || answer->num_chain < num;
}

/* The question is over, and so is its connection. */
static void heard(struct cm_scan *scan, struct cm_answer *answer)
{
    struct cm_inquiry *q = scan->inquiry;
    uint64_t now_ms = cm_loop_now_ms(scan->env->loop);

    answer->ms = (uint32_t)(now_ms - scan->phase_since_ms);
    answer->hello_bytes = (uint16_t)q->hello_bytes;
    q->asking->heard(q->asking, answer, q->flight);
    scan->out_of_memory = scan->out_of_memory || q->asking->no_memory;
    cm_answer_cleanup(answer);
    cm_flight_free(q->flight);
    q->flight = NULL;
    cm_scan_hang_up(scan);
    cm_scan_enter(scan, CM_PHASE_ASKING);
}

static void answered(struct cm_scan *scan)
{
    struct cm_inquiry *q = scan->inquiry;
    struct cm_answer answer = {0};

    q->lost = 0;
    cm_flight_answer(q->flight, &answer);
    if (cm_answer_worked(&answer) && answer.version > q->hello.version) {
        answer.end = CM_ANSWER_MALFORMED; /* it was not on offer */
    }
    take_chain(scan, &answer);
    scan->out_of_memory = scan->out_of_memory || cm_flight_no_memory(q->flight);
    heard(scan, &answer);
}

static void ended(struct cm_scan *scan, int sys_errno, bool timed_out)
{
    cm_flight_ended(scan->inquiry->flight, sys_errno, timed_out);
    answered(scan);
}

void cm_step_ask_timed_out(struct cm_scan *scan)
{
    ended(scan, ETIMEDOUT, true);
}

/* No connection, or no TLS came of it. */
void cm_step_ask_lost(struct cm_scan *scan)
{
    struct cm_inquiry *q = scan->inquiry;
    struct cm_answer answer = {.end = CM_ANSWER_NONE};

    q->lost++;
    q->hello_bytes = 0;
    answer.sys_errno = scan->local_errno != 0  ? scan->local_errno
                       : q->way.sys_errno != 0 ? q->way.sys_errno
                                               : ECONNABORTED;
    heard(scan, &answer);
}

static void on_ready(void *arg, unsigned ready)
{
    struct cm_scan *scan = arg;
    struct cm_inquiry *q = scan->inquiry;
    uint8_t bytes[CHUNK];
    ssize_t got = recv(scan->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    size_t len;

    (void)ready;
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        ended(scan, got < 0 ? errno : 0, false);
        return;
    }
    len = (size_t)got;
    if (q->tds.on) {
        len = cm_tds_unwrap(&q->tds, bytes, len);
    }
    if (cm_flight_feed(q->flight, (struct cm_span){bytes, len})) {
        answered(scan);
    }
}

/* False: no memory. */
static bool prepared(struct cm_scan *scan, struct cm_buf *out)
{
    struct cm_inquiry *q = scan->inquiry;

    q->tds = (struct cm_tds){.on = scan->starttls != NULL &&
                                   cm_starttls_in_tds(scan->starttls)};
    q->flight = cm_flight_new(q->hello.version == 0x0002);
    return q->flight != NULL &&
           getrandom(q->hello.random, sizeof(q->hello.random), 0) ==
               sizeof(q->hello.random) &&
           getrandom(q->hello.session_id, sizeof(q->hello.session_id), 0) ==
               sizeof(q->hello.session_id) &&
           cm_hello_build(&q->hello, out) == CM_OK &&
           cm_scan_watch(scan, on_ready) == CM_OK;
}

/* A fresh connection takes a hello at once, or never. A peer that is gone
 * already may have left its reasons: reading tells. */
static bool sent(struct cm_scan *scan, const struct cm_buf *hello)
{
    ssize_t put = scan->inquiry->tds.on
                      ? cm_tds_send(scan->fd, hello->data, hello->len)
                      : send(scan->fd, hello->data, hello->len,
                             MSG_NOSIGNAL | MSG_DONTWAIT);

    return put == (ssize_t)hello->len ||
           (put < 0 && (errno == EPIPE || errno == ECONNRESET));
}

static void ask(struct cm_scan *scan)
{
    struct cm_buf out;
    bool under_way;

    cm_buf_init(&out, CM_HELLO_MAX_BYTES);
    if (!prepared(scan, &out)) {
        scan->out_of_memory = true;
    }
    scan->inquiry->hello_bytes = out.len;
    under_way = !scan->out_of_memory && sent(scan, &out);
    cm_buf_cleanup(&out);
    if (!under_way) {
        cm_step_ask_lost(scan);
    }
}

void cm_step_ask(struct cm_scan *scan)
{
    if (scan->fd >= 0) {
        ask(scan);
        return;
    }
    if ((scan->inquiry == NULL && !begin(scan)) || !next_question(scan)) {
        cm_scan_stop_asking(scan);
        cm_scan_enter(scan, CM_PHASE_RECORDED);
        return;
    }
    scan->tries = 0;
    scan->local_errno = 0;
    cm_scan_enter(scan, CM_PHASE_CONNECTING);
}
