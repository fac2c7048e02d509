/* The schema of a new file, and the steps that bring an older store up to it.
 * Written with its number in one transaction, so that a store is never between
 * two versions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/parts.h"
#include "store/schema.h"

#include <string.h>

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

/* A new file begins with the present schema. */
static const char version_sql[] =
    "PRAGMA user_version = " TEXT(CM_STORE_SCHEMA_VERSION);

/* Version 1 had one trust view, and named it in a text: "system: /etc/...: 150
 * anchors". */
static const char from_1_sql[] =
    "ALTER TABLE run ADD COLUMN kind TEXT NOT NULL DEFAULT 'scan';"
    "ALTER TABLE run ADD COLUMN source_run INTEGER;"
    "CREATE TABLE trust_view ("
    " run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
    " ord INTEGER NOT NULL, name TEXT NOT NULL, path TEXT, sha256 TEXT,"
    " anchors INTEGER, distrusted INTEGER, PRIMARY KEY (run, ord))"
    " STRICT, WITHOUT ROWID;"
    "INSERT INTO trust_view (run, ord, name) SELECT id, 0,"
    " CASE WHEN instr(trust, ':') > 1"
    " THEN substr(trust, 1, instr(trust, ':') - 1) ELSE 'system' END FROM run;"
    "ALTER TABLE endpoint ADD COLUMN trust TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE result ADD COLUMN remaining TEXT NOT NULL DEFAULT '[]';"
    "ALTER TABLE result ADD COLUMN path_valid INTEGER;"
    "ALTER TABLE result ADD COLUMN revocation TEXT;"
    "ALTER TABLE result ADD COLUMN revocation_source TEXT;"
    "ALTER TABLE result ADD COLUMN revocation_this_update INTEGER;"
    "ALTER TABLE result ADD COLUMN revocation_next_update INTEGER;"
    "ALTER TABLE result ADD COLUMN revoked_at INTEGER;"
    "ALTER TABLE result ADD COLUMN revocation_reason INTEGER;"
    "CREATE TABLE view_verdict ("
    " run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
    " endpoint INTEGER NOT NULL, view TEXT NOT NULL, verdict TEXT NOT NULL,"
    " primary_cause TEXT, PRIMARY KEY (run, endpoint, view))"
    " STRICT, WITHOUT ROWID;"
    "ALTER TABLE probe ADD COLUMN starttls TEXT;"
    "ALTER TABLE probe ADD COLUMN starttls_reply TEXT;"
    "CREATE INDEX certificate_ca ON certificate (self_issued, id)"
    " WHERE is_ca = 1;"
    "CREATE TABLE content (id INTEGER PRIMARY KEY,"
    " sha256 TEXT NOT NULL UNIQUE, bytes BLOB NOT NULL) STRICT;"
    "CREATE TABLE download ("
    " run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
    " ord INTEGER NOT NULL, url TEXT NOT NULL, kind TEXT NOT NULL,"
    " result TEXT NOT NULL, http_status INTEGER, detail TEXT NOT NULL,"
    " fetched INTEGER NOT NULL, ms INTEGER NOT NULL,"
    " content INTEGER REFERENCES content(id), certificate TEXT,"
    " PRIMARY KEY (run, ord)) STRICT, WITHOUT ROWID;";

#define OF_ENDPOINT                                                            \
    " (run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,"             \
    " endpoint INTEGER NOT NULL,"

/* Version 2 knew no hand-built hellos, client certificates, profiles and
 * policies. */
static const char from_2_sql[] =
    "ALTER TABLE endpoint ADD COLUMN client INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE endpoint ADD COLUMN client_cert TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE endpoint ADD COLUMN http_path TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE probe ADD COLUMN http_status INTEGER;"
    "ALTER TABLE probe ADD COLUMN http_substatus INTEGER;"
    "ALTER TABLE probe ADD COLUMN http_reply TEXT;"
    "CREATE TABLE answer" OF_ENDPOINT " ord INTEGER NOT NULL,"
    " ask TEXT NOT NULL, ended TEXT NOT NULL, sys_errno INTEGER NOT NULL,"
    " ms INTEGER NOT NULL, hello_bytes INTEGER NOT NULL,"
    " alert INTEGER NOT NULL, first_bytes BLOB, version INTEGER NOT NULL,"
    " cipher INTEGER NOT NULL, kex_group INTEGER NOT NULL,"
    " signature INTEGER NOT NULL, dh_bits INTEGER NOT NULL,"
    " compression INTEGER NOT NULL, flags INTEGER NOT NULL,"
    " chain TEXT NOT NULL, leaf INTEGER REFERENCES certificate(id),"
    " PRIMARY KEY (run, endpoint, ord)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE inventory" OF_ENDPOINT " ssl2 TEXT NOT NULL,"
    " ssl3 TEXT NOT NULL, tls1_0 TEXT NOT NULL, tls1_1 TEXT NOT NULL,"
    " tls1_2 TEXT NOT NULL, tls1_3 TEXT NOT NULL, facts TEXT NOT NULL,"
    " PRIMARY KEY (run, endpoint)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE client" OF_ENDPOINT " fault TEXT NOT NULL,"
    " detail TEXT NOT NULL, certificate INTEGER REFERENCES certificate(id),"
    " issuers BLOB, PRIMARY KEY (run, endpoint)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE measure ("
    " run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
    " kind TEXT NOT NULL, ord INTEGER NOT NULL, name TEXT NOT NULL,"
    " title TEXT NOT NULL, source TEXT NOT NULL, confidence TEXT NOT NULL,"
    " family TEXT NOT NULL, sha256 TEXT NOT NULL, rules TEXT NOT NULL,"
    " PRIMARY KEY (run, kind, ord)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE measured" OF_ENDPOINT " clients TEXT NOT NULL,"
    " policies TEXT NOT NULL, grade TEXT, grade_without_trust TEXT,"
    " grade_at_best INTEGER, grade_score INTEGER, grade_parts TEXT,"
    " grade_rules TEXT,"
    " PRIMARY KEY (run, endpoint)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE profile_result" OF_ENDPOINT " profile INTEGER NOT NULL,"
    " cause TEXT, why TEXT NOT NULL, message TEXT,"
    " PRIMARY KEY (run, endpoint, profile)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE policy_result" OF_ENDPOINT " policy INTEGER NOT NULL,"
    " ord INTEGER NOT NULL, rule TEXT NOT NULL, outcome TEXT NOT NULL,"
    " warning INTEGER NOT NULL, why TEXT NOT NULL,"
    " PRIMARY KEY (run, endpoint, policy, ord)) STRICT, WITHOUT ROWID;";

