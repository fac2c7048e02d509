/* See stored.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit/program/stored.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define COMPLETE                                                               \
    "(SELECT max(id) FROM run WHERE state IN ('complete', 'partial'))"

static const char *const complete[] = {
    "SELECT state, rows_read, rows_recorded, input_sha256, faults, columns"
    " FROM v_run WHERE run = " COMPLETE,
    "SELECT line, fields, owner, duplicate_of_line, host, port, protocol, sni,"
    " reason, verdict, primary_cause, severity, causes, remaining, views, view,"
    " dns_result, address, reached, ended, tls_version, cipher, kex_group,"
    " signature, fingerprint_sha256, subject, names, revocation,"
    " revocation_source, revoked_at, clients, policies FROM v_endpoint"
    " WHERE run = " COMPLETE " ORDER BY row",
    "SELECT e.line, f.ord, f.cause, f.severity, f.confidence, f.blocks,"
    " CASE WHEN f.proof NOT GLOB '* [0-9]* ms*' THEN f.proof END, f.rule, "
    "f.position, f.resolution, f.subject_key, f.subject,"
    " f.fingerprint_sha256 FROM v_finding f JOIN v_endpoint e"
    " ON e.run = f.run AND e.row = f.endpoint WHERE f.run = " COMPLETE
    " ORDER BY e.row, f.ord",
    "SELECT rank, resolution, subject_key, subject, severity, fixes_rows,"
    " touches_rows, causes, owners FROM v_action WHERE run = " COMPLETE
    " ORDER BY rank",
    "SELECT url, kind, result, http_status, content_sha256 FROM v_download"
    " WHERE run = " COMPLETE " ORDER BY url, kind, fingerprint_sha256",
    "SELECT endpoint, profile, outcome, cause, message FROM v_profile"
    " WHERE run = " COMPLETE " ORDER BY endpoint, profile",
    "SELECT endpoint, policy, ord, rule, outcome, why FROM v_rule"
    " WHERE run = " COMPLETE " ORDER BY endpoint, policy, ord",
    NULL,
};

static const char *const under_way[] = {
    "SELECT line, verdict FROM v_endpoint"
    " WHERE run = (SELECT max(id) FROM run WHERE state = 'running')"
    " AND verdict <> 'not_checked'"
    " ORDER BY row",
    NULL,
};

static const char *const verdicts[] = {
    "SELECT line, verdict FROM v_endpoint WHERE run = " COMPLETE
    " ORDER BY row",
    NULL,
};

static bool write_answer(sqlite3 *db, const char *sql, FILE *out)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(stmt);
        for (int i = 0; code == SQLITE_ROW && i < sqlite3_column_count(stmt);
             i++) {
            const unsigned char *text = sqlite3_column_text(stmt, i);

            (void)fprintf(out, "%s|", text == NULL ? "-" : (const char *)text);
        }
        if (code == SQLITE_ROW) {
            (void)fputc('\n', out);
        }
    }
    if (code != SQLITE_DONE) {
        (void)fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
    }
    (void)sqlite3_finalize(stmt);
    return code == SQLITE_DONE;
}

static bool write_all(const char *path, const char *out,
                      const char *const *queries)
{
    sqlite3 *db = NULL;
    FILE *file = fopen(out, "we");
    bool good =
        file != NULL &&
        sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK;

    for (size_t i = 0; good && queries[i] != NULL; i++) {
        good = write_answer(db, queries[i], file);
    }
    (void)sqlite3_close(db);
    return file != NULL && fclose(file) == 0 && good;
}

bool stored_write(const char *db, const char *out)
{
    return write_all(db, out, complete);
}

bool stored_write_under_way(const char *db, const char *out)
{
    return write_all(db, out, under_way);
}

bool stored_write_verdicts(const char *db, const char *out)
{
    return write_all(db, out, verdicts);
}
