/* ClientHellos built by hand: any version, suites, groups, signature schemes,
 * names and sizes, where a TLS library offers its own only. Nothing secret is
 * made; no handshake is ever finished. Pure: bytes out, no sockets.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TLS_HELLO_H
#define CERTMUSTER_TLS_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/buf.h"
#include "certmuster/status.h"

#define CM_HELLO_MAX_BYTES 8192
#define CM_HELLO_RANDOM_LEN 32

/* Which key shares a TLS 1.3 hello brings along (RFC 8446 section 4.2.8). */
enum cm_key_share {
    CM_SHARE_NONE,  /* an empty list: asks for a HelloRetryRequest */
    CM_SHARE_X25519 /* random bytes are a valid share */
};

struct cm_hello {
    uint16_t version;     /* the highest offered: 0x0002, 0x0300 ... 0x0304 */
    uint16_t min_version; /* 1.3 hellos: the lowest in supported_versions;
                             0: `version` alone */
    uint16_t record_version; /* 0: 0x0301, or 0x0300 for SSLv3 */
    const uint16_t *suites;  /* SSLv2: ignored, all of its kinds are offered */
    size_t num_suites;
    const uint16_t *groups; /* none: no supported_groups */
    size_t num_groups;
    const uint16_t *schemes; /* none: no signature_algorithms */
    size_t num_schemes;
    const char *sni;         /* NULL or "": none */
    const char *const *alpn; /* NULL ends; NULL: none */
    enum cm_key_share share;
    bool no_extensions;   /* none at all, SSLv3 style */
    bool deflate;         /* offer compression besides null (RFC 3749) */
    bool status_request;  /* ask for a stapled OCSP response */
    bool any_cert_scheme; /* certificates may be signed with any scheme, so that
                             `schemes` are about the handshake alone (RFC 8446
                             section 4.2.3) */
    bool fallback_scsv;   /* RFC 7507 */
    bool no_renegotiation_info; /* leave RFC 5746 out */
    bool no_ems;                /* leave extended_master_secret out */
    bool grease;                /* RFC 8701: in suites, groups, extensions */
    uint16_t pad_to;   /* RFC 7685: the handshake message's length; 0: no pad */
    uint16_t split_at; /* the first record's payload; 0: one record */
    uint8_t random[CM_HELLO_RANDOM_LEN];
    uint8_t session_id[32]; /* TLS 1.3 hellos send it (middleboxes) */
};

/* cm_hello_build writes the records of the hello. CM_EINTERNAL: more than
 * CM_HELLO_MAX_BYTES, or lists that no hello can hold. */
enum cm_status cm_hello_build(const struct cm_hello *hello, struct cm_buf *out);

/* Lists to offer, complete by IANA's registries; static. What common clients
 * offer is in certmuster/offer.h. A server that knows RFC 7919 takes a group of
 * ours (ffdhe2048 ...) for DHE: its own prime shows only without them. Suites
 * that no server should be asked for together with others (anonymous, PSK, SRP)
 * are apart. */
struct cm_numbers {
    const uint16_t *numbers;
    size_t num;
};
struct cm_numbers cm_hello_suites(uint16_t version); /* with a certificate, the
                                     strong ones first; 0x0304: TLS 1.3's */
struct cm_numbers cm_hello_anonymous_suites(void);
struct cm_numbers cm_hello_all_groups(void);
struct cm_numbers cm_hello_all_schemes(void);

#endif
