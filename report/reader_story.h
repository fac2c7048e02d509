/* What the store knows of one endpoint beyond its row: which ones a text means,
 * every connection, how its name was resolved. The rules of reader.h hold here
 * too.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_STORY_H
#define CERTMUSTER_REPORT_READER_STORY_H

#include "certmuster/report.h"
#include "reader.h"

#define CM_MAX_MATCHES 100 /* endpoints that one text may mean */
#define CM_MAX_NEAR 5      /* suggestions */

struct cm_story_matches {
    int64_t rows[CM_MAX_MATCHES]; /* of each endpoint the first row */
    size_t num;
    bool more; /* there are others */
};
/* The endpoints that are meant: by host, and by port and protocol where these
 * are given. Without any: those whose SNI it is, and invalid rows that hold
 * the text. */
enum cm_status cm_story_find(struct cm_report_run *run,
                             const struct cm_endpoint_query *query,
                             struct cm_story_matches *out,
                             struct cm_error *err);
/* "host:port" of endpoints that may have been meant; all owned by the list,
 * which is parsed from JSON. */
enum cm_status cm_story_near(struct cm_report_run *run,
                             const struct cm_endpoint_query *query,
                             struct cm_report_list *out, struct cm_error *err);

/* Lines that name the same endpoint again. */
struct cm_story_repeats {
    int64_t num;
    struct cm_report_list lines;  /* the first ones */
    struct cm_report_list owners; /* of the other lines, each once */
};
enum cm_status cm_story_repeats(struct cm_report_run *run, int64_t endpoint,
                                int64_t row, struct cm_story_repeats *out,
                                struct cm_error *err);
void cm_story_repeats_cleanup(struct cm_story_repeats *repeats);

struct cm_story_dns {
    struct cm_report_list addresses;
    struct cm_report_list from_second; /* "1" where only the second resolver
                                          gave it; or empty */
    bool second_differs;
    const char *cname; /* NULL: no alias */
    int64_t num_cnames;
    const char *detail;
    const char *fault;
    const char *throttled; /* the network that seemed to throttle */
    int64_t main_probe;    /* which connection was judged */
};

/* One connection. */
struct cm_story_probe {
    int64_t ord;
    const char *address;
    const char *reached;
    const char *ended;
    int64_t sys_errno;
    int64_t tries;
    int64_t connect_ms;
    int64_t tls_ms;
    int64_t total_ms;
    int64_t proxy_status;
    struct cm_span first_bytes;
    int64_t alert_received; /* level * 256 + description, or CM_UNKNOWN */
    int64_t alert_sent;
    const char *error;
    int64_t version;
    int64_t cipher;
    int64_t group;
    int64_t signature;
    const char *alpn;
    int64_t flags;
    int64_t num_tickets;
    int64_t sct_bytes;
    int64_t staple_bytes;
    const char *client_auth;
    struct cm_span ca_names;
    int64_t chain_bytes;
    int64_t num_chain_sent;
    struct cm_report_list chain;
    const char *starttls;
    const char *starttls_reply;
    int64_t http_status;
    const char *http_reply;
};
#define CM_STORY_BAD_KEY_PROOF 1
#define CM_STORY_EMS 2
#define CM_STORY_CERT_SENT 8
#define CM_STORY_CERT_LATE 16

struct cm_story_reader; /* opaque: one endpoint */
enum cm_status cm_story_open(struct cm_story_reader **out,
                             struct cm_report_run *run, int64_t endpoint,
                             struct cm_error *err);
void cm_story_close(struct cm_story_reader *reader); /* accepts NULL */
const struct cm_story_dns *cm_story_dns(const struct cm_story_reader *reader);
/* *probe is NULL after the last. */
enum cm_status cm_story_next_probe(struct cm_story_reader *reader,
                                   const struct cm_story_probe **probe,
                                   struct cm_error *err);

/* Of an action: its rank and the rows that it fixes; CM_UNKNOWN: no such one.
 */
enum cm_status cm_story_action(struct cm_report_run *run, const char *key,
                               int64_t *rank, int64_t *fixes,
                               struct cm_error *err);
/* How many anchors a trust view has; CM_UNKNOWN: not known. */
enum cm_status cm_story_anchors(struct cm_report_run *run, const char *view,
                                int64_t *out, struct cm_error *err);

#endif
