/* Evidence comes back as it was recorded, and a second pass may judge it again.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/evidence_cases.h"
#include "unit/store/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/parts.h"

static const enum cm_cause unsettled[] = {CM_CAUSE_CHAIN_INCOMPLETE,
                                          CM_CAUSE_ISSUER_UNKNOWN};

/* --- each_unsettled --- */

struct visitor {
    struct cm_evidence *(*expected)(void);
    struct cm_endpoint endpoint; /* of the last visit */
    uint64_t id;
    unsigned visits;
    bool replace;
    enum cm_status status;
};

static enum cm_status visit(void *arg, uint64_t endpoint,
                            const struct cm_endpoint *ep,
                            const struct cm_evidence *evidence,
                            struct cm_revised *out)
{
    struct visitor *visitor = arg;

    visitor->visits++;
    visitor->id = endpoint;
    visitor->endpoint = *ep;
    if (visitor->expected != NULL) {
        struct cm_evidence *expected = visitor->expected();

        cases_assert_same(expected, evidence);
        cm_evidence_free(expected);
    }
    out->judgement.verdict = CM_VERDICT_UNTRUSTED;
    /* Still of a cause that is visited: it must not be visited again. */
    (void)fixture_find(&out->judgement, CM_CAUSE_CHAIN_INCOMPLETE, "found");
    out->replace = visitor->replace;
    return visitor->status;
}

static void put_unsettled(struct fixture *f, uint64_t id,
                          struct cm_evidence *ev)
{
    struct cm_result *result = fixture_result(id, CM_VERDICT_UNTRUSTED);

    (void)fixture_find(&result->judgement, CM_CAUSE_ISSUER_UNKNOWN, "k");
    (void)fixture_find(&result->judgement, CM_CAUSE_INPUT_IP_LITERAL, "l");
    result->evidence = ev;
    fixture_put_result(f, result);
}

static enum cm_status second_pass(struct fixture *f, struct visitor *visitor,
                                  struct cm_error *err)
{
    const struct cm_store_pass pass = {
        .visit = visit, .arg = visitor, .causes = unsettled, .num_causes = 2};

    return cm_store_each_unsettled(f->store, f->run_id, &pass, err);
}

static void comes_back_equal(void **state)
{
    static struct cm_evidence *(*const makers[])(void) = {
        cases_full, cases_bare, cases_no_probe};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
        struct visitor visitor = {.expected = makers[i]};
        struct cm_row *row = fixture_row(1, 1, "a");
        struct cm_endpoint *ep = &row->endpoint;
        struct cm_endpoint expected;

        ep->had_trailing_dot = i == 1;
        ep->scheme_not_tls = i == 2;
        ep->path_counts = i == 0;
        ep->client = (uint16_t)(i * 300);
        (void)snprintf(ep->http_path, sizeof(ep->http_path), "/a%%20b/%zu", i);
        if (i == 0) {
            (void)snprintf(ep->host, sizeof(ep->host), "2001:db8::7");
            ep->is_ip = true;
            cases_address(&ep->literal, ep->host, ep->port);
        }
        expected = *ep;
        fixture_begin(f);
        fixture_put_row(f, row);
        put_unsettled(f, 1, makers[i]());
        assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
        assert_int_equal(second_pass(f, &visitor, NULL), CM_OK);
        assert_int_equal(visitor.visits, 1);
        assert_string_equal(visitor.endpoint.host, expected.host);
        assert_string_equal(visitor.endpoint.sni, expected.sni);
        assert_string_equal(visitor.endpoint.protocol, expected.protocol);
        assert_int_equal(visitor.endpoint.port, expected.port);
        assert_int_equal(visitor.endpoint.is_ip, expected.is_ip);
        cases_assert_same_address(&visitor.endpoint.literal, &expected.literal);
        assert_int_equal(visitor.endpoint.had_trailing_dot,
                         expected.had_trailing_dot);
        assert_int_equal(visitor.endpoint.scheme_not_tls,
                         expected.scheme_not_tls);
        assert_int_equal(visitor.endpoint.path_counts, expected.path_counts);
        assert_int_equal(visitor.endpoint.client, expected.client);
        assert_string_equal(visitor.endpoint.http_path, expected.http_path);
    }
}

