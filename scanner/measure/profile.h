/* Profiles: what a named client offers, trusts and insists on, read from data
 * files (samples/profiles/).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_MEASURE_PROFILE_H
#define CERTMUSTER_MEASURE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/endpoint.h"
#include "certmuster/inventory.h"
#include "certmuster/measure.h"
#include "certmuster/status.h"

#define CM_PROFILE_MAX_NUMBERS 160 /* of one list */

/* Whose words a client speaks. */
enum cm_family {
#define CM_FAMILY(sym, id) CM_FAMILY_##sym,
#include "measure/family.def"
#undef CM_FAMILY
    CM_FAMILY_COUNT
};
const char *cm_family_id(enum cm_family family); /* "dotnet_framework" */

/* Where a client has intermediates from that the server does not send. */
enum cm_issuers {
    CM_ISSUERS_SENT,      /* nowhere */
    CM_ISSUERS_FETCHED,   /* from the address in the certificate (AIA) */
    CM_ISSUERS_PRELOADED, /* it brings those of public CAs */
};
enum cm_sha1 {
    CM_SHA1_REFUSED,
    CM_SHA1_PRIVATE, /* accepted below roots of the user's own */
    CM_SHA1_ACCEPTED,
};

struct cm_numbers {
    uint16_t at[CM_PROFILE_MAX_NUMBERS];
    size_t num;
};
bool cm_profile_offers(const struct cm_numbers *numbers, uint16_t number);

struct cm_profile {
    char name[CM_MEASURE_NAME_SIZE]; /* "java17" */
    char title[96];
    char source[192];
    char confidence[8];            /* "high", "medium", "low" */
    char trust[CM_VIEW_NAME_SIZE]; /* a view's name; the run's own otherwise */
    enum cm_family family;
    bool old_words; /* it speaks as the older versions of its family did */

    bool versions[CM_VERSION_COUNT];
    struct cm_numbers suites;
    struct cm_numbers groups;
    struct cm_numbers schemes; /* empty: none are sent (before TLS 1.2) */
    unsigned hello_bytes;      /* 0: not known */
    bool sni;
    bool secure_renegotiation; /* refuses servers without RFC 5746 */
    unsigned min_dh_bits;
    unsigned max_dh_bits; /* 0: any */

    enum cm_issuers issuers;
    enum cm_sha1 sha1;
    unsigned min_rsa_bits;
    unsigned max_chain; /* certificates; 0: any number */
    unsigned max_days;  /* of a server certificate; 0: any number */
    unsigned max_public_days;
    bool strict;        /* OpenSSL's X509_V_FLAG_X509_STRICT */
    bool common_name;   /* the common name will do without a SAN */
    bool key_usage;     /* checks that the key may be used so */
    bool needs_eku;     /* refuses a certificate without a purpose */
    bool needs_scts;    /* certificate transparency, of public CAs */
    bool needs_staple;  /* honours "must staple" */
    bool trusted_first; /* finds a path around an expired cross-certificate */
    bool revocation;    /* asks whether certificates were revoked */
    bool honours_distrust; /* of certificates issued after a date */
};

/* Profiles and lists by name. */
struct cm_profileset;
struct cm_profileset *cm_profileset_new(void);      /* NULL: no memory */
void cm_profileset_free(struct cm_profileset *set); /* accepts NULL */
/* Reads a file's text; `file` is its name in messages. It may use the lists and
 * profiles that were read before. */
enum cm_status cm_profileset_read(struct cm_profileset *set, const char *file,
                                  const char *text, size_t len,
                                  struct cm_error *err);
size_t cm_profileset_count(const struct cm_profileset *set);
/* In order of reading. */
const struct cm_profile *cm_profileset_at(const struct cm_profileset *set,
                                          size_t index);
/* Without regard to case; NULL: there is none. */
const struct cm_profile *cm_profileset_find(const struct cm_profileset *set,
                                            const char *name);

#endif
