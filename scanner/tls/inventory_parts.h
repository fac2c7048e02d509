/* What the parts of the inventory share. Private to inventory*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TLS_INVENTORY_PARTS_H
#define CERTMUSTER_TLS_INVENTORY_PARTS_H

#include "certmuster/inventory.h"
#include "tls/asking.h"

#define CM_PLAN_CHUNK 64U /* suites that even old servers read */

#define CM_PLAN_MAX_ALPN 16

/* What an answer says of the question. */
enum cm_reply {
    CM_REPLY_CHOSE,  /* this version, and one of what was offered */
    CM_REPLY_NO,     /* a clear refusal */
    CM_REPLY_UNKNOWN /* neither */
};

struct cm_plan;

/* A part of the inventory, asked until `next` has no more questions. `param` is
 * the stage's own: a version. */
struct cm_plan_stage {
    bool (*next)(struct cm_plan *plan, struct cm_hello *hello);
    void (*heard)(struct cm_plan *plan, enum cm_reply reply,
                  const struct cm_answer *answer,
                  const struct cm_flight *flight);
    enum cm_version_index version;
};

/* A range of a list that is being halved. */
struct cm_range {
    uint8_t from;
    uint8_t to;
    bool has_one; /* known: at least one of them is taken */
};

struct cm_plan {
    struct cm_asking asking; /* first: the same pointer */
    struct cm_inventory *out;
    const struct cm_evidence *ev;
    char *sni; /* owned; "": none */
    unsigned budget;
    unsigned asked;
    unsigned silences;
    bool stopped;

    size_t stage;
    bool begun; /* the stage has asked something */
    bool over;  /* the stage wants no more */

    /* What the hello under way offers. */
    uint16_t version;
    uint16_t suites[CM_MAX_SUITES];
    size_t num_suites;
    uint16_t groups[CM_MAX_GROUPS];
    size_t num_groups;
    uint16_t schemes[CM_MAX_SCHEMES];
    size_t num_schemes;
    const char *alpn[CM_PLAN_MAX_ALPN + 1];

    /* A question whose answer may be chance waits for one that must work. */
    bool in_control;
    enum cm_reply pending;
    uint16_t good_version; /* 0: none is known */
    uint16_t good_suite;

    /* suites */
    uint16_t rest[CM_MAX_SUITES]; /* to be offered yet */
    size_t num_rest;
    size_t chunk;
    bool long_lists_work;
    bool anonymous;    /* the second list of the version */
    bool gap;          /* something of the version was not found out */
    size_t last_place; /* of the last choice in the whole list, from 1 */
    bool out_of_order[CM_VERSION_COUNT];
    size_t num_with_cert[CM_VERSION_COUNT];

    bool all_groups;  /* of TLS 1.3 were found, or it is not served */
    bool all_schemes; /* the same */

    /* schemes of TLS 1.3 */
    struct cm_range ranges[2 * CM_MAX_SCHEMES];
    size_t num_ranges;
    uint16_t candidates[CM_MAX_SCHEMES];
    size_t num_candidates;
    bool greased; /* a scheme that nobody knows was refused */
    bool halved;  /* the upper two ranges are halves of one that has one */

    bool by_ecdsa; /* the last curve was chosen with an ECDSA suite */

    uint8_t *leaf; /* owned: the certificate with a server name */
    size_t leaf_len;
};

/* inventory.c */
/* The hello that all questions about `version` begin with: every group and
 * scheme, the server's name, no suites. */
void cm_plan_hello(struct cm_plan *plan, struct cm_hello *hello,
                   enum cm_version_index version);
/* Lends the plan's suites to the hello. */
void cm_plan_offer(struct cm_plan *plan, struct cm_hello *hello);
/* The suites that were found for the version, of those that `want` takes
 * (NULL: all that use a certificate), into plan->suites; false: none. */
