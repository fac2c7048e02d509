/* The client certificates of a run: each pair of files is read once, when a row
 * first names it. Keys stay in memory only.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_CLIENTS_H
#define CERTMUSTER_CLIENTS_H

#include <stdint.h>

#include "certmuster/status.h"
#include "endpoint/scan.h"

#define CM_RUN_MAX_CLIENTS 1024U

struct cm_clients;
/* They are judged for this time. NULL: no memory. */
struct cm_clients *cm_clients_new(int64_t at_unix);
void cm_clients_free(struct cm_clients *clients); /* accepts NULL */
/* cm_clients_note gives the number of these files, for cm_endpoint.client; no
 * key: it is in the certificate's file. What is wrong with them is in the
 * table, never a failure. For one thread; the table may be read by others. */
enum cm_status cm_clients_note(struct cm_clients *clients, struct cm_span cert,
                               struct cm_span key, uint16_t *number,
                               struct cm_error *err);
/* What holds for rows that name no certificate. Borrowed. */
struct cm_client_choice {
    const char *cert; /* NULL: none */
    const char *key;  /* NULL: it is in the certificate's file */
    enum cm_http_check http_check;
};
/* As whom the row's endpoint is asked, and whether its path counts: what tells
 * endpoints apart, so it is to be known before doubles are looked for. */
enum cm_status cm_clients_settle(struct cm_clients *clients,
                                 const struct cm_client_choice *choice,
                                 struct cm_row *row, struct cm_error *err);
/* For cm_scan_config.clients; stays where it is. */
const struct cm_scan_client *const *
cm_clients_table(const struct cm_clients *clients);

/* The certificate for all rows that name none (NULL: there is none). One that
 * cannot be used is said at once, in `note`: the scan goes on without it, and
 * each endpoint says so. */
enum cm_status cm_clients_of_all(struct cm_clients *clients, const char *cert,
                                 const char *key, char *note, size_t note_size,
                                 struct cm_error *err);

#endif
