/* What a scan noticed about the networks on the way, its own included.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_NETWORK_H
#define CERTMUSTER_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "certmuster/endpoint.h"

/* An endpoint of a network that began to drop or reset connections while others
 * were answered was asked again later, when less went there. */
struct cm_throttle_evidence {
    unsigned times;           /* it was set aside; 0: never */
    struct cm_address prefix; /* the network's first address: /24 or /48 */
    unsigned failed;          /* so many ... */
    unsigned of;              /* ... of so many connections, at the start */
    bool was_silent;          /* first a time-out, else a reset */
    uint32_t later_ms;        /* from then until the last round began */
};

/* Why an endpoint was not checked though its turn came: the fault was ours. */
enum cm_scanner_fault {
    CM_FAULT_NONE,
    CM_FAULT_NO_ROUTE,       /* to any address of a family */
    CM_FAULT_NO_DESCRIPTORS, /* nor local ports, nor kernel memory */
    CM_FAULT_RESOLVER_DOWN,  /* no DNS server answered anything */
    CM_FAULT_OFFLINE,        /* none of the canaries could be reached */
    CM_FAULT_COUNT
};
const char *cm_scanner_fault_id(enum cm_scanner_fault fault); /* "no_route" */

#endif