bool cm_plan_found(struct cm_plan *plan, enum cm_version_index version,
                   bool (*want)(const struct cm_suite *suite));
enum cm_version_index cm_plan_stage_version(const struct cm_plan *plan);
/* The newest version served that is at most `at_most`, as index; -1: none. */
int cm_plan_newest(const struct cm_plan *plan, int at_most);
bool cm_plan_served(const struct cm_plan *plan, enum cm_version_index version);
/* Of each version it is known whether it is served, and with what. */
bool cm_plan_all_suites(const struct cm_plan *plan);
/* The probe of the scan that came furthest; NULL: none. */
const struct cm_probe *cm_plan_main(const struct cm_plan *plan);

bool cm_numbers_have(const uint16_t *list, size_t num, uint16_t number);
/* Takes it out; false: it was not in the list. */
bool cm_numbers_drop(uint16_t *list, size_t *num, uint16_t number);

/* inventory_suites.c */
bool cm_suites_next(struct cm_plan *plan, struct cm_hello *hello);
void cm_suites_heard(struct cm_plan *plan, enum cm_reply reply,
                     const struct cm_answer *answer,
                     const struct cm_flight *flight);
bool cm_sslv2_next(struct cm_plan *plan, struct cm_hello *hello);
void cm_sslv2_heard(struct cm_plan *plan, enum cm_reply reply,
                    const struct cm_answer *answer,
                    const struct cm_flight *flight);
bool cm_order_next(struct cm_plan *plan, struct cm_hello *hello);
void cm_order_heard(struct cm_plan *plan, enum cm_reply reply,
                    const struct cm_answer *answer,
                    const struct cm_flight *flight);

/* inventory_groups.c */
bool cm_groups_next(struct cm_plan *plan, struct cm_hello *hello);
void cm_groups_heard(struct cm_plan *plan, enum cm_reply reply,
                     const struct cm_answer *answer,
                     const struct cm_flight *flight);
bool cm_curves_next(struct cm_plan *plan, struct cm_hello *hello);
void cm_curves_heard(struct cm_plan *plan, enum cm_reply reply,
                     const struct cm_answer *answer,
                     const struct cm_flight *flight);
bool cm_dh_next(struct cm_plan *plan, struct cm_hello *hello);
void cm_dh_heard(struct cm_plan *plan, enum cm_reply reply,
                 const struct cm_answer *answer,
                 const struct cm_flight *flight);

/* inventory_schemes.c */
bool cm_schemes_next(struct cm_plan *plan, struct cm_hello *hello);
void cm_schemes_heard(struct cm_plan *plan, enum cm_reply reply,
                      const struct cm_answer *answer,
                      const struct cm_flight *flight);
bool cm_signatures_next(struct cm_plan *plan, struct cm_hello *hello);
void cm_signatures_heard(struct cm_plan *plan, enum cm_reply reply,
                         const struct cm_answer *answer,
                         const struct cm_flight *flight);

/* inventory_features.c */
bool cm_features_next(struct cm_plan *plan, struct cm_hello *hello);
void cm_features_heard(struct cm_plan *plan, enum cm_reply reply,
                       const struct cm_answer *answer,
                       const struct cm_flight *flight);
bool cm_no_sni_next(struct cm_plan *plan, struct cm_hello *hello);
void cm_no_sni_heard(struct cm_plan *plan, enum cm_reply reply,
                     const struct cm_answer *answer,
                     const struct cm_flight *flight);
bool cm_fallback_next(struct cm_plan *plan, struct cm_hello *hello);
void cm_fallback_heard(struct cm_plan *plan, enum cm_reply reply,
                       const struct cm_answer *answer,
                       const struct cm_flight *flight);
bool cm_alpn_next(struct cm_plan *plan, struct cm_hello *hello);
void cm_alpn_heard(struct cm_plan *plan, enum cm_reply reply,
                   const struct cm_answer *answer,
                   const struct cm_flight *flight);

#endif
