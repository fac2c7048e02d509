/* What few runs ask for of an endpoint: our own certificate, an inventory, what
 * clients and policies make of it. The rules of reader.h hold here too.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_EXTRAS_H
#define CERTMUSTER_REPORT_EXTRAS_H

#include <stdbool.h>
#include <stdint.h>

#include "certmuster/inventory.h"
#include "list.h"

#define CM_UNKNOWN INT64_MIN /* a number that is not known */

/* All zero and NULL where it was not asked for. */
struct cm_report_extras {
    const char *client_cert;  /* the row's file of our certificate; "": the
                                 run's, if any */
    const char *client_fault; /* "fine" ...; NULL: none was configured */
    const char *client_detail;
    const char *client_fingerprint_sha256;
    bool client_cert_sent;
    bool cert_request_late;
    int64_t http_status; /* or CM_UNKNOWN, as are all numbers here */
    int64_t http_substatus;
    const char *http_reply;
    struct cm_inventory *inventory;
    const char *clients;  /* a letter for each profile of the run, as in */
    const char *policies; /* v_endpoint, and for each policy */
    const char *grade;
    const char *grade_without_trust;
    int64_t grade_at_best;
    int64_t grade_score;
    struct cm_report_list grade_rules;
};

#endif
