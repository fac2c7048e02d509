/* Dates on which no row stops being trusted, but something changes: cross-signs
 * and roots that end for some clients, certificates whose successors cannot be
 * like them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "calendar_parts.h"

static bool is_on_path(const struct cm_report_row *row, const char *id)
{
    for (size_t i = 0; i < row->path.num; i++) {
        if (strcmp(row->path.items[i], id) == 0) {
            return true;
        }
    }
    return false;
}

/* Is it another certificate of a CA on the path? */
static enum cm_status is_twin(struct cm_calendar *calendar,
                              const struct cm_report_row *row,
                              uint64_t identity, bool *twin,
                              struct cm_error *err)
{
    enum cm_status status = CM_OK;

    *twin = false;
    for (size_t i = 1; i < row->path.num && status == CM_OK && !*twin; i++) {
        const struct cm_known_cert *known;

        status =
            cm_calendar_find_cert(calendar, row->path.items[i], &known, err);
        *twin = status == CM_OK && known->id != CM_UNKNOWN &&
                known->identity == identity;
    }
    return status;
}

/* A cross-sign that is sent and that the path does without: when it ends, the
 * endpoint stays trusted, but old clients stumble over it. */
static enum cm_status crosses(struct cm_calendar *calendar,
                              const struct cm_report_row *row,
                              struct cm_error *err)
{
    enum cm_status status = CM_OK;

    for (size_t i = 1; i < row->chain.num && status == CM_OK; i++) {
        const struct cm_known_cert *known;
        struct cm_calendar_date date = {.effect = CM_EFFECT_SOME_CLIENTS,
                                        .cause = CM_CAUSE_CHAIN_EXPIRED_CROSS,
                                        .resolution = CM_RESOLUTION_TIDY_CHAIN};
        bool twin = false;
        bool fresh;

        if (is_on_path(row, row->chain.items[i])) {
            continue;
        }
        status =
            cm_calendar_find_cert(calendar, row->chain.items[i], &known, err);
        if (status != CM_OK || !known->is_ca ||
            known->not_after <= calendar->judged_at ||
            !cm_calendar_is_sooner(known->not_after, calendar->row_at)) {
            continue;
        }
        date.at = known->not_after;
        date.certificate = known->id;
        status = is_twin(calendar, row, known->identity, &twin, err);
        if (status == CM_OK && twin) {
            status = cm_calendar_note(calendar, row, &date, &fresh, err);
        }
    }
    return status;
}

/* The root that browsers will drop. */
static enum cm_status term(struct cm_calendar *calendar,
                           const struct cm_report_row *row,
                           const struct cm_report_finding *finding,
                           struct cm_error *err)
{
    const struct cm_known_cert *known;
    struct cm_calendar_date date = {.effect = CM_EFFECT_SOME_CLIENTS,
                                    .cause = CM_CAUSE_ROOT_TERM_LIMIT,
                                    .resolution = CM_RESOLUTION_CHANGE_CA,
                                    .finding = finding};
    bool fresh;
    enum cm_status status;

    if (finding->fingerprint_sha256 == NULL) {
        return CM_OK;
    }
    status = cm_calendar_find_cert(calendar, finding->fingerprint_sha256,
                                   &known, err);
    if (status != CM_OK || known->not_before == CM_UNKNOWN) {
        return status;
    }
    date.at = cm_root_term_end(known->not_before);
    date.certificate = known->id;
    return cm_calendar_note(calendar, row, &date, &fresh, err);
}

/* Each certificate counts once for its renewals, each row for itself. */
static void count_limits(struct cm_calendar *calendar,
                         const struct cm_report_row *row, bool fresh)
{
    int64_t life = row->not_after - row->not_before + 1;

    for (size_t i = 0; i < calendar->num_limits; i++) {
        struct cm_calendar_limit *limit = &calendar->limits[i];
        int64_t most = limit->limit.days * INT64_C(86400);

        if (life <= most) {
            continue;
        }
        limit->rows++;
        if (fresh) {
            limit->certificates++;
            limit->renewals_now += cm_renewals_a_year(life);
            limit->renewals_then += cm_renewals_a_year(most);
        }
    }
}

static enum cm_status by_hand(struct cm_calendar *calendar,
                              const struct cm_report_row *row,
                              const struct cm_report_finding *finding,
                              struct cm_error *err)
{
    struct cm_calendar_date date = {.at = row->not_after,
                                    .certificate = row->cert->id,
                                    .effect = CM_EFFECT_RENEWAL,
                                    .cause = CM_CAUSE_RENEWAL_NOT_AUTOMATED,
                                    .resolution =
                                        CM_RESOLUTION_AUTOMATE_RENEWAL,
                                    .finding = finding};
    bool fresh = false;
    enum cm_status status;

