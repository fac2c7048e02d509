/* The certificates of one chain, judged or remembered. What they show of
 * themselves is remembered; about the host they are judged each time, and by a
 * stapled response, too.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/chainmemo.h"

#include <stdlib.h>

#include "judge/rules.h"
#include "pki/pki.h"

/* Where in the case's findings the parts end. */
struct parts {
    size_t first;
    size_t host; /* what is found about the host begins */
    size_t rest; /* ... and ends */
};

static bool is_stapled(const struct cm_case *c)
{
    return c->probe->ocsp_staple.len > 0;
}

static void judge(struct cm_case *c, struct parts *parts)
{
    *parts = (struct parts){.first = c->out->num_findings};
    cm_judge_leaf(c);
    if (!c->leaf->parsed) {
        return;
    }
    cm_judge_trust(c);
    cm_judge_chain(c);
    parts->host = c->out->num_findings;
    cm_judge_hosts(c);
    parts->rest = c->out->num_findings;
    cm_judge_validity(c);
    cm_judge_profile(c);
    cm_judge_lifetime(c);
    if (!is_stapled(c)) {
        cm_judge_revocation(c);
    }
}

/* All but the findings about the host. NULL: no memory. */
static struct cm_finding *without_host(const struct cm_case *c,
                                       const struct parts *parts, size_t num)
{
    const struct cm_finding *all = c->out->findings;
    struct cm_finding *out = calloc(num + 1, sizeof(*out));
    size_t at = 0;

    for (size_t i = parts->first; out != NULL && i < c->out->num_findings;
         i++) {
        if (i < parts->host || i >= parts->rest) {
            out[at++] = all[i];
        }
    }
    return out;
}

static void remember(struct cm_case *c, const struct cm_chain_key *key,
                     const struct parts *parts)
{
    const struct cm_judgement *out = c->out;
    struct cm_chain_facts facts = {
        .num_findings =
            out->num_findings - parts->first - (parts->rest - parts->host),
        .num_before = parts->host - parts->first,
        .wants = out->wants,
        .num_wants = out->num_wants,
        .path = c->path,
        .revocation = out->revocation,
        .trusted = c->trusted,
        .path_valid = out->path_valid,
    };

    cm_finding_complete_shared(c, parts->first);
    if (c->no_memory || cm_sigmemo_spoilt(c->trust->memo)) {
        return; /* it is void */
    }
    facts.findings = without_host(c, parts, facts.num_findings);
    if (facts.findings != NULL) {
        cm_chainmemo_put(c->trust->chains, key, &facts);
    }
    free(facts.findings);
}

static void repeat(struct cm_case *c, const struct cm_chain_facts *facts)
{
    for (size_t i = 0; i < facts->num_before; i++) {
        cm_finding_repeat(c, &facts->findings[i]);
    }
    c->path = facts->path;
    c->trusted = facts->trusted;
    c->out->path_valid = facts->path_valid;
    c->out->revocation = facts->revocation;
    cm_judge_hosts(c);
    for (size_t i = facts->num_before; i < facts->num_findings; i++) {
        cm_finding_repeat(c, &facts->findings[i]);
    }
    for (size_t i = 0; i < facts->num_wants; i++) {
        const struct cm_want *want = &facts->wants[i];

        cm_judge_want(c, want->kind, want->cert, want->issuer);
    }
}

/* Only what a case finds that was empty before is all its own. */
static bool is_fresh(const struct cm_case *c)
{
    return !c->no_memory && c->path.num == 0 && c->out->num_wants == 0;
}

void cm_judge_certificates(struct cm_case *c)
{
    struct cm_memo_item *known = NULL;
    struct cm_chain_key key;
    struct parts parts;
    bool memorable;

    if (c->leaf == NULL) {
        return;
    }
    memorable = is_fresh(c) && cm_chain_key_of(c, &key);
    if (memorable) {
        known = cm_chainmemo_get(c->trust->chains, &key);
    }
    if (known != NULL) {
        repeat(c, cm_chainmemo_facts(known));
        cm_chainmemo_give_back(c->trust->chains, known);
    } else {
        judge(c, &parts);
        if (memorable) {
            remember(c, &key, &parts);
        }
    }
    if (c->leaf->parsed && is_stapled(c)) {
        cm_judge_revocation(c);
    }
}
