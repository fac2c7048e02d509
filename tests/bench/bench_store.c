/* What the store costs: usage: bench_store [ROWS [FILE]]
 *
 * Writes a healthy fleet through the public calls as a scan does: rows from
 * the reader, and results in the order of a shuffled scan, which draws from a
 * window of endpoints; a chain of three certificates for every 50 endpoints,
 * and one hint for each; then finishes the run. Prints the
 * microseconds of CPU for each row, without those of making them up, and the
 * most memory. Both must be the same for 10,000 rows and for 1,000,000.
 * FILE (default: bench_store.db in the present folder) must not be there.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "certmuster/store.h"
#include "pki/pki.h"
#include "support/forge.h"

#define PER_CHAIN 50U /* endpoints */
#define LEAVES                                                                 \
    2048U /* that are kept: an endpoint may wait long in the window */
#define WINDOW 8192U /* as run/window.h has it */

#define MUST(claim)                                                            \
    ((claim) ? (void)0 : (fprintf(stderr, "failed: %s\n", #claim), abort()))

struct bench {
    struct cm_store *store;
    struct cm_cert *root;
    struct cm_cert *issuer;
    struct cm_cert *leaves[LEAVES]; /* of the latest chains */
    uint64_t window[WINDOW];        /* endpoints without a result */
    size_t num_window;
    uint64_t random;
};

static double cpu_us(clockid_t clock)
{
    struct timespec now;

    MUST(clock_gettime(clock, &now) == 0);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static struct cm_cert *make_cert(uint64_t number, struct cm_cert *issuer,
                                 unsigned issuer_key, unsigned key)
{
    char subject[64];
    char serial[32];
    char names[64];
    struct forge_spec spec = {
        .subject = subject,
        .serial_hex = serial,
        .issuer_cert = issuer,
        .ca = key < 2,
        .names = key < 2 ? NULL : names,
        .key = forge_key(FORGE_P256, key),
        .issuer_key = issuer == NULL ? NULL : forge_key(FORGE_P256, issuer_key),
        .not_after = FORGE_NOW + 300 * FORGE_DAY,
    };

    (void)snprintf(subject, sizeof(subject), "%s %llu",
                   key < 2 ? "Bench CA" : "Server", (unsigned long long)number);
    (void)snprintf(serial, sizeof(serial), "01%016llx",
                   (unsigned long long)number);
    (void)snprintf(names, sizeof(names), "n%llu.example",
                   (unsigned long long)number);
    return forge_cert(&spec);
}

static uint64_t chain_of(uint64_t endpoint)
{
    return endpoint / PER_CHAIN;
}

static void make_leaf(struct bench *b, uint64_t chain)
{
    struct cm_cert **leaf = &b->leaves[chain % LEAVES];

    cm_cert_unref(*leaf);
    *leaf = make_cert(chain, b->issuer, 1, 2);
}

static struct cm_row *make_row(uint64_t id)
{
    struct cm_row *row = cm_row_new();
    char texts[3][64];

    MUST(row != NULL);
    row->id = id;
    row->line = id + 1;
    row->endpoint_id = id;
    row->first_line = id + 1;
    row->valid = true;
    (void)snprintf(texts[0], sizeof(texts[0]), "h%llu.n%llu.example",
                   (unsigned long long)id, (unsigned long long)chain_of(id));
    (void)snprintf(texts[1], sizeof(texts[1]), "%u", 443);
    (void)snprintf(texts[2], sizeof(texts[2]), "team %u", (unsigned)(id % 7));
    row->fields = calloc(3, sizeof(*row->fields));
    MUST(row->fields != NULL);
    for (size_t i = 0; i < 3; i++) {
        row->fields[i] = strdup(texts[i]);
        MUST(row->fields[i] != NULL);
    }
    row->num_fields = 3;
    memcpy(row->endpoint.host, texts[0], sizeof(texts[0]));
    memcpy(row->endpoint.sni, texts[0], sizeof(texts[0]));
    memcpy(row->endpoint.protocol, "tls", 4);
    row->endpoint.port = 443;
    return row;
}

static void make_evidence(const struct bench *b, struct cm_evidence *ev,
                          uint64_t id)
{
    struct cm_cert *leaf = b->leaves[chain_of(id) % LEAVES];
    struct cm_probe *probe;

    ev->seen_unix = FORGE_NOW;
    ev->max_probes = 2;
    ev->dns.result = CM_DNS_OK;
    ev->dns.num_addresses = 1;
    ev->dns.ms = 3;
    ev->dns.addresses[0].family = 4;
    for (unsigned i = 0; i < 4; i++) {
        ev->dns.addresses[0].bytes[i] = (uint8_t)(id >> (8 * i));
    }
    probe = cm_evidence_add_probe(ev);
    MUST(probe != NULL);
    probe->address = ev->dns.addresses[0];
    probe->address.port = 443;
    probe->reached = CM_PHASE_HANDSHAKING;
    probe->end = CM_END_COMPLETE;
    probe->tries = 1;
    probe->connect_ms = 2;
    probe->tls_ms = 4;
    probe->total_ms = 7;
    probe->server_hello = true;
    probe->version = 0x0304;
    probe->cipher = 0x1301;
    probe->group = 0x001d;
    probe->signature = 0x0403;
    probe->certificate_message = true;
    probe->chain = calloc(2, sizeof(struct cm_cert *));
    MUST(probe->chain != NULL);
    probe->chain[0] = cm_cert_ref(leaf);
    probe->chain[1] = cm_cert_ref(b->issuer);
    probe->num_chain = 2;
    probe->num_chain_sent = 2;
    probe->chain_bytes = (uint32_t)(leaf->der.len + b->issuer->der.len) + 10;
}

static void add_hint(struct cm_judgement *judgement, const char *key)
{
    const struct cm_cause_info *info =
        cm_cause_info(CM_CAUSE_REVOCATION_NO_INFO);
    struct cm_finding *finding = calloc(1, sizeof(*finding));

    MUST(finding != NULL);
    *finding = (struct cm_finding){
        .cause = CM_CAUSE_REVOCATION_NO_INFO,
        .severity = info->severity,
        .resolution = info->resolution,
        .proof = strdup("The certificate names neither a revocation list nor "
                        "an OCSP responder."),
        .rule = "RFC 5280 section 4.2.1.13",
        .subject_key = strdup(key),
        .subject = strdup(key),
    };
    MUST(finding->proof != NULL && finding->subject_key != NULL &&
         finding->subject != NULL);
    judgement->findings = finding;
    judgement->num_findings = 1;
    judgement->primary = 0;
}

static struct cm_result *make_result(const struct bench *b, uint64_t id)
{
    struct cm_result *result = cm_result_new();
    struct cm_judgement *judgement;

    MUST(result != NULL);
    result->endpoint_id = id;
    result->evidence = cm_evidence_new();
    MUST(result->evidence != NULL);
    make_evidence(b, result->evidence, id);
    judgement = &result->judgement;
    judgement->verdict = CM_VERDICT_TRUSTED;
    judgement->path_valid = true;
    judgement->path = calloc(3, sizeof(struct cm_cert *));
    MUST(judgement->path != NULL);
    judgement->path[0] = cm_cert_ref(result->evidence->probes[0].chain[0]);
    judgement->path[1] = cm_cert_ref(b->issuer);
    judgement->path[2] = cm_cert_ref(b->root);
    judgement->num_path = 3;
    add_hint(judgement, "Bench CA 2");
    return result;
}

/* Any of the window, the same one in each run of the benchmark. As a worker
 * does, it starts nothing while the store cannot keep up. */
static void put_one_result(struct bench *b)
{
    const struct timespec moment = {0, 1000000};
    size_t at;

    while (cm_store_congested(b->store)) {
        (void)nanosleep(&moment, NULL);
    }
    b->random = b->random * 6364136223846793005U + 1442695040888963407U;
    at = (size_t)((b->random >> 33) % b->num_window);
    MUST(cm_store_put_result(b->store, make_result(b, b->window[at])) == CM_OK);
    b->window[at] = b->window[--b->num_window];
}

static void put_all(struct bench *b, uint64_t rows, int64_t *run_id)
{
    static const char *const names[] = {"host", "port", "owner"};
    const struct cm_columns columns = {names, 3, 2, true};
    const struct cm_run_info info = {.input_name = "bench.csv",
                                     .options = "{}",
                                     .views = "[{\"name\":\"bench\"}]",
                                     .started_unix = FORGE_NOW,
                                     .judged_at_unix = FORGE_NOW};
    struct cm_error err;

    MUST(cm_store_begin_run(b->store, &info, run_id, &err) == CM_OK);
    MUST(cm_store_put_columns(b->store, &columns) == CM_OK);
    for (uint64_t id = 1; id <= rows; id++) {
        if (id == 1 || id % PER_CHAIN == 0) {
            make_leaf(b, chain_of(id));
        }
        MUST(cm_store_put_row(b->store, make_row(id)) == CM_OK);
        if (b->num_window == WINDOW) {
            put_one_result(b);
        }
        b->window[b->num_window++] = id;
    }
    while (b->num_window > 0) {
        put_one_result(b);
    }
    MUST(cm_store_drain(b->store, &err) == CM_OK);
}

static void measure(struct bench *b, const char *path, uint64_t rows)
{
    const struct cm_run_end end = {.state = "complete",
                                   .input_sha256 = "00",
                                   .rows_read = rows,
                                   .finished_unix = FORGE_NOW};
    double start = cpu_us(CLOCK_PROCESS_CPUTIME_ID);
    double own = cpu_us(CLOCK_THREAD_CPUTIME_ID);
    struct rusage usage;
    struct cm_error err;
    int64_t run_id = 0;
    double writing;
    double finishing;

    put_all(b, rows, &run_id);
    own = cpu_us(CLOCK_THREAD_CPUTIME_ID) - own;
    writing = cpu_us(CLOCK_PROCESS_CPUTIME_ID) - start - own;
    start = cpu_us(CLOCK_PROCESS_CPUTIME_ID);
    MUST(cm_store_finish_run(b->store, run_id, &end, &err) == CM_OK);
    cm_store_close(b->store);
    finishing = cpu_us(CLOCK_PROCESS_CPUTIME_ID) - start;
    MUST(getrusage(RUSAGE_SELF, &usage) == 0);
    (void)printf("{\"benchmark\":\"store\",\"rows\":%llu,"
                 "\"write_us_per_row\":%.2f,\"finish_us_per_row\":%.2f,"
                 "\"peak_rss_kb\":%ld}\n",
                 (unsigned long long)rows, writing / (double)rows,
                 finishing / (double)rows, usage.ru_maxrss);
    (void)unlink(path);
}

int main(int argc, char **argv)
{
    uint64_t rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000;
    const char *path = argc > 2 ? argv[2] : "bench_store.db";
    static struct bench b; /* too large for the stack */
    struct cm_error err;

    if (rows == 0 || access(path, F_OK) == 0) {
        (void)fprintf(stderr, "usage: bench_store [ROWS [FILE]]; FILE must not "
                              "be there\n");
        return 2;
    }
    if (cm_store_open(&b.store, path, &err) != CM_OK) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 2;
    }
    b.root = make_cert(1, NULL, 0, 0);
    b.issuer = make_cert(2, b.root, 0, 1);
    measure(&b, path, rows);
    for (size_t i = 0; i < LEAVES; i++) {
        cm_cert_unref(b.leaves[i]);
    }
    cm_cert_unref(b.issuer);
    cm_cert_unref(b.root);
    forge_cleanup();
    return 0;
}
