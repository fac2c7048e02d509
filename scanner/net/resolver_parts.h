/* What the resolver's files share: DNS answers, server lists, the hosts file,
 * and questions to servers. Private to net/ and its tests.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RESOLVER_PARTS_H
#define CERTMUSTER_RESOLVER_PARTS_H

#include "certmuster/buf.h"
#include "net/resolver.h"

#define CM_DNS_A 1U /* types, RFC 1035 and RFC 3596 */
#define CM_DNS_AAAA 28U
#define CM_DNS_MAX_HOPS 8       /* aliases followed */
#define CM_DNS_MAX_RECORDS 1024 /* of one answer section that are read */
#define CM_RESOLVER_MAX_SERVERS 8
#define CM_HOSTS_MAX_BYTES 4194304 /* of the hosts file */

/* One server's answer to one question, or why there is none. Plain data. */
struct cm_dns_answer {
    enum cm_dns_result result;
    const char *why; /* static words: "SERVFAIL", "no answer" ... */
    struct cm_address addresses[CM_MAX_ADDRESSES];
    unsigned num_addresses;
    unsigned num_total; /* more than num_addresses when capped */
    unsigned num_cnames;
    char cname[CM_HOST_SIZE]; /* the last alias target */
};

/* dnsmsg.c: reads the answer to `host`, `type` out of a DNS message; never
 * fails: what cannot be read is a result. */
void cm_dnsmsg_read(struct cm_dns_answer *out, struct cm_span message,
                    const char *host, unsigned type);

/* resolver_servers.c */
struct cm_server_list {
    struct cm_address at[CM_RESOLVER_MAX_SERVERS];
    unsigned num;
};
enum cm_status cm_servers_parse(struct cm_server_list *out, const char *text,
                                struct cm_error *err);
void cm_servers_text(const struct cm_server_list *list, struct cm_buf *out);

/* resolver_hosts.c: names of a hosts file. */
struct cm_hosts;
/* A file that is not there is an empty one. */
enum cm_status cm_hosts_read(struct cm_hosts **out, const char *path,
                             struct cm_error *err);
void cm_hosts_free(struct cm_hosts *hosts); /* accepts NULL */
/* Fills in what the file says; false when it has no address of the wanted
 * family (0: any). `hosts` may be NULL. */
bool cm_hosts_find(const struct cm_hosts *hosts, const char *name, int family,
                   struct cm_dns_evidence *out);

/* resolver_merge.c: one view's two answers; NULL: not asked. */
struct cm_dns_answers {
    const struct cm_dns_answer *a;
    const struct cm_dns_answer *aaaa;
    const char *servers; /* for the proof */
};
/* `second` may be NULL. `out->ms` is left alone. */
void cm_dns_merge(struct cm_dns_evidence *out,
                  const struct cm_dns_answers *first,
                  const struct cm_dns_answers *second);

/* resolver_pack.c: evidence to keep; free() it. NULL: no memory. */
struct cm_packed;
struct cm_packed *cm_dns_pack(const struct cm_dns_evidence *ev);
size_t cm_dns_packed_size(const struct cm_packed *packed);
/* NULL stands for an answer that there was no memory to keep. */
void cm_dns_unpack(struct cm_dns_evidence *out, const struct cm_packed *from);

/* resolver_kept.c: answers by name; the oldest go first. */
struct cm_kept;
struct cm_kept *cm_kept_new(size_t max); /* NULL: no memory */
void cm_kept_free(struct cm_kept *kept); /* accepts NULL */
void cm_kept_limit(struct cm_kept *kept, size_t max);
/* Lent until the next put; NULL: it is not there. */
const struct cm_packed *cm_kept_find(const struct cm_kept *kept,
                                     const char *host, size_t len);
/* Copies the answer, unless the name has one or there is no memory. */
void cm_kept_put(struct cm_kept *kept, const char *host, size_t len,
                 const struct cm_packed *answer);

/* resolver.c: a list of servers that answers questions. */
struct cm_upstream;
struct cm_question {
    const char *host; /* borrowed until `done` */
    unsigned type;
    void (*done)(struct cm_question *question); /* never from inside ask */
    void *arg;
    struct cm_dns_answer answer;
    /* Below: the upstream's. */
    struct cm_upstream *upstream;
    struct cm_question *next;
    unsigned level;  /* how many servers at the list's head are passed over */
    unsigned period; /* when it was last sent */
    uint64_t deadline_ms;
};
/* `servers`: NULL for the system's. Of the options, only how long and with how
 * many others is of interest. */
enum cm_status cm_upstream_new(struct cm_upstream **out, struct cm_loop *loop,
                               const char *servers,
                               const struct cm_resolver_options *options,
                               struct cm_error *err);
/* Questions under way are dropped; `done` is not called. Accepts NULL. */
void cm_upstream_free(struct cm_upstream *upstream);
/* False: no memory. The question must stay where it is until `done`. */
bool cm_upstream_ask(struct cm_upstream *upstream,
                     struct cm_question *question);
const struct cm_server_list *
cm_upstream_servers(const struct cm_upstream *upstream);

/* resolver_names.c: for tests of the bound. */
void cm_resolver_limit_cache(struct cm_resolver *resolver, size_t max_names);

#endif
