/* The networks between: those that throttle scanners, and the scanner's own.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "judge/rules.h"

#define MAX_TEXT 4096

static const struct fault_rule {
    enum cm_cause cause;
    const char *seen;
} fault_rules[CM_FAULT_COUNT] = {
    [CM_FAULT_NO_ROUTE] = {CM_CAUSE_SCANNER_NO_ROUTE,
                           "the machine that scanned has no route to any "
                           "address of this kind, the endpoint's among them"},
    [CM_FAULT_NO_DESCRIPTORS] = {CM_CAUSE_SCANNER_NO_DESCRIPTORS,
                                 "the machine that scanned had no descriptor, "
                                 "port or buffer for a connection, however "
                                 "often it was tried"},
    [CM_FAULT_RESOLVER_DOWN] = {CM_CAUSE_SCANNER_RESOLVER_DOWN,
                                "the DNS servers answered no question at all "
                                "at that time, whatever the name"},
    [CM_FAULT_OFFLINE] = {CM_CAUSE_SCANNER_OFFLINE,
                          "the machine that scanned could connect to none of "
                          "its canaries, endpoints that are known to be up, "
                          "from then on"},
};

bool cm_judge_scanner(struct cm_case *c)
{
    const struct fault_rule *rule = &fault_rules[c->ev->fault];
    char errors[128] = "";

    if (c->ev->fault == CM_FAULT_NONE) {
        return false;
    }
    if (c->ep->is_ip || c->ev->dns.result == CM_DNS_OK) {
        cm_judge_dns(c); /* what the addresses tell needs no connection */
    }
    if (c->probe != NULL && c->probe->sys_errno != 0) {
        (void)snprintf(errors, sizeof(errors), " (%s)",
                       strerrordesc_np(c->probe->sys_errno));
    }
    (void)cm_finding_add(c, rule->cause, "",
                         "%s%s; nothing is known about the server", rule->seen,
                         errors);
    return true;
}

static void say_network(const struct cm_throttle_evidence *t,
                        struct cm_buf *out)
{
    char text[CM_ADDRESS_TEXT_SIZE];

    (void)cm_buf_printf(out, "%s/%d", cm_address_text(&t->prefix, text),
                        t->prefix.family == 4 ? 24 : 48);
}

static bool failed_again(const struct cm_probe *probe)
{
    return probe == NULL || probe->end == CM_END_TIMEOUT ||
           probe->end == CM_END_RESET || probe->end == CM_END_CLOSED ||
           probe->end == CM_END_SYSTEM;
}

static void worked_later(struct cm_case *c, const char *network)
{
    const struct cm_throttle_evidence *t = &c->ev->throttle;
    struct cm_finding *f = cm_finding_add(
        c, CM_CAUSE_THROTTLED, "",
        "at first the endpoint %s, like %u of %u connections to %s that were "
        "started together, while others there were answered; asked again %u ms "
        "later, with fewer connections to that network, it answered",
        t->was_silent ? "did not answer" : "reset the connection", t->failed,
        t->of, network, t->later_ms);

    cm_finding_for(c, f, network, network);
}

/* The note goes to what makes the verdict. */
static void note_failure(struct cm_case *c, const char *network)
{
    const struct cm_throttle_evidence *t = &c->ev->throttle;

    for (size_t i = 0; i < c->out->num_findings; i++) {
        struct cm_finding *f = &c->out->findings[i];
        enum cm_stage stage = cm_cause_info(f->cause)->stage;

        if (f->blocks && (stage == CM_STAGE_CONNECT || stage == CM_STAGE_TLS)) {
            cm_finding_note(c, f,
                            "; %u of %u connections to %s failed at that time, "
                            "so it was asked again %u time%s later, more "
                            "slowly, and failed again",
                            t->failed, t->of, network, t->times,
                            t->times == 1 ? "" : "s");
            return;
        }
    }
}

void cm_judge_throttling(struct cm_case *c)
{
    struct cm_buf network;
    const char *text;

    if (c->ev->throttle.times == 0) {
        return;
    }
    cm_buf_init(&network, MAX_TEXT);
    say_network(&c->ev->throttle, &network);
    text = cm_finding_text(c, &network);
    if (failed_again(c->probe)) {
        note_failure(c, text);
    } else {
        worked_later(c, text);
    }
    cm_buf_cleanup(&network);
}
