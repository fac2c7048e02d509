/* Rows and findings are read from the tables; the documented views stay what
 * they have to be: line by line, the same.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "reader.h"

/* Endpoints beyond the fleet: repeated at once, repeated late, with probes
 * before and behind the one that was judged, without any, with a certificate
 * that only hand-built hellos saw. */
static const char more_sql[] =
    "INSERT INTO row VALUES"
    "(1,10,11,'[\"a\"]','o',10,11),(1,11,12,'[\"a\"]','p',10,11),"
    "(1,12,13,'[]','o',12,13),(1,13,14,'[\"x\",\"y\"]','',1,2),"
    "(1,14,15,'[\"n\"]','o',14,15),(1,15,16,'[\"n\"]','o',10,11),"
    "(1,16,17,'[\"lost\"]','o',16,17);"
    "INSERT INTO endpoint (run, id, host, port, protocol, sni, is_ip, flags,"
    " trust) VALUES (1,10,'a.example',443,'tls','a.example',0,0,'corp'),"
    "(1,12,'b.example',443,'tls','b.example',0,0,''),"
    "(1,14,'n.example',25,'smtp','n.example',0,0,'');"
    "INSERT INTO result (run, endpoint, verdict, primary_cause, severity,"
    " causes, path, seen, dns_result, dns_ms, main_probe, remaining,"
    " path_valid) VALUES"
    "(1,10,'untrusted','leaf_expired','breaks_now','[\"leaf_expired\"]',"
    "'[4,2,1]',1795247332,'ok',5,1,'[\"chain_incomplete\"]',0),"
    "(1,14,'unreachable','tls_alert','breaks_now','[\"tls_alert\"]','[]',"
    "1795247332,'ok',5,0,'[]',NULL);"
    "INSERT INTO probe (run, endpoint, ord, address, reached, ended,"
    " sys_errno, tries, connect_ms, tls_ms, total_ms, proxy_status, error,"
    " version, cipher, kex_group, signature, alpn, flags, num_tickets,"
    " sct_bytes, client_auth, chain_bytes, num_chain_sent, chain, leaf) VALUES"
    "(1,10,0,'192.0.2.9:443','connecting','refused',111,1,3,0,3,0,'',NULL,"
    "NULL,0,0,'',0,0,0,'none',0,0,'[]',NULL),"
    "(1,10,1,'192.0.2.10:443','handshaking','complete',0,1,1,2,3,0,'',772,"
    "4865,29,0,'h2',24,0,0,'required',0,2,'[4,2]',4),"
    "(1,10,2,'192.0.2.11:443','handshaking','complete',0,1,1,2,3,0,'',771,"
    "49199,23,0,'',0,0,0,'none',0,1,'[3]',3),"
    "(1,14,0,'192.0.2.14:25','handshaking','alert',0,1,1,2,3,0,'',NULL,NULL,"
    "0,0,'',0,0,0,'none',0,0,'[]',NULL);"
    "INSERT INTO answer (run, endpoint, ord, ask, ended, sys_errno, ms,"
    " hello_bytes, alert, version, cipher, kex_group, signature, dh_bits,"
    " compression, flags, chain, leaf) VALUES"
    "(1,14,0,'tls1_2','hello',0,1,200,0,771,49199,0,0,0,0,0,'[5]',5),"
    "(1,14,1,'no_sni','hello',0,1,200,0,772,4865,0,0,0,0,0,'[3]',3),"
    "(1,14,2,'tls1_2_rsa','hello',0,1,200,0,771,47,0,0,0,0,0,'[4,2]',4),"
    "(1,14,3,'tls1_3','alert',0,1,200,552,772,0,0,0,0,0,0,'[]',NULL);"
    "INSERT INTO finding VALUES"
    "(1,10,0,'leaf_expired','breaks_now','certain',1,'over','',4,0,"
    "'renew_certificate','aaaa','k1','CN=exp'),"
    "(1,10,2,'chain_incomplete','breaks_some_clients','probable',0,'no','r',"
    "99,NULL,'install_chain','bbbb','k2','CN=Middle');"
    "INSERT INTO view_verdict VALUES (1,10,'system','trusted',NULL),"
    "(1,12,'corp','untrusted','chain_incomplete')";

static const char row_sql[] =
    "SELECT row, line, fields, owner, endpoint, duplicate_of_line, host, port,"
    " protocol, sni, reason, verdict, primary_cause, severity, causes, path,"
    " seen, dns_result, reached, ended, total_ms, tls_version, kex_group, alpn,"
    " client_auth, chain, fingerprint_sha256, subject, subject_cn, issuer,"
    " issuer_cn, serial, not_before, not_after, key_alg, key_bits, sig_alg,"
    " spki_sha256, names, view, remaining, path_valid, revocation,"
    " revocation_source, revocation_this_update, revocation_next_update,"
    " revoked_at, revocation_reason, client_cert, client_fault, client_detail,"
    " client_fingerprint_sha256, coalesce(client_cert_sent, 0),"
    " coalesce(cert_request_late, 0), http_status, http_substatus, http_reply,"
    " clients, policies, grade, grade_without_trust, grade_at_best,"
    " grade_score, grade_rules FROM v_endpoint WHERE run = 1 ORDER BY row";