static void is_readable_in_the_store(void **state)
{
    struct fixture *f = *state;

    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    put_unsettled(f, 1, cases_full());
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    assert_answer(f,
                  "SELECT seen, dns_result, dns_ms,"
                  " json_extract(dns, '$.addresses'),"
                  " json_extract(dns, '$.detail'), address, reached, ended,"
                  " tls_version, cipher, alpn, client_auth, chain"
                  " FROM v_endpoint",
                  "1812345678|ok|4294967295|"
                  "[\"2001:db8::1\",\"192.0.2.1\",\"10.1.2.3\"]|"
                  "said \"no\" <twice>|192.0.2.1:443|recorded|complete|772|"
                  "4865|http/1.1|optional|[1,2,1]");
    assert_answer(f,
                  "SELECT ord, address, alert_received, alert_sent, version,"
                  " cipher, hex(first_bytes) LIKE 'A5A5%' FROM probe",
                  "0|[2001:db8::1]:8443|552|256|-|-|1\n"
                  "1|192.0.2.1:443|-|-|772|4865|0");
    assert_answer(f,
                  "SELECT client_fault, client_detail,"
                  " length(client_fingerprint_sha256), client_cert_sent,"
                  " cert_request_late, http_status, http_substatus, http_reply"
                  " FROM v_endpoint",
                  "expired|/etc/own.pem: not valid since \"2020\"|64|1|1|403|7|"
                  "HTTP/1.1 403 \"Forbidden\" <b>");
    assert_answer(f,
                  "SELECT ord, ask, ended, hello_bytes, alert_level, alert,"
                  " tls_version, cipher, kex_group, signature, dh_bits,"
                  " compression, secure_renegotiation, unusual_group,"
                  " length(fingerprint_sha256) FROM v_answer",
                  "0|ssl2|flight|517|2|86|771|49199|23|2052|1024|1|1|1|64\n"
                  "1|alpn|none|0|-|-|-|-|-|-|-|-|0|0|-");
    assert_answer(f,
                  "SELECT ssl2, ssl3, tls1_0, tls1_1, tls1_2, tls1_3,"
                  " json_extract(facts, '$.\"TLSv1.3\".suites'),"
                  " json_extract(facts, '$.alpn[0]') FROM v_inventory",
                  "yes|no|unknown|unknown|yes|yes|[4867,4866,4865]|"
                  "http/1.1-abcde0");
}

static void replaces_a_judgement(void **state)
{
    struct fixture *f = *state;
    struct visitor visitor = {.replace = true};

    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    put_unsettled(f, 1, cases_bare());
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(second_pass(f, &visitor, NULL), CM_OK);
    assert_int_equal(visitor.visits, 1);
    assert_answer(f, "SELECT endpoint, ord, cause, subject_key FROM v_finding",
                  "1|0|chain_incomplete|found");
    assert_answer(f, "SELECT verdict, primary_cause, causes FROM v_endpoint",
                  "untrusted|chain_incomplete|[\"chain_incomplete\"]");
}

static void leaves_a_judgement_when_not_asked(void **state)
{
    struct fixture *f = *state;
    struct visitor visitor = {.replace = false};

    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    put_unsettled(f, 1, cases_bare());
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(second_pass(f, &visitor, NULL), CM_OK);
    assert_int_equal(visitor.visits, 1);
    assert_answer(f, "SELECT ord, cause FROM v_finding ORDER BY ord",
                  "0|issuer_unknown\n1|input_ip_literal");
}

static void visits_what_is_unsettled_and_was_probed(void **state)
{
    struct fixture *f = *state;
    struct visitor visitor = {.replace = true};
    struct cm_result *settled = fixture_result(2, CM_VERDICT_UNTRUSTED);

    fixture_begin(f); /* another run is not visited */
    fixture_put_row(f, fixture_row(1, 1, "a"));
    put_unsettled(f, 1, cases_bare());
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    fixture_begin(f);
    for (uint64_t i = 1; i <= 3; i++) {
        fixture_put_row(f, fixture_row(i, i, "a"));
    }
    put_unsettled(f, 1, cases_bare());
    (void)fixture_find(&settled->judgement, CM_CAUSE_LEAF_EXPIRED, "k");
    settled->evidence = cases_bare();
    fixture_put_result(f, settled);
    put_unsettled(f, 3, NULL); /* never probed */
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(second_pass(f, &visitor, NULL), CM_OK);
    assert_int_equal(visitor.visits, 1);
    assert_string_equal(visitor.endpoint.host, "host1.example");
}

