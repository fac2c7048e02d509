/* Names to addresses with c-ares inside the loop: each name is asked once per
 * run and resolver, A and AAAA apart so that their answers are told apart.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RESOLVER_H
#define CERTMUSTER_RESOLVER_H

#include "certmuster/evidence.h"
#include "net/loop.h"

#define CM_RESOLVER_MAX_IN_FLIGHT 1000 /* queries without an answer */
/* Of them, those that the server may not even have read yet: its socket has
 * room for some 270 small queries (Linux's 208 KiB), and drops the rest. */
#define CM_RESOLVER_MAX_RECENT 256
/* Names kept, some 100 bytes each; the oldest go first. Twice the endpoints
 * among which neighbours of the input are shuffled. */
#define CM_RESOLVER_MAX_CACHE 32768

/* Said of a name when all servers refuse at once: nobody listens there. */
#define CM_DNS_UNREACHABLE "no DNS server could be reached"

struct cm_resolver_options {
    const char *servers; /* "192.0.2.53,[2001:db8::53]:5353"; NULL: the system's
                            (/etc/resolv.conf) */
    const char *second;  /* a second view to compare with; NULL: none */
    unsigned timeout_ms; /* for one question, all tries together; 0: 5000 */
    unsigned sharers;    /* resolvers that share the limits above; 0: 1 */
    int family;          /* 4, 6, or 0: both */
    bool hosts_file;     /* look into the hosts file first (read once) */
    const char *hosts_path; /* NULL: /etc/hosts */
};

struct cm_resolver; /* opaque, one thread's */

enum cm_status cm_resolver_new(struct cm_resolver **out, struct cm_loop *loop,
                               const struct cm_resolver_options *options,
                               struct cm_error *err);
/* Pending lookups are dropped without a call. */
void cm_resolver_free(struct cm_resolver *resolver);

/* `ev` is borrowed for the call. The result is OK when either resolver gave an
 * address; `second_differs` and `detail` tell what else there is. */
typedef void cm_resolved_fn(void *arg, const struct cm_dns_evidence *ev);

/* `heard` is told what DNS said of each name that it was asked for, from the
 * loop, before those who wait are; not what is known without asking. */
typedef void cm_resolver_heard_fn(void *arg, const char *host,
                                  const struct cm_dns_evidence *ev);
void cm_resolver_listen(struct cm_resolver *resolver,
                        cm_resolver_heard_fn *heard, void *arg);

/* No server is asked any more: all names that are not known have no answer. */
void cm_resolver_give_up(struct cm_resolver *resolver);

/* cm_resolver_foresee asks for a name before it is looked up, which then finds
 * the answer, or waits for it; what goes wrong here is told there. The lookup
 * must follow: the answer waits for it, however many others are kept. */
void cm_resolver_foresee(struct cm_resolver *resolver, const char *host);

/* cm_resolver_lookup always answers later, from the loop, never from inside
 * the call. `host` is an A-label name, never a literal. The ticket (not 0) may
 * be cancelled until the answer came. 0: no memory. */
uint64_t cm_resolver_lookup(struct cm_resolver *resolver, const char *host,
                            cm_resolved_fn *fn, void *arg);
void cm_resolver_cancel(struct cm_resolver *resolver, uint64_t ticket);
/* The servers in use, for the run's facts: "192.0.2.53:53, ...". */
void cm_resolver_servers(const struct cm_resolver *resolver,
                         struct cm_buf *out);
/* Reads "host:port" lists as --resolver takes them; says what is wrong. */
enum cm_status cm_resolver_check_servers(const char *servers,
                                         struct cm_error *err);

#endif
