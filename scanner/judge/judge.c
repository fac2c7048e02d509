/* Judging: the stages in order, then which finding comes first and what the
 * endpoint is called for it.
 *
 * A stage that was never reached says nothing. Findings are never dropped:
 * dominance only decides which one comes first.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/judge.h"

#include <stdlib.h>

#include "judge/rules.h"
#include "pki/pki.h"

void cm_policy_default(struct cm_policy *policy)
{
    *policy = (struct cm_policy){
        .min_rsa_bits = 2048, .min_ec_bits = 224, .max_depth = -1};
}

/* Its address was known from the beginning, and yet none was tried: a run is
 * told so by --ipv4 or --ipv6. */
static bool is_left_out(const struct cm_case *c)
{
    return c->probe == NULL && c->ep->is_ip && c->ev->num_probes == 0 &&
           c->ev->dns.result == CM_DNS_NOT_ASKED &&
           c->ev->dns.num_addresses == 1;
}

static void say_left_out(struct cm_case *c)
{
    uint8_t family = c->ev->dns.addresses[0].family;

    (void)cm_finding_add(c, CM_CAUSE_INPUT_FAMILY_LEFT_OUT, "",
                         "%s is an IPv%d address, and the run was told to use "
                         "IPv%d only (--ipv%d): nothing was asked",
                         c->ep->host, family, family == 6 ? 4 : 6,
                         family == 6 ? 4 : 6);
}

/* An endpoint is trusted because it was seen to be, never for want of
 * findings. */
static void explain_the_rest(struct cm_case *c)
{
    bool reached = c->probe != NULL && c->probe->end != CM_END_NONE &&
                   c->probe->reached >= CM_PHASE_HANDSHAKING;

    for (size_t i = 0; i < c->out->num_findings; i++) {
        if (c->out->findings[i].blocks) {
            return;
        }
    }
    if (reached && c->trusted && c->probe->end == CM_END_COMPLETE) {
        return;
    }
    if (is_left_out(c)) {
        say_left_out(c);
    } else if (!reached) {
        (void)cm_finding_add(c, CM_CAUSE_NOT_SCANNED, "",
                             c->probe == NULL
                                 ? "no connection was attempted"
                                 : "the attempt ended before the handshake");
    } else {
        (void)cm_finding_add(c, CM_CAUSE_TLS_HANDSHAKE_UNEXPLAINED, "",
                             "the handshake ended (%s) and no certificate "
                             "could be judged",
                             cm_end_id(c->probe->end));
    }
}

/* With these gone, whatever else is wrong with the certificate is gone too:
 * they come before all of it, a revocation included. */
static const enum cm_cause dominant[] = {
    CM_CAUSE_TLS_INTERCEPTION,
    CM_CAUSE_NAME_DEFAULT_CERT,
    CM_CAUSE_SELF_SIGNED_LEAF,
};
#define DOMINANT (sizeof(dominant) / sizeof(*dominant))

/* A certificate is missing on a path that is no good with it either. */
static bool is_beside_the_point(const struct cm_finding *f)
{
    return f->cause == CM_CAUSE_CHAIN_INCOMPLETE &&
           f->confidence == CM_PROBABLE && f->position < 0;
}

/* The smallest comes first. What blocks comes before what does not. Other
 * dominance is in the ranks: expired before incomplete. */
static int place_of(const struct cm_finding *f)
{
    int place = 10 * cm_cause_info(f->cause)->rank;

    for (size_t i = 0; i < DOMINANT; i++) {
        if (f->cause == dominant[i]) {
            place = 10 * cm_cause_info(CM_CAUSE_REVOKED)->rank -
                    (int)(DOMINANT - i);
        }
    }
    if (is_beside_the_point(f)) {
        place = 10 * cm_cause_info(CM_CAUSE_ROOT_EXPIRED)->rank + 5;
    }
    return f->blocks ? place : 10000 + place;
}

static bool comes_before(const struct cm_finding *a, const struct cm_finding *b)
{
    int place_a = place_of(a);
    int place_b = place_of(b);

    return place_a != place_b ? place_a < place_b : a->cause < b->cause;
}

/* Stable, so that equal causes stay in the order of the path. */
static void sort(struct cm_judgement *judgement)
{
    struct cm_finding *f = judgement->findings;

    for (size_t i = 1; i < judgement->num_findings; i++) {
        struct cm_finding moved = f[i];
        size_t at = i;

        while (at > 0 && comes_before(&moved, &f[at - 1])) {
            f[at] = f[at - 1];
            at--;
        }
        f[at] = moved;
    }
}

/* A strict policy lets also those findings block that by themselves would not
 * make a verdict. */
static enum cm_verdict verdict_of(const struct cm_finding *f)
{
    enum cm_verdict verdict = cm_cause_info(f->cause)->verdict;

    return verdict == CM_VERDICT_NONE ? CM_VERDICT_UNTRUSTED : verdict;
}

