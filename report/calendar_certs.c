/* The certificates above leaves, and our own: fleets share them, so they are
 * remembered.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "calendar_parts.h"
#include "reader_certs.h"

#define MAX_KNOWN 16384U                /* with more, all are forgotten */
#define MAX_TIME INT64_C(1000000000000) /* beyond the year 9999 by far */

int64_t cm_calendar_time(int64_t unix_s)
{
    return unix_s < -MAX_TIME || unix_s > MAX_TIME ? CM_UNKNOWN : unix_s;
}

/* The same for all certificates of one name and key. */
static uint64_t identity_of(const struct cm_report_certificate *cert)
{
    const char *subject = cert->subject == NULL ? "" : cert->subject;
    const char *spki = cert->spki_sha256 == NULL ? "" : cert->spki_sha256;

    return cm_hash64(NULL, subject, strlen(subject)) * 31 +
           cm_hash64(NULL, spki, strlen(spki));
}

static void copy_known(struct cm_known_cert *out,
                       const struct cm_report_certificate *cert)
{
    size_t len = strnlen(cert->fingerprint_sha256, sizeof(out->sha256) - 1);

    out->id = cert->id;
    out->not_before = cm_calendar_time(cert->not_before);
    out->not_after = cm_calendar_time(cert->not_after);
    out->is_ca = cert->is_ca;
    out->identity = identity_of(cert);
    memcpy(out->sha256, cert->fingerprint_sha256, len);
    out->sha256[len] = '\0';
}

enum cm_status cm_calendar_find_cert(struct cm_calendar *calendar,
                                     const char *key,
                                     const struct cm_known_cert **out,
                                     struct cm_error *err)
{
    size_t len = strlen(key);
    struct cm_known_cert *known = cm_map_get(calendar->known, key, len);
    const struct cm_report_certificate *cert;
    enum cm_status status;

    *out = known;
    if (known != NULL) {
        return CM_OK;
    }
    status = cm_report_certificate(calendar->run, key, &cert, err);
    if (status != CM_OK) {
        return status;
    }
    if (cm_map_count(calendar->known) >= MAX_KNOWN) {
        struct cm_map *map = cm_map_new();

        if (map == NULL) {
            return cm_error_nomem(err, "the calendar");
        }
        cm_map_free(calendar->known, free);
        calendar->known = map;
    }
    known = calloc(1, sizeof(*known));
    if (known == NULL || !cm_map_put(calendar->known, key, len, known)) {
        free(known);
        return cm_error_nomem(err, "the calendar");
    }
    known->id = CM_UNKNOWN;
    known->not_before = CM_UNKNOWN;
    known->not_after = CM_UNKNOWN;
    if (cert != NULL) {
        copy_known(known, cert);
    }
    *out = known;
    return CM_OK;
}