    if (cm_calendar_time(row->not_after) == CM_UNKNOWN ||
        cm_calendar_time(row->not_before) == CM_UNKNOWN) {
        return CM_OK;
    }
    status = cm_calendar_note(calendar, row, &date, &fresh, err);
    if (status == CM_OK) {
        count_limits(calendar, row, fresh);
    }
    return status;
}

/* The server's certificate, or ours, may act as a client's; the next one may
 * not. */
static enum cm_status servers_only(struct cm_calendar *calendar,
                                   const struct cm_report_row *row,
                                   const struct cm_report_finding *finding,
                                   bool *noted, struct cm_error *err)
{
    struct cm_calendar_date date = {
        .at = cm_calendar_time(row->not_after),
        .certificate = row->cert->id,
        .effect = CM_EFFECT_RENEWAL,
        .cause = CM_CAUSE_PUBLIC_CLIENT_AUTH_EKU,
        .resolution = CM_RESOLUTION_SEPARATE_CLIENT_CERTIFICATE,
        .finding = finding};
    const char *sha256 = finding->fingerprint_sha256;
    const struct cm_known_cert *known;
    bool fresh = false;
    enum cm_status status = CM_OK;

    if (sha256 == NULL) {
        return CM_OK;
    }
    if (row->fingerprint_sha256 == NULL ||
        strcmp(row->fingerprint_sha256, sha256) != 0) {
        status = cm_calendar_find_cert(calendar, sha256, &known, err);
        if (status != CM_OK) {
            return status;
        }
        date.at = known->not_after;
        date.certificate = known->id;
    }
    if (date.at == CM_UNKNOWN) {
        return CM_OK;
    }
    status = cm_calendar_note(calendar, row, &date, &fresh, err);
    calendar->client_auth.certificates += fresh ? 1 : 0;
    *noted = true;
    return status;
}

static enum cm_status client_auth(struct cm_calendar *calendar,
                                  const struct cm_report_row *row,
                                  const struct cm_report_findings *findings,
                                  struct cm_error *err)
{
    const char *id = cm_cause_info(CM_CAUSE_PUBLIC_CLIENT_AUTH_EKU)->id;
    enum cm_status status = CM_OK;
    bool noted = false;

    for (size_t i = 0; i < findings->num && status == CM_OK; i++) {
        if (strcmp(findings->list[i].cause, id) == 0) {
            status =
                servers_only(calendar, row, &findings->list[i], &noted, err);
        }
    }
    calendar->client_auth.rows += noted ? 1 : 0;
    return status;
}

/* The next certificate of this CA will not be trusted any more. */
static enum cm_status distrust(struct cm_calendar *calendar,
                               const struct cm_report_row *row,
                               const struct cm_report_finding *finding,
                               const struct cm_calendar_date *leaf,
                               struct cm_error *err)
{
    struct cm_calendar_date date = {.at = leaf->at,
                                    .certificate = leaf->certificate,
                                    .effect = CM_EFFECT_RENEWAL,
                                    .cause = CM_CAUSE_CA_DISTRUST_AFTER,
                                    .resolution = CM_RESOLUTION_CHANGE_CA,
                                    .finding = finding};
    bool fresh;

    return leaf->at == CM_UNKNOWN
               ? CM_OK
               : cm_calendar_note(calendar, row, &date, &fresh, err);
}

enum cm_status cm_calendar_others(struct cm_calendar *calendar,
                                  const struct cm_report_row *row,
                                  const struct cm_report_findings *findings,
                                  const struct cm_calendar_date *leaf,
                                  struct cm_error *err)
{
    const struct cm_report_finding *found =
        cm_calendar_by_date(findings, CM_CAUSE_CA_DISTRUST_AFTER);
    enum cm_status status = CM_OK;

    if (found != NULL) {
        status = distrust(calendar, row, found, leaf, err);
    }
    found = cm_calendar_by_date(findings, CM_CAUSE_ROOT_TERM_LIMIT);
    if (status == CM_OK && found != NULL) {
        status = term(calendar, row, found, err);
    }
    return status == CM_OK ? crosses(calendar, row, err) : status;
}

/* Of rows with any verdict: their certificates are renewed all the same. */
enum cm_status cm_calendar_renewals(struct cm_calendar *calendar,
                                    const struct cm_report_row *row,
                                    const struct cm_report_findings *findings,
                                    struct cm_error *err)
{
    const struct cm_report_finding *found =
        cm_calendar_by_date(findings, CM_CAUSE_RENEWAL_NOT_AUTOMATED);
    enum cm_status status = CM_OK;

    if (found != NULL) {
        status = by_hand(calendar, row, found, err);
    }
    return status == CM_OK ? client_auth(calendar, row, findings, err) : status;
}
