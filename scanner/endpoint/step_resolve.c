/* From the endpoint's host to the addresses of the first round.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "endpoint/steps.h"

/* Through a proxy the endpoint's name is the proxy's to resolve; only the
 * proxy's own is ours. */
static const char *name_to_resolve(const struct cm_scan *scan)
{
    const char *proxy = scan->env->config->proxy_host;

    return proxy != NULL ? proxy : scan->endpoint.host;
}

/* The proxy's name leads nowhere: that is said of the proxy, not of the
 * endpoint's DNS. */
static void proxy_unresolved(struct cm_scan *scan,
                             const struct cm_dns_evidence *dns)
{
    struct cm_probe *probe = cm_evidence_add_probe(scan->evidence);

    if (probe == NULL) {
        scan->out_of_memory = true;
        return;
    }
    probe->reached = CM_PHASE_RESOLVING;
    probe->end = CM_END_PROXY;
    probe->tries = 1;
    (void)snprintf(probe->error, sizeof(probe->error),
                   "the proxy's name cannot be resolved: %s",
                   cm_dns_result_id(dns->result));
}

/* The addresses are known: each will have one probe at the most. */
static void set_ports(struct cm_evidence *ev, uint16_t port)
{
    struct cm_dns_evidence *dns = &ev->dns;

    ev->max_probes = dns->num_addresses > 0 ? dns->num_addresses : 1;
    for (unsigned i = 0; i < dns->num_addresses; i++) {
        dns->addresses[i].port = port;
    }
}

static void resolved(void *arg, const struct cm_dns_evidence *answer)
{
    struct cm_scan *scan = arg;
    bool proxied = scan->env->config->proxy_host != NULL;

    scan->dns_ticket = 0;
    scan->evidence->dns = *answer; /* whoever asked for it first */
    set_ports(scan->evidence,
              proxied ? scan->env->config->proxy_port : scan->endpoint.port);
    if (proxied) { /* the answer is about the proxy */
        scan->evidence->dns.result = CM_DNS_NOT_ASKED;
    }
    if (cm_scan_next_round(scan)) {
        cm_scan_enter(scan, CM_PHASE_CONNECTING);
        return;
    }
    if (proxied) {
        proxy_unresolved(scan, answer);
    }
    cm_scan_enter(scan, CM_PHASE_RECORDED);
}

void cm_step_resolve(struct cm_scan *scan)
{
    struct cm_dns_evidence *dns = &scan->evidence->dns;
    const char *name = name_to_resolve(scan);
    struct cm_address literal;

    if (cm_address_parse(name, &literal)) {
        dns->result = CM_DNS_NOT_ASKED;
        dns->addresses[0] = literal;
        dns->num_addresses = 1;
        set_ports(scan->evidence, scan->env->config->proxy_host != NULL
                                      ? scan->env->config->proxy_port
                                      : scan->endpoint.port);
        cm_scan_enter(scan, cm_scan_next_round(scan) ? CM_PHASE_CONNECTING
                                                     : CM_PHASE_RECORDED);
        return;
    }
    scan->dns_since_ms = cm_loop_now_ms(scan->env->loop);
    scan->dns_ticket =
        cm_resolver_lookup(scan->env->resolver, name, resolved, scan);
    if (scan->dns_ticket == 0) {
        scan->out_of_memory = true;
        cm_scan_enter(scan, CM_PHASE_RECORDED);
    }
}

/* The rounds: each address alone with all_addresses; otherwise all that the
 * first resolver gave race (RFC 8305), then all that only the second gave. */
bool cm_scan_next_round(struct cm_scan *scan)
{
    const struct cm_dns_evidence *dns = &scan->evidence->dns;
    bool alone = scan->env->config->all_addresses;
    unsigned i = scan->next_address;
    bool second = i < dns->num_addresses && dns->from_second[i];

    scan->num_targets = 0;
    while (i < dns->num_addresses && dns->from_second[i] == second &&
           !(alone && scan->num_targets == 1)) {
        scan->targets[scan->num_targets++] = dns->addresses[i++];
    }
    scan->next_address = i;
    scan->num_targets = cm_dial_order(scan->targets, scan->num_targets,
                                      scan->env->config->family);
    scan->round_probes = scan->evidence->num_probes;
    scan->tries = 0;
    if (scan->num_targets == 0 && i < dns->num_addresses) {
        return cm_scan_next_round(scan); /* none of the wanted family */
    }
    return scan->num_targets != 0;
}
