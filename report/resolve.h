/* A resolution by its id, and its commands filled in for an example.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_RESOLVE_H
#define CERTMUSTER_REPORT_RESOLVE_H

#include <stdint.h>

#include "certmuster/buf.h"
#include "certmuster/report.h"
#include "reader_actions.h"

struct cm_resolved {
    const struct cm_resolution_info *info;
    const struct cm_remedy *remedy;
};
/* An id that is not known (a newer store) resolves as "nothing to do". */
struct cm_resolved cm_report_resolve(const char *id);

/* What the placeholders of a command stand for; NULL or "" leaves the
 * placeholder as it is. */
struct cm_example {
    const char *host;
    int64_t port;
    const char *sni;
    const char *cert;  /* SHA-256 fingerprint */
    const char *names; /* separated by commas */
};
struct cm_example cm_example_of(const struct cm_report_action *action);
/* cm_fill appends `commands` with {host} {port} {sni} {cert} {names} replaced.
 * Such commands are pasted into shells, so a value with any character that a
 * host name, an address or a fingerprint cannot have is left out: the
 * placeholder stays. */
void cm_fill(struct cm_buf *out, const char *commands,
             const struct cm_example *example);

#endif
