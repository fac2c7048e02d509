/* One endpoint to judge.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"

#define MAX_KNOWN 4096U

void scene_open(struct scene *s, const char *host)
{
    memset(s, 0, sizeof(*s));
    (void)snprintf(s->ep.host, sizeof(s->ep.host), "%s",
                   host != NULL ? host : ZOO_HOST);
    s->ep.port = 443;
    (void)snprintf(s->ep.protocol, sizeof(s->ep.protocol), "tls");
    s->ep.is_ip = cm_address_parse(s->ep.host, &s->ep.literal);
    if (!s->ep.is_ip) {
        (void)snprintf(s->ep.sni, sizeof(s->ep.sni), "%s", s->ep.host);
    }
    s->ev = cm_evidence_new();
    s->anchors = cm_certset_new(MAX_KNOWN);
    s->pool = cm_certset_new(MAX_KNOWN);
    assert_non_null(s->ev);
    s->ev->seen_unix = FORGE_NOW;
    if (!s->ep.is_ip) {
        s->ev->dns.result = CM_DNS_OK;
        s->ev->dns.num_addresses = 1;
        assert_true(cm_address_parse("9.9.9.1", &s->ev->dns.addresses[0]));
    }
    s->trust = (struct cm_trust){
        .name = "test", .anchors = s->anchors, .pool = s->pool};
    s->trust.memo = cm_sigmemo_new();
    s->chains = cm_chainmemo_new();
    assert_non_null(s->chains);
    cm_policy_default(&s->policy);
    s->at_unix = FORGE_NOW;
    s->got.primary = -1;
}

void scene_close(struct scene *s)
{
    cm_chainmemo_free(s->chains);
    cm_judgement_cleanup(&s->got);
    cm_evidence_free(s->ev);
    cm_certset_free(s->anchors);
    cm_certset_free(s->pool);
    cm_sigmemo_free(s->trust.memo);
}

struct cm_probe *scene_probe(struct scene *s, unsigned n, enum cm_phase reached,
                             enum cm_end end)
{
    struct cm_probe *probe = cm_evidence_add_probe(s->ev);

    assert_non_null(probe);
    assert_true(cm_address_parse("9.9.9.0", &probe->address));
    probe->address.bytes[3] = (uint8_t)n;
    probe->address.port = s->ep.port;
    probe->reached = reached;
    probe->end = end;
    probe->tries = 1;
    probe->connect_ms = 7;
    probe->tls_ms = 40;
    return probe;
}

void scene_present(struct cm_probe *probe, struct cm_cert *cert)
{
    probe->chain = reallocarray(probe->chain, probe->num_chain + 1,
                                sizeof(struct cm_cert *));
    assert_non_null(probe->chain);
    probe->chain[probe->num_chain++] = cm_cert_ref(cert);
    probe->num_chain_sent = (unsigned)probe->num_chain;
    probe->chain_bytes += (uint32_t)cert->der.len + 5;
    probe->certificate_message = true;
}

static void present(void *probe, struct cm_cert *cert)
{
    scene_present(probe, cert);
}

static void add(void *set, struct cm_cert *cert)
{
    assert_true(cm_certset_add(set, cert));
}

struct cm_probe *scene_serve(struct scene *s, const char *names)
{
    struct cm_probe *probe =
        scene_probe(s, 1, CM_PHASE_HANDSHAKING, CM_END_COMPLETE);

    probe->server_hello = true;
    probe->version = 0x0304;
    probe->cipher = 0x1301;
    probe->group = 0x001d;
    probe->signature = 0x0403;
    zoo_each(names, present, probe);
    return probe;
}

void scene_trust(struct scene *s, const char *names)
{
    zoo_each(names, add, s->anchors);
}

void scene_know(struct scene *s, const char *names)
{
    zoo_each(names, add, s->pool);
}

/* The first one fills the memo, unless an earlier judgement of the scene did;
 * whatever the test changed in between must be noticed. */
static void judge_with_memo(struct scene *s)
{
    struct cm_judgement again;

    s->trust.chains = s->chains;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            cm_judge(&again, &s->ep, s->ev, &s->trust, &s->policy, s->at_unix),
            CM_OK);
        assert_string_equal(scene_difference(&s->got, &again), "");
        cm_judgement_cleanup(&again);
    }
    s->trust.chains = NULL;
}

void scene_judge(struct scene *s)
{
    cm_judgement_cleanup(&s->got);
    assert_int_equal(
        cm_judge(&s->got, &s->ep, s->ev, &s->trust, &s->policy, s->at_unix),
        CM_OK);
    judge_with_memo(s);
}

void scene_forget(struct scene *s)
{
    cm_chainmemo_free(s->chains);
    s->chains = cm_chainmemo_new();
    assert_non_null(s->chains);
}

/* A strict policy lets also causes block that make no verdict by themselves. */
static enum cm_verdict verdict_of(const struct cm_judgement *got)
{
    enum cm_verdict verdict = cm_cause_info(got->findings[0].cause)->verdict;

    return verdict != CM_VERDICT_NONE ? verdict : CM_VERDICT_UNTRUSTED;
}

