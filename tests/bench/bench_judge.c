/* What judging costs: usage: bench_judge [ENDPOINTS [CHAINS [VIEWS]]]
 *
 * A fleet whose endpoints share a number of chains of three certificates, with
 * anchors as many as an operating system has. Judges every chain once with
 * nothing remembered, then every endpoint as a scan would, and prints the
 * microseconds of CPU for each; a handshake costs some 250.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "certmuster/judge.h"
#include "pki/pki.h"
#include "support/forge.h"

#define ANCHORS 150U
#define ISSUERS 60U /* intermediates below each half of the roots */
#define MAX_VIEWS 8U
#define PER_CHAIN 3U
#define INCOMPLETE 10U

#define MUST(claim)                                                            \
    ((claim) ? (void)0 : (fprintf(stderr, "failed: %s\n", #claim), abort()))

struct fleet {
    struct cm_certset *anchors;
    struct cm_certset *pool;
    struct cm_cert *roots[ANCHORS];
    struct cm_cert *uppers[ISSUERS];
    struct cm_cert *issuers[ISSUERS];
    struct cm_evidence **chains;
    size_t num_chains;
    struct cm_trust views[MAX_VIEWS];
    size_t num_views;
    struct cm_policy policy;
};

static double cpu_us(void)
{
    struct timespec now;

    MUST(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static struct cm_cert *make_ca(const char *name, unsigned number,
                               const struct cm_cert *issuer,
                               struct forge_key *issuer_key)
{
    char subject[64];
    struct forge_spec spec = {.subject = subject,
                              .subject_o = "Bench Trust Services",
                              .issuer_cert = issuer,
                              .issuer_key = issuer_key,
                              .ca = true,
                              .eku = issuer == NULL ? NULL : "server,client",
                              .public_policy = issuer != NULL,
                              .crl = "http://crl.a.example/root.crl",
                              .not_after = FORGE_NOW + 3000 * FORGE_DAY};

    (void)snprintf(subject, sizeof(subject), "%s CA %u", name, number);
    spec.key = forge_key(FORGE_P256, number + (issuer == NULL ? 0U : 1000U) +
                                         (name[0] == 'U' ? 1000U : 0U));
    return forge_cert(&spec);
}

static void make_cas(struct fleet *f)
{
    f->anchors = cm_certset_new(ANCHORS);
    f->pool = cm_certset_new(4 * ISSUERS);
    MUST(f->anchors != NULL && f->pool != NULL);
    for (unsigned i = 0; i < ANCHORS; i++) {
        f->roots[i] = make_ca("Root", i, NULL, NULL);
        MUST(cm_certset_add(f->anchors, f->roots[i]));
    }
    for (unsigned i = 0; i < ISSUERS; i++) {
        f->uppers[i] =
            make_ca("Upper", i, f->roots[i], forge_key(FORGE_P256, i));
        f->issuers[i] = make_ca("Issuing", i, f->uppers[i],
                                forge_key(FORGE_P256, i + 2000));
        MUST(cm_certset_add(f->pool, f->uppers[i]));
        MUST(cm_certset_add(f->pool, f->issuers[i]));
    }
}

static void keep(struct cm_probe *probe, struct cm_cert *cert)
{
    probe->chain[probe->num_chain++] = cert;
    probe->chain_bytes += (uint32_t)cert->der.len + 5;
}

/* A public leaf with its two issuers; every tenth server does not send them. */
static struct cm_evidence *make_chain(const struct fleet *f, unsigned number)
{
    unsigned by = number % ISSUERS;
    char names[128];
    struct forge_spec spec = {
        .subject = "",
        .names = names,
        .key = forge_key(FORGE_P256, 5000),
        .issuer_cert = f->issuers[by],
        .issuer_key = forge_key(FORGE_P256, by + 1000),
        .serial_hex = "0102030405060708090a",
        .not_after = FORGE_NOW + 60 * FORGE_DAY,
        .scts = true,
        .public_policy = true,
        .ca_issuers = "http://pki.a.example/issuer.crt",
        .ocsp = "http://ocsp.a.example/",
    };
    struct cm_evidence *ev = cm_evidence_new();
    struct cm_probe *probe;

    (void)snprintf(names, sizeof(names), "*.n%u.example,n%u.example", number,
                   number);
    MUST(ev != NULL);
    ev->seen_unix = FORGE_NOW;
    ev->dns.result = CM_DNS_OK;
    ev->dns.num_addresses = 1;
    MUST(cm_address_parse("9.9.9.1", &ev->dns.addresses[0]));
    probe = cm_evidence_add_probe(ev);
    MUST(probe != NULL);
    probe->address = ev->dns.addresses[0];
    probe->address.port = 443;
    probe->reached = CM_PHASE_HANDSHAKING;
    probe->end = CM_END_COMPLETE;
    probe->tries = 1;
    probe->server_hello = true;
    probe->version = 0x0304;
    probe->cipher = 0x1301;
    probe->group = 0x001d;
    probe->signature = 0x0403;
    probe->certificate_message = true;
    probe->chain = calloc(PER_CHAIN, sizeof(struct cm_cert *));
    MUST(probe->chain != NULL);
    keep(probe, forge_cert(&spec));
    if (number % INCOMPLETE != 0) {
        keep(probe, cm_cert_ref(f->issuers[by]));
        keep(probe, cm_cert_ref(f->uppers[by]));
    }
    probe->num_chain_sent = (unsigned)probe->num_chain;
    return ev;
}

static void make_fleet(struct fleet *f, size_t chains, size_t views)
{
    struct cm_sigmemo *memo = cm_sigmemo_new();
    struct cm_chainmemo *chains_memo = cm_chainmemo_new();

    MUST(memo != NULL && chains_memo != NULL);
    make_cas(f);
    f->num_chains = chains;
    f->chains = calloc(chains, sizeof(*f->chains));
    MUST(f->chains != NULL);
    for (size_t i = 0; i < chains; i++) {
        f->chains[i] = make_chain(f, (unsigned)i);
    }
    f->num_views = views;
    for (size_t i = 0; i < views; i++) {
        static const char *const names[MAX_VIEWS] = {
            "one", "two", "three", "four", "five", "six", "seven", "eight"};

        f->views[i] = (struct cm_trust){.name = names[i],
                                        .anchors = f->anchors,
                                        .pool = f->pool,
                                        .memo = memo,
                                        .chains = chains_memo,
                                        .views = f->views,
                                        .num_views = views};
    }
    cm_policy_default(&f->policy);
}

static void judge(const struct fleet *f, size_t number)
{
    size_t chain = number % f->num_chains;
    struct cm_endpoint ep = {.port = 443, .protocol = "tls"};
    struct cm_judgement got;

    (void)snprintf(ep.host, sizeof(ep.host), "h%zu.n%zu.example", number,
                   chain);
    memcpy(ep.sni, ep.host, sizeof(ep.sni));
    MUST(cm_judge_views(&got, &ep, f->chains[chain], f->views, f->num_views, 0,
                        &f->policy, FORGE_NOW) == CM_OK);
    MUST(got.path_valid &&
         (got.verdict == CM_VERDICT_TRUSTED) == (chain % INCOMPLETE != 0));
    cm_judgement_cleanup(&got);
}

static void free_fleet(struct fleet *f)
{
    cm_chainmemo_free(f->views[0].chains);
    for (size_t i = 0; i < f->num_chains; i++) {
        cm_evidence_free(f->chains[i]);
    }
    free(f->chains);
    for (size_t i = 0; i < ISSUERS; i++) {
        cm_cert_unref(f->issuers[i]);
        cm_cert_unref(f->uppers[i]);
    }
    for (size_t i = 0; i < ANCHORS; i++) {
        cm_cert_unref(f->roots[i]);
    }
    cm_certset_free(f->anchors);
    cm_certset_free(f->pool);
    cm_sigmemo_free(f->views[0].memo);
    forge_cleanup();
}

static size_t argument(int argc, char **argv, int n, size_t otherwise)
{
    return argc > n ? strtoul(argv[n], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    size_t endpoints = argument(argc, argv, 1, 100000);
    size_t chains = argument(argc, argv, 2, 2000);
    size_t views = argument(argc, argv, 3, 1);
    struct fleet fleet;
    double start;
    double first;
    double all;

    if (chains == 0 || views == 0 || views > MAX_VIEWS || endpoints == 0) {
        (void)fprintf(stderr,
                      "usage: bench_judge [ENDPOINTS [CHAINS [VIEWS]]]\n");
        return 2;
    }
    make_fleet(&fleet, chains, views);
    start = cpu_us();
    for (size_t i = 0; i < chains; i++) {
        judge(&fleet, i);
    }
    first = cpu_us() - start;
    start = cpu_us();
    for (size_t i = 0; i < endpoints; i++) {
        judge(&fleet, i);
    }
    all = cpu_us() - start;
    (void)printf("{\"benchmark\":\"judge\",\"endpoints\":%zu,\"chains\":%zu,"
                 "\"views\":%zu,\"anchors\":%u,\"first_us_per_chain\":%.2f,"
                 "\"us_per_endpoint\":%.2f,\"us_per_endpoint_with_first\":"
                 "%.2f}\n",
                 endpoints, chains, views, ANCHORS, first / (double)chains,
                 all / (double)endpoints, (first + all) / (double)endpoints);
    free_fleet(&fleet);
    return 0;
}
