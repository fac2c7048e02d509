/* The schema, step by step: each brings a store of one version to the next.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/parts.h"

/* steps[n] leads from version n to n + 1. */
static const char *const steps[CM_STORE_SCHEMA_VERSION] = {
    cm_store_schema_sql,
};

/* Written with the step's number in the same transaction, so that a store is
 * never between two versions. */
static const char *const numbers[CM_STORE_SCHEMA_VERSION] = {
    "PRAGMA user_version = 1",
};

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
    (void)cm_db_exec(db, "BEGIN IMMEDIATE");
    /* Another process may have done it while this one waited. */
    version = stored_version(db);
    (void)cm_store_check_version(db, version);
    for (int64_t at = version; at < CM_STORE_SCHEMA_VERSION; at++) {
        (void)cm_db_exec(db, steps[at]);
        (void)cm_db_exec(db, numbers[at]);
    }
    if (cm_db_exec(db, "COMMIT") != CM_OK) {
        cm_db_rollback(db);
    }
    return db->error.status;
}
