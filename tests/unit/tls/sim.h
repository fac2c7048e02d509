/* A TLS server of any make, for hellos that are handed over as they were meant:
 * it answers with the bytes that such a server sends. Includes cmocka with what
 * it needs before it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_TLS_SIM_H
#define CERTMUSTER_TESTS_TLS_SIM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "certmuster/evidence.h"
#include "tls/asking.h"

#define SIM_MAX 400
#define SIM_MAX_NAMES 8

struct sim_list {
    uint16_t n[SIM_MAX];
    size_t num;
};

enum sim_refusal { SIM_ALERT, SIM_CLOSE, SIM_RESET, SIM_SILENCE };

struct sim {
    struct sim_list suites[CM_VERSION_COUNT]; /* none: not served */
    bool client_order;
    struct sim_list groups; /* of all versions that can have them */
    struct sim_list schemes;
    unsigned dh_bits; /* of its own parameters */
    bool no_renegotiation_info;
    bool no_ems;
    bool deflates;
    bool ignores_fallback;
    bool staples;
    const char *alpn[SIM_MAX_NAMES]; /* its own order; NULL ends */
    bool strict_alpn;                /* alert 120 when nothing is common */
    bool wants_sni;                  /* refuses without */
    bool default_cert;               /* another certificate without */
    bool signs_late;     /* TLS 1.3: ServerHello whatever the schemes */
    bool ignores_groups; /* below TLS 1.3: always the first of its own */
    enum sim_refusal refusal;
    uint8_t alert; /* 0: the fitting one */
    bool drops_sslv2;
    size_t max_offered; /* longer lists of suites: refused; 0: any */
    unsigned patience;  /* connections; then `tired`; 0: endless */
    enum sim_refusal tired;

    unsigned asked;
    size_t longest; /* list of suites that was offered */
};

void sim_serve(struct sim *sim, enum cm_version_index version, size_t num,
               const uint16_t *suites);
#define SIM_SERVE(sim, version, ...)                                           \
    sim_serve(sim, version,                                                    \
              sizeof((const uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t),      \
              (const uint16_t[]){__VA_ARGS__})
#define SIM_LIST(...)                                                          \
    ((struct sim_list){.n = {__VA_ARGS__},                                     \
                       .num = sizeof((const uint16_t[]){__VA_ARGS__}) /        \
                              sizeof(uint16_t)})

/* Asks until the asker has no more questions. */
void sim_run(struct sim *sim, struct cm_asking *asking);

#endif
