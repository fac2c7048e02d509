/* Judging any chain, with any list and staple: what holds for every judgement,
 * and nothing that nobody signed is ever trusted.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"
#include "fuzz/world.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/judge.h"
#include "certmuster/text.h"
#include "pki/revocation.h"

#define MAX_SENT 12U

struct scene {
    unsigned flags;
    struct cm_endpoint ep;
    struct cm_evidence *ev;
    struct cm_probe *probe;
    struct cm_revocation *lists;
    struct cm_certset *anchors;
    struct cm_certset *pool;
    struct cm_trust trust;
    struct cm_policy policy;
};

static void set_endpoint(struct scene *s)
{
    const char *host =
        (s->flags & FUZZ_BY_ADDRESS) != 0 ? "192.0.2.1" : FUZZ_HOST;

    memcpy(s->ep.host, host, strlen(host) + 1);
    memcpy(s->ep.protocol, "tls", 4);
    s->ep.port = 443;
    s->ep.is_ip = cm_address_parse(host, &s->ep.literal);
}

static void set_probe(struct scene *s)
{
    s->ev = cm_evidence_new();
    s->ev->seen_unix = FORGE_NOW;
    s->probe = cm_evidence_add_probe(s->ev);
    s->probe->reached = CM_PHASE_RECORDED;
    s->probe->end = CM_END_COMPLETE;
    s->probe->server_hello = true;
    s->probe->version = 0x0304;
    s->probe->cipher = 0x1301;
    s->probe->signature = 0x0807;
    s->probe->certificate_message = true;
    s->probe->chain = calloc(MAX_SENT, sizeof(struct cm_cert *));
    cm_assert(s->probe->chain != NULL);
}

static void set_trust(struct scene *s)
{
    const struct fuzz_world *w = fuzz_world();

    s->lists = cm_revocation_new();
    s->anchors = cm_certset_new(MAX_SENT);
    s->pool = cm_certset_new(MAX_SENT);
    (void)cm_certset_add(s->anchors, w->root);
    if ((s->flags & FUZZ_KNOWN) != 0) {
        (void)cm_certset_add(s->pool, w->ca);
    }
    s->trust = (struct cm_trust){.name = "fuzz",
                                 .anchors = s->anchors,
                                 .pool = s->pool,
                                 .memo = cm_sigmemo_new(),
                                 .revocation = s->lists};
    cm_policy_default(&s->policy);
    s->policy.strict = (s->flags & FUZZ_STRICT) != 0;
    s->policy.crl_demanded = (s->flags & FUZZ_DEMAND_LISTS) != 0;
    s->policy.revocation =
        (s->flags & FUZZ_ASK) != 0 ? CM_REVOCATION_CRL | CM_REVOCATION_OCSP : 0;
}

static void add_list(struct scene *s, struct cm_span der)
{
    struct cm_crl *crl = cm_crl_parse(der, NULL);

    if (crl != NULL) {
        (void)cm_revocation_add_crl(s->lists, crl, NULL, 0);
        cm_crl_unref(crl);
    }
}

static void add_staple(struct scene *s, struct cm_span der)
{
    uint8_t *copy = malloc(der.len + 1);

    cm_assert(copy != NULL);
    if (der.len > 0) {
        memcpy(copy, der.data, der.len);
    }
    s->probe->ocsp_staple = (struct cm_span){copy, der.len};
}

static void add_chain(struct scene *s, struct cm_reader *input)
{
    struct cm_probe *probe = s->probe;

    while (input->len > 0 && probe->num_chain < MAX_SENT) {
        struct cm_span der = fuzz_part(input);
        struct cm_cert *cert = cm_cert_parse(der.data, der.len);

        cm_assert(cert != NULL);
        probe->chain[probe->num_chain++] = cert;
        probe->chain_bytes += (uint32_t)der.len;
    }
    probe->num_chain_sent = (unsigned)probe->num_chain;
    if ((s->flags & FUZZ_LAST_IS_ANCHOR) != 0 && probe->num_chain > 0) {
        (void)cm_certset_add(s->anchors, probe->chain[probe->num_chain - 1]);
    }
}

static void check_finding(const struct cm_finding *f)
{
    cm_assert(f->proof != NULL && f->proof[0] != '\0');
    cm_assert(cm_text_is_utf8(f->proof, strlen(f->proof)));
    cm_assert(f->rule != NULL);
    cm_assert(f->subject != NULL && f->subject_key != NULL);
    cm_assert(cm_text_is_utf8(f->subject, strlen(f->subject)));
}

/* A path that is believed ends at an anchor, and each of its certificates was
 * signed by the next. */
static void check_path(const struct scene *s, const struct cm_judgement *got)
{
    size_t last = got->num_path - 1;

    cm_assert(got->num_path > 0);
    cm_assert(cm_certset_has(s->anchors, got->path[last]));
    for (size_t i = 0; i < last; i++) {
        cm_assert(cm_sig_check(NULL, got->path[i], got->path[i + 1]) ==
                  CM_SIG_GOOD);
    }
}

static void judge(const struct scene *s)
{
    struct cm_judgement got;
    enum cm_status status =
        cm_judge(&got, &s->ep, s->ev, &s->trust, &s->policy, FORGE_NOW);
    bool blocked = false;

    cm_assert(status == CM_OK);
    for (size_t i = 0; i < got.num_findings; i++) {
        check_finding(&got.findings[i]);
        blocked = blocked || got.findings[i].blocks;
    }
    cm_assert(blocked == (got.verdict != CM_VERDICT_TRUSTED));
    if (got.verdict == CM_VERDICT_TRUSTED) {
        check_path(s, &got);
    }
    cm_judgement_cleanup(&got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scene s = {.flags = 0};
    struct cm_reader input;
    uint8_t flags;

    cm_reader_init(&input, data, size);
    if (!cm_reader_u8(&input, &flags)) {
        return 0;
    }
    s.flags = flags;
    set_endpoint(&s);
    set_probe(&s);
    set_trust(&s);
    if ((flags & FUZZ_WITH_LIST) != 0) {
        add_list(&s, fuzz_part(&input));
    }
    if ((flags & FUZZ_WITH_STAPLE) != 0) {
        add_staple(&s, fuzz_part(&input));
    }
    add_chain(&s, &input);
    judge(&s);
    cm_evidence_free(s.ev);
    cm_revocation_free(s.lists);
    cm_certset_free(s.anchors);
    cm_certset_free(s.pool);
    cm_sigmemo_free(s.trust.memo);
    return 0;
}