/* More than one batch. */
static void visits_each_of_many_once(void **state)
{
    struct fixture *f = *state;
    struct visitor visitor = {.replace = true};

    fixture_begin(f);
    for (uint64_t i = 1; i <= 1200; i++) {
        fixture_put_row(f, fixture_row(i, i, "a"));
        put_unsettled(f, i, i % 10 == 0 ? cases_full() : cases_bare());
    }
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(second_pass(f, &visitor, NULL), CM_OK);
    assert_int_equal(visitor.visits, 1200);
    assert_answer(f, "SELECT cause, count(*) FROM v_finding GROUP BY cause",
                  "chain_incomplete|1200");
}

static void stops_when_a_visit_fails(void **state)
{
    struct fixture *f = *state;
    struct visitor visitor = {.replace = true, .status = CM_ENOMEM};
    struct cm_error err = {0};

    fixture_begin(f);
    for (uint64_t i = 1; i <= 3; i++) {
        fixture_put_row(f, fixture_row(i, i, "a"));
        put_unsettled(f, i, cases_bare());
    }
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(second_pass(f, &visitor, &err), CM_ENOMEM);
    assert_int_equal(err.status, CM_ENOMEM);
    assert_int_equal(visitor.visits, 1);
    assert_answer(f, "SELECT DISTINCT primary_cause FROM v_endpoint",
                  "issuer_unknown");
    visitor.status = CM_OK; /* and the store can go on */
    assert_int_equal(second_pass(f, &visitor, &err), CM_OK);
    assert_int_equal(visitor.visits, 4);
}

static bool is_even(void *arg, uint64_t endpoint)
{
    (void)arg;
    return endpoint % 2 == 0;
}

/* More than a batch without the causes, some of which are picked. */
static void visits_what_else_is_picked(void **state)
{
    struct fixture *f = *state;
    struct visitor visitor = {.replace = true};
    const struct cm_store_pass pass = {.visit = visit,
                                       .arg = &visitor,
                                       .causes = unsettled,
                                       .num_causes = 2,
                                       .also = is_even};

    fixture_begin(f);
    for (uint64_t i = 1; i <= 1500; i++) {
        struct cm_result *result = fixture_result(i, CM_VERDICT_TRUSTED);

        result->evidence = cases_bare();
        fixture_put_row(f, fixture_row(i, i, "a"));
        fixture_put_result(f, result);
    }
    fixture_put_row(f, fixture_row(1501, 1501, "a"));
    put_unsettled(f, 1501, cases_bare());
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(cm_store_each_unsettled(f->store, f->run_id, &pass, NULL),
                     CM_OK);
    assert_int_equal(visitor.visits, 751);
    assert_int_equal(visitor.id, 1501);
    assert_answer(f,
                  "SELECT endpoint % 2, count(*) FROM v_finding"
                  " WHERE cause = 'chain_incomplete' GROUP BY 1",
                  "0|750\n1|1");
}

/* What another view calls unsettled is visited too. */
static void visits_what_another_view_finds(void **state)
{
    struct fixture *f = *state;
    struct visitor visitor = {.replace = false};

    fixture_begin(f);
    for (uint64_t i = 1; i <= 2; i++) {
        struct cm_result *result = fixture_result(i, CM_VERDICT_TRUSTED);
        struct cm_view_verdict *views = calloc(2, sizeof(*views));

        assert_non_null(views);
        views[0] = (struct cm_view_verdict){"system", CM_VERDICT_TRUSTED, -1};
        views[1] = (struct cm_view_verdict){"corp", CM_VERDICT_UNTRUSTED,
                                            i == 1 ? CM_CAUSE_NAME_MISMATCH
                                                   : CM_CAUSE_ISSUER_UNKNOWN};
        result->judgement.views = views;
        result->judgement.num_views = 2;
        result->evidence = cases_bare();
        fixture_put_row(f, fixture_row(i, i, "a"));
        fixture_put_result(f, result);
    }
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(second_pass(f, &visitor, NULL), CM_OK);
    assert_int_equal(visitor.visits, 1);
    assert_int_equal(visitor.id, 2);
}