static void decide(struct cm_judgement *judgement)
{
    const struct cm_finding *first = judgement->findings;

    sort(judgement);
    judgement->primary = judgement->num_findings > 0 ? 0 : -1;
    judgement->verdict = judgement->num_findings > 0 && first->blocks
                             ? verdict_of(first)
                             : CM_VERDICT_TRUSTED;
}

static enum cm_status keep_path(struct cm_case *c)
{
    struct cm_judgement *out = c->out;

    if (c->path.num == 0) {
        return CM_OK;
    }
    out->path = calloc(c->path.num, sizeof(struct cm_cert *));
    if (out->path == NULL) {
        return CM_ENOMEM;
    }
    for (size_t i = 0; i < c->path.num; i++) {
        out->path[out->num_path++] = cm_cert_ref(c->path.steps[i].cert);
    }
    return CM_OK;
}

struct cm_case cm_case_about(const struct cm_case *c,
                             const struct cm_probe *probe,
                             struct cm_judgement *out)
{
    *out = (struct cm_judgement){.primary = -1};
    return (struct cm_case){
        .ep = c->ep,
        .ev = c->ev,
        .probe = probe,
        .seen = probe,
        .leaf = probe->num_chain > 0 ? probe->chain[0] : NULL,
        .trust = c->trust,
        .policy = c->policy,
        .at_unix = c->at_unix,
        .out = out,
    };
}

/* Servers that our TLS library cannot talk to may have shown their certificates
 * to a hand-built hello: those are judged as if the handshake had seen them. */
static void take_chain(struct cm_case *c, struct cm_probe *filled)
{
    const struct cm_answer *answer = cm_evidence_certificates(c->ev);

    if (c->probe == NULL || c->probe->num_chain > 0 || answer == NULL ||
        c->probe->reached < CM_PHASE_HANDSHAKING) {
        return;
    }
    *filled = *c->probe;
    filled->chain = answer->chain;
    filled->num_chain = answer->num_chain;
    filled->num_chain_sent = (unsigned)answer->num_chain;
    c->probe = filled;
}

static void judge_endpoint(struct cm_case *c)
{
    cm_judge_client_own(c);
    cm_judge_dns(c);
    cm_judge_connect(c);
    cm_judge_starttls(c);
    cm_judge_tls(c);
    cm_judge_inventory(c);
    cm_judge_certificates(c);
    cm_judge_other_views(c);
    cm_judge_addresses(c);
    cm_judge_fleet(c);
    cm_judge_throttling(c);
}

enum cm_status cm_judge_case(struct cm_case *c)
{
    struct cm_probe filled;

    *c->out = (struct cm_judgement){.primary = -1};
    c->probe = cm_evidence_main_probe(c->ev);
    c->seen = c->probe;
    take_chain(c, &filled);
    if (c->probe != NULL && c->probe->num_chain > 0) {
        c->leaf = c->probe->chain[0];
    }
    cm_judge_input(c);
    if (!cm_judge_scanner(c)) {
        judge_endpoint(c);
    }
    explain_the_rest(c);
    cm_finding_complete(c);
    decide(c->out);
    cm_judge_after(c);
    if (c->no_memory || cm_sigmemo_spoilt(c->trust->memo)) {
        return CM_ENOMEM;
    }
    return keep_path(c);
}

enum cm_status cm_judge(struct cm_judgement *out, const struct cm_endpoint *ep,
                        const struct cm_evidence *ev,
                        const struct cm_trust *trust,
                        const struct cm_policy *policy, int64_t at_unix)
{
    struct cm_case c = {
        .ep = ep,
        .ev = ev,
        .trust = trust,
        .policy = policy,
        .at_unix = at_unix,
        .out = out,
    };

    return cm_judge_case(&c);
}

enum cm_status cm_judge_row(struct cm_judgement *out, const struct cm_row *row,
                            enum cm_cause cause)
{
    static const struct cm_evidence nothing = {.num_probes = 0};
    struct cm_case c = {.ep = &row->endpoint, .ev = &nothing, .out = out};

    *out = (struct cm_judgement){.primary = -1};
    if (cause == CM_CAUSE_NOT_SCANNED) {
        (void)cm_finding_add(&c, cause, "",
                             "line %llu: the run ended before its turn came",
                             (unsigned long long)row->line);
    } else if (row->column > 0) {
        (void)cm_finding_add(
            &c, cause, "RFC 3986 section 3.2", "line %llu, column %u: %s",
            (unsigned long long)row->line, row->column, row->reason);
    } else {
        (void)cm_finding_add(&c, cause, "RFC 3986 section 3.2", "line %llu: %s",
                             (unsigned long long)row->line, row->reason);
    }
    cm_finding_complete(&c);
    decide(out);
    return c.no_memory ? CM_ENOMEM : CM_OK;
}
