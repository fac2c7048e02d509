/* What each row adds to the calendar. A row breaks once, on the first of its
 * dates: that of the leaf, of the first issuer to end on the path that makes it
 * trusted, or of our own certificate where the server was sent one. The judge
 * chose the valid path that ends last, so there is no other that lives on.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar_parts.h"

/* --- entries --- */

/* What a row adds, before it is known whether that is there already. */
struct date {
    int64_t at; /* CM_UNKNOWN: none */
    int64_t certificate;
    enum cm_cause cause;
    enum cm_calendar_effect effect;
    enum cm_resolution resolution;
    char
        sha256[65]; /* the subject of the action; "": it is not known, or ... */
    const struct cm_report_finding *finding; /* ... it is in here; or NULL */
};

static void set_subject(struct date *date, const char *sha256)
{
    (void)snprintf(date->sha256, sizeof(date->sha256), "%s",
                   sha256 == NULL ? "" : sha256);
}

static void fill(struct cm_calendar_item *item, const struct date *date)
{
    enum cm_resolution resolution = date->resolution;
    char key[CM_ACTION_KEY_SIZE];

    if (date->finding != NULL) {
        (void)cm_resolution_from_id(date->finding->resolution, &resolution);
        item->action = cm_calendar_key_number(date->finding->action);
    } else if (date->sha256[0] != '\0') {
        item->action = cm_calendar_key_number(
            cm_action_key(resolution, date->sha256, key));
    }
    item->at = date->at;
    item->effect = (uint8_t)date->effect;
    item->resolution = (uint8_t)resolution;
}

/* *fresh: nobody had this certificate with this cause before. */
static enum cm_status note(struct cm_calendar *calendar,
                           const struct cm_report_row *row,
                           const struct date *date, bool *fresh,
                           struct cm_error *err)
{
    struct cm_calendar_item *item = cm_calendar_items_find(
        &calendar->items, date->certificate, date->cause);

    if (item == NULL) {
        return cm_error_nomem(err, "the calendar");
    }
    *fresh = item->rows == 0;
    if (*fresh) {
        fill(item, date);
    }
    return cm_calendar_items_count(&calendar->items, item, row->owner)
               ? CM_OK
               : cm_error_nomem(err, "the calendar");
}

/* --- a row's first date --- */

static const struct cm_report_finding *
find_by_date(const struct cm_report_findings *findings, enum cm_cause cause)
{
    const char *by_date = cm_severity_id(CM_SEVERITY_BY_DATE);
    const char *id = cm_cause_info(cause)->id;

    for (size_t i = 0; i < findings->num; i++) {
        if (strcmp(findings->list[i].severity, by_date) == 0 &&
            strcmp(findings->list[i].cause, id) == 0) {
            return &findings->list[i];
        }
    }
    return NULL;
}

/* The certificate of the server, as it was judged. */
static enum cm_status leaf_date(struct cm_calendar *calendar,
                                const struct cm_report_row *row,
                                struct date *out, struct cm_error *err)
{
    const struct cm_known_cert *known;
    enum cm_status status;

    out->cause = CM_CAUSE_LEAF_EXPIRED;
    out->resolution = CM_RESOLUTION_RENEW_CERTIFICATE;
    if (row->path.num == 0 ||
        strtoll(row->path.items[0], NULL, 10) == row->cert->id) {
        out->certificate = row->cert->id;
        out->at = cm_calendar_time(row->not_after);
        set_subject(out, row->fingerprint_sha256);
        return CM_OK;
    }
    status = cm_calendar_find_cert(calendar, row->path.items[0], &known, err);
    if (status == CM_OK) {
        out->certificate = known->id;
        out->at = known->not_after;
        set_subject(out, known->sha256);
    }
    return status;
}

static bool is_sooner(int64_t a, int64_t b)
{
    return a != CM_UNKNOWN && (b == CM_UNKNOWN || a < b);
}

/* Those above it. The last one is the anchor, since the row is trusted. */
static enum cm_status issuer_dates(struct cm_calendar *calendar,
                                   const struct cm_report_row *row,
                                   const struct cm_report_findings *findings,
                                   struct date *out, struct cm_error *err)
{
    enum cm_status status = CM_OK;

    for (size_t i = 1; i < row->path.num && status == CM_OK; i++) {
        bool root = i + 1 == row->path.num;
        const struct cm_known_cert *known;

        status =
            cm_calendar_find_cert(calendar, row->path.items[i], &known, err);
        if (status == CM_OK && is_sooner(known->not_after, out->at)) {
            *out = (struct date){
                .at = known->not_after,
                .certificate = known->id,
                .cause =
                    root ? CM_CAUSE_ROOT_EXPIRED : CM_CAUSE_CA_CERT_EXPIRED,
                .resolution = root ? CM_RESOLUTION_CHANGE_CA
                                   : CM_RESOLUTION_INSTALL_CHAIN,
                .finding =
                    find_by_date(findings, CM_CAUSE_CHAIN_EXPIRES_BEFORE_LEAF),
            };
        }
    }
    return status;
}

/* Ours, where the server asked for it and got it: it will be asked for again.
 */
static enum cm_status client_date(struct cm_calendar *calendar,
                                  const struct cm_report_row *row,
                                  struct date *out, struct cm_error *err)
{
    const struct cm_report_extras *extras = &row->extras;
    const struct cm_known_cert *known;
    enum cm_status status;