void scene_check_rules(const struct scene *s)
{
    const struct cm_judgement *got = &s->got;
    bool blocked = false;

    for (size_t i = 0; i < got->num_findings; i++) {
        const struct cm_finding *f = &got->findings[i];

        blocked = blocked || f->blocks;
        assert_true(i == 0 || got->findings[i - 1].blocks || !f->blocks);
        assert_true(!f->blocks || s->policy.strict ||
                    cm_cause_info(f->cause)->verdict != CM_VERDICT_NONE);
        assert_non_null(f->proof);
        assert_true(strlen(f->proof) > 10);
        assert_true(cm_text_is_utf8(f->proof, strlen(f->proof)));
        assert_non_null(f->rule);
        assert_non_null(f->subject_key);
        assert_true(f->subject_key[0] != '\0');
        assert_non_null(f->subject);
        assert_true(f->subject[0] != '\0');
        assert_true(f->position < 0 || f->cert != NULL);
    }
    assert_int_equal(blocked, got->verdict != CM_VERDICT_TRUSTED);
    assert_int_equal(got->primary, got->num_findings > 0 ? 0 : -1);
    if (blocked) {
        assert_int_equal(got->verdict, verdict_of(got));
    }
}

void scene_expect(struct scene *s, enum cm_verdict verdict, const char *causes)
{
    char got[1024] = "";
    size_t used = 0;

    scene_judge(s);
    for (size_t i = 0; i < s->got.num_findings; i++) {
        int put =
            snprintf(got + used, sizeof(got) - used, "%s%s", i > 0 ? " " : "",
                     cm_cause_info(s->got.findings[i].cause)->id);

        used += (size_t)put;
        assert_true(used < sizeof(got));
    }
    if (strcmp(got, causes) != 0) {
        for (size_t i = 0; i < s->got.num_findings; i++) {
            print_message("  %s\n", s->got.findings[i].proof);
        }
    }
    assert_string_equal(got, causes);
    assert_string_equal(cm_verdict_id(s->got.verdict), cm_verdict_id(verdict));
    scene_check_rules(s);
}

const struct cm_finding *scene_finding(const struct scene *s,
                                       enum cm_cause cause)
{
    for (size_t i = 0; i < s->got.num_findings; i++) {
        if (s->got.findings[i].cause == cause) {
            return &s->got.findings[i];
        }
    }
    fail_msg("no finding %s", cm_cause_info(cause)->id);
    return NULL;
}

void assert_contains(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" does not contain \"%s\"", text, part);
    }
}

static bool same_finding(const struct cm_finding *f, const struct cm_finding *g)
{
    return f->cause == g->cause && f->severity == g->severity &&
           f->confidence == g->confidence && f->resolution == g->resolution &&
           f->blocks == g->blocks && f->cert == g->cert &&
           f->position == g->position && strcmp(f->proof, g->proof) == 0 &&
           strcmp(f->rule, g->rule) == 0 &&
           strcmp(f->subject_key, g->subject_key) == 0 &&
           strcmp(f->subject, g->subject) == 0;
}

static bool same_revocation(const struct cm_revocation_status *a,
                            const struct cm_revocation_status *b)
{
    return a->result == b->result && a->this_update == b->this_update &&
           a->next_update == b->next_update &&
           a->revoked_unix == b->revoked_unix && a->reason == b->reason &&
           (a->source == b->source || (a->source != NULL && b->source != NULL &&
                                       strcmp(a->source, b->source) == 0));
}

const char *scene_difference(const struct cm_judgement *a,
                             const struct cm_judgement *b)
{
    if (!same_revocation(&a->revocation, &b->revocation)) {
        return "revocation";
    }
    if (a->verdict != b->verdict || a->primary != b->primary) {
        return "verdict or primary";
    }
    if (a->num_findings != b->num_findings || a->num_path != b->num_path) {
        return "number of findings or path";
    }
    for (size_t i = 0; i < a->num_path; i++) {
        if (a->path[i] != b->path[i]) {
            return "path";
        }
    }
    if (a->path_valid != b->path_valid || a->num_views != b->num_views) {
        return "whether the path is valid, or number of views";
    }
    for (size_t i = 0; i < a->num_views; i++) {
        if (a->views[i].verdict != b->views[i].verdict ||
            a->views[i].primary != b->views[i].primary) {
            return a->views[i].view;
        }
    }
    if (a->num_wants != b->num_wants) {
        return "number of wants";
    }
    for (size_t i = 0; i < a->num_wants; i++) {
        if (a->wants[i].kind != b->wants[i].kind ||
            a->wants[i].cert != b->wants[i].cert ||
            a->wants[i].issuer != b->wants[i].issuer) {
            return "wants";
        }
    }
    if (a->num_remaining != b->num_remaining) {
        return "what remains";
    }
    for (size_t i = 0; i < a->num_remaining; i++) {
        if (a->remaining[i] != b->remaining[i]) {
            return "what remains";
        }
    }
    for (size_t i = 0; i < a->num_findings; i++) {
        if (!same_finding(&a->findings[i], &b->findings[i])) {
            return cm_cause_info(a->findings[i].cause)->id;
        }
    }
    return "";
}
