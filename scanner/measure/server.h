/* What is known of a server's TLS, from everything that was measured: yes, no,
 * or not found out. Private to measure/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_MEASURE_SERVER_H
#define CERTMUSTER_MEASURE_SERVER_H

#include "certmuster/evidence.h"
#include "certmuster/inventory.h"

/* What the server chose once. */
struct cm_pick {
    uint16_t version;
    uint16_t cipher;
    uint16_t group;     /* 0: none, or not seen */
    uint16_t signature; /* 0: none, or not seen */
    uint16_t dh_bits;   /* 0: none, or not seen */
};

struct cm_server {
    const struct cm_evidence *ev;
    const struct cm_probe *probe;         /* the main one; may be NULL */
    const struct cm_inventory *inventory; /* may be NULL */
    enum cm_known versions[CM_VERSION_COUNT];
    struct cm_pick picks[1 + CM_MAX_ANSWERS];
    size_t num_picks;
    enum cm_known secure_renegotiation;
    bool spoke_tls; /* at least one version is known to be served */
};

void cm_server_read(struct cm_server *server, const struct cm_evidence *ev);

enum cm_known cm_server_suite(const struct cm_server *server, uint16_t version,
                              uint16_t suite);
enum cm_known cm_server_group(const struct cm_server *server, uint16_t group);
enum cm_known cm_server_scheme(const struct cm_server *server, uint16_t scheme);
/* The shortest prime of a DH key exchange; 0: none was seen. */
uint16_t cm_server_dh_bits(const struct cm_server *server);

/* The certificates it shows a client, leaf first. */
struct cm_shown {
    struct cm_cert *const *chain;
    size_t num;
};
/* Those of the first handshake; else those of an answer by the right name. With
 * `alg`, those whose leaf has a key of this kind; CM_KEY_UNKNOWN: any. None:
 * num is 0. */
struct cm_shown cm_server_shown(const struct cm_server *server,
                                enum cm_key_alg alg);

#endif
