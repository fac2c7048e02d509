/* What an endpoint serves: versions, suites, groups, signature schemes. The
 * inventory asks for all of them, where a scan sees only what was chosen.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_INVENTORY_H
#define CERTMUSTER_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/buf.h"
#include "certmuster/status.h"

#define CM_MAX_SUITES 400 /* of one version */
#define CM_MAX_GROUPS 64
#define CM_MAX_SCHEMES 64
#define CM_MAX_ALPN 8

/* In the order of age; index of cm_inventory.versions. */
enum cm_version_index {
    CM_VERSION_SSL2,
    CM_VERSION_SSL3,
    CM_VERSION_TLS1_0,
    CM_VERSION_TLS1_1,
    CM_VERSION_TLS1_2,
    CM_VERSION_TLS1_3,
    CM_VERSION_COUNT
};
uint16_t cm_version_number(enum cm_version_index index); /* 0x0303 ... */
/* -1: no version that we know. */
int cm_version_index(uint16_t version);

/* Yes, no, or not found out: silence, a broken answer, the end of the budget.
 */
enum cm_known { CM_NOT_KNOWN, CM_NO, CM_YES };
const char *cm_known_id(enum cm_known known); /* "unknown", "no", "yes" */
/* "SSL_CK_RC4_128_WITH_MD5" for 0x0100 of SSLv2, else IANA's name; NULL:
 * unknown. */
const char *cm_inventory_suite_name(enum cm_version_index version,
                                    uint16_t suite);

struct cm_version_inventory {
    enum cm_known served;
    uint16_t *suites; /* owned; in the server's order, or in ours when the
                         client's order decides. SSLv2: the first two bytes of
                         its kinds, which have three */
    size_t num_suites;
    bool complete;              /* it refused what is not in `suites` */
    enum cm_known server_order; /* the server's order decides */
};

struct cm_inventory {
    struct cm_version_inventory versions[CM_VERSION_COUNT];
    uint16_t groups[CM_MAX_GROUPS]; /* that it takes, by number */
    uint8_t num_groups;
    bool groups_complete;             /* those not listed were refused */
    uint16_t schemes[CM_MAX_SCHEMES]; /* it signs with, by number */
    uint8_t num_schemes;
    bool schemes_complete;
    uint16_t min_dh_bits; /* the shortest prime seen; 0: none seen */
    enum cm_known secure_renegotiation; /* with TLS 1.3 alone: not known */
    enum cm_known extended_master_secret;
    enum cm_known compression;   /* TLS-level, other than null */
    enum cm_known fallback_scsv; /* RFC 7507 is honoured */
    enum cm_known stapling;
    enum cm_known sni_needed; /* fails, or sends another certificate, without */
    char alpn[CM_MAX_ALPN][16]; /* that it chose, its favourite first */
    uint8_t num_alpn;
    uint16_t connections; /* that it took to find out */
};

struct cm_inventory *cm_inventory_new(void);            /* NULL: no memory */
void cm_inventory_free(struct cm_inventory *inventory); /* accepts NULL */
/* As it is stored: a JSON object, its members always in the same order. */
void cm_inventory_write(struct cm_buf *out,
                        const struct cm_inventory *inventory);
/* The way back, the caller's. CM_EINPUT: cm_inventory_write did not write it.
 */
enum cm_status cm_inventory_read(const char *json, struct cm_inventory **out);
/* NOT_KNOWN unless the inventory is there and complete enough to say. */
enum cm_known cm_inventory_serves(const struct cm_inventory *inventory,
                                  uint16_t version, uint16_t suite);
enum cm_known cm_inventory_group(const struct cm_inventory *inventory,
                                 uint16_t group);

/* A cipher suite by its name's parts (scanner/base/ciphers.c). The cipher kinds
 * of SSLv2, which have three bytes, are here by the first two: 0x0100 to
 * 0x0800, that no suite of TLS has. */
struct cm_suite {
    uint16_t number;
    const char *name; /* IANA's; SSLv2: "SSL_CK_..." */
    const char *kx;   /* "RSA", "DH", "DHE", "ECDH", "ECDHE", "PSK",
                         "RSA_PSK", "DHE_PSK", "ECDHE_PSK", "SRP", "KRB5",
                         "GOST", "ECCPWD", "NULL"; "TLS13": apart from the
                         suite; "": no suite but a signal (RFC 5746, 7507) */
    const char *auth; /* "RSA", "DSS", "ECDSA", "anon", "PSK", "SRP", "KRB5",
                         "GOST", "ECCPWD"; TLS 1.3: "any" */
    const char *enc;  /* "AES_128_GCM" */
    uint16_t bits;    /* strength of the encryption, 0 ... 256 */
    bool aead;
    bool forward_secrecy;
    bool anonymous; /* without authentication */
    bool is_export;
    bool weak; /* NULL, EXPORT, anon, RC4, RC2, DES, 3DES, IDEA, MD5 */
    uint16_t min_version; /* 0x0002, 0x0300, 0x0301, 0x0303, 0x0304; 0: none */
    uint16_t max_version; /* 0x0002, 0x0303, 0x0304; 0: none */
};
size_t cm_suite_count(void);
const struct cm_suite *cm_suite_at(size_t index);      /* by number */
const struct cm_suite *cm_suite_find(uint16_t number); /* NULL: unknown */

#endif
