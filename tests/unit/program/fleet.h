/* A small fleet on loopback, in a process of its own: TLS and STARTTLS servers,
 * a DNS server that knows their names, and a web server with what their
 * certificates point to.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_PROGRAM_FLEET_H
#define CERTMUSTER_TESTS_PROGRAM_FLEET_H

#include <sys/types.h>

struct fleet {
    pid_t server;
    char dns[32]; /* ADDR:PORT */
};

/* Writes into `folder`: fleet.csv, root.pem (the anchor), roots/ (it and
 * another), sub.pem (its
 * intermediate), good.pem, expired.pem and short.pem (chains), sub.crl. */
void fleet_start(struct fleet *fleet, const char *folder);
void fleet_stop(struct fleet *fleet);

#endif
