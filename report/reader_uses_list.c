/* The certificates that a run uses, one by one.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "reader_sql.h"
#include "reader_uses.h"

/* The policies 2.23.140.1.1 (extended validation) and 2.23.140.1.2.x, as they
 * stand in a certificate; the same that the judge calls a public policy. */
#define LIST_SQL                                                               \
    "SELECT id, sha256, parse_error, subject, subject_cn, issuer, issuer_cn,"  \
    " serial, not_before, not_after, key_alg, key_bits, sig_alg, spki_sha256," \
    " is_ca, self_issued, names, names_total,"                                 \
    " instr(der, x'060567810c0101') > 0 OR instr(der, x'060667810c0102') > 0"  \
    " FROM certificate"
static const char list_sql[] = LIST_SQL " ORDER BY sha256";
/* The plus keeps SQLite from walking over all certificates in that order. */
static const char some_sql[] =
    LIST_SQL " WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY +sha256";
static const char newest_sql[] = "SELECT max(id) FROM certificate";
#define MAX_IDS ((size_t)256 << 20)
#define FEW 4 /* a part uses fewer than one of so many */

static const char shared_sql[] =
    "SELECT spki_sha256 FROM certificate WHERE spki_sha256 IS NOT NULL"
    " GROUP BY spki_sha256 HAVING count(*) > 1 LIMIT ?1";

static const char place_sql[] =
    "SELECT e.host, e.port FROM row r JOIN endpoint e ON e.run = r.run"
    " AND e.id = r.endpoint WHERE r.run = ?1 AND r.id = ?2";

struct cm_report_uses_list {
    struct cm_report_run *run;
    sqlite3_stmt *stmt;
    struct cm_report_use use;
};

/* A part of a run uses few of the store's certificates; for each of hundreds of
 * parts all of them would be read. */
static enum cm_status uses_few(const struct cm_report_run *run, bool *few,
                               struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = false;
    enum cm_status status = cm_sql_prepare(run->db, &stmt, newest_sql, err);

    if (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
    }
    *few = status == CM_OK && got &&
           sqlite3_column_int64(stmt, 0) / FEW > cm_uses_num(run->uses);
    (void)sqlite3_finalize(stmt);
    return status;
}

static enum cm_status select_used(struct cm_report_uses_list *list,
                                  struct cm_error *err)
{
    struct cm_report_run *run = list->run;
    struct cm_buf ids;
    bool few;
    enum cm_status status = uses_few(run, &few, err);

    if (status != CM_OK || !few) {
        return status != CM_OK
                   ? status
                   : cm_sql_prepare(run->db, &list->stmt, list_sql, err);
    }
    cm_buf_init(&ids, MAX_IDS);
    status = cm_uses_ids(run->uses, &ids)
                 ? cm_sql_prepare(run->db, &list->stmt, some_sql, err)
                 : cm_error_nomem(err, "the certificates");
    if (status == CM_OK &&
        sqlite3_bind_text64(list->stmt, 1, cm_buf_cstr(&ids), ids.len,
                            SQLITE_TRANSIENT, SQLITE_UTF8) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
    }
    cm_buf_cleanup(&ids);
    return status;
}

enum cm_status cm_report_uses_open(struct cm_report_uses_list **out,
                                   struct cm_report_run *run,
                                   struct cm_error *err)
{
    struct cm_report_uses_list *list = calloc(1, sizeof(*list));
    enum cm_status status;

    *out = NULL;
    if (list == NULL) {
        return cm_error_nomem(err, "the certificates");
    }
    list->run = run;
    cm_uses_sort(run->uses);
    status = select_used(list, err);
    if (status == CM_OK) {
        *out = list;
        list = NULL;
    }
    cm_report_uses_close(list);
    return status;
}

void cm_report_uses_close(struct cm_report_uses_list *list)
{
    if (list != NULL) {
        (void)sqlite3_finalize(list->stmt);
        cm_report_list_cleanup(&list->use.cert.names);
        cm_report_list_cleanup(&list->use.owners);
        free(list);
    }
}

