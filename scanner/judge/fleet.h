/* What only the fleet as a whole shows: one private issuer that answers for
 * many unrelated public names (an inspection proxy), and serial numbers and
 * keys that were used twice. Filled between the passes by one thread, then read
 * only. SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_FLEET_H
#define CERTMUSTER_FLEET_H

#include "certmuster/judge.h"
#include "certmuster/twin.h"

struct cm_fleet;
struct cm_fleet *cm_fleet_new(void); /* NULL: no memory */
void cm_fleet_free(struct cm_fleet *fleet);
/* cm_fleet_add takes note of an endpoint that was judged once; those whose
 * chain ends nowhere trusted are what matters, others are ignored. `at_unix`
 * is the time judged for. False: no memory. */
bool cm_fleet_add(struct cm_fleet *fleet, const struct cm_endpoint *ep,
                  const struct cm_evidence *ev,
                  const struct cm_judgement *judgement, int64_t at_unix);
/* `cert` has in common with `other`, another certificate, what it must not.
 * False: no memory. */
bool cm_fleet_add_twin(struct cm_fleet *fleet, enum cm_twin twin,
                       const uint8_t cert[CM_SHA256_LEN],
                       const uint8_t other[CM_SHA256_LEN]);
/* What speaks for a proxy that answers in the place of many servers. */
#define CM_FLEET_MANY 3U /* sites, or certificates, that are not chance */
struct cm_interception {
    unsigned num_endpoints;
    const char *vendor;               /* in a name of the issuer; or NULL */
    unsigned num_sites;               /* unrelated ones, at most that many */
    const char *hosts[CM_FLEET_MANY]; /* one of each site; lent */
    bool fresh;   /* all certificates are days old and made for long */
    bool one_key; /* all have the same key */
    bool certain;
};
/* Is the issuer at the top of this path such a proxy? */
bool cm_fleet_interception(const struct cm_fleet *fleet,
                           const struct cm_cert *top,
                           struct cm_interception *out);
/* The SHA-256 of the other certificate; NULL: there is none. */
const uint8_t *cm_fleet_twin(const struct cm_fleet *fleet, enum cm_twin twin,
                             const struct cm_cert *cert);
/* Does anything in it change a judgement? If not, no third pass is needed. */
bool cm_fleet_tells(const struct cm_fleet *fleet);

#endif