static const char finding_sql[] =
    "SELECT ord, cause, severity, confidence, blocks, proof, rule, position,"
    " resolution, action, subject, fingerprint_sha256 FROM v_finding"
    " WHERE run = 1 AND endpoint = ?1 ORDER BY ord";

static const char view_sql[] =
    "SELECT view, verdict, primary_cause FROM v_verdict v WHERE run = 1 AND"
    " endpoint = ?1 ORDER BY (SELECT ord FROM v_view w WHERE w.run = 1 AND"
    " w.view = v.view)";

struct line {
    sqlite3_stmt *stmt;
    int at;
};

static void is_text(struct line *line, const char *got)
{
    const char *want = (const char *)sqlite3_column_text(line->stmt, line->at);
    const char *name = sqlite3_column_name(line->stmt, line->at++);

    if ((want == NULL) != (got == NULL) ||
        (want != NULL && strcmp(want, got) != 0)) {
        fail_msg("%s: the view has \"%s\", the reader \"%s\"", name,
                 want == NULL ? "NULL" : want, got == NULL ? "NULL" : got);
    }
}

static void is_number(struct line *line, int64_t got)
{
    bool null = sqlite3_column_type(line->stmt, line->at) == SQLITE_NULL;
    int64_t want =
        null ? CM_UNKNOWN : sqlite3_column_int64(line->stmt, line->at);
    const char *name = sqlite3_column_name(line->stmt, line->at++);

    if (want != got) {
        fail_msg("%s: the view has %lld, the reader %lld", name,
                 (long long)want, (long long)got);
    }
}

static void is_list(struct line *line, const struct cm_report_list *got)
{
    struct cm_report_list want = {0};
    const char *json = (const char *)sqlite3_column_text(line->stmt, line->at);
    const char *name = sqlite3_column_name(line->stmt, line->at++);

    assert_int_equal(cm_report_list_parse(&want, json), CM_OK);
    if (want.num != got->num) {
        fail_msg("%s: the view has %zu, the reader %zu", name, want.num,
                 got->num);
    }
    for (size_t i = 0; i < want.num; i++) {
        assert_string_equal(want.items[i], got->items[i]);
    }
    cm_report_list_cleanup(&want);
}

/* The reader adds to the causes that the row repeats another one. */
static void are_causes(struct line *line, const struct cm_report_row *row)
{
    struct cm_report_list causes = row->causes;

    causes.num -= row->duplicate_of_line != CM_UNKNOWN ? 1 : 0;
    is_list(line, &causes);
}

static void same_asked(struct line *line, const struct cm_report_row *row)
{
    is_number(line, row->row);
    is_number(line, row->line);
    is_list(line, &row->fields);
    is_text(line, row->owner);
    is_number(line, row->endpoint);
    is_number(line, row->duplicate_of_line);
    is_text(line, row->host);
    is_number(line, row->port);
    is_text(line, row->protocol);
    is_text(line, row->sni);
    is_text(line, row->reason);
    is_text(line, row->verdict);
    is_text(line, row->primary_cause);
    is_text(line, row->severity);
    are_causes(line, row);
    is_list(line, &row->path);
    is_number(line, row->seen);
    is_text(line, row->dns_result);
    is_text(line, row->reached);
    is_text(line, row->ended);
    is_number(line, row->total_ms);
    is_number(line, row->tls_version_number);
    is_number(line, row->kex_group_number);
    is_text(line, row->alpn);
    is_text(line, row->client_auth);
    is_list(line, &row->chain);
}

static void same_certificate(struct line *line, const struct cm_report_row *row)
{
    is_text(line, row->fingerprint_sha256);
    is_text(line, row->subject);
    is_text(line, row->subject_cn);
    is_text(line, row->issuer);
    is_text(line, row->issuer_cn);
    is_text(line, row->serial);
    is_number(line, row->not_before);
    is_number(line, row->not_after);
    is_text(line, row->key_alg);
    is_number(line, row->key_bits);
    is_text(line, row->sig_alg);
    is_text(line, row->spki_sha256);
    is_list(line, &row->names);
    is_text(line, row->view);
    is_list(line, &row->remaining);
    is_number(line, row->path_valid);
    is_text(line, row->revocation);
    is_text(line, row->revocation_source);
    is_number(line, row->revocation_this_update);
    is_number(line, row->revocation_next_update);
    is_number(line, row->revoked_at);
    is_number(line, row->revocation_reason);
}

static void same_extras(struct line *line,
                        const struct cm_report_extras *extras)
{
    is_text(line, extras->client_cert);
    is_text(line, extras->client_fault);
    is_text(line, extras->client_detail);
    is_text(line, extras->client_fingerprint_sha256);
    is_number(line, extras->client_cert_sent);
    is_number(line, extras->cert_request_late);
    is_number(line, extras->http_status);
    is_number(line, extras->http_substatus);
    is_text(line, extras->http_reply);
    is_text(line, extras->clients);
    is_text(line, extras->policies);
    is_text(line, extras->grade);
    is_text(line, extras->grade_without_trust);
    is_number(line, extras->grade_at_best);
    is_number(line, extras->grade_score);
    is_list(line, &extras->grade_rules);
}