static void read_cert(struct cm_sql_line *line, struct cm_report_use *use)
{
    struct cm_report_certificate *cert = &use->cert;

    cert->id = cm_sql_number(line);
    cert->fingerprint_sha256 = cm_sql_word(line);
    cert->parse_error = cm_sql_text(line);
    cert->subject = cm_sql_text(line);
    cert->subject_cn = cm_sql_text(line);
    cert->issuer = cm_sql_text(line);
    cert->issuer_cn = cm_sql_text(line);
    cert->serial = cm_sql_text(line);
    cert->not_before = cm_sql_number(line);
    cert->not_after = cm_sql_number(line);
    cert->key_alg = cm_sql_text(line);
    cert->key_bits = cm_sql_number(line);
    cert->sig_alg = cm_sql_text(line);
    cert->spki_sha256 = cm_sql_text(line);
    cert->is_ca = cm_sql_number(line) == 1;
    cert->self_issued = cm_sql_number(line) == 1;
    cm_sql_list(line, &cert->names);
    cert->names_total = cm_sql_number(line);
    use->public_policy = cm_sql_number(line) == 1;
}

enum cm_status cm_report_uses_next(struct cm_report_uses_list *list,
                                   const struct cm_report_use **out,
                                   struct cm_error *err)
{
    const struct cm_report_uses *uses = list->run->uses;
    const struct cm_use_counts *counts = NULL;
    struct cm_report_use *use = &list->use;
    struct cm_sql_line line;
    bool got = true;
    enum cm_status status = CM_OK;

    *out = NULL;
    while (status == CM_OK && counts == NULL) {
        status = cm_sql_step(list->stmt, &got, err);
        if (status != CM_OK || !got) {
            return status;
        }
        counts = cm_uses_find(uses, sqlite3_column_int64(list->stmt, 0));
    }
    line = cm_sql_line(list->stmt);
    read_cert(&line, use);
    use->endpoints = counts->endpoints;
    use->issuer_of = counts->issuer_of;
    use->completes = counts->completes;
    use->first_row = counts->first_row;
    status = cm_sql_line_end(&line, err);
    if (status == CM_OK &&
        cm_uses_owners(uses, counts, &use->owners) != CM_OK) {
        status = cm_error_nomem(err, "the certificates");
    }
    if (status == CM_OK) {
        *out = use;
    }
    return status;
}

enum cm_status cm_report_shared_keys(struct cm_report_run *run,
                                     struct cm_map *out, int64_t max,
                                     struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = true;
    enum cm_status status = cm_sql_prepare(run->db, &stmt, shared_sql, err);

    if (status == CM_OK && sqlite3_bind_int64(stmt, 1, max) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
    }
    while (status == CM_OK) {
        const char *key;

        status = cm_sql_step(stmt, &got, err);
        if (status != CM_OK || !got) {
            break;
        }
        key = (const char *)sqlite3_column_text(stmt, 0);
        if (key == NULL || !cm_map_put(out, key, strlen(key), run)) {
            status = cm_error_nomem(err, "the certificates");
        }
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

enum cm_status cm_report_row_place(struct cm_report_run *run, int64_t row,
                                   struct cm_buf *out, struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = false;
    enum cm_status status = cm_sql_for_run(run, &stmt, place_sql, err);

    if (status == CM_OK && sqlite3_bind_int64(stmt, 2, row) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
    }
    if (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
    }
    if (status == CM_OK && got) {
        struct cm_sql_line line = cm_sql_line(stmt);
        const char *host = cm_sql_word(&line);
        int64_t port = cm_sql_number(&line);

        (void)cm_buf_printf(out, strchr(host, ':') != NULL ? "[%s]" : "%s",
                            host);
        if (port != CM_UNKNOWN) {
            (void)cm_buf_printf(out, ":%" PRId64, port);
        }
    }
    (void)sqlite3_finalize(stmt);
    return status;
}
