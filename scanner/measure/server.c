/* Putting together what handshakes, hand-built hellos and the inventory say of
 * a server.
 *
 * A server takes the newest version that both sides have (RFC 8446 section
 * 4.2.1), so what it chose tells that it has no newer one of those offered.
 * SPDX-License-Identifier: Apache-2.0 */
#include "measure/server.h"

#include <string.h>

/* The newest version that each question offers; -1: not that kind. */
static int newest_offered(enum cm_ask ask)
{
    switch (ask) {
    case CM_ASK_TLS1_3:
    case CM_ASK_NEWER:
    case CM_ASK_ALPN:
        return CM_VERSION_TLS1_3;
    case CM_ASK_TLS1_2:
    case CM_ASK_SMALL:
    case CM_ASK_LARGE:
    case CM_ASK_SPLIT:
    case CM_ASK_GREASE:
    case CM_ASK_SUITES: /* these three with TLS 1.3 only where it is spoken */
    case CM_ASK_GROUPS:
    case CM_ASK_SIGNATURES:
        return CM_VERSION_TLS1_2;
    case CM_ASK_TLS1_1:
        return CM_VERSION_TLS1_1;
    case CM_ASK_TLS1_0:
        return CM_VERSION_TLS1_0;
    case CM_ASK_SSL3:
        return CM_VERSION_SSL3;
    case CM_ASK_SSL2:
        return CM_VERSION_SSL2;
    case CM_ASK_NO_SNI: /* another host's answer, for all we know */
    case CM_ASK_OTHER_SNI:
    case CM_ASK_ANONYMOUS:
    case CM_ASK_COUNT:
        break;
    }
    return -1;
}

static void add_pick(struct cm_server *server, const struct cm_pick *pick)
{
    if (server->num_picks < sizeof(server->picks) / sizeof(*server->picks)) {
        server->picks[server->num_picks++] = *pick;
    }
}

/* `chosen` was taken when `offered` and older ones were to be had. */
static void note_choice(struct cm_server *server, int chosen, int offered)
{
    if (chosen < 0) {
        return;
    }
    server->versions[chosen] = CM_YES;
    for (int v = chosen + 1; v <= offered; v++) {
        if (server->versions[v] == CM_NOT_KNOWN) {
            server->versions[v] = CM_NO;
        }
    }
    server->spoke_tls = true;
}

static void read_inventory(struct cm_server *server)
{
    const struct cm_inventory *inventory = server->inventory;

    for (int v = 0; inventory != NULL && v < CM_VERSION_COUNT; v++) {
        server->versions[v] = inventory->versions[v].served;
        server->spoke_tls =
            server->spoke_tls || inventory->versions[v].served == CM_YES;
    }
    server->secure_renegotiation =
        inventory == NULL ? CM_NOT_KNOWN : inventory->secure_renegotiation;
}

static void read_probe(struct cm_server *server)
{
    const struct cm_probe *p = server->probe;

    if (p == NULL || !p->server_hello) {
        return;
    }
    add_pick(server, &(struct cm_pick){.version = p->version,
                                       .cipher = p->cipher,
                                       .group = p->group,
                                       .signature = p->signature});
    note_choice(server, cm_version_index(p->version), CM_VERSION_TLS1_3);
}

static void read_answer(struct cm_server *server, const struct cm_answer *a)
{
    int offered = newest_offered(a->ask);

    if (offered < 0 || !cm_answer_worked(a)) {
        return;
    }
    add_pick(server, &(struct cm_pick){.version = a->version,
                                       .cipher = a->cipher,
                                       .group = a->group,
                                       .signature = a->signature,
                                       .dh_bits = a->dh_bits});
    note_choice(server, cm_version_index(a->version), offered);
    if (a->end == CM_ANSWER_FLIGHT && a->version >= 0x0300 &&
        server->secure_renegotiation == CM_NOT_KNOWN) {
        server->secure_renegotiation = a->secure_renegotiation ? CM_YES : CM_NO;
    }
}

/* The server spoke TLS elsewhere and refused this version: it has neither it
 * nor an older one. Silence or a closed connection may have other reasons. */