static void same_findings(sqlite3_stmt *stmt, const struct cm_report_row *row,
                          const struct cm_report_findings *findings)
{
    size_t num = findings->num - (row->duplicate_of_line != CM_UNKNOWN ? 1 : 0);

    assert_int_equal(sqlite3_reset(stmt), SQLITE_OK);
    assert_int_equal(sqlite3_bind_int64(stmt, 1, row->endpoint), SQLITE_OK);
    for (size_t i = 0; i < num; i++) {
        const struct cm_report_finding *finding = &findings->list[i];
        struct line line = {stmt, 0};

        assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
        is_number(&line, finding->ord);
        is_text(&line, finding->cause);
        is_text(&line, finding->severity);
        is_text(&line, finding->confidence);
        is_number(&line, finding->blocks);
        is_text(&line, finding->proof);
        is_text(&line, finding->rule);
        is_number(&line, finding->position);
        is_text(&line, finding->resolution);
        is_text(&line, finding->action);
        is_text(&line, finding->subject);
        is_text(&line, finding->fingerprint_sha256);
    }
    assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
}

/* A row without a result has no line in v_verdict. */
static void same_views(sqlite3_stmt *stmt, const struct cm_report_row *row)
{
    bool scanned = strcmp(row->verdict, "not_checked") != 0;
    struct line line = {stmt, 0};

    assert_int_equal(sqlite3_reset(stmt), SQLITE_OK);
    assert_int_equal(sqlite3_bind_int64(stmt, 1, row->endpoint), SQLITE_OK);
    for (size_t i = 0; scanned && i < row->views.num; i += 2) {
        assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
        line.at = 0;
        is_text(&line, row->views.items[i]);
        is_text(&line, row->views.items[i + 1]);
        is_text(&line, row->primaries.num == 0 ? row->primary_cause
                                               : row->primaries.items[i + 1]);
    }
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK) {
        fail_msg("%s", sqlite3_errmsg(db));
    }
    return stmt;
}

/* How many rows there are, all of them the same. */
static int compare(const struct fixture *f)
{
    struct cm_report_run *run = NULL;
    struct cm_report_rows *rows = NULL;
    const struct cm_report_row *row = NULL;
    struct cm_report_findings findings;
    struct cm_error err;
    sqlite3 *db = NULL;
    sqlite3_stmt *lines;
    sqlite3_stmt *found;
    sqlite3_stmt *views;
    int num = 0;

    assert_int_equal(sqlite3_open(f->db, &db), SQLITE_OK);
    lines = prepare(db, row_sql);
    found = prepare(db, finding_sql);
    views = prepare(db, view_sql);
    assert_int_equal(cm_report_run_open(&run, f->db, 0, &err), CM_OK);
    assert_int_equal(cm_report_rows_open(&rows, run, &err), CM_OK);
    while (sqlite3_step(lines) == SQLITE_ROW) {
        struct line line = {lines, 0};

        assert_int_equal(cm_report_rows_next(rows, &row, &err), CM_OK);
        assert_non_null(row);
        same_asked(&line, row);
        same_certificate(&line, row);
        same_extras(&line, &row->extras);
        assert_int_equal(line.at, sqlite3_column_count(lines));
        same_views(views, row);
        if (num % 3 != 2) { /* what is not asked for is passed over */
            assert_int_equal(cm_report_rows_findings(rows, &findings, &err),
                             CM_OK);
            same_findings(found, row, &findings);
        }
        num++;
    }
    assert_int_equal(cm_report_rows_next(rows, &row, &err), CM_OK);
    assert_null(row);
    cm_report_rows_close(rows);
    cm_report_run_close(run);
    assert_int_equal(sqlite3_finalize(lines), SQLITE_OK);
    assert_int_equal(sqlite3_finalize(found), SQLITE_OK);
    assert_int_equal(sqlite3_finalize(views), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return num;
}

static void a_plain_run_is_read_as_the_views_have_it(void **state)
{
    struct fixture f;

    (void)state;
    fixture_make_fleet(&f);
    assert_int_equal(compare(&f), FLEET_ROWS);
    fixture_remove(&f);
}

/* One row has no endpoint, so the view does not have it. */
static void a_run_with_everything_is_too(void **state)
{
    struct fixture f;

    (void)state;
    fixture_make_fleet(&f);
    fixture_add_measures(&f);
    fixture_add_view(&f);
    fixture_sql(&f, more_sql);
    assert_int_equal(compare(&f), FLEET_ROWS + 6);
    fixture_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_run_is_read_as_the_views_have_it),
        cmocka_unit_test(a_run_with_everything_is_too),
    };

    return cmocka_run_group_tests_name("report equals view", tests, NULL, NULL);
}
