/* See again_scene.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/run/again_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "support/forge_crl.h"

#define LONG_AGO INT64_C(1000000000) /* the fetcher has the real clock */
#define FAR_AWAY INT64_C(4000000000)

static void *serve(void *arg)
{
    struct again_scene *s = arg;

    while (!atomic_load(&s->server_stop) &&
           cm_loop_turn(s->loop, -1, NULL) == CM_OK) {
    }
    return NULL;
}

static void make_certificates(struct again_scene *s)
{
    struct forge_key *keys[] = {forge_key(FORGE_P256, 1),
                                forge_key(FORGE_P256, 2),
                                forge_key(FORGE_P256, 3)};
    char issuer[64];
    char list[64];
    unsigned port = http_server_port(s->server);

    (void)snprintf(issuer, sizeof(issuer), "http://127.0.0.1:%u/sub.der", port);
    (void)snprintf(list, sizeof(list), "http://127.0.0.1:%u/sub.crl", port);
    s->root = forge_cert(
        &(struct forge_spec){.subject = "Root", .ca = true, .key = keys[0]});
    s->sub = forge_cert(&(struct forge_spec){.subject = "Sub",
                                             .ca = true,
                                             .key = keys[1],
                                             .issuer_cert = s->root,
                                             .issuer_key = keys[0]});
    s->leaf = forge_cert(&(struct forge_spec){.subject = "host1.example",
                                              .names = "host1.example",
                                              .key = keys[2],
                                              .issuer_cert = s->sub,
                                              .issuer_key = keys[1],
                                              .ca_issuers = issuer,
                                              .crl = list});
    s->crl = forge_crl(&(struct forge_crl_spec){
        .issuer = s->sub,
        .key = keys[1],
        .revoked = &(struct forge_revoked){.cert = s->leaf, .when = LONG_AGO},
        .num_revoked = 1,
        .this_update = LONG_AGO,
        .next_update = FAR_AWAY});
}

void again_open(struct again_scene *s)
{
    void *folder = NULL;

    memset(s, 0, sizeof(*s));
    assert_int_equal(folder_setup(&folder), 0);
    s->folder = folder;
    (void)snprintf(s->db, sizeof(s->db), "%s",
                   folder_path(s->folder, "store.db"));
    assert_int_equal(cm_loop_new(&s->loop, NULL), CM_OK);
    s->server = http_server_open(s->loop, "127.0.0.1", s->served, 2);
    make_certificates(s);
    s->served[0] = (struct http_row){.path = "/sub.der", .body = s->sub->der};
    s->served[1] = (struct http_row){.path = "/sub.crl", .body = s->crl};
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
    cm_policy_default(&s->policy);
    s->policy.special_addresses_ok = true;
    s->pending = cm_pending_new();
    assert_non_null(s->pending);
    assert_int_equal(cm_store_open(&s->store, s->db, NULL), CM_OK);
}

void again_server_stop(struct again_scene *s)
{
    if (s->server != NULL) {
        atomic_store(&s->server_stop, true);
        cm_loop_wake(s->loop);
        assert_int_equal(pthread_join(s->thread, NULL), 0);
        http_server_close(s->server);
        s->server = NULL;
    }
}

void again_close(struct again_scene *s)
{
    void *folder = s->folder;

    again_server_stop(s);
    cm_loop_free(s->loop);
    cm_pending_free(s->pending);
    cm_trust_unload(&s->files);
    cm_store_close(s->store);
    cm_cert_unref(s->root);
    cm_cert_unref(s->sub);
    cm_cert_unref(s->leaf);
    cm_span_free(&s->crl);
    assert_int_equal(folder_teardown(&folder), 0);
    forge_cleanup();
}