/* Version 3 knew no parts of a scan, and no scan that is taken up again. */
static const char from_3_sql[] =
    "ALTER TABLE run ADD COLUMN shard INTEGER;"
    "ALTER TABLE run ADD COLUMN shards INTEGER;"
    "ALTER TABLE run ADD COLUMN input_rows INTEGER;"
    "ALTER TABLE run ADD COLUMN config_sha256 TEXT;"
    "ALTER TABLE run ADD COLUMN seed INTEGER;"
    "ALTER TABLE run ADD COLUMN resumed INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE run ADD COLUMN input_bytes INTEGER;"
    "ALTER TABLE run ADD COLUMN faults TEXT NOT NULL DEFAULT '[]';"
    "ALTER TABLE result ADD COLUMN redo INTEGER NOT NULL DEFAULT 0;";

/* Version 4 counted the rows of a run anew each time. A run that has not ended
 * has no numbers yet. */
static const char from_4_sql[] =
    "CREATE TABLE run_verdict ("
    " run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
    " verdict TEXT NOT NULL, rows INTEGER NOT NULL,"
    " PRIMARY KEY (run, verdict)) STRICT, WITHOUT ROWID;"
    "INSERT INTO run_verdict (run, verdict, rows)"
    " SELECT r.run, coalesce(s.verdict, 'not_checked'), count(*) FROM row r"
    " LEFT JOIN result s ON s.run = r.run AND s.endpoint = r.endpoint"
    " WHERE r.run IN (SELECT id FROM run WHERE state <> 'running')"
    " GROUP BY 1, 2;";

/* steps[n - 1] leads from version n to n + 1, but for the views. */
static const char *const steps[CM_STORE_SCHEMA_VERSION - 1] = {
    from_1_sql, from_2_sql, from_3_sql, from_4_sql};

static const char old_views_sql[] =
    "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name LIMIT 1";

/* Views hold nothing, so that those of an old store simply make room for the
 * present ones: the end of schema.sql. */
static void replace_views(struct cm_db *db)
{
    for (;;) {
        struct cm_query q = cm_query_begin(db, old_views_sql);
        bool found = cm_query_row(&q);
        char *sql =
            found ? sqlite3_mprintf("DROP VIEW \"%w\"", cm_column_text(&q, 0))
                  : NULL;

        if (found && sql == NULL) {
            (void)cm_error_nomem(&db->error, "the views");
        }
        if (cm_query_end(&q) != CM_OK || !found ||
            cm_db_exec(db, sql) != CM_OK) {
            sqlite3_free(sql);
            break;
        }
        sqlite3_free(sql);
    }
    (void)cm_db_exec(db, strstr(cm_store_schema_sql, "\nCREATE VIEW "));
}

static void migrate_from(struct cm_db *db, int64_t version)
{
    if (version == 0) {
        (void)cm_db_exec(db, cm_store_schema_sql);
    }
    if (version > 0 && version < CM_STORE_SCHEMA_VERSION) {
        for (int64_t i = version - 1; i < CM_STORE_SCHEMA_VERSION - 1; i++) {
            (void)cm_db_exec(db, steps[i]);
        }
        replace_views(db);
    }
    (void)cm_db_exec(db, version_sql);
}

static int64_t stored_version(struct cm_db *db)
{
    struct cm_query q = cm_query_begin(db, "PRAGMA user_version");
    int64_t version = 0;

    if (cm_query_row(&q)) {
        version = cm_column_int(&q, 0);
    }
    (void)cm_query_end(&q);
    return version;
}

bool cm_store_is_present(struct cm_db *db)
{
    return stored_version(db) == CM_STORE_SCHEMA_VERSION;
}

enum cm_status cm_store_check_version(struct cm_db *db, int64_t version)
{
    if (version > CM_STORE_SCHEMA_VERSION && db->error.status == CM_OK) {
        return cm_error_set(
            &db->error, CM_EINPUT,
            "store %s was written by a newer certmuster (schema %lld, this one "
            "knows %d); use that version, or name another file",
            db->path, (long long)version, CM_STORE_SCHEMA_VERSION);
    }
    return db->error.status;
}

enum cm_status cm_store_migrate(struct cm_db *db)
{
    int64_t version = stored_version(db);

    if (cm_store_check_version(db, version) != CM_OK ||
        version == CM_STORE_SCHEMA_VERSION) {
        return db->error.status;
    }
    if (version > 0) {
        (void)cm_store_check_schema(db, true);
    }
    (void)cm_db_exec(db, "BEGIN IMMEDIATE");
    /* Another process may have done it while this one waited. */
    version = stored_version(db);
    (void)cm_store_check_version(db, version);
    migrate_from(db, version);
    if (cm_db_exec(db, "COMMIT") != CM_OK) {
        cm_db_rollback(db);
    }
    return db->error.status;
}
