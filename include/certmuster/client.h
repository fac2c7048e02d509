/* Our own client certificate, as far as a verdict needs it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_CLIENT_H
#define CERTMUSTER_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "certmuster/buf.h"
#include "certmuster/cert.h"

/* Whether our own client certificate can be used at all. */
enum cm_client_fault {
    CM_CLIENT_NONE, /* none was configured for the endpoint */
    CM_CLIENT_FINE,
    CM_CLIENT_UNREADABLE,     /* missing, or not for this account */
    CM_CLIENT_KEY_UNREADABLE, /* the same, of the file with its key */
    CM_CLIENT_MALFORMED,      /* no certificate or key in it; a passphrase */
    CM_CLIENT_KEY_MISMATCH,   /* the key is another certificate's */
    CM_CLIENT_EXPIRED,
    CM_CLIENT_NOT_YET_VALID,
    CM_CLIENT_WRONG_USAGE, /* no clientAuth among its extended key usages */
    CM_CLIENT_INCOMPLETE,  /* fine, but its issuer is not in the file */
    CM_CLIENT_FAULT_COUNT
};
const char *cm_client_fault_id(enum cm_client_fault fault);
/* Can it be sent in spite of that? One that ordinary clients would not find or
 * not load is not sent, and the endpoint is scanned without it. */
bool cm_client_usable(enum cm_client_fault fault);

struct cm_client_evidence {
    enum cm_client_fault fault;
    char detail[200];     /* the file and what is wrong with it */
    struct cm_cert *cert; /* owned reference; NULL: none could be read */
    /* Owned: the issuers' names of the chain that was (or would be) sent, DER,
     * each with its length in two octets, as in certificate_authorities. */
    struct cm_span issuers;
};

/* What an HTTP answer says of client certificates. */
enum cm_http_word {
    CM_HTTP_SILENT,
    CM_HTTP_REQUIRED, /* one is missing */
    CM_HTTP_REJECTED, /* ours will not do */
    CM_HTTP_LATE,     /* it would ask now, and cannot */
};
/* http_words.c -- by the status, IIS's substatus and the text, of which
 * `phrase` lends the words that decided, if any did. */
enum cm_http_word cm_http_word_of(uint16_t status, uint16_t substatus,
                                  struct cm_span text, struct cm_span *phrase);
/* http_reply where TCP was reset instead of an answer. */
#define CM_HTTP_REPLY_RESET "(reset)"
/* What the number alone means; NULL: nothing about certificates. */
const char *cm_http_code_meaning(uint16_t status, uint16_t substatus);

#endif
