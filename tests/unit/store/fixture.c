/* See fixture.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "pki/pki.h"

int fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/certmuster-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    (void)snprintf(f->path, sizeof(f->path), "%s/store.db", f->folder);
    fixture_reopen(f);
    *state = f;
    return 0;
}

int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    DIR *folder = opendir(f->folder);
    const struct dirent *entry;

    cm_store_close(f->store);
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        (void)unlinkat(dirfd(folder), entry->d_name, 0);
    }
    (void)closedir(folder);
    assert_int_equal(rmdir(f->folder), 0);
    free(f);
    return 0;
}

void fixture_reopen(struct fixture *f)
{
    struct cm_error err = {0};

    if (cm_store_open(&f->store, f->path, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
}

void fixture_begin(struct fixture *f)
{
    static const char *const names[] = {"host", "port", "owner"};
    const struct cm_columns columns = {names, 3, 2, true};
    const struct cm_run_info info = {
        .input_name = "fleet.csv",
        .options = "{\"jobs\":2}",
        .version = "0.1.0",
        .tls_library = "BoringSSL",
        .trust = "system: 150 anchors",
        .views = "[{\"name\":\"system\",\"path\":\"/etc/ca.pem\","
                 "\"sha256\":\"00aa\",\"anchors\":150,"
                 "\"distrusted\":2}]",
        .resolvers = "127.0.0.1",
        .started_unix = 1800000000,
        .judged_at_unix = 1800000001,
    };
    struct cm_error err = {0};

    if (cm_store_begin_run(f->store, &info, &f->run_id, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(cm_store_put_columns(f->store, &columns), CM_OK);
}

enum cm_status fixture_finish(struct fixture *f, uint64_t rows_read)
{
    const struct cm_run_end end = {
        .state = "complete",
        .input_sha256 = "00ff",
        .rows_read = rows_read,
        .finished_unix = 1800000100,
    };
    struct cm_error err = {0};

    if (cm_store_drain(f->store, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    return cm_store_finish_run(f->store, f->run_id, &end, &err);
}

static struct cm_row *new_row(uint64_t id, uint64_t endpoint_id,
                              const char *host, const char *owner)
{
    const char *const fields[] = {host, "443", owner};
    struct cm_row *row = cm_row_new();

    assert_non_null(row);
    row->id = id;
    row->line = id + 1;
    row->endpoint_id = endpoint_id;
    row->first_line = endpoint_id + 1;
    row->fields = calloc(3, sizeof(char *));
    assert_non_null(row->fields);
    row->num_fields = 3;
    for (size_t i = 0; i < 3; i++) {
        row->fields[i] = strdup(fields[i]);
        assert_non_null(row->fields[i]);
    }
    return row;
}

struct cm_row *fixture_row(uint64_t id, uint64_t endpoint_id, const char *owner)
{
    char host[64];
    struct cm_row *row;

    (void)snprintf(host, sizeof(host), "host%llu.example",
                   (unsigned long long)endpoint_id);
    row = new_row(id, endpoint_id, host, owner);
    row->valid = true;
    (void)snprintf(row->endpoint.host, sizeof(row->endpoint.host), "%s", host);
    (void)snprintf(row->endpoint.sni, sizeof(row->endpoint.sni), "%s", host);
    (void)snprintf(row->endpoint.protocol, sizeof(row->endpoint.protocol),
                   "tls");
    row->endpoint.port = 443;
    return row;
}

struct cm_row *fixture_invalid_row(uint64_t id)
{
    struct cm_row *row = new_row(id, id, "a b", "");

    row->cause = CM_CAUSE_INPUT_UNPARSABLE;
    (void)snprintf(row->reason, sizeof(row->reason),
                   "a host name has no space");
    return row;
}

struct cm_result *fixture_result(uint64_t endpoint_id, enum cm_verdict verdict)
{
    struct cm_result *result = cm_result_new();

    assert_non_null(result);
    result->endpoint_id = endpoint_id;
    result->judgement.verdict = verdict;
    return result;
}

struct cm_finding *fixture_find(struct cm_judgement *judgement,
                                enum cm_cause cause, const char *subject_key)
{
    const struct cm_cause_info *info = cm_cause_info(cause);
    struct cm_finding *all = realloc(
        judgement->findings, (judgement->num_findings + 1) * sizeof(*all));
    struct cm_finding *finding;

    assert_non_null(all);
    judgement->findings = all;
    finding = &all[judgement->num_findings++];
    *finding = (struct cm_finding){
        .cause = cause,
        .severity = info->severity,
        .confidence = CM_CERTAIN,
        .resolution = info->resolution,
        .blocks = info->verdict != CM_VERDICT_NONE,
        .proof = strdup("seen"),
        .rule = "RFC 5280 section 6",
        .position = -1,
        .subject_key = strdup(subject_key),
        .subject = strdup(subject_key),
    };
    if (judgement->num_findings == 1) {
        judgement->primary = 0;
    }
    return finding;
}

struct cm_cert *fixture_cert(const char *bytes)
{
    struct cm_cert *cert = cm_cert_parse((const uint8_t *)bytes, strlen(bytes));

    assert_non_null(cert);
    return cert;
}

void fixture_put_row(struct fixture *f, struct cm_row *row)
{
    assert_int_equal(cm_store_put_row(f->store, row), CM_OK);
}

void fixture_put_result(struct fixture *f, struct cm_result *result)
{
    assert_int_equal(cm_store_put_result(f->store, result), CM_OK);
}

static void add(struct cm_buf *out, sqlite3_stmt *stmt)
{
    for (int i = 0; i < sqlite3_column_count(stmt); i++) {
        const unsigned char *text = sqlite3_column_text(stmt, i);

        cm_buf_puts(out, i == 0 ? "" : "|");
        cm_buf_puts(out, text == NULL ? "-" : (const char *)text);
    }
}

static void ask(const struct fixture *f, const char *sql, struct cm_buf *out)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    int code;

    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READWRITE, NULL),
                     SQLITE_OK);
    /* As a careful reader of foreign files would. */
    (void)sqlite3_exec(db, "PRAGMA trusted_schema = OFF", NULL, NULL, NULL);
    (void)sqlite3_busy_timeout(db, 10000);
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        cm_buf_puts(out, out->len == 0 ? "" : "\n");
        add(out, stmt);
    }
    assert_int_equal(code, SQLITE_DONE);
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
}

void assert_answer(const struct fixture *f, const char *sql,
                   const char *expected)
{
    struct cm_buf answer;

    cm_buf_init(&answer, 1 << 20);
    ask(f, sql, &answer);
    assert_string_equal(cm_buf_cstr(&answer), expected);
    cm_buf_cleanup(&answer);
}

char *fixture_answer(const struct fixture *f, const char *sql)
{
    struct cm_buf answer;
    char *text;

    cm_buf_init(&answer, 1 << 20);
    ask(f, sql, &answer);
    text = cm_buf_take(&answer);
    assert_non_null(text);
    cm_buf_cleanup(&answer);
    return text;
}

int64_t fixture_number(const struct fixture *f, const char *sql)
{
    struct cm_buf answer;
    int64_t number;

    cm_buf_init(&answer, 64);
    ask(f, sql, &answer);
    number = strtoll(cm_buf_cstr(&answer), NULL, 10);
    cm_buf_cleanup(&answer);
    return number;
}
