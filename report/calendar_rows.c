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

static void set_subject(struct cm_calendar_date *date, const char *sha256)
{
    (void)snprintf(date->sha256, sizeof(date->sha256), "%s",
                   sha256 == NULL ? "" : sha256);
}

static void fill(struct cm_calendar_item *item,
                 const struct cm_calendar_date *date)
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

enum cm_status cm_calendar_note(struct cm_calendar *calendar,
                                const struct cm_report_row *row,
                                const struct cm_calendar_date *date,
                                bool *fresh, struct cm_error *err)
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
    if (date->effect == CM_EFFECT_BREAKS) {
        calendar->row_item = (uint32_t)(item - calendar->items.list);
    }
    return cm_calendar_items_count(&calendar->items, item, row->owner)
               ? CM_OK
               : cm_error_nomem(err, "the calendar");
}

/* --- a row's first date --- */

const struct cm_report_finding *
cm_calendar_by_date(const struct cm_report_findings *findings,
                    enum cm_cause cause)
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
                                struct cm_calendar_date *out,
                                struct cm_error *err)
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

bool cm_calendar_is_sooner(int64_t a, int64_t b)
{
    return a != CM_UNKNOWN && (b == CM_UNKNOWN || a < b);
}

/* Those above it. The last one is the anchor, since the row is trusted. */
static enum cm_status issuer_dates(struct cm_calendar *calendar,
                                   const struct cm_report_row *row,
                                   const struct cm_report_findings *findings,
                                   struct cm_calendar_date *out,
                                   struct cm_error *err)
{
    enum cm_status status = CM_OK;

    for (size_t i = 1; i < row->path.num && status == CM_OK; i++) {
        bool root = i + 1 == row->path.num;
        const struct cm_known_cert *known;

        status =
            cm_calendar_find_cert(calendar, row->path.items[i], &known, err);
        if (status == CM_OK &&
            cm_calendar_is_sooner(known->not_after, out->at)) {
            *out = (struct cm_calendar_date){
                .at = known->not_after,
                .certificate = known->id,
                .cause =
                    root ? CM_CAUSE_ROOT_EXPIRED : CM_CAUSE_CA_CERT_EXPIRED,
                .resolution = root ? CM_RESOLUTION_CHANGE_CA
                                   : CM_RESOLUTION_INSTALL_CHAIN,
                .finding = cm_calendar_by_date(
                    findings, CM_CAUSE_CHAIN_EXPIRES_BEFORE_LEAF),
            };
        }
    }
    return status;
}

/* Ours, where the server asked for it and got it: it will be asked for again.
 */
static enum cm_status client_date(struct cm_calendar *calendar,
                                  const struct cm_report_row *row,
                                  struct cm_calendar_date *out,
                                  struct cm_error *err)
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
    if (status == CM_OK && cm_calendar_is_sooner(known->not_after, out->at)) {
        *out = (struct cm_calendar_date){
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
    if (cm_calendar_is_sooner(at, totals->first_at)) {
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
                             struct cm_calendar_date *leaf,
                             struct cm_error *err)
{
    struct cm_calendar_date first;
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
    return cm_calendar_note(calendar, row, &first, &fresh, err);
}

/* --- the row --- */

enum cm_status cm_calendar_row(struct cm_calendar *calendar,
                               const struct cm_report_row *row,
                               const struct cm_report_findings *findings,
                               struct cm_error *err)
{
    bool trusted = strcmp(row->verdict, cm_verdict_id(CM_VERDICT_TRUSTED)) == 0;
    struct cm_calendar_date leaf = {.at = CM_UNKNOWN};
    enum cm_status status;

    calendar->row_at = CM_UNKNOWN;
    calendar->row_item = CM_NO_ITEM;
    status = cm_calendar_renewals(calendar, row, findings, err);
    if (status == CM_OK && trusted) {
        status = breaks(calendar, row, findings, &leaf, err);
    }
    return status == CM_OK && trusted
               ? cm_calendar_others(calendar, row, findings, &leaf, err)
               : status;
}

int64_t cm_calendar_row_at(const struct cm_calendar *calendar)
{
    return calendar->row_at;
}

bool cm_calendar_row_breaks(const struct cm_calendar *calendar,
                            struct cm_calendar_row *out)
{
    const struct cm_calendar_item *item;

    if (calendar->row_item == CM_NO_ITEM) {
        return false;
    }
    item = &calendar->items.list[calendar->row_item];
    out->at = calendar->row_at;
    out->cause = (enum cm_cause)item->cause;
    out->resolution = (enum cm_resolution)item->resolution;
    return true;
}
