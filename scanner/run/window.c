/* A shuffle of a stream. The n-th draw is made when a number of endpoints has
 * been read that depends on n alone, so that the same seed and input give the
 * same order however the threads run.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/window.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_FILL 256U /* a scan begins when so many were read */

struct cm_window {
    struct cm_window_config config;
    struct packed **held; /* owned, `max` places */
    size_t num;
    size_t fill; /* how many are wanted before the next draw */
    uint64_t state;
    bool over; /* the queue is closed and empty */
};

/* One endpoint without the room that its texts leave. */
struct packed {
    uint64_t endpoint_id;
    struct cm_address literal;
    uint16_t port;
    uint16_t client;
    bool is_ip;
    bool path_counts;
    bool had_trailing_dot;
    bool scheme_not_tls;
    char texts[]; /* host, protocol, sni, trust, http_path, each with its NUL */
};

struct text {
    size_t offset;
    size_t size;
};
#define TEXT(member)                                                           \
    {                                                                          \
        offsetof(struct cm_endpoint, member),                                  \
            sizeof(((struct cm_endpoint *)0)->member)                          \
    }
static const struct text texts[] = {TEXT(host), TEXT(protocol), TEXT(sni),
                                    TEXT(trust), TEXT(http_path)};
#define TEXTS (sizeof(texts) / sizeof(*texts))

static struct packed *pack(const struct cm_job *job)
{
    const struct cm_endpoint *ep = &job->endpoint;
    const char *from = (const char *)ep;
    size_t lens[TEXTS];
    size_t all = 0;
    struct packed *packed;
    char *to;

    for (size_t i = 0; i < TEXTS; i++) {
        lens[i] = strnlen(from + texts[i].offset, texts[i].size - 1) + 1;
        all += lens[i];
    }
    packed = calloc(1, sizeof(*packed) + all);
    if (packed == NULL) {
        return NULL;
    }
    packed->endpoint_id = job->endpoint_id;
    packed->literal = ep->literal;
    packed->port = ep->port;
    packed->client = ep->client;
    packed->is_ip = ep->is_ip;
    packed->path_counts = ep->path_counts;
    packed->had_trailing_dot = ep->had_trailing_dot;
    packed->scheme_not_tls = ep->scheme_not_tls;
    to = packed->texts;
    for (size_t i = 0; i < TEXTS; i++) {
        memcpy(to, from + texts[i].offset, lens[i] - 1);
        to += lens[i];
    }
    return packed;
}

static void unpack(const struct packed *packed, struct cm_job *out)
{
    struct cm_endpoint *ep = &out->endpoint;
    const char *from = packed->texts;

    memset(out, 0, sizeof(*out));
    out->endpoint_id = packed->endpoint_id;
    ep->literal = packed->literal;
    ep->port = packed->port;
    ep->client = packed->client;
    ep->is_ip = packed->is_ip;
    ep->path_counts = packed->path_counts;
    ep->had_trailing_dot = packed->had_trailing_dot;
    ep->scheme_not_tls = packed->scheme_not_tls;
    for (size_t i = 0; i < TEXTS; i++) {
        size_t len = strlen(from) + 1;

        memcpy((char *)ep + texts[i].offset, from, len);
        from += len;
    }
}

/* Numbers without a pattern, the same for the same seed (splitmix64, Steele,
 * Lea and Flood 2014). */
static uint64_t next_number(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

struct cm_window *cm_window_new(const struct cm_window_config *config)
{
    struct cm_window *window = calloc(1, sizeof(*window));

    if (window == NULL) {
        return NULL;
    }
    window->config = *config;
    window->state = config->seed;
    window->fill = config->max < FIRST_FILL ? config->max : FIRST_FILL;
    window->held = calloc(config->max, sizeof(struct packed *));
    if (window->held == NULL) {
        free(window);
        return NULL;
    }
    return window;
}

void cm_window_free(struct cm_window *window)
{
    if (window == NULL) {
        return;
    }
    while (window->num > 0) {
        free(window->held[--window->num]);
    }
    free(window->held);
    free(window);
}

/* False: no memory. */
static bool take_in(struct cm_window *window)
{
    struct cm_job job;

    while (!window->over && window->num < window->fill) {
        enum cm_pop pop = cm_jobqueue_pop(window->config.queue, &job);
        struct packed *packed;

        window->over = pop == CM_POP_CLOSED;
        if (pop != CM_POP_JOB) {
            return true;
        }
        packed = pack(&job);
        if (packed == NULL) {
            return false;
        }
        window->held[window->num++] = packed;
    }
    return true;
}

enum cm_pop cm_window_draw(struct cm_window *window, struct cm_job *out,
                           bool *no_memory)
{
    struct packed *drawn;
    size_t at;

    *no_memory = false;
    if (window->config.max == 1) {
        return cm_jobqueue_pop(window->config.queue, out);
    }
    if (!take_in(window)) {
        *no_memory = true;
        return CM_POP_EMPTY;
    }
    if (window->num == 0 || (window->num < window->fill && !window->over &&
                             !window->config.eager)) {
        return window->over ? CM_POP_CLOSED : CM_POP_EMPTY;
    }
    at = (size_t)(next_number(&window->state) % window->num);
    drawn = window->held[at];
    window->held[at] = window->held[--window->num];
    unpack(drawn, out);
    free(drawn);
    /* Two more for each that goes, until the window is as large as may be. */
    if (window->fill < window->config.max) {
        window->fill++;
    }
    return CM_POP_JOB;
}