void again_load(struct again_scene *s)
{
    char text[256];
    struct cm_view_spec spec;
    const struct cm_trust_config config = {.views = &spec, .num_views = 1};
    struct cm_error err = {0};

    (void)snprintf(text, sizeof(text), "test=%s",
                   folder_pem(s->folder, "root.pem", &s->root, 1));
    assert_int_equal(cm_view_spec_parse(&spec, text, NULL), CM_OK);
    if (cm_trust_load(&s->files, &config, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    cm_view_spec_cleanup(&spec);
    s->judging = (struct cm_judging){.views = s->files.views,
                                     .num_views = 1,
                                     .policy = &s->policy,
                                     .at_unix = FORGE_NOW};
}

void again_begin(struct again_scene *s)
{
    static const char *const names[] = {"host"};
    const struct cm_columns columns = {names, 1, -1, true};
    const struct cm_run_info info = {
        .input_name = "fleet.csv",
        .options = "{}",
        .trust = s->files.text,
        .views = s->files.json,
    };

    assert_int_equal(cm_store_begin_run(s->store, &info, &s->run_id, NULL),
                     CM_OK);
    assert_int_equal(cm_store_put_columns(s->store, &columns), CM_OK);
    s->rows = 0;
}

static struct cm_row *make_row(const char *host, uint64_t id)
{
    struct cm_row *row = cm_row_new();

    assert_non_null(row);
    row->id = id;
    row->line = id;
    row->endpoint_id = id;
    row->first_line = id;
    row->valid = true;
    row->fields = calloc(1, sizeof(char *));
    assert_non_null(row->fields);
    row->fields[0] = strdup(host);
    assert_non_null(row->fields[0]);
    row->num_fields = 1;
    row->endpoint.port = 443;
    (void)snprintf(row->endpoint.host, sizeof(row->endpoint.host), "%s", host);
    (void)snprintf(row->endpoint.sni, sizeof(row->endpoint.sni), "%s", host);
    (void)snprintf(row->endpoint.protocol, sizeof(row->endpoint.protocol),
                   "tls");
    return row;
}

/* A completed handshake with 127.0.0.1. */
static struct cm_evidence *make_evidence(struct cm_cert *const *chain,
                                         size_t num)
{
    struct cm_evidence *ev = cm_evidence_new();
    struct cm_probe *probe;

    assert_non_null(ev);
    ev->seen_unix = FORGE_NOW;
    ev->dns.result = CM_DNS_OK;
    ev->dns.num_addresses = 1;
    assert_true(cm_address_parse("127.0.0.1", &ev->dns.addresses[0]));
    probe = cm_evidence_add_probe(ev);
    assert_non_null(probe);
    probe->address = ev->dns.addresses[0];
    probe->address.port = 443;
    probe->reached = CM_PHASE_RECORDED;
    probe->end = CM_END_COMPLETE;
    probe->tries = 1;
    probe->server_hello = true;
    probe->version = 0x0304;
    probe->cipher = 0x1301;
    probe->signature = 0x0403;
    probe->certificate_message = true;
    probe->chain = calloc(num, sizeof(struct cm_cert *));
    assert_non_null(probe->chain);
    for (size_t i = 0; i < num; i++) {
        probe->chain[i] = cm_cert_ref(chain[i]);
    }
    probe->num_chain = num;
    probe->num_chain_sent = (unsigned)num;
    return ev;
}

void again_add(struct again_scene *s, const char *host,
               struct cm_cert *const *chain, size_t num)
{
    struct cm_row *row = make_row(host, ++s->rows);
    struct cm_result *result = cm_result_new();

    assert_non_null(result);
    result->endpoint_id = row->id;
    result->evidence = make_evidence(chain, num);
    assert_int_equal(cm_judging_judge(&s->judging, &result->judgement,
                                      &row->endpoint, result->evidence),
                     CM_OK);
    if (result->judgement.num_wants > 0) {
        assert_true(cm_pending_note(s->pending, row->id, &row->endpoint,
                                    result->evidence, &result->judgement));
    }
    assert_int_equal(cm_store_put_row(s->store, row), CM_OK);
    assert_int_equal(cm_store_put_result(s->store, result), CM_OK);
}

void again_drain(struct again_scene *s)
{
    assert_int_equal(cm_store_drain(s->store, NULL), CM_OK);
}

enum cm_status again_second(struct again_scene *s,
                            const struct cm_certset *seen,
                            const struct cm_fetch_config *fetch)
{
    struct cm_fetch_config config =
        fetch != NULL ? *fetch : (struct cm_fetch_config){.issuers = false};
    struct cm_again again;
    struct cm_error err = {0};
    enum cm_status status =
        cm_again_open(&again, s->store, &s->files, &s->judging, &err);

    config.resolver.servers = "127.0.0.1:9"; /* names are not asked for here */
    again.run_id = s->run_id;
    again.pending = s->pending;
    again.counters = &s->counters;
    again.stop = &s->stop;
    if (status == CM_OK) {
        status = cm_again_fill(&again, seen, 0, &err);
    }
    if (status == CM_OK) {
        status = cm_second_pass(&again, fetch != NULL ? &config : NULL, &err);
    }
    cm_again_close(&again);
    if (status != CM_OK) {
        print_message("%s\n", err.text);
    }
    return status;
}

void again_finish(struct again_scene *s)
{
    const struct cm_run_end end = {.state = "complete",
                                   .input_sha256 = "00",
                                   .rows_read = s->rows,
                                   .finished_unix = FORGE_NOW};

    assert_int_equal(cm_store_finish_run(s->store, s->run_id, &end, NULL),
                     CM_OK);
}

char *again_ask(struct again_scene *s, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    const unsigned char *text;
    char *answer;

    assert_int_equal(sqlite3_open(s->db, &db), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    text = sqlite3_column_text(stmt, 0);
    answer = strdup(text == NULL ? "-" : (const char *)text);
    assert_non_null(answer);
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    return answer;
}

void assert_asked(struct again_scene *s, const char *sql, const char *want)
{
    char *answer = again_ask(s, sql);

    if (strcmp(answer, want) != 0) {
        fail_msg("%s\n  gives %s\n  not %s", sql, answer, want);
    }
    free(answer);
}