    if (!extras->client_cert_sent ||
        extras->client_fingerprint_sha256 == NULL) {
        return CM_OK;
    }
    status = cm_calendar_find_cert(calendar, extras->client_fingerprint_sha256,
                                   &known, err);
    if (status == CM_OK && is_sooner(known->not_after, out->at)) {
        *out = (struct date){
            .at = known->not_after,
            .certificate = known->id,
            .cause = CM_CAUSE_CLIENT_CERT_EXPIRED,
            .resolution = CM_RESOLUTION_PROVIDE_CLIENT_CERTIFICATE,
        };
        set_subject(out, known->sha256);
    }
    return status;
}

static void count_row(struct cm_calendar *calendar, int64_t at)
{
    struct cm_calendar_totals *totals = &calendar->totals;

    totals->rows++;
    if (is_sooner(at, totals->first_at)) {
        totals->first_at = at;
    }
    for (size_t i = 0; i < 3; i++) {
        if (at <= calendar->judged_at + cm_calendar_days[i] * INT64_C(86400)) {
            totals->within[i]++;
        }
    }
}

static enum cm_status breaks(struct cm_calendar *calendar,
                             const struct cm_report_row *row,
                             const struct cm_report_findings *findings,
                             struct date *leaf, struct cm_error *err)
{
    struct date first;
    bool fresh;
    enum cm_status status = leaf_date(calendar, row, leaf, err);

    first = *leaf;
    if (status == CM_OK) {
        status = issuer_dates(calendar, row, findings, &first, err);
    }
    if (status == CM_OK) {
        status = client_date(calendar, row, &first, err);
    }
    if (status != CM_OK) {
        return status;
    }
    calendar->row_at = first.at;
    if (first.at == CM_UNKNOWN) {
        calendar->totals.undated++;
        return CM_OK;
    }
    count_row(calendar, first.at);
    return note(calendar, row, &first, &fresh, err);
}

/* --- other dates --- */

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
        struct date date = {.effect = CM_EFFECT_SOME_CLIENTS,
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
            !is_sooner(known->not_after, calendar->row_at)) {
            continue;
        }
        date.at = known->not_after;
        date.certificate = known->id;
        status = is_twin(calendar, row, known->identity, &twin, err);
        if (status == CM_OK && twin) {
            status = note(calendar, row, &date, &fresh, err);
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
    struct date date = {.effect = CM_EFFECT_SOME_CLIENTS,
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
    return note(calendar, row, &date, &fresh, err);
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
    struct date date = {.at = row->not_after,
                        .certificate = row->cert->id,
                        .effect = CM_EFFECT_RENEWAL,
                        .cause = CM_CAUSE_RENEWAL_NOT_AUTOMATED,
                        .resolution = CM_RESOLUTION_AUTOMATE_RENEWAL,
                        .finding = finding};
    bool fresh = false;
    enum cm_status status;

    if (cm_calendar_time(row->not_after) == CM_UNKNOWN ||
        cm_calendar_time(row->not_before) == CM_UNKNOWN) {
        return CM_OK;
    }
    status = note(calendar, row, &date, &fresh, err);
    if (status == CM_OK) {
        count_limits(calendar, row, fresh);
    }
    return status;
}

/* The next certificate of this CA will not be trusted any more. */
static enum cm_status distrust(struct cm_calendar *calendar,
                               const struct cm_report_row *row,
                               const struct cm_report_finding *finding,
                               const struct date *leaf, struct cm_error *err)
{
    struct date date = {.at = leaf->at,
                        .certificate = leaf->certificate,
                        .effect = CM_EFFECT_RENEWAL,
                        .cause = CM_CAUSE_CA_DISTRUST_AFTER,
                        .resolution = CM_RESOLUTION_CHANGE_CA,
                        .finding = finding};
    bool fresh;

    return leaf->at == CM_UNKNOWN ? CM_OK
                                  : note(calendar, row, &date, &fresh, err);
}

static enum cm_status others(struct cm_calendar *calendar,
                             const struct cm_report_row *row,
                             const struct cm_report_findings *findings,
                             const struct date *leaf, struct cm_error *err)
{
    const struct cm_report_finding *found =
        find_by_date(findings, CM_CAUSE_CA_DISTRUST_AFTER);
    enum cm_status status = CM_OK;

    if (found != NULL) {
        status = distrust(calendar, row, found, leaf, err);
    }
    found = find_by_date(findings, CM_CAUSE_ROOT_TERM_LIMIT);
    if (status == CM_OK && found != NULL) {
        status = term(calendar, row, found, err);
    }
    return status == CM_OK ? crosses(calendar, row, err) : status;
}

/* --- the row --- */

enum cm_status cm_calendar_row(struct cm_calendar *calendar,
                               const struct cm_report_row *row,
                               const struct cm_report_findings *findings,
                               struct cm_error *err)
{
    const struct cm_report_finding *found =
        find_by_date(findings, CM_CAUSE_RENEWAL_NOT_AUTOMATED);
    enum cm_status status = CM_OK;
    struct date leaf = {.at = CM_UNKNOWN};

    calendar->row_at = CM_UNKNOWN;
    if (found != NULL) {
        status = by_hand(calendar, row, found, err);
    }
    if (status == CM_OK &&
        strcmp(row->verdict, cm_verdict_id(CM_VERDICT_TRUSTED)) == 0) {
        status = breaks(calendar, row, findings, &leaf, err);
        if (status == CM_OK) {
            status = others(calendar, row, findings, &leaf, err);
        }
    }
    return status;
}

int64_t cm_calendar_row_at(const struct cm_calendar *calendar)
{
    return calendar->row_at;
}