struct stopper {
    struct visitor visitor;
    _Atomic bool stop;
};

static enum cm_status visit_and_stop(void *arg, uint64_t endpoint,
                                     const struct cm_endpoint *ep,
                                     const struct cm_evidence *evidence,
                                     struct cm_revised *out)
{
    struct stopper *stopper = arg;

    stopper->stop = stopper->visitor.visits == 9;
    return visit(&stopper->visitor, endpoint, ep, evidence, out);
}

static void stops_when_asked_to_and_keeps_what_was_done(void **state)
{
    struct fixture *f = *state;
    struct stopper stopper = {.visitor = {.replace = true}};
    const struct cm_store_pass pass = {.visit = visit_and_stop,
                                       .arg = &stopper,
                                       .causes = unsettled,
                                       .num_causes = 2,
                                       .stop = &stopper.stop};

    fixture_begin(f);
    for (uint64_t i = 1; i <= 20; i++) {
        fixture_put_row(f, fixture_row(i, i, "a"));
        put_unsettled(f, i, cases_bare());
    }
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(cm_store_each_unsettled(f->store, f->run_id, &pass, NULL),
                     CM_OK);
    assert_int_equal(stopper.visitor.visits, 10);
    assert_answer(f,
                  "SELECT primary_cause, count(*) FROM v_endpoint"
                  " GROUP BY primary_cause ORDER BY 1",
                  "chain_incomplete|10\nissuer_unknown|10");
}

/* --- add_missing --- */

static void names_what_was_never_scanned(void **state)
{
    struct fixture *f = *state;

    fixture_begin(f);
    for (uint64_t i = 1; i <= 4; i++) {
        fixture_put_row(f, fixture_row(i, i == 4 ? 3 : i, "a"));
    }
    fixture_put_result(f, fixture_result(2, CM_VERDICT_TRUSTED));
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    for (int again = 0; again < 2; again++) { /* once is enough */
        assert_int_equal(cm_store_add_missing(f->store, f->run_id, NULL),
                         CM_OK);
    }
    assert_int_equal(fixture_finish(f, 4), CM_OK);
    assert_answer(f,
                  "SELECT row, verdict, primary_cause, severity, causes, seen"
                  " FROM v_endpoint ORDER BY row",
                  "1|not_checked|not_scanned|breaks_now|[\"not_scanned\"]|-\n"
                  "2|trusted|-|-|[]|-\n"
                  "3|not_checked|not_scanned|breaks_now|[\"not_scanned\"]|-\n"
                  "4|not_checked|not_scanned|breaks_now|[\"not_scanned\"]|-");
    assert_answer(f,
                  "SELECT endpoint, ord, cause, blocks, resolution"
                  " FROM v_finding ORDER BY endpoint",
                  "1|0|not_scanned|1|rescan\n3|0|not_scanned|1|rescan");
    assert_answer(f,
                  "SELECT resolution, fixes_rows, touches_rows, rank"
                  " FROM v_action",
                  "rescan|3|3|1");
}

static void says_why_missing_rows_cannot_be_added(void **state)
{
    struct fixture *f = *state;
    struct cm_error err = {0};

    fixture_begin(f);
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(sqlite3_exec(f->store->db.handle,
                                  "DROP VIEW v_finding;"
                                  "ALTER TABLE finding RENAME TO x",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(cm_store_add_missing(f->store, f->run_id, &err),
                     CM_ESTORE);
    assert_non_null(strstr(err.text, "finding"));
}

#define STORE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(comes_back_equal),
        STORE_TEST(is_readable_in_the_store),
        STORE_TEST(replaces_a_judgement),
        STORE_TEST(leaves_a_judgement_when_not_asked),
        STORE_TEST(visits_what_is_unsettled_and_was_probed),
        STORE_TEST(visits_each_of_many_once),
        STORE_TEST(stops_when_a_visit_fails),
        STORE_TEST(visits_what_else_is_picked),
        STORE_TEST(visits_what_another_view_finds),
        STORE_TEST(stops_when_asked_to_and_keeps_what_was_done),
        STORE_TEST(names_what_was_never_scanned),
        STORE_TEST(says_why_missing_rows_cannot_be_added),
    };

    return cmocka_run_group_tests_name("store evidence", tests, NULL, NULL);
}
