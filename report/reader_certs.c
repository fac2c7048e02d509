/* Certificates by id or fingerprint.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_sql.h"

#include <stdlib.h>
#include <string.h>

/* ?1 is an id, or NULL and then ?2 is a fingerprint. */
static const char certificate_sql[] =
    "SELECT certificate, fingerprint_sha256, parse_error, subject, subject_cn,"
    " issuer, issuer_cn, serial, not_before, not_after, key_alg, key_bits,"
    " sig_alg, spki_sha256, is_ca, self_issued, names, names_total, der"
    " FROM v_certificate WHERE certificate = ?1 OR fingerprint_sha256 = ?2";

static const char fingerprint_sql[] =
    "SELECT fingerprint_sha256, subject FROM v_certificate"
    " WHERE certificate = ?1";

static void read_certificate(struct cm_sql_line *line,
                             struct cm_report_certificate *out)
{
    out->id = cm_sql_number(line);
    out->fingerprint_sha256 = cm_sql_word(line);
    out->parse_error = cm_sql_text(line);
    out->subject = cm_sql_text(line);
    out->subject_cn = cm_sql_text(line);
    out->issuer = cm_sql_text(line);
    out->issuer_cn = cm_sql_text(line);
    out->serial = cm_sql_text(line);
    out->not_before = cm_sql_number(line);
    out->not_after = cm_sql_number(line);
    out->key_alg = cm_sql_text(line);
    out->key_bits = cm_sql_number(line);
    out->sig_alg = cm_sql_text(line);
    out->spki_sha256 = cm_sql_text(line);
    out->is_ca = cm_sql_number(line) == 1;
    out->self_issued = cm_sql_number(line) == 1;
    cm_sql_list(line, &out->names);
    out->names_total = cm_sql_number(line);
    out->der.data = sqlite3_column_blob(line->stmt, line->at);
    out->der.len = (size_t)sqlite3_column_bytes(line->stmt, line->at);
}

static bool bind(sqlite3_stmt *stmt, const char *id)
{
    if (strlen(id) != CM_FINGERPRINT_SIZE - 1) {
        return sqlite3_bind_int64(stmt, 1, strtoll(id, NULL, 10)) ==
                   SQLITE_OK &&
               sqlite3_bind_null(stmt, 2) == SQLITE_OK;
    }
    return sqlite3_bind_null(stmt, 1) == SQLITE_OK &&
           sqlite3_bind_text(stmt, 2, id, -1, SQLITE_TRANSIENT) == SQLITE_OK;
}

enum cm_status cm_report_certificate(struct cm_report_run *run, const char *id,
                                     const struct cm_report_certificate **out,
                                     struct cm_error *err)
{
    struct cm_sql_line line;
    enum cm_status status = CM_OK;
    bool got;

    *out = NULL;
    if (run->cert_stmt == NULL) {
        status = cm_sql_prepare(run->db, &run->cert_stmt, certificate_sql, err);
        if (status != CM_OK) {
            return status;
        }
    }
    (void)sqlite3_reset(run->cert_stmt);
    if (!bind(run->cert_stmt, id)) {
        return cm_sql_failed(run->db, err);
    }
    status = cm_sql_step(run->cert_stmt, &got, err);
    if (status != CM_OK || !got) {
        return status;
    }
    line = cm_sql_line(run->cert_stmt);
    read_certificate(&line, &run->cert);
    status = cm_sql_line_end(&line, err);
    if (status == CM_OK) {
        *out = &run->cert;
    }
    return status;
}

/* Of the certificate's line only the front is read: its DER lies behind. */
static enum cm_status look_up(struct cm_report_run *run, long long id,
                              struct cm_remembered *out, struct cm_error *err)
{
    enum cm_status status = CM_OK;
    bool got = false;

    if (run->fingerprint_stmt == NULL) {
        status = cm_sql_prepare(run->db, &run->fingerprint_stmt,
                                fingerprint_sql, err);
        if (status != CM_OK) {
            return status;
        }
    }
    (void)sqlite3_reset(run->fingerprint_stmt);
    if (sqlite3_bind_int64(run->fingerprint_stmt, 1, id) != SQLITE_OK) {
        return cm_sql_failed(run->db, err);
    }
    status = cm_sql_step(run->fingerprint_stmt, &got, err);
    free(out->sha256);
    free(out->subject);
    *out = (struct cm_remembered){0};
    if (status == CM_OK && got) {
        struct cm_sql_line line = cm_sql_line(run->fingerprint_stmt);
        const char *subject;

        out->sha256 = strdup(cm_sql_word(&line));
        subject = cm_sql_text(&line);
        out->subject = subject == NULL ? NULL : strdup(subject);
        if (out->sha256 == NULL || (subject != NULL && out->subject == NULL)) {
            return cm_error_nomem(err, "a certificate");
        }
        out->id = id;
    }
    return status;
}

static enum cm_status remember(struct cm_report_run *run, long long id,
                               const struct cm_remembered **out,
                               struct cm_error *err)
{
    struct cm_remembered *slot =
        &run->remembered[(unsigned long long)id & (CM_REMEMBERED - 1)];

    *out = slot;
    return slot->id == 0 || slot->id != id ? look_up(run, id, slot, err)
                                           : CM_OK;
}

enum cm_status cm_report_fingerprint(struct cm_report_run *run, const char *id,
                                     const char **out, struct cm_error *err)
{
    const struct cm_remembered *slot;
    enum cm_status status = remember(run, strtoll(id, NULL, 10), &slot, err);

    *out = slot->sha256 == NULL ? "" : slot->sha256;
    return status;
}

enum cm_status cm_report_subject(struct cm_report_run *run, const char *id,
                                 const char **out, struct cm_error *err)
{
    const struct cm_remembered *slot;
    enum cm_status status = remember(run, strtoll(id, NULL, 10), &slot, err);

    *out = slot->subject;
    return status;
}

enum cm_status cm_sql_fingerprint(struct cm_report_run *run, int64_t id,
                                  const char **out, struct cm_error *err)
{
    const struct cm_remembered *slot;
    enum cm_status status;

    *out = NULL;
    if (id == CM_UNKNOWN) {
        return CM_OK;
    }
    status = remember(run, id, &slot, err);
    if (status == CM_OK && slot->id == id) {
        *out = slot->sha256;
    }
    return status;
}