static void read_refusal(struct cm_server *server, const struct cm_answer *a)
{
    static const enum cm_ask by_version[] = {CM_ASK_TLS1_3, CM_ASK_TLS1_2,
                                             CM_ASK_TLS1_1, CM_ASK_TLS1_0,
                                             CM_ASK_SSL3,   CM_ASK_SSL2};
    bool asked = false;
    int v = newest_offered(a->ask);

    for (size_t i = 0; i < sizeof(by_version) / sizeof(*by_version); i++) {
        asked = asked || by_version[i] == a->ask;
    }
    if (!asked || a->end != CM_ANSWER_ALERT) {
        return;
    }
    if (server->versions[v] == CM_NOT_KNOWN) {
        server->versions[v] = CM_NO;
    }
    while (a->ask != CM_ASK_TLS1_3 && v-- > CM_VERSION_SSL3) {
        if (server->versions[v] == CM_NOT_KNOWN) {
            server->versions[v] = CM_NO;
        }
    }
}

void cm_server_read(struct cm_server *server, const struct cm_evidence *ev)
{
    *server = (struct cm_server){
        .ev = ev,
        .probe = cm_evidence_main_probe(ev),
        .inventory = ev->inventory,
    };
    read_inventory(server);
    read_probe(server);
    for (size_t i = 0; i < ev->num_answers; i++) {
        read_answer(server, &ev->answers[i]);
    }
    for (size_t i = 0; server->spoke_tls && i < ev->num_answers; i++) {
        read_refusal(server, &ev->answers[i]);
    }
}

enum cm_known cm_server_suite(const struct cm_server *server, uint16_t version,
                              uint16_t suite)
{
    int index = cm_version_index(version);

    for (size_t i = 0; i < server->num_picks; i++) {
        if (server->picks[i].version == version &&
            server->picks[i].cipher == suite) {
            return CM_YES;
        }
    }
    if (index >= 0 && server->versions[index] == CM_NO) {
        return CM_NO;
    }
    return cm_inventory_serves(server->inventory, version, suite);
}

enum cm_known cm_server_group(const struct cm_server *server, uint16_t group)
{
    for (size_t i = 0; i < server->num_picks; i++) {
        if (server->picks[i].group == group) {
            return CM_YES;
        }
    }
    return cm_inventory_group(server->inventory, group);
}

enum cm_known cm_server_scheme(const struct cm_server *server, uint16_t scheme)
{
    const struct cm_inventory *inventory = server->inventory;

    for (size_t i = 0; i < server->num_picks; i++) {
        if (server->picks[i].signature == scheme) {
            return CM_YES;
        }
    }
    for (size_t i = 0; inventory != NULL && i < inventory->num_schemes; i++) {
        if (inventory->schemes[i] == scheme) {
            return CM_YES;
        }
    }
    return inventory != NULL && inventory->schemes_complete ? CM_NO
                                                            : CM_NOT_KNOWN;
}

uint16_t cm_server_dh_bits(const struct cm_server *server)
{
    uint16_t bits =
        server->inventory == NULL ? 0 : server->inventory->min_dh_bits;

    for (size_t i = 0; i < server->num_picks; i++) {
        uint16_t seen = server->picks[i].dh_bits;

        if (seen != 0 && (bits == 0 || seen < bits)) {
            bits = seen;
        }
    }
    return bits;
}

static bool is_of(struct cm_cert *const *chain, size_t num, enum cm_key_alg alg)
{
    return num > 0 && (alg == CM_KEY_UNKNOWN || chain[0]->key_alg == alg);
}

struct cm_shown cm_server_shown(const struct cm_server *server,
                                enum cm_key_alg alg)
{
    const struct cm_probe *p = server->probe;

    if (p != NULL && is_of(p->chain, p->num_chain, alg)) {
        return (struct cm_shown){p->chain, p->num_chain};
    }
    for (size_t i = 0; i < server->ev->num_answers; i++) {
        const struct cm_answer *a = &server->ev->answers[i];

        if (newest_offered(a->ask) >= 0 && is_of(a->chain, a->num_chain, alg)) {
            return (struct cm_shown){a->chain, a->num_chain};
        }
    }
    return (struct cm_shown){NULL, 0};
}
