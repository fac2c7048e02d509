/* Clients at made-up servers: what is known of the server is put together by
 * hand, the certificates are the judge's zoo.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_MEASURE_CLIENTS_H
#define CERTMUSTER_TESTS_MEASURE_CLIENTS_H

#include "judge/scene.h"
#include "measure/profile.h"

struct clients {
    struct scene scene;
    struct cm_profileset *profiles; /* those of the program */
    struct cm_measured measured;
};

/* As scene_open. */
void clients_open(struct clients *c, const char *host);
void clients_close(struct clients *c);

/* What an inventory would have found: versions as "1.2 1.3", the suites of each
 * as hex, groups as hex. It is complete. */
void clients_inventory(struct clients *c, const char *versions,
                       const char *suites, const char *groups);
/* Serves the zoo's certificates in this version with this suite and group. */
struct cm_probe *clients_serve(struct clients *c, const char *certs,
                               uint16_t version, uint16_t cipher,
                               uint16_t group);
struct cm_answer *clients_answer(struct clients *c, enum cm_ask ask,
                                 enum cm_answer_end end);

/* What this client makes of it. */
const struct cm_profile_result *clients_try(struct clients *c,
                                            const char *name);
void clients_expect_works(struct clients *c, const char *profiles);
/* Each of the clients fails for this cause. */
void clients_expect_fails(struct clients *c, const char *profiles,
                          enum cm_cause cause);
/* Each is unknown, and says this about why. */
void clients_expect_unknown(struct clients *c, const char *profiles,
                            const char *why);
/* ... and says so. */
void clients_expect_says(struct clients *c, const char *profile,
                         const char *message);

#endif
