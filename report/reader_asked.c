/* The lists of one endpoint, by its number.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_asked.h"

#include <stdlib.h>

#include "reader_sql.h"

#define NUM_LISTS 3

static const char *const lists_sql[NUM_LISTS] = {
    [CM_LIST_ANSWERS] =
        "SELECT ask, ended, sys_errno, ms, hello_bytes, alert_level, alert,"
        " tls_version, cipher, kex_group, signature, dh_bits, asks_for_cert,"
        " fingerprint_sha256 FROM v_answer WHERE run = ?1 AND endpoint = ?2"
        " ORDER BY ord",
    [CM_LIST_REASONS] =
        "SELECT profile, outcome, cause, why, message FROM v_profile_reason"
        " WHERE run = ?1 AND endpoint = ?2 ORDER BY profile_ord",
    [CM_LIST_BREACHES] =
        "SELECT policy, policy_ord, rule, outcome, warning, why FROM v_rule"
        " WHERE run = ?1 AND endpoint = ?2"
        " ORDER BY policy_ord, outcome <> 'fail', warning, ord",
};

struct cm_report_asked {
    struct cm_report_run *run;
    sqlite3_stmt *lists[NUM_LISTS]; /* NULL until one is asked for */
    struct cm_report_answer answer;
    struct cm_report_reason reason;
    struct cm_report_breach breach;
};

enum cm_status cm_report_asked_open(struct cm_report_asked **out,
                                    struct cm_report_run *run,
                                    struct cm_error *err)
{
    *out = calloc(1, sizeof(**out));
    if (*out == NULL) {
        return cm_error_nomem(err, "the report");
    }
    (*out)->run = run;
    return CM_OK;
}

void cm_report_asked_close(struct cm_report_asked *asked)
{
    for (size_t i = 0; asked != NULL && i < NUM_LISTS; i++) {
        (void)sqlite3_finalize(asked->lists[i]);
    }
    free(asked);
}

enum cm_status cm_report_asked_begin(struct cm_report_asked *asked,
                                     enum cm_report_list_of list,
                                     int64_t endpoint, struct cm_error *err)
{
    sqlite3_stmt **stmt = &asked->lists[list];
    enum cm_status status = CM_OK;

    if (*stmt == NULL) {
        status = cm_sql_for_run(asked->run, stmt, lists_sql[list], err);
    }
    if (status == CM_OK) {
        (void)sqlite3_reset(*stmt);
        if (sqlite3_bind_int64(*stmt, 2, endpoint) != SQLITE_OK) {
            status = cm_sql_failed(asked->run->db, err);
        }
    }
    return status;
}

static enum cm_status next_line(struct cm_report_asked *asked,
                                enum cm_report_list_of list,
                                struct cm_sql_line *line, bool *got,
                                struct cm_error *err)
{
    *line = cm_sql_line(asked->lists[list]);
    return cm_sql_step(asked->lists[list], got, err);
}

enum cm_status cm_report_asked_answer(struct cm_report_asked *asked,
                                      const struct cm_report_answer **answer,
                                      struct cm_error *err)
{
    struct cm_report_answer *out = &asked->answer;
    struct cm_sql_line line;
    bool got;
    enum cm_status status = next_line(asked, CM_LIST_ANSWERS, &line, &got, err);

    *answer = NULL;
    if (status != CM_OK || !got) {
        return status;
    }
    out->ask = cm_sql_word(&line);
    out->ended = cm_sql_word(&line);
    out->sys_errno = cm_sql_number(&line);
    out->ms = cm_sql_number(&line);
    out->hello_bytes = cm_sql_number(&line);
    out->alert_level = cm_sql_number(&line);
    out->alert = cm_sql_number(&line);
    out->version = cm_sql_number(&line);
    out->cipher = cm_sql_number(&line);
    out->kex_group = cm_sql_number(&line);
    out->signature = cm_sql_number(&line);
    out->dh_bits = cm_sql_number(&line);
    out->asks_for_cert = cm_sql_number(&line) == 1;
    out->fingerprint_sha256 = cm_sql_text(&line);
    *answer = out;
    return CM_OK;
}

enum cm_status cm_report_asked_reason(struct cm_report_asked *asked,
                                      const struct cm_report_reason **reason,
                                      struct cm_error *err)
{
    struct cm_report_reason *out = &asked->reason;
    struct cm_sql_line line;
    bool got;
    enum cm_status status = next_line(asked, CM_LIST_REASONS, &line, &got, err);

    *reason = NULL;
    if (status != CM_OK || !got) {
        return status;
    }
    out->profile = cm_sql_word(&line);
    out->outcome = cm_sql_word(&line);
    out->cause = cm_sql_text(&line);
    out->why = cm_sql_word(&line);
    out->message = cm_sql_text(&line);
    *reason = out;
    return CM_OK;
}

enum cm_status cm_report_asked_breach(struct cm_report_asked *asked,
                                      const struct cm_report_breach **breach,
                                      struct cm_error *err)
{
    struct cm_report_breach *out = &asked->breach;
    struct cm_sql_line line;
    bool got;
    enum cm_status status =
        next_line(asked, CM_LIST_BREACHES, &line, &got, err);

    *breach = NULL;
    if (status != CM_OK || !got) {
        return status;
    }
    out->policy = cm_sql_word(&line);
    out->policy_ord = cm_sql_number(&line);
    out->rule = cm_sql_word(&line);
    out->outcome = cm_sql_word(&line);
    out->warning = cm_sql_number(&line) == 1;
    out->why = cm_sql_word(&line);
    *breach = out;
    return CM_OK;
}
