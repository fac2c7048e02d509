/* A small DNS server on 127.0.0.1 for tests, UDP and TCP, run by the test's
 * own loop: what it answers is a table.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TEST_DNSSERVER_H
#define CERTMUSTER_TEST_DNSSERVER_H

#include "net/loop.h"

enum dns_deed {
    DNS_ANSWER,    /* with `records` and `rcode` */
    DNS_SILENT,    /* say nothing */
    DNS_GARBAGE,   /* bytes that are no DNS message */
    DNS_WRONG_ID,  /* a good answer to another question's id */
    DNS_MALFORMED, /* more records announced than there are */
    DNS_BAD_QR,    /* a query instead of a response */
    DNS_TCP_CLOSE, /* truncated over UDP; over TCP the end of the connection */
};

struct dns_row {
    const char *name;
    unsigned type; /* 0: any */
    enum dns_deed deed;
    unsigned rcode;
    /* "CNAME b.test;A 192.0.2.1;AAAA 2001:db8::1": records after a CNAME
     * belong to its target. "A*60 192.0.2.1" makes 60 in sequence. */
    const char *records;
};

struct dns_server;

/* Names that no row has get A 192.0.2.1 and no AAAA. */
struct dns_server *dns_server_open(struct cm_loop *loop,
                                   const struct dns_row *rows, size_t num_rows);
void dns_server_close(struct dns_server *server);
/* "127.0.0.1:port"; the server's. */
const char *dns_server_text(const struct dns_server *server);

struct dns_counts {
    unsigned a;
    unsigned aaaa;
    unsigned over_tcp;
    unsigned held;
};
struct dns_counts dns_server_counts(const struct dns_server *server);
/* While it holds, questions are kept and answered by dns_server_release only.
 */
void dns_server_hold(struct dns_server *server, bool hold);
/* Answers at most `max` of the questions that are held. */
void dns_server_release(struct dns_server *server, unsigned max);

/* While it sleeps, it does not even read: what its socket has no room for is
 * lost. */
void dns_server_sleep(struct dns_server *server, bool sleep);

/* "127.0.0.1:port" where nobody listens. */
const char *dns_nobody(char out[32]);

#endif
